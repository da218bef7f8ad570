"""Everything an edition gives, written in its folder."""

from pathlib import Path

from diagnostic.write.figures import remove_stale, render_png, write_bytes
from diagnostic.write.offline import write_web_map
from diagnostic.write.results import write_results
from diagnostic.write.workbook import write_workbook


def write_figures(figures, folder, cache):
    """Draw and write the print maps and charts of an edition.

    Parameters
    ----------
    figures : list of (name, shared, draw), see `draw.atlas.list_figures`
    folder : path-like
    cache : dict, the pages that every edition shares, drawn once; filled here

    Returns
    -------
    list of Path
    """
    written = []
    for name, shared, draw in figures:
        content = cache.get(name) if shared else None
        if content is None:
            content = render_png(draw())
        if shared:
            cache[name] = content
        written.append(write_bytes(content, Path(folder) / f"{name}.png"))
    remove_stale(folder, {path.name for path in written})
    return written


def write_edition(tables, folder, *, carte, figures, cache, reading):
    """Write the map, the print maps, the workbook and the records of one edition.

    Parameters
    ----------
    tables : dict of DataFrame, already filtered for the edition
    folder : path-like, made when missing
    carte : folium.Map
    figures : list, see `write_figures`
    cache : dict, see `write_figures`
    reading : dict: titre, lignes, date, couleur (the reading sheet of the workbook)

    Returns
    -------
    list of Path
    """
    folder = Path(folder)
    written = [write_web_map(carte, folder / "carte.html"), *write_figures(figures, folder / "cartes", cache)]
    written.append(write_workbook(tables, folder / "diagnostic.xlsx", **reading))
    written.append(write_results(tables["resultats"], folder / "resultats.json"))
    return written
