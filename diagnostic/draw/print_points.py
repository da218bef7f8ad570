"""Maps of places: the actors by champ, and how far each commune is from a service."""

import numpy as np
import pandas as pd

from diagnostic.draw import page
from diagnostic.draw.charter import find_charter
from diagnostic.draw.print_layers import number_units
from diagnostic.draw.print_map import draw_borders, fill_communes, name_epci, open_map, to_pixels
from diagnostic.draw.ressort_lines import draw_ressorts, list_ressorts
from diagnostic.draw.style import (
    CHAMP_LABELS,
    CHAMP_MARKERS,
    COLOURS,
    GROUND_COLOUR,
    MARKER_AREAS,
    MARKER_WIDTHS,
    NO_BREAK_SPACE,
    agree,
    format_number,
    pick_sequential,
)  # fmt: skip

SMALLEST_POINT, LARGEST_POINT, ONE_ACTOR = 2.2, 20.0, 5.5
CHAMP_WORDS = {
    "social": ("du champ social", "du champ social"),
    "developpement_local": ("du développement local", "du développement local"),
    "mixte": ("mixte", "mixtes"),
    "autre": ("autre", "autres"),
}
# Points of the page: symbols of several champs at one place never go further from it than half the symbol of one actor.
LARGEST_SHIFT = ONE_ACTOR / 2
# Distance classes, as multiples of the threshold the dossier sets.
CLASS_STEPS = (0.5, 1.0, 1.5, 2.0, 3.0)


def draw_actors(base, acteurs, *, mentions, ressorts=None, format_page="A4"):
    """Draw the actors: shape and colour by champ, surface by number at one place (map C5).

    Actors of several champs at one place stand around it, large symbols below small ones. Mobile services and actors
    without known place are counted in a note; actors of other territories are hollow when in the view.

    Parameters
    ----------
    base : Base
    acteurs : DataFrame with champ, x_m, y_m; mobile and hors_territoire when known
    mentions : dict, as for `draw_millefeuille`; `libelle` names the layer of `ressorts`
    ressorts : GeoDataFrame of `choose_ressorts`, optional: the units outlined under the actors
    """
    acteurs = sort_places(acteurs)
    shown = acteurs[acteurs["place"].isin(["dedans", "dehors"]) & in_view(acteurs, base)]
    title = mentions.get("titre") or tell_actors(shown) + ("" if ressorts is None else f" ; ressorts : {mentions['libelle']}")
    notes = tell_unshown(acteurs, len(acteurs) - len(shown))
    figure, axes, room = open_map(base, title, mentions, notes=notes, format_page=format_page)
    fill_communes(axes, base, pd.Series(GROUND_COLOUR, index=base.shapes.index))
    lines = draw_borders(axes, base)
    taken = None
    if ressorts is not None:
        draw_ressorts(axes, ressorts.geometry)
        taken = number_units(axes, ressorts)
    stacks = stack_points(shown, page.measure_point(axes))
    draw_stacks(axes, stacks)
    note = (
        "Un point est placé au lieu de l'acteur, à défaut à la mairie de sa commune ; plusieurs champs en un même lieu : "
        "symboles écartés pour être lisibles."
    )
    legends = [
        ("Acteurs par champ", list_champs(shown), note), ("Acteurs en un même lieu", list_sizes(stacks), None),
    ]  # fmt: skip
    if ressorts is not None:
        heading = f"{mentions['libelle']} : {agree(len(ressorts), 'unité')}, nombre de communes"
        legends.append((heading, list_ressorts(ressorts), None))
    names = name_epci(axes, base, points=spread_marks(axes, stacks), taken=taken)
    page.stack_legends(figure, [*legends, ("Limites", lines, None)], room, names)
    return figure


def sort_places(acteurs):
    """Return the actors with `place`: dedans, dehors (hors_territoire), mobile or inconnu."""
    flags = {
        name: acteurs[name].astype("boolean").fillna(False).astype(bool) if name in acteurs else pd.Series(False, acteurs.index)
        for name in ("mobile", "hors_territoire")
    }  # fmt: skip
    place = pd.Series("dedans", index=acteurs.index, dtype="object")
    place = place.mask(flags["hors_territoire"], "dehors")
    place = place.mask(acteurs["x_m"].isna() | acteurs["y_m"].isna(), "inconnu")
    return acteurs.assign(place=place.mask(flags["mobile"], "mobile"))


def in_view(places, base):
    """Return whether each row (x_m, y_m) lies in the view of the map."""
    x0, y0, x1, y1 = base.extent
    return places["x_m"].between(x0, x1) & places["y_m"].between(y0, y1)


def tell_actors(shown):
    """Return the title of the actors' map from its counts."""
    inside = shown[shown["place"].eq("dedans")]
    counts = inside["champ"].value_counts()
    parts = [
        f"{format_number(counts[champ])} {words[int(counts[champ] > 1)]}"
        for champ, words in CHAMP_WORDS.items()
        if champ in counts
    ]
    head = f"{agree(len(inside), 'acteur')} sur la carte"
    return f"{head} : {', '.join(parts)}" if parts else head


def tell_unshown(acteurs, unshown, noun="acteur"):
    """Return the footnote that counts the places not on the map, by reason, or nothing."""
    if not unshown:
        return []
    counts = acteurs["place"].value_counts()
    mobile, unknown = int(counts.get("mobile", 0)), int(counts.get("inconnu", 0))
    reasons = {"sans lieu connu": unknown, "en service itinérant": mobile, "hors du cadre": unshown - mobile - unknown}
    parts = [reason if n == unshown else f"{format_number(n)} {reason}" for reason, n in reasons.items() if n]
    return [f"Hors de la carte : {agree(unshown, noun)} ({', '.join(parts)})."]


def stack_points(shown, metre):
    """Return one row a place and champ: x, y (moved apart, by `LARGEST_SHIFT` at most), nombre, diametre and taille (points), champ, place.

    The surface of a mark is in proportion to its number of actors, whatever its shape: `diametre` is that of the
    circle, `taille` the size of the shape with the same surface. `metre` is the metres in one point of the page.
    """
    keys = ["x_m", "y_m", "place", "champ"]
    table = shown.groupby(keys, as_index=False, sort=True).size().rename(columns={"size": "nombre"})
    if table.empty:
        return table.assign(**{name: pd.Series(dtype=float) for name in ("x", "y", "diametre", "taille")})
    one = min(ONE_ACTOR, LARGEST_POINT / np.sqrt(table["nombre"].max()))
    table["diametre"] = np.maximum(SMALLEST_POINT, one * np.sqrt(table["nombre"]))
    markers = table["champ"].map(CHAMP_MARKERS)
    table["taille"] = table["diametre"] * np.sqrt(MARKER_AREAS["o"] / markers.map(MARKER_AREAS))
    table["largeur"] = table["taille"] * markers.map(MARKER_WIDTHS)
    spot = table.groupby(["x_m", "y_m"])["largeur"]
    centre = spot.cumsum() - table["largeur"] / 2 - spot.transform("sum") / 2
    furthest = centre.abs().groupby([table["x_m"], table["y_m"]]).transform("max")
    centre = centre * (LARGEST_SHIFT / furthest.clip(lower=LARGEST_SHIFT))
    return table.assign(x=table["x_m"] + centre * metre, y=table["y_m"])


def draw_stacks(axes, stacks):
    """Draw the points, large ones below small ones."""
    for (zorder, place, champ), rows in stacks.groupby([6 + 0.4 / stacks["nombre"], "place", "champ"], sort=True):
        hollow = place == "dehors"
        colour = find_charter().champs[champ]
        axes.scatter(
            rows["x"], rows["y"], s=rows["taille"] ** 2, marker=CHAMP_MARKERS[champ],
            facecolors="white" if hollow else colour, edgecolors=colour if hollow else "white",
            linewidths=1.0 if hollow else 0.4, zorder=zorder, gid=f"acteurs {place} {champ}",
        )  # fmt: skip


def spread_marks(axes, stacks):
    """Return points in pixels for each mark, its centre and eight on its edge: what a name would hide of it."""
    centres = to_pixels(axes, stacks["x"], stacks["y"])
    turns = np.linspace(0, 2 * np.pi, 8, endpoint=False)
    ring = np.vstack([[0.0, 0.0], np.column_stack([np.cos(turns), np.sin(turns)])])
    radius = stacks["diametre"].to_numpy() / 2 * axes.get_figure().dpi / 72
    return (centres[:, None, :] + ring[None, :, :] * radius[:, None, None]).reshape(-1, 2)


def list_champs(shown):
    """Return the legend entries of the champs and, hollow, of the actors of other territories."""
    handles = []
    for place, suffix in [("dedans", ""), ("dehors", " (hors du territoire)")]:
        counts = shown.loc[shown["place"].eq(place), "champ"].value_counts()
        for champ in CHAMP_LABELS:
            if champ in counts:
                label = f"{CHAMP_LABELS[champ]}{suffix} — {agree(counts[champ], 'acteur')}"
                marker, colour = CHAMP_MARKERS[champ], find_charter().champs[champ]
                handles.append(page.make_marker(marker, colour, label, hollow=place == "dehors"))
    return handles


def list_sizes(stacks):
    """Return the legend entries of the sizes: one actor, the largest number, one between; nothing when all are alone."""
    if stacks.empty or stacks["nombre"].max() == 1:
        return []
    most = int(stacks["nombre"].max())
    one = min(ONE_ACTOR, LARGEST_POINT / np.sqrt(most))
    numbers = sorted({1, max(2, round(most / 4)), most})
    return [
        page.make_marker("o", "#555555", agree(n, "acteur"), size=max(SMALLEST_POINT, one * np.sqrt(n)))
        for n in numbers
    ]


def draw_access(base, distances, sites, categorie, bilan, *, mentions, format_page="A4"):
    """Draw the straight-line distance from each commune to the nearest site of a category (map C6).

    Parameters
    ----------
    base : Base
    distances : Series, km, index code_insee
        NaN or absent is not known, and is hatched.
    sites : DataFrame with x_m, y_m; mobile and hors_territoire when known
        Sites of other territories are drawn, hollow, when they are in the view.
    categorie : str, as the reader reads it
    bilan : dict or row of `acces`: seuil_km, nb_communes_au_dela, population_au_dela (NaN: not known)
        What the title says; classes end at 0.5, 1, 1.5, 2 and 3 times `seuil_km`, upper bound included.
    """
    values = pd.Series(distances, dtype=float).reindex(base.communes.index)
    sites = sort_places(sites)
    shown = sites[sites["place"].isin(["dedans", "dehors"]) & in_view(sites, base)]
    title = mentions.get("titre") or tell_access(int(values.notna().sum()), categorie, bilan)
    notes = tell_unshown(sites, len(sites) - len(shown), "site")
    notes.append("Distances à vol d'oiseau depuis la mairie ; la route est plus longue, surtout en montagne.")
    figure, axes, room = open_map(base, title, mentions, notes=notes, format_page=format_page)
    classes = cut_distances(values, bilan["seuil_km"])
    colours = dict(zip(classes.cat.categories, pick_sequential(len(CLASS_STEPS) + 1), strict=True))
    fill_communes(axes, base, classes.astype("object").map(colours))
    lines = draw_borders(axes, base)
    handles = [page.make_patch(colour, tell_class(base, classes, label)) for label, colour in colours.items()]
    if values.isna().any():
        handles.append(page.make_missing_patch(f"Distance inconnue — {agree(int(values.isna().sum()), 'commune')}"))
    legends = [
        ("Distance au site le plus proche", handles, None), (categorie, draw_sites(axes, shown), None), ("Limites", lines, None)
    ]  # fmt: skip
    page.stack_legends(figure, legends, room, name_epci(axes, base, points=to_pixels(axes, shown["x_m"], shown["y_m"])))
    return figure


def cut_distances(values, seuil_km):
    """Return km as an ordered category of six classes; a distance equal to a bound is in the nearer class."""
    bounds = [seuil_km * step for step in CLASS_STEPS]
    words = [format_number(bound, 0 if bound == int(bound) else 1) for bound in bounds]
    labels = [f"{words[0]} km ou moins"]
    labels += [f"de {low} à {high} km" for low, high in zip(words[:-1], words[1:], strict=True)]
    labels.append(f"plus de {words[-1]} km")
    return pd.cut(values, [-np.inf, *bounds, np.inf], labels=labels)


def tell_class(base, classes, label):
    """Return a legend line: the class, its communes, their population when known."""
    members = classes.index[classes.eq(label)]
    population = base.communes["population"].reindex(members)
    inhabitants = f", {format_number(population.sum())}{NO_BREAK_SPACE}hab." if population.notna().any() else ""
    return f"{label} — {agree(len(members), 'commune')}{inhabitants}"


def tell_access(known, categorie, bilan):
    """Return the title of the access map: of the `known` communes whose distance is known, how many are far, and who lives there."""
    seuil_km = bilan["seuil_km"]
    words = format_number(seuil_km, 0 if seuil_km == int(seuil_km) else 1)
    if not known:
        return f"{categorie} : aucune distance connue"
    far, population = int(bilan["nb_communes_au_dela"]), bilan["population_au_dela"]
    if not far:
        return f"{categorie} : aucune des {known} communes n'est à plus de {words} km d'un site"
    inhabitants = f" ({format_number(population)} habitants)" if population == population else ""
    verb = "est" if far == 1 else "sont"
    return f"{categorie} : {agree(far, 'commune')} sur {format_number(known)}{inhabitants} {verb} à plus de {words} km d'un site"


def draw_sites(axes, shown):
    """Mark the sites, hollow outside the territory, and return their legend entries."""
    handles = []
    for place, label in [("dedans", "Site du territoire"), ("dehors", "Site hors du territoire")]:
        rows = shown[shown["place"].eq(place)]
        if rows.empty:
            continue
        hollow = place == "dehors"
        axes.scatter(
            rows["x_m"], rows["y_m"], s=75, marker="P", facecolors="white" if hollow else COLOURS["bleu"],
            edgecolors=COLOURS["bleu"] if hollow else "white", linewidths=1.3 if hollow else 0.8, zorder=6, gid=f"sites {place}",
        )  # fmt: skip
        handles.append(
            page.make_marker("P", COLOURS["bleu"], f"{label} — {format_number(len(rows))}", size=8.5, hollow=hollow)
        )
    return handles
