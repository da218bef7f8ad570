"""Statements of the guide on instances: the same members twice, one champ alone."""

import pandas as pd

from diagnostic.measure.constats.statement_facts import (
    list_grounds,
    list_items,
    list_members,
    mark_sides,
    refuse,
    report,
    spread,
    tell_among,
)
from diagnostic.vocabulary.formats import count_words, format_number, join_words

FEW = "moins de deux instances ont deux membres connus (feuille instances, colonne membres)"


def _list_seats(tables, results):
    """Return the distinct (instance_id, membres, champ) of known members."""
    members = list_members(results).set_index("acteur_id")["champ"]
    seats = spread(tables["instances"].reindex(columns=["instance_id", "membres"]), "instance_id", "membres")
    seats = seats[seats["membres"].isin(members.index)]
    return seats.assign(champ=seats["membres"].map(members))


def _list_instances(tables, kept, details):
    rows = tables["instances"].reindex(columns=["instance_id", "nom", "dispositif_id"]).drop_duplicates("instance_id")
    rows = rows[rows["instance_id"].isin(kept)]
    rows = rows.assign(nom=rows["nom"].fillna(rows["instance_id"]), detail=rows["instance_id"].map(details))
    rows = rows.sort_values(["nom", "instance_id"], kind="stable")
    items = list_items("instance", rows["instance_id"], nom=rows["nom"], detail=rows["detail"])
    return items.assign(dispositif_id=rows["dispositif_id"].to_numpy(dtype=object))


def find_same_members(tables, results, seuils):
    """Pairs of instances with nearly the same members: Jaccard (1901), shared members over members of either."""
    seats = _list_seats(tables, results)
    sizes = seats.groupby("instance_id").size()
    sizes = sizes[sizes >= 2]
    if len(sizes) < 2:
        return refuse(FEW)
    kept = seats[seats["instance_id"].isin(sizes.index)]
    pairs = kept.merge(kept, on="membres", suffixes=("", "_b"))
    pairs = pairs[pairs["instance_id"] != pairs["instance_id_b"]]
    common = pairs.groupby(["instance_id", "instance_id_b"]).size().rename("communs").reset_index()
    # An empty map keeps the dtype of its keys: no two instances have a member in common.
    either = common["instance_id"].map(sizes).astype(float) + common["instance_id_b"].map(sizes).astype(float)
    common["ensemble"] = either - common["communs"]
    close = common[common["communs"] / common["ensemble"] >= seuils["seuil_membres_communs"]]
    number, whole = len(close) // 2, len(sizes) * (len(sizes) - 1) // 2
    nouns = ("paire d'instances", "paires d'instances")
    phrase = tell_among(number, whole, nouns, ("a presque les mêmes membres", "ont presque les mêmes membres"))
    return report(phrase, number, whole, _list_pairs(close[close["instance_id"] < close["instance_id_b"]], tables))


def _list_pairs(close, tables):
    """Return one item a pair of instances: both names, how many members in common, and whether on one dispositif or commune."""
    rows = tables["instances"].reindex(columns=["instance_id", "nom", "dispositif_id"])
    rows = rows.drop_duplicates("instance_id").set_index("instance_id")
    names = rows["nom"].fillna(pd.Series(rows.index, index=rows.index)).to_dict()
    device = rows["dispositif_id"].dropna().to_dict()
    grounds = list_grounds(tables).groupby("dispositif_id")["code_insee"].agg(set).to_dict()
    told = []
    for row in close.itertuples():
        first, second = device.get(row.instance_id), device.get(row.instance_id_b)
        same = first is not None and first == second
        place = bool(grounds.get(first, set()) & grounds.get(second, set()))
        where = ", même dispositif" if same else ", commune en partage" if place else ""
        shared = count_words(row.communs, "membre commun", "membres communs")
        pair = sorted((names[key], key) for key in (row.instance_id, row.instance_id_b))
        told.append((" et ".join(name for name, _ in pair), pair[0][1], f"{shared} sur {format_number(row.ensemble)}{where}"))
    table = pd.DataFrame(told, columns=["nom", "instance_id", "detail"], dtype=object).sort_values(["nom", "instance_id"], kind="stable")
    items = list_items("paire d'instances", table["instance_id"], nom=table["nom"], detail=table["detail"])
    return items.assign(dispositif_id=table["instance_id"].map(device).to_numpy(dtype=object))


def find_one_sided_instances(tables, results, seuils):
    """Instances where one of the champs has no member."""
    seats = _list_seats(tables, results).dropna(subset="champ")
    sizes = seats.groupby("instance_id").size()
    kept = seats[seats["instance_id"].isin(sizes.index[sizes >= 2])]
    if not len(kept):
        return refuse("aucune instance n'a deux membres de champ connu (feuille instances, colonne membres)")
    sides = mark_sides(kept["champ"], kept["instance_id"])
    alone = sides[~sides.all(axis=1)]
    words = {"social": "du champ social", "developpement_local": "du développement local"}
    details = {key: "aucun membre " + join_words(words[side] for side in words if not alone.at[key, side]) for key in alone.index}
    verbs = ("n'a de membres que d'un champ", "n'ont de membres que d'un champ")
    phrase = tell_among(len(alone), len(sides), ("instance", "instances"), verbs)
    return report(phrase, len(alone), len(sides), _list_instances(tables, alone.index, details))
