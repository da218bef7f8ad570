"""Coordinates: emptied and told when they cannot be right, kept and told when they are only far."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from pyproj import Transformer

from diagnostic.read.places import coordinates
from diagnostic.read.places.cog import read_cog, read_polygons

PUY = (45.0436, 3.8852)


def rows_of(pairs, **columns):
    rows = pd.DataFrame(pairs, columns=["lat", "lon"], dtype=float)
    return rows.assign(fichier="f.xlsx", feuille="acteurs", ligne=range(2, 2 + len(rows)), **columns)


@pytest.mark.parametrize(
    ("pair", "said"),
    [
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
    assert problems["valeur"].tolist() == ["45,04 ; (vide)", "3,5", "45,5"]
    written = pd.DataFrame({"lat": ["3.50"], "lon": ["45,5"]})
    _, problems = coordinates.check_coordinates(rows_of([(3.5, 45.5)]), written=written)
    assert problems[["colonne", "valeur", "proposition"]].values.tolist() == [
        ["lat", "3.50", "45,5"],
        ["lon", "45,5", "3,5"],
    ]


@pytest.mark.parametrize(
    ("pair", "said", "proposed"),
    [
        ((PUY[1], PUY[0]), "inversées", ("45,0436", "3,8852")),
        ((-61.0, 14.6), "inversées", ("14,6", "-61")),
        ((16.0, 61.5), "signe moins", (None, "-61,5")),
        ((6_437_000.0, 769_000.0), "Lambert-93", ("45,0288", "3,87611")),
        ((769_000.0, 6_437_000.0), "Lambert-93, x et y échangés", ("45,0288", "3,87611")),
    ],
)
def test_a_pair_that_can_be_mended_is_proposed_a_cell_at_a_time(pair, said, proposed):
    checked, problems = coordinates.check_coordinates(rows_of([pair]))
    assert checked.isna().all().all()
    told = {"lat": None, "lon": None} | dict(zip(problems["colonne"], problems["proposition"], strict=True))
    assert (told["lat"], told["lon"]) == proposed
    assert problems["probleme"].str.contains(said).all() and set(problems["ligne"]) == {2}


@pytest.mark.parametrize(
    ("epsg", "name"),
    [(27572, "Lambert II étendu"), (3945, "Lambert CC45"), (3857, "Web Mercator"), (2154, "Lambert-93")],
)
def test_metres_of_another_projection_are_recognised_near_the_stated_commune(epsg, name):
    x, y = Transformer.from_crs(4326, epsg, always_xy=True).transform(PUY[1], PUY[0])
    _, problems = coordinates.check_coordinates(rows_of([(y, x)], code_insee="43157"))
    assert problems["probleme"].str.contains(f"({name})", regex=False).all()
    proposed = problems["proposition"].str.replace(",", ".").astype(float).tolist()
    assert proposed == pytest.approx(PUY, abs=2e-4)
    # Without the commune, only Lambert-93 is believed: the others are told and not proposed.
    _, alone = coordinates.check_coordinates(rows_of([(y, x)]))
    assert (alone["proposition"] != "").all() == (epsg == 2154)


def test_metres_of_a_declared_projection_are_converted_and_told_once():
    rows = rows_of([(6_437_000.0, 769_000.0), PUY, (6_437_100.0, 769_000.0), (1.0e7, 1.0e7)])
    checked, problems = coordinates.check_coordinates(rows, crs="EPSG:2154")
    assert checked["lat"].round(4).tolist()[:3] == [45.0288, 45.0436, 45.0297]
    assert checked.iloc[3].isna().all()
    assert problems["gravite"].tolist() == ["attention", "information"]
    assert "2 point(s) en mètres convertis depuis EPSG:2154" in problems["probleme"].iloc[1]


def test_the_distance_to_a_border_agrees_with_the_legal_projection():
    communes = read_cog()["communes"]
    codes = communes.index[communes["departement"].isin(["43", "2A", "59"])][::7].to_series(name=None)
    rng = np.random.default_rng(3)
    lon = communes.loc[codes, "mairie_lon"] + rng.normal(0, 0.1, len(codes))
    lat = communes.loc[codes, "mairie_lat"] + rng.normal(0, 0.1, len(codes))
    measured = coordinates.measure_outside(lon, lat, codes)
    outlines = gpd.GeoSeries(read_polygons().geometry.loc[codes].array, crs=4326).to_crs(2154)
    true = gpd.GeoSeries.from_xy(lon, lat, crs=4326).to_crs(2154).distance(outlines, align=False) / 1000
    known = true.notna().to_numpy() & measured.notna().to_numpy()
    assert known.mean() > 0.9
    assert measured.to_numpy()[known] == pytest.approx(true.to_numpy()[known], rel=0.01, abs=0.01)
    assert (measured == 0).any() and (measured > 5).any()


def test_a_commune_without_outline_or_point_has_no_distance():
    codes = pd.Series(["15031", "43157", None, "43157"], dtype="str")
    lon, lat = pd.Series([3.0, np.nan, 3.0, PUY[1]]), pd.Series([45.1, 45.0, 45.0, PUY[0]])
    assert coordinates.measure_outside(lon, lat, codes).tolist() == pytest.approx(
        [np.nan, np.nan, np.nan, 0], nan_ok=True
    )


def test_each_wrong_row_is_told_once_and_the_order_does_not_count():
    rows = rows_of([PUY, (0, 0), (3.9, 45.0), (45.0, np.nan), (9e5, 6e6), (52, 13)])
    checked, problems = coordinates.check_coordinates(rows)
    assert checked["lat"].notna().tolist() == [True, False, False, False, False, False]
    assert sorted(problems["ligne"]) == [3, 4, 4, 5, 6, 7]  # the swapped pair: a row a cell
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
    assert problems["probleme"].iloc[0] == "Ce point est à 47 km de la commune (Le Puy-en-Velay), à 48 km de sa mairie."
    assert coordinates.check_distances(rows, communes, 60).empty
