"""Identifiers made -> an exact copy of the user's workbook that holds them, or else the list of them."""

import re
import zipfile
from html import escape
from xml.etree import ElementTree

import xlsxwriter
from xlsxwriter.utility import xl_cell_to_rowcol, xl_col_to_name

from diagnostic.write.atomic import write_atomic
from diagnostic.write.forms import finish_sheet, make_styles, write_cells, write_headings, write_reading
from diagnostic.write.workbook import OPTIONS

_ROW = re.compile(rb"<((?:\w+:)?)row(?=[\s/>])([^>]*?)(?:/>|>(.*?)</(?:\w+:)?row>)", re.DOTALL)
_CELL = re.compile(rb"<(?:\w+:)?c(?=[\s/>])([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_DIMENSION = re.compile(rb'(<(?:\w+:)?dimension ref="[A-Z]+\d+:)([A-Z]+)(\d+")')
LIST_COLUMNS = {"feuille": "feuille", "ligne": "ligne", "colonne": "colonne", "nom": "nom", "identifiant": "identifiant fabriqué"}


def write_identified(original, cells, path):
    """Copy the XLSX workbook `original` and fill some of its empty cells; everything else is as it was, formulas included.

    Parameters
    ----------
    original : Path
    cells : DataFrame feuille, ligne (from 1), rang (from 0), texte
    path : path-like

    Raises
    ------
    LookupError
        A cell that cannot be placed, or that holds a formula: nothing is written.
    """
    with zipfile.ZipFile(original) as source:
        places = _locate_parts(source)
        filled = {}
        for sheet, rows in cells.groupby("feuille", sort=False):
            texts = {}
            for line, rank, text in zip(rows["ligne"], rows["rang"], rows["texte"], strict=True):
                texts.setdefault(int(line), {})[int(rank)] = text
            filled[places[sheet]] = _fill_part(source.read(places[sheet]), texts)
        with write_atomic(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as target:
            for member in source.infolist():
                target.writestr(member, filled.get(member.filename) or source.read(member))
    return path


def write_made_list(made, path):
    """Write the list of the identifiers made, to be copied by hand into an inventory that is no XLSX workbook."""
    shown = made[made["table"] != "personnes"][list(LIST_COLUMNS)]
    with write_atomic(path) as temporary:
        book = xlsxwriter.Workbook(temporary, OPTIONS)
        styles = make_styles(book)
        lines = [
            "Ces lignes de votre inventaire ont un nom et pas d'identifiant : le logiciel en a fabriqué un.",
            "Pour qu'il reste le même si le nom change, recopiez-le dans la colonne dite, à la ligne dite.",
        ]
        write_reading(book, styles, "Identifiants fabriqués", lines)
        sheet = book.add_worksheet("identifiants")
        write_headings(sheet, styles, shown.columns, LIST_COLUMNS)
        for place, column in enumerate(shown.columns):
            cells = shown[column] if column == "ligne" else shown[column].astype("object")
            write_cells(sheet, place, cells, styles["texte"], styles["nombre"])
        finish_sheet(sheet, len(shown), len(shown.columns), locked=False)
        book.close()
    return path


def _locate_parts(archive):
    """Return {sheet name: its part in the archive}."""
    links = {link.get("Id"): link.get("Target", "") for link in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))}
    places = {}
    for sheet in ElementTree.fromstring(archive.read("xl/workbook.xml")).findall(".//{*}sheet"):
        target = links[next(value for key, value in sheet.attrib.items() if key.endswith("}id"))]
        places[sheet.get("name", "")] = target[1:] if target.startswith("/") else f"xl/{target}"
    return places


def _fill_part(part, texts):
    """Return the XML of a sheet with the texts {line: {rank: text}} in its cells."""
    waiting = dict(texts)

    def fill(found):
        line = _read_number(found[2])
        wanted = waiting.pop(line, None)
        if wanted is None:
            return found[0]
        prefix = found[1]
        # Which columns a line spans is a hint that a new cell would make false.
        told = re.sub(rb'\s+spans="[^"]*"', b"", found[2])
        return b"<%srow%s>%s</%srow>" % (prefix, told, _fill_row(found[3] or b"", line, wanted, prefix), prefix)

    written = _ROW.sub(fill, part)
    if waiting:
        raise LookupError(f"lines {sorted(waiting)} are not in the sheet")
    last = max(rank for row in texts.values() for rank in row)
    return _DIMENSION.sub(lambda found: found[1] + max(found[2], xl_col_to_name(last).encode(), key=_rank_column) + found[3], written)


def _fill_row(content, line, wanted, prefix):
    cells = {}
    for found in _CELL.finditer(content):
        place = re.search(rb'\br="([A-Z]+\d+)"', found[1])
        if place is None:
            raise LookupError(f"cells without their place, line {line}")
        cells[xl_cell_to_rowcol(place[1].decode())[1]] = found
    written = {rank: found[0] for rank, found in cells.items()}
    for rank, text in wanted.items():
        former = cells.get(rank)
        if former is not None and re.search(rb"<(?:\w+:)?f[\s/>]", former[2] or b""):
            raise LookupError(f"a formula, line {line}")
        style = re.search(rb'\ss="\d+"', former[1]) if former is not None else None
        where = f"{xl_col_to_name(rank)}{line}".encode()
        tags = {b"r": where, b"s": style[0] if style else b"", b"p": prefix, b"t": escape(text, quote=False).encode()}
        cell = b'<%(p)sc r="%(r)s"%(s)s t="inlineStr"><%(p)sis><%(p)st>%(t)s</%(p)st></%(p)sis></%(p)sc>'
        written[rank] = cell % tags
    return b"".join(written[rank] for rank in sorted(written))


def _read_number(attributes):
    found = re.search(rb'\br="(\d+)"', attributes)
    return int(found[1]) if found else None


def _rank_column(letters):
    return len(letters), letters
