"""The folder imports/ of a dossier -> the tables that open data bring, beside those of the inventory."""

import pandas as pd

from diagnostic.errors import DiagnosticError
from diagnostic.read.back.corrections import read_lines, select_corrections
from diagnostic.read.formats.files import is_leftover, read_sheets
from diagnostic.read.imports.set_aside import SHEET, read_set_aside
from diagnostic.read.inventory.inventory import COUNT_COLUMNS
from diagnostic.read.inventory.tables import clean_table
from diagnostic.schema import PROBLEM_COLUMNS, join_problems, list_problems, make_table

ACTOR_TABLES = ["acteurs", "dispositifs", "affiliations"]  # what an import may bring
NOT_KEPT = "non gardée"  # what `read.imports.imports` says of the rows that are counted and of no use: repeats, types out of our list


def read_imports(folder, lists, cog, *, corrections=None):
    """Read the workbooks of imports/ written by `importer`.

    Parameters
    ----------
    folder : Path of the dossier
    lists : dict of vocabularies
    cog : dict, `read.places.cog.read_cog`
    corrections : DataFrame, optional, all those of the dossier

    Returns
    -------
    tables : dict of DataFrame; the rows that an import set aside and that a person completed since are among the actors
    problemes, comptes : DataFrame
    lues : dict of DataFrame, the rows as they were read, in text, those set aside included
    """
    parts, lues = {name: [] for name in ACTOR_TABLES}, {name: [] for name in ACTOR_TABLES}
    problems, counts = [], []
    for path in sorted((folder / "imports").glob("*.xlsx")):
        if is_leftover(path):
            continue
        sheets, notice = read_sheets(path)
        problems.append(notice)
        name = f"imports/{path.name}"
        for table in [table for table in ACTOR_TABLES if table in sheets]:
            mine = select_corrections(corrections, name, table)
            part, found, rows = clean_table(sheets[table], table, path, table, lists=lists, corrections=mine)
            _join(parts[table], lues[table], problems, part, rows, found, name)
        mine = select_corrections(corrections, name, SHEET)
        taken, found, aside = read_set_aside(sheets, path, cog, lists=lists, corrections=mine)
        _join(parts["acteurs"], lues["acteurs"], problems, taken, aside, found, name)
        counts += _read_count(sheets, path, len(aside))
        problems.append(_read_reasons(sheets, aside))
    problems.append(_tell_strangers(folder / "imports"))
    tables = {name: pd.concat(found, ignore_index=True) if found else make_table(name) for name, found in parts.items()}
    lues = {name: pd.concat(found, ignore_index=True) for name, found in lues.items() if found}
    return tables, join_problems(*problems), pd.DataFrame(counts, columns=COUNT_COLUMNS), lues


def _join(parts, lues, problems, part, rows, found, name):
    """Add what one sheet gave, said to be of the file `name` of the dossier."""
    if len(rows):
        parts.append(part.assign(fichier=name))
        lues.append(rows.assign(fichier=name))
    if found is not None and len(found):
        problems.append(found.assign(fichier=name))


def _tell_strangers(folder):
    """Tell the files of imports/ that are not read: only the workbooks written by `importer` are."""
    strangers = sorted(p.name for p in folder.glob("*") if p.is_file() and p.suffix != ".xlsx" and not is_leftover(p))
    rows = pd.DataFrame({"fichier": [f"imports/{name}" for name in strangers], "feuille": "", "ligne": pd.NA})
    fix = "passez par la commande importer, qui en fait un classeur"
    return list_problems("attention", rows, "Fichier non lu : seuls les classeurs faits par « diagnostic importer » le sont.", fix)


def _read_count(sheets, path, nb_aside):
    """Return the number of rows of the published file, kept by `importer` in the sheet comptes, those set aside apart."""
    raw = sheets.get("comptes", pd.DataFrame())
    told = dict(zip(raw[0], raw[1], strict=True)) if raw.shape[1] == 2 else {}
    if not told.get("lues", "").isdecimal():
        raise DiagnosticError("Import abîmé : la feuille comptes manque.", f"imports/{path.name}", "refaites l'import")
    sheet = "affiliations" if "affiliations" in sheets else "acteurs"
    counts = [[f"imports/{path.name}", sheet, int(told["lues"]) - nb_aside]]
    return counts + [[f"imports/{path.name}", SHEET, nb_aside]] * (nb_aside > 0)


def _read_reasons(sheets, aside):
    """Return why `importer` left rows of the published file: those of the sheet of rows to correct are told where they are."""
    raw = sheets.get("problemes", pd.DataFrame())
    if not len(raw) or list(raw.iloc[0]) != PROBLEM_COLUMNS:
        return None
    told = raw.iloc[1:].set_axis(PROBLEM_COLUMNS, axis=1)
    told = told[told["probleme"].str.contains(NOT_KEPT, regex=False) | ((told["gravite"] == "erreur") & (len(aside) == 0))]
    return told.assign(ligne=read_lines(told["ligne"]))


def append_imported(own, imported, name):
    """Return the dossier's rows then the imported ones; an identifier already taken is told and its row set aside."""
    if not len(imported):
        return own, None
    joined = pd.concat([part for part in (own, imported) if len(part)], ignore_index=True)
    if name == "affiliations":
        return joined, None
    key = f"{name[:-1]}_id"
    repeated = joined.duplicated(key)
    rows = joined[repeated]
    message = "Identifiant déjà pris par une autre ligne du dossier : ligne écartée."
    told = list_problems("erreur", rows, message, "donnez un autre identifiant", colonne=key, valeur=rows[key])
    return joined[~repeated].reset_index(drop=True), told
