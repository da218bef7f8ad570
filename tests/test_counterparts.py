"""Units without counterpart, coverage crossed, white zones and who steps in: J1 by hand, naive loops, what is unknown."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jouets import make_affectation, make_appartenance, make_communes, make_couches, make_j1

from diagnostic.measure.ressorts.counterparts import (
    A_VERIFIER,
    CROISEES_COLUMNS,
    FACULTE,
    OBLIGATION,
    PARTS_INCONNUES,
    POIDS_INCONNU,
    SANS_UNITE,
    VIS_A_VIS_COLUMNS,
    ZONES_COLUMNS,
    cross_coverage,
    find_white_zones,
    list_counterparts,
    summarise_white_zones,
)


def list_toy(population, layers, **flags):
    return list_counterparts(make_affectation(layers), make_communes(population), make_couches(layers, **flags))


def cross_toy(population, layers, *, territoires=None, part=None, **flags):
    """Return the crossed coverage of toy layers, cases as columns."""
    appartenance = make_appartenance(territoires or {"t": population})
    if part is not None:
        appartenance = appartenance.assign(part=part)
    return cross_coverage(make_affectation(layers), appartenance, make_communes(population), make_couches(layers, **flags))


def find_toy(population, layers, *, repli="CCAS", acteurs=None, unites=None, **flags):
    couches = make_couches(layers, **{"incompletes": list(layers), **flags})
    couches["repli"] = pd.Series([repli] * len(couches), index=couches.index, dtype="str")
    return find_white_zones(make_affectation(layers), make_communes(population), couches, acteurs, unites=unites)


def make_actors(*rows):
    return pd.DataFrame(rows, columns=["nom", "categorie", "code_insee"], dtype="str")


def test_counterparts_of_j1():
    j1 = make_j1()
    table = list_counterparts(j1.affectation, j1.communes, j1.couches)
    assert list(table.columns) == VIS_A_VIS_COLUMNS
    assert len(table) == (2 + 3 + 2 + 1 + 1) * 4
    assert table["couche_a"].unique().tolist() == ["EPCI", "CAS", "MSA", "CAF", "CIAS"]
    found = table.set_index(["couche_a", "unite_a", "couche_b"])
    assert found.loc[("CAS", "S2", "EPCI"), VIS_A_VIS_COLUMNS[3:]].tolist() == [
        3, 1300, 2, 1, "E2", pytest.approx(800 / 1300), False, ""
    ]  # fmt: skip
    alone = table[table["sans_vis_a_vis"]]
    assert alone[["couche_a", "unite_a", "couche_b", "n_unites", "couverture"]].values.tolist() == [
        ["EPCI", "E2", "CIAS", 0, 0], ["CAS", "S3", "CIAS", 0, 0]
    ]  # fmt: skip
    assert alone["unite_principale"].isna().all() and alone["part_principale"].isna().all()
    assert alone["raison_absence"].tolist() == [SANS_UNITE] * 2


def test_a_hole_of_a_layer_said_to_be_complete_is_to_be_checked():
    table = list_toy({"A": 1, "B": 2}, {"L": {"A": "u", "B": "v"}, "M": {"A": "m"}})
    row = table[(table["unite_a"] == "v")].iloc[0]
    assert row["sans_vis_a_vis"] and row["raison_absence"] == A_VERIFIER


def test_a_layer_without_any_row_leaves_nobody_without_counterpart():
    table = list_toy({"A": 1}, {"L": {"A": "u"}, "M": {"A": "m"}, "VIDE": {}})
    assert set(table["couche_b"]) == {"L", "M"}
    assert list_toy({"A": 1}, {"L": {"A": "u"}, "VIDE": {}}).empty
    assert cross_toy({"A": 1}, {"L": {"A": "u"}, "VIDE": {}}).empty
    assert find_toy({"A": 1}, {"VIDE": {}}).empty


def test_a_unit_of_unknown_part_has_no_weight_and_says_why():
    layers = {"QPV": {"A": {"q": np.nan}, "B": {"q": np.nan}}, "L": {"A": "u", "B": "u"}, "M": {"A": "m", "B": "n"}}
    table = list_toy({"A": 10, "B": 20}, layers, infra=["QPV"]).set_index(["couche_a", "unite_a", "couche_b"])
    # In one unit whoever lives there; in two, nobody knows in which the most.
    alone, shared = table.loc[("QPV", "q", "L")], table.loc[("QPV", "q", "M")]
    assert (alone["n_unites"], alone["unite_principale"], alone["raison_absence"]) == (1, "u", POIDS_INCONNU)
    assert np.isnan(alone["poids"])
    assert shared["n_unites"] == 2 and np.isnan(shared["part_principale"])
    assert shared["raison_absence"].startswith("parts de population inconnues")
    assert table.loc[("L", "u", "QPV"), "raison_absence"] == ""


ROWS = st.lists(st.tuples(st.integers(1, 30), *[st.sampled_from(["", "u", "v", "w"])] * 3), min_size=1, max_size=12)


@settings(max_examples=25, deadline=None)
@given(ROWS)
def test_random_layers_against_naive_loops(drawn):
    rows = {f"{rank:05d}": row for rank, row in enumerate(drawn)}
    population = {code: row[0] for code, row in rows.items()}
    layers = {name: {code: row[k] for code, row in rows.items() if row[k]} for k, name in enumerate("LMN", 1)}
    for row in list_toy(population, layers).itertuples():
        members = [code for code, unit in layers[row.couche_a].items() if unit == row.unite_a]
        met = {}
        for code in members:
            if code in layers[row.couche_b]:
                unit = layers[row.couche_b][code]
                met[unit] = met.get(unit, 0) + population[code]
        assert (row.nb_communes, row.poids) == (len(members), sum(population[code] for code in members))
        assert (row.n_unites, row.sans_vis_a_vis) == (len(met), not met)
        assert row.couverture == pytest.approx(sum(met.values()) / row.poids)
        if met:
            assert row.unite_principale == min(met, key=lambda unit: (-met[unit], unit))
            assert row.part_principale == pytest.approx(max(met.values()) / sum(met.values()))
    for row in cross_toy(population, layers).itertuples():
        a, b = layers[row.couche_a], layers[row.couche_b]
        cases = {"les_deux": (True, True), "a_seule": (True, False), "b_seule": (False, True), "aucune": (False, False)}
        members = [code for code in rows if (code in a, code in b) == cases[row.cas]]
        assert (row.nb_communes, row.poids) == (len(members), sum(population[code] for code in members))
        assert row.part == pytest.approx(row.poids / sum(population.values()))


def test_parts_of_communes_weigh_in_each_case():
    layers = {"QPV": {"A": {"q": 0.25}, "C": "q"}, "CAS": {"A": "s", "B": "s"}}
    table = cross_toy({"A": 100, "B": 10, "C": 1}, layers, infra=["QPV"])
    assert table[["cas", "nb_communes", "poids"]].values.tolist() == [
        ["les_deux", 1, 25], ["a_seule", 1, 1], ["b_seule", 1, 85], ["aucune", 0, 0]
    ]  # fmt: skip
    assert table["part"].sum() == pytest.approx(1)


def test_a_part_that_nobody_knows_is_not_the_whole_commune():
    layers = {"QPV": {"A": {"q": 0.25}, "C": {"q": np.nan}}, "CAS": {"A": "s", "B": "s"}}
    table = cross_toy({"A": 100, "B": 10, "C": 1}, layers, infra=["QPV"], territoires={"t": "ABC", "ailleurs": "AB"})
    here = table[table["territoire_id"] == "t"]
    assert here["nb_communes"].tolist() == [1, 1, 1, 0] and here[["poids", "part"]].isna().all(axis=None)
    assert here["raison_absence"].str.startswith("part de population inconnue").all()
    elsewhere = table[table["territoire_id"] == "ailleurs"]
    assert elsewhere["poids"].tolist() == [25, 0, 85, 0] and elsewhere["raison_absence"].eq("").all()
    # An unknown part of nobody is nobody.
    empty = cross_toy({"A": 100, "B": 10, "C": 0}, layers, infra=["QPV"])
    assert empty["poids"].tolist() == [25, 0, 85, 0]


def test_units_that_overlap_in_part_give_bounds_only_and_wholly_do_not():
    layers = {"GAL": {"A": {"g": 0.5, "h": 0.6}, "B": ["g", "h"]}, "CAS": {"A": "s", "B": "s"}}
    table = cross_toy({"A": 100, "B": 10}, layers, non_exclusives=["GAL"], territoires={"t": "A", "u": "B"})
    assert table["poids"].isna().tolist() == [True] * 4 + [False] * 4
    assert table["poids"].tolist()[4:] == [10, 0, 0, 0]


@pytest.mark.parametrize(
    ("layers", "part"),
    [({"L": {"A": {"u": 0.5}}, "M": {"A": {"m": 0.5}}}, None), ({"L": {"A": {"u": 0.5}}, "M": {"A": "m"}}, 0.5)],
)
def test_what_is_shared_out_twice_is_missing_with_its_reason(layers, part):
    table = cross_toy({"A": 100, "B": 7}, layers, territoires={"t": "A", "ailleurs": "B"}, part=part and [part, 1.0])
    shared = table[table["territoire_id"] == "t"]
    assert shared["poids"].isna().all() and shared["part"].isna().all()
    assert shared["raison_absence"].str.contains("partagée deux fois").all()
    assert shared["nb_communes"].tolist() == [1, 0, 0, 0]
    assert table.loc[table["territoire_id"] == "ailleurs", "poids"].tolist() == [0, 0, 0, 7]


def test_a_commune_that_nobody_recorded_has_the_operator_of_the_law():
    zones = find_toy({"A": 1500, "B": 1499, "C": 3}, {"CIAS": {"C": "i"}})
    assert list(zones.columns) == ZONES_COLUMNS
    assert zones[["code_insee", "nom", "population", "part_non_couverte", "repli"]].values.tolist() == [
        ["A", "Commune A", 1500, 1, "CCAS"], ["B", "Commune B", 1499, 1, "CCAS"]
    ]  # fmt: skip
    assert zones["operateur"].tolist() == [OBLIGATION, FACULTE]
    assert zones["operateur_origine"].tolist() == ["obligation", "faculte"]


@pytest.mark.parametrize("repli", ["CCAS", "ccas", "Centres communaux d'action sociale"])
def test_a_recorded_ccas_is_named_and_another_category_is_not(repli):
    actors = make_actors(
        ("CCAS du bas", "ccas", "A"), ("CCAS de A", "ccas", "A"), ("MJC", "mjc", "B"), ("CCAS de Z", "ccas", "Z"), ("CCAS", "ccas", None)
    )
    zones = find_toy({"A": 1500, "B": 10}, {"CIAS": {}, "X": {"C": "x"}}, repli=repli, acteurs=actors)
    assert zones["couche"].unique().tolist() == ["X"]
    assert zones["operateur"].tolist() == ["CCAS de A ; CCAS du bas", FACULTE]
    assert zones["operateur_origine"].tolist() == ["acteur_recense", "faculte"]


def test_a_layer_that_steps_in_gives_its_unit():
    layers = {"CIAS": {"C": "i"}, "CCAS": {"A": "c1", "C": "c3"}}
    unites = pd.DataFrame({"couche": ["CCAS"], "unite_id": ["c1"], "unite_nom": ["CCAS de A"]})
    zones = find_toy({"A": 10, "B": 10, "C": 10}, layers, unites=unites)
    cias = zones[zones["couche"] == "CIAS"]
    assert cias["operateur"].tolist() == ["CCAS de A", FACULTE]
    assert cias["operateur_origine"].tolist() == ["acteur_recense", "faculte"]


def test_other_bodies_unknown_populations_and_no_fallback():
    zones = find_toy({"A": np.nan}, {"CIAS": {"B": "i"}})
    assert zones["operateur_origine"].tolist() == ["population_inconnue"]
    zones = find_toy({"A": 9000}, {"PAT": {"B": "p"}}, repli="Chambre d'agriculture")
    assert zones[["operateur", "operateur_origine"]].values.tolist() == [["Chambre d'agriculture", "repli_declare"]]
    zones = find_toy({"A": 9000}, {"PAT": {"B": "p"}}, repli=None)
    assert zones["operateur_origine"].tolist() == ["sans_repli"]
    assert zones[["repli", "operateur"]].isna().all(axis=None)
    j1 = make_j1()
    zones = find_white_zones(j1.affectation, j1.communes, j1.couches)  # no column repli at all
    assert zones[["code_insee", "operateur_origine"]].values.tolist() == [["E", "sans_repli"], ["F", "sans_repli"]]


def test_what_is_covered_in_part_is_a_white_zone_for_the_rest():
    layers = {"CIAS": {"A": {"i": 0.25, "k": 0.5}, "B": {"i": np.nan}, "C": ["i", "k"], "D": {"i": 0.1 + 0.2, "k": 0.7}}}
    zones = find_toy(dict.fromkeys("ABCD", 100), layers)
    # B: its part is not known; C overlaps, D adds up to one.
    assert zones["code_insee"].tolist() == ["A", "B"] and zones["part_non_couverte"].tolist() == pytest.approx([0.25, np.nan], nan_ok=True)
    assert zones["raison_absence"].tolist() == ["", PARTS_INCONNUES]
    assert zones["operateur"].notna().all()
    # Its weight is missing in the territory, not 0.
    places = make_appartenance({"t": "ABCD", "sans": "ACD"})
    table = summarise_white_zones(zones, places, make_communes(dict.fromkeys("ABCD", 100)))
    assert table[["territoire_id", "nb_communes"]].values.tolist() == [["sans", 1], ["t", 2]]
    assert table["poids"].tolist() == pytest.approx([25, np.nan], nan_ok=True)
    assert table["raison_absence"].tolist() == ["", PARTS_INCONNUES]
    nobody = summarise_white_zones(zones, places, make_communes({"A": 100, "B": 0, "C": 100, "D": 100}))
    assert nobody["poids"].tolist() == [25, 25]


def test_a_white_zone_of_units_that_overlap_goes_by_the_largest():
    zones = find_toy(dict.fromkeys("AB", 100), {"GAL": {"A": {"g": 0.5, "h": 0.6}, "B": {"g": 1.0, "h": np.nan}}})
    # 50 % and 60 % that overlap may cover 60 to 100 %; what is wholly in g is covered, whatever h has of it.
    assert zones["code_insee"].tolist() == ["A"] and zones["part_non_couverte"].isna().all()


def test_a_complete_layer_has_no_white_zone_and_an_empty_cell_is_partial():
    couches = make_couches(["L", "M"]).assign(complete=pd.array([True, pd.NA], dtype="boolean"))
    affectation = make_affectation({"L": {"A": "u"}, "M": {"A": "m"}})
    zones = find_white_zones(affectation, make_communes({"A": 1, "B": 1}), couches)
    assert zones[["couche", "code_insee"]].values.tolist() == [["M", "B"]]


def test_white_zones_of_each_territory():
    j1 = make_j1()
    zones = find_white_zones(j1.affectation, j1.communes, j1.couches)
    table = summarise_white_zones(zones, j1.appartenance, j1.communes)
    assert table[["territoire_id", "couche", "operateur_origine", "nb_communes", "poids"]].values.tolist() == [
        ["epci:E2", "CIAS", "sans_repli", 2, 1000], ["perimetre", "CIAS", "sans_repli", 2, 1000]
    ]  # fmt: skip
    assert table["part"].tolist() == pytest.approx([1, 1 / 3])
    assert summarise_white_zones(zones.iloc[:0], j1.appartenance, j1.communes).empty


def test_empty_tables_keep_their_columns():
    j1 = make_j1()
    nothing = j1.affectation.iloc[:0]
    for table, columns in [
        (list_counterparts(nothing, j1.communes, j1.couches), VIS_A_VIS_COLUMNS),
        (cross_coverage(nothing, j1.appartenance, j1.communes, j1.couches), CROISEES_COLUMNS),
        (cross_coverage(j1.affectation, j1.appartenance.iloc[:0], j1.communes, j1.couches), CROISEES_COLUMNS),
        (find_white_zones(nothing, j1.communes, j1.couches), ZONES_COLUMNS),
    ]:
        assert table.empty and list(table.columns) == columns


def test_order_of_rows_does_not_matter_and_arguments_stay_as_they_were():
    j1 = make_j1()
    couches = j1.couches.assign(repli="CCAS")
    actors = make_actors(("Z", "ccas", "F"), ("Y", "ccas", "F"))
    tables = [j1.affectation, j1.appartenance, j1.communes, actors]
    copies = [table.copy() for table in tables]
    mixed = [table.sample(frac=1, random_state=3) for table in tables]
    results = [
        (
            list_counterparts(affectation, communes, couches),
            cross_coverage(affectation, appartenance, communes, couches),
            find_white_zones(affectation, communes, couches, acteurs),
        )
        for affectation, appartenance, communes, acteurs in (tables, mixed)
    ]
    for straight, again in zip(*results, strict=True):
        pd.testing.assert_frame_equal(straight, again)
    for table, copy in zip(tables, copies, strict=True):
        pd.testing.assert_frame_equal(table, copy)
