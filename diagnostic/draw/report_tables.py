"""Tables of an edition -> the short tables of a report: few columns, labels in words, cut to a page; what is left out is told."""

import math
import re

import pandas as pd

from diagnostic.vocabulary import read_vocabulary
from diagnostic.vocabulary.formats import NARROW_SPACE, count_words, format_number, format_share

# What a table may take of a page, in centimetres; a letter of a cell and a line of text, as DejaVu or Calibri print them at 8.5 points.
TEXT_WIDTH, TABLE_HEIGHT = 17.0, 19.0
LETTER, LINE, CELL_MARGINS = 0.165, 0.37, (0.3, 0.14)
LONGEST_CELL = 140
NO_BREAK = "\u00a0"
# What no file of text may hold, and the letters that mark places of ours in a template.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ue000-\uf8ff\ufffe\uffff\ud800-\udfff]")


def typeset(text):
    """Return `text` with the spaces and apostrophes of French typography, without control characters.

    >>> typeset("L'état : « vu » ; à 5 %").replace(NARROW_SPACE, "_").replace(NO_BREAK, "~")
    'L’état~: «~vu~»_; à 5_%'
    """
    text = UNPRINTABLE.sub("", str(text))
    text = re.sub(r" +(?=[:»])", NO_BREAK, text)
    text = re.sub(r" +(?=[;?!%€])", NARROW_SPACE, text)
    text = re.sub(r"« +", f"«{NO_BREAK}", text)
    return re.sub(r"(?<=\w)'(?=\w)", "’", text)


def shorten_text(text, most=LONGEST_CELL):
    """Return `text` on one line, cut after `most` letters with an ellipsis.

    >>> shorten_text("un  très\\nlong nom", 8)
    'un très…'
    """
    text = " ".join(str(text).split())
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def format_cell(value, genre="texte"):
    """Return one cell as a reader writes it; — when missing. `genre`: texte, nombre, decimal, part, date."""
    if isinstance(value, tuple | list):
        return shorten_text(", ".join(map(str, value))) or "—"
    if value is None or value != value or value is pd.NaT:
        return "—"
    if genre == "texte":
        return shorten_text(value) or "—"
    if genre == "date":
        return f"{pd.Timestamp(value):%d/%m/%Y}"
    return {"nombre": format_number, "decimal": lambda cell: format_number(cell, 1), "part": format_share}[genre](value)


def make_table(rows, columns, *, legende, feuille, source=""):
    """Return a table of a report, cut to what a page holds.

    Parameters
    ----------
    rows : DataFrame
    columns : list of (column, heading, genre, weight); `genre` as in `format_cell`, `weight` the share of the width
    legende : str
    feuille : str, a table of `tables.csv`: the sheet of the workbook that holds every row
    source : str

    Returns
    -------
    dict: genre "tableau", legende, entetes, lignes (lists of str), largeurs (cm, sum TEXT_WIDTH), droites (list of bool: figures to the
    right), reste (a sentence, "" when no row is left out), source. None when `rows` is empty or has none of the columns.
    """
    columns = [column for column in columns if column[0] in rows.columns]
    if rows.empty or not columns:
        return None
    total = sum(weight for *_, weight in columns)
    widths = [TEXT_WIDTH * weight / total for *_, weight in columns]
    # No page holds more lines than this: the others are not even formatted.
    most = int(TABLE_HEIGHT / (LINE + CELL_MARGINS[1])) + 1
    cells = [[typeset(format_cell(value, genre)) for value in rows[name].head(most)] for name, _, genre, _ in columns]
    lines = _cut_lines(
        [list(line) for line in zip(*cells, strict=True)], [heading for _, heading, *_ in columns], widths
    )
    left = len(rows) - len(lines)
    return {
        "genre": "tableau",
        "legende": typeset(legende),
        "entetes": [typeset(heading) for _, heading, *_ in columns],
        "lignes": lines,
        "largeurs": widths,
        "droites": [genre not in ("texte", "date") for _, _, genre, _ in columns],
        "reste": tell_rest(left, feuille) if left else "",
        "source": typeset(source),
    }


def _cut_lines(lines, headings, widths):
    room, kept = TABLE_HEIGHT - _measure_line(headings, widths), []
    for line in lines:
        room -= _measure_line(line, widths)
        if room < 0 and kept:
            break
        kept.append(line)
    return kept


def _measure_line(cells, widths):
    """Return the height in centimetres that a row of cells takes once its texts are cut into lines."""
    rooms = [max(1, int((width - CELL_MARGINS[0]) / LETTER)) for width in widths]
    return (
        LINE * max(math.ceil(max(1, len(cell)) / room) for cell, room in zip(cells, rooms, strict=True))
        + CELL_MARGINS[1]
    )


def tell_rest(number, table, singular="ligne", plural=None):
    """Return the sentence that says where the rows that a page could not hold are.

    >>> tell_rest(3, "acteurs").replace(NARROW_SPACE, " ").replace(NO_BREAK, " ")
    '3 lignes de plus dans le classeur, feuille « Acteurs ».'
    """
    return typeset(
        f"{count_words(number, singular, plural)} de plus dans le classeur, feuille « {name_sheet(table)} »."
    )


def name_sheet(table):
    """Return the name of the sheet of the workbook that holds a table, its own name when it has none."""
    return read_vocabulary("tables").set_index("table")["feuille"].get(table) or table


def label_column(rows, column, lists, listed):
    """Return `rows` with the codes of one column (or of its tuples) as the labels of a list; unknown codes stay."""
    if column not in rows.columns or listed not in lists:
        return rows
    labels = lists[listed]["libelle"].to_dict()
    words = [
        tuple(labels.get(item, item) for item in cell) if isinstance(cell, tuple) else labels.get(cell, cell)
        for cell in rows[column]
    ]
    return rows.assign(**{column: pd.Series(words, index=rows.index, dtype=object)})
