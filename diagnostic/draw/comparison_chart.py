"""Territories side by side: a small chart a measure, a row a territory, the figure and its denominator written (chart T1)."""

import numpy as np
import pandas as pd
from matplotlib.transforms import blended_transform_factory

from diagnostic.draw import page
from diagnostic.draw.charts import MEAN_LETTER, STATES, open_chart, shorten_part, write_legend_row
from diagnostic.draw.labels import legal_name
from diagnostic.draw.states_map import STATE_FILLS, STATE_INKS
from diagnostic.draw.style import (
    COLOURS,
    FONT_SIZES,
    MISSING_COLOUR,
    MISSING_HATCH,
    MISSING_HATCH_COLOUR,
    STATE_HATCHES,
    STATE_LABELS,
    agree,
    format_number,
    format_share,
)  # fmt: skip

MOST_ROWS = 45
NAME_IN, GAP_IN, HEAD_IN = 2.3, 0.22, 0.52
# Of the width of a small chart: what words take beside a bar; the bar of the three states.
WORDS_SHARE, STATES_SHARE = 0.5, 0.4
# Measure: heading, column of the numerator, of the denominator, of what is drawn (a share, or a count).
PANELS = {
    "nb_acteurs": ("Acteurs du réseau", None, None),
    "densite": ("Densité des liens : liens / paires possibles", "nb_liens", "nb_paires"),
    "part_externes": ("Liens entre les deux champs / liens d'acteurs de ces champs", "nb_externes", "nb_liens_champs"),
    "taux_reponse": ("Acteurs qui ont répondu / acteurs", "nb_repondants", "nb_acteurs"),
}
WHOLE = ("perimetre", "departement")
# On a page higher than wide: share of it for the names, space, widths as the figures ask, share of the bar of states, pale bars.
NAMES_SHARE, NARROW_GAP_IN, STATES_NARROW, PALE = 0.265, 0.08, 0.22, "#BFDCEE"
NARROW_WEIGHTS = (0.7, 1.1, 1.0, 0.98, 1.12)


def draw_comparison(comparaison, etats, *, mentions, format_page="A4"):
    """Draw the measures of the territories side by side: actors, density, crossing, answers, and categories in three states.

    Parameters
    ----------
    comparaison : DataFrame with territoire_id, nom, type and the columns of PANELS
        The whole, the departements, then the others, in the order given. A measure that is NaN is hatched and reads "—".
    etats : DataFrame with territoire_id, nb_cases, part_present, part_absent_verifie, part_non_renseigne; those of other territories
        are left out, a territory that is not there is hatched
    mentions : dict, as for `charts.draw_discordance`

    One page holds 45 territories: those with most actors are kept (ties: the first given), the others counted in a note.
    """
    rows, left = choose_rows(comparaison)
    title = mentions.get("titre") or tell_comparison(comparaison)
    notes = [
        "Une petite valeur dépend de peu de liens et de qui a répondu : les territoires ne sont pas classés. « — » : non calculé.",
        *([f"Lignes : {agree(left, 'territoire')} de moins d'acteurs hors de cette page."] if left else []),
    ]
    figure, axes, room = open_chart(title, mentions, notes=notes, square=False, format_page=format_page)
    width, height = figure.get_size_inches()
    axes.remove()
    states = etats.drop_duplicates("territoire_id").set_index("territoire_id").reindex(rows["territoire_id"])
    headings = {name: heading for name, (heading, _, _) in PANELS.items()}
    headings["etats"] = f"Catégories du guide dans chaque état, sur {format_number(states['nb_cases'].max())}"
    narrow = height > width
    names_in, places = share_width(width, narrow)
    top = write_legend_row(figure, list_states(), room[0])
    top = write_headings(figure, list(headings.values()), places, top)
    for (left_in, wide), name in zip(places, headings, strict=True):
        box = [left_in / width, room[1] / height, wide / width, (top - room[1]) / height]
        panel = figure.add_axes(box, gid=f"mesure {name}")
        open_panel(panel, len(rows), rows["type"].isin(WHOLE).to_numpy())
        if name == "etats":
            draw_states(panel, states, STATES_NARROW if narrow else STATES_SHARE)
        else:
            draw_measure(panel, rows, name, behind=narrow)
    write_names(figure, figure.axes[0], rows, names_in)
    return figure


def share_width(width, narrow):
    """Return the inches of the names, and the left and width of each small chart; `narrow`: as wide as their figures ask."""
    gap = NARROW_GAP_IN if narrow else GAP_IN
    names = NAMES_SHARE * width if narrow else NAME_IN
    weights = np.array(NARROW_WEIGHTS if narrow else [1.0] * (len(PANELS) + 1))
    wides = (width - 2 * page.MARGIN_IN - names - gap * len(weights)) * weights / weights.sum()
    lefts = page.MARGIN_IN + names + gap + np.concatenate([[0.0], np.cumsum(wides + gap)[:-1]])
    return names, list(zip(lefts, wides, strict=True))


def write_headings(figure, headings, places, top):
    """Write the heading of each small chart under `top` (inches), on as many lines as it needs; return the top of the charts."""
    written = [
        page.write_paragraph(figure, left, 1.0, words, wide, va="bottom", fontweight="bold")
        for words, (left, wide) in zip(headings, places, strict=True)
    ]
    deepest = max(box[3] - box[1] for box in map(page.measure_box, written))
    low = top - max(HEAD_IN - 0.05, deepest + 0.1)
    for text in written:
        text.set_y((low + 0.03) / figure.get_size_inches()[1])
    return low


def choose_rows(comparaison):
    """Return the territories drawn, in order, and how many are left out."""
    rank = comparaison["type"].map({kind: number for number, kind in enumerate(WHOLE)}).fillna(len(WHOLE))
    order = comparaison.assign(rang=rank).sort_values("rang", kind="stable")
    most = order.assign(vu=order["nb_acteurs"].fillna(-1)).sort_values(
        ["rang", "vu"], ascending=[True, False], kind="stable"
    )
    kept = order[order["territoire_id"].isin(most["territoire_id"].iloc[:MOST_ROWS])]
    return kept.drop(columns="rang").reset_index(drop=True), len(order) - len(kept)


def open_panel(axes, number, whole):
    """Set the limits and clear all ink but a light rule under the whole and the departements."""
    axes.set(xlim=(0, 1), ylim=(max(number, 8) - 0.5, -0.5), xticks=[], yticks=[])
    for spine in axes.spines.values():
        spine.set_visible(False)
    if whole.any() and not whole.all():
        axes.axhline(whole.sum() - 0.5, color="#999999", linewidth=0.6)


def draw_measure(axes, rows, name, *, behind):
    """Draw the bars of one measure and write each figure, with its numerator and denominator; `behind`: pale bars under the figures."""
    _, top, under = PANELS[name]
    values = rows[name].to_numpy(dtype=float)
    small = rows["type"].isin(WHOLE).to_numpy() & (top is None)
    # A count of the whole would flatten those of its parts: it is written, not drawn.
    most = np.nanmax(np.where(small, np.nan, values), initial=0) or 1.0
    length = np.where(small, 0, np.nan_to_num(values)) / most * (1 if behind else 1 - WORDS_SHARE)
    axes.barh(np.arange(len(rows)), length, height=0.78 if behind else 0.62, color=PALE if behind else COLOURS["bleu"], gid="barre")
    size = find_size(len(rows), page.find_least(axes.get_figure(), 6.0))
    for row, value in enumerate(values):
        if value != value:
            look = {"facecolor": MISSING_COLOUR, "edgecolor": MISSING_HATCH_COLOUR, "hatch": MISSING_HATCH, "linewidth": 0}
            axes.barh(row, 0.05, height=0.62, **look)
        words = tell_value(value, rows[top].iloc[row] if top else None, rows[under].iloc[row] if under else None)
        if behind:
            words = words.replace(" / ", "/")
        x = (0.05 if value != value else 0.0 if behind else length[row]) + 0.03
        page.write_text(axes, x, row, words, va="center_baseline", fontsize=size)


def tell_value(value, top, under):
    """Return the words of a figure: a count, or a share with what it is a share of."""
    if value != value:
        return "—"
    if under is None:
        return format_number(value)
    return f"{format_share(value, 1 if 0 < value < 0.1 else 0)} ({format_number(top)} / {format_number(under)})"


def draw_states(axes, states, bar):
    """Draw the shares of the three states as one bar a territory, `bar` of the width at most, and write the shares."""
    rows, done = np.arange(len(states)), np.zeros(len(states))
    known = states["part_present"].notna().to_numpy()
    size = find_size(len(states), page.find_least(axes.get_figure(), 6.0))
    for state in STATES:
        shares = np.nan_to_num(states[f"part_{state}"].to_numpy(dtype=float)) * bar
        axes.barh(
            rows, shares, left=done, height=0.62, facecolor=STATE_FILLS[state], edgecolor=STATE_INKS[state] or STATE_FILLS[state],
            hatch=STATE_HATCHES[state] or None, linewidth=0.3, gid=f"etat {state}",
        )  # fmt: skip
        done = done + shares
    for row, shares in enumerate(states[[f"part_{state}" for state in STATES]].itertuples(index=False)):
        words = "\u00a0· ".join(map(format_share, shares)) if known[row] else "—"
        x = bar + 0.03 if known[row] else 0.03
        page.write_text(axes, x, row, words, va="center_baseline", fontsize=size, gid="parts")


def list_states():
    """Return the legend entries of the three states, in the order of the shares written."""
    words = STATE_LABELS | {"non_renseigne": f"{STATE_LABELS['non_renseigne']} : ne veut pas dire absent"}
    return [
        page.make_patch(STATE_FILLS[state], words[state], hatch=STATE_HATCHES[state] or None, hatch_colour=STATE_INKS[state])
        for state in STATES
    ]


def find_size(number, least):
    """Return the size of the letters for so many rows, `least` at least."""
    return float(np.clip(300 / max(1, number), least, FONT_SIZES["note"]))


def write_names(figure, axes, rows, room):
    """Write the names of the territories in `room` inches at the left of the rows, the whole and the departements in bold."""
    beside = blended_transform_factory(figure.transFigure, axes.transData)
    x = (page.MARGIN_IN + room) / figure.get_size_inches()[0]
    size = find_size(len(rows), page.find_least(figure, 6.0))
    for row, (name, kind) in enumerate(zip(rows["nom"], rows["type"], strict=True)):
        bold = kind in WHOLE
        letters = min(40, int(room * 72 / (size * MEAN_LETTER * (page.BOLD if bold else 1.0))))
        words = legal_name(shorten_part(name), 200)
        # What a parenthesis tells goes first, then the end of the name.
        words = words if len(words) <= letters else words.split(" (")[0]
        words = words if len(words) <= letters else f"{words[: letters - 1].rstrip()}…"
        page.write_text(
            axes, x, row, words, transform=beside, ha="right", va="center_baseline", fontsize=size,
            fontweight="bold" if bold else "normal", gid="nom",
        )  # fmt: skip


def tell_comparison(comparaison):
    """Return the title: from which to which density the small territories go, where they have one."""
    parts = comparaison[~comparaison["type"].isin(WHOLE)]
    head = agree(len(parts), "territoire")
    known = parts.dropna(subset="densite")
    if known.empty:
        return f"{head} côte à côte : aucune densité calculée"
    low, high = (format_share(value, 1) for value in (known["densite"].min(), known["densite"].max()))
    crossing = pd.to_numeric(parts["nb_externes"]).fillna(0).gt(0).sum()
    between = f"de {low} à {high}" if low != high else low
    where = f"dans {format_number(crossing)} d'entre eux" if crossing > 1 else ("dans un seul" if crossing else "dans aucun")
    return f"{head} : densité des liens {between} ; au moins un lien entre champ social et développement local {where}"
