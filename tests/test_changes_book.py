"""The workbook of what changed: each sheet there, empty or not, texts that stay texts."""

import openpyxl
import pandas as pd

from diagnostic.measure.changes import CELL_COLUMNS, FIGURE_COLUMNS, RESSORT_COLUMNS, ROW_COLUMNS
from diagnostic.write.changes_book import HEADINGS, write_changes


def test_the_workbook_holds_every_table_with_french_headings(chemin_piege):
    changes = {
        "bilan": pd.DataFrame({"rubrique": ["acteurs"], "avant": [3]}), "lignes": pd.DataFrame(columns=ROW_COLUMNS),
        "cases": pd.DataFrame([["acteurs", "a", "A", "nom", "=1+1", "01004"]], columns=CELL_COLUMNS),
        "ressorts": pd.DataFrame(columns=RESSORT_COLUMNS), "chiffres": pd.DataFrame(columns=FIGURE_COLUMNS),
    }  # fmt: skip
    phrases = pd.DataFrame({"rubrique": ["acteurs"], "phrase": ["3 acteurs."]})
    path = write_changes(chemin_piege / "changements.xlsx", changes, phrases, compares=["Avant : a."], edition="publique")
    book = openpyxl.load_workbook(path)
    assert book.sheetnames[1:] == ["bilan", "phrases", "lignes", "cases", "ressorts", "chiffres"]
    assert [cell.value for cell in book["cases"][2]] == ["acteurs", "a", "A", "nom", "=1+1", "01004"]
    assert book["cases"]["E2"].data_type == "s" and book["bilan"]["B2"].value == 3
    assert [cell.value for cell in book["cases"][1]] == [HEADINGS[name] for name in CELL_COLUMNS]
    assert "x_m" not in [cell.value for cell in book["lignes"][1]]
    assert set(ROW_COLUMNS + CELL_COLUMNS + FIGURE_COLUMNS + RESSORT_COLUMNS) - {"x_m", "y_m"} <= set(HEADINGS)
