"""One walk in depth through a network, from which come its cut points, its bridges and the pieces they leave.

Hopcroft and Tarjan 1973: an actor cuts the network where what lies below one of its children in the walk has no link to
anyone met before it. Time and memory grow as actors + links.
"""

import numpy as np

from diagnostic.measure.liens.coded import build_adjacency


def walk_network(nb_actors, ends):
    """Walk through a network in depth, each component from its lowest rank, neighbours in the order of ranks.

    Direction is ignored, repeated links count once, self-links not at all.

    Returns
    -------
    order : int array (n,), actors as they are met
    parent : int array (n,), the actor from which each was met; -1 for the first of a component
    root : int array (n,), the first actor of the component of each
    low : int array (n,), the earliest place in `order` that what lies below each actor reaches by a link other than the
        one to its parent; its own place when there is none

    Examples
    --------
    >>> order, parent, root, low = walk_network(4, np.array([[0, 1], [1, 2], [0, 2], [2, 3]]))
    >>> order.tolist(), parent.tolist(), low.tolist()
    ([0, 1, 2, 3], [-1, 0, 1, 2], [0, 0, 0, 3])
    """
    matrix = build_adjacency(nb_actors, ends)
    matrix.sum_duplicates()
    starts, neighbours = matrix.indptr.tolist(), matrix.indices.tolist()
    place, parent, root, order = [-1] * nb_actors, [-1] * nb_actors, list(range(nb_actors)), []
    low, following = [0] * nb_actors, starts[:-1].copy()
    for first in range(nb_actors):
        if place[first] >= 0:
            continue
        path = [first]
        place[first] = low[first] = len(order)
        order.append(first)
        while path:
            here = path[-1]
            if following[here] == starts[here + 1]:
                path.pop()
                if path and low[here] < low[path[-1]]:
                    low[path[-1]] = low[here]
                continue
            there = neighbours[following[here]]
            following[here] += 1
            if place[there] < 0:
                parent[there], root[there] = here, first
                place[there] = low[there] = len(order)
                order.append(there)
                path.append(there)
            elif there != parent[here] and place[there] < low[here]:
                low[here] = place[there]
    return tuple(np.array(values, dtype=np.int64) for values in (order, parent, root, low))


def sum_below(order, parent, values):
    """Return the sum of `values` over each actor and all that lies below it in the walk.

    Parameters
    ----------
    values : int array (n, k), one row an actor
    """
    place = np.argsort(order)
    sums = np.vstack([np.zeros((1, values.shape[1]), dtype=values.dtype), np.cumsum(values[order], axis=0)])
    size = [1] * len(order)
    above = parent.tolist()
    for actor in reversed(order.tolist()):
        if above[actor] >= 0:
            size[above[actor]] += size[actor]
    return sums[place + np.array(size, dtype=np.int64)] - sums[place]


def find_cut_children(order, parent, low):
    """Return the actors below which everything parts from the rest when their parent leaves: bool array (n,).

    The first actor of a component is nobody's child: False.
    """
    place = np.argsort(order)
    return (parent >= 0) & (low >= place[parent])


def find_articulations(order, parent, low):
    """Return the actors without whom others of their component are no longer linked: bool array (n,).

    The first actor of a component is one when it has two children or more.
    """
    cut = find_cut_children(order, parent, low)
    children = np.bincount(parent[cut], minlength=len(order))
    return children > (parent < 0)
