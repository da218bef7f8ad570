"""Where one more site would bring the most inhabitants near, or shorten their way the most: a computation, not a proposal.

It knows distances as the crow flies and inhabitants. It knows no building, no cost, no slope, no wish: a place it names is
where to look first, and the group says why not. Both problems are classical: maximal covering location (Church and ReVelle
1974) and p-median (Hakimi 1964).
"""

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

from diagnostic.errors import DiagnosticError
from diagnostic.measure.manques.access import list_sites
from diagnostic.measure.manques.catchment import pair_points
from diagnostic.measure.manques.nearest import find_nearest
from diagnostic.measure.ressorts.cells import divide

COUVERTURE, DISTANCE = "couverture", "distance_moyenne"
RAYON_KM = 10
GREEDY_PAIRS = 20_000_000  # some 500 MB
EXACT_PAIRS = 200_000  # a few seconds
SITE_COLUMNS = [
    "categorie", "zone", "objectif", "rayon_km", "ordre", "code_insee", "gain_habitants", "gain_distance_km", "population",
    "population_couverte", "part_population_couverte", "distance_moyenne_km", "nb_ex_aequo", "mode_calcul", "ecart_optimal",
    "nb_communes_non_comptees", "raison",
]  # fmt: skip
_NODES, _TIED = 20_000, 1e-9


def find_greedy_sites(communes, sites, *, categorie, objectif=COUVERTURE, rayon_km=RAYON_KM, nombre=1):
    """Find, one after the other, the communes whose mairie would serve best as one more site: the greedy answer.

    Each step keeps the sites there are and those of the steps before, and takes the best candidate. For the covering, what
    p steps cover is at least 1 - 1/e (63 %) of the best p sites together (Nemhauser, Wolsey and Fisher 1978): see
    `find_exact_sites`.

    Parameters
    ----------
    communes : DataFrame indexed by code_insee with population, x_m, y_m, `zone`. Each with a point is a candidate; each with
        inhabitants too is to be served; the others are counted in nb_communes_non_comptees. Neighbours (hors_territoire true)
        are neither
    sites : DataFrame of actors as in `measure_access`; the fixed ones of `categorie` stay where they are
    objectif : "couverture" (inhabitants at most `rayon_km` away, to the millimetre) or "distance_moyenne" (of an
        inhabitant to the nearest site)
    nombre : sites to add, in each zone

    Returns
    -------
    DataFrame, one row an added site, zones in the order of `communes` then ordre, SITE_COLUMNS. gain_habitants (newly within
    rayon_km) and gain_distance_km (fall of the mean) are what this site adds to those before it; population_couverte,
    part_population_couverte, distance_moyenne_km are after it, over `population`. gain_distance_km is NaN for the first site
    of all. nb_ex_aequo: other communes of the same gain; the smallest code was taken. ecart_optimal: NaN, not known.
    Where nothing more can be gained, one row without ordre says so in `raison`.

    Raises
    ------
    DiagnosticError
        When `objectif` is another word, `nombre` is under 1 or `rayon_km` is not positive.

    Examples
    --------
    >>> here = {"population": [900, 500, 300], "x_m": [0.0, 30e3, 33e3], "y_m": 0.0, "zone": "metropole"}
    >>> communes = pd.DataFrame(here, index=["01001", "01002", "01003"])
    >>> site = {"acteur_id": "s", "categorie": "fs", "x_m": 0.0, "y_m": 0.0, "code_insee": "01001"}
    >>> found = find_greedy_sites(communes, pd.DataFrame([site]), categorie="fs", nombre=2)
    >>> found[["ordre", "code_insee", "gain_habitants", "nb_ex_aequo", "raison"]].values.tolist()[0]
    [1, '01002', 800.0, 1, '']
    """
    return _find_sites(communes, sites, (categorie, objectif, rayon_km, nombre), exact=False)


def find_exact_sites(communes, sites, *, categorie, objectif=COUVERTURE, rayon_km=RAYON_KM, nombre=1):
    """Find the communes that would serve best together as more sites: the exact answer, for a small territory.

    As `find_greedy_sites`, all the sites being chosen at once, by a mixed integer programme. It is solved by HiGHS through
    scipy, already here and kept by its authors; spopt would bring pulp and its solver for the same programmes, and
    rebuilds them in Python loops. Sites are then ranked as the greedy way would rank them among themselves, and each is
    changed for a smaller code that does as well.

    Above EXACT_PAIRS pairs (commune to serve, candidate within reach) or where the solver finds nothing within its number
    of nodes, the greedy answer is returned and `raison` says so. ecart_optimal is the gap left between the answer and the
    bound of the solver: 0 when proved the best.

    Returns
    -------
    DataFrame as `find_greedy_sites`, mode_calcul "exacte"

    Examples
    --------
    >>> here = {"population": [90, 60, 50, 60, 90], "x_m": [0.0, 8e3, 16e3, 24e3, 32e3], "y_m": 0.0, "zone": "metropole"}
    >>> communes = pd.DataFrame(here, index=["01001", "01002", "01003", "01004", "01005"])
    >>> nowhere = pd.DataFrame(columns=["acteur_id", "categorie", "x_m", "y_m", "code_insee"])
    >>> find_exact_sites(communes, nowhere, categorie="fs", nombre=2)[["code_insee", "gain_habitants"]].values.tolist()
    [['01004', 200.0], ['01001', 150.0]]
    """
    return _find_sites(communes, sites, (categorie, objectif, rayon_km, nombre), exact=True)


def _find_sites(communes, sites, asked, *, exact):
    """Return the table of added sites, zone by zone."""
    categorie, objectif, rayon_km, nombre = asked
    if objectif not in (COUVERTURE, DISTANCE) or nombre < 1 or not rayon_km > 0:
        raise DiagnosticError(
            "La recherche d'un site de plus est mal demandée.", f"objectif {objectif}, rayon {rayon_km} km, nombre {nombre}",
            f"un objectif parmi {COUVERTURE} et {DISTANCE}, un rayon positif, un nombre de sites d'au moins 1",
        )  # fmt: skip
    flag = communes.reindex(columns=["hors_territoire"])["hors_territoire"].astype("boolean").fillna(False)
    inside = communes[~flag.to_numpy(dtype=bool)]
    zones = inside.reindex(columns=["zone"])["zone"].astype("object").fillna("")
    places = list_sites(communes, sites)
    fixed = places[places["fixe"] & (places["categorie"] == categorie)]
    parts = [pd.DataFrame(columns=SITE_COLUMNS)]
    for zone in zones.unique():
        here = inside[zones == zone].assign(zone=zone).sort_index()
        problem = _state_problem(here, fixed[fixed["zone"] == zone], objectif, rayon_km)
        chosen, told = _choose(problem, nombre, exact)
        table = _describe(problem, chosen, told)
        end = _tell_end(problem, table) if len(chosen) < nombre else table.iloc[:0]
        table = pd.concat([table.iloc[1:], end])
        parts.append(table.assign(categorie=categorie, zone=zone, objectif=objectif, rayon_km=float(rayon_km))[SITE_COLUMNS])
    return pd.concat(parts[1:] or parts, ignore_index=True)


def _state_problem(here, fixed, objectif, rayon_km):
    """Return the problem of one zone as arrays: people and their present distance, candidates, and what each pair may gain.

    `gain` of a pair is what the candidate brings to the commune if nothing nearer is added: all its people, or its people
    times the kilometres less. Only the pairs that may gain are kept.
    """
    placed = here[here[["x_m", "y_m"]].notna().all(axis=1)]
    served = placed[placed["population"] > 0]
    points = served[["x_m", "y_m"]].to_numpy(dtype=float)
    present = find_nearest(points, fixed[["x_m", "y_m"]].to_numpy(dtype=float))[0][:, 0] / 1000
    people = served["population"].to_numpy(dtype=float)
    problem = {
        "codes": placed.index.astype("str"), "points": placed[["x_m", "y_m"]].to_numpy(dtype=float), "people": people,
        "present": present, "served": points, "rayon": rayon_km, "covering": objectif == COUVERTURE,
        "ecartees": int((here[["x_m", "y_m", "population"]].isna().any(axis=1)).sum()),
    }  # fmt: skip
    if objectif == COUVERTURE:
        left = ~(present <= rayon_km)
        i, j, _ = pair_points(served[left], placed, rayon_km)
        return problem | {"i": np.flatnonzero(left)[i], "j": j, "gain": people[left][i], "reach": None}
    return problem | _pair_shorter(served, placed, present)


def _pair_shorter(served, placed, present):
    """Return the pairs where the candidate is nearer than the present site, the gain in inhabitants times km.

    Where there is no site at all, the gain is counted from farther than any candidate: only its differences matter.
    """
    points, spots = (table[["x_m", "y_m"]].to_numpy(dtype=float) for table in (served, placed))
    none = np.isnan(present).any() or not len(points)
    limit = np.full(len(points), np.hypot(*np.ptp(spots, axis=0)) / 1000 + 1) if none and len(points) else present
    tree = cKDTree(spots if len(spots) else np.zeros((0, 2)))
    number = int(tree.query_ball_point(points, 1000 * limit, return_length=True).sum()) if len(points) else 0
    if not 0 < number <= GREEDY_PAIRS:
        empty = np.zeros(0, dtype=int)
        return {"i": empty, "j": empty, "gain": np.zeros(0), "trop": number if number > GREEDY_PAIRS else 0}
    near = tree.query_ball_point(points, 1000 * limit)
    j = np.concatenate(near).astype(int)
    i = np.repeat(np.arange(len(points)), [len(found) for found in near])
    km = np.round(np.hypot(*(points[i] - spots[j]).T), 3) / 1000
    shorter = km < limit[i]
    i, j, km = i[shorter], j[shorter], km[shorter]
    return {"i": i, "j": j, "gain": served["population"].to_numpy(dtype=float)[i] * (limit[i] - km)}


def _choose(problem, nombre, exact):
    """Return the chosen candidates in order, with the number of ties of each, and what is told of the method."""
    told = {"mode_calcul": "gloutonne", "ecart_optimal": np.nan, "raison": ""}
    if not exact:
        return _add_up(problem, nombre), told
    number = len(problem["i"])
    if number > EXACT_PAIRS:
        told["raison"] = f"trop grand pour le calcul exact ({number} paires, {EXACT_PAIRS} au plus) : méthode gloutonne"
        return _add_up(problem, nombre), told
    found, gap = _solve(problem, nombre) if number else (np.zeros(0, dtype=int), 0.0)
    if found is None:
        told["raison"] = "calcul exact arrêté sans résultat : méthode gloutonne"
        return _add_up(problem, nombre), told
    told = {"mode_calcul": "exacte", "ecart_optimal": gap, "raison": "" if gap <= _TIED else "arrêté avant la preuve du meilleur choix"}
    return _settle(problem, found), told


def _add_up(problem, nombre, among=None):
    """Return the candidates that gain most, one after the other (all, or `among` some), the smallest code first among equals."""
    i, j, gain = problem["i"], problem["j"], problem["gain"]
    held, chosen = np.zeros(len(problem["people"])), []
    allowed = np.ones(len(problem["codes"])) if among is None else np.isin(np.arange(len(problem["codes"])), among)
    for _ in range(nombre):
        added = np.bincount(j, np.maximum(gain - held[i], 0), minlength=len(problem["codes"])) * allowed
        if not added.max(initial=0) > 0:
            break
        best = np.flatnonzero(added >= added.max() * (1 - _TIED))
        chosen.append((best[0], len(best) - 1))
        mine = j == best[0]
        held[i[mine]] = np.maximum(held[i[mine]], gain[mine])
    return chosen


def _solve(problem, nombre):
    """Return the best candidates together and the relative gap left; None where the solver found nothing.

    Unknowns: x of each candidate (0 or 1), then, for the covering, z of each commune (covered), z_i <= sum_j x_j; for the
    median, y of each pair (the share of the commune that goes there), y_ij <= x_j and sum_j y_ij <= 1.
    """
    (first, i), (spots, j) = (np.unique(problem[name], return_inverse=True) for name in ("i", "j"))
    size, pairs = len(spots), np.arange(len(i))
    ones = np.ones(len(i))
    if problem["covering"]:
        people = problem["people"][first]
        reach = sparse.csr_array((-ones, (i, j)), shape=(len(first), size))
        rules = [sparse.hstack([reach, sparse.eye_array(len(first))])]
        gains, limits = np.append(np.zeros(size), people), [np.zeros(len(first))]
    else:
        opened = sparse.csr_array((-ones, (pairs, j)), shape=(len(i), size))
        shares = sparse.csr_array((ones, (i, pairs)), shape=(len(first), len(i)))
        rules = [sparse.hstack([opened, sparse.eye_array(len(i))]), sparse.hstack([sparse.csr_array((len(first), size)), shares])]
        gains, limits = np.append(np.zeros(size), problem["gain"]), [np.zeros(len(i)), np.ones(len(first))]
    counted = np.append(np.ones(size), np.zeros(len(gains) - size))
    rules = sparse.vstack([*rules, sparse.csr_array(counted[None])])
    found = milp(
        -gains / gains.max(), integrality=counted, bounds=Bounds(0, 1),
        constraints=LinearConstraint(rules, ub=np.concatenate([*limits, [nombre]])),
        options={"node_limit": _NODES, "mip_rel_gap": 0.0},
    )  # fmt: skip
    return (None, np.nan) if found.x is None else (spots[found.x[:size] > 0.5], max(found.mip_gap, 0.0))


def _settle(problem, found):
    """Return the sites of an exact answer in greedy order, each changed for the smallest code that does as well, and the ties."""
    found = [rank for rank, _ in _add_up(problem, len(found), among=found)]
    i, j, gain = problem["i"], problem["j"], problem["gain"]
    settled = []
    for place in range(len(found)):
        others = found[:place] + found[place + 1 :]
        held = np.zeros(len(problem["people"]))
        taken = np.isin(j, others)
        np.maximum.at(held, i[taken], gain[taken])
        added = np.bincount(j, np.maximum(gain - held[i], 0), minlength=len(problem["codes"]))
        best = np.flatnonzero(added >= added[found[place]] * (1 - _TIED))
        found[place] = best[0]
        settled.append(len(best) - 1)
    ties = dict(zip(found, settled, strict=True))
    return [(rank, ties[rank]) for rank, _ in _add_up(problem, len(found), among=found)]


def _describe(problem, chosen, told):
    """Return the state before any added site, then one row an added site, with what it adds and what holds after it."""
    people, total = problem["people"], problem["people"].sum()
    ranks = np.array([rank for rank, _ in chosen], dtype=int)
    spots = problem["points"][ranks]
    added = np.round(cdist(problem["served"], spots), 3) / 1000 if len(ranks) else np.zeros((len(people), 0))
    present = np.where(np.isnan(problem["present"]), np.inf, problem["present"])
    nearest = np.minimum.accumulate(np.c_[present, added], axis=1)
    covered = people @ (nearest <= problem["rayon"])
    mean = divide(people @ np.where(np.isinf(nearest), 0, nearest), np.full(len(covered), total))
    mean[np.isinf(nearest).any(axis=0)] = np.nan
    state = {"population_couverte": covered, "part_population_couverte": divide(covered, np.full(len(covered), total))}
    table = pd.DataFrame(state | {"distance_moyenne_km": mean})
    table["gain_habitants"], table["gain_distance_km"] = np.diff(covered, prepend=np.nan), -np.diff(mean, prepend=np.nan)
    table = table.assign(**told)
    table["code_insee"] = [None, *problem["codes"][ranks]]
    table["ordre"] = pd.array([pd.NA, *range(1, len(ranks) + 1)], dtype="Int64")
    table["nb_ex_aequo"] = pd.array([pd.NA, *(ties for _, ties in chosen)], dtype="Int64")
    table["population"], table["nb_communes_non_comptees"] = total, problem["ecartees"]
    return table


def _tell_end(problem, table):
    """Return one row without site: the state at the end, and why nothing more can be gained."""
    if not len(problem["people"]):
        reason = "aucune commune dont le point et les habitants sont connus"
    elif problem.get("trop"):
        reason = f"territoire trop grand pour ce calcul ({problem['trop']} paires, {GREEDY_PAIRS} au plus)"
    elif problem["covering"]:
        reason = "tous les habitants comptés sont déjà dans le rayon : un site de plus n'y change rien"
    else:
        reason = "chaque mairie a déjà un site à sa porte : un site de plus n'y change rien"
    blank = {"ordre": pd.NA, "code_insee": None, "gain_habitants": np.nan, "gain_distance_km": np.nan, "nb_ex_aequo": pd.NA}
    return table.iloc[[-1]].assign(**blank, mode_calcul="", ecart_optimal=np.nan, raison=reason)
