"""Example rows of the template: left out and told, and no row that somebody wrote goes with them."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnostic.read.inventory.examples import part_examples
from diagnostic.read.inventory.tables import clean_table
from diagnostic.schema import list_vocabularies
from diagnostic.vocabulary import read_list, read_vocabulary

LISTS = {name: read_list(name) for name in list_vocabularies()}
PATH = Path("inventaire.xlsx")
SHOWN = [(table, rows.set_index("colonne")["valeur"]) for table, rows in read_vocabulary("exemples").groupby("table")]


@pytest.mark.parametrize(("table", "cells"), SHOWN, ids=[table for table, _ in SHOWN])
def test_every_example_of_the_template_is_left_out_and_told(table, cells):
    raw = pd.DataFrame([list(cells.index), list(cells)], index=[1, 2], dtype="str")
    kept, problems, rows = clean_table(raw, table, PATH, table, lists=LISTS)
    assert len(kept) == len(rows) == 0
    told = problems[problems["probleme"].str.startswith("Ligne d'exemple")]
    assert told[["gravite", "ligne", "valeur"]].values.tolist() == [["information", 2, cells.iloc[0]]]
    assert len(problems) == 1


@pytest.mark.parametrize("column", ["acteur_id", "nom"])
def test_writing_over_either_first_cell_makes_it_a_row(column):
    cells = dict(SHOWN)["acteurs"].copy()
    cells[column] = "CCAS de Brioude"
    kept, told = part_examples(cells.to_frame().T, "acteurs", PATH, "acteurs")
    assert len(kept) == 1 and told is None


def test_only_the_example_goes():
    body = pd.DataFrame(
        {
            "source_id": [" Exemple-acteur", "exemple-acteur", "ccas", ""],
            "cible_id": ["exemple-partenaire", "ccas", "exemple-acteur", "FICTIF"],
        },
        index=[2, 3, 7, 9],
    )
    kept, told = part_examples(body, "liens", PATH, "Liens")
    assert kept.index.tolist() == [3, 7, 9]
    assert told[["fichier", "feuille", "ligne"]].values.tolist() == [["inventaire.xlsx", "Liens", 2]]


@given(st.lists(st.tuples(st.text(max_size=12), st.text(max_size=12)), max_size=6))
def test_rows_are_kept_or_told(cells):
    body = pd.DataFrame(cells, columns=["acteur_id", "nom"], dtype="str")
    kept, told = part_examples(body, "acteurs", PATH, "acteurs")
    assert len(kept) + (0 if told is None else len(told)) == len(body)


def test_a_sheet_without_its_first_columns_or_rows():
    body = pd.DataFrame({"nom": ["FICTIF"]})
    assert part_examples(body, "acteurs", PATH, "acteurs")[0] is body
    empty = pd.DataFrame({"acteur_id": [], "nom": []}, dtype="str")
    assert part_examples(empty, "acteurs", PATH, "acteurs")[1] is None
