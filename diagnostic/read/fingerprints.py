"""The files of a dossier -> their fingerprints: what a result was computed from, to the byte."""

import hashlib
from pathlib import Path

import pandas as pd

COLUMNS = ["fichier", "taille", "sha256", "modifie"]
OUTPUTS = "sorties"
# Left by programs that hold a file open, or by a system: no input.
PASSING = ("~$", ".~lock", ".")


def list_inputs(folder):
    """Return the input files of a dossier, in text order of their names.

    Parameters
    ----------
    folder : path-like; its outputs (`sorties/`) and hidden files are no input

    Returns
    -------
    DataFrame fichier (path inside the dossier, with « / »), taille (bytes), sha256 (of the content), modifie (date, UTC)
    """
    folder = Path(folder)
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and _is_input(path.relative_to(folder)))
    rows = [
        {
            "fichier": path.relative_to(folder).as_posix(), "taille": path.stat().st_size, "sha256": fingerprint(path),
            "modifie": pd.Timestamp(path.stat().st_mtime, unit="s").floor("s"),
        }
        for path in paths
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS)


def _is_input(path):
    return path.parts[0] != OUTPUTS and not any(part.startswith(PASSING) for part in path.parts)


def fingerprint(path):
    """Return the SHA-256 of a file, read by pieces."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
