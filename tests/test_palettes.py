"""Palettes seen with other eyes and on a grey printer: far enough apart, or told apart by a shape, a hatch, a number, a line."""

import numpy as np
import pytest
from toy_map import draw_toy, find_gid, list_boxes, read_legends
from vision import VISIONS, list_distances, see_lab, see_pixels

from diagnostic.draw import style

# Distances in CIE Lab (1976): 2.3 is just seen by people who compare side by side; on a page, side by side is rare.
APART = {"champs": 18, "états": 25, "échelle": 10, "unités": 8}
PALETTES = {
    "champs": style.CHAMP_COLOURS,
    "états": style.STATE_COLOURS,
    "échelle": {str(rank): colour for rank, colour in enumerate(style.SEQUENTIAL)},
    "unités": {str(rank): colour for rank, colour in enumerate(style.UNIT_FILLS)},
}


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("name", PALETTES)
def test_colours_stay_apart_with_every_vision(name, vision):
    distance, *pair = list_distances(PALETTES[name], vision)[0]
    assert distance >= APART[name], f"{name}, {vision} : {pair} à {distance:.1f}"


def test_the_first_units_are_the_furthest_apart():
    first = {name: colour for name, colour in PALETTES["unités"].items() if int(name) < 7}
    assert min(list_distances(first, vision)[0][0] for vision in VISIONS) >= 14


def test_two_colours_that_deuteranopes_confuse_are_seen_as_such():
    confused = {"rouge": "#D03030", "vert": "#6E7A1E"}
    assert list_distances(confused, "normale")[0][0] > 60 > 30 > list_distances(confused, "deuteranopie")[0][0]


def test_the_scale_darkens_on_a_grey_printer():
    greys = [see_pixels(np.array([[[int(c[i : i + 2], 16) for i in (1, 3, 5)]]], np.uint8), "gris")[0, 0, 0] for c in style.SEQUENTIAL]
    assert (np.diff(np.array(greys, dtype=int)) <= -15).all()
    assert (np.diff(see_lab(style.SEQUENTIAL, "gris")[:, 0]) < -6).all()


def test_what_grey_does_not_tell_apart_has_a_shape_or_a_hatch():
    assert list_distances(style.CHAMP_COLOURS, "gris")[0][0] < 15  # hence the shapes
    assert len(set(style.CHAMP_MARKERS.values())) == len(style.CHAMP_COLOURS)
    assert list_distances(style.STATE_COLOURS, "gris")[0][0] < 15  # hence the hatches
    assert len(set(style.STATE_HATCHES.values())) == len(style.STATE_COLOURS)


def test_units_have_a_number_on_the_map_and_a_line_around():
    figure = draw_toy()["C2"]
    (entries,) = [held for title, held in read_legends(figure).items() if "unité" in title]
    assert len(list_boxes(figure, "numero")) == len(entries) == 2
    assert all(entry.startswith(f"{rank}. ") for rank, entry in enumerate(entries, start=1))
    assert find_gid(figure, "ressorts") and "Limite d'unité" in read_legends(figure)["Limites"]


@pytest.mark.parametrize("colour", [*style.CHAMP_COLOURS.values(), style.STATE_COLOURS["absent_verifie"], style.LINE_COLOURS["epci"]])
@pytest.mark.parametrize("ground", ["#FFFFFF", style.GROUND_COLOUR])
def test_marks_are_seen_on_their_ground(colour, ground):
    assert style.measure_contrast(colour, ground) >= 3  # WCAG 2.2, 1.4.11


@pytest.mark.parametrize("colour", [style.TEXT_COLOUR, style.MAIN_COLOUR, style.WARNING_COLOUR])
def test_words_are_read_on_paper(colour):
    assert style.measure_contrast(colour, "#FFFFFF") >= 4.5  # WCAG 2.2, 1.4.3


@pytest.mark.parametrize("fill", [*style.UNIT_FILLS, style.GROUND_COLOUR, style.MISSING_COLOUR])
def test_names_are_read_on_every_ground(fill):
    assert style.measure_contrast(style.TEXT_COLOUR, fill) >= 6.5


@pytest.mark.parametrize("fill", style.UNIT_FILLS)
def test_no_unit_looks_like_what_is_not_known(fill):
    assert list_distances({"unité": fill, "manque": style.MISSING_COLOUR}, "normale")[0][0] > 8
