"""The one error: three French lines, several faults told at once."""

import errno

import pytest

from diagnostic.errors import DiagnosticError, describe_refusal


def test_three_lines():
    error = DiagnosticError("Colonnes absentes : nom.", "inventaire.xlsx, feuille acteurs", "renommez la colonne")
    assert str(error).splitlines() == [
        "Colonnes absentes : nom.",
        "Où : inventaire.xlsx, feuille acteurs",
        "À faire : renommez la colonne",
    ]
    assert (error.quoi, error.ou, error.a_faire) == ("Colonnes absentes : nom.", "inventaire.xlsx, feuille acteurs", "renommez la colonne")


def test_gathering_one_error_gives_it_back():
    error = DiagnosticError("a", "b", "c")
    assert DiagnosticError.gather([error]) is error


def test_gathering_several_tells_each():
    gathered = DiagnosticError.gather(iter([DiagnosticError("un", "ici", "x"), DiagnosticError("deux", "là", "y")]))
    assert str(gathered) == "un\nOù : ici\nÀ faire : x\n\ndeux\nOù : là\nÀ faire : y"
    with pytest.raises(DiagnosticError, match="deux"):
        raise gathered


def test_a_refusal_without_a_file_tells_the_step_and_the_systems_words():
    named = describe_refusal(OSError(errno.ENOSPC, "No space", "carte.html"), "Cartes")
    assert (named.quoi, named.ou) == ("Le disque est plein.", "carte.html")
    bare = describe_refusal(OSError("seek failed"), "Lecture du dossier")
    assert bare.ou == "étape « Lecture du dossier » ; réponse du système : seek failed"
    assert describe_refusal(OSError(errno.EIO, "Input/output error")).ou.endswith("Input/output error")
