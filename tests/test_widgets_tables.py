"""Tables of the notebooks: cells in words, escaped, counted."""

import pandas as pd
import pytest
from carnets import open_small, read_cells

from diagnostic import widgets
from diagnostic.errors import DiagnosticError


# --- cells ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "values", "words"),
    [
        ("population", [1234.0, None], ["1\u202f234", "—"]),
        ("part_principale", [0.5436, 0.0123, float("nan")], ["54\u202f%", "1,2\u202f%", "—"]),
        ("ei", [-0.571, 0.0], ["−0,57", "0,00"]),
        ("mixte", [True, False], ["oui", "non"]),
        ("statut", ["absent_verifie", "present"], ["Absence vérifiée", "Présente"]),
        ("champ", ["developpement_local", None], ["Développement local", "—"]),
        ("themes", [("a", "b"), ()], ["a, b", "—"]),
        ("date_maj", pd.to_datetime(["2025-02-03", None]), ["03/02/2025", "—"]),
    ],
)
def test_a_cell_reads_as_a_french_reader_reads_it(name, values, words):
    assert widgets.tell_column(pd.Series(values, name=name)).tolist() == words


def test_a_boolean_that_may_be_missing_reads_three_ways():
    column = pd.Series([True, False, pd.NA], dtype="boolean", name="mobile")
    assert widgets.tell_column(column).tolist() == ["oui", "non", "—"]


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("feuille", "liens", "liens"),
        ("hypothese", "liens", "Liens redistribués entre les paires"),
        ("valeur", "co_pilote", "Co-pilote"),
        ("echelle", "departementale", "Départementale"),
        ("etat", "non_constate", "Non constaté"),
        ("nom", "social", "social"),
    ],
)
def test_a_code_means_something_in_its_column_only(name, code, words):
    assert widgets.tell_column(pd.Series([code], name=name)).tolist() == [words]


# --- tables ---------------------------------------------------------------------------------------------------------
def test_a_table_keeps_its_columns_in_order_and_counts_what_it_leaves():
    table = pd.DataFrame({"n": range(12), "nom": [f"x{i}" for i in range(12)]})
    shown = widgets.show_table(table, {"nom": "Nom", "n": "Nombre"}, lines=2).data
    assert read_cells(shown) == [["Nom", "Nombre"], ["x0", "0"], ["x1", "1"]]
    assert "2 lignes sur 12" in shown


def test_a_table_shown_whole_counts_nothing():
    assert "lignes sur" not in widgets.show_table(pd.DataFrame({"n": [1, 2]}), lines=2).data


def test_cells_and_headings_are_escaped():
    bad = "<img src=x onerror=alert(1)>"
    shown = widgets.show_table(pd.DataFrame({"nom": [bad], "themes": [(bad,)]}), {"nom": bad, "themes": "T"}).data
    assert "<img" not in shown
    assert shown.count("&lt;img") == 3
    assert "<img" not in widgets.show_sentences([bad]).data


def test_an_empty_table_says_so():
    assert "Aucune ligne" in widgets.show_table(pd.DataFrame({"n": []}), {"n": "Nombre"}).data


def test_an_absent_column_is_named_with_those_that_exist():
    with pytest.raises(DiagnosticError, match="(?s)Colonnes absentes : b.*choisissez parmi : a"):
        widgets.show_table(pd.DataFrame({"a": [1]}), {"b": "B"})


def test_the_table_given_is_not_changed():
    table = pd.DataFrame({"n": [1.5]})
    widgets.show_table(table, {"n": "Nombre"})
    pd.testing.assert_frame_equal(table, pd.DataFrame({"n": [1.5]}))


def test_statements_are_listed_by_state():
    interne = open_small("interne")
    shown = widgets.show_statements(interne, etat="non_mesurable").data
    assert shown.count("<li>") == (interne["constats"]["etat"] == "non_mesurable").sum() > 0
    assert "Aucun constat" in widgets.show_statements(interne, etat="autre").data


def test_a_count_beside_shares_has_no_decimals():
    table = pd.DataFrame({"mesure": ["liens_externes", "essai", "vide"], "valeur": [39.0, 0.43, None], "haut": [86.0, 1.5, None]})
    rows = read_cells(widgets.show_table(table).data)
    assert [row[1:] for row in rows[1:]] == [["39", "86"], ["0,43", "1,50"], ["—", "—"]]
