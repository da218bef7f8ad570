"""The eight slides: titles that say a result, no acronym, denominators, nothing that the edition may not show."""

import re

import pandas as pd
import pytest
from passage import find_canaries
from rapports import NASTY, show_small

from diagnostic.draw.slides_plan import NUMBER_OF_SLIDES, plan_slides

ACRONYMS = re.compile(r"\b(VI|NMI|AMI|E-I)\b")
MAPS = ["acteurs", "millefeuille", "etats"]


@pytest.fixture(scope="module")
def slides():
    return plan_slides(show_small(), MAPS)


def list_texts(slide):
    what = slide["objet"] or {}
    cells = [cell for line in [what.get("entetes", []), *what.get("lignes", [])] for cell in line]
    return [slide["titre"], *slide["textes"], slide["source"], *cells, *what.get("categories", []), *what.get("series", [])]


def test_there_are_eight_and_each_has_a_title_and_notes(slides):
    assert len(slides) == NUMBER_OF_SLIDES == 8
    assert all(slide["titre"] and slide["notes"] for slide in slides)
    assert [slide["genre"] for slide in slides][0] == "titre" and len({slide["titre"] for slide in slides}) == 8


def test_no_acronym_of_a_measure_is_shown(slides):
    assert [text for slide in slides for text in list_texts(slide) if ACRONYMS.search(text)] == []


def test_sources_and_dates_are_at_the_foot(slides):
    assert all("Sources" in slide["source"] and "15/11/2026" in slide["source"] for slide in slides[1:6])


def test_every_slide_says_for_whom_it_is():
    slides = plan_slides(show_small("interne"), MAPS)
    assert all("Édition interne (ne pas diffuser)" in slide["source"] for slide in slides[1:])
    assert "Édition interne" in " ".join(slides[0]["textes"])


def test_the_cover_says_the_territory_the_edition_and_what_is_invented(slides):
    text = " ".join(slides[0]["textes"])
    assert all(word in text for word in ("12 communes", "15/11/2026", "Édition publique", "non exhaustif", "FICTIF"))


def test_nothing_hidden_is_told(slides):
    assert find_canaries(str(slides)) == []


def test_the_last_slide_has_blank_lines_to_fill(slides):
    assert slides[7]["objet"]["lignes"] == [["", "", ""]] * 5 and all(text.startswith("☐") for text in slides[7]["textes"])


def test_statements_are_in_three_columns_and_all_counted(slides):
    counts = [int(re.search(r"\((\d+)\)", heading)[1]) for heading in slides[6]["objet"]["entetes"]]
    assert sum(counts) == len(show_small()["constats"])


def test_an_empty_inventory_says_that_nothing_is_known():
    shown = show_small()
    shown = shown | {"acteurs": shown["acteurs"].head(0), "silos": shown["silos"].head(0), "lectures": shown["lectures"].head(0)}
    slides = plan_slides(shown, [])
    assert "ce n’est pas une absence" in slides[2]["titre"] and slides[2]["objet"] is None
    assert "on ne sait pas" in slides[4]["titre"] and all(slide["textes"] or slide["objet"] for slide in slides)


def test_without_map_bars_take_its_place():
    slides = plan_slides(show_small(), [])
    assert slides[2]["objet"]["genre"] == "graphique" and slides[5]["objet"]["etats"] is True


@pytest.mark.parametrize("name", NASTY)
def test_a_nasty_title_is_short_and_printable(name):
    slides = plan_slides(show_small() | {"titre": name}, MAPS)
    assert len(slides[0]["titre"]) <= 150 and slides[0]["titre"].isprintable()


def test_links_between_fields_come_with_what_chance_would_give():
    silos = pd.DataFrame({"mixte": ["exclu"], "nb_liens": [182], "nb_externes": [39], "nb_internes": [143], "nb_externes_attendu": [91.4]})
    shown = show_small() | {"silos": silos}
    first, second = plan_slides(shown, MAPS)[4]["objet"]["series"].values()
    assert first == [39, 143] and second == pytest.approx([91.4, 90.6])
