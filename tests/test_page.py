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
    short = page.fit_label(label, page.LEGEND_SIZES[-1], full=False)
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


def test_a_second_column_takes_what_the_first_has_no_room_for(figure):
    handles = [page.make_patch("#FFFFFF", f"Unité {rank}") for rank in range(12)]
    page.stack_legends(figure, [("Un", handles, None), ("Deux", handles, None)], (7.5, 4.0, [0.5, 4.5]), "A : nom")
    first, second = (page.measure_box(legend) for legend in figure.legends)
    assert first[0] == pytest.approx(0.5, abs=0.02) and second[0] == pytest.approx(4.5, abs=0.02)
    assert first[3] == pytest.approx(second[3], abs=0.02) and min(first[1], second[1]) > 4.0
    assert figure.legends[0].get_texts()[0].get_fontsize() == page.LEGEND_SIZES[0]


def test_names_without_room_are_counted_and_do_not_run_over_the_notes(figure):
    names = [f"{rank} : Communauté de communes numéro {rank}" for rank in range(60)]
    page.stack_legends(figure, [("Titre", [page.make_patch("#FFFFFF", "Un")], None)], (7.5, 6.0), "\n".join(names))
    written = figure.texts[-1]
    assert page.measure_box(written)[1] >= 6.0
    kept = written.get_text().replace("\n", " ").split(" ; ")
    assert kept[-1] == f"et {60 - len(kept) + 1} autres" and kept[:-1] == names[: len(kept) - 1] and len(kept) > 5


def test_a_colon_never_starts_a_line():
    lines = page.wrap_text("Un point est placé ; plusieurs champs : écartés ? oui ! " * 8, 1.6, 7).split("\n")
    assert len(lines) > 10 and not [line for line in lines if line[0] in ":;?!"]


@pytest.mark.parametrize(("format_page", "scale"), page.PAGE_SCALES.items())
def test_a_page_is_as_large_as_its_paper(format_page, scale):
    figure = page.open_page(format_page)
    assert page.measure_scale(figure) == pytest.approx(scale)
    assert figure.get_size_inches() * scale == pytest.approx(page.PAGE_SIZES[format_page])
    assert figure.bbox.width == pytest.approx(300 * page.PAGE_SIZES[format_page][0])
