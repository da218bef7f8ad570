"""Rows that bear a name and no identifier -> a readable identifier, the same whatever the order of the rows."""

import re
import unicodedata
from itertools import count, islice

import pandas as pd

from diagnostic.read.places.names import read_names
from diagnostic.schema import ORIGIN_COLUMNS, describe_table, list_problems

MOST_LETTERS = 40
# What an identifier is made from: {table: (identifier, columns that name the row, columns that place it, the first filled)}.
MADE_FROM = {
    "acteurs": ("acteur_id", ["nom"], ["commune", "code_insee", "code_postal"]),
    "dispositifs": ("dispositif_id", ["nom"], []),
    "instances": ("instance_id", ["nom"], []),
    "reseaux": ("reseau_id", ["nom"], []),
    "territoires": ("territoire_id", ["nom"], []),
    # No name of a person in an identifier: the structure and the function.
    "postes": ("poste_id", ["acteur_id", "fonction"], []),
    "personnes": ("personne_id", ["acteur_id", "fonction"], []),
}
_PLACE_LETTERS = 18
_MADE_COLUMNS = ["table", *ORIGIN_COLUMNS, "colonne", "identifiant", "nom"]


def name_made(table):
    """Return the identifier column that can be made for `table`, as a tuple: empty when there is none."""
    return (MADE_FROM[table][0],) if table in MADE_FROM else ()


def fill_identifiers(rows, table, taken=()):
    """Give an identifier to the rows of `table` that bear a name and have none.

    Parameters
    ----------
    rows : DataFrame of str, every declared column ("" when empty) and ORIGIN_COLUMNS
    table : str
    taken : iterable of str, optional, the identifiers of the other sheets of the table

    Returns
    -------
    rows : DataFrame, the same with the identifiers made; a row without a name keeps its empty cell
    problemes : DataFrame or None, one row (`information`): how many were made

    Notes
    -----
    An identifier is the name in plain letters; where several rows bear it, the name then the commune, whatever its
    spelling, `-2` and on when that is taken too. So a commune that is corrected changes no identifier, but those of namesakes.
    Rows that would share one are numbered in the order of what they hold: the order of the rows counts for nothing.
    """
    if table not in MADE_FROM:
        return rows, None
    key, names, places = MADE_FROM[table]
    bare = (rows[key] == "") & (rows[names] != "").all(axis=1)
    if not bare.any():
        return rows, None
    found = rows[bare]
    called, taken = found[names].agg(" ".join, axis=1), {*rows[key], *taken}
    made = make_identifiers(called, _place_namesakes(found, called, places, taken), _list_contents(found, table), taken=taken)
    filled = rows.assign(**{key: rows[key].mask(bare, made)})
    return filled, _tell_made(found, key, made)


def _place_namesakes(rows, names, places, taken):
    """Return the place of each row whose name is not its own, spelled one way; '' for the others."""
    if not places:
        return ""
    slugs = names.map({name: make_slug(name) for name in names.unique()})
    shared = slugs.duplicated(keep=False) | slugs.isin(taken)
    place = pd.Series("", index=rows.index, dtype="str")
    if not shared.any():
        return place
    first, *others = places
    town = rows.loc[shared, first]
    spelled = read_names(town)["nom"].str.casefold().str.replace(r"\bst(e?)\b", r"saint\1", regex=True)
    found = spelled.where(spelled != "", town)
    for column in others:
        found = found.where(found != "", rows.loc[shared, column])
    return place.where(~shared, found.reindex(rows.index))


def _list_contents(rows, table):
    columns = [column for column in describe_table(table).index if column in rows]
    return rows[columns].agg("\x1f".join, axis=1)


def _tell_made(rows, key, made):
    example = made.loc[rows.index[0]]
    message = f"{len(rows)} identifiants fabriqués d'après le nom, par exemple « {example} »."
    if len(rows) == 1:
        message = f"1 identifiant fabriqué d'après le nom : « {example} »."
    where = rows.head(1).assign(ligne=pd.array([pd.NA], dtype="Int64"))
    fix = f"rien ; pour qu'il reste le même si le nom change, écrivez-le dans la colonne {key}"
    return list_problems("information", where, message, fix, colonne=key)


def make_identifiers(names, places, contents, *, taken=()):
    """Return one identifier a row, each its own.

    Parameters
    ----------
    names : Series of str
    places : Series of str on the same index, or ""
    contents : Series of str on the same index: settles which of two rows with one name and place comes first
    taken : iterable of str, identifiers that other rows have

    Examples
    --------
    >>> names = pd.Series(["Mairie", "Mairie", "Maison de l'Été"])
    >>> make_identifiers(names, "Brioude", pd.Series(["b", "a", "c"])).tolist()
    ['mairie-brioude-2', 'mairie-brioude', 'maison-de-l-ete-brioude']
    """
    rows = pd.DataFrame({"name": names, "place": places, "content": contents}).astype("str")
    pairs = rows[["name", "place"]].drop_duplicates()
    slugs = [make_slug(name, place) for name, place in zip(pairs["name"], pairs["place"], strict=True)]
    spelled = pd.Series(slugs, index=pd.MultiIndex.from_frame(pairs), dtype="str")
    rows["slug"] = spelled.reindex(pd.MultiIndex.from_frame(rows[["name", "place"]])).to_numpy()
    rows["rang"] = range(len(rows))
    ordered = rows.sort_values(["slug", "content", "name", "place"], kind="stable")
    # A slug that a row bears as it is is never given to a row that had to be numbered.
    taken, sizes = set(taken), ordered.groupby("slug").size()
    reserved, made = taken | set(sizes.index), []
    for slug, size in sizes.items():
        # Others of the same slug are numbered, from 2; shortened ones could meet those of another slug.
        own = [slug] if slug not in taken else []
        free = (number for number in _number(slug) if number not in reserved)
        given = own + list(islice(free, size - len(own)))
        reserved.update(given)
        made += given
    return pd.Series(made, index=ordered["rang"], dtype="str").sort_index().set_axis(rows.index)


def _number(slug):
    """Yield slug-2, slug-3..., never longer than MOST_LETTERS."""
    for number in count(2):
        yield f"{slug[: MOST_LETTERS - len(str(number)) - 1].rstrip('-')}-{number}"


def make_slug(name, place=""):
    """Return `name` then `place` in plain letters and hyphens, MOST_LETTERS at most; the place is not said twice.

    Examples
    --------
    >>> make_slug("Épicerie « La Halte »", "Saint-Étienne"), make_slug("Mairie de Brioude", "Brioude")
    ('epicerie-la-halte-saint-etienne', 'mairie-de-brioude')
    """
    said, where = _spell(name), _cut(_spell(place), _PLACE_LETTERS)
    if where and f"-{where}-" in f"-{said}-":
        where = ""
    room = MOST_LETTERS - len(where) - 1 if where else MOST_LETTERS
    return "-".join(filter(None, [_cut(said, room), where])) or "sans-nom"


def _spell(text):
    # An accent leaves its letter; any other sign, an apostrophe or a quote, parts two words.
    letters = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe").replace("æ", "ae"))
    letters = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return re.sub("[^a-z0-9]+", "-", letters).strip("-")


def _cut(slug, room):
    """Cut `slug` at the end of a word where that keeps most of it."""
    if len(slug) <= room:
        return slug
    whole = slug[: room + 1].rpartition("-")[0]
    return whole if len(whole) > room / 2 else slug[:room].rstrip("-")


def list_made(lues, tables):
    """Return the identifiers that were made, to be written back in a copy of the inventory.

    Parameters
    ----------
    lues : dict of DataFrame, the rows as they were read (`read_inventory`)
    tables : dict of DataFrame, the tables read

    Returns
    -------
    DataFrame with columns table, fichier, feuille, ligne, colonne, identifiant, nom; the row is the one of `fichier`
    """
    parts = []
    for table, (key, names, _) in MADE_FROM.items():
        read, kept = lues.get(table), tables[table]
        if read is None or not len(read) or not len(kept):
            continue
        bare = read.loc[read[key] == "", ORIGIN_COLUMNS]
        made = bare.merge(kept[[*ORIGIN_COLUMNS, key, names[0]]], on=ORIGIN_COLUMNS)
        parts.append(made.set_axis([*ORIGIN_COLUMNS, "identifiant", "nom"], axis=1).assign(table=table, colonne=key))
    return pd.concat(parts, ignore_index=True)[_MADE_COLUMNS] if parts else pd.DataFrame(columns=_MADE_COLUMNS)
