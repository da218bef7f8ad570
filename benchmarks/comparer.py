"""Comparing territories: how time grows with their number, against one dossier a territory, in one run.

    python benchmarks/comparer.py [--region CODE] [--tailles 100 300 1255] [--boucle 5]

Printed: for 100, 300 and all EPCI of France (or of a region), drawn at random with their communes, the best time of `measure_across`
and `build_long`, its growth, the time an EPCI and the memory that the measure adds at its peak (each case in a process of its own).
Then the named alternative, one dossier a territory in a loop: a few EPCI, each read and measured as a dossier of its own, their mean
brought to the number of all; that they find the same figures is checked. The national tables are read once, timed apart.
"""

import argparse
import multiprocessing
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from diagnostic import run as way
from diagnostic.measure.across import build_long, measure_across
from diagnostic.read import national
from diagnostic.run.comparison import gather
from diagnostic.run.comparison_dossiers import keep_public
from diagnostic.write.national import write_sources

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
LISTS = {"france-services": "inventaires/france_services_2024-08.csv", "programmes-anct": "ressorts/programmes_anct_2024.csv"}
SIZES, LOOP, SEED, RUNS = (100, 300, 1255), 5, 2026, 3
FIGURES = ["mesure", "couche", "groupe", "seuil"]


def list_lists():
    """Return the lists of ../shared as the command takes them; none where it is absent."""
    return [f"{source}={SHARED / path}" for source, path in LISTS.items() if (SHARED / path).exists()]


def narrow(tables, names):
    """Return the tables with these territories and their communes only; sites stay all, neighbours serve too."""
    kinds, places = tables["territoires"], tables["appartenance"]
    codes = places.loc[places["territoire_id"].isin(names), "code_insee"]
    kept = {name: tables[name][tables[name]["code_insee"].isin(codes)] for name in ("affectation", "appartenance")}
    return tables | kept | {
        "communes": tables["communes"][tables["communes"].index.isin(codes)],
        "territoires": kinds[kinds.index.isin(names) | kinds["type"].eq("perimetre")],
    }  # fmt: skip


def measure(tables):
    """Return the long table of the territories of `tables`."""
    return build_long(measure_across(tables), tables)


def time_case(tables):
    """Return the best time of `measure` (seconds), the rows it gives, and the memory it adds at its peak (MB); run in its own process."""
    import resource

    unit = 1024**2 if sys.platform == "darwin" else 1024
    before, spent = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, []
    for _ in range(RUNS):
        start = time.perf_counter()
        rows = len(measure(tables))
        spent.append(time.perf_counter() - start)
    return min(spent), rows, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / unit


def run_apart(call, *given):
    """Return what `call` returns, run in a forked process; here where there is no fork."""
    if "fork" not in multiprocessing.get_all_start_methods():
        return call(*given)
    with multiprocessing.get_context("fork").Pool(1) as pool:
        return pool.apply(call, given)


def run_one(siren, lists):
    """Return the seconds of reading and of measuring one EPCI as a dossier of its own, and its long table."""
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as place:
        folder = write_sources(Path(place) / "dossier", {"epci": [siren]}, national.list_layer_rows([]), [])
        for text in lists:
            way.import_source(*national.split_inventory(text), folder)
        tables = keep_public(way.load(folder))
    read = time.perf_counter()
    long = measure(tables)
    return read - start, time.perf_counter() - read, long


def count_different(long, own, name):
    """Return how many figures of a territory its own dossier says otherwise, of how many (pairs of layers apart)."""
    one, other = (rows[rows["territoire"].eq(name) & rows["couche_b"].isna()] for rows in (long, own))
    keys = dict.fromkeys(FIGURES, "object")
    both = one.astype(keys)[[*FIGURES, "valeur"]].merge(other.astype(keys)[[*FIGURES, "valeur"]], on=FIGURES, suffixes=("", "_propre"))
    assert len(both) == len(one)
    return int((~np.isclose(both["valeur"], both["valeur_propre"], rtol=1e-12, equal_nan=True)).sum()), len(both)


def print_growth(tables, names, sizes):
    """Print a line a number of territories; return the seconds of the largest."""
    draws = np.random.default_rng(SEED)
    print(f"{'EPCI':>6}{'communes':>10}{'secondes':>10}{'ms par EPCI':>13}{'croissance':>12}{'Mo ajoutés':>12}{'chiffres':>10}")
    former = None
    for size in sorted({min(size, len(names)) for size in sizes}):
        held = narrow(tables, draws.choice(names, size, replace=False))
        seconds, rows, memory = run_apart(time_case, held)
        # 1: time grows as the number of territories does; under 1, slower than it.
        power = "" if former is None else f"{np.log(seconds / former[1]) / np.log(size / former[0]):.2f}"
        print(f"{size:6}{len(held['communes']):10}{seconds:10.2f}{1000 * seconds / size:13.1f}{power:>12}{memory:12.0f}{rows:10}")
        former = (size, seconds)
    print("croissance : exposant du nombre d'EPCI d'une ligne à la suivante (1 : le temps double quand leur nombre double).\n")
    return former[1]


def print_loop(long, names, lists, *, number, measured, read):
    """Print the loop over a few territories, brought to all, beside the single pass."""
    chosen = np.random.default_rng(SEED + 1).choice(names, number, replace=False)
    rows, wrong, told = [], 0, 0
    for name in chosen:
        *seconds, own = run_apart(run_one, name.removeprefix("epci:"), lists)
        different, compared = count_different(long, own, name)
        rows, wrong, told = [*rows, seconds], wrong + different, told + compared
    reading, measuring = pd.DataFrame(rows).mean()
    print(f"un dossier par EPCI, {number} tirés au hasard : lire {reading:.2f} s, mesurer {measuring:.2f} s en moyenne")
    print(f"    {told} chiffres comparés à ceux d'une seule passe, {wrong} différents")
    print(f"{'(boucle étendue à ' + str(len(names)) + ' EPCI : extrapolée)':45}{'boucle, s':>11}{'une passe, s':>14}{'rapport':>9}")
    for what, each, once in (("mesurer", measuring, measured), ("lire et mesurer", reading + measuring, read + measured)):
        print(f"{what:45}{each * len(names):11.0f}{once:14.1f}{each * len(names) / once:9.0f}")


def main():
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--region", help="code of a region, in the place of the whole country")
    parser.add_argument("--tailles", type=int, nargs="+", default=SIZES, help="numbers of EPCI")
    parser.add_argument("--boucle", type=int, default=LOOP, help="number of EPCI of the loop")
    given = parser.parse_args()
    lists = list_lists()
    start = time.perf_counter()
    tables = gather({"regions": [given.region], "inventaires": lists} if given.region else {"france": True, "inventaires": lists})["tables"]
    read = time.perf_counter() - start
    names = tables["territoires"].index[tables["territoires"]["type"].eq("epci")].to_numpy()
    print(f"{len(names)} EPCI, {len(tables['communes'])} communes, {len(lists)} listes nationales : lues en {read:.1f} s\n")
    measured = print_growth(tables, names, given.tailles)
    print_loop(measure(tables), names, lists, number=given.boucle, measured=measured, read=read)


if __name__ == "__main__":
    main()
