"""Files that appear whole or not at all."""

import errno
import gc
import os
import re
import shutil
import sys
import traceback
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from diagnostic.errors import DiagnosticError

# Our temporary files, and what a library leaves beside one (a journal of SQLite): known by their name to whoever cleans.
LEFTOVER = re.compile(r"\.diagnostic-[0-9a-f]{12}(\..*)?")
# What one system or another takes for something else than a file, whatever its extension.
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
FORBIDDEN = re.compile(r'[\x00-\x1f\x7f\\<>:"|?*]|[. ]$')
LONGEST = 200  # bytes of a name: the systems hold 255, and a shared drive adds its own
LITTLE = 64 * 1024  # bytes left on a disk that is full for our purpose
OPEN_ELSEWHERE = 32, 33  # what Windows answers of a file that another program holds


@contextmanager
def write_atomic(path):
    """Yield a temporary path beside `path`; put it in the place of `path` when the block succeeds.

    The temporary name keeps the extension (writers choose their format by it). When the block fails, the
    temporary file is removed and what stood at `path` is untouched. Missing folders are made.

    Raises
    ------
    DiagnosticError
        When the folder or the file refuses to be written (under Windows: the file is open in a program).
    OSError
        What else the system refused, a full disk first of all, whatever error the writer made of it.
    """
    path = check_name(Path(path))
    # Not after the name of the file: it may already be as long as the system allows.
    temporary = path.with_name(f".diagnostic-{uuid4().hex[:12]}{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        # Flushed before the swap: a power cut must not leave an empty file under the right name.
        with open(temporary, "rb+") as written:
            os.fsync(written.fileno())
        os.replace(temporary, path)
    except Exception as error:
        refused = _find_refusal(error, path.parent)
        if not isinstance(refused, OSError):
            raise
        _release(error, refused)
        if isinstance(refused, PermissionError):
            raise refuse_path(path, refused) from refused
        raise refused from None
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def check_name(path):
    """Return `path` when every system can hold a file of its name: what comes from data must never be a device or a path.

    Raises
    ------
    DiagnosticError
    """
    if RESERVED.fullmatch(path.name) or FORBIDDEN.search(path.name) or len(path.name.encode("utf-8", "replace")) > LONGEST:
        raise DiagnosticError(
            "Ce nom de fichier n'est pas possible sur tous les ordinateurs.", f"{path.parent} : « {path.name[:60]} »",
            f'choisissez un nom plus court ({LONGEST} caractères), sans \\ : * ? " < > | ni point à la fin, autre que CON, NUL, AUX...',
        )  # fmt: skip
    return path


def refuse_path(path, refused):
    """Return the error that says why `path` cannot be written: it is open in a program (Windows says so), or it is not ours."""
    held = getattr(refused, "winerror", None) in OPEN_ELSEWHERE
    return DiagnosticError(
        f"Impossible d'écrire {path.name} : " + ("il est ouvert dans un autre programme." if held else "accès refusé."),
        str(path),
        "fermez ce fichier s'il est ouvert (tableur, navigateur), vérifiez les droits du dossier, puis relancez.",
    )


def remove_leftovers(folder):
    """Remove the temporary files that a killed run left under `folder`; call it where nobody else writes."""
    for path in sorted(Path(folder).rglob(".diagnostic-*")):
        if LEFTOVER.fullmatch(path.name) and path.is_file():
            with suppress(OSError):
                path.unlink()


def _find_refusal(error, folder):
    """Return what the system answered, where a writer wraps it in an error of its own; else the error itself."""
    inner = error.args[0] if error.args else None
    if isinstance(error, OSError) or isinstance(inner, OSError):
        return error if isinstance(error, OSError) else inner
    with suppress(OSError):  # GDAL and SQLite have words of their own for a full disk
        if shutil.disk_usage(folder).free < LITTLE:
            return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    return error


def _release(*errors):
    """Let go of what a failed writer held: an archive cut short would complain on the screen when it is dropped."""
    hook, sys.unraisablehook = sys.unraisablehook, lambda _: None
    try:
        for error in errors:
            traceback.clear_frames(error.__traceback__)
        gc.collect()
    finally:
        sys.unraisablehook = hook
