"""The inventory of a dossier (one workbook, or a folder of CSV) -> clean tables, problems and counts."""

from pathlib import Path

import pandas as pd
from rapidfuzz import fuzz, process

from diagnostic.errors import DiagnosticError
from diagnostic.read.files import SPREADSHEETS, read_sheets
from diagnostic.read.settings import read_settings
from diagnostic.read.tables import clean_table
from diagnostic.schema import join_problems, list_problems, list_tables, list_vocabularies, make_table
from diagnostic.vocabulary import extend_list, normalize_label, read_list

COUNT_COLUMNS = ["fichier", "feuille", "lues"]
# Sheets written by the software for the reader's eye.
SILENT_SHEETS = {"lisezmoi", "listes", "problemes", "comptes", "modeemploi"}


def find_inventory(folder):
    """Return the files that hold the inventory of the dossier `folder`.

    One workbook `inventaire`, or the CSV files of a folder `inventaire`, or else the CSV files of `folder` itself that bear
    the name of a table.

    Raises
    ------
    DiagnosticError
        No folder, no inventory, or several workbooks that claim to be it.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise DiagnosticError(
            "Dossier introuvable.", str(folder), "vérifiez le nom ; ou créez-le avec « diagnostic nouveau »"
        )
    books = sorted(p for p in folder.iterdir() if p.stem.lower() == "inventaire" and p.suffix.lower() in SPREADSHEETS)
    tables = _list_csv(folder / "inventaire")
    if len(books) > 1 or (books and tables):
        names = ", ".join([p.name for p in books] + ["dossier inventaire"] * bool(tables))
        raise DiagnosticError(f"Plusieurs inventaires : {names}.", str(folder), "n'en gardez qu'un dans le dossier")
    tables = tables or [p for p in _list_csv(folder) if normalize_label(p.stem) in _name_tables()]
    if not books and not tables:
        raise DiagnosticError(
            "Aucun inventaire dans ce dossier.", str(folder),
            "placez-y inventaire.xlsx (ou .ods, ou des fichiers CSV nommés acteurs.csv, liens.csv...)",
        )  # fmt: skip
    return books or tables


def _list_csv(folder):
    return sorted(p for p in folder.iterdir() if p.suffix.lower() == ".csv") if folder.is_dir() else []


def _name_tables():
    """Return {normalised name: table} for the tables of the schema."""
    return {normalize_label(table): table for table in list_tables()}


def read_inventory(files):
    """Read and clean every table of the inventory.

    Returns
    -------
    tables : dict of DataFrame, one per table of the schema (empty when the inventory has none)
    settings : dict
    lists : dict of DataFrame, the vocabulary with the dossier's own entries
    problemes, comptes : DataFrame

    Raises
    ------
    DiagnosticError
        Every structural fault of every sheet, together.
    """
    sheets, problems, errors = _gather_sheets(files)
    tables = {name: make_table(name) for name in list_tables()}
    counts = []

    def clean(table, lists, aliases=None):
        if table not in sheets:
            return
        raw, path, sheet = sheets[table]
        try:
            tables[table], found, read = clean_table(raw, table, path, sheet, lists=lists, aliases=aliases)
        except DiagnosticError as error:
            errors.append(error)
        else:
            problems.append(found)
            counts.append([path.name, sheet, read])

    shipped = {name: read_list(name) for name in list_vocabularies()}
    clean("parametres", shipped)
    settings = _try_settings(tables["parametres"], errors)
    clean("vocabulaire", shipped)
    lists, tables["vocabulaire"], found = extend_lists(shipped, tables["vocabulaire"])
    problems.append(found)
    if not settings["personnes"] and "personnes" in sheets:
        problems.append(_tell_persons(*sheets.pop("personnes")))
    for table in list_tables():
        if table not in ("parametres", "vocabulaire"):
            clean(table, lists, settings["alias"].get(table))
    if errors:
        raise DiagnosticError.gather(errors)
    return tables, settings, lists, join_problems(*problems), pd.DataFrame(counts, columns=COUNT_COLUMNS)


def _try_settings(parametres, errors):
    """Return the settings; what is wrong in them joins `errors`, and the reading goes on to tell the rest."""
    where = (
        " ".join(parametres["fichier"].head(1)) + ", feuille parametres" if len(parametres) else "feuille parametres"
    )
    try:
        return read_settings(parametres, where)
    except DiagnosticError as error:
        errors.append(error)
        return {"alias": {}, "personnes": False}


def _gather_sheets(files):
    """Return ({table: (raw, path, sheet)}, list of problemes, errors) of all the files of an inventory."""
    names, found, strangers, problems, errors = _name_tables(), {}, [], [], []
    for path in files:
        try:
            sheets, notice = read_sheets(path)
        except DiagnosticError as error:
            errors.append(error)
            continue
        problems.append(notice)
        for sheet, raw in sheets.items():
            table = names.get(normalize_label(sheet))
            if table is None:
                strangers.append(sheet)
                problems.append(_tell_stranger(path, sheet, raw))
            elif table in found:
                both = f"{path.name}, feuilles {found[table][2]} et {sheet}"
                errors.append(DiagnosticError(f"Deux feuilles pour la table {table}.", both, "n'en gardez qu'une"))
            else:
                found[table] = raw, path, sheet
    if not found and not errors:
        raise DiagnosticError(
            f"Aucune feuille connue dans cet inventaire (feuilles lues : {', '.join(strangers)}).",
            ", ".join(p.name for p in files), f"nommez les feuilles : {', '.join(list_tables()[:8])}...",
        )  # fmt: skip
    return found, problems, errors


def _tell_stranger(path, sheet, raw):
    """Tell a sheet that stands for no table, with the nearest name; ours and empty ones are not told."""
    if normalize_label(sheet) in SILENT_SHEETS or not len(raw):
        return None
    near = process.extractOne(normalize_label(sheet), list(_name_tables()), scorer=fuzz.ratio, score_cutoff=75)
    hint = f" Vouliez-vous dire « {_name_tables()[near[0]]} » ?" if near else ""
    message = f"Feuille « {sheet} » non reconnue : elle n'est pas lue.{hint}"
    return list_problems("attention" if near else "information", _locate(path, sheet), message, "rien ; ou renommez-la")


def _tell_persons(raw, path, sheet):
    message = "Feuille personnes non lue : le réglage personnes ne le demande pas."
    fix = "rien ; ou écrivez oui au réglage personnes (rien n'en est jamais exporté)"
    return list_problems("information", _locate(path, sheet), message, fix) if len(raw) > 1 else None


def _locate(path, sheet):
    return pd.DataFrame({"fichier": [path.name], "feuille": [sheet], "ligne": pd.array([pd.NA], dtype="Int64")})


def extend_lists(shipped, entries):
    """Add the entries of the dossier to the vocabulary.

    Returns
    -------
    lists : dict of DataFrame, `shipped` with the entries added, or put over those of the same code
    entries : DataFrame, those of a known list, its name as ours whatever the case and the accents
    problemes : DataFrame, the entries of no known list
    """
    names = {normalize_label(name): name for name in shipped}
    named = entries["liste"].map(normalize_label).map(names)
    known = named.notna()
    unknown, kept = entries[~known], entries.assign(liste=named)[known].reset_index(drop=True)
    problems = list_problems(
        "erreur", unknown, "Liste inconnue : ligne écartée.", f"choisissez parmi : {', '.join(shipped)}", colonne="liste",
        valeur=unknown["liste"],
    )  # fmt: skip
    added = {name: extend_list(shipped[name], rows) for name, rows in kept.groupby("liste")}
    return shipped | added, kept, problems
