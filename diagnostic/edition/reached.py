"""Names of structures that hold how to reach somebody (telephone, e-mail, « contact Prénom Nom »): told, and not published as they are."""

import re
from functools import cache

import pandas as pd

from diagnostic.edition.words import CONTACT, HIDDEN_MAIL, MAIL, PHONE, PROFILE, SHARED_MAIL, is_first_name
from diagnostic.schema import list_problems

PUBLIC_STATUSES = ("public", "gip")
_FIX = (
    "retirez du nom le téléphone, le courriel ou le contact (sa place : feuille personnes) ; sinon l'édition publique n'écrit que "
    "la catégorie et la commune"
)


@cache
def _compile():
    return re.compile("|".join([MAIL, HIDDEN_MAIL, PROFILE, PHONE, CONTACT]))


def list_coordinates(text):
    """Return what reaches somebody in a name; the mailbox of a structure (contact@, mairie@) reaches nobody by name.

    >>> [list_coordinates(name) for name in ("Marie Dupont, 06 12 34 56 78", "Club, contact@club.fr", "Contact Jeunes Auzon")]
    [['06 12 34 56 78'], [], []]
    """
    found = [match for match in _compile().finditer(text) if not match["contact"] or _is_somebody(match["contact"])]
    return [(match["contact"] or match.group()).strip("() ") for match in found if not SHARED_MAIL.fullmatch(match.group())]


def _is_somebody(words):
    return any(is_first_name(word) for word in words.split())


def strip_coordinates(text):
    """Return what a name says besides how to reach somebody.

    >>> strip_coordinates("Marie Dupont, 06 12 34 56 78")
    'Marie Dupont'
    """
    for found in list_coordinates(text):
        text = text.replace(found, ",")
    return re.sub(r"(?:\s*[,;:()\-–/|]\s*)+$|^(?:\s*[,;:()\-–/|]\s*)+", "", re.sub(r"\s*(?:[,;]\s*){2,}", ", ", text)).strip()


def find_reached(rows):
    """Return the mask of the rows whose `nom` or `sigle` holds how to reach somebody; those of a public body too."""
    found = pd.Series(False, index=rows.index)
    for column in ("nom", "sigle"):
        if column in rows:
            cells = rows[column].astype(object)
            told = {cell: bool(list_coordinates(cell)) for cell in cells.dropna().unique() if isinstance(cell, str)}
            found |= cells.map(told).eq(True).fillna(False).astype(bool)
    return found


def tell_reached(tables):
    """Return one problem (`attention`) a row of acteurs or dispositifs that the public edition names, where its name reaches somebody."""
    told = []
    for name in ("acteurs", "dispositifs"):
        rows = tables[name]
        open_ = ~rows["diffusion"].isin(["interne", "partenaires"])
        wrong = rows[open_ & find_reached(rows)]
        if len(wrong):
            message = "Ce nom contient un téléphone, un courriel ou le nom d'un contact : il n'est pas publié tel quel."
            problems = list_problems("attention", wrong, message, _FIX, colonne="nom", valeur=wrong["nom"].fillna(""))
            told.append(problems.assign(nom=wrong["nom"].fillna("").to_numpy()))
    return told


def rename_reached(rows, labels):
    """Return the dispositifs under their type where their name reaches somebody, {former name: what is written}, and what was removed.

    Parameters
    ----------
    rows : DataFrame, the dispositifs left
    labels : dict of str -> str, the label of each type
    """
    reached = find_reached(rows)
    if not reached.any():
        return rows, {}, []
    kinds = rows["type"].map(labels).astype(object).fillna("Dispositif") + " (nom non publié)"
    words = {name: kind for name, kind in zip(rows.loc[reached, "nom"], kinds[reached], strict=True) if isinstance(name, str)}
    renamed = rows.assign(nom=rows["nom"].astype(object).mask(reached, kinds))
    return renamed, words, [["dispositifs", "nom", int(reached.sum()), "coordonnées ou contact dans le nom : remplacé par le type"]]
