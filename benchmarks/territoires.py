"""Time of the files of each territory (`comparer --par-territoire`) by number of territories and of processes, against one process.

    python benchmarks/territoires.py [--nombres 2 4 8] [--processus 1 2] [--garder DOSSIER]

Each case is a process of its own, on real EPCI of Haute-Loire and Puy-de-Dôme with the lists of ../shared where they are. Printed
too: what a territory costs (processor, bytes sent and received, putting in place), from which docs/comparer.md reckons a cluster.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data"
LISTS = {"france-services": "inventaires/france_services_2024-08.csv", "programmes-anct": "ressorts/programmes_anct_2024.csv"}
# The child reads what is to be made (not timed), makes it, and tells seconds, processor seconds (children too), and the costs.
CHILD = """
import json, os, sys, time
from pathlib import Path
from diagnostic.read.batch import pack_files, read_log
from diagnostic.run import batch, comparison
from diagnostic.write import batch as writing
if __name__ == "__main__":
    asked, number, processes, target = json.loads(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
    gathered = comparison.gather(asked)
    jobs = batch.list_jobs(gathered["tables"], "epci").head(number)
    del gathered
    with comparison.open_sources(asked) as (folder, _):
        sent = len(batch.pack_dossier(folder)[1])
    places, own = [], writing.place_parcel
    def place(parcel, folder):
        began = time.perf_counter()
        told = own(parcel, folder)
        places.append(time.perf_counter() - began)
        return told
    writing.place_parcel = place
    began, before = time.perf_counter(), sum(os.times()[:4])
    done = batch.produce_territories(asked, jobs, sortie=target, calcul={"processus": processes})
    took, spent = time.perf_counter() - began, sum(os.times()[:4]) - before
    log = read_log(target / "territoires")
    made = log[log["etat"] == "fait"]
    print(json.dumps({
        "faits": done["faits"], "secondes": took, "processeur": spent, "memoire": made["memoire_mo"].astype(float).max(), "envoye": sent,
        "recu": made["octets"].astype(float).median(), "mise_en_place": sum(places) / len(places),
    }))
"""


def time_case(asked, number, processes):
    """Return what a case costs (dict), in a process of its own."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    with tempfile.TemporaryDirectory() as place:
        script = Path(place) / "cas.py"  # the processes of dask read the program that started them again
        script.write_text(CHILD, encoding="utf-8")
        command = [sys.executable, str(script), json.dumps(asked), str(number), str(processes), str(Path(place) / "ici")]
        told = subprocess.run(command, env=environment, check=True, capture_output=True, encoding="utf-8").stdout
    return json.loads(told.splitlines()[-1])


def main():
    """Print the table, a line as soon as it is known."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nombres", type=int, nargs="+", default=[2, 4, 8])
    parser.add_argument("--processus", type=int, nargs="+", default=[1, 2])
    choices = parser.parse_args()
    lists = [f"{source}={SHARED / path}" for source, path in LISTS.items() if (SHARED / path).is_file()]
    asked = {"departements": ["43", "63"], "inventaires": lists}
    print(f"EPCI de Haute-Loire et du Puy-de-Dôme, {len(lists)} listes nationales ; {os.cpu_count()} processeurs")
    print(f"{'territoires':>11s} {'processus':>9s} {'secondes':>9s} {'par territoire':>14s} {'processeur':>10s} {'Mo':>6s} {'rapport':>8s}")
    for number in choices.nombres:
        alone = None
        for processes in choices.processus:
            told = time_case(asked, number, processes)
            alone = alone or told["secondes"]
            print(
                f"{told['faits']:11d} {processes:9d} {told['secondes']:9.1f} {told['secondes'] / number:14.1f} {told['processeur']:10.1f} "
                f"{told['memoire']:6.0f} {alone / told['secondes']:8.2f}", flush=True,
            )  # fmt: skip
    print(
        f"Un territoire : {told['processeur'] / number:.1f} s de processeur ; {told['envoye'] / 1e6:.2f} Mo envoyés une fois à chaque "
        f"poste, {told['recu'] / 1e6:.1f} Mo reçus, {told['mise_en_place']:.2f} s de mise en place"
    )


if __name__ == "__main__":
    main()
