"""Numbers out of their scale: emptied, told with what may be written, and nothing else touched."""

import numpy as np
import pandas as pd
import pytest

from diagnostic.read.cells.bounds import BOUNDS, check_bounds
from diagnostic.schema import describe_table


def make_rows(column, values):
    return pd.DataFrame({column: values, "fichier": "f.xlsx", "feuille": "s", "ligne": range(2, 2 + len(values))})


def test_an_intensity_out_of_its_scale_is_emptied_and_told():
    rows = make_rows("intensite", [1.0, 5.0, 0.0, 2.5, np.nan, 4.0])
    before = rows.copy()
    kept, told = check_bounds(rows, "liens", pd.Series({"intensite": "Force"}))
    np.testing.assert_array_equal(kept["intensite"], [1, np.nan, np.nan, np.nan, np.nan, 4])
    assert told[["gravite", "ligne", "colonne", "valeur"]].values.tolist() == [
        ["attention", 3, "Force", "5"], ["attention", 4, "Force", "0"], ["attention", 5, "Force", "2,5"],
    ]  # fmt: skip
    assert told["probleme"].iloc[0] == "« 5 » n'est pas un nombre entier de 1 à 4 ; la case est lue comme vide."
    pd.testing.assert_frame_equal(rows, before)


@pytest.mark.parametrize(
    ("table", "column", "values", "kept"),
    [
        ("postes", "etp", [0.5, -1, 0], [0.5, np.nan, 0]), ("enquete", "max_citations", [0, 5], [np.nan, 5]),
        ("attendus", "echeance_annee", [26, 2026], [np.nan, 2026]), ("acteurs", "capacite", [-3, 1e6], [np.nan, 1e6]),
    ],
)  # fmt: skip
def test_every_scale_keeps_what_is_in_it(table, column, values, kept):
    np.testing.assert_array_equal(check_bounds(make_rows(column, values), table)[0][column].astype(float), kept)


def test_nothing_to_bound_gives_the_same_rows():
    rows = make_rows("nom", ["a"])
    assert check_bounds(rows, "acteurs") == (rows, None) and check_bounds(rows, "liens")[1] is None
    empty = make_rows("intensite", [np.nan]).iloc[:0]
    assert len(check_bounds(empty, "liens")[0]) == 0


def test_every_scale_is_that_of_a_number_of_the_schema():
    for table, columns in BOUNDS.items():
        assert set(describe_table(table).loc[list(columns), "genre"]) == {"nombre"}
