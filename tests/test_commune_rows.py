"""The words of each body and line, read back through the numbers of the page, against the tables."""

import json

import numpy as np
import pandas as pd
from jouets_besoins import make_tables, measure_toy

from diagnostic.draw.commune_rows import TIMED, describe_communes, lower_first
from diagnostic.draw.escape import dump_json
from diagnostic.vocabulary import read_vocabulary

NEEDS = list(read_vocabulary("besoins")["besoin"])
SHOP = {"categorie": "epicerie_sociale"}


def describe(tables):
    return describe_communes(*measure_toy(tables))


def read_lines(told, code, need):
    """Return (name, kind, place, ressort, dispositifs, link, distance) of each line."""
    flat, qui = told["lignes"][told["code"].index(code)][NEEDS.index(need)], told["qui"]
    return [
        (qui["nom"][b], qui["genres"][qui["genre"][b]], qui["lieux"][qui["lieu"][b]], qui["ressorts"][qui["ressort"][b]],
         [told["dispositifs"][d][0] for d in qui["dispositifs"][b]], link, far)
        for b, link, far in zip(flat[::3], flat[1::3], flat[2::3], strict=True)
    ]  # fmt: skip


def test_lines_say_who_where_how_far_for_whom_and_in_which_dispositif():
    tables = make_tables(SHOP, SHOP | {"code_insee": "43002", "territoires": ("1", "2")}, dispositifs=[
        {"dispositif_id": "p", "nom": "Le PAT", "type": "PAT", "territoires": ("1",), "porteur_id": "a1"}])  # fmt: skip
    joined = pd.DataFrame({"acteur_id": ["a0", "a0"], "dispositif_id": ["p", "p"]})
    told = describe(tables | {"participations": joined})
    assert read_lines(told, "43001", "manger") == [
        ("Structure 0", "Libellé epicerie_sociale", "Aa", "", ["Le PAT"], 0, -1),
        ("Structure 1", "Libellé epicerie_sociale", "Le Bé", "CC Une et CC Deux", [], 1, 100),
    ]
    assert told["dispositifs"] == [["Le PAT", "Structure 1"]] and told["actions"][1][NEEDS.index("manger")] == [0]
    assert told["actions"][2][NEEDS.index("manger")] == []


def test_a_unit_alone_and_a_unit_that_is_an_actor():
    tables = make_tables(
        {"categorie": "caf", "territoires": ("1",), "nom": "Caf de là"}, couches=[("CAF", "Les Caf")],
        affectation=[("43001", "CAF", "F", 1.0), ("63003", "CAF", "G", 0.4), ("63004", "CAF", "H", np.nan)],
    )  # fmt: skip
    told = describe(tables)
    assert read_lines(told, "43001", "se_loger")[0][:4] == ("Caf de là", "Libellé caf", "Aa", "Les Caf : Unité F")
    assert read_lines(told, "63003", "se_loger") == [("Unité G", "Les Caf", "lieu non renseigné", "une partie de la commune", [], 1, -1)]
    assert read_lines(told, "63004", "se_loger")[0][3] == "une partie de la commune"


def test_minutes_mobiles_outside_and_themes_are_said():
    tables = make_tables(
        SHOP, {"categorie": "france_services", "mobile": True, "territoires": ("1",)}, {"categorie": "cc", "themes": ("alimentation",)},
        SHOP | {"code_insee": "15001", "commune": "Loin", "x_m": 30e3, "hors_territoire": True},
    )  # fmt: skip
    times = pd.DataFrame({"code_insee": ["43002"], "categorie": "epicerie_sociale", "site_id": "a0", "minutes": 14.6})
    told = describe(tables | {"acces_temps_communes": times})
    assert read_lines(told, "43002", "manger")[0][-2:] == (TIMED, 15)
    assert read_lines(told, "43002", "droits")[0][2] == "service itinérant"
    assert read_lines(told, "43001", "manger")[1][1] == "Libellé cc (dit y travailler)"
    assert read_lines(told, "63003", "manger")[0][2:] == ("Loin (hors du territoire étudié)", "", [], 2, 100)


def test_structures_that_read_alike_are_one_line_that_counts_them():
    told = describe(make_tables(*[{"categorie": "agriculteur", "nom": "Entreprise individuelle (nom non publié)"}] * 3))
    assert [line[0] for line in read_lines(told, "43001", "agriculture")] == ["Entreprise individuelle (nom non publié) (3 fois)"]


def test_states_are_written_once_and_nothing_is_zero():
    told = describe(make_tables(SHOP, couverture=[("epci:1", "epicerie_sociale", "complet")]))
    place = 2 * NEEDS.index("manger")
    absent, unknown = ([told["textes"][row[place + rank]] for row in told["etats"]] for rank in (0, 1))
    assert absent == ["", "libellé epicerie_sociale", "", ""] and unknown[2].startswith("libellé epicerie_sociale") is False
    assert all("autres" in text for text in unknown) and told["textes"][0] == ""
    assert len(set(told["textes"])) == len(told["textes"])
    none = 2 * NEEDS.index("mobilite")
    assert {tuple(row[none : none + 2]) for row in told["etats"]} == {(0, 0)}


def test_places_counts_and_json():
    told = describe(make_tables(SHOP))
    assert told["population"] == [900, 500, 200, None] and told["epcis"] == ["CC Deux", "CC Une"] and told["epci"] == [1, 1, 0, 0]
    assert told["comptes"] == [[1, 0, 0, 1, 1], [0, 0, 1, 1, 0], [0, 0, 1, 1, 0], [0, 0, 0, 0, 0]]
    assert json.loads(dump_json(told)) == told


def test_an_edition_without_actors_nor_units_gives_empty_lines():
    told = describe(make_tables())
    assert told["qui"]["nom"] == [] and told["lignes"] == [[[]] * len(NEEDS)] * 4


def test_order_of_rows_changes_nothing():
    tables = make_tables(SHOP, SHOP | {"code_insee": "43002", "territoires": ("1",)}, {"categorie": "ccas"})
    turned = tables | {"acteurs": tables["acteurs"].iloc[::-1]}
    assert describe(turned) == describe(tables)


def test_letters():
    assert [lower_first(word) for word in ("Cafés associatifs", "FabLabs", "Cap emploi", "Établissement")] == [
        "cafés associatifs", "FabLabs", "Cap emploi", "établissement"]  # fmt: skip
