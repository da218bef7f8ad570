"""The funnel plot as a reader sees it: marks, limits, legend, notes."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from diagnostic.draw.funnel_chart import MARKS, MOST_NAMED, draw_funnel
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
    figure, placed = draw([1, 5, 300], [0.5, 20.0, 60.0], funnel.TAUX, noms=pd.Series({"t1": "CC <b>", "t0": "Dedans"}))
    assert placed["situation"].tolist()[1] == "sous_998"
    assert figure.axes[0].get_yscale() == "function" and "CC <b>" in read_texts(figure) and "Dedans" not in read_texts(figure)
    plt.close(figure)


def find_names(figure):
    return {text.get_text(): text.get_window_extent() for text in figure.axes[0].texts if text.get_gid() == "etiquette"}


def test_the_one_outside_at_95_is_named_and_the_axis_is_that_of_the_values():
    figure, placed = draw([11, 2, 1, 0, 0, 0, 0], [72, 20, 60, 22, 27, 12, 14], noms=pd.Series({"t0": "CA du Puy-en-Velay"}))
    assert placed["situation"].ne("dans_les_limites").sum() == 1
    assert list(find_names(figure)) == ["CA du Puy-en-Velay"]
    low, high = figure.axes[0].get_ylim()
    assert -0.02 < low <= 0 and 0.153 < high < 0.25, "no axis of 0 to 100 % for points under 16 %"
    plt.close(figure)
    figure, _ = draw([97, 88, 190], [100, 100, 200])
    assert figure.axes[0].get_ylim()[0] > 0.6 and figure.axes[0].get_yticks().max() == pytest.approx(1)
    plt.close(figure)


def test_eight_at_most_are_named_without_overlap_and_the_note_counts_the_others():
    count, size = [0.9 * n for n in range(40, 52)] + [0.1 * n for n in range(40, 60)], [*range(40, 52), *range(40, 60)]
    figure, placed = draw(np.round(count), size, noms=pd.Series({f"t{k}": f"Communauté numéro {k}" for k in range(32)}))
    assert placed["situation"].isin(["sur_998", "sous_998"]).sum() > MOST_NAMED
    boxes = list(find_names(figure).values())
    assert 4 <= len(boxes) <= MOST_NAMED
    assert not any(one.overlaps(other) for rank, one in enumerate(boxes) for other in boxes[:rank])
    assert "territoires ; 8 au plus sont nommés" in read_texts(figure).replace("\n", " ")
    plt.close(figure)


def test_the_same_page_never_says_a_thing_and_its_contrary():
    figure, _ = draw([5, 50, 3], [10, 100, 90], notes=["Une phrase qui dit les deux."])
    words = read_texts(figure).replace("\n", " ")
    assert "Une phrase qui dit les deux." in words and "ne l'explique pas" not in words and "n'a rien d'exceptionnel" not in words
    plt.close(figure)


@pytest.mark.parametrize("count", [[], [np.nan, np.nan]])
def test_nothing_known_is_a_page_that_says_so(count):
    figure, _ = draw(count, [5.0] * len(count))
    assert not figure.axes[0].collections
    plt.close(figure)
