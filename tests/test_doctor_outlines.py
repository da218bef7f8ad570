"""Each check of a layer of outlines: bad drawings by hand, overlaps and gaps against an independent overlay, shares by class."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import box

from diagnostic.read.layers import doctor_outlines, polygons
from diagnostic.read.places.territories import read_communes

X, Y, KM = 750_000, 6_450_000, 1000


def square(x0, y0, x1, y1):
    return box(X + x0 * KM, Y + y0 * KM, X + x1 * KM, Y + y1 * KM)


BOW = shapely.Polygon([(X, Y), (X + KM, Y + KM), (X + KM, Y), (X, Y + KM)])


def draw(shapes, crs=2154, names=None):
    drawn = gpd.GeoDataFrame(geometry=list(shapes), crs=crs)
    names = names or [chr(65 + rank) for rank in range(len(drawn))]
    return drawn.assign(unite_id=names, unite_nom=names, fichier="ressorts/z.gpkg", feuille="z", ligne=range(1, len(drawn) + 1))


def make_communes(*shapes):
    codes = pd.Index([f"4300{rank}" for rank in range(1, len(shapes) + 1)], name="code_insee", dtype="str")
    drawn = gpd.GeoDataFrame({"nom": [f"Commune {code}" for code in codes]}, geometry=list(shapes), index=codes, crs=2154)
    return drawn.to_crs(4326)


def make_couche(*, exclusive=True, complete=False, infra=False, floor=None):
    said = {"exclusive": exclusive, "complete": complete, "infra_communale": infra, "seuil_surface": None, "seuil_eclat": floor}
    return pd.Series(said, name="CLS")


def look(drawn):
    return {line["controle"]: line for line in doctor_outlines.check_drawing(drawn)}


def check(units, communes, **kind):
    joined = polygons.join_outlines(units)
    pairs = polygons.measure_shares(joined.geometry, communes)
    return {line["controle"]: line for line in doctor_outlines.check_outlines(joined, pairs, communes, make_couche(**kind))}


def test_a_clean_drawing_has_a_line_for_every_check():
    lines = look(draw([square(0, 0, 1, 1), square(1, 0, 2, 1)]))
    assert list(lines) == ["projection", "coordonnees", "contours_vides", "contours_croises", "types_de_contours", "contours_melanges"]
    assert {line["resultat"] for line in lines.values()} == {"ok"}


def test_bad_drawings_are_counted_with_their_lines():
    mixed = shapely.GeometryCollection([square(2, 2, 3, 3), shapely.LineString([(X, Y), (X + KM, Y)])])
    shapes = [square(0, 0, 1, 1), BOW, None, shapely.Point(X, Y), shapely.LineString([(X, Y), (X + KM, Y)]), mixed, shapely.Polygon()]
    lines = look(draw(shapes))
    found = {name: (line["nombre"], line["resultat"]) for name, line in lines.items() if line["nombre"]}
    assert found == {
        "contours_vides": (2, "a_voir"), "contours_croises": (1, "a_voir"), "types_de_contours": (2, "a_voir"),
        "contours_melanges": (1, "a_voir"),
    }  # fmt: skip
    assert lines["contours_vides"]["lignes"] == "ligne 3 : vide ; ligne 7 : vide"
    assert lines["contours_croises"]["lignes"].startswith("ligne 2 : se croise au point 750500")
    assert lines["types_de_contours"]["lignes"] == "ligne 4 : point ; ligne 5 : ligne"
    assert "polygone 3" in lines["types_de_contours"]["message"] and lines["contours_melanges"]["lignes"] == "ligne 6"


def test_what_the_doctor_counts_is_what_the_reader_sets_aside_or_mends():
    mixed = shapely.GeometryCollection([BOW, shapely.Point(X, Y)])
    drawn = draw([square(0, 0, 1, 1), BOW, None, shapely.Point(X, Y), mixed])
    kept, problems = polygons.clean_outlines(drawn)
    lines = look(drawn)
    lost = lines["contours_vides"]["nombre"] + lines["types_de_contours"]["nombre"]
    assert len(drawn) == len(kept) + lost == len(kept) + problems["gravite"].eq("erreur").sum()
    assert problems["probleme"].str.contains("se croise").sum() == lines["contours_croises"]["nombre"] == 2


@pytest.mark.parametrize(
    ("drawn", "controle", "words"),
    [
        (draw([square(0, 0, 1, 1)], crs=None), "projection", "inconnue"),
        (draw([box(3, 45, 4, 46)], crs=2154), "coordonnees", "ressemblent à des degrés"),
        (draw([square(0, 0, 1, 1)], crs=4326), "coordonnees", "ne sont pas des degrés"),
    ],
)
def test_false_projections_stop(drawn, controle, words):
    lines = look(drawn)
    assert lines[controle]["resultat"] == "bloquant" and words in lines[controle]["message"] and lines[controle]["a_faire"] != "rien"
    assert lines["contours_croises"]["resultat"] == "ok"


def test_nothing_but_empty_shapes():
    lines = look(draw([None, shapely.Polygon()]))
    assert lines["contours_vides"]["nombre"] == 2 and lines["coordonnees"]["resultat"] == "ok"


def test_overlaps_by_hand_in_square_kilometres():
    units = draw([square(0, 0, 2, 1), square(1, 0, 3, 1), square(2.999, 0, 4, 1)])
    found = doctor_outlines.find_overlaps(units)
    assert found[["unite_a", "unite_b"]].values.tolist() == [["A", "B"], ["B", "C"]]
    assert found["surface_km2"].tolist() == pytest.approx([1, 0.001], rel=2e-3)
    communes = make_communes(square(0, 0, 4, 1))
    line = check(units, communes)["superpositions"]
    assert (line["resultat"], line["nombre"]) == ("a_voir", 1) and "« A » et « B » : 1,00 km²" in line["lignes"]
    assert "et 1 de moins d'un hectare" in line["message"]
    assert check(units, communes, exclusive=False)["superpositions"]["resultat"] == "ok"


def test_two_outlines_of_one_unit_do_not_overlap_each_other():
    units = draw([square(0, 0, 2, 1), square(1, 0, 3, 1)], names=["A", "A"])
    assert not len(doctor_outlines.find_overlaps(units))


def test_neighbours_that_share_a_border_overlap_in_nothing():
    assert not len(doctor_outlines.find_overlaps(draw([square(0, 0, 1, 1), square(1, 0, 2, 1), square(0, 1, 2, 2)])))


def test_overlaps_against_a_double_loop():
    rng = np.random.default_rng(5)
    shapes = [shapely.Point(X + x, Y + y).buffer(r) for x, y, r in rng.uniform([0, 0, 500], [9000, 9000, 3000], (15, 3))]
    units = draw(shapes)
    names = units["unite_id"].tolist()
    expected = {}
    for i, one in enumerate(shapes):
        for j in range(i + 1, len(shapes)):
            surface = one.intersection(shapes[j]).area / 1e6
            if surface > 0:
                expected[names[i], names[j]] = surface
    found = doctor_outlines.find_overlaps(units).set_index(["unite_a", "unite_b"])["surface_km2"]
    assert set(found.index) == set(expected) and len(expected) > 10
    # Lambert-93 keeps surfaces to one or two thousandths, the equal-area projection exactly.
    assert found.to_dict() == pytest.approx(expected, rel=3e-3)
    turned = doctor_outlines.find_overlaps(units.iloc[::-1]).set_index(["unite_a", "unite_b"])["surface_km2"]
    assert turned.to_dict() == pytest.approx(found.to_dict())


def test_gaps_by_hand():
    ring = [square(0, 0, 3, 1), square(0, 2, 3, 3), square(0, 1, 1, 2), square(2, 1, 3, 2)]
    units = draw(ring)
    gaps = doctor_outlines.find_gaps(units)
    assert gaps["surface_km2"].tolist() == pytest.approx([1], rel=3e-3)
    communes = make_communes(square(0, 0, 3, 1), square(0, 1, 3, 3))
    line = check(units, communes, complete=True)["trous"]
    assert (line["resultat"], line["nombre"]) == ("a_voir", 1) and "1,00 km², Commune 43002 (43002)" in line["lignes"]
    assert check(units, communes)["trous"]["resultat"] == "ok"
    filled = draw([*ring, square(1, 1, 2, 2)])
    assert not len(doctor_outlines.find_gaps(filled))
    island = draw([*ring, square(1.2, 1.2, 1.8, 1.8)])
    assert doctor_outlines.find_gaps(island)["surface_km2"].tolist() == pytest.approx([0.64], rel=3e-3)


def test_a_side_open_on_the_outside_is_no_gap():
    assert not len(doctor_outlines.find_gaps(draw([square(0, 0, 1, 3), square(0, 0, 3, 1), square(2, 0, 3, 3)])))


def test_shares_by_class_slivers_set_aside():
    communes = make_communes(*[square(rank, 0, rank + 1, 1) for rank in range(5)])
    held = [(0, 1), (1, 0.6), (2, 0.2), (3, 0.03), (4, 0.005)]
    unit = shapely.union_all([square(rank, 0, rank + share, 1) for rank, share in held])
    lines = check(draw([unit]), communes)
    counts = {name: lines[name]["nombre"] for name in doctor_outlines.CLASSES}
    assert counts == {"part_entiere": 1, "part_forte": 1, "part_moyenne": 1, "part_faible": 1, "eclats": 1}
    assert sum(counts.values()) == lines["eclats"]["sur"]
    assert [lines[name]["resultat"] for name in doctor_outlines.CLASSES] == ["ok", "a_voir", "a_voir", "a_voir", "ok"]
    assert "Commune 43004 (43004) 3,00 % dans « A »" in lines["part_faible"]["lignes"] and "Mis à part" in lines["eclats"]["message"]
    assert "Mis à part" in check(draw([unit]), communes, floor=0.05)["part_faible"]["message"]
    smaller = check(draw([unit]), communes, infra=True)
    assert smaller["part_forte"]["resultat"] == "ok" and "Mis à part" not in smaller["eclats"]["message"]


def test_outlines_that_follow_communes_are_told():
    communes = make_communes(*[square(rank, 0, rank + 1, 1) for rank in range(4)])
    unit = square(0, 0, 1.84, 1).union(square(2, 0, 2.1, 1))
    line = check(draw([unit]), communes, exclusive=False)["partages_par_le_trace"]
    assert (line["resultat"], line["nombre"], line["sur"]) == ("a_voir", 2, 3) and line["message"].startswith("Ces contours suivent")
    assert line["lignes"] == "Commune 43002 (43002) ; Commune 43003 (43003)" and "0,2 dans seuil_eclat" in line["a_faire"]
    for told in (check(draw([unit.union(square(3, 0, 3.5, 1))]), communes), check(draw([unit]), communes, infra=True)):
        assert (told["partages_par_le_trace"]["resultat"], told["partages_par_le_trace"]["nombre"]) == ("ok", 0)


def test_outlines_elsewhere_and_coordinates_exchanged():
    communes = make_communes(square(0, 0, 1, 1))
    units = draw([square(0, 0, 1, 1), square(50, 50, 51, 51)])
    line = check(units, communes)["contours_ailleurs"]
    assert (line["nombre"], line["sur"], line["lignes"]) == (1, 2, "ligne 2 : B")
    assert not doctor_outlines.guess_swapped(units, communes)
    swapped = draw([shapely.transform(communes.geometry.iloc[0], lambda points: points[:, ::-1])], crs=4326)
    assert doctor_outlines.guess_swapped(swapped, communes)
    assert not doctor_outlines.guess_swapped(draw([box(100, 10, 101, 11)], crs=4326), communes)


def test_where_a_list_gives_the_communes_only_the_drawing_is_judged():
    lines = doctor_outlines.check_outlines(draw([square(0, 0, 1, 1)]), None, make_communes(square(0, 0, 1, 1)), make_couche())
    assert [line["controle"] for line in lines] == ["superpositions", "trous"]


def test_real_communes_as_units_have_no_overlap_and_no_gap():
    communes = read_communes(epci=["200073419"])
    units = communes.reset_index()[["geometry"]].assign(unite_id=communes.index, unite_nom=communes.index, ligne=1)
    assert not len(doctor_outlines.find_overlaps(units))
    hollow = units[units["unite_id"] != "43157"]
    gaps = doctor_outlines.find_gaps(hollow)
    assert gaps["surface_km2"].max() == pytest.approx(communes.at["43157", "surface_km2"], rel=5e-3)
