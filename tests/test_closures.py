"""Closing a site against measuring again without it: inhabitants, distances, thresholds, ties, one spot, no other site."""

import numpy as np
import pandas as pd
import pandas.testing as pdt
import pytest
from jouets_acces import SITE, TOY, make_grid, make_sites, make_times
from jouets_reseau import shuffle

from diagnostic.measure.manques.access import list_sites, measure_access
from diagnostic.measure.manques.closures import count_newly_beyond, measure_closures
from diagnostic.measure.manques.travel import measure_travel_access
from diagnostic.schema import make_table


def close(communes, sites):
    table = measure_closures(measure_access(communes, sites), communes, list_sites(communes, sites))
    return table.set_index(["categorie", "site_id"])


def test_by_hand():
    sites = make_sites({"s1": ("ccas", 0, 0, "01001"), "s2": ("ccas", 12, 0, "01003")})
    table = close(TOY, sites).loc["ccas"]
    # s1 serves 1000 at 0 km and 500 at 5 km; without it they go 12 km and sqrt(81 + 16) km
    second = round(np.hypot(9, 4), 6)
    row = table.loc["s1"]
    assert row[["nb_communes", "population", "site_repli_id", "population_repli"]].tolist() == [2, 1500, "s2", 1500]
    assert row["distance_avant_km"] == pytest.approx(5 * 500 / 1500)
    assert row["distance_apres_km"] == pytest.approx((12 * 1000 + second * 500) / 1500)
    assert row["habitants_km"] == pytest.approx(12 * 1000 + (second - 5) * 500)
    assert table.index.tolist() == ["s1", "s2"] and table.loc["s2", "habitants_km"] == 12 * 250
    beyond = count_newly_beyond(measure_access(TOY, sites), TOY, seuils=[5, 10, 12]).set_index(["site_id", "seuil_km"])
    assert beyond["population_nouvelle_au_dela"].to_dict() == {
        ("s1", 5): 1500, ("s1", 10): 1000, ("s1", 12): 0, ("s2", 5): 250, ("s2", 10): 250, ("s2", 12): 0,
    }  # fmt: skip


@pytest.mark.parametrize("seed", [21, 22])
def test_against_measuring_again_without_the_site(seed):
    communes, sites = make_grid(seed, nb_sites=12)
    communes.loc["01005", "population"] = np.nan
    sites = sites.assign(hors_territoire=[k % 4 == 0 for k in range(len(sites))])
    distances = measure_access(communes, sites)
    table = close(communes, sites)
    beyond = count_newly_beyond(distances, communes, seuils=[1, 2]).set_index(["categorie", "site_id", "seuil_km"])
    people = communes["population"].fillna(0)
    for (categorie, site), row in table.iterrows():
        before = distances[distances["categorie"] == categorie].set_index("code_insee")["distance_km"]
        again = measure_access(communes, sites[sites["acteur_id"] != site], categories=[categorie])
        after = again.set_index("code_insee")["distance_km"]
        assert row["habitants_km"] == pytest.approx((people * (after - before)).sum())
        for seuil in [1, 2]:
            new = people[(before <= seuil) & ~(after <= seuil)].sum()
            assert beyond["population_nouvelle_au_dela"].get((categorie, site, seuil), 0) == new
    served = distances.groupby(["categorie", "site_id"]).size()
    assert table["nb_communes"][table["nb_communes"] > 0].sort_index().to_dict() == served.to_dict()
    mixed = measure_closures(shuffle(distances), shuffle(communes), list_sites(communes, shuffle(sites)))
    pdt.assert_frame_equal(mixed.set_index(["categorie", "site_id"]), table)


def test_closing_one_of_two_on_one_spot_costs_nothing():
    sites = make_sites({"b": ("ccas", 0, 0, "01001"), "a": ("ccas", 0, 0, "01001"), "c": ("ccas", 90, 0, "01003")})
    table = close(TOY, sites).loc["ccas"]
    assert table["nb_communes"].to_dict() == {"a": 3, "b": 0, "c": 0}
    assert table["habitants_km"].tolist() == [0, 0, 0] and table.index.tolist() == ["a", "b", "c"]
    assert table.loc["a", "site_repli_id"] == "b" and np.isnan(table.loc["b", "distance_avant_km"])


def test_the_only_site_leaves_people_without_any():
    row = close(TOY, SITE).loc[("ccas", "s1")]
    assert row[["nb_communes", "nb_communes_sans_repli", "population_sans_repli", "population_repli"]].tolist() == [3, 3, 1750, 0]
    assert row[["distance_avant_km", "distance_apres_km", "site_repli_id"]].isna().all() and row["habitants_km"] == 0
    beyond = count_newly_beyond(measure_access(TOY, SITE), TOY, seuils=[10])
    assert beyond["population_nouvelle_au_dela"].tolist() == [1500]  # 250 were beyond already


def test_those_who_would_have_none_come_first():
    overseas = pd.concat([TOY, TOY.head(1).set_axis(["97411"]).assign(zone="la_reunion", population=3)])
    sites = pd.concat([SITE, make_sites({"s2": ("ccas", 12, 0, "01003"), "r": ("ccas", 0, 0, "97411")})])
    assert close(overseas, sites).loc["ccas"].index.tolist() == ["r", "s1", "s2"]


def test_sites_outside_are_listed_where_they_serve():
    sites = make_sites(
        {"s1": ("ccas", 0, 0, "01001"), "s2": ("ccas", 13, 0, "69001"), "s3": ("ccas", 99, 0, "69002"), "bus": ("ccas", 3, 4, "01002")},
        hors_territoire=[False, True, True, False], mobile=[False, False, False, True],
    )  # fmt: skip
    table = close(TOY, sites).loc["ccas"]
    assert table["hors_territoire"].to_dict() == {"s1": False, "s2": True}
    other = list_sites(TOY, sites.assign(categorie="mjc"))
    assert measure_closures(measure_access(TOY, sites), TOY, other).empty  # the sites of what was not measured


def test_minutes():
    sites = make_sites({"s1": ("ccas", 0, 0, "01001"), "s2": ("ccas", np.nan, np.nan, "01003")})
    times = make_times([("01001", "s2", 5), ("01001", "s1", 15), ("01002", "s1", 9)])
    trajets = measure_travel_access(TOY, sites, times)
    table = measure_closures(trajets, TOY, list_sites(TOY, sites)).set_index("site_id")
    assert table.index.tolist() == ["s1", "s2"]  # s1 is the only one with a time from 01002
    assert table.loc["s2", ["minutes_avant", "minutes_apres", "habitants_minutes"]].tolist() == [5, 15, 10000]
    assert table.loc["s1", ["population", "population_sans_repli"]].tolist() == [500, 500]
    beyond = count_newly_beyond(trajets, TOY, seuils=[10])
    assert beyond[["site_id", "seuil_minutes", "population_nouvelle_au_dela"]].values.tolist() == [["s1", 10, 500], ["s2", 10, 1000]]


def test_next_site_of_most_inhabitants():
    sites = make_sites({"a": ("ccas", 0, 0, "01001"), "c": ("ccas", -9, 0, "01001"), "b": ("ccas", 9, 0, "01001")})
    communes = TOY.assign(x_m=[1000.0, 1000.0, -1000.0], y_m=0.0)
    row = close(communes, sites).loc[("ccas", "a")]
    assert row[["site_repli_id", "population_repli"]].tolist() == ["b", 1500]
    equal = close(communes.assign(population=[100, 100, 200]), sites).loc[("ccas", "a")]
    assert equal["site_repli_id"] == "b"  # as many inhabitants, more communes
    alike = close(communes.assign(population=[0, np.nan, 0]), sites).loc[("ccas", "a")]
    assert alike[["population", "nb_communes_population_inconnue", "habitants_km", "site_repli_id"]].tolist() == [0, 1, 0, "b"]


def test_nothing():
    empty = make_table("acteurs")
    assert measure_closures(measure_access(TOY, empty), TOY, list_sites(TOY, empty)).empty
    assert count_newly_beyond(measure_access(TOY, empty), TOY, seuils=[5]).empty
    assert count_newly_beyond(measure_access(TOY, SITE), TOY, seuils=[]).empty
    assert measure_closures(measure_access(TOY, SITE, categories=["mjc"]), TOY, list_sites(TOY, SITE)).empty
    assert isinstance(close(TOY, SITE), pd.DataFrame)
