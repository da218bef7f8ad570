"""Edits that persons accepted -> the cells of the inventory's own sheets where each one belongs, and the rows to add."""

import pandas as pd

from diagnostic.read.formats.files import read_sheets
from diagnostic.read.formats.headings import find_heading
from diagnostic.read.inventory.made_places import CELL_COLUMNS, find_column
from diagnostic.read.inventory.sheets import is_singular, split_name
from diagnostic.schema import JOURNAL_COLUMNS, JOURNAL_SHEET, describe_table, map_aliases
from diagnostic.vocabulary import normalize_label

# The columns that the first copies had: a journal with these is ours.
FIRST_JOURNAL = {
    "saisie", "date", "auteur", "statut", "effet", "table", "identifiant", "nom", "feuille", "ligne", "colonne", "avant", "apres",
}  # fmt: skip
NUMBERS = {"nombre", "latitude", "longitude"}


def read_all_sheets(files):
    """Return {sheet: raw} of every sheet of an inventory, as text; a text table bears the name of its file."""
    return {name: raw for path in files for name, raw in read_sheets(path)[0].items()}


def read_journal(sheets):
    """Return (the journal that a former copy left in these sheets, the name of its sheet or of the one to make).

    A sheet `journal` of the user's own is left alone: the journal of the edits then goes in another.
    """
    for name in (JOURNAL_SHEET, f"{JOURNAL_SHEET}_saisies"):
        raw = sheets.get(name)
        if raw is None or not len(raw):
            return pd.DataFrame(columns=list(JOURNAL_COLUMNS), dtype=str), name
        titles = {heading: column for column, heading in JOURNAL_COLUMNS.items()}
        named = raw.iloc[1:].set_axis([titles.get(cell, cell) for cell in raw.iloc[0]], axis=1)
        if set(named.columns) >= FIRST_JOURNAL:
            return named.reindex(columns=list(JOURNAL_COLUMNS), fill_value="").reset_index(drop=True), name
    return pd.DataFrame(columns=list(JOURNAL_COLUMNS), dtype=str), f"{JOURNAL_SHEET}_saisies"


def place_edits(sheets, changed, added, aliases=None):
    """Say which cells of an inventory hold the edits.

    Parameters
    ----------
    sheets : dict of str -> DataFrame, `read_all_sheets`
    changed : DataFrame feuille, ligne, table, colonne, texte
    added : DataFrame identifiant, table, feuille ("" when the table has no sheet yet), colonne, texte: new rows, a row a cell
    aliases : dict of str -> dict, optional, the dossier's own headings by table

    Returns
    -------
    cells : DataFrame feuille, ligne, rang (from 0), texte (text, or a number in a column of numbers)
    places : dict of identifiant -> (feuille, ligne) of the new rows
    new : list of str, sheets to make: the table has none
    """
    places, lines, new = {}, {}, []
    rows = []
    for identifier, row in added.groupby("identifiant", sort=False):
        table = row["table"].iat[0]
        sheet = row["feuille"].iat[0] or find_sheet(sheets, table)
        if not sheet:
            sheet = table
            new = [*new, sheet] if sheet not in new else new
        lines[sheet] = lines.get(sheet, _find_last_line(sheets.get(sheet))) + 1
        places[identifier] = (sheet, lines[sheet])
        rows.append(row.assign(feuille=sheet, ligne=lines[sheet]))
    wanted = pd.concat([changed, *rows], ignore_index=True)
    parts = [
        _place_columns(sheets.get(sheet), sheet, table, part, (aliases or {}).get(table))
        for (sheet, table), part in wanted.groupby(["feuille", "table"], sort=False)
    ]
    cells = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=CELL_COLUMNS)
    return cells[CELL_COLUMNS], places, new


def find_sheet(sheets, table):
    """Return the sheet that bears the name of `table` (in the singular, when no other does) and has a heading, "" when there is none."""
    known = map_aliases(table)
    for name, raw in sorted(sheets.items(), key=lambda part: is_singular(part[0], table)):
        if (split_name(name) == (table, "") or is_singular(name, table)) and len(raw):
            titles = raw.loc[find_heading(raw, known)]
            if any(normalize_label(cell) in known for cell in titles if cell):
                return name
    return ""


def _find_last_line(raw):
    return int(raw.index.max()) if raw is not None and len(raw) else 1


def _place_columns(raw, sheet, table, part, aliases):
    """Return the cells of one sheet; columns that it has not come right of the last, with their headings."""
    ranks, titles = {}, []
    width = raw.shape[1] if raw is not None and len(raw) else 0
    for column in part["colonne"].unique():
        line, rank, is_new = find_column(raw, table, column, aliases) if width else (1, 0, True)
        if is_new:
            rank, width = max(width, rank), max(width, rank) + 1
            titles.append([sheet, line, rank, column])
        ranks[column] = rank
    kinds = describe_table(table)["genre"]
    texts = [_spell(text, kinds.get(column, "")) for text, column in zip(part["texte"], part["colonne"], strict=True)]
    cells = pd.DataFrame({"feuille": sheet, "ligne": part["ligne"].astype("int64"), "rang": part["colonne"].map(ranks)})
    cells["texte"] = pd.Series(texts, index=cells.index, dtype=object)
    return pd.concat([pd.DataFrame(titles, columns=CELL_COLUMNS), cells], ignore_index=True) if titles else cells


def _spell(text, kind):
    """Return the number that a cell of a column of numbers holds, so that a formula of the user's still counts it; else the text."""
    if kind in NUMBERS:
        number = pd.to_numeric(text.replace(",", ".").strip(), errors="coerce")
        if pd.notna(number):
            return int(number) if float(number).is_integer() else float(number)
    return text
