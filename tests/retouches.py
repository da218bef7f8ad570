"""A small inventory with three rows to correct, read as a dossier reads it, and what a person does to its problemes.xlsx."""

import os
import shutil
import subprocess
from types import SimpleNamespace

import openpyxl
import pandas as pd
import pytest

from diagnostic.read.back.called_rows import name_problems
from diagnostic.read.back.correction_files import make_corrections
from diagnostic.read.back.corrections import select_corrections
from diagnostic.read.formats.files import read_sheets
from diagnostic.read.inventory.tables import clean_table
from diagnostic.read.places.codes import keep_rows, resolve_communes
from diagnostic.read.places.cog import read_cog
from diagnostic.schema import join_problems, list_vocabularies
from diagnostic.vocabulary import read_list
from diagnostic.write.problems import write_problems

LISTS = {name: read_list(name) for name in list_vocabularies()}
ROWS = [
    ["acteur_id", "nom", "categorie", "code_insee", "source"],
    ["A1", "Épicerie de l'essai", "epicerie_sociale", "43016", "FICTIF"],
    ["A2", "Club de l'essai", "centre_social", "3001", "FICTIF"],  # a spreadsheet ate the zero: 03001 is proposed
    ["A3", "", "ccas", "43020", "FICTIF"],  # a required cell is empty: set aside
    ["A4", "Amap de l'essai", "zzz", "43157", "FICTIF"],  # no such category
    ["A5", "Lieu de l'essai", "ccas", "43157", "FICTIF"],
]


def write_book(path, rows=ROWS, sheet="acteurs"):
    book = openpyxl.Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


def read_book(path, corrections=None):
    """Return what a dossier knows of one file of actors: cleaned rows, problems, rows set aside, counts."""
    sheet, raw = next(iter(read_sheets(path)[0].items()))
    kept = select_corrections((corrections or make_corrections())["corrections"], path.name, sheet)
    cleaned, told, rows = clean_table(raw, "acteurs", path, sheet, lists=LISTS, corrections=kept)
    _, found = resolve_communes(cleaned, read_cog())
    aside = rows[~rows["ligne"].isin(cleaned["ligne"])]
    problems = name_problems(join_problems(told, keep_rows(found)), {"acteurs": rows})
    counts = {"lues": len(rows), "gardees": len(cleaned), "ecartees": len(aside)}
    return SimpleNamespace(acteurs=cleaned, problemes=problems, rows=rows, ecartees=aside, comptes=counts)


def write_problem_file(path, read, **more):
    counts = pd.DataFrame([{"fichier": "inventaire.xlsx", "feuille": "acteurs", **read.comptes}])
    return write_problems(
        path, problemes=read.problemes, comptes=counts, ecartees={"acteurs": read.ecartees}, lists=LISTS, **more
    )


def find_columns(sheet):
    return {cell.value: cell.column for cell in sheet[1]}


def fill_cell(book, sheet, where, heading, text):
    """Write in the cell under `heading` of the first row that holds `where` = {heading: value}."""
    page = book[sheet]
    places = find_columns(page)
    for row in range(2, page.max_row + 1):
        if all(page.cell(row, places[name]).value == value for name, value in where.items()):
            page.cell(row, places[heading]).value = text
            return row
    raise AssertionError(f"no row {where} in {sheet}")


def correct_three(path, saved, *, category="epicerie_sociale"):
    """Correct the three rows as a person would, and save under another name."""
    book = openpyxl.load_workbook(path)
    fill_cell(book, "problemes", {"valeur lue": "3001"}, "accepter", "oui")
    fill_cell(book, "problemes", {"valeur lue": "zzz"}, "votre correction", category)
    fill_cell(book, "a_corriger_acteurs", {"ligne": 4}, "nom", "CCAS de l'essai")
    book.save(saved)
    return saved


def save_with_office(path, folder, kind):
    """Return the file as LibreOffice saves it in another format."""
    office = shutil.which("soffice")
    if office is None:
        assert os.environ.get("CI") != "true", "LibreOffice is needed in continuous integration"
        pytest.skip("soffice is not installed: what LibreOffice saves is not checked")
    profile = f"-env:UserInstallation={(folder / 'profil').as_uri()}"
    command = [office, profile, "--headless", "--convert-to", kind, "--outdir", folder, path]
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    return folder / f"{path.stem}.{kind}"
