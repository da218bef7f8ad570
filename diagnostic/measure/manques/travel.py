"""Minutes of travel from each commune to the two nearest actors of a category, where someone gave them.

A pair without minutes is unknown, never far and never near: the nearest site that is known may not be the nearest one, and
the tables say where that may be.
"""

import numpy as np
import pandas as pd

from diagnostic.measure.manques.access import keep_inside, list_codes, list_sites, measure_access
from diagnostic.measure.manques.access_summary import summarise_thresholds
from diagnostic.measure.manques.nearest import DECIMALS, KILOMETRES, MINUTES, frame_nearest, rank_two
from diagnostic.measure.ressorts.cells import match_codes

TRAVEL_COLUMNS = [
    "code_insee", "categorie", "minutes", "site_id", "site_hors_territoire", "minutes_second", "site_second_id",
    "nb_sites_sans_temps", "temps_incomplet",
]  # fmt: skip
_HAIR = 1.5e-6  # km: lines rounded to the millimetre on one side only


def measure_travel_access(communes, sites, temps, *, categories=None):
    """Measure the minutes from each commune to the nearest and to the second nearest site of each category.

    A time runs from its origin to its destination; the way back is another row. A destination is an acteur_id, or else the
    code of a commune: then every site located in that commune; a row for the site itself wins. A commune has no time to
    its own sites unless a row says so. A row without minutes, or with negative ones, says nothing; of two rows for one
    pair, the shorter is kept. Minutes are compared to the thousandth, and among equal ones the smallest acteur_id is kept.
    A mobile service is never a destination; a site without coordinates is one, its place being given by the row.

    Parameters
    ----------
    communes, sites, categories : as in `measure_access`
    temps : DataFrame code_insee (origin), destination, minutes; of one way of travelling, or the shortest of all is kept

    Returns
    -------
    DataFrame, one row a category and commune in their orders, with TRAVEL_COLUMNS. minutes and ids are NaN where no site
    of the category has a time from there. nb_sites_sans_temps: sites of the category in the commune's zone, mobile ones
    left out, without time from it. temps_incomplet: no site as near, as the crow flies, as the nearest one has a time, so
    that the nearest known may not be the true nearest (missing where that distance is unknown).

    Examples
    --------
    >>> here = {"x_m": [0.0, 3000.0], "y_m": 0.0, "zone": "metropole"}
    >>> communes = pd.DataFrame(here, index=["01001", "01002"])
    >>> sites = pd.DataFrame({"acteur_id": ["s"], "categorie": ["CCAS"], "x_m": 0.0, "y_m": 0.0, "code_insee": "01001"})
    >>> temps = pd.DataFrame({"code_insee": ["01002"], "destination": ["01001"], "minutes": [7.0]})
    >>> measure_travel_access(communes, sites, temps)["minutes"].tolist()
    [nan, 7.0]
    """
    places = list_sites(communes, sites)
    codes = list_codes(places, categories)
    served = places[~places["mobile"] & places["categorie"].isin(codes)].sort_values("acteur_id", ignore_index=True)
    kind = pd.Index(codes).get_indexer(served["categorie"])
    origin, site, minutes = list_times(communes, served, temps)
    group = kind[site] * len(communes) + origin
    values = np.full((len(codes) * len(communes), 2), np.nan)
    nearest = np.full(values.shape, -1)
    chosen, rank = rank_two(group, minutes, site)
    values[group[chosen], rank], nearest[group[chosen], rank] = minutes[chosen], site[chosen]
    table = frame_nearest(communes, codes, served, values, places=nearest, names=MINUTES)
    table["nb_sites_sans_temps"] = _count_unknown(communes, served, kind, (origin, site, group), len(table))
    straight = measure_access(communes, sites, categories=codes)["distance_km"].to_numpy()
    known = np.full(len(table), np.inf)
    np.fmin.at(known, group, _measure_lines(communes, served, origin, site))
    missed = known > straight + _HAIR
    return table.assign(temps_incomplet=pd.arrays.BooleanArray(missed, np.isnan(straight)))[TRAVEL_COLUMNS]


def list_times(communes, served, temps):
    """Return the known pairs, once each: place of the commune, row of the site, minutes."""
    given = temps.dropna(subset=["code_insee", "destination", "minutes"])
    minutes = given["minutes"].to_numpy(dtype=float)
    origin = communes.index.get_indexer(given["code_insee"])
    fair = (origin >= 0) & (minutes >= 0) & np.isfinite(minutes)
    origin, minutes = origin[fair], np.round(minutes[fair], DECIMALS)
    place, destinations = pd.factorize(given["destination"].astype("str").to_numpy(dtype=object)[fair])
    pairs = []
    for rank, column in enumerate(["acteur_id", "code_insee"]):
        there = pd.Index(destinations, dtype="str").get_indexer(served[column].astype("str"))
        held = np.flatnonzero(there >= 0)
        i, j = match_codes(place, there[held])
        pairs.append((origin[i], held[j], minutes[i], np.full(len(i), rank)))
    origin, site, minutes, rank = (np.concatenate(column) for column in zip(*pairs, strict=True))
    order = np.lexsort((minutes, rank, site, origin))
    origin, site, minutes = origin[order], site[order], minutes[order]
    first = np.append(True, (np.diff(origin) != 0) | (np.diff(site) != 0))[: len(order)]
    return origin[first], site[first], minutes[first]


def _list_zones(communes, served):
    """Return the zone of each commune and of each site as codes of one list; -1 for a site of another zone."""
    zone, zones = pd.factorize(communes.reindex(columns=["zone"])["zone"].astype("object").fillna(""))
    return zone, pd.Index(zones, dtype="object").get_indexer(served["zone"].astype("object"))


def _count_unknown(communes, served, kind, pairs, size):
    """Return, for each category and commune, the sites of its zone that have no time from it."""
    origin, site, group = pairs
    zone, site_zone = _list_zones(communes, served)
    nb_codes, nb_zones = size // max(len(communes), 1), int(zone.max(initial=0)) + 1
    here = site_zone >= 0
    held = np.bincount(kind[here] * nb_zones + site_zone[here], minlength=nb_codes * nb_zones).reshape(nb_codes, nb_zones)
    near = zone[origin] == site_zone[site]
    return held[:, zone].ravel() - np.bincount(group[near], minlength=size)


def _measure_lines(communes, served, origin, site):
    """Return the straight line of each pair in km, NaN without two points of one zone."""
    zone, site_zone = _list_zones(communes, served)
    points, spots = communes[["x_m", "y_m"]].to_numpy(dtype=float), served[["x_m", "y_m"]].to_numpy(dtype=float)
    lines = np.hypot(*(points[origin] - spots[site]).T) / 1000
    return np.where(zone[origin] == site_zone[site], lines, np.nan)


def summarise_travel(trajets, communes, appartenance, sites, temps, *, seuils_min=(10, 20, 30)):
    """Sum up minutes by territory, category and threshold: who is strictly farther than X minutes.

    As `access.summarise_access`, in minutes. Shares and means are over the inhabitants whose time is known; the others are in
    population_sans_temps. Without the sites outside, a commune whose only known times lead outside is counted beyond.

    Parameters
    ----------
    trajets : DataFrame from `measure_travel_access` on the same communes, sites and temps

    Returns
    -------
    DataFrame with the columns of `summarise_access`, seuil_minutes and minutes_moyennes in place of seuil_km and
    distance_moyenne_km; population_sans_temps, nb_communes_sans_temps and nb_communes_temps_incomplet in place of what is
    said of points.
    """
    inside = measure_travel_access(communes, keep_inside(sites), temps, categories=trajets["categorie"].unique())
    places = list_sites(communes, sites)
    return summarise_thresholds(
        trajets, communes, appartenance, places.assign(fixe=~places["mobile"]), sans_voisins=inside, seuils=seuils_min
    )


def list_modes(distances, trajets):
    """Tell, for each category, whether minutes or straight lines are to be shown: minutes as soon as one is known.

    Parameters
    ----------
    distances, trajets : DataFrame from `measure_access` and `measure_travel_access` (None or empty: no time was given)

    Returns
    -------
    DataFrame categorie, mode ("temps de trajet" or "vol d'oiseau"), nb_communes, nb_communes_avec_temps,
    nb_communes_temps_incomplet (of those with a time: a nearer site, as the crow flies, has none); in the order of `distances`.

    Examples
    --------
    >>> distances = pd.DataFrame({"categorie": ["ccas", "mds"], "distance_km": [1.0, 2.0]})
    >>> trajets = pd.DataFrame({"categorie": ["ccas", "mds"], "minutes": [4.0, None], "temps_incomplet": [False, True]})
    >>> list_modes(distances, trajets)[["categorie", "mode"]].values.tolist()
    [['ccas', 'temps de trajet'], ['mds', "vol d'oiseau"]]
    """
    table = distances.groupby("categorie", sort=False).size().rename("nb_communes").reset_index()
    given = pd.DataFrame(columns=TRAVEL_COLUMNS) if trajets is None else trajets
    known = given[given["minutes"].notna()]
    counts = known.groupby("categorie").size().reindex(table["categorie"], fill_value=0)
    doubtful = known[known["temps_incomplet"].astype("boolean").fillna(False).astype(bool)]
    table["nb_communes_avec_temps"] = counts.to_numpy()
    table["nb_communes_temps_incomplet"] = doubtful.groupby("categorie").size().reindex(table["categorie"], fill_value=0).to_numpy()
    modes = np.where(table["nb_communes_avec_temps"] > 0, MINUTES["mode"], KILOMETRES["mode"])
    return table.assign(mode=modes)[["categorie", "mode", "nb_communes", "nb_communes_avec_temps", "nb_communes_temps_incomplet"]]
