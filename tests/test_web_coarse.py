"""A country drawn by EPCI: shapes joined, inhabitants kept, what is left out told."""

import json
import re

import pandas as pd
import pytest
import shapely
from test_web import CAPTION, make_communes, make_view

from diagnostic.draw import web_coarse
from diagnostic.draw.web import draw_web_map
from diagnostic.write.offline import render_offline


def make_country():
    """Nine communes, 00008 without EPCI; CC Est is a third in each of three CIAS but one."""
    communes = make_communes()
    communes.loc["00008", ["epci", "epci_nom"]] = None
    parts = pd.DataFrame({"epci": ["e1", "e2", "e2"], "couche": "CIAS", "unite_id": ["c1", "c1", "c2"], "part": [1.0, 0.25, 0.75]})
    return communes, make_view() | {"parts": parts, "interlocuteurs": pd.Series({"e1": 2.0, "e2": 3.0})}


def test_an_epci_joins_its_communes_and_a_commune_without_epci_stays():
    communes, view = make_country()
    table, told = web_coarse.coarsen(communes, view)
    assert table["nom"].to_dict() == {"00008": "Commune 00008", "e1": "CC Ouest", "e2": "CC Est"}
    assert table["population"].sum() == communes["population"].sum()
    assert shapely.area(table.geometry.to_numpy()).sum() == pytest.approx(shapely.area(communes.geometry.to_numpy()).sum())
    # The largest commune of CC Est is 00007, that of CC Ouest 00006.
    assert table["mairie_lon"].round(2).to_dict() == {"00008": 3.25, "e1": 3.05, "e2": 3.15}
    assert told["acteurs"]["lieu_id"].tolist()[:3] == ["e1", "e1", "e2"]
    assert told["atomes"] is None and web_coarse.LEFT in told["mentions"]
    assert "EPCI" not in told["couches"].index


def test_a_category_of_most_communes_is_left_out_and_counted():
    communes, view = make_country()
    mairies = pd.DataFrame({"acteur_id": list("nopqr"), "nom": "Mairie", "champ": "mixte", "code_insee": "00004"})
    mairies["categorie_libelle"] = "Commune"
    _, told = web_coarse.coarsen(communes, view | {"acteurs": pd.concat([view["acteurs"], mairies], ignore_index=True)})
    assert told["mentions"][-1] == "Non dessinés à cette échelle : 5 acteurs, « Commune »."
    assert len(told["acteurs"]) == len(view["acteurs"])


def test_the_page_of_a_country_is_drawn_by_epci(monkeypatch):
    monkeypatch.setattr(web_coarse, "MOST_COMMUNES", 8)
    communes, view = make_country()
    html = render_offline(draw_web_map(communes, view, **CAPTION))
    data = json.loads(re.search(r'id="donnees">(.*?)</script>', html, re.S)[1])
    assert data["maille"] == "epci" and data["communes"]["nom"] == ["Commune 00008", "CC Ouest", "CC Est"]
    (cias,) = data["couches"]
    # e1 wholly in one (1200 inhabitants), e2 (2400) in two by share, the lone commune in none.
    assert cias["index"] == [-1, 0, [[1, 0.75], [0, 0.25]]] and cias["unites"][0] == ["CIAS un", 2, 1800]
    # Crèche has no point: it stands at the mairie of its own commune, 00000, not at that of the EPCI's largest.
    assert (data["acteurs"]["lat"][0], data["acteurs"]["place"][0], data["acteurs"]["commune"][0]) == (45.05, 2, 1)
    assert web_coarse.LEFT.replace("'", "&#x27;") in html
    assert not web_coarse.is_too_many(communes.head(8))


def make_compared():
    """The nine communes in two territories of their own, the last in none, with an access by territory."""
    communes, view = make_country()
    key = pd.Series(["t1"] * 4 + ["t2"] * 4, index=communes.index[:8])
    plan = {"maille": "departement", "cle": key, "noms": pd.Series({"t1": "Un", "t2": "Deux"})}
    parts = pd.DataFrame({"epci": ["t1", "t2", "t2"], "couche": "CIAS", "unite_id": ["c1", "c1", "c2"], "part": [1.0, 0.25, 0.75]})
    beyond = pd.DataFrame({
        "code_insee": ["t1", "t2"], "categorie": "ccas", "libelle": "CCAS", "seuil": 10.0, "valeur": [0.0, 0.4], "numerateur": [0.0, 1.0],
        "denominateur": [1.0, 2.5],
    })  # fmt: skip
    more = {"decoupage": plan, "parts": parts, "interlocuteurs": pd.Series({"t1": 2.0, "t2": 5.0}), "parts_au_dela": beyond}
    return communes, view | more | {"acteurs": view["acteurs"].iloc[:0], "liens": view["liens"].iloc[:0]}


def test_the_territories_compared_are_drawn_in_the_place_of_the_epci():
    communes, view = make_compared()
    table, told = web_coarse.coarsen(communes, view)
    assert table["nom"].to_dict() == {"t1": "Un", "t2": "Deux"}
    assert table["population"].to_dict() == {"t1": 1000.0, "t2": 2600.0} and web_coarse.LEFT not in told["mentions"]
    assert told["couches"].index.tolist() == view["couches"].index.tolist(), "the layer of the territories is dropped by who asks"


def test_the_page_of_territories_says_what_they_are():
    communes, view = make_compared()
    data = json.loads(re.search(r'id="donnees">(.*?)</script>', render_offline(draw_web_map(communes, view, **CAPTION)), re.S)[1])
    assert data["maille"] == "departement" and data["mots"][0] == "département" and data["ouverture"] == "millefeuille"
    assert data["familles"]["discordance"] == "Discordance avec le département"
    named = {theme["libelle"]: theme for theme in data["themes"]}
    assert named["À plus de 10 km : CCAS"]["index"] == [0, 3] and named["Mille-feuille : interlocuteurs"]["valeurs"] == [2, 5]


def test_outlines_get_coarser_while_the_page_is_too_heavy(monkeypatch):
    communes, view = make_compared()
    plain = render_offline(draw_web_map(communes, view, **CAPTION))
    asked = []
    encode = web_coarse.encode_shapes
    monkeypatch.setattr(web_coarse, "encode_shapes", lambda shapes, tolerance: asked.append(tolerance) or encode(shapes, tolerance))
    assert render_offline(draw_web_map(communes, view, **CAPTION)) == plain and asked == []
    monkeypatch.setattr(web_coarse, "MOST_DATA_BYTES", 10)
    draw_web_map(communes, view, **CAPTION)
    assert asked == list(web_coarse.TOLERANCES_M[1:]), "the coarsest at worst, never an endless search"
