"""The shapes of open-data files -> one table of text a file: two kinds of lines, layers, records within records."""

import json
import re
from pathlib import Path

import pandas as pd

from diagnostic.errors import DiagnosticError
from diagnostic.read.formats.files import write_origin
from diagnostic.read.formats.headings import find_heading
from diagnostic.schema import ORIGIN_COLUMNS, list_problems
from diagnostic.vocabulary import normalize_label

# The extraction of FINESS has no header: the cells of its two kinds of lines, in their published order.
FINESS_LINES = {
    "structureet": ["nofinesset", "nofinessej", "rs", "rslongue", "complrs", "compldistrib", "numvoie", "typvoie", "voie",
                    "compvoie", "lieuditbp", "commune", "departement", "libdepartement", "ligneacheminement", "telephone",
                    "telecopie", "categetab", "libcategetab", "categagretab", "libcategagretab", "siret", "codeape", "codemft",
                    "libmft", "codesph", "libsph", "dateouv", "dateautor", "datemaj", "numuai"],
    "geolocalisation": ["nofinesset", "coordxet", "coordyet", "sourcecoordet", "datemaj"],
}  # fmt: skip
# The directory of the administration nests what the rules read: {column read: (column of the file, key within it)}.
_NESTED = {
    "type_service_local": ("pivot", "type_service_local"), "numero_voie": ("adresse", "numero_voie"),
    "code_postal": ("adresse", "code_postal"), "nom_commune": ("adresse", "nom_commune"),
    "latitude": ("adresse", "latitude"), "longitude": ("adresse", "longitude"),
}  # fmt: skip


def arrange(lecture, sheets, wanted, path):
    """Return one table of text for a file read by `read_sheets`.

    Parameters
    ----------
    lecture : str, the column `lecture` of `sources.csv`
    sheets : dict of str -> DataFrame, raw sheets
    wanted : iterable of str, the headings a mapping looks for
    path : path-like

    Returns
    -------
    body : DataFrame of str, one column a heading (the first of two that bear one name), empty rows left out
    origin : DataFrame on the same index: fichier, feuille, ligne
    date : str, the date that the file says of itself (ISO), or ''
    problemes : DataFrame or None

    Raises
    ------
    DiagnosticError
        The file has not this shape.
    """
    path = Path(path)
    if lecture == "finess":
        return _arrange_finess(sheets, path)
    if lecture == "umap":
        filled = {name: raw for name, raw in sheets.items() if len(raw)}
        parts = [_lay_out(raw, name, wanted, path) for name, raw in filled.items()]
        parts = [(body.assign(calque=name), origin) for (body, origin), name in zip(parts, filled, strict=True)]
    else:
        parts = [_lay_out(*_choose_sheet(sheets, wanted), wanted, path)]
    body = pd.concat([body for body, _ in parts], ignore_index=True).fillna("").astype("str")
    origin = pd.concat([origin for _, origin in parts], ignore_index=True)
    return (_open_records(body) if lecture == "dila" else body), origin, "", None


def _choose_sheet(sheets, wanted):
    """Return (raw sheet, its name): the one that bears the most of the wanted headings, the first of equals."""
    filled = {name: raw for name, raw in sheets.items() if len(raw)}
    known = {normalize_label(name) for name in wanted}
    tops = {name: raw.loc[find_heading(raw, known)] for name, raw in filled.items()}
    name = max(filled, key=lambda name: sum(normalize_label(cell) in known for cell in tops[name] if cell))
    return filled[name], name


def _lay_out(raw, name, wanted, path):
    line = find_heading(raw, wanted)
    body = raw.loc[raw.index > line].set_axis(list(raw.loc[line]), axis=1)
    body = body.loc[(body != "").any(axis=1), ~body.columns.duplicated()]
    return body, write_origin(pd.DataFrame(index=body.index), path, name)[ORIGIN_COLUMNS]


def _arrange_finess(sheets, path):
    """Part the two kinds of lines of the extraction, and give each establishment its point."""
    name, raw = next(iter(sheets.items()))
    parts = {}
    for kind, columns in FINESS_LINES.items():
        rows = raw[raw[0] == kind].iloc[:, 1:]
        rows = rows.reindex(columns=range(1, len(columns) + 1), fill_value="").fillna("")
        parts[kind] = rows.set_axis(columns, axis=1)
    places, points = parts["structureet"], parts["geolocalisation"]
    if not len(places):
        raise DiagnosticError(
            "Ce fichier n'est pas l'extraction des établissements FINESS : aucune ligne ne commence par « structureet ».",
            path.name, "donnez le fichier « etalab » des établissements, tel qu'il est publié",
        )  # fmt: skip
    points = points.drop_duplicates("nofinesset").set_index("nofinesset").drop(columns="datemaj")
    body = places.join(points, on="nofinesset").fillna("").astype("str")
    origin = write_origin(pd.DataFrame(index=body.index), path, name)[ORIGIN_COLUMNS]
    date = raw.loc[raw[0] == "finess", 3].head(1).tolist() if raw.shape[1] > 3 else []
    lone = ~points.index.isin(places["nofinesset"])
    message = f"Lignes de géolocalisation : {len(points)}, dont {int(lone.sum())} sans établissement dans ce fichier."
    about = list_problems("information", pd.DataFrame({"fichier": [path.name], "feuille": name, "ligne": pd.NA}), message, "rien")
    return body, origin, next((day for day in date if re.fullmatch(r"\d{4}-\d\d-\d\d", day)), ""), about


def _open_records(body):
    """Add the columns that are nested in `pivot` and `adresse`: the first filled one of each list.

    The published base gives records (read as columns « adresse.latitude », joined by ;), the API exports them as text.
    """
    opened = body.copy()
    for column, (outer, key) in _NESTED.items():
        cells = body.get(f"{outer}.{key}")
        if cells is None and outer in body:
            cells = body[outer].map({cell: _read_key(cell, key) for cell in body[outer].unique()}).astype("str")
        if cells is not None:
            opened[column] = cells.str.lstrip(";").str.split(";", n=1).str[0].str.strip()
    return opened


def _read_key(cell, key):
    try:
        records = json.loads(cell) if cell.startswith(("[", "{")) else []
    except ValueError:
        return ""
    records = records if isinstance(records, list) else [records]
    values = [record.get(key) for record in records if isinstance(record, dict)]
    return next((str(value) for value in values if value and not isinstance(value, list | dict)), "")


def find_file_date(path):
    """Return (ISO date or '', how to name the file) by what the file's name says: a year and a month at least make a date."""
    name = re.sub(r".*[\\/]", "", str(path))
    found = re.search(r"(?<!\d)(20\d\d)(?:[-_.]?(0[1-9]|1[0-2])(?:[-_.]?(0[1-9]|[12]\d|3[01]))?)?(?!\d)", name)
    if not found:
        return "", f"« {name} » (date inconnue)"
    parts = [part for part in found.groups() if part]
    return "-".join([*parts, "01"][:3]) if len(parts) > 1 else "", "de " + "-".join(parts)
