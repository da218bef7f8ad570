"""Grids (actors x dispositifs, communes x layers, actors x actors) read back to long rows: nothing guessed, nothing lost."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnostic.errors import DiagnosticError
from diagnostic.read.inventory.tables import clean_table
from diagnostic.read.inventory.wide import GRIDS, WIDE_SHEETS, has_columns, is_wide, read_wide, tell_wide
from diagnostic.schema import ORIGIN_COLUMNS, PROBLEM_COLUMNS, describe_table, list_vocabularies
from diagnostic.vocabulary import read_list

LISTS = {name: read_list(name) for name in list_vocabularies()}
PATH = Path("inventaire.xlsx")
DEVICES = {"ctg": "ctg", "pat": "pat"}
ACTORS = {"a": "A", "b": "B", "c": "C", "mairie": "A"}


def sheet(*rows, lines=None):
    """A raw sheet: rows of text made as long as the longest, lines numbered from 1."""
    width = max(map(len, rows))
    return pd.DataFrame(
        [[*row, *[""] * (width - len(row))] for row in rows], index=lines or range(1, len(rows) + 1), dtype=str
    )


def read(raw, table, known=None, **options):
    if known is None:
        known = {"participations": DEVICES, "liens": ACTORS, "ressorts": {"mds": {}}}[table]
    return read_wide(raw, table, PATH, f"saisie_{table}", lists=LISTS, known=known, **options)


def rows_of(kept, *columns):
    return kept[list(columns)].astype("object").where(kept[list(columns)].notna(), None).to_numpy().tolist()


# --- participations -------------------------------------------------------------------------------------------------
def test_roles_and_stages_by_hand():
    raw = sheet(
        ["acteur_id", "nom", "CTG", "PAT"],
        ["A", "Mairie", "financement ; émergence", "Pilotage (mise en oeuvre), animation"],
        ["", "MSA", "x", ""],
        ["B", "", "", "co-pilote"],
    )
    kept, problemes, rows, nb = read(raw, "participations")
    assert rows_of(kept, "acteur_id", "dispositif_id", "role", "stade", "qualification", "ligne") == [
        ["A", "CTG", "financement", "emergence", None, 2],
        ["A", "PAT", "pilotage", "mise_en_oeuvre", None, 2],
        ["A", "PAT", "animation", None, None, 2],
        ["MSA", "CTG", "participation", None, None, 3],
        ["B", "PAT", "participation", None, "co_pilote", 4],
    ]
    assert not len(problemes)
    assert nb == 5
    assert rows[["ligne", "CTG", "PAT"]].to_numpy().tolist() == [
        [2, "financement ; émergence", "Pilotage (mise en oeuvre), animation"],
        [3, "x", ""],
        [4, "", "co-pilote"],
    ]


def test_title_lines_context_and_columns_carried():
    raw = sheet(
        ["Qui fait quoi, 2026"],
        [],
        ["Structure", "Commune", "CTG", "source", "Remarques"],
        ["MJC", "Brioude", "x", "réunion du 3", "bien"],
    )
    kept, problemes, _, nb = read(raw, "participations")
    assert rows_of(kept, "acteur_id", "dispositif_id", "source", "ligne") == [["MJC", "CTG", "réunion du 3", 4]]
    assert nb == 1
    assert problemes["probleme"].tolist() == ["Colonne « Remarques » : elle n'est pas lue dans une saisie en tableau."]


def test_same_names_are_told_apart_by_their_commune():
    raw = sheet(
        ["nom", "commune", "CTG"], ["Mairie", "Auzon", "x"], ["Mairie", "Brioude", "x"], ["MJC", "Brioude", "x"]
    )
    assert read(raw, "participations")[0]["acteur_id"].tolist() == ["Mairie (Auzon)", "Mairie (Brioude)", "MJC"]


def test_the_first_column_names_the_rows_when_no_heading_says_so():
    kept, *_ = read(sheet(["Qui ?", "CTG"], ["MJC", "x"]), "participations")
    assert kept["acteur_id"].tolist() == ["MJC"]


def test_unknown_words_are_told_and_the_rest_kept():
    raw = sheet(["nom", "CTG", "PAT"], ["MJC", "financemant", "pilote, zzzz"])
    kept, problemes, _, nb = read(raw, "participations")
    assert rows_of(kept, "dispositif_id", "role") == [["PAT", "pilotage"]]
    assert nb == 2
    assert problemes[["gravite", "ligne", "colonne", "valeur", "proposition"]].to_numpy().tolist() == [
        ["erreur", 2, "CTG", "financemant", "Financement"],
        ["attention", 2, "PAT", "pilote, zzzz", ""],
    ]
    assert problemes["probleme"][0].endswith("Case écartée.")
    assert "« zzzz » inconnu" in problemes["probleme"][1]
    assert problemes["probleme"][1].endswith("Le reste de la case est lu.")


def test_a_row_that_names_nobody_is_told_with_what_it_says():
    kept, problemes, _, nb = read(sheet(["acteur_id", "CTG", "PAT"], ["", "x", "x"], ["A", "x", ""]), "participations")
    assert kept["acteur_id"].tolist() == ["A"]
    assert nb == 3
    assert problemes[["gravite", "ligne", "colonne"]].to_numpy().tolist() == [["erreur", 2, "acteur_id"]]
    assert "(2 cases)" in problemes["probleme"][0]


def test_cells_that_say_no_are_no_statement():
    kept, problemes, rows, nb = read(
        sheet(["nom", "CTG", "PAT"], ["MJC", "non", "-"], ["MSA", "", ""]), "participations"
    )
    assert len(kept) == len(rows) == nb == 0
    assert problemes["probleme"].tolist() == ["2 cases disent « non » ou équivalent : rien n'y est lu."]


def test_two_columns_of_one_name_are_refused():
    with pytest.raises(DiagnosticError, match="Deux colonnes du même nom : « CTG » et « ctg »") as error:
        read(sheet(["nom", "CTG", "ctg"], ["MJC", "x", "x"]), "participations")
    assert error.value.ou == "inventaire.xlsx, feuille saisie_participations, ligne 1"


def test_cells_under_no_heading_are_told():
    _, problemes, *_ = read(sheet(["nom", "CTG", ""], ["MJC", "x", "perdu"]), "participations")
    assert problemes[["gravite", "ligne", "valeur"]].to_numpy().tolist() == [["attention", 2, "perdu"]]


def test_columns_are_typed_as_those_of_a_long_sheet():
    raw = sheet(["nom", "CTG"], ["MJC", "pilotage (conception)"])
    wide, *_ = read(raw, "participations")
    long, *_ = clean_table(
        sheet(["acteur_id", "dispositif_id", "role", "stade"], ["MJC", "CTG", "pilotage", "conception"]),
        "participations",
        PATH,
        "saisie_participations",
        lists=LISTS,
    )
    pd.testing.assert_frame_equal(wide, long, check_names=False)


def test_corrections_are_put_in_the_cells_of_the_grid():
    corrections = pd.DataFrame(
        [[PATH.name, "saisie_participations", 2, "MJC", "CTG", "financemant", "Financement"]],
        columns=["fichier", "feuille", "ligne", "nom", "colonne", "valeur", "correction"],
    ).astype({"ligne": "Int64"})
    kept, problemes, *_ = read(sheet(["nom", "CTG"], ["MJC", "financemant"]), "participations", corrections=corrections)
    assert kept["role"].tolist() == ["financement"]
    assert problemes["gravite"].tolist() == ["information"]


# --- liens ----------------------------------------------------------------------------------------------------------
def test_a_matrix_by_hand():
    raw = sheet(
        ["", "A", "B", "C"],
        ["A", "x", "technique 3", "2"],
        ["B", "", "-", "Co-pilote, information"],
        ["C", "oui", "", ""],
    )
    kept, problemes, _, nb = read(raw, "liens")
    assert rows_of(kept, "source_id", "cible_id", "type", "intensite", "ligne") == [
        ["A", "B", "partenaire_technique", 3.0, 2],
        ["A", "C", None, 2.0, 2],
        ["B", "C", "co_pilote", None, 3],
        ["B", "C", "information", None, 3],
        ["C", "A", None, None, 4],
    ]
    assert nb == 5
    assert problemes["probleme"].tolist() == [
        "1 case dit « non » ou équivalent : rien n'y est lu.",
        "1 case sur la diagonale : le lien d'un acteur avec lui-même n'est pas lu.",
    ]


def test_the_diagonal_is_found_under_two_names():
    kept, problemes, _, nb = read(sheet(["acteur_id", "Mairie", "B"], ["A", "x", "x"]), "liens")
    assert kept["cible_id"].tolist() == ["B"]
    assert nb == 1
    assert "diagonale" in problemes["probleme"][0]


def test_one_alone_is_a_presence_not_an_intensity():
    kept, *_ = read(sheet(["nom", "A", "B"], ["C", "1", "0"]), "liens")
    assert rows_of(kept, "cible_id", "intensite") == [["A", None]]
    kept, *_ = read(sheet(["nom", "A", "B"], ["C", "1", "4"]), "liens")
    assert rows_of(kept, "cible_id", "intensite") == [["A", 1.0], ["B", 4.0]]


# --- ressorts -------------------------------------------------------------------------------------------------------
def test_layers_by_hand():
    raw = sheet(
        ["code_insee", "commune", "MDS", "Caf", "ZRR"],
        ["01004", "Ambérieu", "MDS du Haut", "CAF43", "x"],
        ["43013", "Auzon", "mds du haut ; MDS du Bas", "INFRA", "non"],
        ["43014", "Vide", "", "", ""],
    )
    kept, problemes, rows, nb = read(raw, "ressorts")
    assert rows_of(kept, "code_insee", "couche", "unite_id", "unite_nom", "infra", "ligne") == [
        ["01004", "MDS", "mds-du-haut", "MDS du Haut", None, 2],
        ["01004", "Caf", "CAF43", None, None, 2],
        ["01004", "ZRR", "zrr", "ZRR", None, 2],
        ["43013", "MDS", "mds-du-haut", "mds du haut", True, 3],
        ["43013", "MDS", "mds-du-bas", "MDS du Bas", True, 3],
        ["43013", "Caf", "INFRA", None, None, 3],
    ]
    assert (len(rows), nb, len(problemes)) == (2, 6, 1)


def test_a_unit_known_by_its_name_keeps_its_identifier():
    known = {"mds": {"mdsduhaut": "MDS-1"}}
    kept, *_ = read(sheet(["code_insee", "MDS"], ["43013", "MDS du haut"], ["43040", "Mds du Bas"]), "ressorts", known)
    assert kept["unite_id"].tolist() == ["MDS-1", "mds-du-bas"]


def test_communes_without_a_code_are_told():
    with pytest.raises(DiagnosticError, match="Colonnes absentes : code_insee"):
        read(sheet(["commune", "MDS"], ["Auzon", "x"]), "ressorts")
    kept, problemes, _, nb = read(sheet(["code_insee", "commune", "MDS"], ["", "Auzon", "Haut"]), "ressorts")
    assert (len(kept), nb) == (0, 1)
    assert problemes[["gravite", "colonne"]].to_numpy().tolist() == [["erreur", "code_insee"]]


# --- recognised by its shape ----------------------------------------------------------------------------------------
def test_a_grid_is_known_by_its_shape():
    assert is_wide(sheet(["nom", "CTG"], ["MJC", "x"]), "participations", DEVICES)
    assert not is_wide(sheet(["acteur_id", "dispositif_id", "role"], ["A", "CTG", "x"]), "participations", DEVICES)
    assert not is_wide(sheet(["acteur_id", "dispositif_id"], ["A", "autre"]), "participations", DEVICES)
    assert is_wide(sheet(["code_insee", "MDS"], ["43013", "x"]), "ressorts", {"mds": {}})
    assert is_wide(sheet(["", "A", "B"], ["A", "", "x"]), "liens", ACTORS)
    assert not is_wide(sheet(["source_id", "A"], ["A", "x"]), "liens", ACTORS), "one heading is no matrix"
    assert not is_wide(sheet(["nom", "CTG"]), "acteurs", DEVICES)
    assert not is_wide(sheet(["", "A", "B"], ["Untel", "", "x"]), "liens", ACTORS), "its rows are no actors"


@pytest.mark.parametrize(
    ("table", "known", "rows"),
    [
        ("liens", ACTORS, [["premier", "cible_id", "type", "source"], ["A", "B", "technique", "FICTIF"], ["B", "A", "technique", ""]]),
        ("liens", ACTORS, [["premier", "cible_id", "type", "declarant_id"], ["A", "B", "technique", "A"]]),
        ("liens", ACTORS, [["premier", "second", "type"], ["A", "B", "technique"], ["B", "A", "technique"]]),
        ("participations", DEVICES, [["premier", "dispositif_id", "role"], ["A", "CTG", "pilotage"]]),
        ("ressorts", {"mds": {}}, [["bourg", "couche", "unite_id"], ["43013", "MDS", "1"]]),
    ],
)
def test_a_long_table_with_a_misspelt_heading_is_no_grid(table, known, rows):
    assert not is_wide(sheet(*rows), table, known)


def test_the_headings_of_the_dossier_make_a_long_table():
    raw = sheet(["De qui", "A", "B"], ["A", "", "x"])
    assert is_wide(raw, "liens", ACTORS)
    assert not is_wide(sheet(["De qui", "vers", "type"], ["A", "B", "technique"]), "liens", ACTORS, {"De qui": "source_id"})
    assert "lue comme une saisie en tableau" in tell_wide("liens", PATH, "liens")["probleme"][0]


def test_required_columns():
    raw = sheet(["Titre"], ["identifiant", "Dénomination usuelle", "type"])
    assert not has_columns(raw, "acteurs")
    assert has_columns(raw, "acteurs", {"dénomination usuelle": "nom"})
    assert has_columns(sheet(["nom", "categorie"]), "acteurs", supplied=("acteur_id",))


@pytest.mark.parametrize("table", GRIDS)
def test_an_empty_sheet(table):
    for raw in (pd.DataFrame(), sheet(["code_insee", "acteur_id", "nom"])):
        kept, problemes, rows, nb = read(raw, table)
        assert len(kept) == len(rows) == nb == 0
        assert problemes is None or not len(problemes)
        assert set(kept) == {*describe_table(table).index, *ORIGIN_COLUMNS}


def test_the_order_of_the_rows_counts_for_nothing():
    head, body = ["nom", "CTG", "PAT"], [["A", "x", "pilote, zz"], ["B", "", "financement ; bilan"], ["C", "non", "x"]]
    first, *_ = read(sheet(head, *body, lines=[1, 2, 3, 4]), "participations")
    second, *_ = read(sheet(head, *body[::-1], lines=[1, 4, 3, 2]), "participations")
    columns = ["acteur_id", "dispositif_id", "role", "stade"]
    assert sorted(map(str, rows_of(first, *columns))) == sorted(map(str, rows_of(second, *columns)))


CELLS = st.one_of(
    st.sampled_from(
        [
            "",
            "x",
            "non",
            "-",
            "pilotage",
            "pilotage (bilan)",
            "financement ; émergence",
            "zz",
            ";",
            "technique 3",
            "2",
            "INFRA",
            "a ; b",
        ]
    ),
    st.text(max_size=12),
)
HEADINGS = st.sampled_from(
    ["acteur_id", "nom", "code_insee", "commune", "CTG", "PAT", "MDS", "A", "B", "source", "", "Remarques", "x y"]
)


@settings(max_examples=120, deadline=None)
@given(
    table=st.sampled_from(sorted(GRIDS)),
    headings=st.lists(HEADINGS, min_size=1, max_size=5),
    body=st.lists(st.lists(CELLS, min_size=5, max_size=5), max_size=5),
)
def test_any_grid_of_text_reads_or_raises_our_error(table, headings, body):
    raw = sheet(headings, *[row[: len(headings)] for row in body])
    before = raw.copy()
    try:
        kept, problemes, rows, nb = read(raw, table)
    except DiagnosticError:
        return
    finally:
        pd.testing.assert_frame_equal(raw, before)
    problemes = pd.DataFrame(columns=PROBLEM_COLUMNS) if problemes is None else problemes
    refused = problemes[problemes["gravite"] == "erreur"]
    assert len(kept) <= nb
    # A statement lost is told: its cell, or the row that names nobody.
    assert (nb > len(kept)) == (len(refused) > 0)
    assert set(rows["ligne"]) == set(kept["ligne"]) | set(refused["ligne"])
    assert set(kept["ligne"]) <= set(raw.index)


def test_every_grid_is_a_table():
    assert {table: f"saisie_{table}" for table in GRIDS} == {table: name for name, table in WIDE_SHEETS.items()}
    for table, (key, heading, _) in GRIDS.items():
        assert {key, heading} <= set(describe_table(table).index)


def test_totals_and_notes_of_a_grid_are_told_and_not_read():
    raw = sheet(["acteur_id", "nom", "CTG", "PAT"], ["A", "", "x", ""], ["", "TOTAL", "5", "2"], ["Mis à jour par nous le 12/03/2025"])
    kept, problemes, _, nb = read(raw, "participations")
    assert nb == len(kept) == 1
    assert problemes[["gravite", "ligne"]].to_numpy().tolist() == [["information", 3], ["information", 4]]
    assert problemes["probleme"].str.contains("n'est pas une donnée").all()
