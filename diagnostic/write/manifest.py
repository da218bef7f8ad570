"""What an edition was made from, and what it holds: manifeste.json, from which anyone can run it again and check it."""

import json
import platform
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pandas as pd

from diagnostic import __version__
from diagnostic.vocabulary.formats import count_words
from diagnostic.write.atomic import write_atomic

NAME = "manifeste.json"
SOFTWARE = "diagnostic-maillage"
# What may change a figure or a picture.
LIBRARIES = ["pandas", "numpy", "geopandas", "shapely", "pyogrio", "scipy", "networkx", "matplotlib", "folium", "xlsxwriter"]
LETTERS = 12  # of a fingerprint, where it is read by a person
# The date of a file changes when it is copied: it says nothing of what a result comes from.
PASSING_KEYS = ("modifie",)
READING = (
    "Chaque sortie dit sa commande et son calcul ; chaque calcul dit ses entrées (nom, taille, empreinte SHA-256, date UTC), ses réglages, "
    "ses sources et ses versions. calcul vide : le fichier a été changé depuis, ou vient d'ailleurs. a_remplir : un classeur que l'on "
    "complète, sans empreinte. anciens : ce que chaque fichier était, tant qu'un remplacement n'est pas fini."
)


def describe_run(inputs, tables, *, edition, date):
    """Return what a result depends on, ready for JSON: inputs, settings, sources and vintages, versions.

    Parameters
    ----------
    inputs : DataFrame of `read.fingerprints.list_inputs`, names masked where the edition asks for it
    tables : dict of an edition: reglages (dict), sources (DataFrame objet, source, millesime, nombre), which may be missing
    edition : str
    date : Timestamp, the date printed
    """
    sources = tables.get("sources", pd.DataFrame(columns=["objet", "source", "millesime"]))
    sources = sources[["objet", "source", "millesime"]].astype(object)
    held = inputs.assign(modifie=inputs["modifie"].astype("str"))
    settings = {key: _make_plain(value) for key, value in sorted(tables["reglages"].items()) if not isinstance(value, bytes)}
    return {
        "empreinte_entrees": shorten_inputs(inputs), "edition": edition, "date_edition": f"{pd.Timestamp(date):%Y-%m-%d}",
        "graine": settings.get("graine"),
        "logiciel": {"nom": SOFTWARE, "version": __version__, "python": platform.python_version()} | _list_versions(),
        "entrees": held.to_dict("records"), "reglages": settings,
        "sources": sources.where(sources.notna(), None).to_dict("records"),
    }  # fmt: skip


def shorten_inputs(inputs):
    """Return the fingerprint of a set of inputs, short: that of the list of their fingerprints, whatever their names."""
    return sha256("\n".join(sorted(inputs["sha256"])).encode()).hexdigest()[:LETTERS]


def tell_inputs(inputs):
    """Return which data and which version a result comes from, as a sentence."""
    number = count_words(len(inputs), "fichier lu", "fichiers lus")
    return f"Données : empreinte {shorten_inputs(inputs)} ({number}) ; logiciel {SOFTWARE} {__version__}."


def tell_provenance(described):
    """Return what an output says of itself: software, fingerprint of the inputs, date and edition, in one line."""
    soft, day = described["logiciel"], f"{pd.Timestamp(described['date_edition']):%d/%m/%Y}"
    return (
        f"{soft['nom']} {soft['version']} ; données {described['empreinte_entrees']} ; édition {described['edition']} du {day} "
        f"(détail : {NAME})"
    )


def name_run(described):
    """Return the short name of a run: the same for the same inputs, settings, versions and date."""
    kept = described | {"entrees": [{k: v for k, v in row.items() if k not in PASSING_KEYS} for row in described["entrees"]]}
    return sha256(json.dumps(kept, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:LETTERS]


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
        return [_make_plain(item) for item in (sorted(value, key=str) if isinstance(value, set) else value)]
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    if value is None or value != value:
        return None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, (str, int, float, bool)) else str(value)


def read_manifest(folder):
    """Return the manifest of a folder of outputs; an empty one where there is none, or nothing that can be read."""
    try:
        told = json.loads((Path(folder) / NAME).read_text(encoding="utf-8"))
        rows = [row for row in told["sorties"] if isinstance(row["fichier"], str)]
        return told | {"sorties": rows, "calculs": dict(told["calculs"])}
    except (OSError, ValueError, KeyError, TypeError):
        return {"calculs": {}, "sorties": []}


def describe_outputs(paths, folder, *, hashed, filled=()):
    """Return the rows of a manifest for files under `folder`: fichier, taille, sha256, in text order of their names.

    Parameters
    ----------
    paths : sequence of Path
    hashed : callable(path) -> str, the fingerprint of a file
    filled : names of workbooks that people fill: a fingerprint would be wrong the next day
    """
    rows = [(path.relative_to(folder).as_posix(), path) for path in paths]
    return [
        {"fichier": name} | ({"a_remplir": True} if name in filled else {"taille": path.stat().st_size, "sha256": hashed(path)})
        for name, path in sorted(rows)
    ]


def renew_manifest(former, described, rows, *, command):
    """Return the manifest of a folder once `rows` are in it: files of other commands keep theirs.

    Parameters
    ----------
    former : dict, `read_manifest`, its rows looked at again (`look_again`)
    described : dict, `describe_run`
    rows : list of dict, `describe_outputs` of what is new
    command : str, the command of the software
    """
    run, new = name_run(described), {row["fichier"] for row in rows}
    kept = [row for row in former["sorties"] if row["fichier"] not in new]
    outputs = sorted(kept + [row | {"commande": command, "calcul": run} for row in rows], key=lambda row: row["fichier"])
    named = {row.get("calcul") for row in outputs}
    runs = {name: held for name, held in {**former["calculs"], run: described}.items() if name in named}
    return {"lecture": READING, "edition": described["edition"], "calculs": dict(sorted(runs.items())), "sorties": outputs}


def look_again(manifest, folder, *, hashed):
    """Return a manifest whose rows are those of the files still there, as they are; one that changed has no run any more."""
    folder, rows = Path(folder), []
    for row in manifest["sorties"]:
        path = folder / row["fichier"]
        if path.is_file() and not row.get("a_remplir"):
            found = {"taille": path.stat().st_size, "sha256": hashed(path)}
            # A replacement that nobody finished: the file may still be what it was.
            known = [row, *(old for old in manifest.get("anciens", []) if old["fichier"] == row["fichier"])]
            same = [old for old in known if old.get("sha256") == found["sha256"]]
            row = (same[0] if same else row | {"calcul": None}) | found
        if path.is_file():
            rows.append(row)
    return manifest | {"sorties": rows}


def write_manifest(manifest, path):
    """Write a manifest as JSON and return `path`."""
    with write_atomic(path) as temporary:
        text = json.dumps(manifest, ensure_ascii=False, indent=1, allow_nan=False)
        Path(temporary).write_text(text + "\n", encoding="utf-8", newline="\n")
    return path


def keep_former(path, folder, names):
    """Write a manifest again, still in its stage: `names` could not be replaced, and stay what they were in `folder`."""
    told, passing = json.loads(Path(path).read_text(encoding="utf-8")), read_manifest(folder)
    former = {row["fichier"]: row for row in passing.get("anciens", [])}
    kept = [row for row in told["sorties"] if row["fichier"] not in names]
    kept += [former[name] for name in names if name in former and (Path(folder) / name).is_file()]
    told["sorties"] = sorted(kept, key=lambda row: row["fichier"])
    named = {row.get("calcul") for row in told["sorties"]}
    told["calculs"] = {name: held for name, held in (passing["calculs"] | told["calculs"]).items() if name in named}
    return write_manifest(told, path)
