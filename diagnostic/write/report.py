"""A plan, pictures and a template -> a DOCX: the same inputs give the same bytes, and nobody is named in its properties."""

import io
import re
import zipfile
from importlib.resources import files
from pathlib import Path

import pandas as pd
from docx import Document
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph
from matplotlib.transforms import Bbox
from PIL import Image

from diagnostic.draw.report_figures import hide_logo, read_figure
from diagnostic.draw.report_tables import shorten_text, typeset
from diagnostic.write.atomic import write_atomic
from diagnostic.write.report_blocks import add_blocks
from diagnostic.write.report_contents import add_contents
from diagnostic.write.report_tags import BLOCKS, TEXTS, check_template, open_template_file

TEMPLATES = files("diagnostic.write") / "modeles"
# Private letters around the name of a block: no text of a dossier holds them (`typeset` takes them out).
OPEN, CLOSE = "\ue000", "\ue001"
PICTURE_DPI, PICTURE_WIDTH_CM, CM_PER_INCH = 300, 17.0, 2.54
LONGEST_TITLE = 200
APPLICATION = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
    b"<Application>diagnostic-maillage</Application></Properties>"
)
# What a template tells of who wrote it, besides its properties: comments, tracked changes, the fields of a company.
_AUTHORS = re.compile(rb'((?:w\d*:(?:author|initials|userId|providerId)|cp:lastModifiedBy))="[^"]*"')
_CUSTOM = re.compile(rb"<property\b.*?</property>", re.DOTALL)
EARLIEST = pd.Timestamp(1980, 1, 1)  # an archive knows no earlier date


def locate_template(kind):
    """Return the path of the template of the software: rapport, plaidoyer, encart or atlas."""
    return TEMPLATES / f"{kind}.docx"


def render_picture(figure):
    """Return the picture of a page for a document: png, ratio (width / height) and the words around it (`read_figure`).

    The title, the notes and the logo are left out of the picture: the document writes the first two itself, and has its charter.
    """
    told, buffer = read_figure(figure), io.BytesIO()
    hide_logo(figure)
    x0, y0, x1, y1 = told.pop("boite")
    dpi = PICTURE_DPI * PICTURE_WIDTH_CM / CM_PER_INCH / (x1 - x0)
    figure.savefig(
        buffer, format="png", dpi=dpi, bbox_inches=Bbox.from_extents(x0, y0, x1, y1), metadata={"Software": None}
    )
    return told | {"png": lighten_picture(buffer.getvalue()), "ratio": (x1 - x0) / (y1 - y0)}


def lighten_picture(png):
    """Return a picture in 256 colours, without dither: a third of the weight, and a report goes by e-mail."""
    buffer = io.BytesIO()
    with Image.open(io.BytesIO(png)) as picture:
        reduced = picture.convert("RGB").quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        reduced.save(buffer, "PNG", optimize=True, dpi=picture.info.get("dpi"))
    return buffer.getvalue()


def write_report(path, parts, *, kind, texts, date, pictures=None, modele=None):
    """Write a document from a template.

    Parameters
    ----------
    path : path-like, .docx
    parts : dict of str -> list of blocks (`draw.report_plan.plan_report`, `draw.report_plea.plan_plea`)
    kind : {"rapport", "plaidoyer", "encart", "atlas"}
    texts : dict of str -> str, the tags of TEXTS
    date : Timestamp, that of the edition: of the archive and of the properties too
    pictures : dict of str -> dict (`render_picture`)
    modele : path-like, optional; by default the template of the software

    Returns
    -------
    list of str: the blocks that the template took

    Raises
    ------
    DiagnosticError
        The template cannot be read or has a wrong tag; the file cannot be written. What stood at `path` is untouched then.
    """
    with locate_template(kind).open("rb") as own:
        template = open_template_file(modele or io.BytesIO(own.read()))
    found = check_template(template.docx, modele or f"{kind}.docx", kind)
    values = {
        name: typeset(shorten_text(texts.get(name, ""), LONGEST_TITLE if name == "titre" else 2000)) for name in TEXTS
    }
    template.render(values | {name: f"{OPEN}{name}{CLOSE}" for name in BLOCKS[kind]}, autoescape=True)
    document = _open_again(template)
    markers = _find_markers(document)
    numbers = {"figures": 0, "tableaux": 0}
    for name, marker in markers.items():
        if name != "sommaire":
            add_blocks(document, marker, parts.get(name, []), pictures or {}, numbers)
    if "sommaire" in markers:
        add_contents(document, markers["sommaire"])
    _sign(document, values["titre"], date)
    buffer = io.BytesIO()
    document.save(buffer)
    with write_atomic(path) as temporary:
        Path(temporary).write_bytes(freeze_archive(buffer.getvalue(), date))
    return [name for name in found if name in BLOCKS[kind]]


def _open_again(template):
    """Return the document of a filled template, read again.

    The template puts a body in place that another parser read: its elements have no methods as long as anything still holds them, were it
    a profiler that looks at the frames of the process (that of dask.distributed does).
    """
    buffer = io.BytesIO()
    template.save(buffer)
    buffer.seek(0)
    return Document(buffer)


def _find_markers(document):
    """Return {block: Paragraph} in the order of the document."""
    found = {}
    for element in document.element.body.iterchildren(qn("w:p")):
        text = "".join(node.text or "" for node in element.iter(qn("w:t"))).strip()
        if text.startswith(OPEN) and text.endswith(CLOSE):
            found[text.strip(OPEN + CLOSE)] = Paragraph(element, document._body)
    return found


def _sign(document, title, date):
    """Write the properties: a title and the date of edition, no author."""
    date = pd.Timestamp(date).to_pydatetime()
    properties = document.core_properties
    for name in (
        "author",
        "last_modified_by",
        "comments",
        "keywords",
        "category",
        "subject",
        "content_status",
        "identifier",
        "version",
    ):
        setattr(properties, name, "")
    properties.title, properties.language, properties.revision = title, "fr-FR", 1
    properties.created = properties.modified = properties.last_printed = date


def freeze_archive(content, date):
    """Return the bytes of an OPC archive with fixed dates and order, and the same program named for everybody."""
    date, buffer = max(pd.Timestamp(date), EARLIEST), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as held, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as kept:
        for name in sorted(held.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            entry = zipfile.ZipInfo(name, date_time=(date.year, date.month, date.day, 0, 0, 0))
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o600 << 16, 3
            kept.writestr(entry, _hide_authors(name, held.read(name)))
    return buffer.getvalue()


def _hide_authors(name, part):
    """Return a part of an archive without the names of who wrote the template."""
    if name == "docProps/app.xml":
        return APPLICATION
    if name == "docProps/custom.xml":
        return _CUSTOM.sub(b"", part)
    return _AUTHORS.sub(rb'\1=""', part) if name.endswith(".xml") else part
