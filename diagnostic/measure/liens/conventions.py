"""How far the silo figures rest on the convention category -> champ: each category is given its other champs in turn.

The guide does not say which category is social and which is local development: the range that the convention alone can
give is shown beside the one of the `mixte` scenarios.
"""

import numpy as np
import pandas as pd

from diagnostic.measure.liens.coded import code_pairs
from diagnostic.measure.liens.network import simplify_links
from diagnostic.measure.liens.silos import CHAMPS_OPPOSES, compare_counts, explain_absence, group_actors

FIGURES = ["nb_externes", "densite_inter", "densite_intra", "ratio_externes", "ei", "indice_silo"]
FLIP_COLUMNS = ["categorie", "libelle", "champ", "champ_essaye", "nb_acteurs", *FIGURES, "ecart_ratio", "raison_absence"]
RANGE_COLUMNS = [
    "mesure", "valeur", "min_mixte", "max_mixte", "min_categories", "max_categories", "categorie_min", "categorie_max",
    "nb_essais", "raison_absence",
]  # fmt: skip


def flip_categories(acteurs, liens, *, listed=None):
    """Measure the silo figures again with each category given another champ, one category at a time.

    A social category becomes local development and the reverse; a `mixte` or `autre` one becomes each of the two in turn.
    Only the actors whose champ comes from the convention move (`champ_origine` "defaut"; all of them where the column is
    missing): a champ that someone wrote is no convention. Actors still `mixte` or `autre` are left out, as in the scenario
    "exclu" of `silos.measure_ei`. Figures are worked out from the counts of links between categories, not from the links.

    Parameters
    ----------
    acteurs : DataFrame with acteur_id, categorie, champ, champ_origine; an actor without categorie moves with none
    liens : DataFrame of declared links
    listed : DataFrame indexed by code of category with `libelle`, optional; the code stands for what it does not name

    Returns
    -------
    DataFrame, one row a flip, sorted by categorie, champ, champ_essaye
        categorie, libelle, champ, champ_essaye, nb_acteurs (that change champ), nb_externes, densite_inter, densite_intra,
        ratio_externes, ei, indice_silo, ecart_ratio (ratio_externes less the one of the convention as it is),
        raison_absence (NaN figures).

    Raises
    ------
    DiagnosticError
        When an actor has no champ.

    Examples
    --------
    >>> acteurs = pd.DataFrame({"acteur_id": list("abc"), "categorie": ["x", "x", "y"], "champ": ["social"] * 2 + ["autre"]})
    >>> liens = pd.DataFrame({"source_id": ["a"], "cible_id": ["c"], "type": "information"})
    >>> flip_categories(acteurs, liens)[["categorie", "champ_essaye", "nb_externes"]].values.tolist()
    [['x', 'developpement_local', 0.0], ['y', 'developpement_local', 1.0], ['y', 'social', 0.0]]
    """
    cells, links = _count_cells(acteurs, liens)
    flips = cells[cells["deplacable"]].reset_index(names="case")
    tried = flips["champ"].map(lambda champ: [other for other in sorted(CHAMPS_OPPOSES) if other != champ]).astype("object")
    flips = flips.assign(champ_essaye=tried).explode("champ_essaye", ignore_index=True)
    champs = np.tile(cells["champ"].to_numpy(dtype=object), (len(flips) + 1, 1))
    champs[np.arange(len(flips)), flips["case"].to_numpy(dtype=int)] = flips["champ_essaye"]
    figures = _measure_sides(champs, cells["nb_acteurs"].to_numpy(), links)
    table = flips.join(figures.iloc[:-1])  # the last row is the convention as it is
    table["ecart_ratio"] = table["ratio_externes"] - figures["ratio_externes"].iloc[-1]
    names = {} if listed is None else listed["libelle"].dropna().to_dict()
    table["libelle"] = table["categorie"].map(lambda code: names.get(code, code))
    texts = dict.fromkeys(["categorie", "libelle", "champ", "champ_essaye", "raison_absence"], "str")
    return table[FLIP_COLUMNS].astype(texts | dict.fromkeys([*FIGURES, "ecart_ratio"], float))


def _count_cells(acteurs, liens):
    """Return the sets of actors that move together, and the links between them: square array, each pair of sets once or twice.

    A set is a categorie, a champ and whether the convention gave it; sets that nothing moves are named by "" as categorie.
    """
    actors = acteurs.reindex(columns=["acteur_id", "categorie"]).reset_index(drop=True)
    origin = acteurs["champ_origine"].eq("defaut").to_numpy() if "champ_origine" in acteurs else True
    movable = actors["categorie"].notna() & origin
    champs = group_actors(acteurs, "champ").to_numpy()
    keys = pd.DataFrame({"categorie": actors["categorie"].astype("object").where(movable, ""), "champ": champs, "deplacable": movable})
    grouped = keys.groupby(["categorie", "champ", "deplacable"], sort=True)
    cells = grouped.size().reset_index(name="nb_acteurs")
    pairs, _ = simplify_links(actors, liens)
    ends = grouped.ngroup().to_numpy()[code_pairs(actors, pairs)]
    size = len(cells)
    return cells, np.bincount(ends[:, 0] * size + ends[:, 1], minlength=size**2).reshape(size, size)


def _measure_sides(champs, sizes, links):
    """Return the figures for each row of `champs` (one champ a set of actors): FIGURES and raison_absence."""
    first, second = ((champs == champ).astype(float) for champ in CHAMPS_OPPOSES)
    external = ((first @ (links + links.T)) * second).sum(axis=1)
    internal = sum(((side @ links) * side).sum(axis=1) for side in (first, second))
    a, b, total = first @ sizes, second @ sizes, int(np.sum(sizes))
    within = (a * (a - 1) + b * (b - 1)) / 2
    rows = []
    for e, i, between, inside, n, groups in zip(external, internal, a * b, within, a + b, (a > 0) * 1 + (b > 0), strict=True):
        row = compare_counts(int(e), int(i), int(between), int(inside))
        rows.append({name: row[name] for name in FIGURES} | {"raison_absence": explain_absence(n, e + i, groups, total - int(n))})
    return pd.DataFrame(rows, columns=[*FIGURES, "raison_absence"])


def summarise_conventions(flips, silos):
    """Put side by side the range that the `mixte` scenarios give to each silo figure and the one that the categories give.

    Parameters
    ----------
    flips : DataFrame of `flip_categories`
    silos : DataFrame of `silos.measure_ei` by champ, with the scenario "exclu" at least

    Returns
    -------
    DataFrame, one row a figure
        mesure (name of the column), valeur (scenario "exclu", convention as it is), min_mixte, max_mixte (scenarios given),
        min_categories, max_categories (one category flipped), categorie_min, categorie_max (equal figures: first in text
        order), nb_essais (flips where the figure is defined), raison_absence. Undefined figures are left out of a range, and so
        is a number of links across where a champ has no actor: none is possible.
    """
    rows, scenarios = [], _blank_one_sided(silos).set_index("mixte")
    flips = _blank_one_sided(flips)
    for name in FIGURES:
        spread, tried = scenarios[name], flips[["categorie", name]].dropna().sort_values("categorie", kind="stable")
        row = {"mesure": name, "valeur": spread.get("exclu", np.nan), "min_mixte": spread.min(), "max_mixte": spread.max()}
        row |= {"min_categories": tried[name].min(), "max_categories": tried[name].max(), "nb_essais": len(tried)}
        for end, bound in [("min", row["min_categories"]), ("max", row["max_categories"])]:
            # Sums of floats are not in play here: each figure is one quotient of whole numbers, equal figures are equal.
            row[f"categorie_{end}"] = tried.loc[tried[name] == bound, "categorie"].iloc[0] if len(tried) else ""
        row["raison_absence"] = _explain_range(row, flips, scenarios["raison_absence"].get("exclu", ""))
        rows.append(row)
    texts = dict.fromkeys(["mesure", "categorie_min", "categorie_max", "raison_absence"], "str")
    floats = dict.fromkeys(["valeur", "min_mixte", "max_mixte", "min_categories", "max_categories"], float)
    return pd.DataFrame(rows, columns=RANGE_COLUMNS).astype(texts | floats)


def _blank_one_sided(table):
    """Return the table where links across are missing when no pair of actors is across: 0 would be no finding."""
    return table.assign(nb_externes=table["nb_externes"].where(table["densite_inter"].notna()))


def _explain_range(row, flips, reason):
    if row["valeur"] != row["valeur"]:
        return "non défini avec la convention telle qu'elle est" + (f" : {reason}" if reason else "")
    if not len(flips):
        return "aucun champ ne vient de la convention : rien à changer"
    return "" if row["nb_essais"] else "non défini quelle que soit la catégorie changée"
