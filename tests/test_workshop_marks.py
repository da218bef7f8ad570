"""Numbers on the map: none touches another, none is lost, the champ is in the shape too."""

import numpy as np
import pytest
from jouets_atelier import CATEGORIES, make_many, number_toy, read_numbers
from matplotlib.figure import Figure
from toy_map import prepare_toy

from diagnostic.draw import page
from diagnostic.draw.style import CHAMP_LABELS
from diagnostic.draw.workshop_actors import number_actors
from diagnostic.draw.workshop_marks import (
    draw_numbers,
    fit_numbers,
    list_chips,
    outline_chip,
    place_blocks,
    stack_chips,
)


def make_axes():
    figure = page.open_page("A3")
    axes = figure.add_axes([0.05, 0.1, 0.6, 0.8])
    x0, y0, x1, y1 = prepare_toy().extent
    axes.set(xlim=(x0, x1), ylim=(y0, y1))
    assert isinstance(figure, Figure)
    return figure, axes


def test_each_champ_has_a_shape():
    shapes = {champ: outline_chip(champ, 4, 2) for champ in CHAMP_LABELS}
    assert len({corners.shape for corners in shapes.values()} | {tuple(np.ravel(c)[:4]) for c in shapes.values()}) >= 4
    for corners in shapes.values():
        assert np.ptp(corners[:, 0]) == pytest.approx(4) and np.ptp(corners[:, 1]) == pytest.approx(2)


def test_a_chip_a_place_and_champ():
    numbered, _ = number_toy()
    apart = list_chips(numbered, 100.0)
    assert sorted(apart["mot"]) == ["1", "2", "3", "4", "5", "6"]
    assert apart.set_index("mot")["mairie"].to_dict() == {"1": False, "2": False, "3": True, "4": False, "5": True, "6": True}
    assert apart["bloc"].nunique() == 6
    close = list_chips(numbered, 900.0)  # letters so large that the two actors of one commune would touch
    assert close["bloc"].nunique() == 5


def test_ranges_say_how_many():
    rows = number_toy()[0].assign(champ="social", code_insee="43001", lieu="mairie", x_m=1.0, y_m=2.0)
    chips = list_chips(rows, 1.0)
    assert chips[["mot", "premier", "dernier"]].values.tolist() == [["1–9", 1, 9]]


@pytest.mark.parametrize("number", [1, 40, 1000])
def test_no_number_touches_another_nor_leaves_the_page(number):
    numbered, _ = number_actors(prepare_toy(), make_many(number), CATEGORIES)
    figure, axes = make_axes()
    chips, blocks, boxes, size = fit_numbers(axes, numbered, "A3")
    assert blocks["cx"].notna().all() and len(boxes) == len(blocks)
    for rank in range(len(boxes)):  # a naive double loop
        for other in range(rank):
            a, b = boxes[rank], boxes[other]
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
    x0, x1 = axes.get_xlim()
    assert (boxes[:, 0] >= x0).all() and (boxes[:, 2] <= x1).all()
    draw_numbers(axes, chips, blocks, size)
    assert read_numbers(figure) == list(range(1, number + 1))


def test_chips_hold_in_the_box_of_their_block():
    numbered, _ = number_actors(prepare_toy(), make_many(60), CATEGORIES)
    chips, blocks = stack_chips(list_chips(numbered, 300.0), 300.0)
    half = blocks.loc[chips["bloc"], ["largeur", "hauteur"]].to_numpy() / 2
    assert (np.abs(chips["dx"]) + chips["largeur"] / 2 <= half[:, 0] + 1e-6).all()
    assert (np.abs(chips["dy"]) <= half[:, 1]).all()
    assert blocks["nombre"].sum() == 60


def test_the_written_number_fits_its_chip():
    numbered, _ = number_actors(prepare_toy(), make_many(1000), CATEGORIES)
    figure, axes = make_axes()
    chips, blocks, _, size = fit_numbers(axes, numbered, "A3")
    draw_numbers(axes, chips, blocks, size)
    metre = page.measure_point(axes)
    widths = chips.set_index("mot")["largeur"].to_dict()
    renderer = figure.canvas.get_renderer()
    for text in [text for text in axes.texts if text.get_gid() == "numero"][:60]:
        inches = text.get_window_extent(renderer).width / figure.dpi
        assert inches * 72 * metre <= widths[text.get_text()]


def test_a_block_without_room_is_told_not_drawn():
    numbered, _ = number_toy()
    _, blocks = stack_chips(list_chips(numbered, 300.0), 300.0)
    placed, boxes = place_blocks(blocks, 300.0, (0.0, 0.0, 10.0, 10.0), 1.0)
    assert placed["cx"].isna().all() and not len(boxes)
