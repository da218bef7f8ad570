"""The command line, as its user meets it: French words, three lines, three exit codes."""

import errno
import re
import subprocess
import sys
from pathlib import Path

import pytest
from feuilles import call
from passage import TABLES, write_dossier

from diagnostic import cli
from diagnostic import run as way

ROOT = Path(__file__).resolve().parent.parent
COMMANDS = [
    "exemple", "nouveau", "importer", "verifier", "corriger", "modele", "ausculter", "catalogue", "fiche", "lancer", "atelier",
    "application", "exporter",
]  # fmt: skip
ENGLISH = re.compile(
    r"\b(usage|error|argument|arguments|required|invalid|choose|unrecognized|positional|show|this|help message|the|expected|following"
    r"|file|folder|not|found|is|and|of|default)\b",
    re.IGNORECASE,
)
LITTLE = {"parametres": "cle,valeur\nepci,244301099\ndate_edition,15/11/2026\n"}


def read_lines(capsys):
    captured = capsys.readouterr()
    return captured.out, captured.err


@pytest.mark.parametrize(
    "arguments", [["--aide"], *([name, "--aide"] for name in COMMANDS), ["lancer", "-h"], ["lancer", "--help"]]
)
def test_help_is_french(arguments, capsys):
    assert call(*arguments) == 0
    out, err = read_lines(capsys)
    assert out.startswith("Utilisation : diagnostic") and err == ""
    assert not ENGLISH.findall(out.replace("--help", "")), ENGLISH.findall(out)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "Il manque : COMMANDE."),
        (["lancre", "x"], "'lancre' n'est pas un choix possible"),
        (["lancer"], "Il manque : DOSSIER."),
        (["lancer", "x", "--edition", "secrète"], "'secrète' n'est pas un choix possible"),
        (["lancer", "x", "--bidule"], "Option ou mot inconnu : --bidule."),
        (["lancer", "x", "y"], "Option ou mot inconnu : y."),
        (["nouveau", "d", "--epci"], "--epci : une valeur est attendue."),
        (["lancer", "x", "--aide=1"], "valeur de trop"),
    ],
)
def test_a_wrong_call_is_two_and_three_french_lines(arguments, told, capsys):
    assert call(*arguments) == 2
    out, err = read_lines(capsys)
    what, where, advice = err.splitlines()
    assert told in what and where.startswith("Où : commande diagnostic") and advice.endswith("--aide")
    assert out == "" and not ENGLISH.findall(err)


def test_argparse_keeps_its_own_words_for_others():
    import argparse

    own = argparse._
    call("lancer", "--aide")
    assert argparse._ is own


@pytest.mark.parametrize(
    "arguments",
    [
        ["lancer", "nulle part"],
        ["verifier", "nulle part"],
        ["corriger", "nulle part"],
        ["corriger", "nulle part", "absent.xlsx"],
        ["importer", "hinaura", "absent.json", "nulle part"],
        ["nouveau", "neuf"],
        ["nouveau", "neuf", "--departement", "999"],
        ["nouveau", "neuf", "--epci", "999999999"],
        ["nouveau", "neuf", "--communes", "absent.csv"],
    ],
)
def test_what_the_data_forbids_is_one_and_three_lines(arguments, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert call(*arguments) == 1
    _, err = read_lines(capsys)
    told = [line for line in err.splitlines() if not line.startswith("…")]
    assert len(told) == 3 and told[1].startswith("Où : ") and told[2].startswith("À faire : ")
    assert not list(tmp_path.rglob("*.xlsx"))


@pytest.mark.long
def test_the_way_of_a_charge_de_mission(chemin_piege, capsys, partage):
    folder = chemin_piege / "pays d'Auzon"
    assert call("nouveau", folder, "--epci", "Auzon") == 0
    out, _ = read_lines(capsys)
    assert "12 communes, " in out and "EPCI : CC Auzon Communauté (244301099)" in out
    # The next commands are ready to be pasted, the folder between quotation marks.
    assert out.endswith(f'  diagnostic verifier "{folder}"\n  diagnostic lancer "{folder}"\n')
    assert call("nouveau", folder, "--epci", "244301099") == 1
    capsys.readouterr()
    assert call("importer", "france-services", partage / "inventaires" / "france_services_2024-08.csv", folder) == 0
    out, _ = read_lines(capsys)
    told = re.search(r"(\d+) lignes lues = (\d+) dans le territoire \+ (\d+) hors du territoire \+ (\d+) écartées", out)
    read, *parts = map(int, told.groups())
    assert read == sum(parts) == 2845 and "Remplace" not in out
    assert call("importer", "france-services", partage / "inventaires" / "france_services_2024-08.csv", folder) == 0
    assert "Remplace l'import précédent de « france-services »" in read_lines(capsys)[0]
    assert call("verifier", folder) == 0
    out, err = read_lines(capsys)
    assert "Problèmes : " in out and "… Lecture du dossier" in err
    assert (folder / "sorties" / "interne" / "problemes.xlsx").exists()
    assert call("lancer", folder, "--edition", "publique", "--sortie", chemin_piege / "à donner") == 0
    out, err = read_lines(capsys)
    assert "… Calcul des mesures" in err and "fichiers écrits dans" in out
    assert sorted(path.name for path in (chemin_piege / "à donner").iterdir()) == [".verrou", "publique"]


def test_the_example_is_copied_once_and_kept(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(way, "run", lambda folder, **_: {"fichiers": [], "comptes": [], "problemes": []})
    monkeypatch.setattr(cli, "show_counts", lambda counts: None)
    monkeypatch.setattr(cli, "show_problems", lambda problems: None)
    target = tmp_path / "mon exemple"
    assert call("exemple", "--sortie", target) == 0
    assert "Exemple copié dans" in read_lines(capsys)[0]
    book = target / "inventaire.xlsx"
    book.write_bytes(b"mine")
    assert call("exemple", "--sortie", target) == 0
    assert "gardé tel quel" in read_lines(capsys)[0] and book.read_bytes() == b"mine"


def test_a_file_in_place_of_the_output_folder_is_told_in_french(tmp_path, capsys):
    (tmp_path / "sorties").write_text("x", encoding="utf-8")
    assert call("verifier", write_dossier(tmp_path / "d", LITTLE), "--sortie", tmp_path / "sorties") == 1
    _, err = read_lines(capsys)
    assert "Un fichier tient la place d'un dossier." in err and "À faire : " in err and "Errno" not in err


@pytest.mark.parametrize("code", [errno.EACCES, errno.EROFS, errno.ENOSPC, errno.EIO])
def test_a_disk_that_refuses_is_told_in_french(code, tmp_path, capsys, monkeypatch):
    def refuse(*_, **__):
        raise OSError(code, "English words", "carte.html")

    monkeypatch.setattr(way, "check", refuse)
    assert call("verifier", tmp_path) == 1
    _, err = read_lines(capsys)
    told = [line for line in err.splitlines() if not line.startswith("…")]
    assert len(told) == 3 and told[1] == "Où : carte.html" and "English" not in err


def test_a_fault_of_ours_and_an_interruption_leave_with_one(tmp_path, capsys, monkeypatch):
    for raised, words in (
        (ZeroDivisionError("zut"), "Erreur imprévue : ZeroDivisionError"),
        (KeyboardInterrupt(), "Interrompu."),
    ):
        monkeypatch.setattr(way, "check", lambda *_, raised=raised, **__: (_ for _ in ()).throw(raised))
        assert call("verifier", tmp_path) == 1
        assert words in read_lines(capsys)[1]


def test_problems_are_counted_in_french(tmp_path, capsys):
    rows = "acteur_id,nom,categorie,code_insee\nA1,Un,ccas,43016\nA1,Deux [b]gras[/b],ccas,43016\nA1,Trois,ccas,43016\n"
    assert call("verifier", write_dossier(tmp_path / "d", {"parametres": TABLES["parametres"], "acteurs": rows})) == 0
    out, _ = read_lines(capsys)
    assert "Problèmes : 2 erreurs" in out
    line = next(line for line in out.splitlines() if "acteurs, ligne 3 : Identifiant déjà donné ligne 2" in line)
    assert ". À faire : " in line and line.endswith(".") and ".." not in line


def test_python_m_diagnostic_is_the_command(tmp_path):
    command = [sys.executable, "-m", "diagnostic", "lancer", str(tmp_path / "absent")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", env=None, check=False)
    assert done.returncode == 1 and "Dossier introuvable." in done.stderr
