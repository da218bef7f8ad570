"""The small workbook: what is half filled, in the margin or unknown is told; what it holds comes back as it was written."""

import openpyxl
import pandas as pd
import pytest
from jouets_fusion import correct, write_book

from diagnostic.read.back.merge_book import READ_COLUMNS, check_rows, make_rows, read_merge_sheet
from diagnostic.read.formats.files import read_sheets
from diagnostic.schema import MERGE_COLUMNS
from diagnostic.write.merge_book import FORM_SHEET, KNOWN_SHEET, write_merge_book, write_merge_form


def read(path):
    (sheet, raw), *_ = read_sheets(path)[0].items()
    return read_merge_sheet(raw, path, sheet)


def test_corrections_come_back_as_they_were_written(chemin_piege):
    path = write_book(chemin_piege / "c.xlsx", correct("changer", "acteurs", "b", "code_insee", "01004", avant="(vide)"))
    rows, told = read(path)
    assert list(rows.columns) == READ_COLUMNS and not len(told)
    assert rows.loc[0, ["valeur", "avant", "fichier", "ligne"]].tolist() == ["01004", "(vide)", "c.xlsx", 2]


def test_headings_of_ones_own_and_a_title_above_are_found(chemin_piege):
    book = openpyxl.Workbook()
    for row in (["Retour de l'atelier"], ["Geste", "Feuille", "ID", "Champ", "Correction", "Par", "Le"],
                ["modification", "Acteurs", "b", "nom", "Neuf", "A", "20/11/2026"]):  # fmt: skip
        book.active.append(row)
    book.save(chemin_piege / "c.xlsx")
    rows, problems = check_rows(read(chemin_piege / "c.xlsx")[0])
    assert not len(problems)
    assert rows.loc[0, ["action", "table", "valeur", "qui", "quand"]].tolist() == ["changer", "acteurs", "Neuf", "A", "2026-11-20"]


def test_a_sheet_of_something_else_is_none():
    raw = pd.DataFrame([["acteur_id", "nom"], ["a", "A"]], index=[1, 2])
    assert read_merge_sheet(raw, "x.xlsx", "acteurs") == (None, None)


def test_what_stands_in_the_margin_is_told_with_its_text(chemin_piege):
    path = write_book(chemin_piege / "c.xlsx", correct("confirmer", "acteurs", "b"), margin="et aussi l'épicerie de Langeac")
    rows, told = read(path)
    assert len(rows) == 1
    assert told["valeur"].tolist() == ["et aussi l'épicerie de Langeac"] and "en dehors" in told["probleme"].iat[0]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"identifiant": ""}, "il manque identifiant"), ({"qui": "", "action": ""}, "il manque action, qui"),
        ({"action": "brûler"}, "Action inconnue"), ({"table": "parametres"}, "Table inconnue"), ({"valeur": ""}, "nouvelle valeur"),
        ({"statut": "bof"}, "Statut inconnu"), ({"quand": "31/02/2026"}, "Date illisible"), ({"colonne": ""}, "colonne"),
    ],
)  # fmt: skip
def test_a_line_half_filled_or_unknown_is_told_once_and_the_others_go_on(change, words):
    good = correct("changer", "acteurs", "b", "nom", "Neuf")
    kept, problems = check_rows(make_rows([good | change | {"ligne": 2}, good | {"ligne": 3}]))
    assert kept["ligne"].tolist() == [3]
    assert problems["ligne"].tolist() == [2] and words in problems["probleme"].iat[0]


def test_a_day_that_a_spreadsheet_counted_is_read():
    kept, _ = check_rows(make_rows([correct("confirmer", "acteurs", "b", quand="45691")]))
    assert kept["quand"].tolist() == ["2025-02-03"]


def test_silence_accepts_nothing():
    kept, _ = check_rows(make_rows([correct("confirmer", "acteurs", "b", statut="")]))
    assert kept["statut"].tolist() == ["propose"]


def test_the_workbook_to_fill_has_its_lists_and_is_read_as_empty(chemin_piege):
    known = pd.DataFrame({"table": ["acteurs"], "identifiant": ["=1+1"], "nom": ["Épicerie"]})
    path = write_merge_form(chemin_piege / "a_remplir.xlsx", known)
    book = openpyxl.load_workbook(path)
    assert [cell.value for cell in book[FORM_SHEET][1]] == list(MERGE_COLUMNS.values())
    lists = [rule.formula1 for rule in book[FORM_SHEET].data_validations.dataValidation]
    assert any("retirer" in text for text in lists) and any("accepté" in text for text in lists)
    assert [cell.value for cell in book[KNOWN_SHEET][1]] == ["numéro", "table", "identifiant", "nom"]
    assert book[KNOWN_SHEET]["C2"].value == "=1+1" and book[KNOWN_SHEET]["C2"].data_type == "s"
    rows, _ = read_merge_sheet(read_sheets(path)[0][FORM_SHEET], path, FORM_SHEET)
    assert len(rows) == 0


def test_the_book_of_a_merge_shows_each_choice_beside_the_others(chemin_piege):
    waiting = pd.DataFrame([{
        "cle": "k", "genre": "deux personnes, deux valeurs", "table": "acteurs", "identifiant": "b", "nom": "Épicerie", "colonne": "nom",
        "inventaire": "x", "A": "=un", "dit_A": "A, 20/11/2026", "B": "deux", "dit_B": "B", "decision": "", "autre_valeur": "",
        "decide_par": "", "conflit": True,
    }])  # fmt: skip
    empty = pd.DataFrame(columns=["gravite", "fichier", "feuille", "ligne", "colonne", "valeur", "probleme", "proposition", "a_faire"])
    path = write_merge_book(chemin_piege / "fusion.xlsx", waiting=waiting, journal=pd.DataFrame(columns=["saisie"]), problemes=empty)
    book = openpyxl.load_workbook(path)
    line = dict(zip([cell.value for cell in book["conflits"][1]], [cell.value for cell in book["conflits"][2]], strict=True))
    assert (line["choix A"], line["choix B"], line["décision"], line["dans l'inventaire"]) == ("=un", "deux", None, "x")
    assert book["en_attente"].max_row == 1 and "1 désaccord" in book.worksheets[0]["A3"].value
