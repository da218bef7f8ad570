"""A text table (CSV, TSV, TXT) -> its cells, with what was understood of its encoding, its separator and its quotes."""

import csv
import io
import re
from itertools import islice

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from diagnostic.errors import DiagnosticError
from diagnostic.schema import join_problems, list_problems

SEPARATORS = {";": "point-virgule", ",": "virgule", "\t": "tabulation", "|": "barre verticale"}
_BREAK = re.compile(r"\r\n|\r|\n")
_MOST_CELLS = 20_000_000  # read row by row; Arrow lays out three times as many in the same place
_MOST_ARROW_CELLS = 60_000_000
_MOST_LINES = 5_000_000
_LONGEST_CELL = 131_072  # characters that the csv module accepts in a cell
_MOST_BYTES = 1_000_000_000
_BREAK_BYTES = np.isin(np.arange(256), [ord("\n"), ord("\r")])
# Accents of UTF-8 that a program once read as Windows-1252: Ã© for é, â€™ for ’.
# Three patterns that each begin with a letter are searched much faster than one.
_SPOILED = [re.compile(sign) for sign in ("Ã[\u0080-\u00bf€-™]", "Â[°«»\u00a0]", "â€[™œ\u009d“”]")]
SIGNATURES = {
    b"\x89PNG": "une image PNG", b"\xff\xd8\xff": "une image JPEG", b"GIF8": "une image GIF", b"%PDF": "un PDF",
    b"PK\x03\x04": "un classeur ou une archive ZIP", b"\xd0\xcf\x11\xe0": "un classeur XLS", b"\x1f\x8b": "une archive compressée",
    b"SQLite format 3": "une base GPKG ou SQLite",
}  # fmt: skip
_MOST_NULS = 0.02  # share of NUL bytes above which a file is no text


def read_text_table(path):
    """Read a text table.

    Returns
    -------
    table : DataFrame of str, columns 0..n, all lines of the file, index = line number as a spreadsheet
        shows it: a row whose cell holds line breaks counts for one, an empty line too
    problemes : DataFrame, encoding and separator (`information`), quotes never closed and spoiled accents (`attention`)

    Raises
    ------
    DiagnosticError
        Not text, or a cell without end.
    """
    text, encoding = decode_text(path.read_bytes(), path)
    separator = _find_separator(text)
    lines = text.count("\n")
    cells = text.count(separator) + lines
    if lines > _MOST_LINES or cells > _MOST_ARROW_CELLS:
        raise _refuse_size(cells, path)
    table, unclosed = _read_regular(text, separator), 0
    usual = 0 if table is None else table.shape[1]
    if table is None:
        lines, unclosed = _split_text(text, separator, path)
        table, usual = _lay_out(lines, path), _find_usual(lines)
    word = SEPARATORS[separator] if table.shape[1] > 1 else "aucun (une seule colonne)"
    told = [
        _tell(
            path,
            "information",
            f"Lu avec : encodage {encoding}, séparateur {word}.",
            "rien, si les accents et les colonnes sont justes",
        )
    ]
    if unclosed:
        message = "Guillemet ouvert sur cette ligne et jamais fermé : les lignes suivantes sont lues une à une."
        told.append(
            _tell(path, "attention", message, "supprimez ou doublez le guillemet de cette ligne", line=unclosed)
        )
    return table, join_problems(*told, _tell_swallowed(table, usual, separator, path), *_tell_spoiled(text, path))


def decode_text(content, path):
    """Return (text, name of its encoding): UTF-8, UTF-16 by its mark or its NUL bytes, else Windows-1252."""
    for signature, nature in SIGNATURES.items():
        if content.startswith(signature):
            fix = "donnez le tableau lui-même, enregistré en CSV, ODS ou XLSX"
            raise DiagnosticError(f"Ce fichier n'est pas du texte : c'est {nature}.", path.name, fix)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace"), "UTF-16"
    sample = content[:4096]
    if sample.count(b"\x00") > _MOST_NULS * len(sample):
        for encoding, zeros, letters in (
            ("utf-16-le", sample[1::2], sample[::2]),
            ("utf-16-be", sample[::2], sample[1::2]),
        ):
            if zeros.count(b"\x00") > 0.7 * len(zeros) and letters.count(b"\x00") <= 0.05 * len(letters):
                return content.decode(encoding, errors="replace"), "UTF-16 (sans marque)"
        raise DiagnosticError(
            "Ce fichier n'est pas du texte.", path.name, "enregistrez le tableau en CSV ou en XLSX depuis le tableur"
        )
    try:
        return content.decode("utf-8-sig"), "UTF-8 (avec marque BOM)" if content.startswith(
            b"\xef\xbb\xbf"
        ) else "UTF-8"
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace"), "Windows-1252"


def _find_separator(text):
    """Return the separator that splits the first lines into the most cells, the same number on each."""
    sample = "".join(islice(io.StringIO(text[:100_000], newline=""), 30))  # csv refuses cells over 131,072
    scores = {}
    for separator in SEPARATORS:
        rows = [row for row in csv.reader(io.StringIO(sample, newline=""), delimiter=separator) if row]
        widths = [len(row) for row in rows]
        usual = max(set(widths), key=widths.count, default=1)
        right = usual > 1 and not (separator == "," and _is_prose(rows, usual))
        scores[separator] = right * (widths.count(usual) / len(widths) + min(usual, 50) / 1000) if widths else 0
    return max(scores, key=scores.get) if any(scores.values()) else ";"


def _is_prose(rows, usual):
    """Return whether the commas are those of texts or numbers in one column: nothing above them looks like a heading."""
    first = next(row for row in rows if len(row) == usual)
    heading = all(
        cell.strip() and not re.fullmatch(r"[\d\s.,%-]+", cell) and not cell.startswith(" ") for cell in first
    )
    return not heading and len(rows[0]) < usual


def _read_regular(text, separator):
    """Return the table of a text whose rows all have as many cells, read by Arrow, or None: read it row by row then.

    Arrow and the csv module part cells alike; what Arrow does not tell is the lines (it skips the empty ones) and a quote
    never closed. So its answer is kept when its rows fill the lines of the file, and the last is whole.
    """
    first = next(csv.reader(io.StringIO(text[:_LONGEST_CELL], newline=""), delimiter=separator), [])
    content = text.encode("utf-8", "replace")
    signs = np.frombuffer(content, dtype="uint8")
    nulls, feeds, returns, quotes = (np.count_nonzero(signs == ord(sign)) for sign in '\0\n\r"')
    if len(first) < 2 or nulls or quotes % 2 or text.startswith("\ufeff") or len(content) > _MOST_BYTES:
        return None
    names = [str(place) for place in range(len(first))]
    try:
        read = arrow_csv.read_csv(
            pa.BufferReader(content),
            arrow_csv.ReadOptions(use_threads=False, column_names=names, block_size=len(content) + 1),
            arrow_csv.ParseOptions(delimiter=separator, newlines_in_values=True),
            arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.large_string()), strings_can_be_null=False),
        )
    except pa.ArrowInvalid:  # rows of several lengths
        return None
    longest = max(pc.max(pc.binary_length(column)).as_py() or 0 for column in read.columns)
    within = _count_breaks(read)
    total = feeds + returns - (content.count(b"\r\n") if returns else 0) + (not text.endswith(("\n", "\r")))
    if longest >= _LONGEST_CELL or not len(within) or len(within) + within.sum() != total:
        return None
    if within[-1] and not _is_whole(text, separator, int(within[-1]), len(first)):
        return None
    arrays = {place: pd.array(column, dtype="str") for place, column in enumerate(read.columns)}
    return pd.DataFrame(arrays, index=pd.Index(np.arange(1, len(within) + 1), dtype="int64"))


def _is_whole(text, separator, breaks, width):
    """Return whether the last row, over `breaks` + 1 lines, is one row of `width` cells whose quotes are all closed."""
    lines = io.StringIO(text.rstrip("\r\n"), newline="").readlines()[-breaks - 1 :]
    try:
        rows = list(csv.reader(lines, delimiter=separator, strict=True))
    except csv.Error:
        return False
    return len(rows) == 1 and len(rows[0]) == width


def _count_breaks(read):
    """Return how many line breaks the cells of each row hold."""
    within = np.zeros(read.num_rows, dtype="int64")
    for column in read.columns:
        if find_bytes(column, _BREAK_BYTES):
            within += pc.count_substring_regex(column, r"\r\n|\r|\n").to_numpy()
    return within


def find_bytes(cells, wanted):
    """Return whether a column of text may hold one of the `wanted` bytes (mask of 256); ten times as fast as a pattern."""
    text = pa.array(cells) if isinstance(cells, pd.Series) else cells
    chunks = text.chunks if isinstance(text, pa.ChunkedArray) else [text]
    return any(wanted[np.frombuffer(chunk.buffers()[2] or b"", dtype="uint8")].any() for chunk in chunks)


def _split_text(text, separator, path):
    """Return {line number: cells} and the line of a quote never closed (0 when all are), lines as a spreadsheet counts them.

    After a quote that nothing closes, the reader would take the rest of the file for one cell: from there on, quotes are
    read as any other character.
    """
    rows, ended = _split_lines(text, separator, path, 1)
    if ended or not rows:
        return _number_rows(rows), 0
    line = max(rows)
    rest = _BREAK.split(text)[line - 1 :]
    plain, _ = _split_lines("\n".join(rest), separator, path, line, quoting=csv.QUOTE_NONE)
    return _number_rows(rows | plain), len(rows)


def _number_rows(rows):
    """Return rows by lines of the file as rows by their rank, the line that a spreadsheet shows: empty lines are rows too."""
    return dict(enumerate(rows.values(), start=1))


def _split_lines(text, separator, path, line, quoting=csv.QUOTE_MINIMAL):
    """Return {line of the file: cells} and whether the last row is whole: a quote never closed runs to the end of the file."""
    rows, first = {}, line
    text = text.replace("\x00", "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, quoting=quoting)
    try:
        for row in reader:
            rows[line] = row
            line = reader.line_num + first
    except csv.Error as error:
        raise DiagnosticError(
            "Ce fichier texte ne se lit pas comme un tableau : une case y dépasse 131 072 caractères (guillemet jamais fermé ?).",
            f"{path.name}, ligne {len(rows) + 1}", "rouvrez-le dans un tableur et enregistrez-le de nouveau en CSV",
        ) from error  # fmt: skip
    spans = bool(rows) and line - max(rows) > 1
    return rows, not (spans and quoting == csv.QUOTE_MINIMAL and _is_unclosed(text, max(rows) - first, separator))


def _is_unclosed(text, before, separator):
    """Return whether the row that starts after `before` lines ends inside quotes."""
    rest = "\n".join(_BREAK.split(text)[before:])
    try:
        list(csv.reader(io.StringIO(rest, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        return "end of data" in str(error)
    return False


def _lay_out(lines, path):
    """Return the cells as a table, all rows as long as the longest."""
    widths = set(map(len, lines.values()))
    longest = max(widths, default=0)
    if longest * len(lines) > _MOST_CELLS and len(widths) <= 1:
        raise _refuse_size(longest * len(lines), path)
    if longest * len(lines) > _MOST_CELLS:
        line = next(line for line, row in lines.items() if len(row) == longest)
        raise DiagnosticError(
            f"Cette ligne a {longest} cases : trop pour en faire un tableau.", f"{path.name}, ligne {line}",
            "vérifiez les guillemets et les séparateurs de cette ligne",
        )  # fmt: skip
    rows = lines.values() if len(widths) <= 1 else (row + [""] * (longest - len(row)) for row in lines.values())
    return frame_columns(zip(*rows, strict=True), list(lines))


def _refuse_size(number, path):
    fix = "gardez les seules lignes de votre territoire et les seules colonnes utiles, enregistrez une copie"
    return DiagnosticError(f"Ce fichier a environ {number} cases : trop pour en faire un tableau.", path.name, fix)


def frame_columns(columns, lines):
    """Return columns of text as a table, columns 0..n, index = `lines`."""
    arrays = [pd.array(pa.array(list(column), type=pa.large_string()), dtype="str") for column in columns]
    return pd.DataFrame(dict(enumerate(arrays)), index=pd.Index(lines, dtype="int64"))


def _tell(path, gravite, message, fix, line=pd.NA):
    rows = pd.DataFrame({"fichier": [path.name], "feuille": "", "ligne": pd.array([line], dtype="Int64")})
    return list_problems(gravite, rows, message, fix)


def _find_usual(lines):
    """Return the number of cells that most rows have."""
    usual = pd.Series(list(map(len, lines.values())), dtype="int64").mode()
    return usual[0] if len(usual) else 0


def _tell_swallowed(table, usual, separator, path):
    """Tell the cells over several lines that hold whole rows: a quote was opened too early and closed too late."""
    if usual < 3:
        return None
    suspects = set()
    for column in [column for column in table.columns if find_bytes(table[column], _BREAK_BYTES)]:
        broken = table[column][table[column].str.contains(r"[\r\n]", regex=True).astype(bool)]
        broken = broken[broken.str.count(re.escape(separator)) >= usual - 1]
        suspects.update(
            line for line, cell in broken.items()
            if any(part.count(separator) >= usual - 1 for part in _BREAK.split(cell)[1:])
        )  # fmt: skip
    message = "Une case de cette ligne contient ce qui ressemble à d'autres lignes du tableau : guillemet mal placé ?"
    return join_problems(
        *[_tell(path, "attention", message, "vérifiez les guillemets de cette ligne", line=line) for line in sorted(suspects)]
    )


def _tell_spoiled(text, path):
    """Tell the accents that an earlier conversion spoiled, and the characters that could not be read."""
    spoiled, lost = sum(len(pattern.findall(text)) for pattern in _SPOILED), text.count("\ufffd")
    fix = "rouvrez l'original et enregistrez-le en UTF-8 ; ou corrigez ces cases"
    if spoiled:
        yield _tell(path, "attention", f"Accents abîmés par une conversion (« Ã© » pour « é ») : {spoiled} fois.", fix)
    if lost:
        yield _tell(path, "attention", f"Caractères illisibles (« \ufffd ») : {lost}.", fix)
    if "\x00" in text:
        yield _tell(path, "information", f"Caractères nuls retirés : {text.count(chr(0))}.", "rien")
