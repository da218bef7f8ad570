"""The ZIP archive of a workbook (XLSX, ODS) -> its XML parts, once they are known to be safe to lay out.

An archive of a few kilobytes may unfold to gigabytes, and an XML part may name entities that unfold further or fetch
files: everything is measured before anything is given to a parser.
"""

import io
import re
import zipfile
import zlib
from xml.etree import ElementTree

import numpy as np

from diagnostic.errors import DiagnosticError

LARGEST_CONTENT = 400_000_000  # bytes, unfolded: 30 times the largest inventory met
# A cell left far below the table makes the reader lay out every empty cell above it: gigabytes, then the end of the program.
MOST_CELLS = 20_000_000
MOST_LINES_ODS = 500_000
_MOST_SPACES = 1_000_000
_ENTITY_MARKS = [mark.encode(encoding) for mark in ("<!DOCTYPE", "<!ENTITY") for encoding in ("utf-8", "utf-16-le")]
FILLED_CELL = re.compile(rb'<(?:\w+:)?c [^>]*?r="([A-Z]{1,3})(\d{1,7})"([^>]*)(?<!/)>')
_DEEP_CELL = re.compile(rb'<(?:\w+:)?c [^>]*?r="[A-Z]{1,3}(\d{6,7})"[^>]*(?<!/)>')
_WIDE_CELL = re.compile(rb'<(?:\w+:)?c [^>]*?r="([A-Z]{2,3})\d{1,7}"[^>]*(?<!/)>')
_DEEP_ROW = re.compile(rb'<(?:\w+:)?row\b[^>]*?\br="(\d{6,7})"')
_UNPLACED_CELL = re.compile(rb'<(?:\w+:)?c(?:\s(?![^>]*\br=")[^>]*)?(?<!/)>')
_SHARED = re.compile(rb't="s"[^>]*>\s*<(?:\w+:)?v>(\d+)<')
_ODS_ROW = re.compile(rb'<table:table-row\b(?:[^>]*number-rows-repeated="(\d+)")?')
_ODS_ROWS_REPEATED = re.compile(
    rb'<table:table-row\b[^>]*number-rows-repeated="(\d+)"[^>]*(?<!/)>(.*?)</table:table-row>', re.DOTALL
)
_ODS_CELLS_REPEATED = re.compile(
    rb'<table:table-cell\b(?=[^>]*office:value-type)[^>]*number-columns-repeated="(\d+)"[^>]*(?<!/)>(.*?)</table:table-cell>',
    re.DOTALL,
)
_ODS_SPACES = re.compile(rb'text:c="(\d{5,})"')


def unfold_archive(content, path):
    """Return {member: its bytes} for the XML parts of a workbook, b"" for its other members.

    Raises
    ------
    DiagnosticError
        Archive damaged, or that unfolds beyond LARGEST_CONTENT whatever it says of itself, or XML with entities of its own.
    """
    parts, total = {}, 0
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if sum(member.file_size for member in members) > LARGEST_CONTENT:
                raise _refuse_size(path)
            for member in members:
                is_xml = member.filename.lower().endswith((".xml", ".rels"))
                # Reading to the end checks the size and the sum that the archive says of the part.
                parts[member.filename] = archive.read(member) if is_xml else b""
                total += len(parts[member.filename])
                if total > LARGEST_CONTENT:  # the same bytes under many names
                    raise _refuse_size(path)
    except (
        KeyError,
        OSError,
        RuntimeError,
        ValueError,
        NotImplementedError,
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
    ) as error:
        raise refuse_damaged(path) from error
    for name, part in parts.items():
        _refuse_entities(name, part, path)
    return parts


def _refuse_entities(name, part, path):
    """Refuse a part that declares a document type: no spreadsheet writes one, and entities hide there."""
    if any(mark in part for mark in _ENTITY_MARKS):
        raise DiagnosticError(
            "Ce classeur contient des entités XML, qu'aucun tableur n'écrit : il n'est pas ouvert.",
            f"{path.name}, partie {name}", "n'ouvrez pas ce fichier s'il vient d'un inconnu ; demandez l'original",
        )  # fmt: skip


def _refuse_size(path):
    return DiagnosticError(
        "Ce classeur se déplie en un fichier démesuré : il n'est pas ouvert.", path.name,
        "gardez la seule feuille utile, supprimez les lignes et les mises en forme vides, enregistrez une copie",
    )  # fmt: skip


def refuse_damaged(path):
    return DiagnosticError(
        "Ce classeur ne peut pas être lu : il est abîmé, ou n'est pas un classeur.", path.name,
        "ouvrez-le dans Excel ou LibreOffice et enregistrez-le de nouveau en XLSX",
    )  # fmt: skip


def name_sheets(members):
    """Return {sheet name: its XML} for XLSX and ODS, {} for what cannot be told so."""
    ods = members.get("content.xml", b"")
    if ods:
        found = re.findall(rb'<table:table\b[^>]*?table:name="([^"]*)"(.*?)</table:table>', ods, re.DOTALL)
        return {_read_attribute(name): part for name, part in found}
    try:
        targets = ElementTree.fromstring(members.get("xl/_rels/workbook.xml.rels") or b"<a/>")
        sheets = ElementTree.fromstring(members.get("xl/workbook.xml") or b"<a/>")
    except (ElementTree.ParseError, ValueError, LookupError):
        return {}
    paths = {link.get("Id"): link.get("Target", "") for link in targets}
    parts = {}
    for sheet in sheets.findall(".//{*}sheet"):
        link = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), "")
        path = paths.get(link, "")
        parts[sheet.get("name", "")] = members.get(path[1:] if path.startswith("/") else f"xl/{path}", b"")
    return parts


def _read_attribute(name):
    text = name.decode("utf-8", "replace")
    for entity, sign in {"&quot;": '"', "&apos;": "'", "&lt;": "<", "&gt;": ">", "&amp;": "&"}.items():
        text = text.replace(entity, sign)
    return text


def check_extent(sheets, members, path):
    """Refuse a sheet that would exhaust the memory when laid out: a filled cell too far, or one text repeated without end."""
    for name, part in sheets.items():
        place = _find_far_cell(part) or _find_far_line(part)
        if place:
            raise DiagnosticError(
                f"Cette feuille va jusqu'à la {place} : une case remplie est restée loin du tableau.",
                f"{path.name}, feuille {name}", "supprimez les lignes et les colonnes situées après le tableau, puis enregistrez",
            )  # fmt: skip
    ods = members.get("content.xml", b"")
    spaces = max(map(int, _ODS_SPACES.findall(ods)), default=0)
    if (
        _measure_shared(members, sheets) + _measure_repeated(ods) + spaces > 5 * LARGEST_CONTENT
        or spaces > _MOST_SPACES
    ):
        raise _refuse_size(path)


def _find_far_cell(part):
    """Return "case XFD1048576" when the table up to the last filled cell of an XLSX sheet holds too many cells."""
    letters = max(set(_WIDE_CELL.findall(part)), key=_rank_column, default=b"Z")
    deep = set(map(int, _DEEP_CELL.findall(part)))
    if _UNPLACED_CELL.search(part):
        deep |= set(map(int, _DEEP_ROW.findall(part)))
    if max(deep, default=99_999) * _rank_column(letters) <= MOST_CELLS:
        return ""
    cells = [(match[1], int(match[2])) for match in FILLED_CELL.finditer(part)]
    letters = max((cell[0] for cell in cells), key=_rank_column, default=letters)
    line = max([*deep, *(cell[1] for cell in cells)], default=0)
    return f"case {letters.decode()}{line}" if line * _rank_column(letters) > MOST_CELLS else ""


def _find_far_line(part):
    """Return "ligne 1048576" when the last value of an ODS sheet comes after too many lines, repeated or not."""
    rows = _ODS_ROW.findall(part[: max(part.rfind(b"office:value-type"), 0)])
    lines = sum(int(repeated or 1) for repeated in rows)
    return f"ligne {lines}" if lines > MOST_LINES_ODS else ""


def _rank_column(letters):
    """Return 1 for A, 27 for AA."""
    rank = 0
    for letter in letters:
        rank = rank * 26 + letter - 64
    return rank


def _measure_shared(members, sheets):
    """Return how many bytes the texts that cells of an XLSX share make when each cell has its own."""
    texts = members.get("xl/sharedStrings.xml", b"").split(b"</si>")
    cells = sum(part.count(b't="s"') for part in sheets.values())
    if cells * max(map(len, texts)) <= LARGEST_CONTENT:
        return 0
    lengths = np.array([*map(len, texts)], dtype="int64")
    used = np.array([int(rank) for part in sheets.values() for rank in _SHARED.findall(part)], dtype="int64")
    return int(lengths[used[used < len(lengths)]].sum())


def _measure_repeated(ods):
    """Return how many bytes the repeated rows and cells of an ODS content make when each is written out."""
    rows = [(int(times), row) for times, row in _ODS_ROWS_REPEATED.findall(ods) if b"office:value-type" in row]
    cells = [(int(times), cell) for times, cell in _ODS_CELLS_REPEATED.findall(ods)]
    in_rows = sum(times * (len(row) + _measure_cells(row)) for times, row in rows)
    return in_rows + sum(times * (len(cell) + 50) for times, cell in cells)


def _measure_cells(row):
    return sum(int(times) * (len(cell) + 50) for times, cell in _ODS_CELLS_REPEATED.findall(row))
