"""Who stands between two actors that have no link of their own, and between which groups."""

import numpy as np
import pandas as pd

from diagnostic.errors import DiagnosticError
from diagnostic.measure.liens.coded import code_graph
from diagnostic.measure.liens.silos import CHAMPS_OPPOSES
from diagnostic.measure.liens.triads import WALKS, locate_step, pair_arcs, walk_triangles

ROLES = ["coordinateur_interne", "mediateur_exterieur", "porte_parole", "portier", "passeur"]
OPPOSED = "nb_mediations_champs"


def measure_brokerage(graph, groups, *, opposes=CHAMPS_OPPOSES):
    """Count the open paths u -> v -> w (u without a link to w) that pass by each actor v, by the groups of the three.

    Roles of Gould and Fernandez (1989), A, B and C being different groups: `coordinateur_interne` A-A-A (coordinator),
    `mediateur_exterieur` A-B-A (itinerant broker), `porte_parole` A-A-B (representative), `portier` A-B-B (gatekeeper),
    `passeur` A-B-C (liaison). u and w are two distinct actors; a path is counted even when w is linked to u. Without
    direction every pair u, w is counted both ways, so that `porte_parole` and `portier` are equal: read `frontiere`,
    their sum.

    `nb_mediations_champs` are the paths whose two ends are one of each of the groups `opposes`, whatever the group of v: an
    actor of a third group may be the one between them, and a path towards a third group is none of them. They are counted
    both ways without direction, like the others.

    Parameters
    ----------
    graph : networkx.Graph or DiGraph; self-links count for nothing, repeated ones once
    groups : Series indexed by acteur_id; actors outside the graph are left aside
    opposes : the two groups of `nb_mediations_champs`

    Returns
    -------
    DataFrame of counts indexed by `acteur_id`, sorted by it: the five roles, total, frontiere, nb_mediations_champs. 0 is a
    count: an actor without two partners stands between nobody. Time grows as the triangles listed, at most as links^1.5.

    Raises
    ------
    DiagnosticError
        When an actor of the graph has no group, or two.

    Examples
    --------
    >>> import networkx as nx
    >>> champs = pd.Series({"a": "social", "b": "social", "c": "mixte"})
    >>> measure_brokerage(nx.DiGraph([("a", "b"), ("b", "c")]), champs).loc["b", ["porte_parole", "total"]].tolist()
    [1, 1]
    """
    actors, ends, _ = code_graph(graph)
    given = match_groups(actors, groups)
    kind, _ = pd.factorize(given)
    # 1 on one side, -1 on the other, 0 elsewhere: the two ends of a path are opposed when their product is -1.
    side = (given == opposes[0]).astype(np.int64) - (given == opposes[1]).astype(np.int64)
    n = len(actors)
    pairs, ways = pair_arcs(n, ends, directed=graph.is_directed())
    going = ways > 0
    counts = _count_paths(n, pairs, going, kind, side) - _count_closed(n, pairs, going, kind, side)
    table = pd.DataFrame(counts.astype(int), index=actors, columns=[*ROLES, OPPOSED])
    total, across = table[ROLES].sum(axis=1), table["porte_parole"] + table["portier"]
    return table[ROLES].assign(total=total, frontiere=across, **{OPPOSED: table[OPPOSED]})


def match_groups(actors, groups):
    """Return the group of each actor, an array of objects in the order of `actors`.

    Raises
    ------
    DiagnosticError
        When an actor has no group, or is given twice: neither is made a group of its own.
    """
    name = groups.name or "groupe"
    twice = actors[actors.isin(groups.index[groups.index.duplicated()])]
    if len(twice):
        raise _refuse(twice, f"donné(s) deux fois avec leur {name}", name, "gardez une ligne par acteur")
    found = groups.astype("object").reindex(actors.astype("object"))
    missing = actors[found.isna().to_numpy()]
    if len(missing):
        advice = "remplissez cette colonne ; un acteur sans valeur ne peut être rangé dans un groupe"
        raise _refuse(missing, f"sans {name}", name, advice)
    return found.to_numpy()


def _refuse(actors, fault, column, advice):
    shown = ", ".join(actors[:5]) + ("…" if len(actors) > 5 else "")
    return DiagnosticError(f"{len(actors)} acteur(s) {fault} : {shown}.", f"feuille acteurs, colonne {column}", advice)


def _count_paths(nb_actors, pairs, going, kind, side):
    """Return the paths u -> v -> w of two distinct actors through each v, by role then opposed, closed ones included: (n, 6)."""
    arcs = np.concatenate([pairs[going[:, 0]], pairs[going[:, 1], ::-1]])
    nb_kinds = int(kind.max(initial=-1)) + 1
    own = kind[arcs[:, 0]] == kind[arcs[:, 1]]
    entering, leaving = (np.bincount(arcs[:, side], minlength=nb_actors) for side in (1, 0))
    entering_own, leaving_own = (np.bincount(arcs[own, side], minlength=nb_actors) for side in (1, 0))
    same = _count_same_kind(nb_actors, nb_kinds, arcs, kind)
    mutual = pairs[going.all(axis=1)]
    alike = kind[mutual[:, 0]] == kind[mutual[:, 1]]
    returned = [np.bincount(mutual[mask].ravel(), minlength=nb_actors) for mask in (alike, ~alike)]
    inside = entering_own * leaving_own
    leaving_out, entering_out = leaving - leaving_own, entering - entering_own
    roles = [
        inside - returned[0],
        same - inside - returned[1],
        entering_own * leaving_out,
        entering_out * leaving_own,
        entering_out * leaving_out - (same - inside),
        _count_opposed(nb_actors, arcs, side),
    ]
    return np.column_stack(roles)


def _count_opposed(nb_actors, arcs, side):
    """Return how many (u, w) of the two opposed sides each v has, u towards v and v towards w: int array (n,)."""
    first, last = side[arcs[:, 0]], side[arcs[:, 1]]
    into = {way: np.bincount(arcs[first == way, 1], minlength=nb_actors) for way in (1, -1)}
    out = {way: np.bincount(arcs[last == way, 0], minlength=nb_actors) for way in (1, -1)}
    return into[1] * out[-1] + into[-1] * out[1]


def _count_same_kind(nb_actors, nb_kinds, arcs, kind):
    """Return how many (u, w) of one group each v has, u towards v and v towards w, u = w included: int array (n,)."""
    into, into_counts = np.unique(arcs[:, 1] * nb_kinds + kind[arcs[:, 0]], return_counts=True)
    out, out_counts = np.unique(arcs[:, 0] * nb_kinds + kind[arcs[:, 1]], return_counts=True)
    both, at_into, at_out = np.intersect1d(into, out, assume_unique=True, return_indices=True)
    products = into_counts[at_into] * out_counts[at_out]
    same = np.zeros(nb_actors, dtype=np.int64)
    np.add.at(same, both // max(nb_kinds, 1), products)
    return same


def _count_closed(nb_actors, pairs, going, kind, side):
    """Return the paths u -> v -> w where u -> w exists, through each v, by role then opposed: int array (n, 6)."""
    closed = np.zeros((nb_actors, len(ROLES)), dtype=np.int64)
    opposed = np.zeros(nb_actors, dtype=np.int64)
    for corners, sides in walk_triangles(nb_actors, pairs):
        for start, end, through in WALKS:
            steps = [locate_step(start, through), locate_step(through, end), locate_step(start, end)]
            held = np.logical_and.reduce([going[sides[:, side], way] for side, way in steps])
            first, broker, last = (corners[held, corner] for corner in (start, through, end))
            role = _name_roles(kind[first], kind[broker], kind[last])
            closed += np.bincount(broker * len(ROLES) + role, minlength=closed.size).reshape(closed.shape)
            opposed += np.bincount(broker[side[first] * side[last] < 0], minlength=nb_actors)
    return np.column_stack([closed, opposed])


def _name_roles(first, broker, last):
    """Return the rank in ROLES of each path, from the groups of its three actors."""
    conditions = [(first == broker) & (broker == last), first == last, first == broker, broker == last]
    return np.select(conditions, range(4), default=4)
