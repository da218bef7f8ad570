"""The sheets of a workshop that are text: links, facilitation, a form a partner.

Each function returns the blocks of a document (`draw.report_pieces`), which the group may change in its own word processor.
"""

import pandas as pd

from diagnostic.draw.report_pieces import bullets, note, phrase, title
from diagnostic.draw.report_tables import format_cell, shorten_text, typeset
from diagnostic.schema import is_imported
from diagnostic.vocabulary import read_vocabulary
from diagnostic.vocabulary.formats import count_words, format_number, join_words

BLANK_LINES, FORM_BLANKS, MOST_LINKS, MOST_KNOWN = 18, 4, 40, 8
BOX = "☐"
HAND = 0.9  # centimetres
# Minutes of each question in two hours and a half: our proposal, to be changed on the sheet.
MINUTES = {"Q0": 15, "Q1": 10, "Q2": 30, "Q3": 40, "Q4": 35, "Q5": 15}
MATERIAL = {
    "Q0": "une grande feuille ; la phrase reste affichée", "Q1": "fond vierge A0 ; un feutre pour le contour",
    "Q2": "cartes de dispositifs, cartes vierges", "Q3": "acteurs numérotés et leur index, cartes d'acteurs, gommettes",
    "Q4": "fil ou feutres, fiche des liens", "Q5": "le bord de la carte, ou une feuille par échelle",
}  # fmt: skip
UNDECIDED = "à remplir ensemble"


def make_grid(headings, lines, widths, legend, *, height=None):
    """Return a table block that is not numbered and may go on to the next page.

    Parameters
    ----------
    headings : list of str
    lines : list of list of str, cut to what a cell holds
    widths : list of float, centimetres
    legend : str, what a reader who does not see the table is told
    height : float, optional, the least height of a line in centimetres: HAND where a hand writes
    """
    cells = [[typeset(shorten_text(cell, 700)) for cell in line] for line in lines]
    return {
        "genre": "tableau", "legende": typeset(legend), "entetes": [typeset(heading) for heading in headings], "lignes": cells,
        "largeurs": widths, "droites": [False] * len(headings), "reste": "", "source": "\u00a0", "numero": False, "coupe": True,
    } | ({} if height is None else {"hauteur": height})  # fmt: skip


def plan_links(numbered, liens, types):
    """Return the sheet of links: those known between two numbered actors, to confirm; then lines to fill.

    Parameters
    ----------
    numbered : DataFrame numero, acteur_id, nom
    liens : DataFrame of an edition: source_id, cible_id, type, oriente
    types : DataFrame, index the codes of the types of links, column libelle
    """
    people = numbered.drop_duplicates("acteur_id").set_index("acteur_id")
    known = liens[liens["source_id"].isin(people.index) & liens["cible_id"].isin(people.index)]
    order = known.assign(rang=known["source_id"].map(people["numero"])).sort_values(["rang", "cible_id"], kind="stable")
    lines = [
        [f"{people.at[row.source_id, 'numero']}  {people.at[row.source_id, 'nom']}",
         f"{people.at[row.cible_id, 'numero']}  {people.at[row.cible_id, 'nom']}", label_code(types, row.type), f"{BOX} oui  {BOX} non", ""]
        for row in order.head(MOST_LINKS).itertuples()
    ]  # fmt: skip
    left = len(order) - len(lines)
    headings, widths = ["N° et nom", "N° et nom", "Lien", "Encore vrai ?", "Ce qu'ils font ensemble"], [4.2, 4.2, 2.8, 2.6, 3.2]
    blocks = [phrase("Qui travaille avec qui, et comment ? Les numéros sont ceux de la carte et de l'index.")]
    if lines:
        blocks.append(title(f"Ce que l'inventaire dit déjà ({count_words(len(order), 'lien')})", 2))
        blocks.append(make_grid(headings, lines, widths, "Liens connus, à confirmer"))
        rest = f"{count_words(left, 'lien')} de plus dans le classeur, feuille « Liens »." if left else ""
        blocks.append(note(f"{rest} Un lien absent de cette liste n'est pas un lien qui n'existe pas.".strip()))
    blocks.append(title("Ce que le groupe ajoute", 2))
    kinds = f"Types : {join_words(types['libelle'].tolist(), 12)}." if len(types) else ""
    blocks += [note(kinds)] if kinds else []
    headings = ["N°", "N°", "Type de lien", "Sens (→, ←, ↔)", "Sur quel sujet, depuis quand"]
    blocks.append(make_grid(headings, [[" "] * 5] * BLANK_LINES, [1.6, 1.6, 4.4, 2.6, 6.8], "Liens à ajouter", height=HAND))
    blocks.append(note("À recopier dans la feuille liens de l'inventaire, ou dans le classeur de corrections."))
    return blocks


def plan_facilitation(finalite, answers):
    """Return the facilitation sheet: the questions of OUTIL 4 in the words of the guide, what is known, what to have on the table.

    Parameters
    ----------
    finalite : str, the purpose of the map; "" when it is not said
    answers : DataFrame question_id (Q0...), reponse, the sheet questions; an edition may hold none
    """
    questions = read_vocabulary("questions")
    said = answers.dropna(subset=["question_id", "reponse"]) if "reponse" in answers else answers.iloc[:0]
    given = dict(zip(said.get("question_id", []), said.get("reponse", []), strict=True)) | ({"Q0": finalite} if finalite else {})
    total = sum(MINUTES.values())
    blocks = [
        phrase("Les questions sont celles de l'OUTIL 4 du guide (Cap Rural, 2023) : un préalable, puis quatre questions et les réseaux."),
        note(f"Durées : une proposition du logiciel ({total // 60} h {total % 60:02d} en tout), à changer selon le groupe."),
    ]
    for row in questions.itertuples():
        known = given.get(row.code) or ""
        blocks += [
            title(f"{row.code}. {row.question}", 2),
            note(f"Environ {MINUTES[row.code]} minutes. Sur la table : {MATERIAL[row.code]}."),
            phrase(f"Ce que l'on sait déjà : {shorten_text(known, 400) if known else f'rien d’écrit, {UNDECIDED}.'}"),
            phrase(f"Ce que l'on cherche à garder : {row.reponse_attendue}."),
            make_grid(["Ce que dit le groupe", "Ce qui n'est pas tranché"], [[" ", " "]] * 2, [10, 7], row.code, height=HAND),
        ]  # fmt: skip
    blocks += [
        title("Avant de se quitter", 2),
        bullets([
            "Photographier la carte, la légende et chaque fiche.", "Dire qui recopie (classeur de corrections), et pour quand.",
            "Noter les désaccords tels quels : ils se décident à froid, jamais en recopiant.",
            "Ne noter aucun nom de personne, aucun jugement sur quelqu'un : des structures seulement.",
        ], "cases"),
    ]  # fmt: skip
    return [block for block in blocks if block]


def plan_form(actor, facts, links, devices):
    """Return the form of one partner, on a page: what is known of it, room to correct, and what it alone can say.

    Parameters
    ----------
    actor : dict nom, acteur_id, numero
    facts : list of (label, what is known, "" when nothing is)
    links : list of str, those it is linked to, in words
    devices : list of str, those it takes part in, in words
    """
    lines = [[label, known or "—", " "] for label, known in facts]
    return [
        phrase("Voici ce que l'inventaire dit de vous. Corrigez à droite ; laissez vide ce qui est juste. Une page, dix minutes."),
        make_grid(["", "Ce que nous avons", "Votre correction"], lines, [3.4, 6.8, 6.8], "Ce que nous savons", height=HAND),
        phrase(f"Vos dispositifs : {_enumerate(devices)}."),
        phrase(f"Vous travaillez avec : {_enumerate(links)}."),
        make_grid(["Avec qui d'autre travaillez-vous ?", "Sur quoi", "Depuis quand"], [[" "] * 3] * FORM_BLANKS, [6.5, 7, 3.5], "Liens",
                  height=HAND),
        phrase("Qui manque, selon vous, autour de la table ?"),
        make_grid(["Structure", "Pourquoi"], [[" ", " "]] * 2, [6.5, 10.5], "Manques", height=HAND),
        bullets(["Tout est juste.", "Ces informations peuvent être montrées au public.", "Aux partenaires seulement."], "cases"),
        note("Rempli par (la structure, pas une personne) : .............................. Le : ............"),
        note(f"Réf. {actor['acteur_id']}, n° {actor['numero']} de la carte. À rendre à qui vous l'a donné. Case vide : rien n'est changé."),
    ]  # fmt: skip


FACTS = {
    "categorie": "Catégorie", "commune": "Commune", "territoires": "Territoires", "themes": "Thèmes", "publics": "Publics",
    "echelle_reseau": "Échelle du réseau", "capacite": "Capacité", "date_maj": "Mis à jour le",
}  # fmt: skip
LISTS = {"themes": "themes", "publics": "publics", "echelle_reseau": "echelles", "categorie": "categories"}


def list_partners(numbered, shown):
    """Return what `plan_form` takes for each partner: the numbered actors in the network, those of an import apart.

    Parameters
    ----------
    numbered : DataFrame (`workshop_actors.number_actors`)
    shown : dict, tables of an edition: a form says what this edition may say, and nothing else

    Returns
    -------
    list of dict actor, facts, links, devices
    """
    actors = shown["acteurs"].drop_duplicates("acteur_id").set_index("acteur_id")
    linked = {*shown["liens"]["source_id"], *shown["liens"]["cible_id"], *shown["participations"]["acteur_id"]}
    imported = is_imported(actors)
    kept = numbered[numbered["acteur_id"].isin(linked & set(actors.index[~imported]))]
    names, devices = actors["nom"].to_dict(), shown["dispositifs"].drop_duplicates("dispositif_id").set_index("dispositif_id")["nom"]
    ends = pd.concat([
        shown["liens"][["source_id", "cible_id", "type"]].set_axis(["acteur_id", "autre", "type"], axis=1),
        shown["liens"][["cible_id", "source_id", "type"]].set_axis(["acteur_id", "autre", "type"], axis=1),
    ])  # fmt: skip
    ends = ends[ends["autre"].isin(actors.index)].drop_duplicates(["acteur_id", "autre"])
    with_whom = ends.assign(mot=ends["autre"].map(names)).groupby("acteur_id")["mot"].agg(list)
    inside = shown["participations"].assign(mot=shown["participations"]["dispositif_id"].map(devices)).dropna(subset="mot")
    inside = inside.drop_duplicates(["acteur_id", "mot"]).groupby("acteur_id")["mot"].agg(list)
    territories = shown["territoires"]["nom"]
    partners = []
    for row in kept.itertuples():
        facts = [(label, _tell_fact(actors.at[row.acteur_id, name], name, shown["listes"], territories))
                 for name, label in FACTS.items() if name in actors]  # fmt: skip
        actor = {"nom": row.nom, "acteur_id": row.acteur_id, "numero": row.numero}
        partners.append({
            "actor": actor, "facts": facts, "links": with_whom.get(row.acteur_id, []), "devices": inside.get(row.acteur_id, []),
        })  # fmt: skip
    return partners


def _tell_fact(cell, name, lists, territories):
    if name == "territoires" and isinstance(cell, tuple | list):
        return ", ".join(territories.get(code, territories.get(f"epci:{code}", code)) for code in cell)
    listed = lists.get(LISTS.get(name, ""))
    if isinstance(cell, tuple | list):
        return ", ".join(label_code(listed, code) if listed is not None else code for code in cell)
    if name == "date_maj":
        return "" if pd.isna(cell) else format_cell(cell, "date")
    if cell is None or cell != cell:
        return ""
    return label_code(listed, cell) if listed is not None else format_number(cell) if name == "capacite" else str(cell)


def label_code(listed, code):
    """Return the label of a code of a list, the code itself when it is not there, — when there is none."""
    if not isinstance(code, str):
        return "—"
    return listed["libelle"].get(code, code)


def _enumerate(words):
    return join_words(words, MOST_KNOWN) if words else "rien d'écrit"
