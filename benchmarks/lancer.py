"""Time of the whole `lancer` and its peak memory: the real dossier of 43 and 63 where ../shared is there, else the example.

    python benchmarks/lancer.py [--garder DOSSIER]

The dossier is made first (not timed). The run is timed in a process of its own, so that its peak memory is its own.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data"
IMPORTS = {
    "france-services": "inventaires/france_services_2024-08.csv",
    "data-inclusion": "inventaires/data_inclusion_2023-02.json",
    "hinaura": "inventaires/hinaura_2022-11.json",
    "programmes-anct": "ressorts/programmes_anct_2024.csv",
}
AIM_SECONDS, AIM_MEGABYTES = 20, 1000
# The child tells its steps with its own clock, then its processor time and peak memory.
CHILD = """
import sys, time
start = time.perf_counter()
from diagnostic.run import run
steps = []
run(sys.argv[1], progress=lambda step: steps.append((step, time.perf_counter())))
end = time.perf_counter()
for (step, began), finished in zip(steps, [*(moment for _, moment in steps[1:]), end]):
    print(f"{finished - began:.2f}\\t{step}")
print(f"{end - start:.2f}\\tTOTAL\\t{time.process_time():.2f}")
try:
    import resource
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)
    print(f"{peak:.0f}\\tMEMOIRE")
except ImportError:  # no such module under Windows
    print("nan\\tMEMOIRE")
"""


def make_dossier(folder):
    """Make the dossier in `folder`; return what it is."""
    from diagnostic import run

    if not SHARED.is_dir():
        run.create_example(folder)
        return "dossier d'exemple (../shared absent)"
    run.create_dossier(folder, departements=["43", "63"])
    for source, path in IMPORTS.items():
        run.import_source(source, SHARED / path, folder)
    return "dossier réel : Haute-Loire et Puy-de-Dôme, quatre imports"


def time_run(folder):
    """Run `lancer` in another process; return [(seconds, step)], wall seconds, processor seconds, peak megabytes."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    command = [sys.executable, "-c", CHILD, str(folder)]
    told = subprocess.run(command, env=environment, check=True, capture_output=True, encoding="utf-8").stdout
    rows = [line.split("\t") for line in told.splitlines()]
    total = next(row for row in rows if row[1] == "TOTAL")
    memory = next(float(row[0]) for row in rows if row[1] == "MEMOIRE")
    steps = [(float(row[0]), row[1]) for row in rows if row[1] not in ("TOTAL", "MEMOIRE")]
    return steps, float(total[0]), float(total[2]), memory


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--garder", type=Path, help="where to leave the dossier and its outputs")
    kept = parser.parse_args().garder
    with tempfile.TemporaryDirectory() as temporary:
        folder = kept or Path(temporary) / "dossier"
        began = time.perf_counter()
        what = make_dossier(folder)
        print(f"{what} ; préparé en {time.perf_counter() - began:.1f} s (hors mesure)\n")
        steps, wall, processor, memory = time_run(folder)
    for seconds, step in steps:
        print(f"{seconds:8.2f} s  {step}")
    print(f"{wall:8.2f} s  en tout (visé : moins de {AIM_SECONDS} s) ; {processor:.2f} s de processeur")
    print(f"{memory:8.0f} Mo au plus haut (visé : moins de {AIM_MEGABYTES} Mo)")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
