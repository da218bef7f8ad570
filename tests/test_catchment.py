"""Catchment areas: hand values, a naive double loop, conservation of capacities, what is left out, the edge, travel times."""

import numpy as np
import pandas as pd
import pandas.testing as pdt
import pytest
from jouets_reseau import read_expected, shuffle

from diagnostic.errors import DiagnosticError
from diagnostic.measure.manques.catchment import (
    PALIERS,
    join_neighbours,
    measure_catchment,
    pair_points,
    share_capacities,
    summarise_catchment,
)
from diagnostic.schema import make_table


def make_communes(points, **columns):
    """Return communes from {code: (x_km, y_km, population)}."""
    table = pd.DataFrame.from_dict(points, orient="index", columns=["x_m", "y_m", "population"]).astype(float)
    table[["x_m", "y_m"]] *= 1000
    return table.assign(**{"zone": "metropole"} | columns).rename_axis("code_insee")


def make_sites(points, **columns):
    """Return actors from {acteur_id: (categorie, x_km, y_km, capacite)}."""
    table = pd.DataFrame.from_dict(points, orient="index", columns=["categorie", "x_m", "y_m", "capacite"])
    table[["x_m", "y_m", "capacite"]] = table[["x_m", "y_m", "capacite"]].astype(float)
    table[["x_m", "y_m"]] *= 1000
    return table.rename_axis("acteur_id").reset_index().assign(**{"code_insee": "01001"} | columns)


def make_random(seed, nb_communes=60, nb_sites=15):
    """Return communes and sites drawn in a square of 80 km, two categories, whole kilometres so that distances tie."""
    rng = np.random.default_rng(seed)
    codes = [f"01{k:03d}" for k in range(nb_communes)]
    drawn = zip(codes, rng.integers(0, 80, (nb_communes, 2)), rng.integers(0, 900, nb_communes), strict=True)
    communes = make_communes({code: (*point, people) for code, point, people in drawn})
    sites = make_sites(
        {f"s{k:02d}": (f"c{k % 2}", *rng.integers(0, 80, 2), rng.integers(1, 50)) for k in range(nb_sites)}
    )
    return communes, sites


def loop_catchment(communes, sites, weigh):
    """The slow way: one category, a double loop."""
    people, places = list(communes.itertuples()), list(sites.itertuples())

    def weight(a, b):
        return weigh(round(np.hypot(a.x_m - b.x_m, a.y_m - b.y_m), 3) / 1000)

    ratios = []
    for site in places:
        basin = sum(weight(k, site) * k.population for k in people)
        ratios.append(site.capacite / basin if basin else np.nan)
    access = [sum(weight(k, s) * r for s, r in zip(places, ratios, strict=True) if r == r) for k in people]
    return ratios, access


def weigh_by_steps(km):
    return next((weight for bound, weight in PALIERS if km <= bound), 0)


TOY = make_communes({"01001": (0, 0, 1000), "01002": (3, 4, 500), "01003": (12, 0, 250)})
PLACES = make_sites({"s1": ("eaje", 0, 0, 10), "s2": ("eaje", 12, 0, 5)})


def test_ratios_access_and_check_by_hand():
    acces, bassins, controle = measure_catchment(TOY, PLACES, rayon=10)
    expected = read_expected()["2SFCA"]
    assert bassins["capacite_par_habitant"].tolist() == pytest.approx(expected["R"], abs=1e-15)
    assert acces["acces_2sfca"].tolist() == pytest.approx(expected["A"], abs=1e-15)
    assert acces["acces_2sfca"].tolist() == pytest.approx([1 / 150, 2 / 150, 1 / 150], abs=1e-15)
    assert bassins["population_bassin"].tolist() == [1500, 750]
    assert controle.loc[0, "capacite_retenue"] == 15
    assert controle.loc[0, "capacite_distribuee"] == pytest.approx(expected["controle"])
    assert acces["nb_sites_rayon"].tolist() == [1, 2, 1]
    assert set(acces["mesure"]) == {"accessibilite"}


def test_enhanced_form_by_hand():
    # s1 : 1000 + 500 (5 km) + 0.68 x 250 (12 km) ; s2 : 0.68 x 1000 + 500 (9.849 km) + 250.
    acces, bassins, controle = measure_catchment(TOY, PLACES, rayon=10)
    assert bassins["population_bassin_e2sfca"].tolist() == pytest.approx([1670, 1430])
    r1, r2 = 10 / 1670, 5 / 1430
    assert bassins["capacite_par_habitant_e2sfca"].tolist() == pytest.approx([r1, r2])
    assert acces["acces_e2sfca"].tolist() == pytest.approx([r1 + 0.68 * r2, r1 + r2, 0.68 * r1 + r2])
    assert controle.loc[0, "capacite_distribuee_e2sfca"] == pytest.approx(15)


@pytest.mark.parametrize("seed", range(5))
def test_both_forms_against_a_double_loop(seed):
    communes, sites = make_random(seed)
    acces, bassins, controle = measure_catchment(communes, sites, rayon=15)
    for code, place in sites.groupby("categorie"):
        for suffix, column, weigh in [
            ("", "acces_2sfca", lambda km: km <= 15), ("_e2sfca", "acces_e2sfca", weigh_by_steps),
        ]:  # fmt: skip
            ratios, access = loop_catchment(communes, place, weigh)
            found = bassins[bassins["categorie"] == code].set_index("acteur_id")
            assert found.loc[place["acteur_id"], f"capacite_par_habitant{suffix}"].tolist() == pytest.approx(ratios, abs=1e-14, nan_ok=True)
            assert acces.loc[acces["categorie"] == code, column].tolist() == pytest.approx(access, abs=1e-14)
    for suffix in ["", "_e2sfca"]:
        kept, shared = controle[f"capacite_retenue{suffix}"], controle[f"capacite_distribuee{suffix}"]
        assert kept.tolist() == pytest.approx(shared.tolist())


def test_the_order_of_the_rows_changes_nothing():
    communes, sites = make_random(3)
    first = measure_catchment(communes, sites, rayon=15)
    other = measure_catchment(shuffle(communes, 1), shuffle(sites, 2), rayon=15)
    keys = [["categorie", "code_insee"], ["categorie", "acteur_id"], ["categorie"]]
    for one, two, key in zip(first, other, keys, strict=True):
        pdt.assert_frame_equal(*(table.sort_values(key, ignore_index=True) for table in (one, two)), rtol=1e-12)


def test_within_the_radius_is_included_to_the_millimetre():
    communes = make_communes({"01001": (10 + 1e-9, 0, 100), "01002": (10.001, 0, 100)})
    acces, _, _ = measure_catchment(communes, make_sites({"s": ("eaje", 0, 0, 5)}), rayon=10)
    assert acces["nb_sites_rayon"].tolist() == [1, 0]
    assert acces["acces_2sfca"].tolist() == [0.05, 0.0]


def test_without_any_capacity_it_is_a_density_of_sites():
    acces, bassins, controle = measure_catchment(TOY, PLACES.assign(capacite=np.nan), rayon=10)
    assert set(acces["mesure"]) == set(controle["mesure"]) == {"densite_de_sites"}
    assert bassins["capacite"].tolist() == [1, 1]
    assert set(bassins["origine_capacite"]) == {"unitaire"}
    assert acces["acces_2sfca"].tolist() == pytest.approx([1 / 1500, 1 / 1500 + 1 / 750, 1 / 750])
    without = measure_catchment(TOY, PLACES.drop(columns="capacite"), rayon=10)[0]
    pdt.assert_frame_equal(acces, without)


def test_a_site_without_capacity_never_weighs_one_among_others():
    acces, bassins, controle = measure_catchment(TOY, PLACES.assign(capacite=[40, np.nan]), rayon=10)
    assert bassins["raison_exclusion"].tolist() == ["", "capacité non renseignée"]
    assert bassins["capacite_par_habitant"].tolist() == pytest.approx([40 / 1500, np.nan], nan_ok=True)
    assert bassins["population_bassin"].tolist() == [1500, 750]
    # 01002 has a known site too: a least value, told; 01003 has only the unknown one: not a zero.
    assert acces["acces_2sfca"].tolist() == pytest.approx([40 / 1500, 40 / 1500, np.nan], nan_ok=True)
    assert acces["nb_sites_sans_capacite_rayon"].tolist() == [0, 1, 1]
    assert controle.loc[0, ["nb_sites_categorie", "nb_sites_retenus", "nb_sites_sans_capacite"]].tolist() == [2, 1, 1]
    assert controle.loc[0, "mesure"] == "accessibilite"


def test_zero_and_negative_capacities_are_left_out_and_told():
    sites = make_sites({"s1": ("eaje", 0, 0, 10), "s2": ("eaje", 12, 0, 0), "s3": ("eaje", 12, 0, -3)})
    acces, bassins, controle = measure_catchment(TOY, sites, rayon=10)
    assert bassins["raison_exclusion"].tolist() == ["", "capacité nulle", "capacité négative"]
    assert controle.loc[0, ["capacite_retenue", "nb_sites_sans_capacite"]].tolist() == [10, 1]
    # Nobody is there for sure: a zero. A negative capacity is a slip, so the true one is not known: not a zero.
    closed = measure_catchment(TOY, sites[sites["acteur_id"] != "s3"], rayon=10)[0]
    assert closed["acces_2sfca"].tolist()[2] == 0
    assert np.isnan(acces["acces_2sfca"].tolist()[2])


def test_a_site_that_nobody_reaches_is_left_out_and_the_check_tells():
    sites = make_sites({"s1": ("eaje", 0, 0, 10), "s2": ("eaje", 25, 0, 7), "s3": ("eaje", 300, 0, 7)})
    acces, bassins, controle = measure_catchment(TOY, sites, rayon=10)
    assert bassins["raison_exclusion"].tolist() == ["", *["aucun habitant connu dans le rayon"] * 2]
    assert bassins["capacite_par_habitant"].isna().tolist() == [False, True, True]
    assert bassins["capacite_par_habitant_e2sfca"].isna().tolist() == [False, False, True]
    assert controle.loc[0, ["capacite_retenue", "capacite_retenue_e2sfca"]].tolist() == [10, 17]
    assert controle.loc[0, ["capacite_distribuee", "capacite_distribuee_e2sfca"]].tolist() == pytest.approx([10, 17])
    assert acces["acces_2sfca"].tolist() == pytest.approx([10 / 1500, 10 / 1500, 0])


def test_no_site_within_reach_is_a_zero_only_where_the_place_is_known():
    communes = make_communes({"01001": (0, 0, 1000), "01002": (300, 0, 50), "01003": (np.nan, np.nan, 80)})
    acces, _, controle = measure_catchment(communes, PLACES, rayon=10)
    assert acces["acces_2sfca"].tolist() == pytest.approx([0.01, 0, np.nan], nan_ok=True)
    assert acces["nb_sites_rayon"].tolist() == [1, 0, pd.NA]
    assert controle.loc[0, "capacite_distribuee"] == 10  # s2 reaches nobody


def test_an_unknown_population_weighs_nothing_and_is_counted():
    communes = TOY.assign(population=[1000, np.nan, 250])
    acces, bassins, controle = measure_catchment(communes, PLACES, rayon=10)
    assert bassins["population_bassin"].tolist() == [1000, 250]
    assert acces["acces_2sfca"].tolist() == pytest.approx([0.01, 0.03, 0.02])
    assert controle.loc[0, "nb_communes_population_inconnue"] == 1
    places = pd.DataFrame({"code_insee": communes.index, "territoire_id": "t"})
    row = summarise_catchment(acces, communes, places).iloc[0]
    assert row[["population", "nb_communes", "nb_communes_population_inconnue"]].tolist() == [1250, 3, 1]
    assert row["acces_2sfca_pour_1000"] == pytest.approx(12)


def test_zones_do_not_mix_and_a_zone_without_site_is_not_known():
    communes = pd.concat([TOY, make_communes({"97401": (0, 0, 700)}, zone="la_reunion")])
    acces, bassins, _ = measure_catchment(communes, PLACES, rayon=10)
    assert bassins["population_bassin"].tolist() == [1500, 750]
    assert acces["acces_2sfca"].isna().tolist() == [False, False, False, True]


def test_mobile_services_and_unplaced_sites_are_no_fixed_points():
    sites = make_sites({"s1": ("fs", 0, 0, 1), "s2": ("fs", 0, 0, 1), "s3": ("fs", np.nan, np.nan, 1)}, mobile=[False, True, False])
    acces, bassins, _ = measure_catchment(TOY, sites, rayon=10)
    assert bassins["raison_exclusion"].tolist() == ["", "service itinérant", "place inconnue"]
    assert bassins["population_bassin"].isna().tolist() == [False, True, True]
    assert acces["nb_sites_rayon"].tolist() == [1, 1, 0]
    only = measure_catchment(TOY, sites[sites["acteur_id"] != "s1"], rayon=10)[0]
    assert only["acces_2sfca"].isna().all()


def test_neighbours_weigh_without_a_row_and_unload_the_sites_of_the_edge():
    wide = pd.concat([TOY, make_communes({"42001": (15, 0, 1250)})])
    wide["hors_territoire"] = wide.index == "42001"
    acces, bassins, controle = measure_catchment(wide, PLACES, rayon=10)
    assert acces["code_insee"].tolist() == list(TOY.index)
    assert bassins["population_bassin"].tolist() == [1500, 2000]
    assert acces["acces_2sfca"].tolist() == pytest.approx([10 / 1500, 10 / 1500 + 5 / 2000, 5 / 2000])
    assert controle.loc[0, "capacite_distribuee"] == pytest.approx(15)


def test_neighbours_within_reach_change_nothing_more_when_all_the_country_is_given():
    country, sites = make_random(7, nb_communes=300, nb_sites=40)
    country[["x_m", "y_m"]] *= 4
    sites[["x_m", "y_m"]] *= 4
    mine = country[(country["x_m"] < 80e3) & (country["y_m"] < 80e3)]
    wide = join_neighbours(mine, country, reach_km=30)
    assert list(wide.index[: len(mine)]) == list(mine.index)
    assert len(mine) < len(wide) < len(country)
    assert wide.index.is_unique
    whole = country.assign(hors_territoire=~country.index.isin(mine.index))
    one, two = (measure_catchment(table, sites)[0] for table in (wide, whole))
    assert one["acces_e2sfca"].gt(0).any()
    columns = ["code_insee", "categorie", "acces_2sfca", "acces_e2sfca", "nb_sites_rayon"]
    pdt.assert_frame_equal(one[columns], two[columns], rtol=1e-12)


def test_a_site_of_the_edge_is_marked_and_one_in_the_middle_is_not():
    grid = {f"01{x:02d}{y:02d}": (4 * x, 4 * y, 100) for x in range(15) for y in range(15)}
    sites = make_sites({"bord": ("fs", 2, 28, 1), "dehors": ("fs", -30, 28, 1), "milieu": ("fs", 28, 28, 1)})
    communes = make_communes(grid)
    acces, bassins, controle = measure_catchment(communes, sites, rayon=20, paliers=[(20, 1)])
    assert bassins.set_index("acteur_id")["au_bord"].to_dict() == {"bord": True, "dehors": True, "milieu": False}
    # « dehors » reaches nobody: left out, it overestimates nothing.
    assert controle.loc[0, "nb_sites_au_bord"] == 1
    near = np.hypot(communes["x_m"] - 2000, communes["y_m"] - 28000) <= 20000
    assert acces["nb_sites_au_bord_rayon"].tolist() == near.astype(int).tolist()
    places = pd.DataFrame({"code_insee": communes.index, "territoire_id": "t"})
    assert summarise_catchment(acces, communes, places).loc[0, "part_population_au_bord"] == pytest.approx(near.mean())


def test_neighbours_make_the_mark_of_the_edge_go():
    grid = {f"01{x:02d}{y:02d}": (4 * x, 4 * y, 100) for x in range(15) for y in range(15)}
    wide = make_communes(grid)
    wide["hors_territoire"] = (wide["x_m"] - 28000).abs().gt(8000) | (wide["y_m"] - 28000).abs().gt(8000)
    sites = make_sites({"milieu": ("fs", 28, 28, 1)})
    edge = [measure_catchment(c, sites, rayon=20)[1]["au_bord"].tolist() for c in (wide, wide[~wide["hors_territoire"]])]
    assert edge == [[False], [True]]


def test_travel_times_replace_straight_lines():
    temps = pd.DataFrame(
        [("01001", "s1", 4), ("01002", "s1", 25), ("01002", "s1", 22), ("01002", "s2", -1), ("01003", "s2", np.nan),
         ("01003", "s1", 45), ("01001", "inconnu", 1), ("99999", "s1", 1)],
        columns=["code_insee", "destination", "minutes"],
    )  # fmt: skip
    unplaced = PLACES.assign(x_m=np.nan)
    acces, bassins, controle = measure_catchment(TOY, unplaced, rayon=22, temps=temps)
    assert bassins["raison_exclusion"].tolist() == ["", "place inconnue"]
    assert bassins["population_bassin"].tolist() == pytest.approx([1500, np.nan], nan_ok=True)
    assert acces["acces_2sfca"].tolist() == pytest.approx([10 / 1500, 10 / 1500, 0])
    basin = 1000 + 0.22 * 500
    assert acces["acces_e2sfca"].tolist() == pytest.approx([10 / basin, 2.2 / basin, 0])
    assert bassins["au_bord"].isna().all()
    assert controle["nb_sites_au_bord"].isna().all()
    assert acces["nb_sites_au_bord_rayon"].isna().all()
    places = pd.DataFrame({"code_insee": TOY.index, "territoire_id": "t"})
    assert np.isnan(summarise_catchment(acces, TOY, places).loc[0, "part_population_au_bord"])
    missing = measure_catchment(TOY, unplaced, rayon=22, temps=temps[temps["code_insee"] != "01003"])[0]
    assert np.isnan(missing["acces_2sfca"].tolist()[2])


def test_a_travel_time_to_a_commune_is_one_to_its_sites():
    temps = pd.DataFrame({"code_insee": ["01002", "01002"], "destination": ["01001", "s2"], "minutes": [5, 30]})
    acces, bassins, _ = measure_catchment(TOY, PLACES, rayon=10, temps=temps)
    assert bassins["population_bassin"].tolist() == [500, 0]
    assert acces["acces_2sfca"].tolist() == pytest.approx([np.nan, 0.02, np.nan], nan_ok=True)


def test_a_mobile_service_has_no_travel_time():
    temps = pd.DataFrame({"code_insee": ["01001"] * 2, "destination": ["s1", "s2"], "minutes": [5, 5]})
    acces, bassins, _ = measure_catchment(TOY, PLACES.assign(mobile=[False, True]), temps=temps)
    assert bassins["raison_exclusion"].tolist() == ["", "service itinérant"]
    assert acces["nb_sites_rayon"].tolist() == [1, pd.NA, pd.NA]


def test_an_actor_of_several_categories_has_its_capacity_in_each():
    sites = PLACES.assign(categories_secondaires=[("rpe",), ()])
    _, bassins, _ = measure_catchment(TOY, sites, rayon=10)
    assert bassins[["acteur_id", "categorie", "capacite"]].values.tolist() == [
        ["s1", "eaje", 10], ["s2", "eaje", 5], ["s1", "rpe", 10],
    ]  # fmt: skip


def test_summary_by_hand():
    acces, _, _ = measure_catchment(TOY, PLACES, rayon=4)
    places = pd.DataFrame({"code_insee": [*TOY.index, "01002"], "territoire_id": ["t", "t", "t", "seul"]})
    table = summarise_catchment(acces, TOY, places).set_index("territoire_id")
    assert table.loc["t", "acces_2sfca_pour_1000"] == pytest.approx(1000 * 15 / 1750)
    assert table.loc["t", ["population", "population_sans_acces", "nb_communes_sans_acces"]].tolist() == [1750, 500, 1]
    assert table.loc["t", "part_population_sans_acces"] == pytest.approx(500 / 1750)
    assert table.loc["t", "capacite_recue"] == pytest.approx(15)
    assert table.loc["seul", ["acces_2sfca_pour_1000", "part_population_sans_acces"]].tolist() == [0, 1]


def test_a_territory_of_unknown_access_has_no_mean():
    acces, _, _ = measure_catchment(TOY.assign(x_m=[0, 3000, np.nan]), PLACES, rayon=10)
    places = pd.DataFrame({"code_insee": ["01003"], "territoire_id": ["t"]})
    row = summarise_catchment(acces, TOY, places).iloc[0]
    assert row[["acces_2sfca_pour_1000", "acces_e2sfca_pour_1000", "part_population_sans_acces"]].isna().all()
    assert row[["population", "population_non_mesuree", "nb_communes_non_mesurees"]].tolist() == [0, 250, 1]
    assert row["raison_absence"] == "aucun habitant dont l'accès est connu"


def test_empty_tables_give_empty_tables_with_their_columns():
    empty = make_table("acteurs")
    for tables in [measure_catchment(TOY, empty), measure_catchment(TOY, PLACES, categories=[])]:
        assert [len(table) for table in tables] == [0, 0, 0]
        assert all(len(table.columns) for table in tables)
    acces, bassins, controle = measure_catchment(TOY, empty, categories=["eaje"])
    assert acces["acces_2sfca"].isna().all()
    assert (len(acces), len(bassins), controle.loc[0, "nb_sites_categorie"]) == (3, 0, 0)
    acces, _, _ = measure_catchment(TOY, empty, categories=["eaje"], temps=pd.DataFrame(columns=["code_insee", "destination", "minutes"]))
    assert acces["acces_2sfca"].isna().all()
    acces, bassins, _ = measure_catchment(TOY.iloc[:0], PLACES)
    assert len(acces) == 0
    assert bassins["capacite_par_habitant"].isna().all()
    assert len(summarise_catchment(acces, TOY, pd.DataFrame({"code_insee": ["01001"], "territoire_id": ["t"]}))) == 0


@pytest.mark.parametrize(("rayon", "paliers"), [(0, PALIERS), (10, [(20, 1), (10, 0.5)]), (10, [(10, -1)]), (10, [(0, 1)])])
def test_a_radius_or_zones_that_make_no_sense_are_refused(rayon, paliers):
    with pytest.raises(DiagnosticError, match="zones_2sfca"):
        measure_catchment(TOY, PLACES, rayon=rayon, paliers=paliers)


def test_arguments_are_not_touched():
    communes, sites = make_random(0)
    copies = communes.copy(), sites.copy()
    measure_catchment(communes, sites, rayon=15)
    pdt.assert_frame_equal(communes, copies[0])
    pdt.assert_frame_equal(sites, copies[1])


def test_pairs_hold_those_at_no_distance_and_no_others():
    i, j, km = pair_points(TOY, PLACES.assign(zone="metropole"), 10)
    assert sorted(zip(i, j, km, strict=True)) == [(0, 0, 0.0), (1, 0, 5.0), (1, 1, 9.848858), (2, 1, 0.0)]


def test_sharing_without_people_is_undefined_not_infinite():
    basin, ratio, access = share_capacities(np.array([0]), np.array([0]), np.ones(1), np.zeros(1), np.array([3.0]))
    assert (basin[0], access[0]) == (0, 0)
    assert np.isnan(ratio[0])
