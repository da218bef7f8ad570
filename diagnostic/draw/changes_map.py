"""Map of what changed between two states of a dossier: actors that came, went or changed, communes that changed unit."""

import pandas as pd
from matplotlib.lines import Line2D

from diagnostic.draw import page
from diagnostic.draw.handles import make_patch
from diagnostic.draw.print_map import draw_borders, fill_communes, hatch_communes, name_epci, open_map, to_pixels
from diagnostic.draw.print_points import in_view
from diagnostic.draw.style import agree, format_number
from diagnostic.schema import CAME, CHANGED, WENT

# Shape and colour say the same: read in grey too.
MARKS = {CAME: ("^", "#1B7837", "Acteur apparu"), WENT: ("X", "#B2182B", "Acteur disparu"), CHANGED: ("o", "#E08214", "Acteur changé")}
GROUND, MOVED, HATCH = "#F7F4EE", "#D9C7E8", "////"
MARK_SIZE = 46


def draw_changes(base, changes, *, mentions, format_page="A4"):
    """Draw where things changed.

    Parameters
    ----------
    base : Base, of the later state
    changes : dict (`measure.changes.compare_dossiers`): `lignes` with x_m, y_m and `ressorts`
    mentions : dict, as for `draw_millefeuille`

    Notes
    -----
    Actors that cannot be placed, or that are out of the view, are counted under the map; those that left are where they were.
    """
    actors = changes["lignes"][changes["lignes"]["table"] == "acteurs"].astype({"x_m": float, "y_m": float})
    shown = actors[actors["x_m"].notna() & actors["y_m"].notna()]
    shown = shown[in_view(shown, base)]
    moved = changes["ressorts"].loc[changes["ressorts"]["changement"].isin(["change d'unité", "rattachée", "détachée"]), "code_insee"]
    moved = base.shapes.index[base.shapes.index.isin(moved)]
    unshown = len(actors) - len(shown)
    notes = [f"Sans lieu connu, ou hors de la vue : {agree(unshown, 'acteur')} sur {format_number(len(actors))}."] if unshown else []
    figure, axes, room = open_map(base, tell_changes(actors, len(moved), len(base.shapes)), mentions, notes=notes, format_page=format_page)
    colours = pd.Series(GROUND, index=base.shapes.index).mask(base.shapes.index.isin(moved), MOVED)
    fill_communes(axes, base, colours)
    hatch_communes(axes, base, moved, HATCH, "#7B3294")
    lines = draw_borders(axes, base)
    for change, (mark, colour, _) in MARKS.items():
        part = shown[shown["changement"] == change]
        axes.scatter(part["x_m"], part["y_m"], marker=mark, s=MARK_SIZE, c=colour, edgecolors="white", linewidths=0.7, zorder=6)
    legends = [
        ("Acteurs", _list_marks(actors, shown), None), ("Ressorts", _list_moved(len(moved), len(base.shapes)), None),
        ("Limites", lines, None),
    ]  # fmt: skip
    page.stack_legends(figure, legends, room, name_epci(axes, base, points=to_pixels(axes, shown["x_m"], shown["y_m"])))
    return figure


def tell_changes(actors, moved, communes):
    """Return the title of the map from its counts.

    >>> tell_changes(pd.DataFrame({"changement": ["apparu", "disparu", "apparu"]}), 2, 257).replace("\\u00a0", " ")
    'Ce qui a changé : 2 acteurs apparus, 1 acteur disparu ; 2 communes sur 257 ont changé d’unité'
    """
    number = actors["changement"].value_counts()
    words = {CAME: ("acteur apparu", "acteurs apparus"), WENT: ("acteur disparu", "acteurs disparus"),
             CHANGED: ("acteur changé", "acteurs changés")}  # fmt: skip
    told = [agree(int(number[change]), *names) for change, names in words.items() if change in number]
    who = ", ".join(told) or "aucun acteur"
    if not moved:
        return f"Ce qui a changé : {who} ; aucune commune sur {format_number(communes)} n’a changé d’unité"
    verb = "a changé" if moved == 1 else "ont changé"
    return f"Ce qui a changé : {who} ; {agree(moved, 'commune')} sur {format_number(communes)} {verb} d’unité"


def _list_marks(actors, shown):
    """Return the entries of the three kinds, those met nowhere kept with 0."""
    handles = []
    for change, (mark, colour, label) in MARKS.items():
        number, placed = int((actors["changement"] == change).sum()), int((shown["changement"] == change).sum())
        told = f"{label} : {format_number(number)}" + (f" ({format_number(placed)} sur la carte)" if placed < number else "")
        handles.append(Line2D([], [], marker=mark, color=colour, markeredgecolor="white", linestyle="", markersize=7, label=told))
    return handles


def _list_moved(moved, communes):
    told = f"Unité changée dans un découpage au moins : {agree(moved, 'commune')}"
    same = f"Inchangée : {agree(communes - moved, 'commune')}"
    return [make_patch(MOVED, told, hatch=HATCH, hatch_colour="#7B3294"), make_patch(GROUND, same)]
