"""Cards of a workshop, to print, cut and move on the table: one an actor, under the number of the map; one a dispositif."""

import pandas as pd
from matplotlib.lines import Line2D

from diagnostic.draw import page
from diagnostic.draw.style import CHAMP_LABELS, agree
from diagnostic.draw.workshop_legend import BLANK_COLOUR
from diagnostic.draw.workshop_map import open_sheet
from diagnostic.draw.workshop_marks import draw_chips, measure_chip
from diagnostic.schema import is_imported
from diagnostic.vocabulary.formats import join_words

FORMAT = "A4 portrait"
COLUMNS, ROWS = 2, 4
INSET_IN, LINE_IN = 0.14, 0.27
NAME_SIZE, TEXT_SIZE, CHIP_SIZE = 11.0, 8.0, 12.0
STEP_IN = 0.158  # from one line of text to the next
LONGEST = {"nom": 90, "texte": 120}
MOST_NUMBERS = 18
TO_FILL = {
    "acteur": ("Rôle dans le projet", "Moment (émergence, mise en œuvre...)"),
    "dispositif": ("À relier à", "Qui manque autour de la table"),
}
HOW = {
    "acteur": "À découper. Le numéro est celui de la carte et de l'index ; la forme et la couleur disent le champ.",
    "dispositif": "À découper. Les numéros sont ceux des acteurs de la carte.",
}  # fmt: skip


def list_actor_cards(numbered, shown):
    """Return one row a card of actor, in the order of the numbers.

    Parameters
    ----------
    numbered : DataFrame (`workshop_actors.number_actors`)
    shown : dict, tables of an edition

    Returns
    -------
    DataFrame mot (the number), champ, mairie, nom, lignes (tuple of str, what is known; a silent cell has no line)
    """
    actors = shown["acteurs"].drop_duplicates("acteur_id").set_index("acteur_id").reindex(numbered["acteur_id"])
    themes = _name_lists(actors.get("themes"), shown["listes"].get("themes"), len(actors))
    names = shown["dispositifs"].drop_duplicates("dispositif_id").set_index("dispositif_id")["nom"]
    joined = shown["participations"].assign(nom=lambda rows: rows["dispositif_id"].map(names)).dropna(subset="nom")
    inside = joined.drop_duplicates(["acteur_id", "nom"]).groupby("acteur_id")["nom"].agg(list)
    rows = []
    for row, theme in zip(numbered.itertuples(), themes, strict=True):
        known = inside.get(row.acteur_id, [])
        rows.append((
            str(row.numero), row.champ, row.lieu == "mairie", row.nom,
            _keep(f"{row.categorie} ({CHAMP_LABELS.get(row.champ, row.champ).lower()})", ", ".join(filter(None, [row.commune, row.epci])),
                  f"Thèmes : {join_words(theme, 4)}" if theme else "", f"Dans : {join_words(known, 3)}" if known else ""),
        ))  # fmt: skip
    return pd.DataFrame(rows, columns=["mot", "champ", "mairie", "nom", "lignes"])


def list_dispositif_cards(numbered, shown):
    """Return one row a card of dispositif, by name: the columns of `list_actor_cards`, `mot` D1, D2...; its actors by their numbers.

    A contract brought by an import has no card: there are hundreds of them, and the sheet of contracts lists them.
    """
    lists, rows = shown["listes"], []
    devices = order_dispositifs(shown)
    numbers = numbered.set_index("acteur_id")["numero"]
    joined = shown["participations"].assign(numero=lambda rows: rows["acteur_id"].map(numbers)).dropna(subset="numero")
    members = joined.groupby("dispositif_id")["numero"].agg(lambda cells: sorted(set(cells.astype(int))))
    names = shown["acteurs"].drop_duplicates("acteur_id").set_index("acteur_id")["nom"]
    territories = shown["territoires"]["nom"]
    for rank, row in enumerate(devices.itertuples(), start=1):
        places = [territories.get(code, territories.get(f"epci:{code}", code)) for code in _as_list(getattr(row, "territoires", ()))]
        held = members.get(row.dispositif_id, [])
        more = f" et {len(held) - MOST_NUMBERS} autres" if len(held) > MOST_NUMBERS else ""
        rows.append((
            f"D{rank}", "autre", False, row.nom,
            _keep(_join(" ; ", _label(lists.get("dispositifs"), row.type), _label(lists.get("stades"), getattr(row, "stade", None))),
                  f"Porté par : {names.get(row.porteur_id, '')}" if isinstance(getattr(row, "porteur_id", None), str)
                  and row.porteur_id in names.index else "",
                  f"Territoire : {join_words(places, 3)}" if places else "",
                  f"Acteurs n° : {', '.join(map(str, held[:MOST_NUMBERS]))}{more}" if held else "Aucun acteur de la carte n'y est encore."),
        ))  # fmt: skip
    return pd.DataFrame(rows, columns=["mot", "champ", "mairie", "nom", "lignes"])


def order_dispositifs(shown):
    """Return the dispositifs that have a card, in the order of their numbers: D1, D2..."""
    devices = shown["dispositifs"]
    return devices[~is_imported(devices)].sort_values("nom", key=lambda names: names.str.casefold(), kind="stable")


def draw_cards(cards, kind, *, mentions):
    """Draw cards; return the list of the pages (matplotlib Figures), empty when there is no card.

    Parameters
    ----------
    cards : DataFrame, `list_actor_cards` or `list_dispositif_cards`
    kind : {"acteur", "dispositif"}
    mentions : dict, as for `charts.draw_discordance`
    """
    per_page, pages = COLUMNS * ROWS, []
    words = {"acteur": ("carte d'acteur", "cartes d'acteurs"), "dispositif": ("carte de dispositif", "cartes de dispositifs")}[kind]
    title = f"{agree(len(cards), *words)} à découper"
    for start in range(0, len(cards), per_page):
        figure = page.open_page(FORMAT)
        bottom = page.write_notes(figure, mentions | {"couverture": None}, [HOW[kind]])
        top = page.write_title(figure, title, mentions)
        _draw_page(figure, cards.iloc[start : start + per_page], kind, (top, bottom))
        pages.append(figure)
    return pages


def _draw_page(figure, cards, kind, room):
    width, (top, bottom) = figure.get_size_inches()[0] - 2 * page.MARGIN_IN, room
    wide, high = width / COLUMNS, (top - bottom) / ROWS
    _draw_cuts(figure, (top, bottom), wide, high)
    chips = []
    for rank, card in enumerate(cards.itertuples()):
        left, head = page.MARGIN_IN + rank % COLUMNS * wide, top - rank // COLUMNS * high
        chips.append(_write_card(figure, card, kind, (left, head, wide, high)))
    shown = pd.DataFrame(chips, columns=["mot", "champ", "mairie", "largeur", "px", "py"])
    draw_chips(open_sheet(figure), shown, CHIP_SIZE / 72, CHIP_SIZE)


def _draw_cuts(figure, room, wide, high):
    width, height = figure.get_size_inches()
    options = {"color": BLANK_COLOUR, "linewidth": 0.7, "linestyle": (0, (4, 3)), "gid": "decoupe"}
    for rank in range(COLUMNS + 1):
        x = (page.MARGIN_IN + rank * wide) / width
        figure.add_artist(Line2D([x, x], [room[1] / height, room[0] / height], **options))
    for rank in range(ROWS + 1):
        y = (room[0] - rank * high) / height
        figure.add_artist(Line2D([page.MARGIN_IN / width, 1 - page.MARGIN_IN / width], [y, y], **options))


def _write_card(figure, card, kind, box):
    """Write one card in its box (left, top, width, height in inches); return its chip."""
    left, top, wide, high = box
    chip = measure_chip(card.mot, CHIP_SIZE) / 72
    inner, head = left + INSET_IN, top - INSET_IN
    name = page.write_paragraph(
        figure, inner + chip + 0.12, head, _cut(card.nom, LONGEST["nom"]), wide - 2 * INSET_IN - chip - 0.12, va="top", fontsize=NAME_SIZE,
        fontweight="bold", gid="nom",
    )  # fmt: skip
    below = min(page.measure_box(name)[1], head - 0.3) - 0.08
    floor = top - high + INSET_IN + LINE_IN * len(TO_FILL[kind])
    for line in card.lignes:
        options = {"va": "top", "fontsize": TEXT_SIZE, "linespacing": 1.15, "gid": "su"}
        told = page.write_paragraph(figure, inner, below, _cut(line, LONGEST["texte"]), wide - 2 * INSET_IN, **options)
        bottom = below - (1 + told.get_text().count("\n")) * STEP_IN
        if bottom < floor:  # what a card cannot hold is in the index and in the workbook
            told.remove()
            break
        below = bottom
    for rank, words in enumerate(TO_FILL[kind]):
        _draw_blank(figure, words, inner, left + wide - INSET_IN, top - high + INSET_IN + LINE_IN * (len(TO_FILL[kind]) - 1 - rank))
    return card.mot, card.champ, card.mairie, chip, inner + chip / 2, head - 0.12


def _draw_blank(figure, words, start, stop, y):
    width, height = figure.get_size_inches()
    label = page.write_text(figure, start / width, y / height, f"{words} :", fontsize=7.0, va="bottom", gid="a remplir")
    begin = page.measure_box(label)[2] + 0.06
    if begin < stop - 0.3:
        line = {"color": BLANK_COLOUR, "linewidth": 0.7, "linestyle": (0, (1, 1.6))}
        figure.add_artist(Line2D([begin / width, stop / width], [y / height] * 2, gid="ligne vide", **line))


def _cut(text, most):
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _keep(*lines):
    return tuple(line for line in lines if line)


def _join(between, *words):
    return between.join(word for word in words if word)


def _as_list(cell):
    return list(cell) if isinstance(cell, tuple | list) else []


def _label(listed, code):
    if not isinstance(code, str):
        return ""
    return listed["libelle"].get(code, code) if listed is not None else code


def _name_lists(cells, listed, number):
    """Return the labels of each cell of a column of lists; an edition may not hold the column."""
    if cells is None:
        return [[]] * number
    return [[_label(listed, code) for code in _as_list(cell)] for cell in cells]
