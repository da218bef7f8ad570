"""How far the sites are, in one call: straight lines or minutes, who shares them, what if one closes, who is fragile there."""

import pandas as pd

from diagnostic.errors import DiagnosticError
from diagnostic.measure.manques import (
    access,
    access_curves,
    catchment,
    closures,
    secrecy,
    siting,
    travel,
    vulnerability,
    vulnerability_access,
)
from diagnostic.measure.manques.nearest import name_columns, pick_middle
from diagnostic.measure.site_lists import list_sites, mark_inventory

FIGURES = ["population_au_dela", "part_population_au_dela", "nb_communes_au_dela", "distance_moyenne_km", "minutes_moyennes"]
UNFINISHED = "inventaire non dit complet (feuille couverture_inventaire)"


def measure_reach(tables):
    """Measure access to every category asked for (setting `categories_acces`) that has a site in the dossier.

    Figures that would measure an unfinished list rather than the territory are missing, with their reason; closings, shares,
    siting and vulnerability are given for whole lists only.

    Returns
    -------
    dict of str -> DataFrame, named as in `vocabulary/tables.csv`; the tables of minutes are empty where no time was given
    """
    communes, places, settings = tables["communes"], tables["appartenance"], tables["reglages"]
    sites = list_sites(tables["acteurs"])
    wanted = [code for code in settings["categories_acces"] if (sites["categorie"] == code).any()]
    distances = access.measure_access(communes, sites, categories=wanted)
    beyond = access.summarise_access(distances, communes, places, sites, seuils_km=settings["seuils_km"])
    times, transport = pick_mode(tables["temps_trajet"])
    trips = travel.measure_travel_access(communes, sites, times, categories=wanted)
    trips = trips[trips["categorie"].isin(trips.loc[trips["minutes"].notna(), "categorie"])].reset_index(drop=True)
    timed = sites[sites["categorie"].isin(trips["categorie"])]
    late = travel.summarise_travel(trips, communes, places, timed, times, seuils_min=settings["seuils_min"])
    whole = list_whole(beyond, tables)
    shown = pick_shown(distances, trips)
    return {
        "sites_acces": sites[sites["categorie"].isin(wanted)][["acteur_id", "categorie"]],
        "acces_communes": distances,
        "acces": blank_unfinished(beyond.assign(inventaire=mark_inventory(beyond, tables))),
        "acces_temps_communes": trips,
        "acces_temps": blank_unfinished(late.assign(inventaire=mark_inventory(late, tables))),
        "modes_acces": travel.list_modes(distances, trips).assign(transport=transport),
        **measure_spread(shown, communes, places, whole),
        **measure_closings(shown, tables, sites, whole),
        **measure_shares(tables, sites, whole, shown),
        **measure_vulnerability(tables, shown, whole),
    }  # fmt: skip


def pick_mode(times):
    """Return the times of one means of transport, the one with most rows (the first in text order among equals), and its name.

    Minutes by car and by bus do not mix: the shortest of both is nobody's trip.
    """
    modes = times["mode"].fillna("non dit")
    counts = modes.value_counts().rename_axis("mode").reset_index(name="nb").sort_values(["nb", "mode"], ascending=[False, True])
    if counts.empty:
        return times, ""
    return times[modes == counts["mode"].iat[0]], counts["mode"].iat[0]


def list_whole(beyond, tables):
    """Return the categories whose sites are all known over the whole perimetre."""
    rows = beyond[beyond["territoire_id"] == "perimetre"]
    return list(dict.fromkeys(rows.loc[mark_inventory(rows, tables) == "complet", "categorie"]))


def pick_shown(distances, trips):
    """Return, by category, what is to be shown: its minutes where some were given, else its straight lines."""
    timed = set(trips["categorie"])
    shown = {code: rows.reset_index(drop=True) for code, rows in distances.groupby("categorie", sort=False)}
    return shown | {code: rows.reset_index(drop=True) for code, rows in trips.groupby("categorie", sort=False) if code in timed}


def blank_unfinished(beyond):
    """Return the access table without the figures that would measure an unfinished list rather than the distance."""
    unfinished = (beyond["inventaire"] != "complet") & (beyond["raison_absence"] == "")
    figures = [name for name in beyond if name.startswith(tuple(FIGURES))]
    reason = beyond["raison_absence"].mask(unfinished, UNFINISHED)
    return beyond.assign(**{name: beyond[name].astype(float).mask(unfinished) for name in figures}, raison_absence=reason)


def join_parts(measure, shown, whole):
    """Return `measure` of the table of each whole category, one below the other: kilometres and minutes keep their columns."""
    parts = [measure(shown[code]) for code in whole if code in shown]
    parts = [part for part in parts if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else None


def list_thresholds(shown, settings):
    """Return the thresholds of the dossier in the unit of `shown`, kilometres or minutes."""
    return settings[f"seuils_{name_columns(shown)['unite']}"]


def measure_spread(shown, communes, places, whole):
    """Return the curves of distance, their quantiles, and the communes that are farthest or not reached."""
    found = {
        "courbes_acces": join_parts(lambda rows: access_curves.measure_curves(rows, communes, places), shown, whole),
        "quantiles_acces": join_parts(lambda rows: access_curves.measure_quantiles(rows, communes, places), shown, whole),
        "communes_eloignees": join_parts(lambda rows: access_curves.list_farthest(rows, communes), shown, whole),
        "communes_sans_distance": join_parts(lambda rows: access_curves.list_unreached(rows, communes), shown, whole),
    }  # fmt: skip
    return {name: table for name, table in found.items() if table is not None}


def measure_closings(shown, tables, sites, whole):
    """Return what the closing of each site would cost to those it is nearest to, the others staying open."""
    places = access.list_sites(tables["communes"], sites)

    def close(rows):
        step = pick_middle(list_thresholds(rows, tables["reglages"]))
        keys = ["categorie", "site_id"]
        newly = closures.count_newly_beyond(rows, tables["communes"], seuils=[step])
        held = places[places["categorie"].isin(rows["categorie"])]
        found = closures.measure_closures(rows, tables["communes"], held).merge(newly, on=keys, how="left")
        counts = ["nb_communes_nouvelles_au_dela", "population_nouvelle_au_dela"]
        return found.assign(**found[counts].fillna(0))  # a site that is nearest for nobody puts nobody beyond

    found = join_parts(close, shown, whole)
    return {} if found is None else {"fermetures": found}


def measure_shares(tables, sites, whole, shown):
    """Return what the inhabitants share of the sites (2SFCA, E2SFCA), and where one more would serve best.

    The communes around the territory share the sites of its edge: without them the share of each inhabitant would be too large.
    Where minutes were given for a category they replace the straight lines; the communes around then weigh by theirs alone.
    """
    communes, settings = tables["communes"], tables["reglages"]
    if not whole:
        return {}
    around = catchment.join_neighbours(communes, tables["voisines"], reach_km=max(find_reach(settings, "km")))
    parts = [
        measure_shared(around, sites, [code for code in whole if name_columns(shown[code])["unite"] == unit], settings, times=times)
        for unit, times in (("km", None), ("min", tables["temps_trajet"]))
    ]  # fmt: skip
    taken, basins, told = (pd.concat([part for part in group if len(part)], ignore_index=True) for group in zip(*parts, strict=True))
    known = sites.drop_duplicates("acteur_id").set_index("acteur_id")["hors_territoire"].astype(bool)
    serving = ~basins["acteur_id"].map(known).astype(bool) | basins["population_bassin_e2sfca"].gt(0)
    return {
        "accessibilite_communes": taken, "sites_capacite": basins[serving].reset_index(drop=True), "controle_capacite": told,
        "accessibilite_territoires": summarise_shared(taken, communes, tables["appartenance"]),
        "sites_supplementaires": find_more_sites(communes, sites, whole, settings),
    }  # fmt: skip


def find_reach(settings, unit):
    """Return the radius of the 2SFCA and the last bound of its enhanced form, in kilometres or minutes."""
    return settings[f"rayon_2sfca_{unit}"], max(settings[f"paliers_e2sfca_{unit}"])


def measure_shared(around, sites, codes, settings, *, times):
    """Return the three tables of `catchment.measure_catchment` for some categories, and the unit of reach: km, or min of `times`."""
    unit = "km" if times is None else "min"
    bounds, weights = sorted(settings[f"paliers_e2sfca_{unit}"]), sorted(settings["poids_e2sfca"], reverse=True)
    steps = list_steps(bounds, weights, f"paliers_e2sfca_{unit}")
    found = catchment.measure_catchment(
        around, sites, categories=codes, rayon=settings[f"rayon_2sfca_{unit}"], paliers=steps,
        temps=None if times is None else pick_mode(times)[0],
    )  # fmt: skip
    return tuple(table.assign(unite=unit) for table in found)


def summarise_shared(taken, communes, places):
    """Return what is shared by territory, with the unit of reach of each category."""
    units = taken.drop_duplicates("categorie").set_index("categorie")["unite"]
    found = catchment.summarise_catchment(taken.drop(columns="unite"), communes, places)
    return found.assign(unite=found["categorie"].map(units))


def find_more_sites(communes, sites, whole, settings):
    """Return where one more site would serve best: one after the other, then all chosen at once where that is another choice."""
    aims = [(code, aim) for code in whole for aim in (siting.COUVERTURE, siting.DISTANCE)]
    asked = {"rayon_km": settings["rayon_site_km"], "nombre": int(settings["nombre_sites_plus"])}
    found = []
    for code, aim in aims:
        greedy = siting.find_greedy_sites(communes, sites, categorie=code, objectif=aim, **asked)
        together = siting.find_exact_sites(communes, sites, categorie=code, objectif=aim, **asked)
        exact = together["mode_calcul"].eq("exacte").any()
        same = exact and set(together["code_insee"].dropna()) == set(greedy["code_insee"].dropna())
        # The same places chosen at once: the greedy answer is the best one, and is said so.
        found += [greedy.assign(ecart_optimal=together["ecart_optimal"].max())] if same else [greedy, together] if exact else [greedy]
    return pd.concat(found, ignore_index=True)


def list_steps(bounds, weights, key="paliers_e2sfca_km"):
    """Return the zones of the enhanced form: pairs (bound, weight), the nearest first.

    Raises
    ------
    DiagnosticError
        As many bounds as weights are needed.
    """
    if len(bounds) != len(weights):
        raise DiagnosticError(
            f"Accessibilité partagée : {len(bounds)} bornes et {len(weights)} poids différents.",
            f"feuille parametres, {key} et poids_e2sfca", "donnez un poids, différent des autres, à chaque zone",
        )  # fmt: skip
    return tuple(zip(bounds, weights, strict=True))


def measure_vulnerability(tables, shown, whole):
    """Return the indicators of communes by territory and by class of access, and the communes fragile and far.

    The values that would give a secret one away by difference are left out of every table, that of the communes included.
    """
    declared, settings, communes, places = (tables[name] for name in ("indicateurs", "reglages", "communes", "appartenance"))
    if not len(declared):
        return {}
    secret, least = int(settings["nb_min_secret"]), {"part_min": settings["part_min_indicateur"]}
    cells = tables["indicateurs_communes"]
    rows = vulnerability.place_indicators(declared, cells, communes, places, nb_min_secret=secret)
    found = {
        "indicateurs_communes": secrecy.mask_by_difference(cells, communes, places, nb_min=secret),
        "indicateurs_territoires": vulnerability.summarise_indicators(rows, **least),
        "indicateurs_classes": vulnerability.summarise_classes(rows, **least),
    }
    crossed = [cross_category(rows, shown[code], declared, settings) for code in whole if code in shown]
    for name in ("acces_indicateurs", "acces_classes", "communes_fragiles"):
        parts = [part[name] for part in crossed if len(part[name])]
        found |= {name: pd.concat(parts, ignore_index=True)} if parts else {}
    return found


def cross_category(rows, shown, declared, settings):
    """Return the indicators beside the access to one category, in kilometres or in minutes."""
    cost, steps = name_columns(shown)["valeur"], sorted(list_thresholds(shown, settings))
    sides = declared.dropna(subset="sens").set_index("indicateur")["sens"].to_dict()
    least = {"nb_min": int(settings["nb_min_communes_classe"]), "part_min": settings["part_min_indicateur"]}
    return {
        "acces_indicateurs": vulnerability_access.cross_access(rows, shown, seuils=steps, cout=cost, **least),
        "acces_classes": vulnerability_access.cross_access_classes(rows, shown, seuils=steps, cout=cost),
        "communes_fragiles": vulnerability_access.list_vulnerable_communes(
            rows, shown, sens=sides, seuil=pick_middle(steps), cout=cost, part=settings["part_communes_fragiles"]
        ),
    }  # fmt: skip
