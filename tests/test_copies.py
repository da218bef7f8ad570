"""A copy of the inventory, or the form of a partner: what it says otherwise, and what its silence does not say."""

import pandas as pd
from jouets_fusion import correct, merge, open_model, take

from diagnostic.read.back.copies import compare_copies, list_foreign
from diagnostic.read.back.edits import read_edits
from diagnostic.read.back.merge_book import READ_COLUMNS
from diagnostic.schema import EMPTY_WORD

GIVEN = {"qui": "Office", "quand": "", "statut": "accepte"}


def compare(opened, change, **options):
    theirs = {name: read.copy() for name, read in opened["lues"].items()}
    change(theirs)
    return compare_copies(opened["lues"], theirs, given=GIVEN, **({"whole": True} | options))


def test_a_copy_that_nobody_touched_says_nothing(tmp_path):
    rows = compare(open_model(tmp_path), lambda theirs: None)
    assert len(rows) == 0 and list(rows.columns) == READ_COLUMNS


def change_cells(theirs):
    theirs["acteurs"].loc["b", ["nom", "themes"]] = ["Autre", ""]


def test_cells_that_differ_and_emptied_ones_are_read(tmp_path):
    rows = compare(open_model(tmp_path), change_cells)
    assert rows[["identifiant", "colonne", "valeur"]].to_numpy().tolist() == [["b", "nom", "Autre"], ["b", "themes", EMPTY_WORD]]
    assert set(rows["qui"]) == {"Office"} and rows["ligne"].tolist() == [3, 3]


def test_the_form_of_a_partner_says_nothing_by_its_silence(tmp_path):
    def keep_one(theirs):
        change_cells(theirs)
        theirs["acteurs"] = theirs["acteurs"].loc[["b"]]
        theirs["liens"] = theirs["liens"].iloc[:0]

    rows = compare(open_model(tmp_path), keep_one, whole=False)
    assert rows[["action", "colonne"]].to_numpy().tolist() == [["changer", "nom"]]


def test_a_row_that_a_whole_copy_lacks_is_proposed_for_removal_never_accepted(tmp_path):
    def drop(theirs):
        theirs["acteurs"] = theirs["acteurs"].drop(index="d")

    rows = compare(open_model(tmp_path), drop)
    assert rows[["action", "identifiant", "statut"]].to_numpy().tolist() == [["retirer", "d", "propose"]]
    assert len(compare(open_model(tmp_path), drop, later={("acteurs", "d")})) == 0


def test_a_row_that_the_dossier_lacks_is_added_cell_by_cell(tmp_path):
    def add(theirs):
        row = theirs["acteurs"].loc[["b"]].set_axis(["n"]).assign(acteur_id="n", nom="Neuf", appel="Neuf", ligne=9)
        theirs["acteurs"] = pd.concat([theirs["acteurs"], row])

    rows = compare(open_model(tmp_path), add)
    assert set(rows["action"]) == {"ajouter"} and rows["groupe"].nunique() == 1
    assert dict(zip(rows["colonne"], rows["valeur"], strict=True))["nom"] == "Neuf"


def test_a_row_without_our_identifier_is_found_by_its_name(tmp_path):
    def rename(theirs):
        theirs["acteurs"] = theirs["acteurs"].rename(index={"b": "epicerie-de-l-essai"})
        theirs["acteurs"].loc["epicerie-de-l-essai", ["acteur_id", "capacite"]] = ["", "7"]

    rows = compare(open_model(tmp_path), rename, whole=False)
    assert rows[["identifiant", "colonne", "valeur"]].to_numpy().tolist() == [["b", "capacite", "7"]]


def test_the_journal_of_another_computer_gives_its_saves_once(tmp_path):
    elsewhere, here = open_model(tmp_path / "la"), open_model(tmp_path / "ici")
    merge(elsewhere, correct("changer", "acteurs", "b", "effectif", "12"), correct("retirer", "acteurs", "d"))
    journal = take(elsewhere)["journal"]
    known = read_edits(here["dossier"])[0]
    saves = list_foreign(journal, known, origine="copie.xlsx", empreinte="e")
    assert {save["saisie"] for save in saves} == set(read_edits(elsewhere["dossier"])[0]["saisie"])
    removal = next(save for save in saves if save["identifiant"] == "d")
    assert removal["geste"] == "retrait" and removal["cases"][0]["colonne"] == "(ligne)" and len(removal["cases"]) > 5
    assert list_foreign(journal, read_edits(elsewhere["dossier"])[0], origine="", empreinte="") == []
