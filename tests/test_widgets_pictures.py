"""Pictures and frames of the notebooks: named for who does not see them, cut from everything else."""

import html
import re

import pytest
from carnets import open_small

from diagnostic import run as way
from diagnostic import widgets
from diagnostic.errors import DiagnosticError
from diagnostic.widgets.pictures import find_page


@pytest.fixture
def publique():
    return open_small("publique")


@pytest.fixture
def interne():
    return open_small("interne")


def test_an_actor_is_drawn_inside_only(interne, publique):
    known = interne["acteurs"]["acteur_id"].iloc[0]
    assert "<img" in widgets.show_actor(interne, known).data
    assert "<img" in widgets.show_actor(interne).data  # the one with most partners
    assert "usage interne" in widgets.show_actor(publique, known).data
    with pytest.raises(DiagnosticError):
        widgets.show_actor(interne, "inconnu")
    alone = interne | {"positions": interne["positions"].iloc[:0]}
    assert "Aucun lien déclaré" in widgets.show_actor(alone).data


def test_a_page_is_a_named_picture(publique):
    shown = widgets.show_page(publique, "liens_entre_champs").data
    assert 'alt="Page « liens entre champs »"' in shown
    assert "data:image/png;base64,iVBORw0KGgo" in shown
    assert len(shown) < 500_000, "a choice sends it whole"


def test_a_page_that_cannot_be_drawn_lists_those_that_can(publique):
    shown = widgets.show_page(publique, "<b>").data
    assert "discordance" in shown
    assert "<b>" not in shown


def test_a_page_is_found_under_the_code_as_the_tables_write_it():
    pages = {"ressort_fictifcas": None, "etats_evs": None}
    assert find_page(pages, "ressort_FICTIF_CAS") == "ressort_fictifcas"
    assert find_page(pages, "etats_evs") == "etats_evs"
    assert find_page(pages, "etats_fictifcas") == "etats_fictifcas", "of another kind: not found"


def test_the_map_is_framed_away_from_the_notebook(publique):
    shown = widgets.show_map(publique).value
    assert shown.count("<iframe") == 1
    assert 'sandbox="allow-scripts"' in shown
    page = html.unescape(re.search(r'srcdoc="([^"]*)"', shown)[1])
    assert page == way.render_map(publique)
    assert "<script>alert" not in page
    assert "Amap de l" in page
    assert "Lieu tenu secret" not in page


def test_the_sheet_of_statements_is_framed(publique):
    shown = widgets.show_statements_page(publique).value
    assert 'title="Constats du guide" sandbox="allow-scripts"' in shown
    assert "Lieu tenu secret" not in html.unescape(shown)


def test_without_ipywidgets_the_reader_is_told_what_to_install(publique, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "ipywidgets", None)
    with pytest.raises(DiagnosticError, match="(?s)ipywidgets.*À faire : installez l'option notebooks"):
        widgets.show_map(publique)


def test_files_written_are_listed_and_shown(tmp_path):
    from PIL import Image

    paths = [tmp_path / "publique" / "cartes" / "03_acteurs.png", tmp_path / "publique" / "carte.html"]
    paths[0].parent.mkdir(parents=True)
    Image.effect_noise((3400, 2400), 60).convert("RGB").save(paths[0])
    paths[1].write_text('<p title="x">page</p>' + "x" * 2979, encoding="utf-8")
    weight = paths[0].stat().st_size
    written = {"fichiers": [*paths, tmp_path / "publique" / "fiches_manques.html"]}
    (tmp_path / "publique" / "fiches_manques.html").write_text("fiche", encoding="utf-8")
    listed = widgets.list_files(written)
    assert listed["fichier"].tolist() == ["03_acteurs.png", "carte.html", "fiches_manques.html"]
    assert listed["taille_ko"].tolist() == [round(weight / 1000), 3, 0]
    assert 'srcdoc="&lt;p title=&quot;x&quot;' in widgets.show_file(written, "carte").value
    picture = widgets.show_file(written, "acteurs").data
    assert 'alt="Page « acteurs »"' in picture
    assert len(picture) < weight / 2, "made for a screen, not for a printer"
    assert "Noms possibles : acteurs, carte, fiches_manques" in widgets.show_file(written, "plan").data
