"""The funnel plot: each territory at its size and value, between the limits that chance alone would draw around the common rate."""

import numpy as np
import pandas as pd
import shapely
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from diagnostic.draw import page
from diagnostic.draw.charts import open_chart, write_legend_row
from diagnostic.draw.labels import write_free
from diagnostic.draw.style import COLOURS, FONT_SIZES, TEXT_COLOUR, format_number, format_share

LIMITS = {"95": ("95 %", "--"), "998": ("99,8 %", "-")}
# Colour never alone: a shape for each place.
MARKS = {
    "sous_998": ("v", COLOURS["bleu"], "sous la limite à 99,8 %"), "sous_95": ("v", COLOURS["bleu_ciel"], "sous la limite à 95 %"),
    "dans_les_limites": ("o", "#9A9A9A", "dans les limites"), "sur_95": ("^", COLOURS["orange"], "au-dessus de la limite à 95 %"),
    "sur_998": ("^", COLOURS["vermillon"], "au-dessus de la limite à 99,8 %"),
}  # fmt: skip
READING = (
    "Lecture : un petit territoire s'écarte du taux commun par le seul hasard, d'où l'entonnoir. Hors des limites ne veut dire ni bon ni "
    "mauvais. Les territoires ne sont pas classés."
)
OUTSIDE = [("sous_998", "sur_998"), ("sous_95", "sur_95")]  # who is named: first those of the first pair
MOST_NAMED = 8
MARK_POINTS, FARTHEST = 4, 32  # points: half a mark, and how far a name may stand from its own
LEFT_IN, BOTTOM_IN = 0.65, 0.55
SMALL_MARK, LARGE_MARK, MANY = 13, 34, 150  # points²; territories from which marks are small


def draw_funnel(places, limites, *, titre, axe_taille, axe_valeur, mentions, noms=None, notes=()):
    """Draw a funnel plot; the vertical axis is that of the values, not of all that a share may be.

    Parameters
    ----------
    places : DataFrame of `measure.comparaison.funnel.place_territories`; rows without value are counted in a note
    limites : DataFrame taille, bas_998, bas_95, haut_95, haut_998: the limits at the sizes of the curve
    titre, axe_taille, axe_valeur : str
    mentions : dict, as for `charts.draw_discordance`
    noms : Series territoire -> name, optional: who is outside the limits is named where it stands, those beyond 99.8 % first, eight
        at most (`choose_named`); a note counts those beyond 99.8 % when they are more
    notes : sequence of str, what else is to be known, written under the reading

    A share is written in per cent; sizes are on a logarithmic scale. Returns a Figure.
    """
    known = places.dropna(subset="situation")
    told = [*_list_notes(places, known, noms), *notes]
    figure, axes, room = open_chart(titre, mentions, notes=told, square=False)
    top = write_legend_row(figure, _list_handles(known), room[0], columns=4)
    _place_axes(figure, axes, top, room[1])
    share = places["genre"].iloc[0] == "part" if len(places) else True
    if len(known):
        rate = float(known["taux"].iloc[0])
        _draw_limits(axes, limites, rate)
        mark = SMALL_MARK if len(known) > MANY else LARGE_MARK
        for name, (marker, colour, _) in MARKS.items():
            rows = known[known["situation"] == name]
            look = {"edgecolors": "white", "linewidths": 0.3, "zorder": 3, "clip_on": False}
            axes.scatter(rows["taille"], rows["valeur"], marker=marker, color=colour, gid=name, s=mark, **look)
        _scale_axes(axes, known, share)
        _scale_values(axes, known, limites, share)
        if noms is not None:
            _name_points(axes, known, choose_named(known), noms, limites)
    _label_axes(axes, axe_taille, axe_valeur)
    return figure


def choose_named(known):
    """Return the rows that may be named, first come first: outside the limits at 99.8 %, then at 95 %; above and below alike.

    The farthest from the common rate for their size first (the greatest |z|): those that a reader asks about. Three times as many as
    names, for those that find no room. Where a name stands says nothing but where its territory is.
    """
    ordered = known.assign(loin=known["z"].abs()).sort_values(["loin", "territoire"], ascending=[False, True])
    return pd.concat([ordered[ordered["situation"].isin(pair)] for pair in OUTSIDE]).head(3 * MOST_NAMED)


def _list_notes(places, known, names):
    notes = [READING]
    left = len(places) - len(known)
    if left:
        notes.append(f"Sans valeur, hors du dessin : {format_number(left)}.")
    far = int(known["situation"].isin(OUTSIDE[0]).sum())
    if names is not None and far > MOST_NAMED:
        notes.append(
            f"Hors des limites à 99,8 % : {format_number(far)} territoires ; {MOST_NAMED} au plus sont nommés, là où il y a place, les "
            "plus loin du taux commun d'abord ; tous le sont dans la feuille Entonnoirs."
        )
    return notes


def _list_handles(known):
    counts = known["situation"].value_counts() if len(known) else {}
    handles = [
        Line2D([], [], linestyle="none", marker=marker, markersize=5, color=colour, label=f"{label} ({format_number(counts.get(name, 0))})")
        for name, (marker, colour, label) in MARKS.items()
    ]
    lines = [
        Line2D([], [], color=TEXT_COLOUR, linewidth=0.9, linestyle=style, label=f"limites à {words}") for words, style in LIMITS.values()
    ]
    return [*handles, *lines, Line2D([], [], color=COLOURS["vert"], linewidth=1.2, label="taux de l'ensemble")]


def _place_axes(figure, axes, top, bottom):
    width, height = figure.get_size_inches()
    left = page.MARGIN_IN + LEFT_IN
    base = bottom + BOTTOM_IN
    axes.set_position([left / width, base / height, (width - left - page.MARGIN_IN) / width, max(0.5, top - 0.2 - base) / height])
    for side in ("left", "bottom"):
        axes.spines[side].set(visible=True, color="#9A9A9A", linewidth=0.7)


def _draw_limits(axes, limites, rate):
    for name, (_, style) in LIMITS.items():
        for side in ("bas", "haut"):
            bound, look = f"{side}_{name}", {"color": TEXT_COLOUR, "linewidth": 0.9, "linestyle": style}
            axes.plot(limites["taille"], limites[bound], zorder=2, gid=bound, **look)
    axes.axhline(rate, color=COLOURS["vert"], linewidth=1.2, zorder=1, gid="taux")


def _name_points(axes, known, rows, names, limits):
    """Write names, MOST_NAMED at most, each at the free place nearest to its point and tied to it by a thin line.

    A name that would stand far from its point, or whose line would cross another or its mark, is left out for the next one.
    """
    # A name hides neither a mark nor, where there is room elsewhere, a limit.
    hidden = [known[["taille", "valeur"]], *(limits[["taille", name]][::6] for name in limits.columns.drop("taille"))]
    pixels = axes.transData.transform(np.vstack([part.to_numpy(dtype=float) for part in hidden]))
    marks, dot = pixels[: len(known)], axes.get_figure().dpi / 72
    whole = shapely.box(*axes.transData.inverted().transform(axes.bbox.extents.reshape(2, 2)).ravel())
    points = axes.transData.transform(rows[["taille", "valeur"]].to_numpy(dtype=float))
    boxes = [np.concatenate([point - MARK_POINTS * dot, point + MARK_POINTS * dot]) for point in points]
    placed, ties, covered = rows.assign(x=rows["taille"], y=rows["valeur"], contour=whole), [], []
    for start, row in zip(points, placed.itertuples(), strict=True):
        name = str(names.get(row.territoire, row.territoire))
        if len(ties) == MOST_NAMED or not write_free(axes, row, name, boxes, pixels, FONT_SIZES["etiquette"]):
            continue
        tie = shapely.LineString([start, np.clip(start, boxes[-1][:2], boxes[-1][2:])])
        near = tie.length <= FARTHEST * dot and not is_crossed(tie, marks[np.hypot(*(marks - start).T) > 1], MARK_POINTS * dot)
        if not near or shapely.box(*boxes[-1]).union(tie).intersects(shapely.union_all(covered)):
            axes.texts[-1].remove()
            boxes.pop()
            continue
        ends = axes.transData.inverted().transform(shapely.get_coordinates(tie))
        axes.plot(ends[:, 0], ends[:, 1], color="#9A9A9A", linewidth=0.5, zorder=2.5, gid="rappel")
        ties.append(tie)
        covered += [tie, shapely.box(*boxes[-1])]


def is_crossed(line, points, reach):
    """Return whether a line passes within `reach` of one of the points, an array (n, 2), in pixels."""
    return bool(len(points) and (shapely.distance(line, shapely.points(points)) < reach).any())


def _scale_axes(axes, known, share):
    axes.set_xscale("log")
    low, high = known["taille"].min(), known["taille"].max()
    axes.set_xlim(low / 1.15, high * 1.15)
    steps = [step for k in range(-2, 8) for step in (10.0**k, 2 * 10.0**k, 5 * 10.0**k) if low <= step <= high]
    steps = steps or [float(low)]
    axes.set_xticks(steps, [format_number(step, 0 if step >= 1 else 1) for step in steps], fontsize=FONT_SIZES["note"])
    axes.set_xticks([], minor=True)
    axes.tick_params(length=2.5, color="#9A9A9A")


def _scale_values(axes, known, limits, share):
    """Scale the vertical axis: every value, the common rate, and the limits at the largest size; not those of a handful of tiny ones."""
    high = max(known["valeur"].max(), known["taux"].iloc[0], limits["haut_998"].min() if len(limits) else 0)
    low = min(known["valeur"].min(), known["taux"].iloc[0], limits["bas_998"].max() if len(limits) else np.inf)
    if share:
        low = low if low > high / 2 else 0.0
        room = 0.1 * (high - low)
        top, bottom = min(1.02, high + 3 * room), low - room if low > 0 else -0.3 * room
        ticks = MaxNLocator(nbins=6, steps=[1, 2, 5, 10]).tick_values(bottom, top)
    else:  # a square root gives the same room to chance at every height
        axes.set_yscale("function", functions=(lambda y: np.sqrt(np.maximum(y, 0)), np.square))
        top, bottom = 1.08 * float(high), 0
        ticks = [0, *(step for k in range(-3, 5) for step in (10.0**k, 2 * 10.0**k, 5 * 10.0**k) if step >= top / 50)]
    axes.set_ylim(bottom, top)
    ticks = [tick for tick in ticks if max(bottom, 0) - 1e-9 <= tick <= min(top, 1 if share else top) + 1e-9]
    decimals = int(share and any(abs(100 * tick - round(100 * tick)) > 1e-9 for tick in ticks))
    words = [format_share(tick, decimals) if share else format_number(tick, 1) for tick in ticks]
    axes.set_yticks(ticks, words, fontsize=FONT_SIZES["note"])


def _label_axes(axes, size, value):
    page.write_text(axes, 0.5, -0.075, size, transform=axes.transAxes, ha="center", va="top")
    page.write_text(axes, -0.055, 0.5, value, transform=axes.transAxes, ha="right", va="center", rotation=90)
