"""What the statements of the guide read: who is in the networks, who is in which dispositif, where, and how it is told."""

import numpy as np
import pandas as pd

from diagnostic.measure.liens.network import match_territories
from diagnostic.schema import is_imported
from diagnostic.vocabulary import normalize_label
from diagnostic.vocabulary.formats import count_words, format_number, format_share

ITEM_COLUMNS = ["objet", "identifiant", "acteur_id", "dispositif_id", "nom", "detail", "edition"]
# Everybody is in these: two dispositifs of one departement are not side by side for that.
WIDE_TYPES = ("perimetre", "departement", "region")
KEYS = {"acteur": "acteur_id", "dispositif": "dispositif_id"}
COORDINATION_ROLES = ("coordination", "pilotage")


def refuse(reason):
    """Return the answer of a statement that cannot be measured: what is missing, and in which sheet."""
    return {"raison_absence": reason}, list_items("", [])


def report(phrase, numerateur, denominateur, items=None):
    """Return the answer of a statement that can be measured: its sentence without caution, its two counts, and what it names."""
    figures = {"phrase": phrase, "numerateur": float(numerateur), "denominateur": float(denominateur), "raison_absence": ""}
    return figures, list_items("", []) if items is None else items


def list_items(objet, identifiants, *, nom="", detail="", edition="interne"):
    """Return the things a statement names, one row each, with ITEM_COLUMNS.

    Parameters
    ----------
    objet : {"acteur", "dispositif", "instance", "paire d'instances", "territoire", "theme", "public", "couche"}
    identifiants : sequence; repeated in the column of its kind, by which an edition drops what is hidden
    nom, detail, edition : one for all, or one each
    """
    identifiants = list(identifiants)
    columns = {"nom": nom, "detail": detail, "edition": edition}
    table = pd.DataFrame({"objet": objet, "identifiant": identifiants}, index=range(len(identifiants)))
    for name, values in columns.items():
        table[name] = values if isinstance(values, str) else list(values)
    for kind, key in KEYS.items():
        table[key] = table["identifiant"] if objet == kind else np.nan
    return table[ITEM_COLUMNS].astype(object)


def tell_among(number, whole, nouns, verbs):
    """Return « Sur 40 paires, 12 (30 %) n'ont aucun acteur commun », agreed.

    Parameters
    ----------
    number, whole : counts, whole > 0
    nouns, verbs : (singular, plural)

    >>> tell_among(1, 4, ("dispositif", "dispositifs"), ("est mixte", "sont mixtes")).replace("\\u202f", " ")
    'Sur 4 dispositifs, 1 (25 %) est mixte'
    """
    share = f"({format_share(number / whole)})"
    return f"Sur {count_words(whole, *nouns)}, {format_number(number)} {share} {verbs[0] if number < 2 else verbs[1]}"


def list_members(results):
    """Return the actors of the networks, one row each, by acteur_id; all of them when nobody said who is in (`dans_reseau`)."""
    actors = results["acteurs"]
    kept = actors["dans_reseau"].astype(bool) if "dans_reseau" in actors else pd.Series(True, index=actors.index)
    wanted = ["categories_secondaires", "champ", "statut", "code_insee", "themes", "publics", "fait_lien", "lieu_pivot", "diffusion"]
    wanted += ["entreprise_individuelle", "lieu_domicile", "nom", "categorie"]
    missing = {name: None for name in wanted if name not in actors}
    return actors[kept].assign(**missing).drop_duplicates("acteur_id").sort_values("acteur_id", ignore_index=True)


def list_dispositifs(tables):
    """Return the dispositifs of the inventory by dispositif_id: a contract brought by an import has no actor to be without."""
    rows = tables["dispositifs"]
    wanted = ["nom", "type", "territoires", "themes", "publics", "stade", "date_fin", "porteur_id", "dispositif_parent_id"]
    wanted += ["nature_financement", "duree_financement_mois", "echeance_diagnostic", "annee_diagnostic", "diffusion"]
    missing = {name: None for name in wanted if name not in rows}
    kept = rows[~is_imported(rows)].assign(**missing).drop_duplicates("dispositif_id")
    dates = {name: pd.to_datetime(kept[name]) for name in ("date_fin", "echeance_diagnostic")}
    return kept.assign(**dates).sort_values("dispositif_id", ignore_index=True)


def list_parts(tables, results):
    """Return the participations of known actors in dispositifs of the inventory: acteur_id, dispositif_id, role, qualification, stade."""
    rows = tables["participations"].reindex(columns=["acteur_id", "dispositif_id", "role", "qualification", "stade"])
    actors, devices = set(list_members(results)["acteur_id"]), set(list_dispositifs(tables)["dispositif_id"])
    return rows[rows["acteur_id"].isin(actors) & rows["dispositif_id"].isin(devices)].reset_index(drop=True)


def list_participants(tables, results):
    """Return the distinct (acteur_id, dispositif_id) of participants and of bearers, sorted."""
    bearers = list_dispositifs(tables)[["dispositif_id", "porteur_id"]].rename(columns={"porteur_id": "acteur_id"})
    bearers = bearers[bearers["acteur_id"].isin(set(list_members(results)["acteur_id"]))]
    pairs = pd.concat([list_parts(tables, results)[["acteur_id", "dispositif_id"]].astype(object), bearers.astype(object)])
    return pairs.drop_duplicates().sort_values(["dispositif_id", "acteur_id"], ignore_index=True)[["acteur_id", "dispositif_id"]]


def list_grounds(tables):
    """Return the distinct (dispositif_id, code_insee) of the inventory: the communes of the territories written for each dispositif.

    A territory that merely touches one that is written adds no commune. A dispositif written for a departement, a region or the
    whole perimeter has no row, whatever else is written for it: it is everywhere, and side by side with nothing.
    """
    stated = spread(list_dispositifs(tables), "dispositif_id", "territoires")
    stated["territoire_id"] = match_territories(stated["territoires"], tables["territoires"])
    wide = tables["territoires"].index[tables["territoires"]["type"].isin(WIDE_TYPES)]
    stated = stated[~stated["dispositif_id"].isin(stated.loc[stated["territoire_id"].isin(wide), "dispositif_id"])]
    held = stated.merge(tables["appartenance"][["code_insee", "territoire_id"]], on="territoire_id")
    towns = stated[stated["territoire_id"].isna()]
    cells = towns["territoires"].map(normalize_label)
    towns = towns.assign(code_insee=cells.map(_index_communes(tables["communes"]))).dropna(subset="code_insee")
    rows = pd.concat([part[["dispositif_id", "code_insee"]].astype(object) for part in (held, towns)])
    return rows.drop_duplicates().sort_values(["dispositif_id", "code_insee"], ignore_index=True)


def _index_communes(communes):
    """Return {code or normalised name: code_insee}; a name that two communes share leads nowhere."""
    names = communes["nom"].map(normalize_label).drop_duplicates(keep=False)
    return {name: code for code, name in names.items()} | {normalize_label(code): code for code in communes.index}


def list_epci(tables):
    """Return the names of the EPCI of the dossier, by territoire_id."""
    return tables["territoires"].loc[tables["territoires"]["type"] == "epci", "nom"]


def date_edition(tables):
    """Return the date the outputs bear, today by default."""
    date = tables.get("reglages", {}).get("date_edition")
    return pd.Timestamp.today().normalize() if date is None or pd.isna(date) else pd.Timestamp(date)


def is_filled(cells):
    """Return which cells hold something: a list that is not empty, a text, a number."""
    return cells.notna() & cells.map(lambda cell: not (isinstance(cell, tuple | list) and len(cell) == 0)).astype(bool)


def spread(rows, key, column):
    """Return the distinct (key, column) of a column of lists, one row an item, empty ones left out."""
    return rows[[key, column]].explode(column).dropna().drop_duplicates().reset_index(drop=True)


def find_editions(rows):
    """Return the widest edition that may name each row in a favourable statement, by its `diffusion`.

    An empty `diffusion` opens name, category and commune only: what a statement says of the row is for the partners. The home
    of somebody, or somebody's own firm, is named inside only.
    """
    opened = rows["diffusion"].astype(object).map({"public": "publique", "interne": "interne"}).fillna("partenaires")
    if "entreprise_individuelle" not in rows:
        return opened
    person = rows["entreprise_individuelle"].eq(True).fillna(False).astype(bool) | rows["lieu_domicile"].eq(True).fillna(False).astype(bool)
    return opened.mask(person, "interne")


def read_labels(tables, liste):
    """Return {code: label} for a vocabulary of the dossier; empty where it has none."""
    entries = tables.get("listes", {}).get(liste)
    return {} if entries is None else entries["libelle"].to_dict()


def list_coded(objet, codes, details, tables, liste, *, poids=0):
    """Return items for codes of an open list (themes, publics), the heaviest first, then by label.

    A word that is not in the list is named inside only: it may have been typed in a row that is not public.
    """
    labels = read_labels(tables, liste)
    rows = pd.DataFrame({"code": list(codes), "detail": list(details)}, dtype=object)
    rows["nom"] = [labels.get(code, code) for code in rows["code"]]
    rows["poids"] = np.asarray(poids)
    rows = rows.sort_values(["poids", "nom", "code"], ascending=[False, True, True], kind="stable")
    editions = ["publique" if code in labels else "interne" for code in rows["code"]]
    return list_items(objet, rows["code"], nom=rows["nom"], detail=rows["detail"], edition=editions)


def count_mixed(results):
    """Return the dispositifs of the inventory that have an actor, index dispositif_id, with the boolean column `mixte`."""
    table = results["dispositifs_mixtes"]
    return table[table["nb_acteurs"] > 0].assign(mixte=lambda rows: rows["mixte"].astype("boolean").fillna(False).astype(bool)).sort_index()


def mark_sides(champs, names):
    """Return which values of `names` have an actor of each side: DataFrame social, developpement_local (a mixed actor is on both)."""
    sides = pd.DataFrame(
        {side: champs.isin([side, "mixte"]).groupby(names).any() for side in ("social", "developpement_local")}
    )
    return sides.sort_index()


def name_dispositifs(tables):
    """Return {dispositif_id: nom}, the identifier where the name is missing."""
    rows = list_dispositifs(tables)
    return dict(zip(rows["dispositif_id"], rows["nom"].fillna(rows["dispositif_id"]), strict=True))


def list_devices(rows, details, *, edition="interne"):
    """Return items for rows of `list_dispositifs`, by name; `details`, `edition`: one for all, or one each by index of `rows`."""
    return list_rows("dispositif", rows, details, edition=edition)


def list_actors(rows, details, *, edition="interne"):
    """Return items for rows of `list_members`, by name; `details`, `edition`: one for all, or one each by index of `rows`."""
    return list_rows("acteur", rows, details, edition=edition)


def list_rows(objet, rows, details, *, edition="interne"):
    """Return items for rows that carry `nom` and the identifier of their kind, sorted by name, then identifier."""
    key, table = KEYS[objet], pd.DataFrame(index=rows.index)
    table["identifiant"], table["nom"] = rows[key], rows["nom"].fillna(rows[key])
    # Assigning a longer Series to an empty table would bring its rows in.
    for name, values in {"detail": details, "edition": edition}.items():
        table[name] = values.reindex(rows.index) if isinstance(values, pd.Series) else values
    table["ordre"] = range(len(table))  # what the caller sorted, for several posts of one actor
    table = table.sort_values(["nom", "identifiant", "ordre"], kind="stable")
    return list_items(objet, table["identifiant"], nom=table["nom"], detail=table["detail"], edition=table["edition"])
