"""Which unit of a layer is which actor of the inventory: a Caf is named once, not twice."""

import pandas as pd

from diagnostic.measure.manques.reach import resolve_places
from diagnostic.measure.manques.states import list_held_categories
from diagnostic.vocabulary import normalize_label, read_vocabulary
from diagnostic.vocabulary.layers import match_layers

INVENTED = r"^FICTIF[ _]+"  # begins the code and the label of an invented layer


def name_kinds(couches):
    """Return the code in the vocabulary (`noms_couches.csv`, `catalogue_couches.csv`) of each layer; missing for another.

    An invented layer (FICTIF_CAS) is of the kind that it imitates.

    Examples
    --------
    >>> couches = pd.DataFrame({"libelle": ["FICTIF CIAS", "Missions locales", "Secteurs"]}, index=["FICTIF_CIAS", "MISSION_LOCALE", "S"])
    >>> name_kinds(couches).tolist()
    ['CIAS', 'MISSION_LOCALE', nan]
    """
    codes = pd.Index(couches.index.astype("str").str.replace(INVENTED, "", regex=True))
    labels = couches["libelle"].astype("str").str.replace(INVENTED, "", regex=True)
    found = match_layers(codes, labels.set_axis(codes)).astype("object").set_axis(couches.index)
    listed = codes.to_series().where(codes.isin(read_vocabulary("catalogue_couches")["couche"])).set_axis(couches.index)
    return found.fillna(listed)


def match_bodies(tables, sites, reach):
    """Return the units that are an actor of the inventory: code_insee, couche, unite_id, acteur_id, lien.

    A unit is an actor whose identifier is its `organisme_id` (a body that has several units in a layer is none of them: each is a
    place of its own), or whose SIREN is its code; else, in a commune with one unit of the layer and one actor reaching it of the
    category of the same code (CAF and caf), that actor. Several of either: nobody.

    Parameters
    ----------
    tables : dict with couches, unites (organisme_id may be missing), affectation
    sites : DataFrame of actors, each once
    reach : DataFrame acteur_id, code_insee, lien: the communes that each actor reaches
    """
    held = tables["affectation"][["code_insee", "couche", "unite_id"]].drop_duplicates()
    named = _match_names(tables["unites"], sites)
    by_name = held.merge(named, on=["couche", "unite_id"])
    kinds = name_kinds(tables["couches"]).dropna().str.lower()
    alone = held[~held.duplicated(["code_insee", "couche"], keep=False)]
    alone = alone.assign(categorie=alone["couche"].map(kinds).astype(object))
    single = reach.merge(list_held_categories(sites), on="acteur_id")[["code_insee", "categorie", "acteur_id"]]
    single = single[~single.duplicated(["code_insee", "categorie"], keep=False)]
    by_kind = alone.merge(single, on=["code_insee", "categorie"]).drop(columns="categorie")
    both = pd.concat([by_name, by_kind], ignore_index=True).drop_duplicates(["code_insee", "couche", "unite_id"])
    return both.merge(reach, on=["code_insee", "acteur_id"], how="left").reset_index(drop=True)


def _match_names(unites, sites):
    """Return couche, unite_id, acteur_id where the identifier of a body, or its SIREN, says that a unit is an actor."""
    units = unites.reindex(columns=["couche", "unite_id", "organisme_id"]).drop_duplicates(["couche", "unite_id"])
    actors = sites.reindex(columns=["acteur_id", "siren"]).astype("object")
    whole = units[~units.duplicated(["couche", "organisme_id"], keep=False)]
    said = _join_once(whole.assign(cle=whole["organisme_id"]), actors.assign(cle=actors["acteur_id"]))
    legal = _join_once(units.assign(cle=units["unite_id"]), actors.assign(cle=actors["siren"]))
    return pd.concat([said, legal], ignore_index=True).drop_duplicates(["couche", "unite_id"])


def _join_once(units, actors):
    """Return couche, unite_id, acteur_id of the units whose `cle` is that of one actor alone, case and hyphens set aside."""
    units, actors = (rows.dropna(subset="cle").assign(cle=lambda held: held["cle"].map(normalize_label)) for rows in (units, actors))
    actors = actors[~actors["cle"].duplicated(keep=False)]
    return units.merge(actors, on="cle")[["couche", "unite_id", "acteur_id"]]


def name_jurisdictions(tables, sites):
    """Return, for each actor that states one, the territories it works on: Series of tuples of names, indexed by acteur_id.

    A text that designates no territory nor commune of the dossier is left as it was written: it is what the actor says.
    """
    rows = sites[["acteur_id", "territoires"]].explode("territoires").dropna()
    places = resolve_places(rows["territoires"].astype("object"), tables["territoires"], tables["communes"])
    names = tables["territoires"]["nom"].astype("str")
    towns = tables["communes"]["nom"].astype("str").rename(lambda code: f"commune:{code}")
    told = places.map(pd.concat([names, towns])).fillna(rows["territoires"].astype("str"))
    return told.groupby(rows["acteur_id"], sort=False).agg(lambda cells: tuple(dict.fromkeys(cells)))
