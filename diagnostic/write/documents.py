"""DOCX -> ODT and PDF, with the LibreOffice of the computer when there is one."""

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
FILTERS = {"odt": "odt:writer8", "pdf": "pdf:writer_pdf_Export"}
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


def find_office():
    """Return the path of LibreOffice, None when the computer has none."""
    named = next(filter(None, map(shutil.which, ("soffice", "libreoffice"))), None)
    return named or next((place for place in PLACES if Path(place).is_file()), None)


def convert_document(source, target, *, office=None, timeout=TIMEOUT):
    """Write a DOCX as ODT or PDF (the extension of `target` says which), its table of contents counted; return `target`.

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
            f"installez LibreOffice (gratuit), ou ouvrez {source.name} dans votre traitement de texte et enregistrez-le en {kind.upper()}",
        )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="diagnostic-", ignore_cleanup_errors=True) as work:
        work = Path(work)
        written = work / f"document.{kind}"
        open_contents(source, work / "document.docx")
        told = _run_office(office, work, kind, timeout)
        if not written.is_file() or not written.stat().st_size:
            raise DiagnosticError(
                f"LibreOffice n'a pas écrit {target.name}.", f"{source} ; réponse de LibreOffice : {told or 'aucune'}",
                f"ouvrez {source.name} dans LibreOffice et enregistrez-le en {kind.upper()}",
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


def _run_office(office, work, kind, timeout):
    """Convert document.docx in the folder `work`; return what LibreOffice answered."""
    command = [
        str(office), f"-env:UserInstallation={(work / 'profil').as_uri()}", "--headless", "--norestore", "--nolockcheck",
        "--convert-to", FILTERS[kind], "--outdir", str(work), str(work / "document.docx"),
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
