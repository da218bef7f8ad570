"""Cells of text -> numbers, dates, yes/no, lists, SIREN and SIRET; what cannot be read is pointed at, never guessed."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from diagnostic.read import values

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
    "text, date",
    [
        ("03/02/2025", "2025-02-03"), ("3/2/2025", "2025-02-03"), ("03-02-2025", "2025-02-03"), ("03.02.2025", "2025-02-03"),
        ("03/02/25", "2025-02-03"), ("2025-02-03", "2025-02-03"), ("2025/02/03", "2025-02-03"), ("02/2025", "2025-02-01"),
        ("2025-02", "2025-02-01"), ("2025", "2025-01-01"), ("2025-02-03 14:05:00", "2025-02-03"), ("03/02/2025 8:30", "2025-02-03"),
        ("2025-02-03T23:59:59+02:00", "2025-02-03"), ("31/12/9999", "9999-12-31"), ("01/05/1789", "1789-05-01"),
    ],
)  # fmt: skip
def test_dates_are_day_first(text, date):
    read, wrong = values.read_dates(cells(text))
    assert read.dt.strftime("%Y-%m-%d").tolist() == [date]
    assert not wrong.any()


@pytest.mark.parametrize(
    "text", ["02/13/2025", "29/02/2023", "45691", "février 2025", "n.c.", "2025-13-01", "13/2025", "20250203"]
)
def test_what_is_no_date(text):
    read, wrong = values.read_dates(cells(text, ""))
    assert read.isna().all()
    assert wrong.tolist() == [True, False]


def test_dates_of_several_forms_stay_on_their_rows():
    read, wrong = values.read_dates(cells("2025", "", "x", "03/02/2025", "31/12/9999"))
    assert read.dt.year.tolist()[0::3] == [2025, 2025]
    assert wrong.tolist() == [False, False, True, False, False]
    assert list(read.index) == [7, 8, 9, 10, 11]


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


# Siege of La Poste, one of its offices (its digits add up to 45), the INSEE and one of its offices, the CA du Puy-en-Velay.
RIGHT = [
    ("356000000", 9),
    ("35600000000048", 14),
    ("35600000049837", 14),
    ("120027016", 9),
    ("12002701600563", 14),
    ("200073419", 9),
]


@pytest.mark.parametrize("number, digits", RIGHT)
def test_right_identifiers(number, digits):
    spaced = f"{number[:3]} {number[3:6]} {number[6:]}"
    found, reasons = values.check_identifiers(cells(number, spaced), digits)
    assert found.tolist() == [number, number]
    assert reasons.tolist() == ["", ""]


@pytest.mark.parametrize(
    "text, digits, reason",
    [
        ("200073418", 9, "clé de contrôle"), ("12002701600564", 14, "clé de contrôle"), ("35600000049838", 14, "clé de contrôle"),
        ("000000000", 9, "zéros"), ("00000000000000", 14, "zéros"), ("20007341", 9, "n'a pas 9 chiffres"),
        ("200073419", 14, "n'a pas 14 chiffres"),
        ("en cours", 9, "n'a pas 9 chiffres"), ("２０００７３４１９", 9, "n'a pas 9 chiffres"), ("2.00073e+08", 9, "Notation scientifique"),
        ("2,00073E+08", 9, "Notation scientifique"), ("1,2E14", 14, "Notation scientifique"),
    ],
)  # fmt: skip
def test_wrong_identifiers(text, digits, reason):
    found, reasons = values.check_identifiers(cells(text, ""), digits)
    assert found.isna().all()
    assert reason in reasons.tolist()[0]
    assert reasons.tolist()[1] == ""


@given(st.lists(st.from_regex(r"[0-9]{9}", fullmatch=True), min_size=1, max_size=20))
def test_a_siren_is_taken_when_luhn_says_so(numbers):
    _, reasons = values.check_identifiers(pd.Series(numbers, dtype=str), 9)
    assert (reasons == "").tolist() == [luhn.is_valid(number) and number != "0" * 9 for number in numbers]


def read_siren(texts):
    found, reasons = values.check_identifiers(texts, 9)
    return found, reasons != ""


@pytest.mark.parametrize("reader", [values.read_numbers, values.read_dates, values.read_yes_no, read_siren])
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
        values.read_dates,
        values.read_yes_no,
        read_siren,
        lambda column: values.read_choices(column, {}),
    ],
)
def test_no_cell(reader):
    found, wrong = reader(pd.Series([], dtype=str))
    assert len(found) == len(wrong) == 0


def test_the_column_given_is_not_touched():
    column = cells("1,5", "x", "")
    copy = column.copy()
    for reader in (values.read_numbers, values.read_dates, values.read_yes_no, read_siren, values.split_lists):
        reader(column)
    pd.testing.assert_series_equal(column, copy)
