"""The first sentences on jurisdictions: counts, nested and split EPCI, units that go beyond the perimeter."""

import pandas as pd
import pytest

from diagnostic.measure.constats.layer_findings import describe_cut, describe_layers, describe_nesting, describe_split
from diagnostic.measure.ressorts.overlap import RECOUVREMENT
from diagnostic.vocabulary.formats import NARROW_SPACE

EIGHT = "Haute-Loire : 8 EPCI sur 11 (54,4 % des habitants) sont entièrement dans une seule unité de la couche « Arrondissements »"
NONE = "Haute-Loire : aucun des 11 EPCI n'est entièrement dans une seule unité de la couche « Arrondissements »"
NAMES = pd.Series({"perimetre": "Périmètre", "departement:43": "Haute-Loire", "epci:1": "CC Une"})


def make_tables(**changes):
    territoires = pd.DataFrame({"nom": NAMES, "type": ["perimetre", "departement", "epci"]})
    labels = ["Intercommunalités", "Arrondissements", "Caisses"]
    couches = pd.DataFrame({"libelle": labels, "complete": [True, True, False]}, index=["EPCI", "ARR", "CAF"])
    cut = pd.DataFrame(columns=["unite_id", "unite_nom", "nb_communes_hors", "communes_hors"])
    communes = pd.DataFrame({"epci": ["200073419"], "departement": ["43"]}, index=["43157"])
    return {
        "territoires": territoires, "couches": couches, "reglages": {"ponderation": "population"}, "unites_coupees": cut,
        "communes": communes,
    } | changes  # fmt: skip


def make_pair(**changes):
    row = {"territoire_id": "departement:43", "couche_a": "EPCI", "couche_b": "ARR", "nb_unites_a": 11, "nb_unites_b": 3, "nb_a_dans_b": 8,
           "part_population_a_dans_b": 0.543634, "purete_a_dans_b": 0.989635, "couverture_commune": 1.0, "raison_absence": ""}  # fmt: skip
    return pd.DataFrame([row | changes])


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, f"{EIGHT} ; 99,0 % des habitants sont dans l'unité principale de leur EPCI."),
        (
            {"nb_a_dans_b": 1, "part_population_a_dans_b": float("nan"), "purete_a_dans_b": float("nan")},
            "Haute-Loire : 1 EPCI sur 11 est entièrement dans une seule unité de la couche « Arrondissements »."),
        ({"couverture_commune": 0.122}, f"{EIGHT} ; la couche ne couvre que 12,2 % des habitants."),
        (
            {"nb_a_dans_b": 0, "part_population_a_dans_b": 0.0},
            f"{NONE} ; 99,0 % des habitants sont dans l'unité principale de leur EPCI."),
        ({"nb_a_dans_b": 11}, "Haute-Loire : 11 EPCI sur 11 sont entièrement dans une seule unité pour « Arrondissements »."),
        ({"nb_unites_b": 1, "nb_a_dans_b": 11}, None),
        ({"raison_absence": RECOUVREMENT}, None),
        (
            {"nb_a_dans_b": 0, "part_population_a_dans_b": float("nan"), "nb_a_inconnus": 2, "couverture_commune": 0.5},
            (f"{NONE} ; pour 2 on ne peut pas le dire (parts inconnues dans une commune partagée) ; la couche ne couvre que 50,0 % "
            "des habitants.")),
    ],
)  # fmt: skip
def test_nesting(changes, expected):
    told = [
        phrase.replace(NARROW_SPACE, " ")
        for _, phrase, _ in describe_nesting(make_tables(), {"paires": make_pair(**changes)}, NAMES)
    ]
    assert told == ([expected] if expected else [])


def test_layers_are_one_sentence_and_an_absent_one_is_no_proof():
    table = pd.DataFrame(
        {
            "territoire_id": "departement:43",
            "couche": ["EPCI", "ARR", "CAF"],
            "n_unites": [11, 3, 0],
            "couverture": [1.0, 0.5, 0.0],
        }
    )
    told = [
        phrase.replace(NARROW_SPACE, " ") for _, phrase, _ in describe_layers(make_tables(), {"discordance": table}, NAMES)
    ]
    assert told == [
        "Haute-Loire, nombre d'unités par couche : Intercommunalités 11 ; Arrondissements 3 (la couche couvre 50,0 % des habitants).",
        "Haute-Loire : aucune unité connue pour « Caisses » ; ce n'est pas la preuve d'une absence.",
    ]


def test_a_coverage_that_is_a_bound_is_said_to_be_one():
    table = pd.DataFrame({"territoire_id": "departement:43", "couche": ["CAF"], "n_unites": 2, "couverture": 0.5, "couverture_min": 0.0})
    (told,) = [phrase for _, phrase, _ in describe_layers(make_tables(), {"discordance": table}, NAMES)]
    assert "Caisses 2 (la couche couvre au plus 50,0" in told
    given = {"paires": make_pair(couche_b="CAF", nb_a_dans_b=0, couverture_commune=0.5), "discordance": table}
    (told,) = [phrase for _, phrase, _ in describe_nesting(make_tables(), given, NAMES)]
    assert " ; la couche couvre au plus 50,0" in told


def test_split_epci_and_cut_units_agree_in_number():
    table = pd.DataFrame(
        {"territoire_id": "epci:1", "couche": ["ARR", "CAF"], "n_unites": [2, 1], "part_principale": [0.971, 1.0]}
    )
    told = [
        phrase.replace(NARROW_SPACE, " ") for _, phrase, _ in describe_split(make_tables(), {"discordance": table}, NAMES)
    ]
    assert told == [
        "CC Une a plus d'un interlocuteur dans la couche « Arrondissements » : 2 unités, 97,1 % des habitants dans la principale.",
        "CC Une n'a qu'un interlocuteur dans : « Caisses ».",
    ]
    two = make_tables(territoires=pd.DataFrame({"nom": ["CC Une", "CC Deux"], "type": "epci"}, index=["epci:1", "epci:2"]))
    table = pd.concat([table, table.assign(territoire_id="epci:2", n_unites=1, part_principale=1.0)])
    told = [
        phrase.replace(NARROW_SPACE, " ") for _, phrase, _ in describe_split(two, {"discordance": table}, two["territoires"]["nom"])
    ]
    assert told == [
        ("1 EPCI sur 2 a plus d'un interlocuteur dans la couche « Arrondissements » : CC Une (2 unités, 97,1 % des habitants dans la "
         "principale)."),
        "Aucun EPCI n'a plus d'un interlocuteur dans : « Caisses ».",
    ]
    cut = pd.DataFrame(
        {"unite_nom": ["U", "V"], "nb_communes_hors": [1, 5], "communes_hors": ["1 A", "1 A ; 2 B ; 3 C ; 4 D ; 5 E"]}
    )
    told = [phrase for _, phrase, _ in describe_cut(make_tables(unites_coupees=cut), {}, NAMES)]
    assert told == [
        "U : 1 commune hors du périmètre, laissée de côté (1 A).",
        "V : 5 communes hors du périmètre, laissées de côté (1 A, 2 B, 3 C et 2 autres).",
    ]
