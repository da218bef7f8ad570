"""Every print map, checked by what a reader sees: words, scale, north, labels, pixels."""

from concurrent.futures import ThreadPoolExecutor
from itertools import combinations

import numpy as np
import pytest
from matplotlib_scalebar.scalebar import ScaleBar
from toy_map import (
    MENTIONS,
    draw_toy,
    find_gid,
    list_boxes,
    make_acteurs,
    make_communes,
    make_millefeuille,
    make_ressort,
    make_unites,
    plain,
    prepare_toy,
    read_legends,
    read_texts,
    save_png,
)

from diagnostic.draw import base_map, print_layers, print_points
from diagnostic.draw.style import PAGE_SIZES

KINDS = ["C1", "C2", "C5", "C6"]


@pytest.fixture(scope="module")
def communes():
    return make_communes()


@pytest.fixture(scope="module")
def base():
    return prepare_toy()


@pytest.fixture(scope="module")
def millefeuille():
    return make_millefeuille(make_communes())


@pytest.fixture(scope="module")
def ressort():
    return make_ressort(make_communes())


@pytest.fixture(scope="module")
def unites():
    return make_unites()


@pytest.fixture(scope="module")
def acteurs():
    return make_acteurs()


@pytest.fixture(scope="module")
def cartes():
    return draw_toy()


@pytest.mark.parametrize("kind", KINDS)
def test_every_map_says_where_it_comes_from(cartes, kind):
    words = plain(read_texts(cartes[kind]))
    for expected in [
        "Sources : IGN Admin Express 2026 ; Insee COG 2026.",
        "Date : 21 novembre 2026. Édition publique.",
        "Inventaire non exhaustif : 12 territoires renseignés sur 25.",
        "FICTIF",
        "Sans contour, donc absentes de la carte : Sansterre.",
    ]:
        assert expected in words


@pytest.mark.parametrize("kind", KINDS)
def test_every_map_has_scale_north_borders_and_no_axis(cartes, kind):
    figure = cartes[kind]
    assert figure.findobj(ScaleBar) and find_gid(figure, "nord")
    assert all(not axes.axison for axes in figure.axes)
    assert find_gid(figure, "limites epci") and find_gid(figure, "limites departement")
    assert read_legends(figure)["Limites"] == ["Limite d'EPCI", "Limite de département"]


@pytest.mark.parametrize("kind", KINDS)
def test_labels_do_not_overlap_and_stay_on_the_map(cartes, kind):
    boxes = list_boxes(cartes[kind], "etiquette") + list_boxes(cartes[kind], "numero")
    assert len(boxes) >= 3
    assert not [pair for pair in combinations(boxes, 2) if pair[0].overlaps(pair[1])]
    view = cartes[kind].axes[0].bbox
    assert all(view.x0 <= box.x0 and box.x1 <= view.x1 and view.y0 <= box.y0 and box.y1 <= view.y1 for box in boxes)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_written_leaves_the_page(cartes, kind):
    figure = cartes[kind]
    figure.canvas.draw()
    renderer = figure.canvas.get_renderer()
    for text in [*figure.texts, *(entry for legend in figure.legends for entry in legend.get_texts())]:
        box = text.get_window_extent(renderer)
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= figure.bbox.x1 and box.y1 <= figure.bbox.y1


@pytest.mark.parametrize("kind", KINDS)
def test_legends_stay_above_the_notes(cartes, kind):
    figure = cartes[kind]
    renderer = figure.canvas.get_renderer()
    (notes,) = find_gid(figure, "notes")
    assert (
        min(legend.get_window_extent(renderer).y0 for legend in figure.legends) > notes.get_window_extent(renderer).y1
    )


def test_given_title_wins_and_is_never_a_formula(base, millefeuille):
    figure = print_layers.draw_millefeuille(
        base, millefeuille, mentions={**MENTIONS, "titre": "Coût : 3 $ ou 5 $_x", "fictif": False}
    )
    (title,) = find_gid(figure, "titre")
    assert title.get_text() == "Coût : 3 $ ou 5 $_x"
    assert not find_gid(figure, "fictif")
    assert save_png(figure)[1].std() > 0


def test_without_mentions_the_gaps_are_said(base, millefeuille):
    words = read_texts(print_layers.draw_millefeuille(base, millefeuille, mentions={}))
    assert (
        "Sources : non renseignées." in words
        and "Date : non renseignée." in words
        and "couverture non renseignée" in words
    )


@pytest.mark.parametrize("format_page", PAGE_SIZES)
def test_png_has_its_pixels_and_is_not_blank(base, millefeuille, format_page):
    pixels = save_png(print_layers.draw_millefeuille(base, millefeuille, mentions=MENTIONS, format_page=format_page))[1]
    expected = {"A4": (2480, 3508), "A4 portrait": (3508, 2480), "16:9": (2250, 4000)}[format_page]
    assert pixels.shape[:2] == expected
    assert len(np.unique(pixels[::4, ::4, :3].reshape(-1, 3), axis=0)) > 20


def test_same_bytes_alone_and_in_threads(base, millefeuille, acteurs):
    def draw(kind):
        if kind == "C1":
            return save_png(print_layers.draw_millefeuille(base, millefeuille, mentions=MENTIONS))[0]
        return save_png(print_points.draw_actors(base, acteurs, mentions=MENTIONS))[0]

    alone = {kind: draw(kind) for kind in ("C1", "C5")}
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(draw, ["C1", "C5", "C1", "C5"]))
    assert together == [alone["C1"], alone["C5"], alone["C1"], alone["C5"]]


def test_row_order_changes_nothing(communes, millefeuille, ressort, unites, base, cartes):
    shuffled = base_map.prepare_base(communes.iloc[::-1])
    drawn = print_layers.draw_ressort(shuffled, ressort.iloc[::-1], unites.iloc[::-1], "CAS", [], mentions=MENTIONS)
    assert read_legends(drawn) == read_legends(cartes["C2"])
    assert plain(read_texts(drawn)) == plain(read_texts(cartes["C2"]))
