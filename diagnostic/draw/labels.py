"""Names on a map: each is written where it covers nothing written before, or replaced by a letter."""

import re
import textwrap

import numpy as np
import shapely

from diagnostic.draw.page import add_halo, write_text
from diagnostic.draw.style import FONT_SIZES

# Where a name may go around its point, in shares of its own width and height, the nearest first.
SHIFTS = np.array(
    sorted(
        (
            (dx, dy)
            for dx in (-1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1)
            for dy in (-3, -2, -1.2, -0.6, 0, 0.6, 1.2, 2, 3)
        ),
        key=lambda shift: (round(shift[0] ** 2 + (shift[1] / 2) ** 2, 6), shift),
    )
)
# What a position costs: a hidden point, a corner outside the shape, a name's length away from the best place.
COSTS = {"point": 1.0, "corner": 0.7, "distance": 1.5}
# Points around a name where nothing else is written: two names on one line are not read as one.
PADDING = (3.0, 1.5)
LEGAL_FORMS = {"de communes": "CC", "d['’]agglom[ée]ration": "CA", "urbaine": "CU"}


def short_name(name, width=16):
    """Return the name of an EPCI as it is written on a map: without its legal form, on short lines.

    >>> short_name("CC des Rives du Haut Allier")
    'Rives du Haut\\nAllier'
    """
    legal = r"^(CC|CA|CU|M[ée]tropole|Communaut[ée] (de communes|d['’]agglom[ée]ration|urbaine))\s+"
    bare = re.sub(legal, "", str(name), flags=re.IGNORECASE)
    bare = re.sub(r"^(de la |de l['’]|du |des |de |d['’])", "", bare, flags=re.IGNORECASE).strip() or str(name)
    return textwrap.fill(bare[0].upper() + bare[1:], width, break_long_words=False, break_on_hyphens=False)


def legal_name(name, width=16):
    """Return the name of an EPCI with its legal form in two letters, on short lines: it is not read as that of a town.

    >>> legal_name("Communauté d'agglomération du Puy-en-Velay")
    'CA du\\nPuy-en-Velay'
    """
    text = str(name)
    for form, letters in LEGAL_FORMS.items():
        text = re.sub(rf"^Communaut[ée] {form}\b", letters, text, flags=re.IGNORECASE)
    return textwrap.fill(text, width, break_long_words=False, break_on_hyphens=False)


def place_labels(axes, places, *, taken=None, points=None, size=None):
    """Write `places` on the axes without any overlap and return those that found no room.

    Parameters
    ----------
    axes : Axes with its final limits
    places : DataFrame
        x, y (data units), texte, court (tried where texte has no room) and contour (the shape named: a name stays
        centred inside it); first rows choose first.
    taken : ndarray (n, 4), optional
        Boxes in pixels (x0, y0, x1, y1) that no label may touch.
    points : ndarray (m, 2), optional
        Points in pixels; of the free positions the one that hides fewest of them is kept.

    Returns
    -------
    DataFrame
        The rows of `places` left out, with `lettre`: A, B, C... written in their place, or "" where even a letter had no room.
    """
    boxes = [] if taken is None else list(taken)
    points = np.empty((0, 2)) if points is None else np.asarray(points)
    shapely.prepare(np.asarray(places["contour"], dtype="object"))
    left = [
        row
        for row in places.itertuples()
        if not any(write_free(axes, row, words, boxes, points, size) for words in dict.fromkeys([row.texte, row.court]))
    ]
    letters, written = [], 0
    for row in left:
        letter = name_rank(written)
        letters.append(letter if write_free(axes, row, letter, boxes, points, size, fontweight="bold") else "")
        written += letters[-1] != ""
    return places.loc[[row.Index for row in left]].assign(lettre=letters)


def name_rank(rank):
    """Return A, B, ... Z, AA, AB... for 0, 1, ..."""
    name = ""
    rank += 1
    while rank:
        rank, rest = divmod(rank - 1, 26)
        name = chr(65 + rest) + name
    return name


def write_free(axes, row, words, boxes, points, size, **options):
    """Write `words` at the first free position around `row`; add its box to `boxes`; return whether it was possible."""
    text = write_text(
        axes, row.x, row.y, words, fontsize=size or FONT_SIZES["etiquette"], ha="center", va="center",
        linespacing=1.0, zorder=5, gid="etiquette", **options,
    )  # fmt: skip
    add_halo(text)
    figure = axes.get_figure()
    box = text.get_window_extent(figure.canvas.get_renderer()).padded(*(each * figure.dpi / 72 for each in PADDING))
    centre = axes.transData.transform((row.x, row.y))
    shifts = SHIFTS * [box.width, box.height]
    candidates = np.array(box.extents) + np.hstack([shifts, shifts])
    corners = count_corners(axes, row.contour, candidates)
    free = is_free(candidates, boxes, axes.bbox.extents)
    free &= shapely.contains_xy(row.contour, axes.transData.inverted().transform(centre + shifts))
    if not free.any():
        text.remove()
        return False
    distance = np.hypot(SHIFTS[:, 0], SHIFTS[:, 1] / 2)
    cost = COSTS["point"] * count_hidden(candidates, points) + COSTS["corner"] * corners + COSTS["distance"] * distance
    best = np.flatnonzero(free)[np.argmin(cost[free])]
    text.set_position(axes.transData.inverted().transform(centre + shifts[best]))
    boxes.append(candidates[best])
    return True


def count_corners(axes, shape, candidates):
    """Return how many corners of each candidate box (pixels) fall outside `shape` (data units)."""
    corners = candidates[:, [[0, 1], [0, 3], [2, 1], [2, 3]]].reshape(-1, 2)
    inside = shapely.contains_xy(shape, axes.transData.inverted().transform(corners))
    return 4 - inside.reshape(-1, 4).sum(axis=1)


def is_free(candidates, boxes, view):
    """Return, for each candidate box, whether it is inside the view and touches none of `boxes`."""
    inside = (candidates[:, :2] >= view[:2]).all(axis=1) & (candidates[:, 2:] <= view[2:]).all(axis=1)
    if not boxes:
        return inside
    others = np.array(boxes)
    touches = (candidates[:, None, :2] < others[None, :, 2:]).all(axis=2) & (
        candidates[:, None, 2:] > others[None, :, :2]
    ).all(axis=2)
    return inside & ~touches.any(axis=1)


def count_hidden(candidates, points):
    """Return how many points each candidate box covers."""
    if not len(points):
        return np.zeros(len(candidates), dtype=int)
    above = points[None, :, :] >= candidates[:, None, :2]
    below = points[None, :, :] <= candidates[:, None, 2:]
    return (above & below).all(axis=2).sum(axis=1)
