"""The two nearest: ties of any size, spots that hold several sites, few sites or none."""

import numpy as np
import pandas as pd
import pytest
from jouets_acces import SITE, TOY

from diagnostic.measure.manques.access import measure_access
from diagnostic.measure.manques.nearest import (
    KILOMETRES,
    MINUTES,
    find_nearest,
    join_territories,
    name_columns,
    rank_two,
)


def loop(point, sites):
    away = sorted((round(float(np.hypot(*(point - site))), 3), row) for row, site in enumerate(sites))
    return [*away, *[(np.nan, -1)] * 2][:2]


@pytest.mark.parametrize("nb_sites", [0, 1, 2, 3, 4, 30])
@pytest.mark.parametrize("side", [1, 3, 1000])
def test_against_a_loop(nb_sites, side):
    rng = np.random.default_rng(nb_sites + side)
    points, sites = rng.integers(0, side, (25, 2)).astype(float), rng.integers(0, side, (nb_sites, 2)).astype(float)
    distances, places = find_nearest(points, sites)
    expected = [loop(point, sites) for point in points]
    assert places.tolist() == [[row for _, row in two] for two in expected]
    np.testing.assert_array_equal(distances, [[away for away, _ in two] for two in expected])


def test_a_ring_wider_than_the_first_reach():
    # 12 points with whole coordinates at exactly 65 m of the middle, and the smallest rows are not the first found
    ring = [(x, y) for x in range(-65, 66) for y in range(-65, 66) if x * x + y * y == 65 * 65]
    sites = np.array([(200, 0), *ring[::-1], (0, 66), (300, 0)], dtype=float)
    assert len(ring) == 36
    distances, places = find_nearest(np.zeros((2, 2)), sites)
    assert distances.tolist() == [[65.0, 65.0]] * 2 and places.tolist() == [[1, 2]] * 2


def test_distances_are_equal_to_the_millimetre():
    sites = np.array([[10.0004, 0.0], [0.0, 10.0], [10.002, 0.0]])
    distances, places = find_nearest(np.zeros((1, 2)), sites)
    assert distances.tolist() == [[10.0, 10.0]] and places.tolist() == [[0, 1]]


def test_nothing_to_look_for():
    distances, places = find_nearest(np.empty((0, 2)), np.zeros((2, 2)))
    assert distances.shape == places.shape == (0, 2)


def test_rank_two_keeps_groups_apart():
    rows, rank = rank_two(np.array([1, 0, 1, 1]), np.array([3.0, 9.0, 3.0, 1.0]), np.array([5, 1, 2, 8]))
    assert rows.tolist() == [1, 3, 2] and rank.tolist() == [0, 0, 1]


def test_units_are_told_by_the_column():
    assert name_columns(pd.DataFrame(columns=["distance_km"])) is KILOMETRES
    assert name_columns(pd.DataFrame(columns=["minutes"])) is MINUTES
    assert set(KILOMETRES) == set(MINUTES) and not set(KILOMETRES.values()) & set(MINUTES.values())


def test_a_commune_counts_once_in_each_of_its_territories():
    places = [("01001", "b"), ("01002", "a"), ("01001", "a"), ("01001", "a"), ("99999", "a")]
    belongs = pd.DataFrame(places, columns=["code_insee", "territoire_id"])
    rows, groups, group = join_territories(measure_access(TOY, SITE), TOY.drop(columns="nom"), belongs)
    assert groups.values.tolist() == [["a", "ccas"], ["b", "ccas"]]
    assert np.bincount(group, weights=rows["population"]).tolist() == [1500.0, 1000.0]
