"""Positions: J2 by hand, betweenness by enumeration of shortest paths, small and empty graphs."""

import itertools

import networkx as nx
import numpy as np
import pytest
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

from diagnostic.measure.liens.network import build_link_graph
from diagnostic.measure.liens.positions import measure_positions, measure_two_mode_positions
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
    one = measure_positions(build_link_graph(J2.head(1), make_links("ab"))[0])
    assert one.loc["a", ["degre", "isole"]].tolist() == [0, True]
    assert np.isnan(one.loc["a", "degre_normalise"])
    assert measure_positions(nx.Graph()).empty


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
