"""The form of a partner comes back: a cell filled is a change, a box ticked a confirmation, what is in the margin is told."""

import docx
import pytest

from diagnostic.draw.workshop_plans import plan_form
from diagnostic.errors import DiagnosticError
from diagnostic.read.back.form_file import read_form
from diagnostic.write.report import write_report

GIVEN = {"qui": "", "quand": "", "statut": "propose"}


@pytest.fixture(scope="module")
def form(tmp_path_factory):
    """The form as the software writes it."""
    path = tmp_path_factory.mktemp("d'été") / "007_epicerie.docx"
    facts = [("Catégorie", "CCAS"), ("Thèmes", "Alimentation"), ("Échelle du réseau", ""), ("Capacité", "4"), ("Mis à jour le", "")]
    blocks = plan_form({"nom": "Épicerie", "acteur_id": "epicerie-x", "numero": 7}, facts, ["CCAS"], ["PAT"])
    names = ["titre", "date", "edition", "territoire", "finalite", "couverture", "avertissement"]
    texts = dict.fromkeys(names, "") | {"titre": "Essai", "partie": "Épicerie"}
    write_report(path, {"contenu": blocks}, kind="encart", texts=texts, date="2026-11-21")
    return path


def fill(form, folder, change):
    document = docx.Document(str(form))
    change(document)
    path = folder / form.name
    document.save(str(path))
    return path


def find(document, label):
    return next(row for table in document.tables for row in table.rows if row.cells[0].text.replace("\u00a0", " ").strip() == label)


def test_a_form_that_nobody_filled_says_nothing(form):
    rows, problems = read_form(form, **GIVEN)
    assert len(rows) == 0 and len(problems) == 0


def test_each_cell_filled_is_a_change_signed_by_the_structure(form, chemin_piege):
    def change(document):
        for label, text in (("Thèmes", "Alimentation, santé"), ("Capacité", "12"), ("Mis à jour le", "20/11/2026")):
            find(document, label).cells[2].text = text

    rows, problems = read_form(fill(form, chemin_piege, change), **GIVEN)
    assert rows[["action", "identifiant", "colonne", "valeur"]].to_numpy().tolist() == [
        ["changer", "epicerie-x", "Thèmes", "Alimentation, santé"], ["changer", "epicerie-x", "Capacité", "12"],
        ["changer", "epicerie-x", "date_maj", "20/11/2026"],
    ]  # fmt: skip
    assert set(rows["qui"]) == {"epicerie-x"} and not len(problems)


def test_who_and_when_are_read_and_free_text_is_told(form, chemin_piege):
    def change(document):
        signed = next(part for part in document.paragraphs if part.text.startswith("Rempli par"))
        signed.text = "Rempli par (la structure, pas une personne) : CCAS d'Auzon ......... Le : 20/11/2026 ...."
        find(document, "Capacité").cells[2].text = "6"
        document.tables[1].rows[1].cells[0].text = "Mission locale"
        added = document.tables[0].add_row()
        added.cells[2].text = "nous avons déménagé"

    rows, problems = read_form(fill(form, chemin_piege, change), **GIVEN)
    assert rows[["qui", "quand", "valeur"]].to_numpy().tolist() == [["CCAS d'Auzon", "20/11/2026", "6"]]
    assert sorted(problems["valeur"]) == ["Mission locale", "nous avons déménagé"]


def test_a_box_ticked_confirms(form, chemin_piege):
    def change(document):
        box = next(part for part in document.paragraphs if "Tout est juste" in part.text)
        box.text = box.text.replace("☐", "☒") if "☐" in box.text else f"☒ {box.text}"

    rows, _ = read_form(fill(form, chemin_piege, change), **GIVEN)
    assert rows[["action", "identifiant"]].to_numpy().tolist() == [["confirmer", "epicerie-x"]]


@pytest.mark.parametrize("content", [b"", b"PK", None])
def test_what_is_no_form_is_refused(tmp_path, content):
    path = tmp_path / "lettre.docx"
    if content is None:
        docx.Document().save(str(path))
    else:
        path.write_bytes(content)
    with pytest.raises(DiagnosticError) as told:
        read_form(path, **GIVEN)
    assert "lettre.docx" in str(told.value) and told.value.a_faire
