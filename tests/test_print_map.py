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

from diagnostic.draw import base_map, page, print_layers, print_points
from diagnostic.draw.style import PAGE_SIZES, PRINT_DPI

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
    units = ["Limite d'unité"] if kind == "C2" else []
    assert read_legends(figure)["Limites"] == [*units, "Limite d'EPCI", "Limite de département"]


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


PIXELS = {
    "A4": (2480, 3508), "A4 portrait": (3508, 2480), "A3": (3508, 4961), "A0": (9933, 14043), "16:9": (2250, 4000), "colonne": (2363, 1890),
}  # fmt: skip


@pytest.mark.parametrize("format_page", PAGE_SIZES)
def test_every_paper_has_its_pixels(format_page):
    width, height = PAGE_SIZES[format_page]
    assert (round(height * PRINT_DPI), round(width * PRINT_DPI)) == PIXELS[format_page]


@pytest.mark.parametrize("format_page", [name for name in PAGE_SIZES if name != "A0"])
def test_png_has_its_pixels_and_is_not_blank(base, millefeuille, format_page):
    pixels = save_png(print_layers.draw_millefeuille(base, millefeuille, mentions=MENTIONS, format_page=format_page))[1]
    assert pixels.shape[:2] == PIXELS[format_page]
    assert len(np.unique(pixels[::4, ::4, :3].reshape(-1, 3), axis=0)) > 20


@pytest.mark.parametrize("format_page", PAGE_SIZES)
def test_every_paper_says_everything_within_its_edges(base, ressort, unites, format_page):
    figure = print_layers.draw_ressort(base, ressort, unites, "CAS", ["43010"], mentions=MENTIONS, format_page=format_page)
    words = plain(read_texts(figure))
    for expected in [
        "CAS :", "Sources : IGN Admin Express 2026 ; Insee COG 2026.", "Date : 21 novembre 2026.", "non exhaustif : 12 territoires",
        "FICTIF",
    ]:  # fmt: skip
        assert expected in words
    assert list(read_legends(figure)) == ["CAS : 2\xa0unités, nombre de communes", "Communes", "Limites"]
    assert figure.findobj(ScaleBar) and find_gid(figure, "nord")
    # Laid out at the resolution of the screen: the boxes are in the same places, and A0 needs no gigabyte.
    figure.set_dpi(100)
    figure.canvas.draw()
    renderer = figure.canvas.get_renderer()
    (notes,), (title,) = find_gid(figure, "notes"), find_gid(figure, "titre")
    view, below = figure.axes[0].get_window_extent(), notes.get_window_extent(renderer)
    assert view.y0 >= below.y1 and view.y1 <= title.get_window_extent(renderer).y0
    for artist in [*figure.texts, *figure.legends]:
        box = artist.get_window_extent(renderer)
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= figure.bbox.x1 and box.y1 <= figure.bbox.y1
    for legend in figure.legends:
        box = legend.get_window_extent(renderer)
        assert box.y0 > below.y1 and not box.overlaps(view)
    boxes = list_boxes(figure, "etiquette") + list_boxes(figure, "numero")
    assert not [pair for pair in combinations(boxes, 2) if pair[0].overlaps(pair[1])]


def test_letters_and_lines_grow_with_the_paper(base, millefeuille):
    """What is measured is the paper: a letter of the legend, in points, and how much larger the whole is than on A4."""
    sizes = {}
    for format_page in ("A4", "A3", "A0", "16:9"):
        figure = print_layers.draw_millefeuille(base, millefeuille, mentions=MENTIONS, format_page=format_page)
        scale = page.measure_scale(figure)
        width, height = figure.get_size_inches() * scale
        assert (width, height) == pytest.approx(PAGE_SIZES[format_page])
        sizes[format_page] = [scale * text.get_fontsize() for text in figure.legends[0].get_texts()][0]
    assert sizes == {"A4": 8, "A3": 10, "A0": 24, "16:9": 10}


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
