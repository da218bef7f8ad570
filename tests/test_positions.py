"""Positions: J2 by hand, betweenness by enumeration of shortest paths, bridges, weights, small and empty graphs."""

import itertools

import networkx as nx
import numpy as np
import pandas as pd
import pandas.testing as pdt
import pytest
from graphes import draw_graph, shuffle_graph
from jouets_reseau import (
    BI,
    BI_DISPOSITIFS,
    BI_PARTICIPATIONS,
    J2,
    J2_LIENS,
    make_dispositifs,
    make_links,
    make_participations,
    read_expected,
    shuffle,
)  # fmt: skip

from diagnostic.errors import DiagnosticError
from diagnostic.measure.liens.network import build_link_graph, build_two_mode_graph
from diagnostic.measure.liens.positions import find_bridges, measure_positions, measure_two_mode_positions
from diagnostic.schema import make_table


def test_j2():
    table = measure_positions(build_link_graph(J2, J2_LIENS)[0])
    assert table["intermediarite"].tolist() == pytest.approx([0, 0, 0.6, 0.6, 0.4, 0])
    assert table["degre"].tolist() == [2, 2, 3, 2, 2, 1]
    assert table["degre_normalise"].tolist() == pytest.approx([0.4, 0.4, 0.6, 0.4, 0.4, 0.2])
    assert table.index[table["articulation"]].tolist() == ["c", "d", "e"]
    expected = read_expected()
    assert table["intermediarite"].to_dict() == pytest.approx(expected["betweenness"])
    assert table["degre"].to_dict() == expected["degres"]
    assert table.index[table["articulation"]].tolist() == expected["articulation"]


def test_betweenness_and_articulation_by_enumeration():
    graph, _ = build_link_graph(shuffle(J2), shuffle(make_links("ab bc cd da de")))  # f isolated, a square, a tail
    table = measure_positions(graph)
    for actor, row in table.iterrows():
        others = [n for n in graph if n != actor]
        total = 0
        for s, t in itertools.combinations(others, 2):
            if nx.has_path(graph, s, t):
                paths = list(nx.all_shortest_paths(graph, s, t))
                total += sum(actor in path for path in paths) / len(paths)
        assert row["intermediarite"] == pytest.approx(total / 10)
        without = graph.subgraph(others)
        alone = graph.degree(actor) == 0
        split = nx.number_connected_components(without) > nx.number_connected_components(graph)
        assert (row["isole"], row["articulation"]) == (alone, split)


def test_very_small_graphs():
    two = measure_positions(build_link_graph(J2.head(2), make_links("ab"))[0])
    assert two["intermediarite"].isna().all()
    assert two["degre_normalise"].tolist() == [1.0, 1.0]
    few = "moins de trois acteurs : intermédiarité non définie"
    assert two["raison_absence"].tolist() == [few, few]
    assert two[["contrainte", "taille_effective"]].values.tolist() == [[1, 1], [1, 1]]
    one = measure_positions(build_link_graph(J2.head(1), make_links("ab"))[0])
    assert one.loc["a", ["degre", "isole"]].tolist() == [0, True]
    assert np.isnan(one.loc["a", "degre_normalise"])
    assert one.loc["a", "raison_absence"] == few + " ; aucun lien : contrainte et taille effective non définies"
    assert measure_positions(nx.Graph()).empty
    assert list(measure_positions(nx.DiGraph()).columns) == list(two.columns)


def test_holes_of_j2():
    table = measure_positions(build_link_graph(J2, J2_LIENS)[0])
    contrainte = [1.0069444444, 1.0069444444, 0.6111111111, 0.5, 0.5, 1.0]  # over 1 for a and b: not bounded
    assert table["contrainte"].tolist() == pytest.approx(contrainte)
    assert table["taille_effective"].tolist() == pytest.approx([1, 1, 7 / 3, 2, 2, 1])
    assert table["efficacite"].tolist() == pytest.approx([1 / 2, 1 / 2, 7 / 9, 1, 1, 1])
    assert (table["raison_absence"] == "").all()
    expected = read_expected()
    assert table["contrainte"].to_dict() == pytest.approx(expected["contrainte"], abs=1e-6)
    assert table["taille_effective"].to_dict() == pytest.approx(expected["taille_eff"], abs=1e-6)


def test_an_isolate_has_no_constraint_and_the_reason_is_told():
    table = measure_positions(build_link_graph(J2, make_links("ab bc"))[0])
    assert table.loc["f", ["contrainte", "taille_effective", "efficacite"]].isna().all()
    assert table.loc["f", "raison_absence"] == "aucun lien : contrainte et taille effective non définies"
    assert table.loc["f", ["degre", "intermediarite"]].tolist() == [0, 0]
    assert table.loc["b", "raison_absence"] == ""


def test_actors_in_the_same_situation_have_the_same_figure():
    table = measure_positions(nx.relabel_nodes(nx.circular_ladder_graph(9), "s{:02d}".format))
    assert table["intermediarite"].nunique() == 1


def test_a_directed_graph_follows_the_arrows():
    table = measure_positions(nx.DiGraph([("a", "b"), ("b", "c"), ("c", "b")]))
    assert table["intermediarite"].tolist() == [0, 0.5, 0]  # a to c, of the two ordered pairs of others
    assert table["degre"].tolist() == [1, 2, 1]
    assert table["articulation"].tolist() == [False, True, False]


def test_self_links_and_the_order_of_rows_change_nothing():
    graph = draw_graph(11, weighted=True)
    table = measure_positions(graph, weight="intensite")
    pdt.assert_frame_equal(measure_positions(shuffle_graph(graph), weight="intensite"), table)
    looped = graph.copy()
    looped.add_edges_from((a, a) for a in list(graph)[:4])
    pdt.assert_frame_equal(measure_positions(looped, weight="intensite"), table)
    pdt.assert_frame_equal(find_bridges(looped), find_bridges(graph))
    assert looped.number_of_edges() == graph.number_of_edges() + 4


def test_a_weight_counts_for_constraint_and_a_null_one_is_no_tie():
    graph = nx.Graph()
    graph.add_weighted_edges_from([("a", "b", 3), ("a", "c", 1), ("c", "d", 0)], weight="intensite")
    table = measure_positions(graph, weight="intensite")
    assert table["contrainte"].to_dict() == pytest.approx({"a": 10 / 16, "b": 1, "c": 1, "d": np.nan}, nan_ok=True)
    assert table["degre"].to_dict() == {"a": 2, "b": 1, "c": 2, "d": 1}
    assert table["efficacite"].to_dict() == pytest.approx({"a": 1, "b": 1, "c": 1, "d": np.nan}, nan_ok=True)


@pytest.mark.parametrize("weight", [-1, float("nan"), float("inf")])
def test_a_weight_that_is_none_is_refused(weight):
    graph = nx.Graph([("a", "b", {"intensite": weight}), ("b", "c", {"intensite": 2})])
    with pytest.raises(DiagnosticError, match=r"1 lien\(s\) dont le poids est vide, négatif ou infini : a - b\."):
        measure_positions(graph, weight="intensite")


def test_betweenness_of_the_published_network_of_knoke(partage):
    """Ten organisations, one-way information: 17.833 at most and 4.8 on average, not normalised."""
    arcs = pd.read_csv(partage / "reseaux" / "knoki_edges.csv", dtype=str)
    raw = measure_positions(nx.DiGraph(list(arcs.itertuples(index=False, name=None))))["intermediarite"] * 9 * 8
    assert len(raw) == 10
    assert [raw.max(), raw.mean()] == pytest.approx([17.833, 4.8], abs=5e-4)


def test_bridges_of_j2():
    bridges = find_bridges(build_link_graph(J2, J2_LIENS)[0])
    assert bridges.values.tolist() == [["c", "d", 3, 3], ["d", "e", 4, 2], ["e", "f", 5, 1]]
    assert bridges[["acteur_a", "acteur_b"]].values.tolist() == read_expected()["ponts"]


@pytest.mark.parametrize("seed", range(30))
def test_bridges_by_removal(seed):
    graph = draw_graph(seed)
    plain, found = graph.to_undirected(), find_bridges(graph)
    pdt.assert_frame_equal(find_bridges(shuffle_graph(graph)), found)
    expected = []
    for a, b in sorted(tuple(sorted(edge)) for edge in plain.edges):
        without = plain.copy()
        without.remove_edge(a, b)
        if not nx.has_path(without, a, b):
            expected.append([a, b, *(len(nx.node_connected_component(without, end)) for end in (a, b))])
    assert found.values.tolist() == expected


def test_a_dispositif_whose_end_parts_actors():
    graph = build_two_mode_graph(BI, BI_DISPOSITIFS, BI_PARTICIPATIONS)
    table = measure_positions(graph)
    assert table.index[table["articulation"]].tolist() == ["acteur:CC", "dispositif:CTG", "dispositif:PAT"]
    assert len(find_bridges(graph)) == 5


def test_no_bridge_without_link():
    assert list(find_bridges(nx.Graph()).columns) == ["acteur_a", "acteur_b", "nb_cote_a", "nb_cote_b"]
    assert find_bridges(build_link_graph(J2, make_table("liens"))[0]).empty


def test_two_mode_positions():
    by_actor, by_dispositif = measure_two_mode_positions(BI, BI_DISPOSITIFS, BI_PARTICIPATIONS)
    assert by_actor["nb_dispositifs"].to_dict() == {"CAF": 1, "CC": 2, "GAL": 1, "AMAP": 1}
    assert by_dispositif["nb_acteurs"].to_dict() == {"CTG": 2, "PAT": 2, "LEADER": 1}


def test_two_roles_in_a_dispositif_make_one():
    participations = make_participations(
        "a:X a:X a:Y b:X a:X", role=["coordination", "pilotage", "financement", "pilotage", "coordination"]
    )
    by_actor, by_dispositif = measure_two_mode_positions(J2, make_dispositifs("X", "Y", "Z"), participations)
    assert by_actor.loc[["a", "b", "c"]].values.tolist() == [[2, 1], [1, 1], [0, 0]]
    assert by_dispositif["nb_acteurs"].to_dict() == {"X": 2, "Y": 1, "Z": 0}


def test_empty_participations():
    by_actor, by_dispositif = measure_two_mode_positions(J2, BI_DISPOSITIFS, make_table("participations"))
    assert by_actor["nb_dispositifs"].sum() == 0
    assert by_dispositif["nb_acteurs"].tolist() == [0, 0, 0]
