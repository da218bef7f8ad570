"""The sheets in sentences: J1 read by hand, what is partial, unknown, overlapping or tied, and the pilot ground."""

import numpy as np
import pytest
from jouets import J1
from tables_lectures import list_texts, make_tables, measure_tables

from diagnostic.measure.constats.sheet_readings import describe_commune, describe_territory, list_partial


def describe(**changes):
    tables = make_tables(**changes)
    return describe_territory(tables, measure_tables(tables))


def tell(territoire_id, **changes):
    told = describe(**changes)
    return list_texts(told[told["territoire_id"] == territoire_id])


def test_the_sheet_of_an_epci():
    assert tell("epci:E1") == [
        ("La CC Une a affaire à 6 interlocuteurs dans 4 couches : 2 circonscriptions d'action sociale (Nord et Centre) ; "
        "2 caisses de MSA (MSA Nord et MSA Sud) ; Caf 99 ; I1."),
        ("La CC Une : 2 communes sur 4 (75 % des habitants) sont dans la même circonscription d'action sociale (Nord) ; "
        "2 communes font exception : Commune C et Commune D (Centre)."),
        ("Si les 2 communes Commune C et Commune D relevaient de la même circonscription d'action sociale que les autres, "
        "la CC Une n'aurait plus qu'une circonscription d'action sociale au lieu de 2."),
        ("La CC Une : 3 communes sur 4 (90 % des habitants) sont dans la même caisse de MSA (MSA Nord) ; "
        "1 commune fait exception : Commune D (MSA Sud)."),
        "Si Commune D relevait de la même caisse de MSA que les autres, la CC Une n'aurait plus qu'une caisse de MSA au lieu de 2.",
    ]


def test_a_partial_layer_has_nothing_there_and_an_unknown_one_is_said_so():
    first, *_ = tell("epci:E2")
    assert first.endswith("; Caf 99 ; aucun CIAS.") and "dans 3 couches" in first
    told = tell("epci:E2", incompletes=[])
    assert told[1] == "La CC Deux : aucune unité connue pour « CIAS » ; ce n'est pas la preuve d'une absence."
    told = tell("epci:E1", layers={"CIAS": {"A": "I1"}})
    assert "La CC Une : la couche « CIAS » n'y couvre que 50 % des habitants." in told


def test_no_main_unit_below_half_and_overlaps_have_none():
    told = tell("epci:E1", layers={"CAS": {"A": "S1", "B": "S2", "C": "S2", "D": "S3"}}, ponderation="communes")
    assert told[1].startswith("La CC Une : 2 communes sur 4 (50 % des communes) sont dans la même circonscription")
    told = tell("epci:E1", layers={"CAS": {"A": "S1", "B": "S2", "C": "S3", "D": "S4"}}, ponderation="communes")
    assert told[1] == (
        "La CC Une : 4 circonscriptions d'action sociale dont aucune ne réunit la moitié des communes : Nord (1 commune, 25 % des "
        "communes), Centre (1 commune, 25 % des communes), Sud (1 commune, 25 % des communes) et S4 (1 commune, 25 % des communes)."
    )
    assert not [one for one in told if one.startswith("Si") and "circonscription" in one]
    told = tell("epci:E1", layers={"PAT": {"A": ["P1", "P2"], "B": "P1"}}, non_exclusives=["PAT"], incompletes=["CIAS", "PAT"])
    assert told[-1] == (
        "La CC Une (la couche ne couvre que 75 % des habitants) : 2 projets alimentaires territoriaux ; 1 commune est dans plusieurs à la "
        "fois, aucun n'est dit principal."
    )


def test_ties_shares_of_what_is_covered_and_many_units():
    layers = {"CAS": {"A": "S1", "B": "S2", "C": "S3", "D": "S4", "E": "S1", "F": "S2"}}
    told = tell("epci:E2", layers=layers, ponderation="communes")
    assert "(Nord, à égalité avec une autre) ; 1 commune fait exception : Commune F (Centre)." in told[1]
    told = tell("epci:E1", layers={"CAS": {"A": "S1", "B": "S2"}}, incompletes=["CIAS", "CAS"])
    assert "(la couche ne couvre que 75 % des habitants) : 1 commune sur 2 (67 % des habitants couverts) est dans la même" in told[1]
    told = tell("epci:E1", layers={"CAS": {"A": "S1", "B": "S2", "C": "S3", "D": "S4"}})
    assert "3 communes font exception : Commune B (Centre) ; Commune C (Sud) ; Commune D (S4)." in told[1]
    assert told[2] == (
        "Si Commune D relevait de la même circonscription d'action sociale que la plupart des autres, la CC Une aurait "
        "3 circonscriptions d'action sociale au lieu de 4."
    )


def test_unknown_parts_are_not_told_as_known():
    layers = {"CAS": J1["CAS"] | {"A": {"S1": np.nan, "S2": np.nan}}}
    told = tell("epci:E1", layers=layers)
    assert told[1] == (
        "La CC Une : 2 circonscriptions d'action sociale ; parts de population inconnues dans une commune partagée, "
        "aucune n'est dite principale."
    )


def test_no_move_is_told_of_slivers_surfaces_or_layers_that_overlap():
    moved = "Si Commune D relevait de la même circonscription d'action sociale que les autres"
    layers = {"CAS": dict.fromkeys("ABC", "S1") | {"D": {"S1": 0.5, "S2": 0.5}, "E": "S3", "F": "S3"}}
    assert [one for one in tell("epci:E1", layers=layers) if one.startswith("Si Commune D pour 50 % relevait de la même circonscription")]
    slivers = {"CAS": dict.fromkeys("ABC", "S1") | {"D": {"S1": 0.96, "S2": 0.04}, "E": "S3", "F": "S3"}}
    assert not [one for one in tell("epci:E1", layers=slivers) if one.startswith("Si") and "circonscription" in one]
    whole = {"CAS": dict.fromkeys("ABC", "S1") | {"D": "S2", "E": "S3", "F": "S3"}}
    assert any(one.startswith(moved) for one in tell("epci:E1", layers=whole))
    assert not any(one.startswith(moved) for one in tell("epci:E1", layers=whole, non_exclusives=["CAS"]))
    assert not any("Si Commune D" in one and "circonscription" in one for one in list_texts(describe_surface(layers)))


def describe_surface(layers):
    tables = make_tables(layers)
    tables["affectation"]["methode"] = ["surface" if couche == "CAS" else "liste" for couche in tables["affectation"]["couche"]]
    return describe_territory(tables, measure_tables(tables))


def test_shares_by_surface_and_bounds_are_said_to_be_so():
    layers = {"CAS": dict.fromkeys("ABC", "S1") | {"D": {"S1": 0.5, "S2": 0.5}, "E": "S3", "F": "S3"}}
    told = list_texts(describe_surface(layers))
    assert [one for one in told if one.startswith("La CC Une (parts estimées à la surface) : 4 communes sur 4 (95 % des habitants) sont")]
    unknown = {"QPV": {"A": {"Q1": np.nan}}}
    told = tell("epci:E1", layers=unknown, infra=["QPV"], incompletes=["CIAS", "QPV"])
    assert "La CC Une : la couche « QPV » y couvre au plus 50 % des habitants." in told
    both = {"QPV": {"A": {"Q1": np.nan}, "B": "Q1"}}
    told = tell("epci:E1", layers=both, infra=["QPV"], incompletes=["CIAS", "QPV"])
    assert "La CC Une : la couche « QPV » y couvre de 25 % à 75 % des habitants." in told


def test_who_intervenes_in_a_commune():
    tables = make_tables({"CAS": {"A": {"S1": 0.3, "S2": 0.7}, "B": "S1"}})
    told = describe_commune(tables)
    assert told["territoire_id"].tolist() == [f"commune:{code}" for code in "ABCDEF"]
    texts = list_texts(told)
    assert texts[0] == (
        "Commune A, 6 interlocuteurs : CC Une ; circonscription d'action sociale « Centre » pour 70 % ; "
        "circonscription d'action sociale « Nord » pour 30 % ; MSA Nord ; Caf 99 ; I1."
    )
    assert texts[4].endswith("; Caf 99 ; aucun CIAS ; non renseigné : « Circonscriptions d'action sociale ».")
    nothing = tables | {"affectation": tables["affectation"].iloc[:0]}
    assert list_texts(describe_commune(nothing))[0].startswith("Commune A : aucun interlocuteur connu ; non renseigné : « EPCI », « Circ")
    assert list_partial(tables) == {"CIAS"} and list_partial(nothing) == set()


def test_no_sentence_without_territory():
    tables = make_tables()
    results = measure_tables(tables)
    assert describe_territory(tables, results, types=("autre",)).empty
    assert set(describe()["territoire_id"]) == {"epci:E1", "epci:E2"}


@pytest.mark.parametrize("ponderation", ["population", "communes"])
def test_order_of_rows_does_not_matter(ponderation):
    tables = make_tables(ponderation=ponderation)
    shuffled = tables | {name: tables[name].iloc[::-1] for name in ("affectation", "appartenance", "unites")}
    first, second = (list_texts(describe_territory(one, measure_tables(one))) for one in (tables, shuffled))
    assert first == second
    assert list_texts(describe_commune(tables)) == list_texts(describe_commune(shuffled))
