"""The two networks off the map, checked by what a reader sees."""

import time

import numpy as np
import pandas as pd
import pytest
from jouets_reseau import BI, BI_DISPOSITIFS, BI_PARTICIPATIONS, J2, J2_LIENS, make_actors, shuffle
from toy_map import MENTIONS, find_gid, list_boxes, plain, read_legends, read_texts, save_png

from diagnostic.draw import network_charts as charts

J2_NAMED = pd.concat([J2, make_actors({"g": "mixte"})], ignore_index=True).assign(nom=lambda t: "Structure " + t["acteur_id"])
ROLES = BI_PARTICIPATIONS.assign(role=["financement", "pilotage", "participation", None, "coordination"])
BOTH = pd.concat([ROLES, ROLES.iloc[[1]].assign(role="financement")], ignore_index=True)


def make_large(number=300, links=500, seed=2):
    rng = np.random.default_rng(seed)
    ids = [f"a{k:04d}" for k in range(number)]
    champs = rng.choice(["social", "developpement_local", "mixte"], number)
    acteurs = pd.DataFrame({"acteur_id": ids, "nom": [f"Structure {k} (FICTIF)" for k in range(number)], "champ": champs})
    liens = pd.DataFrame({"source_id": rng.choice(ids, links), "cible_id": rng.choice(ids, links), "type": "information"})
    return acteurs, liens


@pytest.fixture(scope="module")
def graphes():
    return {
        "acteurs": charts.draw_actor_graph(J2_NAMED, J2_LIENS, mentions=MENTIONS),
        "G1": charts.draw_two_mode(BI, BI_DISPOSITIFS, BOTH, mentions=MENTIONS),
    }


@pytest.mark.parametrize("kind", ["acteurs", "G1"])
def test_every_graph_says_where_it_comes_from(graphes, kind):
    words = plain(read_texts(graphes[kind]))
    for expected in ["Sources : IGN Admin Express 2026 ; Insee COG 2026.", "Date : 21 novembre 2026.", "Inventaire non exhaustif",
                     "12 territoires renseignés sur 25", "FICTIF", "Édition publique"]:  # fmt: skip
        assert expected in words
    data, pixels = save_png(graphes[kind])
    assert pixels.shape[:2] == (2480, 3508) and pixels.std() > 0


def test_actor_graph_counts(graphes):
    figure = graphes["acteurs"]
    (title,) = find_gid(figure, "titre")
    told = "6 acteurs reliés par 6 liens déclarés, dont 1 entre champ social et développement local ; 1 acteur sans lien déclaré"
    assert plain(title.get_text()) == told
    legends = {name: [plain(entry) for entry in entries] for name, entries in read_legends(figure).items()}
    assert legends["Acteurs par champ"] == ["Champ social — 3 acteurs", "Développement local — 3 acteurs", "Mixte — 1 acteur"]
    told = ["Entre champ social et développement local — 1 lien", "À l'intérieur d'un de ces deux champs — 5 liens"]
    assert legends["Liens déclarés"] == told
    assert legends["Taille : nombre de partenaires"] == ["1 partenaire", "2 partenaires", "3 partenaires"]
    assert len(find_gid(figure, "liens entre")[0].get_segments()) == 1 and len(find_gid(figure, "liens meme")[0].get_segments()) == 5
    assert {text.get_text() for text in find_gid(figure, "etiquette")} == {f"Structure {name}" for name in "abcdef"}
    assert "1 acteur sans lien déclaré" in plain(read_texts(figure))


def test_those_without_link_are_told_by_what_they_answered():
    acteurs = make_actors(dict.fromkeys("abcdefghijkl", "social")).assign(a_repondu=None)
    acteurs["a_repondu"] = ["oui"] * 6 + ["oui", "oui", "non", "non_sollicite", None, "???"]
    told = plain(read_texts(charts.draw_actor_graph(acteurs, J2_LIENS, mentions={})))
    assert "6 acteurs sans lien déclaré : 2 ont répondu, 1 n'a pas répondu, 1 n'a pas été sollicité, " in told
    assert "2 dont on ne sait pas s'ils ont répondu" in told
    for silent in (acteurs.drop(columns="a_repondu"), acteurs.assign(a_repondu=pd.NA)):
        told = plain(read_texts(charts.draw_actor_graph(silent, J2_LIENS, mentions={})))
        assert "6 acteurs sans lien déclaré" in told and "répondu" not in told


def test_every_mark_is_drawn_once(graphes):
    figure = graphes["acteurs"]
    marks = {champ: sum(len(artist.get_offsets()) for artist in find_gid(figure, f"acteurs {champ}"))
             for champ in ("social", "developpement_local", "mixte")}  # fmt: skip
    assert marks == {"social": 3, "developpement_local": 3, "mixte": 1}


def test_the_order_of_the_rows_changes_no_pixel():
    acteurs, liens = make_large(20, 25)
    first = charts.draw_actor_graph(acteurs, liens, mentions=MENTIONS)
    second = charts.draw_actor_graph(shuffle(acteurs), shuffle(liens), mentions=MENTIONS)
    for figure in (first, second):
        figure.set_dpi(50)
    assert (save_png(first)[1] == save_png(second)[1]).all()


def test_arguments_are_left_alone():
    tables = [J2_NAMED.copy(), J2_LIENS.copy(), BI.copy(), BI_DISPOSITIFS.copy(), BOTH.copy()]
    charts.draw_actor_graph(*tables[:2], mentions=MENTIONS)
    charts.draw_two_mode(*tables[2:], mentions=MENTIONS)
    for table, first in zip(tables, [J2_NAMED, J2_LIENS, BI, BI_DISPOSITIFS, BOTH], strict=True):
        pd.testing.assert_frame_equal(table, first)


def test_rows_that_cannot_be_drawn_are_counted():
    bad = pd.DataFrame({"source_id": ["a", "zz"], "cible_id": ["a", "b"], "type": "information"})
    words = plain(read_texts(charts.draw_actor_graph(J2, pd.concat([J2_LIENS, bad]), mentions=MENTIONS)))
    assert "2 lignes de lien (d'un acteur avec lui-même, ou avec un acteur absent de ce dessin) ne sont pas dessinées." in words


def test_two_mode_counts(graphes):
    figure = graphes["G1"]
    (title,) = find_gid(figure, "titre")
    told = "4 acteurs dans 3 dispositifs : 5 participations, dont 2 en pilotage ou coordination et 2 en financement"
    assert plain(title.get_text()) == told
    legends = {name: [plain(entry) for entry in entries] for name, entries in read_legends(figure).items()}
    assert legends["Rôle de l'acteur dans le dispositif"] == [
        "Pilotage ou coordination — 1 participation", "Pilotage ou coordination, et financement — 1 participation",
        "Financement — 1 participation", "Autre rôle (participation, animation...) — 1 participation",
        "Rôle non renseigné — 1 participation",
    ]  # fmt: skip
    assert legends["Dispositifs"] == ["Dispositif — 3 dispositifs"]
    assert {text.get_text() for text in find_gid(figure, "etiquette")} == {"CAF", "CC", "GAL", "AMAP", "CTG", "PAT", "LEADER"}
    widths = {name: find_gid(figure, f"liens {name}")[0].get_linewidth()[0] for name in ("pilote", "autre")}
    assert widths["pilote"] > 2 * widths["autre"]


def test_actors_and_dispositifs_of_one_name_stay_apart():
    acteurs, dispositifs = make_actors({"X": "social"}), BI_DISPOSITIFS.assign(dispositif_id=["X", "Y", "Z"])
    rows = pd.DataFrame({"acteur_id": ["X", "X"], "dispositif_id": ["X", "Y"], "role": "pilotage"})
    words = plain(read_texts(charts.draw_two_mode(acteurs, dispositifs, rows, mentions=MENTIONS)))
    assert "1 acteur dans 2 dispositifs : 2 participations" in words
    assert "Sans participation renseignée, et hors du dessin : 1 dispositif." in words


def test_a_large_two_mode_graph_uses_springs_and_names_every_hub():
    acteurs, liens = make_large(120, 200)
    dispositifs = pd.DataFrame({"dispositif_id": [f"d{k}" for k in range(12)], "nom": [f"Contrat {k}" for k in range(12)]})
    rng = np.random.default_rng(1)
    drawn = rng.choice(dispositifs["dispositif_id"], 200)
    rows = pd.DataFrame({"acteur_id": liens["source_id"], "dispositif_id": drawn, "role": "pilotage"})
    figure = charts.draw_two_mode(acteurs, dispositifs, rows, mentions=MENTIONS)
    words = plain(read_texts(figure))
    assert all(f"Contrat {k}" in words for k in range(12)) and "Les distances ne se mesurent pas" in words
    boxes = list_boxes(figure, "etiquette")
    assert not any(box.overlaps(other) for k, box in enumerate(boxes) for other in boxes[:k])


def test_three_hundred_actors_are_drawn_in_time_and_the_unnamed_counted():
    acteurs, liens = make_large()
    start = time.perf_counter()
    figure = charts.draw_actor_graph(acteurs, liens, mentions=MENTIONS)
    assert time.perf_counter() - start < 8
    named = len(find_gid(figure, "etiquette")) + len(find_gid(figure, "lettre"))
    crossing = liens[liens["source_id"] != liens["cible_id"]]
    linked = len(set(crossing["source_id"]) | set(crossing["cible_id"]))
    assert f"faute de place : {linked - named} sur {linked}" in plain(read_texts(figure))
    assert "* : FICTIF, inventé pour l'exemple." in read_texts(figure)


def test_five_thousand_actors_still_make_a_page():
    start = time.perf_counter()
    figure = charts.draw_actor_graph(*make_large(5000, 9000), mentions=MENTIONS)
    assert time.perf_counter() - start < 20
    assert "Réseau trop grand pour être lu d'un coup" in plain(read_texts(figure))


NO_LINKS, NO_ROWS = J2_LIENS.iloc[:0], BI_PARTICIPATIONS.iloc[:0]


@pytest.mark.parametrize(
    ("draw", "told"),
    [(lambda: charts.draw_actor_graph(J2.iloc[:0], NO_LINKS, mentions={}), "0 acteur, aucun lien déclaré"),
     (lambda: charts.draw_actor_graph(J2.iloc[:1], NO_LINKS, mentions={}), "1 acteur, aucun lien déclaré"),
     (lambda: charts.draw_actor_graph(J2.drop(columns="champ"), J2_LIENS, mentions={}), "6 liens déclarés, dont 0 entre"),
     (lambda: charts.draw_two_mode(BI, BI_DISPOSITIFS, NO_ROWS, mentions={}), "4 acteurs, 3 dispositifs, aucune participation renseignée"),
     (lambda: charts.draw_two_mode(BI.iloc[:0], BI_DISPOSITIFS.iloc[:0], NO_ROWS, mentions={}), "0 acteur, 0 dispositif")],
    ids=["aucun acteur", "un acteur", "sans champ", "sans participation", "rien"],
)  # fmt: skip
def test_little_or_nothing_still_makes_a_page(draw, told):
    figure = draw()
    assert told in plain(read_texts(figure)) and "couverture non renseignée" in plain(read_texts(figure))
    figure.set_dpi(50)
    assert save_png(figure)[1].std() > 0
