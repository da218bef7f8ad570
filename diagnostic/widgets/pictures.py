"""Printed pages as pictures a screen reader can name, the web map and the sheets in frames that reach nothing outside."""

import io
import re
from base64 import b64encode
from html import escape
from pathlib import Path

import pandas as pd

from diagnostic import run as way
from diagnostic.vocabulary import normalize_label
from diagnostic.widgets.menus import build_widget
from diagnostic.widgets.tables import INTERNAL, show_sentences

RANK = re.compile(r"^\d+_")  # the maps are numbered in their folder
DPI = 144  # a printed page on a screen (the files of `run` have 300); at other sizes the letters widen and lines leave the page

WIDTH = 1700  # pixels, what DPI gives a page of A4


def show_page(tables, name, *, pages=None):
    """Return a map or a chart of the atlas as a picture; a sentence that lists what can be drawn when this one cannot.

    pages : dict, what `run.list_pages` gave for these tables, when several are shown
    """
    pages = way.list_pages(tables) if pages is None else pages
    name = find_page(pages, name)
    if name not in pages:
        known = ", ".join(pages)
        return show_sentences([f"Ce dossier ne permet pas de dessiner « {name} ». Pages possibles : {known}."])
    return _draw_picture(pages[name](), name)


def find_page(pages, name):
    """Return the name that a page bears in `pages`: after its kind (`ressort_`, `etats_`...), a code is written without accents."""
    kind, _, code = name.partition("_")
    return next((page for page in pages if page.startswith(f"{kind}_") and page == f"{kind}_{normalize_label(code)}"), name)


def show_actor(tables, acteur_id=""):
    """Return one actor as a picture: its partners by champ, its dispositifs; the one with most partners when none is named.

    Raises
    ------
    DiagnosticError
        The edition holds no such actor.
    """
    if tables["edition"] != "interne":
        return show_sentences([INTERNAL])
    if not acteur_id and not len(tables["positions"]):
        return show_sentences(["Aucun lien déclaré : rien à dessiner autour d'un acteur."])
    acteur_id = acteur_id or tables["positions"]["degre"].idxmax()
    return _draw_picture(way.draw_actor(tables, acteur_id), f"acteur {acteur_id}")


def show_map(tables, *, height=640):
    """Return the web map of an edition, in a frame that can reach neither the notebook nor the network."""
    return _frame(way.render_map(tables), height, title="Carte interactive")


def show_statements_page(tables, *, height=640):
    """Return the sheet of the guide's freins and leviers, each with its figure and its leviers, in the same kind of frame."""
    return _frame(way.draw_statements(tables), height, title="Constats du guide")


def show_file(written, name, *, height=640):
    """Return what `run` wrote under this name in its first edition: the map in a frame (`carte`), or a page as a picture."""
    shown = list_shown(written)
    if name not in shown:
        return show_sentences([f"Rien d'écrit sous le nom « {name} ». Noms possibles : {', '.join(shown)}."])
    if shown[name].suffix == ".png":
        return make_picture(_shrink(shown[name]), name)
    return _frame(shown[name].read_text(encoding="utf-8"), height, title=f"Page « {name.replace('_', ' ')} »")


def list_shown(written):
    """Return {name: path} of the pages and pictures that `run` wrote, those of the first edition where two have the same name."""
    paths = [Path(path) for path in written["fichiers"]]
    kept = {RANK.sub("", path.stem): path for path in reversed(paths) if path.suffix in {".png", ".html"}}
    return dict(reversed(kept.items()))


def list_files(written):
    """Return the table of the files that `run` wrote: edition, file, size in kB."""
    paths = [Path(path) for path in written["fichiers"]]
    return pd.DataFrame({
        "edition": [path.parent.parent.name if path.parent.name == "cartes" else path.parent.name for path in paths],
        "fichier": [path.name for path in paths],
        "taille_ko": [round(path.stat().st_size / 1000) for path in paths],
    })  # fmt: skip


def make_picture(content, name):
    """Return PNG bytes as a picture that a screen reader can name, in the notebook and in what is exported of it."""
    from IPython.display import HTML

    words = escape(f"Page « {name.replace('_', ' ')} »")
    return HTML(f'<img alt="{words}" style="width:100%;max-width:1250px" src="data:image/png;base64,{b64encode(content).decode()}">')


def _shrink(source):
    """Return a page (path or file) as PNG bytes for a screen: no wider than one drawn for it, 256 colours.

    A menu sends its pictures at each choice, and the server of notebooks cuts what comes faster than 3 MB in 3 s.
    """
    from PIL import Image

    buffer = io.BytesIO()
    with Image.open(source) as image:
        image.thumbnail((WIDTH, 10 * WIDTH), Image.Resampling.LANCZOS)
        image.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(buffer, format="png")
    return buffer.getvalue()


def _draw_picture(figure, name):
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI)
    return make_picture(_shrink(buffer), name)


def _frame(page, height, *, title):
    return build_widget(
        f'<iframe title="{escape(title)}" sandbox="allow-scripts" style="width:100%;height:{height}px;border:1px solid #999" '
        f'srcdoc="{escape(page)}"></iframe>'
    )
