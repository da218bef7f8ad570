"""The sheets of a workshop -> one PDF each: the ground to fill, and the numbered map with its index behind it."""

import io
from pathlib import Path

from matplotlib import rc_context
from matplotlib.backends.backend_pdf import RendererPdf

from diagnostic.draw.page import measure_scale
from diagnostic.write.figures import DPI, POINTS, REAL_TEXT, EnlargedPdf, write_bytes

FOLDER = "atelier"
BLANK, NUMBERED = "fond_vierge", "acteurs_numerotes"


def render_book(figures):
    """Return figures of one paper size as the pages of one PDF: vector, its text as text, without date; the same bytes each time."""
    buffer = io.BytesIO()
    nobody = dict.fromkeys(("Creator", "Producer", "CreationDate"))
    with rc_context(REAL_TEXT):
        file = EnlargedPdf(buffer, metadata=nobody, scale=measure_scale(figures[0]))
        try:
            for figure in figures:
                width, height = figure.get_size_inches()
                dpi, figure.dpi = figure.dpi, POINTS
                try:
                    file.newPage(width, height)
                    renderer = RendererPdf(file, DPI, height, width)
                    figure.draw(renderer)
                    renderer.finalize()
                finally:
                    figure.dpi = dpi
            file.finalize()
        finally:
            file.close()
    return buffer.getvalue()


def write_workshop(blank, numbered, folder, format_page):
    """Write the two sheets of a format in `folder`/atelier, each whole or not at all; return their paths.

    Parameters
    ----------
    blank : Figure
    numbered : list of Figure, the numbered map and the pages of its index; empty when there is no actor: no file then
    folder : path-like, that of the edition
    format_page : str
    """
    folder = Path(folder) / FOLDER
    written = [write_bytes(render_book([blank]), folder / f"{BLANK}_{format_page}.pdf")]
    if numbered:
        written.append(write_bytes(render_book(numbered), folder / f"{NUMBERED}_{format_page}.pdf"))
    return written


def write_cards(pages, path):
    """Write the pages of cards as one PDF; return [path], [] when there is no card: no file then."""
    return [write_bytes(render_book(pages), Path(path))] if pages else []
