"""The `parametres` sheet -> typed settings; an unknown key is an error that lists the known ones."""

import re

import pandas as pd

from diagnostic.errors import DiagnosticError
from diagnostic.read.cells import values
from diagnostic.schema import DOSSIER_VERSION, list_tables, map_aliases
from diagnostic.vocabulary import normalize_label, read_vocabulary

_ALIAS = "alias."
VERSION_KEY = "version_dossier"


def read_settings(parametres, where):
    """Return the settings of a dossier, defaults included.

    Parameters
    ----------
    parametres : DataFrame, table `parametres` (cle, valeur as text)
    where : str, file and sheet, for the messages

    Returns
    -------
    settings : dict of str -> value; `alias` holds {table: {heading: column}}

    Raises
    ------
    DiagnosticError
        Unknown keys and unreadable values, all at once.
    """
    known = read_vocabulary("parametres").set_index("cle")
    given = dict(zip(parametres["cle"], parametres["valeur"].fillna(""), strict=True))
    aliases, errors = {}, []
    for key, value in given.items():
        if key.startswith(_ALIAS):
            errors += _add_alias(aliases, key, value, where)
        elif key not in known.index:
            choices = f"choisissez parmi : {', '.join(known.index)}, alias.<feuille>.<colonne>"
            errors.append(DiagnosticError(f"Réglage inconnu : « {key} ».", where, choices))
    settings = {"alias": aliases}
    for key, row in known.iterrows():
        settings[key], wrong = _convert(given.get(key) or row["valeur"], row["genre"])
        if wrong:
            errors.append(DiagnosticError(f"Réglage « {key} » : « {given[key]} » {wrong}.", where, row["effet"]))
    if errors:
        raise DiagnosticError.gather(errors)
    if settings["crs"]:  # x and y mean nothing without their projection
        aliases["acteurs"] = {"x": "lon", "y": "lat"} | aliases.get("acteurs", {})
    return settings


def refuse_newer(parametres, where):
    """Raise when an inventory says that a later version of the software wrote it: nothing of it is read by guess.

    Raises
    ------
    DiagnosticError
    """
    given = parametres.loc[parametres["cle"] == VERSION_KEY, "valeur"].fillna("")
    numbers, _ = values.read_numbers(given.astype("str"))
    if (numbers > DOSSIER_VERSION).any():
        raise DiagnosticError(
            f"Ce dossier vient d'une version plus récente du logiciel (format {given.iat[0]} ; celle-ci lit {DOSSIER_VERSION}).", where,
            "mettez le logiciel à jour sur ce poste, ou demandez le dossier d'avant ; rien n'a été changé",
        )  # fmt: skip


def _add_alias(aliases, key, value, where):
    """`alias.acteurs.nom` = `Dénomination usuelle` reads that heading as the column nom."""
    _, table, column = (key.split(".", 2) + ["", ""])[:3]
    if table not in list_tables() or column not in map_aliases(table).values():
        what = f"Réglage « {key} » : cette feuille ou cette colonne n'existe pas."
        return [DiagnosticError(what, where, "écrivez alias.<feuille>.<colonne>, par exemple alias.acteurs.nom")]
    for heading in filter(None, (part.strip() for part in value.split(";"))):
        aliases.setdefault(table, {})[heading] = column
    return []


def _convert(text, kind):
    """Return (value, what is wrong in French or '')."""
    cell = pd.Series([text], dtype=str)
    if kind.startswith("choix:"):
        choices = {normalize_label(choice): choice for choice in kind.removeprefix("choix:").split(";")}
        wrong = f"n'est pas parmi {', '.join(choices.values())}"
        return choices.get(normalize_label(text)), "" if normalize_label(text) in choices else wrong
    if kind == "couleur":
        return text, "" if re.fullmatch("#[0-9A-Fa-f]{6}", text) else "n'est pas une couleur (# suivi de six chiffres ou lettres de A à F)"
    if kind.startswith("liste_choix:"):
        choices = {normalize_label(choice): choice for choice in kind.removeprefix("liste_choix:").split(";")}
        named = [choices.get(normalize_label(item)) for item in values.split_lists(cell.str.replace(",", ";"))[0]]
        wrong = f"n'est pas une liste parmi : {', '.join(choices.values())}"
        return tuple(dict.fromkeys(named)), wrong if None in named or not named else ""
    if kind == "liste":
        return values.split_lists(cell.str.replace(",", ";"))[0], ""
    if kind == "liste_nombres":
        items = values.split_lists(cell)[0]
        numbers, wrong = values.read_numbers(pd.Series(items, dtype=str))
        bad = wrong.any() or not items or (numbers <= 0).any()
        return tuple(sorted(set(numbers))), "n'est pas une liste de nombres positifs séparés par ;" if bad else ""
    kind, _, bounds = kind.partition(":")
    reader = {"nombre": values.read_numbers, "date": values.read_dates, "oui_non": values.read_yes_no}.get(kind)
    if reader is None:
        return text, ""
    value, wrong = reader(cell)
    if kind == "nombre" and value[0] < 0:
        return value[0], "est négatif"
    if bounds and not wrong[0]:
        low, high = bounds.split(":")
        if not float(low) <= value[0] <= float(high):
            return value[0], f"n'est pas entre {low.replace('.', ',')} et {high.replace('.', ',')}"
    names = {"nombre": "n'est pas un nombre", "date": "n'est pas une date", "oui_non": "n'est ni oui ni non"}
    return value[0], names[kind] if wrong[0] else ""
