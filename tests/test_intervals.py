"""Leave-one-commune-out margins: a naive loop, few communes, missing numbers."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from diagnostic.measure.comparaison.intervals import measure_jackknife


def loop(a, b):
    left = [(a.sum() - a[i]) / (b.sum() - b[i]) for i in range(len(a))]
    error = np.sqrt((len(a) - 1) / len(a) * ((np.array(left) - np.mean(left)) ** 2).sum())
    return a.sum() / b.sum(), error


def test_margins_equal_a_naive_loop_whatever_the_order():
    draws = np.random.default_rng(1)
    rows = pd.DataFrame({"t": draws.choice(list("xyz"), 60), "b": draws.integers(1, 500, 60).astype(float)})
    rows["a"] = rows["b"] * draws.random(60)
    found = measure_jackknife(rows["t"], rows["a"], rows["b"], borne_max=1.0)
    for name, part in rows.groupby("t"):
        value, error = loop(part["a"].to_numpy(), part["b"].to_numpy())
        assert found.loc[name, "valeur"] == pytest.approx(value) and found.loc[name, "erreur"] == pytest.approx(error)
        margin = stats.t.ppf(0.975, len(part) - 1) * error
        assert found.loc[name, "borne_basse"] == pytest.approx(max(0, value - margin))
        assert found.loc[name, "borne_haute"] == pytest.approx(min(1, value + margin))
    mixed = rows.sample(frac=1, random_state=2)
    pd.testing.assert_frame_equal(found, measure_jackknife(mixed["t"], mixed["a"], mixed["b"], borne_max=1.0))


def test_two_communes_have_a_value_and_no_margin_and_missing_rows_are_left_out():
    t, a, b = pd.Series(["x", "x", "x"]), pd.Series([1.0, 2.0, np.nan]), pd.Series([2.0, 2.0, 5.0])
    found = measure_jackknife(t, a, b).loc["x"]
    assert found["valeur"] == 0.75 and found["nb_communes"] == 2 and np.isnan(found["erreur"]) and np.isnan(found["borne_basse"])


def test_a_territory_where_all_communes_are_alike_has_no_margin_and_no_row_gives_no_territory():
    t, one = pd.Series(["x"] * 4), pd.Series([1.0] * 4)
    assert measure_jackknife(t, one, one)["erreur"].tolist() == [0.0]
    assert not len(measure_jackknife(t[:0], one[:0], one[:0]))


def test_one_commune_that_holds_everybody_leaves_no_number_behind():
    t, a, b = pd.Series(["x"] * 3), pd.Series([1.0, 0.0, 0.0]), pd.Series([10.0, 0.0, 0.0])
    assert np.isnan(measure_jackknife(t, a, b)["erreur"].iloc[0])
