"""The declared links on the ground: who works with whom, from place to place."""

import numpy as np
import pandas as pd
import shapely
from matplotlib.collections import PathCollection
from matplotlib.lines import Line2D
from matplotlib.path import Path

from diagnostic.draw import page
from diagnostic.draw.base_map import Base, prepare_base
from diagnostic.draw.network_marks import UNKNOWN, group_links, read_champs
from diagnostic.draw.print_map import draw_borders, fill_communes, name_epci, open_map, to_pixels
from diagnostic.draw.print_points import draw_stacks, in_view, list_champs, list_sizes, sort_places, stack_points
from diagnostic.draw.style import COLOURS, GROUND_COLOUR, agree, format_number

# How far a curve leaves the straight line, as a share of its length: two lines on one road stay apart.
BEND = 0.14
THINNEST, THICKEST = 0.5, 3.2
# Typographic points between two points of a border that names should not hide.
BORDER_STEP = 3.0
# Neither the black of borders nor the colour of a champ; a white edge parts them from the borders they cross.
LINE_STYLES = {"entre": (COLOURS["vert"], "-"), "dans": ("#6A6A6A", (0, (2.5, 1.5)))}
LINE_LABELS = {
    "entre": "Au moins un lien entre champ social et développement local",
    "dans": "Autres liens",
}


def draw_actor_map(communes, acteurs, liens, *, mentions, format_page="A4"):
    """Draw the declared links on the map: actors of one place gathered, one curve a pair of places, wider for more links.

    Actors without link are left to the map of actors; links inside one place, and links with an actor who has no place, who
    moves (mobile) or who is out of the view, cannot be drawn: all are counted in notes.

    Parameters
    ----------
    communes : GeoDataFrame, or the Base that `prepare_base` made of it once for several maps
    acteurs : DataFrame with acteur_id, champ, x_m, y_m; mobile, hors_territoire when known
    liens : DataFrame with source_id, cible_id; type, oriente when known
    mentions : dict, as for `charts.draw_discordance`
    """
    base = communes if isinstance(communes, Base) else prepare_base(communes)
    pairs, nb_left = group_links(acteurs, liens)
    linked = acteurs["acteur_id"].isin(set(pairs["acteur_a"]) | set(pairs["acteur_b"]))
    actors = sort_places(acteurs[linked])
    # The map of actors has a mark for the four champs only: what has none is drawn as « autre », and told.
    champs = read_champs(actors).to_numpy()
    shown = actors.assign(champ=np.where(champs == UNKNOWN, "autre", champs))
    shown = shown[shown["place"].isin(["dedans", "dehors"]) & in_view(shown, base)]
    lines, counts = gather_lines(pairs, shown)
    title = mentions.get("titre") or tell_actor_map(counts, len(pairs))
    notes = tell_not_drawn(counts, nb_left, int((~linked).sum()), int((champs == UNKNOWN).sum()))
    figure, axes, room = open_map(base, title, mentions, notes=notes, format_page=format_page)
    fill_communes(axes, base, pd.Series(GROUND_COLOUR, index=base.shapes.index))
    borders = draw_borders(axes, base)
    entries = draw_curves(axes, lines)
    stacks = stack_points(shown, page.measure_point(axes))
    draw_stacks(axes, stacks)
    legends = [
        ("Acteurs reliés, par champ", list_champs(shown), None), ("Liens d'un lieu à l'autre", entries, tell_widths(lines)),
        ("Limites", borders, None), ("Acteurs en un même lieu", list_sizes(stacks), None),
    ]  # fmt: skip
    points = to_pixels(axes, stacks["x"], stacks["y"])
    hidden = np.vstack([points, list_border_points(axes, base)])
    page.stack_legends(figure, legends, room, name_epci(axes, base, points=hidden, taken=box_marks(points, stacks, figure.dpi)))
    clear_names(axes)
    return figure


def gather_lines(pairs, shown):
    """Return one row a pair of places (x_a, y_a, x_b, y_b, nb_liens, style), and how many links are drawn, within a place, off the map."""
    spots = shown[["x_m", "y_m"]].set_axis(shown["acteur_id"].to_numpy(dtype=object))
    a, b = (spots.reindex(pairs[end].to_numpy(dtype=object)).to_numpy(dtype=float).reshape(-1, 2) for end in ("acteur_a", "acteur_b"))
    placed = ~np.isnan(np.hstack([a, b])).any(axis=1)
    within = placed & (a == b).all(axis=1)
    apart = placed & ~within
    swap = (a[:, 0] > b[:, 0]) | ((a[:, 0] == b[:, 0]) & (a[:, 1] > b[:, 1]))
    first, last = np.where(swap[:, None], b, a), np.where(swap[:, None], a, b)
    table = pd.DataFrame(np.hstack([first, last]), columns=["x_a", "y_a", "x_b", "y_b"]).assign(entre=pairs["entre"].eq("entre").to_numpy())
    grouped = table[apart].groupby(["x_a", "y_a", "x_b", "y_b"], sort=True)["entre"]
    lines = grouped.agg(nb_liens="size", entre="any").reset_index()
    lines["style"] = np.where(lines["entre"].astype(bool), "entre", "dans")
    counts = {"traces": int(apart.sum()), "meme_lieu": int(within.sum()), "sans_lieu": int((~placed).sum()), "lignes": len(lines)}
    return lines.drop(columns="entre"), counts


def draw_curves(axes, lines):
    """Draw a curve a pair of places, those of two champs on top, and return the legend entries."""
    entries, most = [], max(1, int(lines["nb_liens"].max())) if len(lines) else 1
    thin = min(1.0, (300 / max(1, len(lines))) ** 0.5)
    for rank, (style, (colour, dashes)) in enumerate(reversed(LINE_STYLES.items())):
        rows = lines[lines["style"].eq(style)]
        if rows.empty:
            continue
        start, stop = rows[["x_a", "y_a"]].to_numpy(dtype=float), rows[["x_b", "y_b"]].to_numpy(dtype=float)
        along = stop - start
        middle = (start + stop) / 2 + BEND * np.column_stack([-along[:, 1], along[:, 0]])
        codes = [Path.MOVETO, Path.CURVE3, Path.CURVE3]
        paths = [Path(points, codes) for points in np.stack([start, middle, stop], axis=1)]
        widths = np.maximum(0.2, thin * (THINNEST + (THICKEST - THINNEST) * (rows["nb_liens"] - 1) / max(1, most - 1)))
        layers = [("white", widths + 1.0, "-", "bord")] * (style == "entre") + [(colour, widths, dashes, style)]
        for step, (ink, wide, dash, name) in enumerate(layers):
            collection = PathCollection(
                paths, facecolors="none", edgecolors=ink, linewidths=wide.to_numpy(), linestyles=[dash], gid=f"liens {name}",
                zorder=4.2 + rank * 0.2 + step * 0.1,
            )  # fmt: skip
            axes.add_collection(collection, autolim=False)
        told = f"{LINE_LABELS[style]} — {agree(len(rows), 'trait')}"
        entries.insert(0, Line2D([], [], color=colour, linestyle=dashes, linewidth=1.2, label=told))
    return entries


def tell_widths(lines):
    """Return the line under the legend of curves: how many links a curve stands for."""
    most = int(lines["nb_liens"].max()) if len(lines) else 0
    return f"Un trait réunit de 1 à {format_number(most)} liens, et s'épaissit avec eux." if most > 1 else "Un trait est un lien."


def box_marks(points, stacks, dpi):
    """Return the boxes (pixels) of the marks, which no name may cover: x0, y0, x1, y1."""
    half = stacks["diametre"].to_numpy(dtype=float)[:, None] / 2 * dpi / 72
    return np.hstack([points - half, points + half])


def list_border_points(axes, base):
    """Return pixels (n, 2) along the borders of EPCI: names go where they hide fewest of them."""
    lines = shapely.segmentize(shapely.boundary(base.epci.geometry.to_numpy()), BORDER_STEP * page.measure_point(axes))
    points = shapely.get_coordinates(lines)
    return to_pixels(axes, points[:, 0], points[:, 1])


def clear_names(axes):
    """Put a pale ground behind the names of EPCI, so that no border or link is read through them."""
    for text in axes.texts:
        if text.get_gid() == "etiquette":
            text.set_bbox({"facecolor": GROUND_COLOUR, "edgecolor": "none", "alpha": 0.85, "pad": 0.8})


def tell_actor_map(counts, total):
    """Return the title of the map of links from its counts."""
    if not total:
        return "Aucun lien déclaré à dessiner sur la carte"
    head = f"Où vont les {agree(total, 'lien déclaré', 'liens déclarés')}" if total > 1 else "Où va le seul lien déclaré"
    parts = [
        f"{format_number(counts['traces'])} d'un lieu à un autre", f"{format_number(counts['meme_lieu'])} dans un même lieu",
        f"{format_number(counts['sans_lieu'])} non placés" if counts["sans_lieu"] > 1 else "1 non placé",
    ]  # fmt: skip
    return f"{head} : {', '.join(parts if counts['sans_lieu'] else parts[:2])}"


def tell_not_drawn(counts, nb_left, nb_alone, nb_unknown):
    """Return the footnotes that count what the map does not show."""
    notes = ["Un acteur est placé à son adresse, à défaut à la mairie de sa commune : un lien entre deux sièges n'est pas un trajet."]
    parts = [
        f"{agree(counts['meme_lieu'], 'lien')} entre acteurs d'un même lieu" if counts["meme_lieu"] else "",
        f"{agree(counts['sans_lieu'], 'lien')} avec un acteur sans lieu, itinérant ou hors du cadre" if counts["sans_lieu"] else "",
        f"{agree(nb_alone, 'acteur')} sans lien" if nb_alone else "",
        f"{agree(nb_left, 'ligne')} d'un acteur avec lui-même ou avec un acteur absent de cette carte" if nb_left else "",
    ]
    told = " ; ".join(filter(None, parts))
    notes += [f"Hors du dessin : {told}."] if told else []
    return notes + ([f"Champ non renseigné, dessiné comme « Autre » : {agree(nb_unknown, 'acteur')}."] if nb_unknown else [])
