"""The fields of a form: a kind a column, a cell left as it was keeps its writing, notes are text."""

import pytest
from dossier_saisies import HOSTILE, read_once

from diagnostic.application.fields import build_field, fill_field, read_field
from diagnostic.run import edit_forms, edits
from diagnostic.schema import EDIT_COLUMNS


@pytest.fixture(scope="module")
def form():
    opened = read_once()[1]
    return opened, edit_forms.open_form(opened, "acteurs", "b", edits.list_states(opened)[0])


@pytest.mark.parametrize(
    ("column", "kind"),
    [("nom", "Text"), ("categorie", "Dropdown"), ("themes", "SelectMultiple"), ("mobile", "Dropdown"), ("remarques", "Textarea")],
)
def test_each_column_has_its_kind_of_field(form, column, kind):
    opened, shown = form
    field, _ = build_field(opened, shown, column)
    assert type(field).__name__ == kind
    assert read_field(field, shown["cases"].at[column, "valeur"]) == shown["cases"].at[column, "valeur"]


def test_the_identifier_of_a_row_is_not_changed(form):
    assert build_field(*form, "acteur_id")[0].disabled


def test_a_list_is_read_and_filled(form):
    opened, shown = form
    field, _ = build_field(opened, shown, "themes")
    fill_field(field, "alimentation;rien de connu")
    assert read_field(field, "autre") == "alimentation"
    other, _ = build_field(opened, shown, "categorie")
    fill_field(other, "rien de connu")
    assert other.value == shown["cases"].at["categorie", "valeur"]


def test_what_others_wrote_is_said_as_text(form):
    opened, shown = form
    cases = shown["cases"].copy()
    cases.loc["nom", ["etat", "auteur", "date"]] = ["propose", HOSTILE, "2026-11-28T10:00:00"]
    _, box = build_field(opened, shown | {"cases": cases}, "nom")
    assert "proposé" in box.children[1].value and "<img" not in box.children[1].value


def test_a_link_names_its_actors(form):
    opened, _ = form
    link = edit_forms.open_form(opened, "liens", "", edits.list_states(opened)[0])
    field, _ = build_field(opened, link, "source_id")
    assert type(field).__name__ == "Combobox" and HOSTILE in field.options
    assert len(EDIT_COLUMNS) == 20
