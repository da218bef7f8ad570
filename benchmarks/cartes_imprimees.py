"""Print maps: one page of 43 + 63 on each paper and in each type of file, then France by commune against `gdf.plot`.

    python benchmarks/cartes_imprimees.py [--france]

Needs shapes/communes.parquet. Imports and the reading of the communes are not timed. Without --france, the last part, which
takes a minute or two, is left out. Times are of the processor (one thread), so that a busy
machine gives the same; memory is what a forked process adds at its peak, the pixels of the page included.
"""

import argparse
import io
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from recouvrement import measure_peak, time_best  # noqa: E402

from diagnostic.draw import base_map, print_layers  # noqa: E402
from diagnostic.draw.style import PAGE_SIZES, PRINT_DPI, SEQUENTIAL  # noqa: E402
from diagnostic.read.places.territories import read_communes  # noqa: E402
from diagnostic.write.figures import RENDERERS  # noqa: E402

MENTIONS = {"sources": ["IGN Admin Express 2026"], "date": "15/11/2026", "couverture": None}
AIM_SECONDS, AIM_RATIO = 1.0, 4.0


def make_page(communes, values, format_page, kind):
    """Prepare the ground, draw the mille-feuille and return the bytes of the page: all that follows the import."""
    base = base_map.prepare_base(communes)
    figure = print_layers.draw_millefeuille(base, values, mentions=MENTIONS, format_page=format_page)
    return RENDERERS[kind](figure)


def fill_page(communes, values):
    """Return the bytes of a page of filled communes, without anything else, our way: a path a colour, each border once."""
    from matplotlib.collections import PathCollection

    figure, axes = open_bare()
    rings = base_map.trace_rings(communes.geometry)
    fills = base_map.group_rings(rings, values.to_numpy())
    axes.add_collection(PathCollection(fills, facecolors=SEQUENTIAL, linewidths=0))
    axes.add_collection(PathCollection([base_map.trace_edges(rings)], facecolors="none", edgecolors="#B0B0B0", linewidths=0.1))
    axes.autoscale_view()
    return save(figure)


def plot_page(communes, values):
    """Return the bytes of the same page with `GeoDataFrame.plot`."""
    figure, axes = open_bare()
    colours = values.map(dict(enumerate(SEQUENTIAL))).tolist()
    communes.plot(ax=axes, color=colours, edgecolor="#B0B0B0", linewidth=0.1)
    return save(figure)


def open_bare():
    """Return an empty A4 page at 300 dpi and its axes."""
    figure = Figure(figsize=PAGE_SIZES["A4"], dpi=PRINT_DPI)
    FigureCanvasAgg(figure)
    axes = figure.add_axes([0, 0, 1, 1])
    axes.set_axis_off()
    axes.set_aspect("equal")
    return figure, axes


def save(figure):
    """Return the figure as PNG bytes, compressed as our pages are."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=PRINT_DPI, pil_kwargs={"compress_level": 2})
    return buffer.getvalue()


def print_formats(communes):
    """Print the time, weight and memory of one page of `communes` on each paper and in each type of file."""
    values = pd.Series(np.arange(len(communes)) % 6 + 3.0, communes.index)
    print(f"{len(communes)} communes ; fond préparé, page dessinée et écrite en mémoire")
    print(f"{'':24}{'s':>8}{'Mo':>8}{'Mo en plus':>12}")
    first = None
    for format_page in PAGE_SIZES:
        for kind in RENDERERS:
            make = partial(make_page, communes, values, format_page, kind)
            seconds, content = time_best(make, 1 if format_page == "A0" else 3, clock=time.process_time)
            first = first or seconds
            print(f"{format_page + ' ' + kind:24}{seconds:8.2f}{len(content) / 1e6:8.2f}{measure_peak(make):12.0f}")
    print(f"A4 en PNG : {first:.2f} s (visé : moins de {AIM_SECONDS:g} s)\n")


def print_france(communes):
    """Print the time and memory of France by commune, our way and with `gdf.plot`: fills alone, then our whole page."""
    drawn = communes[communes.geometry.notna() & communes["zone"].eq("metropole")]
    projected = drawn.to_crs(2154)
    values = pd.Series(np.arange(len(projected)) % 6, projected.index)
    slow, _ = time_best(partial(plot_page, projected, values), 3, clock=time.process_time)
    print(f"{len(projected)} communes de France métropolitaine, A4 à {PRINT_DPI} points par pouce")
    print(f"{'':44}{'s':>8}{'rapport':>10}{'Mo en plus':>12}")
    print(f"{'gdf.plot, communes déjà projetées':44}{slow:8.2f}{1.0:10.1f}{measure_peak(partial(plot_page, projected, values)):12.0f}")
    whole = drawn.drop(columns="geometry").assign(geometry=drawn.geometry).set_geometry("geometry")
    rows = [
        ("un tracé par couleur, communes déjà projetées", partial(fill_page, projected, values)),
        ("page entière : projection, limites, légende", partial(make_page, whole, values + 3.0, "A4", "png")),
    ]
    for label, function in rows:
        seconds, _ = time_best(function, 3, clock=time.process_time)
        print(f"{label:44}{seconds:8.2f}{slow / seconds:10.1f}{measure_peak(function):12.0f}")
    print(f"Visé : {AIM_RATIO:g} fois plus vite que gdf.plot.")


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--france", action="store_true", help="also time France by commune")
    with_france = parser.parse_args().france
    communes = read_communes()
    print_formats(communes[communes["departement"].isin(["43", "63"])])
    if with_france:
        print_france(communes)


if __name__ == "__main__":
    main()
