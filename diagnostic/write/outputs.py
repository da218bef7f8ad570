"""Everything an edition gives, written in its folder."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from diagnostic.write.figures import render_figure, write_bytes
from diagnostic.write.offline import inline_assets, write_html, write_web_map
from diagnostic.write.results import write_results
from diagnostic.write.workbook import write_workbook


def start_figures(figures, cache, pool, kinds=("png",)):
    """Start drawing the pages of an edition on `pool`; return {name: future, or {kind: bytes}}.

    Parameters
    ----------
    figures : list of (name, shared, draw), see `draw.atlas.list_figures`
    cache : dict of name -> {kind: bytes}, the pages that every edition shares, drawn once
    pool : concurrent.futures.Executor
    kinds : sequence of {"png", "svg", "pdf"}, the types of file of each page
    """
    return {
        name: cache[name] if shared and name in cache else pool.submit(lambda draw=draw: render_figure(draw(), kinds))
        for name, shared, draw in figures
    }


def write_figures(started, figures, folder, cache):
    """Write the pages of an edition as they come; keep in `cache` those that every edition shares; return their paths."""
    written = []
    for name, shared, _ in figures:
        # Taken out as it goes: a page of A0 weighs 12 MB.
        contents = started.pop(name)
        contents = contents if isinstance(contents, dict) else contents.result()
        if shared:
            cache[name] = contents
        written += [write_bytes(content, Path(folder) / f"{name}.{kind}") for kind, content in contents.items()]
    return written


def write_edition(tables, folder, *, carte, pages, figures, cache, reading):
    """Write the map, the pages (sheets of jurisdictions, statements), the print maps, the workbook and the records of one edition.

    Parameters
    ----------
    tables : dict of DataFrame, already filtered for the edition; `reglages` (dict), when there, says the types of the pages
    folder : path-like, made when missing
    carte : folium.Map
    pages : dict of str -> str, file name and HTML of each page beside the map
    figures : list, see `write_figures`
    cache : dict, see `write_figures`
    reading : dict: titre, lignes, date, couleur (the reading sheet of the workbook)

    Returns
    -------
    list of Path
    """
    folder = Path(folder)
    kinds = tables.get("reglages", {}).get("types_fichiers_cartes") or ("png",)
    # The pages are drawn beside the workbook, in one thread only: with two, matplotlib's fonts gave other bytes now and then.
    with ThreadPoolExecutor(max_workers=1) as pool:
        started = start_figures(figures, cache, pool, kinds)
        written = [
            write_web_map(carte, folder / "carte.html"),
            *(write_html(inline_assets(page), folder / name) for name, page in pages.items()),
            write_workbook(tables, folder / "diagnostic.xlsx", **reading),
            write_results(tables["resultats"], folder / "resultats.json"),
        ]
        return written + write_figures(started, figures, folder / "cartes", cache)
