"""Interlocutors of a territory: values of methode.md, a naive loop, limits of the definition."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jouets import make_affectation, make_appartenance, make_communes, make_couches, make_j1, read_expected

from diagnostic.errors import DiagnosticError
from diagnostic.measure.ressorts.discordance import COLUMNS, measure_discordance

# n, q2, q1, main share, split: methode.md 3.1.
PROFILS = {
    ("E1", "CAS"): (2, 1.6, 1.7547653506033232, 0.75, 0.375),
    ("E1", "MSA"): (2, 1.2195121951219512, 1.384145488461686, 0.9, 0.18),
    ("E1", "CAF"): (1, 1, 1, 1, 0),
    ("E2", "CAS"): (2, 1.4705882352941173, 1.6493848884661177, 0.8, 0.32),
    ("E2", "MSA"): (1, 1, 1, 1, 0),
    ("E2", "CAF"): (1, 1, 1, 1, 0),
    ("E1", "CIAS"): (1, 1, 1, 1, 0),
}
MEASURED = [
    "n_unites",
    "interlocuteurs_effectifs_q2",
    "interlocuteurs_effectifs_q1",
    "part_principale",
    "indice_eclatement",
]


def measure_toy(population, layers, *, territoires=None, ponderation="population", **flags):
    """Return the discordance of toy layers on one territory 't', or on the territories given."""
    communes = make_communes(population)
    appartenance = make_appartenance(territoires or {"t": population})
    couches = make_couches(layers, **flags)
    return measure_discordance(make_affectation(layers), appartenance, communes, couches, ponderation=ponderation)


def measure_j1():
    """Return the discordance of J1, indexed by EPCI and layer."""
    j1 = make_j1()
    measured = measure_discordance(j1.affectation, j1.appartenance, j1.communes, j1.couches)
    return (
        measured.assign(epci=measured["territoire_id"].str.removeprefix("epci:"))
        .set_index(["epci", "couche"])
        .sort_index()
    )


@pytest.mark.parametrize(("place", "expected"), PROFILS.items())
def test_values_of_methode(place, expected):
    row = measure_j1().loc[place]
    assert row[MEASURED].tolist() == pytest.approx(expected, abs=1e-12)
    assert row["couverture"] == 1
    assert row["raison_absence"] == ""
    assert row["q_min"] == row["q_max"] == row["interlocuteurs_effectifs_q2"]


def test_values_of_the_shared_file():
    shared = read_expected()
    measured = measure_j1()
    profiles = {key: value for key, value in shared.items() if key.startswith("profil[")}
    assert len(profiles) == 6
    for key, value in profiles.items():
        row = measured.loc[tuple(key[len("profil[") : -1].split(","))]
        expected = [value[name] for name in ["n", "inv_simpson", "exp_shannon", "part_principale", "split"]]
        assert row[MEASURED].tolist() == pytest.approx(expected, abs=1e-12), key
        assert row["unite_principale"] == max(value["w"], key=value["w"].get)
    assert measured.loc[("perimetre", "CIAS"), "couverture"] == pytest.approx(shared["couverture_CIAS"])


def test_an_absent_layer_is_missing_never_zero_interlocutor():
    row = measure_j1().loc[("E2", "CIAS")]
    assert row["n_unites"] == 0 and row["couverture"] == 0 and row["poids_couvert"] == 0
    assert row[[*MEASURED[1:], "q_min", "q_max", "unite_principale"]].isna().all()
    assert row["raison_absence"] == "couche absente de ce territoire"
    assert (row["poids_total"], row["nb_communes"], row["nb_communes_couvertes"]) == (1000, 2, 0)


def test_a_layer_declared_without_any_row_has_its_line_for_every_territory():
    j1 = make_j1()
    couches = make_couches(["VIDE", "EPCI"])
    measured = measure_discordance(j1.affectation, j1.appartenance, j1.communes, couches)
    assert measured["couche"].tolist() == ["VIDE", "EPCI"] * 3
    assert measured.loc[measured["couche"] == "VIDE", "interlocuteurs_effectifs_q2"].isna().all()


def test_a_partial_layer_is_measured_on_what_it_covers():
    row = measure_j1().loc[("perimetre", "CIAS")]
    assert row["couverture"] == pytest.approx(2 / 3)
    assert (row["poids_total"], row["poids_couvert"], row["nb_communes_couvertes"]) == (3000, 2000, 4)
    assert row["interlocuteurs_effectifs_q2"] == 1


def test_a_tie_takes_the_smallest_code_and_says_so():
    row = measure_toy({"A": 5, "B": 5, "C": 3}, {"L": {"A": "u9", "B": "u10", "C": "u11"}}).iloc[0]
    assert row["unite_principale"] == "u10" and bool(row["egalite"])
    assert not measure_toy({"A": 5, "B": 4}, {"L": {"A": "u9", "B": "u10"}}).iloc[0]["egalite"]


def test_a_unit_without_inhabitant_counts_by_membership():
    row = measure_toy({"A": 5, "B": 0}, {"L": {"A": "u", "B": "v"}}).iloc[0]
    assert row["n_unites"] == 2 and row["interlocuteurs_effectifs_q2"] == 1


def test_a_territory_without_inhabitant_counts_communes():
    row = measure_toy({"A": 0, "B": 0}, {"L": {"A": "u", "B": "v"}}).iloc[0]
    assert row["interlocuteurs_effectifs_q2"] == 2
    assert row["ponderation"] == "communes (population nulle)"
    assert bool(row["egalite"])


def test_a_layer_that_covers_nobody_gives_no_effective_number():
    row = measure_toy({"A": 5, "B": 0}, {"L": {"B": "v"}}).iloc[0]
    assert row["n_unites"] == 1 and row["couverture"] == 0
    assert np.isnan(row["interlocuteurs_effectifs_q2"])
    assert row["raison_absence"] == "poids nul dans les communes que la couche couvre"


def test_missing_population_stops_with_the_communes_named():
    with pytest.raises(DiagnosticError, match=r"\(1\) : B"):
        measure_toy({"A": 5, "B": np.nan}, {"L": {"A": "u"}})


def test_roubaix_twelve_units_of_unknown_parts_give_bounds():
    units = {f"cs{number:02d}": np.nan for number in range(12)}
    row = measure_toy({"59512": 98000}, {"CS": {"59512": units}}, infra=["CS"]).iloc[0]
    assert row["n_unites"] == 12
    assert (row["q_min"], row["q_max"], row["couverture"]) == (1, 12, 1)
    assert (
        row[["interlocuteurs_effectifs_q1", "interlocuteurs_effectifs_q2", "part_principale", "unite_principale"]]
        .isna()
        .all()
    )
    assert row["raison_absence"].startswith("parts de population inconnues")


def test_unknown_parts_of_nobody_or_of_a_single_unit_change_nothing():
    alone = measure_toy({"A": 5}, {"L": {"A": {"u": np.nan}}}, infra=["L"]).iloc[0]
    assert (alone["interlocuteurs_effectifs_q2"], alone["unite_principale"], alone["raison_absence"]) == (1, "u", "")
    empty = measure_toy({"A": 5, "B": 0}, {"L": {"A": "u", "B": {"u": np.nan, "v": np.nan}}}, infra=["L"]).iloc[0]
    assert (empty["n_unites"], empty["interlocuteurs_effectifs_q2"], empty["raison_absence"]) == (2, 1, "")


def test_known_parts_share_the_population():
    layer = {"A": {"u": 0.25, "v": 0.75}, "B": "u", "C": {"u": 0.5}}
    row = measure_toy({"A": 100, "B": 25, "C": 50}, {"L": layer}, infra=["L"]).iloc[0]
    # u: 25 + 25 + 25, v: 75; half of C has no unit.
    assert row["poids_couvert"] == 150 and row["couverture"] == pytest.approx(150 / 175)
    assert row["interlocuteurs_effectifs_q2"] == pytest.approx(2)
    assert bool(row["egalite"]) and row["unite_principale"] == "u"


@pytest.mark.parametrize("flags", [{"non_exclusives": ["GAL"]}, {}])
def test_communes_in_several_units_at_once_refuse_the_effective_number(flags):
    row = measure_toy({"A": 100, "B": 25}, {"GAL": {"A": ["g", "h"], "B": "g"}}, **flags).iloc[0]
    assert row["n_unites"] == 2 and row["couverture"] == 1
    assert row[["interlocuteurs_effectifs_q2", "q_min", "q_max", "unite_principale"]].isna().all()
    assert "plusieurs unités à la fois" in row["raison_absence"]


def test_a_layer_not_exclusive_without_shared_commune_is_measured():
    row = measure_toy({"A": 100, "B": 100}, {"GAL": {"A": "h", "B": "g"}}, non_exclusives=["GAL"]).iloc[0]
    assert row["interlocuteurs_effectifs_q2"] == 2


def test_the_share_known_by_surface_only_is_said():
    layers = {"CLS": {"A": {"u": 0.4, "v": 0.4}, "B": "u"}, "L": {"A": "x", "B": "y"}}
    communes, appartenance, couches = make_communes({"A": 100, "B": 20}), make_appartenance({"t": "AB", "b": "B"}), make_couches(layers)
    affectation = make_affectation(layers)
    affectation["methode"] = np.where(affectation["part"] < 1, "surface", "polygone")
    measured = measure_discordance(affectation, appartenance, communes, couches)
    found = measured.set_index(["territoire_id", "couche"])["part_estimee"].to_dict()
    # 80 of the 100 inhabitants that the layer covers: 80 in A, 20 in B.
    assert found == pytest.approx({("b", "CLS"): 0, ("b", "L"): 0, ("t", "CLS"): 0.8, ("t", "L"): 0})
    # Outlines that overlap cover a commune once, however many they are.
    over = affectation.assign(part=affectation["part"].mask(affectation["part"] < 1, 0.9))
    overlapping = measure_discordance(over, appartenance, communes, make_couches(layers, non_exclusives=["CLS"]))
    assert overlapping["part_estimee"].tolist() == pytest.approx([0, 0, 100 / 120, 0])
    silent = measure_discordance(affectation.drop(columns="methode"), appartenance, communes, couches)
    assert silent["part_estimee"].eq(0).all()
    absent = measure_discordance(affectation, appartenance, communes, make_couches(["VIDE"]))
    assert absent["part_estimee"].isna().all()


@pytest.mark.parametrize("ponderation", ["surface_km2", "ressortissants_msa"])
def test_weighting_by_any_column_of_numbers(ponderation):
    layers = {"L": {"A": "u", "B": "v", "C": "v"}}
    communes = make_communes({"A": 5, "B": 5, "C": 5}).assign(**{ponderation: [4.0, 0.0, 12.0]})
    territoires = {"t": "ABC", "vide": "B"}
    tables = make_affectation(layers), make_appartenance(territoires), communes, make_couches(layers)
    t, vide = measure_discordance(*tables, ponderation=ponderation).to_dict("records")
    assert t["interlocuteurs_effectifs_q2"] == pytest.approx(16**2 / (4**2 + 12**2))
    assert (t["poids_total"], t["unite_principale"], t["ponderation"]) == (16, "v", ponderation)
    assert (vide["poids_total"], vide["ponderation"]) == (1, f"communes ({ponderation} nulle)")


def test_weighting_by_commune():
    row = measure_toy({"A": 100, "B": 1}, {"L": {"A": "u", "B": "v"}}, ponderation="communes").iloc[0]
    assert row["interlocuteurs_effectifs_q2"] == 2 and row["ponderation"] == "communes"


def test_empty_tables():
    nothing = measure_toy({}, {"L": {}}, territoires={"t": []})
    assert nothing.empty and list(nothing.columns) == COLUMNS
    j1 = make_j1()
    absent = measure_discordance(j1.affectation.iloc[:0], j1.appartenance, j1.communes, j1.couches)
    assert len(absent) == 15 and absent["n_unites"].eq(0).all()
    assert measure_discordance(j1.affectation, j1.appartenance, j1.communes, j1.couches.iloc[:0]).empty


def test_order_of_rows_does_not_matter_and_arguments_stay_as_they_were():
    j1 = make_j1()
    before = [table.copy() for table in (j1.affectation, j1.appartenance, j1.communes)]
    straight = measure_discordance(j1.affectation, j1.appartenance, j1.communes, j1.couches)
    shuffled = [table.sample(frac=1, random_state=3) for table in before]
    pd.testing.assert_frame_equal(measure_discordance(*shuffled, j1.couches), straight)
    for table, copy in zip((j1.affectation, j1.appartenance, j1.communes), before, strict=True):
        pd.testing.assert_frame_equal(table, copy)


TERRITOIRES = st.lists(
    st.lists(st.tuples(st.integers(0, 900), st.sampled_from(["", "u", "v", "w"])), min_size=1, max_size=8),
    min_size=1, max_size=8,
)  # fmt: skip


@settings(max_examples=25)
@given(TERRITOIRES)
def test_random_layers_against_a_naive_loop(drawn):
    rows = {f"{t}{rank:04d}": row for t, members in enumerate(drawn) for rank, row in enumerate(members)}
    territoires = {str(t): [code for code in rows if code[0] == str(t)] for t in range(len(drawn))} | {
        "tous": list(rows)
    }
    layer = {code: unit for code, (_, unit) in rows.items() if unit}
    measured = measure_toy({code: row[0] for code, row in rows.items()}, {"L": layer}, territoires=territoires)
    assert measured["territoire_id"].tolist() == sorted(territoires)
    for row in measured.itertuples():
        members = {code: rows[code] for code in territoires[row.territoire_id]}
        if not any(people for people, _ in members.values()):
            members = {code: (1, unit) for code, (_, unit) in members.items()}
        check_by_loop(row, members.values())


def check_by_loop(row, members):
    """Assert that one row of the measure is what a plain loop over (population, unit) finds."""
    by_unit = {}
    for people, unit in members:
        if unit:
            by_unit[unit] = by_unit.get(unit, 0) + people
    total = sum(by_unit.values())
    assert row.n_unites == len(by_unit)
    assert row.poids_couvert == total
    if not total:
        assert math.isnan(row.interlocuteurs_effectifs_q2) and row.raison_absence
        return
    shares = [value / total for value in by_unit.values() if value]
    q2, q1 = row.interlocuteurs_effectifs_q2, row.interlocuteurs_effectifs_q1
    assert q2 == pytest.approx(1 / sum(p * p for p in shares))
    assert q1 == pytest.approx(math.exp(-sum(p * math.log(p) for p in shares)))
    assert row.unite_principale == min(by_unit, key=lambda name: (-by_unit[name], name))
    assert 1 - 1e-9 <= q2 <= q1 + 1e-9 <= row.n_unites + 2e-9


def test_the_certain_coverage_counts_no_unknown_part_and_adds_no_overlap():
    row = measure_toy({"A": 100, "B": 100}, {"QPV": {"A": {"q": np.nan}}}, infra=["QPV"]).iloc[0]
    assert row[["couverture_min", "couverture"]].tolist() == [0, 0.5]
    row = measure_toy({"A": 100}, {"CS": {"A": {"c": 0.25, "d": np.nan}}}, infra=["CS"]).iloc[0]
    assert row[["couverture_min", "couverture"]].tolist() == [0.25, 1]
    shares = {"A": {"g": 0.5, "h": 0.25}}
    for flags, least in [({"infra": ["L"]}, 0.75), ({}, 0.75), ({"non_exclusives": ["L"]}, 0.5)]:
        row = measure_toy({"A": 100}, {"L": shares}, **flags).iloc[0]
        assert row[["couverture_min", "couverture"]].tolist() == [least, 0.75]
    # More than the whole: they overlap, whatever the layer says.
    row = measure_toy({"A": 100}, {"L": {"A": {"g": 0.75, "h": 0.5}}}).iloc[0]
    assert row[["couverture_min", "couverture"]].tolist() == [0.75, 1]
    absent = measure_toy({"A": 100}, {"L": {}}).iloc[0]
    assert absent[["couverture_min", "couverture"]].tolist() == [0, 0]


@pytest.mark.parametrize(("part", "bounds"), [(0.5, (0, 1)), (0.8, (0.375, 0.625)), (np.nan, (0, 1)), (1.0, (0.5, 0.5))])
def test_a_commune_split_twice_is_covered_within_bounds(part, bounds):
    affectation, communes = make_affectation({"L": {"A": {"u": 0.5}}}), make_communes({"A": 100})
    inside = make_appartenance({"t": "A"}).assign(part=part)
    row = measure_discordance(affectation, inside, communes, make_couches(["L"], infra=["L"])).iloc[0]
    assert row[["couverture_min", "couverture"]].tolist() == pytest.approx(bounds)


def test_the_two_coverages_are_one_on_whole_communes():
    measured = measure_j1()
    assert measured["couverture_min"].tolist() == measured["couverture"].tolist()
