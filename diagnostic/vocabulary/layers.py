"""Which layers of the field a name or a label is that of: `noms_couches.csv`."""

import re
from functools import cache

import pandas as pd

from diagnostic.vocabulary import normalize_label, read_vocabulary

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def match_layers(couches, labels=None):
    """Return the code in `noms_couches.csv` of each layer, on its index; missing for one that is not known.

    Parameters
    ----------
    couches : Index or Series of codes
    labels : Series on the same index, optional; read without the year where the code is not known

    Examples
    --------
    >>> match_layers(pd.Index(["BV", "Secteurs"]), pd.Series(["Bassins de vie 2022", "Secteurs"], ["BV", "Secteurs"])).tolist()
    ['BASSIN_DE_VIE', nan]
    """
    known = _index_spellings()
    codes = pd.Series(couches, index=couches).astype("str")
    found = codes.map(_fold).map(known)
    return found if labels is None else found.fillna(labels.astype("str").map(_fold).map(known))


def _fold(text):
    return normalize_label(_YEAR.sub("", text))


@cache
def _index_spellings():
    """Return {spelling: code} of the known layers: code, singular, plural, aliases."""
    known = {}
    for row in read_vocabulary("noms_couches").itertuples():
        spellings = [row.couche, row.singulier, row.pluriel, *row.alias.split(";")]
        known |= {normalize_label(spelling): row.couche for spelling in spellings if spelling}
    return known
