"""The blocks of a plan (see `draw.report_pieces`) -> paragraphs, lists, tables and pictures of a DOCX, put where a tag stood."""

import io
import math

from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

# Our styles and what each is made from where a template of the group has none of that name.
STYLES = {
    "Heading 1": None,
    "Heading 2": None,
    "Heading 3": None,
    "Caption": None,
    "List Bullet": None,
    "Source diagnostic": 8.0,
    "Cellule diagnostic": 8.5,
    "Case diagnostic": 10.0,
}
TABLE_STYLE = "Tableau diagnostic"
BOX = "☐ "
CM = 360000  # English metric units
BESIDE = 0.46  # of the width, for a picture that has sentences at its right
SOURCE_LINE, CAPTION_ROOM, HEADING_ROOM = 0.36, 1.5, 1.3  # cm


def add_blocks(document, marker, blocks, pictures, numbers):
    """Put blocks in the place of the paragraph `marker`.

    Parameters
    ----------
    document : docx.Document
    marker : Paragraph of the body
    blocks : list of dict
    pictures : dict of str -> dict: png (bytes), legende, alternative, source, ratio (width / height)
    numbers : dict of int ("figures", "tableaux"), the last number given to each; changed as the document goes
    """
    for block in blocks:
        WRITERS[block["genre"]](document, marker, block, pictures, numbers)
    parent = marker._p.getparent()
    parent.remove(marker._p)


def add_paragraph(document, marker, text, style):
    """Add a paragraph before `marker` in a style, made from the one of normal text when the template lacks it; return it."""
    paragraph = document.add_paragraph(text, style=find_style(document, style))
    marker._p.addprevious(paragraph._p)
    return paragraph


def find_style(document, name):
    """Return the name of a paragraph style of the template, added when it has none."""
    if name not in document.styles:
        style = document.styles.add_style(name, 1)
        style.base_style = document.styles["Normal"]
        size = STYLES.get(name)
        if size:
            style.font.size = Pt(size)
        if name.startswith("Heading"):
            level = int(name[-1])
            style.font.size, style.font.bold, style.paragraph_format.keep_with_next = Pt(18 - 3 * level), True, True
            outline = OxmlElement("w:outlineLvl")
            outline.set(qn("w:val"), str(level - 1))
            style.element.get_or_add_pPr().append(outline)
    return name


def _write_title(document, marker, block, *_):
    paragraph = add_paragraph(document, marker, block["texte"], f"Heading {block['niveau']}")
    if block.get("nouvelle_page"):
        paragraph.paragraph_format.page_break_before = True


def _write_phrase(document, marker, block, *_):
    add_paragraph(document, marker, block["texte"], "Normal")


def _write_note(document, marker, block, *_):
    add_paragraph(document, marker, block["texte"], "Source diagnostic")


def _write_bullets(document, marker, block, *_):
    for text in block["textes"]:
        add_paragraph(document, marker, text, "List Bullet")


def _write_boxes(document, marker, block, *_):
    for text in block["textes"]:
        add_paragraph(document, marker, BOX + text, "Case diagnostic")


def _write_caption(document, marker, kind, word, text, numbers):
    """Write « Figure 3 : text », its number a field that Word counts again."""
    numbers[kind] += 1
    paragraph = add_paragraph(document, marker, f"{word}\u00a0", "Caption")
    _add_field(paragraph, f" SEQ {word} \\* ARABIC ", str(numbers[kind]))
    paragraph.add_run(f"\u00a0: {text}")
    paragraph.paragraph_format.keep_with_next = True
    return paragraph


def _add_field(paragraph, instruction, result):
    for kind, content in (("begin", None), (None, instruction), ("separate", None), ("text", result), ("end", None)):
        run = paragraph.add_run()
        if kind == "text":
            run.text = content
        elif kind is None:
            element = OxmlElement("w:instrText")
            element.set(qn("xml:space"), "preserve")
            element.text = content
            run._r.append(element)
        else:
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
            run._r.append(element)


def _write_table(document, marker, block, pictures, numbers):
    if block.get("numero", True):
        _write_caption(document, marker, "tableaux", "Tableau", block["legende"], numbers)
    table = document.add_table(rows=0, cols=len(block["entetes"]))
    marker._p.addprevious(table._tbl)
    table.style = (
        TABLE_STYLE if TABLE_STYLE in document.styles else ("Table Grid" if "Table Grid" in document.styles else None)
    )
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.LEFT, False
    width, _ = measure_room(find_section(document, marker))
    widths = [Cm(cm * width / sum(block["largeurs"])) for cm in block["largeurs"]]
    for column, size in zip(table.columns, widths, strict=True):
        column.width = size
    # By its identifier: by its name, python-docx looks through every style of the template for each cell.
    look = {"style": document.styles[find_style(document, "Cellule diagnostic")].style_id, "whole": not block.get("coupe", False)}
    for rank, cells in enumerate([block["entetes"], *block["lignes"]]):
        row = _write_row(table, cells, widths, block["droites"], heading=rank == 0, **look)
        if rank and "hauteur" in block:  # room for a hand
            row.height = Cm(block["hauteur"])
    _describe_table(table, block["legende"])
    after = " ".join(filter(None, [block["reste"], block["source"]]))
    if after or block.get("numero", True):
        add_paragraph(document, marker, after, "Source diagnostic")


def _write_row(table, cells, widths, right, *, style, heading, whole=True):
    row = table.add_row()
    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    if heading:
        properties.append(OxmlElement("w:tblHeader"))
    for cell, text, width, figures in zip(row.cells, cells, widths, right, strict=True):
        cell.width = width
        paragraph = cell.paragraphs[0]
        paragraph._p.style = style
        # A table is not cut between two pages, unless its block says so: each row stays with the next, the last with its source.
        paragraph.paragraph_format.keep_with_next = whole or heading
        if figures:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        run = paragraph.add_run(text)
        if heading:
            run.bold = True
    return row


def _describe_table(table, text):
    properties = table._tbl.tblPr
    for name in ("w:tblCaption", "w:tblDescription"):
        element = OxmlElement(name)
        element.set(qn("w:val"), text)
        properties.append(element)


def _write_beside(document, marker, block, pictures, numbers):
    """Write a picture and, at its right, sentences: a row of two cells without borders; the sentences alone when there is no picture."""
    picture = pictures.get(block["nom"])
    if picture is None:
        for heading, texts in block["groupes"]:
            add_paragraph(document, marker, heading, "Heading 3")
            _write_bullets(document, marker, {"textes": texts})
        return
    width, _ = measure_room(find_section(document, marker))
    shares = [width * BESIDE, width * (1 - BESIDE)]
    table = document.add_table(rows=1, cols=2)
    marker._p.addprevious(table._tbl)
    table.autofit = False
    for cell, column, size in zip(table.rows[0].cells, table.columns, shares, strict=True):
        cell.width = column.width = Cm(size)
    _add_picture(table.cell(0, 0).paragraphs[0], picture, shares[0] - 0.4, f"Carte {block['nom']}")
    cell = table.cell(0, 1)
    lines = [line for heading, texts in block["groupes"] for line in [(heading, "Heading 3"), *((text, "List Bullet") for text in texts)]]
    for rank, (text, style) in enumerate(lines):
        paragraph = cell.paragraphs[0] if rank == 0 else cell.add_paragraph()
        paragraph.text, paragraph.style = text, find_style(document, style)


def _write_figures(document, marker, block, pictures, numbers):
    """Write pictures one after the other, drawn for the width of the text: each on one page with its caption and its source."""
    names = [name for name in block["noms"] if name in pictures]
    if not names:
        return
    width, height = measure_room(find_section(document, marker))
    add_paragraph(document, marker, block["titre"], "Heading 2").paragraph_format.keep_with_next = True
    for rank, name in enumerate(names):
        _write_figure(document, marker, pictures[name], (width, height - (0 if rank else HEADING_ROOM)), numbers)


def _write_figure(document, marker, picture, room, numbers):
    """Write a picture under its caption, its source after it; `room`: centimetres of a page that the three have at most."""
    _write_caption(document, marker, "figures", "Figure", picture["legende"], numbers)
    lines = math.ceil(len(picture["source"]) / (room[0] * 6.2))
    width = min(room[0], (room[1] - CAPTION_ROOM - lines * SOURCE_LINE) * picture["ratio"])
    paragraph = add_paragraph(document, marker, "", "Normal")
    paragraph.paragraph_format.keep_with_next = True
    paragraph.paragraph_format.space_after = Pt(2)
    _add_picture(paragraph, picture, width, f"Figure {numbers['figures']}")
    # The source goes on one page with its picture, whatever its number of lines.
    add_paragraph(document, marker, picture["source"], "Source diagnostic").paragraph_format.keep_together = True


def _add_picture(paragraph, picture, width, name):
    """Add a picture `width` centimetres wide to a paragraph, with the words for who does not see it."""
    inline = paragraph.add_run().add_picture(io.BytesIO(picture["png"]), width=Cm(width))._inline
    inline.docPr.set("name", name)
    inline.docPr.set("descr", picture["alternative"])
    # LibreOffice leaves 3 mm around a picture that does not say it wants none.
    for side in "TBLR":
        inline.set(f"dist{side}", "0")


def find_section(document, marker):
    """Return the sectPr element of the section that a paragraph of the body is in: the first one after it."""
    for element in marker._p.itersiblings():
        inner = element if element.tag == qn("w:sectPr") else element.find(f"./{qn('w:pPr')}/{qn('w:sectPr')}")
        if inner is not None:
            return inner
    return document.element.body.sectPr


def measure_room(section):
    """Return the width and the height in centimetres that the text of a section may take."""
    size, margins = section.find(qn("w:pgSz")), section.find(qn("w:pgMar"))
    read = lambda element, name: int(float(element.get(qn(f"w:{name}"), "0"))) * 635 / CM  # noqa: E731 (twentieths of a point)
    width = read(size, "w") - read(margins, "left") - read(margins, "right") - read(margins, "gutter")
    return width, read(size, "h") - abs(read(margins, "top")) - abs(read(margins, "bottom"))


WRITERS = {
    "titre": _write_title, "phrase": _write_phrase, "note": _write_note, "puces": _write_bullets, "cases": _write_boxes,
    "tableau": _write_table, "figures": _write_figures, "cote": _write_beside,
}  # fmt: skip
