"""How much the declared links can be trusted: who answered, what nobody could tell, what both ends confirm.

A link is told by its ends. Between two actors that did not answer, an empty cell says nothing: those pairs leave the
denominator, or bound the density from above.
"""

import numpy as np
import pandas as pd

from diagnostic.measure.liens.density import count_by, list_members, locate_pairs
from diagnostic.measure.liens.network import list_declarations, sort_out_links
from diagnostic.vocabulary.formats import count_words

NO_LINK = "aucun lien déclaré (feuille liens)"  # an empty sheet of links is no network without link
NO_ANSWER = "personne n'est dit avoir répondu (colonne a_repondu, feuille acteurs)"
CONFIRMATIONS = ("confirme", "un_seul_cote", "tiers", "declarant_non_dit")
NOT_SAID = "non_precise"
# Kinds of link told apart by the reliability of declarations, the whole first.
GENRES = {"ensemble": "", "non_oriente": " non orienté", "oriente": " orienté"}


def measure_survey(acteurs, liens, acteurs_territoires, territoires):
    """Measure, in each territory, who answered the survey and between which bounds the density lies.

    Territories hold actors and links as in `density.measure_density`. With n actors of whom r answered, a pair is
    observable when one of its ends answered: C(n, 2) - C(n - r, 2) pairs. `densite_naive` = known links / all pairs, also the
    lower bound (`densite_basse`); `densite_observable` = links of observable pairs / observable pairs; `densite_haute` = (links
    of observable pairs + unobservable pairs) / all pairs. For one-way links, r(n-1) ordered pairs start from a respondent.
    Those who did not answer stay in the network: leaving them out biases every measure (Kossinets 2006; Smith and Moody 2013).

    Parameters
    ----------
    acteurs : DataFrame, the actors of the network; `a_repondu` in oui, non, non_sollicite. An empty cell is counted apart
        (`nb_sans_mention`) and held for no answer
    acteurs_territoires : DataFrame (acteur_id, territoire_id)

    Returns
    -------
    DataFrame, one row a territory in the order of `territoires`: territoire_id, nom, type, nb_acteurs, nb_repondants,
    nb_sollicites (oui or non), nb_sans_mention, taux_reponse (of the actors), taux_reponse_sollicites (of those asked),
    nb_liens, nb_paires, nb_paires_observables, nb_liens_observables, nb_liens_entre_non_repondants (known through a third: in
    the naive density, not in the observable one), densite_naive, densite_observable, densite_basse, densite_haute,
    nb_couples_orientes_observables, nb_liens_orientes_observables (one-way links that start from a respondent),
    densite_orientee_observable (NaN without any one-way link), raison_absence. Undefined figures are NaN, and so is all that
    is computed from links when no link at all is declared.
    """
    members = list_members(acteurs, acteurs_territoires, territoires)
    retenus, ecartes = sort_out_links(acteurs, liens)
    pairs = locate_pairs(retenus, members, territoires)
    said, index = _map_answers(acteurs), territoires.index
    from_a, from_b = (pairs[f"acteur_{side}"].astype("object").map(said).eq("oui").to_numpy(dtype=bool) for side in "ab")
    outgoing = (pairs["a_vers_b"].to_numpy(dtype=bool) & from_a).astype(int)
    outgoing += (pairs["b_vers_a"].to_numpy(dtype=bool) & from_b).astype(int)
    oriented = (pairs["a_vers_b"].astype(bool) | pairs["b_vers_a"].astype(bool)).to_numpy()

    table = territoires[["nom", "type"]].join(count_answers(members, acteurs, index))
    n, r = table["nb_acteurs"], table["nb_repondants"]
    table["nb_liens"] = links = count_by(pairs["territoire_id"], index)
    table["nb_paires"] = possible = n * (n - 1) // 2
    hidden = (n - r) * (n - r - 1) // 2
    table["nb_paires_observables"] = possible - hidden
    table["nb_liens_observables"] = seen = count_by(pairs.loc[from_a | from_b, "territoire_id"], index)
    table["nb_liens_entre_non_repondants"] = links - seen
    table["densite_naive"] = (links / possible).where(possible > 0)
    known = (possible > 0) & (r > 0)
    table["densite_observable"] = (seen / (possible - hidden)).where(known)
    table["densite_basse"] = table["densite_naive"].where(known)
    table["densite_haute"] = ((seen + hidden) / possible).where(known)
    table["nb_couples_orientes_observables"] = ordered = r * (n - 1)
    arcs = pd.Series(outgoing, index=pairs.index).groupby(pairs["territoire_id"]).sum().reindex(index, fill_value=0)
    table["nb_liens_orientes_observables"] = arcs.astype(int)
    told = known & (count_by(pairs.loc[oriented, "territoire_id"], index) > 0)
    table["densite_orientee_observable"] = (arcs / ordered).where(told)
    if retenus.empty:
        table = table.assign(**{c: np.nan for c in table if c.startswith("densite") or "liens" in c})
    reasons = ["aucun acteur", "un seul acteur : aucune paire possible", tell_no_link(len(ecartes)), NO_ANSWER]
    table["raison_absence"] = np.select([n == 0, n == 1, (n > 1) & retenus.empty, r == 0], reasons, default="")
    return table.rename_axis("territoire_id").reset_index()


def count_answers(members, acteurs, territories):
    """Count in each territory its actors, those who answered the survey and those who were asked.

    Parameters
    ----------
    members : DataFrame acteur_id, territoire_id (`density.list_members`)
    territories : Index of territoire_id

    Returns
    -------
    DataFrame on `territories`: nb_acteurs, nb_repondants, nb_sollicites (oui or non), nb_sans_mention, taux_reponse (of the
    actors), taux_reponse_sollicites (of those asked); rates are NaN where nobody was asked
    """
    answer = members["acteur_id"].astype("object").map(_map_answers(acteurs))
    n, r, asked, untold = (
        count_by(members.loc[mask, "territoire_id"], territories)
        for mask in (slice(None), answer.eq("oui"), answer.isin(["oui", "non"]), answer.isna())
    )
    table = pd.DataFrame({"nb_acteurs": n, "nb_repondants": r, "nb_sollicites": asked, "nb_sans_mention": untold})
    return table.assign(taux_reponse=(r / n).where(asked > 0), taux_reponse_sollicites=(r / asked).where(asked > 0))


def tell_no_link(nb_set_aside):
    """Return why a network has no link: no row at all, or rows that were all set aside (`network.sort_out_links`).

    >>> tell_no_link(0), tell_no_link(2)
    ('aucun lien déclaré (feuille liens)', 'aucun lien retenu : 2 lignes écartées (feuille liens)')
    """
    if not nb_set_aside:
        return NO_LINK
    return f"aucun lien retenu : {count_words(nb_set_aside, 'ligne écartée', 'lignes écartées')} (feuille liens)"


def _map_answers(acteurs):
    """Return what `a_repondu` says of each actor: Series indexed by acteur_id, missing where nothing is said."""
    rows = acteurs.reindex(columns=["acteur_id", "a_repondu"]).drop_duplicates("acteur_id")
    return rows.set_index("acteur_id")["a_repondu"].astype("object")


def list_confirmations(acteurs, liens):
    """Say, for each linked pair, which of its ends declared it, whatever the type of the link.

    Every row of a pair is read, also those that only repeat the link in the other direction: there lies the second word.

    Returns
    -------
    DataFrame sorted by acteur_a, acteur_b (acteur_a < acteur_b): declare_par_a, declare_par_b, deux_repondants (both have
    `a_repondu` = oui), confirmation. `confirme`: both ends said it; `un_seul_cote`: one did; `tiers`: only somebody else
    did; `declarant_non_dit`: no row of the pair names its declarant.

    Examples
    --------
    >>> acteurs = pd.DataFrame({"acteur_id": ["a", "b"]})
    >>> liens = pd.DataFrame({"source_id": ["a", "b"], "cible_id": ["b", "a"], "declarant_id": ["a", "b"]})
    >>> list_confirmations(acteurs, liens)["confirmation"].tolist()
    ['confirme']
    """
    rows = list_declarations(acteurs, liens)
    declarant = rows["declarant_id"].astype("object")
    rows = rows[["acteur_a", "acteur_b"]].assign(
        declare_par_a=declarant.eq(rows["acteur_a"]), declare_par_b=declarant.eq(rows["acteur_b"]), dit=declarant.notna()
    )
    pairs = rows.groupby(["acteur_a", "acteur_b"], sort=True)[["declare_par_a", "declare_par_b", "dit"]].max().reset_index()
    pairs = pairs.astype(dict.fromkeys(["declare_par_a", "declare_par_b", "dit"], bool))
    answers = _map_answers(acteurs)
    ends = [pairs[f"acteur_{side}"].astype("object").map(answers).eq("oui") for side in "ab"]
    pairs["deux_repondants"] = (ends[0] & ends[1]).astype(bool)
    both, one = pairs["declare_par_a"] & pairs["declare_par_b"], pairs["declare_par_a"] | pairs["declare_par_b"]
    pairs["confirmation"] = np.select([both, one, pairs["dit"]], CONFIRMATIONS[:3], default=CONFIRMATIONS[3])
    return pairs.drop(columns="dit")


def measure_reliability(acteurs, liens):
    """Measure how often two respondents both declare the link they have, and how many links that lets expect.

    With M links confirmed by both ends and A said by one only: the chance that an end says its link is q = 2M / (2M + A), and
    the number of links N = (2M + A)² / (4M), the capture-recapture of Lincoln and Petersen. Both suppose that the two ends
    declare independently, with the same chance for every link and for both ends. Unequal chances push N down: with p the
    chance of each link, N estimates (sum of p)² / (sum of p²), less than their number, and q comes out too high (strong ties
    are cited by both ends, weak ones by none). A difference between the two ends of a link does the reverse, and is one reason to
    tell one-way links apart: the end that receives may have less reason to cite them. A limit on the number of partners
    (`measure_citations`) lowers q without anyone being mistaken.

    Returns
    -------
    DataFrame of three rows: genre ("ensemble" first, then "non_oriente" and "oriente": a pair is one-way only if all its rows
    are), nb_repondants, nb_paires_repondants (both the same in the three), nb_liens_entre_repondants, nb_confirmes (M),
    nb_un_seul_cote (A), nb_sans_declarant (said by a third or by nobody named: out of q and N), fiabilite (q),
    nb_liens_estimes (N, NaN when M = 0), raison_absence
    """
    pairs = list_confirmations(acteurs, liens)
    ends = ["acteur_a", "acteur_b"]
    one_way = sort_out_links(acteurs, liens)[0].groupby(ends)["oriente"].min().rename("oriente")
    pairs = pairs.join(one_way, on=ends)[pairs["deux_repondants"]]
    oriented = pairs["oriente"].astype(bool)
    respondents = int(_map_answers(acteurs).eq("oui").sum())
    held = [pairs, pairs[~oriented], pairs[oriented]]
    return pd.DataFrame([_measure_kind(kind, rows, respondents) for kind, rows in zip(GENRES, held, strict=True)])


def _measure_kind(kind, pairs, respondents):
    counts = pairs["confirmation"].value_counts()
    both, one = (int(counts.get(name, 0)) for name in CONFIRMATIONS[:2])
    said = 2 * both + one
    return {
        "genre": kind,
        "nb_repondants": respondents,
        "nb_paires_repondants": respondents * (respondents - 1) // 2,
        "nb_liens_entre_repondants": len(pairs),
        "nb_confirmes": both,
        "nb_un_seul_cote": one,
        "nb_sans_declarant": len(pairs) - both - one,
        "fiabilite": 2 * both / said if said else np.nan,
        "nb_liens_estimes": said**2 / (4 * both) if both else np.nan,
        "raison_absence": _explain_reliability(respondents, len(pairs), said, both, GENRES[kind]),
    }


def _explain_reliability(respondents, links, said, both, kind):
    if not respondents:
        return NO_ANSWER
    if respondents == 1:
        return "un seul répondant"
    if not links:
        return f"aucun lien{kind} entre deux répondants"
    if not said:
        return f"aucun lien{kind} dit par une de ses extrémités (colonne declarant_id, feuille liens)"
    return "" if both else f"aucun lien{kind} confirmé des deux côtés : nombre de liens non estimable"


def list_citations(acteurs, liens, enquete):
    """Count the partners each surveyed actor cited, beside the greatest number it was asked for.

    Parameters
    ----------
    enquete : DataFrame acteur_id, date, mode_collecte, max_citations. An actor asked twice counts by its latest row (ties: the
        largest maximum); those outside `acteurs` are left out

    Returns
    -------
    DataFrame sorted by acteur_id: mode_collecte ("non_precise" when empty), max_citations (NaN: no limit known), repondant
    (`a_repondu` = oui), nb_citations (distinct actors in the links it declared of itself), au_maximum (boolean, missing
    without a limit or an answer): its degree may be cut
    """
    asked = enquete.reindex(columns=["acteur_id", "date", "mode_collecte", "max_citations"])
    asked = asked.sort_values(["acteur_id", "date", "max_citations", "mode_collecte"], na_position="first")
    asked = asked[asked["acteur_id"].isin(set(acteurs["acteur_id"]))].drop_duplicates("acteur_id", keep="last")
    rows = list_declarations(acteurs, liens)
    own = [rows.loc[rows["declarant_id"].astype("object").eq(rows[end])] for end in ("acteur_a", "acteur_b")]
    cited = pd.concat([own[0][["acteur_a", "acteur_b"]].set_axis(["acteur_id", "cite"], axis=1),
                       own[1][["acteur_b", "acteur_a"]].set_axis(["acteur_id", "cite"], axis=1)])  # fmt: skip
    table = asked[["acteur_id", "mode_collecte", "max_citations"]].reset_index(drop=True)
    table["mode_collecte"] = table["mode_collecte"].astype("object").fillna(NOT_SAID)
    table["max_citations"] = table["max_citations"].astype(float)
    table["repondant"] = table["acteur_id"].astype("object").map(_map_answers(acteurs)).eq("oui").astype(bool)
    table["nb_citations"] = count_by(cited.drop_duplicates()["acteur_id"], pd.Index(table["acteur_id"])).to_numpy()
    reached = (table["nb_citations"] >= table["max_citations"]).astype("boolean")
    table["au_maximum"] = reached.where(table["repondant"] & table["max_citations"].notna())
    return table


def measure_citations(acteurs, liens, enquete):
    """Count, by way of collecting, the respondents that cited as many partners as they were allowed: their degree is cut.

    Returns
    -------
    DataFrame, one row a mode of collection in text order: mode_collecte, nb_acteurs (surveyed), nb_repondants, nb_avec_limite
    (respondents with a known maximum), nb_sans_citation (respondents that declared no link), nb_au_maximum, part_au_maximum
    (of those with a limit, NaN without any), citations_moyennes (by respondent), raison_absence
    """
    rows = list_citations(acteurs, liens, enquete)
    respondents = rows[rows["repondant"]]
    modes = pd.Index(sorted(rows["mode_collecte"].unique()), name="mode_collecte", dtype="object")
    table = pd.DataFrame({"nb_acteurs": count_by(rows["mode_collecte"], modes)})
    table["nb_repondants"] = count_by(respondents["mode_collecte"], modes)
    limited = respondents["max_citations"].notna()
    table["nb_avec_limite"] = count_by(respondents.loc[limited, "mode_collecte"], modes)
    table["nb_sans_citation"] = count_by(respondents.loc[respondents["nb_citations"] == 0, "mode_collecte"], modes)
    table["nb_au_maximum"] = count_by(respondents.loc[respondents["au_maximum"].fillna(False), "mode_collecte"], modes)
    table["part_au_maximum"] = (table["nb_au_maximum"] / table["nb_avec_limite"]).where(table["nb_avec_limite"] > 0)
    means = respondents.groupby("mode_collecte")["nb_citations"].mean().astype(float)
    table["citations_moyennes"] = means.reindex(modes)
    table["raison_absence"] = np.select(
        [table["nb_repondants"] == 0, table["nb_avec_limite"] == 0],
        ["aucun répondant", "aucune limite dite (colonne max_citations, feuille enquete)"],
        default="",
    )
    return table.reset_index()
