"""Links between the two champs beside what chance would give, under three ideas of chance, the idea named in a sentence.

The choice of the reference changes the conclusion: the three stand side by side. Whether the label of a champ is tied to
the links, the question of the group, is answered by the first: labels given anew to the same actors.
"""

import numpy as np
import pandas as pd

from diagnostic.errors import DiagnosticError
from diagnostic.measure.liens import references_draws as draws
from diagnostic.measure.liens.coded import code_pairs
from diagnostic.measure.liens.degrees import list_networks
from diagnostic.measure.liens.network import simplify_links
from diagnostic.measure.liens.silos import (
    CHAMPS_OPPOSES,
    SCENARIOS_MIXTE,
    apply_scenario,
    explain_absence,
    group_actors,
)
from diagnostic.vocabulary.formats import format_number, format_share

GRAINE = 2026
TIRAGES = 999
HYPOTHESES = {
    "etiquettes": "Si les étiquettes de champ étaient redistribuées au hasard entre les mêmes acteurs",
    "liens": "Si le même nombre de liens était réparti au hasard entre toutes les paires d'acteurs",
    "degres": "Si chaque acteur gardait son nombre de liens, avec des partenaires tirés au hasard",
}
P_MIN_ALERT = 0.05  # above, the least likely case itself is no rare one
TOLD_CASES = 1_000_000  # beyond, a probability reads better than a number of cases
CONSTANT = "tous les cas donnent le même nombre de liens entre champs : cette référence n'apprend rien"
FIGURES = [
    "nb_cas", "observe", "moyenne", "ecart_type", "ratio_observe_attendu", "q05", "q95", "z", "ei_observe", "ei_moyenne",
    "ei_ecart_type", "p_moins", "p_plus", "p_min",
]  # fmt: skip
COLUMNS = [
    "mixte", "hypothese", "methode", "nb_acteurs", "nb_liens", *FIGURES, "avertissement", "phrase", "graine", "raison_absence",
]  # fmt: skip


def compare_references(
    acteurs, liens, *, mixte=SCENARIOS_MIXTE, hypotheses=tuple(HYPOTHESES), tirages=TIRAGES, graine=GRAINE
):  # fmt: skip
    """Compare the number of links between the two champs with what chance gives, under each idea of chance.

    `etiquettes`: the labels social and developpement_local are given anew to the same actors, links unchanged. `liens`: as
    many links are placed at random on all pairs of actors. `degres`: networks without self-link nor repeated link in which
    every actor keeps its number of links. Only social and developpement_local actors, and the links among them, count.

    Parameters
    ----------
    acteurs, liens : DataFrame
    mixte : str or sequence of str; what becomes of actors of champ `mixte` (`silos.SCENARIOS_MIXTE`)
    hypotheses : sequence of str, among `HYPOTHESES`
    tirages, graine : int
        The same seed gives the same figures, whatever the order of the rows.

    Returns
    -------
    DataFrame, one row a scenario and hypothesis
        mixte, hypothese, methode ("exacte": all cases; "tirages"), nb_acteurs, nb_liens, nb_cas (labelings, placements or
        networks: all, or drawn; NaN when a float cannot hold their number), observe (links between the champs), moyenne,
        ecart_type, ratio_observe_attendu, q05, q95 (at least 90 % of the cases lie between, bounds included), z, ei_observe,
        ei_moyenne, ei_ecart_type (the same as E-I: (2E - m) / m), p_moins (share of the cases with as many links or fewer),
        p_plus (as many or more), p_min (the smallest p_moins that this network can reach), avertissement (when p_min is
        over 0.05), phrase, graine, raison_absence. Mean and standard deviation of `etiquettes` and `liens` are exact at any
        size. With draws p = (b + 1) / (B + 1), b draws out of B (Phipson and Smyth 2010): never 0; those of `degres` come
        from a chain and are nearly, not wholly, independent. One champ, no link: NaN with the reason.

    Raises
    ------
    DiagnosticError
        An actor has no champ; scenario or hypothesis unknown; no draw asked.

    Examples
    --------
    >>> acteurs = pd.DataFrame({"acteur_id": list("abcd"), "champ": ["social"] * 2 + ["developpement_local"] * 2})
    >>> liens = pd.DataFrame({"source_id": ["a", "c"], "cible_id": ["b", "d"], "type": "information"})
    >>> compare_references(acteurs, liens, mixte="exclu")[["hypothese", "nb_cas", "p_moins"]].values.tolist()
    [['etiquettes', 6.0, 0.3333333333333333], ['liens', 15.0, 0.06666666666666667], ['degres', 3.0, 0.3333333333333333]]
    """
    return measure_references(acteurs, liens, mixte=mixte, hypotheses=hypotheses, tirages=tirages, graine=graine)[0]


def describe_distribution(
    acteurs, liens, *, mixte="exclu", hypotheses=tuple(HYPOTHESES), tirages=TIRAGES, graine=GRAINE
):  # fmt: skip
    """List how often chance gives each number of links between the two champs, to be drawn beside the number observed.

    Parameters
    ----------
    acteurs, liens, hypotheses, tirages, graine : as `compare_references`
    mixte : str, one scenario

    Returns
    -------
    DataFrame, one row a hypothesis and value
        hypothese, methode, valeur (links between the champs, ascending), nb_cas (NaN when a float cannot hold the number of
        all cases), part (of all cases), observe (the value is the one observed: it has a row even if no case gives it). Other
        values of a part under 1e-12 are left out. No row where `compare_references` is undefined.

    Examples
    --------
    >>> acteurs = pd.DataFrame({"acteur_id": list("abc"), "champ": ["social", "social", "developpement_local"]})
    >>> liens = pd.DataFrame({"source_id": ["a"], "cible_id": ["b"], "type": "information"})
    >>> describe_distribution(acteurs, liens, hypotheses=["etiquettes"])[["valeur", "nb_cas"]].values.tolist()
    [[0.0, 1.0], [1.0, 2.0]]
    """
    told = measure_references(
        acteurs, liens, mixte=mixte, hypotheses=hypotheses, tirages=tirages, graine=graine, decrit=mixte
    )  # fmt: skip
    return told[1]


def measure_references(
    acteurs, liens, *, mixte=SCENARIOS_MIXTE, hypotheses=tuple(HYPOTHESES), tirages=TIRAGES, graine=GRAINE, decrit="exclu"
):  # fmt: skip
    """Return the tables of `compare_references` and `describe_distribution`, the cases being counted or drawn once for both.

    Parameters
    ----------
    acteurs, liens, mixte, hypotheses, tirages, graine : as `compare_references`
    decrit : str, the scenario described, one of `mixte`

    Returns
    -------
    comparaison : DataFrame, see `compare_references`
    distribution : DataFrame, see `describe_distribution`; no row when `decrit` is not among the scenarios
    """
    _check_choices(hypotheses, tirages)
    champs, rows, told, tables = group_actors(acteurs, "champ"), [], {}, []
    for scenario in [mixte] if isinstance(mixte, str) else mixte:
        # Without a mixed actor the scenarios are one.
        if not told or champs.eq("mixte").any():
            ends, codes = _code_scenario(acteurs, liens, champs, scenario)
            reason, observed = _explain_codes(ends, codes, len(acteurs)), _count_observed(ends, codes)
            nulls = {name: None if reason else _list_cases(ends, codes, name, tirages, graine) for name in hypotheses}
            told = {name: _compare_one(ends, codes, name, null, reason) for name, null in nulls.items()}
        rows += [{"mixte": scenario, "hypothese": name, **figures, "graine": graine} for name, figures in told.items()]
        if scenario == decrit and not reason:
            tables = [_describe_one(null, observed).assign(hypothese=name) for name, null in nulls.items()]
    texts = dict.fromkeys(["mixte", "hypothese", "methode", "avertissement", "phrase", "raison_absence"], "str")
    compared = pd.DataFrame(rows, columns=COLUMNS).astype(texts | dict.fromkeys(FIGURES, float))
    columns = {"hypothese": "str", "methode": "str", "valeur": "int64", "nb_cas": float, "part": float, "observe": bool}
    table = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(columns))
    return compared, table[list(columns)].astype(columns)


def _describe_one(null, observed):
    """Return how often each number of links comes, one hypothesis: valeur, part, nb_cas, observe, methode."""
    parts = pd.Series(null["parts"], index=null["valeurs"])
    parts = parts.reindex(parts.index.union([observed]), fill_value=0.0).rename_axis("valeur")
    table = parts[(parts > 1e-12) | (parts.index == observed)].reset_index(name="part")
    cases = table["part"] * null["nb_cas"]
    table = table.assign(nb_cas=cases.where(cases > 2.0**53, cases.round()), observe=table["valeur"] == observed)
    return table.assign(methode=null["methode"])


def _check_choices(hypotheses, tirages):
    unknown = [name for name in hypotheses if name not in HYPOTHESES]
    if unknown:
        raise DiagnosticError(
            f"Hypothèse inconnue : {', '.join(unknown)}.", "choix de la référence", f"choisissez parmi : {', '.join(HYPOTHESES)}"
        )
    if tirages < 1:
        raise DiagnosticError("Aucun tirage demandé.", f"tirages = {tirages}", "demandez au moins 1 tirage ; 999 suffisent")


def _code_scenario(acteurs, liens, champs, scenario):
    """Return the links among actors of the two champs as pairs of ranks (text order), and the champ of each actor, 0 or 1."""
    kept = apply_scenario(champs, scenario).sort_index()
    actors = kept.index.to_frame(index=False, name="acteur_id")
    pairs, _ = simplify_links(acteurs[acteurs["acteur_id"].isin(set(kept.index))], liens)
    return code_pairs(actors, pairs), (kept == CHAMPS_OPPOSES[0]).to_numpy().astype(np.int64)


def _explain_codes(ends, codes, nb_actors):
    return explain_absence(len(codes), len(ends), len(np.unique(codes)), nb_actors - len(codes))


def _count_observed(ends, codes):
    return int((codes[ends[:, 0]] != codes[ends[:, 1]]).sum())


def _list_cases(ends, codes, hypothese, tirages, graine):
    """Return what chance gives: valeurs, parts, nb_cas, methode, moyenne, ecart_type."""
    n, k, m = len(codes), int(codes.sum()), len(ends)
    moments = None
    if hypothese == "liens":
        numbers = (m, n * (n - 1) // 2, k * (n - k))
        values, shares, cases = draws.list_placements(*numbers)
        exact, moments = True, draws.measure_placement_moments(*numbers)
    else:
        listed = draws.list_labelings if hypothese == "etiquettes" else list_networks
        values, counts, exact = listed(ends, codes, tirages=tirages, graine=graine)
        cases, shares = counts.sum(), counts / counts.sum()
        moments = draws.measure_label_moments(ends, codes) if hypothese == "etiquettes" else None
    if moments is None:
        mean = (values * shares).sum()
        moments = mean, np.sqrt(((values - mean) ** 2 * shares).sum()) if len(values) > 1 else 0.0
    told = {"valeurs": values, "parts": shares, "nb_cas": cases, "methode": "exacte" if exact else "tirages"}
    return told | {"moyenne": moments[0], "ecart_type": moments[1]}


def _compare_one(ends, codes, hypothese, null, reason):
    """Return the figures of one row of `compare_references`; `null` is what chance gives, None when `reason` says why not."""
    row = {"nb_acteurs": len(codes), "nb_liens": len(ends), "methode": "", "avertissement": "", "phrase": ""}
    if reason:
        return row | dict.fromkeys(FIGURES, np.nan) | {"raison_absence": reason}
    observed, m = _count_observed(ends, codes), len(ends)
    mean, spread = null["moyenne"], null["ecart_type"]
    low, high = _find_quantiles(null)
    chances = _measure_chances(null, observed)
    row |= {
        "methode": null["methode"], "nb_cas": null["nb_cas"], "observe": observed, "moyenne": mean, "ecart_type": spread,
        "ratio_observe_attendu": observed / mean if mean else np.nan, "q05": low, "q95": high,
        "z": (observed - mean) / spread if spread else np.nan,
        "ei_observe": (2 * observed - m) / m, "ei_moyenne": (2 * mean - m) / m, "ei_ecart_type": 2 * spread / m, **chances,
        "raison_absence": "" if spread else CONSTANT,
    }  # fmt: skip
    if not spread:
        row["avertissement"] = CONSTANT
    elif row["p_min"] > P_MIN_ALERT:
        row["avertissement"] = f"avec si peu d'acteurs, même le cas le plus extrême donne p = {format_number(row['p_min'], 2)}"
    return row | {"phrase": _tell_reference(row, hypothese)}


def _find_quantiles(null):
    """Return the values of the cases at 5 and 95 %, never between two: a number of links is whole."""
    reached = np.cumsum(null["parts"])
    places = np.searchsorted(reached, np.array([0.05, 0.95]) - 1e-12)
    return null["valeurs"][np.minimum(places, len(reached) - 1)]


def _measure_chances(null, observed):
    """Return p_moins, p_plus and the smallest p_moins possible; with draws the observed case counts as one more."""
    values, shares = null["valeurs"], null["parts"]
    # A network never drawn may have fewer links between groups than all those drawn: the one observed, for a start.
    least = min(values[0], observed)
    tails = {"p_moins": values <= observed, "p_plus": values >= observed, "p_min": values <= least}
    chances = {name: float(shares[tail].sum()) for name, tail in tails.items()}
    if null["methode"] == "exacte":
        return {name: min(chance, 1.0) for name, chance in chances.items()}
    drawn = null["nb_cas"]
    return {name: (round(chance * drawn) + 1) / (drawn + 1) for name, chance in chances.items()}


def _tell_reference(row, hypothese):
    """Say the reference by its name, what it gives, what is observed, and how many cases give as few (or as many)."""
    mean, low, high = row["moyenne"], row["q05"], row["q95"]
    range_ = format_number(low) if low == high else f"de {format_number(low)} à {format_number(high)}"
    observed = "on en observe " + format_number(row["observe"]) if row["observe"] else "on n'en observe aucun"
    return (
        f"{HYPOTHESES[hypothese]}, on compterait en moyenne {format_number(mean, 1)} {'lien' if mean < 2 else 'liens'} entre champs "
        f"({range_} dans au moins 90 % des cas) ; {observed} ; {_tell_cases(row)}."
    )


def _tell_cases(row):
    if not row["ecart_type"]:
        return "tous les cas en donnent autant"
    fewer = row["observe"] <= row["moyenne"]
    chance, end = (row["p_moins"], "moins") if fewer else (row["p_plus"], "plus")
    if row["methode"] == "exacte" and not row["nb_cas"] <= TOLD_CASES:
        told = f"{format_share(chance, 2)}" if chance >= 0.0001 else f"moins de {format_share(0.0001, 2)}"
        return f"{told} des cas en donnent autant ou {end}"
    drawn = row["methode"] == "tirages"
    number = round(chance * (row["nb_cas"] + drawn)) - drawn
    of = f"{'tirages' if drawn else 'cas'} sur {format_number(row['nb_cas'])}"
    if not number:
        return f"aucun des {format_number(row['nb_cas'])} tirages n'en donne autant ou {end}"
    word = of.replace("tirages", "tirage") if number < 2 else of
    return f"{format_number(number)} {word} {'en donne' if number < 2 else 'en donnent'} autant ou {end}"
