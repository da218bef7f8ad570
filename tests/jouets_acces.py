"""Toy communes and sites, placed in kilometres, and the naive loop that the measures of access are checked against."""

import math

import numpy as np
import pandas as pd


def make_communes(points, zone="metropole"):
    """Return communes from {code: (x_km, y_km, population)}."""
    table = pd.DataFrame.from_dict(points, orient="index", columns=["x_m", "y_m", "population"]).astype(float)
    table[["x_m", "y_m"]] *= 1000
    return table.assign(zone=zone, nom=[f"Commune {code}" for code in points]).rename_axis("code_insee")


def make_sites(points, **columns):
    """Return actors from {acteur_id: (categorie, x_km, y_km, code_insee)}."""
    table = pd.DataFrame.from_dict(points, orient="index", columns=["categorie", "x_m", "y_m", "code_insee"])
    table[["x_m", "y_m"]] = table[["x_m", "y_m"]].astype(float) * 1000
    return table.rename_axis("acteur_id").reset_index().assign(**columns)


def make_membership(communes, territoire_id="perimetre"):
    return pd.DataFrame({"code_insee": communes.index, "territoire_id": territoire_id})


def make_times(rows):
    """Return temps from [(code_insee, destination, minutes)]."""
    return pd.DataFrame(rows, columns=["code_insee", "destination", "minutes"]).astype({"minutes": float})


def make_grid(seed, nb_communes=40, nb_sites=20):
    """Return communes and sites on whole kilometres of a small grid: many ties, several sites on one spot."""
    rng = np.random.default_rng(seed)
    spots = rng.integers(0, 8, (nb_communes + nb_sites, 2))
    communes = make_communes({f"01{k:03d}": (*spots[k], 100 + k) for k in range(nb_communes)})
    points = {
        f"s{k:02d}": (str(rng.choice(["ccas", "mjc"])), *spots[nb_communes + k], f"01{k:03d}") for k in range(nb_sites)
    }
    return communes, make_sites(points)


def loop_nearest(point, sites, closed=()):
    """Return [(km, acteur_id), ...] of the sites of {acteur_id: (x_m, y_m)} from `point`, the nearest first."""
    away = (
        (round(math.sqrt((x - point[0]) ** 2 + (y - point[1]) ** 2), 3) / 1000, name)
        for name, (x, y) in sites.items()
        if name not in closed
    )
    return sorted(away)


TOY = make_communes({"01001": (0, 0, 1000), "01002": (3, 4, 500), "01003": (12, 0, 250)})
SITE = make_sites({"s1": ("ccas", 0, 0, "01001")})
