"""Co-terminous clusters: the smallest groups of units on which two layers share their outline, and what glues them.

The units of two layers are the nodes of a graph, an overlap (communes in both units) is a link: its connected components are
the join of the two partitions. One tiny overlap may glue two clusters, so the overlaps that do are named with their communes.
"""

from itertools import combinations

import networkx as nx
import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from diagnostic.measure.ressorts.cells import (
    cross_codes,
    divide,
    encode_tables,
    join_texts,
    match_codes,
    weigh_memberships,
)
from diagnostic.measure.ressorts.overlap import join_layers, split_layers, take_columns
from diagnostic.measure.ressorts.weights import POPULATION

AMAS_COLUMNS = [
    "territoire_id", "couche_a", "couche_b", "seuil", "amas_id", "nb_unites_a", "nb_unites_b", "unites_a", "unites_b",
    "nb_communes", "poids", "ponderation",
]  # fmt: skip
# What is read of `overlap.join_layers`, with its type: a pair of layers may meet nowhere.
_JOINED = {
    "territoire": "int64", "a": "int64", "b": "int64", "poids": "float64", "inconnu": bool, "ecarte": bool,
    "entiere_a": bool, "entiere_b": bool, "estime": bool,
}  # fmt: skip
COLLES_COLUMNS = [
    "territoire_id", "couche_a", "couche_b", "unite_a", "unite_b", "nb_communes", "poids", "part_de_a", "part_de_b",
    "part_estimee", "separe", "sous_seuil", "communes", "ponderation",
]  # fmt: skip


def find_clusters(affectation, appartenance, communes, couches, *, seuil=0.0, territoires=None, ponderation=POPULATION):
    """Return, for every territory and pair of layers, the co-terminous clusters, and the overlaps that glue them.

    Parameters
    ----------
    affectation : DataFrame with code_insee, couche, unite_id, part
    appartenance : DataFrame with code_insee, territoire_id
    communes : DataFrame indexed by code_insee, with nom
    couches : DataFrame indexed by couche with exclusive, infra_communale; a pair is named in the order of this table
    seuil : float
        An overlap is left out when its weight is below this share of BOTH units it links: a small unit nested in a large
        one is never cut off. 0 leaves nothing out. An overlap of unknown weight is never left out.
    territoires : list of str, optional
        Only these territories; all those of `appartenance` by default.

    Returns
    -------
    amas : DataFrame
        One row per cluster: every unit the territory meets is in one cluster of each pair, alone where the other layer has
        nothing there (0 unit of it). nb_communes and poids are those of the communes of its units, each commune once, at the
        greater of the two shares the layers hold of it (the whole commune where the share is not known); a commune of an
        overlap left out is in two clusters. A pair of which one layer is absent from the territory has no row.
    colles : DataFrame
        The overlaps left out (`sous_seuil`), and those which alone hold a cluster together (`separe`): without one of these,
        the cluster falls into two, each with units of both layers (the link is a bridge of the graph, and not a leaf).
        part_de_a, part_de_b: share of the weight that the unit has in the territory. part_estimee: share of the overlap's
        weight where a part is known by surface only (`methode` "surface"): an outline that only grazes a commune may be all
        that holds a cluster. poids and shares are NaN where a part is unknown.

    Examples
    --------
    >>> communes = pd.DataFrame({"nom": ["X", "Y", "Z"], "population": [10.0, 5.0, 1.0]}, index=["01001", "01002", "01003"])
    >>> appartenance = pd.DataFrame({"code_insee": communes.index, "territoire_id": "perimetre"})
    >>> affectation = pd.DataFrame({"code_insee": [*communes.index] * 2, "couche": ["EPCI"] * 3 + ["CAS"] * 3,
    ...                             "unite_id": ["E1", "E1", "E2", "S1", "S1", "S2"], "part": 1.0})
    >>> couches = pd.DataFrame({"exclusive": True, "infra_communale": False}, index=["EPCI", "CAS"])
    >>> amas, colles = find_clusters(affectation, appartenance, communes, couches)
    >>> amas[["unites_a", "unites_b"]].values.tolist(), len(colles)
    ([['E1', 'S1'], ['E2', 'S2']], 0)
    """
    if territoires is not None:
        appartenance = appartenance[appartenance["territoire_id"].isin(list(territoires))]
    known, places, rows, unites = encode_tables(affectation, appartenance, communes, couches, ponderation=ponderation)
    pairs = np.array(list(combinations(range(len(couches)), 2)), dtype="int64").reshape(-1, 2)
    held, joined = _hold_units(places, rows, pairs, len(couches)), _join_pairs(places, rows, pairs)
    nodes, edges, held, joined = _build_graph(held, joined)
    with np.errstate(invalid="ignore"):  # an unknown weight is below nothing
        edges["sous_seuil"] = (edges["part_de_a"] < seuil) & (edges["part_de_b"] < seuil)
    kept, size = ~edges["sous_seuil"], len(nodes["pair"])
    first, second = edges["noeud_a"][kept], edges["noeud_b"][kept]
    nodes["amas"] = _join_nodes(first, second, size)
    edges["separe"] = np.zeros(len(kept), dtype=bool)
    edges["separe"][kept] = _find_glue(first, second, size)
    names = {"territoires": known, "couches": couches.index, "pairs": pairs, "unites": unites.to_numpy(dtype="object")}
    amas = _write_clusters(nodes, _weigh_clusters(held, nodes["amas"]), names).assign(seuil=float(seuil))
    return amas[AMAS_COLUMNS], _write_glue(edges, joined, _name_communes(places, appartenance, communes), names)


def count_clusters(amas):
    """Return, for every territory and pair of layers of `amas`, how many clusters hold units of both layers.

    Returns
    -------
    DataFrame
        territoire_id, couche_a, couche_b, nb_amas. A unit that the other layer never meets is no cluster: see
        `counterparts.list_counterparts`.
    """
    both = amas["nb_unites_a"].gt(0) & amas["nb_unites_b"].gt(0)
    keys = ["territoire_id", "couche_a", "couche_b"]
    return amas.assign(nb_amas=both.astype("int64")).groupby(keys, sort=False, as_index=False)["nb_amas"].sum()


def _hold_units(places, rows, pairs, nb_couches):
    """Return every unit of every commune of a territory, once a pair that its layer is in and whose layers are both there."""
    i, j, poids = weigh_memberships(places, rows)
    territoire, couche = places["territoire"].to_numpy()[i], rows["couche"].to_numpy()[j]
    present = np.zeros((int(territoire.max(initial=-1)) + 1, nb_couches), dtype=bool)
    present[territoire, couche] = True
    k, slot = match_codes(couche, pairs.ravel())
    pair, side = np.divmod(slot, 2)
    both = present[territoire[k], pairs[pair, 0]] & present[territoire[k], pairs[pair, 1]]
    k, pair, side = k[both], pair[both], side[both]
    return {
        "territoire": territoire[k], "pair": pair, "side": side, "unite": rows["unite"].to_numpy()[j[k]], "place": i[k],
        "part": rows["part"].to_numpy()[j[k]], "poids": poids[k], "poids_places": places["poids"].to_numpy(),
    }  # fmt: skip


def _join_pairs(places, rows, pairs):
    """Return one row per place, pair of layers, unit of a and unit of b, with the weight in both (NaN where unknown)."""
    layers = split_layers(rows, int(pairs.max(initial=-1)) + 1)
    # The row of `places` stands for the territory: it tells the commune as well.
    by_place = take_columns(places[["commune", "poids", "entiere", "inconnue"]]) | {"territoire": np.arange(len(places))}
    found = [join_layers(by_place, layers[a], layers[b]) for a, b in pairs]
    counts = [len(one["territoire"]) for one in found]
    joined = {name: np.concatenate([np.empty(0, kind), *(one[name] for one in found)]) for name, kind in _JOINED.items()}
    place = joined.pop("territoire")
    known = ~places["inconnue"].to_numpy()[place]
    known &= places["entiere"].to_numpy()[place] | (joined.pop("entiere_a") & joined.pop("entiere_b"))
    unknown = ~known | joined.pop("inconnu") | joined.pop("ecarte")
    people = places["poids"].to_numpy()[place] > 0
    return joined | {
        "place": place, "territoire": places["territoire"].to_numpy()[place],
        "pair": np.repeat(np.arange(len(pairs)), counts), "poids": np.where(unknown & people, np.nan, joined["poids"]),
    }  # fmt: skip


def _build_graph(held, joined):
    """Return the nodes (units met, by territory, pair and side) and the edges (overlaps), sorted; `held` and `joined` gain
    the place of each of their rows."""
    (territoire, pair, a, b), edge = cross_codes(*(joined[name] for name in ("territoire", "pair", "a", "b")))
    stacked = [
        np.concatenate([held["territoire"], territoire, territoire]), np.concatenate([held["pair"], pair, pair]),
        np.concatenate([held["side"], np.zeros_like(a), np.ones_like(b)]), np.concatenate([held["unite"], a, b]),
    ]  # fmt: skip
    distinct, node = cross_codes(*stacked)
    nodes = dict(zip(("territoire", "pair", "side", "unite"), distinct, strict=True))
    of_held, node_a, node_b = np.split(node, [len(held["unite"]), len(held["unite"]) + len(a)])
    size = len(nodes["pair"])
    weight = np.bincount(of_held, held["poids"], minlength=size)
    poids = np.bincount(edge, joined["poids"], minlength=len(a))
    edges = {
        "territoire": territoire, "pair": pair, "a": a, "b": b, "noeud_a": node_a, "noeud_b": node_b, "poids": poids,
        "nb_communes": np.bincount(edge, minlength=len(a)),
        "part_de_a": divide(poids, weight[node_a]), "part_de_b": divide(poids, weight[node_b]),
        "part_estimee": divide(np.bincount(edge, joined["poids"] * joined["estime"], minlength=len(a)), poids),
    }  # fmt: skip
    return nodes, edges, held | {"noeud": of_held}, joined | {"edge": edge}


def _join_nodes(first, second, size):
    """Return the component of each node, numbered in the order of their first node."""
    graph = coo_array((np.ones(len(first), dtype=bool), (first, second)), shape=(size, size))
    labels = connected_components(graph, directed=False)[1]
    _, start, inverse = np.unique(labels, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(start))[inverse]


def _find_glue(first, second, size):
    """Return which edges are bridges whose two sides both hold an edge: both ends have other links."""
    degree = np.bincount(first, minlength=size) + np.bincount(second, minlength=size)
    glue = (degree[first] > 1) & (degree[second] > 1)
    core = np.flatnonzero(glue)  # a leaf holds nothing together, and is on no cycle
    graph = nx.Graph(zip(first[core].tolist(), second[core].tolist(), strict=True))
    bridges = np.array([sorted(edge) for edge in nx.bridges(graph)], dtype="int64").reshape(-1, 2)
    glue[core] = np.isin(first[core] * size + second[core], bridges[:, 0] * size + bridges[:, 1])
    return glue


def _weigh_clusters(held, cluster_of):
    """Return the number of communes and the weight of each cluster, every commune once in it."""
    # Per side first: the units of one layer share a commune out, the two layers cover it both.
    (amas, place, _), cell = cross_codes(cluster_of[held["noeud"]], held["place"], held["side"])
    share = np.bincount(cell, held["part"], minlength=len(amas))
    share = np.where(np.isnan(share), 1.0, np.minimum(share, 1.0))
    (amas, place), inverse = cross_codes(amas, place)
    most = np.zeros(len(amas))
    np.maximum.at(most, inverse, share)
    size = int(cluster_of.max(initial=-1)) + 1
    poids = np.bincount(amas, held["poids_places"][place] * most, minlength=size)
    return np.bincount(amas, minlength=size), poids.astype("float64")


def _write_clusters(nodes, weighed, names):
    """Return the table `amas` from the nodes and their clusters."""
    amas = nodes["amas"]
    _, start = np.unique(amas, return_index=True)
    table = _write_keys(nodes["territoire"][start], nodes["pair"][start], names)
    rank = table.groupby(["territoire_id", "couche_a", "couche_b"], sort=False).cumcount() + 1
    table["amas_id"] = "AM" + rank.astype("str").str.zfill(len(str(rank.max())))
    for side, name in enumerate("ab"):
        here = nodes["side"] == side
        table[f"nb_unites_{name}"] = np.bincount(amas[here], minlength=len(start))
        table[f"unites_{name}"] = join_texts(amas[here], names["unites"][nodes["unite"][here]], len(start))
    table["nb_communes"], table["poids"] = weighed
    return table.astype({"amas_id": "str", "unites_a": "str", "unites_b": "str"})


def _write_glue(edges, joined, named, names):
    """Return the table `colles` from the overlaps that glue or are left out."""
    words, order = named
    told = edges["separe"] | edges["sous_seuil"]
    shown = {name: values[told] for name, values in edges.items()}
    table = _write_keys(shown["territoire"], shown["pair"], names)
    table["unite_a"], table["unite_b"] = names["unites"][shown["a"]], names["unites"][shown["b"]]
    for name in ("nb_communes", "poids", "part_de_a", "part_de_b", "part_estimee", "separe", "sous_seuil"):
        table[name] = shown[name]
    here = np.flatnonzero(told[joined["edge"]])
    here = here[np.argsort(order[joined["place"][here]], kind="stable")]
    rank = np.cumsum(told) - 1
    table["communes"] = join_texts(rank[joined["edge"][here]], words[joined["place"][here]], len(table))
    return table.astype({"unite_a": "str", "unite_b": "str", "communes": "str"})[COLLES_COLUMNS]


def _write_keys(territoire, pair, names):
    """Return territoire_id, couche_a, couche_b and ponderation from codes."""
    known, couches = names["territoires"], names["couches"].to_numpy(dtype="object")
    table = pd.DataFrame({"territoire_id": known.index.to_numpy(dtype="object")[territoire]}, dtype="str")
    for side, column in enumerate(("couche_a", "couche_b")):
        table[column] = pd.Series(couches[names["pairs"][pair, side]], dtype="str")
    table["ponderation"] = pd.Series(known["ponderation"].to_numpy(dtype="object")[territoire], dtype="str")
    return table


def _name_communes(places, appartenance, communes):
    """Return, for each row of `places`, its commune as "nom (code)", and the rank of its code."""
    codes = pd.Index(appartenance["code_insee"].unique())  # the order of the commune codes, see `encode_tables`
    names = communes["nom"].to_numpy(dtype="object")[communes.index.get_indexer(codes)]
    commune, rank = places["commune"].to_numpy(), np.argsort(codes.argsort())
    return (names + " (" + codes.to_numpy(dtype="object") + ")")[commune], rank[commune]
