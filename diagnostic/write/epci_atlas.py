"""The pages of the atlas -> one PDF, drawn, and one DOCX: the same inputs give the same bytes."""

import io
from pathlib import Path

import pandas as pd
from matplotlib import rc_context
from matplotlib.backends.backend_pdf import PdfPages

from diagnostic.draw.epci_plan import group_beside
from diagnostic.draw.report_tables import shorten_text, typeset
from diagnostic.write.atomic import write_atomic
from diagnostic.write.figures import REAL_TEXT
from diagnostic.write.report import lighten_picture, write_report

AUTHOR = "diagnostic-maillage"


def write_atlas_pdf(path, draws, *, titre, date):
    """Write the pages of an atlas as one PDF whose text is text; return `path`.

    Parameters
    ----------
    path : path-like, .pdf
    draws : iterable of callables, each returns the Figure of a page; drawn one at a time, and let go
    titre : str
    date : Timestamp, that of the edition, the only date inside
    """
    buffer, date = io.BytesIO(), pd.Timestamp(date, tz="UTC").to_pydatetime()  # else that of the machine
    told = {"Title": typeset(shorten_text(titre, 200)), "Author": AUTHOR, "Creator": None, "Producer": None, "CreationDate": date}
    with rc_context(REAL_TEXT), PdfPages(buffer, metadata=told) as book:
        for draw in draws:
            figure = draw()
            # The pixels of a page are 300 to the inch; what a PDF lays out is in points.
            figure.savefig(book, format="pdf", dpi=72)
    with write_atomic(path) as temporary:
        Path(temporary).write_bytes(buffer.getvalue())
    return Path(path)


def render_epci_map(figure):
    """Return the map of an EPCI as a picture of a document: png (bytes), ratio (width / height)."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=figure.dpi, metadata={"Software": None})
    width, height = figure.get_size_inches()
    return {"png": lighten_picture(buffer.getvalue()), "ratio": width / height}


def write_atlas_docx(path, pages, *, pictures, texts, source, date, modele=None):
    """Write the pages of an atlas as a document whose tables can be edited; return `path`.

    Parameters
    ----------
    path : path-like, .docx
    pages : list of dict (`draw.epci_plan.plan_atlas`)
    pictures : dict of code -> dict: png, ratio (`render_epci_map`); a page without picture has its sentences alone
    texts : dict of str -> str, the tags of `report_tags.TEXTS`
    source : str, the sentence at the foot of each page
    date : Timestamp
    modele : path-like, optional, the template of the group
    """
    blocks = [block for rank, page in enumerate(pages) for block in _list_blocks(page, source, first=rank == 0)]
    held = {page["code"]: pictures[page["code"]] | {"alternative": page["alternative"]} for page in pages if page["code"] in pictures}
    write_report(path, {"pages": blocks}, kind="atlas", texts=texts, date=date, pictures=held, modele=modele)
    return Path(path)


def _list_blocks(page, source, *, first):
    """Return the blocks of one page, which starts on a sheet of its own."""
    return [
        {"genre": "titre", "texte": page["titre"], "niveau": 1, "nouvelle_page": not first},
        {"genre": "cote", "nom": page["code"], "groupes": group_beside(page)},
        *page["blocs"], {"genre": "note", "texte": typeset(source)},
    ]  # fmt: skip
