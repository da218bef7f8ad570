"""Pairs and triangles of a network as arrays: what constraint, effective size and brokerage are summed over.

Squaring the matrix of a network costs the square of its largest degree; triangles cost m^1.5 at most, hubs included.
"""

import itertools

import numpy as np

# The six ways to read a triangle a < b < c as (from, to, through): row of its pair and way along it.
_ROW = {(0, 1): 0, (0, 2): 1, (1, 2): 2}
WALKS = list(itertools.permutations(range(3)))


def locate_step(start, end):
    """Return the column of a triangle's pair that joins its corners `start` and `end`, and the way (0 from low to high)."""
    return _ROW[min(start, end), max(start, end)], int(start > end)


def pair_arcs(nb_actors, ends, weights=None, *, directed=False):
    """Reduce links to one row per pair of actors, with the weight of each way; self-links are left out.

    Parameters
    ----------
    ends : int array (m, 2), as in `coded.code_graph`; weights : float array (m,), 1 by default

    Returns
    -------
    pairs : int array (p, 2), lower rank first, sorted
    ways : float array (p, 2): weight from low to high, from high to low; equal in an undirected network, and 0 for a way
        that does not exist. Repeated links add up.

    Examples
    --------
    >>> pairs, ways = pair_arcs(3, np.array([[0, 1], [2, 1]]), directed=True)
    >>> pairs.tolist(), ways.tolist()
    ([[0, 1], [1, 2]], [[1.0, 0.0], [0.0, 1.0]])
    """
    weights = np.ones(len(ends)) if weights is None else np.asarray(weights, dtype=float)
    crossing = ends[:, 0] != ends[:, 1]
    ends, weights = ends[crossing], weights[crossing]
    low, high = ends.min(axis=1), ends.max(axis=1)
    keys, rows = np.unique(low * nb_actors + high, return_inverse=True)
    back = ends[:, 0] > ends[:, 1]
    ways = np.column_stack([np.bincount(rows, weights * side, minlength=len(keys)) for side in (~back, back)])
    if not directed:
        ways = np.repeat(ways.sum(axis=1, keepdims=True), 2, axis=1)
    divisor = max(nb_actors, 1)
    return np.column_stack([keys // divisor, keys % divisor]), ways


def walk_triangles(nb_actors, pairs, *, bloc=500_000):
    """Go through the triangles of a simple undirected network, by blocks so that a dense one holds in memory.

    Each actor looks only towards partners of higher degree (ties by rank), so that a hub costs no more than its links.

    Parameters
    ----------
    pairs : int array (p, 2), lower rank first, sorted, no repetition (`pair_arcs`)
    bloc : int
        Candidate pairs of partners looked at together; it changes nothing else.

    Yields
    ------
    corners : int array (t, 3), ranks a < b < c; each triangle once over all blocks
    sides : int array (t, 3), the rows of `pairs` that hold ab, ac and bc

    Examples
    --------
    >>> pairs = np.array([[0, 1], [0, 2], [1, 2], [2, 3]])
    >>> [(corners.tolist(), sides.tolist()) for corners, sides in walk_triangles(4, pairs)]
    [([[0, 1, 2]], [[0, 1, 2]])]
    """
    degree = np.bincount(pairs.ravel(), minlength=nb_actors)
    place = np.empty(nb_actors, dtype=np.int64)
    place[np.lexsort((np.arange(nb_actors), degree))] = np.arange(nb_actors)
    actor = np.argsort(place)
    first, last = np.sort(place[pairs], axis=1).T
    order = np.lexsort((last, first))
    first, last = first[order], last[order]
    keys, rows = first * nb_actors + last, pairs[:, 0] * nb_actors + pairs[:, 1]
    following = np.searchsorted(first, first, side="right") - np.arange(len(first)) - 1
    bounds = np.searchsorted(np.cumsum(following), np.arange(0, following.sum(), bloc))
    for start, stop in itertools.pairwise(np.unique(np.r_[0, bounds, len(first)])):
        counts = following[start:stop]
        near = np.repeat(np.arange(start, stop), counts)
        far = near + 1 + np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        closing = last[near] * nb_actors + last[far]
        closed = keys[np.minimum(np.searchsorted(keys, closing), len(keys) - 1)] == closing
        near, far = near[closed], far[closed]
        if len(near):
            corners = np.sort(actor[np.column_stack([first[near], last[near], last[far]])], axis=1)
            sides = [np.searchsorted(rows, corners[:, i] * nb_actors + corners[:, j]) for i, j in _ROW]
            yield corners, np.column_stack(sides)
