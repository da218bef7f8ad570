"""The folder saisies/ of a dossier: every edit that a person saved in the application, read, and what they say together.

An edit is one cell of one save. It names the edits of the same cell that its author had before the eyes (`suit`): two that
do not know of each other are shown side by side, whoever came last. Nothing here chooses between two persons.
"""

import json
from pathlib import Path

import pandas as pd

from diagnostic.schema import EDIT_COLUMNS, EDIT_STATES

CELL = ["table", "identifiant", "colonne"]
STATE_COLUMNS = [*EDIT_COLUMNS, "etat", "valeur", "tetes", "chaine"]


def locate_edits(folder):
    """Return the folder of the edits of a dossier, there or not."""
    return Path(folder) / "saisies"


def read_edits(folder):
    """Return every edit of a dossier, oldest first, and the names of the files that are none.

    Returns
    -------
    edits : DataFrame, EDIT_COLUMNS, one row a cell of a save; `suit` holds tuples of `saisie`, `ligne` is Int64
    unread : list of str, files that a save did not leave so: cut, or changed by hand
    """
    rows, unread = [], []
    for path in sorted(locate_edits(folder).glob("saisie_*.json")):
        try:
            rows += _read_save(path)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            unread.append(path.name)
    edits = pd.DataFrame(rows, columns=EDIT_COLUMNS).astype({"ligne": "Int64"})
    return edits.sort_values(["date", "saisie"], kind="stable", ignore_index=True), unread


def _read_save(path):
    """Return the cells of one save, each with what the whole save says."""
    save = json.loads(path.read_text(encoding="utf-8"))
    shared = {name: str(save[name]) for name in ("date", "auteur", "statut", "geste", "table", "identifiant", "nom")}
    if shared["statut"] not in EDIT_STATES:
        raise ValueError(shared["statut"])
    place = {"fichier": str(save["fichier"]), "feuille": str(save["feuille"]), "ligne": save["ligne"] or pd.NA}
    return [
        {
            "saisie": path.stem, **shared, **place, "colonne": str(cell["colonne"]), "avant": str(cell["avant"]),
            "apres": str(cell["apres"]), "suit": tuple(str(name) for name in cell["suit"]),
        }
        for cell in save["cases"]
    ]  # fmt: skip


def read_draft(path):
    """Return a draft that a page left (dict), or None when it cannot be read."""
    try:
        draft = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return draft if isinstance(draft, dict) and isinstance(draft.get("cases"), dict) else None


def list_drafts(folder):
    """Return {file name: draft} of the forms that were being filled and are not saved, the latest first."""
    found = {path.name: read_draft(path) for path in locate_edits(folder).glob("brouillons/brouillon_*.json")}
    known = {name: draft for name, draft in found.items() if draft is not None}
    return dict(sorted(known.items(), key=lambda item: str(item[1].get("date", "")), reverse=True))


def settle_edits(edits):
    """Return one row a cell: what its edits say together.

    Parameters
    ----------
    edits : DataFrame, `read_edits`

    Returns
    -------
    DataFrame
        EDIT_COLUMNS of the latest edit of the cell that nobody followed, `avant` that of the oldest one, and:
        `etat`: propose, accepte, or conflit when two edits that do not know of each other write two things;
        `valeur`: what was accepted and that nobody disputes, missing when there is none;
        `tetes`: tuple of the edits that nobody followed yet;
        `chaine`: tuple of all that the cell may hold, before and after each edit.
    """
    settled = [_settle_cell(cell) for _, cell in edits.groupby(CELL, sort=False)]
    return pd.DataFrame(settled, columns=STATE_COLUMNS).astype({"ligne": "Int64"})


def _settle_cell(cell):
    events = cell.set_index("saisie")
    above = _list_ancestors(events["suit"])
    heads = [name for name in events.index if not any(name in others for others in above.values())]
    accepted = [name for name in events.index if events.at[name, "statut"] == "accepte"]
    standing = [name for name in accepted if not any(name in above[other] for other in accepted)]
    values, kept = set(events.loc[heads, "apres"]), set(events.loc[standing, "apres"])
    # An accepted value holds while two proposals that both come after it are discussed.
    undisputed = len(values) == 1 or all(name in standing or above[name] & set(standing) for name in heads)
    state = "conflit" if len(values) > 1 else "accepte" if set(heads) & set(accepted) else "propose"
    return {
        **events.loc[heads[-1]].to_dict(), "saisie": heads[-1], "avant": events["avant"].iat[0], "etat": state,
        "valeur": kept.pop() if len(kept) == 1 and undisputed else None, "tetes": tuple(heads),
        "chaine": tuple(dict.fromkeys([*events["avant"], *events["apres"]])),
    }  # fmt: skip


def _list_ancestors(followed):
    """Return {edit: all those it comes after}; one that is not there any more counts for nothing."""
    above = {}

    def climb(name):
        if name not in above:
            above[name] = set()  # a file changed by hand may turn in circles
            parents = [other for other in followed[name] if other in followed.index]
            above[name] = set(parents).union(*(climb(other) for other in parents)) - {name}
        return above[name]

    for name in followed.index:
        climb(name)
    return above
