"""The index of a workshop map: number, name, category, commune of each actor, by EPCI then commune, on as many pages as needed."""

from typing import NamedTuple

import pandas as pd

from diagnostic.draw import page
from diagnostic.draw.style import agree
from diagnostic.draw.workshop_actors import APART, MAIRIE, POINT, tell_left, tell_range
from diagnostic.draw.workshop_map import open_sheet
from diagnostic.draw.workshop_marks import draw_chips, measure_chip

# Points of the paper, and width of a column in sizes of the letters.
INDEX_POINTS = {"A3": 7.2, "A0": 13.0}
COLUMN_EMS, GUTTER_EMS, LEADING, CHARACTER = 27.5, 1.5, 1.28, 0.55
AT_MAIRIE, MOVES = "mairie", "itinérant"


class Line(NamedTuple):
    """One line of the index: kind ("epci", "commune", "acteur", "suite", "vide"), its words, and its actor when it is its first line."""

    kind: str
    words: str
    numero: str = ""
    champ: str = ""
    mairie: bool = False


def draw_index(numbered, left, *, mentions, format_page="A3"):
    """Draw the index; return the list of its pages (matplotlib Figures), empty when there is no actor.

    Parameters
    ----------
    numbered, left : the answer of `workshop_actors.number_actors`
    mentions : dict, as for `charts.draw_discordance`
    format_page : {"A3", "A0"}
    """
    if numbered.empty:
        return []
    size, columns, characters = share_columns(page.open_page(format_page), INDEX_POINTS[format_page])
    notes = [
        f"« {AT_MAIRIE} » : placé à la mairie de sa commune, son lieu précis n'étant pas connu, ou pas montré dans cette édition.",
        *tell_left(numbered, left),
    ]
    title = f"Index des {agree(len(numbered), 'acteur')} de la carte, par EPCI puis par commune"
    pages, todo = [], list_groups(numbered, characters)
    while todo:
        figure, room = open_index_page(mentions | {"titre": title}, notes, format_page)
        todo = fill_page(figure, todo, room, size, columns)
        pages.append(figure)
    return [number_page(figure, rank, len(pages), size) for rank, figure in enumerate(pages, start=1)]


def share_columns(figure, points):
    """Return the size of the letters in points of the figure, the columns that a page holds, and the letters of a line in them."""
    size = points / page.measure_scale(figure)
    width = (figure.get_size_inches()[0] - 2 * page.MARGIN_IN) * 72 / size
    columns = max(1, int(width / COLUMN_EMS))
    return size, columns, int((width / columns - GUTTER_EMS - measure_indent(1)) / CHARACTER)


def measure_indent(size):
    """Return the room of a number at the head of a line, in the unit of `size`."""
    return measure_chip("0000", 0.88 * size) + 0.35 * size


def list_groups(numbered, characters):
    """Return the lines of the index in groups never cut between columns: an actor, with the headings above it when it is the first.

    Returns
    -------
    list of (epci, commune, list of Line)
    """
    groups, before = [], (None, None)
    sections = numbered["epci"].where(numbered["lieu"].isin([POINT, MAIRIE]), numbered["lieu"].map(APART))
    sections = sections.mask(sections.eq(""), "Hors EPCI")
    counts = sections.value_counts()
    spans = numbered.groupby(sections, sort=False)["numero"].agg(list)
    for row, section in zip(numbered.itertuples(), sections, strict=True):
        lines = []
        if section != before[0]:
            told = f"{section} — {agree(counts[section], 'acteur')}, {tell_range(spans[section])}"
            lines += [Line("vide", ""), *[Line("epci", words) for words in cut_words(told, characters)]]
        if row.commune and (section, row.commune) != before:
            lines.append(Line("commune", row.commune))
        before = (section, row.commune)
        marks = [mark for mark, held in ((AT_MAIRIE, row.lieu == MAIRIE and not row.mobile), (MOVES, row.mobile)) if held]
        told = cut_words(f"{row.nom} — {row.categorie}{''.join(f' ({mark})' for mark in marks)}", characters)
        lines.append(Line("acteur", told[0], str(row.numero), row.champ, row.lieu == MAIRIE))
        groups.append((section, row.commune, lines + [Line("suite", words) for words in told[1:]]))
    return groups


def cut_words(words, characters):
    """Return a text on lines of `characters` at most, a longer word whole on its own."""
    return page.wrap_text(words, characters * page.CHARACTER_WIDTH / 72, 1.0).split("\n")


def open_index_page(mentions, notes, format_page):
    """Return (figure, (top, bottom)) of an empty page of the index."""
    figure = page.open_page(format_page)
    bottom = page.write_notes(figure, mentions, notes)
    return figure, (page.write_title(figure, mentions["titre"], mentions), bottom)


def fill_page(figure, groups, room, size, columns):
    """Write as many groups as the page holds, column by column; return those left.

    A column that goes on with an EPCI or a commune says so at its head.
    """
    axes, line = open_sheet(figure), size * LEADING / 72
    width = (figure.get_size_inches()[0] - 2 * page.MARGIN_IN) / columns
    per_column, rank, chips = int((room[0] - room[1]) / line), 0, []
    for column in range(columns):
        left, used = page.MARGIN_IN + column * width, 0
        while rank < len(groups):
            lines = groups[rank][2] if used else open_column(groups[rank])
            if used + len(lines) > per_column and used:
                break
            chips += write_lines(axes, lines, left, room[0] - used * line, size)
            used, rank = used + len(lines), rank + 1
    shown = pd.DataFrame(chips, columns=["mot", "champ", "mairie", "largeur", "px", "py"])
    draw_chips(axes, shown, size * 0.88 / 72, size * 0.88)
    return groups[rank:]


def open_column(group):
    """Return the lines of a group at the head of a column: no space above a heading, else the headings it goes on with."""
    section, commune, lines = group
    if lines[0].kind == "vide":
        return lines[1:]
    repeated = [] if lines[0].kind == "commune" or not commune else [Line("commune", f"{commune} (suite)")]
    return [Line("epci", f"{section} (suite)"), *repeated, *lines]


def write_lines(axes, lines, left, top, size):
    """Write lines under `top` (inches); return the chips of their actors (mot, champ, mairie, largeur, px, py)."""
    chips, step = [], size * LEADING / 72
    indent = measure_indent(size) / 72
    for rank, line in enumerate(lines):
        y = top - (rank + 0.5) * step
        if line.kind == "acteur":
            width = measure_chip(line.numero, size * 0.88) / 72
            chips.append((line.numero, line.champ, line.mairie, width, left + indent - 0.35 * size / 72 - width / 2, y))
        weight = "bold" if line.kind in ("epci", "commune") else "normal"
        x = left + (0 if line.kind == "epci" else indent)
        colour = {"color": page.pick_title_colour()} if line.kind == "epci" else {}
        if line.words:
            page.write_text(axes, x, y, line.words, fontsize=size, fontweight=weight, va="center_baseline", gid=line.kind, **colour)
    return chips


def number_page(figure, rank, total, size):
    """Write « page 2 sur 3 » in the lower right corner; return the figure."""
    width = figure.get_size_inches()[0]
    words = f"Index, page {rank} sur {total}"
    page.write_text(figure, 1 - page.MARGIN_IN / width, page.MARGIN_IN / figure.get_size_inches()[1], words, ha="right", va="bottom",
                    fontsize=max(7.0, size), gid="page")  # fmt: skip
    return figure
