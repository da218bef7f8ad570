"""The small map of an EPCI: its communes, its actors, its neighbours, where it is; a sentence where there is nothing to draw."""

import numpy as np
import pytest
from jouets_atlas import SECOND, show_two
from passage import EPCI

from diagnostic.draw.base_map import prepare_base
from diagnostic.draw.epci_map import draw_epci_figure, prepare_outlines


@pytest.fixture(scope="module")
def ground():
    base = prepare_base(show_two()["communes"])
    return base, prepare_outlines(base)


def test_the_epci_its_actors_and_where_it_is(ground):
    actors = show_two()["acteurs"]
    figure = draw_epci_figure(*ground, EPCI, actors)
    assert len(figure.axes) == 2 and figure.legends
    counted = sum(int(text.get_text().split("—")[1].split()[0]) for text in figure.legends[0].get_texts())
    assert counted == actors[["x_m", "y_m"]].notna().all(axis=1).sum()


def test_no_name_is_a_letter_without_key(ground):
    figure = draw_epci_figure(*ground, EPCI, show_two()["acteurs"])
    names = {text.get_text().replace("\n", " ") for text in figure.axes[0].texts if text.get_gid() == "etiquette"}
    assert names and names <= {*show_two()["communes"]["nom"], *(name.replace("\n", " ") for name in names if len(name) > 2)}


def test_alone_in_the_territory_it_needs_no_inset(ground):
    base, outlines = ground
    figure = draw_epci_figure(base, outlines.loc[[EPCI]], EPCI, show_two()["acteurs"].head(0))
    assert len(figure.axes) == 1 and not figure.legends


def test_without_outline_a_sentence_stands_in_its_place(ground):
    for base, code in ((ground[0], "000000000"), (None, EPCI)):
        figure = draw_epci_figure(base, ground[1], code, show_two()["acteurs"])
        assert not figure.axes and "pas de carte" in figure.texts[0].get_text()


def test_the_inset_hides_as_little_as_can_be_and_not_the_scale(ground):
    for code in (EPCI, SECOND):
        figure = draw_epci_figure(*ground, code, show_two()["acteurs"].head(0))
        whole, inset = (axes.get_position(original=True) for axes in figure.axes)
        assert inset.x0 >= whole.x0 - 1e-9 and inset.x1 <= whole.x1 + 1e-9 and inset.y1 <= whole.y1 + 1e-9
        assert not (np.isclose(inset.x0, whole.x0) and np.isclose(inset.y0, whole.y0))
