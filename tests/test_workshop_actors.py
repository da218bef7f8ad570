"""The numbers of a workshop: everybody has one or is counted, those of the map come first, by EPCI then commune."""

import pandas as pd
import pandas.testing as pdt
from jouets_atelier import CATEGORIES, make_many, make_workshop_actors, number_toy
from jouets_reseau import shuffle
from toy_map import plain, prepare_toy

from diagnostic.draw.workshop_actors import (
    COLUMNS,
    name_categories,
    number_actors,
    tell_left,
    tell_numbered,
    tell_range,
)


def test_everybody_has_a_number_or_is_counted():
    numbered, left = number_toy()
    assert list(numbered.columns) == COLUMNS and numbered["numero"].tolist() == list(range(1, 10))
    assert left == {"communes": 1, "imports": 1}
    assert len(numbered) + sum(left.values()) == len(make_workshop_actors())


def test_the_place_of_each():
    numbered, _ = number_toy()
    places = numbered.set_index("acteur_id")["lieu"].to_dict()
    assert places == {
        "a": "point", "b": "mairie", "c": "point", "d": "mairie", "k": "mairie", "h": "point", "e": "sans_commune", "f": "dehors",
        "j": "dehors",
    }  # fmt: skip
    mairies = prepare_toy().communes
    moved = numbered[numbered["lieu"] == "mairie"]
    assert (moved["x_m"].to_numpy() == mairies.loc[moved["code_insee"], "x_m"].to_numpy()).all()
    assert numbered.loc[numbered["lieu"].isin(["sans_commune", "dehors"]), ["x_m", "y_m"]].isna().all(axis=None)


def test_order_by_epci_commune_champ_then_apart():
    numbered, _ = number_toy()
    assert numbered["acteur_id"].tolist() == ["h", "a", "b", "c", "d", "k", "e", "f", "j"]
    placed = numbered[numbered["lieu"].isin(["point", "mairie"])]
    assert placed["epci"].drop_duplicates().tolist() == ["CA Agglo", "CC des Rives du Haut Allier", "CC Pays d'Issoire"]
    assert placed["commune"].str.startswith("Commune").all()
    # The numbers of a commune and champ follow each other, whatever the number of actors.
    many, _ = number_actors(prepare_toy(), make_many(), CATEGORIES)
    spans = many.groupby(["code_insee", "champ"])["numero"].agg(["min", "max", "size"])
    assert (spans["max"] - spans["min"] + 1 == spans["size"]).all() and len(many) == 1000


def test_rows_in_another_order_have_the_same_numbers():
    again, left = number_actors(prepare_toy(), shuffle(make_workshop_actors()), CATEGORIES)
    pdt.assert_frame_equal(again, number_toy()[0])
    assert left == number_toy()[1]


def test_no_actor():
    numbered, left = number_actors(prepare_toy(), make_workshop_actors().iloc[:0], CATEGORIES)
    assert numbered.empty and left == {"communes": 0, "imports": 0}


def test_communes_are_numbered_when_nothing_says_which_are_in_a_network():
    numbered, left = number_actors(prepare_toy(), make_workshop_actors().drop(columns="dans_reseau"), CATEGORIES)
    assert left["communes"] == 0 and "i" in set(numbered["acteur_id"])


def test_words():
    numbered, left = number_toy()
    assert name_categories(CATEGORIES).tolist() == ["Centre social", "Commune", "ODN"]
    assert numbered.set_index("acteur_id").loc["k", "categorie"] == "Catégorie à préciser"
    assert plain(tell_numbered(numbered)) == "6 acteurs sur la carte (sur 9), dans 5 communes ; 3 placés à la mairie, faute de lieu précis"
    assert [plain(note) for note in tell_left(numbered, left)] == [
        "Hors de la carte : 1 acteur sans commune connue (n° 7), à la fin de l'index.",
        "Hors de la carte : 2 acteurs hors du périmètre (n° 8 à 9), à la fin de l'index.",
        "1 mairie sans lien ni participation n'a pas de numéro : chaque commune est déjà sur le fond.",
        "1 lieu de données ouvertes hors du territoire : sans numéro, ils servent aux distances.",
    ]
    assert "\n" not in tell_range(pd.Series([3, 7])) and " " not in tell_range(pd.Series([3, 7]))
