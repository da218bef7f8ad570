"""The panel to correct, without a browser: search, form, draft, save, what is refused."""

import pytest
from dossier_saisies import find_widget, read_once, read_texts

from diagnostic.application.correct import build_correct
from diagnostic.run import edits


@pytest.fixture
def panel(tmp_path):
    opened = read_once()[1] | {"dossier": tmp_path}
    told = []
    return build_correct(opened, lambda: told.append(1)), opened, told


def click(panel, words):
    find_widget(panel, words).click()


def test_a_search_narrows_the_rows(panel):
    panel, *_ = panel
    find_widget(panel, "Chercher").value = "AMAP"
    assert [label for label, _ in find_widget(panel, "Lignes").options] == ["Amap de l'essai (43016)"]


def test_a_form_is_kept_as_a_draft_then_saved(panel):
    panel, opened, told = panel
    find_widget(panel, "Chercher").value = "amap"
    find_widget(panel, "Lignes").index = 0
    click(panel, "Ouvrir")
    find_widget(panel, "Nom de la structure").value = "Amap neuve"
    (draft,) = edits.list_drafts(opened["dossier"]).values()
    assert (draft["identifiant"], draft["cases"]["nom"]) == ("c", "Amap neuve")
    click(panel, "Enregistrer")
    assert "auteur de la saisie.\nOù" in read_texts(panel) and told == []
    find_widget(panel, "Auteur").value = "J.D."
    click(panel, "Enregistrer")
    assert "Saisie enregistrée : Amap de l" in read_texts(panel) and told == [1]
    assert edits.list_drafts(opened["dossier"]) == {}
    assert edits.list_edits(opened["dossier"])[0][["auteur", "statut", "apres"]].values.tolist() == [["J.D.", "propose", "Amap neuve"]]


def test_a_doubt_is_asked_twice_and_a_change_asks_again(panel):
    panel, opened, _ = panel
    click(panel, "Nouvel acteur")
    find_widget(panel, "Auteur").value = "J.D."
    find_widget(panel, "Nom de la structure").value = "Café"
    find_widget(panel, "Catégorie principale").index = 1
    find_widget(panel, "Code INSEE").value = "99999"
    click(panel, "Enregistrer")
    assert "À vérifier avant d" in read_texts(panel) and len(edits.list_edits(opened["dossier"])[0]) == 0
    find_widget(panel, "Code INSEE").value = "99998"
    click(panel, "Enregistrer")
    assert len(edits.list_edits(opened["dossier"])[0]) == 0
    click(panel, "Enregistrer")
    assert len(edits.list_edits(opened["dossier"])[0]) == 3


def test_a_draft_left_by_another_page_is_taken_up(panel):
    panel, opened, _ = panel
    click(panel, "Nouveau lien")
    find_widget(panel, "Territoire du lien").value = "Auzon"
    other = build_correct(opened, lambda: None)
    click(other, "Reprendre")
    assert find_widget(other, "Territoire du lien").value == "Auzon"
    click(other, "Abandonner")
    assert edits.list_drafts(opened["dossier"]) == {}
