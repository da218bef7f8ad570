"""Closer maps: only where numbers crowd, each with the numbers of its EPCI and no other."""

import pytest
from jouets_atelier import CATEGORIES, draw_toy_sheets, make_many, number_toy, read_numbers
from toy_map import EPCI_NAMES, MENTIONS, plain, prepare_toy, read_texts

from diagnostic.draw.workshop_actors import number_actors
from diagnostic.draw.workshop_closer import draw_closer, list_crowded, restrict_base
from diagnostic.draw.workshop_map import draw_numbered


@pytest.fixture(scope="module")
def crowded():
    numbered, left = number_actors(prepare_toy(), make_many(), CATEGORIES)
    return numbered, draw_numbered(prepare_toy(), numbered, left, mentions=MENTIONS)


def test_no_closer_map_where_numbers_have_room():
    assert draw_closer(prepare_toy(), number_toy()[0], draw_toy_sheets()[1], mentions=MENTIONS) == []


def test_the_share_covered_decides(crowded, monkeypatch):
    numbered, figure = crowded
    monkeypatch.setattr("diagnostic.draw.workshop_closer.CROWDED", 0.0)
    assert [EPCI_NAMES[code] for code in list_crowded(prepare_toy(), numbered, figure, "A3")] == numbered["epci"].drop_duplicates().tolist()
    monkeypatch.setattr("diagnostic.draw.workshop_closer.CROWDED", 100.0)
    assert list_crowded(prepare_toy(), numbered, figure, "A3") == []
    assert list_crowded(prepare_toy(), numbered.iloc[:0], figure, "A3") == []


def test_a_closer_map_has_the_numbers_of_its_epci(crowded, monkeypatch):
    numbered, figure = crowded
    monkeypatch.setattr("diagnostic.draw.workshop_closer.CROWDED", 0.0)
    pages = draw_closer(prepare_toy(), numbered, figure, mentions=MENTIONS)
    assert len(pages) == 3
    for closer, (name, rows) in zip(pages, numbered.groupby("epci", sort=False), strict=True):
        assert read_numbers(closer) == rows["numero"].tolist()
        assert f"{name} de plus près : {len(rows)} acteurs" in plain(read_texts(closer))


def test_the_view_holds_the_whole_epci_and_its_neighbours():
    base = prepare_toy()
    closer = restrict_base(base, "200000001")
    x0, y0, x1, y1 = base.epci.geometry.loc[["200000001"]].total_bounds
    assert closer.extent[0] < x0 and closer.extent[1] < y0 and closer.extent[2] > x1 and closer.extent[3] > y1
    inside = base.communes.loc[base.shapes.index, "epci"].eq("200000001")
    assert set(inside.index[inside]) < set(closer.shapes.index) and len(closer.rings.bounds) == len(closer.shapes) + 1
