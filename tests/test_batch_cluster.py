"""The cluster of a batch: lost workers, versions, a scheduler that is not there; small jobs in the place of real ones."""

import os
import signal
import time

import pytest

from diagnostic.errors import DiagnosticError
from diagnostic.run import batch_cluster, batch_job
from diagnostic.run.batch_cluster import check_versions, count_processes, map_jobs, open_cluster

OPTIONS = {"date": "2026-05-04", "documents": (), "versions": {}}


def make_jobs(number):
    return [{"territoire_id": f"epci:{k}", "nom": f"T{k}", "dossier": f"t{k}", "communes": ()} for k in range(number)]


def pretend(parcel, job, options, turn):
    """Stand for `_produce_there` on the workers: the text of the parcel is what is to happen to each job."""
    here = batch_cluster.tell_start(job, turn)
    what = dict(word.split("=") for word in parcel.decode().split()).get(job["nom"], "")
    once, _, mark = what.partition("@")
    first = not mark or not os.path.exists(mark)
    if mark and first:
        open(mark, "w").close()
        time.sleep(0.5)  # what is told of a job leaves the worker before the worker leaves
    if once == "meurt" and first:
        os.kill(os.getpid(), signal.SIGTERM if os.name == "nt" else 9)
    fault = "Raté." if once == "rate" and first else ""
    made = None if fault else f"{job['nom']}".encode()
    return {"territoire_id": job["territoire_id"], "paquet": made, "faute": fault, "secondes": 0.1, "memoire_mo": 1, "poste": here}


@pytest.fixture(scope="module")
def client():
    with open_cluster(processus=2, memoire=2) as opened:
        yield opened


@pytest.fixture
def pretended(monkeypatch):
    monkeypatch.setattr(batch_cluster, "_produce_there", pretend)


def follow(client, what, number):
    events = list(map_jobs(client, what.encode(), make_jobs(number), OPTIONS))
    return events, {event["territoire_id"]: event["etat"] for event in events}


def test_every_job_is_done_once_and_brings_its_parcel(client, pretended):
    events, last = follow(client, "", 5)
    assert len(events) == 5 and set(last.values()) == {"fait"}
    assert {event["territoire_id"]: event["paquet"] for event in events} == {f"epci:{k}": f"T{k}".encode() for k in range(5)}
    assert all(event["poste"].startswith("tcp://127.0.0.1:") and event["essai"] == 1 for event in events)


def test_a_fault_costs_a_second_try_and_no_other_job(client, pretended, tmp_path):
    events, last = follow(client, f"T1=rate T2=rate@{tmp_path / 'deux'}", 4)
    assert last == {"epci:0": "fait", "epci:1": "echec", "epci:2": "fait", "epci:3": "fait"}
    assert [event["etat"] for event in events if event["territoire_id"] == "epci:1"] == ["repris", "echec"]
    assert [(event["etat"], event["essai"]) for event in events if event["territoire_id"] == "epci:2"] == [("repris", 1), ("fait", 2)]


def test_a_worker_lost_costs_its_territory_a_try_and_a_line(client, pretended, tmp_path):
    events, last = follow(client, f"T1=meurt@{tmp_path / 'un'}", 4)
    assert set(last.values()) == {"fait"}
    (lost,) = [event for event in events if event["etat"] == "poste_perdu"]
    assert lost["territoire_id"] == "epci:1" and lost["paquet"] is None and lost["poste"]


def test_a_job_is_told_before_it_begins(monkeypatch):
    """Told after, a worker lost in the middle would leave no trace."""
    done = []
    monkeypatch.setattr(batch_cluster, "tell_start", lambda job, turn: done.append("annonce") or "tcp://ici")
    monkeypatch.setattr(batch_cluster, "produce", lambda *_: done.append("travail") or {"faute": ""})
    assert batch_cluster._produce_there(b"", {}, {}, 1) == {"faute": "", "poste": "tcp://ici"} and done == ["annonce", "travail"]


def test_a_territory_that_kills_every_worker_is_a_fault_and_the_others_are_made(client, pretended):
    events, last = follow(client, "T1=meurt", 4)
    assert last.pop("epci:1") == "echec" and set(last.values()) == {"fait"}
    (fault,) = [event["faute"] for event in events if event["etat"] == "echec"]
    assert "arrêté deux fois" in fault and "--memoire" in fault


def test_versions_that_differ_are_refused(client, monkeypatch):
    check_versions(client, "ici")
    monkeypatch.setattr(batch_cluster, "tell_versions", lambda: batch_job.tell_versions() | {"code": "autre"})
    answers = {"tcp://a": batch_job.tell_versions(), "tcp://b": ModuleNotFoundError("diagnostic"), "tcp://c": OSError("parti")}
    monkeypatch.setattr(client, "run", lambda *_, **__: answers)
    with pytest.raises(DiagnosticError, match="versions diffèrent") as refused:
        check_versions(client, "option --scheduler x")
    assert "tcp://a : code autre ici" in refused.value.ou and "tcp://b : le logiciel n'y est pas" in refused.value.ou
    assert "tcp://c" not in refused.value.ou


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nimporte://x", "127.0.0.1:neuf"])
def test_a_scheduler_that_does_not_answer_is_said(monkeypatch, address):
    monkeypatch.setattr(batch_cluster, "PATIENCE", 1)
    with pytest.raises(DiagnosticError, match="ne répond pas"), open_cluster(scheduler=address):
        pass


def test_an_existing_scheduler_is_used_and_left_as_it_was(client, pretended):
    with open_cluster(scheduler=client.scheduler.address) as other:
        _, last = follow(other, "", 3)
    assert set(last.values()) == {"fait"} and client.status == "running" and len(client.nthreads()) >= 1


def test_a_scheduler_without_workers_is_said(monkeypatch):
    from distributed import LocalCluster

    monkeypatch.setattr(batch_cluster, "PATIENCE", 2)
    with LocalCluster(n_workers=0, host="127.0.0.1", dashboard_address="127.0.0.1:0", silence_logs=50) as empty:
        with pytest.raises(DiagnosticError, match="aucun poste"), open_cluster(scheduler=empty.scheduler_address):
            pass


def test_without_the_library_one_process_and_a_plain_word(monkeypatch):
    assert count_processes(1e6) == 1 <= count_processes(0.5)
    for name in ("distributed", "distributed.system", "dask"):
        monkeypatch.setitem(__import__("sys").modules, name, None)
    assert count_processes() == 1
    with pytest.raises(DiagnosticError, match="pip install distributed"), open_cluster(processus=2):
        pass
