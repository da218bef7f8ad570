"""The page: lines that fit, legends that shrink until they fit, nothing lost in shortening."""

import pytest

from diagnostic.draw import page


@pytest.fixture
def figure():
    return page.open_page()


@pytest.mark.parametrize("text", ["i" * 3 + " illi" * 200, "M" * 3 + " WMW" * 200], ids=["étroit", "large"])
def test_paragraph_measures_no_more_than_asked(figure, text):
    written = page.write_paragraph(figure, 1, 7, text, 4.0, va="top")
    box = page.measure_box(written)
    assert 1.2 < box[2] - box[0] <= 4.0
    assert written.get_text().split() == text.split()


def test_legends_shrink_to_the_room(figure):
    handles = [page.make_patch("#FFFFFF", f"Unité {rank} — {rank}") for rank in range(30)]
    bottoms = []
    for room in [(7.5, 0.5), (7.5, 2.5)]:
        page.stack_legends(figure, [("Titre", handles, "Note")], room, "A : nom")
        legend = figure.legends[-1]
        bottoms.append(page.measure_box(legend)[1])
        assert [text.get_text() for text in legend.get_texts()] == [handle.get_label() for handle in handles]
        assert bottoms[-1] >= room[1]
    assert bottoms[0] < bottoms[1] and len(figure.legends) == 2


def test_legend_without_entry_is_left_out(figure):
    page.stack_legends(figure, [("Vide", [], None)], (7.5, 0.5))
    assert not figure.legends


def test_fit_label_keeps_the_count():
    label = "Circonscription " * 9 + "— 1\u202f234"
    assert page.fit_label(label, page.LEGEND_SIZES[0]).replace("\n", " ") == label
    short = page.fit_label(label, page.LEGEND_SIZES[-1])
    assert "\n" not in short and short.endswith("… — 1\u202f234")


def test_text_is_never_a_formula(figure):
    assert page.write_text(figure, 0.5, 0.5, "$x$").get_parse_math() is False


def test_a_metre_on_the_page():
    figure = page.open_page()
    axes = figure.add_axes([0, 0, 0.5, 1])
    axes.set_xlim(0, 72_000)
    assert page.measure_point(axes) == pytest.approx(72_000 / (3508 / 300 / 2 * 72))


def test_edition_is_written_for_the_reader(figure):
    page.write_notes(figure, {"edition": "interne"})
    assert "Édition interne (ne pas diffuser)." in figure.texts[-1].get_text()


def test_coverage_is_told_where_there_are_actors_only(figure):
    told = {}
    for coverage in ("12 % des cases", "", None):
        page.write_notes(figure, {"couverture": coverage, "remarques": ["Trois communes de côté."]}, ["Note."])
        told[coverage] = figure.texts[-1].get_text()
    assert told["12 % des cases"].startswith("Note.\nTrois communes de côté.\nInventaire non exhaustif : 12 % des cases.\n")
    assert "Inventaire non exhaustif : couverture non renseignée." in told[""]
    assert "nventaire" not in told[None] and "Sources" in told[None]
