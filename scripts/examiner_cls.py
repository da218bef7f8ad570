"""Print what a layer of outlines holds of the communes, by class of share, beside an independent geometric overlay.

    python scripts/examiner_cls.py FILE [region ...]        # regions: 84 by default; FILE: outlines (GPKG, SHP, GeoJSON)

Nothing is written. The shares of the software (`measure_shares`) are compared pair by pair with `geopandas.overlay` of the same
outlines and the same communes in Lambert-93; the greatest difference is printed, and the pairs that one of them alone has.
"""

import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd

from diagnostic.read.layers.doctor_lists import LABELS
from diagnostic.read.layers.doctor_outlines import class_shares, find_overlaps
from diagnostic.read.layers.polygons import SLIVER, assign_polygons, measure_shares, read_polygons
from diagnostic.read.places.territories import read_communes

LAMBERT_93 = 2154
SUPPORT = 1e-6  # under this share both ways, `measure_shares` keeps no pair: a shared border


def overlay_shares(outlines, communes):
    """Return part_commune and part_unite by (rang, code_insee), by `geopandas.overlay`: none of our code measures a surface here."""
    left = gpd.GeoDataFrame({"rang": outlines.index}, geometry=outlines.array, crs=outlines.crs).to_crs(LAMBERT_93)
    right = communes[communes.geometry.notna()][["geometry"]].reset_index().to_crs(LAMBERT_93)
    pieces = gpd.overlay(left, right, how="intersection", keep_geom_type=True)
    common = pieces.assign(surface=pieces.area).groupby(["rang", "code_insee"])["surface"].sum()
    whole = right.set_index("code_insee").area.reindex(common.index.get_level_values("code_insee")).to_numpy()
    unit = left.set_index("rang").area.reindex(common.index.get_level_values("rang")).to_numpy()
    return pd.DataFrame({"part_commune": common / whole, "part_unite": common / unit})


def compare_shares(outlines, communes):
    """Return ours and theirs, one row a pair that either has (0 where it has not)."""
    ours = measure_shares(outlines, communes).set_index(["rang", "code_insee"])["part_commune"]
    theirs = overlay_shares(outlines, communes)
    theirs = theirs.loc[(theirs > SUPPORT).any(axis=1), "part_commune"]
    return pd.concat([ours, theirs], axis=1, keys=["logiciel", "superposition"])


def count_classes(shares):
    """Return the number of pairs and of communes by class, for the software and for the overlay."""
    counts = {}
    for name in ("logiciel", "superposition"):
        pairs = shares[name].dropna().rename("part_commune").reset_index()
        classes = class_shares(pairs)
        counts[f"paires, {name}"] = {LABELS[key]: int(mask.sum()) for key, mask in classes.items()}
        counts[f"communes, {name}"] = {LABELS[key]: pairs.loc[mask, "code_insee"].nunique() for key, mask in classes.items()}
    return pd.DataFrame(counts)


def count_attributed(drawn, communes, *, floor):
    """Return what the attribution keeps under a floor of slivers: whole communes, shared ones, slivers."""
    units = drawn.assign(unite_id=drawn["ligne"].astype("str"), unite_nom=drawn["ligne"].astype("str"))
    couche = pd.Series({"exclusive": False, "infra_communale": False, "seuil_surface": None, "seuil_eclat": floor}, name="contours")
    rows, _ = assign_polygons(units, communes, couche)
    counts = rows["methode"].value_counts()
    return {"plancher": floor, "entieres": int(counts.get("polygone", 0)), "partagees": int(counts.get("surface", 0)),
            "communes": rows["code_insee"].nunique()}  # fmt: skip


def main(path, regions=("84",)):
    drawn, problems = read_polygons(Path(path), Path(path).stem)
    communes = read_communes(regions=list(regions))
    shares = compare_shares(drawn.geometry, communes)
    both = shares.dropna()
    gap = (both["logiciel"] - both["superposition"]).abs()
    print(f"{len(drawn)} contours, {len(communes)} communes, {len(problems)} remarques à la lecture")
    print(count_classes(shares).to_string())
    print(f"Paires des deux côtés : {len(both)} ; d'un seul : {len(shares) - len(both)}")
    print(f"Plus grand écart de part : {gap.max():.1e} (médiane {gap.median():.1e})")
    print(pd.DataFrame([count_attributed(drawn, communes, floor=floor) for floor in (SLIVER, 0.05)]).to_string(index=False))
    overlaps = find_overlaps(drawn.assign(unite_id=drawn["ligne"].astype("str")))
    print(f"Contours qui se recouvrent : {len(overlaps)} paires, {overlaps['surface_km2'].sum():.1f} km2")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2:] or ("84",))
