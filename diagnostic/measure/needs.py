"""Who answers each need of the people of a commune: in the commune, by its jurisdiction, or the nearest one recorded.

A need is a word of everyday life (eating, lodging); `besoins_reponses.csv` says which categories, themes, layers and dispositifs answer
it. Distances are straight lines from the mairie, minutes where times were given.
"""

import numpy as np
import pandas as pd

from diagnostic.measure.bodies import match_bodies, name_kinds
from diagnostic.measure.manques.access import list_sites as list_fixed
from diagnostic.measure.manques.access import measure_access
from diagnostic.measure.manques.reach import list_actor_communes, list_device_communes
from diagnostic.measure.manques.states import list_held_categories
from diagnostic.measure.site_lists import list_sites
from diagnostic.vocabulary import read_vocabulary

HERE, BOUND, NEAR = LINKS = ("ici", "ressort", "proche")
REASONS = ("categorie", "couche", "theme")
NOBODY = "aucun"  # categories that receive nobody: support of professionals, national heads of networks
BY_THEMES = "selon_themes"  # categories too broad for a need: their themes decide
# Headings of OUTIL 1 whose bodies have a jurisdiction: what they state as a theme holds for every commune of it.
WIDE_HEADINGS = ("collectivites", "organismes_publics", "securite_sociale")
FAR_KM = 50.0  # beyond, the nearest one is nobody's
ROW_COLUMNS = [
    "code_insee", "besoin", "acteur_id", "couche", "unite_id", "part", "lien", "motif", "categorie", "distance_km", "minutes",
]  # fmt: skip


def measure_needs(tables):
    """Return who answers each need in each commune: one row a commune, need and body.

    An actor answers a need by its category, main or secondary, or by a theme it states; it is there when its seat is in the
    commune (`ici`), or when a territory it states holds the commune (`ressort`). Out of its commune a theme counts for the bodies
    that have a jurisdiction (WIDE_HEADINGS) and for the categories of BY_THEMES: a university that works on food feeds nobody.

    A unit of a layer that answers the need is one row more, unless it is a body already there (`bodies.match_bodies`): the row of
    the actor then names it. For a category that one may go to wherever one lives (`proche` of the vocabulary) and that nobody
    answers there, the nearest fixed actor of this category (`proche`): by the times given where there are some, else by straight
    line, FAR_KM at most.

    Parameters
    ----------
    tables : dict, as an edition shows them: acteurs, communes, territoires, appartenance, couches, unites, affectation,
        acces_temps_communes (may be missing)

    Returns
    -------
    DataFrame ROW_COLUMNS, each body once a commune and need (by category or layer before theme, then the closest link).
    acteur_id is missing for a unit that is no actor; couche, unite_id and part (of the commune, missing where not known) for an
    actor that is no unit; categorie, through which it answers, for a unit alone; distance_km, from the mairie, for a mobile
    service, a place not known or another zone; minutes but for the nearest by time. Communes in their order, needs in that of the
    vocabulary; then those whose work it is, by link and distance, before those that only name the theme.
    """
    communes, sites = tables["communes"], list_sites(tables["acteurs"]).drop_duplicates("acteur_id")
    reach = list_actor_communes(sites, tables["territoires"], communes, tables["appartenance"])
    seat = sites.set_index("acteur_id")["code_insee"].reindex(reach["acteur_id"]).to_numpy()
    reach = reach.assign(lien=np.where(reach["code_insee"].to_numpy() == seat, HERE, BOUND))
    answers = list_answers(sites)
    around = reach.merge(answers, on="acteur_id")
    around = around[(around["lien"] == HERE) | (around["motif"] != "theme") | around["categorie"].isin(list_wide())]
    near = find_nearest_answers(tables, sites, reach)
    actors = pd.concat([around, near], ignore_index=True)
    actors = _keep_first(_rank(actors, communes), ["code_insee", "besoin", "acteur_id"])
    rows = _join_units(actors, list_units(tables), match_bodies(tables, sites, reach))
    rows = rows.assign(distance_km=measure_trips(rows, communes, sites))
    return _rank(rows.reindex(columns=ROW_COLUMNS), communes).reset_index(drop=True)


def read_answers(objet):
    """Return the rows of the vocabulary for one `objet` (categorie, theme, couche, dispositif): besoin, the code, proche (bool)."""
    rows = read_vocabulary("besoins_reponses").query("objet == @objet")
    return rows.assign(proche=rows["proche"] == "oui").rename(columns={"code": objet})[["besoin", objet, "proche"]]


def list_answers(sites):
    """Return the needs that each actor answers: acteur_id, besoin, categorie, motif; by category first, each need once an actor.

    A theme counts for nothing in an actor whose main category receives nobody.
    """
    known = read_answers("categorie")
    by_category = list_held_categories(sites).merge(known, on="categorie").assign(motif="categorie")
    closed = known.loc[known["besoin"] == NOBODY, "categorie"]
    open_ = sites[~sites["categorie"].isin(closed)]
    themes = open_[["acteur_id", "categorie", "themes"]].explode("themes").rename(columns={"themes": "theme"})
    by_theme = themes.astype("object").merge(read_answers("theme"), on="theme").assign(motif="theme")
    both = pd.concat([by_category, by_theme], ignore_index=True)
    both = both[both["besoin"].isin(read_vocabulary("besoins")["besoin"])]
    return both.drop_duplicates(["acteur_id", "besoin"])[["acteur_id", "besoin", "categorie", "motif"]].reset_index(drop=True)


def list_wide():
    """Return the categories whose themes hold out of their commune."""
    headings = read_vocabulary("categories").set_index("code")["rubrique"]
    known = read_answers("categorie")
    return {*headings.index[headings.isin(WIDE_HEADINGS)], *known.loc[known["besoin"] == BY_THEMES, "categorie"]}


def find_nearest_answers(tables, sites, reach):
    """Return the nearest actor of each category of proximity, in the communes that none of this category reaches.

    Returns
    -------
    DataFrame code_insee, besoin, acteur_id, categorie, minutes, lien, motif
    """
    known = read_answers("categorie").query("proche")
    held = list_held_categories(sites)
    asked = sorted(set(known["categorie"]) & set(held["categorie"]))
    found = measure_access(tables["communes"], sites, categories=asked)
    found = found.loc[found["distance_km"] <= FAR_KM, ["code_insee", "categorie", "site_id"]]
    found = _prefer_minutes(found.rename(columns={"site_id": "acteur_id"}), tables.get("acces_temps_communes"))
    there = reach.merge(held, on="acteur_id")[["code_insee", "categorie"]]
    reached = pd.MultiIndex.from_frame(found[["code_insee", "categorie"]]).isin(pd.MultiIndex.from_frame(there))
    found = found[~reached & found["acteur_id"].notna()]
    return found.merge(known[["besoin", "categorie"]], on="categorie").assign(lien=NEAR, motif="categorie")


def _prefer_minutes(found, timed):
    """Return the nearest actors with the minutes to the nearest by time in its place, where one is known."""
    if timed is None or not len(timed):
        return found.assign(minutes=np.nan)
    known = timed.dropna(subset=["minutes", "site_id"])[["code_insee", "categorie", "site_id", "minutes"]]
    both = found.merge(known.drop_duplicates(["code_insee", "categorie"]), on=["code_insee", "categorie"], how="left")
    return both.assign(acteur_id=both["site_id"].fillna(both["acteur_id"])).drop(columns="site_id")


def list_units(tables):
    """Return the units of the layers that answer a need: code_insee, besoin, couche, unite_id, part (missing: not known)."""
    kinds = name_kinds(tables["couches"]).rename("kind").rename_axis("couche").reset_index().dropna()
    known = kinds.merge(read_answers("couche").rename(columns={"couche": "kind"}), on="kind")
    rows = tables["affectation"][["code_insee", "couche", "unite_id", "part"]].merge(known[["couche", "besoin"]], on="couche")
    return rows[rows["code_insee"].isin(tables["communes"].index)].drop_duplicates(["code_insee", "besoin", "couche", "unite_id"])


def _join_units(actors, units, bodies):
    """Return the rows of actors, each with the unit that it is, then the rows of the units that are nobody there."""
    told = units.merge(bodies, on=["code_insee", "couche", "unite_id"], how="left")
    own = told.dropna(subset="acteur_id").drop_duplicates(["code_insee", "acteur_id"])
    rows = actors.merge(own[["code_insee", "acteur_id", "couche", "unite_id", "part"]], on=["code_insee", "acteur_id"], how="left")
    # A unit of a second layer that the same body is keeps a row of its own: its name is not that of the first.
    first = pd.MultiIndex.from_frame(own[["code_insee", "couche", "unite_id"]])
    mine = pd.MultiIndex.from_frame(told[["code_insee", "couche", "unite_id"]]).isin(first)
    told = told.assign(acteur_id=told["acteur_id"].where(mine), lien=told["lien"].where(mine).fillna(BOUND), motif="couche")
    listed = pd.MultiIndex.from_frame(rows[["code_insee", "besoin", "acteur_id"]])
    again = pd.MultiIndex.from_frame(told[["code_insee", "besoin", "acteur_id"]]).isin(listed) & told["acteur_id"].notna()
    return pd.concat([rows, told[~again]], ignore_index=True)


def measure_trips(rows, communes, sites):
    """Return the straight line in kilometres, to the millimetre, from the mairie to the actor of each row; NaN where there is none."""
    fixed = list_fixed(communes, sites).drop_duplicates("acteur_id").set_index("acteur_id")
    fixed = fixed[fixed["fixe"]].reindex(rows["acteur_id"])
    start = communes.reindex(columns=["x_m", "y_m", "zone"]).reindex(rows["code_insee"])
    steps = start[["x_m", "y_m"]].to_numpy(dtype=float) - fixed[["x_m", "y_m"]].to_numpy(dtype=float)
    same = start["zone"].fillna("").to_numpy(dtype=object) == fixed["zone"].to_numpy(dtype=object)
    return np.where(same, np.round(np.hypot(*steps.T) / 1000, 6), np.nan)


def list_devices(tables, date):
    """Return the dispositifs that answer each need in each commune: code_insee, besoin, dispositif_id; those ended at `date` left out.

    One answers by its type or by a theme it states, in the communes of its territories and those affiliated to it.
    """
    devices = tables["dispositifs"]
    devices = devices[~(pd.to_datetime(devices.reindex(columns=["date_fin"])["date_fin"]) < date)]
    by_type = devices.merge(read_answers("dispositif"), left_on="type", right_on="dispositif")[["dispositif_id", "besoin"]]
    themes = devices[["dispositif_id", "themes"]].explode("themes").astype("object")
    by_theme = themes.merge(read_answers("theme"), left_on="themes", right_on="theme")[["dispositif_id", "besoin"]]
    needs = pd.concat([by_type, by_theme]).drop_duplicates()
    places = list_device_communes(
        devices, tables["affiliations"], tables["territoires"], tables["communes"], tables["appartenance"]
    )
    rows = places.merge(needs, on="dispositif_id")
    return _sort(rows, tables["communes"], ["dispositif_id"])[["code_insee", "besoin", "dispositif_id"]].reset_index(drop=True)


def count_answers(rows, communes):
    """Return how many bodies answer in each commune (`measure_needs`), each once by its closest link, and how many needs are answered.

    Returns
    -------
    DataFrame indexed as `communes`: nb_ici, nb_ressort, nb_proche, nb_besoins, nb_besoins_ici (answered in the commune).

    Examples
    --------
    >>> rows = pd.DataFrame({"code_insee": "43001", "besoin": ["manger", "droits", "droits"], "acteur_id": ["a", "a", "b"],
    ...     "couche": None, "unite_id": None, "lien": ["ici", "ici", "proche"]})
    >>> count_answers(rows, pd.DataFrame(index=["43001", "43002"])).values.tolist()
    [[1, 0, 1, 2, 2], [0, 0, 0, 0, 0]]
    """
    rows = rows.assign(rang=pd.Categorical(rows["lien"], LINKS).codes)
    unit = rows["couche"].astype("object") + "/" + rows["unite_id"].astype("object")
    bodies = rows.assign(qui=rows["acteur_id"].astype("object").where(rows["acteur_id"].notna(), unit))
    closest = bodies.groupby(["code_insee", "qui"])["rang"].min().reset_index()
    counts = {f"nb_{link}": closest[closest["rang"] == rank].groupby("code_insee").size() for rank, link in enumerate(LINKS)}
    counts["nb_besoins"] = rows.groupby("code_insee")["besoin"].nunique()
    counts["nb_besoins_ici"] = rows[rows["lien"] == HERE].groupby("code_insee")["besoin"].nunique()
    return pd.DataFrame({name: column.reindex(communes.index) for name, column in counts.items()}).fillna(0).astype(int)


def _rank(rows, communes):
    """Return rows in order: commune, need, whether its work or a theme, link, reason, distance, who."""
    rows = rows.assign(
        rang_theme=rows["motif"] == "theme", rang_lien=pd.Categorical(rows["lien"], LINKS).codes,
        rang_motif=pd.Categorical(rows["motif"], REASONS).codes,
    )  # fmt: skip
    keys = ["rang_theme", "rang_lien", "rang_motif", *(name for name in ("distance_km", "acteur_id", "couche", "unite_id") if name in rows)]
    return _sort(rows, communes, keys).drop(columns=["rang_theme", "rang_lien", "rang_motif"])


def _sort(rows, communes, keys):
    order = rows.assign(
        rang_commune=communes.index.get_indexer(rows["code_insee"]),
        rang_besoin=pd.Categorical(rows["besoin"], read_vocabulary("besoins")["besoin"]).codes,
    )
    return rows.loc[order.sort_values(["rang_commune", "rang_besoin", *keys], kind="stable").index]


def _keep_first(rows, keys):
    return rows.drop_duplicates(keys).reset_index(drop=True)
