"""Templates of the group: each fault told in three French lines, with the nearest right tag."""

import pytest
from docx import Document
from rapports import make_template

from diagnostic.errors import DiagnosticError
from diagnostic.write.report import locate_template
from diagnostic.write.report_tags import BLOCKS, check_template, list_left, open_template_file

GOOD = ["{{ titre }}", "Le {{ date }}, {{edition}}", "{{ methode }}"]


def refuse(path, kind="rapport"):
    with pytest.raises(DiagnosticError) as caught:
        check_template(open_template_file(path).docx, path, kind)
    lines = str(caught.value).split("\n")
    assert len(lines) == 3 and str(path) in lines[1] and lines[2].startswith("À faire")
    return lines[0]


@pytest.mark.parametrize("kind", list(BLOCKS))
def test_our_templates_are_right_and_take_every_block(kind):
    found = check_template(open_template_file(locate_template(kind)).docx, kind, kind)
    assert list_left(found, kind) == ""


def test_a_short_template_is_right_and_what_it_leaves_is_known(chemin_piege):
    path = make_template(chemin_piege / "modèle.docx", *GOOD, "{{ liens }}")
    found = check_template(open_template_file(path).docx, path, "rapport")
    assert (
        "liens" in found
        and list_left(found, "rapport") == "sommaire, contexte, acteurs, ressorts, manques, constats et annexes"
    )


@pytest.mark.parametrize(
    "line, words",
    [
        ("{{ titres }}", ["{{ titres }}", "{{ titre }}"]),
        ("{{ Méthode }}", ["{{ Méthode }}", "{{ methode }}"]),
        ("{{ zzz }}", ["balise inconnue {{ zzz }}"]),
        ("{{ titre|upper }}", ["{{ titre|upper }}", "{{ titre }}"]),
        ("{{ titre }", ["accolades mal fermées"]),
        ("{% for x in y %}", ["accolades mal fermées"]),
        ("avant {{ liens }}", ["{{ liens }}", "seule dans son paragraphe"]),
        ("{{ methode }}", ["deux fois"]),
    ],
)
def test_a_wrong_tag_is_named(chemin_piege, line, words):
    told = refuse(make_template(chemin_piege / "modèle.docx", *GOOD, line))
    assert all(word in told for word in words)


def test_a_missing_tag_is_named(chemin_piege):
    assert "balise absente : {{ methode }}" in refuse(make_template(chemin_piege / "m.docx", *GOOD[:2]))


def test_a_wrong_tag_of_the_header_says_where(chemin_piege):
    assert "(en-tête)" in refuse(make_template(chemin_piege / "m.docx", *GOOD, header="{{ titr }}"))
    assert "seule dans son paragraphe" in refuse(make_template(chemin_piege / "n.docx", *GOOD, header="{{ liens }}"))


def test_a_block_in_a_table_is_refused(chemin_piege):
    path = make_template(chemin_piege / "m.docx", *GOOD)
    document = Document(path)
    document.add_table(1, 1).cell(0, 0).text = "{{ liens }}"
    document.save(path)
    assert "hors d'un tableau" in refuse(path)


def test_a_tag_that_word_cut_in_runs_is_read(chemin_piege):
    document = Document()
    paragraph = document.add_paragraph()
    for piece in ("{", "{ ti", "tre }", "}"):
        paragraph.add_run(piece)
    for line in GOOD[1:]:
        document.add_paragraph(line)
    assert "titre" in check_template(document, "x", "rapport")


@pytest.mark.parametrize(
    "content, word", [(None, "introuvable"), (b"pas un document", "illisible"), (b"PK\x03\x04", "illisible")]
)
def test_what_is_no_docx_is_told(chemin_piege, content, word):
    path = chemin_piege / "modèle.docx"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DiagnosticError, match=word):
        open_template_file(path)
