"""Who may see what, as one table: `editions.csv` says it of every table, every column and every kind of result.

A line without `colonne` speaks of a whole table; with `colonne`, of its columns; with `valeur` too, of the rows that hold one of
these values there. Several columns or values stand in one cell, separated by « ; »; « nb_unites * » is every column that starts
so. What no line names is closed: it is seen in the edition interne only.
"""

from functools import cache

import pandas as pd

from diagnostic.vocabulary import read_vocabulary

EDITIONS = ["publique", "partenaires", "interne"]
CLOSED = "interne"
# From the widest audience to none.
RANKS = {name: rank for rank, name in enumerate([*EDITIONS, "jamais"])}


@cache
def read_rules():
    """Return the rules, one a table, column or value: DataFrame table, colonne, valeur, edition, raison ('' where it has none)."""
    rules = read_vocabulary("editions")
    for name in ("colonne", "valeur"):
        rules = rules.assign(**{name: rules[name].str.split(";")}).explode(name)
    return rules.reset_index(drop=True)


@cache
def _index_rules():
    """Return ({table: edition}, {table: {column: edition}}, {(table, column): {value: edition}})."""
    tables, columns, values = {}, {}, {}
    for row in read_rules().itertuples():
        if row.valeur:
            values.setdefault((row.table, row.colonne), {})[row.valeur] = row.edition
        elif row.colonne:
            columns.setdefault(row.table, {})[row.colonne] = row.edition
        else:
            tables[row.table] = row.edition
    return tables, columns, values


def find_table_edition(table):
    """Return the widest edition that may hold a table: interne when no rule names it.

    >>> find_table_edition("acteurs"), find_table_edition("liens_a_verifier"), find_table_edition("inconnue")
    ('publique', 'interne', 'interne')
    """
    return _index_rules()[0].get(table, CLOSED)


def find_column_edition(table, column):
    """Return the widest edition that may hold a column: interne when no rule names it.

    >>> find_column_edition("acteurs", "adresse"), find_column_edition("territoires_resume", "nb_unites EPCI")
    ('partenaires', 'publique')
    """
    rules = _index_rules()[1].get(table, {})
    if column in rules:
        return rules[column]
    opened = [edition for name, edition in rules.items() if name.endswith("*") and str(column).startswith(name[:-1])]
    return opened[0] if opened else CLOSED


def list_ruled_values(table):
    """Return {column: {value: edition}} for the columns of a table whose values have rules of their own.

    >>> list_ruled_values("manques_listes")["genre"]["liens"]
    'interne'
    """
    return {column: dict(known) for (name, column), known in _index_rules()[2].items() if name == table}


def rank_editions(editions):
    """Return the place of each edition, 0 for the widest audience, 3 for « jamais », as an array; a missing one is closed."""
    return pd.Series(editions, dtype=object).map(RANKS).fillna(RANKS[CLOSED]).astype(int).to_numpy()
