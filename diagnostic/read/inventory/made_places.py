"""Identifiers made -> the cells of the user's own workbook where each one belongs."""

import zipfile

import pandas as pd

from diagnostic.read.formats.files import read_sheets
from diagnostic.read.formats.headings import find_heading
from diagnostic.read.inventory.sheets import split_name
from diagnostic.schema import EXAMPLE_PREFIX, map_aliases
from diagnostic.vocabulary import normalize_label

CELL_COLUMNS = ["feuille", "ligne", "rang", "texte"]


def is_xlsx(path):
    """Say whether `path` is a workbook of Excel, by what it holds."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return "xl/workbook.xml" in archive.namelist()


def locate_made(path, made, aliases=None):
    """Return the cells of a workbook to fill with the identifiers made, or None when no copy of it may be written.

    Parameters
    ----------
    path : Path of the inventory
    made : DataFrame (`read.inventory.named_ids.list_made`), all of this file
    aliases : dict of str -> dict, optional, the dossier's own headings by table

    Returns
    -------
    DataFrame feuille, ligne, rang (of the column, from 0), texte; a column that the sheet has not comes right of the last,
    with its heading. None for another format than XLSX, and when a sheet of persons holds anything: no file shows it.
    """
    if not is_xlsx(path):
        return None
    sheets, _ = read_sheets(path)
    if any(_holds_persons(sheet, raw) for sheet, raw in sheets.items()):
        return None
    parts = []
    for (sheet, table, key), rows in made.groupby(["feuille", "table", "colonne"], sort=False):
        line, rank, is_new = find_column(sheets[sheet], table, key, (aliases or {}).get(table))
        cells = pd.DataFrame({"feuille": sheet, "ligne": rows["ligne"].astype("int64"), "rang": rank, "texte": rows["identifiant"]})
        title = pd.DataFrame([[sheet, line, rank, key]] if is_new else [], columns=CELL_COLUMNS)
        parts += [part for part in (title, cells) if len(part)]
    return pd.concat(parts, ignore_index=True)[CELL_COLUMNS] if parts else pd.DataFrame(columns=CELL_COLUMNS)


def find_column(raw, table, key, aliases):
    """Return (line of the heading, rank of the column `key` from 0, whether it is to be added right of the last).

    Parameters
    ----------
    raw : DataFrame of str, a sheet (`read.formats.files.read_sheets`)
    table, key : str
    aliases : dict of str -> str or None, the dossier's own headings of the table
    """
    known = map_aliases(table) | {normalize_label(k): v for k, v in (aliases or {}).items()}
    line = find_heading(raw, known)
    place = raw.index.get_loc(line)
    # A heading may stand on two lines: the one found, the one under it, the one above.
    for near in (place, place + 1, place - 1):
        if 0 <= near < len(raw):
            named = [known.get(normalize_label(cell), "") if cell else "" for cell in raw.iloc[near]]
            if key in named:
                return line, named.index(key), False
    return line, raw.shape[1], True


def _holds_persons(sheet, raw):
    if split_name(sheet)[0] != "personnes" or len(raw) < 2:
        return False
    examples = raw.map(lambda cell: cell.startswith(EXAMPLE_PREFIX)).any(axis=1)
    line = find_heading(raw, map_aliases("personnes"))
    return bool((~examples & (raw.index > line)).any())
