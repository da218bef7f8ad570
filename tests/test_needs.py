"""Who answers a need: there, by its jurisdiction, or the nearest; against values by hand and a naive loop."""

import numpy as np
import pandas as pd
import pytest
from jouets_besoins import make_tables
from rapports import show_small

from diagnostic.measure import needs
from diagnostic.vocabulary import read_list, read_vocabulary

SHOP = {"categorie": "epicerie_sociale"}


def tell(rows, need, **where):
    """Return {commune: [(who, link)]} of one need."""
    rows = rows[rows["besoin"] == need]
    who = rows["acteur_id"].fillna(rows["couche"].astype(object) + "/" + rows["unite_id"].astype(object))
    held = pd.Series(list(zip(who, rows["lien"], strict=True)), index=rows["code_insee"].to_numpy(), dtype=object)
    return held.groupby(level=0).agg(list).to_dict()


# --- the vocabulary --------------------------------------------------------------------------------------------------
def test_every_category_and_theme_of_the_project_has_a_place():
    answers = read_vocabulary("besoins_reponses")
    for objet, listed in (("categorie", "categories"), ("theme", "themes")):
        codes = answers.loc[answers["objet"] == objet, "code"]
        assert set(codes) == set(read_list(listed).index), objet
    assert set(answers.loc[answers["objet"] == "dispositif", "code"]) <= set(read_list("dispositifs").index)
    layers = {*read_vocabulary("noms_couches")["couche"], *read_vocabulary("catalogue_couches")["couche"]}
    assert set(answers.loc[answers["objet"] == "couche", "code"]) <= layers


def test_answers_lead_to_a_need_once_and_say_where_they_come_from():
    answers, known = read_vocabulary("besoins_reponses"), read_vocabulary("besoins")
    assert set(answers["besoin"]) == {*known["besoin"], needs.NOBODY, needs.BY_THEMES}
    assert not answers.duplicated(["besoin", "objet", "code"]).any()
    assert (answers["source"] != "").all() and set(answers["proche"]) == {"", "oui"}
    aside = answers[answers["besoin"].isin([needs.NOBODY, needs.BY_THEMES])]
    assert not aside["code"].isin(answers.drop(aside.index).query("objet == 'categorie'")["code"]).any()
    assert aside["source"].str.contains(" : ").all()  # why
    assert set(read_vocabulary("categories").query("rubrique in @needs.WIDE_HEADINGS")["rubrique"]) == set(needs.WIDE_HEADINGS)


# --- by hand ---------------------------------------------------------------------------------------------------------
def test_there_by_jurisdiction_and_nearest():
    rows = needs.measure_needs(make_tables(SHOP, SHOP | {"code_insee": "43002", "territoires": ("1",)}))
    told = tell(rows, "manger")
    assert told == {
        "43001": [("a0", "ici"), ("a1", "ressort")],
        "43002": [("a1", "ici")],
        "63003": [("a1", "proche")],  # 10 km; a0 is 20 km away; 63004 is 70 km away: too far
    }
    far = rows.set_index(["code_insee", "acteur_id"])["distance_km"]
    assert far.loc[("63003", "a1")] == 10.0 and far.loc[("43001", "a1")] == 10.0 and far.loc[("43001", "a0")] == 0.0


def test_secondary_categories_count_and_the_nearest_is_that_of_the_category():
    tables = make_tables({"categorie": "insee", "categories_secondaires": ("epicerie_sociale",)}, SHOP | {"code_insee": "63004"})
    assert tell(needs.measure_needs(tables), "manger")["43002"] == [("a0", "proche")]


def test_who_receives_nobody_answers_no_need_even_by_a_theme():
    tables = make_tables({"categorie": "insee", "themes": ("alimentation",)}, {"categorie": "cada", "themes": ("logement",)})
    assert needs.measure_needs(tables).empty


def test_a_theme_counts_in_the_commune_and_beyond_for_who_has_a_jurisdiction():
    wide, narrow = {"territoires": ("1",), "themes": ("alimentation",)}, {"territoires": ("43",), "themes": ("alimentation",)}
    tables = make_tables(wide | {"categorie": "cc"}, narrow | {"categorie": "enseignement_superieur"}, wide)
    told = tell(needs.measure_needs(tables), "manger")
    assert told == {"43001": [("a0", "ici"), ("a1", "ici"), ("a2", "ici")], "43002": [("a0", "ressort"), ("a2", "ressort")]}


def test_a_mobile_service_reaches_its_territories_and_is_the_nearest_of_nobody():
    tables = make_tables({"categorie": "france_services", "mobile": True, "territoires": ("2",)})
    rows = needs.measure_needs(tables)
    assert tell(rows, "droits") == {"43001": [("a0", "ici")], "63003": [("a0", "ressort")], "63004": [("a0", "ressort")]}
    assert rows["distance_km"].isna().all()


def test_given_minutes_choose_the_nearest_and_are_told():
    tables = make_tables(SHOP, SHOP | {"code_insee": "43002"})
    times = pd.DataFrame({"code_insee": ["63003", "63004"], "site_id": ["a0", None], "minutes": [25.0, 9.0]}).assign(**SHOP)
    rows = needs.measure_needs(tables | {"acces_temps_communes": times})
    held = rows[rows["code_insee"] == "63003"].iloc[0]
    assert (held["acteur_id"], held["minutes"], held["distance_km"]) == ("a0", 25.0, 20.0)
    assert "63004" not in set(rows["code_insee"])  # the site of its minutes is hidden


def test_a_unit_is_a_row_unless_it_is_an_actor_already_there():
    held = [(code, "CAF", "F", 1.0) for code in ("43001", "43002")] + [("63003", "CAF", "G", 0.4), ("63003", "CAF", "H", np.nan)]
    tables = make_tables({"categorie": "caf", "territoires": ("1",)}, couches=[("CAF", "Caf")], affectation=held)
    rows = needs.measure_needs(tables)
    assert tell(rows, "se_loger") == {
        "43001": [("a0", "ici")], "43002": [("a0", "ressort")], "63003": [("CAF/G", "ressort"), ("CAF/H", "ressort")],
    }  # fmt: skip
    own = rows[(rows["code_insee"] == "43002") & (rows["besoin"] == "se_loger")].iloc[0]
    assert (own["couche"], own["unite_id"], own["part"], own["motif"]) == ("CAF", "F", 1.0, "categorie")
    assert rows.loc[rows["unite_id"] == "H", "part"].isna().all()


def test_work_comes_before_themes_then_the_closest_link():
    tables = make_tables({"themes": ("alimentation",)}, SHOP | {"code_insee": "43002", "territoires": ("1",)}, {"categorie": "ccas"})
    assert [who for who, _ in tell(needs.measure_needs(tables), "manger")["43001"]] == ["a2", "a1", "a0"]


# --- properties ------------------------------------------------------------------------------------------------------
def test_order_of_rows_changes_nothing_and_arguments_are_left_alone():
    tables = make_tables(
        SHOP, SHOP | {"code_insee": "43002", "territoires": ("1",)}, {"categorie": "caf", "territoires": ("43",), "themes": ("sante",)},
        couches=[("CAF", "Caf")], affectation=[("43001", "CAF", "F", 1.0), ("63003", "CAF", "G", 1.0)],
    )  # fmt: skip
    before = {name: table.copy() for name, table in tables.items() if isinstance(table, pd.DataFrame)}
    rows = needs.measure_needs(tables)
    for name, table in before.items():
        pd.testing.assert_frame_equal(tables[name], table)
    turned = {name: table.iloc[::-1] for name, table in before.items() if name not in ("communes", "territoires")}
    pd.testing.assert_frame_equal(needs.measure_needs(tables | turned), rows)


@pytest.mark.parametrize("kept", ["acteurs", "affectation", "communes"])
def test_without_anything_there_is_nothing(kept):
    tables = make_tables(SHOP, couches=[("CAF", "Caf")], affectation=[("43001", "CAF", "F", 1.0)])
    empty = tables | {kept: tables[kept].iloc[:0]}
    rows = needs.measure_needs(empty)
    assert list(rows.columns) == needs.ROW_COLUMNS
    # The Caf answers three needs; the shop is there, then near two communes.
    assert len(rows) == {"acteurs": 3, "affectation": 3, "communes": 0}[kept]


def test_devices_answer_by_type_or_theme_until_they_end():
    day = pd.Timestamp("2026-11-21")
    tables = make_tables(dispositifs=[
        {"dispositif_id": "pat", "type": "PAT", "territoires": ("1",)},
        {"dispositif_id": "x", "themes": ("mobilite",), "territoires": ("2",)},
        {"dispositif_id": "old", "type": "PAT", "territoires": ("1",), "date_fin": day - pd.Timedelta(days=1)},
        {"dispositif_id": "last", "type": "PAT", "territoires": ("63004",), "date_fin": day},
    ])  # fmt: skip
    rows = needs.list_devices(tables, day)
    food = rows.loc[rows["besoin"] == "manger", ["code_insee", "dispositif_id"]]
    assert food.values.tolist() == [["43001", "pat"], ["43002", "pat"], ["63004", "last"]]
    assert rows[rows["besoin"] == "mobilite"]["code_insee"].tolist() == ["63003", "63004"]


# --- a naive loop over the tables of a whole dossier -----------------------------------------------------------------
def find_by_loop(shown, code):
    """Return {(need, actor): link} of one commune, by plain loops over the tables of an edition, the nearest set apart."""
    answers = read_vocabulary("besoins_reponses").to_dict("records")
    rubrics = read_vocabulary("categories").set_index("code")["rubrique"].to_dict()
    commune, found = shown["communes"].loc[code], {}
    names = {code, commune["nom"], commune["epci"], commune["epci_nom"], commune["departement"], commune["departement_nom"]}
    names |= {f"epci:{commune['epci']}", f"departement:{commune['departement']}"}
    others = shown["appartenance"].query("code_insee == @code")["territoire_id"]
    names |= {*others, *(key.split(":")[-1] for key in others), *shown["territoires"]["nom"].reindex(others)}
    for actor in shown["acteurs"].to_dict("records"):
        here, bound = actor["code_insee"] == code, not names.isdisjoint(actor["territoires"] or ())
        if not here and not bound:
            continue
        mine = [actor["categorie"], *(actor["categories_secondaires"] or ())]
        aside = any(row["besoin"] == "aucun" and row["code"] == actor["categorie"] and row["objet"] == "categorie" for row in answers)
        broad = any(row["besoin"] == "selon_themes" and row["code"] == actor["categorie"] for row in answers)
        for row in answers:
            if row["besoin"] in ("aucun", "selon_themes"):
                continue
            by_category = row["objet"] == "categorie" and row["code"] in mine
            wide = here or broad or rubrics.get(actor["categorie"]) in ("collectivites", "organismes_publics", "securite_sociale")
            by_theme = row["objet"] == "theme" and row["code"] in (actor["themes"] or ()) and not aside and wide
            if by_category or by_theme:
                found[row["besoin"], actor["acteur_id"]] = "ici" if here else "ressort"
    return found


def test_a_naive_loop_over_a_dossier_finds_the_same_actors():
    shown = show_small("interne")
    rows = needs.measure_needs(shown)
    every = 0
    for code in shown["communes"].index:
        held = rows[(rows["code_insee"] == code) & rows["acteur_id"].notna() & (rows["lien"] != "proche") & (rows["motif"] != "couche")]
        found = {(row.besoin, row.acteur_id): row.lien for row in held.itertuples()}
        assert found == find_by_loop(shown, code), code
        every += len(found)
    assert every > 10
