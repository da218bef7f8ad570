"""From the tables of an edition to slides: the PPTX always, the PDF when it can be, a wrong template told before anything is computed."""

import os
import subprocess
import sys

import pytest
from pptx import Presentation
from rapports import need_office, show_small

from diagnostic.errors import DiagnosticError
from diagnostic.run import reports
from diagnostic.run.presentation import check_slides_template, prepare_ground, write_presentation
from diagnostic.write import documents


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    return write_presentation(show_small(), tmp_path_factory.mktemp("été & co"), formats=["docx"])


def test_the_slides_are_written_in_one_format_whatever_is_asked(written):
    (path,) = written["fichiers"]
    assert path.name == "presentation.pptx" and len(Presentation(path).slides) == 8 and written["remarques"] == []


def test_without_libreoffice_the_pdf_is_a_remark(tmp_path, monkeypatch):
    monkeypatch.setattr(documents, "find_office", lambda: None)
    done = reports.write_books(show_small(), tmp_path, formats=["docx", "pdf"])
    assert sorted(path.name for path in done["fichiers"]) == ["atlas.docx", "atlas.pdf", "presentation.pptx"]
    assert "presentation.pdf n'est pas écrit" in " ".join(done["remarques"])


def test_libreoffice_opens_the_eight_slides(tmp_path):
    need_office()
    done = write_presentation(show_small(), tmp_path, formats=["pdf"])
    if done["remarques"]:
        # A computer may have the word processor alone: it is told, with what to install.
        assert "LibreOffice Impress" in done["remarques"][0]
        pytest.fail("no LibreOffice Impress") if os.environ.get("CI") == "true" else pytest.skip("no LibreOffice Impress on this computer")
    assert done["fichiers"][1].read_bytes().count(b"/Type/Page/") == 8


def test_a_wrong_template_is_told_before_the_dossier_is_read(tmp_path):
    (tmp_path / "charte.pptx").write_bytes(b"bonjour")
    with pytest.raises(DiagnosticError, match="illisible"):
        check_slides_template(tmp_path / "charte.pptx")
    with pytest.raises(DiagnosticError, match="illisible"):
        reports.export(tmp_path / "nulle part", ["presentation"], modele=tmp_path / "charte.pptx")


def test_the_templates_for_the_group_are_all_there(tmp_path):
    names = {path.name for path in reports.write_templates(tmp_path)}
    assert {"modele_rapport.docx", "modele_atlas.docx", "modele_presentation.pptx"} <= names
    check_slides_template(tmp_path / "modeles" / "modele_presentation.pptx")


def test_a_territory_without_outline_has_no_ground():
    communes = show_small()["communes"].copy()
    communes["geometry"] = None
    assert prepare_ground({"communes": communes}) is None


def test_the_help_says_which_formats():
    command = [sys.executable, "-m", "diagnostic", "exporter", "--help"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True, timeout=120)
    told = " ".join(done.stdout.split())
    assert "presentation" in told and "atlas" in told and "toujours en pptx" in told
