"""Curves against counts, quantiles against sorted inhabitants, the farthest communes and those nobody can rank."""

import numpy as np
import pandas as pd
import pandas.testing as pdt
import pytest
from jouets_acces import SITE, TOY, make_communes, make_grid, make_membership, make_sites, make_times
from jouets_reseau import shuffle

from diagnostic.measure.manques.access import measure_access, summarise_access
from diagnostic.measure.manques.access_curves import (
    CURVE_COLUMNS,
    list_farthest,
    list_unreached,
    measure_curves,
    measure_quantiles,
)
from diagnostic.measure.manques.travel import measure_travel_access

DISTANCES = measure_access(TOY, SITE)


def test_the_curve_by_hand():
    table = measure_curves(DISTANCES, TOY, make_membership(TOY))
    assert list(table) == CURVE_COLUMNS and table["unite"].unique().tolist() == ["km"]
    assert table["borne"].tolist() == [float(k) for k in range(13)]
    assert table["population"].tolist() == [1000.0] * 5 + [1500.0] * 7 + [1750.0]
    assert table["nb_communes"].tolist() == [1] * 5 + [2] * 7 + [3]
    assert table["part_population"].iloc[[0, 5, 12]].tolist() == pytest.approx([1000 / 1750, 1500 / 1750, 1])
    assert set(table["population_totale"]) == {1750.0} and set(table["nb_communes_total"]) == {3}


def test_the_curve_is_what_is_not_beyond():
    communes, sites = make_grid(2)
    parts = pd.concat([make_membership(communes), make_membership(communes.iloc[::3], "epci:A")])
    distances = measure_access(communes, sites)
    curve = measure_curves(shuffle(distances), shuffle(communes), shuffle(parts)).set_index(["territoire_id", "categorie", "borne"])
    beyond = summarise_access(distances, communes, parts, sites, seuils_km=range(4))
    for row in beyond.itertuples():
        key = (row.territoire_id, row.categorie, float(row.seuil_km))
        if key in curve.index:
            assert curve.loc[key, "part_population"] == pytest.approx(1 - row.part_population_au_dela)
        else:
            assert row.population_au_dela == 0
    assert (curve.groupby(["territoire_id", "categorie"])["part_population"].last() == 1).all()


def test_a_finer_grid_holds_the_same_points():
    fine = measure_curves(DISTANCES, TOY, make_membership(TOY), pas=0.1)
    assert len(fine) == 121
    assert fine["population"].iloc[[49, 50, 119, 120]].tolist() == [1000, 1500, 1500, 1750]
    pdt.assert_series_equal(fine["borne"].iloc[[3, 120]], pd.Series([0.3, 12.0], index=[3, 120], name="borne"))


def test_quantiles_against_inhabitants_one_by_one():
    rng = np.random.default_rng(8)
    communes, sites = make_grid(8)
    communes["population"] = rng.integers(0, 30, len(communes))
    distances = measure_access(communes, sites)
    table = measure_quantiles(shuffle(distances), communes, make_membership(communes)).set_index("categorie")
    for categorie, row in table.iterrows():
        near = distances[distances["categorie"] == categorie].set_index("code_insee")["distance_km"]
        people = np.sort(np.repeat(near[communes.index].to_numpy(), communes["population"]))
        assert row["population"] == len(people)
        for name, share in {"distance_mediane_km": 0.5, "distance_p90_km": 0.9}.items():
            assert row[name] == np.quantile(people, share, method="inverted_cdf")
        assert row["distance_max_km"] == near.max()
    toy = measure_quantiles(DISTANCES, TOY, make_membership(TOY)).iloc[0]
    assert toy[["distance_mediane_km", "distance_p90_km", "distance_max_km"]].tolist() == [0, 12, 12]


def test_nobody_and_unknown():
    deserted = TOY.assign(population=[0, np.nan, 0])
    row = measure_quantiles(DISTANCES, deserted, make_membership(TOY)).iloc[0]
    assert row[["population", "nb_communes", "distance_max_km"]].tolist() == [0, 3, 12]
    assert np.isnan(row["distance_mediane_km"]) and np.isnan(row["distance_p90_km"])
    curve = measure_curves(DISTANCES, deserted, make_membership(TOY))
    assert curve["part_population"].isna().all() and curve["nb_communes"].iloc[-1] == 3
    unknown = measure_access(TOY, SITE, categories=["mjc"])
    for table in [unknown, DISTANCES.head(0)]:
        assert measure_curves(table, TOY, make_membership(TOY)).empty
        assert measure_quantiles(table, TOY, make_membership(TOY)).empty
        assert list_farthest(table, TOY).empty


def test_minutes_have_their_own_columns():
    times = make_times([("01001", "s1", 0), ("01002", "s1", 2.5)])
    trajets = measure_travel_access(TOY, SITE, times)
    curve = measure_curves(trajets, TOY, make_membership(TOY))
    assert curve["unite"].unique().tolist() == ["min"] and curve["population"].tolist() == [1000, 1000, 1000, 1500]
    row = measure_quantiles(trajets, TOY, make_membership(TOY)).iloc[0]
    assert row[["unite", "minutes_medianes", "minutes_p90", "minutes_max"]].tolist() == ["min", 0, 2.5, 2.5]
    assert list_unreached(trajets, TOY)[["code_insee", "raison"]].values.tolist() == [["01003", "aucun temps de trajet donné"]]
    assert list_farthest(trajets, TOY)["minutes"].tolist() == [2.5, 0]


def test_the_farthest_by_category_ties_by_code():
    communes, sites = make_grid(6)
    table = list_farthest(measure_access(shuffle(communes), sites), communes)
    assert table.groupby("categorie")["rang"].apply(list).tolist() == [list(range(1, 11))] * 2
    away = measure_access(communes, sites)
    for categorie, rows in table.groupby("categorie"):
        near = away[away["categorie"] == categorie]
        expected = sorted(zip(-near["distance_km"], near["code_insee"], strict=True))[:10]
        assert [(-d, c) for d, c in zip(rows["distance_km"], rows["code_insee"], strict=True)] == expected
    assert table["population"].tolist() == communes.loc[table["code_insee"], "population"].tolist()
    assert table["nom"].tolist() == communes.loc[table["code_insee"], "nom"].tolist()


def test_communes_that_cannot_be_ranked_are_apart_with_the_reason():
    communes = pd.concat([TOY, make_communes({"01000": (np.nan, 0, 9)}), make_communes({"97411": (0, 0, 7)}, zone="la_reunion")])
    distances = measure_access(communes, make_sites({"s1": ("ccas", 0, 0, "01001")}))
    assert list_farthest(distances, communes)["code_insee"].tolist() == ["01003", "01002", "01001"]
    apart = list_unreached(distances, communes)
    assert apart[["code_insee", "raison"]].values.tolist() == [
        ["01000", "mairie non localisée"], ["97411", "aucun site fixe de cette catégorie"],
    ]  # fmt: skip
    assert list_unreached(DISTANCES, TOY).empty
