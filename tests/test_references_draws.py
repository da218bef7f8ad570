"""Labels given anew and links placed anew: every case of J2, naive enumeration, scipy, batches that change nothing."""

from itertools import combinations

import numpy as np
import pytest
from jouets_reseau import read_expected
from scipy.stats import hypergeom
from test_degrees import J2, J2_CODES, make_network

from diagnostic.measure.liens import references_draws
from diagnostic.measure.liens.references_draws import (
    list_labelings,
    list_placements,
    measure_label_moments,
    measure_placement_moments,
)


def test_all_labelings_of_j2():
    values, counts, exact = list_labelings(J2, J2_CODES, tirages=1, graine=1)
    assert exact
    assert dict(zip(values.tolist(), counts.tolist(), strict=True)) == {1: 2, 3: 6, 4: 8, 5: 4}
    dist = {round((2 * v - 6) / 6, 4): int(c) for v, c in zip(values.tolist(), counts, strict=True)}
    assert dist == {-0.6667: 2, 0.0: 6, 0.3333: 8, 0.6667: 4}
    assert {float(k): v for k, v in read_expected()["EI_perm_exact"]["dist"].items()} == dist


@pytest.mark.parametrize("seed", range(6))
def test_labelings_and_their_moments_agree_with_a_naive_loop(seed):
    ends, codes = make_network(7, 3 + seed, seed)
    found = []
    for chosen in combinations(range(7), int(codes.sum())):
        found.append(sum((a in chosen) != (b in chosen) for a, b in ends.tolist()))
    values, counts, exact = list_labelings(ends, codes, tirages=1, graine=1)
    assert exact
    assert sorted(found) == np.repeat(values, counts.astype(int)).tolist()
    assert measure_label_moments(ends, codes) == pytest.approx((np.mean(found), np.std(found)), abs=1e-9)


@pytest.mark.parametrize(("n", "m", "k"), [(2, 1, 1), (3, 2, 1), (3, 3, 1), (4, 4, 2), (5, 10, 2)])
def test_moments_of_very_small_and_complete_networks(n, m, k):
    ends, codes = np.array(list(combinations(range(n), 2))[:m]), (np.arange(n) < k).astype(int)
    values, counts, _ = list_labelings(ends, codes, tirages=1, graine=1)
    cases = np.repeat(values, counts.astype(int))
    assert measure_label_moments(ends, codes) == pytest.approx((cases.mean(), cases.std()), abs=1e-9)


def test_drawn_labels_agree_with_the_exact_moments():
    ends, codes = make_network(60, 150, 2)
    values, counts, exact = list_labelings(ends, codes, tirages=20_000, graine=1)
    mean, spread = measure_label_moments(ends, codes)
    shares = counts / counts.sum()
    assert not exact
    assert counts.sum() == 20_000
    assert values @ shares == pytest.approx(mean, abs=5 * spread / np.sqrt(20_000))
    assert np.sqrt((values - mean) ** 2 @ shares) == pytest.approx(spread, rel=0.03)


@pytest.mark.parametrize("max_labelings", [0, 20_000])
def test_the_size_of_the_batches_changes_nothing(monkeypatch, max_labelings):
    given = {"tirages": 500, "graine": 4, "max_labelings": max_labelings}
    whole = list_labelings(J2, J2_CODES, **given)
    monkeypatch.setattr(references_draws, "CELLS", 18)
    for one, other in zip(whole, list_labelings(J2, J2_CODES, **given), strict=True):
        assert np.array_equal(one, other)


def test_all_placements_of_j2():
    values, shares, cases = list_placements(6, 15, 9)
    assert cases == 5005
    assert shares[values <= 1].sum() == pytest.approx(55 / 5005, rel=1e-13)
    mean, spread = measure_placement_moments(6, 15, 9)
    assert [(2 * mean - 6) / 6, spread / 3] == pytest.approx([0.2, 0.3207134903])
    hypergeo = {v: hypergeom.pmf(v, 15, 9, 6) for v in values}
    assert dict(zip(values, shares, strict=True)) == pytest.approx(hypergeo)


@pytest.mark.parametrize(
    "numbers", [(8_000, 1_999_000, 960_000), (400, 19_900, 30), (9_000, 10_000, 2_000), (80_000, 199_990_000, 99_000_000)]
)
def test_placements_of_large_networks_agree_with_scipy(numbers):
    values, shares, cases = list_placements(*numbers)
    m, pairs, crossing = numbers
    assert values[0] == max(0, m - (pairs - crossing))
    assert np.isnan(cases)
    assert shares == pytest.approx(hypergeom.pmf(values, pairs, crossing, m), rel=1e-6, abs=1e-15)
    mean, spread = measure_placement_moments(*numbers)
    assert [values @ shares, np.sqrt((values - mean) ** 2 @ shares)] == pytest.approx([mean, spread], rel=1e-6)


def test_one_pair_and_full_networks():
    assert measure_placement_moments(1, 1, 1) == (1.0, 0.0)
    assert [part.tolist() for part in list_placements(3, 3, 2)[:2]] == [[2], [1.0]]
