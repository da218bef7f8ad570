"""The nearest and the second nearest of many places, ties settled; and what the columns of each unit are called."""

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from diagnostic.measure.ressorts.cells import cross_codes

# The columns of a table of access, by what it counts: kilometres as the crow flies, or minutes of travel.
KILOMETRES = {
    "valeur": "distance_km", "seconde": "distance_second_km", "seuil": "seuil_km", "moyenne": "distance_moyenne_km",
    "mediane": "distance_mediane_km", "p90": "distance_p90_km", "max": "distance_max_km",
    "avant": "distance_avant_km", "apres": "distance_apres_km", "cout": "habitants_km", "unite": "km", "mode": "vol d'oiseau",
}  # fmt: skip
MINUTES = {
    "valeur": "minutes", "seconde": "minutes_second", "seuil": "seuil_minutes", "moyenne": "minutes_moyennes",
    "mediane": "minutes_medianes", "p90": "minutes_p90", "max": "minutes_max",
    "avant": "minutes_avant", "apres": "minutes_apres", "cout": "habitants_minutes", "unite": "min", "mode": "temps de trajet",
}  # fmt: skip
DECIMALS = 3  # of a metre, and of a minute: what is closer than that is equal
_FIRST_REACH, _WIDER = 8, 4
_FEW = 1000


def name_columns(distances):
    """Return KILOMETRES or MINUTES, by the column that `distances` holds."""
    return MINUTES if MINUTES["valeur"] in distances else KILOMETRES


def pick_middle(seuils):
    """Return the middle threshold, the upper of two: the one that sentences and sheets tell.

    >>> pick_middle([20, 5, 10]), pick_middle([5, 10])
    (10, 10)
    """
    return sorted(seuils)[len(seuils) // 2]


def find_nearest(points, sites):
    """Find the two nearest sites of each point; among equal distances, those that come first in `sites`.

    Two sites on one spot are two sites: the second nearest may be as far as the nearest.

    Parameters
    ----------
    points, sites : arrays (n, 2) and (m, 2), metres, no missing value

    Returns
    -------
    distances, places : arrays (n, 2): metres, to the millimetre, and rows of `sites`; NaN and -1 where there is no such site

    Examples
    --------
    >>> distances, places = find_nearest(np.array([[0.0, 0.0]]), np.array([[0.0, 9.0], [3.0, 4.0], [5.0, 0.0]]))
    >>> distances.tolist(), places.tolist()
    ([[5.0, 5.0]], [[1, 2]])
    """
    if not len(points) or not len(sites):
        return np.full((len(points), 2), np.nan), np.full((len(points), 2), -1)
    first, twin = _group_spots(sites)
    tree = cKDTree(sites[first])
    away, spot = _query(tree, points, 3)
    doubled = np.append(twin >= 0, False)[spot[:, 0]]
    second = np.where(doubled, away[:, 0], away[:, 1])
    # A place beyond the last spot (there are fewer than three) leads to -1.
    first, twin = np.append(first, -1), np.append(twin, -1)
    places = np.column_stack([first[spot[:, 0]], np.where(doubled, twin[spot[:, 0]], first[spot[:, 1]])])
    alone = (away[:, 1] < away[:, 2]) | np.isinf(away[:, 1])
    tied = np.flatnonzero(~((away[:, 0] < away[:, 1]) & (doubled | alone)))
    if len(tied):
        places[tied] = _settle_ties(tree, points[tied], second[tied], first, twin)
    return np.column_stack([away[:, 0], np.where(np.isinf(second), np.nan, second)]), places


def _query(tree, points, k):
    # Starting threads costs more than a short query.
    away, spot = tree.query(points, k=np.arange(1, k + 1), workers=-1 if len(points) > _FEW else 1)
    return np.round(away, DECIMALS), spot


def _group_spots(sites):
    """Return, for each distinct spot, the row of its first site and of its second one (-1 where it is alone)."""
    order = np.lexsort((sites[:, 1], sites[:, 0]))
    new = np.append(True, (np.diff(sites[order], axis=0) != 0).any(axis=1))
    start = np.flatnonzero(new)
    size = np.diff(np.append(start, len(order)))
    return order[start], np.where(size > 1, order[np.minimum(start + 1, len(order) - 1)], -1)


def _settle_ties(tree, points, limit, first, twin):
    """Return the two sites to keep at or within `limit` of each point: the reach is widened until it holds all of them."""
    places = np.empty((len(points), 2), dtype=int)
    left, k = np.arange(len(points)), _FIRST_REACH
    while len(left):
        away, spot = _query(tree, points[left], min(k, tree.n))
        whole = (away[:, -1] > limit[left]) | (k >= tree.n)
        row, column = np.nonzero((away <= limit[left, None]) & whole[:, None])
        found = spot[row, column]
        site, value = np.append(first[found], twin[found]), np.tile(away[row, column], 2)
        here = np.tile(row, 2)
        kept = site >= 0
        chosen, rank = rank_two(here[kept], value[kept], site[kept])
        places[left[here[kept][chosen]], rank] = site[kept][chosen]
        left, k = left[~whole], k * _WIDER
    return places


def rank_two(group, value, site):
    """Return the rows of the two smallest values of each group, the smallest site among equals, and which of the two (0, 1).

    >>> rank_two(np.array([0, 0, 0]), np.array([2.0, 1.0, 1.0]), np.array([0, 7, 4]))
    (array([2, 1]), array([0, 1]))
    """
    order = np.lexsort((site, value, group))
    rank = np.arange(len(order)) - np.searchsorted(group[order], group[order])
    return order[rank < 2], rank[rank < 2]


def frame_nearest(communes, codes, fixed, values, *, places, names):
    """Return the table of access: a row a category and commune, the two nearest sites and what separates them.

    Parameters
    ----------
    communes : DataFrame indexed by code_insee
    codes : list of categories
    fixed : DataFrame of sites (acteur_id, hors_territoire)
    values, places : arrays (categories, communes, 2); -1 in places is no site
    names : KILOMETRES or MINUTES
    """
    values, places = values.reshape(-1, 2), places.reshape(-1, 2)
    outside = np.append(fixed["hors_territoire"].to_numpy(dtype=bool), False)[places[:, 0]]
    ids = fixed["acteur_id"].astype("str").array
    return pd.DataFrame(
        {
            "code_insee": communes.index.astype("str").array.take(np.tile(np.arange(len(communes)), len(codes))),
            "categorie": pd.array(codes, dtype="str").take(np.repeat(np.arange(len(codes)), len(communes))),
            names["valeur"]: values[:, 0],
            "site_id": ids.take(places[:, 0], allow_fill=True),
            "site_hors_territoire": pd.arrays.BooleanArray(outside, places[:, 0] < 0),
            names["seconde"]: values[:, 1],
            "site_second_id": ids.take(places[:, 1], allow_fill=True),
        }
    )


def join_territories(distances, communes, appartenance):
    """Return one row a commune, territory and category of `distances`, and the codes of its territory and category.

    Returns
    -------
    rows : DataFrame, the columns of `distances` with territoire_id and population (NaN where unknown)
    groups : DataFrame territoire_id, categorie, sorted
    group : array, the row of `groups` of each row of `rows`
    """
    located = appartenance[["code_insee", "territoire_id"]].drop_duplicates()
    rows = located.merge(distances, on="code_insee")
    rows["population"] = communes["population"].astype(float).reindex(rows["code_insee"]).to_numpy()
    place, territories = pd.factorize(rows["territoire_id"], sort=True)
    kind, categories = pd.factorize(rows["categorie"], sort=True)
    (place, kind), group = cross_codes(place, kind)
    groups = pd.DataFrame({"territoire_id": territories.take(place), "categorie": categories.take(kind)})
    return rows, groups, group
