"""The networks seen one facet at a time: by type, theme, stage, role, qualification, intensity and scale.

Declared links, participations and memberships are three networks: each row of the tables below belongs to one of them,
and their densities are not comparable.
"""

import numpy as np
import pandas as pd

from diagnostic.measure.liens.network import list_declarations, list_distinct_participations
from diagnostic.measure.liens.silos import CHAMPS_OPPOSES
from diagnostic.measure.liens.survey import NOT_SAID, tell_no_link
from diagnostic.vocabulary.formats import count_words, format_number

INTENSITES = (1, 2, 3, 4)  # se connaissent, échangent, coordonnent, co-pilotent
STAGES = ("emergence", "diagnostic", "conception", "mise_en_oeuvre", "evaluation")
WHOLE = "ensemble"
# Facets whose densities are over all the pairs: they say nothing once most pairs have no value.
DILUTED = {
    "type": "type connu", "stade": "stade connu", "role": "rôle connu", "qualification": "qualification connue",
    "intensite": "intensité connue",
}  # fmt: skip
LEAST_KNOWN = 0.5
FACET_COLUMNS = [
    "reseau", "facette", "valeur", "nb_acteurs", "nb_dispositifs", "nb_reseaux", "nb_liens", "nb_paires", "densite",
    "nb_liens_champs", "nb_externes", "part_externes", "raison_absence",
]  # fmt: skip
_NOUNS = {"liens": "lien", "participations": "participation", "adhesions": "adhésion"}
_EMPTY = {
    "participations": "aucune participation saisie (feuille participations)",
    "adhesions": "aucune adhésion saisie (feuille adhesions)",
}


def measure_facets(acteurs, liens, dispositifs, participations, adhesions, reseaux):
    """Measure the density of each network for each value of each facet.

    `reseau` says which network a row belongs to: "liens" (distinct pairs of actors / C(n, 2)), "participations" (distinct
    actor-dispositif pairs / actors x dispositifs) or "adhesions" (distinct actor-network pairs / actors x networks). A pair
    counts in each of its values: rows of a facet do not add up.

    - liens: `type`; `theme` (those of the link's dispositif, or the themes both ends list when the link has no dispositif or
      the dispositif no theme); `stade` of the link's dispositif; `intensite` "k" = pairs of intensity k or more, a pair having
      its highest. Externes: pairs `social` x `developpement_local`, over the pairs whose two ends are of these champs.
    - participations: `theme` (its own, or those of the dispositif), `stade`, `role`, `qualification`.
    - adhesions: `echelle` of the network of organisations.

    Facets whose densities are over all the pairs (`DILUTED`) have one only when half of the pairs with a link or more have a
    value: otherwise the density of a stage would mostly say how many links have none. Shares of externes stay.

    The actors of a theme are those that list it, and those at the end of one of its links or participations: without these
    a density could exceed 1. For any other value they are all the actors given.

    Returns
    -------
    DataFrame with FACET_COLUMNS: for each network a row "ensemble", then the values in text order, then "non_precise": pairs
    without any value, whose density would mean nothing (NaN, reason told). nb_dispositifs, nb_reseaux and the columns of
    champs are NaN where they do not apply. A network without a row has the one row "ensemble", NaN with its reason.
    """
    parts = [
        _measure_links(acteurs, liens, dispositifs),
        _measure_participations(acteurs, dispositifs, participations),
        _measure_memberships(acteurs, adhesions, reseaux),
    ]
    return pd.concat(parts, ignore_index=True)


# --- declared links -----------------------------------------------------------------------------------------------
def _measure_links(acteurs, liens, dispositifs):
    rows = list_declarations(acteurs, liens)
    ends = ["acteur_a", "acteur_b"]
    pairs = rows[ends].drop_duplicates().sort_values(ends, ignore_index=True)
    devices = dispositifs.reindex(columns=["dispositif_id", "stade"]).drop_duplicates("dispositif_id").set_index("dispositif_id")
    found = {
        "type": rows[ends].assign(valeur=rows["type"]),
        "theme": _list_link_themes(rows, acteurs, dispositifs),
        "stade": rows[ends].assign(valeur=rows["dispositif_id"].astype("object").map(devices["stade"].astype("object"))),
        "intensite": _list_thresholds(rows),
    }
    table = _stack_facets(found, pairs, ends)
    counts = _count_values(_mark_crossing(table, acteurs), ["nb_liens_champs", "nb_externes"])
    own = found["theme"]
    involved = [own[[end, "valeur"]].set_axis(["acteur_id", "valeur"], axis=1) for end in ends]
    sizes = pd.concat([_list_themes(acteurs, "acteur_id"), *involved]).drop_duplicates()["valeur"].value_counts()
    counts = _add_idle_themes(counts, sizes.index) if len(pairs) else counts
    n = counts["valeur"].map(sizes).where(counts["facette"] == "theme").fillna(len(acteurs)).astype(int)
    counts["nb_acteurs"], counts["nb_paires"] = n, n * (n - 1) // 2
    counts["part_externes"] = (counts["nb_externes"] / counts["nb_liens_champs"]).where(counts["nb_liens_champs"] > 0)
    empty = tell_no_link(len(liens))  # without a pair, every row given was set aside
    return _finish(counts, "liens", len(pairs), empty, [("moins de deux acteurs", n < 2)])


def _list_thresholds(rows):
    """Return the pairs that reach each intensity: a pair of intensity 3 reaches 1, 2 and 3."""
    ends = ["acteur_a", "acteur_b"]
    highest = rows[ends].assign(plus=rows["intensite"].astype(float)).dropna().groupby(ends)["plus"].max().reset_index()
    steps = highest.merge(pd.DataFrame({"k": INTENSITES}), how="cross")
    reached = steps[steps["plus"] >= steps["k"]]
    return reached[ends].assign(valeur=reached["k"].astype("str").astype("object"))


def _list_link_themes(rows, acteurs, dispositifs):
    """Return acteur_a, acteur_b, valeur: the themes of each link, from its dispositif or from both its ends."""
    ends = ["acteur_a", "acteur_b"]
    by_device = rows[[*ends, "dispositif_id"]].merge(_list_themes(dispositifs, "dispositif_id"), on="dispositif_id")
    covered = rows["dispositif_id"].isin(set(by_device["dispositif_id"]))
    held = _list_themes(acteurs, "acteur_id")
    rest = rows.loc[~covered, ends].drop_duplicates()
    shared = rest.merge(held.rename(columns={"acteur_id": "acteur_a"}), on="acteur_a")
    shared = shared.merge(held.rename(columns={"acteur_id": "acteur_b"}), on=["acteur_b", "valeur"])
    return pd.concat([by_device[[*ends, "valeur"]], shared[[*ends, "valeur"]]]).drop_duplicates()


def _list_themes(table, key):
    rows = table.reindex(columns=[key, "themes"]).explode("themes").rename(columns={"themes": "valeur"})
    return rows.dropna().drop_duplicates().astype("object").reset_index(drop=True)


def _mark_crossing(table, acteurs):
    champs = acteurs.drop_duplicates("acteur_id").set_index("acteur_id")["champ"].astype("object")
    a, b = (table[f"acteur_{side}"].map(champs) for side in "ab")
    opposed = a.isin(CHAMPS_OPPOSES) & b.isin(CHAMPS_OPPOSES)
    return table.assign(nb_liens_champs=opposed.astype(int), nb_externes=(opposed & (a != b)).astype(int))


def _add_idle_themes(counts, themes):
    """Add the themes that actors list and no link bears: density 0, or NaN for a single actor."""
    idle = sorted(set(themes) - set(counts.loc[counts["facette"] == "theme", "valeur"]))
    zero = pd.DataFrame({"facette": "theme", "valeur": idle, "nb_liens": 0, "nb_liens_champs": 0, "nb_externes": 0})
    return pd.concat([counts, zero], ignore_index=True) if idle else counts


# --- participations and memberships -------------------------------------------------------------------------------
def _measure_participations(acteurs, dispositifs, participations):
    keys = ["acteur_id", "dispositif_id"]
    pairs = list_distinct_participations(acteurs, dispositifs, participations).astype("object")
    rows = participations.reindex(columns=[*keys, "theme", "stade", "role", "qualification"]).astype("object").merge(pairs, on=keys)
    held = _list_themes(dispositifs, "dispositif_id")
    own = rows[[*keys, "theme"]].rename(columns={"theme": "valeur"})
    inherited = own[own["valeur"].isna()].drop(columns="valeur").merge(held, on="dispositif_id")
    themes = pd.concat([own.dropna(), inherited]).drop_duplicates()
    found = {"theme": themes, **{c: rows[keys].assign(valeur=rows[c]) for c in ("stade", "role", "qualification")}}
    counts = _count_values(_stack_facets(found, pairs, keys), [])
    sizes = {}
    for key, table in [("acteur_id", acteurs), ("dispositif_id", dispositifs)]:
        involved = pd.concat([_list_themes(table, key), themes[[key, "valeur"]]]).drop_duplicates()
        of_theme = counts["valeur"].map(involved["valeur"].value_counts()).where(counts["facette"] == "theme")
        sizes[key] = of_theme.fillna(len(table)).astype(int)
    counts["nb_acteurs"], counts["nb_dispositifs"] = sizes.values()
    counts["nb_paires"] = counts["nb_acteurs"] * counts["nb_dispositifs"]
    reasons = [("aucun dispositif", counts["nb_dispositifs"] == 0)]
    return _finish(counts, "participations", len(pairs), _EMPTY["participations"], reasons)


def _measure_memberships(acteurs, adhesions, reseaux):
    keys = ["acteur_id", "reseau_id"]
    rows = adhesions.reindex(columns=keys).astype("object").drop_duplicates()
    known = reseaux.reindex(columns=["reseau_id", "echelle"]).astype("object").drop_duplicates("reseau_id")
    rows = rows[rows["acteur_id"].isin(set(acteurs["acteur_id"])) & rows["reseau_id"].isin(set(known["reseau_id"]))]
    found = {"echelle": rows.merge(known, on="reseau_id").rename(columns={"echelle": "valeur"})}
    counts = _count_values(_stack_facets(found, rows, keys), [])
    of_scale = counts["valeur"].map(known["echelle"].value_counts()).where(counts["facette"] == "echelle")
    counts["nb_acteurs"], counts["nb_reseaux"] = len(acteurs), of_scale.fillna(len(known)).astype(int)
    counts["nb_paires"] = counts["nb_acteurs"] * counts["nb_reseaux"]
    return _finish(counts, "adhesions", len(rows), _EMPTY["adhesions"], [("aucun réseau", counts["nb_reseaux"] == 0)])


# --- what the three share -----------------------------------------------------------------------------------------
def _stack_facets(found, pairs, keys):
    """Return facette, valeur and the pair, distinct; every pair is in "ensemble", those without any value in "non_precise"."""
    stacked = [pairs[keys].assign(facette=WHOLE, valeur=WHOLE)]
    whole = pd.MultiIndex.from_frame(pairs[keys])
    for facet, rows in found.items():
        named = rows[[*keys, "valeur"]].dropna().drop_duplicates()
        without = pairs.loc[~whole.isin(pd.MultiIndex.from_frame(named[keys])), keys]
        stacked += [named.assign(facette=facet), without.assign(facette=facet, valeur=NOT_SAID)]
    return pd.concat([part.astype("object") for part in stacked], ignore_index=True)


def _count_values(table, sums):
    if table.empty:
        return pd.DataFrame([{"facette": WHOLE, "valeur": WHOLE, "nb_liens": 0, **dict.fromkeys(sums, 0)}])
    grouped = table.groupby(["facette", "valeur"], sort=False)
    return grouped.agg(nb_liens=("valeur", "size"), **{c: (c, "sum") for c in sums}).reset_index()


def _finish(counts, network, nb_pairs, empty, reasons):
    """Add the density and its reasons, put rows in order; an empty sheet is no network without link."""
    vague = (counts["valeur"] == NOT_SAID).to_numpy()
    diluted = _tell_diluted(counts, network, nb_pairs)
    hidden = vague | counts["facette"].isin(diluted).to_numpy()
    density = (counts["nb_liens"] / counts["nb_paires"]).where((counts["nb_paires"] > 0) & ~hidden & (nb_pairs > 0))
    told = [(empty, np.full(len(counts), not nb_pairs)), ("valeur non précisée", vague)]
    told += [(reason, (counts["facette"] == facet).to_numpy()) for facet, reason in diluted.items()]
    told += [(reason, mask.to_numpy()) for reason, mask in reasons]
    reason = np.select([mask for _, mask in told], [text for text, _ in told], default="")
    table = counts.assign(reseau=network, densite=density, raison_absence=reason).reindex(columns=FACET_COLUMNS)
    facets = [WHOLE, "type", "theme", "stade", "role", "qualification", "intensite", "echelle"]
    rank = table["facette"].map({facet: k for k, facet in enumerate(facets)})
    table = table.assign(_rank=rank, _vague=vague).sort_values(["_rank", "_vague", "valeur"], ignore_index=True)
    floats = dict.fromkeys(["nb_dispositifs", "nb_reseaux", "nb_liens_champs", "nb_externes", "part_externes"], float)
    return table[FACET_COLUMNS].astype(dict.fromkeys(["nb_acteurs", "nb_liens", "nb_paires"], int) | floats)


def _tell_diluted(counts, network, nb_pairs):
    """Return why the facets that most pairs say nothing of have no density: {facet: reason}."""
    unsaid = counts[counts["valeur"] == NOT_SAID].set_index("facette")["nb_liens"]
    told = {}
    for facet, words in DILUTED.items():
        known = nb_pairs - int(unsaid.get(facet, 0))
        if known < LEAST_KNOWN * nb_pairs:
            told[facet] = f"{words} pour {count_words(known, _NOUNS[network])} sur {format_number(nb_pairs)}"
    return told


# --- who comes late -----------------------------------------------------------------------------------------------
def list_funders(participations):
    """Say at which stage each funder of a dispositif first took part in it, whatever its role then.

    Stages follow STAGES; "autre" has no place in that order and says nothing, like an empty cell.

    Returns
    -------
    DataFrame sorted by dispositif_id, acteur_id: dispositif_id, acteur_id (a row of role "financement"), premier_stade
    (missing when no stage is known), tardif (boolean: the first stage is not "emergence"; missing when not known)
    """
    keys = ["dispositif_id", "acteur_id"]
    rows = participations.reindex(columns=[*keys, "role", "stade"]).astype("object").dropna(subset=keys)
    rows["rang"] = rows["stade"].map({stage: k for k, stage in enumerate(STAGES)}).astype(float)
    funding = rows.assign(finance=rows["role"].eq("financement").astype(bool))
    first = funding.groupby(keys, sort=True).agg(rang=("rang", "min"), finance=("finance", "max")).reset_index()
    first = first[first["finance"].astype(bool)].reset_index(drop=True)
    stages = first["rang"].map(dict(enumerate(STAGES))).astype("object")
    late = (first["rang"] > 0).astype("boolean").where(first["rang"].notna())
    return first[keys].assign(premier_stade=stages, tardif=late)


def measure_late_entry(participations):
    """Measure the share of funders that did not take part from the emergence of a dispositif: a frein of the guide.

    One funder of one dispositif is one observation, known when at least one of its participations there has a stage
    (`list_funders`).

    Returns
    -------
    par_dispositif : DataFrame sorted by dispositif_id (those with a funder): dispositif_id, nb_financements, nb_renseignes,
        nb_tardifs, part_tardive (of those known, NaN when none is), part_renseignee, raison_absence
    ensemble : DataFrame of one row, the same columns without dispositif_id

    Examples
    --------
    >>> rows = pd.DataFrame({"acteur_id": list("abcd"), "dispositif_id": "CTG", "role": "financement"})
    >>> rows["stade"] = ["emergence", "mise_en_oeuvre", "diagnostic", "evaluation"]
    >>> measure_late_entry(rows)[1]["part_tardive"].tolist()
    [0.75]
    """
    funders = list_funders(participations)
    counts = funders.assign(connu=funders["tardif"].notna().astype(int), tard=funders["tardif"].fillna(False).astype(int))
    by_device = counts.groupby("dispositif_id", sort=True)
    by_device = by_device.agg(nb_financements=("acteur_id", "size"), nb_renseignes=("connu", "sum"), nb_tardifs=("tard", "sum"))
    whole = pd.DataFrame([by_device.sum().reindex(by_device.columns, fill_value=0)])
    return _share_late(by_device.reset_index()), _share_late(whole.reset_index(drop=True))


def _share_late(table):
    names = ["nb_financements", "nb_renseignes", "nb_tardifs"]
    table = table.astype(dict.fromkeys(names, int))
    total, known, late = (table[name] for name in names)
    return table.assign(
        part_tardive=(late / known).where(known > 0),
        part_renseignee=(known / total).where(total > 0),
        raison_absence=np.select(
            [total == 0, known == 0],
            ["aucun financement saisi (feuille participations, colonne role)", "stade des financeurs non renseigné"],
            default="",
        ),
    )
