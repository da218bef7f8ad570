"""Where each actor stands: degree, betweenness, constraint, articulation points, bridges, and dispositifs held.

Betweenness is sensitive to what was not declared: it is shown with the coverage of the survey, never as a ranking.
"""

import numpy as np
import pandas as pd

from diagnostic.errors import DiagnosticError
from diagnostic.measure.liens.coded import code_graph
from diagnostic.measure.liens.spanning import find_articulations, find_cut_children, sum_below, walk_network
from diagnostic.measure.liens.triads import WALKS, locate_step, pair_arcs, walk_triangles

COORDINATION_ROLES = ("coordination", "pilotage")
# Two actors in the same situation get the same figure to the last digit: sums taken in another order differ by less.
_DECIMALS = 12


def measure_positions(graph, *, weight=None):
    """Measure the position of every actor of the graph of declared links.

    `intermediarite` is Freeman's betweenness (1977), normalised over the pairs of other actors: (n-1)(n-2)/2 pairs, or
    (n-1)(n-2) ordered ones in a directed graph, where paths follow the arrows. `articulation` says that without the
    actor others are no longer linked, direction ignored.

    `contrainte` is Burt's (1992): sum over partners v of (p_uv + sum_w p_uw p_wv)^2, p_uv being the share of u's ties
    held with v, both ways added. It may exceed 1 and is not bounded. `taille_effective` is Burt's too: sum over partners
    v of 1 - sum_w p_uw m_vw, m_vw being the tie of v with w over v's strongest; without direction nor weight it is
    Borgatti's n - 2t/n (1997), t ties among n partners. `efficacite` = taille_effective / number of partners.

    Parameters
    ----------
    graph : networkx.Graph or DiGraph, isolates kept (`network.build_link_graph`); self-links count for nothing
    weight : str, optional
        Edge attribute that weighs constraint and effective size, and nothing else; an edge without it weighs 1, and an
        edge of weight 0 is no tie.

    Returns
    -------
    DataFrame indexed by `acteur_id`, sorted by it: degre (distinct partners, whatever the direction), degre_normalise
    (NaN with one actor), intermediarite (rounded to 12 decimals; NaN under three actors), isole, articulation,
    contrainte, taille_effective, efficacite (NaN without a tie), raison_absence. Time of betweenness grows as actors x
    links: 0.7 s for 2,000 actors and 8,000 links.

    Raises
    ------
    DiagnosticError
        When a weight is missing, negative or infinite.

    Examples
    --------
    >>> import networkx as nx
    >>> table = measure_positions(nx.path_graph(["a", "b", "c"]))
    >>> table["intermediarite"].tolist(), table["contrainte"].tolist()
    ([0.0, 1.0, 0.0], [1.0, 0.5, 1.0])
    """
    actors, ends, weights = code_graph(graph, weight=weight)
    _check_weights(actors, ends, weights, weight)
    n, directed = len(actors), graph.is_directed()
    pairs, ways = pair_arcs(n, ends, weights, directed=directed)
    order, parent, _, low = walk_network(n, pairs)
    degree = np.bincount(pairs.ravel(), minlength=n)
    table = pd.DataFrame({"degre": degree, "degre_normalise": degree / (n - 1) if n > 1 else np.nan}, index=actors)
    table["intermediarite"] = measure_betweenness(n, ends, directed) if n > 2 else np.nan
    table["isole"] = table["degre"] == 0
    table["articulation"] = find_articulations(order, parent, low)
    table["contrainte"], table["taille_effective"], table["efficacite"] = measure_holes(n, pairs, ways.sum(axis=1))
    table["raison_absence"] = _explain_absence(n, table)
    return table


def _check_weights(actors, ends, weights, weight):
    wrong = ~(np.isfinite(weights) & (weights >= 0))
    if wrong.any():
        shown = ", ".join(f"{actors[a]} - {actors[b]}" for a, b in ends[wrong][:5])
        raise DiagnosticError(
            f"{int(wrong.sum())} lien(s) dont le poids est vide, négatif ou infini : {shown}{'…' if wrong.sum() > 5 else ''}.",
            f"liens, valeur {weight}",
            "écrivez un nombre positif, ou mesurez sans poids",
        )


def _explain_absence(nb_actors, table):
    few = "moins de trois acteurs : intermédiarité non définie"
    alone = "aucun lien : contrainte et taille effective non définies"
    reasons = np.where(table["contrainte"].isna(), alone, "")
    if nb_actors > 2:
        return reasons
    return np.where(reasons == "", few, few + " ; " + reasons)


def measure_betweenness(nb_actors, ends, directed):
    """Return normalised betweenness, float array (n,), on one core: several would add up in another order each time."""
    import rustworkx as rx  # loaded when a graph is measured, not when the package is imported

    graph = (rx.PyDiGraph if directed else rx.PyGraph)(multigraph=False)
    graph.add_nodes_from(range(nb_actors))
    graph.add_edges_from_no_data([(a, b) for a, b in ends.tolist() if a != b])
    measure = rx.digraph_betweenness_centrality if directed else rx.graph_betweenness_centrality
    values = measure(graph, normalized=True, endpoints=False, parallel_threshold=nb_actors + 1)
    return np.round([values[k] for k in range(nb_actors)], _DECIMALS)


def measure_holes(nb_actors, pairs, ties):
    """Measure constraint, effective size and efficiency on arrays; see `measure_positions` for the formulas.

    Parameters
    ----------
    pairs : int array (p, 2), lower rank first, sorted, no repetition (`triads.pair_arcs`)
    ties : float array (p,), what each pair holds, both ways added; 0 is no tie

    Returns
    -------
    three float arrays (n,), NaN without a tie
    """
    pairs, ties = pairs[ties > 0], ties[ties > 0]
    total, strongest = np.zeros(nb_actors), np.zeros(nb_actors)
    np.add.at(total, pairs, ties[:, None])
    np.maximum.at(strongest, pairs, ties[:, None])
    share = ties[:, None] / total[pairs]  # column 0: of what the lower rank holds; column 1: of the higher
    relative = ties[:, None] / strongest[pairs]
    indirect, redundant = np.zeros(2 * len(pairs)), np.zeros(nb_actors)
    for _, sides in walk_triangles(nb_actors, pairs):
        for start, end, through in WALKS:
            direct, way = locate_step(start, end)
            leaving, arriving, back = (
                values[sides[:, side], turn]
                for values, (side, turn) in [
                    (share, locate_step(start, through)),
                    (share, locate_step(through, end)),
                    (relative, locate_step(end, through)),
                ]
            )
            rows = sides[:, direct]
            indirect += np.bincount(2 * rows + way, leaving * arriving, minlength=2 * len(pairs))
            redundant += np.bincount(pairs[rows, way], leaving * back, minlength=nb_actors)
    held = (share + indirect.reshape(-1, 2)) ** 2
    constraint = np.bincount(pairs.ravel(), held.ravel(), minlength=nb_actors)
    partners = np.bincount(pairs.ravel(), minlength=nb_actors).astype(float)
    partners[partners == 0] = np.nan
    size = partners - redundant
    return np.where(np.isnan(partners), np.nan, constraint), size, size / partners


def find_bridges(graph):
    """Find the links without which two parts of the network are no longer linked, and count who stands on each side.

    Direction is ignored: a pair linked both ways is one link.

    Returns
    -------
    DataFrame sorted by `acteur_a`, `acteur_b` (acteur_a < acteur_b): nb_cote_a, nb_cote_b, the actors left with each,
    itself included

    Examples
    --------
    >>> import networkx as nx
    >>> find_bridges(nx.path_graph(["a", "b", "c"])).values.tolist()
    [['a', 'b', 1, 2], ['b', 'c', 2, 1]]
    """
    actors, ends, _ = code_graph(graph)
    n = len(actors)
    order, parent, root, low = walk_network(n, ends)
    below = sum_below(order, parent, np.ones((n, 1), dtype=np.int64))[:, 0]
    child = np.flatnonzero(find_cut_children(order, parent, low) & (low == np.argsort(order)))
    above = parent[child]
    sizes = np.column_stack([below[child], below[root[child]] - below[child]])
    ends = np.column_stack([child, above])
    turned = child > above
    ends[turned], sizes[turned] = ends[turned, ::-1], sizes[turned, ::-1]
    ranked = np.lexsort((ends[:, 1], ends[:, 0]))
    ends, sizes = ends[ranked], sizes[ranked]
    sides = {"acteur_a": actors[ends[:, 0]], "acteur_b": actors[ends[:, 1]], "nb_cote_a": sizes[:, 0], "nb_cote_b": sizes[:, 1]}
    return pd.DataFrame(sides)


def measure_two_mode_positions(acteurs, dispositifs, participations):
    """Count the dispositifs of each actor and the actors of each dispositif.

    Returns
    -------
    par_acteur : DataFrame indexed by acteur_id: nb_dispositifs, nb_dispositifs_coordonnes (role coordination or
        pilotage)
    par_dispositif : DataFrame indexed by dispositif_id: nb_acteurs
    """
    pairs = participations.reindex(columns=["acteur_id", "dispositif_id", "role"])
    distinct = pairs.drop_duplicates(["acteur_id", "dispositif_id"])
    led = pairs[pairs["role"].isin(COORDINATION_ROLES)].drop_duplicates(["acteur_id", "dispositif_id"])
    actors = pd.Index(acteurs["acteur_id"], name="acteur_id")
    counts = {"nb_dispositifs": distinct["acteur_id"], "nb_dispositifs_coordonnes": led["acteur_id"]}
    by_actor = pd.DataFrame(
        {name: ids.value_counts().reindex(actors, fill_value=0).astype(int) for name, ids in counts.items()}
    )
    ids = pd.Index(dispositifs["dispositif_id"], name="dispositif_id")
    return by_actor, distinct["dispositif_id"].value_counts().reindex(ids, fill_value=0).astype(int).to_frame(
        "nb_acteurs"
    )
