"""Latitudes and longitudes as people write them: checked, never repaired in silence."""

import numpy as np
import pandas as pd
import shapely

from diagnostic.read.places.cog import find_places, look_up, read_cog, read_polygons
from diagnostic.read.places.territories import ZONE_CRS, find_transformer, project_points
from diagnostic.schema import join_problems, list_problems

# Boxes of metropole and the five DROM, in degrees: (west, south, east, north).
BOXES = {
    "metropole": (-5.5, 41.2, 9.8, 51.3), "guadeloupe": (-62.0, 15.7, -60.9, 16.7), "martinique": (-61.4, 14.2, -60.7, 15.0),
    "guyane": (-54.8, 2.0, -51.5, 6.0), "la_reunion": (55.1, -21.5, 56.0, -20.8), "mayotte": (44.9, -13.1, 45.4, -12.5),
}  # fmt: skip
# The projections French files are found in, tried in this order; the point must fall near the stated commune.
PROJECTIONS = {
    2154: "Lambert-93",
    27572: "Lambert II étendu",
    **{3900 + zone: f"Lambert CC{zone}" for zone in range(42, 51)},
}
PROJECTIONS |= {3857: "Web Mercator"} | {
    epsg: "projection légale d'outre-mer" for zone, epsg in ZONE_CRS.items() if zone != "metropole"
}
PLAUSIBLE_KM = 20
KM_A_DEGREE = 111.2


def check_coordinates(rows, *, written=None, crs=""):
    """Empty the coordinates that cannot be right and tell each one, with the pair to write instead when there is one.

    Parameters
    ----------
    rows : DataFrame with lat, lon (float), ORIGIN_COLUMNS and maybe code_insee (the stated commune, which settles which
        projection metres are in)
    written : DataFrame, optional, lat and lon as read (text), for the messages and the way back
    crs : str, optional, the projection declared by the dossier ("EPSG:2154"): metres are then converted, and told once

    Returns
    -------
    checked : DataFrame on the same index: lat, lon (missing where refused)
    problemes : DataFrame; a pair to write instead makes two rows, one a cell
    """
    lat, lon = rows["lat"].astype(float), rows["lon"].astype(float)
    half = lat.isna() ^ lon.isna()
    null = (lat == 0) & (lon == 0)
    projected = ~half & ((lat.abs() > 180) | (lon.abs() > 180))
    lat, lon, converted = _convert_declared(lat, lon, projected, crs)
    projected &= ~converted
    inside = _is_in_france(lon, lat)
    rest = (lat.notna() & lon.notna()) & ~(null | projected | inside)
    swapped = rest & _is_in_france(lat, lon)
    flipped = rest & ~swapped & _is_in_france(-lon, lat)
    outside = rest & ~swapped & ~flipped
    unprojected = unproject_points(lon.where(projected), lat.where(projected), rows.get("code_insee"))
    known, kind = projected & unprojected["lat"].notna(), unprojected["nom"].astype("str").fillna("")
    cases = [
        (half, "Une seule des deux coordonnées est donnée.", "complétez lat et lon, ou videz les deux"),
        (null, "Coordonnées (0 ; 0) : un point au large de l'Afrique.", "videz les deux cases"),
        (
            projected & ~known,
            "Coordonnées projetées (Lambert-93 ?) dans lat et lon.",
            "donnez des degrés : lat 45,04 et lon 3,88",
        ),
        (
            outside,
            "Ce point est hors de la métropole et des cinq départements d'outre-mer.",
            "corrigez les deux cases, ou videz-les",
        ),
    ]
    refused = half | null | projected | swapped | flipped | outside
    told = [
        list_problems("attention", rows[m], text, fix, colonne="lat, lon", valeur=_show(lat[m], lon[m]))
        for m, text, fix in cases
        if m.any()
    ]
    swap = "Hors de France, et en France si on les échange : lat et lon sont inversées ?"
    minus = "Hors de France, et en France avec une longitude négative : le signe moins a été perdu ?"
    points = _show(unprojected["lat"][known], unprojected["lon"][known])
    metres = "Coordonnées projetées (" + kind[known] + ") dans lat et lon : " + points + " en degrés."
    proposals = [
        (swapped, swap, lon, lat, "échangez les deux cases"),
        (flipped, minus, lat, -lon, "ajoutez le signe moins à lon"),
        (known, metres, unprojected["lat"], unprojected["lon"], "donnez des degrés"),
    ]
    told += [
        _propose(rows[mask], text, fix, _texts(rows[mask], written), {"lat": north[mask], "lon": east[mask]})
        for mask, text, north, east, fix in proposals
        if mask.any()
    ]
    told.append(_tell_converted(rows, converted, crs))
    checked = pd.DataFrame({"lat": lat.mask(refused), "lon": lon.mask(refused)}, index=rows.index)
    return checked, join_problems(*told)


def _convert_declared(lat, lon, projected, crs):
    """Return lat, lon in degrees and the mask of the pairs converted from the declared projection (x in lon, y in lat)."""
    if not crs or not projected.any():
        return lat, lon, projected & False
    east, north = find_transformer(crs).transform(lon[projected].array, lat[projected].array)
    east, north = pd.Series(east, index=lon.index[projected]), pd.Series(north, index=lon.index[projected])
    right = _is_in_france(east, north)
    converted = right.reindex(lat.index, fill_value=False)
    return lat.mask(converted, north.reindex(lat.index)), lon.mask(converted, east.reindex(lon.index)), converted


def unproject_points(x, y, codes=None):
    """Return lat, lon and nom (of the projection) of metric points, tried in PROJECTIONS; missing where none leads to France.

    Several may: the stated commune decides (`codes`), the point within PLAUSIBLE_KM of its mairie; without it,
    Lambert-93 alone is believed.
    """
    found = pd.DataFrame(
        {"lat": np.nan, "lon": np.nan, "nom": pd.Series(pd.NA, index=x.index, dtype="str")}, index=x.index
    )
    given = x.notna() & y.notna()
    if not given.any():
        return found
    mairies = read_cog()["communes"][["mairie_lon", "mairie_lat"]]
    left = pd.DataFrame({"x": x[given], "y": y[given], "mairie_lon": np.nan, "mairie_lat": np.nan})
    if codes is not None:
        left = left.assign(**{axis: look_up(codes[given].astype("str"), mairies[axis]) for axis in mairies})
    for epsg, name in PROJECTIONS.items():
        for flip in (False, True):
            tried = left if epsg == ZONE_CRS["metropole"] else left[left["mairie_lon"].notna()]
            if not len(tried):
                continue
            first, second = ("y", "x") if flip else ("x", "y")
            lon, lat = find_transformer(epsg).transform(tried[first].array, tried[second].array)
            lon, lat = (pd.Series(np.where(np.isfinite(axis), axis, np.nan), index=tried.index) for axis in (lon, lat))
            away = measure_great_circle(lon, lat, tried["mairie_lon"], tried["mairie_lat"])
            right = _is_in_france(lon, lat) & (away.lt(PLAUSIBLE_KM) | (away.isna() & (epsg == ZONE_CRS["metropole"])))
            here = tried.index[right]
            found.loc[here, ["lat", "lon"]] = np.column_stack([lat[here].round(5), lon[here].round(5)])
            found.loc[here, "nom"] = name + (", x et y échangés" if flip else "")
            left = left.drop(index=here)
    return found


def measure_great_circle(lon, lat, other_lon, other_lat):
    """Return the great-circle distance in km between points in degrees."""
    lon, lat, other_lon, other_lat = (np.radians(values) for values in (lon, lat, other_lon, other_lat))
    half = np.sin((lat - other_lat) / 2) ** 2 + np.cos(lat) * np.cos(other_lat) * np.sin((lon - other_lon) / 2) ** 2
    return 2 * 6371 * np.arcsin(np.sqrt(half))


def _propose(rows, message, fix, texts, right):
    """Return two `problemes` rows a point, one a cell, each with the value read and the one to write; a right cell has none."""
    told = []
    for column, values in right.items():
        proposal, read = _write_degrees(values), texts[column]
        changed = proposal != read
        text = message if isinstance(message, str) else message[changed]
        told.append(
            list_problems(
                "attention",
                rows[changed],
                text,
                fix,
                colonne=column,
                valeur=read[changed],
                proposition=proposal[changed],
            )
        )
    return join_problems(*told)


def _tell_converted(rows, converted, crs):
    """Tell once a sheet that its metres were converted from the declared projection."""
    sheets = rows[converted].groupby(["fichier", "feuille"], dropna=False, sort=False)["ligne"].agg(["first", "size"])
    if not len(sheets):
        return None
    located = sheets.reset_index().rename(columns={"first": "ligne"})
    messages = [
        f"{size} point(s) en mètres convertis depuis {crs}, comme le dit la feuille parametres."
        for size in sheets["size"]
    ]
    return list_problems("information", located, messages, "rien", colonne="lat, lon")


def _texts(rows, written):
    if written is not None:
        return written[["lat", "lon"]].reindex(rows.index).astype("str").fillna("")
    return {axis: _write_degrees(rows[axis].astype(float)) for axis in ("lat", "lon")}


def _show(lat, lon):
    return _write_degrees(lat) + " ; " + _write_degrees(lon)


def _write_degrees(degrees):
    text = degrees.map("{:.8g}".format).astype("str").str.replace(".", ",")
    return text.where(degrees.notna(), "(vide)")


def _is_in_france(lon, lat):
    x, y = lon.to_numpy(dtype=float), lat.to_numpy(dtype=float)
    inside = np.zeros(len(x), dtype=bool)
    for west, south, east, north in BOXES.values():
        inside |= (x >= west) & (x <= east) & (y >= south) & (y <= north)
    return pd.Series(inside, index=lon.index)


def place_points(rows, communes):
    """Return x_m and y_m (metres, the commune's zone) of each row: its own point, else its commune's mairie.

    Parameters
    ----------
    rows : DataFrame with lat, lon, code_insee
    communes : DataFrame of all France, index code_insee, with zone, x_m, y_m
    """
    zone = look_up(rows["code_insee"], communes["zone"])
    placed = project_points(rows["lon"], rows["lat"], zone)
    for axis in ("x_m", "y_m"):
        placed[axis] = placed[axis].fillna(look_up(rows["code_insee"], communes[axis]))
    return placed


def measure_outside(lon, lat, codes):
    """Return how far (km) each point lies from the border of the commune `codes` says; 0 inside, NaN where one is missing.

    Parameters
    ----------
    lon, lat : Series of float, degrees; codes : Series of commune codes, same index
    """
    distance = pd.Series(np.nan, index=lon.index)
    if not (codes.notna() & lon.notna() & lat.notna()).any():
        return distance
    polygons = read_polygons()
    place = find_places(codes, polygons.index)
    given = pd.Series(place >= 0, index=lon.index) & lon.notna() & lat.notna()
    shapes = polygons.geometry.array[place[given]]
    held = shapely.contains_xy(shapes, lon[given], lat[given])
    distance[given] = np.where(held, 0.0, np.nan)
    out = given.copy()
    out[given] = ~held
    if out.any():
        distance[out] = _measure_borders(lon[out], lat[out], polygons.iloc[place[out]])
    return distance


def _measure_borders(lon, lat, polygons):
    """Return the distance in km between points and the polygons of the same place, on a plane at the latitude of the point.

    The plane is true to a few per thousand up to some tens of kilometres.
    """
    places, inverse = np.unique(polygons.index, return_inverse=True)
    own = polygons.geometry.array[np.unique(polygons.index, return_index=True)[1]]
    centre = np.radians(shapely.get_y(shapely.centroid(own)))
    scale = np.cos(centre)
    points, owner = shapely.get_coordinates(own, return_index=True)
    flat = shapely.set_coordinates(own.copy(), points * np.column_stack([scale[owner], np.ones(len(owner))]))
    return shapely.distance(np.array(flat)[inverse], shapely.points(lon * scale[inverse], lat)) * KM_A_DEGREE


def check_distances(rows, communes, limit_km):
    """Return the `problemes` of the points further than `limit_km` from their stated commune.

    Parameters
    ----------
    rows : DataFrame with lat, lon, code_insee and ORIGIN_COLUMNS
    communes : DataFrame of all France, index code_insee, with nom, zone, x_m, y_m

    Notes
    -----
    The distance is to the border of the commune; to its mairie for a commune that has no outline. Both are told.
    """
    rows = rows[rows["lat"].notna() & rows["lon"].notna() & rows["code_insee"].notna()]
    points = project_points(rows["lon"], rows["lat"], look_up(rows["code_insee"], communes["zone"]))
    dx = points["x_m"] - look_up(rows["code_insee"], communes["x_m"])
    dy = points["y_m"] - look_up(rows["code_insee"], communes["y_m"])
    mairie = np.hypot(dx, dy) / 1000
    away = ~(mairie <= limit_km)
    border = measure_outside(
        rows.loc[away, "lon"].astype(float), rows.loc[away, "lat"].astype(float), rows.loc[away, "code_insee"]
    )
    far = border.fillna(mairie[away])
    far = far[far > limit_km]
    names = rows.loc[far.index, "code_insee"].map(communes["nom"])
    messages = [
        f"Ce point est à {km:.0f} km de la commune ({name})"
        + (f", à {seat:.0f} km de sa mairie." if seat == seat else ".")
        for km, seat, name in zip(far, mairie[far.index], names, strict=True)
    ]
    fix = "vérifiez la commune et les coordonnées (les deux sont gardées)"
    return list_problems("attention", rows.loc[far.index], messages, fix, colonne="lat, lon")
