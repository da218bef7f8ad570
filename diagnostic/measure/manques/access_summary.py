"""Who lives beyond a threshold, in kilometres or in minutes, by territory and category, with what makes the figure move."""

import numpy as np
import pandas as pd

from diagnostic.measure.manques.nearest import MINUTES, join_territories, name_columns
from diagnostic.measure.ressorts.cells import divide

# What each suffix does to the threshold.
VARIANTS = {"": 1, "_moins_25": 0.75, "_plus_25": 1.25}
ALONE = "_sans_voisins"
_KEYS = ["territoire_id", "categorie"]
_BEYOND = ["population_au_dela", "part_population_au_dela", "nb_communes_au_dela"]
# The figures that measure the list of sites rather than the distance where that list is not finished.
BEYOND_COLUMNS = [name + suffix for suffix in ["", ALONE, *list(VARIANTS)[1:]] for name in _BEYOND]
_COUNTS = ["nb_sites", "nb_sites_hors_territoire", "nb_mobiles", "nb_sites_sans_point"]
_UNKNOWN = {
    "distance_km": ["population_sans_point", "nb_communes_sans_point", "population_sans_site"],
    "minutes": ["population_sans_temps", "nb_communes_sans_temps", "nb_communes_temps_incomplet"],
}


def summarise_thresholds(distances, communes, appartenance, places, *, sans_voisins, seuils):
    """Sum up `distances` (kilometres or minutes) by territory, category and threshold; see `access.summarise_access`.

    Parameters
    ----------
    distances : DataFrame of `measure_access` with sans_point, or of `measure_travel_access`
    places : DataFrame of `list_sites`
    sans_voisins : DataFrame like `distances`, measured on the sites inside the perimetre
    seuils : sequence of numbers, in the unit of `distances`
    """
    names = name_columns(distances)
    value = names["valeur"]
    alone = sans_voisins[["code_insee", "categorie", value]].rename(columns={value: "seule"})
    rows, groups, group = join_territories(
        distances.merge(alone, on=["code_insee", "categorie"], how="left"), communes, appartenance
    )
    base = pd.concat([groups, _sum_bases(rows, group, len(groups), names)], axis=1)
    parts = [base.assign(**{names["seuil"]: seuil, **_sum_beyond(rows, group, base, value, seuil)}) for seuil in seuils]
    columns = _list_columns(names)
    if not parts or not len(groups):
        return pd.DataFrame(columns=columns)
    table = pd.concat(parts, ignore_index=True)
    table = table.merge(_count_sites(rows, appartenance, places), on=_KEYS, how="left")
    table[_COUNTS] = table[_COUNTS].fillna(0).astype(int)
    table["raison_absence"] = _tell_absence(table, names)
    return table.sort_values([*_KEYS, names["seuil"]], ignore_index=True)[columns]


def _list_columns(names):
    known = ["population", *_BEYOND[:2], "nb_communes", *_BEYOND[2:], *BEYOND_COLUMNS[3:], names["moyenne"]]
    unknown = [*_UNKNOWN[names["valeur"]], "nb_communes_population_inconnue", "raison_absence"]
    return [*_KEYS, names["seuil"], *known, *_COUNTS, *unknown]


def _sum_bases(rows, group, size, names):
    """Return, for each group, what does not hang on the threshold: denominators, mean, and what is unknown and why."""
    value, known, population = rows[names["valeur"]], rows[names["valeur"]].notna(), rows["population"].fillna(0)
    flags = {"nb_communes": known, "nb_communes_population_inconnue": rows["population"].isna()}
    weighed = {"population": known}
    if names is MINUTES:
        doubtful = known & rows["temps_incomplet"].fillna(False)
        flags |= {"nb_communes_sans_temps": ~known, "nb_communes_temps_incomplet": doubtful}
        weighed |= {"population_sans_temps": ~known}
    else:
        no_site = ~known & ~rows["sans_point"]
        flags |= {"nb_communes_sans_point": rows["sans_point"], "nb_communes_sans_site": no_site}
        weighed |= {"population_sans_point": rows["sans_point"], "population_sans_site": no_site}
    sums = {name: np.bincount(group[flag.to_numpy(dtype=bool)], minlength=size) for name, flag in flags.items()}
    sums |= {name: np.bincount(group, weights=population.where(flag, 0), minlength=size) for name, flag in weighed.items()}
    total = np.bincount(group, weights=(population * value).fillna(0), minlength=size)
    return pd.DataFrame(sums | {names["moyenne"]: divide(total, sums["population"])})


def _sum_beyond(rows, group, base, value, seuil):
    """Return the columns of BEYOND_COLUMNS at one threshold, one value a group."""
    known = rows[value].notna()
    beyond = {suffix: rows[value] > seuil * factor for suffix, factor in VARIANTS.items()}
    # A commune that only sites outside serve has none left: it is beyond whatever the threshold.
    beyond[ALONE] = known & ~(rows["seule"] <= seuil)
    population, some = rows["population"].fillna(0), base["nb_communes"].to_numpy() > 0
    columns = {}
    for suffix, flag in beyond.items():
        people = np.bincount(group, weights=population.where(flag, 0), minlength=len(base))
        towns = np.bincount(group[flag.to_numpy(dtype=bool)], minlength=len(base))
        columns["population_au_dela" + suffix] = np.where(some, people, np.nan)
        columns["part_population_au_dela" + suffix] = divide(people, base["population"])
        columns["nb_communes_au_dela" + suffix] = np.where(some, towns, np.nan)
    return columns


def _tell_absence(table, names):
    nothing = "aucun temps de trajet donné" if names is MINUTES else "aucune mairie localisée"
    no_site = table.get("nb_communes_sans_site", pd.Series(0, index=table.index)) > 0
    return np.select(
        [table["population"] > 0, table["nb_communes"] > 0, no_site],
        ["", "population nulle ou inconnue", "aucun site fixe de cette catégorie"], default=nothing,
    )  # fmt: skip


def _count_sites(rows, appartenance, places):
    """Count, by territory and category, the sites inside it and those elsewhere that serve it."""
    located = appartenance[["code_insee", "territoire_id"]].drop_duplicates()
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
    return counts.join(outside, how="outer").reset_index()
