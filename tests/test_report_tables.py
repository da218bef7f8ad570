"""The tables of a report: cells as a reader writes them, cut to a page, the rest told."""

import pandas as pd
import pytest
from rapports import NASTY

from diagnostic.draw.report_tables import (
    LONGEST_CELL,
    TABLE_HEIGHT,
    _measure_line,
    format_cell,
    label_column,
    make_table,
    name_sheet,
    typeset,
)

COLUMNS = [("nom", "Nom", "texte", 3), ("nb", "Nombre", "nombre", 1)]


def test_a_table_is_cut_to_a_page_and_says_where_the_rest_is():
    rows = pd.DataFrame({"nom": [f"Acteur {i}" for i in range(3000)], "nb": range(3000)})
    table = make_table(rows, COLUMNS, legende="Acteurs", feuille="acteurs")
    left = 3000 - len(table["lignes"])
    assert 20 < len(table["lignes"]) < 60
    assert (
        table["reste"].replace("\u202f", "").replace("\xa0", " ")
        == f"{left} lignes de plus dans le classeur, feuille « Acteurs »."
    )
    assert sum(_measure_line(line, table["largeurs"]) for line in table["lignes"]) <= TABLE_HEIGHT


def test_long_names_take_fewer_rows_and_are_cut():
    rows = pd.DataFrame({"nom": ["mot " * 100] * 100, "nb": 1})
    table = make_table(rows, COLUMNS, legende="Acteurs", feuille="acteurs")
    assert max(len(line[0]) for line in table["lignes"]) <= LONGEST_CELL
    short = make_table(rows.assign(nom="mot"), COLUMNS, legende="Acteurs", feuille="acteurs")
    assert len(table["lignes"]) < len(short["lignes"])


def test_nothing_to_show_is_no_table():
    assert make_table(pd.DataFrame({"nom": []}), COLUMNS, legende="x", feuille="acteurs") is None
    assert make_table(pd.DataFrame({"autre": [1]}), COLUMNS, legende="x", feuille="acteurs") is None


def test_a_whole_table_says_nothing_of_a_rest():
    table = make_table(pd.DataFrame({"nom": ["A"], "nb": [None]}), COLUMNS, legende="x", feuille="acteurs")
    assert table["reste"] == "" and table["lignes"] == [["A", "—"]]  # missing is never 0


@pytest.mark.parametrize("name", NASTY)
def test_what_no_document_may_hold_is_taken_out(name):
    assert not {"\x07", "\ue000", "\ue001"} & set(typeset(name))


def test_cells_are_french():
    assert format_cell(1234.5, "nombre").replace("\u202f", " ") == "1 234"
    assert format_cell(0.25, "part").replace("\u202f", " ") == "25 %"
    assert format_cell(pd.NaT, "date") == "—" and format_cell(pd.Timestamp("2026-11-05"), "date") == "05/11/2026"
    assert format_cell(("a", "b")) == "a, b" and format_cell(()) == "—"


def test_unknown_codes_stay():
    lists = {"champs": pd.DataFrame({"libelle": ["Social"]}, index=["social"])}
    rows = pd.DataFrame({"champ": ["social", "autre", None], "t": [("social", "x"), (), ()]})
    assert label_column(rows, "champ", lists, "champs")["champ"].tolist()[:2] == ["Social", "autre"]
    assert label_column(rows, "t", lists, "champs")["t"].iloc[0] == ("Social", "x")
    assert rows["champ"].iloc[0] == "social"


def test_a_table_without_sheet_keeps_its_name():
    assert name_sheet("acteurs") == "Acteurs" and name_sheet("rien") == "rien"
