"""Units drawn by outlines: shares of surface by hand and by an independent overlay, slivers, infra units, bad drawings."""

import sqlite3
from contextlib import closing

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import box

from diagnostic.errors import DiagnosticError
from diagnostic.read.layers import polygons
from diagnostic.read.places.territories import read_communes

X, Y, KM = 750_000, 6_450_000, 1000  # somewhere in Haute-Loire, in metres


def square(x0, y0, x1, y1):
    return box(X + x0 * KM, Y + y0 * KM, X + x1 * KM, Y + y1 * KM)


def make_communes(**shapes):
    codes = pd.Index([name.removeprefix("c") for name in shapes], name="code_insee", dtype="str")
    drawn = gpd.GeoDataFrame({"nom": [f"Commune {code}" for code in codes]}, geometry=list(shapes.values()), index=codes, crs=2154)
    return drawn.to_crs(4326)


@pytest.fixture
def communes():
    return make_communes(c43001=square(0, 0, 1, 1), c43002=square(1, 0, 2, 1), c43003=square(0, 1, 1, 2), c43004=square(1, 1, 2, 2))


def make_units(**shapes):
    drawn = gpd.GeoDataFrame({"unite_id": list(shapes), "unite_nom": list(shapes)}, geometry=list(shapes.values()), crs=2154)
    return drawn.assign(fichier="ressorts/zones.gpkg", feuille="zones", ligne=range(1, len(drawn) + 1))


def layer(*, exclusive=True, infra=False, threshold=None):
    return pd.Series({"exclusive": exclusive, "infra_communale": infra, "seuil_surface": threshold}, name="CLS")


def assign(units, communes, **kind):
    rows, problems = polygons.assign_polygons(units, communes, layer(**kind))
    found = zip(rows["code_insee"], rows["unite_id"], rows["part_population"], strict=True)
    parts = {(code, unit): None if pd.isna(part) else round(part, 4) for code, unit, part in found}
    return parts, rows, problems


# A and B wholly (B at 97 %), 40 % of C, half a hundredth of D.
WIDE = shapely.union_all([square(0, 0, 1.97, 1), square(0, 1, 0.4, 2), square(1, 1, 1.005, 2)])


def test_whole_part_and_sliver(communes):
    parts, rows, problems = assign(make_units(U=WIDE), communes)
    assert parts == {("43001", "U"): 1.0, ("43002", "U"): 1.0, ("43003", "U"): 0.4}
    assert rows["methode"].tolist() == ["polygone", "polygone", "surface"]
    assert rows["infra"].tolist() == [False, False, True]
    told = problems.set_index("gravite")["probleme"]
    assert "débord du contour écarté" in told["information"] and "Commune 43004 (43004) 0,50 %" in told["information"]
    assert "commune partagée" in told["attention"] and "Commune 43003 (43003) 40,00 %" in told["attention"]
    assert problems["ligne"].tolist() == [1, 1]


def test_the_threshold_of_the_sheet_couches(communes):
    parts, _, _ = assign(make_units(U=WIDE), communes, threshold=0.98)
    assert parts == {("43001", "U"): 1.0, ("43002", "U"): 0.97, ("43003", "U"): 0.4}
    parts, _, _ = assign(make_units(U=square(0, 0, 2, 0.61)), communes, threshold=0.6)
    assert parts == {("43001", "U"): 1.0, ("43002", "U"): 1.0}


def test_there_is_no_majority(communes):
    parts, _, _ = assign(make_units(U=square(0, 0, 2, 0.6), V=square(0, 0.6, 2, 1)), communes)
    assert parts == {("43001", "U"): 0.6, ("43001", "V"): 0.4, ("43002", "U"): 0.6, ("43002", "V"): 0.4}


def test_what_a_unit_shows_of_a_commune_wholly_in_another(communes):
    units = make_units(U=square(0, 0, 1, 1), V=square(0.97, 0, 2, 1))
    parts, _, problems = assign(units, communes)
    assert parts == {("43001", "U"): 1.0, ("43002", "V"): 1.0}
    assert problems[["gravite", "valeur"]].values.tolist() == [["information", "V"]]
    parts, _, _ = assign(units, communes, exclusive=False)
    assert parts == {("43001", "U"): 1.0, ("43001", "V"): 0.03, ("43002", "V"): 1.0}


def test_a_unit_smaller_than_its_commune_has_an_unknown_part(communes):
    small = square(0.1, 0.1, 0.15, 0.15)  # a quarter of a hundredth of the commune
    parts, rows, problems = assign(make_units(Q=small), communes, infra=True)
    assert parts == {("43001", "Q"): None}
    assert rows["methode"].tolist() == ["surface"] and rows["infra"].tolist() == [True]
    assert problems.empty
    parts, _, problems = assign(make_units(Q=small), communes)  # not declared infra: the same, and told
    assert parts == {("43001", "Q"): None}
    assert "infra_communale" in problems["a_faire"].iloc[0]


def test_a_small_unit_over_two_communes(communes):
    both = make_units(Q=square(0.94, 0.1, 1.04, 0.2))
    assert assign(both, communes, infra=True)[0] == {("43001", "Q"): None, ("43002", "Q"): None}
    beside = make_units(Q=square(0.9, 0.1, 1.003, 0.2))  # 3 % of the unit is beside: the border, not the unit
    parts, _, problems = assign(beside, communes, infra=True)
    assert parts == {("43001", "Q"): None}
    assert "43002" in problems["probleme"].iloc[0]


def test_two_outlines_of_one_unit_are_one_unit(communes):
    units = make_units(U=square(0, 0, 1, 0.5), V=square(0, 0.4, 1, 1)).assign(unite_id="U")
    assert assign(units, communes)[0] == {("43001", "U"): 1.0}


def test_a_hair_between_neighbours_does_not_sum_over_one(communes):
    parts, _, _ = assign(make_units(U=square(0, 0, 2, 0.5), V=square(0, 0.499, 2, 1)), communes)
    assert parts["43001", "U"] == pytest.approx(0.5 / 1.001, abs=1e-4)
    assert parts["43001", "U"] + parts["43001", "V"] == pytest.approx(1, abs=1e-4)
    parts, _, _ = assign(make_units(U=square(0, 0, 2, 0.8), V=square(0, 0.3, 2, 1)), communes)  # not a hair: told later
    assert (parts["43001", "U"], parts["43001", "V"]) == (0.8, 0.7)


def test_the_order_of_the_outlines_changes_nothing(communes):
    units = make_units(U=WIDE, V=square(0.4, 1, 2, 2), W=square(5, 5, 6, 6))
    assert assign(units, communes)[0] == assign(units.iloc[[2, 1, 0]], communes.iloc[::-1])[0]


def test_nothing_drawn_or_nothing_met(communes):
    for units in (make_units(), make_units(U=square(5, 5, 6, 6))):
        parts, rows, problems = assign(units, communes)
        assert parts == {} and problems.empty and "code_insee" in rows


def test_a_commune_without_polygon_is_told(communes):
    hollow = communes.assign(geometry=communes.geometry.where(communes.index != "43002"))
    parts, _, problems = assign(make_units(U=square(0, 0, 2, 1)), hollow)
    assert parts == {("43001", "U"): 1.0}
    assert "Commune 43002 (43002)" in problems["probleme"].iloc[0] and "sans contour" in problems["probleme"].iloc[0]


def test_a_shared_border_is_no_share(communes):
    assert assign(make_units(U=square(1, 0, 2, 1)), communes, exclusive=False)[0] == {("43002", "U"): 1.0}


def test_overseas_in_its_own_projection():
    reunion = read_communes(["97411", "97415"])
    units = gpd.GeoDataFrame({"unite_id": ["U"], "unite_nom": ["U"]}, geometry=[reunion.geometry["97411"]], crs=4326)
    parts, _, _ = assign(units.assign(fichier="f", feuille="f", ligne=1), reunion)
    assert parts == {("97411", "U"): 1.0}


def test_shares_against_an_independent_overlay():
    communes = read_communes(epci=["200073419"])
    rng = np.random.default_rng(3)
    west, south, east, north = communes.to_crs(2154).total_bounds
    centres = rng.uniform([west, south], [east, north], (12, 2))
    blobs = gpd.GeoSeries([shapely.Point(x, y).buffer(r) for (x, y), r in zip(centres, rng.uniform(500, 9000, 12), strict=True)], crs=2154)
    pairs = polygons.measure_shares(blobs, communes).set_index(["rang", "code_insee"]).sort_index()
    left = gpd.GeoDataFrame({"rang": range(12)}, geometry=blobs)
    right = communes[["geometry"]].reset_index().to_crs(2154)
    pieces = gpd.overlay(left, right, how="intersection").set_index(["rang", "code_insee"]).sort_index()
    assert pairs.index.equals(pieces.index)
    whole = right.set_index("code_insee").area
    expected = pieces.area / whole.reindex(pieces.index.get_level_values("code_insee")).to_numpy()
    assert np.allclose(pairs["part_commune"], expected, atol=1e-9)
    assert np.allclose(pairs["part_unite"], pieces.area / blobs.area.reindex(pieces.index.get_level_values("rang")).to_numpy(), atol=1e-9)


# --- files -------------------------------------------------------------------------------------------------------


def write(folder, name, shapes, crs=2154, **columns):
    path = folder / name
    gpd.GeoDataFrame(columns or {"nom": [str(i) for i in range(len(shapes))]}, geometry=shapes, crs=crs).to_file(path)
    return path


def test_bad_outlines_are_mended_or_set_aside(chemin_piege):
    bow = shapely.Polygon([(X, Y), (X + KM, Y + KM), (X + KM, Y), (X, Y + KM)])
    mixed = shapely.GeometryCollection([square(2, 2, 3, 3), shapely.LineString([(X, Y), (X + KM, Y)])])
    shapes = [square(0, 0, 1, 1), bow, None, shapely.Point(X, Y), shapely.LineString([(X, Y), (X + KM, Y)]), mixed, shapely.Polygon()]
    drawn, problems = polygons.read_polygons(write(chemin_piege, "été.gpkg", shapes), "Z")
    assert drawn["ligne"].tolist() == [1, 2, 6]
    assert drawn.geometry.is_valid.all() and drawn.geom_type.isin(["Polygon", "MultiPolygon"]).all()
    assert drawn.area.tolist() == pytest.approx([1e6, 5e5, 1e6])
    told = problems.set_index("ligne")[["gravite", "probleme"]].apply(tuple, axis=1).to_dict()
    assert told == {
        2: ("information", "Contour qui se croise : réparé."), 3: ("erreur", "Contour vide : écarté."),
        4: ("erreur", "Contour sans surface : écarté."), 5: ("erreur", "Contour sans surface : écarté."),
        7: ("erreur", "Contour vide : écarté."),
        6: ("information", "Contour mêlé de lignes ou de points : ses surfaces sont gardées, le reste est laissé."),
    }  # fmt: skip


def test_a_collection_keeps_its_surfaces_however_deep_and_is_told():
    line = shapely.LineString([(X, Y), (X + KM, Y)])
    inner = shapely.GeometryCollection([square(0, 0, 1, 1), line])
    shapes = [shapely.GeometryCollection([inner, square(0.5, 0, 2, 1)]), shapely.GeometryCollection([line]), square(3, 0, 4, 1)]
    drawn = gpd.GeoDataFrame({"nom": list("abc")}, geometry=shapes, crs=2154).assign(fichier="f", feuille="f", ligne=[1, 2, 3])
    kept, problems = polygons.clean_outlines(drawn)
    assert kept.area.tolist() == pytest.approx([2e6, 1e6]) and kept.geometry.is_valid.all()
    assert problems.set_index("ligne")["probleme"].str.contains("mêlé|sans surface").to_dict() == {1: True, 2: True}
    assert shapely.equals(drawn.geometry.iloc[2], kept.geometry.iloc[1])


def test_a_coordinate_that_is_no_number_is_told_and_moves_no_line():
    with np.errstate(invalid="ignore"):
        ring = shapely.linearrings([(X, Y), (X + KM, Y), (X + KM, np.nan), (X, Y)], handle_nan="allow")
    drawn = gpd.GeoDataFrame({"nom": ["a", "b"]}, geometry=[shapely.Polygon(ring), square(0, 0, 1, 1)], crs=2154)
    kept, problems = polygons.clean_outlines(drawn.assign(fichier="f", feuille="f", ligne=[1, 2]))
    assert kept["nom"].tolist() == ["b"]
    assert problems[["ligne", "gravite"]].values.tolist() == [[1, "erreur"]] and "n'est pas un nombre" in problems["probleme"].iloc[0]


@pytest.mark.parametrize("srs", [0, -1])
def test_a_gpkg_that_says_undefined_has_no_projection(tmp_path, srs):
    path = write(tmp_path, "zone.gpkg", [square(0, 0, 1, 1)])
    with closing(sqlite3.connect(path)) as base:
        base.execute("update gpkg_contents set srs_id = ?", (srs,))
        base.execute("update gpkg_geometry_columns set srs_id = ?", (srs,))
        base.commit()
    with pytest.raises(DiagnosticError, match="Projection inconnue"):
        polygons.read_polygons(path, "Z")


def test_the_floor_of_the_sheet_couches(communes):
    unit = make_units(U=shapely.union_all([square(0, 0, 1, 1), square(1, 0, 1.04, 1)]))
    kind = {"exclusive": False, "infra_communale": False, "seuil_surface": None}
    found = {}
    for floor in (None, float("nan"), 0.05):
        rows, problems = polygons.assign_polygons(unit, communes, pd.Series({**kind, "seuil_eclat": floor}, name="CLS"))
        found[str(floor)] = sorted(rows["code_insee"]), problems["gravite"].tolist()
    assert found == {
        "None": (["43001", "43002"], ["attention"] * 2), "nan": (["43001", "43002"], ["attention"] * 2),
        "0.05": (["43001"], ["information"]),
    }  # fmt: skip


def test_outlines_that_follow_communes_are_told_once(communes):
    kind = {"exclusive": False, "infra_communale": False}
    # A whole, B at 84 %, 12 % of C: the drawing, never the law.
    units = make_units(U=shapely.union_all([square(0, 0, 1.84, 1), square(0, 1, 1, 1.12)]))

    def find(units, **said):
        rows, problems = polygons.assign_polygons(units, communes, pd.Series({**kind, "seuil_surface": None, **said}, name="CLS"))
        told = problems[problems["a_faire"].str.contains("0,8 dans seuil_surface et 0,2 dans seuil_eclat")]
        return rows.set_index("code_insee")["part_population"].round(4).to_dict(), told

    parts, told = find(units)
    assert parts == {"43001": 1.0, "43002": 0.84, "43003": 0.12}
    assert told[["gravite", "ligne"]].fillna(0).values.tolist() == [["attention", 0]]
    (said,) = told["probleme"]
    assert said.startswith("Couche CLS : ces contours suivent des communes entières (aucune commune n'est partagée entre 20 % et 80 %)")
    assert said.endswith(" ; 2 communes ne sont dites partagées que par le tracé.")
    parts, told = find(units, seuil_surface=0.8, seuil_eclat=0.2)
    assert parts == {"43001": 1.0, "43002": 1.0} and told.empty
    really = make_units(U=shapely.union_all([square(0, 0, 1.84, 1), square(0, 1, 1, 1.12), square(1, 1, 1.5, 2)]))
    assert find(really)[1].empty  # half of a commune: these outlines part communes
    assert find(make_units(U=square(0, 0, 1, 0.9)))[1].empty  # nothing whole: who knows
    assert find(units, nature="points")[1].empty and find(units, infra_communale=True)[1].empty
    assert find(units.iloc[:0])[1].empty


def test_the_share_of_an_outline_that_leaves_the_perimeter(communes):
    def find(units, communes):
        rows, _ = polygons.assign_polygons(units, communes, layer(exclusive=False))
        return rows.drop_duplicates("unite_id").set_index("unite_id")["nb_communes_hors"].fillna(-1).to_dict()

    units = make_units(A=square(0, 0, 2, 2), B=square(0, 0, 2.09, 1), C=square(0, 0, 2.2, 1), D=square(5, 5, 6, 6))
    assert find(units, communes) == {"A": 0, "B": 0, "C": 1}
    hollow = communes.assign(geometry=communes.geometry.where(communes.index != "43003"))
    assert find(units, hollow) == {"A": -1, "B": 0, "C": -1}  # what is not in a drawn commune may be in the one without outline


def test_a_unit_smaller_than_its_commune_counts_where_it_has_a_twentieth_of_itself(communes):
    def place(share):  # a small outline, `share` of it in the second commune
        return assign(make_units(Q=square(1 - 0.2 * (1 - share), 0.1, 1 + 0.2 * share, 0.3)), communes, infra=True)

    assert place(0.25)[0] == place(0.06)[0] == {("43001", "Q"): None, ("43002", "Q"): None}
    parts, _, problems = place(0.04)
    assert list(parts) == [("43001", "Q")] and "débord" in problems["probleme"].iloc[0] and "43002" in problems["probleme"].iloc[0]
    # Drawn over the border of the territory: its commune is elsewhere, and nothing of it is here.
    beyond = make_units(Q=square(-0.97, 0, 0.03, 1))
    parts, _, problems = assign(beyond, communes, infra=True)
    assert parts == {} and "Commune 43001 (43001) 3,00 %" in problems["probleme"].iloc[0]


def test_an_outline_that_is_a_whole_commune_leaves_its_part_unknown(communes):
    parts, rows, problems = assign(make_units(Q=square(0.01, 0, 1.02, 1)), communes, infra=True)
    assert parts == {("43001", "Q"): None} and rows["methode"].tolist() == ["surface"]
    (told,) = problems[problems["gravite"] == "attention"]["probleme"]
    assert told.startswith("Couche CLS, « Q » : le contour de l'unité est celui de la commune entière : sa vraie part est inconnue")
    assert told.endswith(" : Commune 43001 (43001) 99,00 %.")
    # A sector of several communes, in a layer where some are smaller: what it holds is held.
    assert assign(make_units(S=square(0, 0, 2, 1)), communes, infra=True)[0] == {("43001", "S"): 1.0, ("43002", "S"): 1.0}
    assert assign(make_units(Q=square(0.01, 0, 1, 1)), communes)[0] == {("43001", "Q"): 1.0}  # not of an infra layer


@pytest.mark.parametrize("suffix", [".gpkg", ".shp", ".geojson"])
def test_formats_and_heights(chemin_piege, suffix):
    flat = gpd.GeoSeries([shapely.force_3d(square(0, 0, 1, 1), 12.0)], crs=2154).to_crs(4326)
    drawn, problems = polygons.read_polygons(write(chemin_piege, "zone" + suffix, list(flat), crs=4326, code=["01"]), "Z")
    assert drawn["code"].tolist() == ["01"] and problems.empty
    assert not drawn.has_z.any()


def test_what_is_no_file_of_outlines(chemin_piege):
    picture = chemin_piege / "image.gpkg"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\x00" * 64)
    with pytest.raises(DiagnosticError, match="pas un fichier de contours"):
        polygons.read_polygons(picture, "Z")
    with pytest.raises(DiagnosticError, match="introuvable"):
        polygons.read_polygons(chemin_piege / "absent.gpkg", "Z")
    cut = write(chemin_piege, "coupe.gpkg", [square(0, 0, 1, 1)])
    cut.write_bytes(cut.read_bytes()[:200])
    with pytest.raises(DiagnosticError, match="illisible"):
        polygons.read_polygons(cut, "Z")


def test_two_layers_in_one_file(chemin_piege):
    path = chemin_piege / "deux.gpkg"
    frame = gpd.GeoDataFrame({"nom": ["a"]}, geometry=[square(0, 0, 1, 1)], crs=2154)
    frame.to_file(path, layer="cls")
    frame.to_file(path, layer="autre", mode="a")
    assert polygons.read_polygons(path, "CLS")[0]["feuille"].tolist() == ["cls"]
    with pytest.raises(DiagnosticError, match="Plusieurs couches") as caught:
        polygons.read_polygons(path, "PAT")
    assert "autre" in str(caught.value) and "cls" in str(caught.value)


def test_false_projections(chemin_piege):
    with pytest.raises(DiagnosticError, match="ne sont pas des degrés"):
        polygons.read_polygons(write(chemin_piege, "a.gpkg", [square(0, 0, 1, 1)], crs=4326), "Z")
    with pytest.raises(DiagnosticError, match="ressemblent à des degrés"):
        polygons.read_polygons(write(chemin_piege, "b.gpkg", [box(3, 45, 4, 46)], crs=2154), "Z")
    shape = write(chemin_piege, "c.shp", [square(0, 0, 1, 1)])
    shape.with_suffix(".prj").unlink()
    with pytest.raises(DiagnosticError, match="Projection inconnue"):
        polygons.read_polygons(shape, "Z")


def test_real_outlines_against_an_independent_overlay(partage):
    drawn, problems = polygons.read_polygons(partage / "ressorts" / "cls_aura_2025.gpkg", "CLS")
    assert len(drawn) == 57 and problems.empty
    communes = read_communes(departements=["43", "63"])
    pairs = polygons.measure_shares(drawn.geometry, communes)
    left = gpd.GeoDataFrame({"rang": drawn.index}, geometry=drawn.geometry.to_crs(2154).array, crs=2154)
    pieces = gpd.overlay(left, communes[["geometry"]].reset_index().to_crs(2154), how="intersection", keep_geom_type=True)
    common = pieces.assign(surface=pieces.area).set_index(["rang", "code_insee"])["surface"]
    shares = common / communes.to_crs(2154).area.reindex(common.index.get_level_values("code_insee")).to_numpy()
    both = pd.concat([pairs.set_index(["rang", "code_insee"])["part_commune"], shares], axis=1, keys=["nous", "eux"]).fillna(0.0)
    assert len(both) > 500
    assert np.allclose(both["nous"], both["eux"], atol=1e-6)


def test_the_real_contracts_follow_communes(partage):
    drawn, _ = polygons.read_polygons(partage / "ressorts" / "cls_aura_2025.gpkg", "CLS")
    units = drawn.rename(columns={"Nom_CLS": "unite_id"}).assign(unite_nom="")
    pilot = read_communes(departements=["43", "63"])
    said = {"exclusive": False, "infra_communale": False, "nature": "polygones", "seuil_surface": None}
    _, problems = polygons.assign_polygons(units, pilot, pd.Series(said, name="CLS"))
    told = problems[problems["probleme"].str.contains("suivent des communes entières")]
    pairs = polygons.measure_shares(units.geometry, pilot)
    assert not pairs["part_commune"].between(0.2, 0.8).any()
    number = pairs.loc[pairs["part_commune"].between(0.01, 0.95, inclusive="left"), "code_insee"].nunique()
    assert len(told) == 1 and number == 74 and "74 communes ne sont dites partagées que par le tracé" in told["probleme"].iloc[0]
    rows, problems = polygons.assign_polygons(units, pilot, pd.Series({**said, "seuil_surface": 0.8, "seuil_eclat": 0.2}, name="CLS"))
    assert rows["part_population"].eq(1).all() and rows.loc[rows["code_insee"] == "63049", "unite_id"].str.contains("Thiers").any()
    assert set(problems["gravite"]) == {"information"}


def test_a_file_too_large_or_of_too_many_outlines(tmp_path, monkeypatch):
    path = tmp_path / "zones.gpkg"
    gpd.GeoDataFrame({"nom": ["a", "b"]}, geometry=[shapely.box(3, 45, 4, 46)] * 2, crs=4326).to_file(path)
    monkeypatch.setattr(polygons, "MOST_SHAPES", 1)
    with pytest.raises(DiagnosticError, match="trop de contours"):
        polygons.read_polygons(path, "zones")
    monkeypatch.setattr(polygons, "LARGEST_FILE", 1)
    with pytest.raises(DiagnosticError, match="dépasse"):
        polygons.read_polygons(path, "zones")
