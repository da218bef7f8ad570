"""The statements of the guide in a report: a card each for those that hold, a line for the others, levers to tick, decisions."""

import pandas as pd

from diagnostic.draw.report_pieces import bullets, note, phrase, title
from diagnostic.draw.report_tables import make_table
from diagnostic.vocabulary import read_vocabulary
from diagnostic.vocabulary.formats import join_words

# (etat, sens) -> a heading of the part « constats », and whether each statement has its card or is one line of a list.
STATEMENTS = [
    ("constate", "frein", "Freins constatés", True),
    ("constate", "appui", "Points d'appui constatés", True),
    ("non_constate", None, "Mesurés, non constatés au seuil choisi", False),
    ("non_mesurable", None, "Non mesurables avec ces données : on ne sait pas", False),
]
MENTION = (
    "Le logiciel propose, le groupe décide : un constat est une question à poser, jamais un jugement sur une structure."
)


def plan_statements(shown):
    """Return the blocks of the statements of the guide: freins, points d'appui, what was not found, what could not be measured."""
    table, blocks = shown["constats"], [phrase(MENTION)]
    named = shown.get("constats_details")
    for state, way, heading, card in STATEMENTS:
        rows = table[(table["etat"] == state) & (table["sens"].eq(way) if way else True)]
        if len(rows):
            blocks.append(title(f"{heading} ({len(rows)})", 2))
            blocks += _draw_cards(rows, named) if card else [bullets(_tell_lines(rows))]
    return [*blocks, *_plan_decisions(shown)]


def _tell_lines(rows):
    return [
        f"{row.titre} : {row.phrase if pd.notna(row.phrase) and row.phrase else row.raison_absence}"
        for row in rows.itertuples()
    ]


def _draw_cards(rows, named):
    blocks = []
    for row in rows.itertuples():
        blocks += [title(row.titre, 3), phrase(row.phrase), note(f"Seuil : {row.seuil_libelle}.")]
        names = [] if named is None else list(named.loc[named["constat"] == row.constat, "nom"].dropna())
        if names:
            blocks.append(note(f"Concernés : {join_words(names)}."))
        levers = name_levers(row.leviers)
        if levers:
            blocks += [note("Leviers du guide, au choix du groupe :"), bullets(levers, "cases")]
    return blocks


def name_levers(codes):
    """Return the words of the guide's levers from their codes (« L2-7;L3-2 »), in the order given."""
    words = read_vocabulary("leviers").set_index("code")["libelle"]
    return [words[code] for code in str(codes).split(";") if code in words.index]


def _plan_decisions(shown):
    decided = shown.get("constats_a_decider")
    decided = None if decided is None else decided[decided["decision"].notna() & decided["decision"].ne("")]
    if decided is None or decided.empty:
        return []
    columns = [
        ("constat", "Constat", "texte", 5),
        ("levier_libelle", "Levier", "texte", 4),
        ("decision", "Décision", "texte", 4),
        ("qui", "Qui", "texte", 2),
        ("quand", "Quand", "date", 1.6),
    ]
    return [
        title("Ce que le groupe a décidé", 2),
        make_table(decided, columns, legende="Décisions du groupe", feuille="constats_a_decider"),
    ]
