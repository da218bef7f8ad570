"""Corrections of a merge that leave the commune of an actor and its code INSEE saying two different things."""

import pandas as pd

from diagnostic.schema import ORIGIN_COLUMNS, list_problems
from diagnostic.vocabulary import normalize_label

_CLUES = ["code_insee", "commune", "code_postal"]
_FIX = "corrigez aussi l'autre case (code_insee ou commune) : tant qu'elles se contredisent, le code l'emporte"


def tell_towns(opened, saves, rows):
    """Tell the corrections of `commune` or `code_insee` that the other cell of the row contradicts; they are kept all the same.

    Parameters
    ----------
    opened : dict, `edits.open_edits`
    saves : list of dict, those of this merge (`read.back.linking.link_corrections`)
    rows : DataFrame, the corrections as they were read, where each one is

    Returns
    -------
    DataFrame or None, one `attention` an actor; what the inventory said already is not told
    """
    from diagnostic.read.places.cog import read_cog
    from diagnostic.read.places.places import resolve_places

    before, after = _list_rows(opened["lues"]["acteurs"], saves)
    if not len(after):
        return None
    cog = read_cog()
    told = [resolve_places(part, cog)[1] for part in (before, after)]
    known, found = (part[part["colonne"] == "code_insee"].astype({"ligne": "Int64"}) for part in told)
    found = found[(found["gravite"] == "attention") & ~found["probleme"].isin(known["probleme"])]
    places = {rank: _locate(after.loc[rank], rows) for rank in found["ligne"].unique()}
    where = pd.DataFrame([places[rank] for rank in found["ligne"]], columns=ORIGIN_COLUMNS)
    messages = ("« " + after.loc[found["ligne"], "appel"] + " » : ").to_numpy() + found["probleme"].to_numpy()
    return list_problems("attention", where, messages, _FIX, colonne="commune", valeur=after.loc[found["ligne"], "commune"])


def _list_rows(read, saves):
    """Return the actors whose commune or code changes, before and after: clues, appel, identifiant, origine; index = a rank."""
    cells = {}
    for save in saves:
        if save["table"] == "acteurs" and save["geste"] in ("modification", "ajout"):
            said = {cell["colonne"]: cell["apres"] for cell in save["cases"]}
            held = cells.setdefault(save["identifiant"], {"appel": save["nom"], "origine": save["origine"], "dit": {}})
            held["dit"] |= said
    moved = {name: held for name, held in cells.items() if {"commune", "code_insee"} & set(held["dit"])}
    before, after = [], []
    for rank, (name, held) in enumerate(moved.items()):
        written = {column: str(read.at[name, column] or "") if name in read.index and column in read else "" for column in _CLUES}
        place = {"appel": held["appel"], "identifiant": name, "origine": held["origine"], "fichier": "", "feuille": "", "ligne": rank}
        before.append(written | place)
        after.append(written | {column: held["dit"].get(column, written[column]) for column in _CLUES} | place)
    columns = [*_CLUES, "appel", "identifiant", "origine", *ORIGIN_COLUMNS]
    tables = [pd.DataFrame(part, columns=columns, dtype=object) for part in (before, after)]
    return [table.assign(**{column: table[column].where(table[column] != "", None) for column in _CLUES}) for table in tables]


def _locate(row, rows):
    """Return where the correction is in its file: (fichier, feuille, ligne); the file alone where no line is recognised."""
    names = {normalize_label(row["identifiant"]), normalize_label(row["appel"])}
    same = (rows["fichier"] == row["origine"]) & rows["identifiant"].map(normalize_label).isin(names)
    asked = rows[same & rows["colonne"].map(normalize_label).isin(["commune", "codeinsee", "nomdelacommune"])]
    return list(asked[ORIGIN_COLUMNS].iloc[0]) if len(asked) else [row["origine"], "", pd.NA]
