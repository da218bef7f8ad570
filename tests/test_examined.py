"""The examination of the layers as a workbook: gravest first, in words, long lists cut and said so."""

import openpyxl
import pandas as pd

from diagnostic.write.examined import HEADINGS, write_examined

EXAMEN = pd.DataFrame({
    "couche": ["CAS", "CAS", "PAT"], "controle": ["a", "b", "c"], "libelle": ["Communes absentes", "Codes inconnus", "Fichier lu"],
    "resultat": ["ok", "a_voir", "bloquant"], "nombre": [0, 2, 0], "sur": [257, 257, 0],
    "lignes": ["", "x" * 3000, "=1+1"], "message": ["toutes là", "deux codes", "illisible"], "a_faire": ["rien", "corrigez", "refaites"],
})  # fmt: skip


def test_the_gravest_checks_come_first_in_words(tmp_path):
    path = write_examined(tmp_path / "été" / "examen.xlsx", EXAMEN)
    rows = [[cell.value for cell in row] for row in openpyxl.load_workbook(path)["examen"].iter_rows()]
    assert rows[0] == list(HEADINGS.values())
    assert [row[2] for row in rows[1:]] == ["bloquant", "à voir", "ok"]
    assert rows[1][4] == "=1+1" and openpyxl.load_workbook(path)["examen"]["E2"].data_type == "s"
    assert rows[2][4].endswith("(suite non montrée)") and len(rows[2][4]) < 1100
    assert rows[2][6:] == [2, 257]


def test_the_same_examination_gives_the_same_bytes(tmp_path):
    one, two = (write_examined(tmp_path / name, EXAMEN).read_bytes() for name in ("a.xlsx", "b.xlsx"))
    assert one == two
