"""Cells that name a row of another table -> its identifier; what names nobody is set aside and told."""

import pandas as pd
from rapidfuzz import process

from diagnostic.schema import describe_table, join_problems, list_problems
from diagnostic.vocabulary import normalize_label

LABELS = {"acteurs": ("acteur_id", ["nom", "sigle"]), "dispositifs": ("dispositif_id", ["nom"]), "reseaux": ("reseau_id", ["nom"])}  # fmt: skip
# A reference that is missing or unknown empties the cell in these columns, and sets the row aside elsewhere.
REFERRING_TABLES = ["dispositifs", "participations", "liens", "postes", "personnes", "instances", "adhesions", "affiliations", "enquete"]  # fmt: skip


def resolve_references(tables):
    """Resolve every `ref:` column of the dossier.

    Returns
    -------
    tables : dict of DataFrame, the same tables with identifiers in place of names
    problemes : DataFrame
    """
    resolved, problems = dict(tables), []
    known = {target: index_rows(tables[target], target) for target in LABELS}
    for table in REFERRING_TABLES:
        described = describe_table(table)
        for column, row in described.iterrows():
            reference = row["liste"] if row["genre"] == "liste" else row["genre"]
            target = reference.removeprefix("ref:")
            if not reference.startswith("ref:") or not len(resolved[table]):
                continue
            follow = _follow_lists if row["genre"] == "liste" else _follow_cells
            resolved[table], found = follow(resolved[table], column, known[target], target, row["statut"] == "R")
            problems.append(found)
    resolved["liens"], found = _part_loops(resolved["liens"])
    return resolved, join_problems(*problems, found)


def index_rows(table, target):
    """Return {written form: identifier} for a table: identifiers, then the names that belong to one row only."""
    key, labels = LABELS[target]
    index = {identifier: identifier for identifier in table[key]}
    names = pd.concat([table[[key, label]].set_axis([key, "label"], axis=1) for label in labels]).dropna()
    names["label"] = names["label"].map(normalize_label)
    names = names.drop_duplicates().drop_duplicates("label", keep=False)
    return dict(zip(names["label"], names[key], strict=True)) | index


def _follow(cell, known):
    return known.get(cell) or known.get(normalize_label(cell))


def _follow_cells(table, column, known, target, required):
    cells = table[column]
    followed = cells.map({cell: _follow(cell, known) for cell in cells.dropna().unique()})
    wrong = followed.isna() & cells.notna()
    problems = _tell(table[wrong], cells[wrong], column, known, target, required)
    table = table.assign(**{column: followed})
    return (table[~wrong].reset_index(drop=True) if required else table), problems


def _follow_lists(table, column, known, target, required):
    cells = table[column]
    strangers = cells.map(lambda items: tuple(item for item in items if not _follow(item, known)))
    wrong = strangers.map(len) > 0
    followed = cells.map(lambda items: tuple(filter(None, (_follow(item, known) for item in items))))
    problems = _tell(table[wrong], strangers[wrong].map("; ".join), column, known, target, False)
    return table.assign(**{column: followed}), problems


def _tell(rows, cells, column, known, target, required):
    messages = []
    for cell in cells:
        near = process.extractOne(cell, list(known), score_cutoff=70)
        hint = f" Plus proche : « {known[near[0]]} »." if near else ""
        messages.append(f"« {cell} » absent de {target}.{hint}" + (" Ligne écartée." if required else ""))
    fix = f"écrivez l'identifiant d'une ligne de la feuille {target}, ou ajoutez cette ligne"
    return list_problems("erreur" if required else "attention", rows, messages, fix, colonne=column, valeur=cells)


def _part_loops(liens):
    loops = liens["source_id"].eq(liens["cible_id"]).fillna(False).astype(bool)
    message = "Lien d'un acteur avec lui-même : ligne écartée."
    problems = list_problems("erreur", liens[loops], message, "corrigez l'un des deux acteurs", colonne="cible_id", valeur=liens.loc[loops, "cible_id"])  # fmt: skip
    return liens[~loops].reset_index(drop=True), problems
