"""The limits of the units of a layer: a broken line in the main colour, read as well without colours, and its legend."""

from matplotlib.collections import PathCollection
from matplotlib.lines import Line2D

from diagnostic.draw import page
from diagnostic.draw.base_map import build_paths
from diagnostic.draw.charter import find_charter
from diagnostic.draw.print_map import measure_side
from diagnostic.draw.style import agree, format_number

# Narrower than the border of a departement, which shows on both sides where they run together.
LINE_WIDTH = 1.5
DASHES = (0, (4, 1.5))
MAX_UNITS_LISTED = 40


def draw_ressorts(axes, shapes):
    """Draw the outline of each unit (GeoSeries, metres) over the borders: broken, on white."""
    if not len(shapes):
        return
    paths = build_paths(shapes)
    for colour, dashes in [("white", "solid"), (find_charter().principale, DASHES)]:
        collection = PathCollection(
            paths, facecolors="none", edgecolors=colour, linewidths=LINE_WIDTH * measure_side(axes), linestyles=[dashes],
            zorder=4.5, gid="ressorts",
        )  # fmt: skip
        axes.add_collection(collection, autolim=False)


def make_ressort_line(label):
    """Return a legend entry: the line that `draw_ressorts` draws."""
    return Line2D([], [], color=find_charter().principale, linewidth=LINE_WIDTH, linestyle=DASHES, label=label)


def list_ressorts(units):
    """Return the legend entries of units (numero, nom, nb_communes): a line each; those beyond forty are counted."""
    shown, rest = units.head(MAX_UNITS_LISTED), units.iloc[MAX_UNITS_LISTED:]
    handles = [make_ressort_line(f"{row.numero}. {row.nom} — {format_number(row.nb_communes)}") for row in shown.itertuples()]
    if len(rest):
        label = f"et {agree(len(rest), 'autre unité', 'autres unités')} — {format_number(rest['nb_communes'].sum())}"
        handles.append(page.make_patch("white", label))
    return handles
