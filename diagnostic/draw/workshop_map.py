"""The sheets of a cartopartie: the ground alone, to be filled with stickers, and the same ground with numbered actors."""

import textwrap
from itertools import product

import numpy as np
import pandas as pd
import shapely
from matplotlib.patheffects import Stroke

from diagnostic.draw import page
from diagnostic.draw.base_map import find_label_points
from diagnostic.draw.labels import is_free
from diagnostic.draw.print_map import draw_borders, fill_communes, name_epci, open_map
from diagnostic.draw.style import CHAMP_LABELS, agree
from diagnostic.draw.workshop_actors import MAIRIE, POINT, tell_left, tell_numbered, tell_range
from diagnostic.draw.workshop_legend import find_left, write_empty_legend, write_purpose
from diagnostic.draw.workshop_marks import CHIP_HEIGHT, draw_chips, draw_numbers, fit_numbers, measure_chip

FORMATS = ("A3", "A0")
# Points of the paper under which a name is not read round a table, and the largest worth its room.
NAME_POINTS = {"A3": (7.0, 6.0, 5.5), "A0": (14.0, 10.0, 8.0, 7.0)}
NAME_LETTERS = (20, 12, 8)  # letters of a line, the longest first
NAME_COLOUR = "#6A6A6A"
ENOUGH_NAMES = 0.6  # under this share of communes named, those named would look chosen: towns are, in their place
# Where the name of a town goes around its point: half its length aside, heights up or down.
BESIDE = np.array([[1, 0], [-1, 0], [0, 1.1], [0, -1.1], [1, 1], [-1, 1], [1, -1], [-1, -1], [1, 2], [-1, 2], [1, -2], [-1, -2]])
INSIDE = 0.75  # share of the box of a name that its own commune must hold
CHARACTER, LINE = 0.58, 1.2  # width of a letter and height of a line, in sizes
HOW_TO_READ = (
    "Un signe par commune et par champ ; 12–15 : quatre acteurs, du n° 12 au n° 15. Contour pointillé : placé à la mairie, faute de lieu "
    "précis. Plusieurs acteurs d'une commune sont groupés ; un trait mène au lieu quand le signe est écarté."
)


def draw_blank(base, *, mentions, finalite="", format_page="A3"):
    """Draw the ground of a workshop: communes, EPCI and their names, departements; no actor; a legend with empty boxes.

    Parameters
    ----------
    base : Base
    mentions : dict, as for `charts.draw_discordance`
    finalite : str, the purpose of the map in the words of the group; "" leaves lines to write it
    format_page : {"A3", "A0"}
    """
    told = mentions | {"titre": mentions.get("titre") or tell_blank(base), "couverture": None}
    figure, axes, room = open_ground(base, told, format_page)
    boxes, left = name_ground(axes, base, np.empty((0, 4)))
    name_communes(axes, base, format_page, boxes)
    top = write_purpose(figure, finalite, room[0])
    write_empty_legend(figure, (write_left(figure, left, top), room[1]))
    return keep_letters(figure)


def draw_numbered(base, numbered, left, *, mentions, finalite="", format_page="A3"):
    """Draw the same ground with the numbers of `workshop_actors.number_actors`, those of the index; a smaller empty legend beside.

    Parameters
    ----------
    base, mentions, finalite, format_page : as for `draw_blank`
    numbered, left : the answer of `number_actors`
    """
    told = mentions | {"titre": mentions.get("titre") or tell_numbered(numbered)}
    figure, axes, room = open_ground(base, told, format_page, notes=tell_left(numbered, left))
    chips, blocks, boxes, size = fit_numbers(axes, numbered, format_page)
    draw_numbers(axes, chips, blocks, size)
    boxes, unnamed = name_ground(axes, base, boxes)
    name_communes(axes, base, format_page, boxes)
    top = write_purpose(figure, finalite, room[0])
    top = write_champs(figure, numbered, top, size)
    top = write_left(figure, tell_no_room(chips, blocks, unnamed), top)
    apart = numbered[~numbered["lieu"].isin([POINT, MAIRIE])]
    write_empty_legend(figure, (top, room[1]), short=True, apart=tell_range(apart["numero"]) if len(apart) else "")
    return keep_letters(figure)


def open_ground(base, mentions, format_page, notes=()):
    """Return (figure, axes, room) of a page whose communes are white, with borders, scale and north (see `print_map.open_map`)."""
    figure, axes, room = open_map(base, mentions["titre"], mentions, notes=notes, format_page=format_page)
    fill_communes(axes, base, pd.Series("#FFFFFF", index=base.shapes.index))
    draw_borders(axes, base)
    return figure, axes, room


def tell_blank(base):
    """Return the title of the ground without actors."""
    parts = [agree(len(base.shapes), "commune")]
    parts += [agree(len(base.epci), "EPCI", "EPCI")] if len(base.epci) else []
    parts += [agree(len(base.departements), "département")] if len(base.departements) else []
    return f"Qui fait quoi, où, avec qui ? {', '.join(parts)} : carte à remplir ensemble"


def name_ground(axes, base, boxes):
    """Write the names of the EPCI where no box (metres) stands; return the boxes with those of the names, and what had no room."""
    pixels = axes.transData.transform(np.asarray(boxes, dtype=float).reshape(-1, 2)).reshape(-1, 4)
    unnamed = name_epci(axes, base, taken=pixels)
    written = [text.get_window_extent() for text in axes.texts if text.get_gid() == "etiquette"]
    corners = np.array([box.extents for box in written]).reshape(-1, 2)
    return np.concatenate([boxes, axes.transData.inverted().transform(corners).reshape(-1, 4)]), unnamed


def name_communes(axes, base, format_page, boxes):
    """Write in grey the names of the communes, in the largest letters each holds, when most of them hold theirs; else those of towns.

    Returns
    -------
    int, the names written
    """
    scale, metre = page.measure_scale(axes.get_figure()), page.measure_point(axes)
    names = base.communes.loc[base.shapes.index, "nom"].astype(str)
    spots = find_label_points(base.shapes)
    fitted = pd.DataFrame({"size": np.nan, "words": names}, index=names.index)
    for points, letters in product(NAME_POINTS[format_page], NAME_LETTERS):
        left = fitted.index[fitted["size"].isna()]
        size = points / scale
        words = names[left].map(lambda name: textwrap.fill(name, letters, break_long_words=False))  # noqa: B023
        held = find_held(frame_names(words, spots.loc[left], size * metre), base.shapes[left]) if len(left) else []
        fitted.loc[left[held], "size"], fitted.loc[left[held], "words"] = size, words[held]
    if fitted["size"].notna().mean() < ENOUGH_NAMES:
        return name_towns(axes, base, NAME_POINTS[format_page][0] / scale, boxes)
    fitted = fitted.dropna(subset=["size"])
    frames = np.concatenate([
        frame_names(rows["words"], spots.loc[rows.index], size * metre) for size, rows in fitted.groupby("size", sort=False)
    ])  # fmt: skip
    order = pd.concat([rows for _, rows in fitted.groupby("size", sort=False)]).join(spots)
    view, written = find_view(axes), list(boxes)
    for row, frame in zip(order.itertuples(), frames, strict=True):
        if is_free(frame[None], written, view)[0]:
            written.append(frame)
            write_name(axes, row.x, row.y, row.words, row.size, gid="commune")
    return len(written) - len(boxes)


def name_towns(axes, base, size, boxes):
    """Mark and name the largest commune of each EPCI, beside its point where nothing stands; return how many are named."""
    towns = base.communes.loc[base.shapes.index].dropna(subset=["epci", "population", "x_m", "y_m"])
    towns = towns.sort_values("population", ascending=False, kind="stable").drop_duplicates("epci")
    unit = size * page.measure_point(axes)
    view, written = find_view(axes), list(boxes)
    for row in towns.itertuples():
        half = np.array([len(row.nom) * CHARACTER * unit / 2, LINE * unit / 2])
        centres = np.array([row.x_m, row.y_m]) + BESIDE * [half[0] + 0.5 * unit, unit]
        free = np.flatnonzero(is_free(np.hstack([centres - half, centres + half]), written, view))
        if len(free):
            x, y = centres[free[0]]
            written.append(np.concatenate([centres[free[0]] - half, centres[free[0]] + half]))
            write_name(axes, x, y, row.nom, size, gid="ville")
            axes.scatter(row.x_m, row.y_m, s=(0.4 * size) ** 2, color=NAME_COLOUR, linewidths=0, zorder=3.5)
    return len(written) - len(boxes)


def write_name(axes, x, y, words, size, *, gid):
    """Write the name of a commune, in grey."""
    page.add_halo(page.write_text(
        axes, x, y, words, fontsize=size, color=NAME_COLOUR, ha="center", va="center", linespacing=1.0, zorder=4.8, gid=gid
    ), 0.25 * size)  # fmt: skip


def find_view(axes):
    """Return the limits of the axes: x0, y0, x1, y1."""
    (x0, x1), (y0, y1) = axes.get_xlim(), axes.get_ylim()
    return np.array([x0, y0, x1, y1])


def frame_names(words, spots, size):
    """Return the box (n, 4) in metres of each name around its point; `size` is that of its letters in metres."""
    lines = words.str.split("\n")
    half = np.column_stack([
        lines.map(lambda parts: max(map(len, parts))).to_numpy() * CHARACTER * size / 2, lines.map(len).to_numpy() * LINE * size / 2
    ])  # fmt: skip
    centres = spots[["x", "y"]].to_numpy()
    return np.hstack([centres - half, centres + half])


def find_held(frames, shapes):
    """Return whether each shape holds enough of its box."""
    boxes = shapely.box(*frames.T)
    polygons = np.asarray(shapes, dtype="object")
    return shapely.area(shapely.intersection(boxes, polygons)) >= INSIDE * shapely.area(boxes)


def write_champs(figure, numbered, top, size):
    """Write the legend of the numbers: one chip a champ with its count, how to read them; return the bottom in inches."""
    placed = numbered[numbered["lieu"].isin([POINT, MAIRIE])]
    counts = placed["champ"].value_counts()
    left, letters = find_left(figure), max(5.0, min(size * 1.1, 8.0))
    head = page.write_paragraph(figure, left, top, "Acteurs numérotés (noms dans l'index)", page.PANEL_IN, va="top", fontsize=8.0,
                                fontweight="bold", gid="legende")  # fmt: skip
    top = page.measure_box(head)[1] - 0.06
    axes, step = open_sheet(figure), letters * CHIP_HEIGHT * 1.3 / 72
    rows = []
    for champ in [name for name in CHAMP_LABELS if name in counts]:
        width = measure_chip("12", letters) / 72
        rows.append(("12", champ, False, width, left + width / 2, top - step / 2))
        page.write_text(axes, left + width + 0.1, top - step / 2, f"{CHAMP_LABELS[champ]} — {agree(counts[champ], 'acteur')}", fontsize=7.0,
                        va="center_baseline")  # fmt: skip
        top -= step
    chips = pd.DataFrame(rows, columns=["mot", "champ", "mairie", "largeur", "px", "py"])
    draw_chips(axes, chips, letters / 72, letters)
    for text in [text for text in axes.texts if text.get_gid() == "numero"]:
        text.set_gid("exemple")  # no number of an actor
    return write_left(figure, HOW_TO_READ, top - 0.02)


def tell_no_room(chips, blocks, unnamed):
    """Return the lines on the numbers and the names that found no room, or ""."""
    lost = chips[chips["bloc"].isin(blocks.index[blocks["cx"].isna()])]
    told = [f"Numéros sans place sur cette page : {', '.join(lost['mot'])}."] if len(lost) else []
    return "\n".join([*told, *([unnamed] if unnamed else [])])


def write_left(figure, words, top):
    """Write a small paragraph in the panel, when there is one; return the bottom in inches."""
    if not words:
        return top
    text = page.write_paragraph(figure, find_left(figure), top, words, page.PANEL_IN, va="top", fontsize=6.0, linespacing=1.2)
    return page.measure_box(text)[1] - 0.12


def open_sheet(figure):
    """Return axes that cover the whole page, in inches of the figure."""
    width, height = figure.get_size_inches()
    axes = figure.add_axes([0, 0, 1, 1], xlim=(0, width), ylim=(0, height))
    axes.set_axis_off()
    axes.patch.set_visible(False)
    return axes


def keep_letters(figure):
    """Draw again, as plain text, each text that has an outline; return the figure.

    A text with an outline is drawn as shapes: a PDF could neither be searched nor read aloud.
    """
    for axes in figure.axes:
        for text in [text for text in axes.texts if text.get_path_effects()]:
            x, y = text.get_position()
            twin = page.write_text(
                axes, x, y, text.get_text(), fontsize=text.get_fontsize(), color=text.get_color(), ha=text.get_horizontalalignment(),
                va=text.get_verticalalignment(), fontweight=text.get_fontweight(), zorder=text.get_zorder() + 0.01, gid=text.get_gid(),
                linespacing=1.0,
            )  # fmt: skip
            twin.set_transform(text.get_transform())
            text.set_path_effects([Stroke(linewidth=min(2.0, 0.3 * text.get_fontsize()), foreground="white")])
            text.set_gid(f"contour {text.get_gid()}")
    return figure
