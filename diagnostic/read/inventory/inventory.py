"""The inventory of a dossier (one workbook, or a folder of CSV) -> clean tables, problems and counts."""

from pathlib import Path

import pandas as pd

from diagnostic.errors import DiagnosticError
from diagnostic.read.back.corrections import select_corrections
from diagnostic.read.formats.files import SPREADSHEETS, TEXT_TABLES, is_leftover
from diagnostic.read.inventory.named_ids import name_made
from diagnostic.read.inventory.references import name_rows
from diagnostic.read.inventory.settings import read_settings, refuse_newer
from diagnostic.read.inventory.sheets import choose_sheets, find_prefix, gather_sheets, is_beside, split_name
from diagnostic.read.inventory.tables import clean_table
from diagnostic.read.inventory.wide import GRIDS, WIDE_SHEETS, has_columns, is_wide, read_wide, tell_wide
from diagnostic.read.places.territories import DEPARTEMENT_LAYERS, SHAPE_LAYERS
from diagnostic.schema import (
    describe_table,
    join_problems,
    list_problems,
    list_tables,
    list_vocabularies,
    locate_sheet,
    make_table,
)
from diagnostic.vocabulary import extend_list, normalize_label, read_list

COUNT_COLUMNS = ["fichier", "feuille", "lues"]
_CONTINUED = {"suite", "bis", "ter", "2", "3", "4", "5", "6", "7", "8", "9"}


def find_inventory(folder):
    """Return the files that hold the inventory of the dossier `folder`.

    One workbook `inventaire`, or the text tables (CSV, TSV, TXT) of a folder `inventaire`, or else those of `folder` itself
    that bear the name of a table or of a grid, followed or not by « suite » or a number.

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
    tables = _list_text(folder / "inventaire")
    if len(books) > 1 or (books and tables):
        names = ", ".join([p.name for p in books] + ["dossier inventaire"] * bool(tables))
        raise DiagnosticError(f"Plusieurs inventaires : {names}.", str(folder), "n'en gardez qu'un dans le dossier")
    texts = [path for path in _list_text(folder) if not is_beside(path)]
    tables = tables or [path for path in texts if _is_named(path)]
    tables = tables or [path for path in texts if find_prefix(texts)]
    if not books and not tables:
        seen = ", ".join(sorted(path.name for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))[:12])
        raise DiagnosticError(
            "Aucun inventaire dans ce dossier.", f"{folder} (fichiers vus : {seen or 'aucun'})",
            "nommez le classeur inventaire.xlsx (ou .ods), ou les fichiers CSV comme leurs feuilles : acteurs.csv, liens.csv...",
        )  # fmt: skip
    return books or tables


def find_beside(folder, files):
    """Return the text tables read beside the inventory of `folder`: temps_trajet.csv there, and those of its folder trajets/.

    Parameters
    ----------
    folder : path-like
    files : list of Path, `find_inventory`: what is already among them is not listed again
    """
    folder = Path(folder)
    beside = [path for path in _list_text(folder) if is_beside(path)] + _list_text(folder / "trajets")
    return [path for path in beside if path not in files]


def _list_text(folder):
    """Return the text tables of `folder`; a .txt counts only when it bears the name of a table: others are notes."""
    if not folder.is_dir():
        return []
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in TEXT_TABLES and not is_leftover(path))
    return [path for path in found if path.suffix.lower() != ".txt" or _is_named(path)]


def _is_named(path):
    name, after = split_name(path.stem)
    return name is not None and (not after or after in _CONTINUED)


def read_inventory(files, *, corrections=None, only=None):
    """Read and clean every table of the inventory.

    Parameters
    ----------
    files : list of Path, `find_inventory`
    corrections : DataFrame, optional, the cells that a person corrected (`read.back.correction_files`)
    only : collection of str, optional, the tables to clean besides parametres and vocabulaire; the others come empty

    Returns
    -------
    tables : dict of DataFrame, one per table of the schema (empty when the inventory has none), with the identifiers made
    settings : dict
    lists : dict of DataFrame, the vocabulary with the dossier's own entries
    problemes, comptes : DataFrame
        In `comptes`, `lues` counts the rows of a long sheet and the statements of a grid: one a role, a link or a unit.
    lues : dict of DataFrame, the rows as they were read, in text; those of a grid under its own name (saisie_liens...)

    Raises
    ------
    DiagnosticError
        Every structural fault of every sheet, together.
    """
    sheets, problems, errors = gather_sheets(files)
    tables, counts, lues = {name: make_table(name) for name in list_tables()}, [], {}
    shipped = {name: read_list(name) for name in list_vocabularies()}
    lists, chosen = shipped, {name: [s for s in sheets if s["nom"] == name and not s["suite"]] for name in ("parametres",)}

    def clean(table, aliases=None, known=None):
        parts = []
        for sheet in sorted(chosen.get(table, ()), key=lambda sheet: sheet["nom"] in WIDE_SHEETS):
            try:
                taken = [code for part in parts for column in name_made(table) for code in part[column].dropna()]
                part, found, rows, nb, name = _read_sheet(sheet, lists, aliases, known, corrections, taken)
            except DiagnosticError as error:
                errors.append(error)
                continue
            parts.append(part)
            problems.append(found)
            counts.append([sheet["path"].name, sheet["feuille"], nb])
            lues.setdefault(name, []).append(rows)
            if table == "ressorts":
                known = list_layers(tables["couches"], part, known)
        tables[table], found = join_sheets(parts, table)
        problems.append(found)

    clean("parametres")
    refuse_newer(tables["parametres"], f"{files[0].name}, feuille parametres")
    settings = _try_settings(tables["parametres"], errors)
    chosen, told, refused = choose_sheets(sheets, settings["alias"])
    problems += told
    errors += refused
    clean("vocabulaire")
    lists, tables["vocabulaire"], found = extend_lists(shipped, tables["vocabulaire"])
    problems.append(found)
    if not settings["personnes"] and "personnes" in chosen:
        problems += [_tell_persons(sheet) for sheet in chosen.pop("personnes")]
    for table in [name for name in list_tables() if name not in GRIDS] + list(GRIDS):
        if table not in ("parametres", "vocabulaire") and (only is None or table in only):
            clean(table, settings["alias"].get(table), _list_headings(tables, table))
    if errors:
        raise DiagnosticError.gather(errors)
    settings, found = ask_purpose(settings, tables["questions"], files[0])
    lues = {name: pd.concat(parts, ignore_index=True) for name, parts in lues.items()}
    counts = pd.DataFrame(counts, columns=COUNT_COLUMNS)
    return tables, settings, lists, join_problems(*problems, found), counts, lues


def _read_sheet(sheet, lists, aliases, known, corrections, taken):
    """Return (rows kept, problemes, rows as read, number read, long table or grid) of a sheet."""
    table, path, name = sheet["table"], sheet["path"], sheet["feuille"]
    chosen = {"lists": lists, "corrections": select_corrections(corrections, path.name, name)}
    grid = sheet["nom"] in WIDE_SHEETS and not (len(sheet["raw"]) and has_columns(sheet["raw"], table, aliases))
    if not grid and not is_wide(sheet["raw"], table, known or {}, aliases):
        kept, found, rows = clean_table(sheet["raw"], table, path, name, aliases=aliases, taken=taken, **chosen)
        return kept, found, rows, len(rows), table
    kept, found, rows, nb = read_wide(sheet["raw"], table, path, name, known=known, **chosen)
    told = None if sheet["nom"] in WIDE_SHEETS else tell_wide(table, path, name)
    return kept, join_problems(found, told), rows, nb, f"saisie_{table}"


def _list_headings(tables, table):
    """Return what may head the columns of a grid of `table`: {normalised name: identifier}; None for another table."""
    if table == "ressorts":
        return list_layers(tables["couches"])
    if table not in GRIDS:
        return None
    target = "dispositifs" if table == "participations" else "acteurs"
    return name_rows(tables[target], target)


def list_layers(couches, listed=None, known=None):
    """Return {normalised layer: {normalised unit: unite_id}}: the layers declared, those the software brings, the units listed."""
    names = [*couches["couche"].dropna(), *SHAPE_LAYERS, *DEPARTEMENT_LAYERS]
    layers = {normalize_label(name): {} for name in names} | {name: dict(units) for name, units in (known or {}).items()}
    if listed is None or not len(listed):
        return layers
    units = listed[["couche", "unite_id", "unite_nom"]].drop_duplicates().melt(["couche", "unite_id"], value_name="label")
    codes = listed[["couche", "unite_id"]].drop_duplicates().assign(label=lambda rows: rows["unite_id"])
    for couche, rows in pd.concat([units, codes]).dropna(subset=["couche", "unite_id", "label"]).groupby("couche"):
        labels = rows["label"].map(normalize_label)
        layers.setdefault(normalize_label(couche), {}).update(zip(labels, rows["unite_id"], strict=True))
    return layers


def join_sheets(parts, table):
    """Return the rows of the sheets of one table, one sheet after the other, and the identifiers that two sheets give."""
    filled = [part for part in parts if len(part)]
    if len(filled) < 2:
        return (filled or parts or [make_table(table)])[0], None
    joined, described = pd.concat(filled, ignore_index=True), describe_table(table)
    keys = [column for column, row in described.iterrows() if row["genre"] == "id" and row["statut"] == "R"][:1]
    if not keys or table in ("vocabulaire", "affiliations"):
        return joined, None
    repeated = joined.duplicated(keys)
    first = joined.drop_duplicates(keys).set_index(keys[0])
    again = joined[repeated]
    where = "feuille " + first["feuille"].astype("str") + ", ligne " + first["ligne"].astype("str")
    messages = ("Identifiant déjà donné " + again[keys[0]].map(where) + " ; ligne écartée.").to_list()
    fix = "si c'est une autre structure, donnez un autre identifiant ; sinon, rien"
    problems = list_problems("erreur", again, messages, fix, colonne=keys[0], valeur=again[keys[0]])
    return joined[~repeated].reset_index(drop=True), problems


def ask_purpose(settings, questions, path):
    """Return the settings with the purpose of the map, taken from question Q0 when `parametres` is silent, and the problems."""
    numbers = questions["question_id"].astype("str").str.replace(r"\D", "", regex=True)
    answers = questions.loc[numbers.eq("0").to_numpy(bool), "reponse"].dropna()
    given, answer = settings["finalite"], answers.iloc[0] if len(answers) else ""
    where = locate_sheet(path.name, "parametres")
    if not given and not answer:
        message = "La finalité de la carte n'est pas dite : à quoi sert-elle, et pour qui ?"
        fix = "écrivez-la en une phrase à la question Q0 (feuille questions)"
        return settings, list_problems("attention", where, message, fix, colonne="valeur")
    if given and answer and normalize_label(given) != normalize_label(answer):
        message = "La finalité n'est pas la même au réglage finalite et à la question Q0 : celle du réglage est imprimée."
        return settings, list_problems("information", where, message, "rien ; ou gardez une seule phrase", colonne="valeur", valeur=answer)
    return settings | {"finalite": given or answer}, None


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


def _tell_persons(sheet):
    where = pd.DataFrame({"fichier": [sheet["path"].name], "feuille": [sheet["feuille"]], "ligne": pd.array([pd.NA], dtype="Int64")})
    message = "Feuille personnes non lue : le réglage personnes ne le demande pas."
    fix = "rien ; ou écrivez oui au réglage personnes (rien n'en est jamais exporté)"
    return list_problems("information", where, message, fix) if len(sheet["raw"]) > 1 else None


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
