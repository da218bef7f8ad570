"""The command that opens the application."""

import contextlib

from diagnostic.application.serve import PORT, serve
from diagnostic.cli.screen import console


def add_application(commands, add_command, add_path):
    """Add the command `application` to the command line."""
    text = "Ouvre l'application dans le navigateur : regarder, corriger, enregistrer une copie de l'inventaire."
    command = add_command(commands, "application", run_application, text)
    add_path(command, "dossier", "DOSSIER", "le dossier du territoire")
    command.add_argument("--port", metavar="N", type=int, default=PORT, help=f"le port, si {PORT} est pris (par défaut : {PORT})")
    command.add_argument("--sans-navigateur", action="store_true", help="n'ouvre pas le navigateur : affiche seulement l'adresse")


def run_application(choices):
    """Serve the application until it is stopped."""
    with contextlib.suppress(KeyboardInterrupt):
        serve(
            choices.dossier, port=choices.port, navigateur=not choices.sans_navigateur,
            tell=lambda line: console.print(line, markup=False, soft_wrap=True),
        )  # fmt: skip
    console.print("Application arrêtée. Les saisies enregistrées sont dans le dossier saisies.")
