"""The empty legend: the questions of the guide, boxes to fill, a frame; never over one another."""

import pytest
from jouets_atelier import draw_toy_sheets
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from toy_map import plain, read_texts

from diagnostic.draw import page
from diagnostic.draw.workshop_legend import (
    LINES,
    find_left,
    read_questions,
    share_lines,
    write_empty_legend,
    write_purpose,
)

MADE = [(Line2D, "ligne vide"), (Rectangle, "case vide")]


def list_boxes(figure, gid):
    return [artist for artist in figure.findobj(Rectangle) if artist.get_gid() == gid]


def test_questions_are_those_of_the_guide():
    words = plain(read_texts(draw_toy_sheets()[0]))
    for code in ["Q0", *LINES]:
        assert plain(read_questions()[code]) in words
    assert "Légende à décider ensemble" in words


def test_purpose_answered_or_left_to_write():
    blank, numbered, _ = draw_toy_sheets()
    assert "Décider des rencontres." in plain(read_texts(numbered))
    lines, boxes = (len([artist for artist in blank.findobj(kind) if artist.get_gid() == gid]) for kind, gid in MADE)
    assert lines == boxes + 2  # two lines to answer, and one beside each box
    lines, boxes = (len([artist for artist in numbered.findobj(kind) if artist.get_gid() == gid]) for kind, gid in MADE)
    assert lines == boxes


@pytest.mark.parametrize("format_page", ["A3", "A0"])
@pytest.mark.parametrize("high", [7.5, 4.0, 2.2, 1.0])
def test_boxes_and_words_never_overlap_and_stay_in_the_panel(format_page, high):
    figure = page.open_page(format_page)
    count = write_empty_legend(figure, (high + 1.0, 1.0), apart="n° 3 à 7")
    height = figure.get_size_inches()[1]
    boxes = list_boxes(figure, "case vide")
    assert len(boxes) == count
    spans = [(box.get_y() * height, (box.get_y() + box.get_height()) * height) for box in boxes]
    texts = [page.measure_box(text) for text in figure.findobj(Text) if text.get_gid() == "question"]
    spans += [(box[1], box[3]) for box in texts]
    ordered = sorted(spans)
    assert all(low >= before[1] - 0.01 for before, (low, _) in zip(ordered, ordered[1:], strict=False))
    frame = list_boxes(figure, "cadre hors carte")[0]
    assert not ordered or ordered[0][0] >= (frame.get_y() + frame.get_height()) * height - 0.01
    assert frame.get_height() > 0 and find_left(figure) > 0
    assert "n° 3 à 7" in read_texts(figure).replace("\n", " ")


def test_lines_are_shared_between_the_questions():
    figure, heights = page.open_page("A3"), dict.fromkeys(LINES, 0.2)
    _, most = share_lines(figure, 30.0, heights)
    assert most == LINES
    step, some = share_lines(figure, 5.0, heights)
    assert list(some) == list(LINES) and min(some.values()) == 1 and sum(some.values()) < sum(LINES.values())
    assert step * sum(some.values()) <= 5.0
    assert list(share_lines(figure, 1.0, heights)[1]) == [""]  # boxes alone


def test_purpose_returns_where_it_ends():
    figure = page.open_page("A3")
    assert write_purpose(figure, "", 6.0) < 6.0 and write_purpose(figure, "À nous parler", 6.0) < 6.0
