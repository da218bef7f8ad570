"""Every layer examined -> examen_des_couches.xlsx: one line a check, what was found, on which rows, what to do."""

import pandas as pd
import xlsxwriter

from diagnostic.write.atomic import write_atomic
from diagnostic.write.cells import flatten_table
from diagnostic.write.forms import finish_sheet, make_styles, write_cells, write_headings, write_reading
from diagnostic.write.workbook import OPTIONS

HEADINGS = {
    "couche": "Découpage", "libelle": "Contrôle", "resultat": "Résultat", "message": "Ce qui a été trouvé", "lignes": "Où",
    "a_faire": "À faire", "nombre": "Cas", "sur": "Sur",
}  # fmt: skip
WIDTHS = {"couche": 18, "libelle": 32, "resultat": 11, "message": 60, "lignes": 60, "a_faire": 50, "nombre": 8, "sur": 8}
WORDS = {"ok": "ok", "a_voir": "à voir", "bloquant": "bloquant", "sans_objet": "sans objet"}
ORDER = ["bloquant", "a_voir", "ok", "sans_objet"]
LONGEST = 1000  # beyond, a cell of rows is unreadable: the whole list is in the file of the layer
LINES = [
    "Chaque découpage du dossier, examiné avant tout calcul ; vos fichiers ne sont pas modifiés.",
    "bloquant : aucun chiffre n'en sera tiré ; à voir : à corriger, ou à savoir ; ok : rien à dire ; sans objet : ne le concerne pas.",
    "Refait à chaque diagnostic verifier.",
]


def write_examined(path, examen):
    """Write `examen_couches` as a workbook a person reads, the gravest checks first; return its path.

    Parameters
    ----------
    examen : DataFrame couche, libelle, resultat, nombre, sur, lignes, message, a_faire (`read.layers.doctor`)
    """
    shown = examen.assign(rang=examen["resultat"].map({code: rank for rank, code in enumerate(ORDER)}))
    shown = flatten_table(shown.sort_values("rang", kind="stable")[list(HEADINGS)].reset_index(drop=True))
    lines = shown["lignes"].astype("object").fillna("").astype("str")
    cut = lines.str[:LONGEST] + " … (suite non montrée)"
    shown = shown.assign(resultat=shown["resultat"].map(WORDS), lignes=lines.where(lines.str.len() <= LONGEST, cut))
    with write_atomic(path) as temporary:
        book = xlsxwriter.Workbook(temporary, OPTIONS)
        created = pd.Timestamp("2026-01-01").to_pydatetime()  # the same examination gives the same bytes
        book.set_properties({"title": "Examen des découpages", "created": created, "author": "", "comments": "diagnostic-maillage"})
        styles = make_styles(book)
        write_reading(book, styles, "Examen des découpages", LINES)
        sheet = book.add_worksheet("examen")
        write_headings(sheet, styles, list(HEADINGS), HEADINGS)
        for place, column in enumerate(HEADINGS):
            sheet.set_column(place, place, WIDTHS[column])
            write_cells(sheet, place, shown[column], styles["texte"], styles["nombre"])
        finish_sheet(sheet, len(shown), len(HEADINGS), frozen=2, locked=False)
        book.close()
    return path
