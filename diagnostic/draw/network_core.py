"""An extract of the network that can be read at half a page: the actors with most partners, all named, and their links."""

import numpy as np
import pandas as pd

from diagnostic.draw import network_marks as marks
from diagnostic.draw import page
from diagnostic.draw.network_charts import (
    LAYOUT_NOTE,
    count_links,
    list_star,
    name_most_linked,
    open_network,
    tell_left,
)
from diagnostic.draw.network_layout import spread_network
from diagnostic.draw.style import agree, format_number

MOST_ACTORS = 40
# With fewer actors linked, the whole network has room for nearly all their names.
WORTH_FROM = 60
DIAMETER, NAME_SIZE, GAP_IN, SIDE_IN = 10.0, 8.5, 0.42, 0.6
# Actors linked to nobody else of the extract stand at the bottom, so many a line.
A_LINE, LINE_IN = 6, 0.55
NOTE = "Dessin d'un extrait, non un classement : qui a été interrogé, et qui a répondu, change le nombre de liens déclarés."


def choose_core(acteurs, liens, number=MOST_ACTORS):
    """Return the actors with most partners, and how many others have as many as the last of them.

    Parameters
    ----------
    acteurs : DataFrame with acteur_id, champ
    liens : DataFrame with source_id, cible_id; rows of one pair count once, whatever their type or direction

    Returns
    -------
    degres : Series of int, index acteur_id in text order: the number of partners, drawn or not, 1 at least
    nb_egaux : int, actors left out with as many partners as the last one kept (ties are cut by the text order of acteur_id)

    Examples
    --------
    >>> acteurs = pd.DataFrame({"acteur_id": ["a", "b", "c", "d"], "champ": "social"})
    >>> liens = pd.DataFrame({"source_id": ["a", "a", "a"], "cible_id": ["b", "c", "d"]})
    >>> degres, nb_egaux = choose_core(acteurs, liens, 2)
    >>> degres.to_dict(), nb_egaux
    ({'a': 3, 'b': 1}, 2)
    """
    pairs, _ = marks.group_links(acteurs, liens)
    degrees = count_links(pairs).sort_index().sort_values(ascending=False, kind="stable")
    kept, left = degrees.iloc[:number], degrees.iloc[number:]
    return kept.sort_index().astype(int), int(left.eq(kept.min()).sum()) if len(kept) else 0


def draw_core(acteurs, liens, *, mentions, number=MOST_ACTORS, format_page="A4"):
    """Draw the actors with most partners and the links between them, off the map, every name written.

    All marks have one size and places follow the map: nothing ranks the actors. A name without room becomes a letter in its
    mark, explained beside the drawing.

    Parameters
    ----------
    acteurs, liens : DataFrame, as for `network_charts.draw_actor_graph`
    mentions : dict, as for `charts.draw_discordance`
    number : int, how many actors at most; ties are cut by the text order of acteur_id, and counted in a note
    """
    degrees, nb_equal = choose_core(acteurs, liens, number)
    rows = acteurs[acteurs["acteur_id"].isin(degrees.index)].drop_duplicates("acteur_id")
    inside = liens["source_id"].isin(degrees.index) & liens["cible_id"].isin(degrees.index)
    pairs, nb_left = marks.group_links(rows, liens[inside])
    title = mentions.get("titre") or tell_core(degrees, pairs)
    notes = [NOTE, *tell_choice(degrees, nb_equal), *tell_left(nb_left)]
    figure, axes, room, (width, height) = open_network(title, mentions, notes, format_page)
    champs = marks.read_champs(rows)
    starts = rows.reindex(columns=["x_m", "y_m"]).set_axis(champs.index)
    spots = place_core(champs.index, pairs, starts, width, height)
    described = pd.DataFrame({"champ": champs, "texte": marks.name_nodes(rows, "acteur_id", width=20, lines=4)})
    table = spots.join(described).assign(diametre=DIAMETER)
    marks.draw_links(axes, table, pairs, marks.LINK_STYLES)
    arrows = marks.draw_arrows(axes, table, pairs, size=0.075)
    marks.draw_nodes(axes, table)
    unnamed = name_most_linked(axes, table, pairs, (0, 0, width, height), size=NAME_SIZE, most_letters=number)
    entries = marks.list_link_lines(pairs, marks.LINK_STYLES, marks.LINK_LABELS)
    if arrows:
        entries.append(marks.make_arrow_entry(int(pairs["sens"].ne("deux").sum())))
    legends = [("Acteurs par champ", marks.list_champ_marks(champs), None), ("Liens déclarés entre eux", entries, LAYOUT_NOTE)]
    page.stack_legends(figure, legends, room, "\n".join([*unnamed, *list_star(table["texte"])]))
    return figure


def place_core(names, pairs, starts, width, height):
    """Return the actors placed (x, y in inches, degre): by springs, those linked to no other one on lines at the bottom."""
    alone = sorted(set(names) - set(pairs["acteur_a"]) - set(pairs["acteur_b"]))
    strip = LINE_IN * -(-len(alone) // A_LINE)
    # The margin leaves room for the names of those at the sides.
    spots = spread_network(names, pairs, starts, width=max(1.0, width - 2 * SIDE_IN), height=max(1.0, height - strip), gap=GAP_IN)
    spots[["x", "y"]] += [SIDE_IN, strip]
    ranks = np.arange(len(alone))
    spots.loc[alone, "x"] = width * (ranks % A_LINE + 0.5) / A_LINE
    spots.loc[alone, "y"] = strip - LINE_IN * (ranks // A_LINE + 0.5)
    return spots


def tell_core(degrees, pairs):
    """Return the title: how many actors, how many links between them."""
    if degrees.empty:
        return "Aucun lien déclaré à dessiner"
    told = f"les {agree(len(pairs), 'lien')}" if len(pairs) > 1 else "le seul lien"
    return f"Les {agree(len(degrees), 'acteur')} qui ont le plus de liens déclarés, et {told} entre eux"


def tell_choice(degrees, nb_equal):
    """Return the footnote that says who is drawn, and how many others have as many partners."""
    if degrees.empty:
        return []
    low, high = format_number(int(degrees.min())), agree(int(degrees.max()), "partenaire")
    told = f"Chacun a de {low} à {high}" if degrees.min() < degrees.max() else f"Chacun a {high}"
    cut = f" ; {agree(nb_equal, 'autre acteur', 'autres acteurs')}, non dessinés, en ont {low} aussi"
    if nb_equal == 1:
        cut = f" ; 1 autre acteur, non dessiné, en a {low} aussi"
    return [f"{told}, dessinés ou non{cut if nb_equal else ''}. Tous les symboles ont la même taille."]
