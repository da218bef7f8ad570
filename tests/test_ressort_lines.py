"""The limits of the units: a line over the borders, one legend entry each, those beyond forty counted."""

import pandas as pd
from toy_map import MENTIONS, find_gid, prepare_toy

from diagnostic.draw.print_map import open_map
from diagnostic.draw.ressort_lines import MAX_UNITS_LISTED, draw_ressorts, list_ressorts, make_ressort_line


def test_each_outline_is_white_then_broken():
    base = prepare_toy()
    figure, axes, _ = open_map(base, "Titre", MENTIONS)
    draw_ressorts(axes, base.epci.geometry)
    casing, line = find_gid(figure, "ressorts")
    assert len(line.get_paths()) == len(casing.get_paths()) == 3
    assert line.get_linestyle()[0][1] and not casing.get_linestyle()[0][1]
    draw_ressorts(axes, base.epci.geometry.iloc[:0])
    assert len(find_gid(figure, "ressorts")) == 2


def test_legend_counts_what_it_does_not_list():
    number = MAX_UNITS_LISTED + 2
    units = pd.DataFrame({"nom": "Unité", "nb_communes": 3, "numero": [str(rank + 1) for rank in range(number)]})
    labels = [handle.get_label() for handle in list_ressorts(units)]
    assert len(labels) == MAX_UNITS_LISTED + 1 and labels[0] == "1. Unité — 3"
    assert labels[-1].replace("\xa0", " ") == "et 2 autres unités — 6"
    assert make_ressort_line("Limite").get_label() == "Limite"
