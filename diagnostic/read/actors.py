"""What a row of `acteurs` leaves unsaid: its commune, its champ, its point, the territories it works on."""

import pandas as pd

from diagnostic.read import codes, coordinates
from diagnostic.read.cog import locate_points
from diagnostic.schema import join_problems, list_problems
from diagnostic.vocabulary import normalize_label

# Categories whose ground is wider than the commune of their seat: what they say, or all the perimeter's territories.
DEPARTEMENT_PREFIX, EPCI_PREFIX = "departement:", "epci:"


def complete_actors(acteurs, cog, categories, *, communes, distance_max_km):
    """Return the actors with commune, champ, place in the perimeter and point in metres, and the problems met.

    Parameters
    ----------
    acteurs : DataFrame, table `acteurs`; imported rows already hold `methode_commune`
    cog : dict, `read.cog.read_cog`
    categories : DataFrame, the vocabulary (code -> champ)
    communes : DataFrame of the perimeter
    distance_max_km : float

    Returns
    -------
    acteurs : DataFrame, with champ, champ_origine, methode_commune, hors_territoire, x_m, y_m
    problemes : DataFrame
    """
    done = acteurs["methode_commune"].notna()
    checked, points = coordinates.check_coordinates(acteurs)
    acteurs = acteurs.assign(**checked)
    resolved, found = codes.resolve_communes(acteurs[~done], cog)
    acteurs.loc[~done, "code_insee"] = resolved["code_insee"]
    acteurs.loc[~done, "methode_commune"] = resolved["methode_commune"]
    lost = ~done & acteurs["code_insee"].isna()
    held = locate_points(acteurs["lon"].where(lost), acteurs["lat"].where(lost))
    acteurs["code_insee"] = acteurs["code_insee"].fillna(held)
    acteurs["methode_commune"] = acteurs["methode_commune"].mask(lost & held.notna(), "coordonnees")
    acteurs["commune"] = acteurs["commune"].fillna(acteurs["code_insee"].map(cog["communes"]["nom"]))
    acteurs = fill_champ(acteurs, categories)
    acteurs["hors_territoire"] = acteurs["code_insee"].notna() & ~acteurs["code_insee"].isin(communes.index)
    acteurs = acteurs.assign(**coordinates.place_points(acteurs, cog["communes"]))
    far = coordinates.check_distances(acteurs, cog["communes"], distance_max_km)
    return acteurs, join_problems(points, found, far, _tell_unplaced(acteurs))


def fill_champ(acteurs, categories):
    """Fill the champ left empty from the convention category -> champ; `champ_origine` says which is which."""
    given = acteurs["champ"].notna()
    default = acteurs["categorie"].map(categories["champ"]).replace("", pd.NA).fillna("autre")
    origin = pd.Series("defaut", index=acteurs.index).mask(given, "saisi").mask(~given & acteurs["categorie"].isna(), "inconnu")  # fmt: skip
    # A column that nobody filled comes without text: it is made text before it is filled.
    return acteurs.assign(champ=acteurs["champ"].astype("str").fillna(default), champ_origine=origin)


def _tell_unplaced(acteurs):
    """An actor without commune nor territory stays in the networks and is on no map."""
    nowhere = acteurs["code_insee"].isna() & (acteurs["territoires"].map(len) == 0)
    rows = acteurs[nowhere & (acteurs["methode_commune"] != "outre_mer")]
    message = "Acteur sans commune : gardé, compté sur le périmètre entier, absent des cartes."
    return list_problems("information", rows, message, "donnez code_insee, ou lat et lon", colonne="code_insee", valeur=rows["nom"])  # fmt: skip


def assign_territories(rows, key, territoires, communes):
    """Return the territories each row works on, in a long table, and the problems met.

    Parameters
    ----------
    rows : DataFrame with `key`, `territoires` (tuple of codes or names) and maybe `code_insee`
    territoires : DataFrame, index territoire_id, columns nom, type
    communes : DataFrame of the perimeter, with epci and departement

    Returns
    -------
    long : DataFrame key, territoire_id: what the row states, else the EPCI and departement of its commune.
        Who states a departement works on each of its EPCI too; everyone inside works on `perimetre`.
    problemes : DataFrame
    """
    stated = rows[[key, "territoires"]].explode("territoires").dropna(subset="territoires")
    names = index_territories(territoires, communes)
    stated["territoire_id"] = stated["territoires"].map(lambda cell: names.get(cell) or names.get(normalize_label(cell)))
    problems = _tell_unknown(rows, stated, key)
    known = stated.dropna(subset="territoire_id")[[key, "territoire_id"]]
    if "code_insee" in rows:
        silent = rows[~rows[key].isin(known[key]) & rows["code_insee"].isin(communes.index)]
        seat = silent[[key]].assign(territoire_id="commune:" + silent["code_insee"])
        known = pd.concat([known, seat])
    return spread_territories(known, key, communes), problems


def index_territories(territoires, communes):
    """Return {code, SIREN, name or identifier: territoire_id}, communes included."""
    index = {normalize_label(row.nom): i for i, row in territoires.iterrows()}
    index |= {i.split(":", 1)[1]: i for i in territoires.index if ":" in i}
    index |= {i: i for i in territoires.index} | {normalize_label(i): i for i in territoires.index}
    named = communes["nom"].map(normalize_label)
    once = ~named.duplicated(keep=False)
    index = {name: f"commune:{code}" for code, name in named[once].items() if name not in index} | index
    return {code: f"commune:{code}" for code in communes.index} | index


def spread_territories(known, key, communes):
    """Give each stated territory its wider and narrower ones, so that densities by territory count everyone active there."""
    places = communes.reset_index()[["code_insee", "epci", "departement"]]
    places = places.assign(
        commune="commune:" + places["code_insee"], epci=EPCI_PREFIX + places["epci"].astype("str"),
        departement=DEPARTEMENT_PREFIX + places["departement"],
    ).where(places.notna())  # fmt: skip
    pairs = [known]
    for narrow, wide in (("commune", "epci"), ("commune", "departement"), ("departement", "epci"), ("epci", "departement")):
        step = places[[narrow, wide]].dropna().drop_duplicates().rename(columns={narrow: "territoire_id"})
        pairs.append(known.merge(step, on="territoire_id")[[key, wide]].rename(columns={wide: "territoire_id"}))
    whole = known[[key]].drop_duplicates().assign(territoire_id="perimetre")
    everywhere = known.loc[known["territoire_id"] == "perimetre", [key]]
    wide = pd.concat([places["epci"], places["departement"]]).dropna().drop_duplicates().rename("territoire_id")
    spread = pd.concat([*pairs, whole, everywhere.merge(wide, how="cross")])
    spread = spread[~spread["territoire_id"].str.startswith("commune:")]
    return spread.drop_duplicates().sort_values([key, "territoire_id"], ignore_index=True)


def _tell_unknown(rows, stated, key):
    unknown = stated[stated["territoire_id"].isna()]
    if not len(unknown) or "fichier" not in rows:
        return None
    located = rows.loc[unknown.index]
    messages = [f"Territoire « {cell} » inconnu dans ce périmètre." for cell in unknown["territoires"]]
    return list_problems("information", located, messages, "donnez un code INSEE, un SIREN d'EPCI, un département ou le nom exact", colonne="territoires", valeur=unknown["territoires"])  # fmt: skip
