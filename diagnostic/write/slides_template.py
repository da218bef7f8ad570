"""The template of the slides, ours or the group's: its layouts found by what they are, its slides taken out, its theme dressed."""

import io
import zipfile
from importlib.resources import files
from pathlib import Path

from lxml import etree
from PIL import Image
from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.exc import PackageNotFoundError
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.oxml.shapes.picture import CT_Picture
from pptx.util import Cm

from diagnostic.draw.charter import decode_logo
from diagnostic.draw.style import FONT_FAMILY, MAIN_COLOUR
from diagnostic.errors import DiagnosticError
from diagnostic.vocabulary import normalize_label
from diagnostic.vocabulary.formats import join_words

OWN_TEMPLATE = files("diagnostic.write") / "modeles" / "presentation.pptx"
# genre of a slide -> type of its layout in the file, the names that office suites give it, how many places for contents it needs.
LAYOUTS = {
    "titre": ("title", ("Titre", "Diapositive de titre", "Title Slide"), 1),
    "un": ("obj", ("Titre et contenu", "Title and Content"), 1),
    "deux": ("twoObj", ("Deux contenus", "Two Content"), 2),
}
CONTENTS = {
    PP_PLACEHOLDER.OBJECT, PP_PLACEHOLDER.BODY, PP_PLACEHOLDER.SUBTITLE, PP_PLACEHOLDER.PICTURE, PP_PLACEHOLDER.CHART, PP_PLACEHOLDER.TABLE,
}  # fmt: skip
TITLES = {PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE}
LOGO_CM = (4.0, 2.2)  # at most, in the upper right corner


def locate_slides_template():
    """Return the path of the template of the software."""
    return OWN_TEMPLATE


def open_deck(modele=None):
    """Return a deck without slides and its layouts {titre, un, deux}.

    Parameters
    ----------
    modele : path-like, optional, the template of the group; by default that of the software

    Raises
    ------
    DiagnosticError
        No such file, no PPTX, or a layout is missing or has too few places; all layouts at fault at once.
    """
    try:
        deck = Presentation(io.BytesIO(OWN_TEMPLATE.read_bytes()) if modele is None else str(modele))
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, ValueError, OSError, etree.XMLSyntaxError) as error:
        told = "illisible" if Path(str(modele)).is_file() else "introuvable"
        raise DiagnosticError(
            f"Modèle de présentation {told}.", str(modele),
            "donnez un fichier enregistré au format PowerPoint (.pptx), ni .potx, ni .odp, ni .ppt",
        ) from error  # fmt: skip
    layouts = {genre: _find_layout(deck, genre) for genre in LAYOUTS}
    faults = [fault for genre, layout in layouts.items() for fault in _check_layout(genre, layout)]
    if faults:
        names = join_words([f"« {layout.name} »" for layout in deck.slide_layouts], 20) or "aucune"
        raise DiagnosticError(
            f"Modèle de présentation à compléter : {' ; '.join(faults)}.", f"{modele} (mises en page lues : {names})",
            "ajoutez ces mises en page au masque des diapositives, ou partez du modèle du logiciel : "
            "diagnostic exporter DOSSIER --quoi modeles",
        )  # fmt: skip
    _drop_slides(deck)
    return deck, layouts


def _find_layout(deck, genre):
    """Return the layout of a genre, by its type, then by its name; None when there is none."""
    kind, names, needed = LAYOUTS[genre]
    wanted = {normalize_label(name) for name in names}
    typed = [layout for layout in deck.slide_layouts if layout._element.get("type") == kind]
    named = [layout for layout in deck.slide_layouts if normalize_label(layout.name) in wanted]
    found = [*typed, *named]
    return next((layout for layout in found if len(list_contents(layout)) >= needed), found[0] if found else None)


def _check_layout(genre, layout):
    _, names, needed = LAYOUTS[genre]
    if layout is None:
        return [f"il manque la mise en page « {names[1] if genre == 'titre' else names[0]} »"]
    faults = []
    if find_title(layout) is None:
        faults.append(f"la mise en page « {layout.name} » n'a pas d'espace réservé pour un titre")
    if len(list_contents(layout)) < needed:
        word = "un espace réservé" if needed == 1 else f"{needed} espaces réservés"
        faults.append(f"la mise en page « {layout.name} » n'a pas {word} pour un contenu")
    return faults


def find_title(holder):
    """Return the place of the title of a layout or a slide, None when it has none."""
    return next((place for place in holder.placeholders if place.placeholder_format.type in TITLES), None)


def list_contents(holder):
    """Return the places of a layout or a slide that may hold contents, from left to right, then from top to bottom."""
    places = [place for place in holder.placeholders if place.placeholder_format.type in CONTENTS]
    return sorted(places, key=lambda place: (place.left or 0, place.top or 0, place.placeholder_format.idx))


def _drop_slides(deck):
    """Take the slides of a template out: examples of the group, which would be shown as ours."""
    listed = deck.slides._sldIdLst
    for entry in list(listed):
        deck.part.drop_rel(entry.rId)
        listed.remove(entry)


def dress_deck(deck, charter):
    """Give the theme of our own template the main colour and the font of the group, and its layouts the logo.

    Parameters
    ----------
    charter : draw.charter.Charter
    """
    part = next(rel.target_part for rel in deck.slide_master.part.rels.values() if rel.reltype.endswith("/theme"))
    theme = etree.fromstring(part.blob)
    if charter.principale != MAIN_COLOUR:
        holder = next(theme.iter(qn("a:accent1")))
        holder[:] = [parse_xml(f'<a:srgbClr {nsdecls("a")} val="{charter.principale.lstrip("#")}"/>')]
    if charter.polices[0] != FONT_FAMILY[0]:
        for place in theme.iter(qn("a:majorFont"), qn("a:minorFont")):
            place.find(qn("a:latin")).set("typeface", charter.polices[0])
    part._blob = etree.tostring(theme, xml_declaration=True, encoding="UTF-8", standalone=True)
    if charter.logo:
        for layout in deck.slide_layouts:
            _add_logo(deck, layout, charter.logo)


def _add_logo(deck, layout, logo):
    """Put the logo in the upper right corner of a layout: it stands once for all its slides."""
    pixels, drawn = decode_logo(logo), io.BytesIO()
    # Drawn again point by point: the file may say who made it, and where.
    Image.fromarray(pixels).save(drawn, "PNG")
    high, wide = pixels.shape[:2]
    ratio = min(Cm(LOGO_CM[0]) / wide, Cm(LOGO_CM[1]) / high)
    width, height = int(wide * ratio), int(high * ratio)
    _, key = layout.part.get_or_add_image_part(drawn)
    left, top = deck.slide_width - Cm(1.0) - width, Cm(0.8)
    picture = CT_Picture.new_pic(98, "Logo", "Logo du groupe", key, left, top, width, height)
    layout.shapes._spTree.append(picture)
