"""The sheets of an inventory -> the table each one stands for, by its name; what is not read is told."""

import re
import unicodedata

from rapidfuzz import fuzz, process

from diagnostic.errors import DiagnosticError
from diagnostic.read.formats.files import TEXT_TABLES, read_sheets
from diagnostic.read.inventory.named_ids import name_made
from diagnostic.read.inventory.wide import WIDE_SHEETS, has_columns
from diagnostic.schema import list_problems, list_tables, locate_sheet
from diagnostic.vocabulary import normalize_label

SHEET_COLUMNS = ["nom", "table", "suite", "path", "feuille", "raw"]
# Sheets written by the software for the reader's eye.
SILENT_SHEETS = {"lisezmoi", "listes", "problemes", "comptes", "modeemploi", "journal", "journalsaisies"}
# What people write after the name of a sheet that they keep and no longer use.
_PUT_AWAY = {"archive", "archives", "ancien", "ancienne", "anciens", "anciennes", "old", "copie", "sauvegarde", "brouillon", "modele",
             "exemple", "vierge", "supprimer", "poubelle", "corbeille", "backup", "test", "save", "nepasutiliser"}  # fmt: skip
_ALONE = {"parametres"}  # tables that one sheet only may hold
STRANGER = "non reconnue"  # what is told of a sheet that stands for no table
BESIDE = {"temps_trajet"}  # tables too long for a workbook: a text table beside it holds them as well
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def split_name(sheet):
    """Return (name, what follows) for a sheet that bears the name of a table or of a grid; (None, "") for any other.

    Examples
    --------
    >>> split_name("Acteurs (suite)"), split_name("Saisie participations"), split_name("Feuil1")
    (('acteurs', 'suite'), ('saisie_participations', ''), (None, ''))
    """
    label = normalize_label(sheet)
    names = {normalize_label(name): name for name in [*list_tables(), *WIDE_SHEETS]}
    if label in names:
        return names[label], ""
    plain = "".join(c for c in unicodedata.normalize("NFKD", sheet.casefold()) if not unicodedata.combining(c))
    for name in names.values():
        found = re.fullmatch(r"\s*" + name.replace("_", r"[\s_-]*") + r"(?:[^a-z0-9]+|(?=\d))(.*)", plain)
        if found:
            return name, re.sub("[^a-z0-9]+", " ", found[1]).strip()
    return None, ""


def find_prefix(files):
    """Return what begins the names of all the text tables of an inventory (« essai- » of essai-acteurs.csv), "" when nothing does.

    LibreOffice names so the CSV files of a workbook, one a sheet; one at least bears the name of a table after it.
    """
    stems = [path.stem for path in files if path.suffix.lower() in TEXT_TABLES and not is_beside(path)]
    for stem in stems:
        for place in (place for place, sign in enumerate(stem) if sign == "-"):
            prefix = stem[: place + 1]
            if split_name(stem[place + 1 :])[0] and len(stems) > 1 and all(other.startswith(prefix) for other in stems):
                return prefix
    return ""


def is_beside(path):
    """Return whether a text table bears the name of a table that may stand beside the inventory (`BESIDE`)."""
    return path.suffix.lower() in TEXT_TABLES and split_name(path.stem)[0] in BESIDE


def gather_sheets(files):
    """Read every sheet of the files of an inventory.

    Returns
    -------
    sheets : list of dict nom (table or grid), table, suite (what follows the name), path, feuille, raw
    problemes : list of DataFrame
    errors : list of DiagnosticError, files that could not be read

    Raises
    ------
    DiagnosticError
        No sheet bears a known name.
    """
    found, strangers, problems, errors = [], [], [], []
    prefix = find_prefix(files)
    for path in files:
        try:
            sheets, notice = read_sheets(path)
        except DiagnosticError as error:
            errors.append(error)
            continue
        problems.append(notice)
        for sheet, raw in sheets.items():
            name, after = split_name(sheet.removeprefix(prefix))
            if name is None:
                strangers.append([path, sheet, raw])
            else:
                found.append(_make_sheet(name, after, path, sheet, raw))
    adopted, told = _adopt_singular(strangers, {sheet["nom"] for sheet in found})
    found, problems = found + adopted, problems + told
    if not found and not errors:
        raise DiagnosticError(
            f"Aucune feuille connue dans cet inventaire (feuilles lues : {', '.join(sheet for _, sheet, _ in strangers)}).",
            ", ".join(p.name for p in files), f"nommez les feuilles : {', '.join(list_tables()[:8])}...",
        )  # fmt: skip
    return found, problems, errors


def _make_sheet(*values):
    name, after, path, sheet, raw = values
    return dict(zip(SHEET_COLUMNS, [name, WIDE_SHEETS.get(name, name), after, path, sheet, raw], strict=True))


def is_singular(sheet, table):
    """Return whether a sheet bears the name of a table in the singular; never that of the persons, who are looked for by theirs."""
    return table.endswith("s") and table != "personnes" and normalize_label(sheet) == normalize_label(table).removesuffix("s")


def _adopt_singular(strangers, known):
    """Return the strangers that bear the name of a table in the singular (« Acteur ») and its columns, and the problems of all.

    None is adopted for a table that another sheet holds.
    """
    adopted, problems = [], []
    for path, sheet, raw in strangers:
        name = next((table for table in list_tables() if table not in known and is_singular(sheet, table)), None)
        if name is None or name in {part["nom"] for part in adopted} or not has_columns(raw, name, supplied=name_made(name)):
            problems.append(_tell_stranger(path, sheet, raw))
            continue
        adopted.append(_make_sheet(name, "", path, sheet, raw))
        message = f"Feuille « {sheet} » lue comme la feuille {name}."
        problems.append(list_problems("information", locate_sheet(path.name, sheet), message, f"rien ; ou renommez-la {name}"))
    return adopted, problems


def choose_sheets(sheets, aliases):
    """Say which sheets are read together for each table.

    Parameters
    ----------
    sheets : list of dict, `gather_sheets`
    aliases : dict of str -> dict, the dossier's own headings (`parametres`)

    Returns
    -------
    chosen : dict of str -> list of sheets, one key a table
    problemes : list of DataFrame: sheets read together, sheets left out
    errors : list of DiagnosticError: two sheets of the same name

    Notes
    -----
    « acteurs », « acteurs (suite) » and « acteurs social » are one table when each has its required columns. Of sheets of
    several years the latest is read, and none where a sheet bears the plain name; « acteurs archive » is never read.
    Of two sheets of one name, one that holds its headings only (the empty sheet of a workbook) leaves its place to the other.
    """
    chosen, problems, errors = {}, [], []
    for name in dict.fromkeys(sheet["nom"] for sheet in sheets):
        group = [sheet for sheet in sheets if sheet["nom"] == name]
        plain = [sheet for sheet in group if not sheet["suite"]]
        plain = [sheet for sheet in plain if len(sheet["raw"]) > 1] or plain[:1]
        if len(plain) > 1:
            both = f"{plain[0]['path'].name}, feuilles {plain[0]['feuille']} et {plain[1]['feuille']}"
            errors.append(DiagnosticError(f"Deux feuilles pour la table {name}.", both, "n'en gardez qu'une"))
            continue
        latest = "9999" if plain else max(filter(None, map(_find_year, group)), default="")
        kept = list(plain)
        for sheet in (sheet for sheet in group if sheet["suite"]):
            told = _judge_sheet(sheet, latest, aliases.get(sheet["table"]))
            problems.append(told)
            if told is None:
                kept.append(sheet)
        problems += [_tell_joined(kept)]
        chosen.setdefault(WIDE_SHEETS.get(name, name), []).extend(kept)
    return chosen, problems, errors


def _find_year(sheet):
    found = _YEAR.findall(sheet["suite"])
    return max(found) if found and not _PUT_AWAY & set(sheet["suite"].split()) else ""


def _judge_sheet(sheet, latest, aliases):
    """Return what is told of a sheet that is not read, None for one that is."""
    path, name, after = sheet["path"], sheet["feuille"], sheet["suite"]
    if not len(sheet["raw"]):
        return list_problems("information", locate_sheet(path.name, name), f"Feuille « {name} » vide.", "rien")
    again = f"rien ; pour qu'elle soit lue aussi, renommez-la « {sheet['nom']} (suite) »"
    if _PUT_AWAY & {*after.split(), after.replace(" ", "")} or sheet["table"] in _ALONE:
        message = f"Feuille « {name} » non lue : son nom dit qu'elle n'est pas la feuille {sheet['nom']} en cours."
        return list_problems("attention", locate_sheet(path.name, name), message, again)
    year = _find_year(sheet)
    if year and year < latest:
        other = "une feuille sans année" if latest == "9999" else f"une feuille de {latest}"
        message = f"Feuille « {name} » non lue : {other} tient la même table."
        return list_problems("attention", locate_sheet(path.name, name), message, again)
    if sheet["nom"] not in WIDE_SHEETS and not has_columns(sheet["raw"], sheet["table"], aliases, supplied=name_made(sheet["table"])):
        return _tell_stranger(path, name, sheet["raw"])
    return None


def _tell_joined(kept):
    """Tell the sheets read as one table, and the one sheet of a longer name read for it."""
    if not any(sheet["suite"] for sheet in kept):
        return None
    names = " et ".join(f"« {sheet['feuille']} »" for sheet in kept)
    several = f"Feuilles {names} lues l'une après l'autre comme une seule table {kept[0]['nom']}."
    message = several if len(kept) > 1 else f"Feuille {names} lue comme la table {kept[0]['nom']}."
    return list_problems("information", locate_sheet(kept[-1]["path"].name, kept[-1]["feuille"]), message, "rien ; ou renommez-les")


def _tell_stranger(path, sheet, raw):
    """Tell a sheet that stands for no table, with the nearest name; ours and empty ones are not told."""
    if normalize_label(sheet) in SILENT_SHEETS or not len(raw):
        return None
    names = {normalize_label(name): name for name in [*list_tables(), *WIDE_SHEETS]}
    near = process.extractOne(normalize_label(sheet), list(names), scorer=fuzz.ratio, score_cutoff=75)
    hint = f" Vouliez-vous dire « {names[near[0]]} » ?" if near else ""
    message = f"Feuille « {sheet} » {STRANGER} : elle n'est pas lue.{hint}"
    return list_problems("attention" if near else "information", locate_sheet(path.name, sheet), message, "rien ; ou renommez-la")

