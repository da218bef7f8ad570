"""Blocks in a DOCX: real styles, headings of tables repeated, no row cut, pictures as wide as the text with words for who does not see."""

import io

import pytest
from docx import Document
from docx.oxml.ns import qn
from PIL import Image

from diagnostic.write.report_blocks import add_blocks, find_style, measure_room

TABLE = {"genre": "tableau", "legende": "Les acteurs", "entetes": ["Nom", "Nombre"], "lignes": [["A & <b>", "3"], ["=1+1", "4"]],
         "largeurs": [12.0, 5.0], "droites": [False, True], "reste": "8 lignes de plus.", "source": "Sources : x."}  # fmt: skip


def draw_png():
    buffer = io.BytesIO()
    Image.new("RGB", (200, 100)).save(buffer, "PNG")
    return buffer.getvalue()


PICTURE = {
    "png": draw_png(),
    "ratio": 2.0,
    "legende": "Une carte",
    "alternative": "Ce qu'elle montre",
    "source": "Sources : x.",
}


def write(*blocks, after="suite", pictures=None):
    document = Document()
    document.add_paragraph("avant")
    marker = document.add_paragraph("ici")
    if after:
        document.add_paragraph(after)
    add_blocks(document, marker, blocks, pictures or {}, {"figures": 0, "tableaux": 0})
    buffer = io.BytesIO()
    document.save(buffer)
    return Document(buffer)


def test_blocks_take_the_place_of_the_mark_in_real_styles():
    document = write(
        {"genre": "titre", "texte": "T", "niveau": 2}, {"genre": "phrase", "texte": "P"}, {"genre": "note", "texte": "N"},
        {"genre": "puces", "textes": ["a", "b"]}, {"genre": "cases", "textes": ["c"]},
    )  # fmt: skip
    told = [(paragraph.text, paragraph.style.name) for paragraph in document.paragraphs]
    assert told == [
        ("avant", "Normal"), ("T", "Heading 2"), ("P", "Normal"), ("N", "Source diagnostic"), ("a", "List Bullet"), ("b", "List Bullet"),
        ("☐ c", "Case diagnostic"), ("suite", "Normal"),
    ]  # fmt: skip


def test_a_table_repeats_its_heading_and_is_not_cut():
    document = write(TABLE)
    table = document.tables[0]
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["Nom", "Nombre"],
        ["A & <b>", "3"],
        ["=1+1", "4"],
    ]
    rows = table._tbl.tr_lst
    assert [row.find(f".//{qn('w:tblHeader')}") is not None for row in rows] == [True, False, False]
    assert all(row.find(f".//{qn('w:cantSplit')}") is not None for row in rows)
    assert all(cell.paragraphs[0].paragraph_format.keep_with_next for row in table.rows for cell in row.cells)
    caption, rest = document.paragraphs[1], document.paragraphs[2]
    assert (
        caption.text == "Tableau\xa01\xa0: Les acteurs"
        and caption.style.name == "Caption"
        and "SEQ Tableau" in caption._p.xml
    )
    assert rest.text == "8 lignes de plus. Sources : x."
    width = sum(cell.width for cell in table.rows[0].cells) / 360000
    assert width == pytest.approx(measure_room(document.element.body.sectPr)[0], abs=0.05)


def test_each_picture_has_its_caption_and_source_on_one_page():
    document = write(
        {"genre": "figures", "titre": "Cartes", "noms": ["a", "b", "absente"]}, pictures={"a": PICTURE, "b": PICTURE | {"ratio": 0.5}}
    )
    assert [section.orientation for section in document.sections] == [0]
    shapes = document.inline_shapes
    assert [shape._inline.docPr.get("descr") for shape in shapes] == ["Ce qu'elle montre"] * 2
    width, height = measure_room(document.element.body.sectPr)
    assert shapes[0].width.cm == pytest.approx(width, abs=0.01) and all(shape.height.cm < height - 1.5 for shape in shapes)
    assert all(shape.width.cm <= width + 0.01 for shape in shapes)
    told = [paragraph for paragraph in document.paragraphs if paragraph.text != "suite"][1:]
    assert [paragraph.text for paragraph in told] == ["Cartes", *["Figure\xa01\xa0: Une carte", "", "Sources : x."],
                                                      *["Figure\xa02\xa0: Une carte", "", "Sources : x."]]  # fmt: skip
    assert [bool(paragraph.paragraph_format.keep_with_next) for paragraph in told] == [True, True, True, False, True, True, False]


def test_pictures_at_the_end_leave_no_empty_page():
    document = write({"genre": "figures", "titre": "Cartes", "noms": ["a"]}, after="", pictures={"a": PICTURE})
    assert len(document.sections) == 1 and document.paragraphs[-1].text == "Sources : x."


def test_no_picture_is_no_section():
    assert len(write({"genre": "figures", "titre": "Cartes", "noms": ["absente"]}).sections) == 1


def test_a_template_without_our_styles_gets_them():
    document = Document()
    document.styles["Heading 3"].delete()
    assert (
        find_style(document, "Heading 3") == "Heading 3"
        and find_style(document, "Source diagnostic") in document.styles
    )
    assert "outlineLvl" in document.styles["Heading 3"].element.xml
