"""Figures -> PNG at print resolution."""

import io

from matplotlib.figure import Figure
from PIL import Image

from diagnostic.write.figures import DPI, remove_stale, render_png, write_bytes


def draw():
    figure = Figure(figsize=(2, 1))
    figure.text(0.1, 0.5, "été")
    return figure


def test_a_picture_is_at_print_resolution_and_says_nothing_of_who_made_it():
    image = Image.open(io.BytesIO(render_png(draw())))
    assert image.size == (2 * DPI, DPI) and round(image.info["dpi"][0]) == 300
    assert set(image.info) == {"dpi"}


def test_same_figure_same_bytes():
    assert render_png(draw()) == render_png(draw())


def test_bytes_are_written_whole(chemin_piege):
    path = write_bytes(b"abc", chemin_piege / "cartes" / "01_a.png")
    assert path.read_bytes() == b"abc" and [p.name for p in path.parent.iterdir()] == ["01_a.png"]


def test_only_our_numbered_pictures_of_an_earlier_run_are_removed(tmp_path):
    for name in ("01_a.png", "02_b.png", "photo.png", "1_c.png", "03_notes.txt"):
        (tmp_path / name).write_bytes(b"x")
    remove_stale(tmp_path, {"01_a.png"})
    assert sorted(p.name for p in tmp_path.iterdir()) == ["01_a.png", "03_notes.txt", "1_c.png", "photo.png"]
