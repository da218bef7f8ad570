"""What is truly one job a territory (map, sheets, workbook, report): the same `run` for each, kept, resumed and told."""

import json
import re
import time
from collections import deque
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path

import pandas as pd

from diagnostic.errors import DiagnosticError
from diagnostic.read.batch import LOG, LOG_COLUMNS, PLAN, pack_files, read_log, read_plan
from diagnostic.run.batch_job import EDITION, judge, produce, tell_versions
from diagnostic.vocabulary import normalize_label
from diagnostic.vocabulary.formats import count_words

FOLDER = "territoires"
DOCUMENTS = ("rapport",)
ALIKE = 5  # faults in a row, all the same: it is not the fault of a territory
LETTERS, NAME_LETTERS = 16, 40
MINUTE, HOUR = 60, 3600


def list_jobs(tables, maille):
    """Return the jobs of a batch: index territoire_id; nom, dossier (name of its folder), communes (tuple of codes).

    A commune shared between units of a layer is in each of them, whole.
    """
    named = tables["territoires"].query("type == @maille")["nom"].astype("str")
    held = tables["appartenance"][["code_insee", "territoire_id"]].drop_duplicates().sort_values("code_insee")
    communes = held[held["territoire_id"].isin(named.index)].groupby("territoire_id")["code_insee"].agg(tuple)
    jobs = named.to_frame("nom").join(communes.rename("communes"), how="inner").sort_index()
    codes = jobs.index.str.rpartition(":").get_level_values(2)
    names = [
        f"{normalize_label(nom)[:NAME_LETTERS]}_{re.sub('[^0-9A-Za-z-]', '-', code)[:NAME_LETTERS]}"
        for nom, code in zip(jobs["nom"], codes, strict=True)
    ]
    twice = pd.Series(names, index=jobs.index, dtype="str").groupby(names).cumcount()
    return jobs.assign(dossier=[name + (f"-{number}" if number else "") for name, number in zip(names, twice, strict=True)])


def produce_territories(asked, jobs, *, sortie, documents=DOCUMENTS, calcul=None, progress=None):
    """Make the files of each territory in `sortie`/territoires, and leave alone those that are already made of the same data.

    Parameters
    ----------
    asked : dict, what is read: see `run.comparison.gather`
    jobs : DataFrame, `list_jobs`
    sortie : path-like
    documents : sequence of `run.reports.DOCUMENTS`
    calcul : dict, optional: processus (int; 1: here, one after the other), memoire (gigabytes a process), scheduler (str)
    progress : callable(str), optional

    Returns
    -------
    dict: faits, deja (number of territories), echecs (DataFrame of the log, the last row of each), dossier, journal (Path)

    Raises
    ------
    DiagnosticError
        The batch was stopped: what is made is kept, and the same command goes on from there.
    """
    from diagnostic.run.comparison import open_sources
    from diagnostic.run.lock import lock_outputs

    target, tell = Path(sortie) / FOLDER, progress or (lambda step: None)
    with lock_outputs(target):
        tell("Territoires : préparation")
        with open_sources(asked) as (folder, _):
            inputs, parcel = pack_dossier(folder)
        plan = _plan(target, inputs, documents)
        jobs = jobs.assign(empreinte=[_sign(plan["demande"], *row) for row in zip(jobs["nom"], jobs["communes"], strict=True)])
        log = read_log(target)
        todo = jobs[~_find_made(jobs, log, target)]
        state = {"target": target, "log": log.to_dict("records"), "jobs": jobs, "faits": 0, "echecs": 0, "total": len(todo), "tell": tell}
        _write_plan(target, plan, jobs)
        options = {"date": plan["date"], "documents": tuple(documents), "versions": tell_versions()}
        listed = todo.drop(columns="empreinte").reset_index(names="territoire_id").to_dict("records")
        _go_through(state, listed, parcel, options, calcul or {})
    failed = pd.DataFrame(state["log"], columns=LOG_COLUMNS)
    failed = failed[failed["territoire_id"].isin(todo.index)].drop_duplicates("territoire_id", keep="last")
    return {
        "faits": state["faits"], "deja": len(jobs) - len(todo), "echecs": failed[failed["etat"] == "echec"], "dossier": target,
        "journal": target / LOG,
    }  # fmt: skip


def pack_dossier(folder):
    """Return the fingerprints of what a dossier is read from, and its parcel."""
    from diagnostic import run
    from diagnostic.read.inventory.inventory import find_inventory, read_inventory

    _, settings, *_ = read_inventory(find_inventory(folder), only=("communes", "colonnes_import"))
    inputs = run.list_inputs(folder, settings)
    return inputs, pack_files(folder, inputs["fichier"].tolist())


def _plan(target, inputs, documents):
    """Return what is asked, with the date of the first time that the same was asked: a batch resumed the next day has one date."""
    files = inputs[["fichier", "sha256"]].to_dict("records")
    held = {"entrees": files, "documents": list(documents), "versions": tell_versions()}
    asked = sha256(json.dumps(held, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:LETTERS]
    former = read_plan(target)
    date = former.get("date") if former.get("demande") == asked else None
    return {"demande": asked, "date": date or f"{pd.Timestamp.today():%Y-%m-%d}"} | held


def _sign(demande, nom, communes):
    return sha256(json.dumps([demande, nom, sorted(communes)], ensure_ascii=False).encode()).hexdigest()[:LETTERS]


def _find_made(jobs, log, target):
    """Return which jobs are made, of the same data by the same versions, with all their files."""
    from diagnostic.write.batch import is_whole

    last = log[log["etat"] == "fait"].drop_duplicates("territoire_id", keep="last").set_index("territoire_id")["empreinte"]
    same = jobs["empreinte"].eq(last.reindex(jobs.index).fillna(""))
    whole = [name for name, folder in jobs.loc[same, "dossier"].items() if is_whole(target / folder, EDITION)]
    return pd.Series(jobs.index.isin(whole), index=jobs.index)


def _write_plan(target, plan, jobs):
    from diagnostic.write.batch import write_plan

    rows = jobs.reset_index(names="territoire_id")[["territoire_id", "nom", "dossier", "empreinte"]].to_dict("records")
    write_plan(plan | {"territoires": rows}, target / PLAN)


def _go_through(state, jobs, parcel, options, calcul):
    """Follow the jobs to their end; what is made is kept whatever happens to the others."""
    began, faults = time.monotonic(), deque(maxlen=ALIKE)
    try:
        with _open_events(jobs, parcel, options, calcul) as events:
            _tell_progress(state, began)
            for event in events:
                _keep(state, event)
                _tell_progress(state, began)
                if event["etat"] != "poste_perdu":
                    faults.append(event["faute"].partition("\nOù")[0] if event["faute"] else "")
                if len(faults) == ALIKE and faults[0] and len(set(faults)) == 1:
                    raise DiagnosticError(
                        f"Le lot s'arrête : {ALIKE} échecs de suite pour la même raison.", event["faute"].replace("\n", " ; "),
                        "corrigez cela, puis relancez la même commande : ce qui est fait n'est pas refait",
                    )  # fmt: skip
    except KeyboardInterrupt:
        told = count_words(state["faits"], "territoire fait", "territoires faits")
        raise DiagnosticError(
            f"Interrompu : {told} sur {state['total']}.", str(state["target"]),
            "relancez la même commande : elle reprend où elle s'est arrêtée",
        ) from None  # fmt: skip


@contextmanager
def _open_events(jobs, parcel, options, calcul):
    from diagnostic.run.batch_cluster import MEMORY, map_jobs, open_cluster

    processes, scheduler = calcul.get("processus") or 1, calcul.get("scheduler")
    if not jobs or (processes == 1 and not scheduler):
        with closing(map_here(jobs, parcel, options)) as events:
            yield events
        return
    memory = calcul.get("memoire") or MEMORY
    with (
        open_cluster(processus=min(processes, len(jobs)), memoire=memory, scheduler=scheduler) as client,
        closing(map_jobs(client, parcel, jobs, options)) as events,
    ):
        yield events


def map_here(jobs, parcel, options):
    """Yield what happens to the jobs of a batch made by this process, one after the other; see `batch_cluster.map_jobs`."""
    waiting = deque((job, 1) for job in jobs)
    while waiting:
        job, turn = waiting.popleft()
        done = produce(parcel, job, options) | {"essai": turn, "poste": "ici"}
        etat = judge(done)
        if etat == "repris":
            waiting.append((job, turn + 1))
        yield done | {"etat": etat}


def _keep(state, event):
    """Put in place what an event brings, and write its line in the log."""
    from diagnostic.write.batch import place_parcel, write_log

    job = state["jobs"].loc[event["territoire_id"]]
    parcel, etat, message = event["paquet"], event["etat"], event["faute"]
    if parcel is not None:
        blocked = place_parcel(parcel, state["target"] / job["dossier"])
        if blocked:
            etat = "echec"
            message = f"Fichiers ouverts ailleurs, restés tels quels : {', '.join(blocked[:3])}. À faire : fermez-les, puis relancez."
    state["faits"] += etat == "fait"
    state["echecs"] += etat == "echec"
    row = {
        "moment": f"{pd.Timestamp.now(tz='UTC'):%Y-%m-%d %H:%M:%S}", "territoire_id": event["territoire_id"], "nom": job["nom"],
        "essai": event["essai"], "etat": etat, "secondes": _round(event["secondes"], 1), "memoire_mo": _round(event["memoire_mo"], 0),
        "octets": len(parcel) if parcel is not None else "", "poste": event["poste"], "message": message.replace("\n", " ; "),
        "empreinte": job["empreinte"] if etat == "fait" else "",
    }  # fmt: skip
    state["log"].append({name: str(value) for name, value in row.items()})
    write_log(pd.DataFrame(state["log"], columns=LOG_COLUMNS), state["target"] / LOG)


def _round(value, digits):
    return "" if pd.isna(value) else f"{value:.{digits}f}"


def _tell_progress(state, began):
    ended, took, failed = state["faits"] + state["echecs"], time.monotonic() - began, state["echecs"]
    words = f"Territoires : {state['faits']} sur {state['total']}" + (f", {count_words(failed, 'échec')}" if failed else "")
    left = state["total"] - ended
    state["tell"](words + (f" ; encore {tell_time(took / ended * left)} environ" if ended and left else ""))


def tell_time(seconds):
    """Return a length of time in words, rounded: « 40 secondes », « 12 minutes », « 3 heures ».

    Examples
    --------
    >>> tell_time(44), tell_time(700), tell_time(11000)
    ('40 secondes', '12 minutes', '3 heures')
    """
    if seconds < 1.5 * MINUTE:
        return count_words(max(round(seconds / 10) * 10, 10), "seconde")
    if seconds < 1.5 * HOUR:
        return count_words(round(seconds / MINUTE), "minute")
    return count_words(round(seconds / HOUR), "heure")
