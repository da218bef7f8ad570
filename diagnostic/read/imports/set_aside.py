"""The rows that an import set aside, in its sheet `ecartees`: taken back when a person has completed them, told otherwise."""

import pandas as pd

from diagnostic.read.inventory.tables import clean_table
from diagnostic.read.places.coordinates import check_coordinates
from diagnostic.read.places.places import resolve_places
from diagnostic.schema import join_problems, list_problems, make_table
from diagnostic.vocabulary import normalize_label

SHEET = "ecartees"
EXTRA_COLUMNS = ["fichier_origine", "ligne_origine", "raison"]


def read_set_aside(sheets, path, cog, *, lists, corrections=None):
    """Read the sheet of the rows that an import set aside.

    Parameters
    ----------
    sheets : dict of str -> DataFrame, raw sheets of a workbook of imports/
    path : Path, the workbook
    cog : dict, `read.places.cog.read_cog`
    lists : dict of str -> DataFrame, the vocabulary of the dossier
    corrections : DataFrame, optional, those of this file and sheet

    Returns
    -------
    taken : DataFrame, table `acteurs`: the rows that now have a name, a category and a commune; feuille is `ecartees`
    problemes : DataFrame, `erreur` for each row that stays aside, with why and where it was in the published file
    rows : DataFrame of str, every row of the sheet as it was read (taken + still aside)
    """
    raw = sheets.get(SHEET, pd.DataFrame())
    if len(raw) < 2:
        return make_table("acteurs"), join_problems(), make_table("acteurs")
    raw, extra = _part_extra(raw)
    cleaned, found, rows = clean_table(raw, "acteurs", path, SHEET, lists=lists, corrections=corrections)
    checked, points = check_coordinates(cleaned)
    resolved, doubts = resolve_places(cleaned.assign(**checked), cog)
    back = resolved["code_insee"].notna() | (resolved["methode_commune"] == "outre_mer")
    placed = cleaned.assign(**checked, **resolved.assign(code_insee=resolved["code_insee"].fillna(cleaned["code_insee"])))
    taken = placed[back].reset_index(drop=True)
    lost = rows[~rows["ligne"].isin(taken["ligne"])]
    told = join_problems(points, doubts, found)
    told = told[told["gravite"] != "erreur"]
    return taken, join_problems(told, _tell_lost(lost, extra)), rows


def _part_extra(raw):
    """Return the sheet without the columns that say where a row was and why it was left, and these columns."""
    heading = raw.iloc[0].map(normalize_label)
    places = {name: heading.index[heading == normalize_label(name)][:1].tolist() for name in EXTRA_COLUMNS}
    extra = pd.DataFrame({name: raw[place[0]] if place else "" for name, place in places.items()}, index=raw.index)
    return raw.drop(columns=[place[0] for place in places.values() if place]), extra


def _tell_lost(rows, extra):
    about = extra.reindex(rows["ligne"])
    messages = [
        f"{reason or 'Ligne écartée.'} (fichier publié : {name}, ligne {line})"
        for name, line, reason in about.itertuples(index=False, name=None)
    ]
    fix = "complétez la case (code_insee, ou commune et code_postal, ou lat et lon) : la ligne est reprise à la lecture suivante"
    colonne = pd.Series("code_insee", index=rows.index, dtype=str).mask(rows["categorie"] == "", "categorie").mask(rows["nom"] == "", "nom")
    told = list_problems("erreur", rows, messages, fix, valeur=rows["nom"])
    return told.assign(colonne=colonne.tolist()) if len(told) else told
