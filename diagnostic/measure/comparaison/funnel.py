"""Funnel plots: what a value may be by chance alone at the size of a territory, if it had the rate of all of them.

The limits follow Spiegelhalter, "Funnel plots for comparing institutional performance", Statistics in Medicine 24 (2005),
1185-1202, and its appendix A.1: exact quantiles of the binomial (a share) or the Poisson law (a rate), interpolated because
counts are whole numbers. The article reads both limits from below, which calls 8 out of 10 high at a rate of one half (5.5 % by
chance); here the upper one is its mirror, so that a value is outside when, and only when, its exact tail is under the level.
Winsorised overdispersion: the same article, section 4.
"""

import numpy as np
import pandas as pd

from diagnostic.measure.ressorts.cells import divide

LEVELS = {"95": 0.025, "998": 0.001}  # in each tail
LIMITS = ["bas_998", "bas_95", "haut_95", "haut_998"]
PART, TAUX = "part", "taux"
SITUATIONS = ("sous_998", "sous_95", "dans_les_limites", "sur_95", "sur_998")
BELOW_998, BELOW_95, INSIDE, ABOVE_95, ABOVE_998 = SITUATIONS
STEPS = 240
WINSOR = 0.1  # share of the values brought back at each end before the overdispersion is read
UNKNOWN = "taille nulle ou valeur inconnue"


def measure_limits(taille, taux, *, genre=PART):
    """Return the limits between which a value of `taux` stays by chance at each size.

    Low: r the smallest count with P(X <= r) >= p, a = (P(X <= r) - p) / P(X = r), limit (r - a) / size (Spiegelhalter 2005, A.1).
    High: the mirror, r the smallest count with P(X > r) <= p, a = (P(X >= r) - p) / P(X = r), limit (r + a) / size. Not under 0
    nor, for a share, over 1.

    Parameters
    ----------
    taille : array of float: for a share the number of units (rounded: the law counts whole ones), for a rate what it is divided by
    taux : float, the rate of all territories together
    genre : {"part", "taux"}: binomial, Poisson

    Returns
    -------
    DataFrame bas_998, bas_95, haut_95, haut_998; NaN where the size is zero or missing

    Examples
    --------
    >>> measure_limits([10], 0.5).round(3).values.tolist()
    [[0.0, 0.132, 0.868, 1.0]]
    """
    from scipy import stats

    size = np.asarray(taille, dtype=float)
    known = size > 0
    held = np.where(known, np.round(size) if genre == PART else size, 1.0)
    held = np.maximum(held, 1.0) if genre == PART else held
    law = stats.binom(held, taux) if genre == PART else stats.poisson(held * taux)
    top = 1.0 if genre == PART else np.inf
    limits = {}
    for name in LIMITS:
        side, _, level = name.partition("_")
        p = LEVELS[level]
        count = law.ppf(p) if side == "bas" else law.isf(p)
        tail = law.cdf(count) if side == "bas" else law.sf(count - 1)
        inside = divide(tail - p, law.pmf(count))
        limits[name] = np.where(known, np.clip((count - inside if side == "bas" else count + inside) / held, 0.0, top), np.nan)
    return pd.DataFrame(limits)


def list_curve(places, *, genre=PART, pas=STEPS):
    """Return the limits along the sizes of `place_territories`, for a curve: taille, then LIMITS; empty without a known value.

    Whole sizes for a share; as many as `pas` sizes, evenly spaced on a logarithmic scale.
    """
    known = places.dropna(subset="situation")
    if known.empty:
        return pd.DataFrame(columns=["taille", *LIMITS])
    size = np.geomspace(known["taille"].min() / 1.15, known["taille"].max() * 1.15, pas)
    size = np.unique(np.maximum(1, np.round(size))) if genre == PART else size
    return measure_limits(size, float(known["taux"].iloc[0]), genre=genre).assign(taille=size)[["taille", *LIMITS]]


def place_territories(numerateur, denominateur, *, genre=PART):
    """Return, for each territory, its value beside the rate of all and the limits of chance at its size.

    A territory outside the limits is not good or bad: its value is not explained by chance alone around the common rate.

    Parameters
    ----------
    numerateur, denominateur : Series on one index; for a share the first counts units of the second

    Returns
    -------
    DataFrame on that index: numerateur, taille, valeur, taux (of all together), bas_998, bas_95, haut_95, haut_998, z (standardised
        on the arcsine for a share, the square root for a rate), situation (SITUATIONS, missing where unknown), surdispersion (the
        winsorised mean of z², one for all; over 1, territories differ more than chance makes them), raison_absence
    """
    size, count = denominateur.astype(float), numerateur.astype(float)
    known = size.gt(0) & count.notna()
    total = size.where(known).sum()
    rate = float(count.where(known).sum() / total) if total > 0 else np.nan
    table = pd.DataFrame({"numerateur": count, "taille": size, "valeur": divide(count, size)}).assign(taux=rate)
    limits = measure_limits(size.where(known, 0), rate, genre=genre) if rate == rate else pd.DataFrame(
        np.nan, index=range(len(size)), columns=LIMITS
    )  # fmt: skip
    table = table.join(limits.set_index(table.index)).assign(z=standardise(count, size, rate, genre=genre))
    table["valeur"] = table["valeur"].where(known)
    conditions = [
        table["valeur"] < table["bas_998"], table["valeur"] < table["bas_95"], table["valeur"] > table["haut_998"],
        table["valeur"] > table["haut_95"],
    ]  # fmt: skip
    told = np.select(conditions, [BELOW_998, BELOW_95, ABOVE_998, ABOVE_95], INSIDE)
    table["situation"] = pd.Series(told, index=table.index, dtype="str").where(known)
    table["surdispersion"] = measure_overdispersion(table["z"])
    return table.assign(raison_absence=pd.Series("", index=table.index).mask(~known, UNKNOWN))


def standardise(count, size, rate, *, genre=PART):
    """Return how many standard deviations each value is from the rate, on the scale that makes the deviation the same everywhere.

    A share: 2 sqrt(n) (asin sqrt(p) - asin sqrt(rate)); a rate: 2 (sqrt(count) - sqrt(size x rate)) (Spiegelhalter 2005, A.3).
    """
    size = size.where(size > 0)
    if genre == PART:
        share = (count / size).clip(0, 1)
        return 2 * np.sqrt(size) * (np.arcsin(np.sqrt(share)) - np.arcsin(np.sqrt(rate)))
    return 2 * (np.sqrt(count) - np.sqrt(size * rate))


def measure_overdispersion(z, *, part=WINSOR):
    """Return the mean of z², the values beyond the quantiles `part` and 1 - `part` brought back to them; NaN without values.

    Examples
    --------
    >>> measure_overdispersion(pd.Series([-1.0, 1.0, -1.0, 1.0]))
    1.0
    """
    held = z.dropna()
    if held.empty:
        return np.nan
    low, high = held.quantile([part, 1 - part])
    return float((held.clip(low, high) ** 2).mean())
