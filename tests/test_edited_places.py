"""Where edits belong in the sheets of a user: known columns, new columns, new rows, sheets that are not there yet."""

import pandas as pd

from diagnostic.read.inventory.edited_places import find_sheet, place_edits, read_journal
from diagnostic.schema import JOURNAL_COLUMNS

SHEETS = {
    "Acteurs": pd.DataFrame([["Nos partenaires", "", ""], ["Structure", "type", "code_insee"], ["A", "ccas", "43016"]], index=[1, 3, 4]),
    "journal": pd.DataFrame([["notre journal", "x"]], index=[1]),
}
NOTHING = pd.DataFrame(columns=["feuille", "ligne", "table", "colonne", "texte"])
NO_ROW = pd.DataFrame(columns=["identifiant", "table", "feuille", "colonne", "texte"])


def change(column, text):
    return pd.DataFrame({"feuille": ["Acteurs"], "ligne": [4], "table": ["acteurs"], "colonne": [column], "texte": [text]})


def test_a_column_is_found_under_its_own_heading():
    cells, places, new = place_edits(SHEETS, change("nom", "B"), NO_ROW)
    assert cells.values.tolist() == [["Acteurs", 4, 0, "B"]]
    assert (places, new) == ({}, [])


def test_columns_that_the_sheet_has_not_come_right_of_the_last_with_their_headings():
    changed = pd.concat([change("sigle", "S"), change("effectif", "2,5")])
    cells, _, _ = place_edits(SHEETS, changed, NO_ROW)
    assert cells[["ligne", "rang", "texte"]].values.tolist() == [[3, 3, "sigle"], [3, 4, "effectif"], [4, 3, "S"], [4, 4, 2.5]]


def test_new_rows_follow_the_last_and_a_table_without_sheet_has_one_made():
    added = pd.DataFrame({
        "identifiant": ["n1", "n1", "n2", "l1"], "table": ["acteurs", "acteurs", "acteurs", "liens"], "feuille": "",
        "colonne": ["nom", "code_insee", "nom", "source_id"], "texte": ["B", "01004", "C", "B"],
    })  # fmt: skip
    cells, places, new = place_edits(SHEETS, NOTHING, added)
    assert places == {"n1": ("Acteurs", 5), "n2": ("Acteurs", 6), "l1": ("liens", 2)}
    assert new == ["liens"]
    assert ["Acteurs", 5, 2, "01004"] in cells.values.tolist()
    assert cells[cells["feuille"] == "liens"].values.tolist() == [["liens", 1, 0, "source_id"], ["liens", 2, 0, "B"]]


def test_no_edit_gives_no_cell():
    assert len(place_edits(SHEETS, NOTHING, NO_ROW)[0]) == 0


def test_a_sheet_is_found_by_its_name():
    assert (find_sheet(SHEETS, "acteurs"), find_sheet(SHEETS, "liens")) == ("Acteurs", "")


def test_a_journal_of_the_users_own_is_left_alone():
    journal, name = read_journal(SHEETS)
    assert (len(journal), name) == (0, "journal_saisies")


def test_our_journal_is_read_back():
    ours = pd.DataFrame([list(JOURNAL_COLUMNS.values()), [f"c{n}" for n in range(len(JOURNAL_COLUMNS))]], index=[1, 2])
    journal, name = read_journal({"journal": ours})
    assert (name, journal["saisie"].tolist(), journal["apres"].tolist()) == ("journal", ["c0"], ["c12"])
