"""What a person corrects in the application: rows and forms come out, saves go in, the inventory itself is never touched."""

from pathlib import Path

import pandas as pd

from diagnostic.errors import DiagnosticError
from diagnostic.run.edit_forms import NEW, check_edit
from diagnostic.schema import MERGED_TABLES, ORIGIN_COLUMNS, ROW_COLUMN, describe_table, make_table

BLOCKING = ["bloquant", "erreur"]
WRITTEN = "écrit"  # in the journal: this copy holds the edit


def check_dossier(folder):
    """Raise when a folder holds no inventory, or several; see `read.inventory.inventory.find_inventory`."""
    from diagnostic.read.inventory.inventory import find_inventory

    find_inventory(folder)


def open_edits(folder, tables=None):
    """Read what the forms of a dossier need.

    Parameters
    ----------
    folder : path-like
    tables : dict, optional, those of `run.load`: without them no form can be checked

    Returns
    -------
    dict: `dossier` (Path), `tables`, `lues` ({table: rows as written, text, index = identifiant}), `listes`, `feuilles` (sheets of the
        inventory as text), `fichiers`, `journal` (what former copies wrote), `feuille_journal`, `alias`, `problemes`
    """
    from diagnostic.read.back.correction_files import read_corrections
    from diagnostic.read.inventory.inventory import find_inventory

    opened = open_inventory(find_inventory(folder), corrections=read_corrections(folder)["corrections"])
    return opened | {"dossier": Path(folder), "tables": tables}


def open_inventory(files, *, corrections=None):
    """Read the files of an inventory, those of a dossier or a copy of them; see `open_edits`."""
    from diagnostic.read.inventory.edited_places import read_all_sheets, read_journal
    from diagnostic.read.inventory.inventory import read_inventory

    clean, settings, lists, problems, _, read = read_inventory(files, corrections=corrections)
    sheets = read_all_sheets(files)
    journal, sheet = read_journal(sheets)
    rows = {name: _name_read(read.get(name), clean[name], name) for name in MERGED_TABLES}
    return {
        "lues": rows, "nettes": clean, "listes": lists, "feuilles": sheets, "fichiers": files, "journal": journal,
        "feuille_journal": sheet, "alias": settings["alias"], "problemes": problems,
    }  # fmt: skip


def _name_read(read, clean, table):
    """Return the rows of a table as they were written, indexed by what identifies each, with `appel` (what a reader calls it)."""
    from diagnostic.read.back.called_rows import name_rows

    if read is None or not len(read):
        return make_table(table).astype("str").assign(appel="").rename_axis("identifiant")
    called, described = name_rows(read, table), describe_table(table)
    keys = described.index[(described["genre"] == "id") & (described["statut"] == "R")][:1]
    if len(keys) and table != "affiliations":
        key = keys[0]
        made = read[ORIGIN_COLUMNS].merge(clean[[*ORIGIN_COLUMNS, key]], on=ORIGIN_COLUMNS, how="left")[key]
        names = made.astype("str").fillna("").set_axis(read.index)
        names = names.where(names != "", read[key])
        lines = read["feuille"].astype("str") + ", ligne " + read["ligne"].astype("str")
        names = names.where((names != "") & ~names.duplicated(), lines)
    else:
        rank = called.groupby(called).cumcount() + 1
        names = called + (" (" + rank.astype("str") + ")").where(rank > 1, "")
    return read.assign(appel=called).set_axis(pd.Index(names, name="identifiant"))


def read_states(opened, *, jusqu_au=None):
    """Return (edits under the identifiers of the inventory now, what they say together a cell, files that could not be read).

    With `jusqu_au` (ISO date), what came after that day is as if it were undone.
    """
    from diagnostic.read.back.edits import read_edits
    from diagnostic.read.back.row_states import follow_rows, settle_rows

    edits, unread = read_edits(opened["dossier"])
    if jusqu_au is not None:
        days = edits["date"].where(edits["fusion"] == "", edits["fusion"].str.slice(7, 17)).str.slice(0, 10)
        edits["annulee"] = edits["annulee"].where(days <= jusqu_au, "plus tard")
    edits = follow_rows(edits, opened["lues"], list_written(opened))
    return edits, settle_rows(edits), unread


def list_written(opened):
    """Return the saves that the inventory holds already, since a copy took its place (set)."""
    return set(opened["journal"].loc[opened["journal"]["effet"] == WRITTEN, "saisie"])


def list_states(opened):
    """Return what the saved edits say, one row a cell (`read.back.row_states.settle_rows`), and the files that could not be read.

    The cells that the inventory holds already, since a copy took its place, are left out.
    """
    _, states, unread = read_states(opened)
    waiting = ~states["saisie"].isin(list_written(opened)) | states["etat"].eq("conflit")
    # A row that an edit adds is told by its cells; what a removal takes along waits with it.
    whole = (states["colonne"] == ROW_COLUMN) & (states["geste"].eq("ajout") | states["parent"].ne(""))
    return states[waiting & ~whole].reset_index(drop=True), unread


def list_rows(opened, table, states):
    """Return {identifiant: label} of the rows a person may correct, those that the edits add included.

    An actor that comes from an import is not among them: it is corrected where it is published.
    """
    rows = opened["lues"][table]
    if table == "acteurs":
        place = rows["commune"].where(rows["commune"] != "", rows["code_insee"])
        labels = rows["appel"].where(rows["appel"] != "", rows.index.to_series()) + (" (" + place + ")").where(place != "", "")
    else:
        ends, kinds = rows[["source_id", "cible_id"]].replace(_name_actors(opened)), rows["type"]
        labels = ends["source_id"] + " → " + ends["cible_id"] + (" (" + kinds + ")").where(kinds != "", "")
    known = labels.to_dict()
    added = states[(states["table"] == table) & states["identifiant"].str.startswith(NEW)]
    return known | {name: f"{row['nom'].iat[-1]} (ajout)" for name, row in added.groupby("identifiant", sort=False)}


def _name_actors(opened):
    """Return {identifier: name} of the actors that the inventory gives."""
    actors = opened["nettes"]["acteurs"]
    return dict(zip(actors["acteur_id"], actors["nom"], strict=True))


def save_edit(opened, form, cells, *, auteur, statut, confirme=False):
    """Write what a form changed as one new file of saisies/.

    Parameters
    ----------
    opened, form : `open_edits`, `edit_forms.open_form`
    cells : dict of colonne -> text
    auteur : str
    statut : {"propose", "accepte"}
    confirme : bool, the author has read what the check says of these cells and saves all the same

    Returns
    -------
    dict: `fichier` (Path, or None when doubts wait for a confirmation), `problemes` (`check_edit`), `cases` (how many)

    Raises
    ------
    DiagnosticError
        No author, nothing changed, or a row that the reader of the inventory would set aside: nothing is written.
    """
    from diagnostic.write.edits import write_edit

    where = f"saisie de {form['nom'] or 'la nouvelle ligne'}"
    cells = {column: str(text).strip() for column, text in cells.items()}
    before = form["cases"]["valeur"]
    changed = [column for column in form["cases"].index if column in cells and cells[column] != before[column].strip()]
    if not auteur.strip():
        raise DiagnosticError("Il manque l'auteur de la saisie.", where, "écrivez vos initiales ou votre structure dans la case Auteur")
    if not changed:
        raise DiagnosticError("Rien n'a changé dans ce formulaire.", where, "changez une case, ou choisissez une autre ligne")
    problems = check_edit(opened, form, before.to_dict() | cells)
    wrong = problems[problems["gravite"].isin(BLOCKING)]
    if len(wrong):
        told = " ; ".join(f"{row.colonne} : {row.probleme}" for row in wrong.itertuples())
        raise DiagnosticError("Cette saisie ne serait pas lue.", told, " ; ".join(wrong["a_faire"].unique()))
    if len(problems) and not confirme:
        return {"fichier": None, "problemes": problems, "cases": 0}
    row = {name: form[name] for name in ("geste", "table", "identifiant", "nom", "fichier", "feuille", "ligne")}
    row["nom"] = row["nom"] or cells.get("nom") or " / ".join(cells.get(name, "") for name in ("source_id", "cible_id", "type"))
    saved = [
        {"colonne": column, "avant": before[column], "apres": cells[column], "suit": list(form["cases"].at[column, "suit"])}
        for column in changed
    ]
    path = write_edit(opened["dossier"], row, saved, auteur=auteur.strip(), statut=statut)
    return {"fichier": path, "problemes": problems, "cases": len(saved)}


def decide_cell(opened, state, valeur, *, auteur):
    """Write the decision of a person on a cell: the value kept, accepted, after all the edits that `state` shows.

    Parameters
    ----------
    state : Series, a row of `list_states`
    valeur : str, one of those proposed, or what the inventory holds to set them aside
    """
    from diagnostic.write.edits import write_edit

    if not auteur.strip():
        raise DiagnosticError("Il manque l'auteur de la décision.", f"{state['nom']}, {state['colonne']}", "remplissez la case Auteur")
    row = {name: state[name] for name in ("geste", "table", "identifiant", "nom", "fichier", "feuille")}
    row["ligne"] = None if pd.isna(state["ligne"]) else int(state["ligne"])
    cell = {"colonne": state["colonne"], "avant": state["apres"], "apres": valeur, "suit": [*state["tetes"], *state["contre"]]}
    return write_edit(opened["dossier"], row, [cell], auteur=auteur.strip(), statut="accepte")


def list_edits(folder):
    """Return every edit saved in a dossier, oldest first, and the files that could not be read; see `read.back.edits.read_edits`."""
    from diagnostic.read.back.edits import read_edits

    return read_edits(folder)


def save_draft(folder, session, form, cells, *, auteur):
    """Keep the form that a page is filling, so that closing it loses nothing; return the path."""
    from diagnostic.write.edits import write_draft

    kept = {name: form[name] for name in ("table", "identifiant", "nom")}
    return write_draft(folder, session, kept | {"auteur": auteur, "cases": cells})


def list_drafts(folder):
    """Return {file name: draft} of the forms left without being saved; see `read.back.edits.list_drafts`."""
    from diagnostic.read.back.edits import list_drafts

    return list_drafts(folder)


def drop_draft(folder, session):
    """Remove the draft of a page."""
    from diagnostic.write.edits import remove_draft

    remove_draft(folder, session)
