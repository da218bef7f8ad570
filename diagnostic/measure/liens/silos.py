"""How far links cross from one group of actors to another: block densities, E-I, crossings, mixed dispositifs.

The guide does not say which actor belongs to the social field and which to local development: `champ` is a convention
of the project, so every silo figure comes with its reference value and with the scenarios for actors that are
`mixte`.
"""

import numpy as np
import pandas as pd

from diagnostic.errors import DiagnosticError
from diagnostic.measure.liens.coded import count_between
from diagnostic.measure.liens.network import simplify_links
from diagnostic.measure.ressorts.cells import divide
from diagnostic.vocabulary.formats import count_words

CHAMPS_OPPOSES = ("social", "developpement_local")
SCENARIOS_MIXTE = ("exclu", *CHAMPS_OPPOSES)


def measure_blocks(acteurs, liens, *, groupe="champ"):
    """Measure the density of links within and between groups of actors.

    Parameters
    ----------
    groupe : column of `acteurs`, "champ" or "categorie"

    Returns
    -------
    DataFrame, one row an unordered pair of groups (groupe_a <= groupe_b in text order, a = b within a
    group): nb_acteurs_a, nb_acteurs_b, nb_liens, nb_paires, nb_liens_attendus (links spread evenly over all pairs),
    densite. The density within a group of one actor is NaN with `raison_absence`, never 0.

    Raises
    ------
    DiagnosticError
        When an actor has no value in `groupe`.

    Examples
    --------
    >>> acteurs = pd.DataFrame({"acteur_id": ["a", "b", "c"], "champ": ["social", "social", "mixte"]})
    >>> liens = pd.DataFrame({"source_id": ["a"], "cible_id": ["c"], "type": ["information"]})
    >>> measure_blocks(acteurs, liens)[["groupe_a", "groupe_b", "nb_liens", "nb_paires"]].values.tolist()
    [['mixte', 'mixte', 0, 0], ['mixte', 'social', 1, 2], ['social', 'social', 0, 1]]
    """
    groups = group_actors(acteurs, groupe)
    links = count_links_between(label_pairs(acteurs, liens, groups), groups)
    names, sizes = links.index.to_numpy(), groups.value_counts().reindex(links.index, fill_value=0).to_numpy()
    i, j = np.triu_indices(len(names))
    pairs = np.where(i == j, sizes[i] * (sizes[i] - 1) // 2, sizes[i] * sizes[j])
    table = pd.DataFrame(
        {
            "groupe_a": names[i],
            "groupe_b": names[j],
            "nb_acteurs_a": sizes[i],
            "nb_acteurs_b": sizes[j],
            "nb_liens": links.to_numpy()[i, j],
            "nb_paires": pairs,
        }
    )
    total = max(table["nb_paires"].sum(), 1)
    table["nb_liens_attendus"] = table["nb_liens"].sum() * table["nb_paires"] / total
    table["densite"] = (table["nb_liens"] / table["nb_paires"]).where(table["nb_paires"] > 0)
    table["raison_absence"] = np.where(
        table["nb_paires"] > 0, "", "un seul acteur dans ce groupe : aucune paire possible"
    )
    return table


def group_actors(acteurs, groupe):
    """Return the group of each actor, indexed by acteur_id; an actor without one is refused, never made a class of its own."""
    missing = acteurs.loc[acteurs[groupe].isna(), "acteur_id"]
    if len(missing):
        raise DiagnosticError(
            f"{len(missing)} acteur(s) sans {groupe} : {', '.join(missing.head(5))}{'…' if len(missing) > 5 else ''}.",
            f"feuille acteurs, colonne {groupe}",
            "remplissez cette colonne ; un acteur sans valeur ne peut être rangé dans un groupe",
        )
    return acteurs.set_index("acteur_id")[groupe].astype("object")


def label_pairs(acteurs, liens, groups):
    """Return the linked pairs, once each, with the group of both ends: acteur_a, acteur_b, groupe_a, groupe_b."""
    pairs, _ = simplify_links(acteurs, liens)
    ends = {f"groupe_{side}": pairs[f"acteur_{side}"].astype("object").map(groups) for side in "ab"}
    return pairs[["acteur_a", "acteur_b"]].assign(**ends)


def count_links_between(pairs, groups):
    """Return the square table of link counts; the upper triangle holds each unordered pair of groups once."""
    names = sorted(groups.unique())
    code = {name: k for k, name in enumerate(names)}
    a, b = (pairs[f"groupe_{side}"].map(code).to_numpy(dtype=int) for side in "ab")
    return pd.DataFrame(count_between(a, b, len(names)), index=names, columns=names)


def measure_ei(acteurs, liens, *, groupe="champ", mixte=SCENARIOS_MIXTE):
    """Measure whether links stay inside groups: E-I, its reference value, the silo index, odds, assortativity, modularity.

    With E links between groups and I within, E-I = (E - I) / (E + I) (Krackhardt and Stern 1988), from -1 to 1 but
    rarely able to reach the ends. Reference with links spread at random over all pairs: 2K / C(n, 2) - 1, K pairs
    between groups. Silo index = 1 - density between / density within (pooled); 0 means no silo. Log odds ratio of a link
    within against between, every count raised by one half so that an empty cell keeps it finite (Haldane's correction);
    0 means no silo. Assortativity: Newman 2003. Modularity: sum over groups of I_r / m - (K_r / 2m)², K_r the sum of
    degrees (Newman and Girvan 2004).

    Parameters
    ----------
    groupe : "champ" opposes `social` and `developpement_local`: actors of champ `autre` are left out and counted; for
        any other
        column all groups count and no scenario applies
    mixte : what becomes of actors of champ `mixte`, one row each: "exclu", "social", "developpement_local"

    Returns
    -------
    DataFrame with columns mixte, nb_acteurs, nb_acteurs_hors_mesure, nb_liens, nb_externes,
    nb_internes, nb_paires, nb_paires_externes, ei, ei_attendu, nb_externes_attendu, ratio_externes (observed /
    expected), densite_inter, densite_intra, indice_silo, log_rapport_cotes, assortativite, modularite, raison_absence.
    Undefined figures are NaN; the last three need two groups and a link.

    Raises
    ------
    DiagnosticError
        When an actor has no value in `groupe`.
    """
    groups = group_actors(acteurs, groupe)
    if groupe != "champ":
        return pd.DataFrame([_measure_scenario("sans objet", acteurs, liens, groups)])
    scenarios = [mixte] if isinstance(mixte, str) else list(mixte)
    return pd.DataFrame([_measure_scenario(s, acteurs, liens, apply_scenario(groups, s)) for s in scenarios])


def apply_scenario(champs, scenario):
    """Return the champs of the actors that count once the `mixte` are left out or given a side; only the two opposed champs."""
    if scenario not in SCENARIOS_MIXTE:
        known = ", ".join(SCENARIOS_MIXTE)
        raise DiagnosticError(f"Scénario inconnu pour les acteurs mixtes : {scenario}.", "choix du scénario", f"choisissez parmi : {known}")
    moved = champs if scenario == "exclu" else champs.replace("mixte", scenario)
    return moved[moved.isin(CHAMPS_OPPOSES)]


def _measure_scenario(scenario, acteurs, liens, groups):
    kept = acteurs[acteurs["acteur_id"].isin(set(groups.index))]
    links = count_links_between(label_pairs(kept, liens, groups), groups).to_numpy()
    sizes = groups.value_counts().to_numpy()
    n, m, internal = len(groups), links.sum(), np.trace(links)
    within = int((sizes * (sizes - 1) // 2).sum())
    return {
        "mixte": scenario,
        "nb_acteurs": n,
        "nb_acteurs_hors_mesure": len(acteurs) - n,
        **compare_counts(int(m - internal), int(internal), n * (n - 1) // 2 - within, within),
        "assortativite": _measure_assortativity(links),
        "modularite": _measure_modularity(links),
        "raison_absence": explain_absence(n, m, len(sizes), len(acteurs) - n),
    }


def compare_counts(external, internal, between, within):
    """Return the figures that only need four counts: links between and within groups, pairs between and within.

    Returns
    -------
    dict of nb_liens, nb_externes, nb_internes, nb_paires, nb_paires_externes, ei, ei_attendu, nb_externes_attendu,
    ratio_externes, densite_inter, densite_intra, indice_silo, log_rapport_cotes; see `measure_ei`.

    Examples
    --------
    >>> compare_counts(1, 5, 9, 6)["nb_externes_attendu"]
    3.6
    """
    m, pairs = external + internal, between + within
    inter, intra = divide(external, between), divide(internal, within)
    expected = divide(m * between, pairs)
    odds = (internal + 0.5) * (between - external + 0.5) / ((external + 0.5) * (within - internal + 0.5))
    return {
        "nb_liens": m,
        "nb_externes": external,
        "nb_internes": internal,
        "nb_paires": pairs,
        "nb_paires_externes": between,
        # With a single group -1 would be the only value it could take.
        "ei": divide(external - internal, m) if between else np.nan,
        "ei_attendu": divide(2 * between, pairs) - 1 if between else np.nan,
        "nb_externes_attendu": expected,
        "ratio_externes": divide(external, expected),
        "densite_inter": inter,
        "densite_intra": intra,
        "indice_silo": 1 - divide(inter, intra),
        # Without pairs on one side, or without any link, the correction alone would make the figure.
        "log_rapport_cotes": float(np.log(odds)) if m and between and within else np.nan,
    }


def _measure_assortativity(links):
    """Return (tr e - |e²|) / (1 - |e²|) where e is the symmetric share of link ends between groups."""
    m = links.sum()
    if not m:
        return np.nan
    e = (links + links.T) / (2 * m)  # the diagonal doubles: both ends of an internal link are in the group
    agreement = (e.sum(axis=0) * e.sum(axis=1)).sum()
    return divide(np.trace(e) - agreement, 1 - agreement) if agreement < 1 - 1e-12 else np.nan


def _measure_modularity(links):
    """Return the sum over groups of I_r / m - (K_r / 2m)²; one group is no partition."""
    m = links.sum()
    if not m or len(links) < 2:
        return np.nan
    degrees = (links + links.T).sum(axis=0)
    return float(np.trace(links) / m - ((degrees / (2 * m)) ** 2).sum())


def explain_absence(n, m, nb_groups, nb_left_out=0):
    """Return why figures of silos are undefined with n actors, m links and so many groups; "" when they are not.

    `nb_left_out` are the actors of champ `mixte` or `autre` that stand on no side.

    >>> explain_absence(0, 0, 0, 3)
    'aucun acteur social ni de développement local (3 mixtes ou autres)'
    """
    if not n and nb_left_out:
        return f"aucun acteur social ni de développement local ({count_words(nb_left_out, 'mixte ou autre', 'mixtes ou autres')})"
    if n < 2:
        return "moins de deux acteurs"
    if nb_groups < 2:
        return "un seul groupe : aucun lien externe possible"
    return "" if m else "aucun lien déclaré"


def measure_crossing(acteurs, liens):
    """Measure, for each actor, the share of its neighbours that are of the opposite champ, and its E-I.

    Only `social` and `developpement_local` are opposite; neighbours of champ `mixte` or `autre` are counted apart and
    stay out of the share and of the E-I, which is (E - I) / (E + I) over the actor's own neighbours (Krackhardt and
    Stern 1988), that is twice the share less one.

    Returns
    -------
    DataFrame indexed by `acteur_id` in the order of `acteurs`: champ, nb_voisins, nb_voisins_<champ>
    (four columns), nb_externes, nb_internes, ei, part_croisement, raison_absence (NaN: actor neither social nor
    developpement_local; share and E-I are NaN too without a neighbour of these champs).
    """
    champs = group_actors(acteurs, "champ")
    pairs = label_pairs(acteurs, liens, champs)
    back = pairs.rename(
        columns={"acteur_a": "acteur_b", "acteur_b": "acteur_a", "groupe_a": "groupe_b", "groupe_b": "groupe_a"}
    )
    ends = pd.concat([pairs, back], ignore_index=True)
    columns = [*CHAMPS_OPPOSES, "mixte", "autre"]
    counts = (
        pd.crosstab(ends["acteur_a"], ends["groupe_b"])
        .reindex(index=champs.index, columns=columns, fill_value=0)
        .astype(int)
    )
    opposed = counts[list(CHAMPS_OPPOSES)].sum(axis=1)
    across = counts["developpement_local"].where(champs == "social", counts["social"])
    concerned = champs.isin(CHAMPS_OPPOSES)
    table = pd.DataFrame({"champ": champs, "nb_voisins": counts.sum(axis=1)}).join(counts.add_prefix("nb_voisins_"))
    table["nb_externes"] = across.where(concerned).astype(float)
    table["nb_internes"] = (opposed - across).where(concerned).astype(float)
    table["part_croisement"] = (across / opposed).where(concerned & (opposed > 0))
    table.insert(table.columns.get_loc("part_croisement"), "ei", 2 * table["part_croisement"] - 1)
    table["raison_absence"] = np.select(
        [~concerned, opposed == 0],
        ["ni social ni développement local", "aucun lien vers un acteur social ou de développement local"],
        default="",
    )
    return table


def measure_mixed_dispositifs(dispositifs, participations, acteurs):
    """Say which dispositifs bring together both champs, and their share.

    The actors of a dispositif are its participants and its `porteur_id`. Mixed: at least one `social` and one
    `developpement_local`; actors of champ `mixte` count on neither side, and the shares are given for the other
    scenarios too.

    Returns
    -------
    par_dispositif : DataFrame indexed by dispositif_id: nom, nb_acteurs, nb_social, nb_developpement_local, nb_mixte,
        nb_autre,
        mixte (boolean, NA without any actor)
    part : DataFrame, one row a scenario: mixte, numerateur, denominateur (dispositifs with an actor), nb_sans_acteur,
        part
    """
    table = count_champs(dispositifs, participations, acteurs)
    known = table["nb_acteurs"] > 0
    social, local, both = table["nb_social"], table["nb_developpement_local"], table["nb_mixte"]
    mixed = {
        "exclu": (social > 0) & (local > 0),
        "social": (social + both > 0) & (local > 0),
        "developpement_local": (social > 0) & (local + both > 0),
    }
    table["mixte"] = mixed["exclu"].astype("boolean").where(known)
    total = int(known.sum())
    rows = [
        {"mixte": s, "numerateur": int(m.sum()), "denominateur": total, "part": divide(m.sum(), total)}
        for s, m in mixed.items()
    ]
    return table, pd.DataFrame(rows).assign(nb_sans_acteur=len(table) - total)


def count_champs(dispositifs, participations, acteurs):
    """Count the actors of each dispositif by champ, its `porteur_id` included; indexed by dispositif_id."""
    champs = group_actors(acteurs, "champ")
    bearers = dispositifs.reindex(columns=["dispositif_id", "porteur_id"]).rename(columns={"porteur_id": "acteur_id"})
    pairs = pd.concat([participations.reindex(columns=["dispositif_id", "acteur_id"]), bearers]).drop_duplicates()
    pairs = pairs[pairs["acteur_id"].isin(champs.index)]
    counts = pd.crosstab(pairs["dispositif_id"], pairs["acteur_id"].astype("object").map(champs))
    ids = pd.Index(dispositifs["dispositif_id"], name="dispositif_id")
    counts = counts.reindex(
        index=ids, columns=["social", "developpement_local", "mixte", "autre"], fill_value=0
    ).astype(int)
    table = pd.DataFrame({"nom": dispositifs["nom"].to_numpy(), "nb_acteurs": counts.sum(axis=1)}, index=ids)
    return table.join(counts.add_prefix("nb_"))
