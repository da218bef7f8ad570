"""The declared tables: complete, coherent, with the aliases the method promises."""

import pandas as pd
import pytest

from diagnostic.schema import (
    EDITIONS,
    ORIGIN_COLUMNS,
    PROBLEM_COLUMNS,
    describe_table,
    join_problems,
    list_columns,
    list_problems,
    list_tables,
    list_vocabularies,
    make_table,
    map_aliases,
)
from diagnostic.vocabulary import normalize_label, read_list

METHOD_TABLES = [
    "acteurs", "personnes", "dispositifs", "participations", "liens", "ressorts", "territoires", "communes",
    "couverture_inventaire", "correspondance_cog", "parametres", "couches", "postes", "instances", "reseaux", "adhesions",
    "enquete", "constats_decisions",
]  # fmt: skip


def test_every_table_of_the_method_is_declared():
    assert set(METHOD_TABLES) <= set(list_tables())


def test_declarations_are_well_formed():
    columns = list_columns()
    assert not columns.duplicated(["table", "colonne"]).any()
    assert set(columns["statut"]) == {"R", "r", "o"}
    assert set(columns["edition"]) <= {*EDITIONS, "jamais"}
    assert (columns["description"] != "").all()
    assert not (columns["genre"].isin(["choix"]) & (columns["liste"] == "")).any()


@pytest.mark.parametrize("name", list_vocabularies())
def test_every_vocabulary_exists(name):
    assert len(read_list(name))


def test_no_alias_claims_two_columns():
    for table in list_tables():
        described = describe_table(table)
        names = {normalize_label(column) for column in described.index}
        aliases = [normalize_label(alias) for cell in described["alias"] for alias in cell.split(";") if alias]
        claimed = [alias for alias in aliases if alias not in names]
        assert len(claimed) == len(set(claimed)), table


@pytest.mark.parametrize(
    ("table", "heading", "column"),
    [
        ("acteurs", "Raison sociale", "nom"), ("acteurs", "DEPCOM", "code_insee"), ("acteurs", "Catégorie", "categorie"),
        ("acteurs", "type_structure", "categorie"), ("liens", "Qualification", "type"), ("ressorts", "codgeo", "code_insee"),
        ("couches", "fichier", "fichier_couche"), ("acteurs", "métier-lien", "fait_lien"),
    ],
)  # fmt: skip
def test_french_aliases(table, heading, column):
    assert map_aliases(table)[normalize_label(heading)] == column


def test_nothing_of_persons_leaves_the_house():
    assert set(describe_table("personnes")["edition"]) == {"jamais"}
    assert describe_table("liens").at["personne_id", "edition"] == "jamais"


def test_empty_table_has_every_column():
    table = make_table("liens")
    assert list(table.columns) == [*describe_table("liens").index, *ORIGIN_COLUMNS]
    assert not len(table)


def test_problems_keep_where_they_were_met():
    rows = pd.DataFrame({"fichier": ["a.xlsx"] * 2, "feuille": "liens", "ligne": [4, 9], "autre": 1}, index=[7, 3])
    problems = list_problems("erreur", rows, ["un", "deux"], "corrigez", colonne="cible_id", valeur=pd.Series(["x", "y"], index=[7, 3]))
    assert list(problems.columns) == PROBLEM_COLUMNS
    assert problems["ligne"].tolist() == [4, 9]
    assert problems["valeur"].tolist() == ["x", "y"]
    joined = join_problems(None, problems, problems.iloc[:0], problems)
    assert joined["probleme"].tolist() == ["un", "deux", "un", "deux"]
    assert join_problems(None).empty


def test_no_row_no_problem():
    rows = pd.DataFrame(columns=ORIGIN_COLUMNS)
    assert list_problems("erreur", rows, [], "rien").empty
