"""Curves of access: what share of the inhabitants has a site of a category within so many kilometres or minutes."""

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from diagnostic.draw import page
from diagnostic.draw.charter import find_charter
from diagnostic.draw.charts import open_chart, tell_part
from diagnostic.draw.labels import count_hidden, is_free, legal_name
from diagnostic.draw.print_map import list_names
from diagnostic.draw.style import (
    COLOURS,
    FONT_SIZES,
    NO_BREAK_SPACE,
    TEXT_COLOUR,
    agree,
    format_number,
    format_share,
)
from diagnostic.errors import DiagnosticError

MAX_LABELS = 8
UNITS = {"km": ("km", "Distance au site le plus proche (km)"), "min": ("minutes", "Temps de trajet vers le site le plus proche (minutes)")}
GROUNDS = {
    "km": "Distances à vol d'oiseau depuis la mairie : la route est plus longue, et chaque habitant est compté à sa mairie.",
    "min": "Temps de trajet du fichier fourni, depuis la mairie : chaque habitant est compté à sa mairie.",
}
STRAIGHT = "Entre deux valeurs calculées, la ligne est droite."
# The whole, then departements: a colour and a dash each. EPCI are grey, those with a name darker.
WHOLE = {"color": TEXT_COLOUR, "linewidth": 3.0, "linestyle": "-"}
BOLD = [
    {"color": COLOURS[name], "linewidth": 2.2, "linestyle": dash}
    for name, dash in [("bleu", (0, (6, 1.5))), ("vermillon", (0, (2, 1.2))), ("vert", (0, (6, 1.5, 1.2, 1.5))), ("rose", "-")]
]
NAMED = {"color": "#5A5A5A", "linewidth": 1.2, "linestyle": "-"}
OTHERS = {"color": "#C4C4C4", "linewidth": 0.8, "linestyle": "-"}
# Where a name may stand beside a point of its curve: side (-1 left, 1 right), up or down in its own heights.
SIDES = [(side, rise) for rise in (-0.8, 0.8, -1.8, 1.8, -3.0, 3.0, -4.5, 4.5) for side in (1, -1)]
GAP_POINTS = 5
FLAT = 0.04  # near 0 % and 100 % curves lie on one another
AXES_IN = (0.62, 0.52, 0.3)  # left, below, above: the figures and names of the axes, the thresholds


def draw_access_curve(courbes, territoires, categorie, *, mentions, seuils=(5, 10, 20), format_page="A4"):
    """Draw the share of the inhabitants within each distance (or travel time) of a site, one line a territory (chart A1).

    The whole and the departements are bold, EPCI grey; at most `MAX_LABELS` lines have their name, the EPCI with the lowest and
    the highest shares at the middle threshold first. A line between two bounds is straight.

    Parameters
    ----------
    courbes : DataFrame, one category: territoire_id, borne (km or min), part_population (0 to 1), population, unite ("km" or "min")
        A territory whose shares are all NaN is named in a note, not drawn.
    territoires : DataFrame, index territoire_id: nom, type (perimetre, departement, epci, ...)
    categorie : str, as the reader reads it
    mentions : dict, as for `charts.draw_discordance`
    seuils : sequence of numbers, in the unit of the table: marked; the middle one is that of the title and legend

    Raises
    ------
    DiagnosticError
        When the table mixes two units or gives two shares for one territory and bound (two categories).
    """
    curves, unite = _spread_curves(courbes)
    order = _sort_curves(curves, territoires)
    seuil = sorted(seuils)[len(seuils) // 2] if len(seuils) else None
    shares = curves.loc[seuil] if seuil in curves.index else pd.Series(np.nan, index=curves.columns)
    title = mentions.get("titre") or tell_curves(shares.reindex(order.index), order["type"], categorie, seuil, unite)
    missing = territoires["nom"].reindex(pd.unique(courbes["territoire_id"])).drop(order.index)
    notes = [GROUNDS.get(unite, ""), STRAIGHT, *_tell_people(courbes, order), *_tell_missing(missing)]
    figure, axes, room = open_chart(title, mentions, notes=list(filter(None, notes)), square=False, panel=True, format_page=format_page)
    styles = _pick_styles(order, _rank_curves(curves, order, seuil))
    _open_axes(axes, curves, unite)
    _mark_thresholds(axes, seuils, unite)
    for territory in reversed(list(styles)):
        line = curves[territory].dropna()
        axes.plot(line.index, line, **styles[territory], solid_capstyle="round", gid=f"courbe {territory}")
    unwritten = _name_curves(axes, curves, order, styles)
    lettered = f"Sans place pour leur nom : {list_names(unwritten)}" if unwritten else ""
    page.stack_legends(figure, _list_lines(order, styles, shares, _tell_within(seuil, unite)), room, lettered)
    return figure


def _spread_curves(courbes):
    """Return bounds x territories (part_population), without the territories of which nothing is known, and the unit."""
    units = courbes["unite"].dropna().unique()
    twice = courbes.duplicated(["territoire_id", "borne"])
    if len(units) > 1 or twice.any():
        raise DiagnosticError(
            "Les courbes d'accès mélangent deux unités ou deux catégories.",
            f"table des courbes ({len(courbes)} lignes, unités : {', '.join(map(str, units))})",
            "dessinez une catégorie et une unité à la fois",
        )
    curves = courbes.pivot(index="borne", columns="territoire_id", values="part_population").astype(float).sort_index()
    return curves.dropna(axis="columns", how="all"), units[0] if len(units) else "km"


def _sort_curves(curves, territoires):
    """Return nom and type of the territories that have a curve: the whole, departements, then others by name."""
    order = territoires.reindex(curves.columns)[["nom", "type"]]
    order["nom"] = order["nom"].fillna(pd.Series(order.index, index=order.index))
    rank = order["type"].map({"perimetre": 0, "departement": 1}).fillna(2)
    return order.assign(rang=rank).sort_values(["rang", "nom"], kind="stable").drop(columns="rang")


def _rank_curves(curves, order, seuil):
    """Return the territories that are named: the bold ones, then EPCI with the lowest and the highest shares, in turn."""
    bold = order.index[order["type"].isin(["perimetre", "departement"])].tolist()[:MAX_LABELS]
    known = curves.ffill().loc[: curves.index[-1] if seuil is None else seuil] if len(curves) else curves
    at = known.iloc[-1] if len(known) else pd.Series(0.0, index=curves.columns)
    rest = at.reindex(order.index.drop(order.index.intersection(bold))).sort_values(kind="stable").index.tolist()
    chosen = []
    while rest and len(bold) + len(chosen) < MAX_LABELS:
        chosen.append(rest.pop(0 if len(chosen) % 2 == 0 else -1))
    return bold + chosen


def _pick_styles(order, named):
    """Return {territoire_id: style of its line}, those named first, which are drawn over the others."""
    styles, bold = {}, iter(BOLD * len(order))
    for territory in [*named, *order.index.drop(named)]:
        kind = order.at[territory, "type"]
        style = WHOLE if kind == "perimetre" else next(bold) if kind == "departement" else NAMED if territory in named else OTHERS
        styles[territory] = style
    return styles


def _open_axes(axes, curves, unite):
    """Leave room around the axes for their words, set limits and write the graduations."""
    figure = axes.get_figure()
    width, height = figure.get_size_inches()
    left, below, above = AXES_IN
    box = axes.get_position()
    axes.set_position([
        box.x0 + left / width, box.y0 + below / height, box.width - left / width, box.height - (below + above) / height
    ])  # fmt: skip
    last = float(curves.index.max()) if len(curves) else 1.0
    axes.set_xlim(0, last or 1.0)
    axes.set_ylim(0, 1.005)
    options = {"fontfamily": find_charter().polices, "fontsize": FONT_SIZES["legende"], "color": TEXT_COLOUR}
    ticks = np.linspace(0, 1, 5)
    axes.set_yticks(ticks, [format_share(tick) for tick in ticks], **options)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=8, steps=[1, 2, 5, 10], integer=last >= 4))
    steps = [tick for tick in axes.get_xticks() if 0 <= tick <= last]
    axes.set_xticks(steps, [format_number(tick, 0 if tick == int(tick) else 1) for tick in steps], **options)
    axes.set_xlabel(UNITS.get(unite, (unite, unite))[1], labelpad=5, **options)
    axes.set_ylabel("Part des habitants", labelpad=5, **options)
    axes.grid(axis="y", color="#E6E6E6", linewidth=0.6, zorder=0)
    axes.set_axisbelow(True)
    for side in ("bottom", "left"):
        axes.spines[side].set(visible=True, color="#8A8A8A")


def _mark_thresholds(axes, seuils, unite):
    """Draw a dotted line at each threshold on the chart, its figure above it."""
    last = axes.get_xlim()[1]
    for seuil in [seuil for seuil in seuils if seuil <= last]:
        axes.axvline(seuil, color="#8A8A8A", linewidth=0.8, linestyle=(0, (1, 2)), zorder=1, gid="seuil")
        words = f"{format_number(seuil, 0 if seuil == int(seuil) else 1)}{NO_BREAK_SPACE}{UNITS.get(unite, (unite,))[0]}"
        page.write_text(axes, seuil, 1.02, words, ha="center", va="bottom", gid="mot seuil")


def _name_curves(axes, curves, order, styles):
    """Write the names beside their curves, where they hide fewest lines; return the names that found no room."""
    figure = axes.get_figure()
    xs = np.linspace(*axes.get_xlim(), 240)
    traces = {key: _trace(axes, curves[key].dropna(), xs) for key in styles}
    points = np.concatenate(list(traces.values())) if traces else np.empty((0, 2))
    unwritten, boxes = [], []
    for territory in [key for key, style in styles.items() if style is not OTHERS]:
        style, anchors = styles[territory], _pick_anchors(axes, traces[territory])
        text = page.write_text(
            axes, 0, 0, legal_name(order.at[territory, "nom"], 22), color=style["color"], ha="left", va="bottom", zorder=6, gid="nom",
            fontweight="normal" if style is NAMED else "bold", linespacing=1.0,
        )  # fmt: skip
        page.add_halo(text, 2.5)
        size = text.get_window_extent(figure.canvas.get_renderer())
        anchors, candidates = _list_candidates(anchors, size.width, size.height, GAP_POINTS * figure.dpi / 72)
        free = is_free(candidates, boxes, axes.bbox.extents)
        if not free.any():
            text.remove()
            unwritten.append(order.at[territory, "nom"])
            continue
        away = np.hypot(candidates[:, [0, 2]].mean(axis=1) - anchors[:, 0], candidates[:, [1, 3]].mean(axis=1) - anchors[:, 1])
        cost = count_hidden(candidates, points) + away / size.height * 0.5
        best = np.flatnonzero(free)[np.argmin(cost[free])]
        boxes.append(candidates[best])
        text.set_position(axes.transData.inverted().transform(candidates[best][:2]))
        _join_name(axes, anchors[best], candidates[best], style["color"])
    return unwritten


def _pick_anchors(axes, trace):
    """Return the pixels of a curve where its name may be hung: not along 0 % or 100 %, where all curves meet, unless it is flat."""
    heights = axes.transData.inverted().transform(trace)[:, 1]
    steep = trace[(heights > FLAT) & (heights < 1 - FLAT)]
    return steep[::2] if len(steep) > 6 else trace[::4]


def _trace(axes, line, xs):
    """Return the pixels of a curve at `xs`, as it is drawn."""
    inside = xs[(xs >= line.index[0]) & (xs <= line.index[-1])]
    return axes.transData.transform(np.column_stack([inside, np.interp(inside, line.index.to_numpy(dtype=float), line.to_numpy())]))


def _list_candidates(anchors, width, height, gap):
    """Return, for each anchor and side, the anchor and the box (pixels) of a name of this size."""
    side, rise = (np.array(values) for values in zip(*SIDES, strict=True))
    left = np.where(side > 0, gap, -gap - width)
    low = rise * height - height / 2
    corner = anchors[:, None, :] + np.column_stack([left, low])[None, :, :]
    boxes = np.concatenate([corner, corner + [width, height]], axis=2).reshape(-1, 4)
    return np.repeat(anchors, len(SIDES), axis=0), boxes


def _join_name(axes, anchor, box, colour):
    """Mark the point of the curve a name belongs to, and join it to the nearest point of the name."""
    near = np.array([np.clip(anchor[0], box[0], box[2]), np.clip(anchor[1], box[1], box[3])])
    line = axes.transData.inverted().transform([anchor, near])
    axes.plot(*line.T, color=colour, linewidth=0.7, zorder=5, gid="renvoi")
    axes.plot(*line[0], marker="o", markersize=3.4, color=colour, markeredgecolor="white", markeredgewidth=0.5, zorder=6, gid="repere")


def _list_lines(order, styles, shares, within):
    """Return the legends: the bold lines with their share at the middle threshold, then the EPCI, named or not."""
    head = f"Part des habitants à {within}" if within else "Part des habitants"
    bold = [
        Line2D([], [], **style, label=f"{order.at[key, 'nom']} — {tell_part(shares[key])}")
        for key, style in styles.items() if style is not NAMED and style is not OTHERS
    ]  # fmt: skip
    others = []
    for style, words in [(NAMED, "nommé sur le graphique"), (OTHERS, "non nommé")]:
        keys = [key for key, held in styles.items() if held is style]
        if keys:
            plural = words.replace("nommé", "nommés")
            others.append(Line2D([], [], **style, label=f"{agree(len(keys), words, plural)}{_tell_range(shares[keys])}"))
    note = "Nommés : les parts les plus faibles et les plus fortes à ce seuil." if within and len(others) == 2 else None
    return [(head, bold, None), (_call_others(order), others, note)]


def _call_others(order):
    """Return how the territories that are not bold are called together."""
    return "EPCI" if set(order["type"]) - {"perimetre", "departement"} == {"epci"} else "Autres territoires"


def _tell_range(shares):
    """Return " — de 12 % à 80 %", " — 12 %" or nothing."""
    known = shares.dropna()
    if known.empty:
        return ""
    low, high = tell_part(known.min()), tell_part(known.max())
    return f" — {low}" if low == high else f" — de {low} à {high}"


def _tell_within(seuil, unite):
    if seuil is None:
        return ""
    number = format_number(seuil, 0 if seuil == int(seuil) else 1)
    return f"{number}{NO_BREAK_SPACE}{UNITS.get(unite, (unite,))[0]} ou moins"


def tell_curves(shares, types, categorie, seuil, unite):
    """Return the title: the share of the whole within the middle threshold, and from which to which EPCI it goes.

    >>> types = pd.Series({"p": "perimetre", "a": "epci", "b": "epci"})
    >>> title = tell_curves(pd.Series({"p": 0.62, "a": 0.1, "b": 1.0}), types, "France services", 10, "km")
    >>> " ".join(title.split())
    "France services : 62 % des habitants ont un site à 10 km ou moins, de 10 % à 100 % selon l'EPCI"
    """
    within = _tell_within(seuil, unite)
    whole = shares[types.reindex(shares.index).eq("perimetre")].dropna()
    epci = shares[types.reindex(shares.index).eq("epci")].dropna()
    span = _tell_range(epci).removeprefix(" — ") if len(epci) > 1 else ""
    if len(whole):
        spread = f", {span} selon l'EPCI" if span.startswith("de ") else ""
        return f"{categorie} : {tell_part(whole.iloc[0])} des habitants ont un site à {within}{spread}"
    if span:
        where = ", selon l'EPCI" if span.startswith("de ") else " dans chaque EPCI"
        return f"{categorie} : {span} des habitants ont un site à {within}{where}"
    far = "la distance au" if unite == "km" else "le temps de trajet vers le"
    return f"{categorie} : part des habitants selon {far} site le plus proche"


def _tell_people(courbes, order):
    """Return the note of the denominators: the inhabitants of the bold territories, and the range of those of the EPCI."""
    people = courbes.groupby("territoire_id")["population"].first().reindex(order.index)
    bold = order["type"].isin(["perimetre", "departement"])
    told = [f"{order.at[key, 'nom']}, {format_number(people[key])}" for key in order.index[bold]][:MAX_LABELS]
    rest = people[~bold].dropna()
    if len(rest):
        told.append(f"{_call_others(order)}, de {format_number(rest.min())} à {format_number(rest.max())}")
    return [f"Habitants comptés : {' ; '.join(told)}."] if told else []


def _tell_missing(names):
    return [f"Non calculé, faute de distance connue : {list_names(names.fillna('territoire sans nom'))}."] if len(names) else []
