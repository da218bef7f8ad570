"""Every measure of jurisdictions for every EPCI of France over six layers, against four other ways, in one run.

    python benchmarks/ressorts.py [--sans-boucle] [--sans-memoire]

Needs shapes/. Printed: processor time (best of several runs), rows and peak memory of each measure; then ratios, each with its results
compared: `geopandas.overlay` and `tobler` (when installed) where layers are unions of communes, `geopandas.overlay` where only the
outlines are known (CLS 2025 of ../shared when it is there, and Voronoi cells made here), and the same functions called for one
EPCI at a time, over all of them. Unions of communes are dissolved before, out of the clock.
"""

import argparse
import importlib.util
import time
from functools import partial
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from recouvrement import cross_tables, measure_peak
from recouvrement import time_best as time_run

from diagnostic.measure.ressorts.cells import encode_tables
from diagnostic.measure.ressorts.clusters import find_clusters
from diagnostic.measure.ressorts.counterparts import cross_coverage
from diagnostic.measure.ressorts.discordance import measure_discordance
from diagnostic.measure.ressorts.millefeuille import (
    find_atoms,
    measure_atoms_territoires,
    measure_millefeuille,
    measure_millefeuille_territoires,
)
from diagnostic.measure.ressorts.outlines import overlap_outlines
from diagnostic.measure.ressorts.overlap import compare_layers, measure_contingency, split_layers, take_columns
from diagnostic.measure.ressorts.territory_sheets import list_minority, list_territory_units
from diagnostic.read.layers import ressorts
from diagnostic.read.places.territories import read_communes

CLS = Path(__file__).resolve().parents[2] / "shared" / "data" / "ressorts" / "cls_aura_2025.gpkg"
COUCHES = ["ARRONDISSEMENT", "DEPARTEMENT", "REGION", "MSA", "CAF", "CANTON"]
INFRA = ["CANTON"]  # communes shared out between cantons, parts unknown
LAMBERT, CELLS, RUNS = 2154, 600, 7
AIMS = {"union": 300, "outlines": 1 / 0.85, "loop": 25}
LOOPED = ["measure_discordance", "compare_layers"]
# Every way keeps one processor busy: its own time does not depend on what else the machine is doing.
time_best = partial(time_run, clock=time.process_time)


def make_tables():
    """Return affectation, appartenance, communes and couches of all France; territories are the EPCI."""
    communes = read_communes(geometry=False)
    brought = [ressorts.assign_shape_layer(communes, name)[0] for name in COUCHES[:3]]
    brought += [ressorts.assign_departement_layer(communes, name)[0] for name in COUCHES[3:5]]
    brought += [ressorts.assign_divided_layer(communes, name)[0] for name in COUCHES[5:]]
    affectation = pd.concat(brought, ignore_index=True)
    member = communes["epci"].dropna()
    appartenance = pd.DataFrame({"code_insee": member.index, "territoire_id": "epci:" + member.array})
    couches = pd.DataFrame({"exclusive": True, "infra_communale": [name in INFRA for name in COUCHES]}, index=COUCHES)
    couches = couches.assign(libelle=COUCHES, complete=True)
    return affectation, appartenance.reset_index(drop=True), communes, couches


def measure_atoms(affectation, appartenance, communes):
    """Return the atoms of every territory: both steps."""
    return measure_atoms_territoires(find_atoms(affectation, communes)[1], appartenance, communes)


def list_clusters(affectation, appartenance, communes, couches):
    """Return the clusters of every territory; what glues them is found on the way."""
    return find_clusters(affectation, appartenance, communes, couches)[0]


def list_measures(affectation, appartenance, communes, couches):
    """Return {name: call without argument} of every measure."""
    tables = affectation, appartenance, communes, couches
    return {
        "measure_discordance": partial(measure_discordance, *tables),
        "compare_layers": partial(compare_layers, *tables),
        "measure_millefeuille": partial(measure_millefeuille, affectation, communes),
        "measure_millefeuille_territoires": partial(
            measure_millefeuille_territoires, affectation, appartenance, couches_retenues=list(couches.index)
        ),
        "atomes": partial(measure_atoms, affectation, appartenance, communes),
        "find_clusters": partial(list_clusters, *tables),
        "cross_coverage": partial(cross_coverage, *tables),
        "list_territory_units": partial(list_territory_units, *tables),
        "list_minority": partial(list_minority, *tables),
    }


def print_measures(measures, remember):
    """Print time, rows and memory of every measure; return {name: (seconds, table)}."""
    print(f"{'Toute la France, par EPCI, six couches':50}{'ms':>10}{'lignes':>10}{'Mo en plus':>12}")
    # Before anything has run: memory freed by a run would be taken again unseen.
    memory = {name: measure_peak(call) if remember else float("nan") for name, call in measures.items()}
    measured = {name: time_best(call, 3) for name, call in measures.items()}
    for name, (seconds, table) in measured.items():
        print(f"{name:50}{1e3 * seconds:10.0f}{len(table):10}{memory[name]:12.0f}")
    print(f"{'ensemble':50}{1e3 * sum(seconds for seconds, _ in measured.values()):10.0f}\n")
    return measured


def print_ratio(label, slow, fast, aim, told):
    """Print one line of the second table."""
    reached = "" if aim is None else f"  (but {aim:.4g} : {'atteint' if slow / fast >= aim else 'manqué'})"
    print(f"{label:58}{slow:9.3f} s {fast:9.4f} s {slow / fast:8.2f}{reached}\n    {told}")


def dissolve_layers():
    """Return the communes of the metropole that have an outline, and the EPCI and arrondissements they make."""
    communes = read_communes()
    communes = communes[communes.geometry.notna() & communes["zone"].eq("metropole")].to_crs(LAMBERT)
    return communes, *(communes.dissolve(name, method="coverage")[["geometry"]] for name in ("epci", "arrondissement"))


def copy_shapes(layer, name):
    """Return the outlines as never used before (what was prepared for a run would help the next), with their index as a column."""
    shapes = shapely.from_wkb(shapely.to_wkb(layer.geometry.to_numpy()))
    return gpd.GeoDataFrame(geometry=shapes, index=layer.index.rename(name), crs=layer.crs)


def time_fresh(function, layers, runs):
    """Return the best time of `function(a, b)` on outlines never used before, and its result."""
    best, result = float("inf"), None
    for _ in range(runs):
        fresh = [copy_shapes(layer, name) for layer, name in zip(layers, "ab", strict=True)]
        seconds, result = time_best(partial(function, *fresh), 1)
        best = min(best, seconds)
    return best, result


def overlay(a, b):
    """The slow way: every piece drawn, then measured and added."""
    pieces = gpd.overlay(a.reset_index(), b.reset_index(), how="intersection", keep_geom_type=True)
    return (pieces.area / 1e6).groupby([pieces["a"], pieces["b"]]).sum()


def gather(tables):
    """Return contingency and slivers of `overlap_outlines` as one Series, as `overlay` has them."""
    return pd.concat(tables).set_index(["unite_a", "unite_b"])["surface_km2"].sort_index()


def compare_outlines_ways(label, a, b):
    """Time the outlines crossed by our function and by `geopandas.overlay`, and print both with their difference."""
    slow, true = time_fresh(overlay, (a, b), RUNS)
    fast, tables = time_fresh(overlap_outlines, (a, b), RUNS)
    found = gather(tables)
    pairs = found.index.equals(true.index.set_names(found.index.names))
    gap = np.abs(found.to_numpy() - true.to_numpy()).max() if pairs else float("nan")
    assert pairs and gap < 1e-6, label
    told = f"{len(found)} paires égales, écart au plus {gap:.1e} km2 ; {len(tables[1])} éclats mis à part"
    print_ratio(f"contours : {label}", slow, fast, AIMS["outlines"], told)


def make_cells(units):
    """Return synthetic units that split communes: Voronoi cells of points drawn at random, kept inside France."""
    chance = np.random.default_rng(20_260_101)
    left, low, right, high = units.total_bounds
    points = shapely.multipoints(chance.uniform([left, low], [right, high], (CELLS, 2)))
    country = shapely.make_valid(shapely.union_all(shapely.simplify(units.geometry.to_numpy(), 2000)))
    cells = shapely.intersection(shapely.get_parts(shapely.voronoi_polygons(points)), country)
    cells = cells[shapely.area(cells) > 0]
    return gpd.GeoDataFrame(geometry=cells, index=[f"V{n:03d}" for n in range(len(cells))], crs=LAMBERT)


def compare_unions(communes, epci, arrondissements):
    """Time layers that are unions of communes: the table, `geopandas.overlay`, `tobler`."""
    table = pd.DataFrame(communes.drop(columns="geometry")).assign(surface_km2=communes.area / 1e6)
    columns = {"EPCI": "epci", "ARRONDISSEMENT": "arrondissement"}
    rows = [table[c].dropna().rename("unite_id").reset_index().assign(couche=name, part=1.0) for name, c in columns.items()]
    affectation = pd.concat(rows, ignore_index=True)
    place = pd.DataFrame({"code_insee": table.index, "territoire_id": "france"})
    couches = pd.DataFrame({"exclusive": True, "infra_communale": False}, index=list(columns))
    _, coded, layers, _ = encode_tables(affectation, place, table, couches, ponderation="surface_km2")
    whole = partial(measure_contingency, affectation, place, table, *columns, ponderation="surface_km2")
    core = partial(cross_tables, take_columns(coded), split_layers(layers, 2))
    (fast, _), (told, contingency) = time_best(core, 15), time_best(whole, 10)
    slow, true = time_fresh(overlay, (epci, arrondissements), 2)
    found = contingency.set_index(["unite_a", "unite_b"])["poids"]
    assert found.index.equals(true.index.set_names(found.index.names))
    gap = np.abs(found / true.to_numpy() - 1).max()
    assert gap < 1e-6
    same = f"{len(found)} paires égales, écart relatif au plus {gap:.1e}"
    print_ratio("geopandas.overlay / table, cœur (codes déjà faits)", slow, fast, AIMS["union"], same)
    print_ratio("geopandas.overlay / table, textes et noms compris", slow, told, None, same)
    compare_tobler(table, epci, arrondissements, fast)


def compare_tobler(table, epci, arrondissements, fast):
    """Time `tobler` on the same two layers: what each EPCI gets from its arrondissements, by surface."""
    if importlib.util.find_spec("tobler") is None:
        print("tobler : absent (facultatif), comparaison non faite")
        return
    from tobler.area_weighted import area_interpolate

    counted = table.groupby("arrondissement")[["surface_km2", "population"]].sum()
    source = arrondissements.join(counted).reset_index()
    # Islands without EPCI are in an arrondissement: what they hold must not go to the others.
    variables = ["surface_km2", "population"]
    spread = partial(area_interpolate, source, epci.reset_index(), extensive_variables=variables, allocate_total=False)
    slow, given = time_best(spread, 2)
    true = table.groupby("epci")[["surface_km2", "population"]].sum().reindex(epci.index)
    gap = np.abs(given["surface_km2"].to_numpy() / true["surface_km2"] - 1)
    assert gap.max() < 1e-3
    wrong = np.abs(given["population"].to_numpy() / true["population"] - 1).median()
    told = f"surfaces des EPCI égales à {gap.max():.1e} près ; habitants étalés par la surface : erreur médiane {100 * wrong:.0f} %"
    print_ratio("tobler.area_interpolate / table, cœur", slow, fast, AIMS["union"], told)


def split_tables(affectation, appartenance, communes):
    """Return the tables of each EPCI, cut out once: the loop is not made slower than it need be."""
    members = appartenance.groupby("territoire_id", sort=True)
    place = affectation["code_insee"].map(appartenance.set_index("code_insee")["territoire_id"])
    held = dict(list(affectation.groupby(place)))
    return [(held[name], rows, communes.loc[rows["code_insee"]]) for name, rows in members if name in held]


def loop_epci(affectation, appartenance, communes, couches):
    """Call the functions of `LOOPED` for one EPCI at a time; return {name: table of all}."""
    found = {name: [] for name in LOOPED}
    for tables in split_tables(affectation, appartenance, communes):
        measures = list_measures(*tables, couches)
        for name in LOOPED:
            found[name].append(measures[name]())
    return {name: pd.concat(parts, ignore_index=True) for name, parts in found.items()}


def compare_loop(tables, measured):
    """Time the loop over all EPCI, once, and check that every table is the one of the national pass."""
    slow, looped = time_best(partial(loop_epci, *tables), 1)
    for name in LOOPED:
        pd.testing.assert_frame_equal(measured[name][1], looped[name], check_dtype=False, rtol=1e-9, atol=1e-9)
    number = looped["measure_discordance"]["territoire_id"].nunique()
    told = f"{number} EPCI, {', '.join(LOOPED)} : tables égales"
    print_ratio("boucle sur les EPCI (une fois) / une passe", slow, sum(measured[name][0] for name in LOOPED), AIMS["loop"], told)


def main():
    """Print the two tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sans-boucle", action="store_true", help="leave out the loop over EPCI (minutes)")
    parser.add_argument("--sans-memoire", action="store_true", help="leave out the memory of each measure")
    given = parser.parse_args()
    began = time.perf_counter()
    tables = make_tables()
    affectation, appartenance, communes, couches = tables
    number = appartenance["territoire_id"].nunique()
    print(f"{len(communes)} communes, {number} EPCI, {len(couches)} couches, {len(affectation)} affectations ; ", end="")
    print(f"lecture {time.perf_counter() - began:.1f} s, hors mesure\n")
    measured = print_measures(list_measures(*tables), not given.sans_memoire)
    print(f"{'Rapports, dans le même passage':58}{'autre':>11} {'ici':>11} {'rapport':>8}")
    if not given.sans_boucle:
        compare_loop(tables, measured)
    drawn, epci, arrondissements = dissolve_layers()
    compare_unions(drawn, epci, arrondissements)
    compare_outlines_ways(f"{CELLS} points au hasard (Voronoi) x EPCI", make_cells(epci), epci)
    if CLS.exists():
        contracts = gpd.read_file(CLS).to_crs(LAMBERT)
        named = contracts.set_index(pd.Index([f"C{n:02d}" for n in range(len(contracts))], dtype="str"))[["geometry"]]
        compare_outlines_ways("57 CLS 2025 x EPCI de France", named, epci)
    else:
        print("contours des CLS : ../shared/data absent, comparaison non faite")


if __name__ == "__main__":
    main()
