"""Groupings drawn at random: units in one piece, of the same sizes, by cutting random trees (the chain of ReCom)."""

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import breadth_first_order, connected_components, minimum_spanning_tree

ROUNDS = 3  # of pairing in one sweep: nearly every unit that has a free neighbour is then in a pair
FAR = 1e12  # the distance to a commune whose place is not known: linked last


def link_pieces(units, edges, points):
    """Return the links that hold each unit in one piece, by its nearest communes: array (k, 2) of positions.

    Parameters
    ----------
    units : array of int, the unit of every commune
    edges : array (m, 2) of positions of neighbouring communes
    points : array (n, 2) of metres, NaN where unknown; equal distances: the first communes

    Returns
    -------
    array (k, 2)
        A unit of p pieces has p - 1 links: the shortest that join them.
    """
    size = len(units)
    inside = edges[units[edges[:, 0]] == units[edges[:, 1]]]
    _, piece = connected_components(_make_graph(inside, np.ones(len(inside)), size), directed=False)
    piece = piece.astype("int64")
    _, first = np.unique(piece, return_index=True)
    broken = np.flatnonzero(np.bincount(units[first])[units] > 1)
    links = [_link_unit(broken[units[broken] == unit], piece, points) for unit in np.unique(units[broken])]
    return np.concatenate(links) if links else np.empty((0, 2), dtype="int64")


def _link_unit(members, piece, points):
    """Return the links that hold the communes `members` of one unit in one piece."""
    i, j = (members[side] for side in np.triu_indices(len(members), 1))
    apart = piece[i] != piece[j]
    i, j = i[apart], j[apart]
    distance = np.nan_to_num(np.hypot(*(points[i] - points[j]).T), nan=FAR)
    ends, width = np.sort(np.column_stack([piece[i], piece[j]]), axis=1), piece.max() + 1
    order = np.lexsort((j, i, distance))
    key, first = np.unique((ends[:, 0] * width + ends[:, 1])[order], return_index=True)
    nearest = order[first]
    # A distance of zero would read as no link.
    tree = minimum_spanning_tree(_make_graph(ends[nearest], distance[nearest] + 1.0, width)).tocoo()
    chosen = np.minimum(tree.row, tree.col).astype("int64") * width + np.maximum(tree.row, tree.col)
    held = nearest[np.isin(key, chosen)]
    return np.column_stack([i[held], j[held]])


def draw_groupings(units, edges, *, tirages, graine, chaines=8, echauffement=100, pas=20):
    """Return groupings of the communes drawn at random: units in one piece, each of the size it has in `units`.

    A sweep pairs neighbouring units at random. The communes of each pair are merged, a random tree is grown on them (the
    lightest for weights drawn uniformly) and cut at an edge that leaves exactly the sizes of the two units; a tree with no
    such edge leaves the pair as it was. This is the recombination of DeFord, Duchin and Solomon (2021), with exact sizes.

    Parameters
    ----------
    units : array of int from 0, the unit of every commune; each in one piece on `edges` (see `link_pieces`)
    edges : array (m, 2) of positions of neighbouring communes
    tirages, chaines : int; draws returned, in turn from as many chains side by side (each starts from the real units)
    echauffement, pas : int; sweeps before the first draw of a chain, sweeps between two of them

    Returns
    -------
    array (tirages, n) of int

    Notes
    -----
    Not uniform over all contiguous groupings: groupings of compact units, which more trees span, are drawn more often than
    those of winding ones. How often exactly is not known: the lightest tree for random weights is not drawn uniformly among
    the trees, and no move is refused to make up for it. Sizes are numbers of communes, not of inhabitants.
    Neighbours that differ by one sweep look alike: that is why `pas` sweeps part two draws.
    """
    rng, copies = np.random.default_rng(graine), np.arange(chaines)[:, None]
    shift = copies * (units.max(initial=-1) + 1)
    # The chains are one country of as many islands: a sweep moves them all for little more than the cost of one.
    current = (units + shift).ravel()
    edges = (edges[None] + copies[:, None] * len(units)).reshape(-1, 2)
    sizes, graph = np.bincount(current), _root_graph(edges, len(current))
    draws = np.empty((-(-tirages // chaines), chaines, len(units)), dtype="int64")
    for turn in range(len(draws)):
        for _ in range(pas if turn else echauffement + pas):
            _sweep(current, sizes, edges, graph, rng)
        draws[turn] = current.reshape(chaines, -1) - shift
    return draws.reshape(-1, len(units))[:tirages]


def _sweep(current, sizes, edges, graph, rng):
    """Recombine random pairs of neighbouring units of `current`, in place: the array belongs to the chain."""
    ends = current[edges]
    mate = _pair_units(ends[ends[:, 0] != ends[:, 1]], len(sizes), rng)
    group = np.minimum(mate, np.arange(len(sizes)))[current]  # a pair is named by its smaller unit; a lone unit names itself
    parent = _grow_trees(group, edges, graph, rng)
    below, first, second = _count_below(parent), sizes[group], sizes[mate[group]]
    possible = (parent < len(current)) & ((below == first) | (below == second))
    # One cut a pair, drawn among those possible; a lone unit has none, for nothing less than itself is of its size.
    cuttable = rng.permutation(np.flatnonzero(possible))
    pairs, chosen = np.unique(group[cuttable], return_index=True)
    cut = cuttable[chosen]
    side = _mark_below(parent, cut)
    # 1: what is below the cut takes the first unit; 0: the second; -1: nothing moves.
    takes_first = np.full(len(sizes), -1)
    takes_first[pairs] = below[cut] == first[cut]
    choice = takes_first[group]
    current[:] = np.select([choice < 0, side == choice], [current, group], mate[group])


def _root_graph(edges, size):
    """Return the graph of the communes with a root above each of its pieces, and the place of every edge in its data.

    The structure serves the whole chain: only the weights change, and making a sparse matrix costs more than a tree.
    """
    _, piece = connected_components(_make_graph(edges, np.ones(len(edges)), size), directed=False)
    _, first = np.unique(piece, return_index=True)
    links = np.concatenate([edges, np.column_stack([np.full(len(first), size), first])])
    graph = _make_graph(links, np.arange(1.0, len(links) + 1), size + 1)
    return graph, graph.data.astype("int64") - 1


def _pair_units(contacts, size, rng):
    """Return the unit that each unit is paired with, drawn among its neighbours; itself when it is alone.

    Every commune border between two units weighs the same, so long borders are drawn more often.
    """
    mate = np.arange(size)
    for _ in range(ROUNDS):
        contacts = contacts[(mate[contacts] == contacts).all(axis=1)]
        if not len(contacts):
            break
        rank = rng.permutation(len(contacts))
        best = np.full(size, len(rank))
        np.minimum.at(best, contacts.ravel(), rank.repeat(2))
        a, b = contacts[(best[contacts] == rank[:, None]).all(axis=1)].T
        mate[a], mate[b] = b, a
    return mate


def _grow_trees(group, edges, graph, rng):
    """Return the parent of every commune in a random tree of its group, n for the root of each."""
    (graph, place), size = graph, len(group)
    # Edges between groups weigh more than any other: the lightest tree of all spans each group by its own edges first.
    weights = 1.0 - rng.random(len(place))
    weights[: len(edges)] += 2.0 * (group[edges[:, 0]] != group[edges[:, 1]])
    graph.data = weights[place]
    tree = minimum_spanning_tree(graph)
    _, parent = breadth_first_order(tree, size, directed=False)
    parent = parent[:size]
    return np.where(np.append(group, -1)[parent] == group, parent, size)


def _count_below(parent):
    """Return how many communes each holds below it in its tree, itself included, by doubling the step up at each turn."""
    size = len(parent)
    above, below = np.append(parent, size), np.append(np.ones(size), 0.0)
    while (above < size).any():
        below = below + np.bincount(above, below, minlength=size + 1)
        below[size], above = 0.0, above[above]
    return below[:size].astype("int64")


def _mark_below(parent, tops):
    """Return which communes are below one of `tops` in their tree, `tops` included."""
    size = len(parent)
    above, marked = np.append(parent, size), np.zeros(size + 1, dtype=bool)
    marked[tops] = True
    while (above < size).any():
        marked |= marked[above]
        above = above[above]
    return marked[:size]


def _make_graph(links, weights, size):
    return csr_matrix((weights, (links[:, 0], links[:, 1])), shape=(size, size))
