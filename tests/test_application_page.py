"""The page as a whole: it shows at once, then the forms, then what is measured; a fault is told on the page."""

from dossier_saisies import read_once, read_texts

from diagnostic.application.page import TITLES, open_page


def test_the_page_holds_its_three_panels(monkeypatch):
    folder = read_once()[1]["dossier"]
    monkeypatch.setenv("DIAGNOSTIC_DOSSIER", str(folder))
    page = open_page()
    assert list(page.children[2].titles) == TITLES
    told = read_texts(page)
    assert "Édition interne" in told and "À décider" in told and "etat faute" not in told


def test_a_dossier_that_cannot_be_read_is_told(tmp_path):
    assert "Aucun inventaire" in read_texts(open_page(tmp_path))
