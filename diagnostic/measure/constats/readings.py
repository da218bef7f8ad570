"""Every sentence on jurisdictions in one table: pairs, sheets, communes, chance, clusters, counterparts."""

import pandas as pd

from diagnostic.measure.constats.change_readings import describe_change
from diagnostic.measure.constats.cluster_readings import describe_chance, describe_clusters, describe_counterparts
from diagnostic.measure.constats.pair_readings import describe_pairs
from diagnostic.measure.constats.sheet_readings import describe_commune, describe_territory

COLUMNS = ["territoire_id", "couche_a", "couche_b", "genre", "phrase", "edition"]
# {kind: (what writes its sentences, the tables it reads)}
READINGS = {
    "paire": (describe_pairs, {"paires", "coupures", "discordance"}),
    "fiche": (describe_territory, {"fiche_ressorts", "rattachements", "discordance"}),
    "hasard": (describe_chance, {"hasard", "discordance"}),
    "amas": (describe_clusters, {"amas", "colles"}),
    "vis_a_vis": (describe_counterparts, set()),
    "hypothese": (describe_change, {"que_changerait", "hypotheses_refusees", "discordance"}),
}


def list_readings(tables, results):
    """Return the sentences on jurisdictions: what is where, in numbers, shares and names.

    Parameters
    ----------
    tables, results : dict of DataFrame; a kind of sentence whose tables are not in `results` is left out

    Returns
    -------
    DataFrame
        territoire_id ("commune:43157" for a commune), couche_a, couche_b (missing: one layer; both missing: all, or those of a
        single unit), genre (paire, fiche, commune, hasard, amas, vis_a_vis, zone_blanche, hypothese), phrase, edition. No sentence
        names a structure of the inventory: all are `publique`, but the hypotheses, which the group has not decided to show.
    """
    parts = [
        describe(tables, results).assign(genre=lambda rows, kind=kind: rows.get("genre", kind))
        for kind, (describe, needed) in READINGS.items()
        if needed <= set(results)
    ]
    parts.append(describe_commune(tables).assign(genre="commune"))
    readings = pd.concat([part for part in parts if len(part)], ignore_index=True) if any(map(len, parts)) else pd.DataFrame()
    readings = readings.reindex(columns=COLUMNS).astype("str")
    return readings.assign(edition=readings["edition"].fillna("publique").mask(readings["genre"] == "hypothese", "interne"))
