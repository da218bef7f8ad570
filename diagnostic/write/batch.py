"""A parcel of bytes (`read.batch.pack_files`) -> the files it holds; the plan and the log of a batch."""

import io
import json
import os
import zipfile
from pathlib import Path

from diagnostic.errors import DiagnosticError
from diagnostic.write.atomic import write_atomic
from diagnostic.write.manifest import read_manifest
from diagnostic.write.staging import drop_stage, open_stage, settle_stage


def unpack_files(parcel, folder):
    """Write the files of a parcel in `folder`, which is made where it is missing; return their paths.

    Raises
    ------
    DiagnosticError
        A name of the parcel leads outside `folder`: it was not made by this software. Nothing is written then.
    """
    folder, written = Path(folder), []
    with zipfile.ZipFile(io.BytesIO(parcel)) as archive:
        entries = archive.infolist()
        for name in [entry.filename for entry in entries]:
            if ".." in Path(name).parts or not (folder / name).resolve().is_relative_to(folder.resolve()):
                raise DiagnosticError(
                    "Paquet refusé : un de ses fichiers sortirait du dossier.", f"« {name} »", "n'employez que des postes qui sont à vous"
                )
        for entry in entries:
            path = folder / entry.filename
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(archive.read(entry))
            if entry.comment:
                os.utime(path, (int(entry.comment), int(entry.comment)))
            written.append(path)
    return written


def place_parcel(parcel, folder):
    """Put the files of a parcel in the place of those of `folder`, all at once; return those that could not be replaced.

    Files of the former manifests that the parcel no longer holds go; what the user put there stays.
    """
    Path(folder).mkdir(parents=True, exist_ok=True)
    stage = open_stage(folder)
    try:
        held = {path.relative_to(stage).as_posix() for path in unpack_files(parcel, stage)}
        gone = set()
        for edition in {name.partition("/")[0] for name in held}:
            gone |= {f"{edition}/{row['fichier']}" for row in read_manifest(Path(folder) / edition)["sorties"]} - held
        return settle_stage(folder, sorted(gone))
    finally:
        drop_stage(folder)


def is_whole(folder, edition):
    """Say whether every file that the manifest of an edition lists is there, with its size."""
    place = Path(folder) / edition
    sizes = {place / row["fichier"]: row["taille"] for row in read_manifest(place)["sorties"]}
    return bool(sizes) and all(path.is_file() and path.stat().st_size == size for path, size in sizes.items())


def write_plan(plan, path):
    """Write what a batch makes (dict, ready for JSON) and return `path`."""
    with write_atomic(path) as temporary:
        temporary.write_text(json.dumps(plan, ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def write_log(log, path):
    """Write the log of a batch, a row an event, as a CSV that a French spreadsheet opens, and return `path`."""
    from diagnostic.write.csv_sets import guard_formulas

    with write_atomic(path) as temporary:
        log.apply(guard_formulas).to_csv(temporary, sep=";", index=False, encoding="utf-8-sig", lineterminator="\n")
    return path
