"""The command line: a thin door on `run`, in French, with the exit codes of the house (0 written, 1 data, 2 wrong call)."""

import argparse
import sys
import traceback
from pathlib import Path

from rich.console import Console
from rich.table import Table

from diagnostic import run as way
from diagnostic.errors import DiagnosticError
from diagnostic.schema import EDITIONS, GRAVITES

ERROR_DATA = 1
console = Console(highlight=False, soft_wrap=True)
errors = Console(stderr=True, highlight=False, soft_wrap=True)
PURPOSE = "Diagnostic partagé d'un territoire : qui fait quoi, où les découpages ne coïncident pas, qui travaille avec qui, ce qui manque."
EPILOGUE = "Tout se passe sur cet ordinateur, sans réseau. Aide d'une commande : diagnostic COMMANDE --aide."
# argparse asks gettext for its own words, in English: these are the ones a user can meet.
FRENCH = {
    "usage: ": "Utilisation : ",
    "positional arguments": "à donner",
    "options": "options",
    "optional arguments": "options",
    "%(prog)s: error: %(message)s\n": "%(message)s\n",
    "argument %(argument_name)s: %(message)s": "%(argument_name)s : %(message)s",
    "the following arguments are required: %s": "Il manque : %s.",
    "unrecognized arguments: %s": "Option ou mot inconnu : %s.",
    "invalid choice: %(value)r (choose from %(choices)s)": "%(value)r n'est pas un choix possible (choisissez : %(choices)s).",
    "unknown parser %(parser_name)r (choices: %(choices)s)": "Commande inconnue : %(parser_name)r (commandes : %(choices)s).",
    "expected one argument": "une valeur est attendue.",
    "ambiguous option: %(option)s could match %(matches)s": "Option ambiguë : %(option)s (%(matches)s).",
    "ignored explicit argument %r": "valeur de trop : %r.",
    "not allowed with argument %s": "incompatible avec %s.",
}


def build_parser():
    """Return the parser of the command line."""
    argparse._ = lambda text: FRENCH.get(text, text)
    parser = argparse.ArgumentParser(prog="diagnostic", description=PURPOSE, epilog=EPILOGUE, add_help=False, allow_abbrev=False)
    _add_help(parser)
    commands = parser.add_subparsers(title="commandes", metavar="COMMANDE", dest="commande", required=True)

    def add(name, action, text, folder=True):
        command = commands.add_parser(name, help=text, description=text, add_help=False, allow_abbrev=False)
        _add_help(command)
        if folder:
            command.add_argument("dossier", metavar="DOSSIER", type=Path, help="le dossier du territoire")
        command.set_defaults(action=action)
        return command

    example = add("exemple", run_example, "Copie le dossier d'exemple (Haute-Loire et Puy-de-Dôme) et le lance.", folder=False)
    example.add_argument("--sortie", metavar="DOSSIER", type=Path, default=Path("exemple"), help="où copier l'exemple (par défaut : exemple)")
    new = add("nouveau", run_new, "Crée un dossier dont l'inventaire a déjà les communes, les organismes publics, les réglages et les couches.")
    for option, metavar, text in [("--departement", "CODE", "code du département"), ("--epci", "SIREN", "SIREN de l'EPCI"), ("--region", "CODE", "code de la région")]:
        new.add_argument(option, metavar=metavar, action="append", default=[], help=f"{text} ; peut être répété")
    new.add_argument("--communes", metavar="FICHIER", type=Path, help="fichier (CSV, XLSX...) avec une colonne code_insee")
    bring = add("importer", run_import, "Ajoute un fichier de données ouvertes au dossier imports ; il n'est jamais mêlé à l'inventaire.", folder=False)
    bring.add_argument("source", metavar="SOURCE", choices=way.list_import_sources(), help=" | ".join(way.list_import_sources()))
    bring.add_argument("fichier", metavar="FICHIER", type=Path, help="le fichier publié, tel quel")
    bring.add_argument("dossier", metavar="DOSSIER", type=Path, help="le dossier du territoire")
    verify = add("verifier", run_check, "Lit le dossier, affiche les comptes et les problèmes, écrit sorties/interne/problemes.xlsx.")
    launch = add("lancer", run_all, "Fait tout le chemin : lecture, mesures, cartes, classeur, résultats.")
    for command in (verify, launch):
        command.add_argument("--sortie", metavar="DOSSIER", type=Path, help="où écrire (par défaut : le dossier sorties du territoire)")
    launch.add_argument("--edition", metavar="EDITION", choices=EDITIONS, action="append", help=f"{', '.join(EDITIONS)} ; peut être répétée (par défaut : publique et interne)")
    return parser


def _add_help(parser):
    parser.add_argument("-h", "--aide", "--help", action="help", help="affiche cette aide")


def run_example(choices):
    """Copy the example and run it."""
    if not (choices.sortie / "inventaire.xlsx").exists():
        way.create_example(choices.sortie)
        console.print(f"Exemple copié dans {choices.sortie}", markup=False)
    _run(choices.sortie, None, way.DEFAULT_EDITIONS)


def run_new(choices):
    """Make a dossier."""
    path, tables = way.create_dossier(
        choices.dossier, departements=choices.departement, epci=choices.epci, regions=choices.region, communes=choices.communes
    )
    console.print(f"Écrit : {path}", markup=False)
    console.print(f"{len(tables['communes'])} communes, {len(tables['acteurs'])} organismes publics (communes comprises).")
    console.print("Ensuite : ouvrez ce classeur, ajoutez vos acteurs, enregistrez, puis : diagnostic lancer DOSSIER")


def run_import(choices):
    """Bring an open-data file into the dossier."""
    with Progress(f"Import de {choices.fichier.name}"):
        path, counts, problems = way.import_source(choices.source, choices.fichier, choices.dossier)
    console.print(f"Écrit : {path}", markup=False)
    console.print(
        f"{counts['lues']} lignes lues = {counts['dans_territoire']} dans le territoire + {counts['hors_territoire']} hors du territoire "
        f"+ {counts['ecartees']} écartées"
    )
    _show_problems(problems)


def run_check(choices):
    """Read a dossier and tell what is to be corrected."""
    with Progress("Lecture du dossier"):
        counts, problems, path = way.check(choices.dossier, sortie=choices.sortie)
    _show_counts(counts)
    _show_problems(problems)
    console.print(f"Écrit : {path}", markup=False)


def run_all(choices):
    """Run a dossier."""
    _run(choices.dossier, choices.sortie, choices.edition or way.DEFAULT_EDITIONS)


def _run(folder, sortie, editions):
    with Progress("Lecture du dossier") as progress:
        done = way.run(folder, sortie=sortie, editions=editions, progress=progress.tell)
    _show_counts(done["comptes"])
    _show_problems(done["problemes"])
    console.print(f"{len(done['fichiers'])} fichiers écrits dans :")
    for place in sorted({path.parent for path in done["fichiers"]}):
        console.print(f"  {place}", markup=False)


class Progress:
    """The step under way: a moving mark in a terminal, a line a step elsewhere."""

    def __init__(self, first):
        self.status = errors.status(first) if errors.is_terminal else None
        self.last = first

    def __enter__(self):
        if self.status:
            self.status.start()
        else:
            errors.print(f"… {self.last}", markup=False)
        return self

    def tell(self, step):
        if self.status:
            self.status.update(step)
        elif step != self.last:
            errors.print(f"… {step}", markup=False)
        self.last = step

    def __exit__(self, *_):
        if self.status:
            self.status.stop()


def _show_counts(counts):
    table = Table(title="Lignes lues = dans le territoire + hors du territoire + écartées", title_justify="left")
    for heading in ("Fichier", "Feuille", "Lues", "Dans", "Hors", "Écartées"):
        table.add_column(heading, justify="left" if heading in ("Fichier", "Feuille") else "right", overflow="fold")
    for row in counts.itertuples():
        table.add_row(row.fichier, row.feuille, *map(str, (row.lues, row.dans_territoire, row.hors_territoire, row.ecartees)))
    console.print(table)


def _show_problems(problems):
    counts = problems["gravite"].value_counts()
    console.print("Problèmes : " + (", ".join(f"{counts[name]} {name}" for name in GRAVITES if name in counts) or "aucun"))
    for row in problems[problems["gravite"].isin(["bloquant", "erreur"])].head(5).itertuples():
        line = "" if row.ligne != row.ligne else f"ligne {row.ligne}"
        place = ", ".join(filter(None, [row.fichier, row.feuille, line]))
        console.print(f"  {place} : {row.probleme} {row.a_faire}.", markup=False)


def main(arguments=None):
    """Run the command line and leave with the code of the house."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a Windows console may not know every accent: show what it can
            stream.reconfigure(errors="replace")
    choices = build_parser().parse_args(arguments)
    try:
        choices.action(choices)
    except DiagnosticError as error:
        errors.print(str(error), markup=False)
        sys.exit(ERROR_DATA)
    except KeyboardInterrupt:
        errors.print("Interrompu. Les fichiers déjà écrits sont entiers.")
        sys.exit(ERROR_DATA)
    except Exception as error:
        trace = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(trace.filename).name}, ligne {trace.lineno}"
        errors.print(f"Erreur imprévue : {type(error).__name__} : {error}\nOù : {place} (programme)\nÀ faire : signalez-la avec ces trois lignes ; vos fichiers n'ont pas été modifiés.", markup=False)
        sys.exit(ERROR_DATA)


if __name__ == "__main__":
    main()
