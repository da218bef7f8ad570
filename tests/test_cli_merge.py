"""The command as it is typed: what it says of a merge, of what waits, and of which file is the inventory."""

import pytest
from jouets_fusion import copy_model, correct, write_book

from diagnostic.cli import main


@pytest.fixture(scope="module")
def dossier(tmp_path_factory):
    return copy_model(tmp_path_factory.mktemp("d'été") / "essai")


def run(capsys, *arguments):
    main(["fusionner", *map(str, arguments)])
    return capsys.readouterr().out


def test_a_merge_then_again_then_its_undoing(dossier, tmp_path, capsys):
    rows = [correct("retirer", "acteurs", "d"), correct("changer", "acteurs", "b", "effectif", "1"),
            correct("changer", "acteurs", "b", "effectif", "2", qui="B")]  # fmt: skip
    path = write_book(tmp_path / "c.xlsx", *rows)
    told = run(capsys, dossier, path)
    assert "3 corrections nouvelles, 0 déjà fusionnée, 0 sans effet." in told
    assert "acteurs : 4 lignes - 1 + 0 = 3" in told and "gardées au journal : 1 dans liens" in told
    assert "1 désaccord à trancher, 0 proposition à décider." in told and "« 1 » | « 2 »" in told
    assert "est toujours inventaire.xlsx, inchangé" in told and "Pour décider : remplissez fusion.xlsx" in told
    again = run(capsys, dossier, path)
    assert "3 déjà fusionnées" in again and "Rien de nouveau" in again and "Écrit" not in again
    assert "c.xlsx" in run(capsys, dossier, "--liste")
    undone = run(capsys, dossier, "--annuler", "--qui", "Z")
    assert "Annulée : fusion_" in undone and "aucune copie n'est écrite" in undone
    assert "annulée par annulation_" in run(capsys, dossier, "--liste")


def test_the_workbook_to_fill(dossier, tmp_path, capsys):
    assert "corrections_a_remplir.xlsx" in run(capsys, dossier, "--classeur")
    assert run(capsys, dossier, "--classeur", tmp_path / "autre.xlsx").strip().endswith("autre.xlsx")


def test_without_a_file_it_says_what_to_give(dossier, capsys):
    with pytest.raises(SystemExit) as left:
        run(capsys, dossier)
    told = capsys.readouterr().err
    assert left.value.code == 1 and "Aucun fichier de corrections" in told and "--classeur" in told


def test_a_bare_name_is_found_where_the_workshop_wrote_it(dossier, tmp_path, capsys, monkeypatch):
    place = dossier / "sorties" / "interne" / "atelier"
    place.mkdir(parents=True)
    write_book(place / "corrections.xlsx", correct("confirmer", "acteurs", "b", qui="Atelier", quand="25/11/2026"))
    monkeypatch.chdir(tmp_path)
    told = run(capsys, dossier, "corrections.xlsx")
    assert "1 correction nouvelle" in told and f"Lu : {place / 'corrections.xlsx'}" in told
    with pytest.raises(SystemExit):
        run(capsys, dossier, "perdu.xlsx")
    told = capsys.readouterr().err
    assert "Fichier introuvable : perdu.xlsx" in told and "atelier" in told
