"""Any table file -> its sheets as raw text: nothing typed, nothing dropped, lines numbered as the user sees them."""

import csv
import io
import json
import re
from itertools import islice
from pathlib import Path

import pandas as pd

from diagnostic.errors import DiagnosticError
from diagnostic.read.workbooks import read_workbook
from diagnostic.schema import ORIGIN_COLUMNS, list_problems

SPREADSHEETS = {".xlsx", ".xlsm", ".xls", ".ods"}
TEXT_TABLES = {".csv", ".tsv", ".txt"}
SEPARATORS = {";": "point-virgule", ",": "virgule", "\t": "tabulation", "|": "barre verticale"}
# What a cell may hold without being seen: breaks in numbers, marks of writing direction, control characters.
_SPACES = re.compile("[\u00a0\u2000-\u200a\u202f\u205f\u3000]")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
)


def read_sheets(path):
    """Read every sheet of a table file as text.

    Parameters
    ----------
    path : path-like
        XLSX, XLSM, XLS, ODS, CSV, TSV, TXT or JSON (a list of records, or GeoJSON features).

    Returns
    -------
    sheets : dict of str -> DataFrame
        Cells as text ("" when empty), columns 0..n, index = line number in the file, from 1; empty lines are left out.
    problemes : DataFrame or None
        What was found out about the file: encoding and separator (`information`), formulas in error (`attention`).

    Raises
    ------
    DiagnosticError
        File missing, empty, protected by a password, or not a table.
    """
    path = Path(path)
    _check_file(path)
    suffix = path.suffix.lower()
    if suffix in SPREADSHEETS:
        sheets, notice = read_workbook(path)
        sheets = {name: clean_cells(sheet) for name, sheet in sheets.items()}
    elif suffix in TEXT_TABLES:
        sheets, notice = _read_text_table(path)
    elif suffix in {".json", ".geojson"}:
        sheets, notice = {path.stem: read_records(path)}, None
    else:
        raise DiagnosticError(
            f"« {suffix or path.name} » n'est pas un format de tableau connu.", path.name,
            "enregistrez le fichier en XLSX, ODS ou CSV",
        )  # fmt: skip
    sheets = {name: sheet[(sheet != "").any(axis=1)] for name, sheet in sheets.items()}
    if not any(map(len, sheets.values())):
        raise DiagnosticError(
            "Ce fichier ne contient aucune case remplie.", path.name, "vérifiez que c'est le bon fichier"
        )
    return sheets, notice


def locate_inside(folder, name, where):
    """Return the path of `name` in `folder`; a name that leads out of it is refused, whatever the system.

    Raises
    ------
    DiagnosticError
    """
    path = Path(folder) / name
    if "\\" in name or Path(name).is_absolute() or ".." in Path(name).parts:
        fix = "placez le fichier dans le dossier ressorts et donnez son seul nom"
        raise DiagnosticError(f"Nom de fichier refusé : « {name} ».", where, fix)
    return path


def _check_file(path):
    if not path.is_file():
        raise DiagnosticError(
            "Fichier introuvable." if not path.is_dir() else "Un dossier est donné là où un fichier est attendu.",
            str(path), "vérifiez le nom et l'emplacement du fichier",
        )  # fmt: skip
    if path.stat().st_size == 0:
        raise DiagnosticError("Fichier vide (0 octet).", path.name, "rouvrez l'original et enregistrez-le de nouveau")


def _read_text_table(path):
    content = path.read_bytes()
    if b"\x00" in content[:4096] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DiagnosticError(
            "Ce fichier n'est pas du texte.", path.name, "enregistrez le tableau en CSV ou en XLSX depuis le tableur"
        )
    text, encoding = _decode(content)
    separator = _find_separator(text)
    lines = _split_text(text, separator, path)
    table = pd.DataFrame(list(lines.values()), index=pd.Index(list(lines), dtype="int64"), dtype=str)
    found = f"encodage {encoding}, séparateur {SEPARATORS[separator]}"
    notice = list_problems(
        "information", pd.DataFrame([[path.name, "", pd.NA]], columns=ORIGIN_COLUMNS), f"Lu avec : {found}.",
        "rien, si les accents et les colonnes sont justes",
    )  # fmt: skip
    return {path.stem: clean_cells(table)}, notice


def _split_text(text, separator, path):
    """Return {line number: cells}, all rows as long as the longest; a cell over several lines has the number of the first."""
    rows, line = {}, 1
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for row in reader:
            rows[line] = row
            line = reader.line_num + 1
    except csv.Error as error:
        raise DiagnosticError(
            "Ce fichier texte ne se lit pas comme un tableau.", f"{path.name}, ligne {line}",
            "rouvrez-le dans un tableur et enregistrez-le de nouveau en CSV",
        ) from error  # fmt: skip
    longest = max(map(len, rows.values()), default=0)
    return {line: row + [""] * (longest - len(row)) for line, row in rows.items()}


def _decode(content):
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace"), "UTF-16"
    try:
        return content.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace"), "Windows-1252"


def _find_separator(text):
    """Return the separator that splits the first lines into the most cells, the same number on each."""
    sample = "".join(islice(io.StringIO(text, newline=""), 30))[:100_000]  # csv refuses cells over 131,072
    scores = {}
    for separator in SEPARATORS:
        widths = [len(row) for row in csv.reader(io.StringIO(sample, newline=""), delimiter=separator) if row]
        usual = max(set(widths), key=widths.count, default=1)
        scores[separator] = (usual > 1) * (widths.count(usual) / len(widths) + min(usual, 50) / 1000) if widths else 0
    return max(scores, key=scores.get) if any(scores.values()) else ";"


def read_records(path):
    """Read a JSON list of records (or GeoJSON features) as raw text, the keys as first row.

    Numbers keep the writing of the file; lists are joined by ";"; a line is the record's rank + 1.
    """
    path = Path(path)
    _check_file(path)
    text, _ = _decode(path.read_bytes())
    try:
        # Numbers as text: a postcode stays what the file says. NaN, which is no JSON, is an empty cell.
        content = json.loads(text, parse_float=str, parse_int=str, parse_constant=lambda _: None)
    except json.JSONDecodeError as error:
        raise DiagnosticError(
            "Ce fichier JSON est abîmé.", f"{path.name}, ligne {error.lineno}", "téléchargez-le de nouveau à sa source"
        ) from error
    except RecursionError as error:
        raise DiagnosticError(
            "Ce fichier JSON n'est pas une liste de fiches.", path.name, "donnez le fichier d'origine"
        ) from error
    records = content.get("features", content.get("data")) if isinstance(content, dict) else content
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise DiagnosticError(
            "Ce fichier JSON n'est pas une liste de fiches.", path.name, "donnez le fichier d'origine"
        )
    flat = [_flatten_record(record) for record in records]
    columns = list(dict.fromkeys(key for record in flat for key in record))
    rows = [columns, *[[record.get(column, "") for column in columns] for record in flat]]
    return clean_cells(pd.DataFrame(rows, index=pd.RangeIndex(1, len(rows) + 1), dtype=str))


def _flatten_record(record):
    if record.get("type") == "Feature":
        properties, point = record.get("properties"), record.get("geometry")
        record = dict(properties) if isinstance(properties, dict) else {}
        if isinstance(point, dict) and point.get("type") == "Point":
            record |= dict(zip(("longitude", "latitude"), point.get("coordinates") or (), strict=False))
    return {_flatten_value(key): _flatten_value(value) for key, value in record.items()}


def _flatten_value(value):
    if isinstance(value, list):
        return ";".join(map(_flatten_value, value))
    if isinstance(value, bool):
        return "oui" if value else "non"
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else "" if value is None else str(value)
    return text.encode("utf-8", "ignore").decode("utf-8")  # half a character (a lone surrogate) cannot be written


def clean_cells(raw):
    """Return `raw` with unbreakable spaces made plain, invisible characters removed and cells stripped.

    Accents typed as two characters are joined (NFC): the same word from two computers is the same text.
    """
    cleaned = raw.fillna("").astype(str)
    for column in cleaned.columns:
        cells = cleaned[column].str.replace(_SPACES, " ", regex=True).str.replace(_INVISIBLE, "", regex=True)
        cleaned[column] = cells.str.strip().str.normalize("NFC")
    return cleaned


def write_origin(table, path, sheet):
    """Return `table` with where its rows were read; the index holds the line numbers."""
    return table.assign(fichier=Path(path).name, feuille=sheet, ligne=table.index.astype("int64"))
