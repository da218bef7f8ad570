"""How many interlocutors a territory meets in each layer, and how unequally."""

import numpy as np
import pandas as pd

from diagnostic.measure.ressorts.cells import (
    bound_coverage,
    cross_codes,
    divide,
    encode_tables,
    mark_modes,
    weigh_memberships,
)
from diagnostic.measure.ressorts.weights import POPULATION

ABSENTE = "couche absente de ce territoire"
RECOUVREMENT = "des communes sont dans plusieurs unités à la fois : nombre effectif refusé"
PARTS_INCONNUES = "parts de population inconnues dans une commune partagée : bornes seulement"
SANS_POIDS = "poids nul dans les communes que la couche couvre"

COLUMNS = [
    "territoire_id", "couche", "n_unites", "interlocuteurs_effectifs_q1", "interlocuteurs_effectifs_q2", "q_min", "q_max",
    "part_principale", "unite_principale", "egalite", "indice_eclatement", "couverture", "couverture_min", "part_estimee",
    "poids_total",
    "poids_couvert", "nb_communes", "nb_communes_couvertes", "ponderation", "raison_absence",
]  # fmt: skip
_SHARES = [
    "interlocuteurs_effectifs_q1", "interlocuteurs_effectifs_q2", "q_min", "q_max", "part_principale", "indice_eclatement",
]  # fmt: skip


def measure_discordance(affectation, appartenance, communes, couches, *, ponderation=POPULATION):
    """Return, for every territory and every declared layer, the number of units and their effective number.

    With p_u the share of the covered weight in unit u: q2 = 1 / sum p_u^2 (inverse Simpson), q1 = exp(-sum p_u ln p_u)
    (Hill numbers; Hill 1973, Jost 2006), 1 <= q2 <= q1 <= n; `indice_eclatement` = 1 - sum p_u^2.

    Parameters
    ----------
    affectation : DataFrame with code_insee, couche, unite_id, part; `part` is a share of population, applied as it is to
        another weighting
    appartenance : DataFrame with code_insee, territoire_id and optionally part: a territory may be anything, a unit of a
        layer too (`weights.list_unit_territories`)
    communes : DataFrame indexed by code_insee
    couches : DataFrame indexed by couche with exclusive, infra_communale; layers not listed are ignored

    Returns
    -------
    DataFrame
        One row per territory (sorted) and layer (declared order), absent layers included. Units are counted by membership, communes
        without inhabitant included. A layer absent from the territory: n 0, coverage 0, the rest NaN. Unknown parts of a
        shared commune: q1, q2 and the main unit NaN, bounds q_min = 1 and q_max = n (elsewhere both are q2). Communes in
        several units at once (a layer that is not exclusive): n only. Equal main units: the smallest code, and `egalite`.
        `couverture`, and `poids_couvert`, are upper bounds: a commune of unknown part counts as covered whole.
        `couverture_min` is the lower one: an unknown part counts for nothing, and of units that overlap in a commune only the
        largest part does. The two are equal where every part is known and shares its commune out. A commune that both the
        territory and the layer split: nobody knows who lives in both pieces, so bounds only. `part_estimee`: share of the
        covered weight whose part is known by surface only (`methode` "surface"; 0 without that column). `raison_absence` is
        "" when everything was computed.
    """
    tables = encode_tables(affectation, appartenance, communes, couches, ponderation=ponderation)
    territoires, places, rows, unites = tables
    nb_couches = len(couches)
    cells, groups = _count_cells(places, rows, len(territoires), nb_couches)
    measured = groups.assign(**_measure_shares(cells, groups))
    main = cells.loc[cells["principale"]].set_index("groupe")["unite"]
    measured["unite_principale"] = pd.Series(unites.to_numpy()[main], index=main.index, dtype="str").reindex(
        measured.index
    )
    measured["egalite"] = measured.index.isin(cells.loc[cells["egalite"], "groupe"])
    measured = _blank_unknown(measured)
    known = territoires.loc[territoires.index.repeat(nb_couches)]
    return measured.assign(
        territoire_id=known.index.astype("str"),
        couche=pd.Series(list(couches.index) * len(territoires), dtype="str"),
        couverture=divide(measured["poids_couvert"], known["poids"]),
        couverture_min=divide(measured["poids_couvert_min"], known["poids"]),
        part_estimee=divide(measured["poids_estime"], measured["poids_couvert"]),
        poids_total=known["poids"].to_numpy(),
        nb_communes=known["nb_communes"].to_numpy(),
        ponderation=known["ponderation"].array,
    )[COLUMNS]


def _count_cells(places, rows, nb_territoires, nb_couches):
    """Return the cells (groupe, unite, poids) and the groups, one per territory and layer, absent layers included."""
    i, j, shared = weigh_memberships(places, rows)
    poids = places["poids"].to_numpy()[i]
    row = {name: rows[name].to_numpy()[j] for name in rows.columns}
    groupe = places["territoire"].to_numpy()[i] * nb_couches + row["couche"]
    (group, unite), inverse = cross_codes(groupe, row["unite"])
    size = nb_territoires * nb_couches
    groups = pd.DataFrame({"n_unites": np.bincount(group, minlength=size)})
    least, most = bound_coverage({"part": places["part"].to_numpy()[i]}, row)
    groups["poids_couvert"] = np.bincount(groupe, poids * most * row["premiere"], minlength=size)
    groups["poids_couvert_min"] = np.bincount(groupe, poids * least * row["premiere"], minlength=size)
    groups["poids_estime"] = np.bincount(groupe, poids * row["estimee"], minlength=size)
    groups["nb_communes_couvertes"] = np.bincount(groupe, row["premiere"], minlength=size).astype("int64")
    groups["recouvre"] = np.bincount(groupe, row["recouvre"], minlength=size) > 0
    weight = np.bincount(inverse, shared, minlength=len(group))
    # A single unit holds everything that is covered, known part or not.
    alone = np.isnan(weight) & (groups["n_unites"].to_numpy()[group] == 1)
    weight = np.where(alone, groups["poids_couvert"].to_numpy()[group], weight)
    cells = pd.DataFrame({"groupe": group, "unite": unite, "poids": weight})
    cells["principale"], cells["egalite"] = mark_modes(group, np.nan_to_num(weight))
    return cells, groups


def _measure_shares(cells, groups):
    """Return the Hill numbers and the main share of every group; NaN where a weight is unknown or their sum is zero."""
    group, size = cells["groupe"].to_numpy(), len(groups)
    total = np.bincount(group, cells["poids"], minlength=size)
    p = divide(cells["poids"], total[group])
    simpson = np.bincount(group, p**2, minlength=size)
    shannon = -np.bincount(group, p * np.log(np.where(p > 0, p, 1.0)), minlength=size)
    main = np.bincount(group, p * cells["principale"], minlength=size)
    q2 = divide(1.0, simpson)
    return {
        "interlocuteurs_effectifs_q1": np.exp(shannon), "interlocuteurs_effectifs_q2": q2, "q_min": q2, "q_max": q2,
        "part_principale": main, "indice_eclatement": 1 - simpson, "connu": ~np.isnan(total),
    }  # fmt: skip


def _blank_unknown(measured):
    """Return `measured` with NaN where a number would not be one, and the reason in words."""
    absent = measured["n_unites"].eq(0)
    refused = measured["recouvre"]
    unknown = ~measured["connu"]
    weightless = measured["interlocuteurs_effectifs_q2"].isna()
    reasons = np.select(
        [absent, refused, unknown, weightless], [ABSENTE, RECOUVREMENT, PARTS_INCONNUES, SANS_POIDS], ""
    )
    blank = absent | refused | unknown | weightless
    blanked = measured.assign(raison_absence=pd.Series(reasons, index=measured.index, dtype="str"))
    blanked[_SHARES] = measured[_SHARES].mask(blank)
    blanked["unite_principale"] = measured["unite_principale"].mask(blank)
    blanked["egalite"] = measured["egalite"] & ~blank
    bounded = unknown & ~refused
    blanked["q_min"] = blanked["q_min"].mask(bounded, 1.0)
    blanked["q_max"] = blanked["q_max"].mask(bounded, measured["n_unites"].astype("float64"))
    return blanked
