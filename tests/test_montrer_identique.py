"""Two folders compared: what is equal, what is not, and where."""

import runpy
import zipfile

import pytest
from conftest import ROOT


@pytest.fixture(scope="module")
def script():
    return runpy.run_path(str(ROOT / "scripts" / "montrer_identique.py"))


def write_archive(path, *, date, **parts):
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name, date), text)


def test_each_difference_is_named(script, tmp_path, capsys):
    one, two = tmp_path / "un", tmp_path / "deux"
    for folder, day in ((one, 1), (two, 2)):
        (folder / "publique").mkdir(parents=True)
        (folder / ".verrou").write_text(str(day), encoding="utf-8")
        (folder / "publique" / "a.csv").write_text("a", encoding="utf-8")
        (folder / "publique" / "b.html").write_text(f"le {day}", encoding="utf-8")
        write_archive(folder / "publique" / "c.docx", date=(2026, 1, day, 0, 0, 0), x="x")
        write_archive(folder / "publique" / "d.docx", date=(2026, 1, 1, 0, 0, 0), x="x", y=str(day))
        (folder / "publique" / "d.pdf").write_text(str(day), encoding="utf-8")
    (two / "publique" / "e.csv").write_text("e", encoding="utf-8")
    told = script["compare_folders"](one, two)
    assert told["publique/a.csv"] == "" and "octet 3" in told["publique/b.html"] and ".verrou" not in told
    assert told["publique/c.docx"] == "dates ou ordre de l'archive seulement" and told["publique/d.docx"] == "parties : y"
    assert told["publique/e.csv"] == "dans un seul des deux"
    ours = script["show"](told)
    assert ours == [f"publique/{name}" for name in ("b.html", "c.docx", "d.docx", "e.csv")]
    out = capsys.readouterr().out
    assert "1 fichiers sur 6 égaux" in out and "LibreOffice date et numérote" in out
