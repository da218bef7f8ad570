"""What changed between two states of a dossier -> changements.xlsx: the balance, the sentences, then every row, cell and figure."""

import pandas as pd
import xlsxwriter

from diagnostic.write.atomic import write_atomic
from diagnostic.write.cells import flatten_table
from diagnostic.write.forms import finish_sheet, make_styles, write_cells, write_headings, write_reading
from diagnostic.write.workbook import OPTIONS

HEADINGS = {
    "rubrique": "rubrique", "phrase": "ce qui a changé", "avant": "avant", "disparus": "disparus", "apparus": "apparus", "apres": "après",
    "changes": "changés", "inchanges": "inchangés", "table": "table", "cle": "identifiant", "nom": "nom", "code_insee": "code INSEE",
    "changement": "changement", "cases": "cases changées", "colonne": "colonne", "couche": "couche", "decoupage": "découpage",
    "mesure": "mesure", "territoire": "territoire", "couche_a": "couche A", "couche_b": "couche B", "groupe_a": "groupe A",
    "groupe_b": "groupe B", "ponderation": "pondération", "libelle": "libellé", "territoire_nom": "nom du territoire", "unite": "unité",
    "ecart": "écart", "numerateur_avant": "numérateur avant", "denominateur_avant": "dénominateur avant",
    "numerateur_apres": "numérateur après", "denominateur_apres": "dénominateur après", "raison": "pourquoi il manque",
}  # fmt: skip
WIDTHS = {"phrase": 110, "nom": 40, "avant": 28, "apres": 28, "libelle": 40, "territoire_nom": 34, "cle": 30, "raison": 40, "decoupage": 30}
SHEETS = {"bilan": "bilan", "phrases": "phrases", "lignes": "lignes", "cases": "cases", "ressorts": "ressorts", "chiffres": "chiffres"}
LINES = [
    "Deux états d'un même dossier, comparés ligne à ligne. Avant - disparus + apparus = après, pour chaque rubrique.",
    "lignes : chaque ligne apparue, disparue ou changée ; cases : chaque case changée ; ressorts : chaque commune qui change d'unité ;",
    "chiffres : chaque mesure qui a bougé, avec son numérateur et son dénominateur de chaque côté.",
]  # fmt: skip


def write_changes(path, changes, phrases, *, compares, edition):
    """Write the comparison; return its path.

    Parameters
    ----------
    path : path-like
    changes : dict of DataFrame (`measure.changes.compare_dossiers`)
    phrases : DataFrame rubrique, phrase
    compares : sequence of str, what is compared with what
    edition : str, printed at the head
    """
    tables = changes | {"phrases": phrases}
    with write_atomic(path) as temporary:
        book = xlsxwriter.Workbook(temporary, OPTIONS)
        book.set_properties({"title": "Ce qui a changé", "created": pd.Timestamp("2026-01-01").to_pydatetime(), "author": ""})
        styles = make_styles(book)
        write_reading(book, styles, "Ce qui a changé", [f"Édition : {edition}.", *compares, *LINES])
        for name, sheet in SHEETS.items():
            table = tables[name].drop(columns=["x_m", "y_m"], errors="ignore").reset_index(drop=True)
            _write_sheet(book.add_worksheet(sheet), styles, flatten_table(table))
        book.close()
    return path


def _write_sheet(sheet, styles, table):
    write_headings(sheet, styles, list(table.columns), HEADINGS)
    for place, column in enumerate(table.columns):
        sheet.set_column(place, place, WIDTHS.get(column, 16))
        write_cells(sheet, place, table[column], styles["texte"], styles["nombre"])
    finish_sheet(sheet, len(table), len(table.columns), locked=False)
