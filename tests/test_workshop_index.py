"""The index: the numbers of the map and no other, each with its name, category and commune, in columns that stay apart."""

import pytest
from jouets_atelier import CATEGORIES, draw_toy_sheets, make_many, number_toy, read_numbers
from matplotlib.text import Text
from toy_map import MENTIONS, plain, prepare_toy, read_texts

from diagnostic.draw import page
from diagnostic.draw.workshop_actors import number_actors
from diagnostic.draw.workshop_index import draw_index, list_groups, share_columns
from diagnostic.draw.workshop_map import draw_numbered


@pytest.mark.parametrize("format_page", ["A3", "A0"])
def test_numbers_of_the_map_are_those_of_the_index(format_page):
    _, numbered, pages = draw_toy_sheets(format_page)
    listed = sorted(number for figure in pages for number in read_numbers(figure))
    assert listed == number_toy()[0]["numero"].tolist()
    placed = number_toy()[0]["lieu"].isin(["point", "mairie"])
    assert read_numbers(numbered) == number_toy()[0].loc[placed, "numero"].tolist()


def test_a_thousand_actors_are_all_in_the_index_and_on_the_map():
    numbered, left = number_actors(prepare_toy(), make_many(), CATEGORIES)
    pages = draw_index(numbered, left, mentions=MENTIONS)
    assert sorted(number for figure in pages for number in read_numbers(figure)) == list(range(1, 1001))
    assert read_numbers(draw_numbered(prepare_toy(), numbered, left, mentions=MENTIONS)) == list(range(1, 1001))
    words = [plain(read_texts(figure)) for figure in pages]
    assert len(pages) > 1 and all(f"page {rank} sur {len(pages)}" in text for rank, text in enumerate(words, start=1))
    assert any("(suite)" in text for text in words[1:])


def test_each_line_says_name_category_and_commune():
    words = plain(read_texts(draw_toy_sheets()[2][0]))
    for told in [
        "Zèbre — Centre social", "Ours — ODN", "Bus — Centre social (itinérant)", "Abeille — Centre social (mairie)", "Commune 0-0",
        "CC des Rives du Haut Allier — 3 acteurs, n° 2 à 4", "Sans commune connue : à placer ensemble", "Installés hors du périmètre",
        "1 mairie sans lien ni participation",
    ]:  # fmt: skip
        assert told in words, told


def test_headings_stand_above_their_first_actor():
    groups = list_groups(number_toy()[0], 60)
    assert len(groups) == len(number_toy()[0])
    assert [line.kind for line in groups[0][2]] == ["vide", "epci", "commune", "acteur"]
    same = [line.kind for line in groups[2][2]]  # b, in the commune of a
    assert same == ["acteur"]


def test_columns_do_not_touch():
    many = make_many(300).assign(nom="Maison des associations et des habitants du plateau")
    numbered, left = number_actors(prepare_toy(), many, CATEGORIES)
    figure = draw_index(numbered, left, mentions=MENTIONS)[0]
    _, columns, _ = share_columns(page.open_page("A3"), 7.2)
    width = (figure.get_size_inches()[0] - 2 * page.MARGIN_IN) / columns
    texts = [text for text in figure.findobj(Text) if text.get_gid() in ("acteur", "suite", "epci", "commune")]
    assert len(texts) > 100
    notes = next(text for text in figure.findobj(Text) if text.get_gid() == "notes")
    for text in texts:
        x0, y0, x1, _ = page.measure_box(text)
        assert x1 <= page.MARGIN_IN + (int((x0 - page.MARGIN_IN + 0.01) / width) + 1) * width
        assert y0 >= page.measure_box(notes)[3]


def test_no_actor_no_page():
    numbered, left = number_toy()
    assert draw_index(numbered.iloc[:0], left, mentions=MENTIONS) == []
