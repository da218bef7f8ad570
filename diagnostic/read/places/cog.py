"""The communes of France as look-up tables: present codes, past codes, postcodes, and who holds a point."""

from functools import cache

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from diagnostic.read.places.territories import (
    locate_shapes,
    read_communes,
    read_former_codes,
    read_outlines,
    read_overseas,
)
from diagnostic.schema import join_problems, list_problems

MANY = 5_000  # codes looked up at once


@cache
def read_cog():
    """Return the look-up tables of `shapes/`.

    Returns
    -------
    cog : dict
        `communes` (all France, without geometry), `anciens` (index past code: nouveau_code, nature), `anciens_noms`
        (Series present code -> name of a commune joined to it), `outre_mer` (overseas collectivities, index
        code_insee), `postaux` (Index of postcodes), `codes_postaux` (Series postcode -> (code, name), one row a
        commune served), `desservies` (Index of "postcode|commune" pairs), `postal_unique` (Series postcode -> commune, for
        those that serve one). Shared between calls: read only.
    """
    communes = read_communes(geometry=False)
    former = read_former_codes()
    past = former[~is_in(former["ancien_code"], communes.index)].drop_duplicates("ancien_code")
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
        "desservies": pd.Index((served["code_postal"] + "|" + served["code_insee"]).unique()),
        "postal_unique": served[~served["code_postal"].duplicated(keep=False)].set_index("code_postal")["code_insee"],
    }


@cache
def read_shape_table(name):
    """Return a small table of `shapes/` as text (read only): codes_par_annee.csv, anciens_noms.csv, communes_retablies.csv."""
    return pd.read_csv(locate_shapes() / name, dtype=str, keep_default_na=False)


def extend_former(cog, listed):
    """Return `cog` with the correspondances of a dossier added to its past codes, and the problems.

    Parameters
    ----------
    cog : dict, `read_cog`
    listed : DataFrame, table `correspondance_cog`: ancien_code, nouveau_code, ORIGIN_COLUMNS

    Notes
    -----
    Chains are followed (A -> B -> C), through our own past codes too; the dossier's word wins over ours. Refused and
    told: a code that is a commune of today, a chain that comes back on itself or ends on no commune, a second destination.
    """
    if not len(listed):
        return cog, None
    present = cog["communes"].index
    rows = listed.assign(ancien=listed["ancien_code"].str.strip().str.upper(), nouveau=listed["nouveau_code"].str.strip().str.upper())
    alive = is_in(rows["ancien"], present)
    again = rows["ancien"].duplicated() & ~alive
    steps = rows[~alive & ~again].set_index("ancien")["nouveau"]
    ours = cog["anciens"]["nouveau_code"]
    steps = pd.concat([steps, ours[~ours.index.isin(steps.index)]])
    ends = rows["nouveau"]
    for _ in range(len(rows) + 1):
        ends = ends.where(is_in(ends, present), ends.map(steps))
    lost = ~alive & ~again & ~is_in(ends, present)
    kept = ~alive & ~again & ~lost
    added = pd.DataFrame({"nouveau_code": ends[kept].to_numpy(), "nature": "dossier"}, index=pd.Index(rows.loc[kept, "ancien"]))
    former = pd.concat([cog["anciens"][~cog["anciens"].index.isin(added.index)], added]).rename_axis("ancien_code")
    cases = [
        (alive, "Ce code est celui d'une commune de 2026 : correspondance refusée.", "supprimez la ligne"),
        (again, "Ce code a déjà une correspondance plus haut : la première est gardée.", "n'en gardez qu'une"),
        (lost, "La chaîne des codes ne mène à aucune commune de 2026 (ou tourne en rond) : refusée.", "corrigez le nouveau code"),
    ]
    told = [
        list_problems("attention", rows[mask], text, fix, colonne="ancien_code", valeur=rows.loc[mask, "ancien_code"])
        for mask, text, fix in cases
    ]
    return cog | {"anciens": former}, join_problems(*told)


def is_in(codes, index):
    """Return the mask of the codes that a unique index holds; a missing code is in none."""
    return pd.Series(find_places(codes, index) >= 0, index=codes.index)


def find_places(codes, index):
    """Return the position of each code in a unique index (array of int), -1 where it is not there.

    Measured: on many texts Arrow is three times faster, on few it would list the index again for nothing.
    """
    if len(codes) < MANY or codes.dtype != "str" or index.dtype != "str":
        return index.get_indexer(codes)
    places = pc.index_in(pa.array(codes), value_set=pa.array(index), skip_nulls=True)
    return np.asarray(pc.fill_null(places, -1))


def look_up(codes, column):
    """Return what `column` (Series, unique index) says of each code, on the index of `codes`; missing where the code is not there."""
    places = find_places(codes, column.index)
    return pd.Series(column.array.take(places, allow_fill=True), index=codes.index)


def locate_points(lon, lat):
    """Return the code of the commune that holds each point (missing when none does).

    Parameters
    ----------
    lon, lat : Series of float, degrees (WGS84), same index; missing where unknown
    """
    found = pd.Series(pd.NA, index=lon.index, dtype="str")
    given = np.flatnonzero(lon.notna() & lat.notna())
    if not len(given):
        return found
    polygons = read_polygons()
    points = shapely.points(lon.iloc[given].astype(float), lat.iloc[given].astype(float))
    place, commune = polygons.sindex.query(points, predicate="within")
    first = np.unique(place, return_index=True)[1]
    found.iloc[given[place[first]]] = polygons.index[commune[first]]
    return found


@cache
def read_polygons():
    """Return the outlines of France's communes (index code_insee, column geometry); read once, never to be changed."""
    outlines = read_outlines()
    return outlines[outlines.geometry.notna()]
