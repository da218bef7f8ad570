"""The list of what was removed: a file beside the outputs, which says how much and why, never what."""

import pandas as pd

from diagnostic.write.removed import HEADINGS, NAME, write_removed


def test_the_file_says_sheet_object_number_and_reason(chemin_piege):
    rows = [["acteurs", "colonne remarques", 3, "réservée"], ["appartenance", "lignes", 1, "réservée"]]
    path = write_removed(pd.DataFrame(rows, columns=list(HEADINGS)), chemin_piege)
    assert path.name == NAME and path.read_bytes().startswith(b"\xef\xbb\xbf")
    read = pd.read_csv(path, sep=";", encoding="utf-8-sig")
    assert read.columns.tolist() == list(HEADINGS.values())
    assert read.values.tolist() == [["Acteurs", "colonne remarques", 3, "réservée"], ["appartenance", "lignes", 1, "réservée"]]


def test_nothing_removed_is_said_and_the_argument_is_untouched(chemin_piege):
    empty = pd.DataFrame(columns=list(HEADINGS))
    text = write_removed(empty, chemin_piege).read_text(encoding="utf-8-sig")
    assert "rien;0;" in text and empty.empty
