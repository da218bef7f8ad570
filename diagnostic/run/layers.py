"""The doors on jurisdictions: what is wrong in a layer, who publishes which, what is said of one place."""

import re
from pathlib import Path

import pandas as pd

from diagnostic.errors import DiagnosticError
from diagnostic.vocabulary import normalize_label, read_vocabulary

TOLD = ("fiche", "paire", "hasard", "amas", "vis_a_vis", "zone_blanche", "hypothese")  # kinds of sentence, in the order they are read


def examine(target, *, departements=None, declared=None):
    """Examine a file of jurisdictions, or every layer of a dossier, before any figure.

    Parameters
    ----------
    target : path-like, a file or the folder of a dossier
    departements : list of str, optional, the territory the file is examined for; by default those it touches
    declared : dict, optional, what the sheet `couches` would say of it (`read.layers.doctor.examine_file`)

    Returns
    -------
    examen : DataFrame `examen_couches`
    lines : list of str, the same as a person reads it

    Raises
    ------
    DiagnosticError
        Nothing there, or a file that cannot be opened at all.
    """
    from diagnostic.read.layers.doctor import examine_dossier, examine_file, tell_checks
    from diagnostic.read.places.territories import read_communes

    target = Path(target)
    if not target.exists():
        raise DiagnosticError("Fichier ou dossier introuvable.", str(target), "vérifiez son nom et l'endroit où il est")
    if target.is_dir():
        examined = examine_dossier(target)
    else:
        communes = read_communes(departements=departements) if departements else None
        examined = examine_file(target, communes, declared=declared)
    return examined, tell_checks(examined)


def list_catalogue(words=""):
    """Return the layers of the field (who publishes them, how to bring them in) that hold every word of `words`, plural or not."""
    catalogue = read_vocabulary("catalogue_couches")
    keys = [normalize_label(word.rstrip("sx")) for word in re.split(r"[\s'’]+", words) if len(word) > 1]
    texts = catalogue["couche"] + " " + catalogue["libelle"] + " " + catalogue["editeur"] + " " + catalogue["jeu"]
    return catalogue[texts.map(lambda text: all(key in normalize_label(text) for key in keys))]


def tell_place(folder, words):
    """Return (name, sentences) of a commune or a territory of a dossier: who works there, and where boundaries do not coincide.

    Parameters
    ----------
    words : str, a commune (name or code) or a territory (name, part of a name, identifier)

    Raises
    ------
    DiagnosticError
        No place, or several, bear this name: they are listed.
    """
    from diagnostic import run as way
    from diagnostic.measure.jurisdictions import measure_ressorts

    tables = way.load(folder)
    tables = tables | {"reglages": tables["reglages"] | {"tirages_hasard": 0}}
    place, name = find_place(words, tables["communes"], tables["territoires"])
    told = measure_ressorts(tables)["phrases_ressorts"]
    told = told[told["territoire_id"] == place]
    order = pd.Series(range(len(TOLD)), index=TOLD)
    return name, list(told.assign(rang=told["genre"].map(order).fillna(-1)).sort_values("rang", kind="stable")["phrase"])


def find_place(words, communes, territoires):
    """Return (identifier, name) of the one commune or territory that `words` lead to: an exact name before a part of a name."""
    key = normalize_label(words)
    towns = pd.DataFrame({"lieu": "commune:" + communes.index, "nom": communes["nom"].astype("str"), "code": communes.index})
    codes = territoires.index.str.split(":").str[-1]
    others = pd.DataFrame({"lieu": territoires.index, "nom": territoires["nom"].astype("str"), "code": codes})
    places = pd.concat([towns, others], ignore_index=True)
    names = places["nom"].map(normalize_label)
    exact = places[(names == key) | places["code"].map(normalize_label).eq(key) | places["lieu"].eq(words)]
    found = exact if len(exact) or not key else places[names.str.contains(key, regex=False)]
    if len(found) == 1:
        return found["lieu"].iat[0], found["nom"].iat[0]
    if found.empty:
        what = f"« {words} » n'est ni une commune ni un territoire du dossier."
        raise DiagnosticError(what, "lieu demandé", "écrivez un nom ou un code INSEE")
    shown = ", ".join(f"{row.nom} ({row.code})" for row in found.head(8).itertuples())
    raise DiagnosticError(f"« {words} » peut être {len(found)} lieux : {shown}.", "lieu demandé", "écrivez le code entre parenthèses")
