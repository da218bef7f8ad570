"""The number of links between the two champs beside what chance gives, under each idea of chance."""

import numpy as np
import pandas as pd

from diagnostic.draw import page
from diagnostic.draw.chance_chart import CHANCE, CHANCE_EDGE, OBSERVED, SHARE, make_mean, make_observed
from diagnostic.draw.charter import find_charter
from diagnostic.draw.charts import open_chart, write_legend_row
from diagnostic.draw.style import (
    FONT_SIZES,
    TEXT_COLOUR,
    agree,
    format_number,
    format_share,
)

NULLS = {
    "etiquettes": "Champs redistribués entre les acteurs",
    "liens": "Liens redistribués entre les paires",
    "degres": "Chacun garde son nombre de liens",
}
EXPLAINED = {
    "etiquettes": "Les mêmes liens ; les champs sont redistribués au hasard entre les mêmes acteurs.",
    "liens": "Autant de liens, placés au hasard entre toutes les paires d'acteurs.",
    "degres": "Chaque acteur garde son nombre de partenaires ; qui est relié à qui est tiré au hasard.",
}
GAP_IN, WORDS_IN, HEAD_IN, AXIS_IN, UNDER_IN = 0.3, 0.8, 0.42, 0.45, 0.42
BARS_SHARE = 0.56  # of the width, for a histogram that has its words beside it
MOST_BARS = 45
STEPS = [digit * power for power in (1, 10, 100, 1000, 10000) for digit in (1, 2, 5)]
SHARE_STEPS = [digit * power for power in (0.001, 0.01, 0.1) for digit in (1, 2, 5)]
OUTSIDE = "#F4F4F4"


def draw_references(distributions, references, *, mentions, ensemble=None, etendues=None, format_page="A4"):
    """Draw three small histograms of the number of links between champs that chance gives, the number observed marked on each.

    The three have one scale each way, so that the references can be compared: which one is chosen changes the conclusion.

    Parameters
    ----------
    distributions : DataFrame with hypothese ("etiquettes", "liens", "degres"), valeur (links between champs), nb_cas
        `part` (of all cases), when given, is used where nb_cas is too large to be held.
    references : DataFrame, one row a hypothese: methode ("exacte" or "tirages"), nb_cas, observe, moyenne, q05, q95, p_moins, phrase
        NaN is told with raison_absence when there is one, and nothing is drawn; a hypothesis without row has an empty frame.
    mentions : dict, as for `charts.draw_discordance`
    ensemble : mapping with nb_acteurs, nb_liens of the whole network, optional: what the comparison leaves out is then told
    etendues : dict of str -> (low, high), optional
        Range of observed / expected over where mixed actors are put ("mixte") and over the champ given to each category
        ("categories").
    """
    rows = references.drop_duplicates("hypothese").set_index("hypothese").reindex(list(NULLS))
    known = rows["observe"].notna() & rows["moyenne"].notna()
    title = mentions.get("titre") or tell_references(rows[known])
    notes = [
        "Un écart au hasard ne dit pas sa cause et dépend du hasard choisi ; aucun de ces hasards ne connaît les distances.",
        *tell_left_out(rows[known], ensemble), *tell_ranges(etendues or {}),
    ]  # fmt: skip
    figure, axes, room = open_chart(title, mentions, notes=notes, square=False, format_page=format_page)
    axes.remove()
    cases = share_cases(distributions, rows)
    top = write_legend_row(figure, list_marks(known.any()), room[0]) - 0.12
    limits = find_limits(cases, rows)
    bars = {name: stack_cases(cases[cases["hypothese"].eq(name)], rows.loc[name], limits[2]) for name in NULLS if known[name]}
    highest = max((float(stacked.sum(axis=1).max()) for stacked in bars.values() if len(stacked)), default=1.0)
    for hypothese, (box, words) in zip(NULLS, share_page(figure.get_size_inches(), top, room[1]), strict=True):
        row = rows.loc[hypothese]
        write_panel_words(figure, hypothese, row, known[hypothese], words)
        panel = open_panel(figure, box, limits, row)
        if known[hypothese]:
            draw_histogram(panel, bars[hypothese], row, limits, highest)
        else:
            panel.text(0.5, 0.5, "Non calculé", transform=panel.transAxes, ha="center", fontfamily=find_charter().polices,
                       fontsize=FONT_SIZES["legende"], color=TEXT_COLOUR)  # fmt: skip
    return figure


def share_page(size, top, bottom):
    """Return, for each reference, the box of its histogram (left, low, width, height) and that of its words, in inches.

    The words (left, top, width, height, and the height kept under the heading for the histogram, 0 for none) are above and below
    it; on a page higher than wide, at its right, and the references are one below the other.
    """
    full, number = size[0] - 2 * page.MARGIN_IN, len(NULLS)
    if size[0] >= size[1]:
        wide = (full - GAP_IN * (number - 1)) / number
        lefts = [page.MARGIN_IN + rank * (wide + GAP_IN) for rank in range(number)]
        low, between = bottom + WORDS_IN + UNDER_IN, top - bottom - WORDS_IN - HEAD_IN
        return [
            ((left + AXIS_IN, low, wide - AXIS_IN, between - UNDER_IN), (left, top, wide, top - bottom, between)) for left in lefts
        ]
    high = (top - bottom - GAP_IN * (number - 1)) / number
    tops = [top - rank * (high + GAP_IN) for rank in range(number)]
    wide = full * BARS_SHARE
    beside = (page.MARGIN_IN + wide + GAP_IN, full - wide - GAP_IN)
    return [
        ((page.MARGIN_IN + AXIS_IN, each - high + UNDER_IN, wide - AXIS_IN, high - UNDER_IN), (beside[0], each, beside[1], high, 0.0))
        for each in tops
    ]


def list_marks(known):
    """Return the legend entries: what is observed and, where anything was computed, what chance gives."""
    if not known:
        return [make_observed("Observé")]
    outside = page.make_patch(OUTSIDE, "les autres", hatch="....", hatch_colour=CHANCE_EDGE)
    inside = page.make_patch(CHANCE, f"{format_share(SHARE)} des cas au hasard, autour du milieu")
    return [make_observed("Observé"), inside, outside, make_mean("Moyenne au hasard")]


def share_cases(distributions, rows):
    """Return hypothese, valeur, part (share of the cases): from `part` where it is given, else from nb_cas."""
    table = distributions.reindex(columns=["hypothese", "valeur", "nb_cas", "part"])
    table = table.astype(dict.fromkeys(["valeur", "nb_cas", "part"], float))
    table = table[table["hypothese"].isin(rows.index)]
    counted = table["nb_cas"] / table.groupby("hypothese")["nb_cas"].transform("sum").replace(0, np.nan)
    table["part"] = table["part"].fillna(counted)
    return table.dropna(subset=["valeur", "part"]).sort_values(["hypothese", "valeur"], ignore_index=True)[["hypothese", "valeur", "part"]]


def find_limits(cases, rows):
    """Return the first and last number of links of the common scale, values of hardly any case left out, and the width of a bar."""
    met = cases.loc[cases["part"] > 5e-4, "valeur"]
    values = pd.concat([met, rows["observe"].dropna(), rows["moyenne"].dropna()]).astype(float)
    if values.empty:
        return 0.0, 1.0, 1.0
    low, high = float(np.floor(values.min())), float(np.ceil(values.max()))
    bar = float(max(1, np.ceil((high - low + 1) / MOST_BARS)))
    return low - bar, high + bar, bar


def open_panel(figure, box, limits, row):
    """Return the axes of one histogram, their box in inches."""
    width, height = figure.get_size_inches()
    axes = figure.add_axes([box[0] / width, box[1] / height, box[2] / width, max(0.2, box[3]) / height], gid="histogramme")
    axes.set_xlim(limits[0], limits[1])
    for side in ("top", "left", "right"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color("#8A8A8A")
    axes.set_yticks([])
    axes.set_ylabel(tell_unit(row), fontfamily=find_charter().polices, fontsize=FONT_SIZES["note"], color=TEXT_COLOUR, labelpad=2)
    least = (limits[1] - limits[0]) / 7
    step = next((step for step in STEPS if step >= least), int(np.ceil(least)))
    ticks = [tick for tick in range(0, int(limits[1]) + 1, step) if tick >= limits[0]]
    axes.set_xticks(ticks, [format_number(tick) for tick in ticks])
    for label in axes.get_xticklabels():
        label.set(fontfamily=find_charter().polices, fontsize=FONT_SIZES["note"], color=TEXT_COLOUR)
    axes.tick_params(length=2, color="#8A8A8A")
    axes.set_xlabel("liens entre champs", fontfamily=find_charter().polices, fontsize=FONT_SIZES["note"], color=TEXT_COLOUR, labelpad=2)
    return axes


def stack_cases(cases, row, bar):
    """Return the share of the cases a bar of `bar` numbers of links (index its first), inside (True) and outside the interval."""
    bins = np.floor(cases["valeur"] / bar) * bar
    inside = cases["valeur"].between(row["q05"], row["q95"])
    grouped = cases.assign(bin=bins, dedans=inside).groupby(["bin", "dedans"])["part"].sum().unstack(fill_value=0.0)
    return grouped.reindex(columns=[True, False], fill_value=0.0)


def draw_histogram(axes, grouped, row, limits, highest):
    """Draw the share of the cases by number of links, the mean, and the number observed with its words; `highest` tops every frame."""
    bar = limits[2]
    where = grouped.index.to_numpy(dtype=float) + (bar - 1) / 2
    style = {"width": bar * 0.9, "linewidth": 0.4, "edgecolor": CHANCE_EDGE}
    axes.bar(where, grouped[True], color=CHANCE, gid="cas dedans", **style)
    axes.bar(where, grouped[False], bottom=grouped[True], color=OUTSIDE, hatch="....", gid="cas dehors", **style)
    axes.set_ylim(0, highest * 1.3)
    axes.plot([row["moyenne"]] * 2, [0, highest * 1.06], color=TEXT_COLOUR, linewidth=1.2, gid="moyenne")
    write_shares(axes, highest)
    observed = float(row["observe"])
    axes.plot([observed] * 2, [0, highest * 1.16], color=OBSERVED, linewidth=1.4, linestyle=(0, (4, 1.5)), gid="trait")
    axes.plot(observed, highest * 1.16, marker="D", markersize=7, color=OBSERVED, markeredgecolor="white", gid="observe")
    share = (observed - limits[0]) / (limits[1] - limits[0])
    side, shift = ("left", 1) if share < 0.6 else ("right", -1)
    words = f"{agree(int(observed), 'observé')}"
    text = page.write_text(axes, observed + shift * (limits[1] - limits[0]) * 0.025, highest * 1.16, words, ha=side, va="center",
                           fontweight="bold", color=OBSERVED, gid="mot observe")  # fmt: skip
    page.add_halo(text)


def write_shares(axes, highest):
    """Graduate the vertical axis in shares of the cases, two or three round ones up to the highest bar."""
    step = next((step for step in SHARE_STEPS if highest / step <= 3.5), 0.5)
    ticks = np.arange(0, highest * 1.001, step)
    axes.set_yticks(ticks, [format_share(tick, 0 if step >= 0.01 else 1) for tick in ticks])
    axes.spines["left"].set(visible=True, color="#8A8A8A", bounds=(0, highest))
    for label in axes.get_yticklabels():
        label.set(fontfamily=find_charter().polices, fontsize=FONT_SIZES["note"], color=TEXT_COLOUR)


def write_panel_words(figure, hypothese, row, known, box):
    """Write the name of the reference, how its cases were counted and its sentence in `box` (see `share_page`), as large as it holds."""
    left, top, wide, high, between = box
    size, least = FONT_SIZES["note"], page.find_least(figure, 5.0)
    if between:
        head = {"fontsize": FONT_SIZES["legende"] + 1, "fontweight": "bold", "va": "baseline"}
        name = page.write_paragraph(figure, left, top - 0.14, NULLS[hypothese], wide, **head)
        page.write_paragraph(figure, left, page.measure_box(name)[1] - 0.03, tell_method(row), wide, va="top", gid="methode")
        start = top - HEAD_IN - between
    else:
        head = page.write_paragraph(figure, left, top, NULLS[hypothese], wide, fontsize=FONT_SIZES["legende"], fontweight="bold", va="top")
        start = page.measure_box(head)[1] - 0.05
        method = tell_method(row)
        if method:
            start = page.measure_box(page.write_paragraph(figure, left, start, method, wide, va="top", gid="methode"))[1] - 0.08
    words = tell_phrase(hypothese, row, known)
    while True:
        text = page.write_paragraph(figure, left, start, words, wide, va="top", fontsize=size, linespacing=1.2, gid="phrase")
        if page.measure_box(text)[1] >= top - high + 0.04 or size <= least:
            return
        text.remove()
        size = max(least, size - 0.5)


def tell_phrase(hypothese, row, known):
    """Return the sentence of a reference and its warning, or why it is not computed."""
    words = EXPLAINED[hypothese]
    phrase, reason = row.get("phrase"), row.get("raison_absence")
    if known and isinstance(phrase, str) and phrase:
        words = phrase
    elif not known:
        why = reason if isinstance(reason, str) and reason else "données insuffisantes"
        words = f"{words} Non calculé : {why}."
    warning = row.get("avertissement")
    if known and isinstance(warning, str) and warning:
        words = f"{words} Attention : {warning.rstrip('.')}."
    return words


def tell_unit(row):
    """Return the name of the vertical axis."""
    return "part des tirages" if row.get("methode") == "tirages" else "part des cas possibles"


def tell_method(row):
    """Return how the cases were counted: all of them, or draws."""
    if row.get("methode") == "exacte":
        number = row["nb_cas"]
        return f"Tous les cas possibles ({format_number(number)})." if number < 1e9 else "Calcul exact sur tous les cas."
    if row.get("methode") == "tirages":
        seed = row.get("graine")
        told = f"graine {int(seed)}" if seed == seed and seed is not None else "graine fixe"
        return f"{agree(int(row['nb_cas']), 'tirage')} au hasard ({told} : les mêmes à chaque calcul)."
    return ""


def tell_references(rows):
    """Return the title: what is observed, and what the references computed give on average."""
    if rows.empty:
        return "Liens entre champs : comparaison au hasard non calculée"
    observed = int(rows["observe"].iloc[0])
    # Under ten, a whole number would hide what tells the means apart.
    digits = 0 if rows["moyenne"].min() >= 10 else 1
    low, high = (format_number(value, digits) for value in (rows["moyenne"].min(), rows["moyenne"].max()))
    means = low if low == high else f"{low} à {high}"
    return f"{agree(observed, 'lien')} entre champ social et développement local, pour {means} attendus au hasard"


def tell_left_out(rows, whole):
    """Return the footnote that counts the actors and links of the network that are not compared, or nothing."""
    if whole is None or rows.empty or "nb_liens" not in rows:
        return []
    actors, links = (int(whole[name] - rows[name].iloc[0]) for name in ("nb_acteurs", "nb_liens"))
    if not actors:
        return []
    verb, theirs = ("est", "avec lui") if actors == 1 else ("sont", "avec eux")
    told = f"{agree(actors, 'acteur')} sur {format_number(whole['nb_acteurs'])} (mixte, autre ou de champ non renseigné) {verb} hors de la"
    return [f"{told} comparaison, et {agree(links, 'lien')} {theirs} sur {format_number(whole['nb_liens'])}."]


def tell_ranges(ranges):
    """Return the footnote of how observed / expected moves with the conventions, or nothing."""
    words = {
        "mixte": "selon qu'on laisse les acteurs mixtes ou qu'on les compte dans l'un des deux champs",
        "categories": "quand une catégorie d'acteurs change de champ, l'une après l'autre",
    }
    parts = [
        f"de {format_number(low, 2)} à {format_number(high, 2)} {words[name]}"
        for name, (low, high) in ranges.items()
        if name in words and low == low and high == high
    ]
    return [f"Observé / attendu : {' ; '.join(parts)}."] if parts else []
