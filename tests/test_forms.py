"""The common look of workbooks to fill: text stays text, rows are as high as their texts, protection lets one sort and filter."""

import openpyxl
import pandas as pd
import pytest
import xlsxwriter

from diagnostic.write import forms
from diagnostic.write.workbook import OPTIONS


def write_one(path, table):
    with xlsxwriter.Workbook(path, OPTIONS) as book:
        styles = forms.make_styles(book)
        sheet = book.add_worksheet("f")
        forms.write_headings(sheet, styles, table.columns, {"nom": "le nom"})
        for place, column in enumerate(table.columns):
            forms.write_cells(sheet, place, table[column], styles["texte"], styles["nombre"])
        forms.fit_heights(sheet, table)
        forms.finish_sheet(sheet, len(table), len(table.columns))
    return openpyxl.load_workbook(path)["f"]


def test_text_is_text_and_missing_is_empty(tmp_path):
    table = pd.DataFrame({"nom": ["=1+1", "a\x07b", None], "ligne": pd.array([3, None, 5], dtype="Int64")})
    sheet = write_one(tmp_path / "f.xlsx", table)
    assert [cell.value for cell in sheet["A"]] == ["le nom", "=1+1", "ab", None]
    assert sheet["A2"].data_type == "s"
    assert [cell.value for cell in sheet["B"]] == ["ligne", 3, None, 5]


def test_rows_are_as_high_as_their_longest_text(tmp_path):
    table = pd.DataFrame({"nom": ["court", "x" * 60, "x" * 5000]})
    sheet = write_one(tmp_path / "f.xlsx", table)
    heights = [sheet.row_dimensions[line].height for line in (2, 3, 4)]
    # 26 letters hold 23 of a free program's font: 60 of them are three lines; beyond a few lines, a row would be a page.
    assert heights == pytest.approx([17, 15 * 3 + 2, 15 * forms.MOST_LINES + 2], abs=0.5)  # a height is whole pixels


def test_the_sentences_of_the_reading_sheet_do_not_run_over_each_other(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "f.xlsx")
    forms.write_reading(book, forms.make_styles(book), "Titre", ["courte", "mot " * 60, "mot " * 80])
    book.close()
    sheet = openpyxl.load_workbook(tmp_path / "f.xlsx").worksheets[0]
    assert [sheet.row_dimensions[line].height for line in (3, 4, 5)] == pytest.approx([18, 48, 63], abs=0.5)


def test_nothing_is_asked_of_an_empty_sheet():
    forms.fit_heights(None, pd.DataFrame({"nom": []}))


def test_a_finished_sheet_is_locked_without_password_and_filters(tmp_path):
    sheet = write_one(tmp_path / "f.xlsx", pd.DataFrame({"nom": ["a", "b"]}))
    assert sheet.protection.sheet and sheet.protection.password is None
    assert not sheet.protection.autoFilter and not sheet.protection.sort  # openpyxl says False where it is allowed
    assert sheet.auto_filter.ref == "A1:A3" and sheet.freeze_panes == "A2"
