"""Proximities to discuss, by hand and against a naive double loop."""

import itertools

import numpy as np
import pandas as pd
import pandas.testing as pdt
import pytest
from jouets_reseau import make_actors, make_links, make_territories, shuffle

from diagnostic.measure.manques import pair_candidates, proximities
from diagnostic.measure.manques.proximities import list_proximities, place_actors
from diagnostic.schema import make_table

S, D = "social", "developpement_local"
NO_LINK = make_table("liens")


def make_towns(text):
    """Return lieux from "a:01 b:01,02"."""
    cells = [cell.split(":") for cell in text.split()]
    rows = [(actor, town) for actor, towns in cells for town in towns.split(",")]
    return pd.DataFrame(rows, columns=["acteur_id", "code_insee"], dtype="str")


def list_pairs(table):
    return (table["acteur_a"] + table["acteur_b"]).tolist()


def test_proximities_by_hand():
    """ab are alike; c works for another public, d elsewhere, e on another theme; f is linked to a."""
    acteurs = make_actors(
        {"a": S, "b": D} | dict.fromkeys("cdef", S),
        themes=[("alim", "sante"), ("alim",), ("alim",), ("alim",), ("mobilite",), ("sante",)],
        publics=[("jeunes",), ("jeunes", "seniors"), ("seniors",), ("jeunes",), ("jeunes",), ("jeunes",)],
        a_repondu=["oui", "oui", None, None, None, None],
    )
    acteurs.loc[1, "categorie"] = "ccas"
    lieux = make_towns("a:01,02 b:02,01 c:01 d:03 e:01 f:01")
    table, bilan = list_proximities(acteurs, lieux, make_links("fa"))
    assert list(table) == proximities.PROXIMITY_COLUMNS
    # b and c share food and seniors; b and f share no theme
    assert list_pairs(table) == ["bc", "ab"]
    first = table.set_index(["acteur_a", "acteur_b"]).loc[("a", "b")]
    assert first.drop("phrase").to_dict() == {
        "rang": 2, "code_insee": "01", "nb_communes_partagees": 2, "themes_communs": ("alim",), "publics_communs": ("jeunes",),
        "meme_categorie": False, "inter_champ": True, "jaccard": 0.5, "statut": "absent_declare",
    }  # fmt: skip
    assert table["jaccard"].tolist() == pytest.approx([2 / 3, 2 / 4])
    assert bilan.iloc[0].to_dict() == {
        "nb_acteurs": 6, "nb_acteurs_sans_theme_ou_public": 0, "nb_acteurs_sans_commune": 0, "nb_paires_proches": 3,
        "nb_paires_liees": 1, "nb_doublons_proposes": 0, "nb_paires": 2, "nb_affichees": 2, "nb_ecartees": 0,
    }  # fmt: skip


def test_the_sentence_asks_and_accuses_nobody():
    acteurs = make_actors({"a": S, "b": D}, themes=[("alim",)] * 2, publics=[("jeunes",)] * 2, a_repondu=["oui", None])
    words = {"01": "Ambert", "alim": "alimentation", "jeunes": "Jeunes"}
    table, _ = list_proximities(acteurs, make_towns("a:01 b:01"), NO_LINK, libelles=words)
    assert table.loc[0, "phrase"] == (
        "Proximité à discuter : présents tous deux dans la commune « Ambert », l'un du champ social, l'autre du développement local, "
        "ils partagent le thème « alimentation » et le public « Jeunes », sans lien déclaré entre eux (un seul des deux a répondu à "
        "l'enquête). À eux de dire s'ils se complètent."
    )
    for word in ["double emploi", "redondan", "en trop", "concurren", "inutile"]:
        assert word not in table.loc[0, "phrase"]


def test_what_is_not_written_is_unknown_never_alike():
    """Without theme, without public, without commune: compared with nobody, and counted."""
    acteurs = make_actors(
        dict.fromkeys("abcdef", S), themes=[(), (), ("t",), ("t",), ("t",), ("t",)], publics=[("p",), ("p",), (), (), ("p",), ("p",)]
    )
    table, bilan = list_proximities(acteurs, make_towns("a:01 b:01 c:01 d:01 e:01"), NO_LINK)
    assert table.empty
    assert bilan.loc[0, ["nb_acteurs", "nb_acteurs_sans_theme_ou_public", "nb_acteurs_sans_commune"]].tolist() == [6, 4, 1]
    table, bilan = list_proximities(acteurs.drop(columns=["themes", "publics"]), make_towns("a:01 b:01"), NO_LINK)
    assert table.empty
    assert bilan.loc[0, "nb_acteurs_sans_theme_ou_public"] == 6


def test_everybody_is_shared_with_everybody_only():
    acteurs = make_actors(dict.fromkeys("abc", S), themes=[("t",)] * 3, publics=[("tout_public",), ("tout_public",), ("jeunes",)])
    assert list_pairs(list_proximities(acteurs, make_towns("a:01 b:01 c:01"), NO_LINK)[0]) == ["ab"]


def test_the_same_structure_written_twice_is_left_out_and_counted():
    acteurs = make_actors(dict.fromkeys("abcd", S), themes=[("t",)] * 4, publics=[("p",)] * 4)
    lieux = make_towns("a:01 b:01 c:01 d:01")
    decisions = [("b", "a", ""), ("a", "c", "fusionner"), ("d", "a", "distincts"), ("d", "c", None), ("x", "a", "")]
    doublons = pd.DataFrame(decisions, columns=["acteur_id_1", "acteur_id_2", "decision"])
    table, bilan = list_proximities(acteurs, lieux, make_links("bc cd"), doublons=doublons)
    # cd is linked besides: counted as linked; ad was said to be two structures
    assert list_pairs(table) == ["ad", "bd"]
    counted = ["nb_paires_proches", "nb_paires_liees", "nb_doublons_proposes", "nb_paires"]
    assert bilan.loc[0, counted].tolist() == [6, 2, 2, 2]
    assert list_pairs(list_proximities(acteurs, lieux, make_links("bc cd"), doublons=doublons.drop(columns="decision"))[0]) == ["bd"]


def test_a_category_that_is_missing_is_neither_the_same_nor_another():
    acteurs = make_actors(dict.fromkeys("abc", S), themes=[("t",)] * 3, publics=[("p",)] * 3)
    acteurs["categorie"] = ["ccas", None, None]
    table, _ = list_proximities(acteurs, make_towns("a:01 b:01 c:01"), NO_LINK)
    assert table["meme_categorie"].isna().all()
    acteurs["categorie"] = ["ccas", "association", "ccas"]
    table, _ = list_proximities(acteurs, make_towns("a:01 b:01 c:01"), NO_LINK)
    assert list_pairs(table) == ["ac", "ab", "bc"]
    assert table["meme_categorie"].tolist() == [True, False, False]


def make_random(seed, n=30):
    rng = np.random.default_rng(seed)
    letters = [f"n{k:02d}" for k in range(n)]
    pick = lambda words, p: tuple(w for w in words if rng.random() < p)  # noqa: E731
    acteurs = make_actors(
        {a: str(rng.choice([S, D, "mixte"])) for a in letters},
        themes=[pick("pqrs", 0.4) for _ in letters], publics=[pick("ghij", 0.4) for _ in letters],
    )  # fmt: skip
    acteurs["categorie"] = rng.choice(["ccas", "association", None], n)
    lieux = pd.DataFrame([(a, f"0{t}") for a in letters for t in pick("123", 0.5)], columns=["acteur_id", "code_insee"])
    liens = pd.DataFrame(rng.choice(letters, (60, 2)), columns=["source_id", "cible_id"]).assign(type="t")
    doublons = pd.DataFrame(rng.choice(letters, (200, 2)), columns=["acteur_id_1", "acteur_id_2"])
    return acteurs, lieux, liens, doublons.assign(decision=rng.choice(["", "distincts"], 200))


def list_naively(acteurs, lieux, liens, doublons):
    rows = acteurs.set_index("acteur_id")
    towns = {a: set(lieux.loc[lieux["acteur_id"] == a, "code_insee"]) for a in rows.index}
    linked = {frozenset(p) for p in liens[["source_id", "cible_id"]].values.tolist()}
    twice = {frozenset(p) for *p, said in doublons.values.tolist() if said != "distincts"}
    found, counts = [], [0, 0, 0]
    for a, b in itertools.combinations(sorted(rows.index), 2):
        themes, publics = ([set(rows.loc[x, name]) for x in (a, b)] for name in ("themes", "publics"))
        common = [len(themes[0] & themes[1]), len(publics[0] & publics[1])]
        if towns[a] & towns[b] and all(common):
            pair = frozenset((a, b))
            counts[0] += 1
            counts[1] += pair in linked
            counts[2] += pair in twice - linked
            if pair not in linked | twice:
                jaccard = sum(common) / (len(themes[0] | themes[1]) + len(publics[0] | publics[1]))
                kinds = rows.loc[[a, b], "categorie"]
                alike = 2 if kinds.isna().any() else int(kinds.nunique() > 1)
                found.append((-jaccard, alike, -sum(common), a, b, min(towns[a] & towns[b])))
    return [(*row[3:], -row[0]) for row in sorted(found)], counts


@pytest.mark.parametrize("seed", range(3))
def test_proximities_agree_with_a_double_loop(seed, monkeypatch):
    *tables, doublons = make_random(seed)
    found, counts = list_naively(*tables, doublons)
    table, bilan = list_proximities(*tables, doublons=doublons, plafond=None)
    assert list(table[["acteur_a", "acteur_b", "code_insee", "jaccard"]].itertuples(index=False, name=None)) == found
    assert bilan.loc[0, ["nb_paires_proches", "nb_paires_liees", "nb_doublons_proposes"]].tolist() == counts
    assert len(found) > 20
    assert min(counts) > 2
    for size, cap in itertools.product([1, 50], [0, 7, len(found) + 5]):
        monkeypatch.setattr(pair_candidates, "_CELLS", size)
        capped, bilan = list_proximities(*(shuffle(t) for t in tables), doublons=shuffle(doublons), plafond=cap)
        pdt.assert_frame_equal(capped, table.head(cap))
        assert bilan.loc[0, ["nb_affichees", "nb_ecartees"]].tolist() == [min(cap, len(found)), max(len(found) - cap, 0)]


def test_actors_are_placed_where_they_are_and_where_they_say():
    communes = pd.DataFrame({"nom": ["Ambert", "Thiers", "Saint-Éloy", "Saint-Éloy"]}, index=["63003", "63430", "63001", "63002"])
    territoires = make_territories("perimetre", "epci:Thiers")
    acteurs = pd.DataFrame(
        {
            "acteur_id": list("abcdefg"),
            "code_insee": ["63003", None, "63003", None, "75056", None, None],
            "territoires": [("63001", "63003"), ("ambert",), (), ("Thiers",), (), ("Saint-Eloy", "nulle part"), ("perimetre",)],
        }
    )
    placed = place_actors(acteurs, communes, territoires)
    # Thiers is a territory here; two communes are named Saint-Éloy; 75056 is outside
    assert placed.values.tolist() == [["a", "63001"], ["a", "63003"], ["b", "63003"], ["c", "63003"]]
    pdt.assert_frame_equal(place_actors(shuffle(acteurs), shuffle(communes), territoires), placed)
    without = place_actors(acteurs.drop(columns="territoires"), communes, territoires)
    assert without.values.tolist() == [["a", "63003"], ["c", "63003"]]


def test_proximities_on_empty_tables():
    communes, territoires = pd.DataFrame({"nom": pd.Series(dtype="str")}), make_territories("perimetre")
    placed = place_actors(make_table("acteurs"), communes, territoires)
    assert list(placed) == ["acteur_id", "code_insee"]
    table, bilan = list_proximities(make_table("acteurs"), placed, NO_LINK)
    assert list(table) == proximities.PROXIMITY_COLUMNS
    assert table.empty
    assert bilan.iloc[0].eq(0).all()
