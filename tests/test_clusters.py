"""Co-terminous clusters: values of methode.md, networkx as an oracle, thresholds, unknown parts, absent layers."""

import ast
from itertools import combinations

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jouets import make_affectation, make_appartenance, make_communes, make_couches, make_j1, read_expected

from diagnostic.measure.ressorts.clusters import AMAS_COLUMNS, COLLES_COLUMNS, count_clusters, find_clusters


def find_j1(couche_a, couche_b, *, territoire="perimetre", **options):
    """Return the clusters and the glue of two layers of J1."""
    j1 = make_j1(("EPCI", "CAS", "MSA", "CAF", "CIAS", "X"))
    tables = j1.affectation, j1.appartenance, j1.communes, j1.couches.loc[[couche_a, couche_b]]
    return find_clusters(*tables, territoires=[territoire], **options)


def find_toy(population, layers, *, territoires=None, seuil=0.0, ponderation="population", **flags):
    """Return the clusters and the glue of toy layers on one territory 't', or on the territories given."""
    tables = make_affectation(layers), make_appartenance(territoires or {"t": population}), make_communes(population)
    return find_clusters(*tables, make_couches(layers, **flags), seuil=seuil, ponderation=ponderation)


def list_sets(amas):
    """Return the clusters as sets of (side, unit)."""
    return [
        frozenset([("a", u) for u in a.split(" ; ") if u] + [("b", u) for u in b.split(" ; ") if u])
        for a, b in zip(amas["unites_a"], amas["unites_b"], strict=True)
    ]


def test_clusters_of_methode():
    one, _ = find_j1("EPCI", "CAS")
    assert one[["nb_unites_a", "nb_unites_b", "unites_a", "unites_b", "nb_communes", "poids"]].values.tolist() == [
        [2, 3, "E1 ; E2", "S1 ; S2 ; S3", 6, 3000]
    ]
    two, colles = find_j1("EPCI", "X")
    assert two[["unites_a", "unites_b", "nb_communes", "poids"]].values.tolist() == [
        ["E1", "X1 ; X2", 4, 2000], ["E2", "X3", 2, 1000]
    ]  # fmt: skip
    assert two["amas_id"].tolist() == ["AM1", "AM2"] and colles.empty
    assert count_clusters(pd.concat([one, two]))["nb_amas"].tolist() == [1, 2]


@pytest.mark.parametrize("couche", ["CAS", "X"])
def test_clusters_of_the_shared_file(couche):
    expected = {
        frozenset(("a" if layer == "EPCI" else "b", unit) for layer, unit in map(ast.literal_eval, cluster))
        for cluster in read_expected()[f"amas_EPCI_{couche}"]
    }
    assert set(list_sets(find_j1("EPCI", couche)[0])) == expected


def test_the_communes_that_glue_are_named():
    _, colles = find_j1("EPCI", "CAS")
    # S1 and S3 are leaves: without E1-S1, S1 is alone, which is no cluster of both layers.
    assert colles[["unite_a", "unite_b", "nb_communes", "poids", "separe", "sous_seuil", "communes"]].values.tolist() == [
        ["E1", "S2", 2, 500, True, False, "Commune C (C) ; Commune D (D)"], ["E2", "S2", 1, 800, True, False, "Commune E (E)"]
    ]  # fmt: skip
    assert colles[["part_de_a", "part_de_b"]].values.tolist() == pytest.approx(np.array([[0.25, 500 / 1300], [0.8, 800 / 1300]]))


def test_a_cycle_is_held_together_by_no_single_overlap():
    layers = {"L": {"A": "u", "B": "u", "C": "v", "D": "v"}, "M": {"A": "m", "B": "n", "C": "m", "D": "n"}}
    amas, colles = find_toy(dict.fromkeys("ABCD", 1), layers)
    assert len(amas) == 1 and colles.empty


def test_under_the_threshold_of_both_units_an_overlap_is_left_out_and_listed():
    layers = {"L": {"A": "u", "B": "u", "C": "v"}, "M": {"A": "m", "B": "n", "C": "n"}}
    population = {"A": 99, "B": 1, "C": 49}
    amas, colles = find_toy(population, layers, seuil=0.05)
    assert list_sets(amas) == [{("a", "u"), ("b", "m")}, {("a", "v"), ("b", "n")}]
    # B is in a unit of each cluster: it counts in both.
    assert amas[["nb_communes", "poids", "seuil"]].values.tolist() == [[2, 100, 0.05], [2, 50, 0.05]]
    assert colles[["unite_a", "unite_b", "communes", "separe", "sous_seuil"]].values.tolist() == [
        ["u", "n", "Commune B (B)", False, True]
    ]
    assert colles[["part_de_a", "part_de_b"]].values.tolist() == pytest.approx(np.array([[0.01, 0.02]]))
    whole, glue = find_toy(population, layers)
    assert len(whole) == 1 and glue[["unite_a", "unite_b", "separe"]].values.tolist() == [["u", "n", True]]


def test_a_small_unit_nested_in_a_large_one_is_never_cut_off():
    layers = {"L": {"A": "u", "B": "u"}, "M": {"A": "m", "B": "n"}}
    amas, colles = find_toy({"A": 999, "B": 1}, layers, seuil=0.5)
    assert len(amas) == 1 and colles.empty


def test_an_overlap_of_unknown_weight_is_never_left_out():
    layers = {"CS": {"A": {"c1": np.nan, "c2": np.nan}, "B": "c1"}, "L": {"A": "u", "B": "v"}}
    amas, colles = find_toy({"A": 5, "B": 95}, layers, seuil=0.99, infra=["CS"])
    assert list_sets(amas) == [{("a", "c1"), ("a", "c2"), ("b", "u"), ("b", "v")}]
    assert amas["poids"].tolist() == [100]
    assert colles["unite_a"].tolist() == ["c1"] and colles[["poids", "part_de_a", "part_de_b"]].isna().all(axis=None)
    assert colles["separe"].all() and not colles["sous_seuil"].any()


def test_a_commune_shared_out_counts_once_with_its_known_parts():
    layers = {"L": {"A": {"u": 0.25, "v": 0.5}, "B": "v"}, "M": {"A": "m", "B": "n"}}
    amas, _ = find_toy({"A": 100, "B": 10}, layers, infra=["L"])
    # A is whole in m: 100, though L covers three quarters of it only.
    assert amas[["nb_communes", "poids"]].values.tolist() == [[2, 110]]
    alone, _ = find_toy({"A": 100, "B": 10}, {"L": {"A": {"u": 0.25}}, "M": {"B": "n"}}, infra=["L"])
    assert alone["poids"].tolist() == [25, 10]


def test_a_unit_that_the_other_layer_never_meets_is_alone_and_no_cluster():
    amas, colles = find_j1("EPCI", "CIAS")
    assert amas[["unites_a", "unites_b", "nb_unites_b"]].values.tolist() == [["E1", "I1", 1], ["E2", "", 0]]
    assert colles.empty
    assert count_clusters(amas)["nb_amas"].tolist() == [1]


def test_an_absent_layer_has_no_row_and_empty_tables_keep_their_columns():
    j1 = make_j1()
    amas, _ = find_clusters(j1.affectation, j1.appartenance, j1.communes, j1.couches)
    absent = amas[(amas["territoire_id"] == "epci:E2") & (amas["couche_b"] == "CIAS")]
    assert absent.empty and len(amas["territoire_id"].unique()) == 3
    for affectation, couches in [(j1.affectation.iloc[:0], j1.couches), (j1.affectation, j1.couches.iloc[:1])]:
        amas, colles = find_clusters(affectation, j1.appartenance, j1.communes, couches)
        assert amas.empty and list(amas.columns) == AMAS_COLUMNS
        assert colles.empty and list(colles.columns) == COLLES_COLUMNS
        assert count_clusters(amas).empty


def test_a_territory_without_inhabitant_counts_its_communes_and_a_tie_is_kept():
    layers = {"L": {"A": "u", "B": "v"}, "M": {"A": "m", "B": "n"}}
    amas, _ = find_toy({"A": 0, "B": 0}, layers, seuil=0.5)
    assert amas["poids"].tolist() == [1, 1] and set(amas["ponderation"]) == {"communes (population nulle)"}
    # Exactly at the threshold: kept.
    even = {"L": {"A": "u", "B": "u"}, "M": {"A": "m", "B": "n"}}
    assert len(find_toy({"A": 1, "B": 1}, even | {"M": {"A": "m", "B": "m"}}, seuil=1.0)[0]) == 1


def test_order_of_rows_does_not_matter_and_arguments_stay_as_they_were():
    j1 = make_j1()
    before = [table.copy() for table in (j1.affectation, j1.appartenance, j1.communes)]
    straight = find_clusters(j1.affectation, j1.appartenance, j1.communes, j1.couches)
    shuffled = [table.sample(frac=1, random_state=3) for table in before]
    for again, table in zip(find_clusters(*shuffled, j1.couches), straight, strict=True):
        pd.testing.assert_frame_equal(again, table)
    for table, copy in zip((j1.affectation, j1.appartenance, j1.communes), before, strict=True):
        pd.testing.assert_frame_equal(table, copy)


UNITS = st.lists(st.sampled_from("uvwxy"), max_size=2, unique=True)
ROWS = st.lists(st.tuples(st.integers(0, 30), UNITS, UNITS, UNITS), min_size=1, max_size=14)


def overlap_naively(rows, codes, first, second, seuil):
    """Return the graph of two layers by plain loops, and the overlaps below the threshold."""
    graph, weight, held = nx.Graph(), {}, {}
    for code in codes:
        people, *layers = rows[code]
        for side, units in (("a", layers[first]), ("b", layers[second])):
            for unit in units:
                graph.add_node((side, unit))
                weight[side, unit] = weight.get((side, unit), 0) + people
        for a in layers[first]:
            for b in layers[second]:
                held[a, b] = held.get((a, b), 0) + people
    low = {
        (a, b) for (a, b), people in held.items()
        if all(weight[key] and people / weight[key] < seuil for key in (("a", a), ("b", b)))
    }  # fmt: skip
    graph.add_edges_from((("a", a), ("b", b)) for a, b in set(held) - low)
    return graph, low


def find_glue_naively(graph):
    """Return the overlaps whose removal leaves one cluster more, and both pieces with units of both layers."""
    glue = set()
    for edge in graph.edges:
        cut = graph.copy()
        cut.remove_edge(*edge)
        pieces = [nx.node_connected_component(cut, end) for end in edge]
        if pieces[0] != pieces[1] and all(len({side for side, _ in piece}) == 2 for piece in pieces):
            glue.add(tuple(unit for _, unit in sorted(edge)))
    assert glue <= {tuple(unit for _, unit in sorted(edge)) for edge in nx.bridges(graph)}
    return glue


@settings(max_examples=25, deadline=None)
@given(ROWS, st.sampled_from([0.0, 0.2, 0.5]))
def test_random_layers_against_networkx(drawn, seuil):
    rows = {f"{rank:05d}": row for rank, row in enumerate(drawn)}
    half = list(rows)[: len(rows) // 2]
    territoires = {"tous": list(rows)} | ({"moitie": half} if half else {})
    # A territory where nobody lives counts communes: its weights are tried elsewhere.
    territoires = {name: codes for name, codes in territoires.items() if any(rows[code][0] for code in codes)}
    layers = {name: {code: row[k] for code, row in rows.items() if row[k]} for k, name in enumerate("LMN", 1)}
    population = {code: row[0] for code, row in rows.items()}
    # Communes wholly in several units at once, as the perimeters of food projects are.
    amas, colles = find_toy(population, layers, territoires=territoires, seuil=seuil, non_exclusives="LMN")
    for territoire, codes in territoires.items():
        for first, second in combinations(range(3), 2):
            graph, low = overlap_naively(rows, codes, first, second, seuil)
            if len({side for side, _ in graph}) < 2:
                graph = nx.Graph()
            keys = {"territoire_id": territoire, "couche_a": "LMN"[first], "couche_b": "LMN"[second]}
            here, glue = (table[(table[list(keys)] == list(keys.values())).all(axis=1)] for table in (amas, colles))
            assert sorted(map(sorted, list_sets(here))) == sorted(map(sorted, nx.connected_components(graph)))
            found = {kind: set(zip(*(glue.loc[glue[kind], c] for c in ("unite_a", "unite_b")), strict=True))
                     for kind in ("separe", "sous_seuil")}  # fmt: skip
            assert found == {"separe": find_glue_naively(graph), "sous_seuil": low}


def test_glue_known_by_surface_only_is_said():
    layers = {"L": {"A": "u", "B": "u", "C": "v"}, "M": {"A": "m", "B": {"m": 0.96, "n": 0.04}, "C": "n"}}
    affectation = make_affectation(layers)
    affectation.loc[affectation["code_insee"].eq("B") & affectation["couche"].eq("M"), "methode"] = "surface"
    rest = make_appartenance({"t": "ABC"}), make_communes({"A": 100, "B": 100, "C": 50}), make_couches(layers)
    _, colles = find_clusters(affectation, *rest)
    assert colles[["unite_a", "unite_b", "part_estimee"]].values.tolist() == [["u", "n", 1]]
    assert find_clusters(affectation.drop(columns="methode"), *rest)[1]["part_estimee"].tolist() == [0]
    _, all_of_them = find_clusters(affectation, *rest, seuil=1.1)
    assert all_of_them.set_index(["unite_a", "unite_b"])["part_estimee"].to_dict() == pytest.approx(
        {("u", "m"): 96 / 196, ("u", "n"): 1, ("v", "n"): 0}
    )
    unknown = affectation.assign(part=affectation["part"].where(affectation["methode"] != "surface"))
    assert find_clusters(unknown, *rest)[1]["part_estimee"].isna().all()
