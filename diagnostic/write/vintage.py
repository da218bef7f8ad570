"""A dossier moved to another year of communes: a copy of its folder with the codes of that year, and the workbook that says what moved."""

import os
import shutil
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

import pandas as pd
import xlsxwriter

from diagnostic.errors import DiagnosticError
from diagnostic.write.atomic import write_atomic
from diagnostic.write.edited import write_edited, write_plain_copy
from diagnostic.write.forms import MOST_LINES, finish_sheet, make_styles, write_cells, write_headings, write_reading
from diagnostic.write.plain_sheets import LINE_POINTS, count_row_lines
from diagnostic.write.workbook import OPTIONS

OUTPUTS = "sorties"
WORKBOOK = "ce_qui_a_bouge.xlsx"
NATURES = {
    "fusion": "Communes réunies", "changement_de_code": "Changement de code", "retablissement": "Commune rétablie",
    "changement_de_nom": "Changement de nom", "changement_epci": "Changement d'intercommunalité",
}  # fmt: skip
# One sheet a table: {column: (heading, width)}.
SHEETS = {
    "communes": {
        "nature": ("Ce qui a bougé", 26), "code_avant": ("Code avant", 11), "nom_avant": ("Nom avant", 30),
        "code_apres": ("Code après", 11), "nom_apres": ("Nom après", 30), "population_avant": ("Habitants avant", 12),
        "population_apres": ("Habitants après", 12), "epci_avant": ("EPCI avant", 34), "epci_apres": ("EPCI après", 34),
    },
    "a_decider": {
        "feuille": ("Feuille", 20), "ligne": ("Ligne", 8), "colonne": ("Colonne", 16), "valeur": ("Valeur, laissée telle quelle", 24),
        "constat": ("Ce qui a été trouvé", 60), "a_faire": ("À faire", 60),
    },
    "cases_changees": {
        "feuille": ("Feuille", 20), "ligne": ("Ligne", 8), "colonne": ("Colonne", 16), "avant": ("Avant", 26), "apres": ("Après", 26),
        "raison": ("Pourquoi", 44),
    },
    "populations": {
        "code_insee": ("Code INSEE", 11), "nom": ("Commune", 32), "population_avant": ("Habitants avant", 12),
        "population_apres": ("Habitants après", 12), "ecart": ("Écart", 10),
    },
    "fichiers_a_cote": {"fichier": ("Fichier copié tel quel", 44), "nombre": ("Cases à l'ancien code", 12)},
}  # fmt: skip


@contextmanager
def copy_dossier(folder, target, *, without):
    """Yield a copy of the folder of a dossier, that becomes `target` when the block succeeds and vanishes when it fails.

    Parameters
    ----------
    folder, target : path-like; `target` must not exist
    without : list of Path, files of `folder` that are not copied: they are written anew; its outputs never are

    Raises
    ------
    DiagnosticError
        `target` exists, or is inside `folder`.
    """
    folder, target = Path(folder), Path(target)
    if target.exists():
        raise DiagnosticError("Ce dossier existe déjà.", str(target), "donnez un autre nom avec --sortie : il n'est pas remplacé")
    if target.resolve().is_relative_to(folder.resolve()):
        raise DiagnosticError("Le nouveau dossier serait dans l'ancien.", str(target), "donnez un dossier à côté avec --sortie")
    left = {path.resolve() for path in without}
    temporary = target.with_name(f".{uuid4().hex[:12]}")

    def ignore(place, names):
        held = {name for name in names if name.startswith((".", "~$")) or (Path(place) / name).resolve() in left}
        return held | ({OUTPUTS} if Path(place).resolve() == folder.resolve() else set())

    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(folder, temporary, ignore=ignore)
        yield temporary
        os.replace(temporary, target)
    finally:
        with suppress(OSError):
            shutil.rmtree(temporary, ignore_errors=True)


def write_moved(files, sheets, cells, target, *, is_book):
    """Write the inventory with `cells` in their place; return (path, whether its formats and formulas are those of the original).

    Parameters
    ----------
    files : list of Path, the inventory; several are text tables
    sheets : dict of str -> DataFrame of str, every sheet of theirs
    cells : DataFrame feuille, ligne, rang, texte
    target : Path, the folder to write in
    is_book : bool, the inventory is one XLSX workbook
    """
    target = Path(target)
    if is_book:
        with suppress(LookupError):  # a formula stands where a code belongs
            return write_edited(files[0], cells, {}, target / files[0].name), True
    return write_plain_copy(sheets, cells, {}, target / "inventaire.xlsx"), False


def write_vintage(tables, path, *, titre, lignes):
    """Write what moved as a workbook that a person reads; return its path.

    Parameters
    ----------
    tables : dict of the names of SHEETS -> DataFrame; an empty one has no sheet
    path : path-like
    titre : str
    lignes : list of str, the sentences of its first sheet
    """
    with write_atomic(path) as temporary:
        book = xlsxwriter.Workbook(temporary, OPTIONS)
        created = pd.Timestamp("2026-01-01").to_pydatetime()  # the same move gives the same bytes
        book.set_properties({"title": titre, "created": created, "author": "", "comments": "diagnostic-maillage"})
        styles = make_styles(book)
        write_reading(book, styles, titre, lignes)
        for name, columns in SHEETS.items():
            if len(tables.get(name, ())):
                _write_sheet(book.add_worksheet(name), styles, _spell_table(tables[name], name)[list(columns)], columns)
        book.close()
    return path


def _spell_table(table, name):
    if name == "communes":
        return table.assign(nature=table["nature"].map(NATURES))
    if name == "cases_changees":
        whole = table["colonne"] == "*"
        return table.assign(colonne=table["colonne"].mask(whole, "toute la ligne"), apres=table["apres"].mask(whole, "(ligne vidée)"))
    return table


def _write_sheet(sheet, styles, table, columns):
    write_headings(sheet, styles, list(columns), {name: heading for name, (heading, _) in columns.items()})
    for place, (name, (_, width)) in enumerate(columns.items()):
        sheet.set_column(place, place, width)
        write_cells(sheet, place, table[name], styles["texte"], styles["nombre"])
    lines = count_row_lines(table[list(columns)], {name: wide for name, (_, wide) in columns.items()})
    for row, number in enumerate(lines.clip(upper=MOST_LINES)):
        if number > 1:
            sheet.set_row(row + 1, LINE_POINTS * int(number) + 2)
    finish_sheet(sheet, len(table), len(columns), locked=False)
