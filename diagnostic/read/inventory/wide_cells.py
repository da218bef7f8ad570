"""What a cell of a grid says -> roles, stages, links, units: each distinct text is read once."""

import re
from functools import cache
from itertools import product

import pandas as pd

from diagnostic.read.cells import values
from diagnostic.read.cells.columns import suggest_entries
from diagnostic.read.inventory.named_ids import make_identifiers
from diagnostic.vocabulary import find_labels, normalize_label

GENERIC_ROLE = "participation"
UNKNOWN_UNIT = "INFRA"  # a published value: the commune is subdivided, its units are not given
_CROSSES = {"×", "✗", "✘", "☒", "•", "●"}
_WORD = re.compile(r"([^;,|/\n\r()+&]*)(?:\(([^()]*)\)?)?")
_BREAKS = re.compile(r"[;,|/\n\r+&]+")
_CODE = re.compile(r"[\w.:/-]*\d[\w.:/-]*")
MOST_TOLD = 5  # unknown words told one by one for a cell
_STRANGER_COLUMNS = ["texte", "gravite", "probleme", "proposition"]


def read_roles(cells, lists, known):
    """Read the cells of actors x dispositifs: roles, stages and qualities in any order, a stage or a quality in brackets after its role.

    Returns
    -------
    said : DataFrame texte, role, stade, qualification, lu (True); one row a statement
        A cross, or a stage alone, is the generic role. What is in brackets belongs to the role before; a stage or a
        quality out of brackets belongs to every role that has none of its own.
    strangers : DataFrame texte, gravite, probleme, proposition: the cells with unknown words
    """
    facets = {"role": "roles", "stade": "stades", "qualification": "qualifications"}
    labels = {column: find_labels(lists[name], name) for column, name in facets.items()}
    entries = pd.concat([lists[name] for name in facets.values()])
    return _read_texts(cells["texte"], labels, entries[~entries.index.duplicated()], GENERIC_ROLE)


def read_links(cells, lists, known):
    """Read the cells of actors x actors: types of link and an intensity from 1 to 4; a cross is a link of no stated type.

    Where a sheet holds 1 and never 2, 3 or 4, 1 is a presence, not an intensity.
    """
    distinct = cells["texte"].unique()
    presence = "1" in distinct and not re.search("[2-4]", " ".join(distinct))
    degrees = {} if presence else {str(n): str(n) for n in range(1, 5)}
    spelled = {prefix + key: n for key, n in degrees.items() for prefix in ("", "intensite", "force", "niveau")}
    spelled |= {f"{prefix}{n}": str(n) for n in range(1, 5) for prefix in ("intensite", "force", "niveau")}
    labels = {"type": find_labels(lists["types_lien"], "types_lien"), "intensite": spelled}
    return _read_texts(cells["texte"], labels, lists["types_lien"], "")


def _read_texts(texts, labels, entries, default):
    rows, found = [], []
    for text in texts.unique():
        statements, strangers, crossed = _read_text(text, labels, default)
        rows += [{"texte": text, **statement} for statement in statements]
        found.append((text, strangers, bool(statements), crossed))
    said = pd.DataFrame(rows, columns=["texte", *labels], dtype="str").assign(lu=True)
    return said, _explain(found, entries, labels)


def _read_text(text, labels, default):
    """Return (statements as dicts, unknown words, whether several roles were crossed with several stages)."""
    main, *others = labels
    heads, free, strangers = [], {column: [] for column in others}, []
    for word, inner in [(text, "")] if _find(text, labels) else _list_words(text, labels):
        column, code = _find(word, labels) or _find_pair(word, labels, free) or (None, None)
        crossed = column is None and _is_cross(word)
        own = {name: [] for name in others} if crossed or column == main else free
        codes = [code] if column == main else []
        if column in free:
            free[column].append(code)
        elif column is None and word and not crossed:
            strangers.append(word)
        for part in filter(None, map(str.strip, _BREAKS.split(inner))):
            column, code = _find(part, {name: labels[name] for name in others}) or _find(part, labels) or (None, None)
            (own[column] if column in free else codes if column else strangers).append(code or part)
        heads += [(code, own) for code in codes or [default] * crossed]
    heads = heads or [(default, free)] * any(free.values())
    facets = [(code, product(*[own[name] or free[name] or [""] for name in others])) for code, own in heads]
    found = dict.fromkeys((code, *facet) for code, several in facets for facet in several)
    mixed = len(heads) > 1 and any(len(set(codes)) > 1 for codes in free.values())
    return [dict(zip(labels, statement, strict=True)) for statement in found], strangers, mixed


def _list_words(text, labels):
    """Return the words of a cell, each with what stands in brackets after it; « et » parts words unless a label holds it."""
    words = [(match[1].strip(), match[2] or "") for match in _WORD.finditer(text)]
    parted = []
    for word, inner in words:
        parts = [word] if _find(word, labels) else re.split(r"\s+et\s+", word)
        parted += [*((part, "") for part in parts[:-1]), (parts[-1], inner)]
    return [pair for pair in parted if any(pair)]


def _find(word, labels):
    """Return (column, code) of the first list that knows `word`, or None."""
    key = normalize_label(word)
    return next(((column, known[key]) for column, known in labels.items() if key in known), None) if key else None


def _find_pair(word, labels, free):
    """Return the type of « technique 3 », its intensity joining `free`; None for any other word."""
    pair = re.fullmatch(r"(.*\D)[\s:]+([1-4])", word)
    if "intensite" not in free or not pair or not (found := _find(pair[1], labels)):
        return None
    free["intensite"].append(pair[2])
    return found


@cache
def _is_cross(word):
    said, _ = values.read_yes_no(pd.Series([word], dtype="str"))
    return word in _CROSSES or bool(said.eq(True).fillna(False).iloc[0])


def _explain(found, entries, labels):
    """Return the cells with unknown words (`found`: text, words, whether anything was read, whether crossed), explained."""
    words = sorted({word for _, strangers, *_ in found for word in strangers})
    spelled = {key: code for known in reversed(labels.values()) for key, code in known.items()}
    near = suggest_entries(words, entries, spelled)
    rows = []
    for text, strangers, read, crossed in found:
        told = [near[word][0] for word in dict.fromkeys(strangers)]
        if len(told) > MOST_TOLD:
            told = [*told[:MOST_TOLD], f"Et {len(told) - MOST_TOLD} autres mots inconnus."]
        if not read:
            rows.append([text, "erreur", " ".join(told or ["Rien de lisible."]) + " Case écartée.", _propose(text, strangers, near)])
        elif told:
            rows.append([text, "attention", " ".join(told) + " Le reste de la case est lu.", _propose(text, strangers, near)])
        if crossed:
            message = f"Plusieurs {'rôles' if 'role' in labels else 'types'} et plusieurs précisions : chacun est lu avec chacune."
            rows.append([text, "information", message, ""])
    return pd.DataFrame(rows, columns=_STRANGER_COLUMNS)


def _propose(text, strangers, near):
    """Return the cell with every unknown word replaced by the nearest, '' when one has none."""
    if not all(near[word][1] for word in strangers):
        return ""
    for word in sorted(strangers, key=len, reverse=True):
        text = text.replace(word, near[word][1])
    return text if strangers else ""


def read_units(cells, lists, known):
    """Read the cells of communes x layers: the name or the code of a unit, or several (`;`): the commune is subdivided.

    Returns
    -------
    said : DataFrame entete, texte, unite_id, unite_nom, infra, lu (True)
        A unit known by its name has its identifier; a text without space that holds a figure is a code; any other is a
        name, from which an identifier is made. A cross puts the commune in the one unit of the layer, named as it is.
    strangers : DataFrame texte, gravite, probleme, proposition: the cells that hold separators only
    """
    pairs = cells[["entete", "texte"]].drop_duplicates()
    units = pairs.assign(unite_nom=pairs["texte"].str.split(r"[;|\n\r]+", regex=True)).explode("unite_nom")
    units["unite_nom"] = units["unite_nom"].str.strip().str.strip('"').str.strip()
    units = units[units["unite_nom"] != ""]
    crossed = units["unite_nom"].isin([name for name in units["unite_nom"].unique() if _is_cross(name) and name not in ("1", "o", "O")])
    units["unite_nom"] = units["unite_nom"].where(~crossed, units["entete"])
    several = units.groupby(["entete", "texte"])["unite_nom"].transform("nunique") > 1
    units = units.assign(infra=several.map({True: "oui", False: ""}), lu=True).drop_duplicates()
    units["unite_id"] = _name_units(units, known)
    coded = (units["unite_id"] == units["unite_nom"]) | (units["unite_id"] == UNKNOWN_UNIT)
    units["unite_nom"] = units["unite_nom"].where(~coded, "")
    return units, _explain([(text, [], False, False) for text in sorted(set(pairs["texte"]) - set(units["texte"]))], lists["roles"], {})


def _name_units(units, known):
    """Return the identifier of each unit: the one known, the code written, or one made from its name, within its layer."""
    layers, keys = units["entete"].map(normalize_label), units["unite_nom"].map(normalize_label)
    codes = [
        known.get(layer, {}).get(key) or (UNKNOWN_UNIT if name.upper() == UNKNOWN_UNIT else name if _CODE.fullmatch(name) else "")
        for layer, key, name in zip(layers, keys, units["unite_nom"], strict=True)
    ]
    unnamed = units.assign(layer=layers, key=keys, code=codes).query("code == ''").sort_values("unite_nom")
    made = {}
    for layer, rows in unnamed.groupby("layer"):
        names = rows.drop_duplicates("key").set_index("key", drop=False)
        slugs = make_identifiers(names["unite_nom"], "", names["key"], taken=known.get(layer, {}).values())
        made |= {(layer, key): slug for key, slug in slugs.items()}
    filled = [code or made[pair] for pair, code in zip(zip(layers, keys, strict=True), codes, strict=True)]
    return pd.Series(filled, index=units.index, dtype="str")
