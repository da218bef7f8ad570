"""Statements of the guide on posts and those who hold several roles; never a person's name."""

import pandas as pd

from diagnostic.measure.constats.statement_facts import (
    list_actors,
    list_members,
    name_dispositifs,
    read_labels,
    refuse,
    report,
    spread,
    tell_among,
)
from diagnostic.vocabulary import read_vocabulary
from diagnostic.vocabulary.formats import count_words, format_number, join_words

NO_POST = "aucun poste saisi (feuille postes)"
OPEN_STATES = ("vacant", "a_creer")
OTHERS = "Autres acteurs"  # inhabitants, volunteers, elected people: the guide lists them beside the professions


def _list_posts(tables):
    """Return the posts by poste_id, with the words of their employer, function and state."""
    rows = tables["postes"].reindex(columns=["poste_id", "acteur_id", "fonction", "metier_passerelle", "statut", "dispositifs"])
    rows = rows.drop_duplicates("poste_id").sort_values("poste_id", ignore_index=True)
    for column, liste in (("fonction", "personnes"), ("metier_passerelle", "metiers_passerelles"), ("statut", "statuts_poste")):
        cells = rows[column].astype(object)
        rows[f"{column}_libelle"] = cells.map(read_labels(tables, liste)).fillna(cells)
    return rows


def _list_post_items(rows, details, tables):
    """Return items for posts, named after their employer: a post leads to a person, so inside only."""
    actors = tables["acteurs"].drop_duplicates("acteur_id").set_index("acteur_id")["nom"]
    return list_actors(rows.assign(nom=rows["acteur_id"].map(actors)), details)


def find_many_hats(tables, results, seuils):
    """Structures that coordinate or pilot several dispositifs, among those that do so for one."""
    counts = results["positions_dispositifs"]["nb_dispositifs_coordonnes"]
    counts = counts[counts > 0]
    if not len(counts):
        return refuse("aucune coordination ni aucun pilotage saisis (feuille participations, colonne role)")
    members, limit = list_members(results), seuils["seuil_casquettes_acteur"]
    held = members[members["acteur_id"].isin(counts.index[counts >= limit])]
    details = held["acteur_id"].map(counts).map(lambda number: f"{count_words(number, 'dispositif')} coordonnés ou pilotés").astype(object)
    nouns = ("structure qui coordonne ou pilote un dispositif", "structures qui coordonnent ou pilotent un dispositif")
    phrase = tell_among(len(held), len(counts), nouns, tuple(f"{word} {format_number(limit)} ou plus" for word in ("en a", "en ont")))
    return report(phrase, len(held), len(counts), list_actors(held, details))


def find_many_hat_posts(tables, results, seuils):
    """Posts that follow several dispositifs, among those that follow one."""
    rows, limit = _list_posts(tables), seuils["seuil_casquettes_poste"]
    if not len(rows):
        return refuse(NO_POST)
    followed = spread(rows, "poste_id", "dispositifs")
    if not len(followed):
        return refuse("dispositifs suivis jamais remplis (feuille postes, colonne dispositifs)")
    names = name_dispositifs(tables)
    words = followed.assign(nom=followed["dispositifs"].map(names).fillna(followed["dispositifs"])).groupby("poste_id")["nom"].agg(sorted)
    held = rows[rows["poste_id"].map(words.map(len)).fillna(0) >= limit]
    details = [
        f"{row.fonction_libelle} : {join_words(words[row.poste_id], 4)}" for row in held.itertuples()
    ]
    phrase = tell_among(
        len(held), len(words), ("poste qui suit un dispositif", "postes qui suivent un dispositif"),
        tuple(f"en {word} {format_number(limit)} ou plus" for word in ("suit", "suivent")),
    )  # fmt: skip
    return report(phrase, len(held), len(words), _list_post_items(held, pd.Series(details, index=held.index, dtype=object), tables))


def find_open_posts(tables, results, seuils):
    """Posts that are vacant or to be created, among those whose state is known."""
    rows = _list_posts(tables)
    if not len(rows):
        return refuse(NO_POST)
    known = rows[rows["statut"].notna()]
    if not len(known):
        return refuse("statut jamais rempli (feuille postes, colonne statut)")
    held = known[known["statut"].isin(OPEN_STATES)]
    nouns = ("poste dont le statut est connu", "postes dont le statut est connu")
    phrase = tell_among(len(held), len(known), nouns, ("est vacant ou à créer", "sont vacants ou à créer"))
    details = held["fonction_libelle"] + " : " + held["statut_libelle"].str.lower()
    return report(phrase, len(held), len(known), _list_post_items(held, details.astype(object), tables))


def find_bridging_posts(tables, results, seuils):
    """Filled posts whose profession makes the bridge between both champs, among those where it is told; an empty cell is unknown."""
    rows = _list_posts(tables)
    if not len(rows):
        return refuse(NO_POST)
    filled = rows[rows["statut"] == "pourvu"]
    if not len(filled):
        return refuse("aucun poste dit pourvu (feuille postes, colonne statut)")
    if not rows["metier_passerelle"].notna().any():
        return refuse("métier passerelle jamais rempli (feuille postes, colonne metier_passerelle)")
    known = filled[filled["metier_passerelle"].notna()]
    if not len(known):
        return refuse("métier passerelle jamais rempli pour un poste pourvu (feuille postes, colonne metier_passerelle)")
    professions = read_vocabulary("metiers_passerelles")
    apart = known["metier_passerelle"].isin(professions.loc[professions["famille"] == OTHERS, "code"])
    held, unknown = known[~apart], len(filled) - len(known)
    nouns = tuple(f"{words} où la case métier passerelle est remplie" for words in ("poste pourvu", "postes pourvus"))
    verbs = ("est un métier passerelle entre les deux champs", "sont des métiers passerelles entre les deux champs")
    phrase = tell_among(len(held), len(known), nouns, verbs)
    phrase += f" ; {format_number(apart.sum())} à part : habitants, bénévoles ou élus" if apart.any() else ""
    phrase += f" ; case vide, donc inconnu, pour {format_number(unknown)}" if unknown else ""
    return report(phrase, len(held), len(known), _list_post_items(held, held["metier_passerelle_libelle"].astype(object), tables))
