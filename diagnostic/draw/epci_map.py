"""The small map of a page of the atlas: an EPCI, its communes and actors, its neighbours, and where it is in the territory."""

import numpy as np
import shapely
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure

from diagnostic.draw import page
from diagnostic.draw.base_map import build_paths, find_label_points, widen_extent
from diagnostic.draw.labels import legal_name, place_labels
from diagnostic.draw.print_map import fit_view
from diagnostic.draw.print_points import draw_stacks, list_champs, sort_places, spread_marks, stack_points
from diagnostic.draw.slides_maps import remove_letters
from diagnostic.draw.style import LINE_COLOURS, SEQUENTIAL

MARGIN = 0.12  # of the longer side of the EPCI, around it: its neighbours are seen
INSET_SHARE = 0.27  # of the width of the map
NAMED_TOWNS = 12
COARSE_M = 600  # metres: what the inset, two centimetres wide, shows of a border
WIDTHS = {"commune": 0.3, "epci": 1.0, "limite": 1.8, "territoire": 0.5}
LETTERS = {"commune": 6.0, "epci": 6.5, "legende": 6.5}
FIGURE_DPI = 300


def prepare_outlines(base):
    """Return the EPCI of the whole territory as coarse polygons (GeoSeries, index the code), computed once for all the pages."""
    return base.epci.geometry.simplify(COARSE_M)


def draw_epci_figure(base, outlines, code, actors, *, size_in=(3.6, 3.2)):
    """Return the map of an EPCI alone, as a matplotlib Figure: what the DOCX shows. See `draw_epci_map`."""
    figure = Figure(figsize=size_in, dpi=FIGURE_DPI, facecolor="white")
    FigureCanvasAgg(figure)
    draw_epci_map(figure, (0.0, 0.0, *size_in), base, outlines, code, actors)
    return figure


def draw_epci_map(figure, box, base, outlines, code, actors):
    """Draw an EPCI on a part of a figure.

    Parameters
    ----------
    figure : Figure
    box : (left, low, width, height) in inches
    base : Base, prepared once
    outlines : GeoSeries (`prepare_outlines`)
    code : str, SIREN of the EPCI; without outline, a sentence is written in the place of the map
    actors : DataFrame of actors with champ, x_m, y_m, those of the EPCI
    """
    left, low, width, height = box
    size = figure.get_size_inches()
    if base is None or code not in base.epci.index:
        page.write_paragraph(figure, left, low + height / 2, "Aucune commune de ce territoire n'a de contour : pas de carte.", width)
        return
    placed = sort_places(actors)
    placed = placed[placed["place"].eq("dedans")]
    handles = list_champs(placed)
    legend = 0.2 * -(-len(handles) // 2) if handles else 0.0
    axes = figure.add_axes([left / size[0], (low + legend) / size[1], width / size[0], (height - legend) / size[1]])
    axes.set_axis_off()
    extent = widen_extent(base.epci.geometry.loc[code].bounds, MARGIN)
    fit_view(axes, extent, width / (height - legend))
    _draw_ground(axes, base, code)
    stacks = stack_points(placed, page.measure_point(axes)) if len(placed) else None
    if stacks is not None:
        draw_stacks(axes, stacks)
    page.add_scale_bar(axes)
    taken = _draw_inset(figure, axes, outlines, code) if len(outlines) > 1 else []
    _name_places(axes, base, code, stacks, taken)
    if handles:
        _write_legend(figure, handles, (left, low + legend - 0.02))


def _draw_ground(axes, base, code):
    """Draw the communes of the EPCI on a tint, those of its neighbours on white, and the borders."""
    x0, x1, y0, y1 = *axes.get_xlim(), *axes.get_ylim()
    shapes = base.shapes[shapely.intersects(np.asarray(base.shapes), shapely.box(x0, y0, x1, y1))]
    own = base.communes["epci"].reindex(shapes.index).eq(code)
    for part, colour, line in [(shapes[~own], "#FFFFFF", "#D9D9D9"), (shapes[own], SEQUENTIAL[0], LINE_COLOURS["commune"])]:
        _draw_shapes(axes, part, facecolors=colour, edgecolors=line, linewidths=WIDTHS["commune"], zorder=1)
    others = base.epci.geometry[shapely.intersects(np.asarray(base.epci.geometry), shapely.box(x0, y0, x1, y1))]
    for part, width in [(others.drop(index=code), WIDTHS["epci"]), (others.loc[[code]], WIDTHS["limite"])]:
        _draw_shapes(axes, part, facecolors="none", edgecolors=LINE_COLOURS["epci"], linewidths=width, zorder=4)


def _draw_shapes(axes, shapes, **look):
    if len(shapes):
        axes.add_collection(PathCollection(build_paths(shapes), **look), autolim=False)


def _draw_inset(figure, axes, outlines, code):
    """Draw where the EPCI is in the territory, in the corner that it covers least; return the box taken, in pixels."""
    box, size = axes.get_position(original=True), figure.get_size_inches()
    own = outlines.loc[code]
    x0, y0, x1, y1 = outlines.total_bounds
    width = box.width * INSET_SHARE
    height = width * size[0] / size[1] * (y1 - y0) / (x1 - x0)
    height, width = min(height, box.height * 0.4), width * min(1.0, box.height * 0.4 / height)
    # The lower left corner has the scale.
    corners = [(box.x1 - width, box.y1 - height), (box.x0, box.y1 - height), (box.x1 - width, box.y0)]
    covered = [own.intersection(_find_ground(figure, axes, (*corner, width, height))).area for corner in corners]
    inset = figure.add_axes([*corners[covered.index(min(covered))], width, height], facecolor="white")
    inset.set_xticks([])
    inset.set_yticks([])
    inset.set_zorder(8)
    for spine in inset.spines.values():
        spine.set(color="#999999", linewidth=0.5)
    fit_view(inset, widen_extent(outlines.total_bounds, 0.04), width * size[0] / (height * size[1]))
    colours = [page.pick_title_colour() if name == code else "#F2F2F2" for name in outlines.index]
    _draw_shapes(inset, outlines, facecolors=colours, edgecolors="#777777", linewidths=WIDTHS["territoire"])
    return [np.array(inset.bbox.extents)]


def _find_ground(figure, axes, box):
    """Return the ground (polygon, metres) under a box of the figure (left, low, width, height, shares)."""
    left, low, width, height = box
    ends = figure.transFigure.transform([(left, low), (left + width, low + height)])
    return shapely.box(*axes.transData.inverted().transform(ends).ravel())


def _name_places(axes, base, code, stacks, taken):
    """Write the names of the largest communes and of the neighbours where nothing is hidden."""
    boxes = [*taken]
    if stacks is not None and len(stacks):
        rings = spread_marks(axes, stacks).reshape(len(stacks), -1, 2)
        boxes += list(np.hstack([rings.min(axis=1), rings.max(axis=1)]))
    point = axes.get_figure().dpi / 72
    boxes.append(np.array([axes.bbox.x0, axes.bbox.y0, axes.bbox.x0 + 0.26 * axes.bbox.width, axes.bbox.y0 + 26 * point]))
    towns = base.communes[base.communes["epci"].eq(code) & base.communes.index.isin(base.shapes.index)]
    towns = towns.sort_values("population", ascending=False, kind="stable").head(NAMED_TOWNS)
    boxes += _write_names(axes, base.shapes.loc[towns.index], towns["nom"], boxes, size=LETTERS["commune"])
    view = shapely.box(*np.array([axes.get_xlim(), axes.get_ylim()]).T.ravel())
    around = base.epci.geometry.drop(index=code).intersection(view)
    around = around[shapely.area(np.asarray(around)) > 0.01 * view.area]
    if len(around):
        _write_names(axes, around, base.epci.loc[around.index, "nom"].map(legal_name), boxes, size=LETTERS["epci"], style="italic")


def _write_names(axes, shapes, names, boxes, *, size, style="normal"):
    """Write names inside shapes where there is room; return the boxes of those written, in pixels."""
    before = len(axes.texts)
    places = find_label_points(shapes).assign(texte=names, court=names, nom=names, contour=shapes)
    place_labels(axes, places, taken=np.array(boxes) if boxes else None, size=size)
    remove_letters(axes, before)
    renderer, written = axes.get_figure().canvas.get_renderer(), axes.texts[before:]
    for text in written:
        text.set_fontstyle(style)
    return [np.array(text.get_window_extent(renderer).extents) for text in written]


def _write_legend(figure, handles, spot):
    """Write what the marks are under the map, in two columns."""
    width, height = figure.get_size_inches()
    family = page.find_charter().polices
    legend = figure.legend(
        handles, [handle.get_label() for handle in handles], loc="upper left", bbox_to_anchor=(spot[0] / width, spot[1] / height),
        frameon=False, borderpad=0, borderaxespad=0, ncols=2, columnspacing=1.2, handletextpad=0.3, handlelength=1.2, labelspacing=0.35,
        prop={"family": family, "size": LETTERS["legende"]},
    )  # fmt: skip
    for text in legend.get_texts():
        text.set_parse_math(False)

