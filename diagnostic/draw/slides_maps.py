"""The maps of the slides: nothing but the map and its legend, in letters that are read from the back of a room.

The pages of `draw.atlas` are made for paper: their letters would be under 6 points once put on half a slide.
"""

from functools import partial

import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from diagnostic.draw import page
from diagnostic.draw.atlas import leave_communes
from diagnostic.draw.charter import find_charter
from diagnostic.draw.charts import STATES
from diagnostic.draw.print_layers import cut_counts
from diagnostic.draw.print_map import draw_borders, fill_communes, fit_view, hatch_communes, name_epci
from diagnostic.draw.print_points import draw_stacks, in_view, list_champs, sort_places, spread_marks, stack_points
from diagnostic.draw.states_map import STATE_FILLS, STATE_INKS
from diagnostic.draw.style import GROUND_COLOUR, STATE_HATCHES, STATE_LABELS, TEXT_COLOUR, agree, pick_sequential

# The figure is enlarged by SCALE on the slide: letters of 8 points read as 14.
SCALE = 1.75
SIZE_IN = (4.1, 2.88)
LEGEND_IN, GAP_IN, LETTERS = 1.5, 0.06, 8.0
MARKS = 0.6  # of their size on paper: the map is smaller, and hides nothing of its names
SLIDE_DPI = 330  # 190 points to the inch once on the slide: a projector has 60


def list_slide_maps(shown, base):
    """List the maps that slides may hold, without drawing them.

    Parameters
    ----------
    shown : dict, tables of an edition, without the rows out of the territory (`edition.keep_local`)
    base : Base, or None where no commune has an outline: there is no map then

    Returns
    -------
    dict of name -> (draw, alternative): « acteurs », « millefeuille », « etats » when there is something to draw; `draw()` returns a
    matplotlib Figure, `alternative` is what a person who does not see it is told
    """
    if base is None:
        return {}
    maps = {}
    actors = sort_places(leave_communes(shown["acteurs"])[0])
    seen = actors[actors["place"].eq("dedans") & in_view(actors, base)]
    if len(seen):
        maps["acteurs"] = _list_actors(seen, base)
    counts = pd.Series(shown["millefeuille"]["nb_unites"], dtype=float).reindex(base.communes.index)
    if counts.nunique() > 1:
        maps["millefeuille"] = _list_counts(counts, base)
    known = rank_categories(shown["etats_communes_resume"])
    if len(known):
        maps["etats"] = _list_states(shown, base, known["categorie"].iat[0])
    return maps


def rank_categories(summary):
    """Return the rows of `etats_communes_resume` known somewhere, the best known category first, by code when equal."""
    known = summary[summary["nb_non_renseigne"] < summary["nb_cases"]]
    return known.sort_values(["nb_non_renseigne", "categorie"], kind="stable")


def _list_actors(seen, base):
    ground = pd.Series(GROUND_COLOUR, index=base.shapes.index)
    handles = list_champs(seen)
    alternative = f"Carte des acteurs recensés et placés, par champ : {_join(handles)}. Un point est au lieu de l'acteur ou à sa mairie."
    return partial(draw_slide_map, base, ground, "Acteurs placés sur la carte", handles, points=seen), alternative


def _list_counts(counts, base):
    classes = cut_counts(counts)
    colours = dict(zip(classes.cat.categories, pick_sequential(len(classes.cat.categories)), strict=True))
    numbers = classes.value_counts()
    handles = [page.make_patch(colour, f"{label} — {agree(numbers[label], 'commune')}") for label, colour in colours.items()]
    if counts.isna().any():
        handles.append(page.make_missing_patch(f"Non renseigné — {agree(int(counts.isna().sum()), 'commune')}"))
    title = "Interlocuteurs par commune"
    fills = classes.astype("object").map(colours)
    return partial(draw_slide_map, base, fills, title, handles), f"Carte du nombre d'interlocuteurs par commune : {_join(handles)}."


def _list_states(shown, base, category):
    rows = shown["etats_communes"]
    states = rows[rows["categorie"].eq(category)].set_index("code_insee")["statut"].reindex(base.shapes.index).astype("object")
    states = states.where(states.isin(STATES), "non_renseigne")
    numbers = states.value_counts().reindex(STATES, fill_value=0)
    handles = [
        page.make_patch(
            STATE_FILLS[state], f"{STATE_LABELS[state]} — {agree(int(numbers[state]), 'commune')}", hatch=STATE_HATCHES[state] or None,
            hatch_colour=STATE_INKS[state] or "#333333",
        )
        for state in STATES
    ]  # fmt: skip
    label = shown["listes"]["categories"]["libelle"].get(category, category)
    alternative = f"Carte des communes en trois états pour « {label} » : {_join(handles)}. Non renseigné ne veut pas dire absent."
    return partial(draw_slide_map, base, states.map(STATE_FILLS), label, handles, states=states), alternative


def _join(handles):
    return ", ".join(handle.get_label().replace("\n", " ") for handle in handles)


def draw_slide_map(base, fills, title, handles, *, points=None, states=None):
    """Draw communes filled with colours, the borders, the names of EPCI that have room, and a legend beside or below.

    Parameters
    ----------
    base : Base
    fills : Series of colours, index code_insee; missing is hatched: not known
    title : str, that of the legend
    handles : list of legend entries
    points : DataFrame of actors (`print_points.sort_places`), optional
    states : Series of states, index code_insee, optional: hatches over the fills, so that colour is never alone
    """
    figure = Figure(figsize=SIZE_IN, dpi=SLIDE_DPI, facecolor="white")
    FigureCanvasAgg(figure)
    beside = _is_high(base)
    legend = _write_legend(figure, title, handles, beside=beside)
    low = 0.0 if beside else page.measure_box(legend)[3] + GAP_IN
    width, height = SIZE_IN[0] - (LEGEND_IN + GAP_IN if beside else 0.0), SIZE_IN[1] - low
    axes = figure.add_axes([0.0, low / SIZE_IN[1], width / SIZE_IN[0], height / SIZE_IN[1]])
    axes.set_axis_off()
    fit_view(axes, base.extent, width / height)
    fill_communes(axes, base, fills)
    for state in [state for state in STATES if states is not None and STATE_INKS[state]]:
        hatch_communes(axes, base, states.index[states.eq(state)], STATE_HATCHES[state], STATE_INKS[state])
    draw_borders(axes, base)
    page.add_scale_bar(axes)
    stacks = None
    if points is not None:
        stacks = stack_points(points, page.measure_point(axes) * MARKS)
        stacks = stacks.assign(diametre=stacks["diametre"] * MARKS, taille=stacks["taille"] * MARKS)
        draw_stacks(axes, stacks)
    _name_places(axes, base, stacks)
    return figure


def _is_high(base):
    """Return whether the territory is high enough for its legend to be at its right; else it is below."""
    x0, y0, x1, y1 = base.extent
    return (x1 - x0) / (y1 - y0) < SIZE_IN[0] / (SIZE_IN[1] - 0.6)


def _name_places(axes, base, stacks):
    """Write the names of the EPCI that have room; letters without a key would tell nothing."""
    before = len(axes.texts)
    name_epci(axes, base, taken=None if stacks is None else _box_marks(axes, stacks))
    remove_letters(axes, before)


def remove_letters(axes, before):
    """Take off the letters that `place_labels` wrote for names without room, among the texts after the first `before`."""
    for text in [text for text in axes.texts[before:] if text.get_fontweight() == "bold"]:
        text.remove()


def _box_marks(axes, stacks):
    """Return the boxes of the marks in pixels (n, 4): no name goes over one, nor under."""
    rings = spread_marks(axes, stacks).reshape(len(stacks), -1, 2)
    return np.hstack([rings.min(axis=1), rings.max(axis=1)])


def _write_legend(figure, title, handles, *, beside):
    """Write the legend at the right of the map, or below it in two columns; return it."""
    family = find_charter().polices
    room = LEGEND_IN - 3.2 * LETTERS / 72 if beside else SIZE_IN[0] / 2 - 4.4 * LETTERS / 72
    spot = {"loc": "lower left", "bbox_to_anchor": (0.0, 0.01)}
    if beside:
        spot = {"loc": "upper left", "bbox_to_anchor": (1 - LEGEND_IN / SIZE_IN[0], 0.98)}
    legend = figure.legend(
        handles, [page.wrap_text(handle.get_label(), room, LETTERS) for handle in handles],
        title=page.wrap_text(title, LEGEND_IN if beside else SIZE_IN[0], LETTERS * page.BOLD), frameon=False, borderpad=0,
        borderaxespad=0, alignment="left", labelspacing=0.55, handlelength=1.8, handleheight=1.1, handletextpad=0.6, columnspacing=1.0,
        ncols=1 if beside else 2, **spot,
        prop={"family": family, "size": LETTERS}, title_fontproperties={"family": family, "size": LETTERS, "weight": "bold"},
    )  # fmt: skip
    for text in [legend.get_title(), *legend.get_texts()]:
        text.set_parse_math(False)
        text.set_color(TEXT_COLOUR)
    return legend

