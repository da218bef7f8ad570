"""The sheet hypotheses: names and codes lead to communes, layers and units; what leads nowhere is told."""

import pandas as pd

from diagnostic.read.layers.hypotheses import resolve_hypotheses

COMMUNES = pd.DataFrame({"nom": ["Brioude", "Auzon", "Saint-Just", "Saint-Just"]}, index=["43040", "43016", "43205", "63001"])
COUCHES = pd.DataFrame({"libelle": ["Intercommunalités", "Circonscriptions"]}, index=["EPCI", "CAS"])
UNITES = pd.DataFrame({
    "couche": ["EPCI", "EPCI", "CAS", "CAS"], "unite_id": ["200", "201", "S1", "S2"],
    "unite_nom": ["CC Brioude", "Auzon Communauté", "Nord", "Nord"],
})  # fmt: skip


def make_rows(*cells):
    rows = pd.DataFrame(list(cells), columns=["hypothese", "commune", "couche", "unite"], dtype="str")
    return rows.assign(fichier="inventaire.xlsx", feuille="hypotheses", ligne=range(2, 2 + len(rows)))


def test_names_and_codes_lead_to_the_same_move():
    rows = make_rows(("H", "brioude", "epci", "auzon communaute"), ("H", "43040", "Intercommunalités", "201"))
    moves, problems = resolve_hypotheses(rows, COMMUNES, COUCHES, UNITES)
    assert not len(problems)
    assert moves[["code_insee", "couche", "unite_id"]].to_numpy().tolist() == [["43040", "EPCI", "201"]] * 2


def test_a_name_that_several_bear_leads_to_none_of_them():
    rows = make_rows(("H", "Saint-Just", "CAS", "S1"), ("H", "43205", "CAS", "Nord"), ("H", "43205", "CAS", "S2"))
    moves, problems = resolve_hypotheses(rows, COMMUNES, COUCHES, UNITES)
    assert moves["unite_id"].tolist() == ["S2"] and moves.index.tolist() == [2]
    assert problems["ligne"].tolist() == [2, 3] and problems["colonne"].tolist() == ["commune", "unite"]


def test_an_unknown_layer_lists_those_known():
    _, problems = resolve_hypotheses(make_rows(("H", "Auzon", "CANTONS", "1")), COMMUNES, COUCHES, UNITES)
    assert problems["colonne"].tolist() == ["couche"] and "EPCI, CAS" in problems["a_faire"].iloc[0]
    assert problems["probleme"].tolist() == ["Découpage inconnu : « CANTONS »."]


def test_an_empty_sheet_asks_for_nothing():
    moves, problems = resolve_hypotheses(make_rows(), COMMUNES, COUCHES, UNITES)
    assert not len(moves) and problems is None and list(moves.columns[:4]) == ["hypothese", "code_insee", "couche", "unite_id"]
