"""The glossary of a notebook tells what the guide and the vocabulary define, and nothing of its own."""

import pytest

from diagnostic import widgets
from diagnostic.errors import DiagnosticError
from diagnostic.vocabulary import read_vocabulary


def test_words_are_told_where_they_are_defined():
    shown = widgets.show_glossary(["Silo", "nb_isoles", "constats.etat"]).data
    guide, measures = read_vocabulary("glossaire").set_index("terme"), read_vocabulary("mesures").set_index("mesure")
    assert "<summary>Les mots de ce carnet (3)</summary>" in shown
    assert guide.at["Silo", "definition"] in shown
    assert "Cap Rural" in shown
    assert f"<b>{measures.at['nb_isoles', 'libelle']}</b>" in shown
    assert measures.at["nb_isoles", "definition"][1:] in shown
    assert "<b>Etat</b>" in shown
    assert shown.index("Silo") < shown.index("Acteurs sans lien") < shown.index("Etat")


def test_a_word_defined_nowhere_is_refused_with_the_others():
    with pytest.raises(DiagnosticError, match="(?s)Mots sans définition : truc, bidule"):
        widgets.show_glossary(["Silo", "truc", "bidule"])


def test_no_definition_is_read_as_html(monkeypatch):
    monkeypatch.setattr("diagnostic.widgets.glossary._list_definitions", lambda: {"mot": ("<i>mot</i>", "<img src=x onerror=alert(1)>")})
    shown = widgets.show_glossary(["mot"]).data
    assert "<i>" not in shown
    assert "<img" not in shown
