"""Files that appear whole or not at all."""

import gc
import os
import sys
import traceback
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from diagnostic.errors import DiagnosticError


@contextmanager
def write_atomic(path):
    """Yield a temporary path beside `path`; put it in the place of `path` when the block succeeds.

    The temporary name keeps the extension (writers choose their format by it). When the block fails, the
    temporary file is removed and what stood at `path` is untouched. Missing folders are made.

    Raises
    ------
    DiagnosticError
        When the folder or the file refuses to be written (under Windows: the file is open in a program).
    """
    path = Path(path)
    temporary = path.with_name(f".{path.stem}-{uuid4().hex[:8]}{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        # Flushed before the swap: a power cut must not leave an empty file under the right name.
        with open(temporary, "rb+") as written:
            os.fsync(written.fileno())
        os.replace(temporary, path)
    except Exception as error:
        refused = _find_refusal(error)
        if not isinstance(refused, OSError):
            raise
        _release(error, refused)
        if isinstance(refused, PermissionError):
            raise DiagnosticError(
                f"Impossible d'écrire {path.name} : accès refusé.",
                str(path),
                "fermez ce fichier s'il est ouvert (tableur, navigateur), vérifiez les droits du dossier, puis relancez.",
            ) from refused
        raise refused from None
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _find_refusal(error):
    """Return what the system answered, where a writer wraps it in an error of its own; else the error itself."""
    inner = error.args[0] if error.args else None
    return inner if isinstance(inner, OSError) else error


def _release(*errors):
    """Let go of what a failed writer held: an archive cut short would complain on the screen when it is dropped."""
    hook, sys.unraisablehook = sys.unraisablehook, lambda _: None
    try:
        for error in errors:
            traceback.clear_frames(error.__traceback__)
        gc.collect()
    finally:
        sys.unraisablehook = hook
