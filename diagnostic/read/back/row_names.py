"""What a correction calls a row -> its identifier: the identifier itself, a name that one row alone bears, a line, the ends of a link."""

import re

import pandas as pd
from rapidfuzz import fuzz, process

from diagnostic.schema import MERGE_COLUMNS, NEW_ROW, ORIGIN_COLUMNS, describe_table, list_problems
from diagnostic.vocabulary import normalize_label

_NEAR, _FEWEST_LETTERS = 70, 6  # of 100, for a name to be told as the nearest; letters of the beginning of one


def find_row(row, known):
    """Return (identifiant of the row that a correction speaks of, problemes): None and one problem when no row, or several, answer."""
    table, asked = row["table"], row["identifiant"]
    read = known["lues"].get(table)
    exact, spelled = set(read.index) if read is not None else set(), normalize_label(asked)
    if asked in exact:
        return asked, None
    said = known["edits"]
    there = said[said["table"] == table]
    if asked in set(there["identifiant"]):
        return asked, None
    named = known["noms"].get(table, {})
    found = named.get(spelled, []) or named.get(canonise_row(asked, table, known), [])
    added = there[there["identifiant"].str.startswith(NEW_ROW) & there["colonne"].isin(["nom", *list_keys(table)])]
    found = found or list(dict.fromkeys(added.loc[added["apres"].map(normalize_label) == spelled, "identifiant"]))
    removed = there[(there["geste"] == "retrait") & (there["nom"].map(normalize_label) == spelled)]
    found = found or list(dict.fromkeys(removed["identifiant"]))
    if len(found) == 1:
        return found[0], None
    if found:
        message, fix = "Plusieurs lignes portent ce nom.", f"écrivez l'identifiant : {', '.join(found[:5])}"
        return None, tell_correction("erreur", row, f"« {asked} » : {message[0].lower()}{message[1:]}", fix, "identifiant")
    near, name = find_nearest(asked, read)
    hint = f" Plus proche : « {near} », identifiant {name}." if near else ""
    fix = "vérifiez l'identifiant (feuille repères) ; une ligne nouvelle s'ajoute"
    return None, tell_correction(
        "erreur", row, f"« {asked} » : cette ligne n'est pas dans l'inventaire.{hint}", fix, "identifiant", proposition=name
    )


def find_nearest(asked, read):
    """Return (what a reader calls it, identifiant) of the row whose name or identifier is the nearest to `asked`; "" for none near.

    A name that begins with what is asked is nearer than any other: « (FICTIF) », a place, what was left unsaid at its end.

    Parameters
    ----------
    asked : str
    read : DataFrame or None, the rows of a table, index = identifiant, with `appel`
    """
    spelled = normalize_label(asked)
    if read is None or not len(read) or not spelled:
        return "", ""
    names = [*read["appel"].map(normalize_label), *read.index.map(normalize_label)]
    begun = [place for place, name in enumerate(names) if name.startswith(spelled) and len(spelled) >= _FEWEST_LETTERS]
    found = process.extractOne(spelled, names, scorer=fuzz.ratio, score_cutoff=_NEAR)
    place = begun[0] if len({place % len(read) for place in begun}) == 1 else found[2] if found else None
    return ("", "") if place is None else (read["appel"].iloc[place % len(read)], read.index[place % len(read)])


def list_keys(table):
    """Return the identifier column of a table, as a list: empty when its rows have none."""
    described = describe_table(table)
    return list(described.index[(described["genre"] == "id") & (described["statut"] == "R")][:1])


def index_names(known):
    """Return {table: {normalised identifier, name or « acteurs, ligne 12 »: [identifiants]}}."""
    index = {}
    for table, read in known["lues"].items():
        named = {}
        lines = read["feuille"].astype(str) + ", ligne " + read["ligne"].astype(str)
        for texts in (read.index.to_series(), read["appel"], lines):
            for text, name in zip(texts, read.index, strict=True):
                named.setdefault(normalize_label(text), {})[name] = True
        if not list_keys(table):
            for text, name in zip(read["appel"], read.index, strict=True):
                named.setdefault(canonise_row(text, table, known | {"noms": index}), {})[name] = True
        index[table] = {key: list(names) for key, names in named.items() if key}
    return index


def canonise_row(text, table, known):
    """Return one spelling of a row that has no identifier of its own: the rows that it names, by their identifiers."""
    described = describe_table(table)
    keys = described[described["statut"] == "R"]
    parts = [part.strip() for part in re.split(r"\s(?:/|→|->)\s", str(text))]
    if list_keys(table) or len(parts) != len(keys):
        return ""
    kinds = keys["genre"]
    return "\x1f".join(follow_name(part, kind, known) for part, kind in zip(parts, kinds, strict=True))


def follow_name(text, kind, known):
    """Return the identifier that a cell leads to when its kind is a reference and one row alone bears it, else its plain letters."""
    named = known["noms"].get(kind.removeprefix("ref:"), {}) if kind.startswith("ref:") else {}
    found = named.get(normalize_label(text), [])
    return normalize_label(found[0]) if len(found) == 1 else normalize_label(text)


def tell_correction(gravite, row, message, fix, column, *, proposition=""):
    """Return one problem of a correction, where it is in its file."""
    where = pd.DataFrame([{name: row[name] for name in ORIGIN_COLUMNS}])
    return list_problems(gravite, where, message, fix, colonne=MERGE_COLUMNS[column], valeur=str(row[column]), proposition=proposition)
