"""A workbook (XLSX, XLSM, XLS, ODS) -> its sheets as text, and a word on what it holds besides values."""

import io
import re
from bisect import bisect_left, bisect_right
from datetime import date, datetime, time, timedelta
from xml.etree import ElementTree

import pandas as pd
from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum

from diagnostic.errors import DiagnosticError
from diagnostic.read.archives import FILLED_CELL, check_extent, name_sheets, refuse_damaged, unfold_archive
from diagnostic.read.text_tables import frame_columns
from diagnostic.schema import join_problems, list_problems

_ODS_ERROR = b'calcext:value-type="error"'
_ODS_SPAN = re.compile(rb'number-rows-spanned="(?!1")')
_ODS_UNCOMPUTED = re.compile(rb"<table:table-cell\b(?=[^>]*table:formula=)(?![^>]*office:value-type)[^>]*>")
_UNCOMPUTED = re.compile(
    rb'<(?:\w+:)?c [^>]*?r="([A-Z]{1,3})(\d{1,7})"[^>]*>\s*<(?:\w+:)?f\b[^>]*?(?:/>|>[^<]*</(?:\w+:)?f>)'
    rb"\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_MOST_FILLED = 2_000_000  # cells that merged ranges may fill
_CONTAINER = b"\xd0\xcf\x11\xe0"  # an XLS, or a workbook under a password


def read_workbook(path):
    """Read the sheets of a workbook, whatever its extension says.

    Returns
    -------
    sheets : dict of str -> DataFrame
        Cells as text, columns 0..n, index = line number in the sheet; lines without anything are left out.
        Whole numbers are written without decimals (1004), dates as 2025-02-03, true and false as oui and non.
        A cell merged over several lines is read on each of them that holds something else.
    problemes : DataFrame, merged cells, formulas in error (#N/A) or never computed, macros and links to other files

    Raises
    ------
    DiagnosticError
        File protected by a password, damaged, not a workbook, or that would exhaust the memory.
    """
    content = path.read_bytes()
    members = _open_members(content, path)
    parts = name_sheets(members)
    check_extent(parts, members, path)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = [sheet.name for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
        laid_out = {name: _lay_out(book.get_sheet_by_name(name), parts.get(name, b"")) for name in names}
    except PasswordError as error:
        raise _refuse_protected(path) from error
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:  # calamine's panics on damaged files are not Exceptions
        raise refuse_damaged(path) from error
    merged = [_tell_merged(filled, name, path) for name, (_, filled) in laid_out.items()]
    formulas = [tell(part, name, path) for name, part in parts.items() for tell in (_tell_failed, _tell_uncomputed)]
    told = join_problems(_tell_contents(content, members, path), *merged, *formulas)
    return {name: sheet for name, (sheet, _) in laid_out.items()}, told


def _open_members(content, path):
    """Return the parts of the workbook's archive, {} for an XLS; tell a protected or renamed file by its first bytes."""
    if content.startswith(_CONTAINER):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise _refuse_protected(path)
        return {}
    if not content.startswith(b"PK"):
        raise DiagnosticError(
            "Ce fichier porte le nom d'un classeur mais n'en est pas un.", path.name,
            "ouvrez-le dans Excel ou LibreOffice et enregistrez-le en XLSX, ou retrouvez l'original",
        )  # fmt: skip
    members = unfold_archive(content, path)
    if b"encryption-data" in members.get("META-INF/manifest.xml", b""):
        raise _refuse_protected(path)
    if not ("xl/workbook.xml" in members or "content.xml" in members):
        raise refuse_damaged(path)
    return members


def _refuse_protected(path):
    return DiagnosticError(
        "Ce classeur est protégé par un mot de passe.", path.name,
        "ouvrez-le, enregistrez-en une copie sans mot de passe, et donnez la copie",
    )  # fmt: skip


def _lay_out(sheet, part):
    """Return the lines of a calamine sheet that hold anything, as text, and the lines and cells filled by merged ranges."""
    lines = {line: row for line, row in enumerate(sheet.iter_rows(), start=1) if any(cell != "" for cell in row)}
    left = sheet.start[1] if sheet.start else 0  # calamine leaves out the empty columns on the left
    ranges = sheet.merged_cell_ranges or (_find_ods_ranges(part) if _ODS_SPAN.search(part) else [])
    filled = _fill_merged(lines, ranges, left)
    columns = [
        [cell if type(cell) is str else spell_cell(cell) for cell in column]
        for column in zip(*lines.values(), strict=True)
    ]
    width = max((len(row) for row in lines.values()), default=0)
    columns = [[""] * len(lines)] * (left if width else 0) + columns
    return frame_columns(columns, list(lines)), filled


def _fill_merged(lines, ranges, left):
    """Write in `lines` the value of each range merged over several lines on those of its lines that hold anything.

    Returns
    -------
    filled : list of (line, column rank), the cells written
    """
    present, filled = list(lines), []
    for (first, column), (last, _) in ranges:
        top = lines.get(first + 1)
        column -= left
        if last <= first or top is None or not 0 <= column < len(top) or top[column] == "":
            continue
        for line in present[bisect_right(present, first + 1) : bisect_left(present, last + 2)]:
            if lines[line][column] == "" and len(filled) < _MOST_FILLED:
                lines[line] = [*lines[line][:column], top[column], *lines[line][column + 1 :]]
                filled.append((line, column + left))
    return filled


def _find_ods_ranges(part):
    """Return the ranges of an ODS sheet merged over several lines, as calamine gives those of an XLSX: from 0, ends included."""
    body = part[part.find(b"<") :]  # what follows the opening tag of the sheet
    prefixes = set(re.findall(rb"[< /]([A-Za-z][\w-]*):[A-Za-z]", body)) - {b"xml", b"xmlns"}
    declared = b" ".join(b'xmlns:%s="urn:%s"' % (prefix, prefix) for prefix in prefixes)
    ranges, line = [], 0
    try:
        table = ElementTree.fromstring(b"<a %s>%s</a>" % (declared, body))
    except (ElementTree.ParseError, ValueError):
        return []
    for row in table.iter("{urn:table}table-row"):
        column = 0
        for cell in row:
            spanned = int(cell.get("{urn:table}number-rows-spanned", 1))
            if spanned > 1:
                ranges.append(((line, column), (line + spanned - 1, column)))
            column += int(cell.get("{urn:table}number-columns-repeated", 1))
        line += int(row.get("{urn:table}number-rows-repeated", 1))
    return ranges


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


def _locate(path, sheet, line=pd.NA):
    return pd.DataFrame({"fichier": [path.name], "feuille": [sheet], "ligne": pd.array([line], dtype="Int64")})


def _tell_contents(content, members, path):
    """Tell what a workbook holds besides values: nothing of it is run or followed."""
    macros = any(name.endswith("vbaProject.bin") or name.startswith("Basic/") for name in members)
    macros = macros or (not members and "_VBA_PROJECT".encode("utf-16-le") in content)
    formulas = re.findall(rb'table:formula="[^"]*file:///', members.get("content.xml", b""))
    links = any(name.startswith("xl/externalLinks/") for name in members) or bool(formulas)
    messages = ["Ce classeur contient des macros : elles ne sont ni lues ni exécutées."] * macros
    messages += [
        "Ce classeur est lié à d'autres fichiers : les liens ne sont pas suivis, leurs dernières valeurs sont lues."
    ] * links
    return join_problems(*[list_problems("information", _locate(path, ""), message, "rien") for message in messages])


def _tell_merged(filled, sheet, path):
    if not filled:
        return None
    message = f"Cases fusionnées : valeur reportée sur les lignes qu'elles couvrent ({len(filled)} case(s))."
    fix = "rien, si la valeur vaut pour chacune de ces lignes ; sinon, défusionnez et remplissez"
    return list_problems("information", _locate(path, sheet, min(line for line, _ in filled)), message, fix)


def _tell_failed(part, sheet, path):
    """Tell the formulas in error of a sheet, one row a column (XLSX) or one for the sheet (ODS)."""
    cells = FILLED_CELL.finditer(part) if b't="e"' in part else []
    failed = [(cell[1].decode(), int(cell[2])) for cell in cells if b't="e"' in cell[3]]
    return _tell_formulas(
        failed, part.count(_ODS_ERROR), sheet, path, "Formules en erreur (#N/A...) : {} case(s) lue(s) comme vide(s)."
    )


def _tell_uncomputed(part, sheet, path):
    """Tell the formulas whose result was never saved: written by a program, or by a spreadsheet told not to compute."""
    cells = [(cell[1].decode(), int(cell[2])) for cell in _UNCOMPUTED.finditer(part)]
    in_ods = len(_ODS_UNCOMPUTED.findall(part))
    return _tell_formulas(
        cells, in_ods, sheet, path, "Formules sans résultat enregistré : {} case(s) lue(s) comme vide(s)."
    )


def _tell_formulas(cells, in_ods, sheet, path, message):
    table = pd.DataFrame(cells, columns=["colonne", "ligne"])
    rows = table.groupby("colonne", sort=False)["ligne"].agg(["min", "size"]).reset_index()
    if in_ods:
        rows = pd.DataFrame({"colonne": [""], "min": [pd.NA], "size": [in_ods]})
    if not len(rows):
        return None
    located = pd.DataFrame({"fichier": path.name, "feuille": sheet, "ligne": rows["min"].astype("Int64")})
    messages = [message.format(number) for number in rows["size"]]
    fix = "ouvrez le classeur, corrigez ces formules ou collez leurs valeurs, enregistrez"
    return list_problems("attention", located, messages, fix).assign(colonne=rows["colonne"])
