"""Rows of links and participations that say again what another row says -> set aside, each told with the row that stays."""

import numpy as np
import pandas as pd

from diagnostic.schema import describe_table, join_problems, list_problems

# What a row of each table says at least, then what it says more: a row that holds nothing beyond says no more than a fuller one.
SAID = {
    "participations": [["acteur_id", "dispositif_id", "role"], ["stade", "qualification"]],
    "liens": [["source_id", "cible_id"], ["type", "oriente"]],
    "adhesions": [["acteur_id", "reseau_id"]],
}
_MISSING = "\x1f"
_OPPOSITE = "Répétition d'un lien, écrit dans l'autre sens"


def part_repeats(tables):
    """Set aside the rows that repeat another row, the first staying.

    A row repeats another when all its cells are equal, or when it holds nothing but who and what, and another row of the
    same says more (a cross in a grid beside a row of the long sheet). A link that is not one-way is the same in both
    directions; two actors who each declare it (`declarant_id`) are two declarations, and both stay.

    Parameters
    ----------
    tables : dict with participations, liens, adhesions, their references resolved

    Returns
    -------
    tables : dict
    problemes : DataFrame, one `information` a row set aside
    """
    parted, problems = dict(tables), []
    for table, levels in SAID.items():
        parted[table], found = _part_table(tables[table], table, levels)
        problems.append(found)
    return parted, join_problems(*problems)


def _part_table(rows, table, levels):
    if len(rows) < 2:
        return rows, None
    texts, turned = _spell(rows, table)
    kept_by = pd.Series(-1, index=range(len(rows)))
    columns = list(texts)
    places = np.arange(len(rows))
    first = texts.assign(place=places).groupby(columns, sort=False)["place"].transform("first").to_numpy()
    kept_by[first != places] = first[first != places]
    said = []
    for level in levels:
        said += level
        rest = [column for column in columns if column not in said]
        bare = (texts[rest] == _MISSING).all(axis=1).to_numpy()
        # The fuller row that stays: the first of the same that is not itself set aside.
        fuller = texts[said].assign(place=places)[~bare & (kept_by == -1).to_numpy()].groupby(said, sort=False)["place"].first()
        match = texts[said].merge(fuller.reset_index(), on=said, how="left")["place"].fillna(-1).astype(int).to_numpy()
        again = bare & (match >= 0) & (kept_by == -1).to_numpy()
        kept_by[again] = match[again]
    aside, kept_by = (kept_by >= 0).to_numpy(), kept_by.to_numpy()
    # The row that stays is the one told: a repeat of a repeat is a repeat of the first.
    while (late := aside & aside[np.maximum(kept_by, 0)]).any():
        kept_by = np.where(late, kept_by[np.maximum(kept_by, 0)], kept_by)
    told = _tell(rows, aside, kept_by[aside], turned, table)
    return (rows[~aside].reset_index(drop=True) if aside.any() else rows), told


def _spell(rows, table):
    """Return the cells as text to be compared, the ends of a link in one order, and the mask of the links turned."""
    described = describe_table(table)
    texts = pd.DataFrame({column: rows[column].astype("object") for column in described.index}).reset_index(drop=True)
    if table == "liens":
        texts["oriente"] = texts["oriente"].astype("boolean").fillna(False)
    texts = texts.astype("object").where(texts.notna(), _MISSING).astype(str)
    turned = pd.Series(False, index=texts.index)
    if table == "liens":
        turned = (texts["oriente"] != "True") & (texts["source_id"] > texts["cible_id"])
        texts = texts.assign(
            source_id=texts["source_id"].where(~turned, texts["cible_id"]), cible_id=texts["cible_id"].where(~turned, texts["source_id"]),
            # Not one-way is what a link is when nothing is said of it: no more is said by saying it.
            oriente=texts["oriente"].replace("False", _MISSING),
        )  # fmt: skip
    return texts, turned.to_numpy()


def _tell(rows, aside, kept, turned, table):
    if not aside.any():
        return None
    again, first = rows[aside], rows.iloc[kept]
    opposite = turned[aside] != turned[kept]
    messages = []
    for sheet, line, other, back in zip(first["feuille"], first["ligne"], again["feuille"], opposite, strict=True):
        where = f"ligne {line}" if sheet == other else f"feuille {sheet}, ligne {line}"
        messages.append(f"{_OPPOSITE if back else 'Répétition'} ({where}) : comptée une fois.")
    column = SAID[table][0][1]
    return list_problems("information", again, messages, "rien ; ou supprimez la répétition", colonne=column, valeur=again[column])
