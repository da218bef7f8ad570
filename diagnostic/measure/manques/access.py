"""Straight-line distance from each commune to the two nearest actors of a category, and who is far from them.

The mairie stands for the commune. A straight line is not a road: in mountain country the real trip is longer, and
every output says so. Travel times, where given, are in `travel`.
"""

import numpy as np
import pandas as pd

from diagnostic.measure.manques.access_summary import summarise_thresholds
from diagnostic.measure.manques.nearest import KILOMETRES, find_nearest, frame_nearest

DISTANCE_COLUMNS = [
    "code_insee", "categorie", "distance_km", "site_id", "site_hors_territoire", "distance_second_km", "site_second_id",
]  # fmt: skip
_SITE_COLUMNS = [
    "acteur_id", "categorie", "categories_secondaires", "code_insee", "x_m", "y_m", "zone", "mobile", "hors_territoire",
]  # fmt: skip
_OVERSEAS = "97"
_STRIP = 20_000  # metres


def measure_access(communes, sites, *, categories=None):
    """Measure the distance from each commune to the nearest and to the second nearest fixed site of each category.

    Sites outside the territory serve too. A mobile service is never a fixed point; a site without coordinates serves
    nobody. Distances stay within one `zone`: the metres of the metropole and of La Reunion do not compare. They are
    rounded to the millimetre, and among equal distances the smallest acteur_id (text order) is kept. The second nearest
    is another actor, be it on the same spot.

    Parameters
    ----------
    communes : DataFrame indexed by code_insee with x_m, y_m (mairie, metres) and `zone`
    sites : DataFrame of actors: acteur_id, categorie, categories_secondaires, x_m, y_m, code_insee, mobile,
        hors_territoire
    categories : list of codes; by default the categories of the sites, main and secondary, sorted

    Returns
    -------
    DataFrame, one row a category and commune in their orders, with DISTANCE_COLUMNS; distances and ids are NaN for a
    commune without mairie point, or when its zone holds no fixed site of the category (no second one: only the second's).

    Examples
    --------
    >>> here = {"x_m": [0.0, 3000.0], "y_m": [0.0, 4000.0], "zone": "metropole"}
    >>> communes = pd.DataFrame(here, index=["01001", "01002"])
    >>> sites = pd.DataFrame({"acteur_id": ["s"], "categorie": ["CCAS"], "x_m": 0.0, "y_m": 0.0, "code_insee": "01001"})
    >>> measure_access(communes, sites)["distance_km"].tolist()
    [0.0, 5.0]
    """
    places = list_sites(communes, sites)
    codes = list_codes(places, categories)
    fixed = places[places["fixe"]].sort_values("acteur_id", ignore_index=True)
    points, spots = communes[["x_m", "y_m"]].to_numpy(dtype=float), fixed[["x_m", "y_m"]].to_numpy(dtype=float)
    zone, zones = pd.factorize(list_zones(communes))
    kind, site_zone = pd.Index(codes).get_indexer(fixed["categorie"]), pd.Index(zones).get_indexer(fixed["zone"])
    here = ~np.isnan(points).any(axis=1)
    distances = np.full((len(codes), len(communes), 2), np.nan)
    nearest = np.full(distances.shape, -1)
    for z in range(len(zones)):
        where, inside = np.flatnonzero(here & (zone == z)), np.flatnonzero(site_zone == z)
        # Neighbours asked one after the other go through the same branches of the tree, which are still at hand.
        where = where[np.lexsort((points[where, 1], points[where, 0] // _STRIP))]
        for k in np.unique(kind[inside][kind[inside] >= 0]):
            near = inside[kind[inside] == k]
            metres, rows = find_nearest(points[where], spots[near])
            distances[k, where] = metres / 1000
            nearest[k, where] = np.where(rows < 0, -1, near[rows])
    return frame_nearest(communes, codes, fixed, distances, places=nearest, names=KILOMETRES)


def list_codes(places, categories):
    """Return the categories asked for, once each, or those of the sites, sorted."""
    return sorted(places["categorie"].unique()) if categories is None else list(dict.fromkeys(categories))


def list_sites(communes, sites):
    """List the sites, one row a category, main or secondary, with their zone and whether they are a fixed point.

    The zone is the column `zone` where filled, else that of the communes whose code begins alike (97x overseas, the
    rest together), else the only zone of `communes`.

    Returns
    -------
    DataFrame acteur_id, categorie, code_insee, x_m, y_m, zone, mobile, hors_territoire, sans_point, fixe.
    """
    rows = sites.reindex(columns=_SITE_COLUMNS).reset_index(drop=True)
    for flag in ["mobile", "hors_territoire"]:
        rows[flag] = rows[flag].astype("boolean").fillna(False).astype(bool)
    if rows["zone"].isna().any():
        guessed = _guess_zones(rows["code_insee"], communes)
        rows["zone"] = rows["zone"].astype("object").where(rows["zone"].notna(), guessed)
    rows["sans_point"] = rows[["x_m", "y_m"]].isna().any(axis=1) | rows["zone"].isna()
    rows["fixe"] = ~rows["mobile"] & ~rows["sans_point"]
    others = rows[rows["categories_secondaires"].notna()].drop(columns="categorie").explode("categories_secondaires")
    others = others.rename(columns={"categories_secondaires": "categorie"})
    main = rows.drop(columns="categories_secondaires")
    both = pd.concat([main, others], ignore_index=True) if len(others) else main
    return both.dropna(subset="categorie").drop_duplicates(["acteur_id", "categorie"], ignore_index=True)


def list_zones(communes):
    """Return the zone of each commune, "" where none is said."""
    return communes.reindex(columns=["zone"])["zone"].astype("object").fillna("")


def _guess_zones(codes, communes):
    """Return the zone of each site by the beginning of its code; a zone without commune in the dossier is none of them."""
    zones = list_zones(communes).to_numpy()
    known = pd.DataFrame({"zone": zones, "debut": _shorten_codes(pd.Series(communes.index, dtype="str"))})
    by_prefix = known.drop_duplicates("debut").set_index("debut")["zone"]
    place, prefixes = pd.factorize(_shorten_codes(codes.astype("str")))
    alone = zones[0] if len(set(zones)) == 1 else None
    # The last place, that of -1, is for a site without code.
    named = np.append(by_prefix.reindex(prefixes).to_numpy(dtype=object), alone)
    return pd.Series(named[place], index=codes.index, dtype="object")


def _shorten_codes(codes):
    return codes.str.slice(0, 3).where(codes.str.startswith(_OVERSEAS) | codes.isna(), "")


def summarise_access(distances, communes, appartenance, sites, *, seuils_km=(5, 10, 20)):
    """Sum up distances by territory, category and threshold: who lives strictly farther than X km.

    Shares and means are over the inhabitants whose distance is known; the others are counted in
    `population_sans_point` (mairie without coordinates) and `population_sans_site` (no fixed site of the category in
    the zone). Communes of unknown population weigh nothing and are counted.

    Three readings stand beside each figure. `_sans_voisins`: the same without the sites outside the perimetre
    (hors_territoire), for every territory: the effect of the border of the inventory, not of each EPCI, whose neighbours
    in the perimetre keep serving it; a commune that no inside site serves is then beyond. `_moins_25` and `_plus_25`: the
    same at the threshold less, and plus, a quarter: whether the figure hangs on where the threshold was put.

    Parameters
    ----------
    distances : DataFrame from `measure_access`
    communes : DataFrame indexed by code_insee with population, x_m, y_m
    appartenance : DataFrame (code_insee, territoire_id)
    sites : the same actors as in `measure_access`, for the counts of sites

    Returns
    -------
    DataFrame territoire_id, categorie, seuil_km, population, population_au_dela,
    part_population_au_dela, nb_communes, nb_communes_au_dela, then these three with _sans_voisins, _moins_25, _plus_25;
    distance_moyenne_km (weighted by population), nb_sites (fixed, in the communes of the territory),
    nb_sites_hors_territoire (fixed, elsewhere, nearest for one of its communes at least), nb_mobiles, nb_sites_sans_point,
    population_sans_point, nb_communes_sans_point, population_sans_site, nb_communes_population_inconnue, raison_absence.
    NaN when no inhabitant has a distance.

    Examples
    --------
    >>> communes = pd.DataFrame({"x_m": [0.0, 12e3], "y_m": 0.0, "population": [900, 100]}, index=["01001", "01002"])
    >>> sites = pd.DataFrame({"acteur_id": ["s"], "categorie": ["ccas"], "x_m": 0.0, "y_m": 0.0, "code_insee": "01001"})
    >>> belongs = pd.DataFrame({"code_insee": ["01001", "01002"], "territoire_id": "perimetre"})
    >>> told = summarise_access(measure_access(communes, sites), communes, belongs, sites, seuils_km=[10])
    >>> told[["part_population_au_dela", "part_population_au_dela_plus_25", "distance_moyenne_km"]].values.tolist()
    [[0.1, 0.0, 1.2]]
    """
    inside = measure_access(communes, keep_inside(sites), categories=distances["categorie"].unique())
    nowhere = communes.index[communes[["x_m", "y_m"]].isna().any(axis=1)]
    return summarise_thresholds(
        distances.assign(sans_point=distances["code_insee"].isin(nowhere)), communes, appartenance,
        list_sites(communes, sites), sans_voisins=inside, seuils=seuils_km,
    )  # fmt: skip


def keep_inside(sites):
    """Return the sites that are not outside the perimetre (hors_territoire)."""
    return sites[~sites.reindex(columns=["hors_territoire"])["hors_territoire"].astype("boolean").fillna(False).astype(bool)]
