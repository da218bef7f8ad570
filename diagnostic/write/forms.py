"""The common look of the workbooks that a person fills and gives back: formats, headings, cells of text, protection."""

import re

import pandas as pd

from diagnostic.write.plain_sheets import LINE_POINTS, count_row_lines, count_wrapped
from diagnostic.write.workbook import A4, READING_SHEET

READING_WIDTH, MOST_LINES = 110, 7
COLOURS = {"bloquant": "#E8A0A0", "erreur": "#F6C6A8", "attention": "#FBE7A1", "information": "#D6E4F0"}
# Sorting and filtering are for the reader; what is locked is where each row comes from.
PROTECTION = dict.fromkeys(["autofilter", "sort", "format_cells", "format_columns", "format_rows"], True)
WIDTHS = {
    "gravite": 12, "fichier": 18, "feuille": 14, "ligne": 7, "nom": 26, "colonne": 16, "valeur": 26, "probleme": 48, "proposition": 22,
    "accepter": 10, "correction": 26, "a_faire": 40, "problemes": 48, "score": 7, "motif": 40, "decision": 14, "note": 26, "resume": 48,
    "nom_1": 34, "nom_2": 34, "source_1": 34, "source_2": 34, "distance_km": 8, "acteur_id_1": 22, "acteur_id_2": 22,
}  # fmt: skip
NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def make_styles(book):
    """Return the formats of a workbook in which some cells are to be filled."""
    cell = {"valign": "top", "text_wrap": True, "num_format": "@"}
    border = {"border": 1, "border_color": "#B8A15A"}
    styles = {
        "titre": book.add_format({"bold": True, "font_size": 16, "font_color": "#7A2A10"}),
        "entete": book.add_format({"bold": True, "font_color": "white", "bg_color": "#7A2A10", "text_wrap": True, "valign": "top"}),
        "gras": book.add_format({"bold": True}),
        "texte": book.add_format(cell), "nombre": book.add_format({"valign": "top", "num_format": "0.###"}),
        "libre": book.add_format(cell | border | {"bg_color": "#FFF9DB", "locked": False}),
        "faute": book.add_format(cell | {"border": 2, "border_color": "#B03A2E", "bg_color": "#F6C6A8", "locked": False}),
        "absent": book.add_format(cell | {"bg_color": "#EDEDED"}),
    }  # fmt: skip
    return styles | {name: book.add_format(cell | {"bg_color": colour, "bold": True}) for name, colour in COLOURS.items()}


def write_reading(book, styles, titre, lignes):
    """Write the reading sheet, a title, then one sentence a line; return it."""
    sheet = book.add_worksheet(READING_SHEET)
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, READING_WIDTH)
    sheet.fit_to_pages(1, 0)
    sheet.set_paper(A4)
    sheet.write_string(0, 0, titre, styles["titre"])
    for row, line in enumerate(lignes, start=2):
        sheet.write_string(row, 0, line, styles["texte"])
        sheet.set_row(row, LINE_POINTS * count_wrapped(line, READING_WIDTH) + 3)
    return sheet


def spell_texts(cells):
    """Return cells as text that a spreadsheet accepts: no control character, one kind of line break, "" when missing."""
    texts = cells.astype("object").where(cells.notna(), "").astype("str")
    return [NOT_TEXT.sub("", text).replace("\r\n", "\n").replace("\r", "\n") for text in texts.tolist()]


def write_cells(sheet, place, cells, style, numbers=None):
    """Write one column below its heading; `style` is a format, or one a row."""
    if pd.api.types.is_numeric_dtype(cells.dtype):
        for row, value in enumerate(cells.tolist(), start=1):
            if value is not pd.NA and value == value:
                sheet.write_number(row, place, value, numbers)
        return
    formats = style if isinstance(style, list) else [style] * len(cells)
    for row, (text, form) in enumerate(zip(spell_texts(cells), formats, strict=True), start=1):
        if text:
            sheet.write_string(row, place, text, form)
        else:
            sheet.write_blank(row, place, None, form)


def write_headings(sheet, styles, columns, headings=None):
    for place, column in enumerate(columns):
        sheet.write_string(0, place, (headings or {}).get(column, column), styles["entete"])
        sheet.set_column(place, place, WIDTHS.get(column, 18))


def finish_page(sheet):
    """Print a sheet one page wide, on its side."""
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)


def finish_sheet(sheet, nb_rows, nb_columns, *, frozen=0, locked=True):
    sheet.freeze_panes(1, frozen)
    sheet.autofilter(0, 0, max(nb_rows, 1), nb_columns - 1)
    finish_page(sheet)
    sheet.repeat_rows(0)
    if locked:
        sheet.protect("", PROTECTION)


def fit_heights(sheet, shown):
    """Give each row the height of its longest text: LibreOffice does not fit the rows it did not write."""
    if not len(shown):
        return
    lines = count_row_lines(shown, {name: WIDTHS.get(name, 18) for name in shown})
    for row, number in lines.clip(upper=MOST_LINES).items():
        sheet.set_row(row + 1, LINE_POINTS * int(number) + 2)
