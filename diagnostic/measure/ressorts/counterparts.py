"""Who faces whom: units without counterpart in another layer, communes covered by both layers or one, white zones and who steps in."""

from itertools import combinations

import numpy as np
import pandas as pd

from diagnostic.measure.ressorts.cells import TOLERANCE, divide, encode_tables
from diagnostic.measure.ressorts.discordance import measure_discordance
from diagnostic.measure.ressorts.weights import POPULATION, list_unit_territories, weigh_territoires
from diagnostic.vocabulary import normalize_label, read_list

# A commune must have a CCAS from this population on, and may have one below (article L. 123-4 of the Code de l'action sociale
# et des familles, since the act of 7 August 2015).
SEUIL_CCAS = 1500
CCAS = "ccas"
OBLIGATION = "CCAS obligatoire (CASF L.123-4), à confirmer"
FACULTE = "commune (CCAS facultatif sous 1 500 habitants)"
SANS_POPULATION = "CCAS ou commune (population inconnue)"
A_VERIFIER = "couche annoncée complète, mais sans unité ici : à vérifier"
SANS_UNITE = "aucune unité de cette couche sur ces communes"
POIDS_INCONNU = "part de population inconnue dans une commune de l'unité"
DEUX_PARTIES = "une commune est partagée deux fois (par deux couches, ou par une couche et le territoire) : qui est couvert est inconnu"
PARTS_INCONNUES = "part de population inconnue dans une commune : qui est couvert est inconnu"
CAS = ["les_deux", "a_seule", "b_seule", "aucune"]
VIS_A_VIS_COLUMNS = [
    "couche_a", "unite_a", "couche_b", "nb_communes", "poids", "n_unites", "couverture", "unite_principale", "part_principale",
    "sans_vis_a_vis", "raison_absence",
]  # fmt: skip
CROISEES_COLUMNS = ["territoire_id", "couche_a", "couche_b", "cas", "nb_communes", "poids", "part", "ponderation", "raison_absence"]
ZONES_COLUMNS = [
    "couche", "code_insee", "nom", "population", "part_non_couverte", "repli", "operateur", "operateur_origine", "raison_absence",
]  # fmt: skip


def list_counterparts(affectation, communes, couches, *, ponderation=POPULATION):
    """Return, for every unit and every other layer, how many units it meets there, and which is the main one.

    Every unit is a territory (`weights.list_unit_territories`), so the figures are those of `measure_discordance`.

    Parameters
    ----------
    affectation : DataFrame with code_insee, couche, unite_id, part
    communes : DataFrame indexed by code_insee
    couches : DataFrame indexed by couche with exclusive, infra_communale and, when it is known, complete

    Returns
    -------
    DataFrame
        One row per unit and other layer, sorted; nb_communes and poids are those of its part inside the perimeter (the
        communes of `communes`), couverture the share of that weight that the other layer covers, at most: see
        `measure_discordance`. `sans_vis_a_vis`: it meets no unit; where the other layer is said to be
        complete, `raison_absence` says that the layer is to be checked. poids is NaN where a part of the unit is unknown.
        A layer without any row is not filled in, which says nothing of anybody: it has none here.
    """
    declared = couches[couches.index.isin(affectation["couche"].unique())]
    kept = affectation[affectation["couche"].isin(declared.index) & affectation["code_insee"].isin(communes.index)]
    units = list_unit_territories(kept)
    measured = measure_discordance(kept, units, communes, declared, ponderation=ponderation)
    named = units.drop_duplicates("territoire_id").set_index("territoire_id").loc[measured["territoire_id"]]
    table = measured.assign(couche_a=named["couche"].array, unite_a=named["unite_id"].array)
    table = table.rename(columns={"couche": "couche_b", "poids_total": "poids"})[lambda rows: rows["couche_a"] != rows["couche_b"]]
    table = _tell_alone(table, declared, units.loc[units["part"].isna(), "territoire_id"])
    rank = {name: position for position, name in enumerate(declared.index)}
    order = pd.DataFrame({"a": table["couche_a"].map(rank), "u": table["unite_a"], "b": table["couche_b"].map(rank)})
    return table.loc[order.sort_values(["a", "u", "b"]).index, VIS_A_VIS_COLUMNS].reset_index(drop=True)


def _tell_alone(table, couches, unknown):
    """Return `table` with who has no counterpart and why a figure is missing; `unknown`: units that have an unknown part."""
    alone, blurred = table["n_unites"].eq(0), table["territoire_id"].isin(unknown)
    complete = couches.index[couches["complete"].eq(True)] if "complete" in couches else []
    reason = table["raison_absence"].mask(alone, SANS_UNITE).mask(alone & table["couche_b"].isin(complete), A_VERIFIER)
    reason = reason.mask(blurred & reason.eq(""), POIDS_INCONNU)
    return table.assign(sans_vis_a_vis=alone, poids=table["poids"].mask(blurred), raison_absence=reason)


def cross_coverage(affectation, appartenance, communes, couches, *, territoires=None, ponderation=POPULATION):
    """Return, for every territory and pair of layers, what both cover, one only, or none.

    Parameters
    ----------
    affectation : DataFrame with code_insee, couche, unite_id, part
    appartenance : DataFrame with code_insee, territoire_id
    communes : DataFrame indexed by code_insee
    couches : DataFrame indexed by couche with exclusive, infra_communale
    territoires : list of str, optional
        Only these territories; all those of `appartenance` by default.

    Returns
    -------
    DataFrame
        Four rows per territory and pair: les_deux, a_seule, b_seule, aucune. `nb_communes` counts each commune in one case: it is
        covered as soon as it has a unit. `poids` follows the parts: a commune covered for a half by a and whole by b weighs a
        half in les_deux and a half in b_seule. The four weights add up to the territory's, `part` to 1. What is covered of an
        inhabited commune is not known (a part is missing, or units that overlap have a part of it only), or each layer covers
        it in part only: poids and part NaN for the pair in that territory, with `raison_absence`. A layer without any row is
        not filled in: no pair has it.
    """
    couches = couches[couches.index.isin(affectation["couche"].unique())]
    if territoires is not None:
        appartenance = appartenance[appartenance["territoire_id"].isin(list(territoires))]
    known, places, rows, _ = encode_tables(affectation, appartenance, communes, couches, ponderation=ponderation)
    covered, held = _cover_places(places, rows, len(couches))
    pairs = list(combinations(range(len(couches)), 2))
    if not pairs:
        return pd.DataFrame(columns=CROISEES_COLUMNS)
    found = [_cross_pair(places, covered[:, pair], held[:, pair], len(known)) for pair in map(list, pairs)]
    # One row per territory, all its pairs together, then the four cases.
    nb, poids, bounded = (np.stack([one[side] for one in found], axis=1) for side in (0, 1, 2))
    each, cases = len(pairs) * len(CAS), len(CAS)
    total = known["poids"].to_numpy()[:, None, None]
    table = pd.DataFrame({"territoire_id": known.index.repeat(each).astype("str")})
    for column, side in {"couche_a": 0, "couche_b": 1}.items():
        names = [couches.index[pair[side]] for pair in pairs for _ in range(cases)]
        table[column] = pd.Series(names * len(known), dtype="str")
    table["cas"] = pd.Series(CAS * (len(known) * len(pairs)), dtype="str")
    table["nb_communes"], table["poids"] = nb.ravel(), poids.ravel()
    table["part"] = divide(poids, np.broadcast_to(total, poids.shape)).ravel()
    table["ponderation"] = known["ponderation"].repeat(each).array
    why = np.select([bounded.ravel().repeat(cases), table["poids"].isna()], [PARTS_INCONNUES, DEUX_PARTIES], "")
    return table.assign(raison_absence=pd.Series(why, index=table.index, dtype="str"))


def _cover_places(places, rows, nb_couches):
    """Return, for every place and layer, the share of the commune that the layer covers (NaN where only bounds are known), and
    whether it has a unit there."""
    first = rows[rows["premiere"]]
    size = int(max(places["commune"].max() if len(places) else -1, first["commune"].max() if len(first) else -1)) + 1
    covered, held = np.zeros((size, nb_couches)), np.zeros((size, nb_couches), dtype=bool)
    sure = first["couverte"] - first["couverte_min"] <= TOLERANCE
    covered[first["commune"], first["couche"]] = first["couverte"].where(sure)
    held[first["commune"], first["couche"]] = True
    return covered[places["commune"]], held[places["commune"]]


def _cross_pair(places, covered, held, size):
    """Return the number of communes and the weight of each case for one pair of layers (arrays, territories x cases), and in
    which territories a part is not known."""
    territoire, poids = places["territoire"].to_numpy(), places["poids"].to_numpy()
    a, b = covered.T
    whole_a, whole_b = a >= 1 - TOLERANCE, b >= 1 - TOLERANCE
    partial_a, partial_b = held[:, 0] & ~whole_a, held[:, 1] & ~whole_b
    unknown = (partial_a & partial_b) | (~places["entiere"].to_numpy() & (partial_a | partial_b))
    # With one layer over the whole commune, or absent from it, the share in both is the smaller of the two.
    both = np.where(unknown, np.nan, np.minimum(a, b))
    shares = [both, a - both, b - both, 1 - a - b + both]
    cases = [held.all(axis=1), held[:, 0] & ~held[:, 1], held[:, 1] & ~held[:, 0], ~held.any(axis=1)]
    # An unknown share of nobody is nobody.
    nb = np.stack([np.bincount(territoire, case, minlength=size) for case in cases], axis=1).astype("int64")
    poids = np.where(poids == 0, 0.0, poids * np.clip(np.stack(shares), 0, 1))
    bounded = (places["poids"].to_numpy() > 0) & (np.isnan(covered).any(axis=1) | places["inconnue"].to_numpy())
    total = np.stack([np.bincount(territoire, one, minlength=size) for one in poids], axis=1)
    bounded = np.bincount(territoire, bounded, minlength=size) > 0
    return nb, np.where(bounded[:, None], np.nan, total), bounded


def find_white_zones(affectation, communes, couches, acteurs=None, *, unites=None):
    """Return the communes that a partial layer does not cover wholly, and who steps in there.

    A missing CIAS is no gap by itself: social action stays with the commune, through its CCAS or not.

    Parameters
    ----------
    affectation : DataFrame with code_insee, couche, unite_id, part
    communes : DataFrame indexed by code_insee with nom, population
    couches : DataFrame indexed by couche with exclusive, infra_communale, complete (a layer not said to be complete is partial)
        and, when some layer has one, repli: who steps in, a category of actors (code, name or acronym) or another layer
    acteurs : DataFrame with nom, categorie, code_insee, optional
    unites : DataFrame with couche, unite_id, unite_nom, optional: names of the units of a layer that steps in

    Returns
    -------
    DataFrame
        One row per partial layer (declared order) and commune (sorted): part_non_couverte (NaN, with `raison_absence`, where a
        part is not known, or units that overlap have a part of it only), operateur, and how it is known
        (`operateur_origine`): acteur_recense (an actor of the category in this commune, or a unit of the layer named in
        repli); for a CCAS that nobody recorded, obligation from 1,500 inhabitants, faculte below, population_inconnue; for
        another body, repli_declare; sans_repli, operateur missing, where the layer says nothing. A layer without any row is
        left out: it is not filled in, which is no white zone.
    """
    whole = couches["complete"].astype("boolean").fillna(False).to_numpy(dtype=bool)
    partial = [name for name in couches.index[~whole] if affectation["couche"].eq(name).any()]
    loose = couches.index[couches["exclusive"].eq(False).fillna(False) & ~couches["infra_communale"].eq(True).fillna(False)]
    found = [_uncover(affectation[affectation["couche"] == name], communes, name in loose).assign(couche=name) for name in partial]
    if not found:
        return pd.DataFrame(columns=ZONES_COLUMNS)
    zones = pd.concat(found, ignore_index=True)
    fallback = couches["repli"] if "repli" in couches else pd.Series(np.nan, index=couches.index, dtype="object")
    zones["repli"] = zones["couche"].map(fallback.astype("str").mask(fallback.isna() | fallback.eq("")))
    zones["categorie"] = zones["repli"].map(_find_categories(zones["repli"]))
    recorded = _list_operators(zones, affectation, acteurs, unites)
    keys = pd.MultiIndex.from_frame(zones[["repli", "code_insee"]])
    operator = recorded.reindex(keys).set_axis(zones.index)
    ccas, population = zones["categorie"].eq(CCAS), zones["population"]
    cases = [
        zones["repli"].isna(), operator.notna(), ccas & population.isna(), ccas & population.ge(SEUIL_CCAS), ccas,
    ]  # fmt: skip
    origins = ["sans_repli", "acteur_recense", "population_inconnue", "obligation", "faculte"]
    texts = [None, operator, SANS_POPULATION, OBLIGATION, FACULTE]
    zones["operateur_origine"] = pd.Series(np.select(cases, origins, "repli_declare"), dtype="str")
    zones["operateur"] = pd.Series(np.select(cases, [pd.Series(t, zones.index, "object") for t in texts], zones["repli"].astype("object")))
    zones["raison_absence"] = pd.Series(np.where(zones["part_non_couverte"].isna(), PARTS_INCONNUES, ""), zones.index, dtype="str")
    return zones.astype({"operateur": "str", "couche": "str"})[ZONES_COLUMNS]


def summarise_white_zones(zones, appartenance, communes, *, ponderation=POPULATION):
    """Return, for every territory, the communes and the weight that each partial layer leaves out, by who steps in.

    Returns
    -------
    DataFrame
        territoire_id, couche, operateur_origine, nb_communes, poids, part (of the territory's weight), ponderation,
        raison_absence; only what is, or may be, left out somewhere. poids and part are NaN where what is left out of an
        inhabited commune is not known.
    """
    places = weigh_territoires(appartenance, communes, ponderation)
    total = places.groupby("territoire_id")["poids"].sum()
    met = places.merge(zones[["couche", "code_insee", "part_non_couverte", "operateur_origine"]], on="code_insee")
    met["poids"] = (met["poids"] * met["part_non_couverte"]).mask(met["poids"] == 0, 0.0)
    keys = ["territoire_id", "couche", "operateur_origine", "ponderation"]
    groups = met.groupby(keys)["poids"]
    table = pd.DataFrame({"nb_communes": groups.size(), "poids": groups.sum(skipna=False)}).reset_index()
    table["part"] = divide(table["poids"], total.reindex(table["territoire_id"]))
    table["raison_absence"] = pd.Series(np.where(table["poids"].isna(), PARTS_INCONNUES, ""), table.index, dtype="str")
    return table[["territoire_id", "couche", "operateur_origine", "nb_communes", "poids", "part", "ponderation", "raison_absence"]]


def _uncover(rows, communes, loose):
    """Return the communes that one layer does not surely cover wholly: code_insee, nom, population, part_non_couverte."""
    parts = rows["part"].astype("float64").groupby(rows["code_insee"])
    total, largest, unknown = parts.sum(), parts.max().fillna(0.0), rows["part"].isna().groupby(rows["code_insee"]).any()
    # Of units that overlap only the largest part is sure to be covered; see `couverte_min` in `encode_tables`.
    overlaps = (parts.size() > 1) & (loose | (total > 1 + TOLERANCE))
    least = total.mask(overlaps, largest)
    doubt = unknown | (overlaps & (total > largest + TOLERANCE))
    wanted = communes.index.sort_values()
    least, doubt = least.reindex(wanted, fill_value=0.0), doubt.reindex(wanted, fill_value=False)
    left = (1 - least).mask(doubt)[least < 1 - TOLERANCE].rename_axis("code_insee").rename("part_non_couverte")
    return communes.loc[left.index, ["nom", "population"]].join(left).rename_axis("code_insee").reset_index()


def _find_categories(names):
    """Return {fallback as written: code of the category it names} for those that name one."""
    categories = read_list("categories")
    spelled = {}
    for column in ("libelle", "sigle"):
        spelled |= {normalize_label(text): code for code, text in categories[column].items() if text}
    spelled |= {normalize_label(code): code for code in categories.index}
    return {name: spelled.get(normalize_label(name)) for name in names.dropna().unique()}


def _list_operators(zones, affectation, acteurs, unites):
    """Return the names of the recorded operators by fallback and commune: actors of the category, units of the layer."""
    asked = zones[["repli", "categorie"]].dropna(subset="repli").drop_duplicates()
    held = affectation[affectation["couche"].isin(asked["repli"])].rename(columns={"couche": "repli"})
    if unites is None:
        held = held.assign(nom=held["unite_id"])
    else:
        names = unites.drop_duplicates(["couche", "unite_id"]).rename(columns={"couche": "repli", "unite_nom": "nom"})
        held = held.merge(names[["repli", "unite_id", "nom"]], on=["repli", "unite_id"], how="left")
        held["nom"] = held["nom"].fillna(held["unite_id"])
    columns = ["repli", "code_insee", "nom"]
    found = [held[columns]]
    if acteurs is not None:
        actors = acteurs[["nom", "categorie", "code_insee"]].dropna().astype("str")
        found.append(actors.merge(asked.dropna().astype("str"), on="categorie")[columns])
    named = pd.concat(found, ignore_index=True).astype("str").drop_duplicates().sort_values(columns)
    return named.groupby(["repli", "code_insee"])["nom"].agg(" ; ".join)
