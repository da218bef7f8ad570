"""Clues of one row that disagree on its commune: each told, and the one to mend named only where most clues are on one side."""

import pandas as pd

from diagnostic.read.places.cog import locate_points
from diagnostic.schema import list_problems

_CLUE_NAMES = {"code": "code INSEE", "nom": "nom", "code_postal": "code postal", "point": "point"}


def weigh_others(clues, other, checks, cog):
    """Return the communes that name and postcode lead to, where more independent clues support them than the commune found.

    Parameters
    ----------
    clues : DataFrame, `read_clues`, the rows of `other`
    other : Series of codes: the commune that the name and the postcode of a row lead to, and not its code
    checks : DataFrame, `cross_check` of the commune found

    Returns
    -------
    others : DataFrame on the index of the rows kept: code_insee, indices (the clues, in French)
    """
    held = locate_points(clues["lon"], clues["lat"]) == other
    votes, against = 2 + held.astype(int), 1 + (checks.loc[other.index, "point"] == 1).astype(int)
    kept = votes > against
    names = other.map(cog["communes"]["nom"])
    start = held.map({True: " Le nom, le code postal et le point mènent à ", False: " Le nom et le code postal mènent à "})
    said = start.astype("object") + names.astype("object") + " (" + other.astype("object") + ")."
    return pd.DataFrame({"code_insee": other, "indices": said.astype("str")})[kept]


def tell_postcodes(clues, resolved, checks, cog):
    """Tell the postcodes that do not serve the commune found, and the clues for it and against it.

    The one to write, when there is only one, is proposed where most of the independent clues (code, name, point) are for
    the commune: one row never says that both its code and its postcode are wrong.
    """
    rows = clues[(checks["code_postal"] == -1) & (resolved["methode_commune"] != "outre_mer")]
    codes = resolved.loc[rows.index, "code_insee"]
    posts = codes.map(cog["communes"]["codes_postaux"]).astype("str").fillna("")
    names = codes.map(cog["communes"]["nom"])
    said = checks.loc[rows.index, ["nom", "point"]].assign(
        code=resolved.loc[rows.index, "methode_commune"].isin(["code", "ancien_code"]).astype("int8"), code_postal=-1
    )[["code", "nom", "code_postal", "point"]]
    sides = [said.eq(side).dot(pd.Series(_CLUE_NAMES) + ", ").astype("str").str.removesuffix(", ") for side in (1, -1)]
    messages = [
        f"Le code postal {post} ne dessert pas {name} ({code}) : {own.replace(';', ', ')}. Pour {name} : {yes or 'aucun indice'} ; "
        f"contre : {no}."
        for post, name, code, own, yes, no in zip(rows["code_postal"], names, codes, posts, *sides, strict=True)
    ]
    most = said.eq(1).sum(axis=1) > said.eq(-1).sum(axis=1)
    fix = "vérifiez la commune et le code postal"
    return list_problems(
        "attention", rows, messages, fix, colonne="code_postal", valeur=rows["code_postal"],
        proposition=posts.mask(posts.str.contains(";") | ~most, ""),
    )  # fmt: skip


def tell_departements(clues, resolved, checks, cog):
    """Tell the departements written that are not the one of the commune found."""
    rows = clues[(checks["departement"] == -1) & (resolved["methode_commune"] != "outre_mer")]
    codes = resolved.loc[rows.index, "code_insee"]
    names, places = codes.map(cog["communes"]["nom"]), codes.map(cog["communes"]["departement"])
    messages = [
        f"Le département écrit ({said}) n'est pas celui de {name} ({code}) : {own}."
        for said, name, code, own in zip(rows["departement"], names, codes, places, strict=True)
    ]
    fix = "vérifiez la commune et le département"
    return list_problems("attention", rows, messages, fix, colonne="departement", valeur=rows["departement"])


def tell_points(clues, resolved, distance_km, cog, *, near_km, far_km):
    """Tell the points that fall outside the commune the row states, with their distance; over `far_km`, others do."""
    rows = clues[(distance_km > near_km) & (distance_km <= far_km)]
    names = resolved.loc[rows.index, "code_insee"].map(cog["communes"]["nom"])
    messages = [
        f"Ce point est hors de la commune ({name}), à {f'{km:.1f}'.replace('.', ',')} km de sa limite."
        for name, km in zip(names, distance_km[rows.index], strict=True)
    ]
    fix = "vérifiez la commune et les coordonnées (les deux sont gardées)"
    return list_problems("information", rows, messages, fix, colonne="lat, lon")
