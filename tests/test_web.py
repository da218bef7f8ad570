"""The web map: what the page carries, how sure, and the same at each run; without a browser."""

import json
import re

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from diagnostic.draw.web import draw_web_map
from diagnostic.write.offline import render_offline


def make_communes(side=3):
    """A square of side x side communes of 0.1 degree; the first is 00000, one row after another from the south-west."""
    corners = [(column, row) for row in range(side) for column in range(side)]
    codes = [f"{n:05d}" for n in range(side * side)]
    squares = [shapely.box(3 + x / 10, 45 + y / 10, 3.1 + x / 10, 45.1 + y / 10) for x, y in corners]
    table = {
        "nom": [f"Commune {code}" for code in codes],
        "population": [100.0 * (n + 1) for n in range(len(codes))],
        "epci": ["e1" if x == 0 else "e2" for x, _ in corners],
        "epci_nom": ["CC Ouest" if x == 0 else "CC Est" for x, _ in corners],
        "departement": "63",
        "departement_nom": "Puy-de-Dôme",
        "mairie_lon": [3.05 + x / 10 for x, _ in corners],
        "mairie_lat": [45.05 + y / 10 for _, y in corners],
    }
    return gpd.GeoDataFrame(table, geometry=squares, crs=4326, index=pd.Index(codes, name="code_insee"))


def make_view():
    """Two layers (one with a shared commune and one without unit), five actors, three links, and one of each other layer."""
    affectation = pd.DataFrame(
        [(f"{n:05d}", "EPCI", "e1" if n % 3 == 0 else "e2", 1.0) for n in range(9)]
        + [("00000", "CIAS", "c1", 1.0), ("00001", "CIAS", "c1", 0.25), ("00001", "CIAS", "c2", 0.75), ("00002", "CIAS", "c2", np.nan)],
        columns=["code_insee", "couche", "unite_id", "part"],
    )  # fmt: skip
    acteurs = pd.DataFrame(
        {
            "acteur_id": ["a", "b", "c", "d", "e"],
            "nom": ["Crèche", "Centre social", "Bus des droits", "Association", "Voisin"],
            "categorie_libelle": ["Crèche", "Centre social", "France services", "Association", "Association"],
            "rubrique_libelle": ["Enfance", "Vie sociale", "Droits", "Vie sociale", "Vie sociale"],
            "champ": ["social", "mixte", "social", "autre", "autre"],
            "code_insee": ["00000", "00000", "00001", np.nan, "99999"],
            "lon": [np.nan, 3.051, 3.15, np.nan, 4.0],
            "lat": [np.nan, 45.051, 45.05, np.nan, 46.0],
            "themes": [("Enfance",), (), (), (), ()],
            "mobile": pd.array([False, pd.NA, True, False, False], "boolean"),
            "source": ["Caf", "FICTIF", "FICTIF", "Caf", "Caf"],
            "hors_territoire": [False, False, False, False, True],
        }
    )
    return {
        "couches": pd.DataFrame(
            {"libelle": ["EPCI", "CIAS"], "millesime": ["2026", "2025"], "source": ["INSEE", "FICTIF"]}, index=["EPCI", "CIAS"]
        ),
        "unites": pd.DataFrame(
            {"couche": ["EPCI", "EPCI", "CIAS"], "unite_id": ["e1", "e2", "c1"], "unite_nom": ["CC Ouest", "CC Est", "CIAS un"]}
        ),
        "affectation": affectation,
        "millefeuille": pd.DataFrame({"nb_unites": [2, 3, 2] + [1] * 6}, index=[f"{n:05d}" for n in range(9)]),
        "acteurs": acteurs,
        "liens": pd.DataFrame(
            {"source_id": ["a", "a", "a"], "cible_id": ["b", "c", "d"], "type": "c", "type_libelle": "Coopération"}
        ),
        "mentions": ["Couverture : 1 EPCI sur 2"],
        "atomes": pd.DataFrame({"code_insee": [f"{n:05d}" for n in range(8)], "atome_id": (["A1", "A2", "A2"] * 3)[:8]}),
        "discordance": pd.DataFrame({"epci": ["e1", "e2"], "couche": "CIAS", "valeur": [1.5, 1.0]}),
        "minoritaires": pd.DataFrame({"couche": ["CIAS", "CIAS", "AUTRE"], "code_insee": ["00003", "99999", "00004"]}),
        "paires": pd.DataFrame({
            "territoire_id": ["perimetre", "departement:63"], "couche_a": "EPCI", "couche_b": "CIAS", "nb_unites_a": 2, "nb_a_dans_b": 1,
            "nb_a_inconnus": 0, "nb_unites_b": 2, "nb_b_dans_a": 0, "nb_b_inconnus": 1,
        }),
        "acces": pd.DataFrame({
            "code_insee": [f"{n:05d}" for n in range(8)], "categorie": "creche", "libelle": "Crèche", "valeur": np.arange(8) * 2.5,
            "unite": "km", "seuils": [(5.0, 10.0)] * 8, "complet": False, "nb_sites": 1,
        }),
        "etats": pd.DataFrame({
            "code_insee": ["00000", "00001", "00002"], "categorie": "creche", "libelle": "Crèche",
            "statut": ["present", "absent_verifie", "on ne sait"], "age_text": "2 mois d'âge médian.",
        }),
        "dispositifs": pd.DataFrame({
            "dispositif_id": ["ctg", "pat", "loin"], "nom": ["CTG", "PAT", "Ailleurs"], "type_libelle": ["Convention", "Projet", None],
            "stade_libelle": ["Diagnostic", None, None], "territoires": [("e1",), ("00001",), ("99999",)],
        }),
        "participations": pd.DataFrame({
            "acteur_id": ["a", "b", "a", "parti"], "dispositif_id": ["ctg", "ctg", "pat", "ctg"],
            "stade_libelle": ["Émergence", "Diagnostic", None, "Diagnostic"],
            "role_libelle": ["Pilotage", "Animation", "Animation", "Pilotage"],
        }),
        "stades": ["Émergence", "Diagnostic"],
    }  # fmt: skip


CAPTION = {"titre": "Qui intervient où ?", "sources": ["INSEE 2026"], "date": "21/11/2026", "edition": "publique"}


def read_data(html):
    return json.loads(re.search(r'id="donnees">(.*?)</script>', html, re.S)[1])


def test_units_of_each_commune_are_one_number_or_parts():
    data = read_data(render_offline(draw_web_map(make_communes(), make_view(), **CAPTION)))
    epci, cias = data["couches"]
    # Units are in the order of their names: CC Est, CC Ouest; c2 has no name and keeps its code.
    assert epci["unites"] == [["CC Est", 6, 3300], ["CC Ouest", 3, 1200]]
    assert epci["index"] == [1, 0, 0] * 3
    # 100 and a quarter of 200; the part of 00002 in c2 is not known, and neither are its inhabitants.
    assert cias["unites"] == [["CIAS un", 2, 150], ["c2", 2, None]]
    # An unknown part is written as such: it is not the whole commune.
    assert cias["index"] == [0, [[1, 0.75], [0, 0.25]], [[1, None]], *[-1] * 6]
    assert (epci["couche"], cias["couche"]) == ("EPCI", "CIAS")
    assert (cias["nb_plusieurs"], cias["nb_sans"], cias["pop_sans"]) == (1, 6, 3900)
    assert data["paires"] == [[0, 1, 2, 1, 0, 2, 0, 1]]


def test_rows_in_another_order_give_the_same_page():
    view = make_view()
    shuffled = view | {
        "affectation": view["affectation"].sample(frac=1, random_state=3),
        "unites": view["unites"].iloc[::-1],
    }
    pages = [render_offline(draw_web_map(make_communes(), each, **CAPTION)) for each in (view, view, shuffled)]
    assert pages[0] == pages[1] == pages[2]


def test_links_not_drawn_are_counted():
    data = read_data(render_offline(draw_web_map(make_communes(), make_view(), **CAPTION)))
    # a-b has two points; c is mobile and d has no place.
    assert data["liens"] == {"types": ["Coopération"], "traits": [[0, 1, 0]], "nb": 3, "nb_non_traces": 2}


def test_links_to_an_actor_left_out_of_the_edition_are_not_drawn():
    view = make_view()
    view["acteurs"] = view["acteurs"].iloc[:1]
    assert read_data(render_offline(draw_web_map(make_communes(), view, **CAPTION)))["liens"]["nb_non_traces"] == 3


def test_the_page_says_what_it_is():
    html = render_offline(draw_web_map(make_communes(), make_view(), **CAPTION))
    assert '<html lang="fr">' in html
    assert "<title>Qui intervient où ?</title>" in html
    assert 'name="viewport"' in html
    for told in (
        "INSEE 2026",
        "Inventaire non exhaustif",
        "Couverture : 1 EPCI sur 2.",
        "Édition publique, 21/11/2026",
    ):
        assert told in html
    assert "Contient des données FICTIVES, inventées pour l&#x27;exemple : 2 acteurs, 1 couche." in html


def test_nothing_invented_nothing_said():
    assert "FICTIVE" not in render_offline(draw_web_map(make_communes(), {}, **CAPTION))


def test_an_empty_view_still_draws_the_ground():
    data = read_data(render_offline(draw_web_map(make_communes(), {}, **CAPTION)))
    assert len(data["communes"]["formes"]) == 9
    assert (data["couches"], data["themes"], data["acteurs"]["nom"], data["liens"]["nb"]) == ([], [], [], 0)
    assert (data["atomes"]["groupes"], data["dispositifs"]["nom"], data["paires"]) == ([], [], [])


def test_arguments_are_left_as_they_were():
    communes, view = make_communes(), make_view()
    before = {name: table.copy() for name, table in view.items() if name not in ("mentions", "stades")}
    draw_web_map(communes, view, **CAPTION)
    pd.testing.assert_frame_equal(communes, make_communes())
    for name, table in before.items():
        pd.testing.assert_frame_equal(view[name], table)
