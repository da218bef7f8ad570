"""Which communes share a border, and how long it is: from polygons to a table of pairs."""

import numpy as np
import pandas as pd
import shapely

COLUMNS = ["code_insee", "voisin", "frontiere_km"]
# WGS 84 (EPSG:4326).
SEMI_MAJOR_KM = 6378.137
ECCENTRICITY_2 = 0.00669437999014


def list_neighbours(communes):
    """Return the pairs of communes that share a line, not only a point.

    Parameters
    ----------
    communes : GeoDataFrame (EPSG:4326) indexed by code_insee, or table without geometry: nobody is then known to be a neighbour

    Returns
    -------
    DataFrame
        code_insee, voisin (text; code_insee < voisin, each pair once), frontiere_km, sorted. An island, or a commune without
        polygon, is in no row: a river or a road that joins two shores is no border here.

    Notes
    -----
    The outlines of `shapes/` are a clean coverage: a border is the same line on both sides. In a user's own outlines two
    polygons may overlap a little: half the outline of the overlap is the border; where they leave a gap, no border is seen.
    An outline that crosses itself is mended first.

    Examples
    --------
    >>> import geopandas as gpd
    >>> boxes = [shapely.box(x, 45, x + 0.1, 45.1) for x in (3.0, 3.1, 3.3)]
    >>> communes = gpd.GeoDataFrame(index=pd.Index(["43001", "43002", "43003"]), geometry=boxes, crs=4326)
    >>> list_neighbours(communes).round(2).values.tolist()
    [['43001', '43002', 11.11]]
    """
    if "geometry" not in communes:
        return _make_table([], [], [])
    drawn = communes["geometry"].sort_index()
    codes, polygons = drawn.index.to_numpy(), np.array(drawn.to_numpy(), dtype="object")
    held = ~shapely.is_missing(polygons) & ~shapely.is_empty(polygons)
    codes, polygons = codes[held], polygons[held]
    crossed = ~shapely.is_valid(polygons)
    polygons[crossed] = shapely.make_valid(polygons[crossed])
    i, j = shapely.STRtree(polygons).query(polygons, predicate="intersects")
    once = i < j
    i, j = i[once], j[once]
    length = measure_length(shapely.intersection(polygons[i], polygons[j]))
    shared = length > 0
    return _make_table(codes[i[shared]], codes[j[shared]], length[shared])


def measure_length(shapes):
    """Return the length in km of shapes in degrees (EPSG:4326): lines whole, polygons for half their outline, points 0.

    Along the ellipsoid, by the radii of curvature at the middle of each segment: true to a millionth for segments under 10 km.
    """
    parts, shape = shapely.get_parts(shapes, return_index=True)
    points, part = shapely.get_coordinates(parts, return_index=True)
    (dx, dy), middle = np.diff(np.radians(points), axis=0).T, np.radians((points[1:, 1] + points[:-1, 1]) / 2)
    root = 1 - ECCENTRICITY_2 * np.sin(middle) ** 2
    east = SEMI_MAJOR_KM / np.sqrt(root) * np.cos(middle) * dx
    north = SEMI_MAJOR_KM * (1 - ECCENTRICITY_2) / root**1.5 * dy
    # A polygon with a hole is one part: the jump from one ring to the next is no side.
    inside = part[1:] == part[:-1]
    whole = np.where(shapely.get_dimensions(parts) == 2, 0.5, 1.0)
    return np.bincount(shape[part[1:][inside]], (np.hypot(east, north) * whole[part[1:]])[inside], minlength=len(shapes))


def _make_table(codes, neighbours, length):
    table = pd.DataFrame({"code_insee": codes, "voisin": neighbours, "frontiere_km": length})
    table = table.astype({"code_insee": "str", "voisin": "str", "frontiere_km": "float64"})
    return table.sort_values(["code_insee", "voisin"], ignore_index=True)[COLUMNS]
