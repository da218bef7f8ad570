"""The command `comparer`: what it hands to `run`, what it tells, its codes."""

import pandas as pd
import pytest

from diagnostic import cli
from diagnostic.cli import comparison
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
