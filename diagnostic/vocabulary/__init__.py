"""The guide's lists, the project's conventions and the declared tables, as CSV files read here and nowhere else."""

import re
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from itertools import product

import pandas as pd

# Lists that have a file of their own; every other closed or open list is in listes.csv.
LISTS_WITH_FILE = ["categories", "personnes", "dispositifs", "metiers_passerelles", "verbes"]
LABEL_COLUMNS = ["libelle", "sigle", "alias"]
ENTRY_COLUMNS = [*LABEL_COLUMNS, "champ"]
# Beyond this many words that may be plural, a label is only tried wholly singular or wholly plural.
MOST_INFLECTED_WORDS = 4
_NO_KEY = re.compile("[^a-z0-9]+")  # in small letters without accents, what a key leaves out


def normalize_label(text):
    """Return `text` without case, accents, spaces, hyphens, apostrophes or underscores, for matching only.

    Examples
    --------
    >>> normalize_label("Cafés-associatifs") == normalize_label("cafes associatifs")
    True
    >>> normalize_label("Action cœur de ville")
    'actioncoeurdeville'
    """
    return _fold_label(str(text))


@lru_cache(100_000)
def _fold_label(text):
    # The ligatures are letters of their own for Unicode, two letters for whoever types without them.
    spelled = text.casefold()
    if spelled.isascii():
        return _NO_KEY.sub("", spelled)
    spelled = spelled.replace("œ", "oe").replace("æ", "ae")
    return "".join([c for c in unicodedata.normalize("NFKD", spelled) if c.isalnum()])


@cache
def read_vocabulary(name):
    """Return the list `name` (a CSV of this folder) as text, empty cells as ''.

    Raises
    ------
    FileNotFoundError
        When the package holds no such list.
    """
    with files("diagnostic.vocabulary").joinpath(f"{name}.csv").open(encoding="utf-8") as lines:
        return pd.read_csv(lines, dtype=str, keep_default_na=False)


@cache
def read_list(liste):
    """Return the entries of `liste`, a name of the column `liste` of colonnes.csv, indexed by `code`.

    Columns: libelle, sigle, alias (separated by ;), champ, origine ("guide", "ctg" or "projet"); '' where it has none.
    A name that ends in + ("categories+") is the same list: the column also takes *.

    Raises
    ------
    KeyError
        When there is no such list.

    Examples
    --------
    >>> read_list("categories").loc["ccas", ["sigle", "champ"]].tolist()
    ['CCAS', 'social']
    """
    liste = liste.removesuffix("+")
    if liste in LISTS_WITH_FILE:
        entries = read_vocabulary(liste)
    else:
        lists = read_vocabulary("listes")
        entries = lists[lists["liste"] == liste]
        if entries.empty:
            raise KeyError(f"no list {liste!r}; known: {LISTS_WITH_FILE + list(lists['liste'].unique())}")
    return entries.set_index("code").reindex(columns=[*ENTRY_COLUMNS, "origine"], fill_value="")


def is_open(liste):
    """Return whether a value out of `liste` is kept with a notice (themes, publics) rather than refused."""
    lists = read_vocabulary("listes")
    return bool((lists.loc[lists["liste"] == liste, "ouverte"] == "oui").any())


def extend_list(table, entries):
    """Return `table` with a dossier's `entries` added, or put over the entry of the same code.

    Parameters
    ----------
    table : DataFrame as read by `read_list`
    entries : DataFrame with columns code, libelle, and any of sigle, alias (text or tuple), champ
        A missing or empty cell leaves the shipped one; the shipped spellings go on leading to the entry.
        Of two entries with one code the last is kept. The table is returned with origine = "dossier" on its entries.
    """
    entries = _clean_entries(entries, known=table.index)
    shipped = table.reindex(entries.index).fillna("")
    merged = entries.where(entries != "", shipped[ENTRY_COLUMNS])
    # What the guide calls it must go on leading there, whatever the group calls it now.
    spellings = entries["alias"].str.cat([shipped[column] for column in LABEL_COLUMNS], sep=";")
    merged["alias"] = spellings.str.replace(";+", ";", regex=True).str.strip(";")
    merged["origine"] = "dossier"
    kept = table.copy()
    kept.loc[kept.index.intersection(merged.index)] = merged
    return pd.concat([kept, merged.loc[~merged.index.isin(table.index)]]).rename_axis("code")


def _clean_entries(entries, *, known):
    """Return `entries` indexed by code, ENTRY_COLUMNS as text; a known code is found whatever its case."""
    spelled = {normalize_label(code): code for code in known}
    codes = [spelled.get(normalize_label(code), str(code)) for code in entries["code"]]
    texts = entries.reindex(columns=ENTRY_COLUMNS).astype(object)
    texts["alias"] = [";".join(cell) if isinstance(cell, (tuple, list)) else cell for cell in texts["alias"]]
    texts = texts.where(texts.notna(), "").astype(str).set_axis(pd.Index(codes, name="code", dtype=str))
    return texts[~texts.index.duplicated(keep="last")]


@cache
def inflect_label(label):
    """Return the normalised spellings of `label`: as written, and its words in the singular or the plural.

    Words of three letters or fewer and words in capitals (acronyms) are left as they are.

    Examples
    --------
    >>> sorted(inflect_label("Centres sociaux"))
    ['centresocial', 'centresociaux', 'centressocial', 'centressociaux']
    """
    words = label.replace("-", " ").replace("'", " ").replace("’", " ").split()
    forms = [_inflect_word(word) for word in words]
    if sum(len(form) > 1 for form in forms) <= MOST_INFLECTED_WORDS:
        spellings = product(*forms)
    else:
        spellings = zip(*[(min(form, key=len), max(form, key=len)) for form in forms], strict=True)
    return frozenset([normalize_label(label), *("".join(map(normalize_label, spelling)) for spelling in spellings)])


def _inflect_word(word):
    """Return `word` and its other number by the regular rules of French (-s, -eau/-eaux, -eu/-eux, -al/-aux)."""
    if len(word) <= 3 or word.isupper():
        return (word,)
    if word.endswith(("eaux", "eux")):
        return (word, word[:-1])
    if word.endswith("aux"):
        return (word, word[:-3] + "al")
    if word.endswith("al"):
        return (word, word[:-2] + "aux")
    if word.endswith(("eau", "eu")):
        return (word, word + "x")
    return (word, word[:-1]) if word.endswith("s") else (word, word + "s")


def _list_spellings(table):
    """Return one (code, label as written, normalised key, rank) a spelling; the lowest rank wins a shared key."""
    # A dossier's words win over ours; a word as written wins over a plural we made up.
    ranks = [1 if origin == "dossier" else 2 for origin in table["origine"]]
    labels = []
    for column in LABEL_COLUMNS:
        cells = [cell.split(";") if column == "alias" else [cell] for cell in table[column]]
        labels += [(code, label, rank) for code, cell, rank in zip(table.index, cells, ranks, strict=True) for label in cell]
    spellings = [(code, code, normalize_label(code), 0) for code in table.index]
    spellings += [(code, label, normalize_label(label), rank) for code, label, rank in labels]
    spellings += [(code, label, key, rank + 2) for code, label, rank in labels for key in sorted(inflect_label(label))]
    return [spelling for spelling in spellings if spelling[2]]


def _keep_winners(table):
    """Return the spellings of the best rank for each key, and {key: the codes they lead to}."""
    spellings, best, codes = _list_spellings(table), {}, {}
    for _, _, key, rank in spellings:
        best[key] = min(rank, best.get(key, rank))
    winners = [spelling for spelling in spellings if spelling[3] == best[spelling[2]]]
    for code, _, key, _ in winners:
        codes.setdefault(key, set()).add(code)
    return winners, codes


def index_labels(table):
    """Return {normalised label: code} for a list: codes, labels, acronyms, aliases, and their singular and plural.

    A code leads to itself first; then the words of the dossier, then ours as written, then their other number.
    A label that still leads to two codes is left out; `list_ambiguities` names it.

    Examples
    --------
    >>> labels = index_labels(read_list("categories"))
    >>> labels[normalize_label("FTJ")], labels[normalize_label("Café associatif")]
    ('fjt', 'cafe_associatif')
    """
    winners, codes = _keep_winners(table)
    return {key: code for code, _, key, _ in winners if len(codes[key]) == 1}


def find_labels(entries, listed):
    """Return `index_labels(entries)`, made once for a list that the dossier left as shipped."""
    return _index_shipped(listed) if entries.equals(read_list(listed)) else index_labels(entries)


@cache
def _index_shipped(listed):
    return index_labels(read_list(listed))


def list_ambiguities(table):
    """Return the labels that lead to two codes and more: key, label, code, one row a code."""
    winners, codes = _keep_winners(table)
    shared = [(key, label, code) for code, label, key, _ in winners if len(codes[key]) > 1]
    return (
        pd.DataFrame(shared, columns=["key", "label", "code"], dtype="str")
        .drop_duplicates(["key", "code"])
        .sort_values(["key", "code"], ignore_index=True)
    )
