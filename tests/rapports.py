"""Editions of the small dossier, ready for a report, and what is read back of a DOCX."""

import os
import tempfile
from functools import cache
from pathlib import Path

import pytest
from docx import Document
from docx.oxml.ns import qn
from passage import write_dossier

from diagnostic.write.documents import find_office

TEXTS = {"titre": "Essai & <suite>", "date": "15/11/2026", "edition": "Édition publique.", "territoire": "12 communes"}
# Names that a careless writer loses, runs or takes for a path.
NASTY = [
    "Dupont & fils <SARL>",
    "=1+1",
    "../../etc/passwd",
    "A/B\\C",
    "{{ titre }}",
    "x" * 300,
    "Café 🎉 \x07 \ue000contexte\ue001",
]


@cache
def measure_all():
    from diagnostic.run import measure

    return measure(write_dossier(Path(tempfile.mkdtemp()) / "pays d'Auzon élargi"))


@cache
def show_small(edition="publique"):
    """Return the tables of an edition of the small dossier (`run.select_edition`)."""
    from diagnostic.edition import keep_local
    from diagnostic.run import select_edition

    return keep_local(select_edition(measure_all(), edition))


def read_text(path):
    """Return every text of a DOCX, headers and footers included."""
    document = Document(path)
    parts = [
        document.element,
        *(section.header._element for section in document.sections),
        *(s.footer._element for s in document.sections),
    ]
    return "\n".join(
        "".join(node.text or "" for node in paragraph.iter(qn("w:t")))
        for part in parts
        for paragraph in part.iter(qn("w:p"))
    )


def need_office():
    """Skip where there is no LibreOffice; fail when CI is set."""
    if not find_office():
        reason = "no LibreOffice on this computer"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)


def make_template(path, *lines, header=""):
    """Write a template whose paragraphs are `lines`; return its path."""
    document = Document()
    for line in lines:
        document.add_paragraph(line)
    document.sections[0].header.paragraphs[0].text = header
    document.save(path)
    return path
