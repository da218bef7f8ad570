"""The sheets of a workshop that are text: links, facilitation, a form a partner.

Each function returns the blocks of a document (`draw.report_pieces`), which the group may change in its own word processor.
"""

import pandas as pd

from diagnostic.draw.report_pieces import bullets, note, phrase, title
from diagnostic.draw.report_tables import format_cell, shorten_text, typeset
from diagnostic.schema import is_imported
from diagnostic.vocabulary import read_vocabulary
from diagnostic.vocabulary.formats import count_words, format_number, join_words

BLANK_LINES, FORM_BLANKS, MOST_KNOWN = 18, 4, 8
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
    """Return the sheet of links: all those known between two numbered actors, each pair once, to confirm; then lines to fill.

    A pair is told under its lower number, and so with the intercommunalité of that actor: each table finds its own.

    Parameters
    ----------
    numbered : DataFrame numero, acteur_id, nom, epci
    liens : DataFrame of an edition: source_id, cible_id, type, oriente
    types : DataFrame, index the codes of the types of links, column libelle
    """
    pairs = list_pairs(numbered, liens, types)
    headings, widths = ["N° et nom", "N° et nom", "Lien", "Encore vrai ?", "Ce qu'ils font ensemble"], [4.2, 4.2, 2.8, 2.6, 3.2]
    blocks = [phrase("Qui travaille avec qui, et comment ? Les numéros sont ceux de la carte et de l'index.")]
    if len(pairs):
        number = int(pairs["nombre"].sum())
        pair = count_words(len(pairs), "paire d'acteurs", "paires d'acteurs")
        blocks.append(title(f"Ce que l'inventaire dit déjà ({count_words(number, 'lien')}, {pair})", 2))
        blocks.append(note(
            "Chaque paire une fois, à l'intercommunalité de son plus petit numéro : n'imprimez que les pages de la table. "
            "Un lien absent de cette liste n'est pas un lien qui n'existe pas."
        ))  # fmt: skip
        for place, part in pairs.groupby("epci", sort=False):
            lines = [[row.premier, row.second, row.lien, f"{BOX} oui  {BOX} non", ""] for row in part.itertuples()]
            name = f"{place or 'Sans intercommunalité connue'} ({count_words(len(part), 'paire')})"
            blocks += [title(name, 3), make_grid(headings, lines, widths, f"Liens connus, à confirmer : {name}")]
    blocks.append(title("Ce que le groupe ajoute", 2))
    kinds = f"Types : {join_words(types['libelle'].tolist(), 12)}." if len(types) else ""
    blocks += [note(kinds)] if kinds else []
    headings = ["N°", "N°", "Type de lien", "Sens (→, ←, ↔)", "Sur quel sujet, depuis quand"]
    blocks.append(make_grid(headings, [[" "] * 5] * BLANK_LINES, [1.6, 1.6, 4.4, 2.6, 6.8], "Liens à ajouter", height=HAND))
    blocks.append(note("À recopier dans le classeur de corrections, par leurs numéros : ajouter, liens, « 84 / 12 / Co-pilote »."))
    return blocks


def list_pairs(numbered, liens, types):
    """Return one row a pair of linked actors, by their numbers: epci (of the first), premier, second, lien (in words), nombre.

    A link with a direction is told with an arrow, from the first or to it.
    """
    people = numbered.drop_duplicates("acteur_id").set_index("acteur_id")
    rows = liens[liens["source_id"].isin(people.index) & liens["cible_id"].isin(people.index)]
    ends = pd.DataFrame({name: rows[name].map(people["numero"]).astype(int) for name in ("source_id", "cible_id")})
    first, last = ends.min(axis=1), ends.max(axis=1)
    way = rows["oriente"].astype("boolean").fillna(False) if "oriente" in rows else pd.Series(False, index=rows.index)
    arrow = pd.Series(" →", index=rows.index).where(ends["source_id"] == first, " ←").where(way.astype(bool), "")
    told = rows["type"].map(lambda code: label_code(types, code)) + arrow
    grouped = pd.DataFrame({"a": first, "b": last, "lien": told}).groupby(["a", "b"])["lien"]
    pairs = grouped.agg(lambda cells: " ; ".join(dict.fromkeys(cells))).to_frame().assign(nombre=grouped.size()).reset_index()
    called = people.set_index("numero")
    named = called.index.astype(str) + "  " + called["nom"]
    names = dict(zip(called.index, named, strict=True))
    places = called["epci"] if "epci" in called else pd.Series("", index=called.index)
    return pairs.assign(epci=pairs["a"].map(places).fillna(""), premier=pairs["a"].map(names), second=pairs["b"].map(names))


def plan_facilitation(finalite, answers, known=None):
    """Return the facilitation sheet: the questions of OUTIL 4 in the words of the guide, what is known, what to have on the table.

    Parameters
    ----------
    finalite : str, the purpose of the map; "" when it is not said
    answers : DataFrame question_id (Q0...), reponse, the sheet questions; an edition may hold none
    known : dict of code -> sentence, optional: what the dossier holds (`workshop_known.tell_known`)
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
        said, held = given.get(row.code) or "", (known or {}).get(row.code, "")
        told = [shorten_text(said, 400) if said else "", f"Dans l'inventaire : {held}" if held else ""]
        blocks += [
            title(f"{row.code}. {row.question}", 2),
            note(f"Environ {MINUTES[row.code]} minutes. Sur la table : {MATERIAL[row.code]}."),
            phrase(f"Ce que l'on sait déjà : {' '.join(filter(None, told)) or f'rien d’écrit, {UNDECIDED}.'}"),
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
