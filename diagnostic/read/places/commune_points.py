"""A better point than the mairie: lat and lon of the sheet communes -> the point distances of a commune are measured from."""

import pandas as pd

from diagnostic.read.places.coordinates import check_coordinates, measure_great_circle
from diagnostic.read.places.territories import project_points
from diagnostic.schema import join_problems, list_problems
from diagnostic.vocabulary.formats import format_number

FAR_KM = 30  # a point further than this from the mairie is another commune's


def move_points(communes, listed, *, written=None):
    """Put the points that the dossier gives in place of those of the mairies.

    Parameters
    ----------
    communes : DataFrame of the perimeter, index code_insee, with zone, x_m, y_m, mairie_lon, mairie_lat
    listed : DataFrame, rows of the sheet communes, one a commune: code_insee, methode_commune, lat, lon (degrees), ORIGIN_COLUMNS
    written : DataFrame, optional, lat and lon as read (text), on the index of `listed`: what the way back looks for

    Returns
    -------
    communes : DataFrame, x_m and y_m (metres, the projection of the commune's zone) replaced where a point is given, and
        `point`: dossier where it is, else mairie
    problemes : DataFrame; refused, the mairie staying: half a point, a point out of France, one further than FAR_KM from the
        mairie (as the crow flies; not judged where the mairie is not known), that of a former commune
    """
    moved = communes.assign(point="mairie")
    if not len(listed) or not {"lat", "lon"} <= set(listed):
        return moved, None
    rows = listed[listed[["lat", "lon"]].notna().any(axis=1)]
    if not len(rows):
        return moved, None
    checked, told = check_coordinates(rows, written=written)
    rows = rows.assign(**checked).dropna(subset=["lat", "lon"])
    former = rows["methode_commune"] != "code"
    seats = communes.reindex(rows["code_insee"])[["mairie_lon", "mairie_lat", "zone"]].set_axis(rows.index)
    far = measure_great_circle(rows["lon"], rows["lat"], seats["mairie_lon"].astype(float), seats["mairie_lat"].astype(float))
    away = ~former & (far > FAR_KM)
    names = rows["code_insee"].map(communes["nom"])
    messages = [f"Ce point est à {format_number(km)} km de la mairie de {name} : la mairie est gardée." for km, name in
                zip(far[away], names[away], strict=True)]  # fmt: skip
    fix = f"corrigez lat et lon (à moins de {FAR_KM} km de la mairie), ou videz-les"
    past = "Point d'une ancienne commune : la mairie de la commune actuelle est gardée."
    told = [
        told, list_problems("attention", rows[away], messages, fix, colonne="lat, lon"),
        list_problems("attention", rows[former], past, "donnez le code de la commune actuelle", colonne="lat, lon"),
    ]  # fmt: skip
    kept = rows[~away & ~former]
    points = project_points(kept["lon"], kept["lat"], seats.loc[kept.index, "zone"]).set_axis(kept["code_insee"])
    return place_moved(moved, points.assign(point="dossier")), join_problems(*told)


def place_moved(communes, points):
    """Return `communes` with the columns of `points` (index code_insee) in place of its own, where it has the commune.

    Examples
    --------
    >>> mairies = pd.DataFrame({"x_m": [0.0, 5.0]}, index=["01001", "01002"])
    >>> place_moved(mairies, pd.DataFrame({"x_m": [9.0]}, index=["01002"]))["x_m"].tolist()
    [0.0, 9.0]
    """
    here = points[points.index.isin(communes.index)]
    return communes.assign(**{name: here[name].reindex(communes.index).fillna(communes[name]) for name in here}) if len(here) else communes


def list_moved(communes):
    """Return x_m, y_m of the communes whose point the dossier gives (`point`), index code_insee; none when it gives no point."""
    if "point" not in communes:
        return pd.DataFrame(columns=["x_m", "y_m"], dtype=float)
    return pd.DataFrame(communes.loc[communes["point"] == "dossier", ["x_m", "y_m"]])
