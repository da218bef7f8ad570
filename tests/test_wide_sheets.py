"""Wide sheets to type in: their rows and headings, and what comes back when somebody has filled them."""

import openpyxl
import pandas as pd
import pytest

from diagnostic.read.draft import draft_inventory
from diagnostic.read.inventory.inventory import find_inventory, read_inventory
from diagnostic.vocabulary import read_vocabulary
from diagnostic.write.template import write_inventory
from diagnostic.write.wide_sheets import LOCAL_LAYERS, MOST_LINKED, WIDE_SHEETS, lay_out_sheets

ACTORS = pd.DataFrame({"acteur_id": ["a", "b", "c"], "nom": ["FICTIF A", "FICTIF B", "Agnat"], "categorie": ["ccas", "mjc", "commune"]})
DEVICES = pd.DataFrame({"dispositif_id": ["d1", "d2", "d3"], "nom": ["CTG", "PAT", "PAT"]})
COMMUNES = pd.DataFrame({"code_insee": ["43001", "43002"], "nom": ["Agnat", "Aiguilhe"]})


def test_rows_and_headings_by_hand():
    couches = pd.DataFrame({"couche": ["EPCI", "FICTIF_MDS"], "nature": ["shapes", "communes"]})
    sheets = lay_out_sheets({"acteurs": ACTORS, "dispositifs": DEVICES, "communes": COMMUNES, "couches": couches})
    assert list(sheets) == list(WIDE_SHEETS)
    # Two dispositifs of one name are told apart by their identifiers; a commune is no row of the sheets of actors.
    assert list(sheets["saisie_participations"]) == ["acteur_id", "nom", "CTG", "d2", "d3"]
    assert sheets["saisie_participations"]["acteur_id"].tolist() == ["a", "b"]
    assert list(sheets["saisie_liens"]) == ["acteur_id", "nom", "FICTIF A", "FICTIF B"]
    assert list(sheets["saisie_ressorts"]) == ["code_insee", "commune", "FICTIF_MDS", *LOCAL_LAYERS]
    assert sheets["saisie_ressorts"]["commune"].tolist() == ["Agnat", "Aiguilhe"]
    assert all((sheet.iloc[:, 2:] == "").all(axis=None) for sheet in sheets.values())


def test_links_are_a_square_only_where_it_can_be_filled():
    def list_sheets(number):
        rows = pd.DataFrame({"acteur_id": [f"a{n}" for n in range(number)], "nom": [f"FICTIF {n}" for n in range(number)]})
        return lay_out_sheets({"acteurs": rows})

    assert "saisie_liens" in list_sheets(2) and "saisie_liens" in list_sheets(MOST_LINKED)
    assert not any("saisie_liens" in list_sheets(number) for number in (0, 1, MOST_LINKED + 1))


def test_an_inventory_that_says_nothing():
    sheets = lay_out_sheets({})
    assert list(sheets) == ["saisie_participations", "saisie_ressorts"]
    assert all(len(sheet) == 0 for sheet in sheets.values())


def test_the_order_of_rows_is_that_of_the_tables():
    swapped = lay_out_sheets({"acteurs": ACTORS.iloc[::-1]})["saisie_participations"]
    assert swapped["acteur_id"].tolist() == ["b", "a"]
    assert ACTORS.columns.tolist() == ["acteur_id", "nom", "categorie"]


def test_every_wide_sheet_is_described():
    assert set(WIDE_SHEETS) <= set(read_vocabulary("feuilles")["feuille"])


@pytest.fixture
def model(tmp_path):
    tables = draft_inventory(tmp_path / "pays", epci=["244301099"]) | {"dispositifs": dispositifs()}
    return write_inventory(tables, tmp_path / "pays" / "inventaire.xlsx", titre="Inventaire", modele=True)


def dispositifs():
    return pd.DataFrame({"dispositif_id": ["d1"], "nom": ["FICTIF CTG d'Auzon"], "type": ["CTG"], "territoires": ["244301099"]})


def test_what_is_typed_in_the_cells_is_read(model):
    """The offers, the words of the comments and a heading typed by hand are all understood by the reader."""
    book = openpyxl.load_workbook(model)
    parts, layers, links = book["saisie_participations"], book["saisie_ressorts"], book["saisie_liens"]
    assert parts["C1"].value == "FICTIF CTG d'Auzon" and "Pilotage (Émergence) ; Financement" in parts["C1"].comment.text
    parts["C2"] = "Pilotage (Émergence) ; Financement"
    parts["C3"] = "Coordination"
    layers["C2"], layers["C3"] = "FICTIF CIAS du Haut", "FICTIF CIAS du Haut"
    layers["G1"], layers["G2"] = "FICTIF Secteurs", "Secteur nord"
    links["D2"] = "Partenaire financier"
    book.save(model)
    tables, *_ = read_inventory(find_inventory(model.parent))
    rows = tables["participations"][["acteur_id", "dispositif_id", "role", "stade"]].fillna("").values.tolist()
    assert sorted(row[2:] for row in rows) == [["coordination", ""], ["financement", ""], ["pilotage", "emergence"]]
    assert tables["ressorts"]["couche"].tolist() == ["CIAS", "FICTIF Secteurs", "CIAS"]
    assert tables["liens"]["type"].tolist() == ["partenaire_financier"]


def test_sheets_left_empty_give_no_row_and_no_trouble(model):
    tables, _, _, problems, *_ = read_inventory(find_inventory(model.parent))
    assert all(len(tables[name]) == 0 for name in ("participations", "ressorts", "liens"))
    assert not problems["feuille"].isin(WIDE_SHEETS).any()
