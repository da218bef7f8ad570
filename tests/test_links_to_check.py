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

from diagnostic.measure.manques import links_to_check, pair_candidates
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
    fields = "l'un du champ social, l'autre du développement local"
    shared = f"Présents tous deux sur le territoire « CC des Monts », {fields}, ils partagent"
    end = "le thème « alimentation », sans lien déclaré entre eux (un seul des deux a répondu à l'enquête)."
    assert table["motif"].tolist() == [f"{shared} le dispositif « PAT du Velay » et {end}", f"{shared} {end}"]
    many = make_actors({"a": S, "b": S}, themes=[tuple("pqrst")] * 2, publics=[("jeunes",)] * 2, a_repondu="oui")
    communes = pd.DataFrame({"population": [800.0, 434.0]}, index=["01001", "01002"])
    appartenance = pd.DataFrame({"code_insee": communes.index, "territoire_id": ["epci:T1", "epci:T2"]})
    table, _ = list_links_to_check(
        many, make_places("a:T1,T2 b:T1,T2"), make_table("liens"), make_table("participations"),
        communes=communes, appartenance=appartenance,
    )  # fmt: skip
    assert table.loc[0, "motif"].replace("\u202f", " ") == (
        "Présents tous deux sur les territoires « epci:T1 » et « epci:T2 » (1 234 habitants), ils partagent les thèmes « p », « q », "
        "« r » et 2 autres et le public « jeunes », sans lien déclaré entre eux (tous deux ont répondu à l'enquête)."
    )


def test_each_key_of_the_order_by_hand():
    """From c on, each actor loses to the one before it by one key only: the champ, the dispositif, the theme, the public, people."""
    champs = {"a": S, "z": D} | dict.fromkeys("bcdef", S)
    themes = [("t", "u"), ("t",), ("t",), ("t", "u"), ("t",), ("t",), ("t",)]
    publics = [("p",), (), (), (), ("p",), (), ()]
    acteurs = make_actors(champs, themes=themes, publics=publics)
    lieux = make_places("a:T1,T2 z:T1 b:T1 c:T1 d:T1 e:T2 f:T1")
    communes = pd.DataFrame({"population": [100.0, 50.0, 50.0]}, index=["01001", "01002", "01003"])
    appartenance = pd.DataFrame({"code_insee": ["01001", "01002", "01002", "01003"], "territoire_id": [f"epci:T{k}" for k in "1122"]})
    table, _ = list_links_to_check(
        acteurs, lieux, make_table("liens"), make_participations("a:X b:X"), communes=communes, appartenance=appartenance
    )
    mine = table[table["acteur_a"] == "a"]
    # z: other champ; b: common dispositif; c: Jaccard 1; d: common public; f: 150 inhabitants; e: 100.
    assert mine["acteur_b"].tolist() == ["z", "b", "c", "d", "f", "e"]
    assert mine["population_commune"].tolist() == [150, 150, 150, 150, 150, 100]
    assert mine["jaccard_themes"].tolist() == [0.5, 0.5, 1, 0.5, 0.5, 0.5]
    assert mine["nb_publics_communs"].tolist() == [0, 0, 0, 1, 0, 0]
    assert mine["publics_communs"].tolist() == [(), (), (), ("p",), (), ()]
    assert table["rang"].tolist() == list(range(1, len(table) + 1))


def test_people_of_the_common_ground_are_counted_once_or_unknown():
    acteurs = make_actors(dict.fromkeys("abcd", S), themes=[("t",)] * 4)
    lieux = make_places("a:T1,T2 b:T1,T2 c:T1,T3 d:T3,T4")
    communes = pd.DataFrame({"population": [1.0, 10.0, 100.0, np.nan]}, index=["01001", "01002", "01003", "01004"])
    held = [("01001", "T1"), ("01002", "T1"), ("01002", "T2"), ("01003", "T2"), ("01004", "T3"), ("01001", "T9")]
    appartenance = pd.DataFrame([(c, f"epci:{t}") for c, t in held], columns=["code_insee", "territoire_id"])

    def people(**given):
        table, _ = list_links_to_check(acteurs, lieux, make_table("liens"), make_table("participations"), **given)
        return table.set_index(table["acteur_a"] + table["acteur_b"])["population_commune"].to_dict()

    found = people(communes=communes, appartenance=appartenance)
    assert found["ab"] == 111  # 01002 is in both
    assert found["ac"] == 11
    assert np.isnan(found["cd"])  # the population of 01004 is not known
    assert np.isnan(list(people().values())).all()
    # a territory whose communes nobody gave is unknown, even beside a known one
    lost = people(communes=communes, appartenance=appartenance[appartenance["territoire_id"] != "epci:T2"])
    assert np.isnan(lost["ab"])
    assert lost["ac"] == 11


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


def make_random(seed, n=30):
    """Return acteurs, lieux, liens, participations, and communes and appartenance of territories that overlap."""
    rng = np.random.default_rng(seed)
    letters = [f"n{k:02d}" for k in range(n)]
    pick = lambda words, p: tuple(w for w in words if rng.random() < p)  # noqa: E731
    acteurs = make_actors(
        {a: str(rng.choice([S, D, "mixte"])) for a in letters},
        themes=[pick("pqrs", 0.3) for _ in letters], publics=[pick("ghij", 0.3) for _ in letters],
    )  # fmt: skip
    lieux = pd.DataFrame([(a, f"epci:{t}") for a in letters for t in pick("TUV", 0.4)], columns=["acteur_id", "territoire_id"])
    participations = make_participations(" ".join(f"{a}:{d}" for a in letters for d in pick("XYZ", 0.2)))
    liens = pd.DataFrame(rng.choice(letters, (40, 2)), columns=["source_id", "cible_id"]).assign(type="t")
    towns = [f"0100{k}" for k in range(9)]
    communes = pd.DataFrame({"population": rng.integers(0, 500, 9).astype(float)}, index=towns)
    held = [(c, f"epci:{t}") for c in towns for t in pick("TUVW", 0.5)]
    return acteurs, lieux, liens, participations, communes, pd.DataFrame(held, columns=["code_insee", "territoire_id"])


def list_naively(acteurs, lieux, liens, participations, communes, appartenance):
    owned = [
        {a: set(rows[column]) for a, rows in table.groupby("acteur_id")}
        for table, column in [(lieux, "territoire_id"), (participations, "dispositif_id")]
    ]
    rows = acteurs.set_index("acteur_id")
    themes, publics, champ = rows["themes"].map(set), rows["publics"].map(set), rows["champ"]
    linked = {frozenset(p) for p in liens[["source_id", "cible_id"]].values.tolist()}
    found, expected = [], 0
    for a, b in itertools.combinations(sorted(champ.index), 2):
        places, shared = (sets.get(a, set()) & sets.get(b, set()) for sets in owned)
        both, union = themes[a] & themes[b], themes[a] | themes[b]
        if places and (both or shared):
            expected += 1
            if frozenset((a, b)) not in linked:
                jaccard = len(both) / len(union) if union else -1
                towns = set(appartenance.loc[appartenance["territoire_id"].isin(places), "code_insee"])
                people = communes["population"].loc[sorted(towns)].sum()
                keys = {champ[a], champ[b]} != {S, D}, -len(shared), -jaccard, -len(publics[a] & publics[b]), -people, a, b
                found.append(keys)
    return [(a, b, people and -people) for *_, people, a, b in sorted(found)], expected


@pytest.mark.parametrize("seed", range(3))
def test_links_to_check_agree_with_a_double_loop(seed, monkeypatch):
    *tables, communes, appartenance = make_random(seed)
    given = {"communes": communes, "appartenance": appartenance}
    found, expected = list_naively(*tables, communes, appartenance)
    table, bilan = list_links_to_check(*tables, plafond=None, **given)
    assert list(table[["acteur_a", "acteur_b", "population_commune"]].itertuples(index=False, name=None)) == found
    assert bilan.loc[0, "nb_paires_attendues"] == expected
    assert len(found) > 20
    # neither the size of a block, nor the cap, nor the order of rows changes what comes first
    mixed = {name: shuffle(rows) for name, rows in given.items()}
    for size, cap in itertools.product([1, 7, 60], [0, 1, 10, len(found) + 1]):
        monkeypatch.setattr(pair_candidates, "_CELLS", size)
        monkeypatch.setattr(links_to_check, "_SETS", size)
        capped, bilan = list_links_to_check(*(shuffle(t) for t in tables), plafond=cap, **mixed)
        pdt.assert_frame_equal(capped, table.head(cap))
        shown = min(cap, len(found))
        assert bilan.loc[0, ["nb_a_verifier", "nb_affichees", "nb_ecartees"]].tolist() == [len(found), shown, len(found) - shown]
        assert bilan.loc[0, "nb_paires_realisees"] == expected - len(found)


def test_a_crowd_on_one_ground_keeps_the_first_identifiers():
    """All tied: 400 actors make 79,800 pairs, every one counted, the first by identifier listed."""
    ids = [f"n{k:03d}" for k in range(400)]
    acteurs = make_actors(dict.fromkeys(ids, S), themes=[("t",)] * 400)
    lieux = pd.DataFrame({"acteur_id": ids, "territoire_id": "epci:T"})
    table, bilan = list_links_to_check(shuffle(acteurs), lieux, make_table("liens"), make_table("participations"), plafond=3)
    assert table[["acteur_a", "acteur_b"]].values.tolist() == [["n000", f"n00{k}"] for k in (1, 2, 3)]
    assert bilan.loc[0, ["nb_paires_attendues", "nb_ecartees"]].tolist() == [79_800, 79_797]


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
    communes = pd.DataFrame({"population": [1.0]}, index=["01001"])
    appartenance = pd.DataFrame({"code_insee": ["01001"], "territoire_id": ["epci:T1"]})
    empty = VERIF_LIEUX.head(0), make_table("liens"), make_table("participations")
    for actors in [make_table("acteurs"), VERIF]:
        for held in [appartenance, appartenance.head(0)]:
            assert list_links_to_check(actors, *empty, communes=communes, appartenance=held)[0].empty
    assert np.isnan(list_links_to_check(VERIF, *empty)[1].loc[0, "taux_realisation"])
