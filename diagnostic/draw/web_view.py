"""What the web map shows of an edition: its tables under the names `draw_web_map` reads, with the labels a reader reads."""

import pandas as pd

from diagnostic.vocabulary import read_vocabulary

OWN_LAYER = "EPCI"  # no discordance of an EPCI with itself
ALONE = 1.0  # effective interlocutors of an EPCI that has a single one


def prepare_view(tables, told):
    """Return the tables of the web map of an edition (`edition.filter_edition`), `told` being what every page says of itself."""
    lists = tables["listes"]
    actors = tables["acteurs"][~tables["acteurs"]["hors_territoire"].astype(bool)]
    themes = lists["themes"]["libelle"]
    named = actors.assign(
        categorie_libelle=name_categories(actors["categorie"], lists, "Catégorie à préciser"),
        rubrique_libelle=name_headings(actors["categorie"]),
        themes=actors["themes"].map(lambda codes: tuple(themes.get(c, c) for c in codes) if isinstance(codes, tuple) else ()),
    )
    links = tables["liens"].assign(type_libelle=tables["liens"]["type"].map(lists["types_lien"]["libelle"]))
    return {
        **{name: tables[name] for name in ("couches", "unites", "affectation", "millefeuille", "paires")},
        "acteurs": named, "liens": links, "mentions": [told["couverture"]], "atomes": tables["atomes_communes"],
        "discordance": _take_discordance(tables), "minoritaires": _keep_epci(tables["communes_minoritaires"]),
        "parts": _take_parts(tables),
        "interlocuteurs": _take_interlocutors(tables),
        "acces": _take_access(tables), "etats": _take_states(tables), **_take_dispositifs(tables),
        "tuiles": find_tiles(tables.get("reglages", {}).get("fond_de_carte", "")),
    }  # fmt: skip


def find_tiles(name):
    """Return what the map says and asks of a ground of tiles (row of `fonds_de_carte`, as text), None where `name` is empty."""
    known = read_vocabulary("fonds_de_carte").set_index("cle")
    return known.loc[name].to_dict() if name else None


def name_headings(categories):
    """Return the heading of the guide of each code, or that it has none (categories that the dossier adds, none stated)."""
    headings = read_vocabulary("categories").set_index("code")["rubrique_libelle"]
    return categories.map(headings).fillna("Hors des rubriques du guide")


def name_categories(codes, lists, default=None):
    """Return the label of each category, `default` (or its code) for one that no list knows."""
    return codes.map(lists["categories"]["libelle"]).fillna(codes if default is None else default)


def _keep_epci(table):
    """Return the rows of the EPCI, their SIREN in the column `epci`."""
    rows = table[table["territoire_id"].str.startswith("epci:")]
    return rows.assign(epci=rows["territoire_id"].str.removeprefix("epci:"))


def _take_discordance(tables):
    """Return epci, couche, valeur (effective interlocutors, NaN: not known) of the layers but the EPCI's own."""
    rows = _keep_epci(tables["discordance"])
    rows = rows[rows["couche"] != OWN_LAYER]
    return rows[["epci", "couche", "n_unites"]].assign(valeur=rows["interlocuteurs_effectifs_q2"])


def _take_parts(tables):
    """Return the share of the inhabitants of each EPCI in each unit, whether or not the unit goes beyond it."""
    rows = _keep_epci(tables["fiche_ressorts"])
    return rows.loc[rows["unite_id"].fillna("").ne(""), ["epci", "couche", "unite_id", "part"]]


def _take_interlocutors(tables):
    """Return the number of interlocutors of each EPCI, index SIREN."""
    rows = _keep_epci(tables["territoires_resume"].reset_index())
    return rows.set_index("epci")["nb_interlocuteurs"]


def _take_access(tables):
    """Return one row a commune, category and unit (km, min): valeur, libelle, seuils, complet, nb_sites.

    `complet` says that the inventory of the category is known to be: elsewhere a distance is a maximum.
    """
    settings = tables["reglages"]
    kinds = [("acces_communes", "distance_km", "acces", "km", settings["seuils_km"])]
    kinds.append(("acces_temps_communes", "minutes", "acces_temps", "min", settings["seuils_min"]))
    taken = [_name_access(tables, tables[names[0]], *names[1:]) for names in kinds if len(tables.get(names[0], ()))]
    return pd.concat(taken, ignore_index=True) if taken else None


def _name_access(tables, rows, column, summary, unit, thresholds):
    whole = tables[summary][tables[summary]["territoire_id"] == "perimetre"].drop_duplicates("categorie").set_index("categorie")
    rows = rows[rows.groupby("categorie")[column].transform("count") > 0]
    codes = rows["categorie"]
    return pd.DataFrame({
        "code_insee": rows["code_insee"], "categorie": codes, "libelle": name_categories(codes, tables["listes"]),
        "valeur": rows[column].astype(float), "unite": unit, "seuils": [tuple(thresholds)] * len(rows),
        "complet": codes.map(whole["inventaire"]).eq("complet"), "nb_sites": codes.map(whole["nb_sites"]),
    })  # fmt: skip


def _take_states(tables):
    """Return the states of the categories read commune by commune, with their label and the age of what is known."""
    rows, ages = tables["etats_communes"], tables["ages_categories"]
    ages = ages[ages["type"] == "epci"].drop_duplicates("categorie").set_index("categorie")["age_text"]
    libelle = name_categories(rows["categorie"], tables["listes"])
    return rows.assign(libelle=libelle, age_text=rows["categorie"].map(ages.astype("object")).fillna(""))


def _take_dispositifs(tables):
    """Return `dispositifs` and `participations` with the labels of their stage and role, and `stades`, those labels in order."""
    lists = tables["listes"]
    stages = lists["stades"]["libelle"]
    dispositifs, rows = tables["dispositifs"], tables["participations"]
    types = dispositifs["type"].map(lists["dispositifs"]["libelle"]).fillna(dispositifs["type"])
    return {
        "dispositifs": dispositifs.assign(type_libelle=types, stade_libelle=dispositifs["stade"].map(stages)),
        "participations": rows.assign(
            stade_libelle=rows["stade"].map(stages), role_libelle=rows["role"].map(lists["roles"]["libelle"]).fillna(rows["role"])
        ),
        "stades": stages.tolist(),
    }
