"""The way back to who keeps the files: what is to be corrected goes out, the corrections come in."""

from contextlib import suppress
from pathlib import Path

PROBLEM_FILE = "problemes.xlsx"
IDENTIFIED_FILE = "inventaire_avec_identifiants"  # with the extension of the inventory
MADE_FILE = "identifiants_fabriques.xlsx"
# Written when identifiers were made, and only then: those of an earlier run go.
BACK_FILES = tuple(f"interne/{name}" for name in (f"{IDENTIFIED_FILE}.xlsx", f"{IDENTIFIED_FILE}.xlsm", MADE_FILE))


def protect_problems(folder, target):
    """Refuse to write problemes.xlsx again where it holds corrections that nobody has taken yet.

    Raises
    ------
    DiagnosticError
    """
    from diagnostic.read.back.correction_files import read_corrections
    from diagnostic.read.back.problem_files import refuse_overwrite

    refuse_overwrite(target / PROBLEM_FILE, read_corrections(folder))


def write_back(tables, target):
    """Write what goes back to who keeps the files: problemes.xlsx, and a copy of the inventory when identifiers were made."""
    from diagnostic.write.problems import write_problems

    back = tables["retour"]
    written = [
        write_problems(
            target / PROBLEM_FILE, problemes=tables["problemes"], comptes=tables["comptes"], ecartees=back["ecartees"],
            lists=tables["listes"], doublons=tables["doublons_proposes"],
        )
    ]  # fmt: skip
    return written + write_made(back, target)


def write_made(back, target):
    """Write an exact copy of the inventory with the identifiers made, or where no copy can hold them the list of them."""
    from diagnostic.read.inventory.made_places import locate_made
    from diagnostic.write.identified import write_identified, write_made_list

    made, files = back["fabriques"], back["inventaire"]
    if not len(made):
        return []
    cells = locate_made(files[0], made, back["alias"]) if len(files) == 1 else None
    if cells is not None:
        with suppress(LookupError):  # a cell that cannot be filled as it is: the list says it all
            return [write_identified(files[0], cells, target / f"{IDENTIFIED_FILE}{files[0].suffix.lower()}")]
    return [write_made_list(made, target / MADE_FILE)]


def deposit_back(folder, tables, target, *, command="corriger", more=None):
    """Put the files of `write_back` in their place under `target`, and the one that `more(folder)` writes; return the paths."""
    from diagnostic import run as way
    from diagnostic.measure.constats.statement_facts import date_edition
    from diagnostic.run.deposit import open_outputs, place_outputs

    inputs = way.list_inputs(folder, tables["reglages"])
    with open_outputs(target) as stage:
        written = write_back(tables, stage / "interne")
        if more is not None:
            written.append(more(stage / "interne"))
        views = {"interne": tables | {"date": date_edition(tables)}}
        return place_outputs(target, views, written, inputs=inputs, command=command, formers=BACK_FILES)


def correct(folder, path=None):
    """Take the corrections of a problemes.xlsx into the dossier, and read it again.

    Parameters
    ----------
    folder : path-like, the dossier
    path : path-like, optional; by default its sorties/interne/problemes.xlsx

    Returns
    -------
    dict: `reprises` (dict nouvelles, remplacees, identiques, annulees), `remplacees` (DataFrame, what another copy had said),
        `refusees` (DataFrame, what could not be taken), `avant`, `apres` (comptes), `problemes`, `fichiers` (list of Path)

    Raises
    ------
    DiagnosticError
        Not a problemes.xlsx, or nothing corrected in it; the dossier is as it was then.
    """
    from diagnostic import run as way
    from diagnostic.read.back.correction_files import merge_corrections, read_corrections
    from diagnostic.read.back.problem_files import count_pending, read_problem_file, refuse_strangers
    from diagnostic.write.corrections import write_corrections

    own = Path(folder) / "sorties" / "interne" / PROBLEM_FILE
    back, former = read_problem_file(path or own), read_corrections(folder)
    before = way.load(folder)["comptes"]
    back = refuse_strangers(back, before["fichier"], path or own)
    merged, counts, replaced = merge_corrections(former, back)
    written = [write_corrections(folder, merged)]
    tables = way.load(folder)
    # Somebody else may be at work in the dossier's own file while the copy of a colleague is taken.
    if path is None or Path(path).resolve() == own.resolve() or not count_pending(own, merged):
        written += deposit_back(folder, tables, own.parent.parent)
    return {
        "reprises": counts, "remplacees": replaced, "refusees": back["problemes"], "avant": before, "apres": tables["comptes"],
        "problemes": tables["problemes"], "fichiers": written,
    }  # fmt: skip
