"""Values of tables -> what a cell may hold."""

import numpy as np
import pandas as pd

from diagnostic.write.cells import CELL_LIMIT, flatten_column, flatten_table


def test_lists_booleans_dates_and_missing():
    table = pd.DataFrame(
        {
            "liste": [("a", "b"), (), None],
            "oui": pd.array([True, False, pd.NA], dtype="boolean"),
            "objet": [True, np.False_, None],
            "date": pd.to_datetime(["2026-02-03", None, "2026-11-21"]),
            "nombre": [1.5, np.nan, np.inf],
            "entier": pd.array([1, None, 3], dtype="Int64"),
            "geometry": ["x", "y", "z"],
        },
        index=pd.Index(["43001", "43002", "43003"], name="code_insee"),
    )
    before = table.copy()
    flat = flatten_table(table)
    pd.testing.assert_frame_equal(table, before)
    assert flat.columns.tolist() == ["code_insee", "liste", "oui", "objet", "date", "nombre", "entier"]
    assert flat["code_insee"].tolist() == ["43001", "43002", "43003"]
    assert flat["liste"].tolist()[:2] == ["a; b", ""] and pd.isna(flat["liste"].iat[2])
    assert flat["oui"].tolist()[:2] == ["oui", "non"] and pd.isna(flat["oui"].iat[2])
    assert flat["objet"].tolist()[:2] == ["oui", "non"]
    assert pd.api.types.is_datetime64_any_dtype(flat["date"].dtype)
    # Neither a missing number nor an infinite one becomes zero.
    assert flat["nombre"].iat[0] == 1.5 and flat["nombre"].iloc[1:].isna().all()
    assert flat["entier"].isna().tolist() == [False, True, False]


def test_an_unnamed_index_is_not_a_column_and_an_empty_table_stays_empty():
    assert flatten_table(pd.DataFrame({"a": [1]})).columns.tolist() == ["a"]
    empty = flatten_table(pd.DataFrame({"a": pd.Series(dtype=object), "b": pd.Series(dtype=float)}))
    assert empty.empty and empty.columns.tolist() == ["a", "b"]


def test_a_text_too_long_for_a_spreadsheet_is_cut_and_says_so():
    cut = flatten_column(pd.Series(["x" * 40_000, "court"], dtype="str"))
    assert len(cut.iat[0]) <= CELL_LIMIT and cut.iat[0].endswith("[texte coupé]") and cut.iat[1] == "court"
