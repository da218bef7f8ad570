"""JSON records, GeoJSON, uMap and GPKG -> columns of text, and a point in degrees for each shape."""

import json
import sqlite3
import time

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely

from diagnostic.errors import DiagnosticError
from diagnostic.read.formats.geo_tables import read_geopackage, read_records

SQUARE = shapely.box(3, 45, 4, 46)


def read_json(folder, content, name="a.json"):
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return read_records(path)


def list_rows(folder, content):
    sheets, _ = read_json(folder, content)
    return sheets["a"].to_numpy().tolist()


def make_feature(geometry, **properties):
    return {"type": "Feature", "properties": properties, "geometry": geometry}


@pytest.mark.parametrize(
    "wrap",
    [
        lambda records: records,
        lambda records: {"data": records},
        lambda records: {"features": records},
        lambda records: {"n": 2, "service": records},
    ],
)
def test_records(wrap, tmp_path):
    records = [
        {"id": 1, "cp": "01004"},
        {"id": 2, "tags": ["a", None, "b"], "ok": True, "vide": None, "lieu": {"x": "é", "y": {"z": 0}}, "rien": {}},
    ]
    assert list_rows(tmp_path, wrap(records)) == [
        ["id", "cp", "tags", "ok", "vide", "lieu.x", "lieu.y.z", "rien"],
        ["1", "01004", "", "", "", "", "", ""],
        ["2", "", "a;;b", "oui", "", "é", "0", ""],
    ]


def test_records_in_a_record_are_joined_column_by_column(tmp_path):
    record = {
        "nom": "a",
        "adresse": [{"ville": "Le Puy", "cp": "43000"}, {"ville": "Brioude"}],
        "geo": {"lat": 45.04, "lon": 3.88},
    }
    assert list_rows(tmp_path, [record]) == [
        ["nom", "adresse.ville", "adresse.cp", "geo.lat", "geo.lon"], ["a", "Le Puy;Brioude", "43000;", "45.04", "3.88"],
    ]  # fmt: skip


def test_what_is_nested_without_end_stays_written(tmp_path):
    deep = {"x": "y"}
    for _ in range(30):
        deep = {"n": deep}
    rows = list_rows(tmp_path, [{"a": deep, "b": [[["c"]]]}])
    assert rows[0] == ["a.n.n.n.n", "b"] and rows[1][1] == "c"
    assert json.loads(rows[1][0])["n"]


def test_numbers_keep_the_writing_of_the_file(tmp_path):
    rows = list_rows(
        tmp_path,
        '[{"a": 1.50, "b": 1e5, "c": 12345678901234567890, "d": NaN, "e": 0, "f": 01004}]'.replace(', "f": 01004', ""),
    )
    assert rows[1] == ["1.50", "1e5", "12345678901234567890", "", "0"]


def test_points_give_longitude_and_latitude(tmp_path):
    point = make_feature({"type": "Point", "coordinates": [3.88, 45.04, 600]}, nom="a")
    nowhere, strange = (
        make_feature(None, nom="b"),
        {"type": "Feature", "properties": None, "geometry": {"type": "Point"}},
    )
    sheets, problemes = read_json(tmp_path, {"type": "FeatureCollection", "features": [point, nowhere, strange]})
    assert sheets["a"].to_numpy().tolist() == [
        ["nom", "longitude", "latitude"],
        ["a", "3.88", "45.04"],
        ["b", "", ""],
        ["", "", ""],
    ]
    assert list(sheets["a"].index) == [1, 2, 3, 4]
    assert not len(problemes)


def test_columns_of_the_file_named_like_ours_are_kept(tmp_path):
    point = make_feature({"type": "Point", "coordinates": [3.88, 45.04]}, nom="a", latitude="45,0")
    assert list_rows(tmp_path, {"features": [point]}) == [
        ["nom", "latitude (attribut)", "longitude", "latitude"],
        ["a", "45,0", "3.88", "45.04"],
    ]


def test_polygons_give_a_point_inside_and_say_so(tmp_path):
    shapes = [SQUARE, shapely.LineString([(3, 45), (4, 45)]), shapely.MultiPoint([(3, 45), (4, 46)]), None]
    features = [
        make_feature(shape and json.loads(shapely.to_geojson(shape)), nom=str(rank))
        for rank, shape in enumerate(shapes)
    ]
    features.append(make_feature({"type": "Polygon", "coordinates": [[[1, 2]]]}, nom="abîmé"))
    sheets, problemes = read_json(tmp_path, {"type": "FeatureCollection", "features": features})
    body = sheets["a"].iloc[1:]
    x, y = pd.to_numeric(body[1]).tolist(), pd.to_numeric(body[2]).tolist()
    assert SQUARE.contains(shapely.Point(x[0], y[0])) and y[1] == 45 and (x[2], y[2]) in ((3, 45), (4, 46))
    assert body.iloc[3:, 1:].to_numpy().tolist() == [["", ""], ["", ""]]
    assert problemes["gravite"].tolist() == ["information"] * 2
    assert (
        "3 ; un point à l'intérieur" in problemes["probleme"][0] and "géométrie lisible : 2" in problemes["probleme"][1]
    )


def test_a_geojson_in_lambert_93_is_brought_to_degrees(tmp_path):
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::2154"}}
    x, y = gpd.GeoSeries.from_xy([3.0], [46.5], crs=4326).to_crs(2154).get_coordinates().to_numpy()[0].tolist()
    content = {
        "type": "FeatureCollection",
        "crs": crs,
        "features": [make_feature({"type": "Point", "coordinates": [x, y]}, nom="a")],
    }
    sheets, problemes = read_json(tmp_path, content)
    assert [round(float(cell), 5) for cell in sheets["a"].loc[2, [1, 2]]] == [3.0, 46.5]
    assert "converties" in problemes["probleme"][0]
    content["crs"]["properties"]["name"] = "EPSG:mystère"
    sheets, problemes = read_json(tmp_path, content)
    assert float(sheets["a"].loc[2, 1]) == pytest.approx(x) and "inconnue" in problemes["probleme"][0]


def test_layers_of_a_umap_are_sheets(tmp_path):
    point = {"type": "Point", "coordinates": [3.5, 45.5]}
    layers = [
        {
            "type": "FeatureCollection",
            "features": [make_feature(point, name="a")],
            "_umap_options": {"name": "Guichets"},
        },
        {
            "type": "FeatureCollection",
            "features": [make_feature(point, name="b")],
            "_umap_options": {"name": "Guichets"},
        },
        {"type": "FeatureCollection", "features": []},
    ]
    sheets, _ = read_json(tmp_path, {"type": "umap", "properties": {"name": "carte"}, "layers": layers}, "carte.umap")
    assert list(sheets) == ["Guichets", "Guichets (2)", "calque 3"]
    assert sheets["Guichets"].to_numpy().tolist() == [["name", "longitude", "latitude"], ["a", "3.5", "45.5"]]
    assert sheets["calque 3"].empty


def test_half_a_character_is_left_out(tmp_path):
    assert list_rows(tmp_path, '[{"no\\udc00m": "a\\ud800b"}]') == [["nom"], ["ab"]]


def test_records_that_share_no_key_are_refused_before_the_memory_ends(tmp_path):
    with pytest.raises(DiagnosticError, match="5000 rubriques différentes"):
        read_json(tmp_path, [{f"k{rank}": 1} for rank in range(5000)])


@pytest.mark.parametrize(
    "content, message",
    [("[{", "abîmé"), ('{"a": 1}', "pas une liste de fiches"), ("3", "pas une liste de fiches"), ("[1, 2]", "pas une liste de fiches"),
     ('{"a": [{}], "b": [{}]}', "pas une liste de fiches"), ("[" * 100_000, "pas une liste de fiches"),
     ('{"layers": [{"features": 3}]}', "pas une liste de fiches")],
)  # fmt: skip
def test_json_that_is_no_table(content, message, tmp_path):
    with pytest.raises(DiagnosticError, match=message):
        read_json(tmp_path, content)


def test_broken_json_names_the_line(tmp_path):
    with pytest.raises(DiagnosticError) as error:
        read_json(tmp_path, '[\n{"a": 1},\n{"b" 2}\n]')
    assert error.value.ou == "a.json, ligne 3"


# --- GPKG ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def geopackage(tmp_path):
    table = gpd.GeoDataFrame(
        {"code": ["01004", "2A004"], "population": [100, None], "part": [0.5, 0.25], "ouvert": [True, False], "nom": ["Ambérieu", None],
         "maj": pd.to_datetime(["2025-02-03 00:00", "2025-02-04 10:00"]), "latitude": ["x", "y"]},
        geometry=gpd.GeoSeries([SQUARE, shapely.Point(5, 46)], crs=4326).to_crs(2154), crs=2154,
    )  # fmt: skip
    path = tmp_path / "couches.gpkg"
    table.to_file(path, layer="contours")
    pyogrio.write_dataframe(pd.DataFrame({"a": ["x"], "n": [3]}), path, layer="attributs")
    return path


def test_geopackage(geopackage):
    before = geopackage.read_bytes()
    sheets, problemes = read_geopackage(geopackage)
    assert list(sheets) == ["contours", "attributs"]
    rows = sheets["contours"].to_numpy().tolist()
    assert rows[0] == [
        "code",
        "population",
        "part",
        "ouvert",
        "nom",
        "maj",
        "latitude (attribut)",
        "longitude",
        "latitude",
    ]
    assert rows[1][:7] == ["01004", "100", "0.5", "oui", "Ambérieu", "2025-02-03", "x"]
    assert rows[2][:7] == ["2A004", "", "0.25", "non", "", "2025-02-04 10:00:00", "y"]
    assert SQUARE.contains(shapely.Point(float(rows[1][7]), float(rows[1][8])))
    assert [round(float(cell), 5) for cell in rows[2][7:]] == [5, 46]
    assert sheets["attributs"].to_numpy().tolist() == [["a", "n"], ["x", "3"]]
    assert any("RGF93" in told for told in problemes["probleme"])
    assert geopackage.read_bytes() == before


def write_not_sqlite(path):
    path.write_text("<OGRVRTDataSource><SrcDataSource>/vsicurl/x</SrcDataSource></OGRVRTDataSource>", encoding="utf-8")


def write_plain_sqlite(path):
    with sqlite3.connect(path) as base:
        base.execute("create table a (b)")
    base.close()


@pytest.mark.parametrize(
    "write", [write_not_sqlite, write_plain_sqlite, lambda path: path.write_bytes(b"SQLite format 3\x00" + bytes(300))]
)
def test_what_is_no_geopackage(write, tmp_path):
    write(tmp_path / "a.gpkg")
    with pytest.raises(DiagnosticError, match="GPKG|aucune"):
        read_geopackage(tmp_path / "a.gpkg")


def test_real_geopackage_and_geojson(partage):
    sheets, _ = read_geopackage(partage / "ressorts" / "cls_aura_2025.gpkg")
    table = next(iter(sheets.values()))
    assert len(table) == 58
    sheets, problemes = read_records(partage / "ressorts" / "qpv_2024.geojson")
    assert len(sheets["qpv_2024"]) == 693
    assert "692 ; un point" in problemes["probleme"][0]


def test_an_endless_view_and_a_bad_layer_leave_the_others_readable(tmp_path):
    path = tmp_path / "a.gpkg"
    gpd.GeoDataFrame({"nom": ["a"]}, geometry=[shapely.Point(3.8, 45)], crs=4326).to_file(path, layer="bonne", driver="GPKG")
    gpd.GeoDataFrame({"nom": ["b"]}, geometry=[shapely.Point(3.8, 45)], crs=4326).to_file(path, layer="abimee", driver="GPKG")
    with sqlite3.connect(path) as base:
        base.execute("create view vue as with recursive c(x) as (select 1 union all select x + 1 from c) select x as fid from c")
        base.execute(
            "insert into gpkg_contents(table_name, data_type, identifier, last_change)"
            " values('vue', 'attributes', 'vue', '2020-01-01T00:00:00.000Z')"
        )
        base.execute("pragma writable_schema = 1")
        base.execute("update sqlite_master set rootpage = 3 where name = 'abimee'")  # the table of another layer
    base.close()
    sheets, problemes = read_geopackage(path)
    assert sheets["bonne"].to_numpy().tolist()[1][0] == "a"
    told = dict(zip(problemes["feuille"], problemes["probleme"], strict=True))
    assert told["vue"] == "Vue non lue : seules les tables le sont."
    assert "vue" not in sheets


def test_more_shapes_than_a_sheet_holds_are_refused(tmp_path, monkeypatch):
    path = tmp_path / "a.gpkg"
    gpd.GeoDataFrame({"nom": ["a", "b"]}, geometry=[shapely.Point(3, 45)] * 2, crs=4326).to_file(path, driver="GPKG")
    monkeypatch.setattr("diagnostic.read.formats.geo_tables.MOST_SHAPES", 1)
    with pytest.raises(DiagnosticError, match="trop pour en faire un tableau"):
        read_geopackage(path)


def test_lists_of_records_that_share_nothing_stay_as_they_are_written(tmp_path):
    started = time.process_time()
    parts = [{f"k{rank}": rank} for rank in range(20_000)]
    rows = list_rows(tmp_path, [{"nom": "Un", "a": parts}])
    assert rows[0] == ["nom", "a"] and rows[1][1].startswith('{"k0": "0"};{"k1": "1"}')
    assert time.process_time() - started < 5
    # Records that are a table are laid out, whatever few of their cells are empty.
    assert list_rows(tmp_path, [{"a": [{"b": 1, "c": 2}, {"b": 3}]}]) == [["a.b", "a.c"], ["1;3", "2;"]]


@pytest.mark.parametrize(
    ("limit", "content"), [("_MOST_SIGNS", [{}, {}, {}]), ("_MOST_RECORDS", [{}, {}, {}]), ("_MOST_CELLS", [{}, {}, {}])]
)
def test_too_many_records_are_refused_before_they_are_laid_out(tmp_path, monkeypatch, limit, content):
    monkeypatch.setattr(f"diagnostic.read.formats.geo_tables.{limit}", 2)
    with pytest.raises(DiagnosticError, match="trop pour en faire un tableau"):
        read_json(tmp_path, content)


@pytest.mark.parametrize("kind", [["x"], {"a": 1}, 3, None])
def test_a_geometry_whose_type_is_no_word(tmp_path, kind):
    feature = make_feature({"type": kind, "coordinates": [3, 45]}, nom="Un")
    assert list_rows(tmp_path, {"type": "FeatureCollection", "features": [feature]})[1][0] == "Un"


def test_a_record_too_deep_is_told(tmp_path):
    with pytest.raises(DiagnosticError, match="niveaux imbriqués|pas une liste de fiches"):
        read_json(tmp_path, '[{"a": ' + "[" * 900 + "1" + "]" * 900 + "}]")


def test_figures_beyond_measure_say_nothing_on_the_screen(tmp_path):
    line = {"type": "LineString", "coordinates": [[1e308, 1e308], [-1e308, -1e308]]}
    sheets, _ = read_json(tmp_path, {"type": "FeatureCollection", "features": [make_feature(line, nom="Un")]})
    assert sheets["a"].iloc[1, 0] == "Un"
