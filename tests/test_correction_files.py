"""The corrections of a dossier: what is added, replaced, put back, and how copies of two persons are joined."""

import openpyxl
import pandas as pd
import pytest

from diagnostic.errors import DiagnosticError
from diagnostic.read.back.correction_files import (
    locate_corrections,
    make_corrections,
    merge_corrections,
    read_corrections,
)
from diagnostic.schema import CORRECTION_COLUMNS, DECISION_COLUMNS, EMPTY_WORD
from diagnostic.write.corrections import write_corrections


def cells(*rows):
    table = pd.DataFrame([["f.xlsx", "acteurs", *row] for row in rows], columns=CORRECTION_COLUMNS)
    return {"corrections": table.astype({"ligne": "Int64"}), "doublons": make_corrections()["doublons"]}


def decisions(*rows):
    return {"corrections": make_corrections()["corrections"], "doublons": pd.DataFrame(list(rows), columns=DECISION_COLUMNS)}


def spell(merged):
    return merged["corrections"][["ligne", "colonne", "valeur", "correction"]].values.tolist()


def test_a_first_correction_is_new_and_the_same_again_is_identical():
    new = cells((2, "Un", "nom", "a", "b"), (3, "Deux", "nom", "c", "d"))
    merged, counts, replaced = merge_corrections(make_corrections(), new)
    assert counts == {"nouvelles": 2, "remplacees": 0, "identiques": 0, "annulees": 0} and not len(replaced)
    again, counts, _ = merge_corrections(merged, new)
    assert counts == {"nouvelles": 0, "remplacees": 0, "identiques": 2, "annulees": 0}
    pd.testing.assert_frame_equal(again["corrections"], merged["corrections"])


def test_correcting_a_correction_keeps_the_value_and_the_name_of_the_file():
    first, *_ = merge_corrections(make_corrections(), cells((2, "Un", "nom", "a", "b")))
    merged, counts, replaced = merge_corrections(first, cells((2, "b", "nom", "b", "c")))
    assert spell(merged) == [[2, "nom", "a", "c"]] and merged["corrections"]["nom"].tolist() == ["Un"]
    assert counts["remplacees"] == 1 and not len(replaced)  # who corrects a correction has seen it


def test_a_column_is_the_same_under_the_heading_of_the_user_and_ours():
    first, *_ = merge_corrections(make_corrections(), cells((2, "Un", "Type", "zzz", "yyy")))
    merged, counts, _ = merge_corrections(first, cells((2, "Un", "categorie", "yyy", "evs")))
    assert spell(merged) == [[2, "categorie", "zzz", "evs"]] and counts["remplacees"] == 1


def test_the_copy_of_a_colleague_replaces_and_says_what():
    first, *_ = merge_corrections(make_corrections(), cells((2, "Un", "nom", "a", "b"), (5, "Cinq", "nom", "e", "f")))
    merged, counts, replaced = merge_corrections(first, cells((2, "Un", "nom", "a", "z")))
    assert spell(merged) == [[5, "nom", "e", "f"], [2, "nom", "a", "z"]]
    assert counts["remplacees"] == 1
    assert replaced[["ligne", "avant", "correction"]].values.tolist() == [[2, "b", "z"]]


def test_writing_back_what_the_file_holds_takes_the_correction_away():
    first, *_ = merge_corrections(make_corrections(), cells((2, "Un", "nom", "a", "b"), (3, "Un", "sigle", "", "S")))
    merged, counts, _ = merge_corrections(first, cells((2, "Un", "nom", "b", "a"), (3, "Un", "sigle", "S", EMPTY_WORD)))
    assert spell(merged) == [] and counts == {"nouvelles": 0, "remplacees": 0, "identiques": 0, "annulees": 2}


def test_an_emptied_cell_can_be_corrected_again():
    first, *_ = merge_corrections(make_corrections(), cells((2, "Un", "lat", "x", EMPTY_WORD)))
    merged, *_ = merge_corrections(first, cells((2, "Un", "lat", "", "45,1")))
    assert spell(merged) == [[2, "lat", "x", "45,1"]]


def test_a_decision_on_a_pair_replaces_the_former_whatever_the_order():
    first, counts, _ = merge_corrections(make_corrections(), decisions(["a", "b", "fusionner", ""], ["c", "d", "distincts", ""]))
    assert counts["nouvelles"] == 2
    merged, counts, _ = merge_corrections(first, decisions(["b", "a", "distincts", "vu"], ["c", "d", "distincts", ""]))
    assert merged["doublons"][["acteur_id_1", "decision"]].values.tolist() == [["b", "distincts"], ["c", "distincts"]]
    assert (counts["nouvelles"], counts["remplacees"], counts["identiques"]) == (0, 1, 1)


# --- the file -------------------------------------------------------------------------------------------------------
def test_a_dossier_without_corrections_has_none(tmp_path):
    read = read_corrections(tmp_path)
    assert {name: len(table) for name, table in read.items()} == {"corrections": 0, "doublons": 0}


def edit(folder, change):
    path = locate_corrections(folder)
    book = openpyxl.load_workbook(path)
    change(book["corrections"])
    book.save(path)


def test_a_row_deleted_by_hand_is_undone_and_a_column_added_is_kept(chemin_piege):
    kept = cells((2, "Un", "nom", "a", "b"), (3, "Deux", "nom", "c", "d"))
    write_corrections(chemin_piege, kept)

    def change(sheet):
        sheet.delete_rows(2)
        sheet.cell(1, 8).value, sheet.cell(2, 8).value = "vu par", "l'accueil"
        sheet.insert_cols(1)

    edit(chemin_piege, change)
    read = read_corrections(chemin_piege)
    assert spell(read) == [[3, "nom", "c", "d"]] and read["corrections"]["vu par"].tolist() == ["l'accueil"]
    merged, *_ = merge_corrections(read, cells((4, "Trois", "nom", "e", "f")))
    write_corrections(chemin_piege, merged)
    again = read_corrections(chemin_piege)["corrections"]
    assert again["vu par"].tolist() == ["l'accueil", ""] and again["ligne"].tolist() == [3, 4]


def test_two_rows_for_a_cell_or_none_at_all(chemin_piege):
    write_corrections(chemin_piege, cells((2, "Un", "nom", "a", "b"), (2, "Un", "nom", "a", "c"), (3, "Un", "nom", "a", "")))
    assert spell(read_corrections(chemin_piege)) == [[2, "nom", "a", "c"]]


def test_a_heading_lost_or_a_second_file_is_an_error(chemin_piege):
    write_corrections(chemin_piege, cells((2, "Un", "nom", "a", "b")))
    other = locate_corrections(chemin_piege).with_suffix(".ods")
    other.write_bytes(b"")
    with pytest.raises(DiagnosticError, match="corrections.ods"):
        read_corrections(chemin_piege)
    other.unlink()
    edit(chemin_piege, lambda sheet: sheet.delete_cols(7))
    with pytest.raises(DiagnosticError, match="Colonnes absentes : correction"):
        read_corrections(chemin_piege)


def test_a_file_emptied_by_hand_holds_nothing(chemin_piege):
    write_corrections(chemin_piege, cells((2, "Un", "nom", "a", "b")))
    edit(chemin_piege, lambda sheet: sheet.delete_rows(1, 9))
    assert not len(read_corrections(chemin_piege)["corrections"])


@pytest.mark.parametrize("line", ["inf", 3.5, 1e30, "99999999999999999999", "trois", -1, 0, "", "nan"])
def test_a_line_that_is_no_number_is_told_and_nothing_is_dropped(tmp_path, line):
    path = write_corrections(tmp_path, cells((3, "Un", "nom", "a", "b"), (4, "Deux", "nom", "c", "d")))
    book = openpyxl.load_workbook(path)
    page = book["corrections"]
    place = [cell.value for cell in page[1]].index("ligne") + 1
    page.cell(3, place).value = line
    book.save(path)
    with pytest.raises(DiagnosticError, match="numéro de ligne") as caught:
        read_corrections(tmp_path)
    assert "corrections/corrections.xlsx, feuille corrections, ligne 3" in str(caught.value)
    page.cell(3, [cell.value for cell in page[1]].index("correction") + 1).value = None
    book.save(path)
    assert spell(read_corrections(tmp_path)) == [[3, "nom", "a", "b"]]
