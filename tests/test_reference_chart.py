"""Observed links beside what chance gives: J2, whose distributions are known by hand."""

import numpy as np
import pandas as pd
import pytest
from jouets_reseau import J2, J2_LIENS, shuffle
from pages import find_faults
from toy_map import MENTIONS, find_gid, plain, read_texts, save_png

from diagnostic.draw import reference_chart
from diagnostic.measure.liens.references import compare_references, describe_distribution

# Labels: E-I -2/3, 1/3, 2/3 on 6 links are 1, 4, 5 links between champs, in 2, 8, 4 of 20 labelings, and 3 in the 6 at 0.
LABELS = pd.DataFrame({"hypothese": "etiquettes", "valeur": [1, 3, 4, 5], "nb_cas": [2, 6, 8, 4]})
ROW = {
    "hypothese": "etiquettes", "methode": "exacte", "nb_cas": 20.0, "observe": 1.0, "moyenne": 3.6, "q05": 1.0, "q95": 5.0, "p_moins": 0.1,
    "p_plus": 1.0, "phrase": "Si les étiquettes étaient redistribuées, 3,6 liens ; on en observe 1.", "avertissement": "",
    "raison_absence": "",
}  # fmt: skip
DRAWN = {"hypothese": "liens", "methode": "tirages", "nb_cas": 999.0, "moyenne": 3.4, "phrase": "", "avertissement": "peu d'acteurs"}
REFUSED = dict.fromkeys(ROW) | {"hypothese": "degres", "raison_absence": "réseau trop grand"}
REFERENCES = pd.DataFrame([ROW, ROW | DRAWN, REFUSED])


@pytest.fixture(scope="module")
def figure():
    return reference_chart.draw_references(LABELS, REFERENCES, mentions=MENTIONS)


def test_what_the_reader_sees(figure):
    (title,) = find_gid(figure, "titre")
    assert plain(title.get_text()) == "1 lien entre champ social et développement local, pour 3,4 à 3,6 attendus au hasard"
    words = plain(read_texts(figure))
    for expected in [
        "Sources : IGN Admin Express 2026 ; Insee COG 2026.", "Date : 21 novembre 2026.", "Inventaire non exhaustif", "FICTIF",
        "Champs redistribués entre les acteurs", "Liens redistribués entre les paires", "Chacun garde son nombre de liens",
        "aucun de ces hasards ne connaît les distances", "part des cas possibles", "part des tirages",
        "Tous les cas possibles (20).", "999 tirages au hasard", "on en observe 1.", "Attention : peu d'acteurs.",
        "Non calculé : réseau trop grand.", "1 observé",
    ]:  # fmt: skip
        assert expected in words
    assert "significatif" not in words
    assert save_png(figure)[1].shape[:2] == (2480, 3508)


def test_bars_are_the_shares_of_the_cases(figure):
    bars = [bar for bar in figure.findobj(lambda a: a.get_gid() in ("cas dedans", "cas dehors")) if bar.get_height()]
    heights = {round(bar.get_x() + bar.get_width() / 2): bar.get_height() for bar in bars}
    assert heights == pytest.approx({1: 0.1, 3: 0.3, 4: 0.4, 5: 0.2})
    assert [dot.get_xdata()[0] for dot in find_gid(figure, "observe")] == [1, 1]
    assert [line.get_xdata()[0] for line in find_gid(figure, "moyenne")] == [3.6, 3.4]


def test_what_is_outside_the_interval_is_hatched():
    row = pd.DataFrame([ROW | {"q05": 3.0, "q95": 4.0}])
    figure = reference_chart.draw_references(LABELS, row, mentions=MENTIONS)
    outside = {round(bar.get_x() + bar.get_width() / 2) for bar in find_gid(figure, "cas dehors") if bar.get_height()}
    assert outside == {1, 5}
    assert all(bar.get_hatch() for bar in find_gid(figure, "cas dehors"))


def test_the_three_have_one_scale(figure):
    assert len({axes.get_xlim() for axes in figure.axes}) == 1 and len(figure.axes) == 3
    assert len({axes.get_ylim() for axes in figure.axes[:2]}) == 1


def test_the_look_is_that_of_every_chart_of_chance(figure):
    assert [plain(text.get_text()) for text in figure.legends[0].get_texts()] == [
        "Observé", "90 % des cas au hasard, autour du milieu", "les autres", "Moyenne au hasard"
    ]  # fmt: skip
    from diagnostic.draw.chance_chart import OBSERVED

    assert {dot.get_color() for dot in find_gid(figure, "observe")} == {OBSERVED}
    assert not find_faults(figure)


def test_the_seed_is_said():
    rows = REFERENCES.assign(graine=[2026, 2026, float("nan")])
    words = plain(read_texts(reference_chart.draw_references(LABELS, rows, mentions=MENTIONS)))
    assert "999 tirages au hasard (graine 2026 : les mêmes à chaque calcul)." in words


def test_tables_as_measured():
    references = compare_references(J2, J2_LIENS, mixte="exclu")
    figure = reference_chart.draw_references(describe_distribution(J2, J2_LIENS), references, mentions=MENTIONS)
    (title,) = find_gid(figure, "titre")
    # 3.6, 3.6 and 3.5556: the three means read the same.
    assert plain(title.get_text()) == "1 lien entre champ social et développement local, pour 3,6 attendus au hasard"
    total = sum(bar.get_height() for bar in figure.findobj(lambda a: a.get_gid() in ("cas dedans", "cas dehors")))
    assert total == pytest.approx(3)
    for phrase in references["phrase"]:
        assert plain(phrase) in plain(read_texts(figure))


def test_what_is_left_out_and_how_the_conventions_move_it_are_said():
    rows = REFERENCES.assign(nb_acteurs=6, nb_liens=5)
    ranges = {"mixte": (0.4267, 0.635), "categories": (0.3615, 0.6276)}
    figure = reference_chart.draw_references(LABELS, rows, mentions={}, ensemble={"nb_acteurs": 8, "nb_liens": 9}, etendues=ranges)
    words = plain(read_texts(figure))
    told = "2 acteurs sur 8 (mixte, autre ou de champ non renseigné) sont hors de la comparaison, et 4 liens avec eux sur 9."
    assert told in words
    assert "Observé / attendu : de 0,43 à 0,64 selon qu'on laisse les acteurs mixtes" in words
    assert "de 0,36 à 0,63 quand une catégorie d'acteurs change de champ" in words
    unknown = {"mixte": (np.nan, np.nan)}
    for options in ({}, {"ensemble": {"nb_acteurs": 6, "nb_liens": 5}, "etendues": unknown}):
        words = plain(read_texts(reference_chart.draw_references(LABELS, rows, mentions={}, **options)))
        assert "hors de la comparaison" not in words and "Observé / attendu" not in words


def test_the_vertical_axis_is_graduated_in_shares(figure):
    axes = figure.axes[0]
    assert [plain(label.get_text()) for label in axes.get_yticklabels()] == ["0 %", "20 %", "40 %"]
    assert axes.get_yticks() == pytest.approx([0, 0.2, 0.4])


def test_row_order(figure):
    turned = reference_chart.draw_references(shuffle(LABELS), REFERENCES.iloc[::-1], mentions=MENTIONS)
    assert (save_png(turned)[1] == save_png(figure)[1]).all()


def test_very_many_values_share_bars():
    values = np.arange(4000, 6000)
    cases = pd.DataFrame({"hypothese": "liens", "valeur": values, "nb_cas": np.exp(-(((values - 5000) / 200) ** 2))})
    row = pd.DataFrame([ROW | {"hypothese": "liens", "observe": 7000.0, "moyenne": 5000.0, "q05": 4700.0, "q95": 5300.0, "p_plus": 1e-9}])
    figure = reference_chart.draw_references(cases, row, mentions=MENTIONS)
    assert len(find_gid(figure, "cas dedans")) <= reference_chart.MOST_BARS
    assert "7 000 liens entre champ social et développement local, pour 5 000 attendus au hasard" in plain(read_texts(figure))


@pytest.mark.parametrize("rows", [REFERENCES.iloc[:0], REFERENCES.iloc[[2]]], ids=["aucune", "non calculée"])
def test_nothing_computed_still_makes_a_page(rows):
    figure = reference_chart.draw_references(LABELS.iloc[:0], rows, mentions={})
    words = plain(read_texts(figure))
    assert "comparaison au hasard non calculée" in words and words.count("Non calculé :") == 3
    figure.set_dpi(50)
    assert save_png(figure)[1].std() > 0
