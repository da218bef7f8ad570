"""Small maps of the sheets of jurisdictions: SVG text, one map a territory and layer, no drawing library."""

from itertools import starmap

import numpy as np
import pandas as pd
import shapely

from diagnostic.draw.escape import escape_html
from diagnostic.draw.print_layers import colour_units
from diagnostic.draw.style import UNIT_FILLS, format_number
from diagnostic.draw.web_layers import METRES_PER_DEGREE, SIMPLIFY_TOLERANCE_M, simplify_together

# The view in units of the drawing: about a third of a pixel on a screen.
WIDTH, HEIGHT, FOOT = 1000, 880, 74
# A border of a departement is drawn ten times smaller than that of an EPCI: metres, and width of the view they begin at.
COARSE_TOLERANCE_M, COARSE_FROM_M = 400, 90_000
MAIN_FILL = "#E6EBEE"
MARK_FILLS = {"ecart": "url(#ecart)", "partage": "url(#partage)", "sans": "url(#sans)"}
# The grey is the main unit's.
FILLS = [fill for fill in UNIT_FILLS if fill != "#D9D9D9"]
LETTER, LINE = 21, 44  # width of a character and height of a line in the view
SCALES_KM = (1, 2, 5, 10, 20, 50, 100, 200, 500)
HATCHED_TYPES = ("epci", "autre")  # in a departement most communes are out of the main unit: a hatch would say nothing
MAX_UNITS = 40  # listed beside a map, and numbered on it
MAX_MAPPED = 150  # territories: beyond it (several regions) the page would weigh more than a browser opens
KEYS = ["territoire_id", "couche"]


def draw_territory_maps(communes, tables):
    """Draw one map a territory and layer where the layer has more than one unit in the territory.

    Areas are the communes with exactly the same units, so that a map of overlapping units says which ones overlap. Each area
    bears the `rang` of its units in `fiche_ressorts`. Communes outside the main unit of an EPCI are hatched. Nothing is drawn
    beyond `MAX_MAPPED` territories.

    Parameters
    ----------
    communes : GeoDataFrame, index code_insee
    tables : dict with fiche_ressorts, communes_minoritaires, appartenance, affectation, territoires

    Returns
    -------
    grounds : list of paths: the borders of the communes of a territory, drawn once and used by all its maps
    maps : dict of (territoire_id, couche) -> dict: svg (str, whose `<use>` points to the ground by its rank in the list), fills
        (dict of rang -> colour), marks (set: ecart, partage, sans), the hatches that are on the map
    """
    fiche = tables["fiche_ressorts"].dropna(subset="unite_id")
    fiche = fiche[fiche.groupby(KEYS)["unite_id"].transform("size") > 1]
    drawn = np.flatnonzero(~(shapely.is_missing(communes.geometry) | shapely.is_empty(communes.geometry)))
    if fiche.empty or not len(drawn) or len(tables["territoires"]) > MAX_MAPPED:
        return [], {}
    fine = flatten_shapes(communes.geometry.to_numpy()[drawn])
    coarse = shapely.coverage_simplify(fine, COARSE_TOLERANCE_M)
    codes = communes.index[drawn]
    members = place_rows(tables["appartenance"], codes)
    members = {key: np.unique(rows) for key, rows in members.groupby("territoire_id")["place"]}
    types = tables["territoires"]["type"]
    odd = place_rows(tables["communes_minoritaires"], codes)
    odd = odd[odd["territoire_id"].map(types).isin(HATCHED_TYPES)]
    odd = {key: np.unique(rows) for key, rows in odd.groupby(KEYS)["place"]}
    main = set(fiche.loc[fiche["principale"].astype(bool), KEYS].itertuples(index=False, name=None))
    areas = place_rows(list_areas(tables["affectation"], tables["appartenance"], fiche), codes)
    grounds, maps, views = [], {}, {}
    for key, rows in areas.groupby(KEYS):
        if key[0] not in views:
            held = members[key[0]]
            shapes = coarse if measure_width(fine[held]) > COARSE_FROM_M else fine
            views[key[0]] = (shapes, held, frame_view(shapes[held]), len(grounds))
            grounds.append(write_path(shapes[held], views[key[0]][2]))
        columns = {name: rows[name].to_numpy() for name in ("place", "rangs", "principal")} | {"pale": key in main}
        maps[key] = draw_map(columns, odd.get(key, np.array([], dtype=int)), *views[key[0]])
    return grounds, maps


def place_rows(rows, codes):
    """Return `rows` with `place`, the position of their commune in `codes`; those without outline are left."""
    rows = rows.assign(place=codes.get_indexer(rows["code_insee"]))
    return rows[rows["place"] >= 0]


def measure_width(shapes):
    """Return the longer side of the box of `shapes`."""
    bounds = shapely.bounds(shapes)
    return float((bounds[:, 2:].max(axis=0) - bounds[:, :2].min(axis=0)).max())


def flatten_shapes(shapes):
    """Return shapes in degrees simplified together, in metres: a plain scaling, true enough on the page of one territory."""
    latitude = np.radians(shapely.get_y(shapely.centroid(shapes)).mean())
    scale = METRES_PER_DEGREE * np.array([np.cos(latitude), 1.0])
    return shapely.transform(simplify_together(shapes, SIMPLIFY_TOLERANCE_M), lambda xy: xy * scale)


def list_areas(affectation, appartenance, fiche):
    """Return one row a territory, layer and commune that has a unit: `rangs`, those of its units joined by « + », the main one first.

    `principal` is the rang of the unit that holds the largest part of the commune (the smallest rang when equal or unknown).
    """
    units = affectation[["code_insee", "couche", "unite_id", "part"]].drop_duplicates(["code_insee", "couche", "unite_id"])
    rows = fiche[[*KEYS, "unite_id", "rang"]].merge(units, on=["couche", "unite_id"])
    rows = rows.merge(appartenance[["code_insee", "territoire_id"]].drop_duplicates(), on=["code_insee", "territoire_id"])
    rows = rows.assign(rang=rows["rang"].astype(int)).sort_values([*KEYS, "code_insee", "rang"], ignore_index=True)
    keys = [*KEYS, "code_insee"]
    texts = rows["rang"].astype(str)
    many = rows.duplicated(keys, keep=False)
    joined = texts[many].groupby([rows.loc[many, key] for key in keys]).agg(" + ".join).rename("rangs")
    main = rows.sort_values([*keys, "part", "rang"], ascending=[True, True, True, False, True], na_position="last")
    main = main.drop_duplicates(keys).rename(columns={"rang": "principal"})[[*keys, "principal"]]
    main = main.join(joined, on=keys)
    return main.assign(rangs=main["rangs"].fillna(main["principal"].astype(str)))


def frame_view(shapes):
    """Return the view that holds `shapes`: left and top in metres, units of the drawing a metre, width and height."""
    x0, y0 = shapely.bounds(shapes)[:, :2].min(axis=0)
    x1, y1 = shapely.bounds(shapes)[:, 2:].max(axis=0)
    margin = 0.015 * max(x1 - x0, y1 - y0)
    x0, y0, x1, y1 = x0 - margin, y0 - margin, x1 + margin, y1 + margin
    scale = min(WIDTH / (x1 - x0), HEIGHT / (y1 - y0))
    return {"left": x0, "top": y1, "scale": scale, "width": round((x1 - x0) * scale), "height": round((y1 - y0) * scale)}


def write_path(shapes, view):
    """Return the outlines of `shapes` as one SVG path of whole relative steps; fill it by the even-odd rule."""
    rings = shapely.get_rings(shapely.get_parts(shapes))
    vertices, ring = shapely.get_coordinates(rings, return_index=True)
    grid = np.rint((vertices - [view["left"], view["top"]]) * [view["scale"], -view["scale"]]).astype(int)
    first = np.diff(ring, prepend=-1) != 0
    steps = np.where(first[:, None], grid, np.diff(grid, axis=0, prepend=0))
    kept = first | steps.any(axis=1)
    steps, starts = steps[kept], np.flatnonzero(first[kept])
    # A closed ring of fewer than four vertices has collapsed on the grid.
    return "".join(starmap(write_ring, [(part[0], part[1:]) for part in np.split(steps, starts[1:]) if len(part) >= 4]))


def write_ring(start, steps):
    """Return « M12 5l3-4 5 6z »: a minus sign needs no space before it."""
    return f"M{start[0]} {start[1]}l{' '.join(map(str, steps[:-1].ravel().tolist()))}z".replace(" -", "-")


def draw_map(rows, odd, shapes, held, view, ground):
    """Return the map of one layer in one territory (svg, fills, marks); see `draw_territory_maps`.

    Parameters
    ----------
    rows : dict of arrays: place (in `shapes`), rangs, principal; pale (bool), whether rang 1 is the main unit
    odd, held : arrays of places: the communes to hatch, those of the territory
    """
    names, first, area = np.unique(rows["rangs"], return_index=True, return_inverse=True)
    order = np.argsort(area, kind="stable")
    merged = [shapely.coverage_union_all(shapes[part]) for part in np.split(rows["place"][order], np.cumsum(np.bincount(area))[:-1])]
    areas = {"rangs": names, "principal": rows["principal"][first], "forme": np.array(merged, dtype=object)}
    fills = pick_fills(areas, pale=rows["pale"])
    paths = [
        f'<path d="{write_path([shape], view)}" fill="{fills[rank]}"/>'
        for shape, rank in zip(merged, areas["principal"].tolist(), strict=True)
    ]
    shared = np.array(["+" in name for name in names])[area]
    places = {"sans": np.setdiff1d(held, rows["place"]), "partage": rows["place"][shared], "ecart": odd}
    hatches = {
        name: f'<path d="{write_path([shapely.coverage_union_all(shapes[at])], view)}" fill="{MARK_FILLS[name]}"/>'
        for name, at in places.items()
        if len(at)
    }
    over = "".join(hatch for name, hatch in hatches.items() if name != "sans")
    svg = (
        f'<svg class="carte" viewBox="0 0 {view["width"]} {view["height"] + FOOT}" aria-hidden="true" focusable="false">'
        f'{hatches.get("sans", "")}<g class="unites">{"".join(paths)}</g><use href="#fond{ground}" class="communes"/>'
        f'<g class="motif">{over}</g>{write_numbers(areas, view)}{write_scale(view)}</svg>'
    )
    return {"svg": svg, "fills": fills, "marks": set(hatches)}


def pick_fills(areas, *, pale):
    """Return {rang: colour}: the main unit pale when there is one, then a colour a unit; beyond the palette, neighbours differ.

    Units that are not listed beside the map are white.
    """
    shapes = dict(zip(areas["principal"].tolist(), areas["forme"], strict=True))
    main = {1: MAIN_FILL} if pale else {}
    listed = sorted(rank for rank in shapes if rank <= MAX_UNITS and rank not in main)
    others = dict.fromkeys([rank for rank in shapes if rank > MAX_UNITS], "#FFFFFF")
    if len(listed) <= len(FILLS):
        return main | dict(zip(listed, FILLS, strict=False)) | others
    return main | colour_units(pd.Series({rank: shapes[rank] for rank in listed}, dtype="object")) | others


def write_numbers(areas, view):
    """Return the rang of each area as text inside its largest part, large areas first, none over another."""
    parts, owner = shapely.get_parts(areas["forme"], return_index=True)
    sizes = shapely.area(parts)
    order = np.argsort(-sizes, kind="stable")
    order = order[np.unique(owner[order], return_index=True)[1]]
    order = order[np.argsort(-sizes[order], kind="stable")]
    circles = shapely.maximum_inscribed_circle(parts[order], tolerance=20 / view["scale"])
    centres = shapely.get_coordinates(shapely.get_point(circles, 0))
    places = (centres - [view["left"], view["top"]]) * [view["scale"], -view["scale"]]
    boxes, texts = np.empty((0, 4)), []
    for (x, y), words, rank in zip(places, areas["rangs"][owner[order]], areas["principal"][owner[order]], strict=True):
        words = words if words.count("+") < 3 else " + ".join([*words.split(" + ")[:2], "…"])
        half = len(words) * LETTER / 2
        box = np.array([x - half, y - LINE / 2, x + half, y + LINE / 2])
        if rank <= MAX_UNITS and not ((box[:2] < boxes[:, 2:]).all(axis=1) & (box[2:] > boxes[:, :2]).all(axis=1)).any():
            boxes = np.vstack([boxes, box])
            texts.append(f'<text x="{x:.0f}" y="{y + 13:.0f}">{escape_html(words)}</text>')
    return f'<g class="numeros">{"".join(texts)}</g>'


def write_scale(view):
    """Return a bar of kilometres at the foot of the view, a third of it at most."""
    fitting = [km for km in SCALES_KM if km * 1000 * view["scale"] <= view["width"] / 3]
    km = fitting[-1] if fitting else SCALES_KM[0]
    y, length = view["height"] + 34, km * 1000 * view["scale"]
    bar = f'<path d="M6 {y - 12}v12h{length:.0f}v-12"/>'
    return f'<g class="echelle">{bar}<text x="{length + 22:.0f}" y="{y + 4}">{format_number(km)} km</text></g>'
