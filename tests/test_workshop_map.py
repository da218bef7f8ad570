"""The workshop maps: what is on them, what is not, and words that stay words in a PDF."""

import numpy as np
import pytest
from jouets_atelier import draw_toy_sheets, number_toy, read_numbers
from matplotlib.text import Text
from toy_map import EPCI_NAMES, MENTIONS, plain, prepare_toy, read_texts

from diagnostic.draw import page
from diagnostic.draw.labels import short_name
from diagnostic.draw.workshop_map import draw_blank, draw_numbered, find_held, frame_names, tell_blank, tell_no_room


def list_texts(figure, gid):
    return [text.get_text() for text in figure.findobj(Text) if text.get_gid() == gid]


def test_the_blank_sheet_has_borders_and_names_and_no_actor():
    blank = draw_toy_sheets()[0]
    words = plain(read_texts(blank))
    assert read_numbers(blank) == [] and "Zèbre" not in words
    drawn = {collection.get_gid() for axes in blank.axes for collection in axes.collections}
    assert {"communes", "limites epci", "limites departement"} <= drawn and not any(str(gid).startswith("numeros") for gid in drawn)
    for name in EPCI_NAMES.values():
        assert plain(short_name(name)) in words
    assert "24 communes, 3 EPCI, 2 départements" in words
    assert "Inventaire non exhaustif" not in words  # it shows no inventory
    assert "Sansterre" in words  # a commune without outline is named


def test_communes_are_named_when_most_hold_their_name():
    written = [name.replace("\n", " ") for name in list_texts(draw_toy_sheets()[0], "commune")]
    assert sorted(written) == sorted(prepare_toy().communes["nom"].drop("15031"))


def test_towns_are_named_when_few_communes_hold_their_name(monkeypatch):
    monkeypatch.setattr("diagnostic.draw.workshop_map.INSIDE", 2.0)
    figure = draw_blank(prepare_toy(), mentions=MENTIONS)
    assert not list_texts(figure, "commune")
    assert 1 <= len(list_texts(figure, "ville")) <= 3


@pytest.mark.parametrize("format_page", ["A3", "A0"])
def test_the_numbered_sheet_holds_each_number_once(format_page):
    _, numbered, _ = draw_toy_sheets(format_page)
    assert read_numbers(numbered) == [1, 2, 3, 4, 5, 6]
    words = plain(read_texts(numbered))
    assert "6 acteurs sur la carte (sur 9)" in words
    assert "Champ social — 3 acteurs" in words and "Développement local — 2 acteurs" in words and "Mixte — 1 acteur" in words
    assert "n° 7 à 9" in words and "édition publique" in words.lower() and "FICTIF" in words


def test_a_text_with_an_outline_is_also_plain_text():
    for figure in draw_toy_sheets()[:2]:
        plain_words = {(text.get_text(), *text.get_position()) for text in figure.findobj(Text) if not text.get_path_effects()}
        outlined = [text for text in figure.findobj(Text) if text.get_path_effects()]
        assert outlined
        assert all((text.get_text(), *text.get_position()) in plain_words for text in outlined)


def test_what_found_no_room_is_told():
    import pandas as pd

    chips = pd.DataFrame({"bloc": ["a", "b"], "mot": ["1–3", "4"]})
    blocks = pd.DataFrame({"cx": [np.nan, 1.0]}, index=["a", "b"])
    assert tell_no_room(chips, blocks, "A : CC Nord") == "Numéros sans place sur cette page : 1–3.\nA : CC Nord"
    assert tell_no_room(chips, blocks.assign(cx=1.0), "") == ""


def test_a_name_is_held_by_its_commune():
    base = prepare_toy()
    spots = base.communes.loc[base.shapes.index, ["x_m", "y_m"]].set_axis(["x", "y"], axis=1)
    words = base.communes.loc[base.shapes.index, "nom"]
    assert find_held(frame_names(words, spots, 400.0), base.shapes)[1:].all()
    assert not find_held(frame_names(words, spots, 4000.0), base.shapes).any()


def test_titles():
    assert plain(tell_blank(prepare_toy())).startswith("Qui fait quoi, où, avec qui ? 24 communes")
    figure = draw_numbered(prepare_toy(), *number_toy(), mentions=MENTIONS | {"titre": "Mon titre"}, format_page="A3")
    assert "Mon titre" in read_texts(figure)
    assert page.measure_scale(figure) > 1
