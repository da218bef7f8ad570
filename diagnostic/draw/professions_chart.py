"""Who animates, coordinates, cooperates, accompanies: posts by verb and champ as stacked bars, then territory by territory in figures."""

import numpy as np
import pandas as pd
from matplotlib.patches import Rectangle

from diagnostic.draw import page
from diagnostic.draw.charts import open_chart
from diagnostic.draw.posts_chart import FEW, STATUSES, write_legend
from diagnostic.draw.style import (
    CHAMP_LABELS,
    NO_BREAK_SPACE,
    SEQUENTIAL,
    TEXT_COLOUR,
    agree,
    format_number,
    pick_text_colour,
)
from diagnostic.vocabulary import read_list
from diagnostic.vocabulary.formats import join_words

WHOLE, NOT_SAID, PERIMETER = "ensemble", "non_precise", "perimetre"
KEYS = ["territoire_id", "verbe", "champ"]
SHORT_CHAMPS = {
    "social": "Social", "developpement_local": "Dév. local", "mixte": "Mixte", "autre": "Autre", NOT_SAID: "Non précisé", FEW: "Moins de 3",
}  # fmt: skip
TOTALS = {"nb_postes": "Postes", "nb_pourvus": "Pourvus", "nb_vacants": "Vacants", "nb_a_creer": "À créer", "nb_statut_inconnu": "Non dit"}
ETP = "ETP connus"
COUNTED = "Un poste compte dans chacun de ses verbes, et dans chaque territoire où sa structure agit : ne pas additionner."
KINDS = ("epci", "departement", "autre")  # territories of the table, after the whole
# Inches: what the names of territories, a total, the heads and the least bar take.
NAME_IN, TOTAL_IN, ETP_IN, HEAD_IN, LEAST_ROW_IN, BARS_SHARE, GAP_IN = 2.5, 0.45, 0.8, 0.72, 0.1, 0.36, 0.14
MOST_COLUMN_IN, MOST_ROW_IN = 0.9, 0.2
# Of a narrow page: share of it for the names, the least a column of figures and the bars may have, heads between them, a line.
NAME_SHARE, LEAST_COLUMN_IN, LEAST_BARS_IN, HEADS_IN, LINE_IN = 0.25, 0.31, 0.8, 1.0, 0.12
LEAST_LETTER, BOLD_LETTER = 5.3, 0.66  # points of rows LEAST_ROW_IN high; mean width of a bold letter
PRIORITY = ("nb_postes", "nb_vacants", "nb_pourvus", "nb_a_creer", "nb_statut_inconnu", "etp")  # of totals, where all have no room


def draw_professions(table, territoires, *, mentions, format_page="A4"):
    """Draw the posts by verb and champ (bars by status), and under them, by territory, the filled ones among those recorded.

    Parameters
    ----------
    table : DataFrame territoire_id, verbe, champ (each with "ensemble"), nb_postes, nb_pourvus, nb_vacants, nb_a_creer,
        nb_statut_inconnu; etp and nb_etp_inconnus when the edition has them; a table of the whole alone has bars alone
    territoires : DataFrame of nom and type, index territoire_id
    mentions : dict, as for `charts.draw_discordance`
    """
    whole = table[table["territoire_id"] == PERIMETER]
    columns = list_columns(whole)
    totals = whole[whole["verbe"].eq(WHOLE) & whole["champ"].eq(WHOLE)]
    counts = totals[list(STATUSES)].astype(float).sum(min_count=1)
    places = list_places(table, territoires)
    sides = share_sides(table, places, len(columns), format_page)
    title, told = mentions.get("titre") or tell_professions(whole), tell_notes(whole, places)
    # What fits is tried on a page whose notes tell that rows are left out.
    notes = [*told, *tell_left(table, places, len(places), sides)]
    figure, axes, room = open_chart(title, mentions, notes=notes, square=False, format_page=format_page)
    held = keep_places(table, places, write_legend(figure, room[0], counts) - room[1], page.find_least(figure, LEAST_LETTER))
    notes = [*told, *tell_left(table, held, len(places) - len(held), sides)]
    figure, axes, room = open_chart(title, mentions, notes=notes, square=False, format_page=format_page)
    axes.remove()
    top = write_legend(figure, room[0], counts)
    if not columns:
        page.write_paragraph(figure, page.MARGIN_IN, top - 0.2, "Ce que font les postes n'est pas renseigné.", 6, va="top")
        return figure
    name_in, totals = sides
    left = page.MARGIN_IN + name_in
    width = figure.get_size_inches()[0] - page.MARGIN_IN - left - measure_totals(totals)
    step = min(MOST_COLUMN_IN, width / len(columns))
    height = (top - room[1]) * BARS_SHARE
    if held:
        # Rows keep letters that are read: the bars give them their room.
        rows = len(held) * LEAST_ROW_IN * page.find_least(figure, LEAST_LETTER) / LEAST_LETTER + GAP_IN + HEADS_IN - HEAD_IN
        height = max(LEAST_BARS_IN + HEAD_IN, min(height, top - room[1] - rows))
    low = top - (height if held else top - room[1]) + HEAD_IN
    draw_bars(figure, whole, columns, (left, low, step, top - low))
    low = write_heads(figure, columns, left, low, step)
    if held:
        draw_table(figure, table, held, columns, (page.MARGIN_IN, low - GAP_IN, step, room[1]), sides)
    return figure


def keep_places(table, places, room, least):
    """Return the territories that `room` inches hold under the bars, letters of `least` points, in their order.

    The whole is kept, then those with most posts (ties: the first given).
    """
    most = int((room - LEAST_BARS_IN - HEADS_IN - GAP_IN) / (LEAST_ROW_IN * least / LEAST_LETTER))
    if len(places) <= most:
        return places
    counts = table[table["verbe"].eq(WHOLE) & table["champ"].eq(WHOLE)].set_index("territoire_id")["nb_postes"]
    order = counts.reindex(list(places)).fillna(0).drop(PERIMETER, errors="ignore").sort_values(ascending=False, kind="stable")
    kept = {PERIMETER, *order.index[: most - 1]}
    return {key: name for key, name in places.items() if key in kept}


def share_sides(table, places, number, format_page):
    """Return the width of the names in inches, and {column: (heading, width)} of the totals a page has room for."""
    if not places:
        return 0.0, {}
    width = page.open_page(format_page).get_size_inches()[0]
    name_in = min(NAME_IN, NAME_SHARE * width)
    told = {name: (label, TOTAL_IN) for name, label in TOTALS.items()} | ({"etp": (ETP, ETP_IN)} if "etp" in table else {})
    free = width - 2 * page.MARGIN_IN - name_in - LEAST_COLUMN_IN * number
    kept = []
    for name in sorted(told, key=list(PRIORITY).index):
        if measure_totals({each: told[each] for each in [*kept, name]}) > free:
            break
        kept.append(name)
    return name_in, {name: each for name, each in told.items() if name in kept}


def tell_left(table, places, left_out, sides):
    """Return the footnotes that count what the page has no room for, or nothing."""
    if not places:
        return []
    absent = [label for name, label in [*TOTALS.items(), ("etp", ETP)] if name not in sides[1] and name in table]
    notes = [f"Faute de place ici, sont dans le classeur, par territoire : {join_words(absent)}."] if absent else []
    return notes + ([f"Lignes : {agree(left_out, 'territoire')} de moins de postes hors de cette page."] if left_out else [])


def list_columns(whole):
    """Return the (verbe, champ) that hold a post, verbs in the order of the table, champs in that of the charts."""
    held = whole[whole["verbe"].ne(WHOLE) & whole["champ"].ne(WHOLE) & (whole["nb_postes"] > 0)]
    champs = {champ: rank for rank, champ in enumerate([*CHAMP_LABELS, FEW, NOT_SAID])}
    verbs = {verb: rank for rank, verb in enumerate(held["verbe"].drop_duplicates())}
    ranked = held.assign(rang=held["champ"].map(champs).fillna(len(champs)), ordre=held["verbe"].map(verbs))
    return list(ranked.sort_values(["ordre", "rang", "champ"])[["verbe", "champ"]].itertuples(index=False, name=None))


def list_places(table, territoires):
    """Return {territoire_id: name} of the rows of the table: the whole, EPCI, departements, others; none for the whole alone."""
    met = territoires[territoires.index.isin(table["territoire_id"]) & territoires["type"].isin(KINDS)]
    if met.empty:
        return {}
    order = met.assign(rang=met["type"].map({kind: rank for rank, kind in enumerate(KINDS)})).sort_values(["rang", "nom"], kind="stable")
    names = order["nom"].str.replace(r" \(partie dans le périmètre.*\)$", " (en partie)", regex=True)
    return {PERIMETER: "Ensemble du territoire", **names.to_dict()}


def tell_professions(whole):
    """Return the title: of all posts, how many do each verb of the guide, or that nobody said so."""
    cells = whole[whole["champ"] == WHOLE].set_index("verbe")["nb_postes"]
    total = int(cells.get(WHOLE, 0))
    head = f"Sur {agree(total, 'poste recensé', 'postes recensés')}"
    words = name_verbs()
    parts = [f"{format_number(cells[verb])}{NO_BREAK_SPACE}pour {words[verb].lower()}" for verb in words.index if cells.get(verb, 0) > 0]
    return f"{head} : {', '.join(parts)}" if parts else f"{head}, aucun dont on sait ce qu'il fait"


def name_verbs():
    """Return the first word of each verb of the guide, index its code, in the guide's order."""
    return read_list("verbes")["libelle"].str.split(" / ").str[0]


def tell_notes(whole, places):
    """Return the footnotes: how posts count, what a cell says, what is not known."""
    silent = whole[whole["verbe"].eq(NOT_SAID) & whole["champ"].eq(WHOLE)]["nb_postes"].sum()
    notes = [f"{COUNTED} Champ : celui de la structure."]
    if silent:
        notes.append(f"{agree(int(silent), 'poste')} dont on ne sait pas ce qu'il fait (« Non précisé »).")
    if len(places):
        notes.append("Cases : postes pourvus / postes recensés ; « · » : aucun poste recensé, ce qui n'est pas une absence.")
    if "etp" not in whole:
        notes.append(
            "Champs d'un ou deux postes : réunis (« Moins de 3 »), ou non montrés à moins de trois en tout : aucun poste n'est reconnu."
        )
    return notes


def draw_bars(figure, whole, columns, box):
    """Draw one bar a verb and champ, split by status, its total on it; `box`: left, low, width of a column, height (inches)."""
    width, height = figure.get_size_inches()
    left, low, step, high = box
    axes = figure.add_axes([left / width, low / height, step * len(columns) / width, high / height])
    cells = whole.set_index(["verbe", "champ"]).loc[columns]
    tallest, size = float(cells["nb_postes"].max()), page.find_least(figure, 6.5)
    axes.set(xlim=(0, len(columns)), ylim=(0, tallest * 1.14))
    axes.set_xticks([])
    axes.set_yticks([])
    for side, spine in axes.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color("#8A8A8A")
    middles, start = np.arange(len(columns)) + 0.5, np.zeros(len(columns))
    for name, (_, colour, hatch, ink) in STATUSES.items():
        values = cells[name].to_numpy(dtype=float)
        shown = np.flatnonzero(values > 0)
        axes.bar(middles[shown], values[shown], bottom=start[shown], width=0.62, facecolor=colour, hatch=hatch or None, linewidth=0.6,
                 gid=name, edgecolor=ink if hatch else "none")  # fmt: skip
        for rank in shown:
            if values[rank] / tallest * high > 0.14:
                text = page.write_text(axes, middles[rank], start[rank] + values[rank] / 2, format_number(values[rank]), ha="center",
                                       va="center", fontsize=size, color=pick_text_colour(colour), gid="nombre")  # fmt: skip
                if hatch:
                    page.add_halo(text, 2.5)
        start += values
    for rank, total in enumerate(cells["nb_postes"]):
        page.write_text(axes, middles[rank], total + tallest * 0.02, format_number(total), ha="center", va="bottom", fontsize=7.5,
                        fontweight="bold", gid="total")  # fmt: skip


def write_heads(figure, columns, left, low, step):
    """Write champs upwards, then verbs under a rule, below the bars; return the bottom in inches."""
    width, height = figure.get_size_inches()
    words, least = name_verbs(), page.find_least(figure, 6.5)
    for rank, (_, champ) in enumerate(columns):
        label, x = SHORT_CHAMPS.get(champ, champ), (left + (rank + 0.5) * step) / width
        options = {"ha": "center", "va": "top", "fontsize": least, "rotation": 90 if step < 0.62 else 0, "gid": "champ"}
        page.write_text(figure, x, (low - 0.04) / height, label, **options)
    bottom = low - (0.56 if step < 0.62 else 0.16)
    verbs, lines, deep = [verb for verb, _ in columns], 1, 0
    for verb in dict.fromkeys(verbs):
        first, number = verbs.index(verb), verbs.count(verb)
        label = words.get(verb, "Non précisé" if verb == NOT_SAID else verb)
        room = number * step - 0.06
        # A narrow column has the words of its verb one above the other.
        pieces = label.split(" ") if room * 72 / (BOLD_LETTER * len(label)) < least else [label]
        size = min(8.0, max(least, room * 72 / (BOLD_LETTER * max(map(len, pieces)))))
        # Wider than its column even so, it goes under those of its neighbours.
        over = max(map(len, pieces)) * size * BOLD_LETTER > room * 72 * 1.2
        down = max(1, deep) if over else 0
        deep, lines = down + len(pieces) if over else 0, max(lines, down + len(pieces))
        corner = ((left + first * step + 0.03) / width, bottom / height)
        figure.add_artist(Rectangle(corner, room / width, 0.006 / height, transform=figure.transFigure, color="#8A8A8A"))
        options = {"fontsize": size, "fontweight": "bold", "linespacing": 1.0, "ha": "center", "va": "top", "gid": "verbe"}
        x, y = left + (first + number / 2) * step, bottom - 0.03 - LINE_IN * down
        page.write_text(figure, x / width, y / height, "\n".join(pieces), **options)
    return bottom - 0.16 - LINE_IN * (lines - 1)


def draw_table(figure, table, places, columns, box, sides):
    """Write territories x (verb, champ), then the totals of each territory; `box`: left, top, width of a column, bottom (inches).

    `sides`: see `share_sides`.
    """
    width, height = figure.get_size_inches()
    left, top, step, bottom = box
    name_in, totals = sides
    least = page.find_least(figure, LEAST_LETTER)
    cells = table.set_index(KEYS)
    grid = pd.MultiIndex.from_tuples([(place, *column) for place in places for column in columns], names=KEYS)
    counts = cells[["nb_postes", "nb_pourvus"]].reindex(grid).fillna(0).to_numpy(dtype=float).reshape(len(places), len(columns), 2)
    sums = cells.reindex(pd.MultiIndex.from_product([list(places), [WHOLE], [WHOLE]], names=KEYS))
    row_in = min(MOST_ROW_IN, max(LEAST_ROW_IN * least / LEAST_LETTER, (top - bottom - 0.02) / len(places)))
    size = max(least, min(7.0, row_in * 72 / 1.35))
    wide, high = width - 2 * page.MARGIN_IN, row_in * len(places)
    axes = figure.add_axes([left / width, (top - high) / height, wide / width, high / height])
    axes.set(xlim=(0, wide), ylim=(len(places), 0))
    axes.set_axis_off()
    largest = max(1.0, counts[1:, :, 0].max(initial=0))
    narrow = max(least, min(size, step * 72 / 3.4))
    for row, name in enumerate(places.values()):
        options = {"va": "center_baseline", "fontweight": "bold" if not row else "normal"}
        words = shorten(name, name_in - 0.12, size)
        page.write_text(axes, name_in - 0.08, row + 0.5, words, ha="right", fontsize=size, gid="territoire", **options)
        for column in range(len(columns)):
            total, filled = counts[row, column]
            if total and row:
                shade = SEQUENTIAL[min(len(SEQUENTIAL) - 3, int((total - 1) / largest * (len(SEQUENTIAL) - 2)))]
                corner = (name_in + column * step + 0.01, row + 0.04)
                axes.add_patch(Rectangle(corner, step - 0.02, 0.92, facecolor=shade, linewidth=0, zorder=0))
            words = f"{format_number(filled)}/{format_number(total)}" if total else "·"
            page.write_text(axes, name_in + (column + 0.5) * step, row + 0.5, words, ha="center", fontsize=narrow, gid="case", **options)
    write_totals(axes, sums, name_in + len(columns) * step + 0.12, totals, size)


def write_totals(axes, sums, left, totals, size):
    """Write the posts of each territory by status, and the full-time equivalents known beside how many are not."""
    head = page.find_least(axes.get_figure(), 6.5)
    for name, (label, room) in totals.items():
        if name == "etp":
            words = [tell_etp(row.etp, row.nb_etp_inconnus) for row in sums.itertuples()]
        else:
            words = [format_number(value) for value in sums[name].fillna(0)]
        page.write_text(axes, left + room / 2, -0.35, label, ha="center", va="bottom", fontsize=head, rotation=0, gid="entete")
        for row, word in enumerate(words):
            page.write_text(axes, left + room / 2, row + 0.5, word, ha="center", va="center_baseline", fontsize=size,
                            fontweight="bold" if not row else "normal", color=TEXT_COLOUR, gid="somme")  # fmt: skip
        left += room


def tell_etp(etp, unknown):
    """Return the full-time equivalents known, and how many posts do not say theirs.

    >>> tell_etp(3.5, 2), tell_etp(float("nan"), 1)
    ('3,5 (2 non dits)', '— (1 non dit)')
    """
    count = 0 if unknown != unknown else int(unknown)
    words = "non dits" if count > 1 else "non dit"
    return f"{format_number(etp, 1)} ({count} {words})" if count else format_number(etp, 1)


def measure_totals(totals):
    """Return the width of the totals in inches, 0 for none."""
    return sum(room for _, room in totals.values()) + 0.12 if totals else 0.0


def shorten(name, room, size):
    """Return a name cut with « … » when it is longer than `room` inches."""
    most = int(room * 72 / (size * 0.53))
    return name if len(name) <= most else f"{name[: most - 1].rstrip()}…"
