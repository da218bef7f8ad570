"""Every measure of the networks in one call: declared links, participations, contracts; never mixed."""

import pandas as pd

from diagnostic.measure.liens import (
    affiliations,
    brokerage,
    comparison,
    conventions,
    density,
    facets,
    fragility,
    group_links,
    network,
    positions,
    professions,
    references,
    relays,
    silos,
    structure,
    survey,
)
from diagnostic.schema import is_imported
from diagnostic.vocabulary import read_vocabulary
from diagnostic.vocabulary.formats import format_number, format_share

# Figures of a network: missing when its sheet is empty.
LINK_FIGURES = [
    "nb_liens", "densite", "degre_moyen", "nb_isoles", "densite_sans_supra", "nb_liens_attendus", "nb_externes", "nb_internes",
    "nb_externes_attendu", "ei", "ratio_externes", "densite_inter", "densite_intra", "indice_silo", "assortativite",
    "log_rapport_cotes", "modularite", "nb_participations", "part_croisement", "ecart_ratio",
]  # fmt: skip
RANGE_FIGURES = ["valeur", "min_mixte", "max_mixte", "min_categories", "max_categories"]
# Figures of the whole perimeter told one by one in a sheet of their own; the scenario kept is the one without mixed actors.
SUMMARISED = [
    "densites", "densites_dispositifs", "enquete_reseau", "fiabilite", "silos", "dispositifs_mixtes_part", "references", "structure",
    "entree_tardive_ensemble",
]  # fmt: skip
# Tables of groups or territories, and where they count their actors: a row of less than LEAST_ACTORS is not public.
FEW_IN = {
    "blocs": ["nb_acteurs_a", "nb_acteurs_b"], "silos_groupes": ["nb_acteurs"], "conventions": ["nb_acteurs"],
    "enquete_reseau": ["nb_acteurs"], "comparaison": ["nb_acteurs", "nb_acteurs_sans_supra"],
}  # fmt: skip
LEAST_ACTORS = 3
SMALLEST_TOLD = 0.001  # a share under this one is told as smaller
MANY_ACTORS = 2_000  # beyond, each try of the search for groups takes seconds
TRIES, FEW_TRIES = 10, 2  # orders of actors tried for the groups of a network, up to MANY_ACTORS and beyond
SMALL = ("autre", "epci")  # territories whose posts are counted one by one


def measure_links(tables):
    """Measure the two networks, never mixed: declared links, and participations; and the contracts of territories, apart.

    Parameters
    ----------
    tables : dict, as returned by `read.dossier.read_dossier`

    Returns
    -------
    dict of str -> DataFrame, named as in `vocabulary/tables.csv`
    """
    actors, devices = tables["acteurs"], tables["dispositifs"]
    # A contract brought by an import says which territory holds it: no actor is in it, so no silo is read there.
    devices = devices[~is_imported(devices)]
    links, parts, places = tables["liens"], tables["participations"], tables["acteurs_territoires"]
    kept = network.list_network_actors(actors, parts, links)
    kept &= actors["acteur_id"].isin(places["acteur_id"])  # an actor of another territory is in no network of this one
    members = actors[kept]
    # What every measure counts of participations: those of the network, in the dispositifs of the inventory.
    parts = parts[parts["acteur_id"].isin(set(members["acteur_id"])) & parts["dispositif_id"].isin(set(devices["dispositif_id"]))]
    graph, set_aside = network.build_link_graph(members, links)
    results = {"acteurs": actors.assign(dans_reseau=kept), "acteurs_reseau": network.count_network_actors(actors, kept)}
    results |= {"liens_ecartes": set_aside}
    results |= measure_networks(tables, members, devices, parts) | measure_crossings(tables, members, devices, parts)
    results |= measure_places(tables, members, graph)
    results |= measure_people(tables, members, devices, parts, results["positions"])
    results |= measure_contracts(tables)
    return mark_small(blank_unrecorded(results, graph.number_of_edges(), len(parts), len(devices)))


def measure_networks(tables, members, devices, parts):
    """Return the densities of the networks, by territory and by facet, what the survey lets know, territories side by side."""
    links, places, territories = tables["liens"], tables["acteurs_territoires"], tables["territoires"]
    late, late_whole = facets.measure_late_entry(parts)
    return {
        "densites": density.measure_density(members, links, places, territories),
        "densites_dispositifs": density.measure_two_mode_density(
            members, devices, parts, places, territories, dispositifs_territoires=tables["dispositifs_territoires"]
        ),
        # Categories expected from singletons alone run to hundreds: a figure of the library, none for a report.
        "comparaison": comparison.compare_territories(members, links, places, territories).drop(columns="chao1"),
        "enquete_reseau": survey.measure_survey(members, links, places, territories),
        "fiabilite": survey.measure_reliability(members, links),
        "confirmations": survey.list_confirmations(members, links),
        "citations": survey.measure_citations(members, links, tables["enquete"]),
        "facettes": facets.measure_facets(members, links, devices, parts, tables["adhesions"], tables["reseaux"]),
        "entree_tardive": late,
        "entree_tardive_ensemble": late_whole,
    }


def measure_crossings(tables, members, devices, parts):
    """Return what crosses from one champ or category to another, beside chance and beside other conventions."""
    links, settings = tables["liens"], tables["reglages"]
    mixed, share = silos.measure_mixed_dispositifs(devices, parts, members)
    by_champ = silos.measure_blocks(members, links).assign(groupe="champ")
    named = members.dropna(subset="categorie")
    by_category = silos.measure_blocks(named, links, groupe="categorie").assign(groupe="categorie")
    # OUTIL 1 of the guide: a category that the dossier adds has no heading of the guide.
    headings = read_vocabulary("categories").set_index("code")["rubrique_libelle"]
    headed = named.assign(rubrique=named["categorie"].map(headings).fillna("Hors des rubriques du guide"))
    by_heading = silos.measure_blocks(headed, links, groupe="rubrique").assign(groupe="rubrique")
    met = by_category[(by_category["nb_liens"] > 0) | (by_category["groupe_a"] == by_category["groupe_b"])]
    measured = silos.measure_ei(members, links)
    flips = conventions.flip_categories(members, links, listed=tables["listes"]["categories"])
    groups = [group_links.measure_group_ei(members, links), group_links.measure_group_ei(named, links, groupe="categorie")]
    chance = {"tirages": int(settings["tirages_liens"]), "graine": int(settings["graine"])}
    compared, distribution = references.measure_references(members, links, **chance)
    return {
        "blocs": pd.concat([by_champ, by_heading, met], ignore_index=True),
        "blocs_degres": group_links.measure_expected_blocks(members, links),
        "silos": measured,
        "silos_groupes": pd.concat(groups, ignore_index=True),
        "croisements": silos.measure_crossing(members, links),
        "references": compared,
        "distributions": distribution,
        "conventions": flips,
        "conventions_resume": conventions.summarise_conventions(flips, measured),
        # Naming a dispositif where a champ is missing is no public matter; the share is.
        "dispositifs_mixtes": mixed.assign(edition=mixed["mixte"].fillna(False).map({True: "publique", False: "interne"})),
        "dispositifs_mixtes_part": share,
    }


def measure_places(tables, members, graph):
    """Return where each actor stands, what its departure would part, the groups and the core of the network."""
    seed, champs = int(tables["reglages"]["graine"]), members.set_index("acteur_id")["champ"]
    placed, roles = positions.measure_positions(graph), brokerage.measure_brokerage(graph, champs)
    told = roles.rename(columns={"total": "nb_mediations"})
    tries = TRIES if len(members) <= MANY_ACTORS else FEW_TRIES
    groups, division = structure.find_communities(graph, graine=seed, essais=tries)
    division = division.drop(columns=["graine", "raison_absence"])
    losses = fragility.measure_fragility(graph, champs)
    seen, counts = relays.compare_relays(members, placed, roles, postes=tables["postes"], seuil=tables["reglages"]["seuil_relais"])
    core = structure.measure_core(graph)[["coeur", "ambigu"]].rename(columns={"ambigu": "coeur_ambigu"})
    lost = losses.drop(columns="raison_absence")
    carried = fragility.measure_person_links(tables["liens"], members).drop(columns=["nb_liens", "raison_absence"])
    reason = placed.pop("raison_absence")
    wide = placed.join([told, lost, core, groups[["communaute"]], seen, carried]).assign(raison_absence=reason)
    return {
        "positions": wide,
        "ponts": positions.find_bridges(graph),
        "communautes": structure.summarise_communities(groups, members),
        "structure": division.join(structure.summarise_core(graph, graine=seed)),
        "relais": counts,
        "liens_personnes": fragility.summarise_person_links(tables["liens"], members),
    }


def measure_people(tables, members, devices, parts, placed):
    """Return the posts, aggregated, and what the open ones are beside the place of their employer (edition interne)."""
    posts, actors = tables["postes"], tables["acteurs"]
    held, _ = positions.measure_two_mode_positions(members, devices, parts)
    small = tables["territoires"][tables["territoires"]["type"].isin(SMALL)]
    counted = professions.summarise_posts(posts, actors)
    crossed = professions.cross_territory_posts(posts, actors, tables["acteurs_territoires"], tables["territoires"])
    return {
        "positions_dispositifs": held,
        "postes_resume": counted,
        "postes_publics": professions.group_small_posts(counted),
        "postes_verbes": professions.cross_posts(posts, actors),
        "postes_territoires": professions.summarise_territory_posts(posts, actors, tables["acteurs_territoires"], small),
        "postes_croises": crossed,
        "postes_croises_publics": professions.group_small_crossings(crossed),
        "postes_dispositifs": professions.list_dispositif_posts(devices, posts),
        "postes_ouverts": relays.match_vacant_posts(posts, placed, placed),
    }


def measure_contracts(tables):
    """Return which communes and EPCI hold which contracts of national programmes: no actor is in them."""
    published = tables["dispositifs"][is_imported(tables["dispositifs"])]  # a contract typed by hand may not be public
    pairs = affiliations.list_affiliations(tables["affiliations"], published, tables["communes"])
    return {
        "affiliations_resume": affiliations.measure_affiliations(pairs, tables["communes"]),
        "affiliations_territoires": affiliations.count_contracts(pairs, tables["communes"]),
    }


def mark_small(results):
    """Return the results whose rows of very few actors are for the edition interne: the figure of a group of one is that of its actor."""
    marked = {}
    for name, columns in FEW_IN.items():
        table = results[name]
        few = (table[columns] < LEAST_ACTORS).any(axis=1)
        if "groupe" in table:  # the champs are few and large by nature: a small one is told
            few &= table["groupe"] != "champ"
        marked[name] = table.assign(edition=pd.Series("publique", index=table.index).mask(few, "interne"))
    return results | marked


def list_network_figures(records):
    """Return every figure of the networks on the whole perimeter, one a row, with its name and denominator.

    Parameters
    ----------
    records : DataFrame, `records.build_records`

    Returns
    -------
    DataFrame mesure, libelle, hypothese (of chance, or kind of link, else missing), lecture (the value as a report writes it),
    valeur, unite, numerateur, denominateur, reference, raison_absence
    """
    measures = read_vocabulary("mesures").set_index("mesure")
    measures = measures[measures["table"].isin(SUMMARISED)]
    rows = records[(records["territoire"] == "perimetre") & records["mesure"].isin(measures.index)]
    rows = rows[rows["groupe_b"].fillna("exclu") == "exclu"]
    told = rows.assign(libelle=rows["mesure"].map(measures["libelle"]), unite=rows["mesure"].map(measures["unite"]))
    told = told.rename(columns={"groupe_a": "precision"})
    told["lecture"] = [_tell_figure(value, unit) for value, unit in zip(told["valeur"], told["unite"], strict=True)]
    order = ["mesure", "libelle", "precision", "lecture", "valeur", "unite", "numerateur", "denominateur", "reference", "raison_absence"]
    return told[order].reset_index(drop=True)


def _tell_figure(value, unit):
    """Return a figure as a report writes it: shares in per cent, whole numbers whole."""
    if value != value:
        return "non calculé"
    if unit == "0 à 1":
        return format_share(value, 1) if value >= SMALLEST_TOLD or not value else f"moins de {format_share(SMALLEST_TOLD, 1)}"
    return format_number(value, 0 if float(value).is_integer() else 2)


def blank_unrecorded(results, nb_links, nb_parts, nb_devices):
    """Return the results where what nobody recorded is missing, with its reason: an empty sheet is no network without link."""
    empty = {}
    if not nb_links:
        reason = survey.tell_no_link(len(results["liens_ecartes"]))
        named = ("densites", "blocs", "silos", "croisements", "silos_groupes", "conventions")
        empty |= dict.fromkeys(named, (LINK_FIGURES, reason)) | {"conventions_resume": (RANGE_FIGURES, reason)}
        results = results | {name: results[name].iloc[:0] for name in ("positions", "communautes", "ponts", "confirmations")}
        results = results | {"relais": results["relais"].iloc[:0], "citations": results["citations"].iloc[:0]}
        of_links = [name for name in results["structure"] if name not in ("nb_acteurs", "raison_absence")]
        empty["structure"] = (of_links, reason)
        empty["postes_ouverts"] = (["intermediarite", "articulation", "rang_intermediarite", "perte_paires", "perte_paires_inter"], reason)
        empty["croisements"] = ([*LINK_FIGURES, *(name for name in results["croisements"] if name.startswith("nb_voisins"))], reason)
    if not nb_parts or not nb_devices:
        reason = "aucune participation saisie (feuille participations)" if nb_devices else "aucun dispositif saisi (imports non comptés)"
        empty["densites_dispositifs"] = (LINK_FIGURES, reason)
    blanked = {}
    for name, (columns, reason) in empty.items():
        gone = {column: float("nan") for column in columns if column in results[name]}
        blanked[name] = results[name].assign(**gone, raison_absence=reason)
    return results | blanked
