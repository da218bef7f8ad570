"""Posts and functions: filled, vacant, to create, by verb, champ, function and bridging profession; never by structure."""

from itertools import product

import numpy as np
import pandas as pd

from diagnostic.draw import page
from diagnostic.draw.charter import find_charter
from diagnostic.draw.charts import open_chart
from diagnostic.draw.style import (
    CHAMP_LABELS,
    COLOURS,
    FONT_SIZES,
    MISSING_COLOUR,
    MISSING_HATCH,
    MISSING_HATCH_COLOUR,
    TEXT_COLOUR,
    agree,
    format_number,
    pick_text_colour,
)  # fmt: skip
from diagnostic.vocabulary import read_list

GROUPS = {
    "verbe": ("Ce que font les postes (un poste compte dans chacun de ses verbes)", "verbes"),
    "champ": ("Champ de la structure qui emploie", "champs"),
    "fonction": ("Fonction", "personnes"),
    "metier_passerelle": ("Métier passerelle", "metiers_passerelles"),
}
STATUSES = {
    "nb_pourvus": ("Pourvu", COLOURS["bleu"], "", "#FFFFFF"),
    "nb_vacants": ("Vacant", "#FFFFFF", "/////", COLOURS["vermillon"]),
    "nb_a_creer": ("À créer", COLOURS["jaune"], "....", "#555555"),
    "nb_statut_inconnu": ("Statut non renseigné", MISSING_COLOUR, MISSING_HATCH, MISSING_HATCH_COLOUR),
}
WORDS = {
    "nb_pourvus": ("pourvu", "pourvus"), "nb_vacants": ("vacant", "vacants"), "nb_a_creer": ("à créer", "à créer"),
    "nb_statut_inconnu": ("de statut non renseigné", "de statut non renseigné"),
}  # fmt: skip
NOT_SAID = ("non_precise", "non_renseigne", "")
FEW, FEW_LABEL = "moins_de_3", "Autres (moins de 3 postes chacun)"
MAX_ROWS = 16
BAR_IN, PAD_IN, HEAD_IN, GAP_IN, LABEL_IN, COLUMN_GAP_IN = 0.17, 0.09, 0.2, 0.24, 2.55, 0.35
# Sizes of the letters tried, in points, until the fullest column holds in the page.
SIZES = (8.5, 8.0, 7.5, 7.0, 6.5, 6.0, 5.5, 5.0, 4.5)
LINE_SPACING = 1.15


def draw_posts(resume, *, mentions, format_page="A4"):
    """Draw the posts as stacked bars, one block a group, in two columns about as full as each other; largest bars first.

    Parameters
    ----------
    resume : DataFrame with groupe (verbe, champ, fonction, metier_passerelle; "ensemble", when there, gives the title), code,
        libelle (by default the word of the vocabulary), nb_pourvus, nb_vacants, nb_a_creer, nb_statut_inconnu
        A missing number reads "—" and is not drawn. Of a group of more than 16 rows the smallest are counted in a note. The
        code "moins_de_3" stands for the lines of one or two posts, gathered where structures may not be recognised.
    mentions : dict, as for `charts.draw_discordance`
    """
    blocks = {group: order_rows(resume, group) for group in GROUPS}
    left = {group: len(rows) - MAX_ROWS for group, rows in blocks.items() if len(rows) > MAX_ROWS}
    blocks = {group: keep_largest(rows) for group, rows in blocks.items() if len(rows)}
    totals = count_totals(resume)
    notes = [
        "Un poste compte une fois dans son champ, sa fonction et son métier, et dans chacun de ses verbes : ne pas additionner les verbes.",
        *[f"{GROUPS[group][0]} : {agree(number, 'ligne')} de moindre effectif hors de la page." for group, number in left.items()],
    ]
    title = mentions.get("titre") or tell_posts(totals)
    figure, axes, room = open_chart(title, mentions, notes=notes, square=False, format_page=format_page)
    axes.remove()
    top = write_legend(figure, room[0], totals)
    longest = max([1.0, *(float(np.nansum(rows[list(STATUSES)].to_numpy(dtype=float), axis=1).max()) for rows in blocks.values())])
    if not blocks:
        page.write_paragraph(figure, page.MARGIN_IN, top - 0.2, "Aucun poste renseigné.", 4, fontsize=FONT_SIZES["titre"], va="top")
        return figure
    columns, size = fit_columns(blocks, top - room[1])
    width = (figure.get_size_inches()[0] - 2 * page.MARGIN_IN - COLUMN_GAP_IN) / 2
    for rank, column in enumerate(columns):
        left_in = page.MARGIN_IN + rank * (width + COLUMN_GAP_IN)
        place_column(figure, [(group, blocks[group]) for group in column], left_in, top, width, size, longest)
    return figure


def share_columns(heights):
    """Return the groups in two columns, in their order in each, the fullest column as short as can be.

    Parameters
    ----------
    heights : dict of group -> height; the first group stays on the left; of equal cuts, the first groups stay together

    >>> share_columns({"verbe": 5, "champ": 3, "fonction": 16, "metier_passerelle": 14})
    [['verbe', 'metier_passerelle'], ['champ', 'fonction']]
    """
    names = list(heights)
    choices = [
        [[*names[:1], *(n for n, left in zip(names[1:], lefts, strict=True) if left)],
         [n for n, left in zip(names[1:], lefts, strict=True) if not left]]
        for lefts in product([True, False], repeat=len(names) - 1)
    ]  # fmt: skip
    best = min(choices, key=lambda columns: max(sum(heights[name] for name in column) for column in columns))
    return [column for column in best if column]


def fit_columns(blocks, room):
    """Return the groups of each column, and the largest size of letters at which the fullest holds in `room` inches."""
    columns, size = [], SIZES[-1]
    for size in SIZES:
        heights = {group: HEAD_IN + GAP_IN + float(measure_rows(rows, size).sum()) for group, rows in blocks.items()}
        columns = share_columns(heights)
        if max(sum(heights[group] for group in column) for column in columns) - GAP_IN <= room:
            break
    return columns, size


def measure_rows(rows, size):
    """Return the height of each row in inches: its bar, or the lines of its label, and the space below."""
    lines = np.array([wrap_label(word, size).count("\n") + 1 for word in rows["mot"]])
    return np.maximum(BAR_IN * size / 8, lines * size * LINE_SPACING * 1.17 / 72) + PAD_IN * size / 8


def wrap_label(word, size):
    """Return a label on as many lines as the room beside the bars asks for: none is cut."""
    return page.wrap_text(word, LABEL_IN - 0.1, size)


def order_rows(resume, group):
    """Return the rows of a group with their label, the largest first (ties by label); those gathered, then the unknown, last."""
    rows = resume[resume["groupe"].eq(group)].drop_duplicates("code").copy()
    words = read_list(GROUPS[group][1])["libelle"]
    codes = rows["code"].astype("object").fillna("")
    unknown = codes.isin(NOT_SAID).astype(bool)
    given = rows.reindex(columns=["libelle"])["libelle"].astype("object")
    named = given.where(given.notna() & given.ne(""), codes.map(words).fillna(codes))
    named = named.mask(unknown, "Non précisé").mask(codes.eq(FEW), FEW_LABEL)
    if group == "champ":
        named = codes.map(CHAMP_LABELS).fillna(named)
    total = rows[list(STATUSES)].astype(float).sum(axis=1, min_count=1)
    last = np.select([unknown, codes.eq(FEW)], [2, 1], default=0)
    rows = rows.assign(mot=named.astype("str"), total=total, dernier=last, rang=-total.fillna(0))
    return rows.sort_values(["dernier", "rang", "mot", "code"], ignore_index=True)


def keep_largest(rows):
    """Return at most MAX_ROWS rows, those with most posts, in their order."""
    if len(rows) <= MAX_ROWS:
        return rows
    kept = rows.sort_values(["total", "mot"], ascending=[False, True], kind="stable").index[:MAX_ROWS]
    return rows.loc[sorted(kept)].reset_index(drop=True)


def count_totals(resume):
    """Return the number of posts by status: from the row of the whole, else from a group in which a post counts once; NaN when none."""
    for group in ("ensemble", "champ", "fonction"):
        rows = resume[resume["groupe"].eq(group)]
        if len(rows):
            return rows[list(STATUSES)].astype(float).sum(min_count=1)
    return pd.Series(np.nan, index=list(STATUSES))


def tell_posts(totals):
    """Return the title from the counts by status."""
    if totals.isna().all():
        return "Postes : nombre total non calculé"
    parts = [f"{format_number(int(number))} {WORDS[name][int(number > 1)]}" for name, number in totals.items() if number > 0]
    told = f" : {', '.join(parts)}" if parts else ""
    return f"{agree(int(totals.sum()), 'poste ou fonction recensé', 'postes et fonctions recensés')}{told}"


def write_legend(figure, top, totals):
    """Write the legend on one row under the title and return its bottom in inches."""
    handles = []
    for name, (label, colour, hatch, ink) in STATUSES.items():
        number = totals[name]
        if number != number or number > 0 or name in ("nb_pourvus", "nb_vacants"):
            counted = f" — {agree(int(number), 'poste')}" if number == number else ""
            handles.append(page.make_patch(colour, f"{label}{counted}", hatch=hatch or None, hatch_colour=ink if hatch else "#333333"))
    width, height = figure.get_size_inches()
    legend = figure.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(page.MARGIN_IN / width, top / height), ncols=len(handles), frameon=False,
        borderpad=0, borderaxespad=0, handleheight=1.2, handlelength=2.4, prop={
            "family": find_charter().polices, "size": FONT_SIZES["legende"],
        },
    )  # fmt: skip
    for text in legend.get_texts():
        text.set_color(TEXT_COLOUR)
    return page.measure_box(legend)[1] - 0.14


def place_column(figure, groups, left, top, width, size, longest):
    """Draw the blocks of a column from the top."""
    for group, rows in groups:
        page.write_paragraph(figure, left, top, GROUPS[group][0], width, fontsize=size + 0.5, fontweight="bold", va="top", gid="groupe")
        top -= HEAD_IN
        heights = measure_rows(rows, size)
        draw_block(figure, rows, heights, (left + LABEL_IN, top - heights.sum(), width - LABEL_IN - 0.3, heights.sum()), longest, size)
        top -= heights.sum() + GAP_IN


def draw_block(figure, rows, heights, box, longest, size):
    """Draw the stacked bars of a group in `box` (inches), numbers in the bars that hold them and the total at the end."""
    width, height = figure.get_size_inches()
    axes = figure.add_axes([box[0] / width, box[1] / height, box[2] / width, box[3] / height])
    axes.set(xlim=(0, longest * 1.02), ylim=(heights.sum(), 0))
    axes.set_xticks([])
    axes.tick_params(length=0)
    for side, spine in axes.spines.items():
        spine.set_visible(side == "left")
        spine.set_color("#8A8A8A")
    middles = np.cumsum(heights) - heights / 2
    axes.set_yticks(middles, [wrap_label(word, size) for word in rows["mot"]])
    for label in axes.get_yticklabels():
        label.set(fontfamily=find_charter().polices, fontsize=size, color=TEXT_COLOUR, parse_math=False, linespacing=LINE_SPACING)
    start = np.zeros(len(rows))
    for name, (_, colour, hatch, ink) in STATUSES.items():
        values = np.nan_to_num(rows[name].to_numpy(dtype=float))
        shown = np.flatnonzero(values > 0)
        axes.barh(middles[shown], values[shown], left=start[shown], height=BAR_IN * size / 8, facecolor=colour, hatch=hatch or None,
                  linewidth=0.6, gid=name, edgecolor=ink if hatch else "none")  # fmt: skip
        for row in shown:
            if values[row] / longest * box[2] >= 0.1:
                text = page.write_text(axes, start[row] + values[row] / 2, middles[row], format_number(values[row]), ha="center",
                                       va="center", fontsize=size * 0.85, color=pick_text_colour(colour), gid="nombre")  # fmt: skip
                if hatch:
                    page.add_halo(text, 2.5)
        start += values
    for row, total in enumerate(rows["total"]):
        page.write_text(axes, start[row] + longest * 0.012, middles[row], format_number(total), va="center", fontsize=size,
                        fontweight="bold", gid="total")  # fmt: skip
