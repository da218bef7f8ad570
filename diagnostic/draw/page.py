"""The printed page around a map or a chart: title, legends, notes, scale, north. No global state of matplotlib."""

import math
import textwrap

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke

from diagnostic.draw.style import (
    COLOURS,
    FONT_FAMILY,
    FONT_SIZES,
    LINE_COLOURS,
    LINE_LABELS,
    LINE_WIDTHS,
    MISSING_COLOUR,
    MISSING_HATCH,
    MISSING_HATCH_COLOUR,
    PAGE_SIZES,
    PRINT_DPI,
    TEXT_COLOUR,
    format_number,
)  # fmt: skip

MARGIN_IN = 0.35
PANEL_IN = 3.1
LEGEND_GAP_IN = 0.12
# Sizes tried, in points, until the legends fit beside the map.
LEGEND_SIZES = (8.0, 7.0, 6.2, 5.5)
# Mean width of a DejaVu Sans character, as a share of its size: enough to wrap lines.
CHARACTER_WIDTH = 0.58
EDITION_LABELS = {"publique": "publique", "partenaires": "partenaires", "interne": "interne (ne pas diffuser)"}


def open_page(format_page="A4"):
    """Return an empty Figure of the size asked (see PAGE_SIZES), at 300 dpi, with its own canvas."""
    figure = Figure(figsize=PAGE_SIZES[format_page], dpi=PRINT_DPI, facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def write_text(holder, x, y, text, **options):
    """Write `text` on a figure or axes in the house font, never read as a formula (a name may hold a `$`)."""
    options = {"fontfamily": FONT_FAMILY, "color": TEXT_COLOUR, "fontsize": FONT_SIZES["legende"], **options}
    return holder.text(x, y, text, parse_math=False, **options)


def add_halo(text, width=2.0):
    """Give `text` a white outline that keeps it readable on any fill; return it."""
    text.set_path_effects([withStroke(linewidth=width, foreground="white")])
    return text


def wrap_text(text, width_in, size):
    """Return `text` cut into lines that fit `width_in` inches at `size` points."""
    characters = max(12, int(width_in * 72 / (size * CHARACTER_WIDTH)))
    return "\n".join(textwrap.fill(line, characters, break_long_words=False) for line in text.split("\n"))


def measure_box(artist):
    """Return the box of a text or legend in inches: x0, y0, x1, y1."""
    figure = artist.get_figure(root=True)
    box = artist.get_window_extent(figure.canvas.get_renderer())
    return box.x0 / figure.dpi, box.y0 / figure.dpi, box.x1 / figure.dpi, box.y1 / figure.dpi


def write_paragraph(figure, x, y, text, width_in, **options):
    """Write `text` with its corner at x, y (inches), cut into lines that measure `width_in` at most; return the Text."""
    page_width, page_height = figure.get_size_inches()
    size = options.setdefault("fontsize", FONT_SIZES["note"])
    written = write_text(figure, x / page_width, y / page_height, "", **options)
    for character in (0.48, 0.52, 0.56, 0.6, 0.65, 0.72, 0.85):
        written.set_text(wrap_text(text, width_in, size * character / CHARACTER_WIDTH))
        box = measure_box(written)
        if box[2] - box[0] <= width_in:
            break
    return written


def write_title(figure, title, mentions):
    """Write the title and, under it, what the reader must know first (FICTIF); return the bottom in inches."""
    width, height = figure.get_size_inches()
    options = {"fontweight": "bold", "va": "top"}
    text = write_paragraph(
        figure, MARGIN_IN, height - MARGIN_IN, title, width - 2 * MARGIN_IN,
        fontsize=FONT_SIZES["titre"], gid="titre", **options,
    )  # fmt: skip
    bottom = measure_box(text)[1]
    if mentions.get("fictif"):
        warning = write_paragraph(
            figure, MARGIN_IN, bottom - 0.08, "FICTIF : données inventées pour l'exemple", width - 2 * MARGIN_IN,
            fontsize=FONT_SIZES["legende"] + 1, color=COLOURS["vermillon"], gid="fictif", **options,
        )  # fmt: skip
        bottom = measure_box(warning)[1]
    return bottom - 0.1


def write_notes(figure, mentions, notes=()):
    """Write notes, coverage, sources, date and edition at the bottom; return the top of the block in inches.

    `mentions["remarques"]`, when there, are more notes. `mentions["couverture"]` is about the inventory of actors: None on
    a page that shows none, and nothing is written; a page that should say it and cannot ("" or no key) says so.
    """
    width, height = figure.get_size_inches()
    coverage = mentions.get("couverture", "")
    told = [] if coverage is None else [f"Inventaire non exhaustif : {(coverage or 'couverture non renseignée').rstrip('.')}."]
    sources = " ; ".join(mentions.get("sources") or []) or "non renseignées"
    closing = [f"Date : {mentions.get('date') or 'non renseignée'}."]
    if mentions.get("edition"):
        closing.append(f"Édition {EDITION_LABELS.get(mentions['edition'], mentions['edition'])}.")
    lines = [*notes, *mentions.get("remarques", []), *told, f"Sources : {sources.rstrip('.')}."]
    text = write_paragraph(
        figure, MARGIN_IN, MARGIN_IN, "\n".join([*lines, " ".join(closing)]), width - 2 * MARGIN_IN,
        va="bottom", linespacing=1.25, gid="notes",
    )  # fmt: skip
    top = measure_box(text)[3] + 0.06
    rule = Line2D([MARGIN_IN / width, 1 - MARGIN_IN / width], [top / height] * 2, color="#999999", linewidth=0.6)
    figure.add_artist(rule)
    return top + 0.08


def stack_legends(figure, legends, room, lettered=""):
    """Stack legends, then a paragraph, in the right-hand panel; the text shrinks until all of it fits.

    Parameters
    ----------
    legends : list of (title, handles, note or None)
        Handles carry their label; a legend without handle is left out.
    room : tuple
        Top and bottom of the panel, in inches.
    lettered : str
        The names written as letters on the map.
    """
    for size in LEGEND_SIZES:
        artists, top = [], room[0]
        for title, handles, note in legends:
            if handles:
                top = add_legend(figure, handles, title, top, size=size, note=note, artists=artists)
        if lettered:
            top = write_panel(figure, lettered, top, min(size, FONT_SIZES["note"]), artists)
        if top >= room[1] or size == LEGEND_SIZES[-1]:
            return
        for artist in artists:
            artist.remove()


def add_legend(figure, handles, title, top, *, size, note=None, artists):
    """Add one legend to the panel under `top` (inches), put it in `artists` and return its bottom."""
    width, height = figure.get_size_inches()
    largest = max((handle.get_markersize() for handle in handles if isinstance(handle, Line2D)), default=0)
    legend = figure.legend(
        handles, [fit_label(handle.get_label(), size) for handle in handles], title=wrap_text(title, PANEL_IN, size),
        loc="upper left", bbox_to_anchor=(1 - (MARGIN_IN + PANEL_IN) / width, top / height), frameon=False, borderpad=0,
        borderaxespad=0, alignment="left", labelspacing=max(0.5, 0.2 + (largest - size) / size), handlelength=2.2,
        handleheight=1.1, handletextpad=0.7, prop={"family": FONT_FAMILY, "size": size},
        title_fontproperties={"family": FONT_FAMILY, "size": size + 0.5, "weight": "bold"},
    )  # fmt: skip
    for text in [legend.get_title(), *legend.get_texts()]:
        text.set_parse_math(False)
        text.set_color(TEXT_COLOUR)
    artists.append(legend)
    bottom = measure_box(legend)[1]
    if note:
        bottom = write_panel(figure, note, bottom - 0.05, min(size, FONT_SIZES["note"]), artists)
    return bottom - LEGEND_GAP_IN


def fit_label(label, size):
    """Return a legend entry on lines that fit the panel; at the smallest size, on one line, the end (the count) kept."""
    width = PANEL_IN - 2.9 * size / 72
    wrapped = wrap_text(label, width, size * 0.95)
    if size > LEGEND_SIZES[-1] or "\n" not in wrapped:
        return wrapped
    name, _, count = label.rpartition(" — ")
    characters = int(width * 72 / (size * CHARACTER_WIDTH)) - len(count) - 3
    return f"{name[: characters - 1].rstrip()}… — {count}" if name else wrapped


def write_panel(figure, text, top, size, artists):
    """Write a paragraph in the panel under `top` (inches), put it in `artists` and return its bottom."""
    left = figure.get_size_inches()[0] - MARGIN_IN - PANEL_IN
    artists.append(write_paragraph(figure, left, top, text, PANEL_IN, fontsize=size, va="top", linespacing=1.2))
    return measure_box(artists[-1])[1]


def make_patch(colour, label, *, hatch=None, hatch_colour="#333333"):
    """Return a legend entry: a filled box, hatched when asked."""
    return Patch(
        facecolor=colour, edgecolor=hatch_colour if hatch else "#8A8A8A", linewidth=0.5, hatch=hatch, label=label
    )


def make_missing_patch(label):
    """Return the legend entry of what is not known: grey, hatched."""
    return make_patch(MISSING_COLOUR, label, hatch=MISSING_HATCH, hatch_colour=MISSING_HATCH_COLOUR)


def make_line(kind):
    """Return the legend entry of a border: commune, epci or departement."""
    return Line2D([], [], color=LINE_COLOURS[kind], linewidth=LINE_WIDTHS[kind], label=LINE_LABELS[kind])


def make_marker(marker, colour, label, *, size=6.0, hollow=False):
    """Return the legend entry of a point; hollow when the place is out of the territory."""
    face = "white" if hollow else colour
    edge = colour if hollow else "white"
    return Line2D(
        [], [], linestyle="none", marker=marker, markersize=size, markerfacecolor=face, markeredgecolor=edge,
        markeredgewidth=1.2 if hollow else 0.5, label=label,
    )  # fmt: skip


def add_scale_bar(axes):
    """Add a bar of kilometres to axes in metres."""
    from matplotlib_scalebar.scalebar import ScaleBar

    bar = ScaleBar(
        1, "m", location="lower left", length_fraction=0.2, width_fraction=0.006, box_alpha=0.75, border_pad=0.4,
        scale_formatter=lambda value, unit: f"{format_number(value, 0 if value == int(value) else 1)} {unit}",
        font_properties={"family": FONT_FAMILY, "size": FONT_SIZES["etiquette"]}, color=TEXT_COLOUR,
    )  # fmt: skip
    axes.add_artist(bar)
    return bar


def measure_point(axes):
    """Return how many metres of the ground one typographic point covers on these axes."""
    figure = axes.get_figure()
    width_points = axes.get_position(original=True).width * figure.get_size_inches()[0] * 72
    x0, x1 = axes.get_xlim()
    return (x1 - x0) / width_points


def add_north(axes, bearing, corner=(16, 46)):
    """Draw an arrow to true north near the upper left corner; return the arrow and its letter.

    Parameters
    ----------
    bearing : float
        Degrees clockwise from the top of the page: a Lambert-93 page is up to 6 degrees off.
    corner : tuple
        Foot of the arrow, in points from the upper left corner of the axes.
    """
    metre = measure_point(axes)
    foot = (axes.get_xlim()[0] + corner[0] * metre, axes.get_ylim()[1] - corner[1] * metre)
    step = (math.sin(math.radians(bearing)) * metre, math.cos(math.radians(bearing)) * metre)
    style = "-|>,head_width=0.25,head_length=0.6"
    arrow = axes.annotate(
        "", xy=(foot[0] + 26 * step[0], foot[1] + 26 * step[1]), xytext=foot, zorder=9, gid="nord",
        arrowprops={"arrowstyle": style, "color": TEXT_COLOUR, "linewidth": 1.2, "shrinkA": 0, "shrinkB": 0},
    )  # fmt: skip
    letter = write_text(
        axes, foot[0] + 33 * step[0], foot[1] + 33 * step[1], "N", fontweight="bold", ha="center", va="center", zorder=9
    )
    return arrow, add_halo(letter)
