"""A network as numbers: actors in order, links as pairs of their ranks, the matrix that kernels multiply.

networkx is the graph type one is given and gets; below it, what would loop over actors or pairs runs on these arrays.
"""

import numpy as np
import pandas as pd


def code_graph(graph, *, weight=None):
    """Return the actors of a graph in text order, its links as pairs of ranks, and their weights.

    Parameters
    ----------
    graph : networkx.Graph or DiGraph, isolates kept; no multigraph. A self-link is kept as (i, i)
    weight : str, optional
        Edge attribute; a link without it weighs 1, and so does every link by default.

    Returns
    -------
    actors : Index of str named `acteur_id`, sorted
    ends : int array (m, 2); (source, target) of a directed graph, (lower rank, higher rank) of an undirected one
    weights : float array (m,)

    Examples
    --------
    >>> import networkx as nx
    >>> actors, ends, weights = code_graph(nx.path_graph(["b", "a", "c"]))
    >>> actors.tolist(), ends.tolist()
    (['a', 'b', 'c'], [[0, 1], [0, 2]])
    """
    actors = pd.Index(sorted(graph.nodes), name="acteur_id", dtype="str")
    rank = {actor: k for k, actor in enumerate(actors)}
    ends = np.array([(rank[a], rank[b]) for a, b in graph.edges], dtype=np.int64).reshape(-1, 2)
    if weight is None:
        weights = np.ones(len(ends))
    else:
        weights = np.array([given for *_, given in graph.edges(data=weight, default=1)], dtype=float)
    if not graph.is_directed():
        ends = np.sort(ends, axis=1)
    order = np.lexsort((ends[:, 1], ends[:, 0]))
    return actors, ends[order], weights[order]


def code_pairs(acteurs, paires):
    """Return the links of a table of pairs as ranks in `acteurs`: int array (m, 2).

    Parameters
    ----------
    acteurs : DataFrame with acteur_id, in the order that gives the ranks
    paires : DataFrame with acteur_a, acteur_b, all of them in `acteurs` (`network.simplify_links`)
    """
    known = pd.Index(acteurs["acteur_id"].astype("object"))
    return np.column_stack([known.get_indexer(paires[end].astype("object")) for end in ("acteur_a", "acteur_b")]).astype(np.int64)


def count_between(first, second, nb_groups):
    """Count links by the groups of their ends: int array (nb_groups, nb_groups), each unordered pair in the upper triangle.

    Parameters
    ----------
    first, second : int arrays (m,), codes of the groups from 0
    """
    flat = np.bincount(np.minimum(first, second) * nb_groups + np.maximum(first, second), minlength=nb_groups**2)
    return flat.reshape(nb_groups, nb_groups)


def build_adjacency(nb_actors, ends, weights=None, *, directed=False):
    """Return the sparse matrix of a network: float CSR array (n, n), symmetric unless `directed`, self-links left out."""
    from scipy.sparse import csr_array

    weights = np.ones(len(ends)) if weights is None else np.asarray(weights, dtype=float)
    crossing = ends[:, 0] != ends[:, 1]
    source, target, weights = ends[crossing, 0], ends[crossing, 1], weights[crossing]
    if not directed:
        source, target, weights = np.r_[source, target], np.r_[target, source], np.r_[weights, weights]
    return csr_array((weights, (source, target)), shape=(nb_actors, nb_actors))
