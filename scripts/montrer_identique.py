"""Run everything twice on the same inputs, in other conditions, and list the files equal byte for byte and those that are not.

    python scripts/montrer_identique.py [--dossier DOSSIER] [--sans-bureau] [--garder DOSSIER]

Each of the two is `lancer` in its three editions, `exporter --quoi tout` in DOCX, ODT and PDF, then every set of data of the edition
interne, in a process of its own: another seed of Python's hashes, another folder, another language, and a time zone 26 hours ahead, so
that it is another day. The date printed is the one of `date_edition`. Without a dossier, the example of the software.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from io import BytesIO
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CONDITIONS = (
    {"PYTHONHASHSEED": "1", "TZ": "Etc/GMT+12", "LANG": "fr_FR.UTF-8"},
    {"PYTHONHASHSEED": "4242", "TZ": "Pacific/Kiritimati", "LANG": "C.UTF-8"},
)
CHILD = """
import sys
import warnings
warnings.simplefilter("ignore")
from diagnostic.run import run
from diagnostic.run.reports import export
folder, formats = sys.argv[1], sys.argv[2].split(",")
run(folder, editions=["publique", "partenaires", "interne"])
for remark in export(folder, ["tout"], formats=formats)["remarques"]:
    print(remark)
export(folder, ["sig", "graphe", "csv", "donnees"], edition="interne")
"""
BY_OFFICE = "LibreOffice date et numérote ce qu'il convertit"
MANIFEST = "manifeste.json"
BY_HAND = ("atlas.pdf",)  # drawn by us, though a document of the same name stands beside it


def prepare(source, folder):
    """Copy a dossier, its outputs left out, the dates of its files kept."""
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("sorties"))


def run_once(folder, conditions, formats):
    """Run everything on a dossier in a process of its own; return the remarks told."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"} | conditions
    command = [sys.executable, "-c", CHILD, str(folder), ",".join(formats)]
    done = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        sys.exit(f"{done.stderr}\nexit code {done.returncode}")
    return done.stdout.splitlines()


def compare_folders(first, second):
    """Return {name: "" when equal, else what differs} for the files of two folders, hidden ones left out."""
    names = {
        path.relative_to(folder).as_posix()
        for folder in (first, second)
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }
    return {name: describe_difference(first / name, second / name) for name in sorted(names)}


def describe_difference(first, second):
    """Return what differs between two files: "" for nothing, the parts of an archive, the first bytes of another file."""
    if not (first.exists() and second.exists()):
        return "dans un seul des deux"
    one, two = first.read_bytes(), second.read_bytes()
    if one == two:
        return ""
    if zipfile.is_zipfile(BytesIO(one)) and zipfile.is_zipfile(BytesIO(two)):
        with zipfile.ZipFile(BytesIO(one)) as left, zipfile.ZipFile(BytesIO(two)) as right:
            lists = set(left.namelist()), set(right.namelist())
            parts = sorted(lists[0] ^ lists[1]) + [name for name in sorted(lists[0] & lists[1]) if left.read(name) != right.read(name)]
        return f"parties : {', '.join(parts)}" if parts else "dates ou ordre de l'archive seulement"
    place = next((rank for rank, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
    around = slice(max(0, place - 40), place + 40)
    return f"octet {place} : {one[around]!r} | {two[around]!r}"


def is_converted(name, names):
    """Say whether LibreOffice made a file: an ODT, or a PDF beside the document that it comes from."""
    path = Path(name)
    beside = {path.with_suffix(suffix).as_posix() for suffix in (".docx", ".pptx")} & set(names)
    return path.suffix in (".odt", ".pdf") and bool(beside) and path.name not in BY_HAND


def main():
    """Print the two lists; leave with 1 when a file differs that LibreOffice did not write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dossier", type=Path)
    parser.add_argument("--sans-bureau", action="store_true", help="DOCX only: no LibreOffice")
    parser.add_argument("--garder", type=Path, help="where to leave the two dossiers")
    choices = parser.parse_args()
    formats = ["docx"] if choices.sans_bureau else ["docx", "odt", "pdf"]
    with tempfile.TemporaryDirectory() as temporary:
        place = choices.garder or Path(temporary)
        source = choices.dossier or place / "exemple"
        if choices.dossier is None:
            sys.path.insert(0, str(ROOT))
            from diagnostic.run import create_example

            create_example(source)
        folders = [place / "un" / source.name, place / "deux, ailleurs é" / source.name]
        for folder, conditions in zip(folders, CONDITIONS, strict=True):
            prepare(source, folder)
            for remark in run_once(folder, conditions, formats):
                print(remark.splitlines()[0])
        told = compare_folders(*(folder / "sorties" for folder in folders))
    ours = show(told)
    sys.exit(bool(ours))


def show(told):
    """Print what is equal and what is not; return the names that differ and that we wrote ourselves."""
    equal = [name for name, difference in told.items() if not difference]
    kinds = sorted({Path(name).suffix for name in told})
    print(f"\n{len(equal)} fichiers sur {len(told)} égaux à l'octet près")
    for kind in kinds:
        names = [name for name in told if Path(name).suffix == kind]
        print(f"  {kind:10s} {sum(not told[name] for name in names):4d} sur {len(names)}")
    differing = {name: difference for name, difference in told.items() if difference}
    converted = [name for name in differing if is_converted(name, told)]
    print(f"\n{len(differing)} fichiers différents, dont {len(converted)} écrits par LibreOffice ({BY_OFFICE})")
    for name, difference in differing.items():
        why = "il donne l'empreinte des précédents" if name.endswith(MANIFEST) and converted else difference[:300]
        print(f"  {name} : {why}")
    return [name for name in differing if name not in converted and not (converted and name.endswith(MANIFEST))]


if __name__ == "__main__":
    main()
