"""An import is a workbook that the dossier reads back, and Excel too."""

import openpyxl
import pandas as pd
from passage import read_book

from diagnostic.schema import PROBLEM_COLUMNS
from diagnostic.write.imports import write_import


def make_import():
    actors = pd.DataFrame(
        {
            "acteur_id": ["FS-1", "FS-2"],
            "nom": ["=1+1", None],
            "code_insee": ["01004", "43001"],
            "themes": [("a", "b"), ()],
        }
    )
    actors = actors.assign(fichier="f.csv", feuille="f", ligne=[2, 3])
    problems = pd.DataFrame(
        [["erreur", "f.csv", "f", 4, "nom", "x", "Illisible.", "", "corrigez"]], columns=PROBLEM_COLUMNS
    )
    return {"acteurs": actors}, problems


def test_counts_first_then_tables_of_text(chemin_piege):
    tables, problems = make_import()
    path = write_import(
        tables, problems, 3, chemin_piege / "imports" / "france-services.xlsx", origine="liste d'été.csv"
    )
    read = read_book(path)
    assert list(read) == ["comptes", "acteurs", "problemes"]
    assert read["comptes"].values.tolist() == [["fichier", "liste d'été.csv"], ["lues", "3"]]
    assert read["acteurs"].iloc[0].tolist() == ["acteur_id", "nom", "code_insee", "themes"]
    assert read["acteurs"].iloc[1].tolist() == ["FS-1", "=1+1", "01004", "a; b"]
    assert read["acteurs"].iloc[2, [1, 3]].isna().all()
    # Where a problem was read stays in its row; where an actor was read is the published file itself.
    assert read["problemes"].iloc[1].tolist()[:4] == ["erreur", "f.csv", "f", "4"]
    cells = [cell for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if cell.value is not None} == {"s"}


def test_same_import_same_bytes(tmp_path):
    tables, problems = make_import()
    first, second = (write_import(tables, problems, 3, tmp_path / f"{n}.xlsx", origine="f.csv") for n in "ab")
    assert first.read_bytes() == second.read_bytes()
