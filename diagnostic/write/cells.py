"""Values of tables -> what a cell of a file may hold: plain text, numbers, nothing else."""

import numpy as np
import pandas as pd

from diagnostic.schema import describe_table, list_tables
from diagnostic.vocabulary import find_labels, normalize_label

CELL_LIMIT = 32_000  # a spreadsheet refuses cells over 32,767 characters
POSTS = ["postes_resume", "postes_publics", "postes_territoires"]
# Columns of the measures that hold codes of a vocabulary, whole or in a list: {column or table.column: vocabularies}.
MEASURED_LISTS = {
    "categorie": ["categories"], "champ": ["champs"], "themes_communs": ["themes"], "groupe_a": ["categories", "champs"],
    "groupe_b": ["categories", "champs"], "liens_ecartes.type": ["types_lien"],
    "facettes.valeur": ["echelles", "qualifications", "roles", "stades", "themes", "types_lien"],
    **{f"{table}.code": ["personnes", "metiers_passerelles", "verbes", "champs", "statuts_poste"] for table in POSTS},
    "silos_groupes.valeur": ["categories", "champs"], "conventions.champ_essaye": ["champs"],
    "conventions_resume.categorie_min": ["categories"], "conventions_resume.categorie_max": ["categories"],
    "affiliations_territoires.programmes": ["dispositifs"], "citations.mode_collecte": ["modes_collecte"],
    "postes_ouverts.fonction": ["personnes"], "postes_ouverts.metier_passerelle": ["metiers_passerelles"],
    "postes_ouverts.statut": ["statuts_poste"],
}  # fmt: skip


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


def label_codes(rows, table, lists):
    """Return `rows` with the codes of vocabularies as French labels; a label that would not lead back stays a code.

    Parameters
    ----------
    rows : DataFrame or None
    table : str, a table of the schema or of the measures
    lists : dict of str -> DataFrame, vocabularies as `read_list` returns them
    """
    if rows is None or not len(rows):
        return rows
    for column, names in _find_drawn(table).items():
        if column in rows.columns:
            labels = {code: label for name in names for code, label in find_safe_labels(lists[name], name).items()}
            rows = rows.assign(**{column: rows[column].map(lambda cell: _label_cell(cell, labels))})  # noqa: B023
    return rows


def _find_drawn(table):
    """Return {column: vocabularies} for the columns of a table that hold codes."""
    if table not in list_tables():
        own = {key.removeprefix(f"{table}."): names for key, names in MEASURED_LISTS.items()}
        return {key: names for key, names in own.items() if "." not in key}
    described = describe_table(table)
    named = (described["liste"] != "") & ~described["liste"].str.startswith("ref:")
    drawn = described.loc[described["genre"].isin(["choix", "liste"]) & named, "liste"]
    return {column: [name.removesuffix("+")] for column, name in drawn.items()}


def find_safe_labels(entries, listed):
    """Return {code: label} for the labels that reading turns back into the same code, whole or within a list."""
    known = find_labels(entries, listed)
    parts = entries["libelle"].str.contains(r"[;|\n]", regex=True)
    return {code: label for code, label in entries.loc[~parts, "libelle"].items() if known.get(normalize_label(label)) == code}


def _label_cell(cell, labels):
    if isinstance(cell, str) and ";" in cell:
        cell = tuple(item.strip() for item in cell.split(";"))
    if isinstance(cell, tuple | list):
        return tuple(labels.get(item, item) for item in cell)
    return labels.get(cell, cell)


def name_territories(flat, names):
    """Return a flat table with a column `territoire` beside `territoire_id`, unless it has the name already.

    Where `territoire` holds an identifier, its name takes its place; what `names` does not know is left as it is.
    """
    if "territoire" in flat.columns:
        return flat.assign(territoire=flat["territoire"].map(lambda cell: names.get(cell, cell)))
    if "territoire_id" not in flat.columns or "nom" in flat.columns:
        return flat
    named = flat.copy()
    named.insert(flat.columns.get_loc("territoire_id") + 1, "territoire", flat["territoire_id"].map(names))
    return named
