"""The ground of the maps: paths with holes, dissolved borders, projections, north."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from matplotlib.path import Path
from toy_map import SIDE, make_communes, prepare_toy

from diagnostic.draw import base_map
from diagnostic.errors import DiagnosticError


@pytest.fixture(scope="module")
def communes():
    return make_communes()


@pytest.fixture(scope="module")
def base():
    return prepare_toy()


def test_paths_keep_holes_and_parts(base):
    path, *others = base_map.group_rings(base.rings, np.arange(len(base.shapes)))
    assert (path.codes == Path.MOVETO).sum() == 2
    outer, inner = path.to_polygons(closed_only=True)
    signed = [
        np.dot(ring[:-1, 0] - ring[0, 0], ring[1:, 1]) - np.dot(ring[1:, 0] - ring[0, 0], ring[:-1, 1])
        for ring in (outer, inner)
    ]
    assert np.sign(signed[0]) == -np.sign(signed[1])
    assert (others[0].codes == Path.MOVETO).sum() == 1


def test_groups_hold_their_communes_and_no_other(base):
    groups = np.arange(len(base.shapes)) % 3 - 1
    paths = base_map.group_rings(base.rings, groups)
    for group, path in enumerate(paths):
        wanted = base.shapes[groups == group]
        assert sorted(map(tuple, path.vertices)) == sorted(map(tuple, shapely.get_coordinates(wanted)))
        assert (path.codes == Path.MOVETO).sum() == shapely.get_num_interior_rings(wanted.geometry).sum() + len(wanted)
    assert len(paths) == 2 and base_map.group_rings(base.rings, np.full(len(base.shapes), -1)) == []


def list_sides(path):
    """Return the sides of a path as pairs of points, by a plain loop."""
    sides, last = [], None
    for point, code in zip(path.vertices.round().tolist(), path.codes, strict=True):
        if code != Path.MOVETO:
            sides.append(frozenset([tuple(last), tuple(point)]))
        last = point
    return sides


def test_each_side_is_drawn_once_and_none_is_lost(base):
    drawn = list_sides(base.edges)
    all_sides = [side for path in base_map.build_paths(base.shapes) for side in list_sides(path)]
    assert len(all_sides) > len(drawn) == len(set(drawn))
    assert set(drawn) == set(all_sides)


def test_sides_that_do_not_match_are_both_drawn():
    rings = base_map.trace_rings(gpd.GeoSeries([shapely.box(0, 0, 1000, 1000), shapely.box(1000, 0, 2000, 999)], crs=2154))
    assert len(list_sides(base_map.trace_edges(rings))) == 8


@pytest.mark.parametrize(
    "first", [shapely.box(0, 0, 1, 1), shapely.multipolygons([shapely.box(0, 0, 1, 1), shapely.box(2, 2, 3, 3)])]
)
def test_paths_of_mixed_geometries(first):
    shapes = [first, shapely.box(5, 5, 9, 9), shapely.multipolygons([shapely.box(0, 5, 1, 6), shapely.box(3, 5, 4, 6)])]
    paths = base_map.build_paths(shapes)
    for shape, path in zip(shapes, paths, strict=True):
        assert (path.codes == Path.MOVETO).sum() == len(shapely.get_parts(shape))
        assert path.get_extents().extents.tolist() == shapely.bounds(shape).tolist()
        area = sum(shapely.area(shapely.polygons(ring)) for ring in path.to_polygons())
        assert area == pytest.approx(shapely.area(shape))


def test_borders_conserve_area_and_drop_inner_edges(base):
    assert len(base.epci) == 3 and len(base.departements) == 2
    assert base.epci.geometry.area.sum() == pytest.approx(base.shapes.area.sum(), rel=1e-9)
    assert base.epci["nb_communes"].sum() == 24
    # A rectangle of 2 x 4 communes has no inner edge left: its length is its outline.
    assert base.epci.loc["200000001"].geometry.length == pytest.approx(2 * (2 + 4) * SIDE, rel=1e-4)


def test_borders_of_an_unclean_coverage():
    shapes = gpd.GeoSeries(
        [shapely.box(0, 0, 1000, 1000), shapely.box(999.7, 0, 2000, 1000)], index=["a", "b"], crs=2154
    )
    codes = pd.Series("e", index=shapes.index)
    merged = base_map.dissolve_borders(shapes, codes, codes).geometry.iloc[0]
    assert merged.is_valid and merged.area == pytest.approx(2_000_000, rel=1e-3)


def test_commune_without_epci_has_no_border(communes):
    alone = communes.assign(epci=communes["epci"].mask(communes.index == "43001"))
    assert base_map.prepare_base(alone).epci["nb_communes"].sum() == 23


def test_no_polygon_at_all_is_an_error(communes):
    with pytest.raises(DiagnosticError, match="contour"):
        base_map.prepare_base(communes.loc[["15031"]])
    with pytest.raises(DiagnosticError, match="contour"):
        base_map.prepare_base(pd.DataFrame(communes.drop(columns="geometry")))


def test_argument_is_left_as_it_was(communes):
    before = communes.copy()
    base_map.prepare_base(communes)
    pd.testing.assert_frame_equal(pd.DataFrame(communes), pd.DataFrame(before))


def test_other_zone_is_named_not_drawn(communes):
    mixed = communes.assign(zone=communes["zone"].mask(communes.index == "43002", "la_reunion"))
    assert base_map.prepare_base(mixed).unplaced.tolist() == ["Commune 1-0", "Sansterre"]


def test_local_projection_of_an_island():
    square = gpd.GeoSeries([shapely.box(55.4, -21.1, 55.5, -21.0)], crs=4326)
    table = gpd.GeoDataFrame(
        {"nom": ["Île"], "zone": ["la_reunion"], "epci": ["1"], "epci_nom": ["CA"], "departement": ["974"], "departement_nom": ["R"]},
        geometry=square.to_numpy(), crs=4326, index=pd.Index(["97411"], name="code_insee"),
    )  # fmt: skip
    island = base_map.prepare_base(table)
    assert island.epsg == 2975
    # 0.1 degree by 0.1 degree at 21 degrees south: about 10.4 km by 11.1 km.
    assert island.shapes.area.sum() / 1e6 == pytest.approx(115, rel=0.02)


def test_true_north_turns_with_longitude(communes, base):
    # Lambert-93 convergence is sin(46.5 deg) x (longitude - 3 deg), seen from the grid; here longitude is 3.6.
    lon = communes.geometry.dropna().union_all().centroid.x
    assert base_map.find_north(base) == pytest.approx(-np.sin(np.radians(46.5)) * (lon - 3), abs=0.02)
