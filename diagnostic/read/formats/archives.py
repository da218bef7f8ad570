"""The ZIP archive of a workbook (XLSX, ODS) -> the same archive with only its measured parts, and what its sheets hold.

An archive of a few kilobytes may unfold to gigabytes, its XML may name entities that unfold further or fetch files, and
one cell left far away makes the reader lay out every empty cell above it: gigabytes, then the end of the program.
So the reader is never given the file itself, but an archive made again of the parts that a strict parser has read to
the end: nothing reaches it that was not measured, whatever its name, its quotes or its prefixes.
"""

import io
import posixpath
import zipfile
import zlib
from contextlib import suppress
from types import SimpleNamespace
from xml.parsers.expat import ExpatError, ParserCreate

import numpy as np

from diagnostic.errors import DiagnosticError
from diagnostic.read.formats.archive_cells import LARGEST_CONTENT, Oversized, watch_cells, watch_ods, watch_shared

MOST_CELLS = 20_000_000  # laid out by one sheet, from A1 to its last filled cell
_MOST_CELLS_IN_ALL = 30_000_000
MOST_LINES_ODS = 500_000
_MOST_SPACES = 20_000_000
_MOST_MEMBERS = 10_000
_DEEPEST = 1_000_000  # elements open at once, each kept in memory by the parser
_LARGEST_TAG = 20_000_000  # bytes: a tag in several chunks is read again from its start at each chunk
_MOST_NAMES = 100_000
_MOST_TAGS = 20_000_000
_CHUNK = 1 << 20
_BOOK, _LINKS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_XLSX_PARTS = {"[content_types].xml", "_rels/.rels", "xl/sharedstrings.xml", "xl/styles.xml", _BOOK, _LINKS}
_ODS_PARTS = {"content.xml", "META-INF/manifest.xml"}
_ODS_TYPE = b"application/vnd.oasis.opendocument"


def open_archive(content, path):
    """Measure a workbook and make it again.

    Returns
    -------
    book : bytes, an archive of the parts that hold the tables, each read to its end by a strict parser
    names : list of str, every member of the archive received
    sheets : dict of str -> namespace, what each sheet holds (see `archive_cells.start_sheet`)

    Raises
    ------
    DiagnosticError
        Archive or XML damaged, protected, with entities of its own, or that would exhaust the memory.
    """
    made = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(made, "w") as copy:
            members = {member.filename: member for member in archive.infolist()}
            size = sum(member.file_size for member in archive.infolist())
            if size > LARGEST_CONTENT or len(archive.infolist()) > _MOST_MEMBERS:
                raise Oversized
            is_ods = _tell_ods(archive, members)
            if is_ods is None:
                raise refuse_damaged(path)
            sheets = (_copy_ods if is_ods else _copy_xlsx)(archive, copy, path)
            for member in archive.infolist():
                if member.filename not in copy.NameToInfo:
                    _read_part(archive, member, path)
    except Oversized as error:
        raise _refuse_size(path) from error
    except (
        KeyError, OSError, RuntimeError, ValueError, NotImplementedError, zipfile.BadZipFile, zlib.error, EOFError, ExpatError,
    ) as error:  # fmt: skip
        raise refuse_damaged(path) from error
    return made.getvalue(), list(members), sheets


def _tell_ods(archive, members):
    """Return True for an ODS, False for an XLSX, None for neither; what the archive says of itself comes first."""
    if "mimetype" in members and archive.open("mimetype").read(100).startswith(_ODS_TYPE):
        return True if "content.xml" in members else None
    return False if _BOOK in members else True if "content.xml" in members else None


def _copy_ods(archive, copy, path):
    manifest = "META-INF/manifest.xml"
    if manifest in archive.NameToInfo and b"encryption-data" in archive.read(manifest):
        raise refuse_protected(path)
    if "mimetype" in archive.NameToInfo:
        copy.writestr("mimetype", archive.open("mimetype").read(100))
    tables = []
    for member in archive.infolist():
        if member.filename in _ODS_PARTS:
            _read_part(archive, member, path, watch_ods if member.filename == "content.xml" else None, tables, copy)
    for table in tables:
        _check_extent(table, table.name, path)
    if sum(table.last_line * table.last_column for table in tables) > _MOST_CELLS_IN_ALL:
        raise Oversized
    if sum(table.text for table in tables) > LARGEST_CONTENT or sum(table.spaces for table in tables) > _MOST_SPACES:
        raise Oversized
    return {table.name: table for table in tables}


def _copy_xlsx(archive, copy, path):
    members = archive.infolist()
    first = {name: [] for name in (_BOOK, _LINKS)}
    for member in members:
        if member.filename in first:
            _read_part(archive, member, path, watch_cells, first[member.filename], copy)
    names = _name_parts(*first.values())
    wanted = _XLSX_PARTS | {place for link in first[_LINKS] for place in _find_places(link.links)}
    parts = {}
    for member in members:
        lower = member.filename.lower()
        if lower in wanted and member.filename not in first:
            if lower in parts or lower in first:  # the reader ignores case, and would choose by itself
                raise refuse_damaged(path)
            parts[lower] = []
            _read_part(archive, member, path, watch_cells, parts[lower], copy)
    found = {name: part[0] for name, part in {**parts, **first}.items() if part}
    for name, part in found.items():
        _check_extent(part, names.get(name, name), path)
    area = sum(part.last_line * part.last_column for part in found.values())
    if area > _MOST_CELLS_IN_ALL or _measure_shared(archive, found) > LARGEST_CONTENT:
        raise Oversized
    return {name: found[part] for part, name in names.items() if part in found}


def _find_places(links):
    """Return the members that the relationships of the workbook may mean, in lower case."""
    targets = [link.get("Target", "") for name, link in links if name == "Relationship"]
    return {place for target in targets for place in _spell_places(target)}


def _spell_places(target):
    target = target.lower()
    return [target.lstrip("/"), f"xl/{target}", posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")]


def _name_parts(books, links):
    """Return {member in lower case: the name of its sheet}."""
    targets = {link.get("Id"): link.get("Target", "") for part in links for _, link in part.links}
    sheets = [sheet for part in books for name, sheet in part.links if name == "sheet"]
    named = {}
    for sheet in sheets:
        link = next((value for key, value in sheet.items() if key.endswith(":id")), "")
        for place in _spell_places(targets.get(link, "")):
            named.setdefault(place, sheet.get("name", ""))
    return named


def _read_part(archive, member, path, watch=None, found=None, copy=None):
    """Read a member to its end with a strict parser, and write it in `copy`.

    A member that is not copied is only searched for a document type: notes and drawings are often bad XML.
    """
    with archive.open(member) as stream:
        chunk = stream.read(_CHUNK)
        start = chunk[:1000].lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")[:1]
        if start != b"<":
            if copy is not None:
                raise refuse_damaged(path)
            return
        wide = b"\x00" in chunk[:4] or chunk[:2] in (b"\xff\xfe", b"\xfe\xff")
        # The reader takes every part for UTF-8, whatever the part declares.
        parser = ParserCreate(None if wide or copy is None else "utf-8")
        ends, finish = _set_handlers(parser, watch, found, member.filename, path)
        if copy is not None:
            if member.filename in copy.NameToInfo:  # two members of one name: the reader would choose by itself
                raise refuse_damaged(path)
            with copy.open(member.filename, "w") as out:
                _feed(parser, ends, chunk, stream, out)
        else:
            with suppress(ExpatError):
                _feed(parser, ends, chunk, stream, None)
        finish()
    if wide and copy is not None:
        raise refuse_damaged(path)


def _set_handlers(parser, watch, found, name, path):
    def refuse_doctype(*_):
        raise DiagnosticError(
            "Ce classeur contient des entités XML, qu'aucun tableur n'écrit : il n'est pas ouvert.",
            f"{path.name}, partie {name}", "n'ouvrez pas ce fichier s'il vient d'un inconnu ; demandez l'original",
        )  # fmt: skip

    ends, finish = [], lambda: None
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse_doctype
    parser.EndElementHandler = ends.append
    parser.StartElementHandler = lambda name, attributes: None
    if watch is not None:
        parser.StartElementHandler, finish = watch(parser, found)
    return ends, finish


def _feed(parser, ends, chunk, stream, out):
    """Give a part to its parser by chunks; refuse what would fill the parser itself: depth, endless tags, endless names."""
    given = depth = tags = 0
    while chunk:
        if out is not None:
            out.write(chunk)
        parser.Parse(chunk)
        given += len(chunk)
        depth += chunk.count(b"<") - chunk.count(b"</") - len(ends)  # never less than the elements open
        tags += len(ends)
        ends.clear()
        if (
            depth > _DEEPEST
            or tags > _MOST_TAGS
            or given - max(parser.CurrentByteIndex, 0) > _LARGEST_TAG
            or len(parser.intern) > _MOST_NAMES
        ):
            raise Oversized
        chunk = stream.read(_CHUNK)
    parser.Parse(b"", True)


def _check_extent(part, name, path):
    """Refuse a sheet that would exhaust the memory when laid out, and name its last filled cell."""
    place = ""
    if part.is_ods and part.last_line > MOST_LINES_ODS:
        place = f"ligne {part.last_line}"
    elif part.last_line * part.last_column > MOST_CELLS:
        place = f"case {spell_column(part.last_column)}{part.last_line}"
    if place:
        raise DiagnosticError(
            f"Cette feuille va jusqu'à la {place} : une case remplie est restée loin du tableau.",
            f"{path.name}, feuille {name}", "supprimez les lignes et les colonnes situées après le tableau, puis enregistrez",
        )  # fmt: skip
    if part.filled > MOST_CELLS:
        raise Oversized


def spell_column(rank):
    """Return A for 1, AA for 27.

    Examples
    --------
    >>> spell_column(1), spell_column(28), spell_column(16384)
    ('A', 'AB', 'XFD')
    """
    letters = ""
    while rank > 0:
        rank, rest = divmod(rank - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _measure_shared(archive, found):
    """Return how many bytes the texts that cells of an XLSX share make when each cell has its own."""
    longest = max((part.longest for part in found.values()), default=0)
    if longest * sum(part.shared for part in found.values()) <= LARGEST_CONTENT:
        return 0
    # Only now, because each text and each cell is looked at again.
    kept = SimpleNamespace(marks=[], ranks=[])
    for member in archive.infolist():
        part = found.get(member.filename.lower())
        if part is not None and (part.longest or part.shared):
            parser = ParserCreate("utf-8")
            parser.buffer_text = True
            parser.StartElementHandler, finish = watch_shared(parser, kept)
            parser.Parse(archive.read(member), True)
            finish()
    lengths = np.array(kept.marks, dtype="int64")
    used = np.array(kept.ranks, dtype="int64")
    return int(lengths[used[(used >= 0) & (used < len(lengths))]].sum())


def _refuse_size(path):
    return DiagnosticError(
        "Ce classeur se déplie en un fichier démesuré : il n'est pas ouvert.", path.name,
        "gardez la seule feuille utile, supprimez les lignes et les mises en forme vides, enregistrez une copie",
    )  # fmt: skip


def refuse_damaged(path):
    return DiagnosticError(
        "Ce classeur ne peut pas être lu : il est abîmé, ou n'est pas un classeur.", path.name,
        "ouvrez-le dans Excel ou LibreOffice et enregistrez-le de nouveau en XLSX",
    )  # fmt: skip


def refuse_protected(path):
    return DiagnosticError(
        "Ce classeur est protégé par un mot de passe.", path.name,
        "ouvrez-le, enregistrez-en une copie sans mot de passe, et donnez la copie",
    )  # fmt: skip
