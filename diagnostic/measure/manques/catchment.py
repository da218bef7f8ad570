"""Two-step floating catchment areas: what the inhabitants of a commune may share of the sites around, and its enhanced form.

A distance says how far a site is, not whether it has room: here each site is shared by the inhabitants within reach.
"""

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from diagnostic.errors import DiagnosticError
from diagnostic.measure.manques.access import list_sites, list_zones
from diagnostic.measure.manques.travel import list_times
from diagnostic.measure.ressorts.cells import divide

RAYON = 20
# Luo and Qi (2009), their slower decay, cited from memory; bounds and weights are also the default of PySAL `access` (read).
PALIERS = ((10, 1.0), (20, 0.68), (30, 0.22))
ACCESSIBILITE, DENSITE = "accessibilite", "densite_de_sites"
ACCES_COLUMNS = [
    "code_insee", "categorie", "mesure", "acces_2sfca", "acces_e2sfca", "nb_sites_rayon", "nb_sites_sans_capacite_rayon",
    "nb_sites_rayon_e2sfca", "nb_sites_sans_capacite_rayon_e2sfca", "nb_sites_au_bord_rayon",
]  # fmt: skip
BASSIN_COLUMNS = [
    "acteur_id", "categorie", "capacite", "origine_capacite", "population_bassin", "capacite_par_habitant", "population_bassin_e2sfca",
    "capacite_par_habitant_e2sfca", "au_bord", "hors_territoire", "raison_exclusion",
]  # fmt: skip
CONTROLE_COLUMNS = [
    "categorie", "mesure", "nb_sites_categorie", "nb_sites_retenus", "nb_sites_sans_capacite", "nb_sites_au_bord", "capacite_retenue",
    "capacite_distribuee", "capacite_retenue_e2sfca", "capacite_distribuee_e2sfca", "nb_communes_population_inconnue",
]  # fmt: skip
SUMMARY_COLUMNS = [
    "territoire_id", "categorie", "mesure", "acces_2sfca_pour_1000", "acces_e2sfca_pour_1000", "population", "population_e2sfca",
    "population_sans_acces", "part_population_sans_acces", "nb_communes", "nb_communes_sans_acces", "capacite_recue",
    "part_population_au_bord", "population_non_mesuree", "nb_communes_non_mesurees", "nb_communes_population_inconnue",
    "raison_absence",
]  # fmt: skip
NEGATIVE, SANS_CAPACITE = "capacité négative", "capacité non renseignée"
_KEYS = ["territoire_id", "categorie", "mesure"]
_BEARINGS = 24


def measure_catchment(communes, sites, *, categories=None, rayon=RAYON, paliers=PALIERS, temps=None):
    """Measure the two-step floating catchment area (2SFCA) and its enhanced form (E2SFCA), by category.

    Step 1, each site is shared by the inhabitants within reach: R_j = S_j / sum_k w(d_kj) P_k. Step 2, a commune adds up
    the shares of the sites within reach: A_i = sum_j w(d_ij) R_j (Luo and Wang 2003). 2SFCA: w is 1 up to `rayon`
    (included), 0 beyond. E2SFCA: w is the weight of the zone of `paliers` (Luo and Qi 2009). The unit of A is that of
    the capacity, per inhabitant; sum_i P_i A_i = sum_j S_j over the sites kept, which `controle` shows.

    Capacity: the positive `capacite` of a site. Where no site of a category has one, each counts 1 and `mesure` says
    "densite_de_sites": how many sites an inhabitant shares, not how much room there is. Where only some have one,
    the others are left out and counted: a site must never weigh 1 among sites of 40 places. A site of several
    categories has its whole capacity in each.

    Straight lines from the mairie (rounded to the millimetre, within one `zone`), or the minutes of `temps`: `rayon` and
    the bounds of `paliers` are then minutes, and a pair without minutes is out of reach (`temps_incomplet` of
    `measure_travel_access` says where that is doubtful).

    The edge. A site near the edge of the table is shared with people who are not in it, so its R, and the A around, are
    overestimated. Give the communes of the neighbourhood too, with `hors_territoire` true (`join_neighbours`): they weigh
    and have no row of result. Without them the figure of a small territory is that of its edge: France services in the
    Haute-Loire, 0.19 for 1,000 inhabitants within 20 km, 0.08 with the neighbours. `au_bord` marks a site when a place
    within `rayon` of it is farther from every commune of the table than twice the usual distance between neighbours: the
    edge, but also a shore or an empty mountain.

    Parameters
    ----------
    communes : DataFrame indexed by code_insee with population (or the people of another age put in that column), x_m, y_m,
        `zone`, and hors_territoire when it holds neighbours. An unknown population weighs nothing and is counted
    sites : DataFrame of actors as in `measure_access`, and capacite. Sites out of the territory serve too
    categories : list of codes; by default those of the sites, sorted
    rayon, paliers : km, or minutes with `temps`; paliers are pairs (bound, weight), bounds ascending
    temps : DataFrame code_insee, destination, minutes, read as in `measure_travel_access`

    Returns
    -------
    acces : DataFrame, one row a category and commune of the territory, ACCES_COLUMNS. A is 0 where no site is within
        reach; NaN where that is not known: no mairie point (with `temps`: no minutes to any site of the category), no site
        of known place in the zone, or only sites without known capacity within reach. Where both kinds are, A is a least
        value and nb_sites_sans_capacite_rayon says so
    bassins : DataFrame, one row a category and site, BASSIN_COLUMNS; capacite_par_habitant (R) is NaN for a site left out, raison_exclusion
        says why for the 2SFCA ("" when kept). au_bord is missing with `temps`
    controle : DataFrame, one row a category, CONTROLE_COLUMNS; capacite_distribuee is sum P A over all the table

    Raises
    ------
    DiagnosticError
        When `rayon` is not positive, or `paliers` not ascending with weights of 0 or more.

    Examples
    --------
    >>> here = {"population": [1000, 500], "x_m": [0.0, 3000.0], "y_m": [0.0, 4000.0], "zone": "metropole"}
    >>> communes = pd.DataFrame(here, index=["01001", "01002"])
    >>> site = {"acteur_id": "s", "categorie": "eaje", "x_m": 0.0, "y_m": 0.0, "code_insee": "01001", "capacite": 30}
    >>> acces, bassins, controle = measure_catchment(communes, pd.DataFrame([site]), rayon=10)
    >>> acces["acces_2sfca"].tolist(), controle["capacite_distribuee"].tolist()
    ([0.02, 0.02], [30.0])
    """
    zones = _check_zones(rayon, paliers)
    furthest = max(bounds[-1] for bounds, _ in zones.values())
    places = list_sites(communes, sites)
    places["capacite"] = places["acteur_id"].map(_list_capacities(sites))
    codes = sorted(places["categorie"].unique()) if categories is None else list(categories)
    parts = [[pd.DataFrame(columns=columns)] for columns in (ACCES_COLUMNS, BASSIN_COLUMNS, CONTROLE_COLUMNS)]
    for code in codes:
        rows = places[places["categorie"] == code].sort_values("acteur_id", ignore_index=True)
        reached = _reach_by_line(communes, rows, furthest) if temps is None else _reach_by_time(communes, rows, temps)
        rows["au_bord"] = _mark_edges(communes, rows, rayon) if temps is None else pd.array([pd.NA] * len(rows), "boolean")
        for tables, table in zip(parts, _measure_category(communes, code, rows, reached, zones), strict=True):
            tables.append(table)
    return tuple(pd.concat(tables[1:] or tables, ignore_index=True) for tables in parts)


def join_neighbours(communes, others, *, reach_km=PALIERS[-1][0]):
    """Join to the communes of a territory those around it, said `hors_territoire`: who else shares the sites that serve it.

    A site serves a commune from `reach_km` at most, and is shared as far again: those within twice `reach_km` are kept.

    Parameters
    ----------
    communes, others : DataFrame indexed by code_insee with population, x_m, y_m, zone; `others` may be all communes of the
        country, those of the territory among them

    Returns
    -------
    DataFrame indexed by code_insee, population, x_m, y_m, zone, hors_territoire; the communes first, in their order

    Examples
    --------
    >>> here = {"population": 100, "x_m": [0.0, 5e3, 90e3], "y_m": 0.0, "zone": "metropole"}
    >>> everywhere = pd.DataFrame(here, index=["01001", "01002", "01003"])
    >>> join_neighbours(everywhere.iloc[:1], everywhere)["hors_territoire"].to_dict()
    {'01001': False, '01002': True}
    """
    columns = ["population", "x_m", "y_m", "zone"]
    here, apart = pd.DataFrame(communes)[columns], pd.DataFrame(others)[columns]
    apart = apart[~apart.index.isin(here.index)]
    near = apart.iloc[np.unique(pair_points(here, apart, 2 * reach_km)[1])]
    return pd.concat([here.assign(hors_territoire=False), near.assign(hors_territoire=True)])


def _check_zones(rayon, paliers):
    """Return {suffix of the columns: (bounds, weights)} of the two measures."""
    bounds, weights = (np.array(values, dtype=float) for values in zip(*paliers, strict=True))
    fine = rayon > 0 and bounds[0] > 0 and (np.diff(bounds) > 0).all() and (weights >= 0).all()
    if not fine:
        raise DiagnosticError(
            "Le rayon ou les zones d'accès ne conviennent pas.", "feuille parametres, rayon_2sfca, zones_2sfca et poids_2sfca",
            "un rayon positif, des bornes croissantes (10;20;30), un poids positif ou nul pour chacune (1;0,68;0,22)",
        )  # fmt: skip
    return {"": (np.array([float(rayon)]), np.ones(1)), "_e2sfca": (bounds, weights)}


def _list_capacities(sites):
    """Return the declared capacity of each actor, as numbers."""
    declared = pd.to_numeric(sites.reindex(columns=["capacite"])["capacite"], errors="coerce")
    return pd.Series(declared.to_numpy(dtype=float), index=sites["acteur_id"]).groupby(level=0).first()


def _reach_by_time(communes, rows, temps):
    """Return the pairs (commune, fixed site, minutes) of a table, which communes are known, and which sites are placed."""
    i, j, minutes = list_times(communes, rows, temps)
    fixed = ~rows["mobile"].to_numpy(dtype=bool)[j]
    known = np.isin(np.arange(len(communes)), i[fixed])
    return (i[fixed], j[fixed], minutes[fixed]), known, np.isin(np.arange(len(rows)), j)


def _reach_by_line(communes, rows, reach_km):
    """Return the pairs (commune, fixed site, km) within reach, which communes are known, and which sites are placed."""
    fixed, zones = rows["fixe"].to_numpy(dtype=bool), list_zones(communes)
    known = communes[["x_m", "y_m"]].notna().all(axis=1) & zones.isin(set(rows.loc[fixed, "zone"]))
    i, j, km = pair_points(communes, rows, reach_km)
    return (i[fixed[j]], j[fixed[j]], km[fixed[j]]), known.to_numpy(), ~rows["sans_point"].to_numpy(dtype=bool)


def pair_points(here, there, reach_km):
    """Return the pairs (row of `here`, row of `there`, km) of points of a same zone at most `reach_km` apart, sparse.

    Distances are rounded to the millimetre before they are compared; `here` and `there` have x_m, y_m, zone, and a row
    without point is in no pair.
    """
    found = [(np.empty(0, dtype=int), np.empty(0, dtype=int), np.empty(0))]
    zones = list_zones(here)
    for zone in zones.unique():
        rows = [_find_points(table, zone) for table in (here, there)]
        if all(map(len, rows)):
            first, second = (cKDTree(t[["x_m", "y_m"]].to_numpy(dtype=float)[k]) for t, k in zip((here, there), rows, strict=True))
            pairs = first.sparse_distance_matrix(second, 1000 * reach_km + 1e-3, output_type="ndarray")
            km = np.round(pairs["v"], 3) / 1000
            near = km <= reach_km
            found.append((rows[0][pairs["i"][near]], rows[1][pairs["j"][near]], km[near]))
    return tuple(np.concatenate(columns) for columns in zip(*found, strict=True))


def _find_points(table, zone):
    """Return the rows of a table that have a point in a zone."""
    return np.flatnonzero(table[["x_m", "y_m"]].notna().all(axis=1) & (list_zones(table) == zone))


def share_capacities(i, j, weights, population, capacites):
    """Return, from the pairs (commune i, site j, weight), the people of each site, its ratio, and the access of each commune.

    The sparse product itself: basin = W' P, ratio = S / basin (NaN without people), access = W ratio.
    """
    basin = np.bincount(j, weights * population[i], minlength=len(capacites))
    ratio = divide(capacites, basin)
    return basin, ratio, np.bincount(i, weights * np.nan_to_num(ratio)[j], minlength=len(population))


def _qualify_sites(rows, placed):
    """Return the sites with the capacity that counts (0 when left out), its origin and why it is left out, and what is measured."""
    declared = rows["capacite"].to_numpy(dtype=float)
    unit = not (declared > 0).any()
    reasons = {
        "service itinérant": rows["mobile"].to_numpy(dtype=bool),
        "place inconnue": ~placed,
        NEGATIVE: declared < 0,
        "capacité nulle": declared == 0,
        SANS_CAPACITE: np.isnan(declared) & (not unit),
    }
    reason = np.select(list(reasons.values()), list(reasons), default="")
    origin = np.where(np.isnan(declared), "unitaire" if unit else "", "declaree")
    capacity = np.where(np.isnan(declared) & unit, 1.0, declared)
    return rows.assign(capacite=capacity, origine_capacite=origin, raison_exclusion=reason), DENSITE if unit else ACCESSIBILITE


def _measure_category(communes, code, rows, reached, zones):
    """Return the rows of the three tables for one category."""
    (i, j, cost), known, placed = reached
    rows, mesure = _qualify_sites(rows, placed)
    population = communes["population"].to_numpy(dtype=float)
    kept = (rows["raison_exclusion"] == "").to_numpy()
    unknown = rows["raison_exclusion"].isin([SANS_CAPACITE, NEGATIVE]).to_numpy()
    acces = pd.DataFrame({"code_insee": communes.index.astype("str"), "categorie": code, "mesure": mesure})
    control = {"categorie": code, "mesure": mesure, "nb_sites_categorie": len(rows), "nb_sites_sans_capacite": unknown.sum()}
    for suffix, (bounds, weights) in zones.items():
        weight = np.append(weights, 0.0)[np.searchsorted(bounds, cost)]
        basin, ratio, access = share_capacities(i, j, weight, np.nan_to_num(population), np.where(kept, rows["capacite"], 0))
        served, doubtful = (np.bincount(i[some[j] & (weight > 0)], minlength=len(communes)) for some in (kept, unknown))
        rows[f"population_bassin{suffix}"] = np.where(placed & ~rows["mobile"], basin, np.nan)
        rows[f"capacite_par_habitant{suffix}"] = np.where(kept, ratio, np.nan)
        acces[f"acces{suffix or '_2sfca'}"] = np.where(known & ((served > 0) | (doubtful == 0)), access, np.nan)
        acces[[f"nb_sites_rayon{suffix}", f"nb_sites_sans_capacite_rayon{suffix}"]] = _count(known, served, doubtful)
        control[f"capacite_retenue{suffix}"] = rows["capacite"][rows[f"capacite_par_habitant{suffix}"].notna()].sum()
        control[f"capacite_distribuee{suffix}"] = (np.nan_to_num(population) * access).sum()
    edge = kept & rows["au_bord"].fillna(False).to_numpy(dtype=bool)
    near = np.bincount(i[edge[j] & (cost <= zones[""][0][-1])], minlength=len(communes))
    acces["nb_sites_au_bord_rayon"] = _count(known & ~rows["au_bord"][kept].isna().any(), near)[0].to_numpy()
    control["nb_sites_retenus"] = rows["capacite_par_habitant"].notna().sum()
    control["nb_sites_au_bord"] = rows["au_bord"][rows["capacite_par_habitant"].notna()].sum(min_count=1)
    control["nb_communes_population_inconnue"] = np.isnan(population).sum()
    alone = kept & rows["capacite_par_habitant"].isna()
    rows["raison_exclusion"] = rows["raison_exclusion"].mask(alone, "aucun habitant connu dans le rayon")
    return acces.loc[_mark_inside(communes), ACCES_COLUMNS], rows[BASSIN_COLUMNS], pd.DataFrame([control])[CONTROLE_COLUMNS]


def _count(known, *counts):
    """Return counts as columns of integers, missing where not known."""
    return pd.DataFrame({k: pd.array(np.where(known, n, np.nan), dtype="Int64") for k, n in enumerate(counts)})


def _mark_inside(communes):
    """Say which communes are of the territory: all, but those said `hors_territoire`."""
    flag = communes.reindex(columns=["hors_territoire"])["hors_territoire"].astype("boolean")
    return ~flag.fillna(False).to_numpy(dtype=bool)


def _mark_edges(communes, rows, reach_km):
    """Say which sites may be shared with people who are not in the table: a place within reach is far from all communes."""
    angles = np.linspace(0, 2 * np.pi, _BEARINGS, endpoint=False)
    circles = np.concatenate([k * 1000 * reach_km * np.c_[np.cos(angles), np.sin(angles)] for k in (0.5, 1.0)])
    edge = pd.Series(pd.NA, index=rows.index, dtype="boolean")
    here = communes[["x_m", "y_m"]].astype(float)
    for zone in list_zones(communes).unique():
        points = here.iloc[_find_points(communes, zone)].to_numpy()
        at = np.flatnonzero(rows["fixe"] & (rows["zone"] == zone))
        if len(points) and len(at):
            tree = cKDTree(points)
            spacing = np.median(tree.query(points, k=2)[0][:, 1]) if len(points) > 1 else 0.0
            around = rows[["x_m", "y_m"]].to_numpy(dtype=float)[at][:, None] + circles
            edge.iloc[at] = (tree.query(around)[0] > 2 * spacing).any(axis=1)
    return edge


def summarise_catchment(acces, communes, appartenance):
    """Sum up the access by territory and category, per 1,000 inhabitants.

    Means and shares are over the inhabitants whose access is known; the others are counted. Communes of unknown
    population weigh nothing and are counted.

    Parameters
    ----------
    acces : DataFrame, the first table of `measure_catchment`
    communes : DataFrame indexed by code_insee with population
    appartenance : DataFrame (code_insee, territoire_id)

    Returns
    -------
    DataFrame, one row a territory and category (sorted), with SUMMARY_COLUMNS: acces_2sfca_pour_1000, acces_e2sfca_pour_1000
    (means weighted by population; NaN without inhabitant), population (their denominator), population_sans_acces,
    part_population_sans_acces (no site kept within reach, 2SFCA), nb_communes, nb_communes_sans_acces, capacite_recue (sum
    P A), part_population_au_bord (inhabitants who reach a site of the edge, whose access is overestimated; NaN with travel
    times), population_non_mesuree, nb_communes_non_mesurees, nb_communes_population_inconnue, raison_absence.

    Examples
    --------
    >>> acces = pd.DataFrame({"code_insee": ["01001", "01002"], "categorie": "eaje", "mesure": "accessibilite",
    ...                       "acces_2sfca": [0.03, 0.0], "acces_e2sfca": [0.03, 0.0], "nb_sites_au_bord_rayon": [0, 0]})
    >>> communes = pd.DataFrame({"population": [1000, 500]}, index=["01001", "01002"])
    >>> places = pd.DataFrame({"code_insee": ["01001", "01002"], "territoire_id": "perimetre"})
    >>> summarise_catchment(acces, communes, places)[["acces_2sfca_pour_1000", "population_sans_acces"]].values.tolist()
    [[20.0, 500.0]]
    """
    located = appartenance[["code_insee", "territoire_id"]].drop_duplicates()
    rows = located.merge(acces, on="code_insee")
    population = communes["population"].astype(float).reindex(rows["code_insee"]).to_numpy()
    rows = rows.assign(poids=np.nan_to_num(population), population_inconnue=np.isnan(population))
    known, none = rows["acces_2sfca"].notna(), rows["acces_2sfca"] == 0
    columns = {
        "population": rows["poids"].where(known, 0),
        "population_e2sfca": rows["poids"].where(rows["acces_e2sfca"].notna(), 0),
        "capacite_recue": (rows["poids"] * rows["acces_2sfca"]).fillna(0),
        "recue_e2sfca": (rows["poids"] * rows["acces_e2sfca"]).fillna(0),
        "population_sans_acces": rows["poids"].where(none, 0),
        "population_au_bord": rows["poids"].where(rows["nb_sites_au_bord_rayon"].fillna(0) > 0, 0),
        "population_non_mesuree": rows["poids"].where(~known, 0),
        "nb_communes": known.astype(int),
        "nb_communes_sans_acces": none.astype(int),
        "nb_communes_non_mesurees": (~known).astype(int),
        "nb_communes_population_inconnue": rows["population_inconnue"].astype(int),
        "nb_communes_bord_inconnu": (known & rows["nb_sites_au_bord_rayon"].isna()).astype(int),
    }
    table = rows[_KEYS].assign(**columns).groupby(_KEYS).sum().reset_index()
    return table.assign(
        acces_2sfca_pour_1000=1000 * divide(table["capacite_recue"], table["population"]),
        acces_e2sfca_pour_1000=1000 * divide(table["recue_e2sfca"], table["population_e2sfca"]),
        part_population_au_bord=np.where(
            table["nb_communes_bord_inconnu"] > 0, np.nan, divide(table["population_au_bord"], table["population"])
        ),
        part_population_sans_acces=divide(table["population_sans_acces"], table["population"]),
        raison_absence=np.where(table["population"] > 0, "", "aucun habitant dont l'accès est connu"),
    )[SUMMARY_COLUMNS]
