"""Make the template of the slides that the software brings: diagnostic/write/modeles/presentation.pptx.

    python scripts/construire_diapositives.py [FOLDER]

Three layouts, those that every template of PowerPoint or Impress has: title, title and content, two contents. A group gives its own
with `--modele`. Same script, same bytes.
"""

import io
import sys
from pathlib import Path

import pandas as pd
from lxml import etree
from pptx import Presentation
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Cm

from diagnostic.draw.style import MAIN_COLOUR
from diagnostic.write.report import freeze_archive

FOLDER = Path(__file__).parents[1] / "diagnostic" / "write" / "modeles"
DATE = pd.Timestamp(2026, 1, 1)
FONT = "Arial"
WIDTH, HEIGHT = 33.867, 19.05  # 16:9, centimetres
LAYOUTS = {"title": "Titre", "obj": "Titre et contenu", "twoObj": "Deux contenus"}
# Main colour, then tones told apart in grey.
ACCENTS = [MAIN_COLOUR[1:], "5B5B5B", "0072B2", "009E73", "D55E00", "E69F00"]
MASTER = {
    "title": (1.5, 0.7, 26.6, 2.7), "body": (1.5, 3.8, 30.9, 12.8), "dt": (1.5, 17.0, 4.0, 1.4), "ftr": (1.5, 17.0, 28.3, 1.4),
    "sldNum": (30.0, 17.0, 2.4, 1.4),
}  # fmt: skip
# Of each layout, by the number of the place in it; a date has none: it is in the foot.
PLACES = {
    "title": {0: (3.0, 3.6, 28.0, 4.6), 1: (3.0, 8.7, 28.0, 7.8)},
    "obj": {0: MASTER["title"], 1: MASTER["body"]},
    "twoObj": {0: MASTER["title"], 1: (1.5, 3.8, 18.2, 12.8), 2: (20.3, 3.8, 12.1, 12.8)},
}
PROMPTS = {"title": "Une phrase qui dit le résultat", "body": "Texte, tableau, graphique ou image"}
GREY = "595959"
SIZES = {"titre": 2600, "texte": 1800, "pied": 1200}


def build_slides():
    """Return the template: a master, three layouts, no slide."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Cm(WIDTH), Cm(HEIGHT)
    lighten(deck)
    set_theme(deck.slide_master)
    set_master(deck.slide_master)
    for layout in deck.slide_layouts:
        set_layout(layout)
    return deck


def lighten(deck):
    """Take off the layouts that are not used, the thumbnail and the settings of a printer."""
    for layout in list(deck.slide_layouts):
        if layout._element.get("type") not in LAYOUTS:
            deck.slide_layouts.remove(layout)
    for part in (deck.part.package, deck.part):
        rels = part._rels
        for key in [key for key, rel in rels.items() if rel.reltype.endswith(("/thumbnail", "/printerSettings"))]:
            rels.pop(key)


def set_theme(master):
    """Give the theme its font and its colours: everything drawn takes them from there."""
    part = next(rel.target_part for rel in master.part.rels.values() if rel.reltype.endswith("/theme"))
    theme = etree.fromstring(part.blob)
    theme.set("name", "Diagnostic")
    for place in theme.iter(qn("a:majorFont"), qn("a:minorFont")):
        place.find(qn("a:latin")).set("typeface", FONT)
    for rank, colour in enumerate(ACCENTS, start=1):
        holder = next(theme.iter(qn(f"a:accent{rank}")))
        holder[:] = [parse_xml(f'<a:srgbClr {nsdecls("a")} val="{colour}"/>')]
    part._blob = etree.tostring(theme, xml_declaration=True, encoding="UTF-8", standalone=True)


def set_master(master):
    """Place the title, the text, the foot and the number of the master, and give them their letters."""
    for shape in list(master.placeholders):
        kind = shape._element.ph.get("type")
        if kind == "dt":
            shape._element.getparent().remove(shape._element)
            continue
        place(shape, MASTER[kind])
        if kind in PROMPTS:
            shape.text_frame.text = PROMPTS[kind]
        if kind == "ftr":
            next(shape._element.iter(qn("a:lvl1pPr"))).set("algn", "l")
        for run in shape._element.iter(qn("a:defRPr")):
            run.set("sz", str(SIZES["pied"]))
            run[:] = [parse_xml(f'<a:solidFill {nsdecls("a")}><a:srgbClr val="{GREY}"/></a:solidFill>')]
    styles = master._element.find(qn("p:txStyles"))
    title = styles.find(f"{qn('p:titleStyle')}/{qn('a:lvl1pPr')}")
    title.set("algn", "l")
    letters = title.find(qn("a:defRPr"))
    letters.set("sz", str(SIZES["titre"]))
    letters.set("b", "1")
    next(letters.iter(qn("a:schemeClr"))).set("val", "accent1")
    for rank in range(1, 10):
        level = styles.find(f"{qn('p:bodyStyle')}/{qn(f'a:lvl{rank}pPr')}")
        level.find(qn("a:defRPr")).set("sz", str(max(1400, SIZES["texte"] - 200 * (rank - 1))))
    first = styles.find(f"{qn('p:bodyStyle')}/{qn('a:lvl1pPr')}")
    first.set("marL", str(Cm(0.6)))
    first.set("indent", str(-Cm(0.6)))
    add_band(master, (0, 0, 0.55, HEIGHT))


def set_layout(layout):
    """Name a layout in French and place what it holds."""
    kind = layout._element.get("type")
    layout.name = LAYOUTS[kind]
    for shape in list(layout.placeholders):
        holder = shape._element
        if holder.ph.get("type") == "dt" or kind == "title" and holder.ph.get("type") == "sldNum":
            holder.getparent().remove(holder)
            continue
        number = shape.placeholder_format.idx
        if number in PLACES[kind]:
            place(shape, PLACES[kind][number])
            shape.text_frame.text = PROMPTS["title" if number == 0 else "body"]
            body = shape.text_frame._txBody.find(qn("a:bodyPr"))
            # Letters already fit: LibreOffice would make them smaller still.
            body[:] = [parse_xml(f"<a:noAutofit {nsdecls('a')}/>")]
            # Sizes of the library's own template, made for another paper.
            shape.text_frame._txBody.find(qn("a:lstStyle"))[:] = []
    if kind == "title":
        set_cover(layout)


def set_cover(layout):
    """Make the letters of the title slide larger, its lines without bullets."""
    for shape in layout.placeholders:
        styles = shape.text_frame._txBody.find(qn("a:lstStyle"))
        if shape.placeholder_format.idx == 0:
            styles.append(parse_xml(f'<a:lvl1pPr {nsdecls("a")}><a:defRPr sz="3600"/></a:lvl1pPr>'))
            shape.text_frame._txBody.find(qn("a:bodyPr")).set("anchor", "b")
        elif shape.placeholder_format.idx == 1:
            styles.append(parse_xml(f'<a:lvl1pPr {nsdecls("a")} marL="0" indent="0"><a:buNone/><a:defRPr sz="1800"/></a:lvl1pPr>'))


def place(shape, box):
    shape.left, shape.top, shape.width, shape.height = (Cm(value) for value in box)


def add_band(master, box):
    """Add a band of the main colour, behind everything: an ornament, without words."""
    left, top, width, height = (Cm(value) for value in box)
    band = parse_xml(
        f'<p:sp {nsdecls("p", "a")}><p:nvSpPr><p:cNvPr id="90" name="Bande" descr=""/><p:cNvSpPr/><p:nvPr userDrawn="1"/></p:nvSpPr>'
        f'<p:spPr><a:xfrm><a:off x="{left}" y="{top}"/><a:ext cx="{width}" cy="{height}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/>'
        '</a:prstGeom><a:solidFill><a:schemeClr val="accent1"/></a:solidFill><a:ln><a:noFill/></a:ln></p:spPr></p:sp>'
    )
    master.shapes._spTree.insert(2, band)


def main(folder=FOLDER):
    """Write the template in `folder`; return its path in a list."""
    folder, deck, buffer = Path(folder), build_slides(), io.BytesIO()
    folder.mkdir(parents=True, exist_ok=True)
    properties = deck.core_properties
    properties.author = properties.last_modified_by = properties.comments = properties.keywords = ""
    properties.title, properties.language, properties.revision = "Modèle : présentation", "fr-FR", 1
    properties.created = properties.modified = properties.last_printed = DATE.to_pydatetime()
    deck.save(buffer)
    path = folder / "presentation.pptx"
    path.write_bytes(freeze_archive(buffer.getvalue(), DATE))
    return [path]


if __name__ == "__main__":
    for path in main(*sys.argv[1:2]):
        print(path)
