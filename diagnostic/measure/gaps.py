"""Everything that is missing, in one call: categories in three states, what is expected, links to check, dispositifs to open up."""

import pandas as pd

from diagnostic.measure import state_ages
from diagnostic.measure.constats.statement_facts import date_edition
from diagnostic.measure.liens import network
from diagnostic.measure.manques import (
    dispositif_gaps,
    expected,
    links_to_check,
    proximities,
    states,
    subject_gaps,
    territory_gaps,
)
from diagnostic.measure.site_lists import extend_coverage, list_complete, list_local_sites
from diagnostic.schema import is_imported
from diagnostic.vocabulary import read_vocabulary

MOST_MAPPED = 6  # categories whose states are drawn commune by commune, unless the dossier says which


def measure_gaps(tables):
    """Find what is missing, and say how it is known: three states, expectations, links to check, proximities, dispositifs.

    Parameters
    ----------
    tables : dict, as returned by `read.dossier.read_dossier`

    Returns
    -------
    dict of str -> DataFrame, named as in `vocabulary/tables.csv`
    """
    devices = tables["dispositifs"]
    devices = devices[~is_imported(devices)]
    return measure_states(tables) | measure_pairs(tables) | {
        "dispositifs_a_ouvrir": dispositif_gaps.find_dispositif_gaps(devices, tables["participations"], tables["acteurs"]),
    }  # fmt: skip


def measure_states(tables):
    """Return the categories, the themes and the publics in three states, how many of each, and how old the information is."""
    sites, places, territories = list_local_sites(tables), tables["acteurs_territoires"], tables["territoires"]
    cover, lists = extend_coverage(tables), tables["listes"]
    listed = states.list_categories(sites, places, territories, cover, lists["categories"].reset_index())
    dates = state_ages.list_state_dates(listed, sites, places, cover, territories)
    mapped = choose_mapped(tables, listed)
    towns = states.list_states_communes(tables["communes"], sites, territories, tables["appartenance"], cover, categories=mapped)
    bound = read_vocabulary("attendus").query("objet == 'categorie' and force == 'obligation' and echelle == 'commune'")["code"]
    closed = towns["categorie"].isin({code for cell in bound for code in cell.split(";")})
    return {
        "categories_territoires": listed,
        "etats_territoires": states.summarise_states(listed).merge(
            state_ages.measure_state_age(dates, date_edition(tables)), on="territoire_id", how="left"
        ),
        "etats_categories": states.summarise_states_categories(listed, territories),
        # A town that a text binds, and that has none: no public map of towns says so.
        "etats_communes": towns.assign(edition=pd.Series("publique", index=towns.index).mask(closed, "interne")),
        "etats_communes_resume": states.summarise_states_communes(towns, tables["communes"]),
        "ages_categories": state_ages.measure_category_age(dates, territories, date_edition(tables)),
        "themes_sans_acteur": subject_gaps.list_subject_states(sites, places, territories, cover, lists),
        "mots_hors_listes": subject_gaps.list_other_subjects(sites, lists),
    }


def choose_mapped(tables, listed):
    """Return the categories to be drawn commune by commune: those of `categories_carte`, else the best known of the territories.

    The best known have some EPCI present and some where the absence is verified, the most of both first; before them, those of a
    published list that holds every site. Ties in text order.
    """
    asked = [code for code in tables["reglages"]["categories_carte"] if code in tables["listes"]["categories"].index]
    if asked:
        return asked
    small = listed[listed["territoire_id"].str.startswith("epci:")]
    counts = small.groupby(["categorie", "statut"]).size().unstack(fill_value=0)
    counts = counts.reindex(columns=["present", "absent_verifie"], fill_value=0)
    known = counts[counts["present"].gt(0)].assign(minimum=counts.min(axis=1), somme=counts.sum(axis=1)).reset_index()
    known["liste"] = known["categorie"].isin(list_complete(tables))
    best = known[known["absent_verifie"].gt(0) | known["liste"]]
    order = best.sort_values(["liste", "minimum", "somme", "categorie"], ascending=[False, False, False, True])
    return order["categorie"].head(MOST_MAPPED).tolist()


def measure_pairs(tables):
    """Return the links to check and the proximities to discuss, and how many there are: for the group alone."""
    actors, links = tables["acteurs"], tables["liens"]
    kept = actors[network.list_network_actors(actors, tables["participations"], links)]
    most, words = int(tables["reglages"]["plafond_liens_a_verifier"]), list_labels(tables)
    to_check, summary = links_to_check.list_links_to_check(
        kept, tables["acteurs_territoires"], links, tables["participations"], plafond=most, libelles=words,
        communes=tables["communes"], appartenance=tables["appartenance"],
    )  # fmt: skip
    places = proximities.place_actors(kept, tables["communes"], tables["territoires"])
    words |= tables["communes"]["nom"].to_dict()
    close, told = proximities.list_proximities(
        kept, places, links, doublons=tables.get("doublons_proposes"), plafond=most, libelles=words
    )
    return {"liens_a_verifier": to_check, "bilan_liens": summary, "proximites": close, "bilan_proximites": told}


def list_labels(tables):
    """Return {code: words} for territories, themes, publics and dispositifs, used in sentences."""
    labels = tables["territoires"]["nom"].to_dict() | tables["listes"]["publics"]["libelle"].to_dict()
    return labels | tables["listes"]["themes"]["libelle"].to_dict() | tables["dispositifs"].set_index("dispositif_id")["nom"].to_dict()


def measure_expected(tables, results):
    """Return what is expected where, in which state and on which basis: after access, which it needs.

    Which body does not do, or is not known to do, what a text asks is for the edition interne; the counts are for everyone.
    """
    rules, times = tables["attendus"], results.get("acces_temps_communes")
    rows = expected.find_expected(
        rules, tables, date=date_edition(tables), acces=times if times is not None and len(times) else None,
        listes_completes=list_complete(tables),
    )  # fmt: skip
    return {
        "attendus_territoires": rows,
        "attendus_resume": expected.summarise_expected(rows),
        "attendus_regles": expected.list_expected_rules(rules),
    }


def measure_sheets(tables, results):
    """Return the tables of the sheets of territories: their head, headings, expectations, access, and what to discuss."""
    territories, labels = tables["territoires"], tables["listes"]["categories"]["libelle"]
    expectations = results["attendus_territoires"]
    lines = territory_gaps.list_expected_lines(expectations, tables["appartenance"], territories)
    headings = tables["listes"]["categories"].join(read_vocabulary("categories").set_index("code")["rubrique_libelle"])
    named = list_labels(tables) | tables["acteurs"].set_index("acteur_id")["nom"].to_dict()
    subjects = results["themes_sans_acteur"].rename(columns={"sujet": "genre"})
    return {
        "fiche_manques": territory_gaps.list_sheets(territories, results["territoires_resume"], results["etats_territoires"]),
        "manques_rubriques": territory_gaps.count_headings(
            results["categories_territoires"], headings.fillna({"rubrique_libelle": territory_gaps.NO_HEADING})
        ),
        "manques_attendus": expected.mark_awkward(lines),
        "manques_acces": join_access(results, labels),
        "manques_listes": territory_gaps.list_items(
            results["liens_a_verifier"], results["dispositifs_a_ouvrir"], subjects, tables["dispositifs_territoires"],
            labels=named,
        ),
    }  # fmt: skip


def join_access(results, labels):
    """Return the lines of access: minutes where they were given, straight lines elsewhere."""
    straight = territory_gaps.list_access_lines(results["acces"], labels)
    timed = territory_gaps.list_access_lines(results["acces_temps"], labels, cout="seuil_minutes", mode="temps de trajet")
    held = straight[~straight["categorie"].isin(timed["categorie"])]
    return pd.concat([part for part in (timed, held) if len(part)] or [straight], ignore_index=True)
