"""Tables turned into the compact lists the web map reads: shapes once, then one number per commune and layer."""

import numpy as np
import pandas as pd
import shapely

from diagnostic.draw.style import MISSING_COLOUR
from diagnostic.draw.web_text import fill_text, list_flags, list_numbers, sum_population, take_column, tell_text
from diagnostic.vocabulary import normalize_label

# Metres: less than a screen shows at the scale of a departement. Borders stay common to both neighbours.
SIMPLIFY_TOLERANCE_M = 100
METRES_PER_DEGREE = 111_320
# Vertices are whole numbers of 1e-4 degree, about 10 m.
GRID = 10_000
UNSAID = "Non précisé"
ZONES = {
    "metropole": "Hexagone et Corse", "guadeloupe": "Guadeloupe", "martinique": "Martinique", "guyane": "Guyane",
    "la_reunion": "La Réunion", "mayotte": "Mayotte",
}  # fmt: skip
PLACES = {"sans": 0, "point": 1, "mairie": 2}


def encode_shapes(communes, tolerance_m=SIMPLIFY_TOLERANCE_M):
    """Return, for each commune, its rings as steps on a grid of 1e-4 degree: [x0, y0, dx1, dy1, ...].

    Shapes are simplified together, so that a border stays one line for both sides. A commune without polygon has
    an empty list. Shapes whose borders do not match are cleaned first. Outer rings and holes are mixed: fill by
    the even-odd rule.
    """
    shapes = communes.geometry.to_numpy()
    drawn = np.flatnonzero(~(shapely.is_missing(shapes) | shapely.is_empty(shapes)))
    encoded = [[] for _ in range(len(shapes))]
    if not len(drawn):
        return encoded
    rings, owner = _list_rings(simplify_together(shapes[drawn], tolerance_m))
    steps, starts, kept_owner = _write_steps(rings, owner)
    for commune, ring in zip(kept_owner, np.split(steps.ravel(), 2 * starts[1:]), strict=True):
        if len(ring) >= 8:  # a closed ring has four vertices at least
            encoded[drawn[commune]].append(ring.tolist())
    return encoded


def simplify_together(shapes, tolerance_m):
    """Return shapes in degrees simplified to `tolerance_m`, a border staying one line for both sides; cleaned first when it is not."""
    # A plain scaling to metres is enough to simplify, and works from Guadeloupe to Mayotte in one call.
    latitude = np.radians(shapely.get_y(shapely.centroid(shapes)).mean())
    scale = METRES_PER_DEGREE * np.array([np.cos(latitude), 1.0])
    flat = shapely.transform(shapes, lambda xy: xy * scale)
    if not shapely.coverage_is_valid(flat):
        flat = shapely.coverage_clean(flat)
    simple = shapely.coverage_simplify(flat, tolerance_m)
    return shapely.transform(simple, lambda xy: xy / scale)


def _list_rings(shapes):
    parts, part_owner = shapely.get_parts(shapes, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    return rings, part_owner[ring_part]


def _write_steps(rings, owner):
    vertices, ring = shapely.get_coordinates(rings, return_index=True)
    grid = np.rint(vertices * GRID).astype(int)
    first = np.diff(ring, prepend=-1) != 0
    step = np.diff(grid, axis=0, prepend=np.zeros((1, 2), dtype=int))
    kept = first | step.any(axis=1)
    steps = np.where(first[:, None], grid, step)[kept]
    return steps, np.flatnonzero(first[kept]), owner[ring[kept & first]]


def list_communes(communes, tolerance_m=SIMPLIFY_TOLERANCE_M):
    """Return the communes as columns: code, name, population, unit numbers of EPCI and departement, mairie, shapes."""
    epci, epci_names = _number(communes, "epci", "epci_nom")
    zone, zones = pd.factorize(take_column(communes, "zone").map(ZONES))
    departement, departement_names = _number(communes, "departement", "departement_nom")
    return {
        "code": communes.index.tolist(),
        "nom": communes["nom"].astype(str).tolist(),
        "pop": list_numbers(take_column(communes, "population")),
        "lon": list_numbers(take_column(communes, "mairie_lon"), 4),
        "lat": list_numbers(take_column(communes, "mairie_lat"), 4),
        "epci": epci,
        "epcis": epci_names,
        "departement": departement,
        "departements": departement_names,
        # Lands far from each other do not fit one screen.
        "zone": zone.tolist() if len(zones) > 1 else [],
        "zones": zones.tolist(),
        "formes": encode_shapes(communes, tolerance_m),
    }


def list_unit_layers(communes, couches, unites, affectation):
    """Return one record per layer of `couches`: label, units with their communes and inhabitants, units of each commune.

    The units of a commune are written as one number (its unit), -1 (no unit known), or a list of [unit, part] when
    it has several, or when its unit holds only a part of its population, or an unknown one (part is then null).
    """
    return [
        _describe_layer(communes, layer, unites[unites["couche"] == layer.Index], affectation[affectation["couche"] == layer.Index])
        for layer in couches.itertuples()
    ]  # fmt: skip


def _describe_layer(communes, layer, unites, affectation):
    rows = affectation[affectation["code_insee"].isin(communes.index) & affectation["unite_id"].notna()]
    names = unites.drop_duplicates("unite_id").set_index("unite_id")["unite_nom"]
    counts = rows.drop_duplicates(["unite_id", "code_insee"])["unite_id"].value_counts()
    units = pd.DataFrame({"nom": names.reindex(counts.index), "nombre": counts})
    units["nom"] = fill_text(units["nom"], units.index.to_series())
    units = units.rename_axis("unite_id").reset_index().sort_values(["nom", "unite_id"], ignore_index=True)
    index = _index_communes(communes, units, rows)
    people = _count_people(communes, units, rows)
    none = communes[[entry == -1 for entry in index]]
    return {
        "couche": layer.Index,
        "libelle": tell_text(getattr(layer, "libelle", None), layer.Index),
        "millesime": tell_text(getattr(layer, "millesime", None)),
        "source": tell_text(getattr(layer, "source", None)),
        "unites": [list(unit) for unit in zip(units["nom"], units["nombre"].tolist(), people, strict=True)],
        "index": index,
        "nb_plusieurs": sum(isinstance(entry, list) and len(entry) > 1 for entry in index),
        "nb_sans": len(none),
        "pop_sans": sum_population(none, np.arange(len(none)), np.zeros(len(none), dtype=int), 1)[0],
    }


def _count_people(communes, units, rows):
    """Return the inhabitants of each unit: shares of communes added up, None when a share is not known."""
    rows = rows.drop_duplicates(["code_insee", "unite_id"])
    commune, unit = communes.index.get_indexer(rows["code_insee"]), pd.Index(units["unite_id"]).get_indexer(rows["unite_id"])
    return sum_population(communes, commune, unit, len(units), pd.to_numeric(rows["part"]).to_numpy(dtype=float))


def _index_communes(communes, units, rows):
    rows = rows.drop_duplicates(["code_insee", "unite_id"])
    commune = communes.index.get_indexer(rows["code_insee"])
    unit = pd.Index(units["unite_id"]).get_indexer(rows["unite_id"])
    part = pd.to_numeric(rows["part"]).to_numpy(dtype=float)
    # An unknown part is not a whole commune: a quarter, for one, is only somewhere in it.
    partial = (np.bincount(commune, minlength=len(communes))[commune] > 1) | ~(part >= 1)
    index = np.full(len(communes), -1)
    index[commune[~partial]] = unit[~partial]
    index = index.tolist()
    detail = pd.DataFrame({"commune": commune, "unite": unit, "part": part})[partial]
    detail = detail.sort_values(["commune", "part", "unite"], ascending=[True, False, True], na_position="last")
    for position, entries in detail.groupby("commune"):
        index[position] = list(zip(entries["unite"].tolist(), list_numbers(entries["part"], 3), strict=True))
    return index


def list_pairs(couches, paires):
    """Return, for each two layers by position, what holds whole: [a, b, units of a, of which in one unit of b, not known, and back]."""
    known = paires["couche_a"].isin(couches.index) & paires["couche_b"].isin(couches.index)
    whole = paires[(paires["territoire_id"] == "perimetre") & known]
    columns = ["nb_unites_a", "nb_a_dans_b", "nb_a_inconnus", "nb_unites_b", "nb_b_dans_a", "nb_b_inconnus"]
    counts = [list_numbers(take_column(whole, name)) for name in columns]
    places = [couches.index.get_indexer(whole[name]).tolist() for name in ("couche_a", "couche_b")]
    return [list(row) for row in zip(*places, *counts, strict=True)]


def list_actors(communes, acteurs, mairies=None):
    """Return the actors as columns, each with its place: its own point, else the mairie of its commune, else none.

    Where the rows of `communes` are EPCI, `mairies` (index code_insee, mairie_lon, mairie_lat) holds the communes and the
    column `lieu_id` of the actors their EPCI. A mobile service has no place: it is listed, never drawn as a fixed point. A
    category that fills half of the communes (mairies) starts hidden, so that the others can be seen.
    """
    acteurs = acteurs.reset_index(drop=True)
    lon, lat, place = place_actors(communes if mairies is None else mairies, acteurs)
    commune = communes.index.get_indexer(take_column(acteurs, "code_insee" if mairies is None else "lieu_id"))
    # The name of a commune of the map is written once, with the commune.
    named = (commune >= 0) & (mairies is None)
    source, sources = pd.factorize(fill_text(take_column(acteurs, "source"), ""), sort=True)
    pairs = pd.DataFrame({
        "rubrique": fill_text(take_column(acteurs, "rubrique_libelle"), UNSAID),
        "categorie": fill_text(take_column(acteurs, "categorie_libelle"), fill_text(take_column(acteurs, "categorie"), UNSAID)),
    })  # fmt: skip
    # As a French index: É with E.
    groups = pairs.value_counts(sort=False).sort_index().sort_index(key=lambda level: level.map(normalize_label), kind="stable")
    category = pd.MultiIndex.from_frame(pairs)
    crowded = (groups >= max(50, len(communes) / 2)).to_numpy()
    return {
        "nom": acteurs["nom"].astype(str).tolist(),
        "categorie": groups.index.get_indexer(category).tolist(),
        "categories": [[*pair, bool(many)] for pair, many in zip(groups.index, crowded, strict=True)],
        "champ": acteurs["champ"].astype(str).tolist(),
        "commune": commune.tolist(),
        "lieu": fill_text(take_column(acteurs, "commune"), "").where(~named, "").tolist(),
        "lon": list_numbers(lon, 5),
        "lat": list_numbers(lat, 5),
        "place": place.tolist(),
        "mobile": list_flags(acteurs, "mobile"),
        "hors": list_flags(acteurs, "hors_territoire"),
        "themes": [list(themes) if isinstance(themes, tuple | list) else [] for themes in take_column(acteurs, "themes")],
        "source": source.tolist(),
        "sources": sources.tolist(),
    }


def place_actors(communes, acteurs):
    """Return lon, lat (degrees) and place (PLACES) of each actor: its own point, else the mairie, else none; mobile ones have none."""
    own = pd.DataFrame({"lon": take_column(acteurs, "lon"), "lat": take_column(acteurs, "lat")}).astype(float)
    town = communes.reindex(take_column(acteurs, "code_insee")).reindex(columns=["mairie_lon", "mairie_lat"])
    town = town.set_axis(["lon", "lat"], axis=1).reset_index(drop=True).astype(float)
    fixed = own.notna().all(axis=1)
    mobile = pd.Series(list_flags(acteurs, "mobile"), dtype=bool)
    place = np.select([mobile, fixed, town.notna().all(axis=1)], [PLACES["sans"], PLACES["point"], PLACES["mairie"]], 0)
    points = np.where(fixed.to_numpy()[:, None], own, town)
    points[place == PLACES["sans"]] = np.nan
    return points[:, 0], points[:, 1], place


def list_links(acteurs, liens):
    """Return the links whose two actors are on the map at different points, and the number of those not drawn.

    `acteurs` is the answer of `list_actors` with the `acteur_id` column beside it, under "id".
    """
    ids = pd.Index(acteurs["id"])
    source, target = ids.get_indexer(take_column(liens, "source_id")), ids.get_indexer(take_column(liens, "cible_id"))
    placed = np.append(np.array(acteurs["place"], dtype=int) > 0, False)
    points = np.array([*zip(acteurs["lon"], acteurs["lat"], strict=True), (None, None)], dtype=object)
    drawn = placed[source] & placed[target] & (points[source] != points[target]).any(axis=1)
    types = fill_text(take_column(liens, "type_libelle"), fill_text(take_column(liens, "type"), UNSAID))
    numbers, labels = pd.factorize(types, sort=True)
    return {
        "types": labels.tolist(),
        "traits": np.column_stack([source, target, numbers])[drawn].tolist(),
        "nb": len(liens),
        "nb_non_traces": int((~drawn).sum()),
    }


def count_fictif(table):
    """Return how many rows of `table` say FICTIF in their source."""
    return int(fill_text(take_column(table, "source"), "").str.contains("FICTIF", case=False).sum())


def _number(table, key, label):
    keys, names = take_column(table, key), take_column(table, label)
    numbers, found = pd.factorize(keys, sort=True)
    labels = names.groupby(keys.to_numpy()).first().reindex(found)
    return numbers.tolist(), fill_text(labels, pd.Series(found, found)).tolist()


def describe_style():
    """Return the colours the page needs, taken from the one module of style."""
    from diagnostic.draw import style
    from diagnostic.draw.charter import find_charter

    return {
        "champs": [[code, style.CHAMP_LABELS[code], find_charter().champs[code]] for code in style.CHAMP_LABELS],
        # The grey of the palette would be read as "no unit".
        "unites": [colour for colour in style.UNIT_FILLS if colour != "#D9D9D9"],
        "manque": MISSING_COLOUR,
        "limites": style.LINE_COLOURS,
    }
