"""How much a figure over communes hangs on each of them: jackknife, all territories in one pass."""

import numpy as np
import pandas as pd

from diagnostic.measure.ressorts.cells import cross_codes, divide, encode_tables, weigh_memberships
from diagnostic.measure.ressorts.weights import POPULATION

LEVEL = 0.95
FEW = "marge non calculée : il faut trois communes"


def measure_jackknife(territoire, numerateur, denominateur, *, borne_max=np.inf, niveau=LEVEL):
    """Return, for every territory, the ratio of two sums over its communes and its leave-one-commune-out margin.

    theta = sum a / sum b; theta_(-i) without commune i; se² = (n - 1) / n x sum (theta_(-i) - mean)² (Tukey 1958; Efron and
    Stein 1981); bounds theta ± t(n - 1) se, cut at 0 and `borne_max`. Communes are no sample: the margin says how much the figure
    hangs on any one of them, a town that holds half of the inhabitants first of all.

    Parameters
    ----------
    territoire, numerateur, denominateur : Series, one row a commune of a territory; rows with a missing number are left out

    Returns
    -------
    DataFrame indexed by territoire (sorted): valeur, nb_communes, erreur, borne_basse, borne_haute; the margin is NaN under three communes

    Examples
    --------
    >>> t, a, b = pd.Series(["x"] * 3), pd.Series([0.0, 1.0, 2.0]), pd.Series([1.0, 1.0, 1.0])
    >>> measure_jackknife(t, a, b)[["valeur", "erreur"]].round(4).values.tolist()
    [[1.0, 0.5774]]
    """
    rows = pd.DataFrame({"t": territoire.to_numpy(), "a": np.asarray(numerateur, float), "b": np.asarray(denominateur, float)}).dropna()
    code, names = pd.factorize(rows["t"], sort=True)
    a, b, size = rows["a"].to_numpy(), rows["b"].to_numpy(), len(names)
    n = np.bincount(code, minlength=size)
    total_a, total_b = np.bincount(code, a, minlength=size), np.bincount(code, b, minlength=size)
    value = divide(total_a, total_b)
    error, margin = _spread(code, divide(total_a[code] - a, total_b[code] - b), size, niveau)
    return pd.DataFrame(
        {
            "valeur": value, "nb_communes": n, "erreur": error, "borne_basse": np.clip(value - margin, 0, None),
            "borne_haute": np.clip(value + margin, None, borne_max),
        },
        index=pd.Index(names, name="territoire", dtype="str"),
    )  # fmt: skip


def _spread(code, left, size, niveau):
    """Return the jackknife error of each of `size` groups from the values without each of their communes, and its margin."""
    from scipy import stats

    n = np.bincount(code, minlength=size)
    mean = np.bincount(code, left, minlength=size) / np.maximum(n, 1)
    square = np.bincount(code, (left - mean[code]) ** 2, minlength=size)
    error = np.where(n >= 3, np.sqrt(divide((n - 1) * square, n)), np.nan)
    return error, stats.t.ppf((1 + niveau) / 2, np.maximum(n - 1, 1)) * error


def measure_unit_margins(affectation, appartenance, communes, couches, *, ponderation=POPULATION, niveau=LEVEL):
    """Return the leave-one-commune-out margin of the effective number of units (q2) of every territory and layer.

    With S_u the weight of unit u and w_iu what commune i brings to it, q2 without i is (W - w_i)² / sum (S_u - w_iu)²; the error is that
    of `measure_jackknife`. A single unit is 1 whatever commune is left out: margin 0.

    Parameters
    ----------
    affectation, appartenance, communes, couches : as for `discordance.measure_discordance`

    Returns
    -------
    DataFrame territoire, couche, valeur (q2), erreur, borne_basse (1 at least), borne_haute (the number of units at most), one row a
        territory and layer present there; NaN where the weight of a unit is not known, and the margin under three communes
    """
    territoires, places, rows, _ = encode_tables(affectation, appartenance, communes, couches, ponderation=ponderation)
    i, j, weight = weigh_memberships(places, rows)
    nb, size = len(couches), len(territoires) * len(couches)
    group = places["territoire"].to_numpy()[i] * nb + rows["couche"].to_numpy()[j]
    (owner, _), cell = cross_codes(group, rows["unite"].to_numpy()[j])
    units = np.bincount(owner, minlength=size)
    weight = np.where(units[group] == 1, 1.0, weight)
    held = np.bincount(cell, weight, minlength=len(owner))
    total, square = np.bincount(group, weight, minlength=size), np.bincount(owner, held**2, minlength=size)
    (whose, _), commune = cross_codes(group, rows["commune"].to_numpy()[j])
    gone = np.bincount(commune, weight, minlength=len(whose))
    change = np.bincount(commune, (held[cell] - weight) ** 2 - held[cell] ** 2, minlength=len(whose))
    error, margin = _spread(whose, divide((total[whose] - gone) ** 2, square[whose] + change), size, niveau)
    value = divide(total**2, square)
    table = pd.DataFrame({
        "territoire": np.repeat(territoires.index.to_numpy(dtype="object"), nb), "couche": list(couches.index) * len(territoires),
        "valeur": value, "erreur": error, "borne_basse": np.clip(value - margin, 1, None),
        "borne_haute": np.minimum(value + margin, np.maximum(units, 1)),
    })  # fmt: skip
    return table[units > 0].reset_index(drop=True)
