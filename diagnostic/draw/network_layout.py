"""Where each node of a network stands on a page: the same tables give the same picture, a small change moves it little."""

import hashlib

import numpy as np
import pandas as pd

# Rounds of the springs: enough for the picture to settle, fewer where one round takes long.
ROUNDS, LEAST_ROUNDS, FULL_ROUNDS_UP_TO = 80, 15, 500
# Beyond this many nodes in a component, springs take minutes: each node only goes halfway to those it is linked to.
MOST_SPRINGS, HALVINGS = 1500, 4
# Share of the rank in a coordinate: pulls apart a crowded middle, where the springs alone leave a knot.
RANK_SHARE = 0.6
PARTING_ROUNDS = 40
SHARE_POWER = 0.75
LONGEST_BOX = 2.0  # a pair in a long box is not drawn from end to end of it
SWEEPS = 24
SEED = 2026


def spread_network(nodes, pairs, starts=None, *, width, height, gap=0.1, graine=SEED):
    """Return where the nodes of a network stand in a frame of `width` x `height`, by springs that start from the map.

    A node starts from its place when it has one, else from a place drawn from its identifier (SHA-256, the same on every
    machine); then a fixed number of rounds of the springs of Fruchterman and Reingold (1991) brings linked nodes near each
    other. Components are laid out apart and packed, the largest first. Nothing depends on the order of the rows. A
    distance on the page has no unit: only who is near whom is to be read. In a component of more than 1,500 nodes each one
    only goes halfway to its neighbours, a few times.

    Parameters
    ----------
    nodes : sequence of str, identifiers
    pairs : DataFrame whose two first columns are identifiers; self-links and unknown nodes are left out
    starts : DataFrame with x_m, y_m, index the identifiers; NaN or absent: no known place
    width, height, gap : float
        Frame, and least distance between two nodes (kept where there is room), in one unit.

    Returns
    -------
    DataFrame, index the nodes in text order: x, y (NaN for a node without link), composante (0 the largest; ties by the
    first identifier; -1 without link), degre

    Examples
    --------
    >>> pairs = pd.DataFrame({"a": ["n1", "n2"], "b": ["n2", "n3"]})
    >>> spread_network(["n3", "n1", "n2", "n4"], pairs, width=4, height=3)["composante"].tolist()
    [0, 0, 0, -1]
    """
    names = pd.Index(sorted({str(node) for node in nodes}), dtype="object")
    ends = _code_ends(names, pairs)
    places = _place_starts(names, starts)
    component = _number_components(len(names), ends)
    table = pd.DataFrame({"x": np.nan, "y": np.nan, "composante": component}, index=names)
    table["degre"] = np.bincount(ends.ravel(), minlength=len(names))
    sizes = np.bincount(component[component >= 0]) if (component >= 0).any() else np.zeros(0, dtype=int)
    for number, (left, low, wide, high) in enumerate(pack_boxes(sizes, width, height)):
        members = np.flatnonzero(component == number)
        spots = _run_springs(members, ends[component[ends[:, 0]] == number], places, graine)
        spots = _fill_box(spots, wide, high, gap) + [left, low]
        table.iloc[members, :2] = spots
    return table


def _code_ends(names, pairs):
    """Return the distinct links as pairs of ranks, sorted: int array (m, 2)."""
    ends = np.column_stack([names.get_indexer(pairs.iloc[:, side].astype("object")) for side in (0, 1)]).astype(np.int64)
    ends = ends[(ends >= 0).all(axis=1) & (ends[:, 0] != ends[:, 1])]
    return np.unique(np.sort(ends, axis=1), axis=0).reshape(-1, 2)


def draw_from_name(names):
    """Return two numbers in [0, 1) drawn from each identifier: the same on every machine, whatever the other rows.

    >>> draw_from_name(["a"]).round(3).tolist()
    [[0.791, 0.741]]
    """
    digests = [hashlib.sha256(str(name).encode("utf-8")).digest() for name in names]
    numbers = [[int.from_bytes(digest[:6], "big"), int.from_bytes(digest[6:12], "big")] for digest in digests]
    return np.array(numbers, dtype=float).reshape(-1, 2) / 2**48


def _place_starts(names, starts):
    """Return starting points (n, 2) in a square of side 1: the map, each node moved by a hair so that no two are at one point."""
    drawn = draw_from_name(names)
    if starts is None or starts.empty:
        return drawn
    known = starts[~starts.index.duplicated()].reindex(names)[["x_m", "y_m"]].to_numpy(dtype=float)
    there = ~np.isnan(known).any(axis=1)
    if not there.any():
        return drawn
    low, high = known[there].min(axis=0), known[there].max(axis=0)
    side = max(float((high - low).max()), 1.0)
    centred = (known - (low + high) / 2) / side + 0.5
    return np.where(there[:, None], centred + 0.06 * (drawn - 0.5), drawn)


def _number_components(number, ends):
    """Return the component of each node, 0 the largest (ties by first node), -1 for a node without link."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    matrix = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(number, number))
    _, labels = connected_components(matrix, directed=False) if number else (0, np.zeros(0, dtype=int))
    sizes = np.bincount(labels, minlength=1)
    _, first = np.unique(labels, return_index=True)
    order = sorted((k for k in range(len(first)) if sizes[k] > 1), key=lambda k: (-sizes[k], first[k]))
    ranks = np.full(len(sizes), -1)
    ranks[order] = np.arange(len(order))
    return ranks[labels]


def pack_boxes(sizes, width, height):
    """Return (left, low, wide, high) of one box a size: the frame cut in two along its longer side, again and again.

    Small components get more than their share, or their names would have no room.

    >>> pack_boxes([4, 4], 4, 2)
    [(0.0, 0.0, 2.0, 2.0), (2.0, 0.0, 2.0, 2.0)]
    """
    weights = np.asarray(sizes, dtype=float) ** SHARE_POWER + 1
    boxes, waiting = [None] * len(weights), [(0, len(weights), (0.0, 0.0, float(width), float(height)))]
    while waiting:
        first, stop, box = waiting.pop()
        if stop - first <= 1:
            boxes[first:stop] = [box][: stop - first]
            continue
        shares = weights[first:stop].cumsum() / weights[first:stop].sum()
        cut = int(np.argmin(np.abs(shares[:-1] - 0.5)))
        left, low, wide, high = box
        if wide >= high:
            near, far = (left, low, wide * shares[cut], high), (left + wide * shares[cut], low, wide * (1 - shares[cut]), high)
        else:
            near, far = (left, low + high * (1 - shares[cut]), wide, high * shares[cut]), (left, low, wide, high * (1 - shares[cut]))
        waiting += [(first, first + cut + 1, tuple(map(float, near))), (first + cut + 1, stop, tuple(map(float, far)))]
    return boxes


def _run_springs(members, ends, places, graine):
    """Return the nodes of one component where the springs leave them."""
    import networkx as nx

    if len(members) > MOST_SPRINGS:
        return _near_neighbours(members, ends, places)
    graph = nx.Graph()
    graph.add_nodes_from(members.tolist())
    graph.add_edges_from(ends.tolist())
    rounds = ROUNDS if len(members) <= FULL_ROUNDS_UP_TO else max(LEAST_ROUNDS, ROUNDS * FULL_ROUNDS_UP_TO // (2 * len(members)))
    pos = {int(node): places[node] for node in members}
    # "auto" would change method at 500 nodes, and the whole picture with one actor more.
    spots = nx.spring_layout(graph, pos=pos, iterations=rounds, threshold=0, seed=graine, method="force")
    return np.array([spots[int(node)] for node in members], dtype=float)


def _near_neighbours(members, ends, places):
    """Return the nodes of a large component, each moved halfway to the mean place of its neighbours, a few times."""
    spots = places[members]
    source, target = np.searchsorted(members, np.vstack([ends, ends[:, ::-1]])).T
    degrees = np.bincount(source, minlength=len(members))[:, None]
    for _ in range(HALVINGS):
        means = np.column_stack([np.bincount(source, spots[target, axis], minlength=len(members)) for axis in (0, 1)]) / degrees
        spots = (spots + means) / 2
    return spots


def _fill_box(spots, wide, high, gap):
    """Return points that fill a box, a margin left around, no two nearer than `gap` where there is room."""
    box = np.array([wide, high])
    room = np.minimum(box, LONGEST_BOX * box.min())
    margin = np.minimum(gap, 0.15 * room)
    low, side = spots.min(axis=0), np.ptp(spots, axis=0)
    shares = np.where(side > 0, (spots - low) / np.where(side > 0, side, 1), 0.5)
    if len(spots) > 3:
        ranks = np.column_stack([np.argsort(np.argsort(spots[:, axis], kind="stable")) for axis in (0, 1)]) / (len(spots) - 1)
        shares = (1 - RANK_SHARE) * shares + RANK_SHARE * ranks
    return (box - room) / 2 + part_points(margin + shares * (room - 2 * margin), gap, low=margin, high=room - margin)


def part_points(points, gap, *, low, high):
    """Return points moved apart, in a fixed number of rounds, until no two are nearer than `gap`; all stay between low and high."""
    from scipy.spatial import cKDTree

    points = np.clip(points, low, high)
    # A gap that the frame cannot hold would only shake the points.
    gap = min(gap, 0.8 * float(np.sqrt(np.prod(np.asarray(high) - low) / max(1, len(points)))))
    for _ in range(PARTING_ROUNDS):
        near = cKDTree(points).query_pairs(gap, output_type="ndarray")
        if not len(near):
            break
        near = near[np.lexsort((near[:, 1], near[:, 0]))]
        between = points[near[:, 1]] - points[near[:, 0]]
        length = np.hypot(between[:, 0], between[:, 1])
        # Two nodes at one point part along a direction drawn from their ranks.
        angle = (near[:, 0] * 2.399963 + near[:, 1]) % (2 * np.pi)
        aside = np.column_stack([np.cos(angle), np.sin(angle)])
        unit = np.where(length[:, None] > 1e-9, between / np.maximum(length, 1e-9)[:, None], aside)
        push = unit * ((gap * 1.02 - length) / 2)[:, None]
        moved = points.copy()
        np.add.at(moved, near[:, 0], -push)
        np.add.at(moved, near[:, 1], push)
        points = np.clip(moved, low, high)
    return points


def order_columns(left, right, pairs):
    """Return the nodes of two columns ordered so that few lines cross: each near the mean rank of those it is linked to.

    Barycentre method of Sugiyama, Tagawa and Toda (1981), a fixed number of sweeps from the text order; nodes without link
    come last, ties keep their order.

    Parameters
    ----------
    left, right : sequence of str
    pairs : DataFrame whose first column is on the left, second on the right

    Examples
    --------
    >>> pairs = pd.DataFrame({"acteur_id": ["a", "b"], "dispositif_id": ["Y", "X"]})
    >>> order_columns(["b", "a", "c"], ["X", "Y"], pairs)
    (['a', 'b', 'c'], ['Y', 'X'])
    """
    left, right = sorted(set(left)), sorted(set(right))
    links = pairs.iloc[:, :2].set_axis(["left", "right"], axis=1).drop_duplicates()
    links = links[links["left"].isin(left) & links["right"].isin(right)]
    for _ in range(SWEEPS):
        right = _sort_by_mean(right, links.set_index("right")["left"], left)
        left = _sort_by_mean(left, links.set_index("left")["right"], right)
    return left, right


def _sort_by_mean(side, links, other):
    ranks = pd.Series(np.arange(len(other)) / max(1, len(other) - 1), index=pd.Index(other, dtype="object"))
    means = ranks.reindex(links.to_numpy(dtype=object)).groupby(links.index.to_numpy(dtype=object)).mean()
    return means.reindex(side).sort_values(kind="stable", na_position="last").index.tolist()
