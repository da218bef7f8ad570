"""A page of the atlas on paper: all of its blocks on one page, none over the notes, the full ones too."""

import pytest
from jouets_atlas import fill_page, show_two
from passage import EPCI

from diagnostic.draw.base_map import prepare_base
from diagnostic.draw.epci_map import prepare_outlines
from diagnostic.draw.epci_page import MAP_IN, SIZES, cut_sources, draw_epci_page
from diagnostic.draw.epci_plan import plan_atlas
from diagnostic.draw.page import measure_box

MENTIONS = {"sources": [f"Source {n} {'x' * 60}" for n in range(9)], "date": "15/11/2026", "couverture": "4 % présentes", "fictif": True}


@pytest.fixture(scope="module")
def drawn():
    shown = show_two()
    base = prepare_base(shown["communes"])
    (page,) = [page for page in plan_atlas(shown) if page["code"] == EPCI]
    told = MENTIONS | {"edition": "publique"}
    return [draw_epci_page(each, base, prepare_outlines(base), shown["acteurs"], mentions=told) for each in (page, fill_page(page))]


def test_everything_is_on_the_page_and_above_the_notes(drawn):
    for figure in drawn:
        width, height = figure.get_size_inches()
        (notes,) = [text for text in figure.texts if text.get_gid() == "notes"]
        others = [text for text in figure.texts if text is not notes]
        boxes = [measure_box(text) for text in others if text.get_text()]
        assert min(box[1] for box in boxes) >= measure_box(notes)[3] - 0.02
        assert min(box[0] for box in boxes) >= 0 and max(box[2] for box in boxes) <= width and max(box[3] for box in boxes) <= height


def test_sentences_beside_the_map_do_not_go_under_it(drawn):
    for figure in drawn:
        side = [text for text in figure.texts if text.get_text().startswith("• ")]
        top = max(measure_box(text)[3] for text in side)
        assert top - min(measure_box(text)[1] for text in side) <= MAP_IN[1]


def test_a_full_page_says_where_the_rest_is_in_letters_that_can_be_read(drawn):
    texts = [text for text in drawn[1].texts if "voir le classeur, feuille Acteurs" in text.get_text()]
    assert len(texts) == 4 and min(text.get_fontsize() for text in texts) >= SIZES[-1]


def test_the_title_and_the_warning_are_there(drawn):
    marks = {text.get_gid() for text in drawn[0].texts}
    assert {"titre", "fictif", "notes"} <= marks


def test_sources_beyond_the_first_are_counted():
    assert cut_sources(MENTIONS["sources"])[-1] == "et 5 autres : voir le classeur, feuille Sources"
