"""Corrections put in place: where the row and the cell are still the ones a person saw, nowhere else, never in silence."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnostic.read.back.corrections import apply_corrections, list_unread, read_lines, select_corrections
from diagnostic.schema import CORRECTION_COLUMNS, EMPTY_WORD


def make_body(lines=(2, 3, 4), **columns):
    cells = {"acteur_id": ["A1", "A2", "A3"], "nom": ["Un", "Deux", "Trois"], "categorie": ["ccas", "zzz", ""]}
    return pd.DataFrame(cells | columns, index=list(lines), dtype=str)


def correct(*rows):
    """Rows of (ligne, nom, colonne, valeur, correction)."""
    table = pd.DataFrame([["f.xlsx", "acteurs", *row] for row in rows], columns=CORRECTION_COLUMNS)
    return table.astype({"ligne": "Int64"})


def apply(body, *rows):
    corrected, told = apply_corrections(body, correct(*rows), "acteurs")
    assert len(told) == len(rows)
    return corrected, told


def test_nothing_to_correct_gives_the_same_table():
    body = make_body()
    assert apply_corrections(body, None, "acteurs") == (body, None)
    assert apply_corrections(body, correct(), "acteurs")[0] is body


def test_a_cell_is_replaced_and_told():
    body = make_body()
    before = body.copy()
    corrected, told = apply(body, (3, "Deux", "categorie", "zzz", "evs"))
    assert corrected["categorie"].tolist() == ["ccas", "evs", ""]
    assert told[["gravite", "fichier", "feuille", "ligne", "colonne", "valeur"]].iloc[0].tolist() == [
        "information", "f.xlsx", "acteurs", 3, "categorie", "zzz",
    ]  # fmt: skip
    assert told["probleme"].iloc[0] == "Corrigé : « zzz » lu « evs », d'après corrections.xlsx."
    pd.testing.assert_frame_equal(body, before)


def test_an_empty_cell_is_filled_and_a_cell_emptied():
    corrected, told = apply(make_body(), (4, "Trois", "categorie", "", "evs"), (2, "Un", "categorie", "ccas", EMPTY_WORD))
    assert corrected["categorie"].tolist() == ["", "zzz", "evs"]
    assert set(told["gravite"]) == {"information"}


def test_a_column_that_the_file_lacks_is_made():
    corrected, _ = apply(make_body(), (3, "Deux", "code_insee", "", "43157"))
    assert corrected["code_insee"].tolist() == ["", "43157", ""] and corrected["nom"].tolist() == ["Un", "Deux", "Trois"]


def test_the_heading_of_the_user_leads_to_the_column():
    corrected, told = apply(make_body(), (3, "Deux", "Type structure", "zzz", "evs"))
    assert corrected["categorie"].tolist() == ["ccas", "evs", ""] and told["colonne"].tolist() == ["Type structure"]


def test_the_headings_of_the_sheet_lead_to_its_columns():
    headings = pd.Series({"nom": "Qui ?", "categorie": "Sorte"})
    corrected, told = apply_corrections(make_body(), correct((3, "Deux", "sorte", "zzz", "evs")), "acteurs", headings)
    assert corrected["categorie"].tolist() == ["ccas", "evs", ""] and told["gravite"].tolist() == ["information"]


def test_a_cell_corrected_under_two_headings_takes_the_last_and_says_so():
    rows = [(3, "Deux", "categorie", "zzz", "evs"), (3, "Deux", "type_structure", "zzz", "mjc")]
    corrected, told = apply(make_body(), *rows)
    assert corrected["categorie"].tolist() == ["ccas", "mjc", ""]
    assert told["probleme"].str.contains("remplacée").sum() == 1
    chained, told = apply(make_body(), rows[0], (3, "Deux", "type", "evs", "mjc"))
    assert chained["categorie"].tolist() == ["ccas", "mjc", ""] and set(told["gravite"]) == {"information"}


def test_the_grids_of_the_wide_sheets_are_corrected_by_their_own_headings():
    grid = pd.DataFrame({"acteur_id": ["a"], "PAT de l'essai": ["pilotag"]}, index=[2], dtype=str)
    corrected, _ = apply_corrections(grid, correct((2, "", "PAT de l'essai", "pilotag", "pilotage")), "saisie_participations")
    assert corrected["PAT de l'essai"].tolist() == ["pilotage"]


def test_a_cell_that_changed_since_is_left_and_the_correction_is_proposed_again():
    corrected, told = apply(make_body(categorie=["ccas", "mjc", ""]), (3, "Deux", "categorie", "zzz", "evs"))
    assert corrected["categorie"].tolist() == ["ccas", "mjc", ""]
    assert told["gravite"].tolist() == ["attention"] and told["proposition"].tolist() == ["evs"]
    assert told["valeur"].tolist() == ["mjc"]
    assert told["probleme"].iloc[0].startswith("La case a changé depuis la correction : « mjc » au lieu de « zzz »")


def test_a_correction_that_the_file_holds_already_is_said_useless():
    corrected, told = apply(make_body(categorie=["ccas", "evs", ""]), (3, "Deux", "categorie", "zzz", "evs"))
    assert corrected["categorie"].tolist() == ["ccas", "evs", ""]
    assert told["gravite"].tolist() == ["information"] and "déjà dans le fichier" in told["probleme"].iloc[0]


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ((99, "Parti", "categorie", "zzz", "evs"), "ligne 99) : cette ligne n'existe plus"),
        ((3, "Deux", "couleur", "zzz", "bleu"), "pas de colonne « couleur »"),
        ((3, "Autre structure", "categorie", "zzz", "evs"), "n'est plus celle de « Autre structure »"),
    ],
)
def test_what_matches_nothing_changes_nothing_and_is_told(row, word):
    corrected, told = apply(make_body(), row)
    pd.testing.assert_frame_equal(corrected, make_body())
    assert told["gravite"].tolist() == ["attention"] and word in told["probleme"].iloc[0]
    # It is on no line: written there, it would be read as speaking of the row that stands there now.
    assert told["ligne"].isna().all() and told["proposition"].tolist() == [""]


def test_two_rows_with_the_same_empty_cell_are_not_mixed_up_when_the_sheet_is_sorted():
    body = pd.DataFrame({"acteur_id": ["A9", "A1"], "nom": ["Neuf", "Un"], "commune": ["", ""]}, index=[2, 3], dtype=str)
    corrected, told = apply(body, (2, "Un", "commune", "", "Brioude"))
    assert corrected["commune"].tolist() == ["", "Brioude"]
    assert told["ligne"].tolist() == [3] and "la ligne était la 2" in told["probleme"].iloc[0]


def test_a_row_pushed_down_is_found_again_unless_two_rows_bear_its_name():
    moved = make_body(lines=(12, 13, 14))
    corrected, told = apply(moved, (3, "Deux", "categorie", "zzz", "evs"))
    assert corrected["categorie"].tolist() == ["ccas", "evs", ""] and told["ligne"].tolist() == [13]
    twins = make_body(lines=(12, 13, 14), nom=["Deux", "Deux", "Trois"], categorie=["zzz", "zzz", ""])
    corrected, told = apply(twins, (3, "Deux", "categorie", "zzz", "evs"))
    pd.testing.assert_frame_equal(corrected, twins)
    assert told["gravite"].tolist() == ["attention"]


def test_a_row_found_elsewhere_whose_cell_changed_is_left_and_offered_its_correction():
    moved = make_body(lines=(12, 13, 14), categorie=["ccas", "mjc", ""])
    corrected, told = apply(moved, (3, "Deux", "categorie", "zzz", "evs"))
    pd.testing.assert_frame_equal(corrected, moved)
    assert told["gravite"].tolist() == ["attention"] and told["ligne"].tolist() == [13] and told["proposition"].tolist() == ["evs"]
    assert "la ligne était la 3" in told["probleme"].iloc[0]


def test_a_corrected_name_and_the_corrections_made_after_it_go_together():
    body = make_body(nom=["Un", "CCAS X", "CCAS Y"], categorie=["ccas", "", ""])
    # Two rows are called CCAS Y once the first is corrected: the second correction says which.
    rows = [(3, "CCAS X", "nom", "CCAS X", "CCAS Y"), (3, "CCAS Y / A2", "categorie", "", "evs")]
    corrected, told = apply(body, *rows)
    assert corrected["nom"].tolist() == ["Un", "CCAS Y", "CCAS Y"] and corrected["categorie"].tolist() == ["ccas", "evs", ""]
    pushed, _ = apply(body.set_axis([5, 6, 7]).loc[[5, 6]], *rows)
    assert pushed["nom"].tolist() == ["Un", "CCAS Y"] and pushed["categorie"].tolist() == ["ccas", "evs"]


def list_doubts(told):
    """The attentions told of no line, which offer nothing."""
    assert told["ligne"].isna().all() and set(told["proposition"]) <= {""} and set(told["gravite"]) == {"attention"}
    return told["probleme"].str.extract(r"\) : (.*)")[0].tolist()


def test_a_correction_without_a_name_is_never_put_on_nor_offered_to_another_row():
    # The file of a dossier whose names were never filled; a row came above, and the line is a neighbour's now.
    body = make_body(nom=["Neuf", "Mission locale", "Groupement"], categorie=["", "", "ccas"])
    asked = [(3, "", "nom", "Groupement", "Mission locale"), (3, "", "categorie", "", "evs"), (4, "", "categorie", "ccas", "mjc")]
    corrected, told = apply(body, *asked)
    # Its line still holds a value that no other row has: that one is the same row.
    assert corrected["categorie"].tolist() == ["", "", "mjc"] and corrected["nom"].tolist() == body["nom"].tolist()
    assert told["gravite"].tolist() == ["information", "attention", "attention"]
    assert all("son nom de ligne est vide" in text for text in list_doubts(told[told["gravite"] == "attention"]))


def test_a_correction_without_a_name_whose_value_two_rows_hold_waits():
    body = make_body(categorie=["zzz", "zzz", ""])
    corrected, told = apply(body, (3, "", "categorie", "zzz", "evs"))
    pd.testing.assert_frame_equal(corrected, body)
    assert "son nom de ligne est vide" in list_doubts(told)[0]


def test_namesakes_are_told_apart_or_left_alone():
    body = make_body(nom=["Mairie", "Mairie", "Trois"], categorie=["", "", ""])
    corrected, _ = apply(body, (2, "Mairie / A1", "categorie", "", "ccas"))
    assert corrected["categorie"].tolist() == ["ccas", "", ""]
    # The same once the rows have changed places.
    swapped = body.iloc[[1, 0, 2]].set_axis(body.index)
    corrected, _ = apply(swapped, (2, "Mairie / A1", "categorie", "", "ccas"))
    assert corrected.set_index("acteur_id")["categorie"].to_dict() == {"A1": "ccas", "A2": "", "A3": ""}
    # A name kept when it was the only one leads nowhere now that two rows bear it, unless one alone holds the value read.
    corrected, told = apply(body, (2, "Mairie", "categorie", "", "ccas"))
    pd.testing.assert_frame_equal(corrected, body)
    assert list_doubts(told) == ["plusieurs lignes s'appellent « Mairie », et rien ne dit laquelle."]
    held = body.assign(categorie=["", "zzz", ""])
    corrected, told = apply(held, (2, "Mairie", "categorie", "zzz", "ccas"))
    assert corrected["categorie"].tolist() == ["", "ccas", ""] and told["ligne"].tolist() == [3]


def test_lines_found_in_the_very_sheet_are_trusted_whatever_the_namesakes():
    body = make_body(nom=["Mairie", "Mairie", "Trois"], categorie=["", "", ""])
    corrected, told = apply_corrections(body, correct((2, "Mairie", "categorie", "", "ccas")), "acteurs", placed=True)
    assert corrected["categorie"].tolist() == ["ccas", "", ""] and told["gravite"].tolist() == ["information"]


def test_numbers_are_compared_as_messages_write_them():
    body = make_body(lat=["2.8765432", "45,1", "3"])
    corrected, _ = apply(body, (2, "Un", "lat", "2,87654", "45,1"), (3, "Deux", "lat", "45.1", "46"))
    assert corrected["lat"].tolist() == ["45,1", "46", "3"]


def test_the_order_of_corrections_and_rows_changes_nothing():
    rows = [(3, "Deux", "categorie", "zzz", "evs"), (4, "Trois", "categorie", "", "mjc"), (2, "Un", "nom", "Un", "Une")]
    one, _ = apply(make_body(), *rows)
    other, _ = apply(make_body().iloc[::-1], *rows[::-1])
    pd.testing.assert_frame_equal(one, other.sort_index())


def test_a_sheet_without_rows_tells_every_correction():
    _, told = apply(make_body().iloc[:0], (3, "Deux", "categorie", "zzz", "evs"))
    assert told["gravite"].tolist() == ["attention"]


TEXTS = st.text(alphabet="ab A\n(1,.é=", max_size=4)


@settings(max_examples=40)
@given(
    cells=st.lists(TEXTS, min_size=1, max_size=5),
    asked=st.lists(st.tuples(st.integers(1, 8), TEXTS, TEXTS.filter(bool)), max_size=4, unique_by=lambda row: row[0]),
)
def test_only_the_cells_that_hold_the_value_change(cells, asked):
    cells = [cell.strip() for cell in cells]
    body = pd.DataFrame({"nom": cells}, index=range(1, len(cells) + 1), dtype=str)
    corrected, told = apply_corrections(body, correct(*[(line, "", "nom", old, new) for line, old, new in asked]), "acteurs")
    assert (0 if told is None else len(told)) == len(asked)
    wanted, folded = dict(enumerate(cells, start=1)), [" ".join(cell.split()).casefold() for cell in cells]
    for line, old, new in asked:  # the naive way, one cell after the other: a value that no other row holds, at its line
        old = " ".join(old.split()).casefold()
        if line in wanted and old and folded[line - 1] == old and folded.count(old) == 1:
            wanted[line] = new
    assert corrected["nom"].to_dict() == wanted


# --- choosing the corrections of a sheet ---------------------------------------------------------------------------
def test_corrections_follow_their_file_and_sheet():
    table = correct((2, "", "nom", "a", "b"), (3, "", "nom", "a", "b"))
    table = table.assign(fichier=["inventaire.xlsx", "imports/hinaura.xlsx"], feuille=["Acteurs", "ecartees"])
    assert select_corrections(table, "inventaire.xlsx", "acteurs")["ligne"].tolist() == [2]
    assert select_corrections(table, "inventaire.ods", "acteurs")["fichier"].tolist() == ["inventaire.ods"]
    assert select_corrections(table, "imports/hinaura.xlsx", "ecartees")["ligne"].tolist() == [3]
    assert select_corrections(table, "imports\\hinaura.xlsx", "ecartees")["ligne"].tolist() == [3]
    assert select_corrections(table, "hinaura.xlsx", "ecartees") is None
    assert select_corrections(table, "inventaire.csv", "acteurs") is None
    assert select_corrections(None, "a", "b") is None


def test_corrections_of_a_file_that_is_gone_are_told():
    table = correct((2, "", "nom", "a", "b"), (3, "", "nom", "a", "c")).assign(fichier=["inventaire.xlsx", "parti.xlsx"])
    told = list_unread(table, [("inventaire.ods", "acteurs"), ("autre.xlsx", "acteurs")])
    assert told[["fichier", "ligne", "colonne", "valeur"]].values.tolist() == [["parti.xlsx", 3, "nom", "c"]]
    assert not len(list_unread(table, [("inventaire.xlsx", "acteurs"), ("parti.xlsx", "Acteurs")]))


# --- lines ----------------------------------------------------------------------------------------------------------
@given(st.integers(1, 99_999_999))
def test_line_numbers_are_read_as_spreadsheets_write_them(line):
    spelled = pd.Series([str(line), f"{line}.0", f" {line} ", f"0{line}"])
    assert read_lines(spelled).tolist() == [line] * 4


@given(st.text(max_size=12) | st.floats().map(repr))
def test_any_cell_is_a_line_number_or_missing(cell):
    read = read_lines(pd.Series([cell], dtype="str"))
    assert read.dtype == "Int64"
    assert read.isna()[0] or float(cell.strip().replace(",", ".")) == read[0]
