"""Statements of the guide on dispositifs: who they bring together, who is not in them, and which diagnosis could be shared."""

import numpy as np
import pandas as pd
from scipy import sparse

from diagnostic.measure.constats.statement_facts import (
    count_mixed,
    date_edition,
    find_editions,
    list_devices,
    list_dispositifs,
    list_epci,
    list_grounds,
    list_items,
    list_members,
    list_participants,
    name_dispositifs,
    refuse,
    report,
    spread,
    tell_among,
)
from diagnostic.vocabulary import normalize_label
from diagnostic.vocabulary.formats import count_words, format_number, join_words

DIAGNOSTIC_TYPES = ("CTG", "GMR", "ABS", "CLS", "PAT")
SOCIAL_PROJECT = "projetsocial"  # that of a centre social has no type of its own in the list of dispositifs
INHABITANTS = {"habitants", "benevoles", "collectif_habitants", "conseil_developpement"}
EARLY_STAGES = ("emergence", "diagnostic", "conception")
DEVICES = ("dispositif dont un acteur est connu", "dispositifs dont un acteur est connu")
NO_ACTOR = "aucun dispositif n'a d'acteur connu (feuilles dispositifs et participations)"


def find_apart(tables, results, seuils):
    """Dispositifs that share a commune and have no actor in common."""
    parts, grounds = list_participants(tables, results), list_grounds(tables)
    ids = sorted(set(parts["dispositif_id"]) & set(grounds["dispositif_id"]))
    if not len(parts):
        return refuse(NO_ACTOR)
    place, common = (_count_common(rows, ids, column) for rows, column in ((grounds, "code_insee"), (parts, "acteur_id")))
    beside = (place > 0) & ~_mark_family(tables, ids)
    if not beside.any():
        return refuse("aucune paire de dispositifs n'a de commune partagée (feuille dispositifs, colonne territoires)")
    apart, names = beside & (common == 0), name_dispositifs(tables)
    number, whole = int(apart.sum()) // 2, int(beside.sum()) // 2
    rows = list_dispositifs(tables).set_index("dispositif_id", drop=False).loc[ids]
    rows = rows[apart.any(axis=1)]
    others = [sorted(names[ids[j]] for j in np.flatnonzero(line)) for line in apart[apart.any(axis=1)]]
    details = [f"aucun acteur commun avec {join_words(held, 4)}" for held in others]
    nouns = tuple(f"{word} de dispositifs qui ont une commune au moins en partage" for word in ("paire", "paires"))
    phrase = tell_among(number, whole, nouns, ("n'a aucun acteur commun", "n'ont aucun acteur commun"))
    return report(phrase, number, whole, list_devices(rows, pd.Series(details, index=rows.index, dtype=object)))


def _count_common(rows, ids, column):
    """Return how many values of `column` each two dispositifs share, as a square array without its diagonal."""
    rows = rows[rows["dispositif_id"].isin(ids)]
    rank = {code: k for k, code in enumerate(ids)}
    values, columns = np.unique(rows[column].to_numpy(dtype=object), return_inverse=True)
    cells = (np.ones(len(rows), dtype=int), (rows["dispositif_id"].map(rank).to_numpy(dtype=int), columns))
    held = sparse.csr_array(cells, shape=(len(ids), max(len(values), 1)))
    counts = (held @ held.T).toarray()
    np.fill_diagonal(counts, 0)
    return counts


def _mark_family(tables, ids):
    """Return which pairs are an action and the dispositif it belongs to."""
    rank = {code: k for k, code in enumerate(ids)}
    family = np.zeros((len(ids), len(ids)), dtype=bool)
    rows = list_dispositifs(tables)
    rows = rows[rows["dispositif_id"].isin(rank) & rows["dispositif_parent_id"].isin(rank)]
    child, parent = (rows[column].map(rank).to_numpy(dtype=int) for column in ("dispositif_id", "dispositif_parent_id"))
    family[child, parent] = family[parent, child] = True
    return family


def find_mixed(tables, results, seuils):
    """Dispositifs that bring together both champs."""
    table = count_mixed(results)
    if not len(table):
        return refuse(NO_ACTOR)
    mixed = table[table["mixte"]]
    rows = list_dispositifs(tables).set_index("dispositif_id", drop=False)
    rows = rows[rows.index.isin(mixed.index)]
    counts = mixed.loc[rows.index]
    details = [
        f"{count_words(row.nb_social, 'acteur social', 'acteurs sociaux')}, "
        f"{format_number(row.nb_developpement_local)} du développement local"
        for row in counts.itertuples()
    ]
    verbs = tuple(f"{word} un acteur social et un acteur du développement local" for word in ("réunit", "réunissent"))
    phrase = tell_among(len(mixed), len(table), DEVICES, verbs)
    items = list_devices(rows, pd.Series(details, index=rows.index, dtype=object), edition=find_editions(rows))
    return report(phrase, len(mixed), len(table), items)


def find_one_sided(tables, results, seuils):
    """Dispositifs where no actor of one of the champs is recorded, among those of two known actors; a mixed actor is on both sides."""
    table = count_mixed(results)
    table = table[table["nb_acteurs"] >= 2]
    if not len(table):
        return refuse("aucun dispositif n'a deux acteurs connus (feuilles dispositifs et participations)")
    gaps = results["dispositifs_a_ouvrir"]
    gaps = gaps[gaps["dispositif_id"].isin(table.index)]
    social, local = (set(gaps.loc[gaps["constat"] == name, "dispositif_id"]) for name in ("sans_social", "sans_developpement_local"))
    rows = list_dispositifs(tables).set_index("dispositif_id", drop=False)
    rows = rows[rows.index.isin(social | local)]
    missing = [[*(["acteur social"] * (i in social)), *(["acteur du développement local"] * (i in local))] for i in rows.index]
    details = pd.Series([f"sans {join_words(words)}" for words in missing], index=rows.index, dtype=object)
    nouns = ("dispositif d'au moins deux acteurs connus", "dispositifs d'au moins deux acteurs connus")
    phrase = tell_among(len(rows), len(table), nouns, ("n'a pas les deux champs", "n'ont pas les deux champs"))
    phrase += f" : {format_number(len(social))} sans acteur social, {format_number(len(local))} sans acteur du développement local"
    alone = (table[["nb_social", "nb_developpement_local"]] == 0).any(axis=1) & ~table.index.isin(social | local)
    verb = "n'a les deux champs" if alone.sum() < 2 else "n'ont les deux champs"
    phrase += f" ; {count_words(alone.sum(), 'autre', 'autres')} {verb} que par un acteur mixte"
    return report(phrase, len(rows), len(table), list_devices(rows, details))


def find_without_inhabitants(tables, results, seuils):
    """Dispositifs in which no inhabitant, volunteer or collective of inhabitants takes part."""
    members = list_members(results)
    parts = list_participants(tables, results)
    if not len(parts):
        return refuse(NO_ACTOR)
    others = spread(members, "acteur_id", "categories_secondaires")
    voices = set(members.loc[members["categorie"].isin(INHABITANTS), "acteur_id"])
    voices |= set(others.loc[others["categories_secondaires"].isin(INHABITANTS), "acteur_id"])
    if not voices:
        return refuse("aucun habitant, bénévole ni collectif d'habitants n'est recensé (feuille acteurs, colonne categorie)")
    whole, heard = set(parts["dispositif_id"]), set(parts.loc[parts["acteur_id"].isin(voices), "dispositif_id"])
    rows = list_dispositifs(tables)
    rows = rows[rows["dispositif_id"].isin(whole - heard)]
    phrase = tell_among(len(rows), len(whole), DEVICES, ("n'a ni habitants ni bénévoles", "n'ont ni habitants ni bénévoles"))
    told = "est recensé" if len(voices) < 2 else "sont recensés"
    phrase += f" parmi leurs participants ; {count_words(len(voices), 'acteur')} de ces catégories {told}"
    return report(phrase, len(rows), len(whole), list_devices(rows, "ni habitants, ni bénévoles, ni conseil de développement"))


def find_shared_diagnoses(tables, results, seuils):
    """Dispositifs with a diagnosis that share a commune and fall due at about the same time."""
    rows, today = list_dispositifs(tables), date_edition(tables)
    named = rows["nom"].fillna("").map(normalize_label).str.contains(SOCIAL_PROJECT, regex=False).astype(bool)
    rows = rows[rows["type"].isin(DIAGNOSTIC_TYPES) | named]
    rows = rows.assign(echeance=rows["echeance_diagnostic"].fillna(rows["date_fin"]))
    due = rows[rows["echeance"] >= today]
    if len(due) < 2:
        kinds = join_words([*DIAGNOSTIC_TYPES, "projet social"], 9)
        reason = f"moins de deux dispositifs à diagnostic ({kinds}) ont une échéance à venir"
        return refuse(f"{reason} (feuille dispositifs, colonnes echeance_diagnostic ou date_fin)")
    grounds = list_grounds(tables)
    pairs = _match_due(due, grounds, int(seuils["seuil_fenetre_diagnostics_mois"]))
    others = pairs.groupby("dispositif_id")["autre"].nunique()
    near = due[due["dispositif_id"].isin(set(others.index))]
    details = [
        f"échéance le {row.echeance:%d/%m/%Y} ; {count_words(others[row.dispositif_id], 'autre')} sur une même commune au même moment"
        for row in near.itertuples()
    ]
    editions = find_editions(near).replace("publique", "partenaires")  # the sheet opens echeance_diagnostic to the partners only
    items = list_devices(near, pd.Series(details, index=near.index, dtype=object), edition=editions)
    nouns = ("dispositif à diagnostic dont l'échéance est à venir", "dispositifs à diagnostic dont l'échéance est à venir")
    verbs = tuple(f"{word} un autre à échéance voisine sur une même commune" for word in ("en a", "en ont"))
    phrase = tell_among(len(near), len(due), nouns, verbs)
    unknown = len(rows) - len(due)
    phrase += f" ; {count_words(unknown, 'autre', 'autres')} sans échéance à venir" if unknown else ""
    return report(phrase, len(near), len(due), pd.concat([items, _list_places(pairs, grounds, tables)], ignore_index=True))


def _match_due(due, grounds, months):
    """Return the ordered pairs (dispositif_id, autre) that share a commune and fall due within `months` of each other."""
    dates = due.set_index("dispositif_id")["echeance"]
    ids = sorted(dates.index)
    first, second = np.nonzero(_count_common(grounds, ids, "code_insee"))
    pairs = pd.DataFrame({"dispositif_id": np.take(ids, first), "autre": np.take(ids, second)}, dtype=object)
    both = pd.DataFrame({name: pd.to_datetime(pairs[name].map(dates)) for name in pairs})
    return pairs[(both.max(axis=1) <= both.min(axis=1) + pd.DateOffset(months=months)).astype(bool)]


def _list_places(pairs, grounds, tables):
    """Return the EPCI in whose communes several diagnoses meet, the most first."""
    common = pairs.merge(grounds, on="dispositif_id")
    common = common.merge(grounds.rename(columns={"dispositif_id": "autre"}), on=["autre", "code_insee"])
    epci = list_epci(tables)
    homes = tables["appartenance"][tables["appartenance"]["territoire_id"].isin(epci.index)]
    held = common.merge(homes, on="code_insee").groupby("territoire_id")["dispositif_id"].nunique()
    table = pd.DataFrame({"nb": held, "nom": epci.reindex(held.index)}).reset_index()
    table = table.sort_values(["nb", "nom"], ascending=[False, True], kind="stable")
    details = [f"{count_words(number, 'dispositif')} à échéance voisine" for number in table["nb"]]
    return list_items("territoire", table["territoire_id"], nom=table["nom"], detail=details, edition="partenaires")


def find_stalled_diagnoses(tables, results, seuils):
    """Dispositifs whose diagnosis is old and whose action has not begun."""
    rows = list_dispositifs(tables)
    rows = rows[rows["annee_diagnostic"].notna() & rows["stade"].notna()]
    if not len(rows):
        return refuse("année du diagnostic ou stade jamais remplis (feuille dispositifs, colonnes annee_diagnostic et stade)")
    age = date_edition(tables).year - pd.to_numeric(rows["annee_diagnostic"]).astype(int)
    old = rows[rows["stade"].isin(EARLY_STAGES) & (age >= seuils["seuil_diagnostic_ans"])]
    details = "diagnostic de " + pd.to_numeric(old["annee_diagnostic"]).astype(int).astype(str)
    nouns = tuple(f"{noun} dont le stade et l'année du diagnostic sont connus" for noun in ("dispositif", "dispositifs"))
    years = count_words(seuils["seuil_diagnostic_ans"], "an")
    verbs = tuple(f"{be} encore avant la mise en œuvre, avec un diagnostic d'au moins {years}" for be in ("est", "sont"))
    return report(tell_among(len(old), len(rows), nouns, verbs), len(old), len(rows), list_devices(old, details.astype(object)))
