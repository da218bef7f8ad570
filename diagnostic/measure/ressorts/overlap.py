"""How far two layers coincide: contingency, information, coincidence and nesting, for all territories in one pass.

Everything is read on the commune table, never on polygons: most ressorts are unions of communes, and the boundaries of
two files never quite meet.
"""

from itertools import combinations

import numpy as np
import pandas as pd

from diagnostic.measure.ressorts.adjusted import adjust_information
from diagnostic.measure.ressorts.cells import TOLERANCE, cross_codes, divide, encode_tables, mark_modes, match_codes
from diagnostic.measure.ressorts.weights import POPULATION

SANS_COMMUNE = "aucune commune couverte par les deux couches"
RECOUVREMENT = "des communes sont dans plusieurs unités à la fois : mesures d'information refusées"
PARTS_INCONNUES = "parts de population inconnues dans une commune partagée : mesures d'information refusées"
SANS_POIDS = "poids commun aux deux couches nul ou inconnu"
SANS_ENTIERE = "aucune commune entière dans une unité de chaque couche : information ajustée du hasard non mesurée"
EMBOITEMENT_INCONNU = "des unités n'ont qu'une partie d'une commune que l'autre couche partage aussi : leur emboîtement est inconnu"

_INFORMATION = [
    "entropie_a", "entropie_b", "entropie_ab", "information_mutuelle", "vi", "vi_norm", "nmi",
    "part_de_a_expliquee_par_b", "part_de_b_expliquee_par_a", "ami", "information_attendue",
]  # fmt: skip
_EMBOITEMENT = [
    "nb_a_dans_b", "nb_a_inconnus", "part_a_dans_b", "part_population_a_dans_b",
    "nb_b_dans_a", "nb_b_inconnus", "part_b_dans_a", "part_population_b_dans_a",
]  # fmt: skip
_COINCIDENCE = [
    "purete_a_dans_b", "purete_b_dans_a", "coincidence_mutuelle_communes", "coincidence_mutuelle_population",
    "coincidence_vue_a_communes", "coincidence_vue_a_population", "coincidence_vue_b_communes", "coincidence_vue_b_population",
]  # fmt: skip
COLUMNS = [
    "territoire_id", "couche_a", "couche_b", *_INFORMATION, "nb_communes_ami", "nb_unites_a", "nb_unites_b", *_EMBOITEMENT, *_COINCIDENCE,
    "egalite", "couverture_commune", "nb_communes_ecartees", "ponderation", "raison_absence",
]  # fmt: skip


def measure_contingency(affectation, appartenance, communes, couche_a, couche_b, *, ponderation=POPULATION):
    """Return, for every territory, how many communes and how much weight each unit of a shares with each unit of b.

    Parameters
    ----------
    affectation : DataFrame with code_insee, couche, unite_id, part
    appartenance : DataFrame with code_insee, territoire_id
    communes : DataFrame indexed by code_insee

    Returns
    -------
    DataFrame
        territoire_id, unite_a, unite_b, nb_communes (by membership), poids; sorted, pairs that share a commune only.
        `poids` is NaN where a part is unknown, or where a commune is shared out in both layers: nothing then says who lives
        in both parts.

    Examples
    --------
    >>> communes = pd.DataFrame({"population": [10.0, 5.0]}, index=["01001", "01002"])
    >>> appartenance = pd.DataFrame({"code_insee": communes.index, "territoire_id": "perimetre"})
    >>> affectation = pd.DataFrame({"code_insee": ["01001", "01002"] * 2, "couche": ["EPCI", "EPCI", "CAF", "CAF"],
    ...                             "unite_id": ["E1", "E1", "F1", "F2"], "part": 1.0})
    >>> measure_contingency(affectation, appartenance, communes, "EPCI", "CAF")["poids"].tolist()
    [10.0, 5.0]
    """
    couches = pd.DataFrame({"exclusive": True, "infra_communale": False}, index=[couche_a, couche_b])
    territoires, places, rows, unites = encode_tables(
        affectation, appartenance, communes, couches, ponderation=ponderation
    )
    cells = count_cells(join_layers(take_columns(places), *split_layers(rows, 2)))
    return pd.DataFrame(
        {
            "territoire_id": territoires.index.to_numpy()[cells["territoire"]],
            "unite_a": unites.to_numpy()[cells["a"]],
            "unite_b": unites.to_numpy()[cells["b"]],
            "nb_communes": cells["nb_communes"],
            "poids": np.where(cells["indetermine"], np.nan, cells["poids"]),
        }
    ).astype({"territoire_id": "str", "unite_a": "str", "unite_b": "str"})


def compare_layers(affectation, appartenance, communes, couches, *, territoires=None, ponderation=POPULATION):
    """Return, for every territory and every pair of layers, how far the two divisions coincide.

    Natural logarithms. I = H(a) + H(b) - H(a,b); VI = H(a|b) + H(b|a) (Meila 2007), VI_norm = VI / H(a,b),
    NMI = 2 I / (H(a) + H(b)) (the V-measure of Rosenberg and Hirschberg 2007), part_de_a_expliquee_par_b = I / H(a).
    A layer of one unit: NMI 0 and its share explained 1, by convention; one unit each: NMI 1, VI and VI_norm 0.
    NMI grows with the number of units: `ami` takes off what units of these sizes share by chance (see `adjusted`), counted
    on the `nb_communes_ami` communes that are wholly in one unit of both layers, one each whatever `ponderation`.

    Parameters
    ----------
    couches : DataFrame indexed by couche with exclusive, infra_communale; a pair is named in the order of this table
    territoires : list of str, optional
        Only these territories; all those of `appartenance` by default.

    Returns
    -------
    DataFrame
        One row per territory (sorted) and pair of layers. Information, coincidence and purity are shares of the weight covered
        by both layers (`couverture_commune` of the territory's weight), without the communes shared out in both layers
        (`nb_communes_ecartees`); they are NaN, with `raison_absence`, when parts are unknown or communes are in several units
        at once. `_population` columns weigh as `ponderation` says; `_communes` columns count communes.
        A unit is nested when all its communes in the territory are wholly in one unit of the other layer (`nb_a_dans_b`
        counts those that surely are). It is not when no unit of the other layer may hold it: it meets two of them for sure,
        holds the whole of a commune that they share out, or goes where they cover nothing. Else nobody knows
        (`nb_a_inconnus`): it has a part only of a commune that the other layer splits too. Shares of units
        and of weight are over all units of the layer, covered by the other or not, and NaN where they hang on units of which
        nobody knows. Coincidence: communes whose unit of b is
        the main one of their unit of a (vue_a, also the purity), the reverse (vue_b), or both (mutuelle); equal main
        units: the smallest code, and `egalite`. A layer absent from the territory: NaN, coverage 0.
    """
    if territoires is not None:
        appartenance = appartenance[appartenance["territoire_id"].isin(list(territoires))]
    known, places, rows, _ = encode_tables(affectation, appartenance, communes, couches, ponderation=ponderation)
    pairs = list(combinations(range(len(couches)), 2))
    return compare_coded(known, take_columns(places), split_layers(rows, len(couches)), couches.index, pairs)


def compare_coded(known, places, layers, names, pairs):
    """Return `compare_layers` from coded tables (`cells.encode_tables`), for the pairs (i, j) of `layers`, named by `names`."""
    units = {code: _count_units(places, layers[code]) for code in {code for pair in pairs for code in pair}}
    if not pairs:
        return pd.DataFrame(columns=COLUMNS)
    compared = [_compare_pair(known, join_layers(places, layers[a], layers[b]), units[a], units[b]) for a, b in pairs]
    # One row per territory, all its pairs together.
    table = pd.DataFrame({name: np.stack([one[name] for one in compared], axis=1).ravel() for name in compared[0]})
    table["territoire_id"] = known.index.repeat(len(pairs)).astype("str")
    table["ponderation"] = known["ponderation"].repeat(len(pairs)).array
    for column, side in {"couche_a": 0, "couche_b": 1}.items():
        table[column] = pd.Series([names[pair[side]] for pair in pairs] * len(known), dtype="str")
    return _blank_unknown(table)[COLUMNS]


def take_columns(table):
    """Return the columns of a coded table as {name: array}: the pairs are many, and arrays are cheap."""
    return {name: table[name].to_numpy() for name in table.columns}


def split_layers(rows, nb_couches):
    """Return the rows of each layer as {name: array}, in the order of the layer codes."""
    return [take_columns(rows[rows["couche"] == code]) for code in range(nb_couches)]


def join_layers(places, a, b):
    """Return one row per territory, commune, unit of a and unit of b, from coded tables (see `cells.encode_tables`).

    `poids` is the weight that is in both units, 0 where it cannot be known (`inconnu`: a part is missing; `ecarte`: the
    commune is shared out twice, by both layers or by one and the territory); `fraction` the same for a weight of one per
    commune.
    """
    i, j = match_codes(a["commune"], b["commune"])
    k, pair = match_codes(places["commune"], a["commune"][i])
    left = {name: values[i[pair]] for name, values in a.items()}
    right = {name: values[j[pair]] for name, values in b.items()}
    poids, entiere = places["poids"][k], places["entiere"][k]
    joint = left["part"] * right["part"]
    inconnu = np.isnan(joint) | places["inconnue"][k]
    # Shared out twice, nothing says who lives in both parts.
    ecarte = ~inconnu & (left["entiere"].astype("int8") + right["entiere"] + entiere < 2)
    joint[inconnu | ecarte] = 0.0
    premiere = left["premiere"] & right["premiere"]
    couvert = poids * np.minimum(left["couverte"], right["couverte"]) * (premiere & ~ecarte)
    return {
        "territoire": places["territoire"][k], "a": left["unite"], "b": right["unite"], "poids": poids * joint,
        "fraction": joint, "couvert": couvert, "entiere_a": left["entiere"], "entiere_b": right["entiere"],
        "possible_b": may_hold(left["entiere"] & entiere, right), "possible_a": may_hold(right["entiere"] & entiere, left),
        "estime": (left["estimee"] > 0) | (right["estimee"] > 0),
        "inconnu": inconnu & (poids > 0), "ecarte": ecarte, "commune_ecartee": ecarte & premiere,
        "recouvre": left["recouvre"] | right["recouvre"],
    }  # fmt: skip


def may_hold(whole, outer):
    """Return which units of `outer` may hold what a unit has of a commune: the whole of it (`whole`), or a piece nobody can place.

    A unit without the whole commune cannot hold it; a piece of the commune may be anywhere.
    """
    return outer["entiere"] | ~whole | (np.isnan(outer["part"]) & ~outer["partagee"])


def count_cells(pairs):
    """Return the contingency table of `join_layers`: one row per territory, unit of a, unit of b, sorted by code."""
    (territoire, a, b), cell = cross_codes(pairs["territoire"], pairs["a"], pairs["b"])

    def total(name):
        return np.bincount(cell, pairs[name], minlength=len(a))

    return {
        "territoire": territoire, "a": a, "b": b, "nb_communes": np.bincount(cell, minlength=len(a)),
        "poids": total("poids"), "fraction": total("fraction"), "entieres_a": total("entiere_a"),
        "entieres_b": total("entiere_b"), "possibles_a": total("possible_a"), "possibles_b": total("possible_b"),
        "indetermine": total("inconnu") + total("ecarte") > 0,
    }  # fmt: skip


def _count_units(places, layer):
    """Return the units of one layer in every territory: territoire, unite, nb_communes, poids, indetermine (coded)."""
    i, j = match_codes(places["commune"], layer["commune"])
    poids, known = places["poids"][i], ~places["inconnue"][i] & (places["entiere"][i] | layer["entiere"][j])
    part = np.where(known, layer["part"][j], np.nan)
    unknown = (np.isnan(part) & (poids > 0)) | layer["recouvre"][j]
    (territoire, unite), inverse = cross_codes(places["territoire"][i], layer["unite"][j])
    size = len(unite)
    return {
        "territoire": territoire, "unite": unite, "nb_communes": np.bincount(inverse, minlength=size),
        "poids": np.bincount(inverse, poids * np.nan_to_num(part), minlength=size),
        "indetermine": np.bincount(inverse, unknown, minlength=size) > 0,
    }  # fmt: skip


def _compare_pair(known, pairs, units_a, units_b):
    """Return every measure of one pair of layers as {column: one value per territory}, and what `_blank_unknown` needs."""
    cells, size = count_cells(pairs), len(known)

    def total(name):
        return np.bincount(pairs["territoire"], pairs[name], minlength=size)

    return {
        **measure_information(cells, size), **_adjust_pair(pairs, size), **measure_coincidence(cells, size),
        **measure_nesting(cells, "a", "b", units_a, size), **measure_nesting(cells, "b", "a", units_b, size),
        "couverture_commune": divide(total("couvert"), known["poids"]),
        "nb_communes_ecartees": total("commune_ecartee").astype("int64"),
        "disjointes": np.bincount(pairs["territoire"], minlength=size) == 0,
        "recouvre": total("recouvre") > 0, "inconnu": total("inconnu") > 0,
    }  # fmt: skip


def measure_information(cells, size):
    """Return the information measures of every territory; NaN where the common weight is zero."""
    positive = cells["poids"] > 0
    territoire, a, b, poids = (cells[name][positive] for name in ["territoire", "a", "b", "poids"])
    total = np.bincount(territoire, poids, minlength=size)
    (group_a, _), in_a = cross_codes(territoire, a)
    (group_b, _), in_b = cross_codes(territoire, b)
    h_a, h_b, h_ab = (
        _measure_entropy(group, np.bincount(inverse, poids, minlength=len(group)), total)
        for group, inverse in [(group_a, in_a), (group_b, in_b), (territoire, np.arange(len(poids)))]
    )
    single_a, single_b = np.bincount(group_a, minlength=size) == 1, np.bincount(group_b, minlength=size) == 1
    # Rounding may leave 1e-17 where the value is zero: a nested pair must read 0, never -0 or 1e-17.
    mutual = np.where(single_a | single_b, 0.0, np.clip(h_a + h_b - h_ab, 0.0, np.minimum(h_a, h_b)))
    vi = np.where(single_a & single_b, 0.0, np.maximum(h_a + h_b - 2 * mutual, 0.0))
    vi = np.where(vi < TOLERANCE, 0.0 * vi, vi)
    return {
        "entropie_a": h_a, "entropie_b": h_b, "entropie_ab": h_ab, "information_mutuelle": np.where(total > 0, mutual, np.nan),
        "vi": np.where(total > 0, vi, np.nan),
        "vi_norm": np.where(single_a & single_b, 0.0, divide(vi, h_ab)),
        "nmi": np.where(single_a & single_b, 1.0, divide(2 * mutual, h_a + h_b)),
        "part_de_a_expliquee_par_b": np.where(single_a, 1.0, divide(mutual, h_a)),
        "part_de_b_expliquee_par_a": np.where(single_b, 1.0, divide(mutual, h_b)),
    }  # fmt: skip


def _adjust_pair(pairs, size):
    """Return the information adjusted for chance, on the communes wholly in one unit of both layers."""
    whole = pairs["entiere_a"] & pairs["entiere_b"]
    kept = {name: values[whole] for name, values in pairs.items()}
    cells = count_cells(kept | {"poids": np.ones(whole.sum())})
    return adjust_information(cells, measure_information(cells, size), size)


def _measure_entropy(group, poids, total):
    """Return the entropy (nats) of each group's weights, whose sum is `total`; exactly 0 for one unit, NaN for none."""
    p = poids / total[group]
    units = np.bincount(group, minlength=len(total))
    entropy = -np.bincount(group, p * np.log(p), minlength=len(total))
    return np.select([units == 0, units == 1], [np.nan, 0.0], entropy)


def measure_coincidence(cells, size):
    """Return the coincidence of every territory, seen from a, from b and from both, and the purities."""
    territoire, poids = cells["territoire"], cells["poids"]
    _, in_a = cross_codes(territoire, cells["a"])
    _, in_b = cross_codes(territoire, cells["b"])
    mode_a, tie_a = mark_modes(in_a, poids)
    mode_b, tie_b = mark_modes(in_b, poids)
    tied = np.bincount(territoire, tie_a | tie_b, minlength=size) > 0
    measured = {"egalite": tied}
    for column, values in {"population": poids, "communes": cells["fraction"]}.items():
        total = np.bincount(territoire, values, minlength=size)
        for view, chosen in {"mutuelle": mode_a & mode_b, "vue_a": mode_a, "vue_b": mode_b}.items():
            part = divide(np.bincount(territoire, values * chosen, minlength=size), total)
            measured[f"coincidence_{view}_{column}"] = part
    measured["purete_a_dans_b"] = measured["coincidence_vue_a_population"]
    measured["purete_b_dans_a"] = measured["coincidence_vue_b_population"]
    return measured


def measure_nesting(cells, inner, outer, units, size):
    """Return how many units of `inner` are nested in one unit of `outer`, of how many nobody knows, and the shares nested."""
    territoire, unite, poids = units["territoire"], units["unite"], units["poids"]
    width = int(unite.max(initial=0)) + 1
    position = np.searchsorted(territoire * width + unite, cells["territoire"] * width + cells[inner])

    def held_by_one(name):
        most = np.zeros(len(unite))
        np.maximum.at(most, position, cells[name])
        return most == units["nb_communes"]

    def total(values):
        return np.bincount(territoire, values, minlength=size)

    nested = held_by_one(f"entieres_{outer}")
    unknown = held_by_one(f"possibles_{outer}") & ~nested
    nb, nb_nested, nb_unknown = total(None), total(nested), total(unknown)
    blurred, doubtful = total(units["indetermine"]) > 0, total(unknown & (units["indetermine"] | (poids > 0))) > 0
    # With unknown parts the share of the weight is still known when all units are nested, or none.
    conditions = [doubtful, blurred & (nb_nested == nb), blurred & (nb_nested + nb_unknown == 0), blurred]
    name = f"{inner}_dans_{outer}"
    return {
        f"nb_unites_{inner}": nb, f"nb_{name}": nb_nested, f"nb_{inner}_inconnus": nb_unknown,
        f"part_{name}": np.where(nb_unknown > 0, np.nan, divide(nb_nested, nb)),
        f"part_population_{name}": np.select(conditions, [np.nan, 1.0, 0.0, np.nan], divide(total(poids * nested), total(poids))),
    }  # fmt: skip


def _tell_gaps(entire, doubtful):
    """Return why a pair that is measured lacks a figure or two, "" when it lacks none."""
    both = f"{SANS_ENTIERE} ; {EMBOITEMENT_INCONNU}"
    return np.select([~entire & doubtful, doubtful, ~entire], [both, EMBOITEMENT_INCONNU, SANS_ENTIERE], "")


def _blank_unknown(table):
    """Return `table` with NaN where a number would not be one, and the reason in words."""
    absent_a, absent_b = table["nb_unites_a"].eq(0), table["nb_unites_b"].eq(0)
    weightless = table["coincidence_mutuelle_population"].isna()
    refused = (table[name] for name in ["disjointes", "recouvre", "inconnu"])
    conditions = [absent_a & absent_b, absent_a, absent_b, *refused, weightless]
    entire = table["nb_communes_ami"] > 0
    a, b = table["couche_a"].astype("object"), table["couche_b"].astype("object")
    reasons = [
        "couches " + a + " et " + b + " absentes de ce territoire", "couche " + a + " absente de ce territoire",
        "couche " + b + " absente de ce territoire", SANS_COMMUNE, RECOUVREMENT, PARTS_INCONNUES, SANS_POIDS,
    ]  # fmt: skip
    blank = pd.Series(np.logical_or.reduce(conditions), index=table.index)
    # A blank nesting is told even where the rest is measured: it is the one figure missing.
    doubtful = table["nb_a_inconnus"].add(table["nb_b_inconnus"]).gt(0)
    reason = np.select(conditions, reasons, _tell_gaps(entire, doubtful))
    blanked = table.assign(raison_absence=pd.Series(reason, index=table.index, dtype="str"))
    blanked[_INFORMATION + _COINCIDENCE] = table[_INFORMATION + _COINCIDENCE].mask(blank)
    blanked[_EMBOITEMENT] = table[_EMBOITEMENT].astype("float64").mask(absent_a | absent_b)
    blanked["nb_communes_ami"] = table["nb_communes_ami"].mask(blank, 0)
    blanked["egalite"] = table["egalite"] & ~blank
    return blanked
