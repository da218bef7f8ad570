"""Who takes part in a dispositif at which stage, and in which role; on demand, which funders came late (chart G3)."""

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D

from diagnostic.draw import page
from diagnostic.draw.charts import (
    BESIDE_IN,
    ONE_LINE_SHARE,
    count_letters,
    fill_cells,
    label_axes,
    open_chart,
    shrink_axes,
    write_legend_row,
)
from diagnostic.draw.network_charts import list_star
from diagnostic.draw.network_marks import name_nodes
from diagnostic.draw.style import (
    COLOURS,
    MISSING_COLOUR,
    agree,
    format_number,
    pick_text_colour,
)  # fmt: skip
from diagnostic.vocabulary.formats import join_words

MAX_DISPOSITIFS = 30
STAGES = {
    "emergence": "Émergence",
    "diagnostic": "Diagnostic",
    "conception": "Conception",
    "mise_en_oeuvre": "Mise en œuvre",
    "evaluation": "Évaluation",
    "autre": "Autre stade",
    "inconnu": "Stade non renseigné",
}
ALWAYS = ["emergence", "diagnostic", "conception", "mise_en_oeuvre", "evaluation", "inconnu"]
# A role is a letter, a shape and a colour; a late funder is hollow with a thick edge, so that it is seen in black and white.
ROLES = {
    "F": ("Financement", "D", COLOURS["orange"]),
    "F_tardif": ("Financement, entré après l'émergence", "D", "#FFFFFF"),
    "F_inconnu": ("Financement, stade d'entrée inconnu", "D", MISSING_COLOUR),
    "P": ("Pilotage", "s", COLOURS["bleu"]),
    "C": ("Coordination", "o", COLOURS["vert"]),
    "A": ("Accompagnement ou animation", "^", COLOURS["rose"]),
    "m": ("Participation, comme membre", "o", "#C9C9C9"),
    "?": ("Autre rôle, ou rôle non renseigné", "h", MISSING_COLOUR),
}
EARLY = "Financement, présent dès l'émergence"
LETTERS = {
    "financement": "F", "pilotage": "P", "coordination": "C", "accompagnement": "A", "animation": "A", "participation": "m",
}  # fmt: skip
SIGNS = {"F_tardif": "F", "F_inconnu": "F?"}
# A diamond as wide as a square of the same number would run into the figure on its right.
WIDTHS = {"D": 0.76, "s": 0.95, "^": 1.1}
LEAST_LETTER = 6.0  # points
MARK_WEIGHT = 2.4  # width of a mark, a figure being 1
LATE_EDGE = COLOURS["vermillon"]


def draw_stages(dispositifs, participations, *, mentions, tardifs=False, format_page="A4"):
    """Draw dispositifs x stages; in each cell a mark a role with its number of actors (chart G3).

    With `tardifs`, funders have three marks: there from the emergence, entered later, entry not known. A funder is late when
    the first known stage of its participations in the dispositif, whatever the role, is not the emergence; "autre" has no
    place in the order of stages and says nothing, like an empty cell. One page holds 30 dispositifs: those with most actors
    are kept (ties by name), the others are counted in a note.

    Parameters
    ----------
    dispositifs : DataFrame with dispositif_id, nom
    participations : DataFrame with acteur_id, dispositif_id, role, stade
        Rows with a dispositif that is not given are left out and counted.
    mentions : dict, as for `charts.draw_discordance`
    tardifs : bool
        Whether to tell the late funders: unfavourable to the dispositifs it names, hence for the edition interne only.
    """
    rows = read_roles(dispositifs, participations, tardifs=tardifs)
    cells = count_cells(rows)
    names = choose_rows(dispositifs, rows, count_letters(format_page, 44))
    left = len(participations) - len(rows)
    title = mentions.get("titre") or (tell_late(dispositifs, rows) if tardifs else tell_stages(rows))
    notes = [*tell_rows(names, dispositifs, rows, left), *(tell_funders(rows) if tardifs else []), *list_star(names)]
    stages = [stage for stage in STAGES if stage in ALWAYS or cells["stade"].eq(stage).any()]
    figure, axes, room = open_chart(title, mentions, notes=notes, shape=(len(names), len(stages)), format_page=format_page)
    roles = [role for role in ROLES if cells["lettre"].eq(role).any()]
    handles = list_roles(cells, roles, tardifs)
    top = write_legend_row(figure, handles, room[0], columns=min(4, max(3, -(-len(handles) // 2))))
    shrink_axes(axes, top - 0.06)
    size = max(page.find_least(figure), min(7.0, 130 / max(1, len(names)) + 2.5))
    shown = cells[cells["dispositif_id"].isin(names.index)]
    even = is_wide(axes, shown, len(stages) * len(roles))
    label_axes(axes, names, [STAGES[stage] for stage in stages], size=size, room=even, beside=BESIDE_IN)
    edges, spots = place_roles(shown, stages, roles, even=even)
    if even:
        for label in axes.get_xticklabels():
            label.set_va("baseline")
    axes.set_xticks((edges[1:] + edges[:-1]) / 2, axes.get_xticklabels())
    fill_stages(axes, len(names), stages, edges)
    draw_marks(axes, shown, names.index, spots)
    if names.empty:
        page.write_text(axes, len(stages) / 2, 0.5, "Aucune participation renseignée.", ha="center", va="center")
    return figure


def read_roles(dispositifs, participations, *, tardifs=True):
    """Return the participations in the dispositifs given: stade ("inconnu" when missing), premier, tardif, lettre of the role.

    With `tardifs` the lettre of a funder is "F" (first known stage the emergence), "F_tardif" (later) or "F_inconnu".
    """
    rows = participations.reindex(columns=["acteur_id", "dispositif_id", "role", "stade"]).astype("object")
    rows = rows[rows["dispositif_id"].isin(set(dispositifs["dispositif_id"]))].reset_index(drop=True)
    rows["stade"] = rows["stade"].where(rows["stade"].isin(list(STAGES)), "inconnu")
    rank = rows["stade"].map({stage: k for k, stage in enumerate(ALWAYS[:-1])}).astype(float)
    first = rank.groupby([rows["acteur_id"], rows["dispositif_id"]]).transform("min")
    rows["premier"] = first
    rows["lettre"] = rows["role"].map(LETTERS).astype("object").fillna("?")
    rows["tardif"] = rows["lettre"].eq("F") & (first > 0)
    if tardifs:
        unknown = rows["lettre"].eq("F") & first.isna()
        rows["lettre"] = rows["lettre"].mask(rows["tardif"], "F_tardif").mask(unknown, "F_inconnu")
    return rows


def count_cells(rows):
    """Return the number of distinct actors a dispositif, stage and letter: nombre."""
    keys = ["dispositif_id", "stade", "lettre"]
    return rows.drop_duplicates([*keys, "acteur_id"]).groupby(keys, sort=True).size().rename("nombre").reset_index()


def choose_rows(dispositifs, rows, letters):
    """Return the names of the dispositifs drawn, index dispositif_id: those with most actors, then in text order."""
    actors = rows.drop_duplicates(["dispositif_id", "acteur_id"]).groupby("dispositif_id").size()
    names = name_nodes(dispositifs, "dispositif_id", width=letters, lines=1)
    table = pd.DataFrame({"nom": names, "cle": names.index, "nombre": actors.reindex(names.index, fill_value=0)})
    table = table[table["nombre"].gt(0)].drop_duplicates("cle")
    kept = table.sort_values(["nombre", "nom", "cle"], ascending=[False, True, True]).head(MAX_DISPOSITIFS)
    return kept.sort_values(["nom", "cle"])["nom"]


def list_funders(rows):
    """Return the funders, one a dispositif and actor: tardif, connu (a stage is known)."""
    funders = rows[rows["role"].eq("financement")].drop_duplicates(["dispositif_id", "acteur_id"])
    return funders.assign(connu=funders["premier"].notna())


def tell_stages(rows):
    """Return the title of the chart: how many participations are at the stage that has most, of those whose stage is known."""
    number = rows["dispositif_id"].nunique()
    if not number:
        return "Dispositifs : aucune participation renseignée"
    held = rows.drop_duplicates(["dispositif_id", "acteur_id", "stade"])["stade"].value_counts().reindex(list(STAGES), fill_value=0)
    known = held.drop("inconnu")
    head = agree(number, "dispositif")
    if not known.sum():
        return f"{head} : aucun stade renseigné"
    # The stage that is met most (ties: the earliest), then those of the usual five that nobody was seen at.
    told = f"{head} : {format_number(known.max())} des {agree(int(known.sum()), 'présence')} d'acteurs à un stade connu sont au stade"
    empty = [STAGES[stage].lower() for stage in ALWAYS[:-1] if not known[stage]]
    told = f"{told} « {STAGES[known.idxmax()].lower()} »".replace("« ", "«\u00a0").replace(" »", "\u00a0»")
    return f"{told}, aucune en {join_words(empty)}" if empty else told


def tell_late(dispositifs, rows):
    """Return the title of the chart that tells the late funders, from its counts."""
    head = f"{agree(dispositifs['dispositif_id'].nunique(), 'dispositif')}"
    funders = list_funders(rows)
    if funders.empty:
        return f"{head} : aucun financeur renseigné"
    known, late = int(funders["connu"].sum()), int(funders["tardif"].sum())
    if not known:
        return f"{head} : stade d'entrée non renseigné pour {agree(len(funders), 'financement')}"
    if known == 1:
        return f"{head} : le seul financement dont le stade est connu est entré {'après' if late else 'dès'} l'émergence"
    verb = "est entré" if late < 2 else "sont entrés"
    return f"{head} : {format_number(late)} des {agree(known, 'financement')} dont le stade est connu {verb} après l'émergence"


def tell_rows(names, dispositifs, rows, left):
    """Return the footnotes: how to read, what is not shown."""
    notes = ["Lecture : le nombre à droite d'un symbole compte les acteurs. Une case vide ne dit pas que personne n'y était."]
    total = dispositifs["dispositif_id"].nunique()
    with_rows = rows["dispositif_id"].nunique()
    if with_rows > len(names):
        others = agree(with_rows - len(names), "autre")
        notes.append(f"Lignes : les {len(names)} dispositifs qui ont le plus d'acteurs ; {others} hors de cette page.")
    if total > with_rows:
        notes.append(f"Sans participation renseignée, et hors du tableau : {agree(total - with_rows, 'dispositif')}.")
    if left:
        notes.append(f"Hors du tableau : {agree(left, 'ligne')} de participation à un dispositif absent de cette liste.")
    return notes


def tell_funders(rows):
    """Return the footnotes on the entry of funders: what is counted, what a mark stands for when it could be misread."""
    notes = ["Un financement est un financeur d'un dispositif ; il entre au premier stade connu où il y est, quel que soit son rôle."]
    unknown = int((~list_funders(rows)["connu"]).sum())
    if unknown:
        notes.append(f"Stade d'entrée inconnu : {agree(unknown, 'financement')}.")
    if (rows["lettre"].eq("F") & ~rows["stade"].isin(["emergence"])).any():
        notes.append("Losange plein après l'émergence : financeur déjà là à l'émergence, sous un autre rôle ou déjà en financement.")
    return notes


def list_roles(cells, roles, tardifs):
    """Return the legend entries of the roles met, with their counts."""
    counts = cells.groupby("lettre")["nombre"].sum()
    words = {role: ROLES[role][0] for role in roles} | ({"F": EARLY} if tardifs else {})
    return [make_role(role, f"{SIGNS.get(role, role)} : {words[role]} — {format_number(int(counts[role]))}") for role in roles]


def make_role(role, label):
    """Return the legend entry of a role."""
    _, marker, colour = ROLES[role]
    return Line2D([], [], linestyle="none", marker=marker, markersize=8, markerfacecolor=colour, label=label, **pick_edge(role))


def pick_edge(role):
    """Return the colour and width of the edge of a role's mark."""
    if role == "F_tardif":
        return {"markeredgecolor": LATE_EDGE, "markeredgewidth": 1.6}
    return {"markeredgecolor": "#555555", "markeredgewidth": 0.5}


def is_wide(axes, cells, slots):
    """Return whether all roles have a place in all stages, the names of the rows beside them: else a stage has those met in it."""
    figure = axes.get_figure()
    width = figure.get_size_inches()[0]
    points = (axes.get_position().width * width - min(BESIDE_IN, ONE_LINE_SHARE * width)) * 72
    digits = len(str(int(cells["nombre"].max()))) if len(cells) else 1
    return points / max(1, slots) >= page.find_least(figure, LEAST_LETTER) * (1.4 + 0.6 * digits)


def place_roles(cells, stages, roles, *, even):
    """Return where stages start and the last one ends (0 to their number), and the place of each role: stade, lettre, gauche, large.

    `even`: stages have one width and a place for every role; else a place for the roles met, as wide as its numbers.
    """
    met = cells.groupby(["stade", "lettre"])["nombre"].max()
    places = [(stage, role) for stage in stages for role in roles if even or (stage, role) in met.index]
    weights = [1.0 if even else MARK_WEIGHT + len(str(int(met[place]))) for place in places]
    table = pd.DataFrame(places, columns=["stade", "lettre"]).assign(large=pd.Series(weights, dtype=float))
    widths = table.groupby("stade")["large"].sum().reindex(stages).fillna(0).clip(lower=1.0 if even else MARK_WEIGHT)
    unit = len(stages) / widths.sum()
    edges = np.concatenate([[0.0], np.cumsum(widths) * unit])
    table["large"] *= unit
    before = table.groupby("stade")["large"].cumsum() - table["large"]
    return edges, table.assign(gauche=before + table["stade"].map(dict(zip(stages, edges, strict=False))).astype(float))


def fill_stages(axes, number, stages, edges):
    """Fill the cells: every other row tinted, the column of what is not known grey."""
    for row in range(number):
        tint = "#F6F4EF" if row % 2 else "#FFFFFF"
        known = [column for column, stage in enumerate(stages) if stage != "inconnu"]
        fill_cells(axes, [row] * len(known), known, tint, edges=edges)
        unknown = [column for column, stage in enumerate(stages) if stage == "inconnu"]
        fill_cells(axes, [row] * len(unknown), unknown, MISSING_COLOUR, edges=edges)
    for edge in edges[1:-1]:
        axes.axvline(edge, color="#BDBDBD", linewidth=0.6, zorder=1.5)


def draw_marks(axes, cells, ids, spots):
    """Draw in each cell a mark a role, always at the same place, its letter in it and its number on its right."""
    if cells.empty:
        return
    figure = axes.get_figure()
    box = axes.get_window_extent().extents / figure.dpi * 72
    unit, high = (box[2] - box[0]) / axes.get_xlim()[1], (box[3] - box[1]) / len(ids)
    slot, least = spots["large"].min() * unit, page.find_least(figure, LEAST_LETTER)
    size = float(np.clip(min(0.62 * slot, 0.8 * high), max(3, least * 1.2), 11))
    lines = {key: rank for rank, key in enumerate(ids)}
    placed = cells.merge(spots, on=["stade", "lettre"])
    middle = np.minimum(0.36 * placed["large"], 0.6 * size / unit)
    placed = placed.assign(x=placed["gauche"] + middle, y=placed["dispositif_id"].map(lines) + 0.5)
    for role, rows in placed.groupby("lettre", sort=True):
        _, marker, colour = ROLES[role]
        edge = pick_edge(role)
        axes.scatter(
            rows["x"], rows["y"], s=(size * WIDTHS.get(marker, 1.0)) ** 2, marker=marker, facecolors=colour, zorder=3, gid=f"role {role}",
            edgecolors=edge["markeredgecolor"], linewidths=edge["markeredgewidth"] * 0.7,
        )  # fmt: skip
        # The middle of a triangle is below that of its box.
        low = 0.1 * size / high if marker == "^" else 0.0
        for row in rows.itertuples():
            page.write_text(axes, row.x, row.y + low, SIGNS.get(role, role), ha="center", va="center_baseline",
                            fontsize=max(least, size * 0.56), color=pick_text_colour(colour), zorder=4, gid="lettre")  # fmt: skip
            page.write_text(axes, row.x + 0.62 * size / unit, row.y, format_number(row.nombre), ha="left", va="center",
                            fontsize=max(least, size * 0.66), zorder=4, gid="nombre")  # fmt: skip
