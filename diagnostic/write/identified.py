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
_DIMENSION = re.compile(rb'(<(?:\w+:)?dimension ref="[A-Z]+\d+:)([A-Z]+)(\d+)(")')
# The end of the rows of a sheet, or the one tag of a sheet without rows.
_SHEET_END = re.compile(rb"<(/?)((?:\w+:)?)sheetData\s*(/?)>")
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
        places = locate_parts(source)
        filled = {}
        for sheet, rows in cells.groupby("feuille", sort=False):
            filled[places[sheet]] = fill_part(source.read(places[sheet]), group_lines(rows))
        return copy_archive(source, path, filled)


def group_lines(cells):
    """Return {ligne: {rang: texte}} of cells (DataFrame ligne, rang, texte), as `fill_part` takes them."""
    texts = {}
    for line, rank, text in zip(cells["ligne"], cells["rang"], cells["texte"], strict=True):
        texts.setdefault(int(line), {})[int(rank)] = text
    return texts


def copy_archive(source, path, changed):
    """Write the archive `source` (ZipFile) again at `path`: members of `changed` with their new bytes, those it lacks after them."""
    left = dict(changed)
    with write_atomic(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.infolist():
            target.writestr(member, left.pop(member.filename, None) or source.read(member))
        for name, content in left.items():
            target.writestr(name, content)
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


def locate_parts(archive):
    """Return {sheet name: its part in the archive}."""
    links = {link.get("Id"): link.get("Target", "") for link in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))}
    places = {}
    for sheet in ElementTree.fromstring(archive.read("xl/workbook.xml")).findall(".//{*}sheet"):
        target = links[next(value for key, value in sheet.attrib.items() if key.endswith("}id"))]
        places[sheet.get("name", "")] = target[1:] if target.startswith("/") else f"xl/{target}"
    return places


def fill_part(part, texts, *, extend=False, dates=None):
    """Return the XML of a sheet with the texts (or numbers) {line: {rank: text}} in its cells.

    With `dates` (`find_dates`), a date written in a column of dates is one, as the others are, and not its text.

    Raises
    ------
    LookupError
        A line that the sheet has not, unless `extend` adds it in its place; a cell that holds a formula.
    """
    waiting = dict(texts)

    def fill(found):
        line = _read_number(found[2])
        wanted = waiting.pop(line, None)
        if wanted is None:
            return found[0]
        prefix = found[1]
        # Which columns a line spans is a hint that a new cell would make false.
        told = re.sub(rb'\s+spans="[^"]*"', b"", found[2])
        return b"<%srow%s>%s</%srow>" % (prefix, told, _fill_row(found[3] or b"", line, wanted, prefix, dates), prefix)

    written = _ROW.sub(fill, part)
    if waiting and extend:
        written, waiting = _add_rows(written, waiting, dates), {}
    if waiting:
        raise LookupError(f"lines {sorted(waiting)} are not in the sheet")
    last = max(rank for row in texts.values() for rank in row)

    def widen(found):
        column = max(found[2], xl_col_to_name(last).encode(), key=_rank_column)
        return b"%s%s%d%s" % (found[1], column, max(int(found[3]), *texts), found[4])

    return _DIMENSION.sub(widen, written)


def _add_rows(part, rows, dates):
    """Return the XML of a sheet with rows {line: {rank: text}} that it has not, each before the first that comes after it."""
    for line, wanted in sorted(rows.items()):
        numbers = [(_read_number(found[2]), found) for found in _ROW.finditer(part)]
        after = next((found for number, found in numbers if number is not None and number > line), None)
        end = next((found for found in _SHEET_END.finditer(part) if found[1] or found[3]), None)
        if end is None:
            raise LookupError("a sheet without cells")
        prefix = end[2]
        row = b'<%srow r="%d">%s</%srow>' % (prefix, line, _fill_row(b"", line, wanted, prefix, dates), prefix)
        if after is not None or end[1]:
            place = after.start() if after is not None else end.start()
            part = part[:place] + row + part[place:]
        else:  # <sheetData/>
            part = part[: end.start()] + b"<%ssheetData>%s</%ssheetData>" % (prefix, row, prefix) + part[end.end() :]
    return part


def _fill_row(content, line, wanted, prefix, dates=None):
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
        found = re.search(rb'\ss="\d+"', former[1]) if former is not None else None
        text, style = _date_cell(text, rank, found[0] if found else b"", dates, new=former is None)
        where = f"{xl_col_to_name(rank)}{line}".encode()
        tags = {b"r": where, b"s": style, b"p": prefix, b"t": escape(str(text), quote=False).encode()}
        cell = b'<%(p)sc r="%(r)s"%(s)s t="inlineStr"><%(p)sis><%(p)st xml:space="preserve">%(t)s</%(p)st></%(p)sis></%(p)sc>'
        if not isinstance(text, str):
            cell = b'<%(p)sc r="%(r)s"%(s)s><%(p)sv>%(t)s</%(p)sv></%(p)sc>'
        if text == "":
            cell = b'<%(p)sc r="%(r)s"%(s)s/>'
        written[rank] = cell % tags
    return b"".join(written[rank] for rank in sorted(written))


def find_dates(part, styles, count):
    """Return what `fill_part` takes as `dates`: the style of the dates of each column, the last row's first.

    Parameters
    ----------
    part : bytes, the XML of a sheet
    styles : set of int, those that show a date
    count : callable(str) -> int or None
    """
    columns = {}
    for found in _CELL.finditer(part) if styles else ():
        style, place = re.search(rb'\ss="(\d+)"', found[1]), re.search(rb'\br="([A-Z]+)\d+"', found[1])
        if style and place and int(style[1]) in styles:
            columns[xl_cell_to_rowcol(f"{place[1].decode()}1")[1]] = int(style[1])
    return {"colonnes": columns, "styles": styles, "count": count} if columns else None


def _date_cell(text, rank, style, dates, *, new):
    """Return (number of days, style) for a date that goes in a cell of dates, or in a new cell of a column that has some; else as it is."""
    if not dates or not isinstance(text, str) or rank not in dates["colonnes"]:
        return text, style
    styled = b' s="%d"' % dates["colonnes"][rank] if new else style
    number, days = re.search(rb"\d+", styled), dates["count"](text)
    return (days, styled) if days is not None and number and int(number[0]) in dates["styles"] else (text, style)


def _read_number(attributes):
    found = re.search(rb'\br="(\d+)"', attributes)
    return int(found[1]) if found else None


def _rank_column(letters):
    return len(letters), letters
