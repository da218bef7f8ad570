"""The communes of France and their divisions, read from `shapes/`.

France is the 34,875 communes of the metropole and the five DROM (COG 2026); the overseas collectivities are apart.
`scripts/construire_shapes.py` builds the files read here.
"""

from functools import cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from pyproj import Transformer

from diagnostic.errors import DiagnosticError

DEGREES = 4326
# First three characters of the commune code -> zone; everything else is the metropole.
ZONES = {"971": "guadeloupe", "972": "martinique", "973": "guyane", "974": "la_reunion", "976": "mayotte"}
# Layers the software brings: column of the communes table, name column, label.
SHAPE_LAYERS = {
    "EPCI": ("epci", "epci_nom", "Intercommunalités (EPCI à fiscalité propre)"),
    "ARRONDISSEMENT": ("arrondissement", "arrondissement_nom", "Arrondissements préfectoraux"),
    "DEPARTEMENT": ("departement", "departement_nom", "Départements"),
}
DEPARTEMENT_LAYERS = {"MSA": "Caisses de MSA", "CAF": "Caisses d'allocations familiales"}
# Those it brings only to a dossier that asks for them: as above, or, where some communes are shared out, the division and its label.
ASKED_LAYERS = {"REGION": ("region", "region_nom", "Régions")}
DIVIDED_LAYERS = {
    "CANTON": ("canton", "Cantons"),
    "CIRCONSCRIPTION": ("circonscription", "Circonscriptions législatives"),
}
# The legal projection of each zone: metres, and areas true to about 0.1 %.
ZONE_CRS = {
    "metropole": 2154, "guadeloupe": 5490, "martinique": 5490, "guyane": 2972, "la_reunion": 2975, "mayotte": 4471,
}  # fmt: skip
DIVISIONS = ["epci", "arrondissement", "departement", "region"]


def locate_shapes():
    """Return the folder of the boundaries: inside the installed package, else at the top of the repository."""
    package = Path(__file__).resolve().parents[2]
    for folder in (package / "_shapes", package.parent / "shapes"):
        if (folder / "communes.parquet").exists():
            return folder
    raise DiagnosticError(
        "Les contours des communes sont introuvables.",
        "dossier shapes du logiciel",
        "réinstallez le logiciel, ou reconstruisez le dossier avec scripts/construire_shapes.py",
    )


@cache
def find_transformer(source, target=DEGREES):
    """Return what takes points (x or lon, then y or lat) from one projection to another; made once, which takes milliseconds."""
    return Transformer.from_crs(source, target, always_xy=True)


@cache
def _read_table(name):
    return pd.read_csv(locate_shapes() / name, dtype=str, keep_default_na=False, na_values=[""])


def read_divisions(division):
    """Return the units of `division`, indexed by their code: epci, arrondissement, departement, region, canton, circonscription.

    Columns: nom, type (CC, CA, CU, METRO, MET69 for an EPCI), chef_lieu (commune code), departement, region, siren.
    A cell is missing where the notion has no meaning or is not known. `commune_partagee` are the codes that INSEE gives to the
    communes shared out between cantons (4399), the commune in chef_lieu.
    """
    units = _read_table("divisions.csv")
    return units[units["division"] == division].drop(columns="division").set_index("code")


@cache
def _read_divided():
    return pd.read_parquet(locate_shapes() / "divisions_communes.parquet")


def read_divided(couche):
    """Return code_insee, unite_id, part, methode of CANTON or CIRCONSCRIPTION: a row a unit of a commune, several where it is shared out.

    methode: polygone (drawn whole in the unit), contour_commun (drawn in another commune, of which it has the unit), fraction (shared
    out, part unknown; the unit INFRA stands for those that the source does not name), surface (shared out, share of surface),
    contour_simplifie (the border of the unit is drawn roughly: the larger side is taken, or both, part unknown, when neither is
    much larger).
    """
    rows = _read_divided()
    return rows[rows["couche"] == couche].drop(columns="couche").reset_index(drop=True)


def read_former_codes():
    """Return ancien_code, ancien_nom, nature, nouveau_code, nouveau_nom; one row an old code, never two.

    nature: deleguee, associee, arrondissement_municipal, fusionnee (no longer any status; named when 2021 or later had it).
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
            to_metres = find_transformer(DEGREES, epsg)
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


def read_outlines():
    """Return the outlines of the communes of France, nothing else: index code_insee, column geometry (EPSG:4326)."""
    columns = ["code_insee", "geometry"]
    return gpd.read_parquet(locate_shapes() / "communes.parquet", columns=columns).set_index("code_insee")


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
    """Return the EPCI that reach outside `communes`, with the communes left out.

    Wider divisions are cut by any smaller perimeter: `name_partial` says it in their names.

    Returns
    -------
    DataFrame couche, unite_id, unite_nom, nb_communes (inside), nb_communes_hors, communes_hors
        ("15132 Montgreleix ; ..." in the order of the codes). No row when no unit is cut.
    """
    outside = all_communes[~all_communes.index.isin(communes.index)]
    inside = communes.groupby("epci").size().rename("nb_communes")
    left = outside[outside["epci"].isin(inside.index)].sort_index()
    left = pd.DataFrame({"unite_id": left["epci"], "unite_nom": left["epci_nom"], "commune": left.index + " " + left["nom"]})
    cut = left.groupby(["unite_id", "unite_nom"])["commune"].agg(nb_communes_hors="size", communes_hors=" ; ".join)
    cut = cut.reset_index().assign(couche="EPCI").merge(inside, left_on="unite_id", right_index=True)
    return cut[["couche", "unite_id", "unite_nom", "nb_communes", "nb_communes_hors", "communes_hors"]].reset_index(drop=True)


def name_partial(territoires, communes, all_communes):
    """Return `territoires` named for the reader: one of which only a part is in the perimeter says so.

    A figure printed for « Haute-Loire » must not be that of its 72 communes in the perimeter.
    """
    names = territoires["nom"].copy()
    names["perimetre"] = f"Ensemble du territoire ({len(communes)} commune{'s' if len(communes) > 1 else ''})"
    for division in ("departement", "epci"):
        whole = all_communes[division].value_counts()
        for code, held in communes[division].value_counts().items():
            if held < whole[code]:
                names[f"{division}:{code}"] += f" (partie dans le périmètre : {held} communes sur {whole[code]})"
    return territoires.assign(nom=names)
