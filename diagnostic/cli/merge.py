"""One command on corrections that come back: fusionner."""

from pathlib import Path

import pandas as pd

from diagnostic.cli.screen import Progress, console, quote_path, show_problems
from diagnostic.errors import DiagnosticError
from diagnostic.run import merge as way
from diagnostic.run.nearby import find_near, list_workshop_folders
from diagnostic.vocabulary.formats import count_words

TEXT = "Fusionne des corrections dans une copie de l'inventaire : classeur, formulaire, carte, copie ; ne tranche aucun désaccord."
MOST_SHOWN = 8


def add_merge(command):
    """Add the arguments of `fusionner` to its parser."""
    command.add_argument("dossier", metavar="DOSSIER", type=Path, help="le dossier du territoire")
    text = (
        "classeur de corrections, formulaire d'un partenaire, carte (uMap, GeoJSON), copie de l'inventaire, ou fusion.xlsx décidé ; un nom "
        "seul est cherché ici, puis dans le dossier et ses feuilles d'atelier"
    )
    command.add_argument("corrections", metavar="CORRECTIONS", type=Path, nargs="*", help=text)
    text = "qui corrige, décide ou annule (initiales ou structure), quand le fichier ne le dit pas"
    command.add_argument("--qui", metavar="QUI", default="", help=text)
    text = "le jour des corrections (jour/mois/année), quand le fichier ne le dit pas"
    command.add_argument("--quand", metavar="DATE", default="", help=text)
    text = "les différences d'une carte, d'une copie ou d'un formulaire sont déjà acceptées (par défaut : proposées)"
    command.add_argument("--accepter", action="store_true", help=text)
    text = "annule une fusion (par défaut la dernière) : rien n'est effacé, l'annulation est au journal"
    command.add_argument("--annuler", metavar="FUSION", nargs="?", const=way.LAST, help=text)
    command.add_argument("--liste", action="store_true", help="montre les fusions du dossier et leurs annulations")
    text = f"écrit un classeur de corrections à remplir (par défaut : sorties/interne/{way.FORM_FILE})"
    command.add_argument("--classeur", metavar="FICHIER", type=Path, nargs="?", const="", help=text)


def run_merge(choices):
    """Merge, undo, list, or write the workbook to fill."""
    if choices.classeur is not None:
        path = None if str(choices.classeur) in ("", ".") else choices.classeur
        console.print(f"Écrit : {way.write_form(choices.dossier, path)}", markup=False)
    elif choices.liste:
        _show_merges(*way.list_merges(choices.dossier))
    elif choices.annuler:
        with Progress("Annulation"):
            done = way.undo(choices.dossier, choices.annuler, qui=choices.qui)
        console.print(f"Annulée : {done['annule']}", markup=False)
        _show_done(choices.dossier, done)
    elif not choices.corrections:
        raise DiagnosticError("Aucun fichier de corrections.", f"dossier {choices.dossier.name}",
                              "donnez au moins un fichier, ou --classeur, --liste, --annuler")  # fmt: skip
    else:
        statut = "accepte" if choices.accepter else "propose"
        paths = [find_near(path, list_workshop_folders(choices.dossier)) for path in choices.corrections]
        for path in [path for path, asked in zip(paths, choices.corrections, strict=True) if path != asked]:
            console.print(f"Lu : {path}", markup=False)
        with Progress("Fusion des corrections"):
            done = way.merge(choices.dossier, paths, qui=choices.qui, quand=choices.quand, statut=statut)
        _show_counts(done)
        _show_done(choices.dossier, done)


def _show_counts(done):
    read = done["comptes_lus"]
    told = [
        count_words(read["nouvelles"], "correction nouvelle", "corrections nouvelles"),
        count_words(read["deja_fusionnees"], "déjà fusionnée", "déjà fusionnées"), f"{read['sans_effet']} sans effet",
    ]  # fmt: skip
    if read["decisions"]:
        told.append(count_words(read["decisions"], "décision reprise", "décisions reprises"))
    console.print(f"{', '.join(told)}.")
    if done["fusion"]:
        console.print(f"Fusion : {done['fusion']}", markup=False)


def _show_done(folder, done):
    """Show what the copy changes, what waits, and which file is the inventory now."""
    moved = done["lignes"][["retirees", "ajoutees"]].any(axis=1) & done["nouveau"]
    for row in done["lignes"][moved].itertuples():
        console.print(f"  {row.table} : {row.avant} lignes - {row.retirees} + {row.ajoutees} = {row.apres}", markup=False)
    for _, part in done["retraits"].groupby("parent", sort=False):
        kinds = ", ".join(f"{number} dans {table}" for table, number in part["table"].value_counts().items())
        console.print(f"  Parties avec une ligne retirée, gardées au journal : {kinds}", markup=False)
    counts = done["comptes"]
    console.print(
        f"{count_words(counts['conflits'], 'désaccord', 'désaccords')} à trancher, "
        f"{count_words(counts['en_attente'], 'proposition', 'propositions')} à décider."
    )
    for row in done["attente"].head(MOST_SHOWN).itertuples():
        choices = " | ".join(f"« {text} »" for text, _ in row.choix)
        console.print(f"  {row.table}, {row.nom}, {row.colonne} : {choices}", markup=False)
    show_problems(done["problemes"], "À revoir")
    for path in done["fichiers"]:
        console.print(f"Écrit : {path}", markup=False)
    copy = done["copie"]
    if not done["nouveau"] and copy is None:
        console.print("Rien de nouveau : rien n'est écrit, la dernière copie reste à jour.")
    elif copy is None:
        console.print("L'inventaire n'a rien à changer : aucune copie n'est écrite.")
    else:
        _tell_next(folder, copy)
    if counts["conflits"] or counts["en_attente"]:
        own = Path(folder) / "sorties" / "interne" / way.MERGE_FILE
        console.print(f"Pour décider : remplissez {way.MERGE_FILE}, puis diagnostic fusionner {quote_path(folder)} {quote_path(own)}",
                      markup=False)  # fmt: skip


def _tell_next(folder, copy):
    if not copy["exact"]:
        console.print("Les formats et les formules n'ont pas pu être gardés dans la copie : ses cases sont en texte.")
    show_problems(copy["problemes"], "À vérifier dans la copie")
    name = f"inventaire{copy['fichier'].suffix}"
    console.print(
        f"L'inventaire du dossier est toujours {name}, inchangé. Ensuite : ouvrez {copy['fichier'].name} ; si la copie convient, donnez "
        f"un autre nom à {name} (par exemple ancien_{copy['fichier'].stem}{copy['fichier'].suffix}), puis renommez la copie {name}.\n"
        f"Puis : diagnostic lancer {quote_path(folder)}", markup=False,
    )  # fmt: skip


def _show_merges(merges, undoings):
    if not len(merges):
        console.print("Aucune fusion dans ce dossier.")
    for row in merges.itertuples():
        day = pd.Timestamp(row.date).strftime("%d/%m/%Y %H:%M")
        undone = f" ; annulée par {row.annulee}" if row.annulee else ""
        console.print(f"{row.fusion} : {day}, {row.auteur}, {count_words(row.cases, 'case')}, {row.fichiers}{undone}", markup=False)
    for row in undoings.itertuples():
        console.print(f"{row.annulation} : {row.auteur} annule {row.annule}", markup=False)
