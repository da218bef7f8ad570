"""Categories x territories in three states, with the share of each state and the age of the information (chart T3)."""

import numpy as np
import pandas as pd
from matplotlib.transforms import blended_transform_factory

from diagnostic.draw import page
from diagnostic.draw.charts import (
    BESIDE_IN,
    STATES,
    fill_cells,
    label_axes,
    open_chart,
    shrink_axes,
    tell_part,
    write_legend_row,
)
from diagnostic.draw.states_map import STATE_FILLS, STATE_INKS
from diagnostic.draw.style import FONT_SIZES, STATE_HATCHES, STATE_LABELS, agree, format_number, format_share

NOT_ABSENT = "« Non renseigné » ne veut pas dire absent."
# Inches a column of figures takes at the right of the cells, and a row of figures under them.
COLUMN_IN, ROW_IN, UPWARDS_IN = 0.42, 0.17, 0.34
AROUND_IN, LINE = 4.0, 1.3  # what stands above and below the rows; the least height of a row, a letter being 1 high
WORDS_IN = 2.1  # at the left of the shares under the columns, what they are
LEVEL_UP_TO, PERCENT = 34, 2.6  # columns, under which the shares are written level; width of « 68 % », a letter being 1 high


def draw_categories(etats, *, mentions, ages=None, bilans=None, format_page="A4"):
    """Draw categories x territories in three states (chart T3).

    On the right of each row, the share of the territories in each state and the age of the information; under each column, the
    share of all categories, drawn or not, that nobody recorded there.

    Parameters
    ----------
    etats : DataFrame
        Index the categories, columns the territories as the reader reads them; cells present, absent_verifie
        or non_renseigne; an empty cell is non_renseigne.
    mentions : dict, as for `charts.draw_discordance`
    ages : Series of numbers, index the categories, optional: median age of the information in months; NaN reads "—"
    bilans : Series of numbers between 0 and 1, index the territories, optional: share of all categories not recorded
    """
    known = etats.astype("object").where(etats.isin(STATES), "non_renseigne")
    counts = pd.Series(known.to_numpy().ravel(), dtype="object").value_counts().reindex(STATES, fill_value=0)
    title = mentions.get("titre") or tell_categories(known, counts)
    table = list_figures(known, ages)
    (lines, most), level = count_cells(format_page, table.shape[1] if len(known) else 0, known.shape)
    notes = [NOT_ABSENT, *tell_figures(ages, bilans), *tell_cut("Lignes", lines, len(known)), *tell_cut("Colonnes", most, known.shape[1])]
    known, table = known.iloc[:lines, :most], table.iloc[:lines]
    figure, axes, room = open_chart(title, mentions, notes=notes, shape=known.shape, format_page=format_page)
    shrink_axes(axes, write_legend_row(figure, list_states(counts), room[0]) - 0.08)
    narrow_axes(axes, COLUMN_IN * table.shape[1] + 0.1 if len(known) else 0)
    below = 0 if bilans is None else ROW_IN if level else UPWARDS_IN
    label_axes(axes, known.index, known.columns, room=False, below=below, beside=BESIDE_IN)
    leave_left(axes, 0 if bilans is None else WORDS_IN)
    for state in STATES:
        rows, columns = np.nonzero(known.eq(state).to_numpy())
        fill_cells(
            axes,
            rows,
            columns,
            STATE_FILLS[state],
            hatch=STATE_HATCHES[state],
            hatch_colour=STATE_INKS[state] or "white",
        )
    write_beside(axes, table)
    if bilans is not None and known.size:
        write_under(axes, bilans.reindex(known.columns), level)
    return figure


def list_states(counts):
    """Return the legend entries: each state, its number of cells and their share of all."""
    total = int(counts.sum())
    entries = []
    for state in STATES:
        share = tell_part(counts[state] / total if total else np.nan)
        label = f"{STATE_LABELS[state]} — {agree(counts[state], 'case')} ({share})"
        hatch = STATE_HATCHES[state] or None
        entries.append(page.make_patch(STATE_FILLS[state], label, hatch=hatch, hatch_colour=STATE_INKS[state]))
    return entries


def tell_categories(known, counts):
    """Return the title of the three-state chart: the share of each state in its cells, and how many cells there are."""
    total = known.size
    head = f"{agree(len(known), 'catégorie')} dans {agree(known.shape[1], 'territoire')}"
    if not total:
        return f"{head} : aucune case"
    absent = agree(counts["absent_verifie"], "absence vérifiée", "absences vérifiées")
    present = agree(counts["present"], "présence")
    told = f"{present}, {absent}, {tell_part(counts['non_renseigne'] / total)} de non renseigné"
    return f"{head} : {told} sur {agree(total, 'case')}"


def tell_figures(ages, bilans):
    """Return the footnote of the figures beside and under the cells."""
    told = "À droite : part des territoires dans chaque état"
    if ages is not None:
        told += ", âge médian de l'information en mois (— : aucune date)"
    under = (
        ""
        if bilans is None
        else " Sous les colonnes : part non renseignée de toutes les catégories du guide, montrées ou non."
    )
    return [f"{told}.{under}"]


def list_figures(known, ages):
    """Return the words at the right of each row: a column a state, then the age."""
    shares = pd.DataFrame(
        {STATE_LABELS[state]: known.eq(state).mean(axis=1).map(format_share) for state in STATES}, index=known.index
    )
    if ages is not None:
        shares["Âge (mois)"] = ages.reindex(known.index).map(format_number)
    return shares


def narrow_axes(axes, less):
    """Take `less` inches from the right of the axes."""
    box, width = axes.get_position(original=True), axes.get_figure().get_size_inches()[0]
    axes.set_position([box.x0, box.y0, box.width - less / width, box.height])


def leave_left(axes, room):
    """Move the left side of the axes so that `room` inches stay free between it and the margin."""
    box, width = axes.get_position(original=True), axes.get_figure().get_size_inches()[0]
    x0 = max(box.x0, (page.MARGIN_IN + room) / width)
    axes.set_position([x0, box.y0, box.x1 - x0, box.height])


def write_beside(axes, table):
    """Write the figures of each row at the right of its cells, their headings upwards like those of the columns."""
    if table.empty:
        return
    figure = axes.get_figure()
    width = figure.get_size_inches()[0]
    rows = blended_transform_factory(figure.transFigure, axes.transData)
    heads = blended_transform_factory(figure.transFigure, axes.transAxes)
    left = axes.get_position().x1 + 0.1 / width
    labels = axes.get_yticklabels()
    size = labels[0].get_fontsize() if labels else FONT_SIZES["note"]
    for rank, name in enumerate(table.columns):
        x = left + (rank + 0.9) * COLUMN_IN / width
        page.write_text(axes, x - 0.45 * COLUMN_IN / width, 1.02, name, transform=heads, rotation=90, ha="center", va="bottom",
                        fontsize=min(size, FONT_SIZES["note"]), fontweight="bold", gid="entête")  # fmt: skip
        for row, words in enumerate(table[name]):
            page.write_text(
                axes, x, row + 0.5, words, transform=rows, ha="right", va="center_baseline", fontsize=size, gid="part"
            )


def count_cells(format_page, beside, shape):
    """Return how many rows and columns of `shape` a page has room for, and whether the shares under the columns can be written level."""
    figure = page.open_page(format_page)
    width, height = figure.get_size_inches()
    free = width - 2 * page.MARGIN_IN - WORDS_IN - (COLUMN_IN * beside + 0.1 if beside else 0)
    least = page.find_least(figure)
    lines = min(shape[0], int((height - AROUND_IN) * 72 / (least * LINE)))
    most = min(shape[1], int(free * 72 / (least * 1.05)))
    return (lines, most), most <= LEVEL_UP_TO and free * 72 / max(1, most) / PERCENT >= least


def tell_cut(what, kept, number):
    """Return the footnote that counts the rows or columns a page has no room for, or nothing."""
    return [f"{what} : les {kept} premières ; {agree(number - kept, 'autre')} hors de cette page."] if kept < number else []


def write_under(axes, shares, level):
    """Write under each column the share that nobody recorded; upwards, not `level`, where columns are narrow."""
    figure = axes.get_figure()
    pitch = axes.get_position().width * figure.get_size_inches()[0] * 72 / len(shares)
    size = float(np.clip(pitch / PERCENT if level else pitch * 0.9, page.find_least(figure), FONT_SIZES["note"]))
    foot = axes.get_position().y0 - 0.03 / figure.get_size_inches()[1]
    under = blended_transform_factory(axes.transData, figure.transFigure)
    for column, share in enumerate(shares):
        page.write_text(axes, column + 0.5, foot, format_share(share), transform=under, ha="center", va="top", fontsize=size,
                        rotation=0 if level else 90, gid="bilan")  # fmt: skip
    left = axes.get_position().x0 - 0.06 / figure.get_size_inches()[0]
    page.write_text(
        axes, left, foot, "Non renseigné, toutes catégories", transform=figure.transFigure, ha="right", va="top",
        fontsize=page.find_least(figure, FONT_SIZES["note"] - 0.5), fontweight="bold",
    )  # fmt: skip
