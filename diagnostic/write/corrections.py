"""What persons corrected and decided -> corrections/corrections.xlsx of the dossier: one row a cell, to read, edit or delete."""

from pathlib import Path

import pandas as pd
import xlsxwriter

from diagnostic.schema import EMPTY_WORD
from diagnostic.write.atomic import write_atomic
from diagnostic.write.cells import flatten_table
from diagnostic.write.forms import make_styles, spell_texts, write_reading
from diagnostic.write.workbook import OPTIONS

LINES = [
    ("Ce classeur garde les corrections reprises de problemes.xlsx. Elles sont remises en place à chaque lecture du dossier ; vos "
    "fichiers ne sont pas modifiés."),
    ("Feuille corrections : une ligne par case (fichier, feuille, ligne, nom de la ligne, colonne, valeur lue, correction). Une correction "
    "n'est appliquée que si la case contient encore cette valeur et si la ligne porte encore ce nom."),
    f"{EMPTY_WORD} dans la colonne correction vide la case.",
    "Feuille doublons : les structures que vous avez dites fusionnées ou distinctes.",
    "Pour annuler une correction ou une décision : supprimez sa ligne, enregistrez, relancez. Pour la changer : changez la correction.",
    "Vous pouvez ajouter des colonnes ; n'ajoutez pas de feuille (elle serait perdue à la prochaine reprise) et gardez le nom du fichier.",
]  # fmt: skip
WIDTHS = {"fichier": 20, "feuille": 16, "ligne": 8, "nom": 34, "colonne": 18, "valeur": 34, "correction": 34, "note": 34}


def write_corrections(folder, corrections):
    """Write the corrections of a dossier in the place of the former ones.

    Parameters
    ----------
    folder : path-like, the dossier
    corrections : dict, `corrections` and `doublons` (`read.back.correction_files.merge_corrections`)

    Returns
    -------
    Path
    """
    path = Path(folder) / "corrections" / "corrections.xlsx"
    with write_atomic(path) as temporary:
        book = xlsxwriter.Workbook(temporary, OPTIONS)
        book.set_properties({"title": "Corrections", "created": pd.Timestamp("2026-01-01").to_pydatetime(), "author": ""})
        styles = make_styles(book)
        write_reading(book, styles, "Corrections reprises", LINES)
        for name in ("corrections", "doublons"):
            _write_sheet(book, styles, name, corrections[name])
        book.close()
    return path


def _write_sheet(book, styles, name, table):
    sheet = book.add_worksheet(name)
    flat = flatten_table(table)
    for place, column in enumerate(flat.columns):
        sheet.write_string(0, place, str(column), styles["entete"])
        sheet.set_column(place, place, WIDTHS.get(column, 20))
        for row, text in enumerate(spell_texts(flat[column]), start=1):
            if column == "ligne" and text:
                sheet.write_number(row, place, int(text), styles["nombre"])
            elif text:
                sheet.write_string(row, place, text, styles["texte"])
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(flat), 1), len(flat.columns) - 1)
