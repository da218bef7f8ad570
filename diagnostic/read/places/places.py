"""The clues of a row (code, name, postcode, departement, point) -> its commune, how it was found and how surely; none is guessed."""

from functools import cache

import numpy as np
import pandas as pd
import shapely

from diagnostic.read.places import candidates, disagreements
from diagnostic.read.places.codes import keep_rows, resolve_communes
from diagnostic.read.places.cog import is_in, locate_points, look_up, read_polygons
from diagnostic.read.places.coordinates import KM_A_DEGREE, measure_outside
from diagnostic.read.places.names import (
    find_departements,
    list_bearers,
    list_keys,
    list_names,
    list_pairs,
    read_departements,
    read_names,
    read_postcodes,
)  # fmt: skip
from diagnostic.schema import ORIGIN_COLUMNS, join_problems

NEAR_KM = 0.1  # closer than this to a border, a point says little of the side it is on
NAME_KEYS = ["cle", "article", "code_postal", "departement"]


def resolve_places(rows, cog, *, perimeter=None, far_km=20):
    """Find the commune of each row by every clue it gives, and cross-check the clues.

    Parameters
    ----------
    rows : DataFrame with ORIGIN_COLUMNS and any of code_insee, commune, code_postal, departement (text; the cell of one may
        hold the other: "43100 Brioude", "Brioude (43)"), lat, lon (float, checked by `check_coordinates`)
    cog : dict, `read.places.cog.read_cog`
    perimeter : Index of commune codes, optional: where a name alone is believed, when one commune only bears it
    far_km : float; a point further than this from its commune is left to `check_distances`

    Returns
    -------
    resolved : DataFrame on the index of `rows`: code_insee (missing when not found), methode_commune (code, ancien_code,
        nom_code_postal, nom_departement, nom_perimetre, code_postal, coordonnees, outre_mer or ''), confiance_commune (sure:
        two independent clues agree; forte: one exact clue; a_verifier: clues disagree, or the only one is weak; '')
    problemes : DataFrame; nothing graver than `attention`, whoever sets a row aside says so

    Notes
    -----
    The clues are tried in the order of the methods. A name that two communes may bear is settled by a point that falls in
    one of them, and by nothing else.
    """
    perimeter = pd.Index([], dtype="str") if perimeter is None else pd.Index(perimeter, dtype="str")
    clues = read_clues(rows)
    resolved, coded = resolve_communes(clues[[*ORIGIN_COLUMNS, "code_insee"]].assign(commune=clues["nom"]), cog)
    clues = _lend_postcodes(clues, resolved, cog)
    lost = resolved["code_insee"].isna() & (resolved["methode_commune"] != "outre_mer")
    matched = match_names(clues[lost], cog, perimeter)
    found = resolved["code_insee"].fillna(matched["code_insee"].reindex(rows.index))
    method = resolved["methode_commune"].mask(
        lost, matched["methode_commune"].reindex(rows.index).astype("str").fillna("")
    )
    weak = matched["faible"].reindex(rows.index, fill_value=False)
    found, method = _settle_by_point(clues, found, method, lost & (found.isna() | weak))
    weak = (weak & method.isin(["nom_perimetre", "code_postal"])) | resolved["douteux"]
    checks = cross_check(clues, found, cog)
    trust = judge(checks, method, weak | _find_border(clues, method))
    resolved = pd.DataFrame({"code_insee": found, "methode_commune": method, "confiance_commune": trust})
    sought = match_names(clues[checks["nom"] == -1], cog, perimeter)
    other = sought.loc[sought["methode_commune"] == "nom_code_postal", "code_insee"]
    others = disagreements.weigh_others(clues.loc[other.index], other, checks, cog)
    told = [
        candidates.propose_codes(keep_rows(coded), rows, resolved, others),
        candidates.tell_names(clues, resolved, cog, perimeter),
        disagreements.tell_postcodes(clues, resolved, checks, cog),
        disagreements.tell_departements(clues, resolved, checks, cog),
        disagreements.tell_points(clues, resolved, checks["distance_km"], cog, near_km=NEAR_KM, far_km=far_km),
    ]
    return resolved, join_problems(*told)


def read_clues(rows):
    """Return the clues of each row: ORIGIN_COLUMNS, code_insee, commune, nom, cle, article, code_postal, departement, lat, lon.

    The cell of its own wins over what the cell of the name holds beside it.
    """
    text = {
        name: rows[name].astype("str").fillna("").str.strip() if name in rows else ""
        for name in ("commune", "code_postal", "departement")
    }
    text = pd.DataFrame(text, index=rows.index, dtype="str")
    beside = read_names(text["commune"])
    postcodes, departements = read_postcodes(text["code_postal"]), read_departements(text["departement"])
    # "43100 Brioude" is as often written in the cell of the postcode.
    other = read_names(text["code_postal"].where(beside["nom"] == "", ""))
    beside[["nom", "cle", "article"]] = beside[["nom", "cle", "article"]].where(
        beside["nom"] != "", other[["nom", "cle", "article"]]
    )
    codes = rows["code_insee"].astype("str").fillna("").str.strip() if "code_insee" in rows else ""
    point = {axis: rows[axis].astype(float) if axis in rows else np.nan for axis in ("lat", "lon")}
    return rows[ORIGIN_COLUMNS].assign(
        code_insee=pd.Series(codes, index=rows.index, dtype="str"), commune=text["commune"], **beside[["nom", "cle", "article"]],
        code_postal=postcodes.where(postcodes != "", beside["code_postal"]),
        departement=departements.where(departements != "", beside["departement"]), **point,
    )  # fmt: skip


def _lend_postcodes(clues, resolved, cog):
    """A postcode put in the cell of the code, and told, serves as a postcode where the row has no other."""
    lent = resolved["code_insee"].isna() & (clues["code_postal"] == "") & is_in(clues["code_insee"], cog["postaux"])
    return clues.assign(code_postal=clues["code_postal"].mask(lent, clues["code_insee"]))


def match_names(clues, cog, perimeter):
    """Return code_insee, methode_commune and faible for the rows that their name, postcode and departement lead to one commune.

    faible: a name alone that other communes of France bear, or a postcode alone beside a name that nobody bears.
    """
    queries = clues[NAME_KEYS].drop_duplicates().reset_index(drop=True)
    names = list_names()
    found = queries.reset_index(names="rang").merge(names, on="cle", suffixes=("", "_nom"))
    wanted = queries["departement"].where(queries["departement"] != "", find_departements(queries["code_postal"]))
    around = found["rang"].map(wanted)
    ways = {
        "nom_code_postal": is_in(found["code_postal"] + "|" + found["code_insee"], cog["desservies"]),
        "nom_departement": (around != "") & (around == found["departement_nom"]),
        "nom_perimetre": (around == "") & is_in(found["code_insee"], perimeter),
    }
    codes, methods = pd.Series(pd.NA, index=queries.index, dtype="str"), pd.Series("", index=queries.index, dtype="str")
    for method, mask in ways.items():
        one = queries.index.to_series().map(_keep_single(found[mask])).astype("str")
        methods = methods.mask(codes.isna() & one.notna(), method)
        codes = codes.fillna(one)
    unknown = ~is_in(queries["cle"], list_keys())
    post = queries["code_postal"].map(cog["postal_unique"]).astype("str").where(unknown & codes.isna())
    methods, codes = methods.mask(post.notna(), "code_postal"), codes.fillna(post)
    shared = is_in(queries["cle"], _list_shared())
    weak = ((methods == "nom_perimetre") & shared) | ((methods == "code_postal") & (queries["cle"] != ""))
    matched = queries.assign(code_insee=codes, methode_commune=methods, faible=weak)
    return (
        clues[NAME_KEYS]
        .merge(matched, on=NAME_KEYS, how="left")
        .set_axis(clues.index)[["code_insee", "methode_commune", "faible"]]
    )


def _keep_single(found):
    """Return the commune (Series, index rang) of the queries that one commune answers; the article decides between two."""
    found = found.drop_duplicates(["rang", "code_insee", "article_nom"])
    single = found.drop_duplicates(["rang", "code_insee"])
    single = single[~single["rang"].duplicated(keep=False)]
    exact = found[~found["rang"].isin(single["rang"]) & (found["article"] == found["article_nom"])]
    exact = exact[~exact["rang"].duplicated(keep=False)]
    return pd.concat([single, exact]).set_index("rang")["code_insee"]


@cache
def _list_shared():
    """Return the keys that more than one commune of France bears."""
    keys = list_bearers()["cle"]
    return pd.Index(keys[keys.duplicated()].unique())


def _settle_by_point(clues, found, method, open_):
    """Give the commune that holds the point to the rows that nothing else settled; a weak name gives way to one that agrees."""
    asked = open_ & clues["lat"].notna() & clues["lon"].notna()
    held = locate_points(clues.loc[asked, "lon"], clues.loc[asked, "lat"]).reindex(clues.index)
    named = is_in(clues["cle"] + "|" + held.fillna(""), list_pairs())
    taken = held.notna() & (found.isna() | named)
    return found.mask(taken, held), method.mask(taken, "coordonnees")


def cross_check(clues, found, cog):
    """Return what each clue says of the commune found, on the index of `clues`.

    Columns nom, code_postal, departement, point: 1 agrees, -1 disagrees, 0 says nothing; distance_km of the point to the
    border of the commune (0 inside). A point less than 100 m outside says nothing: it confirms no commune it is not in.
    """
    known, code = found.notna(), found.fillna("")
    same_name = is_in(clues["cle"] + "|" + code, list_pairs())
    other_name = ~same_name & is_in(clues["cle"], list_keys()) & (clues["cle"] != "")
    other_name &= ~_is_start(
        clues["cle"].where(other_name), look_up(code, cog["communes"]["nom"]).where(other_name)
    )
    same_post = is_in(clues["code_postal"] + "|" + code, cog["desservies"])
    place = look_up(code, cog["communes"]["departement"]).fillna("")
    post_place = find_departements(clues["code_postal"])
    other_post = (
        ~same_post
        & (clues["code_postal"] != "")
        & (is_in(clues["code_postal"], cog["postaux"]) | (post_place != place))
    )
    other_place = (clues["departement"] != "") & (clues["departement"] != place)
    distance = measure_outside(clues["lon"], clues["lat"], found.where(known))
    inside, far = distance == 0, distance > NEAR_KM
    verdicts = {"nom": (same_name, other_name), "code_postal": (same_post, other_post), "point": (inside, far)}
    verdicts["departement"] = (same_name & False, other_place)
    checks = {name: (yes.astype("int8") - no.astype("int8")).where(known, 0) for name, (yes, no) in verdicts.items()}
    return pd.DataFrame(checks | {"distance_km": distance})


def _is_start(keys, names):
    """Return the mask of the keys that a name begins with: « Saint-Gervais » for Saint-Gervais-les-Bains says nothing against it."""
    official = read_names(names.dropna())["cle"]
    starts = [whole.startswith(key) for key, whole in zip(keys[official.index], official, strict=True)]
    return pd.Series(starts, index=official.index, dtype=bool).reindex(keys.index, fill_value=False)


def judge(checks, method, weak):
    """Return confiance_commune: each method has used some clues, the others confirm or contradict it."""
    agrees, against = checks == 1, (checks[["nom", "code_postal", "departement", "point"]] == -1).any(axis=1)
    free = {
        "code": ["nom", "code_postal", "point"],
        "ancien_code": ["nom", "code_postal", "point"],
        "coordonnees": ["nom", "code_postal"],
    }
    confirmed = pd.Series(False, index=checks.index)
    for name in method.unique():
        confirmed |= (method == name) & agrees[free.get(name, ["point"])].any(axis=1)
    trust = pd.Series("forte", index=checks.index, dtype="str").mask(weak, "a_verifier").mask(confirmed, "sure")
    return trust.mask(against, "a_verifier").mask(method == "outre_mer", "forte").mask(method == "", "")


def _find_border(clues, method):
    """Return the mask of the rows found by their point alone, close to the border of the commune."""
    alone = method == "coordonnees"
    near = pd.Series(False, index=clues.index)
    if not alone.any():
        return near
    lon, lat = clues.loc[alone, "lon"].to_numpy(), clues.loc[alone, "lat"].to_numpy()
    tree = read_polygons().sindex
    reach = NEAR_KM / KM_A_DEGREE
    # A box of 100 m each way that touches a second commune, or the sea, is not wholly in one.
    wide = reach / np.cos(np.radians(lat))
    boxes = shapely.box(lon - wide, lat - reach, lon + wide, lat + reach)
    inside = np.unique(tree.query(boxes, predicate="within")[0])
    near.loc[alone] = ~np.isin(np.arange(len(boxes)), inside)
    return near
