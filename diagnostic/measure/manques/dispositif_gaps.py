"""Dispositifs where a side, a pilot or partners are not recorded."""

import pandas as pd

from diagnostic.measure.liens.silos import count_champs
from diagnostic.measure.manques.states import list_held_categories

PILOT_ROLES = ("pilotage", "coordination")
# Those through whom inhabitants take part; the same as in the statement of the guide on dispositifs without inhabitants.
INHABITANTS = ("habitants", "benevoles", "collectif_habitants", "conseil_developpement")


def find_dispositif_gaps(dispositifs, participations, acteurs):
    """Find the dispositifs where a side or a pilot is not recorded.

    Its `porteur_id` is an actor of a dispositif and pilots it, like an actor whose role is pilotage or coordination.
    An actor of champ `mixte` speaks for both sides. A dispositif without any actor recorded has that one finding:
    what it lacks is unknown. Nothing here is a verified absence: a side that is not recorded may well be there.

    Returns
    -------
    DataFrame dispositif_id, nom, constat (`sans_acteur`, `un_seul_acteur`, `sans_social`,
    `sans_developpement_local`, `sans_habitants`: no actor of INHABITANTS as main or secondary category, `sans_pilote`), phrase;
    one row a finding, in the order of `dispositifs`.
    """
    counts = count_champs(dispositifs, participations, acteurs)
    piloting = participations.reindex(columns=["dispositif_id", "role"]).query("role in @PILOT_ROLES")["dispositif_id"]
    piloted = (
        counts.index.isin(set(piloting)) | dispositifs.reindex(columns=["porteur_id"])["porteur_id"].notna().to_numpy()
    )
    some = counts["nb_acteurs"] > 0
    inhabited = counts.index.isin(_list_inhabited(dispositifs, participations, acteurs))
    findings = {
        "sans_acteur": (~some, "Aucun acteur n'est recensé dans ce dispositif."),
        "un_seul_acteur": (counts["nb_acteurs"] == 1, "Un seul acteur est recensé dans ce dispositif."),
        "sans_social": (
            some & (counts["nb_social"] + counts["nb_mixte"] == 0),
            "Aucun acteur du champ social n'y est recensé.",
        ),
        "sans_developpement_local": (
            some & (counts["nb_developpement_local"] + counts["nb_mixte"] == 0),
            "Aucun acteur du développement local n'y est recensé.",
        ),
        "sans_habitants": (some & ~inhabited, "Ni habitants, ni bénévoles, ni collectif d'habitants n'y sont recensés."),
        "sans_pilote": (some & ~piloted, "Ni pilote, ni coordinateur, ni porteur n'y est recensé."),
    }
    rows = [
        counts.loc[where, ["nom"]].assign(constat=name, phrase=phrase) for name, (where, phrase) in findings.items()
    ]
    table = pd.concat(rows).reset_index()
    order = table["dispositif_id"].map({code: k for k, code in enumerate(counts.index)})
    return table.loc[order.sort_values(kind="stable").index].reset_index(drop=True)


def _list_inhabited(dispositifs, participations, acteurs):
    """Return the dispositifs in which an actor of INHABITANTS takes part, or that one of them bears."""
    held = list_held_categories(acteurs)
    ids = held.loc[held["categorie"].isin(INHABITANTS), "acteur_id"]
    bearers = dispositifs.reindex(columns=["dispositif_id", "porteur_id"]).rename(columns={"porteur_id": "acteur_id"})
    pairs = pd.concat([participations.reindex(columns=["dispositif_id", "acteur_id"]), bearers])
    return set(pairs.loc[pairs["acteur_id"].isin(ids), "dispositif_id"])
