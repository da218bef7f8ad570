"""The two networks off the map: who works with whom (declared links), who takes part in what (participations)."""

import numpy as np
import pandas as pd

from diagnostic.draw import network_marks as marks
from diagnostic.draw import page
from diagnostic.draw.charts import open_chart
from diagnostic.draw.labels import name_rank
from diagnostic.draw.network_layout import order_columns, spread_network
from diagnostic.draw.style import FONT_SIZES, NO_BREAK_SPACE, TEXT_COLOUR, agree, format_number, pick_text_colour

STRIP_IN = 0.72
# Beyond this many nodes only the most connected are named.
NAME_ALL_UP_TO, MOST_NAMES = 150, 120
READABLE_UP_TO = 600
COLUMNS_UP_TO = 40
# A mark at least this wide (points) holds a letter, explained beside the drawing, when its name has no room.
LEAST_LETTERED, MOST_LETTERS = 7.0, 15
LETTER_POINTS, LETTER_SHARE = 5.0, 1.2  # of a letter on a mark: its size, and how much wider the mark is
DISPOSITIF_MARKER, DISPOSITIF_COLOUR = "h", "#3A3A3A"
LEADING, FUNDING = ["pilotage", "coordination"], ["financement"]
ROLE_STYLES = {
    "pilote": (TEXT_COLOUR, 1.7, "-"),
    "pilote_finance": (TEXT_COLOUR, 1.7, (0, (3, 1.2))),
    "finance": ("#555555", 0.8, (0, (4, 2))),
    "autre": ("#A0A0A0", 0.6, "-"),
    "inconnu": ("#A0A0A0", 0.7, (0, (1, 1.8))),
}
ROLE_LABELS = {
    "pilote": "Pilotage ou coordination",
    "pilote_finance": "Pilotage ou coordination, et financement",
    "finance": "Financement",
    "autre": "Autre rôle (participation, animation...)",
    "inconnu": "Rôle non renseigné",
}
# What `a_repondu` says of actors without link: a silence is no absence of links.
ANSWERS = {
    "oui": ("a répondu", "ont répondu"), "non": ("n'a pas répondu", "n'ont pas répondu"),
    "non_sollicite": ("n'a pas été sollicité", "n'ont pas été sollicités"),
    "": ("dont on ne sait pas s'il a répondu", "dont on ne sait pas s'ils ont répondu"),
}  # fmt: skip
LAYOUT_NOTE = (
    "Position : chacun part de son lieu sur la carte, puis est rapproché de ceux auxquels il est relié. Les distances ne se "
    "mesurent pas."
)


def draw_actor_graph(acteurs, liens, *, mentions, format_page="A4"):
    """Draw who works with whom, off the map: actors by champ, one line a pair, actors without link apart.

    Parameters
    ----------
    acteurs : DataFrame with acteur_id, nom, champ; sigle, x_m, y_m (EPSG:2154), a_repondu when known
        The actors of the network. A missing champ has its own mark and is never a champ. Where a_repondu is there, the actors
        without link are told by what they answered.
    liens : DataFrame with source_id, cible_id; type, oriente when known
        Declared links; rows of one pair make one line. Self-links and links with an actor who is not given are counted in a note.
    mentions : dict, as for `charts.draw_discordance`
    """
    pairs, nb_left = marks.group_links(acteurs, liens)
    champs = marks.read_champs(acteurs)
    degrees = count_links(pairs).reindex(champs.index, fill_value=0)
    alone = champs[degrees.eq(0)].sort_index()
    title = mentions.get("titre") or tell_actor_graph(pairs, degrees)
    notes = ["Une ligne réunit tous les liens déclarés entre deux acteurs, quels que soient leur type et leur sens."]
    notes += [*tell_left(nb_left), *tell_large(degrees, pairs)]
    figure, axes, room, (width, height) = open_network(title, mentions, notes, format_page)
    strip = STRIP_IN if len(alone) else 0.0
    gap = pick_gap(int(degrees.gt(0).sum()), width, height - strip)
    starts = acteurs.reindex(columns=["x_m", "y_m"]).set_axis(champs.index)
    spots = spread_network(champs.index, pairs, starts, width=width, height=height - strip, gap=gap)
    described = pd.DataFrame({"champ": champs, "texte": marks.name_nodes(acteurs, "acteur_id", lines=3)})
    table = spots.dropna(subset=["x"]).join(described)
    table["y"] += strip
    sizes = {"smallest": min(marks.SMALLEST, gap * 40), "largest": min(marks.LARGEST, gap * 94)}
    table["diametre"] = marks.size_nodes(table["degre"], **sizes)
    marks.draw_links(axes, table, pairs, marks.LINK_STYLES)
    arrows = marks.draw_arrows(axes, table, pairs)
    marks.draw_nodes(axes, table)
    unnamed = name_most_linked(axes, table, pairs, (0, strip, width, height))
    marks.draw_strip(axes, alone, tell_unlinked(acteurs, alone.index), left=0, top=strip - 0.08, width=width, high=strip - 0.08)
    entries = marks.list_link_lines(pairs, marks.LINK_STYLES, marks.LINK_LABELS)
    if arrows:
        entries.append(marks.make_arrow_entry(int(pairs["sens"].ne("deux").sum())))
    legends = [
        ("Acteurs par champ", marks.list_champ_marks(champs), None), ("Liens déclarés", entries, None),
        ("Taille : nombre de partenaires", marks.list_sizes(table), LAYOUT_NOTE),
    ]  # fmt: skip
    page.stack_legends(figure, legends, room, "\n".join([*unnamed, *list_star(table["texte"])]))
    return figure


def draw_two_mode(acteurs, dispositifs, participations, *, mentions, format_page="A4"):
    """Draw who takes part in what: actors by champ, dispositifs as hexagons, the line by role (graph G1).

    Up to 40 actors and 40 dispositifs, in two columns ordered so that few lines cross; beyond, by springs. Several roles of
    an actor in a dispositif make one line. Actors and dispositifs without any participation are counted.

    Parameters
    ----------
    acteurs, dispositifs : DataFrame with acteur_id or dispositif_id, nom; champ, sigle, x_m, y_m of acteurs when known
        Dispositifs brought from open data, which tell of territories and not of actors, are not to be given.
    participations : DataFrame with acteur_id, dispositif_id, role
    mentions : dict, as for `charts.draw_discordance`
    """
    pairs, nb_left = group_participations(acteurs, dispositifs, participations)
    table = list_two_mode_nodes(acteurs, dispositifs, pairs)
    small = table.loc[table["degre"].gt(0), "sorte"].value_counts().max() <= COLUMNS_UP_TO if len(pairs) else True
    if small:
        table["texte"] = table["ligne"]
    alone = table[table["degre"].eq(0)].groupby("sorte").size()
    title = mentions.get("titre") or tell_two_mode(table, pairs)
    notes = ["Une ligne réunit tous les rôles d'un acteur dans un dispositif.", *tell_alone(alone)]
    notes += [*tell_left(nb_left, "participation"), *tell_large(table["degre"], pairs)]
    figure, axes, room, (width, height) = open_network(title, mentions, notes, format_page)
    table = table[table["degre"].gt(0)]
    place = place_columns if small else place_by_springs
    table = place(table, pairs, width, height)
    ends = ("noeud_a", "noeud_d")
    marks.draw_links(axes, table, pairs, ROLE_STYLES, ends=ends, kind="famille")
    actors, others = table[table["sorte"].eq("acteur")], table[table["sorte"].eq("dispositif")]
    marks.draw_nodes(axes, actors)
    axes.scatter(
        others["x"], others["y"], s=others["diametre"] ** 2 * 1.15, marker=DISPOSITIF_MARKER, facecolors=DISPOSITIF_COLOUR,
        edgecolors="white", linewidths=0.6, zorder=7, gid="dispositifs",
    )  # fmt: skip
    if small:
        write_columns(axes, table, width)
        unnamed = []
    else:
        unnamed = name_most_linked(axes, table, pairs, (0, 0, width, height), ends=ends)
    hexagon = marks.make_mark(DISPOSITIF_MARKER, DISPOSITIF_COLOUR, f"Dispositif — {agree(len(others), 'dispositif')}", size=8)
    entries = marks.list_link_lines(pairs, ROLE_STYLES, ROLE_LABELS, kind="famille", noun="participation")
    legends = [
        ("Acteurs par champ", marks.list_champ_marks(actors["champ"]), None), ("Dispositifs", [hexagon] if len(others) else [], None),
        ("Rôle de l'acteur dans le dispositif", entries, None if small else LAYOUT_NOTE),
    ]  # fmt: skip
    page.stack_legends(figure, legends, room, "\n".join([*unnamed, *list_star(table["texte"])]))
    return figure


def open_network(title, mentions, notes, format_page):
    """Return (figure, axes, room, (width, height)): a page with a legend panel, whose axes are in inches."""
    figure, axes, room = open_chart(title, mentions, notes=notes, format_page=format_page, panel=True, square=False)
    box = axes.get_window_extent().extents / figure.dpi
    width, height = float(box[2] - box[0]), float(box[3] - box[1])
    axes.set(xlim=(0, width), ylim=(0, height))
    axes.set_axis_off()
    return figure, axes, room, (width, height)


def count_links(pairs):
    """Return the number of partners of each actor who has one."""
    return pd.concat([pairs["acteur_a"], pairs["acteur_b"]]).value_counts()


def pick_gap(number, width, height):
    """Return the least distance between nodes, in inches: what the frame allows, between a hair and a tenth of an inch."""
    return float(np.clip(0.55 * np.sqrt(width * max(height, 1) / max(1, number)), 0.02, 0.2))


def name_most_linked(axes, table, pairs, view, *, ends=("acteur_a", "acteur_b"), size=None, most_letters=MOST_LETTERS):
    """Write the names of the most connected where there is room, a letter on the largest marks left; return the lines that tell it."""
    order = table.assign(nom_noeud=table.index).sort_values(["degre", "nom_noeud"], ascending=[False, True], kind="stable")
    if "gras" in order:
        order = order.sort_values("gras", ascending=False, kind="stable")
    names = order["texte"]
    if len(order) > NAME_ALL_UP_TO:
        order["texte"] = names.where(np.arange(len(order)) < MOST_NAMES, "")
    least = page.find_least(axes.get_figure(), LETTER_POINTS)
    size = max(least, size or (6.5 if len(order) <= 60 else 5.8))
    few = pairs if len(pairs) <= marks.MANY_LINKS else pairs.iloc[:0]
    written = marks.write_names(axes, order, view=view, lines=marks.sample_links(table, few, ends), size=size)
    left = order[~order.index.isin(written)]
    lettered = left[left["diametre"] >= max(LEAST_LETTERED, LETTER_SHARE * least)].iloc[:most_letters]
    lines = []
    for rank, row in enumerate(lettered.itertuples()):
        ink = pick_text_colour(DISPOSITIF_COLOUR if row.champ == "dispositif" else marks.find_fills()[row.champ])
        page.write_text(axes, row.x, row.y, name_rank(rank), fontsize=least, ha="center", va="center_baseline", color=ink, zorder=9,
                        fontweight="bold", gid="lettre")  # fmt: skip
        lines.append(f"{name_rank(rank)} : {names[row.Index]}".replace("\n", " "))
    without = len(left) - len(lettered)
    if without:
        told = f"{format_number(without)} sur {format_number(len(order))}"
        lines.append(f"Sans nom sur le dessin, faute de place : {told}. Les plus reliés sont nommés d'abord.")
    return lines


def list_star(words):
    """Return the line that explains the star of what is invented, when a name bears it."""
    return [marks.STAR_NOTE] if words.astype("str").str.contains(marks.STAR, regex=False).any() else []


def tell_left(number, noun="lien"):
    """Return the footnote that counts the rows not drawn, or nothing."""
    if not number:
        return []
    verb = "n'est pas dessinée" if number < 2 else "ne sont pas dessinées"
    what = "d'un acteur ou d'un dispositif absent de ce dessin"
    if noun == "lien":
        what = "d'un acteur avec lui-même, ou avec un acteur absent de ce dessin"
    return [f"{agree(number, f'ligne de {noun}', f'lignes de {noun}')} ({what}) {verb}."]


def tell_large(degrees, pairs):
    """Return the footnote of a network too large to be read at once, or nothing."""
    if degrees.gt(0).sum() <= READABLE_UP_TO:
        return []
    thin = " Les traits sont amincis." if len(pairs) > marks.MANY_LINKS else ""
    return [f"Réseau trop grand pour être lu d'un coup : dessinez-le par territoire, par thème ou par acteur.{thin}"]


def tell_actor_graph(pairs, degrees):
    """Return the title of the graph of actors from its counts."""
    alone = int(degrees.eq(0).sum())
    if pairs.empty:
        return f"{agree(len(degrees), 'acteur')}, aucun lien déclaré"
    across = int(pairs["entre"].eq("entre").sum())
    head = f"{agree(len(degrees) - alone, 'acteur')} reliés par {agree(len(pairs), 'lien déclaré', 'liens déclarés')}"
    told = f"{head}, dont {format_number(across)} entre champ social et développement local"
    return f"{told}{NO_BREAK_SPACE}; {agree(alone, 'acteur')} sans lien déclaré" if alone else told


def tell_unlinked(acteurs, names):
    """Return how many actors have no declared link and, when the edition holds it (a_repondu), whether they answered.

    >>> acteurs = pd.DataFrame({"acteur_id": ["a", "b", "c"], "a_repondu": ["oui", "non", None]})
    >>> tell_unlinked(acteurs, ["a", "b"]).replace(NO_BREAK_SPACE, " ")
    "2 acteurs sans lien déclaré : 1 a répondu, 1 n'a pas répondu"
    """
    head = f"{agree(len(names), 'acteur')} sans lien déclaré"
    rows = acteurs.reindex(columns=["acteur_id", "a_repondu"]).drop_duplicates("acteur_id").set_index("acteur_id")
    if rows["a_repondu"].isna().all():
        return head
    answers = rows["a_repondu"].reindex(names).astype("object")
    counts = answers.where(answers.isin(list(ANSWERS)), "").value_counts()
    return f"{head} : {', '.join(agree(int(counts[code]), *words) for code, words in ANSWERS.items() if code in counts)}"


def group_participations(acteurs, dispositifs, participations):
    """Return one row an actor and dispositif (noeud_a, noeud_d, famille of role), and how many rows concern others."""
    rows = participations.reindex(columns=["acteur_id", "dispositif_id", "role"]).astype("object")
    known = rows["acteur_id"].isin(set(acteurs["acteur_id"])) & rows["dispositif_id"].isin(set(dispositifs["dispositif_id"]))
    rows, keys = rows[known], ["acteur_id", "dispositif_id"]
    told = rows.assign(pilote=rows["role"].isin(LEADING), finance=rows["role"].isin(FUNDING), dit=rows["role"].notna())
    pairs = told.groupby(keys, sort=True)[["pilote", "finance", "dit"]].any().reset_index()
    conditions = [pairs["pilote"] & pairs["finance"], pairs["pilote"], pairs["finance"], pairs["dit"]]
    pairs["famille"] = np.select(conditions, ["pilote_finance", "pilote", "finance", "autre"], default="inconnu")
    # The two lists may use the same identifiers.
    pairs["noeud_a"], pairs["noeud_d"] = "a:" + pairs["acteur_id"].astype("str"), "d:" + pairs["dispositif_id"].astype("str")
    return pairs, int((~known).sum())


def list_two_mode_nodes(acteurs, dispositifs, pairs):
    """Return the nodes, actors then dispositifs: sorte, champ, texte, ligne (on one line), gras, degre, x_m, y_m."""
    degrees = pd.concat([pairs["noeud_a"], pairs["noeud_d"]]).value_counts()
    tables = []
    for sorte, rows, prefix in [("acteur", acteurs, "a:"), ("dispositif", dispositifs, "d:")]:
        key = f"{sorte}_id"
        words = marks.name_nodes(rows, key, width=22 if sorte == "acteur" else 26, lines=3)
        line = marks.name_nodes(rows, key, width=46, lines=1)
        champs = marks.read_champs(rows) if sorte == "acteur" else "dispositif"
        places = rows.reindex(columns=["x_m", "y_m"]) if sorte == "acteur" else pd.DataFrame(np.nan, rows.index, ["x_m", "y_m"])
        table = pd.DataFrame({"sorte": sorte, "texte": words, "ligne": line, "champ": champs, "gras": sorte == "dispositif"})
        table[["x_m", "y_m"]] = places.to_numpy(dtype=float)
        tables.append(table.set_axis(prefix + table.index.astype("str")))
    nodes = pd.concat(tables)
    return nodes.assign(degre=degrees.reindex(nodes.index, fill_value=0).astype(int))


def place_by_springs(table, pairs, width, height):
    """Return the nodes placed by springs; a dispositif starts in the middle of its actors."""
    starts = table[["x_m", "y_m"]]
    means = starts.reindex(pairs["noeud_a"]).groupby(pairs["noeud_d"].to_numpy()).mean()
    starts = starts.fillna(means.reindex(starts.index))
    gap = pick_gap(len(table), width, height)
    spots = spread_network(table.index, pairs[["noeud_a", "noeud_d"]], starts, width=width, height=height, gap=gap)
    smallest = min(4.5, gap * 45)
    return table.assign(x=spots["x"], y=spots["y"], diametre=np.where(table["gras"], 2.4 * smallest, smallest))


def place_columns(table, pairs, width, height):
    """Return the nodes in two columns, actors on the left."""
    left, right = (table.index[table["sorte"].eq(sorte)] for sorte in ("acteur", "dispositif"))
    columns = order_columns(left, right, pairs[["noeud_a", "noeud_d"]])
    spots = {}
    for x, names in zip((0.36 * width, 0.64 * width), columns, strict=True):
        step = min(0.42, (height - 0.2) / max(1, len(names)))
        top = height / 2 + step * (len(names) - 1) / 2
        spots |= {name: (x, top - step * rank) for rank, name in enumerate(names)}
    places = pd.DataFrame.from_dict(spots, orient="index", columns=["x", "y"]).reindex(table.index)
    return table.assign(x=places["x"], y=places["y"], diametre=np.where(table["gras"], 8.0, 6.0))


def write_columns(axes, table, width):
    """Write every name outside its column, on one line where rows are close."""
    rows = table["sorte"].value_counts().max() if len(table) else 1
    size = max(page.find_least(axes.get_figure()), 7.0 if rows <= 25 else 5.8)
    for row in table.itertuples():
        on_left = row.sorte == "acteur"
        page.write_text(axes, row.x + (-0.1 if on_left else 0.1), row.y, row.texte, ha="right" if on_left else "left", va="center",
                        fontsize=size, linespacing=0.95, gid="etiquette")  # fmt: skip
    if table.empty:
        page.write_text(axes, width / 2, 1, "Aucune participation renseignée.", ha="center", fontsize=FONT_SIZES["titre"])


def tell_two_mode(table, pairs):
    """Return the title of the two-mode graph from its counts."""
    if pairs.empty:
        actors, dispositifs = (int(table["sorte"].eq(sorte).sum()) for sorte in ("acteur", "dispositif"))
        return f"{agree(actors, 'acteur')}, {agree(dispositifs, 'dispositif')}, aucune participation renseignée"
    linked = table[table["degre"].gt(0)]["sorte"].value_counts()
    head = f"{agree(int(linked['acteur']), 'acteur')} dans {agree(int(linked['dispositif']), 'dispositif')}"
    leading, funding = (int(pairs["famille"].str.contains(word).sum()) for word in ("pilote", "finance"))
    told = f"{format_number(leading)} en pilotage ou coordination et {format_number(funding)} en financement"
    return f"{head} : {agree(len(pairs), 'participation')}, dont {told}"


def tell_alone(alone):
    """Return the footnote that counts the actors and dispositifs without participation, or nothing."""
    parts = [agree(int(alone[sorte]), sorte) for sorte in ("acteur", "dispositif") if alone.get(sorte, 0)]
    total = int(alone.sum())
    return [f"Sans participation renseignée, et hors du dessin : {' et '.join(parts)}."] if total else []
