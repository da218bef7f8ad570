"""The command line: a thin door on `run`, in French, with the exit codes of the house (0 written, 1 data, 2 wrong call)."""

import argparse
import sys
from contextlib import contextmanager
from pathlib import Path

from diagnostic import run as way
from diagnostic.cli.application import add_application
from diagnostic.cli.changes import TEXT as CHANGES
from diagnostic.cli.changes import add_changes, run_changes
from diagnostic.cli.comparison import add_comparison
from diagnostic.cli.exports import add_exports
from diagnostic.cli.layers import run_catalogue, run_examine, run_place
from diagnostic.cli.merge import TEXT as MERGE
from diagnostic.cli.merge import add_merge, run_merge
from diagnostic.cli.screen import (
    ERROR_DATA,
    Progress,
    console,
    describe_fault,
    errors,
    quote_path,
    show_counts,
    show_examined,
    show_problems,
    show_replaced,
)
from diagnostic.cli.vintage import add_vintage
from diagnostic.cli.workshop import TEXT as WORKSHOP
from diagnostic.cli.workshop import add_workshop, run_workshop
from diagnostic.errors import DiagnosticError, describe_refusal
from diagnostic.run import way_back
from diagnostic.schema import EDITIONS
from diagnostic.vocabulary.formats import count_words

ERROR_CALL = 2
PURPOSE = "Diagnostic partagé d'un territoire : qui fait quoi, où les découpages ne coïncident pas, qui travaille avec qui, ce qui manque."
EPILOGUE = "Tout se passe sur cet ordinateur, sans réseau. Aide d'une commande : diagnostic COMMANDE --aide."
# argparse asks gettext for its own words, in English: these are the ones a user can meet.
FRENCH = {
    "usage: ": "Utilisation : ",
    "positional arguments": "à donner",
    "options": "options",
    "argument %(argument_name)s: %(message)s": "%(argument_name)s : %(message)s",
    "the following arguments are required: %s": "Il manque : %s.",
    "unrecognized arguments: %s": "Option ou mot inconnu : %s.",
    "invalid choice: %(value)r (choose from %(choices)s)": "%(value)r n'est pas un choix possible (choisissez : %(choices)s).",
    "unknown parser %(parser_name)r (choices: %(choices)s)": "Commande inconnue : %(parser_name)r (commandes : %(choices)s).",
    "invalid %(type)s value: %(value)r": "%(value)r n'est pas un nombre possible.",
    "expected one argument": "une valeur est attendue.",
    "expected at least one argument": "au moins une valeur est attendue.",
    "ambiguous option: %(option)s could match %(matches)s": "Option ambiguë : %(option)s (%(matches)s).",
    "ignored explicit argument %r": "valeur de trop : %r.",
    "not allowed with argument %s": "incompatible avec %s.",
}
METHODS = {
    "code": "par le code", "ancien_code": "par un ancien code", "nom_code_postal": "par le nom et le code postal",
    "nom_departement": "par le nom et le département", "nom_perimetre": "par le nom dans le territoire",
    "code_postal": "par le seul code postal", "coordonnees": "par les coordonnées", "outre_mer": "outre-mer",
}  # fmt: skip

class Parser(argparse.ArgumentParser):
    """A parser whose faults have three French lines."""

    def error(self, message):
        usage = " ".join(self.format_usage().split()).removeprefix("Utilisation : ")
        self.exit(ERROR_CALL, f"{message}\nOù : commande {usage}\nÀ faire : {self.prog} --aide\n")


@contextmanager
def french_words():
    """Give argparse French words while a call is read; other users of argparse keep theirs."""
    own = argparse._
    argparse._ = lambda text: FRENCH.get(text, text)
    try:
        yield
    finally:
        argparse._ = own


def build_parser():
    """Return the parser of the command line; build and use it within `french_words`."""
    parser = Parser(prog="diagnostic", description=PURPOSE, epilog=EPILOGUE, add_help=False, allow_abbrev=False)
    _add_help(parser)
    commands = parser.add_subparsers(title="commandes", metavar="COMMANDE", dest="commande", required=True)
    text = "Copie le dossier d'exemple (Haute-Loire et Puy-de-Dôme) et le lance."
    example = _add_command(commands, "exemple", run_example, text)
    _add_path(example, "--sortie", "DOSSIER", "où le copier (par défaut : exemple)", default=Path("exemple"))
    _add_new(commands)
    _add_import(commands)
    text = "Lit le dossier, affiche les comptes et les problèmes, écrit sorties/interne/problemes.xlsx."
    verify = _add_command(commands, "verifier", run_check, text)
    text = "Reprend les corrections écrites dans problemes.xlsx, puis relit le dossier."
    correct = _add_command(commands, "corriger", run_correct, text)
    _add_path(correct, "dossier", "DOSSIER", "le dossier du territoire")
    correct.add_argument(
        "fichier", metavar="FICHIER", type=Path, nargs="?", help="le fichier corrigé (par défaut : sorties/interne/problemes.xlsx)"
    )
    text = "Écrit un classeur vide à faire remplir par un partenaire : la feuille acteurs, ses listes, une ligne d'exemple."
    template = _add_command(commands, "modele", run_template, text)
    _add_path(template, "fichier", "FICHIER", "le classeur à écrire (.xlsx)")
    _add_layers(commands)
    add_workshop(_add_command(commands, "atelier", run_workshop, WORKSHOP))
    add_merge(_add_command(commands, "fusionner", run_merge, MERGE))
    add_changes(_add_command(commands, "changements", run_changes, CHANGES))
    text = "Fait tout le chemin : lecture, mesures, cartes, classeur, résultats."
    launch = _add_command(commands, "lancer", run_all, text)
    for command in (verify, launch):
        _add_path(command, "dossier", "DOSSIER", "le dossier du territoire")
        _add_path(command, "--sortie", "DOSSIER", "où écrire (par défaut : le dossier sorties du territoire)")
    text = f"{', '.join(EDITIONS)} ; peut être répétée (par défaut : publique et interne)"
    launch.add_argument("--edition", metavar="EDITION", choices=EDITIONS, action="append", help=text)
    add_application(commands, _add_command, _add_path)
    add_exports(commands, _add_command, _add_path)
    add_vintage(commands, _add_command, _add_path)
    add_comparison(commands, _add_command, _add_path)
    return parser


def _add_new(commands):
    text = "Crée un dossier dont l'inventaire a déjà les communes, les organismes publics, les réglages et les couches."
    new = _add_command(commands, "nouveau", run_new, text)
    _add_path(new, "dossier", "DOSSIER", "le dossier du territoire, qui sera créé")
    codes = {
        "--departement": ("CODE", "code du département"),
        "--epci": ("NOM", "nom de l'EPCI, partie de son nom ou SIREN"),
        "--region": ("CODE", "code de la région"),
    }
    for option, (metavar, text) in codes.items():
        new.add_argument(option, metavar=metavar, action="append", default=[], help=f"{text} ; peut être répété")
    _add_path(new, "--communes", "FICHIER", "fichier (CSV, XLSX...) avec une colonne code_insee")


def _add_import(commands):
    sources = way.list_import_sources()
    text = "Ajoute un fichier de données ouvertes au dossier imports ; il n'est jamais mêlé à l'inventaire."
    bring = _add_command(commands, "importer", run_import, text)
    text = f"{' | '.join(sources)}, ou un nom déclaré dans la feuille colonnes_import"
    bring.add_argument("source", metavar="SOURCE", help=text)
    _add_path(bring, "fichier", "FICHIER", "le fichier publié, tel quel")
    _add_path(bring, "dossier", "DOSSIER", "le dossier du territoire")


def _add_layers(commands):
    text = "Examine un fichier de ressorts, ou toutes les couches d'un dossier, avant tout calcul."
    examine = _add_command(commands, "ausculter", run_examine, text)
    _add_path(examine, "cible", "CIBLE", "le fichier (CSV, XLSX, GPKG, SHP, GeoJSON...) ou le dossier du territoire")
    text = "code du département du territoire ; peut être répété (par défaut : ceux que le fichier touche)"
    examine.add_argument("--departement", metavar="CODE", action="append", default=[], help=text)
    examine.add_argument("--couche", metavar="NOM", help="nom du découpage (par défaut : celui du fichier)")
    examine.add_argument("--unite", metavar="TITRE", help="titre de la colonne des unités (par défaut : trouvée)")
    examine.add_argument("--recouvre", action="store_true", help="une commune peut être dans plusieurs unités")
    examine.add_argument("--complete", action="store_true", help="toutes les communes devraient avoir une unité")
    examine.add_argument("--infra", action="store_true", help="les unités peuvent être plus petites qu'une commune")
    text = "Dit qui publie chaque découpage (Caf, MSA, CIAS, bassins de vie...) et comment l'apporter."
    catalogue = _add_command(commands, "catalogue", run_catalogue, text)
    catalogue.add_argument("mot", metavar="MOT", nargs="?", default="", help="un mot à chercher (par défaut : tout)")
    text = "Dit qui intervient dans une commune ou un territoire, et où les limites ne coïncident pas."
    place = _add_command(commands, "fiche", run_place, text)
    _add_path(place, "dossier", "DOSSIER", "le dossier du territoire")
    place.add_argument("lieu", metavar="LIEU", help="une commune (nom ou code INSEE) ou un territoire (nom ou partie du nom)")


def _add_command(commands, name, action, text):
    command = commands.add_parser(name, help=text, description=text, add_help=False, allow_abbrev=False)
    _add_help(command)
    command.set_defaults(action=action)
    return command


def _add_path(command, name, metavar, text, default=None):
    command.add_argument(name, metavar=metavar, type=Path, default=default, help=text)


def _add_help(parser):
    parser.add_argument("-h", "--aide", "--help", action="help", help="affiche cette aide")


def run_example(choices):
    """Copy the example and run it."""
    if (choices.sortie / "inventaire.xlsx").exists():
        console.print(f"Exemple déjà copié, gardé tel quel : {choices.sortie}", markup=False)
    else:
        way.create_example(choices.sortie)
        console.print(f"Exemple copié dans {choices.sortie}", markup=False)
    _run(choices.sortie, None, way.DEFAULT_EDITIONS)


def run_new(choices):
    """Make a dossier."""
    found = way.find_epci(choices.epci)
    path, tables = way.create_dossier(
        choices.dossier,
        departements=choices.departement,
        epci=list(found),
        regions=choices.region,
        communes=choices.communes,
    )
    for siren, name in found.items():
        console.print(f"EPCI : {name} ({siren})", markup=False)
    console.print(f"Écrit : {path}", markup=False)
    communes = count_words(len(tables["communes"]), "commune")
    bodies = count_words(len(tables["acteurs"]), "organisme public", "organismes publics")
    console.print(f"{communes}, {bodies} (communes comprises).")
    folder = quote_path(choices.dossier)
    console.print("Ensuite : ouvrez ce classeur, ajoutez vos acteurs, enregistrez, puis :")
    console.print(f"  diagnostic verifier {folder}\n  diagnostic lancer {folder}", markup=False)


def run_import(choices):
    """Bring an open-data file into the dossier."""
    with Progress(f"Import de {choices.fichier.name}"):
        path, counts, problems = way.import_source(choices.source, choices.fichier, choices.dossier)
    console.print(f"Écrit : {path}", markup=False)
    if counts["remplace"]:
        console.print(f"Remplace l'import précédent de « {choices.source} », qui n'est pas gardé.")
    words = "ligne lue" if counts["lues"] < 2 else "lignes lues"
    console.print(
        f"{counts['lues']} {words} = {counts['dans_territoire']} dans le territoire + {counts['hors_territoire']} hors du territoire "
        f"+ {counts['ecartees']} écartées"
    )
    if counts["methodes"]:
        found = ", ".join(f"{METHODS.get(name, name)} {number}" for name, number in counts["methodes"].items())
        console.print(f"Communes trouvées : {found}", markup=False)
    show_problems(problems)


def run_check(choices):
    """Read a dossier and tell what is to be corrected."""
    with Progress("Lecture du dossier"):
        done = way.check(choices.dossier, sortie=choices.sortie)
    show_counts(done["comptes"])
    show_problems(done["problemes"])
    show_examined(done["examen"])
    for path in done["fichiers"]:
        console.print(f"Écrit : {path}", markup=False)
        if path.stem == way_back.IDENTIFIED_FILE:
            console.print("  (votre classeur, avec les identifiants fabriqués : pour les garder, mettez-le à la place de inventaire.xlsx)")


def run_correct(choices):
    """Take back what was corrected in problemes.xlsx."""
    with Progress("Reprise des corrections"):
        done = way_back.correct(choices.dossier, choices.fichier)
    taken = done["reprises"]
    console.print(
        f"Corrections : {taken['nouvelles']} nouvelles, {taken['remplacees']} remplacées, {taken['identiques']} déjà connues, "
        f"{taken['annulees']} annulées"
    )
    show_replaced(done["remplacees"])
    show_problems(done["refusees"], "Non reprises")
    changes = done["avant"].merge(done["apres"], on=["fichier", "feuille"], suffixes=("_avant", ""), how="outer").fillna(0)
    changed = changes[changes["ecartees_avant"] != changes["ecartees"]]
    for row in changed.itertuples():
        aside = f"écartées {row.ecartees_avant:.0f} → {row.ecartees:.0f}"
        console.print(f"  {row.fichier}, {row.feuille} : {row.lues:.0f} lignes lues, {aside}", markup=False)
    show_problems(done["problemes"])
    for path in done["fichiers"]:
        console.print(f"Écrit : {path}", markup=False)


def run_template(choices):
    """Write an empty inventory for a partner."""
    console.print(f"Écrit : {way.create_template(choices.fichier)}", markup=False)


def run_all(choices):
    """Run a dossier."""
    _run(choices.dossier, choices.sortie, choices.edition or way.DEFAULT_EDITIONS)


def _run(folder, sortie, editions):
    with Progress("Lecture du dossier") as progress:
        done = way.run(folder, sortie=sortie, editions=editions, progress=progress.tell)
    show_counts(done["comptes"])
    show_problems(done["problemes"])
    console.print(f"{len(done['fichiers'])} fichiers écrits dans :")
    for place in sorted({path.parent for path in done["fichiers"]}):
        console.print(f"  {place}", markup=False)


def main(arguments=None):
    """Run the command line and leave with the code of the house."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a Windows console may not know every accent: show what it can
            stream.reconfigure(errors="replace")
    with french_words():
        choices = build_parser().parse_args(arguments)
    try:
        choices.action(choices)
    except DiagnosticError as error:
        errors.print(str(error), markup=False)
    except KeyboardInterrupt:
        errors.print("Interrompu. Les fichiers déjà écrits sont entiers.")
    except OSError as error:
        errors.print(str(describe_refusal(error, Progress.step)), markup=False)
    except Exception as error:
        errors.print(describe_fault(error), markup=False)
    else:
        return
    sys.exit(ERROR_DATA)


if __name__ == "__main__":
    main()
