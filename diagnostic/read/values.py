"""Cells of text -> values, one function a kind of column. Each returns the values and the mask of what could not be read."""

import re

import numpy as np
import pandas as pd
from stdnum.fr import siren, siret

from diagnostic.vocabulary import normalize_label

_YES = {"oui", "o", "vrai", "true", "1", "x", "yes"}
_NO = {"non", "n", "faux", "false", "0", "no"}
_LIST_BREAKS = re.compile(r"[;|\n\r]+")


def read_numbers(cells):
    """Return cells as float: narrow spaces, French commas and a trailing % or km are understood."""
    text = cells.str.replace(r"\s|(?:%|km)$", "", regex=True).str.replace(",", ".", regex=False)
    numbers = pd.to_numeric(text.where(text != ""), errors="coerce").astype(float)
    numbers = numbers.where(np.isfinite(numbers))  # pandas reads "inf" as a number
    return numbers, numbers.isna() & (cells != "")


def read_dates(cells):
    """Return cells as dates, day first (03/02/2025 is the 3rd of February); a year or a month alone is its first day."""
    # Microseconds hold every year; nanoseconds stop in 2262, before the 31/12/9999 that means "no end".
    dates = pd.Series(pd.NaT, index=cells.index, dtype="datetime64[us]")
    text = cells.str.replace(r"[ T]\d{1,2}:\d{2}(:\d{2})?.*$", "", regex=True)
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%y", "%Y/%m/%d", "%m/%Y", "%Y-%m", "%Y"):
        found = pd.to_datetime(text.where(dates.isna()), format=form, errors="coerce")
        dates = dates.fillna(found.astype("datetime64[us]"))
    return dates, dates.isna() & (cells != "")


def read_yes_no(cells):
    """Return cells as nullable booleans: oui/non, vrai/faux, 1/0, a cross."""
    folded = cells.str.casefold().str.removesuffix(".0")
    values = pd.Series(pd.NA, index=cells.index, dtype="boolean")
    values = values.mask(folded.isin(_YES), True).mask(folded.isin(_NO), False)
    return values, values.isna() & (cells != "")


def read_choices(cells, labels):
    """Return cells as vocabulary codes; `labels` maps normalised labels to codes."""
    distinct = pd.Series(cells.unique())
    codes = dict(zip(distinct, distinct.map(normalize_label).map(labels), strict=True))
    values = cells.map(codes)
    return values.where(cells != ""), values.isna() & (cells != "")


def split_lists(cells):
    """Return each cell as a tuple of stripped items; `;`, `|` and line breaks part them, quotes left over are dropped."""

    def split(cell):
        items = (item.strip().strip('"').strip() for item in _LIST_BREAKS.split(cell))
        return tuple(dict.fromkeys(item for item in items if item))

    distinct = {cell: split(cell) for cell in cells.unique()}
    return cells.map(distinct)


def check_identifiers(cells, digits):
    """Return SIREN (9) or SIRET (14) cells with their spaces removed, and a reason for each one refused ('' when right).

    The check digit is Luhn's, with La Poste's exception (both from `stdnum`). Zeros alone pass Luhn and are refused.
    """
    text = cells.str.replace(r"[\s.\-]", "", regex=True)
    number = siren if digits == 9 else siret
    right = text.map({written: number.is_valid(written) for written in text.unique()}).astype(bool)
    name = "SIREN" if digits == 9 else "SIRET"
    reasons = pd.Series("", index=cells.index, dtype=str).mask(~right, f"{name} dont la clé de contrôle est fausse.")
    reasons = reasons.mask(text.str.fullmatch("0+"), f"{name} fait de zéros.")
    reasons = reasons.mask(~text.str.fullmatch(rf"[0-9]{{{digits}}}"), f"{name} qui n'a pas {digits} chiffres.")
    scientific = cells.str.fullmatch(r"[0-9](?:[.,][0-9]+)?[eE]\+?[0-9]+")
    reasons = reasons.mask(scientific, "Notation scientifique d'un tableur : la valeur exacte est perdue.")
    reasons = reasons.mask(cells == "", "")
    return text.where((cells != "") & (reasons == "")), reasons
