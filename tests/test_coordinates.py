"""Coordinates: emptied and told when they cannot be right, kept and told when they are only far."""

import numpy as np
import pandas as pd
import pytest

from diagnostic.read import coordinates
from diagnostic.read.cog import read_cog

PUY = (45.0436, 3.8852)


def rows_of(pairs, **columns):
    rows = pd.DataFrame(pairs, columns=["lat", "lon"], dtype=float)
    return rows.assign(fichier="f.xlsx", feuille="acteurs", ligne=range(2, 2 + len(rows)), **columns)


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        ((PUY[1], PUY[0]), "inversées"),
        ((-61.0, 14.6), "inversées"),
        ((6_437_000.0, 769_000.0), "Lambert-93"),
        ((45.04, 769_000.0), "Lambert-93"),
        ((0.0, 0.0), "(0 ; 0)"),
        ((45.04, np.nan), "Une seule"),
        ((np.nan, 769_000.0), "Une seule"),
        ((52.5, 13.4), "hors de la métropole"),
        ((18.07, -63.08), "hors de la métropole"),
    ],
)
def test_what_cannot_be_right_is_emptied_and_told(pair, said):
    checked, problems = coordinates.check_coordinates(rows_of([pair]))
    assert checked.isna().all().all()
    assert problems["gravite"].tolist() == ["attention"]
    assert said in problems["probleme"].iloc[0]
    assert problems["ligne"].tolist() == [2]


@pytest.mark.parametrize(
    "pair", [PUY, (16.0, -61.7), (14.6, -61.0), (4.9, -52.3), (-21.1, 55.5), (-12.8, 45.2), (42.0, 9.0), (48.4, -4.5)]
)
def test_points_of_france_are_kept(pair):
    checked, problems = coordinates.check_coordinates(rows_of([pair]))
    assert checked.iloc[0].tolist() == list(pair)
    assert problems.empty


def test_no_coordinates_is_no_problem():
    checked, problems = coordinates.check_coordinates(rows_of([(np.nan, np.nan)]))
    assert checked.isna().all().all() and problems.empty
    checked, problems = coordinates.check_coordinates(rows_of([]))
    assert checked.empty and problems.empty


def test_the_value_told_is_the_one_written():
    _, problems = coordinates.check_coordinates(rows_of([(45.04, np.nan), (3.5, 45.5)]))
    assert problems["valeur"].tolist() == ["45,04 ; (vide)", "3,5 ; 45,5"]


def test_each_wrong_row_is_told_once_and_the_order_does_not_count():
    rows = rows_of([PUY, (0, 0), (3.9, 45.0), (45.0, np.nan), (9e5, 6e6), (52, 13)])
    checked, problems = coordinates.check_coordinates(rows)
    assert checked["lat"].notna().tolist() == [True, False, False, False, False, False]
    assert sorted(problems["ligne"]) == [3, 4, 5, 6, 7]
    mixed, told = coordinates.check_coordinates(rows.sample(frac=1, random_state=2))
    pd.testing.assert_frame_equal(mixed.sort_index(), checked)
    assert sorted(told["probleme"]) == sorted(problems["probleme"])


def test_points_in_metres():
    communes = read_cog()["communes"]
    rows = rows_of([PUY, (np.nan, np.nan), (np.nan, np.nan), (-20.9, 55.45)])
    rows["code_insee"] = pd.Series(["43157", "43157", None, "97411"], dtype="str")
    placed = coordinates.place_points(rows, communes)
    mairie = communes.loc["43157", ["x_m", "y_m"]].tolist()
    assert placed.loc[1].tolist() == mairie
    assert placed.loc[2].isna().all()
    assert 0 < np.hypot(*(placed.loc[0] - placed.loc[1])) < 3000
    # The Réunion is in metres of its own zone, near its mairie.
    assert np.hypot(*(placed.loc[3] - communes.loc["97411", ["x_m", "y_m"]].to_numpy(dtype=float))) < 10_000


def test_a_far_point_is_told_with_its_distance_and_kept():
    communes = read_cog()["communes"]
    rows = rows_of([PUY, (45.2946, 3.3846), (np.nan, np.nan)], code_insee="43157")
    problems = coordinates.check_distances(rows, communes, 20)
    assert problems["ligne"].tolist() == [3]
    # Brioude to Le Puy: 48 km as the crow flies.
    assert problems["probleme"].iloc[0] == "Ce point est à 48 km de la mairie de la commune (Le Puy-en-Velay)."
    assert coordinates.check_distances(rows, communes, 60).empty
