"""Every measure of a dossier in one call: tables in, tables out."""

import pandas as pd

from diagnostic.measure import quality
from diagnostic.measure.constats import findings, statements
from diagnostic.measure.constats.statement_facts import date_edition
from diagnostic.measure.gaps import measure_expected, measure_gaps, measure_sheets
from diagnostic.measure.jurisdictions import measure_ressorts
from diagnostic.measure.networks import list_network_figures, measure_links
from diagnostic.measure.reach_of_sites import measure_reach
from diagnostic.measure.records import build_records

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
    results = measure_ressorts(tables) | measure_links(tables) | measure_gaps(tables) | measure_reach(tables) | measure_inventory(tables)
    results |= measure_expected(tables, results)
    results["territoires_resume"] = summarise_territories(tables, results)
    results |= measure_sheets(tables, results)
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
    date = date_edition(tables)
    waiting = None if pairs is None else pairs[pairs["decision"].fillna("") == ""]
    return {
        "qualite": quality.measure_quality(actors, waiting, date, seuils=settings["fraicheur_mois"]),
        "fraicheur_lignes": quality.measure_freshness(actors, date, seuils=settings["fraicheur_mois"]),
    }


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
