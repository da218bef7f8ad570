"""The printed page around a map or a chart: title, legends, notes, scale, north. No global state of matplotlib."""

import math
from functools import partial

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import BboxImage
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from matplotlib.transforms import Bbox, TransformedBbox

from diagnostic.draw.charter import decode_logo, find_charter
from diagnostic.draw.handles import make_line, make_marker, make_missing_patch, make_patch  # noqa: F401 (lent to pages)
from diagnostic.draw.lines import CHARACTER_WIDTH, wrap_text
from diagnostic.draw.style import (
    FONT_SIZES,
    PAGE_SCALES,
    PAGE_SIZES,
    PRINT_DPI,
    TEXT_COLOUR,
    WARNING_COLOUR,
    agree,
    format_number,
    measure_contrast,
)  # fmt: skip

MARGIN_IN = 0.35
PANEL_IN = 3.1
LEGEND_GAP_IN = 0.12
LOGO_IN = (1.4, 0.55)
# Sizes tried, in points, until the legends fit beside the map.
LEGEND_SIZES = (8.0, 7.0, 6.2, 5.5)
NAMES_KEPT = (1.0, 0.75, 0.5, 0.25)
LEAST_HALF = 5  # entries of a legend: those of fewer are not halved
# In the column of a report: the share of the names and the number of legend entries kept, tried one after the other.
COLUMN_TRIES = ((1.0, 99), (0.5, 99), (0.5, 36), (0.25, 30), (0.25, 24), (0.25, 18), (0.0, 12))
BOLD = 1.15  # how much wider bold letters are
LEAST_POINTS, COLUMN_POINTS = 4.5, 6.0  # smallest letters on a page of its own, in the column of a report
EDITION_LABELS = {"publique": "publique", "partenaires": "partenaires", "interne": "interne (ne pas diffuser)"}


def open_page(format_page="A4"):
    """Return an empty Figure that prints at 300 dpi on the paper asked (see PAGE_SIZES), with its own canvas and the logo.

    Its inches are those of an A4 page, and smaller than those of the paper by PAGE_SCALES: what is laid out in inches and
    points is enlarged with the page, whatever draws on it. `dpi` is larger by as much, so that the pixels are those of the
    paper; `measure_scale` gives the ratio back.
    """
    scale = PAGE_SCALES[format_page]
    width, height = PAGE_SIZES[format_page]
    figure = Figure(figsize=(width / scale, height / scale), dpi=PRINT_DPI * scale, facecolor="white")
    FigureCanvasAgg(figure)
    place_logo(figure, decode_logo(find_charter().logo))
    return figure


def measure_scale(figure):
    """Return how many inches of paper one inch of the figure is (1 for a figure that `open_page` did not make)."""
    ratio = figure.dpi / PRINT_DPI
    return ratio if ratio > 1 or any(math.isclose(ratio, scale) for scale in PAGE_SCALES.values()) else 1.0


def find_least(figure, usual=LEAST_POINTS):
    """Return the smallest letters that a page may have, in points: `usual`, or more so that none is under 6 points in a column.

    A page of PAGE_SCALES under 1 goes into a text as it is: its letters stand beside those of a report.
    """
    scale = measure_scale(figure)
    return usual if scale >= 1 else max(usual, COLUMN_POINTS / scale)


def place_logo(figure, pixels):
    """Put a picture in the upper right corner, LOGO_IN inches high and wide at most; nothing when there is none."""
    if pixels is None:
        return
    width, height = figure.get_size_inches()
    ratio = min(LOGO_IN[0] / pixels.shape[1], LOGO_IN[1] / pixels.shape[0])
    wide, high = pixels.shape[1] * ratio, pixels.shape[0] * ratio
    left, low = width - MARGIN_IN - wide, height - MARGIN_IN - high
    box = Bbox.from_bounds(left / width, low / height, wide / width, high / height)
    picture = BboxImage(TransformedBbox(box, figure.transFigure), gid="logo")
    picture.set_data(pixels)
    figure.add_artist(picture)


def measure_logo(figure):
    """Return the width and the height that the logo takes from the head of the page, in inches, its gap included; 0, 0 without logo."""
    pictures = [artist for artist in figure.artists if artist.get_gid() == "logo"]
    if not pictures:
        return 0.0, 0.0
    x0, y0, x1, y1 = measure_box(pictures[0])
    return x1 - x0 + 0.15, y1 - y0 + 0.08


def write_text(holder, x, y, text, **options):
    """Write `text` on a figure or axes in the house font, never read as a formula (a name may hold a `$`)."""
    options = {"fontfamily": find_charter().polices, "color": TEXT_COLOUR, "fontsize": FONT_SIZES["legende"], **options}
    return holder.text(x, y, text, parse_math=False, **options)


def add_halo(text, width=2.0):
    """Give `text` a white outline that keeps it readable on any fill; return it."""
    text.set_path_effects([withStroke(linewidth=width, foreground="white")])
    return text


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
    for character in (0.48, 0.52, 0.56, 0.6, 0.65, 0.72, 0.85, 1.0):
        written.set_text(wrap_text(text, width_in, size * character / CHARACTER_WIDTH))
        box = measure_box(written)
        if box[2] - box[0] <= width_in:
            break
    return written


def write_title(figure, title, mentions):
    """Write the title and, under it, what the reader must know first (FICTIF); return the bottom in inches."""
    width, height = figure.get_size_inches()
    logo = measure_logo(figure)
    room = width - 2 * MARGIN_IN - logo[0]
    options = {"fontweight": "bold", "va": "top"}
    text = write_paragraph(
        figure, MARGIN_IN, height - MARGIN_IN, title, room, fontsize=FONT_SIZES["titre"], gid="titre", color=pick_title_colour(), **options
    )
    bottom = measure_box(text)[1]
    if mentions.get("fictif"):
        warning = write_paragraph(
            figure, MARGIN_IN, bottom - 0.08, "FICTIF : données inventées pour l'exemple", room,
            fontsize=FONT_SIZES["legende"] + 1, color=WARNING_COLOUR, gid="fictif", **options,
        )  # fmt: skip
        bottom = measure_box(warning)[1]
    return min(bottom - 0.1, height - MARGIN_IN - logo[1])


def pick_title_colour():
    """Return the main colour of the charter, or that of the text when the main one would not read on white (WCAG 2: 4.5)."""
    main = find_charter().principale
    return main if measure_contrast(main, "#FFFFFF") >= 4.5 else TEXT_COLOUR


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
    """Stack legends, then a paragraph, in the panel; the text shrinks until all of it fits.

    Parameters
    ----------
    legends : list of (title, handles, note or None)
        Handles carry their label; a legend without handle is left out.
    room : tuple
        Top and bottom of the panel, in inches; third, when the panel is not one column on the right, the left of each column.
    lettered : str
        The names written as letters on the map, one a line; at the smallest size, one after the other.
    """
    lefts = room[2] if len(room) > 2 else [figure.get_size_inches()[0] - MARGIN_IN - PANEL_IN]
    names, shown = lettered.split("\n") if lettered else [], [legend for legend in legends if legend[1]]
    artists = []
    for size, words, kept, look in list_tries(figure, names, shown):
        for artist in artists:
            artist.remove()
        blocks = [partial(add_legend, figure, *legend, size=size, **look) for legend in kept]
        if words:
            blocks.append(partial(write_panel, figure, words, size=min(size, FONT_SIZES["note"])))
        artists, fits = flow_blocks(blocks, room, lefts)
        if fits:
            return


def list_tries(figure, names, legends):
    """Return what `stack_legends` tries in turn: size of letters, names without room, legends, options of `add_legend`."""
    least = find_least(figure)
    sizes = [size for size in LEGEND_SIZES if size >= least]
    whole, last = "\n".join(names), sizes[-1]
    runs = [shorten_names(names, share) for share in NAMES_KEPT] if names else []
    if least <= LEAST_POINTS:
        # At the smallest size names follow each other, and the last ones are only counted when they would run over the notes.
        tries = [(size, whole, legends, {"full": size > last}) for size in sizes]
        return [*tries, *((last, run, legends, {"full": False}) for run in runs)]
    # Letters that may not shrink: lines come closer, labels are cut, long legends go on in the next column, then entries are counted.
    tries = [(size, whole, legends, {}) for size in sizes]
    for full in (True, False):
        tries += [(last, words, legends, {"spacing": 0.28, "full": full}) for words in [whole, *runs[:1]]]
    look = {"spacing": 0.28, "full": False}
    tries += [(last, run, legends, look) for run in runs[1:3]]
    return tries + [(last, shorten_names(names, share), cut_legends(legends, most), look) for share, most in COLUMN_TRIES]


def cut_legends(legends, most):
    """Return legends whose entries beyond `most` in all are counted, the longest halved so that it goes on in the next column."""
    over = sum(len(handles) for _, handles, _ in legends) - most
    longest = max(range(len(legends)), key=lambda rank: len(legends[rank][1]), default=None)
    if longest is None:
        return legends
    title, handles, note = legends[longest]
    if over > 0:
        kept = handles[: max(2, len(handles) - over - 1)]
        handles = [*kept, make_patch("none", f"et {agree(len(handles) - len(kept), 'autre')}")]
    half = -(-len(handles) // 2)
    if half < LEAST_HALF:
        return [*legends[:longest], (title, handles, note), *legends[longest + 1 :]]
    return [*legends[:longest], (title, handles[:half], None), (f"{title} (suite)", handles[half:], note), *legends[longest + 1 :]]


def shorten_names(names, share):
    """Return the first `share` of the names one after the other, the others counted.

    >>> shorten_names(["A : un", "B : deux", "C : trois"], 0.4)
    'A : un ; et 2 autres'
    """
    kept = names[: int(len(names) * share)]
    rest = len(names) - len(kept)
    return " ; ".join([*kept, *([f"et {rest} autre{'s' if rest > 1 else ''}"] if rest else [])])


def flow_blocks(blocks, room, lefts):
    """Draw blocks one below the other, the next column when one is full; return the artists and whether all is in the room.

    A block is a function (spot, artists) that draws under `spot` (left and top, inches), adds to `artists`, returns its bottom.
    """
    drawn, column, top, fits = [], 0, room[0], True
    for draw in blocks:
        artists = []
        bottom = draw((lefts[column], top), artists)
        if bottom < room[1] and top < room[0] and column + 1 < len(lefts):
            for artist in artists:
                artist.remove()
            artists, column = [], column + 1
            bottom = draw((lefts[column], room[0]), artists)
        drawn += artists
        top, fits = bottom, fits and bottom >= room[1]
    return drawn, fits


def add_legend(figure, title, handles, note, spot, artists, *, size, full=True, spacing=0.5):
    """Add one legend under `spot` (left and top, inches), put it in `artists` and return its bottom; see `fit_label` for `full`."""
    width, height = figure.get_size_inches()
    largest = max((handle.get_markersize() for handle in handles if isinstance(handle, Line2D)), default=0)
    labels, family = [fit_label(handle.get_label(), size, full=full) for handle in handles], find_charter().polices
    legend = figure.legend(
        handles, labels, title=wrap_text(title, PANEL_IN, size * BOLD),
        loc="upper left", bbox_to_anchor=(spot[0] / width, spot[1] / height), frameon=False, borderpad=0,
        borderaxespad=0, alignment="left", labelspacing=max(spacing, 0.2 + (largest - size) / size), handlelength=2.2,
        handleheight=1.1, handletextpad=0.7, prop={"family": family, "size": size},
        title_fontproperties={"family": family, "size": size + 0.5, "weight": "bold"},
    )  # fmt: skip
    for text in [legend.get_title(), *legend.get_texts()]:
        text.set_parse_math(False)
        text.set_color(TEXT_COLOUR)
    artists.append(legend)
    bottom = measure_box(legend)[1]
    if note:
        bottom = write_panel(figure, note, (spot[0], bottom - 0.05), artists, size=min(size, FONT_SIZES["note"]))
    return bottom - LEGEND_GAP_IN


def fit_label(label, size, *, full=True):
    """Return a legend entry on lines that fit the panel; not `full` (the smallest size), on one line, the end (the count) kept."""
    width = PANEL_IN - 2.9 * size / 72
    wrapped = wrap_text(label, width, size * 0.95)
    if full or "\n" not in wrapped:
        return wrapped
    name, _, count = label.rpartition(" — ")
    characters = int(width * 72 / (size * CHARACTER_WIDTH)) - len(count) - 3
    return f"{name[: characters - 1].rstrip()}… — {count}" if name else wrapped


def write_panel(figure, text, spot, artists, *, size):
    """Write a paragraph of the panel under `spot` (left and top, inches), put it in `artists` and return its bottom."""
    artists.append(write_paragraph(figure, *spot, text, PANEL_IN, fontsize=size, va="top", linespacing=1.2))
    return measure_box(artists[-1])[1]


def add_scale_bar(axes):
    """Add a bar of kilometres to axes in metres."""
    from matplotlib_scalebar.scalebar import ScaleBar

    bar = ScaleBar(
        1, "m", location="lower left", length_fraction=0.2, width_fraction=0.006, box_alpha=0.75, border_pad=0.4,
        scale_formatter=lambda value, unit: f"{format_number(value, 0 if value == int(value) else 1)} {unit}",
        font_properties={"family": find_charter().polices, "size": FONT_SIZES["etiquette"]}, color=TEXT_COLOUR,
    )  # fmt: skip
    bar.set_zorder(9)
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
