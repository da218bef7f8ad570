"""Limits of chance: exact tails, a hand computation, what is unknown."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from diagnostic.measure.comparaison import funnel


def test_limits_by_hand_for_ten_at_one_half():
    # P(X <= 1) = 11/1024, P(X <= 2) = 56/1024: r = 2, a = (56/1024 - 0.025) / (45/1024), (2 - a) / 10.
    a = (56 / 1024 - 0.025) / (45 / 1024)
    row = funnel.measure_limits([10], 0.5).iloc[0]
    assert row["bas_95"] == pytest.approx((2 - a) / 10) and row["haut_95"] == pytest.approx(1 - (2 - a) / 10)
    # P(X <= 0) = 1/1024 is under 0.001: nobody at all, or all ten, is just outside.
    assert 0 < row["bas_998"] < 0.001 and row["haut_998"] == pytest.approx(1 - row["bas_998"])


@pytest.mark.parametrize("rate", [1e-6, 0.001, 0.03, 0.146, 0.5, 0.92, 0.999, 1 - 1e-6])
def test_a_share_is_outside_exactly_when_its_tail_is_under_the_level(rate):
    size = np.repeat(np.arange(1, 61), 61)
    count = np.tile(np.arange(61), 60)
    size, count = size[count <= size], count[count <= size]
    limits, share = funnel.measure_limits(size, rate), count / size
    law = stats.binom(size, rate)
    for level, p in funnel.LEVELS.items():
        assert np.array_equal(share < limits[f"bas_{level}"] - 1e-12, law.cdf(count) < p)
        assert np.array_equal(share > limits[f"haut_{level}"] + 1e-12, law.sf(count - 1) < p)


@pytest.mark.parametrize("rate", [1e-6, 0.01, 0.3, 0.97])
def test_the_chance_of_being_outside_is_the_sum_of_the_law_there(rate):
    for size in (1, 2, 6, 11, 40):
        count, limits = np.arange(size + 1), funnel.measure_limits([size], rate).iloc[0]
        outside = (count / size < limits["bas_95"] - 1e-12) | (count / size > limits["haut_95"] + 1e-12)
        told = stats.binom(size, rate).pmf(count)[outside].sum()
        assert funnel.expect_outside([size], rate)[0] == pytest.approx(told, abs=1e-12) and told <= 0.05
    assert np.isnan(funnel.expect_outside([0], rate)[0])


@pytest.mark.parametrize(("genre", "rate"), [(funnel.PART, 0.0), (funnel.PART, 1.0), (funnel.TAUX, 0.0)])
def test_a_common_rate_of_nobody_or_everybody_leaves_nothing_to_chance(genre, rate):
    limits = funnel.measure_limits([6, 60, 0], rate, genre=genre)
    assert (limits.iloc[:2] == rate).all(axis=None) and limits.iloc[2].isna().all()
    size = pd.Series([6.0, 60.0], index=["a", "b"])
    placed = funnel.place_territories(size * rate, size, genre=genre)
    assert placed["situation"].eq("dans_les_limites").all() and placed[["z", "surdispersion"]].isna().all(axis=None)
    assert placed["hasard_hors_95"].eq(0).all() and not len(funnel.list_curve(placed, genre=genre))


@pytest.mark.parametrize("size", [0.2, 1.5, 12.0, 300.0])
def test_a_rate_is_outside_exactly_when_its_poisson_tail_is_under_the_level(size):
    count = np.arange(0, 900)
    limits, law = funnel.measure_limits(np.full(len(count), size), 0.9), stats.poisson(size * 0.9)
    for kind, level in ((funnel.TAUX, "95"), (funnel.TAUX, "998")):
        limits = funnel.measure_limits(np.full(len(count), size), 0.9, genre=kind)
        p = funnel.LEVELS[level]
        assert np.array_equal(count / size < limits[f"bas_{level}"] - 1e-12, law.cdf(count) < p)
        assert np.array_equal(count / size > limits[f"haut_{level}"] + 1e-12, law.sf(count - 1) < p)


def test_territories_are_placed_beside_the_common_rate_and_unknown_ones_are_not():
    index = ["a", "b", "c", "d", "e"]
    count, size = pd.Series([5, 50, 0, np.nan, 3], index=index), pd.Series([10, 100, 0, 10, 90], index=index)
    placed = funnel.place_territories(count, size)
    assert placed["taux"].iloc[0] == pytest.approx(58 / 200)
    assert placed["situation"].fillna("?").tolist() == ["dans_les_limites", "sur_998", "?", "?", "sous_998"]
    assert placed["raison_absence"].tolist() == ["", "", funnel.UNKNOWN, funnel.UNKNOWN, ""]
    assert placed.loc[["c", "d"], ["valeur", "z"]].isna().all(axis=None)


def test_order_of_rows_does_not_count_and_nothing_at_all_is_nothing():
    count, size = pd.Series([1.0, 4.0, 9.0], index=list("abc")), pd.Series([10.0, 20.0, 30.0], index=list("abc"))
    placed = funnel.place_territories(count, size)
    back = funnel.place_territories(count.iloc[::-1], size.iloc[::-1])
    pd.testing.assert_frame_equal(placed, back.loc[placed.index])
    empty = funnel.place_territories(pd.Series([np.nan]), pd.Series([0.0]))
    assert empty["taux"].isna().all() and empty["situation"].isna().all() and not len(funnel.list_curve(empty))


def test_curve_passes_through_the_limits_of_the_territories():
    count, size = pd.Series([1.0, 4.0, 9.0], index=list("abc")), pd.Series([10.0, 20.0, 30.0], index=list("abc"))
    placed = funnel.place_territories(count, size)
    curve = funnel.list_curve(placed).set_index("taille")
    assert curve.loc[20, "haut_95"] == pytest.approx(placed.loc["b", "haut_95"])


def test_overdispersion_of_pure_chance_is_near_one():
    draws = np.random.default_rng(3)
    size = pd.Series(draws.integers(30, 200, 3000))
    placed = funnel.place_territories(pd.Series(draws.binomial(size, 0.4)), size)
    # Winsorising a normal at 10 % takes a third of its variance away.
    assert 0.6 < placed["surdispersion"].iloc[0] < 0.85
    assert placed["situation"].ne("dans_les_limites").mean() == pytest.approx(0.05, abs=0.015)
