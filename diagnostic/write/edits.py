"""What a person typed in the application -> one file a save in the folder saisies/ of the dossier, never written over."""

import json
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from diagnostic.schema import EDIT_STATES
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
    return _write_json(Path(folder) / "saisies" / f"{name}.json", save | {"cases": cells})


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
