"""The plan of the plea: two pages for elected officials, in counts and plain words, from the tables of the publique edition."""

import re

from diagnostic.draw.report_pieces import bullets, cite_sources, note
from diagnostic.draw.report_statements import name_levers
from diagnostic.draw.report_tables import make_table
from diagnostic.vocabulary.formats import count_words, format_number, join_words

# What is told of what separates and of what already unites, the first that hold, in this order.
SEPARATIONS = [
    "silos_champs",
    "dispositifs_sans_acteur_commun",
    "dispositifs_un_seul_champ",
    "dispositifs_sans_habitants",
    "financeurs_absents_emergence",
    "financements_courts",
    "silos_themes",
    "silos_publics",
    "diagnostics_sans_suite",
    "fonctionnement_rare",
]
SUPPORTS = [
    "dispositifs_mixtes",
    "themes_facilitateurs",
    "lieux_pivots",
    "associations_engagees",
    "investissements_a_plusieurs",
]
DIVIDED = "ressorts_discordants"
MOST_SEPARATIONS, MOST_SUPPORTS, MOST_LEVERS, MOST_TERRITORIES = 4, 3, 9, 8
# A ratio tells an elected official nothing that the two counts beside it do not.
RATIO = re.compile(r"\s*\(rapport [^)]*\)")
PLAIN = {"EPCI": "intercommunalités"}


def plan_plea(shown):
    """Return {part: blocks} of the plea: interlocuteurs, separations, appuis, leviers, prudence.

    Parameters
    ----------
    shown : dict, tables of the publique edition (`couts` among them); rows of another edition are left out if there are any
    """
    table = shown["constats"]
    table = table[table["edition"].eq("publique") & table["etat"].eq("constate")].set_index("constat")
    separating = [name for name in SEPARATIONS if name in table.index][:MOST_SEPARATIONS]
    supporting = [name for name in SUPPORTS if name in table.index][:MOST_SUPPORTS]
    divided = [name for name in [DIVIDED] if name in table.index]
    parts = {
        "interlocuteurs": _plan_interlocutors(shown, [tell_plainly(table.at[name, "phrase"]) for name in divided]),
        "separations": [
            bullets([*(tell_plainly(table.at[name, "phrase"]) for name in separating), *tell_seats(shown["couts"])])
        ],
        "appuis": [bullets(tell_plainly(table.at[name, "phrase"]) for name in supporting)],
        "leviers": [bullets(choose_levers(table, [*divided, *separating]), "cases")],
        "prudence": [note(line) for line in _tell_limits(shown)],
    }
    unknown = note(
        "Rien n'a été constaté ici avec les données du dossier ; ce qui n'est pas renseigné n'est pas absent."
    )
    return {part: [block for block in blocks if block] or [unknown] for part, blocks in parts.items()}


def tell_plainly(sentence):
    """Return a sentence of a statement without its ratio, EPCI in full.

    >>> tell_plainly("Sur 25 EPCI, 8 (32 %) sont partagés (rapport 0,43 ; de 0,4 à 0,6).")
    'Sur 25 intercommunalités, 8 (32 %) sont partagées.'
    """
    told = RATIO.sub("", sentence).removesuffix(" : voir les fiches ressorts.")
    told = told if told.endswith(".") else f"{told}."
    told = re.sub(
        r"\b(est|sont) partagé(s?)\b",
        r"\1 partagée\2",
        told.replace(" EPCI couverts", " EPCI").replace(" EPCI couvert", " EPCI"),
    )
    for word, plain in PLAIN.items():
        told = re.sub(rf"\b1 {word}\b", f"1 {plain.removesuffix('s')}", told)
        told = re.sub(rf"\b{word}\b", plain, told)
    return told


def _plan_interlocutors(shown, divided):
    rows, costs = shown["territoires_resume"], shown["couts"]
    epci = rows[rows["type"] == "epci"]
    texts = [*_tell_units(shown, rows, costs), *tell_meetings(costs), *divided]
    columns = [
        ("nom", "Intercommunalité", "texte", 6),
        ("population", "Habitants", "nombre", 2),
        ("nb_interlocuteurs", "Interlocuteurs", "nombre", 2.2),
        ("nb_partages", "Découpages qui la partagent", "nombre", 2.6),
    ]
    first = epci.assign(nb_partages=costs["partages"]).sort_values(["nb_interlocuteurs", "nom"], ascending=[False, True])
    legend = (
        f"Les intercommunalités qui ont le plus d'interlocuteurs ({min(len(first), MOST_TERRITORIES)} sur {len(first)})"
    )
    source = cite_sources(shown, "ressorts")
    return [
        bullets(texts),
        make_table(first.head(MOST_TERRITORIES), columns, legende=legend, feuille="territoires_resume", source=source),
    ]


def list_layers(shown):
    """Return the columns that count the units of each layer of interlocutors, the EPCI themselves left out."""
    return shown["couts"]["colonnes"]


def _tell_units(shown, rows, costs):
    if "perimetre" not in rows.index:
        return []
    whole, labels = rows.loc["perimetre"], shown["couches"]["libelle"]
    named = [
        f"{format_number(whole[name])} pour « {labels[name.removeprefix('nb_unites ')]} »"
        for name in costs["colonnes"]
        if whole[name] > 0
    ]
    place = f"{count_words(whole['nb_communes'], 'commune')} et {count_words(whole['population'], 'habitant')}"
    if not named:
        return []
    total = count_words(costs["nb_interlocuteurs"], "interlocuteur")
    return [f"Pour {place}, {total} en plus des intercommunalités : {join_words(named, len(named))}."]


def tell_meetings(costs):
    """Return what meeting every interlocutor once asks, against one interlocutor a layer (`couts` of an edition): no forecast."""
    if not costs["nb_reunions_moins"]:
        return []
    told = f"Si chacune des {costs['nb_epci']} intercommunalités rencontrait une fois chacun de ces interlocuteurs"
    told += f", il faudrait {count_words(costs['nb_reunions'], 'réunion')}"
    least = f"avec un seul interlocuteur par découpage, {format_number(costs['nb_reunions_moins'])} suffiraient"
    more = costs["nb_evitables"]
    return [
        f"{told} ; {least}, soit {count_words(more, 'réunion')} de moins."
        if more
        else f"{told}, une par découpage : c'est le moins possible."
    ]


def tell_seats(costs):
    """Return how many seats the instances ask for, and of how many structures (`couts` of an edition)."""
    if not costs["nb_sieges"]:
        return []
    several = costs["nb_membres_plusieurs"]
    asked = "demande" if costs["nb_instances"] < 2 else "demandent"
    told = f"{count_words(costs['nb_instances'], 'instance')} (comités de pilotage, comités techniques...) {asked}"
    told += f" {count_words(costs['nb_sieges'], 'siège')}"
    sits = "siège" if several < 2 else "siègent"
    told += f" à {count_words(costs['nb_membres'], 'structure')} ; {format_number(several)} {sits} dans plusieurs"
    return [f"{told} (membres montrés dans cette édition)."]


def choose_levers(table, names):
    """Return the levers of the guide of some statements, one of each in turn, each once."""
    lists = [name_levers(table.at[name, "leviers"]) for name in names]
    deepest = max(map(len, lists), default=0)
    turns = [levers[rank] for rank in range(deepest) for levers in lists if rank < len(levers)]
    return list(dict.fromkeys(turns))[:MOST_LEVERS]


def _tell_limits(shown):
    told = [f"Inventaire non exhaustif : {shown['mentions']['couverture']}. Une case vide n'est pas une absence."]
    if any(shown["mentions"]["fictif"].values()):
        told.append("FICTIF : une partie des données est inventée pour l'exemple.")
    return [*told, cite_sources(shown, "carte")]
