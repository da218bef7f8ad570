"""One command on years of communes: millesime."""

from pathlib import Path

from diagnostic.cli.screen import Progress, console, quote_path
from diagnostic.run import vintage as way

TEXT = "Passe un dossier dans une autre année de communes : une copie du dossier, et ce qui a bougé (fusions, codes, noms, populations)."


def add_vintage(commands, add_command, add_path):
    """Add the command `millesime` to the command line."""
    command = add_command(commands, "millesime", run_vintage, TEXT)
    add_path(command, "dossier", "DOSSIER", "le dossier du territoire ; il n'est pas modifié")
    command.add_argument("annee", metavar="ANNEE", help="l'année des communes où passer (celle du logiciel)")
    text = "l'année des communes du dossier (par défaut : celle que sa feuille communes suit le mieux)"
    command.add_argument("--depuis", metavar="ANNEE", help=text)
    command.add_argument("--sortie", metavar="DOSSIER", type=Path, help="le nouveau dossier (par défaut : à côté, suivi de l'année)")


def run_vintage(choices):
    """Move a dossier and say what moved, what changed in it and what is left to decide."""
    with Progress("Lecture du dossier") as progress:
        done = way.move_dossier(choices.dossier, choices.annee, depuis=choices.depuis, sortie=choices.sortie, progress=progress.tell)
    for sentence in [*done["phrases"], *done["comptes"]]:
        console.print(sentence, markup=False)
    if not done["exact"]:
        console.print("L'inventaire est réécrit en un classeur, ses cases en texte (il n'était pas un classeur Excel, ou a des formules).")
    for path in (done["inventaire"], done["classeur"]):
        console.print(f"Écrit : {path}", markup=False)
    console.print("Ensuite : ouvrez le classeur, décidez ce qui reste, puis :")
    console.print(f"  diagnostic verifier {quote_path(done['dossier'])}", markup=False)
