"""The doors on jurisdictions: a place is found by one name, the catalogue by a word, a file is examined before any figure."""

import pandas as pd
import pytest
from feuilles import call
from passage import write_dossier

from diagnostic.errors import DiagnosticError
from diagnostic.run import layers

TOWNS = pd.DataFrame({"nom": ["Le Puy-en-Velay", "Auzon", "Saint-Just", "Saint-Just"]}, index=["43157", "43016", "43205", "63001"])
PLACES = pd.DataFrame({"nom": ["CA du Puy-en-Velay", "Haute-Loire"]}, index=["epci:200073419", "departement:43"])
RESSORTS = "code_insee,couche,unite_id,unite_nom\n43016,CAS,S1,Nord\n43185,CAS,S2,Sud\n43185,CAS,S1,Nord\n99999,CAS,S1,Nord\n"


@pytest.mark.parametrize(
    ("words", "found"),
    [("auzon", "commune:43016"), ("43157", "commune:43157"), ("le puy en velay", "commune:43157"), ("200073419", "epci:200073419"),
     ("haute loire", "departement:43"), ("ca du puy", "epci:200073419")],
)  # fmt: skip
def test_one_name_leads_to_one_place(words, found):
    assert layers.find_place(words, TOWNS, PLACES)[0] == found


@pytest.mark.parametrize(("words", "told"), [("Saint-Just", "63001"), ("puy", "43157"), ("Paris", "ni une"), ("", "ni une")])
def test_a_name_of_several_places_or_of_none_is_refused(words, told):
    with pytest.raises(DiagnosticError, match=told):
        layers.find_place(words, TOWNS, PLACES)


def test_the_catalogue_is_searched_by_a_word():
    found = layers.list_catalogue("caisse")
    assert 0 < len(found) < len(layers.list_catalogue())
    assert layers.list_catalogue("zzz").empty


def test_a_place_is_told_from_the_command_line(tmp_path, capsys):
    folder = write_dossier(tmp_path / "pays d'été")
    assert call("fiche", folder, "Auzon") == 0
    out = capsys.readouterr().out
    assert out.splitlines()[0] == "Auzon" and "Auzon Communauté" in out and "MSA Auvergne" in out
    assert call("fiche", folder, "Nulle-Part") == 1
    assert "ni une commune ni un territoire" in capsys.readouterr().err


def test_a_file_is_examined_from_the_command_line(tmp_path, capsys):
    path = tmp_path / "circonscriptions été.csv"
    path.write_text(RESSORTS, encoding="utf-8")
    assert call("ausculter", path, "--departement", "43") == 0
    out = capsys.readouterr().out
    assert "43185" in out and "99999" in out
    assert call("ausculter", tmp_path / "absent.csv") == 1
    assert "introuvable" in capsys.readouterr().err
    empty = tmp_path / "vide.csv"
    empty.write_text("", encoding="utf-8")
    assert call("ausculter", empty) == 1 and "BLOQUANT" in capsys.readouterr().out


def test_the_catalogue_is_read_from_the_command_line(capsys):
    assert call("catalogue", "msa") == 0
    assert "Publié par" in capsys.readouterr().out
    assert call("catalogue", "zzz") == 0 and "Rien sur" in capsys.readouterr().out
