"""Closer maps of a workshop: a page for each EPCI whose numbers would cover too much of it on the map of the whole."""

import numpy as np

from diagnostic.draw import page
from diagnostic.draw.base_map import trace_edges, trace_rings, widen_extent
from diagnostic.draw.style import agree
from diagnostic.draw.workshop_actors import MAIRIE, POINT, tell_range
from diagnostic.draw.workshop_map import draw_numbered
from diagnostic.draw.workshop_marks import DEFAULT_SIZES, NUMBER_SIZES, list_chips, stack_chips

CROWDED = 0.35  # share of an EPCI that its numbers may cover at their smallest before they are drawn closer
MARGIN, BESIDE = 0.06, 0.6


def draw_closer(base, numbered, figure, *, mentions, finalite="", format_page="A3"):
    """Return the pages (list of Figure) of the EPCI too full of numbers, in the order of the index; an EPCI that is the whole has none.

    Parameters
    ----------
    base, numbered, mentions, finalite, format_page : as for `workshop_map.draw_numbered`
    figure : the Figure that it returned, whose scale tells how much room there is
    """
    pages = []
    for code in list_crowded(base, numbered, figure, format_page):
        name = base.epci.at[code, "nom"]
        rows = numbered[numbered["epci"].eq(name) & numbered["lieu"].isin([POINT, MAIRIE])]
        told = f"{name} de plus près : {agree(len(rows), 'acteur')}, {tell_range(rows['numero'])}"
        pages.append(draw_numbered(
            restrict_base(base, code), rows, {"communes": 0, "imports": 0}, mentions=mentions | {"titre": told}, finalite=finalite,
            format_page=format_page,
        ))  # fmt: skip
    return pages


def list_crowded(base, numbered, figure, format_page):
    """Return the codes of the EPCI whose numbers, at their smallest, cover more than CROWDED of their surface on the map `figure`."""
    rows = numbered[numbered["lieu"].isin([POINT, MAIRIE])]
    if len(base.epci) < 2 or rows.empty:
        return []
    points = NUMBER_SIZES.get(format_page, DEFAULT_SIZES)[-1]
    size = points / page.measure_scale(figure) * page.measure_point(figure.axes[0])
    _, blocks = stack_chips(list_chips(rows, size), size)
    homes = rows.assign(bloc=np.where(rows["code_insee"].isin(blocks.index), rows["code_insee"], rows["acteur_id"]))
    epci = blocks.index.map(homes.drop_duplicates("bloc").set_index("bloc")["epci"])
    covered = (blocks["largeur"] * blocks["hauteur"]).groupby(np.asarray(epci)).sum()
    share = base.epci["nom"].map(covered).fillna(0) / base.epci.geometry.area
    order = rows.drop_duplicates("epci")["epci"].reset_index(drop=True)
    ranks = {name: rank for rank, name in enumerate(order)}
    return sorted(share.index[share > CROWDED], key=lambda code: ranks[base.epci.at[code, "nom"]])


def restrict_base(base, code):
    """Return the ground seen around one EPCI: its neighbours stay where they are in the view."""
    extent = tuple(widen_extent(base.epci.geometry.loc[[code]].total_bounds, MARGIN))
    x0, y0, x1, y1 = widen_extent(extent, BESIDE)  # a page is wider than most EPCI
    boxes = base.shapes.bounds
    seen = boxes["minx"].lt(x1) & boxes["maxx"].gt(x0) & boxes["miny"].lt(y1) & boxes["maxy"].gt(y0)
    shapes = base.shapes[seen]
    borders = base.epci[base.epci.index.isin(base.communes.loc[shapes.index, "epci"])]
    rings = trace_rings(shapes)
    return base._replace(
        shapes=shapes, rings=rings, edges=trace_edges(rings), epci=borders, extent=extent, unplaced=base.unplaced.iloc[:0]
    )
