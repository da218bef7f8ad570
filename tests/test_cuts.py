"""How one layer cuts another: J1 by hand, a naive loop, agreement with the counts of nested units, unknown parts."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jouets import make_affectation, make_appartenance, make_communes, make_couches, make_j1

from diagnostic.measure.ressorts.cuts import COLUMNS, POIDS_INCONNU, list_cuts
from diagnostic.measure.ressorts.overlap import compare_layers
from diagnostic.measure.ressorts.territory_sheets import PARTS_INCONNUES


def cut_j1(**kwargs):
    j1 = make_j1()
    return list_cuts(j1.affectation, j1.appartenance, j1.communes, j1.couches, unites=j1.unites, **kwargs)


def test_epci_cut_by_cas():
    cuts = cut_j1(territoires=["perimetre"])
    assert cuts.columns.tolist() == COLUMNS and set(cuts["territoire_id"]) == {"perimetre"}
    rows = cuts[(cuts["couche_a"] == "EPCI") & (cuts["couche_b"] == "CAS")]
    assert rows[["unite_a", "n_unites", "unite_principale", "entiere", "nb_communes_hors", "poids"]].to_numpy().tolist() == [
        ["E1", 2, "S1", False, 2, 2000.0], ["E2", 2, "S2", False, 1, 1000.0],
    ]  # fmt: skip
    assert rows["part_hors"].tolist() == pytest.approx([0.25, 0.2])
    assert rows["communes_hors"].tolist() == ["Commune C (C) ; Commune D (D)", "Commune F (F)"]
    none = cuts[(cuts["couche_a"] == "EPCI") & (cuts["couche_b"] == "CIAS") & (cuts["unite_a"] == "E2")].iloc[0]
    assert none["n_unites"] == 0 and not none["entiere"] and np.isnan(none["part_hors"]) and none["raison_absence"]


def test_a_territory_is_judged_on_its_part():
    rows = cut_j1(territoires=["epci:E1"])
    row = rows[(rows["couche_a"] == "CAS") & (rows["unite_a"] == "S2") & (rows["couche_b"] == "EPCI")].iloc[0]
    assert row["entiere"] and row["nb_communes"] == 2 and row["poids"] == 500.0


DRAWN = st.lists(st.tuples(st.integers(0, 9), st.sampled_from("XYZ"), st.sampled_from(["U", "V", "W", ""])), min_size=1, max_size=10)


@settings(deadline=None, max_examples=60)
@given(DRAWN)
def test_random_layers_against_a_naive_loop(drawn):
    population = {f"{rank:05d}": size for rank, (size, _, _) in enumerate(drawn)}
    a = {code: one for code, (_, one, _) in zip(population, drawn, strict=True)}
    b = {code: one for code, (_, _, one) in zip(population, drawn, strict=True) if one}
    tables = make_affectation({"A": a, "B": b}), make_appartenance({"t": population}), make_communes(population), make_couches("AB")
    cuts = list_cuts(*tables)
    rows = cuts[cuts["couche_a"] == "A"].set_index("unite_a")
    for unit in sorted(set(a.values())):
        codes = [code for code in a if a[code] == unit]
        weights = {}
        for code in codes:
            if code in b:
                # An empty unit counts its communes, as every territory without inhabitant.
                weight = population[code] if sum(population[one] for one in codes) else 1
                weights[b[code]] = weights.get(b[code], 0) + weight
        row = rows.loc[unit]
        assert row["n_unites"] == len(weights)
        assert row["entiere"] == (len(weights) == 1 and all(code in b for code in codes))
        if sum(weights.values()):
            main = min(weights, key=lambda one: (-weights[one], one))
            assert row["unite_principale"] == main
            assert row["part_hors"] == pytest.approx(1 - weights[main] / sum(weights.values()))
            assert row["nb_communes_hors"] == sum(b.get(code, main) != main for code in codes)
    pair = compare_layers(*tables)
    if len(pair) and pair["nb_unites_b"].iat[0]:
        assert rows["entiere"].sum() == pair["nb_a_dans_b"].iat[0]


def test_unknown_parts_leave_the_count_only():
    layers = {"A": {"1": "X", "2": "X"}, "B": {"1": {"U": np.nan, "V": np.nan}, "2": "U"}}
    population = {"1": 5, "2": 5}
    tables = make_affectation(layers), make_appartenance({"t": population}), make_communes(population), make_couches(layers)
    row = list_cuts(*tables).query("couche_a == 'A'").iloc[0]
    assert row["n_unites"] == 2 and row["raison_absence"] == PARTS_INCONNUES
    assert row[["part_hors", "nb_communes_hors", "communes_hors", "unite_principale"]].isna().all()


def test_row_order_empty_tables_and_conservation():
    j1 = make_j1()
    first = list_cuts(j1.affectation, j1.appartenance, j1.communes, j1.couches)
    second = list_cuts(j1.affectation.iloc[::-1], j1.appartenance.iloc[::-1], j1.communes, j1.couches)
    pd.testing.assert_frame_equal(first, second)
    assert first.query("territoire_id == 'perimetre' and couche_a == 'EPCI' and couche_b == 'CAS'")["poids"].sum() == 3000
    nothing = list_cuts(j1.affectation.iloc[:0], j1.appartenance, j1.communes, j1.couches)
    assert nothing.empty and nothing.columns.tolist() == COLUMNS


def test_a_piece_of_a_split_commune_is_entire_nobody_knows():
    layers = {"A": {"1": {"X": np.nan, "Y": np.nan}, "2": "X"}, "B": {"1": {"U": np.nan, "V": np.nan}, "2": "U"}}
    population = {"1": 5, "2": 5}
    tables = make_affectation(layers), make_appartenance({"t": population}), make_communes(population), make_couches(layers)
    rows = list_cuts(*tables).query("couche_a == 'A'").set_index("unite_a")
    assert rows["entiere"].isna().all() and rows["n_unites"].tolist() == [2, 2]
    # X has the whole of 2, in U; Y may be in one of them only, nobody knows which.
    assert rows["n_unites_min"].to_dict() == {"X": 1, "Y": 0}
    assert rows["poids"].isna().all() and rows["raison_absence"].ne("").all()
    pair = compare_layers(*tables).iloc[0]
    assert (pair["nb_a_dans_b"], pair["nb_a_inconnus"]) == (0, 2)


def test_a_piece_of_unknown_part_in_a_whole_unit_is_entire_and_its_weight_unknown():
    layers = {"A": {"1": {"X": np.nan}}, "B": {"1": "U", "2": "U"}}
    population = {"1": 5, "2": 5}
    tables = make_affectation(layers), make_appartenance({"t": population}), make_communes(population), make_couches(layers, infra=["A"])
    cuts = list_cuts(*tables)
    row = cuts.query("couche_a == 'A'").iloc[0]
    assert row[["n_unites", "n_unites_min", "unite_principale", "entiere", "part_hors"]].tolist() == [1, 1, "U", True, 0]
    assert np.isnan(row["poids"]) and row["raison_absence"] == POIDS_INCONNU
    back = cuts.query("couche_a == 'B'").iloc[0]
    assert not back["entiere"] and back["poids"] == 10  # nothing of A in commune 2
    assert np.isnan(back["part_hors"]) and back["raison_absence"] == PARTS_INCONNUES


PARTS = st.sampled_from([{"x": 1.0}, {"y": 1.0}, {"x": np.nan}, {"x": 0.5, "y": 0.5}, {"x": np.nan, "y": np.nan}, {}])


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(PARTS, PARTS), min_size=1, max_size=4))
def test_entire_units_are_those_that_the_pair_counts(drawn):
    population = dict.fromkeys(map(str, range(len(drawn))), 10)
    layers = {name: {str(rank): row[side] for rank, row in enumerate(drawn)} for side, name in enumerate("AB")}
    tables = make_affectation(layers), make_appartenance({"t": population}), make_communes(population), make_couches("AB", infra="AB")
    pair, cuts = compare_layers(*tables).iloc[0], list_cuts(*tables)
    rows = cuts[(cuts["couche_a"] == "A") & (cuts["couche_b"] == "B")]
    assert (rows["n_unites_min"] <= rows["n_unites"]).all()
    if pair["nb_unites_a"] and pair["nb_unites_b"]:
        assert [rows["entiere"].eq(True).sum(), rows["entiere"].isna().sum()] == pair[["nb_a_dans_b", "nb_a_inconnus"]].tolist()
