"""The block matrix of a network: how many links there are within each group of actors and between two groups (chart G2)."""

import numpy as np
import pandas as pd

from diagnostic.draw.charts import fit_words, label_axes, open_chart, tell_shade, write_cells
from diagnostic.draw.network_marks import tell_blocks
from diagnostic.draw.page import find_least
from diagnostic.draw.style import CHAMP_LABELS, format_number, format_share

READABLE = 6.0  # points: under it the cells keep their density only
FEW_GROUPS = 6
# Under this many links expected, a whole number would hide what is expected.
FEW_EXPECTED = 10


def draw_blocks(blocs, *, mentions, groupe="groupe", format_page="A4"):
    """Draw the block matrix of a network: links, possible pairs, density and links expected between groups (chart G2).

    Parameters
    ----------
    blocs : DataFrame with groupe_a, groupe_b, nb_liens, nb_paires, densite; nb_liens_attendus when known
        An undirected pair may be given once: the mirror cell then repeats it. A pair of groups that is not
        given, or whose density is NaN (no possible pair), is hatched and reads "—". nb_liens_attendus: links that the pair would
        have if all were spread evenly over all pairs.
    mentions : dict, as for `charts.draw_discordance`
    groupe : {"groupe", "rubrique"}, what the groups are, for the title built here
    """
    columns = ["nb_liens", "nb_paires", "densite", "nb_liens_attendus"]
    given = blocs.reindex(columns=["groupe_a", "groupe_b", *columns])
    mirrored = pd.concat([given, given.rename(columns={"groupe_a": "groupe_b", "groupe_b": "groupe_a"})])
    table = mirrored.drop_duplicates(["groupe_a", "groupe_b"]).set_index(["groupe_a", "groupe_b"])
    groups = sort_groups(blocs)
    cells = table.reindex(pd.MultiIndex.from_product([groups, groups], names=["groupe_a", "groupe_b"]))
    shape = (len(groups), len(groups))
    densities = cells["densite"].to_numpy(dtype=float).reshape(shape)
    full = np.nanmax(densities, initial=0)
    words = [np.array([tell_block(*row) for row in cells[kept].itertuples(index=False)], dtype=object).reshape(shape)
             for kept in (columns, columns[:3], ["densite"])]  # fmt: skip
    title, names = (
        mentions.get("titre") or tell_blocks(blocs, groupe),
        [CHAMP_LABELS.get(group, group) for group in groups],
    )
    # The notes take their room before the cells have theirs: what fits is tried on a page without them, one line short.
    kept = pick_words(names, words, mentions, format_page)
    notes = [*tell_reading(kept, words, cells), *tell_shade(full)]
    figure, axes, _ = open_chart(title, mentions, notes=notes, shape=shape, format_page=format_page)
    label_axes(axes, names, names, room=len(names) <= FEW_GROUPS)
    write_cells(axes, densities, kept, full=full)
    return figure


def pick_words(names, words, mentions, format_page):
    """Return the fullest of the words (links, pairs, density, expected; without expected; density) that can be read in the cells."""
    _, axes, _ = open_chart("titre\ntitre", mentions, notes=["note"] * 3, format_page=format_page, shape=words[0].shape)
    label_axes(axes, names, names, room=len(names) <= FEW_GROUPS)
    readable = find_least(axes.get_figure(), READABLE)
    return next((each for each in words if fit_words(axes, each, each.shape, least=0) >= readable), words[-1])


def tell_reading(kept, words, cells):
    """Return the footnote that says what a cell holds."""
    expected = kept is words[0] and cells["nb_liens_attendus"].notna().any()
    told = "liens déclarés / paires possibles, et densité"
    if expected:
        told = "liens déclarés / paires possibles, densité, et liens attendus si les mêmes étaient répartis également entre les paires"
    elif kept is words[2]:
        told = "densité (liens déclarés / paires possibles) ; les nombres sont dans le classeur"
    reason = "aucune paire possible"
    if cells["nb_paires"].isna().any():
        reason += ", ou groupe trop petit pour être montré"
    return [f"Dans chaque case : {told}. « — » : non calculable ({reason})."]


def sort_groups(blocs):
    """Return the groups, the champs in their usual order first."""
    given = pd.unique(pd.concat([blocs["groupe_a"], blocs["groupe_b"]]))
    return [champ for champ in CHAMP_LABELS if champ in given] + sorted(g for g in given if g not in CHAMP_LABELS)


def tell_block(links, pairs=None, density=None, expected=None):
    """Return the text of a cell: "3 / 28" over "10,7 %" over "attendus 6,2"; with one number, the density alone; "—" where it is NaN."""
    if pairs is None:
        return format_share(links, 1)
    if density != density:
        return "—"
    told = f"{format_number(links)} / {format_number(pairs)}\n{format_share(density, 1)}"
    if expected is None or expected != expected:
        return told
    return f"{told}\nattendu {format_number(expected, 0 if expected >= FEW_EXPECTED else 1)}"
