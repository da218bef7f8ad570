"""A commune corrected alone, and a code that says another: told when they are merged, and kept."""

import openpyxl
import pandas as pd
import pytest
from jouets_fusion import copy_model, correct, link, open_model, write_book

from diagnostic.run import merge as way
from diagnostic.run.merge_places import tell_towns

ROWS = pd.DataFrame({"fichier": ["c.xlsx"], "feuille": ["corrections"], "ligne": [2], "identifiant": ["b"], "colonne": ["Commune"]})


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"commune": "Brioude"}, True), ({"commune": "Auzon"}, False), ({"commune": "Brioude", "code_insee": "43040"}, False),
        ({"effectif": "3"}, False), ({"code_insee": "43040"}, False),
    ],
)  # fmt: skip
def test_a_commune_is_told_where_the_code_says_another(tmp_path, cells, told):
    opened = open_model(tmp_path)
    saves, *_ = link(opened, *[correct("changer", "acteurs", "b", column, value) for column, value in cells.items()])
    found = tell_towns(opened, saves, ROWS)
    assert bool(found is not None and len(found)) is told
    if told:
        where = found[["gravite", "fichier", "ligne", "colonne", "valeur"]].iloc[0].tolist()
        assert len(found) == 1 and where == ["attention", "c.xlsx", 2, "commune", "Brioude"]
        text = found["probleme"].iat[0]
        assert "Épicerie de l'essai" in text and "43016 est celui de Auzon" in text and "Brioude" in text


def test_nothing_moved_tells_nothing(tmp_path):
    assert tell_towns(open_model(tmp_path), [], ROWS) is None


def test_the_merge_tells_it_and_keeps_the_correction(chemin_piege, tmp_path):
    folder = copy_model(chemin_piege / "essai")
    done = way.merge(folder, [write_book(tmp_path / "c.xlsx", correct("changer", "acteurs", "b", "commune", "Brioude"))])
    told = done["problemes"]
    assert told["probleme"].str.contains("43016 est celui de Auzon").tolist() == [True] and told["ligne"].notna().all()
    sheet = openpyxl.load_workbook(done["copie"]["fichier"])["acteurs"]
    assert "Brioude" in {cell.value for row in sheet.iter_rows() for cell in row}
