"""Who takes part in what, as a table: actors of several dispositifs in rows, dispositifs in columns, roles as letters (chart G1)."""

import numpy as np
import pandas as pd
from matplotlib.transforms import blended_transform_factory

from diagnostic.draw import network_marks as marks
from diagnostic.draw import page
from diagnostic.draw.charts import (
    BESIDE_IN,
    count_letters,
    fill_cells,
    fit_words,
    label_axes,
    open_chart,
    shrink_axes,
    write_legend_row,
)
from diagnostic.draw.network_charts import list_star
from diagnostic.draw.network_layout import order_columns
from diagnostic.draw.stage_chart import LETTERS, ROLES
from diagnostic.draw.style import agree, format_number, pick_text_colour

MOST_ACTORS, MOST_DISPOSITIFS = 32, 30
SEVERAL = 2  # dispositifs: from here on an actor joins them
# Of several roles of an actor in a dispositif, the first of these gives the colour; all are written.
ORDER = ["P", "C", "F", "A", "m", "?"]
MARK_IN, MARK_POINTS = 0.14, 5.5
AROUND_IN, ROW_POINTS = 4.2, 7.0  # what title, notes, legends and names of columns take of the height; the least height of a row


def draw_roles(acteurs, dispositifs, participations, *, mentions, format_page="A4"):
    """Draw actors x dispositifs, a letter a role: what stays legible where the graph of the same has too many names.

    Rows are the actors that take part in two dispositifs or more, columns their dispositifs; one page holds 32 actors (a
    slide, fewer) and 30 dispositifs, those with most participations (ties by name), the others are counted in a note. Rows and
    columns are ordered so that actors of the same dispositifs stand together.

    Parameters
    ----------
    acteurs, dispositifs, participations, mentions
        As for `network_charts.draw_two_mode`.
    """
    rows = read_letters(acteurs, dispositifs, participations)
    joined = rows.groupby("acteur_id")["dispositif_id"].nunique()
    several = joined[joined >= SEVERAL].index
    kept = rows[rows["acteur_id"].isin(keep_most(joined[several], count_rows(format_page)))]
    kept = kept[
        kept["dispositif_id"].isin(keep_most(kept.groupby("dispositif_id")["acteur_id"].nunique(), MOST_DISPOSITIFS))
    ]
    lines, columns = order_columns(kept["acteur_id"], kept["dispositif_id"], kept[["acteur_id", "dispositif_id"]])
    people = marks.name_nodes(acteurs, "acteur_id", width=count_letters(format_page, 44), lines=1)
    devices = marks.name_nodes(dispositifs, "dispositif_id", width=count_letters(format_page, 40), lines=1)
    people, devices = (names[~names.index.duplicated()] for names in (people, devices))
    title = mentions.get("titre") or tell_roles(joined, rows)
    notes = [
        *tell_kept(several, lines, columns, rows),
        *list_star(pd.concat([people.reindex(lines), devices.reindex(columns)])),
    ]
    shape = (len(lines), len(columns))
    figure, axes, room = open_chart(title, mentions, notes=notes, shape=shape, format_page=format_page)
    champs = marks.read_champs(acteurs)
    champs = champs[~champs.index.duplicated()].reindex(lines)
    top = write_legend_row(figure, list_letters(kept), room[0], columns=3)
    top = write_legend_row(figure, marks.list_champ_marks(champs), top - 0.08)
    shrink_axes(axes, top - 0.08)
    axes.tick_params(axis="y", pad=MARK_IN * 72)
    label_axes(axes, people.reindex(lines), devices.reindex(columns), room=False, beside=BESIDE_IN)
    fill_letters(axes, kept, lines, columns)
    mark_rows(axes, champs)
    if not lines:
        page.write_text(axes, 0.5, 0.5, "Aucun acteur dans deux dispositifs.", ha="center", va="center")
    return figure


def count_rows(format_page):
    """Return how many actors a page holds: MOST_ACTORS, fewer on a low one (a slide)."""
    height = page.open_page(format_page).get_size_inches()[1]
    return min(MOST_ACTORS, int((height - AROUND_IN) * 72 / ROW_POINTS))


def read_letters(acteurs, dispositifs, participations):
    """Return one row an actor and dispositif given: lettres, its roles in the order of ORDER."""
    rows = participations.reindex(columns=["acteur_id", "dispositif_id", "role"]).astype("object")
    rows = rows[
        rows["acteur_id"].isin(set(acteurs["acteur_id"]))
        & rows["dispositif_id"].isin(set(dispositifs["dispositif_id"]))
    ]
    rank = rows["role"].map(LETTERS).astype("object").fillna("?").map(ORDER.index).astype(int)
    keys = ["acteur_id", "dispositif_id"]
    held = rows.assign(rang=rank)[[*keys, "rang"]].drop_duplicates().sort_values([*keys, "rang"])
    held["lettres"] = held["rang"].map(lambda number: ORDER[number])
    return held.groupby(keys, sort=True)["lettres"].agg("".join).reset_index()


def keep_most(counts, most):
    """Return the index of the `most` largest counts, ties by text order."""
    return counts.sort_index().sort_values(ascending=False, kind="stable").index[:most]


def tell_roles(joined, rows):
    """Return the title: how many actors join several dispositifs, of how many, and the share of participations they hold."""
    several = joined[joined >= SEVERAL]
    if joined.empty:
        return "Aucune participation renseignée"
    if several.empty:
        return f"Aucun des {agree(len(joined), 'acteur')} n'est dans deux dispositifs"
    held = int(rows["acteur_id"].isin(several.index).sum())
    verb = "est" if len(several) < 2 else "sont"
    head = f"{format_number(len(several))} des {agree(len(joined), 'acteur')} {verb} dans plusieurs dispositifs"
    hold = "tient" if len(several) < 2 else "tiennent"
    return f"{head} et {hold} {format_number(held)} des {agree(len(rows), 'participation')}"


def tell_kept(several, lines, columns, rows):
    """Return the footnotes: how to read, what the page does not hold."""
    notes = [
        "Une case vide ne dit pas que l'acteur n'y est pas : personne ne l'a renseigné. Lignes et colonnes proches se ressemblent."
    ]
    if len(several) > len(lines):
        notes.append(
            f"Lignes : les {len(lines)} acteurs qui sont dans le plus de dispositifs, sur {format_number(len(several))}."
        )
    total = rows.loc[rows["acteur_id"].isin(several), "dispositif_id"].nunique()
    if total > len(columns):
        notes.append(
            f"Colonnes : les {len(columns)} dispositifs qui partagent le plus d'acteurs, sur {format_number(total)}."
        )
    alone = rows["acteur_id"].nunique() - len(several)
    if alone:
        notes.append(f"Hors du tableau : {agree(alone, 'acteur')} d'un seul dispositif.")
    return notes


def list_letters(kept):
    """Return the legend entries of the roles met: a box with its colour, the letter and the number of cells that hold it."""
    counts = {letter: int(kept["lettres"].astype("str").str.contains(letter, regex=False).sum()) for letter in ORDER}
    return [
        page.make_patch(ROLES[letter][2], f"{letter} : {ROLES[letter][0]} — {agree(count, 'case')}")
        for letter, count in counts.items()
        if count
    ]


def fill_letters(axes, kept, lines, columns):
    """Fill the cells with the colour of the first role and write all the letters."""
    if kept.empty:
        return
    rows, places = kept["acteur_id"].map(lines.index).to_numpy(), kept["dispositif_id"].map(columns.index).to_numpy()
    shape = (len(lines), len(columns))
    ground = np.indices(shape).reshape(2, -1)
    fill_cells(axes, ground[0], ground[1], "#F6F4EF")
    size = min(8.0, fit_words(axes, kept["lettres"].to_numpy(dtype=object), shape))
    for letter in ORDER:
        chosen = kept["lettres"].str[0].eq(letter).to_numpy()
        fill_cells(axes, rows[chosen], places[chosen], ROLES[letter][2])
    for row, column, words in zip(rows, places, kept["lettres"], strict=True):
        page.write_text(axes, column + 0.5, row + 0.5, words, ha="center", va="center_baseline", fontsize=size, gid="lettre",
                        color=pick_text_colour(ROLES[words[0]][2]))  # fmt: skip


def mark_rows(axes, champs):
    """Draw the mark of its champ between the name of each actor and its row."""
    figure = axes.get_figure()
    beside = blended_transform_factory(figure.transFigure, axes.transData)
    x = axes.get_position().x0 - MARK_IN * 0.55 / figure.get_size_inches()[0]
    for champ in champs.dropna().unique():
        rows = np.flatnonzero(champs.eq(champ))
        axes.scatter(
            np.full(len(rows), x), rows + 0.5, s=MARK_POINTS**2 * marks.AREAS["o"] / marks.AREAS[marks.MARKERS[champ]],
            marker=marks.MARKERS[champ], facecolors=marks.find_fills()[champ], edgecolors="none", transform=beside, clip_on=False, zorder=5,
            gid=f"acteurs {champ}",
        )  # fmt: skip
