"""What an output says of itself, read back by the tools that open it."""

import json
import sqlite3
import zipfile
from io import BytesIO

import geopandas as gpd
import networkx as nx
import openpyxl
import pandas as pd
import pyogrio
import pytest
import xlsxwriter
from docx import Document
from lxml import etree
from matplotlib.figure import Figure
from PIL import Image
from pptx import Presentation
from shapely import Point

from diagnostic.write.figures import render_figure
from diagnostic.write.gis import write_geojson, write_geopackage
from diagnostic.write.graph import write_gexf, write_graphml
from diagnostic.write.stamps import KEY, stamp_file

WORDS = "diagnostic-maillage 1.0 ; données 0123456789ab ; édition publique <&> du 15/11/2026"


@pytest.fixture(scope="module")
def pictures():
    figure = Figure(figsize=(2, 1))
    figure.text(0.5, 0.5, "Été")
    return render_figure(figure, ("png", "svg", "pdf"))


def stamp(path, content=None):
    """Stamp a file; the same line again changes nothing else, and the same input gives the same bytes."""
    if content is not None:
        path.write_bytes(content)
    before = path.read_bytes()
    assert stamp_file(path, WORDS)
    once = path.read_bytes()
    path.write_bytes(before)
    stamp_file(path, WORDS)
    assert path.read_bytes() == once != before
    return path


def test_png(tmp_path, pictures):
    with Image.open(stamp(tmp_path / "a.png", pictures["png"])) as picture, Image.open(BytesIO(pictures["png"])) as bare:
        assert picture.info["Description"] == WORDS and picture.tobytes() == bare.tobytes()


def test_svg(tmp_path, pictures):
    root = etree.fromstring(stamp(tmp_path / "a.svg", pictures["svg"]).read_bytes())
    assert root[0].tag.endswith("}metadata") and root[0].text == WORDS


def read_keywords(content):
    """Return the keywords of the last dictionary of properties of a PDF, found as a reader does: from its end."""
    start = int(content.rsplit(b"startxref", 1)[1].split()[0])
    place = int(content[start:].split(b"\n")[2].split()[0])
    assert b" obj" in content[place : place + 20]
    body = content[place:]
    return bytes.fromhex(body.split(b"/Keywords <")[1].split(b">")[0].decode()).decode("utf-16")


def test_pdf(tmp_path, pictures):
    content = stamp(tmp_path / "a.pdf", pictures["pdf"]).read_bytes()
    assert content.startswith(pictures["pdf"]) and read_keywords(content) == WORDS
    assert content.count(b"%%EOF") == 2 and content.rstrip().endswith(b"%%EOF")
    again = (tmp_path / "a.pdf").read_bytes()
    assert b"/Root" in again[again.rindex(b"trailer") :]


def test_a_pdf_without_properties_or_with_a_compressed_list(tmp_path):
    body = b"%PDF-1.4\n1 0 obj\n<</Type/Catalog>>\nendobj\n"
    table = b"xref\n0 2\n0000000000 65535 f \n0000000009 00000 n \ntrailer\n<</Size 2/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(body)
    content = stamp(tmp_path / "a.pdf", body + table).read_bytes()
    assert read_keywords(content) == WORDS and b"/Size 3 " in content and b"/Info 2 0 R" in content
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.5\n1 0 obj\n<</Type/XRef>>stream\nendobj\nstartxref\n9\n%%EOF\n")
    assert not stamp_file(tmp_path / "b.pdf", WORDS)


def test_html(tmp_path):
    page = '<!DOCTYPE html><html><head><meta charset="utf-8"></head><body>Été</body></html>'
    root = etree.HTML(stamp(tmp_path / "a.html", page.encode()).read_bytes().decode())
    assert root.xpath("//meta[@name='generator']/@content") == [WORDS]


def test_office(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    book.set_properties({"created": pd.Timestamp("2026-11-15").to_pydatetime(), "title": "Été", "keywords": "avant"})
    book.add_worksheet()
    book.close()
    read = openpyxl.load_workbook(stamp(tmp_path / "a.xlsx"))
    assert (read.properties.keywords, read.properties.title) == (WORDS, "Été")
    Document().save(tmp_path / "a.docx")
    assert Document(stamp(tmp_path / "a.docx")).core_properties.keywords == WORDS
    Presentation().save(tmp_path / "a.pptx")
    assert Presentation(stamp(tmp_path / "a.pptx")).core_properties.keywords == WORDS


def test_odt(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.odt", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text", zipfile.ZIP_STORED)
        names = 'xmlns:office="o" xmlns:meta="m"'
        archive.writestr("meta.xml", f"<office:document-meta {names}><office:meta></office:meta></office:document-meta>")
    with zipfile.ZipFile(stamp(tmp_path / "a.odt")) as archive:
        assert archive.namelist()[0] == "mimetype" and archive.infolist()[0].compress_type == zipfile.ZIP_STORED
        assert etree.fromstring(archive.read("meta.xml"))[0][0].text == WORDS


def make_layer():
    return gpd.GeoDataFrame({"acteur_id": ["A"], "champ": ["social"]}, geometry=[Point(700_000, 6_500_000)], crs=2154)


def test_geopackage(tmp_path):
    path = write_geopackage({"acteurs": make_layer()}, tmp_path / "a.gpkg", date="2026-11-15")
    stamp(path)
    base = sqlite3.connect(path)
    told = base.execute(
        "SELECT metadata, reference_scope, timestamp FROM gpkg_metadata m JOIN gpkg_metadata_reference r ON m.id = r.md_file_id"
    ).fetchall()  # fmt: skip
    checks = base.execute("PRAGMA integrity_check").fetchone(), base.execute("PRAGMA foreign_key_check").fetchall()
    base.close()
    assert told == [(WORDS, "geopackage", "2026-11-15T00:00:00.000Z")] and checks == (("ok",), [])
    assert sorted(pyogrio.list_layers(path)[:, 0]) == ["acteurs", "layer_styles"]


def test_graphs(tmp_path):
    graph = nx.MultiDiGraph(name="essai")
    for empty in (True, False):
        if not empty:
            graph.add_edge("a", "b", type_lien="x")
        read = nx.read_graphml(stamp(write_graphml(graph, tmp_path / "a.graphml")))
        assert read.graph[KEY] == WORDS and len(read.edges) == (not empty)
        path = stamp(write_gexf(graph, tmp_path / "a.gexf", date="2026-11-15"))
        assert etree.parse(path).getroot().xpath("string(//*[local-name()='description'])") == WORDS
        assert len(nx.read_gexf(path).edges) == (not empty)


def test_json(tmp_path):
    path = stamp(write_geojson(make_layer(), tmp_path / "a.geojson"))
    read = json.loads(path.read_text(encoding="utf-8"))
    assert list(read)[:2] == [KEY, "type"] and read[KEY] == WORDS and len(read["features"]) == 1


def test_a_format_without_a_place_is_left_as_it_is(tmp_path):
    for name, content in {"a.csv": b"a;b\n", "resultats.json": b"[\n]\n", "a.txt": b"x"}.items():
        (tmp_path / name).write_bytes(content)
        assert not stamp_file(tmp_path / name, WORDS) and (tmp_path / name).read_bytes() == content


def test_what_libreoffice_draws_from_the_hour_or_by_chance_is_frozen(tmp_path):
    date, made = pd.Timestamp("2026-11-15"), {"odt": set(), "pdf": set()}
    for day, zone, name in (("20261128101805", b"+14'00'", b"A"), ("20270101000000", b"-12'00'", b"B")):
        rest = b"1 0 obj\n<</Producer(L)/CreationDate(D:" + day.encode() + zone + b")>>\nendobj\n"
        head = b"%PDF-1.6\n"
        table = b"xref\n0 2\n0000000000 65535 f \n0000000009 00000 n \ntrailer\n<</Size 2/Root 1 0 R\n/Info 1 0 R\n/ID [ <"
        table += name * 32 + b">\n<" + name * 32 + b"> ]\n/DocChecksum /" + name * 32 + b"\n>>\nstartxref\n%d\n%%%%EOF\n" % len(head + rest)
        (tmp_path / "a.pdf").write_bytes(head + rest + table)
        with zipfile.ZipFile(tmp_path / "a.odt", "w") as archive:
            write = [("content.xml", f'<a xml:id="list{day}"/><b text:continue-list="list{day}"/>')]
            write += [("meta.xml", "<o><office:meta></office:meta></o>")]
            write += [("settings.xml", f'<config:config-item config:name="Rsid" config:type="int">{day}</config:config-item>')]
            for entry, text in write:
                archive.writestr(zipfile.ZipInfo(entry, (2000 + len(made["odt"]), 1, 1, 0, 0, 0)), text)
        for kind, contents in made.items():
            assert stamp_file(tmp_path / f"a.{kind}", WORDS, date=date)
            contents.add((tmp_path / f"a.{kind}").read_bytes())
    assert {kind: len(contents) for kind, contents in made.items()} == {"odt": 1, "pdf": 1}
    (content,) = made["pdf"]
    assert b"/CreationDate(D:20261115000000+00'00')" in content and read_keywords(content) == WORDS
    with zipfile.ZipFile(tmp_path / "a.odt") as archive:
        assert archive.read("content.xml") == b'<a xml:id="list1"/><b text:continue-list="list1"/>'
