"""Everything in place at once: killed at any rename, the outputs are whole, the manifest tells the truth, the next command finishes."""

import errno
import hashlib
import json
import os
import shutil
from pathlib import Path

import pytest

from diagnostic.errors import DiagnosticError
from diagnostic.write import manifest, staging

OLD = {"publique/a.txt": "a", "publique/cartes/b.txt": "b", "publique/z.txt": "z", "interne/a.txt": "ia"}
NEW = {"publique/a.txt": "A", "publique/cartes/c.txt": "C", "interne/a.txt": "IA", "interne/d.txt": "D"}
REMOVED = ["publique/cartes/b.txt"]


class KilledError(BaseException):
    """What a killed process does not even see."""


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def write_all(folder, texts):
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def describe_rows(texts, edition, run):
    return [
        {"fichier": name.split("/", 1)[1], "taille": len(text), "sha256": digest(text), "commande": "lancer", "calcul": run}
        for name, text in sorted(texts.items()) if name.startswith(f"{edition}/")
    ]  # fmt: skip


def prepare(target):
    """Make former outputs with their manifests, and new ones in the stage."""
    write_all(target, OLD | {"publique/à moi.txt": "de l'usager"})
    for edition in ("publique", "interne"):
        told = {"calculs": {"1": {}}, "sorties": describe_rows(OLD, edition, "1")}
        manifest.write_manifest(told, target / edition / manifest.NAME)
    stage = staging.open_stage(target)
    write_all(stage, NEW)
    for edition in ("publique", "interne"):
        kept = [row for row in describe_rows(OLD, edition, "1") if f"{edition}/{row['fichier']}" not in {*NEW, *REMOVED}]
        told = {"calculs": {"1": {}, "2": {}}, "sorties": describe_rows(NEW, edition, "2") + kept}
        former = [row for row in describe_rows(OLD, edition, "1") if row not in kept]
        manifest.write_manifest(told, stage / edition / manifest.NAME)
        manifest.write_manifest(told | {"anciens": former}, stage / edition / staging.PASSING)
    return stage


def check_truth(target):
    """Say whether each file that a manifest names is one of those that it describes, whole."""
    for edition in ("publique", "interne"):
        told = json.loads((target / edition / manifest.NAME).read_text(encoding="utf-8"))
        allowed = {}
        for row in told["sorties"] + told.get("anciens", []):
            allowed.setdefault(row["fichier"], set()).add(row["sha256"])
        former = {row["fichier"] for row in told.get("anciens", [])}
        for name, hashes in allowed.items():
            path = target / edition / name
            assert digest(path.read_text(encoding="utf-8")) in hashes if path.exists() else "anciens" in told, (edition, name, former)


def read_all(target):
    found = {path.relative_to(target).as_posix(): path.read_text(encoding="utf-8") for path in target.rglob("*") if path.is_file()}
    return {name: text for name, text in found.items() if not name.endswith(manifest.NAME)}


AFTER = {"publique/z.txt": "z", "publique/à moi.txt": "de l'usager"} | NEW


def test_new_files_take_their_places_and_what_is_not_ours_stays(chemin_piege):
    prepare(chemin_piege)
    assert staging.settle_stage(chemin_piege, REMOVED) == []
    assert read_all(chemin_piege) == AFTER
    check_truth(chemin_piege)


@pytest.mark.parametrize("moment", range(12))
def test_killed_at_any_rename_the_next_command_finishes(tmp_path, monkeypatch, moment):
    prepare(tmp_path)
    real, done = os.replace, []

    def replace(source, place):
        if len(done) == moment:
            raise KilledError
        done.append(place)
        real(source, place)

    monkeypatch.setattr("os.replace", replace)
    killed = False
    try:
        staging.settle_stage(tmp_path, REMOVED)
    except KilledError:
        killed = True
    monkeypatch.setattr("os.replace", real)
    assert killed == (moment < 9)  # the plan, two passing manifests, four files, two manifests
    check_truth(tmp_path)
    texts = read_all(tmp_path)
    assert texts["publique/a.txt"] in "aA" and texts["publique/à moi.txt"] == "de l'usager"
    stage = staging.open_stage(tmp_path)
    assert list(stage.iterdir()) == []
    staging.drop_stage(tmp_path)
    assert read_all(tmp_path) == (AFTER if moment else OLD | {"publique/à moi.txt": "de l'usager"})
    check_truth(tmp_path)


def test_a_file_held_by_a_program_stays_and_the_manifest_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(staging, "PAUSE", 0)
    prepare(tmp_path)
    real, tries = os.replace, []

    def replace(source, place):
        if Path(place) == tmp_path / "publique" / "a.txt":
            tries.append(place)
            raise PermissionError(errno.EACCES, "in use")
        real(source, place)

    monkeypatch.setattr("os.replace", replace)
    assert staging.settle_stage(tmp_path, REMOVED) == ["publique/a.txt"]
    assert len(tries) == staging.RETRIES
    assert read_all(tmp_path) == AFTER | {"publique/a.txt": "a"}
    rows = {row["fichier"]: row for row in manifest.read_manifest(tmp_path / "publique")["sorties"]}
    assert (rows["a.txt"]["calcul"], rows["a.txt"]["sha256"], rows["cartes/c.txt"]["calcul"]) == ("1", digest("a"), "2")
    check_truth(tmp_path)


def test_a_file_held_for_a_moment_is_replaced(tmp_path, monkeypatch):
    monkeypatch.setattr(staging, "PAUSE", 0)
    prepare(tmp_path)
    real, tries = os.replace, []

    def replace(source, place):
        if Path(place).name == "a.txt" and len(tries) < 2:
            tries.append(place)
            raise PermissionError(errno.EACCES, "in use")
        real(source, place)

    monkeypatch.setattr("os.replace", replace)
    assert staging.settle_stage(tmp_path, REMOVED) == []
    assert read_all(tmp_path) == AFTER


def test_what_a_killed_command_left_goes_and_nothing_else(tmp_path):
    (tmp_path / "publique").mkdir()
    for name in (".diagnostic-0123456789ab.xlsx", ".diagnostic-0123456789ab.gpkg-journal", ".diagnostic-notes.txt", ".caché", "a.txt"):
        (tmp_path / "publique" / name).write_text("x", encoding="utf-8")
    (staging.open_stage(tmp_path) / "à moitié.png").write_bytes(b"x")
    stage = staging.open_stage(tmp_path)
    assert list(stage.iterdir()) == []
    staging.drop_stage(tmp_path)
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == [".caché", ".diagnostic-notes.txt", "a.txt"]


def test_a_plan_that_cannot_be_read_is_dropped(tmp_path):
    stage = staging.open_stage(tmp_path)
    (stage / staging.PLAN).write_text("{", encoding="utf-8")
    assert list(staging.open_stage(tmp_path).iterdir()) == []


def test_what_another_program_holds_of_a_killed_command_is_told(tmp_path, monkeypatch):
    staging.open_stage(tmp_path)
    monkeypatch.setattr(shutil, "rmtree", lambda *_, **__: None)
    with pytest.raises(DiagnosticError, match="Un autre programme retient"):
        staging.open_stage(tmp_path)
