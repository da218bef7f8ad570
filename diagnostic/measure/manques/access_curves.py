"""How far inhabitants live from a category: cumulated curves, median and ninth decile, and the communes that are farthest."""

import numpy as np
import pandas as pd

from diagnostic.measure.manques.nearest import MINUTES, join_territories, name_columns
from diagnostic.measure.ressorts.cells import divide

CURVE_COLUMNS = [
    "territoire_id", "categorie", "unite", "borne", "population", "part_population", "nb_communes", "population_totale",
    "nb_communes_total",
]  # fmt: skip
_HAIR = 1e-9  # a distance equal to a bound but for the last bit of a float is within it


def measure_curves(distances, communes, appartenance, *, pas=1):
    """Cumulate the inhabitants who live within each distance, by territory and category: a weighted distribution function.

    Parameters
    ----------
    distances : DataFrame from `measure_access` or `measure_travel_access`
    communes : DataFrame indexed by code_insee with population (NaN weighs nothing; the commune is counted)
    appartenance : DataFrame (code_insee, territoire_id)
    pas : step of the grid, in the unit of `distances` (km or min)

    Returns
    -------
    DataFrame with CURVE_COLUMNS: for borne = 0, pas, 2 pas... up to the farthest commune of the territory, the inhabitants and
    communes at that distance or nearer, the share they make of population_totale (whose distance is known; NaN when it is 0).
    No row where no commune has a distance. unite is km or min.

    Examples
    --------
    >>> distances = pd.DataFrame({"code_insee": ["01001", "01002"], "categorie": "ccas", "distance_km": [0.0, 1.5]})
    >>> communes = pd.DataFrame({"population": [900, 100]}, index=["01001", "01002"])
    >>> belongs = pd.DataFrame({"code_insee": ["01001", "01002"], "territoire_id": "perimetre"})
    >>> measure_curves(distances, communes, belongs)[["borne", "part_population"]].values.tolist()
    [[0.0, 0.9], [1.0, 0.9], [2.0, 1.0]]
    """
    names = name_columns(distances)
    rows, groups, group = join_territories(distances[distances[names["valeur"]].notna()], communes, appartenance)
    step = np.ceil(rows[names["valeur"]].to_numpy(dtype=float) / pas - _HAIR).astype(int)
    last = np.zeros(len(groups), dtype=int)
    np.maximum.at(last, group, step)
    start = np.cumsum(last + 1) - (last + 1)
    size = int((last + 1).sum())
    place = np.repeat(np.arange(len(groups)), last + 1)
    weights = rows["population"].fillna(0).to_numpy()
    people = _cumulate(np.bincount(start[group] + step, weights=weights, minlength=size), start, place)
    towns = _cumulate(np.bincount(start[group] + step, minlength=size), start, place)
    whole = start + last
    table = groups.take(place).reset_index(drop=True).assign(
        unite=names["unite"], borne=(np.arange(size) - start[place]) * float(pas), population=people, nb_communes=towns,
        population_totale=people[whole[place]], nb_communes_total=towns[whole[place]],
    )  # fmt: skip
    return table.assign(part_population=divide(people, table["population_totale"]))[CURVE_COLUMNS]


def _cumulate(counts, start, place):
    """Return the running sums of `counts`, begun again at each of `start`."""
    total = np.cumsum(counts)
    return total - (total - counts)[start][place]


def measure_quantiles(distances, communes, appartenance):
    """Measure the distance within which half, and nine tenths, of the inhabitants live, by territory and category.

    The quantile q is the smallest distance of a commune at which at least q of the inhabitants whose distance is known are
    at that distance or nearer: no interpolation between communes.

    Returns
    -------
    DataFrame territoire_id, categorie, unite, population (whose distance is known), nb_communes, distance_mediane_km,
    distance_p90_km, distance_max_km (minutes_medianes, minutes_p90, minutes_max for minutes); quantiles are NaN without
    inhabitant, the maximum is of the communes, inhabited or not.

    Examples
    --------
    >>> distances = pd.DataFrame({"code_insee": ["01001", "01002"], "categorie": "ccas", "distance_km": [0.0, 1.5]})
    >>> communes = pd.DataFrame({"population": [800, 200]}, index=["01001", "01002"])
    >>> belongs = pd.DataFrame({"code_insee": ["01001", "01002"], "territoire_id": "perimetre"})
    >>> measure_quantiles(distances, communes, belongs)[["distance_mediane_km", "distance_p90_km"]].values.tolist()
    [[0.0, 1.5]]
    """
    names = name_columns(distances)
    rows, groups, group = join_territories(distances[distances[names["valeur"]].notna()], communes, appartenance)
    order = np.lexsort((rows[names["valeur"]].to_numpy(), group))
    group, value = group[order], rows[names["valeur"]].to_numpy(dtype=float)[order]
    weights = rows["population"].fillna(0).to_numpy()[order]
    size = np.bincount(group, minlength=len(groups))
    start = np.cumsum(size) - size
    total = np.bincount(group, weights=weights, minlength=len(groups))
    people = _cumulate(weights, start, group)
    table = groups.assign(unite=names["unite"], population=total, nb_communes=size)
    for name, share in {"mediane": 0.5, "p90": 0.9}.items():
        reached = np.flatnonzero((people >= share * total[group] * (1 - _HAIR)) & (total[group] > 0))
        places, first = np.unique(group[reached], return_index=True)
        table[names[name]] = pd.Series(value[reached[first]], index=places).reindex(table.index)
    table[names["max"]] = value[start + size - 1] if len(value) else np.nan
    return table


def list_farthest(distances, communes, *, nombre=10):
    """List the communes that are farthest from each category: the greatest distances, the smallest code among equals.

    Communes without known distance are not ranked: see `list_unreached`.

    Returns
    -------
    DataFrame categorie, rang (1 the farthest), code_insee, nom, population, then the columns of `distances`.

    Examples
    --------
    >>> distances = pd.DataFrame({"code_insee": ["01001", "01002"], "categorie": "ccas", "distance_km": [0.0, 1.5]})
    >>> communes = pd.DataFrame({"nom": ["Arbent", "Bény"], "population": [800, 200]}, index=["01001", "01002"])
    >>> list_farthest(distances, communes, nombre=1)[["rang", "nom", "distance_km"]].values.tolist()
    [[1, 'Bény', 1.5]]
    """
    value = name_columns(distances)["valeur"]
    known = distances[distances[value].notna()]
    known = known.sort_values(["categorie", value, "code_insee"], ascending=[True, False, True], ignore_index=True)
    rang = known.groupby("categorie").cumcount() + 1
    kept = known.assign(rang=rang)[rang <= nombre].reset_index(drop=True)
    return _name_communes(kept, communes, ["categorie", "rang", "code_insee"])


def list_unreached(distances, communes):
    """List the communes whose distance to a category is not known, and why.

    Returns
    -------
    DataFrame categorie, code_insee, nom, population, raison.

    Examples
    --------
    >>> distances = pd.DataFrame({"code_insee": ["01001"], "categorie": "ccas", "distance_km": [float("nan")]})
    >>> communes = pd.DataFrame({"nom": "Arbent", "population": 800, "x_m": 0.0, "y_m": 0.0}, index=["01001"])
    >>> list_unreached(distances, communes)["raison"].tolist()
    ['aucun site fixe de cette catégorie']
    """
    names = name_columns(distances)
    lost = distances.loc[distances[names["valeur"]].isna(), ["categorie", "code_insee"]]
    lost = lost.sort_values(["categorie", "code_insee"], ignore_index=True)
    if names is MINUTES:
        raison = "aucun temps de trajet donné"
    else:
        nowhere = communes.index[communes[["x_m", "y_m"]].isna().any(axis=1)]
        raison = np.where(lost["code_insee"].isin(nowhere), "mairie non localisée", "aucun site fixe de cette catégorie")
    return _name_communes(lost, communes, ["categorie", "code_insee"]).assign(raison=pd.Series(raison, lost.index, dtype="str"))


def _name_communes(rows, communes, first):
    named = communes.reindex(columns=["nom", "population"]).reindex(rows["code_insee"])
    table = rows.assign(nom=named["nom"].array, population=named["population"].array)
    return table[[*first, "nom", "population", *[name for name in rows if name not in first]]]
