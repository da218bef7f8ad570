"""Joins and cells on integer codes, against pandas and naive loops."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from jouets import make_affectation, make_appartenance, make_communes, make_couches

from diagnostic.errors import DiagnosticError
from diagnostic.measure.ressorts.cells import (
    bound_coverage,
    cross_codes,
    divide,
    encode_tables,
    join_texts,
    mark_modes,
    match_codes,
    weigh_memberships,
)

CODES = st.integers(0, 12).flatmap(lambda size: arrays("int64", size, elements=st.integers(0, 4)))


@given(CODES, CODES)
def test_match_codes_gives_the_pairs_of_a_double_loop(left, right):
    i, j = match_codes(left, right)
    expected = [(p, q) for p in range(len(left)) for q in range(len(right)) if left[p] == right[q]]
    assert sorted(zip(i.tolist(), j.tolist(), strict=True)) == expected


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5), st.integers(0, 2)), max_size=15))
def test_cross_codes_gives_distinct_sorted_rows_and_leads_back(rows):
    columns = [np.array([row[k] for row in rows], dtype="int64") for k in range(3)]
    distinct, inverse = cross_codes(*columns)
    found = list(zip(*(column.tolist() for column in distinct), strict=True))
    assert found == sorted(set(rows))
    assert [found[place] for place in inverse] == rows


def test_mark_modes_takes_the_first_of_equals_and_says_which_groups_are_tied():
    mode, tied = mark_modes(np.array([0, 0, 1, 1, 2]), np.array([5.0, 5.0, 1.0, 3.0, 0.0]))
    assert mode.tolist() == [True, False, False, True, True]
    assert tied.tolist() == [True, True, False, False, False]


def test_sums_equal_up_to_rounding_are_a_tie():
    assert mark_modes(np.array([0, 0]), np.array([0.3, 0.1 + 0.2]))[1].all()


def test_divide_by_zero_is_missing():
    np.testing.assert_array_equal(divide([1, 0, 3], [2, 0, 0]), [0.5, np.nan, np.nan])
    np.testing.assert_array_equal(divide([1, np.nan], [np.nan, 2]), [np.nan, np.nan])
    np.testing.assert_array_equal(divide(1, [[2, 0]]), [[0.5, np.nan]])
    np.testing.assert_array_equal(divide([4, 0], 2), [2, 0])
    assert divide([], []).shape == (0,)


def test_one_number_by_another_is_one_number():
    for half in [divide(1, 2), divide(np.int64(1), np.float64(2)), divide(pd.Series([1]).sum(), 2)]:
        assert (type(half), half) == (float, 0.5)
    assert all(type(none) is float and np.isnan(none) for none in [divide(1, 0), divide(np.nan, 2), divide(1, np.nan), divide(0, 0)])


@given(st.lists(st.tuples(st.integers(0, 5), st.text("ab ;", max_size=3)), max_size=12))
def test_join_texts_is_a_join_by_group(rows):
    group = np.array([number for number, _ in rows], dtype="int64")
    expected = [" ; ".join(word for number, word in rows if number == wanted) for wanted in range(6)]
    assert join_texts(group, [word for _, word in rows], 6).tolist() == expected


def test_a_membership_weighs_what_is_known_to_be_in_both():
    layers = {"L": {"A": "u", "B": {"u": 0.5}, "C": {"u": np.nan}}}
    communes = make_communes({"A": 100, "B": 10, "C": 1, "D": 0})
    territoires = make_appartenance({"entier": "ABC", "part": "AB", "inconnu": "A"}).assign(part=[1, 1, 1, 0.2, 0.2, np.nan])
    known, places, rows, _ = encode_tables(make_affectation(layers), territoires, communes, make_couches(["L"], infra=["L"]))
    i, _, poids = weigh_memberships(places, rows)
    assert known.index[places["territoire"].to_numpy()[i]].tolist() == ["entier"] * 3 + ["part"] * 2 + ["inconnu"]
    assert poids.tolist() == pytest.approx([100, 5, np.nan, 20, np.nan, np.nan], nan_ok=True)
    assert places["entiere"].tolist() == [True] * 3 + [False] * 3
    assert places["inconnue"].tolist() == [False] * 5 + [True]


def test_an_unknown_part_of_nobody_is_nobody():
    tables = make_affectation({"L": {"A": {"u": np.nan}}}), make_appartenance({"t": "AB"}), make_communes({"A": 0, "B": 1})
    _, places, rows, _ = encode_tables(*tables, make_couches(["L"], infra=["L"]))
    assert weigh_memberships(places, rows)[2].tolist() == [0]


def test_encode_says_what_is_known_by_surface_only():
    affectation = make_affectation({"L": {"A": {"u": 0.8, "v": 0.8}, "B": {"u": 0.25}, "C": "u", "D": {"u": np.nan}}})
    affectation["methode"] = ["surface", "liste", "surface", "polygone", "surface"]
    tables = affectation, make_appartenance({"t": "ABCD"}), make_communes(dict.fromkeys("ABCD", 1)), make_couches(["L"])
    assert encode_tables(*tables)[2]["estimee"].tolist() == [0.5, 0, 0.25, 0, 0]
    assert encode_tables(affectation.drop(columns="methode"), *tables[1:])[2]["estimee"].eq(0).all()


def test_encode_says_whole_shared_unknown_and_overlapping():
    communes = make_communes(dict.fromkeys("ABCD", 1))
    affectation = make_affectation(
        {"L": {"A": "u", "B": {"u": 0.4, "v": 0.5}, "C": {"u": np.nan, "v": np.nan}, "D": ["u", "v"]}}
    )
    _, _, rows, unites = encode_tables(
        affectation, make_appartenance({"t": "ABCD"}), communes, make_couches(["L"], infra=["L"])
    )
    assert list(unites) == ["u", "v"]
    assert rows["entiere"].tolist() == [True, False, False, False, False, True, True]
    assert rows["premiere"].tolist() == [True, True, False, True, False, True, False]
    assert rows["couverte"].tolist() == pytest.approx([1, 0.9, 0.9, 1, 1, 1, 1])
    assert rows["recouvre"].tolist() == [False] * 5 + [True, True]


def test_a_layer_that_is_not_exclusive_overlaps_even_where_parts_are_missing():
    affectation = make_affectation({"GAL": {"A": {"g": np.nan, "h": np.nan}}})
    tables = (affectation, make_appartenance({"t": "A"}), make_communes({"A": 1}))
    assert encode_tables(*tables, make_couches(["GAL"], non_exclusives=["GAL"]))[2]["recouvre"].all()
    assert not encode_tables(*tables, make_couches(["GAL"], non_exclusives=["GAL"], infra=["GAL"]))[2]["recouvre"].any()


def test_empty_flags_of_a_layer_read_as_exclusive_whole_communes():
    couches = pd.DataFrame({"exclusive": [pd.NA], "infra_communale": [pd.NA]}, index=["L"])
    affectation = make_affectation({"L": {"A": {"u": 0.5, "v": 0.5}}})
    rows = encode_tables(affectation, make_appartenance({"t": "A"}), make_communes({"A": 1}), couches)[2]
    assert not rows["recouvre"].any()


def test_twice_in_the_same_unit_is_refused():
    affectation = pd.concat([make_affectation({"L": {"A": "u"}})] * 2)
    with pytest.raises(DiagnosticError, match="deux fois dans la même unité"):
        encode_tables(affectation, make_appartenance({"t": "A"}), make_communes({"A": 1}), make_couches(["L"]))


def test_communes_outside_and_layers_not_declared_are_left_out():
    affectation = make_affectation({"L": {"A": "u", "Z": "u"}, "autre": {"A": "x"}})
    rows = encode_tables(
        affectation, make_appartenance({"t": "A"}), make_communes({"A": 1, "Z": 1}), make_couches(["L"])
    )[2]
    assert len(rows) == 1


def test_encode_bounds_what_a_layer_covers_of_a_commune():
    layers = {"L": {"A": {"u": 0.25, "v": 0.5}, "B": {"u": 0.25, "v": np.nan}, "C": {"u": 0.75, "v": 0.5}, "D": {"u": np.nan}}}
    tables = make_affectation(layers), make_appartenance({"t": "ABCD"}), make_communes(dict.fromkeys("ABCD", 1))
    rows = encode_tables(*tables, make_couches(layers))[2].drop_duplicates("commune")
    assert rows[["couverte_min", "couverte"]].values.tolist() == [[0.75, 0.75], [0.25, 1], [0.75, 1], [0, 1]]
    assert rows["partagee"].tolist() == [True, True, False, False]
    assert rows["recouvre"].tolist() == [False, False, True, False]


@given(st.floats(0.01, 1), st.floats(0, 1))
def test_what_is_covered_of_a_piece_is_between_its_bounds(part, share):
    row = {name: np.array([share]) for name in ("couverte", "couverte_min")}
    least, most = bound_coverage({"part": np.array([part])}, row)
    assert 0 <= least[0] <= most[0] + 1e-9 <= 1 + 2e-9
    assert most[0] * part == pytest.approx(min(part, share)) and least[0] * part == pytest.approx(max(0, part + share - 1), abs=1e-8)
