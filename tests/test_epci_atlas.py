"""The atlas as files: a page an EPCI in both, real text, tables that can be edited, pictures told, the same bytes, one sheet a page."""

import re
import time

import pandas as pd
import pytest
from docx import Document
from jouets_atlas import fill_page, show_two
from passage import find_canaries
from rapports import TEXTS, make_template, need_office, read_text

from diagnostic.draw.epci_plan import plan_atlas
from diagnostic.errors import DiagnosticError
from diagnostic.run.epci_atlas import NO_EPCI, write_atlas
from diagnostic.run.reports import tell_texts
from diagnostic.write import documents
from diagnostic.write.epci_atlas import write_atlas_docx

DATE = pd.Timestamp("2026-11-15")


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("été & co")
    done = write_atlas(show_two(), folder, texts=tell_texts(show_two()), formats=["docx", "pdf"])
    return {path.suffix: path for path in done["fichiers"]}, done["remarques"]


def count_pages(path):
    return len(re.findall(rb"/Type\s*/Page(?!s)", path.read_bytes()))


def test_the_pdf_has_a_page_an_epci_and_letters_that_are_letters(written):
    content = written[0][".pdf"].read_bytes()
    assert count_pages(written[0][".pdf"]) == 2 and b"/Subtype /CIDFontType2" in content or b"/TrueType" in content
    assert b"diagnostic-maillage" in content and b"/Creator" not in content


def test_the_document_has_the_same_pages_tables_and_a_map_told_in_words(written):
    document = Document(written[0][".docx"])
    titles = [paragraph for paragraph in document.paragraphs if paragraph.style.name == "Heading 1"]
    pages = plan_atlas(show_two())
    assert [title.text for title in titles] == [page["titre"] for page in pages]
    assert [title.paragraph_format.page_break_before for title in titles] == [None, True]
    tables = sum(block["genre"] == "tableau" for page in pages for block in page["blocs"])
    assert len(document.tables) == tables + len(pages) and len(document.inline_shapes) == len(pages)
    assert all(shape._inline.docPr.get("descr").startswith("Carte de") for shape in document.inline_shapes)


def test_nothing_hidden_is_in_the_document(written):
    assert find_canaries(read_text(written[0][".docx"])) == [] and written[1] == []


def test_the_same_inputs_give_the_same_bytes(written, tmp_path):
    time.sleep(1.1)  # a date of now would differ
    done = write_atlas(show_two(), tmp_path, texts=tell_texts(show_two()), formats=["docx", "pdf"])
    for path in done["fichiers"]:
        assert path.read_bytes() == written[0][path.suffix].read_bytes()


def test_a_dossier_without_epci_says_so_and_writes_nothing(tmp_path):
    shown = show_two() | {"territoires": show_two()["territoires"].head(1)}
    assert write_atlas(shown, tmp_path, texts=TEXTS) == {"fichiers": [], "remarques": [NO_EPCI]} and not list(tmp_path.iterdir())


def test_without_libreoffice_the_odt_alone_is_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(documents, "find_office", lambda: None)
    done = write_atlas(show_two(), tmp_path, texts=TEXTS, formats=["odt"])
    assert [path.name for path in done["fichiers"]] == ["atlas.docx"] and "LibreOffice" in done["remarques"][0]


def test_a_template_of_the_group_is_filled_and_a_wrong_one_told(tmp_path):
    pages = plan_atlas(show_two())
    good = make_template(tmp_path / "bon.docx", "{{ titre }}", "{{ date }}", "{{ pages }}")
    path = write_atlas_docx(tmp_path / "a.docx", pages, pictures={}, texts=TEXTS, source="Sources : x", date=DATE, modele=good)
    assert "Essai & <suite>" in read_text(path) and "En bref" in read_text(path)
    wrong = make_template(tmp_path / "m.docx", "{{ titre }}")
    with pytest.raises(DiagnosticError, match="pages"):
        write_atlas_docx(tmp_path / "b.docx", pages, pictures={}, texts=TEXTS, source="x", date=DATE, modele=wrong)


def test_the_fullest_pages_stay_on_one_sheet_each(written, tmp_path):
    need_office()
    pages = [fill_page(page) for page in plan_atlas(show_two())]
    held = {}
    with open(written[0][".docx"], "rb") as file:
        document = Document(file)
        for rank, shape in enumerate(document.inline_shapes):
            key = shape._inline.graphic.graphicData.pic.blipFill.blip.embed
            held[pages[rank]["code"]] = {"png": document.part.related_parts[key].blob, "ratio": 1.1}
    path = write_atlas_docx(tmp_path / "a.docx", pages, pictures=held, texts=TEXTS, source="Sources : " + "mot " * 70, date=DATE)
    assert count_pages(documents.convert_document(path, tmp_path / "a.pdf")) == len(pages)
