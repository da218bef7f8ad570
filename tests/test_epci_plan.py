"""The pages of the atlas: a sentence as title, counts, three states, what one may not conclude; what is cut is told."""

import pandas as pd
import pytest
from jouets_atlas import NAME, SECOND, show_two
from passage import EPCI, find_canaries
from rapports import show_small

from diagnostic.draw.epci_plan import (
    TABLES_CM,
    fit_blocks,
    group_beside,
    list_epci,
    measure_room,
    plan_atlas,
    tell_left,
)


@pytest.fixture(scope="module")
def pages():
    return {page["code"]: page for page in plan_atlas(show_two())}


def find_tables(page):
    return {block["legende"]: block for block in page["blocs"] if block["genre"] == "tableau"}


def test_one_page_an_epci_in_the_order_of_an_index(pages):
    assert len(list_epci(show_small())) == 1 and set(pages) == {EPCI, SECOND}
    assert plan_atlas(show_small() | {"territoires": show_small()["territoires"].head(1)}) == []


def test_the_title_counts(pages):
    assert "12 communes" in plan_atlas(show_small())[0]["titre"].replace("\xa0", " ")
    assert pages[SECOND]["titre"].replace("\xa0", " ").endswith("0 interlocuteur et 0 acteur recensé")


def test_actors_are_counted_by_heading_and_never_named(pages):
    table = find_tables(pages[EPCI])["Acteurs recensés par rubrique"]
    number = sum(int(line[1]) for line in table["lignes"])
    inside = show_two()["acteurs"]["code_insee"].isin(show_two()["communes"].index[:-3]).sum()
    assert 0 < number == inside
    assert not {name for name in show_small()["acteurs"]["nom"] if name in str(table)} - {"CCAS", "Tiers-lieu"}


def test_nothing_hidden_is_told(pages):
    assert find_canaries(str(pages)) == []


def test_a_page_says_what_it_does_not_prove(pages):
    text = " ".join(pages[EPCI]["prudence"])
    assert "catégories ne sont pas renseignées" in text and "Liste dite complète pour 2 catégories" in text
    assert [heading for heading, _ in group_beside(pages[EPCI])] == ["En bref", "Ce qu’on ne peut pas en conclure"]


def test_an_epci_of_which_nothing_is_known_has_its_page(pages):
    page = pages[SECOND]
    text = " ".join([*page["prudence"], *(block["texte"] for block in page["blocs"] if block["genre"] == "note")])
    assert "Aucune liste n’est dite complète" in text and "cela ne prouve pas" in text and find_tables(page) == {}


def test_a_nasty_name_is_short_and_kept(pages):
    name = pages[SECOND]["nom"]
    assert len(name) <= 90 and name.startswith(NAME[:20]) and name.isprintable()


def test_an_epci_cut_by_the_perimeter_says_so():
    shown = show_two()
    told = {"couche": "EPCI", "unite_id": SECOND, "unite_nom": "x", "nb_communes": 3, "nb_communes_hors": 2}
    cut = pd.DataFrame([told | {"communes_hors": "15132 Montgreleix ; 15133 Y"}])
    (page,) = [page for page in plan_atlas(shown | {"unites_coupees": cut}) if page["code"] == SECOND]
    assert "Coupée par le périmètre : 2 de ses 5 communes hors du dossier" in page["prudence"][0].replace("\xa0", " ")


def test_communes_without_epci_are_told():
    shown = show_small()
    communes = shown["communes"].copy()
    communes.loc[communes.index[0], "epci"] = None
    assert tell_left(shown) == "" and "1 commune sans intercommunalité" in tell_left(shown | {"communes": communes})


def test_devices_are_those_that_name_the_epci_or_its_communes(pages):
    assert "Contrat du pays" in str(find_tables(pages[EPCI])) and "Contrat du pays" not in str(pages[SECOND])


def make_table(rows, cells):
    table = {"genre": "tableau", "lignes": [cells] * rows, "total": rows + 5, "largeurs": [8.5, 8.5], "feuille": "Acteurs"}
    return table | {"entetes": ["a", "b"], "droites": [False, False]}


def test_tables_are_shortened_until_they_fit_and_what_is_left_is_told():
    blocks = fit_blocks([make_table(30, ["a", "b"]), make_table(5, ["x" * 200, "b"])], TABLES_CM)
    first, second = (len(block["lignes"]) for block in blocks)
    assert first < 30 and first * 0.335 + second * 1.34 <= TABLES_CM
    rest = blocks[0]["reste"].replace("\xa0", " ")
    assert rest == f"… et {35 - first} autres : voir le classeur, feuille Acteurs."


def test_long_sentences_and_titles_take_the_room_of_rows():
    short = {"titre": "a", "resume": ["b"], "prudence": ["c"]}
    assert measure_room(short) == TABLES_CM
    assert measure_room(short | {"prudence": ["mot " * 60] * 6}) < TABLES_CM - 2 and measure_room(short | {"titre": "a" * 200}) < TABLES_CM


def test_one_row_always_stays():
    (block,) = fit_blocks([make_table(3, ["x" * 9000, "b"])], TABLES_CM)
    assert len(block["lignes"]) == 1
