"""The maps of slides: which there are, what is said of them, letters that are read from the back of a room."""

import pandas as pd
import pytest
from rapports import show_small

from diagnostic.draw.base_map import prepare_base
from diagnostic.draw.slides_maps import SCALE, list_slide_maps, rank_categories


def show_states():
    """Return the small dossier with a category drawn commune by commune: here, absent for sure, and not known."""
    shown = show_small()
    codes = shown["communes"].index
    states = pd.DataFrame({"categorie": "ccas", "code_insee": codes, "statut": ["present", "absent_verifie", "non_renseigne"] * 4})
    summary = pd.DataFrame({"categorie": ["ccas"], "nb_cases": 12, "nb_present": 4, "nb_absent_verifie": 4, "nb_non_renseigne": 4})
    return shown | {"etats_communes": states, "etats_communes_resume": summary}


@pytest.fixture(scope="module")
def maps():
    shown = show_states()
    return list_slide_maps(shown, prepare_base(shown["communes"]))


def test_a_map_is_listed_where_there_is_something_to_draw(maps):
    assert {"acteurs", "etats"} <= set(maps)
    shown = show_states()
    empty = shown | {"acteurs": shown["acteurs"].head(0), "etats_communes_resume": shown["etats_communes_resume"].head(0)}
    assert {"acteurs", "etats"} & set(list_slide_maps(empty, prepare_base(shown["communes"]))) == set()
    assert list_slide_maps(shown, None) == {}


def test_every_map_is_told_to_who_does_not_see_it(maps):
    assert all(told.startswith("Carte ") and any(letter.isdigit() for letter in told) for _, told in maps.values())
    assert "Non renseigné ne veut pas dire absent" in maps["etats"][1]


def test_letters_are_large_and_colour_is_never_alone(maps):
    figure = maps["etats"][0]()
    (legend,) = figure.legends
    assert min(text.get_fontsize() for text in legend.get_texts()) * SCALE >= 14
    assert len({handle.get_hatch() for handle in legend.legend_handles}) == 3
    names = [text.get_fontsize() for axes in figure.axes for text in axes.texts if text.get_gid() == "etiquette"]
    assert all(size * SCALE >= 12 for size in names)


def test_the_legend_stays_on_the_figure(maps):
    for draw, _ in maps.values():
        figure = draw()
        box, (width, height) = figure.legends[0].get_window_extent(), figure.get_size_inches() * figure.dpi
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width + 1 and box.y1 <= height + 1


def test_the_best_known_category_comes_first():
    summary = pd.DataFrame({"categorie": ["b", "a", "c"], "nb_non_renseigne": [3, 3, 12], "nb_cases": 12})
    assert list(rank_categories(summary)["categorie"]) == ["a", "b"]
