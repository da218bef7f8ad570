"""Statements of the guide on themes and publics: where both champs work apart, and what already brings them together."""

import pandas as pd

from diagnostic.measure.constats.statement_facts import (
    count_mixed,
    is_filled,
    list_coded,
    list_devices,
    list_dispositifs,
    list_members,
    refuse,
    report,
    spread,
    tell_among,
)
from diagnostic.measure.liens.network import simplify_links
from diagnostic.measure.liens.silos import CHAMPS_OPPOSES
from diagnostic.vocabulary.formats import count_words, format_number

EVERYONE = {"tout_public"}  # no approach by public
NOT_PARTICULAR = {"tout_public", "habitants"}
GUIDE_THEMES = {"alimentation", "sante", "energie", "mobilite"}  # levier L3-1 of the guide
NOUNS = {"themes": ("thème", "thèmes"), "publics": ("public", "publics")}


def find_theme_silos(tables, results, seuils):
    """Themes that both champs hold, without any declared link between them on it nor any dispositif of both."""
    return _find_silos(tables, results, "themes")


def find_public_silos(tables, results, seuils):
    """Publics that both champs have, without any declared link between them nor any dispositif of both for it."""
    return _find_silos(tables, results, "publics")


def _find_silos(tables, results, column):
    members, liens = list_members(results), tables["liens"]
    held = spread(members, "acteur_id", column).rename(columns={column: "code"})
    held = held[~held["code"].isin(EVERYONE)]
    held["champ"] = held["acteur_id"].map(members.set_index("acteur_id")["champ"])
    held = held[held["champ"].isin(CHAMPS_OPPOSES)]
    if not len(held):
        return refuse(f"aucun {NOUNS[column][0]} rempli pour un acteur de l'un des deux champs (feuille acteurs, colonne {column})")
    pairs, _ = simplify_links(members, liens)
    if not len(pairs):
        return refuse("aucun lien déclaré (feuille liens)")
    mixed = count_mixed(results)
    if not len(mixed):
        return refuse("aucun dispositif n'a d'acteur connu (feuilles dispositifs et participations)")
    counts = pd.crosstab(held["code"], held["champ"]).reindex(columns=list(CHAMPS_OPPOSES), fill_value=0)
    both = counts[(counts > 0).all(axis=1)]
    if not len(both):
        return refuse(f"aucun {NOUNS[column][0]} n'est porté par des acteurs des deux champs (feuille acteurs, colonne {column})")
    devices = list_dispositifs(tables)
    devices = devices[devices["dispositif_id"].isin(mixed.index[mixed["mixte"]])]
    linked = _find_linked(pairs, held)
    joined = linked | set(spread(devices, "dispositif_id", column)[column])
    apart = both[~both.index.isin(joined)]
    details = [
        f"{count_words(row.social, 'acteur social', 'acteurs sociaux')} et {format_number(row.developpement_local)} "
        "du développement local, sans lien déclaré entre eux ni dispositif commun aux deux champs"
        for row in apart.itertuples()
    ]
    nouns = tuple(f"{noun} que portent les deux champs" for noun in NOUNS[column])
    verbs = tuple(f"{be} sans lien déclaré ni dispositif commun entre eux" for be in ("est", "sont"))
    unlinked = int((~both.index.isin(linked)).sum())
    have = "n'a" if unlinked < 2 else "n'ont"
    phrase = f"{tell_among(len(apart), len(both), nouns, verbs)} ; {format_number(unlinked)} {have} aucun lien déclaré d'un champ à l'autre"
    return report(phrase, len(apart), len(both), list_coded(column.rstrip("s"), apart.index, details, tables, column))


def _find_linked(pairs, held):
    """Return the codes that both ends of a link between the champs have."""
    ends = pairs[["acteur_a", "acteur_b"]].merge(held, left_on="acteur_a", right_on="acteur_id")
    ends = ends.merge(held, left_on=["acteur_b", "code"], right_on=["acteur_id", "code"], suffixes=("_a", "_b"))
    return set(ends.loc[ends["champ_a"] != ends["champ_b"], "code"])


def find_single_publics(tables, results, seuils):
    """Actors that declare one particular public alone, among those that declare some."""
    members = list_members(results)
    known = members[is_filled(members["publics"])]
    if not len(known):
        return refuse("publics jamais remplis (feuille acteurs, colonne publics)")
    held = spread(known, "acteur_id", "publics")
    alone = held[held.groupby("acteur_id")["publics"].transform("size") == 1]
    alone = alone[~alone["publics"].isin(NOT_PARTICULAR)]
    counts = alone["publics"].value_counts().sort_index()
    details = [f"seul public de {count_words(number, 'acteur')}" for number in counts]
    nouns = ("acteur dont les publics sont connus", "acteurs dont les publics sont connus")
    phrase = tell_among(len(alone), len(known), nouns, ("ne déclare qu'un public particulier", "ne déclarent qu'un public particulier"))
    return report(phrase, len(alone), len(known), list_coded("public", counts.index, details, tables, "publics", poids=counts))


def find_joining_themes(tables, results, seuils):
    """Themes that several dispositifs of both champs hold."""
    mixed = count_mixed(results)
    devices = list_dispositifs(tables)
    held = spread(devices[devices["dispositif_id"].isin(mixed.index)], "dispositif_id", "themes")
    if not len(held):
        return refuse("aucun thème rempli pour un dispositif dont un acteur est connu (feuille dispositifs, colonne themes)")
    both = held["dispositif_id"].isin(mixed.index[mixed["mixte"]])
    counts = pd.DataFrame({"tous": held.groupby("themes").size(), "mixtes": both.groupby(held["themes"]).sum()})
    joining = counts[counts["mixtes"] >= max(seuils["seuil_theme_facilitateur"], 1)]
    details = [
        f"{count_words(row.mixtes, 'dispositif')} des deux champs sur {format_number(row.tous)}"
        + (" ; cité par le guide" if row.Index in GUIDE_THEMES else "")
        for row in joining.itertuples()
    ]
    nouns = ("thème de dispositifs dont un acteur est connu", "thèmes de dispositifs dont un acteur est connu")
    number = count_words(seuils["seuil_theme_facilitateur"], "dispositif des deux champs", "dispositifs des deux champs")
    verbs = tuple(f"{word} dans {number} au moins" for word in ("se retrouve", "se retrouvent"))
    phrase = tell_among(len(joining), len(counts), nouns, verbs)
    return report(phrase, len(joining), len(counts), list_coded("theme", joining.index, details, tables, "themes", poids=joining["mixtes"]))


def find_wide_dispositifs(tables, results, seuils):
    """Dispositifs that hold many themes, among those that hold some."""
    rows = list_dispositifs(tables)
    counts = spread(rows, "dispositif_id", "themes").groupby("dispositif_id").size()
    if not len(counts):
        return refuse("thèmes jamais remplis (feuille dispositifs, colonne themes)")
    wide = counts[counts >= seuils["seuil_themes_par_dispositif"]]
    held = rows[rows["dispositif_id"].isin(wide.index)]
    details = held["dispositif_id"].map(wide).map(lambda number: count_words(number, "thème")).astype(object)
    nouns = ("dispositif dont les thèmes sont connus", "dispositifs dont les thèmes sont connus")
    limit = count_words(seuils["seuil_themes_par_dispositif"], "thème")
    phrase = tell_among(len(wide), len(counts), nouns, (f"porte {limit} ou plus", f"portent {limit} ou plus"))
    return report(phrase, len(wide), len(counts), list_devices(held, details))
