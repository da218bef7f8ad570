"""Cells of text -> numbers, shares, yes/no, lists; what cannot be read is pointed at, never guessed."""

import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnostic.read.cells import values

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


def cells(*texts):
    return pd.Series(list(texts), index=range(7, 7 + len(texts)), dtype=str)


@pytest.mark.parametrize(
    "text, number",
    [
        ("1004", 1004),
        ("01004", 1004),
        ("1,5", 1.5),
        ("1.5", 1.5),
        ("12 345,6", 12345.6),
        ("-3", -3),
        ("45 %", 45),
        ("12 km", 12),
        ("0", 0),
    ],
)
def test_numbers(text, number):
    read, wrong = values.read_numbers(cells(text))
    assert read.tolist() == [number]
    assert not wrong.any()


@pytest.mark.parametrize(
    "text", ["douze", "1.234,5", "inf", "-Infinity", "nan", "1_000", "0x1A", "12 à 15", "True", "%", "1e400"]
)
def test_what_is_no_number(text):
    read, wrong = values.read_numbers(cells(text, ""))
    assert read.isna().all()
    assert wrong.tolist() == [True, False]


@pytest.mark.parametrize(
    "text, read",
    [
        ("oui", True),
        ("OUI", True),
        ("x", True),
        ("1", True),
        ("1.0", True),
        ("Vrai", True),
        ("non", False),
        ("0", False),
    ],
)
def test_yes_no(text, read):
    found, wrong = values.read_yes_no(cells(text))
    assert found.tolist() == [read]
    assert not wrong.any()


@pytest.mark.parametrize("text", ["peut-être", "2", "ouii", "?"])
def test_neither_yes_nor_no(text):
    found, wrong = values.read_yes_no(cells(text, ""))
    assert found.isna().all()
    assert found.dtype == "boolean"
    assert wrong.tolist() == [True, False]


def test_choices_count_neither_case_nor_accents():
    found, wrong = values.read_choices(
        cells("Émergence", "emergence", "EMERGENCE ", "autre chose", ""), {"emergence": "emergence"}
    )
    assert found.tolist()[:3] == ["emergence"] * 3
    assert found.isna().tolist() == [False, False, False, True, True]
    assert wrong.tolist() == [False, False, False, True, False]


@pytest.mark.parametrize(
    "text, items",
    [
        ("a;b", ("a", "b")), ("a ; b|c\nd\r\ne", ("a", "b", "c", "d", "e")), ("a;;b;", ("a", "b")), ("a;a", ("a",)), ("", ()), (";", ()),
        ('"a";"b c"', ("a", "b c")), ("Le Puy, Brioude", ("Le Puy, Brioude",)),
    ],
)  # fmt: skip
def test_lists(text, items):
    assert values.split_lists(cells(text)).tolist() == [items]


@pytest.mark.parametrize("reader", [values.read_numbers, values.read_yes_no])
@given(texts=st.lists(TEXTS, max_size=8))
def test_every_cell_is_read_empty_or_pointed_at(reader, texts):
    column = pd.Series(texts, index=range(3, 3 + len(texts)), dtype=str)
    found, wrong = reader(column)
    assert list(found.index) == list(wrong.index) == list(column.index)
    assert (found.notna().astype(int) + wrong.astype(int) + (column == "").astype(int) == 1).all()


@pytest.mark.parametrize(
    "reader",
    [
        values.read_numbers,
        values.read_yes_no,
        lambda column: values.read_choices(column, {}),
    ],
)
def test_no_cell(reader):
    found, wrong = reader(pd.Series([], dtype=str))
    assert len(found) == len(wrong) == 0


def test_the_column_given_is_not_touched():
    column = cells("1,5", "x", "")
    copy = column.copy()
    for reader in (values.read_numbers, values.read_yes_no, values.split_lists):
        reader(column)
    pd.testing.assert_series_equal(column, copy)


def test_spaces_spelled_out_are_those_of_python():
    signs = [chr(code) for code in range(0x11000) if not 0xD800 <= code < 0xE000]
    assert [c for c in signs if re.fullmatch(f"[{values.SPACES}]", c)] == [c for c in signs if re.fullmatch(r"\s", c)]
