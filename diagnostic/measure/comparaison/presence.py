"""What the dossier of a territory knows of its categories, beside what the lists given for all territories say."""

import pandas as pd

from diagnostic.measure.manques.states import ABSENT, PRESENT, UNKNOWN, list_held_categories, summarise_states

KEYS = ["territoire_id", "categorie"]
FOUND = ["statut", "nb_acteurs", "nb_acteurs_principale"]
TOLD = [*KEYS, "inventaire", "millesime", "complet"]


def add_presence(results, dossiers):
    """Return the results with the states that the dossiers know and that the lists leave as not recorded.

    A list given for all territories keeps its own figures: the yardstick stays one. So do the categories it counts: those that a
    dossier adds to the guide's are left out.

    Parameters
    ----------
    results : dict of `across.measure_across`: categories_territoires, etats_territoires
    dossiers : list of DataFrame, `categories_territoires` of each dossier with inventaire (its name) and millesime, its territories only

    Returns
    -------
    dict, `results` with these two tables completed and `presence_dossiers`: territoire_id, categorie, inventaire, millesime, complet of
        each cell that comes from a dossier
    """
    parts = [part for part in dossiers if len(part)]
    if not parts:
        return results
    given = pd.concat(parts, ignore_index=True).drop_duplicates(KEYS)
    held = results["categories_territoires"]
    beside = held[KEYS].merge(given, on=KEYS, how="left")
    taken = held["statut"].eq(UNKNOWN).to_numpy() & beside["statut"].isin([PRESENT, ABSENT]).to_numpy()
    merged = held.copy()
    for name in FOUND:
        merged[name] = held[name].astype("object").mask(taken, pd.Series(beside[name].to_numpy(dtype=object), index=held.index))
    merged = merged.astype({name: held[name].dtype for name in FOUND})
    states = results["etats_territoires"]
    fresh = summarise_states(merged).set_index("territoire_id").reindex(states["territoire_id"])
    return results | {
        "categories_territoires": merged,
        "etats_territoires": states.assign(**{name: fresh[name].to_numpy() for name in fresh}),
        "presence_dossiers": beside.loc[taken, TOLD].reset_index(drop=True),
    }


def doubt_absences(listed, hidden, places):
    """Return the states without the absences that a hidden actor contradicts: « non renseigné », neither present nor absent.

    Parameters
    ----------
    listed : DataFrame of `states.list_categories`, on the actors that everyone may see
    hidden : DataFrame of the other actors
    places : DataFrame acteur_id, territoire_id
    """
    pairs = list_held_categories(hidden).merge(places[["acteur_id", "territoire_id"]], on="acteur_id")[KEYS]
    wrong = listed["statut"].eq(ABSENT) & pd.MultiIndex.from_frame(listed[KEYS]).isin(pd.MultiIndex.from_frame(pairs))
    return listed.assign(statut=listed["statut"].mask(wrong, UNKNOWN))
