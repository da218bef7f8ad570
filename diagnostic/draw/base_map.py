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
    paths : Series of matplotlib Path, index code_insee
        Communes on the map only, in metres.
    shapes : GeoSeries
        The same communes as polygons, in metres.
    epci, departements : GeoDataFrame
        Index the code; nom, geometry, nb_communes, largest first.
    extent : tuple
        x0, y0, x1, y1 of the view in metres.
    epsg : int
    unplaced : Series of str, index code_insee
        Names of the communes that are not on the map: no polygon, or another zone than most.
    """

    communes: pd.DataFrame
    paths: pd.Series
    shapes: object
    epci: object
    departements: object
    extent: tuple
    epsg: int
    unplaced: pd.Series


def prepare_base(communes):
    """Return the projected communes, their paths and the dissolved borders, to be shared by several maps.

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
    table = pd.DataFrame(communes.drop(columns="geometry"))
    return Base(
        communes=table,
        paths=pd.Series(build_paths(shapes), index=shapes.index, dtype="object"),
        shapes=shapes,
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


def build_paths(shapes):
    """Return one compound matplotlib Path a polygon or multipolygon, holes kept.

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
    bounds = rings[parts[wholes]]
    return [Path(vertices[start:stop], codes[start:stop]) for start, stop in zip(bounds[:-1], bounds[1:], strict=True)]


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
