"""The fields of a form: one a column, of the kind that the schema says, with what the edits of others say of the cell."""

from html import escape

import ipywidgets as widgets

from diagnostic.application.parts import mark_field
from diagnostic.run import edit_forms
from diagnostic.schema import EDIT_STATES, describe_table

EMPTY = ("— vide —", "")
LIST_ROWS = 5
STATES = {**EDIT_STATES, "conflit": "deux saisies se contredisent"}


def build_field(opened, form, column):
    """Return (field, box) of one column: the field holds the cell, the box shows it with its note."""
    label, meaning = edit_forms.name_column(form["table"], column)
    described = describe_table(form["table"]).loc[column]
    label += " (obligatoire)" if described["statut"] == "R" and column != "acteur_id" else ""
    held, choices = form["cases"].at[column, "valeur"], edit_forms.list_choices(opened, form, column)
    if column == "acteur_id":
        field = widgets.Text(value=held, description=label, disabled=bool(held), placeholder="fabriqué d'après le nom")
    elif described["genre"].startswith("ref:"):
        field = widgets.Combobox(value=held, description=label, options=[name for name, _ in choices], placeholder="un nom de l'inventaire")
    elif described["genre"] == "liste" and choices is not None:
        parts = edit_forms.split_list(held)
        chosen = tuple(text for _, text in choices if text in parts)
        field = widgets.SelectMultiple(options=choices, value=chosen, description=label, rows=LIST_ROWS)
    elif choices is not None:
        known = [text for _, text in choices]
        options = [EMPTY, *([] if held in ("", *known) else [(held, held)]), *choices]
        field = widgets.Dropdown(options=options, value=held, description=label)
    elif described["genre"] == "texte_libre":
        field = widgets.Textarea(value=held, description=label, rows=3)
    else:
        field = widgets.Text(value=held, description=label)
    note = _tell_note(form, column, meaning, field)
    return mark_field(field), widgets.VBox([field, widgets.HTML(note)])


def read_field(field, held):
    """Return what a field holds, as the text of a cell; a list left as it was keeps its own writing."""
    if not isinstance(field, widgets.SelectMultiple):
        return field.value
    chosen = list(field.value)
    return held if set(chosen) == set(edit_forms.split_list(held)) else ";".join(chosen)


def fill_field(field, text):
    """Put the text of a draft in a field; what a list does not offer any more is left out of it."""
    if isinstance(field, widgets.SelectMultiple):
        field.value = tuple(value for _, value in field.options if value in edit_forms.split_list(text))
    elif isinstance(field, widgets.Dropdown):
        if text in [value for _, value in field.options]:
            field.value = text
    elif not field.disabled:
        field.value = text


def _tell_note(form, column, meaning, field):
    """Return what is said under a field: how to fill it, and what other edits say of the cell."""
    cell = form["cases"].loc[column]
    lines = [meaning] if meaning != edit_forms.name_column(form["table"], column)[0] else []
    if isinstance(field, widgets.SelectMultiple):
        lines.append("Plusieurs choix : Ctrl (ou Cmd) et clic, ou Ctrl et espace.")
    if cell["etat"]:
        said = f"{STATES[cell['etat']]}, {cell['auteur']}, {cell['date'][:16].replace('T', ' ')}"
        lines.append(f"Saisie : {said}. Dans l'inventaire : « {cell['lu'] or 'vide'} ».")
    return "".join(f'<p class="note-champ">{escape(line)}</p>' for line in lines)
