"""Information adjusted for chance: every permutation of six communes, scikit-learn on random and on real layers, limits."""

import math
from collections import Counter
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jouets import J1, make_affectation, make_appartenance, make_communes, make_couches, make_j1

from diagnostic.measure.ressorts import adjusted
from diagnostic.measure.ressorts.adjusted import expect_information
from diagnostic.measure.ressorts.overlap import SANS_ENTIERE, compare_layers

ADJUSTED = ["ami", "information_attendue", "nb_communes_ami"]


def compare_toy(layers, *, territoires=None, population=None, ponderation="population", **flags):
    """Return the adjusted information of toy layers, one row a territory and pair."""
    codes = sorted({code for units in layers.values() for code in units})
    tables = make_affectation(layers), make_appartenance(territoires or {"t": codes})
    communes = make_communes(population or dict.fromkeys(codes, 1))
    return compare_layers(*tables, communes, make_couches(layers, **flags), ponderation=ponderation)


def measure_naively(a, b):
    """Return I, H(a), H(b) of two lists of labels by plain counts."""
    h_a, h_b, h_ab = (
        -sum(n / len(labels) * math.log(n / len(labels)) for n in Counter(labels).values())
        for labels in (list(a), list(b), list(zip(a, b, strict=True)))
    )
    return h_a + h_b - h_ab, h_a, h_b


@pytest.mark.parametrize("couche", ["CAS", "MSA", "X"])
def test_j1_is_what_all_permutations_of_its_communes_give(couche):
    a, b = (list(J1[name].values()) for name in ("EPCI", couche))
    row = compare_toy({"EPCI": J1["EPCI"], couche: J1[couche]}).iloc[0]
    drawn = [measure_naively(shuffled, b)[0] for shuffled in permutations(a)]
    assert len(drawn) == 720
    expected, (observed, h_a, h_b) = np.mean(drawn), measure_naively(a, b)
    assert row["information_attendue"] == pytest.approx(expected, abs=1e-12)
    assert row["ami"] == pytest.approx((observed - expected) / ((h_a + h_b) / 2 - expected), abs=1e-12)
    assert row["nb_communes_ami"] == 6


def test_divisions_drawn_at_random_are_worth_zero_on_average():
    codes = "ABCDEF"
    kept = dict(J1["CAS"])
    orders = sorted(set(permutations(J1["EPCI"].values())))
    layers = {"L": {}, "M": {}}
    for rank, order in enumerate(orders):
        layers["L"] |= {f"{code}{rank:02d}": unit for code, unit in zip(codes, order, strict=True)}
        layers["M"] |= {f"{code}{rank:02d}": kept[code] for code in codes}
    territoires = {f"{rank:02d}": [f"{code}{rank:02d}" for code in codes] for rank in range(len(orders))}
    compared = compare_toy(layers, territoires=territoires)
    assert len(compared) == 15
    assert compared["ami"].mean() == pytest.approx(0, abs=1e-12)
    assert compared["nmi"].mean() > 0.2


LABELS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 4)), min_size=1, max_size=30)


@settings(max_examples=15)
@given(st.lists(LABELS, min_size=1, max_size=5))
def test_random_layers_as_scikit_learn(drawn):
    metrics = pytest.importorskip("sklearn.metrics")
    rows = {f"{t}{rank:03d}": row for t, labels in enumerate(drawn) for rank, row in enumerate(labels)}
    layers = {name: {code: f"{name}{row[side]}" for code, row in rows.items()} for side, name in enumerate("LM")}
    territoires = {str(t): [code for code in rows if code[0] == str(t)] for t in range(len(drawn))}
    compared = compare_toy(layers, territoires=territoires).set_index("territoire_id")
    for territoire, labels in enumerate(drawn):
        a, b = zip(*labels, strict=True)
        row = compared.loc[str(territoire)]
        assert row["ami"] == pytest.approx(metrics.adjusted_mutual_info_score(a, b), abs=1e-9)
        table = metrics.cluster.contingency_matrix(a, b, sparse=True)
        assert row["information_attendue"] == pytest.approx(expect_by_scikit_learn(table, len(a)), abs=1e-9)
        assert row["nb_communes_ami"] == len(a)


def expect_by_scikit_learn(table, size):
    cluster = pytest.importorskip("sklearn.metrics.cluster")
    return cluster.expected_mutual_information(table, size)


@pytest.fixture(scope="module")
def reel(partage):
    """Return communes of 43 and 63 with four divisions: two of 2026, two of INSEE 2024 (missing where the code is newer)."""
    from diagnostic.read.places.territories import read_communes

    communes = read_communes(departements=["43", "63"], geometry=False)
    insee = pd.read_csv(partage / "ressorts" / "zonages_insee_2024.csv", dtype=str).set_index("CODGEO")
    zones = insee[["BV2022", "ZE2020"]].reindex(communes.index)
    return communes.assign(bassin=zones["BV2022"], emploi=zones["ZE2020"])


@pytest.mark.parametrize("departement", ["43", "63"])
def test_real_layers_as_scikit_learn(reel, departement):
    metrics = pytest.importorskip("sklearn.metrics")
    communes = reel[reel["departement"] == departement]
    names = ["epci", "arrondissement", "bassin", "emploi"]
    affectation = make_affectation({name: communes[name].dropna().to_dict() for name in names})
    whole = make_appartenance({"d": communes.index})
    compared = compare_layers(affectation, whole, communes, make_couches(names))
    assert len(compared) == 6
    for _, row in compared.iterrows():
        both = communes[[row["couche_a"], row["couche_b"]]].dropna()
        a, b = (pd.factorize(both[name])[0] for name in both)
        assert row["ami"] == pytest.approx(metrics.adjusted_mutual_info_score(a, b), abs=1e-9)
        table = metrics.cluster.contingency_matrix(a, b, sparse=True)
        assert row["information_attendue"] == pytest.approx(expect_by_scikit_learn(table, len(a)), abs=1e-9)
        assert row["nb_communes_ami"] == len(both) > 250
        assert row["ami"] < metrics.v_measure_score(a, b)


def test_conventions_of_single_units():
    one, several = dict.fromkeys("ABC", "u"), {"A": "v", "B": "v", "C": "w"}
    alone = {"A": "a", "B": "b", "C": "c"}
    compared = compare_toy({"ONE": one, "TWO": several, "ALONE": alone, "SAME": alone, "ALL": one})
    found = compared.set_index(["couche_a", "couche_b"])["ami"].to_dict()
    assert found[("ONE", "TWO")] == found[("ONE", "ALONE")] == 0
    assert found[("ONE", "ALL")] == found[("ALONE", "SAME")] == 1
    assert compare_toy({"L": several, "M": several}).iloc[0]["ami"] == pytest.approx(1)


def test_each_commune_counts_for_one_whatever_the_weighting():
    layers = {name: J1[name] for name in ("EPCI", "CAS")}
    population = dict(zip("ABCDEF", (1000, 500, 300, 200, 800, 0), strict=True))
    by_people, by_commune = (
        compare_toy(layers, population=population, ponderation=ponderation).iloc[0] for ponderation in ("population", "communes")
    )
    assert by_people["nmi"] != pytest.approx(by_commune["nmi"])
    assert by_people[ADJUSTED].tolist() == pytest.approx(by_commune[ADJUSTED].tolist(), abs=1e-15)


def test_communes_that_a_layer_splits_are_left_out_and_the_number_kept_is_told():
    whole = {"A": "u", "B": "u", "C": "v", "D": "v"}
    row = compare_toy({"L": whole | {"E": {"u": 0.5, "v": 0.5}}, "M": dict.fromkeys("AB", "m") | dict.fromkeys("CDE", "n")}, infra=["L"])
    row, same = row.iloc[0], compare_toy({"L": whole, "M": {"A": "m", "B": "m", "C": "n", "D": "n"}}).iloc[0]
    assert (row["nb_communes_ami"], row["ami"]) == (4, pytest.approx(1)) and row["nmi"] < 0.9
    assert row["information_attendue"] == pytest.approx(same["information_attendue"])


def test_no_whole_commune_is_missing_with_its_reason_beside_a_known_information():
    row = compare_toy({"L": {"A": {"u": 0.5, "v": 0.5}}, "M": {"A": "m"}}, infra=["L"]).iloc[0]
    assert np.isnan(row["ami"]) and np.isnan(row["information_attendue"]) and row["nb_communes_ami"] == 0
    assert row["raison_absence"] == SANS_ENTIERE and row["nmi"] == 0


def test_what_forbids_information_forbids_its_adjustment():
    absent = compare_toy({"L": {"A": "u", "B": "v"}, "M": {}}).iloc[0]
    at_once = compare_toy({"L": {"A": ["u", "v"], "B": "u"}, "M": {"A": "m", "B": "m"}}, non_exclusives=["L"]).iloc[0]
    for row in (absent, at_once):
        assert np.isnan(row["ami"]) and row["nb_communes_ami"] == 0 and row["raison_absence"]


def test_order_of_rows_and_size_of_blocks_do_not_matter(monkeypatch):
    j1 = make_j1()
    straight = compare_layers(j1.affectation, j1.appartenance, j1.communes, j1.couches)
    shuffled = [table.sample(frac=1, random_state=5) for table in (j1.affectation, j1.appartenance, j1.communes)]
    monkeypatch.setattr(adjusted, "BLOCK", 2)
    other = compare_layers(*shuffled, j1.couches)
    pd.testing.assert_frame_equal(other[ADJUSTED], straight[ADJUSTED])


def test_units_of_the_same_size_and_no_item_at_all():
    def sizes(*rows):
        return tuple(np.array(column, dtype="int64") for column in zip(*rows, strict=True))

    # Territory 0: three units of 2 against two of 3; territory 1: nothing.
    found = expect_information(sizes((0, 2, 3)), sizes((0, 3, 2)), 2)
    drawn = [measure_naively(order, "mmmnnn")[0] for order in permutations("uuvvww")]
    assert found.tolist() == pytest.approx([np.mean(drawn), 0])
    empty = (np.empty(0, dtype="int64"),) * 3
    assert expect_information(empty, empty, 1).tolist() == [0]
