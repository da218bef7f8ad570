"""Copies of a workbook with cells written, rows and sheets added; names that no two copies share."""

from datetime import datetime

import openpyxl
import pandas as pd
import pytest

from diagnostic.read.formats.files import read_sheets
from diagnostic.write.edited import name_journal, reserve_copy, write_edited, write_plain_copy

CELLS = pd.DataFrame({
    "feuille": "acteurs", "ligne": [2, 2, 9, 4], "rang": [0, 1, 2, 0],
    "texte": pd.Series(["", 3.5, "a\x00 & <b> ", "quatre"], dtype=object),
})  # fmt: skip
SHEETS = {"journal": pd.DataFrame({"a": ["=1", "01004"], "b": ["", "é"]})}


@pytest.fixture
def original(chemin_piege):
    book = openpyxl.Workbook()
    book.active.title = "acteurs"
    for row in (["nom", "x"], ["un", 1], ["deux", 2]):
        book.active.append(row)
    book.create_sheet("vide")
    book.save(chemin_piege / "livre.xlsx")
    return chemin_piege / "livre.xlsx"


def test_cells_rows_and_sheets_are_where_they_belong(original):
    path = write_edited(original, CELLS, SHEETS, original.with_name("copie.xlsx"))
    book = openpyxl.load_workbook(path)
    sheet = book["acteurs"]
    assert book.sheetnames == ["acteurs", "vide", "journal"]
    assert [sheet[place].value for place in ("A2", "B2", "C9", "A4", "A3")] == [None, 3.5, "a & <b> ", "quatre", "deux"]
    assert sheet.dimensions == "A1:C9"
    assert book["journal"]["A2"].value == "=1" and book["journal"]["A2"].data_type != "f"
    sheets, _ = read_sheets(path)
    assert sheets["journal"].loc[3].tolist() == ["01004", "é"]


def test_a_sheet_of_the_same_name_is_made_again(original):
    once = write_edited(original, CELLS.iloc[:0], SHEETS, original.with_name("un.xlsx"))
    twice = write_edited(once, CELLS.iloc[:0], {"journal": SHEETS["journal"].head(1)}, original.with_name("deux.xlsx"))
    book = openpyxl.load_workbook(twice)
    assert book.sheetnames == ["acteurs", "vide", "journal"] and book["journal"].max_row == 2


def test_a_formula_stops_the_copy_and_leaves_nothing(original):
    book = openpyxl.load_workbook(original)
    book["acteurs"]["B2"] = "=1+1"
    book.save(original)
    with pytest.raises(LookupError):
        write_edited(original, CELLS, SHEETS, original.with_name("copie.xlsx"))
    assert [path.name for path in original.parent.iterdir()] == ["livre.xlsx"]


def test_an_empty_sheet_takes_rows(original):
    cells = pd.DataFrame({"feuille": ["vide"], "ligne": [1], "rang": [0], "texte": ["nom"]})
    book = openpyxl.load_workbook(write_edited(original, cells, {}, original.with_name("copie.xlsx")))
    assert book["vide"]["A1"].value == "nom"


def test_a_plain_copy_holds_text_numbers_and_new_lines(original):
    raws = {"acteurs": read_sheets(original)[0]["acteurs"], "un nom: bien trop long / pour une feuille": pd.DataFrame([["a"]], index=[3])}
    book = openpyxl.load_workbook(write_plain_copy(raws, CELLS, SHEETS, original.with_name("copie.xlsx")))
    assert [book["acteurs"][place].value for place in ("A2", "B2", "A4")] == [None, 3.5, "quatre"]
    assert len(book.sheetnames) == 3 and book.worksheets[1]["A3"].value == "a"


def test_names_are_reserved_one_by_one(tmp_path):
    day = datetime(2026, 11, 28)
    assert [reserve_copy(tmp_path, date=day).name for _ in range(2)] == ["inventaire_2026-11-28_1.xlsx", "inventaire_2026-11-28_2.xlsx"]


def test_the_journal_has_its_headings_and_no_missing_word():
    journal = name_journal(pd.DataFrame({"saisie": ["s"], "apres": [None]}))
    assert journal["après"].tolist() == [""] and journal.columns[0] == "saisie"
