"""Accepted edits -> a copy of the inventory that holds them, with a sheet `journal`; the inventory itself is never touched."""

import re
import zipfile
from contextlib import suppress
from datetime import datetime
from functools import partial
from html import escape
from itertools import count
from pathlib import Path

import pandas as pd
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from diagnostic.schema import JOURNAL_COLUMNS
from diagnostic.write.atomic import write_atomic
from diagnostic.write.date_cells import count_days, list_date_styles, uses_mac_calendar
from diagnostic.write.identified import copy_archive, fill_part, find_dates, group_lines, locate_parts
from diagnostic.write.workbook import OPTIONS

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
WORKSHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
WORKSHEET_LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
FORMER_COPIES = "anciens"  # folder of the dossier: earlier copies of its inventory
_COPY = re.compile(r"inventaire_\d{4}-\d{2}-\d{2}_\d+\.(?:xlsx|xlsm|ods)")
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def reserve_copy(folder, suffix=".xlsx", *, date=None):
    """Make an empty file under the first free name inventaire_<date>_<n>, so that two copies at once are two files; return it.

    A name that a copy set aside bears (`set_copies_aside`) is not free.
    """
    day = (date or datetime.now()).strftime("%Y-%m-%d")
    for number in count(1):
        path = Path(folder) / f"inventaire_{day}_{number}{suffix}"
        if (path.parent / FORMER_COPIES / path.name).exists():
            continue
        with suppress(FileExistsError):
            path.open("xb").close()
            break
    return path


def set_copies_aside(folder, *, kept):
    """Move the numbered copies of an inventory but the `kept` latest to its folder `anciens`; return their new places.

    None is lost; one that is open in a spreadsheet, or whose name is taken there, stays where it is.
    """
    folder = Path(folder)
    copies = [path for path in folder.glob("inventaire_*") if _COPY.fullmatch(path.name)]
    copies.sort(key=lambda path: [int(part) for part in re.findall(r"\d+", path.stem)])
    moved = []
    for path in copies[: max(len(copies) - kept, 0)]:
        place = folder / FORMER_COPIES / path.name
        with suppress(OSError):
            place.parent.mkdir(exist_ok=True)
            if not place.exists():
                moved.append(path.rename(place))
    return moved


def write_edited(original, cells, sheets, path):
    """Copy an XLSX workbook with some of its cells written and some sheets made or made again; the rest is as it was.

    Parameters
    ----------
    original : Path
    cells : DataFrame feuille, ligne (from 1), rang (from 0), texte (text or number; "" empties the cell)
    sheets : dict of str -> DataFrame, whole sheets with their headings: put in the place of the sheet of that name, or after the last
    path : path-like

    Raises
    ------
    LookupError
        A cell that cannot be placed, or that holds a formula: nothing is written.
    """
    with zipfile.ZipFile(original) as source:
        places, styles, days = locate_parts(source), list_date_styles(source), partial(count_days, mac=uses_mac_calendar(source))
        changed, fresh = {}, {}
        for sheet, rows in cells[~cells["feuille"].isin(list(sheets))].groupby("feuille", sort=False):
            part = source.read(places[sheet])
            changed[places[sheet]] = fill_part(part, _by_line(rows), extend=True, dates=find_dates(part, styles, days))
        for name, table in sheets.items():
            if name in places:
                changed[places[name]] = _make_sheet(table)
            else:
                fresh[name] = _make_sheet(table)
        changed |= _declare_sheets(source, fresh)
        return copy_archive(source, path, changed)


def write_plain_copy(raws, cells, sheets, path):
    """Write the sheets of an inventory that is no XLSX workbook as one, cells as text, with the edits in them.

    Parameters
    ----------
    raws : dict of str -> DataFrame of str, index = line numbers from 1
    cells, sheets, path : as in `write_edited`
    """
    with write_atomic(path) as temporary:
        book = xlsxwriter.Workbook(temporary, OPTIONS)
        text, title = book.add_format({"num_format": "@"}), book.add_format({"bold": True})
        for name, raw in {**raws, **sheets}.items():
            sheet = book.add_worksheet(_shorten(name, [held.get_name() for held in book.worksheets()]))
            grid = {int(line): dict(enumerate(row)) for line, row in zip(raw.index, raw.to_numpy(), strict=True)}
            if name in sheets:
                grid = {1: dict(enumerate(raw.columns))} | {rank: dict(enumerate(row)) for rank, row in enumerate(raw.to_numpy(), 2)}
            for line, row in _by_line(cells[cells["feuille"] == name]).items() if name not in sheets else ():
                grid.setdefault(line, {}).update(row)
            for line, row in grid.items():
                for rank, value in row.items():
                    if isinstance(value, str) and value:
                        sheet.write_string(line - 1, rank, value, title if name in sheets and line == 1 else text)
                    elif not isinstance(value, str) and pd.notna(value):
                        sheet.write_number(line - 1, rank, value)
        book.close()
    return path


def name_journal(journal):
    """Return the journal with the headings that a reader reads, every cell as text."""
    texts = journal.reindex(columns=list(JOURNAL_COLUMNS)).astype(object)
    return texts.where(texts.notna(), "").astype(str).rename(columns=JOURNAL_COLUMNS)


def _by_line(cells):
    plain = cells["texte"].astype(object).map(lambda text: _NO_XML.sub("", text) if isinstance(text, str) else text)
    return group_lines(cells.assign(texte=plain))


def _shorten(name, taken):
    """Return a name that a spreadsheet takes for a sheet: 31 letters, none of its signs, once only whatever the case."""
    plain = re.sub(r"[\[\]:*?/\\']", " ", name).strip()[:31] or "feuille"
    names = {other.casefold() for other in taken}
    return next(n for n in (plain, *(f"{plain[:27]} {k}" for k in range(2, 999))) if n.casefold() not in names)


def _make_sheet(table):
    """Return the XML of a sheet that holds `table` as text under its headings, the first line frozen."""
    lines = [list(table.columns), *table.to_numpy().tolist()]
    rows = "".join(
        f'<row r="{line}">' + "".join(
            f'<c r="{xl_col_to_name(rank)}{line}" t="inlineStr"><is><t xml:space="preserve">'
            f"{escape(_NO_XML.sub('', str(cell)), quote=False)}</t></is></c>"
            for rank, cell in enumerate(row) if str(cell)
        ) + "</row>"
        for line, row in enumerate(lines, start=1)
    )  # fmt: skip
    widths = "".join(f'<col min="{rank}" max="{rank}" width="20" customWidth="1"/>' for rank in range(1, len(table.columns) + 1))
    pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    view = f'<sheetViews><sheetView workbookViewId="0">{pane}</sheetView></sheetViews>'
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    return f'{head}<worksheet xmlns="{MAIN}">{view}<cols>{widths}</cols><sheetData>{rows}</sheetData></worksheet>'.encode()


def _declare_sheets(source, fresh):
    """Return the parts of the archive that change when sheets {name: XML} are added, the sheets included."""
    if not fresh:
        return {}
    book, links, types = (source.read(name) for name in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml"))
    highest = max((int(number) for number in re.findall(rb'\bsheetId="(\d+)"', book)), default=0)
    prefix = re.search(rb"</((?:\w+:)?)sheets>", book)
    link = re.search(rb'<(?:\w+:)?sheet\s[^>]*?\b(?!xmlns)(\w+):id="', book)
    if prefix is None or link is None:
        raise LookupError("a workbook without sheets")
    space = re.search(rb'xmlns:%s="([^"]+)"' % link[1], book)  # declared for the workbook, or by each sheet for itself
    declared = f' xmlns:{link[1].decode()}="{space[1].decode()}"' if space else ""
    parts, names = {}, set(source.namelist())
    for rank, (name, content) in enumerate(fresh.items(), start=1):
        part = next(f"xl/worksheets/sheet{n}.xml" for n in count(highest + rank) if f"xl/worksheets/sheet{n}.xml" not in names)
        names.add(part)
        parts[part] = content
        key, title = f"rIdSaisies{rank}x{highest}", escape(name)
        line = f'sheet{declared} name="{title}" sheetId="{highest + rank}" {link[1].decode()}:id="{key}"/>'.encode()
        book = _insert(book, rb"</(?:\w+:)?sheets>", b"<" + prefix[1] + line)
        target = part.removeprefix("xl/")
        relation = f'Relationship Id="{key}" Type="{WORKSHEET_LINK}" Target="{target}"/>'.encode()
        links = _insert(links, rb"</((?:\w+:)?)Relationships>", relation)
        override = f'Override PartName="/{part}" ContentType="{WORKSHEET_TYPE}"/>'.encode()
        types = _insert(types, rb"</((?:\w+:)?)Types>", override)
    return parts | {"xl/workbook.xml": book, "xl/_rels/workbook.xml.rels": links, "[Content_Types].xml": types}


def _insert(part, end, element):
    """Return `part` with `element` before its end tag, under the prefix of that tag."""
    found = re.search(end, part)
    if found is None:
        raise LookupError("an archive without its index")
    opened = element if element.startswith(b"<") else b"<" + found[1] + element
    return part[: found.start()] + opened + part[found.start() :]
