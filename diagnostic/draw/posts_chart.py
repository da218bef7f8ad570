"""Posts and functions: filled, vacant, to create, by verb, champ, function and bridging profession; never by structure."""

from itertools import product

import numpy as np
import pandas as pd

from diagnostic.draw import page
from diagnostic.draw.charter import find_charter
from diagnostic.draw.charts import open_chart, write_legend_row
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
MAX_ROWS, LEAST_ROWS = 16, 3
BAR_IN, PAD_IN, HEAD_IN, GAP_IN, LABEL_IN, COLUMN_GAP_IN = 0.17, 0.09, 0.2, 0.24, 2.55, 0.35
# Of a column, what labels take at most; the width from which a page has two; how many times thicker bars may be where there is room.
LABEL_SHARE, TWO_FROM_IN, MOST_TALL = 0.5, 7.0, 1.6
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
    blocks = {group: rows for group, rows in blocks.items() if len(rows)}
    totals = count_totals(resume)
    title = mentions.get("titre") or tell_posts(totals)
    # What fits is tried on a page whose notes tell that rows are left out of every group that may lose some.
    may_lose = tell_left({group: 1 for group in blocks if len(blocks[group]) > LEAST_ROWS})
    figure, room = open_posts(title, mentions, may_lose, totals, format_page)
    most = count_rows(blocks, figure, room[0] - room[1]) if blocks else MAX_ROWS
    left = {group: len(rows) - most for group, rows in blocks.items() if len(rows) > most}
    blocks = {group: keep_largest(rows, most) for group, rows in blocks.items()}
    figure, (top, bottom) = open_posts(title, mentions, tell_left(left), totals, format_page)
    longest = max([1.0, *(float(np.nansum(rows[list(STATUSES)].to_numpy(dtype=float), axis=1).max()) for rows in blocks.values())])
    if not blocks:
        page.write_paragraph(figure, page.MARGIN_IN, top - 0.2, "Aucun poste renseigné.", 4, fontsize=FONT_SIZES["titre"], va="top")
        return figure
    full = figure.get_size_inches()[0] - 2 * page.MARGIN_IN
    columns, size = fit_columns(blocks, full, top - bottom, page.find_least(figure))
    width = measure_column(full, len(columns))
    tall = find_thickness(blocks, columns, size, width, top - bottom)
    for rank, column in enumerate(columns):
        left_in = page.MARGIN_IN + rank * (width + COLUMN_GAP_IN)
        place_column(figure, [(group, blocks[group]) for group in column], (left_in, top, width), size=size, longest=longest, tall=tall)
    return figure


def open_posts(title, mentions, left, totals, format_page):
    """Return a page with its title, legend and notes, and the top and bottom of what it has room for, in inches."""
    notes = [
        "Un poste compte une fois dans son champ, sa fonction et son métier, et dans chacun de ses verbes : ne pas additionner les verbes.",
        *left,
    ]
    figure, axes, room = open_chart(title, mentions, notes=notes, square=False, format_page=format_page)
    axes.remove()
    return figure, (write_legend(figure, room[0], totals), room[1])


def tell_left(left):
    """Return the footnotes that count the rows left out of each group."""
    return [f"{GROUPS[group][0]} : {agree(number, 'ligne')} de moindre effectif hors de la page." for group, number in left.items()]


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


def fit_columns(blocks, full, room, least):
    """Return the groups of each column, and the largest size of letters at which the fullest holds in `room` inches.

    A page narrower than TWO_FROM_IN inches (`full`) has one column, as long as all holds in it.
    """
    sizes = [size for size in SIZES if size >= least]
    columns, size = [], sizes[-1]
    for number in (1, 2) if full < TWO_FROM_IN else (2,):
        width = measure_column(full, number)
        for size in sizes:
            heights = {group: measure_block(group, rows, size, width) for group, rows in blocks.items()}
            columns = [list(heights)] if number == 1 else share_columns(heights)
            if max(sum(heights[group] for group in column) for column in columns) - GAP_IN <= room:
                return columns, size
    return columns, size


def measure_column(full, number):
    """Return the width of each of `number` columns in `full` inches."""
    return (full - COLUMN_GAP_IN * (number - 1)) / number


def measure_block(group, rows, size, width):
    """Return the height of a group in inches: its heading, its rows, the space below."""
    lines = page.wrap_text(GROUPS[group][0], width, size + 0.5).count("\n") + 1
    return HEAD_IN + (lines - 1) * size * 1.25 / 72 + GAP_IN + float(measure_rows(rows, size, width).sum())


def find_thickness(blocks, columns, size, width, room):
    """Return how many times higher rows may be, MOST_TALL at most, so that the fullest column takes the room it has."""
    shares = [
        (room + GAP_IN - sum(measure_block(group, blocks[group], size, width) for group in column), sum(
            measure_rows(blocks[group], size, width).sum() for group in column)) for column in columns
    ]  # fmt: skip
    return float(np.clip(min(1 + free / rows for free, rows in shares), 1.0, MOST_TALL))


def measure_rows(rows, size, width):
    """Return the height of each row in inches: its bar, or the lines of its label, and the space below."""
    lines = np.array([wrap_label(word, size, width).count("\n") + 1 for word in rows["mot"]])
    return np.maximum(BAR_IN * size / 8, lines * size * LINE_SPACING * 1.17 / 72) + PAD_IN * size / 8


def wrap_label(word, size, width):
    """Return a label on as many lines as the room beside the bars asks for (see `measure_labels`): none is cut."""
    return page.wrap_text(word, measure_labels(width) - 0.1, size)


def measure_labels(width):
    """Return the inches that the labels take in a column `width` wide."""
    return min(LABEL_IN, LABEL_SHARE * width)


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


def count_rows(blocks, figure, room):
    """Return how many rows of a group a page holds: MAX_ROWS, fewer where its letters may not shrink as much as they would ask."""
    full = figure.get_size_inches()[0] - 2 * page.MARGIN_IN
    for most in range(MAX_ROWS, LEAST_ROWS, -1):
        kept = {group: keep_largest(rows, most) for group, rows in blocks.items()}
        columns, size = fit_columns(kept, full, room, page.find_least(figure))
        wide = measure_column(full, len(columns))
        if all(sum(measure_block(group, kept[group], size, wide) for group in column) - GAP_IN <= room for column in columns):
            return most
    return LEAST_ROWS


def keep_largest(rows, most):
    """Return at most `most` rows, those with most posts, in their order."""
    if len(rows) <= most:
        return rows
    kept = rows.sort_values(["total", "mot"], ascending=[False, True], kind="stable").index[:most]
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
    return write_legend_row(figure, handles, top, handleheight=1.2, handlelength=2.4) - 0.14


def place_column(figure, groups, corner, *, size, longest, tall):
    """Draw the blocks of a column under its `corner` (left, top, width in inches), rows `tall` times as high as their letters ask."""
    left, top, width = corner
    labels = measure_labels(width)
    for group, rows in groups:
        options = {"fontsize": size + 0.5, "fontweight": "bold", "va": "top", "gid": "groupe"}
        head = page.write_paragraph(figure, left, top, GROUPS[group][0], width, **options)
        heights = measure_rows(rows, size, width) * tall
        block = measure_block(group, rows, size, width) - GAP_IN + heights.sum() * (1 - 1 / tall)
        low = min(top - block, page.measure_box(head)[1] - 0.05 - heights.sum())
        draw_block(figure, rows, heights, (left + labels, low, width - labels - 0.3, heights.sum()), longest, (size, tall, width))
        top = low - GAP_IN


def draw_block(figure, rows, heights, box, longest, look):
    """Draw the stacked bars of a group in `box` (inches), numbers in the bars that hold them and the total at the end.

    `look`: size of letters, how many times thicker bars are, width of the column.
    """
    size, tall, column = look
    inside = max(page.find_least(figure), size * 0.85)
    width, height = figure.get_size_inches()
    axes = figure.add_axes([box[0] / width, box[1] / height, box[2] / width, box[3] / height])
    axes.set(xlim=(0, longest * 1.02), ylim=(heights.sum(), 0))
    axes.set_xticks([])
    axes.tick_params(length=0)
    for side, spine in axes.spines.items():
        spine.set_visible(side == "left")
        spine.set_color("#8A8A8A")
    middles = np.cumsum(heights) - heights / 2
    axes.set_yticks(middles, [wrap_label(word, size, column) for word in rows["mot"]])
    for label in axes.get_yticklabels():
        label.set(fontfamily=find_charter().polices, fontsize=size, color=TEXT_COLOUR, parse_math=False, linespacing=LINE_SPACING)
    start = np.zeros(len(rows))
    for name, (_, colour, hatch, ink) in STATUSES.items():
        values = np.nan_to_num(rows[name].to_numpy(dtype=float))
        shown = np.flatnonzero(values > 0)
        axes.barh(middles[shown], values[shown], left=start[shown], height=BAR_IN * size / 8 * tall, facecolor=colour, hatch=hatch or None,
                  linewidth=0.6, gid=name, edgecolor=ink if hatch else "none")  # fmt: skip
        for row in shown:
            if values[row] / longest * box[2] >= 0.1:
                text = page.write_text(axes, start[row] + values[row] / 2, middles[row], format_number(values[row]), ha="center",
                                       va="center", fontsize=inside, color=pick_text_colour(colour), gid="nombre")  # fmt: skip
                if hatch:
                    page.add_halo(text, 2.5)
        start += values
    for row, total in enumerate(rows["total"]):
        page.write_text(axes, start[row] + longest * 0.012, middles[row], format_number(total), va="center", fontsize=size,
                        fontweight="bold", gid="total")  # fmt: skip
