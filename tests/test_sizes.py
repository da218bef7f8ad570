"""Sizes and typologies by hand; the wide table."""

import numpy as np
import pandas as pd
import pytest

from diagnostic.measure.comparaison.sizes import measure_sizes, spread_wide

COMMUNES = pd.DataFrame(
    {"population": [100.0, 300.0, 50.0], "surface_km2": [10.0, 10.0, 5.0], "departement": ["01", "38", "01"], "region": ["84"] * 3},
    index=["01001", "38001", "01002"],
)
PLACES = pd.DataFrame({"code_insee": ["01001", "38001", "01002"], "territoire_id": ["A", "A", "B"]})
NAMES = pd.DataFrame({"nom": ["Un", "Deux", "Vide"]}, index=["A", "B", "C"])


def test_sizes_and_classes_by_hand():
    kinds = {"ruralite": pd.Series({"01001": "rural", "38001": "urbain"})}
    found = measure_sizes(COMMUNES, PLACES, NAMES, typologies=kinds)
    columns = ["nb_communes", "population", "habitants_km2", "departements", "ruralite"]
    assert found.loc["A", columns].tolist() == [2, 400.0, 20.0, "01;38", "urbain"]
    assert found["a_cheval"].tolist() == [True, False, False]
    assert found.loc["A", "part ruralite : rural"] == 0.25 and np.isnan(found.loc["B", "part ruralite : rural"])
    assert np.isnan(found.loc["C", "population"]) and found.index.tolist() == ["A", "B", "C"]


def test_a_pair_of_layers_has_no_column_and_columns_follow_the_measures_asked():
    keys = ["territoire", "mesure", "couche", "couche_b", "groupe", "seuil", "valeur"]
    rows = [["A", "b", "MSA", None, None, None, 1.0], ["A", "b", "MSA", "CAF", None, None, 9.0]]
    rows += [["B", "a", None, None, "ccas", "10.0", 2.0]]
    long = pd.DataFrame(rows, columns=keys)
    wide, told = spread_wide(long, ["a", "b", "c"], NAMES)
    assert list(wide.columns) == ["nom", "a ccas 10", "b MSA"] and told["nb_territoires"].tolist() == [1, 1]
    assert wide.loc["A", "b MSA"] == 1.0 and wide.loc["C"].isna().sum() == 2
    assert wide.loc["B", "a ccas 10"] == pytest.approx(2.0)
