"""One run at a time in a folder of outputs."""

from contextlib import contextmanager
from pathlib import Path

from diagnostic.errors import DiagnosticError, describe_refusal

NAME = ".verrou"


@contextmanager
def lock_outputs(target):
    """Hold a folder of outputs while the block runs. The system lets go of the lock of a run that was killed.

    Raises
    ------
    DiagnosticError
        Another run holds it, or the folder refuses to be written.
    """
    from filelock import FileLock, Timeout

    target = Path(target)
    try:
        target.mkdir(parents=True, exist_ok=True)
        lock = FileLock(target / NAME, timeout=0)
        lock.acquire()
    except Timeout:
        raise DiagnosticError(
            "Un autre calcul est en cours dans ce dossier.", str(target),
            "attendez qu'il finisse (une autre fenêtre, un autre poste sur le même partage), puis relancez",
        ) from None
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        raise describe_refusal(error) from error
    except OSError as error:
        raise DiagnosticError(
            "Impossible d'écrire dans le dossier des sorties.", str(target),
            "vérifiez les droits du dossier, ou choisissez-en un autre avec --sortie",
        ) from error
    try:
        yield target
    finally:
        lock.release()
