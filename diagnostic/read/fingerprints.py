"""The files of a dossier -> their fingerprints: what a result was computed from, to the byte."""

import hashlib
from pathlib import Path

import pandas as pd

from diagnostic.read.formats.files import is_leftover
from diagnostic.read.inventory.inventory import find_beside, find_inventory

COLUMNS = ["fichier", "taille", "sha256", "modifie"]
# The folders whose files are read with the inventory; what else lies in a dossier (notes, outputs, drafts) is no input.
FOLDERS = ("imports", "ressorts", "indicateurs", "trajets", "corrections")


def list_inputs(folder, *, others=()):
    """Return the files that a dossier is read from, in text order of their names.

    Parameters
    ----------
    folder : path-like
    others : names of more files in the dossier, empty ones left out (the logo)

    Returns
    -------
    DataFrame fichier (path inside the dossier, with « / »), taille (bytes), sha256 (of the content), modifie (date, UTC)

    Raises
    ------
    DiagnosticError
        No inventory, or several.
    """
    folder = Path(folder).resolve()
    files = find_inventory(folder)
    files = [*files, *find_beside(folder, files), *(folder / name.strip() for name in others if name.strip())]
    files += [path for name in FOLDERS for path in (folder / name).rglob("*") if not _is_passing(path.relative_to(folder))]
    rows = []
    for path in sorted({path for path in files if path.is_relative_to(folder) and ".." not in path.parts and path.is_file()}):
        told = path.stat()
        rows.append({
            "fichier": path.relative_to(folder).as_posix(), "taille": told.st_size, "sha256": fingerprint(path),
            "modifie": pd.Timestamp(told.st_mtime, unit="s").floor("s"),
        })  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS)


def _is_passing(path):
    """Say whether a file is left by a program that holds another open, or by a system: no input."""
    return is_leftover(path) or any(part.startswith(".") for part in path.parts)


def fingerprint(path):
    """Return the SHA-256 of a file, read by pieces."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
