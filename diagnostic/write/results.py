"""Flat records -> resultats.json, one record a line so that two runs can be compared."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

from diagnostic.schema import RECORD_COLUMNS
from diagnostic.write.atomic import write_atomic


def write_results(records, path):
    """Write the records as a JSON list; a missing or infinite value is null, its reason is in `raison_absence`.

    Parameters
    ----------
    records : DataFrame, columns `schema.RECORD_COLUMNS`
    path : path-like
    """
    columns = {column: _list_plain(records[column]) for column in RECORD_COLUMNS}
    rows = zip(*columns.values(), strict=True)
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
    lines = ",\n".join(encode(dict(zip(columns, row, strict=True))) for row in rows)
    with write_atomic(path) as temporary:
        Path(temporary).write_text(f"[\n{lines}\n]\n" if lines else "[]\n", encoding="utf-8", newline="\n")
    return path


def _list_plain(cells):
    """Return the cells as Python values that JSON knows; what is missing or infinite is None."""
    if pd.api.types.is_numeric_dtype(cells.dtype):
        numbers = cells.to_numpy(dtype=float, na_value=np.nan)
        return [value if known else None for value, known in zip(numbers.tolist(), np.isfinite(numbers), strict=True)]
    return cells.astype(object).where(cells.notna(), None).tolist()
