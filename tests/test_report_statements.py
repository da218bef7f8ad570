"""The statements of the guide in a report."""

import pandas as pd
from rapports import show_small

from diagnostic.draw.report_statements import name_levers, plan_statements


def test_levers_keep_their_words_whole():
    assert name_levers("L2-3;L3-2;L99") == [
        "Apprendre à se connaître et actualiser cette connaissance ; associer les financeurs dès l'émergence", "Mutualiser les moyens",
    ]  # fmt: skip
    assert name_levers(None) == []


def test_every_statement_is_told_once():
    shown = show_small()
    told = " ".join(str(block.get("texte", "")) + " ".join(block.get("textes", [])) for block in plan_statements(shown))
    for title in shown["constats"]["titre"].str.replace("'", "’"):
        assert title in told
    assert "le groupe décide" in told


def test_what_the_group_decided_is_in_a_table():
    decided = pd.DataFrame(
        {
            "constat": ["a", "b"],
            "levier_libelle": "l",
            "decision": ["Se voir", None],
            "qui": "x",
            "quand": [pd.NaT, pd.NaT],
        }
    )
    blocks = plan_statements(show_small() | {"constats_a_decider": decided})
    assert [block["lignes"] for block in blocks if block and block["genre"] == "tableau"] == [
        [["a", "l", "Se voir", "x", "—"]]
    ]
