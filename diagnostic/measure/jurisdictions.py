"""Every measure of jurisdictions in one call: profiles, pairs of layers, mille-feuille, clusters, sheets, sentences."""

from itertools import combinations

import numpy as np
import pandas as pd

from diagnostic.measure.constats import readings
from diagnostic.measure.ressorts import (
    chance,
    change,
    clusters,
    counterparts,
    cuts,
    discordance,
    millefeuille,
    overlap,
    territory_sheets,
)
from diagnostic.measure.ressorts.cells import encode_tables

COMPARED = ("perimetre", "departement", "autre")  # territories on which layers are compared two by two
SMALL = ("epci", "autre")
CROSSED = ["couche_a", "unite_a", "couche_b", "unite_b", "nb_communes", "poids"]
SHUFFLED = "EPCI"  # the layer that chance groups anew


def measure_ressorts(tables):
    """Measure jurisdictions: profiles, pairs of layers, mille-feuille, atoms, clusters, sheets, chance, and the sentences.

    Parameters
    ----------
    tables : dict, as returned by `read.dossier.read_dossier`

    Returns
    -------
    dict of str -> DataFrame, named as in `vocabulary/tables.csv`
    """
    affectation, membership, communes, couches = _take(tables)
    weighting = tables["reglages"]["ponderation"]
    compared = tables["territoires"].index[tables["territoires"]["type"].isin(COMPARED)].tolist()
    # A bassin de vie is a division to compare with, nobody to turn to: it is no interlocutor, whatever is counted of them.
    bodies = affectation[affectation["couche"].isin(couches.index[couches["interlocuteur"]])]
    atoms, by_commune = millefeuille.find_atoms(bodies, communes, ponderation=weighting)
    names = tables["unites"].drop_duplicates(["couche", "unite_id"])[["couche", "unite_id", "unite_nom"]]
    profiles = discordance.measure_discordance(affectation, membership, communes, couches, ponderation=weighting)
    main = names.rename(columns={"unite_id": "unite_principale", "unite_nom": "unite_principale_nom"})
    pairs = overlap.compare_layers(affectation, membership, communes, couches, territoires=compared, ponderation=weighting)
    results = {
        "discordance": profiles.merge(main, on=["couche", "unite_principale"], how="left"),
        "contingences": cross_layers(tables, weighting),
        "millefeuille": millefeuille.measure_millefeuille(bodies, communes, unites=tables["unites"]),
        "atomes": atoms,
        "atomes_communes": by_commune.rename("atome_id").rename_axis("code_insee").reset_index(),
        "atomes_territoires": millefeuille.measure_atoms_territoires(by_commune, membership, communes, ponderation=weighting),
    }
    results |= group_layers(tables, compared) | list_sheets(tables, compared) | draw_chance(tables)
    results["paires"] = add_references(weigh_pairs(pairs, profiles), results)
    results |= try_hypotheses(tables)
    exact = results["amas"][results["amas"]["seuil"] == 0]
    return results | {"phrases_ressorts": readings.list_readings(tables, results | {"amas": exact})}


def _take(tables):
    return tuple(tables[name] for name in ("affectation", "appartenance", "communes", "couches"))


def group_layers(tables, compared):
    """Return what two layers make together: clusters and what glues them, counterparts, crossed coverages, white zones."""
    affectation, membership, communes, couches = _take(tables)
    weighting, threshold = tables["reglages"]["ponderation"], tables["reglages"]["seuil_amas"]
    exact, glue = clusters.find_clusters(affectation, membership, communes, couches, territoires=compared, ponderation=weighting)
    loose, left = clusters.find_clusters(
        affectation, membership, communes, couches, seuil=threshold, territoires=compared, ponderation=weighting
    )
    small = left[left["sous_seuil"]].assign(separe=False)
    # An actor that some edition hides may not be named here: an operator is a body that everybody may see.
    actors = tables["acteurs"]
    personal = actors[["entreprise_individuelle", "lieu_domicile"]].eq(True).fillna(False).any(axis=1).astype(bool)
    shown = actors[actors["diffusion"].astype("str").fillna("public").isin(["public", ""]) & ~personal]
    # A PAT or a QPV that does not reach a commune leaves nobody out: only a layer that says who steps in is listed.
    zones = counterparts.find_white_zones(affectation, communes, couches, shown, unites=tables["unites"])
    zones = zones[zones["repli"].notna()].reset_index(drop=True)
    return {
        "amas": pd.concat([exact, loose], ignore_index=True) if threshold else exact,
        "colles": pd.concat([part for part in (glue, small) if len(part)] or [glue], ignore_index=True),
        "vis_a_vis": counterparts.list_counterparts(affectation, communes, couches, ponderation=weighting),
        "couvertures_croisees": counterparts.cross_coverage(
            affectation, membership, communes, couches, territoires=compared, ponderation=weighting
        ),
        "zones_blanches": zones,
        "zones_blanches_territoires": counterparts.summarise_white_zones(zones, membership, communes, ponderation=weighting),
    }


def list_sheets(tables, compared):
    """Return what a territory reads of its jurisdictions: its units, the communes apart, what moving them would change."""
    common = {"unites": tables["unites"], "ponderation": tables["reglages"]["ponderation"]}
    affectation, membership, communes, couches = _take(tables)
    sheets = territory_sheets.list_territory_units(
        affectation, membership, communes, couches, unites_coupees=tables["unites_coupees"], **common
    )
    # A departement has no main EPCI that the others would be apart from: the communes apart are those of a smaller territory.
    small = tables["territoires"].index[tables["territoires"]["type"].isin(SMALL)]
    local = membership[membership["territoire_id"].isin(small)]
    return {
        "fiche_ressorts": sheets,
        "communes_minoritaires": territory_sheets.list_minority(affectation, local, communes, couches, **common),
        # Nobody moves a commune from one bassin de vie to another: only bodies are asked what a move would change.
        "rattachements": territory_sheets.measure_moves(affectation, local, communes, couches[couches["interlocuteur"]], **common),
        "qui_intervient": territory_sheets.list_interveners(affectation, communes, couches, unites=tables["unites"]),
        "coupures": cuts.list_cuts(affectation, membership, communes, couches, territoires=compared, **common),
    }


def draw_chance(tables):
    """Return how the EPCI compare with contiguous groupings drawn at random; nothing where none is asked, or no EPCI is known."""
    draws, held = int(tables["reglages"]["tirages_hasard"]), tables["affectation"]["couche"].eq(SHUFFLED)
    if not draws or not held.any() or SHUFFLED not in tables["couches"].index:
        return {}
    affectation, membership, communes, couches = _take(tables)
    # One departement at a time: a grouping that crosses two says nothing of the layers that stop at their border.
    asked = tables["territoires"].index[tables["territoires"]["type"].eq("departement")]
    parts = [
        chance.measure_chance(
            affectation, membership, communes, couches, tables["voisinages"], couche_melangee=SHUFFLED, territoire=territoire,
            tirages=draws, graine=int(tables["reglages"]["graine"]), ponderation=tables["reglages"]["ponderation"],
        )
        for territoire in asked
    ]  # fmt: skip
    return {"hasard": pd.concat(parts, ignore_index=True)} if parts else {}


def add_references(pairs, results):
    """Return `pairs` with the number of clusters, and beside the figures compared with chance the mean of the draws."""
    exact = results["amas"][results["amas"]["seuil"] == 0]
    pairs = pairs.merge(clusters.count_clusters(exact), how="left")
    drawn = results.get("hasard")
    if drawn is None:
        return pairs.assign(**{f"hasard_{name}": float("nan") for name in chance.MEASURES})
    keys = ["territoire_id", "couche_a", "couche_b"]
    means = drawn.pivot(index=keys, columns="mesure", values="moyenne_hasard").reindex(columns=chance.MEASURES)
    return pairs.merge(means.add_prefix("hasard_").reset_index(), on=keys, how="left")


def try_hypotheses(tables):
    """Return what the moves of the sheet hypotheses would change; nothing where none is asked."""
    if not len(tables["hypotheses"]):
        return {}
    affectation, membership, communes, couches = _take(tables)
    changed, refused = change.measure_change(
        affectation, membership, communes, couches, tables["hypotheses"], ponderation=tables["reglages"]["ponderation"]
    )
    return {"que_changerait": changed, "hypotheses_refusees": refused}


def cross_layers(tables, weighting):
    """Return, over the whole perimeter, what each unit of a layer shares with each unit of another: communes and weight."""
    affectation, communes, couches = (tables[k] for k in ("affectation", "communes", "couches"))
    whole = tables["appartenance"][tables["appartenance"]["territoire_id"] == "perimetre"]
    held = [name for name in couches.index if (affectation["couche"] == name).any()]
    if len(held) < 2:
        return pd.DataFrame(columns=CROSSED)
    # Coded once for all the pairs: forty layers make 780 of them.
    _, places, rows, unites = encode_tables(affectation, whole, communes, couches.loc[held], ponderation=weighting)
    places, layers = overlap.take_columns(places), overlap.split_layers(rows, len(held))
    parts = []
    for a, b in combinations(range(len(held)), 2):
        cells = overlap.count_cells(overlap.join_layers(places, layers[a], layers[b]))
        units = {f"unite_{side}": unites.to_numpy()[cells[side]] for side in ("a", "b")}
        named = {"couche_a": held[a], "couche_b": held[b], **units}
        weight = np.where(cells["indetermine"], np.nan, cells["poids"])
        parts.append(pd.DataFrame(named | {"nb_communes": cells["nb_communes"], "poids": weight}))
    crossed = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    return crossed.astype(dict.fromkeys(("couche_a", "unite_a", "couche_b", "unite_b"), "str"))[CROSSED]


def weigh_pairs(pairs, profiles):
    """Return `pairs` with the weights its shares rest on: covered by each layer, by both, and of the territory."""
    known = profiles.set_index(["territoire_id", "couche"])[["poids_couvert", "couverture", "poids_total"]]
    for side in ("a", "b"):
        keys = pd.MultiIndex.from_frame(pairs[["territoire_id", f"couche_{side}"]])
        held = known.reindex(keys).set_axis(pairs.index)
        pairs = pairs.assign(**{f"poids_couvert_{side}": held["poids_couvert"], f"couverture_{side}": held["couverture"]})
    return pairs.assign(poids_total=held["poids_total"], poids_commun=held["poids_total"] * pairs["couverture_commune"])
