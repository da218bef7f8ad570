"""Weights of communes: by hand, fallback of an empty territory, missing population, unusable columns."""

import numpy as np
import pandas as pd
import pytest
from jouets import make_appartenance, make_communes, make_j1

from diagnostic.errors import DiagnosticError
from diagnostic.measure.weights import weigh_communes, weigh_territoires


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
    assert weighed.empty and list(weighed.columns) == ["territoire_id", "code_insee", "poids", "ponderation"]
