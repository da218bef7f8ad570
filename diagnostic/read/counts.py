"""How many rows of every file were read, kept inside or outside the perimeter, and set aside."""

import pandas as pd

from diagnostic.read.places.cog import is_in
from diagnostic.schema import ORIGIN_COLUMNS, list_tables

WHERE = ["fichier", "feuille"]


def count_rows(read, tables, communes, *, merged=None, others=None):
    """Return one row a file and sheet: lues = dans_territoire + hors_territoire + fusionnees + ecartees.

    Kept rows are counted in the final tables, so that what is set aside late (a link to nobody, an identifier already
    taken) is counted too. A table without place (links, settings) counts as inside.

    Parameters
    ----------
    read : DataFrame fichier, feuille, lues
    tables : dict of DataFrame, as they are at the end of the reading
    communes : DataFrame of the perimeter
    merged : DataFrame fichier, feuille, fusionnees, optional: the rows that a person said to be those of another actor
    others : DataFrame fichier, feuille, code_insee, optional: the rows kept of files that are no table of the schema (indicators)
    """
    others = pd.DataFrame(columns=[*WHERE, "code_insee"]) if others is None else others
    kept = [tables[name][WHERE] for name in list_tables() if len(tables[name]) and set(WHERE) <= set(tables[name])]
    kept = pd.concat([*kept, others[WHERE]])
    outside = pd.concat([_find_outside(tables, communes), others.loc[~is_in(others["code_insee"].astype("str"), communes.index), WHERE]])
    found = {"gardees": kept.value_counts(), "hors_territoire": outside.value_counts()}
    if merged is not None and len(merged):
        found["fusionnees"] = merged.set_index(WHERE)["fusionnees"]
    counts = read.copy()
    for name, numbers in found.items():
        counts = counts.merge(numbers.rename(name).reset_index(), on=WHERE, how="left")
    names = ["lues", "gardees", "hors_territoire", "fusionnees"]
    counts = counts.reindex(columns=[*WHERE, *names]).fillna(dict.fromkeys(names, 0)).astype(dict.fromkeys(names, int))
    counts["dans_territoire"] = counts["gardees"] - counts["hors_territoire"]
    counts["ecartees"] = counts["lues"] - counts["gardees"] - counts["fusionnees"]
    return counts[[*WHERE, "lues", "dans_territoire", "hors_territoire", "fusionnees", "ecartees"]]


def list_set_aside(read, problemes):
    """Return the rows set aside by an error, as they were read: {table: DataFrame of text, house columns and where it was}.

    Parameters
    ----------
    read : dict of DataFrame, every row read of each table, as text, with ORIGIN_COLUMNS
    problemes : DataFrame; a row that an `erreur` locates is one that was set aside
    """
    places = problemes.loc[problemes["gravite"] == "erreur", ORIGIN_COLUMNS].dropna()
    places = places.astype({"ligne": "int64"}).drop_duplicates()
    tables = set(list_tables())
    parts = {name: rows.astype({"ligne": "int64"}).merge(places, on=ORIGIN_COLUMNS) for name, rows in read.items() if name in tables}
    return {name: part for name, part in parts.items() if len(part)}


def _find_outside(tables, communes):
    """Return fichier and feuille of the actors, affiliations, rows of layers and travel times from out of the perimeter."""
    actors, affiliations, layers, times = (tables[name] for name in ("acteurs", "affiliations", "ressorts", "temps_trajet"))
    places = communes.index.append(pd.Index(communes["epci"].dropna().unique()))
    out = [
        actors[actors["hors_territoire"].astype(bool)],
        affiliations[~is_in(affiliations["territoire_code"], places)],
        layers[~is_in(layers["code_insee"], communes.index)],
        times[~is_in(times["code_insee"].astype("str"), communes.index)],
    ]
    return pd.concat([rows[WHERE] for rows in out])
