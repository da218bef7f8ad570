"""Make the templates of documents that the software brings: diagnostic/write/modeles/{rapport,plaidoyer,encart,atlas}.docx.

    python scripts/construire_modeles.py [FOLDER]

A group that wants its own charter takes one of them (`diagnostic exporter DOSSIER --quoi modeles`), changes styles, order and
words in its word processor, keeps the tags, and gives it back with `--modele`. Same script, same bytes.
"""

import io
import sys
from pathlib import Path

import pandas as pd
from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor

from diagnostic.draw.style import MAIN_COLOUR
from diagnostic.write.report import freeze_archive

FOLDER = Path(__file__).parents[1] / "diagnostic" / "write" / "modeles"
DATE = pd.Timestamp(2026, 1, 1)
FONT, MARGIN = "Arial", 2.0
TEXT = 21.0 - 2 * MARGIN
COLOUR, GREY = RGBColor.from_string(MAIN_COLOUR.lstrip("#")), RGBColor(0x55, 0x55, 0x55)
# name: (size, bold, colour, space before, space after, kept with the next)
STYLES = {
    "Normal": (10, False, None, 0, 5, False),
    "Title": (24, True, COLOUR, 150, 14, True),
    "Subtitle": (13, False, GREY, 0, 10, False),
    "Heading 1": (18, True, COLOUR, 0, 8, True),
    "Heading 2": (13, True, COLOUR, 12, 5, True),
    "Heading 3": (11, True, None, 9, 3, True),
    "Caption": (9, True, None, 10, 4, True),
    "List Bullet": (10, False, None, 0, 4, False),
    "TOC Heading": (18, True, COLOUR, 0, 10, True),
    "TOC 1": (10.5, True, None, 6, 2, False),
    "TOC 2": (10, False, None, 0, 1, False),
    "Header": (8, False, GREY, 0, 0, False),
    "Footer": (8, False, GREY, 0, 0, False),
    "Source diagnostic": (8, False, GREY, 2, 8, False),
    "Cellule diagnostic": (8.5, False, None, 1, 1, False),
    "Case diagnostic": (10, False, None, 0, 3, False),
}
TABLE_STYLE = f"""
<w:style {nsdecls("w")} w:type="table" w:customStyle="1" w:styleId="TableauDiagnostic"><w:name w:val="Tableau diagnostic"/>
<w:basedOn w:val="TableNormal"/><w:uiPriority w:val="59"/><w:tblPr><w:tblStyleRowBandSize w:val="1"/><w:tblBorders>
<w:top w:val="single" w:sz="8" w:space="0" w:color="{MAIN_COLOUR[1:]}"/>
<w:bottom w:val="single" w:sz="8" w:space="0" w:color="{MAIN_COLOUR[1:]}"/>
<w:insideH w:val="single" w:sz="4" w:space="0" w:color="C8C8C8"/></w:tblBorders><w:tblCellMar><w:left w:w="70" w:type="dxa"/>
<w:right w:w="70" w:type="dxa"/></w:tblCellMar></w:tblPr><w:tblStylePr w:type="firstRow"><w:rPr><w:b/></w:rPr><w:tcPr>
<w:shd w:val="clear" w:color="auto" w:fill="F3ECE8"/><w:vAlign w:val="bottom"/></w:tcPr></w:tblStylePr></w:style>"""


def open_document(title=24, before=150):
    """Return an empty A4 document with the styles of the software, in French."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = Cm(MARGIN)
    section.top_margin, section.bottom_margin = Cm(2.0), Cm(1.8)
    section.header_distance = section.footer_distance = Cm(0.9)
    document.element.body.remove(document.element.body[0]) if document.element.body[0].tag == qn("w:p") else None
    lighten(document)
    for name, values in STYLES.items():
        set_style(document, name, *values)
    document.styles["Title"].font.size, document.styles["Title"].paragraph_format.space_before = Pt(title), Pt(before)
    document.styles.element.append(parse_xml(TABLE_STYLE))
    for level in (1, 2):
        style = document.styles[f"TOC {level}"].paragraph_format
        style.left_indent = Cm(0.6 * (level - 1))
        style.tab_stops.add_tab_stop(Cm(TEXT), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)
    box = document.styles["Case diagnostic"].paragraph_format
    box.left_indent, box.first_line_indent = Cm(0.9), Cm(-0.5)
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "fr-FR")
    return document


def lighten(document):
    """Take off the thumbnail and the hundred styles of tables that the library's own empty document brings."""
    for part in (document.part.package, document.part):
        for key in [
            key
            for key, relation in part.rels.items()
            if relation.reltype.endswith(("/thumbnail", "/stylesWithEffects", "/customXml"))
        ]:
            part.rels.pop(key)
    for style in [
        style
        for style in document.styles
        if style.type == WD_STYLE_TYPE.TABLE and style.name not in ("Normal Table", "Table Grid")
    ]:
        style.delete()


def set_style(document, name, size, bold, colour, before, after, kept):
    """Give a paragraph style its looks; it is added when the document has none of that name."""
    styles = document.styles
    style = styles[name] if name in styles else styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    if name != "Normal":
        style.base_style = styles["Normal"]
    style.font.name, style.font.size, style.font.bold, style.font.italic = FONT, Pt(size), bold, False
    fonts = style.element.rPr.rFonts
    for key in [key for key in fonts.attrib if key.endswith("Theme")]:
        del fonts.attrib[key]
    if colour is not None:
        style.font.color.rgb = colour
    elif style.font.color.rgb is not None:
        style.font.color.rgb = RGBColor(0x1A, 0x1A, 0x1A)
    layout = style.paragraph_format
    layout.space_before, layout.space_after, layout.keep_with_next, layout.widow_control = (
        Pt(before),
        Pt(after),
        kept,
        True,
    )
    for border in style.element.findall(f"./{qn('w:pPr')}/{qn('w:pBdr')}"):
        border.getparent().remove(border)


def write_edges(document, *, cover):
    """Write the header (title) and the footer (edition, date, page of pages); a cover has none."""
    section = document.sections[0]
    section.different_first_page_header_footer = cover
    section.header.paragraphs[0].text = "{{ titre }}"
    footer = section.footer.paragraphs[0]
    footer.text = "{{ edition }}"
    page = section.footer.add_paragraph("{{ date }} – page ", style="Footer")
    add_field(page, " PAGE ")
    page.add_run(" sur ")
    add_field(page, " NUMPAGES ")


def add_field(paragraph, instruction):
    """Add a field that a word processor counts by itself."""
    field, run, words = OxmlElement("w:fldSimple"), OxmlElement("w:r"), OxmlElement("w:t")
    field.set(qn("w:instr"), instruction)
    words.text = "1"
    run.append(words)
    field.append(run)
    paragraph._p.append(field)


def write_parts(document, parts, *, new_page):
    """Write a heading and a tag for each part."""
    for heading, tag in parts:
        document.add_paragraph(heading, style="Heading 1").paragraph_format.page_break_before = new_page
        document.add_paragraph(f"{{{{ {tag} }}}}")


def build_report():
    """Return the template of the long report."""
    document = open_document()
    document.add_paragraph("{{ titre }}", style="Title")
    document.add_paragraph("{{ territoire }}", style="Subtitle")
    document.add_paragraph("{{ finalite }}", style="Subtitle")
    document.add_paragraph("Édité le {{ date }}", style="Subtitle")
    document.add_paragraph("{{ edition }}", style="Subtitle")
    document.add_paragraph("{{ avertissement }}", style="Subtitle")
    document.add_paragraph("Sommaire", style="TOC Heading").paragraph_format.page_break_before = True
    document.add_paragraph("{{ sommaire }}")
    parts = [
        ("Le contexte", "contexte"),
        ("La méthode et ses limites", "methode"),
        ("Les acteurs", "acteurs"),
        ("Les ressorts", "ressorts"),
        ("Les liens", "liens"),
        ("Les manques", "manques"),
        ("Les constats", "constats"),
        ("Annexes", "annexes"),
    ]
    write_parts(document, parts, new_page=True)
    write_edges(document, cover=True)
    return document


def build_plea():
    """Return the template of the plea, two pages for elected officials."""
    document = open_document(title=17, before=0)
    document.styles["Heading 1"].font.size, document.styles["Heading 1"].paragraph_format.space_before = Pt(13), Pt(11)
    document.styles["Heading 1"].paragraph_format.space_after = Pt(4)
    for name in ("Normal", "List Bullet", "Case diagnostic"):
        document.styles[name].font.size, document.styles[name].paragraph_format.space_after = Pt(10.5), Pt(4)
    (
        document.styles["Source diagnostic"].font.size,
        document.styles["Source diagnostic"].paragraph_format.space_after,
    ) = Pt(7.5), Pt(3)
    document.add_paragraph("Travailler ensemble : ce que cela coûte aujourd’hui, ce qui peut changer", style="Title")
    document.add_paragraph("{{ titre }}. {{ territoire }}")
    parts = [
        ("Des limites qui ne coïncident pas : le coût en interlocuteurs et en réunions", "interlocuteurs"),
        ("Des réseaux qui s’ignorent : le coût en occasions manquées", "separations"),
        ("Ce sur quoi s’appuyer", "appuis"),
        ("Des leviers proposés par le guide : cochez ceux que vous retenez", "leviers"),
        ("Ce que ces chiffres ne disent pas", "prudence"),
    ]
    write_parts(document, parts[:4], new_page=False)
    document.add_paragraph(
        "☐ Autre : ................................................................................",
        style="Case diagnostic",
    )
    write_parts(document, parts[4:], new_page=False)
    write_edges(document, cover=False)
    return document


def build_insert():
    """Return the template of one part, to be put in another document."""
    document = open_document()
    document.add_paragraph("{{ partie }}", style="Heading 1")
    document.add_paragraph(
        "{{ titre }}. Édité le {{ date }}. {{ edition }} {{ avertissement }}", style="Source diagnostic"
    )
    document.add_paragraph("{{ contenu }}")
    write_edges(document, cover=False)
    return document


# Letters small enough for a territory to be on one page, whatever it holds.
ATLAS_SIZES = {
    "Heading 1": (13, 0, 3), "Heading 3": (9.5, 5, 1), "List Bullet": (8, 0, 1), "Source diagnostic": (7, 1, 1),
    "Cellule diagnostic": (7.5, 0, 0),
}  # fmt: skip


def build_atlas():
    """Return the template of the atlas: a page an EPCI."""
    document = open_document()
    section = document.sections[0]
    section.left_margin = section.right_margin = Cm(1.7)
    section.top_margin, section.bottom_margin = Cm(1.7), Cm(1.6)
    section.header_distance = section.footer_distance = Cm(0.7)
    for name, (size, before, after) in ATLAS_SIZES.items():
        style = document.styles[name]
        style.font.size, style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(size), Pt(before), Pt(after)
    document.add_paragraph("{{ pages }}")
    write_edges(document, cover=False)
    section.footer.paragraphs[0].text = "{{ edition }} {{ avertissement }}"
    return document


def main(folder=FOLDER):
    """Write the four templates in `folder`; return their paths."""
    folder, written = Path(folder), []
    folder.mkdir(parents=True, exist_ok=True)
    for name, build in (("rapport", build_report), ("plaidoyer", build_plea), ("encart", build_insert), ("atlas", build_atlas)):
        document, buffer = build(), io.BytesIO()
        properties = document.core_properties
        properties.author = properties.last_modified_by = properties.comments = properties.keywords = ""
        properties.title, properties.created, properties.modified = (
            f"Modèle : {name}",
            DATE.to_pydatetime(),
            DATE.to_pydatetime(),
        )
        document.save(buffer)
        path = folder / f"{name}.docx"
        path.write_bytes(freeze_archive(buffer.getvalue(), DATE))
        written.append(path)
    return written


if __name__ == "__main__":
    for path in main(*sys.argv[1:2]):
        print(path)
