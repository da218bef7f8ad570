"""The blocks of a plan."""

import pandas as pd

from diagnostic.draw.report_pieces import bullets, cite_sources, list_phrases, note, phrase, title


def test_blocks_say_what_they_are():
    assert title("Où ?", 2) == {"genre": "titre", "texte": "Où\u202f?", "niveau": 2}
    assert phrase("x")["genre"] == "phrase" and note("x")["genre"] == "note"
    assert bullets([]) is None and bullets(["a"], "cases") == {"genre": "cases", "textes": ["a"]}


def test_sentences_beyond_the_limit_are_counted():
    rows = pd.DataFrame({"phrase": ["a", "b", "c"]})
    listed, rest = list_phrases(rows, "lectures", 2)
    assert listed["textes"] == ["a", "b"] and "1 phrase de plus" in rest["texte"] and "Lectures" in rest["texte"]
    assert list_phrases(rows, "lectures", 3)[1] is None


def test_sources_that_nobody_said_are_told_so():
    assert cite_sources({"mentions": {"sources": {}}}, "acteurs") == "Sources : non renseignées."
