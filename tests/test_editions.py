"""One table of rules: every table, column and result has its edition; what has none is closed."""

import re
import runpy
from pathlib import Path

import pandas as pd
import pytest
from passage import measure_example, measure_timed

from diagnostic.schema import list_columns, list_tables
from diagnostic.vocabulary import read_vocabulary
from diagnostic.vocabulary.editions import (
    EDITIONS,
    RANKS,
    find_column_edition,
    find_table_edition,
    list_ruled_values,
    rank_editions,
    read_rules,
)

ROOT = Path(__file__).resolve().parent.parent


def has_rule(table, column):
    """Say whether a line of the table names the column, or what it begins with."""
    rules = read_rules()
    named = rules[(rules["table"] == table) & (rules["valeur"] == "")]["colonne"]
    return any(name == column or (name.endswith("*") and str(column).startswith(name[:-1])) for name in named if name)


@pytest.fixture(scope="module")
def measured():
    tables, results = measure_example()
    return {"dossier exemple": tables | results, "temps et indicateurs": measure_timed()}


def test_every_column_of_every_measured_table_has_a_rule(measured):
    tables = set(read_rules()["table"])
    left = []
    for dossier, held in measured.items():
        for name, table in held.items():
            if isinstance(table, pd.DataFrame):
                columns = [*filter(None, table.index.names), *table.columns]
                left += [(dossier, name, column) for column in columns if name not in tables or not has_rule(name, column)]
    assert not left, f"sans règle dans editions.csv (donc interne) : {left[:9]}"


def test_every_table_written_and_every_declared_column_has_a_rule():
    rules = read_rules()
    whole = rules[(rules["colonne"] == "") & (rules["valeur"] == "")]
    assert whole["table"].is_unique and set(read_vocabulary("tables")["table"]) <= set(whole["table"])
    assert set(rules["table"]) == set(whole["table"]) and set(rules["edition"]) <= set(RANKS)
    declared = list_columns()
    assert all(has_rule(*key) for key in zip(declared["table"], declared["colonne"], strict=True))
    assert not rules.duplicated(["table", "colonne", "valeur"]).any()


def test_every_result_has_a_rule(measured):
    assert set(list_ruled_values("resultats")["mesure"]) == set(read_vocabulary("mesures")["mesure"])
    for table in ("constats", "constats_details"):
        assert set(list_ruled_values(table)["constat"]) == set(read_vocabulary("constats")["constat"])
    for held in measured.values():
        for name, table in held.items():
            for column, known in list_ruled_values(name).items() if isinstance(table, pd.DataFrame) and name != "experiences" else []:
                assert set(table[column].dropna()) <= set(known), (name, column)


def test_what_no_line_names_is_closed():
    assert find_table_edition("table inconnue") == find_column_edition("acteurs", "colonne inconnue") == "interne"
    assert find_column_edition("table inconnue", "nom") == "interne"
    assert rank_editions(["publique", None, "partout", "jamais"]).tolist() == [0, 2, 2, 3]


def test_no_column_is_wider_than_its_table_and_what_is_closed_says_why():
    rules = read_rules()
    for row in rules.itertuples():
        assert RANKS[row.edition] >= RANKS[find_table_edition(row.table)], (row.table, row.colonne)
    whole = rules[(rules["colonne"] == "") & (rules["edition"] != "publique")]
    assert whole["raison"].ne("").all()
    columns = rules[(rules["colonne"] != "") & (rules["valeur"] == "")]
    closer = columns[columns["edition"] != columns["table"].map(find_table_edition)]
    assert closer["raison"].ne("").all() and len(closer) > 20


def test_what_the_issue_keeps_inside_is_inside():
    inside = ["liens_a_verifier", "proximites", "positions", "ponts", "dispositifs_a_ouvrir", "questions", "problemes", "postes"]
    assert {find_table_edition(name) for name in inside} == {"interne"}
    columns = list_columns().query("table == 'personnes'")
    assert find_table_edition("personnes") == "jamais" and set(columns["edition"]) == {"jamais"}
    measures = list_ruled_values("resultats")["mesure"]
    for name in ("perte_paires", "perte_paires_inter", "taux_realisation", "nb_proximites", "degre", "gain_habitants"):
        assert measures[name] == "interne"
    free = list_columns().query("genre == 'texte_libre' or colonne == 'remarques'")
    assert set(free["edition"]) == {"interne"} and len(free) >= 4
    assert set(list_tables()) <= set(read_rules()["table"])


def test_a_reason_against_a_statement_keeps_names_inside():
    """What names structures in an unfavourable statement is for the group, unless what it names is no structure."""
    senses = read_vocabulary("constats").set_index("constat")["sens"]
    named = list_ruled_values("constats_details")["constat"]
    opened = {constat for constat, edition in named.items() if edition == "publique" and senses[constat] == "frein"}
    assert opened == {"silos_themes", "silos_publics", "publics_uniques", "ressorts_discordants"}  # themes, publics, layers


def test_the_page_is_the_one_the_script_writes():
    script = runpy.run_path(str(ROOT / "scripts" / "ecrire_editions.py"))
    text = (ROOT / "docs" / "editions.md").read_text(encoding="utf-8")
    assert text == script["compose_page"](), "docs/editions.md : relancez scripts/ecrire_editions.py"
    assert all(edition in text for edition in EDITIONS) and not re.search(r"\bNone\b|\bnan\b", text)
