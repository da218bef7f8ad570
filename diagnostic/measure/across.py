"""Every figure that can be compared from one territory to the next, for all territories in one pass: no loop over them.

Nothing is computed twice: these are the functions of a single dossier, given all territories at once.
"""

import pandas as pd

from diagnostic.measure import site_lists, state_ages
from diagnostic.measure.comparaison.intervals import measure_jackknife, measure_unit_margins
from diagnostic.measure.comparaison.presence import doubt_absences
from diagnostic.measure.constats.statement_facts import date_edition
from diagnostic.measure.coverage import TOGETHER, complete_long
from diagnostic.measure.jurisdictions import weigh_pairs
from diagnostic.measure.liens.diversity import measure_diversity
from diagnostic.measure.manques import access, states
from diagnostic.measure.mentions import COMMUNES_VINTAGE, POPULATION_VINTAGE
from diagnostic.measure.networks import measure_contracts
from diagnostic.measure.reach_of_sites import blank_unfinished
from diagnostic.measure.records import build_records
from diagnostic.measure.ressorts import discordance, millefeuille, overlap, territory_sheets
from diagnostic.measure.ressorts.cells import divide
from diagnostic.vocabulary import read_vocabulary

PERIMETER = "perimetre"
OWN_LAYER = {"epci": "EPCI", "departement": "DEPARTEMENT"}  # a territory is no interlocutor of its own
RARE = 5  # actors drawn for the diversity at equal number: a territory that has fewer has none
LONG_COLUMNS = [
    "territoire", "mesure", "couche", "couche_b", "groupe", "seuil", "valeur", "numerateur", "denominateur", "ponderation", "couverture",
    "erreur", "borne_basse", "borne_haute", "raison_absence", "millesime", "millesime_communes", "millesime_population", "raison",
    "inventaire",
]  # fmt: skip
NAMES = {"couche_a": "couche", "groupe_a": "groupe", "groupe_b": "seuil"}
KEYS = ["mesure", "couche", "couche_b", "groupe", "seuil"]
NATIONAL = "listes nationales"
MARGINS = ("marges_acces", "marges_ressorts")
NOBODY = "une couche dite complète n'a aucune unité connue dans ce territoire : le nombre serait trop petit"
NO_CONTRACT = "aucun programme importé"
FEW_ACTORS = "moins de cinq lieux recensés"


def measure_across(tables, *, maille="epci"):
    """Measure all territories of one kind.

    Parameters
    ----------
    tables : dict, as returned by `read.dossier.read_dossier`; the territories and who belongs to them may be others
        (`choose_territories`)
    maille : str, the `type` of the territories compared

    Returns
    -------
    dict of str -> DataFrame, named as the results of a dossier, with these territories only
    """
    places, territories = choose_places(tables, maille)
    own = OWN_LAYER.get(maille, maille)
    layers = tables["couches"].drop(index=own, errors="ignore")
    return (
        measure_layers(tables, places, layers)
        | measure_presence(tables, territories, maille)
        | measure_distances(tables, places)
        | measure_programmes(tables, maille)
    )  # fmt: skip


def choose_places(tables, maille):
    """Return who belongs to the territories of a kind, and these territories below the whole perimeter, whose coverage holds everywhere."""
    kinds = tables["territoires"]["type"]
    held = kinds.index[kinds == maille]
    return tables["appartenance"][tables["appartenance"]["territoire_id"].isin(held)], tables["territoires"].loc[[PERIMETER, *held]]


def measure_layers(tables, places, layers):
    """Return the profiles of each layer, the pairs of layers, the atoms and how many bodies each territory meets."""
    affectation, communes, weighting = tables["affectation"], tables["communes"], tables["reglages"]["ponderation"]
    bodies = affectation[affectation["couche"].isin(layers.index[layers["interlocuteur"]])]
    # The atoms of a dossier are those of all its bodies, the territory's own too: it is the same everywhere inside one.
    whole = affectation[affectation["couche"].isin(tables["couches"].index[tables["couches"]["interlocuteur"]])]
    _, atoms = millefeuille.find_atoms(whole, communes, ponderation=weighting)
    counted = millefeuille.measure_millefeuille_territoires(bodies, places)
    met = counted.drop_duplicates("territoire_id")[["territoire_id", "n_unites_total"]]
    # Only pairs that say something of who steps in: a bassin de vie beside a canton is geography.
    pairs = _list_pairs(layers)
    compared = overlap.compare_layers(affectation, places, communes, layers, ponderation=weighting)
    profiles = discordance.measure_discordance(affectation, places, communes, layers, ponderation=weighting)
    kept = pd.MultiIndex.from_frame(compared[["couche_a", "couche_b"]]).isin(pairs)
    margins = measure_unit_margins(affectation, places, communes, layers, ponderation=weighting).drop(columns="valeur")
    return {
        "discordance": profiles, "marges_ressorts": margins.assign(mesure="interlocuteurs_effectifs_q2"),
        "paires": weigh_pairs(compared[kept].reset_index(drop=True), profiles),
        "atomes_territoires": millefeuille.measure_atoms_territoires(atoms, places, communes, ponderation=weighting),
        "communes_a_part": count_apart(affectation, places, communes, layers, profiles, weighting),
        "interlocuteurs": met.rename(columns={"n_unites_total": "nb_interlocuteurs"}).reset_index(drop=True),
    }


def count_apart(affectation, places, communes, layers, profiles, weighting):
    """Return how many communes of each territory are out of its main unit in each layer, where that unit is known."""
    rows = territory_sheets.list_minority(affectation, places, communes, layers, ponderation=weighting)
    counts = rows.groupby(["territoire_id", "couche"]).size().rename("nb_communes_a_part").reset_index()
    keys = ["territoire_id", "couche"]
    columns = [*keys, "nb_communes_couvertes", "unite_principale", "couverture", "raison_absence"]
    table = profiles[columns].merge(counts, on=keys, how="left")
    known = table["unite_principale"].notna()
    number = table["nb_communes_a_part"].fillna(0).where(known)
    return table.assign(nb_communes_a_part=number, part=divide(number, table["nb_communes_couvertes"]))


def _list_pairs(layers):
    bodies, names = layers["interlocuteur"].to_numpy(dtype=bool), layers.index
    return [(names[i], names[j]) for i in range(len(names)) for j in range(i + 1, len(names)) if bodies[i] or bodies[j]]


def measure_presence(tables, territories, maille):
    """Return the categories in three states, how many of each, and how many there are among the same number of sites."""
    sites, places, cover = site_lists.list_local_sites(tables), tables["acteurs_territoires"], site_lists.extend_coverage(tables)
    categories = tables["listes"]["categories"].reset_index()
    listed = states.list_categories(sites, places, territories, cover, categories, types=(maille,))
    listed = doubt_absences(listed, tables["acteurs_tus"], places) if "acteurs_tus" in tables else listed
    dates = state_ages.list_state_dates(listed, sites, places, cover, territories)
    ages = state_ages.measure_state_age(dates, date_edition(tables))
    counts = listed.pivot(index="territoire_id", columns="categorie", values="nb_acteurs_principale").fillna(0).astype(int)
    size = pd.Series(float(RARE), index=counts.index).where(counts.sum(axis=1) >= RARE)
    found = measure_diversity(counts, taille=size)
    stated = {
        "categories_territoires": listed,
        "etats_territoires": states.summarise_states(listed).merge(ages, on="territoire_id", how="left"),
    }
    if (counts > 0).any().sum() < 2:  # of a single list, diversity says nothing
        return stated
    return stated | {
        "diversite": found.assign(raison_absence=pd.Series("", index=found.index).mask(size.isna(), FEW_ACTORS)).reset_index(),
    }


def measure_distances(tables, places):
    """Return the access to each category asked for that has a site, with its jackknife margins (`marges_acces`)."""
    settings, communes = tables["reglages"], tables["communes"]
    sites = site_lists.list_sites(tables["acteurs"])
    wanted = [code for code in settings["categories_acces"] if (sites["categorie"] == code).any()]
    distances = access.measure_access(communes, sites, categories=wanted)
    beyond = access.summarise_access(distances, communes, places, sites, seuils_km=settings["seuils_km"])
    marked = tables | {"appartenance": places}
    shown = blank_unfinished(beyond.assign(inventaire=site_lists.mark_inventory(beyond, marked)))
    return {"acces": shown, "marges_acces": _measure_margins(distances, communes, places, settings["seuils_km"])}


def _measure_margins(distances, communes, places, thresholds):
    """Return, on the keys of the long table, the margin of the mean distance and of the shares beyond each threshold."""
    rows = distances.merge(places[["code_insee", "territoire_id"]], on="code_insee")
    people = rows["code_insee"].map(communes["population"]).astype(float).where(rows["distance_km"].notna())
    group = rows["territoire_id"] + "\x1e" + rows["categorie"]
    asked = [("distance_moyenne_km", None, rows["distance_km"], float("inf"))]
    asked += [("part_population_au_dela", step, rows["distance_km"].gt(step).astype(float), 1.0) for step in thresholds]
    parts = []
    for mesure, seuil, value, most in asked:
        found = measure_jackknife(group, people * value, people, borne_max=most).reset_index()
        names = found["territoire"].str.split("\x1e", expand=True).reindex(columns=[0, 1])
        parts.append(found.assign(territoire=names[0], groupe=names[1], mesure=mesure, seuil=None if seuil is None else str(float(seuil))))
    columns = ["territoire", "mesure", "groupe", "seuil", "erreur", "borne_basse", "borne_haute"]
    parts = [part for part in parts if len(part)]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def measure_programmes(tables, maille):
    """Return how many contracts of national programmes each EPCI holds, and how many of its communes do; nothing at another scale."""
    if maille != "epci" or not len(tables["affiliations"]):
        return {}
    counts = measure_contracts(tables)["affiliations_territoires"]
    held = counts[counts["genre"] == "epci"].set_index("territoire_code")
    sizes = tables["communes"].dropna(subset="epci").groupby("epci").size()
    # An EPCI without any contract, nor its communes, is in no row of the list: the list is national, it has none.
    columns = ["nb_contrats", "nb_programmes", "nb_contrats_communes", "nb_communes_avec_contrat"]
    table = held[columns].astype(float).reindex(sizes.index).fillna(0.0)
    return {"programmes": table.assign(
        nb_communes=sizes, part_communes_avec_contrat=divide(table["nb_communes_avec_contrat"], sizes), territoire_id="epci:" + sizes.index,
    ).reset_index(drop=True)}  # fmt: skip


def build_long(results, tables):
    """Return the long table: one row a territory and figure, with its denominator, coverage, vintage and margin.

    Parameters
    ----------
    results : dict of `measure_across`
    tables : dict, as `read.dossier.read_dossier` returns them; `inventaire` names where the actors come from (NATIONAL where missing)

    Returns
    -------
    DataFrame LONG_COLUMNS. Figures kept: those of `vocabulary/mesures_comparees.csv`; those that the public edition may show. A value
        that could not be computed is missing, with its reason (`raison_absence`); a denominator, a coverage or a vintage that is empty
        has its own (`raison`).
    """
    held = read_vocabulary("mesures_comparees")
    known = {name: table for name, table in results.items() if name in ("discordance", "paires", "atomes_territoires", "acces",
             "categories_territoires", "etats_territoires")}  # fmt: skip
    records = build_records(known, tables["couches"], mesures=held["mesure"])
    records = records[records["edition"].eq("publique")].rename(columns=NAMES)
    long = pd.concat([records, *_list_own(results, tables["couches"])], ignore_index=True)
    long = long.assign(inventaire=tables.get("inventaire", NATIONAL))
    long["raison_absence"] = long["raison_absence"].where(long["valeur"].isna())
    keys = ["territoire", "mesure", "couche", "groupe", "seuil"]
    long = long.drop(columns=["erreur", "borne_basse", "borne_haute"], errors="ignore")
    margins = pd.concat([results[name] for name in MARGINS if len(results[name])] or [results["marges_acces"]]).reindex(
        columns=[*keys, "erreur", "borne_basse", "borne_haute"]
    )
    marked = long["mesure"].isin(margins["mesure"]) & long["valeur"].notna()
    beside = long.loc[marked, keys].astype("object").merge(margins.astype(dict.fromkeys(keys, "object")), on=keys, how="left")
    for name in ("erreur", "borne_basse", "borne_haute"):
        long.loc[marked, name] = beside[name].to_numpy(dtype=float)
    return date_ground(blank_unknown(complete_long(long, results, tables))).reindex(columns=LONG_COLUMNS)


def blank_unknown(long):
    """Return the long table without the numbers of interlocutors and atoms of a territory where a layer said complete knows nobody.

    Fewer layers known would read as fewer interlocutors; `couverture` stays 0, and `raison_absence` says why there is no figure.
    """
    gaps = long["mesure"].isin(TOGETHER) & long["couverture"].eq(0)
    blank = {name: long[name].mask(gaps) for name in ("valeur", "numerateur")}
    return long.assign(**blank, raison_absence=long["raison_absence"].astype("object").mask(gaps, NOBODY))


def date_ground(long):
    """Return the long table with the vintages of the communes and of the inhabitants that weigh in every row."""
    return long.assign(millesime_communes=COMMUNES_VINTAGE, millesime_population=POPULATION_VINTAGE)


def _list_own(results, couches):
    """Return the rows of the figures that no table of a dossier holds, or holds under the same name in a wider one."""
    drawn = read_vocabulary("mesures_comparees").query("table != ''")
    parts = []
    for row in drawn.itertuples():
        if row.table in results and len(results[row.table]):
            table = results[row.table]
            part = pd.DataFrame({"territoire": table["territoire_id"], "mesure": row.mesure, "valeur": table[row.colonne].astype(float)})
            for side in ("numerateur", "denominateur"):
                column = getattr(row, side)
                part[side] = table[column].astype(float) if column else float("nan")
            part["raison_absence"] = table.get("raison_absence")
            if "couche" in table:
                vintage = table["couche"].map(couches["millesime"].astype("str"))
                part = part.assign(couche=table["couche"], couverture=table["couverture"], millesime=vintage)
            parts.append(part)
    return parts
