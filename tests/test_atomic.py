"""A file appears whole or not at all, and the reason is told in French."""

import errno
import gc
import shutil

import pytest
from xlsxwriter.exceptions import FileCreateError

from diagnostic.errors import DiagnosticError
from diagnostic.write.atomic import refuse_path, write_atomic


def write_text(path, text, *, fail=False):
    with write_atomic(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
        if fail:
            raise RuntimeError("milieu")


def test_the_file_takes_its_place_and_leaves_no_trace(chemin_piege):
    path = chemin_piege / "nouveau" / "tableau.xlsx"
    write_text(path, "un")
    write_text(path, "deux")
    assert path.read_text(encoding="utf-8") == "deux"
    assert [file.name for file in path.parent.iterdir()] == ["tableau.xlsx"]


def test_the_temporary_file_keeps_folder_and_extension(tmp_path):
    with write_atomic(tmp_path / "tableau.xlsx") as temporary:
        assert (temporary.parent, temporary.suffix) == (tmp_path, ".xlsx")
        temporary.write_text("x", encoding="utf-8")


def test_a_failure_leaves_what_stood_there(tmp_path):
    path = tmp_path / "tableau.xlsx"
    write_text(path, "avant")
    with pytest.raises(RuntimeError, match="milieu"):
        write_text(path, "à moitié", fail=True)
    assert path.read_text(encoding="utf-8") == "avant"
    assert [file.name for file in tmp_path.iterdir()] == ["tableau.xlsx"]


def test_a_file_held_open_elsewhere_is_told_in_french(tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError("in use")

    monkeypatch.setattr("os.replace", refuse)
    with pytest.raises(DiagnosticError) as told:
        write_text(tmp_path / "carte.html", "x")
    assert str(told.value).splitlines()[0] == "Impossible d'écrire carte.html : accès refusé."
    assert "À faire : fermez ce fichier" in str(told.value)
    assert not list(tmp_path.iterdir())


def test_a_disk_that_fills_up_is_told_by_the_system_and_by_nobody_else(tmp_path, capfd):
    """A writer that wraps the refusal, and holds an archive that will complain when it is dropped."""

    class Archive:
        def __del__(self):
            raise OSError(errno.ENOSPC, "No space left on device")

    def fill_disk():
        archive = Archive()  # noqa: F841
        raise OSError(errno.ENOSPC, "No space left on device")

    def write_archive():
        with write_atomic(tmp_path / "a.xlsx"):
            try:
                fill_disk()
            except OSError as error:
                raise FileCreateError(error) from error

    with pytest.raises(OSError, match="No space") as caught:
        write_archive()
    assert caught.value.errno == errno.ENOSPC
    del caught
    gc.collect()
    assert capfd.readouterr() == ("", "")
    assert list(tmp_path.iterdir()) == []


def test_a_workbook_refused_by_the_system_is_told_in_french(tmp_path, monkeypatch):
    def refuse(*_):
        raise FileCreateError(PermissionError("in use"))

    monkeypatch.setattr("os.replace", refuse)
    with pytest.raises(DiagnosticError, match="accès refusé"):
        write_text(tmp_path / "tableau.xlsx", "x")


@pytest.mark.parametrize(
    "name",
    ["CON.xlsx", "nul", "com1.csv", "a\\b.csv", "a\x00b", "fin.", "fin. ", "é" * 130, "a\nb.png", "carte : Brioude.html", "quoi ?.csv",
     "a*.csv", 'a"b.csv', "<a>.csv", "a|b.csv"],
)  # fmt: skip
def test_a_name_that_a_system_takes_for_something_else_is_refused(tmp_path, name):
    with pytest.raises(DiagnosticError, match="pas possible sur tous les ordinateurs"):
        write_text(tmp_path / name, "x")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["conseil.xlsx", "Épicerie 🥕.csv", "x" * 190 + ".csv", ".gitignore", "a..b"])
def test_a_name_that_is_only_unusual_is_written(tmp_path, name):
    write_text(tmp_path / name, "x")
    assert (tmp_path / name).read_text(encoding="utf-8") == "x"


def test_a_writer_that_has_its_own_words_for_a_full_disk(tmp_path, monkeypatch):
    class OtherError(Exception):
        pass

    def write(path):
        with write_atomic(path):
            raise OtherError("database or disk is full")

    with pytest.raises(OtherError):
        write(tmp_path / "a.gpkg")
    monkeypatch.setattr("shutil.disk_usage", lambda _: shutil._ntuple_diskusage(10, 10, 0))
    with pytest.raises(OSError, match="No space") as caught:
        write(tmp_path / "a.gpkg")
    assert caught.value.errno == errno.ENOSPC


def test_a_file_open_in_a_program_is_told_by_its_name(tmp_path):
    error = PermissionError(errno.EACCES, "in use")
    assert "accès refusé" in refuse_path(tmp_path / "a.xlsx", error).quoi
    error.winerror = 32
    told = refuse_path(tmp_path / "a.xlsx", error)
    assert told.quoi == "Impossible d'écrire a.xlsx : il est ouvert dans un autre programme." and "fermez ce fichier" in told.a_faire
