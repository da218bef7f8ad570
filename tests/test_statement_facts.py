"""What the statements read: members, dispositifs, participations, grounds, and who may be named where."""

import pandas as pd
import pytest
from jouets_constats import DATE, actors, devices, make_results, make_tables, parts, places

from diagnostic.measure.constats import statement_facts as facts


def test_members_are_those_of_the_networks_in_order_with_every_column():
    bare = pd.DataFrame({"acteur_id": ["b", "a", "c", "a"], "dans_reseau": [True, True, False, True]})
    members = facts.list_members({"acteurs": bare})
    assert members["acteur_id"].tolist() == ["a", "b"]
    assert members["themes"].isna().all() and "dans_reseau" in members
    assert len(facts.list_members({"acteurs": bare.drop(columns="dans_reseau")})) == 3


def test_an_imported_contract_is_no_dispositif_of_the_inventory():
    tables = make_tables(dispositifs=devices("Q:PAT P:CTG", fichier={"Q": "imports/anct.xlsx"}))
    assert facts.list_dispositifs(tables)["dispositif_id"].tolist() == ["P"]
    assert facts.list_grounds(tables)["dispositif_id"].unique().tolist() == ["P"]
    assert len(facts.list_grounds(tables)) == 4


def test_participants_and_bearers_are_known_actors_once():
    tables = make_tables(dispositifs=devices(porteur_id={"P": "e", "Q": "inconnu"}), participations=parts("a:P a:P:pilotage x:P a:Z b:Q"))
    found = facts.list_participants(tables, make_results(tables, {"acteurs"}))
    assert found.values.tolist() == [["a", "P"], ["e", "P"], ["b", "Q"]]


def lay(**written):
    return devices(" ".join(f"{key}:PAT" for key in written), territoires=written)


def test_the_ground_of_a_dispositif_is_the_communes_of_what_is_written_for_it():
    rows = lay(P=("1", "1"), Q=("CC Deux", "43001"), R=("Allègre",), S=("nulle part",), T=())
    found = facts.list_grounds(make_tables(dispositifs=rows)).groupby("dispositif_id")["code_insee"].agg(list).to_dict()
    assert found == {"P": ["43001", "43002"], "Q": ["43001", "43003", "43004"], "R": ["43003"]}


def test_a_territory_that_merely_crosses_what_is_written_adds_no_commune():
    tables = make_tables(dispositifs=lay(P=("1",), Q=("2",), R=("BV",)))
    # A bassin de vie over one commune of each EPCI: the reader says that P and Q touch it.
    place = pd.DataFrame({"nom": ["Bassin"], "type": ["autre"]}, index=["autre:BV"])
    tables["territoires"] = pd.concat([tables["territoires"], place])
    held = pd.DataFrame([("43002", "autre:BV"), ("43003", "autre:BV")], columns=["code_insee", "territoire_id"])
    tables["appartenance"] = pd.concat([tables["appartenance"], held])
    tables["dispositifs_territoires"] = places("P:BV Q:BV R:BV", prefix="autre")
    found = facts.list_grounds(tables).groupby("dispositif_id")["code_insee"].agg(list).to_dict()
    assert found == {"P": ["43001", "43002"], "Q": ["43003", "43004"], "R": ["43002", "43003"]}


def test_a_dispositif_written_wide_is_no_ground_whatever_else_is_written():
    rows = lay(P=("43",), Q=("Haute-Loire", "1"), R=("perimetre",), S=("1",))
    assert facts.list_grounds(make_tables(dispositifs=rows))["dispositif_id"].unique().tolist() == ["S"]


def test_a_name_that_two_communes_share_is_no_ground():
    tables = make_tables(dispositifs=lay(P=("Agnat",), Q=("Aiguilhe",)))
    tables["communes"] = tables["communes"].assign(nom=["Agnat", "Aiguilhe", "AGNAT", "Alleyrac"])
    assert facts.list_grounds(tables).values.tolist() == [["Q", "43002"]]


def test_the_date_is_that_of_the_edition_or_today():
    assert facts.date_edition({"reglages": {"date_edition": DATE}}) == DATE
    today = pd.Timestamp.today().normalize()
    assert facts.date_edition({}) >= today and facts.date_edition({"reglages": {"date_edition": pd.NaT}}) >= today


@pytest.mark.parametrize(("cell", "full"), [((), False), (None, False), (("x",), True), ("x", True), (0, True), (float("nan"), False)])
def test_what_is_filled(cell, full):
    assert facts.is_filled(pd.Series([cell], dtype=object)).tolist() == [full]


def test_items_carry_their_identifier_where_an_edition_looks_for_it():
    items = facts.list_items("acteur", ["a"], nom="A", detail=["d"])
    assert items.iloc[0][["acteur_id", "nom", "detail", "edition"]].tolist() == ["a", "A", "d", "interne"]
    assert items["dispositif_id"].isna().all()
    assert facts.list_items("dispositif", ["P"])["dispositif_id"].tolist() == ["P"]
    assert facts.list_items("theme", []).columns.tolist() == facts.ITEM_COLUMNS


def test_rows_are_sorted_by_name_and_nothing_comes_back_into_an_empty_table():
    members = facts.list_members({"acteurs": actors(nom={"a": "Zoé", "b": None, "d": "Abri", "e": "Abri"})})
    assert facts.list_actors(members, "x")["identifiant"].tolist() == ["d", "e", "a", "b"]
    details = pd.Series(["1", "2", "3", "4"], index=members.index)
    assert not len(facts.list_actors(members.iloc[:0], details, edition=details))
    assert facts.list_actors(members.iloc[1:2], details)["detail"].tolist() == ["2"]


def test_who_may_be_named_outside():
    rows = actors(diffusion={"a": "public", "b": None, "d": "partenaires", "e": "interne"})
    assert facts.find_editions(rows).tolist() == ["publique", "partenaires", "partenaires", "interne"]
    assert facts.find_editions(rows.assign(lieu_domicile=True)).eq("interne").all()
    assert facts.find_editions(devices(diffusion={"P": "public", "Q": None})).tolist() == ["publique", "partenaires"]


def test_an_answer_has_its_counts_or_its_reason():
    figures, items = facts.refuse("rien (feuille liens)")
    assert figures == {"raison_absence": "rien (feuille liens)"} and not len(items)
    figures, items = facts.report("Sur 2, 1", 1, 2)
    assert figures == {"phrase": "Sur 2, 1", "numerateur": 1.0, "denominateur": 2.0, "raison_absence": ""} and not len(items)


def test_sides_of_mixed_members():
    sides = facts.mark_sides(pd.Series(["social", "mixte", "autre"]), pd.Series(["I", "J", "K"]))
    assert sides.values.tolist() == [[True, False], [True, True], [False, False]]
