"""How much a mean over communes hangs on each of them: jackknife, all territories in one pass."""

import numpy as np
import pandas as pd

from diagnostic.measure.ressorts.cells import divide

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
    from scipy import stats

    rows = pd.DataFrame({"t": territoire.to_numpy(), "a": np.asarray(numerateur, float), "b": np.asarray(denominateur, float)}).dropna()
    code, names = pd.factorize(rows["t"], sort=True)
    a, b, size = rows["a"].to_numpy(), rows["b"].to_numpy(), len(names)
    n = np.bincount(code, minlength=size)
    total_a, total_b = np.bincount(code, a, minlength=size), np.bincount(code, b, minlength=size)
    left = divide(total_a[code] - a, total_b[code] - b)
    mean = np.bincount(code, left, minlength=size) / np.maximum(n, 1)
    square = np.bincount(code, (left - mean[code]) ** 2, minlength=size)
    error = np.where(n >= 3, np.sqrt(divide((n - 1) * square, n)), np.nan)
    value = divide(total_a, total_b)
    margin = stats.t.ppf((1 + niveau) / 2, np.maximum(n - 1, 1)) * error
    return pd.DataFrame(
        {
            "valeur": value, "nb_communes": n, "erreur": error, "borne_basse": np.clip(value - margin, 0, None),
            "borne_haute": np.clip(value + margin, None, borne_max),
        },
        index=pd.Index(names, name="territoire", dtype="str"),
    )  # fmt: skip
