"""Statements of the guide on territories: no centre social nor EVS, several counterparts for one intercommunality."""

import pandas as pd

from diagnostic.measure.constats.findings import find_invented
from diagnostic.measure.constats.statement_facts import list_epci, list_items, refuse, report, tell_among
from diagnostic.vocabulary.formats import count_words, format_number, join_words

SOCIAL_PLACES = ("centre_social", "evs")
OWN_LAYER = "EPCI"  # a territory is no counterpart of its own


def find_without_social_place(tables, results, seuils):
    """EPCI where both categories are verified absent, among those whose state is known."""
    epci = list_epci(tables)
    rows = results["categories_territoires"]
    rows = rows[rows["territoire_id"].isin(epci.index) & rows["categorie"].isin(SOCIAL_PLACES)]
    states = rows.pivot_table(index="territoire_id", columns="categorie", values="statut", aggfunc="first")
    states = states.reindex(index=epci.index, columns=list(SOCIAL_PLACES))
    absent, present = (states == "absent_verifie").all(axis=1), (states == "present").any(axis=1)
    known = int((absent | present).sum())
    if not known:
        reason = "ni centre social ni EVS recensé, et aucun inventaire dit complet pour les deux (feuille couverture_inventaire)"
        return refuse(reason if len(epci) else "aucun EPCI dans le périmètre (feuille communes)")
    held = epci[absent].sort_values(kind="stable")
    invented = find_invented(tables)
    details = [f"{'FICTIF : ' if key in invented else ''}absence vérifiée des deux catégories" for key in held.index]
    nouns = ("EPCI dont l'état est connu", "EPCI dont l'état est connu")
    verbs = tuple(f"{have} ni centre social ni espace de vie sociale" for have in ("n'a", "n'ont"))
    phrase = tell_among(len(held), known, nouns, verbs)
    unknown = len(epci) - known
    phrase += f" ; non renseigné pour {format_number(unknown)} EPCI sur {format_number(len(epci))}" if unknown else ""
    return report(phrase, len(held), known, list_items("territoire", held.index, nom=held, detail=details, edition="publique"))


def find_shared_counterparts(tables, results, seuils):
    """EPCI that several layers of bodies share between units; the EPCI themselves are no such layer."""
    epci, couches = list_epci(tables), tables["couches"]
    bodies = couches.index[couches["interlocuteur"].astype(bool)] if "interlocuteur" in couches else couches.index
    rows = results["discordance"]
    rows = rows[rows["territoire_id"].isin(epci.index) & rows["couche"].isin(bodies) & (rows["couche"] != OWN_LAYER)]
    rows = rows[rows["n_unites"] >= 1]
    if not len(rows):
        return refuse("aucun découpage qui soit un interlocuteur ne couvre un EPCI (feuilles couches et ressorts)")
    split = rows[rows["n_unites"] > 1].sort_values(["territoire_id", "couche"])
    counts, whole, limit = split.groupby("territoire_id").size(), rows["territoire_id"].nunique(), seuils["seuil_decoupages_partages"]
    held = counts[counts >= max(limit, 1)]
    labels = couches["libelle"].to_dict() if "libelle" in couches else {}
    told = split.assign(mot=[f"{labels.get(row.couche, row.couche)} ({count_words(row.n_unites, 'unité')})" for row in split.itertuples()])
    words = told.groupby("territoire_id")["mot"].agg(list)
    named = pd.DataFrame({"nom": epci.reindex(held.index), "nb": held}).sort_values(["nb", "nom"], ascending=[False, True], kind="stable")
    details = [f"partagé par {join_words(words[key], 8)}" for key in named.index]
    phrase = tell_among(
        len(held), whole, ("EPCI couvert", "EPCI couverts"),
        tuple(f"{be} par {count_words(limit, 'découpage')} ou plus" for be in ("est partagé", "sont partagés")),
    )  # fmt: skip
    items = list_items("territoire", named.index, nom=named["nom"], detail=details, edition="publique")
    return report(phrase, len(held), whole, pd.concat([items, _list_layers(rows, labels)], ignore_index=True))


def _list_layers(rows, labels):
    """Return the layers that share EPCI, those that share the most first."""
    counts = rows.assign(partage=rows["n_unites"] > 1).groupby("couche")["partage"].agg(["sum", "size"])
    counts = counts[counts["sum"] > 0].assign(nom=lambda table: [labels.get(key, key) for key in table.index])
    counts = counts.sort_values(["sum", "nom"], ascending=[False, True], kind="stable")
    details = [f"partage {format_number(row['sum'])} EPCI sur {format_number(row['size'])}" for _, row in counts.iterrows()]
    return list_items("couche", counts.index, nom=counts["nom"], detail=details, edition="publique")
