"""Charts of the diagnosis: matrices and bars, on the same page as the maps."""

import numpy as np
import pandas as pd
from matplotlib.patches import Rectangle

from diagnostic.draw import page
from diagnostic.draw.network_marks import tell_blocks
from diagnostic.draw.style import (
    CHAMP_LABELS,
    COLOURS,
    FONT_FAMILY,
    FONT_SIZES,
    MISSING_COLOUR,
    MISSING_HATCH,
    MISSING_HATCH_COLOUR,
    SEQUENTIAL,
    STATE_COLOURS,
    STATE_HATCHES,
    STATE_LABELS,
    TEXT_COLOUR,
    agree,
    format_number,
    format_share,
    pick_text_colour,
)  # fmt: skip

LECTURE = (
    "part des habitants dont l'unité de la colonne n'est pas la principale de leur unité de la ligne, sur les communes "
    "couvertes par les deux couches ; 0 : là où les deux sont connues, chaque unité de la ligne tient dans une seule de la colonne"
)
# A table of small shares would be all one shade: under this maximum, shades are relative to it.
STRONG_DISCORDANCE = 0.5
LEAST_SHADE = 0.05  # under 5 % at the most, a page must not look discordant
STATES = ["present", "absent_verifie", "non_renseigne"]


def draw_discordance(matrice, *, mentions, lecture=LECTURE, format_page="A4"):
    """Draw a layer x layer table as a heat map with its figures (chart C3).

    Parameters
    ----------
    matrice : DataFrame of numbers between 0 and 1, layers in rows and columns
        NaN is hatched and reads "—".
    mentions : dict
        titre (else built), sources, date, edition, couverture, fictif.
    lecture : str
        How to read the two ends of the scale.
    """
    title = mentions.get("titre") or tell_discordance(matrice)
    values = matrice.to_numpy(dtype=float)
    largest = max(np.nanmax(values, initial=0), LEAST_SHADE)
    full = 1.0 if largest >= STRONG_DISCORDANCE else largest
    notes = [f"Lecture : {lecture}. « — » : non calculable.", *tell_shade(full)]
    figure, axes, _ = open_chart(title, mentions, notes=notes, shape=matrice.shape, format_page=format_page)
    words = matrice.astype(float).map(lambda value: format_share(value, 1)).to_numpy()
    write_cells(axes, values, words, full=full)
    label_axes(axes, matrice.index, matrice.columns)
    return figure


def tell_shade(full):
    """Return the footnote of cells whose darkest shade is `full`, or nothing when it is 100 % or when all are 0."""
    return [f"Teinte relative au maximum de la page ({format_share(full, 1)})."] if 0 < full < 1 else []


def tell_discordance(matrice):
    """Return the title of the discordance chart: its range, diagonal left out (a single figure would mislead)."""
    same = matrice.index.to_numpy()[:, None] == matrice.columns.to_numpy()[None, :]
    values = matrice.to_numpy(dtype=float)[~same]
    head = f"Discordance entre {agree(len(matrice), 'couche')}"
    if np.isnan(values).all():
        return f"{head} : aucune paire calculable"
    return f"{head} : de {format_share(np.nanmin(values), 1)} à {format_share(np.nanmax(values), 1)} des habitants selon la paire"


def draw_blocks(blocs, *, mentions, format_page="A4"):
    """Draw the block matrix of a network: links, possible pairs and density between groups (chart G2).

    Parameters
    ----------
    blocs : DataFrame with groupe_a, groupe_b, nb_liens, nb_paires, densite
        An undirected pair may be given once: the mirror cell then repeats it. A pair of groups that is not
        given, or whose density is NaN (no possible pair), is hatched and reads "—".
    mentions : dict, as for `draw_discordance`
    """
    mirrored = pd.concat([blocs, blocs.rename(columns={"groupe_a": "groupe_b", "groupe_b": "groupe_a"})])
    table = mirrored.drop_duplicates(["groupe_a", "groupe_b"]).set_index(["groupe_a", "groupe_b"])
    groups = sort_groups(blocs)
    cells = table.reindex(pd.MultiIndex.from_product([groups, groups], names=["groupe_a", "groupe_b"]))
    shape = (len(groups), len(groups))
    title = mentions.get("titre") or tell_blocks(blocs)
    densities = cells["densite"].to_numpy(dtype=float).reshape(shape)
    full = np.nanmax(densities, initial=0)
    notes = [
        "Dans chaque case : liens déclarés / paires possibles, et densité. « — » : non calculable (aucune paire possible).",
        *tell_shade(full),
    ]
    figure, axes, _ = open_chart(title, mentions, notes=notes, shape=shape, format_page=format_page)
    words = [tell_block(*row) for row in cells[["nb_liens", "nb_paires", "densite"]].itertuples(index=False)]
    write_cells(axes, densities, np.array(words, dtype=object).reshape(shape), full=full)
    names = [CHAMP_LABELS.get(group, group) for group in groups]
    label_axes(axes, names, names)
    return figure


def sort_groups(blocs):
    """Return the groups, the champs in their usual order first."""
    given = pd.unique(pd.concat([blocs["groupe_a"], blocs["groupe_b"]]))
    return [champ for champ in CHAMP_LABELS if champ in given] + sorted(g for g in given if g not in CHAMP_LABELS)


def tell_block(links, pairs, density):
    """Return the text of a cell: "3 / 28" over "10,7 %", or "—"."""
    if density != density:
        return "—"
    return f"{format_number(links)} / {format_number(pairs)}\n{format_share(density, 1)}"


def draw_categories(etats, *, mentions, format_page="A4"):
    """Draw categories x territories in three states (chart T3).

    Parameters
    ----------
    etats : DataFrame
        Index the categories, columns the territories as the reader reads them; cells present, absent_verifie
        or non_renseigne; an empty cell is non_renseigne.
    mentions : dict, as for `draw_discordance`
    """
    known = etats.astype("object").where(etats.isin(STATES), "non_renseigne")
    counts = pd.Series(known.to_numpy().ravel(), dtype="object").value_counts().reindex(STATES, fill_value=0)
    title = mentions.get("titre") or tell_categories(known, counts)
    figure, axes, room = open_chart(title, mentions, shape=known.shape, format_page=format_page, panel=True)
    for state in STATES:
        rows, columns = np.nonzero(known.eq(state).to_numpy())
        fill_cells(axes, rows, columns, STATE_COLOURS[state], hatch=STATE_HATCHES[state], hatch_colour="#444444")
    label_axes(axes, known.index, known.columns, room=False)
    handles = [
        page.make_patch(
            STATE_COLOURS[state], f"{STATE_LABELS[state]} — {agree(counts[state], 'case')}",
            hatch=STATE_HATCHES[state] or None, hatch_colour="#444444",
        )
        for state in STATES
    ]  # fmt: skip
    note = "« Non renseigné » ne veut pas dire absent."
    page.stack_legends(figure, [("Catégorie dans le territoire", handles, note)], room)
    return figure


def tell_categories(known, counts):
    """Return the title of the three-state chart from its counts."""
    head = f"{agree(len(known), 'catégorie')} dans {agree(known.shape[1], 'territoire')}"
    absent = agree(counts["absent_verifie"], "absence vérifiée", "absences vérifiées")
    return f"{head} : {absent}, {agree(counts['non_renseigne'], 'case non renseignée', 'cases non renseignées')}"


def draw_bars(comptes, *, mentions, objet="acteur", format_page="A4"):
    """Draw counts as horizontal bars, in the order given, with the figure at the end of each.

    Parameters
    ----------
    comptes : Series of numbers, index the labels
        NaN reads "—" and has a hatched stub, never a bar of length 0.
    mentions : dict, as for `draw_discordance`
    objet : str
        What is counted, in the singular, for the title built here.
    """
    values = comptes.to_numpy(dtype=float)
    total = int(np.nansum(values))
    title = mentions.get("titre") or f"{agree(total, objet)} dans {agree(int((values > 0).sum()), 'rubrique')}"
    figure, axes, _ = open_chart(title, mentions, shape=(len(values), 1), format_page=format_page, square=False)
    longest = max(1.0, np.nanmax(values, initial=0))
    rows = np.arange(len(values))
    axes.barh(rows, np.nan_to_num(values), height=0.68, color=COLOURS["bleu"], edgecolor="none")
    unknown = np.isnan(values)
    axes.barh(
        rows[unknown], np.full(unknown.sum(), longest * 0.03), height=0.68, facecolor=MISSING_COLOUR,
        edgecolor=MISSING_HATCH_COLOUR, hatch=MISSING_HATCH, linewidth=0,
    )  # fmt: skip
    for row, value in enumerate(values):
        x = longest * 0.03 if np.isnan(value) else value
        page.write_text(
            axes, x + longest * 0.008, row, format_number(value), va="center", fontsize=FONT_SIZES["legende"]
        )
    axes.set_xlim(0, longest * 1.08)
    # Few bars keep the thickness they have among eight.
    axes.set_ylim(max(8, len(values)) - 0.4, -0.6)
    label_axes(axes, comptes.index, [], size=FONT_SIZES["legende"])
    return figure


def draw_chance(hasard, libelles, territoire, *, mentions, format_page="A4"):
    """Draw, per layer, how many units of another one lie inside a single unit of it, beside groupings drawn at random.

    Parameters
    ----------
    hasard : DataFrame, rows of `hasard` for one territory, one shuffled layer and `nb_a_dans_b`
    libelles : Series, index couche: how a reader reads the layers
    territoire : str, its name
    mentions : dict, as for `draw_discordance`
    """
    # A layer of a single unit holds every EPCI, whatever the draw: it is told in the note, not drawn.
    fixed = (hasard["q05"] == hasard["observe"]) & (hasard["q95"] == hasard["observe"])
    rows = (hasard if fixed.all() else hasard[~fixed]).reset_index(drop=True)
    left = [] if fixed.all() else [libelles.get(couche, couche) for couche in hasard.loc[fixed, "couche_b"]]
    mixed = rows["couche_a"].iloc[0]
    mixed = "EPCI" if mixed == "EPCI" else f"unités de la couche « {libelles.get(mixed, mixed)} »"
    title = mentions.get("titre") or f"{territoire} : {tell_chance(rows, mixed)}"
    drawn = format_number(rows["tirages"].max())
    note = (
        f"Losange : nombre d'{mixed} entièrement dans une seule unité du découpage. Barre : 90 % de {drawn} tirages au hasard, "
        "d'un seul tenant, mêmes tailles (en nombre de communes) ; trait : leur moyenne."
    )
    notes = [note] + [f"Non comparés, car tout tirage donne le même nombre : {', '.join(left)}."] * bool(left)
    figure, axes, _ = open_chart(title, mentions, notes=notes, shape=(len(rows), 1), format_page=format_page, square=False)
    most = float(np.nanmax(rows[["observe", "q95"]].to_numpy(dtype=float), initial=1))
    draw_ticks(axes, most)
    for y, row in enumerate(rows.itertuples()):
        known = row.q05 == row.q05
        if known:
            axes.barh(y, row.q95 - row.q05, left=row.q05, height=0.42, color="#D9D9D9", edgecolor="#8A8A8A", linewidth=0.6, gid="hasard")
            axes.plot([row.moyenne_hasard] * 2, [y - 0.21, y + 0.21], color=TEXT_COLOUR, linewidth=1.2)
        axes.plot(row.observe, y, marker="D", color=COLOURS["bleu"], markersize=7, markeredgecolor="white", gid="observe", zorder=5)
        page.write_text(axes, most * 1.04, y, tell_chance_row(row), va="center", fontsize=FONT_SIZES["legende"])
    axes.set_xlim(-most * 0.02, most * 1.5)
    axes.set_ylim(max(6, len(rows)) - 0.4, -0.9)
    label_axes(axes, [libelles.get(couche, couche) for couche in rows["couche_b"]], [], size=FONT_SIZES["legende"])
    return figure


def tell_chance_row(row):
    """Return the words at the end of a row of `draw_chance`: what is observed, what chance gives, or why it is not known."""
    if row.observe != row.observe or row.q05 != row.q05:
        seen = format_number(row.observe)
        return f"{seen} ; hasard non calculé{f' : {row.raison_absence}' if row.raison_absence else ''}"
    low, high = format_number(row.q05), format_number(row.q95)
    if row.q05 == row.q95 == row.observe:
        return f"{format_number(row.observe)} ; toujours autant au hasard"
    between = f"de {low} à {high}" if low != high else low
    return f"{format_number(row.observe)} ; au hasard, {between} ({format_number(row.moyenne_hasard, 1)} en moyenne)"


def tell_chance(rows, mixed):
    """Return the title of the chart of chance: for how many layers more units hold in one than random groupings do."""
    known = rows.dropna(subset=["observe", "q95"])
    # Where every grouping gives what is observed (a layer of a single unit), chance has nothing to say.
    known = known[(known["q05"] != known["observe"]) | (known["q95"] != known["observe"])]
    if known.empty:
        return f"les {mixed} : comparaison au hasard non calculée"
    more, less = int((known["observe"] > known["q95"]).sum()), int((known["observe"] < known["q05"]).sum())
    told = f"les {mixed} tiennent dans une seule unité plus souvent que par hasard pour {agree(more, 'découpage')} sur {len(known)}"
    if not more:
        told = f"les {mixed} ne tiennent pas plus souvent que par hasard dans une seule unité ({agree(len(known), 'découpage')})"
    return f"{told}, moins souvent pour {format_number(less)}" if less else told


def draw_ticks(axes, most):
    """Draw light lines at whole numbers and write them above the rows."""
    step = max(1, int(-(-most // 5)))
    for x in range(0, int(most) + 1, step):
        axes.axvline(x, color="#E6E6E6", linewidth=0.6, zorder=0)
        page.write_text(axes, x, -0.5, format_number(x), ha="center", va="bottom", fontsize=FONT_SIZES["note"])


def open_chart(title, mentions, *, notes=(), shape=(1, 1), format_page="A4", panel=False, square=True):
    """Return (figure, axes, room): a page with its title and notes, and axes of `shape` cells with room for labels."""
    figure = page.open_page(format_page)
    width, height = figure.get_size_inches()
    bottom = page.write_notes(figure, mentions, notes)
    top = page.write_title(figure, title, mentions)
    right = page.MARGIN_IN + (page.PANEL_IN + 0.2 if panel else 0)
    box = [page.MARGIN_IN, bottom, width - page.MARGIN_IN - right, top - bottom]
    axes = figure.add_axes([box[0] / width, box[1] / height, box[2] / width, box[3] / height])
    if square:
        axes.set_xlim(0, max(1, shape[1]))
        axes.set_ylim(max(1, shape[0]), 0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(length=0)
    return figure, axes, (top, bottom)


def label_axes(axes, rows, columns, *, size=None, room=True):
    """Write the labels of rows (left) and columns (top), then move the axes so that all labels stay on the page.

    Parameters
    ----------
    size : float, optional
        Points; by default what the height of a row allows, between 4.5 and the size of legends.
    room : bool
        Whether columns are about as wide as their names; else names are written upwards.
    """
    figure = axes.get_figure()
    box = axes.get_window_extent().extents / figure.dpi
    size = size or float(np.clip((box[3] - box[1]) * 0.8 * 72 / max(1, len(rows)) / 1.3, 4.5, FONT_SIZES["legende"]))
    rows, columns = [str(row) for row in rows], [str(column) for column in columns]
    is_bar = not columns
    axes.set_yticks(np.arange(len(rows)) + (0 if is_bar else 0.5), [page.wrap_text(row, 2.6, size) for row in rows])
    axes.xaxis.tick_top()
    space = max(0.6, (box[2] - box[0] - 1.5) / max(1, len(columns))) if room else 1.9
    columns = [page.wrap_text(column, space, size) for column in columns]
    axes.set_xticks(np.arange(len(columns)) + 0.5, columns, rotation=0 if room else 90, linespacing=1.0)
    for text in [*axes.get_xticklabels(), *axes.get_yticklabels()]:
        text.set(fontfamily=FONT_FAMILY, fontsize=size, color=TEXT_COLOUR, parse_math=False)
    fit_labels(axes, box)


def fit_labels(axes, box):
    """Shrink the axes inside `box` (inches) by what their labels need on the left, at the top and on the right."""
    figure = axes.get_figure()
    width, height = figure.get_size_inches()
    outer = axes.get_tightbbox(figure.canvas.get_renderer()).extents / figure.dpi
    left, over = box[0] - outer[0], max(0.0, outer[3] - box[3])
    beyond = max(0.0, outer[2] - box[2])
    x0, x1 = box[0] + max(0.0, left), box[2] - beyond
    axes.set_position([x0 / width, box[1] / height, (x1 - x0) / width, (box[3] - over - box[1]) / height])


def write_cells(axes, values, words, *, full=1.0):
    """Fill cells by value (0 light to `full` dark, beyond it darkest), hatch the NaN, write `words` in each."""
    ranks = np.clip(np.nan_to_num(values) / (full or 1.0) * len(SEQUENTIAL), 0, len(SEQUENTIAL) - 1).astype(int)
    known = ~np.isnan(values)
    for rank, colour in enumerate(SEQUENTIAL):
        rows, columns = np.nonzero(known & (ranks == rank))
        fill_cells(axes, rows, columns, colour)
    rows, columns = np.nonzero(~known)
    fill_cells(axes, rows, columns, MISSING_COLOUR, hatch=MISSING_HATCH, hatch_colour=MISSING_HATCH_COLOUR)
    size = float(np.clip(110 / max(1, *values.shape), 5, 13))
    for (row, column), text in np.ndenumerate(words):
        ink = pick_text_colour(SEQUENTIAL[ranks[row, column]]) if known[row, column] else TEXT_COLOUR
        written = page.write_text(
            axes, column + 0.5, row + 0.5, text, ha="center", va="center", color=ink, fontsize=size
        )
        if not known[row, column]:
            page.add_halo(written, 3)


def fill_cells(axes, rows, columns, colour, *, hatch="", hatch_colour="white"):
    """Fill the cells at `rows`, `columns` with one colour; a hatch keeps its own colour under white borders."""
    for row, column in zip(rows, columns, strict=True):
        axes.add_patch(
            Rectangle((column, row), 1, 1, facecolor=colour, edgecolor=hatch_colour, hatch=hatch or None, linewidth=0)
        )
        axes.add_patch(Rectangle((column, row), 1, 1, facecolor="none", edgecolor="white", linewidth=1))
