"""The common look of workbooks to fill: text stays text, rows are as high as their texts, protection lets one sort and filter."""

import openpyxl
import pandas as pd
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
    width = forms.WIDTHS["nom"]
    heights = [sheet.row_dimensions[line].height for line in (2, 3, 4)]
    assert heights == [None, 15 * (1 + 60 // width), 15 * 6]  # 15 is the height of any row, not written
    forms.fit_heights(None, table.head(0))  # nothing to do, and nothing asked of the sheet


def test_a_finished_sheet_is_locked_without_password_and_filters(tmp_path):
    sheet = write_one(tmp_path / "f.xlsx", pd.DataFrame({"nom": ["a", "b"]}))
    assert sheet.protection.sheet and sheet.protection.password is None
    assert not sheet.protection.autoFilter and not sheet.protection.sort  # openpyxl says False where it is allowed
    assert sheet.auto_filter.ref == "A1:A3" and sheet.freeze_panes == "A2"
