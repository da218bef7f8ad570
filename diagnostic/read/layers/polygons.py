"""Units known by their outlines only (GPKG, SHP, GeoJSON) -> the communes they hold, by surface, slivers set aside."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from diagnostic.errors import DiagnosticError
from diagnostic.read.formats.files import LARGEST_FILE
from diagnostic.read.formats.shape_layers import MOST_SHAPES, is_shape_file, list_shape_layers
from diagnostic.read.places.boundaries import find_projection_fault
from diagnostic.read.places.territories import DEGREES, ZONE_CRS, find_zone
from diagnostic.schema import ORIGIN_COLUMNS, join_problems, list_problems
from diagnostic.vocabulary import normalize_label
from diagnostic.vocabulary.formats import count_words

POLYGON_FILES = {".gpkg", ".shp", ".geojson"}
WHOLE = 0.95  # share of a commune from which it is wholly in the unit, unless the sheet couches says otherwise
SLIVER = 0.01  # below this share an intersection is two drawings that disagree, not a shared commune
NOISE = 1e-6
# Share of an outline smaller than a commune from which it counts in one. Such outlines are generalised: drawn over, one shows a
# hundredth or two of itself in each neighbour, while one really across two communes has far more than a twentieth in both.
LEAST_OF_OUTLINE = 0.05
SAME = 0.75  # share of an outline in the one commune it covers from which it draws the commune, not the unit smaller than it
INSIDE = 0.95  # share of an outline inside the perimeter from which its unit has no commune outside
BETWEEN = (0.2, 0.8)  # outlines that part communes part some of them in this range; those that follow communes, none
COPIED = "le contour de l'unité est celui de la commune entière : sa vraie part est inconnue"
PAIR_COLUMNS = ["rang", "code_insee", "part_commune", "part_unite"]


def read_polygons(path, couche):
    """Return the outlines of a file with their attributes as text, fichier, feuille and ligne, and the problems.

    Lines count the outlines from 1. Self-crossing outlines are made valid and told; so are the surfaces kept of an
    outline mixed with lines or points; what is empty or no surface is set aside and told.

    Raises
    ------
    DiagnosticError
        As `load_outlines`; projection unknown or false.
    """
    drawn = load_outlines(path, couche)
    fault = find_projection_fault(drawn)
    if fault:
        told = "" if drawn.crs is None else f" (projection écrite : {drawn.crs.name})"
        raise _refuse(fault[1], Path(path), fault[2], told)
    return clean_outlines(drawn)


def load_outlines(path, couche):
    """Return the outlines of a file as they are drawn, their attributes as text, with fichier, feuille and ligne.

    Raises
    ------
    DiagnosticError
        File missing, unreadable, empty, too large, of another kind, or of several layers none of which is named `couche`.
    """
    path = Path(path)
    layer = _choose_layer(path, couche)
    try:
        drawn = gpd.read_file(path, layer=layer, max_features=MOST_SHAPES + 1)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, OSError):
        raise _refuse("Ce fichier de contours est illisible.", path) from None
    if "geometry" not in drawn or not len(drawn):
        raise _refuse("Ce fichier ne contient aucun contour.", path, "vérifiez l'export, puis redonnez le fichier")
    if len(drawn) > MOST_SHAPES:
        raise _refuse("Ce fichier a trop de contours.", path, "gardez votre seul territoire, et réexportez")
    texts = drawn.drop(columns="geometry").astype("str").fillna("").apply(lambda cells: cells.str.strip())
    drawn = gpd.GeoDataFrame(texts, geometry=drawn.geometry.force_2d().array, crs=drawn.crs)
    return drawn.assign(fichier=f"ressorts/{path.name}", feuille=layer, ligne=np.arange(1, len(drawn) + 1))


def _refuse(quoi, path, a_faire="donnez un fichier GPKG, SHP ou GeoJSON", detail=""):
    return DiagnosticError(quoi, f"ressorts/{path.name}{detail}", a_faire)


def _choose_layer(path, couche):
    if not path.is_file():
        raise _refuse("Fichier de contours introuvable.", path, "vérifiez le nom dans la feuille couches, colonne fichier_couche")
    if path.stat().st_size > LARGEST_FILE:
        what = f"Ce fichier de contours dépasse {LARGEST_FILE // 1_000_000} Mo."
        raise _refuse(what, path, "gardez votre seul territoire, et réexportez")
    if not is_shape_file(path):
        raise _refuse("Ce fichier n'est pas un fichier de contours.", path)
    try:
        layers = [name for name, _ in list_shape_layers(path)[0]]
    except pyogrio.errors.DataSourceError:
        raise _refuse("Ce fichier de contours est illisible.", path) from None
    named = [name for name in layers if normalize_label(name) == normalize_label(couche)]
    if len(layers) == 1 or named:
        return (named or layers)[0]
    told = f" (couches lues : {', '.join(layers) or 'aucune'})"
    raise _refuse(f"Plusieurs couches, aucune ne s'appelle « {couche} ».", path, "gardez une seule couche dans le fichier", told)


def judge_outlines(drawn):
    """Return what each outline is, as drawn (DataFrame of booleans on the index of `drawn`).

    vide: no shape; illisible: a coordinate that is no number; sans_surface: points, lines, or flat; melange: surfaces
    with lines or points beside; croise: not valid (it crosses itself), and to be mended.
    """
    shapes = drawn.geometry.to_numpy()
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    points, owner = shapely.get_coordinates(shapes, return_index=True)  # the bounds of a shape pass over what is no number
    lost = np.isin(np.arange(len(shapes)), owner[~np.isfinite(points).all(axis=1)])
    parts, outline = _part(shapes)
    flat = shapely.get_dimensions(parts) < 2
    surface = np.isin(np.arange(len(shapes)), outline[~flat]) & ~empty & ~lost
    mixed = surface & np.isin(np.arange(len(shapes)), outline[flat])
    crossed = surface & ~shapely.is_valid(shapes)
    judged = {"vide": empty, "illisible": lost, "sans_surface": ~surface & ~empty & ~lost, "melange": mixed, "croise": crossed}
    return pd.DataFrame(judged, index=drawn.index)


def _part(shapes):
    """Return the simple parts of shapes, and the rank of the shape each is of: a collection may hold another."""
    parts, outline = shapely.get_parts(shapes, return_index=True)
    while (shapely.get_type_id(parts) > shapely.GeometryType.POLYGON).any():
        parts, inner = shapely.get_parts(parts, return_index=True)
        outline = outline[inner]
    return parts, outline


def clean_outlines(drawn):
    """Return the outlines that are surfaces, made valid, and what was repaired or set aside."""
    judged = judge_outlines(drawn)
    outlines = drawn.geometry.to_numpy().copy()
    mixed = judged["melange"].to_numpy()
    if mixed.any():
        parts, outline = _part(outlines[mixed])
        kept = shapely.get_dimensions(parts) == 2
        surfaces = gpd.GeoSeries(parts[kept]).groupby(outline[kept]).agg(lambda group: shapely.multipolygons(group.to_numpy()))
        outlines[mixed] = surfaces.to_numpy()
    crossed = judged["croise"].to_numpy() | (mixed & ~shapely.is_valid(outlines))
    outlines[crossed] = shapely.make_valid(outlines[crossed], method="structure", keep_collapsed=False)
    aside = judged["vide"] | judged["illisible"] | judged["sans_surface"] | (shapely.area(outlines) == 0)
    reasons = pd.Series("Contour sans surface : écarté.", index=drawn.index).mask(judged["vide"], "Contour vide : écarté.")
    reasons = reasons.mask(judged["illisible"], "Contour dont une coordonnée n'est pas un nombre : écarté.")
    told = list_problems("erreur", drawn[aside], reasons[aside], "dessinez l'unité, ou retirez la ligne", colonne="contour")
    fix = "rien, si la carte est juste ; sinon redessinez ce contour"
    mended = list_problems("information", drawn[judged["croise"] & ~aside], "Contour qui se croise : réparé.", fix, colonne="contour")
    message = "Contour mêlé de lignes ou de points : ses surfaces sont gardées, le reste est laissé."
    parted = list_problems("information", drawn[judged["melange"] & ~aside], message, fix, colonne="contour")
    drawn = drawn.set_geometry(gpd.GeoSeries(outlines, index=drawn.index, crs=drawn.crs))
    return drawn[~aside], join_problems(told, mended, parted)


def measure_shares(outlines, communes):
    """Return the shares of surface of every outline that meets a commune.

    Parameters
    ----------
    outlines : GeoSeries, any projection, unique index
    communes : GeoDataFrame, index code_insee; a commune without polygon is in no pair

    Returns
    -------
    DataFrame rang (index of `outlines`), code_insee, part_commune (share of the commune in the outline), part_unite
        (share of the outline in the commune). Surfaces are measured in the projection of each zone.
    """
    parts = [pd.DataFrame({name: [] for name in PAIR_COLUMNS}).astype({"rang": "int64", "code_insee": "str"})]
    zone = find_zone(communes.index.to_series())
    degrees = outlines.to_crs(DEGREES)
    for name, epsg in ZONE_CRS.items():
        here = communes.geometry[(zone == name) & communes.geometry.notna()]
        # Far from its zone a projection gives infinite figures, and projecting costs: only what may meet is projected.
        boxes = shapely.box(*degrees.bounds.to_numpy().T)
        unit, place = shapely.STRtree(here.to_numpy()).query(boxes)
        if len(unit):
            near, met = outlines.iloc[np.unique(unit)], here.iloc[np.unique(place)]
            parts.append(_cross(near.to_crs(epsg), met.to_crs(epsg)))
    return pd.concat(parts, ignore_index=True)


def _cross(outlines, communes):
    units, places = _make_valid(outlines), _make_valid(communes)
    unit, place = shapely.STRtree(places).query(units, predicate="intersects")
    shapely.prepare(units)
    inside = shapely.covers(units[unit], places[place])
    common = shapely.area(places)[place]
    common[~inside] = shapely.area(shapely.intersection(units[unit][~inside], places[place][~inside]))
    # A shared border is no surface, nor what projections leave between two drawings of one border.
    met = (common / shapely.area(places)[place] > NOISE) | (common / shapely.area(units)[unit] > NOISE)
    unit, place, common = unit[met], place[met], common[met]
    shares = common / shapely.area(places)[place], common / shapely.area(units)[unit]
    return pd.DataFrame(dict(zip(PAIR_COLUMNS, (outlines.index[unit], communes.index[place].astype("str"), *shares), strict=True)))


def _make_valid(shapes):
    shapes = shapes.to_numpy().copy()
    wrong = ~shapely.is_valid(shapes)
    shapes[wrong] = shapely.make_valid(shapes[wrong], method="structure", keep_collapsed=False)
    return shapes


def assign_polygons(units, communes, couche):
    """Attribute communes to units drawn by outlines.

    Parameters
    ----------
    units : GeoDataFrame with unite_id, unite_nom and ORIGIN_COLUMNS, one row an outline
    communes : GeoDataFrame of the perimeter, index code_insee, with nom
    couche : Series, the row of `couches` (its name is the layer's): exclusive, infra_communale, seuil_surface, maybe
        seuil_eclat and nature (that circles part communes is told of none)

    Returns
    -------
    rows : DataFrame, table `ressorts` plus methode and nb_communes_hors (0 when 95 % of the outline is inside the perimeter, else 1:
        one at least; missing where communes of the perimeter have no outline), one row a unit and commune
    problemes : DataFrame

    Notes
    -----
    A commune is wholly in a unit that holds `seuil_surface` of it (0.95). Below, the share of surface is the part
    (methode `surface`), and under `seuil_eclat` (0.01) it is a sliver, listed and set aside; there is no majority. A unit smaller than
    its commune (infra_communale, or drawn inside one commune) belongs to it with a part that is not known, for people
    are not spread by surface; what is under that share of such a unit, or beside the commune that holds `seuil_surface` of
    it, is a sliver. In a layer infra_communale an outline that holds no commune whole counts where it has 5 % of itself, and
    one that is a whole commune, and nothing else, leaves its part unknown. In an exclusive layer what a unit shows of a
    commune wholly in another is a sliver too.
    """
    drawn = join_outlines(units)
    pairs = measure_shares(drawn.geometry, communes)
    pairs = classify_pairs(pairs, couche)
    kept = pairs[~pairs["eclat"]]
    hors = _find_outside(pairs, communes)
    rows = drawn.drop(columns="geometry").loc[kept["rang"]].reset_index(drop=True)
    part = kept["part_commune"].where(~kept["dedans"]).mask(kept["entiere"], 1.0)
    rows = rows.assign(
        couche=couche.name, code_insee=kept["code_insee"].to_numpy(), part_population=part.to_numpy(),
        infra=(~kept["entiere"]).to_numpy(), methode=np.where(kept["entiere"], "polygone", "surface"),
        nb_communes_hors=kept["rang"].map(hors).to_numpy(),
    )  # fmt: skip
    return pd.DataFrame(rows), _tell_pairs(drawn, pairs, communes, couche)


def join_outlines(units):
    """Return one outline a unit, on a new index: the outlines of one unite_id are joined."""
    return (units.dissolve("unite_id", sort=False) if units["unite_id"].duplicated().any() else units.set_index("unite_id")).reset_index()


def find_thresholds(couche):
    """Return the share from which a commune is wholly in a unit, and the one under which it shows nothing but the drawing."""
    whole, floor = couche.get("seuil_surface"), couche.get("seuil_eclat")
    return WHOLE if pd.isna(whole) else float(whole), SLIVER if pd.isna(floor) else float(floor)


def _find_outside(pairs, communes):
    """Return, for each outline that meets the perimeter, 0 when it is all inside, else 1, missing when a commune is not drawn."""
    inside = pairs.groupby("rang")["part_unite"].sum() >= INSIDE
    out = np.nan if communes.geometry.isna().any() else 1.0
    return inside.map({True: 0.0, False: out}).astype(float)


def find_traced(pairs, couche):
    """Return the codes of the communes that only the drawing parts, in a layer whose outlines follow communes; none elsewhere.

    Outlines follow communes when they hold some whole and part none between 20 % and 80 %.

    Parameters
    ----------
    pairs : DataFrame, `classify_pairs`
    couche : Series, the row of `couches`; infra_communale, or drawn as circles, a layer parts communes by nature
    """
    shared = pairs[~pairs["eclat"] & ~pairs["entiere"] & ~pairs["dedans"]]
    follows = pairs["entiere"].any() and not shared["part_commune"].between(*BETWEEN).any()
    by_nature = couche["infra_communale"] or couche.get("nature") == "points"
    return sorted(shared["code_insee"].unique()) if follows and not by_nature else []


def classify_pairs(pairs, couche):
    """Return `pairs` with entiere, dedans (the unit is smaller than the commune), copie (drawn as its commune) and eclat (set aside)."""
    threshold, floor = find_thresholds(couche)
    whole = pairs["part_commune"] >= threshold
    alone = whole.groupby(pairs["rang"]).transform("sum") == 1
    copied = whole & alone & (pairs["part_unite"] >= SAME) & bool(couche["infra_communale"])
    whole &= ~copied
    best = pairs.groupby("rang")["part_unite"].transform("max")
    home = best.ge(threshold)
    wide = whole.groupby(pairs["rang"]).transform("any")
    within = bool(couche["infra_communale"]) | (home & ~wide)
    small = pairs["part_commune"] < floor
    beside = home & (pairs["part_unite"] < best)
    shown = (pairs["part_unite"] < floor) & small | beside
    shown = shown.mask(~wide & bool(couche["infra_communale"]), pairs["part_unite"] < LEAST_OF_OUTLINE)
    sliver = ~whole & small.where(~within, shown)
    part = pairs["part_commune"]
    if couche["exclusive"]:
        sliver |= ~whole & ~within & whole.groupby(pairs["code_insee"]).transform("any")
        # Two neighbours drawn apart may overlap by a hair: the hair is not a hundredth of the commune.
        total = part.where(~sliver & ~within).groupby(pairs["code_insee"]).transform("sum")
        part = part.mask(total.between(1, 1 + SLIVER, inclusive="right") & ~whole, part / total)
    return pairs.assign(part_commune=part, entiere=whole, dedans=within & ~whole, copie=copied, eclat=sliver)


def _tell_pairs(drawn, pairs, communes, couche):
    """Tell, one row a unit: slivers set aside, communes shared out, units smaller than their commune, or drawn as it; and `find_traced`."""
    shared = pairs[~pairs["eclat"] & ~pairs["entiere"] & ~pairs["dedans"]]
    smaller = pairs[~pairs["eclat"] & pairs["dedans"]] if not couche["infra_communale"] else pairs.iloc[:0]
    undrawn = communes.index[communes.geometry.isna()]
    found = []
    for chosen, severity, message, fix in [
        (pairs[pairs["eclat"]], "information", "débord du contour écarté", "rien ; ou listez les communes à la main si un débord compte"),
        (shared, "attention", "commune partagée, la part est celle de la surface", "si la limite suit les communes, corrigez le contour"),
        (smaller, "information", "unité plus petite que la commune, part inconnue", "écrivez oui dans infra_communale (feuille couches)"),
        (pairs[pairs["copie"]], "attention", COPIED, "donnez un contour exact ; ou la part des habitants dans part_population (ressorts)"),
    ]:
        told = _write_shares(chosen, communes)
        rows = drawn.loc[told.index, [*ORIGIN_COLUMNS, "unite_id"]]
        messages = [f"Couche {couche.name}, « {unit} » : {message} : {told[rank]}." for rank, unit in rows["unite_id"].items()]
        found.append(list_problems(severity, rows, messages, fix, colonne="contour", valeur=rows["unite_id"]))
    traced = find_traced(pairs, couche)
    if traced:
        rows = drawn.head(1).assign(ligne=pd.NA)[ORIGIN_COLUMNS]
        message, fix = tell_traced(len(traced))
        found.append(list_problems("attention", rows, f"Couche {couche.name} : {message}", fix, colonne="contour"))
    if len(undrawn) and len(drawn):
        names = ", ".join(f"{communes.at[code, 'nom']} ({code})" for code in undrawn)
        rows = drawn.head(1).assign(ligne=pd.NA)[ORIGIN_COLUMNS]
        message = f"Couche {couche.name} : communes sans contour dans le logiciel, rattachées à aucune unité : {names}."
        found.append(list_problems("attention", rows, message, "listez-les dans la feuille ressorts"))
    return join_problems(*found)


def tell_traced(number):
    """Return in words what `find_traced` finds, and what to do."""
    only = "n'est dite partagée" if number == 1 else "ne sont dites partagées"
    message = (
        "ces contours suivent des communes entières (aucune commune n'est partagée entre 20 % et 80 %) ; "
        f"{count_words(number, 'commune')} {only} que par le tracé."
    )
    return message, "écrivez 0,8 dans seuil_surface et 0,2 dans seuil_eclat (feuille couches)"


def _write_shares(pairs, communes):
    """Return, for each unit, its communes with the share of their surface in words, the largest first."""
    pairs = pairs.sort_values(["rang", "part_commune", "code_insee"], ascending=[True, False, True])
    percent = (100 * pairs["part_commune"]).map("{:.2f}".format).astype("str").str.replace(".", ",")
    words = pairs["code_insee"].map(communes["nom"]) + " (" + pairs["code_insee"] + ") " + percent + " %"
    return words.groupby(pairs["rang"]).agg(" ; ".join)
