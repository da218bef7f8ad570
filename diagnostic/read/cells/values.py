"""Cells of text -> values, one function a kind of column. Each returns the values and the mask of what could not be read."""

import re

import numpy as np
import pandas as pd

from diagnostic.read.cells.dates import read_dates  # noqa: F401  the readers of cells are found here, wherever they are written
from diagnostic.vocabulary import normalize_label

_YES = {"oui", "o", "vrai", "true", "1", "x", "yes", "✓", "✔", "☑", "✅"}
_NO = {"non", "n", "faux", "false", "0", "no", "☐"}
# `A","B` and `A";"B`: what is left of a list in a cell whose quotes were broken.
_LIST_BREAKS = re.compile(r"\"\s*,\s*\"|[;|\n\r]+")
_COMMAS = re.compile(r"\"?\s*,\s*\"?|\s/\s")
# What \s means, spelled out: pandas hands a pattern with \s to Python, cell by cell, ten times as slow.
SPACES = "\t-\r\x1c- \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_UNIT = f"[{SPACES}]*(?:%|km|€|h)$"
# What people write where they have nothing to write; "s" is the statistical secret, in columns of numbers only.
_MISSING = {"nc", "nd", "nr", "na", "ns", "so", "null", "none", "nan", "nonrenseigne", "nonconnu", "noncommunique", "inconnu",
            "nondisponible", "sansobjet", "neant", "avenir", "acompleter", "arenseigner"}  # fmt: skip
_MISSING_SIGNS = {
    "-",
    "--",
    "---",
    "—",
    "–",
    "?",
    "??",
    "/",
    "...",
    "…",
    "#N/A",
    "#N/D",
    "#REF!",
    "#VALEUR!",
    "#VALUE!",
    "*",
    ".",
}


def read_numbers(cells):
    """Return cells as float: spaces and apostrophes in thousands, French commas and a unit at the end are understood.

    Examples
    --------
    >>> read_numbers(pd.Series(["1 234,5", "1'234", "45 %", "douze"]))[0].tolist()
    [1234.5, 1234.0, 45.0, nan]
    """
    plain = (cells == "") | cells.str.fullmatch(r"[+-]?[0-9]+(?:[.][0-9]+)?").astype(bool)
    text = cells.where(cells != "")
    if not plain.all():  # most numbers are plain: only the others are rewritten
        odd = cells[~plain].str.replace(_UNIT, "", regex=True).str.replace(f"[{SPACES}]", "", regex=True)
        odd = odd.str.replace(r"(?<=\d)['’](?=\d{3})", "", regex=True).str.replace(",", ".", regex=False)
        # Unicode has other digits and pandas reads them; a spreadsheet does not.
        shaped = odd.str.fullmatch(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
        text = text.mask(~plain, odd.where(shaped))
    numbers = pd.to_numeric(text, errors="coerce").astype(float)
    numbers = numbers.where(np.isfinite(numbers))  # 1e400 is no number
    return numbers, numbers.isna() & (cells != "")


def read_shares(cells):
    """Return cells as shares between 0 and 1 (45 % is 0.45), the mask of the unread and the mask of the percentages."""
    numbers, wrong = read_numbers(cells)
    percent = cells.str.endswith("%").astype(bool) & ~wrong
    return numbers.where(~percent, numbers / 100), wrong, percent


def propose_numbers(cells):
    """Return the one number that each unread cell holds (environ 12, 1.234,5), as it should be written, or ''."""
    text = cells.str.replace(
        r"^([+-]?\d{1,3}(?:\.\d{3})+),(\d+)$", lambda m: m[1].replace(".", "") + "," + m[2], regex=True
    )
    alone = text.str.extract(r"^[^\d]*?([+-]?\d+(?:[.,]\d+)?)[^\d]*$", expand=False).fillna("")
    return alone.mask(cells.str.contains(r"\d[_xX]|[xX]\d", regex=True), "")


def find_missing(cells, *, secret=False):
    """Return the mask of the cells that say there is nothing to say (n.c., nd, -, non renseigné); `secret` adds « s »."""
    words = cells[cells.str.fullmatch("[^0-9]{1,20}").astype(bool)].unique()
    folded = _MISSING | ({"s"} if secret else set())
    said = [word for word in words if word in _MISSING_SIGNS or normalize_label(word) in folded]
    return cells.isin(said) if said else pd.Series(False, index=cells.index)


def read_yes_no(cells):
    """Return cells as nullable booleans: oui/non, vrai/faux, 1/0, a cross."""
    ranks, distinct = pd.factorize(cells)
    folded = [cell.casefold().removesuffix(".0") for cell in distinct]
    said = pd.array([True if word in _YES else False if word in _NO else None for word in folded], dtype="boolean")
    values = pd.Series(said.take(ranks), index=cells.index)
    return values, values.isna() & (cells != "")


def read_choices(cells, labels):
    """Return cells as vocabulary codes; `labels` maps normalised labels to codes."""
    ranks, distinct = pd.factorize(cells)
    codes = pd.array([labels.get(normalize_label(cell)) if cell else None for cell in distinct], dtype="str")
    values = pd.Series(codes.take(ranks), index=cells.index)
    return values, values.isna() & (cells != "")


def split_lists(cells, labels=None):
    """Return each cell as a tuple of stripped items; `;`, `|`, line breaks and `","` part them, quotes left over are dropped.

    With `labels` (normalised label -> code), a comma or " / " parts an item too when all its parts are known and it is not:
    « Santé, mobilité » is two themes, « Le Puy, Brioude » stays one text.
    """
    known = labels or {}

    def part(item):
        if not known or normalize_label(item) in known:
            return [item]
        parts = [text for text in _COMMAS.split(item) if text.strip()]
        return parts if len(parts) > 1 and all(normalize_label(text) in known for text in parts) else [item]

    def split(cell):
        items = (item.strip().strip('"').strip() for item in _LIST_BREAKS.split(cell))
        items = (text.strip().strip('"').strip() for item in items for text in part(item))
        return tuple(dict.fromkeys(item for item in items if item))

    ranks, distinct = pd.factorize(cells)
    items = np.empty(len(distinct), dtype=object)
    items[:] = [split(cell) for cell in distinct]
    return pd.Series(items[ranks], index=cells.index, dtype=object)
