"""The command `comparer`: what it hands to `run`, what it tells, its codes."""

from contextlib import nullcontext

import pandas as pd
import pytest

from diagnostic import cli
from diagnostic.cli import comparison
from diagnostic.run import batch_cluster
from diagnostic.schema import PROBLEM_COLUMNS


def run(monkeypatch, *words):
    told = {}

    def compare(asked, **options):
        told.update(asked=asked, **options)
        return {
            "fichiers": [], "problemes": pd.DataFrame(columns=PROBLEM_COLUMNS),
            "resultats": {
                "comparaison_territoires": pd.DataFrame(index=["a", "b"]),
                "comparaison_sans_territoire": pd.DataFrame({"nom": ["Ouessant"]}),
                "comparaison_lectures": pd.DataFrame({"phrase": ["Une phrase [rouge]."]}),
            },
            "territoires": "les territoires",
        }  # fmt: skip

    monkeypatch.setattr(comparison, "compare", compare)
    cli.main(["comparer", *words])
    return told


def test_what_is_asked_is_handed_over(monkeypatch, capsys):
    words = ["--region", "84", "--region", "27", "--couche", "A=a.csv", "--inventaire", "s=f.csv", "--graine", "3", "--sans-moran"]
    told = run(monkeypatch, *words)
    assert told["asked"]["regions"] == ["84", "27"] and told["asked"]["couches"] == ["A=a.csv"] and told["asked"]["graine"] == 3
    assert told["moran"] is False and told["asked"]["maille"] == "epci" and not told["asked"]["france"]
    shown = capsys.readouterr().out
    assert "2 territoires comparés." in shown and "1 commune hors de ces territoires : Ouessant." in shown
    assert "Une phrase [rouge]." in shown


def test_a_call_without_territory_is_refused_in_three_lines(capsys):
    with pytest.raises(SystemExit) as left:
        cli.main(["comparer"])
    assert left.value.code == 1
    error = capsys.readouterr().err
    assert "Aucun territoire à comparer." in error and "Où :" in error.replace("Ou :", "Où :") and "--france" in error


def test_a_seed_that_is_no_number_is_a_wrong_call(capsys):
    with pytest.raises(SystemExit) as left:
        cli.main(["comparer", "--france", "--graine", "x"])
    assert left.value.code == 2


def make_batch(monkeypatch, failed=()):
    told = {}

    def produce(asked, jobs, **options):
        told.update(asked=asked, jobs=jobs, **options)
        rows = pd.DataFrame({"nom": list(failed), "message": ["Raté [ici]."] * len(failed)})
        return {"faits": 3, "deja": 1, "echecs": rows, "dossier": "x/territoires", "journal": "x/territoires/journal.csv"}

    monkeypatch.setattr(comparison, "produce_territories", produce)
    return told


def test_the_files_of_each_territory_are_made_when_they_are_asked_for(monkeypatch, capsys):
    told = make_batch(monkeypatch)
    monkeypatch.setattr(comparison, "open_cluster", lambda scheduler: nullcontext())
    run(monkeypatch, "--departement", "43")
    assert not told, "nothing of it without the option"
    run(monkeypatch, "--departement", "43", "--par-territoire", "--processus", "2", "--memoire", "2,5", "--document", "plaidoyer")
    assert told["jobs"] == "les territoires" and told["documents"] == ["plaidoyer"] and str(told["sortie"]) == "comparaison"
    assert told["calcul"] == {"processus": 2, "memoire": 2.5, "scheduler": None}
    assert "3 territoires faits, 1 déjà fait." in capsys.readouterr().out
    run(monkeypatch, "--departement", "43", "--par-territoire", "--document", "aucun", "--scheduler", "tcp://ici:8786")
    assert told["documents"] == [] and told["calcul"]["scheduler"] == "tcp://ici:8786" and told["calcul"]["processus"] >= 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--processus", "2"], "avec --par-territoire"), (["--par-territoire", "--scheduler", "tcp://127.0.0.1:9"], "ne répond pas"),
    ],
)  # fmt: skip
def test_what_the_batch_could_not_do_is_said_before_the_long_part(monkeypatch, capsys, words, told):
    monkeypatch.setattr(batch_cluster, "PATIENCE", 1)
    monkeypatch.setattr(comparison, "compare", None)
    with pytest.raises(SystemExit):
        cli.main(["comparer", "--departement", "43", *words])
    assert told in capsys.readouterr().err


def test_a_territory_that_could_not_be_made_is_said_and_leaves_with_a_fault(monkeypatch, capsys):
    make_batch(monkeypatch, failed=["CC A", "CC B"])
    with pytest.raises(SystemExit) as left:
        run(monkeypatch, "--departement", "43", "--par-territoire")
    error = capsys.readouterr().err
    assert left.value.code == 1 and "2 territoires n'ont pas pu être faits." in error and "CC A : Raté [ici]." in error


@pytest.mark.parametrize("words", [["--processus", "0"], ["--processus", "x"], ["--memoire", "-1"], ["--memoire", "inf"]])
def test_a_number_that_is_none_is_a_wrong_call_told_in_french(words, capsys):
    with pytest.raises(SystemExit) as left:
        cli.main(["comparer", "--france", *words])
    assert left.value.code == 2 and "n'est pas un nombre possible." in capsys.readouterr().err
