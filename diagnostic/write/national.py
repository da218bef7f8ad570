"""The dossier that `comparer` reads: the same tables as any other, made for the time of a run in a folder of the system."""

import os
import shutil
from pathlib import Path

import pandas as pd

from diagnostic.write.atomic import write_atomic

COMPANIONS = (".shx", ".dbf", ".prj", ".cpg", ".qpj")  # a shapefile is several files
NO_DATE = 1_767_225_600  # 1 January 2026: a dossier made of no file of the user


def write_sources(folder, settings, couches, files):
    """Write the inventory of a dossier without actors and copy its files of layers; return `folder`.

    Parameters
    ----------
    folder : path-like, empty
    settings : dict, rows of the sheet parametres; lists are joined
    couches : DataFrame, the sheet couches, text
    files : sequence of Path, the files of layers
    """
    folder = Path(folder)
    values = {key: ";".join(value) if isinstance(value, list | tuple) else str(value) for key, value in settings.items()}
    _write(pd.DataFrame({"cle": list(values), "valeur": list(values.values())}), folder / "inventaire" / "parametres.csv")
    _write(couches, folder / "inventaire" / "couches.csv")
    for name in ("ressorts", "imports"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for path in dict.fromkeys(files):
        beside = [path.with_suffix(suffix) for suffix in COMPANIONS] if path.suffix.lower() == ".shp" else []
        for source in [path, *(other for other in beside if other.is_file())]:
            shutil.copyfile(source, folder / "ressorts" / source.name)
    return folder


def freeze_dates(folder, files):
    """Give every file of `folder` the date of the latest of `files`, those it was made of: the same files make the same dossier."""
    moment = max([int(path.stat().st_mtime) for path in files], default=NO_DATE)
    for path in Path(folder).rglob("*"):
        if path.is_file():
            os.utime(path, (moment, moment))


def _write(table, path):
    with write_atomic(path) as temporary:
        table.to_csv(temporary, index=False, sep=";", encoding="utf-8", lineterminator="\n")
