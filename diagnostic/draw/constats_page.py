"""The statements of the guide as cards: what holds, what does not, what the dossier cannot say; a line for the group to decide."""

import datetime
from itertools import groupby
from operator import itemgetter

import pandas as pd
from markupsafe import Markup

from diagnostic.draw.style import format_number, format_share
from diagnostic.draw.territory_page import open_template, read_template
from diagnostic.draw.web import EDITION_LABELS
from diagnostic.vocabulary import read_vocabulary
from diagnostic.vocabulary.formats import count_words

MENTION = "Le logiciel propose, le groupe décide : un constat est une question à poser, jamais un jugement sur une structure."
MAX_NAMED = 12  # things named under one card; the workbook names them all
# (etat, sens) -> where a card is read; None: both.
GROUPS = [
    ("constate", "frein", "Freins constatés", "Ce que les données montrent, et que le guide tient pour un frein.", "frein"),
    ("constate", "appui", "Points d'appui constatés", "Ce que les données montrent, et sur quoi le guide invite à s'appuyer.", "appui"),
    ("non_constate", None, "Non constatés", "Mesurés, sans atteindre le seuil choisi dans les réglages du dossier.", "absent"),
    ("non_mesurable", None, "Non mesurables avec ces données", "Une feuille ou une colonne manque : on ne sait pas.", "inconnu"),
]
OBJECTS = {
    "territoire": ("Territoire concerné", "Territoires concernés"), "couche": ("Découpage concerné", "Découpages concernés"),
    "theme": ("Thème concerné", "Thèmes concernés"), "public": ("Public concerné", "Publics concernés"),
    "dispositif": ("Dispositif concerné", "Dispositifs concernés"), "instance": ("Instance concernée", "Instances concernées"),
    "acteur": ("Acteur concerné", "Acteurs concernés"),
}  # fmt: skip
UNNAMED = "Les structures et dispositifs concernés ne sont pas nommés dans cette édition."
EMPTY_LINE = {"levier": "", "decision": "", "qui": "", "quand": "", "vide": True}


def draw_constats_page(shown, *, titre, sources, date, edition, fictif=False):
    """Return the HTML of the statements; write it with `diagnostic.write.offline`. Same tables, same bytes.

    Parameters
    ----------
    shown : dict of the tables of an edition: constats and constats_details (`statements.read_statements`), constats_a_decider
        (`statements.prepare_decisions`), enonces_non_mesures (`statements.list_unmeasured`); all but the first may be missing
    titre : str, that of the dossier
    sources : list of str
    date : date or str
    edition : {"publique", "partenaires", "interne"}
    fictif : bool, whether the dossier holds invented data
    """
    table = shown["constats"]
    items = _gather_items(shown.get("constats_details"))
    decisions, others = _gather_decisions(shown.get("constats_a_decider"), set(table["constat"]))
    cards = [
        _describe_card(row, items.get(row["constat"], []), decisions.get(row["constat"], []), edition) for row in table.to_dict("records")
    ]
    unmeasured = _list_unmeasured(shown.get("enonces_non_mesures"))
    page = {
        "titre": f"Constats et leviers : {titre}",
        "edition": EDITION_LABELS.get(edition, edition),
        "date": date.strftime("%d/%m/%Y") if isinstance(date, datetime.date) else date,
        "mention": MENTION,
        "bilan": _tell_counts(table),
        "fictif": "Contient des données FICTIVES, inventées pour l'exemple." if fictif else "",
        "groupes": [_describe_group(rank, group, cards) for rank, group in enumerate(GROUPS)],
        "autres": others,
        "non_mesures": unmeasured,
        "nombre_non_mesures": format_number(sum(len(family["lignes"]) for family in unmeasured)),
        "sources": list(sources),
        "style": Markup(read_template("fiches.css") + read_template("constats.css")),
    }
    return open_template("constats.html").render(page)


def _describe_group(rank, group, cards):
    etat, sens, titre, note, genre = group
    held = [card for card in cards if card["etat"] == etat and sens in (None, card["sens"])]
    return {"ancre": f"g{rank}", "titre": titre, "note": note, "genre": genre, "constats": held, "nombre": format_number(len(held))}


def _tell_counts(table):
    """Return what the page holds: so many statements, in each state."""
    counts = table["etat"].value_counts()
    held, missed, unknown = (counts.get(etat, 0) for etat in ("constate", "non_constate", "non_mesurable"))
    told = [
        count_words(held, "constatée"), count_words(missed, "non constatée", "non constatées"),
        count_words(unknown, "non mesurable avec ces données", "non mesurables avec ces données"),
    ]  # fmt: skip
    whole = count_words(len(table), "question du guide qu'un dossier peut mesurer", "questions du guide qu'un dossier peut mesurer")
    return f"{whole} : {', '.join(told)}."


def _describe_card(row, named, taken, edition):
    """Return what the page says of one statement."""
    known = row["etat"] != "non_mesurable"
    holds = row["etat"] == "constate"
    short, whole = _tell_figure(row) if known else ("", "")
    hidden = known and edition != "interne" and not named and row["numerateur"] > 0
    return {
        "ancre": f"c-{row['constat']}", "etat": row["etat"], "sens": row["sens"], "titre": row["titre"], "phrase": row["phrase"],
        "enonces": _pair_codes(row["enonces"]), "chiffre": short, "chiffre_entier": whole,
        "seuil": row["seuil_libelle"],
        "indicateur": row["indicateur"], "formule": row["formule"], "donnees": row["donnees"],
        "objets": [_describe_objects(kind, list(rows)) for kind, rows in groupby(named, key=itemgetter("objet"))] if known else [],
        "cache": UNNAMED if hidden else "", "leviers": _pair_codes(row["leviers"]) if holds else [],
        "decisions": [*taken, *([EMPTY_LINE] if holds else [])],
    }  # fmt: skip


def _tell_figure(row):
    """Return a figure in short, and with its denominator: (« 42 % », « 42 % (42 sur 100) »)."""
    top, bottom = row["numerateur"], row["denominateur"]
    of = f"{format_number(top)} sur {format_number(bottom)}"
    if row["unite"] == "part":
        return format_share(row["valeur"]), f"{format_share(row['valeur'])} ({of})"
    if row["unite"] == "rapport":
        value = format_number(row["valeur"], 2)
        return value, f"{value} ({count_words(top, 'observé')} pour {format_number(bottom, 1)} {'attendu' if bottom < 2 else 'attendus'})"
    return of, of


def _pair_codes(codes):
    """Return (code, words of the guide) for a cell of codes separated by « ; »."""
    known = pd.concat([read_vocabulary(name) for name in ("freins", "leviers")]).set_index("code")["libelle"]
    return [(code, known.get(code, code)) for code in codes.split(";")]


def _gather_items(details):
    """Return {constat: its items in order}."""
    if details is None:
        return {}
    found = {}
    for row in details.to_dict("records"):
        found.setdefault(row["constat"], []).append(row)
    return found


def _describe_objects(kind, rows):
    """Return the things of one kind a card names, the first of them, how many are left, and what is said of all alike once."""
    single, several = OBJECTS.get(kind, ("Concerné", "Concernés"))
    kept = rows if len(rows) <= MAX_NAMED + 1 else rows[:MAX_NAMED]
    rest = len(rows) - len(kept)
    details = ["" if row["detail"] != row["detail"] else row["detail"] for row in rows]
    alike = details[0] if len(rows) > 1 and len(set(details)) == 1 else ""
    return {
        "titre": single if len(rows) == 1 else f"{several} ({format_number(len(rows))})", "commun": alike,
        "lignes": [(row["nom"], "" if alike else detail) for row, detail in zip(kept, details, strict=False)],
        "reste": f"et {format_number(rest)} autres, dans le classeur" if rest else "",
    }


def _gather_decisions(decisions, known):
    """Return {constat: decisions the group has taken}, and those on statements that are not in the page."""
    taken, others = {}, []
    if decisions is None:
        return taken, others
    # A row the group has only begun is kept where its statement is its own; elsewhere it is one more levier offered.
    own = ~decisions["constat_id"].isin(known)
    filled = decisions[decisions[["decision", "qui", "quand"]].notna().any(axis=1) | own]
    for row in filled.astype(object).where(filled.notna(), "").to_dict("records"):
        when = row["quand"].strftime("%d/%m/%Y") if isinstance(row["quand"], pd.Timestamp) else row["quand"]
        line = {"levier": row["levier_libelle"], "decision": row["decision"], "qui": row["qui"], "quand": when, "vide": False}
        if row["constat_id"] in known:
            taken.setdefault(row["constat_id"], []).append(line)
        else:
            others.append(line | {"constat": row["constat"] or "Sans constat"})
    return taken, others


def _list_unmeasured(table):
    """Return what no data measure, freins then leviers: title, lines."""
    if table is None:
        return []
    titles = {"frein": "Freins", "levier": "Leviers"}
    return [
        {"titre": titles[genre], "lignes": rows.to_dict("records")} for genre in titles if len(rows := table[table["genre"] == genre])
    ]
