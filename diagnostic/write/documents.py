"""DOCX -> ODT and PDF, PPTX -> PDF, with the LibreOffice of the computer when there is one."""

import os
import re
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

from diagnostic.errors import DiagnosticError
from diagnostic.write.atomic import write_atomic

FORMATS = ("docx", "odt", "pdf")
FILTERS = {"docx": {"odt": "odt:writer8", "pdf": "pdf:writer_pdf_Export"}, "pptx": {"pdf": "pdf:impress_pdf_Export"}}
PROGRAMS = {".docx": "LibreOffice Writer", ".pptx": "LibreOffice Impress"}
TIMEOUT = 300  # seconds
# Where the program is when no path leads to it.
PLACES = (
    r"C:\Program Files\LibreOffice\program\soffice.exe", r"C:\Program Files (x86)\LibreOffice\program\soffice.exe",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice", "/snap/bin/libreoffice",
)  # fmt: skip
# The field of the table of contents (`report_contents`): within it, LibreOffice would leave « … » for the pages; out of it, it
# counts them.
CONTENTS = re.compile(
    r'<w:r><w:fldChar w:fldCharType="begin" w:dirty="true"/></w:r><w:r><w:instrText[^>]*> TOC [^<]*</w:instrText></w:r>'
    r'<w:r><w:fldChar w:fldCharType="separate"/></w:r>(.*?</w:hyperlink>)<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>',
    re.DOTALL,
)
# A line of it: what comes before its page, and after.
_PAGE = re.compile(
    r'(<w:instrText[^>]*> PAGEREF _Toc\d+ [^<]*</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t[^>]*>)'
    r"[^<]*(</w:t>)"
)


def find_office():
    """Return the path of LibreOffice, None when the computer has none."""
    named = next(filter(None, map(shutil.which, ("soffice", "libreoffice"))), None)
    return named or next((place for place in PLACES if Path(place).is_file()), None)


def convert_document(source, target, *, office=None, timeout=TIMEOUT):
    """Write a DOCX as ODT or PDF, its table of contents counted, or a PPTX as PDF (the extensions say which); return `target`.

    LibreOffice runs in a folder and with a profile of its own, thrown away after: one already open is left alone, and neither
    accents nor spaces of a path reach it.

    Raises
    ------
    DiagnosticError
        There is no LibreOffice, it took longer than `timeout` seconds, or it wrote nothing.
    """
    source, target = Path(source), Path(target)
    office, kind = office or find_office(), target.suffix.lower().removeprefix(".")
    if not office:
        raise DiagnosticError(
            f"LibreOffice n'est pas installé : {target.name} n'est pas écrit.", str(target),
            f"installez LibreOffice (gratuit), ou ouvrez {source.name} dans votre logiciel de bureau et enregistrez-le en {kind.upper()}",
        )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="diagnostic-", ignore_cleanup_errors=True) as work:
        work = Path(work)
        written, copy = work / f"document.{kind}", work / f"document{source.suffix.lower()}"
        (open_contents if copy.suffix == ".docx" else shutil.copyfile)(source, copy)
        told = _run_office(office, copy, kind, timeout)
        if not written.is_file() or not written.stat().st_size:
            raise DiagnosticError(
                f"LibreOffice n'a pas écrit {target.name}.", f"{source} ; réponse de LibreOffice : {told or 'aucune'}",
                f"vérifiez que {PROGRAMS[copy.suffix]} est installé, ou ouvrez {source.name} et enregistrez-le en {kind.upper()}",
            )  # fmt: skip
        with write_atomic(target) as temporary:
            shutil.copyfile(written, temporary)
    return target


def open_contents(source, target):
    """Copy a DOCX, its table of contents left as lines whose pages LibreOffice counts."""
    with zipfile.ZipFile(source) as held, zipfile.ZipFile(target, "w") as kept:
        for entry in held.infolist():
            content = held.read(entry)
            if entry.filename == "word/document.xml":
                content = CONTENTS.sub(r"\1</w:p>", content.decode("utf-8")).encode("utf-8")
            kept.writestr(entry, content)


def number_contents(path, *, office=None, timeout=TIMEOUT):
    """Write in the table of contents of a DOCX the pages that LibreOffice counts; return whether it could.

    A reader whose program does not count them on opening (LibreOffice) sees « … » otherwise; Word counts them again in any case.
    Without LibreOffice, or without a table of contents, the file is left as it is.
    """
    path, office = Path(path), office or find_office()
    with zipfile.ZipFile(path) as held:
        parts = [(entry, held.read(entry)) for entry in held.infolist()]
    body = next(content.decode("utf-8") for entry, content in parts if entry.filename == "word/document.xml")
    if not office or not CONTENTS.search(body):
        return False
    with tempfile.TemporaryDirectory(prefix="diagnostic-", ignore_cleanup_errors=True) as work:
        copy = Path(work) / "document.docx"
        open_contents(path, copy)
        _run_office(office, copy, "pdf", timeout)
        counted, entries = copy.with_suffix(".pdf"), _PAGE.findall(body)
        pages = _count_pages(counted, len(entries)) if counted.is_file() and entries else []
    if not pages:
        return False
    told = iter(pages)
    numbered = _PAGE.sub(lambda found: f"{found[1]}{next(told)}{found[2]}", body).encode("utf-8")
    with write_atomic(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as kept:
        for entry, content in parts:
            kept.writestr(entry, numbered if entry.filename == "word/document.xml" else content)
    return True


def _count_pages(pdf, number):
    """Return the page of each of the `number` entries of a table of contents, in order; [] when the PDF does not tell them all.

    Each entry is a link to its heading, once or twice (its words, its page): they come in the order of the document, so do their pages.
    """
    content = pdf.read_bytes()
    tree = re.search(rb"/Kids\s*\[([^\]]*)\]", content)
    order = {name: rank for rank, name in enumerate(re.findall(rb"(\d+) 0 R", tree[1] if tree else b""), start=1)}
    pages = sorted(order.get(name, 0) for name in re.findall(rb"/Subtype/Link\b[^\n]*?/Dest\[\s*(\d+) 0 R", content))
    times, rest = divmod(len(pages), number)
    return pages[::times] if times and not rest and 0 not in pages else []


def _run_office(office, copy, kind, timeout):
    """Convert a copy of a document in its folder; return what LibreOffice answered."""
    work, known = copy.parent, FILTERS[copy.suffix.removeprefix(".")][kind]
    command = [
        str(office), f"-env:UserInstallation={(work / 'profil').as_uri()}", "--headless", "--norestore", "--nolockcheck",
        "--convert-to", known, "--outdir", str(work), str(copy),
    ]  # fmt: skip
    try:
        done = subprocess.run(
            command, cwd=work, env=os.environ | {"HOME": str(work)}, capture_output=True, timeout=timeout, check=False
        )
    except subprocess.TimeoutExpired:
        return f"rien en {timeout} secondes"
    except OSError as error:
        return error.strerror or str(error)
    return done.stderr.decode("utf-8", "replace").strip()[:300]
