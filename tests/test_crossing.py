"""A share beside the one expected, within the margin: each answer, the ties, what is not known."""

import numpy as np
import pandas as pd
import pytest

from diagnostic.measure.liens.crossing import ALIKE, LESS, MORE, NO_LINK, SENSITIVITY, TOO_FEW, judge_crossing

ROW = {"nb_liens_champs": 20, "nb_externes_attendu": 10.0, "part_externes": 0.5, "erreur_part_externes": 0.05, "ratio_externes": 1.0}


def judge(**cells):
    return judge_crossing(pd.DataFrame([ROW | cells], index=["t"])).at["t"]


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({}, ALIKE), ({"part_externes": 0.3}, LESS), ({"part_externes": 0.7}, MORE),
        # On the margin itself nothing is told apart; where the error is not known there is no margin.
        ({"part_externes": 0.375, "erreur_part_externes": 0.0625}, ALIKE), ({"part_externes": 0.45, "erreur_part_externes": np.nan}, LESS),
        ({"ratio_externes": np.nan}, TOO_FEW), ({"nb_liens_champs": 0, "ratio_externes": np.nan}, NO_LINK),
        ({"nb_liens_champs": np.nan}, NO_LINK),
    ],
)  # fmt: skip
def test_each_answer(cells, told):
    assert judge(**cells) == told


def test_the_margin_is_twice_the_error_of_one_actor():
    assert SENSITIVITY == 2 and judge(part_externes=0.41) == ALIKE and judge(part_externes=0.39) == LESS


def test_rows_are_judged_one_by_one_and_an_empty_table_is_empty():
    table = pd.DataFrame([ROW, ROW | {"part_externes": 0.1}], index=["b", "a"])
    assert judge_crossing(table.iloc[::-1]).to_dict() == judge_crossing(table).to_dict() == {"b": ALIKE, "a": LESS}
    assert len(judge_crossing(table.iloc[:0])) == 0
