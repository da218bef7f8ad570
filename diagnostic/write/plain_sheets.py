"""Sheets that are read before they are computed with: headings and codes in plain French, shares as percentages."""

import re
from textwrap import wrap

import numpy as np
import pandas as pd

from diagnostic.vocabulary import read_vocabulary

# Chapters of the reading sheet whose sheets have French headings; the others keep the names that resultats.json and code use.
PLAIN_CHAPTERS = ["À lire d'abord", "Liens et réseaux", "Métiers et postes"]
LONGEST_HEADING = 70
LONG_TEXT = 90  # letters: beyond, a text is wrapped in a column of that width
LINE_POINTS = 15  # height of a line of a wrapped text
# What is read, and printed, of a wide sheet: these columns come first; the others follow, out of the printed area.
FIRST_COLUMNS = {
    "lectures": ["theme", "territoire", "phrase"],
    "constats": ["titre", "etat", "phrase"],
    "constats_details": ["titre", "objet", "nom", "detail"],
    "comparaison_territoires": [
        "territoire_id", "nom", "nb_communes", "population", "surface_km2", "habitants_km2", "departements", "pourquoi_vide",
    ],
    "comparaison_reperes": [
        "territoire", "titre", "valeur", "semblables_q25", "semblables_q75", "ecart_semblables", "voisins_q25", "voisins_q75",
        "ecart_voisins",
    ],
    "comparaison_entonnoirs": ["territoire", "titre", "numerateur", "taille", "valeur", "taux", "situation"],
    "comparaison_moran": ["titre", "moran", "moran_attendu", "p_permutations", "nb_amas", "raison_absence"],
    "comparaison_amas_locaux": ["titre", "territoire", "valeur", "moyenne_voisins", "type_amas"],
    "constats_a_decider": ["constat", "levier_libelle", "decision", "qui", "quand"],
}
_SHARE = re.compile(r"(?:part_|densite|taux_|perte_|erreur_|fiabilite$).*")
_CUT = re.compile(r"\s*(?: : | ;|\().*")  # what a definition adds to the name of the thing


def is_plain(table):
    """Say whether a table has a sheet with French headings."""
    tables = read_vocabulary("tables").set_index("table")
    return table in tables.index and tables.at[table, "rubrique"] in PLAIN_CHAPTERS


def name_columns(table, columns, meanings):
    """Return {column: heading} for the columns of a table: what they mean, shortened; the name of a column where that is not told.

    Two columns never share a heading: the second keeps its name, spaced.

    Parameters
    ----------
    meanings : dict of column -> definition (`workbook.describe_columns`)
    """
    named = {}
    if not is_plain(table):
        return named
    for column in columns:
        short = _CUT.sub("", meanings.get(column, "")).strip(" .")
        spelled = str(column).replace("_", " ")
        heading = short if 0 < len(short) <= LONGEST_HEADING else spelled
        named[column] = heading if heading not in named.values() else spelled
    return named


def label_words(rows, table):
    """Return `rows` with the codes of results told in words (`mots_mesures.csv`); other cells are left as they are."""
    words = read_vocabulary("mots_mesures")
    words = words[words["table"].isin([table, "*"])]
    for column, entries in words.groupby("colonne"):
        if column in rows.columns and is_plain(table):
            told = dict(zip(entries["code"], entries["libelle"], strict=True))
            rows = rows.assign(**{column: rows[column].map(lambda cell: told.get(cell, cell) if isinstance(cell, str) else cell)})  # noqa: B023
    return rows


def name_things(flat, table, names):
    """Return a plain sheet with the name of each structure and dispositif beside its identifier, where it has no name already.

    Parameters
    ----------
    names : dict of column of identifiers -> {identifier: name}, those that the edition shows
    """
    if not is_plain(table) or "nom" in flat.columns:
        return flat
    named = flat.copy()
    for column, known in names.items():
        if column in named.columns:
            told = named[column].map(lambda key: known.get(key))  # noqa: B023
            named.insert(named.columns.get_loc(column) + 1, f"nom_{column.removesuffix('_id')}", told)
    return named


def put_first(flat, table):
    """Return a sheet with the columns that are read first of all in front, and how many they are (all of them by default)."""
    first = [column for column in FIRST_COLUMNS.get(table, ()) if column in flat.columns]
    return flat[[*first, *(column for column in flat.columns if column not in first)]], len(first) or len(flat.columns)


def count_lines(cells):
    """Return how many lines each cell of a wrapped column takes: int array (n,), 1 at least."""
    lengths = cells.map(lambda cell: len(cell) if isinstance(cell, str) else 0).to_numpy(dtype=float)
    # Lines break between words: they hold a little less than their width.
    return np.maximum(1, np.ceil(lengths / (0.95 * LONG_TEXT))).astype(int)


def count_wrapped(text, width):
    """Return how many lines a text takes in a wrapped cell of `width` (letters, the unit of a spreadsheet), 1 at least.

    A tenth of the width is left aside: the letters of a free program's fonts are wider than Excel's.

    >>> [count_wrapped(text, 20) for text in ("", "deux mots", "un deux trois quatre cinq", "un" + chr(10) + "deux", "x" * 40)]
    [1, 1, 2, 2, 3]
    """
    room = max(int(0.9 * width), 1)
    return sum(len(wrap(part, room)) or 1 for part in str(text).split("\n"))


def count_row_lines(texts, widths):
    """Return how many lines each row of wrapped cells takes: those of its longest text.

    Parameters
    ----------
    texts : DataFrame of any cells
    widths : dict of column -> width (letters)

    Examples
    --------
    >>> import pandas as pd
    >>> count_row_lines(pd.DataFrame({"a": ["un", "un deux trois quatre cinq"], "b": ["x", "y"]}), {"a": 20, "b": 5}).tolist()
    [1, 2]
    """
    counts = {name: [count_wrapped(text, widths[name]) for text in texts[name].astype("str")] for name in texts}
    return pd.DataFrame(counts, index=texts.index).max(axis=1)


def is_share(table, column):
    """Say whether a column of a plain sheet holds shares of 1."""
    return is_plain(table) and _SHARE.fullmatch(str(column)) is not None
