"""Layers that really split communes, crossed by their outlines: the same measures as on the commune table, in surface.

For layers made of whole communes `measure.ressorts.overlap` is exact and hundreds of times faster: come here only for the others.
"""

import numpy as np
import pandas as pd
import shapely

from diagnostic.measure.ressorts.cells import divide
from diagnostic.measure.ressorts.outline_checks import check_layers
from diagnostic.measure.ressorts.overlap import measure_coincidence, measure_information, measure_nesting

SLIVER = 0.01  # an overlap under this share of the smaller unit, and thinner than SLIVER_WIDTH_M, is two drawings that disagree
# One commune can be less than 1 % of its EPCI (9 true pairs of the 1,448 EPCI x arrondissement of France): it is 250 m wide
# or more, where borders drawn apart leave 190 m at most (276 pairs of CLS 2025 x EPCI).
SLIVER_WIDTH_M = 200.0
TOLERANCE = 0.05  # share of a unit that may lie outside the one it is nested in: a commune is whole at 95 % too
ROUNDING = 1e-9
WHOLE = "perimetre"
PONDERATION = "surface_km2"

SANS_SURFACE = "aucune surface commune aux deux couches"
RECOUVREMENT = "des unités d'une même couche se recouvrent : mesures d'information refusées"

CONTINGENCY = ["territoire_id", "unite_a", "unite_b", "surface_km2"]
SLIVERS = [*CONTINGENCY, "part_petite_unite", "largeur_m"]
_SHARES = [
    "entropie_a", "entropie_b", "entropie_ab", "information_mutuelle", "vi", "vi_norm", "nmi", "part_de_a_expliquee_par_b",
    "part_de_b_expliquee_par_a", "purete_a_dans_b", "purete_b_dans_a", "coincidence_mutuelle_population",
    "coincidence_vue_a_population", "coincidence_vue_b_population",
]  # fmt: skip
_NESTING = [
    "nb_a_dans_b", "part_a_dans_b", "part_population_a_dans_b", "nb_b_dans_a", "part_b_dans_a", "part_population_b_dans_a",
]  # fmt: skip
COLUMNS = [
    "territoire_id", "couche_a", "couche_b", *_SHARES[:9], "nb_unites_a", "nb_unites_b", *_NESTING, *_SHARES[9:], "egalite",
    "couverture_commune", "ponderation", "raison_absence",
]  # fmt: skip


def overlap_outlines(a, b, *, territoires=None, seuil_eclat=SLIVER, largeur_eclat_m=SLIVER_WIDTH_M):
    """Return the surface that each unit of a shares with each unit of b, and the slivers set aside.

    Parameters
    ----------
    a, b : GeoDataFrame, index unite_id, one valid surface a unit, in the same projection in metres (Lambert-93: EPSG:2154)
    territoires : GeoDataFrame, index territoire_id, optional; without it one territory, "perimetre", that cuts nothing
    seuil_eclat, largeur_eclat_m : float
        An overlap is a sliver when it is under this share of the smaller of the two units (of what they have in the
        territory) and thinner than this on average (2 x surface / perimeter). What a unit shows of a territory is judged alike.

    Returns
    -------
    contingence : DataFrame
        territoire_id, unite_a, unite_b, surface_km2; sorted, overlaps only
    eclats : DataFrame
        The same columns, then part_petite_unite and largeur_m; a unit that only shows a sliver of a territory has no other
        unit beside it. contingence + eclats = the whole surface in common, rounding apart.

    Raises
    ------
    DiagnosticError
        No projection, degrees, two projections; outlines missing, empty, twice, not valid, mixed with lines: all of them.

    Examples
    --------
    >>> import geopandas as gpd
    >>> a = gpd.GeoDataFrame(index=["E1", "E2"], geometry=[shapely.box(0, 0, 1e3, 1e3), shapely.box(1e3, 0, 2e3, 1e3)], crs=2154)
    >>> b = gpd.GeoDataFrame(index=["S1"], geometry=[shapely.box(500, 0, 2e3, 1e3)], crs=2154)
    >>> overlap_outlines(a, b)[0]["surface_km2"].tolist()
    [0.5, 1.0]
    """
    check_layers(a, b, territoires)
    floor = seuil_eclat, largeur_eclat_m
    labels, _, _, cells, slivers = _cross_layers(a, b, territoires, floor)
    kept = _name_cells(cells, labels)[CONTINGENCY]
    slivers = pd.concat([_name_cells(part, labels) for part in slivers], ignore_index=True).sort_values(CONTINGENCY[:3], ignore_index=True)
    return kept, slivers[SLIVERS]


def compare_outlines(
    a, b, *, territoires=None, couches=("a", "b"), seuil_eclat=SLIVER, largeur_eclat_m=SLIVER_WIDTH_M, tolerance=TOLERANCE
):
    """Return, for every territory, how far two divisions known by their outlines coincide, in surface.

    The formulas and the columns of `overlap.compare_layers`, without those that count communes; `_population` columns weigh
    by surface, as `ponderation` says.

    Parameters
    ----------
    a, b, territoires, seuil_eclat, largeur_eclat_m : see `overlap_outlines`
    couches : pair of str, the names of the two layers
    tolerance : float
        A unit is nested in another that holds 1 - tolerance of its surface in the territory and leaves nothing but slivers to
        the others.

    Returns
    -------
    DataFrame
        One row a territory (sorted). Information, coincidence and purity are shares of the common surface, slivers left out;
        NaN, with `raison_absence`, where units of one layer overlap beyond slivers. `couverture_commune`: common surface / that
        of the territory, or without territories / that of both layers together.
    """
    check_layers(a, b, territoires)
    floor = seuil_eclat, largeur_eclat_m
    labels, left, right, cells, _ = _cross_layers(a, b, territoires, floor)
    size = len(labels["territoire_id"])
    overlapping = [_find_overlaps(pieces, floor, size) for pieces in (left, right)]
    counted = {"territoire": cells["territoire"], "a": cells["a"], "b": cells["b"], "poids": cells["surface"], "fraction": cells["surface"]}
    counted["entieres_b"] = _find_nested(cells, left, "a", overlapping[1], tolerance)
    counted["entieres_a"] = _find_nested(cells, right, "b", overlapping[0], tolerance)
    counted |= {"possibles_a": counted["entieres_a"], "possibles_b": counted["entieres_b"]}  # drawn, nothing is unknown
    measured = {
        **measure_information(counted, size), **measure_coincidence(counted, size),
        **measure_nesting(counted, "a", "b", _list_units(left, "a"), size),
        **measure_nesting(counted, "b", "a", _list_units(right, "b"), size),
        "couverture_commune": divide(_add(cells, size), _measure_whole(territoires, left, right, cells)),
    }  # fmt: skip
    table = pd.DataFrame(measured).assign(territoire_id=labels["territoire_id"].array, ponderation=PONDERATION)
    table = table.assign(couche_a=couches[0], couche_b=couches[1], recouvre=overlapping[0] | overlapping[1])
    return _blank_unknown(table)[COLUMNS].astype({"couche_a": "str", "couche_b": "str", "ponderation": "str"})


def _cross_layers(a, b, territoires, floor):
    """Return the labels, the pieces of each layer (one a territory and unit), the cells, and the slivers of all three.

    Tables of codes, as {name: array}.
    """
    drawn = {"a": a.sort_index(), "b": b.sort_index()}
    labels = {f"unite_{side}": pd.Series(layer.index.astype("str")) for side, layer in drawn.items()}
    if territoires is None:
        labels["territoire_id"] = pd.Series([WHOLE], dtype="str")
        left, right = (_take_whole(drawn[side], side) for side in "ab")
    else:
        territoires = territoires.sort_index()
        labels["territoire_id"] = pd.Series(territoires.index.astype("str"))
        left, right = (_cut(drawn[side], side, territoires, floor) for side in "ab")
    slivers = [_select(pieces, pieces["eclat"]) for pieces in (left, right)]
    left, right = (_select(pieces, ~pieces["eclat"]) for pieces in (left, right))
    i, j = _query(left["forme"], right["forme"])
    same = left["territoire"][i] == right["territoire"][j]
    i, j, cells = _intersect(left["forme"], right["forme"], (i[same], j[same]), floor)
    order = np.lexsort((right["b"][j], left["a"][i], left["territoire"][i]))
    cells = {"territoire": left["territoire"][i], "a": left["a"][i], "b": right["b"][j], **cells}
    cells = _select(cells, order)
    return labels, left, right, _select(cells, ~cells["eclat"]), [_select(cells, cells["eclat"]), *slivers]


def _take_whole(layer, side):
    """Return the units of a layer as the pieces of one territory that cuts nothing."""
    shapes = layer.geometry.to_numpy()
    none, zeros = np.zeros(len(shapes), dtype=bool), np.zeros(len(shapes))
    codes = {"territoire": zeros.astype("int64"), side: np.arange(len(shapes))}
    return {**codes, "forme": shapes, "surface": shapely.area(shapes), "eclat": none, "part": zeros, "largeur": zeros}


def _cut(layer, side, territoires, floor):
    """Return what each unit of a layer has in each territory, slivers marked; sorted by territory then unit."""
    places, units = territoires.geometry.to_numpy(), layer.geometry.to_numpy()
    i, j, pieces = _intersect(places, units, _query(places, units), floor)
    pieces["forme"] = _keep_surfaces(pieces["forme"])
    return _select({"territoire": i, side: j, **pieces}, np.lexsort((j, i)))


def _query(left, right):
    """Return the pairs (i, j) of shapes that meet: the tree holds the more numerous side."""
    shapely.prepare(left)
    shapely.prepare(right)
    if len(left) <= len(right):
        return shapely.STRtree(right).query(left, predicate="intersects")
    j, i = shapely.STRtree(left).query(right, predicate="intersects")
    return i, j


def _intersect(left, right, pairs, floor):
    """Return the pairs (i, j) that share a surface, and their forme, surface, part (of the smaller), largeur and eclat.

    A pair of which one holds the other needs no intersection, which is the costly step. The width is only measured on what
    is small enough to be a sliver.
    """
    i, j = pairs
    common = np.empty(len(i), dtype="object")
    held, holder = _find_inside(left, right, i, j), _find_inside(right, left, j, i)
    common[holder] = left[i[holder]]
    common[held] = right[j[held]]
    crossed = ~held & ~holder
    common[crossed] = shapely.intersection(left[i[crossed]], right[j[crossed]])
    surface, smaller = shapely.area(common), np.minimum(shapely.area(left)[i], shapely.area(right)[j])
    met = surface > ROUNDING * smaller
    i, j, common, surface, part = i[met], j[met], common[met], surface[met], surface[met] / smaller[met]
    small, width = part < floor[0], np.full(len(part), np.nan)
    width[small] = 2 * surface[small] / shapely.length(_keep_surfaces(common[small]))
    return i, j, {"forme": common, "surface": surface, "part": part, "largeur": width, "eclat": small & (width < floor[1])}


def _find_inside(outer, inner, i, j):
    """Return which pairs have the inner shape wholly in the outer one; boxes first, they settle nearly all."""
    boxes = shapely.bounds(outer)[i], shapely.bounds(inner)[j]
    inside = (boxes[0][:, :2] <= boxes[1][:, :2]).all(axis=1) & (boxes[0][:, 2:] >= boxes[1][:, 2:]).all(axis=1)
    inside[inside] = shapely.covers(outer[i[inside]], inner[j[inside]])
    return inside


def _keep_surfaces(shapes):
    """Return shapes without the lines and points that two outlines share beside their common surface."""
    mixed = np.flatnonzero(shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION)
    if not len(mixed):
        return shapes
    parts, rank = shapely.get_parts(shapes[mixed], return_index=True)
    parts, inner = shapely.get_parts(parts, return_index=True)
    rank, flat = rank[inner], shapely.get_dimensions(parts) < 2
    kept = shapes.copy()
    kept[mixed] = shapely.multipolygons(parts[~flat], indices=rank[~flat])
    return kept


def _select(pieces, rows):
    return {name: values[rows] for name, values in pieces.items()}


def _name_cells(cells, labels):
    """Return coded cells as a table; a side that is not in them is missing."""
    table = {"territoire_id": labels["territoire_id"].array[cells["territoire"]]}
    for side in "ab":
        named = labels[f"unite_{side}"].array[cells[side]] if side in cells else [pd.NA] * len(cells["surface"])
        table[f"unite_{side}"] = pd.Series(named, dtype="str")
    table |= {"surface_km2": cells["surface"] / 1e6, "part_petite_unite": cells["part"], "largeur_m": cells["largeur"]}
    return pd.DataFrame(table)


def _find_overlaps(pieces, floor, size):
    """Return in which territories units of one layer overlap beyond slivers."""
    shapes, territoire = pieces["forme"], pieces["territoire"]
    i, j = _query(shapes, shapes)
    others = (i < j) & (territoire[i] == territoire[j])
    i, _, shared = _intersect(shapes, shapes, (i[others], j[others]), floor)
    return np.bincount(territoire[i], ~shared["eclat"], minlength=size) > 0


def _find_nested(cells, pieces, side, overlapping, tolerance):
    """Return which cells hold their whole piece of layer `side`: all but `tolerance` of it, and alone.

    Where the units of the other layer overlap, being alone says nothing: surface decides.
    """
    width = int(pieces[side].max(initial=0)) + 1
    place = np.searchsorted(pieces["territoire"] * width + pieces[side], cells["territoire"] * width + cells[side])
    alone = np.bincount(place, minlength=len(pieces[side]))[place] == 1
    return (alone | overlapping[cells["territoire"]]) & (cells["surface"] >= (1 - tolerance) * pieces["surface"][place])


def _list_units(pieces, side):
    """Return the units of a layer in every territory as the formulas of nesting take them: each counts for one."""
    ones = np.ones(len(pieces[side]), dtype="int64")
    return {
        "territoire": pieces["territoire"], "unite": pieces[side], "poids": pieces["surface"], "nb_communes": ones,
        "indetermine": ones == 0,
    }  # fmt: skip


def _add(cells, size):
    return np.bincount(cells["territoire"], cells["surface"], minlength=size)


def _measure_whole(territoires, left, right, cells):
    """Return the surface that each coverage is a share of: the territory's, or that of both layers together."""
    if territoires is not None:
        return shapely.area(territoires.sort_index().geometry.to_numpy())
    return _add(left, 1) + _add(right, 1) - _add(cells, 1)


def _blank_unknown(table):
    """Return `table` with NaN where a number would not be one, and the reason in words."""
    absent_a, absent_b = table["nb_unites_a"].eq(0), table["nb_unites_b"].eq(0)
    conditions = [absent_a & absent_b, absent_a, absent_b, table["recouvre"], table["information_mutuelle"].isna()]
    a, b = table["couche_a"].astype("object"), table["couche_b"].astype("object")
    reasons = [
        "couches " + a + " et " + b + " absentes de ce territoire", "couche " + a + " absente de ce territoire",
        "couche " + b + " absente de ce territoire", RECOUVREMENT, SANS_SURFACE,
    ]  # fmt: skip
    blank = pd.Series(np.logical_or.reduce(conditions), index=table.index)
    blanked = table.assign(raison_absence=pd.Series(np.select(conditions, reasons, ""), index=table.index, dtype="str"))
    blanked[_SHARES] = table[_SHARES].mask(blank)
    blanked[_NESTING] = table[_NESTING].astype("float64").mask(absent_a | absent_b)
    # Overlapping units cover the same ground twice.
    blanked["couverture_commune"] = table["couverture_commune"].mask(table["recouvre"])
    blanked["egalite"] = table["egalite"] & ~blank
    return blanked
