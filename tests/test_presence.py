"""Presences that a dossier adds to those of the lists given for all territories; absences that a hidden actor contradicts."""

import pandas as pd

from diagnostic.measure.comparaison import presence


def test_a_list_given_for_all_territories_keeps_its_own_figure():
    states = pd.DataFrame({
        "territoire_id": "a", "categorie": ["x", "y", "z"], "statut": ["present", "non_renseigne", "non_renseigne"],
        "nb_acteurs": [5, 0, 0], "nb_acteurs_principale": [4, 0, 0],
    })  # fmt: skip
    mine = states.assign(statut=["present", "present", "non_renseigne"], nb_acteurs=[9, 2, 0], nb_acteurs_principale=[9, 1, 0])
    given = mine.assign(inventaire="dossier a", millesime="2025-01-02", complet=False)
    whole = pd.DataFrame({"territoire_id": ["a"], "nb_present": [1], "part_present": [1 / 3], "age_text": [""]})
    found = presence.add_presence({"categories_territoires": states, "etats_territoires": whole}, [given, given.assign(nb_acteurs=7)])
    assert found["categories_territoires"]["nb_acteurs"].tolist() == [5, 2, 0] and states["nb_acteurs"].tolist() == [5, 0, 0]
    assert found["etats_territoires"].loc[0, ["nb_present", "nb_non_renseigne", "age_text"]].tolist() == [2, 1, ""]
    assert found["presence_dossiers"]["categorie"].tolist() == ["y"]


def test_without_dossier_nothing_changes():
    results = {"categories_territoires": pd.DataFrame()}
    assert presence.add_presence(results, []) is results and presence.add_presence(results, [pd.DataFrame()]) is results


def test_a_category_of_the_dossier_alone_is_left_out():
    states = pd.DataFrame({
        "territoire_id": ["a"], "categorie": ["x"], "statut": ["non_renseigne"], "nb_acteurs": [0], "nb_acteurs_principale": [0],
    })  # fmt: skip
    given = states.assign(categorie="a_nous", statut="present", inventaire="dossier a", millesime=None, complet=True)
    found = presence.add_presence({"categories_territoires": states, "etats_territoires": pd.DataFrame({"territoire_id": ["a"]})}, [given])
    pd.testing.assert_frame_equal(found["categories_territoires"], states)
    assert not len(found["presence_dossiers"])


def test_an_absence_that_a_hidden_actor_contradicts_is_not_recorded():
    said = ["absent_verifie", "present", "absent_verifie"]
    listed = pd.DataFrame({"territoire_id": ["a", "a", "b"], "categorie": ["x", "y", "x"], "statut": said})
    hidden = pd.DataFrame({"acteur_id": ["h"], "categorie": ["y"], "categories_secondaires": [("x",)]})
    places = pd.DataFrame({"acteur_id": ["h", "autre"], "territoire_id": ["a", "b"]})
    found = presence.doubt_absences(listed, hidden, places)
    assert found["statut"].tolist() == ["non_renseigne", "present", "absent_verifie"]
