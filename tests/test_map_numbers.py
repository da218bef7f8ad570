"""Numbers of the printed map in a workbook: those of its own table, whatever the inventory became; and a link told in one line."""

import openpyxl
import pandas as pd
import pytest
from jouets_fusion import copy_model, correct

from diagnostic.read.back.map_numbers import find_column, name_numbers, read_numbers, split_ends
from diagnostic.read.back.merge_book import make_rows
from diagnostic.read.formats.files import read_sheets
from diagnostic.run import merge as way
from diagnostic.schema import MERGE_COLUMNS
from diagnostic.write.merge_book import FORM_SHEET, write_merge_form

KNOWN = pd.DataFrame(
    [("84", "acteurs", "a", "Club"), ("12", "acteurs", "b", "Épicerie"), ("", "acteurs", "c", "Amap"), ("D3", "dispositifs", "p", "PAT")],
    columns=["numero", "table", "identifiant", "nom"],
)


def fill(path, *corrections, known=KNOWN):
    write_merge_form(path, known)
    book = openpyxl.load_workbook(path)
    for line, row in enumerate(corrections, start=2):
        for place, column in enumerate(MERGE_COLUMNS, start=1):
            book[FORM_SHEET].cell(line, place).value = row[column] or None
    book.save(path)
    return path


def test_numbers_come_back_as_the_workbook_tells_them(chemin_piege):
    assert read_numbers(read_sheets(fill(chemin_piege / "c.xlsx"))[0]) == {"acteurs": {"84": "a", "12": "b"}, "dispositifs": {"D3": "p"}}
    assert read_numbers({"acteurs": pd.DataFrame([["acteur_id", "nom"]], index=[1])}) == {}


@pytest.mark.parametrize(
    ("table", "asked", "expected"),
    [
        ("acteurs", "84", "a"), ("acteurs", "n° 84", "a"), ("acteurs", "N°084", "a"), ("acteurs", "n\u00a0° 12", "b"),
        ("Dispositifs", "d3", "p"), ("acteurs", "999", "999"), ("acteurs", "ccas-84", "ccas-84"), ("dispositifs", "84", "84"),
        ("liens", "84 / 12 / Autre", "a / b / Autre"), ("liens", "84/12/Autre", "a / b / Autre"),
        ("liens", "84 → b → Autre", "a / b / Autre"), ("participations", "12 / D3 / Pilotage", "b / p / Pilotage"),
        ("liens", "84", "84"), ("liens", "x / y / z", "x / y / z"),
    ],
)  # fmt: skip
def test_a_number_is_an_identifier(table, asked, expected):
    numbers = {"acteurs": {"84": "a", "12": "b"}, "dispositifs": {"D3": "p"}}
    rows = name_numbers(make_rows([correct("confirmer", table, asked)]), numbers)
    assert rows.loc[0, "identifiant"] == expected


def test_a_number_in_a_cell_that_names_an_actor_and_in_no_other():
    numbers = {"acteurs": {"84": "a", "12": "b"}}
    rows = [
        correct("ajouter", "liens", "neuf", "Second acteur", "n° 12"),
        correct("changer", "dispositifs", "p", "porteur_id", "84", avant="12"),
        correct("changer", "acteurs", "b", "effectif", "84"), correct("ajouter", "instances", "i", "membres", "84; 12"),
    ]  # fmt: skip
    named = name_numbers(make_rows(rows), numbers)
    assert named["valeur"].tolist() == ["b", "a", "84", "a;b"] and named["avant"].tolist() == ["", "b", "", ""]


def test_an_identifier_that_looks_like_a_number_wins():
    known = pd.concat([KNOWN, pd.DataFrame([("7", "acteurs", "84", "Autre")], columns=KNOWN.columns)])
    sheet = pd.concat([pd.DataFrame([["numéro", "table", "identifiant", "nom"]], columns=KNOWN.columns), known], ignore_index=True)
    assert read_numbers({"reperes": sheet})["acteurs"] == {"12": "b", "7": "84"}


def test_columns_are_known_by_their_labels():
    assert find_column("liens", "Second acteur") == find_column("liens", "vers") == "cible_id" and find_column("liens", "x") is None
    assert split_ends("84/12/Partenaire / autre", 3) == ["84", "12", "Partenaire / autre"]


def test_what_was_said_by_number_goes_to_the_right_rows_after_the_inventory_changed(tmp_path):
    """The workbook holds « 84 » = a: nothing of the inventory of today is asked what its 84th row is."""
    folder = copy_model(tmp_path / "d'été")
    path = fill(
        tmp_path / "corrections.xlsx", correct("changer", "acteurs", "n° 84", "capacite", "12"), correct("confirmer", "acteurs", "12"),
        correct("ajouter", "liens", "12 / 84 / Co-pilote"), correct("retirer", "liens", "84/12/Partenaire technique", qui="B"),
    )  # fmt: skip
    done = way.merge(folder, [path])
    assert done["comptes_lus"]["nouvelles"] == 4 and not len(done["problemes"])
    journal = done["journal"]
    assert set(journal.loc[journal["colonne"] == "capacite", "identifiant"]) == {"a"}
    added = journal[journal["geste"] == "ajout"].set_index("colonne")["apres"]
    assert added[["source_id", "cible_id", "type"]].tolist() == ["b", "a", "Co-pilote"]
    lines = done["lignes"].set_index("table")
    assert lines.loc["liens", ["retirees", "ajoutees"]].tolist() == [1, 1]
    assert way.merge(folder, [path])["comptes_lus"]["deja_fusionnees"] == 4


def test_a_number_that_the_map_has_not_is_told(tmp_path):
    done = way.merge(copy_model(tmp_path / "d'été"), [fill(tmp_path / "c.xlsx", correct("confirmer", "acteurs", "n° 999"))])
    assert "999" in done["problemes"]["probleme"].iat[0] and done["comptes_lus"]["nouvelles"] == 0
