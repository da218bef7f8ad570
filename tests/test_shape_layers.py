"""What a GPKG computes is not read, and a file is what its extension says."""

import sqlite3
from contextlib import closing

import geopandas as gpd
import pyogrio
import pytest
import shapely

from diagnostic.read.formats.shape_layers import is_shape_file, list_shape_layers

ENDLESS = "create view vue as with recursive c(x) as (select 1 union all select x + 1 from c) select x as fid, 'a' as nom from c"
REGISTERED = (
    "insert into gpkg_contents(table_name, data_type, identifier, last_change)"
    " values('vue', 'attributes', 'vue', '2020-01-01T00:00:00.000Z')"
)


@pytest.fixture
def package(chemin_piege):
    path = chemin_piege / "mes #couches?.gpkg"
    drawn = gpd.GeoDataFrame({"nom": ["a", "b"]}, geometry=[shapely.Point(3.8, 45), shapely.Point(3.9, 45)], crs=4326)
    drawn.to_file(path, layer="Acteurs", driver="GPKG")
    with closing(sqlite3.connect(path)) as base:
        base.execute(ENDLESS)
        base.execute(REGISTERED)
        base.commit()
    return path


def test_a_view_is_left_out_and_the_file_is_not_touched(package):
    before = package.read_bytes()
    assert list_shape_layers(package) == ([("Acteurs", "Point")], ["vue"])
    assert package.read_bytes() == before
    assert [path.name for path in package.parent.iterdir()] == [package.name]


def test_a_damaged_base_is_told_as_unreadable(package):
    package.write_bytes(package.read_bytes()[:3000])
    with pytest.raises(pyogrio.errors.DataSourceError):
        list_shape_layers(package)


def test_a_geojson_has_no_view(tmp_path):
    path = tmp_path / "c.geojson"
    path.write_text('\ufeff {"type": "FeatureCollection", "features": []}', encoding="utf-8")
    assert is_shape_file(path)
    assert list_shape_layers(path)[1] == []


@pytest.mark.parametrize(("name", "content"), [("a.gpkg", b"{"), ("a.geojson", b"<OGRVRTDataSource>"), ("a.vrt", b"<"), ("a.shp", b"")])
def test_a_file_of_another_kind(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    assert not is_shape_file(tmp_path / name)
