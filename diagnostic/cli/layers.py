"""Three commands on jurisdictions: ausculter, catalogue, fiche."""

import sys

from diagnostic.cli.screen import ERROR_DATA, Progress, console
from diagnostic.run import layers as way


def run_examine(choices):
    """Examine a file of jurisdictions, or those of a dossier; leave with 1 when something stops the work."""
    declared = {
        "couche": choices.couche, "colonne_unite": choices.unite, "exclusive": False if choices.recouvre else None,
        "complete": choices.complete or None, "infra_communale": choices.infra or None,
    }  # fmt: skip
    with Progress(f"Examen de {choices.cible.name}"):
        examined, lines = way.examine(
            choices.cible, departements=choices.departement or None, declared={k: v for k, v in declared.items() if v is not None}
        )
    for line in lines:
        console.print(line, markup=False)
    if examined["resultat"].eq("bloquant").any():
        sys.exit(ERROR_DATA)


def run_catalogue(choices):
    """Tell who publishes each layer of the field and how to bring it in."""
    found = way.list_catalogue(choices.mot)
    for row in found.itertuples():
        console.print(f"{row.libelle} ({row.couche})", markup=False, style="bold")
        for label, cell in (
            ("Publié par", row.editeur), ("Jeu", row.jeu), ("Maille", row.maille), ("Comment", row.apport),
            ("Prudence", row.prudence), ("Licence", row.licence), ("Certitude", row.certitude),
        ):  # fmt: skip
            if cell:
                console.print(f"  {label} : {cell}", markup=False)
    words = "couche" if len(found) < 2 else "couches"
    console.print(f"{len(found)} {words}." if len(found) else f"Rien sur « {choices.mot} » ; sans mot, tout le catalogue.", markup=False)


def run_place(choices):
    """Tell who works in a commune or a territory, and where boundaries do not coincide."""
    with Progress("Lecture du dossier"):
        name, sentences = way.tell_place(choices.dossier, choices.lieu)
    console.print(name, markup=False, style="bold")
    for sentence in sentences:
        console.print(f"  {sentence}", markup=False)
