"""What is recorded of an expectation in each place: the actors, the dispositifs or the layer that answer it, and who lives there."""

import numpy as np
import pandas as pd

from diagnostic.measure.manques.reach import list_actor_communes, list_device_communes
from diagnostic.measure.manques.states import chain_communes, list_held_categories, list_said, read_coverage
from diagnostic.measure.ressorts.cells import divide, match_codes

BASINS = "BASSIN_DE_VIE"
SCALES = ("commune", "epci", "bassin_vie", "departement")
_CUT = "(partie dans le périmètre"


def gather_evidence(tables, codes, types):
    """Return, for all expectations at once, who reaches which commune and what is said of the inventory.

    Parameters
    ----------
    tables : dict of a dossier
    codes, types : the categories and the types of dispositif that expectations name

    Returns
    -------
    dict: communes, held (acteur_id, categorie), reached (acteur_id, commune: its position), active (acteur_id, territoire_id),
    devices (dispositifs named), spread (dispositif_id, commune), layers (couche, commune), chain, said (inventory), said_devices.
    """
    communes, territoires, members = tables["communes"], tables["territoires"], tables["appartenance"]
    held = list_held_categories(tables["acteurs"])
    held = held[held["categorie"].isin(codes)]
    actors = tables["acteurs"][tables["acteurs"]["acteur_id"].isin(held["acteur_id"])]
    reached = list_actor_communes(actors, territoires, communes, members)
    devices = tables["dispositifs"][tables["dispositifs"]["type"].isin(types)]
    affiliations = tables.get("affiliations", pd.DataFrame())
    spread = list_device_communes(devices, affiliations, territoires, communes, members)
    layers = tables["affectation"][["couche", "code_insee", "unite_id"]]
    said = tables.get("couverture_dispositifs", pd.DataFrame())
    return {
        "communes": communes, "held": held, "reached": _place_towns(reached, communes), "spread": _place_towns(spread, communes),
        "active": tables["acteurs_territoires"], "devices": devices, "layers": _place_towns(layers, communes),
        "chain": chain_communes(communes), "said": list_said(tables["couverture_inventaire"], territoires, communes),
        "said_devices": list_said(said, territoires, communes, colonne="type"),
    }  # fmt: skip


def _place_towns(rows, communes):
    """Return `rows` with the position of their commune, those of the perimeter only."""
    rows = rows.assign(commune=communes.index.get_indexer(rows["code_insee"]))
    return rows[rows["commune"] >= 0].reset_index(drop=True)


def list_places(echelle, tables):
    """Return the places of a scale, and which communes each holds.

    Returns
    -------
    places : DataFrame territoire_id, territoire (name), population (known inhabitants inside the perimeter; NaN when none is
        known), entiere (all of it is inside and every commune's population is known), nb_communes, population_seuil (of the whole
        place, what a threshold counts: for an EPCI cut by the perimeter, its communes outside too; NaN when not known)
    place, commune : arrays, the positions of each pair of a place and a commune
    """
    communes = tables["communes"]
    if echelle == "commune":
        places = pd.DataFrame({"territoire_id": "commune:" + communes.index.to_series().astype("str"), "territoire": communes["nom"]})
        place = commune = np.arange(len(communes))
        cut = np.zeros(len(communes), dtype=bool)
    elif echelle == "bassin_vie":
        places, place, commune, cut = _list_basins(tables)
    else:
        units = tables["territoires"][tables["territoires"]["type"] == echelle]
        places = pd.DataFrame({"territoire_id": units.index.astype("str"), "territoire": units["nom"].to_numpy()})
        place = pd.Index(units.index).get_indexer(tables["appartenance"]["territoire_id"])
        commune = communes.index.get_indexer(tables["appartenance"]["code_insee"])
        place, commune = place[(place >= 0) & (commune >= 0)], commune[(place >= 0) & (commune >= 0)]
        outside = set("epci:" + tables["unites_coupees"]["unite_id"].astype("str"))
        cut = places["territoire_id"].isin(outside).to_numpy() | places["territoire"].str.contains(_CUT, regex=False).to_numpy()
    people = communes["population"].to_numpy(dtype="float64", na_value=np.nan)[commune]
    size = len(places)
    known = np.bincount(place, ~np.isnan(people), minlength=size)
    total = np.where(known > 0, np.bincount(place, np.nan_to_num(people), minlength=size), np.nan)
    number = np.bincount(place, minlength=size)
    places = places.assign(population=total, entiere=(known == number) & ~cut, nb_communes=number)
    places = places.assign(population_seuil=places["population"].where(places["entiere"]))
    if echelle == "epci" and "voisines" in tables:
        places["population_seuil"] = places["population_seuil"].fillna(sum_whole_epci(places["territoire_id"], tables["voisines"]))
    return places.reset_index(drop=True).astype({"territoire_id": "str", "territoire": "str"}), place, commune


def sum_whole_epci(territoires, voisines):
    """Return the population of whole EPCI, communes outside the perimeter included; NaN where a commune's is not known.

    Parameters
    ----------
    territoires : Series of `epci:SIREN`
    voisines : DataFrame, every commune of the country: epci, population
    """
    people = voisines["population"].astype("float64")
    total = people.groupby(voisines["epci"]).sum().mask(people.isna().groupby(voisines["epci"]).any())
    return territoires.str.removeprefix("epci:").map(total)


def _list_basins(tables):
    rows = tables["affectation"][tables["affectation"]["couche"] == BASINS]
    rows = rows[rows["code_insee"].isin(tables["communes"].index)]
    units = pd.Index(rows["unite_id"].unique())
    named = tables["unites"][tables["unites"]["couche"] == BASINS].drop_duplicates("unite_id").set_index("unite_id")
    named = named.reindex(index=units, columns=["unite_nom", "nb_communes_hors"])
    places = pd.DataFrame(
        {"territoire_id": "bassin_vie:" + units.astype("str"), "territoire": named["unite_nom"].fillna(units.to_series()).to_numpy()}
    )
    cut = named["nb_communes_hors"].astype(float).gt(0).to_numpy()
    return places, units.get_indexer(rows["unite_id"]), tables["communes"].index.get_indexer(rows["code_insee"]), cut


def count_answers(known, scale, kind, codes, *, lasting=None):
    """Return what answers any of `codes` in each place of a scale.

    Parameters
    ----------
    known : dict of `gather_evidence`
    scale : tuple of `list_places`
    kind : "categorie" or "dispositif"
    lasting : set of dispositif_id that count, all by default

    Returns
    -------
    nb : array, distinct actors (active in the place) or distinct dispositifs (that reach one of its communes)
    part : array, the share of its communes that a dispositif, or a unit of the layer of the same code, covers
    """
    places, place, commune = scale
    layers = known["layers"]
    mine = layers.loc[layers["couche"].isin([code.upper() for code in codes]), "commune"].to_numpy()
    if kind == "dispositif":
        ids = set(known["devices"].loc[known["devices"]["type"].isin(codes), "dispositif_id"])
        rows = known["spread"][known["spread"]["dispositif_id"].isin(ids if lasting is None else ids & set(lasting))]
        mine = np.concatenate([mine, rows["commune"].to_numpy()])
        nb = count_distinct(rows["dispositif_id"], rows["commune"].to_numpy(), scale)
    else:
        ids = known["held"].loc[known["held"]["categorie"].isin(codes), "acteur_id"]
        nb = count_actors(known, scale, ids)
    covered = np.zeros(len(known["communes"]), dtype=bool)
    covered[mine] = True
    return nb, divide(np.bincount(place, covered[commune], minlength=len(places)), places["nb_communes"])


def count_actors(known, scale, ids):
    """Return the number of distinct actors of `ids` in each place: those that reach the commune, those active in a territory."""
    names = scale[0]["territoire_id"]
    if names.str.startswith(("epci:", "departement:")).any():
        rows = known["active"][known["active"]["acteur_id"].isin(ids)]
        where = pd.Index(names).get_indexer(rows["territoire_id"])
        pairs = pd.DataFrame({"acteur_id": rows["acteur_id"].to_numpy(), "place": where})[where >= 0].drop_duplicates()
        return np.bincount(pairs["place"].to_numpy(), minlength=len(names))
    rows = known["reached"][known["reached"]["acteur_id"].isin(ids)]
    return count_distinct(rows["acteur_id"], rows["commune"].to_numpy(), scale)


def count_distinct(ids, towns, scale):
    """Return how many distinct `ids` reach a commune of each place, from pairs of an identifier and a commune (position)."""
    places, place, commune = scale
    i, j = match_codes(towns, commune)
    who = pd.factorize(ids.to_numpy())[0][i]
    pairs = np.unique(who.astype("int64") * max(len(places), 1) + place[j])
    return np.bincount(pairs % max(len(places), 1), minlength=len(places))


def find_complete(known, echelle, scale, kind, codes):
    """Say in which places the inventory is complete for every one of `codes`, by its most precise statement.

    A bassin de vie has no statement of its own: it is complete when each of its communes is.
    """
    said = known["said_devices" if kind == "dispositif" else "said"]
    places, place, commune = scale
    if echelle in ("epci", "departement"):
        chain = pd.DataFrame({echelle: places["territoire_id"], "perimetre": "perimetre"})
        return (read_coverage(said, chain, codes)[0] == 1).all(axis=1)
    complete = (read_coverage(said, known["chain"], codes)[0] == 1).all(axis=1)
    lacking = np.bincount(place, ~complete[commune], minlength=len(places))
    return (lacking == 0) & (places["nb_communes"] > 0).to_numpy()


def find_exceptions(known, scale, couche, codes):
    """Say in which places a unit of `couche` may lift the expectation.

    A place that a unit of the layer covers, or where an actor of the category named as the layer is active in the EPCI (a CIAS).
    For a layer that covers every commune (EPCI, DEPARTEMENT), only where an actor of `codes` is active in the unit: it may have
    received the competence.
    """
    places, place, commune = scale
    lifted = np.zeros(len(known["communes"]), dtype=bool)
    level = couche.lower()
    if level in ("epci", "departement"):
        ids, unit = known["held"].loc[known["held"]["categorie"].isin(codes), "acteur_id"], level
    else:
        ids, unit = known["held"].loc[known["held"]["categorie"] == level, "acteur_id"], "epci"
        lifted[known["layers"].loc[known["layers"]["couche"] == couche.upper(), "commune"].to_numpy()] = True
        lifted[known["reached"].loc[known["reached"]["acteur_id"].isin(ids), "commune"].to_numpy()] = True
    active = set(known["active"].loc[known["active"]["acteur_id"].isin(ids), "territoire_id"])
    lifted |= known["chain"][unit].isin(active).to_numpy()
    return np.bincount(place, lifted[commune], minlength=len(places)) > 0
