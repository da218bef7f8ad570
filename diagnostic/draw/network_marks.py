"""What every drawing of a network is made of: one line a pair, marks by champ, arrow heads, names that cover nothing."""

import re
import textwrap

import numpy as np
import pandas as pd
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.lines import Line2D

from diagnostic.draw import page
from diagnostic.draw.charter import find_charter
from diagnostic.draw.labels import PADDING, count_hidden, is_free
from diagnostic.draw.style import (
    CHAMP_LABELS,
    CHAMP_MARKERS,
    FONT_SIZES,
    MARKER_AREAS,
    MISSING_COLOUR,
    NO_BREAK_SPACE,
    TEXT_COLOUR,
    agree,
    format_number,
)

UNKNOWN = "non_renseigne"
OPPOSED = ("social", "developpement_local")
CHAMPS = {**CHAMP_LABELS, UNKNOWN: "Champ non renseigné"}
MARKERS = {**CHAMP_MARKERS, UNKNOWN: "X"}
AREAS = {**MARKER_AREAS, "X": 0.6}
SMALLEST, LARGEST = 3.2, 11.0
# How a link is drawn by what it joins: colour, width in points, dashes. Only the two champs are set against each other.
LINK_STYLES = {"entre": (TEXT_COLOUR, 1.2, "-"), "meme": ("#9A9A9A", 0.7, "-"), "autre": ("#8A8A8A", 0.8, (0, (1.2, 1.6)))}
LINK_LABELS = {
    "entre": "Entre champ social et développement local",
    "meme": "À l'intérieur d'un de ces deux champs",
    "autre": "Autre (acteur mixte, autre ou de champ non renseigné)",
}
MANY_LINKS = 1500
MOST_ARROWS = 600
# Around a mark, where its name may go: right, left, below, above, then the corners and between them.
SIDES = np.array(
    [(1, 0), (-1, 0), (0, -1), (0, 1), (1, -1), (1, 1), (-1, -1), (-1, 1), (1, 0.5), (1, -0.5), (-1, 0.5), (-1, -0.5),
     (0.5, 1), (0.5, -1), (-0.5, 1), (-0.5, -1)]
)  # fmt: skip
# Where it has no room there, further away, joined to its mark by a thin line.
FURTHER_IN = (0.0, 0.16, 0.3)
LEGAL_WORDS = {r"^Communauté de communes\b": "CC", r"^Communauté d['’]agglomération\b": "CA", r"^Direction départementale\b": "DD"}
STAR = "*"
STAR_NOTE = "* : FICTIF, inventé pour l'exemple."


def group_links(acteurs, liens):
    """Return one row a pair of linked actors, and how many rows of `liens` are no pair of the actors given.

    Returns
    -------
    paires : DataFrame sorted, acteur_a < acteur_b in text order: types (tuple, sorted), sens ("a_b", "b_a": every row one way,
        the same; else "deux"), entre ("entre": champ social and développement local; "meme": within one of these two;
        "autre": with an actor mixte, autre or of unknown champ, two such actors included)
    nb_ecartes : int, self-links and links with an actor who is not in `acteurs`

    Examples
    --------
    >>> acteurs = pd.DataFrame({"acteur_id": ["a", "b"], "champ": ["social", "developpement_local"]})
    >>> liens = pd.DataFrame({"source_id": ["b", "a", "a"], "cible_id": ["a", "b", "x"], "type": ["co_pilote", "autre", "autre"]})
    >>> paires, nb_ecartes = group_links(acteurs, liens)
    >>> paires[["acteur_a", "acteur_b", "types", "entre"]].values.tolist(), nb_ecartes
    ([['a', 'b', ('autre', 'co_pilote'), 'entre']], 1)
    """
    rows = liens.reindex(columns=["source_id", "cible_id", "type", "oriente"])
    ends = rows[["source_id", "cible_id"]].astype("object")
    known = ends.isin(set(acteurs["acteur_id"])).all(axis=1) & (ends["source_id"] != ends["cible_id"])
    rows, ends = rows[known], ends[known]
    forward = (ends["source_id"] < ends["cible_id"]).astype(bool)
    one_way = rows["oriente"].astype("boolean").fillna(False).astype(bool)
    table = pd.DataFrame(
        {
            "acteur_a": ends["source_id"].where(forward, ends["cible_id"]), "acteur_b": ends["cible_id"].where(forward, ends["source_id"]),
            "type": rows["type"].astype("object").fillna(UNKNOWN), "a_b": one_way & forward, "b_a": one_way & ~forward,
        }
    )  # fmt: skip
    keys = ["acteur_a", "acteur_b"]
    grouped = table.groupby(keys, sort=True)
    pairs = grouped[["a_b", "b_a"]].all().reset_index()
    distinct = table[[*keys, "type"]].drop_duplicates().sort_values([*keys, "type"])
    pairs["types"] = distinct.groupby(keys, sort=True)["type"].agg(tuple).to_list() if len(pairs) else pd.Series(dtype="object")
    pairs["sens"] = np.select([pairs["a_b"], pairs["b_a"]], ["a_b", "b_a"], default="deux")
    champs = read_champs(acteurs)
    champ_a, champ_b = pairs["acteur_a"].map(champs), pairs["acteur_b"].map(champs)
    both = champ_a.isin(OPPOSED) & champ_b.isin(OPPOSED)
    pairs["entre"] = np.select([both & (champ_a != champ_b), both], ["entre", "meme"], default="autre")
    return pairs[[*keys, "types", "sens", "entre"]], int((~known).sum())


GROUP_WORDS = {"groupe": ("d'un même groupe", "entre groupes"), "rubrique": ("d'une même rubrique", "d'une rubrique à l'autre")}


def tell_blocks(blocs, groupe="groupe"):
    """Return the title of the block matrix: links inside groups and between groups, of how many.

    Between champs, only the champ social and the développement local are set against each other; the links of actors who
    are in neither (mixte, autre) are told apart.
    """
    same = blocs["groupe_a"].eq(blocs["groupe_b"])
    champs = {label: champ for champ, label in CHAMP_LABELS.items()} | {champ: champ for champ in CHAMP_LABELS}
    ends = blocs[["groupe_a", "groupe_b"]].apply(lambda column: column.map(champs))
    if ends.isna().any(axis=None):
        within, between = count_cells(blocs, same), count_cells(blocs, ~same)
        inside, across = GROUP_WORDS[groupe]
        head = agree(within + between, "lien déclaré", "liens déclarés")
        return f"{head} : {format_number(within)} à l'intérieur {inside}, {format_number(between)} {across}"
    opposed = ends.isin(OPPOSED).all(axis=1)
    within, between, other = (count_cells(blocs, rows) for rows in (opposed & same, opposed & ~same, ~opposed))
    head = agree(within + between + other, "lien déclaré", "liens déclarés")
    inside = f"{format_number(within)} à l'intérieur du champ social ou du développement local"
    told = f"{head} : {inside}, {format_number(between)} entre les deux"
    beside = "autre avec au moins un acteur mixte ou autre", "autres avec au moins un acteur mixte ou autre"
    return f"{told}{NO_BREAK_SPACE}; {agree(other, *beside)}" if other else told


def count_cells(blocs, rows):
    """Return the number of links of the cells chosen."""
    return int(blocs.loc[rows, "nb_liens"].sum())


def read_champs(acteurs):
    """Return the champ of each actor, "non_renseigne" where it is missing or unknown, index acteur_id."""
    champs = acteurs.reindex(columns=["champ"])["champ"].astype("object")
    return champs.where(champs.isin(list(CHAMP_LABELS)), UNKNOWN).set_axis(acteurs["acteur_id"].to_numpy(dtype=object))


def name_nodes(table, key, *, width=24, lines=2):
    """Return the words written beside each node: the acronym when only one has it, else the name on short lines; (FICTIF) is a star.

    >>> table = pd.DataFrame({"acteur_id": ["a"], "nom": ["Communauté de communes des Sucs (FICTIF)"]})
    >>> name_nodes(table, "acteur_id").tolist()
    ['CC des Sucs *']
    """
    names = table["nom"].astype("object").where(table["nom"].notna(), table[key])
    short = table.reindex(columns=["sigle"])["sigle"].astype("object").map(lambda text: str(text).strip(), na_action="ignore")
    # Two Caf in a drawing: the acronym would not tell them apart.
    single = short.notna() & short.ne("") & ~short.duplicated(keep=False)
    invented = names.map(lambda name: "FICTIF" in str(name))
    words = short.where(single, names).map(lambda text: shorten_name(text, width, lines)) + np.where(invented, f" {STAR}", "")
    return words.set_axis(table[key].to_numpy(dtype=object))


def shorten_name(name, width=24, lines=2):
    """Return a name without (FICTIF), its legal form in letters, on at most `lines` lines of `width` letters."""
    text = re.sub(r"\s*\(FICTIF\)", "", str(name))
    for form, letters in LEGAL_WORDS.items():
        text = re.sub(form, letters, text)
    cut = textwrap.wrap(text.strip() or str(name), width, break_on_hyphens=False)
    if len(cut) > lines:
        cut = [*cut[: lines - 1], f"{cut[lines - 1][: width - 1].rstrip(' ,')}…"]
    return "\n".join(cut)


def size_nodes(degrees, *, smallest=SMALLEST, largest=LARGEST):
    """Return the diameter of the circle of each node in points: its surface grows with the number of its links."""
    degrees = np.asarray(degrees, dtype=float)
    return np.sqrt(smallest**2 + (largest**2 - smallest**2) * degrees / max(1.0, np.max(degrees, initial=1)))


def draw_nodes(axes, table, *, zorder=6):
    """Draw the nodes (x, y, champ, diametre in points), large ones below small ones, a mark a champ."""
    for champ in CHAMPS:
        rows = table[table["champ"].eq(champ)].sort_values("diametre", ascending=False, kind="stable")
        if len(rows):
            size = rows["diametre"] ** 2 * AREAS["o"] / AREAS[MARKERS[champ]]
            edge = "#555555" if champ == UNKNOWN else "white"
            axes.scatter(
                rows["x"], rows["y"], s=size, marker=MARKERS[champ], facecolors=find_fills()[champ], edgecolors=edge, linewidths=0.5,
                zorder=zorder, gid=f"acteurs {champ}",
            )  # fmt: skip


def list_champ_marks(champs, noun="acteur"):
    """Return the legend entries of the champs met, with their counts."""
    counts = champs.value_counts()
    return [
        make_mark(MARKERS[champ], find_fills()[champ], f"{label} — {agree(int(counts[champ]), noun)}", dark=champ == UNKNOWN)
        for champ, label in CHAMPS.items()
        if champ in counts
    ]


def make_mark(marker, colour, label, *, size=6.5, dark=False):
    """Return the legend entry of a mark; `dark` gives it the grey outline of what is not known."""
    return Line2D(
        [], [], linestyle="none", marker=marker, markersize=size, markerfacecolor=colour, markeredgewidth=0.6,
        markeredgecolor="#555555" if dark else "white", label=label,
    )  # fmt: skip


def list_sizes(table, noun="partenaire"):
    """Return the legend entries of the sizes as drawn (degre, diametre): smallest, middle, largest; nothing when all are equal."""
    if table.empty or table["degre"].nunique() == 1:
        return []
    sizes = table.drop_duplicates("degre").sort_values("degre").reset_index(drop=True)
    middle = (sizes["degre"] - (sizes["degre"].max() + 1) / 2).abs().idxmin()
    chosen = sizes.loc[sorted({0, middle, len(sizes) - 1})]
    return [
        make_mark("o", "#555555", agree(int(number), noun), size=float(diameter))
        for number, diameter in zip(chosen["degre"], chosen["diametre"], strict=True)
    ]


def draw_links(axes, spots, pairs, styles, *, ends=("acteur_a", "acteur_b"), kind="entre", zorder=2):
    """Draw a straight line a pair, in the style of its kind, thinner when there are many.

    Parameters
    ----------
    spots : DataFrame with x, y, index the nodes
    styles : dict of kind -> (colour, width in points, dashes); those drawn last are on top
    """
    thin = min(1.0, (MANY_LINKS / max(1, len(pairs))) ** 0.5)
    for rank, (name, (colour, width, dashes)) in enumerate(reversed(styles.items())):
        rows = pairs[pairs[kind].eq(name)]
        if len(rows):
            segments = np.stack([spots.loc[rows[end], ["x", "y"]].to_numpy(dtype=float) for end in ends], axis=1)
            lines = LineCollection(
                segments, colors=colour, linewidths=max(0.15, width * thin), linestyles=[dashes], zorder=zorder + rank * 0.1,
                gid=f"liens {name}", capstyle="butt", alpha=1.0 if thin == 1 else 0.6,
            )  # fmt: skip
            axes.add_collection(lines, autolim=False)


def list_link_lines(pairs, styles, labels, *, kind="entre", noun="lien"):
    """Return the legend entries of the kinds of links met, with their counts."""
    counts = pairs[kind].value_counts()
    return [
        Line2D(
            [], [], color=colour, linewidth=max(0.7, width), linestyle=dashes,
            label=f"{labels[name]} — {agree(int(counts[name]), noun)}",
        )
        for name, (colour, width, dashes) in styles.items()
        if name in counts
    ]  # fmt: skip


def draw_arrows(axes, spots, pairs, *, unit=1.0, size=0.055):
    """Draw an arrow head in the middle of each one-way link; return whether any was drawn.

    Parameters
    ----------
    unit : float, data units in one inch of the page
    """
    rows = pairs[pairs["sens"].isin(["a_b", "b_a"])]
    if rows.empty or len(rows) > MOST_ARROWS:
        return False
    start, stop = (spots.loc[rows[end], ["x", "y"]].to_numpy(dtype=float) for end in ("acteur_a", "acteur_b"))
    back = rows["sens"].eq("b_a").to_numpy()[:, None]
    start, stop = np.where(back, stop, start), np.where(back, start, stop)
    along = stop - start
    length = np.hypot(along[:, 0], along[:, 1])[:, None]
    along = along / np.maximum(length, 1e-9) * size * unit
    aside = np.column_stack([-along[:, 1], along[:, 0]]) * 0.55
    tip = start + 0.56 * (stop - start) + along / 2
    heads = np.stack([tip, tip - along + aside, tip - along - aside], axis=1)
    axes.add_collection(
        PolyCollection(heads, facecolors="#333333", edgecolors="white", linewidths=0.3, zorder=4, gid="fleches"), autolim=False
    )
    return True


def make_arrow_entry(count):
    """Return the legend entry of one-way links."""
    return Line2D([], [], linestyle="none", marker=">", markersize=5, markerfacecolor="#333333", markeredgecolor="white",
                  label=f"Lien à sens unique — {agree(count, 'lien')}")  # fmt: skip


def write_names(axes, table, *, view, lines=None, size=6.0):
    """Write names beside their marks where they cover no mark and no other name; return the index of those written.

    Parameters
    ----------
    table : DataFrame with x, y (data units), diametre (points), texte; first rows choose first. Rows whose `texte` is "" are
        marks to be left free
    view : tuple, x0, y0, x1, y1 in data units, out of which no name goes
    lines : ndarray (m, 2), points of the links in data units: of the free places, the one that hides fewest is kept
    """
    if table.empty:
        return table.index
    figure = axes.get_figure()
    pixel, renderer = figure.dpi / 72, figure.canvas.get_renderer()
    centres = axes.transData.transform(table[["x", "y"]].to_numpy(dtype=float))
    radii = table["diametre"].to_numpy(dtype=float) * 0.62 * pixel
    boxes = list(np.hstack([centres - radii[:, None], centres + radii[:, None]]))
    edges = axes.transData.transform(np.reshape(view, (2, 2))).ravel()
    points = np.empty((0, 2)) if lines is None else axes.transData.transform(lines)
    written = []
    for rank, (index, words, strong) in enumerate(zip(table.index, table["texte"], table.get("gras", [False] * len(table)), strict=True)):
        if not words:
            continue
        text = page.write_text(axes, 0, 0, words, fontsize=size, ha="center", va="center", linespacing=1.0, zorder=8, gid="etiquette",
                               fontweight="bold" if strong else "normal")  # fmt: skip
        box = text.get_window_extent(renderer).padded(PADDING[1] * pixel * 0.5)
        half = np.array([box.width, box.height]) / 2
        corner = np.where((np.abs(SIDES) == 1).all(axis=1), 0.75, 1.0)[:, None]
        spots = np.vstack([centres[rank] + SIDES * (half + radii[rank] * corner + away * figure.dpi) for away in FURTHER_IN])
        candidates = np.hstack([spots - half, spots + half])
        free = is_free(candidates, boxes, edges)
        if not free.any():
            text.remove()
            continue
        ring = np.repeat(np.arange(len(FURTHER_IN)), len(SIDES))
        cost = count_hidden(candidates, points) + 0.3 * np.tile(np.arange(len(SIDES)), len(FURTHER_IN)) + 8 * ring
        best = np.flatnonzero(free)[np.argmin(cost[free])]
        text.set_position(axes.transData.inverted().transform(spots[best]))
        page.add_halo(text, 1.5)
        if ring[best]:
            near = np.clip(centres[rank], candidates[best, :2], candidates[best, 2:])
            line = axes.transData.inverted().transform([centres[rank], near])
            axes.plot(line[:, 0], line[:, 1], color="#555555", linewidth=0.4, zorder=5, gid="rappel")
        boxes.append(candidates[best])
        written.append(index)
    return pd.Index(written, dtype="object")


def sample_links(spots, pairs, ends=("acteur_a", "acteur_b"), *, steps=9):
    """Return points along each link (data units), the ends left out: what names should not hide."""
    start, stop = (spots.loc[pairs[end], ["x", "y"]].to_numpy(dtype=float) for end in ends)
    shares = (np.arange(1, steps + 1) / (steps + 1))[:, None, None]
    return (start + shares * (stop - start)).reshape(-1, 2)


def draw_strip(axes, champs, words, *, left, top, width, high):
    """Draw the actors without link apart, below a rule: their count, then a mark each where there is room (data units: inches)."""
    if not len(champs):
        return
    axes.plot([left, left + width], [top, top], color="#BBBBBB", linewidth=0.6, gid="filet")
    page.write_text(axes, left, top - 0.08, words, va="top", fontsize=FONT_SIZES["note"], gid="sans lien")
    step, first = 0.115, top - 0.3
    across, down = int(width / step), max(1, int((high - 0.3) / step))
    if len(champs) > across * down:
        counts = champs.value_counts()
        told = ", ".join(f"{CHAMPS[champ].lower()} {format_number(int(counts[champ]))}" for champ in CHAMPS if champ in counts)
        page.write_text(axes, left, first + 0.06, f"Par champ : {told}.", va="top", fontsize=FONT_SIZES["note"])
        return
    order = champs.map({champ: rank for rank, champ in enumerate(CHAMPS)}).sort_values(kind="stable").index
    ranks = np.arange(len(order))
    table = pd.DataFrame({"x": left + 0.06 + step * (ranks % across), "y": first - step * (ranks // across), "diametre": 5.0})
    draw_nodes(axes, table.assign(champ=champs[order].to_numpy()))


def find_fills():
    """Return the fill of each champ, and of what has none, in the look of the dossier."""
    return {**find_charter().champs, UNKNOWN: MISSING_COLOUR}
