"""Rows kept out by their diffusion, and what names them."""

import pandas as pd

from diagnostic.edition.hidden import drop_references, find_hidden, hide_rows, keep_told_sources
from diagnostic.schema import make_table


def make_tables():
    actors = make_table("acteurs").reindex(range(3)).assign(
        acteur_id=["a", "b", "c"], nom=["A", "B", "C"], diffusion=["public", "interne", None], themes=[("x",)] * 3, source=["s", "t", "s"]
    )  # fmt: skip
    return {"acteurs": actors, "dispositifs": make_table("dispositifs")}


def test_rows_by_audience():
    tables = make_tables()
    kinds = tables["acteurs"].assign(diffusion=["public", "interne", "partenaires"])
    found = {edition: find_hidden(kinds, edition).tolist() for edition in ("publique", "partenaires", "interne")}
    assert found == {"publique": [False, True, True], "partenaires": [False, True, False], "interne": [False] * 3}
    shown, told = hide_rows(tables["acteurs"], "acteurs", find_hidden(tables["acteurs"], "publique"), "publique")
    assert shown["acteur_id"].tolist() == ["a", "c"] and shown["themes"].tolist() == [("x",), ()]
    assert [row[2] for row in told] == [1, 1] and len(tables["acteurs"]) == 3


def test_what_names_a_hidden_row_goes_or_is_emptied():
    tables = make_tables()
    hidden = {"acteurs": find_hidden(tables["acteurs"], "publique"), "dispositifs": pd.Series(dtype=bool)}
    links = pd.DataFrame({"source_id": ["a", "a"], "cible_id": ["b", "c"], "declarant_id": ["a", "b"], "acteurs": [("a",), ("a", "b")]})
    shown, told = drop_references(links, "liens", tables, hidden)
    assert shown["cible_id"].tolist() == ["c"] and shown["declarant_id"].isna().all() and shown["acteurs"].tolist() == [("a",)]
    assert [row[2] for row in told] == [1, 1, 1]
    measure = pd.DataFrame({"degre": [1, 2]}, index=pd.Index(["a", "b"], name="acteur_id"))
    assert drop_references(measure, "positions", tables, hidden)[0].index.tolist() == ["a"]


def test_the_source_of_hidden_rows_alone_goes():
    tables = make_tables()
    sources = pd.DataFrame({"objet": ["acteurs", "acteurs", "couche X"], "source": ["s", "t", "t"]})
    shown = {"acteurs": tables["acteurs"].drop(index=1)}
    kept, told = keep_told_sources(sources, tables, shown)
    assert kept["source"].tolist() == ["s", "t"] and kept["objet"].tolist() == ["acteurs", "couche X"] and told[0][2] == 1
