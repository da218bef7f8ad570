"""Professions in sentences: denominators said, small numbers not in public."""

import numpy as np
import pandas as pd
from jouets_reseau import make_actors, make_places, make_territories

from diagnostic.measure.constats.profession_readings import describe_professions
from diagnostic.measure.liens.professions import cross_territory_posts

TERRITOIRES = make_territories("perimetre", "epci:T1")
POSTES = pd.DataFrame({
    "acteur_id": list("aaabb"), "verbes": [("animer", "coordonner"), ("animer",), ("animer",), ("coordonner",), ()],
    "statut": ["pourvu", "vacant", None, "pourvu", "pourvu"], "etp": [1.0, 0.5, np.nan, np.nan, 1.0],
})  # fmt: skip


def tell(posts):
    crossed = cross_territory_posts(posts, make_actors({"a": "social", "b": "mixte"}), make_places("a:T1"), TERRITOIRES)
    return list(describe_professions({}, {"postes_croises": crossed}, TERRITOIRES["nom"]))


def test_sentences():
    (place, told, edition), (_, time, closed) = tell(POSTES)
    assert (place, edition, closed) == ("perimetre", "publique", "partenaires")
    assert told == "Sur 5 postes recensés : 3 pour animer (1 pourvu) ; un poste compte dans chacun de ses verbes."
    assert time == "2,5 équivalents temps plein pour 3 postes dont le temps est dit, sur 5 postes."


def test_few_posts_and_no_post():
    assert [edition for *_, edition in tell(POSTES.head(2))] == ["partenaires"]  # no verb of three posts: nothing in public
    assert tell(POSTES.head(0)) == []
