"""Weights of communes: by hand, fallback of an empty territory, missing population, unusable columns."""

import numpy as np
import pandas as pd
import pytest
from jouets import make_affectation, make_appartenance, make_communes, make_couches, make_j1

from diagnostic.errors import DiagnosticError
from diagnostic.measure.ressorts.discordance import measure_discordance
from diagnostic.measure.ressorts.weights import list_unit_territories, weigh_communes, weigh_territoires


def test_population_one_each_and_any_column_of_numbers():
    communes = make_j1().communes.assign(surface_km2=[1.5, 2, 3, 4, 5, 6], ressortissants_msa=[9, 8, 7, 6, 5, 4])
    assert weigh_communes(communes).tolist() == [1000, 500, 300, 200, 800, 200]
    assert weigh_communes(communes, "communes").tolist() == [1] * 6
    assert weigh_communes(communes, "surface_km2").tolist() == [1.5, 2, 3, 4, 5, 6]
    assert weigh_communes(communes, "ressortissants_msa")["F"] == 4
    assert weigh_communes(communes).index.equals(communes.index)


def test_missing_population_names_ten_communes_and_counts_all():
    communes = make_communes({f"{code:05d}": np.nan for code in range(1001, 1013)} | {"43157": 10})
    with pytest.raises(DiagnosticError) as caught:
        weigh_communes(communes)
    message = str(caught.value)
    assert "(12)" in message and "01010" in message
    assert "01011" not in message and "43157" not in message
    assert weigh_communes(communes, "communes").sum() == 13


def test_missing_population_outside_the_territories_stops_nothing():
    communes = make_communes({"A": 5, "B": np.nan})
    assert weigh_territoires(make_appartenance({"t": "A"}), communes)["poids"].tolist() == [5]
    with pytest.raises(DiagnosticError, match=r"\(1\) : B\."):
        weigh_territoires(make_appartenance({"t": "AB"}), communes)


@pytest.mark.parametrize("column", ["nom", "inconnue"])
def test_a_column_without_numbers_is_refused_and_the_choices_are_listed(column):
    with pytest.raises(DiagnosticError, match="communes, population"):
        weigh_communes(make_j1().communes, column)


def test_negative_weight_and_twice_the_same_commune_are_refused():
    with pytest.raises(DiagnosticError, match=r"\(1\) : B"):
        weigh_communes(make_communes({"A": 1, "B": -1}))
    communes = pd.concat([make_communes({"A": 1}), make_communes({"A": 2})])
    with pytest.raises(DiagnosticError, match="en double"):
        weigh_communes(communes)


def test_a_territory_without_inhabitant_falls_back_to_one_per_commune_and_says_so():
    communes = make_communes({"A": 0, "B": 0, "C": 7})
    weighed = weigh_territoires(make_appartenance({"mort": "AB", "vivant": "AC"}), communes)
    assert weighed["poids"].tolist() == [1, 1, 0, 7]
    assert weighed["ponderation"].tolist() == ["communes (population nulle)"] * 2 + ["population"] * 2


def test_a_territory_that_names_an_unknown_commune_is_refused():
    with pytest.raises(DiagnosticError, match=r"absentes de la table des communes \(1\) : Z"):
        weigh_territoires(make_appartenance({"t": "AZ"}), make_communes({"A": 1}))


def test_a_repeated_row_counts_once_and_arguments_stay_as_they_were():
    communes, appartenance = make_communes({"A": 1, "B": 2}), make_appartenance({"t": "ABA"})
    before = appartenance.copy()
    assert weigh_territoires(appartenance, communes)["poids"].tolist() == [1, 2]
    pd.testing.assert_frame_equal(appartenance, before)


def test_empty_tables():
    assert weigh_communes(make_communes({})).empty
    weighed = weigh_territoires(make_appartenance({}), make_communes({}))
    assert weighed.empty and list(weighed.columns) == ["territoire_id", "code_insee", "poids", "part", "ponderation"]
    assert weighed["ponderation"].dtype == "str"
    assert list_unit_territories(make_affectation({})).empty


def test_a_territory_holds_a_part_of_a_commune_and_the_whole_where_it_is_not_known():
    communes = make_communes({"A": 100, "B": 40, "C": 0})
    appartenance = make_appartenance({"quartier": "ABC", "ville": "A"}).assign(part=[0.25, np.nan, 0.5, 1.0])
    weighed = weigh_territoires(appartenance, communes)
    assert weighed["poids"].tolist() == [25, 40, 0, 100]
    assert weighed["part"].tolist() == pytest.approx([0.25, np.nan, 0.5, 1], nan_ok=True)
    # Without the column, every commune is whole.
    assert weigh_territoires(appartenance.drop(columns="part"), communes)["poids"].tolist() == [100, 40, 0, 100]


def test_the_part_weighs_in_a_territory_without_inhabitant_too():
    communes = make_communes({"A": 0, "B": 0})
    weighed = weigh_territoires(make_appartenance({"t": "AB"}).assign(part=[0.25, 1.0]), communes)
    assert weighed["poids"].tolist() == [0.25, 1]
    assert set(weighed["ponderation"]) == {"communes (population nulle)"}
    # People live in A, none of them in the territory: nobody, not one per commune.
    weighed = weigh_territoires(make_appartenance({"t": "A"}).assign(part=[0.0]), make_communes({"A": 9}))
    assert weighed[["poids", "ponderation"]].values.tolist() == [[0, "population"]]


@pytest.mark.parametrize("parts", [[1.2, 1.0], [-0.1, 1.0], [0.5, 0.4], [0.5, np.nan]])
def test_parts_out_of_range_or_that_contradict_each_other_are_refused(parts):
    appartenance = make_appartenance({"t": "AA"}).assign(part=parts)
    with pytest.raises(DiagnosticError, match=r"\(1\) : A") as caught:
        weigh_territoires(appartenance, make_communes({"A": 1}))
    assert "colonne part" in caught.value.ou


def test_the_same_unknown_part_twice_counts_once():
    appartenance = make_appartenance({"t": "AA"}).assign(part=np.nan)
    assert weigh_territoires(appartenance, make_communes({"A": 3}))["poids"].tolist() == [3]


def test_every_unit_of_every_layer_is_a_territory():
    j1 = make_j1()
    units = list_unit_territories(j1.affectation)
    assert units.index.equals(j1.affectation.index)
    weighed = weigh_territoires(units, j1.communes).groupby("territoire_id")["poids"].sum()
    assert weighed.to_dict() == {
        "EPCI:E1": 2000, "EPCI:E2": 1000, "CAS:S1": 1500, "CAS:S2": 1300, "CAS:S3": 200, "MSA:M1": 1800, "MSA:M2": 1200,
        "CAF:F1": 3000, "CIAS:I1": 2000,
    }  # fmt: skip


def test_units_and_epci_are_measured_in_the_same_pass():
    j1 = make_j1()
    both = pd.concat([j1.appartenance, list_unit_territories(j1.affectation)], ignore_index=True)
    # An EPCI has no part: its communes are whole.
    both["part"] = both["part"].fillna(1.0)
    measured = measure_discordance(j1.affectation, both, j1.communes, j1.couches).set_index(["territoire_id", "couche"])
    columns = ["n_unites", "interlocuteurs_effectifs_q2", "couverture", "poids_total"]
    for couche in j1.couches.index:
        assert measured.loc[("EPCI:E1", couche), columns].equals(measured.loc[("epci:E1", couche), columns])
    # S2: 500 in E1, 800 in E2.
    assert measured.loc[("CAS:S2", "EPCI"), "interlocuteurs_effectifs_q2"] == pytest.approx(1300**2 / (500**2 + 800**2))
    assert measured.loc[("CAS:S2", "CIAS"), "couverture"] == pytest.approx(500 / 1300)


def test_what_both_the_territory_and_the_layer_split_is_bounded():
    layers = {"QPV": {"A": {"q": 0.25}, "B": {"q": np.nan}}, "CS": {"A": {"c": 0.5, "d": 0.5}}, "L": {"A": "u"}}
    affectation, communes = make_affectation(layers), make_communes({"A": 100, "B": 10})
    couches = make_couches(["CS", "L"], infra=["CS"])
    units = list_unit_territories(affectation[affectation["couche"] == "QPV"])
    row = measure_discordance(affectation, units, communes, couches).set_index("couche")
    assert row.loc["CS", ["n_unites", "q_min", "q_max"]].tolist() == [2, 1, 2]
    assert np.isnan(row.loc["CS", "interlocuteurs_effectifs_q2"])
    # One unit holds whoever is covered: 25 of the 25 + 10 (B, part not known, counts whole).
    assert row.loc["L", ["interlocuteurs_effectifs_q2", "poids_total"]].tolist() == [1, 35]
    assert row.loc["L", "couverture"] == pytest.approx(25 / 35)
