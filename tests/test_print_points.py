"""Maps of places: counts, sizes, hollow marks outside, distance classes."""

import numpy as np
import pandas as pd
import pytest
from toy_map import (
    MENTIONS,
    ORIGIN,
    draw_toy,
    find_gid,
    make_acteurs,
    make_communes,
    make_distances,
    plain,
    prepare_toy,
    read_legends,
    read_texts,
)

from diagnostic.draw import print_points


@pytest.fixture(scope="module")
def base():
    return prepare_toy()


@pytest.fixture(scope="module")
def acteurs():
    return make_acteurs()


@pytest.fixture(scope="module")
def distances():
    return make_distances(make_communes())


@pytest.fixture(scope="module")
def cartes():
    return draw_toy()


def test_actors_counts(cartes):
    legends = read_legends(cartes["C5"])
    assert [plain(entry) for entry in legends["Acteurs par champ"]] == [
        "Champ social — 3 acteurs", "Développement local — 1 acteur", "Mixte — 1 acteur", "Autre (hors du territoire) — 1 acteur"
    ]  # fmt: skip
    assert [plain(entry) for entry in legends["Acteurs en un même lieu"]] == ["1 acteur", "2 acteurs", "3 acteurs"]
    words = plain(read_texts(cartes["C5"]))
    assert "5 acteurs sur la carte : 3 du champ social, 1 du développement local, 1 mixte" in words
    assert "Hors de la carte : 3 acteurs (1 sans lieu connu, 1 en service itinérant, 1 hors du cadre)." in words


def test_stacks_conserve_actors_and_ink(base, acteurs):
    shown = print_points.sort_places(acteurs).query("place == 'dedans'")
    stacks = print_points.stack_points(shown, 100.0)
    assert stacks["nombre"].sum() == len(shown) == 5
    ink = stacks["diametre"] ** 2 / stacks["nombre"]
    assert ink.std() == pytest.approx(0)
    together = stacks[stacks["x_m"].eq(ORIGIN[0] + 6_000)]
    # Two symbols of 9,5 and 4,9 points, side by side, would be 3,6 points apart on average: kilometres where it is dense.
    away = (together["x"] - together["x_m"]).abs()
    assert away.max() == pytest.approx(print_points.LARGEST_SHIFT * 100) and away.min() > 0
    assert (together["x"].min() - together["x_m"].iloc[0]) * (together["x"].max() - together["x_m"].iloc[0]) < 0


def test_hollow_outside(cartes):
    (outside,) = find_gid(cartes["C5"], "acteurs dehors autre")
    assert outside.get_facecolor()[0].tolist() == [1, 1, 1, 1]


def test_no_actor(base, acteurs):
    figure = print_points.draw_actors(base, acteurs.iloc[:0], mentions=MENTIONS)
    assert "0 acteur sur la carte" in plain(read_texts(figure))
    assert "Acteurs par champ" not in read_legends(figure)


def test_access_counts(cartes, distances):
    words = plain(read_texts(cartes["C6"]))
    far = int((distances > 5).sum())
    assert f"France services : {far} communes sur 23" in words and "à plus de 5 km d'un site" in words
    assert "Distances à vol d'oiseau" in words
    entries = [plain(entry) for entry in read_legends(cartes["C6"])["Distance au site le plus proche"]]
    assert entries[0] == "2,5 km ou moins — 1 commune, 100 hab." and entries[-1] == "Distance inconnue — 2 communes"
    assert sum(int(entry.split("— ")[1].split()[0]) for entry in entries) == 25
    assert [plain(entry) for entry in read_legends(cartes["C6"])["France services"]] == [
        "Site du territoire — 5",
        "Site hors du territoire — 1",
    ]


@pytest.mark.parametrize(
    ("far", "population", "words"),
    [(0, 0.0, "Crèche : aucune des 9 communes n'est à plus de 7,5 km d'un site"),
     (1, 1200.0, "Crèche : 1 commune sur 9 (1 200 habitants) est à plus de 7,5 km d'un site"),
     (2, np.nan, "Crèche : 2 communes sur 9 sont à plus de 7,5 km d'un site")],
)  # fmt: skip
def test_the_title_of_access_says_what_was_measured(far, population, words):
    beyond = {"seuil_km": 7.5, "nb_communes_au_dela": far, "population_au_dela": population}
    assert plain(print_points.tell_access(9, "Crèche", beyond)) == words


def test_distance_on_a_bound_is_in_the_nearer_class():
    classes = print_points.cut_distances(pd.Series([10.0, 10.1, 0.0, 30.0, 31.0]), 10.0)
    assert classes.tolist() == ["de 5 à 10 km", "de 10 à 15 km", "5 km ou moins", "de 20 à 30 km", "plus de 30 km"]


def test_no_site_no_distance(base, acteurs):
    beyond = {"seuil_km": 10.0, "nb_communes_au_dela": np.nan, "population_au_dela": np.nan}
    figure = print_points.draw_access(base, pd.Series(dtype=float), acteurs.iloc[:0], "Ludothèque", beyond, mentions=MENTIONS)
    assert "Ludothèque : aucune distance connue" in plain(read_texts(figure))


def test_two_actors_alone_stand_side_by_side():
    acteurs = pd.DataFrame({"champ": ["social", "developpement_local"], "x_m": 0.0, "y_m": 0.0})
    stacks = print_points.stack_points(print_points.sort_places(acteurs), 10.0)
    assert stacks["x"].diff().iloc[-1] == pytest.approx(stacks["largeur"].sum() / 2 * 10)


def test_large_symbols_are_drawn_below_small_ones(base):
    x, y = ORIGIN[0] + 6_000, ORIGIN[1] + 6_000
    acteurs = pd.DataFrame({"champ": ["social"] * 9 + ["autre"] * 5, "x_m": x, "y_m": y})
    figure = print_points.draw_actors(base, acteurs, mentions=MENTIONS)
    (large,), (small,) = (find_gid(figure, f"acteurs dedans {champ}") for champ in ("social", "autre"))
    assert large.get_zorder() < small.get_zorder() and large.get_sizes()[0] > small.get_sizes()[0] * 0.9
    assert "symboles écartés pour être lisibles" in plain(read_texts(figure))
