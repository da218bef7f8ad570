"""Themes and publics without actor, in three states."""

import numpy as np
import pandas as pd
from jouets_reseau import make_actors, make_places, make_territories, shuffle

from diagnostic.measure.manques.subject_gaps import list_other_subjects, list_subject_states
from diagnostic.schema import make_table
from diagnostic.vocabulary import read_list

TERRITOIRES = make_territories("perimetre", "departement:43", "epci:T1", "epci:T2", "autre:X")
LISTES = {
    "themes": pd.DataFrame({"libelle": ["Santé", "Culture", "Sport"]}, index=["sante", "culture", "sport"]),
    "publics": pd.DataFrame({"libelle": ["Jeunes", "Seniors", "Tout public"]}, index=["jeunes", "seniors", "tout_public"]),
}
ACTEURS = make_actors(dict.fromkeys("abc", "social")).assign(
    themes=[("sante", "culture", "mot à nous"), ("sante",), ("culture",)], publics=[("jeunes",), (), ("tout_public", "fées")]
)
LIEUX = make_places("a:T1 b:T1 c:T2")


def list_states(couverture, acteurs=ACTEURS, lieux=LIEUX):
    rows = pd.DataFrame(couverture, columns=["territoire_id", "categorie", "statut"], dtype="str")
    table = list_subject_states(acteurs, lieux, TERRITOIRES, rows, LISTES)
    return table.set_index(["territoire_id", "sujet", "code"])


def pick(table, place, subject, column):
    rows = table.reset_index()
    return rows.loc[(rows["territoire_id"] == place) & (rows["sujet"] == subject), column].tolist()


def test_without_coverage_nothing_is_absent_and_actors_are_counted():
    table = list_states([])
    assert pick(table, "epci:T1", "theme", "nb_acteurs") == [2, 1, 0]
    assert pick(table, "epci:T1", "theme", "statut") == ["present", "present", "non_renseigne"]
    assert set(table["statut"]) == {"present", "non_renseigne"}
    assert "autre:X" not in table.index.get_level_values(0)
    assert len(table) == 4 * 6


def test_absent_only_where_the_whole_inventory_is_complete_and_every_actor_spoke():
    table = list_states([("perimetre", "*", "complet"), ("T2", "ccas", "complet")])
    assert table.loc[("epci:T1", "theme", "sport"), "statut"] == "absent_verifie"
    assert pick(table, "epci:T2", "theme", "statut") == ["absent_verifie", "present", "absent_verifie"]
    # b states no public: it may well receive seniors.
    silent = table.loc[("epci:T1", "public", "seniors")]
    assert silent[["statut", "nb_acteurs_territoire", "nb_acteurs_renseignes"]].tolist() == ["non_renseigne", 2, 1]
    assert "leur case est vide" in silent["raison"]
    # c receives everyone.
    assert pick(table, "epci:T2", "public", "statut") == ["non_renseigne", "non_renseigne", "present"]
    assert "tout public" in table.loc[("epci:T2", "public", "jeunes"), "raison"]


def test_the_row_of_a_category_says_nothing_of_themes_and_the_territory_wins_over_the_perimetre():
    assert set(list_states([("T1", "ccas", "complet")])["statut"]) == {"present", "non_renseigne"}
    table = list_states([("perimetre", "*", "complet"), ("T1", "*", "partiel")])
    assert table.loc[("epci:T1", "theme", "sport"), "statut"] == "non_renseigne"


def test_against_a_naive_loop_whatever_the_order_of_rows():
    rng = np.random.default_rng(2)
    acteurs = make_actors(dict.fromkeys([f"x{i}" for i in range(30)], "social")).assign(
        themes=[tuple(rng.choice(["sante", "culture", "sport", "autre"], rng.integers(0, 4))) for _ in range(30)], publics=[()] * 30
    )
    lieux = pd.DataFrame(
        {"acteur_id": rng.choice(acteurs["acteur_id"], 60), "territoire_id": rng.choice(TERRITOIRES.index.to_numpy(), 60)}, dtype="str"
    )
    table = list_states([("T2", "*", "complet")], acteurs, lieux)
    words = acteurs.set_index("acteur_id")["themes"]
    for (place, subject, code), row in table.iterrows():
        here = set(lieux.loc[lieux["territoire_id"] == place, "acteur_id"])
        if subject == "theme":
            assert row["nb_acteurs"] == sum(code in words[actor] for actor in here)
            assert row["nb_acteurs_renseignes"] == sum(len(words[actor]) > 0 for actor in here)
        assert row["nb_acteurs_territoire"] == len(here)
    again = list_states([("T2", "*", "complet")], shuffle(acteurs), shuffle(lieux))
    pd.testing.assert_frame_equal(again, table)


def test_words_out_of_the_lists_are_left_apart():
    assert list_other_subjects(ACTEURS, LISTES).values.tolist() == [["theme", "mot à nous", 1], ["public", "fées", 1]]
    assert list_other_subjects(make_table("acteurs"), LISTES).empty


def test_no_actor_in_a_complete_inventory_is_an_absence_of_every_theme():
    lists = {name: read_list(name) for name in ("themes", "publics")}
    said = pd.DataFrame({"territoire_id": ["T1"], "categorie": ["*"], "statut": ["complet"]})
    table = list_subject_states(make_table("acteurs"), LIEUX.head(0), TERRITOIRES, said, lists).set_index("territoire_id")
    assert set(table.loc["epci:T1", "statut"]) == {"absent_verifie"}
    assert set(table.loc["epci:T2", "statut"]) == {"non_renseigne"}
    assert len(table) == 4 * (len(lists["themes"]) + len(lists["publics"]))
