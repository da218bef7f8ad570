"""The communes of France as look-up tables: present codes, past codes, postcodes, and who holds a point."""

from functools import cache

import geopandas as gpd
import pandas as pd

from diagnostic.read.territories import read_communes, read_former_codes, read_overseas


@cache
def read_cog():
    """Return the look-up tables of `shapes/`.

    Returns
    -------
    cog : dict
        `communes` (all France, without geometry), `anciens` (index past code: nouveau_code, nature), `anciens_noms`
        (Series present code -> name of a commune joined to it), `outre_mer` (overseas collectivities, index
        code_insee), `postaux` (Index of postcodes), `codes_postaux` (Series postcode -> (code, name), one row a
        commune served). Shared between calls: read only.
    """
    communes = read_communes(geometry=False)
    former = read_former_codes()
    past = former[~former["ancien_code"].isin(communes.index)].drop_duplicates("ancien_code")
    served = communes[["nom", "codes_postaux"]].assign(code_postal=communes["codes_postaux"].fillna("").str.split(";"))
    served = served.explode("code_postal").reset_index()
    served = served[served["code_postal"] != ""]
    served["commune"] = list(zip(served["code_insee"], served["nom"], strict=True))
    return {
        "communes": communes,
        "anciens": past.set_index("ancien_code")[["nouveau_code", "nature"]],
        "anciens_noms": former.dropna(subset="ancien_nom").set_index("nouveau_code")["ancien_nom"],
        "outre_mer": read_overseas(),
        "postaux": pd.Index(served["code_postal"].unique()),
        "codes_postaux": served.set_index("code_postal")["commune"],
    }


def is_in(codes, index):
    """Return the mask of the codes that a unique index holds; its hash is made once, where `isin` lists it at each call."""
    return pd.Series(index.get_indexer(codes) >= 0, index=codes.index)


def locate_points(lon, lat):
    """Return the code of the commune that holds each point (missing when none does).

    Parameters
    ----------
    lon, lat : Series of float, degrees (WGS84), same index; missing where unknown
    """
    points = gpd.GeoSeries(gpd.points_from_xy(lon, lat), index=lon.index, crs="EPSG:4326")
    points = points[lon.notna() & lat.notna()].rename_axis(None)  # an index of the same name as a column stops the join
    found = pd.Series(pd.NA, index=lon.index, dtype="str")
    if not len(points):
        return found
    communes = _read_polygons()
    joined = gpd.sjoin(gpd.GeoDataFrame(geometry=points), communes, predicate="within")
    held = joined[~joined.index.duplicated()]["code_insee"]
    found.loc[held.index] = held
    return found


@cache
def _read_polygons():
    communes = read_communes()[["geometry"]]
    return communes[communes.geometry.notna()].reset_index()
