"""An open-data import -> one workbook of imports/, readable in Excel and read back by the dossier."""

import pandas as pd
import xlsxwriter

from diagnostic.write.atomic import write_atomic
from diagnostic.write.cells import CELL_LIMIT, flatten_table
from diagnostic.write.workbook import OPTIONS

_ORIGIN = ["fichier", "feuille", "ligne"]


def write_import(tables, problemes, nb_lues, path, *, origine):
    """Write the tables of an import, its count and its problems.

    Parameters
    ----------
    tables : dict of DataFrame of text (`read.imports.imports.read_import`)
    problemes : DataFrame
    nb_lues : int, rows of the published file
    path : path-like
    origine : str, the published file's name, for the reading sheet
    """
    with write_atomic(path) as temporary:
        book = xlsxwriter.Workbook(temporary, OPTIONS)
        book.set_properties({"title": f"Import de {origine}", "created": pd.Timestamp("2026-01-01").to_pydatetime(), "author": ""})
        text, heading = book.add_format({"num_format": "@"}), book.add_format({"bold": True, "bg_color": "#F9B860"})
        counts = pd.DataFrame([["fichier", origine], ["lues", str(nb_lues)]])
        _write_rows(book.add_worksheet("comptes"), counts, text, first=0)
        for name, table in {**tables, "problemes": problemes}.items():
            shown = _flatten(table if name == "problemes" else table.drop(columns=_ORIGIN, errors="ignore"))
            sheet = book.add_worksheet(name)
            for place, column in enumerate(shown.columns):
                sheet.write_string(0, place, column, heading)
            # The format of a column is kept by the cells that stay empty: what is typed there stays text.
            sheet.set_column(0, max(len(shown.columns) - 1, 0), 16, text)
            _write_rows(sheet, shown.astype("str").fillna(""), text, first=1)
            sheet.freeze_panes(1, 1)
        book.close()
    return path


def _flatten(table):
    """Return `table` as cells of a file; a column of short texts is already that."""
    plain = [c for c in table.columns if table[c].dtype == "str" and not (table[c].str.len().max() > CELL_LIMIT)]
    return pd.concat([table[plain], flatten_table(table.drop(columns=plain))], axis=1)[list(table.columns)]


def _write_rows(sheet, cells, style, *, first):
    """Write a table of text column by column; an empty text leaves its cell empty."""
    write = sheet.write_string
    for place, column in enumerate(cells.columns):
        for row, value in enumerate(cells[column].tolist(), start=first):
            if value:
                write(row, place, value, style)
