"""What is observed beside groupings drawn at random: the mark, the interval, the draws and their seed."""

import numpy as np
import pandas as pd
from pages import find_faults
from toy_map import MENTIONS, find_gid, plain, read_texts, save_png

from diagnostic.draw import chance_chart


def make_chance():
    """Four layers: above the interval, inside it, below it, not computed."""
    rows = pd.DataFrame({"couche_b": ["CAS", "MSA", "PAT", "CAF"], "observe": [9.0, 4, 0, 11], "q05": [2.0, 2, 1, np.nan]})
    rows = rows.assign(q95=[6.0, 6, 3, np.nan], moyenne_hasard=[3.5, 3.5, 2, np.nan], couche_a="EPCI", tirages=199)
    return rows.assign(raison_absence=["", "", "", "une seule unité"])


def test_chance_shows_what_is_observed_beside_the_interval():
    labels = pd.Series({"CAS": "Action sociale", "MSA": "MSA $x$"})
    figure = chance_chart.draw_chance(make_chance(), labels, "Haute-Loire", mentions=MENTIONS | {"couverture": None})
    words = plain(read_texts(figure))
    assert "Haute-Loire : les EPCI tiennent dans une seule unité plus souvent que par hasard pour 1 couche sur 3" in words
    assert "moins souvent pour 1" in words
    assert "tirages d'autres regroupements des mêmes communes, d'un seul tenant, mêmes tailles (en nombre de communes)" in words
    for row in ("9 ; au hasard, de 2 à 6 (3,5 en moyenne)", "11 ; hasard non calculé : une seule unité", "MSA $x$", "CAF"):
        assert row in words
    bars = [(bar.get_x(), bar.get_width(), bar.get_y() + bar.get_height() / 2) for bar in find_gid(figure, "hasard")]
    assert bars == [(2, 4, 0), (2, 4, 1), (1, 2, 2)]
    assert [tuple(dot.get_xydata()[0]) for dot in find_gid(figure, "observe")] == [(9, 0), (4, 1), (0, 2), (11, 3)]
    assert save_png(figure)[1].std() > 0


def test_chance_that_nothing_computes_says_so():
    rows = make_chance().iloc[3:]
    assert chance_chart.tell_chance(rows, "EPCI") == "les EPCI : comparaison au hasard non calculée"
    assert "hasard non calculé" in read_texts(chance_chart.draw_chance(rows, pd.Series(dtype="object"), "J1", mentions=MENTIONS))


def test_what_every_grouping_gives_is_not_counted():
    rows = make_chance().iloc[:2].assign(q05=[2.0, 4], q95=[6.0, 4])
    assert plain(chance_chart.tell_chance(rows, "EPCI")).endswith("plus souvent que par hasard pour la seule couche comparée")
    assert plain(chance_chart.tell_chance_row(rows.iloc[1])) == "4 ; toujours autant au hasard"
    row = make_chance().assign(q05=8.0, q95=8.0).iloc[0]
    assert plain(chance_chart.tell_chance_row(row)) == "9 ; au hasard, 8 (3,5 en moyenne)"


def test_draws_seed_and_legend_are_said():
    figure = chance_chart.draw_chance(make_chance().assign(graine=2026), pd.Series(dtype="object"), "J1", mentions=MENTIONS)
    words = plain(read_texts(figure))
    assert "Hasard : 199 tirages" in words and "graine 2026" in words
    assert [plain(text.get_text()) for text in figure.legends[0].get_texts()] == [
        "Observé",
        "90 % des tirages au hasard",
        "Moyenne des tirages",
    ]
    assert "Nombre d'EPCI entièrement dans une seule unité" in words and not find_faults(figure)


def test_one_row_or_thirty_layers_keep_their_words_apart():
    for rows in (make_chance().iloc[:1], pd.concat([make_chance().iloc[:3]] * 10)):
        named = rows.assign(couche_b=[f"Une couche au nom très long numéro {rank}" for rank in range(len(rows))])
        assert not find_faults(chance_chart.draw_chance(named, pd.Series(dtype="object"), "Haute-Loire", mentions=MENTIONS))
