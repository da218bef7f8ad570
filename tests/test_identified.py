"""The identifiers made go in an exact copy of the user's workbook: same cells, same formulas, same lines, nothing else."""

import shutil
import zipfile

import openpyxl
import pandas as pd
import pytest
from passage import EPCI
from retouches import fill_cell

from diagnostic import run as way
from diagnostic.read.inventory.made_places import CELL_COLUMNS
from diagnostic.run import way_back
from diagnostic.schema import ORIGIN_COLUMNS, list_tables
from diagnostic.write.identified import write_identified, write_made_list

DATA = {
    "parametres": [["cle", "valeur"], ["epci", EPCI], ["finalite", "Essai"], ["date_edition", "15/11/2026"]],
    "acteurs": [
        ["Nos partenaires"], [],
        ["Identifiant", "Nom", "Catégorie", "code_insee", "Notre suivi", "source"],
        ["A1", "CCAS de l'essai", "ccas", "43016", "à rappeler", "FICTIF"],
        [None, "Maison du lac", "tiers_lieu", "43016", "=1+1", "FICTIF"],
        ["A3", None, "ccas", "43016", None, "FICTIF"],
        [None, "Club & Cie", "un mot à nous", "43185", None, "FICTIF"],
    ],
    "instances": [["nom", "type", "membres", "source"], ["Comité de l'essai", None, "A1 ; Maison du lac", "FICTIF"]],
    "Ma feuille": [["jamais lue", 12.5]],
}  # fmt: skip


def write_book(path, data=None):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in (data or DATA).items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    path.parent.mkdir(parents=True)
    book.save(path)
    return path


def list_cells(path):
    """Return {(sheet, cell): value or formula}."""
    book = openpyxl.load_workbook(path)
    return {(s.title, c.coordinate): c.value for s in book.worksheets for row in s.iter_rows() for c in row if c.value is not None}


def test_the_copy_differs_by_the_identifiers_alone(tmp_path):
    original = write_book(tmp_path / "été" / "inventaire.xlsx")
    before = original.read_bytes()
    written = way.check(tmp_path / "été")["fichiers"]
    copy = tmp_path / "été" / "sorties" / "interne" / "inventaire_avec_identifiants.xlsx"
    assert copy in written and original.read_bytes() == before
    one, other = list_cells(original), list_cells(copy)
    assert one.items() <= other.items()
    assert {key: value for key, value in other.items() if key not in one} == {
        ("acteurs", "A5"): "maison-du-lac", ("acteurs", "A7"): "club-cie",
        ("instances", "E1"): "instance_id", ("instances", "E2"): "comite-de-l-essai",
    }  # fmt: skip
    with zipfile.ZipFile(original) as first, zipfile.ZipFile(copy) as second:
        assert first.namelist() == second.namelist()
        changed = {name for name in first.namelist() if first.read(name) != second.read(name)}
    assert changed == {"xl/worksheets/sheet2.xml", "xl/worksheets/sheet3.xml"}


def test_the_copy_takes_the_place_of_the_inventory(tmp_path):
    folder = tmp_path / "d"
    original = write_book(folder / "inventaire.xlsx")
    way.check(folder)
    path = folder / "sorties" / "interne" / way_back.PROBLEM_FILE
    book = openpyxl.load_workbook(path)
    fill_cell(book, "a_corriger_acteurs", {"ligne": 6}, "nom", "CCAS voisin")
    book.save(path)
    done = way_back.correct(folder)
    assert done["apres"].set_index("feuille").at["acteurs", "ecartees"] == 0
    before = way.load(folder)
    shutil.copy(folder / "sorties" / "interne" / "inventaire_avec_identifiants.xlsx", original)
    again = way.load(folder)
    assert len(before["retour"]["fabriques"]) == 3 and not len(again["retour"]["fabriques"])
    assert again["acteurs"]["nom"].tolist() == ["CCAS de l'essai", "Maison du lac", "CCAS voisin", "Club & Cie"]
    for name in list_tables():
        pd.testing.assert_frame_equal(before[name], again[name])
    written = way.check(folder)["fichiers"]
    assert [written_.name for written_ in written] == [way_back.PROBLEM_FILE, way.EXAMINED_FILE]
    assert not list(path.parent.glob("inventaire_avec*"))


def test_csv_and_sheets_of_persons_give_a_list_and_no_copy(tmp_path):
    persons = {"personnes": [["personne_id", "acteur_id", "fonction", "nom"], ["P1", "A1", "animatrice", "CANARI Jeanne"]]}
    parametres = [*DATA["parametres"], ["personnes", "oui"]]
    write_book(tmp_path / "p" / "inventaire.xlsx", DATA | persons | {"parametres": parametres})
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "acteurs.csv").write_text("nom,categorie,code_insee\nMaison du lac,tiers_lieu,43016\n", encoding="utf-8")
    (tmp_path / "c" / "parametres.csv").write_text(f"cle,valeur\nepci,{EPCI}\n", encoding="utf-8")
    for name, line, sheet in (("p", 5, "acteurs"), ("c", 2, "acteurs")):
        way.check(tmp_path / name)
        found = tmp_path / name / "sorties" / "interne"
        assert not list(found.glob("inventaire_avec*"))
        cells = list_cells(found / way_back.MADE_FILE)
        assert [cells["identifiants", f"{c}2"] for c in "ABCDE"] == [sheet, line, "acteur_id", "Maison du lac", "maison-du-lac"]
        assert "CANARI" not in str(cells)


def test_a_cell_that_cannot_be_filled_writes_nothing(tmp_path):
    original = write_book(tmp_path / "o" / "inventaire.xlsx")
    for cell in (["acteurs", 5, 4, "x"], ["acteurs", 99, 0, "x"]):  # a formula; a line that is not there
        with pytest.raises(LookupError):
            write_identified(original, pd.DataFrame([cell], columns=CELL_COLUMNS), tmp_path / "copie.xlsx")
        assert not (tmp_path / "copie.xlsx").exists()


def test_the_list_of_persons_is_never_written(tmp_path):
    made = pd.DataFrame([["personnes", "inventaire.ods", "personnes", 2, "personne_id", "canari-animatrice", "CANARI"]],
                        columns=["table", *ORIGIN_COLUMNS, "colonne", "identifiant", "nom"])  # fmt: skip
    assert "canari" not in str(list_cells(write_made_list(made, tmp_path / "liste.xlsx"))).lower()
