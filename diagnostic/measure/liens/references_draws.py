"""How many links would join two groups by chance: labels given anew to the same actors, links placed anew on all pairs."""

from itertools import combinations, islice
from math import comb, lgamma

import numpy as np

MAX_LABELINGS = 20_000  # beyond, labels are drawn
CELLS = 2**22  # labels or links of the labelings counted at once: some megabytes
MAX_LOG_CASES = 700.0  # a number of cases that a float holds


def list_labelings(ends, codes, *, tirages, graine, max_labelings=MAX_LABELINGS):
    """List the numbers of links between two groups that labelings of the same sizes give, and how many labelings give each.

    The links stay; the labels are given anew to the actors, in every possible way when these are few, at random otherwise.

    Parameters
    ----------
    ends : int array (m, 2) of ranks of actors
    codes : int array (n,) of 0 and 1
    tirages, graine, max_labelings : int

    Returns
    -------
    values : int array, ascending
    counts : float array, labelings (all, or drawn)
    exact : bool

    Examples
    --------
    >>> list_labelings(np.array([[0, 1], [1, 2]]), np.array([0, 0, 1]), tirages=99, graine=1)
    (array([1, 2]), array([2., 1.]), True)
    """
    size = max(1, CELLS // max(len(codes), len(ends), 1))
    exact = comb(len(codes), int(codes.sum())) <= max_labelings
    batches = _enumerate_labels(codes, size) if exact else _draw_labels(codes, tirages, size, graine)
    values, counts = np.unique(np.concatenate([_count_crossings(labels, ends) for labels in batches]), return_counts=True)
    return values, counts.astype(float), exact


def _enumerate_labels(codes, size):
    """Yield the labelings as arrays (at most `size`, n); the smaller group is placed, which of the two changes no count."""
    n, k = len(codes), int(min(codes.sum(), len(codes) - codes.sum()))
    placed = combinations(range(n), k)
    while chosen := list(islice(placed, size)):
        labels = np.zeros((len(chosen), n), dtype=np.uint8)
        labels[np.arange(len(chosen))[:, None], np.array(chosen, dtype=np.int64).reshape(len(chosen), k)] = 1
        yield labels


def _draw_labels(codes, tirages, size, graine):
    rng, labels = np.random.default_rng(graine), codes.astype(np.uint8)
    for start in range(0, tirages, size):
        yield rng.permuted(np.tile(labels, (min(size, tirages - start), 1)), axis=1)


def _count_crossings(labels, ends):
    """Return how many links join two labels, for each row of `labels`."""
    # Actors as rows: a link then reads two runs of memory for all labelings at once, four times faster.
    by_actor = np.ascontiguousarray(labels.T)
    return (by_actor[ends[:, 0]] ^ by_actor[ends[:, 1]]).sum(axis=0, dtype=np.int64)


def measure_label_moments(ends, codes):
    """Return the mean and standard deviation of the links between two groups over all labelings, without listing them.

    With k of n actors in a group, a link joins the groups with probability p = 2k(n-k) / (n(n-1)); two links with an actor
    in common both do with probability p / 2, two others with 4k(k-1)(n-k)(n-k-1) / (n(n-1)(n-2)(n-3)). These are the join
    counts under non-free sampling of Cliff and Ord (1973).

    Parameters
    ----------
    ends : int array (m, 2), distinct pairs
    codes : int array (n,) of 0 and 1, n at least 2

    Examples
    --------
    >>> measure_label_moments(np.array([[0, 1], [1, 2]]), np.array([0, 0, 1]))[0] * 3
    4.0
    """
    n, m, k = len(codes), len(ends), int(codes.sum())
    degrees = np.bincount(ends.ravel(), minlength=n)
    touching = int((degrees * (degrees - 1) // 2).sum())
    apart = m * (m - 1) // 2 - touching
    one = 2 * k * (n - k) / (n * (n - 1))
    both = 4 * k * (k - 1) * (n - k) * (n - k - 1) / (n * (n - 1) * (n - 2) * (n - 3)) if n > 3 else 0.0
    return m * one, _root(m * one + touching * one + 2 * apart * both - (m * one) ** 2)


def list_placements(nb_links, nb_pairs, nb_crossing):
    """List the numbers of links between groups when as many links are placed at random on all pairs (hypergeometric).

    Parameters
    ----------
    nb_links, nb_pairs, nb_crossing : int; links, pairs of actors, pairs between groups

    Returns
    -------
    values : int array, ascending
    shares : float array, probabilities
    nb_cases : float, how many ways to place the links; NaN when a float cannot hold it

    Examples
    --------
    >>> values, shares, cases = list_placements(6, 15, 9)
    >>> cases, (shares[values <= 1].sum() * cases).round(9)
    (5005.0, np.float64(55.0))
    """
    low, high = max(0, nb_links - (nb_pairs - nb_crossing)), min(nb_links, nb_crossing)
    values = np.arange(low, high + 1)
    if lgamma(nb_pairs + 1) - lgamma(nb_links + 1) - lgamma(nb_pairs - nb_links + 1) < MAX_LOG_CASES:
        total = comb(nb_pairs, nb_links)
        ways = [comb(nb_crossing, x) * comb(nb_pairs - nb_crossing, nb_links - x) for x in range(low, high + 1)]
        return values, np.array([way / total for way in ways]), float(total)
    x = values[:-1].astype(float)
    ratios = (nb_crossing - x) * (nb_links - x) / ((x + 1) * (nb_pairs - nb_crossing - nb_links + x + 1))
    logs = np.concatenate([[0.0], np.cumsum(np.log(ratios))])
    shares = np.exp(logs - logs.max())
    return values, shares / shares.sum(), np.nan


def measure_placement_moments(nb_links, nb_pairs, nb_crossing):
    """Return the mean and standard deviation of the links between groups when links are placed at random on all pairs."""
    share = nb_crossing / nb_pairs
    spread = (nb_pairs - nb_links) / (nb_pairs - 1) if nb_pairs > 1 else 0.0
    return nb_links * share, _root(nb_links * share * (1 - share) * spread)


def _root(variance):
    """Return the square root, 0 for what rounding alone leaves of a zero."""
    return float(np.sqrt(variance)) if variance > 1e-9 else 0.0
