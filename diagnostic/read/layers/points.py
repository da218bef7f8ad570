"""Places that serve a stated area or a radius -> the codes that the area names, or circles for the path of outlines."""

import re

import geopandas as gpd
import numpy as np
import pandas as pd

from diagnostic.errors import DiagnosticError
from diagnostic.read.cells.angles import read_angles
from diagnostic.read.cells.values import read_numbers
from diagnostic.read.formats.headings import find_heading
from diagnostic.read.layers.layer_columns import (
    UNIT_ALIASES,
    choose_unit,
    find_alias,
    find_heading_named,
    show_headings,
)
from diagnostic.read.places.coordinates import BOXES, check_coordinates
from diagnostic.read.places.territories import DEGREES, ZONE_CRS
from diagnostic.schema import ORIGIN_COLUMNS, join_problems, list_problems, locate_sheet
from diagnostic.vocabulary import normalize_label

LARGEST_KM = 200
LAT_ALIASES = ["latitude", "lat", "coord_lat", "geo_lat", "y", "coord_y", "y_wgs84"]
LON_ALIASES = ["longitude", "lon", "lng", "long", "coord_lon", "geo_lon", "x", "coord_x", "x_wgs84"]
PLACE_ALIASES = ["id", "identifiant", "nom", "nom_structure", "structure", "libelle", "denomination"]
_SEGMENTS = 64  # of a quarter of a circle: the surface is true to one part in ten thousand
_BREAKS = re.compile(r"\s*[;|\n]\s*")


def find_point_heading(raw, couche):
    """Return the line of the headings of a file of points."""
    declared = [couche[name] for name in ("colonne_unite", "colonne_nom", "colonne_zone", "colonne_rayon") if pd.notna(couche[name])]
    return find_heading(raw, [*declared, *LAT_ALIASES, *LON_ALIASES, *UNIT_ALIASES, *PLACE_ALIASES, couche.name])


def choose_point_columns(headings, couche, where):
    """Return the places of the columns: unite_id, and where the file has them unite_nom, zone, rayon, lat and lon.

    Raises
    ------
    DiagnosticError
        A declared column is missing; there are neither coordinates nor a column of areas; no column of units.
    """
    columns = {}
    for name, declared in (("zone", "colonne_zone"), ("rayon", "colonne_rayon")):
        if pd.notna(couche[declared]):
            columns[name] = find_heading_named(headings, couche[declared], declared, where)
    pair = find_alias(headings, LAT_ALIASES), find_alias(headings, LON_ALIASES)
    if None not in pair:
        columns |= dict(zip(("lat", "lon"), pair, strict=True))
    elif "zone" not in columns:
        fix = "donnez latitude et longitude, ou le titre de la colonne des zones desservies dans colonne_zone (feuille couches)"
        raise DiagnosticError(f"Couche {couche.name} : aucune colonne de coordonnées.", show_headings(headings, where), fix)
    rest = headings.drop(list(columns.values()))
    if pd.isna(couche["colonne_unite"]) and find_alias(rest, [*UNIT_ALIASES, couche.name]) is None:
        named = find_alias(rest, PLACE_ALIASES)
        couche = couche if named is None else couche.copy()
        couche["colonne_unite"] = couche["colonne_unite"] if named is None else rest[named]
    unit, name = choose_unit(rest, couche, where)
    name = name if name is not None or pd.notna(couche["colonne_nom"]) else find_alias(rest.drop(unit), PLACE_ALIASES[2:])
    return {"unite_id": unit} | ({} if name is None else {"unite_nom": name}) | columns


def read_radii(cells, couche, rows):
    """Return the radius (km) of each place, missing where there is none or it is refused, and the problems.

    Parameters
    ----------
    cells : Series of str, the column of the radius; None when the file has none: that of the layer (rayon_km) serves all
    couche : Series, the row of `couches`
    rows : DataFrame with ORIGIN_COLUMNS, same index
    """
    common = couche["rayon_km"]
    told = []
    if pd.notna(common) and not 0 < common <= LARGEST_KM:
        message = f"Couche {couche.name} : rayon refusé ({_write(common)} km)."
        where = locate_sheet("inventaire", "couches")
        told.append(list_problems("erreur", where, message, _FIX, colonne="rayon_km", valeur=_write(common)))
        common = np.nan
    radii = pd.Series(common, index=rows.index, dtype=float)
    if cells is None:
        return radii, join_problems(*told)
    numbers, unread = read_numbers(cells)
    wrong = unread | (numbers.notna() & ~numbers.between(0, LARGEST_KM, inclusive="right"))
    messages = "Rayon refusé (" + cells[wrong] + ") : lieu écarté."
    told.append(list_problems("erreur", rows[wrong], messages, _FIX, colonne=cells.name, valeur=cells[wrong]))
    return numbers.fillna(radii).mask(wrong), join_problems(*told)


_FIX = f"écrivez un nombre de kilomètres, au-dessus de 0 et d'au plus {LARGEST_KM}"


def _write(number):
    return f"{number:g}".replace(".", ",")


def read_points(lat, lon, rows, crs=""):
    """Return lat, lon in degrees (missing where they cannot be right) of cells of text, and the problems; an empty pair is told too."""
    numbers = pd.DataFrame({"lat": read_angles(lat)[0], "lon": read_angles(lon)[0]}, index=rows.index)
    written = pd.DataFrame({"lat": lat, "lon": lon}, index=rows.index)
    checked, found = check_coordinates(numbers.join(rows[ORIGIN_COLUMNS]), written=written, crs=crs)
    empty = numbers.isna().all(axis=1)
    fix = "donnez latitude et longitude, ou la zone desservie"
    lost = list_problems("erreur", rows[empty], "Lieu sans coordonnées : écarté.", fix, colonne="lat, lon")
    return checked, join_problems(lost, found)


def draw_circles(points, radii):
    """Return the circles (GeoSeries, EPSG:4326, index of `points`), drawn in the projection of the zone each is in, true in metres there.

    Parameters
    ----------
    points : DataFrame lat, lon in degrees, all in France
    radii : Series of km, same index
    """
    circles = gpd.GeoSeries([None] * len(points), index=points.index, crs=DEGREES)
    places = gpd.GeoSeries.from_xy(points["lon"], points["lat"], index=points.index, crs=DEGREES)
    for zone, (west, south, east, north) in BOXES.items():
        here = points["lon"].between(west, east) & points["lat"].between(south, north)
        if here.any():
            drawn = places[here].to_crs(ZONE_CRS[zone]).buffer(1000 * radii[here], quad_segs=_SEGMENTS)
            circles[here] = drawn.to_crs(DEGREES)
    return circles


def split_zones(rows, communes):
    """Return `rows` with one row a territory named in the cell code_insee, and the problems.

    Parameters
    ----------
    rows : DataFrame, table `ressorts`; code_insee holds codes or names of communes, EPCI, departements, separated by ;
    communes : DataFrame of the perimeter, index code_insee, with nom, epci, epci_nom, departement, departement_nom

    Returns
    -------
    rows : DataFrame, `code_insee` a code; genre says whether it is that of a departement; zone_perdue, that the place also
        serves what was not found. Names are sought in the perimeter only; one that it does
        not hold may be elsewhere, and is told.
    problemes : DataFrame
    """
    cells = rows["code_insee"].astype("str").fillna("")
    pieces = cells.map({cell: _split(cell) for cell in cells.unique()})
    long = rows.assign(code_insee=pieces).explode("code_insee")
    long = long[long["code_insee"].fillna("") != ""]
    kinds, codes = _list_names(communes)
    keys = long["code_insee"].map({cell: normalize_label(cell) for cell in long["code_insee"].unique()})
    coded = long["code_insee"].str.contains(r"\d", regex=True).fillna(False).astype(bool)
    found = keys.map(codes).astype("str").where(~coded)
    lost = long[~coded & found.isna()]
    fix = "rien, si ce territoire est ailleurs ; sinon écrivez son code, ou son nom comme dans la feuille communes"
    messages = "« " + lost["code_insee"].astype("str") + " » n'est pas dans le territoire : zone laissée."
    told = list_problems("attention", lost, messages, fix, colonne="code_insee", valeur=lost["code_insee"])
    long = long.assign(zone_perdue=long["unite_id"].isin(lost["unite_id"]), code_insee=found.fillna(long["code_insee"]))
    long = long.assign(genre=keys.map(kinds).where(~coded).fillna("commune"))
    return long[coded | found.notna()].reset_index(drop=True), told


def _split(cell):
    """Return the territories of a cell; a comma parts codes, never names (« Saint-Just, Loire » is one)."""
    pieces = [piece for piece in _BREAKS.split(cell.strip()) if piece]
    parts = []
    for piece in pieces:
        codes = [code.strip() for code in re.split(r"[,\s]\s*", piece) if code.strip()]
        parts += codes if len(codes) > 1 and all(re.fullmatch(r"\d[\dABab]\d*", code) for code in codes) else [piece]
    return parts


def _list_names(communes):
    """Return ({name: genre}, {name: code}) of the communes, EPCI and departements of the perimeter; a name of two is of neither."""
    parts = [pd.DataFrame({"nom": communes["nom"], "code": communes.index, "genre": "commune"})]
    for division, genre in (("epci", "commune"), ("departement", "departement")):
        units = communes[[division, f"{division}_nom"]].dropna().drop_duplicates()
        parts.append(pd.DataFrame({"nom": units[f"{division}_nom"].array, "code": units[division].array, "genre": genre}))
    names = pd.concat(parts, ignore_index=True)
    names["cle"] = names["nom"].map(normalize_label)
    names = names[~names["cle"].duplicated(keep=False)].set_index("cle")
    return names["genre"].to_dict(), names["code"].to_dict()
