"""Communes that share a border: boxes by hand, a naive double loop, the ellipsoid of pyproj, the communes of France."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from diagnostic.read.places.neighbours import COLUMNS, list_neighbours, measure_length

WGS84 = Geod(ellps="WGS84")


def draw_communes(shapes):
    """Return communes from {code: geometry in degrees}."""
    return gpd.GeoDataFrame(index=pd.Index(list(shapes), name="code_insee"), geometry=list(shapes.values()), crs=4326)


def list_pairs(neighbours):
    return list(neighbours[["code_insee", "voisin"]].itertuples(index=False, name=None))


def test_a_shared_line_makes_neighbours_and_a_shared_point_does_not():
    boxes = {
        "C": shapely.box(3.1, 45.1, 3.2, 45.2), "A": shapely.box(3, 45, 3.1, 45.1), "B": shapely.box(3.1, 45, 3.2, 45.1),
        "I": shapely.box(4, 45, 4.1, 45.1),
    }  # fmt: skip
    neighbours = list_neighbours(draw_communes(boxes))
    # A and C meet at a corner; I is an island.
    assert list_pairs(neighbours) == [("A", "B"), ("B", "C")] and neighbours.columns.tolist() == COLUMNS
    expected = [WGS84.inv(3.1, 45, 3.1, 45.1)[2] / 1000, WGS84.inv(3.1, 45.1, 3.2, 45.1)[2] / 1000]
    assert neighbours["frontiere_km"].tolist() == pytest.approx(expected, rel=1e-6)
    assert [str(dtype) for dtype in neighbours.dtypes] == ["str", "str", "float64"]


def test_an_enclave_a_border_in_pieces_and_a_commune_in_two_parts():
    hole = shapely.box(3.04, 45.04, 3.06, 45.06)
    around = shapely.box(3, 45, 3.1, 45.1) - hole
    # P touches Q along two lines that do not meet, and has a second part elsewhere.
    p = shapely.union_all([shapely.box(5, 45, 5.1, 45.3) - shapely.box(5.05, 45.1, 5.1, 45.2), shapely.box(6, 45, 6.1, 45.1)])
    q = shapely.box(5.1, 45, 5.2, 45.3)
    found = list_neighbours(draw_communes({"around": around, "hole": hole, "P": p, "Q": q}))
    assert list_pairs(found) == [("P", "Q"), ("around", "hole")]
    sides = WGS84.inv(5.1, 45, 5.1, 45.1)[2] + WGS84.inv(5.1, 45.2, 5.1, 45.3)[2]
    around_hole = abs(WGS84.geometry_length(shapely.boundary(hole)))
    assert found["frontiere_km"].tolist() == pytest.approx([sides / 1000, around_hole / 1000], rel=1e-6)


def test_polygons_that_overlap_a_little_are_neighbours_and_those_apart_are_not():
    boxes = {"A": shapely.box(3, 45, 3.1001, 45.1), "B": shapely.box(3.1, 45, 3.2, 45.1), "C": shapely.box(3.2001, 45, 3.3, 45.1)}
    found = list_neighbours(draw_communes(boxes))
    assert list_pairs(found) == [("A", "B")]
    assert found["frontiere_km"].iloc[0] == pytest.approx(11.1, abs=0.05)


def test_an_outline_that_crosses_itself_has_neighbours_all_the_same():
    # A bow tie, whose right side is the left side of the box.
    tie = shapely.Polygon([(3, 45), (3.1, 45.1), (3.1, 45), (3, 45.1)])
    communes = draw_communes({"A": tie, "B": shapely.box(3.1, 45, 3.2, 45.1)})
    found = list_neighbours(communes)
    assert list_pairs(found) == [("A", "B")]
    assert found["frontiere_km"].iloc[0] == pytest.approx(WGS84.inv(3.1, 45, 3.1, 45.1)[2] / 1000, rel=1e-6)
    assert communes.geometry.iloc[0] is tie or communes.geometry.iloc[0].equals_exact(tie, 0)


def test_communes_without_polygon_and_tables_without_geometry():
    boxes = {"A": shapely.box(3, 45, 3.1, 45.1), "B": None, "C": shapely.Polygon(), "D": shapely.box(3.1, 45, 3.2, 45.1)}
    assert list_pairs(list_neighbours(draw_communes(boxes))) == [("A", "D")]
    for communes in (draw_communes(boxes).iloc[:0], draw_communes(boxes).iloc[:1], pd.DataFrame(index=["A", "B"])):
        nobody = list_neighbours(communes)
        assert nobody.empty and [str(dtype) for dtype in nobody.dtypes] == ["str", "str", "float64"]


@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=16, unique=True), st.randoms())
def test_boxes_of_a_grid_against_a_double_loop_in_any_order(cells, random):
    shapes = {f"{x}{y}": shapely.box(3 + x / 100, 45 + y / 100, 3 + (x + 1) / 100, 45 + (y + 1) / 100) for x, y in cells}
    expected = sorted(
        (a, b) for a in shapes for b in shapes if a < b and abs(int(a[0]) - int(b[0])) + abs(int(a[1]) - int(b[1])) == 1
    )
    found = list_neighbours(draw_communes(shapes))
    assert list_pairs(found) == expected
    shuffled = list(shapes.items())
    random.shuffle(shuffled)
    pd.testing.assert_frame_equal(list_neighbours(draw_communes(dict(shuffled))), found)


@settings(max_examples=25)
@given(st.lists(st.tuples(st.floats(-63, 56), st.floats(-22, 51)), min_size=2, max_size=6, unique=True))
def test_lengths_are_those_of_the_ellipsoid(points):
    # Steps of a tenth of a degree at most around each point, in metropole or overseas.
    shapes = [shapely.LineString([(x, y), (x + 0.05, y + 0.02), (x, y + 0.05)]) for x, y in points]
    expected = [WGS84.geometry_length(shape) / 1000 for shape in shapes]
    assert measure_length(np.array(shapes)).tolist() == pytest.approx(expected, rel=1e-6)
    assert measure_length(np.array([shapely.Point(3, 45)])).tolist() == [0]


@pytest.fixture(scope="module")
def pilote():
    from diagnostic.read.places.territories import read_communes

    return read_communes(departements=["43", "63"])


def test_real_communes_against_geopandas(pilote):
    found = list_neighbours(pilote)
    assert len(found) == 2024
    part = pilote[pilote["departement"] == "43"].to_crs(2154)
    touching = gpd.sjoin(part[["geometry"]], part[["geometry"]], predicate="intersects")
    left, right = touching.index.to_numpy(), touching["code_insee_right" if "code_insee_right" in touching else "index_right"].to_numpy()
    shared = shapely.length(shapely.intersection(part.loc[left].boundary.to_numpy(), part.loc[right].boundary.to_numpy()))
    oracle = {(a, b): length / 1000 for a, b, length in zip(left, right, shared, strict=True) if a < b and length > 0}
    inside = found[found["code_insee"].isin(part.index) & found["voisin"].isin(part.index)]
    assert list_pairs(inside) == sorted(oracle)
    # Lambert-93 stretches lengths by up to 1 part in 1,000.
    assert inside["frontiere_km"].tolist() == pytest.approx([oracle[pair] for pair in list_pairs(inside)], rel=2e-3)
    # Le Puy-en-Velay and Brives-Charensac; nobody is alone here.
    assert ("43041", "43157") in oracle
    assert set(found["code_insee"]) | set(found["voisin"]) == set(pilote.index)


def test_islands_have_no_neighbour():
    from diagnostic.read.places.territories import read_communes

    # Ouessant, Belle-Ile (four communes), La Desirade.
    islands = read_communes(codes=["29155", "56009", "56114", "56152", "56241", "97110"])
    found = list_neighbours(islands)
    assert set(found["code_insee"]) | set(found["voisin"]) == {"56009", "56114", "56152", "56241"}
