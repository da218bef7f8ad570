"""The statements of the guide as cards: what holds, what does not, what the dossier cannot say; a line for the group to decide."""

import datetime
import re
from itertools import groupby
from operator import itemgetter

import pandas as pd
from markupsafe import Markup

from diagnostic.draw.style import format_number, format_share
from diagnostic.draw.templates import open_template, read_template
from diagnostic.draw.web import EDITION_LABELS
from diagnostic.vocabulary import read_vocabulary
from diagnostic.vocabulary.formats import NARROW_SPACE, count_words

MENTION = "Le logiciel propose, le groupe décide : un constat est une question à poser, jamais un jugement sur une structure."
MAX_NAMED = 12  # things named under one card; the workbook names them all
# (etat, sens) -> where a card is read; None: both.
GROUPS = [
    ("constate", "frein", "Freins constatés", "Ce que les données montrent, et que le guide tient pour un frein.", "frein"),
    ("constate", "appui", "Points d'appui constatés", "Ce que les données montrent, et sur quoi le guide invite à s'appuyer.", "appui"),
    ("non_constate", None, "Mesurés, non constatés au seuil choisi", "Le seuil se change dans la feuille parametres.", "absent"),
    ("non_mesurable", None, "Non mesurables avec ces données", "Une feuille ou une colonne manque : on ne sait pas.", "inconnu"),
]
OBJECTS = {
    "territoire": ("Territoire concerné", "Territoires concernés"), "couche": ("Découpage concerné", "Découpages concernés"),
    "theme": ("Thème concerné", "Thèmes concernés"), "public": ("Public concerné", "Publics concernés"),
    "dispositif": ("Dispositif concerné", "Dispositifs concernés"), "instance": ("Instance concernée", "Instances concernées"),
    "acteur": ("Acteur concerné", "Acteurs concernés"),
    "paire d'instances": ("Paire d'instances concernée", "Paires d'instances concernées"),
}  # fmt: skip
UNNAMED = "Liste dans l'édition interne."
SHORT_CARD = 8  # names and leviers: beyond, a card may be cut between two pages
SIGLES = ("GMR", "ABS", "SPIE", "CPER", "FSE+", "EVS")
NO_BREAK = "\u00a0"
EMPTY_LINE = {"levier": "", "decision": "", "qui": "", "quand": "", "vide": True}


def draw_constats_page(shown, *, titre, sources, date, edition, fictif=False):
    """Return the HTML of the statements; write it with `diagnostic.write.offline`. Same tables, same bytes.

    Without the table of what no data measure, the page says how many statements that is; other editions than `interne`, how many
    measured statements are kept from them.

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
    told = read_vocabulary("constats").set_index("constat").to_dict("index")
    cards = [
        _describe_card(told[row["constat"]] | row, items.get(row["constat"], []), decisions.get(row["constat"], []), edition)
        for row in table.to_dict("records")
    ]
    unmeasured = shown.get("enonces_non_mesures")
    families = _list_unmeasured(unmeasured)
    page = {
        "titre": f"Constats et leviers : {titre}",
        "edition": EDITION_LABELS.get(edition, edition),
        "date": date.strftime("%d/%m/%Y") if isinstance(date, datetime.date) else date,
        "mention": MENTION,
        "bilan": _tell_counts(table, 0 if edition == "interne" else len(told) - len(table)),
        "fictif": "Contient des données FICTIVES, inventées pour l'exemple." if fictif else "",
        "groupes": [_describe_group(rank, group, cards) for rank, group in enumerate(GROUPS)],
        "autres": others,
        "non_mesures": families,
        "nombre_non_mesures": format_number(sum(len(family["lignes"]) for family in families)),
        "a_discuter": _tell_unmeasured() if unmeasured is None else "",
        "sigles": _spell_sigles(),
        "sources": list(sources),
    }
    style = Markup(read_template("fiches.css") + read_template("constats.css"))
    return open_template("constats.html").render(set_spaces(page), style=style)


def set_spaces(value):
    """Return a text, or a whole structure of dicts, lists and texts, with the spaces of French typography before « : ; ! ? ».

    A narrow no-break space before « ; ! ? », a no-break space before « : » and inside quotation marks: no line begins with them.

    >>> set_spaces(["Liens : 3 ; vraiment ?"])[0].replace(NARROW_SPACE, "~").replace(NO_BREAK, "_")
    'Liens_: 3~; vraiment~?'
    """
    if isinstance(value, str):
        return re.sub(" (?=[:»])|(?<=«) ", NO_BREAK, re.sub(" (?=[;!?])", NARROW_SPACE, value))
    if isinstance(value, dict):
        return {name: set_spaces(part) for name, part in value.items()}
    return type(value)(map(set_spaces, value)) if isinstance(value, list | tuple) else value


def _describe_group(rank, group, cards):
    etat, sens, titre, note, genre = group
    held = [card for card in cards if card["etat"] == etat and sens in (None, card["sens"])]
    return {"ancre": f"g{rank}", "titre": titre, "note": note, "genre": genre, "constats": held, "nombre": format_number(len(held))}


def _tell_counts(table, kept):
    """Return what the page holds, so many statements in each state, and how many are kept for the edition interne; zeros are left out."""
    counts = table["etat"].value_counts()
    held, missed, unknown = (counts.get(etat, 0) for etat in ("constate", "non_constate", "non_mesurable"))
    states = [(held, "constaté", "constatés"), (missed, "non constaté", "non constatés")]
    told = ", ".join(count_words(*state) for state in states if state[0])
    parts = [count_words(held + missed, "énoncé du guide mesuré", "énoncés du guide mesurés") + (f" : {told}" if told else "")]
    others = [
        (unknown, "non mesurable avec ces données", "non mesurables avec ces données"),
        (kept, "autre est gardé pour l'édition interne", "autres sont gardés pour l'édition interne"),
    ]
    return f"{' ; '.join([*parts, *(count_words(*other) for other in others if other[0])])}."


def _tell_unmeasured():
    number = count_words(
        len(read_vocabulary("enonces_non_mesures")), "énoncé du guide ne se mesure", "énoncés du guide ne se mesurent"
    )
    return f"{number} pas avec ces données : ils se discutent en réunion (liste dans l'édition interne et dans docs/constats.md)."


def _spell_sigles():
    """Return the acronyms of the guide in full, in one line."""
    known = pd.concat([read_vocabulary(name) for name in ("dispositifs", "categories")]).drop_duplicates("sigle")
    words = known.set_index("sigle")["libelle"]
    return " ; ".join(f"{sigle}, {words[sigle]}" for sigle in SIGLES)


def _describe_card(row, named, taken, edition):
    """Return what the page says of one statement: its row, completed by that of `constats.csv`."""
    known = row["etat"] != "non_mesurable"
    holds = row["etat"] == "constate"
    short, whole = _tell_figure(row) if known else ("", "")
    # A ratio of links names nothing in any edition.
    hidden = known and edition != "interne" and not named and row["numerateur"] > 0 and row["unite"] != "rapport"
    groups = [list(rows) for _, rows in groupby(named, key=itemgetter("objet"))] if known else []
    objects = [_describe_objects(rows[0]["objet"], rows, edition) for rows in groups]
    levers = _pair_codes(row["leviers"]) if holds else []
    return {
        "ancre": f"c-{row['constat']}", "etat": row["etat"], "sens": row["sens"], "titre": row["titre"], "phrase": row["phrase"],
        "enonces": _pair_codes(row["enonces"], row["enonce_court"]), "chiffre": short, "chiffre_entier": whole,
        "bref": _tell_short(row, short) if known else "", "seuil": row["seuil_libelle"],
        "code": row["constat"] if edition == "interne" else "",
        "court": sum(len(group["lignes"]) for group in objects) + len(levers) <= SHORT_CARD,
        "indicateur": row["indicateur"], "formule": row["formule"], "donnees": row["donnees"],
        "objets": objects, "cache": UNNAMED if hidden else "", "leviers": levers,
        "decisions": [*taken, *([EMPTY_LINE] if holds else [])],
    }  # fmt: skip


def _tell_figure(row):
    """Return a figure in short, and with its denominator: (« 42 % », « 42 % (42 sur 100) »)."""
    top, bottom = row["numerateur"], row["denominateur"]
    named = f" {row['chiffre_de']}" if row["chiffre_de"] else ""
    of = f"{format_number(top)} sur {format_number(bottom)}"
    if row["unite"] == "part":
        return format_share(row["valeur"]), f"{format_share(row['valeur'])}{named} ({of})"
    if row["unite"] == "rapport":
        value = f"{format_number(row['valeur'], 2)} fois l'attendu"
        return value, f"{value} ({count_words(top, 'observé')} pour {format_number(bottom, 1)} {'attendu' if bottom < 2 else 'attendus'})"
    return of, of


def _tell_short(row, figure):
    """Return a figure for the list at the head: what it is the figure of, and its threshold where it is not reached."""
    decimals = {"rapport": 2}.get(row["unite"], 0)
    write = format_share if row["unite"] == "part" else format_number
    limit = write(row["seuil"], decimals)
    if row["unite"] == "part" and figure == limit and row["valeur"] != row["seuil"]:
        figure = format_share(row["valeur"], 1)  # 49,6 % is under 50 %
    under = row["comparaison"] == "moins_de"
    threshold = f"({'constaté sous' if under else 'seuil'} {limit})" if row["etat"] == "non_constate" else ""
    return " ".join(filter(None, [figure, row["chiffre_de"], threshold]))


def _pair_codes(codes, short=""):
    """Return (code, words of the guide) for a cell of codes separated by « ; »; `short` stands for the words of the first."""
    known = pd.concat([read_vocabulary(name) for name in ("freins", "leviers")]).set_index("code")["libelle"]
    named = [(code, known.get(code, code)) for code in codes.split(";")]
    return [(named[0][0], short), *named[1:]] if short else named


def _gather_items(details):
    """Return {constat: its items in order}."""
    if details is None:
        return {}
    found = {}
    for row in details.to_dict("records"):
        found.setdefault(row["constat"], []).append(row)
    return found


def _describe_objects(kind, rows, edition):
    """Return the things of one kind a card names, the first of them, how many are left, and what is said of all alike once."""
    single, several = OBJECTS.get(kind, ("Concerné", "Concernés"))
    if edition != "interne":
        # « Instances concernées montrées dans cette édition »: those that are hidden are in no list.
        words = [(name, name.split()[-1].lower().replace("concern", "montr")) for name in (single, several)]
        single, several = (f"{name} {shown} dans cette édition" for name, shown in words)
    kept = rows if len(rows) <= MAX_NAMED + 1 else rows[:MAX_NAMED]
    rest = len(rows) - len(kept)
    details = ["" if row["detail"] != row["detail"] else row["detail"] for row in rows]
    alike = details[0] if len(rows) > 1 and len(set(details)) == 1 else ""
    return {
        "titre": single if len(rows) == 1 else f"{several} ({format_number(len(rows))})", "commun": alike,
        "lignes": [(row["nom"], "" if alike else detail) for row, detail in zip(kept, details, strict=False)],
        "reste": f"et {format_number(rest)} autres (classeur, feuille « Constats en détail »)" if rest else "",
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
