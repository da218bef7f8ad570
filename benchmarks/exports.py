"""Time and peak memory of `lancer` and of each export, on the example and on a dossier of 3,000 actors.

    python benchmarks/exports.py [--acteurs 3000] [--seulement acteurs] [--quoi rapport --quoi sig] [--garder DOSSIER]

Each line is a process of its own, with its own peak memory. The dossier is read and measured once (« mesurer »); an export takes up from
there, which the command does each time: add the two for what a user waits. The dossier of 3,000 actors is the example with invented
rows (FICTIF), always the same: names with `&`, `<`, `=`, `..`, `/`, emoji and 300 letters among them, eight links for three actors, and a
device for twenty.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).resolve().parent.parent
SEED = 2026
NASTY = [
    "Société <b>Aide & Cie</b>", "=1+1", "+33", "@SUM(A1)", "../../etc", "a/b\\c", "CON", "Épicerie 🥕 du bourg", "L" * 300, "x = y ; z",
    "..",
]  # fmt: skip
CHILD = """
import pickle, sys, time, warnings
from pathlib import Path
warnings.simplefilter("ignore")
folder, what, kept = sys.argv[1], sys.argv[2], Path(sys.argv[3])
from diagnostic import run
from diagnostic.run import reports
if what == "mesurer":
    start = time.perf_counter(), time.process_time()
    kept.write_bytes(pickle.dumps(run.measure(folder)))
elif what == "lancer":
    start = time.perf_counter(), time.process_time()
    run.run(folder)
else:
    tables = pickle.loads(kept.read_bytes())
    reports.load, reports.measure_tables = (lambda folder: tables), (lambda tables: tables)
    start = time.perf_counter(), time.process_time()
    reports.export(folder, [what], formats=["docx", "pdf"] if what == "atlas" else ["docx"])
total, used = time.perf_counter() - start[0], time.process_time() - start[1]
try:
    import resource
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)
except ImportError:  # no such module under Windows
    peak = float("nan")
print(f"{total:.1f} {used:.1f} {peak:.0f}")
"""


def grow_dossier(folder, number):
    """Write the example with as many invented actors as it takes to be `number`, their links and their devices."""
    source, target = ROOT / "data" / "exemple" / "inventaire", folder / "inventaire"
    target.mkdir(parents=True)
    tables = {path.stem: pd.read_csv(path, dtype=str, keep_default_na=False) for path in sorted(source.glob("*.csv"))}
    draw = random.Random(SEED)
    actors, communes = tables["acteurs"], tables["communes"]["code_insee"].tolist()
    kinds = sorted(set(actors["categorie"]) - {"cc", "ca", "caf", "msa", "commune", "departement", ""})
    new = [f"g{rank}" for rank in range(number - len(actors))]
    rows = [
        {
            "acteur_id": name, "nom": f"{NASTY[rank % len(NASTY)] if rank % 40 < len(NASTY) else 'Structure'} {rank} (FICTIF)",
            "categorie": draw.choice(kinds), "code_insee": draw.choice(communes), "a_repondu": draw.choice(["oui", "non", ""]),
            "themes": draw.choice(["logement", "economie", "jeunesse"]), "source": "FICTIF",
            "diffusion": draw.choice(["public", "public", "", "interne"]), "date_maj": f"2025-{draw.randint(1, 12):02d}-01",
        }
        for rank, name in enumerate(new)
    ]  # fmt: skip
    devices = [f"d{rank}" for rank in range(number // 20)]
    places = sorted({code for cell in tables["dispositifs"]["territoires"] for code in cell.split(";") if code})
    links = [{"source_id": a, "cible_id": b, "type": "partenaire_technique", "source": "FICTIF"}
             for a, b in (draw.sample(new, 2) for _ in range(number * 8 // 3))]  # fmt: skip
    parts = [{"acteur_id": draw.choice(new), "dispositif_id": draw.choice(devices), "role": "participation", "source": "FICTIF"}
             for _ in range(number)]  # fmt: skip
    added = {
        "acteurs": rows, "liens": links, "participations": parts,
        "dispositifs": [
            {"dispositif_id": name, "nom": f"Dispositif {name} (FICTIF)", "type": draw.choice(["CTG", "PAT"]), "nature": "dispositif",
             "territoires": draw.choice(places), "source": "FICTIF", "diffusion": "public"}
            for name in devices
        ],
    }  # fmt: skip
    for name, table in tables.items():
        grown = pd.concat([table, pd.DataFrame(added.get(name, []))], ignore_index=True).fillna("")
        grown[table.columns].to_csv(target / f"{name}.csv", index=False, encoding="utf-8", lineterminator="\n")
    return folder


def time_one(folder, what, kept):
    """Return ((seconds, processor seconds, peak megabytes), "") of a command in a process of its own, or (None, its fault).

    `kept` is the path of what the step « mesurer » leaves to the others.
    """
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    command = [sys.executable, "-c", CHILD, str(folder), what, str(kept)]
    done = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        return None, (done.stderr.strip().splitlines() or ["?"])[-1]
    return [float(cell) for cell in done.stdout.split()[-3:]], ""


def main():
    """Print the table, a line as soon as it is known."""
    sys.path.insert(0, str(ROOT))
    from diagnostic.run.reports import CHOICES

    exports = [name for name in CHOICES if name not in ("tout", "modeles")]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--acteurs", type=int, default=3000)
    parser.add_argument("--seulement", choices=["exemple", "acteurs"])
    parser.add_argument("--quoi", action="append", choices=["lancer", *exports])
    parser.add_argument("--garder", type=Path)
    choices = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        place = choices.garder or Path(temporary)
        dossiers = {"exemple": 0, "acteurs": choices.acteurs}
        print(f"{'dossier':10s} {'commande':12s} {'secondes':>9s} {'processeur':>11s} {'Mo':>6s}")
        for name, number in dossiers.items():
            if choices.seulement in (None, name):
                folder = place / name
                if not folder.exists():
                    grow_dossier(folder, number)
                for what in ["mesurer", *(choices.quoi or ["lancer", *exports])]:
                    told, fault = time_one(folder, what, place / f"{name}.pickle")
                    line = f"{told[0]:9.1f} {told[1]:11.1f} {told[2]:6.0f}" if told else f"  échec : {fault}"
                    print(f"{name:10s} {what:12s} {line}", flush=True)


if __name__ == "__main__":
    main()
