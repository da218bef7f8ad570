"""Diversity: by hand, by drawing every subset, by exact binomials, at the ends."""

import itertools
from math import comb

import numpy as np
import pandas as pd
import pandas.testing as pdt
import pytest
from jouets_reseau import read_expected, shuffle

from diagnostic.measure.liens.diversity import measure_diversity

TWO = pd.DataFrame([[6, 3, 1, 0], [2, 1, 1, 1]], index=pd.Index(["T1", "T2"], name="territoire_id"), columns=list("wxyz"))


def test_values_by_hand():
    table = measure_diversity(TWO, taille=5)
    assert table[["nb_acteurs_categorie", "nb_categories"]].values.tolist() == [[10, 3], [5, 4]]
    assert table["diversite_rarefiee"].tolist() == pytest.approx([2.4166666667, 4.0])
    assert table["couverture_good"].tolist() == pytest.approx([0.9, 0.4])
    assert table["couverture_chao_jost"].tolist() == pytest.approx([1.0, 0.4857142857])
    assert table["chao1"].tolist() == pytest.approx([3.0, 5.5])
    told = read_expected()
    assert table["diversite_rarefiee"].to_dict() == pytest.approx(told["rarefaction"])
    columns = ["couverture_good", "couverture_chao_jost", "chao1"]
    for place in ("T1", "T2"):
        assert table.loc[place, columns].tolist() == pytest.approx(list(told["chao"][place].values()))


def test_rarefaction_is_the_mean_over_every_draw():
    actors = "wwwwwwxxxy"
    for k in range(1, 11):
        draws = [len(set(draw)) for draw in itertools.combinations(actors, k)]
        assert measure_diversity(TWO.head(1), taille=k)["diversite_rarefiee"].iloc[0] == pytest.approx(np.mean(draws))


def test_rarefaction_of_a_long_list_against_exact_binomials():
    counts = np.random.default_rng(4).integers(0, 40, 60)
    total = int(counts.sum())
    for k in (2, 50, total):
        exact = sum(1 - comb(total - int(c), k) / comb(total, k) for c in counts)
        found = measure_diversity(pd.DataFrame([counts]), taille=k)["diversite_rarefiee"].iloc[0]
        assert found == pytest.approx(exact, rel=1e-10)


def test_a_draw_larger_than_the_list_or_of_nobody_is_undefined():
    table = measure_diversity(TWO, taille=pd.Series([11, np.nan], index=TWO.index))
    assert table["diversite_rarefiee"].isna().all()
    assert table["rarefaction_k"].tolist() == pytest.approx([11, np.nan], nan_ok=True)
    assert measure_diversity(TWO, taille=0)["diversite_rarefiee"].isna().all()


def test_without_actor_nothing_is_zero_and_edges_of_the_coverage():
    rows = pd.DataFrame([[0, 0, 0], [1, 0, 0], [3, 0, 0], [1, 1, 1], [2, 2, 1]])
    table = measure_diversity(rows, taille=1)
    assert table.loc[0, ["couverture_good", "couverture_chao_jost", "chao1", "diversite_rarefiee"]].isna().all()
    assert table["couverture_good"].tolist()[1:] == pytest.approx([0, 1, 0, 0.8])
    # One actor alone of its category: f1 = 1 and f2 = 0, nothing more is expected of the formula.
    # Three alone, f2 = 0: 1 - 1 x (2 x 2) / (2 x 2 + 2) = 1/3; two pairs and one alone: 1 - 1/5 x 4 / (4 + 4) = 0.9.
    assert table["couverture_chao_jost"].tolist()[1:] == pytest.approx([1, 1, 1 / 3, 0.9])
    assert table["chao1"].tolist()[1:] == pytest.approx([1, 1, 6, 3])
    assert measure_diversity(rows.head(0), taille=1).empty


def test_the_order_of_rows_and_categories_does_not_matter():
    mixed = measure_diversity(shuffle(TWO)[["z", "x", "w", "y"]], taille=5)
    pdt.assert_frame_equal(mixed.loc[TWO.index], measure_diversity(TWO, taille=5))
