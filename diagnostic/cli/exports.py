"""The command that takes documents and data out of a diagnosis: exporter."""

from pathlib import Path

from diagnostic.cli.screen import Progress, console
from diagnostic.run.reports import CHOICES, export
from diagnostic.schema import EDITIONS

FORMATS = ("docx", "odt", "pdf")


def add_exports(commands, add_command, add_path):
    """Add the command `exporter` to the command line."""
    text = "Écrit un document (rapport, plaidoyer pour les élus, une partie à insérer ailleurs) ou des données (SIG, graphes, tables)."
    command = add_command(commands, "exporter", run_export, text)
    add_path(command, "dossier", "DOSSIER", "le dossier du territoire")
    text = f"{' | '.join(CHOICES)} ; peut être répété (par défaut : rapport)"
    command.add_argument("--quoi", metavar="QUOI", choices=CHOICES, action="append", help=text)
    text = "docx, odt ou pdf (odt et pdf : il faut LibreOffice) ; peut être répété (par défaut : docx)"
    command.add_argument("--format", metavar="FORMAT", choices=FORMATS, action="append", help=text)
    text = f"{', '.join(EDITIONS)} (par défaut : publique ; le plaidoyer l'est toujours)"
    command.add_argument("--edition", metavar="EDITION", choices=EDITIONS, default="publique", help=text)
    add_path(command, "--sortie", "DOSSIER", "où écrire (par défaut : le dossier sorties du territoire)")
    text = "votre propre modèle de document (.docx) ; pour partir du nôtre : --quoi modeles"
    command.add_argument("--modele", metavar="FICHIER", type=Path, help=text)


def run_export(choices):
    """Write what is asked and tell where."""
    with Progress("Lecture du dossier") as progress:
        done = export(
            choices.dossier, choices.quoi or ["rapport"], sortie=choices.sortie, edition=choices.edition,
            formats=choices.format or ["docx"], modele=choices.modele, tell=progress.tell,
        )  # fmt: skip
    for remark in done["remarques"]:
        console.print(remark, markup=False)
    for path in done["fichiers"]:
        console.print(f"Écrit : {path}", markup=False)
