"""One command on workshops: atelier."""

from pathlib import Path

from diagnostic.cli.screen import Progress, console
from diagnostic.run import workshop as way
from diagnostic.schema import EDITIONS
from diagnostic.vocabulary.formats import count_words

TEXT = (
    "Prépare un atelier : fonds de carte A3 et A0, acteurs numérotés et leur index, cartes à découper (PDF) ; fiches, formulaires des "
    "partenaires (Word) ; classeur de corrections."
)
FORMS = "formulaires"
KIT = {
    "cartes_acteurs": ("carte d'acteur à découper", "cartes d'acteurs à découper"),
    "cartes_dispositifs": ("carte de dispositif à découper", "cartes de dispositifs à découper"),
    "formulaires": ("formulaire de partenaire", "formulaires de partenaires"),
}  # fmt: skip
APART = {
    "mairie": ("placé à la mairie de sa commune, faute de lieu précis", "placés à la mairie de leur commune, faute de lieu précis"),
    "sans_commune": ("sans commune connue : dans l'index, hors de la carte", "sans commune connue : dans l'index, hors de la carte"),
    "dehors": ("hors du périmètre : dans l'index, hors de la carte", "hors du périmètre : dans l'index, hors de la carte"),
}


def add_workshop(command):
    """Add the arguments of `atelier` to its parser."""
    command.add_argument("dossier", metavar="DOSSIER", type=Path, help="le dossier du territoire")
    text = f"{' ou '.join(way.FORMATS)} ; peut être répété (par défaut : les deux)"
    command.add_argument("--format", metavar="FORMAT", choices=way.FORMATS, action="append", help=text)
    text = f"{', '.join(EDITIONS)} (par défaut : publique)"
    command.add_argument("--edition", metavar="EDITION", choices=EDITIONS, default="publique", help=text)
    text = "les fonds de carte et leur index seulement, sans cartes à découper, fiches ni formulaires"
    command.add_argument("--fonds-seuls", action="store_true", help=text)
    command.add_argument("--sortie", metavar="DOSSIER", type=Path, help="où écrire (par défaut : le dossier sorties du territoire)")


def run_workshop(choices):
    """Write the workshop sheets and say who is on the map, and who is not."""
    with Progress("Lecture du dossier") as progress:
        done = way.write_sheets(
            choices.dossier, formats=choices.format or way.FORMATS, edition=choices.edition, kit=not choices.fonds_seuls,
            sortie=choices.sortie, progress=progress.tell,
        )  # fmt: skip
    counts = done["comptes"]
    console.print(f"{count_words(counts['carte'], 'acteur numéroté', 'acteurs numérotés')} sur la carte.")
    for name, words in APART.items():
        if counts[name]:
            console.print(f"  {count_words(counts[name], f'acteur {words[0]}', f'acteurs {words[1]}')}")
    if counts["communes"]:
        told = "sans lien ni participation, sans numéro : chaque commune est sur le fond"
        console.print(f"  {count_words(counts['communes'], 'mairie')} {told}.")
    if counts["imports"]:
        told = "de données ouvertes hors du territoire, sans numéro"
        console.print(f"  {count_words(counts['imports'], 'lieu', 'lieux')} {told}.")
    for name, words in KIT.items():
        if counts.get(name):
            console.print(f"{count_words(counts[name], *words)}.")
    if counts.get("gardes"):
        told = "rempli ou changé depuis : gardé tel quel", "remplis ou changés depuis : gardés tels quels"
        console.print(f"{count_words(counts['gardes'], f'fichier {told[0]}', f'fichiers {told[1]}')}.")
    forms = [path for path in done["fichiers"] if path.parent.name == FORMS]
    for path in [path for path in done["fichiers"] if path not in forms]:
        console.print(f"Écrit : {path}", markup=False)
    for folder in sorted({path.parent for path in forms}):
        console.print(f"Écrit : {folder}", markup=False)
