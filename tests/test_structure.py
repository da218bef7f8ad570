"""Core and communities: best cores by enumeration of all of them, scikit-learn for agreement, draws, ties, no link."""

import itertools

import networkx as nx
import numpy as np
import pandas as pd
import pandas.testing as pdt
import pytest
from graphes import draw_champs, draw_graph, shuffle_graph
from jouets_reseau import J2, J2_LIENS, make_actors
from sklearn.metrics import adjusted_rand_score

from diagnostic.errors import DiagnosticError
from diagnostic.measure.liens.network import build_link_graph
from diagnostic.measure.liens.structure import (
    compare_divisions,
    find_communities,
    measure_core,
    measure_modularity,
    summarise_communities,
    summarise_core,
)

J2_GRAPH = build_link_graph(J2, J2_LIENS)[0]
# Three hubs all linked, each with two actors of its own: the core is the hubs, without a mismatch.
HUBS = nx.Graph([("h1", "h2"), ("h1", "h3"), ("h2", "h3"), *((f"h{k}", f"p{k}{side}") for k in (1, 2, 3) for side in "xy")])


def count_mismatches(plain, core):
    inside = sum(plain.has_edge(a, b) for a, b in itertools.combinations(core, 2))
    outside = sum(plain.has_edge(a, b) for a, b in itertools.combinations(set(plain) - set(core), 2))
    return len(core) * (len(core) - 1) // 2 - inside + outside


def list_best_cores(plain):
    """Return the fewest mismatches, and the smallest cores that reach them, over all sets of actors."""
    found = {}
    for k in range(len(plain) + 1):
        for core in itertools.combinations(sorted(plain), k):
            found.setdefault(count_mismatches(plain, core), []).append(set(core))
    best = found[min(found)]
    return min(found), [core for core in best if len(core) == min(map(len, best))]


def test_the_hubs_are_the_core():
    table = measure_core(HUBS)
    assert table.index[table["coeur"]].tolist() == ["h1", "h2", "h3"]
    assert not table["ambigu"].any()
    row = summarise_core(HUBS).iloc[0]
    assert row[["nb_acteurs", "nb_liens", "nb_coeur", "nb_ambigus", "ecarts", "ecarts_part"]].tolist() == [9, 9, 3, 0, 0, 0]
    assert row[["densite_coeur", "densite_entre", "densite_peripherie"]].tolist() == [1, 6 / 18, 0]


def test_core_of_j2():
    table = measure_core(J2_GRAPH)
    assert table.index[table["coeur"]].tolist() == ["a", "c"]  # degrees 3 2 2 2 2 1: two actors have two links or more
    assert table.index[table["ambigu"]].tolist() == ["a", "b", "d", "e"]
    row = summarise_core(J2_GRAPH).iloc[0]
    assert row[["nb_coeur", "ecarts", "ecarts_part"]].tolist() == pytest.approx([2, 2, 2 / 15])  # 1 + 6 - 5
    assert row[["densite_coeur", "densite_entre", "densite_peripherie"]].tolist() == pytest.approx([1, 3 / 8, 2 / 6])


@pytest.mark.parametrize("seed", range(40))
def test_no_set_of_actors_makes_a_better_core(seed):
    graph = draw_graph(seed, most=9)
    plain, table = graph.to_undirected(), measure_core(graph)
    core = set(table.index[table["coeur"]])
    fewest, best = list_best_cores(plain)
    assert (count_mismatches(plain, core), len(core)) == (fewest, len(best[0]))
    assert core in best
    assert summarise_core(graph, tirages=0).loc[0, "ecarts"] == fewest
    moving = set.union(*best) - set.intersection(*best)
    assert set(table.index[table["ambigu"]]) == moving
    pdt.assert_frame_equal(measure_core(shuffle_graph(graph)), table)


def test_core_beside_random_networks():
    row = summarise_core(HUBS, tirages=199).iloc[0]
    assert row["p_hasard"] == pytest.approx(1 / 200, abs=0.05)
    assert row["ecarts_hasard_q05"] <= row["ecarts_hasard"] <= row["ecarts_hasard_q95"]
    pdt.assert_frame_equal(summarise_core(shuffle_graph(HUBS)), summarise_core(HUBS))
    other = summarise_core(HUBS, graine=1).iloc[0]
    assert (other["graine"], other["nb_tirages"]) == (1, 199)
    assert other["ecarts_hasard"] != row["ecarts_hasard"]


def test_the_random_reference_is_the_exact_one():
    """Over all networks of 5 actors and 4 links."""
    pairs = list(itertools.combinations("abcde", 2))
    exact = []
    for chosen in itertools.combinations(pairs, 4):
        graph = nx.Graph(chosen)
        graph.add_nodes_from("abcde")
        exact.append(summarise_core(graph, tirages=0).loc[0, "ecarts"])
    assert len(exact) == 210
    star = nx.star_graph(["a", "b", "c", "d", "e"])
    row = summarise_core(star, tirages=4000).iloc[0]
    assert row["ecarts_hasard"] == pytest.approx(np.mean(exact), abs=4 * np.std(exact) / np.sqrt(4000))
    share = np.mean(np.array(exact) <= row["ecarts"])
    assert row["p_hasard"] == pytest.approx(share, abs=4 * np.sqrt(share / 4000))


def test_a_network_without_link_has_no_core():
    graph = nx.empty_graph(["a", "b"])
    table = measure_core(graph)
    assert table["coeur"].isna().all()
    assert (table["raison_absence"] == "aucun lien : pas de cœur").all()
    row = summarise_core(graph).iloc[0]
    figures = ["nb_coeur", "densite_coeur", "densite_entre", "densite_peripherie", "ecarts", "ecarts_part", "p_hasard"]
    assert row[figures].isna().all()
    assert row["raison_absence"] == "aucun lien : pas de cœur"
    assert measure_core(nx.Graph()).empty
    assert summarise_core(nx.Graph()).loc[0, "nb_acteurs"] == 0


def test_a_core_of_one_has_no_inner_density_and_all_linked_no_periphery():
    row = summarise_core(nx.star_graph(["a", "b", "c"])).iloc[0]
    assert np.isnan(row["densite_coeur"])
    assert row[["nb_coeur", "ecarts"]].tolist() == [1, 0]
    whole = measure_core(nx.complete_graph(["a", "b", "c", "d"]))
    assert whole["coeur"].sum() == 3  # the fourth could be in the core or out of it: the smallest core, text order
    assert whole["ambigu"].all()


def test_communities_of_two_cliques():
    graph = nx.disjoint_union(nx.complete_graph(4), nx.complete_graph(5))
    graph.add_edge(0, 4)
    graph.add_node(9)
    graph = nx.relabel_nodes(graph, "x{}".format)
    table, bilan = find_communities(graph)
    assert table["communaute"].tolist() == [2, 2, 2, 2, 1, 1, 1, 1, 1, pd.NA]
    assert table["raison_absence"].tolist() == [""] * 9 + ["aucun lien"]
    row = bilan.iloc[0]
    assert row[["nb_communautes", "nb_isoles", "stabilite"]].tolist() == [2, 1, 1.0]
    assert row["modularite"] == pytest.approx(16 / 17 - (13 / 34) ** 2 - (21 / 34) ** 2)


def test_communities_are_the_same_whatever_the_order_and_the_start_of_python():
    graph = draw_graph(31, directed=False)
    table, bilan = find_communities(graph, graine=5)
    again, same = find_communities(shuffle_graph(graph), graine=5)
    pdt.assert_frame_equal(again, table)
    pdt.assert_frame_equal(same, bilan)


def test_several_tries_are_as_good_as_each_and_their_agreement_is_told():
    graph = draw_graph(4, directed=True)
    best = find_communities(graph, essais=6)[1].iloc[0]
    alone = [find_communities(graph, graine=2026 + k, essais=1)[1].iloc[0] for k in range(6)]
    assert best["modularite"] == max(row["modularite"] for row in alone)
    assert np.isnan(alone[0]["stabilite"])
    tables = [find_communities(graph, graine=2026 + k, essais=1)[0]["communaute"].dropna() for k in range(6)]
    scores = [adjusted_rand_score(a, b) for a, b in itertools.combinations(tables, 2)]
    assert best["stabilite"] == pytest.approx(np.mean(scores))


def test_no_community_without_link():
    table, bilan = find_communities(nx.empty_graph(["a", "b"]))
    assert table["communaute"].isna().all()
    assert bilan.loc[0, ["nb_communautes", "nb_isoles", "raison_absence"]].tolist() == [0, 2, "aucun lien : pas de communauté"]
    assert bilan.loc[0, ["modularite", "stabilite"]].isna().all()
    assert find_communities(nx.Graph())[0].empty


@pytest.mark.parametrize("seed", range(30))
def test_agreement_is_that_of_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 40))
    first, second = (rng.integers(0, rng.integers(1, n + 1), n) for _ in range(2))
    assert compare_divisions(first, second) == pytest.approx(adjusted_rand_score(first, second))
    assert compare_divisions(first, first) == 1


def test_agreement_at_the_limits():
    assert compare_divisions(["a", "a"], ["b", "b"]) == 1
    assert compare_divisions([1, 2, 3], [3, 2, 1]) == 1
    assert compare_divisions([1], [1]) == 1
    assert np.isnan(compare_divisions([], []))


def test_modularity_of_the_champs_of_j2():
    champs = pd.factorize(J2["champ"])[0]
    pairs = np.array([[0, 1], [1, 2], [0, 2], [2, 3], [3, 4], [4, 5]])
    assert measure_modularity(pairs, champs) == pytest.approx(0.3194444444)
    assert np.isnan(measure_modularity(pairs[:0], champs))


def test_communities_counted_by_champ():
    acteurs = make_actors({"a": "social", "b": "developpement_local", "c": "mixte", "d": "social", "e": "autre", "f": "mixte"})
    labels = pd.array([1, 1, 1, 2, 2, None], dtype="Int64")
    communautes = pd.DataFrame({"communaute": labels}, index=pd.Index(list("abcdef"), name="acteur_id"))
    table = summarise_communities(communautes, acteurs)
    assert table.drop(columns=["communaute", "mixte"]).values.tolist() == [[3, 1, 1, 1, 0], [2, 1, 0, 0, 1], [1, 0, 0, 1, 0]]
    assert table["communaute"].tolist() == [1, 2, pd.NA]
    assert table["mixte"].tolist() == [True, False, pd.NA]
    with pytest.raises(DiagnosticError, match=r"1 acteur\(s\) sans champ : f\."):
        summarise_communities(communautes, acteurs.head(5))


@pytest.mark.parametrize("seed", range(5))
def test_every_actor_is_counted_once(seed):
    graph = draw_graph(seed)
    champs = draw_champs(graph, seed)
    acteurs = pd.DataFrame({"acteur_id": champs.index, "champ": champs.to_numpy()})
    table = summarise_communities(find_communities(graph, essais=1)[0], acteurs)
    assert table["nb_acteurs"].sum() == len(graph)
    counts = table[["nb_social", "nb_developpement_local", "nb_mixte", "nb_autre"]].sum()
    assert counts.tolist() == [int((champs == c).sum()) for c in ["social", "developpement_local", "mixte", "autre"]]
    assert summarise_communities(find_communities(nx.Graph())[0], acteurs).empty
