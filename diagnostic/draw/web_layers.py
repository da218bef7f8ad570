"""Tables turned into the compact lists the web map reads: shapes once, then one number per commune and layer."""

import numpy as np
import pandas as pd
import shapely

from diagnostic.draw.style import MISSING_COLOUR, SEQUENTIAL, format_number
from diagnostic.vocabulary import normalize_label

# Metres: less than a screen shows at the scale of a departement. Borders stay common to both neighbours.
SIMPLIFY_TOLERANCE_M = 100
METRES_PER_DEGREE = 111_320
# Vertices are whole numbers of 1e-4 degree, about 10 m.
GRID = 10_000
COUNT_LAYERS = {
    "nb_unites": ("Mille-feuille : interlocuteurs", "nombre d'unités distinctes"),
    "nb_couches": ("Mille-feuille : couches présentes", "nombre de couches présentes"),
}
UNSAID = "Non précisé"
PLACES = {"sans": 0, "point": 1, "mairie": 2}


def encode_shapes(communes):
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
    rings, owner = _list_rings(simplify_together(shapes[drawn], SIMPLIFY_TOLERANCE_M))
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


def list_communes(communes):
    """Return the communes as columns: code, name, population, unit numbers of EPCI and departement, mairie, shapes."""
    epci, epci_names = _number(communes, "epci", "epci_nom")
    departement, departement_names = _number(communes, "departement", "departement_nom")
    return {
        "code": communes.index.tolist(),
        "nom": communes["nom"].astype(str).tolist(),
        "pop": _list_numbers(_column(communes, "population")),
        "lon": _list_numbers(_column(communes, "mairie_lon"), 4),
        "lat": _list_numbers(_column(communes, "mairie_lat"), 4),
        "epci": epci,
        "epcis": epci_names,
        "departement": departement,
        "departements": departement_names,
        "formes": encode_shapes(communes),
    }


def list_unit_layers(communes, couches, unites, affectation):
    """Return one record per layer of `couches`: label, units with their number of communes, units of each commune.

    The units of a commune are written as one number (its unit), -1 (no unit known), or a list of [unit, part] when
    it has several, or when its unit holds only a part of its population, or an unknown one (part is then null).
    """
    return [
        _describe_layer(communes, layer, unites[unites["couche"] == layer.Index], affectation[affectation["couche"] == layer.Index])
        for layer in couches.itertuples()
    ]  # fmt: skip


def _describe_layer(communes, layer, unites, affectation):
    rows = affectation[affectation["code_insee"].isin(communes.index)]
    names = unites.drop_duplicates("unite_id").set_index("unite_id")["unite_nom"]
    counts = rows.drop_duplicates(["unite_id", "code_insee"])["unite_id"].value_counts()
    units = pd.DataFrame({"nom": names.reindex(counts.index), "nombre": counts})
    units["nom"] = _fill_text(units["nom"], units.index.to_series())
    units = units.rename_axis("unite_id").reset_index().sort_values(["nom", "unite_id"], ignore_index=True)
    index = _index_communes(communes, units, rows)
    return {
        "couche": layer.Index,
        "libelle": _text(getattr(layer, "libelle", None), layer.Index),
        "millesime": _text(getattr(layer, "millesime", None)),
        "source": _text(getattr(layer, "source", None)),
        "unites": units[["nom", "nombre"]].to_numpy().tolist(),
        "index": index,
        "nb_plusieurs": sum(isinstance(entry, list) and len(entry) > 1 for entry in index),
        "nb_sans": index.count(-1),
    }


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
        index[position] = list(zip(entries["unite"].tolist(), _list_numbers(entries["part"], 3), strict=True))
    return index


def list_count_layers(communes, millefeuille):
    """Return the mille-feuille as layers of classes: one class a value up to six values, else six classes of rank."""
    millefeuille = millefeuille.reindex(communes.index)
    return [
        {"libelle": label, "mesure": measured} | _classify(millefeuille[column])
        for column, (label, measured) in COUNT_LAYERS.items()
        if column in millefeuille and millefeuille[column].notna().any()
    ]


def _classify(values):
    distinct = np.sort(values.dropna().unique())
    groups = np.array_split(distinct, min(len(SEQUENTIAL), len(distinct)))
    upper = np.array([group[-1] for group in groups])
    index = np.where(values.isna(), -1, np.searchsorted(upper, values.fillna(upper[0])))
    last = min(len(groups), len(SEQUENTIAL) - 1)
    shades = np.linspace(0, last, len(groups)).round().astype(int)
    classes = [
        [_label_class(group), SEQUENTIAL[shade], int((index == number).sum())]
        for number, (group, shade) in enumerate(zip(groups, shades, strict=True))
    ]
    return {"classes": classes, "index": index.tolist(), "valeurs": _list_numbers(values), "nb_sans": int(values.isna().sum())}  # fmt: skip


def _label_class(group):
    low, high = format_number(group[0]), format_number(group[-1])
    return low if low == high else f"{low} à {high}"


def list_actors(communes, acteurs):
    """Return the actors as columns, each with its place: its own point, else the mairie of its commune, else none.

    A mobile service has no place: it is listed, never drawn as a fixed point. A category that fills half of the
    communes (mairies) starts hidden, so that the others can be seen.
    """
    acteurs = acteurs.reset_index(drop=True)
    lon, lat, place = _place_actors(communes, acteurs)
    pairs = pd.DataFrame({
        "rubrique": _fill_text(_column(acteurs, "rubrique_libelle"), UNSAID),
        "categorie": _fill_text(_column(acteurs, "categorie_libelle"), _fill_text(_column(acteurs, "categorie"), UNSAID)),
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
        "commune": communes.index.get_indexer(_column(acteurs, "code_insee")).tolist(),
        "lieu": _fill_text(_column(acteurs, "commune"), "").tolist(),
        "lon": _list_numbers(lon, 5),
        "lat": _list_numbers(lat, 5),
        "place": place.tolist(),
        "mobile": _list_flags(acteurs, "mobile"),
        "hors": _list_flags(acteurs, "hors_territoire"),
        "themes": [list(themes) if isinstance(themes, tuple | list) else [] for themes in _column(acteurs, "themes")],
        "source": _fill_text(_column(acteurs, "source"), "").tolist(),
    }


def _place_actors(communes, acteurs):
    own = pd.DataFrame({"lon": _column(acteurs, "lon"), "lat": _column(acteurs, "lat")}).astype(float)
    town = communes.reindex(_column(acteurs, "code_insee")).reindex(columns=["mairie_lon", "mairie_lat"])
    town = town.set_axis(["lon", "lat"], axis=1).reset_index(drop=True).astype(float)
    fixed = own.notna().all(axis=1)
    mobile = pd.Series(_list_flags(acteurs, "mobile"), dtype=bool)
    place = np.select([mobile, fixed, town.notna().all(axis=1)], [PLACES["sans"], PLACES["point"], PLACES["mairie"]], 0)
    points = np.where(fixed.to_numpy()[:, None], own, town)
    points[place == PLACES["sans"]] = np.nan
    return points[:, 0], points[:, 1], place


def list_links(acteurs, liens):
    """Return the links whose two actors are on the map at different points, and the number of those not drawn.

    `acteurs` is the answer of `list_actors` with the `acteur_id` column beside it, under "id".
    """
    ids = pd.Index(acteurs["id"])
    source, target = ids.get_indexer(_column(liens, "source_id")), ids.get_indexer(_column(liens, "cible_id"))
    placed = np.append(np.array(acteurs["place"], dtype=int) > 0, False)
    points = np.array([*zip(acteurs["lon"], acteurs["lat"], strict=True), (None, None)], dtype=object)
    drawn = placed[source] & placed[target] & (points[source] != points[target]).any(axis=1)
    types = _fill_text(_column(liens, "type_libelle"), _fill_text(_column(liens, "type"), UNSAID))
    numbers, labels = pd.factorize(types, sort=True)
    return {
        "types": labels.tolist(),
        "traits": np.column_stack([source, target, numbers])[drawn].tolist(),
        "nb": len(liens),
        "nb_non_traces": int((~drawn).sum()),
    }


def count_fictif(table):
    """Return how many rows of `table` say FICTIF in their source."""
    return int(_fill_text(_column(table, "source"), "").str.contains("FICTIF", case=False).sum())


def _number(table, key, label):
    keys, names = _column(table, key), _column(table, label)
    numbers, found = pd.factorize(keys, sort=True)
    labels = names.groupby(keys.to_numpy()).first().reindex(found)
    return numbers.tolist(), _fill_text(labels, pd.Series(found, found)).tolist()


def _column(table, name):
    return table[name] if name in table else pd.Series(np.nan, index=table.index, dtype="object")


def _fill_text(texts, default):
    # Through object: a column wholly empty comes as numbers, and would refuse a text.
    texts = texts.astype("object")
    return texts.where(texts.notna(), default).astype(str)


def _list_flags(table, name):
    return _column(table, name).astype("boolean").fillna(False).astype(bool).tolist()


def _list_numbers(values, decimals=0):
    values = pd.to_numeric(pd.Series(values)).astype(float).round(decimals)
    if decimals == 0:
        return [None if value != value else int(value) for value in values]
    return [None if value != value else value for value in values]


def _text(value, default=""):
    return default if value is None or value != value else str(value)


def describe_style():
    """Return the colours the page needs, taken from the one module of style."""
    from diagnostic.draw import style

    return {
        "champs": [[code, style.CHAMP_LABELS[code], style.CHAMP_COLOURS[code]] for code in style.CHAMP_LABELS],
        # The grey of the palette would be read as "no unit".
        "unites": [colour for colour in style.UNIT_FILLS if colour != "#D9D9D9"],
        "manque": MISSING_COLOUR,
        "limites": style.LINE_COLOURS,
    }
