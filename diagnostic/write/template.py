"""Tables -> inventaire.xlsx: the workbook a chargé de mission fills, with drop-down lists and what each column means."""

import pandas as pd
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from diagnostic.schema import describe_table, list_tables, list_vocabularies
from diagnostic.vocabulary import extend_list, read_list, read_vocabulary
from diagnostic.write.atomic import write_atomic
from diagnostic.write.cells import find_safe_labels, flatten_table, label_codes
from diagnostic.write.forms import finish_page
from diagnostic.write.plain_sheets import LINE_POINTS, count_row_lines, count_wrapped
from diagnostic.write.wide_sheets import WIDE_SHEETS, lay_out_sheets, write_wide_sheet
from diagnostic.write.workbook import OPTIONS, READING_SHEET, READING_WIDTHS, fit_row, write_column

LISTS_SHEET = "listes"
YES_NO = ["oui", "non"]
LAST_LINE = 5000  # drop-down lists go down to this line, or further when the table does
STATUS_NOTES = {"R": "Obligatoire.", "r": "Recommandé.", "o": "Facultatif."}
# Tables whose names may be written in place of an identifier: {table: name of the list of its names}.
NAME_LISTS = {"acteurs": "noms_acteurs", "dispositifs": "noms_dispositifs", "reseaux": "noms_reseaux"}
# Columns that the software fills, in sheets where nobody sorts or deletes rows: a spreadsheet allows neither on locked cells.
# Tables whose identifier is made from the name where it is missing (`read.inventory.named_ids`): it is asked from nobody.
MADE_IDS = {
    "acteurs": "acteur_id", "dispositifs": "dispositif_id", "instances": "instance_id", "reseaux": "reseau_id",
    "territoires": "territoire_id", "postes": "poste_id", "personnes": "personne_id",
}  # fmt: skip
MADE_NOTE = "Fabriqué d'après le nom s'il manque."
LOCKED_COLUMNS = {"parametres": ["cle", "effet"], "questions": ["question_id", "question"]}
FORM_MARGINS = {"parametres": 0, "questions": 2}  # lines left free under the text
PROTECTION = {"format_cells": True, "format_columns": True, "format_rows": True, "insert_rows": True, "sort": True, "autofilter": True}
TEXT_LENGTHS = {"code_insee": 5, "siren": 9, "siret": 14}
WIDTHS = {"nom": 40, "effet": 60, "remarques": 40, "question": 60, "reponse": 70, "source": 32, "cle": 24, "valeur": 50}
COLOURS = "En-têtes : brun = obligatoire, orange = recommandé, gris = facultatif. Une feuille vide n'est pas une faute."
EXAMPLE_NOTE = "La ligne en gris italique, sous les en-têtes, est un exemple FICTIF : elle n'est jamais lue."
FIRST_STEPS = [
    "1. Feuille questions : répondez d'abord à Q0, la finalité de la carte (à quoi sert-elle, pour qui, sous quelle forme).",
    "2. Feuille acteurs : une ligne par structure, sous celles qui y sont déjà ; puis les feuilles dispositifs et participations.",
    "3. Enregistrez, puis lancez « diagnostic verifier » et le nom du dossier : chaque doute est dit, avec sa feuille et sa ligne.",
]
PARTNER_STEPS = [
    "1. Feuille acteurs : une ligne par structure.",
    "2. Remplissez les colonnes brunes, et les orange quand vous le savez ; laissez vide ce que vous ne savez pas.",
    "3. Enregistrez et renvoyez ce fichier. N'y mettez ni nom de personne, ni téléphone, ni adresse électronique.",
]


def write_inventory(tables, path, *, titre, lignes=(), modele=False):
    """Write an inventory workbook with a sheet for every table of the schema, filled or empty.

    Parameters
    ----------
    tables : dict of str -> DataFrame, what is known already; the other sheets have their headings only
    path : path-like
        Codes of the vocabularies are written as their French labels, those of the drop-down lists; a dossier's own
        entries (`tables["vocabulaire"]`) are in the lists too.
    titre : str
    lignes : sequence of str, first advice of the reading sheet
    modele : bool, a workbook to fill: first steps, an example row in the main sheets, wide sheets to type in
    """
    wide = lay_out_sheets(tables) if modele else {}
    names = [name for name in read_vocabulary("feuilles")["feuille"] if name in list_tables() or name in wide]
    return _write_book(path, titre, [*(FIRST_STEPS if modele else []), *lignes], {n: tables.get(n) for n in names} | wide, modele)


def write_template(path, *, tables=("acteurs",), titre="Inventaire à remplir", lignes=()):
    """Write an empty workbook for a partner: a few tables, their drop-down lists, an example row and the reading sheet."""
    return _write_book(path, titre, [*PARTNER_STEPS, *lignes], dict.fromkeys(tables), True)


def _write_book(path, titre, lines, tables, exemples):
    """Write a workbook of `tables` in order, None for an empty one; what they hold of the schema decides each sheet."""
    lists = gather_lists(tables.get("vocabulaire"))
    ranks = read_vocabulary("feuilles").set_index("feuille")["rang"]
    with write_atomic(path) as temporary:
        book = xlsxwriter.Workbook(temporary, OPTIONS)
        book.set_properties({"title": titre, "created": pd.Timestamp("2026-01-01").to_pydatetime(), "author": ""})
        styles = _make_styles(book)
        notes = [*lines, *([EXAMPLE_NOTE] if exemples else []), COLOURS]
        _write_reading(book, styles, titre, notes, list(tables))
        shown = [name for name in read_vocabulary("exemples")["table"].unique() if exemples and name in tables]
        offers = _name_offers(book, tables, lists, shown)
        for name, rows in tables.items():
            if name in WIDE_SHEETS:
                sheet = write_wide_sheet(book, styles, name, rows, offers)
            else:
                sheet = _write_sheet(book, styles, name, label_codes(rows, name, lists), _read_example(name, lists, shown))
                _add_rules(sheet, name, _find_last_line(rows), offers)
            if ranks[name] == "rare" and not len(rows if rows is not None else ()):
                sheet.hide()
            sheet.set_tab_color({"principale": "#7A2A10", "utile": "#BC4B1C", "rare": "#767676"}[ranks[name]])
        _write_lists(book, styles, lists, list(tables))
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
    formats = {
        "titre": {"bold": True, "font_size": 16, "font_color": "#7A2A10"},
        "R": heading | {"bg_color": "#7A2A10"}, "r": heading | {"bg_color": "#BC4B1C"}, "o": heading | {"bg_color": "#767676"},
        "entete_libre": heading | {"bg_color": "#BC4B1C", "num_format": "@", "locked": False},
        "texte": {"text_wrap": True, "valign": "top", "num_format": "@"},
        "cellule": {"num_format": "@", "locked": False},
        "reponse": {"num_format": "@", "locked": False, "text_wrap": True, "valign": "top", "border": 1, "border_color": "#BC4B1C"},
        "verrou": {"num_format": "@", "font_color": "#404040", "bg_color": "#EDEDED", "text_wrap": True, "valign": "top"},
        "exemple": {"num_format": "@", "italic": True, "font_color": "#767676", "bg_color": "#F7F3EE"},
        "date": {"num_format": "dd/mm/yyyy"}, "entier": {"num_format": "General"}, "nombre": {"num_format": "General"},
        "lien": {"underline": True, "font_color": "#0072B2", "valign": "top"},
    }  # fmt: skip
    return {name: book.add_format(form) for name, form in formats.items()}


def _write_reading(book, styles, titre, lines, names):
    """Write the reading sheet: the first steps, the sheets, then what each column holds."""
    sheet = book.add_worksheet(READING_SHEET)
    sheet.hide_gridlines(2)
    finish_page(sheet)
    for place, width in enumerate(READING_WIDTHS):
        sheet.set_column(place, place, width)
    sheet.write_string(0, 0, titre, styles["titre"])
    row = 2
    for line in lines:
        sheet.merge_range(row, 0, row, 2, "", styles["texte"])
        sheet.write_string(row, 0, line, styles["texte"])
        sheet.set_row(row, LINE_POINTS * count_wrapped(line, sum(READING_WIDTHS)) + 2)
        row += 1
    row = _write_row(sheet, row + 1, ["Feuille", "", "À quoi elle sert"], styles["R"])
    described = read_vocabulary("feuilles").set_index("feuille")
    hidden = "rarement utile, masquée : clic droit sur un onglet, Afficher"
    ranks = {"principale": "à remplir d'abord", "utile": "selon vos besoins", "rare": hidden}
    for name in names:
        sheet.write_url(row, 0, f"internal:'{name}'!A1", styles["lien"], name)
        row = _write_row(sheet, row, [None, ranks[described.at[name, "rang"]], described.at[name, "description"]], styles["texte"])
    row = _write_row(sheet, row + 1, ["Feuille", "Colonne", "Ce qu'on y met"], styles["R"])
    for table in [name for name in names if name in list_tables()]:
        for column, told in describe_table(table).iterrows():
            text = f"{_find_status(table, column, told['statut'])[1]} {told['description']}."
            row = _write_row(sheet, row, [table, column, text], styles["texte"])


def _find_status(table, column, status):
    """Return the status that colours a heading and what it says: an identifier that can be made is recommended."""
    return ("r", MADE_NOTE) if MADE_IDS.get(table) == column else (status, STATUS_NOTES[status])


def _write_row(sheet, row, texts, style):
    for place, text in enumerate(texts):
        if text is not None:
            sheet.write_string(row, place, text, style)
    return fit_row(sheet, row, texts)


def _read_example(table, lists, shown):
    """Return the example row of a table as {column: text}, {} where it has none or none is `shown`."""
    if table not in shown:
        return {}
    cells = read_vocabulary("exemples").query("table == @table").set_index("colonne")["valeur"]
    return flatten_table(label_codes(cells.to_frame().T, table, lists)).iloc[0].to_dict()


def _write_sheet(book, styles, table, rows, example):
    """Write the headings with what they mean, the example row, then the rows."""
    sheet = book.add_worksheet(table)
    filled = flatten_table(rows).reset_index(drop=True) if rows is not None else pd.DataFrame()
    described = describe_table(table)
    for place, (column, row) in enumerate(described.iterrows()):
        status, note = _find_status(table, column, row["statut"])
        sheet.write_string(0, place, column, styles[status])
        sheet.write_comment(0, place, f"{note} {row['description']}", {"x_scale": 2})
        sheet.set_column(place, place, WIDTHS.get(column, 18), styles["cellule"])
        if example:
            sheet.write_string(1, place, example.get(column, ""), styles["exemple"])
        if column in filled.columns and table not in LOCKED_COLUMNS:
            write_column(sheet, filled[column].reindex(range(-1, len(filled))) if example else filled[column], place, styles)
    if table in LOCKED_COLUMNS:
        _write_form(sheet, styles, table, filled.reindex(columns=described.index, fill_value="").astype("str").fillna(""))
    sheet.set_row(0, 30)
    sheet.freeze_panes(2 if example else 1, 1)
    sheet.autofilter(0, 0, _find_last_line(rows) - 1, len(described) - 1)
    return sheet


def _write_form(sheet, styles, table, filled):
    """Write a sheet where only some cells are to fill: the others are locked, without a password; rows may be added below."""
    for place, column in enumerate(filled.columns):
        style = styles["verrou" if column in LOCKED_COLUMNS[table] else "reponse"]
        for row, text in enumerate(filled[column].astype(str), start=1):
            sheet.write_string(row, place, text, style) if text else sheet.write_blank(row, place, None, style)
    lines = count_row_lines(filled, {column: WIDTHS.get(column, 18) for column in filled})
    for row, nb_lines in enumerate(lines, start=1):
        sheet.set_row(row, LINE_POINTS * (nb_lines + FORM_MARGINS[table]) + 2)
    if table == "questions":
        expected = filled["question_id"].map(read_vocabulary("questions").set_index("code")["reponse_attendue"])
        for row, text in expected.dropna().items():
            sheet.write_comment(row + 1, filled.columns.get_loc("reponse"), text, {"x_scale": 2})
    sheet.protect("", PROTECTION)


def _find_last_line(rows):
    return max(LAST_LINE, 1000 + (len(rows) if rows is not None else 0))


def _name_offers(book, tables, lists, shown):
    """Return {list: what a drop-down offers}: the labels of the vocabularies, the names of the rows of other sheets."""
    offers = {"oui_non": YES_NO}
    for name, (column, labels) in _place_lists(lists, list(tables)).items():
        letter = xl_col_to_name(column)
        offers[name] = f"={LISTS_SHEET}!${letter}$2:${letter}${len(labels) + 1}"
    for table, name in NAME_LISTS.items():
        if table in tables:
            letter = xl_col_to_name(describe_table(table).index.get_loc("nom"))
            first = 3 if table in shown else 2
            cells = f"{table}!${letter}${first}:${letter}${_find_last_line(tables[table])}"
            # Down to the last name only: a spreadsheet opens the list at its first empty entry.
            end = f"INDEX({cells},MAX(1,COUNTA({cells})))"
            book.define_name(name, f"={table}!${letter}${first}:{end}")
            offers[f"ref:{table}"] = f"={name}"
    return offers


def _place_lists(lists, names):
    """Return {list: (its column in the sheet listes, its labels)} for the lists that the columns of these tables draw from."""
    described = pd.concat([describe_table(name) for name in names if name in list_tables()])
    drawn = described.loc[described["genre"].isin(["choix", "liste"]), "liste"]
    drawn = {*drawn[(drawn != "") & ~drawn.str.startswith("ref:")], *(WIDE_SHEETS[n].offre for n in names if n in WIDE_SHEETS)}
    placed = {}
    for column, name in enumerate(sorted(drawn - {""})):
        listed = name.removesuffix("+")
        safe = find_safe_labels(lists[listed], listed)
        placed[name] = column, [*(safe.get(code, code) for code in lists[listed].index), *(["*"] if name.endswith("+") else [])]
    return placed


def _write_lists(book, styles, lists, names):
    """Write every vocabulary in its own column of one sheet, locked: the drop-down lists read it."""
    sheet = book.add_worksheet(LISTS_SHEET)
    for name, (column, labels) in _place_lists(lists, names).items():
        sheet.set_column(column, column, 32)
        sheet.write_string(0, column, name.removesuffix("+"), styles["R"])
        sheet.write_column(1, column, labels, styles["texte"])
    sheet.freeze_panes(1, 0)
    sheet.protect("", PROTECTION)


def _add_rules(sheet, table, last, offers):
    """Add to each column the list it offers, or the check of its codes: a warning, since the group may add its own words."""
    for place, (column, row) in enumerate(describe_table(table).iterrows()):
        offer = offers.get("oui_non" if row["genre"] == "oui_non" else row["genre"] if row["genre"].startswith("ref:") else row["liste"])
        if offer is not None:
            # Several values in a cell, or an identifier in place of a name, are right too: offered, not asked.
            asked = row["genre"] in ("choix", "oui_non")
            rule = {"validate": "list", "source": offer, "error_type": "warning", "show_error": asked}
        elif row["genre"] in TEXT_LENGTHS:
            rule = _limit_length(row["genre"])
        elif row["genre"] == "id" and place == 0 and table not in ("vocabulaire", "parametres"):
            rule = _forbid_repeats(column, last)
        else:
            continue
        sheet.data_validation(1, place, last - 1, place, rule | {"ignore_blank": True})


def _limit_length(kind):
    length, name = TEXT_LENGTHS[kind], "Code INSEE" if kind == "code_insee" else kind.upper()
    example = " : 01004 et non 1004" if kind == "code_insee" else ""
    return {
        "validate": "length", "criteria": "=", "value": length, "error_type": "warning", "error_title": name,
        "error_message": f"{length} caractères attendus{example}. Garder quand même ?",
    }  # fmt: skip


def _forbid_repeats(column, last):
    return {
        "validate": "custom", "value": f"=COUNTIF($A$2:$A${last},A2)=1", "error_type": "warning", "error_title": "Identifiant",
        "error_message": f"« {column} » déjà donné à une autre ligne. Garder quand même ?",
    }  # fmt: skip
