"""Matplotlib figures -> PNG, SVG and PDF files of the size of the paper, the same bytes for the same figure."""

import io
import re
from pathlib import Path

from matplotlib import rc_context
from matplotlib.backends.backend_pdf import Op, PdfFile, RendererPdf

from diagnostic.draw.page import measure_scale
from diagnostic.draw.style import FONT_FAMILY
from diagnostic.write.atomic import write_atomic

DPI = 300
# zlib's level: twice as fast as its default for pages 8 % heavier.
COMPRESSION = 2
POINTS, MILLIMETRES = 72, 25.4
# Letters stay letters: they can be searched, copied, read aloud. Identifiers come from the content, not from chance.
REAL_TEXT = {"pdf.fonttype": 42, "svg.fonttype": "none", "svg.hashsalt": "diagnostic"}
# A page seen where its font is not installed: Verdana has nearly the widths of DejaVu Sans.
FALLBACK_FONTS = "Verdana, sans-serif"
# The names that `draw.atlas` gives, in every type: what an earlier run wrote.
NUMBERED = re.compile(r"\d{2,3}_.*\.(png|svg|pdf)")


def render_figure(figure, kinds=("png",)):
    """Return {kind: bytes} of a figure in each file type asked: "png", "svg", "pdf"."""
    return {kind: RENDERERS[kind](figure) for kind in kinds}


def render_png(figure):
    """Return the figure as PNG bytes at 300 dpi, without date or version inside."""
    buffer = io.BytesIO()
    # The pixels are those of the figure; on the paper, whose inches are not those of the figure, they are 300 to the inch.
    options = {"compress_level": COMPRESSION, "dpi": (DPI, DPI)}
    figure.savefig(buffer, format="png", dpi=DPI * measure_scale(figure), metadata={"Software": None}, pil_kwargs=options)
    return buffer.getvalue()


def render_svg(figure):
    """Return the figure as SVG bytes, its text as text, the size of the paper in millimetres, without date or version inside."""
    buffer = io.BytesIO()
    nobody = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with rc_context(REAL_TEXT):
        figure.savefig(buffer, format="svg", metadata=nobody)
    width, height = (inches * measure_scale(figure) * MILLIMETRES for inches in figure.get_size_inches())
    text = buffer.getvalue().decode("utf-8")
    text = re.sub(r'(<svg [^>]*?)width="[^"]*" height="[^"]*"', rf'\1width="{width:.1f}mm" height="{height:.1f}mm"', text, count=1)
    return text.replace(f"'{FONT_FAMILY[0]}'", f"'{FONT_FAMILY[0]}', {FALLBACK_FONTS}").encode("utf-8")


def render_pdf(figure):
    """Return the figure as PDF bytes, its text as text, on a page of the size of the paper, without date or version inside."""
    buffer, width, height = io.BytesIO(), *figure.get_size_inches()
    nobody = dict.fromkeys(("Creator", "Producer", "CreationDate"))
    with rc_context(REAL_TEXT):
        file = EnlargedPdf(buffer, metadata=nobody, scale=measure_scale(figure))
        dpi = figure.dpi
        figure.dpi = POINTS
        try:
            file.newPage(width, height)
            renderer = RendererPdf(file, DPI, height, width)
            figure.draw(renderer)
            renderer.finalize()
            file.finalize()
        finally:
            figure.dpi = dpi
            file.close()
    return buffer.getvalue()


class EnlargedPdf(PdfFile):
    """A PDF file whose pages are drawn `scale` times larger, hatches included: matplotlib has no setting for it."""

    def __init__(self, filename, *, metadata, scale):
        self.scale = scale
        super().__init__(filename, metadata=metadata)

    def newPage(self, width, height):  # noqa: N802 (a name of matplotlib)
        super().newPage(width * self.scale, height * self.scale)
        self.output(self.scale, 0, 0, self.scale, 0, 0, Op.concat_matrix)

    def beginStream(self, id, len, extra=None, png=None):  # noqa: N802, A002 (names of matplotlib)
        # The matrix of a pattern starts from the page, and knows nothing of what enlarges its content.
        if extra and extra.get("PatternType") == 1:
            extra = extra | {"Matrix": [self.scale, 0, 0, self.scale, 0, self.height * POINTS]}
        super().beginStream(id, len, extra, png)


RENDERERS = {"png": render_png, "svg": render_svg, "pdf": render_pdf}


def write_bytes(content, path):
    """Write bytes to `path`, whole or not at all."""
    with write_atomic(path) as temporary:
        Path(temporary).write_bytes(content)
    return path


def list_stale(folder):
    """Return the names of the numbered pages in a folder of maps: those of an earlier run, unless they are written again."""
    return sorted(path.name for path in Path(folder).glob("*") if NUMBERED.fullmatch(path.name))
