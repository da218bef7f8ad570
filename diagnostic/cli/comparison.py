"""The command that sets territories side by side: comparer."""

from pathlib import Path

from diagnostic.cli.screen import Progress, console, show_problems
from diagnostic.run.comparison import compare
from diagnostic.vocabulary.formats import count_words

TEXT = "Compare tous les EPCI de France, d'une région ou d'un département : mêmes mesures, tables, entonnoirs, carte ; aucun classement."
TOLD = 6


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


def run_comparison(choices):
    """Compare, write, and tell the readings."""
    asked = {
        "france": choices.france, "regions": choices.region, "departements": choices.departement, "maille": choices.maille,
        "couches": choices.couche, "inventaires": choices.inventaire, "typologies": choices.typologie, "sources": choices.sources,
        "graine": choices.graine,
    }  # fmt: skip
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
    for place in sorted({path.parent for path in done["fichiers"]} if len(done["fichiers"]) > TOLD else map(Path, done["fichiers"])):
        console.print(f"Écrit : {place}", markup=False)
