"""Leave-one-commune-out margins: a naive loop, few communes, missing numbers."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from diagnostic.measure.comparaison.intervals import measure_jackknife, measure_unit_margins


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


def measure_q2(rows, people):
    """Return q2 of a small territory: communes whole or shared between units."""
    held = rows.assign(poids=rows["code_insee"].map(people) * rows["part"]).groupby("unite_id")["poids"].sum()
    return 1 / ((held / held.sum()) ** 2).sum()


def test_the_margin_of_effective_units_equals_a_naive_loop_over_communes():
    draws = np.random.default_rng(4)
    codes = [f"{place:05d}" for place in range(12)]
    communes = pd.DataFrame({"population": draws.integers(50, 3000, 12).astype(float)}, index=pd.Index(codes, name="code_insee"))
    rows = pd.DataFrame({"code_insee": codes, "couche": "A", "unite_id": [f"u{place % 3}" for place in range(12)], "part": 1.0})
    shared = pd.DataFrame({"code_insee": [codes[0]], "couche": "A", "unite_id": "u2", "part": 0.25})
    rows = pd.concat([rows.assign(part=rows["part"].where(rows["code_insee"] != codes[0], 0.75)), shared], ignore_index=True)
    single = pd.DataFrame({"code_insee": codes, "couche": "B", "unite_id": "seule", "part": 1.0})
    layers = pd.DataFrame({"exclusive": True, "infra_communale": False}, index=pd.Index(["A", "B", "C"], name="couche"))
    places = pd.DataFrame({"code_insee": codes, "territoire_id": ["x"] * 10 + ["y"] * 2})
    found = measure_unit_margins(pd.concat([rows, single]), places, communes, layers).set_index(["territoire", "couche"])
    assert set(found.index) == {("x", "A"), ("x", "B"), ("y", "A"), ("y", "B")}, "an absent layer has no row"
    mine = rows[rows["code_insee"].isin(codes[:10])]
    left = [measure_q2(mine[mine["code_insee"] != code], communes["population"]) for code in codes[:10]]
    error = np.sqrt(9 / 10 * ((np.array(left) - np.mean(left)) ** 2).sum())
    told = found.loc[("x", "A")]
    assert told["valeur"] == pytest.approx(measure_q2(mine, communes["population"])) and told["erreur"] == pytest.approx(error)
    assert told["borne_basse"] == pytest.approx(max(1, told["valeur"] - stats.t.ppf(0.975, 9) * error)) and told["borne_haute"] <= 3
    assert found.loc[("x", "B"), ["valeur", "erreur", "borne_haute"]].tolist() == [1.0, 0.0, 1.0]
    assert np.isnan(found.loc[("y", "A"), "erreur"]), "two communes have no margin"
