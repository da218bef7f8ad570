"""The tags of a sheet, one after the other, as a strict XML parser gives them -> what the sheet holds and how far it goes.

Each `watch` function returns the handler of the parser for opening tags, and what to call once the part is read.
Names are compared after their prefix, as the reader of workbooks does; attributes are those of the file formats.
"""

import re
from types import SimpleNamespace

LARGEST_CONTENT = 400_000_000  # bytes, unfolded: 30 times the largest inventory met
_MOST_LINKS = 10_000
_MOST_RANGES = 500_000
_MOST_TEXTS = 3_000_000
_MOST_FILLED = 5_000_000  # cells of one sheet that hold something
_PLACE = re.compile(r"([A-Za-z]{1,3})(\d{1,10})")
_VALUES = frozenset(
    f"office:{name}"
    for name in ("value-type", "value", "string-value", "date-value", "time-value", "boolean-value", "currency")
) | {"table:formula"}


class Oversized(Exception):
    """The part would exhaust the memory."""


def start_sheet(name="", is_ods=False):
    """Return what is known of a sheet before its first tag.

    `failed` and `uncomputed` are {column rank: [first line, number of cells]}; `ranges` are those merged over several
    lines in an ODS, from 0 and ends included; `text` counts characters once repeated, `spaces` those written as a number.
    """
    return SimpleNamespace(
        name=name, is_ods=is_ods, last_line=0, last_column=0, filled=0, failed={}, uncomputed={}, ranges=[], linked=False,
        text=0, spaces=0, shared=0, longest=0, texts=0, links=[], merged=0,
    )  # fmt: skip


def rank_column(letters):
    """Return 1 for A, 27 for AA, whatever the case."""
    rank = 0
    for letter in letters.upper():
        rank = rank * 26 + ord(letter) - 64
    return rank


def _count(cells, column, line):
    cells.setdefault(column, [line, 0])[1] += 1


def _find_place(place):
    """Return (column rank, line) of "AB12"; a place written otherwise is damage."""
    found = _PLACE.fullmatch(place)
    if found is None:
        raise ValueError(place)
    return rank_column(found[1]), int(found[2])


def _learn_place(ranks, place, letters):
    """Find a place, and keep the rank of its column when the place ends with the line of its row."""
    column, line = _find_place(place)
    if letters.isalpha():
        ranks[letters] = column
    return column, line


def watch_cells(parser, parts):
    """Watch a part of an XLSX; any of them may be taken for a sheet, so all are measured as one."""
    part, ranks = start_sheet(), {}
    parts.append(part)
    cell = formula = place = last = None
    row_text, row, column, text_start = "", 0, 0, None

    def read_text(data):
        nonlocal formula
        if last == "v" and not data.isspace():
            formula = None

    def settle():
        """Count the formula of the last cell when no result came with it."""
        nonlocal formula
        if formula is not None:
            _count(part.uncomputed, *(_find_place(place) if place else (column, row)))
        formula = None

    def start(name, attributes):
        nonlocal cell, formula, place, last, row_text, row, column, text_start
        name = name.rpartition(":")[2] if ":" in name else name
        if formula is not None and name in ("c", "row"):
            settle()
        last = name
        if name == "c":
            if "r" not in attributes:  # it follows the cell before it
                column = (_find_place(place)[0] if place else column) + 1
            cell, place = attributes, attributes.get("r")
            if attributes.get("t") == "s":
                part.shared += 1
        elif cell is not None and (name == "v" or name == "is"):
            letters = place.removesuffix(row_text) if place else ""
            found, line = ranks.get(letters), row
            if found is None:
                found, line = _learn_place(ranks, place, letters) if place else (column, row)
            _measure_cell(part, found, line, cell)
            cell = None
        elif name == "row":
            row = int(attributes["r"]) if "r" in attributes else row + 1
            row_text, cell, place, column, parser.CharacterDataHandler = str(row), None, None, 0, None
        elif name == "f" and cell is not None and cell.get("t") != "str":  # an empty text is an answer
            formula, parser.CharacterDataHandler = cell, read_text
        elif name == "si":
            text_start = _measure_text(part, text_start, parser.CurrentByteIndex)
        elif name in ("sheet", "Relationship", "mergeCell"):
            _keep_link(part, name, attributes)

    def finish():
        settle()
        _measure_text(part, text_start, parser.CurrentByteIndex)

    return start, finish


def _measure_cell(part, column, line, attributes):
    part.filled += 1
    if part.filled > _MOST_FILLED:
        raise Oversized
    if column > part.last_column:
        part.last_column = column
    if line > part.last_line:
        part.last_line = line
    if attributes.get("t") == "e":
        _count(part.failed, column, line)


def _measure_text(part, before, index):
    if before is not None:
        part.longest = max(part.longest, index - before)
        part.texts += 1
        if part.texts > _MOST_TEXTS:
            raise Oversized
    return index


def _keep_link(part, name, attributes):
    if name == "mergeCell":
        part.merged += 1
    else:
        part.links.append((name, attributes))
    if part.merged > _MOST_RANGES or len(part.links) > _MOST_LINKS:
        raise Oversized


def watch_shared(parser, kept):
    """Watch again the shared texts (`kept.marks`: their lengths) and the cells that take them (`kept.ranks`)."""
    pieces, shared, text_start = [], False, None

    def settle():
        if pieces:
            kept.ranks.append(int("".join(pieces)))
            pieces.clear()
        parser.CharacterDataHandler = None

    def start(name, attributes):
        nonlocal shared, text_start
        name = name.rpartition(":")[2]
        settle()
        if name == "c":
            shared = attributes.get("t") == "s"
        elif name == "v" and shared:
            parser.CharacterDataHandler = pieces.append
        elif name == "si":
            mark(parser.CurrentByteIndex)

    def mark(index):
        nonlocal text_start
        if text_start is not None:
            kept.marks.append(index - text_start)
        text_start = index

    def finish():
        settle()
        mark(parser.CurrentByteIndex)

    return start, finish


def _measure_value(table, place, attributes, times):
    """Count the value of a cell of an ODS, written once and laid out `times` times."""
    kind = attributes.get("calcext:value-type", attributes.get("office:value-type"))
    formula = attributes.get("table:formula", "")
    table.filled += times
    table.text += (len(formula) + len(attributes.get("office:string-value", ""))) * times
    table.linked |= "file:///" in formula  # how an ODS writes a link to another workbook: told, never followed
    if kind == "error":
        _count(table.failed, *place)
    if formula and "office:value-type" not in attributes:
        _count(table.uncomputed, *place)


def watch_ods(parser, tables):
    """Watch the content of an ODS: each of its tables becomes a sheet of `tables`."""
    table = start_sheet(is_ods=True)
    line, times, column, cells, width = 0, 1, 0, 1, 0
    add = None

    def close_row():
        """Count the row that ends: it is laid out when it, or one after it, holds a value."""
        nonlocal line, width
        line += times
        if width:
            table.last_line, table.last_column = line, max(table.last_column, width)
        width = 0

    def read_text(data):
        table.text += len(data) * cells * times

    def fill(attributes):
        nonlocal width, add
        width = column
        add = read_text if cells * times > 1 else None
        _measure_value(table, (column, line + 1), attributes, cells * times)

    def start(name, attributes):
        nonlocal table, line, times, column, cells, width, add
        name = name.rpartition(":")[2]
        if name == "table-cell" or name == "covered-table-cell":
            cells, add = int(attributes.get("table:number-columns-repeated", 1)), None
            column += cells
            if not _VALUES.isdisjoint(attributes):
                fill(attributes)
            if attributes.get("table:number-rows-spanned", "1") != "1":
                first, last = line, line + int(attributes["table:number-rows-spanned"]) - 1
                table.ranges.append(((first, column - cells), (last, column - cells)))
            parser.CharacterDataHandler = add
        elif name == "s":
            table.spaces += int(attributes.get("text:c", 1)) * cells * times
        elif name == "table-row":
            close_row()
            times, column, cells, width = int(attributes.get("table:number-rows-repeated", 1)), 0, 1, 0
            parser.CharacterDataHandler = None
        elif name == "table":
            close_row()
            table = start_sheet(attributes.get("table:name", ""), is_ods=True)
            tables.append(table)
            line, times, width = 0, 0, 0
        if len(tables) > _MOST_LINKS or len(table.ranges) > _MOST_RANGES:
            raise Oversized

    return start, close_row
