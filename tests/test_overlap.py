"""Two layers compared: values of methode.md, scikit-learn, naive double loops, limits of the definitions."""

import math
from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jouets import make_affectation, make_appartenance, make_communes, make_couches, make_j1, read_expected

from diagnostic.errors import DiagnosticError
from diagnostic.measure.ressorts.discordance import measure_discordance
from diagnostic.measure.ressorts.overlap import COLUMNS, EMBOITEMENT_INCONNU, compare_layers, measure_contingency

INFORMATION = [
    "entropie_a", "entropie_b", "entropie_ab", "information_mutuelle", "vi", "vi_norm", "nmi",
    "part_de_a_expliquee_par_b", "part_de_b_expliquee_par_a",
]  # fmt: skip
SHARED_INFORMATION = ["Ha", "Hb", "Hab", "I", "VI", "VI_norm", "NMI_arith", "homogeneite_a", "completude_b"]
# methode.md 3.2, in the order of INFORMATION.
ATTENDU = {
    ("CAS", "population"): [0.6365141683, 0.8894844142, 1.1782050726, 0.3477935099, 0.8304115626, 0.7048107176, 0.4558241586,
                            0.5464034066, 0.3910057381],
    ("CAS", "communes"): [0.6365141683, 1.0114042647, 1.3296613489, 0.3182570841, 1.0114042647, 0.7606480143, 0.3862534429,
                          0.5, 0.3146685210],
    ("MSA", "population"): [0.6365141683, 0.6730116670, 0.8532361506, 0.4562896847, 0.3969464658, 0.4652246222, 0.6968777132,
                            0.7168570748, 0.6779818347],
    ("CAF", "population"): [0.6365141683, 0, 0.6365141683, 0, 0.6365141683, 1, 0, 0, 1],
    ("X", "population"): [0.6365141683, 1.0114042647, 1.0114042647, 0.6365141683, 0.3748900964, 0.3706629579, 0.7725068857,
                          1, 0.6293370421],
}  # fmt: skip
SHARED_KEYS = {
    "info_pop_EPCI_CAS": ("CAS", "population"), "info_com_EPCI_CAS": ("CAS", "communes"),
    "info_pop_EPCI_MSA": ("MSA", "population"), "info_pop_EPCI_CAF": ("CAF", "population"), "info_EPCI_X": ("X", "population"),
}  # fmt: skip


def compare_j1(couche_a, couche_b, ponderation="population", territoire="perimetre"):
    """Return the one row that compares two layers of J1."""
    j1 = make_j1(("EPCI", "CAS", "MSA", "CAF", "CIAS", "X"))
    couches = j1.couches.loc[[couche_a, couche_b]]
    compared = compare_layers(
        j1.affectation, j1.appartenance, j1.communes, couches, territoires=[territoire], ponderation=ponderation
    )
    assert len(compared) == 1
    return compared.iloc[0]


def compare_toy(population, layers, *, territoires=None, ponderation="population", **flags):
    """Return the comparison of toy layers on one territory 't', or on the territories given."""
    communes, appartenance = make_communes(population), make_appartenance(territoires or {"t": population})
    couches = make_couches(layers, **flags)
    return compare_layers(make_affectation(layers), appartenance, communes, couches, ponderation=ponderation)


@pytest.mark.parametrize(("case", "expected"), ATTENDU.items())
def test_information_of_j1(case, expected):
    row = compare_j1("EPCI", *case)
    assert row[INFORMATION].tolist() == pytest.approx(expected, abs=1e-9)
    assert (row["couverture_commune"], row["raison_absence"]) == (1, "")


def test_values_of_the_shared_file():
    shared = read_expected()
    for key, case in SHARED_KEYS.items():
        expected = [shared[key][name] for name in SHARED_INFORMATION]
        assert compare_j1("EPCI", *case)[INFORMATION].tolist() == pytest.approx(expected, abs=1e-12), key
    row = compare_j1("EPCI", "CAS")
    for view, key in {"mutuelle": "coincidence_mutuelle", "vue_a": "coinc_vue_EPCI", "vue_b": "coinc_vue_CAS"}.items():
        found = row[[f"coincidence_{view}_communes", f"coincidence_{view}_population"]].tolist()
        assert found == pytest.approx(shared[key][1:]), key
    for inner, outer in [("CAS", "EPCI"), ("EPCI", "CAS"), ("EPCI", "CAF"), ("CIAS", "EPCI")]:
        expected = [shared[f"emboitement_{inner}_dans_{outer}"][name] for name in ["unites", "pop", "purete"]]
        found = compare_j1(inner, outer)[["part_a_dans_b", "part_population_a_dans_b", "purete_a_dans_b"]].tolist()
        assert found == pytest.approx(expected), (inner, outer)


def test_contingency_of_j1():
    j1 = make_j1()
    table = measure_contingency(j1.affectation, j1.appartenance, j1.communes, "EPCI", "CAS")
    whole = table[table["territoire_id"] == "perimetre"].set_index(["unite_a", "unite_b"])
    assert whole["poids"].to_dict() == {("E1", "S1"): 1500, ("E1", "S2"): 500, ("E2", "S2"): 800, ("E2", "S3"): 200}
    assert whole["nb_communes"].tolist() == [2, 2, 1, 1]
    assert table.loc[table["territoire_id"] == "epci:E2", "poids"].tolist() == [800, 200]


def test_coincidence_of_j1():
    row = compare_j1("EPCI", "CAS")
    # A, B, E coincide; seen from CAS, F too: its unit S3 holds nobody else.
    assert row["coincidence_mutuelle_communes"] == row["coincidence_vue_a_communes"] == 0.5
    assert row["coincidence_mutuelle_population"] == pytest.approx(2300 / 3000)
    assert row["coincidence_vue_b_communes"] == pytest.approx(4 / 6)
    assert row["coincidence_vue_b_population"] == pytest.approx(2500 / 3000)
    assert not row["egalite"]


NESTING = ["nb_a_dans_b", "part_a_dans_b", "part_population_a_dans_b", "purete_a_dans_b"]


@pytest.mark.parametrize(
    ("inner", "outer", "expected"),
    [
        ("CAS", "EPCI", (2, 2 / 3, 1700 / 3000, 2500 / 3000)),
        ("EPCI", "CAS", (0, 0, 0, 2300 / 3000)),
        ("EPCI", "CAF", (2, 1, 1, 1)),
        ("CIAS", "EPCI", (1, 1, 1, 1)),
        # E2 meets no CIAS: it is not nested in one; purity is read where both layers are.
        ("EPCI", "CIAS", (1, 0.5, 2 / 3, 1)),
        # The only CAF is in one CIAS for the communes they share, but CIAS does not cover it wholly.
        ("CAF", "CIAS", (0, 0, 0, 1)),
    ],
)
def test_nesting_of_j1_both_ways_round(inner, outer, expected):
    assert compare_j1(inner, outer)[NESTING].tolist() == pytest.approx(expected)
    mirrored = [name.replace("a_dans_b", "b_dans_a") for name in NESTING]
    assert compare_j1(outer, inner)[mirrored].tolist() == pytest.approx(expected)


def test_the_common_coverage_of_a_partial_layer_is_reported():
    row = compare_j1("EPCI", "CIAS")
    assert row["couverture_commune"] == pytest.approx(2 / 3)
    assert (row["nb_unites_a"], row["nb_unites_b"]) == (2, 1)


def test_one_unit_each_is_perfect_agreement_and_one_unit_against_two_tells_nothing():
    both = compare_j1("MSA", "CAF", territoire="epci:E2")
    assert both[["nmi", "vi", "vi_norm", "part_de_a_expliquee_par_b", "part_de_b_expliquee_par_a"]].tolist() == [
        1,
        0,
        0,
        1,
        1,
    ]
    one = compare_j1("CAS", "CAF", territoire="epci:E2")
    assert one[["nmi", "vi_norm", "part_de_a_expliquee_par_b", "part_de_b_expliquee_par_a"]].tolist() == [0, 1, 0, 1]


def test_identical_layers_agree_exactly():
    units = {"A": "u", "B": "v", "C": "v", "D": "w"}
    row = compare_toy({"A": 0.1, "B": 0.2, "C": 0.7, "D": 0.3}, {"L": units, "M": units}).iloc[0]
    assert (row["vi"], row["vi_norm"]) == (0, 0)
    assert row["nmi"] == pytest.approx(1)


def test_an_absent_layer_is_missing_with_its_reason():
    row = compare_j1("CAS", "CIAS", territoire="epci:E2")
    assert row[[*INFORMATION, *NESTING, "nb_b_dans_a", "coincidence_mutuelle_communes"]].isna().all()
    assert (row["nb_unites_a"], row["nb_unites_b"], row["couverture_commune"]) == (2, 0, 0)
    assert row["raison_absence"] == "couche CIAS absente de ce territoire"
    nothing = compare_toy({"A": 1}, {"L": {}, "M": {}}).iloc[0]
    assert nothing["raison_absence"] == "couches L et M absentes de ce territoire"


def test_layers_that_share_no_commune():
    row = compare_toy({"A": 1, "B": 2}, {"L": {"A": "u"}, "M": {"B": "v"}}).iloc[0]
    assert row[INFORMATION].isna().all() and row["couverture_commune"] == 0
    assert row["raison_absence"] == "aucune commune couverte par les deux couches"
    assert row["nb_a_dans_b"] == 0


def test_equal_main_units_take_the_smallest_code_and_say_so():
    layers = {"L": dict.fromkeys("ABC", "u") | {"D": "z"}, "M": {"A": "m2", "B": "m10", "C": "m3", "D": "m3"}}
    row = compare_toy({"A": 5, "B": 5, "C": 1, "D": 9}, layers).iloc[0]
    assert bool(row["egalite"])
    # u goes to m10 ("m10" < "m2"): B, then D.
    assert row["coincidence_vue_a_population"] == pytest.approx(14 / 20)


def test_two_infra_communal_units_of_unknown_parts_refuse_information_and_keep_nesting():
    layers = {"CS": {"A": {"c1": np.nan, "c2": np.nan}, "B": "c3"}, "EPCI": {"A": "E", "B": "E"}}
    row = compare_toy({"A": 5, "B": 3}, layers, infra=["CS"]).iloc[0]
    assert row[[*INFORMATION, "purete_a_dans_b"]].isna().all()
    assert row["raison_absence"].startswith("parts de population inconnues")
    assert row[["nb_unites_a", "nb_a_dans_b", "part_a_dans_b", "part_population_a_dans_b"]].tolist() == [3, 3, 1, 1]
    assert (row["nb_b_dans_a"], row["couverture_commune"]) == (0, 1)
    cells = measure_contingency(
        make_affectation(layers), make_appartenance({"t": "AB"}), make_communes({"A": 5, "B": 3}), "CS", "EPCI"
    )
    assert cells["poids"].isna().tolist() == [True, True, False]


def test_known_parts_weigh_in_the_cells_and_in_the_entropies():
    layers = {"CS": {"A": {"c1": 0.25, "c2": 0.75}, "B": "c1"}, "EPCI": {"A": "E", "B": "F"}}
    row = compare_toy({"A": 100, "B": 25}, layers, infra=["CS"]).iloc[0]
    # c1 = 25 + 25, c2 = 75 of 125; cells 25, 75, 25.
    assert row["entropie_a"] == pytest.approx(-(0.4 * math.log(0.4) + 0.6 * math.log(0.6)))
    assert row["entropie_ab"] == pytest.approx(-(0.4 * math.log(0.2) + 0.6 * math.log(0.6)))
    # c2 is in E only, c1 is in both, E and F hold A and B whole: neither is in one CS unit but F.
    assert (row["nb_a_dans_b"], row["nb_b_dans_a"]) == (1, 1)
    assert row["part_population_a_dans_b"] == pytest.approx(75 / 125)


def test_a_commune_shared_out_in_both_layers_is_left_out_and_counted():
    layers = {"L": {"A": {"u": 0.5, "v": 0.5}, "B": "u"}, "M": {"A": {"m": 0.5, "n": 0.5}, "B": "m"}}
    row = compare_toy({"A": 30, "B": 10}, layers, infra=["L", "M"]).iloc[0]
    assert row["nb_communes_ecartees"] == 1
    assert row["couverture_commune"] == pytest.approx(0.25)
    assert row["nmi"] == 1
    # u and m hold B whole, but nobody knows who of A is in both; v and n may well be the same half.
    assert row[["nb_a_dans_b", "nb_a_inconnus", "nb_b_dans_a", "nb_b_inconnus"]].tolist() == [0, 2, 0, 2]
    assert row[["part_a_dans_b", "part_population_a_dans_b", "part_population_b_dans_a"]].isna().all()
    assert row["raison_absence"] == EMBOITEMENT_INCONNU
    cells = measure_contingency(
        make_affectation(layers), make_appartenance({"t": "AB"}), make_communes({"A": 30, "B": 10}), "L", "M"
    )
    assert cells["poids"].isna().all() and cells["nb_communes"].tolist() == [2, 1, 1, 1]


def test_a_unit_half_covered_is_not_nested():
    layers = {"L": {"A": "u"}, "M": {"A": {"m": 0.6}}}
    row = compare_toy({"A": 10}, layers, infra=["M"]).iloc[0]
    assert row[["nb_a_dans_b", "nb_b_dans_a"]].tolist() == [0, 1]
    assert row["couverture_commune"] == pytest.approx(0.6)


def test_communes_in_several_units_at_once_refuse_information():
    layers = {"GAL": {"A": ["g", "h"], "B": "g"}, "EPCI": {"A": "E", "B": "E"}}
    row = compare_toy({"A": 5, "B": 3}, layers, non_exclusives=["GAL"]).iloc[0]
    assert row[INFORMATION].isna().all() and "plusieurs unités à la fois" in row["raison_absence"]
    assert row["nb_a_dans_b"] == 2
    # Everything in E is in g, even though A is in h besides.
    assert row["nb_b_dans_a"] == 1


def test_a_territory_without_inhabitant_counts_communes_and_missing_population_stops():
    layers = {"L": {"A": "u", "B": "v"}, "M": {"A": "m", "B": "m"}}
    row = compare_toy({"A": 0, "B": 0}, layers).iloc[0]
    assert row["entropie_a"] == pytest.approx(math.log(2)) and row["ponderation"] == "communes (population nulle)"
    with pytest.raises(DiagnosticError, match=r"\(1\) : B"):
        compare_toy({"A": 0, "B": np.nan}, layers)


def test_nobody_where_the_two_layers_meet():
    row = compare_toy({"A": 0, "B": 5}, {"L": {"A": "u", "B": "u"}, "M": {"A": "m"}}).iloc[0]
    assert row[[*INFORMATION, "coincidence_vue_a_communes"]].isna().all()
    assert row["raison_absence"] == "poids commun aux deux couches nul ou inconnu"


def test_pairs_once_in_declared_order_for_every_territory():
    j1 = make_j1()
    compared = compare_layers(j1.affectation, j1.appartenance, j1.communes, j1.couches)
    assert len(compared) == 30 and list(compared.columns) == COLUMNS
    assert compared["territoire_id"].unique().tolist() == ["epci:E1", "epci:E2", "perimetre"]
    first = compared.iloc[:10]
    assert first["couche_a"].tolist() == ["EPCI"] * 4 + ["CAS"] * 3 + ["MSA"] * 2 + ["CAF"]
    assert first["couche_b"].tolist() == ["CAS", "MSA", "CAF", "CIAS", "MSA", "CAF", "CIAS", "CAF", "CIAS", "CIAS"]


def test_order_of_rows_does_not_matter_and_arguments_stay_as_they_were():
    j1 = make_j1()
    before = [table.copy() for table in (j1.affectation, j1.appartenance, j1.communes)]
    straight = compare_layers(j1.affectation, j1.appartenance, j1.communes, j1.couches)
    shuffled = [table.sample(frac=1, random_state=3) for table in before]
    pd.testing.assert_frame_equal(compare_layers(*shuffled, j1.couches), straight)
    for table, copy in zip((j1.affectation, j1.appartenance, j1.communes), before, strict=True):
        pd.testing.assert_frame_equal(table, copy)


def test_empty_tables():
    j1 = make_j1()
    assert compare_layers(j1.affectation, j1.appartenance, j1.communes, j1.couches.iloc[:1]).columns.tolist() == COLUMNS
    nothing = compare_layers(j1.affectation.iloc[:0], j1.appartenance.iloc[:0], j1.communes.iloc[:0], j1.couches)
    assert nothing.empty and nothing.columns.tolist() == COLUMNS
    absent = compare_layers(j1.affectation.iloc[:0], j1.appartenance, j1.communes, j1.couches)
    assert len(absent) == 30 and absent[INFORMATION].isna().all(axis=None)
    assert measure_contingency(j1.affectation, j1.appartenance, j1.communes, "EPCI", "VIDE").empty


def compare_naively(population, a, b):
    """Return nesting, purity and mutual coincidence of two layers of whole communes by plain loops."""
    both = [code for code in population if code in a and code in b]
    cell = {}
    for code in both:
        cell[a[code], b[code]] = cell.get((a[code], b[code]), 0) + population[code]

    def mode(unit, side):
        near = {key: value for key, value in cell.items() if key[side] == unit}
        return min(near, key=lambda key: (-near[key], key[1 - side]))

    total = sum(cell.values())
    purity = sum(cell[mode(unit, 0)] for unit in {key[0] for key in cell}) / total
    mutual = sum(cell[key] for key in cell if mode(key[0], 0) == key and mode(key[1], 1) == key) / total
    nested = 0
    for unit in set(a.values()):
        met = {b.get(code) for code in a if a[code] == unit}
        nested += len(met) == 1 and None not in met
    return nested, purity, mutual


ROW = st.tuples(st.integers(0, 40), st.sampled_from(["", "u", "v", "w"]), st.sampled_from(["", "m", "n"]))
TERRITOIRES = st.lists(st.lists(ROW, min_size=1, max_size=10), min_size=1, max_size=6)


def spread(drawn):
    """Return the population, the two layers and the territories of drawn rows (population, unit of L, unit of M)."""
    rows = {f"{t}{rank:04d}": row for t, members in enumerate(drawn) for rank, row in enumerate(members)}
    layers = {name: {code: row[k] for code, row in rows.items() if row[k]} for k, name in [(1, "L"), (2, "M")]}
    territoires = {str(t): [code for code in rows if code[0] == str(t)] for t in range(len(drawn))}
    return {code: row[0] for code, row in rows.items()}, layers, territoires


@settings(max_examples=15)
@given(TERRITOIRES)
def test_random_layers_against_naive_loops_and_scikit_learn(drawn):
    population, layers, territoires = spread(drawn)
    compared = compare_toy(population, layers, territoires=territoires).set_index("territoire_id")
    for territoire, codes in territoires.items():
        weight = {code: population[code] for code in codes}
        a, b = ({code: unit for code, unit in layers[name].items() if code in weight} for name in "LM")
        if not any(weight.values()):
            weight = dict.fromkeys(codes, 1)
        check_against_oracles(compared.loc[territoire], weight, a, b)


def check_against_oracles(row, weight, a, b):
    """Assert that one comparison is what plain loops and scikit-learn find."""
    metrics = pytest.importorskip("sklearn.metrics")
    # scikit-learn has no weights here: a commune of n inhabitants is written n times.
    people = [(a[code], b[code]) for code in a if code in b for _ in range(weight[code])]
    if not people:
        assert math.isnan(row["nmi"]) and row["raison_absence"]
        return
    nested, purity, mutual = compare_naively(weight, a, b)
    assert row["nb_a_dans_b"] == nested
    assert row["purete_a_dans_b"] == pytest.approx(purity)
    assert row["coincidence_mutuelle_population"] == pytest.approx(mutual)
    h, c, v = metrics.homogeneity_completeness_v_measure(*zip(*people, strict=True))
    found = row[["part_de_a_expliquee_par_b", "part_de_b_expliquee_par_a", "nmi"]].tolist()
    assert found == pytest.approx([h, c, v], abs=1e-9)
    assert row["information_mutuelle"] == pytest.approx(metrics.mutual_info_score(*zip(*people, strict=True)), abs=1e-9)
    assert row["vi"] == pytest.approx(row["entropie_a"] + row["entropie_b"] - 2 * row["information_mutuelle"], abs=1e-9)
    assert 0 <= row["vi_norm"] <= 1 + 1e-9
    assert row["couverture_commune"] == pytest.approx(len(people) / sum(weight.values()))


@settings(max_examples=25)
@given(TERRITOIRES)
def test_cells_add_up_to_what_both_layers_cover(drawn):
    population, layers, territoires = spread(drawn)
    territoires["tous"] = list(population)
    tables = make_affectation(layers), make_appartenance(territoires), make_communes(population)
    cells = measure_contingency(*tables, "L", "M", ponderation="communes")
    sums = cells.groupby("territoire_id")[["nb_communes", "poids"]].sum().reindex(list(territoires), fill_value=0)
    expected = [sum(code in layers["L"] and code in layers["M"] for code in codes) for codes in territoires.values()]
    assert sums["nb_communes"].tolist() == sums["poids"].tolist() == expected


@pytest.mark.parametrize("departement", ["43", "63"])
@pytest.mark.parametrize("ponderation", ["population", "communes"])
def test_real_layers_have_the_v_measure_of_scikit_learn(partage, departement, ponderation):
    """Four real layers, six pairs: EPCI and arrondissements of 2026, bassins de vie and zones d'emploi of INSEE 2024."""
    metrics = pytest.importorskip("sklearn.metrics")
    from diagnostic.read.places.territories import read_communes

    insee = pd.read_csv(partage / "ressorts" / "zonages_insee_2024.csv", dtype=str).set_index("CODGEO")
    communes = read_communes(departements=[departement], geometry=False)
    names = ["epci", "arrondissement", "BV2022", "ZE2020"]
    communes = communes.join(insee[["BV2022", "ZE2020"]])
    layers = {name: communes[name].dropna().to_dict() for name in names}
    tables = make_affectation(layers), make_appartenance({"d": communes.index}), communes
    compared = compare_layers(*tables, make_couches(names), ponderation=ponderation)
    assert len(compared) == 6 and compared["raison_absence"].eq("").all()
    for _, row in compared.iterrows():
        both = communes.dropna(subset=[row["couche_a"], row["couche_b"]])
        # scikit-learn has no weights here: a commune of n inhabitants is written n times.
        times = both["population"].to_numpy(dtype="int64") if ponderation == "population" else 1
        a, b = (np.repeat(pd.factorize(both[row[side]])[0], times) for side in ("couche_a", "couche_b"))
        h, c, v = metrics.homogeneity_completeness_v_measure(a, b)
        found = row[["part_de_a_expliquee_par_b", "part_de_b_expliquee_par_a", "nmi"]].tolist()
        assert found == pytest.approx([h, c, v], abs=1e-9)
        assert row["nmi"] == pytest.approx(metrics.normalized_mutual_info_score(a, b), abs=1e-9)
        check_by_entropies(row, np.bincount(a) / len(a), np.bincount(b) / len(b), pd.crosstab(a, b).to_numpy() / len(a))


def check_by_entropies(row, p_a, p_b, p_ab):
    """Assert that one comparison is what the entropies of scipy make of it."""
    entropy = pytest.importorskip("scipy.stats").entropy
    h_a, h_b, h_ab = entropy(p_a), entropy(p_b), entropy(p_ab.ravel())
    found = row[["entropie_a", "entropie_b", "entropie_ab", "vi", "vi_norm"]].tolist()
    assert found == pytest.approx([h_a, h_b, h_ab, 2 * h_ab - h_a - h_b, (2 * h_ab - h_a - h_b) / h_ab], abs=1e-9)


def test_a_territory_that_holds_part_of_a_commune_weighs_that_part_in_the_cells():
    layers = {"L": {"A": "u", "B": "v"}, "M": {"A": "m", "B": "n"}}
    tables = make_affectation(layers), make_communes({"A": 100, "B": 30}), make_couches(layers)
    inside = make_appartenance({"t": "AB"}).assign(part=[0.1, 1.0])
    row = compare_layers(tables[0], inside, *tables[1:]).iloc[0]
    assert row["entropie_ab"] == pytest.approx(-(0.25 * math.log(0.25) + 0.75 * math.log(0.75)))
    assert (row["nb_a_dans_b"], row["part_population_a_dans_b"], row["nb_communes_ami"]) == (2, 1, 2)
    # A commune that the territory and a layer both share out says nothing: left out and counted.
    split = make_affectation(layers | {"L": {"A": {"u": 0.5, "v": 0.5}, "B": "v"}})
    row = compare_layers(split, inside, tables[1], make_couches(layers, infra=["L"])).iloc[0]
    assert row["nb_a_inconnus"] == 0
    assert (row["nb_communes_ecartees"], row["couverture_commune"]) == (1, pytest.approx(0.75))
    assert (row["nb_a_dans_b"], row["nb_unites_a"]) == (1, 2) and np.isnan(row["part_population_a_dans_b"])
    unknown = compare_layers(tables[0], inside.assign(part=[np.nan, 1.0]), *tables[1:]).iloc[0]
    assert np.isnan(unknown["nmi"]) and unknown["raison_absence"].startswith("parts de population inconnues")


# methode.md 3.7, COG 2026: INFORMATION by population, VI and NMI by commune, nested, share of population, purity.
REEL = {
    "43": ([2.046091, 1.051149, 2.094198, 1.003041, 1.091157, 0.521038, 0.647700, 0.490223, 0.954233], (1.352958, 0.561626),
           (8, 11, 0.543634, 0.989635)),
    "63": ([2.017730, 1.251903, 2.017730, 1.251903, 0.765827, 0.379549, 0.765776, 0.620451, 1], (1.020588, 0.746134),
           (14, 14, 1, 1)),
}  # fmt: skip


@pytest.fixture(scope="module")
def pilote():
    """Return affectation, appartenance, communes of the two pilot departements, Montgreleix (15132) left out."""
    from diagnostic.read.places.territories import read_communes

    communes = read_communes(departements=["43", "63"], geometry=False)
    rows = [communes["epci"].rename("unite_id").reset_index().assign(couche="EPCI"),
            communes["arrondissement"].rename("unite_id").reset_index().assign(couche="ARRONDISSEMENT")]  # fmt: skip
    affectation = pd.concat(rows, ignore_index=True).assign(part=1.0, methode="commune")
    territoires = [("departement:" + communes["departement"]), ("epci:" + communes["epci"])]
    appartenance = pd.concat([ids.rename("territoire_id").reset_index() for ids in territoires], ignore_index=True)
    return affectation, appartenance, communes


@pytest.mark.parametrize("departement", REEL)
def test_real_departements(pilote, departement):
    information, by_commune, nesting = REEL[departement]
    couches, territoires = make_couches(["EPCI", "ARRONDISSEMENT"]), [f"departement:{departement}"]
    row = compare_layers(*pilote, couches, territoires=territoires).iloc[0]
    assert row[INFORMATION].tolist() == pytest.approx(information, abs=1e-6)
    found = row[["nb_a_dans_b", "nb_unites_a", "part_population_a_dans_b", "purete_a_dans_b"]].tolist()
    assert found == pytest.approx(nesting, abs=1e-6)
    row = compare_layers(*pilote, couches, territoires=territoires, ponderation="communes").iloc[0]
    assert row[["vi", "nmi"]].tolist() == pytest.approx(by_commune, abs=1e-6)


def test_real_epci_that_straddle_arrondissements(pilote):
    measured = measure_discordance(*pilote, make_couches(["ARRONDISSEMENT"]))
    split = measured[(measured["n_unites"] > 1) & measured["territoire_id"].str.startswith("epci:")]
    assert split.set_index("territoire_id")["interlocuteurs_effectifs_q2"].to_dict() == pytest.approx(
        {"epci:200073393": 1.003157, "epci:200073419": 1.054539, "epci:244301123": 1.058703}, abs=1e-6
    )


def test_a_piece_of_a_commune_that_is_split_is_neither_nested_nor_not():
    layers = {"CS": {"A": {"c1": np.nan, "c2": np.nan}, "B": "c2", "C": "c3"},
              "QPV": {"A": {"q1": np.nan, "q2": np.nan}, "B": "q3", "C": "q3"}}  # fmt: skip
    row = compare_toy({"A": 50, "B": 30, "C": 20}, layers, infra=["CS", "QPV"]).iloc[0]
    # c1: somewhere in A, as q1 and q2 are. c2 is in B too, which q1 and q2 never reach, and q3 never reaches A. c3 is in q3.
    assert row[["nb_unites_a", "nb_a_dans_b", "nb_a_inconnus"]].tolist() == [3, 1, 1]
    # q1 and q2 may be in c1 or in c2; q3 has the whole of B and C, which are in c2 and c3.
    assert row[["nb_unites_b", "nb_b_dans_a", "nb_b_inconnus"]].tolist() == [3, 0, 2]
    assert row[["part_a_dans_b", "part_population_a_dans_b", "part_b_dans_a", "part_population_b_dans_a"]].isna().all()


def test_the_whole_of_a_split_commune_is_surely_not_nested():
    row = compare_toy({"A": 5}, {"EPCI": {"A": "E"}, "CS": {"A": {"c1": np.nan, "c2": np.nan}}}, infra=["CS"]).iloc[0]
    assert row[["nb_a_dans_b", "nb_a_inconnus", "part_a_dans_b", "part_population_a_dans_b"]].tolist() == [0, 0, 0, 0]
    assert row[["nb_b_dans_a", "nb_b_inconnus", "part_b_dans_a", "part_population_b_dans_a"]].tolist() == [2, 0, 1, 1]
    # One unit alone, of a part that nobody knows: it may have the whole commune, or not.
    row = compare_toy({"A": 5}, {"EPCI": {"A": "E"}, "QPV": {"A": {"q": np.nan}}}, infra=["QPV"]).iloc[0]
    assert row[["nb_a_dans_b", "nb_a_inconnus"]].tolist() == [0, 1] and np.isnan(row["part_population_a_dans_b"])
    # The layer that covers nothing of B holds no unit that goes there.
    row = compare_toy({"A": 5, "B": 1}, {"L": {"A": {"u": 0.5}, "B": "u"}, "M": {"A": {"m": 0.5}}}, infra=["L", "M"]).iloc[0]
    assert row[["nb_a_dans_b", "nb_a_inconnus"]].tolist() == [0, 0]


def test_units_of_nobody_leave_the_share_of_the_weight_known():
    layers = {"L": {"A": {"u": 0.5, "v": 0.5}, "B": "w"}, "M": {"A": {"m": 0.5, "n": 0.5}, "B": "o"}}
    row = compare_toy({"A": 0, "B": 10}, layers, infra=["L", "M"]).iloc[0]
    assert (row["nb_a_inconnus"], row["part_population_a_dans_b"]) == (2, 1) and np.isnan(row["part_a_dans_b"])


def list_met(inner, outer, unit):
    """Return every set of outer units that `unit` may meet in one commune, of all the ways its people may be shared out."""
    sides = []
    for units in (inner, outer):
        # Alone and of unknown part: it has the commune, or leaves some of it out; several of unknown parts do the same.
        whole = len(units) == 1 and None not in units.values()
        sides.append([[*units]] if whole else [[*units], [*units, ""]])
    met = set()
    for rows, columns in product(*sides):
        cells = list(product(rows, columns))
        for size in range(1, len(cells) + 1):
            for some in combinations(cells, size):
                if {a for a, _ in some} == set(rows) and {b for _, b in some} == set(columns):
                    met.add(frozenset(b for a, b in some if a == unit))
    return met


SIDE = st.sampled_from([{"x": 1.0}, {"y": 1.0}, {"x": None}, {"x": None, "y": None}, {"y": None, "z": None}])


@settings(deadline=None, max_examples=80)
@given(st.lists(st.tuples(SIDE, st.one_of(SIDE, st.just({}))), min_size=1, max_size=3))
def test_three_states_of_nesting_against_every_way_to_share_people_out(drawn):
    sides = [{str(rank): row[side] for rank, row in enumerate(drawn) if row[side]} for side in (0, 1)]
    layers = {name: {code: {u: np.nan if p is None else p for u, p in units.items()} for code, units in side.items()}
              for name, side in zip("LM", sides, strict=True)}  # fmt: skip
    row = compare_toy(dict.fromkeys(map(str, range(len(drawn))), 10), layers, infra=["L", "M"]).iloc[0]
    if not sides[1]:
        assert row[["nb_a_dans_b", "nb_a_inconnus"]].isna().all()
        return
    sure = unknown = 0
    for unit in {unit for units in sides[0].values() for unit in units}:
        each = [
            list_met(units, sides[1][code], unit) if code in sides[1] else {frozenset([""])}
            for code, units in sides[0].items() if unit in units
        ]  # fmt: skip
        worlds = [frozenset().union(*world) for world in product(*each)]
        nested = [len(world) == 1 and "" not in world for world in worlds]
        sure, unknown = sure + all(nested), unknown + (any(nested) and not all(nested))
    assert row[["nb_a_dans_b", "nb_a_inconnus"]].tolist() == [sure, unknown]
    assert np.isnan(row["part_a_dans_b"]) == (unknown > 0)
