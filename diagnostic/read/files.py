"""Any table file -> its sheets as raw text: nothing typed, nothing dropped, lines numbered as the user sees them."""

import csv
import io
import json
import re
from pathlib import Path

import pandas as pd

from diagnostic.errors import DiagnosticError
from diagnostic.schema import ORIGIN_COLUMNS, list_problems

SPREADSHEETS = {".xlsx", ".xlsm", ".xls", ".ods"}
TEXT_TABLES = {".csv", ".tsv", ".txt"}
SEPARATORS = {";": "point-virgule", ",": "virgule", "\t": "tabulation", "|": "barre verticale"}
# What a cell may hold without being seen: breaks in numbers, marks of writing direction, control characters.
_SPACES = re.compile("[\u00a0\u202f\u2007\u2009]")
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def read_sheets(path):
    """Read every sheet of a table file as text.

    Parameters
    ----------
    path : path-like
        XLSX, XLSM, XLS, ODS, CSV, TSV, TXT or JSON (a list of records, or GeoJSON features).

    Returns
    -------
    sheets : dict of str -> DataFrame
        Cells as text ("" when empty), columns 0..n, index = line number in the file, from 1.
    problemes : DataFrame
        What was found out about the file (encoding, separator), gravity `information`.

    Raises
    ------
    DiagnosticError
        File missing, empty, protected by a password, or not a table.
    """
    path = Path(path)
    _check_file(path)
    suffix = path.suffix.lower()
    if suffix in SPREADSHEETS:
        return _read_spreadsheet(path), None
    if suffix in TEXT_TABLES:
        return _read_text_table(path)
    if suffix in {".json", ".geojson"}:
        return {path.stem: read_records(path)}, None
    raise DiagnosticError(
        f"« {suffix or path.name} » n'est pas un format de tableau connu.", path.name,
        "enregistrez le fichier en XLSX, ODS ou CSV",
    )  # fmt: skip


def _check_file(path):
    if not path.is_file():
        raise DiagnosticError(
            "Fichier introuvable." if not path.is_dir() else "Un dossier est donné là où un fichier est attendu.",
            str(path), "vérifiez le nom et l'emplacement du fichier",
        )  # fmt: skip
    if path.stat().st_size == 0:
        raise DiagnosticError("Fichier vide (0 octet).", path.name, "rouvrez l'original et enregistrez-le de nouveau")


def _read_spreadsheet(path):
    _check_spreadsheet(path)
    try:
        sheets = pd.read_excel(
            path, sheet_name=None, header=None, dtype=str, engine="calamine", keep_default_na=False, na_values=[]
        )
    except Exception as error:  # calamine raises its own classes, one a format
        raise DiagnosticError(
            "Ce classeur ne peut pas être lu : il est abîmé, ou n'est pas un classeur.", path.name,
            "ouvrez-le dans Excel ou LibreOffice et enregistrez-le de nouveau en XLSX",
        ) from error  # fmt: skip
    for sheet in sheets.values():
        sheet.index = pd.RangeIndex(1, len(sheet) + 1)
    return {name: clean_cells(sheet) for name, sheet in sheets.items()}


def _check_spreadsheet(path):
    """Tell a protected or renamed file from a spreadsheet by its first bytes."""
    content = path.read_bytes()
    protected = "EncryptedPackage".encode("utf-16-le") in content[:20_000_000]
    if content.startswith(b"PK") and path.suffix.lower() == ".ods":
        protected = b"manifest:encryption-data" in _read_member(path, "META-INF/manifest.xml")
    if protected:
        raise DiagnosticError(
            "Ce classeur est protégé par un mot de passe.", path.name,
            "ouvrez-le, retirez le mot de passe (Fichier > Informations), enregistrez une copie",
        )  # fmt: skip
    if not content.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        raise DiagnosticError(
            "Ce fichier porte le nom d'un classeur mais n'en est pas un.", path.name,
            "retrouvez l'original, ou donnez au fichier sa vraie extension (.csv par exemple)",
        )  # fmt: skip


def _read_member(path, member):
    import zipfile

    try:
        with zipfile.ZipFile(path) as archive:
            return archive.read(member)
    except (KeyError, zipfile.BadZipFile):
        return b""


def _read_text_table(path):
    content = path.read_bytes()
    if b"\x00" in content[:4096] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DiagnosticError(
            "Ce fichier n'est pas du texte.", path.name, "enregistrez le tableau en CSV ou en XLSX depuis le tableur"
        )
    text, encoding = _decode(content)
    separator = _find_separator(text)
    rows, lines = [], []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    previous = 0
    try:
        for row in reader:
            rows.append(row)
            lines.append(previous + 1)  # a quoted cell may hold line breaks: the row starts after the previous one
            previous = reader.line_num
    except csv.Error as error:
        raise DiagnosticError(
            "Ce fichier texte ne se lit pas comme un tableau.", f"{path.name}, ligne {reader.line_num}",
            "rouvrez-le dans un tableur et enregistrez-le de nouveau en CSV",
        ) from error  # fmt: skip
    table = pd.DataFrame(rows, index=pd.Index(lines, dtype="int64"), dtype=str)
    found = f"encodage {encoding}, séparateur {SEPARATORS[separator]}"
    notice = list_problems(
        "information", pd.DataFrame([[path.name, "", pd.NA]], columns=ORIGIN_COLUMNS), f"Lu avec : {found}.",
        "rien, si les accents et les colonnes sont justes",
    )  # fmt: skip
    return {path.stem: clean_cells(table)}, notice


def _decode(content):
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16"), "UTF-16"
    try:
        return content.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace"), "Windows-1252"


def _find_separator(text):
    """Return the separator that splits the first lines into the most cells, the same number on each."""
    sample = "\n".join(text.splitlines()[:30])
    scores = {}
    for separator in SEPARATORS:
        widths = [len(row) for row in csv.reader(io.StringIO(sample), delimiter=separator) if row]
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
        # parse_int and parse_float as text: a postcode stays what the file says.
        content = json.loads(text, parse_float=str, parse_int=str)
    except json.JSONDecodeError as error:
        raise DiagnosticError(
            "Ce fichier JSON est abîmé.", f"{path.name}, ligne {error.lineno}", "téléchargez-le de nouveau à sa source"
        ) from error
    records = content.get("features", content.get("data")) if isinstance(content, dict) else content
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise DiagnosticError("Ce fichier JSON n'est pas une liste de fiches.", path.name, "donnez le fichier d'origine")
    flat = pd.DataFrame([_flatten_record(record) for record in records], dtype=object)
    heading = pd.DataFrame([list(flat.columns)], columns=flat.columns)
    table = pd.concat([heading, flat], ignore_index=True).fillna("")
    table.columns = range(table.shape[1])
    table.index = pd.RangeIndex(1, len(table) + 1)
    return clean_cells(table.astype(str))


def _flatten_record(record):
    if record.get("type") == "Feature":
        point = record.get("geometry") or {}
        flat = dict(record.get("properties") or {})
        if point.get("type") == "Point":
            flat |= dict(zip(("longitude", "latitude"), point["coordinates"], strict=False))
        record = flat
    return {key: _flatten_value(value) for key, value in record.items()}


def _flatten_value(value):
    if isinstance(value, list):
        return ";".join(str(item) for item in value)
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else str(value)


def clean_cells(raw):
    """Return `raw` with unbreakable spaces made plain, invisible characters removed and cells stripped."""
    cleaned = raw.fillna("").astype(str)
    for column in cleaned.columns:
        cells = cleaned[column].str.replace(_SPACES, " ", regex=True).str.replace(_INVISIBLE, "", regex=True)
        cleaned[column] = cells.str.strip()
    return cleaned


def write_origin(table, path, sheet):
    """Return `table` with where its rows were read; the index holds the line numbers."""
    return table.assign(fichier=Path(path).name, feuille=sheet, ligne=table.index.astype("int64"))
