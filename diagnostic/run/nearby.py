"""A file that somebody names without its folder -> where it is: where they stand first, then where the software put it."""

from pathlib import Path

from diagnostic.errors import DiagnosticError
from diagnostic.schema import EDITIONS

WORKSHOP = "atelier"


def find_near(path, folders, *, fix="donnez le chemin du fichier, ou placez-le dans le dossier du territoire"):
    """Return `path` where it is there, or the first of `folders` that holds a file of that name.

    Parameters
    ----------
    path : path-like; one that names a folder too is taken as it is
    folders : sequence of path-like, looked in this order

    Raises
    ------
    DiagnosticError
        A bare name that none of them holds: it says where it was looked for.
    """
    path = Path(path)
    if path.exists() or path.name != str(path):
        return path
    found = next((Path(folder) / path for folder in folders if (Path(folder) / path).is_file()), None)
    if found is None:
        looked = "; ".join(["le dossier où vous êtes", *(str(folder) for folder in folders if Path(folder).is_dir())])
        raise DiagnosticError(f"Fichier introuvable : {path}.", f"cherché dans : {looked}", fix)
    return found


def list_inventory_folders(folder):
    """Return where a dossier keeps its inventory and what was once its inventory."""
    from diagnostic.write.edited import FORMER_COPIES

    return [Path(folder), Path(folder) / FORMER_COPIES]


def list_workshop_folders(folder):
    """Return where a dossier keeps what a workshop fills: itself, its internal outputs, then what was sent out in each edition."""
    folder = Path(folder)
    outputs = folder / "sorties"
    places = [outputs / edition / WORKSHOP for edition in dict.fromkeys(["interne", *EDITIONS])]
    return [folder, places[0], outputs / "interne", *places[1:], *(place / "formulaires" for place in places)]
