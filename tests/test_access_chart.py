"""Curves of access: which lines, which names, where they stand, what the title and notes say."""

import numpy as np
import pandas as pd
import pytest
from toy_map import MENTIONS, find_gid, list_boxes, plain, read_legends, read_texts, save_png

from diagnostic.draw import access_chart
from diagnostic.draw.access_chart import draw_access_curve
from diagnostic.errors import DiagnosticError

BOUNDS = np.arange(0, 26)


def make_curves(epci=12, unite="km"):
    """Return the curves and territories of a whole, two departements and `epci` EPCI; EPCI n reaches all at 5 + 1.5 n."""
    reach = {"perimetre": 18, "departement:43": 22, "departement:63": 15} | {f"epci:{n:02}": 5 + 1.5 * n for n in range(epci)}
    rows = [
        (key, "france_services", float(bound), min(1.0, bound / far), 1000 * far, unite) for key, far in reach.items() for bound in BOUNDS
    ]
    curves = pd.DataFrame(rows, columns=["territoire_id", "categorie", "borne", "part_population", "population", "unite"])
    names = {"perimetre": "Ensemble du territoire", "departement:43": "Haute-Loire", "departement:63": "Puy-de-Dôme"}
    told, kinds = [names.get(key, f"CC du Pays {key[-2:]}") for key in reach], [key.split(":")[0] for key in reach]
    territories = pd.DataFrame({"nom": told, "type": kinds}, index=list(reach))
    return curves, territories.rename_axis("territoire_id")


@pytest.fixture(scope="module")
def courbes():
    return make_curves()


@pytest.fixture(scope="module")
def figure(courbes):
    return draw_access_curve(*courbes, "France services", mentions=MENTIONS)


def read_line(figure, territory):
    (line,) = find_gid(figure, f"courbe {territory}")
    return line


def test_each_territory_has_its_line_as_given(figure, courbes):
    table, territories = courbes
    for key in territories.index:
        own = table[table["territoire_id"] == key]
        x, y = read_line(figure, key).get_data()
        np.testing.assert_array_equal(x, own["borne"])
        np.testing.assert_array_equal(y, own["part_population"])


def test_the_whole_and_departements_are_bold_each_with_its_dash(figure):
    lines = [read_line(figure, key) for key in ("perimetre", "departement:43", "departement:63")]
    assert min(line.get_linewidth() for line in lines) > 2 > read_line(figure, "epci:00").get_linewidth()
    assert len({(line.get_color(), str(line._unscaled_dash_pattern)) for line in lines}) == 3
    assert len({str(line._unscaled_dash_pattern) for line in lines}) == 3


def test_at_most_eight_names_the_extremes_first_and_none_over_another(figure):
    figure.canvas.draw()
    names = [plain(text.get_text()) for text in find_gid(figure, "nom")]
    assert len(names) == access_chart.MAX_LABELS
    assert names[:3] == ["Ensemble du territoire", "Haute-Loire", "Puy-de-Dôme"]
    # EPCI 11 reaches all at 21.5 km, the furthest; 00 to 03 reach all within 10 km.
    assert {"CC du Pays 11", "CC du Pays 10", "CC du Pays 09"} <= set(names)
    boxes = list_boxes(figure, "nom")
    view = figure.axes[0].bbox
    for rank, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[rank + 1 :])
        assert view.x0 - 1 <= box.x0 and box.x1 <= view.x1 + 1 and view.y0 - 1 <= box.y0 and box.y1 <= view.y1 + 1


def test_each_name_is_joined_to_its_own_curve(figure):
    marks = find_gid(figure, "repere")
    assert len(marks) == len(find_gid(figure, "nom")) == len(find_gid(figure, "renvoi"))
    keys = {"Ensemble du territoire": "perimetre", "Haute-Loire": "departement:43", "Puy-de-Dôme": "departement:63"}
    for text, mark in zip(find_gid(figure, "nom"), marks, strict=True):
        name = plain(text.get_text())
        line = read_line(figure, keys.get(name, f"epci:{name[-2:]}"))
        (x,), (y,) = mark.get_data()
        assert y == pytest.approx(np.interp(x, *line.get_data()), abs=1e-9) and mark.get_color() == line.get_color() == text.get_color()
        assert 0 < y < 1  # not where all the curves meet


def test_title_legend_and_notes_carry_figures_and_denominators(figure):
    words = plain(read_texts(figure))
    # 10 / 18 of the whole; EPCI 11 is at 10 / 21.5.
    assert "France services : 56 % des habitants ont un site à 10 km ou moins, de 47 % à 100 % selon l'EPCI" in words
    assert "Distances à vol d'oiseau depuis la mairie" in words and "Distance au site le plus proche (km)" in words
    people = "Ensemble du territoire, 18 000 ; Haute-Loire, 22 000 ; Puy-de-Dôme, 15 000 ; EPCI, de 5 000 à 21 500"
    assert f"Habitants comptés : {people}." in words
    assert "Sources : IGN Admin Express 2026 ; Insee COG 2026." in words and "FICTIF" in words and "Date : 21 novembre 2026." in words
    legends = {title: [plain(entry) for entry in entries] for title, entries in read_legends(figure).items()}
    assert [plain(title) for title in legends] == ["Part des habitants à 10 km ou moins", "EPCI"]
    assert list(legends.values()) == [
        ["Ensemble du territoire — 56 %", "Haute-Loire — 45 %", "Puy-de-Dôme — 67 %"],
        ["5 nommés sur le graphique — de 47 % à 100 %", "7 non nommés — de 59 % à 100 %"],
    ]


def test_thresholds_are_marked_in_the_unit_of_the_table(figure):
    assert [line.get_xdata()[0] for line in find_gid(figure, "seuil")] == [5, 10, 20]
    assert [plain(text.get_text()) for text in find_gid(figure, "mot seuil")] == ["5 km", "10 km", "20 km"]


def test_minutes_are_said_everywhere():
    drawn = draw_access_curve(*make_curves(3, "min"), "Gare", mentions=MENTIONS, seuils=(15, 20, 60))
    words = plain(read_texts(drawn))
    assert "Gare : 100 % des habitants ont un site à 20 minutes ou moins FICTIF" in words  # no range where all EPCI are alike
    assert "Temps de trajet vers le site le plus proche (minutes)" in words
    assert "km" not in words and "vol d'oiseau" not in words and "Temps de trajet du fichier fourni" in words
    assert [plain(text.get_text()) for text in find_gid(drawn, "mot seuil")] == ["15 minutes", "20 minutes"]  # 60 is off the table


def test_row_order_changes_nothing(figure, courbes):
    table, territories = courbes
    drawn = draw_access_curve(table.sample(frac=1, random_state=1), territories, "France services", mentions=MENTIONS)
    assert save_png(drawn)[0] == save_png(figure)[0]


def test_a_territory_of_which_nothing_is_known_is_named_not_drawn(courbes):
    table, territories = courbes
    lost = table["territoire_id"].eq("epci:05")
    drawn = draw_access_curve(table.assign(part_population=table["part_population"].mask(lost)), territories, "Gare", mentions=MENTIONS)
    assert not find_gid(drawn, "courbe epci:05") and "Non calculé, faute de distance connue : CC du Pays 05." in plain(read_texts(drawn))


def test_an_empty_table_makes_a_page_without_figure(courbes):
    table, territories = courbes
    for rows in (table.iloc[:0], table.assign(part_population=np.nan)):
        drawn = draw_access_curve(rows, territories, "Gare", mentions=MENTIONS)
        words = plain(read_texts(drawn))
        assert "Gare : part des habitants selon la distance au site le plus proche" in words and "ont un site" not in words
        assert find_gid(drawn, "nom") == [] and save_png(drawn)[1].std() > 0


@pytest.mark.parametrize("spoil", ["unit", "category"])
def test_two_units_or_two_categories_are_refused(courbes, spoil):
    table, territories = courbes
    other = table.assign(unite="min", borne=table["borne"] + 0.5) if spoil == "unit" else table.assign(categorie="gare")
    with pytest.raises(DiagnosticError, match="mélangent deux unités ou deux catégories"):
        draw_access_curve(pd.concat([table, other]), territories, "Gare", mentions=MENTIONS)


def test_a_threshold_that_is_not_in_the_table_is_not_guessed(courbes):
    drawn = draw_access_curve(*courbes, "Gare", mentions=MENTIONS, seuils=(7.25,))
    words = plain(read_texts(drawn))
    assert "ont un site" not in words and "Ensemble du territoire — —" in words


@pytest.mark.parametrize(("low", "words"), [
    (0.1, "Gare : de 10 % à 90 % des habitants ont un site à 10 km ou moins, selon l'EPCI"),
    (0.9, "Gare : 90 % des habitants ont un site à 10 km ou moins dans chaque EPCI"),
])  # fmt: skip
def test_epci_without_a_whole_have_their_title(low, words):
    title = access_chart.tell_curves(pd.Series({"a": low, "b": 0.9}), pd.Series({"a": "epci", "b": "epci"}), "Gare", 10, "km")
    assert plain(title) == words


@pytest.mark.long
def test_two_hundred_territories_keep_the_page_readable():
    drawn = draw_access_curve(*make_curves(200), "Gare", mentions=MENTIONS)
    assert len(find_gid(drawn, "nom")) <= access_chart.MAX_LABELS and len(find_gid(drawn, "courbe epci:199")) == 1


def test_names_are_not_read_as_formulas(courbes):
    table, territories = courbes
    drawn = draw_access_curve(table, territories.assign(nom="CC $x_1$ <img>"), "Gare $y$", mentions=MENTIONS)
    save_png(drawn)
    assert "CC $x_1$ <img>" in plain(read_texts(drawn)) and "Gare $y$" in plain(read_texts(drawn))
