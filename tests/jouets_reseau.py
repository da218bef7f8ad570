"""Toy networks small enough to be computed by hand, in the shape that travels through the house."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

_SHARED = Path(__file__).resolve().parents[2] / "shared" / "valeurs_attendues.json"


def read_expected():
    """Return the shared table of expected values, or skip: it is not part of the project."""
    if not _SHARED.is_file():
        pytest.skip("no ../shared/valeurs_attendues.json beside the repository: literals only")
    return json.loads(_SHARED.read_text(encoding="utf-8"))


def make_actors(champs, **columns):
    """Return acteurs from {acteur_id: champ} and columns given as lists."""
    table = pd.DataFrame({"acteur_id": list(champs), "nom": list(champs), "categorie": "association"})
    return table.assign(champ=list(champs.values()), **columns).astype({"acteur_id": "str"})


def make_links(text, *, oriente=False, **columns):
    """Return liens from "ab bc", one word a link, first letter to second."""
    words = text.split()
    table = pd.DataFrame({"source_id": [w[0] for w in words], "cible_id": [w[1] for w in words]}, dtype="str")
    return table.assign(type="information", oriente=pd.array([oriente] * len(words), dtype="boolean"), **columns)


def make_places(text):
    """Return acteurs_territoires from "a:T1 b:T1,T2"."""
    cells = [cell.split(":") for cell in text.split()]
    rows = [(actor, f"epci:{place}") for actor, places in cells for place in places.split(",")]
    return pd.DataFrame(rows, columns=["acteur_id", "territoire_id"], dtype="str")


def make_territories(*ids):
    """Return territoires, typed by what precedes the colon."""
    index = pd.Index(ids, name="territoire_id", dtype="str")
    return pd.DataFrame({"nom": [i.split(":")[-1] for i in ids], "type": [i.split(":")[0] for i in ids]}, index=index)


def make_participations(text, role="participation"):
    """Return participations from "CAF:CTG CC:CTG"."""
    cells = [cell.split(":") for cell in text.split()]
    table = pd.DataFrame(cells, columns=["acteur_id", "dispositif_id"], dtype="str")
    return table.assign(role=role, stade="emergence")


def make_dispositifs(*ids):
    return pd.DataFrame({"dispositif_id": list(ids), "nom": list(ids), "type": "x"}, dtype="str")


def shuffle(table, seed=7):
    return table.iloc[np.random.default_rng(seed).permutation(len(table))]


# J2: three social actors all linked, a line of three local development actors, one link across.
J2 = make_actors(dict.fromkeys("abc", "social") | dict.fromkeys("def", "developpement_local"))
J2_LIENS = make_links("ab bc ac cd de ef")
# J3: one-way links among five actors.
J3 = make_actors(dict.fromkeys("abcde", "social"))
J3_LIENS = make_links("ab ba bc cd dc de", oriente=True)
# Two territories: c and a share none.
TERR = make_actors(dict.fromkeys("abcd", "social"))
TERR_LIENS = make_links("ab bd cd ac")
TERR_LIEUX = make_places("a:T1 b:T1,T2 c:T2 d:T1,T2")
# Two modes: CTG mixes the champs, PAT and LEADER have no social actor.
BI = make_actors({"CAF": "social"} | dict.fromkeys(["CC", "GAL", "AMAP"], "developpement_local"))
BI_DISPOSITIFS = make_dispositifs("CTG", "PAT", "LEADER")
BI_PARTICIPATIONS = make_participations("CAF:CTG CC:CTG CC:PAT AMAP:PAT GAL:LEADER")
# Links to check: ab declared, ac and bc expected, bd shares a dispositif but no territory.
VERIF = make_actors(
    {"a": "social", "b": "social", "c": "developpement_local", "d": "social"},
    themes=[("alim", "sante"), ("alim",), ("alim",), ("mobilite",)],
    a_repondu=["oui", "oui", None, None],
)
VERIF_LIEUX = make_places("a:T1 b:T1 c:T1,T2 d:T2")
VERIF_LIENS = make_links("ab")
VERIF_PARTICIPATIONS = make_participations("a:PAT b:CTG c:PAT d:CTG")
