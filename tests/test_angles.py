"""Cells that hold an angle, or two."""

import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnostic.read.cells import angles


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("45,04", 45.04), ("45.04", 45.04), (" -61.5 ", -61.5), ("+3,88", 3.88), ("769 000,5", 769000.5), ("6\u202f437\u00a0000", 6437000),
        ("45°02'30\"N", 45 + 2 / 60 + 30 / 3600), ("45° 02′ 30,5″ N", 45 + 2 / 60 + 30.5 / 3600), ("3°53'O", -(3 + 53 / 60)),
        ("N 45.04", 45.04), ("3.88 E", 3.88), ("61,5 W", -61.5), ("21,1°S", -21.1), ("45d02m30s", 45 + 2 / 60 + 30 / 3600),
        ("", np.nan), ("abc", np.nan), ("45 rue", np.nan), ("12:30", np.nan),
    ],
)  # fmt: skip
def test_angles_as_people_write_them(cell, value):
    numbers, wrong = angles.read_angles(pd.Series([cell], dtype="str"))
    assert numbers.iloc[0] == pytest.approx(value, nan_ok=True)
    assert wrong.iloc[0] == (cell != "" and np.isnan(value))


@pytest.mark.parametrize(
    ("cell", "lat", "lon"),
    [
        ("45.04, 3.88", "45.04", "3.88"), ("45.04,3.88", "45.04", "3.88"), ("45,04 ; 3,88", "45,04", "3,88"),
        ("(45.04 3.88)", "45.04", "3.88"),
        ("45°02'30\"N 3°53'E", "45°02'30\"N", "3°53'E"), ("45,04, 3,88", "45,04", "3,88"), ("45,04", "45,04", ""), ("", "", ""),
        ("769 000,5", "769 000,5", ""),
    ],
)  # fmt: skip
def test_two_values_in_one_cell(cell, lat, lon):
    rows = pd.DataFrame({"lat": [cell], "lon": [""]}, dtype="str")
    assert angles.split_pairs(rows)[["lat", "lon"]].iloc[0].tolist() == [lat, lon]
    full = rows.assign(lon="3,5")
    pd.testing.assert_frame_equal(angles.split_pairs(full), full)


@given(st.text(max_size=30))
def test_any_cell_is_an_angle_or_told(cell):
    numbers, wrong = angles.read_angles(pd.Series([cell], dtype="str"))
    assert wrong.iloc[0] == (cell != "" and np.isnan(numbers.iloc[0]))
    assert len(angles.split_pairs(pd.DataFrame({"lat": [cell], "lon": [""]}, dtype="str"))) == 1


@pytest.mark.parametrize("cell", ["1" * 32_000 + "x", "1." * 16_000, "45°" * 10_000, "43000 " * 5_000, "1e" * 16_000])
def test_a_text_in_the_cell_of_an_angle_is_told_without_being_searched(cell):
    started = time.process_time()
    rows = pd.DataFrame({"lat": [cell], "lon": [""]}, dtype="str")
    pd.testing.assert_frame_equal(angles.split_pairs(rows), rows)
    assert angles.read_angles(rows["lat"])[1].tolist() == [True]
    assert time.process_time() - started < 2
