"""The one error: three French lines, several faults told at once."""

import pytest

from diagnostic.errors import DiagnosticError


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
