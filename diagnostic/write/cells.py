"""Values of tables -> what a cell of a file may hold: plain text, numbers, nothing else."""

import numpy as np
import pandas as pd

CELL_LIMIT = 32_000  # a spreadsheet refuses cells over 32,767 characters


def flatten_table(table):
    """Return `table` ready for a file: lists joined by « ; », booleans as oui/non, dates as date, no geometry.

    The index becomes columns when it is named. Missing values stay missing: an empty cell, never 0.
    """
    flat = table.reset_index() if any(name for name in table.index.names) else table
    flat = pd.DataFrame(flat.drop(columns="geometry", errors="ignore"))
    return pd.DataFrame({column: flatten_column(flat[column]) for column in flat.columns}, index=flat.index)


def flatten_column(cells):
    """Return one column as text, float, int or datetime64; tuples joined, booleans in French, long texts cut and said."""
    if pd.api.types.is_bool_dtype(cells.dtype):
        return cells.map({True: "oui", False: "non"}).astype(object)
    if pd.api.types.is_datetime64_any_dtype(cells.dtype):
        return cells
    if pd.api.types.is_numeric_dtype(cells.dtype):
        return cells.replace([np.inf, -np.inf], np.nan) if pd.api.types.is_float_dtype(cells.dtype) else cells
    joined = cells.map(lambda cell: "; ".join(map(str, cell)) if isinstance(cell, tuple | list | set) else cell)
    joined = joined.map(lambda cell: {True: "oui", False: "non"}[bool(cell)] if isinstance(cell, bool | np.bool_) else cell)
    long = joined.map(lambda cell: isinstance(cell, str) and len(cell) > CELL_LIMIT).astype(bool)
    return joined.mask(long, joined[long].str[: CELL_LIMIT - 20] + " [texte coupé]") if long.any() else joined
