"""A batch seen whole: one process, then two of which one is killed and which are interrupted, resumed; same bytes.

    python scripts/montrer_lot.py ../shared/data [--departement CODE ...] [--nombre 100] [--garder DOSSIER]

The same command is called each time, as a user would: `comparer ... --par-territoire`. Printed: times, what the log says, how many
files are equal byte for byte. Leaves with 1 where something differs. Needs dask.distributed and psutil.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import psutil

from diagnostic.read.batch import read_log
from diagnostic.vocabulary.formats import format_number

DEPARTEMENTS = ["03", "07", "15", "26", "42", "43", "63", "69"]
LISTS = {"france-services": "inventaires/france_services_2024-08.csv", "programmes-anct": "ressorts/programmes_anct_2024.csv"}
MIDDLE = 5  # seconds into the next territory: what is killed is at work
# What a user would not write: only the first territories, so that their number is what is asked; and Ctrl-C is heard even where
# this script runs in the background, whose children are deaf to it.
CALL = """
import signal
import sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from diagnostic import cli
from diagnostic.run import batch
whole = batch.list_jobs
limit = int(sys.argv.pop(1))
batch.list_jobs = lambda *given: whole(*given).head(limit)
cli.main()
"""


def start(data, target, choices, processes):
    """Start the command; return its process."""
    words = ["comparer", "--sans-moran", "--par-territoire", "--processus", str(processes), "--sortie", str(target)]
    words += [word for code in choices.departement or DEPARTEMENTS for word in ("--departement", code)]
    words += [word for source, path in LISTS.items() for word in ("--inventaire", f"{source}={data / path}")]
    return subprocess.Popen([sys.executable, "-c", CALL, str(choices.nombre), *words], env=os.environ | {"PYTHONUTF8": "1"})


def count_made(target):
    return int(read_log(target / "territoires")["etat"].eq("fait").sum())


def wait_for(process, target, number):
    """Wait until `number` territories are made."""
    while process.poll() is None and count_made(target) < number:
        time.sleep(1)
    return process.poll() is None


def kill_worker(process):
    """Kill one of the processes that work for `process` without warning; return its number."""
    workers = [child for child in psutil.Process(process.pid).children() if "spawn_main" in " ".join(child.cmdline())]
    busiest = max(workers, key=lambda child: sum(child.cpu_times()[:2]))
    busiest.kill()
    return busiest.pid


def end(process):
    """Wait for a process and return its code: 0, or 1 when it was interrupted; anything else ends the show."""
    code = process.wait()
    if code not in (0, 1):
        sys.exit(f"the command left with {code}")
    return code


def compare_bytes(left, right):
    """Return (number of files, names of those that differ)."""
    held = [
        {path.relative_to(place).as_posix(): path.read_bytes() for path in place.rglob("*") if path.is_file() and "publique" in path.parts}
        for place in (left / "territoires", right / "territoires")
    ]
    names = sorted(held[0].keys() | held[1].keys())
    return len(names), [name for name in names if held[0].get(name) != held[1].get(name)]


def show(data, place, choices):
    """Act the whole and print what is seen; return whether everything holds."""
    alone, two, times = place / "seul", place / "deux", {}
    began = time.perf_counter()
    end(start(data, alone, choices, 1))
    times["un processus"] = time.perf_counter() - began
    began = time.perf_counter()
    process = start(data, two, choices, 2)
    if wait_for(process, two, max(choices.nombre // 5, 1)):
        time.sleep(MIDDLE)
        print(f"--- processus {kill_worker(process)} tué après {count_made(two)} territoires", flush=True)
    if wait_for(process, two, max(choices.nombre // 2, 2)):
        print(f"--- lot interrompu (Ctrl-C) après {count_made(two)} territoires", flush=True)
        process.send_signal(signal.SIGINT if os.name != "nt" else signal.CTRL_C_EVENT)
    print(f"--- la commande a rendu {end(process)} ; reprise", flush=True)
    end(start(data, two, choices, 2))
    times["deux processus, l'un tué, le lot interrompu puis repris"] = time.perf_counter() - began
    number, different = compare_bytes(alone, two)
    for name, target in (("un processus", alone), ("deux", two)):
        log = read_log(target / "territoires")
        made = log[log["etat"] == "fait"]
        seconds, octets = made["secondes"].astype(float), made["octets"].astype(float)
        print(
            f"{name} : {dict(Counter(log['etat']))} ; par territoire {format_number(seconds.median(), 1)} s (médiane), "
            f"{format_number(octets.median() / 1e6, 1)} Mo, mémoire {format_number(made['memoire_mo'].astype(float).max(), 0)} Mo au plus"
        )
    for name, seconds in times.items():
        print(f"{name} : {format_number(seconds, 0)} s")
    print(f"fichiers comparés : {number} ; différents : {len(different)} {different[:5]}")
    lost = read_log(two / "territoires")["etat"].eq("poste_perdu").sum()
    print(f"postes perdus, au journal : {lost}")
    return number > 0 and not different and lost == 1


def main():
    """Read the call."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, help="the folder of reference data")
    parser.add_argument("--departement", action="append")
    parser.add_argument("--nombre", type=int, default=100)
    parser.add_argument("--garder", type=Path, help="where to leave the outputs")
    choices = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        sys.exit(0 if show(choices.data, choices.garder or Path(temporary), choices) else 1)


if __name__ == "__main__":
    main()
