"""Three states of the categories: present, absence verified, not recorded."""

import pandas as pd
from jouets_reseau import (
    make_actors,
    make_places,
    make_territories,
)  # fmt: skip

from diagnostic.measure.manques.states import list_categories
from diagnostic.schema import make_table

S, D = "social", "developpement_local"


TERRITOIRES = make_territories("perimetre", "departement:43", "epci:T1", "epci:T2")
ACTEURS = make_actors(dict.fromkeys("abc", S)).assign(
    categorie=["ccas", "ccas", "mjc"], categories_secondaires=[("evs",), (), ("ccas", "mjc")]
)
LIEUX = pd.concat(
    [make_places("a:T1 b:T1 c:T2"), pd.DataFrame({"acteur_id": ["a"], "territoire_id": "departement:43"})]
)
CATEGORIES = pd.DataFrame({"code": ["ccas", "evs", "mjc", "amap"]})


def list_states(couverture, acteurs=ACTEURS):
    rows = pd.DataFrame(couverture, columns=["territoire_id", "categorie", "statut"], dtype="str")
    table = list_categories(acteurs, LIEUX, TERRITOIRES, rows, CATEGORIES)
    return table.set_index(["territoire_id", "categorie"])


def test_main_and_secondary_categories_are_present():
    table = list_states([])
    assert list(table.index.get_level_values(0).unique()) == ["departement:43", "epci:T1", "epci:T2"]
    counts = table[["nb_acteurs", "nb_acteurs_principale"]]
    assert counts.loc["epci:T1"].values.tolist() == [[2, 2], [1, 0], [0, 0], [0, 0]]
    assert counts.loc["epci:T2"].values.tolist() == [[1, 0], [0, 0], [1, 1], [0, 0]]
    assert table.loc["epci:T2", "statut"].tolist() == ["present", "non_renseigne", "present", "non_renseigne"]


def test_nothing_is_absent_unless_the_list_is_said_complete():
    table = list_states([("T1", "amap", "complet"), ("epci:T2", "*", "complet"), ("T2", "evs", "partiel")])
    assert table.loc["epci:T1", "statut"].tolist() == ["present", "present", "non_renseigne", "absent_verifie"]
    assert table.loc["epci:T2", "statut"].tolist() == ["present", "non_renseigne", "present", "absent_verifie"]
    assert set(table.loc["departement:43", "statut"]) == {"present", "non_renseigne"}


def test_coverage_of_the_perimetre_holds_everywhere_unless_contradicted():
    table = list_states([("perimetre", "*", "complet"), ("T1", "*", "partiel"), ("perimetre", "mjc", "non_renseigne")])
    assert table.loc["epci:T2", "statut"].tolist() == ["present", "absent_verifie", "present", "absent_verifie"]
    assert table.loc["epci:T1", "statut"].tolist() == ["present", "present", "non_renseigne", "non_renseigne"]
    assert table.loc[("departement:43", "mjc"), "statut"] == "non_renseigne"


def test_two_contrary_statements_count_as_the_less_complete():
    rows = [("T1", "amap", "complet"), ("T1", "amap", "partiel")]
    assert list_states(rows).loc[("epci:T1", "amap"), "statut"] == "non_renseigne"
    assert list_states(rows[::-1]).loc[("epci:T1", "amap"), "statut"] == "non_renseigne"


def test_a_category_outside_the_list_is_still_shown_and_no_actor_is_no_absence():
    own = list_states([], ACTEURS.assign(categorie=["ccas", "ccas", "a_nous"]))
    assert own.loc[("epci:T2", "a_nous"), "statut"] == "present"
    nobody = list_categories(
        make_table("acteurs"), LIEUX.head(0), TERRITOIRES, make_table("couverture_inventaire"), CATEGORIES
    )
    assert set(nobody["statut"]) == {"non_renseigne"}
    assert len(nobody) == 12
