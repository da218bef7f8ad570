"""SIREN and SIRET as people copy them -> the number, or why it is refused and what was surely meant."""

import numpy as np
import pandas as pd

from diagnostic.read.cells.values import SPACES

_POSTE = "356000000"  # La Poste's offices: the digits of their SIRET add up to a multiple of 5, and Luhn does not hold
_POSTE_SEAT = "35600000000048"
_ZEROS = 4  # at the end of a number whose key is wrong: a spreadsheet kept its first figures only
_ROUNDED = "un tableur a arrondi ce numéro, retapez-le en texte"


def check_identifiers(cells, digits):
    """Return SIREN (9) or SIRET (14) cells without their spaces, a reason for each one refused, and what to write instead.

    The check digit is Luhn's, with La Poste's exception. Zeros alone pass Luhn and are refused.

    Returns
    -------
    numbers : Series of str, missing where the cell is empty or refused
    reasons : Series of str, "" when right
    proposals : Series of str, the number that was surely meant (a zero eaten by a spreadsheet, the SIREN of a SIRET), or ""

    Examples
    --------
    >>> numbers, reasons, proposals = check_identifiers(pd.Series(["200 073 419", "12002701600563"], dtype=str), 9)
    >>> numbers.fillna("").tolist(), reasons.tolist(), proposals.tolist()
    (['200073419', ''], ['', "SIREN qui n'a pas 9 chiffres."], ['', '120027016'])
    """
    odd = ~cells.str.fullmatch("[0-9]*").astype(bool)
    text = cells.mask(odd, cells[odd].str.replace(r"\.0$", "", regex=True).str.replace(rf"[{SPACES}.\-'’]", "", regex=True))
    right = _is_right(text, digits)
    name = "SIREN" if digits == 9 else "SIRET"
    reasons = pd.Series("", index=cells.index, dtype=str).mask(~right, f"{name} dont la clé de contrôle est fausse.")
    reasons = reasons.mask(text.str.fullmatch("0+"), f"{name} fait de zéros.")
    reasons = reasons.mask(~text.str.fullmatch(rf"[0-9]{{{digits}}}"), f"{name} qui n'a pas {digits} chiffres.")
    scientific = cells.str.fullmatch(r"[0-9](?:[.,][0-9]+)?[eE]\+?[0-9]+")
    reasons = reasons.mask(scientific, f"Notation scientifique : {_ROUNDED}.")
    ended = text.str.fullmatch(rf"[0-9]{{{digits - _ZEROS - 1},{digits - _ZEROS}}}0{{{_ZEROS}}}") & ~right & ~text.str.fullmatch("0+")
    reasons = reasons.mask(ended, f"{name} qui finit par des zéros : {_ROUNDED}.")
    scientific = scientific | ended
    reasons = reasons.mask(cells == "", "")
    refused = reasons != ""
    proposals = pd.Series("", index=cells.index, dtype=str)
    proposals[refused & ~scientific] = _propose(text[refused & ~scientific], digits)
    return text.where((cells != "") & ~refused), reasons, proposals


def find_mismatch(sirens, sirets):
    """Return the mask of the rows whose SIRET does not begin with their SIREN; a missing one is no mismatch."""
    both = sirens.notna() & sirets.notna()
    return both & (sirets.astype("str").str.slice(0, 9) != sirens.astype("str")).fillna(False).astype(bool)


def _propose(text, digits):
    """Return what was surely meant, when it passes the check: the zero put back, the SIREN inside a SIRET or a VAT number."""
    figures = text.str.replace("[^0-9]", "", regex=True)
    proposals = pd.Series("", index=text.index, dtype=str)
    short = text.str.fullmatch(rf"[0-9]{{{digits - 1}}}").astype(bool)
    readings = [(short, "0" + figures)]
    if digits == 9:
        readings.append((_is_right(text, 14), figures.str.slice(0, 9)))
        readings.append((text.str.fullmatch(r"FR[0-9]{11}").astype(bool), figures.str.slice(-9)))
    for place, meant in readings:
        proposals = proposals.mask(place & _is_right(meant, digits), meant)
    return proposals.mask(figures.str.fullmatch("0*"), "")


def _is_right(text, digits):
    """Return whether each text is `digits` digits whose key is right."""
    shaped = text.str.fullmatch(rf"[0-9]{{{digits}}}").astype(bool)
    right = pd.Series(False, index=text.index)
    numbers = text[shaped]
    if not len(numbers):
        return right
    figures = np.frombuffer("".join(numbers.to_numpy(dtype=object)).encode("ascii"), dtype="uint8").reshape(len(numbers), digits) - ord("0")
    passed = _is_luhn(figures)
    if digits == 14:
        office = numbers.str.startswith(_POSTE).to_numpy(bool) & (numbers != _POSTE_SEAT).to_numpy(bool)
        passed = np.where(office, figures.sum(axis=1) % 5 == 0, passed) & _is_luhn(figures[:, :9])
    right[shaped] = passed
    return right


def _is_luhn(figures):
    """Return whether each row of digits passes Luhn's check."""
    doubled = figures.astype("int64")
    doubled[:, -2::-2] *= 2
    return (doubled // 10 + doubled % 10).sum(axis=1) % 10 == 0
