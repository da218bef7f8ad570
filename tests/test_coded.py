"""A network as numbers: text order, direction, weights, self-links; networkx's own matrix as oracle."""

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from graphes import draw_graph, shuffle_graph

from diagnostic.measure.liens.coded import build_adjacency, code_graph, code_pairs


@pytest.mark.parametrize("seed", range(8))
def test_the_matrix_is_that_of_networkx(seed):
    graph = draw_graph(seed, weighted=seed % 2 == 0)
    actors, ends, weights = code_graph(graph, weight="intensite")
    matrix = build_adjacency(len(actors), ends, weights, directed=graph.is_directed()).toarray()
    expected = nx.to_numpy_array(graph, nodelist=sorted(graph), weight="intensite")
    assert actors.tolist() == sorted(graph)
    assert np.array_equal(matrix, expected)
    again = code_graph(shuffle_graph(graph), weight="intensite")
    assert [values.tolist() for values in again] == [actors.tolist(), ends.tolist(), weights.tolist()]


def test_actors_come_in_text_order_and_links_from_low_to_high():
    graph = nx.Graph([("b", "a"), ("10", "9")])
    actors, ends, weights = code_graph(graph)
    assert actors.tolist() == ["10", "9", "a", "b"]
    assert (actors.name, actors.dtype) == ("acteur_id", "str")
    assert ends.tolist() == [[0, 1], [2, 3]]
    assert weights.tolist() == [1.0, 1.0]


def test_a_directed_link_keeps_its_way():
    _, ends, _ = code_graph(nx.DiGraph([("b", "a"), ("a", "c"), ("c", "a")]))
    assert ends.tolist() == [[0, 2], [1, 0], [2, 0]]
    assert build_adjacency(3, ends, directed=True).toarray().tolist() == [[0, 0, 1], [1, 0, 0], [1, 0, 0]]


def test_a_weight_not_given_is_one_and_a_self_link_leaves_the_matrix():
    graph = nx.Graph([("a", "b", {"intensite": 3}), ("b", "c"), ("c", "c")])
    _, ends, weights = code_graph(graph, weight="intensite")
    assert (ends.tolist(), weights.tolist()) == ([[0, 1], [1, 2], [2, 2]], [3.0, 1.0, 1.0])
    assert build_adjacency(3, ends, weights).toarray().tolist() == [[0, 3, 0], [3, 0, 1], [0, 1, 0]]


def test_a_graph_without_link_or_without_actor():
    actors, ends, weights = code_graph(nx.Graph())
    assert (len(actors), ends.shape, weights.shape) == (0, (0, 2), (0,))
    assert build_adjacency(0, ends).shape == (0, 0)
    alone = nx.DiGraph()
    alone.add_node("a")
    actors, ends, _ = code_graph(alone)
    assert (actors.tolist(), ends.shape) == (["a"], (0, 2))
    assert build_adjacency(1, ends, directed=True).toarray().tolist() == [[0]]


def test_pairs_are_ranks_in_the_table_of_actors():
    acteurs = pd.DataFrame({"acteur_id": ["b", "a", "c"]}, dtype="str")
    paires = pd.DataFrame({"acteur_a": ["a", "a"], "acteur_b": ["b", "c"]}, dtype="str")
    assert code_pairs(acteurs, paires).tolist() == [[1, 0], [1, 2]]
    assert code_pairs(acteurs, paires.iloc[:0]).shape == (0, 2)
