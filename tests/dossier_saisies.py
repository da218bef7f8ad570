"""A small dossier whose inventory is a workbook, to be corrected: the rows of `petit_dossier`, with a style and a formula."""

import csv
import io
import tempfile
from functools import cache
from pathlib import Path

import openpyxl
from openpyxl.styles import Font, PatternFill
from petit_dossier import FILES

from diagnostic import run as way
from diagnostic.run import edit_forms, edits

HOSTILE = "<img src=x onerror=window.__pwned=1> ${1+1} `x` </script><script>window.__pwned=1</script> javascript:alert(1)"


def write_workbook_dossier(folder, *, name="Épicerie de l'essai"):
    """Write the dossier in `folder` as inventaire.xlsx and return its path; `name` is that of the actor b."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, text in FILES.items():
        sheet = book.create_sheet(title)
        for row in csv.reader(io.StringIO(text)):
            sheet.append(row)
        for cell in sheet[1]:
            cell.font = Font(bold=True, color="7A2A10")
    actors = book["acteurs"]
    actors["B3"] = name
    actors["B3"].fill = PatternFill("solid", fgColor="FFF2CC")
    actors["J1"], actors["J2"] = "effectif", 4
    actors["K1"], actors["K2"] = "Notre suivi", "=J2*2"
    actors.column_dimensions["B"].width = 44
    folder.mkdir(parents=True, exist_ok=True)
    book.save(folder / "inventaire.xlsx")
    return folder


@cache
def read_once():
    """Return (tables measured, what the forms need) of the dossier with a hostile name, read once for all the test files."""
    folder = write_workbook_dossier(Path(tempfile.mkdtemp()) / "l'été", name=HOSTILE)
    tables = way.load(folder)
    return way.measure_tables(tables), edits.open_edits(folder, tables)


def list_widgets(widget):
    """Return a widget and all those in it."""
    inside = [found for child in getattr(widget, "children", ()) for found in list_widgets(child)]
    return [widget, *inside]


def find_widget(widget, words, attribute="description"):
    """Return the one widget in `widget` whose description (or another attribute) begins with `words`."""
    (found,) = [held for held in list_widgets(widget) if str(getattr(held, attribute, "")).startswith(words)]
    return found


def read_texts(widget):
    """Return the HTML of every widget in `widget` that holds some, in one text."""
    return "\n".join(held.value for held in list_widgets(widget) if type(held).__name__ == "HTML")


def open_dossier(folder):
    return edits.open_edits(folder, way.load(folder))


def save(opened, table, identifiant, cells, *, auteur="A", statut="accepte", form=None):
    """Save one form as a page does; `form` was opened before when it is given."""
    form = form or edit_forms.open_form(opened, table, identifiant, edits.list_states(opened)[0])
    return edits.save_edit(opened, form, cells, auteur=auteur, statut=statut, confirme=True)
