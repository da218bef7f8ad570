"""Random groupings: every grouping of a small grid is found, at its exact frequency; pieces and sizes by networkx."""

import math
from collections import Counter
from itertools import combinations, permutations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnostic.measure.ressorts.chance_draws import draw_groupings, link_pieces


def make_grid(height, width):
    """Return the edges of a grid whose cells are numbered along the rows, back and forth, so that n and n + 1 touch."""
    place = np.arange(height * width).reshape(height, width)
    place[1::2] = place[1::2, ::-1]
    pairs = [np.column_stack([a.ravel(), b.ravel()]) for a, b in [(place[:, :-1], place[:, 1:]), (place[:-1], place[1:])]]
    return np.concatenate(pairs)


def name_grouping(units):
    """Return a grouping as a set of sets: the names of the units do not count."""
    return frozenset(frozenset(np.flatnonzero(units == unit).tolist()) for unit in np.unique(units))


def list_groupings(edges, sizes):
    """Return every grouping in units of these sizes, each in one piece, by trying all the subsets."""
    graph = nx.Graph(edges.tolist())

    def split(left, sizes):
        if not sizes:
            return {frozenset()}
        return {
            rest | {frozenset(unit)}
            for unit in combinations(sorted(left), sizes[0])
            if nx.is_connected(graph.subgraph(unit))
            for rest in split(left - set(unit), sizes[1:])
        }

    return split(set(graph), sizes)


GRIDS = [((2, 3), (3, 3), 3), ((2, 3), (2, 2, 2), 3), ((2, 3), (1, 2, 3), 16), ((3, 3), (3, 3, 3), 10), ((3, 3), (4, 5), 16)]


@pytest.mark.parametrize(("shape", "sizes", "number"), GRIDS)
def test_every_grouping_of_a_small_grid_is_found_and_no_other(shape, sizes, number):
    edges, units = make_grid(*shape), np.repeat(np.arange(len(sizes)), sizes)
    possible = list_groupings(edges, sizes)
    drawn = draw_groupings(units, edges, tirages=4000, graine=1, pas=2)
    found = {name_grouping(draw) for draw in drawn}
    assert found == possible
    assert len(possible) == number


def test_two_units_are_drawn_as_often_as_random_trees_can_be_cut_so():
    edges, units = make_grid(2, 3), np.repeat([0, 1], [2, 4])
    # The whole grid is merged at each step: every order of its seven edges, hence every lightest tree, is as likely.
    counts = Counter()
    for order in permutations(edges.tolist()):
        cuts = list_cuts(grow_lightest_tree(order))
        counts.update({cut: 1 / len(cuts) for cut in cuts})
    exact = {grouping: n / sum(counts.values()) for grouping, n in counts.items()}
    drawn = Counter(map(name_grouping, draw_groupings(units, edges, tirages=8000, graine=4, pas=5)))
    assert set(drawn) == set(exact) == list_groupings(edges, (2, 4))
    for grouping, p in exact.items():
        assert drawn[grouping] / 8000 == pytest.approx(p, abs=4 * math.sqrt(p * (1 - p) / 8000))
    # Not uniform: what leaves a square, which more trees span than any other four cells, is drawn more often.
    squares = {grouping for grouping in exact if grouping & {frozenset({0, 1, 4, 5}), frozenset({1, 2, 3, 4})}}
    others = set(exact) - squares
    assert len(squares) == 2 and len(others) == 4
    assert min(exact[g] for g in squares) > 1.5 * max(exact[g] for g in others)


def grow_lightest_tree(order):
    """Return the edges that Kruskal keeps of edges taken in this order."""
    piece, kept = list(range(6)), []
    for a, b in order:
        if piece[a] != piece[b]:
            kept.append((a, b))
            piece = [piece[a] if p == piece[b] else p for p in piece]
    return kept


def list_cuts(tree):
    """Return the groupings in two and four cells that taking away one edge of the tree leaves."""
    cuts = []
    for left in tree:
        piece = list(range(6))
        for a, b in set(tree) - {left}:
            piece = [piece[a] if p == piece[b] else p for p in piece]
        halves = frozenset(frozenset(np.flatnonzero(np.array(piece) == p).tolist()) for p in piece)
        cuts += [halves] if {len(half) for half in halves} == {2, 4} else []
    return cuts


@settings(max_examples=25)
@given(st.integers(1, 6), st.integers(2, 6), st.data())
def test_units_stay_in_one_piece_and_keep_their_sizes(height, width, data):
    size = height * width
    units = np.cumsum(data.draw(st.lists(st.booleans(), min_size=size, max_size=size)))
    units -= units[0]
    edges = make_grid(height, width)
    drawn = draw_groupings(units, edges, tirages=9, graine=data.draw(st.integers(0, 99)), echauffement=5, pas=2, chaines=4)
    graph = nx.Graph(edges.tolist())
    graph.add_nodes_from(range(size))
    assert drawn.shape == (9, size)
    for draw in drawn:
        assert np.bincount(draw).tolist() == np.bincount(units).tolist()
        assert all(nx.is_connected(graph.subgraph(np.flatnonzero(draw == unit).tolist())) for unit in np.unique(units))


def test_same_seed_same_draws_and_the_units_given_stay_as_they_were():
    edges, units = make_grid(5, 6), np.repeat(np.arange(5), 6)
    before = units.copy()
    first, again, other = (draw_groupings(units, edges, tirages=12, graine=seed) for seed in (7, 7, 8))
    assert (first == again).all() and (first != other).any() and (units == before).all()
    # Draws of the chains side by side, and of one chain, differ from one another.
    assert len({name_grouping(draw) for draw in first}) > 9


def test_what_cannot_move_stays():
    # Two islands of one unit each; then a path whose two units can only be cut where they are.
    apart = draw_groupings(np.array([0, 0, 1, 1]), np.array([[0, 1], [2, 3]]), tirages=5, graine=1)
    assert (apart == [0, 0, 1, 1]).all()
    path = draw_groupings(np.array([0, 1]), np.array([[0, 1]]), tirages=5, graine=1)
    assert {name_grouping(draw) for draw in path} == {name_grouping(np.array([0, 1]))}
    alone = draw_groupings(np.zeros(3, dtype="int64"), np.array([[0, 1], [1, 2]]), tirages=2, graine=1)
    assert (alone == 0).all()


def test_pieces_are_linked_by_their_nearest_communes():
    # Unit 0: {0, 1}, {2} and {3}; unit 1: 4, in one piece.
    units, edges = np.array([0, 0, 0, 0, 1]), np.array([[0, 1], [1, 4], [2, 4]])
    points = np.array([[0.0, 0], [1, 0], [3, 0], [7, 0], [2, 5]])
    assert link_pieces(units, edges, points).tolist() == [[1, 2], [2, 3]]
    assert link_pieces(units, np.concatenate([edges, [[1, 2], [2, 3]]]), points).shape == (0, 2)


def test_pieces_of_unknown_place_are_linked_last_and_equal_distances_take_the_first():
    units, no_edge = np.array([0, 0, 0]), np.empty((0, 2), dtype="int64")
    unknown = np.array([[0.0, 0], [np.nan, np.nan], [9, 0]])
    assert link_pieces(units, no_edge, unknown).tolist() == [[0, 1], [0, 2]]
    same_place = np.zeros((3, 2))
    assert len(link_pieces(units, no_edge, same_place)) == 2
    assert link_pieces(np.empty(0, dtype="int64"), no_edge, np.empty((0, 2))).shape == (0, 2)


@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 30), st.integers(0, 30)), min_size=2, max_size=14))
def test_links_are_the_fewest_and_the_shortest(rows):
    units, points = np.unique([row[0] for row in rows], return_inverse=True)[1], np.array([row[1:] for row in rows], float)
    links = link_pieces(units, np.empty((0, 2), dtype="int64"), points)
    # Without neighbours every commune is a piece: the links are a shortest tree of each unit.
    expected = 0.0
    for unit in np.unique(units):
        graph = nx.Graph()
        members = np.flatnonzero(units == unit).tolist()
        graph.add_weighted_edges_from((a, b, math.dist(points[a], points[b])) for a, b in combinations(members, 2))
        expected += nx.minimum_spanning_tree(graph).size(weight="weight")
        inside = nx.Graph(links[units[links[:, 0]] == unit].tolist())
        inside.add_nodes_from(members)
        assert nx.is_tree(inside) and set(inside) == set(members)
    assert sum(math.dist(points[a], points[b]) for a, b in links) == pytest.approx(expected)
