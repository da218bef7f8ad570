"""What the reading back says: nothing of what is equal, everything of what is not."""

import runpy

import geopandas as gpd
import networkx as nx
import pytest
import xlsxwriter
from conftest import ROOT
from shapely import Point

from diagnostic.write.documents import find_office
from diagnostic.write.gis import write_geopackage
from diagnostic.write.graph import write_gexf, write_graphml
from diagnostic.write.stamps import stamp_file


@pytest.fixture(scope="module")
def script():
    return runpy.run_path(str(ROOT / "scripts" / "montrer_lectures.py"))


def find_wrong(told):
    return [name for name, (read, expected) in told.items() if read != expected]


def test_a_geopackage_and_its_styles(script, tmp_path):
    cells = {"acteur_id": ["A", "B"], "nom": ["=1+1", "x"], "champ": ["social", "autre"]}
    layer = gpd.GeoDataFrame(cells, geometry=[Point(7e5, 65e5), None], crs=2154)
    path = write_geopackage({"acteurs": layer}, tmp_path / "a.gpkg", date="2026-11-15")
    assert find_wrong(script["compare_geopackage"](_stamped(path), {"acteurs": layer})) == []
    other = layer.assign(nom=["=1+1", "y"]).iloc[:1]
    assert find_wrong(script["compare_geopackage"](path, {"acteurs": other})) == [
        "acteurs : entités", "acteurs : sans lieu", "acteurs : noms",
    ]  # fmt: skip


def _stamped(path):
    stamp_file(path, "provenance")
    return path


def test_graphs_with_their_attributes(script, tmp_path):
    graph = nx.MultiDiGraph(name="essai")
    graph.add_node("a", label="=1+1", genre="acteur", viz={"color": {"r": 1, "g": 2, "b": 3, "a": 1.0}})
    graph.add_edge("a", "a", key=0, type_lien="x", poids=1.5)
    write_graphml(graph, tmp_path / "liens.graphml")
    write_gexf(graph, tmp_path / "liens.gexf", date="2026-11-15")
    graph.add_node("b", label="b", genre="acteur")
    told = script["compare_graphs"](tmp_path, {"liens": graph})
    assert {name.split(" : ")[1] for name in find_wrong(told)} == {"nœuds", "attributs des nœuds"}
    graph.remove_node("b")
    assert find_wrong(script["compare_graphs"](tmp_path, {"liens": graph})) == []


@pytest.mark.skipif(not find_office(), reason="no LibreOffice: workbooks not read again")
def test_a_live_formula_is_counted_and_a_text_is_not(script, tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx", {"strings_to_formulas": False})
    sheet = book.add_worksheet()
    for row, text in enumerate(["=1+1", "+33", "@SUM"]):
        sheet.write_string(row, 0, text)
    sheet.write_formula(3, 0, "=1+1")
    book.close()
    formulas, cells, texts = script["count_formulas"](tmp_path / "a.xlsx", find_office())
    assert (formulas, cells) == (1, 4) and {"=1+1", "+33", "@SUM"} <= texts
    (tmp_path / "a.csv").write_text("nom;ville\n=1+1;'=1+1\n", encoding="utf-8-sig")
    assert script["count_formulas"](tmp_path / "a.csv", find_office())[:2] == (1, 4)
