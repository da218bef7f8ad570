"""Actors in a row, each with a number that the workshop map and its index share; those without place on the map come last."""

import numpy as np
import pandas as pd

from diagnostic.draw.base_map import find_label_points
from diagnostic.draw.style import CHAMP_LABELS, NO_BREAK_SPACE, agree, format_number
from diagnostic.schema import is_imported
from diagnostic.vocabulary import normalize_label

CHAMPS = list(CHAMP_LABELS)
# Where an actor is on the map, or why it is not; the order of the index.
POINT, MAIRIE, NO_COMMUNE, OUTSIDE = "point", "mairie", "sans_commune", "dehors"
APART = {
    NO_COMMUNE: "Sans commune connue : à placer ensemble",
    OUTSIDE: "Installés hors du périmètre : à placer au bord de la carte",
}
COLUMNS = ["numero", "acteur_id", "nom", "champ", "categorie", "code_insee", "commune", "epci", "lieu", "mobile", "x_m", "y_m"]
LONGEST_LABEL = 45
TO_SAY = "Catégorie à préciser"


def number_actors(base, acteurs, categories):
    """Return the actors numbered from 1 by EPCI, commune, champ and name, and the count of those left out.

    An actor without a point of its own, or with one out of the view, stands at the mairie of its commune (`lieu` "mairie"); a
    commune is at home there ("point").
    Those without known commune, then those of a commune out of the map, have the last numbers and no place.

    Parameters
    ----------
    base : Base
    acteurs : DataFrame, those of one edition: acteur_id, nom, champ, categorie, code_insee, commune, x_m, y_m; mobile,
        hors_territoire, dans_reseau and fichier when known
    categories : DataFrame of libelle and sigle, index the codes; a long label is replaced by its letters

    Returns
    -------
    numbered : DataFrame of COLUMNS, numero 1..n in order
    left : dict of str -> int: communes (mairies in no network: each commune is on the ground already), imports (rows of open
        data out of the territory, which serve distances only). Rows given = len(numbered) + sum of left.
    """
    flags = {name: _read_flag(acteurs, name) for name in ("mobile", "hors_territoire")}
    outer = flags["hors_territoire"] & is_imported(acteurs)
    town = acteurs["categorie"].eq("commune").fillna(False).astype(bool)
    silent = town & ~outer & ~_read_flag(acteurs, "dans_reseau", missing=True)
    kept = acteurs.assign(**flags)[~outer & ~silent]
    rows = place_actors(base, kept)
    rows["categorie"] = rows["categorie"].map(name_categories(categories)).fillna(TO_SAY)
    rows["champ"] = rows["champ"].where(rows["champ"].isin(CHAMPS), "autre")
    keys = pd.DataFrame({
        "lieu": rows["lieu"].map({POINT: 0, MAIRIE: 0, NO_COMMUNE: 1, OUTSIDE: 2}),
        "epci": rows["epci"].map(normalize_label), "commune": rows["commune"].map(normalize_label), "code": rows["code_insee"],
        "champ": rows["champ"].map(CHAMPS.index), "nom": rows["nom"].map(normalize_label), "acteur_id": rows["acteur_id"],
    })  # fmt: skip
    rows = rows.loc[keys.sort_values(list(keys), kind="stable", na_position="last").index].reset_index(drop=True)
    rows["numero"] = rows.index + 1
    return rows[COLUMNS], {"communes": int(silent.sum()), "imports": int(outer.sum())}


def name_categories(categories):
    """Return the words of each category on one line of the index: its label, or its letters when the label is long."""
    long = categories["libelle"].str.len() > LONGEST_LABEL
    return categories["libelle"].mask(long & categories["sigle"].fillna("").ne(""), categories["sigle"])


def place_actors(base, acteurs):
    """Return the actors with lieu, x_m, y_m, commune and epci ("" when not known), those of the map inside its view."""
    towns = base.communes.loc[base.shapes.index, ["nom", "epci_nom", "x_m", "y_m"]]
    lost = towns.index[towns[["x_m", "y_m"]].isna().any(axis=1)]
    if len(lost):
        towns.loc[lost, ["x_m", "y_m"]] = find_label_points(base.shapes.loc[lost])[["x", "y"]].to_numpy()
    codes = acteurs["code_insee"].astype("object")
    home = towns.reindex(codes).set_axis(acteurs.index)
    inside = codes.isin(towns.index).astype(bool) & ~acteurs["hors_territoire"]
    x0, y0, x1, y1 = base.extent
    own = acteurs["x_m"].between(x0, x1) & acteurs["y_m"].between(y0, y1) & ~acteurs["mobile"]
    at_home = acteurs["x_m"].eq(home["x_m"]) & acteurs["y_m"].eq(home["y_m"])
    own &= ~at_home | acteurs["categorie"].eq("commune").fillna(False).astype(bool)
    place = np.select([inside & own, inside, codes.notna() & codes.ne("")], [POINT, MAIRIE, OUTSIDE], default=NO_COMMUNE)
    place = pd.Series(place, index=acteurs.index).mask(acteurs["hors_territoire"], OUTSIDE)
    named = acteurs["commune"].astype("object").fillna("").astype("str")
    points = {axis: home[axis].where(place.eq(MAIRIE), acteurs[axis]).where(inside) for axis in ("x_m", "y_m")}
    return acteurs.assign(
        lieu=place, code_insee=codes, commune=home["nom"].astype("object").where(inside, named).fillna(""),
        epci=home["epci_nom"].astype("object").where(inside).fillna(""), **points,
    )  # fmt: skip


def tell_numbered(numbered):
    """Return the title of the numbered map: how many actors are on it, and how many at the mairie for want of a point."""
    placed = numbered[numbered["lieu"].isin([POINT, MAIRIE])]
    at_mairie = int(placed["lieu"].eq(MAIRIE).sum())
    told = f"{agree(len(placed), 'acteur')} sur la carte (sur {format_number(len(numbered))})"
    verb = "placé" if at_mairie < 2 else "placés"
    told += f", dans {agree(placed['code_insee'].nunique(), 'commune')}"
    return f"{told} ; {format_number(at_mairie)} {verb} à la mairie, faute de lieu précis" if at_mairie else told


def tell_left(numbered, left):
    """Return the notes that count the actors without place on the map, and those that have no number."""
    notes = []
    for reason, words in ((NO_COMMUNE, "sans commune connue"), (OUTSIDE, "hors du périmètre")):
        rows = numbered[numbered["lieu"] == reason]
        if len(rows):
            notes.append(f"Hors de la carte : {agree(len(rows), 'acteur')} {words} ({tell_range(rows['numero'])}), à la fin de l'index.")
    if left["communes"]:
        verb = "n'a pas" if left["communes"] < 2 else "n'ont pas"
        told = f"{agree(left['communes'], 'mairie')} sans lien ni participation {verb} de numéro"
        notes.append(f"{told} : chaque commune est déjà sur le fond.")
    if left["imports"]:
        told = f"{agree(left['imports'], 'lieu', 'lieux')} de données ouvertes hors du territoire"
        notes.append(f"{told} : sans numéro, ils servent aux distances.")
    return notes


def tell_range(numbers):
    """Return « n° 3 » or « n° 3 à 7 » for numbers that follow each other, never cut between lines."""
    first, last = int(min(numbers)), int(max(numbers))
    return f"n° {first}".replace(" ", NO_BREAK_SPACE) if first == last else f"n° {first} à {last}".replace(" ", NO_BREAK_SPACE)


def _read_flag(rows, name, *, missing=False):
    cells = rows[name] if name in rows else pd.Series(missing, index=rows.index)
    return cells.astype("boolean").fillna(False).astype(bool)
