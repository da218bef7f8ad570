"""A whole batch: its jobs, what is kept and made again, what stops it; here and by two processes, byte for byte."""

import csv
import json
import shutil

import pandas as pd
import pytest
from petit_dossier import FILES, write_dossier

from diagnostic.errors import DiagnosticError
from diagnostic.read.batch import pack_files
from diagnostic.run import batch, comparison
from diagnostic.run.batch import list_jobs, map_here, produce_territories, tell_time

AUZON, BRIVADOIS = "epci:244301099", "epci:244301107"


def make_jobs(*names):
    rows = {f"epci:{name}": (f"CC {name}", (f"4300{place}",), f"cc{name}_{name}") for place, name in enumerate(names)}
    return pd.DataFrame.from_dict(rows, orient="index", columns=["nom", "communes", "dossier"])


@pytest.fixture
def asked(chemin_piege):
    return {"sources": str(write_dossier(chemin_piege / "dossier"))}


@pytest.fixture
def pretended(monkeypatch, tmp_path):
    """Make a job a small parcel, and note which were made; `faults` says what goes wrong in which."""
    made, faults = [], {}

    def produce(parcel, job, options):
        made.append(job["nom"])
        fault = faults.get(job["nom"], "")
        if isinstance(fault, BaseException):
            raise fault
        place = tmp_path / "fait" / job["dossier"] / "publique"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        (place / "carte.html").write_text(f"{job['nom']} {options['date']}", encoding="utf-8")
        told = {"calculs": {}, "sorties": [{"fichier": "carte.html", "taille": (place / "carte.html").stat().st_size}]}
        (place / "manifeste.json").write_text(json.dumps(told), encoding="utf-8")
        return {
            "territoire_id": job["territoire_id"], "paquet": None if fault else pack_files(place.parent, dated=False), "faute": fault,
            "secondes": 1.0, "memoire_mo": 100.0,
        }  # fmt: skip

    monkeypatch.setattr(batch, "produce", produce)
    return made, faults


def read_journal(done):
    with open(done["journal"], encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def test_a_job_a_territory_with_its_communes_and_a_folder_of_its_own():
    territories = pd.DataFrame({"nom": ["CC Été-Nord", "CC Été Nord", "Ailleurs"], "type": ["epci", "epci", "autre"]},
                               index=["epci:1", "x:1", "autre:1"])  # fmt: skip
    held = pd.DataFrame({"code_insee": list("bacb"), "territoire_id": ["epci:1", "epci:1", "x:1", "epci:1"]})
    jobs = list_jobs({"territoires": territories, "appartenance": held}, "epci")
    assert jobs["communes"].tolist() == [("a", "b"), ("c",)]
    assert jobs["dossier"].tolist() == ["cceténord_1".replace("é", "e"), "ccetenord_1-1"]


def test_a_batch_is_made_then_kept_and_only_what_changed_is_made_again(asked, pretended, tmp_path):
    made, _ = pretended
    jobs, told = make_jobs("A", "B", "C"), []
    done = produce_territories(asked, jobs, sortie=tmp_path / "ici", progress=told.append)
    assert (done["faits"], done["deja"], len(done["echecs"])) == (3, 0, 0) and made == ["CC A", "CC B", "CC C"]
    assert told[0] == "Territoires : préparation" and told[-1].startswith("Territoires : 3 sur 3")
    assert "encore" in told[2] and "environ" in told[2]
    place = tmp_path / "ici" / "territoires"
    (place / "ccB_B" / "publique" / "carte.html").unlink()
    again = produce_territories(asked, jobs.iloc[[2, 0, 1]], sortie=tmp_path / "ici")
    assert (again["faits"], again["deja"]) == (1, 2) and made[3:] == ["CC B"], "what was lost is made again, and nothing else"
    inventory = tmp_path / "dossier d'été à Brioude" / "dossier" / "inventaire" / "acteurs.csv"
    inventory.write_text(inventory.read_text(encoding="utf-8").replace("Épicerie", "Boutique"), encoding="utf-8")
    assert produce_territories(asked, jobs, sortie=tmp_path / "ici")["faits"] == 3, "other data: all is made again"
    assert produce_territories(asked, jobs, sortie=tmp_path / "ici", documents=())["faits"] == 3, "other documents too"


def test_a_batch_resumed_another_day_has_the_date_of_its_first_day(asked, pretended, tmp_path, monkeypatch):
    jobs = make_jobs("A", "B")
    monkeypatch.setattr(batch.pd.Timestamp, "today", staticmethod(lambda: pd.Timestamp(2026, 1, 31)))
    first = produce_territories(asked, jobs.head(1), sortie=tmp_path)
    monkeypatch.setattr(batch.pd.Timestamp, "today", staticmethod(lambda: pd.Timestamp(2026, 2, 1)))
    assert produce_territories(asked, jobs, sortie=tmp_path)["faits"] == 1
    texts = [path.read_text(encoding="utf-8") for path in sorted(first["dossier"].rglob("carte.html"))]
    assert texts == ["CC A 2026-01-31", "CC B 2026-01-31"]


def test_a_fault_costs_a_territory_and_is_told_then_tried_at_the_next_call(asked, pretended, tmp_path):
    made, faults = pretended
    faults["CC B"] = "Raté.\nOù : B\nÀ faire : rien"
    jobs = make_jobs("A", "B", "C")
    done = produce_territories(asked, jobs, sortie=tmp_path / "ici")
    assert made == ["CC A", "CC B", "CC C", "CC B"] and done["faits"] == 2
    assert done["echecs"]["nom"].tolist() == ["CC B"] and done["echecs"]["message"].tolist() == ["Raté. ; Où : B ; À faire : rien"]
    assert [row["etat"] for row in read_journal(done)] == ["fait", "repris", "fait", "echec"]
    faults.clear()
    again = produce_territories(asked, jobs, sortie=tmp_path / "ici")
    assert (again["faits"], again["deja"], len(again["echecs"])) == (1, 2, 0)
    assert [row["etat"] for row in read_journal(again)] == ["fait", "repris", "fait", "echec", "fait"], "the log keeps what happened"


def test_the_same_fault_everywhere_stops_the_batch(asked, pretended, tmp_path):
    made, faults = pretended
    jobs = make_jobs(*"ABCDEFGH")
    faults |= dict.fromkeys(jobs["nom"].tolist()[1:], "Le disque est plein.\nOù : x\nÀ faire : y")
    with pytest.raises(DiagnosticError, match="5 échecs de suite") as stopped:
        produce_territories(asked, jobs, sortie=tmp_path / "ici")
    assert "Le disque est plein." in stopped.value.ou and len(made) == 6
    faults.clear()
    assert produce_territories(asked, jobs, sortie=tmp_path / "ici")["deja"] == 1


def test_a_batch_interrupted_says_how_far_it_was_and_goes_on(asked, pretended, tmp_path):
    _, faults = pretended
    faults["CC C"] = KeyboardInterrupt()
    jobs = make_jobs("A", "B", "C", "D")
    with pytest.raises(DiagnosticError, match="Interrompu : 2 territoires faits sur 4"):
        produce_territories(asked, jobs, sortie=tmp_path / "ici")
    faults.clear()
    again = produce_territories(asked, jobs, sortie=tmp_path / "ici")
    assert (again["faits"], again["deja"]) == (2, 2)


def test_a_full_disk_stops_the_batch_and_keeps_what_is_made(asked, pretended, tmp_path, monkeypatch):
    from diagnostic.write import batch as writing

    own, jobs = writing.place_parcel, make_jobs("A", "B", "C")

    def place(parcel, folder):
        if folder.name.startswith("ccB"):
            raise OSError(28, "No space left on device")
        return own(parcel, folder)

    monkeypatch.setattr(writing, "place_parcel", place)
    with pytest.raises(OSError, match="No space"):
        produce_territories(asked, jobs, sortie=tmp_path / "ici")
    monkeypatch.setattr(writing, "place_parcel", own)
    again = produce_territories(asked, jobs, sortie=tmp_path / "ici")
    assert (again["faits"], again["deja"]) == (2, 1)


def test_a_file_open_elsewhere_is_a_fault_of_its_territory(asked, pretended, tmp_path, monkeypatch):
    from diagnostic.write import batch as writing

    monkeypatch.setattr(writing, "place_parcel", lambda *_: ["publique/diagnostic.xlsx"])
    done = produce_territories(asked, make_jobs("A"), sortie=tmp_path / "ici")
    assert done["faits"] == 0 and "publique/diagnostic.xlsx" in done["echecs"]["message"].iloc[0]


def test_jobs_of_this_process_are_tried_twice(monkeypatch):
    monkeypatch.setattr(batch, "produce", lambda parcel, job, options: {"faute": "" if job["nom"] == "A" else "non"})
    events = list(map_here([{"nom": "B"}, {"nom": "A"}], b"", {}))
    assert [(event["etat"], event["essai"]) for event in events] == [("repris", 1), ("fait", 1), ("echec", 2)]


def test_times_are_told_in_words():
    assert [tell_time(seconds) for seconds in (3, 89, 91, 5399, 5401)] == [
        "10 secondes", "90 secondes", "2 minutes", "90 minutes", "2 heures",
    ]  # fmt: skip


@pytest.mark.long
def test_two_processes_make_the_bytes_that_one_makes(chemin_piege):
    """Two real EPCI of a dossier with links, their maps, pages, workbooks and reports."""
    folder = write_dossier(chemin_piege / "dossier")
    text = FILES["parametres"].replace("epci,244301099", f"epci,{AUZON[5:]};{BRIVADOIS[5:]}").replace("date_edition,2026-11-21\n", "")
    (folder / "inventaire" / "parametres.csv").write_text(text, encoding="utf-8")
    asked = {"sources": str(folder)}
    gathered = comparison.gather(asked)
    jobs = list_jobs(gathered["tables"], "epci")
    assert jobs.index.tolist() == [AUZON, BRIVADOIS]
    for name, processes in (("seul", 1), ("deux", 2)):
        done = produce_territories(asked, jobs, sortie=chemin_piege / name, calcul={"processus": processes})
        assert done["faits"] == 2, read_journal(done)
    held = {
        name: {
            path.relative_to(chemin_piege / name): path.read_bytes()
            for path in (chemin_piege / name).rglob("publique/**/*") if path.is_file()
        }
        for name in ("seul", "deux")
    }
    assert len(held["seul"]) > 30 and held["seul"] == held["deux"]
