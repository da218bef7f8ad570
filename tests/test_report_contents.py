"""The table of contents: a field, filled with the headings, each entry leading to its heading."""

from docx import Document
from docx.oxml.ns import qn

from diagnostic.write.documents import CONTENTS
from diagnostic.write.report_contents import add_contents


def make(headings):
    document = Document()
    marker = document.add_paragraph("ici")
    for text, level in headings:
        document.add_heading(text, level)
    add_contents(document, marker)
    return document


def test_headings_of_two_levels_are_listed_and_lead_to_their_place():
    document = make([("Un", 1), ("Un & un", 2), ("Trop bas", 3), ("Deux", 1)])
    links = list(document.element.body.iter(qn("w:hyperlink")))
    assert ["".join(t.text for t in link.iter(qn("w:t"))) for link in links] == ["Un…", "Un & un…", "Deux…"]
    marks = {mark.get(qn("w:name")) for mark in document.element.body.iter(qn("w:bookmarkStart"))}
    assert {link.get(qn("w:anchor")) for link in links} == marks
    assert [paragraph.style.name for paragraph in document.paragraphs[:3]] == ["TOC 1", "TOC 2", "TOC 1"]
    kinds = [mark.get(qn("w:fldCharType")) for mark in document.element.body.iter(qn("w:fldChar"))]
    assert kinds.count("begin") == kinds.count("end") == kinds.count("separate") == 4
    assert "ici" not in [paragraph.text for paragraph in document.paragraphs]


def test_without_heading_there_is_no_field():
    assert "TOC" not in make([])._body._element.xml


def test_libreoffice_is_given_lines_out_of_the_field():
    xml = make([("Un", 1), ("Deux", 1)]).element.xml.replace("\n", "")
    import re

    dense = re.sub(r">\s+<", "><", xml)
    opened = CONTENTS.sub(r"\1</w:p>", dense)
    assert (
        " TOC " not in opened and opened.count("PAGEREF") == 2 and opened.count('"begin"') == opened.count('"end"') == 2
    )
