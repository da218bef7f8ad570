"""Every measure of the networks in one call: declared links, participations, contracts; never mixed."""

import pandas as pd

from diagnostic.measure.liens import density, network, positions, silos
from diagnostic.schema import is_imported

# Figures of a network: missing when its sheet is empty.
LINK_FIGURES = [
    "nb_liens", "densite", "degre_moyen", "nb_isoles", "densite_sans_supra", "nb_liens_attendus", "nb_externes", "nb_internes",
    "nb_externes_attendu", "ei", "ratio_externes", "densite_inter", "densite_intra", "indice_silo", "assortativite",
    "nb_participations", "part_croisement",
]  # fmt: skip


def measure_links(tables):
    """Measure the two networks, never mixed: declared links, and participations."""
    actors, devices = tables["acteurs"], tables["dispositifs"]
    # A contract brought by an import says which territory holds it: no actor is in it, so no silo is read there.
    devices = devices[~is_imported(devices)]
    links, parts, places = tables["liens"], tables["participations"], tables["acteurs_territoires"]
    kept = network.list_network_actors(actors, parts, links)
    kept &= actors["acteur_id"].isin(places["acteur_id"])  # an actor of another territory is in no network of this one
    members = actors[kept]
    graph, set_aside = network.build_link_graph(members, links)
    mixed, share = silos.measure_mixed_dispositifs(devices, parts, members)
    by_champ = silos.measure_blocks(members, links).assign(groupe="champ")
    by_category = silos.measure_blocks(members.dropna(subset="categorie"), links, groupe="categorie").assign(groupe="categorie")
    met = by_category[(by_category["nb_liens"] > 0) | (by_category["groupe_a"] == by_category["groupe_b"])]
    held, _ = positions.measure_two_mode_positions(members, devices, parts)
    results = {
        "acteurs": actors.assign(dans_reseau=kept),
        "acteurs_reseau": network.count_network_actors(actors, kept),
        "densites": density.measure_density(members, links, places, tables["territoires"]),
        "densites_dispositifs": density.measure_two_mode_density(
            members, devices, parts, places, tables["territoires"], dispositifs_territoires=tables["dispositifs_territoires"]
        ),
        "blocs": pd.concat([by_champ, met], ignore_index=True),
        "silos": silos.measure_ei(members, links),
        "dispositifs_mixtes": mixed,
        "dispositifs_mixtes_part": share,
        "positions": positions.measure_positions(graph),
        "positions_dispositifs": held,
        "croisements": silos.measure_crossing(members, links),
        "liens_ecartes": set_aside,
    }
    return blank_unrecorded(results, graph.number_of_edges(), len(parts), len(devices))


def blank_unrecorded(results, nb_links, nb_parts, nb_devices):
    """Return the results where what nobody recorded is missing, with its reason: an empty sheet is no network without link."""
    empty = {}
    if not nb_links:
        reason = "aucun lien déclaré (feuille liens)"
        empty |= dict.fromkeys(("densites", "blocs", "silos", "croisements"), (LINK_FIGURES, reason))
        results = results | {"positions": results["positions"].iloc[:0]}
    if not nb_parts or not nb_devices:
        reason = "aucune participation saisie (feuille participations)" if nb_devices else "aucun dispositif saisi (imports non comptés)"
        empty["densites_dispositifs"] = (LINK_FIGURES, reason)
    blanked = {}
    for name, (columns, reason) in empty.items():
        gone = {column: float("nan") for column in columns if column in results[name]}
        blanked[name] = results[name].assign(**gone, raison_absence=reason)
    return results | blanked
