"""A row is found by what people call it, never by guess: of two that answer, none is chosen."""

import pytest
from jouets_fusion import correct, list_known, merge, open_model

from diagnostic.read.back.row_names import (
    canonise_row,
    find_nearest,
    find_row,
    follow_name,
    index_names,
    list_keys,
    tell_correction,
)


def know(opened):
    known = list_known(opened)
    return known | {"noms": index_names(known)}


def ask(known, table, name):
    return find_row(correct("changer", table, name) | {"fichier": "c.xlsx", "feuille": "f", "ligne": 2}, known)


def test_the_identifier_column_of_a_table():
    assert (list_keys("acteurs"), list_keys("liens")) == (["acteur_id"], [])


def test_two_rows_of_one_name_are_told_with_their_identifiers(tmp_path):
    opened = open_model(tmp_path)
    actors = opened["lues"]["acteurs"]
    opened["lues"]["acteurs"] = actors.assign(appel=actors["appel"].replace("Amap de l'essai", "Épicerie de l'essai"))
    found, problems = ask(know(opened), "acteurs", "Épicerie de l'essai")
    assert found is None and "plusieurs lignes portent ce nom" in problems["probleme"].iat[0]
    assert "b, c" in problems["a_faire"].iat[0]


def test_a_row_that_only_a_save_added_is_found_by_its_name_and_its_identifier(tmp_path):
    opened = open_model(tmp_path)
    cells = (("nom", "Neuf"), ("categorie", "ccas"))
    (save,), *_ = merge(opened, *[correct("ajouter", "acteurs", "n1", column, value) for column, value in cells])
    known = know(opened)
    assert ask(known, "acteurs", "neuf")[0] == ask(known, "acteurs", "n1")[0] == save["identifiant"]


SPELLINGS = ["a / b / partenaire_technique", "a → b → partenaire_technique", "A -> Épicerie de l'essai -> PARTENAIRE TECHNIQUE"]


@pytest.mark.parametrize("text", SPELLINGS)
def test_one_link_has_one_spelling(tmp_path, text):
    known = know(open_model(tmp_path))
    assert canonise_row(text, "liens", known) == "a\x1fb\x1fpartenairetechnique"
    assert canonise_row("a / b", "liens", known) == ""


def test_a_name_leads_to_its_actor_and_another_word_to_itself(tmp_path):
    known = know(open_model(tmp_path))
    assert follow_name("Amap de l'essai", "ref:acteurs", known) == "c"
    assert follow_name("Autre chose", "ref:acteurs", known) == follow_name("autre chose", "choix", known) == "autrechose"


def test_a_problem_says_where_the_correction_is():
    row = correct("changer", "acteurs", "b") | {"fichier": "c.xlsx", "feuille": "f", "ligne": 7}
    told = tell_correction("erreur", row, "Non.", "oui", "table")
    assert told[["fichier", "ligne", "colonne", "valeur"]].iloc[0].tolist() == ["c.xlsx", 7, "table", "acteurs"]


def test_a_name_that_nobody_bears_is_told_with_the_nearest(tmp_path):
    known = know(open_model(tmp_path))
    for asked in ("Amap de l'esai", "amap de l"):  # a letter missing, or the end of the name
        found, problems = ask(known, "acteurs", asked)
        assert found is None and problems["probleme"].iat[0].endswith("Plus proche : « Amap de l'essai », identifiant c.")
        assert problems["proposition"].tolist() == ["c"]
    _, problems = ask(known, "acteurs", "Préfecture maritime")
    assert "Plus proche" not in problems["probleme"].iat[0] and problems["proposition"].tolist() == [""]
    assert find_nearest("rien", None) == find_nearest("", known["lues"]["acteurs"]) == ("", "")
