"""What names or reaches a person in a text: replaced, the same way in every table."""

import re
from hashlib import sha256

import pandas as pd

from diagnostic.schema import describe_table, list_tables

# Columns of lists of identifiers: {what they name: columns}.
LIST_REFERENCES = {"acteurs": ["membres", "acteurs"], "dispositifs": ["dispositifs"]}
_MAIL = r"[\w.+-]+@[\w-]+\.[\w.]*\w"
_PHONE = r"(?:(?:\+|\b00)33\s*(?:\(0\))?|\b0)\s*[1-9](?:[\s.\-]*\d{2}){4}\b"
_CIVILITY = r"\b(?:M\.|MM\.|Mmes?\b|Mlles?\b|Monsieur\b|Madame\b)(?:\s+(?:de\s+|d['’])?[A-ZÀ-ÖØ-Þ][\w'’-]*){1,3}"
_PERSONAL = re.compile("|".join([_MAIL, _PHONE, _CIVILITY]))
_PERSON_IN_ID = re.compile("|".join([_MAIL, _CIVILITY]))  # ten digits in an identifier are a number, no telephone
_ID_NAMES = re.compile(r".*_id(?:_\d)?|acteur_[ab]")
MASK = "[masqué]"


def mask_personal(rows, name):
    """Return `rows` with e-mails, phone numbers and « M. Nom » of every text replaced (lists and index too), and how many.

    An identifier is kept as it is; one made of an e-mail or of a person's name is replaced by one of its own, the same in
    every table: two that differ never become equal.

    >>> mask_personal(pd.DataFrame({"nom": ["Aide, 04 71 00 00 00", "CCAS"]}), "acteurs")[0]["nom"].tolist()
    ['Aide, [masqué]', 'CCAS']
    """
    told, identifiers = [], _list_identifiers(rows, name)
    for column in [c for c in rows.columns if rows[c].dtype == object or pd.api.types.is_string_dtype(rows[c].dtype)]:
        changed = _find_changes(rows[column], _mask_identifier if column in identifiers else _mask)
        found = rows[column].map(lambda cell: cell in changed).astype(bool) if changed else None  # noqa: B023
        if changed:
            rows = rows.assign(**{column: rows[column].map(lambda cell: changed.get(cell, cell))})  # noqa: B023
            told.append([name, f"colonne {column}", int(found.sum()), "courriel, téléphone ou nom de personne dans un texte"])
    mask = _mask_identifier if rows.index.name in identifiers else _mask
    changed = _find_changes(rows.index, mask) if rows.index.nlevels == 1 else {}
    return (rows.rename(index=changed) if changed else rows), told


def _list_identifiers(rows, name):
    """Return the names of the columns, and of the index, that hold identifiers: declared so, or named so in a measure."""
    described = describe_table(name) if name in list_tables() else pd.DataFrame(columns=["genre", "liste"])
    declared = described["genre"].eq("id") | described["genre"].str.startswith("ref:") | described["liste"].str.startswith("ref:")
    listed = {*described.index[declared.astype(bool)], *(c for names in LIST_REFERENCES.values() for c in names)}
    return listed | {c for c in [*rows.columns, rows.index.name] if isinstance(c, str) and _ID_NAMES.fullmatch(c)}


def _find_changes(cells, mask):
    """Return {cell: masked cell} for the distinct texts, and lists of texts, that hold something personal."""
    masked = {cell: mask(cell) for cell in cells.unique() if isinstance(cell, str | tuple)}
    return {cell: hidden for cell, hidden in masked.items() if hidden != cell}


def _mask(value):
    if isinstance(value, str):
        return _PERSONAL.sub(MASK, value)
    return tuple(map(_mask, value)) if isinstance(value, tuple | list) else value


def _mask_identifier(value):
    if isinstance(value, tuple | list):
        return tuple(map(_mask_identifier, value))
    if not isinstance(value, str) or not _PERSON_IN_ID.search(value):
        return value
    return f"{MASK[:-1]} {sha256(value.encode()).hexdigest()[:10]}]"


def mask_settings(value):
    """Mask the texts of settings and of the dossier's own vocabulary."""
    if isinstance(value, dict):
        return {key: mask_settings(item) for key, item in value.items()}
    return mask_personal(value, "")[0] if isinstance(value, pd.DataFrame) else _mask(value)
