"""Figures -> PNG, SVG and PDF of the size of the paper, with real text."""

import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from matplotlib.figure import Figure
from PIL import Image
from toy_map import draw_toy

from diagnostic.draw.page import open_page, write_text
from diagnostic.draw.style import PAGE_SIZES
from diagnostic.write.figures import (
    DPI,
    RENDERERS,
    list_stale,
    render_figure,
    render_pdf,
    render_png,
    render_svg,
    write_bytes,
)


def draw(format_page=None):
    figure = open_page(format_page) if format_page else Figure(figsize=(2, 1))
    write_text(figure, 0.1, 0.5, "L'été à Saint-Étienne : 5 $ & <b>")
    return figure


def test_a_picture_is_at_print_resolution_and_says_nothing_of_who_made_it():
    image = Image.open(io.BytesIO(render_png(draw())))
    assert image.size == (2 * DPI, DPI) and round(image.info["dpi"][0]) == 300
    assert set(image.info) == {"dpi"}


def test_a_larger_paper_has_more_pixels_not_larger_ones():
    image = Image.open(io.BytesIO(render_png(draw("A3"))))
    assert image.size == (4961, 3508) and round(image.info["dpi"][0]) == 300


@pytest.mark.parametrize("kind", RENDERERS)
def test_same_figure_same_bytes(kind):
    assert RENDERERS[kind](draw("A4")) == RENDERERS[kind](draw("A4"))


def test_same_bytes_in_another_process():
    code = (
        "import hashlib; from toy_map import draw_toy; from diagnostic.write.figures import render_figure\n"
        "for kind, content in render_figure(draw_toy()['C2'], ('svg', 'pdf')).items(): print(hashlib.sha256(content).hexdigest())"
    )
    here = Path(__file__).parent
    paths = os.pathsep.join([str(here), str(here.parent)])
    environment = os.environ | {"PYTHONHASHSEED": "7", "PYTHONPATH": paths, "PYTHONUTF8": "1"}
    told = subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True, encoding="utf-8").stdout
    ours = render_figure(draw_toy()["C2"], ("svg", "pdf"))
    assert told.split() == [hashlib.sha256(content).hexdigest() for content in ours.values()]


@pytest.mark.parametrize("format_page", PAGE_SIZES)
def test_vector_pages_have_the_size_of_the_paper(format_page):
    width, height = PAGE_SIZES[format_page]
    box = re.search(rb"/MediaBox \[([^]]*)\]", render_pdf(draw(format_page)))[1].split()
    assert [float(edge) for edge in box] == pytest.approx([0, 0, 72 * width, 72 * height], abs=0.01)
    svg = render_svg(draw(format_page)).decode()
    found = re.search(r'<svg [^>]*width="([\d.]+)mm" height="([\d.]+)mm" viewBox="0 0 ([\d.]+) ([\d.]+)"', svg).groups()
    assert [float(found[0]), float(found[1])] == pytest.approx([25.4 * width, 25.4 * height], abs=0.06)
    assert float(found[2]) / float(found[3]) == pytest.approx(width / height, rel=1e-3)


def test_vector_pages_hold_letters_and_nothing_of_who_made_them():
    pdf, svg = render_pdf(draw("A4")), render_svg(draw("A4")).decode()
    assert b"/FontFile2" in pdf and b"/Type3" not in pdf
    assert "L'été à Saint-Étienne : 5 $ &amp; &lt;b&gt;</text>" in svg and "'DejaVu Sans', Verdana, sans-serif" in svg
    for word in ("atplotlib", "CreationDate", "Producer", "dc:date", "/tmp", "/work"):
        assert word not in svg and word.encode() not in pdf


def read_pdf(content, folder):
    """Return the words of a PDF as a reader copies them."""
    program = shutil.which("pdftotext")
    if program is None:
        assert os.environ.get("CI") != "true", "pdftotext is needed in continuous integration"
        pytest.skip("pdftotext is not installed: the text of the PDF is not read")
    (folder / "page.pdf").write_bytes(content)
    told = subprocess.run([program, "-layout", folder / "page.pdf", "-"], check=True, capture_output=True, encoding="utf-8").stdout
    return " ".join(told.split())


@pytest.mark.parametrize("kind", ["C1", "C2", "C5", "C6"])
def test_a_reader_can_copy_the_words_of_a_map(kind, tmp_path):
    words = read_pdf(render_pdf(draw_toy()[kind]), tmp_path)
    for expected in [
        "Sources : IGN Admin Express 2026", "Date : 21 novembre 2026", "Inventaire non exhaustif : 12 territoires", "FICTIF",
        "Limite d'EPCI", "km", "Sans contour, donc absentes de la carte : Sansterre",
    ]:  # fmt: skip
        assert expected in words


def test_a_hatch_grows_with_the_paper():
    figure = open_page("A0")
    from matplotlib.patches import Rectangle

    figure.add_artist(Rectangle((0.1, 0.1), 0.5, 0.5, hatch="//", facecolor="white"))
    matrix = re.search(rb"/Matrix \[ ?3 0 0 3 0 ([\d.]+) ?\]", render_pdf(figure))
    assert float(matrix[1]) == pytest.approx(72 * PAGE_SIZES["A0"][1], abs=0.01)


def test_types_are_those_asked():
    assert list(render_figure(draw(), ("pdf", "png"))) == ["pdf", "png"] and list(render_figure(draw())) == ["png"]


def test_bytes_are_written_whole(chemin_piege):
    path = write_bytes(b"abc", chemin_piege / "cartes" / "01_a.png")
    assert path.read_bytes() == b"abc" and [p.name for p in path.parent.iterdir()] == ["01_a.png"]


def test_only_our_numbered_pages_of_an_earlier_run_are_listed(tmp_path):
    old = ("02_b.png", "02_b_A0.pdf", "104_c.svg")
    for name in (*old, "photo.png", "1_c.png", "03_notes.txt", "2026_rapport.pdf"):
        (tmp_path / name).write_bytes(b"x")
    assert list_stale(tmp_path) == sorted(old)
    assert list_stale(tmp_path / "nulle part") == []
