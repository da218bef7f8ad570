"""Where nodes stand: the same tables give the same picture, a small change moves it little, nothing leaves the frame."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnostic.draw import network_layout as layout

FRAME = {"width": 7.0, "height": 5.0, "gap": 0.15}


def make_network(number=80, links=110, seed=3):
    """Return nodes, links between them and places: half of the nodes have one."""
    rng = np.random.default_rng(seed)
    nodes = [f"n{k:03d}" for k in range(number)]
    pairs = pd.DataFrame({"a": rng.choice(nodes, links), "b": rng.choice(nodes, links)})
    starts = pd.DataFrame({"x_m": rng.normal(7e5, 2e4, number), "y_m": rng.normal(6.5e6, 2e4, number)}, index=nodes)
    starts.iloc[::2] = np.nan
    return nodes, pairs, starts


def measure_gaps(table):
    """Return the distances between the nodes drawn, by a double loop."""
    points = table.dropna(subset=["x"])[["x", "y"]].to_numpy()
    return [float(np.hypot(*(points[i] - points[j]))) for i in range(len(points)) for j in range(i)]


def test_the_order_of_the_rows_changes_nothing():
    nodes, pairs, starts = make_network()
    first = layout.spread_network(nodes, pairs, starts, **FRAME)
    turned = layout.spread_network(
        nodes[::-1], pairs.iloc[::-1][["b", "a"]], starts.sample(frac=1, random_state=1), **FRAME
    )
    pd.testing.assert_frame_equal(first, turned)
    pd.testing.assert_frame_equal(first, layout.spread_network(nodes, pairs, starts, **FRAME))


def test_one_link_less_moves_little():
    nodes, pairs, starts = make_network()
    first = layout.spread_network(nodes, pairs, starts, **FRAME)
    second = layout.spread_network(nodes, pairs.iloc[:-1], starts, **FRAME)
    both = first["x"].notna() & second["x"].notna()
    moved = np.hypot(first["x"] - second["x"], first["y"] - second["y"])[both]
    assert moved.median() < 0.1 * FRAME["width"]
    # Drawn from names that have nothing to do with each other, the same nodes would be further.
    other = layout.spread_network(nodes, pairs, starts.sample(frac=1, random_state=1).set_axis(nodes), **FRAME)
    away = np.hypot(first["x"] - other["x"], first["y"] - other["y"])[both]
    assert moved.median() < 0.5 * away.median()


def test_nodes_stay_in_the_frame_and_apart():
    nodes, pairs, starts = make_network()
    table = layout.spread_network(nodes, pairs, starts, **FRAME)
    drawn = table.dropna(subset=["x"])
    assert drawn["x"].between(0, FRAME["width"]).all() and drawn["y"].between(0, FRAME["height"]).all()
    assert min(measure_gaps(table)) > 0.5 * FRAME["gap"]


def test_linked_nodes_are_nearer_than_others():
    nodes, pairs, starts = make_network(60, 62)
    table = layout.spread_network(nodes, pairs, starts, **FRAME)
    points = table[["x", "y"]]
    pairs = pairs[pairs["a"] != pairs["b"]]
    linked = np.hypot(*(points.loc[pairs["a"]].to_numpy() - points.loc[pairs["b"]].to_numpy()).T)
    assert np.nanmean(linked) < 0.7 * np.mean(measure_gaps(table))


def test_components_and_isolates_by_hand():
    pairs = pd.DataFrame({"a": ["a", "b", "x", "z", "z"], "b": ["b", "c", "y", "z", "inconnu"]})
    table = layout.spread_network(list("zyxcba"), pairs, **FRAME)
    assert table.index.tolist() == list("abcxyz")
    assert table["composante"].tolist() == [0, 0, 0, 1, 1, -1]
    assert table["degre"].tolist() == [1, 2, 1, 1, 1, 0]
    assert table["x"].isna().tolist() == [False] * 5 + [True]


@pytest.mark.parametrize("nodes", [[], ["seul"]], ids=["aucun", "un seul"])
def test_nothing_to_place(nodes):
    table = layout.spread_network(nodes, pd.DataFrame({"a": [], "b": []}, dtype=object), **FRAME)
    assert len(table) == len(nodes) and table["x"].isna().all()


def test_all_at_one_place_are_parted():
    nodes = [f"n{k}" for k in range(12)]
    pairs = pd.DataFrame({"a": ["n0"] * 11, "b": nodes[1:]})
    starts = pd.DataFrame({"x_m": 7e5, "y_m": 6.5e6}, index=nodes)
    assert min(measure_gaps(layout.spread_network(nodes, pairs, starts, **FRAME))) > 0.5 * FRAME["gap"]


def test_a_large_component_takes_the_short_way(monkeypatch):
    nodes, pairs, starts = make_network()
    monkeypatch.setattr(layout, "MOST_SPRINGS", 10)
    table = layout.spread_network(nodes, pairs, starts, **FRAME).dropna(subset=["x"])
    assert table["x"].between(0, FRAME["width"]).all() and min(measure_gaps(table)) > 0.5 * FRAME["gap"]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(2, 400), max_size=40))
def test_boxes_fill_the_frame_without_overlap(sizes):
    sizes = sorted(sizes, reverse=True)
    boxes = layout.pack_boxes(sizes, 7, 5)
    assert len(boxes) == len(sizes)
    assert sum(wide * high for _, _, wide, high in boxes) == pytest.approx(35 if sizes else 0)
    for k, (left, low, wide, high) in enumerate(boxes):
        assert left >= -1e-9 and low >= -1e-9 and left + wide <= 7 + 1e-9 and low + high <= 5 + 1e-9
        for other_left, other_low, other_wide, other_high in boxes[:k]:
            across = min(left + wide, other_left + other_wide) - max(left, other_left)
            down = min(low + high, other_low + other_high) - max(low, other_low)
            assert min(across, down) <= 1e-9


def count_crossings(left, right, pairs):
    """Return how many pairs of lines cross, by a double loop."""
    ends = [(left.index(a), right.index(b)) for a, b in pairs]
    return sum((a - c) * (b - d) < 0 for k, (a, b) in enumerate(ends) for c, d in ends[:k])


def test_columns_are_uncrossed():
    pairs = [("a", "Z"), ("b", "Y"), ("c", "X"), ("c", "Y")]
    table = pd.DataFrame(pairs, columns=["acteur_id", "dispositif_id"])
    left, right = layout.order_columns(["c", "b", "a", "seul"], ["X", "Y", "Z"], table)
    assert count_crossings(list("abc"), list("XYZ"), pairs) > 0
    assert count_crossings(left, right, pairs) == 0 and left[-1] == "seul"
    assert layout.order_columns(["seul", "a", "b", "c"], ["Z", "Y", "X"], table.iloc[::-1]) == (left, right)
    assert layout.order_columns([], [], table.iloc[:0]) == ([], [])
