"""Whole rows: a removal and a correction that do not know of each other both wait; what a removal takes along follows it."""

import pandas as pd
from jouets_fusion import correct, merge, open_model, settle, take

from diagnostic.read.back.edits import read_edits, read_merges
from diagnostic.read.back.row_states import follow_rows, list_contents, settle_rows
from diagnostic.run import edits as way
from diagnostic.schema import NEW_ROW, ROW_COLUMN, ROW_GONE, ROW_THERE
from diagnostic.write.edits import write_undoing

ADDED = [correct("ajouter", "acteurs", "neuf", column, value) for column, value in (("nom", "Neuf"), ("categorie", "ccas"))]


def undo_last(opened):
    write_undoing(opened["dossier"], read_merges(opened["dossier"]).query("annulee == ''")["fusion"].iat[-1], auteur="B")


def test_a_removal_that_nobody_disputes_holds_and_so_does_what_it_takes_along(tmp_path):
    opened = open_model(tmp_path)
    merge(opened, correct("retirer", "acteurs", "d"))
    states = settle(opened)
    assert states.loc[("acteurs", "d", ROW_COLUMN)]["valeur"] == ROW_GONE
    assert states.loc[("liens", "a / d / partenaire_technique", ROW_COLUMN)]["valeur"] == ROW_GONE


def test_a_removal_and_a_correction_wait_together_with_the_links(tmp_path):
    opened = open_model(tmp_path)
    merge(opened, correct("retirer", "acteurs", "d"))
    merge(opened, correct("changer", "acteurs", "d", "nom", "Lieu ouvert", qui="B"))
    states = settle(opened)
    row, cell = states.loc[("acteurs", "d", ROW_COLUMN)], states.loc[("acteurs", "d", "nom")]
    assert row["etat"] == cell["etat"] == "conflit" and pd.isna(row["valeur"]) and pd.isna(cell["valeur"])
    assert row["contre"] == cell["tetes"]
    link = states.loc[("liens", "a / d / partenaire_technique", ROW_COLUMN)]
    assert link["etat"] == "suit" and pd.isna(link["valeur"])


def test_a_removal_only_proposed_takes_nothing_along(tmp_path):
    opened = open_model(tmp_path)
    merge(opened, correct("retirer", "acteurs", "d", statut="propose"))
    states = settle(opened)
    assert states.loc[("acteurs", "d", ROW_COLUMN)]["etat"] == "propose"
    assert states.loc[("liens", "a / d / partenaire_technique", ROW_COLUMN)]["etat"] == "suit"


def test_who_removes_a_row_has_seen_what_the_inventory_holds(tmp_path):
    opened = open_model(tmp_path)
    merge(opened, correct("changer", "acteurs", "d", "nom", "Lieu ouvert"))
    opened = take(opened)
    merge(opened, correct("retirer", "acteurs", "d", qui="B", quand="21/11/2026"))
    assert settle(opened).loc[("acteurs", "d", ROW_COLUMN)]["valeur"] == ROW_GONE


def test_a_confirmation_and_a_removal_disagree(tmp_path):
    opened = open_model(tmp_path)
    merge(opened, correct("retirer", "acteurs", "d"), correct("confirmer", "acteurs", "d", qui="B"))
    assert settle(opened).loc[("acteurs", "d", ROW_COLUMN)]["etat"] == "conflit"


def test_a_removal_undone_leaves_the_row_and_keeps_its_contents(tmp_path):
    opened = open_model(tmp_path)
    merge(opened, correct("retirer", "acteurs", "d"))
    undo_last(opened)
    states = settle(opened)
    for key in (("acteurs", "d"), ("liens", "a / d / partenaire_technique")):
        assert states.loc[(*key, ROW_COLUMN)][["etat", "valeur"]].tolist() == ["annule", ROW_THERE]
    assert list_contents(read_edits(tmp_path)[0], "d", "acteurs")["nom"] == "Lieu tenu secret"


def test_a_row_added_then_undone_is_gone(tmp_path):
    opened = open_model(tmp_path)
    (save,), *_ = merge(opened, *ADDED)
    assert settle(opened).loc[("acteurs", save["identifiant"], ROW_COLUMN)]["valeur"] == ROW_THERE
    undo_last(opened)
    assert settle(opened).loc[("acteurs", save["identifiant"], ROW_COLUMN)]["valeur"] == ROW_GONE


def test_a_row_added_is_followed_to_its_place_in_the_inventory(tmp_path):
    opened = open_model(tmp_path)
    (save,), *_ = merge(opened, *ADDED)
    opened = take(opened)
    edits = follow_rows(read_edits(tmp_path)[0], opened["lues"], way.list_written(opened))
    assert set(edits["identifiant"]) == {"neuf"}
    assert set(follow_rows(read_edits(tmp_path)[0], open_model(tmp_path)["lues"], ())["identifiant"]) == {NEW_ROW + save["saisie"]}


def test_a_link_whose_type_was_corrected_is_followed(tmp_path):
    opened = open_model(tmp_path)
    merge(opened, correct("changer", "liens", "a / b / partenaire_technique", "type", "Co-pilote"))
    opened = take(opened)
    edits, states, _ = way.read_states(opened)
    assert set(edits["identifiant"]) == {"a / b / Co-pilote"}
    assert states["valeur"].tolist() == ["Co-pilote"]


def test_no_edit_is_no_row(tmp_path):
    assert len(settle_rows(read_edits(tmp_path)[0])) == 0
    assert isinstance(follow_rows(read_edits(tmp_path)[0], {}), pd.DataFrame)
