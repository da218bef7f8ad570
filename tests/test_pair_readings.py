"""Two layers in one sentence: J1 read by hand, the facts of the pilot ground, agreement, refusals, what is unknown."""

import re

import pandas as pd
import pytest
from jouets import J1, make_affectation, make_appartenance, make_communes, make_couches

from diagnostic.measure.constats.pair_readings import describe_pairs
from diagnostic.measure.jurisdictions import weigh_pairs
from diagnostic.measure.ressorts.cuts import list_cuts
from diagnostic.measure.ressorts.discordance import measure_discordance
from diagnostic.measure.ressorts.overlap import compare_layers
from diagnostic.vocabulary.formats import NARROW_SPACE

NAMES = {"EPCI": "EPCI", "CAS": "Circonscriptions", "MSA": "Caisses de MSA", "CAF": "Caf", "CIAS": "CIAS", "X": "Essai"}


def describe(layers, population=None, *, ponderation="population", hors=None, methodes=None, paires=None, **flags):
    """Return {(couche_a, couche_b): sentence} on one perimeter; `hors`: {unit: communes elsewhere}, `paires`: columns replaced."""
    population = population or {"A": 1000, "B": 500, "C": 300, "D": 200, "E": 800, "F": 200}
    communes = make_communes(population).assign(epci="E1", departement="43")
    affectation = make_affectation(layers)
    affectation["methode"] = [(methodes or {}).get(couche, "liste") for couche in affectation["couche"]]
    unites = affectation[["couche", "unite_id"]].drop_duplicates().assign(unite_nom=lambda rows: rows["unite_id"])
    unites["nb_communes_hors"] = [float((hors or {}).get(unite, 0)) for unite in unites["unite_id"]]
    tables = {
        "affectation": affectation, "appartenance": make_appartenance({"perimetre": population}), "communes": communes,
        "couches": make_couches(layers, **flags).assign(libelle=[NAMES.get(one, one) for one in layers]), "unites": unites,
        "territoires": pd.DataFrame({"nom": ["Pays"], "type": ["perimetre"]}, index=["perimetre"]),
        "reglages": {"ponderation": ponderation}, "unites_coupees": pd.DataFrame(columns=["unite_id"]),
    }  # fmt: skip
    given = [tables[name] for name in ("affectation", "appartenance", "communes", "couches")]
    results = {
        "paires": compare_layers(*given, ponderation=ponderation), "coupures": list_cuts(*given, unites=unites, ponderation=ponderation),
    }  # fmt: skip
    results["discordance"] = measure_discordance(*given, ponderation=ponderation)
    results["paires"] = weigh_pairs(results["paires"], results["discordance"]).assign(**paires or {})
    told = describe_pairs(tables, results)
    assert told["phrase"].str.endswith(".").all()
    return {(row.couche_a, row.couche_b): re.sub(r" \([A-F]\)", "", row.phrase.replace(NARROW_SPACE, " ")) for row in told.itertuples()}


J1_SENTENCES = {
    ("EPCI", "CAS"): "Pays : 2 circonscriptions d'action sociale sur 3 (57 % des habitants) sont entièrement dans un seul EPCI ; "
    "1 est coupée : "
    "S2 (2 EPCI ; 2 communes, 38 % de ses habitants, hors du principal : Commune C et Commune D) ; 83 % des habitants sont dans "
    "l'EPCI principal de leur circonscription d'action sociale.",
    ("EPCI", "MSA"): "Pays : 1 EPCI sur 2 (33 % des habitants) est entièrement dans une seule caisse de MSA ; 1 est coupé : "
    "E1 (2 caisses de MSA ; 1 commune, 10 % de ses habitants, hors de la principale : Commune D) ; 93 % des habitants sont dans la "
    "caisse de MSA principale de leur EPCI ; dans l'autre sens, "
    "1 caisse de MSA sur 2 (60 % des habitants) est entièrement dans un seul EPCI ; 1 est coupée : "
    "M2 (2 EPCI ; 1 commune, 17 % de ses habitants, hors du principal : Commune D).",
    ("EPCI", "CIAS"): "Pays : le seul CIAS (I1) est entièrement dans un EPCI (E1) ; "
    "67 % des habitants seulement sont dans les deux couches.",
    ("EPCI", "X"): "Pays : chacune des 3 unités de la couche « Essai » est entièrement dans un seul EPCI ; un EPCI en compte de 1 à 2.",
}  # fmt: skip


@pytest.mark.parametrize(("pair", "expected"), J1_SENTENCES.items())
def test_j1(pair, expected):
    assert describe({couche: J1[couche] for couche in pair}, incompletes=("CIAS",))[pair] == expected


@pytest.mark.parametrize(
    ("layers", "flags", "expected"),
    [
        ({"EPCI": {"A": "E1", "B": "E2"}, "CAF": {"A": "F1", "B": "F2"}}, {},
            "Pays : les 2 EPCI et les 2 Caf ont exactement les mêmes limites."),
        ({"EPCI": {"A": "E1"}, "CIAS": {"A": "I1"}}, {"incompletes": ["EPCI", "CIAS"]},
            "Pays : un seul EPCI et un seul CIAS, sur les mêmes communes ; 50 % des habitants seulement sont dans les deux couches."),
        (
            {"EPCI": {"A": "E1"}, "CAF": {"B": "F1"}}, {"incompletes": ["EPCI", "CAF"]},
            "Pays : 1 EPCI et 1 Caf, mais aucune commune ne relève des deux couches à la fois."),
        (
            {"EPCI": {"A": "E1", "B": "E1"}, "CAF": {}}, {},
            ("Pays : « EPCI » et « Caf » ne sont pas comparés, faute d'unité connue ici pour « Caf » ; "
            "ce n'est pas la preuve d'une absence.")),
        (
            {"EPCI": {"A": "E1", "B": "E2"}, "PAT": {"A": ["P1", "P2"], "B": "P1"}}, {"non_exclusives": ["PAT"]},
            ("Pays : 2 EPCI et 2 projets alimentaires territoriaux ; 1 commune dans plusieurs projets alimentaires territoriaux "
            "à la fois : les découpages se recouvrent, l'emboîtement n'est pas mesuré.")),
        (
            {"EPCI": {"A": "E1", "B": "E2"}, "QPV": {"A": {"Q1": None, "Q2": None}}}, {"infra": ["QPV"], "incompletes": ["QPV"]},
            ("Pays : les 2 quartiers prioritaires sont entièrement dans le même EPCI (E1) ; au plus 50 % des habitants sont dans "
            "les deux couches.")),
        (
            {"EPCI": {"A": "E1", "B": "E2"}, "CIAS": {"A": "I1"}}, {"incompletes": ["CIAS"]},
            "Pays : le seul CIAS (I1) est entièrement dans un EPCI (E1) ; 50 % des habitants seulement sont dans les deux couches."),
    ],
)  # fmt: skip
def test_limit_cases(layers, flags, expected):
    assert describe(layers, {"A": 10, "B": 10}, **flags)[tuple(layers)] == expected


def test_what_a_unit_lacks_is_told_apart_from_what_cuts_it():
    epci = {"A": "E1", "B": "E1", "C": "E2", "D": "E3", "E": "E3", "F": "E4"}
    layers = {"EPCI": epci, "CIAS": {"A": "I1", "D": "I2", "E": "I3", "F": "I1"}}
    expected = (
        "Pays : 1 EPCI sur 4 (7 % des habitants) est entièrement dans un seul CIAS ; 1 est coupé : "
        "E3 (2 CIAS ; 1 commune, 20 % de ses habitants, hors du principal : Commune D) ; 1 n'est couvert qu'en partie ; 1 n'a aucun CIAS "
        "; 91 % des habitants couverts sont dans le CIAS principal de leur EPCI "
        "; dans l'autre sens, 2 CIAS sur 3 (45 % des habitants couverts) sont entièrement dans un seul EPCI : I2 et I3 ; "
        "73 % des habitants seulement sont dans les deux couches."
    )
    assert describe(layers, incompletes=["CIAS"])["EPCI", "CIAS"] == expected
    # A layer said to be complete: what is missing is not known.
    assert describe(layers)["EPCI", "CIAS"] == expected.replace("aucun CIAS", "aucun CIAS connu")


def test_many_cut_units_are_counted_and_ties_are_told():
    layers = {"EPCI": {str(n): f"E{n // 2}" for n in range(10)}, "CAS": {str(n): f"S{n % 2}" for n in range(10)}}
    sentence = describe(layers, {str(n): 10 for n in range(10)})["EPCI", "CAS"]
    assert "aucun des 5 EPCI n'est entièrement dans une seule circonscription d'action sociale ; 5 sont coupés : E0" in sentence
    assert sentence.count("à égalité avec une autre") == 3 and " et 2 autres ; 50 % des habitants sont dans la circonscription" in sentence


def test_weighting_is_told_and_shared_communes_are_counted():
    layers = {"EPCI": J1["EPCI"], "MSA": J1["MSA"]}
    assert "(33 % des communes) est entièrement" in describe(layers, ponderation="communes")["EPCI", "MSA"]


def test_layers_of_a_single_unit_share_one_sentence():
    layers = {"EPCI": J1["EPCI"], "CAF": J1["CAF"], "DEPARTEMENT": dict.fromkeys("ABCDEF", "99"), "MSA": J1["MSA"]}
    told = describe(layers)
    assert len(told) == 2 and ("EPCI", "MSA") in told and not isinstance(next(iter(told))[0], str)
    assert next(iter(told.values())) == "Pays : une seule Caf et un seul département pour tout le territoire : rien à comparer."
    # A single unit that leaves communes out divides the territory.
    assert ("EPCI", "CIAS") in describe({"EPCI": J1["EPCI"], "CIAS": J1["CIAS"]}, incompletes=["CIAS"])


ZONES = {"ZONE_EMPLOI": {"A": "Z1", "B": "Z1", "C": "Z2", "D": "Z2", "E": "Z3", "F": "Z3"}}


@pytest.mark.parametrize(
    ("layers", "hors", "expected"),
    [
        ({**ZONES, "EPCI": J1["EPCI"]}, {"Z1": 3, "Z2": 1},
            ("Pays : chacune des 3 zones d'emploi est, pour sa part dans le territoire, dans un seul EPCI ; un EPCI en compte de 1 à 2 ; "
            "2 des 3 zones d'emploi débordent du territoire : elles sont jugées sur leur seule part.")),
        ({**ZONES, "EPCI": J1["EPCI"]}, {"Z1": float("nan")},
            ("Pays : chacune des 3 zones d'emploi est, pour sa part dans le territoire, dans un seul EPCI ; un EPCI en compte de 1 à 2 ; "
            "pour 1 des 3 zones d'emploi, on ne sait pas si elle déborde du territoire.")),
        ({"ZONE_EMPLOI": {"A": "Z1", "B": "Z2"}, "EPCI": {"A": "E1", "B": "E1", "C": "E2"}}, {"Z1": 1, "Z2": 1},
            ("Pays : les 2 zones d'emploi sont, pour leur part dans le territoire, dans le même EPCI (E1) ; 67 % des habitants seulement "
            "sont dans les deux couches ; les 2 zones d'emploi débordent du territoire : elles sont jugées sur leur seule part.")),
        ({"ZONE_EMPLOI": {"A": "Z1"}, "EPCI": {"A": "E1", "B": "E1", "C": "E2"}}, {"Z1": 1},
            ("Pays : la seule zone d'emploi (Z1) est, pour sa part dans le territoire, dans un EPCI (E1) ; 33 % des habitants seulement "
            "sont dans les deux couches ; la seule zone d'emploi déborde du territoire : elle est jugée sur sa seule part.")),
        ({"ZONE_EMPLOI": J1["EPCI"], "EPCI": J1["EPCI"]}, {"E1": 1},
            ("Pays : les 2 zones d'emploi et les 2 EPCI ont, dans le territoire, exactement les mêmes limites ; 1 des 2 zones d'emploi et "
            "1 des 2 EPCI débordent du territoire : ils sont jugés sur leur seule part.")),
        ({"EPCI": J1["EPCI"], "MSA": J1["MSA"]}, {"M2": 4},
            "Commune D) ; 1 des 2 caisses de MSA déborde du territoire : elle est jugée sur sa seule part."),
    ],
)  # fmt: skip
def test_units_that_go_beyond_are_not_told_as_whole(layers, hors, expected):
    told = describe(layers, dict.fromkeys(layers["EPCI"], 10), hors=hors, incompletes=list(layers))
    assert told[tuple(layers)].endswith(expected)


def test_a_unit_whose_nesting_is_unknown_is_never_said_to_be_cut():
    nan = float("nan")
    shared = {"A": {"C1": nan, "C2": nan}, "B": "C1", "C": "C2", "D": "C3"}
    layers = {"CANTON": shared, "QPV": {"A": {"Q1": nan}, "D": {"Q2": nan}}}
    told = describe(layers, dict.fromkeys("ABCD", 10), infra=["CANTON", "QPV"], incompletes=["QPV"])["CANTON", "QPV"]
    assert "; 2 ne sont couverts" not in told and "coupé" not in told.split("dans l'autre sens")[-1]
    layers = {"QPV": {"A": {"Q1": nan, "Q2": nan}, "D": {"Q3": nan}}, "CANTON": shared}
    told = describe(layers, dict.fromkeys("ABCD", 10), infra=["CANTON", "QPV"], incompletes=["QPV"], paires={"nb_a_inconnus": 2})
    assert told["QPV", "CANTON"].startswith(
        "Pays : 1 quartier prioritaire sur 3 est entièrement dans un seul canton ; pour 2 d'entre eux on ne peut pas le dire (parts "
        "inconnues dans une commune partagée)"
    )
    assert "coupé" not in told["QPV", "CANTON"].split("dans l'autre sens")[0]
    told = describe(layers, dict.fromkeys("ABCD", 10), infra=["CANTON", "QPV"], incompletes=["QPV"], paires={"nb_a_inconnus": 0})
    assert "; 2 ne sont couverts qu'en partie ou sont coupés, on ne sait pas (parts inconnues" in told["QPV", "CANTON"]


def test_a_commune_split_between_cantons_is_no_overlap():
    nan = float("nan")
    layers = {"CANTON": {"A": {"C1": nan, "C2": nan}, "B": "C1"}, "PAT": {"A": ["P1", "P2"], "B": "P1"}}
    told = describe(layers, {"A": 10, "B": 10}, infra=["CANTON"], non_exclusives=["PAT"])["CANTON", "PAT"]
    assert "1 commune dans plusieurs projets alimentaires territoriaux à la fois : les" in told and "cantons à la fois" not in told


def test_shares_by_surface_are_said_to_be_so():
    layers = {"EPCI": J1["EPCI"], "CLS": {"A": {"L1": 0.4}, "E": "L2"}}
    told = describe(layers, incompletes=["CLS"], methodes={"CLS": "surface"})["EPCI", "CLS"]
    assert told.endswith("; parts estimées à la surface (« CLS »).")
    assert "surface" not in describe(layers, incompletes=["CLS"])["EPCI", "CLS"]


def test_without_a_unit_the_noun_agrees():
    layers = {"QPV": {"A": "Q1", "E": "Q2"}, "ARRONDISSEMENT": {"A": "R1", "B": "R1", "C": "R1", "D": "R3", "E": "R2", "F": "R2"}}
    assert "; 1 arrondissement sur 3 n'en a aucun" in describe(layers, incompletes=["QPV"])["QPV", "ARRONDISSEMENT"]
