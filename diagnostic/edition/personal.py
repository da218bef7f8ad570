"""What names or reaches a person in a text: replaced by a mark that is seen, the same way in every table."""

import re
from functools import cache

import pandas as pd

from diagnostic.edition.words import (
    ADDRESS,
    HIDDEN_MAIL,
    KEPT_PLACE,
    LOWER_PERSON,
    MAIL,
    NUMBER_OF_PERSON,
    PHONE,
    PROFILE,
    SHARED_MAIL,
    TITLED,
    TRIGGERS,
    WITH_FAMILY,
    fold_pattern,
    is_first_name,
)
from diagnostic.schema import describe_table, list_tables

# Columns of lists of identifiers: {what they name: columns}.
LIST_REFERENCES = {"acteurs": ["membres", "acteurs"], "dispositifs": ["dispositifs"]}
MASK = "[retiré]"
# What is looked for in every text, in the order in which it is taken out.
RULES = {
    "courriels": [MAIL, HIDDEN_MAIL, PROFILE], "numeros": [NUMBER_OF_PERSON], "telephones": [PHONE], "adresses": [ADDRESS],
    "noms": [KEPT_PLACE, TITLED, LOWER_PERSON, WITH_FAMILY],
}  # fmt: skip
# An address is no secret of the partners', who read the column that holds it.
PARTNER_RULES = ("courriels", "numeros", "telephones", "noms")
_ID_NAMES = re.compile(r".*_id(?:_\d)?|acteur_[ab]|identifiant")
SHORTEST_TEXT = 5  # « a@b.f »
SHORTEST_WORD = 4  # letters of a name that may be looked for by itself


def make_masker(edition, *, people=None, words=None, identifiers=None):
    """Return what masks the texts of an edition: dict of patterns, of words to replace and of identifiers to renumber.

    Parameters
    ----------
    edition : {"publique", "partenaires"}
    people : DataFrame, optional, the sheet personnes: nom, prenom, courriel, telephone
    words : dict of str -> str, optional, texts to look for everywhere and what to write instead
    identifiers : dict of str -> str, optional, those that name somebody and what to write instead
    """
    known = dict.fromkeys(list_people_words(people), MASK) | {fold_pattern(text): shown for text, shown in (words or {}).items()}
    parts = sorted(known, key=len, reverse=True)
    return {
        "patterns": _compile_rules(edition), "mots": re.compile("|".join(f"({part})" for part in parts), re.IGNORECASE) if parts else None,
        "remplacements": [known[part] for part in parts], "identifiants": identifiers or {}, "partage": edition == "partenaires", "vus": {},
    }  # fmt: skip


@cache
def _compile_rules(edition):
    kept = RULES if edition == "publique" else {name: RULES[name] for name in PARTNER_RULES if name in RULES}
    return [(re.compile(TRIGGERS[name]).search, re.compile("|".join(parts))) for name, parts in kept.items()]


def list_people_words(people):
    """Return the patterns of what the sheet personnes says of each person: names in both orders, with an initial, e-mail, telephone."""
    found = []
    if people is None or not len(people):
        return found
    rows = people.reindex(columns=["prenom", "nom", "courriel", "telephone"]).astype(object)
    for first, family, *others in rows.where(rows.notna(), "").astype(str).itertuples(index=False):
        found += [fold_pattern(word) for word in others if len(word.strip()) > SHORTEST_WORD]
        if first.strip() and family.strip():
            family_word, initial = fold_pattern(family), re.escape(first.strip()[0])
            found += [fold_pattern(f"{first} {family}"), fold_pattern(f"{family} {first}"), rf"\b{initial}[\s.]\s*{family_word}"]
        elif len(family.strip()) > SHORTEST_WORD or " " in family.strip():
            found.append(fold_pattern(family))
    return list(dict.fromkeys(found))


def mask_personal(rows, name, masker=None):
    """Return `rows` with what names or reaches a person taken out of every text (lists and index too), and how many.

    An identifier is kept as it is; one that names somebody is replaced by a number of its own, the same in every table: two that
    differ never become equal.

    >>> mask_personal(pd.DataFrame({"nom": ["Aide, 04 71 00 00 00", "CCAS"]}), "acteurs")[0]["nom"].tolist()
    ['Aide, [retiré]', 'CCAS']
    """
    masker = masker or make_masker("publique")
    rows, told = _mask_labels(rows, _list_identifiers(rows, name), masker), []
    identifiers = _list_identifiers(rows, name)
    for column in [c for c in rows.columns if rows[c].dtype == object or pd.api.types.is_string_dtype(rows[c].dtype)]:
        changed = _find_changes(rows[column], _mask_identifier if column in identifiers else mask_text, masker)
        found = rows[column].map(lambda cell: cell in changed).astype(bool) if changed else None  # noqa: B023
        if changed:
            rows = rows.assign(**{column: rows[column].map(lambda cell: changed.get(cell, cell))})  # noqa: B023
            told.append([name, f"colonne {column}", int(found.sum()), "courriel, téléphone, adresse ou nom de personne dans un texte"])
    return rows, told


def _mask_labels(rows, identifiers, masker):
    """Return the rows with what their index and their headings hold masked: a layer that a person named is a heading."""
    mask = _mask_identifier if rows.index.name in identifiers else mask_text
    changed = _find_changes(rows.index, mask, masker) if rows.index.nlevels == 1 else {}
    rows = rows.rename(index=changed) if changed else rows
    headings = _find_changes(rows.columns, mask_text, masker)
    return rows.rename(columns=headings) if headings else rows


def _list_identifiers(rows, name):
    """Return the names of the columns, and of the index, that hold identifiers: declared so, or named so in a measure."""
    described = describe_table(name) if name in list_tables() else pd.DataFrame(columns=["genre", "liste"])
    declared = described["genre"].eq("id") | described["genre"].str.startswith("ref:") | described["liste"].str.startswith("ref:")
    listed = {*described.index[declared.astype(bool)], *(c for names in LIST_REFERENCES.values() for c in names)}
    return listed | {c for c in [*rows.columns, rows.index.name] if isinstance(c, str) and _ID_NAMES.fullmatch(c)}


def number_identifiers(tables, named=()):
    """Return {identifier: what to write instead} for those that hold an e-mail or somebody's name, and for `named`.

    Their order says nothing of what they were, and the number is the same in every table.
    """
    found = set(named)
    for name, rows in tables.items():
        if isinstance(rows, pd.DataFrame):
            listed = _list_identifiers(rows, name)
            cells = [rows[column] for column in rows.columns if column in listed]
            cells += [rows.index] if rows.index.name in listed else []
            for column in cells:
                # The cells of a list are identifiers too.
                flat = {item for cell in column.unique() for item in (cell if isinstance(cell, tuple | list) else [cell])}
                found |= {item for item in flat if isinstance(item, str) and _names_somebody(item)}
    return {identifier: f"{MASK[:-1]} {rank}]" for rank, identifier in enumerate(sorted(found), start=1)}


@cache
def _compile_identifier_rule():
    # Ten digits in an identifier are a number, no telephone.
    return re.compile("|".join([MAIL, HIDDEN_MAIL, TITLED, WITH_FAMILY]))


def _names_somebody(identifier):
    rule = _compile_identifier_rule()
    return len(identifier) >= SHORTEST_TEXT and any(_is_somebody(found) for found in rule.finditer(identifier))


def _is_somebody(found):
    """Return whether what a rule found is somebody: a place that bears a name is not, nor are capitals after any word."""
    groups = found.groupdict()
    return not groups.get("lieu") and (not groups.get("prenom") or is_first_name(groups["prenom"]))


def _find_changes(cells, mask, masker):
    """Return {cell: masked cell} for the distinct texts, and lists of texts, that hold something personal."""
    masked = {cell: mask(cell, masker) for cell in cells.unique() if isinstance(cell, str | tuple)}
    return {cell: hidden for cell, hidden in masked.items() if hidden != cell}


def mask_text(value, masker=None):
    """Return a text, or each text of a list, without what names or reaches a person; anything else as it is.

    >>> mask_text("Vu avec Mme Durand, jean.dupont (at) exemple point fr, rue du Docteur Devins")
    'Vu avec [retiré], [retiré], rue du Docteur Devins'
    """
    masker = masker or make_masker("publique")
    if isinstance(value, tuple | list):
        return tuple(mask_text(item, masker) for item in value)
    if not isinstance(value, str):
        return value
    if value in masker["identifiants"]:
        return masker["identifiants"][value]
    if value not in masker["vus"]:
        masker["vus"][value] = _mask_words(value, masker)
    return masker["vus"][value]


def _mask_words(value, masker):
    if masker["mots"] is not None:
        value = masker["mots"].sub(lambda found: masker["remplacements"][found.lastindex - 1], value)
    if len(value) < SHORTEST_TEXT:
        return value
    for is_worth, pattern in masker["patterns"]:
        if is_worth(value):
            value = pattern.sub(lambda found: _replace(found, masker["partage"]), value)
    return value


def _replace(found, shared):
    """Return what to write instead of what a rule found; the mailbox of a structure is no secret of the partners'."""
    text = found.group()
    return MASK if _is_somebody(found) and not (shared and SHARED_MAIL.fullmatch(text)) else text


def _mask_identifier(value, masker):
    if isinstance(value, tuple | list):
        return tuple(_mask_identifier(item, masker) for item in value)
    return masker["identifiants"].get(value, value)


def mask_settings(value, masker=None):
    """Mask the texts of settings and of the dossier's own vocabulary."""
    if isinstance(value, dict):
        return {key: mask_settings(item, masker) for key, item in value.items()}
    return mask_personal(value, "", masker)[0] if isinstance(value, pd.DataFrame) else mask_text(value, masker)
