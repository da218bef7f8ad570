"""The rules of editions.csv applied to tables, columns, rows and settings."""

import pandas as pd
import pytest

from diagnostic.edition.ruled import close_settings, drop_columns, drop_marked, is_filled, keep_tables


def test_a_table_without_rule_is_kept_inside_only_and_told():
    tables = {"acteurs": pd.DataFrame({"nom": ["a"]}), "inconnue": pd.DataFrame({"x": [1, 2]}), "reglages": {"titre": "t"}}
    kept, told = keep_tables(tables, "publique")
    assert set(kept) == {"acteurs", "reglages"} and [row[:3] for row in told] == [["inconnue", "table entière", 2]]
    assert set(keep_tables(tables, "interne")[0]) == set(tables)
    empty = tables | {"inconnue": pd.DataFrame()}
    assert keep_tables(empty, "publique")[1] == []


@pytest.mark.parametrize(("edition", "kept"), [("publique", ["nom"]), ("partenaires", ["nom", "adresse"])])
def test_columns_of_other_editions_and_without_rule_go(edition, kept):
    rows = pd.DataFrame({"nom": ["a"], "adresse": ["b"], "remarques": ["c"], "jamais_vue": ["d"]})
    shown, told = drop_columns(rows, "acteurs", edition)
    assert shown.columns.tolist() == kept and len(told) == 4 - len(kept)
    inside, _ = drop_columns(rows, "acteurs", "interne")
    assert inside.columns.tolist() == rows.columns.tolist()
    assert rows.columns.tolist() == ["nom", "adresse", "remarques", "jamais_vue"]


def test_an_index_that_may_not_be_seen_goes_too():
    rows = pd.DataFrame({"nom": ["a", "b"]}, index=pd.Index(["x", "y"], name="cle_secrete"))
    shown, told = drop_columns(rows, "acteurs", "publique")
    assert shown.index.name is None and told[0][1:3] == ["colonne cle_secrete", 2]


def test_empty_cells_are_not_said_to_be_removed():
    rows = pd.DataFrame({"nom": ["a"], "remarques": [None]})
    shown, told = drop_columns(rows, "acteurs", "publique")
    assert shown.columns.tolist() == ["nom"] and told == []
    assert is_filled(pd.Series([(), ("a",), None], dtype=object)).tolist() == [False, True, False]


def test_a_row_may_be_closer_than_its_kind_and_never_wider():
    rows = pd.DataFrame({"genre": ["themes", "themes", "liens", "inconnu"], "edition": ["publique", "interne", "publique", "publique"]})
    shown, told = drop_marked(rows, "manques_listes", "publique")
    assert shown.index.tolist() == [0] and told[0][2] == 3
    assert len(drop_marked(rows, "manques_listes", "interne")[0]) == 4
    assert drop_marked(rows.iloc[:0], "manques_listes", "publique")[1] == []


def test_a_story_without_agreement_stays_in_the_group():
    rows = pd.DataFrame({"titre": ["a", "b", "c"], "accord": pd.array([True, False, pd.NA], dtype="boolean")})
    assert drop_marked(rows, "experiences", "partenaires")[0]["titre"].tolist() == ["a"]
    assert len(drop_marked(rows, "experiences", "interne")[0]) == 3


def test_closed_settings_are_emptied_and_found():
    settings = {"alias": {"a": "b"}, "logo": "liste.png", "titre": "t", "seuils_km": (5.0,), "contours": None}
    shown = close_settings(settings, "publique")
    assert shown == {"alias": {}, "logo": "", "titre": "t", "seuils_km": (5.0,), "contours": None}
    assert close_settings(settings, "interne") == settings and settings["logo"] == "liste.png"
