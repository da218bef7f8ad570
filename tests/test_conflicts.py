"""What waits for a person is shown side by side, never settled alone; a decision holds only for what was shown."""

import pandas as pd
import pytest
from jouets_fusion import MOMENT, correct, list_known, merge, open_model, settle, take

from diagnostic.read.back.conflicts import lay_out_waiting, list_waiting, make_decision, read_decisions, tell_author
from diagnostic.run import edits as way
from diagnostic.schema import ROW_COLUMN, ROW_GONE, ROW_THERE
from diagnostic.write.edits import write_merge


def wait(opened):
    known = list_known(opened)
    return list_waiting(known["states"], known["edits"], opened["lues"], known["ecrites"])


def fill(waiting, decision="", other="", who="Groupe"):
    rows = waiting[["cle"]].assign(decision=decision, autre_valeur=other, decide_par=who)
    return rows.assign(fichier="fusion.xlsx", feuille="conflits", ligne=range(2, len(rows) + 2))


def decide(opened, decision="", other=""):
    waiting = wait(opened)
    decided, refused = read_decisions(fill(waiting, decision, other), waiting)
    assert refused == []
    write_merge(opened["dossier"], [make_decision(state, moment=MOMENT, origine="f", empreinte="") for state in decided], auteur="G")
    return settle(opened)


def dispute(tmp_path):
    opened = open_model(tmp_path)
    merge(opened, correct("changer", "acteurs", "b", "effectif", "1"), correct("changer", "acteurs", "b", "effectif", "2", qui="B"))
    return opened


def test_two_values_are_two_choices_with_who_says_each(tmp_path):
    (row,) = wait(dispute(tmp_path)).to_dict("records")
    assert (row["genre"], row["inventaire"], row["choix"]) == ("valeurs", "", [("1", "1"), ("2", "2")])
    assert row["dits"] == ["A, 20/11/2026, accepté, c.xlsx", "B, 20/11/2026, accepté, c.xlsx"]


WORDS = [("A", "", "1"), ("b", "", "2"), ("garder", "", ""), ("", "9", "9"), ("autre", "9", "9")]


@pytest.mark.parametrize(("decision", "other", "value"), WORDS)
def test_each_decision_writes_what_it_says_and_settles(tmp_path, decision, other, value):
    opened = dispute(tmp_path)
    state = decide(opened, decision, other).loc[("acteurs", "b", "effectif")]
    assert (state["etat"], state["valeur"]) == ("accepte", value)
    assert len(wait(opened)) == 0


@pytest.mark.parametrize(("decision", "who", "words"), [("Z", "G", "n'est pas une décision possible"), ("A", "", "Il manque qui décide")])
def test_a_decision_that_says_nothing_is_told(tmp_path, decision, who, words):
    waiting = wait(dispute(tmp_path))
    decided, refused = read_decisions(fill(waiting, decision, who=who), waiting)
    assert decided == [] and words in refused[0][1] and refused[0][2]


def test_a_decision_on_what_was_not_shown_is_refused(tmp_path):
    opened = dispute(tmp_path)
    waiting = wait(opened)
    merge(opened, correct("changer", "acteurs", "b", "effectif", "3", qui="C"))
    decided, refused = read_decisions(fill(waiting, "A"), wait(opened))
    assert decided == [] and "arrivée depuis" in refused[0][1]


@pytest.mark.parametrize(("decision", "row", "name"), [("A", ROW_GONE, "Lieu ouvert"), ("B", ROW_THERE, "Lieu ouvert"),
                                                      ("garder", ROW_THERE, "Lieu tenu secret")])  # fmt: skip
def test_a_removal_against_a_correction(tmp_path, decision, row, name):
    opened = open_model(tmp_path)
    merge(opened, correct("retirer", "acteurs", "d"), correct("changer", "acteurs", "d", "nom", "Lieu ouvert", qui="B"))
    (told,) = wait(opened).to_dict("records")
    assert (told["genre"], [text for text, _ in told["choix"]]) == ("ligne", ["retirer la ligne", "garder la ligne, nom : « Lieu ouvert »"])
    states = decide(opened, decision)
    assert states.loc[("acteurs", "d", ROW_COLUMN)]["valeur"] == row
    assert states.loc[("acteurs", "d", "nom")]["valeur"] == name


def test_a_cell_that_changed_since_is_told_and_the_choice_is_written(tmp_path):
    opened = open_model(tmp_path)
    merge(opened, correct("changer", "acteurs", "b", "nom", "Neuf"))
    opened["lues"]["acteurs"].loc["b", ["nom", "appel"]] = "Tapé à la main"
    (told,) = wait(opened).to_dict("records")
    assert (told["genre"], told["inventaire"], told["choix"]) == ("case", "Tapé à la main", [("Neuf", "Neuf")])
    decide(opened, "A")
    assert take(opened)["lues"]["acteurs"].at["b", "nom"] == "Neuf"


def test_what_is_typed_over_a_value_already_in_place_is_no_conflict(tmp_path):
    opened = open_model(tmp_path)
    merge(opened, correct("changer", "acteurs", "b", "nom", "Neuf"))
    opened = take(opened)
    opened["lues"]["acteurs"].loc["b", ["nom", "appel"]] = "Tapé à la main"
    assert len(wait(opened)) == 0


def test_a_row_proposed_is_one_choice_and_is_added_when_accepted(tmp_path):
    opened = open_model(tmp_path)
    cells = (("nom", "N"), ("categorie", "ccas"))
    merge(opened, *[correct("ajouter", "acteurs", "n", column, value, statut="propose") for column, value in cells])
    (told,) = wait(opened).to_dict("records")
    assert told["genre"] == "ajout" and told["choix"][0][0].startswith("nom : N ; categorie :")
    decide(opened, "A")
    assert "n" in take(opened)["lues"]["acteurs"].index


def test_a_row_proposed_and_refused_is_given_up(tmp_path):
    opened = open_model(tmp_path)
    cells = (("nom", "N"), ("categorie", "ccas"))
    merge(opened, *[correct("ajouter", "acteurs", "n", column, value, statut="propose") for column, value in cells])
    waiting = wait(opened)
    ((state,), refused) = read_decisions(fill(waiting, "garder"), waiting)
    assert state["valeur"] is None and refused == []


def test_the_sheet_has_a_column_a_choice_and_empty_cells_to_decide(tmp_path):
    opened = dispute(tmp_path)
    merge(opened, correct("changer", "acteurs", "b", "effectif", "3", qui="C"))
    shown = lay_out_waiting(wait(opened))
    assert shown[["A", "B", "C", "decision"]].iloc[0].tolist() == ["1", "2", "3", ""]
    assert len(lay_out_waiting(wait(open_model(tmp_path / "vide")))) == 0


def test_who_says_it(tmp_path):
    edit = {"auteur": "A", "date": "2026-11-20T00:00:00", "statut": "propose", "origine": ""}
    assert tell_author(edit) == "A, 20/11/2026, proposé"


def test_the_application_shows_the_same_conflicts(tmp_path):
    opened = dispute(tmp_path)
    states, unread = way.list_states(opened)
    assert states["etat"].tolist() == ["conflit"] and unread == [] and isinstance(states, pd.DataFrame)
