"""What a row of `acteurs` leaves unsaid: its commune, its champ, its point, the territories it works on."""

import re

import pandas as pd

from diagnostic.read.places import coordinates
from diagnostic.read.places.cog import is_in
from diagnostic.read.places.commune_points import list_moved, place_moved
from diagnostic.read.places.names import list_keys, read_names
from diagnostic.read.places.places import resolve_places
from diagnostic.read.places.territories import list_territories
from diagnostic.schema import ORIGIN_COLUMNS, is_imported, join_problems, list_problems
from diagnostic.vocabulary import normalize_label

_TOWN_BREAKS = re.compile(r"\s*(?:[;,/|+&\n\r]|\bet\b)+\s*", re.I)


def complete_actors(acteurs, cog, categories, *, communes, distance_max_km, written=None, crs=""):
    """Return the actors with commune, champ, place in the perimeter and point in metres, and the problems met.

    Parameters
    ----------
    acteurs : DataFrame, table `acteurs`; the rows of imports/ have had their commune found by `importer`
    cog : dict, `read.places.cog.read_cog`
    categories : DataFrame, the vocabulary (code -> champ)
    communes : DataFrame of the perimeter
    distance_max_km : float
    written : DataFrame, optional, lat, lon and code_insee as read (text), on the index of `acteurs`: what the way back looks for
    crs : str, optional, the projection that the dossier declares for points in metres

    Returns
    -------
    acteurs : DataFrame, with champ, champ_origine, methode_commune, confiance_commune, hors_territoire (the commune of the seat is known
        and elsewhere, whatever the actor's ground), x_m, y_m
    problemes : DataFrame; far points are told for the rows of the inventory and for imported actors of the perimeter
    """
    checked, points = coordinates.check_coordinates(acteurs, written=written, crs=crs)
    acteurs = acteurs.assign(**checked)
    found, doubts = _find_communes(acteurs, cog, communes.index, distance_max_km)
    codes_read = (acteurs if written is None or "code_insee" not in written else written)["code_insee"].astype("str").fillna("")
    doubts = _tell_two_towns(acteurs, _quote_codes(acteurs, codes_read, doubts))
    acteurs = acteurs.assign(**found)
    acteurs["commune"] = acteurs["commune"].astype("str").fillna(acteurs["code_insee"].map(cog["communes"]["nom"]))
    acteurs = fill_champ(acteurs, categories)
    outside = acteurs["code_insee"].notna() & ~is_in(acteurs["code_insee"], communes.index)
    acteurs["hors_territoire"] = outside | acteurs["methode_commune"].eq("outre_mer")
    acteurs = acteurs.assign(**coordinates.place_points(acteurs, place_moved(cog["communes"], list_moved(communes))))
    near = acteurs[~(is_imported(acteurs) & acteurs["hors_territoire"])]
    far = coordinates.check_distances(near, cog["communes"], distance_max_km)
    told = doubts.loc[doubts["gravite"] != "information", ORIGIN_COLUMNS]
    return acteurs, join_problems(points, doubts, far, _tell_unplaced(acteurs, codes_read, told))


def _find_communes(acteurs, cog, perimeter, far_km):
    """Return code_insee, methode_commune and confiance_commune of each actor, and the problems.

    What `importer` found is not sought again.
    """
    names = ["code_insee", "methode_commune", "confiance_commune"]
    given = {name: acteurs.reindex(columns=[name])[name].astype("str") for name in names}
    codes, method = given["code_insee"], given["methode_commune"]
    done = is_imported(acteurs) & (is_in(codes, cog["communes"].index) & method.notna() | method.eq("outre_mer"))
    resolved, problems = resolve_places(acteurs[~done], cog, perimeter=perimeter, far_km=far_km)
    found = {name: given[name].where(done, resolved[name].reindex(acteurs.index)) for name in names}
    # An import written before confidences were told.
    found["confiance_commune"] = found["confiance_commune"].fillna("")
    return found, problems


def fill_champ(acteurs, categories):
    """Fill the champ left empty from the convention category -> champ; `champ_origine` says which is which."""
    given = acteurs["champ"].notna()
    default = acteurs["categorie"].map(categories["champ"]).astype("str").replace("", None).fillna("autre")
    origin = pd.Series("defaut", index=acteurs.index, dtype="str").mask(given, "saisi")
    origin = origin.mask(~given & acteurs["categorie"].isna(), "inconnu")
    # A column that nobody filled comes without text: it is made text before it is filled.
    return acteurs.assign(champ=acteurs["champ"].astype("str").fillna(default), champ_origine=origin)


def _quote_codes(acteurs, codes_read, problems):
    """Return the problems, those of a code with the cell as it is written: a code is read without its spaces."""
    cleaned = acteurs["code_insee"].astype("str").fillna("")
    other = (cleaned != codes_read) & ~acteurs.duplicated(ORIGIN_COLUMNS, keep=False)
    if not other.any():
        return problems
    places = [pd.MultiIndex.from_frame(rows[ORIGIN_COLUMNS].astype("object")) for rows in (acteurs[other], problems)]
    found = pd.Series(places[0].get_indexer_for(places[1]), index=problems.index)
    held = (found >= 0) & problems["colonne"].eq("code_insee")
    rank = found.where(held, 0).to_numpy()
    held &= problems["valeur"].to_numpy() == cleaned[other].to_numpy()[rank]
    return problems.assign(valeur=problems["valeur"].where(~held, codes_read[other].to_numpy()[rank]))


def _tell_two_towns(acteurs, problems):
    """Return the problems, those of a cell that holds several communes saying so."""
    cells = acteurs["commune"].astype("str").dropna()
    parts = {cell: [part for part in _TOWN_BREAKS.split(cell) if part] for cell in cells.unique() if _TOWN_BREAKS.search(cell)}
    keys = read_names(pd.Series([part for found in parts.values() for part in found], dtype="str"))
    towns = dict(zip(keys["nom"].index, is_in(keys["cle"], list_keys()), strict=True)) if len(keys) else {}
    known, start = {}, 0
    for cell, found in parts.items():
        known[cell] = len(found) > 1 and all(towns[start + rank] for rank in range(len(found)))
        start += len(found)
    wrong = problems["colonne"].eq("commune") & problems["gravite"].eq("attention") & problems["valeur"].map(known).eq(True)
    counts = problems["valeur"].map(lambda cell: len(parts.get(cell, ())))
    message = counts.map({2: "Deux"}).fillna("Plusieurs") + " communes dans la case : l'acteur n'est placé dans aucune."
    return problems.assign(
        probleme=problems["probleme"].mask(wrong, message), proposition=problems["proposition"].mask(wrong, ""),
        a_faire=problems["a_faire"].mask(wrong, "gardez-en une, ou mettez-les dans la colonne territoires"),
    )  # fmt: skip


def tell_outside(acteurs):
    """Tell, one row each, the actors of the inventory that lie out of the perimeter and state no territory in it."""
    rows = acteurs[acteurs["hors_territoire"].astype(bool) & ~is_imported(acteurs)]
    shown = rows["commune"].astype("str").fillna("") + " (" + rows["code_insee"].astype("str").fillna("outre-mer") + ")"
    fix = "rien ; ou écrivez dans la colonne territoires ceux du périmètre où il agit"
    messages = "Hors du territoire : " + shown + ". L'acteur est gardé, compté à part."
    return list_problems("information", rows, messages, fix, colonne="commune", valeur=rows["commune"].astype("str").fillna(""))


def _tell_unplaced(acteurs, codes_read, told):
    """An actor without commune stays in the networks and is on no map; without territory either, it is to be completed.

    A row already told (`told`, where it was read) is not told twice.
    """
    places = [pd.MultiIndex.from_frame(rows[ORIGIN_COLUMNS].astype("object")) for rows in (acteurs, told)]
    acteurs = acteurs[~places[0].isin(places[1])]
    nowhere = acteurs["code_insee"].isna() & (acteurs["methode_commune"] != "outre_mer") & ~is_imported(acteurs)
    silent = acteurs["territoires"].map(len) == 0
    lost, wide = acteurs[nowhere & silent], acteurs[nowhere & ~silent]
    message = "Acteur sans commune reconnue : gardé, compté sur le territoire entier, absent des cartes."
    fix = "écrivez le code INSEE dans code_insee, ou donnez lat et lon, ou territoires"
    seatless = "Acteur sans commune de siège : compté dans ses territoires, mais ni lui ni ses liens ne sont sur les cartes."
    seat = "rien ; ou donnez la commune du siège, pour qu'il soit sur les cartes"
    return join_problems(
        list_problems("attention", lost, message, fix, colonne="code_insee", valeur=codes_read[lost.index]),
        list_problems("information", wide, seatless, seat, colonne="code_insee", valeur=codes_read[wide.index]),
    )


def assign_territories(rows, key, territoires, communes, *, appartenance=None):
    """Return the territories each row works on, in a long table, and the problems met.

    Parameters
    ----------
    rows : DataFrame with `key`, `territoires` (tuple of codes or names), ORIGIN_COLUMNS and maybe `code_insee`
    territoires : DataFrame, index territoire_id, columns nom, type
    communes : DataFrame of the perimeter, with epci and departement
    appartenance : DataFrame code_insee, territoire_id, optional
        Without it, that of the perimeter, the departements and the EPCI.

    Returns
    -------
    long : DataFrame key, territoire_id: every territory that shares a commune with what the row states, else with the
        commune of its seat. Who states a departement works on each of its EPCI too; everyone inside works on
        `perimetre`, and so does, there only, an actor who states nothing and whose commune is not known.
    problemes : DataFrame; silent on the rows of imports/, which name territories of all France
    """
    if appartenance is None:
        _, appartenance = list_territories(communes)
    stated = rows[[key, "territoires"]].explode("territoires").dropna(subset="territoires")
    names = index_territories(territoires, communes)
    distinct = {cell: names.get(cell) or names.get(normalize_label(cell)) for cell in stated["territoires"].unique()}
    stated = stated.assign(territoire_id=stated["territoires"].map(distinct).astype("str"))
    known = stated.dropna(subset="territoire_id")[[key, "territoire_id"]]
    whole = known.iloc[:0]
    if "code_insee" in rows:
        silent = rows[~rows[key].isin(known[key])]
        seat = silent[is_in(silent["code_insee"].astype("str"), communes.index)]
        whole = silent.loc[silent["code_insee"].isna() & ~silent["hors_territoire"], [key]].assign(territoire_id="perimetre")
        known = pd.concat([known, seat[[key]].assign(territoire_id="commune:" + seat["code_insee"].astype("str"))])
    long = pd.concat([spread_territories(known, key, appartenance), whole])
    return long.drop_duplicates().sort_values([key, "territoire_id"], ignore_index=True), _tell_unknown(rows, stated)


def index_territories(territoires, communes=None):
    """Return {code, SIREN, name or identifier: territoire_id}, the communes of the perimeter included when given.

    Codes win over names, and the names of territories over those of communes; a name that two communes share, or
    two territories, leads nowhere.
    """
    index = {}
    if communes is not None:
        index |= {name: f"commune:{code}" for name, code in _list_names(communes)}
    index |= dict(_list_names(territoires))
    if communes is not None:
        index |= {code: f"commune:{code}" for code in communes.index}
    index |= {i.split(":", 1)[-1]: i for i in territoires.index}
    return index | {normalize_label(i): i for i in territoires.index} | {i: i for i in territoires.index}


def _list_names(table):
    """Yield (normalised name, index) for the names of `table` that only one of its rows bears."""
    names = table["nom"].map(normalize_label)
    names = names[~names.duplicated(keep=False)]
    return zip(names, names.index, strict=True)


def spread_territories(known, key, appartenance):
    """Return, for the rows of `known` (key, territoire_id), all the territories that share a commune with theirs."""
    towns = appartenance[["code_insee"]].drop_duplicates()
    towns = towns.assign(territoire_id="commune:" + towns["code_insee"])
    wanted = pd.concat([appartenance, towns])
    wanted = wanted[wanted["territoire_id"].isin(known["territoire_id"])]
    near = wanted.merge(appartenance, on="code_insee", suffixes=("", "_proche"))
    near = near[["territoire_id", "territoire_id_proche"]].drop_duplicates()
    spread = known.merge(near, on="territoire_id")[[key, "territoire_id_proche"]]
    return spread.set_axis([key, "territoire_id"], axis=1).drop_duplicates()


def tell_unmatched(rows, colonne, territoires, message):
    """Return the `problemes` of the rows whose cell `colonne` designates none of `territoires`; `message` holds {}."""
    names = index_territories(territoires)
    cells = rows[colonne].astype("str").dropna()
    unknown = cells[[not (cell in names or normalize_label(cell) in names) for cell in cells]] if len(cells) else cells
    messages = [message.format(cell) for cell in unknown]
    fix = "donnez le SIREN d'un EPCI, un département, un territoire de la feuille territoires ou le nom exact"
    return list_problems("attention", rows.loc[unknown.index], messages, fix, colonne=colonne, valeur=unknown)


def _tell_unknown(rows, stated):
    unknown = stated[stated["territoire_id"].isna()]
    unknown = unknown[~is_imported(rows.loc[unknown.index]).to_numpy()]
    messages = [f"Territoire « {cell} » inconnu dans ce périmètre." for cell in unknown["territoires"]]
    fix = "donnez un code INSEE, le SIREN d'un EPCI, un département ou le nom exact"
    valeur = unknown["territoires"]
    return list_problems("information", rows.loc[unknown.index], messages, fix, colonne="territoires", valeur=valeur)
