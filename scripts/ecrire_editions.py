"""Write the tables of docs/editions.md from `diagnostic/vocabulary/editions.csv`; the words around them are written by hand here.

Run `python scripts/ecrire_editions.py` after a change of the rules; a test compares the file with what this writes.
"""

from pathlib import Path

from diagnostic.vocabulary import read_vocabulary
from diagnostic.vocabulary.editions import CLOSED, EDITIONS

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "editions.md"
INTRODUCTION = """# Qui peut voir quoi

Trois éditions : **publique** (par défaut, faite pour être publiée), **partenaires** (ceux qui ont accepté la finalité de l'inventaire),
**interne** (le groupe qui le tient). Une seule table de règles, `diagnostic/vocabulary/editions.csv`, dit pour chaque table, chaque
colonne et chaque sorte de résultat l'édition la plus large qui peut la montrer. Ce qu'elle ne nomme pas est fermé : interne. Elle
s'applique une fois, avant tout dessin et tout fichier : cartes, HTML, classeur, documents, SIG, graphes et CSV partent des mêmes tables.

## Pourquoi

| ce qui est en jeu | règle | raison |
|---|---|---|
| Nom, catégorie et commune d'une structure | publique | organismes publics et structures : ce n'est pas une donnée personnelle |
| Le reste d'une ligne d'acteur | publique si `diffusion` dit `public` | sans réponse, la structure n'a rien accepté |
| Adresse exacte, effectif, argent, intensité d'un lien, calendrier | partenaires | utile pour travailler ensemble, inutile à tous |
| Courriel d'une structure (contact@, mairie@...) | partenaires | il joint une structure ; celui d'une personne est retiré |
| Texte libre, qui a dit quoi, qui a répondu | interne | ce qui a été confié au groupe |
| Résultat défavorable qui nomme une structure ou un dispositif | interne | le chiffre d'ensemble est public, le nom ne l'est pas |
| Liens à vérifier, fragilité, place dans le réseau, hypothèses | interne | un ordre du jour ou un calcul, jamais un verdict |
| Personnes (feuille `personnes`, porteur d'un lien) | aucune | jamais exportées ; leurs noms sont cherchés dans tous les textes |

## Personnes, domiciles, petites structures

Dans l'édition publique, une entreprise individuelle (case `entreprise_individuelle`, mots du nom : EI, micro-entrepreneur, assistante
maternelle..., nom d'une personne dans une catégorie où l'acteur peut en être une, ou à côté d'un téléphone) devient « catégorie,
commune (nom non publié) », au point de la mairie ; adresse, SIRET et identifiant qui la diraient partent aussi, où qu'ils soient
écrits. Un domicile (`lieu_domicile`) et une structure non publique de `effectif_petite_structure` personnes au plus
(réglage, 2) vont au point de la mairie.
Un nom qui contient un téléphone, le courriel d'une personne ou « contact Prénom Nom » n'est pas publié tel quel : une structure devient
« catégorie, commune », un dispositif son type ; un organisme public garde son nom, sans le contact. `verifier` le dit, ligne par ligne.
Entre partenaires, domiciles et entreprises individuelles restent à la mairie ; leur nom se lit.

## Ce qui est cherché dans les textes

Noms, sources, thèmes, titre, finalité, noms de couches, d'unités et de fichiers, intitulés de colonnes : tout texte gardé est relu.
Sont remplacés par `[retiré]` : courriels, même maquillés (« nom (arobase) domaine point fr »), téléphones sous toutes leurs formes, noms
précédés d'un titre (M., Mme, Dr, Me, docteur...) ou d'un prénom usuel avec le nom en capitales, adresses (édition publique), numéros
de sécurité sociale, noms de la feuille `personnes`. La ligne reste. **Limite** : un nom écrit sans titre, en minuscules, d'une personne
qui n'est ni à côté d'un téléphone, ni dans la feuille `personnes`, n'est pas reconnu ; relisez vos textes, ou remplissez cette feuille
(`personnes` = oui).

## Ce qui a été retiré

`retraits.csv`, à côté des fichiers de chaque édition, et la feuille « Retiré de cette édition » : quelle table, combien de lignes ou de
cellules, pourquoi ; jamais ce qui a été retiré. `tests/test_leaks.py` cache cent canaris dans toutes les colonnes libres et les cherche
dans tous les fichiers, dépliés ; sans une des règles, le test les voit.
"""
TABLES = """## Les tables

Écrit par `scripts/ecrire_editions.py`. Une table sans feuille sert à d'autres ; elle suit la même règle.
"""
RESULTS = """## Les résultats, sorte par sorte

Une ligne peut porter sa propre édition, plus étroite que sa sorte ; jamais plus large.
"""
COLUMNS = "## Les colonnes plus fermées que leur table\n"


def write_row(cells):
    return "| " + " | ".join(str(cell).replace("|", "/") for cell in cells) + " |"


def write_table(headings, rows):
    return "\n".join([write_row(headings), write_row(["---"] * len(headings)), *map(write_row, rows)]) + "\n"


def compose_page():
    """Return the whole page as Markdown."""
    rules, sheets = read_vocabulary("editions"), read_vocabulary("tables").set_index("table")["feuille"]
    whole = rules[(rules["colonne"] == "") & (rules["valeur"] == "")].set_index("table")["edition"]
    names = {table: sheets.get(table) or f"`{table}`" for table in whole.index}
    parts = [INTRODUCTION, TABLES]
    held = [(edition, [names[table] for table in whole.index[whole == edition]]) for edition in [*EDITIONS, "jamais"]]
    parts.append(write_table(["édition la plus large", "tables"], [(edition, " ; ".join(tables)) for edition, tables in held]))
    reasons = rules[(rules["colonne"] == "") & (rules["raison"] != "")]
    parts.append("Pourquoi une table n'est pas publique :\n")
    parts.append(write_table(["table", "édition", "raison"], [(names[row.table], row.edition, row.raison) for row in reasons.itertuples()]))
    closed = rules[(rules["colonne"] != "") & (rules["valeur"] == "") & (rules["edition"] != rules["table"].map(whole).fillna(CLOSED))]
    rows = [(names[row.table], _quote(row.colonne), row.edition, row.raison) for row in closed.itertuples()]
    parts += [COLUMNS, write_table(["table", "colonnes", "édition", "raison"], rows)]
    kinds = rules[rules["valeur"] != ""]
    rows = [(names[row.table], row.colonne, _quote(row.valeur), row.edition, row.raison) for row in kinds.itertuples()]
    parts += [RESULTS, write_table(["table", "colonne", "valeurs", "édition", "raison"], rows)]
    return "\n".join(parts)


def _quote(cell):
    return ", ".join(f"`{word}`" for word in cell.split(";"))


if __name__ == "__main__":
    TARGET.write_text(compose_page(), encoding="utf-8", newline="\n")
    print(f"Écrit : {TARGET.relative_to(ROOT)}")
