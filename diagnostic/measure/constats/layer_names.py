"""What the units of a layer are called in a sentence: noun, gender, and how the name of a unit follows."""

import re

import pandas as pd

from diagnostic.vocabulary import normalize_label, read_vocabulary
from diagnostic.vocabulary.formats import count_words, format_share, join_of, join_words
from diagnostic.vocabulary.layers import match_layers

WEIGHT_WORDS = {"population": "des habitants", "communes": "des communes", "surface_km2": "de la surface"}
OWN_WEIGHT_WORDS = {"population": "de ses habitants", "communes": "de ses communes", "surface_km2": "de sa surface"}
COVERED_WORDS = {"population": "couverts", "communes": "couvertes", "surface_km2": "couverte"}
MAIN_SCALE = ("perimetre", "departement")
COVERED = 0.9995  # a layer that covers more than this is said to cover everything
_CODE = re.compile(r" \([0-9AB]{5}\)")


def name_layers(couches):
    """Return the words for the units of each layer.

    Parameters
    ----------
    couches : DataFrame indexed by couche, with libelle

    Returns
    -------
    DataFrame indexed by couche
        singulier, pluriel, genre (m, f), liaison (how a unit is named: de, nom, parentheses, couche), libelle. A layer known to
        `vocabulary/noms_couches.csv`, by its code or its label without the year, goes by a noun; any other, and two layers that
        would bear the same noun (bassins de vie of two years), by « unité de la couche « ... » ».

    Examples
    --------
    >>> couches = pd.DataFrame({"libelle": ["Bassins de vie 2022", "Secteurs"]}, index=["BV", "Z"])
    >>> name_layers(couches)["singulier"].tolist()
    ['bassin de vie', 'unité de la couche « Secteurs »']
    """
    labels = couches["libelle"].fillna(pd.Series(couches.index, couches.index)).astype("str")
    words, found = read_vocabulary("noms_couches").set_index("couche"), match_layers(couches.index, labels)
    found = found.mask(found.duplicated(keep=False))
    named = words.reindex(found).set_axis(couches.index)
    quoted = "« " + labels + " »"
    generic = {"singulier": "unité de la couche " + quoted, "pluriel": "unités de la couche " + quoted, "genre": "f", "liaison": "couche"}
    return named.fillna(generic).assign(libelle=labels)[["singulier", "pluriel", "genre", "liaison", "libelle"]]


def count_units(noun, number):
    """Return a number of units and their noun: « 3 arrondissements »."""
    return count_words(number, noun.singulier, noun.pluriel)


def tell_single(noun):
    """Return « un seul arrondissement », « une seule caisse »."""
    return f"{'une seule' if noun.genre == 'f' else 'un seul'} {noun.singulier}"


def tell_none(noun):
    """Return « aucun arrondissement », « aucune caisse »."""
    return f"{agree('aucun', noun)} {noun.singulier}"


def agree(word, noun, number=1):
    """Return an adjective or participle that follows the rules (aucun, seul, coupé, entier is not one) with its noun."""
    return word + ("e" if noun.genre == "f" else "") + ("s" if number > 1 else "")


def tell_unit(noun, name):
    """Return a unit as a sentence names it.

    >>> noun = name_layers(pd.DataFrame({"libelle": ["Zones d'emploi"]}, index=["ZE"])).loc["ZE"]
    >>> tell_unit(noun, "Le Puy-en-Velay")
    "zone d'emploi du Puy-en-Velay"
    """
    if noun.liaison == "couche":
        return f"« {name} » ({noun.libelle})"
    if noun.liaison == "nom" or normalize_label(name).startswith(normalize_label(noun.singulier)):
        return name
    return join_of(noun.singulier, name) if noun.liaison == "de" else f"{noun.singulier} « {name} »"


def tell_the(noun):
    """Return the noun of a layer with its article: « l'arrondissement », « la zone d'emploi », « le CIAS »."""
    if not noun.singulier.isupper() and noun.singulier[0] in "aeéiou" or noun.singulier == "EPCI":
        return f"l'{noun.singulier}"
    return f"{'la' if noun.genre == 'f' else 'le'} {noun.singulier}"


def tell_the_unit(noun, name):
    """Return a unit with the article a sentence needs; the name of a body alone has the one of `tell_place`, or none.

    >>> noun = name_layers(pd.DataFrame({"libelle": ["Arrondissements"]}, index=["ARR"])).loc["ARR"]
    >>> tell_the_unit(noun, "Brioude")
    "l'arrondissement de Brioude"
    """
    told = tell_unit(noun, name)
    return told.replace(noun.singulier, tell_the(noun), 1) if told.startswith(noun.singulier) else tell_place(told)


def tell_share(share):
    """Return a share as a whole percentage, without rounding something to nothing or a part to the whole.

    >>> from diagnostic.vocabulary.formats import NARROW_SPACE
    >>> [tell_share(one).replace(NARROW_SPACE, " ") for one in (0.5436, 0.0265, 0.004, 0.00001, 0.997, 0.99999, 1.0, 0.0)]
    ['54 %', '3 %', '0,4 %', 'moins de 0,1 %', '99,7 %', 'plus de 99,9 %', '100 %', '0 %']
    """
    if share == 0 or share == 1 or share != share or 0.01 <= share <= 0.99:
        return format_share(share)
    if share < 0.001 or share > 0.999:
        return f"moins de {format_share(0.001, 1)}" if share < 0.5 else f"plus de {format_share(0.999, 1)}"
    return format_share(share, 1)


def shorten_communes(text, most=6):
    """Return a list of communes written « nom (code) ; ... » as an enumeration of names, the rest counted.

    >>> shorten_communes("Blesle (43033) ; Agnat (43001)")
    'Blesle et Agnat'
    """
    return join_words(_CODE.sub("", text).split(" ; "), most)


def tell_weight(ponderation, *, couverture=1.0):
    """Return what shares are shares of: « des habitants », and « des habitants couverts » where the layer leaves some out."""
    told = WEIGHT_WORDS.get(ponderation, "du poids")
    return told if couverture >= COVERED else f"{told} {COVERED_WORDS.get(ponderation, 'couvert')}"


def tell_own_weight(ponderation):
    """Return what the shares of one unit are shares of: « de ses habitants »."""
    return OWN_WEIGHT_WORDS.get(ponderation, "de son poids")


def type_territories(table, tables):
    """Return `table` with the type of its territories."""
    return table.join(tables["territoires"]["type"], on="territoire_id")


def tell_place(name):
    """Return the name of a territory with the article a sentence needs: « la CC des Sucs »."""
    return f"la {name}" if name.split(" ")[0] in ("CC", "CA", "CU") else name


def capitalise(sentence):
    """Return `sentence` with a capital, the rest as it is."""
    return sentence[:1].upper() + sentence[1:]
