"""What the settings say of the look: a logo of the dossier, a layer it has; else a problem, never a stop."""

import pandas as pd
import pytest

from diagnostic.read.inventory.appearance import LARGEST_BYTES, read_appearance
from diagnostic.schema import join_problems

COUCHES = pd.DataFrame(index=["CAF", "MSA territoires"])
PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 20


def read(folder, logo="", couche=""):
    settings, told = read_appearance(folder, {"logo": logo, "couche_carte_acteurs": couche}, COUCHES)
    return settings, join_problems(*told)


def test_nothing_asked_nothing_told(tmp_path):
    settings, told = read(tmp_path)
    assert settings["logo_octets"] == b"" and settings["couche_carte_acteurs"] == "" and not len(told)


@pytest.mark.parametrize("content", [PNG, b"\xff\xd8\xff\xe0 jpeg"])
def test_a_logo_of_the_dossier_is_read(chemin_piege, content):
    (chemin_piege / "images").mkdir(parents=True)
    (chemin_piege / "images" / "logo de l'été.png").write_bytes(content)
    settings, told = read(chemin_piege, "images/logo de l'été.png")
    assert settings["logo_octets"] == content and not len(told)


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("absent.png", None, "introuvable"),
        ("../dehors.png", PNG, "n'est pas dans le dossier"),
        ("logo.svg", b"<svg onload=alert(1)>", "ni une image PNG"),
        ("lourd.png", PNG + bytes(LARGEST_BYTES), "pèse plus"),
        ("", None, ""),
        (".", None, "introuvable"),
    ],
)
def test_a_logo_that_cannot_be_used_is_told(tmp_path, name, content, word):
    folder = tmp_path / "dossier"
    folder.mkdir()
    if content is not None:
        (folder / name).write_bytes(content)
    settings, told = read(folder, name)
    assert settings["logo_octets"] == b""
    assert (len(told) == 1 and word in told["probleme"].iloc[0] and told["colonne"].iloc[0] == "logo") if word else not len(told)


def test_a_layer_is_found_as_it_is_written(tmp_path):
    assert read(tmp_path, couche="msa Térritoires")[0]["couche_carte_acteurs"] == "MSA territoires"
    settings, told = read(tmp_path, couche="lune")
    assert settings["couche_carte_acteurs"] == "" and "CAF, MSA territoires" in told["a_faire"].iloc[0]
