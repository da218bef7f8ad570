"""Brokerage: J4 and J2 by hand, a published example, a naive triple loop on 100 random graphs, refusals, hubs."""

import itertools

import networkx as nx
import numpy as np
import pandas as pd
import pandas.testing as pdt
import pytest
from graphes import draw_champs, draw_graph, shuffle_graph
from jouets_reseau import J2, J2_LIENS, read_expected

from diagnostic.errors import DiagnosticError
from diagnostic.measure.liens.brokerage import OPPOSED, ROLES, match_groups, measure_brokerage
from diagnostic.measure.liens.network import build_link_graph

J4 = nx.DiGraph([tuple(arc) for arc in ("ab", "bc", "bd", "db", "de", "ef", "fa", "cf")])
J4_GROUPS = pd.Series({**dict.fromkeys("abc", "S"), **dict.fromkeys("de", "D"), "f": "I"}, name="champ")
# The example of the documentation of the R package cograph (2.7.2), whose counts are those of sna::brokerage.
COGRAPH = nx.DiGraph([("0", "1"), ("0", "2"), ("1", "2"), ("1", "3"), ("2", "3"), ("3", "0")])
COGRAPH_GROUPS = pd.Series({"0": 1, "1": 1, "2": 2, "3": 2})
ROLE_KEYS = {
    "coordinateur w_I": "coordinateur_interne", "itinerant w_O": "mediateur_exterieur", "representant b_IO": "porte_parole",
    "gardien b_OI": "portier", "liaison b_O": "passeur",
}  # fmt: skip


def tell_counts(table):
    """Return {actor: {role: count}} without the zeros."""
    return {actor: {role: int(n) for role, n in row.items() if n} for actor, row in table[ROLES].iterrows()}


def read_roles(expected):
    return {ROLE_KEYS[key]: count for key, count in expected.items()}


def count_naively(graph, groups):
    counts = pd.DataFrame(0, index=sorted(graph), columns=ROLES)
    arcs = set(graph.edges) | (set() if graph.is_directed() else {(b, a) for a, b in graph.edges})
    for u, v, w in itertools.permutations(graph, 3):
        if (u, v) in arcs and (v, w) in arcs and (u, w) not in arcs:
            a, b, c = groups[[u, v, w]]
            role = (
                "coordinateur_interne" if a == b == c else "mediateur_exterieur" if a == c
                else "porte_parole" if a == b else "portier" if b == c else "passeur"
            )  # fmt: skip
            counts.loc[v, role] += 1
    return counts


def count_opposed_naively(graph, groups, opposes):
    """Paths u -> v -> w between the two groups, u without a link to w: int by actor, in text order."""
    arcs = set(graph.edges) | (set() if graph.is_directed() else {(b, a) for a, b in graph.edges})
    counts = dict.fromkeys(sorted(graph), 0)
    for u, v, w in itertools.permutations(graph, 3):
        opened = (u, v) in arcs and (v, w) in arcs and (u, w) not in arcs
        counts[v] += opened and {groups[u], groups[w]} == set(opposes)
    return list(counts.values())


def test_j4():
    table = measure_brokerage(J4, J4_GROUPS)
    assert tell_counts(table) == {
        "a": {"portier": 1},
        "b": {"coordinateur_interne": 1, "porte_parole": 1, "portier": 1},
        "c": {"porte_parole": 1},
        "d": {"portier": 1},
        "e": {"porte_parole": 1},
        "f": {"passeur": 1, "mediateur_exterieur": 1},
    }
    assert table["total"].tolist() == [1, 3, 1, 1, 1, 2]
    assert table["total"].sum() == 9
    assert table["frontiere"].tolist() == [1, 2, 1, 1, 1, 0]
    expected = read_expected()
    assert tell_counts(table) == {actor: read_roles(expected[f"GF[{actor}]"]) for actor in "abcdef"}


def test_j2_without_direction_counts_each_pair_both_ways():
    table = measure_brokerage(build_link_graph(J2, J2_LIENS)[0], J2.set_index("acteur_id")["champ"])
    assert tell_counts(table) == {
        "a": {}, "b": {}, "c": {"porte_parole": 2, "portier": 2}, "d": {"porte_parole": 1, "portier": 1},
        "e": {"coordinateur_interne": 2}, "f": {},
    }  # fmt: skip
    assert table["frontiere"].tolist() == [0, 0, 4, 2, 0, 0]
    # c stands between a or b and d, d between c and e: both ways.
    assert table[OPPOSED].tolist() == [0, 0, 4, 2, 0, 0]
    expected = read_expected()
    assert tell_counts(table) == {actor: read_roles(expected[f"GF_non_oriente[{actor}]"]) for actor in "abcdef"}


def test_the_published_example():
    table = measure_brokerage(COGRAPH, COGRAPH_GROUPS)
    assert tell_counts(table) == {
        "0": {"mediateur_exterieur": 1, "portier": 1},
        "1": {"porte_parole": 1},
        "2": {"portier": 1},
        "3": {"mediateur_exterieur": 1, "porte_parole": 1},
    }
    published = read_expected()["GF_doc_cograph"]
    assert tell_counts(table) == {actor: read_roles(roles) for actor, roles in published.items()}


def test_only_paths_between_the_two_champs_are_theirs_whatever_the_champ_between():
    champs = pd.Series({"a": "social", "b": "developpement_local", "m": "mixte", "n": "mixte", "s": "social", "t": "social"})
    # m: a-m-b across, a-m-n and b-m-n towards a third group; s: a-s-n only; t: a-t-b, closed by a-b in the second graph, where s-a-b opens.
    graph = nx.Graph([("a", "m"), ("m", "b"), ("m", "n"), ("a", "s"), ("s", "n"), ("a", "t"), ("t", "b")])
    table = measure_brokerage(graph, champs)
    assert table[OPPOSED].to_dict() == {"a": 0, "b": 0, "m": 2, "n": 0, "s": 0, "t": 2}
    assert table.loc["s", "frontiere"] > 0
    graph.add_edge("a", "b")
    assert measure_brokerage(graph, champs)[OPPOSED].to_dict() == {"a": 2, "b": 0, "m": 0, "n": 0, "s": 0, "t": 0}
    arrow = nx.DiGraph([("a", "m"), ("m", "b"), ("b", "a")])  # b -> a closes no path that goes from a to b
    assert measure_brokerage(arrow, champs)[OPPOSED].to_dict() == {"a": 0, "b": 0, "m": 1}


def test_the_opposed_groups_are_a_choice_and_none_of_them_gives_none():
    table = measure_brokerage(J4, J4_GROUPS, opposes=("S", "D"))
    assert table[OPPOSED].tolist() == count_opposed_naively(J4, J4_GROUPS, ("S", "D"))
    assert table[OPPOSED].sum() == 4
    assert measure_brokerage(J4, J4_GROUPS)[OPPOSED].sum() == 0


@pytest.mark.parametrize("start", range(0, 100, 25))
def test_a_triple_loop_counts_the_same(start):
    for seed in range(start, start + 25):
        graph = draw_graph(seed, directed=seed % 4 != 0, most=14)
        groups = draw_champs(graph, seed)
        table = measure_brokerage(graph, groups)
        expected = count_naively(graph, groups)
        assert table[ROLES].values.tolist() == expected.values.tolist(), f"seed {seed}"
        assert table["total"].tolist() == expected.sum(axis=1).tolist()
        opposes = sorted(groups.unique())[:2]
        if len(opposes) == 2:
            named = measure_brokerage(graph, groups, opposes=opposes)
            assert named[OPPOSED].tolist() == count_opposed_naively(graph, groups, opposes), f"seed {seed}"
        pdt.assert_frame_equal(measure_brokerage(shuffle_graph(graph), groups.iloc[::-1]), table)


def test_a_dense_graph_and_as_many_groups_as_actors():
    graph = nx.relabel_nodes(nx.gnp_random_graph(25, 0.5, seed=4, directed=True), "x{:02d}".format)
    for groups in (draw_champs(graph, 1), pd.Series(sorted(graph), index=sorted(graph))):
        assert measure_brokerage(graph, groups)[ROLES].values.tolist() == count_naively(graph, groups).values.tolist()


def test_without_direction_speaker_and_gatekeeper_are_equal():
    graph = draw_graph(8, directed=False)
    table = measure_brokerage(graph, draw_champs(graph, 8))
    assert table["porte_parole"].sum() > 0
    assert table["porte_parole"].tolist() == table["portier"].tolist()
    assert (table["total"] % 2 == 0).all()


def test_a_hub_of_twenty_thousand_is_exact():
    n = 20_000
    names = [f"s{k:05d}" for k in range(n)]
    graph = nx.star_graph(names)
    table = measure_brokerage(graph, pd.Series("social", index=names))
    assert table.loc["s00000", "coordinateur_interne"] == (n - 1) * (n - 2)
    assert table["total"].sum() == (n - 1) * (n - 2)


def test_self_links_count_for_nothing():
    looped = J4.copy()
    looped.add_edges_from([("b", "b"), ("f", "f")])
    pdt.assert_frame_equal(measure_brokerage(looped, J4_GROUPS), measure_brokerage(J4, J4_GROUPS))


def test_an_actor_without_group_is_refused_never_made_a_group():
    unsaid = pd.Series({"a": "S", "b": "S", "c": None, "d": "D", "e": "D"}, name="champ")  # f is not even there
    with pytest.raises(DiagnosticError, match=r"2 acteur\(s\) sans champ : c, f\.") as caught:
        measure_brokerage(J4, unsaid)
    assert caught.value.ou == "feuille acteurs, colonne champ"
    with pytest.raises(DiagnosticError, match=r"1 acteur\(s\) donné\(s\) deux fois avec leur champ : a\."):
        measure_brokerage(J4, pd.concat([J4_GROUPS, J4_GROUPS.head(1)]))


def test_groups_of_actors_outside_the_graph_are_left_aside():
    more = pd.concat([J4_GROUPS, pd.Series({"z": None, "y": "S"}, name="champ")])
    pdt.assert_frame_equal(measure_brokerage(J4, more), measure_brokerage(J4, J4_GROUPS))
    assert match_groups(pd.Index(["b", "a"]), pd.Series({"a": 1, "b": 2})).tolist() == [2, 1]


def test_nobody_one_actor_and_no_link():
    for graph, groups in [(nx.DiGraph(), {}), (nx.empty_graph(["a"]), {"a": "S"}), (nx.empty_graph("ab"), {"a": "S", "b": "D"})]:
        table = measure_brokerage(graph, pd.Series(groups, dtype="object"))
        assert list(table.columns) == [*ROLES, "total", "frontiere", OPPOSED]
        assert len(table) == len(groups)
        assert np.array_equal(table.to_numpy(), np.zeros(table.shape))
