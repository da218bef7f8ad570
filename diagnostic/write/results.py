"""Flat records -> resultats.json, one record a line so that two runs can be compared."""

import json
import math
from pathlib import Path

from diagnostic.schema import RECORD_COLUMNS
from diagnostic.write.atomic import write_atomic


def write_results(records, path):
    """Write the records as a JSON list; a missing value is null, its reason is in `raison_absence`.

    Parameters
    ----------
    records : DataFrame, columns `schema.RECORD_COLUMNS`
    path : path-like
    """
    rows = records[RECORD_COLUMNS].to_dict("records")
    lines = ",\n".join(json.dumps({k: _plain(v) for k, v in row.items()}, ensure_ascii=False) for row in rows)
    with write_atomic(path) as temporary:
        Path(temporary).write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    return path


def _plain(value):
    if value is None or value != value:
        return None
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and math.isinf(value):
        return None
    return value
