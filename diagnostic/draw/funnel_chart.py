"""The funnel plot: each territory at its size and value, between the limits that chance alone would draw around the common rate."""

import numpy as np
from matplotlib.lines import Line2D

from diagnostic.draw import page
from diagnostic.draw.charts import open_chart, write_legend_row
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
    "mauvais : le hasard seul ne l'explique pas. Les territoires ne sont pas classés."
)
SPREAD = 2  # overdispersion from which it is told
LEFT_IN, BOTTOM_IN, STEPS = 0.65, 0.55, 240


def draw_funnel(places, limites, *, titre, axe_taille, axe_valeur, mentions, nommes=None, format_page="A4"):
    """Draw a funnel plot.

    Parameters
    ----------
    places : DataFrame of `measure.comparaison.funnel.place_territories`; rows without value are counted in a note
    limites : DataFrame taille, bas_998, bas_95, haut_95, haut_998: the limits at the sizes of the curve
    titre, axe_taille, axe_valeur : str
    mentions : dict, as for `charts.draw_discordance`
    nommes : Series territoire -> name, optional: the territories to name on the chart

    A share is written in per cent; sizes are on a logarithmic scale. Returns a Figure.
    """
    known = places.dropna(subset="situation")
    figure, axes, room = open_chart(titre, mentions, notes=_list_notes(places, known), format_page=format_page, square=False)
    top = write_legend_row(figure, _list_handles(known), room[0], columns=4)
    _place_axes(figure, axes, top, room[1])
    share = places["genre"].iloc[0] == "part" if len(places) else True
    if len(known):
        rate = float(known["taux"].iloc[0])
        _draw_limits(axes, limites, rate)
        for name, (marker, colour, _) in MARKS.items():
            rows = known[known["situation"] == name]
            look = {"s": 13, "edgecolors": "white", "linewidths": 0.3, "zorder": 3, "clip_on": False}
            axes.scatter(rows["taille"], rows["valeur"], marker=marker, color=colour, gid=name, **look)
        _name_points(axes, known, nommes)
        _scale_axes(axes, known, share)
    _label_axes(axes, axe_taille, axe_valeur)
    return figure


def _list_notes(places, known):
    notes = [READING]
    left = len(places) - len(known)
    if left:
        notes.append(f"Sans valeur, hors du dessin : {format_number(left)}.")
    if len(known) and known["surdispersion"].iloc[0] > SPREAD:
        more = format_number(known["surdispersion"].iloc[0], 1)
        notes.append(f"La variance entre territoires est {more} fois celle du hasard : être hors des limites n'a rien d'exceptionnel ici.")
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


def _name_points(axes, known, names):
    if names is None:
        return
    for row in known[known["territoire"].isin(names.index)].itertuples():
        label = axes.annotate(
            names[row.territoire], (row.taille, row.valeur), xytext=(5, 4), textcoords="offset points", fontsize=FONT_SIZES["etiquette"],
            color=TEXT_COLOUR, parse_math=False, zorder=5,
        )  # fmt: skip
        page.add_halo(label)


def _scale_axes(axes, known, share):
    axes.set_xscale("log")
    low, high = known["taille"].min(), known["taille"].max()
    axes.set_xlim(low / 1.15, high * 1.15)
    steps = [step for k in range(-2, 8) for step in (10.0**k, 2 * 10.0**k, 5 * 10.0**k) if low <= step <= high]
    steps = steps or [float(low)]
    axes.set_xticks(steps, [format_number(step, 0 if step >= 1 else 1) for step in steps], fontsize=FONT_SIZES["note"])
    axes.set_xticks([], minor=True)
    # A handful of very small territories must not flatten all others: the highest value drawn, not the highest limit.
    top = 1.02 if share else 1.08 * float(known["valeur"].max())
    if not share:  # a square root gives the same room to chance at every height
        axes.set_yscale("function", functions=(lambda y: np.sqrt(np.maximum(y, 0)), np.square))
    axes.set_ylim(-0.02 if share else 0, top)
    ticks = np.linspace(0, 1, 6) if share else [0, *(step for k in range(-3, 5) for step in (10.0**k, 2 * 10.0**k, 5 * 10.0**k))]
    ticks = [tick for tick in ticks if tick <= top and (tick == 0 or share or tick >= top / 50)]
    axes.set_yticks(ticks, [format_share(tick) if share else format_number(tick, 1) for tick in ticks], fontsize=FONT_SIZES["note"])
    axes.tick_params(length=2.5, color="#9A9A9A")


def _label_axes(axes, size, value):
    page.write_text(axes, 0.5, -0.075, size, transform=axes.transAxes, ha="center", va="top")
    page.write_text(axes, -0.055, 0.5, value, transform=axes.transAxes, ha="right", va="center", rotation=90)
