"""What is expected, where, and in which state it is."""

import numpy as np
import pandas as pd
import pytest
from jouets_attendus import CODES, COMMUNES, DATE, RULE, make_dossier, make_rules
from jouets_reseau import shuffle

from diagnostic.measure.manques.expected import (
    COLUMNS,
    STATES,
    find_expected,
    list_expected_rules,
    read_rules,
    summarise_expected,
)
from diagnostic.vocabulary import read_list, read_vocabulary

CCAS = {"attendu_id": "ccas", "population_min": "1500", "seuil_compris": "oui", "sauf_couche": "CIAS"}
EPCI = {"echelle": "epci", "code": "conseil_developpement", "population_min": "10000", "seuil_compris": "non"}


def find(*rules, date=DATE, acces=None, listes=(), **dossier):
    return find_expected(make_rules(*rules), make_dossier(**dossier), date=date, acces=acces, listes_completes=listes)


def states(rows):
    return dict(zip(rows["territoire_id"].str.split(":").str[1], rows["etat"], strict=True))


# --- the list that the software ships -----------------------------------------------------------------------------
def test_shipped_expectations_use_known_words_and_say_what_was_read():
    shipped = read_vocabulary("attendus")
    assert list(shipped) == list(RULE)
    assert 15 <= len(shipped) <= 25
    assert shipped["attendu_id"].is_unique
    lists = {"categorie": read_list("categories"), "acces": read_list("categories"), "dispositif": read_list("dispositifs")}
    for row in shipped.to_dict("records"):
        assert set(row["code"].split(";")) <= set(lists[row["objet"]].index), row["attendu_id"]
        assert set(filter(None, row["categories_requises"].split(";"))) <= set(lists["categorie"].index)
        assert row["base"]
        assert row["source"]
    assert set(shipped["echelle"]) <= {"commune", "epci", "bassin_vie", "departement"}
    assert set(shipped["force"]) == {"obligation", "pratique", "choix"}
    assert set(shipped["verification"]) <= {"lu", "à vérifier", "sans objet"}
    assert set(shipped["retenu"]) <= {"", "non"}
    layers = set(read_vocabulary("noms_couches")["couche"])
    assert set(filter(None, shipped["sauf_couche"])) <= layers
    # A threshold says which population it counts; an obligation whose text was not read says so.
    assert shipped.loc[shipped["population_min"] != "", "population_reference"].isin(["municipale", "totale", "non dit"]).all()
    assert (shipped["source"].str.contains("non lu") == (shipped["verification"] == "à vérifier")).all()


def test_shipped_expectations_run_and_every_state_is_a_known_one():
    rows = find_expected(read_vocabulary("attendus"), make_dossier("ccas@43001 mdph@43", "CTG@A"), date=DATE)
    assert list(rows) == list(COLUMNS)
    assert set(rows["etat"]) <= set(STATES)
    assert not rows.duplicated(["attendu_id", "territoire_id"]).any()
    assert "vie_sociale" not in set(rows["attendu_id"])  # set aside unless the group takes it


# --- thresholds ---------------------------------------------------------------------------------------------------
def test_a_threshold_included_or_not_and_places_just_under_it():
    rows = find(CCAS)
    # 1 500 reached; 1 499 within 5 %; 1 424 just beyond it (1 425); 1 575 on the other edge; an unknown population.
    assert dict(zip(rows["territoire"], rows["seuil"], strict=True)) == {
        "Un": "atteint", "Deux": "sous_le_seuil", "Quatre": "atteint", "Cinq": "atteint", "Six": "inconnu",
    }  # fmt: skip
    assert rows.set_index("territoire")["proche_du_seuil"].to_dict() == {
        "Un": True, "Deux": True, "Quatre": False, "Cinq": True, "Six": False,
    }  # fmt: skip
    assert states(rows) == {
        "43001": "non_renseigne", "43002": "a_verifier", "43004": "non_renseigne", "63001": "non_renseigne", "63002": "non_renseigne",
    }  # fmt: skip
    strict = find(CCAS | {"seuil_compris": "non"})
    assert dict(zip(strict["territoire"], strict["seuil"], strict=True))["Un"] == "sous_le_seuil"
    # Under the threshold, and there all the same: nothing to verify.
    assert "Deux" not in set(find(CCAS, acteurs="ccas@43002")["territoire"])
    # The text counts the population that we hold: under is under.
    assert "Deux" not in set(find(CCAS | {"population_reference": "municipale"})["territoire"])


def test_an_epci_cut_by_the_perimeter_is_known_only_when_its_inside_is_enough():
    dossier = make_dossier(couverture=[("perimetre", "*", "complet")])
    whole = find_expected(make_rules(EPCI | {"population_min": "4000"}), dossier, date=DATE)
    assert whole.set_index("territoire")["etat"].to_dict() == {"CC A": "absent_verifie", "CC B": "absent_verifie"}
    cut = dossier | {"unites_coupees": pd.DataFrame({"couche": ["EPCI"], "unite_id": ["A"]})}
    enough = find_expected(make_rules(EPCI | {"population_min": "4000"}), cut, date=DATE)
    assert enough.set_index("territoire")["seuil"].to_dict() == {"CC A": "atteint", "CC B": "atteint"}
    short = find_expected(make_rules(EPCI), cut, date=DATE).set_index("territoire")
    assert short.loc["CC A", ["etat", "seuil", "population"]].tolist() == ["non_renseigne", "inconnu", 4423]
    assert "on ne sait pas" in short.loc["CC A", "raison"]
    # CC B: one commune without known population, but the others pass the threshold.
    assert short.loc["CC B", ["etat", "seuil", "population"]].tolist() == ["absent_verifie", "atteint", 13575]


def test_an_epci_cut_by_the_perimeter_is_counted_whole_when_the_communes_outside_are_known():
    dossier = make_dossier()
    inside = dossier["communes"].reindex(columns=["population", "epci"])
    outside = pd.DataFrame({"population": [6000.0], "epci": ["A"]}, index=["99001"])
    cut = dossier | {"unites_coupees": pd.DataFrame({"couche": ["EPCI"], "unite_id": ["A"]})}
    beyond = pd.concat([inside, outside])
    asked = make_rules(EPCI | {"population_min": "10000"})  # 4 423 inside, 6 000 outside
    rows = find_expected(asked, cut | {"voisines": beyond}, date=DATE).set_index("territoire")
    assert rows.loc["CC A", ["seuil", "population"]].tolist() == ["atteint", 4423]
    beyond.loc["99001", "population"] = None
    rows = find_expected(asked, cut | {"voisines": beyond}, date=DATE).set_index("territoire")
    assert rows.loc["CC A", "seuil"] == "inconnu"
    beyond.loc["99001", "population"] = 100.0
    rows = find_expected(asked, cut | {"voisines": beyond}, date=DATE)
    assert "CC A" not in set(rows["territoire"])  # well under: not concerned


# --- states -------------------------------------------------------------------------------------------------------
def test_present_absent_unknown_and_the_most_precise_coverage():
    said = [("perimetre", "*", "complet"), ("B", "ccas", "partiel"), ("63001", "ccas", "complet")]
    rows = find(CCAS, acteurs="ccas@43001", couverture=said)
    assert states(rows) == {
        "43001": "present", "43002": "a_verifier", "43004": "non_renseigne", "63001": "absent_verifie", "63002": "non_renseigne",
    }  # fmt: skip
    assert rows.set_index("territoire")["nb_acteurs"].to_dict() == {"Un": 1, "Deux": 0, "Quatre": 0, "Cinq": 0, "Six": 0}
    # An obligation that is not known to be met is kept inside.
    assert rows.set_index("territoire")["edition"].to_dict() == {
        "Un": "publique", "Deux": "interne", "Quatre": "interne", "Cinq": "interne", "Six": "interne",
    }  # fmt: skip
    choice = find(CCAS | {"force": "choix"}, couverture=said)
    assert set(choice["edition"]) == {"publique"}


def test_an_actor_that_states_the_epci_reaches_its_communes_a_seat_only_its_own():
    assert states(find({}, acteurs="ccas@A"))["43003"] == "present"
    seat = states(find({}, acteurs="ccas@43001"))
    assert seat["43001"] == "present"
    assert seat["43002"] == "non_renseigne"
    assert states(find({"echelle": "epci"}, acteurs="ccas@43001")) == {"A": "present", "B": "non_renseigne"}
    assert states(find({"echelle": "departement"}, acteurs="ccas@A")) == {"43": "present", "63": "non_renseigne"}


def test_any_of_the_codes_answers_but_all_must_be_complete():
    rule = {"code": "centre_social;evs", "echelle": "epci", "force": "choix"}
    assert states(find(rule, acteurs="evs@43001", couverture=[("B", "evs", "complet")])) == {"A": "present", "B": "non_renseigne"}
    both = [("B", "evs", "complet"), ("B", "centre_social", "complet")]
    assert states(find(rule, acteurs="evs@43001", couverture=both))["B"] == "absent_verifie"


@pytest.mark.parametrize(
    "given",
    [{"couches": "CIAS:43001=u"}, {"acteurs": "cias@43001"}, {"acteurs": "cias@A"}, {"acteurs": "cias@43002"}],
)
def test_a_cias_may_lift_a_ccas_by_its_layer_or_by_its_actor(given):
    rows = find(CCAS, couverture=[("perimetre", "*", "complet")], **given).set_index("territoire")
    assert rows.loc["Un", "etat"] == "a_verifier"
    assert "CIAS" in rows.loc["Un", "raison"]
    assert rows.loc["Quatre", "etat"] == "absent_verifie"


def test_an_epci_lifts_only_when_it_holds_what_is_expected():
    rule = {"code": "rpe", "population_min": "10000", "seuil_compris": "non", "sauf_couche": "EPCI"}
    complete = [("perimetre", "*", "complet")]
    assert states(find(rule, couverture=complete))["43004"] == "absent_verifie"
    assert states(find(rule, couverture=complete, acteurs="rpe@63001"))["43004"] == "a_verifier"
    assert states(find(rule, couverture=complete, acteurs="rpe@B"))["43004"] == "present"


def test_required_categories_restrict_where_it_is_expected():
    rule = {"objet": "dispositif", "code": "ABS", "categories_requises": "ccas"}
    assert find(rule).empty
    assert find(rule, acteurs="ccas@43001 ccas@63002")["territoire"].tolist() == ["Un", "Six"]


# --- dates --------------------------------------------------------------------------------------------------------
def test_not_due_yet():
    rule = {"depuis": "2026-01-01", "population_min": "10000"}
    assert states(find(rule, date=pd.Timestamp("2025-12-31")))["43004"] == "a_venir"
    assert states(find(rule, date=pd.Timestamp("2026-01-01")))["43004"] == "non_renseigne"


def test_an_analysis_of_needs_is_due_by_the_end_of_its_year_and_an_older_one_does_not_count():
    rule = {"objet": "dispositif", "code": "ABS", "echeance_annee": "2027"}
    said = [("perimetre", "ABS", "complet")]
    dossier = make_dossier("", "ABS@43001 ABS@43002 ABS@43003 ABS@43004", couverture_dispositifs=said)
    dossier["dispositifs"]["annee_diagnostic"] = [2027, 2021, np.nan, np.nan]
    dossier["dispositifs"]["date_debut"] = pd.to_datetime([None, None, None, "2026-10-01"])
    before = states(find_expected(make_rules(rule), dossier, date=pd.Timestamp("2027-12-31")))
    assert before == dict.fromkeys(CODES, "a_venir") | {"43001": "present", "43004": "present"}
    after = find_expected(make_rules(rule), dossier, date=pd.Timestamp("2028-01-01")).set_index("territoire")
    assert after["etat"].to_dict() == {
        "Un": "present", "Deux": "absent_verifie", "Trois": "non_renseigne", "Quatre": "present", "Cinq": "absent_verifie",
        "Six": "absent_verifie",
    }  # fmt: skip
    assert "sans année" in after.loc["Trois", "raison"]


# --- dispositifs and layers ---------------------------------------------------------------------------------------
def test_a_dispositif_must_cover_the_whole_territory_and_still_run():
    rule = {"objet": "dispositif", "code": "CTG", "echelle": "epci", "force": "pratique"}
    assert states(find(rule, dispositifs="CTG@A CTG@43004+63001")) == {"A": "present", "B": "a_verifier"}
    assert states(find(rule, dispositifs="CTG@43004+63001 CTG@63002"))["B"] == "present"
    dossier = make_dossier("", "CTG@A", couverture_dispositifs=[("A", "*", "complet")])
    dossier["dispositifs"]["date_fin"] = pd.to_datetime(["2026-11-20"])
    assert states(find_expected(make_rules(rule), dossier, date=DATE)) == {"A": "absent_verifie", "B": "non_renseigne"}


def test_the_layer_of_the_same_code_answers_too():
    rule = {"objet": "dispositif", "code": "PAT", "echelle": "epci"}
    assert states(find(rule, couches="PAT:43001,43002,43003,43004=p")) == {"A": "present", "B": "a_verifier"}
    gal = {"code": "gal", "echelle": "epci"}
    assert states(find(gal, couches="GAL:43001,43002,43003=g")) == {"A": "present", "B": "non_renseigne"}


def test_the_coverage_of_actors_says_nothing_of_dispositifs():
    rule = {"objet": "dispositif", "code": "CTG", "echelle": "epci"}
    assert states(find(rule, couverture=[("perimetre", "*", "complet")])) == {"A": "non_renseigne", "B": "non_renseigne"}
    dossier = make_dossier()
    del dossier["couverture_dispositifs"]
    assert set(find_expected(make_rules(rule), dossier, date=DATE)["etat"]) == {"non_renseigne"}


# --- access, bassins de vie ---------------------------------------------------------------------------------------
def test_access_in_minutes_needs_a_table_and_a_complete_list():
    rule = {"objet": "acces", "code": "france_services", "minutes_max": "30", "force": "pratique"}
    assert set(find(rule)["etat"]) == {"non_renseigne"}
    assert set(find(rule)["raison"]) == {"temps de trajet inconnu"}
    acces = pd.DataFrame(
        {
            "code_insee": ["43001", "43002", "43003", "43003", "43004"], "categorie": ["france_services"] * 4 + ["ccas"],
            "minutes": [30.0, 30.5, 50.0, 10.0, 1.0],
        }
    )  # fmt: skip
    rows = find(rule, acces=acces).set_index("territoire")
    assert rows["etat"].tolist() == ["present", "non_renseigne", "present", "non_renseigne", "non_renseigne", "non_renseigne"]
    assert rows.loc["Trois", "minutes"] == 10
    assert rows["nb_acteurs"].isna().all()
    for known in ({"couverture": [("A", "france_services", "complet")]}, {"listes": ["france_services"]}):
        assert find(rule, acces=acces, **known)["etat"].tolist()[:4] == ["present", "absent_verifie", "present", "non_renseigne"]


def test_bassins_de_vie_come_from_the_layer_or_the_reason_says_it_is_not_there():
    rule = {"echelle": "bassin_vie", "code": "maison_sante", "force": "choix"}
    layer = {"couches": "BASSIN_DE_VIE:43001,43002=b1 BASSIN_DE_VIE:43003,43004=b2"}
    said = [("43003", "maison_sante", "complet"), ("43004", "*", "complet"), ("43001", "*", "complet")]
    rows = find(rule, acteurs="maison_sante@43001 maison_sante@43002", couverture=said, **layer)
    assert states(rows) == {"b1": "present", "b2": "absent_verifie"}
    assert rows["nb_acteurs"].tolist() == [2, 0]
    assert rows["population"].tolist() == [2999, 13424]
    assert rows["territoire"].tolist() == ["B1", "B2"]
    none = find(rule).iloc[0]
    assert none[["territoire_id", "etat"]].tolist() == ["", "non_renseigne"]
    assert "pas dans le dossier" in none["raison"]
    assert summarise_expected(find(rule))[["nb_concernes", "nb_seuil_incertain"]].values.tolist() == [[0, 0]]


# --- the whole against a naive loop -------------------------------------------------------------------------------
def test_the_ccas_rule_against_a_naive_loop_whatever_the_order_of_rows():
    rng = np.random.default_rng(4)
    for _ in range(20):
        places = rng.choice([*CODES, "A", "B", "43"], 3)
        actors = " ".join(f"{kind}@{place}" for kind, place in zip(rng.choice(["ccas", "cias", "mjc"], 3), places, strict=True))
        words = ([*CODES, "A", "43", "perimetre"], ["ccas", "*"], ["complet", "partiel"])
        said = [tuple(str(rng.choice(choices)) for choices in words)]
        dossier = make_dossier(actors, couverture=said)
        found = states(find_expected(make_rules(CCAS), dossier, date=DATE))
        mixed = dossier | {name: shuffle(dossier[name]) for name in ("acteurs", "acteurs_territoires", "appartenance")}
        assert states(find_expected(make_rules(CCAS), mixed, date=DATE)) == found
        for code, people in COMMUNES["population"].items():
            mine = {code, COMMUNES.loc[code, "epci"], code[:2]}
            kinds = {a.split("@")[0] for a in actors.split() if a.split("@")[1] in mine}
            places = dossier["acteurs_territoires"]
            active = places.loc[places["territoire_id"] == f"epci:{COMMUNES.loc[code, 'epci']}", "acteur_id"].str.startswith("cias").any()
            complete = any(s == "complet" and p in (mine | {"perimetre"}) for p, _, s in said)
            if "ccas" in kinds:
                wanted = "present" if not people < 1500 else None
            elif np.isnan(people):
                wanted = "non_renseigne"
            elif people < 1500:
                wanted = "a_verifier" if people >= 1425 else None
            else:
                wanted = "a_verifier" if active else "absent_verifie" if complete else "non_renseigne"
            assert found.get(code) == wanted, (code, actors, said)


# --- counts, rules in words ---------------------------------------------------------------------------------------
def test_counts_and_inhabitants_by_state_add_up():
    rows = find(CCAS, EPCI, acteurs="ccas@43001", couverture=[("63001", "*", "complet")])
    row = summarise_expected(rows).set_index("attendu_id").loc["ccas"]
    assert row[["nb_concernes", "nb_presents", "nb_absents_verifies", "nb_non_renseignes"]].tolist() == [3, 1, 1, 1]
    assert row["nb_seuil_incertain"] == 2
    assert row[["population_concernee", "population_presents", "population_absents_verifies"]].tolist() == [15075, 1500, 1575]
    table = summarise_expected(rows)
    parts = ["presents", "absents_verifies", "non_renseignes", "a_verifier", "a_venir"]
    assert (table[[f"nb_{part}" for part in parts]].sum(axis=1) == table["nb_concernes"]).all()
    assert (table[[f"population_{part}" for part in parts]].sum(axis=1) == table["population_concernee"]).all()
    assert (table["nb_concernes"] + table["nb_seuil_incertain"]).sum() == len(rows)


def test_nothing_expected():
    rows = find_expected(make_rules(), make_dossier(), date=DATE)
    assert rows.empty
    assert list(rows) == list(COLUMNS)
    assert summarise_expected(rows).empty


def test_rules_set_aside_are_listed_and_not_measured():
    rules = make_rules(CCAS, EPCI | {"retenu": "non"})
    assert set(find_expected(rules, make_dossier(), date=DATE)["attendu_id"]) == {"ccas"}
    told = list_expected_rules(rules)
    assert told["retenu"].tolist() == ["oui", "non"]
    assert told["condition"].str.replace("\u202f", " ").tolist() == [
        "commune de 1 500 habitants et plus, sauf exception (CIAS)", "EPCI de plus de 10 000 habitants",
    ]  # fmt: skip


def test_cells_typed_by_a_dossier_read_as_those_of_the_vocabulary():
    text = make_rules(CCAS | {"depuis": "2026-01-01"}, EPCI, {"retenu": "non"})
    typed = text.drop(columns="code").assign(
        codes=[("ccas",), ("conseil_developpement",), ("ccas",)], population_min=[1500.0, 10000.0, np.nan],
        seuil_compris=pd.array([True, False, None], dtype="boolean"), retenu=pd.array([None, True, False], dtype="boolean"),
        categories_requises=[()] * 3, minutes_max=np.nan, echeance_annee=np.nan, depuis=pd.to_datetime(["2026-01-01", None, None]),
        sauf_couche=["CIAS", None, None],
    )  # fmt: skip
    assert str(read_rules(typed)) == str(read_rules(text))
    assert find_expected(typed, make_dossier(), date=DATE).equals(find_expected(text, make_dossier(), date=DATE))
