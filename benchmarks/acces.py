"""Access: nearest site, catchment areas and one more site, each against another way, in one run.

    python benchmarks/acces.py [--sans-pysal] [--sans-memoire] [--venv DOSSIER]

Printed, a line a comparison: processor time of the other way and of ours (best of several runs: it does not depend on what else the
machine does), their ratio, the wall time of ours, the memory each adds at its peak, and what shows that both find the same.
Nearest site: 20 categories x all communes of France x 100,000 made sites, against `geopandas.sjoin_nearest` and a plain `cKDTree` by
category; ours finds the second nearest too, names both and settles ties. Catchment areas: the fixed France services (../shared) and
all communes of the metropole, against PySAL `access` (installed apart, in --venv or a temporary folder) from the same table of
costs, and against a dense table over a region. One more site: greedy against exact.
"""

import argparse
import tempfile
import time
from functools import partial
from pathlib import Path

import access_pysal
import geopandas as gpd
import numpy as np
import pandas as pd
from recouvrement import measure_peak
from scipy.spatial import cKDTree

from diagnostic.measure.manques.access import measure_access
from diagnostic.measure.manques.catchment import PALIERS, RAYON, measure_catchment, pair_points, share_capacities
from diagnostic.measure.manques.siting import find_exact_sites, find_greedy_sites
from diagnostic.read.places.territories import project_points, read_communes

FRANCE_SERVICES = Path(__file__).resolve().parents[2] / "shared" / "data" / "inventaires" / "france_services_2024-08.csv"
NB_SITES, NB_CATEGORIES, REGION = 100_000, 20, "84"
AIMS = {"sjoin_nearest": 5, "pysal": 20}
RUNS = 5


def time_both(call, runs=RUNS):
    """Return the best processor time and the best wall time of `call`, and its last result."""
    spent = []
    for _ in range(runs):
        start = time.process_time(), time.perf_counter()
        result = call()
        spent.append((time.process_time() - start[0], time.perf_counter() - start[1]))
    processor, wall = (min(column) for column in zip(*spent, strict=True))
    return processor, wall, result


def print_head():
    print(f"{'secondes de processeur (au mieux)':50}{'autre':>9}{'ici':>9}{'rapport':>9}{'horloge':>10}{'Mo autre':>10}{'Mo ici':>8}")


def print_line(label, other, ours, *, told, memory=(float("nan"), float("nan")), aim=None):
    """Print one comparison: `other` is processor seconds, `ours` processor and wall seconds."""
    reached = "" if aim is None else f"  (but {aim} : {'atteint' if other / ours[0] >= aim else 'manqué'})"
    figures = f"{other:9.3f}{ours[0]:9.4f}{other / ours[0]:9.1f}{ours[1]:10.4f}{memory[0]:10.0f}{memory[1]:8.0f}"
    print(f"{label:50}{figures}{reached}\n    {told}")


def make_sites(communes, seed=2026):
    """Return 100,000 actors of twenty categories, scattered 3 km around mairies drawn at random."""
    rng = np.random.default_rng(seed)
    placed = communes[communes["x_m"].notna()]
    home = placed.iloc[rng.integers(len(placed), size=NB_SITES)]
    shift = rng.normal(0, 3000, (NB_SITES, 2))
    columns = {"x_m": home["x_m"].to_numpy() + shift[:, 0], "y_m": home["y_m"].to_numpy() + shift[:, 1], "zone": home["zone"].to_numpy()}
    kinds = [f"c{k:02d}" for k in rng.integers(NB_CATEGORIES, size=NB_SITES)]
    names = {"acteur_id": [f"s{k:06d}" for k in range(NB_SITES)], "categorie": kinds, "code_insee": home.index.to_numpy()}
    return pd.DataFrame(names | columns)


def list_groups(communes, sites):
    """Return (category, communes, sites) of each category and zone that has both: the slow ways go through them."""
    placed = communes[communes["x_m"].notna()]
    return [
        (code, placed[placed["zone"] == zone], rows)
        for (code, zone), rows in sites.groupby(["categorie", "zone"])
        if (placed["zone"] == zone).any()
    ]


def join_nearest(communes, sites):
    """The named alternative: `geopandas.sjoin_nearest`, category by category, the first of equal sites kept."""
    found = {}
    for code, here, rows in list_groups(communes, sites):
        left = gpd.GeoDataFrame(geometry=gpd.points_from_xy(here["x_m"], here["y_m"]), index=here.index)
        right = gpd.GeoDataFrame(rows[["acteur_id"]], geometry=gpd.points_from_xy(rows["x_m"], rows["y_m"]))
        joined = gpd.sjoin_nearest(left, right, distance_col="m")
        found.setdefault(code, []).append(joined[~joined.index.duplicated()]["m"])
    return pd.concat({code: pd.concat(parts) for code, parts in found.items()}) / 1000


def query_trees(communes, sites):
    """The plain way: one tree a category and zone, the nearest only, distances without names nor ties."""
    found = {}
    for code, here, rows in list_groups(communes, sites):
        metres = cKDTree(rows[["x_m", "y_m"]].to_numpy()).query(here[["x_m", "y_m"]].to_numpy())[0]
        found.setdefault(code, []).append(pd.Series(metres, index=here.index))
    return pd.concat({code: pd.concat(parts) for code, parts in found.items()}) / 1000


def compare_nearest(remember):
    """Time the nearest sites of twenty categories for all communes of France."""
    communes = read_communes(geometry=False)
    sites = make_sites(communes)
    ways = {"geopandas.sjoin_nearest": join_nearest, "cKDTree par catégorie": query_trees}
    ways = {name: partial(way, communes, sites) for name, way in ways.items()}
    ours = partial(measure_access, communes, sites)
    peaks = {name: measure_peak(call) if remember else float("nan") for name, call in [*ways.items(), ("ours", ours)]}
    processor, wall, table = time_both(ours)
    distances = table.set_index(["categorie", "code_insee"])["distance_km"]
    for name, call in ways.items():
        slow, slow_wall, other = time_both(call, 3)
        gap = np.abs(distances.reindex(other.index).to_numpy() - other.to_numpy()).max()
        assert len(other) == distances.notna().sum() and gap <= 1e-6
        told = f"{len(other)} distances égales au demi-millimètre près (écart au plus {1e6 * gap:.2f} mm)"
        told += f" ; à l'horloge {slow_wall:.2f} / {wall:.2f} = {slow_wall / wall:.1f}"
        aim = AIMS["sjoin_nearest"] if "sjoin" in name else None
        print_line(f"{name} / measure_access", slow, (processor, wall), told=told, memory=(peaks[name], peaks["ours"]), aim=aim)
    print(f"    measure_access : {wall:.2f} s à l'horloge (but 1 s : {'atteint' if wall < 1 else 'manqué'})")


def read_france_services():
    """Return the fixed France services of the metropole as actors, each with a made capacity of 1 to 7."""
    rows = pd.read_csv(FRANCE_SERVICES, dtype=str)
    rows = rows[~rows["insee_dep"].str.startswith("97") & rows["format_fs"].eq("Fixe")]
    zone = pd.Series("metropole", index=rows.index)
    points = project_points(rows["longitude"].astype(float), rows["latitude"].astype(float), zone)
    given = {"acteur_id": "fs" + rows["id_fs"], "categorie": "france_services", "code_insee": rows["insee_com"], "zone": zone}
    return points.assign(**given, capacite=1.0 + np.arange(len(rows)) % 7).reset_index(drop=True)


def code_pairs(communes, sites):
    """Return what the sparse product takes: the pairs of each measure as numbers, people and capacities."""
    i, j, km = pair_points(communes, sites, PALIERS[-1][0])
    bounds, weights = (np.array(column, dtype=float) for column in zip(*PALIERS, strict=True))
    near = km <= RAYON
    stepped = weights[np.searchsorted(bounds, km)]
    people = communes["population"].to_numpy(dtype=float)
    end = people, sites["capacite"].to_numpy()
    return {"acces_2sfca": (i[near], j[near], np.ones(near.sum()), *end), "acces_e2sfca": (i, j, stepped, *end)}


def describe_gap(found, true):
    """Assert that two columns are equal to 1e-12 and tell the greatest difference."""
    found, true = np.asarray(found, dtype=float), np.asarray(true, dtype=float)
    gap, relative = np.abs(found - true).max(), np.abs(found[true > 0] / true[true > 0] - 1).max()
    assert gap <= 1e-12 and relative <= 1e-12 and ((found == 0) == (true == 0)).all()
    return f"{len(true)} communes égales, écart au plus {gap:.1e} (relatif {relative:.1e})"


def compare_pysal(communes, sites, venv, remember):
    """Time 2SFCA and E2SFCA against PySAL `access`, from the same costs."""
    with tempfile.TemporaryDirectory() as folder:
        python = access_pysal.install_access(venv or Path(folder) / "venv")
        costs = access_pysal.list_costs(communes, sites, PALIERS[-1][0])
        given = {"rayon": RAYON, "paliers": PALIERS, "runs": 3}
        true, spent = access_pysal.run_access(python, Path(folder) / "tables", communes, sites, costs, **given)
    coded, whole = code_pairs(communes, sites), partial(measure_catchment, communes, sites)
    for name, pairs in coded.items():
        core = partial(share_capacities, *pairs)
        peak = measure_peak(core) if remember else float("nan")
        processor, wall, (_, _, access) = time_both(core, 15)
        told = f"{describe_gap(access, true[name])} ; {len(pairs[0])} paires"
        memory = (spent["Mo"], peak)
        print_line(f"PySAL access / produit creux, {name[6:]}", spent[name], (processor, wall), told=told, memory=memory, aim=AIMS["pysal"])
    peak = measure_peak(whole) if remember else float("nan")
    processor, wall, (acces, _, controle) = time_both(whole)
    known = acces["acces_2sfca"].notna().to_numpy()
    gaps = " ; ".join(describe_gap(acces[name][known], true[name][known]) for name in coded)
    kept, shared = controle.loc[0, ["capacite_retenue", "capacite_distribuee"]]
    told = f"{gaps} ; capacité retenue {kept:.0f}, distribuée {shared:.6f}"
    both = spent["acces_2sfca"] + spent["acces_e2sfca"]
    label = "PySAL (coûts donnés) / measure_catchment (tout)"
    print_line(label, both, (processor, wall), told=told, memory=(spent["Mo"], peak))


def share_densely(communes, sites):
    """The plain way: a table of all communes by all sites."""
    here, there = (table[["x_m", "y_m"]].to_numpy() for table in (communes, sites))
    km = np.round(np.hypot(here[:, :1] - there[:, 0], here[:, 1:] - there[:, 1]), 3) / 1000
    weight = (km <= RAYON).astype(float)
    people = communes["population"].to_numpy(dtype=float)
    with np.errstate(divide="ignore"):
        ratio = np.where(people @ weight > 0, sites["capacite"].to_numpy() / (people @ weight), 0)
    return weight @ ratio


def pair_and_share(communes, sites):
    """Ours from the points: pairs within reach, then the sparse product."""
    i, j, _ = pair_points(communes, sites, RAYON)
    return share_capacities(i, j, np.ones(len(i)), communes["population"].to_numpy(dtype=float), sites["capacite"].to_numpy())[2]


def compare_dense(communes, sites, remember):
    """Time 2SFCA of a region against a dense table, from the points on both sides."""
    dense, ours = partial(share_densely, communes, sites), partial(pair_and_share, communes, sites)
    memory = tuple(measure_peak(call) if remember else float("nan") for call in (dense, ours))
    slow, _, true = time_both(dense, 2)
    processor, wall, found = time_both(ours)
    print_line("table dense / creux, 2SFCA d'une région", slow, (processor, wall), told=describe_gap(found, true), memory=memory)


def compare_siting(communes, sites, remember):
    """Time the greedy way against the exact one, over a region, and tell what each reaches."""
    for objectif, nombre in [("couverture", 3), ("couverture", 10), ("distance_moyenne", 3), ("distance_moyenne", 10)]:
        asked = {"categorie": "france_services", "objectif": objectif, "nombre": nombre}
        exact, greedy = (partial(f, communes, sites, **asked) for f in (find_exact_sites, find_greedy_sites))
        memory = tuple(measure_peak(call) if remember else float("nan") for call in (exact, greedy))
        slow, _, best = time_both(exact, 1)
        processor, wall, found = time_both(greedy, 3)
        column = "population_couverte" if objectif == "couverture" else "distance_moyenne_km"
        reached = [table[column].iloc[-1] for table in (best, found)]
        same = set(best["code_insee"]) == set(found["code_insee"])
        gap, method = best["ecart_optimal"].iloc[0], best["mode_calcul"].iloc[0]
        told = f"{method} : {reached[0]:.8g} (écart restant {gap:.0e}) ; gloutonne : {reached[1]:.8g} ; "
        told += "mêmes communes" if same else "communes différentes"
        print_line(f"exacte / gloutonne, {objectif}, {nombre} sites", slow, (processor, wall), told=told, memory=memory)


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sans-pysal", action="store_true", help="leave out PySAL access (it is downloaded)")
    parser.add_argument("--sans-memoire", action="store_true", help="leave out the memory of each way")
    parser.add_argument("--venv", help="folder where PySAL access is, or will be, installed")
    given = parser.parse_args()
    print_head()
    compare_nearest(not given.sans_memoire)
    if not FRANCE_SERVICES.exists():
        print("France services de ../shared absentes : bassins et sites de plus non comparés")
        return
    communes, sites = read_communes(geometry=False), read_france_services()
    communes = communes[communes["zone"].eq("metropole") & communes["x_m"].notna()]
    region = communes[communes["region"] == REGION]
    if not given.sans_pysal:
        compare_pysal(communes, sites, given.venv, not given.sans_memoire)
    compare_dense(region, sites, not given.sans_memoire)
    compare_siting(region, sites, not given.sans_memoire)


if __name__ == "__main__":
    main()
