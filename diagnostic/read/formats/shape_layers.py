"""The layers of a file of shapes that are safe to read: real tables, not the views of a GPKG, which compute while they are read."""

import sqlite3
import warnings
from contextlib import closing
from pathlib import Path

import pyogrio

MOST_SHAPES = 1_000_000
SIGNATURES = {".gpkg": b"SQLite format 3", ".shp": b"\x00\x00\x27\x0a", ".geojson": b"{", ".json": b"{"}


def is_shape_file(path):
    """Return whether a file begins as its extension says: GDAL picks its driver by the content, and some fetch files on the network."""
    path = Path(path)
    with path.open("rb") as stream:
        start = stream.read(64).lstrip(b"\xef\xbb\xbf \r\n\t")
    return start.startswith(SIGNATURES.get(path.suffix.lower(), b"?"))


def list_shape_layers(path):
    """Return ([(name, kind of geometry or None)], names left out) of a GPKG, SHP or GeoJSON.

    Left out: what a GPKG computes (views, virtual tables). Such a layer may never end, or call functions of the reader.

    Raises
    ------
    pyogrio.errors.DataSourceError
        Unreadable.
    """
    path = Path(path)
    # What GDAL finds odd and reads all the same (an identifier of format, a date) is no news to a user.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        layers = [(str(name), kind) for name, kind in pyogrio.list_layers(path)]
    if path.suffix.lower() != ".gpkg":
        return layers, []
    stored = _list_stored(path)
    return [layer for layer in layers if layer[0].casefold() in stored], [name for name, _ in layers if name.casefold() not in stored]


def _list_stored(path):
    """Return the names, folded, of the tables that a GPKG stores."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as base:
            rows = base.execute("select name from sqlite_master where type = 'table' and rootpage > 0").fetchall()
    except sqlite3.Error as error:
        raise pyogrio.errors.DataSourceError(str(error)) from error
    return {str(name).casefold() for (name,) in rows}
