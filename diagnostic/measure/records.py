"""Wide tables of results -> flat records, by the table `mesures.csv` that names every measure and its denominator."""

import pandas as pd

from diagnostic.schema import RECORD_COLUMNS
from diagnostic.vocabulary import read_vocabulary
from diagnostic.vocabulary.editions import CLOSED, RANKS, list_ruled_values

# What a column of a result table is called in a record.
RECORD_NAMES = {
    "territoire_id": "territoire", "couche": "couche_a", "categorie": "groupe_a", "acteur_id": "groupe_a", "mixte": "groupe_b",
    "attendu_id": "groupe_a", "seuil_km": "groupe_b", "seuil_minutes": "groupe_b",
    "hypothese": "groupe_a", "cas": "groupe_a", "genre": "groupe_a",
}  # fmt: skip
# A table without territory speaks of the whole perimeter.
WHOLE = "perimetre"
# Commune by commune, or group by group, the figures are in the workbook only: as records they would drown the rest.
UNRECORDED_TABLES = {"millefeuille", "facettes", "silos_groupes"}
# By file and by category, the quality of the inventory is in the workbook only.
RECORDED_ROWS = {"qualite": ("groupe", "ensemble")}
# The mean distance is the same whatever the threshold: one record, not one a threshold.
WITHOUT_THRESHOLD = {"distance_moyenne_km", "minutes_moyennes"}
# Tables in kilometres for some categories and in minutes for others: what is not in the unit of a row is no missing value.
EITHER_UNIT = {"quantiles_acces"}
# In `mesures.csv`: the numerator is the share times its denominator.
SHARE = "="
# Figures on all the units of one layer, whatever the other covers.
OF_ONE_LAYER = {
    "a": ("nb_unites_a", "nb_a_dans_b", "part_a_dans_b", "part_population_a_dans_b"),
    "b": ("nb_unites_b", "nb_b_dans_a", "part_b_dans_a", "part_population_b_dans_a"),
}
UNTOLD = "non calculable avec les données du dossier"
# Why a value may be missing when its table does not say it, by the first letters of the measure.
USUAL_REASONS = {
    # Layers that split communes: the information is known on what both cover, the share of the nested units is not.
    "part_population_": "parts de population inconnues dans une commune partagée",
    "nb_categories_": "les catégories se comptent par département et par EPCI",
}


def build_records(results, couches, *, mesures=None):
    """Return every measure of `results` as flat records.

    Parameters
    ----------
    results : dict of str -> DataFrame, tables named in the column `table` of `mesures.csv`
    couches : DataFrame, index couche, with millesime
    mesures : sequence of str, optional, only these measures: the columns of the others may then be missing

    Returns
    -------
    DataFrame with `schema.RECORD_COLUMNS`; `edition` is the widest that may show the record (`editions.csv`). A value that could not be
    computed is missing and `raison_absence` says why; elsewhere `raison_absence` is missing. A category that is not known
    to be absent has no record (rule 9: unknown is not zero); the number of such categories is a record of its territory.
    """
    measures = read_vocabulary("mesures")
    measures = measures if mesures is None else measures[measures["mesure"].isin(mesures)]
    parts = []
    for name, rows in measures.groupby("table", sort=False):
        if name in results and len(results[name]) and name not in UNRECORDED_TABLES:
            column, value = RECORDED_ROWS.get(name, (None, None))
            table = results[name] if column is None else results[name][results[name][column] == value]
            rows = rows[rows["colonne"].isin(table.columns)] if name in EITHER_UNIT else rows
            found = _melt(table, rows)
            parts.append(found[found["valeur"].notna()] if name in EITHER_UNIT else found)
    if not parts:
        return pd.DataFrame(columns=RECORD_COLUMNS)
    records = pd.concat(parts, ignore_index=True)
    vintage = couches["millesime"].astype("str")
    first, second = records["couche_a"].map(vintage), records["couche_b"].map(vintage)
    records["millesime"] = first.where(second.isna() | (first == second), first + " ; " + second)
    return records[RECORD_COLUMNS]


def _melt(table, measures):
    flat = table.reset_index() if any(table.index.names) else table
    renamed = {}
    for column, name in RECORD_NAMES.items():  # of two columns that could be one group, the first named is
        if column in flat and name not in flat and name not in renamed.values():
            renamed[column] = name
    flat = flat.rename(columns=renamed)
    if "statut" in flat:
        flat = flat[flat["statut"] != "non_renseigne"]
    if "territoire" in flat:  # the links that no territory holds are a row of the workbook, no territory
        flat = flat[~flat["territoire"].astype("str").str.startswith("sans_territoire").fillna(False)]
    parts = [_melt_measure(flat, row) for row in measures.itertuples()]
    return pd.concat(parts, ignore_index=True)


def _melt_measure(flat, measure):
    """Return the records of one measure: one a row of its table."""
    edition = list_ruled_values("resultats")["mesure"].get(measure.mesure, CLOSED)
    # A row may say that it is for fewer readers than its measure.
    marked = flat["edition"].map(lambda own: max(own, edition, key=RANKS.get)) if "edition" in flat else edition
    part = pd.DataFrame({"mesure": measure.mesure, "valeur": flat[measure.colonne].astype(float), "edition": marked})
    for column in ("territoire", "couche_a", "couche_b", "groupe_a", "groupe_b", "ponderation", "raison_absence"):
        part[column] = flat[column].astype("str") if column in flat else None
    part["territoire"] = part["territoire"].fillna(WHOLE)
    beside = {"numerateur": measure.numerateur, "denominateur": measure.denominateur, "reference": measure.valeur_reference}
    for column, given in beside.items():
        # The mean of the draws is there only where draws were asked.
        known = given and given != SHARE and (column != "reference" or given in flat)
        part[column] = flat[given].astype(float) if known else float("nan")
    if measure.numerateur == SHARE:
        part["numerateur"] = part["valeur"] * part["denominateur"]
    part["couverture"] = _find_coverage(flat, measure.mesure)
    part["raison_absence"] = _tell_absence(part) if len(part) else None
    if measure.mesure in WITHOUT_THRESHOLD:
        part = part.assign(groupe_b=None).drop_duplicates(["territoire", "groupe_a"])
    return part


def _tell_absence(part):
    """Return why each missing value is; no value leaves without a reason, no reason stays beside a value."""
    told = part["raison_absence"].astype("str").replace("", pd.NA)
    usual = next((reason for start, reason in USUAL_REASONS.items() if part["mesure"].iat[0].startswith(start)), UNTOLD)
    return told.fillna(usual).where(part["valeur"].isna())


def _find_coverage(flat, mesure):
    """Return the share of the weight a figure rests on: of the layer, or of both layers."""
    for side, measures in OF_ONE_LAYER.items():
        if mesure in measures:
            return flat[f"couverture_{side}"].astype(float)
    for column in ("couverture", "couverture_commune"):
        if column in flat and mesure not in ("couverture_couche", "couverture_commune"):
            return flat[column].astype(float)
    return float("nan")
