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
    nor, for a share, over 1. At a rate of 0 (or of 1, for a share) chance leaves nothing open: the four limits are the rate.

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
    if is_settled(taux, genre=genre):
        return pd.DataFrame({name: np.where(known, float(taux), np.nan) for name in LIMITS})
    limits = {}
    for name in LIMITS:
        side, _, level = name.partition("_")
        p = LEVELS[level]
        count = law.ppf(p) if side == "bas" else law.isf(p)
        tail = law.cdf(count) if side == "bas" else law.sf(count - 1)
        inside = divide(tail - p, law.pmf(count))
        limits[name] = np.where(known, np.clip((count - inside if side == "bas" else count + inside) / held, 0.0, top), np.nan)
    return pd.DataFrame(limits)


def is_settled(taux, *, genre=PART):
    """Say whether a common rate leaves nothing to chance: nobody at all, or for a share everybody.

    >>> is_settled(0.0), is_settled(0.05), is_settled(1.0), is_settled(1.0, genre=TAUX)
    (True, False, True, False)
    """
    return bool(taux <= 0 or (genre == PART and taux >= 1))


def expect_outside(taille, taux, *, genre=PART):
    """Return the probability that chance alone puts a territory of each size outside the limits at 95 %.

    P(X <= low - 1) + P(X > high), low and high the whole counts of `measure_limits`: 5 % at most, far less at a small size, where
    counts are few. 0 at a settled rate (`is_settled`), NaN where the size is zero or missing.

    Examples
    --------
    >>> expect_outside([10, 6], 0.5).round(4).tolist()
    [0.0215, 0.0312]
    """
    from scipy import stats

    size = np.asarray(taille, dtype=float)
    held = np.maximum(1.0, np.round(size)) if genre == PART else np.where(size > 0, size, 1.0)
    if is_settled(taux, genre=genre):
        return np.where(size > 0, 0.0, np.nan)
    law = stats.binom(held, taux) if genre == PART else stats.poisson(held * taux)
    return np.where(size > 0, law.cdf(law.ppf(LEVELS["95"]) - 1) + law.sf(law.isf(LEVELS["95"])), np.nan)


def list_curve(places, *, genre=PART, pas=STEPS):
    """Return the limits along the sizes of `place_territories`, for a curve: taille, then LIMITS; empty without a known value, and at a
    settled rate (`is_settled`), where there is nothing to draw.

    Whole sizes for a share; as many as `pas` sizes, evenly spaced on a logarithmic scale.
    """
    known = places.dropna(subset="situation")
    if known.empty or is_settled(float(known["taux"].iloc[0]), genre=genre):
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
        on the arcsine for a share, the square root for a rate), situation (SITUATIONS, missing where unknown), hasard_hors_95 (how
        likely chance alone puts it outside at 95 %), surdispersion (the winsorised mean of z², one for all; over 1, territories differ
        more than chance makes them), raison_absence. At a settled rate (`is_settled`) z and surdispersion are missing.
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
    if rate == rate and is_settled(rate, genre=genre):
        table["z"] = np.nan
    table["valeur"] = table["valeur"].where(known)
    conditions = [
        table["valeur"] < table["bas_998"], table["valeur"] < table["bas_95"], table["valeur"] > table["haut_998"],
        table["valeur"] > table["haut_95"],
    ]  # fmt: skip
    told = np.select(conditions, [BELOW_998, BELOW_95, ABOVE_998, ABOVE_95], INSIDE)
    table["situation"] = pd.Series(told, index=table.index, dtype="str").where(known)
    table["hasard_hors_95"] = expect_outside(size.where(known, 0), rate, genre=genre) if rate == rate else np.nan
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
