"""How varied a list of actors is, at equal number of actors, and how complete it may be.

The last figures are for vigilance only: an inventory is no random sample.
"""

import numpy as np
import pandas as pd


def measure_diversity(effectifs, *, taille):
    """Measure how many categories a draw of `taille` actors would hold, and what the rare categories let expect.

    With N actors, N_i of category i, S categories, f1 of them with one actor and f2 with two:

    - rarefaction (Hurlbert 1971): E[S_k] = sum of 1 - C(N - N_i, k) / C(N, k); NaN when k > N or k < 1
    - coverage (Good 1953): 1 - f1 / N
    - coverage (Chao and Jost 2012): 1 - (f1 / N) (N-1) f1 / ((N-1) f1 + 2 f2); when f2 = 0, 1 - (f1 / N) (N-1)(f1-1) /
      ((N-1)(f1-1) + 2)
    - Chao1, bias-corrected form (after Chao 1984): S + f1 (f1 - 1) / (2 (f2 + 1))

    Parameters
    ----------
    effectifs : DataFrame of int counts, a row a territory, a column a category
    taille : int, or Series on the index of `effectifs`: k

    Returns
    -------
    DataFrame on the index of `effectifs`: nb_acteurs_categorie (N), nb_categories, rarefaction_k, diversite_rarefiee,
    couverture_good, couverture_chao_jost, chao1; all NaN but the counts without an actor

    Examples
    --------
    >>> measure_diversity(pd.DataFrame({"x": [6], "y": [3], "z": [1]}), taille=5)["diversite_rarefiee"].round(4).tolist()
    [2.4167]
    """
    counts = effectifs.to_numpy(dtype=float)
    total, once, twice = counts.sum(axis=1), (counts == 1).sum(axis=1), (counts == 2).sum(axis=1)
    k = np.broadcast_to(np.asarray(taille, dtype=float), total.shape)
    found = (counts > 0).sum(axis=1)
    some = total > 0
    share = once / np.where(some, total, 1)
    many = np.where(twice > 0, (total - 1) * once, (total - 1) * np.maximum(once - 1, 0))
    rest = np.where(twice > 0, 2 * twice, 2)
    unseen = np.where(once > 0, share * many / (many + rest), 0)
    figures = {
        "nb_acteurs_categorie": total.astype(int),
        "nb_categories": found,
        "rarefaction_k": k,
        "diversite_rarefiee": _rarefy(counts, total, k),
        "couverture_good": np.where(some, 1 - share, np.nan),
        "couverture_chao_jost": np.where(some, 1 - unseen, np.nan),
        "chao1": np.where(some, found + once * (once - 1) / (2 * (twice + 1)), np.nan),
    }
    return pd.DataFrame(figures, index=effectifs.index)


def _rarefy(counts, total, k):
    from scipy.special import gammaln

    defined = (k >= 1) & (k <= total)
    n, size = np.where(defined, total, 1)[:, None], np.where(defined, k, 1)[:, None]
    others = n - np.where(defined[:, None], counts, 0)
    possible = others >= size
    safe = np.where(possible, others, size)
    log_ratio = gammaln(safe + 1) - gammaln(safe - size + 1) - gammaln(n + 1) + gammaln(n - size + 1)
    absent = np.where(possible, np.exp(log_ratio), 0)
    return np.where(defined, (1 - absent).sum(axis=1), np.nan)
