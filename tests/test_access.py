"""Access: distances by hand and by a naive loop, ties, zones, mobile services, thresholds taken strictly."""

import numpy as np
import pandas as pd
import pandas.testing as pdt
import pytest
from jouets_acces import SITE, TOY, loop_nearest, make_communes, make_grid, make_membership, make_sites
from jouets_reseau import read_expected, shuffle

from diagnostic.measure.manques.access import (
    DISTANCE_COLUMNS,
    keep_inside,
    list_sites,
    measure_access,
    summarise_access,
)
from diagnostic.schema import make_table


def summarise(communes, sites, **options):
    distances = measure_access(communes, sites)
    table = summarise_access(distances, communes, make_membership(communes), sites, **options)
    return table.set_index(["categorie", "seuil_km"])


def test_distances_and_summary_by_hand():
    assert measure_access(TOY, SITE)["distance_km"].tolist() == [0.0, 5.0, 12.0]
    table = summarise(TOY, SITE)
    row = table.loc[("ccas", 10)]
    assert row["part_population_au_dela"] == pytest.approx(250 / 1750)
    assert row["distance_moyenne_km"] == pytest.approx(5500 / 1750)
    assert row[["population", "population_au_dela", "nb_communes", "nb_communes_au_dela"]].tolist() == [1750, 250, 3, 1]
    expected = read_expected()
    assert measure_access(TOY, SITE)["distance_km"].tolist() == pytest.approx(expected["dist_site1"])
    assert row["part_population_au_dela"] == pytest.approx(expected["part_sup10"])
    assert row["distance_moyenne_km"] == pytest.approx(expected["dist_moy"])


def test_beyond_x_km_is_strict():
    table = summarise(TOY, SITE, seuils_km=(5, 4.999, 12))
    assert table.loc["ccas"]["nb_communes_au_dela"].to_dict() == {4.999: 2, 5: 1, 12: 0}


def test_a_distance_a_hair_over_ten_km_is_ten_km():
    communes = make_communes({"01001": (0.1 + 0.2, 0, 10)})
    sites = make_sites({"s": ("ccas", 10.3, 0, "01001")})
    assert measure_access(communes, sites)["distance_km"].tolist() == [10.0]
    assert summarise(communes, sites).loc[("ccas", 10), "nb_communes_au_dela"] == 0


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_both_nearest_agree_with_a_double_loop_and_ties_go_to_the_smallest_id(seed):
    communes, sites = make_grid(seed)
    table = measure_access(communes, shuffle(sites, seed)).set_index(["categorie", "code_insee"])
    for categorie, code in table.index:
        near = sites[sites["categorie"] == categorie].set_index("acteur_id")[["x_m", "y_m"]]
        expected = loop_nearest(tuple(communes.loc[code, ["x_m", "y_m"]]), {name: tuple(row) for name, row in near.iterrows()})[:2]
        row = table.loc[(categorie, code)]
        assert [(row["distance_km"], row["site_id"]), (row["distance_second_km"], row["site_second_id"])] == expected
    pdt.assert_frame_equal(table.reset_index()[DISTANCE_COLUMNS], measure_access(communes, sites))


def test_one_site_has_no_second():
    table = measure_access(TOY, SITE)
    assert table["distance_second_km"].isna().all() and table["site_second_id"].isna().all()
    two = pd.concat([SITE, SITE.assign(acteur_id="s0")])
    table = measure_access(TOY, two)
    assert table["site_id"].tolist() == ["s0"] * 3 and table["site_second_id"].tolist() == ["s1"] * 3
    assert table["distance_second_km"].tolist() == table["distance_km"].tolist() == [0.0, 5.0, 12.0]
    # the main and the secondary category of one actor do not make two sites
    assert measure_access(TOY, SITE.assign(categories_secondaires=[("ccas",)]))["site_second_id"].isna().all()


def test_four_sites_at_the_same_distance():
    sites = make_sites(
        {i: ("ccas", x, y, "01001") for i, x, y in [("d", 1, 0), ("b", 0, 1), ("a", -1, 0), ("c", 0, -1)]}
    )
    assert measure_access(TOY.head(1), sites).loc[0, ["distance_km", "site_id"]].tolist() == [1.0, "a"]


def test_sites_outside_the_territory_serve_and_are_counted():
    sites = make_sites(
        {"s1": ("ccas", 0, 0, "01001"), "s2": ("ccas", 13, 0, "69001"), "s3": ("ccas", 90, 0, "69002")},
        hors_territoire=[False, True, True],
    )
    table = measure_access(TOY, sites)
    assert table["distance_km"].tolist() == [0.0, 5.0, 1.0]
    assert table["site_hors_territoire"].tolist() == [False, False, True]
    row = summarise(TOY, sites).loc[("ccas", 5)]
    assert row[["nb_sites", "nb_sites_hors_territoire"]].tolist() == [1, 1]  # s3 is nearest for nobody


def test_a_mobile_service_is_never_a_fixed_point():
    sites = make_sites(
        {"bus": ("ccas", 0, 0, "01001"), "s": ("ccas", 12, 0, "01003"), "sans": ("ccas", np.nan, np.nan, "01002")},
        mobile=pd.array([True, None, None], dtype="boolean"),
    )
    assert measure_access(TOY, sites)["distance_km"].tolist() == [12.0, pytest.approx(np.hypot(9, 4), abs=1e-6), 0.0]
    row = summarise(TOY, sites).loc[("ccas", 5)]
    assert row[["nb_sites", "nb_mobiles", "nb_sites_sans_point"]].tolist() == [1, 1, 1]


def test_secondary_categories_serve_too():
    sites = SITE.assign(categories_secondaires=[("mjc", "ccas")])
    table = measure_access(TOY, sites)
    assert table["categorie"].unique().tolist() == ["ccas", "mjc"]
    assert table["distance_km"].tolist() == [0.0, 5.0, 12.0] * 2


def test_no_distance_across_zones():
    overseas = make_communes({"97411": (0, 0, 70), "97412": (1, 0, 30)}, zone="reunion")
    communes = pd.concat([TOY, overseas])
    sites = make_sites({"s1": ("ccas", 0, 0, "01001"), "s2": ("mjc", 5, 0, "97499"), "s3": ("ccas", 0, 0, "97101")})
    table = measure_access(communes, sites).set_index(["categorie", "code_insee"])["distance_km"]
    assert table["ccas"].tolist() == pytest.approx([0, 5, 12, np.nan, np.nan], nan_ok=True)
    assert table["mjc"].tolist() == pytest.approx([np.nan] * 3 + [5, 4], nan_ok=True)
    row = summarise(communes, sites).loc[("ccas", 10)]
    assert row[["population", "population_sans_site"]].tolist() == [1750, 100]


def test_communes_without_mairie_point_or_population_are_counted_apart():
    communes = pd.concat([TOY, make_communes({"01004": (np.nan, np.nan, 99), "01005": (30, 0, np.nan)})])
    table = measure_access(communes, SITE)
    assert table["distance_km"].tolist() == pytest.approx([0, 5, 12, np.nan, 30], nan_ok=True)
    row = summarise(communes, SITE).loc[("ccas", 10)]
    assert row["part_population_au_dela"] == pytest.approx(250 / 1750)
    assert row[["population_sans_point", "nb_communes_sans_point", "nb_communes_population_inconnue"]].tolist() == [
        99,
        1,
        1,
    ]
    assert row["nb_communes_au_dela"] == 2  # the commune of unknown population is far all the same


def test_what_cannot_be_said_says_why():
    nothing = summarise_access(measure_access(TOY, SITE, categories=["mjc"]), TOY, make_membership(TOY), SITE)
    assert set(nothing["raison_absence"]) == {"aucun site fixe de cette catégorie"}
    assert nothing[["part_population_au_dela", "population_au_dela", "nb_communes_au_dela"]].isna().all(axis=None)
    empty = TOY.assign(population=0.0)
    assert set(summarise(empty, SITE)["raison_absence"]) == {"population nulle ou inconnue"}
    nowhere = TOY.assign(x_m=np.nan)
    assert set(summarise(nowhere, SITE)["raison_absence"]) == {"aucune mairie localisée"}


def test_territories_add_up_to_the_whole():
    parts = pd.DataFrame({"code_insee": TOY.index, "territoire_id": ["epci:A", "epci:A", "epci:B"]})
    membership = pd.concat([make_membership(TOY), parts, parts.head(1)])
    table = summarise_access(measure_access(TOY, SITE), TOY, membership, SITE, seuils_km=[4])
    far = table.set_index("territoire_id")["population_au_dela"]
    assert far.to_dict() == {"epci:A": 500.0, "epci:B": 250.0, "perimetre": 750.0}
    served = table.set_index("territoire_id")[["nb_sites", "nb_sites_hors_territoire"]]
    assert served.loc["epci:B"].tolist() == [0, 1]


def test_empty_tables():
    assert measure_access(TOY, make_table("acteurs")).empty
    assert measure_access(TOY.head(0), SITE).empty
    assert summarise_access(measure_access(TOY, SITE), TOY, make_membership(TOY).head(0), SITE).empty
    assert summarise_access(measure_access(TOY, make_table("acteurs")), TOY, make_membership(TOY), SITE).empty


def test_the_nearest_sites_do_not_hang_on_the_order_of_communes():
    communes, sites = make_grid(5)
    table = measure_access(shuffle(communes), sites).sort_values(["categorie", "code_insee"], ignore_index=True)
    pdt.assert_frame_equal(table, measure_access(communes, sites))


def test_without_the_neighbours_a_commune_they_serve_is_beyond():
    sites = make_sites(
        {"s1": ("ccas", 0, 0, "01001"), "s2": ("ccas", 13, 0, "69001"), "m": ("mjc", 13, 0, "69001")},
        hors_territoire=[False, True, True],
    )
    table = summarise(TOY, sites)
    row = table.loc[("ccas", 10)]
    assert row[["population_au_dela", "population_au_dela_sans_voisins"]].tolist() == [0, 250]
    assert row[["nb_communes_au_dela", "nb_communes_au_dela_sans_voisins"]].tolist() == [0, 1]
    assert row["part_population_au_dela_sans_voisins"] == pytest.approx(250 / 1750)
    alone = summarise(TOY, sites[sites["hors_territoire"] == False]).loc[("ccas", 10)]  # noqa: E712
    assert row["population_au_dela_sans_voisins"] == alone["population_au_dela"]
    # no site inside: everyone is beyond without the neighbours, however near these are
    assert table.loc[("mjc", 20), ["population_au_dela", "population_au_dela_sans_voisins"]].tolist() == [0, 1750]
    assert keep_inside(sites)["acteur_id"].tolist() == ["s1"] and len(keep_inside(SITE)) == 1


def test_an_epci_keeps_the_sites_of_the_rest_of_the_perimetre():
    parts = pd.DataFrame({"code_insee": TOY.index, "territoire_id": ["epci:A", "epci:A", "epci:B"]})
    table = summarise_access(measure_access(TOY, SITE), TOY, parts, SITE, seuils_km=[12]).set_index("territoire_id")
    assert table.loc["epci:B", ["nb_sites", "population_au_dela_sans_voisins"]].tolist() == [0, 0]


def test_thresholds_a_quarter_less_and_a_quarter_more():
    row = summarise(TOY, SITE, seuils_km=[10]).loc[("ccas", 10)]
    assert row[["population_au_dela_moins_25", "population_au_dela", "population_au_dela_plus_25"]].tolist() == [250, 250, 0]
    low = summarise(TOY, SITE, seuils_km=[6]).loc[("ccas", 6)]
    assert low[["nb_communes_au_dela_moins_25", "nb_communes_au_dela"]].tolist() == [2, 1]
    assert low["part_population_au_dela_moins_25"] == pytest.approx(750 / 1750)
    for factor, suffix in [(0.75, "moins"), (1.25, "plus")]:
        other = summarise(TOY, SITE, seuils_km=[10 * factor]).loc[("ccas", 10 * factor), "population_au_dela"]
        assert row[f"population_au_dela_{suffix}_25"] == other


def test_sites_without_code_take_the_only_zone_and_no_other():
    sites = make_sites({"s": ("ccas", 0, 0, None)})
    assert list_sites(TOY, sites)["fixe"].tolist() == [True]
    overseas = make_communes({"97411": (0, 0, 70)}, zone="la_reunion")
    assert list_sites(pd.concat([TOY, overseas]), sites)["fixe"].tolist() == [False]
    assert list_sites(pd.concat([TOY, overseas]), sites.assign(zone="la_reunion"))["zone"].tolist() == ["la_reunion"]


def test_no_coordinates_at_all():
    nowhere = SITE.assign(x_m=np.nan, y_m=np.nan)
    assert measure_access(TOY, nowhere)[["distance_km", "distance_second_km"]].isna().all(axis=None)
    assert set(summarise(TOY, nowhere)["raison_absence"]) == {"aucun site fixe de cette catégorie"}
    assert summarise(TOY, nowhere)["nb_sites_sans_point"].tolist() == [1, 1, 1]
