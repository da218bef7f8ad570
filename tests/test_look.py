"""The panel to look: what is chosen changes what depends on it and nothing else; the edition filters; text stays text."""

from html import escape

import pytest
from dossier_saisies import HOSTILE, find_widget, list_widgets, read_once, read_texts

from diagnostic.application.look import build_look


@pytest.fixture(scope="module")
def panel():
    panel, wake = build_look(read_once()[0])
    assert "srcdoc=" not in read_texts(panel)  # the map waits until it is seen
    wake()
    return panel


def find_view(panel, words):
    (found,) = [held for held in list_widgets(panel) if type(held).__name__ == "HTML" and words in held.value]
    return found


def test_it_opens_on_the_internal_edition_with_everything(panel):
    told = read_texts(panel)
    for part in ("Édition interne", "Découpages", "Liens à vérifier", "srcdoc=", "data:image/png"):
        assert part in told, part
    assert "<img src=x" not in told and escape(HOSTILE.split(" ${")[0]).split("=x")[0] in told


def test_a_territory_redraws_its_tables_and_not_the_map(panel):
    page, frame, lists = (find_view(panel, words).value for words in ("<img alt=", "srcdoc=", "<caption>Découpages"))
    menu = find_widget(panel, "Territoire")
    menu.value = [code for _, code in menu.options if code != menu.value][-1]
    assert find_view(panel, "<caption>Découpages").value != lists
    assert (find_view(panel, "<img alt=").value, find_view(panel, "srcdoc=").value) == (page, frame)
    assert menu.label in find_view(panel, "<caption>Découpages").value


def test_another_page_is_drawn(panel):
    before, menu = find_view(panel, "<img alt=").value, find_widget(panel, "Carte ou graphique")
    menu.value = [code for _, code in menu.options if code != menu.value][-1]
    assert find_view(panel, "<img alt=").value != before


def test_the_public_edition_hides_what_is_internal(panel):
    find_widget(panel, "Édition").value = "publique"
    told = read_texts(panel)
    assert "Édition publique" in told and "Montrés dans l'édition interne seulement" in told and "Lieu tenu secret" not in told
