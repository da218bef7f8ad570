"""Statements on actors: who does what, what inhabitants can read, age of rows, pivots, associations, CIAS."""

import pytest
from jouets_constats import actors, check_case, devices, parts, places, read_case

from diagnostic.measure import quality
from diagnostic.measure.constats import statements_actors

NOBODY = {"acteurs": actors(""), "acteurs_territoires": places("a:1", "acteur_id").iloc[:0]}
THEMES = dict.fromkeys("abde", ("sante",))
KNOWN = {"themes": THEMES, "publics": dict.fromkeys("abde", ("jeunes",))}
CASES = {
    "qui_fait_quoi_inconnu": [
        {"etat": "constate", "compte": (1, 4), "objets": ["b", "e"],
         "dit": "Sur 4 acteurs du réseau, 1 (25 %) est sans thème ; à part, 1 (25 %) est sans participation saisie",
         "tables": {"acteurs": actors(themes=THEMES | {"b": ()}), "participations": parts("a:P b:P d:P")}},
        # Being in no dispositif is no unknown.
        {"etat": "non_constate", "compte": (0, 4), "objets": ["b", "d", "e"], "dit": "0 (0 %) est sans thème ; à part, 3 (75 %) sont sans",
         "tables": {"acteurs": actors(themes=THEMES), "participations": parts("a:P")}},
        {"etat": "non_mesurable", "dit": "aucun acteur saisi (feuille acteurs)", "tables": NOBODY},
        {"etat": "non_mesurable", "dit": "aucune participation saisie (feuille participations)",
         "tables": {"acteurs": actors(themes=THEMES), "participations": parts("")}},
    ],
    "role_ou_stade_inconnu": [
        {"etat": "constate", "compte": (2, 3), "objets": ["P"], "dit": "Sur 3 participations, 2 (67 %) sont sans rôle ou sans stade",
         "tables": {"participations": parts("a:P:pilotage b:P:-:emergence d:P:pilotage:emergence")}},
        {"etat": "non_constate", "compte": (0, 1), "dit": "Sur 1 participation",
         "tables": {"participations": parts("a:P:pilotage:emergence")}},
        {"etat": "non_mesurable", "dit": "aucune participation saisie (feuille participations)", "tables": {"participations": parts("")}},
    ],
    "lisibilite_habitants": [
        {"etat": "constate", "compte": (1, 4), "objets": ["b", "d", "e"],
         "dit": "1 (25 %) a commune, thème, public et diffusion publique ; 1 sans commune, 1 sans thème, 2 sans public",
         "tables": {"acteurs": actors(
             themes=THEMES | {"b": ()}, publics={"a": ("jeunes",), "d": ("jeunes",)}, code_insee={"d": None}, diffusion={"e": None})}},
        {"etat": "non_constate", "compte": (4, 4), "dit": "4 (100 %) ont commune", "tables": {"acteurs": actors(**KNOWN)}},
        {"etat": "non_mesurable", "dit": "publics jamais remplis (feuille acteurs", "tables": {"acteurs": actors(themes=THEMES)}},
        {"etat": "non_mesurable", "dit": "diffusion jamais remplie (feuille acteurs, colonne diffusion)",
         "tables": {"acteurs": actors(**KNOWN, diffusion=dict.fromkeys("abde"))}},
        {"etat": "non_mesurable", "dit": "aucun acteur saisi (feuille acteurs)", "tables": NOBODY},
    ],
    "connaissance_a_actualiser": [
        {"etat": "constate", "compte": (2, 3), "objets": ["a", "b"],
         "dit": "Sur 3 lignes datées, 2 (67 %) sont à revoir ; 1 sans date utile",
         "tables": {"acteurs": actors(date_maj={"a": "2025-11-27", "b": "2020-01-01", "d": "2026-10-01"})}},
        {"etat": "non_constate", "compte": (0, 1), "dit": "Sur 1 ligne datée", "tables": {"acteurs": actors(date_maj={"d": "2026-10-01"})}},
        {"etat": "non_mesurable", "dit": "aucune ligne datée (feuille acteurs, colonne date_maj)"},
    ],
    "lieux_pivots": [
        {"etat": "constate", "compte": (1, 4), "objets": ["a"],
         "dit": "Sur 4 acteurs du réseau, 1 (25 %) est un lieu pivot déclaré, dans 1 EPCI sur 2",
         "tables": {"acteurs": actors(lieu_pivot={"a": True, "b": False})}},
        {"etat": "non_constate", "compte": (0, 4), "dit": "dans 0 EPCI sur 2", "tables": {"acteurs": actors(lieu_pivot={"a": False})}},
        {"etat": "non_mesurable", "dit": "lieu pivot jamais rempli (feuille acteurs, colonne lieu_pivot)"},
    ],
    "associations_engagees": [
        {"etat": "constate", "compte": (1, 2), "objets": ["P"],
         "dit": "Sur 2 dispositifs dont le statut d'un acteur est connu, 1 (50 %) compte une",
         "tables": {"acteurs": actors(statut={"a": "association", "b": "public"})}},
        {"etat": "non_constate", "compte": (0, 1), "dit": "0 (0 %)", "tables": {"acteurs": actors(statut={"a": "public"})}},
        {"etat": "non_mesurable", "dit": "(feuille acteurs, colonne statut ; feuille participations)"},
    ],
    "cias_sans_coordination": [
        {"etat": "constate", "compte": (1, 3), "objets": ["b"],
         "dit": "Sur 3 CIAS recensés, 1 (33 %) ne coordonne, ne pilote ni ne porte aucun dispositif",
         "tables": {"acteurs": actors(categorie=dict.fromkeys("abd", "cias")), "dispositifs": devices(porteur_id={"Q": "d"}),
                    "participations": parts("a:P:coordination b:P")}},
        {"etat": "non_constate", "compte": (0, 1), "dit": "Sur 1 CIAS recensé",
         "tables": {"acteurs": actors(categorie={"a": "cias"}), "participations": parts("a:P:pilotage")}},
        {"etat": "non_mesurable", "dit": "aucun CIAS recensé (feuille acteurs, categorie = cias)"},
        {"etat": "non_mesurable", "dit": "aucune participation saisie (feuille participations)",
         "tables": {"acteurs": actors(categorie={"a": "cias"}), "participations": parts("")}},
    ],
}  # fmt: skip


@pytest.mark.parametrize(("constat", "case"), [(name, case) for name, cases in CASES.items() for case in cases])
def test_each_statement_holds_or_not_or_lacks_its_data(constat, case):
    check_case(constat, case)


def test_what_is_missing_of_each_actor_is_named():
    members = actors(themes={"a": ("sante",)}, diffusion={"b": None}, publics={"a": ("jeunes",), "b": ("jeunes",)})
    _, items = read_case("lisibilite_habitants", {"acteurs": members})
    assert items[["identifiant", "detail"]].values.tolist() == [
        ["b", "il manque : thème et diffusion publique"], ["d", "il manque : thème et public"], ["e", "il manque : thème et public"],
    ]  # fmt: skip
    assert set(items["edition"]) == {"interne"}


def test_actors_out_of_the_networks_are_not_counted():
    members = actors(themes=THEMES)
    kept = members.assign(dans_reseau=members["acteur_id"] != "e")
    row, _ = read_case("qui_fait_quoi_inconnu", {"acteurs": members}, {"acteurs": kept})
    assert row["denominateur"] == 3


def test_a_pivot_says_where_it_is_and_follows_its_diffusion():
    members = actors(lieu_pivot=dict.fromkeys("abd", True), diffusion={"b": None}, lieu_domicile={"d": True})
    _, items = read_case("lieux_pivots", {"acteurs": members, "acteurs_territoires": places("a:2,1 b:1", "acteur_id")})
    assert items[["identifiant", "detail", "edition"]].values.tolist() == [
        ["a", "CC Deux et CC Une", "publique"], ["b", "CC Une", "partenaires"], ["d", "territoire inconnu", "interne"],
    ]  # fmt: skip


def test_the_states_of_rows_are_those_of_the_measure_of_freshness():
    assert statements_actors.STALE == (quality.TO_REVIEW, quality.OLD) and statements_actors.DATED[0] == quality.UP_TO_DATE


def test_the_age_of_a_row_is_told():
    _, items = read_case("connaissance_a_actualiser", {"acteurs": actors(date_maj={"a": "2025-11-27", "b": "2024-01-01"})})
    assert items["detail"].tolist() == ["à revoir, mise à jour il y a 12 mois", "ancien, mise à jour il y a 34 mois"]
