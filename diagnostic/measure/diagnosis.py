"""Every measure of a dossier in one call: tables in, tables out."""

import pandas as pd

from diagnostic.measure import quality
from diagnostic.measure.constats import findings, statements
from diagnostic.measure.jurisdictions import measure_ressorts
from diagnostic.measure.liens import network
from diagnostic.measure.manques import access, gaps
from diagnostic.measure.networks import list_network_figures, measure_links
from diagnostic.measure.records import build_records
from diagnostic.schema import is_imported
from diagnostic.vocabulary import read_vocabulary

OWN_LAYERS = {"epci": "EPCI", "departement": "DEPARTEMENT"}  # a territory is no interlocutor of its own


def measure_dossier(tables):
    """Measure everything the tables of a dossier allow.

    Parameters
    ----------
    tables : dict, as returned by `read.dossier.read_dossier`

    Returns
    -------
    dict of str -> DataFrame, named as in `vocabulary/tables.csv`; `resultats` holds the flat records, `lectures` the
    sentences. What a missing table forbids is absent from the dict and told in `lectures`.
    """
    results = measure_ressorts(tables) | measure_links(tables) | measure_gaps(tables) | measure_inventory(tables)
    results["territoires_resume"] = summarise_territories(tables, results)
    results |= measure_constats(tables, results)
    results["lectures"] = findings.list_findings(tables, results)
    results["resultats"] = build_records(results, tables["couches"])
    return results | {"reseau_resume": list_network_figures(results["resultats"])}


def measure_constats(tables, results):
    """Return the guide's statements that the dossier can measure, what they name, what the group has to decide, and what no data tell."""
    found, details = statements.read_statements(tables, results)
    return {
        "constats": found,
        "constats_details": details.assign(titre=details["constat"].map(found.set_index("constat")["titre"])),
        "constats_a_decider": statements.prepare_decisions(found, tables["constats_decisions"]),
        "enonces_non_mesures": statements.list_unmeasured(),
    }


def measure_inventory(tables):
    """Measure the inventory itself: how old its rows are, what they lack; pairs that a person has decided are no doubt any more."""
    settings, actors, pairs = tables["reglages"], tables["acteurs"], tables.get("doublons_proposes")
    actors = actors[~actors["hors_territoire"].astype(bool)]
    date = settings["date_edition"] if pd.notna(settings["date_edition"]) else pd.Timestamp.today().normalize()
    waiting = None if pairs is None else pairs[pairs["decision"].fillna("") == ""]
    return {
        "qualite": quality.measure_quality(actors, waiting, date, seuils=settings["fraicheur_mois"]),
        "fraicheur_lignes": quality.measure_freshness(actors, date, seuils=settings["fraicheur_mois"]),
    }


def measure_gaps(tables):
    """Find what is missing, and say how it is known: categories in three states, links to check, access."""
    actors, places = tables["acteurs"], tables["acteurs_territoires"]
    devices = tables["dispositifs"]
    devices = devices[~is_imported(devices)]
    kept = network.list_network_actors(actors, tables["participations"], tables["liens"])
    to_check, summary = gaps.list_links_to_check(
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
        "categories_territoires": gaps.list_categories(
            sites[~sites["hors_territoire"]], places, tables["territoires"], tables["couverture_inventaire"],
            tables["listes"]["categories"].reset_index(),
        ),
        "liens_a_verifier": to_check,
        "bilan_liens": summary,
        "dispositifs_a_ouvrir": gaps.find_dispositif_gaps(devices, tables["participations"], actors),
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
    complete = gaps.mark_covered(rows, tables["couverture_inventaire"], tables["territoires"])
    published = rows["categorie"].isin(list_published(tables["acteurs"])["categorie"])
    return pd.Series("non_renseigne", index=rows.index).mask(complete | published, "complet")



def list_labels(tables):
    """Return {code: words} for territories, themes and dispositifs, used in sentences."""
    labels = tables["territoires"]["nom"].to_dict() | tables["listes"]["themes"]["libelle"].to_dict()
    return labels | tables["dispositifs"].set_index("dispositif_id")["nom"].to_dict()


def summarise_territories(tables, results):
    """Return one row a territory: communes, inhabitants, units of every layer, actors, links, dispositifs."""
    communes = tables["communes"][["population", "surface_km2"]]
    sizes = tables["appartenance"].merge(communes, left_on="code_insee", right_index=True).groupby("territoire_id")
    table = tables["territoires"][["nom", "type"]].assign(
        nb_communes=sizes.size(), population=sizes["population"].sum(min_count=1), surface_km2=sizes["surface_km2"].sum(),
    )  # fmt: skip
    units = results["discordance"].pivot(index="territoire_id", columns="couche", values="n_unites")
    units = units.reindex(columns=tables["couches"].index).add_prefix("nb_unites ")
    own = pd.DataFrame({"nb_unites " + couche: table["type"] == kind for kind, couche in OWN_LAYERS.items()})
    own = own.reindex(columns=units.columns, fill_value=False) | ~tables["couches"]["interlocuteur"].to_numpy()
    table = table.join(units).assign(nb_interlocuteurs=units.mask(own).sum(axis=1))
    inside = results["densites"].set_index("territoire_id")[["nb_acteurs", "nb_liens", "densite", "degre_moyen", "nb_isoles"]]
    states = results["categories_territoires"].groupby(["territoire_id", "statut"]).size().unstack(fill_value=0)
    states = states.reindex(columns=["present", "absent_verifie", "non_renseigne"], fill_value=0).add_prefix("categories_")
    states = states.assign(nb_categories=states.sum(axis=1))
    return table.join(inside[~inside.index.isna()]).join(states)
