"""One command on what changed: changements."""

from pathlib import Path

from diagnostic.cli.screen import Progress, console
from diagnostic.run import changes as way
from diagnostic.run.nearby import find_near, list_inventory_folders
from diagnostic.schema import EDITIONS

TEXT = "Dit ce qui a changé entre deux états d'un dossier : acteurs, liens, ressorts, chiffres, en phrases, en carte et en classeur."
MOST_SHOWN = 40


def add_changes(command):
    """Add the arguments of `changements` to its parser."""
    text = "un dossier, ou un classeur qui en a été l'inventaire (un nom seul est cherché ici, puis dans le dossier APRES)"
    command.add_argument("avant", metavar="AVANT", type=Path, help=text)
    text = "l'état d'après, de même ; sans lui, AVANT est comparé à ce qu'il était un jour donné (--depuis)"
    command.add_argument("apres", metavar="APRES", type=Path, nargs="?", help=text)
    text = "un jour (jour/mois/année) : ce qui a été fusionné ou saisi ensuite, d'après le journal"
    command.add_argument("--depuis", metavar="JOUR", default="", help=text)
    text = f"{', '.join(EDITIONS)} (par défaut : publique)"
    command.add_argument("--edition", metavar="EDITION", choices=EDITIONS, default="publique", help=text)
    command.add_argument("--sortie", metavar="DOSSIER", type=Path, help="où écrire (par défaut : le dossier sorties de l'état d'après)")


def run_changes(choices):
    """Compare two states and show the sentences."""
    states = [choices.avant, *([choices.apres] if choices.apres else [])]
    # An earlier inventory is beside the one that took its place.
    folders = [place for path in states if path.is_dir() for place in list_inventory_folders(path)]
    avant, *apres = [find_near(path, folders) for path in states]
    with Progress("Lecture") as progress:
        done = way.compare(
            avant, *apres, depuis=choices.depuis, edition=choices.edition, sortie=choices.sortie, progress=progress.tell
        )
    for line in done["compares"]:
        console.print(line, markup=False)
    for phrase in done["phrases"]["phrase"].head(MOST_SHOWN):
        console.print(f"  {phrase}", markup=False)
    rest = len(done["phrases"]) - MOST_SHOWN
    if rest > 0:
        console.print(f"  Et {rest} autres phrases, dans les fichiers écrits.")
    for path in done["fichiers"]:
        console.print(f"Écrit : {path}", markup=False)
