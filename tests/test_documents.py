"""DOCX turned to ODT and PDF: paths with accents, no LibreOffice, one that fails, one that hangs."""

import re
import sys
import zipfile

import pandas as pd
import pytest
from rapports import TEXTS, need_office, show_small

from diagnostic.draw.report_plan import plan_report
from diagnostic.draw.report_plea import plan_plea
from diagnostic.errors import DiagnosticError
from diagnostic.write import documents
from diagnostic.write.report import write_report

DATE = pd.Timestamp("2026-11-15")


@pytest.fixture
def source(chemin_piege):
    path = chemin_piege / "rapport d'été.docx"
    write_report(path, plan_report(show_small(), []), kind="rapport", texts=TEXTS, date=DATE)
    return path


def test_odt_and_pdf_are_written_beside(source):
    need_office()
    odt = documents.convert_document(source, source.with_suffix(".odt"))
    pdf = documents.convert_document(source, source.with_suffix(".pdf"))
    with zipfile.ZipFile(odt) as held:
        text = held.read("content.xml").decode("utf-8")
    assert "La méthode et ses limites" in text and "Essai &amp; &lt;suite&gt;" in text
    assert pdf.read_bytes().startswith(b"%PDF") and pdf.stat().st_size > 20_000
    # The pages of the table of contents are fields that the program counts, not what stood in their place.
    assert text.count('text:reference-format="page"') >= 10
    assert sorted(path.suffix for path in source.parent.iterdir()) == [".docx", ".odt", ".pdf"]


def test_the_pages_of_the_contents_are_numbers_for_who_does_not_count_them(source):
    need_office()
    assert documents.number_contents(source)
    with zipfile.ZipFile(source) as held:
        body = held.read("word/document.xml").decode("utf-8")
        dates = {entry.date_time[:3] for entry in held.infolist()}
    pages = [int(page) for page in re.findall(r'PAGEREF.*?<w:t xml:space="preserve">(\d+)</w:t>', body)]
    assert len(pages) == body.count("PAGEREF") >= 10 and pages == sorted(pages) and pages[0] == 3
    assert " TOC " in body and dates == {(2026, 11, 15)}  # Word still counts them again; the same bytes each time


def test_without_libreoffice_the_contents_stay_a_field_to_be_counted(source, monkeypatch):
    monkeypatch.setattr(documents, "find_office", lambda: None)
    before = source.read_bytes()
    assert not documents.number_contents(source) and source.read_bytes() == before


def test_pages_that_a_pdf_does_not_tell_are_not_guessed(tmp_path):
    pdf = tmp_path / "x.pdf"
    link = b"<</Type/Annot/Subtype/Link/Rect[1 2 3 4]/Dest[%d 0 R/XYZ 5 6 0]>>\n"
    pdf.write_bytes(b"/Kids[ 4 0 R 7 0 R\n9 0 R ]\n" + b"".join(link % name for name in (4, 9, 4, 9)))
    assert documents._count_pages(pdf, 2) == [1, 3] and documents._count_pages(pdf, 4) == [1, 1, 3, 3]
    assert documents._count_pages(pdf, 3) == [] == documents._count_pages(pdf, 5)


def test_the_plea_of_the_small_dossier_holds_in_two_pages(chemin_piege):
    need_office()
    path = chemin_piege / "plaidoyer.docx"
    write_report(path, plan_plea(show_small()), kind="plaidoyer", texts=TEXTS, date=DATE)
    pdf = documents.convert_document(path, path.with_suffix(".pdf")).read_bytes()
    assert 1 <= pdf.count(b"/Type/Page/") + pdf.count(b"/Type/Page\n") + pdf.count(b"/Type /Page\n") <= 2


def test_without_libreoffice_the_message_says_what_to_do(source, monkeypatch):
    monkeypatch.setattr(documents, "find_office", lambda: None)
    with pytest.raises(DiagnosticError) as caught:
        documents.convert_document(source, source.with_suffix(".pdf"))
    lines = str(caught.value).split("\n")
    assert len(lines) == 3 and "LibreOffice n'est pas installé" in lines[0] and "enregistrez-le en PDF" in lines[2]
    assert source.is_file()


def make_office(folder, code):
    """Return a program that stands for LibreOffice."""
    script = folder / "faux.py"
    script.write_text(code, encoding="utf-8")
    program = folder / "faux-soffice"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{script}"\n', encoding="utf-8")
    program.chmod(0o755)
    return program


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands for LibreOffice")
@pytest.mark.parametrize(
    "code, word", [("raise SystemExit('en panne')", "en panne"), ("import time; time.sleep(60)", "rien en 1 secondes")]
)
def test_one_that_fails_or_hangs_is_told_and_leaves_the_old_file(source, tmp_path, code, word):
    old = source.with_suffix(".pdf")
    old.write_bytes(b"ancien")
    with pytest.raises(DiagnosticError, match=word):
        documents.convert_document(
            source, old, office=make_office(tmp_path, code), timeout=1 if "sleep" in code else 30
        )
    assert old.read_bytes() == b"ancien"


def test_libreoffice_is_found_where_it_is_installed(monkeypatch, tmp_path):
    place = tmp_path / "soffice.exe"
    place.touch()
    monkeypatch.setattr(documents.shutil, "which", lambda name: None)
    monkeypatch.setattr(documents, "PLACES", (str(tmp_path / "absent"), str(place)))
    assert documents.find_office() == str(place)
