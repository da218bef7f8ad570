"""Matplotlib figures -> PNG files at print resolution, the same bytes for the same figure."""

import io
from pathlib import Path

from diagnostic.write.atomic import write_atomic

DPI = 300
# zlib's level: twice as fast as its default for pages 8 % heavier.
COMPRESSION = 2


def render_png(figure):
    """Return the figure as PNG bytes at 300 dpi, without date or version inside."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI, metadata={"Software": None}, pil_kwargs={"compress_level": COMPRESSION})
    return buffer.getvalue()


def write_bytes(content, path):
    """Write bytes to `path`, whole or not at all."""
    with write_atomic(path) as temporary:
        Path(temporary).write_bytes(content)
    return path


def remove_stale(folder, kept):
    """Remove the numbered pictures of an earlier run that this one did not write; nothing else is touched."""
    for path in Path(folder).glob("[0-9][0-9]_*.png"):
        if path.name not in kept:
            path.unlink()
