"""The communes of France and their divisions, read from `shapes/`, and a user's own boundaries in their place.

France is the 34,875 communes of the metropole and the five DROM (COG 2026); the overseas collectivities are apart.
`scripts/construire_shapes.py` builds the files read here.
"""

from functools import cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
from pyproj import Transformer

from diagnostic.errors import DiagnosticError
from diagnostic.schema import ORIGIN_COLUMNS, join_problems, list_problems, normalize_label

DEGREES = 4326
# First three characters of the commune code -> zone; everything else is the metropole.
ZONES = {"971": "guadeloupe", "972": "martinique", "973": "guyane", "974": "la_reunion", "976": "mayotte"}
# The legal projection of each zone: metres, and areas true to about 0.1 %.
ZONE_CRS = {
    "metropole": 2154, "guadeloupe": 5490, "martinique": 5490, "guyane": 2972, "la_reunion": 2975, "mayotte": 4471,
}  # fmt: skip
DIVISIONS = ["epci", "arrondissement", "departement", "region"]
CODE_ALIASES = [
    "code_insee", "insee_com", "codgeo", "code_commune", "code_insee_commune", "depcom", "com_code", "insee", "codecom", "code",
]  # fmt: skip


def locate_shapes():
    """Return the folder of the boundaries: inside the installed package, else at the top of the repository."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "_shapes", package.parent / "shapes"):
        if (folder / "communes.parquet").exists():
            return folder
    raise DiagnosticError(
        "Les contours des communes sont introuvables.",
        "dossier shapes du logiciel",
        "réinstallez le logiciel, ou reconstruisez le dossier avec scripts/construire_shapes.py",
    )


@cache
def _read_table(name):
    return pd.read_csv(locate_shapes() / name, dtype=str, keep_default_na=False, na_values=[""])


def read_divisions(division):
    """Return the units of `division` (epci, arrondissement, departement or region), indexed by their code.

    Columns: nom, type (CC, CA, CU, METRO, MET69 for an EPCI), chef_lieu (commune code), departement, region, siren.
    A cell is missing where the notion has no meaning or is not known.
    """
    units = _read_table("divisions.csv")
    return units[units["division"] == division].drop(columns="division").set_index("code")


def read_former_codes():
    """Return ancien_code, ancien_nom, nature, nouveau_code, nouveau_nom; one row an old code, never two.

    nature: deleguee, associee, arrondissement_municipal, fusionnee (no longer any status; its name is not known).
    A delegated commune may bear the code of the present commune: both codes are then equal, only the name is old.
    """
    return _read_table("communes_anciennes.csv").copy()


def read_overseas():
    """Return the communes of the overseas collectivities, which are in no other table (code_insee is the index)."""
    overseas = _read_table("collectivites_outre_mer.csv").set_index("code_insee")
    return overseas.assign(population=overseas["population"].astype(float))


def read_unresolved():
    """Return what the building of `shapes/` could not settle: code_insee, nom, sujet, constat, decision."""
    return _read_table("non_resolus.csv").copy()


def find_zone(codes):
    """Return the zone of each commune code (a Series on the index of `codes`).

    >>> find_zone(pd.Series(["43157", "2A004", "97411"])).tolist()
    ['metropole', 'metropole', 'la_reunion']
    """
    return codes.str[:3].map(ZONES).fillna("metropole").astype("str")


def project_points(lon, lat, zone):
    """Return x_m, y_m (metres, in the projection of each point's zone); NaN where a coordinate is missing."""
    points = pd.DataFrame({"x_m": np.nan, "y_m": np.nan}, index=lon.index)
    known = lon.notna() & lat.notna()
    for name, epsg in ZONE_CRS.items():
        here = known & (zone == name)
        if here.any():
            to_metres = Transformer.from_crs(DEGREES, epsg, always_xy=True)
            points.loc[here, "x_m"], points.loc[here, "y_m"] = to_metres.transform(lon[here].array, lat[here].array)
    return points


def measure_surface(geometry, zone):
    """Return the area in km2 of each geometry (EPSG:4326), in the projection of its zone; NaN without geometry."""
    surface = pd.Series(np.nan, index=geometry.index)
    for name, epsg in ZONE_CRS.items():
        here = (zone == name) & geometry.notna()
        if here.any():
            surface[here] = geometry[here].to_crs(epsg).area / 1e6
    return surface


def read_communes(codes=None, *, departements=None, epci=None, regions=None, geometry=True):
    """Return the `communes` table of the contract: all France, or the union of what is asked.

    Parameters
    ----------
    codes, departements, epci, regions : iterable of str, optional
        An EPCI brings all its members, whatever their departement.
    geometry : bool
        False reads the table alone (a DataFrame), much faster.

    Returns
    -------
    GeoDataFrame (EPSG:4326) or DataFrame, index code_insee, in the order of the codes.
        Four communes have no polygon; x_m, y_m and mairie_lon, mairie_lat are NaN where the mairie is not known.
        mairie_origine tells where the point comes from.

    Raises
    ------
    DiagnosticError
        When codes are unknown: all of them are listed.
    """
    asked = {"code_insee": codes, "departement": departements, "epci": epci, "region": regions}
    asked = {column: sorted(set(values)) for column, values in asked.items() if values is not None}
    path = locate_shapes() / "communes.parquet"
    # An empty list asks for nothing; no list at all asks for France.
    filters = [[(column, "in", values or [""])] for column, values in asked.items()] or None
    if geometry:
        communes = gpd.read_parquet(path, filters=_narrow(path, filters))
    else:
        names = [name for name in pq.read_schema(path).names if name != "geometry"]
        communes = pd.read_parquet(path, columns=names, filters=filters)
    communes = communes.set_index("code_insee")
    _refuse_unknown(asked, communes)
    return _complete(communes)


def _narrow(path, filters):
    """Return `filters` with the departements they lead to, so that only their row groups are decoded."""
    if filters is None:
        return None
    departements = pd.read_parquet(path, columns=["departement"], filters=filters)["departement"].unique().tolist()
    return [[*terms, ("departement", "in", departements or [""])] for terms in filters]


def _complete(communes):
    """Return `communes` with the names of its divisions, its zone and the mairie in metres, geometry last."""
    zone = find_zone(communes.index.to_series())
    names = {f"{d}_nom": communes[d].map(read_divisions(d)["nom"]).astype("str") for d in DIVISIONS}
    points = project_points(communes["mairie_lon"], communes["mairie_lat"], zone)
    communes = communes.assign(**names, zone=zone, x_m=points["x_m"], y_m=points["y_m"])
    divisions = [column for d in DIVISIONS for column in (d, f"{d}_nom")]
    first = ["nom", "population", "surface_km2", *divisions]
    return communes[
        [*first, *[c for c in communes if c not in [*first, "geometry"]], *[c for c in communes if c == "geometry"]]
    ]


def _refuse_unknown(asked, communes):
    """Raise one error that lists every code of `asked` that France does not know."""
    labels = {"code_insee": "communes", "departement": "départements", "epci": "EPCI", "region": "régions"}
    unknown = {}
    for column, values in asked.items():
        known = communes.index if column == "code_insee" else read_divisions(column).index
        unknown[labels[column]] = [value for value in values if value not in known]
    unknown = {label: values for label, values in unknown.items() if values}
    if not unknown:
        return
    former = read_former_codes().set_index("ancien_code")
    listed = []
    for label, values in unknown.items():
        told = [
            f"{v} (aujourd'hui {former.at[v, 'nouveau_code']} {former.at[v, 'nouveau_nom']})"
            if label == "communes" and v in former.index
            else str(v)
            for v in values
        ]
        listed.append(f"{label} {', '.join(told)}")
    raise DiagnosticError(
        f"Codes inconnus : {' ; '.join(listed)}.",
        "territoire demandé (codes de l'année 2026, France métropolitaine et cinq départements d'outre-mer)",
        "corrigez ces codes ; ce sont des textes : gardez le zéro du début (01, 01004) et les lettres de la Corse (2A, 2B)",
    )


def list_territories(communes):
    """Return the territories of a diagnosis and who belongs to them: the perimeter, each departement, each EPCI.

    Returns
    -------
    territoires : DataFrame, index territoire_id, columns nom, type; the perimeter first.
    appartenance : DataFrame code_insee, territoire_id; a commune has a row for each of its territories, and none
        for an EPCI when it has none.
    """
    parts = [
        pd.DataFrame(
            {"code_insee": communes.index, "territoire_id": "perimetre", "nom": "Périmètre", "type": "perimetre"}
        )
    ]
    for division in ["departement", "epci"]:
        members = communes[communes[division].notna()]
        parts.append(
            pd.DataFrame(
                {
                    "code_insee": members.index,
                    "territoire_id": (division + ":" + members[division]).array,
                    "nom": members[f"{division}_nom"].array,
                    "type": division,
                }
            ).sort_values(["territoire_id", "code_insee"])
        )
    whole = pd.concat(parts, ignore_index=True)
    territoires = whole.drop_duplicates("territoire_id").set_index("territoire_id")[["nom", "type"]]
    return territoires, whole[["code_insee", "territoire_id"]]


def list_cut_units(communes, all_communes):
    """Return the EPCI and arrondissements that reach outside `communes`, with the communes left out.

    Returns
    -------
    DataFrame couche, unite_id, unite_nom, nb_communes (inside), nb_communes_hors, communes_hors
        ("15132 Montgreleix ; ..." in the order of the codes). No row when no unit is cut.
    """
    outside = all_communes[~all_communes.index.isin(communes.index)]
    parts = []
    for couche, division in {"EPCI": "epci", "ARRONDISSEMENT": "arrondissement"}.items():
        inside = communes.groupby(division).size().rename("nb_communes")
        left = outside[outside[division].isin(inside.index)].sort_index()
        left = pd.DataFrame(
            {
                "unite_id": left[division],
                "unite_nom": left[f"{division}_nom"],
                "commune": left.index + " " + left["nom"],
            }
        )
        cut = (
            left.groupby(["unite_id", "unite_nom"])["commune"]
            .agg(nb_communes_hors="size", communes_hors=" ; ".join)
            .reset_index()
        )
        parts.append(cut.assign(couche=couche).merge(inside, left_on="unite_id", right_index=True))
    columns = ["couche", "unite_id", "unite_nom", "nb_communes", "nb_communes_hors", "communes_hors"]
    return pd.concat(parts, ignore_index=True)[columns]


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
        drawn = gpd.read_file(path, layer=layer)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, OSError):
        raise _boundary_error(
            "Ce fichier de contours est illisible.", path, "donnez un fichier GPKG, SHP ou GeoJSON"
        ) from None
    if drawn.empty or "geometry" not in drawn:
        raise _boundary_error(
            "Ce fichier ne contient aucun contour.", path, "vérifiez l'export, puis redonnez le fichier"
        )
    column = _find_code_column(drawn, path)
    _refuse_projection(drawn, path)
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
    if not path.exists():
        raise _boundary_error(
            "Fichier de contours introuvable.", path, "vérifiez le nom et le dossier dans la feuille parametres"
        )
    try:
        layers = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
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


def _refuse_projection(drawn, path):
    """Raise when the projection is missing, or says degrees over figures that are not degrees."""
    if drawn.crs is None:
        raise _boundary_error(
            "Projection inconnue.",
            path,
            "joignez le fichier .prj, ou réexportez en indiquant la projection (Lambert-93 : EPSG:2154)",
        )
    if drawn.crs.is_geographic and np.nanmax(np.abs(drawn.total_bounds)) > 180:
        raise _boundary_error(
            "Les coordonnées ne sont pas des degrés.",
            path,
            "réexportez en indiquant la vraie projection",
            f" (projection écrite : {drawn.crs.name})",
        )


def replace_geometry(communes, boundaries):
    """Return `communes` drawn with `boundaries`, surfaces measured again, and a `problemes` table.

    A commune absent from `boundaries` keeps the outline it had; a geometry whose code is not in `communes` is not
    used. Both are told, the second only once for a file that goes beyond the territory. Several rows of one commune
    are joined.
    """
    drawn = boundaries[boundaries.geometry.notna()]
    known = drawn[drawn["code_insee"].isin(communes.index)]
    shapes = (
        known.dissolve("code_insee").geometry
        if known["code_insee"].duplicated().any()
        else known.set_index("code_insee").geometry
    )
    replaced = communes.index.isin(shapes.index)
    geometry = communes.geometry.where(~replaced, shapes.reindex(communes.index).set_crs(DEGREES))
    changed = communes.set_geometry(geometry)
    if "surface_km2" in communes:
        surface = measure_surface(changed.geometry, find_zone(changed.index.to_series()))
        changed = changed.assign(surface_km2=communes["surface_km2"].where(~replaced, surface))
    return changed, join_problems(_tell_unknown(communes, drawn), _tell_missing(communes[~replaced], boundaries))


def _tell_unknown(communes, drawn):
    """Return one `problemes` row for each outline whose code France does not know, and one for those outside."""
    strange = drawn[~drawn["code_insee"].isin(communes.index)]
    france = strange["code_insee"].isin(_list_codes())
    unknown = list_problems(
        "erreur", strange[~france], "Contour dont le code INSEE est inconnu : il n'est pas utilisé.",
        "corrigez le code (zéro du début perdu ? ancienne commune ?)", colonne="code_insee", valeur=strange.loc[~france, "code_insee"],
    )  # fmt: skip
    outside = list_problems(
        "information", strange[france].head(1).assign(ligne=None),
        f"{france.sum()} contours hors du territoire : ils ne sont pas utilisés.", "rien à faire", colonne="code_insee",
    )  # fmt: skip
    return join_problems(unknown, outside)


@cache
def _list_codes():
    return frozenset(pd.read_parquet(locate_shapes() / "communes.parquet", columns=["code_insee"])["code_insee"])


def _tell_missing(missing, boundaries):
    """Return one `problemes` row for each commune of the territory that has no outline in the user's file."""
    rows = pd.DataFrame(index=range(len(missing)), columns=ORIGIN_COLUMNS)
    rows = rows.assign(fichier=boundaries["fichier"].iloc[0] if len(boundaries) and "fichier" in boundaries else "")
    return list_problems(
        "attention", rows, "Commune sans contour dans ce fichier : le contour du logiciel est gardé.",
        "complétez le fichier de contours, ou laissez ainsi", colonne="code_insee", valeur=missing.index + " " + missing["nom"],
    )  # fmt: skip
