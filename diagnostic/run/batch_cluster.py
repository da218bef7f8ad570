"""The jobs of a batch mapped by dask.distributed: processes of this machine, or a cluster that is already there."""

import os
import tempfile
import warnings
from collections import Counter, deque
from contextlib import contextmanager

from diagnostic.errors import DiagnosticError
from diagnostic.run.batch_job import compare_versions, judge, produce, tell_versions

TOPIC = "diagnostic-lot-"
PATIENCE, TICK = 20, 2  # seconds: to find a scheduler and its workers; between two looks at a batch under way
DESERTED = 300  # seconds without any worker before a batch stops
WATCHED = 32  # jobs under way that are asked at each look which workers began them
MEMORY = 3  # gigabytes a process, by default
WORDS = ("distributed", "dask", "msgpack", "cloudpickle", "tornado", "toolz")


def count_processes(memoire=MEMORY):
    """Return how many processes of `memoire` gigabytes this machine bears; 1 where dask.distributed is not installed."""
    try:
        from distributed.system import MEMORY_LIMIT
    except ImportError:
        return 1
    return max(1, min(os.cpu_count() or 1, int(MEMORY_LIMIT / (memoire * 1e9))))


@contextmanager
def open_cluster(*, processus=2, memoire=MEMORY, scheduler=None):
    """Yield a client of dask.distributed: of `scheduler`, or of a cluster of this machine that ends with the block.

    Parameters
    ----------
    processus : int, processes of the cluster of this machine, one job at a time each
    memoire : float, gigabytes a process: at 95 % of it the process is stopped, another one is started, its territory is tried again
    scheduler : str, optional, « tcp://serveur:8786 »

    Raises
    ------
    DiagnosticError
        dask.distributed is not installed; the scheduler does not answer, has no worker, or versions differ.
    """
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError:
        raise DiagnosticError(
            "Le calcul à plusieurs demande la bibliothèque dask.distributed.", "options --processus et --scheduler",
            "installez-la : pip install distributed ; ou relancez avec --processus 1",
        ) from None  # fmt: skip
    with dask.config.set(SETTINGS), tempfile.TemporaryDirectory(prefix="diagnostic-lot-", ignore_cleanup_errors=True) as place:
        if scheduler:
            with _connect(scheduler) as client:
                yield client
            return
        # On this machine alone: nothing listens on the network, and its page of follow-up stays here.
        with (
            LocalCluster(
                n_workers=processus, threads_per_worker=1, memory_limit=int(memoire * 1e9), local_directory=place, silence_logs=50,
                host="127.0.0.1", dashboard_address="127.0.0.1:0",
            ) as cluster,
            Client(cluster, direct_to_workers=True, timeout=PATIENCE * 3) as client,
        ):  # fmt: skip
            yield client


# A territory that kills its worker is tried once more, and no more; a worker that works holds on (it draws for minutes).
SETTINGS = {
    "distributed.scheduler.allowed-failures": 1, "distributed.comm.timeouts.connect": f"{PATIENCE}s",
    "distributed.worker.memory.target": False, "distributed.worker.memory.spill": False, "distributed.worker.memory.pause": False,
    "distributed.worker.profile.enabled": False, "distributed.admin.large-graph-warning-threshold": "1GB",
}  # fmt: skip


@contextmanager
def _connect(scheduler):
    from distributed import Client

    where = f"option --scheduler {scheduler}"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # versions are compared below, in French
            client = Client(scheduler, timeout=PATIENCE)
    except (TimeoutError, OSError, ValueError, TypeError) as error:
        raise DiagnosticError(
            "Le planificateur de calcul ne répond pas.", f"{where} ({type(error).__name__})",
            "vérifiez l'adresse (tcp://serveur:8786), que « dask scheduler » y tourne, et que le réseau laisse passer ; "
            "ou relancez sans --scheduler",
        ) from None  # fmt: skip
    with client:
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError:
            raise DiagnosticError(
                "Le planificateur n'a aucun poste de calcul.", where, f"lancez-en : dask worker {scheduler} --nthreads 1"
            ) from None
        check_versions(client, where)
        yield client


def check_versions(client, where):
    """Raise when the scheduler or a worker has other versions than ours: the same figures could not be promised.

    Raises
    ------
    DiagnosticError
    """
    told, faults = client.get_versions(check=False), {}
    ours = {name: told["client"]["packages"].get(name) for name in WORDS}
    faults["le planificateur"] = compare_versions(ours, told["scheduler"]["packages"])
    for name, other in client.run(tell_versions, on_error="return").items():
        if isinstance(other, dict):
            faults[name] = compare_versions(ours, told["workers"].get(name, {"packages": {}})["packages"])
            faults[name] = " ; ".join(filter(None, [compare_versions(tell_versions(), other), faults[name]]))
        elif not isinstance(other, OSError):  # a worker that leaves meanwhile is no fault: each job checks its versions again
            faults[name] = f"le logiciel n'y est pas ({type(other).__name__})"
    wrong = [f"{name} : {fault}" for name, fault in sorted(faults.items()) if fault]
    if wrong:
        raise DiagnosticError(
            "Les versions diffèrent entre cet ordinateur et les postes de calcul.", f"{where} ; " + " | ".join(wrong[:5]),
            "installez partout la même version du logiciel et les versions de requirements.txt",
        )  # fmt: skip


def _produce_there(parcel, job, options, turn):
    """Run on a worker: say that the job begins, then do it. A second beginning tells that the first worker was lost."""
    here = tell_start(job, turn)
    return produce(parcel, job, options) | {"poste": here}


def tell_start(job, turn):
    """Say, from the worker where a job begins, that it does; return the address of this worker."""
    from distributed import get_worker

    worker = get_worker()
    told = {"territoire_id": job["territoire_id"], "essai": turn, "poste": worker.address}
    worker.log_event(TOPIC + worker.get_current_task(), told)
    return worker.address


def map_jobs(client, parcel, jobs, options):
    """Yield what happens to the jobs of a batch, in the order in which it happens.

    As many jobs as there are threads are under way: what is finished never piles up in the memory of the cluster.

    Parameters
    ----------
    client : distributed.Client
    parcel, options : see `batch_job.produce`
    jobs : sequence of dict

    Yields
    ------
    dict of `batch_job.produce` with essai, poste, etat (fait, echec, repris: tried again; poste_perdu: its worker was lost, no parcel)

    Raises
    ------
    DiagnosticError
        The scheduler, or every worker, is gone.
    """
    from distributed import wait

    # A task, and not data put on the workers: it is made again when those who hold it are lost.
    held = client.submit(bytes, parcel, pure=False)
    waiting, running, idle, told = deque((job, 1) for job in jobs), {}, 0, Counter()
    try:
        while waiting or running:
            while waiting and len(running) < max(1, sum(client.nthreads().values())):
                job, turn = waiting.popleft()
                running[client.submit(_produce_there, held, job, options, turn, pure=False)] = job, turn
            try:
                finished, idle = wait(list(running), timeout=TICK, return_when="FIRST_COMPLETED").done, 0
            except TimeoutError:
                finished, idle = (), idle + TICK * (not client.nthreads())
            for future in finished:
                job, turn = running.pop(future)
                yield from _tell_lost(client, future, told)
                done = _collect(future, job) | {"essai": turn}
                etat = judge(done)
                if etat == "repris":
                    waiting.append((job, turn + 1))
                yield done | {"etat": etat}
            if not finished:
                # Told as soon as it is seen, or a batch that is interrupted would keep no trace; on a large cluster, when the job ends.
                for future in list(running) if len(running) <= WATCHED else ():
                    yield from _tell_lost(client, future, told)
                _check_alive(client, idle)
    finally:
        client.cancel(list(running))


def _collect(future, job):
    """Return what a finished job gave; a worker killed twice by it is a fault that is not tried again."""
    from distributed import KilledWorker

    empty = {"territoire_id": job["territoire_id"], "paquet": None, "secondes": float("nan"), "memoire_mo": float("nan"), "poste": ""}
    if future.status in ("cancelled", "lost"):
        raise DiagnosticError(
            "Le planificateur de calcul a perdu le lot.", job["nom"], "relancez la même commande : ce qui est fait n'est pas refait"
        )
    error = future.exception() if future.status == "error" else None
    if isinstance(error, KilledWorker):
        fault = "Le poste s'est arrêté deux fois sur ce territoire (mémoire trop courte, le plus souvent)."
        return empty | {"faute": f"{fault}\nOù : {job['nom']}\nÀ faire : augmentez --memoire, ou baissez --processus", "sans_reprise": True}
    if error is not None:
        return empty | {"faute": f"Erreur imprévue : {type(error).__name__} : {error}"}
    return future.result()


def _tell_lost(client, future, told):
    """Yield a line for each worker that was lost while it made a job: all those that began it but the last one; `told` is kept up."""
    lost = client.get_events(TOPIC + future.key)[:-1][told[future.key] :]
    told[future.key] += len(lost)
    for _, start in lost:
        yield start | {
            "etat": "poste_perdu", "paquet": None, "faute": "Poste perdu pendant ce territoire : repris sur un autre.",
            "secondes": float("nan"), "memoire_mo": float("nan"),
        }  # fmt: skip


def _check_alive(client, idle):
    """Raise when nobody is left to work."""
    if client.status != "running" or idle >= DESERTED:
        raise DiagnosticError(
            "Plus aucun poste de calcul ne répond.", str(getattr(client.scheduler, "address", "planificateur")),
            "relancez des postes, puis la même commande : ce qui est fait n'est pas refait",
        )  # fmt: skip
