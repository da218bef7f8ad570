"""« Ce qui a changé »: two states of a dossier come in, the sentences, the map and the workbook of what differs go out."""

import base64
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pandas as pd

from diagnostic import run as way
from diagnostic.errors import DiagnosticError

FOLDER = "changements"


def compare(avant, apres=None, *, depuis="", edition="publique", sortie=None, progress=None):
    """Compare two states of a dossier and write what changed in sorties/<edition>/changements.

    Parameters
    ----------
    avant : path-like, a dossier, or a workbook that was its inventory
    apres : path-like, optional, the same; without it, `avant` is a dossier, compared with what it was at the end of the day `depuis`
    depuis : str, optional, a day (jour/mois/année): what was merged or saved later is set aside, as the journal tells it
    edition : {"publique", "partenaires", "interne"}
    sortie : path-like, optional; by default the folder `sorties` of the dossier
    progress : callable(str), optional

    Returns
    -------
    dict: `phrases`, `changements` (`measure.changes.compare_dossiers`), `compares` (list of str), `fichiers` (list of Path)

    Raises
    ------
    DiagnosticError
        Structural faults of one of the two, no second state, a day that is none.
    """
    from diagnostic.measure.changes import compare_dossiers, count_changes
    from diagnostic.measure.constats.dossier_changes import describe_changes

    tell = progress or (lambda step: None)
    with ExitStack() as stack:
        here = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        former, latter, compared = find_states(Path(avant), apres, depuis, here)
        tell("Lecture et mesure de l'état d'avant")
        held = [way.measure(former["dossier"], inventaire=former["inventaire"])]
        tell("Lecture et mesure de l'état d'après")
        held.append(way.measure(latter["dossier"], inventaire=latter["inventaire"]))
    tell("Comparaison")
    before, after = (way.select_edition(tables, edition) for tables in held)
    changes = compare_dossiers(before, after)
    # What the edition keeps for itself is counted, or three corrections that the group made would have vanished.
    changes["non_montres"] = max(count_changes(*held) - count_changes(before, after), 0)
    phrases = describe_changes(changes)
    target = Path(sortie or latter["dossier"] / "sorties") / edition / FOLDER
    written = write_changes(target, changes, phrases, shown=after, compared=compared)
    return {"phrases": phrases, "changements": changes, "compares": compared, "fichiers": written}


def find_states(avant, apres, depuis, here):
    """Return (state before, state after, what is compared, told): dicts dossier, inventaire (None: that of the dossier)."""
    if apres is None and not depuis:
        fix = "donnez un second dossier, ou --depuis et un jour (jour/mois/année)"
        raise DiagnosticError("Il faut deux états à comparer.", str(avant), fix)
    if apres is not None:
        states = [_stage(Path(path), here / str(rank)) for rank, path in enumerate((avant, apres))]
        for state, other in (states, states[::-1]):  # a workbook alone is read with the files of the dossier beside it
            state["dossier"] = state["dossier"] or other["dossier"] or state["seul"]
        return *states, [f"Avant : {Path(avant).name}.", f"Après : {Path(apres).name}."]
    day = _read_day(depuis)
    former = {"dossier": avant, "inventaire": _rewind(avant, f"{day:%Y-%m-%d}", here / "avant")}
    latter = {"dossier": avant, "inventaire": _rewind(avant, None, here / "apres")}
    told = [f"Avant : {avant.name}, au soir du {day:%d/%m/%Y}.", f"Après : {avant.name}, toutes les corrections acceptées comprises."]
    return former, latter, told


def _stage(path, here):
    """Return a state: a dossier as it is, or a copy of a workbook under the name of an inventory, so that its corrections apply."""
    if path.is_dir():
        return {"dossier": path, "inventaire": None, "seul": path}
    if not path.exists():
        raise DiagnosticError("Fichier ou dossier introuvable.", str(path), "donnez un dossier, ou un classeur d'inventaire")
    here.mkdir(parents=True)
    copy = shutil.copy(path, here / f"inventaire{path.suffix.lower()}")
    return {"dossier": None, "inventaire": Path(copy), "seul": path.parent}


def _rewind(folder, day, here):
    """Return the inventory of a dossier as a workbook, what its journal tells after a day (ISO, None: today) set aside."""
    from diagnostic.run.edited_copy import save_copy

    here.mkdir(parents=True)
    copy = save_copy(folder, jusqu_au=day, vers=here)["fichier"]
    return copy.replace(here / f"inventaire{copy.suffix}")


def _read_day(text):
    from diagnostic.read.cells.dates import read_dates

    day, wrong = read_dates(pd.Series([text.strip()], dtype=str))
    if wrong[0] or pd.isna(day[0]):
        raise DiagnosticError(f"« {text} » n'est pas un jour.", "option --depuis", "écrivez jour/mois/année (03/02/2026)")
    return day[0]


def write_changes(target, changes, phrases, *, shown, compared):
    """Draw and write the map, the page and the workbook of a comparison; return their paths.

    A territory without outlines has no map: the page says the rest.
    """
    from diagnostic.draw.base_map import prepare_base
    from diagnostic.draw.changes_map import draw_changes
    from diagnostic.draw.changes_page import draw_changes_page
    from diagnostic.write.changes_book import write_changes as write_book
    from diagnostic.write.figures import render_png, write_bytes
    from diagnostic.write.offline import inline_assets, write_html

    told = shown["mentions"]
    mention = {
        "sources": list(dict.fromkeys([*told["sources"].get("acteurs", []), *told["sources"].get("carte", [])])), "date": told["date"],
        "edition": shown["edition"], "couverture": told["couverture"], "fictif": told["fictif"].get("acteurs", False),
    }  # fmt: skip
    written, address = [], ""
    if shown["communes"].geometry.notna().any():
        figure = draw_changes(prepare_base(shown["communes"]), changes, mentions=mention)
        picture = render_png(figure)
        written.append(write_bytes(picture, target / "carte_des_changements.png"))
        address = f"data:image/png;base64,{base64.b64encode(picture).decode()}"
    fictional = "Contient des données FICTIVES, inventées pour l'exemple." if mention["fictif"] else ""
    page = draw_changes_page(
        changes, phrases, titre=shown["titre"], compares=compared, carte=address,
        mention={"edition": f"Édition {shown['edition']}", "date": str(told["date"]), "fictif": fictional},
    )  # fmt: skip
    written.append(write_html(inline_assets(page), target / "changements.html"))
    written.append(write_book(target / "changements.xlsx", changes, phrases, compares=compared, edition=shown["edition"]))
    return written
