"""Fingerprints of the files of a dossier."""

import hashlib

from diagnostic.read.fingerprints import fingerprint, list_inputs


def test_inputs_are_all_there_with_their_content_and_outputs_are_not(tmp_path):
    folder = tmp_path / "été à Auzon"
    for name in ("inventaire.xlsx", "imports/b.csv", "sorties/publique/carte.html", "~$inventaire.xlsx", ".~lock.a#", "ressorts/.caché"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode())
    found = list_inputs(folder)
    assert found["fichier"].tolist() == ["imports/b.csv", "inventaire.xlsx"]
    assert found["sha256"].tolist() == [hashlib.sha256(name.encode()).hexdigest() for name in found["fichier"]]
    assert found["taille"].tolist() == [13, 15]
    assert found["modifie"].notna().all()


def test_one_byte_changes_the_fingerprint_and_a_copy_does_not(tmp_path):
    (tmp_path / "a").write_bytes(b"x" * 3_000_000)
    (tmp_path / "b").write_bytes(b"x" * 3_000_000)
    (tmp_path / "c").write_bytes(b"x" * 2_999_999 + b"y")
    assert fingerprint(tmp_path / "a") == fingerprint(tmp_path / "b") != fingerprint(tmp_path / "c")


def test_an_empty_folder_has_no_input(tmp_path):
    assert list_inputs(tmp_path).shape == (0, 4)
