"""The whole document: the template is filled, nothing is lost, the same inputs give the same bytes, nobody is named."""

import time
import tracemalloc
import zipfile

import pandas as pd
import pytest
from docx import Document
from rapports import NASTY, TEXTS, make_template, read_text, show_small

from diagnostic.draw.page import open_page, write_notes, write_title
from diagnostic.draw.report_plan import plan_report
from diagnostic.draw.report_plea import plan_plea
from diagnostic.errors import DiagnosticError
from diagnostic.write.report import render_picture, write_report

DATE = pd.Timestamp("2026-11-15")


def draw_page():
    figure = open_page()
    write_title(figure, "Trois communes sur 12", {})
    write_notes(figure, {"sources": ["INSEE"], "date": "15/11/2026", "couverture": None})
    return figure


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    path = tmp_path_factory.mktemp("été à lire") / "rapport.docx"
    plan = plan_report(show_small(), ["mille-feuille", "acteurs"])
    pictures = {"mille-feuille": render_picture(draw_page()), "acteurs": render_picture(draw_page())}
    found = write_report(path, plan, kind="rapport", texts=TEXTS, date=DATE, pictures=pictures)
    return path, plan, pictures, found


def test_the_report_has_headings_captions_tables_and_texts_for_who_does_not_see(report):
    path, plan, *_ = report
    document = Document(path)
    first = [paragraph.text for paragraph in document.paragraphs if paragraph.style.name == "Heading 1"]
    assert first == [
        "Le contexte",
        "La méthode et ses limites",
        "Les acteurs",
        "Les ressorts",
        "Les liens",
        "Les manques",
        "Les constats",
        "Annexes",
    ]
    captions = [
        paragraph.text.split("\xa0")[:2] for paragraph in document.paragraphs if paragraph.style.name == "Caption"
    ]
    for word in ("Figure", "Tableau"):
        numbers = [int(number) for kind, number in captions if kind == word]
        assert numbers == list(range(1, len(numbers) + 1)) and numbers
    assert len(document.inline_shapes) == 2 and all(
        shape._inline.docPr.get("descr") for shape in document.inline_shapes
    )
    assert len(document.tables) == sum(block["genre"] == "tableau" for blocks in plan.values() for block in blocks)
    told = read_text(path)
    assert "{{" not in told and "\ue000" not in told and "Essai & <suite>" in told


def test_the_same_inputs_give_the_same_bytes(report, tmp_path):
    path, plan, pictures, _ = report
    time.sleep(2.1)  # an archive counts by two seconds
    write_report(tmp_path / "b.docx", plan, kind="rapport", texts=TEXTS, date=DATE, pictures=pictures)
    assert (tmp_path / "b.docx").read_bytes() == path.read_bytes()


def test_the_properties_name_nobody(report):
    properties = Document(report[0]).core_properties
    assert properties.author == properties.last_modified_by == properties.comments == ""
    assert (properties.title, properties.created.strftime("%Y-%m-%d")) == ("Essai & <suite>", "2026-11-15")
    with zipfile.ZipFile(report[0]) as held:
        assert {entry.date_time for entry in held.infolist()} == {(2026, 11, 15, 0, 0, 0)}
        assert b"python-docx" not in held.read("docProps/app.xml") + held.read("docProps/core.xml")


@pytest.mark.parametrize("name", NASTY)
def test_strange_names_are_text(tmp_path, name):
    shown = show_small()
    actors = shown["acteurs"].assign(nom=name)
    path = tmp_path / "r.docx"
    write_report(
        path, plan_report(shown | {"acteurs": actors}, []), kind="rapport", texts=TEXTS | {"titre": name}, date=DATE
    )
    told = read_text(path).replace("\xa0", " ")
    clean = name.replace("\x07", "").replace("\ue000", "").replace("\ue001", "")
    assert clean[:100] in told and [p.name for p in tmp_path.iterdir()] == ["r.docx"]


def test_three_thousand_actors_are_cut_soon(tmp_path):
    shown = show_small()
    many = pd.concat([shown["acteurs"]] * (3000 // len(shown["acteurs"]) + 1), ignore_index=True).head(3000)
    many = many.assign(
        acteur_id=[f"a{rank}" for rank in range(3000)],
        nom=[f"Acteur {rank} & fils" for rank in range(3000)],
        hors_territoire=False,
    )
    tracemalloc.start()
    start = time.perf_counter()
    write_report(
        tmp_path / "r.docx", plan_report(shown | {"acteurs": many}, []), kind="rapport", texts=TEXTS, date=DATE
    )
    seconds, peak = time.perf_counter() - start, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "lignes de plus dans le classeur, feuille «\xa0Acteurs" in read_text(tmp_path / "r.docx")
    assert seconds < 30 and peak < 200e6, (seconds, peak)


def test_a_template_of_the_group_changes_the_order(tmp_path):
    lines = ["{{ titre }}", "{{ date }} {{ edition }}", "Constats", "{{ constats }}", "Méthode", "{{ methode }}"]
    modele = make_template(tmp_path / "modèle à nous.docx", *lines, header="{{ territoire }}")
    found = write_report(
        tmp_path / "r.docx", plan_report(show_small(), []), kind="rapport", texts=TEXTS, date=DATE, modele=modele
    )
    told = read_text(tmp_path / "r.docx")
    assert (
        found == ["constats", "methode"]
        and told.index("le groupe décide") < told.index("Trois états")
        and "12 communes" in told
    )


def test_a_wrong_template_leaves_the_old_document(tmp_path):
    path = tmp_path / "r.docx"
    path.write_bytes(b"ancien")
    with pytest.raises(DiagnosticError, match="titr "):
        write_report(
            path, {}, kind="rapport", texts=TEXTS, date=DATE, modele=make_template(tmp_path / "m.docx", "{{ titr }}")
        )
    assert path.read_bytes() == b"ancien"


def test_the_plea_has_its_boxes_and_the_line_to_fill(tmp_path):
    write_report(tmp_path / "p.docx", plan_plea(show_small()), kind="plaidoyer", texts=TEXTS, date=DATE)
    assert "☐ Autre" in read_text(tmp_path / "p.docx")


def test_the_picture_leaves_its_title_to_the_document():
    picture = render_picture(draw_page())
    assert (
        picture["png"].startswith(b"\x89PNG")
        and picture["ratio"] > 1.42
        and picture["legende"] == "Trois communes sur 12"
    )
    assert render_picture(draw_page())["png"] == picture["png"]
