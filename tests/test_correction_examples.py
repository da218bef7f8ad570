"""Examples of the workbook of corrections: one of each kind, and each is merged as it is written."""

import openpyxl
import pandas as pd
from jouets_fusion import copy_model

from diagnostic.draw.correction_examples import list_examples
from diagnostic.run import merge as way
from diagnostic.schema import ACTIONS, MERGE_COLUMNS
from diagnostic.vocabulary import read_list
from diagnostic.write.merge_book import FORM_SHEET, write_merge_form

NAMES = pd.DataFrame(
    [("10", "acteurs", "c"), ("2", "acteurs", "b"), ("1", "acteurs", "a"), ("D1", "dispositifs", "p")],
    columns=["numero", "table", "identifiant"],
)
TOWN = {"code_insee": "43016", "commune": "Auzon"}
MEMBERS = pd.DataFrame({"acteur_id": ["a", "b"], "dispositif_id": ["p", "p"]})
LINKS = pd.DataFrame({"source_id": ["a"], "cible_id": ["b"], "type": ["partenaire_technique"]})
LISTS = {name: read_list(name) for name in ("types_lien", "roles", "categories")}


def test_there_is_one_of_each_kind_and_the_new_link_is_new():
    rows = list_examples(NAMES, LINKS, LISTS, members=MEMBERS, town=TOWN, day="21/11/2026")
    assert list(rows.columns) == ["quoi", *MERGE_COLUMNS] and set(rows["action"]) == set(ACTIONS)
    added = rows[(rows["action"] == "ajouter") & (rows["table"] == "liens")]["identifiant"]
    assert added.tolist() == ["1 / 10 / Partenaire technique"]  # 1 and 2 are tied already
    joined = rows[rows["table"] == "participations"]["identifiant"]
    assert joined.tolist() == ["10 / D1 / Participation"]  # 1 and 2 are in it already
    assert rows.loc[rows["action"] == "retirer", "identifiant"].tolist() == ["1 / 2 / Partenaire technique"]


def test_a_dossier_that_holds_nothing_has_the_example_of_an_actor_alone():
    rows = list_examples(NAMES.iloc[:0], LINKS, LISTS)
    assert set(rows["action"]) == {"ajouter"} and set(rows["table"]) == {"acteurs"}


def test_each_example_of_the_workbook_is_accepted_as_it_is_written(tmp_path):
    folder = copy_model(tmp_path / "d'été")
    examples = list_examples(NAMES, LINKS, LISTS, members=MEMBERS, town=TOWN, day="21/11/2026")
    path = write_merge_form(tmp_path / "corrections.xlsx", NAMES.assign(nom=""), examples=examples)
    assert not way.merge(folder, [path])["nouveau"]  # what the guide shows is no correction
    book = openpyxl.load_workbook(path)
    guide, sheet = book.worksheets[0], book[FORM_SHEET]
    top = next(row for row in range(1, guide.max_row) if guide.cell(row, 2).value == "action")
    shown = [[guide.cell(row, place + 2).value for place in range(len(MERGE_COLUMNS) - 1)] for row in range(top + 1, guide.max_row + 1)]
    for line, texts in enumerate(shown, start=2):
        for place, text in enumerate(texts, start=1):
            sheet.cell(line, place).value = text
    book.save(path)
    done = way.merge(folder, [path])
    assert not len(done["problemes"]) and done["comptes_lus"] | {"sans_effet": 0} == done["comptes_lus"]
    assert done["comptes_lus"]["nouvelles"] == 6
