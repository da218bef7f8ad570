"""Cells that name a row of another table -> its identifier; what names nobody is set aside and told."""

import pandas as pd
from rapidfuzz import fuzz, process

from diagnostic.schema import describe_table, join_problems, list_problems
from diagnostic.vocabulary import normalize_label

# What may be written in place of an identifier: {table: (identifier, names)}.
LABELS = {
    "acteurs": ("acteur_id", ["nom", "sigle"]),
    "dispositifs": ("dispositif_id", ["nom"]),
    "reseaux": ("reseau_id", ["nom"]),
}
REFERRING_TABLES = [
    "dispositifs", "participations", "liens", "postes", "personnes", "instances", "adhesions", "affiliations", "enquete",
]  # fmt: skip
_SEVERAL = object()  # what a name leads to when several rows bear it


def resolve_references(tables):
    """Resolve every `ref:` column of the dossier.

    An identifier is taken as written; a name counts when one row alone bears it, whatever its case and accents.
    A required cell that names nobody sets its row aside; elsewhere the cell is emptied, or the item left out of the list.

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
    """Return (set of identifiers, {normalised name: identifier}); a name that several rows bear leads to none."""
    key, labels = LABELS[target]
    names = pd.concat([table[[key, label]].set_axis([key, "label"], axis=1) for label in labels]).dropna()
    names = names.assign(label=names["label"].map(normalize_label)).drop_duplicates()
    names = names[names["label"] != ""]
    several = names["label"].duplicated(keep=False)
    followed = names[key].astype(object).mask(several, _SEVERAL)
    return set(table[key]), dict(zip(names["label"], followed, strict=True))


def _follow(cell, known):
    """Return the identifier that `cell` names, None for nobody or for several rows."""
    identifiers, names = known
    if cell in identifiers:
        return cell
    found = names.get(normalize_label(cell))
    return None if found is _SEVERAL else found


def _follow_cells(table, column, known, target, required):
    cells = table[column]
    followed = cells.map({cell: _follow(cell, known) for cell in cells.dropna().unique()}).astype(object)
    wrong = followed.isna() & cells.notna()
    problems = _tell(table[wrong], cells[wrong], column, known, target, required)
    table = table.assign(**{column: followed})
    return (table[~wrong].reset_index(drop=True) if required else table), problems


def _follow_lists(table, column, known, target, required):
    cells = table[column]
    strangers = cells.map(lambda items: tuple(item for item in items if not _follow(item, known)))
    followed = cells.map(lambda items: tuple(dict.fromkeys(filter(None, (_follow(item, known) for item in items)))))
    lost = strangers[strangers.map(len) > 0].explode()
    problems = _tell(table.loc[lost.index], lost, column, known, target, False)
    return table.assign(**{column: followed}), problems


def _tell(rows, cells, column, known, target, required):
    if not len(cells):
        return None
    explained = _explain(cells.unique(), known, target)
    messages = [explained[cell] + (" Ligne écartée." if required else "") for cell in cells]
    fix = f"écrivez l'identifiant d'une ligne de la feuille {target}, ou ajoutez cette ligne"
    return list_problems("erreur" if required else "attention", rows, messages, fix, colonne=column, valeur=cells)


def _explain(cells, known, target):
    """Return {cell: French sentence} for cells that lead to no row, with the nearest identifier."""
    identifiers, names = known
    spelled = {normalize_label(identifier): identifier for identifier in sorted(identifiers)}
    spelled |= {name: found for name, found in names.items() if found is not _SEVERAL}
    choices, sentences = list(spelled), {}
    for cell in cells:
        near = process.extractOne(normalize_label(cell), choices, scorer=fuzz.ratio, score_cutoff=70)
        hint = f" Plus proche : « {spelled[near[0]]} »." if near else ""
        sentences[cell] = f"« {cell} » absent de la feuille {target}.{hint}"
        if names.get(normalize_label(cell)) is _SEVERAL:
            sentences[cell] = f"« {cell} » est le nom de plusieurs lignes de la feuille {target}."
    return sentences


def _part_loops(liens):
    loops = liens["source_id"].eq(liens["cible_id"]).fillna(False).astype(bool)
    message = "Lien d'un acteur avec lui-même : ligne écartée."
    problems = list_problems(
        "erreur", liens[loops], message, "corrigez l'un des deux acteurs", colonne="cible_id",
        valeur=liens.loc[loops, "cible_id"],
    )  # fmt: skip
    return liens[~loops].reset_index(drop=True), problems
