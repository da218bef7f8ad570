"""How far an inventory can be trusted: the age of its rows, and what each file and category says or leaves out."""

import pandas as pd

UP_TO_DATE, TO_REVIEW, OLD, UNDATED, FUTURE = "à jour", "à revoir", "ancien", "sans date", "date future"
THRESHOLDS = (12, 24)  # months
FRESHNESS_COLUMNS = ["acteur_id", "nom", "source", "date_maj", "age_mois", "age_ans", "etat"]
CONFIDENCES = {"sure": "nb_commune_sure", "forte": "nb_commune_forte", "a_verifier": "nb_commune_a_verifier"}
# share -> (its numerator, its denominator)
SHARES = {
    "part_datees": ("nb_datees", "nb_lignes"), "part_a_revoir": ("nb_a_revoir", "nb_datees"),
    "part_anciennes": ("nb_anciennes", "nb_datees"), "part_avec_commune": ("nb_avec_commune", "nb_lignes"),
    "part_avec_coordonnees": ("nb_avec_coordonnees", "nb_lignes"), "part_avec_categorie": ("nb_avec_categorie", "nb_lignes"),
    "part_avec_siret": ("nb_avec_siret", "nb_lignes"),
}  # fmt: skip
QUALITY_COLUMNS = [
    # What is read first: which group, then six figures; the detail after.
    "groupe", "groupe_a", "nb_lignes", "part_datees", "age_median_mois", "part_avec_commune", "part_avec_siret", "nb_doublons_proposes",
    "nb_datees", "nb_sans_date", "nb_dates_futures", "nb_a_revoir", "part_a_revoir", "nb_anciennes", "part_anciennes", "nb_avec_commune",
    *CONFIDENCES.values(), "nb_commune_sans_confiance", "nb_sans_commune", "nb_avec_coordonnees", "part_avec_coordonnees",
    "nb_avec_categorie", "part_avec_categorie", "nb_avec_siret", "raison_absence",
]  # fmt: skip
WITHOUT_CATEGORY, WITHOUT_FILE = "sans catégorie", "sans fichier"
NO_DATE = "aucune ligne datée"


def measure_freshness(acteurs, date, *, seuils=THRESHOLDS):
    """Return the age of every row at `date`, on the index of `acteurs`.

    Parameters
    ----------
    acteurs : DataFrame with date_maj, and acteur_id, nom, source where it has them
    date : Timestamp, the date of the edition
    seuils : sequence of numbers of months; the smallest parts « à jour » from « à revoir », the greatest « à revoir » from
        « ancien »: a row that has reached a threshold is beyond it

    Returns
    -------
    DataFrame
        acteur_id, nom, source, date_maj, age_mois (whole months gone by), age_ans (the same in years, one decimal), etat.
        A row without date is « sans date », one dated after `date` is « date future »: neither has an age, never 0.

    Examples
    --------
    >>> rows = pd.DataFrame({"nom": ["A", "B"], "date_maj": pd.to_datetime(["2025-11-21", None])})
    >>> measure_freshness(rows, pd.Timestamp("2026-11-20"))[["age_mois", "etat"]].values.tolist()
    [[11, 'à jour'], [<NA>, 'sans date']]
    """
    rows = acteurs.reindex(columns=["acteur_id", "nom", "source", "date_maj"])
    dates, now = pd.to_datetime(rows["date_maj"]), pd.Timestamp(date).normalize()
    months = (now.year - dates.dt.year) * 12 + now.month - dates.dt.month - (dates.dt.day > now.day)
    future = dates.dt.normalize() > now
    age = months.mask(future).astype("Int64")
    state = pd.Series(UP_TO_DATE, index=rows.index, dtype="str").mask((age >= min(seuils)).fillna(False), TO_REVIEW)
    state = state.mask((age >= max(seuils)).fillna(False), OLD).mask(dates.isna(), UNDATED).mask(future, FUTURE)
    aged = rows.assign(date_maj=dates, age_mois=age, age_ans=(age.astype("Float64") / 12).round(1), etat=state)
    return aged[FRESHNESS_COLUMNS]


def measure_quality(acteurs, doublons, date, *, seuils=THRESHOLDS):
    """Return what the rows say and leave out: over all, then by file, then by category.

    Parameters
    ----------
    acteurs : DataFrame as read and completed: an identifier that was refused is empty in it
    doublons : DataFrame with acteur_id_1, acteur_id_2, one row a proposed pair; None when nobody looked for them
    date, seuils : as in `measure_freshness`

    Returns
    -------
    DataFrame with QUALITY_COLUMNS
        `groupe` is ensemble, fichier or categorie and `groupe_a` which one. Each share lies beside its numerator, and its
        denominator is nb_lignes, or nb_datees for ages (missing when it is 0). nb_lignes = nb_datees + nb_sans_date +
        nb_dates_futures = nb_avec_commune + nb_sans_commune. A pair counts once in each group it touches: the sum over
        the groups exceeds the number of pairs when a pair lies across two of them.
    """
    marks = _mark_rows(acteurs, measure_freshness(acteurs, date, seuils=seuils))
    groups = {
        "ensemble": pd.Series("", index=acteurs.index, dtype="str"),
        "fichier": _name_groups(acteurs, "fichier", WITHOUT_FILE),
        "categorie": _name_groups(acteurs, "categorie", WITHOUT_CATEGORY),
    }
    parts = [_count_group(marks, names, acteurs, doublons).assign(groupe=group) for group, names in groups.items()]
    table = pd.concat(parts, ignore_index=True)
    shares = {name: table[above] / table[below].where(table[below] > 0) for name, (above, below) in SHARES.items()}
    reasons = pd.Series(None, index=table.index, dtype="str").mask(table["nb_datees"] == 0, NO_DATE)
    table = table.assign(**shares, raison_absence=reasons, groupe_a=table["groupe_a"].mask(table["groupe"] == "ensemble"))
    return table[QUALITY_COLUMNS]


def _name_groups(acteurs, column, nameless):
    names = acteurs.reindex(columns=[column])[column].astype("str")
    return names.mask(names == "").fillna(nameless)


def _mark_rows(acteurs, fresh):
    """Return one yes/no column a thing counted, and the age of each row."""
    named = ["code_insee", "confiance_commune", "lat", "lon", "categorie", "siret"]
    rows = acteurs.reindex(columns=named)
    filled = rows.notna() & (rows != "")
    state, located = fresh["etat"], filled["code_insee"]
    trust = {name: located & rows["confiance_commune"].eq(code).fillna(False) for code, name in CONFIDENCES.items()}
    marks = {
        "nb_datees": ~state.isin([UNDATED, FUTURE]), "nb_sans_date": state == UNDATED, "nb_dates_futures": state == FUTURE,
        "nb_a_revoir": state == TO_REVIEW, "nb_anciennes": state == OLD, "nb_avec_commune": located, **trust,
        "nb_commune_sans_confiance": located & ~rows["confiance_commune"].isin(CONFIDENCES), "nb_sans_commune": ~located,
        "nb_avec_coordonnees": filled["lat"] & filled["lon"], "nb_avec_categorie": filled["categorie"],
        "nb_avec_siret": filled["siret"],
    }  # fmt: skip
    return pd.DataFrame(marks, index=acteurs.index).astype("int64").assign(age_mois=fresh["age_mois"].astype("Float64"))


def _count_group(marks, names, acteurs, doublons):
    """Return one row a distinct name, sorted: rows, marks, median age and proposed pairs."""
    grouped = marks.groupby(names.to_numpy())
    table = grouped[[name for name in marks if name != "age_mois"]].sum()
    table = table.assign(nb_lignes=grouped.size(), age_median_mois=grouped["age_mois"].median().astype("float64"))
    pairs = _count_pairs(names, acteurs, doublons)
    counted = float("nan") if pairs is None else pairs.reindex(table.index).fillna(0)
    table = table.assign(nb_doublons_proposes=counted).astype({"nb_doublons_proposes": "float64"})
    return table.rename_axis("groupe_a").reset_index().astype({"groupe_a": "str"})


def _count_pairs(names, acteurs, doublons):
    """Return the number of proposed pairs that touch each group; None when nobody looked for any."""
    if doublons is None:
        return None
    pairs = doublons[["acteur_id_1", "acteur_id_2"]].reset_index(drop=True).rename_axis("paire").reset_index()
    ends = pairs.melt("paire", value_name="acteur_id")
    paired = acteurs["acteur_id"].isin(ends["acteur_id"])
    held = pd.DataFrame({"acteur_id": acteurs.loc[paired, "acteur_id"], "groupe_a": names[paired]}).drop_duplicates("acteur_id")
    touched = ends.merge(held, on="acteur_id")[["paire", "groupe_a"]].drop_duplicates()
    return touched["groupe_a"].value_counts()
