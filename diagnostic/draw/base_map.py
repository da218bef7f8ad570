"""The ground every print map stands on: projected communes as paths, dissolved borders, the view."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import shapely
from matplotlib.path import Path

from diagnostic.errors import DiagnosticError

# Metres everywhere: Lambert-93 in metropole, the legal projection of each DROM.
ZONE_EPSG = {
    "metropole": 2154,
    "guadeloupe": 5490,
    "martinique": 5490,
    "guyane": 2972,
    "la_reunion": 2975,
    "mayotte": 4471,
}
VIEW_MARGIN = 0.03


class Base(NamedTuple):
    """What `prepare_base` computes once for all the maps of a perimeter.

    Attributes
    ----------
    communes : DataFrame
        All the communes given, without geometry, index code_insee.
    shapes : GeoSeries, index code_insee
        Communes on the map only, in metres.
    rings : Rings
        The same communes, in the same order, as the renderer draws them.
    edges : Path
        Their borders, each drawn once.
    epci, departements : GeoDataFrame
        Index the code; nom, geometry, nb_communes, largest first.
    extent : tuple
        x0, y0, x1, y1 of the view in metres.
    epsg : int
    unplaced : Series of str, index code_insee
        Names of the communes that are not on the map: no polygon, or another zone than most.
    """

    communes: pd.DataFrame
    shapes: object
    rings: "Rings"
    edges: Path
    epci: object
    departements: object
    extent: tuple
    epsg: int
    unplaced: pd.Series


def prepare_base(communes):
    """Return the projected communes, their rings and the dissolved borders, to be shared by several maps.

    The zone that holds most communes gives the projection; communes of another zone and communes
    without polygon are kept in `unplaced`, which every map names.

    Raises
    ------
    DiagnosticError
        When no commune has a polygon.
    """
    geometry = communes.geometry if "geometry" in communes else None
    drawn = pd.Series(False, index=communes.index) if geometry is None else ~(geometry.isna() | geometry.is_empty)
    if not drawn.any():
        raise DiagnosticError(
            "Aucune commune du périmètre n'a de contour : la carte ne peut pas être dessinée.",
            f"table des communes ({len(communes)} lignes)",
            "vérifiez le fichier de contours indiqué dans la feuille parametres, ou videz ce réglage",
        )
    zone = communes.loc[drawn, "zone"].mode().iloc[0]
    drawn &= communes["zone"].eq(zone)
    epsg = ZONE_EPSG[zone]
    shapes = geometry[drawn].to_crs(epsg)
    rings = trace_rings(shapes)
    table = pd.DataFrame(communes.drop(columns="geometry"))
    return Base(
        communes=table,
        shapes=shapes,
        rings=rings,
        edges=trace_edges(rings),
        epci=dissolve_borders(shapes, table["epci"], table["epci_nom"]),
        departements=dissolve_borders(shapes, table["departement"], table["departement_nom"]),
        extent=tuple(widen_extent(shapes.total_bounds)),
        epsg=epsg,
        unplaced=table.loc[~drawn, "nom"],
    )


def widen_extent(bounds, margin=VIEW_MARGIN):
    """Return bounds moved out by `margin` of their longer side."""
    x0, y0, x1, y1 = bounds
    step = margin * max(x1 - x0, y1 - y0)
    return np.array([x0 - step, y0 - step, x1 + step, y1 + step])


class Rings(NamedTuple):
    """The rings of polygons, one after the other.

    Attributes
    ----------
    vertices : array (n, 2), metres
    codes : array (n,) of matplotlib path codes
    bounds : array (polygons + 1,)
        The vertices of polygon i are those from bounds[i] to bounds[i + 1], holes among them.
    """

    vertices: np.ndarray
    codes: np.ndarray
    bounds: np.ndarray


def trace_rings(shapes):
    """Return the Rings of polygons or multipolygons, holes kept, in their order.

    Rings are oriented first (shells one way, holes the other), as the nonzero winding rule of the
    renderer asks; the codes of all rings are written in one pass.
    """
    polygons = shapely.orient_polygons(np.asarray(shapes, dtype="object"))
    # One multipolygon among them, so that the ragged array always has its three levels.
    multi = shapely.multipolygons([shapely.get_parts(polygons[0]).tolist()])
    polygons = np.concatenate([multi, polygons[1:]])
    _, vertices, (rings, parts, wholes) = shapely.to_ragged_array(polygons, include_z=False)
    codes = np.full(len(vertices), Path.LINETO, dtype=Path.code_type)
    codes[rings[:-1]] = Path.MOVETO
    codes[rings[1:] - 1] = Path.CLOSEPOLY
    return Rings(vertices, codes, rings[parts[wholes]])


def build_paths(shapes):
    """Return one compound matplotlib Path a polygon or multipolygon, holes kept."""
    vertices, codes, bounds = trace_rings(shapes)
    return [Path(vertices[start:stop], codes[start:stop]) for start, stop in zip(bounds[:-1], bounds[1:], strict=True)]


def group_rings(rings, groups):
    """Return one compound Path a group of polygons, in the order of the groups: what the renderer fills at once.

    Parameters
    ----------
    groups : array of int, one a polygon, 0 to the number of groups - 1; -1: in none
    """
    each = np.repeat(groups, np.diff(rings.bounds))
    order = np.argsort(each, kind="stable")
    cuts = np.searchsorted(each[order], np.arange(max(groups, default=-1) + 2))
    pieces = [order[start:stop] for start, stop in zip(cuts[:-1], cuts[1:], strict=True)]
    return [Path(rings.vertices[piece], rings.codes[piece]) for piece in pieces]


def trace_edges(rings):
    """Return one Path of every side of the polygons, the side that two neighbours share once.

    Sides are compared to the decimetre: two that do not match are both drawn.
    """
    ends = np.rint(rings.vertices * 10).astype("int64")
    # 29 bits hold any metre of a French legal projection, in decimetres.
    points, _ = pd.factorize((ends[:, 0] << 29) + ends[:, 1])
    sides = np.flatnonzero(rings.codes[1:] != Path.MOVETO)  # not from the end of a ring to the start of the next
    one, other = points[sides], points[sides + 1]
    twice = pd.Series((np.minimum(one, other) << 32) + np.maximum(one, other)).duplicated()
    sides = sides[~twice.to_numpy()]
    starts = np.ones(len(sides), dtype=bool)
    starts[1:] = np.diff(sides) > 1
    lengths = 1 + starts
    first = (np.cumsum(lengths) - lengths)[starts]
    order = np.repeat(sides + 1, lengths)
    order[first] = sides[starts]
    codes = np.full(len(order), Path.LINETO, dtype=Path.code_type)
    codes[first] = Path.MOVETO
    return Path(rings.vertices[order], codes)


def dissolve_borders(shapes, codes, names):
    """Return the union of `shapes` by group as a GeoDataFrame (nom, nb_communes, geometry), largest first.

    Parameters
    ----------
    shapes : GeoSeries, index code_insee, in metres
    codes, names : Series, index code_insee
        Code and name of the group; a commune without code is in no group.
    """
    import geopandas as gpd

    codes = codes.reindex(shapes.index).dropna()
    polygons = pd.Series(np.asarray(shapes.loc[codes.index], dtype="object"), index=codes.index)
    grouped = polygons.groupby(codes)
    table = gpd.GeoDataFrame(
        {
            "nom": names.reindex(codes.index).groupby(codes).first(),
            "nb_communes": grouped.size(),
        },
        geometry=gpd.GeoSeries({code: merge_polygons(part.to_numpy()) for code, part in grouped}, crs=shapes.crs),
        crs=shapes.crs,
    )
    order = table.geometry.area.sort_values(ascending=False, kind="stable").index
    return table.loc[order]


def merge_polygons(polygons):
    """Return the union of polygons that touch; boundaries that do not match exactly are snapped to the metre."""
    try:
        merged = shapely.coverage_union_all(polygons)
    except shapely.errors.GEOSException:
        merged = None
    if merged is None or not shapely.is_valid(merged):
        merged = shapely.union_all(shapely.make_valid(polygons), grid_size=1.0)
    return merged


def find_label_points(shapes):
    """Return x, y and rayon (metres) of the largest circle inside each shape, where a name reads best."""
    circles = shapely.maximum_inscribed_circle(np.asarray(shapes, dtype="object"), tolerance=500)
    centres = shapely.get_point(circles, 0)
    return pd.DataFrame(
        {"x": shapely.get_x(centres), "y": shapely.get_y(centres), "rayon": shapely.length(circles)},
        index=shapes.index,
    )


def find_north(base):
    """Return the direction of true north at the centre of the view, in degrees clockwise from the top of the page."""
    from pyproj import Transformer

    x0, y0, x1, y1 = base.extent
    to_degrees = Transformer.from_crs(base.epsg, 4326, always_xy=True)
    lon, lat = to_degrees.transform((x0 + x1) / 2, (y0 + y1) / 2)
    xs, ys = to_degrees.transform([lon, lon], [lat, lat + 0.05], direction="INVERSE")
    return float(np.degrees(np.arctan2(xs[1] - xs[0], ys[1] - ys[0])))
