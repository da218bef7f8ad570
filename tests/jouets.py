"""Toy tables small enough to be computed by hand, in the shape that travels through the house."""

import json
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

ATTENDUES = Path(__file__).resolve().parents[2] / "shared" / "valeurs_attendues.json"

# J1: six communes, three thousand inhabitants; CIAS covers the first EPCI only.
J1 = {
    "EPCI": {"A": "E1", "B": "E1", "C": "E1", "D": "E1", "E": "E2", "F": "E2"},
    "CAS": {"A": "S1", "B": "S1", "C": "S2", "D": "S2", "E": "S2", "F": "S3"},
    "MSA": {"A": "M1", "B": "M1", "C": "M1", "D": "M2", "E": "M2", "F": "M2"},
    "CAF": dict.fromkeys("ABCDEF", "F1"),
    "CIAS": dict.fromkeys("ABCD", "I1"),
    "X": {"A": "X1", "B": "X1", "C": "X2", "D": "X2", "E": "X3", "F": "X3"},
}
J1_POPULATION = {"A": 1000, "B": 500, "C": 300, "D": 200, "E": 800, "F": 200}
J1_COUCHES = ("EPCI", "CAS", "MSA", "CAF", "CIAS")


def make_j1(couches=J1_COUCHES):
    """Return the tables of J1 (communes, affectation, appartenance, couches, unites, territoires) as attributes.

    Territories: "perimetre" (all six communes), "epci:E1" (A to D), "epci:E2" (E, F).
    """
    communes = make_communes(J1_POPULATION)
    affectation = make_affectation({couche: J1[couche] for couche in couches})
    appartenance = make_appartenance({"perimetre": "ABCDEF", "epci:E1": "ABCD", "epci:E2": "EF"})
    territoires = pd.DataFrame(
        {"nom": ["J1", "E1", "E2"], "type": ["perimetre", "epci", "epci"]},
        index=pd.Index(["perimetre", "epci:E1", "epci:E2"], name="territoire_id", dtype="str"),
    )
    unites = affectation[["couche", "unite_id"]].drop_duplicates(ignore_index=True)
    unites = unites.assign(unite_nom=unites["unite_id"], organisme_id=unites["unite_id"])
    return SimpleNamespace(
        communes=communes,
        affectation=affectation,
        appartenance=appartenance,
        couches=make_couches(couches, incompletes=("CIAS",)),
        unites=unites,
        territoires=territoires,
    )


def read_expected():
    """Return the shared expected values, or skip: they are not part of the project."""
    if not ATTENDUES.exists():
        pytest.skip("no ../shared/valeurs_attendues.json beside the repository: not compared with it")
    return json.loads(ATTENDUES.read_text(encoding="utf-8"))


def make_communes(population):
    """Return a `communes` table from {code: population}."""
    codes = pd.Index(list(population), name="code_insee", dtype="str")
    names = pd.Series([f"Commune {code}" for code in population], index=codes, dtype="str")
    return pd.DataFrame({"nom": names, "population": pd.Series(population, dtype="float64").to_numpy()}, index=codes)


def make_appartenance(territoires):
    """Return an `appartenance` table from {territoire_id: codes}."""
    rows = [(code, territoire) for territoire, codes in territoires.items() for code in codes]
    return pd.DataFrame(rows, columns=["code_insee", "territoire_id"], dtype="str")


def make_affectation(layers, part=1.0):
    """Return an `affectation` table from {couche: {code: unite}}; a unit may be a list of units or a {unite: part}."""
    rows = []
    for couche, units in layers.items():
        for code, unit in units.items():
            shares = unit if isinstance(unit, dict) else dict.fromkeys([unit] if isinstance(unit, str) else unit, part)
            rows += [(code, couche, name, share, "toy") for name, share in shares.items()]
    table = pd.DataFrame(rows, columns=["code_insee", "couche", "unite_id", "part", "methode"])
    return table.astype({"code_insee": "str", "couche": "str", "unite_id": "str", "part": "float64", "methode": "str"})


def make_couches(names, *, non_exclusives=(), incompletes=(), infra=()):
    """Return a `couches` table, exclusive, complete and made of whole communes unless named."""
    index = pd.Index(list(names), name="couche", dtype="str")
    return pd.DataFrame(
        {
            "nature": "communes",
            "libelle": list(names),
            "exclusive": [name not in non_exclusives for name in names],
            "complete": [name not in incompletes for name in names],
            "infra_communale": [name in infra for name in names],
            "millesime": "2026",
            "source": "jouet",
        },
        index=index,
    )
