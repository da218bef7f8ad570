"""Latitudes and longitudes as people write them: checked, never repaired in silence."""

import numpy as np
import pandas as pd

from diagnostic.read.territories import project_points
from diagnostic.schema import join_problems, list_problems

# Boxes of metropole and the five DROM, in degrees: (west, south, east, north).
BOXES = {
    "metropole": (-5.5, 41.2, 9.8, 51.3), "guadeloupe": (-62.0, 15.7, -60.9, 16.7), "martinique": (-61.4, 14.2, -60.7, 15.0),
    "guyane": (-54.8, 2.0, -51.5, 6.0), "la_reunion": (55.1, -21.5, 56.0, -20.8), "mayotte": (44.9, -13.1, 45.4, -12.5),
}  # fmt: skip


def check_coordinates(rows):
    """Empty the coordinates that cannot be right and tell each one.

    Parameters
    ----------
    rows : DataFrame with lat, lon (float) and ORIGIN_COLUMNS

    Returns
    -------
    checked : DataFrame on the same index: lat, lon (missing where refused)
    problemes : DataFrame
    """
    lat, lon = rows["lat"].astype(float), rows["lon"].astype(float)
    given = lat.notna() | lon.notna()
    half = lat.isna() ^ lon.isna()
    null = (lat == 0) & (lon == 0)
    projected = ~half & ((lat.abs() > 180) | (lon.abs() > 180))
    inside = _is_in_france(lon, lat)
    swapped = ~inside & ~projected & _is_in_france(lat, lon)
    outside = given & ~(half | null | projected | swapped | inside)
    cases = [
        (half, "Une seule des deux coordonnées est donnée.", "complétez lat et lon, ou videz les deux"),
        (null, "Coordonnées (0 ; 0) : un point au large de l'Afrique.", "videz les deux cases"),
        (projected, "Coordonnées projetées (Lambert-93 ?) dans lat et lon.", "donnez des degrés : lat 45,04 et lon 3,88"),
        (swapped, "Hors de France, et en France si on les échange : lat et lon sont inversées ?", "échangez les deux cases"),
        (outside, "Ce point est hors de la métropole et des cinq départements d'outre-mer.", "corrigez les deux cases, ou videz-les"),
    ]
    shown = _write_degrees(lat) + " ; " + _write_degrees(lon)
    problems = [
        list_problems("attention", rows[mask], message, fix, colonne="lat, lon", valeur=shown[mask])
        for mask, message, fix in cases
        if mask.any()
    ]
    refused = half | null | projected | swapped | outside
    checked = pd.DataFrame({"lat": lat.mask(refused), "lon": lon.mask(refused)}, index=rows.index)
    return checked, join_problems(*problems)


def _write_degrees(degrees):
    return degrees.map("{:.6g}".format).astype("str").str.replace(".", ",").where(degrees.notna(), "(vide)")


def _is_in_france(lon, lat):
    inside = pd.Series(False, index=lon.index)
    for west, south, east, north in BOXES.values():
        inside |= lon.between(west, east) & lat.between(south, north)
    return inside


def place_points(rows, communes):
    """Return x_m and y_m (metres, the commune's zone) of each row: its own point, else its commune's mairie.

    Parameters
    ----------
    rows : DataFrame with lat, lon, code_insee
    communes : DataFrame of all France, index code_insee, with zone, x_m, y_m
    """
    zone = rows["code_insee"].map(communes["zone"])
    placed = project_points(rows["lon"], rows["lat"], zone)
    for axis in ("x_m", "y_m"):
        placed[axis] = placed[axis].fillna(rows["code_insee"].map(communes[axis]).astype(float))
    return placed


def check_distances(rows, communes, limit_km):
    """Return the `problemes` of the points further than `limit_km` from the mairie of their stated commune.

    Parameters
    ----------
    rows : DataFrame with lat, lon, code_insee and ORIGIN_COLUMNS
    communes : DataFrame of all France, index code_insee, with nom, zone, x_m, y_m
    """
    points = project_points(rows["lon"], rows["lat"], rows["code_insee"].map(communes["zone"]))
    dx = points["x_m"] - rows["code_insee"].map(communes["x_m"]).astype(float)
    dy = points["y_m"] - rows["code_insee"].map(communes["y_m"]).astype(float)
    distance = np.hypot(dx, dy) / 1000
    far = distance > limit_km
    names = rows.loc[far, "code_insee"].map(communes["nom"])
    messages = [f"Ce point est à {km:.0f} km de la mairie de la commune ({name})." for km, name in zip(distance[far], names, strict=True)]
    fix = "vérifiez la commune et les coordonnées (les deux sont gardées)"
    return list_problems("attention", rows[far], messages, fix, colonne="lat, lon")
