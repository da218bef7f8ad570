"""The QML that QGIS reads: well formed, one symbol a class, the colours of the house."""

import sqlite3
from xml.etree import ElementTree

import pytest

from diagnostic.draw.charter import make_charter, use_charter
from diagnostic.draw.style import CHAMP_COLOURS, SEQUENTIAL
from diagnostic.write import gis_styles


def parse(qml):
    return ElementTree.fromstring(qml.split("\n", 1)[1])


def list_colours(root):
    return [option.get("value") for option in root.iter("Option") if option.get("name") == "color"]


def test_each_class_has_its_symbol_and_names_are_escaped():
    root = parse(gis_styles.style_categories("unite_id", [("a", "A & <b>", "#FF0000", ""), ("b", "B", "#00FF00", "")]))
    assert [(c.get("value"), c.get("label"), c.get("symbol")) for c in root.iter("category")] == [("a", "A & <b>", "0"), ("b", "B", "1")]
    assert [symbol.get("name") for symbol in root.iter("symbol")] == ["0", "1"]
    assert list_colours(root) == ["255,0,0,255", "0,255,0,255"]


def test_champs_have_a_colour_and_a_shape_each():
    root = parse(gis_styles.style_champs())
    assert {c.get("value") for c in root.iter("category")} == set(CHAMP_COLOURS)
    shapes = [option.get("value") for option in root.iter("Option") if option.get("name") == "name"]
    assert len(set(shapes)) == len(CHAMP_COLOURS)


def test_the_group_s_colours_are_those_of_its_layers():
    with use_charter(make_charter({"couleur_champ_mixte": "#0A0B0C"})):
        shades = list_colours(parse(gis_styles.style_champs()))
    assert "10,11,12,255" in shades and "213,94,0,255" in shades  # the others are the default ones
    assert "10,11,12,255" not in list_colours(parse(gis_styles.style_champs()))


@pytest.mark.parametrize("values", [[3], [1, 2, 3], list(range(12))])
def test_counts_go_from_light_to_dark_and_what_is_missing_is_apart(values):
    root = parse(gis_styles.style_counts("nb_unites", values))
    shades = list_colours(root)
    assert len(shades) == len(values) + 1
    order = [SEQUENTIAL.index("#" + "".join(f"{int(part):02X}" for part in shade.split(",")[:3])) for shade in shades[:-1]]
    assert order == sorted(order)
    assert [c.get("label") for c in root.iter("category")][-1] == "Sans donnée"


def test_an_outline_alone_hides_nothing():
    root = parse(gis_styles.style_single("", stroke="#000000"))
    assert {o.get("name"): o.get("value") for o in root.iter("Option") if o.get("name")}["style"] == "no"


def test_styles_are_the_default_ones_of_their_layers(tmp_path):
    path = tmp_path / "é.gpkg"
    with sqlite3.connect(path) as base:
        base.execute("CREATE TABLE gpkg_contents (table_name, data_type, identifier, description, last_change)")
    base.close()
    gis_styles.write_styles(path, {"communes": "<q/>"}, moment="2026-11-15T00:00:00.000Z")
    with sqlite3.connect(path) as base:
        rows = base.execute("SELECT f_table_name, f_geometry_column, styleQML, useAsDefault, update_time FROM layer_styles").fetchall()
    base.close()
    assert rows == [("communes", "geom", "<q/>", 1, "2026-11-15T00:00:00.000Z")]


def test_a_figure_in_steps_has_a_rule_a_class_and_one_for_what_is_missing():
    root = parse(gis_styles.style_steps("part ccas 10", (0.0, 0.5), ("personne", "jusqu'à 50 %", "plus de 50 %")))
    rules = [(rule.get("filter"), rule.get("label")) for rule in root.iter("rule")]
    assert rules == [
        ('"part ccas 10" <= 0', "personne"), ('"part ccas 10" > 0 AND "part ccas 10" <= 0.5', "jusqu'à 50 %"),
        ('"part ccas 10" > 0.5', "plus de 50 %"), ("ELSE", "Sans donnée"),
    ]  # fmt: skip
    assert len(set(list_colours(root))) == 4 and root.find("renderer-v2").get("type") == "RuleRenderer"
    assert [symbol.get("name") for symbol in root.iter("symbol")] == ["0", "1", "2", "3"]
    # A share is no whole number: 1.000001 must not become 1.
    assert '"q" <= 1.000001' in gis_styles.style_steps("q", (1 + 1e-6,), ("un", "plus")).replace("&lt;", "<").replace("&quot;", '"')
