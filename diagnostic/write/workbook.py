"""Tables -> one XLSX workbook: a reading sheet first, then a sheet a table. Text stays text: no live formula from data."""

import numpy as np
import pandas as pd
import xlsxwriter

from diagnostic.schema import describe_table, list_tables, list_vocabularies
from diagnostic.vocabulary import read_list, read_vocabulary
from diagnostic.write.atomic import write_atomic
from diagnostic.write.cells import flatten_table, label_codes, name_territories
from diagnostic.write.plain_sheets import (
    LINE_POINTS,
    LONG_TEXT,
    count_lines,
    count_wrapped,
    is_plain,
    is_share,
    label_words,
    name_columns,
    name_things,
    put_first,
)

OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "nan_inf_to_errors": False}
READING_SHEET = "Lisez-moi"
READING_WIDTHS = (30, 34, 90)  # of the three columns of the reading sheet
WIDEST = 60
A4 = 9
# Thousands parted by a narrow space whatever the language of the spreadsheet: its own « #,##0 » shows commas in English.
FRENCH_WHOLE = "[>=1000000]0\u202f000\u202f000;[>=1000]0\u202f000;0"

# The tabs of one chapter of the reading sheet share a colour (Okabe and Ito's, which eyes of every kind tell apart).
CHAPTER_COLOURS = ["#D55E00", "#0072B2", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#999999"]

# What has a name to be written beside its identifier, and the columns that hold it.
NAMED = {"acteur": "acteurs", "dispositif": "dispositifs"}
NAMING_COLUMNS = {"acteur": ["acteur_id", "acteur_a", "acteur_b"], "dispositif": ["dispositif_id"]}

# The sheet of quality is read by who keeps the inventory: headings and groups in plain words, shares as percentages.
QUALITY_HEADINGS = {
    "groupe": "Groupe", "groupe_a": "Fichier ou catégorie", "nb_lignes": "Lignes", "part_datees": "Lignes datées (%)",
    "age_median_mois": "Âge médian (mois)", "part_avec_commune": "Commune connue (%)", "part_avec_siret": "SIRET connu (%)",
    "nb_doublons_proposes": "Doublons proposés (paires)", "nb_datees": "Lignes datées", "nb_sans_date": "Sans date",
    "nb_dates_futures": "Date à venir", "nb_a_revoir": "À revoir", "part_a_revoir": "À revoir (% des datées)",
    "nb_anciennes": "Anciennes", "part_anciennes": "Anciennes (% des datées)", "nb_avec_commune": "Commune connue",
    "nb_commune_sure": "Commune sûre", "nb_commune_forte": "Commune bien établie", "nb_commune_a_verifier": "Commune à vérifier",
    "nb_commune_sans_confiance": "Commune sans avis", "nb_sans_commune": "Sans commune", "nb_avec_coordonnees": "Avec coordonnées",
    "part_avec_coordonnees": "Avec coordonnées (%)", "nb_avec_categorie": "Avec catégorie", "part_avec_categorie": "Avec catégorie (%)",
    "nb_avec_siret": "Avec SIRET", "raison_absence": "Pourquoi une case est vide",
}  # fmt: skip
GAPS_CHAPTER = "Manques et accès"
HEADER_LETTERS = 230
QUALITY_GROUPS = {"ensemble": "Tout l'inventaire", "fichier": "Fichier", "categorie": "Catégorie"}


def write_workbook(tables, path, *, titre, lignes, date, couleur="#7A2A10", mention=""):
    """Write the workbook of a diagnosis.

    Parameters
    ----------
    tables : dict of str -> DataFrame, in any order; `vocabulary/tables.csv` names the sheets and orders them. Codes are
        written as labels: those of `tables["listes"]` (dict) where it is there, else those of the software.
    path : path-like
    titre : str, first line of the reading sheet
    lignes : list of str, what the reader must know (edition, coverage, sources, FICTIF)
    date : Timestamp, written as the document's date: two runs with the same date give the same bytes
    couleur : str, colour of the headings
    mention : str, how well the inventory is known: printed at the head of every page, and a note on each sheet of gaps

    Returns
    -------
    Path
    """
    known = read_vocabulary("tables").set_index("table")
    known = known[known["feuille"] != ""]
    shown = [name for name in known.index if name in tables and len(tables[name])]
    with write_atomic(path) as temporary:
        book = xlsxwriter.Workbook(temporary, OPTIONS)
        created = pd.Timestamp(date).to_pydatetime()
        book.set_properties({"title": titre, "created": created, "author": "", "comments": "diagnostic-maillage"})
        styles = _make_styles(book, couleur)
        columns = prepare_columns(tables, shown)
        headings = {name: name_columns(name, columns[name].columns, describe_columns(name)) for name in shown}
        headings["qualite"] = QUALITY_HEADINGS
        _write_reading(book, styles, titre, lignes, known.loc[shown], columns, headings)
        colours = dict(zip(known["rubrique"].unique(), CHAPTER_COLOURS, strict=True))
        for name in shown:
            sheet = book.add_worksheet(known.at[name, "feuille"])
            sheet.set_tab_color(colours[known.at[name, "rubrique"]])
            _write_table(sheet, styles, name, columns[name], headings[name])
            _tell_mention(sheet, mention, noted=known.at[name, "rubrique"] == GAPS_CHAPTER)
        book.close()
    return path


def prepare_columns(tables, shown):
    """Return {table: flat table}, codes as French labels and territories by their names."""
    lists = {name: read_list(name) for name in list_vocabularies()} | tables.get("listes", {})
    names = tables["territoires"]["nom"].to_dict() if "territoires" in tables else {}
    flat = {name: label_words(flatten_table(label_codes(tables[name], name, lists)), name) for name in shown}
    flat = {name: name_territories(table, names) if names else table for name, table in flat.items()}
    known = {key: tables[name].set_index(f"{key}_id")["nom"].to_dict() for key, name in NAMED.items() if "nom" in tables.get(name, ())}
    known = {column: known[key] for key in known for column in NAMING_COLUMNS[key]}
    flat = {name: name_things(table, name, known) for name, table in flat.items()}
    if "qualite" in flat and "groupe" in flat["qualite"]:
        flat["qualite"] = flat["qualite"].assign(groupe=flat["qualite"]["groupe"].replace(QUALITY_GROUPS))
    return flat


def _make_styles(book, couleur):
    return {
        "titre": book.add_format({"bold": True, "font_size": 16, "font_color": couleur}),
        "entete": book.add_format({"bold": True, "font_color": "white", "bg_color": couleur, "text_wrap": True, "valign": "top"}),
        "texte": book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"}),
        "cellule": book.add_format({"num_format": "@", "valign": "top"}),
        "date": book.add_format({"num_format": "dd/mm/yyyy", "valign": "top"}),
        "entier": book.add_format({"num_format": FRENCH_WHOLE, "valign": "top"}),
        "annee": book.add_format({"num_format": "0", "valign": "top"}),
        "nombre": book.add_format({"num_format": "#,##0.000", "valign": "top"}),
        "pourmille": book.add_format({"num_format": "0.0\u202f%", "valign": "top"}),
        "pourcent": book.add_format({"num_format": "0\u202f%", "valign": "top"}),
        "lien": book.add_format({"underline": True, "font_color": "#0072B2", "valign": "top"}),
    }


def _write_reading(book, styles, titre, lignes, sheets, columns, headings):
    """Write the reading sheet: title, notices, the list of sheets with links, then what each column says."""
    sheet = book.add_worksheet(READING_SHEET)
    _set_print(sheet)
    sheet.hide_gridlines(2)
    for place, width in enumerate(READING_WIDTHS):
        sheet.set_column(place, place, width)
    sheet.write_string(0, 0, titre, styles["titre"])
    row = 2
    for line in lignes:
        sheet.merge_range(row, 0, row, 2, "", styles["texte"])
        sheet.write_string(row, 0, line, styles["texte"])
        sheet.set_row(row, LINE_POINTS * count_wrapped(line, sum(READING_WIDTHS)) + 2)
        row += 1
    for chapter, held in sheets.groupby("rubrique", sort=False):
        row = _write_heading(sheet, row + 1, [chapter, "Lignes", "Ce que dit la feuille"], styles)
        for name, described in held.iterrows():
            label = described["feuille"]
            sheet.write_url(row, 0, f"internal:'{label}'!A1", styles["lien"], label)
            sheet.write_number(row, 1, len(columns[name]), styles["entier"])
            sheet.write_string(row, 2, described["description"], styles["texte"])
            row = fit_row(sheet, row, [label, "", described["description"]])
    row = _write_heading(sheet, row + 1, ["Colonne", "Feuille", "Définition"], styles)
    for name, label in sheets["feuille"].items():
        meanings = describe_columns(name)
        for column in columns[name].columns:
            # « nb_unites EPCI » is one column a layer: the first word says what it is; « * » speaks of all the others.
            meaning = meanings.get(column, meanings.get(str(column).split(" ")[0], meanings.get("*", "")))
            texts = [headings[name].get(column, str(column)), label, meaning]
            for place, text in enumerate(texts):
                sheet.write_string(row, place, text, styles["texte"])
            row = fit_row(sheet, row, texts)


def fit_row(sheet, row, texts, widths=READING_WIDTHS):
    """Give a row the height of its longest wrapped text, which not every program finds by itself; return the row below."""
    lines = max(count_wrapped(text or "", width) for text, width in zip(texts, widths, strict=True))
    if lines > 1:
        sheet.set_row(row, LINE_POINTS * lines + 2)
    return row + 1


def _write_heading(sheet, row, labels, styles):
    for place, label in enumerate(labels):
        sheet.write_string(row, place, label, styles["entete"])
    return row + 1


def describe_columns(table):
    """Return {column: French definition} of a table: its measures, its declared columns, else what the column says anywhere.

    In `colonnes_mesures.csv` « table.colonne » is what a column says in that table alone.
    """
    meanings = read_vocabulary("colonnes_mesures").set_index("colonne")["definition"].to_dict()
    meanings |= {key.removeprefix(f"{table}."): text for key, text in meanings.items() if key.startswith(f"{table}.")}
    if table in list_tables():
        meanings |= describe_table(table)["description"].to_dict()
    measures = read_vocabulary("mesures").query("table == @table").set_index("colonne")
    return meanings | (measures["libelle"] + " : " + measures["definition"]).to_dict()


def _set_print(sheet):
    """Print one page wide, landscape, the first row repeated."""
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_footer("&L&A&RPage &P sur &N")


def _tell_mention(sheet, mention, *, noted):
    """Print `mention` at the head of the pages of a sheet, and on screen as a note of its first cell when `noted`."""
    if not mention:
        return
    # The format takes 255 characters for a header, codes included, and reads « & » as a code.
    sheet.set_header("&L&8" + mention[:HEADER_LETTERS].replace("&", "&&"))
    if noted:
        sheet.write_comment(0, 0, mention, {"x_scale": 3, "y_scale": 1.5})


def _write_table(sheet, styles, name, table, headings):
    _set_print(sheet)
    table, nb_printed = put_first(table, name)
    lines = np.ones(len(table), dtype=int)
    for place, column in enumerate(table.columns):
        cells = table[column]
        heading = headings.get(column, str(column))
        share = styles["pourcent"] if name == "qualite" and str(column).startswith("part_") else None
        share = styles["pourmille"] if is_share(name, column) else share
        long = is_plain(name) and cells.map(lambda cell: isinstance(cell, str) and len(cell) > LONG_TEXT).any()
        lines = np.maximum(lines, count_lines(cells)) if long and place < nb_printed else lines
        chosen = styles | (dict.fromkeys(["nombre", "entier"], share) if share else {}) | ({"cellule": styles["texte"]} if long else {})
        sheet.write_string(0, place, heading, styles["entete"])
        sheet.set_column(place, place, LONG_TEXT if long else _find_width(cells, "" if is_plain(name) else heading))
        write_column(sheet, cells, place, chosen)
    for row in np.flatnonzero(lines > 1):  # not every program fits the height of a row to a wrapped text
        sheet.set_row(int(row) + 1, LINE_POINTS * int(lines[row]) + 2)
    sheet.freeze_panes(1, 1)
    if len(table.columns):
        sheet.autofilter(0, 0, len(table), len(table.columns) - 1)
        sheet.print_area(0, 0, len(table), nb_printed - 1)


def write_column(sheet, cells, place, styles):
    """Write one column below its heading; a missing value leaves its cell empty."""
    filled = cells.notna().to_numpy()
    if pd.api.types.is_datetime64_any_dtype(cells.dtype):
        for row, value in enumerate(cells, start=1):
            if filled[row - 1]:
                sheet.write_datetime(row, place, value.to_pydatetime(), styles["date"])
    elif pd.api.types.is_numeric_dtype(cells.dtype):
        whole = bool((cells.dropna() % 1 == 0).all())
        style = styles["annee" if str(cells.name).startswith("annee") and "annee" in styles else "entier" if whole else "nombre"]
        for row, value in enumerate(cells.tolist(), start=1):
            if filled[row - 1]:
                sheet.write_number(row, place, value, style)
    else:
        for row, value in enumerate(cells.tolist(), start=1):
            if filled[row - 1] and value != "":
                sheet.write_string(row, place, str(value), styles["cellule"])


def _find_width(cells, heading):
    longest = cells.head(200).dropna().astype(str).str.len().max()
    return float(min(WIDEST, max(10, len(heading) + 2, 0 if longest != longest else longest + 2)))
