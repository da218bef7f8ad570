"""The sheet of a territory: J1 by hand, a naive loop, the closed form of moves against the measure itself, what is unknown."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jouets import make_affectation, make_appartenance, make_communes, make_couches, make_j1

from diagnostic.measure.ressorts.discordance import ABSENTE, measure_discordance
from diagnostic.measure.ressorts.territory_sheets import (
    AUCUNE,
    INCONNUE,
    MINORITY_COLUMNS,
    MOVE_COLUMNS,
    PARTS_INCONNUES,
    RECOUVREMENT,
    SHEET_COLUMNS,
    list_interveners,
    list_minority,
    list_territory_units,
    measure_moves,
)

UNITS = ["perimetre", "E1", "E2"]


def take(toy):
    return toy.affectation, toy.appartenance, toy.communes, toy.couches


def make_toy(population, layers, *, territoires=None, **flags):
    """Return the tables of toy layers on one territory 't', or on those given."""
    return (
        make_affectation(layers), make_appartenance(territoires or {"t": population}), make_communes(population),
        make_couches(layers, **flags),
    )  # fmt: skip


def test_the_sheet_of_j1():
    j1 = make_j1()
    sheet = list_territory_units(*take(j1), unites=j1.unites)
    assert sheet.columns.tolist() == SHEET_COLUMNS
    cas = sheet[(sheet["territoire_id"] == "epci:E1") & (sheet["couche"] == "CAS")]
    assert cas[["rang", "unite_id", "principale", "nb_communes", "poids", "part", "emboitee"]].to_numpy().tolist() == [
        [1, "S1", True, 2, 1500.0, 0.75, True], [2, "S2", False, 2, 500.0, 0.25, False],
    ]  # fmt: skip
    assert cas["communes"].tolist() == ["Commune A (A) ; Commune B (B)", "Commune C (C) ; Commune D (D)"]
    absent = sheet[(sheet["territoire_id"] == "epci:E2") & (sheet["couche"] == "CIAS")].iloc[0]
    assert absent["raison_absence"] == ABSENTE and absent["nb_communes"] == 0 and not absent["principale"]
    assert absent[["rang", "unite_id", "poids", "part", "communes"]].isna().all()


def test_the_odd_communes_of_j1():
    j1 = make_j1()
    table = list_minority(*take(j1), unites=j1.unites)
    assert table.columns.tolist() == MINORITY_COLUMNS
    here = table[table["territoire_id"].isin(["epci:E1", "epci:E2"]) & table["couche"].isin(["CAS", "MSA"])]
    assert here[["territoire_id", "couche", "code_insee", "unite_id", "unite_principale", "part"]].to_numpy().tolist() == [
        ["epci:E1", "CAS", "C", "S2", "S1", 0.15], ["epci:E1", "CAS", "D", "S2", "S1", 0.1],
        ["epci:E1", "MSA", "D", "M2", "M1", 0.1], ["epci:E2", "CAS", "F", "S3", "S2", 0.2],
    ]  # fmt: skip
    assert not table["egalite"].any()


def test_the_moves_of_j1():
    j1 = make_j1()
    table = measure_moves(*take(j1), unites=j1.unites)
    assert table.columns.tolist() == MOVE_COLUMNS
    row = table[(table["territoire_id"] == "epci:E1") & (table["couche"] == "CAS")].iloc[0]
    assert row[["unite_id", "vers_unite", "nb_communes", "poids"]].tolist() == ["S2", "S1", 2, 500.0]
    assert row[["n_unites_avant", "n_unites_apres", "q2_avant", "q2_apres"]].tolist() == pytest.approx([2, 1, 1.6, 1.0])


SHARES = st.sampled_from([{"U": 1.0}, {"V": 1.0}, {"W": 1.0}, {"U": 0.25, "V": 0.75}, {"U": 0.5, "W": 0.5}, {"V": 0.6}, {}])
PLACES = st.lists(st.tuples(st.integers(1, 50), SHARES), min_size=1, max_size=9)


@settings(deadline=None, max_examples=60)
@given(PLACES)
def test_sheets_and_moves_agree_with_the_measure_on_a_moved_affectation(drawn):
    population = {f"{rank:05d}": float(size) for rank, (size, _) in enumerate(drawn)}
    layer = {code: shares for code, (_, shares) in zip(population, drawn, strict=True)}
    tables = make_toy(population, {"L": layer})
    affectation, *rest = tables
    sheet = list_territory_units(*tables)
    measured = measure_discordance(*tables).iloc[0]
    if sheet["unite_id"].isna().any():
        assert measured["n_unites"] == 0 and len(sheet) == 1
        return
    naive = {
        unit: sum(population[code] * shares.get(unit, 0) for code, shares in layer.items())
        for unit in sorted({unit for shares in layer.values() for unit in shares})
    }
    assert dict(zip(sheet["unite_id"], sheet["poids"], strict=True)) == pytest.approx(naive)
    assert sheet["unite_id"].tolist() == sorted(naive, key=lambda unit: (-round(naive[unit], 6), unit))
    assert sheet["poids"].sum() == pytest.approx(measured["poids_couvert"]) and sheet["part"].sum() == pytest.approx(1)
    assert sheet.loc[sheet["principale"], "unite_id"].tolist() == [measured["unite_principale"]]
    moves = measure_moves(*tables)
    assert sorted(moves["unite_id"]) == sorted(set(naive) - {measured["unite_principale"]})
    for move in moves.itertuples():
        moved = affectation.assign(unite_id=affectation["unite_id"].mask(affectation["unite_id"] == move.unite_id, move.vers_unite))
        moved = moved.groupby(["code_insee", "couche", "unite_id"], as_index=False)["part"].sum()
        after = measure_discordance(moved, *rest).iloc[0]
        assert (move.n_unites_avant, move.n_unites_apres) == (measured["n_unites"], after["n_unites"])
        assert move.q2_avant == pytest.approx(measured["interlocuteurs_effectifs_q2"])
        assert move.q2_apres == pytest.approx(after["interlocuteurs_effectifs_q2"])


@settings(deadline=None, max_examples=60)
@given(PLACES)
def test_odd_communes_against_a_naive_loop(drawn):
    population = {f"{rank:05d}": float(size) for rank, (size, _) in enumerate(drawn)}
    layer = {code: shares for code, (_, shares) in zip(population, drawn, strict=True)}
    main = measure_discordance(*make_toy(population, {"L": layer})).iloc[0]["unite_principale"]
    expected = [
        code for code, shares in layer.items()
        if shares and min(shares, key=lambda unit: (-shares[unit], unit)) != main
    ]  # fmt: skip
    assert list_minority(*make_toy(population, {"L": layer}))["code_insee"].tolist() == expected


def test_a_tie_takes_the_smallest_code_and_says_so():
    tables = make_toy({"A": 10, "B": 10, "C": 3}, {"L": {"A": "U2", "B": "U1", "C": {"U1": 0.5, "U2": 0.5}}})
    sheet, minority = list_territory_units(*tables), list_minority(*tables)
    assert sheet["unite_id"].tolist() == ["U1", "U2"] and sheet["egalite"].tolist() == [True, False]
    assert minority[["code_insee", "egalite"]].to_numpy().tolist() == [["A", True]]  # C goes by U1, the smallest code


def test_a_split_commune_says_its_share():
    tables = make_toy({"A": 10, "B": 10}, {"L": {"A": {"U1": 0.4, "U2": 0.6}, "B": "U1"}})
    told = list_territory_units(*tables).set_index("unite_id")["communes"].str.replace("\u202f", " ")
    assert told.to_dict() == {"U1": "Commune B (B) ; Commune A (A) pour 40 %", "U2": "Commune A (A) pour 60 %"}


@pytest.mark.parametrize(
    ("unit", "flags", "reason"),
    [({"U1": np.nan, "U2": np.nan}, {}, PARTS_INCONNUES), ({"U1": 1.0, "U2": 1.0}, {"non_exclusives": ["L"]}, RECOUVREMENT)],
)
def test_an_unknown_main_unit_is_missing_with_its_reason(unit, flags, reason):
    tables = make_toy({"A": 10, "B": 10}, {"L": {"A": unit, "B": "U1"}}, **flags)
    sheet, moves = list_territory_units(*tables), measure_moves(*tables)
    assert sheet["raison_absence"].tolist() == [reason] * 2 and sheet["part"].isna().all() and not sheet["principale"].any()
    assert sheet["unite_id"].tolist() == ["U1", "U2"]  # by number of communes
    assert moves["n_unites_avant"].tolist() == [2, 2] and moves["raison_absence"].tolist() == [reason] * 2
    assert moves[["vers_unite", "n_unites_apres", "q2_avant", "q2_apres"]].isna().all(axis=None)
    assert list_minority(*tables).empty


def test_a_unit_that_goes_beyond_is_nested_nowhere():
    j1 = make_j1()
    cut = pd.DataFrame({"couche": ["CAS"], "unite_id": ["S1"]})
    sheet = list_territory_units(*take(j1), unites_coupees=cut)
    assert not sheet.loc[sheet["unite_id"] == "S1", "emboitee"].any()
    assert sheet.loc[(sheet["unite_id"] == "S3") & (sheet["territoire_id"] == "epci:E2"), "emboitee"].all()


def test_a_territory_that_splits_communes_holds_no_whole_unit():
    affectation, appartenance, communes, couches = make_toy({"A": 10, "B": 10}, {"L": {"A": "U1", "B": "U1"}})
    sheet = list_territory_units(affectation, appartenance.assign(part=[0.5, 1.0]), communes, couches)
    assert sheet["poids"].tolist() == [15.0] and not sheet["emboitee"].any()


def test_row_order_and_arguments():
    j1 = make_j1()
    before = j1.affectation.copy()
    shuffled = (j1.affectation.iloc[::-1], j1.appartenance.iloc[::-1], j1.communes.iloc[::-1], j1.couches)
    for measure in (list_territory_units, list_minority, measure_moves):
        pd.testing.assert_frame_equal(measure(*take(j1)), measure(*shuffled))
    pd.testing.assert_frame_equal(j1.affectation, before)


def test_empty_tables_keep_their_columns():
    j1 = make_j1()
    nothing = j1.affectation.iloc[:0]
    sheet = list_territory_units(nothing, *take(j1)[1:])
    assert sheet["raison_absence"].eq(ABSENTE).all() and len(sheet) == 15
    assert list_minority(nothing, *take(j1)[1:]).columns.tolist() == MINORITY_COLUMNS
    assert measure_moves(nothing, *take(j1)[1:]).columns.tolist() == MOVE_COLUMNS
    nowhere = list_territory_units(j1.affectation, j1.appartenance.iloc[:0], j1.communes, j1.couches)
    assert nowhere.empty and nowhere.columns.tolist() == SHEET_COLUMNS


def test_who_intervenes_in_each_commune():
    j1 = make_j1()
    couches = j1.couches.assign(libelle=["EPCI", "Secteurs", "nom", "Secteurs", "CIAS"])
    affectation = j1.affectation.copy()
    affectation = affectation[~((affectation["couche"] == "CAS") & (affectation["code_insee"] == "F"))]
    split = affectation["couche"].eq("CAS") & affectation["code_insee"].eq("A")
    affectation.loc[split, "part"] = 0.3
    more = affectation[split].assign(unite_id="S2", part=0.7)
    table = list_interveners(pd.concat([affectation, more]), j1.communes, couches, unites=j1.unites)
    fixed = ["code_insee", "nom", "epci_nom", "nb_interlocuteurs"]
    assert table.columns.tolist() == [*fixed, "EPCI", "Secteurs (CAS)", "nom (MSA)", "Secteurs (CAF)", "CIAS"]
    assert table["nb_interlocuteurs"].tolist() == [6, 5, 5, 5, 4, 3]
    assert table["Secteurs (CAS)"].str.replace("\u202f", " ").tolist()[::5] == ["S2 pour 70 % ; S1 pour 30 %", INCONNUE]
    assert table["CIAS"].tolist() == ["I1"] * 4 + [AUCUNE] * 2
    nothing = list_interveners(affectation.iloc[:0], j1.communes, couches)
    assert nothing["CIAS"].eq(INCONNUE).all() and nothing["nb_interlocuteurs"].eq(0).all()


def test_a_single_unit_of_unknown_part_is_no_main_unit():
    tables = make_toy({"A": 100, "B": 100}, {"QPV": {"A": {"q": np.nan}}}, infra=["QPV"])
    sheet = list_territory_units(*tables)
    assert sheet[["poids", "part"]].isna().all(axis=None) and not sheet["principale"].any()
    assert sheet["raison_absence"].tolist() == [PARTS_INCONNUES] and sheet["nb_communes"].tolist() == [1]
    # Nobody lives there: an unknown part of nobody is nobody.
    empty = list_territory_units(*make_toy({"A": 0, "B": 100}, {"QPV": {"A": {"q": np.nan}, "B": "q"}}, infra=["QPV"]))
    assert empty[["poids", "part", "principale"]].values.tolist() == [[100, 1, True]]


def test_a_unit_with_communes_outside_the_perimeter_is_nested_nowhere():
    j1 = make_j1()
    unites = j1.unites.set_index(j1.unites["couche"] + ":" + j1.unites["unite_id"])
    unites["nb_communes_hors"] = 0.0
    unites.loc["CAS:S1", "nb_communes_hors"], unites.loc[["CAS:S3", "EPCI:E2"], "nb_communes_hors"] = 3, np.nan
    sheet = list_territory_units(*take(j1), unites=unites.reset_index(drop=True))
    assert sheet["emboitee"].dtype == "boolean"
    found = sheet.dropna(subset="unite_id").set_index(["territoire_id", "couche", "unite_id"])["emboitee"]
    assert not found["perimetre", "CAS", "S1"] and found["perimetre", "CAS", "S2"]
    assert found["perimetre", "CAS", "S3"] is pd.NA and found["epci:E2", "EPCI", "E2"] is pd.NA
    assert not found["epci:E1", "CAS", "S2"]  # cut by the territory, whatever it has outside
    # A unit that the table of units does not name: not known.
    alone = list_territory_units(*take(j1), unites=unites.iloc[:0])
    assert alone.loc[alone["unite_id"].notna() & alone["emboitee"].fillna(True), "emboitee"].isna().all()
