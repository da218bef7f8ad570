"""An open-data import -> one workbook of imports/, readable in Excel and read back by the dossier."""

import pandas as pd
import xlsxwriter

from diagnostic.write.atomic import write_atomic
from diagnostic.write.cells import flatten_table
from diagnostic.write.workbook import OPTIONS


def write_import(tables, problemes, nb_lues, path, *, origine):
    """Write the tables of an import, its count and its problems.

    Parameters
    ----------
    tables : dict of DataFrame of text (`read.imports.read_import`)
    problemes : DataFrame
    nb_lues : int, rows of the published file
    path : path-like
    origine : str, the published file's name, for the reading sheet
    """
    with write_atomic(path) as temporary:
        book = xlsxwriter.Workbook(temporary, OPTIONS)
        book.set_properties({"title": f"Import de {origine}", "created": pd.Timestamp("2026-01-01").to_pydatetime(), "author": ""})
        text, heading = book.add_format({"num_format": "@"}), book.add_format({"bold": True, "bg_color": "#F9B860"})
        sheet = book.add_worksheet("comptes")
        for row, (label, value) in enumerate([("fichier", origine), ("lues", str(nb_lues))]):
            sheet.write_string(row, 0, label, heading)
            sheet.write_string(row, 1, value, text)
        for name, table in {**tables, "problemes": problemes}.items():
            sheet = book.add_worksheet(name)
            flat = flatten_table(table.drop(columns=["fichier", "feuille", "ligne"], errors="ignore") if name != "problemes" else table)
            for place, column in enumerate(flat.columns):
                sheet.write_string(0, place, column, heading)
                for row, value in enumerate(flat[column].fillna("").astype(str).tolist(), start=1):
                    if value:
                        sheet.write_string(row, place, value, text)
            sheet.freeze_panes(1, 1)
        book.close()
    return path
