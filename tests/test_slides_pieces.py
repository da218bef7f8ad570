"""What slides are made of: short sources, plain sentences, notes that carry figures and formulas."""

import pandas as pd
import pytest
from rapports import NASTY

from diagnostic.draw import slides_pieces


def make_shown(sources=(), phrases=(), territoire="perimetre"):
    rows = pd.DataFrame({"theme": "Manques", "territoire_id": territoire, "phrase": list(phrases)})
    told = {"sources": {"carte": list(sources)}, "date": "15/11/2026", "couverture": "30 % présentes (cases) ; de 2024"}
    return {"mentions": told, "lectures": rows, "edition": "publique"}


def test_sources_are_short_on_the_slide_and_whole_in_the_notes():
    long = [f"Source {letter} {'x' * 200} (2026)" for letter in "abcd"]
    told = slides_pieces.cite_briefly(make_shown(long), "carte")
    assert len(told) < 320 and "et 2 autres" in told and told.endswith("Édition publique, 15/11/2026.")
    notes = " ".join(slides_pieces.tell_speaker(make_shown(long), "carte", [], []))
    assert all(source in notes for source in long)


def test_without_source_it_is_said():
    assert "Sources : non renseignées" in slides_pieces.cite_briefly(make_shown(), "carte")


def test_sentences_are_in_plain_words():
    shown = make_shown(phrases=["Par EPCI (25), sur 171 catégories : de 41 à 60 présentes."])
    assert slides_pieces.keep_sentences(shown, ["Manques"]) == ["Selon l'intercommunalité (25), sur 171 catégories : de 41 à 60 présentes."]


def test_sentences_on_a_part_are_told_only_when_none_is_on_the_whole():
    shown = make_shown(phrases=["Ici : 3 présentes."], territoire="departement:43")
    assert slides_pieces.keep_sentences(shown, ["Manques"]) == ["Ici : 3 présentes."]


def test_the_speaker_has_denominators_formulas_and_limits():
    notes = slides_pieces.tell_speaker(make_shown(["INSEE"]), "carte", [f"Phrase {n}." for n in range(20)], ["densite_liens", "inconnue"])
    text = "\n".join(notes)
    assert "Wasserman et Faust 1994" in text and "docs/mesures.md" in text and "non exhaustif" in text
    assert "et 6 autres phrases : voir le classeur, feuille Lectures" in text


@pytest.mark.parametrize("couverture", ["30 % présentes, 1 % absences (cases)", "aucune case catégorie × territoire"])
def test_coverage_is_told_in_plain_words(couverture):
    told = slides_pieces.tell_coverage({"couverture": couverture})
    assert told.endswith(".") and "case" not in told


def test_nasty_names_are_short_and_printable():
    held = slides_pieces.table(["Nom"], [[name] for name in NASTY], [1], "x")
    assert all(len(cell) <= 120 and cell.isprintable() for (cell,) in held["lignes"])
    drawn = slides_pieces.chart(NASTY, {"Nombre": [float("nan")] * len(NASTY)}, "x")
    assert drawn["series"]["Nombre"] == [None] * len(NASTY) and max(map(len, drawn["categories"])) <= 60
