"""Statements of the guide on actors: who does what, what inhabitants can read, pivot places, associations, CIAS."""

import pandas as pd

from diagnostic.measure.constats.statement_facts import (
    COORDINATION_ROLES,
    find_editions,
    is_filled,
    list_actors,
    list_devices,
    list_dispositifs,
    list_epci,
    list_members,
    list_participants,
    list_parts,
    refuse,
    report,
    tell_among,
)
from diagnostic.vocabulary.formats import count_words, format_number, format_share, join_words

NETWORK = ("acteur du réseau", "acteurs du réseau")
NO_MEMBER = "aucun acteur saisi (feuille acteurs)"
NO_PART = "aucune participation saisie (feuille participations)"
STALE = ("à revoir", "ancien")  # the states of `quality.measure_freshness`
DATED = ("à jour", *STALE)
CIAS, ASSOCIATION = "cias", "association"


def _join_missing(rows, words):
    """Return, for each row, the words of the columns where `words` is true: « sans thème, sans participation »."""
    return pd.Series([join_words(name for name in words if words[name][k]) for k in rows.index], index=rows.index, dtype=object)


def find_unknown_activity(tables, results, seuils):
    """Actors of the networks whose themes are unknown; those in no dispositif are counted apart, for they may be in none."""
    members = list_members(results)
    if not len(members):
        return refuse(NO_MEMBER)
    if not len(list_parts(tables, results)):
        return refuse(NO_PART)
    active = set(list_participants(tables, results)["acteur_id"])
    missing = {"sans thème": ~is_filled(members["themes"]), "sans participation saisie": ~members["acteur_id"].isin(active)}
    unknown, idle = (int(cells.sum()) for cells in missing.values())
    phrase = tell_among(unknown, len(members), NETWORK, ("est sans thème", "sont sans thème"))
    have = "est" if idle < 2 else "sont"
    phrase += f" ; à part, {format_number(idle)} ({format_share(idle / len(members))}) {have} sans participation saisie"
    held = members[missing["sans thème"] | missing["sans participation saisie"]]
    return report(phrase, unknown, len(members), list_actors(held, _join_missing(held, missing)))


def find_unknown_parts(tables, results, seuils):
    """Participations whose role or stage is empty; the dispositifs they are in."""
    parts = list_parts(tables, results)
    if not len(parts):
        return refuse(NO_PART)
    unknown = parts[["role", "stade"]].isna().any(axis=1)
    counts = parts[unknown].groupby("dispositif_id").size()
    whole = parts.groupby("dispositif_id").size()
    rows = list_dispositifs(tables)
    rows = rows[rows["dispositif_id"].isin(counts.index)]
    details = rows["dispositif_id"].map(lambda key: f"{format_number(counts[key])} sur {format_number(whole[key])} sans rôle ou sans stade")
    verbs = ("est sans rôle ou sans stade", "sont sans rôle ou sans stade")
    phrase = tell_among(int(unknown.sum()), len(parts), ("participation", "participations"), verbs)
    return report(phrase, int(unknown.sum()), len(parts), list_devices(rows, details.astype(object)))


def find_legible(tables, results, seuils):
    """Actors of which inhabitants can be told where they are, on what and for whom they act; names those of which they cannot."""
    members = list_members(results)
    if not len(members):
        return refuse(NO_MEMBER)
    for name, words in (("publics", "publics jamais remplis"), ("diffusion", "diffusion jamais remplie")):
        if not is_filled(members[name]).any():
            return refuse(f"{words} (feuille acteurs, colonne {name})")
    missing = {
        "commune": members["code_insee"].isna(), "thème": ~is_filled(members["themes"]), "public": ~is_filled(members["publics"]),
        "diffusion publique": ~members["diffusion"].eq("public").fillna(False).astype(bool),
    }  # fmt: skip
    hidden = pd.concat(missing, axis=1).any(axis=1)
    held, number = members[hidden], int((~hidden).sum())
    counts = ", ".join(f"{format_number(cells.sum())} sans {name}" for name, cells in missing.items())
    verbs = tuple(f"{have} commune, thème, public et diffusion publique" for have in ("a", "ont"))
    phrase = tell_among(number, len(members), NETWORK, verbs)
    details = "il manque : " + _join_missing(held, missing)
    return report(f"{phrase} ; {counts}", number, len(members), list_actors(held, details))


def find_stale(tables, results, seuils):
    """Dated rows of actors that are to be looked at again."""
    rows = results["fraicheur_lignes"]
    dated = rows[rows["etat"].isin(DATED)]
    if not len(dated):
        return refuse("aucune ligne datée (feuille acteurs, colonne date_maj)")
    stale = dated[dated["etat"].isin(STALE)]
    phrase = tell_among(len(stale), len(dated), ("ligne datée", "lignes datées"), ("est à revoir", "sont à revoir"))
    undated = len(rows) - len(dated)
    phrase += f" ; {format_number(undated)} sans date utile" if undated else ""
    details = stale["etat"].astype(object) + ", mise à jour il y a " + stale["age_mois"].astype(int).astype(str) + " mois"
    return report(phrase, len(stale), len(dated), list_actors(stale, details))


def find_pivots(tables, results, seuils):
    """Pivot places that were declared; an empty cell is not a no."""
    members = list_members(results)
    said = members["lieu_pivot"].notna()
    if not said.any():
        return refuse("lieu pivot jamais rempli (feuille acteurs, colonne lieu_pivot)")
    held = members[members["lieu_pivot"].eq(True).fillna(False).astype(bool)]
    epci = list_epci(tables)
    places = tables["acteurs_territoires"]
    places = places[places["territoire_id"].isin(epci.index) & places["acteur_id"].isin(held["acteur_id"])]
    phrase = tell_among(len(held), len(members), NETWORK, ("est un lieu pivot déclaré", "sont des lieux pivots déclarés"))
    phrase += f", dans {format_number(places['territoire_id'].nunique())} EPCI sur {format_number(len(epci))}" if len(epci) else ""
    names = places.assign(nom=places["territoire_id"].map(epci)).sort_values(["nom", "territoire_id"]).groupby("acteur_id")["nom"]
    where = names.agg(lambda words: join_words(dict.fromkeys(words), 3)) if len(places) else pd.Series(dtype=object)
    details = held["acteur_id"].map(where).fillna("territoire inconnu").astype(object)
    return report(phrase, len(held), len(members), list_actors(held, details, edition=find_editions(held)))


def find_associations(tables, results, seuils):
    """Dispositifs in which an association takes part, among those of which the statut of an actor is known."""
    members = list_members(results).set_index("acteur_id")
    parts = list_participants(tables, results)
    parts = parts.assign(statut=parts["acteur_id"].map(members["statut"])).dropna(subset="statut")
    if not len(parts):
        return refuse("aucun participant dont le statut soit rempli (feuille acteurs, colonne statut ; feuille participations)")
    counts = (parts["statut"] == ASSOCIATION).groupby(parts["dispositif_id"]).sum()
    rows = list_dispositifs(tables)
    rows = rows[rows["dispositif_id"].isin(counts.index[counts > 0])]
    details = rows["dispositif_id"].map(counts).map(lambda number: count_words(number, "association")).astype(object)
    nouns = ("dispositif dont le statut d'un acteur est connu", "dispositifs dont le statut d'un acteur est connu")
    phrase = tell_among(len(rows), len(counts), nouns, ("compte une association", "comptent une association"))
    return report(phrase, len(rows), len(counts), list_devices(rows, details, edition=find_editions(rows)))


def find_cias_without_lead(tables, results, seuils):
    """CIAS that neither coordinate, pilot nor bear any dispositif."""
    members, parts = list_members(results), list_parts(tables, results)
    cias = members[members["categorie"] == CIAS]
    if not len(cias):
        return refuse("aucun CIAS recensé (feuille acteurs, categorie = cias)")
    if not len(parts):
        return refuse(NO_PART)
    leading = set(parts.loc[parts["role"].isin(COORDINATION_ROLES), "acteur_id"]) | set(list_dispositifs(tables)["porteur_id"].dropna())
    held = cias[~cias["acteur_id"].isin(leading)]
    verbs = ("ne coordonne, ne pilote ni ne porte aucun dispositif", "ne coordonnent, ne pilotent ni ne portent aucun dispositif")
    phrase = tell_among(len(held), len(cias), ("CIAS recensé", "CIAS recensés"), verbs)
    return report(phrase, len(held), len(cias), list_actors(held, "ni coordination, ni pilotage, ni dispositif porté"))
