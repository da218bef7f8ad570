"""Cells that name a row of another table -> its identifier; what names nobody, or says again what is said, is set aside and told."""

import re

import pandas as pd
from rapidfuzz import fuzz, process

from diagnostic.read.repeats import part_repeats
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
_NEAR = 90  # from this likeness on, the nearest is proposed in place of what is written
_MOST_CANDIDATES = 4
_SMALL_WORDS = re.compile(r"\b(?:de|du|des|d|la|le|les|l|et|a|au|aux|en|pour)\b")


def resolve_references(tables):
    """Resolve every `ref:` column of the dossier.

    An identifier is taken as written; a name counts when one row alone bears it, whatever its case and accents, else with
    its commune in brackets (« Mairie (Brioude) »), else without its small words (de, la, et) and with St for Saint.
    A required cell that names nobody sets its row aside; elsewhere the cell is emptied, or the item left out of the list.
    Then the links of an actor with itself, and the rows that say again what another says, are set aside.

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
    problems.append(found)
    resolved, found = part_repeats(resolved)
    return resolved, join_problems(*problems, found)


def name_rows(table, target):
    """Return {normalised identifier or name: identifier} of the rows of `target`; a shared name leads to one of them."""
    key, labels = LABELS[target]
    columns = [table[column] for column in [*reversed(labels), key]]
    return {normalize_label(name): code for names in columns for name, code in zip(names, table[key], strict=True) if isinstance(name, str)}


def index_rows(table, target):
    """Return what leads to the rows of `target`: identifiers, names, and who bears each name.

    Returns
    -------
    identifiers : set
    names : dict of str -> identifier, or a mark when several rows bear the name
        The names as written, then with the commune, then without small words (under keys that start with ~).
    bearers : DataFrame nom, commune, identifiant, cle
    """
    key, labels = LABELS[target]
    places = table["commune"] if "commune" in table else pd.Series(None, index=table.index, dtype="object")
    parts = [pd.DataFrame({"nom": table[label], "commune": places, "identifiant": table[key]}) for label in labels]
    bearers = pd.concat(parts, ignore_index=True).dropna(subset=["nom", "identifiant"])
    bearers = bearers.assign(cle=bearers["nom"].map(normalize_label)).drop_duplicates(["cle", "identifiant"])
    bearers = bearers[bearers["cle"] != ""]
    placed = bearers.dropna(subset="commune")
    placed = placed.assign(cle=placed["cle"] + placed["commune"].map(normalize_label), nom=placed["nom"] + " " + placed["commune"])
    loose = pd.concat([bearers, placed]).assign(cle=lambda rows: rows["nom"].map(_loosen))
    names = _lead(loose[loose["cle"] != "~"]) | _lead(placed) | _lead(bearers)
    return set(table[key]), names, bearers


def _lead(rows):
    """Return {cle: identifiant}, or the mark of several."""
    rows = rows[["cle", "identifiant"]].drop_duplicates()
    followed = rows["identifiant"].astype(object).mask(rows["cle"].duplicated(keep=False), _SEVERAL)
    return dict(zip(rows["cle"], followed, strict=True))


def _loosen(name):
    """Return the key of a name without its small words, St and Ste as saint and sainte."""
    words = re.sub(r"[\W_]+", " ", name.casefold())
    words = re.sub(r"\b(?:st|saint)\b", "saint", re.sub(r"\b(?:ste|sainte)\b", "sainte", words))
    return "~" + normalize_label(_SMALL_WORDS.sub("", words))


def _follow(cell, known):
    """Return the identifier that `cell` names, None for nobody or for several rows."""
    identifiers, names, _ = known
    if cell in identifiers:
        return cell
    found = names.get(normalize_label(cell)) or names.get(_loosen(cell))
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
    distinct = {item for items in cells for item in items}
    followed = {item: _follow(item, known) for item in distinct}
    lost = cells.explode().dropna()
    lost = lost[lost.map(followed).isna().to_numpy()] if len(lost) else lost
    problems = _tell(table.loc[lost.index], lost, column, known, target, False)
    resolved = {items: tuple(dict.fromkeys(followed[item] for item in items if followed[item])) for items in set(cells)}
    return table.assign(**{column: cells.map(resolved)}), problems


def _tell(rows, cells, column, known, target, required):
    if not len(cells):
        return None
    explained = _explain(cells.unique(), known, target)
    messages = [explained[cell][0] + (" Ligne écartée." if required else "") for cell in cells]
    proposed = [explained[cell][1] for cell in cells]
    fix = f"écrivez l'identifiant d'une ligne de la feuille {target}, ou ajoutez cette ligne"
    return list_problems("erreur" if required else "attention", rows, messages, fix, colonne=column, valeur=cells, proposition=proposed)


def _explain(cells, known, target):
    """Return {cell: (French sentence, what to write instead or "")} for cells that lead to no row.

    The nearest is the row of the nearest identifier or name; it is proposed when it is very near, and alone so.
    """
    identifiers, names, bearers = known
    spelled = {name: found for name, found in names.items() if found is not _SEVERAL and not name.startswith("~")}
    spelled = {normalize_label(identifier): identifier for identifier in sorted(identifiers)} | spelled
    choices, sentences = list(spelled), {}
    for cell in cells:
        key = normalize_label(cell)
        several = next((found for found in (key, _loosen(cell)) if names.get(found) is _SEVERAL), None)
        if several:
            sentences[cell] = _list_bearers(cell, several, bearers, target), ""
            continue
        near = process.extract(key, choices, scorer=fuzz.ratio, score_cutoff=70, limit=2)
        near = [(spelled[name], score) for name, score, _ in near]
        hint = f" Plus proche : « {near[0][0]} »." if near else ""
        very = {identifier for identifier, score in near if score > _NEAR}
        sentences[cell] = f"« {cell} » absent de la feuille {target}.{hint}", very.pop() if len(very) == 1 else ""
    return sentences


def _list_bearers(cell, key, bearers, target):
    """Tell a name that several rows bear, with the candidates: what to write for each."""
    same = bearers["cle"] == key
    rows = bearers[same if same.any() else bearers["nom"].map(_loosen) == key].sort_values("identifiant")
    rows = rows.assign(lieu=(" (" + rows["commune"].astype("str") + ")").fillna(""))
    shown = (rows["nom"] + rows["lieu"] + ", identifiant " + rows["identifiant"]).head(_MOST_CANDIDATES)
    more = f" ; et {len(rows) - _MOST_CANDIDATES} autres" if len(rows) > _MOST_CANDIDATES else ""
    listed = f" : {' ; '.join(shown)}{more}." if len(shown) else "."
    return f"« {cell} » est le nom de plusieurs lignes de la feuille {target}{listed}"


def _part_loops(liens):
    loops = liens["source_id"].eq(liens["cible_id"]).fillna(False).astype(bool)
    message = "Lien d'un acteur avec lui-même : ligne écartée."
    problems = list_problems(
        "erreur", liens[loops], message, "corrigez l'un des deux acteurs", colonne="cible_id",
        valeur=liens.loc[loops, "cible_id"],
    )  # fmt: skip
    return liens[~loops].reset_index(drop=True), problems
