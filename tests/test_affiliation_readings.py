"""Contracts in sentences: counts with their denominator, ties, and the caution; never a silo."""

import pandas as pd
from test_affiliations import COMMUNES, DISPOSITIFS, ROWS

from diagnostic.measure.constats.affiliation_readings import CAUTION, describe_affiliations
from diagnostic.measure.liens.affiliations import count_contracts, list_affiliations, measure_affiliations

LABELS = pd.DataFrame({"libelle": {"PVD": "Petites villes de demain", "VA": "Villages d'avenir"}})


def tell(rows):
    pairs = list_affiliations(rows, DISPOSITIFS, COMMUNES)
    results = {
        "affiliations_resume": measure_affiliations(pairs, COMMUNES), "affiliations_territoires": count_contracts(pairs, COMMUNES),
    }  # fmt: skip
    told = list(describe_affiliations({"listes": {"dispositifs": LABELS}}, results, None))
    assert all(row[0] == "perimetre" and row[2] == "publique" for row in told)
    return [row[1] for row in told]


def test_each_sentence_carries_its_denominator():
    told = tell(ROWS)
    assert told[0].startswith("2 communes sur 3 (67\u202f%) ont au moins un contrat d'un programme national importé")
    assert "(3 contrats, 2 programmes)" in told[0]
    assert "4 rattachements sur 9 possibles (44,4\u202f%)" in told[0]
    assert told[1] == (
        "Communes qui en ont le plus : 3 contrats, A (Petites villes de demain et Villages d'avenir) ; "
        "1 contrat, B (Petites villes de demain)."
    )
    assert told[2].startswith("1 EPCI sur 2 (50\u202f%) a au moins un contrat en propre")
    assert told[3] == "EPCI qui en ont le plus : 1 contrat, CC Un (TI)."
    assert "CC Un (3 contrats dans 2 de ses 2 communes)" in told[4]
    assert told[5] == CAUTION


def test_those_who_tie_are_counted():
    names = [f"Ville {letter}" for letter in "abcdefgh"]
    communes = pd.DataFrame({"nom": names, "epci": None, "epci_nom": None}, index=[f"4300{n}" for n in range(8)])
    rows = pd.DataFrame({"dispositif_id": "p1", "territoire_code": communes.index})
    pairs = list_affiliations(rows, DISPOSITIFS, communes)
    results = {
        "affiliations_resume": measure_affiliations(pairs, communes), "affiliations_territoires": count_contracts(pairs, communes),
    }  # fmt: skip
    told = [row[1] for row in describe_affiliations({"listes": {"dispositifs": LABELS}}, results, None)]
    assert "1 contrat, Ville a, Ville b, Ville c et 5 autres." in told[1]


def test_no_contract_no_sentence():
    assert tell(ROWS.iloc[:0]) == []
