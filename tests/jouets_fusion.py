"""A small dossier for merges: its rows read once, files of corrections as people make them, and a copy put in place in memory."""

import shutil
import tempfile
from functools import cache
from pathlib import Path

import openpyxl
import pandas as pd
from dossier_saisies import write_workbook_dossier

from diagnostic.read.back.called_rows import name_rows
from diagnostic.read.back.edits import read_edits, read_names
from diagnostic.read.back.linking import link_corrections
from diagnostic.read.back.merge_book import make_rows
from diagnostic.read.back.row_states import settle_rows
from diagnostic.run import edits as way
from diagnostic.run.edited_copy import prepare_copy
from diagnostic.run.edited_journal import tell_journal
from diagnostic.schema import MERGE_COLUMNS
from diagnostic.write.edits import write_merge

ORIGINS = ["fichier", "feuille", "ligne", "appel"]
MOMENT = "2026-11-28T10:00:00+01:00"


@cache
def locate_model():
    return write_workbook_dossier(Path(tempfile.mkdtemp()) / "d'été à Brioude")


def copy_model(folder):
    """Return a copy of the small dossier in `folder`."""
    return Path(shutil.copytree(locate_model(), folder))


@cache
def _open_model():
    return way.open_edits(locate_model())


def open_model(folder):
    """Return what `open_edits` reads of the small dossier, its saves kept in `folder`: read once for all tests."""
    opened = _open_model()
    return opened | {"dossier": folder, "lues": {name: read.copy() for name, read in opened["lues"].items()}}


def correct(action, table, name, column="", value="", *, qui="A", quand="20/11/2026", statut="accepte", avant=""):
    """Return one correction as the workbook holds it."""
    return {
        "action": action, "table": table, "identifiant": name, "colonne": column, "valeur": value, "qui": qui, "quand": quand,
        "statut": statut, "avant": avant, "note": "",
    }  # fmt: skip


def list_known(opened):
    edits, states, _ = way.read_states(opened)
    return {
        "lues": opened["lues"], "nettes": opened["nettes"], "listes": opened["listes"], "edits": edits, "states": states,
        "ecrites": way.list_written(opened), "empreintes": {"c.xlsx": "0" * 64}, "vues": read_names(opened["dossier"]),
    }  # fmt: skip


def link(opened, *corrections):
    """Return (saves, counts, problemes) of corrections."""
    rows = make_rows([row | {"fichier": "c.xlsx", "feuille": "corrections", "ligne": n + 2} for n, row in enumerate(corrections)])
    return link_corrections(rows, list_known(opened), moment=MOMENT)


def merge(opened, *corrections):
    """Link corrections and keep them in saisies/ of the dossier; return what `link` does."""
    saves, counts, problems = link(opened, *corrections)
    if saves:
        write_merge(opened["dossier"], saves, auteur="essai")
    return saves, counts, problems


def settle(opened):
    """Return the states of the dossier, indexed by table, identifiant, colonne."""
    states = settle_rows(read_edits(opened["dossier"])[0])
    return states.set_index(["table", "identifiant", "colonne"])


def take(opened):
    """Return the dossier as it is once a copy took the place of its inventory, in memory: nothing is written but the saves."""
    made = prepare_copy(opened)
    lues = dict(opened["lues"])
    for row in made["changees"].itertuples():
        read = lues[row.table].copy()
        read.loc[row.identifiant, row.colonne] = row.texte
        lues[row.table] = read
    for row in made["retirees"].drop_duplicates(["table", "identifiant"]).itertuples():
        lues[row.table] = lues[row.table].drop(index=row.identifiant)
    for (table, _), cells in made["ajoutees"].groupby(["table", "identifiant"], sort=False):
        read = lues[table]
        held = dict.fromkeys(read.columns, "") | dict(zip(cells["colonne"], cells["texte"], strict=True))
        line = max([1, *read["ligne"].astype(int)]) + 1
        held |= {"fichier": "inventaire.xlsx", "feuille": table, "ligne": line}
        name = held.get("acteur_id") if table == "acteurs" else None
        added = pd.DataFrame([held], index=[name or name_rows(pd.DataFrame([held]), table)[0]])
        lues[table] = pd.concat([read, added]) if len(read) else added
    for table in ("acteurs", "liens"):
        called = name_rows(lues[table], table)
        names = lues[table].index if table == "acteurs" else called.to_numpy()
        lues[table] = lues[table].assign(appel=called.to_numpy()).set_axis(pd.Index(names, name="identifiant"))
    return opened | {"lues": lues, "journal": tell_journal(opened, made, {})}


def list_cells(opened, tables=("acteurs", "liens", "participations")):
    """Return every row as {table: sorted list of tuples of text}: what a merge may not lose."""
    held = {}
    for table in tables:
        texts = opened["lues"][table].drop(columns=ORIGINS).astype(str)
        held[table] = sorted(tuple(sorted((column, text) for column, text in row.items() if text)) for row in texts.to_dict("records"))
    return held


def write_book(path, *corrections, margin=""):
    """Write corrections as the small workbook and return its path."""
    book = openpyxl.Workbook()
    book.active.title = "corrections"
    book.active.append([*MERGE_COLUMNS.values()])
    for row in corrections:
        book.active.append([row[column] for column in MERGE_COLUMNS])
    if margin:
        book.active.cell(book.active.max_row + 1, len(MERGE_COLUMNS) + 2).value = margin
    book.save(path)
    return path
