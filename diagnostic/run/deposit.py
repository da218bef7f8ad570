"""The outputs of a command: written aside under the lock, signed, described in the manifest of their edition, put in place at once."""

from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from diagnostic.edition.personal import MASK, mask_settings
from diagnostic.errors import DiagnosticError
from diagnostic.run.lock import lock_outputs
from diagnostic.vocabulary.formats import count_words, join_words

# Workbooks that people fill: their fingerprint would be wrong the next day, and no stamp may stand in them.
FILLED = ("interne/problemes.xlsx",)
# A copy of the inventory itself: exact to the byte where nothing was asked.
COPIES = ("inventaire_avec_identifiants",)
# Each of these commands writes the same files again: those of another time that it no longer writes would be false.
WHOLE = ("lancer", "comparer")
# Folders that are one set: a table that no longer is must not stay beside the others.
SETS = ("csv", "donnees", "graphes", "sig")
MAPS = "cartes"
SEPARATORS = str.maketrans("_-.+", "    ")
MOST_NAMED = 6


@contextmanager
def open_outputs(target):
    """Hold the outputs of a dossier and yield a folder to write in, beside them; what is not put in place is removed.

    Raises
    ------
    DiagnosticError
        Another command holds them, or the folder refuses to be written.
    """
    from diagnostic.write.staging import drop_stage, open_stage

    with lock_outputs(target):
        stage = open_stage(target)
        try:
            yield stage
        finally:
            drop_stage(target)


def tell_inputs(views, inputs):
    """Return the views of editions with one more line in what their pages say of themselves: the fingerprint of the inputs."""
    from diagnostic.write.manifest import NAME, tell_inputs

    line = f"{tell_inputs(inputs)} Détail dans {NAME}."
    return {edition: shown | {"notices": [*shown.get("notices", []), line]} for edition, shown in views.items()}


def place_outputs(target, views, written, *, inputs, command, formers=()):
    """Sign what was written in the stage, write the manifests, put everything in place; return the places of `written`.

    Parameters
    ----------
    target : path-like, the folder of the outputs, held by `open_outputs`
    views : dict of edition -> tables (reglages, sources, date), as the edition shows them
    written : list of Path, files of the stage, in the order in which they are told
    inputs : DataFrame, `read.fingerprints.list_inputs`
    command : str, the command of the software
    formers : sequence of str, files of another time that go unless they were written again (« interne/nom.xlsx »)

    Raises
    ------
    DiagnosticError
        Some files could not be replaced, open in a program for instance: they are as they were, all others are new.
    """
    from diagnostic.write.staging import STAGE, settle_stage

    target, removed = Path(target), []
    places = [target / path.relative_to(target / STAGE) for path in written]
    for edition, shown in views.items():
        removed += _sign_edition(target, edition, shown, inputs=inputs, command=command, formers=formers)
    blocked = settle_stage(target, removed)
    if blocked:
        raise tell_blocked(blocked, target)
    return places


def _sign_edition(target, edition, shown, *, inputs, command, formers):
    """Stamp the staged files of an edition and stage its manifests; return the names, under `target`, of the files that go."""
    from diagnostic.read.fingerprints import fingerprint
    from diagnostic.write import figures, manifest, staging, stamps

    stage, place = target / staging.STAGE / edition, target / edition
    paths = sorted(path for path in stage.rglob("*") if path.is_file()) if stage.is_dir() else []
    if not paths:
        return []
    described = manifest.describe_run(mask_names(inputs, edition), shown, edition=edition, date=shown["date"])
    filled = {name.removeprefix(f"{edition}/") for name in FILLED}
    for path in paths:
        if path.relative_to(stage).as_posix() not in filled and path.stem not in COPIES:
            stamps.stamp_file(path, manifest.tell_provenance(described), date=shown["date"])
    rows = manifest.describe_outputs(paths, stage, hashed=fingerprint, filled=filled)
    former = manifest.look_again(manifest.read_manifest(place), place, hashed=fingerprint)
    gone = _list_gone(former, rows, command) | {name.removeprefix(f"{edition}/") for name in formers if name.startswith(f"{edition}/")}
    if command in WHOLE:  # a run of a version that wrote no manifest
        gone |= {f"{MAPS}/{name}" for name in figures.list_stale(place / MAPS)}
    gone -= {row["fichier"] for row in rows}
    stay = former | {"sorties": [row for row in former["sorties"] if row["fichier"] not in gone]}
    final = manifest.renew_manifest(stay, described, rows, command=command)
    changed = gone | {row["fichier"] for row in rows}
    passing = {"anciens": [row for row in former["sorties"] if row["fichier"] in changed], "calculs": former["calculs"] | final["calculs"]}
    manifest.write_manifest(final | passing, stage / staging.PASSING)
    manifest.write_manifest(final, stage / manifest.NAME)
    return [f"{edition}/{name}" for name in sorted(gone)]


def _list_gone(former, rows, command):
    """Return the files of an earlier time that this command stands for and did not write; one changed since is kept."""
    sets = {_name_set(row["fichier"]) for row in rows} - {None}
    own = [row for row in former["sorties"] if row.get("commande") == command and row.get("calcul")]
    return {row["fichier"] for row in own if command in WHOLE or _name_set(row["fichier"]) in sets}


def _name_set(name):
    first = PurePosixPath(name).parts[0]
    return first if first in SETS else None


def mask_names(inputs, edition):
    """Return the inputs with the names that hold a person's replaced, but in the edition `interne`: the fingerprint stays."""
    if edition == "interne":
        return inputs
    return inputs.assign(fichier=[_mask_name(name) for name in inputs["fichier"]])


def _mask_name(name):
    path = PurePosixPath(name)
    parts = [MASK if is_personal(part) else part for part in (*path.parts[:-1], path.stem)]
    return "/".join(parts) + path.suffix


def is_personal(word):
    """Say whether a name holds that of a person, signs of files taken for spaces: « liste_Mme_X » is « liste Mme X »."""
    return any(mask_settings(text) != text for text in (word, word.translate(SEPARATORS)))


def tell_blocked(names, target):
    """Return the error that says which files are still those of an earlier time."""
    number = count_words(len(names), "fichier n'a pas pu être remplacé", "fichiers n'ont pas pu être remplacés")
    return DiagnosticError(
        f"{number} : {join_words(sorted(names), MOST_NAMED)}.", str(target),
        "fermez ces fichiers s'ils sont ouverts (tableur, navigateur), vérifiez les droits du dossier, puis relancez ; "
        "tout le reste est à jour, et manifeste.json dit de quel calcul vient chaque fichier",
    )  # fmt: skip
