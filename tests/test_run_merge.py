"""The loop on files: merge, look, decide, put the copy in place, undo; the inventory is never written, and nothing is merged twice."""

import hashlib
import json

import openpyxl
import pytest
from jouets_fusion import copy_model, correct, list_cells, write_book

from diagnostic.errors import DiagnosticError
from diagnostic.run import edits
from diagnostic.run import merge as way


@pytest.fixture
def dossier(chemin_piege):
    return copy_model(chemin_piege / "essai")


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def fill(folder, sheet, word, who="Groupe"):
    path = folder / "sorties" / "interne" / way.MERGE_FILE
    book = openpyxl.load_workbook(path)
    page = book[sheet]
    places = {cell.value: cell.column for cell in page[1]}
    for row in range(2, page.max_row + 1):
        page.cell(row, places["décision"]).value, page.cell(row, places["décidé par"]).value = word, who
    book.save(path)
    return path


def test_the_whole_loop(dossier, tmp_path):
    start, original = list_cells(edits.open_edits(dossier)), digest(dossier / "inventaire.xlsx")
    first = write_book(
        tmp_path / "c1.xlsx", correct("changer", "acteurs", "b", "effectif", "12"), correct("retirer", "acteurs", "d"),
        *[correct("ajouter", "acteurs", "neuf", *cell) for cell in (("nom", "Neuf"), ("categorie", "ccas"), ("code_insee", "43016"))],
        correct("changer", "acteurs", "c", "capacite", "5", statut="proposé"), correct("changer", "acteurs", "zz", "nom", "x"),
    )  # fmt: skip
    second = write_book(
        tmp_path / "c2.xlsx", correct("changer", "acteurs", "b", "effectif", "13", qui="B"),
        correct("changer", "acteurs", "d", "nom", "Lieu ouvert", qui="B"),
    )  # fmt: skip
    done = way.merge(dossier, [first, second])
    assert digest(dossier / "inventaire.xlsx") == original
    assert done["comptes"] == {"conflits": 2, "en_attente": 1} and done["comptes_lus"]["nouvelles"] == 6
    assert done["problemes"]["ligne"].tolist() == [8] and done["copie"]["exact"]
    sheet = openpyxl.load_workbook(done["copie"]["fichier"])["acteurs"]
    assert [row[1] for row in sheet.iter_rows(min_row=2, values_only=True)][-1] == "Neuf" and sheet["J3"].value is None
    names = openpyxl.load_workbook(done["fichiers"][-1]).sheetnames[1:]
    assert names == ["conflits", "en_attente", "faites", "non_reprises"]
    again = way.merge(dossier, [first, second])
    assert not again["nouveau"] and again["fichiers"] == [] and again["comptes_lus"]["deja_fusionnees"] == 6
    done["copie"]["fichier"].unlink()  # thrown away, or cut short: it is made again
    again = way.merge(dossier, [first, second])
    assert not again["nouveau"] and again["fichiers"] == [again["copie"]["fichier"]]
    path = fill(dossier, "conflits", "B")
    with pytest.raises(DiagnosticError, match="2 décisions ne sont pas encore reprises"):
        way.undo(dossier, qui="Z")
    decided = way.merge(dossier, [path])
    assert decided["comptes"] == {"conflits": 0, "en_attente": 1} and decided["comptes_lus"]["decisions"] == 2
    decided["copie"]["fichier"].replace(dossier / "inventaire.xlsx")
    held = edits.open_edits(dossier)["lues"]["acteurs"]
    assert held.loc[["b", "d", "neuf"], ["nom", "effectif"]].to_numpy().tolist() == [
        ["Épicerie de l'essai", "13"], ["Lieu ouvert", ""], ["Neuf", ""],
    ]  # fmt: skip
    for _ in range(2):
        undone = way.undo(dossier, qui="Z")
        if undone["copie"]:
            undone["copie"]["fichier"].replace(dossier / "inventaire.xlsx")
    with pytest.raises(DiagnosticError, match="Aucune fusion à annuler"):
        way.undo(dossier, qui="Z")
    opened = edits.open_edits(dossier)
    assert list_cells(opened) == start
    assert set(opened["journal"]["effet"]) == {"annulé"} and opened["journal"]["geste"].eq("annulation").sum() == 2


@pytest.mark.long
def test_an_undoing_is_itself_undone(dossier, tmp_path):
    way.merge(dossier, [write_book(tmp_path / "c.xlsx", correct("changer", "acteurs", "b", "effectif", "12"))])
    undone = way.undo(dossier, qui="Z")
    assert undone["copie"] is None and undone["nouveau"]
    with pytest.raises(DiagnosticError, match="déjà annulée"):
        way.undo(dossier, undone["annule"], qui="Z")
    merges, undoings = way.list_merges(dossier)
    assert merges["annulee"].tolist() == undoings["annulation"].tolist()
    back = way.undo(dossier, undoings["annulation"].iat[0], qui="Z")
    assert openpyxl.load_workbook(back["copie"]["fichier"])["acteurs"]["J3"].value == 12


def test_an_unknown_merge_is_not_undone_nor_by_nobody(dossier, tmp_path):
    way.merge(dossier, [write_book(tmp_path / "c.xlsx", correct("changer", "acteurs", "b", "effectif", "12"))])
    for name in ("fusion_2020", ""):
        with pytest.raises(DiagnosticError, match="fusion inconnue"):
            way.undo(dossier, name, qui="Z")
    with pytest.raises(DiagnosticError, match="qui annule"):
        way.undo(dossier, qui=" ")


def test_a_save_changed_by_hand_is_told_kept_and_not_followed(dossier, tmp_path):
    way.merge(dossier, [write_book(tmp_path / "c.xlsx", correct("changer", "acteurs", "b", "effectif", "12"))])
    (path,) = (dossier / "saisies").glob("fusion_*.json")
    path.write_text(path.read_text(encoding="utf-8").replace('"12"', '"999"'), encoding="utf-8")
    before = path.read_bytes()
    done = way.merge(dossier, [write_book(tmp_path / "d.xlsx", correct("changer", "acteurs", "c", "effectif", "3"))])
    told = done["problemes"]
    assert told["fichier"].tolist() == [f"saisies/{path.name}"] and "changé à la main" in told["probleme"].iat[0]
    sheet = openpyxl.load_workbook(done["copie"]["fichier"])["acteurs"]
    assert (sheet["J3"].value, sheet["J4"].value) == (None, 3) and path.read_bytes() == before


def test_a_journal_changed_by_hand_is_told_and_nothing_is_lost(dossier, tmp_path):
    done = way.merge(dossier, [write_book(tmp_path / "c.xlsx", correct("changer", "acteurs", "b", "effectif", "12"))])
    book = openpyxl.load_workbook(done["copie"]["fichier"])
    sheet = book["journal"]
    place = {cell.value: cell.column for cell in sheet[1]}["après"]
    sheet.cell(2, place).value = "999"
    book.save(dossier / "inventaire.xlsx")
    done = way.merge(dossier, [write_book(tmp_path / "d.xlsx", correct("changer", "acteurs", "c", "effectif", "3"))])
    (told,) = done["problemes"].to_dict("records")
    assert told["feuille"] == "journal" and told["ligne"] == 2 and "« 12 »" in told["probleme"] and "fait foi" in told["probleme"]
    assert openpyxl.load_workbook(done["copie"]["fichier"])["acteurs"]["J3"].value == 12


def test_a_dossier_of_a_later_version_is_refused_alone(dossier, tmp_path):
    way.merge(dossier, [write_book(tmp_path / "c.xlsx", correct("changer", "acteurs", "b", "effectif", "12"))])
    (path,) = (dossier / "saisies").glob("fusion_*.json")
    content = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(content | {"format": 2}), encoding="utf-8")
    with pytest.raises(DiagnosticError, match="version plus récente"):
        edits.list_edits(dossier)
    path.unlink()
    book = openpyxl.load_workbook(dossier / "inventaire.xlsx")
    book["parametres"].append(["version_dossier", "2"])
    book["parametres"].append(["reglage_de_demain", "oui"])
    book.save(dossier / "inventaire.xlsx")
    with pytest.raises(DiagnosticError, match="version plus récente") as told:
        edits.open_edits(dossier)
    assert "reglage_de_demain" not in str(told.value)


def test_the_workbook_to_fill_is_written_once(dossier):
    path = way.write_form(dossier)
    assert openpyxl.load_workbook(path)["reperes"]["C2"].value == "a"
    with pytest.raises(DiagnosticError, match="existe déjà"):
        way.write_form(dossier)
