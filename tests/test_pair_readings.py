"""Two layers in one sentence: J1 read by hand, the facts of the pilot ground, agreement, refusals, what is unknown."""

import re

import pandas as pd
import pytest
from jouets import J1, make_affectation, make_appartenance, make_communes, make_couches

from diagnostic.measure.constats.pair_readings import count_shared, describe_pairs
from diagnostic.measure.jurisdictions import weigh_pairs
from diagnostic.measure.ressorts.cuts import list_cuts
from diagnostic.measure.ressorts.discordance import measure_discordance
from diagnostic.measure.ressorts.overlap import compare_layers
from diagnostic.vocabulary.formats import NARROW_SPACE

NAMES = {"EPCI": "EPCI", "CAS": "Circonscriptions", "MSA": "Caisses de MSA", "CAF": "Caf", "CIAS": "CIAS", "X": "Essai"}


def describe(layers, population=None, *, ponderation="population", unites=None, **flags):
    """Return {(couche_a, couche_b): sentence} on one perimeter."""
    population = population or {"A": 1000, "B": 500, "C": 300, "D": 200, "E": 800, "F": 200}
    communes = make_communes(population).assign(epci="E1", departement="43")
    tables = {
        "affectation": make_affectation(layers), "appartenance": make_appartenance({"perimetre": population}), "communes": communes,
        "couches": make_couches(layers, **flags).assign(libelle=[NAMES.get(one, one) for one in layers]), "unites": unites,
        "territoires": pd.DataFrame({"nom": ["Pays"], "type": ["perimetre"]}, index=["perimetre"]),
        "reglages": {"ponderation": ponderation}, "unites_coupees": pd.DataFrame(columns=["unite_id"]),
    }  # fmt: skip
    given = [tables[name] for name in ("affectation", "appartenance", "communes", "couches")]
    results = {
        "paires": compare_layers(*given, ponderation=ponderation), "coupures": list_cuts(*given, unites=unites, ponderation=ponderation),
    }  # fmt: skip
    results["paires"] = weigh_pairs(results["paires"], measure_discordance(*given, ponderation=ponderation))
    told = describe_pairs(tables, results)
    assert len(told) == len(results["paires"]) and told["phrase"].str.endswith(".").all()
    return {(row.couche_a, row.couche_b): re.sub(r" \([A-F]\)", "", row.phrase.replace(NARROW_SPACE, " ")) for row in told.itertuples()}


J1_SENTENCES = {
    ("EPCI", "CAS"): "Pays : 2 circonscriptions d'action sociale sur 3 (57 % des habitants) sont entièrement dans un seul EPCI ; "
    "1 est coupée : "
    "S2 (2 EPCI ; 2 communes, 38 % de ses habitants, hors du principal : Commune C et Commune D).",
    ("EPCI", "MSA"): "Pays : 1 EPCI sur 2 (33 % des habitants) est entièrement dans une seule caisse de MSA ; 1 est coupé : "
    "E1 (2 caisses de MSA ; 1 commune, 10 % de ses habitants, hors de la principale : Commune D) ; dans l'autre sens, "
    "1 caisse de MSA sur 2 (60 % des habitants) est entièrement dans un seul EPCI ; 1 est coupée : "
    "M2 (2 EPCI ; 1 commune, 17 % de ses habitants, hors du principal : Commune D).",
    ("EPCI", "CAF"): "Pays : les 2 EPCI sont entièrement dans la même Caf (F1).",
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
        ({"EPCI": {"A": "E1", "B": "E1"}, "CAF": {"A": "F1", "B": "F1"}}, {},
            "Pays : un seul EPCI et une seule Caf, sur les mêmes communes."),
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
            ("Pays : les 2 quartiers prioritaires sont entièrement dans le même EPCI (E1) ; 50 % des habitants seulement sont dans "
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
    assert sentence.count("à égalité avec une autre") == 3 and sentence.endswith(" et 2 autres.")


def test_weighting_is_told_and_shared_communes_are_counted():
    layers = {"EPCI": J1["EPCI"], "MSA": J1["MSA"]}
    assert "(33 % des communes) est entièrement" in describe(layers, ponderation="communes")["EPCI", "MSA"]
    tables = {"affectation": make_affectation({"P": {"A": ["1", "2"], "B": "1"}}), "appartenance": make_appartenance({"t": "AB", "u": "B"})}
    assert count_shared(tables).to_dict() == {("t", "P"): 1}
