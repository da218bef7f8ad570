"""A user's own boundaries of communes (GPKG, SHP, GeoJSON) -> in the place of those of `shapes/`."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio

from diagnostic.errors import DiagnosticError
from diagnostic.read.formats.files import LARGEST_FILE
from diagnostic.read.formats.shape_layers import MOST_SHAPES, is_shape_file, list_shape_layers
from diagnostic.read.places.cog import is_in, read_cog
from diagnostic.read.places.territories import DEGREES, find_zone, measure_surface
from diagnostic.schema import ORIGIN_COLUMNS, join_problems, list_problems
from diagnostic.vocabulary import normalize_label

CODE_ALIASES = [
    "code_insee", "insee_com", "codgeo", "code_commune", "code_insee_commune", "depcom", "com_code", "insee", "codecom", "code",
]  # fmt: skip


def read_boundaries(path):
    """Return a user's own boundaries (GPKG, SHP, GeoJSON): code_insee, geometry (EPSG:4326), fichier, feuille, ligne.

    The code column is found by its usual names and read as text; nothing is padded, so a code that lost its zero
    stays unknown and is told by `replace_geometry`. Rows of one commune are left as they are.

    Raises
    ------
    DiagnosticError
        File unreadable or empty, no layer of communes, no code column, projection unknown or false.
    """
    path = Path(path)
    layer = _choose_layer(path)
    try:
        drawn = gpd.read_file(path, layer=layer, max_features=MOST_SHAPES + 1)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, OSError):
        raise _boundary_error(
            "Ce fichier de contours est illisible.", path, "donnez un fichier GPKG, SHP ou GeoJSON"
        ) from None
    if drawn.empty or "geometry" not in drawn:
        raise _boundary_error(
            "Ce fichier ne contient aucun contour.", path, "vérifiez l'export, puis redonnez le fichier"
        )
    if len(drawn) > MOST_SHAPES:
        raise _boundary_error("Ce fichier a trop de contours.", path, "gardez les seules communes de votre territoire, et réexportez")
    column = _find_code_column(drawn, path)
    fault = find_projection_fault(drawn)
    if fault:
        told = "" if drawn.crs is None else f" (projection écrite : {drawn.crs.name})"
        raise _boundary_error(fault[1], path, fault[2], told)
    codes = drawn[column]
    if pd.api.types.is_float_dtype(codes):
        codes = codes.astype("Int64")
    boundaries = gpd.GeoDataFrame(
        {"code_insee": codes.astype("str").str.strip()}, geometry=drawn.geometry.array, crs=drawn.crs
    )
    boundaries = boundaries.to_crs(DEGREES)
    return boundaries.assign(fichier=path.name, feuille=layer, ligne=np.arange(1, len(drawn) + 1))


def _boundary_error(quoi, path, a_faire, detail=""):
    return DiagnosticError(quoi, f"{path.name}{detail}", a_faire)


def _choose_layer(path):
    """Return the layer of communes of a file that may hold several (IGN Admin Express holds one a level)."""
    if not path.is_file():
        raise _boundary_error(
            "Fichier de contours introuvable.", path, "vérifiez le nom et le dossier dans la feuille parametres"
        )
    if path.stat().st_size > LARGEST_FILE:
        what = f"Ce fichier de contours dépasse {LARGEST_FILE // 1_000_000} Mo."
        raise _boundary_error(what, path, "gardez les seules communes de votre territoire, et réexportez")
    if not is_shape_file(path):
        raise _boundary_error("Ce fichier n'est pas un fichier de contours.", path, "donnez un fichier GPKG, SHP ou GeoJSON")
    try:
        layers = [name for name, _ in list_shape_layers(path)[0]]
    except pyogrio.errors.DataSourceError:
        raise _boundary_error(
            "Ce fichier de contours est illisible.", path, "donnez un fichier GPKG, SHP ou GeoJSON"
        ) from None
    named = [name for name in layers if normalize_label(name) in ("commune", "communes")]
    if len(layers) == 1 or named:
        return named[0] if named else layers[0]
    told = ", ".join(layers) or "aucune"
    raise _boundary_error(
        "Plusieurs couches, aucune ne s'appelle commune.",
        path,
        "gardez une seule couche dans le fichier",
        f" (couches lues : {told})",
    )


def _find_code_column(drawn, path):
    """Return the name of the column of commune codes, the first alias found winning."""
    headings = {normalize_label(name): name for name in drawn.columns}
    found = [headings[normalize_label(alias)] for alias in CODE_ALIASES if normalize_label(alias) in headings]
    if found:
        return found[0]
    told = ", ".join(name for name in drawn.columns if name != "geometry")
    raise _boundary_error(
        "Aucune colonne de code INSEE.",
        path,
        "nommez code_insee la colonne des codes de commune",
        f" (colonnes lues : {told})",
    )


def find_projection_fault(drawn):
    """Return (kind, what, what to do) where the projection is missing (`inconnue`) or not that of the figures (`fausse`), else None."""
    # A GPKG without projection says « Undefined Cartesian SRS » or « Undefined geographic SRS », in which nothing can be placed.
    if drawn.crs is None or drawn.crs.name.startswith("Undefined"):
        fix = "joignez le fichier .prj, ou réexportez en indiquant la projection (Lambert-93 : EPSG:2154)"
        return "inconnue", "Projection inconnue.", fix
    bounds = np.abs(drawn.bounds.to_numpy())
    bounds = bounds[np.isfinite(bounds)]
    largest, fix = bounds.max(initial=0), "réexportez en indiquant la vraie projection"
    if drawn.crs.is_geographic and largest > 180:
        return "fausse", "Les coordonnées ne sont pas des degrés.", fix
    if not drawn.crs.is_geographic and 0 < largest <= 180:
        return "fausse", "Les coordonnées ressemblent à des degrés, et la projection écrite est en mètres.", fix
    return None


def replace_geometry(communes, boundaries):
    """Return `communes` drawn with `boundaries`, surfaces measured again, and a `problemes` table.

    A commune absent from `boundaries` keeps the outline it had; a geometry whose code is not in `communes` is not
    used. Both are told, the second only once for a file that goes beyond the territory. Several rows of one commune
    are joined, and so are those of the former communes that make it up.
    """
    drawn = boundaries[boundaries.geometry.notna()]
    present = drawn["code_insee"].map(read_cog()["anciens"]["nouveau_code"]).astype("str").fillna(drawn["code_insee"])
    past = (present != drawn["code_insee"]) & is_in(present, communes.index)
    known = drawn.assign(code_insee=present)[is_in(present, communes.index)]
    joined = known["code_insee"].duplicated().any()
    shapes = (known.dissolve("code_insee") if joined else known.set_index("code_insee")).geometry
    replaced = communes.index.isin(shapes.index)
    geometry = communes.geometry.where(~replaced, shapes.reindex(communes.index).set_crs(DEGREES))
    changed = communes.set_geometry(geometry)
    if "surface_km2" in communes:
        surface = measure_surface(changed.geometry, find_zone(changed.index.to_series()))
        changed = changed.assign(surface_km2=communes["surface_km2"].where(~replaced, surface))
    told = _tell_former(drawn[past], present[past]), _tell_unknown(communes, drawn[~past]), _tell_missing(communes[~replaced], boundaries)
    return changed, join_problems(*told)


def _tell_former(rows, present):
    messages = [f"Contour d'une ancienne commune, joint à celui de {code}." for code in present]
    fix = "rien, si le fichier contient toutes les communes réunies ; sinon prenez un fichier de l'année"
    return list_problems("information", rows, messages, fix, colonne="code_insee", valeur=rows["code_insee"])


def _tell_unknown(communes, drawn):
    """Return one `problemes` row for each outline whose code France does not know, and one for those outside."""
    cog = read_cog()
    strange = drawn[~is_in(drawn["code_insee"], communes.index)]
    france = is_in(strange["code_insee"], cog["communes"].index) | is_in(strange["code_insee"], cog["anciens"].index)
    unknown = list_problems(
        "erreur", strange[~france], "Contour dont le code INSEE est inconnu : il n'est pas utilisé.",
        "corrigez le code (zéro du début perdu ?)", colonne="code_insee", valeur=strange.loc[~france, "code_insee"],
    )  # fmt: skip
    outside = list_problems(
        "information", strange[france].head(1).assign(ligne=None),
        f"{france.sum()} contours hors du territoire : ils ne sont pas utilisés.", "rien à faire", colonne="code_insee",
    )  # fmt: skip
    return join_problems(unknown, outside)


def _tell_missing(missing, boundaries):
    """Return one `problemes` row for each commune of the territory that has no outline in the user's file."""
    rows = pd.DataFrame(index=range(len(missing)), columns=ORIGIN_COLUMNS)
    rows = rows.assign(fichier=boundaries["fichier"].iloc[0] if len(boundaries) and "fichier" in boundaries else "")
    return list_problems(
        "attention", rows, "Commune sans contour dans ce fichier : le contour du logiciel est gardé.",
        "complétez le fichier de contours, ou laissez ainsi", colonne="code_insee", valeur=missing.index + " " + missing["nom"],
    )  # fmt: skip
