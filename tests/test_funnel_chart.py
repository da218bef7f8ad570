"""The funnel plot as a reader sees it: marks, limits, legend, notes."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from diagnostic.draw.funnel_chart import MARKS, draw_funnel
from diagnostic.measure.comparaison import funnel

TOLD = {"sources": ["INSEE COG 2026"], "date": "28/11/2026", "edition": "publique", "couverture": None, "fictif": False}


def draw(count, size, genre=funnel.PART, **options):
    names = [f"t{place}" for place in range(len(count))]
    placed = funnel.place_territories(pd.Series(count, index=names, dtype=float), pd.Series(size, index=names, dtype=float), genre=genre)
    placed = placed.rename_axis("territoire").reset_index().assign(genre=genre)
    words = {"titre": "Communes $loin$ d'un site", "axe_taille": "Communes", "axe_valeur": "Part", "mentions": TOLD}
    return draw_funnel(placed, funnel.list_curve(placed, genre=genre), **words, **options), placed


def read_texts(figure):
    legend = [text.get_text() for legend in figure.legends for text in legend.get_texts()]
    return " ".join([text.get_text() for text in figure.texts] + [text.get_text() for axes in figure.axes for text in axes.texts] + legend)


def test_every_territory_known_is_one_mark_and_the_legend_counts_them():
    figure, placed = draw([5, 50, 3, 0, np.nan], [10, 100, 90, 40, 12])
    axes = figure.axes[0]
    drawn = {held.get_gid(): len(held.get_offsets()) for held in axes.collections}
    assert {name: number for name, number in drawn.items() if number} == placed["situation"].value_counts().to_dict()
    words = read_texts(figure)
    assert "Communes $loin$ d'un site" in words.replace("\n", " ")
    assert "Sans valeur, hors du dessin : 1." in words and "INSEE COG 2026" in words
    assert {"bas_95", "haut_95", "bas_998", "haut_998", "taux"} <= {line.get_gid() for line in axes.lines}
    assert "ne sont pas classés" in words.replace("\n", " ")
    plt.close(figure)


def test_no_two_places_share_a_colour_and_a_shape():
    assert len({mark[:2] for mark in MARKS.values()}) == len(MARKS)


def test_a_rate_has_a_scale_of_roots_and_a_name_can_be_written():
    figure, _ = draw([1, 5, 30], [0.5, 2.0, 60.0], funnel.TAUX, nommes=pd.Series({"t2": "CC <b>"}))
    assert figure.axes[0].get_yscale() == "function" and "CC <b>" in read_texts(figure)
    plt.close(figure)


@pytest.mark.parametrize("count", [[], [np.nan, np.nan]])
def test_nothing_known_is_a_page_that_says_so(count):
    figure, _ = draw(count, [5.0] * len(count))
    assert not figure.axes[0].collections
    plt.close(figure)
