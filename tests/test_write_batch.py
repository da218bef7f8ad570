"""A parcel put in place: dates kept, nothing outside, former files gone, what the user put there left alone."""

import io
import json
import os
import zipfile

import pandas as pd
import pytest
from test_read_batch import fill

from diagnostic.errors import DiagnosticError
from diagnostic.read.batch import LOG_COLUMNS, pack_files, read_log, read_plan
from diagnostic.write import staging
from diagnostic.write.batch import is_whole, place_parcel, unpack_files, write_log, write_plan


def make_parcel(folder, names):
    place = folder / "publique"
    place.mkdir(parents=True)
    for name in names:
        (place / name).write_text(f"{name} {folder.name}", encoding="utf-8")
    told = {"calculs": {}, "sorties": [{"fichier": name, "taille": (place / name).stat().st_size} for name in names]}
    (place / "manifeste.json").write_text(json.dumps(told), encoding="utf-8")
    return pack_files(folder)


def test_what_is_packed_comes_out_the_same_with_its_dates(chemin_piege):
    parcel = pack_files(fill(chemin_piege / "ici"))
    written = unpack_files(parcel, chemin_piege / "là")
    assert sorted(path.name for path in written) == ["a.txt", "b.txt"]
    assert {path.stat().st_mtime for path in written} == {1_700_000_001} and pack_files(chemin_piege / "là") == parcel


@pytest.mark.parametrize("name", ["../dehors.txt", "a/../../dehors.txt", "/dehors.txt"])
def test_a_parcel_that_would_write_elsewhere_is_refused_whole(chemin_piege, name):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("bon.txt", "x")
        archive.writestr(name, "x")
    with pytest.raises(DiagnosticError, match="sortirait du dossier"):
        unpack_files(held.getvalue(), chemin_piege / "là")
    assert not list(chemin_piege.rglob("*.txt"))


def test_the_files_of_another_time_go_and_those_of_the_user_stay(chemin_piege):
    target = chemin_piege / "territoire"
    assert place_parcel(make_parcel(chemin_piege / "un", ["a.txt", "b.txt"]), target) == []
    (target / "publique" / "note.txt").write_text("à moi", encoding="utf-8")
    assert place_parcel(make_parcel(chemin_piege / "deux", ["a.txt", "c.txt"]), target) == []
    held = {path.name: path.read_text(encoding="utf-8") for path in (target / "publique").glob("*.txt")}
    assert held == {"a.txt": "a.txt deux", "c.txt": "c.txt deux", "note.txt": "à moi"}
    assert not list(target.rglob(".en_cours"))


def test_a_file_open_elsewhere_is_told_and_all_others_are_new(chemin_piege, monkeypatch):
    target = chemin_piege / "territoire"
    place_parcel(make_parcel(chemin_piege / "un", ["a.txt", "b.txt"]), target)
    replace = os.replace

    def refuse(source, place):
        if str(place).endswith("a.txt"):
            raise PermissionError(13, "open elsewhere", str(place))
        replace(source, place)

    monkeypatch.setattr(staging, "PAUSE", 0)
    monkeypatch.setattr(os, "replace", refuse)
    assert place_parcel(make_parcel(chemin_piege / "deux", ["a.txt", "b.txt"]), target) == ["publique/a.txt"]
    texts = [(target / "publique" / name).read_text(encoding="utf-8") for name in ("a.txt", "b.txt")]
    assert texts == ["a.txt un", "b.txt deux"]


def test_the_log_and_the_plan_are_read_as_they_were_written(tmp_path):
    log = pd.DataFrame([["x"] * len(LOG_COLUMNS), ["=1+1;\n", *["é"] * (len(LOG_COLUMNS) - 1)]], columns=LOG_COLUMNS)
    write_log(log, tmp_path / "journal.csv")
    assert read_log(tmp_path).iloc[0].tolist() == log.iloc[0].tolist()
    assert not read_log(tmp_path).iloc[1, 0].startswith("="), "a message of the system must not be a formula in Excel"
    write_plan({"demande": "a", "nom": "été"}, tmp_path / "lot.json")
    assert read_plan(tmp_path) == {"demande": "a", "nom": "été"}


def test_outputs_are_whole_when_each_file_of_the_manifest_is_there_with_its_size(tmp_path):
    place = tmp_path / "publique"
    place.mkdir()
    assert not is_whole(tmp_path, "publique")
    (place / "carte.html").write_text("carte", encoding="utf-8")
    told = {"calculs": {}, "sorties": [{"fichier": "carte.html", "taille": 5}]}
    (place / "manifeste.json").write_text(json.dumps(told), encoding="utf-8")
    assert is_whole(tmp_path, "publique")
    (place / "carte.html").write_text("cart", encoding="utf-8")
    assert not is_whole(tmp_path, "publique")
    (place / "carte.html").unlink()
    assert not is_whole(tmp_path, "publique")
    (place / "manifeste.json").write_text('{"calculs": {}, "sorties": []}', encoding="utf-8")
    assert not is_whole(tmp_path, "publique")
