"""A workbook (XLSX, XLSM, XLS, ODS) -> its sheets as text, and a word on the formulas that failed in it."""

import io
import re
import zipfile
import zlib
from datetime import date, datetime, time, timedelta
from xml.etree import ElementTree

import pandas as pd
from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum

from diagnostic.errors import DiagnosticError
from diagnostic.schema import join_problems, list_problems

# A cell left far below the table makes the reader lay out every empty cell above it: gigabytes, then the end of the program.
MOST_CELLS = 20_000_000
MOST_LINES_ODS = 500_000
_FILLED_CELL = re.compile(rb'<c [^>]*?r="([A-Z]{1,3})(\d{1,7})"([^>]*)(?<!/)>')
_ODS_ROW = re.compile(rb'<table:table-row\b(?:[^>]*number-rows-repeated="(\d+)")?')
_ODS_ERROR = b'calcext:value-type="error"'
LARGEST_CONTENT = 400_000_000  # bytes, unfolded: 30 times the largest inventory met


def read_workbook(path):
    """Read the sheets of a workbook, whatever its extension says.

    Returns
    -------
    sheets : dict of str -> DataFrame
        Cells as text, columns 0..n, index = line number in the sheet; lines without anything are left out.
        Whole numbers are written without decimals (1004), dates as 2025-02-03, true and false as oui and non.
    problemes : DataFrame, the formulas in error (#N/A), whose cells are read as empty

    Raises
    ------
    DiagnosticError
        File protected by a password, damaged, not a workbook, or with a cell too far from its table.
    """
    content = path.read_bytes()
    _check_content(content, path)
    parts = _list_parts(content)
    _check_extent(parts, path)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = [sheet.name for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
        sheets = {name: _lay_out(book.get_sheet_by_name(name)) for name in names}
    except PasswordError as error:
        raise _refuse_protected(path) from error
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:  # calamine's panics on damaged files are not Exceptions
        raise DiagnosticError(
            "Ce classeur ne peut pas être lu : il est abîmé, ou n'est pas un classeur.", path.name,
            "ouvrez-le dans Excel ou LibreOffice et enregistrez-le de nouveau en XLSX",
        ) from error  # fmt: skip
    return sheets, join_problems(*[_tell_failed(part, name, path) for name, part in parts.items()])


def _check_content(content, path):
    """Tell a protected or renamed file from a workbook by its first bytes."""
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise _refuse_protected(path)
    elif not content.startswith(b"PK"):
        raise DiagnosticError(
            "Ce fichier porte le nom d'un classeur mais n'en est pas un.", path.name,
            "ouvrez-le dans Excel ou LibreOffice et enregistrez-le en XLSX, ou retrouvez l'original",
        )  # fmt: skip
    elif measure_archive(content) > LARGEST_CONTENT:
        raise DiagnosticError(
            "Ce classeur se déplie en un fichier démesuré : il n'est pas ouvert.", path.name,
            "gardez la seule feuille utile, supprimez les lignes et les mises en forme vides, enregistrez une copie",
        )  # fmt: skip
    elif b"encryption-data" in _read_member(content, "META-INF/manifest.xml"):
        raise _refuse_protected(path)


def measure_archive(content):
    """Return the size in bytes that a ZIP archive says it unfolds to, 0 when it cannot be read."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return sum(member.file_size for member in archive.infolist())
    except (OSError, RuntimeError, ValueError, zipfile.BadZipFile):
        return 0


def _refuse_protected(path):
    return DiagnosticError(
        "Ce classeur est protégé par un mot de passe.", path.name,
        "ouvrez-le, enregistrez-en une copie sans mot de passe, et donnez la copie",
    )  # fmt: skip


def _read_member(content, member):
    """Return a file of the ZIP archive `content`, b"" when it cannot be had."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return archive.read(member)
    except (KeyError, OSError, RuntimeError, ValueError, zipfile.BadZipFile, zlib.error, EOFError):
        return b""


def _list_parts(content):
    """Return {sheet name: its XML} for XLSX and ODS, {} for what cannot be opened so."""
    ods = _read_member(content, "content.xml")
    if ods:
        found = re.findall(rb'<table:table\b[^>]*?table:name="([^"]*)"(.*?)</table:table>', ods, re.DOTALL)
        return {name.decode("utf-8", "replace"): part for name, part in found}
    try:
        targets = ElementTree.fromstring(_read_member(content, "xl/_rels/workbook.xml.rels") or b"<a/>")
        sheets = ElementTree.fromstring(_read_member(content, "xl/workbook.xml") or b"<a/>")
    except ElementTree.ParseError:
        return {}
    paths = {link.get("Id"): link.get("Target", "") for link in targets}
    parts = {}
    for sheet in sheets.findall(".//{*}sheet"):
        link = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), "")
        path = paths.get(link, "")
        parts[sheet.get("name", "")] = _read_member(content, path[1:] if path.startswith("/") else f"xl/{path}")
    return parts


def _check_extent(parts, path):
    """Refuse a sheet whose last filled cell is so far that laying it out would exhaust the memory."""
    for sheet, part in parts.items():
        cells = _FILLED_CELL.findall(part)
        line = max((int(cell[1]) for cell in cells), default=0)
        letters = max((cell[0] for cell in cells), key=lambda text: (len(text), text), default=b"").decode()
        rows = _ODS_ROW.findall(part[: max(part.rfind(b"office:value-type"), 0)])
        lines_ods = sum(int(repeated or 1) for repeated in rows)
        if line * _rank_column(letters) > MOST_CELLS or lines_ods > MOST_LINES_ODS:
            place = f"jusqu'à la case {letters}{line}" if cells else f"jusqu'à la ligne {lines_ods}"
            raise DiagnosticError(
                f"Cette feuille va {place} : une case remplie est restée loin du tableau.", f"{path.name}, feuille {sheet}",
                "supprimez les lignes et les colonnes situées après le tableau, puis enregistrez",
            )  # fmt: skip


def _rank_column(letters):
    """Return 1 for A, 27 for AA."""
    rank = 0
    for letter in letters:
        rank = rank * 26 + ord(letter) - 64
    return rank


def _lay_out(sheet):
    """Return the lines of a calamine sheet that hold anything, as text."""
    lines = {line: row for line, row in enumerate(sheet.iter_rows(), start=1) if any(cell != "" for cell in row)}
    left = [""] * (sheet.start[1] if sheet.start else 0)  # calamine leaves out the empty columns on the left
    rows = [left + [spell_cell(cell) for cell in row] for row in lines.values()]
    return pd.DataFrame(rows, index=pd.Index(list(lines), dtype="int64"), dtype=str)


def spell_cell(value):
    """Return the text of a cell's value: 1004.0 is 1004, midnight is left out of dates, true and false are French.

    Examples
    --------
    >>> spell_cell(1004.0), spell_cell(45.5), spell_cell(True), spell_cell(datetime(2025, 2, 3))
    ('1004', '45.5', 'oui', '2025-02-03')
    """
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value) if isinstance(value, timedelta) or value is not None else ""


def _tell_failed(part, sheet, path):
    """Tell the formulas in error of a sheet, one row a column (XLSX) or one for the sheet (ODS)."""
    cells = _FILLED_CELL.findall(part) if b't="e"' in part else []
    failed = [(column.decode(), int(line)) for column, line, rest in cells if b't="e"' in rest]
    cells = pd.DataFrame(failed, columns=["colonne", "ligne"])
    rows = cells.groupby("colonne", sort=False)["ligne"].agg(["min", "size"]).reset_index()
    in_ods = part.count(_ODS_ERROR)
    if in_ods:
        rows = pd.DataFrame({"colonne": [""], "min": [pd.NA], "size": [in_ods]})
    if not len(rows):
        return None
    located = pd.DataFrame({"fichier": path.name, "feuille": sheet, "ligne": rows["min"].astype("Int64")})
    messages = [f"Formules en erreur (#N/A...) : {number} case(s) lue(s) comme vide(s)." for number in rows["size"]]
    problems = list_problems("attention", located, messages, "corrigez ces formules, ou collez leurs valeurs")
    return problems.assign(colonne=rows["colonne"])
