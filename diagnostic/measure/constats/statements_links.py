"""Statements of the guide on declared links: between champs, isolated actors, go-betweens, and who would be missed."""

from diagnostic.measure.constats.statement_facts import (
    find_editions,
    list_actors,
    list_members,
    refuse,
    report,
    tell_among,
)
from diagnostic.measure.liens.references import P_MIN_ALERT
from diagnostic.measure.liens.relays import CASES as RELAY_CASES
from diagnostic.measure.liens.silos import CHAMPS_OPPOSES
from diagnostic.vocabulary.formats import count_words, format_number, format_share

NO_LINK = "aucun lien déclaré (feuille liens)"
LINKED = ("acteur qui a un lien déclaré", "acteurs qui ont un lien déclaré")
FEW_EXPECTED = 5  # links between champs: below, one link more or less changes what the figure says
FEW_LINKED = 10  # actors that have a link: below, one is always a large part of the network
JOINED = "paires d'acteurs qui se rejoignent aujourd'hui"
NAMED = {"social": "social", "developpement_local": "du développement local"}


def compare_with_chance(tables, results, seuils):
    """Links between champs over those that links spread at random would give, mixed actors left out.

    Not measured where fewer than FEW_EXPECTED links between champs are expected, nor where even the rarest case that labels dealt
    at random can give is no rare one (`references.compare_references`, `p_min` over 0.05). The sentence gives the ratio under the
    other scenarios for mixed actors, and when one category at a time changes champ.
    """
    row = results["silos"].set_index("mixte").loc["exclu"]
    if not row["nb_externes_attendu"] > 0 or row["ratio_externes"] != row["ratio_externes"]:
        reason = row["raison_absence"] or "aucun lien possible entre les deux champs"
        return refuse(reason if "feuille" in reason else f"{reason} (feuilles acteurs, colonne champ, et liens)")
    expected = format_number(row["nb_externes_attendu"], 1)
    few = ""
    if row["nb_externes_attendu"] < FEW_EXPECTED:
        few = f"{expected} attendus d'un champ à l'autre, il en faut {FEW_EXPECTED}"
    elif _is_hardly_rare(results["references"]):
        few = "même le cas le plus rare que donne le hasard ne l'est pas"
    if few:
        return refuse(f"trop peu de liens : {few} (feuilles acteurs, colonne champ, et liens)")
    verb = "relient" if row["nb_externes"] >= 2 else "relie"
    would = "seraient attendus" if row["nb_externes_attendu"] >= 2 else "serait attendu"
    phrase = (
        f"Sur {count_words(row['nb_liens'], 'lien déclaré', 'liens déclarés')} entre acteurs des deux champs, "
        f"{format_number(row['nb_externes'])} {verb} un champ à l'autre ; {expected} {would} si les mêmes liens étaient répartis au hasard "
        f"entre les paires, sans égard aux distances (rapport {format_number(row['ratio_externes'], 2)}{_tell_ranges(results)})"
    )
    return report(phrase, row["nb_externes"], row["nb_externes_attendu"])


def _is_hardly_rare(references):
    """Say whether the fewest links between champs that labels dealt at random can give are themselves no rare case."""
    rows = references[(references["mixte"] == "exclu") & (references["hypothese"] == "etiquettes")]
    return bool((rows["p_min"] > P_MIN_ALERT).any())


def _tell_ranges(results):
    """Return how far the ratio goes under the other scenarios for mixed actors and under other conventions of champs, in words."""
    mixed, flips = results["silos"]["ratio_externes"], results["conventions_resume"].set_index("mesure").loc["ratio_externes"]
    ranges = [
        (mixed.min(), mixed.max(), "selon le champ donné aux acteurs mixtes"),
        (flips["min_categories"], flips["max_categories"], "si une catégorie change de champ"),
    ]
    told = [f" ; de {format_number(low, 2)} à {format_number(high, 2)} {words}" for low, high, words in ranges if low < high]
    return "".join(told)


def find_isolated(tables, results, seuils):
    """Actors without any declared link, among those that answered the survey or have one.

    Without a link nor an answer, nobody asked nor was told: such an actor is counted apart, never as isolated.
    """
    positions = results["positions"]
    if not len(positions) or positions["isole"].all():
        return refuse(NO_LINK)
    members = list_members(results)
    members = members[members["acteur_id"].isin(positions.index)]
    linkless = members["acteur_id"].map(positions["isole"]).astype(bool)
    answered = members.reindex(columns=["a_repondu"])["a_repondu"].astype(object).eq("oui")
    if not answered.any():
        return refuse("aucun acteur n'est dit avoir répondu à l'enquête (feuille acteurs, colonne a_repondu)")
    alone, known, silent = members[linkless & answered], int((answered | ~linkless).sum()), int((linkless & ~answered).sum())
    nouns = tuple(f"{noun} à l'enquête ou {have} un lien déclaré" for noun, have in (
        ("acteur qui a répondu", "a"), ("acteurs qui ont répondu", "ont")
    ))  # fmt: skip
    phrase = tell_among(len(alone), known, nouns, ("n'a aucun lien déclaré", "n'ont aucun lien déclaré"))
    others = count_words(silent, "autre, sans lien, n'a pas répondu", "autres, sans lien, n'ont pas répondu")
    phrase += f" ; {others} : on ne sait pas" if silent else ""
    return report(phrase, len(alone), known, list_actors(alone, "a répondu, aucun lien déclaré"))


def find_go_betweens(tables, results, seuils):
    """Actors that the network shows between a social and a local actor, crossed with those that say they make the link.

    `relays.compare_relays` says which; without any actor of one of the champs, nobody can be between both.
    """
    table = results["positions"]
    if not len(table) or table["isole"].all():
        return refuse(NO_LINK)
    members = list_members(results)
    for champ in CHAMPS_OPPOSES:
        if not members["champ"].eq(champ).any():
            return refuse(f"aucun acteur {NAMED[champ]} dans le réseau (feuille acteurs, colonne champ)")
    known = table["observe"].notna()
    seen = table["observe"].fillna(False).astype(bool)
    alone = table["declare"].eq("oui") & known & ~seen
    words = dict(RELAY_CASES.values())
    named = members[members["acteur_id"].isin(table.index[seen | alone])]
    details = named["acteur_id"].map(table["cas"]).map(words).astype(object)
    nouns = ("acteur dont la position est connue", "acteurs dont la position est connue")
    verbs = tuple(f"{be} entre un acteur social et un acteur du développement local" for be in ("est", "sont"))
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
    """Actors whose leaving would cut off at least a share of the pairs of others that can be joined today."""
    positions = results["positions"]
    linked = positions[~positions["isole"].astype(bool)] if len(positions) else positions
    if not len(linked):
        return refuse(NO_LINK)
    if len(linked) < FEW_LINKED:
        few = count_words(len(linked), *LINKED)
        return refuse(f"trop peu de liens : {few}, il en faut {FEW_LINKED} (feuille liens)")
    members = list_members(results)
    lost = positions["perte_paires"].dropna()
    lost = lost[(lost > 0) & (lost >= seuils["seuil_fragilite"])]
    details = lost.map(lambda share: f"{format_share(share, 1)} des {JOINED} ne se rejoindraient plus")
    least = format_share(seuils["seuil_fragilite"])
    verbs = tuple(f"{word}, en partant, {least} au moins des {JOINED}" for word in ("séparerait", "sépareraient"))
    named = members[members["acteur_id"].isin(lost.index)]
    phrase = tell_among(len(named), len(linked), LINKED, verbs)
    return report(phrase, len(named), len(linked), list_actors(named, named["acteur_id"].map(details).astype(object)))
