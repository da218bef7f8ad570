"""E-I on the arcs of a graph: by hand, a naive loop, published networks; no attribute is made a class."""

import runpy
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from diagnostic.errors import DiagnosticError
from diagnostic.measure.liens.graph_links import measure_arc_ei

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data"


def test_by_hand():
    groups = pd.Series({"a": "x", "b": "x", "c": "y", "d": "y"})
    row = measure_arc_ei(nx.DiGraph([("a", "b"), ("b", "a"), ("b", "c"), ("c", "c")]), groups).iloc[0]
    assert row[["nb_acteurs", "nb_liens", "nb_externes", "nb_internes", "nb_boucles"]].tolist() == [3, 3, 1, 2, 1]
    assert row["ei"] == pytest.approx(-1 / 3)
    assert row["ei_attendu"] == pytest.approx(2 * 4 / 6 - 1)  # a, b against c: four ordered pairs out of six


@pytest.mark.parametrize("directed", [True, False])
def test_a_naive_loop_gives_the_same(directed):
    for seed in range(20):
        graph = nx.gnp_random_graph(12, 0.2, seed=seed, directed=directed)
        graph = nx.relabel_nodes(graph, str)
        groups = pd.Series(np.random.default_rng(seed).choice(list("xyz"), 12), index=list(map(str, range(12))))
        across = sum(groups[a] != groups[b] for a, b in graph.edges)
        expected = (2 * across - graph.number_of_edges()) / graph.number_of_edges()
        assert measure_arc_ei(graph, groups)["ei"].iloc[0] == pytest.approx(expected)


def test_undefined_figures_say_why():
    groups = pd.Series({"a": "x", "b": "x"})
    one = measure_arc_ei(nx.DiGraph([("a", "b")]), groups).iloc[0]
    assert np.isnan(one["ei"]) and "un seul groupe" in one["raison_absence"]
    empty = measure_arc_ei(nx.empty_graph(["a", "b"], create_using=nx.DiGraph), pd.Series({"a": "x", "b": "y"})).iloc[0]
    assert np.isnan(empty["ei"]) and empty["raison_absence"] == "aucun lien"
    assert "moins de deux" in measure_arc_ei(nx.DiGraph(), groups)["raison_absence"].iloc[0]


def test_a_missing_attribute_is_refused():
    with pytest.raises(DiagnosticError):
        measure_arc_ei(nx.DiGraph([("a", "b")]), pd.Series({"a": "x", "b": None}))


def test_published_networks_are_found_again():
    if not SHARED.is_dir():
        pytest.skip("no ../shared/data beside the repository: the published networks are not there")
    script = runpy.run_path(str(ROOT / "scripts" / "montrer_reseaux.py"))
    folder = SHARED / "reseaux"
    rows = [*script["measure_knoke"](folder), *script["measure_davis"](folder), *script["measure_lazega"](folder)]
    assert len(rows) == 14
    for what, published, measured in rows:
        assert measured == pytest.approx(published, abs=5.1e-4), what
