"""Whom a territory is read beside: a naive search, ties, borders, quartiles."""

import numpy as np
import pandas as pd

from diagnostic.measure.comparaison import peers


def test_the_nearest_equal_a_naive_search_on_standardised_logarithms():
    draws = np.random.default_rng(5)
    sizes = pd.DataFrame(
        {"population": draws.lognormal(9, 1, 80), "habitants_km2": draws.lognormal(4, 1, 80)}, index=[f"t{i:02d}" for i in range(80)]
    )
    found = peers.find_peers(sizes, nombre=4)
    logs = np.log(sizes)
    scaled = (logs - logs.mean()) / logs.std(ddof=0)
    for name in sizes.index:
        far = ((scaled - scaled.loc[name]) ** 2).sum(axis=1).drop(name).sort_values()
        assert found.loc[found["territoire_id"] == name, "semblable_id"].tolist() == far.index[:4].tolist()
    mixed = peers.find_peers(sizes.sample(frac=1, random_state=1), nombre=4)
    pd.testing.assert_frame_equal(found, mixed)


def test_equal_distances_go_to_the_smallest_code_and_unknown_sizes_have_no_peer():
    sizes = pd.DataFrame({"population": [10.0, 20.0, 20.0, 20.0, np.nan, 0.0, 900.0, 950.0]}, index=list("adcbefgh"))
    found = peers.find_peers(sizes, nombre=2)
    assert found.loc[found["territoire_id"] == "a", "semblable_id"].tolist() == ["b", "c"]
    assert not {"e", "f"} & {*found["territoire_id"], *found["semblable_id"]}


def test_the_classes_of_a_typology_weigh_as_one_variable():
    sizes = pd.DataFrame({"population": 10.0 ** np.arange(6), "habitants_km2": 1.0}, index=list("abcdef"))
    one = sizes.assign(**{"part ruralite : x": [0.0, 1.0, 0.5, 0.2, 0.9, 0.1]})
    two = one.assign(**{"part ruralite : y": [1.0, 0.0, 0.5, 0.8, 0.1, 0.9]})  # says the same thing again
    pd.testing.assert_frame_equal(peers.find_peers(one, nombre=2), peers.find_peers(two, nombre=2))


def test_too_few_territories_have_no_peer_and_the_reason_is_told():
    sizes = pd.DataFrame({"population": np.arange(1.0, 31.0)}, index=[f"t{place:02d}" for place in range(30)])
    assert peers.find_peers(sizes).groupby("territoire_id").size().eq(10).all() and not peers.explain_no_peer(30)
    assert not len(peers.find_peers(sizes.iloc[:29])), "ten of twenty-nine are no peers"
    assert "30 territoires" in peers.explain_no_peer(29) and "29" in peers.explain_no_peer(29)


def test_nobody_to_be_read_beside():
    sizes = pd.DataFrame({"population": [1.0]}, index=["a"])
    assert not len(peers.find_peers(sizes)) and not len(peers.find_peers(sizes.iloc[:0]))


def test_touching_territories_both_ways_with_the_whole_border():
    near = pd.DataFrame({"code_insee": ["1", "1", "2"], "voisin": ["2", "3", "3"], "frontiere_km": [1.0, 2.0, 4.0]})
    places = pd.DataFrame({"code_insee": ["1", "2", "3"], "territoire_id": ["A", "A", "B"]})
    assert peers.find_touching(near, places).values.tolist() == [["A", "B", 6.0], ["B", "A", 6.0]]


def test_quartiles_of_those_beside_that_have_the_figure():
    long = pd.DataFrame({
        "territoire": list("abcd") * 2, "mesure": ["m"] * 4 + ["n"] * 4, "couche": None, "groupe": None, "seuil": None,
        "valeur": [1.0, 2.0, 3.0, np.nan, 5.0, np.nan, np.nan, np.nan],
    })  # fmt: skip
    links = pd.DataFrame({"territoire_id": ["a", "a", "a"], "semblable_id": ["b", "c", "d"]})
    found = peers.summarise_beside(long, links, "semblable_id").set_index(["territoire", "mesure"])
    assert found.loc[("a", "m"), ["valeur", "q25", "mediane", "q75", "nb"]].tolist() == [1.0, 2.25, 2.5, 2.75, 2]
    assert np.isnan(found.loc[("a", "n"), "mediane"]) and found.loc[("a", "n"), "nb"] == 0
    assert len(found) == len(long)
