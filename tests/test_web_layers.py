"""Tables turned into the lists the page reads, against toy squares and values by hand."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from test_web import make_communes, make_view

from diagnostic.draw import web_layers


def decode(steps):
    return np.cumsum(np.array(steps).reshape(-1, 2), axis=0) / web_layers.GRID


def test_shapes_decode_to_the_squares_they_were():
    communes = make_communes()
    for square, rings in zip(communes.geometry, web_layers.encode_shapes(communes), strict=True):
        assert len(rings) == 1
        assert shapely.Polygon(decode(rings[0])).symmetric_difference(square).area < 1e-9


def test_shapes_keep_holes_parts_and_missing():
    communes = make_communes(2)
    ring = shapely.box(3, 45, 3.1, 45.1).difference(shapely.box(3.03, 45.03, 3.06, 45.06))
    pair = shapely.union(shapely.box(3.1, 45, 3.2, 45.1), shapely.box(3.5, 45, 3.6, 45.1))
    communes = communes.set_geometry(
        gpd.GeoSeries([ring, pair, None, shapely.Polygon()], index=communes.index, crs=4326)
    )
    assert [len(rings) for rings in web_layers.encode_shapes(communes)] == [2, 2, 0, 0]


def test_neighbours_share_their_vertices_after_simplification():
    rng = np.random.default_rng(0)
    seeds = shapely.multipoints(rng.uniform([3, 45], [4, 46], (60, 2)))
    cells = shapely.get_parts(shapely.voronoi_polygons(seeds))
    communes = make_communes(2).iloc[[0] * len(cells)].set_geometry(gpd.GeoSeries(cells, crs=4326).to_numpy())
    segments = pd.Series([
        tuple(sorted([tuple(a), tuple(b)]))
        for rings in web_layers.encode_shapes(communes) for ring in rings
        for points in [decode(ring)] for a, b in zip(points[:-1], points[1:], strict=True)
    ])  # fmt: skip
    # A segment seen once is on the outer border: only those of the hull, never one inside.
    outer = shapely.multilinestrings(
        [shapely.linestrings(segment) for segment in segments.value_counts().loc[lambda n: n == 1].index]
    )
    assert segments.value_counts().max() == 2
    assert outer.length == pytest.approx(shapely.union_all(cells).length, rel=0.01)


def test_borders_that_do_not_match_are_cleaned():
    communes = make_communes(2)
    moved = communes.geometry.to_numpy().copy()
    moved[1] = shapely.box(3.0999, 45, 3.2, 45.1)  # overlaps its neighbour by about 8 m
    communes = communes.set_geometry(gpd.GeoSeries(moved, index=communes.index, crs=4326))
    shapes = [shapely.Polygon(decode(rings[0])) for rings in web_layers.encode_shapes(communes)]
    assert shapely.area(shapely.intersection(shapes[0], shapes[1])) == 0


def test_actors_stand_at_their_point_at_the_mairie_or_nowhere():
    actors = web_layers.list_actors(make_communes(), make_view()["acteurs"])
    places = web_layers.PLACES
    assert actors["place"] == [places[name] for name in ["mairie", "point", "sans", "sans", "point"]]
    assert (actors["lon"][0], actors["lat"][0]) == (3.05, 45.05)
    assert (actors["lon"][2], actors["mobile"][2]) == (None, True)
    assert actors["commune"] == [0, 0, 1, -1, -1]
    assert actors["hors"] == [False] * 4 + [True]


def test_a_category_in_most_communes_starts_hidden():
    communes = make_communes(10)
    acteurs = pd.DataFrame(
        {
            "nom": ["Mairie"] * 60 + ["Crèche"] * 5,
            "categorie_libelle": ["Commune"] * 60 + ["Crèche"] * 5,
            "champ": "mixte",
        }
    )
    assert web_layers.list_actors(communes, acteurs)["categories"] == [
        ["Non précisé", "Commune", True],
        ["Non précisé", "Crèche", False],
    ]
