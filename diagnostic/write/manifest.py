"""What an edition was made from, and what it holds: manifeste.json, from which anyone can run it again and check it."""

import json
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pandas as pd

from diagnostic import __version__
from diagnostic.write.atomic import write_atomic

NAME = "manifeste.json"
# What may change a figure or a picture.
LIBRARIES = ["pandas", "numpy", "geopandas", "shapely", "pyogrio", "scipy", "networkx", "matplotlib", "folium", "xlsxwriter"]


def describe_run(inputs, tables, *, edition, date):
    """Return what a result depends on, ready for JSON: inputs, settings, sources and vintages, versions.

    Parameters
    ----------
    inputs : DataFrame of `read.fingerprints.list_inputs`
    tables : dict of an edition: reglages (dict), sources (DataFrame objet, source, millesime, nombre)
    edition : str
    date : Timestamp, the date printed
    """
    sources = tables["sources"][["objet", "source", "millesime"]].astype(object)
    held = inputs.assign(modifie=inputs["modifie"].astype("str"))
    return {
        "logiciel": {"nom": "diagnostic-maillage", "version": __version__, "python": platform.python_version()} | _list_versions(),
        "edition": edition, "date_edition": f"{pd.Timestamp(date):%Y-%m-%d}",
        "entrees": held.to_dict("records"),
        "reglages": {key: _make_plain(value) for key, value in sorted(tables["reglages"].items())},
        "sources": sources.where(sources.notna(), None).to_dict("records"),
    }  # fmt: skip


def _list_versions():
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return {"bibliotheques": found}


def _make_plain(value):
    if isinstance(value, (list, tuple, set)):
        return [_make_plain(item) for item in value]
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    if value is None or value != value:
        return None
    return value if isinstance(value, (str, int, float, bool)) else str(value)


def write_manifest(described, files, folder, *, hashed):
    """Write the manifest of a folder of outputs.

    Parameters
    ----------
    described : dict of `describe_run`
    files : list of Path under `folder`
    folder : path-like
    hashed : callable(path) -> str, the fingerprint of a file

    Returns
    -------
    Path
    """
    folder = Path(folder)
    outputs = [
        {"fichier": path.relative_to(folder).as_posix(), "taille": path.stat().st_size, "sha256": hashed(path)} for path in sorted(files)
    ]
    with write_atomic(folder / NAME) as temporary:
        text = json.dumps(described | {"sorties": outputs}, ensure_ascii=False, indent=1, allow_nan=False)
        Path(temporary).write_text(text + "\n", encoding="utf-8", newline="\n")
    return folder / NAME
