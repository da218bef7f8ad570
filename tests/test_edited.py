"""Copies of a workbook with cells written, rows and sheets added; names that no two copies share."""

from datetime import datetime

import openpyxl
import pandas as pd
import pytest

from diagnostic.read.formats.files import read_sheets
from diagnostic.write.edited import (
    FORMER_COPIES,
    name_journal,
    reserve_copy,
    set_copies_aside,
    write_edited,
    write_plain_copy,
)

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


def write_dated(path, mac=False):
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904 if mac else book.epoch
    sheet = book.active
    sheet.title = "acteurs"
    for row in (["nom", "date_maj"], ["un", datetime(2026, 11, 2)], ["deux", "2026-11-02"]):
        sheet.append(row)
    sheet["B2"].number_format = "dd/mm/yyyy"
    book.save(path)
    return path


@pytest.mark.parametrize("mac", [False, True])
def test_a_date_goes_back_in_its_cell_as_a_date_and_a_text_as_a_text(chemin_piege, mac):
    original = write_dated(chemin_piege / "livre.xlsx", mac)
    there = pd.DataFrame({"feuille": "acteurs", "ligne": [2, 3, 4], "rang": 1, "texte": ["2026-12-24", "2026-12-24", "2027-01-31"]})
    once = write_edited(original, there, {}, chemin_piege / "un.xlsx")
    sheet = openpyxl.load_workbook(once)["acteurs"]
    assert [sheet[place].value for place in ("B2", "B3", "B4")] == [datetime(2026, 12, 24), "2026-12-24", datetime(2027, 1, 31)]
    assert sheet["B4"].number_format == "dd/mm/yyyy"
    # What an earlier copy wrote as text in a cell of dates comes back too.
    back = there.head(2).assign(texte=["02/11/2026", "2026-11-02"])
    sheet = openpyxl.load_workbook(write_edited(once, back, {}, chemin_piege / "deux.xlsx"))["acteurs"]
    assert [sheet[place].value for place in ("B2", "B3")] == [datetime(2026, 11, 2), "2026-11-02"]
    words = there.head(1).assign(texte=["novembre"])
    assert openpyxl.load_workbook(write_edited(once, words, {}, chemin_piege / "trois.xlsx"))["acteurs"]["B2"].value == "novembre"


def test_the_latest_copies_stay_beside_the_inventory_and_the_others_go_to_a_folder_none_lost(chemin_piege):
    names = [f"inventaire_2026-11-{day}_{rank}.xlsx" for day in ("09", "28") for rank in (1, 2, 10)]
    for name in [*names, "inventaire.xlsx", "inventaire_notes.xlsx", "inventaire_2026-11-28_1 bis.xlsx"]:
        (chemin_piege / name).write_text(name, encoding="utf-8")
    moved = set_copies_aside(chemin_piege, kept=3)
    assert [path.name for path in moved] == names[:3]  # by day, then by number: 10 is after 2
    assert all((chemin_piege / FORMER_COPIES / name).read_text(encoding="utf-8") == name for name in names[:3])
    assert {path.name for path in chemin_piege.glob("inventaire*")} == {
        *names[3:], "inventaire.xlsx", "inventaire_notes.xlsx", "inventaire_2026-11-28_1 bis.xlsx"
    }  # fmt: skip
    assert set_copies_aside(chemin_piege, kept=3) == []


def test_the_number_of_a_copy_set_aside_is_not_given_again(chemin_piege):
    first = reserve_copy(chemin_piege, date=datetime(2026, 11, 28))
    (chemin_piege / FORMER_COPIES).mkdir()
    first.rename(chemin_piege / FORMER_COPIES / first.name)
    assert reserve_copy(chemin_piege, date=datetime(2026, 11, 28)).name == "inventaire_2026-11-28_2.xlsx"
