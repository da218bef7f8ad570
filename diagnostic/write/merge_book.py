"""What a merge did and what waits -> fusion.xlsx: every disagreement side by side with room to decide; and the workbook to fill."""

import pandas as pd
import xlsxwriter

from diagnostic.schema import ACTIONS, EDIT_STATES, JOURNAL_COLUMNS, MERGE_COLUMNS, MERGED_TABLES, PROBLEM_HEADINGS
from diagnostic.vocabulary.formats import count_words
from diagnostic.write.atomic import write_atomic
from diagnostic.write.cells import flatten_table
from diagnostic.write.forms import (
    finish_page,
    finish_sheet,
    fit_heights,
    make_styles,
    write_cells,
    write_headings,
    write_reading,
)
from diagnostic.write.plain_sheets import LINE_POINTS, count_row_lines, count_wrapped
from diagnostic.write.workbook import OPTIONS, READING_SHEET

WAITING_HEADINGS = {
    "genre": "pourquoi", "table": "table", "nom": "ligne", "identifiant": "identifiant", "colonne": "colonne",
    "inventaire": "dans l'inventaire", "decision": "décision", "autre_valeur": "autre valeur", "decide_par": "décidé par", "cle": "clé",
}  # fmt: skip
DECIDING = ["decision", "autre_valeur", "decide_par"]
CONFLICTS, PENDING, DONE, LEFT = "conflits", "en_attente", "faites", "non_reprises"
FORM_SHEET, KNOWN_SHEET, FORM_LINES = "corrections", "reperes", 200
LINES = [
    "Ce que la fusion a fait, et ce qui attend une personne. Le logiciel ne tranche aucun désaccord ; l'inventaire n'est pas modifié.",
    ("Feuille conflits : chaque choix est à côté des autres (A, B...), avec qui le dit. Dans « décision », écrivez garder (laisser "
     "l'inventaire tel quel), la lettre d'un choix, ou remplissez « autre valeur ». Écrivez qui décide."),
    "Feuille en_attente : les corrections proposées. Écrivez A pour accepter, garder pour refuser, ou une autre valeur ; et qui décide.",
    "Puis enregistrez, et lancez : diagnostic fusionner, le nom du dossier, le nom de ce fichier.",
    "Feuille faites : chaque correction de cette fusion et ce qu'elle est devenue. Feuille non_reprises : ce qui n'a pas pu être lu.",
    "Ne changez pas la colonne clé : elle dit quelles corrections étaient sous vos yeux.",
]  # fmt: skip
FORM_GUIDE = [
    "Une correction par ligne dans la feuille corrections. Rien n'est changé avant « diagnostic fusionner ».",
    f"action : {', '.join(ACTIONS)}. table : la feuille de l'inventaire.",
    "{identifiant} Un lien : ses deux bouts et son type, séparés par / (84 / 12 / Co-pilote, ou leurs identifiants).",
    "changer : la colonne et la nouvelle valeur ; (vide) vide la case. « valeur actuelle » : ce que vous aviez sous les yeux.",
    "ajouter : une ligne par case remplie, avec le même identifiant (un nom court à vous). retirer, confirmer : sans colonne ni valeur.",
    "qui : vos initiales ou votre structure, jamais un nom de personne. quand : le jour. statut : proposé (par défaut) ou accepté.",
    "N'écrivez pas en dehors du tableau : ce qui est dans la marge est signalé, pas repris.",
]  # fmt: skip
# How a row is named, in a workbook that goes with a printed map, and in one that goes with none.
NAMING = {
    True: f"identifiant : le numéro de la carte imprimée avec ce classeur (84 ou n° 84 ; D3 pour un dispositif ; feuille {KNOWN_SHEET} : "
          "une carte faite plus tard peut en avoir d'autres), l'identifiant, ou le nom.",
    False: f"identifiant : celui de la feuille {KNOWN_SHEET}, ou le nom. Ce classeur ne va avec aucune carte : pas de numéro.",
}  # fmt: skip
KNOWN_COLUMNS = {"numero": "numéro", "table": "table", "identifiant": "identifiant", "nom": "nom"}
GUIDE_WIDTHS = {
    "quoi": 40, "action": 11, "table": 14, "identifiant": 34, "colonne": 12, "avant": 15, "valeur": 24, "qui": 10, "quand": 12,
    "statut": 11,
}  # fmt: skip
FORM_WIDTHS = {"numero": 10, "identifiant": 34, "colonne": 18, "avant": 26, "valeur": 34, "note": 34, "nom": 44}


def write_merge_book(path, *, waiting, journal, problemes):
    """Write fusion.xlsx in the place of the former one; return its path.

    Parameters
    ----------
    path : path-like
    waiting : DataFrame (`read.back.conflicts.lay_out_waiting`), its rows of two choices and more, or of a cell that changed, are the
        conflicts; `conflit` (bool) says which
    journal : DataFrame, the lines of this merge (`run.edited_journal`)
    problemes : DataFrame
    """
    with write_atomic(path) as temporary:
        book = xlsxwriter.Workbook(temporary, OPTIONS)
        book.set_properties({"title": "Fusion", "created": pd.Timestamp("2026-01-01").to_pydatetime(), "author": ""})
        styles = make_styles(book)
        write_reading(book, styles, "Fusion des corrections", [_count(waiting, journal, problemes), *LINES])
        for name, wanted in ((CONFLICTS, True), (PENDING, False)):
            part = waiting[waiting["conflit"] == wanted].drop(columns="conflit").reset_index(drop=True)
            filled = [column for column in part if not column.startswith(("dit_",)) and len(column) > 1 or (part[column] != "").any()]
            _write_waiting(book, styles, name, part[filled])
        headings = {name: JOURNAL_COLUMNS[name] for name in JOURNAL_COLUMNS if name != "controle"}
        _write_plain(book, styles, DONE, journal.reindex(columns=list(headings)), headings)
        kept = [name for name in PROBLEM_HEADINGS if name in problemes]
        _write_plain(book, styles, LEFT, problemes[kept], PROBLEM_HEADINGS)
        book.close()
    return path


def _count(waiting, journal, problemes):
    conflicts = int(waiting["conflit"].sum())
    return (
        f"{count_words(len(journal), 'case corrigée ou proposée', 'cases corrigées ou proposées')} dans cette fusion ; "
        f"{count_words(conflicts, 'désaccord', 'désaccords')} à trancher ; "
        f"{count_words(len(waiting) - conflicts, 'proposition', 'propositions')} à décider ; "
        f"{count_words(len(problemes), 'point non repris ou à vérifier', 'points non repris ou à vérifier')}."
    )


def _write_waiting(book, styles, name, part):
    """Write a sheet to decide: who says what, then three cells to fill."""
    order = ["genre", "table", "nom", "colonne", "inventaire"]
    rest = [column for column in part if column not in WAITING_HEADINGS]
    columns = [*order, *rest, *DECIDING, "identifiant", "cle"]
    headings = WAITING_HEADINGS | {column: f"choix {column}" if len(column) == 1 else f"{column[-1]} : qui le dit" for column in rest}
    sheet = book.add_worksheet(name)
    shown = flatten_table(part[columns])
    write_headings(sheet, styles, columns, headings)
    widths = {"genre": 26, "nom": 32, "inventaire": 28, "cle": 18, "autre_valeur": 24, "decide_par": 16, "decision": 12}
    for place, column in enumerate(columns):
        wide = widths.get(column, 34 if column in rest else 16)
        sheet.set_column(place, place, wide)
        write_cells(sheet, place, shown[column], styles["libre" if column in DECIDING else "texte"])
    if len(shown):
        letters = [column for column in rest if len(column) == 1]
        place = columns.index("decision")
        rule = {"validate": "list", "source": ["garder", *letters], "error_type": "warning", "ignore_blank": True}
        sheet.data_validation(1, place, len(shown), place, rule)
    fit_heights(sheet, shown)
    finish_sheet(sheet, len(shown), len(columns), frozen=3)


def _write_plain(book, styles, name, table, headings):
    sheet = book.add_worksheet(name)
    shown = flatten_table(table.reset_index(drop=True))
    write_headings(sheet, styles, list(shown.columns), headings)
    for place, column in enumerate(shown.columns):
        write_cells(sheet, place, shown[column].astype("object"), styles["texte"], styles["nombre"])
    finish_sheet(sheet, len(shown), len(shown.columns), locked=False)


def write_merge_form(path, known, *, examples=None, lines=()):
    """Write the small workbook of corrections to fill, and the rows that it may name; return its path.

    Parameters
    ----------
    path : path-like
    known : DataFrame table, identifiant, nom: the rows of the inventory, no person among them; `numero` where a map gives them one
    examples : DataFrame quoi and MERGE_COLUMNS, optional (`draw.correction_examples`)
    lines : sequence of str, what more the reading sheet says
    """
    with write_atomic(path) as temporary:
        book = xlsxwriter.Workbook(temporary, OPTIONS)
        book.set_properties({"title": "Corrections", "created": pd.Timestamp("2026-01-01").to_pydatetime(), "author": ""})
        styles = make_styles(book)
        naming = NAMING["numero" in known and bool((known["numero"] != "").any())]
        _write_guide(book, styles, [*lines, *(line.format(identifiant=naming) for line in FORM_GUIDE)], examples)
        sheet = book.add_worksheet(FORM_SHEET)
        columns = list(MERGE_COLUMNS)
        write_headings(sheet, styles, columns, MERGE_COLUMNS)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, FORM_WIDTHS.get(column, 14))
            for row in range(1, FORM_LINES + 1):
                sheet.write_blank(row, place, None, styles["libre"])
        for column, source in {"action": list(ACTIONS), "table": list(MERGED_TABLES), "statut": list(EDIT_STATES.values())}.items():
            place = columns.index(column)
            rule = {"validate": "list", "source": source, "error_type": "warning", "ignore_blank": True}
            sheet.data_validation(1, place, FORM_LINES, place, rule)
        finish_sheet(sheet, FORM_LINES, len(columns), frozen=3, locked=False)
        _write_known(book, styles, known)
        book.close()
    return path


def _write_guide(book, styles, lines, examples):
    """Write the reading sheet: what to do, then examples in the very columns of the sheet to fill, to be copied."""
    if examples is None or not len(examples):
        write_reading(book, styles, "Corrections à remplir", lines)
        return
    sheet = book.add_worksheet(READING_SHEET)
    sheet.hide_gridlines(2)
    for place, width in enumerate(GUIDE_WIDTHS.values()):
        sheet.set_column(place, place, width)
    finish_page(sheet)
    sheet.write_string(0, 0, "Corrections à remplir", styles["titre"])
    for row, line in enumerate(lines, start=2):
        sheet.merge_range(row, 0, row, len(GUIDE_WIDTHS) - 1, line, styles["texte"])
        sheet.set_row(row, LINE_POINTS * count_wrapped(line, sum(GUIDE_WIDTHS.values())) + 2)
    top = len(lines) + 3
    sheet.write_string(top, 0, f"Exemples, à copier dans la feuille {FORM_SHEET} (chacun est accepté tel qu'il est écrit)", styles["gras"])
    for place, column in enumerate(GUIDE_WIDTHS):
        sheet.write_string(top + 1, place, {"quoi": "ce que fait la ligne", **MERGE_COLUMNS}[column], styles["entete"])
        sheet.write_column(top + 2, place, examples[column].tolist(), styles["texte"])
    for row, number in enumerate(count_row_lines(examples[list(GUIDE_WIDTHS)], GUIDE_WIDTHS), start=top + 2):
        sheet.set_row(row, LINE_POINTS * int(number) + 2)


def _write_known(book, styles, known):
    sheet, columns = book.add_worksheet(KNOWN_SHEET), list(KNOWN_COLUMNS)
    shown = known.reindex(columns=columns, fill_value="")
    write_headings(sheet, styles, columns, KNOWN_COLUMNS)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, FORM_WIDTHS.get(column, 20))
        write_cells(sheet, place, shown[column], styles["texte"])
    finish_sheet(sheet, len(shown), len(columns), locked=False)
