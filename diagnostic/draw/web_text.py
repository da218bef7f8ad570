"""Columns turned into the plain lists the web map reads: texts without gaps, numbers rounded, inhabitants added up."""

import numpy as np
import pandas as pd


def take_column(table, name):
    """Return a column of `table`, empty cells when it has none of this name."""
    return table[name] if name in table else pd.Series(np.nan, index=table.index, dtype="object")


def fill_text(texts, default):
    """Return `texts` as words, `default` (a word or a Series) where there is none."""
    # Through object: a column wholly empty comes as numbers, and would refuse a text.
    texts = texts.astype("object")
    return texts.where(texts.notna(), default).astype(str)


def list_flags(table, name):
    """Return a column of yes and no as a list, no where nothing is said."""
    return take_column(table, name).astype("boolean").fillna(False).astype(bool).tolist()


def list_numbers(values, decimals=0):
    """Return `values` rounded, as whole numbers without decimals, None where missing."""
    values = pd.to_numeric(pd.Series(values)).astype(float).round(decimals)
    if decimals == 0:
        return [None if value != value else int(value) for value in values]
    return [None if value != value else value for value in values]


def tell_text(value, default=""):
    """Return a cell as a word, `default` when empty."""
    return default if value is None or value != value else str(value)


def sum_population(communes, commune, group, size, share=1.0):
    """Return the inhabitants of each of `size` groups, whole numbers; None when those of one member are not known.

    Parameters
    ----------
    communes : DataFrame with population
    commune, group : array of int
        Position of the commune and group of each row.
    share : float or array, share of the commune's inhabitants that is of the group, NaN when not known
    """
    people = pd.to_numeric(take_column(communes, "population")).to_numpy(dtype=float)[commune] * share
    return list_numbers(np.bincount(group, weights=people, minlength=size))
