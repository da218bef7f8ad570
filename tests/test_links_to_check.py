"""Links to check, by hand and against a naive double loop."""

import itertools

import numpy as np
import pandas as pd
import pandas.testing as pdt
import pytest
from jouets_reseau import (
    VERIF,
    VERIF_LIENS,
    VERIF_LIEUX,
    VERIF_PARTICIPATIONS,
    make_actors,
    make_participations,
    make_places,
    read_expected,
    shuffle,
)  # fmt: skip

from diagnostic.measure.manques import links_to_check
from diagnostic.measure.manques.links_to_check import list_links_to_check
from diagnostic.schema import make_table

S, D = "social", "developpement_local"


def test_links_to_check_by_hand():
    table, bilan = list_links_to_check(VERIF, VERIF_LIEUX, VERIF_LIENS, VERIF_PARTICIPATIONS)
    found = table[["acteur_a", "acteur_b", "jaccard_themes", "nb_dispositifs_communs"]].values.tolist()
    assert found == [["a", "c", 0.5, 1], ["b", "c", 1.0, 0]]
    assert bilan.loc[0, ["nb_paires_attendues", "nb_paires_realisees", "nb_a_verifier", "nb_ecartees"]].tolist() == [
        3,
        1,
        2,
        0,
    ]
    assert bilan.loc[0, "taux_realisation"] == pytest.approx(1 / 3)
    assert table["statut"].tolist() == ["non_confirme", "non_confirme"]
    assert table["inter_champ"].tolist() == [True, True]
    assert table.loc[0, ["territoires_communs", "themes_communs", "dispositifs_communs"]].tolist() == [
        ("epci:T1",), ("alim",), ("PAT",),
    ]  # fmt: skip
    expected = read_expected()
    assert found == expected["liens_manquants"]
    assert bilan.loc[0, "taux_realisation"] == pytest.approx(expected["taux_realisation"])
    assert bilan.loc[0, "nb_paires_attendues"] == len(expected["liens_attendus"])


def test_the_reason_is_a_sentence():
    words = {"epci:T1": "CC des Monts", "alim": "alimentation", "PAT": "PAT du Velay"}
    table, _ = list_links_to_check(VERIF, VERIF_LIEUX, VERIF_LIENS, VERIF_PARTICIPATIONS, libelles=words)
    shared = "Présents tous deux sur le territoire « CC des Monts », ils partagent"
    end = "le thème « alimentation », sans lien déclaré entre eux."
    assert table["motif"].tolist() == [f"{shared} le dispositif « PAT du Velay » et {end}", f"{shared} {end}"]
    many = make_actors({"a": S, "b": S}, themes=[tuple("pqrst")] * 2)
    places = make_places("a:T1,T2 b:T1,T2")
    table, _ = list_links_to_check(many, places, make_table("liens"), make_table("participations"))
    assert table.loc[0, "motif"] == (
        "Présents tous deux sur les territoires « epci:T1 » et « epci:T2 », ils partagent les thèmes « p », « q », « r » et "
        "2 autres, sans lien déclaré entre eux."
    )


def test_only_the_narrow_territories_bring_actors_together():
    wide = VERIF[["acteur_id"]].merge(pd.DataFrame({"territoire_id": ["perimetre", "departement:43"]}), how="cross")
    table, bilan = list_links_to_check(VERIF, wide, VERIF_LIENS, VERIF_PARTICIPATIONS)
    assert table.empty
    assert np.isnan(bilan.loc[0, "taux_realisation"])


def test_status_follows_who_answered():
    acteurs = make_actors({"a": S, "b": S, "c": S, "d": S}, themes=[("t",)] * 4, a_repondu=["oui", "oui", "non", None])
    table, _ = list_links_to_check(
        acteurs, make_places("a:T b:T c:T d:T"), make_table("liens"), make_table("participations")
    )
    status = table.set_index(table["acteur_a"] + table["acteur_b"])["statut"].to_dict()
    assert status == {
        "ab": "absent_declare", "ac": "non_confirme", "ad": "non_confirme", "bc": "non_confirme", "bd": "non_confirme",
        "cd": "non_observe",
    }  # fmt: skip


def make_random(seed, n=25):
    rng = np.random.default_rng(seed)
    letters = [f"n{k:02d}" for k in range(n)]
    pick = lambda words, p: tuple(w for w in words if rng.random() < p)  # noqa: E731
    acteurs = make_actors(
        {a: str(rng.choice([S, D, "mixte"])) for a in letters}, themes=[pick("pqrs", 0.3) for _ in letters]
    )
    lieux = pd.DataFrame(
        [(a, f"epci:{t}") for a in letters for t in pick("TUV", 0.4)], columns=["acteur_id", "territoire_id"]
    )
    participations = make_participations(" ".join(f"{a}:{d}" for a in letters for d in pick("XYZ", 0.2)))
    liens = pd.DataFrame(rng.choice(letters, (40, 2)), columns=["source_id", "cible_id"]).assign(type="t")
    return acteurs, lieux, liens, participations


def list_naively(acteurs, lieux, liens, participations):
    owned = [
        {a: set(rows[column]) for a, rows in table.groupby("acteur_id")}
        for table, column in [(lieux, "territoire_id"), (participations, "dispositif_id")]
    ]
    themes, champ = acteurs.set_index("acteur_id")["themes"].map(set), acteurs.set_index("acteur_id")["champ"]
    linked = {frozenset(p) for p in liens[["source_id", "cible_id"]].values.tolist()}
    found, expected = [], 0
    for a, b in itertools.combinations(sorted(champ.index), 2):
        places, shared = (sets.get(a, set()) & sets.get(b, set()) for sets in owned)
        both, union = themes[a] & themes[b], themes[a] | themes[b]
        if places and (both or shared):
            expected += 1
            if frozenset((a, b)) not in linked:
                jaccard = len(both) / len(union) if union else -1
                found.append((not shared, {champ[a], champ[b]} != {S, D}, -jaccard, a, b))
    return [(*f[3:],) for f in sorted(found)], expected


@pytest.mark.parametrize("seed", range(3))
def test_links_to_check_agree_with_a_double_loop(seed, monkeypatch):
    tables = make_random(seed)
    found, expected = list_naively(*tables)
    table, bilan = list_links_to_check(*tables, plafond=None)
    assert list(zip(table["acteur_a"], table["acteur_b"], strict=True)) == found
    assert bilan.loc[0, "nb_paires_attendues"] == expected
    assert len(found) > 20
    # neither the size of a block, nor the cap, nor the order of rows changes what comes first
    monkeypatch.setattr(links_to_check, "_BLOCK", 4)
    capped, bilan = list_links_to_check(*(shuffle(t) for t in tables), plafond=10)
    pdt.assert_frame_equal(capped, table.head(10))
    assert bilan.loc[0, ["nb_a_verifier", "nb_affichees", "nb_ecartees"]].tolist() == [len(found), 10, len(found) - 10]


def test_no_theme_at_all_leaves_the_closeness_unknown():
    acteurs = make_actors({"a": S, "b": S}, themes=[(), ()])
    table, _ = list_links_to_check(acteurs, make_places("a:T b:T"), make_table("liens"), make_participations("a:X b:X"))
    assert np.isnan(table.loc[0, "jaccard_themes"])


def test_links_to_check_on_empty_tables():
    table, bilan = list_links_to_check(
        make_table("acteurs"), VERIF_LIEUX.head(0), make_table("liens"), make_table("participations")
    )
    assert list(table) == links_to_check.TO_CHECK_COLUMNS
    assert table.empty
    assert bilan.loc[0, ["nb_paires_attendues", "nb_ecartees"]].tolist() == [0, 0]
