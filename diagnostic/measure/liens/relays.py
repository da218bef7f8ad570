"""Actors said to make the link, and actors seen to make it in the network: where the two agree, and where they do not."""

import numpy as np
import pandas as pd

from diagnostic.measure.liens.brokerage import OPPOSED

OBSERVATIONS = {True: "observe", False: "non_observe", None: "observation_inconnue"}
# {(declared, observed): (case, words)}; None: nothing declared to us about this actor, who may have links all the same.
CASES = {
    ("oui", True): ("declare_observe", "dit faire le lien, et le réseau le montre"),
    ("oui", False): ("declare_non_observe", "dit faire le lien, sans que le réseau le montre"),
    ("oui", None): ("declare_observation_inconnue", "dit faire le lien ; aucun lien connu, ni réponse de sa part"),
    ("non", True): ("non_declare_observe", "dit ne pas faire le lien, et le réseau montre qu'il le fait"),
    ("non", False): ("ni_l_un_ni_l_autre", "dit ne pas faire le lien, et le réseau ne montre rien d'autre"),
    ("non", None): ("non_declare_observation_inconnue", "dit ne pas faire le lien ; aucun lien connu, ni réponse de sa part"),
    ("non_renseigne", True): ("non_renseigne_observe", "rien de déclaré, mais le réseau montre qu'il fait le lien"),
    ("non_renseigne", False): ("non_renseigne_non_observe", "rien de déclaré, et le réseau ne montre rien"),
    ("non_renseigne", None): ("non_renseigne_observation_inconnue", "rien de déclaré ; aucun lien connu, ni réponse de sa part"),
}
OPEN_STATUSES = ("vacant", "a_creer")


def compare_relays(acteurs, positions, brokerage, *, postes=None, seuil=0.5):
    """Cross what is declared (this actor makes the link) with what is observed in the network of links.

    Declared: `fait_lien` says oui, or the actor has a filled post of a passerelle profession (`postes.metier_passerelle`;
    a post `vacant` or `a_creer` makes no link yet). A blank `fait_lien` without such a post is `non_renseigne`, never non.

    Observed: the actor stands between an actor of `social` and one of `developpement_local` that have no link of their own
    (`nb_mediations_champs` > 0), whatever its own champ, and much passes by it: it is an articulation point, or its
    betweenness is above the quantile `seuil` of the actors that have a link. An actor that only holds together its own
    champ, or links it to `mixte` or `autre` actors, is not observed: `fait_lien` is about the two champs. Unknown for an
    actor without any link who did not answer: nobody spoke of it, nor did it.

    Parameters
    ----------
    acteurs : DataFrame with acteur_id, and fait_lien (boolean), a_repondu where they were filled
    positions, brokerage : `positions.measure_positions` and `brokerage.measure_brokerage` (by champ) of the same graph
    postes : DataFrame with acteur_id, metier_passerelle, statut, optional
    seuil : float from 0 to 1

    Returns
    -------
    par_acteur : DataFrame indexed by `acteur_id`, sorted by it: declare (oui, non, non_renseigne), declare_par (fait_lien,
        poste, or both), observe (boolean, NA when unknown), motif (what was observed), repond (True, False, NA: without an
        answer a position rests on the citations received only), cas
    comptes : DataFrame, one row each of the nine cases, empty ones included: cas, libelle, declare, observe, nb_acteurs,
        nb_sans_reponse (those who did not answer)
    """
    rows = acteurs.drop_duplicates("acteur_id").set_index("acteur_id").sort_index()
    rows.index = pd.Index(rows.index, dtype="str", name="acteur_id")
    table = _read_declared(rows, postes)
    table["observe"], table["motif"] = _observe(rows.index, positions, brokerage, seuil)
    answers = rows.reindex(columns=["a_repondu"])["a_repondu"].astype("object")
    table["repond"] = pd.array((answers == "oui").where(answers.notna(), None), dtype="boolean")
    silent = table["observe"].isna() | (_find_alone(rows.index, positions) & ~table["repond"].fillna(False).astype(bool))
    table["observe"] = table["observe"].mask(silent)
    table["motif"] = table["motif"].mask(silent, "aucun lien connu, ni réponse de sa part").fillna("")
    table["motif"] = table["motif"].mask(~table.index.isin(positions.index), "hors du réseau étudié")
    seen = table["observe"].astype("object").where(table["observe"].notna(), None)
    table["cas"] = pd.Series(
        [CASES[said, shown][0] for said, shown in zip(table["declare"], seen, strict=True)], index=table.index, dtype="str"
    )
    table = table[["declare", "declare_par", "observe", "motif", "repond", "cas"]]
    return table, _count_cases(table)


def _read_declared(rows, postes):
    said = rows.reindex(columns=["fait_lien"])["fait_lien"].astype("object")
    yes, no = said.isin([True, "oui"]), said.isin([False, "non"])
    holders = set()
    if postes is not None and len(postes):
        posts = postes.reindex(columns=["acteur_id", "metier_passerelle", "statut"])
        filled = posts["metier_passerelle"].notna() & ~posts["statut"].isin(OPEN_STATUSES)
        holders = set(posts.loc[filled, "acteur_id"])
    by_post = pd.Series(rows.index.isin(holders), index=rows.index)
    sources = [yes & by_post, yes, by_post & no, by_post]
    names = ["fait_lien et poste", "fait_lien", "poste (fait_lien dit non)", "poste"]
    declared = np.select([yes | by_post, no], ["oui", "non"], default="non_renseigne")
    table = pd.DataFrame({"declare": declared, "declare_par": np.select(sources, names, default="")}, index=rows.index)
    return table.astype("str")


def _find_alone(actors, positions):
    """Return the actors without any link, or outside the network measured: boolean Series."""
    return positions["isole"].astype("boolean").reindex(actors).fillna(True).astype(bool)


def _observe(actors, positions, brokerage, seuil):
    """Return what the network shows (boolean Series on `actors`) and why, in words."""
    linked = positions[~positions["isole"].astype(bool)]
    bound = linked["intermediarite"].quantile(seuil) if len(linked) else np.nan
    across = brokerage[OPPOSED].reindex(positions.index, fill_value=0) > 0
    cut, often = positions["articulation"].astype(bool), positions["intermediarite"] > bound
    reasons = np.select(
        [across & cut, across & often, across, cut],
        [
            "entre les deux champs, et sans lui d'autres ne sont plus reliés",
            "entre les deux champs, sur beaucoup de plus courts chemins",
            "entre les deux champs, mais sur peu de plus courts chemins",
            "sans lui d'autres ne sont plus reliés, mais il n'est pas entre les deux champs",
        ],
        default="pas entre les deux champs",
    )
    seen = (across & (cut | often)).astype("boolean").reindex(actors)
    return seen, pd.Series(reasons, index=positions.index, dtype="str").reindex(actors)


def _count_cases(table):
    silent = (~table["repond"].fillna(True)).astype(int)
    rows = [
        {"cas": name, "libelle": words, "declare": said, "observe": OBSERVATIONS[shown]}
        for (said, shown), (name, words) in CASES.items()
    ]
    counts = pd.DataFrame(rows)
    totals = {"nb_acteurs": table.groupby("cas").size(), "nb_sans_reponse": silent.groupby(table["cas"]).sum()}
    return counts.assign(**{name: counts["cas"].map(total).fillna(0).astype(int) for name, total in totals.items()})


def match_vacant_posts(postes, positions, fragilite=None):
    """List the posts vacant or to be created, with the place in the network of the actor that would hold each.

    For the `interne` edition only: a post may point to a person.

    Parameters
    ----------
    postes : DataFrame with poste_id, acteur_id, fonction, metier_passerelle, etp, statut
    positions : DataFrame, `positions.measure_positions`
    fragilite : DataFrame, `fragility.measure_fragility`, optional

    Returns
    -------
    DataFrame, one row a post, by rank of betweenness then poste_id, unknown ranks last: poste_id, acteur_id, fonction,
    metier_passerelle, etp, statut, articulation, intermediarite, rang_intermediarite (1 for the highest among actors with a
    link, the best rank shared by equals), nb_acteurs_classes, perte_paires, perte_paires_inter, raison_absence
    """
    columns = ["poste_id", "acteur_id", "fonction", "metier_passerelle", "etp", "statut"]
    posts = postes.reindex(columns=columns)
    posts = posts[posts["statut"].isin(OPEN_STATUSES)]
    ranked = positions.loc[~positions["isole"].astype(bool), "intermediarite"].rank(ascending=False, method="min")
    known = positions[["articulation", "intermediarite"]].assign(
        articulation=positions["articulation"].astype("boolean"),
        rang_intermediarite=ranked.astype("Int64"),
        nb_acteurs_classes=int(ranked.notna().sum()),
    )
    losses = ["perte_paires", "perte_paires_inter"]
    known = known.join(fragilite[losses]) if fragilite is not None else known.assign(**dict.fromkeys(losses, np.nan))
    table = posts.join(known.drop(columns="nb_acteurs_classes"), on="acteur_id")
    table.insert(table.columns.get_loc("rang_intermediarite") + 1, "nb_acteurs_classes", int(ranked.notna().sum()))
    outside, alone = ~table["acteur_id"].isin(positions.index), table["acteur_id"].isin(positions.index[positions["isole"]])
    reasons = ["structure hors du réseau étudié", "aucun lien déclaré : pas de rang"]
    table["raison_absence"] = np.select([outside, alone], reasons, default="")
    return table.sort_values(["rang_intermediarite", "poste_id"], na_position="last", ignore_index=True)
