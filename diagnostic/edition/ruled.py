"""The rules of `editions.csv` applied: tables, columns and rows that an edition may not hold go, and it is told."""

import numpy as np
import pandas as pd

from diagnostic.vocabulary.editions import (
    RANKS,
    find_column_edition,
    find_table_edition,
    list_ruled_values,
    rank_editions,
)

WORDS = {True: "oui", False: "non"}  # as the rules write what a column of yes and no says
OTHER_EDITION = "réservée à une autre édition"


def keep_tables(tables, edition):
    """Return the tables that an edition may hold, and what was removed: a table that no rule names is closed."""
    kept, removed = {}, []
    for name, value in tables.items():
        if not isinstance(value, pd.DataFrame) or RANKS[find_table_edition(name)] <= RANKS[edition]:
            kept[name] = value
        elif len(value):
            removed.append([name, "table entière", len(value), OTHER_EDITION])
    return kept, removed


def drop_columns(rows, name, edition):
    """Return the rows without the columns that an edition may not hold, and what was removed: those that no rule names go too.

    An index that may not be seen is dropped as a column is.
    """
    closed = [column for column in rows.columns if RANKS[find_column_edition(name, column)] > RANKS[edition]]
    counts = {column: int(is_filled(rows[column]).sum()) for column in closed}
    told = [[name, f"colonne {column}", count, OTHER_EDITION] for column, count in counts.items() if count]
    rows = rows.drop(columns=closed) if closed else rows
    label = rows.index.name
    if label is not None and RANKS[find_column_edition(name, label)] > RANKS[edition]:
        told.append([name, f"colonne {label}", len(rows), OTHER_EDITION])
        rows = rows.reset_index(drop=True)
    return rows, told


def drop_marked(rows, name, edition):
    """Return the rows that their own `edition` and the rule of their kind let an edition hold, and what was removed.

    A row may say that it is for fewer readers than its kind, never that it is for more.
    """
    if not len(rows):
        return rows, []
    closed = np.zeros(len(rows), dtype=bool)
    if "edition" in rows.columns:
        closed |= rank_editions(rows["edition"]) > RANKS[edition]
    for column, known in list_ruled_values(name).items():
        if column in rows.columns:
            said = rows[column].astype(object).map(lambda cell: WORDS.get(cell, cell) if isinstance(cell, bool) else cell)
            closed |= rank_editions(said.map(known)) > RANKS[edition]
    told = [[name, "lignes", int(closed.sum()), "résultats réservés à une autre édition"]] if closed.any() else []
    return (rows[~closed] if closed.any() else rows), told


def close_settings(settings, edition):
    """Return the settings with those that an edition may not hold emptied: what reads them finds them, and finds nothing."""
    closed = {key for key in settings if RANKS[find_column_edition("reglages", key)] > RANKS[edition]}
    return {key: type(value)() if key in closed and value is not None else value for key, value in settings.items()}


def is_filled(cells):
    """Return the mask of the cells that hold something."""
    return cells.notna() & cells.map(lambda cell: cell != ()).astype(bool) if cells.dtype == object else cells.notna()
