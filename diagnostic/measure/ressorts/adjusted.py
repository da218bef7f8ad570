"""Information shared by two layers once chance is taken off (AMI): what units of these sizes would share anyway."""

import numpy as np
from scipy.special import gammaln

from diagnostic.measure.ressorts.cells import TOLERANCE, cross_codes, divide, match_codes

BLOCK = 2_000_000  # terms of the sum held at once: 16 MB an array


def adjust_information(cells, information, size):
    """Return the adjusted mutual information of every territory (Vinh, Epps and Bailey 2010, arithmetic mean).

    AMI = (I - E[I]) / ((H(a) + H(b)) / 2 - E[I]): 1 for the same division, 0 on average for divisions drawn at random with
    units of these sizes. Each commune counts for one: E[I] is over all the ways of permuting the communes, and no closed
    form is known for items that weigh differently (permuting them changes the weights of the units themselves).

    Parameters
    ----------
    cells : dict of arrays, `overlap.count_cells` of the communes that are wholly in one unit of both layers
    information : dict of arrays, one value a territory: entropie_a, entropie_b, information_mutuelle of those cells
    size : int, number of territories

    Returns
    -------
    dict of arrays, one value a territory
        ami, information_attendue (nats), nb_communes_ami; NaN where there is no commune. As scikit-learn: one unit each 1,
        one unit against several 0, every commune alone in both layers 1.
    """
    territoire, nb = cells["territoire"], cells["nb_communes"]
    h_a, h_b, mutual = (information[name] for name in ["entropie_a", "entropie_b", "information_mutuelle"])
    units_a, units_b = ((*cross_codes(territoire, cells[side]), nb) for side in "ab")
    expected = expect_information(_count_sizes(*units_a), _count_sizes(*units_b), size)
    expected = np.where(np.isnan(h_a), np.nan, expected)
    room = (h_a + h_b) / 2 - expected
    # Chance gives the most there is: every commune alone in both layers, or one unit each.
    full = room < TOLERANCE
    return {
        "ami": np.where(full, 1.0, divide(mutual - expected, np.where(full, 1.0, room))),
        "information_attendue": expected,
        "nb_communes_ami": np.bincount(territoire, nb, minlength=size).astype("int64"),
    }


def expect_information(sizes_a, sizes_b, size):
    """Return the mutual information (nats) expected of two divisions drawn at random, for every territory.

    E[I] = sum over units i of a, units j of b and n of  n / N * ln(N n / (a_i b_j)) * P(n), where P is the hypergeometric
    law of the n items in both (N items, a_i marked, b_j drawn): Vinh, Epps and Bailey 2010, equation 24a.

    Parameters
    ----------
    sizes_a, sizes_b : tuple of three arrays: territory, number of items in the unit, number of units of that size in it

    Returns
    -------
    array of float, one value a territory; 0 where there is no item
    """
    territoire, taille_a, fois_a = sizes_a
    items = np.bincount(territoire, taille_a * fois_a, minlength=size).astype("int64")
    i, j = match_codes(territoire, sizes_b[0])
    # Units of the same size share the same term: France by cantons is 7,000 terms instead of 2.5 million.
    (total, a, b), term = cross_codes(items[territoire[i]], taille_a[i], sizes_b[1][j])
    value = _expect_terms(total, a, b)[term]
    return np.bincount(territoire[i], value * fois_a[i] * sizes_b[2][j], minlength=size)


def _count_sizes(group, inverse, nb):
    """Return the sizes of the units of every territory: territory, size in communes, number of units of that size."""
    taille = np.bincount(inverse, nb, minlength=len(group[0])).astype("int64")
    (territoire, sizes), place = cross_codes(group[0], taille)
    return territoire, sizes, np.bincount(place, minlength=len(sizes))


def _expect_terms(total, a, b):
    """Return the term of each (N, a, b): the sum over the number of items in both units, in blocks of bounded memory."""
    # Logarithms of factorials: looked up, ten times faster than computed.
    log = gammaln(np.arange(int(total.max(initial=0)) + 1) + 1.0)
    low, counts = np.maximum(a + b - total, 1), np.minimum(a, b) - np.maximum(a + b - total, 1) + 1
    constant = log[a] + log[b] + log[total - a] + log[total - b] - log[total]
    terms = np.zeros(len(total))
    block = (np.cumsum(counts) - counts) // BLOCK
    for number in np.unique(block):
        held = np.flatnonzero(block == number)
        row = np.repeat(held, counts[held])
        n = low[row] + np.arange(len(row)) - np.repeat(np.cumsum(counts[held]) - counts[held], counts[held])
        left, right, size = a[row], b[row], total[row]
        law = constant[row] - log[n] - log[left - n] - log[right - n] - log[size - left - right + n]
        share = n / size * np.log(size * (n / left) / right) * np.exp(law)
        terms += np.bincount(row, share, minlength=len(total))
    return terms
