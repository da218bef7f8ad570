"""A workbook (XLSX, XLSM, XLS, ODS) -> its sheets as text, and a word on what it holds besides values."""

import io
from bisect import bisect_left, bisect_right
from datetime import date, datetime, time, timedelta

import pandas as pd
from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum

from diagnostic.errors import DiagnosticError
from diagnostic.read.formats.archives import open_archive, refuse_damaged, refuse_protected, spell_column
from diagnostic.read.formats.text_tables import frame_columns
from diagnostic.schema import join_problems, list_problems, locate_sheet

_MOST_FILLED = 2_000_000  # cells that merged ranges may cover, a cell counted once a range
_CONTAINER = b"\xd0\xcf\x11\xe0"  # an XLS, or a workbook under a password


def read_workbook(path):
    """Read the sheets of a workbook, whatever its extension says.

    Returns
    -------
    sheets : dict of str -> DataFrame
        Cells as text, columns 0..n, index = line number in the sheet; lines without anything are left out.
        Whole numbers are written without decimals (1004), dates as 2025-02-03, true and false as oui and non.
        A cell merged over several lines is read on each of them that holds something else.
    problemes : DataFrame, merged cells, formulas in error (#N/A) or never computed, macros and links to other files

    Raises
    ------
    DiagnosticError
        File protected by a password, damaged, not a workbook, or that would exhaust the memory.
    """
    content = path.read_bytes()
    made, members, parts = _open_book(content, path)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(made))
        names = [sheet.name for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
        laid_out = {name: _lay_out(book.get_sheet_by_name(name), parts.get(name)) for name in names}
    except PasswordError as error:
        raise refuse_protected(path) from error
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:  # calamine's panics on damaged files are not Exceptions
        raise refuse_damaged(path) from error
    merged = [_tell_merged(filled, given_up, name, path) for name, (_, filled, given_up) in laid_out.items()]
    formulas = [tell(part, name, path) for name, part in parts.items() for tell in (_tell_failed, _tell_uncomputed)]
    told = join_problems(_tell_contents(content, members, parts, path), *merged, *formulas)
    return {name: sheet for name, (sheet, *_) in laid_out.items()}, told


def _open_book(content, path):
    """Return what calamine may read, the members and the sheets of the archive; tell a protected or renamed file by its first bytes."""
    if content.startswith(_CONTAINER):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise refuse_protected(path)
        return content, [], {}
    if not content.startswith(b"PK"):
        raise DiagnosticError(
            "Ce fichier porte le nom d'un classeur mais n'en est pas un.", path.name,
            "ouvrez-le dans Excel ou LibreOffice et enregistrez-le en XLSX, ou retrouvez l'original",
        )  # fmt: skip
    return open_archive(content, path)


def _lay_out(sheet, part):
    """Return the lines of a calamine sheet that hold anything, as text, the cells filled by merged ranges, and whether some were not."""
    lines = {line: row for line, row in enumerate(sheet.iter_rows(), start=1) if row.count("") < len(row)}
    left = sheet.start[1] if sheet.start else 0  # calamine leaves out the empty columns on the left
    ranges = sheet.merged_cell_ranges or (part.ranges if part else [])
    filled, given_up = _fill_merged(lines, ranges, left)
    columns = [
        [cell if type(cell) is str else spell_cell(cell) for cell in column]
        for column in zip(*lines.values(), strict=True)
    ]
    width = max((len(row) for row in lines.values()), default=0)
    columns = [[""] * len(lines)] * (left if width else 0) + columns
    return frame_columns(columns, list(lines)), filled, given_up


def _fill_merged(lines, ranges, left):
    """Write in `lines` the value of each range merged over several lines on those of its lines that hold anything.

    Returns
    -------
    filled : list of (line, column rank), the cells written
    given_up : bool, ranges that cover more than _MOST_FILLED cells in all: the last ones are left as they are
    """
    present, filled, covered = list(lines), [], 0
    for (first, column), (last, _) in dict.fromkeys((tuple(start), tuple(end)) for start, end in ranges):
        top = lines.get(first + 1)
        column -= left
        if last <= first or top is None or not 0 <= column < len(top) or top[column] == "":
            continue
        below = present[bisect_right(present, first + 1) : bisect_left(present, last + 2)]
        covered += len(below)
        if covered > _MOST_FILLED:
            return filled, True
        for line in below:
            if lines[line][column] == "":
                lines[line][column] = top[column]
                filled.append((line, column + left))
    return filled, False


def spell_cell(value):
    """Return the text of a cell's value: 1004.0 is 1004, midnight is left out of dates, true and false are French.

    Examples
    --------
    >>> spell_cell(1004.0), spell_cell(45.5), spell_cell(True), spell_cell(datetime(2025, 2, 3))
    ('1004', '45.5', 'oui', '2025-02-03')
    """
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value) if isinstance(value, timedelta) or value is not None else ""



def _tell_contents(content, members, parts, path):
    """Tell what a workbook holds besides values: nothing of it is run or followed."""
    macros = any(name.endswith("vbaProject.bin") or name.startswith("Basic/") for name in members)
    macros = macros or (not members and "_VBA_PROJECT".encode("utf-16-le") in content)
    links = any(name.startswith("xl/externalLinks/") for name in members)
    links = links or any(part.linked for part in parts.values())
    messages = ["Ce classeur contient des macros : elles ne sont ni lues ni exécutées."] * macros
    messages += [
        "Ce classeur est lié à d'autres fichiers : les liens ne sont pas suivis, leurs dernières valeurs sont lues."
    ] * links
    return join_problems(*[list_problems("information", locate_sheet(path.name, ""), message, "rien") for message in messages])


def _tell_merged(filled, given_up, sheet, path):
    if given_up:
        message = (
            "Cases fusionnées trop nombreuses : leur valeur n'est pas reportée sur toutes les lignes qu'elles couvrent."
        )
        fix = "défusionnez les cases de cette feuille et remplissez-les, puis enregistrez"
        return list_problems("attention", locate_sheet(path.name, sheet), message, fix)
    if not filled:
        return None
    message = f"Cases fusionnées : valeur reportée sur les lignes qu'elles couvrent ({len(filled)} case(s))."
    fix = "rien, si la valeur vaut pour chacune de ces lignes ; sinon, défusionnez et remplissez"
    return list_problems("information", locate_sheet(path.name, sheet, min(line for line, _ in filled)), message, fix)


def _tell_failed(part, sheet, path):
    message = "Formules en erreur (#N/A...) : {} case(s) lue(s) comme vide(s)."
    return _tell_formulas(part.failed, message, sheet, path)


def _tell_uncomputed(part, sheet, path):
    """Tell the formulas whose result was never saved: written by a program, or by a spreadsheet told not to compute."""
    message = "Formules sans résultat enregistré : {} case(s) lue(s) comme vide(s)."
    return _tell_formulas(part.uncomputed, message, sheet, path)


def _tell_formulas(cells, message, sheet, path):
    """Tell the cells {column rank: [first line, number]} of a sheet, one row a column."""
    if not cells:
        return None
    first = pd.array([line for line, _ in cells.values()], dtype="Int64")
    located = pd.DataFrame({"fichier": path.name, "feuille": sheet, "ligne": first})
    messages = [message.format(number) for _, number in cells.values()]
    fix = "ouvrez le classeur, corrigez ces formules ou collez leurs valeurs, enregistrez"
    return list_problems("attention", located, messages, fix).assign(colonne=[spell_column(rank) for rank in cells])
