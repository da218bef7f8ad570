"""Which unit is which actor: by identifier, by SIREN, by being alone of its kind; never by guess."""

import numpy as np
import pandas as pd
from jouets_besoins import make_actors, make_tables

from diagnostic.measure import bodies


def reach_of(*pairs):
    return pd.DataFrame(pairs, columns=["acteur_id", "code_insee"]).assign(lien="ressort")


def match(tables, reach):
    found = bodies.match_bodies(tables, tables["acteurs"], reach)
    return found[["code_insee", "couche", "unite_id", "acteur_id"]].values.tolist()


def test_kinds_are_read_in_the_code_then_in_the_label():
    labels = {"BV": "Bassins de vie 2022", "CAF": "Caisses", "FICTIF_MSA_TERRITOIRES": "FICTIF MSA TERRITOIRES", "Z": "Zones"}
    couches = pd.DataFrame({"libelle": labels})
    assert bodies.name_kinds(couches).tolist() == ["BASSIN_DE_VIE", "CAF", "MSA_TERRITOIRE", np.nan]
    assert len(bodies.name_kinds(couches.iloc[:0])) == 0


def test_an_actor_alone_of_its_kind_is_the_unit_alone_of_its_layer():
    held = [("43001", "CAF", "F", 1.0), ("63003", "CAF", "F", 1.0)]
    tables = make_tables({"categorie": "caf"}, couches=[("CAF", "Caf")], affectation=held)
    assert match(tables, reach_of(["a0", "43001"])) == [["43001", "CAF", "F", "a0"]]


def test_two_units_or_two_actors_are_nobody():
    two = [("43001", "CAF", "F", 0.5), ("43001", "CAF", "G", 0.5)]
    tables = make_tables({"categorie": "caf"}, {"categorie": "caf"}, couches=[("CAF", "Caf")], affectation=two)
    assert match(tables, reach_of(["a0", "43001"])) == []
    tables = make_tables({"categorie": "caf"}, {"categorie": "caf"}, couches=[("CAF", "Caf")], affectation=two[:1])
    assert match(tables, reach_of(["a0", "43001"], ["a1", "43001"])) == []


def test_the_identifier_of_the_body_and_its_siren_win_everywhere():
    tables = make_tables({"siren": "244301016"}, {}, couches=[("EPCI", "EPCI"), ("S", "Secteurs")], affectation=[
        ("43001", "EPCI", "244301016", 1.0), ("43001", "S", "s1", 1.0), ("43002", "S", "s2", 1.0)])  # fmt: skip
    units = tables["unites"].assign(organisme_id=[None, "A1", None])
    assert match(tables | {"unites": units}, reach_of()) == [["43001", "EPCI", "244301016", "a0"], ["43001", "S", "s1", "a1"]]
    # A number of a unit is no identifier of an actor; a body of two units is neither.
    numbered = tables["acteurs"].assign(acteur_id=["s1", "s2"], siren=None)
    assert match(tables | {"acteurs": numbered}, reach_of()) == []
    shared = tables["unites"].assign(organisme_id=[None, "a1", "a1"])
    assert match(tables | {"unites": shared, "acteurs": tables["acteurs"].assign(siren=None)}, reach_of()) == []


def test_the_territories_an_actor_states_have_their_names():
    actors = make_actors({"territoires": ("1", "epci:2", "63004", "Ailleurs", "1")}, {})
    named = bodies.name_jurisdictions(make_tables(), actors)
    assert named.to_dict() == {"a0": ("CC Une", "CC Deux", "Dé", "Ailleurs")}
    assert len(bodies.name_jurisdictions(make_tables(), actors.iloc[:0])) == 0
