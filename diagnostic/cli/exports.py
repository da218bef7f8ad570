"""The command that takes documents and data out of a diagnosis: exporter."""

from pathlib import Path

from diagnostic.cli.screen import Progress, console
from diagnostic.run.reports import CHOICES, export
from diagnostic.schema import EDITIONS

FORMATS = ("docx", "odt", "pdf")


def add_exports(commands, add_command, add_path):
    """Add the command `exporter` to the command line."""
    text = "Écrit un document (rapport, plaidoyer pour les élus, présentation pour un comité de pilotage, atlas des intercommunalités, "
    text += "page des communes pour les habitants, une partie à insérer ailleurs) ou des données (SIG, graphes, tables)."
    command = add_command(commands, "exporter", run_export, text)
    add_path(command, "dossier", "DOSSIER", "le dossier du territoire")
    text = f"{' | '.join(CHOICES)} ; peut être répété (par défaut : rapport)"
    command.add_argument("--quoi", metavar="QUOI", choices=CHOICES, action="append", help=text)
    text = "docx, odt ou pdf (il faut LibreOffice, sauf pour l'atlas en pdf) ; peut être répété (par défaut : docx). "
    text += "La présentation est toujours en pptx, et en pdf si vous le demandez"
    command.add_argument("--format", metavar="FORMAT", choices=FORMATS, action="append", help=text)
    text = f"{', '.join(EDITIONS)} (par défaut : publique ; le plaidoyer et les communes le sont toujours)"
    command.add_argument("--edition", metavar="EDITION", choices=EDITIONS, default="publique", help=text)
    add_path(command, "--sortie", "DOSSIER", "où écrire (par défaut : le dossier sorties du territoire)")
    text = "avec la page des communes, le document de cette commune (nom ou code Insee) ; peut être répété"
    command.add_argument("--commune", metavar="COMMUNE", action="append", help=text)
    text = "votre propre modèle (.docx, ou .pptx pour la présentation) ; pour partir du nôtre : --quoi modeles"
    command.add_argument("--modele", metavar="FICHIER", type=Path, help=text)


def run_export(choices):
    """Write what is asked and tell where."""
    with Progress("Lecture du dossier") as progress:
        done = export(
            choices.dossier, choices.quoi or (["communes"] if choices.commune else ["rapport"]), sortie=choices.sortie,
            edition=choices.edition,
            formats=choices.format or ["docx"], modele=choices.modele, communes=choices.commune or (),
            tell=progress.tell,
        )  # fmt: skip
    for remark in done["remarques"]:
        console.print(remark, markup=False)
    for path in done["fichiers"]:
        console.print(f"Écrit : {path}", markup=False)
