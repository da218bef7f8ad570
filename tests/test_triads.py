"""Pairs and triangles: networkx and an enumeration of triples as oracles, hubs, blocks, no link at all."""

import itertools

import networkx as nx
import numpy as np
import pytest
from graphes import draw_graph

from diagnostic.measure.liens.coded import code_graph
from diagnostic.measure.liens.triads import WALKS, locate_step, pair_arcs, walk_triangles


def gather(nb_actors, pairs, **options):
    blocks = list(walk_triangles(nb_actors, pairs, **options))
    if not blocks:
        return np.empty((0, 3), dtype=int), np.empty((0, 3), dtype=int)
    return tuple(np.concatenate(parts) for parts in zip(*blocks, strict=True))


@pytest.mark.parametrize("seed", range(20))
def test_triangles_are_those_of_an_enumeration(seed):
    graph = draw_graph(seed, most=15)
    actors, ends, _ = code_graph(graph)
    pairs, _ = pair_arcs(len(actors), ends)
    linked = set(map(tuple, pairs.tolist()))
    triples = [t for t in itertools.combinations(range(len(actors)), 3) if linked >= set(itertools.combinations(t, 2))]
    for bloc in (1, 7, 500_000):
        corners, sides = gather(len(actors), pairs, bloc=bloc)
        assert sorted(map(tuple, corners.tolist())) == triples
        for k, (i, j) in enumerate([(0, 1), (0, 2), (1, 2)]):
            assert np.array_equal(pairs[sides[:, k]], corners[:, [i, j]])


def test_as_many_triangles_as_networkx_in_a_dense_graph_and_around_a_hub():
    for graph in [nx.gnp_random_graph(60, 0.4, seed=2), nx.wheel_graph(200), nx.star_graph(50)]:
        pairs, _ = pair_arcs(len(graph), np.array(graph.edges))
        assert len(gather(len(graph), pairs)[0]) == sum(nx.triangles(graph).values()) // 3


def test_each_way_of_a_pair_keeps_its_weight():
    ends, weights = np.array([[0, 1], [1, 0], [2, 1], [2, 2], [0, 1]]), np.array([1.0, 2, 4, 8, 16])
    pairs, ways = pair_arcs(3, ends, weights, directed=True)
    assert (pairs.tolist(), ways.tolist()) == ([[0, 1], [1, 2]], [[17, 2], [0, 4]])
    pairs, ways = pair_arcs(3, ends, weights)
    assert ways.tolist() == [[19, 19], [4, 4]]


def test_steps_of_a_triangle():
    assert len(set(WALKS)) == 6
    assert [locate_step(0, 1), locate_step(2, 0), locate_step(1, 2)] == [(0, 0), (1, 1), (2, 0)]


@pytest.mark.parametrize("nb_actors", [0, 1, 5])
def test_without_link(nb_actors):
    pairs, ways = pair_arcs(nb_actors, np.empty((0, 2), dtype=int))
    assert (pairs.shape, ways.shape) == ((0, 2), (0, 2))
    assert list(walk_triangles(nb_actors, pairs)) == []
