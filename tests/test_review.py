"""The panel of what was saved: counts, disagreements settled by a click of a person, the copy."""

import shutil

import pytest
from dossier_saisies import HOSTILE, find_widget, read_once, read_texts, save

from diagnostic.application.review import build_review
from diagnostic.run import edit_forms, edits


@pytest.fixture
def opened(tmp_path):
    opened = read_once()[1]
    shutil.copy(opened["dossier"] / "inventaire.xlsx", tmp_path)
    return opened | {"dossier": tmp_path}


def test_a_proposal_is_accepted_by_a_named_person(opened):
    save(opened, "acteurs", "c", {"nom": HOSTILE}, statut="propose")
    panel, _ = build_review(opened)
    assert "1 proposition à décider" in read_texts(panel) and "<img" not in read_texts(panel)
    find_widget(panel, "Garder").click()
    assert "Il manque l" in read_texts(panel)
    find_widget(panel, "Auteur").value = "C"
    find_widget(panel, "Garder").click()
    assert "Décision enregistrée" in read_texts(panel)
    assert edits.list_states(opened)[0][["etat", "valeur"]].values.tolist() == [["accepte", HOSTILE]]


def test_a_proposal_is_set_aside(opened):
    save(opened, "acteurs", "c", {"nom": "Autre"}, statut="propose")
    panel, _ = build_review(opened)
    find_widget(panel, "Auteur").value = "C"
    find_widget(panel, "Revenir").click()
    assert edits.list_states(opened)[0]["valeur"].tolist() == ["Amap de l'essai"]


def test_a_disagreement_shows_both_and_the_copy_holds_neither(opened):
    form = edit_forms.open_form(opened, "acteurs", "c", edits.list_states(opened)[0])
    panel, refresh = build_review(opened)
    for name, auteur in (("Un", "A"), ("Deux", "B")):
        save(opened, "acteurs", "c", {"nom": name}, auteur=auteur, form=form)
    refresh()
    told = read_texts(panel)
    assert "1 désaccord à régler" in told and "« Un » : A" in told and "« Deux » : B" in told
    find_widget(panel, "Enregistrer une copie").click()
    assert "Copie écrite : inventaire_" in read_texts(panel) and "0 case" in read_texts(panel)


def test_a_damaged_save_is_told(opened):
    (opened["dossier"] / "saisies").mkdir()
    (opened["dossier"] / "saisies" / "saisie_x.json").write_text("{", encoding="utf-8")
    assert "saisie_x.json" in read_texts(build_review(opened)[0])
