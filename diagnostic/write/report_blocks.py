"""The blocks of a plan (see `draw.report_pieces`) -> paragraphs, lists, tables and pictures of a DOCX, put where a tag stood."""

import copy
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
LANDSCAPE_MARGIN = 1.5
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
    add_paragraph(document, marker, block["texte"], f"Heading {block['niveau']}")


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
    style = find_style(document, "Cellule diagnostic")
    for rank, cells in enumerate([block["entetes"], *block["lignes"]]):
        _write_row(table, cells, widths, block["droites"], style=style, heading=rank == 0)
    _describe_table(table, block["legende"])
    after = " ".join(filter(None, [block["reste"], block["source"]]))
    add_paragraph(document, marker, after, "Source diagnostic")


def _write_row(table, cells, widths, right, *, style, heading):
    row = table.add_row()
    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    if heading:
        properties.append(OxmlElement("w:tblHeader"))
    for cell, text, width, figures in zip(row.cells, cells, widths, right, strict=True):
        cell.width = width
        paragraph = cell.paragraphs[0]
        paragraph.style = style
        # A table is never cut between two pages: each row stays with the next, the last with its source.
        paragraph.paragraph_format.keep_with_next = True
        if figures:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        run = paragraph.add_run(text)
        if heading:
            run.bold = True


def _describe_table(table, text):
    properties = table._tbl.tblPr
    for name in ("w:tblCaption", "w:tblDescription"):
        element = OxmlElement(name)
        element.set(qn("w:val"), text)
        properties.append(element)


def _write_figures(document, marker, block, pictures, numbers):
    """Write pictures on pages of their own, landscape: at the width of a text page their letters would not be read."""
    names = [name for name in block["noms"] if name in pictures]
    if not names:
        return
    section = find_section(document, marker)
    _close_section(document, marker, copy.deepcopy(section))
    wide = _turn_section(copy.deepcopy(section))
    width, height = measure_room(wide)
    add_paragraph(document, marker, block["titre"], "Heading 2")
    for rank, name in enumerate(names):
        room = (width, height - (0 if rank else HEADING_ROOM))
        last = _write_figure(document, marker, pictures[name], room, numbers, page=rank > 0)
    if section is document.element.body.sectPr and marker._p.getnext() is section:
        # Nothing follows: another section would be an empty page.
        document.element.body.replace(section, wide)
    else:
        last._p.get_or_add_pPr().append(wide)


def _write_figure(document, marker, picture, room, numbers, *, page):
    caption = _write_caption(document, marker, "figures", "Figure", picture["legende"], numbers)
    caption.paragraph_format.page_break_before = page
    lines = math.ceil(len(picture["source"]) / (room[0] * 6.2))
    width = min(room[0], (room[1] - CAPTION_ROOM - lines * SOURCE_LINE) * picture["ratio"])
    paragraph = add_paragraph(document, marker, "", "Normal")
    paragraph.paragraph_format.keep_with_next = True
    paragraph.paragraph_format.space_after = Pt(2)
    drawn = paragraph.add_run().add_picture(io.BytesIO(picture["png"]), width=Cm(width))
    properties = drawn._inline.docPr
    properties.set("name", f"Figure {numbers['figures']}")
    properties.set("descr", picture["alternative"])
    return add_paragraph(document, marker, picture["source"], "Source diagnostic")


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


def _close_section(document, marker, section):
    """End a section on the paragraph before `marker`, or on a small one of its own after a table."""
    before = marker._p.getprevious()
    if before is None or before.tag != qn("w:p") or before.find(f"./{qn('w:pPr')}/{qn('w:sectPr')}") is not None:
        before = add_paragraph(document, marker, "", "Source diagnostic")._p
    before.get_or_add_pPr().append(section)


def _turn_section(section):
    """Return a section on its side, margins narrowed, with the same headers and footers."""
    size, margins = section.find(qn("w:pgSz")), section.find(qn("w:pgMar"))
    width, height = size.get(qn("w:w")), size.get(qn("w:h"))
    if int(width) < int(height):
        size.set(qn("w:w"), height)
        size.set(qn("w:h"), width)
        size.set(qn("w:orient"), "landscape")
    for side in ("left", "right"):
        margins.set(qn(f"w:{side}"), str(int(LANDSCAPE_MARGIN * CM / 635)))
    return section


def settle_sections(document):
    """Let only the first section have a title page and start the numbers of pages: the others were copied from it."""
    sections = list(document.element.body.iter(qn("w:sectPr")))
    for section in sections[1:]:
        for name in ("w:titlePg", "w:pgNumType"):
            for element in section.findall(qn(name)):
                section.remove(element)


WRITERS = {
    "titre": _write_title, "phrase": _write_phrase, "note": _write_note, "puces": _write_bullets, "cases": _write_boxes,
    "tableau": _write_table, "figures": _write_figures,
}  # fmt: skip
