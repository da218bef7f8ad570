"""The small maps of the sheets: which communes each area holds, its number, its hatch; all of it as SVG text."""

import re
import xml.etree.ElementTree as ElementTree

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from tables_ressorts import add_ressorts, make_toy
from toy_map import make_communes

from diagnostic.draw import territory_maps
from diagnostic.draw.territory_maps import COARSE_FROM_M, MAIN_FILL, MAX_MAPPED, draw_territory_maps, write_path

SECOND = "epci:200000001"  # columns 2 and 3: cut between S1 and S2
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def tables():
    return make_toy()


@pytest.fixture(scope="module")
def plans(tables):
    return draw_territory_maps(tables["communes"], tables)


def read_svg(carte):
    return ElementTree.fromstring(carte["svg"].replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))


def read_numbers(carte):
    return sorted(text.text for text in read_svg(carte).find(f"{SVG}g[@class='numeros']"))


def read_area(path):
    """Return the surface of an SVG path of relative steps, in units of the drawing (even-odd)."""
    total = 0
    for ring in re.findall(r"M[^z]*z", path):
        start, steps = re.fullmatch(r"M(.*)l(.*)z", ring).groups()
        numbers = [int(number) for number in re.findall(r"-?\d+", f"{start} {steps}")]
        points = np.cumsum(np.array(numbers).reshape(-1, 2), axis=0)
        total = total ^ shapely.Polygon(points) if total else shapely.Polygon(points)
    return total.area


def test_only_layers_of_several_units_have_a_map(tables, plans):
    several = tables["fiche_ressorts"].dropna(subset="unite_id").groupby(["territoire_id", "couche"]).size()
    assert set(plans[1]) == set(several.index[several > 1])
    assert (SECOND, "CAS") in plans[1] and (SECOND, "MSA") not in plans[1]


def test_a_map_has_an_area_a_unit_its_number_and_the_odd_communes(plans):
    carte = plans[1][SECOND, "CAS"]
    assert read_numbers(carte) == ["1", "2"]
    # The second column of the EPCI has the larger codes: S2 is heavier, S1 is hatched.
    assert carte["marks"] == {"ecart"} and carte["fills"][1] == MAIN_FILL != carte["fills"][2]
    svg = read_svg(carte)
    first, second = svg.find(f"{SVG}g[@class='unites']")
    (hatch,) = svg.find(f"{SVG}g[@class='motif']")
    assert hatch.get("fill") == "url(#ecart)" and hatch.get("d") == second.get("d") and first.get("fill") == MAIN_FILL
    # Two columns of four squares each.
    assert read_area(first.get("d")) == pytest.approx(read_area(second.get("d")), rel=0.02)


def test_units_that_overlap_are_told_where_they_do(plans):
    carte = plans[1][SECOND, "PAT"]
    # P1 everywhere, P2 on two rows of four.
    assert read_numbers(carte) == ["1", "1 + 2"] and carte["marks"] == {"partage"}
    assert MAIN_FILL not in carte["fills"].values()  # no main unit is known


def test_units_inside_one_commune_share_its_area_and_the_rest_is_empty(plans):
    carte = plans[1]["epci:200000000", "QPV"]
    assert read_numbers(carte) == ["1 + 2"] and carte["marks"] == {"partage", "sans"}


def test_areas_cover_what_their_communes_cover(tables, plans):
    grounds, maps = plans
    svg = read_svg(maps["perimetre", "CAS"])
    ground = grounds[int(svg.find(f"{SVG}use").get("href").removeprefix("#fond"))]
    areas = sum(read_area(path.get("d")) for path in svg.find(f"{SVG}g[@class='unites']"))
    assert areas == pytest.approx(read_area(ground), rel=0.01)
    hole = read_area(write_path([shapely.box(0, 0, 4000, 4000)], {"left": 0, "top": 4000, "scale": 0.01}))
    assert hole == 1600


def test_a_path_is_read_back_in_steps_and_keeps_parts_and_holes():
    view = {"left": 0.0, "top": 100.0, "scale": 1.0}
    ring = shapely.Polygon(shapely.box(0, 0, 100, 100).exterior, [shapely.box(20, 20, 60, 60).exterior])
    both = shapely.MultiPolygon([ring, shapely.box(200, 0, 210, 10)])
    assert read_area(write_path([both], view)) == 100 * 100 - 40 * 40 + 100
    assert write_path([shapely.box(0, 0, 0.2, 0.2)], view) == ""  # smaller than a step


def test_many_units_have_neighbours_of_other_colours_and_those_not_listed_are_white():
    communes = make_communes(9, 6)
    tables = make_toy(communes)
    codes = communes.index[:54]
    one = pd.DataFrame({"code_insee": codes, "couche": "CAS", "unite_id": "U" + codes, "part": 1.0})
    names = one[["couche", "unite_id"]].assign(unite_nom=one["unite_id"])
    base = {name: table for name, table in tables.items() if name not in ("fiche_ressorts", "communes_minoritaires")}
    made = add_ressorts(base | {"affectation": one, "unites": names})
    carte = draw_territory_maps(communes, made)[1]["perimetre", "CAS"]
    fills = pd.Series(carte["fills"])
    assert (fills[fills.index > territory_maps.MAX_UNITS] == "#FFFFFF").all() and (fills == "#FFFFFF").sum() == 14
    ranks = made["fiche_ressorts"].query("territoire_id == 'perimetre' and couche == 'CAS'").set_index("unite_id")["rang"]
    shapes, colours = communes.geometry[codes].to_numpy(), fills.reindex(ranks["U" + codes]).to_numpy()
    left, right = shapely.STRtree(shapes).query(shapes, predicate="touches")
    listed = (colours[left] != "#FFFFFF") & (colours[right] != "#FFFFFF")
    assert listed.sum() > 20 and (colours[left][listed] != colours[right][listed]).all()
    assert max(int(number) for number in read_numbers(carte)) <= territory_maps.MAX_UNITS


def test_numbers_do_not_cover_each_other():
    shapes = np.array([shapely.box(x, 0, x + 30, 30) for x in range(0, 300, 30)], dtype=object)
    areas = {"forme": shapes, "rangs": np.array([f"{n}" for n in range(10)]), "principal": np.arange(1, 11)}
    view = {"left": 0, "top": 30, "scale": 1.0, "width": 300, "height": 30}
    places = [int(x) for x in re.findall(r'<text x="(\d+)"', territory_maps.write_numbers(areas, view))]
    assert len(places) == 10  # one character each
    wide = areas | {"rangs": np.array(["1 + 2"] * 10)}
    places = sorted(int(x) for x in re.findall(r'<text x="(\d+)"', territory_maps.write_numbers(wide, view)))
    assert 1 < len(places) < 10 and (np.diff(places) >= 5 * territory_maps.LETTER).all()


@pytest.mark.parametrize(("width_km", "words"), [(30, "10 km"), (8, "2 km"), (160, "50 km"), (1, "1 km")])
def test_the_scale_is_a_third_of_the_view_at_most(width_km, words):
    view = {"scale": 1000 / (width_km * 1000), "width": 1000, "height": 800}
    assert words in territory_maps.write_scale(view)


def test_large_territories_have_coarser_borders():
    assert territory_maps.measure_width(np.array([shapely.box(0, 0, 10, 40), shapely.box(10, 0, 20, 5)])) == 40
    assert COARSE_FROM_M > 40_000


def test_rows_in_another_order_give_the_same_maps(tables, plans):
    shuffled = {name: table.sample(frac=1, random_state=4) for name, table in tables.items() if name not in ("communes", "couches")}
    again = draw_territory_maps(tables["communes"], tables | shuffled)
    assert again[1] == plans[1] and again[0] == plans[0]


def test_nothing_to_draw_nothing_drawn(tables):
    communes = tables["communes"]
    assert draw_territory_maps(communes.set_geometry(gpd.GeoSeries([None] * 25, communes.index, crs=4326)), tables) == ([], {})
    assert draw_territory_maps(communes, tables | {"fiche_ressorts": tables["fiche_ressorts"].iloc[:0]}) == ([], {})
    many = pd.concat([tables["territoires"]] * (MAX_MAPPED // 5))
    assert draw_territory_maps(communes, tables | {"territoires": many}) == ([], {})


def test_a_commune_without_outline_is_left_and_arguments_stay(tables):
    before = tables["affectation"].copy()
    extra = pd.DataFrame({"code_insee": ["15031"], "couche": "CAS", "unite_id": "S1", "part": 1.0})
    _, maps = draw_territory_maps(tables["communes"], tables | {"affectation": pd.concat([before, extra])})
    assert maps["perimetre", "CAS"] == draw_territory_maps(tables["communes"], tables)[1]["perimetre", "CAS"]
    pd.testing.assert_frame_equal(tables["affectation"], before)
