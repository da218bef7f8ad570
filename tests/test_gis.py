"""Layers for a GIS, read back by other libraries than the one that wrote them, and compared with plain sums."""

import json
import sqlite3

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from passage import measure_example

from diagnostic.draw.charter import make_charter, use_charter
from diagnostic.edition import filter_edition
from diagnostic.write import gis

DATE = pd.Timestamp("2026-11-15")


@pytest.fixture(scope="module")
def tables():
    read, measured = measure_example()
    return read | measured


@pytest.fixture(scope="module")
def layers(tables):
    return gis.build_layers(tables)


@pytest.fixture(scope="module")
def package(layers, tmp_path_factory):
    return gis.write_geopackage(layers, tmp_path_factory.mktemp("sig") / "été à Auzon.gpkg", date=DATE)


def test_every_row_is_in_a_layer(layers, tables):
    assert len(layers["communes"]) == len(tables["communes"])
    assert len(layers["acteurs"]) == len(tables["acteurs"])
    assert layers["acteurs"]["place"].value_counts().sum() == len(tables["acteurs"])
    assert (layers["acteurs"].geometry.isna() == (layers["acteurs"]["place"] == "sans")).all()
    assert set(layers["epci"]["epci"]) == set(tables["communes"]["epci"].dropna())


def test_a_unit_is_the_union_of_its_communes(layers, tables):
    communes = tables["communes"].to_crs(2154)
    rows = tables["affectation"].query("couche == 'ARRONDISSEMENT'")
    units = layers["ressort_arrondissement"].set_index("unite_id")
    for unit, held in rows.groupby("unite_id"):
        shapes = communes.geometry.reindex(held["code_insee"])
        assert units.at[unit, "nb_communes"] == held["code_insee"].nunique()
        assert units.at[unit, "population"] == communes["population"].reindex(held["code_insee"]).sum()
        assert units.geometry[unit].area == pytest.approx(shapes.area.sum(), rel=1e-3)
    assert units.geometry.is_valid.all()


def test_an_unknown_part_has_no_population():
    communes = gpd.GeoDataFrame(
        {"population": [100, 200]}, index=["01001", "01002"], geometry=[shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)], crs=2154
    )
    rows = pd.DataFrame({"code_insee": ["01001", "01002", "01002"], "couche": "C", "unite_id": ["a", "a", "b"], "part": [1, 0.5, None]})
    units = pd.DataFrame({"couche": ["C"], "unite_id": ["a"], "unite_nom": ["Nord"]})
    found = gis.dissolve_units(communes, rows, units).set_index("unite_id")
    assert found.loc["a", ["unite_nom", "nb_communes", "nb_communes_en_partie", "population"]].tolist() == ["Nord", 2, 1, 200]
    assert np.isnan(found.loc["b", "population"])
    assert found.geometry["a"].area == 2


def test_the_package_reads_back_with_its_projection_and_styles(package, layers):
    listed = dict(pyogrio.list_layers(package))
    assert set(listed) == {*layers, "layer_styles"}
    for name, layer in layers.items():
        back = gpd.read_file(package, layer=name)
        assert back.crs.to_epsg() == 2154
        assert len(back) == len(layer)
        assert set(back.columns) == set(layer.columns)
    with sqlite3.connect(package) as base:
        styles = dict(base.execute("SELECT f_table_name, styleQML FROM layer_styles WHERE useAsDefault = 1"))
    base.close()
    assert set(styles) == set(layers)
    assert all(text.startswith("<!DOCTYPE qgis") for text in styles.values())
    assert 'attr="champ"' in styles["acteurs"]


def test_same_layers_same_bytes(package, layers, tmp_path):
    assert gis.write_geopackage(layers, tmp_path / "b.gpkg", date=DATE).read_bytes() == package.read_bytes()
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") is None


def test_distances_are_given_only_where_the_list_of_sites_is_whole(layers, tables):
    whole = tables["acces"].query("territoire_id == 'perimetre' and inventaire == 'complet'")["categorie"]
    assert len([name for name in layers["communes"] if name.startswith("km_")]) == whole.nunique()
    told = tables["acces"].assign(inventaire=np.where(tables["acces"]["categorie"] == "ccas", "complet", "partiel"))
    columns = gis.build_layers(tables | {"acces": told})["communes"].columns
    assert [name for name in columns if name.startswith("km_")] == ["km_ccas"]


def test_geojson_is_in_degrees_and_keeps_rows_without_place(layers, tmp_path):
    back = json.loads(gis.write_geojson(layers["acteurs"], tmp_path / "a.geojson").read_text(encoding="utf-8"))
    assert len(back["features"]) == len(layers["acteurs"])
    places = [feature["geometry"]["coordinates"] for feature in back["features"] if feature["geometry"]]
    assert all(-6 < lon < 10 and 41 < lat < 52 for lon, lat in places)
    assert sum(feature["geometry"] is None for feature in back["features"]) == (layers["acteurs"]["place"] == "sans").sum()
    assert "crs" not in back  # RFC 7946
    text = (tmp_path / "a.geojson").read_text(encoding="utf-8")
    assert "NaN" not in text


def test_umap_has_actors_by_champ_then_layers(layers, tmp_path):
    content = json.loads(gis.write_umap(layers, tmp_path / "c.umap", titre="Été").read_text(encoding="utf-8"))
    assert (content["type"], content["properties"]["name"]) == ("umap", "Été")
    shown = {part["_umap_options"]["name"]: part for part in content["layers"]}
    actors = [len(part["features"]) for name, part in shown.items() if name.startswith("Acteurs")]
    assert sum(actors) == layers["acteurs"].geometry.notna().sum()
    assert "ressort_arrondissement" in shown
    assert shown["epci"]["features"][0]["properties"]["name"] == shown["epci"]["features"][0]["properties"]["nom"]


def test_umap_has_the_colours_of_the_group(layers, tmp_path):
    with use_charter(make_charter({"couleur_champ_social": "#0A0B0C"})):
        content = json.loads(gis.write_umap(layers, tmp_path / "c.umap", titre="Été").read_text(encoding="utf-8"))
    colours = {part["_umap_options"]["name"]: part["_umap_options"]["color"] for part in content["layers"]}
    assert (colours["Acteurs : social"], colours["Acteurs : mixte"]) == ("#0A0B0C", "#C46D9C")


def test_units_are_the_union_of_their_communes_one_in_two_units_in_each(tables):
    communes = tables["communes"].to_crs(2154)
    first, second = communes.index[:2]
    held = pd.DataFrame({"couche": "X", "unite_id": ["a", "a", "b"], "code_insee": [first, second, second], "part": [1.0, 0.4, 0.6]})
    names = pd.DataFrame({"couche": "X", "unite_id": ["a", "b"], "unite_nom": ["A", "B"]})
    units = gis.dissolve_units(communes, held, names).set_index("unite_id")
    shapes = communes.geometry
    assert units.geometry["a"].symmetric_difference(shapes[first].union(shapes[second])).area < 1.0
    assert units.geometry["b"].symmetric_difference(shapes[second]).area < 1.0
    assert set(units.geom_type) == {"MultiPolygon"}
    # A commune without outline adds none; a unit of such communes alone has no shape.
    blank = communes.assign(geometry=communes.geometry.where(communes.index != second))
    units = gis.dissolve_units(blank, held, names).set_index("unite_id")
    assert units.geometry["a"].symmetric_difference(shapes[first]).area < 1.0 and units.geometry["b"] is None


def test_links_join_two_different_points(layers, tables):
    lines = layers["liens"]
    assert 0 < len(lines) <= len(tables["liens"])
    assert (lines.length > 0).all()
    ends = layers["acteurs"].set_index("acteur_id").geometry
    first = gpd.GeoSeries(shapely.get_point(lines.geometry.to_numpy(), 0), crs=2154)
    assert first.geom_equals(gpd.GeoSeries(ends.reindex(lines["source_id"]).to_numpy(), crs=2154)).all()


def test_the_public_edition_holds_no_contact(tables):
    shown = gis.build_layers(filter_edition(tables, "publique")[0])
    assert not {"email", "telephone", "contact", "adresse"} & set(shown["acteurs"].columns)


def test_without_links_nor_actors_the_rest_is_there(tables):
    empty = {name: tables[name].iloc[:0] for name in ("acteurs", "liens")}
    assert set(gis.build_layers(tables | empty)) & {"acteurs", "liens"} == set()


def test_territories_compared_are_coloured_by_a_figure_that_does_not_grow_with_them():
    table = pd.DataFrame({
        "population": [1, 2], "interlocuteurs_effectifs_q2 CAF": [1.0, 1.0], "interlocuteurs_effectifs_q2 MSA": [1.0, 1.6],
        "part_population_au_dela ccas 5": [0.4, 0.1], "part_population_au_dela ccas 10": [0.2, 0.0], "part_population_au_dela ccas 20": 0.0,
        "part_population_au_dela evs 5": 0.9,
    })  # fmt: skip
    assert gis.pick_compared(table)[0] == "part_population_au_dela ccas 10"
    assert gis.pick_compared(table.filter(like="q2"))[0] == "interlocuteurs_effectifs_q2 MSA"
    assert gis.pick_compared(table[["population", "interlocuteurs_effectifs_q2 CAF"]])[0] is None
    assert "part_population_au_dela ccas 10" in gis.choose_style("comparaison", table)
    assert "singleSymbol" in gis.choose_style("comparaison", table[["population"]])
