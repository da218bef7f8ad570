"""Kill `lancer` at many moments of its work and look at what is left: inventory, outputs, manifest, and the run that follows.

    python scripts/montrer_arrets.py [--moments 50] [--edition publique] [--garder DOSSIER]

Four moments in five are spread over the processor time of a run; the others are renames of the last step, when files take their
places. The process kills itself, by the signal that nothing catches: whatever else the computer does, the moments are those asked.
Nothing is tidied up between two kills. Two inventories that differ by their title take turns: whatever the moment, each file must
be, to the byte, the one of a whole run of either. Every tenth kill is followed by a run that nobody stops.
"""

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import zipfile
from contextlib import closing, suppress
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
EPCI = "244301099"
TITLES = "Essai d'été", "Essai d'hiver"
TABLES = {
    "acteurs": "acteur_id,nom,categorie,code_insee,diffusion,source\na,Centre social,centre_social,43016,public,FICTIF\n"
    "b,Épicerie,epicerie_sociale,43016,public,FICTIF\nc,Amap,amap,43185,public,FICTIF\n",
    "liens": "source_id,cible_id,type,source\na,b,partenaire_technique,FICTIF\n",
}
BLOCK = 10
# Killed just before its rename number N, or after S seconds of processor (0: never); says at the end how many there were.
CHILD = """
import os, signal, sys, threading, time
last, limit, done, real = int(sys.argv[2]), float(sys.argv[3]), [], os.replace
def die():
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
def watch():
    while time.process_time() < limit:
        time.sleep(0.005)
    die()
def replace(source, place):
    done.append(place)
    if len(done) == last:
        die()
    real(source, place)
os.replace = replace
if limit:
    threading.Thread(target=watch, daemon=True).start()
from diagnostic.run import run
run(sys.argv[1], editions=os.environ["EDITIONS"].split())
print(len(done), time.process_time())
"""


def write_inventory(folder, title):
    """Write the inventory of a small dossier."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = f"cle,valeur\nepci,{EPCI}\ndate_edition,15/11/2026\ntirages_hasard,9\ntirages_liens,9\ntitre,{title}\n"
    for name, text in {"parametres": settings, **TABLES}.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")


def run_child(folder, *, renames=0, seconds=0.0, code=CHILD):
    """Run in a process of its own, killed at a moment or never (see CHILD); return (exit code, what it told, its errors)."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "PYTHONHASHSEED": "0"}
    command = [sys.executable, "-W", "ignore", "-c", code, str(folder), str(renames), str(seconds)]
    done = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", check=False)
    return done.returncode, done.stdout, done.stderr


def read_folder(folder):
    """Return {name: bytes} of the files of a folder that are not hidden."""
    paths = sorted(path for path in Path(folder).rglob("*") if path.is_file())
    names = {path.relative_to(folder).as_posix(): path for path in paths}
    return {name: path.read_bytes() for name, path in names.items() if not any(part.startswith(".") for part in name.split("/"))}


def find_broken(contents):
    """Return {name: why} for the files that do not open whole."""
    faults = {}
    for name, content in contents.items():
        opener = OPENERS.get(Path(name).suffix.lower(), lambda held: held.decode("utf-8-sig"))
        try:
            assert content, "empty"
            opener(content)
        except Exception as error:
            faults[name] = f"{type(error).__name__}: {error}"
    return faults


def _open_archive(content):
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert archive.testzip() is None


def _open_picture(content):
    with Image.open(BytesIO(content)) as picture:
        picture.load()


def _open_base(content):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.gpkg"
        path.write_bytes(content)
        with closing(sqlite3.connect(path)) as base:
            assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def _open_page(content):
    assert content.decode("utf-8").rstrip().endswith("</html>")


def _open_pdf(content):
    assert content.startswith(b"%PDF-") and content.rstrip().endswith(b"%%EOF")


OPENERS = {
    **dict.fromkeys([".xlsx", ".xlsm", ".docx", ".pptx", ".odt"], _open_archive),
    **dict.fromkeys([".json", ".geojson", ".umap"], json.loads),
    **dict.fromkeys([".svg", ".graphml", ".gexf"], ElementTree.fromstring), ".png": _open_picture, ".gpkg": _open_base, ".html": _open_page,
    ".pdf": _open_pdf,
}  # fmt: skip


def find_lies(contents):
    """Return what a manifest says of a file that is not so: neither what it names, nor what stood there while it is replaced."""
    faults, name = [], "manifeste.json"
    for path in [path for path in contents if path.endswith(f"/{name}")]:
        folder, told = path.removesuffix(name), json.loads(contents[path])
        allowed, former = {}, {row["fichier"] for row in told.get("anciens", [])}
        for row in told["sorties"] + told.get("anciens", []):
            allowed.setdefault(row["fichier"], set()).add(row.get("sha256"))
            if row.get("calcul") and row["calcul"] not in told["calculs"]:
                faults.append(f"{folder}{row['fichier']}: unknown run")
        for file, hashes in allowed.items():
            content = contents.get(folder + file)
            if content is None and ("anciens" not in told or file in former.difference(row["fichier"] for row in told["sorties"])):
                faults += [f"{folder}{file}: missing"] if "anciens" not in told else []
            elif content is not None and None not in hashes and sha256(content).hexdigest() not in hashes:
                faults.append(f"{folder}{file}: other content")
        known = {folder + file for file in allowed} | {path}
        faults += [f"{file}: not in the manifest" for file in contents if file.startswith(folder) and file not in known]
    return faults


def look(folder, inventory, references):
    """Return (state, faults) of a dossier after a kill."""
    held = {name: content for name, content in read_folder(folder).items() if not name.startswith("sorties/")}
    outputs = read_folder(folder / "sorties")
    faults = [] if held == inventory else ["inventory changed"]
    faults += [f"{name}: {why}" for name, why in find_broken(outputs).items()] + find_lies(outputs)
    own = {name: content for name, content in outputs.items() if not name.endswith("manifeste.json")}
    for name, content in own.items():
        if content not in [reference.get(name) for reference in references]:
            faults.append(f"{name}: of no whole run")
    of = [all(reference.get(name) == content for name, content in own.items()) and len(own) == len(reference) for reference in references]
    return "anciennes" if of[0] else "nouvelles" if of[1] else "les deux" if own else "aucune", faults


def make_references(folder):
    """Run the two inventories; return [{name: bytes} of each], the seconds of processor of a run and its number of renames."""
    references = []
    for title in TITLES:
        write_inventory(folder, title)
        code, told, errors = run_child(folder)
        if code:
            sys.exit(errors)
        outputs = read_folder(folder / "sorties")
        references.append({name: content for name, content in outputs.items() if not name.endswith("manifeste.json")})
    renames, seconds = told.split()[-2:]
    return references, float(seconds), int(renames)


def show(folder, moments):
    """Kill `moments` runs and print what each left; return the faults."""
    references, seconds, renames = make_references(folder)
    print(f"une course : {seconds:.1f} s de processeur, {renames} fichiers mis en place ou écrits ; {len(references[0])} sorties")
    in_swap = max(1, moments // 5)
    last = [renames - round(rank * (len(references[0]) + 4) / in_swap) for rank in range(in_swap)]
    plan = [("temps", seconds * (rank + 0.5) / (moments - in_swap)) for rank in range(moments - in_swap)]
    for rank, number in enumerate(last):
        plan.insert(5 * rank + 4, ("renommage", number))
    faults, counts, turn = [], {}, 1
    for rank, (kind, moment) in enumerate(plan):
        if rank % BLOCK == 0:
            turn = 1 - turn
            write_inventory(folder, TITLES[turn])
            inventory = {name: content for name, content in read_folder(folder).items() if not name.startswith("sorties/")}
        code, *_ = run_child(folder, **{"seconds" if kind == "temps" else "renames": moment})
        state, found = look(folder, inventory, [references[1 - turn], references[turn]])
        counts[state] = counts.get(state, 0) + 1
        told = f"{moment:5.1f} s" if kind == "temps" else f"au renommage {moment}"
        how, seen = "tué" if code else "fini avant", "; ".join(found) or "tout est entier"
        print(f"{rank + 1:3d}  {how}, {told:18s} sorties {state:10s} {seen}", flush=True)
        faults += found
        if (rank + 1) % BLOCK == 0 or rank + 1 == len(plan):
            faults += finish(folder, references[turn])
    print(f"\n{len(plan)} arrêts ; sorties trouvées : {', '.join(f'{state} {number}' for state, number in counts.items())}")
    print(f"défauts : {len(faults)}")
    return faults


def finish(folder, reference):
    """Run to the end what was killed so many times; return the faults of what is then there."""
    code, _, errors = run_child(folder)
    outputs = read_folder(folder / "sorties")
    own = {name: content for name, content in outputs.items() if not name.endswith("manifeste.json")}
    left = [path.name for path in (folder / "sorties").rglob(".*") if path.name != ".verrou"]
    faults = [errors] if code else [f"left: {name}" for name in left] + find_lies(outputs)
    faults += [] if own == reference else ["the run that follows gives other files"]
    print(f"     course suivante : {'; '.join(faults) or 'mêmes fichiers que la référence, rien ne traîne'}", flush=True)
    return faults


def main():
    """Print what each kill left."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--moments", type=int, default=50)
    parser.add_argument("--edition", action="append", help="by default publique and interne, as the command does")
    parser.add_argument("--garder", type=Path, help="where to leave the dossier")
    choices = parser.parse_args()
    os.environ["EDITIONS"] = " ".join(choices.edition or ["publique", "interne"])
    with tempfile.TemporaryDirectory() as temporary:
        faults = show(choices.garder or Path(temporary) / "dossier d'été", choices.moments)
    with suppress(BrokenPipeError):
        sys.stdout.flush()
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
