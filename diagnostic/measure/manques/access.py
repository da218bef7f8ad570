"""Straight-line distance from each commune to the nearest actor of a category, and who is far from it.

The mairie stands for the commune. A straight line is not a road: in mountain country the real trip is longer, and
every output says so.
"""

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

DISTANCE_COLUMNS = ["code_insee", "categorie", "distance_km", "site_id", "site_hors_territoire"]
_OVERSEAS = "97"


def measure_access(communes, sites, *, categories=None):
    """Measure the distance from each commune to the nearest fixed site of each category.

    Sites outside the territory serve too. A mobile service is never a fixed point; a site without coordinates serves
    nobody. Distances stay within one `zone`: the metres of the metropole and of La Reunion do not compare. They are
    rounded to the millimetre, and among equal distances the smallest acteur_id (text order) is kept.

    Parameters
    ----------
    communes : DataFrame indexed by code_insee with x_m, y_m (mairie, metres) and `zone`
    sites : DataFrame of actors: acteur_id, categorie, categories_secondaires, x_m, y_m, code_insee, mobile,
        hors_territoire
    categories : list of codes; by default the categories of the sites, main and secondary, sorted

    Returns
    -------
    DataFrame, one row a category and commune in their orders, with DISTANCE_COLUMNS; distance_km and
    site_id are NaN for a commune without mairie point, or when its zone holds no fixed site of the category.

    Examples
    --------
    >>> here = {"x_m": [0.0, 3000.0], "y_m": [0.0, 4000.0], "zone": "metropole"}
    >>> communes = pd.DataFrame(here, index=["01001", "01002"])
    >>> sites = pd.DataFrame({"acteur_id": ["s"], "categorie": ["CCAS"], "x_m": 0.0, "y_m": 0.0, "code_insee": "01001"})
    >>> measure_access(communes, sites)["distance_km"].tolist()
    [0.0, 5.0]
    """
    places = list_sites(communes, sites)
    fixed = places[places["fixe"]].sort_values("acteur_id")
    codes = sorted(places["categorie"].unique()) if categories is None else list(categories)
    zones = _list_zones(communes)
    here = communes["x_m"].notna() & communes["y_m"].notna()
    parts = []
    for code in codes:
        part = pd.DataFrame({"code_insee": communes.index, "categorie": code, "distance_km": np.nan, "site_id": None})
        for zone in zones.unique():
            where = np.flatnonzero(here & (zones == zone))
            near = fixed[(fixed["categorie"] == code) & (fixed["zone"] == zone)].drop_duplicates(["x_m", "y_m"])
            if len(where) and len(near):
                distance, nearest = _find_nearest(
                    communes[["x_m", "y_m"]].to_numpy(dtype=float)[where], near[["x_m", "y_m"]].to_numpy(dtype=float)
                )
                part.loc[where, "distance_km"] = distance
                part.loc[where, "site_id"] = near["acteur_id"].to_numpy(dtype=object)[nearest]
        parts.append(part)
    table = (
        pd.concat(parts, ignore_index=True)
        if parts
        else pd.DataFrame(columns=DISTANCE_COLUMNS[:-1]).astype({"distance_km": float})
    )
    outside = places.drop_duplicates("acteur_id").set_index("acteur_id")["hors_territoire"]
    table["site_hors_territoire"] = table["site_id"].map(outside).astype("boolean")
    return table.astype({"code_insee": "str", "categorie": "str", "site_id": "str"})[DISTANCE_COLUMNS]


def list_sites(communes, sites):
    """List the sites, one row a category, main or secondary, with their zone and whether they are a fixed point.

    The zone is the column `zone` where filled, else that of the communes whose code begins alike (97x overseas, the
    rest together), else the only zone of `communes`.

    Returns
    -------
    DataFrame acteur_id, categorie, code_insee, x_m, y_m, zone, mobile, hors_territoire, sans_point, fixe.
    """
    columns = [
        "acteur_id",
        "categorie",
        "categories_secondaires",
        "code_insee",
        "x_m",
        "y_m",
        "zone",
        "mobile",
        "hors_territoire",
    ]
    rows = sites.reindex(columns=columns).reset_index(drop=True)
    for flag in ["mobile", "hors_territoire"]:
        rows[flag] = rows[flag].astype("boolean").fillna(False).astype(bool)
    rows["zone"] = rows["zone"].astype("object").where(rows["zone"].notna(), _guess_zones(rows["code_insee"], communes))
    rows["sans_point"] = rows[["x_m", "y_m", "zone"]].isna().any(axis=1)
    rows["fixe"] = ~rows["mobile"] & ~rows["sans_point"]
    others = (
        rows.drop(columns="categorie")
        .explode("categories_secondaires")
        .rename(columns={"categories_secondaires": "categorie"})
    )
    both = pd.concat([rows.drop(columns="categories_secondaires"), others], ignore_index=True).dropna(
        subset="categorie"
    )
    return both.drop_duplicates(["acteur_id", "categorie"], ignore_index=True)


def _list_zones(communes):
    return communes.reindex(columns=["zone"])["zone"].astype("object").fillna("")


def _guess_zones(codes, communes):
    zones = _list_zones(communes)
    by_prefix = pd.Series(zones.to_numpy(), index=communes.index.map(_shorten_code), dtype="object")
    by_prefix = by_prefix[~by_prefix.index.duplicated()].to_dict()
    alone = zones.iloc[0] if zones.nunique() == 1 else None
    # A code of a zone without commune in the dossier gives no zone: such a site is near none of them.
    return codes.astype("object").map(lambda c: by_prefix.get(_shorten_code(c)) if isinstance(c, str) else alone)


def _shorten_code(code):
    return code[:3] if code.startswith(_OVERSEAS) else ""


def _find_nearest(points, sites):
    """Return the distance in km, to the millimetre, and the row of the nearest site, the first one among equals."""
    tree = cKDTree(sites)
    distance, nearest = tree.query(points, k=min(2, len(sites)))
    if len(sites) == 1:
        return np.round(distance, 3) / 1000, nearest
    first, second = distance[:, 0], distance[:, 1]
    nearest = nearest[:, 0].copy()
    tied = np.flatnonzero(np.round(first, 3) == np.round(second, 3))
    if len(tied):
        around = tree.query_ball_point(points[tied], first[tied] + 1e-3)
        exact = [
            [k for k in ks if round(np.hypot(*(sites[k] - points[t])), 3) == round(first[t], 3)]
            for t, ks in zip(tied, around, strict=True)
        ]
        nearest[tied] = [min(ks) for ks in exact]
    return np.round(first, 3) / 1000, nearest


def summarise_access(distances, communes, appartenance, sites, *, seuils_km=(5, 10, 20)):
    """Sum up distances by territory, category and threshold: who lives strictly farther than X km.

    Shares and means are over the inhabitants whose distance is known; the others are counted in
    `population_sans_point` (mairie without coordinates) and `population_sans_site` (no fixed site of the category in
    the zone). Communes of unknown population weigh nothing and are counted.

    Parameters
    ----------
    distances : DataFrame from `measure_access`
    communes : DataFrame indexed by code_insee with population, x_m, y_m
    appartenance : DataFrame (code_insee, territoire_id)
    sites : the same actors as in `measure_access`, for the counts of sites

    Returns
    -------
    DataFrame territoire_id, categorie, seuil_km, population, population_au_dela,
    part_population_au_dela, nb_communes, nb_communes_au_dela, distance_moyenne_km (weighted by population), nb_sites
    (fixed, in the communes of the territory), nb_sites_hors_territoire (fixed, elsewhere, nearest for one of its
    communes at least), nb_mobiles, nb_sites_sans_point, population_sans_point, nb_communes_sans_point,
    population_sans_site, nb_communes_population_inconnue, raison_absence. NaN when no inhabitant has a distance.
    """
    located = appartenance[["code_insee", "territoire_id"]].drop_duplicates()
    facts = pd.DataFrame(
        {"population": communes["population"].astype(float), "sans_point": communes[["x_m", "y_m"]].isna().any(axis=1)}
    )
    rows = located.merge(distances, on="code_insee").merge(facts, left_on="code_insee", right_index=True)
    base = _sum_bases(rows)
    thresholds = pd.concat([_sum_beyond(rows, seuil) for seuil in seuils_km])
    table = thresholds.join(base).join(_count_sites(rows, located, list_sites(communes, sites)))
    counts = ["nb_sites", "nb_sites_hors_territoire", "nb_mobiles", "nb_sites_sans_point"]
    table[counts] = table[counts].fillna(0).astype(int)
    some = table["population"] > 0
    table["part_population_au_dela"] = (table["population_au_dela"] / table["population"]).where(some)
    table["distance_moyenne_km"] = (table.pop("somme") / table["population"]).where(some)
    table[["population_au_dela", "nb_communes_au_dela"]] = table[["population_au_dela", "nb_communes_au_dela"]].where(
        table["nb_communes"] > 0
    )
    table["raison_absence"] = np.select(
        [some, table["nb_communes"] > 0, table["nb_communes_sans_site"] > 0],
        ["", "population nulle ou inconnue", "aucun site fixe de cette catégorie"],
        default="aucune mairie localisée",
    )
    return table.reset_index().sort_values(["territoire_id", "categorie", "seuil_km"], ignore_index=True)[
        _SUMMARY_COLUMNS
    ]


_SUMMARY_COLUMNS = [
    "territoire_id", "categorie", "seuil_km", "population", "population_au_dela", "part_population_au_dela",
    "nb_communes", "nb_communes_au_dela", "distance_moyenne_km", "nb_sites", "nb_sites_hors_territoire", "nb_mobiles",
    "nb_sites_sans_point", "population_sans_point", "nb_communes_sans_point", "population_sans_site",
    "nb_communes_population_inconnue", "raison_absence",
]  # fmt: skip
_KEYS = ["territoire_id", "categorie"]


def _sum_bases(rows):
    known, population = rows["distance_km"].notna(), rows["population"].fillna(0)
    no_site = ~known & ~rows["sans_point"]
    columns = {
        "population": population.where(known, 0),
        "somme": (population * rows["distance_km"]).fillna(0),
        "nb_communes": known.astype(int),
        "population_sans_point": population.where(rows["sans_point"], 0),
        "nb_communes_sans_point": rows["sans_point"].astype(int),
        "population_sans_site": population.where(no_site, 0),
        "nb_communes_sans_site": no_site.astype(int),
        "nb_communes_population_inconnue": rows["population"].isna().astype(int),
    }
    return rows[_KEYS].assign(**columns).groupby(_KEYS).sum()


def _sum_beyond(rows, seuil):
    beyond = rows["distance_km"] > seuil
    columns = {
        "population_au_dela": rows["population"].fillna(0).where(beyond, 0),
        "nb_communes_au_dela": beyond.astype(int),
    }
    return rows[_KEYS].assign(seuil_km=seuil, **columns).groupby([*_KEYS, "seuil_km"]).sum().reset_index("seuil_km")


def _count_sites(rows, located, places):
    """Count, by territory and category, the sites inside it and those elsewhere that serve it."""
    inside = places.merge(located, on="code_insee")
    flags = {
        "nb_sites": inside["fixe"].astype(int),
        "nb_mobiles": inside["mobile"].astype(int),
        "nb_sites_sans_point": (inside["sans_point"] & ~inside["mobile"]).astype(int),
    }
    counts = inside[_KEYS].assign(**flags).groupby(_KEYS).sum()
    used = rows[[*_KEYS, "site_id"]].dropna().drop_duplicates()
    home = inside[["acteur_id", "territoire_id"]].drop_duplicates().assign(dedans=True)
    used = used.merge(home, how="left", left_on=["site_id", "territoire_id"], right_on=["acteur_id", "territoire_id"])
    outside = used[used["dedans"].isna()].groupby(_KEYS).size().rename("nb_sites_hors_territoire")
    return counts.join(outside, how="outer")
