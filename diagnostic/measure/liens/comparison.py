"""Territories of a dossier side by side, each beside those of its own type: no rank, no score.

At equal mean degree a density falls as 1/n: it never stands alone, but beside the number of actors, the mean degree, the
share of links across the champs and what chance would give.
"""

import numpy as np
import pandas as pd

from diagnostic.measure.liens.density import (
    NO_SUPRA,
    count_by,
    find_everywhere,
    leave_members_out,
    list_members,
    locate_pairs,
)
from diagnostic.measure.liens.diversity import measure_diversity
from diagnostic.measure.liens.network import sort_out_links
from diagnostic.measure.liens.silos import CHAMPS_OPPOSES
from diagnostic.measure.liens.survey import NO_ANSWER, count_answers, tell_no_link
from diagnostic.vocabulary.formats import format_number

LEAST_EXPECTED = 5  # under so many links expected between the champs, observed / expected swings on one link
COMPARISON_COLUMNS = [
    "territoire_id", "nom", "type", "nb_acteurs", "nb_liens", "degre_moyen", "nb_acteurs_champs", "nb_liens_champs", "nb_externes",
    "part_externes", "erreur_part_externes", "nb_externes_attendu", "ratio_externes", "nb_repondants", "taux_reponse", "nb_paires",
    "densite", "erreur_densite", "nb_acteurs_sans_supra", "degre_moyen_sans_supra", "nb_externes_sans_supra", "taux_reponse_sans_supra",
    "nb_acteurs_categorie", "nb_categories", "rarefaction_k", "diversite_rarefiee", "couverture_good",
    "couverture_chao_jost", "chao1", "raison_absence",
]  # fmt: skip

# Missing when no link at all is declared.
LINK_FIGURES = [
    "nb_liens", "degre_moyen", "densite", "erreur_densite", "nb_liens_champs", "nb_externes", "nb_externes_attendu",
    "degre_moyen_sans_supra", "nb_externes_sans_supra",
]  # fmt: skip


def compare_territories(acteurs, liens, acteurs_territoires, territoires, *, least_expected=LEAST_EXPECTED):
    """Set side by side what can be compared between the territories of a dossier.

    Territories hold actors and links as in `density.measure_density`; they are compared within their `type` only. The champs
    opposed are `social` and `developpement_local`: actors of champ `mixte`, `autre` or without champ stay out of those figures.
    Errors are leave-one-actor-out (`measure_jackknife`): how much the figure hangs on who was listed, not a sampling error.
    Diversity is that of the main categories, for k actors, k the smallest number of actors with a category among the
    territories of the same type that have two or more. Columns `_sans_supra` leave out the actors active everywhere
    (`density.find_everywhere`): what they are part of is in every territory, and would make them all alike.

    Parameters
    ----------
    least_expected : float
        `ratio_externes` is not given when fewer links than this are expected between the champs.

    Returns
    -------
    DataFrame with COMPARISON_COLUMNS, one row a territory in the order of `territoires`. `nb_liens_champs`: links whose two
    ends are of the opposed champs, the denominator of `part_externes` (NaN where a champ has no actor);
    `nb_externes_attendu`: those links spread evenly over the pairs of such actors; `ratio_externes` = observed / expected;
    `erreur_part_externes`: see `measure_jackknife`; `taux_reponse`: respondents / actors; `couverture_good`,
    `couverture_chao_jost`, `chao1`: for vigilance only, an inventory is no random sample. Undefined figures are NaN and
    `raison_absence` says why, reasons separated by " ; ".
    """
    members = list_members(acteurs, acteurs_territoires, territoires)
    retenus, ecartes = sort_out_links(acteurs, liens)
    pairs = locate_pairs(retenus, members, territoires)
    _, figures = _leave_one_out(members, pairs, acteurs, territoires.index, least_expected)
    figures = figures.join(_measure_without_supra(members, pairs, acteurs, territoires))
    if retenus.empty:
        figures[LINK_FIGURES] = np.nan
    answers = count_answers(members, acteurs, territoires.index)[["nb_repondants", "taux_reponse"]]
    table = territoires[["nom", "type"]].join(figures).join(answers)
    counts = _count_categories(members, acteurs, territoires.index)
    totals = counts.sum(axis=1)
    size = totals.where(totals >= 2).groupby(territoires["type"]).transform("min").where(totals >= 2)
    table = table.join(measure_diversity(counts, taille=size))
    no_link = tell_no_link(len(ecartes)) if retenus.empty else ""
    table["raison_absence"] = _explain(table, no_link, least_expected)
    return table.rename_axis("territoire_id").reset_index()[COMPARISON_COLUMNS]


def _count_categories(members, acteurs, territories):
    category = acteurs.drop_duplicates("acteur_id").set_index("acteur_id")["categorie"].astype("object")
    held = members.assign(categorie=members["acteur_id"].astype("object").map(category)).dropna(subset="categorie")
    return pd.crosstab(held["territoire_id"], held["categorie"]).reindex(territories, fill_value=0).astype(int)


def _measure_without_supra(members, pairs, acteurs, territoires):
    """Return the figures without the actors active everywhere; `connu` says where they can be told from the others."""
    everywhere, known = find_everywhere(members, territoires)
    links = _mark_links(leave_members_out(pairs, members[everywhere]), _map_champs(acteurs))
    sums = links.groupby("territoire_id")[["lien", "externe"]].sum().reindex(territoires.index, fill_value=0)
    answers = count_answers(members[~everywhere], acteurs, territoires.index)
    n = answers["nb_acteurs"]
    figures = {
        "nb_acteurs_sans_supra": n,
        "degre_moyen_sans_supra": (2 * sums["lien"] / n).where(n > 0),
        "nb_externes_sans_supra": sums["externe"],
        "taux_reponse_sans_supra": answers["taux_reponse"],
    }
    return pd.DataFrame({name: values.where(known) for name, values in figures.items()}).assign(connu=known)


def _explain(table, no_link, least_expected):
    n, in_champs, champs = table["nb_acteurs"], table["nb_acteurs_champs"], table["nb_champs"]
    alone = (n < 2) | bool(no_link)
    share, error = table["part_externes"].isna(), table["erreur_part_externes"].isna()
    flat = table["part_externes"].isin([0, 1]) & (in_champs >= 3)
    least = format_number(least_expected, 0 if float(least_expected).is_integer() else 1)
    left = table["nb_acteurs_sans_supra"]
    told = {
        no_link: pd.Series(bool(no_link), index=table.index),
        "aucun acteur": n == 0,
        "un seul acteur : aucune paire possible": n == 1,
        "marge de la densité : il faut trois acteurs": (n == 2) & ~alone,
        "aucun acteur social ni de développement local": ~alone & (champs == 0),
        "un seul champ": ~alone & (champs == 1),
        "aucun lien entre acteurs du social ou du développement local": ~alone & share & (champs == 2),
        "marge de la part : tous ces liens sont entre champs, ou aucun, quel que soit l'acteur retiré": ~alone & flat,
        "marge de la part : un acteur porte tous ces liens ou est seul de son champ, ou moins de trois acteurs": (
            ~alone & ~share & error & ~flat
        ),
        f"moins de {least} liens entre champs attendus : rapport non donné": (
            ~alone & ~share & (table["nb_externes_attendu"] < least_expected)
        ),
        NO_ANSWER: (n > 0) & table["taux_reponse"].isna(),
        NO_SUPRA: (n > 0) & ~table["connu"],
        "sans les acteurs présents partout : aucun autre acteur": (n > 0) & (left == 0),
        "sans les acteurs présents partout : aucune réponse connue": (
            (left > 0) & table["taux_reponse"].notna() & table["taux_reponse_sans_supra"].isna()
        ),
        "diversité : moins de deux acteurs de catégorie connue": (n >= 2) & table["diversite_rarefiee"].isna(),
    }
    reasons = pd.Series("", index=table.index)
    for reason, mask in told.items():
        reasons = reasons.mask(mask & (reasons != ""), reasons + " ; " + reason).mask(mask & (reasons == ""), reason)
    return reasons


def measure_jackknife(acteurs, liens, *, least_expected=LEAST_EXPECTED):
    """Measure how much the density, and the share of links across champs, hang on each actor of the list.

    The figure is recomputed without each actor in turn: d(-i) = (m - degree of i) / C(n - 1, 2). Its error is
    sqrt((n - 2) / (2n) x sum of (d(-i) - mean)²) (Snijders and Borgatti 1999). The same is done for the share of links across
    `social` and `developpement_local`, among the n actors of these champs. It tells how far the figure moves with the list of
    actors; it is no sampling error.

    Parameters
    ----------
    acteurs : DataFrame, the actors of the network, with `champ`
    least_expected : float; `ratio_externes` is NaN when fewer links than this are expected between the champs

    Returns
    -------
    par_acteur : DataFrame indexed by acteur_id in the order of `acteurs`: degre, densite_sans (NaN under three actors),
        part_externes_sans (NaN for an actor of another champ, under three of them, when no link would be left, or a single
        champ)
    ensemble : DataFrame of one row: nb_acteurs, nb_liens, nb_paires, degre_moyen, densite, erreur_densite, nb_acteurs_champs,
        nb_liens_champs, nb_externes, part_externes (NaN where a champ has no actor), erreur_part_externes (NaN when one of the
        shares is; NaN too when the share is 0, or 1, whoever leaves: that it cannot move says nothing of how firm it is),
        nb_externes_attendu, ratio_externes

    Examples
    --------
    >>> acteurs = pd.DataFrame({"acteur_id": list("abc"), "champ": "social"})
    >>> liens = pd.DataFrame({"source_id": ["a"], "cible_id": ["b"]})
    >>> measure_jackknife(acteurs, liens)[0]["densite_sans"].tolist()
    [0.0, 0.0, 1.0]
    """
    members = acteurs[["acteur_id"]].drop_duplicates().assign(territoire_id="ensemble")
    retenus, _ = sort_out_links(acteurs, liens)
    pairs = retenus[["acteur_a", "acteur_b"]].drop_duplicates().assign(territoire_id="ensemble")
    by_actor, whole = _leave_one_out(members, pairs, acteurs, pd.Index(["ensemble"]), least_expected)
    whole = whole.drop(columns="nb_champs").reset_index(drop=True)
    return by_actor.set_index("acteur_id")[["degre", "densite_sans", "part_externes_sans"]], whole


def _map_champs(acteurs):
    return acteurs.drop_duplicates("acteur_id").set_index("acteur_id").reindex(columns=["champ"])["champ"].astype("object")


def _mark_links(pairs, champs):
    """Return territoire_id, acteur_a, acteur_b, lien (1), champs (1 when both ends are of the opposed champs), externe."""
    a, b = (pairs[f"acteur_{side}"].astype("object").map(champs) for side in "ab")
    opposed = a.isin(CHAMPS_OPPOSES) & b.isin(CHAMPS_OPPOSES)
    links = pairs[["territoire_id", "acteur_a", "acteur_b"]].assign(lien=1)
    return links.assign(champs=opposed.astype(int), externe=(opposed & (a != b)).astype(int))


def _leave_one_out(members, pairs, acteurs, territories, least_expected):
    """Return the figures without each actor of each territory, and those of each territory with their errors."""
    champs = _map_champs(acteurs)
    links = _mark_links(pairs, champs)
    of_actor = members["acteur_id"].astype("object").map(champs)
    keys = ["territoire_id", "acteur_id"]
    ends = pd.concat([links.rename(columns={end: "acteur_id"})[[*keys, "lien", "champs", "externe"]] for end in ("acteur_a", "acteur_b")])
    degrees = ends.groupby(keys)[["lien", "champs", "externe"]].sum()
    rows = members[keys].join(degrees, on=keys).fillna(dict.fromkeys(["lien", "champs", "externe"], 0))
    rows = rows.assign(oppose=of_actor.isin(CHAMPS_OPPOSES), social=of_actor.eq(CHAMPS_OPPOSES[0]))
    figures = _measure_territories(rows, links, territories, least_expected)
    of_place = figures.loc[rows["territoire_id"]].set_axis(rows.index)
    n, m = of_place["nb_acteurs"], of_place["nb_liens"]
    rows["densite_sans"] = ((m - rows["lien"]) / ((n - 1) * (n - 2) / 2)).where(n >= 3)
    left = of_place["nb_liens_champs"] - rows["champs"]
    sides = [rows["social"], rows["oppose"] & ~rows["social"]]
    # An actor alone in its champ: without it there are no two champs to count links between.
    alone = np.logical_or.reduce([side & (side.groupby(rows["territoire_id"]).transform("sum") == 1) for side in sides])
    defined = rows["oppose"] & (of_place["nb_acteurs_champs"] >= 3) & (left > 0) & (of_place["nb_champs"] == 2) & ~alone
    rows["part_externes_sans"] = ((of_place["nb_externes"] - rows["externe"]) / left).where(defined)
    figures["erreur_densite"] = _measure_error(rows, "densite_sans", figures["nb_acteurs"])
    error = _measure_error(rows, "part_externes_sans", figures["nb_acteurs_champs"])
    figures["erreur_part_externes"] = error.where(~figures["part_externes"].isin([0, 1]))
    return rows.rename(columns={"lien": "degre"}).astype({"degre": int}), figures


def _measure_territories(rows, links, territories, least_expected):
    n = count_by(rows["territoire_id"], territories)
    opposed, social = (count_by(rows.loc[rows[side], "territoire_id"], territories) for side in ("oppose", "social"))
    sums = links.groupby("territoire_id")[["lien", "champs", "externe"]].sum().reindex(territories, fill_value=0).astype(int)
    table = pd.DataFrame({"nb_acteurs": n, "nb_liens": sums["lien"], "nb_paires": n * (n - 1) // 2})
    table["degre_moyen"] = (2 * table["nb_liens"] / n).where(n > 0)
    table["densite"] = (table["nb_liens"] / table["nb_paires"]).where(table["nb_paires"] > 0)
    table["nb_acteurs_champs"], table["nb_liens_champs"], table["nb_externes"] = opposed, sums["champs"], sums["externe"]
    table["nb_champs"] = (social > 0).astype(int) + (opposed > social).astype(int)
    table["part_externes"] = (sums["externe"] / sums["champs"]).where((sums["champs"] > 0) & (table["nb_champs"] == 2))
    possible = opposed * (opposed - 1) / 2
    table["nb_externes_attendu"] = (sums["champs"] * social * (opposed - social) / possible).where(possible > 0)
    told = (table["nb_externes_attendu"] > 0) & (table["nb_externes_attendu"] >= least_expected)
    table["ratio_externes"] = (sums["externe"] / table["nb_externes_attendu"]).where(told)
    return table


def _measure_error(rows, column, sizes):
    """Return sqrt((n-2)/(2n) sum of squares about the mean) a territory; NaN when a value is missing or n < 3."""
    values = rows.groupby("territoire_id")[column]
    spread = (rows[column] - values.transform("mean")).pow(2).groupby(rows["territoire_id"]).sum()
    complete = values.count().reindex(sizes.index, fill_value=0) == sizes
    n = sizes.where((sizes >= 3) & complete).astype(float)
    return np.sqrt((n - 2) / (2 * n) * spread.reindex(sizes.index))
