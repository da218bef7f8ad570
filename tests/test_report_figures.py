"""Which part a page goes in, and the words read on it."""

from diagnostic.draw.page import measure_box, open_page, write_notes, write_title
from diagnostic.draw.report_figures import hide_logo, read_figure, sort_figures


def test_every_page_has_a_place():
    names = [
        "mille-feuille",
        "acteurs",
        "acteurs_par_rubrique",
        "etats_ccas",
        "ressort_caf",
        "ressort_cas",
        "neuf",
        "stades",
    ]
    parts, left = sort_figures(names, {"cas"})
    assert parts["acteurs"] == ["acteurs_par_rubrique", "acteurs"] and parts["manques"] == ["etats_ccas"]
    assert (
        parts["ressorts"] == ["mille-feuille", "ressort_cas"]
        and left == ["ressort_caf"]
        and parts["annexes"] == ["neuf"]
    )
    assert sorted(sum(parts.values(), []) + left) == sorted(names)


def test_the_words_of_a_page_and_the_box_without_them():
    figure = open_page()
    top = write_title(figure, "Un titre assez long : 3 communes sur 12", {"fictif": True})
    bottom = write_notes(
        figure, {"sources": ["INSEE"], "date": "15/11/2026", "couverture": None}, ["Lecture : une note."]
    )
    told = read_figure(figure)
    assert told["legende"].startswith("Un titre assez long\xa0: 3 communes sur 12 (FICTIF")
    assert "Sources\xa0: INSEE." in told["source"] and "15/11/2026" in told["source"]
    assert told["alternative"].startswith("Un titre") and "classeur" in told["alternative"]
    x0, y0, x1, y1 = told["boite"]
    assert (x0, x1) == (0.0, figure.get_size_inches()[0]) and bottom - 0.1 < y0 < bottom + 0.1 and top <= y1
    assert all(measure_box(text)[1] >= y1 or measure_box(text)[3] <= y0 for text in figure.texts)


def test_a_page_without_words_is_taken_whole():
    figure = open_page()
    hide_logo(figure)
    told = read_figure(figure)
    assert told["source"] == "" and told["boite"][1] == 0.0


def test_what_is_left_empty_above_the_notes_is_not_in_the_picture():
    figure = open_page()
    write_notes(figure, {"sources": ["INSEE"], "date": "15/11/2026", "couverture": None})
    height = figure.get_size_inches()[1]
    axes = figure.add_axes([0.1, 0.5, 0.8, 0.4])
    axes.text(0.5, 0.0, "dedans")
    low = read_figure(figure)["boite"][1]
    assert 0.5 * height - 0.6 < low < 0.5 * height
    figure.text(0.5, 0.3, "plus bas")
    assert 0.25 * height < read_figure(figure)["boite"][1] < 0.3 * height
