"""Numbers on the workshop map: one block a place, a chip a champ (12–15), moved until none touches another."""

import numpy as np
import pandas as pd
from matplotlib.collections import LineCollection, PolyCollection
from scipy.spatial import cKDTree

from diagnostic.draw import page
from diagnostic.draw.charter import find_charter
from diagnostic.draw.labels import count_hidden, is_free
from diagnostic.draw.style import CHAMP_LABELS, TEXT_COLOUR
from diagnostic.draw.workshop_actors import MAIRIE, POINT

# Digits of DejaVu Sans in bold, in ems; height of a chip and room around its number, in sizes of the letters.
DIGIT, CHIP_HEIGHT, CHIP_ROOM, GAP = 0.7, 1.45, 0.85, 0.16
# Points of the paper, largest first: what is read at arm's length round a table, then what a lens is not needed for.
NUMBER_SIZES = {"A3": (8.0, 7.0, 6.0, 5.2), "A0": (17.0, 14.0, 12.0, 10.0, 9.0)}
DEFAULT_SIZES = (7.0, 6.0, 5.0)
ANGLES, RINGS = 24, np.concatenate([np.arange(0.8, 8, 0.6), np.arange(8, 60, 1.5)])  # rings in heights of a chip
FAR, MANY_FAR = 1.5, 0.05  # a smaller size is tried first when more than this share of the blocks stands beyond this ring
HIDDEN_COST = 0.4  # one more place covered is worth as many heights of a chip
ARC = np.linspace(-np.pi / 2, np.pi / 2, 9)


def outline_chip(champ, width, height):
    """Return the corners (n, 2) of a chip around 0, 0: rounded, square, pointed or narrow at the top, as the marks of the champs.

    >>> outline_chip("developpement_local", 4, 2).tolist()
    [[-2.0, -1.0], [2.0, -1.0], [2.0, 1.0], [-2.0, 1.0]]
    """
    x, y = width / 2, height / 2
    if champ == "social":
        right = np.column_stack([x - y + y * np.cos(ARC), y * np.sin(ARC)])
        return np.concatenate([right, -right])
    if champ == "mixte":
        return np.array([[-x, 0], [-x + y, -y], [x - y, -y], [x, 0], [x - y, y], [-x + y, y]], dtype=float)
    if champ == "autre":
        return np.array([[-x, -y], [x, -y], [x - 0.7 * y, y], [-x + 0.7 * y, y]], dtype=float)
    return np.array([[-x, -y], [x, -y], [x, y], [-x, y]], dtype=float)


def measure_chip(words, size):
    """Return the width of a chip, in the unit of `size`."""
    return (len(words) * DIGIT + CHIP_ROOM) * size


def list_chips(numbered, size):
    """Return one row a chip: bloc, champ, mot ("12" or "12–15"), premier, dernier, mairie (none has its own point), x, y of its place.

    The actors of a commune stand each at its point when all are far enough apart; else together at the mairie.

    Parameters
    ----------
    numbered : DataFrame of `number_actors`
    size : float, size of the letters in metres of the ground
    """
    rows = numbered[numbered["lieu"].isin([POINT, MAIRIE])]
    rows = rows.assign(bloc=np.where(_find_crowded(rows, size), rows["code_insee"], rows["acteur_id"]))
    mairie = rows["lieu"].eq(MAIRIE)
    grouped = rows.assign(mairie=mairie).groupby(["bloc", "champ"], sort=False)
    chips = grouped.agg(premier=("numero", "min"), dernier=("numero", "max"), mairie=("mairie", "all")).reset_index()
    last = "–" + chips["dernier"].astype(str)
    chips["mot"] = chips["premier"].astype(str) + last.where(chips["dernier"] > chips["premier"], "")
    spots = rows.groupby("bloc", sort=False)[["x_m", "y_m"]].mean()
    return chips.assign(x=chips["bloc"].map(spots["x_m"]), y=chips["bloc"].map(spots["y_m"]))


def _find_crowded(rows, size):
    """Return the mask of the actors whose commune holds two too close to be written apart."""
    if len(rows) < 2:
        return np.zeros(len(rows), dtype=bool)
    gap = measure_chip("0" * len(str(int(rows["numero"].max()))), size) * 1.1
    pairs = cKDTree(rows[["x_m", "y_m"]].to_numpy(dtype=float)).query_pairs(gap, output_type="ndarray")
    codes = rows["code_insee"].to_numpy(dtype=object)
    close = codes[pairs[:, 0]][codes[pairs[:, 0]] == codes[pairs[:, 1]]]
    return np.isin(codes.astype(str), close.astype(str))


def stack_chips(chips, size):
    """Return the chips with dx, dy, largeur (metres) inside their block, two in a row at most, and the blocks with their size."""
    order = chips["champ"].map(list(CHAMP_LABELS).index)
    chips = chips.assign(ordre=order, largeur=[measure_chip(word, size) for word in chips["mot"]])
    chips = chips.sort_values(["bloc", "ordre"], kind="stable", ignore_index=True)
    rank, count = chips.groupby("bloc").cumcount(), chips.groupby("bloc")["mot"].transform("size")
    line = (rank // 2).where(count > 2, rank)  # two chips one below the other, four in a square
    chips = chips.assign(rangee=line)
    before = chips.groupby(["bloc", "rangee"])["largeur"].cumsum() - chips["largeur"]
    before += GAP * size * chips.groupby(["bloc", "rangee"]).cumcount()
    step = (CHIP_HEIGHT + GAP) * size
    row_width = chips["largeur"] + before
    chips["fin"] = row_width
    blocks = chips.groupby("bloc").agg(x=("x", "first"), y=("y", "first"), largeur=("fin", "max"), rangees=("rangee", "max"))
    blocks["hauteur"] = (blocks["rangees"] + 1) * step - GAP * size
    blocks["nombre"] = (chips["dernier"] - chips["premier"] + 1).groupby(chips["bloc"]).sum()
    wide = chips.groupby(["bloc", "rangee"])["fin"].transform("max")
    height = chips["bloc"].map(blocks["hauteur"])
    dx = before + chips["largeur"] / 2 - wide / 2
    return chips.assign(dx=dx, dy=height / 2 - CHIP_HEIGHT * size / 2 - line * step), blocks


def place_blocks(blocks, size, view, margin):
    """Return the blocks with cx, cy (centre, NaN without room), anneau (how far, in heights) and their boxes (n, 4); largest first.

    Parameters
    ----------
    blocks : DataFrame of `stack_chips`
    size : float, metres
    view : tuple x0, y0, x1, y1 in metres
    margin : float, metres left between two blocks
    """
    height = CHIP_HEIGHT * size
    turns = np.linspace(0, 2 * np.pi, ANGLES, endpoint=False) + np.pi / 2
    shifts = np.concatenate([[[0.0, 0.0]], *[r * height * np.column_stack([np.cos(turns), np.sin(turns)]) for r in RINGS]])
    rings = np.concatenate([[0.0], np.repeat(RINGS, ANGLES)])
    spots = blocks[["x", "y"]].to_numpy(dtype=float)
    boxes, found, rank = [], {}, {name: number for number, name in enumerate(blocks.index)}
    order = blocks.sort_values(["rangees", "largeur", "x", "y"], ascending=[False, False, True, True], kind="stable").index
    for name in order:
        row = blocks.loc[name]
        half = np.array([row["largeur"] / 2 + margin, row["hauteur"] / 2 + margin])
        # A wide block moves sideways by more than its height.
        steps = [max(1.0, 0.6 * row["largeur"] / height), max(1.0, 0.8 * row["hauteur"] / height)]
        centres = np.array([row["x"], row["y"]]) + shifts * steps
        candidates = np.hstack([centres - half, centres + half])
        free = is_free(candidates, boxes, np.array(view))
        if not free.any():
            found[name] = (np.nan, np.nan, np.inf)
            continue
        near = np.flatnonzero(free)[: 4 * ANGLES]
        others = count_hidden(candidates[near], spots) - count_hidden(candidates[near], spots[[rank[name]]])
        best = near[np.argmin(rings[near] + HIDDEN_COST * others)]
        boxes.append(candidates[best])
        found[name] = (*centres[best], rings[best])
    placed = pd.DataFrame.from_dict(found, orient="index", columns=["cx", "cy", "anneau"])
    return blocks.join(placed), np.array(boxes).reshape(-1, 4)


def fit_numbers(axes, numbered, format_page):
    """Return (chips, blocks, boxes, size): the largest letters at which no number goes far from its place; size in points of the figure."""
    scale, metre = page.measure_scale(axes.get_figure()), page.measure_point(axes)
    (x0, x1), (y0, y1) = axes.get_xlim(), axes.get_ylim()
    for points in NUMBER_SIZES.get(format_page, DEFAULT_SIZES):
        size = points / scale * metre
        chips, blocks = stack_chips(list_chips(numbered, size), size)
        blocks, boxes = place_blocks(blocks, size, (x0, y0, x1, y1), 0.15 * size)
        if blocks.empty or (blocks["anneau"] > FAR).mean() <= MANY_FAR:
            break
    return chips, blocks, boxes, points / scale


def draw_numbers(axes, chips, blocks, size):
    """Draw the blocks that have a place: leader, dot at the place when the block left it, chips and their numbers."""
    metre = page.measure_point(axes)
    placed = blocks[blocks["cx"].notna()]
    moved = placed[placed["anneau"] > 0]
    if len(moved):
        lines = np.stack([moved[["x", "y"]].to_numpy(dtype=float), moved[["cx", "cy"]].to_numpy(dtype=float)], axis=1)
        axes.add_collection(LineCollection(lines, colors="white", linewidths=0.25 * size, zorder=5.9, gid="renvois"), autolim=False)
        axes.add_collection(LineCollection(lines, colors="#555555", linewidths=0.07 * size, zorder=6, gid="renvois"), autolim=False)
        axes.scatter(moved["x"], moved["y"], s=(0.35 * size) ** 2, color=TEXT_COLOUR, linewidths=0, zorder=6.5, gid="lieux")
    centres = chips["bloc"].map(placed["cx"]), chips["bloc"].map(placed["cy"])
    shown = chips.assign(px=centres[0] + chips["dx"], py=centres[1] + chips["dy"]).dropna(subset=["px"])
    draw_chips(axes, shown, size * metre, size)


def draw_chips(axes, chips, unit, size):
    """Draw chips at px, py and write `mot` in each; `unit` is the size of the letters in data units, `size` in points."""
    colours = find_charter().champs
    for (champ, mairie), rows in chips.groupby(["champ", "mairie"], sort=True):
        places = rows[["largeur", "px", "py"]].to_numpy(dtype=float)
        shapes = [outline_chip(champ, width, CHIP_HEIGHT * unit) + [x, y] for width, x, y in places]
        axes.add_collection(PolyCollection(
            shapes, facecolors="white", edgecolors=colours[champ], linewidths=0.17 * size, zorder=7, gid=f"numeros {champ}",
            linestyles=(0, (1.6, 0.8)) if mairie else "solid",
        ), autolim=False)  # fmt: skip
    for row in chips.itertuples():
        page.write_text(
            axes, row.px, row.py, row.mot, fontsize=size, ha="center", va="center_baseline", zorder=8, gid="numero", fontweight="bold"
        )
