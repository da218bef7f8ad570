"""Fingerprints of the files of a dossier."""

import hashlib

import pytest

from diagnostic.errors import DiagnosticError
from diagnostic.read.fingerprints import fingerprint, list_inputs


def test_inputs_are_all_there_with_their_content_and_outputs_are_not(tmp_path):
    folder = tmp_path / "été à Auzon"
    inputs = ("inventaire.xlsx", "imports/b.csv", "trajets/é.csv", "corrections/corrections.xlsx", "logo.png")
    others = ("sorties/publique/carte.html", "~$inventaire.xlsx", ".~lock.a#", "ressorts/.caché", "imports/~$b.csv")
    others += ("notes sur Jeanne.docx", "saisies/brouillons/x.json", "inventaire_2026-01-01_1.xlsx")
    for name in (*inputs, *others):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode())
    (tmp_path / "dehors.png").write_bytes(b"x")
    found = list_inputs(folder, others=["logo.png", "", "../dehors.png"])
    assert found["fichier"].tolist() == sorted(inputs)
    assert found["sha256"].tolist() == [hashlib.sha256(name.encode()).hexdigest() for name in found["fichier"]]
    assert found["taille"].tolist() == [len(name.encode()) for name in found["fichier"]]
    assert found["modifie"].notna().all()


def test_one_byte_changes_the_fingerprint_and_a_copy_does_not(tmp_path):
    (tmp_path / "a").write_bytes(b"x" * 3_000_000)
    (tmp_path / "b").write_bytes(b"x" * 3_000_000)
    (tmp_path / "c").write_bytes(b"x" * 2_999_999 + b"y")
    assert fingerprint(tmp_path / "a") == fingerprint(tmp_path / "b") != fingerprint(tmp_path / "c")


def test_a_dossier_of_text_tables_is_those_tables(tmp_path):
    for name in ("acteurs.csv", "parametres.csv", "temps_trajet.csv", "à lire.csv"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    assert list_inputs(tmp_path)["fichier"].tolist() == ["acteurs.csv", "parametres.csv", "temps_trajet.csv"]


def test_a_folder_without_inventory_is_told(tmp_path):
    with pytest.raises(DiagnosticError, match="Aucun inventaire"):
        list_inputs(tmp_path)
