"""The tables of an edition as two sets of CSV: one that a French spreadsheet opens by a double click, one for researchers."""

import hashlib
import json
from pathlib import Path

import pandas as pd

from diagnostic.vocabulary import read_vocabulary
from diagnostic.write.atomic import write_atomic
from diagnostic.write.cells import flatten_table
from diagnostic.write.workbook import describe_columns, prepare_columns

# A spreadsheet takes a cell that starts so for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
LICENCE = {
    "name": "etalab-2.0", "title": "Licence Ouverte 2.0", "path": "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
}  # fmt: skip


def list_exported(tables):
    """Return the names of the tables that have a sheet and at least one row, in the order of the workbook."""
    known = read_vocabulary("tables")
    return [name for name in known.loc[known["feuille"] != "", "table"] if name in tables and len(tables[name])]


def write_french_set(tables, folder):
    """Write a file a table for a French spreadsheet: UTF-8 with its mark, « ; » between cells, decimal comma, labels in words.

    A text that a spreadsheet would take for a formula is written after an apostrophe.

    Returns
    -------
    list of Path
    """
    shown = list_exported(tables)
    written, french = [], {"encoding": "utf-8-sig", "sep": ";", "decimal": ",", "date_format": "%d/%m/%Y"}
    for name, table in prepare_columns(tables, shown).items():
        guarded = table.assign(**{column: guard_formulas(table[column]) for column in table.columns if not _is_number(table[column])})
        written.append(_write_csv(guarded, Path(folder) / f"{name}.csv", **french))
    return written


def _is_number(cells):
    return pd.api.types.is_numeric_dtype(cells.dtype) or pd.api.types.is_datetime64_any_dtype(cells.dtype)


def guard_formulas(cells):
    """Return a column whose texts no spreadsheet takes for formulas: an apostrophe before those that start like one."""
    return cells.map(lambda cell: "'" + cell if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell)


def _write_csv(table, path, **options):
    with write_atomic(path) as temporary:
        table.to_csv(temporary, index=False, lineterminator="\n", **options)
    return path


def write_data_package(tables, folder, *, titre, date, edition):
    """Write a file a table for a program, codes as they are, and datapackage.json, which says what each column holds.

    UTF-8, commas, decimal points, ISO dates, true and false; an empty cell is a missing value. Frictionless Data Package and
    Table Schema (v1).

    Parameters
    ----------
    tables : dict of DataFrame, as the edition shows them
    folder : path-like
    titre : str
    date : Timestamp, that of the edition
    edition : str

    Returns
    -------
    list of Path, datapackage.json last
    """
    known, resources, written = read_vocabulary("tables").set_index("table"), [], []
    for name in list_exported(tables):
        table = flatten_table(tables[name])
        source = tables[name].reset_index() if any(label for label in tables[name].index.names) else tables[name]
        flags = {column for column in table.columns if pd.api.types.is_bool_dtype(source[column].dtype)}
        table = table.assign(**{column: table[column].map({"oui": "true", "non": "false"}) for column in flags})
        path = _write_csv(table, Path(folder) / f"{name}.csv", encoding="utf-8", date_format="%Y-%m-%d")
        written.append(path)
        resources.append(_describe_resource(name, known.loc[name], table, flags, path))
    package = {
        "profile": "tabular-data-package", "name": "diagnostic", "title": titre, "created": f"{pd.Timestamp(date):%Y-%m-%dT00:00:00Z}",
        "edition": edition, "licenses": [LICENCE], "sources": _list_sources(tables), "resources": resources,
    }  # fmt: skip
    path = Path(folder) / "datapackage.json"
    with write_atomic(path) as temporary:
        Path(temporary).write_text(json.dumps(package, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")
    return [*written, path]


def _describe_resource(name, described, table, flags, path):
    content = path.read_bytes()
    meanings = describe_columns(name)
    # « nb_unites EPCI » is one column a layer: the first word says what it is; « * » speaks of all the others.
    said = {column: meanings.get(column, meanings.get(str(column).split(" ")[0], meanings.get("*", ""))) for column in table.columns}
    kinds = {column: _name_type(table[column], column in flags) for column in table.columns}
    fields = [{"name": str(column), "type": kinds[column], "description": said[column]} for column in table.columns]
    return {
        "profile": "tabular-data-resource", "name": name, "path": path.name, "title": described["feuille"],
        "description": described["description"], "format": "csv", "mediatype": "text/csv", "encoding": "utf-8",
        "bytes": len(content), "hash": f"sha256:{hashlib.sha256(content).hexdigest()}", "rows": len(table),
        "schema": {"fields": fields, "missingValues": [""]},
    }  # fmt: skip


def _name_type(cells, flag):
    """Return the Table Schema type of a column."""
    if flag:
        return "boolean"
    if pd.api.types.is_datetime64_any_dtype(cells.dtype):
        return "date"
    if pd.api.types.is_integer_dtype(cells.dtype):
        return "integer"
    return "number" if pd.api.types.is_numeric_dtype(cells.dtype) else "string"


def _list_sources(tables):
    if "sources" not in tables:
        return []
    rows = tables["sources"].dropna(subset="source")
    named = rows["source"].where(rows["millesime"].isna(), rows["source"] + " (" + rows["millesime"].astype("str") + ")")
    return [{"title": text} for text in dict.fromkeys(named)]
