"""Dates day first, months in words, days counted by a spreadsheet; impossible dates are told with their reason."""

import datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnostic.read.cells import dates

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


def cells(*texts):
    return pd.Series(list(texts), index=range(7, 7 + len(texts)), dtype=str)


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
    read, wrong = dates.read_dates(cells(text))
    assert read.dt.strftime("%Y-%m-%d").tolist() == [date]
    assert not wrong.any()


@pytest.mark.parametrize(
    "text", ["02/13/2025", "29/02/2023", "45691", "févrirer 2025", "n.c.", "2025-13-01", "13/2025", "20250203"]
)
def test_what_is_no_date(text):
    read, wrong = dates.read_dates(cells(text, ""))
    assert read.isna().all()
    assert wrong.tolist() == [True, False]


def test_dates_of_several_forms_stay_on_their_rows():
    read, wrong = dates.read_dates(cells("2025", "", "x", "03/02/2025", "31/12/9999"))
    assert read.dt.year.tolist()[0::3] == [2025, 2025]
    assert wrong.tolist() == [False, False, True, False, False]
    assert list(read.index) == [7, 8, 9, 10, 11]


@pytest.mark.parametrize(
    "text, date",
    [
        ("3 février 2025", "2025-02-03"), ("3 févr. 2025", "2025-02-03"), ("févr. 2025", "2025-02-01"), ("1er mars 2024", "2024-03-01"),
        ("Août 2024", "2024-08-01"), ("31 DÉCEMBRE 2024", "2024-12-31"), ("lundi 3 mars 2025", "2025-03-03"), ("3-mars-25", "2025-03-03"),
        ("03 fevrier 2025", "2025-02-03"), ("14 juil. 2023", "2023-07-14"), ("15/sept./2022", "2022-09-15"),
        ("2025-02-03T14:05:00Z", "2025-02-03"), ("2025-02-03 14:05:00.123+00:00", "2025-02-03"), ("03/02/2025 14h05", "2025-02-03"),
    ],
)  # fmt: skip
def test_months_in_words_and_hours(text, date):
    read, wrong = dates.read_dates(cells(text))
    assert read.dt.strftime("%Y-%m-%d").tolist() == [date]
    assert not wrong.any()


@pytest.mark.parametrize(
    "text, reason, proposal",
    [
        ("31/02/2025", "n'existe pas dans le calendrier", ""), ("29/02/2023", "n'existe pas", ""), ("32/01/2025", "n'existe pas", ""),
        ("03/02/0205", "année impossible", ""), ("0205-02-03", "année impossible", ""), ("1900-01-00", "case vide", ""),
        ("00/01/1900", "case vide", ""), ("1899-12-30", "case vide", ""), ("02/13/2025", "n'existe pas", "13/02/2025"),
        ("45691", "date du tableur", "03/02/2025"), ("hier", "n'est pas une date", ""), ("3 brumaire 2025", "n'est pas une date", ""),
        ("31 février 2025", "n'existe pas", ""), ("123456", "n'est pas une date", ""),
    ],
)  # fmt: skip
def test_what_is_no_date_is_told_with_its_reason(text, reason, proposal):
    assert dates.read_dates(cells(text))[1].tolist() == [True]
    reasons, proposals = dates.explain_dates(cells(text))
    assert reason in reasons.tolist()[0]
    assert text in reasons.tolist()[0]
    assert proposals.tolist() == [proposal]


@given(st.dates(datetime.date(1950, 1, 2), datetime.date(2098, 12, 31)))
def test_a_spreadsheet_s_count_of_days(day):
    serial = str((day - datetime.date(1899, 12, 30)).days)
    read = dates.read_serials(cells(serial, serial + ".0", "", "12", "hier"))
    assert read.dt.date.tolist()[:2] == [day, day]
    assert read.isna().tolist() == [False, False, True, True, True]


@given(st.dates(datetime.date(1700, 1, 1)))
def test_any_day_is_read_day_first(day):
    if day.isoformat() in ("1899-12-30", "1899-12-31", "1900-01-01"):
        return
    months = [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ]
    written = [f"{day:%d/%m}/{day.year:04}", day.isoformat(), f"{day.day} {months[day.month - 1]} {day.year}"]
    assert dates.read_dates(cells(*written))[0].dt.date.tolist() == [day] * 3


def test_years_of_two_figures():
    assert dates.find_short_years(cells("03/02/25", "3/2/25", "03/02/2025", "2025-02-03", "")).tolist() == [
        True,
        True,
        False,
        False,
        False,
    ]


@given(texts=st.lists(TEXTS, max_size=8))
def test_every_cell_is_read_empty_or_pointed_at(texts):
    column = pd.Series(texts, index=range(3, 3 + len(texts)), dtype=str)
    copy = column.copy()
    found, wrong = dates.read_dates(column)
    assert list(found.index) == list(wrong.index) == list(column.index)
    assert (found.notna().astype(int) + wrong.astype(int) + (column == "").astype(int) == 1).all()
    reasons, proposals = dates.explain_dates(column[wrong])
    assert (reasons.str.len() > 0).all() and proposals.notna().all()
    pd.testing.assert_series_equal(column, copy)
