"""Categories x territories in three states: the share of each state and the age beside the cells, told and legible."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import Rectangle
from pages import find_faults
from toy_map import MENTIONS, find_gid, plain, read_texts, save_png

from diagnostic.draw import states_chart
from diagnostic.draw.charts import STATES
from diagnostic.draw.states_map import STATE_FILLS
from diagnostic.draw.style import STATE_HATCHES


@pytest.fixture
def etats():
    return pd.DataFrame(
        {"CC Nord": ["present", "absent_verifie"], "CC $Sud$": ["present", np.nan]},
        index=["Centre social", "Ludothèque"],
    )


@pytest.fixture
def figure(etats):
    ages = pd.Series([14.0, np.nan], etats.index)
    return states_chart.draw_categories(etats, mentions=MENTIONS, ages=ages, bilans=pd.Series([0.25, 0.5], etats.columns))


def list_cells(figure, hatch):
    return sorted(cell.get_xy() for cell in figure.axes[0].patches if isinstance(cell, Rectangle) and cell.get_hatch() == hatch)


def list_texts(figure, gid):
    return [plain(text.get_text()) for text in find_gid(figure, gid)]


def test_three_states(figure):
    entries = [plain(text.get_text()) for text in figure.legends[0].get_texts()]
    assert entries == ["Présent — 2 cases (50 %)", "Absence vérifiée — 1 case (25 %)", "Non renseigné — 1 case (25 %)"]
    assert list_cells(figure, STATE_HATCHES["absent_verifie"]) == [(0, 1)]
    assert list_cells(figure, STATE_HATCHES["non_renseigne"]) == [(1, 1)]
    assert len({STATE_FILLS[state] for state in STATES}) == 3
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == ["CC Nord", "CC $Sud$"]
    assert list_texts(figure, "titre") == [
        "2 catégories dans 2 territoires : 2 présences, 1 absence vérifiée, 25 % de non renseigné sur 4 cases"
    ]


def test_the_page_says_where_it_comes_from_and_what_it_does_not_prove(figure):
    words = plain(read_texts(figure))
    for expected in ["Sources : IGN Admin Express 2026 ; Insee COG 2026.", "Date : 21 novembre 2026.", "Inventaire non exhaustif", "FICTIF",
                     "ne veut pas dire absent"]:  # fmt: skip
        assert expected in words
    assert not find_faults(figure) and save_png(figure)[1].shape[:2] == (2480, 3508)


def test_shares_and_age_stand_beside_each_row_and_what_is_not_known_under_each_column(figure):
    assert list_texts(figure, "entête") == ["Présent", "Absence vérifiée", "Non renseigné", "Âge (mois)"]
    columns = [list_texts(figure, "part")[start : start + 2] for start in (0, 2, 4, 6)]
    assert columns == [["100 %", "0 %"], ["0 %", "50 %"], ["0 %", "50 %"], ["14", "—"]]
    assert list_texts(figure, "bilan") == ["25 %", "50 %"]
    assert "âge médian de l'information en mois (— : aucune date)" in plain(read_texts(figure))


def test_without_ages_nor_totals_nothing_is_told_of_them(etats):
    figure = states_chart.draw_categories(etats, mentions={})
    assert not find_gid(figure, "bilan") and "Âge" not in read_texts(figure) and "âge" not in read_texts(figure)


@pytest.mark.parametrize(("rows", "columns", "smallest"), [(1, 1, 6), (30, 25, 6), (30, 60, 4.5), (60, 25, 4.5)])
def test_any_number_of_territories_keeps_its_words_apart(rows, columns, smallest):
    names = [f"Pays numéro {rank} aux trente lettres"[:30] for rank in range(columns)]
    table = pd.DataFrame("present", [f"Catégorie de structure {rank}" for rank in range(rows)], names)
    bilans, ages = pd.Series(0.5, names), pd.Series(12.0, table.index)
    figure = states_chart.draw_categories(table, mentions=MENTIONS, ages=ages, bilans=bilans)
    assert not find_faults(figure, smallest=smallest)
    assert figure.axes[0].bbox.width > 0.2 * figure.bbox.width


def test_no_category_still_makes_a_page():
    figure = states_chart.draw_categories(pd.DataFrame(), mentions=MENTIONS)
    assert "aucune case" in list_texts(figure, "titre")[0] and save_png(figure)[1].std() > 0
