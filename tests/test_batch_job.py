"""One job of a batch: the parcel of its files, the same twice; a fault is told, never raised."""

import io
import zipfile

import pytest
from petit_dossier import write_dossier

from diagnostic import run
from diagnostic.read.batch import pack_files
from diagnostic.run import batch_job
from diagnostic.run.batch_job import compare_versions, judge, produce, tell_versions

OPTIONS = {"date": "2026-05-04", "documents": (), "versions": tell_versions()}
JOB = {"territoire_id": "epci:244301099", "nom": "Auzon", "dossier": "auzon_244301099", "communes": ("43016", "43029", "43133")}


def test_versions_are_told_and_compared():
    told = tell_versions()
    assert {"python", "code", "pandas", "matplotlib"} <= set(told) and compare_versions(told, dict(told)) == ""
    assert compare_versions({"pandas": "3.0.1", "numpy": "2"}, {"numpy": "2"}) == "pandas 3.0.1 ici, absent là-bas"


@pytest.mark.parametrize(
    ("done", "expected"),
    [
        ({"faute": "", "essai": 2}, "fait"), ({"faute": "non", "essai": 1}, "repris"), ({"faute": "non", "essai": 2}, "echec"),
        ({"faute": "non", "essai": 1, "sans_reprise": True}, "echec"),
    ],
)  # fmt: skip
def test_a_fault_is_tried_once_more_where_it_may_help(done, expected):
    assert judge(done) == expected


def test_a_worker_of_another_version_is_a_fault_told(chemin_piege):
    parcel = pack_files(write_dossier(chemin_piege / "dossier"))
    done = produce(parcel, JOB, OPTIONS | {"versions": OPTIONS["versions"] | {"code": "autre"}})
    assert done["paquet"] is None and done["faute"].startswith("Les versions diffèrent.\nOù : code autre ici")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(28, "No space left on device"), "Le disque est plein."),
        (ZeroDivisionError("rien"), "Erreur imprévue : ZeroDivisionError"),
        (run.DiagnosticError("Quoi.", "PLACE/inventaire", "faire"), "Quoi.\nOù : …/inventaire"),
    ],
)  # fmt: skip
def test_a_fault_of_one_territory_is_told_without_where_it_worked(chemin_piege, monkeypatch, error, words):
    def fail(folder, **_):
        if isinstance(error, run.DiagnosticError):
            raise run.DiagnosticError(error.quoi, error.ou.replace("PLACE", str(folder.parent)), error.a_faire)
        raise error

    monkeypatch.setattr(run, "run", fail)
    done = produce(pack_files(write_dossier(chemin_piege / "dossier")), JOB, OPTIONS)
    assert done["paquet"] is None and done["faute"].startswith(words) and "diagnostic-lot-" not in done["faute"]


def test_a_territory_is_alone_in_its_files_and_only_everyone_s_edition_is_written(chemin_piege, monkeypatch):
    """Drawn without its maps, which are the long part; the whole, twice, byte for byte: test_run_batch."""
    seen = []
    measured = run.measure_tables

    def look(tables):
        seen.append((tables["communes"].index.tolist(), tables["reglages"]["titre"]))
        return measured(tables)

    monkeypatch.setattr(run, "measure_tables", look)
    monkeypatch.setattr("diagnostic.draw.atlas.list_figures", lambda *_, **__: {})
    done = produce(pack_files(write_dossier(chemin_piege / "dossier")), JOB, OPTIONS)
    assert not done["faute"], done["faute"]
    assert seen == [(list(JOB["communes"]), "Essai sur Auzon : Auzon")] and done["secondes"] > 0
    with zipfile.ZipFile(io.BytesIO(done["paquet"])) as archive:
        assert {"publique/carte.html", "publique/diagnostic.xlsx", "publique/manifeste.json"} <= set(archive.namelist())
        assert {name.partition("/")[0] for name in archive.namelist()} == {"publique"}


def test_the_memory_is_told_or_not_known(monkeypatch):
    assert batch_job.measure_memory() > 1 or batch_job.measure_memory() != batch_job.measure_memory()
    monkeypatch.setitem(__import__("sys").modules, "psutil", None)
    assert batch_job.measure_memory() != batch_job.measure_memory()
