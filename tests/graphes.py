"""Random graphs of text identifiers, small enough for naive oracles: sparse or dense, in pieces, with isolates."""

import networkx as nx
import numpy as np
import pandas as pd

CHAMPS = ["social", "developpement_local", "mixte", "autre"]


def draw_graph(seed, *, directed=None, weighted=False, most=40):
    """Return a random graph of 5 to `most` actors; directed one time in two unless said."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(5, most + 1))
    directed = bool(rng.integers(2)) if directed is None else directed
    graph = nx.DiGraph() if directed else nx.Graph()
    names = [f"a{k:02d}" for k in rng.permutation(n)]
    graph.add_nodes_from(names)
    # A few actors stay alone; the others form one piece or several, trees and dense parts alike.
    linked = max(2, n - int(rng.integers(0, 4)))
    for _ in range(int(linked * rng.choice([0.6, 1.0, 1.6, 3.0]))):
        a, b = rng.choice(linked, 2, replace=False)
        graph.add_edge(names[a], names[b], **({"intensite": int(rng.integers(1, 5))} if weighted else {}))
    return graph


def draw_champs(graph, seed):
    """Return a champ for each actor, drawn at random."""
    rng = np.random.default_rng(seed + 10_000)
    return pd.Series(rng.choice(CHAMPS, len(graph)), index=sorted(graph), name="champ").astype("object")


def shuffle_graph(graph, seed=3):
    """Return the same graph with its actors and links written in another order, and undirected links turned round."""
    rng = np.random.default_rng(seed)
    nodes, edges = list(graph.nodes), list(graph.edges(data=True))
    other = type(graph)()
    other.add_nodes_from(nodes[k] for k in rng.permutation(len(nodes)))
    for k in rng.permutation(len(edges)):
        a, b, data = edges[k]
        other.add_edge(*((a, b) if graph.is_directed() else (b, a)), **data)
    return other
