"""Links between groups of any network, directed or weighted: what a researcher asks of a graph that is no inventory."""

import numpy as np
import pandas as pd

from diagnostic.measure.liens.brokerage import match_groups
from diagnostic.measure.liens.coded import code_graph


def measure_arc_ei(graph, groups):
    """Measure E-I on the links of a graph as they are: each arc of a directed graph counts, weights are left aside.

    `silos.measure_ei` reduces declared links to pairs of actors; published networks are often directed, and their E-I counts
    arcs: (E - I) / (E + I), E arcs between groups, I within (Krackhardt and Stern 1988). `ei_attendu` is its value when as many
    arcs are spread evenly over all pairs.

    Parameters
    ----------
    graph : networkx.Graph or DiGraph; self-links are left out and counted
    groups : Series indexed by acteur_id

    Returns
    -------
    DataFrame of one row: nb_acteurs, nb_groupes, nb_liens, nb_externes, nb_internes, nb_boucles, ei, ei_attendu, raison_absence

    Raises
    ------
    DiagnosticError
        When an actor of the graph has no group, or two.

    Examples
    --------
    >>> import networkx as nx
    >>> groups = pd.Series({"a": "x", "b": "x", "c": "y"})
    >>> measure_arc_ei(nx.DiGraph([("a", "b"), ("b", "a"), ("b", "c")]), groups)["ei"].tolist()
    [-0.3333333333333333]
    """
    actors, ends, _ = code_graph(graph)
    codes, names = pd.factorize(match_groups(actors, groups))
    loops = ends[:, 0] == ends[:, 1]
    ends = ends[~loops]
    external = int((codes[ends[:, 0]] != codes[ends[:, 1]]).sum())
    n, m, sizes = len(actors), len(ends), np.bincount(codes)
    between = n * (n - 1) - int((sizes * (sizes - 1)).sum())
    reason = "moins de deux acteurs" if n < 2 else "un seul groupe : aucun lien externe possible" if len(names) < 2 else ""
    row = {
        "nb_acteurs": n, "nb_groupes": len(names), "nb_liens": m, "nb_externes": external, "nb_internes": m - external,
        "nb_boucles": int(loops.sum()), "ei": (2 * external - m) / m if m and not reason else np.nan,
        "ei_attendu": 2 * between / (n * (n - 1)) - 1 if not reason else np.nan, "raison_absence": reason or ("" if m else "aucun lien"),
    }  # fmt: skip
    return pd.DataFrame([row])
