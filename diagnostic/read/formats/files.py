"""Any table file -> its sheets as raw text: nothing typed, nothing dropped, lines numbered as the user sees them."""

import os
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from diagnostic.errors import DiagnosticError
from diagnostic.read.formats.geo_tables import read_geopackage, read_records
from diagnostic.read.formats.text_tables import find_bytes, read_text_table
from diagnostic.read.formats.workbooks import read_workbook
from diagnostic.schema import join_problems, list_problems, locate_sheet

SPREADSHEETS = {".xlsx", ".xlsm", ".xls", ".ods"}
TEXT_TABLES = {".csv", ".tsv", ".txt"}
RECORDS = {".json", ".geojson", ".umap"}
LARGEST_FILE = 200_000_000  # bytes
MOST_COLUMNS = 2_000
LONGEST_CELL = 32_767  # characters that a spreadsheet keeps in a cell
# What a cell may hold without being seen: breaks in numbers, marks of writing direction, control characters.
_SPACES = "[\u00a0\u2000-\u200a\u202f\u205f\u3000]"
_INVISIBLE = (
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f"
     "\u0080-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufffe\uffff]"
)
# NFC is needed where a mark of accent follows its letter.
_ODD = f"{_SPACES}|{_INVISIBLE}|\r|[\u0300-\u036f]"
# Each of them has one of these bytes in UTF-8; the letters and most signs of French have none.
_ODD_BYTES = np.isin(np.arange(256), [*range(9), *range(11, 32), 0x7F, 0xC2, 0xCC, 0xCD, 0xE2, 0xE3, 0xEF])


def read_sheets(path):
    """Read every sheet of a table file as text.

    Parameters
    ----------
    path : path-like
        XLSX, XLSM, XLS, ODS, CSV, TSV, TXT, JSON (a list of records), GeoJSON, uMap or GPKG.

    Returns
    -------
    sheets : dict of str -> DataFrame
        Cells as text ("" when empty), columns 0..n, index = line number in the file, from 1; empty lines are left out.
    problemes : DataFrame
        What was found out about the file: encoding and separator, merged cells, unbreakable spaces, macros
        (`information`), formulas in error, spoiled accents (`attention`).

    Raises
    ------
    DiagnosticError
        File missing, empty, too large or too wide, protected by a password, or not a table.
    """
    path = Path(path)
    _check_file(path)
    try:
        sheets, notice = _read_any(path)
    except PermissionError as error:
        fix = "fermez-le dans le tableur, ou demandez le droit de le lire"
        raise DiagnosticError(
            "Ce fichier est ouvert ailleurs, ou vous n'avez pas le droit de le lire.", path.name, fix
        ) from error
    except OSError as error:
        raise DiagnosticError(
            "Ce fichier ne peut pas être lu.", path.name, "copiez-le sur ce poste et réessayez"
        ) from error
    except MemoryError as error:
        fix = "gardez les seules lignes et colonnes utiles, enregistrez une copie"
        raise DiagnosticError("Ce fichier dépasse la mémoire de ce poste.", path.name, fix) from error
    sheets = {name: _check_columns(sheet, path, name) for name, sheet in sheets.items()}
    told = [notice, *[_tell_characters(sheet, path, name) for name, sheet in sheets.items()]]
    sheets = {name: clean_cells(sheet) for name, sheet in sheets.items()}
    sheets = {name: drop_empty(sheet) for name, sheet in sheets.items()}
    if not any(map(len, sheets.values())):
        raise DiagnosticError(
            "Ce fichier ne contient aucune case remplie.", path.name, "vérifiez que c'est le bon fichier"
        )
    return sheets, join_problems(*told)


def _read_any(path):
    suffix = path.suffix.lower()
    if suffix in SPREADSHEETS:
        return read_workbook(path)
    if suffix in TEXT_TABLES:
        table, notice = read_text_table(path)
        return {path.stem: table}, notice
    if suffix in RECORDS:
        return read_records(path)
    if suffix == ".gpkg":
        return read_geopackage(path)
    raise DiagnosticError(
        f"« {suffix or path.name} » n'est pas un format de tableau connu.",
        path.name,
        "enregistrez le fichier en XLSX, ODS ou CSV",
    )


def is_leftover(path):
    """Return whether a file is one that a computer left beside another: a lock of Excel or LibreOffice, a double of macOS."""
    return path.name.startswith((".", "~$"))


def _check_columns(sheet, path, name):
    """Return a sheet without the empty columns at its end when there are many; raise when they are filled."""
    if sheet.shape[1] <= MOST_COLUMNS:
        return sheet
    filled = [place for place in range(sheet.shape[1]) if (sheet.iloc[:, place] != "").any()]
    if len(filled) > MOST_COLUMNS:
        fix = "gardez les seules colonnes utiles, enregistrez une copie"
        message = f"Cette feuille a {len(filled)} colonnes : au-delà de {MOST_COLUMNS}, elle n'est pas lue."
        raise DiagnosticError(message, f"{path.name}, feuille {name}", fix)
    return sheet.iloc[:, filled].set_axis(range(len(filled)), axis=1)


def locate_inside(folder, name, where):
    """Return the path of `name` in `folder`; a name, or a link, that leads out of it is refused, whatever the system.

    Raises
    ------
    DiagnosticError
    """
    path = Path(folder) / name
    out = "\\" in name or Path(name).is_absolute() or ".." in Path(name).parts
    # realpath follows links, and does not mind those that turn round.
    if out or not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder)):
        fix = f"placez le fichier dans le dossier {Path(folder).name} et donnez son seul nom"
        raise DiagnosticError(f"Nom de fichier refusé : « {name} ».", where, fix)
    return path


def _check_file(path):
    fix = "vérifiez le nom et l'emplacement du fichier"
    try:
        str(path).encode("utf-8")
        found, folder = path.is_file(), path.is_dir()
        size = path.stat().st_size if found else 0
    except (OSError, ValueError) as error:  # a name too long, or whose characters this system cannot tell
        shown = str(path).encode("utf-8", "replace").decode("utf-8")
        raise DiagnosticError(
            "Nom de fichier illisible.", shown[-200:], "renommez le fichier, en moins de 200 lettres"
        ) from error
    if not found:
        raise DiagnosticError(_say_missing(path, folder), str(path), fix)
    if size == 0:
        raise DiagnosticError("Fichier vide (0 octet).", path.name, "rouvrez l'original et enregistrez-le de nouveau")
    if size > LARGEST_FILE:
        raise DiagnosticError(
            f"Fichier de {size // 1_000_000} Mo : au-delà de {LARGEST_FILE // 1_000_000} Mo, il n'est pas lu.", path.name,
            "gardez les seules lignes de votre territoire (ou les seules colonnes utiles), enregistrez une copie",
        )  # fmt: skip


def _say_missing(path, folder):
    if folder:
        return "Un dossier est donné là où un fichier est attendu."
    if path.is_symlink():
        return "Ce raccourci ne mène à aucun fichier."
    return "Ce n'est pas un fichier que l'on puisse lire (tube ou appareil)." if path.exists() else "Fichier introuvable."


def drop_empty(sheet):
    """Return the rows of a table of text that hold anything."""
    filled = np.zeros(len(sheet), dtype=bool)
    for place in range(sheet.shape[1]):
        if filled.all():
            return sheet
        filled |= (sheet.iloc[:, place] != "").to_numpy(bool)
    return sheet if filled.all() else sheet[filled]


def clean_cells(raw):
    """Return `raw` with unbreakable spaces made plain, invisible characters removed and cells stripped.

    Accents typed as two characters are joined (NFC), line breaks are all the same: one word from two computers is one text.
    """
    return pd.DataFrame({column: _clean_column(raw[column]) for column in raw.columns}, index=raw.index)


def _clean_column(cells):
    cells = cells.fillna("").astype("str")
    # Most columns are plain: what is rare is looked for first, and only its cells are rewritten.
    odd = _find_odd(cells)
    if odd is not None:
        plain = (
            cells[odd]
            .str.replace(re.compile(_SPACES), " ", regex=True)
            .str.replace(re.compile(_INVISIBLE), "", regex=True)
        )
        plain = plain.str.replace(re.compile(r"\r\n?"), "\n", regex=True).str.normalize("NFC")
        cells = cells.mask(odd, plain)
    return cells.str.strip()


def _find_odd(cells):
    """Return the mask of the cells that hold unbreakable spaces or characters to rewrite, None when none does."""
    if not find_bytes(cells, _ODD_BYTES):
        return None
    odd = cells.str.contains(_ODD, regex=True).astype(bool)
    return odd if odd.any() else None


def _tell_characters(sheet, path, name):
    """Tell how many cells of a raw sheet hold unbreakable spaces, invisible characters, or more than a spreadsheet keeps."""
    spaces, invisible, long = 0, 0, 0
    for column in sheet.columns:
        cells = sheet[column].fillna("").astype("str")
        if (pc.max(pc.binary_length(pa.array(cells))).as_py() or 0) > LONGEST_CELL:
            long += int((cells.str.len() > LONGEST_CELL).sum())
        odd = _find_odd(cells)
        if odd is not None:
            spaces += int(cells[odd].str.contains(_SPACES, regex=True).sum())
            invisible += int(cells[odd].str.contains(_INVISIBLE, regex=True).sum())
    rows = locate_sheet(path.name, name)
    told = []
    if spaces:
        message = f"Espaces insécables lus comme des espaces : {spaces} case(s)."
        told.append(list_problems("information", rows, message, "rien"))
    if invisible:
        message = f"Caractères invisibles retirés (contrôle, sens d'écriture) : {invisible} case(s)."
        told.append(list_problems("information", rows, message, "rien"))
    if long:
        message = f"Cases de plus de {LONGEST_CELL} caractères : {long}. Elles sont gardées ; un tableur les couperait."
        told.append(list_problems("attention", rows, message, "raccourcissez ces textes"))
    return join_problems(*told)


def write_origin(table, path, sheet):
    """Return `table` with where its rows were read; the index holds the line numbers."""
    return table.assign(fichier=Path(path).name, feuille=sheet, ligne=table.index.astype("int64"))
