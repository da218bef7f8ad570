"""The sheets of gaps: one page that works offline, one section a territory, each printed on exactly one A4 page."""

import datetime
from itertools import groupby
from operator import itemgetter

import pandas as pd
from markupsafe import Markup

from diagnostic.draw.access_chart import tell_part
from diagnostic.draw.access_words import tell_unread
from diagnostic.draw.charts import STATES
from diagnostic.draw.constats_page import set_spaces
from diagnostic.draw.states_map import STATE_FILLS, STATE_INKS
from diagnostic.draw.style import STATE_LABELS, format_number, format_share
from diagnostic.draw.templates import open_template, read_template
from diagnostic.draw.territory_page import TYPES, sort_territories
from diagnostic.draw.web import EDITION_LABELS
from diagnostic.vocabulary.formats import count_words, join_words

MENTION = "Inventaire non exhaustif : une case vide n'est pas une absence."
PROOF = (
    "Ce que cette fiche ne prouve pas : une case vide n'est pas une absence. « Absence vérifiée » veut dire que quelqu'un a déclaré "
    "la liste complète ; « non renseigné », que personne ne l'a dit. Un manque n'est un besoin que si le groupe en décide."
)
# What one A4 page holds when every line is as long as it may be: what is beyond is counted, never cut in silence.
MAX_HEADINGS, MAX_EXPECTED, MAX_ACCESS, MAX_LISTED, MAX_WORDS = 13, 6, 3, 3, 8
MAX_CONTENTS, MAX_SOURCES = 70, 8  # lines of the first page on paper
WORDS = {
    "present": ("présente", "présentes"), "absent_verifie": ("absence vérifiée", "absences vérifiées"),
    "non_renseigne": ("non renseignée", "non renseignées"),
}  # fmt: skip
# What is expected, in the order it is read: what lacks first.
EXPECTED = {
    "absent_verifie": STATE_LABELS["absent_verifie"], "a_verifier": "À vérifier", "non_renseigne": STATE_LABELS["non_renseigne"],
    "a_venir": "À venir", "present": STATE_LABELS["present"],
}  # fmt: skip
FORCES = {"obligation": "obligation", "pratique": "pratique", "choix": "choix du groupe"}
INTERNAL = ("dispositifs", "liens")
RESERVED = "Réservé à l'édition interne."
NOT_MEASURED = "Non calculé dans ce dossier : on ne sait pas."
NOTHING = {
    "etats": "Aucune catégorie suivie dans ce territoire.",
    "rubriques": "Détail par rubrique non calculé pour ce territoire : on ne sait pas.",
    "attendus": "Aucun attendu ne s'applique à ce territoire, dans la liste du groupe.",
    "acces": "Aucune distance calculée pour ce territoire : on ne sait pas.",
    "lists": "Rien de relevé dans ce qui a été saisi ; cela ne prouve pas qu'il n'y a rien.",
}


def draw_gaps_page(tables, *, titre, sources, date, edition, fictif=False):
    """Return the HTML of the sheets of gaps; write it with `diagnostic.write.offline`. Same tables, same bytes.

    A table that is missing or has no row for a territory gives a sentence, never a zero; a number that is NaN reads "—". What does
    not fit on the page is counted ("et 4 autres"). Outside `interne`, links and dispositifs are not named even where they are given.

    Parameters
    ----------
    tables : dict of DataFrames, all with territoire_id; all but the first may be missing or None
        fiche_manques (nom, type, nb_communes, population, nb_present, nb_absent_verifie, nb_non_renseigne, age_text),
        manques_rubriques (rubrique_libelle, the three nb_, noms_presents, noms_absents), manques_attendus (libelle, etat, force,
        detail, base), manques_acces (categorie_libelle, phrase, part_population_au_dela, mode), manques_listes (genre: liens,
        dispositifs, themes or publics; texte, rang), acces (categorie, raison_absence: why nothing is read of it)
    titre : str, that of the dossier
    sources : list of str
    date : date or str
    edition : {"publique", "partenaires", "interne"}
    fictif : bool, whether the dossier holds invented data
    """
    order = sort_territories(tables["fiche_manques"].reset_index(drop=True))
    held = {name: _gather(tables.get(f"manques_{name}")) for name in ("rubriques", "attendus", "acces", "listes")}
    held["acces_lu"] = tables.get("acces")
    sections = [_describe_section(rank, row, held, edition) for rank, row in enumerate(order.to_dict("records"))]
    page = {
        "titre": f"Fiches manques : {titre}",
        "edition": EDITION_LABELS.get(edition, edition),
        "date": date.strftime("%d/%m/%Y") if isinstance(date, datetime.date) else date,
        "mention": MENTION,
        "preuve": PROOF,
        "fictif": "Contient des données FICTIVES, inventées pour l'exemple." if fictif else "",
        "etats": [{"etat": state, "libelle": STATE_LABELS[state]} for state in STATES],
        "sections": sections,
        "reste": _tell_rest(len(sections) - MAX_CONTENTS, "autre territoire, sur sa page", "autres territoires, chacun sur sa page"),
        "sources": list(sources),
        "autres_sources": _tell_rest(len(sources) - MAX_SOURCES, "autre source, à l'écran", "autres sources, à l'écran"),
        "sources_en_bref": _shorten_sources(sources),
        "bornes": {"sommaire": MAX_CONTENTS, "sources": MAX_SOURCES},
        "fonds": STATE_FILLS, "encres": STATE_INKS,
    }  # fmt: skip
    style = Markup(read_template("fiches.css") + read_template("manques.css"))
    return open_template("manques.html").render(set_spaces(page), style=style)


def _gather(table):
    """Return {territoire_id: its rows in order, as dicts without NaN in their texts}, or None for a table that is missing."""
    if table is None:
        return None
    texts = table.select_dtypes(exclude="number").columns
    clean = table.assign(**{name: table[name].astype("object").where(table[name].notna(), "") for name in texts})
    rows = clean.sort_values("territoire_id", kind="stable").to_dict("records")
    return {key: list(group) for key, group in groupby(rows, key=itemgetter("territoire_id"))}


def _tell_rest(number, singular, plural):
    """Return "et 4 autres", or nothing."""
    return f"et {count_words(number, singular, plural)}" if number > 0 else ""


def _shorten_sources(sources):
    """Return the first sources in a row, the others counted: all of them are on the first page."""
    words = [source.rstrip(". ") for source in sources]
    rest = _tell_rest(len(words) - MAX_SOURCES // 2, "autre (première page)", "autres (première page)")
    return " ; ".join(filter(None, [*words[: MAX_SOURCES // 2], rest])) or "non renseignées"


def _list_block(held, territory, empty, most, describe, sort=None):
    """Return one block of the sheet: its lines, how many more there are, or the sentence said in their place."""
    if held is None:
        return {"lignes": [], "reste": "", "phrase": NOT_MEASURED}
    rows = held.get(territory, [])
    rows = sorted(rows, key=sort) if sort else rows
    return {
        "lignes": [describe(row) for row in rows[:most]], "reste": _tell_rest(len(rows) - most, "autre", "autres"),
        "phrase": "" if rows else empty,
    }  # fmt: skip


def _describe_section(rank, row, held, edition):
    """Return what the sheet of one territory says."""
    key = row["territoire_id"]
    return {
        "ancre": f"m{rank}", "nom": row["nom"], "genre": TYPES.get(row["type"], row["type"]),
        "faits": f"{_count(row['nb_communes'], 'commune')} · {_count(row['population'], 'habitant')}",
        "bilan": tell_states(row), "barre": _scale_bar(row, 720),
        "nombres": {state: format_number(row[f"nb_{state}"]) for state in STATES},
        "age": _tell_age(row.get("age_text")),
        "rubriques": _list_block(held["rubriques"], key, NOTHING["rubriques"], MAX_HEADINGS, _describe_heading),
        "attendus": _list_block(held["attendus"], key, NOTHING["attendus"], MAX_EXPECTED, _describe_expected, rank_expected),
        "acces": _list_block(held["acces"], key, tell_unread(held["acces_lu"], key) or NOTHING["acces"], MAX_ACCESS, _describe_access,
                             _rank_access),
        **{genre: _list_genre(held["listes"], key, genre, edition) for genre in INTERNAL},
        **{genre: _join_genre(held["listes"], key, genre) for genre in ("themes", "publics")},
    }  # fmt: skip


def _tell_age(text):
    known = isinstance(text, str) and text.strip()
    return f"{text[:1].upper()}{text[1:].rstrip('. ')}." if known else "Âge de l'information : non renseigné."


def _count(number, noun):
    """Return "12 communes", or "communes : —" where the number is not known."""
    return count_words(number, noun) if number == number and number is not None else f"{noun}s : —"


def tell_states(row):
    """Return the line of the three states of a territory, with its denominator.

    >>> row = {"nb_present": 31, "nb_absent_verifie": 1, "nb_non_renseigne": 64}
    >>> " ".join(tell_states(row).split())
    'Sur 96 catégories : 31 présentes, 1 absence vérifiée, 64 non renseignées (67 %).'
    """
    numbers = [row[f"nb_{state}"] for state in STATES]
    if pd.isna(numbers).any():
        return "Catégories présentes, absentes, non renseignées : non calculé."
    total = sum(numbers)
    if not total:
        return NOTHING["etats"]
    told = ", ".join(count_words(number, *WORDS[state]) for state, number in zip(STATES, numbers, strict=True))
    return f"Sur {count_words(total, 'catégorie')} : {told} ({format_share(numbers[-1] / total)})."


def _scale_bar(row, width):
    """Return etat, x and largeur of the parts of a bar of this width; a state met nowhere has none, nor a number not known."""
    numbers = [row[f"nb_{state}"] for state in STATES]
    total = sum(numbers)
    if pd.isna(numbers).any() or not total:
        return []
    parts, start = [], 0.0
    for state, number in zip(STATES, numbers, strict=True):
        if number:
            parts.append({"etat": state, "x": round(start, 1), "largeur": round(number / total * width, 1)})
        start += number / total * width
    return parts


def _describe_heading(row):
    return {
        "libelle": row["rubrique_libelle"], "barre": _scale_bar(row, 60), "presents": row["noms_presents"], "absents": row["noms_absents"],
        "nombres": {state: format_number(row[f"nb_{state}"]) for state in STATES},
    }  # fmt: skip


def rank_expected(row):
    """Return where an expectation is read: what lacks before what is there, obligations before practices."""
    states, forces = list(EXPECTED), list(FORCES)
    return [names.index(word) if word in names else len(names) for names, word in ((states, row["etat"]), (forces, row["force"]))]


def _describe_expected(row):
    etat = row["etat"] if row["etat"] in EXPECTED else "non_renseigne"
    return {
        "etat": etat, "mot": EXPECTED[etat], "libelle": row["libelle"], "force": FORCES.get(row["force"], row["force"]),
        "detail": row["detail"], "base": row["base"] or "base non renseignée",
    }  # fmt: skip


def _rank_access(row):
    """Return where an access is read: the largest share far from a site first, those not known last."""
    part = row["part_population_au_dela"]
    return -part if part == part and part is not None else 1.0


def _describe_access(row):
    return {
        "categorie": row["categorie_libelle"], "phrase": row["phrase"], "mode": row["mode"] or "mode non renseigné",
        "part": tell_part(row["part_population_au_dela"]),
    }  # fmt: skip


def _list_genre(held, territory, genre, edition):
    """Return the block of dispositifs or links: named in the edition interne only."""
    if edition != "interne":
        return {"lignes": [], "reste": "", "phrase": RESERVED}
    own = None if held is None else {territory: _pick_genre(held, territory, genre)}
    return _list_block(own, territory, NOTHING["lists"], MAX_LISTED, itemgetter("texte"))


def _pick_genre(held, territory, genre):
    """Return the rows of one genre, by rank; those without rank last."""
    rows = [row for row in held.get(territory, []) if row["genre"] == genre]
    return sorted(rows, key=lambda row: row["rang"] if pd.notna(row["rang"]) and row["rang"] != "" else float("inf"))


def _join_genre(held, territory, genre):
    """Return themes or publics without actor in a row, or the sentence said in their place."""
    if held is None:
        return NOT_MEASURED
    words = [row["texte"] for row in _pick_genre(held, territory, genre)]
    return f"{join_words(words, MAX_WORDS)}." if words else NOTHING["lists"]
