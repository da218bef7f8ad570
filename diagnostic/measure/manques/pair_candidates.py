"""Pairs of actors that have a ground and something else in common, found block by block with sparse products.

A place with 5,000 actors makes 12.5 million pairs: every one is counted, only the first of the ranking are kept, and no table
of all the actors by all the actors is ever made.
"""

import numpy as np
import pandas as pd
from scipy import sparse

from diagnostic.measure.liens.silos import CHAMPS_OPPOSES
from diagnostic.measure.ressorts.cells import divide
from diagnostic.vocabulary.formats import join_words

# By how many of the two answered the survey.
STATUTS = {
    "non_observe": "aucun des deux n'a répondu à l'enquête",
    "non_confirme": "un seul des deux a répondu à l'enquête",
    "absent_declare": "tous deux ont répondu à l'enquête",
}
# What a pair shares, by trait, in the order of the sentence.
SHARED_WORDS = {
    "dispositifs": ("le dispositif", "les dispositifs"),
    "themes": ("le thème", "les thèmes"),
    "publics": ("le public", "les publics"),
}
_CELLS = 200_000  # pairs looked at together, unless one actor alone has more: this bounds memory
_WORD = 64


def sort_actors(acteurs):
    """Return the actors in text order of `acteur_id`, each once: a pair is two positions i < j of this table."""
    return acteurs.drop_duplicates("acteur_id").sort_values("acteur_id", ignore_index=True)


def list_traits(actors, **rows):
    """Return {trait: DataFrame (acteur_id, valeur)}, distinct, without empty cells nor actors outside `actors`.

    Parameters
    ----------
    rows : for each trait a DataFrame whose two columns are acteur_id and the value, or the name of a column of `actors` that
        holds tuples; a column that is not there is empty
    """
    traits = {}
    for name, given in rows.items():
        table = actors.reindex(columns=["acteur_id", given]).explode(given) if isinstance(given, str) else given
        table = table.set_axis(["acteur_id", "valeur"], axis=1)
        traits[name] = table[table["acteur_id"].isin(set(actors["acteur_id"]))].dropna().drop_duplicates()
    return traits


def find_pairs(actors, traits, removed, *, shares, order, plafond):
    """Find the pairs of actors with a value of the first trait in common that `shares` keeps, and return the first of them.

    Parameters
    ----------
    actors : DataFrame from `sort_actors`, n rows
    traits : dict from `list_traits`; the first is the ground
    removed : dict name -> DataFrame of pairs whose two first columns are acteur_id; a found pair that stands in one of them is
        counted under the first that holds it, and left out
    shares, order : a function, and a list of functions: dict of arrays (i, j, inter_champ, and for each trait the number of
        values in common) -> one value a pair. `shares` says whether the pair is kept; each of `order` ranks those still tied,
        the greatest first, NaN last, then i and j do
    plafond : number of pairs returned at most, None for all of them

    Returns
    -------
    pairs : dict of arrays in their order: i < j (positions in `actors`), inter_champ, and a count for each trait
    counts : dict "trouvees" -> pairs found, and for each name of `removed` those left out; all exact
    """
    ground, *others = [_make_incidence(actors, rows) for rows in traits.values()]
    bits = dict(zip(list(traits)[1:], map(_pack_bits, others), strict=True))
    taken = {name: _number_pairs(actors, pairs) for name, pairs in removed.items()}
    champs = actors.reindex(columns=["champ"])["champ"].astype("object").map(dict(zip(CHAMPS_OPPOSES, (1, -1), strict=True)))
    champs = champs.fillna(0).to_numpy(dtype=np.int8)
    counts = dict.fromkeys(["trouvees", *removed], 0)
    kept = []
    for start, stop in [(0, 0), *_cut_blocks(ground)]:
        pairs = _cross_ground(ground, start, stop, next(iter(traits)))
        for name, words in bits.items():
            pairs[name] = _count_common(words, pairs["i"], pairs["j"])
        pairs = _take(pairs, shares(pairs))
        counts["trouvees"] += len(pairs["i"])
        for name, numbers in taken.items():
            found = _is_among(pairs["i"] * len(actors) + pairs["j"], numbers)
            counts[name] += int(found.sum())
            pairs = _take(pairs, ~found)
        pairs["inter_champ"] = champs[pairs["i"]] * champs[pairs["j"]] < 0
        kept.append(pairs)
        if plafond is not None:
            kept = [_select_first(_join(kept), order, plafond)]
    return _sort_pairs(_join(kept), order), counts


def _make_incidence(actors, rows):
    """Return which of the n actors has which of the k values: csr int32 (n, k), values in text order."""
    values, columns = np.unique(rows["valeur"].astype("str").to_numpy(dtype=object), return_inverse=True)
    position = pd.Series(actors.index, index=actors["acteur_id"])
    cells = (np.ones(len(rows), dtype=np.int32), (rows["acteur_id"].map(position).to_numpy(dtype=int), columns))
    return sparse.csr_array(cells, shape=(len(actors), max(len(values), 1)))


def _pack_bits(incidence):
    """Return the values of each actor as bits: uint64 (n, words), 64 values a word."""
    row, column = incidence.nonzero()
    words = np.zeros((incidence.shape[0], -(-incidence.shape[1] // _WORD)), dtype=np.uint64)
    np.bitwise_or.at(words, (row, column // _WORD), np.uint64(1) << (column % _WORD).astype(np.uint64))
    return words


def _count_common(words, i, j):
    """Return how many values actors i and j have in common: int32, one a pair."""
    counts = np.zeros(len(i), dtype=np.int32)
    # Folded in one word, two sets without a common bit have no common value: most pairs stop there.
    folded = np.bitwise_or.reduce(words, axis=1)
    near = np.flatnonzero(folded[i] & folded[j])
    for word in words.T:
        counts[near] += np.bitwise_count(word[i[near]] & word[j[near]])
    return counts


def _cut_blocks(ground):
    """Return (start, stop) of blocks of actors whose pairs are at most _CELLS, or of a single actor."""
    reached = np.minimum(ground @ np.asarray(ground.sum(axis=0)).ravel(), ground.shape[0])
    block = (np.cumsum(reached, dtype=np.int64) - 1) // _CELLS
    starts = np.flatnonzero(np.diff(block, prepend=-1)).tolist() if len(block) else []
    return list(zip(starts, [*starts[1:], len(block)], strict=True)) if starts else []


def _cross_ground(ground, start, stop, name):
    """Return the pairs i < j, start <= i < stop, with a value of the ground in common, sorted, and how many."""
    product = sparse.csr_array(ground[start:stop] @ ground[start:].T)
    product.sort_indices()
    i = np.repeat(np.arange(start, stop), np.diff(product.indptr))
    pairs = {"i": i, "j": product.indices.astype(np.int64) + start, name: product.data}
    return _take(pairs, pairs["j"] > i)


def _number_pairs(actors, pairs):
    """Return the pairs of known actors as sorted distinct numbers i * n + j, i < j."""
    position = pd.Series(actors.index, index=actors["acteur_id"])
    a, b = (pairs.iloc[:, side].map(position).to_numpy(dtype=float) for side in (0, 1))
    known = ~np.isnan(a) & ~np.isnan(b)
    a, b = a[known].astype(np.int64), b[known].astype(np.int64)
    return np.unique(np.minimum(a, b) * len(actors) + np.maximum(a, b))


def _is_among(numbers, known):
    """Say which of the sorted distinct `numbers` are among the sorted `known`: the fewer are looked for in the many."""
    found = np.zeros(len(numbers), dtype=bool)
    place = np.searchsorted(numbers, known)
    inside = place < len(numbers)
    found[place[inside][numbers[place[inside]] == known[inside]]] = True
    return found


def _take(pairs, where):
    where = np.flatnonzero(where) if where.dtype == bool else where  # quicker than a mask where few are taken
    return {name: values[where] for name, values in pairs.items()}


def _join(parts):
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _rank(measure, pairs):
    values = -np.asarray(measure(pairs), dtype=float)
    return np.where(np.isnan(values), np.inf, values)


def _select_first(pairs, order, most):
    """Return the `most` first pairs in `order`, then by i and j; each key is measured on what the keys before it leave tied."""
    rows, chosen = np.lexsort((pairs["j"], pairs["i"])), []
    for measure in order if most else []:
        if len(rows) <= most:
            break
        values = _rank(measure, _take(pairs, rows))
        last = np.partition(values, most - 1)[most - 1]
        chosen.append(rows[values < last])
        most -= len(chosen[-1])
        rows = rows[values == last]
    return _take(pairs, np.concatenate([*chosen, rows[:most]]))


def _sort_pairs(pairs, order):
    ranks = [_rank(measure, pairs) for measure in reversed(order)]
    return _take(pairs, np.lexsort((pairs["j"], pairs["i"], *ranks)))


def count_values(actors, rows):
    """Return how many values of a trait each actor has: int array (n,)."""
    return rows["acteur_id"].value_counts().reindex(actors["acteur_id"], fill_value=0).to_numpy(dtype=int)


def compare_values(common, sizes, pairs):
    """Return the Jaccard index of pairs: `common` values over those that one or the other has; NaN when neither has any.

    >>> compare_values(np.array([1, 0]), np.array([2, 1, 0, 0]), {"i": np.array([0, 2]), "j": np.array([1, 3])}).tolist()
    [0.5, nan]
    """
    return divide(common, sizes[pairs["i"]] + sizes[pairs["j"]] - common)


def describe_pairs(pairs, actors, traits):
    """Return the pairs as a table: rang (1 the first), acteur_a < acteur_b, inter_champ, statut, <trait>_communs (sorted tuples).

    `statut` follows who answered the survey (`a_repondu` is "oui"): `absent_declare` both, `non_confirme` one, `non_observe`
    none.
    """
    ids = actors["acteur_id"].to_numpy(dtype=object)
    answered = actors.reindex(columns=["a_repondu"])["a_repondu"].eq("oui").fillna(False).to_numpy(dtype=int)
    a, b = ids[pairs["i"]], ids[pairs["j"]]
    table = pd.DataFrame(
        {
            "rang": np.arange(1, len(a) + 1),
            "acteur_a": pd.Series(a, dtype="str"),
            "acteur_b": pd.Series(b, dtype="str"),
            "inter_champ": pairs["inter_champ"],
            "statut": pd.Series(np.array(list(STATUTS), dtype=object)[answered[pairs["i"]] + answered[pairs["j"]]], dtype="str"),
        }
    )
    for name, rows in traits.items():
        owned = _collect_values(rows[rows["acteur_id"].isin({*a, *b})])
        cells = [tuple(sorted(owned.get(x, set()) & owned.get(y, set()))) for x, y in zip(a, b, strict=True)]
        table[f"{name}_communs"] = pd.Series(cells, index=table.index, dtype="object")
    return table


def _collect_values(rows):
    owned = {}
    for actor, value in zip(rows["acteur_id"].tolist(), rows["valeur"].tolist(), strict=True):
        owned.setdefault(actor, set()).add(value)
    return owned


def name_codes(singular, plural, codes, libelles):
    """Return codes in words, the first three named; "" without any.

    >>> name_codes("le thème", "les thèmes", ("alim", "sante"), {"alim": "alimentation"})
    'les thèmes « alimentation » et « sante »'
    """
    if not codes:
        return ""
    return f"{plural if len(codes) > 1 else singular} {join_words((f'« {libelles.get(c, c)} »' for c in codes), 3)}"


def write_pair(row, place, libelles):
    """Return in one French sentence what two actors of the same `place` share; `row` is a row of `describe_pairs`, as a dict."""
    champs = ", l'un du champ social, l'autre du développement local," if row["inter_champ"] else ","
    shared = [name_codes(*words, row.get(f"{trait}_communs"), libelles) for trait, words in SHARED_WORDS.items()]
    return (
        f"{place}{champs} ils partagent {join_words(filter(None, shared))}, sans lien déclaré entre eux ({STATUTS[row['statut']]})."
    )
