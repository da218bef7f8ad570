"""Headings under titles, over two lines, repeated; totals and notes told apart from the data."""

from pathlib import Path

import pytest
from feuilles import sheet

from diagnostic.errors import DiagnosticError
from diagnostic.read.formats.headings import NOTE, REPEATED, TITLE, TOTAL, find_asides, find_heading, name_columns
from diagnostic.schema import describe_table, list_tables, map_aliases

PATH = Path("dossier/inventaire.xlsx")
HEAD = ["acteur_id", "nom", "categorie"]


@pytest.mark.parametrize("table", list_tables())
def test_every_alias_of_the_schema_leads_to_its_column(table):
    for alias, column in map_aliases(table).items():
        required = [c for c in describe_table(table).query("statut == 'R'").index if c != column]
        body, headings, _, _ = name_columns(sheet([*required, alias], ["x"] * (len(required) + 1)), table, PATH, table)
        assert list(body) == [*required, column]
        assert headings[column] == alias


@pytest.mark.parametrize(
    "rows, line",
    [
        ([HEAD, ["A", "a", "ccas"]], 1),
        ([["Inventaire 2025"], ["", "mis à jour le", "3 mars", "par", "nous"], HEAD, ["A", "a", "ccas"]], 3),
        ([["x"], ["colonne 1", "colonne 2"], ["y", "z"]], 2),
        ([["Titre"]] * 15 + [HEAD], 1),
        ([HEAD, ["A", "a", "ccas"], HEAD], 1),
    ],
)
def test_where_the_heading_is(rows, line):
    assert find_heading(sheet(*rows), map_aliases("acteurs")) == line
    assert find_heading(sheet(*rows), ["Acteur ID", "NOM", "Catégorie"]) == line


def test_a_group_line_above_and_names_below():
    rows = [
        ["Structure", "", "", "Coordonnées", ""],
        ["acteur_id", "nom", "categorie", "Latitude", "Longitude"],
        ["A", "a", "ccas", "45", "3"],
    ]
    body, _, asides, _ = name_columns(sheet(*rows), "acteurs", PATH, "acteurs")
    assert body.to_dict("list") == {
        "acteur_id": ["A"],
        "nom": ["a"],
        "categorie": ["ccas"],
        "lat": ["45"],
        "lon": ["3"],
    }
    assert asides.tolist() == [""]


@pytest.mark.parametrize(
    "second", [["", "", "", "Latitude", "Longitude"], ["acteur_id", "nom", "categorie", "Latitude", "Longitude"]]
)
def test_names_over_two_lines(second):
    rows = [[*HEAD, "Coordonnées", ""], second, ["A", "a", "ccas", "45", "3"]]
    body, headings, _, problemes = name_columns(sheet(*rows), "acteurs", PATH, "acteurs")
    assert body.loc[3].to_dict() == {"acteur_id": "A", "nom": "a", "categorie": "ccas", "lat": "45", "lon": "3"}
    assert headings["lat"] == "Latitude"
    assert not len(problemes)


def test_names_above_the_columns_of_a_group():
    rows = [[*HEAD, "", ""], ["", "", "", "lat", "lon"], ["A", "a", "ccas", "45", "3"]]
    body, _, _, _ = name_columns(sheet(*rows), "acteurs", PATH, "acteurs")
    assert list(body) == [*HEAD, "lat", "lon"]


def test_data_that_look_like_a_name_stay_data():
    body, _, _, _ = name_columns(
        sheet([*HEAD, "source"], ["A", "Structure", "type", "nom"], ["B", "b", "ccas", ""]), "acteurs", PATH, "f"
    )
    assert body["acteur_id"].tolist() == ["A", "B"]


@pytest.mark.parametrize(
    "row, reason",
    [
        (["Total", "", "", "12"], TOTAL), (["TOTAL :", "", "", "12,5"], TOTAL), (["", "Total général", "", "1 234"], TOTAL),
        (["Sous-total", "", "", ""], TOTAL), (["Somme", "12", "", "3"], TOTAL), (["Moyenne", "", "", "45 %"], TOTAL),
        (["Total des structures", "", "", "8"], TOTAL), (["Nombre de structures", "8", "", ""], TOTAL),
        (["Source : DREETS, 2024", "", "", ""], NOTE), (["* hors antennes", "", "", ""], NOTE), (["", "", "(1) au 1er janvier", ""], NOTE),
        (["NB : liste provisoire", "", "", ""], NOTE), (["Mise à jour : mars 2025", "", "", ""], NOTE),
        ([*HEAD, "capacite"], REPEATED), (["acteur_id", "nom", "", ""], REPEATED),
        (["Total", "Station Total", "entreprise", "3"], ""), (["A", "Total", "ccas", ""], ""), (["T1", "Somme de talents", "", ""], ""),
        (["Source de vie", "", "", ""], ""), (["Totalement bus", "", "", ""], ""), (["Moyenne vallée", "",
        "", ""], ""), (["nom", "", "", ""], ""),
        (["A", "a", "ccas", "* à vérifier"], ""),
    ],
)  # fmt: skip
def test_what_is_no_data(row, reason):
    raw = sheet([*HEAD, "capacite"], row)
    assert find_asides(raw.iloc[1:], raw.iloc[0]).tolist() == [reason]


def test_no_row():
    raw = sheet(HEAD)
    assert find_asides(raw.iloc[1:], raw.iloc[0]).tolist() == []


def test_a_remark_that_fills_its_table_is_a_row_of_it():
    _, _, asides, _ = name_columns(
        sheet(["constat"], ["Note : trois guichets"], ["Total"]), "constats_decisions", PATH, "f"
    )
    assert asides.tolist() == ["", ""]


def test_two_columns_for_one_name():
    with pytest.raises(DiagnosticError, match="Deux colonnes pour « nom »"):
        name_columns(sheet([*HEAD, "raison sociale"], ["A"]), "acteurs", PATH, "acteurs")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (["ACTEURS HORS COM COM"], TITLE),
        (["Mis à jour par le service le 12/03/2025"], NOTE),
        (["", "Source : annuaire interne du service, mars 2025"], NOTE),
        (["", "CENTRE SOCIAL DE BRIOUDE"], ""),  # a name alone is a row to complete
        (["", "Mis à jour"], ""),
        (["A1"], ""),
        (["ACTEURS HORS COM COM", "Mairie"], ""),
    ],
)
def test_titles_and_notes_between_the_rows(row, reason):
    raw = sheet(HEAD, ["a", "Adil", "adil"], row, ["b", "Mairie", "mairie"])
    assert name_columns(raw, "acteurs", PATH, "acteurs")[2].tolist() == ["", reason, ""]
