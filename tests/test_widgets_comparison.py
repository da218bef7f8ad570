"""Territories side by side: every share with its two numbers, nothing concluded of a few, no order but the alphabet."""

import pandas as pd
import pytest
from carnets import AUZON, list_menus, list_panels, open_small, read_cells

from diagnostic import widgets
from diagnostic.widgets.comparison import FACTS, SUBJECTS, list_kinds, tell_crossing

TERRITORIES = ["epci:3", "epci:1", "epci:2", "departement:43"]


def make_tables():
    """Return the tables of four invented territories: much linked, little linked, with no link, and one alone of its kind."""
    names = ["Épinac", "CA Zeugma", "étang du Bois", "Haute-Loire"]
    types = ["epci", "epci", "epci", "departement"]
    index = pd.Index(TERRITORIES, name="territoire_id")
    territoires = pd.DataFrame({"nom": names, "type": types}, index=index)
    resume = territoires.assign(nb_communes=[3, 4, 5, 12], population=[1000.0, None, 300.0, 1300.0], nb_interlocuteurs=[6.0, 7, 8, 9])
    comparaison = pd.DataFrame({
        "territoire_id": TERRITORIES, "nom": names, "type": types, "nb_acteurs": [20, 5, 3, 28], "degre_moyen": [2.5, 0.8, None, 1.0],
        "nb_repondants": [10, 2, 0, 12], "nb_liens": [25.0, 2, None, 27], "nb_paires": [190, 10, 3, 378],
        "nb_liens_champs": [25.0, 2, None, 27], "nb_externes": [4.0, 1, None, 5], "nb_externes_attendu": [12.6, 1.0, None, 13.0],
        "part_externes": [0.16, 0.5, None, 0.185], "erreur_part_externes": [0.08, 0.4, None, 0.07],
        "ratio_externes": [0.32, None, None, 0.38],
    })  # fmt: skip
    states = pd.DataFrame({
        "territoire_id": ["epci:3", "epci:1"], "nb_cases": [171, 171], "nb_present": [40, 3], "nb_absent_verifie": [2, 0],
        "nb_non_renseigne": [129, 168], "age_text": ["3 mois", ""],
    })  # fmt: skip
    return {"territoires": territoires, "territoires_resume": resume, "comparaison": comparaison, "etats_territoires": states}


def test_territories_are_in_the_order_of_the_alphabet_whatever_their_figures():
    assert widgets.compare_territories(make_tables())["nom"].tolist() == ["CA Zeugma", "Épinac", "étang du Bois"]


def test_shares_are_told_with_their_two_numbers_and_what_is_unknown_is_no_zero():
    table = widgets.compare_territories(make_tables())
    assert table.loc["epci:3", ["reponses", "liens", "absences", "inconnues"]].tolist() == [
        "10 sur 20", "25 sur 190", "2 sur 171", "129 sur 171",
    ]  # fmt: skip
    assert table.loc["epci:2", ["liens", "absences", "inconnues"]].tolist() == ["—", "—", "—"]
    assert not [column for column in table if "rang" in column or "score" in column or "indice" in column]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ((25, 4, 12.6, 0.16, 0.08, 0.32), "Moins qu'attendu (4 sur 25 ; 12,6 attendus)"),
        ((25, 4, 12.6, 0.16, 0.18, 0.32), "À peu près autant qu'attendu (4 sur 25 ; 12,6 attendus)"),
        ((25, 20, 12.6, 0.8, 0.1, 1.6), "Plus qu'attendu (20 sur 25 ; 12,6 attendus)"),
        ((9, 3, 4.6, 0.33, 0.01, None), "Trop peu de liens pour conclure (3 sur 9)"),
        ((16, 0, 8.1, 0.0, None, 0.0), "Moins qu'attendu (0 sur 16 ; 8,1 attendus)"),
        ((None, None, None, None, None, None), "Aucun lien déclaré entre acteurs des deux champs"),
        ((0, 0, 0.0, None, None, None), "Aucun lien déclaré entre acteurs des deux champs"),
    ],
)
def test_the_ei_index_in_words(row, words):
    columns = ["nb_liens_champs", "nb_externes", "nb_externes_attendu", "part_externes", "erreur_part_externes", "ratio_externes"]
    assert tell_crossing(pd.DataFrame([row], columns=columns, dtype=float)).tolist() == [words]


def test_the_words_agree_with_the_index_where_it_is_known():
    """Fewer links across than expected is an E-I under its expected value: the same comparison, said otherwise."""
    row = open_small("interne")["silos"].iloc[0]
    assert (row["nb_externes"] < row["nb_externes_attendu"]) == (row["ei"] < row["ei_attendu"])


def test_no_territory_at_all_is_an_empty_table():
    tables = {name: table.iloc[:0] for name, table in make_tables().items()}
    tables["comparaison"] = tables["comparaison"].astype({"nb_acteurs": "int64", "nb_liens": "float64"})
    assert widgets.compare_territories(tables).empty
    assert "ne donne rien à choisir" in widgets.explore_pair(tables).value


def test_a_kind_of_one_territory_is_not_compared():
    assert list_kinds(make_tables()).to_dict() == {"epci": "Intercommunalités"}


def test_choosing_a_subject_changes_the_columns():
    box = widgets.explore_comparison(make_tables(), "epci")
    menus, panel = list_menus(box), list_panels(box)[0]
    assert [label for label, _ in menus["Comparer"].options] == list(SUBJECTS)
    assert read_cells(panel.value)[1] == ["CA Zeugma", "4", "—", "7"]
    menus["Comparer"].value = "Liens"
    assert read_cells(panel.value)[0] == ["Intercommunalités", *SUBJECTS["Liens"].values()]
    assert read_cells(panel.value)[2] == ["Épinac", "20", "10 sur 20", "25 sur 190", "2,50"]


def test_two_territories_are_read_line_by_line():
    box = widgets.explore_pair(make_tables(), "epci:3", "epci:1")
    rows = read_cells(list_panels(box)[0].value)
    assert rows[0] == ["", "Épinac", "CA Zeugma"]
    assert [row[0] for row in rows[1:]] == list(FACTS.values())
    assert ["Liens déclarés", "25 sur 190", "2 sur 10"] in rows
    list_menus(box)["Un autre"].value = "epci:3"
    assert read_cells(list_panels(box)[0].value)[0] == ["", "Épinac", "Épinac "], "beside itself: still two columns"


def test_two_of_one_kind_are_set_side_by_side_first():
    menus = list_menus(widgets.explore_pair(make_tables()))
    assert [menu.value for menu in menus.values()] == ["epci:3", "epci:1"]
    menus = list_menus(widgets.explore_pair(make_tables(), "departement:43"))
    assert [menu.value for menu in menus.values()] == ["departement:43", "departement:43"]


def test_a_dossier_of_one_territory_says_that_there_is_nothing_to_compare():
    assert "ne donne rien à choisir ici (territoires)" in widgets.explore_comparison(open_small("publique")).value
    assert widgets.compare_territories(open_small("publique")).index.tolist() == [AUZON]
