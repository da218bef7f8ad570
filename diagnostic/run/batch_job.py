"""One territory of a batch, made on its own, by this process or by another: the same parcel in, the same parcel out."""

import platform
import tempfile
import threading
import time
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from diagnostic.errors import DiagnosticError, describe_refusal

EDITION = "publique"
TRIES = 2
ALONE = threading.Lock()  # figures are drawn by one thread at a time, whatever a worker was started with


@cache
def tell_versions():
    """Return what makes the same bytes from the same parcel: dict python, code (fingerprint of ours), a key a library."""
    import diagnostic
    from diagnostic.write.manifest import LIBRARIES

    held = sha256()
    package = Path(diagnostic.__file__).parent
    for path in sorted(path for path in package.rglob("*") if path.suffix in (".py", ".csv", ".js", ".css", ".html", ".docx")):
        held.update(path.relative_to(package).as_posix().encode() + path.read_bytes())
    python = ".".join(platform.python_version_tuple()[:2])
    return {"python": python, "code": held.hexdigest()[:12]} | {name: version(name) for name in LIBRARIES}


def compare_versions(here, there):
    """Return « pandas 3.0.1 ici, 3.0.0 là-bas » for each version that differs, in one text; an empty one when all are the same."""
    names = [name for name in here if here[name] != there.get(name)]
    return " ; ".join(f"{name} {here[name]} ici, {there.get(name, 'absent')} là-bas" for name in names)


def produce(parcel, job, options):
    """Make the files of one territory.

    Parameters
    ----------
    parcel : bytes, the dossier (`read.batch.pack_files`)
    job : dict territoire_id, nom, dossier, communes (sequence of codes)
    options : dict date (ISO text), documents (sequence of `run.reports.DOCUMENTS`), versions (of who asks: `tell_versions`)

    Returns
    -------
    dict: territoire_id, paquet (bytes, the files of each edition; None when they could not be made), faute (str, why), secondes,
        memoire_mo (of the process at the end, NaN where the system cannot tell it)
    """
    began, made = time.perf_counter(), None
    fault = compare_versions(options["versions"], tell_versions())
    if fault:
        fault = f"Les versions diffèrent.\nOù : {fault}\nÀ faire : installez partout la même version du logiciel et de ses bibliothèques"
    else:
        with ALONE, tempfile.TemporaryDirectory(prefix="diagnostic-lot-", ignore_cleanup_errors=True) as place:
            try:
                made = _make(parcel, job, options, Path(place))
            except DiagnosticError as error:
                fault = str(error)
            except OSError as error:
                fault = str(describe_refusal(error, "un territoire du lot"))
            except Exception as error:  # one territory costs itself, never the batch
                fault = f"Erreur imprévue : {type(error).__name__} : {error}"
            # Where the process worked is nobody's business, and differs from one try to the next.
            fault = fault.replace(place, "…")
    took = time.perf_counter() - began
    return {"territoire_id": job["territoire_id"], "paquet": made, "faute": fault, "secondes": took, "memoire_mo": measure_memory()}


def judge(done):
    """Return what becomes of a job that was tried: fait, repris (it is tried again), echec.

    Parameters
    ----------
    done : dict of `produce`, with essai (1 for the first try) and, optional, `sans_reprise` (bool): another try would be of no use
    """
    if not done["faute"]:
        return "fait"
    return "repris" if done["essai"] < TRIES and not done.get("sans_reprise") else "echec"


def _make(parcel, job, options, place):
    from diagnostic import run
    from diagnostic.read.batch import pack_files
    from diagnostic.write.batch import unpack_files

    unpack_files(parcel, place / "dossier")
    part = {"nom": job["nom"], "communes": job["communes"], "date": options["date"]}
    run.run(place / "dossier", sortie=place / "sorties", editions=(EDITION,), part=part, documents=options["documents"])
    return pack_files(place / "sorties", dated=False)


def measure_memory():
    """Return the resident memory of this process in megabytes, NaN without psutil (it comes with dask.distributed)."""
    try:
        import psutil
    except ImportError:
        return float("nan")
    return psutil.Process().memory_info().rss / 1e6
