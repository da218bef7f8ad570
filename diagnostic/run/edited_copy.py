"""The accepted edits -> a copy of the inventory beside it, read again to say what it brings."""

from contextlib import suppress

import pandas as pd

from diagnostic.run.edit_forms import NEW
from diagnostic.run.edited_journal import tell_journal
from diagnostic.run.edited_rows import choose_added, empty_rows, is_settled, list_gone
from diagnostic.run.edits import list_written, open_edits, read_states
from diagnostic.schema import CORRECTION_COLUMNS, EMPTY_WORD, ROW_COLUMN

KEPT_COPIES = 3  # beside the inventory; earlier ones go to a folder of their own
PLACE = ["feuille", "ligne", "table", "colonne", "texte"]


def save_copy(folder, *, jusqu_au=None, vers=None, opened=None):
    """Write inventaire_<date>_<n> beside the inventory: the accepted edits in their cells, and the sheet journal.

    Parameters
    ----------
    folder : path-like, the dossier
    jusqu_au : str, optional, a date (ISO): what was saved or merged after that day counts for nothing
    vers : path-like, optional, another folder where the copy goes
    opened : dict, optional, what `open_edits` read of the dossier: it is not read again

    Returns
    -------
    dict: `fichier` (Path), `journal` (DataFrame, every edit and what became of it in this copy), `problemes` (those that the
        inventory had not), `exact` (whether formats and formulas are those of the inventory)

    Notes
    -----
    The inventory is read and never written. What two persons wrote of one cell, each without seeing the other, is in the
    journal and not in the cell. A cell that changed since the edit is left as it is. The line of a row removed is emptied.
    """
    from diagnostic.read.inventory.edited_places import place_edits
    from diagnostic.write.edited import name_journal, reserve_copy, set_copies_aside, write_edited, write_plain_copy

    opened = opened or open_edits(folder)
    made = prepare_copy(opened, jusqu_au=jusqu_au)
    wanted = pd.concat([made["changees"][PLACE], made["retirees"][PLACE]], ignore_index=True)
    cells, places, new = place_edits(opened["feuilles"], wanted, made["ajoutees"], opened["alias"])
    journal = tell_journal(opened, made, places)
    sheets = {name: _lay_out(cells[cells["feuille"] == name]) for name in new} | {opened["feuille_journal"]: name_journal(journal)}
    book = opened["fichiers"][0]
    exact = len(opened["fichiers"]) == 1 and _is_book(book)
    path = reserve_copy(vers or folder, book.suffix.lower() if exact else ".xlsx")
    try:
        if exact:
            exact = False
            with suppress(LookupError):  # a formula stands where an edit belongs: its cells as text, told to the user
                write_edited(book, cells, sheets, path)
                exact = True
        if not exact:
            if path.suffix != ".xlsx":  # a name that is free: that of an earlier copy would be written over
                path.unlink()
                path = reserve_copy(path.parent)
            write_plain_copy(opened["feuilles"], cells[~cells["feuille"].isin(new)], sheets, path)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    if vers is None:
        set_copies_aside(folder, kept=KEPT_COPIES)
    return {"fichier": path, "journal": journal, "problemes": _find_new_problems(opened, path), "exact": exact}


def prepare_copy(opened, *, jusqu_au=None):
    """Return what a copy would change: `changees`, `retirees`, `ajoutees` (cells), `etats`, `saisies`, `places` of the rows found."""
    edits, states, _ = read_states(opened, jusqu_au=jusqu_au)
    rows, taken = opened["lues"], list_written(opened)
    settled = is_settled(states, taken)
    gone = list_gone(states[~settled], rows)
    added = states["identifiant"].str.startswith(NEW)
    keys = pd.MultiIndex.from_frame(states[["table", "identifiant"]])
    there = ~settled & ~added & ~keys.isin(list(gone)) & (states["colonne"] != ROW_COLUMN) & states["table"].isin(list(rows))
    changed, seats = _choose_changes(opened, states[there])
    return {
        "changees": changed, "retirees": empty_rows(gone, rows), "ajoutees": choose_added(states, edits, rows, taken),
        "etats": states, "saisies": edits, "places": seats,
    }  # fmt: skip


def _is_book(path):
    from diagnostic.read.inventory.made_places import is_xlsx

    return is_xlsx(path)


def _choose_changes(opened, states):
    """Return the cells of existing rows to write, and {identifiant: (feuille, ligne)} of the rows found.

    Each accepted value is tried as a correction of the inventory is: at its row, and only on what its author had read.
    """
    from diagnostic.read.back.called_rows import fold_cells
    from diagnostic.read.back.corrections import apply_corrections, select_corrections

    accepted, parts, seats = states[states["valeur"].notna()], [], {}
    for table, rows in accepted.groupby("table", sort=False):
        read = opened["lues"][table]
        found = rows["identifiant"].isin(read.index)
        there = read.reindex(rows["identifiant"].where(found, "")).set_axis(rows.index)
        rows = rows.assign(**{name: there[name].where(found, rows[name]) for name in ("fichier", "feuille", "ligne")})
        rows = rows.assign(nom=there["appel"].where(found, rows["nom"]))
        current = [read.at[name, column] if known and column in read else "" for name, column, known in
                   zip(rows["identifiant"], rows["colonne"], found, strict=True)]  # fmt: skip
        held = fold_cells(pd.Series(current, index=rows.index, dtype="str"))
        chained = pd.Series([cell in set(fold_cells(pd.Series(chain))) for cell, chain in zip(held, rows["chaine"], strict=True)])
        value = pd.Series(current, index=rows.index).where(chained.to_numpy(), rows["avant"])
        asked = rows.assign(valeur=value, correction=rows["valeur"].replace("", EMPTY_WORD))[[*CORRECTION_COLUMNS, "identifiant"]]
        for (file, sheet), _ in rows.groupby(["fichier", "feuille"], sort=False):
            body = read[(read["fichier"] == file) & (read["feuille"] == sheet)]
            names = body["ligne"].astype("int64")
            before = body.drop(columns=["fichier", "feuille", "ligne", "appel"]).set_axis(pd.Index(names, name="ligne"))
            after, _ = apply_corrections(before, select_corrections(asked, file, sheet), table, placed=True)
            parts += _compare(before, after, sheet, table, dict(zip(names, body.index, strict=True)))
            seats |= {(table, name): (sheet, line) for line, name in zip(names, body.index, strict=True)}
    columns = [*PLACE, "identifiant"]
    return pd.DataFrame(parts, columns=columns), seats


def _compare(before, after, sheet, table, names):
    """Return the cells that differ, each as a row of PLACE and its identifiant."""
    differ = after.ne(before.reindex(columns=after.columns, fill_value=""))
    return [
        {"feuille": sheet, "ligne": line, "table": table, "colonne": column, "texte": after.at[line, column], "identifiant": names[line]}
        for column in differ.columns[differ.any()] for line in differ.index[differ[column]]
    ]  # fmt: skip


def _lay_out(cells):
    """Return the cells of a sheet to make as a table: its first line is its headings."""
    grid = cells.pivot(index="ligne", columns="rang", values="texte").astype(object)
    grid = grid.where(grid.notna(), "").astype(str)
    return grid.iloc[1:].set_axis(grid.iloc[0].to_list(), axis=1).reset_index(drop=True)


def _find_new_problems(opened, path):
    """Return the problems of the copy that the inventory had not: what to look at before it takes its place."""
    from diagnostic.read.inventory.inventory import read_inventory

    *_, problems, _, _ = read_inventory([path])
    key = ["feuille", "colonne", "valeur", "probleme"]
    known = pd.MultiIndex.from_frame(opened["problemes"][key].astype("str"))
    fresh = problems[~pd.MultiIndex.from_frame(problems[key].astype("str")).isin(known)]
    return fresh[fresh["gravite"] != "information"].reset_index(drop=True)
