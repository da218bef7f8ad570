"""Every measure of jurisdictions in one call: profiles, pairs of layers, mille-feuille, atoms."""

from itertools import combinations

import pandas as pd

from diagnostic.measure import discordance, millefeuille, overlap

COMPARED = ("perimetre", "departement", "autre")  # territories on which layers are compared two by two


def measure_ressorts(tables):
    """Measure jurisdictions: profiles, pairs of layers, mille-feuille, atoms."""
    affectation, membership, communes, couches = (tables[k] for k in ("affectation", "appartenance", "communes", "couches"))
    weighting = tables["reglages"]["ponderation"]
    compared = tables["territoires"].index[tables["territoires"]["type"].isin(COMPARED)].tolist()
    atoms, by_commune = millefeuille.find_atoms(affectation, communes, ponderation=weighting)
    names = tables["unites"].drop_duplicates(["couche", "unite_id"])[["couche", "unite_id", "unite_nom"]]
    profiles = discordance.measure_discordance(affectation, membership, communes, couches, ponderation=weighting)
    main = names.rename(columns={"unite_id": "unite_principale", "unite_nom": "unite_principale_nom"})
    return {
        "discordance": profiles.merge(main, on=["couche", "unite_principale"], how="left"),
        "paires": weigh_pairs(
            overlap.compare_layers(affectation, membership, communes, couches, territoires=compared, ponderation=weighting), profiles
        ),
        "contingences": cross_layers(tables, weighting),
        "millefeuille": millefeuille.measure_millefeuille(affectation, communes, unites=tables["unites"]),
        "atomes": atoms,
        "atomes_communes": by_commune.rename("atome_id").rename_axis("code_insee").reset_index(),
        "atomes_territoires": millefeuille.measure_atoms_territoires(by_commune, membership, communes, ponderation=weighting),
    }


def cross_layers(tables, weighting):
    """Return, over the whole perimeter, what each unit of a layer shares with each unit of another: communes and weight."""
    affectation, communes, couches = (tables[k] for k in ("affectation", "communes", "couches"))
    whole = tables["appartenance"][tables["appartenance"]["territoire_id"] == "perimetre"]
    held = [name for name in couches.index if (affectation["couche"] == name).any()]
    parts = [
        overlap.measure_contingency(affectation, whole, communes, a, b, ponderation=weighting).assign(couche_a=a, couche_b=b)
        for a, b in combinations(held, 2)
    ]
    columns = ["couche_a", "unite_a", "couche_b", "unite_b", "nb_communes", "poids"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def weigh_pairs(pairs, profiles):
    """Return `pairs` with the weights its shares rest on: covered by each layer, by both, and of the territory."""
    known = profiles.set_index(["territoire_id", "couche"])[["poids_couvert", "couverture", "poids_total"]]
    for side in ("a", "b"):
        keys = pd.MultiIndex.from_frame(pairs[["territoire_id", f"couche_{side}"]])
        held = known.reindex(keys).set_axis(pairs.index)
        pairs = pairs.assign(**{f"poids_couvert_{side}": held["poids_couvert"], f"couverture_{side}": held["couverture"]})
    return pairs.assign(poids_total=held["poids_total"], poids_commun=held["poids_total"] * pairs["couverture_commune"])
