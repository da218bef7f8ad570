"""What every print map shares: the ground, the fills, the borders, the names, and the page around them."""

import numpy as np
from matplotlib.collections import PathCollection
from matplotlib.path import Path

from diagnostic.draw import page
from diagnostic.draw.base_map import build_paths, find_label_points, find_north
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
THICK_UP_TO = {"commune": 3000, "epci": 60, "departement": 12}


def open_map(base, title, mentions, *, notes=(), format_page="A4"):
    """Return (figure, axes, room): a page with title, notes, scale and north, map axes with their limits, top and bottom of the panel."""
    figure = page.open_page(format_page)
    width, height = figure.get_size_inches()
    bottom = page.write_notes(figure, mentions, [*notes, *list_unplaced(base)])
    top = page.write_title(figure, title, mentions)
    map_width = width - 2 * page.MARGIN_IN - page.PANEL_IN - 0.15
    axes = figure.add_axes([page.MARGIN_IN / width, bottom / height, map_width / width, (top - bottom) / height])
    axes.set_axis_off()
    fit_view(axes, base.extent, map_width / (top - bottom))
    page.add_scale_bar(axes)
    page.add_north(axes, find_north(base))
    return figure, axes, (top, bottom)


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
    """Fill every commune on the map in one collection.

    Parameters
    ----------
    colours : Series of str, index code_insee
        A commune absent from it, or NaN, is hatched grey: not known.

    Returns
    -------
    Series of bool, index code_insee : communes of the map that are not known.
    """
    fills = colours.astype("object").reindex(base.paths.index)
    missing = fills.isna()
    axes.add_collection(
        PathCollection(
            base.paths.tolist(), facecolors=fills.fillna(MISSING_COLOUR).tolist(),
            edgecolors=LINE_COLOURS["commune"], linewidths=thin_line("commune", len(base.paths)), gid="communes", zorder=1,
        ),
        autolim=False,
    )  # fmt: skip
    hatch_communes(axes, base, missing[missing].index, MISSING_HATCH, MISSING_HATCH_COLOUR)
    return missing


def hatch_communes(axes, base, codes, hatch, colour="#222222"):
    """Hatch some communes over their fill; codes that are not on the map are left."""
    paths = base.paths[base.paths.index.isin(codes)]
    if len(paths):
        # One path: the renderer prepares its hatch once.
        collection = PathCollection(
            [Path.make_compound_path(*paths)], facecolors="none", edgecolors=colour, linewidths=0, hatch=hatch, zorder=2,
            gid=f"hachures {hatch}",
        )  # fmt: skip
        axes.add_collection(collection, autolim=False)


def draw_borders(axes, base):
    """Draw the borders of EPCI and departements and return their legend entries."""
    for kind, table, zorder in [("epci", base.epci, 4), ("departement", base.departements, 3)]:
        if len(table):
            collection = PathCollection(
                build_paths(table.geometry), facecolors="none", edgecolors=LINE_COLOURS[kind],
                linewidths=thin_line(kind, len(table)), joinstyle="round", gid=f"limites {kind}", zorder=zorder,
            )  # fmt: skip
            axes.add_collection(collection, autolim=False)
    return [
        page.make_line(kind) for kind, table in [("epci", base.epci), ("departement", base.departements)] if len(table)
    ]


def thin_line(kind, count):
    """Return the width of a border in points: that of the style, thinner when there are too many to draw at this size."""
    return LINE_WIDTHS[kind] * min(1.0, (THICK_UP_TO[kind] / max(1, count)) ** 0.5)


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
    left = place_labels(axes, places, taken=taken, points=points)
    lettered = left[left["lettre"] != ""]
    lines = [f"{letter} : {name}" for letter, name in zip(lettered["lettre"], lettered["nom"], strict=True)]
    unwritten = left.loc[left["lettre"] == "", "nom"]
    if len(unwritten):
        lines.append(f"Sans place pour leur nom : {list_names(unwritten)}")
    return "\n".join(lines)


def to_pixels(axes, xs, ys):
    """Return the pixels (n, 2) of points in metres."""
    return axes.transData.transform(np.column_stack([np.asarray(xs, dtype=float), np.asarray(ys, dtype=float)]))
