"""Sole traders, homes and very small structures: brought back to their commune, and named by what they are where the name is somebody's."""

import re

import pandas as pd

from diagnostic.edition.personal import MASK
from diagnostic.edition.reached import PUBLIC_STATUSES, find_reached, list_coordinates, strip_coordinates
from diagnostic.edition.words import ADDRESS, SOLE_TRADER, is_person_name
from diagnostic.vocabulary import normalize_label

LOCATING = ["lat", "lon", "adresse", "siret", "siren"]  # what leads to the door of a home
# Categories whose actors may be somebody: a name of a person there is that of the actor.
OF_PERSONS = (
    "professionnel_sante", "agriculteur", "commerce_alimentaire", "commerce_local", "entreprise_locale", "projet_collectif", "habitants",
    "benevoles",
)  # fmt: skip
SHORTEST_NAME = 6


def mark_persons(actors, *, effectif=0):
    """Return who is somebody, by the row of each actor: DataFrame of bool entrepreneur, domicile, petite, personne (a name of a
    person), joint (a name that holds how to reach somebody).

    A sole trader is one by its own cell, by a word of its name (entreprise individuelle, micro-entrepreneur, assistante
    maternelle...), or by the name of a person in a category where actors may be persons, or beside how to reach that person.
    `effectif` : persons in a structure under which, this number included, it is very small; 0 for none. A public body is never one.
    """
    names = actors["nom"].astype(object).fillna("").astype(str)
    named = names.map(strip_coordinates).map(is_person_name).astype(bool)
    status = actors["statut"].astype(object).fillna("") if "statut" in actors else pd.Series("", index=actors.index)
    said = names.map(lambda name: bool(SOLE_TRADER.search(name))).astype(bool)
    may_be = actors["categorie"].isin(OF_PERSONS) & ~status.isin(PUBLIC_STATUSES)
    joint = find_reached(actors) & ~status.isin(PUBLIC_STATUSES)
    trader = _is_true(actors, "entreprise_individuelle") | (said & ~status.isin(PUBLIC_STATUSES)) | (named & (may_be | joint))
    staff = pd.to_numeric(actors["effectif"], errors="coerce") if "effectif" in actors else pd.Series(float("nan"), index=actors.index)
    small = staff.gt(0) & staff.le(effectif) & ~status.isin(PUBLIC_STATUSES)
    home = _is_true(actors, "lieu_domicile")
    return pd.DataFrame({"entrepreneur": trader, "domicile": home, "petite": small, "personne": named, "joint": joint})


def _is_true(actors, column):
    if column not in actors:
        return pd.Series(False, index=actors.index)
    return actors[column].eq(True).fillna(False).astype(bool)


def coarsen_actors(rows, marks, communes, labels, edition):
    """Return the rows with sole traders, homes and very small structures at the mairie of their commune, and what was removed.

    Partners still read the names, and where the very small structures are.

    Parameters
    ----------
    rows : DataFrame, the actors left
    marks : DataFrame (`mark_persons`), on the rows as they were written: an empty `diffusion` has blanked the cells of those left
    communes : DataFrame, index code_insee, with x_m, y_m
    labels : dict of str -> str, the label of each category
    edition : {"publique", "partenaires"}
    """
    if not len(rows):
        return rows, []
    marks, told = marks.loc[rows.index], []
    home = marks["entrepreneur"] | marks["domicile"]
    coarse = home | marks["petite"] if edition == "publique" else home
    for kind, gone in (("domicile ou entreprise individuelle", home), ("très petite structure", coarse & ~home)):
        if gone.any():
            told.append(["acteurs", "adresse et point", int(gone.sum()), f"{kind} : ramené à la commune"])
    if coarse.any():
        rows = rows.assign(**{column: rows[column].mask(coarse) for column in LOCATING if column in rows})
        rows = rows.assign(**{column: _hide_address(rows[column], home) for column in _list_texts(rows)})
    moved = coarse | rows["diffusion"].isna() if edition == "publique" else coarse
    mairies = pd.DataFrame(communes).reindex(columns=["x_m", "y_m"]).reindex(rows["code_insee"]).set_axis(rows.index)
    rows = rows.assign(**{column: rows[column].mask(moved, mairies[column]) for column in ("x_m", "y_m")})
    unnamed = marks["entrepreneur"] | (coarse & marks["personne"]) | marks["joint"]
    if edition == "publique" and unnamed.any():
        names = name_by_kind(rows, labels)
        rows = rows.assign(nom=rows["nom"].mask(unnamed, names), sigle=rows["sigle"].mask(unnamed))
        why = "nom d'une personne, ou coordonnées dans le nom : remplacé par la catégorie et la commune"
        told.append(["acteurs", "nom", int(unnamed.sum()), why])
    return rows, told


def name_by_kind(rows, labels):
    """Return « Agriculteurs, Auzon (nom non publié) » for each row: its category and its commune.

    >>> rows = pd.DataFrame({"categorie": ["agriculteur"], "commune": ["Auzon"]})
    >>> name_by_kind(rows, {"agriculteur": "Agriculteurs"}).tolist()
    ['Agriculteurs, Auzon (nom non publié)']
    """
    kinds = rows["categorie"].map(labels).astype(object).fillna("Acteur")
    places = rows["commune"].astype(object).where(rows["commune"].notna(), "")
    told = [f"{kind}, {place}" if place else kind for kind, place in zip(kinds, places, strict=True)]
    return pd.Series(told, index=rows.index, dtype=object) + " (nom non publié)"


def _list_texts(rows):
    return [name for name in ("nom", "source", "remarques") if name in rows]


def _hide_address(cells, home):
    texts = cells.astype(object).map(lambda cell: re.sub(ADDRESS, MASK, cell) if isinstance(cell, str) else cell)
    return cells.mask(home, texts)


def list_words(rows, shown, marks, known):
    """Return {text: what to write instead} of everything that leads to the persons coarsened, wherever it is written.

    Parameters
    ----------
    rows, shown : DataFrame of actors as they were written, and as the edition shows them
    marks : DataFrame (`mark_persons`)
    known : set of normalised words that are no secret (communes, categories): a name that is one of them is not looked for
    """
    home = (marks["entrepreneur"] | marks["domicile"]).reindex(rows.index)
    words = {}
    for column in ("adresse", "siret", "siren"):
        if column in rows:
            words |= {str(cell): MASK for cell in rows.loc[home, column].dropna() if len(str(cell)) >= SHORTEST_NAME}
    unnamed = marks.index[marks["entrepreneur"] | ((home | marks["petite"]) & marks["personne"]) | marks["joint"]]
    names = rows.loc[rows.index.intersection(unnamed), "nom"].dropna()
    seen = shown["nom"].reindex(names.index).astype(object)
    for row, name in names.items():
        if len(name) >= SHORTEST_NAME and normalize_label(name) not in known:
            words[name] = seen[row] if isinstance(seen[row], str) else MASK
    for row, name in rows.loc[find_reached(rows), "nom"].dropna().items():
        shown_name = seen.get(row, name)
        words |= _list_persons(name, MASK if shown_name == name or not isinstance(shown_name, str) else shown_name, known)
    return words


def _list_persons(name, shown, known):
    """Return {text: what to write instead} for the persons of a name with a telephone or a contact: `shown`, or MASK."""
    persons = [text for text in list_coordinates(name) if is_person_name(text)]
    rest = strip_coordinates(name)
    persons += [rest] if shown != MASK and is_person_name(rest) else []
    return {text: shown for text in persons if len(text) >= SHORTEST_NAME and normalize_label(text) not in known}


def list_telling_ids(rows):
    """Return the identifiers of actors that hold a word of their name, or a number that a register knows.

    >>> rows = pd.DataFrame({"acteur_id": ["A5", "ferme-durand", "21430016400012"], "nom": ["Ferme Durand"] * 3})
    >>> list_telling_ids(rows)
    ['ferme-durand', '21430016400012']
    """
    found = []
    for identifier, name in zip(rows["acteur_id"].astype(str), rows["nom"].fillna("").astype(str), strict=True):
        plain = normalize_label(identifier)
        words = [normalize_label(word) for word in re.findall(r"\w{4,}", name)]
        if re.search(r"\d{9}", plain) or any(word in plain for word in words):
            found.append(identifier)
    return found
