"""Integer codes for the tables of territories and layers: joins and cells in one pass, whatever the number of territories."""

import numpy as np
import pandas as pd

from diagnostic.errors import DiagnosticError
from diagnostic.measure.ressorts.weights import POPULATION, TOLERANCE, weigh_territoires

_END = "\x1e"  # a separator that no cell holds


def match_codes(left, right):
    """Return the positions (i, j) of all pairs with left[i] == right[j]: an inner join of arrays of codes >= 0."""
    counts = np.bincount(right, minlength=int(left.max(initial=-1)) + 1)
    first = np.cumsum(counts) - counts
    repeats = counts[left]
    i = np.repeat(np.arange(len(left)), repeats)
    rank = np.arange(len(i)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    return i, np.argsort(right, kind="stable")[first[left[i]] + rank]


def cross_codes(*codes):
    """Return the distinct rows of arrays of codes >= 0, sorted, one array each, and the place of every input row in them."""
    sizes = [int(code.max(initial=0)) + 1 for code in codes]
    key = np.asarray(codes[0], dtype="int64")
    for code, size in zip(codes[1:], sizes[1:], strict=True):
        key = key * size + code
    distinct, inverse = np.unique(key, return_inverse=True)
    columns = []
    for size in reversed(sizes[1:]):
        distinct, column = np.divmod(distinct, size)
        columns.append(column)
    return [distinct, *reversed(columns)], inverse


def mark_modes(group, poids):
    """Return which rows hold the greatest weight of their group (one a group: the first), and which groups are tied.

    Both answers have one value a row. Rows must come in the order that settles ties: the smallest code first.
    """
    best = np.full(int(group.max(initial=-1)) + 1, -np.inf)
    np.maximum.at(best, group, poids)
    candidate = np.flatnonzero(poids >= best[group] * (1 - TOLERANCE))
    mode = np.zeros(len(group), dtype=bool)
    mode[candidate[np.unique(group[candidate], return_index=True)[1]]] = True
    tied = np.bincount(group[candidate], minlength=len(best)) > 1
    return mode, tied[group]


def divide(numerator, denominator):
    """Return the quotient as floats, one number for two: NaN where the denominator is zero, or either of the two missing.

    >>> divide([1, 0], [2, 0]).tolist(), divide(3, 4)
    ([0.5, nan], 0.75)
    """
    numerator, denominator = np.asarray(numerator, "float64"), np.asarray(denominator, "float64")
    shape = np.broadcast_shapes(numerator.shape, denominator.shape)
    quotient = np.divide(numerator, denominator, out=np.full(shape, np.nan), where=denominator != 0)
    return quotient if quotient.ndim else float(quotient)


def join_texts(group, words, size):
    """Return the words of each of `size` groups, in their order, as one text: "a ; b", "" for a group without any."""
    order = np.argsort(group, kind="stable")
    group, words = group[order], np.asarray(words, dtype="object")[order]
    last = np.append(group[1:] != group[:-1], True)[: len(group)]
    texts = np.full(size, "", dtype="object")
    # One join and one split for all groups: a join by group takes a Python call each.
    texts[group[last]] = "".join((words + np.where(last, _END, " ; ").astype("object")).tolist()).split(_END)[:-1]
    return texts


def weigh_memberships(places, rows):
    """Return the pairs (i, j) of rows of `places` and of `rows` (see `encode_tables`) of the same commune, and their weight.

    The weight is that of the commune's people who live in both, the territory and the unit: NaN when that is not known (a
    part is missing, or both split the commune), 0 where nobody lives.
    """
    i, j = match_codes(places["commune"].to_numpy(), rows["commune"].to_numpy())
    place = {name: places[name].to_numpy()[i] for name in ("poids", "entiere", "inconnue")}
    known = ~place["inconnue"] & (place["entiere"] | rows["entiere"].to_numpy()[j])
    shared = np.where(known, place["poids"] * rows["part"].to_numpy()[j], np.nan)
    # Nobody lives there: an unknown share of nobody is nobody.
    return i, j, np.where(place["poids"] == 0, 0.0, shared)


def bound_coverage(place, row):
    """Return the least and the greatest share of each piece (a commune, in a territory) that a layer may cover.

    Of a commune of which t is in the territory and q in the layer, min(t, q) at most is in both, t + q - 1 at least (0 when
    that is less): the two are one when the territory holds the whole commune, or the layer covers it all.

    Parameters
    ----------
    place, row : dict of name -> array, rows of `encode_tables` side by side (part; couverte, couverte_min)
    """
    part = np.nan_to_num(place["part"])
    most = np.where(part > 0, np.minimum(divide(row["couverte"], part), 1.0), 1.0 * (row["couverte"] > 0))
    least = np.where(part > 0, np.maximum(divide(row["couverte_min"] - 1, part) + 1, 0.0), 0.0)
    # All of it is covered, whatever the piece.
    return np.where(row["couverte_min"] >= 1 - TOLERANCE, row["couverte_min"], least), most


def encode_tables(affectation, appartenance, communes, couches, *, ponderation=POPULATION):
    """Return the tables as integer codes, once for all layers.

    Returns
    -------
    territoires : DataFrame indexed by territoire_id (sorted), with poids, nb_communes, ponderation; its row is the code
    places : DataFrame with territoire, commune (codes, in their order in `appartenance`), poids, and by row: part (of the
        commune in the territory), entiere (the whole of it is), inconnue (that part is not known: `poids` is then that of
        the whole)
    rows : DataFrame with commune, couche, unite (codes) and part, and by row: entiere (the whole commune is in the unit),
        premiere (one row per commune and layer), couverte (share of the commune that the layer covers, at most: 1 when a
        part is unknown), couverte_min (at least: an unknown part is 0, and of units that overlap the largest only),
        recouvre (the commune is in several units at once, so parts are not shares of a whole), partagee (it is in several
        units that share it out: none has the whole of it), estimee (share of the
        commune that is covered and whose part is known by surface only: `methode` "surface")
    unites : Index of the unit labels (sorted text)

    Rows of communes outside every territory and of layers that `couches` does not declare are left out.

    Raises
    ------
    DiagnosticError
        As `weigh_territoires`; and when a commune is twice in the same unit of a layer.
    """
    weighed = weigh_territoires(appartenance, communes, ponderation)
    named = pd.Categorical(weighed["territoire_id"])
    codes = pd.Index(weighed["code_insee"].unique())
    places = pd.DataFrame({"territoire": named.codes, "commune": codes.get_indexer(weighed["code_insee"])}).astype(
        "int64"
    )
    part = weighed["part"].to_numpy()
    places["poids"] = weighed["poids"].to_numpy()
    places["part"] = part
    places["entiere"], places["inconnue"] = part >= 1 - TOLERANCE, np.isnan(part)
    size = len(named.categories)
    first = np.empty(size, dtype="int64")
    first[named.codes[::-1]] = np.arange(len(named))[::-1]
    territoires = pd.DataFrame(
        {
            "poids": np.bincount(named.codes, places["poids"], minlength=size).astype("float64"),
            "nb_communes": np.bincount(named.codes, minlength=size),
            "ponderation": weighed["ponderation"].array[first],
        },
        index=pd.Index(named.categories, name="territoire_id", dtype="str"),
    )
    rows, unites = _encode_memberships(affectation, codes, couches)
    return territoires, places, rows, unites


def _encode_memberships(affectation, codes, couches):
    """Return the rows of `affectation` as codes with what each says of its commune, and the labels of the units."""
    commune = codes.get_indexer(affectation["code_insee"])
    couche = couches.index.get_indexer(affectation["couche"])
    kept = (commune >= 0) & (couche >= 0)
    commune, couche = commune[kept].astype("int64"), couche[kept].astype("int64")
    unite = pd.Categorical(affectation["unite_id"].to_numpy()[kept])
    part = affectation["part"].to_numpy(dtype="float64", na_value=np.nan)[kept]
    if len(cross_codes(commune, couche, unite.codes)[0][0]) < len(commune):
        raise DiagnosticError(
            "Une commune est inscrite deux fois dans la même unité d'une couche.",
            "table affectation",
            "gardez une ligne par commune et par unité, avec la part totale de sa population",
        )
    _, group = cross_codes(commune, couche)
    nb, total, known = np.bincount(group), np.bincount(group, part), np.bincount(group, np.nan_to_num(part))
    largest = np.zeros(len(nb))
    np.maximum.at(largest, group, np.nan_to_num(part))
    covered = np.where(np.isnan(total), 1.0, np.minimum(total, 1.0))
    rows = pd.DataFrame({"commune": commune, "couche": couche, "unite": unite.codes.astype("int64"), "part": part})
    rows["entiere"] = part >= 1 - TOLERANCE
    rows["premiere"] = False
    rows.loc[np.unique(group, return_index=True)[1], "premiere"] = True
    rows["couverte"] = covered[group]
    rows["estimee"] = np.where(_is_surface(affectation)[kept], np.nan_to_num(part * divide(covered, total)[group]), 0.0)
    loose = ~_read_flag(couches, "exclusive", True) & ~_read_flag(couches, "infra_communale", False)
    rows["recouvre"] = (nb[group] > 1) & ((known[group] > 1 + TOLERANCE) | loose[couche])
    rows["partagee"] = (nb[group] > 1) & ~rows["recouvre"]
    rows["couverte_min"] = np.minimum(np.where(rows["recouvre"], largest[group], known[group]), 1.0)
    return rows, pd.Index(unite.categories)


def _is_surface(affectation):
    """Return which rows have a part measured on surfaces; none where the table does not say how its parts are known."""
    if "methode" not in affectation:
        return np.zeros(len(affectation), dtype=bool)
    return affectation["methode"].eq("surface").fillna(False).to_numpy(dtype=bool)


def _read_flag(couches, column, default):
    """Return a yes/no column of `couches` as booleans, `default` where the cell is empty."""
    return couches[column].astype("boolean").fillna(default).to_numpy(dtype=bool)


def leave_out(couches):
    """Return, for each layer, whether a commune without unit has none for sure: only a layer that says it is partial tells so.

    `partielle` when the column is there (the dossier wrote « non » in `complete`), else the reverse of `complete`.
    """
    if "partielle" in couches:
        return couches["partielle"].astype("boolean").fillna(False).astype(bool)
    return ~couches["complete"].astype("boolean").fillna(True).astype(bool)
