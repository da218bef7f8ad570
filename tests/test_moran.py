"""Moran's I: by hand on a toy, equal to esda, ties, islands, the seed."""

import os
import warnings

import numpy as np
import pandas as pd
import pytest

from diagnostic.measure.comparaison import moran

FRANCE = "DIAGNOSTIC_FRANCE"  # where set: every EPCI of the country
esda = pytest.importorskip("esda", reason="PySAL is not installed (optional)")


def make_ring(values, reach=1):
    """Return values on a ring, each territory between `reach` others on each side, and the borders both ways."""
    names = [f"t{i:02d}" for i in range(len(values))]
    right = pd.concat([pd.DataFrame({"territoire_id": names, "voisin_id": names[k:] + names[:k]}) for k in range(1, reach + 1)])
    left = right.rename(columns={"territoire_id": "voisin_id", "voisin_id": "territoire_id"})
    return pd.Series(values, index=names, dtype=float), pd.concat([right, left], ignore_index=True)


def test_by_hand_on_a_ring_of_twelve():
    values, near = make_ring([1, 1, 1, 1, 1, 1, 3, 3, 3, 3, 3, 3])
    found, local = moran.measure_moran(values, near, permutations=99, locales=99)
    # z = -1 or 1; eight territories have two like neighbours (mean 1), four have one of each (mean 0): I = 8 / 12.
    assert found["moran"] == pytest.approx(8 / 12) and found["moran_attendu"] == pytest.approx(-1 / 11)
    assert local["moyenne_voisins"].tolist()[:2] == [2.0, 1.0]
    # Local: z_i sum w z_j (n - 1) / sum z².
    assert local["moran_local"].tolist()[:2] == [pytest.approx(0.0), pytest.approx(11 / 12)]


def test_equal_to_esda_on_values_without_ties():
    from libpysal.weights import W

    draws = np.random.default_rng(2)
    # Eight neighbours: a permutation that draws the very ones observed, which is a tie, is out of reach.
    values, near = make_ring(draws.normal(size=40).cumsum(), reach=4)
    found, local = moran.measure_moran(values, near, permutations=199, locales=499, graine=7)
    held = near.groupby("territoire_id")["voisin_id"].agg(list)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        weights = W(held.to_dict(), id_order=list(values.index), silence_warnings=True)
        weights.transform = "r"
        np.random.seed(7)  # noqa: NPY002 (esda draws from it)
        whole = esda.Moran(values.to_numpy(), weights, permutations=199)
        lisa = esda.Moran_Local(values.to_numpy(), weights, permutations=499, seed=7, n_jobs=1)
    assert found["moran"] == pytest.approx(whole.I) and found["p_permutations"] == whole.p_sim
    assert np.allclose(local["moran_local"], lisa.Is) and np.allclose(local["p_permutations"], lisa.p_sim)
    assert found["seuil_p"] == esda.fdr(lisa.p_sim, 0.05)
    told = np.where(lisa.p_sim <= found["seuil_p"], pd.Series(lisa.q).map(moran.TYPES), moran.NONE)
    assert local["type_amas"].tolist() == told.tolist() and found["nb_amas"] == (told != moran.NONE).sum()


def test_a_value_nearly_everywhere_the_same_makes_no_cluster():
    values, near = make_ring([1.0] * 60)
    values.iloc[[5, 30]] = [1.4, 2.0]
    found, local = moran.measure_moran(values, near, permutations=99, locales=999)
    assert found["nb_amas"] == 0 and local["p_permutations"].gt(0.02).all()


def test_islands_and_missing_values_are_counted_apart():
    values, near = make_ring(np.arange(14))
    values["ile"], values.iloc[3] = 5.0, np.nan
    found, local = moran.measure_moran(values, near, permutations=99, locales=99)
    assert (found["nb_territoires"], found["nb_sans_voisin"], found["nb_sans_valeur"]) == (13, 1, 1)
    assert len(local) == 13 and "ile" not in set(local["territoire_id"])


@pytest.mark.parametrize(("values", "reason"), [([1, 2, 3], moran.TOO_FEW), ([4] * 12, moran.FLAT), ([], moran.TOO_FEW)])
def test_what_cannot_be_computed_says_why(values, reason):
    found, local = moran.measure_moran(*make_ring(values))
    assert found["raison_absence"] == reason and np.isnan(found["moran"]) and not len(local)


def test_same_seed_same_figures_and_the_chance_of_others_is_given_back():
    values, near = make_ring(np.random.default_rng(4).normal(size=20))
    np.random.seed(1)  # noqa: NPY002
    expected = np.random.random()  # noqa: NPY002
    np.random.seed(1)  # noqa: NPY002
    first, one = moran.measure_moran(values, near, permutations=99, locales=99)
    assert np.random.random() == expected  # noqa: NPY002
    mixed = [table.sample(frac=1, random_state=3) for table in (values, near)]
    second, other = moran.measure_moran(*mixed, permutations=99, locales=99)
    assert first == second
    pd.testing.assert_frame_equal(one, other)


def test_every_figure_of_a_long_table():
    values, near = make_ring(np.arange(12))
    long = pd.concat([
        pd.DataFrame({"territoire": values.index, "mesure": name, "couche": couche, "valeur": values.to_numpy()})
        for name, couche in (("a", None), ("a", "MSA"), ("b", None))
    ])  # fmt: skip
    whole, local = moran.measure_autocorrelation(long, near, permutations=19)
    assert len(whole) == 3 and len(local) == 36 and whole["moran"].nunique() == 1


def measure_real(**asked):
    """Return a real figure of each EPCI (effective arrondissements), the borders between them, and their outlines."""
    from diagnostic.measure.comparaison.peers import find_touching
    from diagnostic.measure.ressorts.discordance import measure_discordance
    from diagnostic.read.places.neighbours import list_neighbours
    from diagnostic.read.places.territories import read_communes

    communes = read_communes(**asked)
    communes = communes[communes["epci"].notna()]
    places = pd.DataFrame({"code_insee": communes.index, "territoire_id": communes["epci"].to_numpy()})
    held = pd.DataFrame({"code_insee": communes.index, "couche": "A", "unite_id": communes["arrondissement"].to_numpy(), "part": 1.0})
    couches = pd.DataFrame({"exclusive": [True], "infra_communale": [False]}, index=["A"])
    table = pd.DataFrame(communes.drop(columns="geometry"))
    values = measure_discordance(held, places, table, couches).set_index("territoire_id")["interlocuteurs_effectifs_q2"]
    return values, find_touching(list_neighbours(communes), places), communes.dissolve("epci", method="coverage").sort_index()


@pytest.mark.parametrize(
    "asked",
    [
        {"regions": ["84"]},
        pytest.param({}, marks=pytest.mark.skipif(not os.environ.get(FRANCE), reason=f"toute la France : avec {FRANCE}=1")),
    ],
)
def test_real_epci_equal_to_esda_with_the_borders_of_their_polygons(asked):
    from libpysal.weights import Rook

    values, near, shapes = measure_real(**asked)
    found, local = moran.measure_moran(values, near, permutations=199, locales=499, graine=11)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        weights = Rook.from_dataframe(shapes, use_index=True)  # from the vertices of the outlines, not from our borders
        alone = set(weights.islands)
        held = [name for name in shapes.index if name not in alone]
        weights = Rook.from_dataframe(shapes.loc[held], use_index=True)
        weights.transform = "r"
        numbers = values.reindex(held).to_numpy()
        np.random.seed(11)  # noqa: NPY002 (esda draws from it)
        whole = esda.Moran(numbers, weights, permutations=199)
        lisa = esda.Moran_Local(numbers, weights, permutations=499, seed=11, n_jobs=1, keep_simulations=True)
    assert found["nb_territoires"] == len(held) >= 150 and found["nb_sans_voisin"] == len(alone)
    assert found["moran"] == pytest.approx(whole.I) and found["moran_attendu"] == pytest.approx(-1 / (len(held) - 1))
    assert found["p_permutations"] == whole.p_sim
    table = local.set_index("territoire_id").reindex(held)
    assert np.allclose(table["moran_local"], lisa.Is)
    # By hand: z_i times the mean of its neighbours, brought to the variance; the sum of the local ones is n times the whole.
    z = numbers - numbers.mean()
    rows = weights.full()[0]
    assert np.allclose(lisa.Is, z * (rows @ z) * (len(z) - 1) / (z**2).sum())
    assert found["moran"] == pytest.approx((z @ rows @ z) / (z @ z))
    # (b + 1) / (B + 1) on the side observed, a draw equal to the value observed on both sides.
    slack = 1e-9 * np.maximum(1, abs(lisa.Is))
    above, below = (lisa.sim >= lisa.Is - slack).sum(axis=0), (lisa.sim <= lisa.Is + slack).sum(axis=0)
    assert np.allclose(table["p_permutations"], (np.minimum(above, below) + 1) / 500)
