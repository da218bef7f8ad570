"""A command writes beside its outputs, then puts everything in place in one go: old files or new ones, never half of one.

Files are put in place one by one, each by a rename, within milliseconds. A swap of whole folders would leave a moment without
any output, would fail under Windows for one open workbook, and would carry along what the user put there; file by file, what
is not ours is not even looked at. What a killed command had begun to put in place is finished by the next one.
"""

import json
import os
import shutil
import time
from pathlib import Path

from diagnostic.errors import DiagnosticError
from diagnostic.write.atomic import remove_leftovers, write_atomic
from diagnostic.write.manifest import NAME, keep_former

STAGE = ".en_cours"
PLAN = "mise_en_place.json"
PASSING = ".manifeste_de_passage.json"  # what the manifest says while files are being put in place
RETRIES, PAUSE = 4, 0.3  # an antivirus or a shared drive may hold a file for a moment


def open_stage(target):
    """Return an empty folder of `target` to write in; what a killed command left there is finished, or removed.

    Call it under the lock of `target` (`run.lock.lock_outputs`).

    Raises
    ------
    DiagnosticError
        Another program holds what was left.
    """
    target = Path(target)
    stage = target / STAGE
    if (stage / PLAN).exists():
        _carry_out(target)
    drop_stage(target)
    remove_leftovers(target)
    try:
        stage.mkdir()
    except FileExistsError:
        raise DiagnosticError(
            "Un autre programme retient ce qu'un calcul interrompu avait laissé.", str(stage),
            "fermez les fichiers et les fenêtres ouverts sur ce dossier, supprimez-le, puis relancez",
        ) from None  # fmt: skip
    return stage


def drop_stage(target):
    """Remove the folder of `open_stage` with what it holds; nothing else is touched."""
    shutil.rmtree(Path(target) / STAGE, ignore_errors=True)


def settle_stage(target, removed=()):
    """Put every file of the stage in its place under `target`, then remove the stage.

    The manifest of passage of each folder goes first and its manifest last: at any moment the one in place tells the truth.

    Parameters
    ----------
    target : path-like
    removed : sequence of str, files of `target` that no longer are (« / » between folders)

    Returns
    -------
    list of str: what could not be replaced, open in a program for instance; it is as it was, and the manifest says so

    Raises
    ------
    OSError
        What else the system refused; the next command finishes.
    """
    target = Path(target)
    stage = target / STAGE
    held = sorted(path.relative_to(stage).as_posix() for path in stage.rglob("*") if path.is_file())
    first = [[name, f"{name.rpartition('/')[0]}/{NAME}"] for name in held if name.endswith(f"/{PASSING}")]
    last = [[name, name] for name in held if name.endswith(f"/{NAME}")]
    known = {name for name, _ in (*first, *last)}
    plan = {"poser": first + [[name, name] for name in held if name not in known], "retirer": sorted(removed), "finir": last}
    with write_atomic(stage / PLAN) as temporary:
        temporary.write_text(json.dumps(plan, ensure_ascii=False), encoding="utf-8")
    return _carry_out(target)


def _carry_out(target):
    """Do what the plan of the stage says and is not done yet; return what could not be replaced."""
    stage = target / STAGE
    try:
        plan = json.loads((stage / PLAN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    refused = _insist(lambda pair: _move(stage / pair[0], target / pair[1]), plan["poser"])
    kept = _insist(lambda name: (target / name).unlink(missing_ok=True), plan["retirer"])
    blocked = [place for _, place in refused] + kept
    if blocked:
        for name, _ in plan["finir"]:
            folder = name.rpartition("/")[0]
            keep_former(stage / name, target / folder, [path.removeprefix(f"{folder}/") for path in blocked])
    refused = _insist(lambda pair: _move(stage / pair[0], target / pair[1]), plan["finir"])
    drop_stage(target)
    return list(dict.fromkeys(blocked + [place for _, place in refused]))


def _move(source, place):
    if source.exists():  # else a command that was killed had moved it already
        place.parent.mkdir(parents=True, exist_ok=True)
        os.replace(source, place)


def _insist(action, things):
    """Do `action` on each of `things`, again after a while for those refused; return those still refused."""
    for attempt in range(RETRIES):
        if attempt and things:
            time.sleep(PAUSE)
        refused = []
        for thing in things:
            try:
                action(thing)
            except PermissionError:
                refused.append(thing)
        things = refused
    return things
