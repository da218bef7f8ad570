"""Rows that bear a name and no identifier: a readable one is made, the same whatever the order of the rows."""

import string

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnostic.read.inventory.named_ids import (
    MADE_FROM,
    MOST_LETTERS,
    fill_identifiers,
    list_made,
    make_identifiers,
    make_slug,
    name_made,
)
from diagnostic.schema import describe_table, list_tables, make_table


def fill(table, **columns):
    """Rows of `table` as text, the columns not given empty."""
    count = len(next(iter(columns.values())))
    rows = pd.DataFrame({**{c: [""] * count for c in describe_table(table).index}, **columns}, dtype=str)
    return rows.assign(fichier="inventaire.xlsx", feuille=table, ligne=range(2, 2 + count))


@pytest.mark.parametrize(
    ("name", "place", "slug"),
    [
        ("Mairie de Brioude", "Brioude", "mairie-de-brioude"),
        ("Mairie", "Brioude", "mairie-brioude"),
        ("L'Épicerie « Œuf & Cie »", "", "l-epicerie-oeuf-cie"),
        ("Foyer rural", "Saint-Étienne-de-Fontbellon", "foyer-rural-saint-etienne-de"),
        ("Maison de services au public du Haut-Allier", "", "maison-de-services-au-public-du-haut"),
        ("x" * 60, "", "x" * MOST_LETTERS),
        ("日本", "", "sans-nom"),
        ("", "", "sans-nom"),
    ],
)
def test_a_slug_can_be_read_and_typed(name, place, slug):
    assert make_slug(name, place) == slug


def test_the_place_is_whole_words_only():
    assert make_slug("Association Auzonnaise", "Auzon") == "association-auzonnaise-auzon"


def test_only_rows_with_a_name_and_no_identifier_are_given_one():
    rows = fill("acteurs", acteur_id=["A", "", ""], nom=["a", "Mairie", ""], commune=["", "Brioude", "Auzon"])
    filled, problemes = fill_identifiers(rows, "acteurs")
    assert filled["acteur_id"].tolist() == ["A", "mairie", ""]
    assert rows["acteur_id"].tolist() == ["A", "", ""], "the rows given are not touched"
    assert problemes[["gravite", "colonne"]].to_numpy().tolist() == [["information", "acteur_id"]]
    assert problemes["probleme"][0] == "1 identifiant fabriqué d'après le nom : « mairie »."


def test_how_many_were_made_is_told_once():
    rows = fill("dispositifs", dispositif_id=[""] * 12, nom=[f"Projet {n}" for n in range(12)])
    filled, problemes = fill_identifiers(rows, "dispositifs")
    assert filled["dispositif_id"].is_unique
    assert problemes["probleme"].tolist() == ["12 identifiants fabriqués d'après le nom, par exemple « projet-0 »."]
    assert problemes["ligne"].isna().all()


def test_nothing_to_make_changes_nothing():
    rows = fill("acteurs", acteur_id=["A"], nom=["a"])
    filled, problemes = fill_identifiers(rows, "acteurs")
    assert filled is rows
    assert problemes is None
    links = fill("liens", source_id=[""], cible_id=[""])
    assert fill_identifiers(links, "liens")[0] is links


def test_the_code_stands_for_the_commune_that_is_not_named():
    rows = fill(
        "acteurs",
        acteur_id=["", ""],
        nom=["Mairie", "Mairie"],
        code_insee=["43040", ""],
        code_postal=["43100", "43390"],
    )
    assert fill_identifiers(rows, "acteurs")[0]["acteur_id"].tolist() == ["mairie-43040", "mairie-43390"]


def test_a_post_is_named_by_its_structure_and_its_function():
    rows = fill("postes", poste_id=["", ""], acteur_id=["caf-43", "caf-43"], fonction=["Animateur", "Animateur"])
    assert sorted(fill_identifiers(rows, "postes")[0]["poste_id"]) == ["caf-43-animateur", "caf-43-animateur-2"]


def test_an_identifier_already_given_is_not_taken():
    rows = fill("acteurs", acteur_id=["mairie", "", "mairie-2"], nom=["La vraie", "Mairie", "x"])
    assert fill_identifiers(rows, "acteurs")[0]["acteur_id"].tolist() == ["mairie", "mairie-3", "mairie-2"]


def test_numbers_never_meet_the_slug_of_another_name():
    names = pd.Series(["Foyer", "Foyer", "Foyer 2"])
    made = make_identifiers(names, "", pd.Series(["a", "b", "c"]))
    assert made.tolist() == ["foyer", "foyer-3", "foyer-2"]


def test_a_numbered_identifier_is_never_too_long():
    names = pd.Series(["m" * 60] * 12)
    made = make_identifiers(names, "", pd.Series(list(string.ascii_lowercase[:12])))
    assert made.is_unique
    assert made.str.len().max() == MOST_LETTERS
    assert made.iloc[11].endswith("-12")


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["Mairie", "mairie", "Mairie 2", "Foyer", "été", "***"]),
        st.sampled_from(["", "Auzon", "Brioude"]),
        st.sampled_from(["", "1", "2"]),
    ),
    min_size=1,
    max_size=10,
)


@settings(max_examples=60)
@given(rows=ROWS, seed=st.randoms())
def test_the_order_of_the_rows_counts_for_nothing(rows, seed):
    names, places, more = zip(*rows, strict=True)
    table = fill("acteurs", acteur_id=[""] * len(rows), nom=names, commune=places, adresse=more)
    shuffled = list(range(len(rows)))
    seed.shuffle(shuffled)
    first, _ = fill_identifiers(table, "acteurs")
    second, _ = fill_identifiers(table.iloc[shuffled], "acteurs")
    assert first["acteur_id"].is_unique
    assert first["acteur_id"].str.fullmatch(f"[a-z0-9-]{{1,{MOST_LETTERS}}}").all()
    columns = ["nom", "commune", "adresse", "acteur_id"]
    assert sorted(map(tuple, first[columns].to_numpy())) == sorted(map(tuple, second[columns].to_numpy()))


def test_every_table_made_has_its_columns():
    for table, (key, names, places) in MADE_FROM.items():
        described = describe_table(table)
        assert described.at[key, "statut"] == "R"
        assert set(names) | set(places) <= set(described.index)
        assert name_made(table) == (key,)
    assert name_made("liens") == ()


def test_what_was_made_is_listed_for_the_copy():
    read = fill("acteurs", acteur_id=["A", "", ""], nom=["a", "Mairie", "perdue"])
    kept = fill_identifiers(read, "acteurs")[0].iloc[:2]
    tables = {name: make_table(name) for name in list_tables()} | {"acteurs": kept}
    made = list_made({"acteurs": read}, tables)
    assert made[["table", "ligne", "colonne", "identifiant", "nom"]].to_numpy().tolist() == [
        ["acteurs", 3, "acteur_id", "mairie", "Mairie"]
    ]
    assert not len(list_made({}, tables))


def identifiers_of(names, communes, **options):
    rows = fill("acteurs", nom=names, commune=communes)
    return fill_identifiers(rows, "acteurs", **options)[0]["acteur_id"].tolist()


def test_the_commune_is_no_part_of_an_identifier_but_between_namesakes():
    assert identifiers_of(["ADMR", "CCAS"], ["Lavaudiu", "Brioude (43)"]) == ["admr", "ccas"]
    assert identifiers_of(["ADMR", "CCAS"], ["Lavaudieu", ""]) == ["admr", "ccas"]
    assert identifiers_of(["Mairie", "mairie", "ADMR"], ["Brioude", "Auzon", "Auzon"]) == ["mairie-brioude", "mairie-auzon", "admr"]


@pytest.mark.parametrize("town", ["Saint-Just", "ST JUST", "43100 Saint-Just", "Saint-Just (43)", "saint just cedex"])
def test_the_spelling_of_the_commune_changes_no_identifier(town):
    assert identifiers_of(["Mairie", "Mairie"], [town, "Auzon"]) == ["mairie-saint-just", "mairie-auzon"]


def test_a_name_taken_by_another_sheet_is_placed():
    assert identifiers_of(["Mairie"], ["Auzon"], taken=["mairie"]) == ["mairie-auzon"]
    assert identifiers_of(["Mairie"], ["Auzon"], taken=["mairie", "mairie-auzon"]) == ["mairie-auzon-2"]
