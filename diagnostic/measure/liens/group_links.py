"""Links of each group of actors, and what each block of the network would hold if only the degrees decided."""

import numpy as np
import pandas as pd

from diagnostic.measure.liens.silos import count_links_between, group_actors, label_pairs
from diagnostic.measure.ressorts.cells import divide


def measure_group_ei(acteurs, liens, *, groupe="champ"):
    """Measure, for each group, whether its links leave it: E-I over the links that touch the group.

    E links lead to any other group, I stay inside (each counted once): (E - I) / (E + I) (Krackhardt and Stern 1988).
    Reference, for as many links touching the group placed at random among the pairs that touch it: the same formula on
    the n_r (n - n_r) pairs that leave the group and the n_r (n_r - 1) / 2 inside it. Every actor counts, those of champ
    `mixte` and `autre` as groups like the others.

    Parameters
    ----------
    groupe : column of `acteurs`, "champ" or "categorie"

    Returns
    -------
    DataFrame, one row a group in text order: groupe (the column), valeur (the group), nb_acteurs, nb_externes,
    nb_internes, ei, ei_attendu, raison_absence. A group without link has no E-I (NaN), a group alone no reference.

    Raises
    ------
    DiagnosticError
        When an actor has no value in `groupe`.

    Examples
    --------
    >>> acteurs = pd.DataFrame({"acteur_id": ["a", "b", "c"], "champ": ["social", "social", "mixte"]})
    >>> liens = pd.DataFrame({"source_id": ["a", "a"], "cible_id": ["b", "c"], "type": "information"})
    >>> measure_group_ei(acteurs, liens)[["valeur", "nb_externes", "nb_internes", "ei"]].values.tolist()
    [['mixte', 1, 0, 1.0], ['social', 1, 1, 0.0]]
    """
    groups = group_actors(acteurs, groupe)
    counts = count_links_between(label_pairs(acteurs, liens, groups), groups)
    links, sizes = counts.to_numpy(), groups.value_counts().reindex(counts.index, fill_value=0).to_numpy()
    inside = np.diag(links)
    outside = (links + links.T).sum(axis=0) - 2 * inside
    leaving, within = sizes * (len(groups) - sizes), sizes * (sizes - 1) // 2
    table = pd.DataFrame(
        {
            "groupe": groupe,
            "valeur": counts.index.to_numpy(),
            "nb_acteurs": sizes,
            "nb_externes": outside,
            "nb_internes": inside,
            "ei": divide(outside - inside, outside + inside),
            # A single group has no pair that leaves it: -1 would be the only value it could take.
            "ei_attendu": divide(leaving - within, (leaving + within) * (leaving > 0)),
        }
    )
    table["raison_absence"] = np.select(
        [table["ei"].isna(), leaving == 0], ["aucun lien ne touche ce groupe", "un seul groupe : aucun lien externe possible"], default=""
    )
    return table


def measure_expected_blocks(acteurs, liens, *, groupe="champ"):
    """Measure what each block would hold, on average, if links were drawn from the degrees alone (configuration model).

    K_r K_s / (2m) between two groups and K_r² / (4m) within one, K_r the sum of the degrees of a group, m links (Newman
    2010). These add up to m. The model allows self-links and repeated links, which a network of actors has not: with few
    actors the average over simple networks of the same degrees differs, sometimes by a quarter
    (`references.compare_references`, hypothesis "degres").

    Parameters
    ----------
    groupe : column of `acteurs`, "champ" or "categorie"

    Returns
    -------
    DataFrame, one row an unordered pair of groups (groupe_a <= groupe_b in text order): degres_a, degres_b (sums of
    degrees), nb_liens, nb_liens_attendus, ratio (observed / expected), raison_absence.

    Raises
    ------
    DiagnosticError
        When an actor has no value in `groupe`.

    Examples
    --------
    >>> acteurs = pd.DataFrame({"acteur_id": ["a", "b", "c"], "champ": ["social", "social", "mixte"]})
    >>> liens = pd.DataFrame({"source_id": ["a", "a"], "cible_id": ["b", "c"], "type": "information"})
    >>> measure_expected_blocks(acteurs, liens)["nb_liens_attendus"].tolist()
    [0.125, 0.75, 1.125]
    """
    groups = group_actors(acteurs, groupe)
    counts = count_links_between(label_pairs(acteurs, liens, groups), groups)
    links, names = counts.to_numpy(), counts.index.to_numpy()
    degrees, m = (links + links.T).sum(axis=0), links.sum()
    i, j = np.triu_indices(len(names))
    expected = divide(degrees[i] * degrees[j] * np.where(i == j, 1, 2), np.full(len(i), 4 * m))
    table = pd.DataFrame(
        {
            "groupe_a": names[i],
            "groupe_b": names[j],
            "degres_a": degrees[i],
            "degres_b": degrees[j],
            "nb_liens": links[i, j],
            "nb_liens_attendus": expected,
            "ratio": divide(links[i, j], expected),
        }
    )
    table["raison_absence"] = np.select(
        [np.full(len(i), m == 0), expected == 0], ["aucun lien déclaré", "aucun lien ne touche l'un des deux groupes"], default=""
    )
    return table
