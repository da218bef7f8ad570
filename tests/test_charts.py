"""Charts, checked by what a reader sees: figures in cells, three states, hatches for what is not known."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import Rectangle
from pages import find_faults
from toy_map import MENTIONS, find_gid, plain, read_texts, save_png

from diagnostic.draw import charts
from diagnostic.draw.style import MISSING_HATCH

LAYERS = ["EPCI", "MSA", "CAF"]


@pytest.fixture
def matrice():
    return pd.DataFrame([[0, 0.4652, np.nan], [0.4652, 0, 0.9], [np.nan, 0.9, 0]], LAYERS, LAYERS)


@pytest.fixture
def graphiques(matrice):
    counts = pd.Series([12.0, np.nan, 0.0], ["Associations", "Entreprises", "Habitants"])
    return {"C3": charts.draw_discordance(matrice, mentions=MENTIONS), "barres": charts.draw_bars(counts, mentions=MENTIONS)}


def list_cells(figure, hatch):
    """Return the corners of the cells with this hatch."""
    return sorted(cell.get_xy() for cell in figure.axes[0].patches if isinstance(cell, Rectangle) and cell.get_hatch() == hatch)


@pytest.mark.parametrize("kind", ["C3", "barres"])
def test_every_chart_says_where_it_comes_from_and_fits_the_page(graphiques, kind):
    figure = graphiques[kind]
    words = plain(read_texts(figure))
    sources = "Sources : IGN Admin Express 2026 ; Insee COG 2026."
    for expected in [sources, "Date : 21 novembre 2026.", "Inventaire non exhaustif", "FICTIF"]:
        assert expected in words
    assert not find_faults(figure)
    data, pixels = save_png(figure)
    assert pixels.shape[:2] == (2480, 3508) and pixels.std() > 0
    assert save_png(figure)[0] == data


def test_discordance_figures_and_missing(graphiques):
    words = [plain(text.get_text()) for text in graphiques["C3"].axes[0].texts]
    # A layer beside itself says nothing: the diagonal is bare.
    assert words == ["46,5 %", "—", "46,5 %", "90,0 %", "—", "90,0 %"]
    assert list_cells(graphiques["C3"], MISSING_HATCH) == [(0, 2), (2, 0)]
    (title,) = find_gid(graphiques["C3"], "titre")
    told = "3 couches deux à deux : jusqu'à 90,0 % des habitants en discordance (« MSA » en ligne, « CAF » en colonne) ; 0 case sur 4 à 0 %"
    assert plain(title.get_text()) == told
    assert "principale de leur unité" in plain(read_texts(graphiques["C3"]))


def test_nested_layers_are_told_nested(matrice):
    flat = matrice * 0.0
    told = plain(charts.tell_discordance(flat))
    assert told == "3 couches deux à deux : aucune discordance dans les 4 cases calculées"
    assert [plain(text.get_text()) for text in charts.draw_discordance(flat, mentions={}).axes[0].texts][:2] == ["0 %", "—"]


@pytest.mark.parametrize("number", [1, 12])
def test_one_layer_or_many_with_long_names(number):
    names = [f"Circonscriptions d'action sociale du {rank}" for rank in range(number)]
    figure = charts.draw_discordance(pd.DataFrame(0.123, names, names), mentions=MENTIONS)
    assert not find_faults(figure)
    assert ("aucune paire calculable" in plain(read_texts(figure))) == (number == 1)


def fill_of(figure, corner):
    cells = [cell for cell in figure.axes[0].patches if cell.get_xy() == corner and cell.get_facecolor()[3] and not cell.get_hatch()]
    return cells[0].get_facecolor()


def test_small_discordances_are_shaded_by_the_largest(matrice):
    figure = charts.draw_discordance(matrice / 10, mentions=MENTIONS)
    assert "Teinte relative au maximum de la page (9,0 %)." in plain(read_texts(figure))
    strong = charts.draw_discordance(matrice, mentions=MENTIONS)
    assert "Teinte relative" not in read_texts(strong)
    assert fill_of(figure, (1, 2)) == fill_of(strong, (1, 2)) != fill_of(figure, (0, 1))


def test_discordance_without_any_figure(matrice):
    figure = charts.draw_discordance(matrice * np.nan, mentions=MENTIONS)
    assert "aucune paire calculable" in plain(read_texts(figure))
    assert len(list_cells(figure, MISSING_HATCH)) == 6


def test_darker_cell_for_larger_value(graphiques):
    fills = {
        cell.get_xy(): sum(cell.get_facecolor()[:3])
        for cell in graphiques["C3"].axes[0].patches
        if cell.get_facecolor()[3]
    }
    assert fills[0, 1] > fills[1, 2]


def test_bars_read_their_figures(graphiques):
    axes = graphiques["barres"].axes[0]
    assert [plain(text.get_text()) for text in axes.texts] == ["12 (100 %)", "—", "0"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["Associations", "Entreprises", "Habitants"]
    (stub,) = [bar for bar in axes.patches if bar.get_hatch() == MISSING_HATCH]
    assert stub.get_y() < 1 < stub.get_y() + stub.get_height()
    (title,) = find_gid(graphiques["barres"], "titre")
    assert plain(title.get_text()) == "12 acteurs dans 1 rubrique"


def test_the_title_of_the_bars_says_the_largest_and_its_share():
    counts = pd.Series([3000.0, 2, 2], ["Associations", "État", "Santé"])
    figure = charts.draw_bars(counts, mentions={})
    assert plain(find_gid(figure, "titre")[0].get_text()) == (
        "3 004 acteurs dans 3 rubriques, dont 3 000 (plus de 99 %) dans « Associations »"
    )
    assert "2 (moins de 1 %)" in plain(read_texts(figure))


@pytest.mark.parametrize(
    "draw",
    [
        lambda: charts.draw_bars(pd.Series(dtype=float), mentions=MENTIONS),
        lambda: charts.draw_discordance(pd.DataFrame(dtype=float), mentions=MENTIONS),
    ],
    ids=["barres", "C3"],
)
def test_empty_table_still_makes_a_page(draw):
    figure = draw()
    assert find_gid(figure, "titre") and save_png(figure)[1].shape[:2] == (2480, 3508)
