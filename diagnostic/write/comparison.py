"""The tables of a comparison -> files: Parquet, workbook, CSV with their dictionary, GeoPackage, charts, map."""

import re
from pathlib import Path

from diagnostic.vocabulary import normalize_label
from diagnostic.write.atomic import write_atomic
from diagnostic.write.csv_sets import write_data_package, write_french_set
from diagnostic.write.figures import render_png
from diagnostic.write.gis import write_geopackage
from diagnostic.write.offline import write_web_map
from diagnostic.write.workbook import write_workbook

LONG = "comparaison_longue"
PARQUET = (LONG, "comparaison_territoires", "comparaison_reperes", "comparaison_entonnoirs", "comparaison_amas_locaux")


def write_comparison(tables, folder, *, reading, layers=None, figures=None, carte=None):
    """Write every file of a comparison.

    Parameters
    ----------
    tables : dict of DataFrame, `side_by_side.compare_side_by_side`, and couches
    folder : path-like
    reading : dict titre, lignes (list of str), date
    layers : dict of GeoDataFrame in EPSG:2154, optional
    figures : dict of name -> Figure, optional
    carte : folium map, optional

    Returns
    -------
    list of Path
    """
    folder, written = Path(folder), []
    for name in PARQUET:
        if len(tables[name]):
            written.append(write_parquet(tables[name], folder / "donnees" / f"{name}.parquet"))
    written.append(write_workbook(tables, folder / "comparaison.xlsx", **reading))
    written += write_french_set(tables, folder / "csv")
    written += write_data_package(tables, folder / "donnees", titre=reading["titre"], date=reading["date"], edition="publique")
    if layers:
        written.append(write_geopackage(layers, folder / "sig" / "comparaison.gpkg", date=reading["date"]))
    for name, figure in (figures or {}).items():
        spelled = "_".join(normalize_label(word) for word in re.split(r"[\s_]+", name))
        path = folder / "cartes" / f"entonnoir_{spelled}.png"
        with write_atomic(path) as temporary:
            temporary.write_bytes(render_png(figure))
        written.append(path)
    if carte is not None:
        written.append(write_web_map(carte, folder / "carte.html"))
    return written


def write_parquet(table, path):
    """Write a table as Parquet (zstd), its named index as columns, and return `path`."""
    flat = table.reset_index() if any(name for name in table.index.names) else table
    with write_atomic(path) as temporary:
        flat.to_parquet(temporary, index=False, compression="zstd")
    return path
