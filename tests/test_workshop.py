"""The workshop from a dossier to its PDF: by the function and by the command, the same bytes twice, real letters, the right paper."""

import re
import shutil
import subprocess
import zipfile

import pandas as pd
import pytest
from feuilles import call
from petit_dossier import write_dossier

from diagnostic.errors import DiagnosticError
from diagnostic.run.workshop import draw_sheets, write_sheets

MILLIMETRES = {"A3": (420, 297), "A0": (1189, 841)}


@pytest.fixture(scope="module")
def dossier(tmp_path_factory):
    return write_dossier(tmp_path_factory.mktemp("atelier") / "été à Auzon")


@pytest.fixture(scope="module")
def written(dossier):
    return write_sheets(dossier, kit=False)


def read_pdf(path):
    if not shutil.which("pdftotext"):
        pytest.skip("no pdftotext: words of the PDF not read")
    return " ".join(subprocess.run(["pdftotext", str(path), "-"], capture_output=True, check=True).stdout.decode("utf-8").split())


@pytest.mark.long
def test_files_and_counts(dossier, written):
    names = [path.relative_to(dossier).as_posix() for path in written["fichiers"]]
    sheets = [f"{name}_{paper}.pdf" for paper in ("A3", "A0") for name in ("fond_vierge", "acteurs_numerotes")]
    assert [name for name in names if "/atelier/" in name] == [f"sorties/publique/atelier/{name}" for name in sheets]
    assert written["comptes"] == {"carte": 3, "mairie": 3, "sans_commune": 0, "dehors": 0, "communes": 0, "imports": 0}


def test_paper_and_no_date(written):
    for path in [path for path in written["fichiers"] if path.suffix == ".pdf"]:
        content = path.read_bytes()
        width, height = (float(value) for value in re.search(rb"/MediaBox \[ ?0 0 ([\d.]+) ([\d.]+)", content).groups())
        wide, high = MILLIMETRES[path.stem.split("_")[-1]]
        assert abs(width / 72 * 25.4 - wide) < 1 and abs(height / 72 * 25.4 - high) < 1
        assert b"CreationDate" not in content and b"Subtype /Image" not in content  # vector: no picture


def test_same_bytes_twice(dossier, written, tmp_path):
    again = write_sheets(dossier, formats=["A3"], kit=False, sortie=tmp_path / "sorties")
    for path in again["fichiers"]:
        twin = next(old for old in written["fichiers"] if old.name == path.name)
        assert path.read_bytes() == twin.read_bytes()


def test_letters_are_letters_and_secrets_stay(written):
    blank, numbered = (read_pdf(path) for path in written["fichiers"][:2])
    assert "Auzon" in blank and "Quelle est la finalité de la carte ?" in blank and "Légende à décider ensemble" in blank
    assert "Index des 3 acteurs" in numbered and "Épicerie de l'essai" in numbered
    assert "secret" not in numbered and "secret" not in blank  # of the edition interne only


def test_interne_shows_what_publique_hides(dossier, tmp_path):
    done = write_sheets(dossier, formats=["A3"], edition="interne", kit=False, sortie=tmp_path)
    assert done["comptes"]["carte"] == 4 and done["fichiers"][1].parent == tmp_path / "interne" / "atelier"
    assert "Lieu tenu secret" in read_pdf(done["fichiers"][1])


def test_who_said_what_is_written_out_of_what_is_sent(dossier, tmp_path):
    old = tmp_path / "publique" / "atelier" / "corrections.xlsx"
    done = write_sheets(dossier, formats=["A3"], sortie=tmp_path)
    assert tmp_path / "interne" / "atelier" / "corrections.xlsx" in done["fichiers"] and not old.exists()
    assert done["comptes"]["gardes"] == 0
    with zipfile.ZipFile(tmp_path / "interne" / "atelier" / "corrections.xlsx") as archive:
        assert not any(b"Lieu tenu secret" in archive.read(name) for name in archive.namelist())  # it goes with the publique map


def test_the_command(dossier, tmp_path, capsys):
    assert call("atelier", str(dossier), "--format", "A3", "--fonds-seuls", "--sortie", str(tmp_path / "à part")) == 0
    out = capsys.readouterr().out
    assert "3 acteurs numérotés sur la carte." in out and "3 acteurs placés à la mairie" in out
    assert (tmp_path / "à part" / "publique" / "atelier" / "fond_vierge_A3.pdf").exists()
    assert call("atelier", str(dossier), "--format", "A5") == 2


def test_another_paper_is_refused():
    with pytest.raises(DiagnosticError, match="A3, A0"):
        draw_sheets({"communes": pd.DataFrame()}, format_page="A4")
