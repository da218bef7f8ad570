"""The outputs of a command, from the stage to their place: signed, described, the rest left alone."""

import errno
import hashlib
import json

import pandas as pd
import pytest

from diagnostic.errors import DiagnosticError
from diagnostic.run.deposit import mask_names, open_outputs, place_outputs
from diagnostic.run.lock import NAME as LOCK
from diagnostic.write import staging
from diagnostic.write.manifest import NAME, read_manifest

SHOWN = {
    "reglages": {"titre": "Essai"}, "date": pd.Timestamp("2026-11-15"),
    "sources": pd.DataFrame({"objet": ["acteurs"], "source": ["FICTIF"], "millesime": ["2026"], "nombre": [1]}),
}  # fmt: skip


def make_inputs(*names):
    rows = [{"fichier": name, "taille": 1, "sha256": name, "modifie": pd.Timestamp("2026-01-01")} for name in names or ["inventaire.xlsx"]]
    return pd.DataFrame(rows)


def deposit(target, files, *, command="lancer", formers=(), editions=("publique",), inputs=None):
    """Write `files` ({name: text}, names with their edition) as a command does; return what it tells."""
    with open_outputs(target) as stage:
        for name, text in files.items():
            (stage / name).parent.mkdir(parents=True, exist_ok=True)
            (stage / name).write_text(text, encoding="utf-8")
        paths, views = [stage / name for name in files], dict.fromkeys(editions, SHOWN)
        return place_outputs(
            target, views, paths, inputs=make_inputs() if inputs is None else inputs, command=command, formers=formers
        )  # fmt: skip


def list_files(target):
    return sorted(path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file() and path.name != LOCK)


def test_outputs_are_signed_described_and_in_their_place(chemin_piege):
    target = chemin_piege / "sorties"
    page = "<html><head></head></html>"
    files = {"publique/carte.html": page, "publique/csv/a.csv": "a", "interne/carte.html": page}
    told = deposit(target, files, editions=["publique", "interne"])
    assert told == [target / name for name in ("publique/carte.html", "publique/csv/a.csv", "interne/carte.html")]
    assert list_files(target) == sorted([*(path.relative_to(target).as_posix() for path in told), f"interne/{NAME}", f"publique/{NAME}"])
    for edition in ("publique", "interne"):
        manifest = read_manifest(target / edition)
        assert manifest["edition"] == edition and "anciens" not in manifest
        for row in manifest["sorties"]:
            content = (target / edition / row["fichier"]).read_bytes()
            assert (row["taille"], row["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    (run,) = read_manifest(target / "publique")["calculs"].values()
    assert f"données {run['empreinte_entrees']} ; édition publique" in (target / "publique" / "carte.html").read_text(encoding="utf-8")


def test_the_same_outputs_twice_are_the_same_bytes(tmp_path):
    for name in ("un", "deux"):
        deposit(tmp_path / name, {"publique/carte.html": "<html><head></head></html>"})
    first, second = ({path: (tmp_path / name / path).read_bytes() for path in list_files(tmp_path / name)} for name in ("un", "deux"))
    assert first == second


def test_what_a_command_no_longer_writes_goes_and_what_is_not_its_own_stays(tmp_path):
    deposit(tmp_path, {"publique/a.csv": "a", "publique/b.csv": "b", "publique/c.csv": "c", "publique/cartes/01_a.png": "x" * 40})
    deposit(tmp_path, {"publique/rapport.csv": "r", "publique/csv/x.csv": "x", "publique/csv/y.csv": "y"}, command="exporter")
    (tmp_path / "publique" / "à moi.txt").write_text("x", encoding="utf-8")
    (tmp_path / "publique" / "c.csv").write_text("changé par quelqu'un", encoding="utf-8")
    (tmp_path / "publique" / "cartes" / "07_avant.png").write_bytes(b"x")  # a page of a version that wrote no manifest
    deposit(tmp_path, {"publique/a.csv": "A"})
    names = ["a.csv", "c.csv", "csv/x.csv", "csv/y.csv", NAME, "rapport.csv", "à moi.txt"]
    assert list_files(tmp_path) == [f"publique/{name}" for name in names]
    rows = {row["fichier"]: row["calcul"] is None for row in read_manifest(tmp_path / "publique")["sorties"]}
    assert rows == {"a.csv": False, "c.csv": True, "csv/x.csv": False, "csv/y.csv": False, "rapport.csv": False}
    # A set of data is written whole, a document alone.
    deposit(tmp_path, {"publique/csv/x.csv": "x"}, command="exporter")
    assert "publique/csv/y.csv" not in list_files(tmp_path) and "publique/rapport.csv" in list_files(tmp_path)


def test_files_of_another_time_go_unless_they_are_written_again(tmp_path):
    formers = ("interne/b.csv", "interne/c.csv")
    deposit(tmp_path, {"interne/a.csv": "a", "interne/b.csv": "b", "interne/c.csv": "c"}, editions=["interne"], command="verifier")
    deposit(tmp_path, {"interne/a.csv": "a", "interne/b.csv": "b"}, editions=["interne"], command="corriger", formers=formers)
    assert list_files(tmp_path) == ["interne/a.csv", "interne/b.csv", f"interne/{NAME}"]


def test_a_workbook_to_fill_and_a_copy_of_the_inventory_hold_no_stamp(tmp_path):
    page = '{"a":1}'  # a text that a stamp would change
    deposit(tmp_path, {"interne/problemes.xlsx": page, "interne/inventaire_avec_identifiants.json": page}, editions=["interne"])
    assert (tmp_path / "interne" / "inventaire_avec_identifiants.json").read_text(encoding="utf-8") == page
    rows = read_manifest(tmp_path / "interne")["sorties"]
    assert [("a_remplir" in row, "sha256" in row) for row in rows] == [(False, True), (True, False)]


def test_a_failure_leaves_everything_as_it_was(tmp_path):
    deposit(tmp_path, {"publique/a.csv": "a"})
    before = {name: (tmp_path / name).read_bytes() for name in list_files(tmp_path)}

    def fill_disk():
        with open_outputs(tmp_path) as stage:
            (stage / "publique").mkdir()
            (stage / "publique" / "a.csv").write_text("A", encoding="utf-8")
            raise OSError(errno.ENOSPC, "plein")

    with pytest.raises(OSError, match="plein"):
        fill_disk()
    assert {name: (tmp_path / name).read_bytes() for name in list_files(tmp_path)} == before


def test_files_open_elsewhere_are_named_and_the_others_are_new(tmp_path, monkeypatch):
    monkeypatch.setattr(staging, "PAUSE", 0)
    deposit(tmp_path, {"publique/a.csv": "a", "publique/b.csv": "b"})
    real = staging.os.replace

    def refuse(source, place):
        if str(place).endswith("b.csv"):
            error = PermissionError(errno.EACCES, "in use")
            error.winerror = 32
            raise error
        real(source, place)

    monkeypatch.setattr(staging.os, "replace", refuse)
    with pytest.raises(DiagnosticError) as told:
        deposit(tmp_path, {"publique/a.csv": "A", "publique/b.csv": "B"}, inputs=make_inputs("inventaire.ods"))
    lines = str(told.value).splitlines()
    assert lines[0] == "1 fichier n'a pas pu être remplacé : publique/b.csv." and "fermez ces fichiers" in lines[2]
    assert (tmp_path / "publique" / "a.csv").read_text(encoding="utf-8") == "A"
    manifest = read_manifest(tmp_path / "publique")
    inputs = {row["fichier"]: manifest["calculs"][row["calcul"]]["entrees"][0]["fichier"] for row in manifest["sorties"]}
    assert inputs == {"a.csv": "inventaire.ods", "b.csv": "inventaire.xlsx"}
    assert not (tmp_path / staging.STAGE).exists()


def test_a_folder_that_refuses_to_be_written_is_told(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("pathlib.Path.mkdir", refuse)
    with pytest.raises(DiagnosticError, match="Impossible d'écrire dans le dossier des sorties"), open_outputs(tmp_path / "sorties"):
        pass


@pytest.mark.parametrize("name", ["liste de Mme Dupont", "liste_Mme_Dupont", "M.Dupont", "jeanne@exemple.test", "Madame-Dupont (2)"])
def test_the_name_of_an_input_that_names_a_person_is_masked(name):
    inputs = make_inputs(f"imports/{name}.xlsx", "imports/france-services.xlsx", "ressorts/circonscriptions_action_sociale.csv")
    shown = mask_names(inputs, "publique")["fichier"].tolist()
    assert shown == ["imports/[retiré].xlsx", "imports/france-services.xlsx", "ressorts/circonscriptions_action_sociale.csv"]
    assert mask_names(inputs, "partenaires")["fichier"].tolist() == shown
    assert mask_names(inputs, "interne").equals(inputs)
    assert mask_names(inputs, "publique")["sha256"].equals(inputs["sha256"])


def test_a_masked_name_is_not_in_the_manifest(tmp_path):
    deposit(tmp_path, {"publique/a.csv": "a"}, inputs=make_inputs("inventaire.xlsx", "imports/Mme Dupont.xlsx"))
    told = json.loads((tmp_path / "publique" / NAME).read_text(encoding="utf-8"))
    names = [row["fichier"] for run in told["calculs"].values() for row in run["entrees"]]
    assert names == ["inventaire.xlsx", "imports/[retiré].xlsx"]
