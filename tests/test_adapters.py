"""Mappings declared as data: what is wrong in one is said in French, what is right gives the columns it says."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnostic.errors import DiagnosticError
from diagnostic.read.imports.adapters import (
    OUT_OF_LIST,
    apply_rules,
    check_rules,
    find_columns,
    list_sources,
    make_fingerprint,
    read_column_rules,
    read_links,
    read_rules,
    unproject,
)  # fmt: skip
from diagnostic.vocabulary import normalize_label, read_list, read_vocabulary


def make_rules(*rows):
    return pd.DataFrame(rows, columns=["colonne", "origine", "regle", "argument", "presence"], dtype=str)


def make_links(*rows):
    return pd.DataFrame(rows, columns=["colonne", "valeur", "code", "note"], dtype=str)


GOOD = [["cle", "id", "copie", "", "requise"], ["nom", "nom", "copie", "", "requise"], ["categorie", "", "constante", "ccas", ""]]


@pytest.mark.parametrize("source", [name for name in list_sources().index if name != "tableau"])
def test_the_mappings_we_ship_are_right(source):
    table = list_sources().at[source, "table"]
    assert check_rules(read_rules(source), source, read_links(source), table=table) == []


def test_every_source_says_what_it_was_tried_on_and_every_mapping_has_a_source():
    sources = list_sources()
    assert sources["essai"].isin(["fichier publié", "échantillon inventé"]).all() and (sources["format"] != "").all()
    assert set(read_vocabulary("adaptateurs")["source"]) | {"tableau"} == set(sources.index)
    assert set(read_vocabulary("correspondances")["source"]) <= set(sources.index)
    assert sources["prefixe"].is_unique


def test_what_is_wrong_is_said_all_at_once():
    rules = make_rules(
        ["cle", "id", "copie", "", ""], ["couleur", "x", "copie", "", ""], ["nom", "nom", "devine", "", ""],
        ["adresse", "a;b", "joindre", "", ""], ["commune", "", "copie", "", ""], ["code_postal", "x", "motif", "(", ""],
        ["diffusion", "", "constante", "tout le monde", ""], ["categorie", "type", "correspondance", "", ""],
        ["methode_commune", "x", "copie", "", ""],
    )  # fmt: skip
    links = make_links(["publics", "Jeunes", "jeunes", ""])
    told = " ; ".join(check_rules(rules, "essai", links))
    for words in (
        "colonne inconnue « couleur »", "colonne inconnue « methode_commune »", "règle inconnue « devine »",
        "la règle joindre de « adresse » n'a pas d'argument", "la règle copie de « commune » ne dit pas de colonne",
        "le motif de « code_postal »", "« tout le monde » n'est pas dans la liste de « diffusion »",
        "« categorie » se traduit par correspondances et « essai » n'en a pas", "correspondances de « publics » sans règle",
    ):  # fmt: skip
        assert words in told
    assert "aucune règle pour « nom »" in " ".join(check_rules(make_rules(GOOD[0], GOOD[2]), "essai"))
    assert check_rules(make_rules(*GOOD), "essai") == []


def test_correspondances_are_checked_against_our_lists():
    rules = make_rules(*GOOD[:2], ["categorie", "type", "correspondance", "", ""])
    links = make_links(
        ["categorie", "A", "ccas", ""], ["categorie", "a ", "cias", ""], ["categorie", "B", "licorne", ""],
        ["categorie", "C", "", ""], ["categorie", "D", OUT_OF_LIST, "hors de l'OUTIL 1"],
    )  # fmt: skip
    told = check_rules(rules, "essai", links)
    assert told == [
        "« licorne » (pour « B ») n'est pas dans la liste de « categorie »",
        "« C » est dit sans équivalent dans « categorie », sans dire pourquoi",
        "« a  » est traduit deux fois dans « categorie »",
    ]


COUNTS = {"typologie 0.27": 91, "label 0.27": 85, "réseau 1.0": 108}  # the lists of data-inclusion-schema, versions 0.27.0 and 1.0.10


def test_every_word_of_the_lists_of_data_inclusion_leads_to_our_list_or_says_why_not():
    links = read_links("data-inclusion")
    links = links[links["colonne"] == "categorie"]
    listed = links["liste"].str.split(";").explode()
    assert listed[listed != ""].value_counts().to_dict() == COUNTS
    assert links["code"].isin({*read_list("categories").index, ""}).all()
    without = links[links["code"] == ""]
    assert len(without) and (without["note"] != "").all()


def test_the_lists_of_the_package_are_all_there():
    schema = pytest.importorskip("data_inclusion.schema.v1", reason="the package data-inclusion-schema is only for this test")
    links = read_links("data-inclusion")
    for column, words in {"categorie": schema.ReseauPorteur, "publics": schema.Public}.items():
        known = set(links.loc[links["colonne"] == column, "valeur"].map(normalize_label))
        assert len(words) and [word.value for word in words if normalize_label(word.value) not in known] == []


def test_a_required_column_may_bear_another_name_and_is_told_when_absent():
    rules = make_rules(["siret", "pivot|siret", "copie", "", "requise"], ["adresse", "voie;lieu", "joindre", " ", "facultative"])
    found, missing = find_columns(rules, ["SIRET", "lieu", "", "lieu"])
    assert found == {"pivot|siret": ["SIRET"], "voie;lieu": [None, "lieu"]} and missing == []
    assert find_columns(rules, ["nom"])[1] == ["pivot ou siret"]


def apply(rules, **cells):
    return apply_rules(pd.DataFrame(cells, dtype=str), make_rules(*rules), "data-inclusion").to_dict("list")


def test_each_rule_by_hand():
    assert apply([["nom", "a;b", "copie", "", ""]], a=["", "x"], b=["y", "z"]) == {"nom": ["y", "x"]}
    assert apply([["adresse", "a;b;c", "joindre", " ", ""]], a=["1", ""], b=["", ""], c=["rue", "pré"]) == {"adresse": ["1 rue", "pré"]}
    assert apply([["mobile", "a", "oui_si", "Bus;Van", ""]], a=["Van", "Fixe"]) == {"mobile": ["oui", "non"]}
    assert apply([["code_postal", "a", "motif", r"^(\d{5})\b", ""]], a=["43100 BRIOUDE", "BRIOUDE"]) == {"code_postal": ["43100", ""]}
    assert apply([["themes", "services", "constante_si", "numerique", ""]], a=["x"]) == {"themes": [""]}
    assert apply([["themes", "a", "constante_si", "numerique", ""]], a=["x"]) == {"themes": ["numerique"]}
    assert apply([["nom", "a", "copie", "", ""], ["nom", "b", "copie", "", ""]], a=["", "x"], b=["y", "z"]) == {"nom": ["y", "x"]}
    places = {"d": ["1", "2A", "9B", "9J", "", "43"], "c": ["451", "4", "209", "613", "1", ""]}
    codes = apply([["code_insee", "d;c", "commune_departement", "", ""]], **places)
    assert codes == {"code_insee": ["01451", "2A004", "97209", "98613", "", ""]}
    found = apply([["categorie", "a", "libelle", "", ""]], a=["Circuit court;AMAP", "Inventé", ""])
    assert found == {"categorie": ["amap", "Inventé", ""]}


def test_the_first_of_the_list_wins_and_publics_are_all_kept():
    rules = [["categorie", "a", "correspondance", "", ""], ["publics", "b", "correspondances", "", ""]]
    found = apply(rules, a=["ASSO;CCAS", "aidants-connect", "Inventé"], b=["Seniors|Jeunes", "Jeunes,Femmes", ""])
    assert found == {"categorie": ["ccas", "", ""], "publics": ["seniors;jeunes", "jeunes;femmes", ""]}


def test_points_in_metres_by_the_projection_that_is_written_and_by_no_other():
    x, y = ["730146,8", "709108.0", "730146.8", "730146.8", ""], ["6466210.9", "1615387.6", "6466210.9", "6466210.9", "1"]
    written = ["1,ATLASANTE,100,LAMBERT_93", "EPSG:5490 RGAF09", "Lambert inconnu", "", "LAMBERT_93"]
    points = unproject([pd.Series(cells, dtype=str) for cells in (x, y, written)])
    assert [value[:5] for value in points["lat"]] == ["45.29", "14.60", "", "", ""]
    assert [value[:4] for value in points["lon"]] == ["3.38", "-61.", "", "", ""]
    # With a commune, a point whose projection is not said at all is in that of its departement.
    coded = unproject([pd.Series(cells, dtype=str) for cells in (x, y, written, ["43040", "97209", "43040", "43040", "43040"])])
    assert [value[:5] for value in coded["lat"]] == ["45.29", "14.60", "", "45.29", ""]


@given(st.lists(st.tuples(st.text(max_size=8), st.text(max_size=8)), min_size=1, max_size=8))
def test_a_fingerprint_depends_on_the_cells_and_not_on_their_order(rows):
    cells = pd.DataFrame(rows, dtype=object).astype(str)
    marks = make_fingerprint([cells[0], cells[1]])
    backwards = cells[::-1]
    assert make_fingerprint([backwards[0], backwards[1]])[::-1].tolist() == marks.tolist()
    keys = [tuple(map(normalize_label, row)) for row in rows]
    assert [marks[0] == mark for mark in marks] == [keys[0] == key for key in keys]


def make_columns(*rows):
    return pd.DataFrame(rows, columns=["source", "colonne", "origine", "valeur"])


def test_the_sheet_of_columns_becomes_rules():
    columns = make_columns(
        ["pays", "acteur_id", "N°", None], ["pays", "adresse", "rue;ville", None], ["pays", "themes", "a;b", "culture"],
        ["x", "nom", "y", None],
    )
    rules = read_column_rules(columns, "pays")
    assert rules[["colonne", "origine", "regle", "argument"]].values.tolist() == [
        ["cle", "N°", "copie", ""], ["adresse", "rue;ville", "joindre", " "], ["themes", "a;b", "joindre", ";"],
        ["themes", "", "constante", "culture"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (["../../etc", "nom", "a", None], "doit être fait de minuscules"),
        (["pays", "commande", "a", None], "colonne inconnue « commande »"),
        (["pays", "fichier", "a", None], "colonne inconnue « fichier »"), (["pays", "nom", None, None], "ne dit ni origine ni valeur"),
        (["pays", "diffusion", None, "tous"], "« tous » n'est pas dans la liste de « diffusion »"),
    ],
)  # fmt: skip
def test_a_sheet_of_columns_may_not_do_more_than_fill_columns(row, words):
    with pytest.raises(DiagnosticError, match="Correspondance de colonnes refusée") as caught:
        read_column_rules(make_columns(row), row[0])
    assert words in str(caught.value) and "colonnes_import" in str(caught.value)
