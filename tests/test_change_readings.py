"""Hypotheses in sentences: who joins what, fewer or more units, territories that gain or lose communes, nothing changed."""

import pandas as pd
from tables_lectures import list_texts, make_tables, measure_tables

from diagnostic.measure.constats.change_readings import describe_change
from diagnostic.measure.ressorts.change import measure_change


def describe(*moves, **changes):
    tables = make_tables(**changes)
    tables["hypotheses"] = pd.DataFrame(moves, columns=["hypothese", "code_insee", "couche", "unite_id"], dtype="str")
    results = measure_tables(tables)
    given = [tables[name] for name in ("affectation", "appartenance", "communes", "couches", "hypotheses")]
    results["que_changerait"], results["hypotheses_refusees"] = measure_change(*given)
    return describe_change(tables, results)


def test_a_sector_that_gives_two_communes_back():
    told = describe(("Nord", "C", "CAS", "S1"), ("Nord", "D", "CAS", "S1"), ("Nord", "Z", "CAS", "S1"))
    assert told[["territoire_id", "couche_a"]].to_numpy().tolist() == [["perimetre", "CAS"]]
    assert list_texts(told) == [
        ("Hypothèse « Nord » : si les 2 communes Commune C et Commune D rejoignaient la circonscription d'action sociale « Nord », "
        "la CC Une n'aurait plus qu'une circonscription d'action sociale au lieu de 2 ; "
        "Pays : 1 EPCI sur 2 serait entièrement dans une seule circonscription d'action sociale, au lieu d'aucun.")
    ]


def test_a_commune_that_changes_epci():
    (told,) = list_texts(describe(("Vers Deux", "C", "EPCI", "E2")))
    assert told == (
        "Hypothèse « Vers Deux » : si Commune C rejoignait la CC Deux, la CC Une passerait de 4 à 3 communes ; la CC Deux passerait de 2 à "
        "3 communes ; la CC Deux aurait 1 CIAS au lieu d'aucun et 2 caisses de MSA au lieu de 1 ; "
        "Pays : aucun des 2 EPCI ne serait entièrement dans une seule caisse de MSA, au lieu de 1."
    )


def test_several_layers_and_a_change_that_changes_no_count():
    told = describe(("h", "D", "EPCI", "E2"), ("h", "C", "CAS", "S1"), ("g", "B", "CAS", "S2"))
    assert told["couche_a"].isna().tolist() == [True, False]
    first, second = list_texts(told)
    assert "si Commune D rejoignait la CC Deux et si Commune C rejoignait la circonscription d'action sociale « Nord », " in first
    assert second.endswith(", aucun territoire n'aurait plus ni moins d'interlocuteurs.")


def test_nothing_is_nested_in_a_layer_that_overlaps():
    nested = "seraient entièrement dans un seul projet alimentaire territorial"
    layers = {"PAT": dict.fromkeys("ABC", "P1") | dict.fromkeys("DEF", "P2")}
    (told,) = list_texts(describe(("h", "D", "PAT", "P1"), layers=layers))
    assert nested in told
    overlaps = {"PAT": {"A": ["P1", "P3"], "B": "P1", "C": "P1", "D": "P2", "E": "P2", "F": ["P2", "P4"]}}
    (told,) = list_texts(describe(("h", "D", "PAT", "P1"), layers=overlaps, non_exclusives=["PAT"]))
    assert "entièrement" not in told


def test_refused_moves_are_not_told():
    assert describe(("h", "Z", "CAS", "S1")).empty
    assert describe().empty
