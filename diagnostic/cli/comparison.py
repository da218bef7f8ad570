"""The command that sets territories side by side: comparer."""

from pathlib import Path

from diagnostic.cli.screen import Progress, console, show_problems
from diagnostic.errors import DiagnosticError
from diagnostic.run.batch import produce_territories
from diagnostic.run.batch_cluster import MEMORY, count_processes, open_cluster
from diagnostic.run.comparison import DEFAULT_TARGET, compare
from diagnostic.run.reports import DOCUMENTS
from diagnostic.vocabulary.formats import count_words

TEXT = "Compare tous les EPCI de France, d'une région ou d'un département : mêmes mesures, tables, entonnoirs, carte ; aucun classement."
TOLD = 6
NONE = "aucun"


def add_comparison(commands, add_command, add_path):
    """Add the command `comparer` to the command line."""
    command = add_command(commands, "comparer", run_comparison, TEXT)
    command.add_argument("--france", action="store_true", help="toute la France : métropole et cinq départements d'outre-mer")
    command.add_argument("--region", metavar="CODE", action="append", help="code de la région ; peut être répété")
    command.add_argument("--departement", metavar="CODE", action="append", help="code du département ; peut être répété")
    text = "epci, departement, ou le nom d'une couche dont on compare les unités (par défaut : epci)"
    command.add_argument("--maille", metavar="MAILLE", default="epci", help=text)
    text = "un découpage : FICHIER, ou NOM=FICHIER,TITRE,2024,recouvre (titre des unités, année, complete ou infra) ; peut être répété"
    command.add_argument("--couche", metavar="FICHIER", action="append", help=text)
    text = "SOURCE=FICHIER (france-services, programmes-anct...), ou le dossier d'un territoire pour ses liens ; peut être répété"
    command.add_argument("--inventaire", metavar="INVENTAIRE", action="append", help=text)
    text = "NOM=FICHIER : une commune par ligne, sa classe dans la dernière colonne (densité, ruralité) ; peut être répété"
    command.add_argument("--typologie", metavar="FICHIER", action="append", help=text)
    add_path(command, "--sources", "DOSSIER", "un dossier déjà rempli, à la place du territoire, des couches et des listes")
    command.add_argument("--graine", metavar="NOMBRE", type=int, help="graine des tirages au hasard (par défaut : celle des réglages)")
    command.add_argument("--sans-moran", action="store_true", help="sans l'autocorrélation spatiale, qui demande PySAL")
    add_path(command, "--sortie", "DOSSIER", "où écrire (par défaut : comparaison)")
    _add_batch(command)


def _add_batch(command):
    text = "écrit aussi les cartes, les fiches, le classeur et le rapport de chaque territoire, dans territoires/ ; se reprend"
    command.add_argument("--par-territoire", action="store_true", help=text)
    text = f"un document de chaque territoire : {', '.join(DOCUMENTS)}, ou aucun ; peut être répété (par défaut : rapport)"
    command.add_argument("--document", metavar="NOM", choices=[*DOCUMENTS, NONE], action="append", help=text)
    text = "territoires faits en même temps sur cet ordinateur (par défaut : selon ses processeurs et sa mémoire ; 1 : l'un après l'autre)"
    command.add_argument("--processus", metavar="NOMBRE", type=read_count, help=text)
    text = "mémoire de chaque processus, en gigaoctets (par défaut : 3) ; un processus qui la dépasse est arrêté et remplacé"
    command.add_argument("--memoire", metavar="NOMBRE", type=read_number, default=MEMORY, help=text)
    command.add_argument("--scheduler", metavar="ADRESSE", help="planificateur dask.distributed déjà lancé : tcp://serveur:8786")


def run_comparison(choices):
    """Compare, write, and tell the readings."""
    asked = {
        "france": choices.france, "regions": choices.region, "departements": choices.departement, "maille": choices.maille,
        "couches": choices.couche, "inventaires": choices.inventaire, "typologies": choices.typologie, "sources": choices.sources,
        "graine": choices.graine,
    }  # fmt: skip
    _check_batch(choices)
    with Progress("Lecture des communes, des couches et des listes") as progress:
        done = compare(asked, sortie=choices.sortie, moran=not choices.sans_moran, progress=progress.tell)
    results = done["resultats"]
    number, loose = len(results["comparaison_territoires"]), results["comparaison_sans_territoire"]
    console.print(f"{count_words(number, 'territoire comparé', 'territoires comparés')}.", markup=False)
    if len(loose):
        told = ", ".join(loose["nom"].head(TOLD)) + ("..." if len(loose) > TOLD else "")
        console.print(f"{count_words(len(loose), 'commune')} hors de ces territoires : {told}.", markup=False)
    for sentence in results["comparaison_lectures"]["phrase"]:
        console.print(f"  {sentence}", markup=False)
    show_problems(done["problemes"])
    if len(done["problemes"]):
        console.print(f"  Tous, ligne par ligne : {done['problemes_ecrits']}", markup=False)
    _show_written(done)
    if choices.par_territoire:
        run_batch(asked, done["territoires"], choices)


def _check_batch(choices):
    """Refuse before the long part what the batch could not do: options without it, a scheduler that does not answer."""
    if not choices.par_territoire and (choices.scheduler or choices.processus or choices.document):
        raise DiagnosticError(
            "Ces options ne servent qu'avec --par-territoire.", "options --scheduler, --processus, --document",
            "ajoutez --par-territoire, ou retirez-les",
        )  # fmt: skip
    if choices.scheduler:
        with Progress("Recherche du planificateur de calcul"), open_cluster(scheduler=choices.scheduler):
            pass


def _show_written(done):
    for place in sorted({path.parent for path in done["fichiers"]} if len(done["fichiers"]) > TOLD else map(Path, done["fichiers"])):
        console.print(f"Écrit : {place}", markup=False)


def run_batch(asked, jobs, choices):
    """Make the files of each territory; leave with the code of a fault when one of them could not be made."""
    documents = [name for name in choices.document or ["rapport"] if name != NONE]
    calcul = {
        "processus": choices.processus or count_processes(choices.memoire), "memoire": choices.memoire, "scheduler": choices.scheduler,
    }  # fmt: skip
    with Progress("Territoires") as progress:
        done = produce_territories(
            asked, jobs, sortie=choices.sortie or DEFAULT_TARGET, documents=documents, calcul=calcul, progress=progress.tell
        )
    made, kept = count_words(done["faits"], "territoire fait", "territoires faits"), count_words(done["deja"], "déjà fait", "déjà faits")
    console.print(f"{made}, {kept}. Écrit : {done['dossier']} (journal.csv dit ce qui s'est passé)", markup=False)
    failed = done["echecs"]
    if len(failed):
        what = count_words(len(failed), "territoire n'a pas pu être fait", "territoires n'ont pas pu être faits")
        told = " | ".join(f"{row.nom} : {row.message}" for row in failed.head(3).itertuples())
        raise DiagnosticError(f"{what}.", told, "corrigez, puis relancez la même commande : seuls ceux-là seront refaits")


def read_count(text):
    """Return a whole number above 0, as argparse asks of a type."""
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def read_number(text):
    """Return a number above 0, written with a comma or a point."""
    number = float(text.replace(",", "."))
    if not 0 < number < float("inf"):
        raise ValueError(text)
    return number
