"""The sheet of a territory: what its lines say, and what they count."""

import pandas as pd

from diagnostic.measure.manques import territory_gaps
from diagnostic.vocabulary.formats import NARROW_SPACE

TERRITOIRES = pd.DataFrame(
    {"nom": ["Tout", "Dép", "CC A", "CC B"], "type": ["perimetre", "departement", "epci", "epci"]},
    index=pd.Index(["perimetre", "departement:43", "epci:A", "epci:B"], name="territoire_id"),
)
APPARTENANCE = pd.DataFrame(
    [(c, t) for c, epci in [("43001", "A"), ("43002", "A"), ("43003", "B")] for t in (f"epci:{epci}", "departement:43", "perimetre")],
    columns=["code_insee", "territoire_id"],
)
ATTENDU = {"attendu_id": "x", "libelle": "X", "etat": "present", "force": "pratique", "raison": "parce que", "base": "b",
           "source": "Code, art. 1 (loi du 2)",
           "echelle": "commune"}


def make_expected(*rows):
    return pd.DataFrame([ATTENDU | row for row in rows])


def test_a_sheet_says_its_size_its_states_and_their_age():
    resume = pd.DataFrame(
        {"nb_communes": [3, 2], "population": [30.0, 20.0], "categories_present": [4, float("nan")],
         "categories_absent_verifie": [1, float("nan")], "categories_non_renseigne": [5, float("nan")]},
        index=pd.Index(["perimetre", "epci:A"], name="territoire_id"),
    )  # fmt: skip
    ages = pd.DataFrame({"territoire_id": ["perimetre"], "age_text": ["de 2024 à 2026"]})
    table = territory_gaps.list_sheets(TERRITOIRES, resume, ages)
    # a territory whose categories are not listed has no sheet: its states are unknown, not zero
    assert table.to_dict("records") == [
        {"territoire_id": "perimetre", "nom": "Tout", "type": "perimetre", "nb_communes": 3, "population": 30.0,
         "nb_present": 4, "nb_absent_verifie": 1, "nb_non_renseigne": 5, "age_text": "de 2024 à 2026"}
    ]  # fmt: skip
    assert territory_gaps.list_sheets(TERRITOIRES, resume, ages.head(0))["age_text"].tolist() == [""]


def test_headings_keep_the_order_of_the_guide_and_count_every_category():
    categories = pd.DataFrame(
        {"libelle": ["Deux", "Un", "Trois"], "sigle": ["", "U", ""], "rubrique_libelle": ["Z", "A", "A"]}, index=["deux", "un", "trois"]
    )
    states = pd.DataFrame(
        [("epci:B", "deux", "present"), ("epci:A", "deux", "non_renseigne"), ("epci:A", "un", "present"),
         ("epci:A", "trois", "absent_verifie"), ("epci:A", "ailleurs", "present")],
        columns=["territoire_id", "categorie", "statut"],
    )  # fmt: skip
    table = territory_gaps.count_headings(states, categories)
    assert table[["territoire_id", "rubrique_libelle"]].values.tolist() == [
        ["epci:B", "Z"], ["epci:A", "Z"], ["epci:A", "A"], ["epci:A", "Hors des rubriques du guide"]
    ]  # fmt: skip
    row = table[(table["territoire_id"] == "epci:A") & (table["rubrique_libelle"] == "A")].iloc[0]
    assert row[["nb_present", "nb_absent_verifie", "nb_non_renseigne", "noms_presents", "noms_absents"]].tolist() == [1, 1, 0, "U", "Trois"]
    assert table[["nb_present", "nb_absent_verifie", "nb_non_renseigne"]].to_numpy().sum() == len(states)


def test_an_expectation_of_communes_is_counted_in_the_sheets_that_hold_them():
    rows = make_expected(
        {"territoire_id": "commune:43001"}, {"territoire_id": "commune:43002", "etat": "non_renseigne"},
        {"territoire_id": "commune:43003", "etat": "absent_verifie"},
    )  # fmt: skip
    table = territory_gaps.list_expected_lines(rows, APPARTENANCE, TERRITOIRES).set_index("territoire_id")
    assert table["etat"].to_dict() == {
        "departement:43": "absent_verifie", "epci:A": "non_renseigne", "epci:B": "absent_verifie", "perimetre": "absent_verifie"
    }  # fmt: skip
    assert set(table["base"]) == {"Code, art. 1"}
    assert table.at["epci:A", "detail"] == "2 communes concernées ; présent : 1, non renseigné : 1"
    assert table["nb_concernes"].to_dict() == {"departement:43": 3, "epci:A": 2, "epci:B": 1, "perimetre": 3}


def test_an_expectation_of_an_epci_is_its_own_and_its_departement_counts_it():
    rows = make_expected(
        {"territoire_id": "epci:A", "etat": "a_venir", "echelle": "epci"},
        {"territoire_id": "departement:43", "attendu_id": "y", "echelle": "departement"},
    )
    table = territory_gaps.list_expected_lines(rows, APPARTENANCE, TERRITOIRES).set_index(["territoire_id", "attendu_id"])
    assert table.at[("epci:A", "x"), "detail"] == "parce que"
    assert table.at[("departement:43", "x"), "detail"] == "1 EPCI concerné ; à venir : 1"
    # what is expected of the departement is not written on the sheet of an EPCI
    assert ("epci:A", "y") not in table.index and table.at[("departement:43", "y"), "detail"] == "parce que"
    assert territory_gaps.list_expected_lines(rows.head(0), APPARTENANCE, TERRITOIRES).empty


def test_access_lines_are_of_the_middle_threshold_and_of_complete_lists_only():
    acces = pd.DataFrame({
        "territoire_id": "epci:A", "categorie": ["fs", "fs", "fs", "ml"], "seuil_km": [5, 10, 20, 10],
        "inventaire": ["complet"] * 3 + ["non_renseigne"],
        "part_population_au_dela": [0.5, 0.25, 0.0, 0.1], "population_au_dela": [50, 25, 0, 10], "population": 100, "nb_communes": 2,
        "nb_communes_au_dela": [2, 1, 0, 1],
    })  # fmt: skip
    table = territory_gaps.list_access_lines(acces, pd.Series({"fs": "France services"}))
    assert table[["categorie_libelle", "mode"]].values.tolist() == [["France services", "vol d'oiseau"]]
    assert table.at[0, "phrase"].replace(NARROW_SPACE, " ") == "1 commune sur 2 à plus de 10 km : 25 habitants sur 100 (25,0 %)"
    assert territory_gaps.list_access_lines(acces.head(0), pd.Series(dtype=object)).empty


def test_items_are_listed_by_territory_in_their_order():
    number = 9
    links = pd.DataFrame({
        "acteur_a": [f"a{n}" for n in range(number)], "acteur_b": "b", "territoires_communs": [("epci:A", "epci:B")] * number,
    })  # fmt: skip
    gaps = pd.DataFrame({"dispositif_id": ["d", "d"], "nom": "PAT", "phrase": ["Aucun habitant.", "Un seul acteur."]})
    subjects = pd.DataFrame([("epci:A", "theme", "sante", "non_renseigne"), ("epci:A", "public", "jeunes", "present")],
                            columns=["territoire_id", "genre", "code", "statut"])  # fmt: skip
    places = pd.DataFrame({"dispositif_id": ["d", "d"], "territoire_id": ["epci:A", "epci:A"]})
    table = territory_gaps.list_items(links, gaps, subjects, places, labels={"b": "Bé", "sante": "Santé"})
    here = table[(table["territoire_id"] == "epci:B") & (table["genre"] == "liens")]["texte"].tolist()
    assert here == [f"a{n} et Bé" for n in range(number)]
    assert table[table["genre"] == "dispositifs"]["texte"].tolist() == ["PAT : aucun habitant ; un seul acteur"]
    assert table[table["genre"] == "themes"]["texte"].tolist() == ["Santé"] and "publics" not in set(table["genre"])
    assert table.set_index("genre")["edition"].to_dict() == {"liens": "interne", "dispositifs": "interne", "themes": "publique"}
