"""The parcel of a batch and what it left on the disk: same files, same bytes; a damaged log or plan is none."""

import io
import os
import zipfile

import pytest

from diagnostic.read.batch import LOG_COLUMNS, pack_files, read_log, read_plan


def fill(folder):
    (folder / "é à").mkdir(parents=True)
    (folder / "b.txt").write_text("deux", encoding="utf-8")
    (folder / "é à" / "a.txt").write_text("un", encoding="utf-8")
    (folder / ".caché").write_text("non", encoding="utf-8")
    for path in folder.rglob("*.txt"):
        os.utime(path, (1_700_000_001.7, 1_700_000_001.7))
    return folder


def test_the_same_files_make_the_same_bytes_whatever_the_order(chemin_piege):
    folder = fill(chemin_piege / "ici")
    again = fill(chemin_piege / "là")
    parcel = pack_files(folder)
    assert parcel == pack_files(again) == pack_files(folder, ["é à/a.txt", "b.txt", "b.txt"])
    with zipfile.ZipFile(io.BytesIO(parcel)) as archive:
        assert archive.namelist() == ["b.txt", "é à/a.txt"] and {entry.comment for entry in archive.infolist()} == {b"1700000001"}
    os.utime(folder / "b.txt", (1, 1))
    assert pack_files(folder) != parcel, "the date of an input is told in the manifest: it must travel"


@pytest.mark.parametrize("left", [None, "", "{", "[1]"])
def test_a_plan_that_says_nothing_is_none(tmp_path, left):
    if left is not None:
        (tmp_path / "lot.json").write_text(left, encoding="utf-8")
    assert read_plan(tmp_path) == {}


def test_a_log_is_read_as_text_and_a_damaged_one_is_empty(tmp_path):
    assert read_log(tmp_path).empty
    (tmp_path / "journal.csv").write_text("\ufeffterritoire_id;etat;essai\nepci:01;fait;1\n", encoding="utf-8")
    log = read_log(tmp_path)
    assert list(log) == LOG_COLUMNS and log.loc[0, ["territoire_id", "etat", "essai", "poste"]].tolist() == ["epci:01", "fait", "1", ""]
    (tmp_path / "journal.csv").write_bytes(b"")
    assert read_log(tmp_path).empty
