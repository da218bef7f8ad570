"""Access: distances by hand and by a naive loop, ties, zones, mobile services, thresholds taken strictly."""

import numpy as np
import pandas as pd
import pandas.testing as pdt
import pytest
from jouets_reseau import read_expected, shuffle

from diagnostic.measure.manques.access import measure_access, summarise_access
from diagnostic.schema import make_table


def make_communes(points, zone="metropole"):
    """Return communes from {code: (x_km, y_km, population)}."""
    table = pd.DataFrame.from_dict(points, orient="index", columns=["x_m", "y_m", "population"]).astype(float)
    table[["x_m", "y_m"]] *= 1000
    return table.assign(zone=zone).rename_axis("code_insee")


def make_sites(points, **columns):
    """Return actors from {acteur_id: (categorie, x_km, y_km, code_insee)}."""
    table = pd.DataFrame.from_dict(points, orient="index", columns=["categorie", "x_m", "y_m", "code_insee"])
    table[["x_m", "y_m"]] = table[["x_m", "y_m"]].astype(float) * 1000
    return table.rename_axis("acteur_id").reset_index().assign(**columns)


def make_membership(communes, territoire_id="perimetre"):
    return pd.DataFrame({"code_insee": communes.index, "territoire_id": territoire_id})


TOY = make_communes({"01001": (0, 0, 1000), "01002": (3, 4, 500), "01003": (12, 0, 250)})
SITE = make_sites({"s1": ("ccas", 0, 0, "01001")})


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


def test_nearest_agrees_with_a_double_loop_and_ties_go_to_the_smallest_id():
    rng = np.random.default_rng(11)
    # whole kilometres on a small grid: many ties, several sites on one spot
    spots = rng.integers(0, 8, (60, 2))
    communes = make_communes({f"01{k:03d}": (*spots[k], 100) for k in range(40)})
    sites = make_sites({f"s{k:02d}": (str(rng.choice(["ccas", "mjc"])), *spots[40 + k], "01001") for k in range(20)})
    table = measure_access(communes, sites).set_index(["categorie", "code_insee"])
    for categorie, code in table.index:
        near = sites[sites["categorie"] == categorie]
        away = np.hypot(near["x_m"] - communes.loc[code, "x_m"], near["y_m"] - communes.loc[code, "y_m"]) / 1000
        assert table.loc[(categorie, code), "distance_km"] == pytest.approx(away.min(), abs=1e-6)
        assert table.loc[(categorie, code), "site_id"] == min(near.loc[np.isclose(away, away.min()), "acteur_id"])
    pdt.assert_frame_equal(
        measure_access(communes, shuffle(sites)), table.reset_index()[list(measure_access(TOY, SITE))]
    )


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
