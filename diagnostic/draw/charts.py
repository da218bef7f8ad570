"""Charts of the diagnosis: matrices and bars, on the same page as the maps; what every chart opens, labels and fills with."""

import re

import numpy as np
from matplotlib.patches import Rectangle

from diagnostic.draw import page
from diagnostic.draw.charter import find_charter
from diagnostic.draw.style import (
    COLOURS,
    FONT_SIZES,
    MISSING_COLOUR,
    MISSING_HATCH,
    MISSING_HATCH_COLOUR,
    NO_BREAK_SPACE,
    SEQUENTIAL,
    TEXT_COLOUR,
    agree,
    format_number,
    format_share,
    pick_text_colour,
)  # fmt: skip

LECTURE = (
    "part des habitants dont l'unité de la colonne n'est pas la principale de leur unité de la ligne, sur les communes "
    "couvertes par les deux couches ; 0 : là où les deux sont connues, chaque unité de la ligne tient dans une seule de la colonne"
)
# A table of small shares would be all one shade: under this maximum, shades are relative to it.
STRONG_DISCORDANCE = 0.5
LEAST_SHADE = 0.05  # under 5 % at the most, a page must not look discordant
UPWARDS_IN = 1.45  # of names written upwards, on two lines
BESIDE_IN, BESIDE_SHARE = 2.6, 0.26  # of names at the left of their rows: inches, and share of the page, at most
ONE_LINE_SHARE, MEAN_LETTER = 0.3, 0.52  # of names on one line: share of the page, width of a letter as a share of its size
STATES = ["present", "absent_verifie", "non_renseigne"]


def draw_discordance(matrice, *, mentions, lecture=LECTURE, format_page="A4"):
    """Draw a layer x layer table as a heat map with its figures (chart C3).

    Parameters
    ----------
    matrice : DataFrame of numbers between 0 and 1, layers in rows and, in the same order, in columns
        NaN is hatched and reads "—". The diagonal, a layer beside itself, is left empty.
    mentions : dict
        titre (else built), sources, date, edition, couverture, fictif.
    lecture : str
        How to read the two ends of the scale.
    """
    title = mentions.get("titre") or tell_discordance(matrice)
    values = matrice.to_numpy(dtype=float)
    same = np.eye(*values.shape, dtype=bool)
    largest = max(np.nanmax(values, initial=0), LEAST_SHADE)
    full = 1.0 if largest >= STRONG_DISCORDANCE else largest
    notes = [f"Lecture : {lecture}. « — » : non calculable.", *tell_shade(full)]
    figure, axes, _ = open_chart(title, mentions, notes=notes, shape=matrice.shape, format_page=format_page)
    words = matrice.astype(float).map(lambda value: format_share(value, 1 if value else 0)).to_numpy()
    label_axes(axes, matrice.index, matrice.columns)
    write_cells(axes, values, words, full=full, empty=same)
    return figure


def tell_shade(full):
    """Return the footnote of cells whose darkest shade is `full`, or nothing when it is 100 % or when all are 0."""
    return [f"Teinte relative au maximum de la page ({format_share(full, 1)})."] if 0 < full < 1 else []


def tell_discordance(matrice):
    """Return the title of the discordance chart: the most discordant pair, and how many of all pairs are at 0 (ties: the first)."""
    values = np.where(np.eye(*matrice.shape, dtype=bool), np.nan, matrice.to_numpy(dtype=float))
    known = int((~np.isnan(values)).sum())
    head = f"{agree(len(matrice), 'couche')} deux à deux"
    if not known:
        return f"{head} : aucune paire calculable"
    row, column = np.unravel_index(np.nanargmax(values), values.shape)
    nested = int((values == 0).sum())
    if nested == known:
        return f"{head} : aucune discordance dans les {format_number(known)} cases calculées"
    pair = matrice.index[row], matrice.columns[column]
    row_name, column_name = (f"«{NO_BREAK_SPACE}{name}{NO_BREAK_SPACE}»" for name in pair)
    worst = f"{row_name} en ligne, {column_name} en colonne"
    told = f"{head} : jusqu'à {format_share(values[row, column], 1)} des habitants en discordance ({worst})"
    return f"{told}{NO_BREAK_SPACE}; {agree(nested, 'case')} sur {format_number(known)} à {format_share(0)}"


def draw_bars(comptes, *, mentions, objet="acteur", groupe="rubrique", format_page="A4"):
    """Draw counts as horizontal bars, in the order given, with the figure and its share of the whole at the end of each.

    Parameters
    ----------
    comptes : Series of numbers, index the labels
        NaN reads "—" and has a hatched stub, never a bar of length 0.
    mentions : dict, as for `draw_discordance`
    objet, groupe : str
        What is counted and by what, in the singular, for the title built here.
    """
    values = comptes.to_numpy(dtype=float)
    total = int(np.nansum(values))
    title = mentions.get("titre") or tell_bars(comptes, total, objet, groupe)
    figure, axes, _ = open_chart(title, mentions, shape=(len(values), 1), format_page=format_page, square=False)
    # Few bars keep the thickness they have among eight.
    keep_top(axes, len(values) / max(8, len(values)) or 1.0)
    longest = max(1.0, np.nanmax(values, initial=0))
    rows = np.arange(len(values))
    axes.barh(rows, np.nan_to_num(values), height=0.68, color=COLOURS["bleu"], edgecolor="none")
    unknown = np.isnan(values)
    axes.barh(
        rows[unknown], np.full(unknown.sum(), longest * 0.03), height=0.68, facecolor=MISSING_COLOUR,
        edgecolor=MISSING_HATCH_COLOUR, hatch=MISSING_HATCH, linewidth=0,
    )  # fmt: skip
    for row, value in enumerate(values):
        x = longest * 0.03 if np.isnan(value) else value
        words = f"{format_number(value)} ({tell_part(value / total)})" if value > 0 else format_number(value)
        page.write_text(axes, x + longest * 0.008, row, words, va="center_baseline", fontsize=FONT_SIZES["legende"])
    axes.set_xlim(0, longest * 1.13)
    axes.set_ylim(max(1, len(values)) - 0.4, -0.6)
    label_axes(axes, comptes.index, [], size=FONT_SIZES["legende"])
    return figure


def tell_bars(counts, total, noun, group):
    """Return the title of the bars: the largest of the groups that have any, beside the whole (ties: the first given)."""
    met = counts[counts > 0]
    if len(met) < 2:
        return f"{agree(total, noun)} dans {agree(len(met), group)}"
    name = f"«{NO_BREAK_SPACE}{met.idxmax()}{NO_BREAK_SPACE}»"
    head = f"{agree(total, noun)} dans {agree(len(met), group)}"
    return f"{head}, dont {format_number(met.max())} ({tell_part(met.max() / total)}) dans {name}"


def shorten_part(name):
    """Return the name of a territory that lies partly out of the perimeter, its parenthesis in two words.

    >>> shorten_part("CC du Sancy (partie dans le périmètre : 19 communes sur 20)")
    'CC du Sancy (en partie)'
    """
    return re.sub(r" \(partie dans le périmètre.*\)$", " (en partie)", str(name))


def tell_part(part):
    """Return a share in whole percents; one that is not 0 or 1 is never written as if it were.

    >>> [" ".join(tell_part(part).split()) for part in (0, 0.001, 0.62, 0.998, 1, float("nan"))]
    ['0 %', 'moins de 1 %', '62 %', 'plus de 99 %', '100 %', '—']
    """
    if 0 < part < 0.005:
        return f"moins de {format_share(0.01)}"
    return f"plus de {format_share(0.99)}" if 0.995 <= part < 1 else format_share(part)


def open_chart(title, mentions, *, notes=(), shape=(1, 1), format_page="A4", panel=False, square=True):
    """Return (figure, axes, room): a page with its title and notes, and axes of `shape` cells with room for labels."""
    figure = page.open_page(format_page)
    width, height = figure.get_size_inches()
    bottom = page.write_notes(figure, mentions, notes)
    top = page.write_title(figure, title, mentions)
    right = page.MARGIN_IN + (page.PANEL_IN + 0.2 if panel else 0)
    box = [page.MARGIN_IN, bottom, width - page.MARGIN_IN - right, top - bottom]
    axes = figure.add_axes([box[0] / width, box[1] / height, box[2] / width, box[3] / height])
    if square:
        axes.set_xlim(0, max(1, shape[1]))
        axes.set_ylim(max(1, shape[0]), 0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(length=0)
    return figure, axes, (top, bottom)


def write_legend_row(figure, handles, top, *, columns=4, **options):
    """Write a legend on rows under the title, `top` in inches, with as many columns as the page is wide for; return its bottom."""
    if not handles:
        return top
    width, height = figure.get_size_inches()
    options = {"handletextpad": 0.5, "columnspacing": 1.6, "labelspacing": 0.6, "handleheight": 1.1, **options}
    for ncols in range(min(columns, len(handles)), 0, -1):
        legend = figure.legend(
            handles=handles, loc="upper left", bbox_to_anchor=(page.MARGIN_IN / width, top / height), ncols=ncols, frameon=False,
            borderpad=0, borderaxespad=0, alignment="left", prop={"family": find_charter().polices, "size": FONT_SIZES["legende"]},
            **options,
        )  # fmt: skip
        for text in legend.get_texts():
            text.set(color=TEXT_COLOUR, parse_math=False)
        box = page.measure_box(legend)
        if box[2] <= width - page.MARGIN_IN / 2 or ncols == 1:
            return box[1]
        legend.remove()
    return top


def shrink_axes(axes, top):
    """Lower the top of the axes to `top` inches."""
    figure = axes.get_figure()
    box = axes.get_position(original=True)
    high = max(0.1, top / figure.get_size_inches()[1] - box.y0)
    axes.set_position([box.x0, box.y0, box.width, high])


def keep_top(axes, share):
    """Keep the upper `share` (0 to 1) of the axes: few rows are no higher than many, and nothing empty stands under them."""
    box = axes.get_position(original=True)
    axes.set_position([box.x0, box.y1 - box.height * share, box.width, box.height * share])


def count_letters(format_page, most):
    """Return how many letters of a name stand on one line at the left of the rows of a page: `most`, fewer on a narrow one."""
    width = page.open_page(format_page).get_size_inches()[0]
    return min(most, int(ONE_LINE_SHARE * width * 72 / (FONT_SIZES["note"] * MEAN_LETTER)))


def label_axes(axes, rows, columns, *, size=None, room=True, below=0.0, beside=None):
    """Write the labels of rows (left) and columns (top), then move the axes so that all labels stay on the page.

    Parameters
    ----------
    size : float, optional
        Points; by default what the height of a row allows, no smaller than letters may be nor larger than those of legends.
    room : bool
        Whether columns are about as wide as their names; else, or where a word is wider than its column, names are written upwards.
    below : float
        Inches left free under the cells.
    beside : float, optional
        Inches that the names of rows take, at most; by default a share of the page.
    """
    figure, is_bar = axes.get_figure(), not len(columns)
    least, width = page.find_least(figure), figure.get_size_inches()[0]
    box = axes.get_window_extent().extents / figure.dpi
    pitch = (box[3] - box[1]) * 0.8 * 72 / max(1, len(rows))
    size = size or float(np.clip(pitch / 1.3, least, FONT_SIZES["legende"]))
    rows, columns = [str(row) for row in rows], [str(column) for column in columns]
    beside = beside or min(BESIDE_IN, BESIDE_SHARE * width)
    axes.set_yticks(np.arange(len(rows)) + (0 if is_bar else 0.5), [page.wrap_text(row, beside, size) for row in rows])
    axes.xaxis.tick_top()
    space = (box[2] - box[0] - min(1.5, beside)) / max(1, len(columns))
    # A column narrower than one of its words has its name upwards.
    longest = max((len(word) for column in columns for word in column.split()), default=0)
    room = room and longest * size * page.CHARACTER_WIDTH * 0.93 <= max(0.6, space) * 72
    # Names written upwards stand side by side: their letters are no larger than a column is wide.
    wide = (box[2] - box[0] - beside) * 72 / max(1, len(columns))
    narrow = size if room else float(np.clip(wide / 1.05, least, size))
    lines = 2 if room or wide > 2.2 * narrow else 1
    columns = [page.wrap_text(column, (max(0.6, space) if room else UPWARDS_IN) if lines == 2 else 9.0, narrow) for column in columns]
    axes.set_xticks(np.arange(len(columns)) + 0.5, columns, rotation=0 if room else 90, linespacing=1.0)
    for texts, points in [(axes.get_xticklabels(), narrow), (axes.get_yticklabels(), size)]:
        for text in texts:
            text.set(fontfamily=find_charter().polices, fontsize=points, color=TEXT_COLOUR, parse_math=False)
    fit_labels(axes, [box[0], box[1] + below, box[2], box[3]])
    # Names above the columns made the rows lower: their own names follow.
    pitch = axes.get_position().height * figure.get_size_inches()[1] * 72 / max(1, len(rows))
    for text in axes.get_yticklabels() if not is_bar else ():
        text.set_fontsize(min(text.get_fontsize(), max(least, pitch / (1.15 * (1 + text.get_text().count("\n"))))))


def fit_labels(axes, box):
    """Shrink the axes inside `box` (inches) by what their labels need on the left, at the top and on the right."""
    figure = axes.get_figure()
    width, height = figure.get_size_inches()
    outer = axes.get_tightbbox(figure.canvas.get_renderer()).extents / figure.dpi
    left, over = box[0] - outer[0], max(0.0, outer[3] - box[3])
    beyond = max(0.0, outer[2] - box[2])
    x0, x1 = box[0] + max(0.0, left), box[2] - beyond
    axes.set_position([x0 / width, box[1] / height, (x1 - x0) / width, (box[3] - over - box[1]) / height])


def write_cells(axes, values, words, *, full=1.0, empty=None):
    """Fill cells by value (0 light to `full` dark, beyond it darkest), hatch the NaN, write `words` in each; leave `empty` ones bare.

    Axes are labelled first (`label_axes`): letters are as large as the cells allow.
    """
    empty = np.zeros(values.shape, dtype=bool) if empty is None else empty
    ranks = np.clip(np.nan_to_num(values) / (full or 1.0) * len(SEQUENTIAL), 0, len(SEQUENTIAL) - 1).astype(int)
    known = ~np.isnan(values)
    for rank, colour in enumerate(SEQUENTIAL):
        rows, columns = np.nonzero(known & (ranks == rank) & ~empty)
        fill_cells(axes, rows, columns, colour)
    rows, columns = np.nonzero(~known & ~empty)
    fill_cells(axes, rows, columns, MISSING_COLOUR, hatch=MISSING_HATCH, hatch_colour=MISSING_HATCH_COLOUR)
    size = fit_words(axes, words[~empty], values.shape)
    for (row, column), text in np.ndenumerate(words):
        if empty[row, column]:
            continue
        ink = pick_text_colour(SEQUENTIAL[ranks[row, column]]) if known[row, column] else TEXT_COLOUR
        written = page.write_text(
            axes, column + 0.5, row + 0.5, text, ha="center", va="center", color=ink, fontsize=size, linespacing=1.15
        )
        if not known[row, column]:
            written.set_bbox({"facecolor": MISSING_COLOUR, "edgecolor": "none", "pad": 1.5})


def fit_words(axes, words, shape, *, largest=13.0, least=None):
    """Return the size (points) at which the longest of `words` fits a cell of `shape`, its lines one above the other.

    It is `least` at least, by default what letters may be (`page.find_least`).
    """
    lines = [line for text in np.ravel(words) for line in str(text).split("\n")]
    if not lines:
        return largest
    figure = axes.get_figure()
    least = page.find_least(figure) if least is None else least
    box = axes.get_window_extent().extents / figure.dpi * 72
    wide, high = (box[2] - box[0]) / max(1, shape[1]), (box[3] - box[1]) / max(1, shape[0])
    letters, deep = max(map(len, lines)), max(str(text).count("\n") + 1 for text in np.ravel(words))
    return float(np.clip(min(0.9 * wide / (0.6 * max(3, letters)), 0.86 * high / (1.2 * deep)), least, largest))


def fill_cells(axes, rows, columns, colour, *, hatch="", hatch_colour="white", edges=None):
    """Fill the cells at `rows`, `columns` with one colour; a hatch keeps its own colour under white borders.

    `edges` are where columns start, and the last one ends; by default each is 1 wide.
    """
    for row, column in zip(rows, columns, strict=True):
        left, wide = (column, 1) if edges is None else (edges[column], edges[column + 1] - edges[column])
        axes.add_patch(
            Rectangle((left, row), wide, 1, facecolor=colour, edgecolor=hatch_colour, hatch=hatch or None, linewidth=0)
        )
        axes.add_patch(Rectangle((left, row), wide, 1, facecolor="none", edgecolor="white", linewidth=1))
