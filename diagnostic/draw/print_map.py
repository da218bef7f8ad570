"""What every print map shares: the ground, the fills, the borders, the names, and the page around them."""

import numpy as np
import pandas as pd
from matplotlib.collections import PathCollection

from diagnostic.draw import page
from diagnostic.draw.base_map import build_paths, find_label_points, find_north, group_rings
from diagnostic.draw.labels import legal_name, place_labels, short_name
from diagnostic.draw.style import (
    LINE_COLOURS,
    LINE_WIDTHS,
    MISSING_COLOUR,
    MISSING_HATCH,
    MISSING_HATCH_COLOUR,
    agree,
    format_number,
)

# Beyond this many EPCI (a region, France) their names would hide the map.
MAX_NAMES = 60
MAX_LISTED = 12
# Height kept for the legends below the map of a portrait page, and the side of a map whose borders have their full width.
PORTRAIT_PANEL_IN = 2.3
FULL_SIDE_IN = 6.0
# A slide takes a second column of legends as long as the map keeps this share of its size.
LEAST_MAP = 0.85
THICK_UP_TO = {"commune": 3000, "epci": 60, "departement": 12}


def open_map(base, title, mentions, *, notes=(), format_page="A4"):
    """Return (figure, axes, room): a page with title, notes, scale and north, map axes with their limits, the room of `stack_legends`."""
    figure = page.open_page(format_page)
    width, height = figure.get_size_inches()
    bottom = page.write_notes(figure, mentions, [*notes, *list_unplaced(base)])
    top = page.write_title(figure, title, mentions)
    box, room = share_page(base, (width, height), top, bottom)
    axes = figure.add_axes([box[0] / width, box[1] / height, box[2] / width, box[3] / height])
    axes.set_axis_off()
    fit_view(axes, base.extent, box[2] / box[3])
    page.add_scale_bar(axes)
    page.add_north(axes, find_north(base))
    return figure, axes, room


def share_page(base, size, top, bottom):
    """Return the box of the map (left, low, width, height) and the room of the legends, in inches, between `top` and `bottom`.

    The legends are on the right of the map, in two columns when the map leaves the width for it (a slide); on a page higher
    than wide, they are below it in two columns.
    """
    full, gap = size[0] - 2 * page.MARGIN_IN, 0.15
    x0, y0, x1, y1 = base.extent
    ratio = (x1 - x0) / (y1 - y0)
    ends = [page.MARGIN_IN, page.MARGIN_IN + full - page.PANEL_IN]
    if size[0] < size[1]:
        height = min(full / ratio, top - bottom - PORTRAIT_PANEL_IN)
        return (page.MARGIN_IN, top - height, full, height), (top - height - gap, bottom, ends)
    columns = 2 if LEAST_MAP * (top - bottom) * ratio + 2 * (page.PANEL_IN + gap) <= full else 1
    lefts = [ends[1] - rank * (page.PANEL_IN + gap) for rank in reversed(range(columns))]
    return (page.MARGIN_IN, bottom, lefts[0] - gap - page.MARGIN_IN, top - bottom), (top, bottom, lefts)


def list_unplaced(base, limit=MAX_LISTED):
    """Return the footnote that names the communes without place on the map, or nothing."""
    if base.unplaced.empty:
        return []
    return [f"Sans contour, donc absentes de la carte : {list_names(base.unplaced, limit)}."]


def list_names(names, limit=MAX_LISTED):
    """Return names in a row, sorted, those beyond `limit` counted."""
    names = sorted(names)
    shown = ", ".join(names[:limit])
    return shown if len(names) <= limit else f"{shown} et {agree(len(names) - limit, 'autre')}"


def fit_view(axes, extent, ratio):
    """Set the limits so that `extent` fills axes `ratio` times wider than high, one metre the same both ways."""
    x0, y0, x1, y1 = extent
    width, height = x1 - x0, y1 - y0
    extra_x, extra_y = max(0.0, height * ratio - width) / 2, max(0.0, width / ratio - height) / 2
    axes.set_xlim(x0 - extra_x, x1 + extra_x)
    axes.set_ylim(y0 - extra_y, y1 + extra_y)
    axes.set_aspect("equal")


def fill_communes(axes, base, colours):
    """Fill every commune on the map, one path a colour, and draw their borders, each once.

    Parameters
    ----------
    colours : Series of str, index code_insee
        A commune absent from it, or NaN, is hatched grey: not known.

    Returns
    -------
    Series of bool, index code_insee : communes of the map that are not known.
    """
    fills = colours.astype("object").reindex(base.shapes.index)
    missing = fills.isna()
    groups, found = pd.factorize(fills.fillna(MISSING_COLOUR))
    filled = PathCollection(group_rings(base.rings, groups), facecolors=list(found), linewidths=0, gid="communes", zorder=1)
    edges = PathCollection(
        [base.edges], facecolors="none", edgecolors=LINE_COLOURS["commune"], linewidths=thin_line(axes, "commune", len(groups)),
        gid="limites commune", zorder=1,
    )  # fmt: skip
    axes.add_collection(filled, autolim=False)
    axes.add_collection(edges, autolim=False)
    hatch_communes(axes, base, missing[missing].index, MISSING_HATCH, MISSING_HATCH_COLOUR)
    return missing


def hatch_communes(axes, base, codes, hatch, colour="#222222"):
    """Hatch some communes over their fill; codes that are not on the map are left."""
    groups = np.where(base.shapes.index.isin(codes), 0, -1)
    if (groups == 0).any():
        # One path: the renderer prepares its hatch once.
        collection = PathCollection(
            group_rings(base.rings, groups), facecolors="none", edgecolors=colour, linewidths=0, hatch=hatch, zorder=2,
            gid=f"hachures {hatch}",
        )  # fmt: skip
        axes.add_collection(collection, autolim=False)


def draw_borders(axes, base):
    """Draw the borders of EPCI and departements and return their legend entries."""
    for kind, table, zorder in [("epci", base.epci, 4), ("departement", base.departements, 3)]:
        if len(table):
            collection = PathCollection(
                build_paths(table.geometry), facecolors="none", edgecolors=LINE_COLOURS[kind],
                linewidths=thin_line(axes, kind, len(table)), joinstyle="round", gid=f"limites {kind}", zorder=zorder,
            )  # fmt: skip
            axes.add_collection(collection, autolim=False)
    return [
        page.make_line(kind) for kind, table in [("epci", base.epci), ("departement", base.departements)] if len(table)
    ]


def thin_line(axes, kind, count):
    """Return the width of a border in points: that of the style, thinner on a small map and when there are too many to draw."""
    return LINE_WIDTHS[kind] * measure_side(axes) * min(1.0, (THICK_UP_TO[kind] / max(1, count)) ** 0.5)


def measure_side(axes):
    """Return how small a map is: 1 from FULL_SIDE_IN inches of the page up, the share of it below."""
    box, page_size = axes.get_position(original=True), axes.get_figure().get_size_inches()
    return min(1.0, box.width * page_size[0] / FULL_SIDE_IN, box.height * page_size[1] / FULL_SIDE_IN)


def name_epci(axes, base, *, taken=None, points=None):
    """Write the names of the EPCI and return the paragraph for those that had no room ("" when all had)."""
    if not len(base.epci):
        return ""
    if len(base.epci) > MAX_NAMES:
        return f"Les {format_number(len(base.epci))} EPCI ne sont pas nommés à cette échelle."
    places = find_label_points(base.epci.geometry).assign(
        texte=base.epci["nom"].map(legal_name), court=base.epci["nom"].map(short_name), nom=base.epci["nom"],
        contour=base.epci.geometry,
    )  # fmt: skip
    boxes = box_furniture(axes)
    left = place_labels(axes, places, taken=boxes if taken is None else np.vstack([boxes, taken]), points=points)
    lettered = left[left["lettre"] != ""]
    lines = [f"{letter} : {name}" for letter, name in zip(lettered["lettre"], lettered["nom"], strict=True)]
    unwritten = left.loc[left["lettre"] == "", "nom"]
    if len(unwritten):
        lines.append(f"Sans place pour leur nom : {list_names(unwritten)}")
    return "\n".join(lines)


def box_furniture(axes):
    """Return the boxes (pixels) of the north, in the upper left corner, and of the scale, in the lower left: no name goes there."""
    view, point = axes.bbox, axes.get_figure().dpi / 72
    north = [view.x0, view.y1 - 86 * point, view.x0 + 32 * point, view.y1]
    scale = [view.x0, view.y0, view.x0 + 0.22 * view.width, view.y0 + 28 * point]
    return np.array([north, scale])


def to_pixels(axes, xs, ys):
    """Return the pixels (n, 2) of points in metres."""
    return axes.transData.transform(np.column_stack([np.asarray(xs, dtype=float), np.asarray(ys, dtype=float)]))
