"""The entries of legends: a fill, what is not known, a border, a point."""

from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from diagnostic.draw.style import (
    LINE_COLOURS,
    LINE_LABELS,
    LINE_WIDTHS,
    MISSING_COLOUR,
    MISSING_HATCH,
    MISSING_HATCH_COLOUR,
)


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
