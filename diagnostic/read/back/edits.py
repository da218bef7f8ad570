"""The folder saisies/ of a dossier: every edit that a person saved or that a merge brought, read, and what they say together.

An edit is one cell of one save. It names the edits of the same cell that its author had before the eyes (`suit`): two that
do not know of each other are shown side by side, whoever came last. Nothing here chooses between two persons.
"""

import json
from contextlib import suppress
from pathlib import Path

import pandas as pd

from diagnostic.errors import DiagnosticError
from diagnostic.schema import DOSSIER_VERSION, EDIT_COLUMNS, EDIT_STATES, ROW_COLUMN, sign_content

CELL = ["table", "identifiant", "colonne"]
STATE_COLUMNS = [*EDIT_COLUMNS, "etat", "valeur", "tetes", "chaine", "contre", "defaites"]
KINDS = ("saisie", "fusion", "annulation")  # of the files of saisies/: a save of the application, a merge, an undoing
UNDOING_COLUMNS = ["annulation", "date", "auteur", "annule"]


def locate_edits(folder):
    """Return the folder of the edits of a dossier, there or not."""
    return Path(folder) / "saisies"


def read_edits(folder):
    """Return every edit of a dossier, oldest first, and the names of the files that are none.

    Returns
    -------
    edits : DataFrame, EDIT_COLUMNS, one row a cell of a save; `suit` holds tuples of `saisie`, `ligne` is Int64, `annulee` the undoing
        in force ("" when there is none)
    unread : list of str, files that a save or a merge did not leave so: cut, or changed by hand

    Raises
    ------
    DiagnosticError
        A file written by a later version of the software: nothing of it is read by guess.
    """
    rows, unread, undoings = [], [], []
    for path in sorted(path for kind in KINDS for path in locate_edits(folder).glob(f"{kind}_*.json")):
        try:
            content = _read_signed(path)
            if path.name.startswith("annulation_"):
                undoings.append({"annulation": path.stem, **{name: str(content[name]) for name in ("date", "auteur", "annule")}})
            elif path.name.startswith("fusion_"):
                rows += [cell for save in content["saisies"] for cell in list_cells(save, str(save["saisie"]), path.stem)]
            else:
                rows += list_cells(content, path.stem, "")
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            unread.append(path.name)
    edits = pd.DataFrame(rows, columns=EDIT_COLUMNS).astype({"ligne": "Int64"})
    if undoings:
        force = find_undone(pd.DataFrame(undoings))
        edits["annulee"] = edits["saisie"].map(force).fillna(edits["fusion"].map(force)).fillna("")
    return edits.sort_values(["date", "saisie"], kind="stable", ignore_index=True), unread


def read_names(folder):
    """Return the names of all the corrections merged so far (set), those that had nothing to change included."""
    names = set()
    for path in locate_edits(folder).glob("fusion_*.json"):
        with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            names |= {str(save["saisie"]) for save in _read_signed(path)["saisies"]}
    return names


def read_undoings(folder):
    """Return the undoings of a dossier, oldest first: DataFrame annulation, date, auteur, annule (a merge, a save or an undoing)."""
    rows = []
    for path in sorted(locate_edits(folder).glob("annulation_*.json")):
        with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            content = _read_signed(path)
            rows.append({"annulation": path.stem, **{name: str(content[name]) for name in ("date", "auteur", "annule")}})
    return pd.DataFrame(rows, columns=UNDOING_COLUMNS, dtype="str").sort_values(["date", "annulation"], ignore_index=True)


def read_merges(folder):
    """Return the merges of a dossier, oldest first: DataFrame fusion, date, auteur, fichiers (text), cases (count), annulee."""
    edits, _ = read_edits(folder)
    merged = edits[edits["fusion"] != ""]
    rows = []
    for name, cells in merged.groupby("fusion", sort=False):
        content = json.loads((locate_edits(folder) / f"{name}.json").read_text(encoding="utf-8"))
        files = ", ".join(dict.fromkeys(cells["origine"]))
        rows.append([name, str(content["date"]), str(content["auteur"]), files, len(cells), cells["annulee"].iat[0]])
    columns = ["fusion", "date", "auteur", "fichiers", "cases", "annulee"]
    return pd.DataFrame(rows, columns=columns).sort_values(["date", "fusion"], ignore_index=True)


def find_undone(undoings):
    """Return {merge, save or undoing: the undoing of it that is in force}; an undoing that is itself undone counts for nothing."""
    force = {}
    for row in undoings.sort_values(["date", "annulation"], ascending=False).itertuples():
        if row.annulation not in force:
            force.setdefault(row.annule, row.annulation)
    return force


def _read_signed(path):
    """Return the content of a file of the dossier, as the software left it."""
    content = json.loads(path.read_text(encoding="utf-8"))
    if int(content.get("format", 1)) > DOSSIER_VERSION:
        raise DiagnosticError(
            f"Ce fichier vient d'une version plus récente du logiciel (format {content['format']} ; celle-ci lit {DOSSIER_VERSION}).",
            f"saisies/{path.name}", "mettez le logiciel à jour sur ce poste ; rien n'a été changé",
        )  # fmt: skip
    if content.get("controle", sign_content(content)) != sign_content(content):
        raise ValueError("changed by hand")
    return content


def list_cells(save, name, fusion):
    """Return the cells of one save, each with what the whole save says."""
    shared = {key: str(save[key]) for key in ("date", "auteur", "statut", "geste", "table", "identifiant", "nom")}
    if shared["statut"] not in EDIT_STATES:
        raise ValueError(shared["statut"])
    shared |= {key: str(save.get(key, "")) for key in ("origine", "empreinte", "parent")} | {"fusion": fusion, "annulee": ""}
    place = {"fichier": str(save["fichier"]), "feuille": str(save["feuille"]), "ligne": save["ligne"] or pd.NA}
    return [
        {
            "saisie": name, **shared, **place, "colonne": str(cell["colonne"]), "avant": str(cell["avant"]),
            "apres": str(cell["apres"]), "suit": tuple(str(other) for other in cell["suit"]),
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
    edits : DataFrame, `read_edits`; the cells that a removal keeps of its row are no edit of theirs and are left out

    Returns
    -------
    DataFrame
        EDIT_COLUMNS of the latest edit of the cell that nobody followed, `avant` that of the oldest one, and:
        `etat`: propose, accepte, annule (all its edits are undone), or conflit when two edits that do not know of each other write
        two things;
        `valeur`: what was accepted and that nobody disputes, else what the cell held first when an edit of it is undone, missing
        when the cell is to be left as it is;
        `tetes`: tuple of the edits in force that nobody followed yet;
        `chaine`: tuple of all that the cell may hold, before and after each edit;
        `defaites`: tuple of what the edits undone had written;
        `contre`: tuple of the edits of the row that a removal of it meets (`row_states.settle_rows`).
    """
    cells = edits[(edits["geste"] != "retrait") | (edits["colonne"] == ROW_COLUMN)]
    settled = [_settle_cell(cell) for _, cell in cells.groupby(CELL, sort=False)]
    return pd.DataFrame(settled, columns=STATE_COLUMNS).astype({"ligne": "Int64"})


def _settle_cell(cell):
    events = cell.set_index("saisie")
    above = list_ancestors(events["suit"])
    force = list(events.index[events["annulee"] == ""])
    heads = [name for name in force if not any(name in above[other] for other in force)]
    if len(heads) > 1 and events.loc[heads, "geste"].eq("confirmation").all():
        # Two who confirm a row do not disagree: the latest date holds.
        force = [name for name in force if name not in heads or name == events.loc[heads, "apres"].idxmax()]
        heads = [name for name in heads if name in force]
    accepted = [name for name in force if events.at[name, "statut"] == "accepte"]
    standing = [name for name in accepted if not any(name in above[other] for other in accepted)]
    values, kept = set(events.loc[heads, "apres"]), set(events.loc[standing, "apres"])
    # An accepted value holds while two proposals that both come after it are discussed.
    undisputed = len(values) == 1 or all(name in standing or above[name] & set(standing) for name in heads)
    state = "annule" if not heads else "conflit" if len(values) > 1 else "accepte" if set(heads) & set(accepted) else "propose"
    # On one day, the order of the names is not that of the edits: the oldest is one that follows no other.
    roots = events["suit"].map(lambda names: not set(names) & set(events.index)).to_numpy()
    first = events.loc[roots, "avant"].iat[0] if roots.any() else events["avant"].iat[0]
    shown = heads[-1] if heads else events.index[-1]
    return {
        **events.loc[shown].to_dict(), "saisie": shown, "avant": first, "etat": state,
        "valeur": kept.pop() if len(kept) == 1 and undisputed else None if (events["annulee"] == "").all() else first,
        "tetes": tuple(heads), "chaine": tuple(dict.fromkeys([*events["avant"], *events["apres"]])), "contre": (),
        "defaites": tuple(events.loc[events["annulee"] != "", "apres"]),
    }  # fmt: skip


def list_ancestors(followed):
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
