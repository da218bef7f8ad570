"""The walk in depth: networkx as oracle for components, cut points and pieces; a long line does not overflow."""

import networkx as nx
import numpy as np
import pytest
from graphes import draw_graph

from diagnostic.measure.liens.coded import code_graph
from diagnostic.measure.liens.spanning import find_articulations, find_cut_children, sum_below, walk_network


@pytest.mark.parametrize("seed", range(40))
def test_components_and_cut_points_are_those_of_networkx(seed):
    graph = draw_graph(seed)
    actors, ends, _ = code_graph(graph)
    order, parent, root, low = walk_network(len(actors), ends)
    assert sorted(order.tolist()) == list(range(len(actors)))
    plain = graph.to_undirected()
    assert (parent < 0).sum() == nx.number_connected_components(plain)
    for members in nx.connected_components(plain):
        assert len(set(root[actors.get_indexer(list(members))])) == 1
    assert set(actors[find_articulations(order, parent, low)]) == set(nx.articulation_points(plain))


@pytest.mark.parametrize("seed", range(20))
def test_what_lies_below_a_cut_child_is_a_piece(seed):
    plain = draw_graph(seed, directed=False)
    actors, ends, _ = code_graph(plain)
    order, parent, _, low = walk_network(len(actors), ends)
    marks = np.eye(len(actors), dtype=np.int64)
    below = sum_below(order, parent, marks).astype(bool)
    for child in np.flatnonzero(find_cut_children(order, parent, low)):
        rest = plain.subgraph(set(plain) - {actors[parent[child]]})
        assert set(actors[below[child]]) == nx.node_connected_component(rest, actors[child])


def test_a_line_of_twenty_thousand_actors():
    n = 20_000
    ends = np.column_stack([np.arange(n - 1), np.arange(1, n)])
    order, parent, root, low = walk_network(n, ends)
    assert find_articulations(order, parent, low).sum() == n - 2
    assert sum_below(order, parent, np.ones((n, 1), dtype=np.int64))[:, 0].tolist() == list(range(n, 0, -1))
    assert not root.any()


def test_repeated_and_self_links_cut_nothing():
    ends = np.array([[0, 1], [1, 0], [1, 1], [1, 2]])
    order, parent, _, low = walk_network(3, ends)
    assert find_articulations(order, parent, low).tolist() == [False, True, False]
    assert low.tolist() == [0, 1, 2]


@pytest.mark.parametrize("nb_actors", [0, 1])
def test_nobody_and_one_actor(nb_actors):
    order, parent, _, low = walk_network(nb_actors, np.empty((0, 2), dtype=int))
    assert len(order) == nb_actors
    assert not find_articulations(order, parent, low).any()
    assert sum_below(order, parent, np.ones((nb_actors, 1), dtype=int)).shape == (nb_actors, 1)
