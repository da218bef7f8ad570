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
