"""What a batch left on the disk, and a set of files as one parcel of bytes: what travels to another process and back."""

import io
import json
import zipfile
from pathlib import Path

import pandas as pd

FIRST_DAY = 1980, 1, 1, 0, 0, 0  # the earliest date a ZIP can say
PLAN, LOG = "lot.json", "journal.csv"
LOG_COLUMNS = [
    "moment", "territoire_id", "nom", "essai", "etat", "secondes", "memoire_mo", "octets", "poste", "message", "empreinte",
]  # fmt: skip


def pack_files(folder, names=None, *, dated=True):
    """Return a ZIP of files of `folder`, as bytes: the same files make the same bytes.

    Parameters
    ----------
    folder : path-like
    names : sequence of str, optional, under `folder`, « / » between folders; by default every file but the hidden ones
    dated : bool, whether the date of each file travels too

    Returns
    -------
    bytes: names in text order; the date of each file (whole seconds, UTC) is in its comment, a ZIP being unable to hold it
    """
    folder, held = Path(folder), io.BytesIO()
    if names is None:
        paths = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
        names = [path.as_posix() for path in paths if not any(part.startswith(".") for part in path.parts)]
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(set(names)):
            entry = zipfile.ZipInfo(name, FIRST_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.comment = str(int((folder / name).stat().st_mtime)).encode() if dated else b""
            archive.writestr(entry, (folder / name).read_bytes())
    return held.getvalue()


def read_plan(folder):
    """Return what the batch of a folder was asked to make (dict), empty where there is none or nothing that can be read."""
    try:
        told = json.loads((Path(folder) / PLAN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def read_log(folder):
    """Return the log of the batch of a folder, a row an event, as text (LOG_COLUMNS); empty where there is none."""
    try:
        log = pd.read_csv(Path(folder) / LOG, sep=";", dtype="str", encoding="utf-8-sig", keep_default_na=False)
    except (OSError, ValueError):
        log = pd.DataFrame()
    return log.reindex(columns=LOG_COLUMNS).astype("str").fillna("")
