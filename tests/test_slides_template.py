"""The template of slides: that of the group is taken by what its layouts are, and what it lacks is told."""

import io

import pytest
from PIL import Image
from pptx import Presentation

from diagnostic.draw.charter import Charter
from diagnostic.errors import DiagnosticError
from diagnostic.write.slides_template import dress_deck, find_title, list_contents, open_deck


def save_template(path, *, without=(), slides=0):
    deck = Presentation()
    for layout in [layout for layout in deck.slide_layouts if layout.name in without]:
        deck.slide_layouts.remove(layout)
    for _ in range(slides):
        deck.slides.add_slide(deck.slide_layouts[0]).shapes.title.text = "Exemple du groupe"
    deck.save(path)
    return path


def test_our_own_template_has_its_three_layouts():
    deck, layouts = open_deck()
    assert deck.slide_width * 9 == pytest.approx(deck.slide_height * 16, rel=1e-3)
    assert [layouts[genre].name for genre in ("titre", "un", "deux")] == ["Titre", "Titre et contenu", "Deux contenus"]
    assert all(find_title(layout) is not None for layout in layouts.values()) and len(list_contents(layouts["deux"])) == 2


def test_a_template_of_the_group_is_taken_and_its_slides_are_left_out(chemin_piege):
    deck, layouts = open_deck(save_template(chemin_piege / "charte & co.pptx", slides=2))
    assert len(deck.slides) == 0 and layouts["deux"].name == "Two Content"
    buffer = io.BytesIO()
    deck.save(buffer)
    assert b"Exemple du groupe" not in buffer.getvalue() and len(Presentation(buffer).slides) == 0


def test_a_missing_layout_is_told_with_those_that_were_read(tmp_path):
    path = save_template(tmp_path / "charte.pptx", without=["Two Content", "Title and Content"])
    with pytest.raises(DiagnosticError) as caught:
        open_deck(path)
    text = str(caught.value)
    assert "« Titre et contenu »" in text and "« Deux contenus »" in text and "« Title Slide »" in text and "--quoi modeles" in text


def test_a_layout_without_place_is_told(tmp_path):
    deck = Presentation()
    layout = deck.slide_layouts[3]
    for place in list(layout.placeholders):
        if place.placeholder_format.idx == 2:
            place._element.getparent().remove(place._element)
    deck.save(tmp_path / "charte.pptx")
    with pytest.raises(DiagnosticError, match="n'a pas 2 espaces réservés"):
        open_deck(tmp_path / "charte.pptx")


@pytest.mark.parametrize(("name", "content", "word"), [("rien.pptx", None, "introuvable"), ("faux.pptx", b"bonjour", "illisible")])
def test_what_is_no_presentation_is_told(tmp_path, name, content, word):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(DiagnosticError, match=word):
        open_deck(tmp_path / name)


def test_the_charter_dresses_our_own_template():
    buffer = io.BytesIO()
    Image.new("RGB", (300, 100), "#123456").save(buffer, "PNG")
    deck, layouts = open_deck()
    dress_deck(deck, Charter(principale="#00AA11", polices=("Georgia", "DejaVu Sans"), logo=buffer.getvalue()))
    theme = next(rel.target_part for rel in deck.slide_master.part.rels.values() if rel.reltype.endswith("/theme")).blob
    assert b"00AA11" in theme and theme.count(b'typeface="Georgia"') == 2
    logos = [shape for layout in layouts.values() for shape in layout.shapes if shape.name == "Logo"]
    assert len(logos) == 3 and all(shape._element._nvXxPr.cNvPr.get("descr") == "Logo du groupe" for shape in logos)
