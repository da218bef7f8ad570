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


def test_letters_follow_each_other_when_one_has_no_room():
    from diagnostic.draw.print_map import open_map

    base = base_map.prepare_base(make_communes())
    _, axes, _ = open_map(base, "Titre", MENTIONS)
    tiny = [base.epci.geometry.iloc[0], base.epci.geometry.iloc[1], base.epci.geometry.iloc[2]]
    points = base_map.find_label_points(base.epci.geometry)
    wide = "sans-coupure" * 60
    places = points.assign(texte=wide, court=wide, contour=tiny)
    # Everything around the second one is taken: not even a letter goes there.
    x, y = axes.transData.transform((points["x"].iloc[1], points["y"].iloc[1]))
    left = labels.place_labels(axes, places, taken=[[x - 400, y - 2000, x + 400, y + 2000]])
    assert left["lettre"].tolist() == ["A", "", "B"]


@pytest.mark.parametrize(
    ("name", "written"),
    [("Communauté d'agglomération du Puy-en-Velay", "CA du Puy-en-Velay"), ("CC Ambert Livradois Forez", "CC Ambert Livradois Forez"),
     ("Communauté de communes d'Auzon", "CC d'Auzon"), ("Métropole de Lyon", "Métropole de Lyon")],
)  # fmt: skip
def test_legal_name(name, written):
    assert labels.legal_name(name, width=60) == written


@pytest.mark.parametrize(("prefix", "written"), [("CC", True), ("CC" + "-sans-coupure-possible" * 12, False)], ids=["place", "sans place"])
def test_the_legal_form_goes_when_there_is_no_room(prefix, written):
    from diagnostic.draw.print_map import open_map

    base = base_map.prepare_base(make_communes())
    _, axes, _ = open_map(base, "Titre", MENTIONS)
    points = base_map.find_label_points(base.epci.geometry)
    places = points.assign(texte=f"{prefix} Nord", court="Nord", contour=base.epci.geometry)
    assert labels.place_labels(axes, places).empty
    assert {text.get_text() for text in axes.texts if text.get_gid() == "etiquette"} == {f"{prefix} Nord" if written else "Nord"}
