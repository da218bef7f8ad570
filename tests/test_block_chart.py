"""The block matrix, on the network J2 and on headings: what a cell holds, what is not calculable, what fits."""

import numpy as np
import pandas as pd
import pytest
from pages import find_faults
from toy_map import MENTIONS, find_gid, plain, read_texts, save_png

from diagnostic.draw import block_chart


@pytest.fixture
def blocs():
    """The J2 network: 3 links inside S, 2 inside D, 1 between; one mixed actor, no pair inside its group."""
    return pd.DataFrame(
        {
            "groupe_a": ["social", "social", "developpement_local", "mixte"],
            "groupe_b": ["social", "developpement_local", "developpement_local", "mixte"],
            "nb_liens": [3, 1, 2, 0],
            "nb_paires": [3, 9, 3, 0],
            "densite": [1.0, 1 / 9, 2 / 3, np.nan],
        }
    )


@pytest.fixture
def figure(blocs):
    return block_chart.draw_blocks(blocs, mentions=MENTIONS)


def fill_of(figure, corner):
    cells = [cell for cell in figure.axes[0].patches if cell.get_xy() == corner and cell.get_facecolor()[3] and not cell.get_hatch()]
    return cells[0].get_facecolor()


def make_blocks(number):
    """Every pair of `number` groups with long names, 3 actors each."""
    names = [f"Structures de la rubrique {rank:02d} du guide" for rank in range(number)]
    pairs = [(a, b) for i, a in enumerate(names) for b in names[i:]]
    table = pd.DataFrame(pairs, columns=["groupe_a", "groupe_b"])
    return table.assign(nb_liens=12, nb_paires=1234, densite=12 / 1234, nb_liens_attendus=4.56)


def test_the_page_says_where_it_comes_from(figure):
    words = plain(read_texts(figure))
    for expected in [
        "Sources : IGN Admin Express 2026 ; Insee COG 2026.",
        "Date : 21 novembre 2026.",
        "Inventaire non exhaustif",
        "FICTIF",
    ]:
        assert expected in words
    assert "liens déclarés / paires possibles, et densité" in words and not find_faults(figure)
    assert save_png(figure)[1].shape[:2] == (2480, 3508)


def test_what_is_expected_stands_beside_what_is_observed(blocs):
    figure = block_chart.draw_blocks(blocs.assign(nb_liens_attendus=[0.6, 1.83, 12.4, 0]), mentions=MENTIONS)
    words = [plain(text.get_text()) for text in figure.axes[0].texts]
    assert words[:2] == ["3 / 3 100,0 % attendu 0,6", "1 / 9 11,1 % attendu 1,8"] and words[4] == "2 / 3 66,7 % attendu 12"
    assert "si les mêmes étaient répartis également entre les paires" in plain(read_texts(figure))


@pytest.mark.parametrize(
    ("number", "first", "smallest"), [(1, "12 / 1 234 1,0 % attendu 4,6", 6), (13, "12 / 1 234 1,0 %", 6), (30, "1,0 %", 4.5)]
)
def test_cells_hold_what_can_be_read(number, first, smallest):
    figure = block_chart.draw_blocks(make_blocks(number), mentions=MENTIONS, groupe="rubrique")
    told = plain(figure.axes[0].texts[0].get_text())
    assert told.startswith(first) and not find_faults(figure, smallest=smallest)
    pairs = number * (number + 1) // 2
    head = (
        f"{12 * pairs} liens déclarés : {12 * number} à l'intérieur d'une même rubrique, {12 * (pairs - number)} d'une rubrique à l'autre"
    )
    assert plain(find_gid(figure, "titre")[0].get_text()).replace("\u202f", " ").replace(" ", "") == head.replace(" ", "")


def test_a_pair_not_given_is_told_apart(blocs):
    words = plain(read_texts(block_chart.draw_blocks(blocs, mentions={})))
    assert "aucune paire possible, ou groupe trop petit pour être montré" in words
    whole = pd.concat([blocs, pd.DataFrame({"groupe_a": ["mixte"] * 2, "groupe_b": ["social", "developpement_local"]})])
    whole = whole.fillna({"nb_liens": 0, "nb_paires": 3, "densite": 0})
    assert "trop petit" not in plain(read_texts(block_chart.draw_blocks(whole, mentions={})))


def test_no_block_still_makes_a_page():
    empty = pd.DataFrame(columns=["groupe_a", "groupe_b", "nb_liens", "nb_paires", "densite"])
    figure = block_chart.draw_blocks(empty, mentions=MENTIONS)
    assert find_gid(figure, "titre") and save_png(figure)[1].shape[:2] == (2480, 3508)


def test_small_densities_are_shaded_by_the_largest(blocs):
    figure = block_chart.draw_blocks(blocs.assign(densite=[0.06, 0.001, 0.03, np.nan]), mentions=MENTIONS)
    assert "Teinte relative au maximum de la page (6,0 %)." in plain(read_texts(figure))
    assert len({fill_of(figure, corner) for corner in [(0, 0), (0, 1), (1, 1)]}) == 3
    none = block_chart.draw_blocks(blocs.assign(densite=[0.0, 0.0, 0.0, np.nan]), mentions=MENTIONS)
    assert "Teinte relative" not in read_texts(none) and fill_of(none, (0, 0)) == fill_of(figure, (0, 1))


def test_blocks_show_links_pairs_and_density(figure):
    words = [plain(text.get_text()) for text in figure.axes[0].texts]
    assert words == ["3 / 3 100,0 %", "1 / 9 11,1 %", "—", "1 / 9 11,1 %", "2 / 3 66,7 %", "—", "—", "—", "—"]
    (title,) = find_gid(figure, "titre")
    assert plain(title.get_text()) == "6 liens déclarés : 5 à l'intérieur du champ social ou du développement local, 1 entre les deux"
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == [
        "Champ social",
        "Développement local",
        "Mixte",
    ]


def test_blocks_row_order(blocs, figure):
    turned = block_chart.draw_blocks(blocs.iloc[::-1], mentions=MENTIONS)
    assert read_texts(turned) == read_texts(figure)


def test_oriented_blocks_are_not_mirrored(blocs):
    back = pd.DataFrame(
        {
            "groupe_a": ["developpement_local"],
            "groupe_b": ["social"],
            "nb_liens": [4],
            "nb_paires": [9],
            "densite": [4 / 9],
        }
    )
    turned = block_chart.draw_blocks(pd.concat([blocs, back]), mentions=MENTIONS)
    words = [plain(text.get_text()) for text in turned.axes[0].texts]
    assert words[1] == "1 / 9 11,1 %" and words[3] == "4 / 9 44,4 %"
