"""Wide tables of results -> flat records, by the table `mesures.csv` that names every measure and its denominator."""

import pandas as pd

from diagnostic.schema import RECORD_COLUMNS
from diagnostic.vocabulary import read_vocabulary

# What a column of a result table is called in a record.
RECORD_NAMES = {
    "territoire_id": "territoire", "couche": "couche_a", "code_insee": "territoire", "categorie": "groupe_a",
    "acteur_id": "groupe_a", "mixte": "groupe_b", "seuil_km": "groupe_b",
}  # fmt: skip
# A table without territory speaks of the whole perimeter.
WHOLE = "perimetre"
# Communes one by one are in the workbook; as records they would be thousands of lines of counts.
INTERNAL_TABLES = {"positions"}


def build_records(results, couches, *, edition_default="publique"):
    """Return every measure of `results` as flat records.

    Parameters
    ----------
    results : dict of str -> DataFrame, tables named in the column `table` of `mesures.csv`
    couches : DataFrame, index couche, with millesime
    edition_default : str, edition of the records whose table names no structure

    Returns
    -------
    DataFrame with `schema.RECORD_COLUMNS`; `edition` is the widest that may show the record. A value that could not be
    computed is missing and `raison_absence` says why.
    """
    measures = read_vocabulary("mesures")
    parts = []
    for name, rows in measures.groupby("table", sort=False):
        if name in results and len(results[name]):
            edition = "interne" if name in INTERNAL_TABLES else edition_default
            parts.append(_melt(results[name], rows, edition))
    if not parts:
        return pd.DataFrame(columns=RECORD_COLUMNS)
    records = pd.concat(parts, ignore_index=True)
    vintage = couches["millesime"]
    first, second = records["couche_a"].map(vintage), records["couche_b"].map(vintage)
    records["millesime"] = first.where(second.isna() | (first == second), first + " ; " + second)
    return records[RECORD_COLUMNS]


def _melt(table, measures, edition):
    flat = table.reset_index() if any(table.index.names) else table
    flat = flat.rename(columns={k: v for k, v in RECORD_NAMES.items() if k in flat and v not in flat})
    parts = []
    for row in measures.itertuples():
        source = RECORD_NAMES.get(row.colonne, row.colonne)
        part = pd.DataFrame({"mesure": row.mesure, "valeur": flat[source].astype(float)})
        for column in ("territoire", "couche_a", "couche_b", "groupe_a", "groupe_b", "ponderation", "raison_absence"):
            part[column] = flat[column].astype("str") if column in flat else None
        part["territoire"] = part["territoire"].fillna(WHOLE)
        for column in ("numerateur", "denominateur"):
            given = getattr(row, column)
            part[column] = flat[given].astype(float) if given else float("nan")
        part["reference"] = flat[row.valeur_reference].astype(float) if row.valeur_reference else float("nan")
        part["couverture"] = _find_coverage(flat, row.mesure)
        parts.append(part.assign(edition=edition))
    return pd.concat(parts, ignore_index=True)


def _find_coverage(flat, mesure):
    """Return the share of the weight a figure rests on: of the layer, or of both layers."""
    for column in ("couverture", "couverture_commune"):
        if column in flat and mesure not in ("couverture_couche", "couverture_commune"):
            return flat[column].astype(float)
    return float("nan")
