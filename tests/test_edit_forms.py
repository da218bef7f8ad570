"""Forms: what a cell may hold, in its own spelling; what a column is called; a row that is gone is told."""

import pytest
from dossier_saisies import read_once

from diagnostic.errors import DiagnosticError
from diagnostic.run import edit_forms, edits


@pytest.fixture(scope="module")
def opened():
    return read_once()[1]


def open_form(opened, identifiant="b", table="acteurs"):
    return edit_forms.open_form(opened, table, identifiant, edits.list_states(opened)[0])


def test_a_known_term_keeps_the_spelling_of_its_cell(opened):
    choices = dict(edit_forms.list_choices(opened, open_form(opened), "categorie"))
    kept = [label for label, text in choices.items() if text == "epicerie_sociale"]
    assert len(kept) == 1 and kept[0].startswith("Épicerie")
    assert all(text == label for label, text in choices.items() if label not in kept) and len(choices) > 50


def test_an_unknown_term_is_offered_as_it_is(opened):
    form = open_form(opened)
    cases = form["cases"].copy()
    cases.loc["categorie", "valeur"] = "mot à nous"
    assert edit_forms.list_choices(opened, form | {"cases": cases}, "categorie")[0] == ("mot à nous", "mot à nous")


def test_free_columns_have_no_choices(opened):
    assert edit_forms.list_choices(opened, open_form(opened), "nom") is None


@pytest.mark.parametrize(("held", "texts"), [("", ["oui", "non"]), ("Oui", ["Oui", "non"]), ("peut-être", ["peut-être", "oui", "non"])])
def test_yes_and_no_keep_their_spelling(opened, held, texts):
    form = open_form(opened)
    cases = form["cases"].copy()
    cases.loc["mobile", "valeur"] = held
    found = edit_forms.list_choices(opened, form | {"cases": cases}, "mobile")
    assert [text for _, text in found] == texts


def test_a_row_that_is_gone_is_told(opened):
    with pytest.raises(DiagnosticError, match="n'est plus"):
        open_form(opened, "disparu")


def test_a_new_row_is_empty(opened):
    form = open_form(opened, "")
    assert (form["geste"], form["cases"]["valeur"].eq("").all(), form["ligne"]) == ("ajout", True, None)


def test_columns_have_words(opened):
    assert edit_forms.name_column("acteurs", "code_insee")[0] == "Code INSEE de la commune"
    assert edit_forms.name_column("liens", "intensite")[0] == "Intensité"
    assert edit_forms.split_list("a ; b|c\n") == ["a", "b", "c"]


def test_the_check_tells_only_what_the_edit_brings(opened):
    form = open_form(opened)
    assert len(edit_forms.check_edit(opened, form, form["cases"]["lu"].to_dict())) == 0
    found = edit_forms.check_edit(opened, form, form["cases"]["lu"].to_dict() | {"lat": "200"})
    assert found["colonne"].str.contains("lat").any()
