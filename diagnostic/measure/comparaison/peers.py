"""Who a territory may be read beside: those that touch it, and those of like size, density and rurality."""

import numpy as np
import pandas as pd

from diagnostic.vocabulary.formats import format_number

NEAREST = 10
LEAST_TIMES = 3  # territories compared for one peer: with fewer, the nearest are simply the others
QUARTILES = {"q25": 0.25, "mediane": 0.5, "q75": 0.75}


def find_peers(tailles, *, nombre=NEAREST, logarithmes=("population", "habitants_km2")):
    """Return, for each territory, the `nombre` nearest by their sizes.

    Each variable is brought to mean 0 and standard deviation 1 over the territories, after its logarithm where it spans orders of
    magnitude (`logarithmes`); the distance is Euclidean. The shares of one typology (« part ruralite : ... ») weigh together as one
    variable. Equal distances: the smallest code. A variable that is the same everywhere
    is left out; a territory with a missing or null variable has no peer. With fewer than `LEAST_TIMES` territories for one peer nobody
    has any (`explain_no_peer` says it): ten peers out of eleven would be all the others, alike or not.

    Parameters
    ----------
    tailles : DataFrame indexed by territoire_id, a column a variable

    Returns
    -------
    DataFrame territoire_id, semblable_id, distance (standard deviations); nearest first

    Examples
    --------
    >>> sizes = pd.DataFrame({"population": [10.0, 100.0, 110.0]}, index=["a", "b", "c"])
    >>> find_peers(sizes, nombre=1)[["territoire_id", "semblable_id"]].values.tolist()
    [['a', 'b'], ['b', 'c'], ['c', 'b']]
    """
    from scipy.spatial import cKDTree

    held = tailles.astype(float).sort_index()
    logged = [name for name in logarithmes if name in held]
    held[logged] = np.log(held[logged].where(held[logged] > 0))
    held = held.dropna()
    spread = held.std(ddof=0)
    held = ((held - held.mean()) / spread)[spread.index[spread > 0]]
    family = pd.Index(held.columns).map(lambda name: name.partition(" : ")[0])
    held = held / np.sqrt(family.map(family.value_counts()).to_numpy(dtype=float))
    columns = ["territoire_id", "semblable_id", "distance"]
    if len(held) < LEAST_TIMES * nombre or not len(held.columns):
        return pd.DataFrame(columns=columns)
    # A few more than asked: equal distances at the edge are settled by the code, not by the tree.
    distances, near = cKDTree(held).query(held, k=min(nombre + 6, len(held)))
    table = pd.DataFrame({
        "territoire_id": np.repeat(held.index, near.shape[1]), "semblable_id": held.index[near.ravel()], "distance": distances.ravel(),
    })  # fmt: skip
    table = table[table["territoire_id"] != table["semblable_id"]].assign(distance=lambda rows: rows["distance"].round(9))
    table = table.sort_values(["territoire_id", "distance", "semblable_id"], ignore_index=True)
    return table[table.groupby("territoire_id").cumcount() < nombre].reset_index(drop=True)[columns]


def explain_no_peer(nb_territoires, *, nombre=NEAREST):
    """Return why nobody has a peer among so many territories, "" where they are enough.

    >>> explain_no_peer(11), explain_no_peer(30)
    ('il faut 30 territoires comparés, et il y en a 11, pour que dix semblables soient autre chose que tous les autres', '')
    """
    least = LEAST_TIMES * nombre
    if nb_territoires >= least:
        return ""
    called = "dix" if nombre == NEAREST else format_number(nombre)
    return (
        f"il faut {format_number(least)} territoires comparés, et il y en a {format_number(nb_territoires)}, pour que {called} semblables "
        "soient autre chose que tous les autres"
    )


def find_touching(voisinages, appartenance):
    """Return the territories that share a border, both ways: territoire_id, voisin_id, frontiere_km.

    Parameters
    ----------
    voisinages : DataFrame code_insee, voisin, frontiere_km (`read.places.neighbours`), each pair once
    appartenance : DataFrame code_insee, territoire_id; a commune of two territories makes both neighbours of its own
    """
    held = appartenance[["code_insee", "territoire_id"]].drop_duplicates()
    pairs = voisinages.merge(held, on="code_insee").merge(
        held.rename(columns={"code_insee": "voisin", "territoire_id": "voisin_id"}), on="voisin"
    )
    pairs = pairs[pairs["territoire_id"] != pairs["voisin_id"]]
    back = pairs.rename(columns={"territoire_id": "voisin_id", "voisin_id": "territoire_id"})
    both = pd.concat([pairs, back], ignore_index=True)[["territoire_id", "voisin_id", "frontiere_km"]]
    return both.groupby(["territoire_id", "voisin_id"], as_index=False)["frontiere_km"].sum()


def summarise_beside(longue, liens, cible):
    """Return, for each territory and figure, its value beside the quartiles of those it is read beside.

    Parameters
    ----------
    longue : DataFrame with territoire, valeur and the columns that name a figure (mesure, couche, couche_b, groupe, seuil); the bounds
        of `differences.bound_values` are kept where they are
    liens : DataFrame territoire_id and `cible`: whom each is read beside (`find_peers`, `find_touching`)
    cible : str, the column of `liens`

    Returns
    -------
    DataFrame territoire, the columns of the figure, valeur, q25, mediane, q75, nb (how many of them have the figure)
    """
    keys = [name for name in ("mesure", "couche", "couche_b", "groupe", "seuil") if name in longue]
    held = longue[["territoire", *keys, "valeur", *(name for name in ("au_moins", "au_plus") if name in longue)]].copy()
    held["figure"] = held.groupby(keys, dropna=False, sort=False).ngroup()
    known = held.dropna(subset="valeur")
    pairs = liens[["territoire_id", cible]].merge(known[["territoire", "figure", "valeur"]], left_on=cible, right_on="territoire")
    grouped = pairs.groupby(["territoire_id", "figure"])["valeur"]
    beside = pd.DataFrame({name: grouped.quantile(share) for name, share in QUARTILES.items()})
    beside = beside.assign(nb=grouped.size()).reset_index().rename(columns={"territoire_id": "territoire"})
    return held.merge(beside, on=["territoire", "figure"], how="left").drop(columns="figure").fillna({"nb": 0}).astype({"nb": int})
