"""Where the identifiers made belong in the user's own sheets, whatever their headings."""

import pandas as pd
from classeurs import make_xlsx

from diagnostic.read.inventory.made_places import is_xlsx, locate_made
from diagnostic.read.inventory.named_ids import _MADE_COLUMNS


def make(line, sheet="acteurs"):
    return pd.DataFrame([["acteurs", "inventaire.xlsx", sheet, line, "acteur_id", "lac", "Lac"]], columns=_MADE_COLUMNS)


def test_the_column_is_found_by_the_users_heading(tmp_path):
    path = make_xlsx(tmp_path / "a.xlsx", acteurs=[["Titre"], [None, "nom", "categorie", "N° interne"], [None, "Lac", "ccas", None]])
    found = locate_made(path, make(3), {"acteurs": {"N° interne": "acteur_id"}})
    assert found.to_numpy().tolist() == [["acteurs", 3, 3, "lac"]]
    # Without this name of the dossier the column is another one, and a new one comes right of the last.
    assert locate_made(path, make(3)).to_numpy().tolist() == [["acteurs", 2, 4, "acteur_id"], ["acteurs", 3, 4, "lac"]]


def test_no_copy_of_another_format_nor_of_persons(tmp_path):
    text = tmp_path / "acteurs.csv"
    text.write_text("nom\nLac\n", encoding="utf-8")
    assert not is_xlsx(text) and locate_made(text, make(2)) is None
    rows, heading = [["nom"], ["Lac"]], ["personne_id", "acteur_id", "nom"]
    path = make_xlsx(tmp_path / "b.xlsx", acteurs=rows, Personnes=[heading, ["P1", "A1", "X"]])
    assert locate_made(path, make(2)) is None
    empty = make_xlsx(tmp_path / "c.xlsx", acteurs=rows, personnes=[heading, ["exemple-p", "exemple-a", "FICTIF"]])
    assert len(locate_made(empty, make(2))) == 2
