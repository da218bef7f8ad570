"""A diagnosis -> layers for a GIS: GeoPackage in metres with its styles, GeoJSON and uMap in degrees."""

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from diagnostic.draw import web_layers, web_themes
from diagnostic.draw.base_map import dissolve_borders
from diagnostic.draw.charter import find_charter
from diagnostic.draw.style import LINE_COLOURS, UNIT_FILLS
from diagnostic.vocabulary import normalize_label
from diagnostic.write import gis_styles
from diagnostic.write.atomic import write_atomic
from diagnostic.write.cells import flatten_table

# Lambert-93, the legal projection of metropole; the few overseas territories are written in the same file, far away.
METRES, DEGREES = 2154, 4326
ACTOR_COLUMNS = [
    "acteur_id", "nom", "sigle", "categorie", "champ", "statut", "code_insee", "commune", "themes", "publics", "mobile", "source",
    "hors_territoire",
]  # fmt: skip
COMMUNE_COLUMNS = ["nom", "population", "epci", "epci_nom", "departement", "departement_nom"]
# Decimals of a degree: 1 m, more than the outlines hold.
DECIMALS = 5
UMAP_ACTORS = "Acteurs"


def build_layers(tables):
    """Return {layer: GeoDataFrame in EPSG:2154} of what an edition shows.

    communes (counts of units and layers, atom, the unit of each layer, states of categories `etat_`, distances
    `km_` to the categories whose list is whole), epci,
    one layer `ressort_<couche>` a layer of jurisdictions (its units dissolved; a commune in several units is in each), acteurs
    (at their point, else at the mairie, `place` says which; no geometry where there is neither), liens (lines between two
    actors at different points).

    Parameters
    ----------
    tables : dict of DataFrame, as the edition shows them
    """
    communes = tables["communes"].to_crs(METRES)
    layers = {"communes": _describe_communes(communes, tables), "epci": _describe_epci(communes, tables)}
    for couche in tables["couches"].index:
        held = tables["affectation"][tables["affectation"]["couche"] == couche]
        if couche != "EPCI" and len(held):
            layers[f"ressort_{normalize_label(couche)}"] = dissolve_units(communes, held, tables["unites"])
    actors = place_actors(tables["acteurs"], tables["communes"])
    layers["acteurs"] = actors.to_crs(METRES)
    links = draw_links(tables["liens"], layers["acteurs"])
    return {name: layer for name, layer in (layers | {"liens": links}).items() if len(layer)}


def _describe_communes(communes, tables):
    table = communes[[*(name for name in COMMUNE_COLUMNS if name in communes), "geometry"]]
    counts = tables["millefeuille"].reindex(table.index)
    columns = {name: counts[name] for name in ("nb_unites", "nb_couches") if name in counts}
    columns["atome_id"] = tables["atomes_communes"].set_index("code_insee")["atome_id"].reindex(table.index)
    named = tables["affectation"].merge(tables["unites"][["couche", "unite_id", "unite_nom"]], on=["couche", "unite_id"], how="left")
    named = named.assign(unite_nom=named["unite_nom"].fillna(named["unite_id"]))
    for couche, rows in named.groupby("couche", sort=False):
        units = rows.groupby("code_insee")["unite_nom"].agg(lambda names: "; ".join(dict.fromkeys(names)))
        columns[f"unite_{normalize_label(couche)}"] = units.reindex(table.index)
    for code, held in tables["etats_communes"].groupby("categorie", sort=False):
        columns[f"etat_{normalize_label(code)}"] = held.set_index("code_insee")["statut"].reindex(table.index)
    # Where the list of sites is not known to be whole, a distance would measure the list.
    whole = tables["acces"].query("territoire_id == 'perimetre' and inventaire == 'complet'")["categorie"]
    reached = tables["acces_communes"]
    for code, held in reached[reached["categorie"].isin(whole)].groupby("categorie", sort=False):
        columns[f"km_{normalize_label(code)}"] = held.set_index("code_insee")["distance_km"].reindex(table.index)
    return gpd.GeoDataFrame(table.assign(**columns).reset_index(), crs=METRES)


def _describe_epci(communes, tables):
    placed = communes[communes["epci"].notna()]
    table = placed.groupby("epci").agg(nom=("epci_nom", "first"), nb_communes=("nom", "size"), population=("population", "sum"))
    states = tables["etats_territoires"].set_index("territoire_id")
    states = states.set_axis(states.index.str.removeprefix("epci:"), axis=0)
    shares = [name for name in states if name.startswith("part_")]
    table = table.join(states[shares])
    shapes = _merge_by(placed.geometry, placed["epci"])
    return gpd.GeoDataFrame(table.reset_index(), geometry=shapes.reindex(table.index).to_numpy(), crs=METRES)


def dissolve_units(communes, affectation, unites):
    """Return the units of one layer inside the perimetre: couche, unite_id, unite_nom, nb_communes, population, geometry.

    A unit is the union of its communes, those it holds in part too: `nb_communes_en_partie` counts them, `population` counts
    each for its part and is missing where a part is not known.
    """
    rows = affectation.merge(communes[["population", "geometry"]], left_on="code_insee", right_index=True)
    share = pd.to_numeric(rows["part"]).astype(float)
    rows = rows.assign(habitants=rows["population"].astype(float) * share, partielle=~(share >= 1))
    table = rows.groupby(["couche", "unite_id"]).agg(
        nb_communes=("code_insee", "nunique"), nb_communes_en_partie=("partielle", "sum"),
        population=("habitants", lambda cells: cells.sum(skipna=False)),
    )  # fmt: skip
    names = unites.set_index(["couche", "unite_id"])["unite_nom"]
    table.insert(0, "unite_nom", names[~names.index.duplicated()].reindex(table.index))
    shapes = _merge_by(gpd.GeoSeries(rows["geometry"], crs=METRES), rows["unite_id"])
    table = table.reset_index()
    return gpd.GeoDataFrame(table, geometry=shapes.reindex(table["unite_id"]).to_numpy(), crs=METRES)


def _merge_by(shapes, codes):
    """Return the union of the shapes of each code, made of polygons of several parts; codes without a shape are missing."""
    # A commune in several units has a row in each: its code is no index.
    shapes, codes = shapes.reset_index(drop=True), codes.reset_index(drop=True)
    drawn = shapes[~(shapes.isna() | shapes.is_empty)]
    merged = pd.Series(dissolve_borders(drawn, codes, codes).geometry, dtype="object")
    return merged.map(lambda shape: shapely.MultiPolygon([shape]) if shape.geom_type == "Polygon" else shape)


def place_actors(actors, communes):
    """Return the actors as points in degrees: their own (`place` « point »), else the mairie (« mairie »), else none (« sans »).

    A mobile service has no fixed place.
    """
    lon, lat, codes = web_layers.place_actors(communes, actors)
    place = np.array(list(web_layers.PLACES))[codes]
    table = flatten_table(actors.reindex(columns=ACTOR_COLUMNS)).assign(place=place)
    shapes = [None if np.isnan(x) else shapely.Point(x, y) for x, y in zip(lon, lat, strict=True)]
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(shapes, crs=DEGREES, index=table.index))


def draw_links(links, actors):
    """Return the links between two actors at different points, as lines; those without are in the graph and the workbook."""
    shapes = actors.drop_duplicates("acteur_id").set_index("acteur_id").geometry
    ends = [shapes.reindex(links[column]).to_numpy() for column in ("source_id", "cible_id")]
    drawn = ~shapely.is_missing(ends[0]) & ~shapely.is_missing(ends[1])
    drawn &= ~np.where(drawn, shapely.equals(*ends), False)
    flat = flatten_table(links[drawn].reindex(columns=["source_id", "cible_id", "type", "oriente", "dispositif_id", "source"]))
    pairs = np.stack([shapely.get_coordinates(held[drawn]) for held in ends], axis=1) if drawn.any() else np.zeros((0, 2, 2))
    return gpd.GeoDataFrame(flat.reset_index(drop=True), geometry=shapely.linestrings(pairs), crs=METRES)


def write_geopackage(layers, path, *, date):
    """Write layers in one GeoPackage with the styles QGIS opens them with; same layers and date, same bytes.

    Parameters
    ----------
    layers : dict of GeoDataFrame, see `build_layers`
    date : Timestamp, written where the format asks for the last change
    """
    import pyogrio

    moment = f"{pd.Timestamp(date):%Y-%m-%d}T00:00:00.000Z"
    with write_atomic(path) as temporary:
        former = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": moment})
        try:
            for name, layer in layers.items():
                pyogrio.write_dataframe(layer, temporary, layer=name, driver="GPKG", append=temporary.exists(), promote_to_multi=None)
        finally:
            pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": former})
        gis_styles.write_styles(temporary, {name: choose_style(name, layer) for name, layer in layers.items()}, moment=moment)
    return path


def choose_style(name, layer):
    """Return the QML of a layer of `build_layers`."""
    if name == "acteurs":
        return gis_styles.style_champs()
    if name == "communes" and "nb_unites" in layer:
        return gis_styles.style_counts("nb_unites", sorted(layer["nb_unites"].dropna().astype(int).unique()))
    if name.startswith("ressort_"):
        return gis_styles.style_units("unite_id", sorted(layer["unite_id"]))
    if name == "comparaison" and pick_compared(layer)[0]:
        return gis_styles.style_steps(*pick_compared(layer))
    if name == "liens":
        return gis_styles.style_single("#5B3A8C", width=0.3, kind="line")
    return gis_styles.style_single("", stroke=LINE_COLOURS["epci"], width=0.5)


def pick_compared(layer):
    """Return the column that colours the territories compared, its steps and their labels; None where no figure varies.

    A figure that does not grow with the size of a territory: the share of inhabitants beyond the middle threshold of the first category,
    else the effective interlocutors of the first layer that splits a territory. The classes are those of the web map.
    """
    shares = [name for name in layer if name.startswith("part_population_au_dela ") and layer[name].notna().any()]
    if shares:
        first = [name for name in shares if name.rpartition(" ")[0] == shares[0].rpartition(" ")[0]]
        return first[(len(first) - 1) // 2], web_themes.BEYOND_STEPS, web_themes.BEYOND_LABELS
    split = [name for name in layer if name.startswith("interlocuteurs_effectifs_q2 ") and layer[name].max() > 1]
    return (split[0] if split else None), web_themes.DISCORDANCE_STEPS, web_themes.DISCORDANCE_LABELS


def write_geojson(layer, path):
    """Write one layer as GeoJSON (RFC 7946: degrees, five decimals), one feature a line; a row without place has a null geometry."""
    with write_atomic(path) as temporary:
        lines = ",\n".join(dump_compact(feature) for feature in list_features(layer))
        Path(temporary).write_text(f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n', encoding="utf-8", newline="\n")
    return path


def list_features(layer):
    """Return the GeoJSON features of a layer: whole numbers as such, missing values as null."""
    shapes = layer.geometry.to_crs(DEGREES)
    shapes = shapely.transform(shapes.to_numpy(), lambda xy: np.round(xy, DECIMALS))
    flat = flatten_table(layer).astype(object)
    rows = flat.where(flat.notna(), None).to_dict("records")
    geometries = [None if shape is None else json.loads(shapely.to_geojson(shape)) for shape in shapes]
    return [
        {"type": "Feature", "properties": {key: _make_plain(value) for key, value in row.items()}, "geometry": geometry}
        for row, geometry in zip(rows, geometries, strict=True)
    ]


def _make_plain(value):
    if isinstance(value, np.generic):
        value = value.item()
    return int(value) if isinstance(value, float) and value.is_integer() else value


def write_umap(layers, path, *, titre):
    """Write the map for uMap (import a file « umap »): actors by champ, then EPCI, then each layer of jurisdictions, hidden at first.

    uMap draws its own background, from the network: it is the group that opens it there, nothing is asked here.
    """
    parts, colours = [], find_charter().champs
    actors = layers.get("acteurs", gpd.GeoDataFrame({"champ": []}, geometry=[], crs=METRES))
    for champ, rows in actors[actors.geometry.notna()].groupby("champ", sort=True):
        parts.append(_make_umap_layer(f"{UMAP_ACTORS} : {champ}", rows, colours.get(champ, colours["autre"]), shown=True))
    for name, layer in layers.items():
        if name == "epci" or name.startswith("ressort_"):
            named = layer.assign(nom=layer.get("nom", layer.get("unite_nom")))
            parts.append(_make_umap_layer(name, named, UNIT_FILLS[0], shown=name == "epci"))
    centre = {"type": "Point", "coordinates": _find_centre(layers)}
    content = {"type": "umap", "properties": {"name": titre}, "geometry": centre, "layers": parts}
    with write_atomic(path) as temporary:
        Path(temporary).write_text(dump_compact(content) + "\n", encoding="utf-8", newline="\n")
    return path


def dump_compact(content):
    """Return `content` as JSON without needless spaces, accents kept."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _make_umap_layer(name, rows, colour, *, shown):
    features = list_features(rows)
    for feature in features:  # uMap shows `name` in its popups
        feature["properties"]["name"] = feature["properties"].get("nom") or ""
    return {
        "type": "FeatureCollection", "features": features,
        "_umap_options": {"displayOnLoad": shown, "browsable": True, "name": name, "color": colour, "labelKey": "name"},
    }  # fmt: skip


def _find_centre(layers):
    x0, y0, x1, y1 = layers["communes"].to_crs(DEGREES).total_bounds
    return [round(float((x0 + x1) / 2), DECIMALS), round(float((y0 + y1) / 2), DECIMALS)]
