"""Names and addresses: what is left of them, and how alike two of them are."""

import numpy as np
import pandas as pd
import pytest

from diagnostic.read.actors import likeness


def compare(*names, town="Brioude"):
    """Return the likeness of the first two names in a table that holds them all."""
    cells = pd.Series(names)
    folded = likeness.fold_names(cells, pd.Series(town, index=cells.index))
    return likeness.compare_names(folded, likeness.weigh_names(folded), np.array([0]), np.array([1]))["nom"].iloc[0]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Maison France Services de Brioude", ("franceservice",)),
        ("MSAP de Brioude", ("franceservice",)),
        ("Maison des Services au Public du Velay", ("franceservice", "velay")),
        ("Communauté de communes des Rives du Haut-Allier", ("allier", "comcom", "haut", "rive")),
        ("CC RIVES DU HAUT ALLIER", ("allier", "comcom", "haut", "rive")),
        ("ASSOCIATION L’ÉTAPE", ("etape",)),
        ("Médiathèque &amp; ludothèque", ("bibliotheque", "ludotheque")),
        ("Brioude", ("brioude",)),
        ("Avenir84", ("84", "avenir")),
        ("", ()),
    ],
)
def test_the_words_of_a_name(name, words):
    assert likeness.fold_names(pd.Series([name]), pd.Series(["BRIOUDE"]))["mots"].iloc[0] == words


@pytest.mark.parametrize(
    ("name", "number"), [("Lycée 1", "1"), ("EHPAD A", "a"), ("Régie du 19e", "19"), ("Lycée II", "2"), ("Lycée Lafayette", "")]
)
def test_what_tells_one_of_a_series(name, number):
    assert likeness.fold_names(pd.Series([name]), pd.Series([""]))["numeros"].iloc[0] == number


def test_an_itinerant_service_and_a_name_that_says_only_its_kind():
    folded = likeness.fold_names(pd.Series(["Bus France services", "Mairie", "Mairie annexe"]), pd.Series(["", "", ""]))
    assert folded["itinerant"].tolist() == [True, False, False]
    assert folded["nu"].tolist() == [True, True, False]


def test_likeness_goes_from_nothing_to_the_same_name():
    assert compare("Les Ateliers de la Bruyère", "LES ATELIERS DE LA BRUYERE", "Mairie") == pytest.approx(1)
    assert compare("Ateliers", "Mission locale", "Mairie") == 0
    slip = compare("Les Ateliers de la Bruyère", "Les Atelier de la Bruyre", *(f"Mairie {n}" for n in range(30)))
    assert 0.6 < slip < 1


def test_a_common_word_counts_less_than_a_rare_one():
    others = [f"Maison des solidarités {town}" for town in ("Issoire", "Riom", "Thiers", "Ambert", "Billom", "Cournon")]
    common = compare("Maison des solidarités Vaucanson", "Maison des solidarités Amadéo", *others, town="Clermont")
    rare = compare("Maison Vaucanson", "Espace Vaucanson", *others, town="Clermont")
    assert common < rare


def test_a_name_that_says_only_its_kind_is_silent_not_different():
    assert compare("Médiathèque", "Médiathèque Victor Hugo") >= 0.55
    assert compare("Médiathèque", "École Victor Hugo") == 0


def test_the_cosine_is_that_of_scikit_learn_like_weights():
    # Two rows of three words, one shared by both of three rows: weights by hand.
    words = pd.Series([("a", "b"), ("a", "c"), ("d",)])
    weights = likeness.weigh_words(words).toarray()
    common, rare = 1 + np.log(5 / 4), 1 + np.log(5 / 3)
    assert weights[0] == pytest.approx([common, rare, 0, 0])
    assert weights[2] == pytest.approx([0, 0, 0, rare])


@pytest.mark.parametrize(
    ("one", "other", "degree"),
    [
        ("26 Av. Jean Jaurès", "26 avenue Jean-Jaurès 43100 BRIOUDE", 1),
        ("7 rue du Mont", "R DU MONT", 0.5),
        ("7 rue du Mont", "9 rue du Mont", 0),
        ("7 rue du Mont", "7 place du Postel", -1),
        ("27 bis rue du Mont", "27 B RUE DU MONT", 1),
        ("", "7 rue du Mont", None),
    ],
)
def test_addresses(one, other, degree):
    places = likeness.fold_addresses(pd.Series([one, other]), pd.Series(["Brioude", "Brioude"]))
    found = likeness.compare_addresses(places, np.array([0]), np.array([1]))[0]
    assert np.isnan(found) if degree is None else found == degree


def test_empty_tables():
    names, places = (fold(pd.Series([], dtype=str), pd.Series([], dtype=str)) for fold in (likeness.fold_names, likeness.fold_addresses))
    none = np.zeros(0, dtype=int)
    assert not len(likeness.compare_names(names, likeness.weigh_names(names), none, none))
    assert not len(likeness.compare_addresses(places, none, none))
