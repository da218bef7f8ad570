"""National overlap of EPCI and arrondissements: our commune table against `geopandas.overlay`, in one run.

Run: python benchmarks/recouvrement.py. Needs shapes/communes.parquet. Timings are the best of several runs on both
sides. Dissolving communes into units is not counted against the overlay; it is printed apart.
"""

import multiprocessing
import sys
import time
from functools import partial

import geopandas as gpd
import pandas as pd

from diagnostic.measure.ressorts.cells import encode_tables
from diagnostic.measure.ressorts.overlap import (
    compare_layers,
    count_cells,
    join_layers,
    measure_contingency,
    split_layers,
    take_columns,
)
from diagnostic.read.places.territories import read_communes

COUCHES = {"EPCI": "epci", "ARRONDISSEMENT": "arrondissement"}
EQUAL_AREA = "EPSG:6933"
AIM = 300


def make_tables():
    """Return affectation, appartenance and communes (with polygons) of all France, one territory."""
    communes = read_communes()
    rows = [communes[c].rename("unite_id").reset_index().assign(couche=name).dropna() for name, c in COUCHES.items()]
    affectation = pd.concat(rows, ignore_index=True).assign(part=1.0, methode="commune")
    appartenance = pd.DataFrame({"code_insee": communes.index, "territoire_id": "france"})
    return affectation, appartenance, communes


def time_best(function, runs, *, clock=time.perf_counter):
    """Return the best time of `function` over `runs` runs (seconds, wall time by default) and its last result."""
    spent = []
    for _ in range(runs):
        start = clock()
        result = function()
        spent.append(clock() - start)
    return min(spent), result


def measure_peak(function):
    """Return the memory (MB) that `function` adds at its peak, geometry engine included: a forked process runs it alone."""
    if "fork" not in multiprocessing.get_all_start_methods():  # Windows: memory is not measured there
        return float("nan")
    with multiprocessing.get_context("fork").Pool(1) as pool:
        return pool.apply(_measure_growth, [function])


def _measure_growth(function):
    import resource

    unit = 1024**2 if sys.platform == "darwin" else 1024
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    function()
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / unit


def cross_tables(places, layers):
    """Run the core: join two coded layers on communes and add up their cells."""
    return count_cells(join_layers(places, *layers))


def main():
    """Print the table of timings, ratios and memory, then the pairs that each way finds."""
    affectation, appartenance, communes = make_tables()
    table = pd.DataFrame(communes.drop(columns="geometry"))
    couches = pd.DataFrame({"exclusive": True, "infra_communale": False}, index=list(COUCHES))
    coding, coded = time_best(lambda: encode_tables(affectation, appartenance, table, couches), 5)
    core = partial(cross_tables, take_columns(coded[1]), split_layers(coded[2], 2))
    whole = partial(measure_contingency, affectation, appartenance, table, *COUCHES)
    measures = partial(compare_layers, affectation, appartenance, table, couches)
    drawn = communes[communes.geometry.notna()]
    dissolving, units = time_best(
        lambda: [drawn.dissolve(c, method="coverage")[["geometry"]].reset_index() for c in COUCHES.values()], 1
    )
    overlay = partial(gpd.overlay, *units, how="intersection", keep_geom_type=True)
    slow, pieces = time_best(overlay, 2)
    rows = [("geopandas.overlay des deux couches déjà fusionnées", slow, measure_peak(overlay))]
    for label, function in [
        ("cœur : jointure et cellules, codes entiers déjà faits", core),
        ("measure_contingency : textes, poids, codes et noms compris", whole),
        ("compare_layers : toutes les mesures de la paire", measures),
    ]:
        rows.append((label, time_best(function, 15)[0], measure_peak(function)))
    print(
        f"{len(table)} communes ; fusion des polygones, hors mesure : {dissolving:.1f} s ; codage seul : {1e3 * coding:.1f} ms"
    )
    print(f"{'':60}{'ms':>10}{'rapport':>10}{'Mo en plus':>12}")
    for label, seconds, memory in rows:
        print(f"{label:60}{1e3 * seconds:10.1f}{slow / seconds:10.0f}{memory:12.1f}")
    print(f"But : {AIM} fois plus rapide. Cœur : {'atteint' if slow / rows[1][1] >= AIM else 'manqué'}.")
    print_pairs(whole(), pieces)


def print_pairs(contingency, pieces):
    """Print how many true pairs each way finds, and the slivers that only the polygons know."""
    true = pd.MultiIndex.from_frame(contingency[["unite_a", "unite_b"]])
    area = pieces.to_crs(EQUAL_AREA).area / 1e6
    found = area.groupby([pieces["epci"], pieces["arrondissement"]]).sum()
    spurious = found[~found.index.isin(true)]
    missing = true.difference(found.index)
    print(f"Paires vraies (liste de communes) : {len(true)} ; trouvées par les polygones : {len(found)}")
    print(
        f"Éclats (paires sans aucune commune) : {len(spurious)}, surface {spurious.sum():.6f} km2 ; manquées : {len(missing)}"
    )


if __name__ == "__main__":
    main()
