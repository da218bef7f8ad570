"""A raw sheet -> a declared table: headings found, every doubt told, rows read = rows kept + rows set aside."""

from pathlib import Path

import pandas as pd
import pytest
from feuilles import sheet
from hypothesis import given
from hypothesis import strategies as st

from diagnostic.errors import DiagnosticError
from diagnostic.read.inventory.tables import clean_table
from diagnostic.schema import PROBLEM_COLUMNS, describe_table, list_tables, list_vocabularies
from diagnostic.vocabulary import extend_list, read_list

LISTS = {name: read_list(name) for name in list_vocabularies()}
PATH = Path("dossier/inventaire.xlsx")
HEAD = ["acteur_id", "nom", "categorie"]


def clean(*rows, table="acteurs", lines=None, **options):
    cleaned, problemes, read = clean_table(
        sheet(*rows, lines=lines), table, PATH, "acteurs", lists=options.pop("lists", LISTS), **options
    )
    return cleaned, problemes, len(read)


# --- headings -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "heading", ["code_insee", "Code INSEE", "CODE-INSEE", "codeinsee", " Insee ", "Code  commune", "DEPCOM", "codgeo"]
)
def test_headings_count_neither_case_accents_spaces_nor_hyphens(heading):
    table, problemes, _ = clean([*HEAD, heading], ["A", "a", "CCAS", "01004"])
    assert table["code_insee"].tolist() == ["01004"]
    assert not len(problemes)


def test_accents_of_headings():
    table, _, _ = clean(["Identifiant", "Dénomination", "Catégorie", "Thème"], ["A", "a", "ccas", ""])
    assert table[["acteur_id", "nom", "categorie"]].to_numpy().tolist() == [["A", "a", "ccas"]]


def test_two_columns_for_one_alias_and_missing_columns_are_told_together():
    with pytest.raises(DiagnosticError) as error:
        clean(["structure", "raison sociale", "lat", "Latitude"], ["a", "b", "45", "45"])
    told = str(error.value)
    assert "Deux colonnes pour « nom » : « structure » et « raison sociale »." in told
    assert "Deux colonnes pour « lat » : « lat » et « Latitude »." in told
    assert "Colonnes absentes : categorie." in told
    assert (
        "inventaire.xlsx, feuille acteurs, ligne 1 (colonnes lues : structure, raison sociale, lat, Latitude)" in told
    )


def test_one_missing_column_is_three_lines():
    with pytest.raises(DiagnosticError, match="Colonnes absentes : categorie.") as error:
        clean(["acteur_id", "nom", "genre"], ["A", "a", "ccas"])
    assert str(error.value).count("\n") == 2
    assert "alias.acteurs.categorie" in error.value.a_faire


def test_the_dossier_s_own_heading():
    table, _, _ = clean(
        ["acteur_id", "Dénomination usuelle", "categorie"], ["A", "a", "ccas"], aliases={"dénomination USUELLE": "nom"}
    )
    assert table["nom"].tolist() == ["a"]


def test_a_column_supplied_by_the_caller_is_not_missing():
    table, _, _ = clean(["acteur_id", "nom"], ["A", "a"], defaults={"categorie": "CCAS"})
    assert table["categorie"].tolist() == ["ccas"]
    own, _, _ = clean(HEAD, ["A", "a", "EHPAD"], defaults={"categorie": "CCAS"})
    assert own["categorie"].tolist() == ["ehpad"], "what the file says wins"


def test_title_lines_above_the_heading():
    table, problemes, read = clean(
        ["Inventaire des acteurs"], ["mis à jour le", "3 mars"], HEAD, ["A", "a", "ccas"], lines=[1, 3, 6, 7]
    )
    assert (read, table["ligne"].tolist()) == (1, [7])
    assert not len(problemes)


def test_a_sheet_without_any_known_heading_names_its_widest_line():
    with pytest.raises(DiagnosticError) as error:
        clean(["Liste"], ["colonne 1", "colonne 2"], ["x", "y"])
    assert "ligne 2 (colonnes lues : colonne 1, colonne 2)" in error.value.ou


def test_unknown_headings_and_cells_without_heading_are_told():
    rows = [
        [*HEAD, "Couleur", "", ""],
        ["A", "a", "ccas", "bleu"],
        ["B", "b", "ccas", "", "surplus"],
        ["C", "c", "ccas", "", "encore"],
    ]
    _, problemes, read = clean(*rows)
    assert read == 3
    assert problemes[["gravite", "valeur"]].to_numpy().tolist() == [
        ["information", "Couleur"],
        ["attention", "surplus"],
    ]
    assert problemes["probleme"][1] == "Colonne n° 5 sans titre : 2 case(s) non lue(s)."
    assert problemes["ligne"][1] == 3


# --- empty things -------------------------------------------------------------------------------------------------
def test_empty_sheet_is_an_empty_table():
    table, problemes, read = clean()
    assert (len(table), problemes, read) == (0, None, 0)
    assert {"acteur_id", "fichier", "feuille", "ligne"} <= set(table)


@pytest.mark.parametrize("table", list_tables())
def test_headings_alone_give_an_empty_table(table):
    cleaned, problemes, read = clean(list(describe_table(table).index), table=table)
    assert (len(cleaned), len(problemes), read) == (0, 0, 0)
    assert list(cleaned) == [*describe_table(table).index, "fichier", "feuille", "ligne"]


# --- rows ---------------------------------------------------------------------------------------------------------
def test_lines_are_those_the_user_sees():
    table, _, _ = clean(HEAD, ["A", "a", "ccas"], ["B", "b", "ccas"], lines=[1, 4, 9])
    origin = table[["fichier", "feuille", "ligne"]].to_numpy().tolist()
    assert origin == [["inventaire.xlsx", "acteurs", 4], ["inventaire.xlsx", "acteurs", 9]]


def test_an_empty_required_cell_sets_the_row_aside():
    head = ["Identifiant", "Structure", "categorie"]
    table, problemes, read = clean(head, ["A", "", ""], ["B", "b", "ccas"], ["C", "c", ""])
    assert (read, table["acteur_id"].tolist()) == (3, ["B"])
    assert problemes["gravite"].tolist() == ["erreur", "erreur"]
    assert problemes["colonne"].tolist() == ["Structure, categorie", "categorie"], "the headings as the user wrote them"
    assert problemes["ligne"].tolist() == [2, 4]
    assert problemes["probleme"][0] == "Case vide : Structure, categorie ; ligne écartée."


def test_a_repeated_identifier_sets_the_second_row_aside():
    table, problemes, read = clean(HEAD, ["A", "a", "ccas"], ["A", "b", "ccas"], ["a", "c", "ccas"])
    assert (read, table["nom"].tolist()) == (3, ["a", "c"])
    assert problemes["probleme"].tolist() == ["Identifiant déjà donné ligne 2 ; ligne écartée."]
    assert problemes[["ligne", "valeur"]].to_numpy().tolist() == [[3, "A"]]


def test_a_table_without_identifier_may_repeat_itself():
    head = ["acteur_id", "dispositif_id", "role"]
    table, _, _ = clean(head, ["A", "D", "financement"], ["A", "D", "pilotage"], table="participations")
    assert len(table) == 2


# --- cells --------------------------------------------------------------------------------------------------------
def test_values_are_typed():
    head = [*HEAD, "lat", "mobile", "date_maj", "themes", "siren", "code_postal"]
    table, problemes, _ = clean(
        head, ["01", "NA", "CCAS", "45,5", "oui", "03/02/2025", "Mobilité", "200073419", "01004"]
    )
    row = table.iloc[0]
    assert (row["acteur_id"], row["nom"], row["categorie"], row["lat"], row["mobile"]) == (
        "01",
        "NA",
        "ccas",
        45.5,
        True,
    )
    assert row["date_maj"] == pd.Timestamp("2025-02-03")
    assert (row["siren"], row["code_postal"]) == ("200073419", "01004")
    assert isinstance(row["themes"], tuple)
    assert row["publics"] == ()
    assert pd.isna(row["sigle"])
    assert set(problemes["gravite"]) <= {"information"}


@pytest.mark.parametrize(
    "column, cell, told",
    [
        ("lat", "au nord", "« au nord » n'est pas une coordonnée."), ("date_maj", "hier", "« hier » n'est pas une date."),
        ("mobile", "parfois", "« parfois » n'est ni oui ni non."), ("siren", "123", "SIREN qui n'a pas 9 chiffres."),
        ("siren", "2.00073e+08", "Notation scientifique : un tableur a arrondi ce numéro, retapez-le en texte."),
        ("statut", "zzzz", "« zzzz » inconnu."),
    ],
)  # fmt: skip
def test_a_cell_that_cannot_be_read_is_emptied_and_told(column, cell, told):
    table, problemes, _ = clean([*HEAD, column], ["A", "a", "ccas", cell])
    assert table[column].isna().tolist() == [True]
    assert problemes[["gravite", "fichier", "feuille", "ligne", "colonne", "valeur"]].to_numpy().tolist() == [
        ["attention", "inventaire.xlsx", "acteurs", 2, column, cell]
    ]
    assert problemes["probleme"][0] == told
    assert problemes["a_faire"][0]


def test_unknown_category_keeps_its_row_and_suggests_the_nearest():
    table, problemes, read = clean(HEAD, ["A", "a", "Centre socail"])
    assert (read, len(table)) == (1, 1)
    assert table["categorie"].isna().all()
    assert problemes["gravite"].tolist() == ["attention"]
    assert problemes["probleme"][0].startswith("« Centre socail » inconnu ; vouliez-vous dire : « Centres sociaux, ")
    assert problemes["proposition"][0].startswith("Centres sociaux, ")


def test_an_open_list_keeps_the_group_s_words():
    table, problemes, _ = clean([*HEAD, "themes"], ["A", "a", "ccas", "Mobilité; Parentalité rurale"])
    assert len(table["themes"][0]) == 2
    assert "Parentalité rurale" in table["themes"][0]
    assert problemes[["gravite", "colonne"]].to_numpy().tolist() == [["information", "themes"]]
    assert "gardé tel quel" in problemes["probleme"][0]


def test_a_closed_list_leaves_the_stranger_out():
    table, problemes, _ = clean(
        [*HEAD, "categories_secondaires"], ["A", "a", "ccas", "EHPAD; centre socail ;CCAS; EHPAD"]
    )
    assert table["categories_secondaires"].tolist() == [("ehpad", "ccas")]
    assert "« centre socail » inconnu ; vouliez-vous dire" in problemes["probleme"][0]
    assert problemes["gravite"].tolist() == ["attention"]


def test_a_list_of_references_is_left_to_the_references():
    head = ["instance_id", "nom", "membres"]
    table, problemes, _ = clean(head, ["I", "Copil", "A; B"], table="instances")
    assert table["membres"].tolist() == [("A", "B")]
    assert not len(problemes)


@pytest.mark.parametrize("cell", ["*", "Toutes", "toutes"])
def test_a_star_stands_for_every_category(cell):
    head = ["territoire_id", "categorie", "statut"]
    table, problemes, _ = clean(head, ["43", cell, "complet"], table="couverture_inventaire")
    assert table["categorie"].tolist() == ["*"]
    assert not len(problemes)


def test_entries_of_the_dossier_are_recognised():
    own = pd.DataFrame({"code": ["ruche"], "libelle": ["Ruche d'habitants"], "alias": [("la ruche",)]})
    lists = LISTS | {"categories": extend_list(LISTS["categories"], own)}
    table, problemes, _ = clean(HEAD, ["A", "a", "La Ruche"], ["B", "b", "CCAS"], lists=lists)
    assert table["categorie"].tolist() == ["ruche", "ccas"]
    assert not len(problemes)


# --- any table ----------------------------------------------------------------------------------------------------
WORDS = st.one_of(
    st.sampled_from(
        [
            "",
            "A",
            "B",
            "ccas",
            "CCAS",
            "oui",
            "45,5",
            "2025",
            "03/02/2025",
            "a;b",
            "200073419",
            "*",
            "nom",
            "code_insee",
        ]
    ),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=6).map(str.strip),
)


@st.composite
def raw_tables(draw):
    """A table of the schema, its columns in any order with strangers among them, under rows of any text."""
    table = draw(st.sampled_from(list_tables()))
    columns = draw(st.lists(st.sampled_from([*describe_table(table).index, "inconnue", ""]), max_size=8, unique=True))
    required = list(describe_table(table).query("statut == 'R'").index) if draw(st.booleans()) else []
    head = [*dict.fromkeys([*columns, *required])]
    rows = draw(st.lists(st.lists(WORDS, min_size=len(head), max_size=len(head)), max_size=6))
    titles = draw(st.lists(st.just(["Titre"]), max_size=2))
    return table, sheet(*titles, head, *rows)


@given(drawn=raw_tables())
def test_rows_read_are_kept_or_set_aside(drawn):
    table, raw = drawn
    before = raw.copy()
    try:
        cleaned, problemes, read = clean_table(raw, table, PATH, "f", lists=LISTS)
    except DiagnosticError as error:
        assert "Colonnes absentes" in str(error) or "Deux colonnes" in str(error)  # noqa: PT017
        return
    finally:
        pd.testing.assert_frame_equal(raw, before)
    told = pd.Series(dtype=str) if problemes is None else problemes["probleme"].str.contains("écartée")
    aside = set() if problemes is None else set(problemes.loc[told, "ligne"])
    assert aside <= set(read["ligne"])
    assert len(read) == len(cleaned) + len(aside)
    assert aside.isdisjoint(cleaned["ligne"])
    assert set(cleaned["ligne"]) <= set(raw.index)
    if problemes is not None:
        assert list(problemes) == PROBLEM_COLUMNS
        assert (problemes["probleme"].str.len() > 0).all()
        assert (problemes["a_faire"].str.len() > 0).all()
