"""The sheets of common language: what each sphere hears in a word, experiences to share, professions that bridge the two spheres.

Each function returns the blocks of a document (`draw.report_pieces`).
"""

import pandas as pd

from diagnostic.draw.report_pieces import bullets, note, phrase, title
from diagnostic.draw.style import CHAMP_LABELS
from diagnostic.draw.workshop_plans import HAND, UNDECIDED, make_grid
from diagnostic.vocabulary import normalize_label, read_vocabulary
from diagnostic.vocabulary.formats import count_words, join_words

PARTS = {
    "contexte": "D'où l'on est parti", "demarche": "Ce qui a été fait", "resultats": "Ce que cela a changé",
    "difficultes": "Ce qui a été difficile", "conseils": "Ce qu'on conseillerait à d'autres",
}  # fmt: skip
KINDS = {"temoignage": "Témoignage", "fiche_experience": "Fiche expérience"}


def plan_language(glossaire_local):
    """Return the sheet of common language: each word, what each sphere hears in it, the guide's own definition beside, the sense kept.

    Parameters
    ----------
    glossaire_local : DataFrame terme, sphere, entend, sens_retenu; empty in an edition that may not hold it, or when nobody filled it
    """
    guide = read_vocabulary("glossaire")
    blocks = [
        phrase("Un même mot ne dit pas la même chose à tous. Chacun écrit ce qu'il y entend ; le groupe note ensuite le sens retenu."),
    ]
    words = glossaire_local.drop_duplicates("terme")["terme"].tolist() if len(glossaire_local) else []
    for word in words:
        rows = glossaire_local[glossaire_local["terme"] == word]
        lines = [[CHAMP_LABELS.get(row.sphere, str(row.sphere)), str(row.entend)] for row in rows.itertuples()]
        heard = make_grid(["Qui", "Ce qu'il y entend"], [*lines, [" ", " "]], [4.5, 12.5], f"« {word} » selon chacun", height=HAND)
        blocks += [title(word, 2), heard]
        blocks += [phrase(f"Le guide : {text}") for text in _define(guide, word)]
        kept = rows["sens_retenu"].dropna()
        blocks.append(phrase(f"Sens retenu : {kept.iloc[0]}" if len(kept) else f"Sens retenu : {UNDECIDED}."))
    blocks.append(title("Les mots du guide" if words else "Pour commencer : les mots du guide", 2))
    left = guide[~guide["terme"].map(normalize_label).isin([normalize_label(word) for word in words])]
    lines = [[row.terme, f"{row.definition} ({row.auteur})", " ", " "] for row in left.itertuples()]
    headings = ["Mot", "Définition du guide", "Vu du social", "Vu du développement local"]
    blocks.append(make_grid(headings, lines, [2.8, 6.2, 4, 4], "Mots du guide", height=1.6))
    blocks.append(note("À recopier dans la feuille glossaire_local : une ligne par mot et par sphère."))
    return [block for block in blocks if block]


def plan_experiences(experiences, names):
    """Return the experiences told, then a blank sheet.

    Parameters
    ----------
    experiences : DataFrame (table `experiences` of an edition): out of the edition interne, which alone has `accord`, those that the
        structure agreed to share
    names : dict of str -> str, the names of actors and dispositifs by their identifiers
    """
    blocks = []
    for row in experiences.to_dict("records"):
        where = [names.get(code, code) for name in ("acteurs", "dispositifs") for code in _as_tuple(row.get(name))]
        heading = title(f"{KINDS.get(row.get('type'), 'Expérience')} : {row['titre']}", 2)
        blocks += [heading, phrase(f"Avec : {join_words(where)}.") if where else None]
        blocks += [phrase(f"« {row['citation']} »")] if _said(row.get("citation")) else []
        blocks += [_tell_part(label, row.get(name)) for name, label in PARTS.items()]
        blocks.append(note(f"Source : {row['source']}.") if _said(row.get("source")) else None)
        if "accord" in row and row["accord"] is not True:
            blocks.append(note("La structure n'a pas dit son accord : à ne pas diffuser."))
    blocks += [
        title("Fiche vierge", 2), phrase("Titre, structure, dispositif, territoire :"),
        make_grid(["", "En quelques phrases, sans nom de personne"], [[label, " "] for label in PARTS.values()], [4.5, 12.5], "À remplir",
                  height=2.6),
        bullets(["La structure est d'accord pour que ce soit partagé."], "cases"),
    ]  # fmt: skip
    return [block for block in blocks if block]


def plan_professions(postes=None):
    """Return the sheet on the professions that bridge the two spheres (chapter 04 of the guide), and how many posts are known of each.

    Parameters
    ----------
    postes : DataFrame metier_passerelle, statut, optional: an edition may not hold it
    """
    professions = read_vocabulary("metiers_passerelles")
    counts = postes["metier_passerelle"].value_counts() if postes is not None and "metier_passerelle" in postes else pd.Series(dtype=int)
    blocks = [
        phrase("Les métiers qui font le lien entre le champ social et le développement local, tels que le guide les décrit (chapitre 04)."),
        note("Missions et compétences : celles du guide. Une case vide n'est pas un métier sans mission : le guide ne la détaille pas."),
    ]
    for family, rows in professions.groupby("famille", sort=False):
        blocks.append(title(family, 2))
        lines = [[_name_profession(row, counts), _list(row.missions), _list(row.competences)] for row in rows.itertuples()]
        headings = ["Métier", "Missions", "Compétences"]
        blocks.append(make_grid(headings, lines, [4.6, 6.4, 6], family))
    blocks += [
        title("Ici", 2), phrase("Quels postes de ce territoire font ce lien ? Un poste, jamais une personne."),
        make_grid(["Structure", "Métier ou fonction", "Ce qu'il relie", "Pourvu ou non"], [[" "] * 4] * 6, [4.5, 4.5, 5, 3], "Postes",
                  height=HAND),
        note("À recopier dans la feuille postes."),
    ]  # fmt: skip
    return [block for block in blocks if block]


def _name_profession(row, counts):
    number = int(counts.get(row.code, 0))
    return f"{row.libelle} — {count_words(number, 'poste recensé', 'postes recensés')}" if number else row.libelle


def _list(cell):
    return " ; ".join(part.strip() for part in str(cell).split(";") if part.strip()) or "—"


def _define(guide, word):
    return [f"{row.definition} ({row.auteur})." for row in guide.itertuples() if normalize_label(row.terme) == normalize_label(word)]


def _as_tuple(cell):
    return tuple(cell) if isinstance(cell, tuple | list) else ()


def _said(cell):
    return isinstance(cell, str) and cell != ""


def _tell_part(label, cell):
    return phrase(f"{label} : {cell}") if _said(cell) else None
