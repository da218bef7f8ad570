"""corrections.xlsx: written whole, read back the same, text that stays text."""

import openpyxl
import pandas as pd

from diagnostic.read.back.correction_files import make_corrections, read_corrections
from diagnostic.schema import CORRECTION_COLUMNS, DECISION_COLUMNS
from diagnostic.write.corrections import write_corrections


def make(*rows):
    table = pd.DataFrame([["imports/f.xlsx", "ecartees", *row] for row in rows], columns=CORRECTION_COLUMNS)
    decided = pd.DataFrame([["a", "b", "fusionner", "vu"]], columns=DECISION_COLUMNS)
    return {"corrections": table.astype({"ligne": "Int64"}), "doublons": decided}


def test_what_is_written_is_read_back(chemin_piege):
    kept = make((2, "Un", "nom", "=1+1", "01004"), (300, "", "lat", "", "45,1"), (4, "L'été « à »", "nom", "a\nb", "(vide)"))
    path = write_corrections(chemin_piege, kept)
    assert path == chemin_piege / "corrections" / "corrections.xlsx"
    read = read_corrections(chemin_piege)
    for name, table in kept.items():
        pd.testing.assert_frame_equal(read[name], table, check_dtype=False)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Lisez-moi", "corrections", "doublons"]
    assert book["corrections"]["F2"].data_type == "s" and "supprimez sa ligne" in str(list(book["Lisez-moi"].values))


def test_nothing_is_written_as_nothing(chemin_piege):
    write_corrections(chemin_piege, make_corrections())
    assert {name: len(table) for name, table in read_corrections(chemin_piege).items()} == {"corrections": 0, "doublons": 0}


def test_two_writings_have_the_same_bytes(tmp_path):
    kept = make((2, "Un", "nom", "a", "b"))
    first = write_corrections(tmp_path / "a", kept).read_bytes()
    assert write_corrections(tmp_path / "b", kept).read_bytes() == first
