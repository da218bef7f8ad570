"""What a comparison draws: one funnel a figure, one polygon a territory at any scale, asking nothing of a network."""

import json
import re
import sqlite3

import pandas as pd
import pytest
from navigateur import launch_chromium, open_offline
from test_run_comparison import compare_here

from diagnostic.run import comparison, comparison_drawing
from diagnostic.write.offline import render_offline


def read_data(html):
    return json.loads(re.search(r'id="donnees">(.*?)</script>', html, re.S)[1])


def read_page():
    return (compare_here()[0] / "sortie" / "publique" / "carte.html").read_text(encoding="utf-8")


def test_funnels_are_those_of_the_table_with_their_own_sources():
    _, asked, done = compare_here()
    gathered = comparison.gather(asked)
    figures = comparison_drawing.draw_funnels(done["resultats"], gathered)
    placed = done["resultats"]["comparaison_entonnoirs"]
    drawn = placed[placed["taux"].between(0, 1, inclusive="neither")]
    assert len(figures) == drawn["titre"].nunique() < placed["titre"].nunique(), "none where nobody is apart"
    for name, figure in figures.items():
        words = " ".join(text.get_text() for text in figure.texts).replace("\n", " ")
        assert "Sources :" in words and "Lecture :" in words, name
    assert comparison_drawing.mention(done["resultats"], gathered, subjects=["acteurs"])["edition"] == "publique"


def test_the_map_is_whole_and_closed():
    page = read_page()
    assert "non exhaustif" not in page, "no actor is drawn"
    assert "default-src 'none'" in page and "Ni classement ni note" in page and len(page.encode()) < 3_000_000


def test_the_map_says_the_figures_of_the_tables():
    data, wide = read_data(read_page()), compare_here()[2]["resultats"]["comparaison_territoires"]
    assert data["maille"] == "epci" and data["communes"]["code"] == sorted(wide.index.str.removeprefix("epci:"))
    assert [bool(shape) for shape in data["communes"]["formes"]] == [True] * 11
    (count,) = [theme for theme in data["themes"] if theme["libelle"] == "Mille-feuille : interlocuteurs"]
    assert count["valeurs"] == wide["nb_interlocuteurs"].sort_index().tolist()
    assert "EPCI" not in [layer["couche"] for layer in data["couches"]]
    (partial,) = [layer for layer in data["couches"] if layer["couche"] == "FICTIF_ESSAI"]
    assert -1 in partial["index"], "an EPCI that the layer does not reach has no unit, not an empty one"
    assert not [theme for theme in data["themes"] if theme["famille"] == "acces"], "no list that is said whole"


def measure_small(**asked):
    gathered = comparison.gather(asked)
    return comparison.measure(gathered, moran=False), gathered


def test_access_is_drawn_by_territory_where_its_list_is_whole(tmp_path):
    rows = pd.DataFrame({
        "territoire": ["epci:1", "epci:2"] * 2, "groupe": "ccas", "mesure": ["distance_moyenne_km"] * 2 + ["part_population_au_dela"] * 2,
        "seuil": [None, None, "10.0", "10.0"], "valeur": [3.5, float("nan"), 0.25, 0.0], "numerateur": [1.0] * 4, "denominateur": [4.0] * 4,
    })  # fmt: skip
    labels = pd.DataFrame({"libelle": ["CCAS", "EVS"]}, index=["ccas", "evs"])
    sites = pd.DataFrame({"categorie": ["ccas"], "fichier": [None], "methode_commune": ["code"]})
    tables = {"reglages": {"seuils_km": [5, 10]}, "listes": {"categories": labels}, "acteurs": sites}
    left = rows.iloc[:1].assign(groupe="evs", valeur=float("nan"))
    access, beyond, told = comparison_drawing.list_access({"comparaison_longue": pd.concat([rows, left])}, tables)
    assert access["code_insee"].tolist() == ["1", "2"] and access["nb_sites"].tolist() == [1, 1]
    assert beyond[["code_insee", "seuil", "valeur"]].values.tolist() == [["1", 10.0, 0.25], ["2", 10.0, 0.0]]
    assert told == ["Accès non mesuré, liste non dite complète : EVS"]
    assert comparison_drawing.list_access({"comparaison_longue": rows.iloc[:0]}, tables) == (None, None, [])


SCALES = [("departement", ["43", "15"], "département"), ("canton", ["43"], "territoire")]


@pytest.mark.parametrize(("maille", "departements", "words"), SCALES)
def test_other_scales_have_their_map_and_layer_too(maille, departements, words):
    results, gathered = measure_small(departements=departements, maille=maille)
    wide = results["comparaison_territoires"]
    html = render_offline(comparison_drawing.draw_map(results, gathered))
    data = read_data(html)
    assert len(data["communes"]["code"]) == len(wide) and data["mots"][0] == words and all(data["communes"]["formes"])
    layers = [layer["couche"] for layer in data["couches"]]
    assert gathered["maille"].upper() not in layers and "EPCI" in layers
    assert f"rencontre chaque {words}" in html
    layer = comparison_drawing.make_layers(results, gathered)["comparaison"]
    assert layer.geometry.notna().all()
    if maille == "canton":  # Le Puy-en-Velay is in four cantons
        assert "1 commune de plusieurs territoires" in html
    else:
        assert (layer.area / 1e6 - layer["surface_km2"]).abs().max() < 0.02 * layer["surface_km2"].max()


def test_a_territory_where_a_whole_layer_knows_nobody_has_no_number_on_the_map():
    wide = pd.DataFrame({"nb_interlocuteurs": [float("nan"), 4.0]}, index=pd.Index(["epci:1", "epci:2"]))
    known, (told,) = comparison_drawing.take_known({"comparaison_territoires": wide})
    assert known.fillna(-1).tolist() == [-1, 4] and told.startswith("1 territoire sans nombre")


def test_the_geopackage_opens_with_a_style():
    path = compare_here()[0] / "sortie" / "publique" / "sig" / "comparaison.gpkg"
    with sqlite3.connect(path) as base:
        rows = base.execute("SELECT f_table_name, styleQML FROM layer_styles WHERE useAsDefault = 1").fetchall()
    base.close()
    assert [name for name, _ in rows] == ["comparaison"]
    assert "RuleRenderer" in rows[0][1] and "interlocuteurs_effectifs_q2" in rows[0][1]


def test_the_parts_of_an_epci_add_up_to_one():
    _, asked, _ = compare_here()
    tables = comparison.gather(asked)["tables"]
    parts = comparison_drawing.list_parts(tables, tables["territoires"].query("type == 'epci'").index)
    whole = parts[parts["couche"].eq("CAF")].groupby("epci")["part"].sum()
    assert (whole - 1).abs().max() < 1e-9


def test_the_page_opens_without_network_on_who_steps_in():
    with launch_chromium() as browser, open_offline(browser, compare_here()[0] / "sortie" / "publique" / "carte.html") as (page, trace):
        assert page.locator("#legende h3").inner_text() == "Mille-feuille : interlocuteurs"
        assert page.locator("#recherche").get_attribute("placeholder") == "Une intercommunalité…"
        words = page.locator("body").inner_text()
        assert "non exhaustif" not in words, "no actor is drawn here: there is no inventory to be warned of"
        assert "Interlocuteurs comptés : Arrondissements préfectoraux" in words
        assert "Aucun acteur" not in page.locator("body").inner_text()
        assert trace == {"requests": [], "errors": []}
