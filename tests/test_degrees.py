"""Networks of fixed degrees: every small one listed by brute force, draws against the full list, degrees that hold."""

from collections import Counter
from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from jouets_reseau import read_expected

from diagnostic.measure.liens.degrees import count_networks, draw_networks, list_networks

J2 = np.array([[0, 1], [1, 2], [0, 2], [2, 3], [3, 4], [4, 5]])
J2_CODES = np.array([0, 0, 0, 1, 1, 1])
HUB = np.array([[0, k] for k in range(1, 5)] + [[1, 2], [2, 3], [4, 5], [5, 6]])  # one actor with half of the links


def list_by_force(ends, codes):
    """Count the networks with the degrees of `ends` by their links between groups, all sets of as many pairs tried."""
    n, degrees, found = len(codes), np.bincount(ends.ravel(), minlength=len(codes)), Counter()
    for chosen in combinations(list(combinations(range(n), 2)), len(ends)):
        pairs = np.array(chosen).reshape(-1, 2)
        if (np.bincount(pairs.ravel(), minlength=n) == degrees).all():
            found[int((codes[pairs[:, 0]] != codes[pairs[:, 1]]).sum())] += 1
    return dict(found)


def make_network(n, m, seed):
    rng = np.random.default_rng(seed)
    return np.array(nx.gnm_random_graph(n, m, seed=seed).edges).reshape(-1, 2), rng.integers(0, 2, n)


def share(values, counts):
    return dict(zip(values.tolist(), (counts / counts.sum()).tolist(), strict=True))


def test_all_networks_of_j2():
    counts = count_networks(J2, J2_CODES)
    assert counts == [0, 2, 0, 22, 0, 12, 0]
    values, shares = np.arange(7), np.array(counts) / 36
    mean = values @ shares
    spread = np.sqrt((values - mean) ** 2 @ shares)
    assert [mean, spread, (1 - mean) / spread] == pytest.approx([3.5555555556, 1.1166528468, -2.2885855375])
    expected = read_expected()["CM_simple_exact"]
    assert [sum(counts), mean, spread, counts[1] / 36] == pytest.approx([expected[k] for k in ["nb", "moy", "sd", "p"]])


@pytest.mark.parametrize(("n", "m", "seed"), [(4, 3, 0), (5, 4, 1), (5, 5, 2), (6, 5, 3), (6, 7, 4), (6, 8, 5), (6, 11, 6), (7, 5, 7)])
def test_the_count_agrees_with_brute_force(n, m, seed):
    ends, codes = make_network(n, m, seed)
    forced = list_by_force(ends, codes)
    assert {e: count for e, count in enumerate(count_networks(ends, codes)) if count} == forced
    values, counts, exact = list_networks(ends, codes, tirages=9, graine=1)  # over half of the pairs linked: by the others
    assert exact
    assert dict(zip(values.tolist(), counts.tolist(), strict=True)) == forced


def test_the_count_takes_more_than_two_groups_and_the_order_of_actors_changes_nothing():
    ends, codes = J2, np.array([0, 1, 2, 0, 1, 2])
    assert {e: count for e, count in enumerate(count_networks(ends, codes)) if count} == list_by_force(ends, codes)
    order = np.array([3, 5, 0, 1, 4, 2])
    moved = np.empty(6, dtype=int)
    moved[order] = codes
    assert count_networks(order[ends], moved) == count_networks(ends, codes)


def test_the_count_gives_up_in_time():
    ends, codes = make_network(30, 40, 1)
    assert count_networks(ends, codes, max_steps=50) is None
    ends, codes = make_network(200, 300, 1)
    assert count_networks(ends, codes) is None
    assert count_networks(np.empty((0, 2), dtype=int), np.array([0, 1])) == [1]


@pytest.mark.parametrize(
    ("ends", "codes"),
    [
        (J2, J2_CODES),
        (J2, np.array([0, 1, 0, 1, 0, 1])),
        (HUB, np.array([0, 0, 1, 1, 0, 1, 1])),
        make_network(9, 11, 3),
        make_network(8, 13, 4),
    ],
)
def test_draws_agree_with_all_networks(ends, codes):
    values, counts, exact = list_networks(ends, codes, tirages=1, graine=1, max_steps=500_000)
    assert exact
    drawn, times = np.unique(draw_networks(ends, codes, tirages=8_000, graine=2026), return_counts=True)
    assert set(drawn) <= set(values)
    whole, seen = share(values, counts), share(drawn, times)
    for value, part in whole.items():
        assert seen.get(value, 0) == pytest.approx(part, abs=5 * np.sqrt(part * (1 - part) / 8_000) + 5e-4), value


def test_a_sweep_is_as_likely_as_its_reverse():
    # Two triangles, or a ring: looking only at new links, a sweep would leave the triangles more often than it comes back.
    ends, codes = np.array([[0, 1], [1, 2], [0, 2], [3, 4], [4, 5], [3, 5]]), np.array([0, 1, 0, 1, 0, 1])
    whole = np.array(count_networks(ends, codes)) / 70  # 60 rings, 10 pairs of triangles
    seen = np.bincount(draw_networks(ends, codes, tirages=40_000, graine=5), minlength=7) / 40_000
    assert (np.abs(seen - whole) <= 4 * np.sqrt(whole * (1 - whole) / 40_000)).all()


def test_draws_of_a_dense_network_go_by_the_pairs_without_link():
    ends, codes = make_network(9, 25, 2)
    values, counts, exact = list_networks(ends, codes, tirages=1, graine=1, max_steps=500_000)
    drawn, times, whole = list_networks(ends, codes, tirages=8_000, graine=1, max_steps=0)
    assert [exact, whole] == [True, False]
    assert (drawn * times).sum() / times.sum() == pytest.approx((values * counts).sum() / counts.sum(), abs=0.05)
    assert times.sum() == 8_000


def test_every_actor_keeps_its_links_and_no_pair_is_linked_twice():
    ends, _ = make_network(7, 9, 8)
    degrees = np.bincount(ends.ravel(), minlength=7)
    for actor in range(7):  # alone in its group, its links are the links between groups; a link with itself would be missing
        assert set(draw_networks(ends, (np.arange(7) == actor).astype(int), tirages=300, graine=3)) == {degrees[actor]}
    for a, b in combinations(range(7), 2):
        codes = np.isin(np.arange(7), [a, b]).astype(int)
        assert set(draw_networks(ends, codes, tirages=200, graine=3)) <= {degrees[a] + degrees[b], degrees[a] + degrees[b] - 2}


def test_draws_are_not_tied_to_one_another():
    ends, codes = make_network(40, 220, 3)  # nearly a third of the pairs: most exchanges are refused
    by_chain = draw_networks(ends, codes, tirages=74 * 40, graine=1).reshape(40, 74).astype(float)
    assert abs(np.corrcoef(by_chain[1:].ravel(), by_chain[:-1].ravel())[0, 1]) < 0.08
    assert by_chain[0].mean() == pytest.approx(by_chain.mean(), abs=4 * by_chain.std() / np.sqrt(74))


def test_the_seed_decides():
    ends, codes = make_network(30, 60, 1)
    first, again, other = (draw_networks(ends, codes, tirages=50, graine=g) for g in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()


@pytest.mark.parametrize("ends", [np.array([[0, 1]]), np.array(list(combinations(range(4), 2))), np.array([[0, 1], [0, 2], [0, 3]])])
def test_networks_that_nothing_can_change(ends):
    codes = np.array([0, 1, 1, 0])
    observed = (codes[ends[:, 0]] != codes[ends[:, 1]]).sum()
    assert set(draw_networks(ends, codes, tirages=20, graine=1)) == {observed}
