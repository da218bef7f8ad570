"""Toys for indicators of communes: nested territories that cross, states drawn at random, and what a table says of them."""

import numpy as np
import pandas as pd

GENRES = {"pauvrete": "part", "niveau": "valeur", "allocataires": "nombre", "densite": "classe"}
INDICATEURS = pd.DataFrame({"indicateur": list(GENRES), "genre": list(GENRES.values())})
STATES = ["publie", "secret", "non_disponible", "vide", "absente", "autre_millesime"]


def make_cells(indicateur, cells):
    """Return cells from {code: value or state}; a text that is no state is a class."""
    rows = []
    for code, told in cells.items():
        state = told if told in STATES else "publie"
        value = told if isinstance(told, (int, float)) else np.nan
        label = told if isinstance(told, str) and told not in STATES else None
        rows.append((code, indicateur, value, label, state))
    return pd.DataFrame(rows, columns=["code_insee", "indicateur", "valeur", "classe", "etat"]).astype(
        {"valeur": float, "classe": object, "etat": "str", "code_insee": "str", "indicateur": "str"}
    )


def make_people(population):
    return pd.DataFrame({"population": pd.Series(population, dtype=float)}).rename_axis("code_insee")


def make_places(**territories):
    """Return appartenance from territoire="abc": one letter a commune."""
    rows = [(code, name) for name, codes in territories.items() for code in codes]
    return pd.DataFrame(rows, columns=["code_insee", "territoire_id"]).astype("str")


def draw_toy(seed, part_secret=0.3):
    """Return communes, appartenance (perimetre, EPCI, departements that cross) and cells drawn at random, with true values."""
    rng = np.random.default_rng(seed)
    codes = [f"{number:05d}" for number in range(rng.integers(4, 22))]
    communes = make_people(dict(zip(codes, rng.integers(20, 900, len(codes)).astype(float), strict=True)))
    columns = {
        "perimetre": np.full(len(codes), "perimetre"),
        "epci": rng.choice(["epci:1", "epci:2", "epci:3", "epci:4"], len(codes)),
        "departement": rng.choice(["departement:43", "departement:63"], len(codes), p=[0.8, 0.2]),
    }
    places = pd.concat([pd.DataFrame({"code_insee": codes, "territoire_id": column}) for column in columns.values()])
    parts = []
    for name, genre in GENRES.items():
        states = rng.choice(STATES, len(codes), p=[0.9 - part_secret, part_secret, 0.03, 0.03, 0.02, 0.02])
        part = pd.DataFrame(
            {"code_insee": codes, "indicateur": name, "etat": states, "vraie": rng.random(len(codes)).round(3)}
        )
        part["valeur"] = part["vraie"] if genre != "classe" else np.nan
        part["classe"] = rng.choice(["rural", "urbain"], len(codes)) if genre == "classe" else None
        parts.append(part)
    cells = pd.concat(parts, ignore_index=True)
    hidden = cells["etat"] != "publie"
    cells = cells.assign(valeur=cells["valeur"].mask(hidden), classe=cells["classe"].astype(object).mask(hidden, None))
    costs = rng.choice([0.0, 3.0, 5.0, 9.0, 10.0, 14.0, 30.0, np.nan], (2, len(codes)))
    acces = pd.concat(
        [
            pd.DataFrame({"code_insee": codes, "categorie": c, "distance_km": d})
            for c, d in zip("xy", costs, strict=True)
        ]
    )
    return communes, places.reset_index(drop=True), cells, acces.reset_index(drop=True)
