"""Whole rows in a copy of the inventory: those that the edits add, remove, or bring back."""

import pandas as pd

from diagnostic.schema import NEW_ROW, ORIGIN_COLUMNS, ROW, ROW_COLUMN, ROW_GONE, ROW_THERE, describe_table

ADDED_COLUMNS = ["identifiant", "table", "feuille", "colonne", "texte"]


def is_settled(states, taken):
    """Return the mask of the cells that the inventory holds as they were settled: what a person typed there since is not undone.

    Parameters
    ----------
    states : DataFrame, `row_states.settle_rows`
    taken : collection of str, the saves that the inventory holds already
    """
    return states["saisie"].isin(taken) & ~states["defaites"].map(bool)


def list_gone(states, rows):
    """Return the rows of the inventory that the copy leaves out, as a set of (table, identifiant).

    Parameters
    ----------
    states : DataFrame, `row_states.settle_rows`
    rows : dict of table -> DataFrame, index = identifiant
    """
    gone = states[(states["colonne"] == ROW_COLUMN) & (states["valeur"] == ROW_GONE)]
    return {pair for pair in gone[ROW].itertuples(index=False, name=None) if pair[0] in rows and pair[1] in rows[pair[0]].index}


def empty_rows(gone, rows):
    """Return the cells to empty for rows that go: the line stays, with the user's own columns, so that no other line moves."""
    parts = []
    for table, name in sorted(gone):
        row = rows[table].loc[name]
        held = row.drop(labels=[*ORIGIN_COLUMNS, "appel"])
        place = {"feuille": row["feuille"], "ligne": int(row["ligne"]), "table": table, "texte": "", "identifiant": name}
        parts += [place | {"colonne": column} for column, text in held.items() if str(text or "")]
    return pd.DataFrame(parts, columns=["feuille", "ligne", "table", "colonne", "texte", "identifiant"])


def choose_added(states, edits, rows, taken):
    """Return the cells of the rows to add: the accepted new ones, and those whose removal is undone.

    Parameters
    ----------
    states, edits : DataFrame, `row_states.settle_rows` and its edits
    rows : dict of table -> DataFrame, index = identifiant
    taken : collection of str, the saves that the inventory holds already

    Notes
    -----
    A row of which a required cell waits or is disputed would be set aside at reading: it waits whole.
    """
    sheets = {table: read["feuille"].mode().iat[0] if len(read) else "" for table, read in rows.items()}
    whole = states[states["colonne"] == ROW_COLUMN].set_index(ROW)["valeur"]
    waiting = states[(states["colonne"] == ROW_COLUMN) & ~is_settled(states, taken)].set_index(ROW)["valeur"]
    parts = [_list_new(states, whole, taken), _list_restored(states, waiting, edits, rows)]
    shown = pd.concat(parts, ignore_index=True)
    return shown.assign(feuille=shown["table"].map(sheets).fillna(""))[ADDED_COLUMNS]


def _list_new(states, whole, taken):
    cells = states[states["identifiant"].str.startswith(NEW_ROW) & (states["colonne"] != ROW_COLUMN) & states["valeur"].notna()]
    keys = pd.MultiIndex.from_frame(cells[ROW])
    cells = cells[~keys.isin(whole.index[whole == ROW_GONE]) & ~cells["identifiant"].str.removeprefix(NEW_ROW).isin(taken)]
    cells = cells[cells["valeur"] != ""].rename(columns={"valeur": "texte"})
    kept = []
    for (table, _), row in cells.groupby(ROW, sort=False):
        described = describe_table(table)
        required = described.index[(described["statut"] == "R") & (described["genre"] != "id")]
        if set(required) <= set(row["colonne"]):
            kept.append(row)
    return pd.concat(kept)[[*ROW, "colonne", "texte"]] if kept else pd.DataFrame(columns=[*ROW, "colonne", "texte"])


def _list_restored(states, whole, edits, rows):
    """Return the cells of the removed rows that are to be there again, as they were kept, then as they were corrected."""
    from diagnostic.read.back.row_states import list_contents

    back = [
        (table, name) for (table, name), value in whole.items()
        if value == ROW_THERE and not name.startswith(NEW_ROW) and table in rows and name not in rows[table].index
    ]  # fmt: skip
    found = []
    for table, name in back:
        cells = list_contents(edits, name, table)
        if not cells:
            continue
        here = states[(states["table"] == table) & (states["identifiant"] == name) & (states["colonne"] != ROW_COLUMN)]
        cells |= {row.colonne: row.valeur for row in here.itertuples() if isinstance(row.valeur, str)}
        found += [[table, name, column, text] for column, text in cells.items() if text]
    return pd.DataFrame(found, columns=[*ROW, "colonne", "texte"])

