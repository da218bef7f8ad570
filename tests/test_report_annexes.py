"""The annexes: the inventory of the edition, nothing of those out of the territory."""

from rapports import show_small

from diagnostic.draw.report_annexes import list_words, plan_annexes


def test_actors_and_sources_are_listed():
    tables = {block["legende"]: block for block in plan_annexes(show_small()) if block["genre"] == "tableau"}
    names = [line[0] for line in tables["Les acteurs recensés"]["lignes"]]
    assert "CCAS" in names and not any("CANARI" in name for name in names)
    assert len(tables["Les sources de ce document"]["lignes"]) == len(show_small()["sources"])


def test_words_are_defined():
    assert all(" : " in word for word in list_words()) and list_words()
