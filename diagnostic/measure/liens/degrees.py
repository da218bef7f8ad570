"""Networks in which every actor keeps its number of links: all of them when they are few, draws when they are many."""

from math import comb, lgamma, log

import numpy as np

MAX_STEPS = 30_000  # of the exact count, about a quarter of a second; beyond, networks are drawn
MAX_LINKS = 40  # beyond, the count never ends in time
CELLS = 2**14  # links of all the chains moved side by side: small networks cost little more by many than one
CHAINS = 100
UNTOUCHED = 0.05  # share of the links that the sweeps between two draws may leave where they were
WARMING = 20  # sweeps that measure how many links a sweep moves
MAX_SWEEPS = 200  # between two draws


def list_networks(ends, codes, *, tirages, graine, max_steps=MAX_STEPS):
    """List the numbers of links between groups that simple networks with the degrees of a network have, and how often.

    All the networks when they can be counted, networks drawn otherwise. Where more than half of the pairs are linked, the
    pairs without link are counted or drawn instead: it is the same thing, and quicker.

    Parameters
    ----------
    ends : int array (m, 2) of ranks of actors, distinct pairs, no self-link
    codes : int array (n,) of groups
    tirages, graine, max_steps : int; see `draw_networks`, `count_networks`

    Returns
    -------
    values : int array, ascending
    counts : float array, networks (all, or drawn) with that number of links between groups
    exact : bool
    """
    n = len(codes)
    dense = 4 * len(ends) > n * (n - 1)
    kept = _list_unlinked(ends, n) if dense else ends
    counts = count_networks(kept, codes, max_steps=max_steps)
    exact = counts is not None
    if exact:
        values = np.flatnonzero([count > 0 for count in counts])
        counts = np.array([float(counts[value]) for value in values])
    else:
        values, counts = np.unique(draw_networks(kept, codes, tirages=tirages, graine=graine), return_counts=True)
    if dense:
        sizes = np.bincount(codes)
        values = (n * n - (sizes**2).sum()) // 2 - values
    order = np.argsort(values)
    return values[order], counts[order].astype(float), exact


def _list_unlinked(ends, nb_actors):
    i, j = np.triu_indices(nb_actors, 1)
    linked = np.isin(i * nb_actors + j, ends.min(axis=1) * nb_actors + ends.max(axis=1))
    return np.column_stack([i, j])[~linked]


def count_networks(ends, codes, *, max_steps=MAX_STEPS):
    """Count the simple networks with the degrees of a network, by their number of links between groups.

    The linked actors are taken one by one, the one with most links left first; actors of the same group with as many links
    left are alike, so that networks are counted by whole families, and no two by different ways.

    Parameters
    ----------
    ends : int array (m, 2) of ranks of actors, distinct pairs, no self-link
    codes : int array (n,) of groups
    max_steps : int, families examined before giving up

    Returns
    -------
    list of int or None
        Item e: how many networks have e links between groups (e from 0 to m); None when they are too many to count.

    Examples
    --------
    >>> count_networks(np.array([[0, 1], [2, 3]]), np.array([0, 0, 1, 1]))
    [1, 0, 2]
    """
    if len(ends) > MAX_LINKS:
        return None
    degrees, classes = np.bincount(ends.ravel(), minlength=len(codes)), {}
    for group, degree in zip(codes.tolist(), degrees.tolist(), strict=True):
        if degree:
            classes[degree, group] = classes.get((degree, group), 0) + 1
    m = len(ends)
    # One integer holds the counts of every e, each in a slot wide enough for the count of all pairings of link ends.
    width = int((lgamma(2 * m + 1) - lgamma(m + 1)) / log(2)) - m + 2
    states, steps = {tuple(sorted(classes.items(), reverse=True)): 1}, 0
    while any(states):
        reached = {}
        for state, held in states.items():
            followed = _link_first(state, max_steps - steps)
            steps += len(followed)
            if steps > max_steps:
                return None
            for after, ways, crossed in followed:
                reached[after] = reached.get(after, 0) + ((held * ways) << (width * crossed))
        states = reached
    total = states.get((), 0)
    return [(total >> (width * e)) & ((1 << width) - 1) for e in range(m + 1)]


def _link_first(state, most):
    """Return the ways to give the first actor of a state its partners: the state left, how many ways, links to another group.

    More than `most` of them: the list is cut short, longer than `most` still.
    """
    if not state:
        return [(state, 1, 0)]
    ((degree, group), size), *rest = state
    classes = [((degree, group), size - 1), *rest] if size > 1 else rest
    room = np.cumsum([0, *(size for _, size in reversed(classes))])[::-1].tolist()
    # How many partners in each class so far; the classes to come have room for the others, so that each choice ends well.
    partial = [((), 1, 0, degree)] if room[0] >= degree else []
    for k, ((_, other), size) in enumerate(classes):
        if len(partial) > most:
            break
        partial = [
            ((*taken, x), ways * comb(size, x), crossed + x * (other != group), need - x)
            for taken, ways, crossed, need in partial
            for x in range(max(0, need - room[k + 1]), min(size, need) + 1)
        ]
    return [(_take_links(classes, taken), ways, crossed) for taken, ways, crossed, _ in partial]


def _take_links(classes, taken):
    """Return the state where so many actors of each class have one link less to place."""
    left = {}
    for ((degree, group), size), x in zip(classes, taken, strict=False):
        left[degree, group] = left.get((degree, group), 0) + size - x
        left[degree - 1, group] = left.get((degree - 1, group), 0) + x
    return tuple(sorted(((key, size) for key, size in left.items() if size and key[0]), reverse=True))


def draw_networks(ends, codes, *, tirages, graine):
    """Draw simple networks with the degrees of a network and count their links between groups.

    A sweep pairs the links at random, tries a share of the pairs drawn anew each time, and exchanges the partners of each
    pair tried: ab, cd become ac, bd or ad, bc. A pair is left as it was when one of its links, old or new, is also an old
    or a new link of another pair, or links an actor with itself. The rule only looks at old and new links together, so
    that a sweep is as likely as its reverse and the networks that can be reached are drawn equally often; and a sweep may
    try a single pair: single exchanges lead from any of these networks to any other (Taylor 1981).

    Parameters
    ----------
    ends, codes : as `count_networks`
    tirages : int; networks drawn, in turn from chains side by side that all start from the real network
    graine : int

    Returns
    -------
    int array (tirages,)

    Notes
    -----
    Two draws of a chain are parted by as many sweeps as leave fewer than `UNTOUCHED` of the links in place, by the share
    that the first sweeps move (1 or 2 sweeps in a network with few links for its actors, tens in a dense one, at most
    `MAX_SWEEPS`); a chain runs `WARMING` sweeps and ten times that number before its first draw.

    Examples
    --------
    >>> drawn = draw_networks(np.array([[0, 1], [2, 3]]), np.array([0, 0, 1, 1]), tirages=200, graine=1)
    >>> np.unique(drawn).tolist()
    [0, 2]
    """
    m, rng = len(ends), np.random.default_rng(graine)
    if m < 2:
        return np.full(tirages, (codes[ends[:, 0]] != codes[ends[:, 1]]).sum())
    bits = max(1, int(len(codes) - 1).bit_length())
    chains = max(1, min(CHAINS, CELLS // m, tirages))
    low, high = np.sort(ends, axis=1).astype(np.int64).T
    links, most = np.tile((low << bits) | high, (chains, 1)), _bound_share(ends, len(codes))
    moved = 0
    for _ in range(WARMING):
        links, exchanged = _exchange_partners(links, bits, most, rng)
        moved += exchanged / (WARMING * links.size)
    pas = int(np.clip(np.ceil(np.log(UNTOUCHED) / np.log1p(-min(moved, 0.99))), 1, MAX_SWEEPS)) if moved else 1
    crossings = np.empty((-(-tirages // chains), chains), dtype=np.int64)
    for turn in range(len(crossings)):
        for _ in range(pas if turn else 10 * pas):
            links, _ = _exchange_partners(links, bits, most, rng)
        crossings[turn] = (codes[links >> bits] != codes[links & ((1 << bits) - 1)]).sum(axis=1)
    return crossings.ravel()[:tirages]


def _bound_share(ends, nb_actors):
    """Return the greatest share of pairs to try at once: more would only refuse one another where many links exist already."""
    degrees = np.bincount(ends.ravel(), minlength=nb_actors) / (2 * len(ends))
    taken = 2 * (degrees[ends[:, 0]] * degrees[ends[:, 1]]).sum()  # chance that two link ends meet on a link that exists
    return min(1.0, 0.2 / taken)


def _exchange_partners(links, bits, most, rng):
    """Return the links of every chain after a sweep, (lower rank << bits) | higher rank, and how many have changed."""
    links = rng.permuted(links, axis=1)
    chains, m = links.shape
    half, mask = m // 2, (1 << bits) - 1
    first, second = links[:, :half], links[:, half : 2 * half]
    a, b, c, d = first >> bits, first & mask, second >> bits, second & mask
    turned = rng.random((chains, half)) < 0.5
    c, d = np.where(turned, d, c), np.where(turned, c, d)
    tried = rng.random((chains, half)) < most * rng.random((chains, 1)) ** 0.125
    tried &= (a != c) & (b != d)
    # A pair not tried proposes its own links: being there already, they are refused.
    new_first = np.where(tried, (np.minimum(a, c) << bits) | np.maximum(a, c), first)
    new_second = np.where(tried, (np.minimum(b, d) << bits) | np.maximum(b, d), second)
    repeated = _mark_repeated(np.concatenate([links, new_first, new_second], axis=1))
    refused = repeated[:, :half] | repeated[:, half : 2 * half] | repeated[:, m : m + half] | repeated[:, m + half :]
    kept = [np.where(refused, first, new_first), np.where(refused, second, new_second), links[:, 2 * half :]]
    return np.concatenate(kept, axis=1), 2 * int((~refused).sum())


def _mark_repeated(keys):
    """Return which keys of each row are there more than once."""
    width = int(keys.shape[1]).bit_length()
    # The place of each key in its row travels in its low bits: one plain sort, which costs less than a sort of places.
    packed = (keys << width) | np.arange(keys.shape[1])
    packed.sort(axis=1)
    row, column = np.nonzero(packed[:, 1:] >> width == packed[:, :-1] >> width)
    repeated = np.zeros(keys.shape, dtype=bool)
    for shift in (0, 1):
        repeated[row, packed[row, column + shift] & ((1 << width) - 1)] = True
    return repeated
