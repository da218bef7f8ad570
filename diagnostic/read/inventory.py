"""The inventory of a dossier (one workbook, or a folder of CSV) -> clean tables, problems and counts."""

from pathlib import Path

import pandas as pd

from diagnostic.errors import DiagnosticError
from diagnostic.read.files import SPREADSHEETS, read_sheets
from diagnostic.read.settings import read_settings
from diagnostic.read.tables import clean_table
from diagnostic.schema import join_problems, list_problems, list_tables, list_vocabularies, make_table
from diagnostic.vocabulary import extend_list, normalize_label, read_list

COUNT_COLUMNS = ["fichier", "feuille", "lues"]
# Sheets written by the software for the reader's eye.
SILENT_SHEETS = {"lisezmoi", "listes", "problemes", "comptes", "mode emploi"}


def find_inventory(folder):
    """Return the files that hold the inventory of the dossier `folder`: one workbook, or CSV files.

    Raises
    ------
    DiagnosticError
        No folder, no inventory, or several workbooks that claim to be it.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise DiagnosticError("Dossier introuvable.", str(folder), "vérifiez le nom ; ou créez-le avec « diagnostic nouveau »")
    books = sorted(p for p in folder.glob("inventaire.*") if p.suffix.lower() in SPREADSHEETS)
    if len(books) > 1:
        names = ", ".join(p.name for p in books)
        raise DiagnosticError(f"Plusieurs inventaires : {names}.", str(folder), "n'en gardez qu'un dans le dossier")
    tables = sorted((folder / "inventaire").glob("*.csv")) or sorted(
        p for p in folder.glob("*.csv") if normalize_label(p.stem) in map(normalize_label, list_tables())
    )
    if not books and not tables:
        raise DiagnosticError(
            "Aucun inventaire dans ce dossier.", str(folder),
            "placez-y inventaire.xlsx (ou .ods, ou des fichiers CSV nommés acteurs.csv, liens.csv...)",
        )  # fmt: skip
    return books or tables


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
    problems = [problems]
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
            return
        problems.append(found)
        counts.append([path.name, sheet, read])

    shipped = {name: read_list(name) for name in list_vocabularies()}
    settings = {"alias": {}, "personnes": False}
    clean("parametres", shipped)
    where = f"{sheets['parametres'][1].name}, feuille parametres" if "parametres" in sheets else "parametres"
    try:
        settings = read_settings(tables["parametres"], where)
    except DiagnosticError as error:
        errors.append(error)
    clean("vocabulaire", shipped)
    lists, found = extend_lists(shipped, tables["vocabulaire"])
    problems.append(found)
    ignored = {"parametres", "vocabulaire"} | (set() if settings["personnes"] else {"personnes"})
    for table in list_tables():
        if table not in ignored:
            clean(table, lists, settings["alias"].get(table))
    if errors:
        raise DiagnosticError.gather(errors)
    return tables, settings, lists, join_problems(*problems), pd.DataFrame(counts, columns=COUNT_COLUMNS)


def _gather_sheets(files):
    """Return ({table: (raw, path, sheet)}, problemes, errors) of all the files of an inventory."""
    names = {normalize_label(table): table for table in list_tables()}
    found, problems, errors = {}, [], []
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
                problems.append(_tell_stranger(path, sheet))
            elif table in found:
                errors.append(DiagnosticError(f"Deux feuilles pour la table {table}.", f"{path.name}, feuille {sheet}", "n'en gardez qu'une"))  # fmt: skip
            else:
                found[table] = raw, path, sheet
    if not found and not errors:
        raise DiagnosticError(
            "Aucune feuille connue dans cet inventaire.", ", ".join(p.name for p in files),
            f"nommez les feuilles : {', '.join(list_tables()[:8])}...",
        )  # fmt: skip
    return found, join_problems(*problems), errors


def _tell_stranger(path, sheet):
    if normalize_label(sheet) in SILENT_SHEETS:
        return None
    rows = pd.DataFrame({"fichier": [path.name], "feuille": [sheet], "ligne": pd.array([pd.NA], dtype="Int64")})
    return list_problems("information", rows, f"Feuille « {sheet} » non reconnue : elle n'est pas lue.", "rien ; ou renommez-la")


def extend_lists(shipped, entries):
    """Return the vocabulary with the entries of the dossier, and the problems of entries for no known list."""
    known = entries["liste"].isin(shipped) if len(entries) else pd.Series(dtype=bool)
    unknown = entries[~known] if len(entries) else entries
    problems = list_problems("erreur", unknown, "Liste inconnue : ligne ignorée.", f"choisissez parmi : {', '.join(shipped)}", colonne="liste", valeur=unknown["liste"])  # fmt: skip
    lists = dict(shipped)
    for name in entries["liste"][known].unique() if len(entries) else []:
        lists[name] = extend_list(lists[name], entries[entries["liste"] == name])
    return lists, problems
