"""What is wrong in a layer given as outlines, told before any figure: the drawing, overlaps and gaps, shares of communes."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from diagnostic.read.layers.doctor_lists import OK, SEE, STOP, VOID, write_check, write_numbers
from diagnostic.read.layers.polygons import classify_pairs, find_thresholds, find_traced, judge_outlines, tell_traced
from diagnostic.read.places.boundaries import find_projection_fault
from diagnostic.read.places.territories import DEGREES
from diagnostic.vocabulary.formats import count_words, format_number

EQUAL_AREA = 6933  # surfaces are true anywhere, overseas too
HECTARE = 0.01  # km2 under which an overlap or a gap is a matter of drawing: counted, not listed one by one
CLASSES = {
    "part_entiere": (0.95, np.inf), "part_forte": (0.5, 0.95), "part_moyenne": (0.05, 0.5), "part_faible": (0.01, 0.05),
    "eclats": (0.0, 0.01),
}  # fmt: skip
KINDS = {0: "point", 1: "ligne", 2: "ligne", 4: "points", 5: "lignes", 7: "ensemble"}


def check_drawing(drawn):
    """Return the checks of the outlines as they are drawn (`load_outlines`): projection, empty, crossed, mixed, no surface.

    Nothing is repaired here; the point where an outline crosses itself is in the projection of the file.
    """
    judged = judge_outlines(drawn)
    line = "ligne " + drawn["ligne"].astype("str")
    total = len(drawn)
    shapes = drawn.geometry.to_numpy()
    void, crossed, flat, mixed = (judged[name].to_numpy() for name in ("vide", "croise", "sans_surface", "melange"))
    void = void | judged["illisible"].to_numpy()
    why = line[void] + judged.loc[void, "illisible"].map({True: " : une coordonnée n'est pas un nombre", False: " : vide"}).astype("str")
    cross = line[crossed] + " : " + pd.Series([_explain(text) for text in shapely.is_valid_reason(shapes[crossed])], line[crossed].index)
    kind = pd.Series(shapely.get_type_id(shapes[flat]), line[flat].index).map(KINDS).astype("str").fillna("surface plate")
    kinds = line[flat] + " : " + kind
    aside = "dessinez ces unités, ou retirez ces lignes ; elles sont écartées"
    several = "contours mêlés de lignes ou de points"
    return [
        *_check_projection(drawn),
        write_check("contours_vides", _count(void, total, "contour vide", "contours vides"), items=why, sur=total, a_faire=aside),
        write_check("contours_croises", _count(crossed, total, "contour qui se croise", "contours qui se croisent"), items=cross,
                    sur=total, a_faire="rien, si la carte est juste (ils sont réparés) ; sinon redessinez-les"),
        write_check("types_de_contours", _count(flat, total, "contour sans surface", "contours sans surface") + _tell_kinds(shapes),
                    items=kinds, sur=total, a_faire=aside),
        write_check("contours_melanges", _count(mixed, total, "contour mêlé de lignes ou de points", several),
                    items=line[mixed], sur=total, a_faire="rien, si la carte est juste : les surfaces sont gardées, le reste est laissé"),
    ]  # fmt: skip


def _count(mask, total, one, many):
    return f"{count_words(int(mask.sum()), one, many)}, sur {format_number(total)}."


def _tell_kinds(shapes):
    """Return, where a file mixes kinds of shapes, how many of each."""
    here = shapes[~shapely.is_missing(shapes)]
    names = pd.Series(shapely.get_type_id(here)).map({3: "polygone", 6: "multipolygone", **KINDS}).fillna("autre").value_counts()
    return "" if len(names) < 2 else f" Dans ce fichier : {', '.join(f'{name} {format_number(n)}' for name, n in names.items())}."


_REASONS = {
    "Self-intersection": "se croise", "Ring Self-intersection": "se touche lui-même", "Duplicate Rings": "un anneau répété",
    "Hole lies outside shell": "un trou est hors du contour", "Nested holes": "un trou dans un trou",
    "Nested shells": "une partie dans une autre", "Interior is disconnected": "l'intérieur est coupé en deux",
    "Too few points in geometry component": "trop peu de points",
}  # fmt: skip


def _explain(text):
    """Return in French where and why an outline is not valid, from « Self-intersection[750500 6450500] »."""
    reason, _, place = text.rstrip("]").partition("[")
    told = _REASONS.get(reason, "contour non valide")
    return f"{told} au point {' ; '.join(place.split())}" if place else told


def _check_projection(drawn):
    fault = find_projection_fault(drawn)
    unknown = fault is not None and fault[0] == "inconnue"
    name = "inconnue" if unknown else drawn.crs.name
    first = write_check(
        "projection", "Projection inconnue : les contours ne peuvent pas être placés." if unknown else f"Projection écrite : {name}.",
        nombre=int(unknown), sur=1, resultat=STOP if unknown else OK, a_faire=fault[2] if unknown else "rien",
    )  # fmt: skip
    false = fault is not None and not unknown
    bounds = drawn.bounds.to_numpy()
    bounds = bounds[np.isfinite(bounds).all(axis=1)]
    west, south, east, north = map(_write, (*bounds[:, :2].min(axis=0, initial=np.inf), *bounds[:, 2:].max(axis=0, initial=-np.inf)))
    where = f" (x de {west} à {east}, y de {south} à {north})" if len(bounds) else ""
    if unknown:
        message = f"À vérifier une fois la projection connue{where}."
        return [first, write_check("coordonnees", message, nombre=0, sur=1, resultat=VOID)]
    message = f"{fault[1].rstrip('.')}{where}." if false else f"Les coordonnées sont bien celles de cette projection{where}."
    resultat = STOP if false else OK
    return [first, write_check("coordonnees", message, nombre=int(false), sur=1, resultat=resultat, a_faire=fault[2] if false else "rien")]


def _write(value):
    return format_number(value, 3 if abs(value) <= 180 else 0)


def check_outlines(units, pairs, communes, couche):
    """Return the checks of clean outlines: those that reach no commune, that overlap, that leave gaps, and the shares by class.

    Parameters
    ----------
    units : GeoDataFrame, `clean_outlines`, with unite_id, unite_nom and ligne; two outlines of one unit are one unit
    pairs : DataFrame, `measure_shares` of the units on their index: rang, code_insee, part_commune, part_unite;
        None where a list gives the communes
    communes : GeoDataFrame of the perimeter, index code_insee, with nom
    couche : Series, the row of `couches`
    """
    drawn = [_check_overlaps(units, couche), _check_gaps(units, communes, couche)]
    if pairs is None:
        return drawn
    away = units[~units.index.isin(pairs["rang"])]
    items = "ligne " + away["ligne"].astype("str") + " : " + away["unite_id"]
    number = f"{count_words(len(away), 'contour')} sur {format_number(len(units))}"
    message = f"{number} hors du territoire étudié : sans effet sur les chiffres."
    away = write_check("contours_ailleurs", message, items=items, sur=len(units), resultat=OK)
    return [away, *drawn, *check_shares(units, pairs, communes, couche)]


def guess_swapped(units, communes):
    """Return whether outlines in degrees that miss the territory would meet it with latitude and longitude exchanged."""
    if not units.crs.is_geographic or not len(units):
        return False
    west, south, east, north = units.total_bounds
    return shapely.box(south, west, north, east).intersects(shapely.box(*communes.total_bounds))


def _check_overlaps(units, couche):
    found = find_overlaps(units)
    large = found[found["surface_km2"] >= HECTARE]
    surface = write_numbers(large["surface_km2"], 2)
    items = "« " + large["unite_a"] + " » et « " + large["unite_b"] + " » : " + surface + " km²"
    thin = _tell_thin(len(found) - len(large))
    total = format_number(found["surface_km2"].sum(), 1)
    message = f"{count_words(len(large), 'paire')} d'unités se {'recouvre' if len(large) < 2 else 'recouvrent'}{thin}, {total} km² en tout."
    if not couche["exclusive"]:
        return write_check("superpositions", message + " La couche le permet.", items=items, sur=units["unite_id"].nunique(), resultat=OK)
    fix = "corrigez la limite commune, ou écrivez « non » dans exclusive si la couche se recouvre vraiment"
    return write_check("superpositions", message, items=items, sur=units["unite_id"].nunique(), a_faire=fix)


def _tell_thin(number):
    return f" (et {format_number(number)} de moins d'un hectare : deux tracés d'une même limite)" if number else ""


def find_overlaps(units):
    """Return the pairs of units whose outlines share a surface: unite_a, unite_b, surface_km2, the largest first."""
    shapes = units.geometry.to_numpy()
    names = units["unite_id"].astype("str").to_numpy()
    # A clean coverage has no overlap: on one, no pair is crossed.
    clean = shapely.coverage_is_valid(shapes)
    one, other = np.empty((2, 0), dtype=int) if clean else shapely.STRtree(shapes).query(shapes, predicate="intersects")
    kept = (one < other) & (names[one] != names[other])
    one, other = one[kept], other[kept]
    common = shapely.intersection(shapes[one], shapes[other])
    surface = _measure_km2(common, units.crs)
    swap = names[one] > names[other]
    first, second = np.where(swap, names[other], names[one]), np.where(swap, names[one], names[other])
    table = pd.DataFrame({"unite_a": first, "unite_b": second, "surface_km2": surface}).astype({"unite_a": "str", "unite_b": "str"})
    table = table[table["surface_km2"] > 0].groupby(["unite_a", "unite_b"], as_index=False)["surface_km2"].sum()
    return table.sort_values(["surface_km2", "unite_a", "unite_b"], ascending=[False, True, True], ignore_index=True)


def _measure_km2(shapes, crs):
    return gpd.GeoSeries(shapes, crs=crs).to_crs(EQUAL_AREA).area.to_numpy() / 1e6


def _check_gaps(units, communes, couche):
    gaps = find_gaps(units)
    large = gaps[gaps["surface_km2"] >= HECTARE]
    codes, within = communes.index[communes.geometry.notna()], communes.geometry[communes.geometry.notna()]
    hole, place = shapely.STRtree(within.to_numpy()).query(shapely.points(large["lon"], large["lat"]), predicate="within")
    labels = communes.loc[codes[place], "nom"] + " (" + codes[place] + ")"
    names = pd.Series(labels.to_numpy(), index=large.index[hole], dtype="str")
    names = names[~names.index.duplicated()].reindex(large.index).fillna("hors du territoire")
    told = [f"{_write(lat)} nord, {_write(lon)} est" for lat, lon in zip(large["lat"], large["lon"], strict=True)]
    surface = write_numbers(large["surface_km2"], 2)
    items = surface + " km², " + names + " : " + pd.Series(told, large.index, dtype="str")
    thin = _tell_thin(len(gaps) - len(large))
    message = f"{count_words(len(large), 'trou')} entre les unités{thin}."
    if not couche["complete"]:
        return write_check("trous", message + " Couche partielle : un trou peut être voulu.", items=items, sur=len(gaps), resultat=OK)
    fix = "dessinez l'unité qui manque, ou recalez les limites ; sinon écrivez « non » dans complete"
    return write_check("trous", message, items=items, sur=len(gaps), a_faire=fix)


def find_gaps(units):
    """Return the gaps that the outlines leave inside the layer: surface_km2, lon, lat of a point inside, the largest first.

    A gap open on the outside is no gap: it is told by the communes without unit.
    """
    shapes = units.geometry.to_numpy()
    joined = shapely.coverage_union_all(shapes) if shapely.coverage_is_valid(shapes) else shapely.union_all(shapes)
    parts = shapely.get_parts(joined)
    rings = np.array([], dtype=object) if not len(parts) else np.concatenate([shapely.get_rings(parts)[_is_inner(parts)]])
    holes = shapely.difference(shapely.polygons(rings), joined) if len(rings) else rings
    table = pd.DataFrame({"surface_km2": _measure_km2(holes, units.crs)})
    inside = gpd.GeoSeries(shapely.point_on_surface(holes), crs=units.crs).to_crs(DEGREES)
    table = table.assign(lon=inside.x.to_numpy(), lat=inside.y.to_numpy())
    return table[table["surface_km2"] > 0].sort_values("surface_km2", ascending=False, ignore_index=True)


def _is_inner(parts):
    """Return the mask of the rings that are holes: of each polygon, the first ring is its shell."""
    _, owner = shapely.get_rings(parts, return_index=True)
    return np.concatenate([[False], owner[1:] == owner[:-1]])


def check_shares(units, pairs, communes, couche):
    """Return one check a class of share of the communes' surface: whole, shared, slivers."""
    shared = not couche["infra_communale"]  # smaller than a commune, a unit holds a small share of it: no doubt there
    names = pairs["code_insee"].map(communes["nom"]) + " (" + pairs["code_insee"] + ")"
    said = names + " " + write_numbers(100 * pairs["part_commune"], 2) + " % dans « "
    said = said + pairs["rang"].map(units["unite_id"]).astype("str") + " »"
    floor = find_thresholds(couche)[1]
    lines = []
    for controle, chosen in class_shares(pairs).items():
        met = count_words(pairs.loc[chosen, "code_insee"].nunique(), "commune")
        message = f"{count_words(int(chosen.sum()), 'rattachement')} (commune et unité), pour {met}."
        order = pairs.loc[chosen].sort_values(["part_commune", "code_insee"], ascending=[False, True]).index
        doubtful = controle not in ("part_entiere", "eclats") and shared and chosen.any()
        if shared and CLASSES[controle][1] <= floor:
            message += f" Mis à part : sous le plancher de {format_number(100 * floor, 1)} %, c'est le tracé et non la commune."
        resultat = SEE if doubtful else OK
        lines.append(write_check(controle, message, items=said[order], sur=len(pairs), resultat=resultat, a_faire=_FIX[controle]))
    return [*lines, _check_traced(pairs, communes, couche)]


def _check_traced(pairs, communes, couche):
    """Return the check of outlines that follow whole communes, and part some by the drawing only."""
    codes = pd.Index(find_traced(classify_pairs(pairs, couche), couche), dtype="str")
    items = communes["nom"].reindex(codes) + " (" + codes + ")"
    message, fix = tell_traced(len(codes)) if len(codes) else ("Aucune commune n'est partagée par le seul tracé.", "rien")
    message = message[0].upper() + message[1:]
    return write_check("partages_par_le_trace", message, items=items, sur=pairs["code_insee"].nunique(), a_faire=fix)


_FIX = {
    "part_entiere": "rien", "eclats": "rien",
    "part_forte": "si la limite suit les communes, corrigez le contour ou listez les communes ; sinon rien, la part de surface est prise",
    "part_moyenne": "si la limite suit les communes, corrigez le contour ou listez les communes ; sinon rien, la part de surface est prise",
    "part_faible": "si ce sont des débords du tracé, écrivez 0,05 dans seuil_eclat (feuille couches) ; sinon rien",
}  # fmt: skip


def class_shares(pairs):
    """Return {class: mask of the pairs (commune, unit)} by the share of the commune's surface that the unit holds.

    >>> pairs = pd.DataFrame({"part_commune": [1.0, 0.95, 0.5, 0.049, 0.01, 0.009]})
    >>> {name: int(mask.sum()) for name, mask in class_shares(pairs).items()}
    {'part_entiere': 2, 'part_forte': 1, 'part_moyenne': 0, 'part_faible': 2, 'eclats': 1}
    """
    share = pairs["part_commune"]
    return {name: share.ge(least) & share.lt(most) for name, (least, most) in CLASSES.items()}
