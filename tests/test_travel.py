"""Minutes given by a user: unknown is not far, each way counts for itself, and what the known times leave in doubt is told."""

import numpy as np
import pandas as pd
import pandas.testing as pdt
import pytest
from jouets_acces import SITE, TOY, make_communes, make_grid, make_sites, make_times
from jouets_reseau import shuffle

from diagnostic.measure.manques.access import measure_access
from diagnostic.measure.manques.travel import TRAVEL_COLUMNS, list_modes, measure_travel_access
from diagnostic.schema import make_table

TWO = make_sites({"s1": ("ccas", 0, 0, "01001"), "s2": ("ccas", 12, 0, "01003")})


def measure(rows, sites=TWO, communes=TOY):
    return measure_travel_access(communes, sites, make_times(rows)).set_index("code_insee")


def test_nearest_and_second_by_hand():
    table = measure([("01002", "s1", 9), ("01002", "s2", 8), ("01003", "s1", 20)])
    assert table.loc["01002", ["minutes", "site_id", "minutes_second", "site_second_id"]].tolist() == [8, "s2", 9, "s1"]
    assert table.loc["01003", ["minutes", "site_id"]].tolist() == [20, "s1"]
    assert np.isnan(table.loc["01003", "minutes_second"])


def test_a_commune_has_no_time_to_its_own_site_unless_told():
    table = measure([("01001", "s2", 15)])
    assert table.loc["01001", ["minutes", "site_id", "nb_sites_sans_temps"]].tolist() == [15, "s2", 1]
    assert table["temps_incomplet"].tolist() == [True] * 3
    told = measure([("01001", "s2", 15), ("01001", "01001", 2)])
    assert told.loc["01001", ["minutes", "site_id", "nb_sites_sans_temps", "temps_incomplet"]].tolist() == [2, "s1", 0, False]


def test_each_way_counts_for_itself():
    table = measure([("01001", "01003", 30), ("01003", "01001", 10)])
    assert table.loc[["01001", "01003"], "minutes"].tolist() == [30, 10]


def test_a_commune_stands_for_all_its_sites_and_a_site_for_itself():
    sites = make_sites({"a": ("ccas", 0, 0, "01001"), "b": ("ccas", 1, 0, "01001"), "m": ("mjc", 0, 0, "01001")})
    table = measure([("01002", "01001", 9), ("01002", "b", 12)], sites).reset_index().set_index(["categorie", "code_insee"])
    row = table.loc[("ccas", "01002")]
    assert row[["minutes", "site_id", "minutes_second", "site_second_id"]].tolist() == [9, "a", 12, "b"]
    assert table.loc[("mjc", "01002"), "minutes"] == 9


def test_unknown_is_neither_near_nor_far():
    rows = [("01001", "s1", np.nan), ("01002", "s1", -3), ("01003", "s9", 4), ("99999", "s1", 1), (None, "s1", 1),
            ("01003", None, 1), ("01003", "s1", np.inf)]  # fmt: skip
    table = measure(rows)
    assert table[["minutes", "minutes_second", "site_id"]].isna().all(axis=None)
    assert table["nb_sites_sans_temps"].tolist() == [2, 2, 2]
    assert table["temps_incomplet"].tolist() == [True] * 3


def test_the_nearest_known_may_not_be_the_nearest():
    # 01002 is 5 km from s1, which has no time, and 9.8 km from s2
    table = measure([("01002", "s2", 8), ("01003", "s2", 0)])
    assert table["temps_incomplet"].tolist() == [True, True, False]
    # a site on the same spot as the nearest leaves no doubt
    twins = pd.concat([TWO, SITE.assign(acteur_id="s0")])
    assert not measure([("01002", "s1", 8)], twins).loc["01002", "temps_incomplet"]
    nowhere = measure([("01001", "s1", 5)], communes=TOY.assign(x_m=np.nan))
    assert nowhere.loc["01001", "minutes"] == 5 and nowhere["temps_incomplet"].isna().all()


def test_mobile_services_are_no_destination_and_sites_without_point_are():
    sites = make_sites(
        {"bus": ("ccas", 0, 0, "01001"), "s": ("ccas", np.nan, np.nan, "01001")}, mobile=[True, False]
    )
    table = measure([("01002", "01001", 9), ("01002", "bus", 1)], sites)
    assert table.loc["01002", ["minutes", "site_id", "nb_sites_sans_temps"]].tolist() == [9, "s", 0]
    assert pd.isna(table.loc["01002", "temps_incomplet"])


def test_of_two_rows_for_a_pair_the_shorter_and_among_equals_the_smallest_id():
    table = measure([("01002", "s2", 9), ("01002", "s1", 9.0001), ("01002", "s2", 30)])
    assert table.loc["01002", ["minutes", "site_id", "site_second_id"]].tolist() == [9, "s1", "s2"]


def test_sites_of_another_zone_are_not_counted_as_lacking_a_time():
    overseas = make_communes({"97411": (0, 0, 70)}, zone="la_reunion")
    sites = pd.concat([TWO, make_sites({"r": ("ccas", 0, 0, "97411")})])
    table = measure([("01001", "s1", 5), ("97411", "r", 5)], sites, pd.concat([TOY, overseas]))
    assert table["nb_sites_sans_temps"].to_dict() == {"01001": 1, "01002": 2, "01003": 2, "97411": 0}


@pytest.mark.parametrize("seed", [3, 4])
def test_against_a_loop(seed):
    communes, sites = make_grid(seed, nb_communes=25, nb_sites=15)
    rng = np.random.default_rng(seed)
    goals = [*sites["acteur_id"], *communes.index[:15]]
    times = make_times([(rng.choice(communes.index), rng.choice(goals), rng.integers(1, 6)) for _ in range(150)])
    table = measure_travel_access(shuffle(communes), shuffle(sites), shuffle(times)).set_index(["categorie", "code_insee"])
    for (categorie, code), row in table.iterrows():
        known = []
        for site in sites[sites["categorie"] == categorie].itertuples():
            rows = times[times["code_insee"] == code]
            own = rows.loc[rows["destination"] == site.acteur_id, "minutes"]
            town = rows.loc[rows["destination"] == site.code_insee, "minutes"]
            if len(own) or len(town):
                known.append(((own if len(own) else town).min(), site.acteur_id))
        assert row["nb_sites_sans_temps"] == (sites["categorie"] == categorie).sum() - len(known)
        expected = [value for pair in [*sorted(known), (np.nan, None), (np.nan, None)][:2] for value in pair]
        for name, value in zip(["minutes", "site_id", "minutes_second", "site_second_id"], expected, strict=True):
            assert row[name] == value or (pd.isna(row[name]) and pd.isna(value))


def test_straight_lines_given_as_minutes_give_the_same_sites():
    communes, sites = make_grid(9)
    rows = [(c, s.acteur_id, np.round(np.hypot(communes.x_m[c] - s.x_m, communes.y_m[c] - s.y_m), 3) / 1000)
            for c in communes.index for s in sites.itertuples()]  # fmt: skip
    travel, straight = measure_travel_access(communes, sites, make_times(rows)), measure_access(communes, sites)
    for ids in ["site_id", "site_second_id"]:
        assert travel[ids].tolist() == straight[ids].tolist()
    assert not travel["temps_incomplet"].any() and (travel["nb_sites_sans_temps"] == 0).all()


def test_modes():
    sites = pd.concat([TWO, make_sites({"m": ("mjc", 0, 0, "01001")})])
    straight = measure_access(TOY, sites)
    travel = measure_travel_access(TOY, sites, make_times([("01002", "s2", 8), ("01003", "s2", 1)]))
    modes = list_modes(straight, travel).set_index("categorie")
    assert modes.loc["ccas"].tolist() == ["temps de trajet", 3, 2, 1]
    assert modes.loc["mjc"].tolist() == ["vol d'oiseau", 3, 0, 0]
    assert set(list_modes(straight, None)["mode"]) == set(list_modes(straight, travel.head(0))["mode"]) == {"vol d'oiseau"}


def test_empty_tables():
    nothing = make_times([])
    assert measure_travel_access(TOY, make_table("acteurs"), nothing).empty
    assert measure_travel_access(TOY.head(0), TWO, nothing).empty
    table = measure_travel_access(TOY, TWO, nothing, categories=["ccas", "mjc"])
    assert list(table) == TRAVEL_COLUMNS and table["minutes"].isna().all() and len(table) == 6
    assert table["nb_sites_sans_temps"].tolist() == [2, 2, 2, 0, 0, 0]
    pdt.assert_frame_equal(table.head(3), measure_travel_access(TOY, TWO, nothing))
