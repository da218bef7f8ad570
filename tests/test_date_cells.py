"""Dates of a workbook: the styles that show one, the days that a cell holds."""

import datetime
import zipfile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904, to_excel

from diagnostic.write.date_cells import count_days, list_date_styles, uses_mac_calendar

FORMATS = {
    "dd/mm/yyyy": True, "mm-dd-yy": True, "[$-40C]d mmmm yyyy": True, "General": False, "0.00": False, "@": False, "hh:mm": False,
    '0" jours"': False, "[Red]0": False, "yyyy": True, "[h]:mm:ss": False,
}  # fmt: skip


def test_the_styles_of_dates_are_known_from_the_others(tmp_path):
    book = openpyxl.Workbook()
    for line, code in enumerate(FORMATS, start=1):
        book.active.cell(line, 1, 46000).number_format = code
    book.save(tmp_path / "a.xlsx")
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        dated = list_date_styles(archive)
        part = archive.read("xl/worksheets/sheet1.xml").decode()
        assert not uses_mac_calendar(archive)
    numbers = [int(cell.split('s="')[1].split('"')[0]) if 's="' in cell else 0 for cell in part.split("<c ")[1:]]
    assert [number in dated for number in numbers] == list(FORMATS.values())


def test_a_workbook_without_styles_has_no_date(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("xl/workbook.xml", '<workbook><workbookPr date1904="1"/></workbook>')
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert list_date_styles(archive) == set() and uses_mac_calendar(archive)


@given(st.dates(datetime.date(1900, 3, 1), datetime.date(2200, 1, 1)))
def test_days_are_those_of_a_spreadsheet(day):
    for text in (f"{day:%Y-%m-%d}", f"{day:%d/%m/%Y}", f"{day:%Y-%m-%d} 00:00:00"):
        assert count_days(text) == to_excel(day)
        assert day.year < 1904 or count_days(text, mac=True) == to_excel(day, CALENDAR_MAC_1904)


@pytest.mark.parametrize("text", ["", "2026", "2/2026", "2026-13-01", "30/02/2026", "1850-01-01", "le 02/11/2026", "2026-11-02 14:30:00"])
def test_any_other_text_is_no_date(text):
    assert count_days(text) is None
