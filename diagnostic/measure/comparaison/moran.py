"""What is near in space: do neighbouring territories have like values (Moran), and where (local clusters)?

PySAL computes (`esda`, `libpysal`), an optional dependency. The weights are those of the borders: 1 between two territories that
share one, rows brought to a sum of 1. A territory without neighbour is in no computation and is counted.
"""

import warnings
from contextlib import contextmanager

import numpy as np
import pandas as pd

from diagnostic.errors import DiagnosticError

PERMUTATIONS, SEED, FALSE_SHARE = 999, 12345, 0.05
# Of a thousand territories, some must reach a p of a few ten-thousandths for any to stand out.
LOCAL_PERMUTATIONS = 9999
LEAST = 10  # territories: under, permutations say little
TYPES = {1: "haut entouré de haut", 2: "bas entouré de haut", 3: "bas entouré de bas", 4: "haut entouré de bas"}
NONE = "aucun amas décelé"
TOO_FEW, FLAT = "moins de dix territoires ont une valeur et un voisin", "la valeur est la même partout"
GLOBAL_COLUMNS = [
    "moran", "moran_attendu", "z", "p_permutations", "permutations", "permutations_locales", "graine", "nb_territoires",
    "nb_sans_voisin", "nb_sans_valeur", "nb_amas", "seuil_p", "raison_absence",
]  # fmt: skip
LOCAL_COLUMNS = ["territoire_id", "valeur", "moyenne_voisins", "moran_local", "p_permutations", "type_amas"]


def measure_moran(valeurs, voisins, *, permutations=PERMUTATIONS, locales=LOCAL_PERMUTATIONS, graine=SEED):
    """Return Moran's I of a figure over territories, and the local clusters of it.

    I = sum_ij w_ij z_i z_j / sum_i z_i², w the rows of the weights brought to 1 (Moran 1950); expected -1 / (n - 1); its p is the share
    of permutations at least as extreme on the side observed, (b + 1) / (B + 1). Local: I_i = z_i sum_j w_ij z_j (n - 1) / sum z² (Anselin
    1995), conditional permutations; a cluster is told where its p is under the threshold that keeps the expected share of false
    ones at 5 % (Benjamini and Hochberg 1995; Castro and Singer 2006).

    Parameters
    ----------
    valeurs : Series indexed by territoire_id; missing values are left out and counted
    voisins : DataFrame territoire_id, voisin_id, both ways (`peers.find_touching`)

    Returns
    -------
    dict of GLOBAL_COLUMNS: NaN and a reason under ten territories, or where nothing varies
    DataFrame LOCAL_COLUMNS, one row a territory with a value and a neighbour that has one

    Raises
    ------
    DiagnosticError
        PySAL is not installed.
    """
    known = valeurs.dropna().sort_index()
    pairs = voisins[voisins["territoire_id"].isin(known.index) & voisins["voisin_id"].isin(known.index)]
    held = known[known.index.isin(pairs["territoire_id"])]
    told = {
        "permutations": permutations, "permutations_locales": locales, "graine": graine, "nb_territoires": len(held),
        "nb_sans_voisin": len(known) - len(held),
        "nb_sans_valeur": int(valeurs.isna().sum()),
    }  # fmt: skip
    reason = TOO_FEW if len(held) < LEAST else FLAT if np.ptp(held.to_numpy(dtype=float)) == 0 else ""
    if reason:
        return _make_global(told | {"raison_absence": reason}), pd.DataFrame(columns=LOCAL_COLUMNS)
    esda, weights = _weigh(held.index, pairs)
    numbers = held.to_numpy(dtype=float)
    with _fixed_chance(graine):
        whole = esda.Moran(numbers, weights, permutations=permutations)
        local = esda.Moran_Local(numbers, weights, permutations=locales, seed=graine, n_jobs=1, keep_simulations=True)
    chance = count_tails(local.Is, local.sim)
    threshold = float(esda.fdr(chance, FALSE_SHARE))
    found = chance <= threshold
    table = pd.DataFrame({
        "territoire_id": held.index, "valeur": numbers, "moyenne_voisins": weights.sparse @ numbers, "moran_local": local.Is,
        "p_permutations": chance, "type_amas": np.where(found, pd.Series(local.q).map(TYPES), NONE),
    })  # fmt: skip
    return _make_global(told | {
        "moran": float(whole.I), "moran_attendu": float(whole.EI), "z": float(whole.z_rand), "p_permutations": float(whole.p_sim),
        "nb_amas": int(found.sum()), "seuil_p": threshold, "raison_absence": "",
    }), table[LOCAL_COLUMNS]  # fmt: skip


def count_tails(observed, simulated):
    """Return the p of each local index: (b + 1) / (B + 1), b the permutations at least as extreme on the side observed.

    `esda` takes the other side as what is left of the first, and so counts a permutation that gives the value observed on neither
    side: where most territories have the same value (a single interlocutor), nearly every permutation does, and hundreds of false
    clusters were told. A tie counts on both sides here; without ties the two are equal.

    Parameters
    ----------
    observed : array (n,)
    simulated : array with one axis of n, the other of permutations
    """
    draws = simulated if simulated.shape[0] == len(observed) else simulated.T
    slack = 1e-9 * np.maximum(1.0, np.abs(observed))
    above = (draws >= (observed - slack)[:, None]).sum(axis=1)
    below = (draws <= (observed + slack)[:, None]).sum(axis=1)
    return (np.minimum(above, below) + 1.0) / (draws.shape[1] + 1.0)


def measure_autocorrelation(longue, voisins, *, permutations=PERMUTATIONS, graine=SEED):
    """Return Moran's I of every figure of a long table, and its local clusters.

    Parameters
    ----------
    longue : DataFrame territoire, valeur, and the columns that name a figure (mesure, couche, couche_b, groupe, seuil)

    Returns
    -------
    DataFrame the columns of the figure, then GLOBAL_COLUMNS
    DataFrame the columns of the figure, then LOCAL_COLUMNS
    """
    keys = [name for name in ("mesure", "couche", "couche_b", "groupe", "seuil") if name in longue]
    wholes, locals_ = [], []
    for named, rows in longue.groupby(keys, dropna=False, sort=False):  # a figure, never a territory
        whole, local = measure_moran(rows.set_index("territoire")["valeur"], voisins, permutations=permutations, graine=graine)
        figure = dict(zip(keys, named, strict=True))
        wholes.append(figure | whole)
        locals_.append(local.assign(**figure)[[*keys, *LOCAL_COLUMNS]])
    table = pd.DataFrame(wholes, columns=[*keys, *GLOBAL_COLUMNS])
    held = [part for part in locals_ if len(part)]
    return table, pd.concat(held, ignore_index=True) if held else pd.DataFrame(columns=[*keys, *LOCAL_COLUMNS])


def _make_global(told):
    return {name: told.get(name, "" if name == "raison_absence" else np.nan) for name in GLOBAL_COLUMNS}


def _weigh(names, pairs):
    """Return esda and the weights of `names`, rows brought to 1."""
    try:
        import esda
        from libpysal.weights import W
    except ImportError as error:
        raise DiagnosticError(
            "L'autocorrélation spatiale demande PySAL (esda et libpysal), qui n'est pas installé.", "commande comparer, option --moran",
            "pip install esda libpysal, ou relancez sans cette option",
        ) from error  # fmt: skip
    near = pairs.groupby("territoire_id")["voisin_id"].agg(list).reindex(names)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # several groups without border between them (Corse, DROM): told by the counts
        weights = W(near.to_dict(), id_order=list(names), silence_warnings=True)
        weights.transform = "r"
    return esda, weights


@contextmanager
def _fixed_chance(graine):
    """Hold the seed of numpy's global chance, which `esda.Moran` draws from, and give it back as it was."""
    state = np.random.get_state()  # noqa: NPY002 (esda draws from the old chance)
    np.random.seed(graine)  # noqa: NPY002
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        np.random.set_state(state)  # noqa: NPY002
