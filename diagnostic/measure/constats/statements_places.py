"""Statements of the guide on territories: no centre social nor EVS, several counterparts for one intercommunality."""

import pandas as pd

from diagnostic.measure.constats.gap_readings import find_invented
from diagnostic.measure.constats.statement_facts import list_epci, list_items, refuse, report, tell_among
from diagnostic.measure.manques.states import mark_covered
from diagnostic.vocabulary.formats import count_words, format_number, join_words

SOCIAL_PLACES = ("centre_social", "evs")
OWN_LAYER = "EPCI"  # a territory is no counterpart of its own


def find_without_social_place(tables, results, seuils):
    """EPCI where both categories are verified absent, among those whose inventory is complete for both.

    An EPCI that has one of them is known to have it; it is counted only where its inventory is complete, as the others are: the
    share would otherwise depend on where somebody looked.
    """
    epci = list_epci(tables)
    if not len(epci):
        return refuse("aucun EPCI dans le périmètre (feuille communes)")
    complete = _find_complete(tables, epci)
    rows = results["categories_territoires"]
    rows = rows[rows["territoire_id"].isin(epci.index) & rows["categorie"].isin(SOCIAL_PLACES)]
    states = rows.pivot_table(index="territoire_id", columns="categorie", values="statut", aggfunc="first")
    states = states.reindex(index=epci.index, columns=list(SOCIAL_PLACES))
    known = int(complete.sum())
    if not known:
        return refuse("aucun EPCI dont l'inventaire soit dit complet pour les centres sociaux et les EVS (feuille couverture_inventaire)")
    held = epci[complete & (states != "present").all(axis=1)].sort_values(kind="stable")
    invented = find_invented(tables)
    details = [f"{'FICTIF : ' if key in invented else ''}absence vérifiée des deux catégories" for key in held.index]
    nouns = ("EPCI dont l'inventaire est dit complet pour les deux", "EPCI dont l'inventaire est dit complet pour les deux")
    verbs = tuple(f"{have} ni centre social ni espace de vie sociale" for have in ("n'a", "n'ont"))
    phrase = tell_among(len(held), known, nouns, verbs)
    unknown = len(epci) - known
    phrase += f" ; on ne sait pas pour {format_number(unknown)} EPCI sur {format_number(len(epci))}" if unknown else ""
    return report(phrase, len(held), known, list_items("territoire", held.index, nom=held, detail=details))


def _find_complete(tables, epci):
    """Return which EPCI are said to be complete for both categories, index territoire_id."""
    cells = pd.MultiIndex.from_product([epci.index, SOCIAL_PLACES], names=["territoire_id", "categorie"]).to_frame(index=False)
    said = mark_covered(cells, tables["couverture_inventaire"], tables["territoires"])
    return said.groupby(cells["territoire_id"]).all().reindex(epci.index)


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
