"""Classes of the web map against toy squares: every commune in one class, communes and inhabitants counted by hand."""

import numpy as np
import pandas as pd
import pytest
from test_web import make_communes, make_view

from diagnostic.draw import web_themes


def counts(theme):
    return [(each[0], each[4], each[5]) for each in theme["classes"]]


def test_the_mille_feuille_has_a_class_a_value_up_to_six():
    communes = make_communes()
    (layer,) = web_themes.list_count_themes(communes, make_view()["millefeuille"])
    assert counts(layer) == [("1", 6, 3900), ("2", 2, 400), ("3", 1, 200)]
    many = pd.DataFrame({"nb_unites": [1, 2, 3, 4, 5, 6, 7, 8, np.nan]}, index=communes.index)
    (layer,) = web_themes.list_count_themes(communes, many)
    assert [entry[0] for entry in layer["classes"]] == ["1 à 2", "3 à 4", "5", "6", "7", "8"]
    assert (sum(entry[4] for entry in layer["classes"]), layer["nb_sans"], layer["pop_sans"], layer["index"][-1]) == (8, 1, 900, -1)
    shades = [int(entry[1][1:3], 16) + int(entry[1][3:5], 16) + int(entry[1][5:], 16) for entry in layer["classes"]]
    assert shades == sorted(shades, reverse=True)


def test_a_class_with_an_unknown_population_has_no_number_of_inhabitants():
    communes = make_communes()
    communes.loc["00000", "population"] = np.nan
    theme = web_themes.make_theme(communes, np.array([0] * 4 + [1] * 5), [("a", "", "", ""), ("b", "", "", "")])
    assert counts(theme) == [("a", 4, None), ("b", 5, 3500)]


def test_discordance_is_told_by_epci_and_hatches_who_is_out_of_the_main_unit():
    communes, view = make_communes(), make_view()
    (theme,), alike = web_themes.list_discordance_themes(communes, view["discordance"], view["minoritaires"], view["couches"])
    # CC Ouest (00000, 00003, 00006) has one and a half interlocutor, CC Est one: the first class but one is empty.
    assert counts(theme)[0] == ("1 : un seul pour tous", 6, 3300) and counts(theme)[2] == ("plus de 1,25 à 1,5", 3, 1200)
    assert [each[6] for each in theme["classes"]][:3] == ["1 intercommunalité", "0 intercommunalité", "1 intercommunalité"]
    assert theme["valeurs"] == [1.5, 1.0, 1.0] * 3
    assert (theme["hachures"], theme["pop_hachures"], alike) == ([3], 400, "")
    one = view["discordance"].assign(valeur=1.0)
    assert web_themes.list_discordance_themes(communes, one, view["minoritaires"], view["couches"]) == (
        [],
        "Un seul interlocuteur par intercommunalité, rien à colorer : CIAS.",
    )


@pytest.mark.parametrize("complete", [True, False])
def test_a_distance_is_a_maximum_where_the_inventory_is_not_complete(complete):
    communes, view = make_communes(), make_view()
    (theme,) = web_themes.list_access_themes(communes, view["acces"].assign(complet=complete))
    # 0, 2.5, ... 17.5 km and one commune without distance; a threshold is in the lower class.
    assert [each[4] for each in theme["classes"]] == [3, 2, 3] and theme["nb_sans"] == 1
    assert theme["valeurs"][:3] == [0.0, 2.5, 5.0] and theme["index"] == [0, 0, 0, 1, 1, 2, 2, 2, -1]
    assert [bool(each[2]) for each in theme["classes"]] == [False, not complete, not complete]
    assert theme["classes"][0][0] == ("5 km ou moins" if complete else "au plus 5 km")
    assert bool(theme["notes"]) != complete


def test_three_states_keep_apart_what_nobody_said():
    communes, view = make_communes(), make_view()
    (theme,) = web_themes.list_state_themes(communes, view["etats"])
    # 00000 present, 00001 absent for sure, 00002 with an unknown word, six communes without a row.
    assert counts(theme) == [("Présent", 1, 100), ("Absence vérifiée", 1, 200), ("Non renseigné", 7, 4200)]
    assert [each[2] for each in theme["classes"]] == ["", "hachures", "points"]
    assert theme["notes"][1] == "Âge de l'information : 2 mois d'âge médian." and theme["nb_sans"] == 0


def test_atoms_come_largest_first():
    atoms = web_themes.list_atoms(make_communes(), make_view()["atomes"])
    assert atoms == {
        "groupes": [["A2", 5, 2400], ["A1", 3, 1200]], "index": [1, 0, 0, 1, 0, 0, 1, 0, -1], "nb_sans": 1, "pop_sans": 900,
    }  # fmt: skip


def make_beyond(values, people):
    return pd.DataFrame({
        "code_insee": [f"{n:05d}" for n in range(len(values))], "categorie": "ccas", "libelle": "CCAS", "seuil": 10.0, "valeur": values,
        "numerateur": np.array(values) * people, "denominateur": people,
    })  # fmt: skip


def test_a_share_beyond_a_threshold_has_the_same_classes_everywhere():
    communes = make_communes()
    table = make_beyond([0.0, 0.05, 0.1, 0.11, 0.25, 0.3, 0.5, 0.51, np.nan], communes["population"].to_numpy())
    (theme,) = web_themes.list_beyond_themes(communes, table, mot="commune")
    assert theme["index"] == [0, 1, 1, 2, 2, 3, 3, 4, -1] and theme["nb_sans"] == 1
    assert [each[0] for each in theme["classes"]] == list(web_themes.BEYOND_LABELS)
    assert theme["valeurs"][:2] == [0, 5] and theme["unite"] == "%" and "par commune" in theme["mesure"]
    # 10 + 30 + 44 + 125 + 180 + 350 + 408 = 1147 of the 3600 inhabitants whose share is known.
    assert theme["notes"] == ["Tous ensemble, 1\u202f147 habitants sur 3\u202f600 sont à plus de 10 km."]


def test_inhabitants_counted_in_several_territories_are_not_added_up():
    communes = make_communes()
    twice = make_beyond([0.5] * 9, 2 * communes["population"].to_numpy())
    assert web_themes.list_beyond_themes(communes, twice, mot="territoire")[0]["notes"] == []


def test_an_access_that_is_a_mean_says_so():
    communes = make_communes()
    rows = pd.DataFrame({
        "code_insee": communes.index, "categorie": "ccas", "libelle": "CCAS", "valeur": 3.0, "unite": "km", "seuils": [(5, 10)] * 9,
        "complet": True, "nb_sites": 2, "titre": "Distance moyenne", "mesure": "distance moyenne des habitants, km",
    })  # fmt: skip
    (theme,) = web_themes.list_access_themes(communes, rows)
    assert theme["libelle"] == "Distance moyenne : CCAS" and theme["dit"] == "CCAS, distance moyenne"
    assert theme["mesure"].startswith("distance moyenne des habitants")
    assert "dit" not in web_themes.list_access_themes(communes, rows.drop(columns=["titre", "mesure"]))[0]


def test_the_discordance_names_the_territories_it_is_of():
    communes, couches = make_communes(), make_view()["couches"]
    table = pd.DataFrame({"epci": ["e1", "e2"], "couche": "CIAS", "valeur": [1.5, 1.0]})
    nobody = pd.DataFrame(columns=["couche", "code_insee"])
    (theme,), _ = web_themes.list_discordance_themes(communes, table, nobody, couches, mots=("département", "départements"))
    assert "par département" in theme["mesure"] and "1 département" in [each[6] for each in theme["classes"]]
