"""The shape of a network: a core and its periphery, and communities more linked inside than between."""

import itertools

import numpy as np
import pandas as pd

from diagnostic.measure.liens.brokerage import match_groups
from diagnostic.measure.liens.coded import code_graph
from diagnostic.measure.liens.triads import pair_arcs
from diagnostic.measure.ressorts.cells import divide

_CHAMPS = ["social", "developpement_local", "mixte", "autre"]


def measure_core(graph):
    """Say which actors form the core of the network: linked to each other, the rest being linked to them at most.

    Discrete core-periphery of Borgatti and Everett (1999), links between core and periphery being left free: the core
    makes the fewest mismatches, a mismatch being a pair of the core without link or a link between two actors of the
    periphery. Lip (2011): with a core of k actors mismatches = k(k-1)/2 + m - sum of their degrees, so the best core is
    found exactly by taking actors by falling degree. Ties: of the best cores the smallest, then text order.

    Parameters
    ----------
    graph : networkx.Graph or DiGraph, isolates kept; direction is ignored

    Returns
    -------
    DataFrame indexed by `acteur_id`, sorted by it: degre (distinct partners), coeur (boolean, NA without any link),
    ambigu (its degree is that of the last of the core, and some of that degree stay out: another core, as small and with
    as few mismatches, would place it otherwise), raison_absence

    Examples
    --------
    >>> import networkx as nx
    >>> measure_core(nx.Graph([("a", "b"), ("b", "c"), ("b", "d")])).query("coeur").index.tolist()
    ['b']
    """
    actors, pairs = _code_pairs(graph)
    degree = np.bincount(pairs.ravel(), minlength=len(actors))
    core = _find_core(degree)
    bound = degree == degree[core].min(initial=len(actors))
    table = pd.DataFrame({"degre": degree, "coeur": pd.array(core, dtype="boolean")}, index=actors)
    table["ambigu"] = bound & (bound & ~core).any()
    table["raison_absence"] = "" if len(pairs) else "aucun lien : pas de cœur"
    if not len(pairs):
        table["coeur"] = pd.array([None] * len(actors), dtype="boolean")
    return table


def _code_pairs(graph):
    actors, ends, _ = code_graph(graph)
    pairs, _ = pair_arcs(len(actors), ends)
    return actors, pairs


def _find_core(degree):
    """Return the smallest best core, bool array (n,): as many actors as have a degree of at least that number."""
    order = np.lexsort((np.arange(len(degree)), -degree))
    size = int((degree[order] > np.arange(len(degree))).sum())
    core = np.zeros(len(degree), dtype=bool)
    core[order[:size]] = True
    return core


def _count_mismatches(degree, nb_links):
    size = int(_find_core(degree).sum())
    return size * (size - 1) // 2 + nb_links - int(np.sort(degree)[::-1][:size].sum())


def summarise_core(graph, *, tirages=199, graine=2026):
    """Sum up the core and periphery of a network in one row, beside a reference: as many actors and links at random.

    Mismatches depend on the degrees only: every network of the same degrees has as many, so comparing with fixed degrees
    would say nothing. The reference is therefore m links spread at random over the pairs of n actors.

    Parameters
    ----------
    tirages, graine : int
        Number of random networks, and the seed they come from; 0 for none.

    Returns
    -------
    DataFrame of one row: nb_acteurs, nb_liens, nb_coeur, nb_ambigus, densite_coeur, densite_entre, densite_peripherie
    (NaN where there is no pair), ecarts (mismatches), ecarts_part (over all pairs of actors), ecarts_hasard (mean of the
    draws), ecarts_hasard_q05, ecarts_hasard_q95, p_hasard (share of draws with as few mismatches or fewer, (b+1)/(B+1)),
    nb_tirages, graine, raison_absence
    """
    actors, pairs = _code_pairs(graph)
    n, m = len(actors), len(pairs)
    table = measure_core(graph)
    core = table["coeur"].fillna(False).to_numpy(dtype=bool)
    k = int(core.sum())
    inside = core[pairs].sum(axis=1)
    possible = [(n - k) * (n - k - 1) // 2, k * (n - k), k * (k - 1) // 2]
    outer, between, inner = (
        divide(count, pairs_held) for count, pairs_held in zip(np.bincount(inside, minlength=3), possible, strict=True)
    )
    observed = _count_mismatches(table["degre"].to_numpy(), m) if m else np.nan
    drawn = _draw_mismatches(n, m, tirages if m else 0, graine)
    figures = [drawn.mean(), *np.quantile(drawn, [0.05, 0.95])] if len(drawn) else [np.nan] * 3
    row = {
        "nb_acteurs": n, "nb_liens": m, "nb_coeur": k if m else np.nan, "nb_ambigus": int(table["ambigu"].sum()),
        "densite_coeur": inner if m else np.nan, "densite_entre": between if m else np.nan,
        "densite_peripherie": outer if m else np.nan, "ecarts": observed, "ecarts_part": divide(observed, n * (n - 1) // 2),
        "ecarts_hasard": figures[0], "ecarts_hasard_q05": figures[1], "ecarts_hasard_q95": figures[2],
        "p_hasard": ((drawn <= observed).sum() + 1) / (len(drawn) + 1) if len(drawn) else np.nan,
        "nb_tirages": len(drawn), "graine": graine, "raison_absence": "" if m else "aucun lien : pas de cœur",
    }  # fmt: skip
    return pd.DataFrame([row])


def _draw_mismatches(nb_actors, nb_links, tirages, graine):
    """Return the mismatches of the best core of each random network: int array (tirages,)."""
    rng = np.random.default_rng(graine)
    # The pair (a, b), a < b, is number b(b-1)/2 + a.
    starts = np.arange(nb_actors, dtype=np.int64) * (np.arange(nb_actors, dtype=np.int64) - 1) // 2
    drawn = np.empty(tirages, dtype=np.int64)
    for draw in range(tirages):
        numbers = rng.choice(nb_actors * (nb_actors - 1) // 2, nb_links, replace=False, shuffle=False)
        higher = np.searchsorted(starts[1:], numbers, side="right")
        degree = np.bincount(np.r_[higher, numbers - starts[higher]], minlength=nb_actors)
        drawn[draw] = _count_mismatches(degree, nb_links)
    return drawn


def find_communities(graph, *, graine=2026, essais=10):
    """Find groups of actors more linked inside than between, and say how far several tries agree.

    Louvain's method (Blondel and others, 2008) maximises modularity from a random order of actors: of `essais` orders
    the division of highest modularity is kept, the first one when two are equal. `stabilite` is the mean adjusted Rand
    index (Hubert and Arabie, 1985) of the pairs of tries, 1 when all agree: a low one says that the network has no clear
    division. Links weigh 1, direction is ignored, isolates are in no community.

    Parameters
    ----------
    graine : int, seed of the first try; the next ones follow it

    Returns
    -------
    communautes : DataFrame indexed by `acteur_id`, sorted by it: communaute (from 1, by falling size then smallest
        acteur_id; NA for an isolate), raison_absence
    bilan : DataFrame of one row: nb_communautes, nb_isoles, modularite, stabilite (NaN with one try), essais, graine,
        raison_absence

    Examples
    --------
    >>> import networkx as nx
    >>> communautes, bilan = find_communities(nx.Graph([("a", "b"), ("c", "d"), ("d", "e"), ("c", "e")]))
    >>> communautes["communaute"].tolist()
    [2, 2, 1, 1, 1]
    """
    actors, pairs = _code_pairs(graph)
    n, linked = len(actors), np.unique(pairs)
    tries = [_divide_once(n, pairs, graine + k) for k in range(essais if len(pairs) else 0)]
    quality = [measure_modularity(pairs, labels) for labels in tries]
    labels = pd.array([None] * n, dtype="Int64")
    if tries:
        labels[linked] = _number_by_size(tries[int(np.argmax(quality))][linked])
    alone = pd.isna(labels)
    communautes = pd.DataFrame({"communaute": labels, "raison_absence": np.where(alone, "aucun lien", "")}, index=actors)
    agreement = [compare_divisions(a[linked], b[linked]) for a, b in itertools.combinations(tries, 2)]
    bilan = {
        "nb_communautes": int(communautes["communaute"].nunique()),
        "nb_isoles": int(alone.sum()),
        "modularite": max(quality, default=np.nan),
        "stabilite": float(np.mean(agreement)) if agreement else np.nan,
        "essais": essais,
        "graine": graine,
        "raison_absence": "" if tries else "aucun lien : pas de communauté",
    }
    return communautes, pd.DataFrame([bilan])


def _divide_once(nb_actors, pairs, seed):
    """Return one Louvain division: int array (n,), isolates each alone."""
    import networkx as nx  # loaded when a graph is measured, not when the package is imported

    # Ranks, not identifiers: sets of texts are walked in another order at each start of Python.
    graph = nx.Graph()
    graph.add_nodes_from(range(nb_actors))
    graph.add_edges_from(pairs.tolist())
    labels = np.zeros(nb_actors, dtype=np.int64)
    for number, members in enumerate(nx.community.louvain_communities(graph, weight=None, seed=seed)):
        labels[list(members)] = number
    return labels


def _number_by_size(labels):
    """Number groups from 1 by falling size, then by their first member."""
    _, first, codes, sizes = np.unique(labels, return_index=True, return_inverse=True, return_counts=True)
    number = np.empty(len(sizes), dtype=np.int64)
    number[np.lexsort((first, -sizes))] = np.arange(1, len(sizes) + 1)
    return number[codes]


def measure_modularity(pairs, labels):
    """Return the modularity of a division (Newman and Girvan, 2004): sum over groups of m_c/m - (d_c/2m)^2.

    Parameters
    ----------
    pairs : int array (m, 2), links without direction, each once; labels : int array (n,)

    Returns
    -------
    float, NaN without any link
    """
    m = len(pairs)
    if not m:
        return np.nan
    inside = (labels[pairs[:, 0]] == labels[pairs[:, 1]]).sum() / m
    return float(inside - ((np.bincount(labels[pairs].ravel()) / (2 * m)) ** 2).sum())


def compare_divisions(first, second):
    """Return how far two divisions of the same actors agree: adjusted Rand index (Hubert and Arabie, 1985).

    1 when they are the same, 0 on average when they only meet by chance; 1 too when both put everyone together, or
    everyone apart. NaN without actors.

    Parameters
    ----------
    first, second : sequences of labels, one an actor
    """
    a, b = (np.unique(labels, return_inverse=True)[1] for labels in (first, second))
    if not len(a):
        return np.nan
    cells = np.unique(a * (int(b.max()) + 1) + b, return_counts=True)[1]
    together, of_first, of_second = (float((n * (n - 1) / 2).sum()) for n in (cells, np.bincount(a), np.bincount(b)))
    expected = divide(of_first * of_second, len(a) * (len(a) - 1) / 2)
    most = (of_first + of_second) / 2
    return 1.0 if len(a) < 2 or most == expected else (together - expected) / (most - expected)


def summarise_communities(communautes, acteurs):
    """Count the actors of each community by champ, and say which bring both champs together.

    Parameters
    ----------
    communautes : DataFrame indexed by acteur_id, with communaute (`find_communities`)
    acteurs : DataFrame with acteur_id, champ

    Returns
    -------
    DataFrame, one row a community by number, then one of communaute NA for the actors in none, when there are any:
    nb_acteurs, nb_social, nb_developpement_local, nb_mixte, nb_autre, mixte (at least one `social` and one
    `developpement_local`; NA for actors in none)

    Raises
    ------
    DiagnosticError
        When an actor has no champ, or two.
    """
    champs = match_groups(communautes.index, acteurs.set_index("acteur_id")["champ"])
    rows = pd.DataFrame({"communaute": communautes["communaute"].to_numpy(), "champ": champs})
    marks = {f"nb_{champ}": (rows["champ"] == champ).astype(int) for champ in _CHAMPS}
    rows = rows.assign(nb_acteurs=1, **marks)[["communaute", "nb_acteurs", *marks]]
    table = rows.astype({"communaute": "Int64"}).groupby("communaute", dropna=False).sum().reset_index()
    both = (table["nb_social"] > 0) & (table["nb_developpement_local"] > 0)
    table["mixte"] = both.astype("boolean").where(table["communaute"].notna())
    return table
