"""What each output says of where it comes from, written in the place its format has for it: one line, the same everywhere."""

import json
import re
import sqlite3
import struct
import zipfile
import zlib
from hashlib import sha256
from html import escape
from io import BytesIO
from pathlib import Path

KEY = "provenance"
CREATED = re.compile(rb"/CreationDate ?\(D:\d{14}(?:Z'|[+-]\d\d'\d\d')\)")
# The two names of a PDF and the sum of its content, which LibreOffice draws from the hour.
LIST_NAME = re.compile(rb'(?<=xml:id=")list\d+(?=")|(?<=text:continue-list=")list\d+(?=")')
REVISION = re.compile(rb'(<config:config-item config:name="Rsid(?:Root)?"[^>]*>)\d+')
IDENTIFIER = re.compile(rb"(/ID \[ <|(?<=>)\s<|/DocChecksum /)[0-9A-F]{32}")
SUBJECT = "http://purl.org/dc/terms/provenance"
NORM = "http://www.geopackage.org/spec120/#extension_metadata"
# The words of the standard (OGC 12-128r18, annexes F.8 and N): where a GeoPackage says what it is.
METADATA = """
CREATE TABLE gpkg_metadata (
  id INTEGER CONSTRAINT m_pk PRIMARY KEY ASC NOT NULL, md_scope TEXT NOT NULL DEFAULT 'dataset', md_standard_uri TEXT NOT NULL,
  mime_type TEXT NOT NULL DEFAULT 'text/xml', metadata TEXT NOT NULL DEFAULT '');
CREATE TABLE gpkg_metadata_reference (
  reference_scope TEXT NOT NULL, table_name TEXT, column_name TEXT, row_id_value INTEGER,
  timestamp DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')), md_file_id INTEGER NOT NULL, md_parent_id INTEGER,
  CONSTRAINT crmr_mfi_fk FOREIGN KEY (md_file_id) REFERENCES gpkg_metadata(id),
  CONSTRAINT crmr_mpi_fk FOREIGN KEY (md_parent_id) REFERENCES gpkg_metadata(id));
"""
EXTENSIONS = """
CREATE TABLE IF NOT EXISTS gpkg_extensions (
  table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL, scope TEXT NOT NULL,
  CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name))
"""


def stamp_file(path, words, *, date=None):
    """Write `words` in the file at `path`, changed in place; return whether its format has a place for them.

    PNG: a text chunk; SVG: `metadata`; HTML: `meta` named generator; XLSX, DOCX, PPTX: the keywords of the properties; ODT: a
    keyword; PDF: its keywords; GeoPackage: `gpkg_metadata`; GraphML: an attribute of the graph; GEXF: its description; JSON objects: a
    first member `provenance`. CSV, and a list in JSON, have none: the manifest beside them says it.

    Parameters
    ----------
    path : path-like, a file that nobody else reads yet
    words : str, one line
    date : Timestamp, optional, that of the edition: in the place of the hour at which LibreOffice made a PDF or an ODT
    """
    path = Path(path)
    kind = path.suffix.lower()
    if kind == ".gpkg":
        return _stamp_geopackage(path, words)
    if kind not in STAMPS:
        return False
    content = path.read_bytes()
    frozen = FROZEN[kind](content, date) if kind in FROZEN and date is not None else content
    stamped = STAMPS[kind](frozen, words)
    if stamped != content:
        path.write_bytes(stamped)
    return stamped != content


def _stamp_png(content, words):
    """Put a chunk tEXt after the header, which is always 33 bytes long."""
    body = b"tEXt" + b"Description\0" + words.encode("latin-1", "replace")
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return content[:33] + chunk + content[33:]


def _stamp_text(pattern, template, *, quote=True):
    """Return a stamp that puts `template` where `pattern` ends, its first time."""

    def stamp(content, words):
        shown = template.replace("{}", escape(words, quote=quote))
        return re.sub(pattern, lambda found: found[0] + shown.encode("utf-8"), content, count=1)

    return stamp


def _stamp_graphml(content, words):
    held = f'<data key="{KEY}">{escape(words, quote=False)}</data>'.encode()
    declared = f'<key id="{KEY}" for="graph" attr.name="{KEY}" attr.type="string"/>'.encode()
    return re.sub(rb"<graph [^>]*?(/?)>", lambda found: _open_graph(found, declared, held), content, count=1)


def _open_graph(found, declared, held):
    if found[1]:  # a graph without a node
        return declared + found[0][:-2] + b">" + held + b"</graph>"
    return declared + found[0] + held


def _stamp_json(content, words):
    if not content.startswith(b"{"):
        return content
    return b"{" + f'"{KEY}":{json.dumps(words, ensure_ascii=False)},'.encode() + content[1:]


def _stamp_archive(name, tag, end):
    """Return a stamp for an archive: the element `tag` of its part `name`, in the place of those it had, before the bytes `end`."""
    former = re.compile(rf"<{tag}>.*?</{tag}>|<{tag}/>".encode())

    def stamp(content, words):
        written = f"<{tag}>{escape(words, quote=False)}</{tag}>".encode()
        buffer = BytesIO()
        with zipfile.ZipFile(BytesIO(content)) as held, zipfile.ZipFile(buffer, "w") as kept:
            for entry in held.infolist():
                part = held.read(entry)
                if entry.filename == name:
                    part = former.sub(b"", part).replace(end, written + end, 1)
                kept.writestr(entry, part)
        return buffer.getvalue()

    return stamp


def _stamp_pdf(content, words):
    """Add a dictionary of properties with its keywords after the end of a PDF, as the format foresees; its pages are not touched.

    A PDF whose list of objects is compressed is left as it is.
    """
    start = re.search(rb"startxref\s+(\d+)\s+%%EOF\s*\Z", content)
    trailer = re.search(rb"trailer\s*<<(.*?)>>\s*startxref", content[int(start[1]) :], re.DOTALL) if start else None
    if not trailer or content[int(start[1]) : int(start[1]) + 4] != b"xref":
        return content
    size, root = re.search(rb"/Size\s+(\d+)", trailer[1]), re.search(rb"/Root\s+\d+\s+\d+\s+R", trailer[1])
    former = re.search(rb"/Info\s+(\d+)\s+(\d+)\s+R", trailer[1])
    held = _read_properties(content, former) if former else b""
    number, generation = (int(former[1]), int(former[2])) if former else (int(size[1]), 0)
    text = ("\ufeff" + words).encode("utf-16-be").hex().upper().encode()
    content += b"" if content.endswith(b"\n") else b"\n"
    place = len(content)
    content += b"%d %d obj\n<<%s/Keywords <%s>>>\nendobj\n" % (number, generation, held, text)
    table = len(content)
    content += b"xref\n%d 1\n%010d %05d n \n" % (number, place, generation)
    kept = b"".join(found[0] + b" " for found in [root, re.search(rb"/ID\s*\[[^\]]*\]", trailer[1])] if found)
    last = max(int(size[1]), number + 1)
    content += b"trailer\n<< /Size %d %s/Info %d %d R /Prev %s >>\n" % (last, kept, number, generation, start[1])
    return content + b"startxref\n%d\n%%%%EOF\n" % table


def _freeze_pdf(content, date):
    """Give a PDF of LibreOffice the date of the edition, and identifiers that follow from its content: no byte moves."""
    day = f"/CreationDate(D:{date:%Y%m%d}000000".encode()
    fixed = CREATED.sub(lambda found: day + (b"Z')" if found[0].endswith(b"Z')") else b"+00'00')"), content)
    if fixed == content:
        return content
    bare = IDENTIFIER.sub(lambda found: found[1] + b"0" * 32, fixed)
    name = sha256(bare).hexdigest()[:32].upper().encode()
    return IDENTIFIER.sub(lambda found: found[1] + name, fixed)


def _freeze_odt(content, date):
    """Give an ODT the date of the edition, its lists numbered in their order and no number of revision drawn by chance."""
    buffer, moment = BytesIO(), (max(date.year, 1980), date.month, date.day, 0, 0, 0)
    with zipfile.ZipFile(BytesIO(content)) as held, zipfile.ZipFile(buffer, "w") as kept:
        for entry in held.infolist():
            part, entry.date_time = held.read(entry), moment
            if entry.filename in ("content.xml", "styles.xml"):
                names = {name: b"list%d" % rank for rank, name in enumerate(dict.fromkeys(LIST_NAME.findall(part)), start=1)}
                part = LIST_NAME.sub(lambda found: names[found[0]], part)  # noqa: B023
            elif entry.filename == "settings.xml":
                part = REVISION.sub(rb"\g<1>0", part)
            kept.writestr(entry, part)
    return buffer.getvalue()


def _read_properties(content, former):
    """Return the properties that a PDF holds, its keywords left out."""
    found = re.search(rb"(?:^|[\r\n])%s %s obj\s*<<(.*?)>>\s*endobj" % (former[1], former[2]), content, re.DOTALL)
    return re.sub(rb"/Keywords\s*(?:<[0-9A-Fa-f\s]*>|\((?:\\.|[^\\)])*\))", b"", found[1]) if found else b""


def _stamp_geopackage(path, words):
    base = sqlite3.connect(path)
    try:
        with base:
            moment = base.execute("SELECT max(last_change) FROM gpkg_contents").fetchone()[0]
            base.executescript(METADATA + EXTENSIONS)
            base.execute("INSERT INTO gpkg_metadata VALUES (1, 'dataset', ?, 'text/plain', ?)", [SUBJECT, words])
            base.execute("INSERT INTO gpkg_metadata_reference VALUES ('geopackage', NULL, NULL, NULL, ?, 1, NULL)", [moment])
            for table in ("gpkg_metadata", "gpkg_metadata_reference"):
                base.execute("INSERT INTO gpkg_extensions VALUES (?, NULL, 'gpkg_metadata', ?, 'read-write')", [table, NORM])
    finally:
        base.close()
    return True


FROZEN = {".pdf": _freeze_pdf, ".odt": _freeze_odt}
_OFFICE = _stamp_archive("docProps/core.xml", "cp:keywords", b"</cp:coreProperties>")
STAMPS = {
    ".png": _stamp_png, ".pdf": _stamp_pdf, ".graphml": _stamp_graphml,
    ".svg": _stamp_text(rb"<svg\b[^>]*>", "<metadata>{}</metadata>", quote=False),
    ".html": _stamp_text(rb"<head>", '\n<meta name="generator" content="{}">'),
    ".gexf": _stamp_text(rb"</creator>|<meta\b[^>/]*>(?!\s*<creator>)", "<description>{}</description>", quote=False),
    **dict.fromkeys([".xlsx", ".xlsm", ".docx", ".pptx"], _OFFICE),
    ".odt": _stamp_archive("meta.xml", "meta:keyword", b"</office:meta>"),
    **dict.fromkeys([".json", ".geojson", ".umap"], _stamp_json),
}  # fmt: skip
