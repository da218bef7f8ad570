"""What a person typed, what a merge brings, what is undone -> one file each in the folder saisies/ of the dossier, never written over."""

import json
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from diagnostic.schema import DOSSIER_VERSION, EDIT_STATES, sign_content
from diagnostic.write.atomic import write_atomic


def write_edit(folder, row, cells, *, auteur, statut, date=None):
    """Write one save as a new file; those of other persons, at the same moment or not, are never touched.

    JSON rather than a spreadsheet: a file opened and saved again by hand would lose the zeros of its codes.

    Parameters
    ----------
    folder : path-like, the dossier
    row : dict geste ("modification" or "ajout"), table, identifiant ("" for a new row, named after the save), nom, fichier,
        feuille, ligne (None for a new row)
    cells : list of dict colonne, avant, apres, suit (the edits of the cell that the author had seen)
    auteur : str
    statut : {"propose", "accepte"}
    date : datetime, optional, now when not given

    Returns
    -------
    Path
    """
    if statut not in EDIT_STATES:
        raise ValueError(f"statut {statut!r}; known: {list(EDIT_STATES)}")
    moment = (date or datetime.now()).astimezone()
    name = f"saisie_{moment:%Y-%m-%d_%H%M%S}_{uuid4().hex[:12]}"
    save = {"date": moment.isoformat(timespec="milliseconds"), "auteur": auteur, "statut": statut, **row}
    save["identifiant"] = row["identifiant"] or f"nouveau:{name}"
    return _write_signed(Path(folder), name, save | {"cases": cells})


def write_merge(folder, saves, *, auteur, date=None):
    """Write all the saves of one merge as one new file: it is there whole, or not at all; return its path.

    Parameters
    ----------
    folder : path-like, the dossier
    saves : list of dict: what `read.back.edits.read_edits` reads of a save, with its name (`saisie`) and `cases`
    auteur : str, who merges
    date : datetime, optional, now when not given
    """
    moment = (date or datetime.now()).astimezone()
    name = f"fusion_{moment:%Y-%m-%d_%H%M%S}_{uuid4().hex[:8]}"
    content = {"date": moment.isoformat(timespec="milliseconds"), "auteur": auteur, "saisies": saves}
    return _write_signed(Path(folder), name, content)


def write_undoing(folder, name, *, auteur, date=None):
    """Write that a merge, a save or an undoing is undone, as a new file: what it undoes stays where it is; return its path."""
    moment = (date or datetime.now()).astimezone()
    content = {"date": moment.isoformat(timespec="milliseconds"), "auteur": auteur, "annule": name}
    return _write_signed(Path(folder), f"annulation_{moment:%Y-%m-%d_%H%M%S}_{uuid4().hex[:8]}", content)


def _write_signed(folder, name, content):
    """Write a file of saisies/ with the version of its form and what shows that it was changed by hand."""
    content = {"format": DOSSIER_VERSION, **content}
    return _write_json(folder / "saisies" / f"{name}.json", content | {"controle": sign_content(content)})


def write_draft(folder, session, draft):
    """Write the form that a page is filling, in place of what that page had left; return its path."""
    moment = datetime.now().astimezone().isoformat(timespec="seconds")
    return _write_json(locate_draft(folder, session), {"date": moment, **draft})


def remove_draft(folder, session):
    """Remove the draft of a page: saved, or given up."""
    locate_draft(folder, session).unlink(missing_ok=True)


def locate_draft(folder, session):
    """Return the path of the draft of a page."""
    return Path(folder) / "saisies" / "brouillons" / f"brouillon_{session}.json"


def _write_json(path, content):
    with write_atomic(path) as temporary:
        temporary.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    return path
