"""Charts, checked by what a reader sees: figures in cells, three states, hatches for what is not known."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import Rectangle
from toy_map import MENTIONS, find_gid, plain, read_legends, read_texts, save_png

from diagnostic.draw import charts
from diagnostic.draw.style import MISSING_HATCH, STATE_COLOURS, STATE_HATCHES

LAYERS = ["EPCI", "MSA", "CAF"]


@pytest.fixture
def matrice():
    return pd.DataFrame([[0, 0.4652, np.nan], [0.4652, 0, 0.9], [np.nan, 0.9, 0]], LAYERS, LAYERS)


@pytest.fixture
def blocs():
    """The J2 network: 3 links inside S, 2 inside D, 1 between; one mixed actor, no pair inside its group."""
    return pd.DataFrame(
        {
            "groupe_a": ["social", "social", "developpement_local", "mixte"],
            "groupe_b": ["social", "developpement_local", "developpement_local", "mixte"],
            "nb_liens": [3, 1, 2, 0],
            "nb_paires": [3, 9, 3, 0],
            "densite": [1.0, 1 / 9, 2 / 3, np.nan],
        }
    )


@pytest.fixture
def etats():
    return pd.DataFrame(
        {"CC Nord": ["present", "absent_verifie"], "CC $Sud$": ["present", np.nan]},
        index=["Centre social", "Ludothèque"],
    )


@pytest.fixture
def graphiques(matrice, blocs, etats):
    return {
        "C3": charts.draw_discordance(matrice, mentions=MENTIONS),
        "G2": charts.draw_blocks(blocs, mentions=MENTIONS),
        "T3": charts.draw_categories(etats, mentions=MENTIONS),
        "barres": charts.draw_bars(
            pd.Series([12.0, np.nan, 0.0], ["Associations", "Entreprises", "Habitants"]), mentions=MENTIONS
        ),
    }


def list_cells(figure, hatch):
    """Return the corners of the cells with this hatch."""
    return sorted(
        cell.get_xy() for cell in figure.axes[0].patches if isinstance(cell, Rectangle) and cell.get_hatch() == hatch
    )


@pytest.mark.parametrize("kind", ["C3", "G2", "T3", "barres"])
def test_every_chart_says_where_it_comes_from_and_fits_the_page(graphiques, kind):
    figure = graphiques[kind]
    words = plain(read_texts(figure))
    for expected in [
        "Sources : IGN Admin Express 2026 ; Insee COG 2026.",
        "Date : 21 novembre 2026.",
        "Inventaire non exhaustif",
        "FICTIF",
    ]:
        assert expected in words
    data, pixels = save_png(figure)
    assert pixels.shape[:2] == (2480, 3508) and pixels.std() > 0
    assert save_png(figure)[0] == data
    box = figure.axes[0].get_tightbbox(figure.canvas.get_renderer())
    assert box.x0 >= 0 and box.x1 <= figure.bbox.x1 and box.y1 <= figure.bbox.y1


def test_discordance_figures_and_missing(graphiques):
    words = [text.get_text() for text in graphiques["C3"].axes[0].texts]
    plain_words = [plain(word) for word in words]
    assert plain_words == ["0,0 %", "46,5 %", "—", "46,5 %", "0,0 %", "90,0 %", "—", "90,0 %", "0,0 %"]
    assert list_cells(graphiques["C3"], MISSING_HATCH) == [(0, 2), (2, 0)]
    (title,) = find_gid(graphiques["C3"], "titre")
    assert plain(title.get_text()) == "Discordance entre 3 couches : de 46,5 % à 90,0 % des habitants selon la paire"
    assert "principale de leur unité" in plain(read_texts(graphiques["C3"]))


def fill_of(figure, corner):
    return next(
        cell.get_facecolor()
        for cell in figure.axes[0].patches
        if cell.get_xy() == corner and cell.get_facecolor()[3] and not cell.get_hatch()
    )


def test_small_discordances_are_shaded_by_the_largest(matrice):
    figure = charts.draw_discordance(matrice / 10, mentions=MENTIONS)
    assert "Teinte relative au maximum de la page (9,0 %)." in plain(read_texts(figure))
    strong = charts.draw_discordance(matrice, mentions=MENTIONS)
    assert "Teinte relative" not in read_texts(strong)
    assert fill_of(figure, (1, 2)) == fill_of(strong, (1, 2)) != fill_of(figure, (0, 0))


def test_small_densities_are_shaded_by_the_largest(blocs):
    figure = charts.draw_blocks(blocs.assign(densite=[0.06, 0.001, 0.03, np.nan]), mentions=MENTIONS)
    assert "Teinte relative au maximum de la page (6,0 %)." in plain(read_texts(figure))
    assert len({fill_of(figure, corner) for corner in [(0, 0), (0, 1), (1, 1)]}) == 3
    none = charts.draw_blocks(blocs.assign(densite=[0.0, 0.0, 0.0, np.nan]), mentions=MENTIONS)
    assert "Teinte relative" not in read_texts(none) and fill_of(none, (0, 0)) == fill_of(figure, (0, 1))


def test_discordance_without_any_figure(matrice):
    figure = charts.draw_discordance(matrice * np.nan, mentions=MENTIONS)
    assert "aucune paire calculable" in plain(read_texts(figure))
    assert len(list_cells(figure, MISSING_HATCH)) == 9


def test_darker_cell_for_larger_value(graphiques):
    fills = {
        cell.get_xy(): sum(cell.get_facecolor()[:3])
        for cell in graphiques["C3"].axes[0].patches
        if cell.get_facecolor()[3]
    }
    assert fills[0, 0] > fills[0, 1] > fills[1, 2]


def test_blocks_show_links_pairs_and_density(graphiques):
    words = [plain(text.get_text()) for text in graphiques["G2"].axes[0].texts]
    assert words == ["3 / 3 100,0 %", "1 / 9 11,1 %", "—", "1 / 9 11,1 %", "2 / 3 66,7 %", "—", "—", "—", "—"]
    (title,) = find_gid(graphiques["G2"], "titre")
    assert plain(title.get_text()) == "5 liens à l'intérieur du champ social ou du développement local, 1 lien entre les deux"
    assert [label.get_text() for label in graphiques["G2"].axes[0].get_yticklabels()] == [
        "Champ social",
        "Développement local",
        "Mixte",
    ]


def test_links_of_mixed_actors_are_told_apart_and_other_groups_are_groups():
    ends = [("social", "social", 5), ("developpement_local", "social", 2), ("mixte", "mixte", 3), ("autre", "social", 1)]
    blocs = pd.DataFrame(ends, columns=["groupe_a", "groupe_b", "nb_liens"]).assign(nb_paires=9, densite=0.1)
    named = blocs.replace({"social": "Champ social", "developpement_local": "Développement local", "mixte": "Mixte", "autre": "Autre"})
    told = "5 liens à l'intérieur du champ social ou du développement local, 2 liens entre les deux ; "
    for table in (blocs, named):
        assert plain(charts.tell_blocks(table)) == told + "4 autres avec au moins un acteur mixte ou autre"
    other = blocs.replace("mixte", "ccas")
    assert plain(charts.tell_blocks(other)) == "8 liens à l'intérieur d'un même groupe, 3 liens entre groupes"


def test_blocks_row_order(blocs, graphiques):
    turned = charts.draw_blocks(blocs.iloc[::-1], mentions=MENTIONS)
    assert read_texts(turned) == read_texts(graphiques["G2"])


def test_oriented_blocks_are_not_mirrored(blocs):
    back = pd.DataFrame(
        {
            "groupe_a": ["developpement_local"],
            "groupe_b": ["social"],
            "nb_liens": [4],
            "nb_paires": [9],
            "densite": [4 / 9],
        }
    )
    figure = charts.draw_blocks(pd.concat([blocs, back]), mentions=MENTIONS)
    words = [plain(text.get_text()) for text in figure.axes[0].texts]
    assert words[1] == "1 / 9 11,1 %" and words[3] == "4 / 9 44,4 %"


def test_three_states(graphiques):
    figure = graphiques["T3"]
    entries = [plain(entry) for entry in read_legends(figure)["Catégorie dans le territoire"]]
    assert entries == ["Présent — 2 cases", "Absence vérifiée — 1 case", "Non renseigné — 1 case"]
    assert list_cells(figure, STATE_HATCHES["absent_verifie"]) == [(0, 1)]
    assert list_cells(figure, STATE_HATCHES["non_renseigne"]) == [(1, 1)]
    assert len({STATE_COLOURS[state] for state in charts.STATES}) == 3
    assert "ne veut pas dire absent" in plain(read_texts(figure))
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == ["CC Nord", "CC $Sud$"]


def test_large_table_keeps_its_labels_on_the_page():
    names = [f"Communauté de communes du pays numéro {rank}" for rank in range(25)]
    large = pd.DataFrame("present", index=[f"Catégorie de structure {rank}" for rank in range(60)], columns=names)
    figure = charts.draw_categories(large, mentions=MENTIONS, format_page="A4 portrait")
    box = figure.axes[0].get_tightbbox(figure.canvas.get_renderer())
    assert box.x0 >= 0 and box.x1 <= figure.bbox.x1 and box.y1 <= figure.bbox.y1
    assert figure.axes[0].bbox.width > 0.2 * figure.bbox.width


def test_bars_read_their_figures(graphiques):
    axes = graphiques["barres"].axes[0]
    assert [text.get_text() for text in axes.texts] == ["12", "—", "0"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["Associations", "Entreprises", "Habitants"]
    (stub,) = [bar for bar in axes.patches if bar.get_hatch() == MISSING_HATCH]
    assert stub.get_y() < 1 < stub.get_y() + stub.get_height()
    (title,) = find_gid(graphiques["barres"], "titre")
    assert plain(title.get_text()) == "12 acteurs dans 1 rubrique"


@pytest.mark.parametrize(
    "draw",
    [
        lambda: charts.draw_bars(pd.Series(dtype=float), mentions=MENTIONS),
        lambda: charts.draw_categories(pd.DataFrame(), mentions=MENTIONS),
        lambda: charts.draw_discordance(pd.DataFrame(dtype=float), mentions=MENTIONS),
        lambda: charts.draw_blocks(
            pd.DataFrame(columns=["groupe_a", "groupe_b", "nb_liens", "nb_paires", "densite"]), mentions=MENTIONS
        ),
    ],
    ids=["barres", "T3", "C3", "G2"],
)
def test_empty_table_still_makes_a_page(draw):
    figure = draw()
    assert find_gid(figure, "titre") and save_png(figure)[1].shape[:2] == (2480, 3508)


def make_chance():
    """Four layers: above the interval, inside it, below it, not computed."""
    rows = pd.DataFrame({"couche_b": ["CAS", "MSA", "PAT", "CAF"], "observe": [9.0, 4, 0, 11], "q05": [2.0, 2, 1, np.nan]})
    rows = rows.assign(q95=[6.0, 6, 3, np.nan], moyenne_hasard=[3.5, 3.5, 2, np.nan], couche_a="EPCI", tirages=199)
    return rows.assign(raison_absence=["", "", "", "une seule unité"])


def test_chance_shows_what_is_observed_beside_the_interval():
    labels = pd.Series({"CAS": "Action sociale", "MSA": "MSA $x$"})
    figure = charts.draw_chance(make_chance(), labels, "Haute-Loire", mentions=MENTIONS | {"couverture": None})
    words = plain(read_texts(figure))
    assert "Haute-Loire : les EPCI tiennent dans une seule unité plus souvent que par hasard pour 1 découpage sur 3" in words
    assert "moins souvent pour 1" in words
    assert "tirages au hasard, d'un seul tenant, mêmes tailles (en nombre de communes)" in words
    for row in ("9 ; au hasard, de 2 à 6 (3,5 en moyenne)", "11 ; hasard non calculé : une seule unité", "MSA $x$", "CAF"):
        assert row in words
    bars = [(bar.get_x(), bar.get_width(), bar.get_y() + bar.get_height() / 2) for bar in find_gid(figure, "hasard")]
    assert bars == [(2, 4, 0), (2, 4, 1), (1, 2, 2)]
    assert [tuple(dot.get_xydata()[0]) for dot in find_gid(figure, "observe")] == [(9, 0), (4, 1), (0, 2), (11, 3)]
    assert save_png(figure)[1].std() > 0


def test_chance_that_nothing_computes_says_so():
    rows = make_chance().iloc[3:]
    assert charts.tell_chance(rows, "EPCI") == "les EPCI : comparaison au hasard non calculée"
    assert "hasard non calculé" in read_texts(charts.draw_chance(rows, pd.Series(dtype="object"), "J1", mentions=MENTIONS))


def test_what_every_grouping_gives_is_not_counted():
    rows = make_chance().iloc[:2].assign(q05=[2.0, 4], q95=[6.0, 4])
    assert plain(charts.tell_chance(rows, "EPCI")).endswith("plus souvent que par hasard pour 1 découpage sur 1")
    assert plain(charts.tell_chance_row(rows.iloc[1])) == "4 ; toujours autant au hasard"
    row = make_chance().assign(q05=8.0, q95=8.0).iloc[0]
    assert plain(charts.tell_chance_row(row)) == "9 ; au hasard, 8 (3,5 en moyenne)"
