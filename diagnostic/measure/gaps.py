"""Everything that is missing, in one call: categories in three states, links to check, dispositifs to open up, access."""

import pandas as pd

from diagnostic.measure.liens import network
from diagnostic.measure.manques import access, dispositif_gaps, links_to_check, states
from diagnostic.schema import is_imported
from diagnostic.vocabulary import read_vocabulary


def measure_gaps(tables):
    """Find what is missing, and say how it is known: categories in three states, links to check, access."""
    actors, places = tables["acteurs"], tables["acteurs_territoires"]
    devices = tables["dispositifs"]
    devices = devices[~is_imported(devices)]
    kept = network.list_network_actors(actors, tables["participations"], tables["liens"])
    to_check, summary = links_to_check.list_links_to_check(
        actors[kept], places, tables["liens"], tables["participations"],
        plafond=int(tables["reglages"]["plafond_liens_a_verifier"]), libelles=list_labels(tables),
    )  # fmt: skip
    sites = list_sites(actors)
    wanted = [c for c in tables["reglages"]["categories_acces"] if (sites["categorie"] == c).any()]
    distances = access.measure_access(tables["communes"], sites, categories=wanted)
    beyond = access.summarise_access(
        distances, tables["communes"], tables["appartenance"], sites, seuils_km=tables["reglages"]["seuils_km"]
    )
    complete = mark_inventory(beyond, tables)
    return {
        "categories_territoires": states.list_categories(
            sites[~sites["hors_territoire"]], places, tables["territoires"], tables["couverture_inventaire"],
            tables["listes"]["categories"].reset_index(),
        ),
        "liens_a_verifier": to_check,
        "bilan_liens": summary,
        "dispositifs_a_ouvrir": dispositif_gaps.find_dispositif_gaps(devices, tables["participations"], actors),
        "sites_acces": sites[sites["categorie"].isin(wanted)][["acteur_id", "categorie"]],
        "acces_communes": distances,
        "acces": blank_unfinished(beyond.assign(inventaire=complete)),
    }  # fmt: skip


def blank_unfinished(beyond):
    """Return the access table without the figures that would measure an unfinished list rather than the distance."""
    unfinished = (beyond["inventaire"] != "complet") & (beyond["raison_absence"] == "")
    figures = ["population_au_dela", "part_population_au_dela", "nb_communes_au_dela", "distance_moyenne_km"]
    reason = beyond["raison_absence"].mask(unfinished, "inventaire non dit complet (feuille couverture_inventaire)")
    return beyond.assign(**{name: beyond[name].astype(float).mask(unfinished) for name in figures}, raison_absence=reason)


def list_published(actors):
    """Return the imports meant to hold every site of a category, and those categories: fichier, categorie."""
    sources = read_vocabulary("sources")
    published = sources.assign(
        fichier="imports/" + sources["source"] + ".xlsx", categorie=sources["categories_exhaustives"].str.split(";")
    ).explode("categorie")
    return published[(published["categorie"] != "") & published["fichier"].isin(actors["fichier"])][["fichier", "categorie"]]


def list_sites(actors):
    """Return the actors that count as sites: all, but where a published list holds every site of a category, the other
    imports' rows of that category are left out (an older list names places that have closed, or the same ones again)."""
    published = list_published(actors)
    whole = actors["categorie"].isin(published["categorie"])
    listed = actors["fichier"].isin(published["fichier"]) | ~is_imported(actors)
    return actors[~actors["methode_commune"].eq("outre_mer") & (~whole | listed)]


def mark_inventory(rows, tables):
    """Say whether the sites of each row are all known: a distance to an unfinished list measures the list.

    `complet` where `couverture_inventaire` says so, or where the published list of a source meant to hold them all is in
    the dossier; `non_renseigne` elsewhere.
    """
    complete = states.mark_covered(rows, tables["couverture_inventaire"], tables["territoires"])
    published = rows["categorie"].isin(list_published(tables["acteurs"])["categorie"])
    return pd.Series("non_renseigne", index=rows.index).mask(complete | published, "complet")


def list_labels(tables):
    """Return {code: words} for territories, themes and dispositifs, used in sentences."""
    labels = tables["territoires"]["nom"].to_dict() | tables["listes"]["themes"]["libelle"].to_dict()
    return labels | tables["dispositifs"].set_index("dispositif_id")["nom"].to_dict()
