"""One more site: brute force over all sets, the bound of the greedy way, ties, what stays, what is said when nothing is gained."""

from itertools import combinations

import numpy as np
import pandas as pd
import pandas.testing as pdt
import pytest
from jouets_reseau import shuffle

from diagnostic.errors import DiagnosticError
from diagnostic.measure.manques import siting
from diagnostic.measure.manques.siting import SITE_COLUMNS, find_exact_sites, find_greedy_sites

NOWHERE = pd.DataFrame(columns=["acteur_id", "categorie", "x_m", "y_m", "code_insee"])
BOTH = pytest.mark.parametrize("find", [find_greedy_sites, find_exact_sites])


def make_communes(points, zone="metropole"):
    """Return communes from {code: (x_km, y_km, population)}."""
    table = pd.DataFrame.from_dict(points, orient="index", columns=["x_m", "y_m", "population"]).astype(float)
    table[["x_m", "y_m"]] *= 1000
    return table.assign(zone=zone).rename_axis("code_insee")


def make_sites(*points, categorie="fs", **columns):
    """Return actors of one category from (x_km, y_km)."""
    table = pd.DataFrame({"acteur_id": [f"s{k}" for k in range(len(points))], "categorie": categorie, "code_insee": "01001"})
    table[["x_m", "y_m"]] = 1000.0 * np.array(points, dtype=float).reshape(-1, 2)
    return table.assign(**columns)


def make_random(seed, nb_communes=14, nb_sites=2):
    """Return communes and sites on whole kilometres of a square of 40 km, so that ties are many."""
    rng = np.random.default_rng(seed)
    points = zip(rng.integers(0, 40, (nb_communes, 2)), rng.integers(1, 9, nb_communes) * 100, strict=True)
    communes = make_communes({f"01{k:03d}": (*point, people) for k, (point, people) in enumerate(points)})
    return communes, make_sites(*rng.integers(0, 40, (nb_sites, 2)))


def measure_lines(communes, spots):
    """Return the kilometres from each commune to each spot, one by one."""
    points = communes[["x_m", "y_m"]].to_numpy().tolist()
    return np.array([[round(np.hypot(x - u, y - v), 3) / 1000 for u, v in spots] for x, y in points]).reshape(len(points), -1)


def measure_values(communes, sites, sets, objectif, rayon_km):
    """The slow way, for each set of communes added: inhabitants covered, or the opposite of the mean distance."""
    people = communes["population"].to_numpy()
    stay = measure_lines(communes, sites[["x_m", "y_m"]].to_numpy(dtype=float).tolist()).min(axis=1, initial=np.inf)
    lines = measure_lines(communes, communes[["x_m", "y_m"]].to_numpy().tolist())
    values = []
    for chosen in sets:
        near = np.minimum(stay, lines[:, communes.index.get_indexer(list(chosen))].min(axis=1, initial=np.inf))
        values.append(people @ (near <= rayon_km) if objectif == "couverture" else -(people @ near) / people.sum())
    return values


def measure_value(communes, sites, chosen, objectif, rayon_km):
    return measure_values(communes, sites, [chosen], objectif, rayon_km)[0]


def find_best(communes, sites, nombre, objectif, rayon_km):
    """The slow way: the best value over all sets of `nombre` communes."""
    return max(measure_values(communes, sites, combinations(communes.index, nombre), objectif, rayon_km))


@pytest.mark.parametrize("objectif", ["couverture", "distance_moyenne"])
@pytest.mark.parametrize("nb_sites", [0, 2])
@pytest.mark.parametrize("seed", range(4))
def test_exact_is_the_best_of_all_sets_and_greedy_keeps_its_bound(seed, nb_sites, objectif):
    communes, sites = make_random(seed, nb_sites=nb_sites)
    asked = {"categorie": "fs", "objectif": objectif, "rayon_km": 8}
    start = measure_value(communes, sites, [], objectif, 8)
    for nombre in [1, 2, 3]:
        exact, greedy = (f(communes, sites, nombre=nombre, **asked) for f in (find_exact_sites, find_greedy_sites))
        best = find_best(communes, sites, nombre, objectif, 8)
        assert measure_value(communes, sites, exact["code_insee"].dropna(), objectif, 8) == pytest.approx(best)
        reached = measure_value(communes, sites, greedy["code_insee"].dropna(), objectif, 8)
        assert reached <= best + 1e-9
        if np.isfinite(start):
            assert reached - start >= (1 - 1 / np.e) * (best - start) - 1e-9
        assert exact["ecart_optimal"].dropna().le(1e-9).all()
        assert set(exact["mode_calcul"]) <= {"exacte", ""}
        if nombre == 1:
            assert exact["code_insee"].tolist() == greedy["code_insee"].tolist()


@BOTH
@pytest.mark.parametrize("objectif", ["couverture", "distance_moyenne"])
@pytest.mark.parametrize("seed", range(3))
def test_gains_and_what_holds_after_are_those_of_a_loop(find, objectif, seed):
    communes, sites = make_random(seed)
    table = find(communes, sites, categorie="fs", objectif=objectif, rayon_km=8, nombre=3)
    total, codes = communes["population"].sum(), table["code_insee"].tolist()
    for k, row in enumerate(table.itertuples()):
        before, after = ([measure_value(communes, sites, codes[:n], o, 8) for o in ("couverture", "distance_moyenne")] for n in (k, k + 1))
        assert (row.population_couverte, row.gain_habitants) == pytest.approx((after[0], after[0] - before[0]))
        assert (row.distance_moyenne_km, row.gain_distance_km) == pytest.approx((-after[1], after[1] - before[1]))
        assert row.part_population_couverte == pytest.approx(after[0] / total)
    assert table["ordre"].tolist() == [1, 2, 3]
    assert (table["population"] == total).all()


def test_the_greedy_trap_is_seen_by_the_exact_answer():
    # The middle covers three of the five; the two best together cover all five.
    communes = make_communes({"01001": (0, 0, 90), "01002": (8, 0, 99), "01003": (16, 0, 99), "01004": (24, 0, 99), "01005": (32, 0, 90)})
    greedy, exact = (f(communes, NOWHERE, categorie="fs", nombre=2) for f in (find_greedy_sites, find_exact_sites))
    assert greedy["code_insee"].tolist() == ["01003", "01001"]
    assert greedy["population_couverte"].tolist() == [297, 387]
    assert exact["population_couverte"].tolist()[-1] == 477
    assert exact["mode_calcul"].tolist() == ["exacte", "exacte"]


def test_median_by_hand():
    communes = make_communes({"01001": (0, 0, 100), "01002": (10, 0, 200), "01003": (30, 0, 100)})
    table = find_greedy_sites(communes, make_sites((0, 0)), categorie="fs", objectif="distance_moyenne")
    # Before: (0 + 2000 + 3000) / 400 = 12.5 km. At 01002: 2000 / 400; at 01003: 2000 / 400 too: the smallest code.
    assert table.loc[0, ["code_insee", "nb_ex_aequo", "gain_distance_km", "distance_moyenne_km"]].tolist() == ["01002", 1, 7.5, 5]


def test_the_first_site_of_all_has_no_distance_to_gain_on():
    communes = make_communes({"01001": (0, 0, 100), "01002": (10, 0, 200), "01003": (30, 0, 100)})
    for find in (find_greedy_sites, find_exact_sites):
        table = find(communes, NOWHERE, categorie="fs", objectif="distance_moyenne", nombre=2)
        assert table["code_insee"].tolist()[0] == "01002"
        assert table["distance_moyenne_km"].tolist() == [7.5, 2.5]
        assert table["gain_distance_km"].tolist() == pytest.approx([np.nan, 5], nan_ok=True)


@BOTH
def test_ties_go_to_the_smallest_code_whatever_the_order_and_are_counted(find):
    communes = make_communes({"01003": (0, 0, 100), "01001": (50, 0, 100), "01002": (100, 0, 100)})
    for seed in range(3):
        table = find(shuffle(communes, seed), NOWHERE, categorie="fs", nombre=2)
        assert table["code_insee"].tolist() == ["01001", "01002"]
    assert find(communes, NOWHERE, categorie="fs")["nb_ex_aequo"].tolist() == [2]


@pytest.mark.parametrize("objectif", ["couverture", "distance_moyenne"])
@BOTH
def test_the_order_of_the_rows_changes_nothing(find, objectif):
    communes, sites = make_random(5, nb_communes=25)
    one = find(communes, sites, categorie="fs", objectif=objectif, nombre=3)
    two = find(shuffle(communes, 1), shuffle(sites, 2), categorie="fs", objectif=objectif, nombre=3)
    pdt.assert_frame_equal(one, two, rtol=1e-12)


@BOTH
def test_within_the_radius_is_included_to_the_millimetre(find):
    communes = make_communes({"01001": (0, 0, 100), "01002": (10 + 1e-8, 0, 100), "01003": (20.001, 0, 100)})
    table = find(communes, make_sites((0, 0)), categorie="fs")
    assert table.loc[0, ["code_insee", "gain_habitants", "population_couverte"]].tolist() == ["01003", 100, 300]


@BOTH
@pytest.mark.parametrize("objectif", ["couverture", "distance_moyenne"])
def test_nothing_to_gain_is_said_and_no_site_is_named(find, objectif):
    communes = make_communes({"01001": (0, 0, 100), "01002": (50, 0, 100)})
    table = find(communes, make_sites((0, 0), (50, 0)), categorie="fs", objectif=objectif, nombre=3)
    assert len(table) == 1
    assert table.loc[0, ["ordre", "code_insee", "gain_habitants"]].isna().all()
    assert "n'y change rien" in table.loc[0, "raison"]
    assert table.loc[0, ["population_couverte", "distance_moyenne_km", "mode_calcul"]].tolist() == [200, 0, ""]
    more = find(communes, make_sites((0, 0)), categorie="fs", objectif=objectif, nombre=3)
    assert more["ordre"].tolist() == [1, pd.NA]
    assert more["raison"].tolist()[0] == ""


@BOTH
@pytest.mark.parametrize("objectif", ["couverture", "distance_moyenne"])
def test_without_candidate_it_is_said(find, objectif):
    unplaced = make_communes({"01001": (np.nan, np.nan, 100), "01002": (0, 0, np.nan)})
    table = find(unplaced, NOWHERE, categorie="fs", objectif=objectif)
    assert table.loc[0, "raison"] == "aucune commune dont le point et les habitants sont connus"
    assert table.loc[0, ["population", "nb_communes_non_comptees"]].tolist() == [0, 2]
    assert np.isnan(table.loc[0, "part_population_couverte"])
    assert find(unplaced.iloc[:0], NOWHERE, categorie="fs", objectif=objectif).columns.tolist() == SITE_COLUMNS


def test_who_is_unknown_is_counted_and_who_is_empty_may_be_a_candidate():
    communes = make_communes({"01001": (0, 0, 100), "01002": (9, 0, 0), "01003": (18, 0, 100), "01004": (0, 1, np.nan)})
    table = find_greedy_sites(communes, NOWHERE, categorie="fs")
    assert table.loc[0, ["code_insee", "gain_habitants", "population", "nb_communes_non_comptees"]].tolist() == ["01002", 200, 200, 1]


def test_mobile_services_other_categories_and_neighbours_serve_nobody_here():
    communes = make_communes({"01001": (0, 0, 100), "01002": (50, 0, 300)})
    sites = pd.concat([make_sites((50, 0), mobile=True), make_sites((50, 0), categorie="mds")])
    assert find_greedy_sites(communes, sites, categorie="fs")["code_insee"].tolist() == ["01002"]
    outside = communes.assign(hors_territoire=[False, True])
    table = find_greedy_sites(outside, sites, categorie="fs", nombre=2)
    assert table["code_insee"].tolist() == ["01001", None]
    assert table["population"].tolist() == [100, 100]


def test_sites_out_of_the_territory_serve():
    communes = make_communes({"01001": (0, 0, 100), "01002": (50, 0, 90)})
    table = find_greedy_sites(communes, make_sites((-5, 0), hors_territoire=True), categorie="fs")
    assert table["code_insee"].tolist() == ["01002"]


def test_zones_are_apart():
    communes = pd.concat([make_communes({"01001": (0, 0, 100)}), make_communes({"97401": (0, 0, 70)}, zone="la_reunion")])
    table = find_greedy_sites(communes, NOWHERE, categorie="fs")
    assert table[["zone", "code_insee", "gain_habitants"]].values.tolist() == [["metropole", "01001", 100], ["la_reunion", "97401", 70]]


def test_a_problem_too_large_is_said(monkeypatch):
    communes, sites = make_random(1)
    greedy = find_greedy_sites(communes, sites, categorie="fs", nombre=2)
    monkeypatch.setattr(siting, "EXACT_PAIRS", 3)
    table = find_exact_sites(communes, sites, categorie="fs", nombre=2)
    assert set(table["mode_calcul"]) == {"gloutonne"}
    assert table["raison"].str.contains("3 au plus").all()
    assert table["code_insee"].tolist() == greedy["code_insee"].tolist()
    monkeypatch.setattr(siting, "GREEDY_PAIRS", 3)
    table = find_greedy_sites(communes, sites, categorie="fs", objectif="distance_moyenne")
    assert table["code_insee"].isna().all()
    assert table["raison"].str.contains("trop grand").all()


def test_a_solver_without_answer_gives_way_to_the_greedy_one(monkeypatch):
    communes, sites = make_random(2)
    monkeypatch.setattr(siting, "_solve", lambda problem, nombre: (None, np.nan))
    table = find_exact_sites(communes, sites, categorie="fs")
    assert table.loc[0, "mode_calcul"] == "gloutonne"
    assert "sans résultat" in table.loc[0, "raison"]


@pytest.mark.parametrize("wrong", [{"objectif": "p_mediane"}, {"nombre": 0}, {"rayon_km": 0}])
def test_what_makes_no_sense_is_refused(wrong):
    with pytest.raises(DiagnosticError, match="À faire"):
        find_greedy_sites(*make_random(0), categorie="fs", **wrong)


def test_arguments_are_not_touched():
    communes, sites = make_random(0)
    copies = communes.copy(), sites.copy()
    find_exact_sites(communes, sites, categorie="fs", objectif="distance_moyenne")
    pdt.assert_frame_equal(communes, copies[0])
    pdt.assert_frame_equal(sites, copies[1])
