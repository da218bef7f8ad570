"""Three states of the places one may go to; an absence is never claimed where the edition hides somebody."""

import pytest
from jouets_besoins import make_tables

from diagnostic.measure import need_states
from diagnostic.measure.needs import read_answers

SHOP = {"categorie": "epicerie_sociale"}
WHOLE = [("epci:1", "epicerie_sociale", "complet"), ("epci:2", "epicerie_sociale", "partiel")]


def states(tables, inventaire=None, category="epicerie_sociale"):
    rows = need_states.measure_need_states(tables, inventaire)
    return rows[rows["categorie"] == category].drop_duplicates("code_insee").set_index("code_insee")["statut"].to_dict()


def test_three_states():
    assert states(make_tables(SHOP, couverture=WHOLE)) == {
        "43001": "present", "43002": "absent_verifie", "63003": "non_renseigne", "63004": "non_renseigne",
    }  # fmt: skip


def test_a_silence_hides_a_hidden_actor_in_every_commune():
    whole = make_tables(SHOP, SHOP | {"code_insee": "43002"}, couverture=WHOLE)
    shown = whole | {"acteurs": whole["acteurs"].iloc[:1]}
    assert states(shown, whole) == {"43001": "present", "43002": "non_renseigne", "63003": "non_renseigne", "63004": "non_renseigne"}
    # Hidden beside one that is shown: the commune says the same, and the others may be said.
    doubled = make_tables(SHOP, SHOP, couverture=WHOLE)
    assert states(doubled | {"acteurs": doubled["acteurs"].iloc[:1]}, doubled)["43002"] == "absent_verifie"


def test_territories_that_the_edition_empties_close_the_category_too():
    whole = make_tables(SHOP | {"territoires": ("2",)}, couverture=WHOLE)
    shown = whole | {"acteurs": whole["acteurs"].assign(territoires=[()])}
    assert states(shown, whole)["43002"] == "non_renseigne" == states(shown, whole)["63003"]


def test_what_a_text_asks_is_never_told_absent(monkeypatch):
    assert "ccas" in need_states.list_bound()
    monkeypatch.setattr(need_states, "list_bound", lambda: ["epicerie_sociale"])
    assert "absent_verifie" not in states(make_tables(SHOP, couverture=WHOLE)).values()


@pytest.mark.parametrize("code", ["centre_social"])
def test_a_unit_of_the_layer_of_the_same_code_is_there(code):
    tables = make_tables(couches=[("CENTRE_SOCIAL", "Centres")], affectation=[("43002", "CENTRE_SOCIAL", "x", None)])
    assert states(tables, category=code)["43002"] == "present"


def test_only_places_one_may_go_to_are_told_each_need_apart():
    rows = need_states.measure_need_states(make_tables())
    assert set(rows["categorie"]) == set(read_answers("categorie").query("proche")["categorie"])
    assert len(rows) == 4 * len(read_answers("categorie").query("proche"))
    assert set(rows["statut"]) == {"non_renseigne"}
