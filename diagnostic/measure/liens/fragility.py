"""What would come apart: pairs of actors no longer linked when one leaves, and links that one person carries alone.

Reached here means by any chain of declared links. No person is ever named: only counts leave these functions.
"""

import numpy as np
import pandas as pd

from diagnostic.measure.liens.brokerage import match_groups
from diagnostic.measure.liens.coded import code_graph
from diagnostic.measure.liens.silos import CHAMPS_OPPOSES
from diagnostic.measure.liens.spanning import find_cut_children, sum_below, walk_network

_KINDS = ["paires", "paires_inter"]


def measure_fragility(graph, champs):
    """Measure, for each actor, the share of pairs of others that could no longer reach each other if it left.

    `perte_paires` = 1 - pairs reachable without the actor / pairs reachable with it, among the same other actors;
    `perte_paires_inter` is limited to pairs of one actor `social` and one `developpement_local`. Pairs of other
    components, which the actor cannot part, are in the denominators. Direction is ignored.

    Parameters
    ----------
    graph : networkx.Graph or DiGraph, isolates kept
    champs : Series indexed by acteur_id; `mixte` and `autre` are on neither side: replace the values beforehand for
        another scenario (`silos.SCENARIOS_MIXTE`)

    Returns
    -------
    DataFrame indexed by `acteur_id`, sorted by it: nb_paires_avant, nb_paires_perdues, perte_paires,
    nb_paires_inter_avant, nb_paires_inter_perdues, perte_paires_inter, raison_absence (NaN loss: no pair to lose). One
    walk for all actors: time grows as actors + links.

    Raises
    ------
    DiagnosticError
        When an actor of the graph has no champ, or two.

    Examples
    --------
    >>> import networkx as nx
    >>> champs = pd.Series({"a": "social", "b": "social", "c": "developpement_local"})
    >>> measure_fragility(nx.path_graph(["a", "b", "c"]), champs)["perte_paires"].tolist()
    [0.0, 1.0, 0.0]
    """
    actors, ends, _ = code_graph(graph)
    n = len(actors)
    given = match_groups(actors, champs)
    marks = np.column_stack([np.ones(n), *[given == champ for champ in CHAMPS_OPPOSES]]).astype(np.int64)
    order, parent, root, low = walk_network(n, ends)
    below = sum_below(order, parent, marks)
    whole = below[root]
    cut = find_cut_children(order, parent, low)
    parted, kept = np.zeros_like(marks), np.zeros((n, 2), dtype=np.int64)
    np.add.at(parted, parent[cut], below[cut])
    np.add.at(kept, parent[cut], _count_pairs(below[cut]))
    before_here = _count_pairs(whole - marks)
    lost = before_here - kept - _count_pairs(whole - marks - parted)
    everywhere = _count_pairs(below[parent < 0]).sum(axis=0)
    before = everywhere - _count_pairs(whole) + before_here
    return _tell_losses(actors, before, lost)


def _count_pairs(counts):
    """Return pairs of any two, and pairs across the two champs, of groups counted (all, social, local): int array (k, 2)."""
    everyone, social, local = counts.T
    return np.column_stack([everyone * (everyone - 1) // 2, social * local])


def _tell_losses(actors, before, lost):
    table = pd.DataFrame(index=actors)
    for k, kind in enumerate(_KINDS):
        table[f"nb_{kind}_avant"], table[f"nb_{kind}_perdues"] = before[:, k], lost[:, k]
        table[f"perte_{kind}"] = table[f"nb_{kind}_perdues"] / table[f"nb_{kind}_avant"].where(before[:, k] > 0)
    reasons = [
        "aucune paire d'autres acteurs reliés",
        "aucune paire d'autres acteurs reliés de champs social et développement local",
    ]
    table["raison_absence"] = np.select([before[:, k] == 0 for k in range(2)], reasons, default="")
    return table


def measure_person_links(liens, acteurs):
    """Count, for each actor, its partners with whom the link is carried by one person only.

    A pair of actors is carried by one person when every row between them that says who carries it (`personne_id`) says
    the same, and by several when two are named; when no row says, or some rows do not and the others name one person,
    nobody knows: the pair is counted apart and leaves the share.

    Parameters
    ----------
    liens : DataFrame with source_id, cible_id, and personne_id where it was filled; links of an actor with itself or
        with an actor outside `acteurs` are left out

    Returns
    -------
    DataFrame indexed by `acteur_id`, sorted by it: nb_liens (partners), nb_liens_une_personne,
    nb_liens_plusieurs_personnes, nb_liens_sans_personne_dite (they add up to nb_liens), nb_liens_meme_personne (the most
    links of the actor that one same person carries alone), part_une_personne (one over one and several), raison_absence.
    Never a personne_id.

    Examples
    --------
    >>> acteurs = pd.DataFrame({"acteur_id": ["a", "b", "c"]})
    >>> liens = pd.DataFrame({"source_id": ["a", "a"], "cible_id": ["b", "c"], "personne_id": ["p", None]})
    >>> measure_person_links(liens, acteurs)[["nb_liens", "nb_liens_une_personne", "part_une_personne"]].loc["a"].tolist()
    [2.0, 1.0, 1.0]
    """
    pairs = _list_carried_pairs(liens, acteurs)
    actors = pd.Index(np.unique(acteurs["acteur_id"].astype("object").to_numpy()), name="acteur_id", dtype="str")
    ends = pd.concat([pairs.assign(acteur_id=pairs[f"acteur_{side}"]) for side in "ab"], ignore_index=True)
    table = _count_carried(ends.groupby("acteur_id")).reindex(actors, fill_value=0)
    alone = ends[ends["porte"] == "une"].groupby(["acteur_id", "personne"]).size().groupby("acteur_id").max()
    table["nb_liens_meme_personne"] = alone.reindex(actors, fill_value=0).astype(int)
    return _share_carried(table)


def summarise_person_links(liens, acteurs):
    """Sum `measure_person_links` over the network, each pair of actors once: one row, the same columns of counts and share.

    nb_liens_meme_personne is the most pairs that one same person carries alone.
    """
    pairs = _list_carried_pairs(liens, acteurs)
    table = _count_carried(pairs.groupby(np.zeros(len(pairs), dtype=int))).reindex([0], fill_value=0)
    alone = pairs.loc[pairs["porte"] == "une", "personne"].value_counts()
    table["nb_liens_meme_personne"] = int(alone.max()) if len(alone) else 0
    return _share_carried(table)


def _list_carried_pairs(liens, acteurs):
    """Return one row a pair of actors: acteur_a < acteur_b, porte (une, plusieurs, non_dit), personne when there is one."""
    rows = liens.reindex(columns=["source_id", "cible_id", "personne_id"]).astype("object")
    known = set(acteurs["acteur_id"])
    rows = rows[rows["source_id"].isin(known) & rows["cible_id"].isin(known) & (rows["source_id"] != rows["cible_id"])]
    forward = (rows["source_id"] <= rows["cible_id"]).astype(bool)
    said = rows["personne_id"].where(rows["personne_id"].notna() & (rows["personne_id"] != ""))
    rows = pd.DataFrame(
        {
            "acteur_a": rows["source_id"].where(forward, rows["cible_id"]),
            "acteur_b": rows["cible_id"].where(forward, rows["source_id"]),
            "personne": said.astype("object"),
        }
    )
    grouped = rows.groupby(["acteur_a", "acteur_b"], sort=True)["personne"]
    pairs = pd.DataFrame({"nb": grouped.nunique(), "dites": grouped.count(), "lignes": grouped.size()})
    pairs["personne"] = grouped.first()
    one = (pairs["nb"] == 1) & (pairs["dites"] == pairs["lignes"])
    pairs["porte"] = np.select([pairs["nb"] > 1, one], ["plusieurs", "une"], default="non_dit")
    return pairs.reset_index()[["acteur_a", "acteur_b", "porte", "personne"]]


def _count_carried(grouped):
    names = {"une": "nb_liens_une_personne", "plusieurs": "nb_liens_plusieurs_personnes", "non_dit": "nb_liens_sans_personne_dite"}
    counts = grouped["porte"].value_counts().unstack(fill_value=0).reindex(columns=list(names), fill_value=0)
    counts = counts.rename(columns=names).rename_axis(columns=None).astype(int)
    counts.insert(0, "nb_liens", counts.sum(axis=1))
    return counts


def _share_carried(table):
    said = table["nb_liens_une_personne"] + table["nb_liens_plusieurs_personnes"]
    table["part_une_personne"] = table["nb_liens_une_personne"] / said.where(said > 0)
    table["raison_absence"] = np.select(
        [table["nb_liens"] == 0, said == 0], ["aucun lien déclaré", "personne qui porte le lien non dite"], default=""
    )
    return table
