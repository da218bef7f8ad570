"""What the plan of the slides is made of: tables, charts, pictures, short sources, notes of the speaker."""

import re

from diagnostic.draw.page import EDITION_LABELS
from diagnostic.draw.report_plea import tell_plainly
from diagnostic.draw.report_tables import shorten_text, typeset
from diagnostic.vocabulary import read_vocabulary

LONGEST_SOURCE, MOST_SOURCES, MOST_NOTES = 80, 2, 14


def image(name):
    """Return a picture to look at: the name of a map of `slides_maps`."""
    return {"genre": "image", "nom": name}


def table(headings, lines, widths, legend):
    """Return a native table: `widths` are shares, `legend` what a person who does not see it is told."""
    cells = [[typeset(shorten_text(cell, 120)) for cell in line] for line in lines]
    heads = [typeset(word) for word in headings]
    return {"genre": "tableau", "entetes": heads, "lignes": cells, "largeurs": widths, "legende": typeset(legend)}


def chart(categories, series, legend, *, etats=False):
    """Return a native chart of horizontal bars.

    Parameters
    ----------
    categories : list of str
    series : dict of name -> numbers, one a category; missing is left blank
    legend : str
    etats : bool, whether the series are the three states: stacked, in their colours
    """
    numbers = {typeset(name): [None if value != value else float(value) for value in values] for name, values in series.items()}
    names = [typeset(shorten_text(name, 60)) for name in categories]
    return {"genre": "graphique", "categories": names, "series": numbers, "legende": typeset(legend), "etats": etats}


def empty(title, texts, source, notes):
    """Return a slide without anything to look at: what it says is that nothing can be said."""
    return {"genre": "un", "titre": title, "objet": None, "textes": texts, "source": source, "notes": notes}


def keep_sentences(shown, themes):
    """Return the sentences of `lectures` on the whole territory, in plain words; of all territories where none is on the whole."""
    rows = shown["lectures"]
    rows = rows[rows["theme"].isin(themes)]
    whole = rows[rows["territoire_id"] == "perimetre"]
    rows = whole if len(whole) else rows
    ranked = rows.assign(rang=rows["theme"].map({theme: rank for rank, theme in enumerate(themes)})).sort_values("rang", kind="stable")
    return [re.sub(r"^Par intercommunalités? \((\d+)\)", r"Selon l'intercommunalité (\1)", tell_plainly(told)) for told in ranked["phrase"]]


def pick_sentences(sentences, words):
    """Return the sentences that hold some words."""
    return [sentence for sentence in sentences if words in sentence]


def tell_coverage(mentions):
    """Return what the inventory knows, in plain words."""
    shares = mentions["couverture"].split(" (")[0]
    if "%" not in shares:
        return "L'inventaire ne suit encore aucune catégorie."
    return f"De chaque catégorie cherchée dans chaque territoire : {shares}."


def cite_briefly(shown, subject):
    """Return the first sources of a subject, on two lines of a slide; they are in full in the notes of the speaker."""
    told = [shorten_text(source.split(" (")[0].rstrip("."), LONGEST_SOURCE) for source in shown["mentions"]["sources"].get(subject, [])]
    told = list(dict.fromkeys(told))
    left = len(told) - MOST_SOURCES
    rest = [f"et {left} {'autre' if left < 2 else 'autres'} (commentaires de la diapositive)"] if left > 0 else []
    sources = " ; ".join([*told[:MOST_SOURCES], *rest]) or "non renseignées"
    return f"Sources : {sources}. {tell_edition(shown)}"


def tell_edition(shown):
    """Return for whom a slide is, and of when: every one of them says it, since one may be copied alone."""
    return f"Édition {EDITION_LABELS.get(shown['edition'], shown['edition'])}, {shown['mentions']['date']}."


def tell_formulas(measures):
    """Return what each measure is and how it is computed, in the words of `mesures.csv`, and where they all are."""
    known = read_vocabulary("mesures").set_index("mesure")
    lines = []
    for name in [name for name in measures if name in known.index]:
        row = known.loc[name]
        formula = f" ; formule : {row['formule']}" if row["formule"] else ""
        source = f" ({row['reference']})" if row["reference"] else ""
        lines.append(f"{row['libelle']} : {row['definition']}{formula}{source}.")
    return [*lines, "Toutes les formules : docs/mesures.md."]


def tell_speaker(shown, subject, sentences, measures):
    """Return the notes of a slide: figures with their denominators, formulas, sources in full, coverage."""
    sources = " ; ".join(shown["mentions"]["sources"].get(subject, [])) or "non renseignées"
    left = len(sentences) - MOST_NOTES
    rest = [f"… et {left} autres phrases : voir le classeur, feuille Lectures."] if left > 0 else []
    return [
        "Chiffres et dénominateurs", *sentences[:MOST_NOTES], *rest, "Comment c'est calculé", *tell_formulas(measures),
        "Limites et sources", f"Inventaire non exhaustif : {shown['mentions']['couverture']}.", f"Sources : {sources.rstrip('.')}.",
    ]  # fmt: skip
