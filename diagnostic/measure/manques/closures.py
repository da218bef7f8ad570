"""What if this one closes: who would go where, how much farther, for each fixed site of a category."""

import numpy as np
import pandas as pd

from diagnostic.measure.manques.nearest import name_columns
from diagnostic.measure.ressorts.cells import divide

_KEYS = ["categorie", "site_id"]


def measure_closures(distances, communes, places):
    """Measure what the closing of each site, alone, would cost to the communes it is nearest to.

    Each of them turns to its second nearest site, all the others staying open: closing one of two sites on one spot, or one
    of two as near, costs 0. Extra distance is over the inhabitants who have a second site; those who have none (no other
    site in the zone, or no other time known) are in population_sans_repli.

    Parameters
    ----------
    distances : DataFrame from `measure_access` or `measure_travel_access`
    communes : DataFrame indexed by code_insee with population (NaN weighs nothing; the commune is counted)
    places : DataFrame of `list_sites`: the fixed sites of the perimetre are listed even where they are nearest for nobody,
        those outside it where they serve

    Returns
    -------
    DataFrame categorie, site_id, hors_territoire, nb_communes, population, nb_communes_population_inconnue,
    distance_avant_km and distance_apres_km (means weighted by population, over those who have a second site),
    habitants_km (inhabitants times extra kilometres; minutes_avant, minutes_apres, habitants_minutes for minutes),
    nb_communes_sans_repli, population_sans_repli, site_repli_id (the next site of most inhabitants; most communes, then the
    smallest id, among equals), population_repli. By category, those that leave people without any site first, then by
    cost, then by id. Means are NaN where nobody is served or has a second site.

    Examples
    --------
    >>> near = {"distance_km": [1.0], "site_id": "a", "distance_second_km": [4.0], "site_second_id": "b"}
    >>> distances = pd.DataFrame({"code_insee": ["01001"], "categorie": "ccas"} | near)
    >>> communes = pd.DataFrame({"population": [200]}, index=["01001"])
    >>> places = pd.DataFrame({"acteur_id": ["a", "b"], "categorie": "ccas", "hors_territoire": False, "fixe": True})
    >>> closed = measure_closures(distances, communes, places)
    >>> closed[["site_id", "distance_avant_km", "distance_apres_km", "habitants_km", "site_repli_id"]].values.tolist()
    [['a', 1.0, 4.0, 600.0, 'b'], ['b', nan, nan, 0.0, nan]]
    """
    names = name_columns(distances)
    rows = _list_served(distances, communes, names)
    before, after = names["avant"], names["apres"]
    table = rows.groupby(_KEYS).agg(
        nb_communes=("code_insee", "size"), population=("population", "sum"), inconnue=("inconnue", "sum"),
        avec=("avec", "sum"), **{before: ("poids_avant", "sum"), after: ("poids_apres", "sum")},
        nb_communes_sans_repli=("sans_repli", "sum"),
    )  # fmt: skip
    table = table.rename(columns={"inconnue": "nb_communes_population_inconnue"})
    places = places[places["categorie"].isin(distances["categorie"].unique())]
    table = _list_closable(places, table.index).join(table, on=_KEYS).join(_find_next(rows), on=_KEYS)
    counts = ["nb_communes", "nb_communes_population_inconnue", "nb_communes_sans_repli"]
    sums = ["population", "avec", before, after, "population_repli"]
    table = table.fillna(dict.fromkeys([*counts, *sums], 0)).astype(dict.fromkeys(counts, int))
    table["population_sans_repli"] = table["population"] - table["avec"]
    # Rounded to the millimetre and the thousandth of a minute, as what it is made of: equal costs stay equal.
    table[names["cout"]] = (table[after] - table[before]).round(6)
    for name in (before, after):
        table[name] = divide(table[name], table["avec"])
    order = [*_KEYS[:1], "population_sans_repli", names["cout"], "site_id"]
    table = table.sort_values(order, ascending=[True, False, False, True], ignore_index=True)
    return table[[
        *_KEYS, "hors_territoire", "nb_communes", "population", "nb_communes_population_inconnue", before, after, names["cout"],
        "nb_communes_sans_repli", "population_sans_repli", "site_repli_id", "population_repli",
    ]]  # fmt: skip


def _list_served(distances, communes, names):
    """Return the communes that have a nearest site, and what closing it does to each."""
    rows = distances[distances["site_id"].notna()].reset_index(drop=True)
    people = communes["population"].astype(float).reindex(rows["code_insee"]).to_numpy()
    weights, second = np.nan_to_num(people), rows[names["seconde"]].notna().to_numpy()
    return rows.assign(
        population=weights, inconnue=np.isnan(people), avec=np.where(second, weights, 0), sans_repli=~second,
        poids_avant=np.where(second, weights * rows[names["valeur"]], 0),
        poids_apres=np.where(second, weights * rows[names["seconde"]].fillna(0), 0),
    )  # fmt: skip


def _list_closable(places, serving):
    """Return the sites that may close: those of the perimetre, and those that serve."""
    named = places.rename(columns={"acteur_id": "site_id"})
    # With minutes, a site without coordinates may serve.
    serves = pd.MultiIndex.from_frame(named[_KEYS]).isin(serving)
    kept = (named["fixe"] & ~named["hors_territoire"]) | serves
    return named.loc[kept, [*_KEYS, "hors_territoire"]].reset_index(drop=True)


def _find_next(rows):
    """Return, for each site, the second nearest site of most inhabitants, and those inhabitants."""
    flows = rows.dropna(subset="site_second_id").groupby([*_KEYS, "site_second_id"])["population"].agg(["sum", "size"])
    flows = flows.reset_index().rename(columns={"site_second_id": "site_repli_id", "sum": "population_repli"})
    order = [*_KEYS, "population_repli", "size", "site_repli_id"]
    flows = flows.sort_values(order, ascending=[True, True, False, False, True]).drop_duplicates(_KEYS)
    return flows.set_index(_KEYS)[["site_repli_id", "population_repli"]]


def count_newly_beyond(distances, communes, *, seuils):
    """Count those who would be strictly beyond each threshold, and are not, if their nearest site closed.

    A commune without a second site is beyond every threshold once its site has closed.

    Parameters
    ----------
    seuils : sequence of numbers, in the unit of `distances`

    Returns
    -------
    DataFrame categorie, site_id, seuil_km (or seuil_minutes), nb_communes_nouvelles_au_dela, population_nouvelle_au_dela; a row
    a site that serves and threshold.

    Examples
    --------
    >>> near = {"distance_km": [1.0], "site_id": "a", "distance_second_km": [7.0], "site_second_id": "b"}
    >>> distances = pd.DataFrame({"code_insee": ["01001"], "categorie": "ccas"} | near)
    >>> communes = pd.DataFrame({"population": [200]}, index=["01001"])
    >>> count_newly_beyond(distances, communes, seuils=[5, 10])["population_nouvelle_au_dela"].tolist()
    [200.0, 0.0]
    """
    names = name_columns(distances)
    rows = _list_served(distances, communes, names)
    parts = []
    for seuil in seuils:
        flag = (rows[names["valeur"]] <= seuil) & ~(rows[names["seconde"]] <= seuil)
        new = {"nb_communes_nouvelles_au_dela": flag.astype(int), "population_nouvelle_au_dela": rows["population"].where(flag, 0)}
        sums = rows[_KEYS].assign(**new).groupby(_KEYS).sum().reset_index()
        sums.insert(2, names["seuil"], seuil)
        parts.append(sums)
    columns = [*_KEYS, names["seuil"], "nb_communes_nouvelles_au_dela", "population_nouvelle_au_dela"]
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    return table.sort_values([*_KEYS, names["seuil"]], ignore_index=True)[columns]
