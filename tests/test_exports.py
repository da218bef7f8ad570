"""The command exporter: what it asks of `run.reports`, what it says."""

import pytest

from diagnostic import cli
from diagnostic.cli import exports


@pytest.fixture
def asked(monkeypatch, tmp_path):
    calls = []
    monkeypatch.setattr(
        exports,
        "export",
        lambda *given, **kept: (
            calls.append((given, kept)) or {"fichiers": [tmp_path / "é.docx"], "remarques": ["À voir."]}
        ),
    )
    return calls


def test_by_default_the_report_of_the_publique_edition(asked, capsys):
    cli.main(["exporter", "mon dossier"])
    (folder, what), kept = asked[0]
    assert (str(folder), what, kept["edition"], kept["formats"], kept["modele"]) == (
        "mon dossier",
        ["rapport"],
        "publique",
        ["docx"],
        None,
    )
    told = capsys.readouterr().out
    assert "À voir." in told and "é.docx" in told


def test_a_commune_alone_asks_for_its_page_and_its_document(asked):
    cli.main(["exporter", "d", "--commune", "43157", "--commune", "Brioude"])
    (_, what), kept = asked[0]
    assert (what, kept["communes"]) == (["communes"], ["43157", "Brioude"])
    cli.main(["exporter", "d", "--quoi", "sig"])
    assert asked[1][1]["communes"] == ()


def test_choices_go_through(asked):
    words = ["exporter", "d", "--quoi", "ressorts", "--quoi", "sig", "--format", "pdf", "--format", "odt"]
    words += ["--edition", "interne", "--sortie", "s", "--modele", "m.docx"]
    cli.main(words)
    (_, what), kept = asked[0]
    assert (what, kept["formats"], kept["edition"]) == (["ressorts", "sig"], ["pdf", "odt"], "interne")
    assert (str(kept["sortie"]), str(kept["modele"])) == ("s", "m.docx")


@pytest.mark.parametrize("words", [["--quoi", "roman"], ["--format", "doc"], ["--edition", "secrète"]])
def test_an_unknown_word_is_a_wrong_call(words, capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(["exporter", "d", *words])
    assert caught.value.code == 2 and "n'est pas un choix possible" in capsys.readouterr().err
