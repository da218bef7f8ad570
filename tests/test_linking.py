"""Corrections find their row and their cell, say what their author had seen, and are merged once."""

import pandas as pd
import pytest
from jouets_fusion import correct, link, merge, open_model, settle, take

from diagnostic.read.back.linking import name_save
from diagnostic.schema import NEW_ROW, ROW_COLUMN, ROW_GONE, ROW_THERE


def test_a_change_is_one_cell_of_one_save(tmp_path):
    (save,), counts, problems = link(open_model(tmp_path), correct("changer", "acteurs", "b", "effectif", "12,50"))
    assert (save["geste"], save["identifiant"], save["auteur"], save["statut"]) == ("modification", "b", "A", "accepte")
    assert save["cases"] == [{"colonne": "effectif", "avant": "", "apres": "12.5", "suit": []}]
    assert (save["origine"], save["empreinte"], save["date"][:10]) == ("c.xlsx", "0" * 64, "2026-11-20")
    assert counts == {"nouvelles": 1, "deja_fusionnees": 0, "sans_effet": 0} and not len(problems)


@pytest.mark.parametrize("name", ["b", "Épicerie de l'essai", "epicerie de l essai", "acteurs, ligne 3"])
def test_a_row_answers_to_its_identifier_its_name_and_its_line(tmp_path, name):
    (save,), *_ = link(open_model(tmp_path), correct("changer", "acteurs", name, "capacite", "3"))
    assert save["identifiant"] == "b"


@pytest.mark.parametrize("name", ["a / b / partenaire_technique", "b / p / participation", "Amap de l'essai / b / x"])
def test_a_link_answers_to_its_ends_by_identifier_or_name(tmp_path, name):
    table = "participations" if name.startswith("b") else "liens"
    saves, _, problems = link(open_model(tmp_path), correct("confirmer", table, name))
    assert bool(saves) == (not name.startswith("Amap")) and len(problems) == (not saves)


def test_a_link_is_found_by_the_names_of_its_actors(tmp_path):
    asked = correct("confirmer", "liens", "Club <script>alert(1)</script> d'Auzon → b → partenaire_technique")
    (save,), *_ = link(open_model(tmp_path), asked)
    assert save["identifiant"] == "a / b / partenaire_technique"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (correct("changer", "acteurs", "b", "effectif", "-2"), "un nombre positif ou nul"),
        (correct("changer", "liens", "a / b / partenaire_technique", "intensite", "5"), "un nombre entier de 1 à 4"),
        (correct("changer", "acteurs", "zz", "nom", "x"), "n'est pas dans l'inventaire"),
        (correct("changer", "acteurs", "b", "couleur", "x"), "cette colonne n'existe pas"),
        (correct("changer", "acteurs", "b", "acteur_id", "x"), "ne se change pas"),
        (correct("changer", "acteurs", "b", "nom", "(vide)"), "obligatoire"),
        (correct("changer", "acteurs", "b", "categorie", "boulangerie"), "inconnu"),
        (correct("changer", "acteurs", "b", "date_maj", "hier"), "date"),
        (correct("ajouter", "acteurs", "neuf", "nom", "Neuf"), "il manque categorie"),
        (correct("changer", "personnes", "p", "nom", "x"), "Table inconnue"),
        (correct("changer", "liens", "a / b / partenaire_technique", "personne_id", "x"), "cette colonne n'existe pas"),
    ],
)
def test_what_cannot_be_followed_is_told_and_changes_nothing(tmp_path, row, words):
    saves, counts, problems = link(open_model(tmp_path), row)
    assert saves == [] and counts["nouvelles"] == 0
    assert words in problems["probleme"].iat[0] and problems["a_faire"].iat[0]
    assert problems["fichier"].iat[0] == "c.xlsx" and problems["ligne"].iat[0] == 2


def test_a_row_added_gathers_its_lines_and_bears_its_identifier(tmp_path):
    cells = {"nom": "Neuf", "categorie": "Café associatif", "code_insee": "43016"}
    rows = [correct("ajouter", "acteurs", "neuf", column, value) for column, value in cells.items()]
    (save,), *_ = link(open_model(tmp_path), *rows)
    assert save["identifiant"] == NEW_ROW + save["saisie"]
    assert {case["colonne"]: case["apres"] for case in save["cases"]} == {
        "nom": "Neuf", "categorie": "Cafés associatifs", "code_insee": "43016", "acteur_id": "neuf",
    }  # fmt: skip


def test_a_row_that_is_there_is_not_added_again(tmp_path):
    row = [correct("ajouter", "acteurs", "b", column, value) for column, value in (("nom", "Autre"), ("categorie", "ccas"))]
    saves, _, problems = link(open_model(tmp_path), *row)
    assert saves == [] and "est déjà dans l'inventaire (b)" in problems["probleme"].iat[0]


def test_a_removal_keeps_the_row_and_takes_along_what_names_it(tmp_path):
    saves, *_ = link(open_model(tmp_path), correct("retirer", "acteurs", "a"))
    first, *others = saves
    assert first["cases"][0] == {"colonne": ROW_COLUMN, "avant": ROW_THERE, "apres": ROW_GONE, "suit": []}
    assert {"colonne": "categorie", "avant": "centre_social", "apres": "", "suit": []} in first["cases"]
    assert {(save["table"], save["identifiant"]) for save in others} == {
        ("liens", "a / b / partenaire_technique"), ("liens", "a / d / partenaire_technique"), ("participations", "a / p / pilotage"),
    }  # fmt: skip
    assert {save["parent"] for save in others} == {first["saisie"]}


def test_a_confirmation_dates_the_row(tmp_path):
    (save,), *_ = link(open_model(tmp_path), correct("confirmer", "acteurs", "b", quand="3 février 2026"))
    assert [(case["colonne"], case["apres"]) for case in save["cases"]] == [(ROW_COLUMN, ROW_THERE), ("date_maj", "2026-02-03")]


def test_two_confirmations_do_not_disagree_and_the_latest_date_holds(tmp_path):
    opened = open_model(tmp_path)
    merge(opened, correct("confirmer", "acteurs", "b"), correct("confirmer", "acteurs", "b", qui="B", quand="2/11/2026"))
    state = settle(opened).loc[("acteurs", "b", "date_maj")]
    assert (state["etat"], state["valeur"]) == ("accepte", "2026-11-20")


def test_the_same_correction_is_merged_once_whatever_its_file(tmp_path):
    opened, row = open_model(tmp_path), correct("changer", "acteurs", "b", "effectif", "12")
    merge(opened, row)
    saves, counts, _ = merge(opened, row, row | {"valeur": "13"})
    assert counts["deja_fusionnees"] == 1 and len(saves) == 1
    assert name_save(pd.DataFrame([row])) == name_save(pd.DataFrame([row | {"note": "autre", "valeur": " 12 "}]))


def test_a_value_that_the_cell_holds_already_changes_nothing(tmp_path):
    opened, row = open_model(tmp_path), correct("changer", "acteurs", "b", "nom", "ÉPICERIE  de l'essai")
    (save,), counts, problems = merge(opened, row)
    assert save["cases"] == [] and counts["sans_effet"] == 1 and not len(problems)
    # It is known when it comes again, even where another has changed the cell since.
    merge(opened, correct("changer", "acteurs", "b", "nom", "Autre", qui="B"))
    assert merge(opened, row)[1] == {"nouvelles": 0, "deja_fusionnees": 1, "sans_effet": 0}


def test_one_follows_ones_own_and_another_person_does_not(tmp_path):
    opened = open_model(tmp_path)
    merge(opened, correct("changer", "acteurs", "b", "effectif", "1"))
    merge(opened, correct("changer", "acteurs", "b", "effectif", "2", quand="21/11/2026"))
    assert settle(opened).loc[("acteurs", "b", "effectif")]["valeur"] == "2"
    merge(opened, correct("changer", "acteurs", "b", "effectif", "3", qui="B"))
    assert settle(opened).loc[("acteurs", "b", "effectif")]["etat"] == "conflit"


def test_two_corrections_of_one_person_in_one_file_follow_each_other(tmp_path):
    opened = open_model(tmp_path)
    rows = [correct("changer", "acteurs", "b", "effectif", str(n)) for n in (1, 2, 3)]
    merge(opened, *rows)
    state = settle(opened).loc[("acteurs", "b", "effectif")]
    assert (state["etat"], state["valeur"], state["avant"]) == ("accepte", "3", "")


def test_who_says_what_one_replaces_follows_it(tmp_path):
    opened = open_model(tmp_path)
    merge(opened, correct("changer", "acteurs", "b", "effectif", "1"))
    merge(opened, correct("changer", "acteurs", "b", "effectif", "3", qui="B", avant="1"))
    assert settle(opened).loc[("acteurs", "b", "effectif")]["valeur"] == "3"


def test_who_corrects_after_the_copy_took_place_has_seen_it(tmp_path):
    opened = open_model(tmp_path)
    merge(opened, correct("changer", "acteurs", "b", "effectif", "1"))
    opened = take(opened)
    merge(opened, correct("changer", "acteurs", "b", "effectif", "2", qui="B", quand="21/11/2026"))
    assert settle(opened).loc[("acteurs", "b", "effectif")]["valeur"] == "2"
    merge(opened, correct("changer", "acteurs", "b", "effectif", "7", qui="C", quand="1/11/2026"))
    assert settle(opened).loc[("acteurs", "b", "effectif")]["etat"] == "conflit"


def test_two_who_add_the_same_row_add_one_and_disagree_on_what_differs(tmp_path):
    opened = open_model(tmp_path)
    rows = {
        who: [correct("ajouter", "acteurs", "n", *cell, qui=who) for cell in (("nom", "Neuf"), ("categorie", kind))]
        for who, kind in (("A", "ccas"), ("B", "evs"))
    }  # fmt: skip
    (first, second), *_ = merge(opened, *rows["A"], *rows["B"])
    assert first["identifiant"] == second["identifiant"]
    states = settle(opened).loc["acteurs"].droplevel(0)["etat"]
    assert (states["nom"], states["categorie"], states[ROW_COLUMN]) == ("accepte", "conflit", "accepte")
    assert len(take(opened)["lues"]["acteurs"]) == 4
