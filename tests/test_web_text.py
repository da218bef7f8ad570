"""Columns as plain lists: gaps told, numbers rounded, inhabitants added up by hand."""

import numpy as np
import pandas as pd

from diagnostic.draw.web_text import fill_text, list_flags, list_numbers, sum_population, take_column, tell_text


def test_gaps_are_words_none_or_no():
    table = pd.DataFrame({"mot": ["a", None], "oui": pd.array([True, pd.NA], "boolean")})
    assert fill_text(table["mot"], "rien").tolist() == ["a", "rien"]
    assert fill_text(take_column(table, "absente"), "rien").tolist() == ["rien", "rien"]
    assert list_flags(table, "oui") == [True, False] and list_flags(table, "absente") == [False, False]
    assert (tell_text(np.nan, "x"), tell_text(None), tell_text(3)) == ("x", "", "3")


def test_numbers_are_rounded_and_whole_without_decimals():
    assert list_numbers([1.26, np.nan, 2]) == [1, None, 2]
    assert list_numbers([1.26, np.nan, 2], 1) == [1.3, None, 2.0]


def test_inhabitants_are_added_by_group_and_unknown_when_one_is():
    communes = pd.DataFrame({"population": [100.0, 50.0, np.nan]})
    assert sum_population(communes, np.array([0, 1, 1, 2]), np.array([0, 0, 1, 2]), 4) == [150, 50, None, 0]
    assert sum_population(communes, np.array([0, 1]), np.array([0, 1]), 2, share=np.array([0.25, np.nan])) == [25, None]
