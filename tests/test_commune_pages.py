"""From a dossier to the page of the communes and the documents of those asked; in the publique edition alone."""

import pandas as pd
import pytest
from jouets_besoins import make_communes
from passage import find_canaries, write_dossier
from rapports import measure_all, read_text

from diagnostic.errors import DiagnosticError
from diagnostic.run import commune_pages, reports, select_edition
from diagnostic.write import documents

NAMES = {"43001": "Saint-Épi", "43002": "Le Puy-en-Velay", "63003": "Saint-Épi-le-Haut", "63004": "Brioude", "63005": "Brioude"}
COMMUNES = pd.DataFrame({"nom": NAMES})


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("43002", "43002"), (" 43002 ", "43002"), ("le puy en velay", "43002"), ("PUY-EN-VELAY (LE)", "43002"), ("Puy", "43002"),
        ("St Épi", "43001"), ("saint-épi-le-haut", "63003"), ("le haut", "63003"),
    ],
)  # fmt: skip
def test_a_code_a_name_or_a_part_of_it_lead_to_one_commune(word, code):
    assert commune_pages.find_communes([word], COMMUNES) == [code]


def test_each_commune_is_asked_once():
    assert commune_pages.find_communes(["43002", "Puy", "43001"], COMMUNES) == ["43002", "43001"]
    assert commune_pages.find_communes([], COMMUNES) == []


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("brioude", ["peut être 2 communes", "63004 Brioude", "63005 Brioude", "code Insee"]),
        ("saint", ["2 communes", "43001 Saint-Épi", "63003"]),
        ("Briude", ["Aucune commune", "les plus proches", "63004 Brioude"]), ("Zzz", ["Aucune commune du dossier ne s'appelle « Zzz »."]),
        ("99999", ["Aucune commune"]), ("", ["Aucune commune"]), ("43_02", ["Aucune commune"]),
    ],
)  # fmt: skip
def test_a_name_of_several_or_of_none_is_told_with_candidates(word, told):
    with pytest.raises(DiagnosticError) as caught:
        commune_pages.find_communes([word], COMMUNES)
    assert all(words in str(caught.value) for words in [*told, "Où : option --commune", "À faire : écrivez"])


def test_a_long_list_of_candidates_is_cut_and_counted():
    many = pd.DataFrame({"nom": [f"Saint-{rank}" for rank in range(30)]}, index=[f"43{rank:03d}" for rank in range(30)])
    with pytest.raises(DiagnosticError, match="30 communes du dossier") as caught:
        commune_pages.find_communes(["saint"], many)
    assert "et 22 autres" in str(caught.value)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    whole = measure_all()
    shown, folder = select_edition(whole, "publique"), tmp_path_factory.mktemp("communes d'été")
    code = shown["communes"].index[0]
    done = commune_pages.write_communes(shown, whole, folder, chosen=[code], tell=lambda step: None)
    return shown, code, folder, done


def test_the_page_and_the_document_hold_no_canary(written):
    shown, code, folder, done = written
    assert [path.name for path in done["fichiers"]] == ["communes.html", f"commune_{code}.docx"] and done["remarques"] == []
    html = (folder / "communes.html").read_text(encoding="utf-8")
    assert find_canaries(html) == [] and "Content-Security-Policy" in html and shown["communes"].at[code, "nom"] in html
    told = read_text(folder / f"commune_{code}.docx")
    assert find_canaries(told) == [] and "qui s’occupe de quoi" in told and "nous ne savons pas" in told


def test_same_inputs_same_bytes(written, tmp_path):
    shown, code, folder, _ = written
    again = commune_pages.write_communes(shown, measure_all(), tmp_path, chosen=[code])["fichiers"]
    assert [path.read_bytes() for path in again] == [(folder / path.name).read_bytes() for path in again]


def test_without_libreoffice_the_document_is_written_and_the_rest_is_told(written, tmp_path, monkeypatch):
    monkeypatch.setattr(documents, "find_office", lambda: None)
    shown, code, _, _ = written
    done = commune_pages.write_communes(shown, measure_all(), tmp_path, chosen=[code], formats=["pdf"])
    assert len(done["fichiers"]) == 2 and "LibreOffice n'est pas installé" in done["remarques"][0]


def test_another_edition_and_too_many_communes_are_refused(tmp_path, monkeypatch):
    shown = {"edition": "interne", "communes": make_communes()}
    with pytest.raises(DiagnosticError, match="édition publique"):
        commune_pages.write_communes(shown, {}, tmp_path)
    monkeypatch.setattr(commune_pages, "MOST_COMMUNES", 3)
    with pytest.raises(DiagnosticError, match="4 communes, 3 au plus"):
        commune_pages.write_communes(shown | {"edition": "publique"}, {}, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_command_writes_in_the_publique_edition_and_says_so(tmp_path, monkeypatch):
    folder = write_dossier(tmp_path / "pays d'été")
    monkeypatch.setattr(reports, "measure_tables", lambda tables: measure_all())
    done = reports.export(folder, ["communes"], edition="interne", communes=[])
    names = [path.relative_to(folder / "sorties").as_posix() for path in done["fichiers"]]
    assert names[0] == "publique/communes.html" and all(name.startswith("publique/") for name in names)
    assert done["remarques"] == ["Communes : écrites dans l'édition publique, la seule que l'on donne aux habitants."]
    assert not (folder / "sorties" / "interne").exists() and commune_pages.tell_edition("publique") == []


def test_a_wrong_commune_stops_before_anything_is_measured(tmp_path, monkeypatch):
    folder = write_dossier(tmp_path / "d")
    monkeypatch.setattr(reports, "measure_tables", lambda tables: pytest.fail("measured"))
    with pytest.raises(DiagnosticError, match="Aucune commune"):
        reports.export(folder, ["communes"], communes=["Zzzyx"])
