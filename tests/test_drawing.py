"""What an edition shows, drawn by the one door that notebooks, the application and `lancer` share."""

from functools import cache

import pytest

from diagnostic import run as way
from diagnostic.errors import DiagnosticError
from diagnostic.run import drawing


@cache
def show_example():
    return way.select_edition(way.measure(way.find_example()), "publique")


@pytest.mark.long
def test_pages_have_names_without_rank_and_draw_figures():
    pages = drawing.list_pages(show_example())
    assert "discordance" in pages
    assert not any(name[0].isdigit() for name in pages)
    assert pages["discordance"]().axes


def test_the_map_takes_the_colours_of_the_dossier():
    shown = show_example()
    plain = drawing.render_map(shown)
    settings = shown["reglages"] | {"couleur_champ_social": "#123456"}
    changed = drawing.render_map(shown | {"reglages": settings})
    assert "#123456" in changed
    assert "#123456" not in plain
    assert drawing.render_map(shown) == plain  # the look of one dossier does not stay for the next


def test_an_actor_that_the_edition_does_not_hold_is_told():
    with pytest.raises(DiagnosticError):
        drawing.draw_actor(show_example(), "personne-de-tel")


def test_pages_are_offline_html():
    shown = show_example()
    for page in (drawing.draw_gaps(shown), drawing.draw_statements(shown), drawing.draw_sheets(shown)):
        assert "<html" in page
        assert "src=\"http" not in page
