"""Statements of the guide on declared links: between champs, isolated actors, go-betweens, and who would be missed."""


from diagnostic.measure.constats.statement_facts import (
    find_editions,
    list_actors,
    list_members,
    refuse,
    report,
    tell_among,
)
from diagnostic.measure.liens.relays import CASES as RELAY_CASES
from diagnostic.vocabulary.formats import count_words, format_number, format_share

NO_LINK = "aucun lien déclaré (feuille liens)"
LINKED = ("acteur qui a un lien déclaré", "acteurs qui ont un lien déclaré")


def compare_with_chance(tables, results, seuils):
    """Links between champs over those that links spread at random would give, mixed actors left out."""
    row = results["silos"].set_index("mixte").loc["exclu"]
    if not row["nb_externes_attendu"] > 0 or row["ratio_externes"] != row["ratio_externes"]:
        reason = row["raison_absence"] or "aucun lien possible entre les deux champs"
        return refuse(reason if "feuille" in reason else f"{reason} (feuilles acteurs, colonne champ, et liens)")
    expected = format_number(row["nb_externes_attendu"], 1)
    verb = "relient" if row["nb_externes"] >= 2 else "relie"
    would = "seraient attendus" if row["nb_externes_attendu"] >= 2 else "serait attendu"
    phrase = (
        f"Sur {count_words(row['nb_liens'], 'lien déclaré', 'liens déclarés')} entre acteurs des deux champs, "
        f"{format_number(row['nb_externes'])} {verb} un champ à l'autre ; {expected} {would} si les mêmes liens étaient répartis au hasard "
        f"entre les paires (rapport {format_number(row['ratio_externes'], 2)})"
    )
    return report(phrase, row["nb_externes"], row["nb_externes_attendu"])


def find_isolated(tables, results, seuils):
    """Actors of the networks without any declared link."""
    positions = results["positions"]
    if not len(positions) or positions["isole"].all():
        return refuse(NO_LINK)
    members = list_members(results)
    members = members[members["acteur_id"].isin(positions.index)]
    alone = members[members["acteur_id"].map(positions["isole"]).astype(bool)]
    verbs = ("n'a aucun lien déclaré", "n'ont aucun lien déclaré")
    phrase = tell_among(len(alone), len(members), ("acteur du réseau", "acteurs du réseau"), verbs)
    answered = alone["a_repondu"].eq("oui").sum() if "a_repondu" in alone else 0
    phrase += f", dont {format_number(answered)} qui {'ont' if answered > 1 else 'a'} répondu à l'enquête" if len(alone) else ""
    return report(phrase, len(alone), len(members), list_actors(alone, "aucun lien déclaré"))


def find_go_betweens(tables, results, seuils):
    """Actors that the network shows between both champs, crossed with those that say they make the link (`relays.compare_relays`)."""
    table = results["positions"]
    if not len(table) or table["isole"].all():
        return refuse(NO_LINK)
    known = table["observe"].notna()
    seen = table["observe"].fillna(False).astype(bool)
    alone = table["declare"].eq("oui") & known & ~seen
    words = dict(RELAY_CASES.values())
    members = list_members(results)
    named = members[members["acteur_id"].isin(table.index[seen | alone])]
    details = named["acteur_id"].map(table["cas"]).map(words).astype(object)
    nouns = ("acteur dont la position est connue", "acteurs dont la position est connue")
    verbs = ("est entre les deux champs", "sont entre les deux champs")
    others = count_words(alone.sum(), "autre dit faire le lien", "autres disent faire le lien")
    phrase = f"{tell_among(int(seen.sum()), int(known.sum()), nouns, verbs)} ; {others} sans que les liens saisis le montrent"
    return report(phrase, seen.sum(), known.sum(), list_actors(named, details))


def find_network_relays(tables, results, seuils):
    """Actors that belong to two networks and more."""
    rows, members = tables["adhesions"].reindex(columns=["acteur_id", "reseau_id"]).dropna().drop_duplicates(), list_members(results)
    rows = rows[rows["acteur_id"].isin(set(members["acteur_id"]))]
    if not len(rows):
        return refuse("aucune adhésion saisie (feuille adhesions)")
    counts = rows.groupby("acteur_id").size()
    held = members[members["acteur_id"].isin(counts.index[counts >= 2])]
    details = held["acteur_id"].map(counts).map(lambda number: count_words(number, "réseau", "réseaux")).astype(object)
    nouns = ("acteur membre d'un réseau", "acteurs membres d'un réseau")
    phrase = tell_among(len(held), len(counts), nouns, ("est membre de deux réseaux ou plus", "sont membres de deux réseaux ou plus"))
    return report(phrase, len(held), len(counts), list_actors(held, details, edition=find_editions(held)))


def find_fragile(tables, results, seuils):
    """Actors whose leaving would cut off at least a share of the pairs of others that can be joined."""
    positions = results["positions"]
    linked = positions[~positions["isole"].astype(bool)] if len(positions) else positions
    if not len(linked):
        return refuse(NO_LINK)
    members = list_members(results)
    lost = positions["perte_paires"].dropna()
    lost = lost[(lost > 0) & (lost >= seuils["seuil_fragilite"])]
    details = lost.map(lambda share: f"{format_share(share, 1)} des paires d'acteurs ne se joindraient plus")
    least = format_share(seuils["seuil_fragilite"])
    verbs = tuple(f"{word}, en partant, {least} des paires d'acteurs au moins" for word in ("séparerait", "sépareraient"))
    named = members[members["acteur_id"].isin(lost.index)]
    phrase = tell_among(len(named), len(linked), LINKED, verbs)
    return report(phrase, len(named), len(linked), list_actors(named, named["acteur_id"].map(details).astype(object)))
