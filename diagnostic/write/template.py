"""Tables -> inventaire.xlsx: the workbook a chargé de mission fills, with drop-down lists and what each column means."""

import pandas as pd
import xlsxwriter

from diagnostic.schema import describe_table, list_tables, list_vocabularies
from diagnostic.vocabulary import extend_list, read_list, read_vocabulary
from diagnostic.write.atomic import write_atomic
from diagnostic.write.cells import find_safe_labels, flatten_table, label_codes
from diagnostic.write.workbook import OPTIONS, READING_SHEET, write_column

LISTS_SHEET = "listes"
YES_NO = ["oui", "non"]
LAST_LINE = 5000  # drop-down lists go down to this line
HIDDEN_TABLES = {"personnes", "vocabulaire", "correspondance_cog", "constats_decisions", "enquete", "territoires"}
STATUS_NOTES = {"R": "Obligatoire.", "r": "Recommandé.", "o": "Facultatif."}


def write_inventory(tables, path, *, titre, lignes=()):
    """Write an inventory workbook with a sheet for every table of the schema, filled or empty.

    Parameters
    ----------
    tables : dict of str -> DataFrame, what is known already; the other sheets have their headings only
    path : path-like
        Codes of the vocabularies are written as their French labels, those of the drop-down lists; a dossier's own
        entries (`tables["vocabulaire"]`) are in the lists too.
    titre : str
    lignes : sequence of str, first advice of the reading sheet
    """
    lists = gather_lists(tables.get("vocabulaire"))
    with write_atomic(path) as temporary:
        book = xlsxwriter.Workbook(temporary, OPTIONS)
        book.set_properties({"title": titre, "created": pd.Timestamp("2026-01-01").to_pydatetime(), "author": ""})
        styles = _make_styles(book)
        _write_reading(book, styles, titre, lignes)
        order = ["parametres", "acteurs", "dispositifs", "participations", "liens", "postes", "couverture_inventaire"]
        sheets = {}
        for table in [*order, *(t for t in list_tables() if t not in order and t != "personnes")]:
            sheets[table] = _write_sheet(book, styles, table, label_codes(tables.get(table), table, lists))
            if table in HIDDEN_TABLES and not len(tables.get(table, ())):
                sheets[table].hide()
        places = _write_lists(book, styles, lists)
        for table, sheet in sheets.items():
            _add_drop_downs(sheet, table, places)
        book.close()
    return path


def gather_lists(own):
    """Return {name: list} for every vocabulary that a column draws from, with the dossier's `own` entries."""
    lists = {name: read_list(name) for name in list_vocabularies()}
    for name in own["liste"].unique() if own is not None and len(own) else []:
        if name in lists:
            lists[name] = extend_list(lists[name], own[own["liste"] == name])
    return lists


def _make_styles(book):
    heading = {"bold": True, "font_color": "white", "text_wrap": True, "valign": "top", "border": 1, "border_color": "white"}
    return {
        "titre": book.add_format({"bold": True, "font_size": 16, "font_color": "#7A2A10"}),
        "R": book.add_format(heading | {"bg_color": "#7A2A10"}),
        "r": book.add_format(heading | {"bg_color": "#BC4B1C"}),
        "o": book.add_format(heading | {"bg_color": "#767676"}),
        "texte": book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"}),
        "cellule": book.add_format({"num_format": "@"}),
        "date": book.add_format({"num_format": "dd/mm/yyyy"}),
        "entier": book.add_format({"num_format": "General"}),
        "nombre": book.add_format({"num_format": "General"}),
    }


def _write_reading(book, styles, titre, lignes):
    sheet = book.add_worksheet(READING_SHEET)
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 28)
    sheet.set_column(2, 2, 90)
    sheet.write_string(0, 0, titre, styles["titre"])
    colours = "En-têtes : brun = obligatoire, orange = recommandé, gris = facultatif. Une feuille vide n'est pas une faute."
    row = 2
    for line in [*lignes, colours]:
        sheet.merge_range(row, 0, row, 2, "", styles["texte"])
        sheet.write_string(row, 0, line, styles["texte"])
        row += 1
    row += 1
    for place, label in enumerate(["Feuille", "Colonne", "Ce qu'on y met"]):
        sheet.write_string(row, place, label, styles["R"])
    for table in [t for t in list_tables() if t != "personnes"]:
        for column, described in describe_table(table).iterrows():
            row += 1
            for place, text in enumerate([table, column, f"{STATUS_NOTES[described['statut']]} {described['description']}."]):
                sheet.write_string(row, place, text, styles["texte"])
    row += 2
    sheet.write_string(row, 0, "Questions du guide (OUTIL 4)", styles["titre"])
    for question in read_vocabulary("questions")["question"]:
        row += 1
        sheet.merge_range(row, 0, row, 2, "", styles["texte"])
        sheet.write_string(row, 0, question, styles["texte"])


def _write_sheet(book, styles, table, rows):
    sheet = book.add_worksheet(table)
    described = describe_table(table)
    filled = flatten_table(rows) if rows is not None else pd.DataFrame()
    for place, (column, row) in enumerate(described.iterrows()):
        sheet.write_string(0, place, column, styles[row["statut"]])
        sheet.write_comment(0, place, f"{STATUS_NOTES[row['statut']]} {row['description']}", {"x_scale": 2})
        sheet.set_column(place, place, 40 if column in ("nom", "effet", "remarques") else 18, styles["cellule"])
        if column in filled.columns:
            write_column(sheet, filled[column], place, styles)
    sheet.freeze_panes(1, 1)
    return sheet


def _write_lists(book, styles, lists):
    """Write every vocabulary in its own column of one sheet; return {list: reference of its cells}."""
    sheet = book.add_worksheet(LISTS_SHEET)
    described = pd.concat([describe_table(table) for table in list_tables()])
    names = described.loc[described["genre"] == "choix", "liste"].unique()
    places = {}
    for column, name in enumerate(sorted(names)):
        entries = lists[name.removesuffix("+")]
        safe = find_safe_labels(entries, name.removesuffix("+"))
        labels = [*(safe.get(code, code) for code in entries.index), *(["*"] if name.endswith("+") else [])]
        sheet.write_string(0, column, name.removesuffix("+"), styles["R"])
        sheet.set_column(column, column, 32)
        for row, label in enumerate(labels, start=1):
            sheet.write_string(row, column, label, styles["texte"])
        letter = xlsxwriter.utility.xl_col_to_name(column)
        places[name] = f"={LISTS_SHEET}!${letter}$2:${letter}${len(labels) + 1}"
    return places


def _add_drop_downs(sheet, table, places):
    for place, (_, row) in enumerate(describe_table(table).iterrows()):
        if row["genre"] == "oui_non":
            rule = {"validate": "list", "source": YES_NO}
        elif row["genre"] == "choix":
            rule = {"validate": "list", "source": places[row["liste"]]}
        else:
            continue
        # A warning, not a refusal: the group may add its own words.
        sheet.data_validation(1, place, LAST_LINE, place, rule | {"error_type": "warning", "ignore_blank": True})
