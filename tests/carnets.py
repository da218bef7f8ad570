"""The small dossier as a notebook opens it, measured once for all the tests of the widgets; and what a table shows, as words."""

import html
import re
import tempfile
from functools import cache
from pathlib import Path

from petit_dossier import write_dossier

from diagnostic import run as way

AUZON = "epci:244301099"


@cache
def measure_small():
    """Return every table of the small dossier, measured; read only."""
    with tempfile.TemporaryDirectory(prefix="essai d'été ") as folder:
        return way.measure(write_dossier(Path(folder) / "dossier"))


@cache
def open_small(edition):
    """Return the tables of the small dossier that `edition` may show; read only."""
    return way.select_edition(measure_small(), edition)


def read_cells(shown):
    """Return the rows of an HTML table as lists of words."""
    rows = re.findall(r"<tr>(.*?)</tr>", shown, re.S)
    return [[html.unescape(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)] for row in rows]


def read_words(shown):
    """Return the text of a piece of HTML, without its pictures."""
    text = re.sub(r"<style.*?</style>|<[^>]+>", " ", shown, flags=re.S)
    return re.sub(r"\s+", " ", html.unescape(text)).strip()


def list_menus(box):
    """Return {title: menu} of what `build_menus` made."""
    return {menu.description.removesuffix(" :"): menu for menu in box.children[0].children}


def list_panels(box):
    """Return the panels under the menus."""
    return list(box.children[1:])
