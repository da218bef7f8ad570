"""What is expected: the list of the software, changed, completed or refused by the sheet attendus."""

import pandas as pd
import pytest
from dossier_csv import check_counts, counts_of, read

from diagnostic.read.gaps.expectations import (
    merge_expectations,
    read_expectations,
    read_shipped_expectations,
    resolve_codes,
)
from diagnostic.schema import describe_table, list_vocabularies, make_table
from diagnostic.vocabulary import read_list, read_vocabulary

LISTS = {name: read_list(name) for name in list_vocabularies()}
PERIMETER = "cle;valeur\ndepartements;43\nfinalite;Essai"
HEAD = "attendu_id;libelle;objet;codes;echelle;population_min;force;retenu;categories_requises;minutes_max;sauf_couche\n"


def make_expectations(*rows):
    columns = list(describe_table("attendus").index)
    table = pd.DataFrame([dict(row) for row in rows]).reindex(columns=columns).astype(object)
    for column in ("codes", "categories_requises"):
        table[column] = [cell if isinstance(cell, tuple) else () for cell in table[column]]
    return table.assign(fichier="attendus.csv", feuille="attendus", ligne=range(2, 2 + len(table)))


TOY = make_expectations(
    {"attendu_id": "ccas", "libelle": "CCAS", "objet": "categorie", "codes": ("ccas",), "echelle": "commune", "population_min": 1500.0,
     "seuil_compris": True, "force": "obligation", "base": "CASF"},
    {"attendu_id": "ctg", "libelle": "CTG", "objet": "dispositif", "codes": ("CTG",), "echelle": "epci", "force": "pratique"},
    {"attendu_id": "loin", "libelle": "Plus tard", "objet": "dispositif", "codes": ("PAT",), "echelle": "epci", "force": "choix",
     "retenu": False},
)  # fmt: skip


def test_the_shipped_list_is_read_whole_and_its_codes_exist():
    shipped, texts = read_shipped_expectations(LISTS), read_vocabulary("attendus")
    assert shipped["attendu_id"].tolist() == texts["attendu_id"].tolist() and len(texts) > 10
    codes = texts["codes" if "codes" in texts else "code"]
    assert [";".join(cell) for cell in shipped["codes"]] == codes.tolist()
    assert [";".join(cell) for cell in shipped["categories_requises"]] == texts["categories_requises"].tolist()
    for column in describe_table("attendus").index.drop(["codes", "categories_requises", "retenu", "seuil_compris"]):
        assert (shipped[column].notna() == (texts[column] != "").to_numpy()).all(), column
    assert shipped["seuil_compris"].isna().sum() == (texts["seuil_compris"] == "").sum()


def test_a_cell_left_empty_is_the_shipped_one():
    given = make_expectations({"attendu_id": "CCAS", "population_min": 800.0}, {"attendu_id": "velo", "libelle": "Vélo", "codes": ("x",)})
    merged = merge_expectations(given, TOY).set_index("attendu_id")
    assert merged.index.tolist() == ["ccas", "ctg", "velo"]
    changed = merged.loc["ccas", ["libelle", "population_min", "codes", "base", "origine"]]
    assert changed.tolist() == ["CCAS", 800, ("ccas",), "CASF", "dossier"]
    assert merged["origine"].tolist() == ["dossier", "projet", "dossier"]
    assert bool(merged.at["ccas", "seuil_compris"]) is True and pd.isna(merged.at["velo", "seuil_compris"])
    assert merged.at["velo", "categories_requises"] == () and merged["population_min"].dtype == float
    assert merged.loc["ccas", ["feuille", "ligne"]].tolist() == ["attendus", 2]


def test_what_is_not_retained_goes_and_what_is_retained_comes():
    given = make_expectations({"attendu_id": "ctg", "retenu": False}, {"attendu_id": "loin", "retenu": True})
    assert merge_expectations(given, TOY)["attendu_id"].tolist() == ["ccas", "loin"]
    assert merge_expectations(make_table("attendus"), TOY)["attendu_id"].tolist() == ["ccas", "ctg"]


@pytest.mark.parametrize("given", [make_table("attendus"), TOY])
def test_empty_tables_keep_their_types(given):
    merged = merge_expectations(given, make_table("attendus"))
    assert merged["population_min"].dtype == float and merged["seuil_compris"].dtype == "boolean"
    assert str(merged["depuis"].dtype).startswith("datetime64") and "origine" in merged
    assert len(merged) == int(given["retenu"].ne(False).sum())


def test_the_order_of_the_rows_counts_for_nothing():
    given = {"ctg": {"force": "choix"}, "a": {"libelle": "A"}, "ccas": {"base": "B"}}
    given = make_expectations(*[{"attendu_id": code, **cells} for code, cells in given.items()])
    first, second = (merge_expectations(rows, TOY).sort_values("attendu_id", ignore_index=True) for rows in (given, given[::-1]))
    pd.testing.assert_frame_equal(first, second)


def test_codes_labels_and_acronyms_lead_to_codes_by_objet():
    words = [("CCAS", "evs", "ccas"), ("ctg", "ccas"), ("MJC",), ("ccas",)]
    rows = pd.DataFrame({"objet": ["categorie", "dispositif", "acces", None], "codes": words})
    codes, unknown = resolve_codes(rows, LISTS)
    assert codes.tolist() == [("ccas", "evs"), ("CTG",), ("mjc",), ()]
    assert unknown.tolist() == [(), ("ccas",), (), ("ccas",)]


def read_sheet(folder, *rows):
    found = read(folder, parametres=PERIMETER, attendus=HEAD + "\n".join(rows))
    told = found["problemes"][(found["problemes"]["feuille"] == "attendus") & found["problemes"]["ligne"].notna()]
    return found, found["attendus"].set_index("attendu_id"), told.set_index("ligne")


def test_a_dossier_changes_adds_and_takes_out(chemin_piege):
    found, attendus, told = read_sheet(
        chemin_piege, "ccas;;;;;2 000;;;;;", "ctg;;;;;;;non;;;", "vie_sociale;;;;;;;oui;;;",
        "tiers;Un tiers-lieu;categorie;Tiers-lieu;epci;;choix;;CCAS;;",
        "agence;Une poste à 20 min;acces;france_services;commune;;choix;;;20;",
    )  # fmt: skip
    assert attendus.loc["ccas", ["population_min", "origine", "force"]].tolist() == [2000, "dossier", "obligation"]
    assert "ctg" not in attendus.index and attendus.at["vie_sociale", "origine"] == "dossier"
    assert attendus.loc["tiers", ["codes", "categories_requises", "origine"]].tolist()[1:] == [("ccas",), "dossier"]
    assert len(attendus.at["tiers", "codes"]) == 1 and attendus.at["agence", "minutes_max"] == 20
    check_counts(found)
    assert counts_of(found).loc[("attendus.csv", "attendus")].tolist() == [5, 4, 0, 0, 1]
    assert told.loc[3, ["gravite", "colonne"]].tolist() == ["information", "retenu"] and "écartée" in told.at[3, "probleme"]
    assert set(told.index) == {3}


@pytest.mark.parametrize(
    ("row", "gravite", "colonne", "word"),
    [
        ("x;Inconnu;categorie;licorne;epci;;choix;;;;", "erreur", "codes", "licorne"),
        ("x;Mauvaise liste;dispositif;ccas;epci;;choix;;;;", "erreur", "codes", "ccas"),
        ("ccas;;;ccass;;;;;;;", "erreur", "codes", "vouliez-vous dire"),
        ("x;;categorie;;epci;;choix;;;;", "erreur", "libelle, codes", "incomplet"),
        ("x;Accès;acces;ccas;commune;;choix;;;;", "erreur", "minutes_max", "incomplet"),
        ("x;Condition;categorie;ccas;epci;;choix;;ccas|licorne;;", "erreur", "categories_requises", "aucune liste"),
        ("x;;;;;;;non;;;", "erreur", "attendu_id", "rien à retirer"),
        ("vie_sociale;Autre nom;;;;;;;;;", "attention", "retenu", "écartée"),
    ],
)
def test_a_row_that_says_nothing_sure_stays_out_and_the_shipped_one_stays(chemin_piege, row, gravite, colonne, word):
    found, attendus, told = read_sheet(chemin_piege, row)
    shipped = read_shipped_expectations(LISTS)
    assert attendus.index.tolist() == shipped.loc[shipped["retenu"].ne(False).fillna(True), "attendu_id"].tolist()
    assert set(attendus["origine"]) == {"projet"}
    mine = told[told["probleme"].str.contains("cartée")]
    assert mine[["gravite", "colonne"]].values.tolist() == [[gravite, colonne]] and word in mine["probleme"].iloc[0]
    check_counts(found)
    assert counts_of(found).loc[("attendus.csv", "attendus"), "ecartees"] == 1


def test_one_expectation_given_twice_and_a_layer_that_is_not_there(chemin_piege):
    found, attendus, told = read_sheet(chemin_piege, "ccas;;;;;900;;;;;LUNE", "CCAS;;;;;800;;;;;")
    assert attendus.at["ccas", "population_min"] == 900
    assert told.loc[3, "probleme"].startswith("Attendu déjà donné") and told.loc[2, "colonne"] == "sauf_couche"
    assert counts_of(found).loc[("attendus.csv", "attendus")].tolist() == [2, 1, 0, 0, 1]


def test_without_a_sheet_the_list_of_the_software_stands():
    attendus, problems = read_expectations(make_table("attendus"), LISTS, pd.Index(["EPCI"]))
    assert problems is None and set(attendus["origine"]) == {"projet"} and len(attendus) > 10
    assert not attendus["codes"].map(len).eq(0).any()
