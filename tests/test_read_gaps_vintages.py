"""Several rows for one commune of today: counts add up when all are published, nothing else does, nothing is rebuilt."""

import itertools

import numpy as np
import pandas as pd
import pytest

from diagnostic.read.gaps.vintages import GRAVITY, list_states, sum_rows


def make_rows(*rows):
    return pd.DataFrame(rows, columns=["code_insee", "entiere", "valeur", "classe", "etat"])


ROWS = make_rows(
    ["A", True, 10.0, None, "publie"], ["A", False, 5.0, None, "publie"], ["B", True, 8.0, None, "publie"],
    ["B", False, np.nan, None, "secret"], ["C", True, 7.0, None, "publie"], ["D", False, 3.0, None, "publie"],
    ["E", True, np.nan, None, "vide"],
)  # fmt: skip


def test_counts_add_up_by_hand():
    found = sum_rows(ROWS, "nombre")
    assert found["etat"].to_dict() == {"A": "publie", "B": "secret", "C": "publie", "D": "autre_millesime", "E": "vide"}
    assert found["valeur"].fillna(-1).to_dict() == {"A": 15, "B": -1, "C": 7, "D": -1, "E": -1}


@pytest.mark.parametrize("genre", ["part", "valeur"])
def test_a_rate_is_that_of_one_row_or_none(genre):
    found = sum_rows(ROWS, genre)
    assert found["etat"].to_dict() == {"A": "autre_millesime", "B": "autre_millesime", "C": "publie", "D": "autre_millesime", "E": "vide"}
    assert found["valeur"].dropna().to_dict() == {"C": 7}


def test_a_class_keeps_its_words():
    rows = make_rows(*[[code, whole, np.nan, "rural", "publie"] for code, whole in (("A", True), ("B", True), ("B", False))])
    found = sum_rows(rows, "classe")
    assert found["classe"].fillna("").tolist() == ["rural", ""] and found["valeur"].isna().all()
    assert found["etat"].tolist() == ["publie", "autre_millesime"]


@pytest.mark.parametrize("states", list(itertools.combinations(GRAVITY, 2)))
def test_the_gravest_state_stands_against_a_naive_rule(states):
    rows = make_rows(*[["A", place == 0, 1.0 if state == "publie" else np.nan, None, state] for place, state in enumerate(states)])
    worst = next(state for state in GRAVITY if state in states)
    for order in (rows, rows[::-1]):
        found = sum_rows(order, "nombre").loc["A"]
        assert found["etat"] == worst and (np.isnan(found["valeur"]) or worst == "publie")


def test_an_empty_table():
    found = sum_rows(ROWS.head(0), "nombre")
    assert found.empty and found.columns.tolist() == ["valeur", "classe", "etat"]


def test_the_first_state_that_holds():
    index = pd.Index([1, 2, 3])
    masks = {"a": pd.Series([True, False, False], index=index), "b": pd.Series([True, True, False], index=index)}
    assert list_states(masks, index).tolist() == ["a", "b", "non_disponible"]
