"""The copy of the inventory: the accepted edits in their cells, a journal, the original untouched, everything else as it was."""

import hashlib
import shutil
import zipfile

import openpyxl
import pytest
from dossier_saisies import HOSTILE, open_dossier, save, write_workbook_dossier
from petit_dossier import write_dossier

from diagnostic import run as way
from diagnostic.read.inventory.inventory import find_inventory
from diagnostic.run import edit_forms, edits
from diagnostic.run.edited_copy import save_copy
from diagnostic.write.edited import reserve_copy


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = write_workbook_dossier(tmp_path_factory.mktemp("d'été à Brioude") / "essai")
    return folder, open_dossier(folder)


@pytest.fixture
def dossier(model, chemin_piege):
    """A copy of the small dossier and what its forms need: (folder, opened)."""
    folder = chemin_piege / "essai"
    shutil.copytree(model[0], folder)
    return folder, model[1] | {"dossier": folder}


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_accepted_edits_are_in_the_copy_and_the_original_is_untouched(dossier):
    folder, opened = dossier
    before = digest(folder / "inventaire.xlsx")
    save(opened, "acteurs", "b", {"nom": HOSTILE, "effectif": "12"})
    save(opened, "acteurs", "c", {"nom": "Proposé seulement"}, auteur="B", statut="propose")
    save(opened, "acteurs", "", {"nom": "=1+1", "categorie": "ccas", "code_insee": "43016", "source": "FICTIF"})
    done = save_copy(folder)
    assert digest(folder / "inventaire.xlsx") == before
    assert done["exact"]
    assert done["fichier"].parent == folder
    assert done["fichier"].stem.startswith("inventaire_")
    sheet = openpyxl.load_workbook(done["fichier"])["acteurs"]
    assert [sheet[place].value for place in ("B3", "J3", "B4", "B6", "K2")] == [HOSTILE, 12, "Amap de l'essai", "=1+1", "=J2*2"]
    assert sheet["B6"].data_type != "f"
    assert sheet["B3"].fill.fgColor.rgb == "00FFF2CC" and sheet["B1"].font.bold and sheet.column_dimensions["B"].width == 44
    journal = openpyxl.load_workbook(done["fichier"])["journal"]
    lines = {(row[2], row[10], row[12]): row[4] for row in journal.iter_rows(min_row=2, values_only=True)}
    assert lines["A", "nom", HOSTILE] == lines["A", "effectif", "12"] == edits.WRITTEN
    assert lines["B", "nom", "Proposé seulement"] == "non écrit : proposé seulement"
    assert [cell.value for cell in journal[1]][:5] == ["saisie", "date", "auteur", "statut", "effet"]


def test_every_other_part_of_the_workbook_is_the_same_byte_for_byte(dossier):
    folder, opened = dossier
    save(opened, "acteurs", "b", {"effectif": "12"})
    done = save_copy(folder)
    with zipfile.ZipFile(folder / "inventaire.xlsx") as old, zipfile.ZipFile(done["fichier"]) as new:
        changed = {name for name in old.namelist() if old.read(name) != new.read(name)}
        assert new.testzip() is None
        added = set(new.namelist()) - set(old.namelist())
    assert changed == {"xl/worksheets/sheet2.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml"}
    assert len(added) == 1


def test_a_conflict_is_in_the_journal_and_not_in_the_cell(dossier):
    folder, opened = dossier
    form = edit_forms.open_form(opened, "acteurs", "b", edits.list_states(opened)[0])
    save(opened, "acteurs", "b", {"nom": "Un"}, form=form)
    save(opened, "acteurs", "b", {"nom": "Deux"}, auteur="B", form=form)
    done = save_copy(folder)
    assert openpyxl.load_workbook(done["fichier"])["acteurs"]["B3"].value == "Épicerie de l'essai"
    assert done["journal"]["effet"].tolist() == ["non écrit : une autre saisie dit autre chose"] * 2


def test_the_dossier_reads_on_beside_its_copies_and_edits(dossier):
    folder, opened = dossier
    save(opened, "acteurs", "b", {"nom": "Autre nom"})
    first, second = save_copy(folder)["fichier"], save_copy(folder)["fichier"]
    assert first != second
    assert find_inventory(folder) == [folder / "inventaire.xlsx"]
    assert "Autre nom" not in set(way.load(folder)["acteurs"]["nom"])


def test_a_copy_that_takes_the_place_of_the_inventory_is_read_and_its_edits_are_done(dossier):
    folder, opened = dossier
    save(opened, "acteurs", "b", {"nom": "Autre nom"})
    save(opened, "acteurs", "", {"nom": "Café neuf", "categorie": "cafe_associatif", "code_insee": "43016", "source": "FICTIF"})
    save(opened, "liens", "", {"source_id": "Café neuf", "cible_id": "b", "type": "partenaire_technique", "source": "FICTIF"})
    copy = save_copy(folder)["fichier"]
    copy.replace(folder / "inventaire.xlsx")
    tables = way.load(folder)
    assert {"Autre nom", "Café neuf"} <= set(tables["acteurs"]["nom"])
    assert len(tables["liens"]) == 3
    again = edits.open_edits(folder, tables)
    assert len(edits.list_states(again)[0]) == 0
    done = save_copy(folder)
    assert done["journal"]["effet"].eq(edits.WRITTEN).all()
    assert openpyxl.load_workbook(done["fichier"])["acteurs"].max_row == 6  # the added row is not added twice


def test_a_row_that_moved_is_found_and_a_cell_that_changed_is_left(dossier):
    folder, opened = dossier
    save(opened, "acteurs", "b", {"effectif": "12"})
    save(opened, "acteurs", "c", {"nom": "Amap neuve"})
    book = openpyxl.load_workbook(folder / "inventaire.xlsx")
    book["acteurs"].insert_rows(2)
    book["acteurs"]["B5"] = "Changé à la main"
    book.save(folder / "inventaire.xlsx")
    done = save_copy(folder)
    sheet = openpyxl.load_workbook(done["fichier"])["acteurs"]
    assert (sheet["J4"].value, sheet["B5"].value) == (12, "Changé à la main")
    assert sorted(done["journal"]["effet"])[1].startswith("écrit")
    assert "a changé depuis" in sorted(done["journal"]["effet"])[0]


def test_a_formula_is_never_written_over_in_silence(dossier):
    folder, opened = dossier
    book = openpyxl.load_workbook(folder / "inventaire.xlsx")
    book["acteurs"]["J3"] = "=2+2"
    book.save(folder / "inventaire.xlsx")
    save(opened, "acteurs", "b", {"effectif": "12"})
    done = save_copy(folder)
    assert not done["exact"]
    assert openpyxl.load_workbook(done["fichier"])["acteurs"]["J3"].value == 12
    assert openpyxl.load_workbook(folder / "inventaire.xlsx")["acteurs"]["J3"].value == "=2+2"


def test_a_plain_copy_of_a_workbook_with_macros_never_takes_the_place_of_an_earlier_copy(dossier):
    folder, opened = dossier
    book = openpyxl.load_workbook(folder / "inventaire.xlsx")
    book["acteurs"]["J3"] = "=2+2"
    book.save(folder / "inventaire.xlsm")
    (folder / "inventaire.xlsx").unlink()
    save(opened, "acteurs", "b", {"effectif": "12"})
    copies = [reserve_copy(folder) for _ in range(2)]
    copies[0].write_bytes(b"une copie d'avant")
    done = save_copy(folder)
    assert not done["exact"] and done["fichier"].suffix == ".xlsx"
    assert done["fichier"] not in copies and copies[0].read_bytes() == b"une copie d'avant"
    assert not list(folder.glob("inventaire_*.xlsm"))


def test_an_inventory_of_csv_files_has_a_copy_too(chemin_piege):
    folder = write_dossier(chemin_piege / "csv")
    opened = edits.open_edits(folder, way.load(folder))
    save(opened, "acteurs", "b", {"nom": "Autre nom"})
    done = save_copy(folder)
    book = openpyxl.load_workbook(done["fichier"])
    assert not done["exact"]
    assert {"acteurs", "liens", "journal"} <= set(book.sheetnames)
    assert book["acteurs"]["B3"].value == "Autre nom"
    assert book["acteurs"]["D3"].value == "43016"  # a code is text
    assert find_inventory(folder) == sorted((folder / "inventaire").glob("*.csv"))


def test_a_copy_tells_what_it_brings_that_the_inventory_had_not(dossier):
    folder, opened = dossier
    save(opened, "acteurs", "b", {"categorie": "zzz"})
    assert "categorie" in set(save_copy(folder)["problemes"]["colonne"])
