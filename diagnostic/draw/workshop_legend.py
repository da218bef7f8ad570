"""The legend of a workshop sheet: the question of the guide, boxes left empty, a frame for those who have no place on the map."""

from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from diagnostic.draw import page
from diagnostic.draw.style import TEXT_COLOUR
from diagnostic.vocabulary import read_vocabulary

PURPOSE = "Q0"
HEAD = "Légende à décider ensemble"
HOW = "Pour chaque entrée, le groupe choisit ses mots et un signe (couleur, forme, gommette, trait), puis les dessine ici."
FRAME = "Hors de la carte : acteurs d'une échelle plus large, ou sans lieu"
# Lines to fill under each question: many objects and actors, few scales; and the question in short, beside a map of actors.
LINES = {"Q1": 1, "Q2": 5, "Q3": 7, "Q4": 5, "Q5": 5}
SHORT = {
    "Q1": "Périmètre de travail", "Q2": "Dispositifs et actions", "Q3": "Acteurs : thèmes, rôles, stades",
    "Q4": "Liens entre actions et acteurs", "Q5": "Réseaux et leurs échelles",
}  # fmt: skip
QUESTION_SIZE, QUESTION_GAP_IN = 7.0, 0.1
# Millimetres of a paper of scale 1: what a pen needs, and no more than it needs; the stickers that the frame holds.
LEAST_LINE_MM, MOST_LINE_MM, FRAME_MM = 6.0, 10.0, 34.0
BLANK_COLOUR = "#8A8A8A"


def write_purpose(figure, finalite, top):
    """Write the question of purpose of the guide and the answer of the dossier, or a line to answer by hand; return the bottom (inches)."""
    left = find_left(figure)
    question = read_questions()[PURPOSE]
    options = {"va": "top", "fontsize": 8.0, "linespacing": 1.2}
    written = page.write_paragraph(figure, left, top, question, page.PANEL_IN, fontweight="bold", gid="finalite", **options)
    top = page.measure_box(written)[1] - 0.05
    if finalite:
        answer = page.write_paragraph(figure, left, top, finalite.rstrip(".") + ".", page.PANEL_IN, gid="reponse", **options)
        return page.measure_box(answer)[1] - 0.14
    step = to_inches(figure, 9.0)
    for rank in (1, 2):
        draw_line(figure, left, left + page.PANEL_IN, top - rank * step)
    return top - 2 * step - 0.14


def write_empty_legend(figure, room, *, short=False, apart=""):
    """Fill the panel between `room` (top and bottom, inches) with questions of the guide and empty boxes; return how many boxes.

    The lines are as many as the room holds, shared between the questions; a panel too short for the questions has boxes alone.
    The frame at the bottom is left for stickers.

    Parameters
    ----------
    short : bool, the subject of each question instead of the question
    apart : str, the numbers of the actors that belong in the frame
    """
    left, (top, bottom) = find_left(figure), room
    options = {"va": "top", "fontweight": "bold", "color": page.pick_title_colour()}
    head = page.write_paragraph(figure, left, top, HEAD, page.PANEL_IN, fontsize=9.0, gid="legende vide", **options)
    how = page.write_paragraph(figure, left, page.measure_box(head)[1] - 0.04, HOW, page.PANEL_IN, va="top", fontsize=6.5, linespacing=1.2)
    top = page.measure_box(how)[1] - 0.12
    frame = min(to_inches(figure, FRAME_MM), 0.2 * (top - bottom))
    texts = write_questions(figure, SHORT if short else read_questions())
    heights = {name: page.measure_box(text)[3] - page.measure_box(text)[1] + 0.02 for name, text in texts.items()}
    step, counts = share_lines(figure, top - bottom - frame - 0.1, heights)
    for name, text in texts.items():
        if name not in counts:
            text.remove()
    for name, count in counts.items():
        if name in texts:
            texts[name].set_y(top / figure.get_size_inches()[1])
            top -= heights[name]
        for _ in range(count):
            top -= step
            draw_box(figure, left, top, step)
        top -= QUESTION_GAP_IN
    draw_frame(figure, left, bottom, top - bottom, f"{FRAME} ({apart})" if apart else FRAME)
    return sum(counts.values())


def write_questions(figure, questions):
    """Write the questions of LINES in the panel, one over the other, and return {code: Text}: their height tells where they go."""
    options = {"va": "top", "fontsize": QUESTION_SIZE, "linespacing": 1.15, "gid": "question"}
    return {name: page.write_paragraph(figure, find_left(figure), 1.0, questions[name], page.PANEL_IN, **options) for name in LINES}


def share_lines(figure, room, heights):
    """Return (height of a line, lines of each question) in inches; a room too short for the questions is left without them (name "")."""
    least, most = to_inches(figure, LEAST_LINE_MM), to_inches(figure, MOST_LINE_MM)
    left = room - sum(heights.values()) - QUESTION_GAP_IN * len(heights)
    if left < least * len(heights):
        return least, {"": max(0, int(room / least))}
    counts = dict.fromkeys(heights, 1)
    while (sum(counts.values()) + 1) * least <= left and counts != LINES:
        # The question that lacks most of its lines has the next one; ties: the first asked.
        name = min(counts, key=lambda name: (counts[name] / LINES[name], list(counts).index(name)))
        counts[name] += 1
    return min(most, left / sum(counts.values())), counts


def draw_box(figure, left, low, step):
    """Draw one empty entry: a box to colour, and a line to write on."""
    width, height = figure.get_size_inches()
    side = step * 0.68
    figure.add_artist(Rectangle(
        (left / width, (low + step * 0.1) / height), 1.5 * side / width, side / height, transform=figure.transFigure, facecolor="white",
        edgecolor=TEXT_COLOUR, linewidth=0.6, gid="case vide",
    ))  # fmt: skip
    draw_line(figure, left + 1.5 * side + 0.08, left + page.PANEL_IN, low + step * 0.1)


def draw_frame(figure, left, low, high, words):
    """Draw the dashed frame of those who are not on the map, its title inside."""
    width, height = figure.get_size_inches()
    figure.add_artist(Rectangle(
        (left / width, low / height), page.PANEL_IN / width, high / height, transform=figure.transFigure, facecolor="none",
        edgecolor=BLANK_COLOUR, linewidth=0.8, linestyle=(0, (4, 2)), gid="cadre hors carte",
    ))  # fmt: skip
    page.write_paragraph(figure, left + 0.06, low + high - 0.05, words, page.PANEL_IN - 0.12, va="top", fontsize=6.5)


def draw_line(figure, start, stop, y):
    """Draw a dotted line to write on, in inches."""
    width, height = figure.get_size_inches()
    options = {"color": BLANK_COLOUR, "linewidth": 0.7, "linestyle": (0, (1, 1.6)), "gid": "ligne vide"}
    figure.add_artist(Line2D([start / width, stop / width], [y / height] * 2, **options))


def find_left(figure):
    """Return where the panel starts, in inches."""
    return figure.get_size_inches()[0] - page.MARGIN_IN - page.PANEL_IN


def to_inches(figure, millimetres):
    """Return inches of the figure for what a hand fills: millimetres of an A4, more on large paper (a felt pen), not as much as letters."""
    return millimetres / 25.4 / page.measure_scale(figure) ** 0.5


def read_questions():
    """Return the questions of OUTIL 4 by code (Q0 to Q5), in the words of the guide."""
    return read_vocabulary("questions").set_index("code")["question"]
