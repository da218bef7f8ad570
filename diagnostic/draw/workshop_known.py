"""What a dossier already knows of each question of OUTIL 4, in a sentence with its counts: what who facilitates may say first."""

from diagnostic.draw.style import CHAMP_LABELS
from diagnostic.draw.workshop_cards import order_dispositifs
from diagnostic.vocabulary.formats import count_words, join_words

MOST_NAMES = 6


def tell_known(numbered, shown):
    """Return {code of a question: sentence}; a question of which the edition knows nothing has none.

    Parameters
    ----------
    numbered : DataFrame (`workshop_actors.number_actors`)
    shown : dict, tables of an edition
    """
    told = {
        "Q1": _tell_perimeter(shown["communes"]), "Q2": _tell_devices(shown), "Q3": _tell_actors(numbered, shown),
        "Q4": _tell_links(numbered, shown), "Q5": _tell_networks(shown),
    }  # fmt: skip
    return {code: text for code, text in told.items() if text}


def _tell_perimeter(communes):
    if not len(communes):
        return ""
    names = communes["epci_nom"].dropna().unique()
    people = communes["population"].sum()
    where = f", dans {count_words(len(names), 'intercommunalité')} ({join_words(names, MOST_NAMES)})" if len(names) else ""
    return f"{count_words(len(communes), 'commune')}, {count_words(people, 'habitant')}{where}."


def _tell_devices(shown):
    devices = order_dispositifs(shown)
    if not len(devices):
        return ""
    known = shown["listes"]["dispositifs"]["libelle"]
    kinds = [f"{known.get(code, code)} ({number})" for code, number in devices["type"].value_counts().items()]
    cards = f"cartes D1 à D{len(devices)}" if len(devices) > 1 else "carte D1"
    return f"{count_words(len(devices), 'dispositif ou action', 'dispositifs et actions')} ({cards}) : {join_words(kinds, MOST_NAMES)}."


def _tell_actors(numbered, shown):
    if not len(numbered):
        return ""
    champs = [f"{CHAMP_LABELS[champ]} ({number})" for champ, number in numbered["champ"].value_counts().items()]
    told = f"{count_words(len(numbered), 'acteur numéroté', 'acteurs numérotés')} : {join_words(champs, MOST_NAMES)}."
    joined = shown["participations"]
    joined = joined[joined["acteur_id"].isin(numbered["acteur_id"])]
    if len(joined):
        inside = count_words(joined["acteur_id"].nunique(), "prend part", "prennent part")
        told += f" {inside} à {count_words(joined['dispositif_id'].nunique(), 'dispositif')}."
    return told


def _tell_links(numbered, shown):
    links = shown["liens"]
    links = links[links["source_id"].isin(numbered["acteur_id"]) & links["cible_id"].isin(numbered["acteur_id"])]
    if not len(links):
        return ""
    known = shown["listes"]["types_lien"]["libelle"]
    kinds = [f"{known.get(code, code)} ({number})" for code, number in links["type"].dropna().value_counts().items()]
    ends = {*links["source_id"], *links["cible_id"]}
    alone = len(numbered) - len(ends)
    told = f"{count_words(len(links), 'lien connu', 'liens connus')} : {join_words(kinds, MOST_NAMES)}."
    return f"{told} {count_words(alone, 'acteur', 'acteurs')} de la carte sans lien connu." if alone else told


def _tell_networks(shown):
    networks, members = shown["reseaux"], shown["adhesions"]
    if not len(networks):
        return ""
    scales = shown["listes"]["echelles"]["libelle"]
    kinds = [f"{scales.get(code, code)} ({number})" for code, number in networks["echelle"].dropna().value_counts().items()]
    told = f"{count_words(len(networks), 'réseau', 'réseaux')}"
    if kinds:
        told += f" : {join_words(kinds, MOST_NAMES)}"
    number = members["acteur_id"].nunique()
    return f"{told} ; {count_words(number, 'acteur y adhère', 'acteurs y adhèrent')}." if number else f"{told}."
