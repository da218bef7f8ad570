"""Themes and publics that no actor of a territory states: in three states, as the categories."""

import numpy as np
import pandas as pd

from diagnostic.measure.manques.states import ABSENT, EVERYTHING, PRESENT, UNKNOWN, mark_covered

SUBJECTS = {"theme": "themes", "public": "publics"}  # the word of a row -> the column of `acteurs` and the list it draws from
ALL_PUBLICS = "tout_public"
SUBJECT_TYPES = ("epci", "departement", "perimetre")


def list_subject_states(acteurs, acteurs_territoires, territoires, couverture, listes, *, types=SUBJECT_TYPES):
    """List every theme and every public of the lists in every territory, in three states.

    `present`: an actor active there states it. `absent_verifie`: none does, the inventory is said complete for "*" (the territory,
    else the perimetre), and every actor there states at least one theme (or public). `non_renseigne` otherwise: an actor whose
    cell is empty may well work on it, and one that receives « tout public » receives every public.

    Parameters
    ----------
    acteurs : DataFrame with acteur_id, themes, publics (tuples of codes)
    couverture : DataFrame (territoire_id, categorie or "*", statut), may be empty; only its "*" rows speak of themes
    listes : dict of the vocabularies `themes` and `publics`, index code, with libelle; words out of them: `list_other_subjects`

    Returns
    -------
    DataFrame territoire_id, sujet ("theme" or "public"), code, libelle, statut, nb_acteurs (distinct, that state it),
    nb_acteurs_territoire, nb_acteurs_renseignes (whose cell is filled), raison ("" when present); themes first, territories in their
    order, then codes in that of the list.

    Examples
    --------
    >>> acteurs = pd.DataFrame({"acteur_id": ["a"], "themes": [("sante",)], "publics": [()]})
    >>> lieux = pd.DataFrame({"acteur_id": ["a"], "territoire_id": ["epci:1"]})
    >>> territoires = pd.DataFrame({"nom": ["CC"], "type": ["epci"]}, index=["epci:1"])
    >>> said = pd.DataFrame({"territoire_id": ["epci:1"], "categorie": ["*"], "statut": ["complet"]})
    >>> listes = {name: pd.DataFrame({"libelle": ["x", "y"]}, index=["sante", "jeunes"]) for name in ("themes", "publics")}
    >>> list_subject_states(acteurs, lieux, territoires, said, listes)["statut"].tolist()
    ['present', 'absent_verifie', 'non_renseigne', 'non_renseigne']
    """
    listed = pd.Index(territoires.index[territoires["type"].isin(types)], name="territoire_id")
    complete = mark_covered(pd.DataFrame({"territoire_id": listed, "categorie": EVERYTHING}), couverture, territoires).to_numpy()
    places = acteurs_territoires[["acteur_id", "territoire_id"]].drop_duplicates()
    places = places[places["acteur_id"].isin(acteurs["acteur_id"]) & places["territoire_id"].isin(listed)]
    parts = [_list_states(subject, acteurs, places, listes[column], complete, listed) for subject, column in SUBJECTS.items()]
    return pd.concat(parts, ignore_index=True)


def _list_states(subject, acteurs, places, entries, complete, listed):
    """Return the rows of one subject: territories times codes."""
    stated = _list_stated(acteurs, SUBJECTS[subject])
    located = stated.merge(places, on="acteur_id")
    shape = (len(listed), len(entries))
    row, column = listed.get_indexer(located["territoire_id"]), entries.index.get_indexer(located["code"])
    cell = (row * shape[1] + column)[column >= 0]
    nb = np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape)
    whole = places["territoire_id"].value_counts().reindex(listed, fill_value=0).to_numpy()
    filled = places[places["acteur_id"].isin(stated["acteur_id"])]["territoire_id"].value_counts().reindex(listed, fill_value=0).to_numpy()
    anyone = np.zeros(shape[0], dtype=bool)
    if subject == "public":
        anyone = np.isin(listed, located.loc[located["code"] == ALL_PUBLICS, "territoire_id"])
    reasons = [
        (nb > 0, PRESENT, ""),
        (_spread(~complete, shape), UNKNOWN, "l'inventaire n'est pas dit complet pour toutes les catégories"),
        (_spread(filled < whole, shape), UNKNOWN, "des acteurs d'ici n'en citent aucun : leur case est vide"),
        (_spread(anyone, shape), UNKNOWN, "des acteurs d'ici s'adressent à tout public"),
    ]
    conditions = [condition.ravel() for condition, _, _ in reasons]
    return pd.DataFrame(
        {
            "territoire_id": np.repeat(listed.to_numpy(), shape[1]), "sujet": subject, "code": np.tile(entries.index.to_numpy(), shape[0]),
            "libelle": np.tile(entries["libelle"].to_numpy(), shape[0]),
            "statut": np.select(conditions, [state for _, state, _ in reasons], default=ABSENT), "nb_acteurs": nb.ravel(),
            "nb_acteurs_territoire": np.repeat(whole, shape[1]), "nb_acteurs_renseignes": np.repeat(filled, shape[1]),
            "raison": np.select(conditions, [reason for _, _, reason in reasons], default="aucun acteur d'ici ne le cite"),
        }
    ).astype(dict.fromkeys(["territoire_id", "sujet", "code", "libelle", "statut", "raison"], "str"))  # fmt: skip


def _spread(values, shape):
    return np.broadcast_to(values[:, None], shape)


def _list_stated(acteurs, column):
    """Return acteur_id, code: one row a distinct word of an actor."""
    rows = acteurs.reindex(columns=["acteur_id", column]).explode(column).set_axis(["acteur_id", "code"], axis=1)
    return rows.dropna(subset="code").drop_duplicates()


def list_other_subjects(acteurs, listes):
    """List the words of themes and publics that are in no list, left apart: they name no gap elsewhere.

    Returns
    -------
    DataFrame sujet, mot, nb_acteurs; themes first, words in text order.
    """
    parts = []
    for subject, column in SUBJECTS.items():
        stated = _list_stated(acteurs, column)
        counts = stated.loc[~stated["code"].isin(listes[column].index), "code"].value_counts().sort_index()
        parts.append(pd.DataFrame({"sujet": subject, "mot": counts.index.astype("str"), "nb_acteurs": counts.to_numpy(dtype="int64")}))
    return pd.concat(parts, ignore_index=True).astype({"sujet": "str", "mot": "str"})
