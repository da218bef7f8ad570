"""A page of the atlas as a matplotlib figure (A4 portrait): title, map, sentences, tables, limits, sources; its text is real text.

Portrait, because the page is read from top to bottom as its DOCX twin is, in one column whose tables have the whole width. Drawn by
matplotlib and not turned from the DOCX: the PDF is there without LibreOffice, a page is always one page, and its bytes are the same.
"""

import re

from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from diagnostic.draw import page
from diagnostic.draw.epci_map import draw_epci_map
from diagnostic.draw.epci_plan import group_beside
from diagnostic.draw.style import TEXT_COLOUR
from diagnostic.vocabulary.formats import count_words

MAP_IN = (3.75, 3.15)
GAP, MOST_SOURCES = 0.16, 4
LONGEST_TITLE_WORD, WIDE_LETTER = 40, 0.72
# Sizes tried, in points, until the page holds all of its blocks.
SIZES = (8.0, 7.5, 7.0, 6.5, 6.0, 5.5)
SIDE_SIZES = (8.5, 8.0, 7.5, 7.0, 6.5, 6.0)
NARROW = 0.92  # `wrap_text` counts wide letters: those of sentences are narrower
LINE, HEAD = 1.24, 1.25  # height of a line and size of a heading, as shares of the size
CELL_IN, RULE = 0.05, "#C8C8C8"
CM_PER_INCH = 2.54


def draw_epci_page(planned, base, outlines, actors, *, mentions):
    """Draw a page.

    Parameters
    ----------
    planned : dict, a page of `epci_plan.plan_atlas`
    base : Base or None; outlines : GeoSeries or None (`epci_map.prepare_outlines`): both prepared once for all the pages
    actors : DataFrame, the actors of the EPCI
    mentions : dict: sources (list of str), date, couverture, fictif, edition

    Returns
    -------
    Figure; `epci_plan.fit_blocks` has shortened the tables so that they fit in one of SIZES
    """
    figure = page.open_page("A4 portrait")
    width, _ = figure.get_size_inches()
    bottom = page.write_notes(figure, mentions | {"sources": cut_sources(mentions["sources"])})
    top = page.write_title(figure, break_words(planned["titre"], LONGEST_TITLE_WORD), mentions)
    left, room = page.MARGIN_IN, width - 2 * page.MARGIN_IN
    draw_epci_map(figure, (left, top - MAP_IN[1], *MAP_IN), base, outlines, planned["code"], actors)
    side = room - MAP_IN[0] - GAP
    _write_side(figure, group_beside(planned), (left + MAP_IN[0] + GAP, top), side)
    blocks = planned["blocs"]
    start = top - MAP_IN[1] - GAP
    size = next((size for size in SIZES if _measure(blocks, room, size) <= start - bottom), SIZES[-1])
    _write_blocks(figure, blocks, (left, start), room, size)
    return figure


def cut_sources(sources):
    """Return the first sources, the others counted: the workbook has them all.

    >>> cut_sources(["IGN", "INSEE (2026)"])
    ['IGN', 'INSEE (2026)']
    """
    left = len(sources) - MOST_SOURCES
    return [*sources[:MOST_SOURCES], *([f"et {count_words(left, 'autre')} : voir le classeur, feuille Sources"] if left > 0 else [])]


def break_words(text, most):
    """Return `text` with a space every `most` letters of a word that is longer: no line is cut inside a word.

    >>> break_words("un abcdefgh", 3)
    'un abc def gh'
    """
    return re.sub(rf"(\S{{{most}}})(?=\S)", r"\1 ", text)


def _wrap(text, width, size):
    """Return `text` cut into lines of a width (inches), a word longer than a line too."""
    letters = max(4, int(width * 72 / (size * WIDE_LETTER)))
    return page.wrap_text(break_words(text, letters), width, size)


def _write_side(figure, groups, spot, width):
    """Write headings and sentences beside the map, in letters that fit its height."""
    told = [line for heading, texts in groups for line in [(heading, True), *((f"• {text}", False) for text in texts)]]
    for size in SIDE_SIZES:
        lines = [(_wrap(text, width, size * NARROW), bold) for text, bold in told]
        heights = [((words.count("\n") + 1) * LINE + 0.4) * size / 72 for words, _ in lines]
        if sum(heights) <= MAP_IN[1]:
            break
    y = spot[1]
    for (words, bold), height in zip(lines, heights, strict=True):
        _write(figure, spot[0], y, words, size, **({"fontweight": "bold", "color": page.pick_title_colour()} if bold else {}))
        y -= height


def _measure(blocks, width, size):
    """Return the height in inches that blocks take at a size."""
    return sum(_lay_out(block, width, size)["hauteur"] for block in blocks)


def _lay_out(block, width, size):
    """Return a block cut into lines: hauteur (inches) and what `_write_blocks` writes."""
    point = size / 72
    if block["genre"] == "titre":
        return {"hauteur": (HEAD * LINE + 0.75) * point}
    if block["genre"] in ("note", "phrase", "puces"):
        mark = "• " if block["genre"] == "puces" else ""
        texts = block["textes"] if "textes" in block else [block["texte"]]
        lines = [_wrap(mark + text, width, size * NARROW) for text in texts]
        return {"lignes": lines, "hauteur": sum((words.count("\n") + 1) * LINE + 0.25 for words in lines) * point}
    total = sum(block["largeurs"])
    widths = [width * share / total for share in block["largeurs"]]
    rooms = [room - 2 * CELL_IN for room in widths]
    rows = [[_wrap(cell, room, size * page.BOLD) for cell, room in zip(block["entetes"], rooms, strict=True)]]
    rows += [[_wrap(cell, room, size * NARROW) for cell, room in zip(cells, rooms, strict=True)] for cells in block["lignes"]]
    heights = [max(cell.count("\n") + 1 for cell in cells) * LINE * point + CELL_IN for cells in rows]
    rest = (LINE + 0.3) * point if block["reste"] else 0.0
    return {"rangs": rows, "hauteurs": heights, "largeurs": widths, "hauteur": sum(heights) + rest + 0.3 * point}


def _write_blocks(figure, blocks, spot, width, size):
    x, y = spot
    for block in blocks:
        laid = _lay_out(block, width, size)
        if block["genre"] == "titre":
            _write(figure, x, y - 0.45 * size / 72, block["texte"], size * HEAD, fontweight="bold", color=page.pick_title_colour())
        elif block["genre"] == "tableau":
            _write_table(figure, block, laid, (x, y), size)
        else:
            below = y
            for words in laid["lignes"]:
                _write(figure, x, below, words, size)
                below -= ((words.count("\n") + 1) * LINE + 0.25) * size / 72
        y -= laid["hauteur"]
    return y


def _write_table(figure, block, laid, spot, size):
    """Write a table: a tinted heading, a rule under each row, figures to the right, what is left out at its foot."""
    page_width, page_height = figure.get_size_inches()
    x, y = spot
    whole = sum(laid["largeurs"])
    for rank, (cells, height) in enumerate(zip(laid["rangs"], laid["hauteurs"], strict=True)):
        if rank == 0:
            corner, sides = (x / page_width, (y - height) / page_height), (whole / page_width, height / page_height)
            look = {"facecolor": "#F0F0F0", "edgecolor": "none", "zorder": 0, "transform": figure.transFigure}
            figure.add_artist(Rectangle(corner, *sides, **look))
        left = x
        for cell, width, right in zip(cells, laid["largeurs"], block["droites"], strict=True):
            place = left + (width - CELL_IN if right else CELL_IN)
            look = {"ha": "right"} if right else {}
            _write(figure, place, y - CELL_IN / 2, cell, size, **look, **({"fontweight": "bold"} if rank == 0 else {}))
            left += width
        y -= height
        line = Line2D([x / page_width, (x + whole) / page_width], [y / page_height] * 2, color=RULE, linewidth=0.4)
        figure.add_artist(line)
    if block["reste"]:
        _write(figure, x + CELL_IN, y - 0.2 * size / 72, block["reste"], size, fontstyle="italic")


def _write(figure, x, y, text, size, **options):
    """Write text that is already cut into lines, its top at y (inches)."""
    width, height = figure.get_size_inches()
    look = {"va": "top", "linespacing": 1.2, "fontsize": size, "color": TEXT_COLOUR, **options}
    return page.write_text(figure, x / width, y / height, text, **look)
