"""What the edits of a row say of the row itself: added, removed, confirmed; and where a row they speak of is now."""

import pandas as pd

from diagnostic.read.back.called_rows import fold_values
from diagnostic.read.back.edits import CELL, list_ancestors, settle_edits
from diagnostic.schema import NEW_ROW, ROW, ROW_COLUMN, ROW_GONE, ROW_THERE, describe_table


def settle_rows(edits):
    """Return `settle_edits` of all edits, the whole rows told too, one row a cell.

    A row that an edit adds has the cell ROW_COLUMN, whoever added it. Where one person removes a row and another, who does not
    know of it, corrects it, both wait: `etat` is conflit, `contre` of the row names the corrections. What a removal takes along
    (`parent`) follows it.
    """
    states = settle_edits(pd.concat([edits, _tell_added(edits)], ignore_index=True) if len(edits) else edits)
    return _follow_parents(_dispute(states, edits), edits)


def _tell_added(edits):
    """Return an edit of the cell ROW_COLUMN for each save that adds a row: two who add the same one agree that it is there."""
    added = edits[(edits["geste"] == "ajout") & ~edits["saisie"].isin(edits.loc[edits["colonne"] == ROW_COLUMN, "saisie"])]
    rows = added.drop_duplicates([*ROW, "saisie"])
    nothing = pd.Series([()] * len(rows), index=rows.index, dtype=object)
    return rows.assign(colonne=ROW_COLUMN, avant=ROW_GONE, apres=ROW_THERE, suit=nothing)


def _dispute(states, edits):
    """Return the states with the removals that somebody else's correction disputes, both made to wait."""
    states = states.set_index(pd.MultiIndex.from_frame(states[CELL]), drop=False)
    said = edits.drop_duplicates("saisie").set_index("saisie")
    for row in states[(states["colonne"] == ROW_COLUMN) & states["tetes"].map(bool)].to_dict("records"):
        here = edits[(edits["table"] == row["table"]) & (edits["identifiant"] == row["identifiant"])]
        written = here[here["colonne"] == ROW_COLUMN].set_index("saisie")["apres"]
        removals = [name for name in row["tetes"] if written.get(name) == ROW_GONE]
        if not removals:
            continue
        above = list_ancestors(here.groupby("saisie")["suit"].agg(lambda parts: tuple(name for part in parts for name in part)))
        others = states[states[ROW].eq([row["table"], row["identifiant"]]).all(axis=1) & (states["colonne"] != ROW_COLUMN)]
        against = {
            cell: [head for head in heads if not any(head in above[name] or name in above[head] for name in removals)]
            for cell, heads in others["tetes"].items()
        }  # fmt: skip
        against = {cell: heads for cell, heads in against.items() if heads and not said.loc[heads, "geste"].eq("confirmation").all()}
        if not against:
            continue
        place = (row["table"], row["identifiant"], ROW_COLUMN)
        states.at[place, "contre"] = tuple(dict.fromkeys(name for heads in against.values() for name in heads))
        for cell in [place, *against]:
            states.at[cell, "etat"], states.at[cell, "valeur"] = "conflit", None
    return states.reset_index(drop=True)


def _follow_parents(states, edits):
    """Return the states, what a removal takes along in the state of that removal; `suit` where it waits with it."""
    taken = states[(states["colonne"] == ROW_COLUMN) & (states["parent"] != "") & (states["etat"] != "conflit")]
    if not len(taken):
        return states
    removed = edits[edits["colonne"] == ROW_COLUMN].drop_duplicates("saisie").set_index("saisie")[ROW]
    rows, states = states[states["colonne"] == ROW_COLUMN].set_index(ROW), states.copy()
    for place, parent in taken["parent"].items():
        above = rows.loc[tuple(removed.loc[parent])] if parent in removed.index else None
        if above is not None:
            states.at[place, "valeur"] = above["valeur"]
            states.at[place, "etat"] = above["etat"] if above["etat"] in ("accepte", "annule") else "suit"
    return states


def list_contents(edits, identifiant, table):
    """Return {colonne: text} of a row as the latest removal of it kept it; empty when nobody removed it."""
    kept = edits[(edits["table"] == table) & (edits["identifiant"] == identifiant) & (edits["geste"] == "retrait")]
    kept = kept[kept["colonne"] != ROW_COLUMN]
    return dict(zip(kept["colonne"], kept["avant"], strict=True))


def follow_rows(edits, rows, written=()):
    """Return the edits under the identifiers that their rows bear in the inventory now.

    A row that an edit added, once a copy with it took the place of the inventory, is found by what it holds; a row without an
    identifier of its own whose name was corrected, by its new name. One row only may answer, else nothing changes.

    Parameters
    ----------
    edits : DataFrame
    rows : dict of table -> DataFrame of text, index = identifiant (`run.edits.open_edits`)
    written : collection of str, the saves that the inventory holds already
    """
    moved, held = {}, set(written)
    for (table, name), cells in edits[edits["colonne"] != ROW_COLUMN].groupby(ROW, sort=False):
        read = rows.get(table)
        if read is None or name in read.index or not len(read) or (cells["geste"] == "retrait").any():
            continue
        known = cells[cells["saisie"].isin(held) | ((cells["annulee"] == "") & name.startswith(NEW_ROW))]
        found = _find_row(read, table, name, known)
        if found is not None:
            moved[table, name] = found
    if not moved:
        return edits
    keys = zip(edits["table"], edits["identifiant"], strict=True)
    return edits.assign(identifiant=[moved.get(key, key[1]) for key in keys])


def _find_row(read, table, name, cells):
    """Return the identifier of the one row that holds what the cells write in it, None when there is not exactly one."""
    described = describe_table(table)
    named = ["nom"] if "nom" in described.index else list(described.index[described["statut"] == "R"])
    wanted = {column: set(fold_values(part["apres"])) for column, part in cells.groupby("colonne") if column in read}
    if not set(named) & set(wanted):
        return None
    if not name.startswith(NEW_ROW) and "nom" not in described.index:
        parts = name.split(" / ")
        if len(parts) != len(named):
            return None
        wanted |= {column: {text} for column, text in zip(named, fold_values(pd.Series(parts)), strict=True) if column not in wanted}
    matches = pd.Series(True, index=read.index)
    for column in wanted if name.startswith(NEW_ROW) else named:
        if column in wanted:
            matches &= fold_values(read[column]).isin(wanted[column])
    return read.index[matches][0] if matches.sum() == 1 else None
