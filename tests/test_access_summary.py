"""Shares beyond a threshold against a naive loop over communes, in kilometres and in minutes."""

import numpy as np
import pandas as pd
import pandas.testing as pdt
import pytest
from jouets_acces import TOY, make_grid, make_membership, make_sites, make_times
from jouets_reseau import shuffle

from diagnostic.measure.manques.access import keep_inside, measure_access, summarise_access
from diagnostic.measure.manques.access_summary import BEYOND_COLUMNS
from diagnostic.measure.manques.travel import measure_travel_access, summarise_travel


def make_case(seed):
    communes, sites = make_grid(seed)
    communes.loc["01003", "population"] = np.nan
    communes.loc["01004", ["x_m", "y_m"]] = np.nan
    halves = [make_membership(communes.iloc[k::2], f"epci:{k}") for k in range(2)]
    belongs = pd.concat([make_membership(communes), *halves], ignore_index=True)
    return communes, sites.assign(hors_territoire=[k % 3 > 0 for k in range(len(sites))]), belongs


@pytest.mark.parametrize("seed", [1, 2])
def test_against_a_loop_over_communes(seed):
    communes, sites, belongs = make_case(seed)
    distances = measure_access(communes, sites)
    inside = measure_access(communes, keep_inside(sites)).set_index(["categorie", "code_insee"])["distance_km"]
    table = summarise_access(distances, communes, belongs, sites, seuils_km=(1, 2))
    assert len(table) == 3 * 2 * 2
    for row in table.itertuples():
        members = set(belongs.loc[belongs["territoire_id"] == row.territoire_id, "code_insee"])
        here = distances[(distances["categorie"] == row.categorie) & distances["code_insee"].isin(members)].dropna()
        people = [(0 if np.isnan(n := communes.loc[c, "population"]) else n, d, inside.get((row.categorie, c), np.inf))
                  for c, d in zip(here["code_insee"], here["distance_km"], strict=True)]  # fmt: skip
        assert row.population == sum(n for n, _, _ in people) and row.nb_communes == len(people)
        for suffix, factor in {"": 1, "_moins_25": 0.75, "_plus_25": 1.25}.items():
            assert getattr(row, "population_au_dela" + suffix) == sum(n for n, d, _ in people if d > factor * row.seuil_km)
            assert getattr(row, "nb_communes_au_dela" + suffix) == sum(1 for _, d, _ in people if d > factor * row.seuil_km)
        assert row.population_au_dela_sans_voisins == sum(n for n, _, d in people if not d <= row.seuil_km)
        assert row.population_au_dela_sans_voisins >= row.population_au_dela
        assert row.distance_moyenne_km == pytest.approx(sum(n * d for n, d, _ in people) / row.population)
    mixed = summarise_access(shuffle(distances), shuffle(communes), shuffle(belongs), shuffle(sites), seuils_km=(2, 1))
    pdt.assert_frame_equal(mixed, table)


def test_no_threshold_no_row():
    communes, sites, belongs = make_case(1)
    table = summarise_access(measure_access(communes, sites), communes, belongs, sites, seuils_km=())
    assert table.empty and set(BEYOND_COLUMNS) < set(table.columns)


def test_minutes_are_summed_up_alike():
    sites = make_sites(
        {"s1": ("ccas", 0, 0, "01001"), "s2": ("ccas", 13, 0, "69001")}, hors_territoire=[False, True]
    )
    times = make_times([("01001", "s1", 0), ("01002", "s1", 24), ("01003", "s2", 6)])
    trajets = measure_travel_access(TOY, sites, times)
    table = summarise_travel(trajets, TOY, make_membership(TOY), sites, times, seuils_min=[20]).iloc[0]
    assert table[["seuil_minutes", "population", "population_au_dela", "population_au_dela_sans_voisins"]].tolist() == [
        20, 1750, 500, 750,
    ]  # fmt: skip
    assert table[["nb_communes_au_dela_moins_25", "nb_communes_au_dela_plus_25"]].tolist() == [1, 0]
    assert table["minutes_moyennes"] == pytest.approx((500 * 24 + 250 * 6) / 1750)
    assert table[["nb_sites", "nb_sites_hors_territoire", "nb_communes_sans_temps"]].tolist() == [1, 1, 0]
    assert table[["nb_communes_temps_incomplet", "raison_absence"]].tolist() == [0, ""]


def test_minutes_that_nobody_gave_are_not_zero():
    sites = make_sites({"s1": ("ccas", 0, 0, "01001"), "m": ("mjc", 0, 0, "01001")})
    times = make_times([("01002", "s1", 24)])
    trajets = measure_travel_access(TOY, sites, times)
    table = summarise_travel(trajets, TOY, make_membership(TOY), sites, times, seuils_min=[20]).set_index("categorie")
    row = table.loc["ccas"]
    assert row[["population", "population_sans_temps", "nb_communes_sans_temps"]].tolist() == [500, 1250, 2]
    assert row["part_population_au_dela"] == 1
    assert table.loc["mjc", "raison_absence"] == "aucun temps de trajet donné"
    assert table.loc["mjc", [*BEYOND_COLUMNS, "minutes_moyennes"]].isna().all()


def test_columns_blanked_are_columns_of_the_table():
    table = summarise_access(measure_access(TOY, make_sites({"s": ("ccas", 0, 0, "01001")})), TOY, make_membership(TOY),
                             make_sites({"s": ("ccas", 0, 0, "01001")}))  # fmt: skip
    assert set(BEYOND_COLUMNS) < set(table) and len(set(BEYOND_COLUMNS)) == 12
    assert isinstance(table, pd.DataFrame) and table[BEYOND_COLUMNS].notna().all(axis=None)
