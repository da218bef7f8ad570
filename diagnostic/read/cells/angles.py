"""Latitudes and longitudes as text -> numbers: decimal comma, degrees-minutes-seconds, both in one cell."""

import re

import numpy as np
import pandas as pd

_ANGLE = re.compile(
    r"(?P<avant>[NSEOW])? ?(?P<signe>[+-])?(?P<degres>\d{1,3}(?:[.,]\d+)?) ?(?P<deg>[°ºd])? ?"
    r"(?:(?P<minutes>\d{1,2}(?:[.,]\d+)?) ?(?:['’′]|mn?) ?(?:(?P<secondes>\d{1,2}(?:[.,]\d+)?) ?(?:\"|''|”|″|s)?)?)? ?(?P<apres>[NSEOW])?",
    re.IGNORECASE,
)
_LONGEST_PAIR = 300  # characters: what is longer is a text
_NUMBER = r"[+-]?\d{1,3}"
_PAIR = re.compile(
    rf"^({_NUMBER}\.\d+)\s*[,;/\s]\s*({_NUMBER}\.\d+)$|^([^;]*\d[^;]*?)\s*(?:;|,\s|(?<=[NSEOW])\s)\s*([^;]*\d[^;]*)$",
    re.IGNORECASE,
)


def read_angles(cells):
    """Return cells as decimal degrees (or metres): decimal comma, degrees-minutes-seconds, N S E O and W are understood.

    Returns
    -------
    numbers : Series of float
    wrong : mask of the filled cells that hold no number

    Examples
    --------
    >>> import pandas as pd
    >>> read_angles(pd.Series(["45,04", "45°02'30\\"N", "3° 30' O", "abc"]))[0].round(4).tolist()
    [45.04, 45.0417, -3.5, nan]
    """
    # Most cells are plain numbers: these are read at once, the others one distinct cell at a time.
    plain = cells.str.fullmatch(r"[+-]?[0-9]{1,9}(?:\.[0-9]{1,15})?").fillna(False).astype(bool)
    numbers = pd.Series(np.nan, index=cells.index, dtype=float)
    numbers[plain] = pd.to_numeric(cells[plain]).astype(float)
    others = cells[~plain & (cells != "")]
    if len(others):
        numbers[others.index] = others.map({cell: _read_angle(cell) for cell in others.unique()}).astype(float)
    return numbers, numbers.isna() & (cells != "")


def _read_angle(cell):
    text = re.sub(r"[\s\u00a0\u202f]+", " ", cell).strip()
    if len(text) > _LONGEST_PAIR:
        return np.nan
    plain = re.fullmatch(r"[+-]?\d[\d ]*(?:[.,]\d+)?", text)
    if plain:
        return float(text.replace(" ", "").replace(",", "."))
    found = _ANGLE.fullmatch(text)
    if not found or not any(found.group("avant", "apres", "deg")):
        return np.nan
    sign, degrees, minutes, seconds = found.group("signe", "degres", "minutes", "secondes")
    angle = sum(
        float((part or "0").replace(",", ".")) / scale for part, scale in ((degrees, 1), (minutes, 60), (seconds, 3600))
    )
    side = (found["avant"] or found["apres"] or "").upper()
    return -angle if sign == "-" or side in ("S", "O", "W") else angle


def split_pairs(rows):
    """Return `rows` (text) where a lat cell that holds both values, with an empty lon, is parted: "45.04, 3.88", "45,04 ; 3,88".

    A comma parts the two only where the numbers have points, or a space follows it: "45,04" stays one number.
    """
    if not {"lat", "lon"} <= set(rows):
        return rows
    lat, lon = rows["lat"].astype("str").fillna(""), rows["lon"].astype("str").fillna("")
    alone = (lat != "") & ((lon == "") | (lon == lat)) & (lat.str.len() <= _LONGEST_PAIR)
    if not alone.any():
        return rows
    pairs = lat[alone].str.strip(" ()[]").str.extract(_PAIR).reindex(rows.index)
    first, second = pairs[0].fillna(pairs[2]), pairs[1].fillna(pairs[3])
    parted = first.notna()
    if not parted.any():
        return rows
    return rows.assign(lat=rows["lat"].mask(parted, first), lon=rows["lon"].mask(parted, second))
