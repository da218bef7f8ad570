"""Statements on territories: social places verified absent, counterparts shared between units."""

import pandas as pd
import pytest
from jouets_constats import actors, check_case, make_frame, make_layers, read_case


def cover(*rows):
    return make_frame(["territoire_id", "categorie", "statut", "source"], rows)


BOTH = cover(("epci:1", "*", "complet", "Groupe"), ("epci:2", "centre_social", "complet", "Groupe"))
CASES = {
    "sans_centre_social_ni_evs": [
        {"etat": "constate", "compte": (1, 1), "objets": ["epci:1"], "tables": {"couverture_inventaire": BOTH},
         "dit": "est dit complet pour les deux, 1 (100 %) n'a ni centre social ni espace de vie sociale ; on ne sait pas pour 1"},
        {"etat": "constate", "compte": (1, 2), "objets": ["epci:2"], "dit": "Sur 2 EPCI dont l'inventaire est dit complet pour les deux, 1",
         "tables": {"acteurs": actors(categories_secondaires={"a": ("evs",)}),
                    "couverture_inventaire": cover(("perimetre", "*", "complet", "G"))}},
        {"etat": "non_constate", "compte": (0, 1), "dit": "0 (0 %)",
         "tables": {"acteurs": actors(categorie={"a": "evs"}), "couverture_inventaire": BOTH}},
        # One of the two is there, but nobody said that the inventory is complete: not counted.
        {"etat": "non_mesurable", "dit": "(feuille couverture_inventaire)",
         "tables": {"acteurs": actors(categorie={"a": "evs"}), "couverture_inventaire": BOTH.iloc[1:]}},
        {"etat": "non_mesurable", "dit": "(feuille couverture_inventaire)"},
    ],
    "ressorts_discordants": [
        {"etat": "constate", "compte": (1, 2), "objets": ["epci:1", "CAF", "MSA"],
         "dit": "Sur 2 EPCI couverts, 1 (50 %) est partagé par 2 découpages ou plus",
         "results": {"discordance": make_layers(("epci:1", "CAF", 2), ("epci:1", "MSA", 3), ("epci:2", "CAF", 2), ("epci:2", "MSA", 1))}},
        {"etat": "non_constate", "compte": (0, 2), "dit": "0 (0 %)"},
        {"etat": "non_mesurable", "dit": "aucun découpage qui soit un interlocuteur ne couvre un EPCI (feuilles couches et ressorts)",
         "results": {"discordance": make_layers(
             ("epci:1", "CANTON", 4), ("epci:1", "EPCI", 2), ("departement:43", "CAF", 2), ("epci:1", "CAF", None))}},
    ],
}  # fmt: skip
LAYERS = {"libelle": ["Intercommunalités", "Caisses", "Mutualité", "Cantons"], "interlocuteur": [True, True, True, False]}


@pytest.fixture
def couches():
    return pd.DataFrame(LAYERS, index=["EPCI", "CAF", "MSA", "CANTON"])


@pytest.mark.parametrize(("constat", "case"), [(name, case) for name, cases in CASES.items() for case in cases])
def test_each_statement_holds_or_not_or_lacks_its_data(constat, case, couches):
    check_case(constat, case | {"tables": case.get("tables", {}) | {"couches": couches}})


def test_layers_that_share_are_named_for_everybody_and_mere_divisions_are_not(couches):
    rows = make_layers(("epci:1", "CAF", 2), ("epci:1", "CANTON", 5), ("epci:2", "CAF", 3), ("epci:2", "MSA", 2), ("epci:1", "MSA", 2))
    _, items = read_case("ressorts_discordants", {"couches": couches}, {"discordance": rows})
    assert items["detail"].tolist() == [
        "partagé par Caisses (3 unités) et Mutualité (2 unités)", "partagé par Caisses (2 unités) et Mutualité (2 unités)",
        "partage 2 EPCI sur 2", "partage 2 EPCI sur 2",
    ]  # fmt: skip
    assert items["objet"].tolist() == ["territoire", "territoire", "couche", "couche"] and set(items["edition"]) == {"publique"}


def test_an_invented_absence_says_so():
    rows = cover(("epci:1", "*", "complet", "FICTIF, pour l'exemple"))
    _, items = read_case("sans_centre_social_ni_evs", {"couverture_inventaire": rows})
    assert items["detail"].tolist() == ["FICTIF : absence vérifiée des deux catégories"] and items["nom"].tolist() == ["CC Une"]
    assert set(items["edition"]) == {"interne"}
