"""How old the information behind the three states is: the dates of the actors seen, and of the coverage that was said."""

import numpy as np
import pandas as pd

from diagnostic.measure.manques.reach import resolve_places
from diagnostic.measure.manques.states import ABSENT, EVERYTHING, PRESENT, list_held_categories
from diagnostic.measure.quality import measure_freshness
from diagnostic.measure.ressorts.cells import divide
from diagnostic.vocabulary.formats import count_words, format_number

AGE_COLUMNS = [
    "nb_informations", "nb_datees", "nb_sans_date", "nb_dates_futures", "part_sans_date", "date_mediane", "date_plus_ancienne",
    "age_median_mois", "age_max_mois", "age_text",
]  # fmt: skip


def list_state_dates(table, acteurs, acteurs_territoires, couverture, territoires):
    """List the pieces of information that the states rest on, with their date.

    A present category rests on its actors (`date_maj`); a verified absence rests on the row of `couverture` that decided it
    (its `date`; the oldest of several rows that say the same). A category that nobody recorded rests on nothing.

    Parameters
    ----------
    table : DataFrame, `states.list_categories`
    couverture : DataFrame (territoire_id, categorie, statut, date)

    Returns
    -------
    DataFrame territoire_id, categorie, information (actor or statement, named), date (missing when none was written).
    """
    places = acteurs_territoires[["acteur_id", "territoire_id"]].drop_duplicates()
    dates = acteurs.reindex(columns=["acteur_id", "date_maj"]).drop_duplicates("acteur_id")
    held = list_held_categories(acteurs)[["acteur_id", "categorie"]].merge(places, on="acteur_id").merge(dates, on="acteur_id")
    seen = table.loc[table["statut"] == PRESENT, ["territoire_id", "categorie"]].merge(held, on=["territoire_id", "categorie"])
    seen = seen.assign(information="acteur " + seen["acteur_id"].astype("str"), date=pd.to_datetime(seen["date_maj"]))
    absent = table.loc[table["statut"] == ABSENT, ["territoire_id", "categorie"]]
    said = _find_statements(absent, couverture, territoires)
    columns = ["territoire_id", "categorie", "information", "date"]
    return pd.concat([seen[columns], said[columns]], ignore_index=True)


def _find_statements(absent, couverture, territoires):
    """Return `absent` with the statement that decided each row, the most precise, and its date."""
    rows = couverture.reindex(columns=["territoire_id", "categorie", "date"])
    place = resolve_places(rows["territoire_id"].astype("object"), territoires)
    rows = rows.assign(territoire_id=place, date=pd.to_datetime(rows["date"])).dropna(subset=["territoire_id", "categorie"])
    first = rows.groupby(["territoire_id", "categorie"])["date"].min()
    wide = territoires.index[territoires["type"] == "perimetre"]
    named, date = np.full(len(absent), "", dtype=object), pd.Series(pd.NaT, index=absent.index, dtype="datetime64[us]")
    for places in [absent["territoire_id"], *[pd.Series(name, index=absent.index) for name in wide]]:
        for categories in [absent["categorie"], pd.Series(EVERYTHING, index=absent.index)]:
            where = first.index.get_indexer(pd.MultiIndex.from_arrays([places, categories])) if len(first) else np.full(len(absent), -1)
            new = (where >= 0) & (named == "")
            named[new] = ("couverture " + places.astype("str") + " " + categories.astype("str")).to_numpy(dtype=object)[new]
            date[new] = first.to_numpy()[where[new]]
    return absent.assign(information=named, date=date)


def measure_state_age(dates, date):
    """Measure, for each territory, how old the information behind its states is at `date`.

    Parameters
    ----------
    dates : DataFrame of `list_state_dates`
    date : Timestamp, the date of the edition

    Returns
    -------
    DataFrame territoire_id and AGE_COLUMNS; a territory without any information has no row
        An actor or a statement counts once a territory, whatever its categories. nb_informations = nb_datees + nb_sans_date +
        nb_dates_futures; the dates and ages (whole months gone by, as in `quality`) are those of nb_datees: missing, never 0, when
        it is 0. part_sans_date is over nb_informations. age_text says the same in words.

    Examples
    --------
    >>> rows = pd.DataFrame({"territoire_id": "a", "categorie": "ccas", "information": ["acteur x", "acteur y"],
    ...     "date": pd.to_datetime(["2025-11-21", None])})
    >>> measure_state_age(rows, pd.Timestamp("2026-11-20"))[["age_median_mois", "part_sans_date"]].values.tolist()
    [[11.0, 0.5]]
    """
    return _measure_ages(dates, ["territoire_id"], date)


def measure_category_age(dates, territoires, date):
    """Measure the same for each category over the territories of each type: type, categorie and AGE_COLUMNS."""
    typed = dates.assign(type=dates["territoire_id"].map(territoires["type"]).astype("str"))
    return _measure_ages(typed, ["type", "categorie"], date)


def _measure_ages(dates, keys, date):
    rows = dates.drop_duplicates([*keys, "information"]).reset_index(drop=True)
    fresh = measure_freshness(rows.rename(columns={"date": "date_maj"}), date)
    written, age = pd.to_datetime(rows["date"]), fresh["age_mois"].astype("Float64").astype("float64")
    known = age.notna()
    marks = rows[keys].assign(
        nb_informations=1, nb_datees=known.astype("int64"), nb_sans_date=written.isna().astype("int64"),
        nb_dates_futures=(written.notna() & ~known).astype("int64"), age=age, ecrite=written.where(known),
    )  # fmt: skip
    grouped = marks.groupby(keys, sort=False)
    table = grouped[["nb_informations", "nb_datees", "nb_sans_date", "nb_dates_futures"]].sum()
    table = table.assign(
        part_sans_date=divide(table["nb_sans_date"], table["nb_informations"]), date_mediane=grouped["ecrite"].median(),
        date_plus_ancienne=grouped["ecrite"].min(), age_median_mois=grouped["age"].median(), age_max_mois=grouped["age"].max(),
    ).reset_index()  # fmt: skip
    table["age_text"] = [_tell_age(row) for row in table.to_dict("records")]
    return table[[*keys, *AGE_COLUMNS]]


def _tell_age(row):
    """Return « 4 informations sur 5 datées : 7 mois d'âge médian, la plus ancienne de 2019 »."""
    if not row["nb_datees"]:
        return f"aucune date écrite ({count_words(row['nb_informations'], 'information')})"
    oldest = row["date_plus_ancienne"].strftime("%m/%Y")
    dated, total = row["nb_datees"], count_words(row["nb_informations"], "information")
    told = f"{format_number(dated)} sur {total} {'datées' if dated > 1 else 'datée'}"
    age = f"{format_number(row['age_median_mois'])} mois" if row["age_median_mois"] >= 1 else "moins d'un mois"
    return f"{told} : {age} d'âge médian, la plus ancienne de {oldest}"
