"""Names on a map: short, inside their shape, never over one another."""

import pandas as pd
import pytest
from toy_map import MENTIONS, list_boxes, make_communes, read_texts

from diagnostic.draw import base_map, labels, print_layers


@pytest.fixture(scope="module")
def communes():
    return make_communes()


@pytest.mark.parametrize(
    ("name", "short"),
    [("CC des Sucs", "Sucs"), ("CA du Puy-en-Velay", "Puy-en-Velay"), ("Clermont Auvergne Métropole", "Clermont Auvergne Métropole"),
     ("CC Dômes Sancy Artense", "Dômes Sancy Artense"), ("Communauté de communes d'Auzon", "Auzon"), ("CC", "CC")],
)  # fmt: skip
def test_short_name(name, short):
    assert labels.short_name(name, width=60) == short


def test_name_rank():
    assert [labels.name_rank(rank) for rank in (0, 25, 26, 52)] == ["A", "Z", "AA", "BA"]


def test_names_without_room_become_letters(communes):
    long = communes.assign(
        epci_nom=[f"CC {'Très-long-nom-sans-coupure-possible' * 6} {code[-1]}" for code in communes["epci"]]
    )
    figure = print_layers.draw_millefeuille(base_map.prepare_base(long), pd.Series(dtype=float), mentions=MENTIONS)
    words = read_texts(figure)
    assert all(f"{letter} : CC" in words for letter in "ABC")
    assert len(list_boxes(figure, "etiquette")) == 3
