"""Write docs/mesures.md from `diagnostic/vocabulary/mesures.csv`: every identifier leads to its formula.

Run `python scripts/ecrire_mesures.py` after a change of the table; a test compares the file with what this writes.
"""

from pathlib import Path

from diagnostic.vocabulary import read_vocabulary

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "mesures.md"
# table of results -> heading of its chapter
CHAPTERS = {
    "discordance": "Un territoire et une couche",
    "paires": "Deux couches",
    "millefeuille": "Mille-feuille, commune par commune (classeur seulement)",
    "atomes_territoires": "Atomes",
    "territoires_resume": "Résumé d'un territoire",
    "densites": "Liens déclarés (acteur-acteur)",
    "densites_dispositifs": "Participations (acteur-dispositif)",
    "blocs": "Liens entre groupes",
    "silos": "Silos entre champs",
    "dispositifs_mixtes_part": "Dispositifs mixtes",
    "positions": "Positions des structures (édition interne)",
    "categories_territoires": "Catégories par territoire",
    "bilan_liens": "Liens à vérifier (édition interne)",
    "acces": "Accès",
}
INTRODUCTION = """# Les mesures et leurs formules

Page écrite par `scripts/ecrire_mesures.py` depuis `diagnostic/vocabulary/mesures.csv` : corrigez la table, pas cette page.
L'identifiant est celui de la colonne `mesure` de `resultats.json` (schéma : `resultats.schema.json`).

## Conventions

- **Poids.** w est le poids d'une commune : sa population municipale, sauf réglage `ponderation` (`communes` : 1 chacune ;
  `surface_km2`). Le poids employé est écrit dans chaque enregistrement (`ponderation`). Quand aucune commune du territoire n'a
  d'habitant, chacune compte 1. Compter des unités se fait par appartenance, communes sans habitant comprises.
- **Parts.** p_u est la part du poids couvert du territoire t qui relève de l'unité u ; n_ij le poids commun à l'unité i de la
  couche a et à l'unité j de la couche b ; N leur total, sur les communes que les deux couches couvrent. Logarithme naturel.
- **Couverture.** Part du poids sur laquelle la valeur repose. Une couche absente d'un territoire a une couverture de 0 et des
  valeurs vides, avec leur raison : jamais zéro interlocuteur.
- **Emboîté** veut dire : entièrement dans une seule unité et entièrement couvert par l'autre couche.
- **Réseaux.** m liens, n acteurs. Les liens déclarés entre acteurs et les participations aux dispositifs sont deux réseaux :
  leurs densités ne se comparent pas. Plusieurs liens entre deux acteurs comptent pour un. Un acteur actif dans plusieurs
  territoires compte dans chacun.
- **Champ** (social, développement local, mixte, autre) : le guide ne dit pas quelle catégorie relève de quel champ ; c'est une
  convention du projet, modifiable acteur par acteur. Les mesures de silo sont données pour trois traitements des acteurs mixtes.
- **Distances** : à vol d'oiseau depuis la mairie, en Lambert 93 en métropole ; une route de montagne est plus longue.

## Ce qui n'est jamais fait

- Résumer une discordance par VI ou NMI seules : une couche à une seule unité donne NMI = 0 sans aucun inconvénient pratique.
- Lire une absence dans une case vide : trois états (présente, absence vérifiée, non renseignée).
- Répartir une population à la surface quand une table de communes existe.
- Dire « significatif », classer des structures, ou proposer des liens « à créer » : seulement à vérifier.
- Montrer hors de l'édition interne une position dans le réseau ou un constat défavorable qui nomme une structure.

## Références

À vérifier avant de les citer (connues de mémoire, textes non relus) : Hill 1973 ; Jost 2006 ; Meilă 2007 ; Rosenberg et
Hirschberg 2007 ; Newman 2003. Les autres auteurs nommés dans les tableaux (Simpson 1949, Shannon 1948, Wasserman et Faust 1994,
Freeman 1977, Borgatti et Everett 1997, Krackhardt et Stern 1988) indiquent l'origine usuelle de la formule ; textes non relus.
"""
HEADINGS = ["Mesure", "Ce qu'elle dit", "Unité", "Formule", "Numérateur / dénominateur", "Valeur de référence", "Source"]


def compose_page():
    """Return the whole page as Markdown."""
    measures = read_vocabulary("mesures")
    parts = [INTRODUCTION]
    for table, rows in measures.groupby("table", sort=False):
        lines = [write_row(HEADINGS), write_row(["---"] * len(HEADINGS))]
        lines += [describe_measure(row) for row in rows.itertuples()]
        parts.append(f"## {CHAPTERS[table]}\n\n" + "\n".join(lines) + "\n")
    return "\n".join(parts)


def describe_measure(row):
    """Return the line of a measure: an anchor of its identifier, so that a link leads to it."""
    ratio = " / ".join(f"`{name}`" for name in (row.numerateur, row.denominateur) if name)
    identifier = f'<a id="{row.mesure}"></a>`{row.mesure}`'
    expected = f"`{row.valeur_reference}`" if row.valeur_reference else ""
    return write_row([identifier, f"**{row.libelle}.** {row.definition}", row.unite, row.formule, ratio, expected, row.reference])


def write_row(cells):
    """Return a row of a Markdown table; a bar within a cell is escaped."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    TARGET.write_text(compose_page(), encoding="utf-8", newline="\n")
    print(f"Écrit : {TARGET.relative_to(ROOT)}")
