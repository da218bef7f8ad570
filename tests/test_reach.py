"""The communes that an actor or a dispositif reaches."""

import numpy as np
import pandas as pd
import pytest
from jouets_reseau import shuffle

from diagnostic.measure.manques.reach import (
    list_actor_communes,
    list_device_communes,
    resolve_places,
    spread_places,
)

COMMUNES = pd.DataFrame(
    {
        "nom": ["Agnat", "Aiguilhe", "Saint-Jean", "Saint-Jean", "Sucs"], "epci": ["1", "1", "2", "2", None],
        "departement": ["43"] * 5, "population": [10.0, 20.0, 30.0, 40.0, 50.0],
    }, index=pd.Index(["43001", "43002", "43003", "43004", "43005"], name="code_insee"),
)  # fmt: skip
TERRITOIRES = pd.DataFrame(
    {
        "nom": ["Ensemble", "Haute-Loire (partie dans le périmètre : 5 communes sur 257)", "CC Une", "Sucs"],
        "type": ["perimetre", "departement", "epci", "epci"],
    }, index=pd.Index(["perimetre", "departement:43", "epci:1", "epci:2"], name="territoire_id"),
)  # fmt: skip
APPARTENANCE = pd.DataFrame(
    [(c, "perimetre") for c in COMMUNES.index]
    + [(c, "departement:43") for c in COMMUNES.index]
    + [(c, f"epci:{e}") for c, e in COMMUNES["epci"].dropna().items()],
    columns=["code_insee", "territoire_id"],
)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("43001", "commune:43001"), ("commune:43001", "commune:43001"), ("agnat", "commune:43001"), ("43", "departement:43"),
        ("Haute-Loire", "departement:43"), ("epci:1", "epci:1"), ("1", "epci:1"), ("CC UNE", "epci:1"), ("Sucs", "epci:2"),
        ("Saint-Jean", None), ("99999", None), ("commune:99999", None), (None, None),
    ],
)  # fmt: skip
def test_a_text_designates_one_place_or_none(text, place):
    found = resolve_places(pd.Series([text], index=["x"], dtype="object"), TERRITOIRES, COMMUNES)
    assert found.index.tolist() == ["x"]
    assert found.item() == place if place else pd.isna(found.item())


def test_without_communes_no_commune_is_found():
    found = resolve_places(pd.Series(["43001", "CC Une"], dtype="object"), TERRITOIRES)
    assert pd.isna(found[0])
    assert found[1] == "epci:1"


def test_an_actor_reaches_its_seat_and_what_it_states_each_commune_once():
    acteurs = pd.DataFrame(
        {
            "acteur_id": list("abcdef"), "code_insee": ["43005", "43001", None, "99999", None, "43003"],
            "territoires": [("CC Une", "43002"), (), ("Sucs",), ("ailleurs",), (), ("perimetre",)],
        }
    )  # fmt: skip
    found = list_actor_communes(acteurs, TERRITOIRES, COMMUNES, APPARTENANCE)
    assert found.groupby("acteur_id")["code_insee"].apply(list).to_dict() == {
        "a": ["43001", "43002", "43005"], "b": ["43001"], "c": ["43003", "43004"], "f": list(COMMUNES.index),
    }  # fmt: skip
    again = list_actor_communes(shuffle(acteurs), TERRITOIRES, COMMUNES, shuffle(APPARTENANCE))
    assert set(map(tuple, again.to_numpy())) == set(map(tuple, found.to_numpy()))
    assert len(again) == len(found)


def test_against_a_naive_loop():
    rng = np.random.default_rng(3)
    cells = [*COMMUNES.index, *TERRITOIRES.index, "rien"]
    acteurs = pd.DataFrame(
        {
            "acteur_id": [f"x{i}" for i in range(40)], "code_insee": rng.choice([*COMMUNES.index, None], 40),
            "territoires": [tuple(rng.choice(cells, rng.integers(0, 3))) for _ in range(40)],
        }
    )  # fmt: skip
    wanted = set()
    for row in acteurs.itertuples():
        for place in [row.code_insee, *row.territoires]:
            members = APPARTENANCE.loc[APPARTENANCE["territoire_id"] == place, "code_insee"]
            wanted |= {(row.acteur_id, code) for code in members} | ({(row.acteur_id, place)} if place in COMMUNES.index else set())
    found = list_actor_communes(acteurs, TERRITOIRES, COMMUNES, APPARTENANCE)
    assert set(map(tuple, found.to_numpy())) == wanted
    assert len(found) == len(wanted)


def test_a_dispositif_reaches_its_territories_and_its_affiliations():
    dispositifs = pd.DataFrame({"dispositif_id": ["D", "E", "F"], "territoires": [("1",), (), ("43004",)]})
    affiliations = pd.DataFrame({"dispositif_id": ["E", "E", "AUTRE"], "territoire_code": ["2", "43001", "43001"]})
    found = list_device_communes(dispositifs, affiliations, TERRITOIRES, COMMUNES, APPARTENANCE)
    assert found.groupby("dispositif_id")["code_insee"].apply(list).to_dict() == {
        "D": ["43001", "43002"], "E": ["43001", "43003", "43004"], "F": ["43004"],
    }  # fmt: skip
    alone = list_device_communes(dispositifs.iloc[:1], pd.DataFrame(), TERRITOIRES, COMMUNES, APPARTENANCE)
    assert alone["code_insee"].tolist() == ["43001", "43002"]


def test_nothing_stated_reaches_nothing():
    empty = pd.DataFrame({"acteur_id": [], "lieu": []}, dtype="object")
    for communes in (COMMUNES, COMMUNES.head(0)):
        found = spread_places(empty, "acteur_id", TERRITOIRES, communes, APPARTENANCE)
        assert found.empty
        assert list(found) == ["acteur_id", "code_insee"]


def test_names_that_are_all_shared_designate_no_commune():
    shared = COMMUNES.loc[["43003", "43004"]]
    assert resolve_places(pd.Series(["Saint-Jean", "43003"]), TERRITOIRES, shared).isna().tolist() == [True, False]
