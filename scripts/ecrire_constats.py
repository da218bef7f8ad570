"""Write docs/constats.md from the vocabulary: every statement of the guide that is measured, how, and those that are not.

Run `python scripts/ecrire_constats.py` after a change of the tables; a test compares the file with what this writes.
"""

from pathlib import Path

from diagnostic.measure.constats.statements import list_codes, list_unmeasured, name_codes, read_thresholds
from diagnostic.vocabulary import read_vocabulary
from diagnostic.vocabulary.editions import list_ruled_values
from diagnostic.vocabulary.formats import format_number, format_share

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "constats.md"
INTRODUCTION = """# Les constats : freins et leviers du guide, mesurés

Page écrite par `scripts/ecrire_constats.py` depuis `diagnostic/vocabulary/constats.csv` et `enonces_non_mesures.csv`.

Le guide de Cap Rural (2023) nomme des freins et des leviers. Ceux que les tables d'un dossier permettent de mesurer ont ici un
indicateur, une formule, les feuilles qu'il faut remplir, un seuil. Le seuil est une convention du projet : il se change dans la
feuille `parametres` (clé indiquée), et un constat n'est jamais un verdict. Trois états : **constaté**, **non constaté**,
**non mesurable avec ces données** (la feuille à remplir est dite). Chaque constat mène aux leviers du guide qui y répondent et à une
ligne de décision vide : le logiciel propose, le groupe décide (feuille `constats_decisions`, colonne `constat_id`).

Sens : *frein*, ce que le guide tient pour un obstacle ; *appui*, ce sur quoi il conseille de s'appuyer. Édition : la plus large qui
peut montrer la phrase ; les noms des structures et des dispositifs d'un constat défavorable restent dans l'édition interne.
"""


def write_row(cells):
    return "| " + " | ".join(str(cell).replace("|", "/") for cell in cells) + " |"


def describe_threshold(row, thresholds, kinds):
    """Return the threshold in words, its key when it can be changed."""
    told = {key: format_share(value) if ":" in kinds[key] else format_number(value) for key, value in thresholds.items()}
    words = row.seuil_libelle.format(**told)
    keys = [key for key in {row.seuil, *row.seuils.split(";")} if key in thresholds]
    return f"{words} ({', '.join(f'`{key}`' for key in sorted(keys))})" if keys else words


def compose_page():
    """Return the whole page as Markdown."""
    codes, thresholds = list_codes()["libelle"], read_thresholds({})
    kinds = read_vocabulary("parametres").set_index("cle")["genre"]
    parts = [INTRODUCTION]
    statements, editions = read_vocabulary("constats"), list_ruled_values("constats")["constat"]
    for sens, title in {"frein": "Freins", "appui": "Appuis"}.items():
        parts.append(f"## {title}\n")
        for row in statements[statements["sens"] == sens].itertuples():
            told, levers = (
                " ; ".join(f"{label} ({code})" for code, label in name_codes(cell, codes, short))
                for cell, short in ((row.enonces, row.enonce_court), (row.leviers, ""))
            )
            lines = [
                f'### <a id="{row.constat}"></a>{row.titre}\n',
                f"- **Dans le guide** : {told}",
                f"- **Indicateur** : {row.indicateur}",
                f"- **Formule** : {row.formule}",
                f"- **Il faut** : {row.donnees}",
                f"- **Seuil** : {describe_threshold(row, thresholds, kinds)}",
                f"- **Prudence** : {row.prudence}",
                f"- **Leviers proposés** : {levers}",
                f"- `{row.constat}`, édition {editions[row.constat]}\n",
            ]
            parts.append("\n".join(lines))
    parts.append("## Ce qu'aucune donnée d'un dossier ne mesure\n")
    rows = [write_row(["Code", "Énoncé du guide", "Pourquoi"]), write_row(["---"] * 3)]
    rows += [write_row([row.code, row.libelle, row.raison]) for row in list_unmeasured().itertuples()]
    return "\n".join([*parts, *rows]) + "\n"


if __name__ == "__main__":
    TARGET.write_text(compose_page(), encoding="utf-8", newline="\n")
    print(f"Écrit : {TARGET.relative_to(ROOT)}")
