"""When a figure is far enough from those it is read beside to be told: more than one commune, one link, or its margin."""

import numpy as np
import pandas as pd

LEAST_BESIDE = 5  # territories beside it that have the figure: under, quartiles say nothing
# What one thing more or less changes, in the unit of the denominator: one commune out of sixty, one link out of all possible ones.
ONE_THING = ("part_communes_a_part", "part_communes_avec_contrat", "part_communes_au_dela", "densite_liens")
HALF_CATEGORY = {"diversite_rarefiee_lieux": 0.5}  # a convention: half a category among five places
MORE, LESS, LIKE, SMALL = "plus", "moins", "comme_la_plupart", "ecart_trop_petit"
BOUNDS = ["au_moins", "au_plus"]


def bound_values(longue):
    """Return the long rows with `au_moins` and `au_plus`: how low and how high the figure may be without anything worth a sentence.

    A figure with a jackknife margin (`intervals`): its bounds, equal to the value where no commune changes it, missing where the
    margin is not known (fewer than three communes). A share of communes, a density of links: the value less, or more, one commune
    (one pair), 1 / denominateur. A diversity: half a category (HALF_CATEGORY). Any other figure: missing, nothing is told of it.

    Parameters
    ----------
    longue : DataFrame of `across.build_long`: mesure, valeur, denominateur, borne_basse, borne_haute
    """
    step = (1.0 / longue["denominateur"].astype(float).where(lambda size: size > 0)).where(longue["mesure"].isin(ONE_THING))
    step = step.fillna(longue["mesure"].astype("object").map(HALF_CATEGORY).astype(float))
    low, high = longue["borne_basse"].astype(float), longue["borne_haute"].astype(float)
    return longue.assign(au_moins=low.fillna(longue["valeur"] - step), au_plus=high.fillna(longue["valeur"] + step))


def say_differences(reperes):
    """Return where each figure is beside those it is read beside: plus, moins, comme_la_plupart, ecart_trop_petit; missing if unknown.

    More: over the third quartile, and `au_moins` is over it too; less: the same from below. Over or under without that is a
    difference too small to be told: one commune of sixty is not « more than most », were all others at 0. Missing under LEAST_BESIDE.

    Parameters
    ----------
    reperes : DataFrame of `peers.summarise_beside` with valeur, au_moins, au_plus, q25, q75, nb

    Examples
    --------
    >>> rows = pd.DataFrame({"valeur": [1 / 60, 3 / 60], "au_moins": [0.0, 2 / 60], "au_plus": [2 / 60, 4 / 60]})
    >>> say_differences(rows.assign(q25=0.0, q75=0.0, nb=10)).tolist()
    ['ecart_trop_petit', 'plus']
    """
    known = reperes["valeur"].notna() & reperes["nb"].ge(LEAST_BESIDE)
    tiny = 1e-9  # shares are quotients of whole numbers: one commune exactly is not more than one
    over, under = reperes["valeur"] > reperes["q75"] + tiny, reperes["valeur"] < reperes["q25"] - tiny
    conditions = [over & (reperes["au_moins"] > reperes["q75"] + tiny), under & (reperes["au_plus"] < reperes["q25"] - tiny), over | under]
    told = np.select(conditions, [MORE, LESS, SMALL], LIKE)
    return pd.Series(told, index=reperes.index, dtype="object").where(known, None)
