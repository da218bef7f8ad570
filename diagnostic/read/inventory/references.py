"""Cells that name a row of another table -> its identifier; what names nobody, or says again what is said, is set aside and told."""

import re

import pandas as pd
from rapidfuzz import fuzz, process

from diagnostic.read.inventory.repeats import part_repeats
from diagnostic.schema import ORIGIN_COLUMNS, describe_table, is_imported, join_problems, list_problems
from diagnostic.vocabulary import normalize_label

# What may be written in place of an identifier: {table: (identifier, names)}.
LABELS = {
    "acteurs": ("acteur_id", ["nom", "sigle"]),
    "dispositifs": ("dispositif_id", ["nom"]),
    "reseaux": ("reseau_id", ["nom"]),
}
REFERRING_TABLES = [
    "dispositifs", "participations", "liens", "postes", "personnes", "instances", "adhesions", "affiliations", "enquete", "experiences",
]  # fmt: skip
_SEVERAL = object()  # what a name leads to when several rows bear it
_OUTSIDE = object()  # what a name leads to when only an import bears it, out of the perimeter
_NEAR = 90  # from this likeness on, the nearest is proposed in place of what is written
_MOST_CANDIDATES = 4
_FEWEST_LETTERS = 6  # a name shorter than this is in too many others to propose one of them
_LIST_BREAKS = re.compile(r"(\s*[;|\n\r]+\s*)")
_SMALL_WORDS = re.compile(r"\b(?:de|du|des|d|la|le|les|l|et|a|au|aux|en|pour)\b")


def resolve_references(tables, read=None):
    """Resolve every `ref:` column of the dossier.

    An identifier is taken as written; a name counts when one row alone bears it, whatever its case and accents, else with
    its commune in brackets (« Mairie (Brioude) »), else without its small words (de, la, et) and with St for Saint.
    A required cell that names nobody sets its row aside; elsewhere the cell is emptied, or the item left out of the list.
    The rows of the inventory win over those of an import; an import whose actor is out of the perimeter is named by its
    identifier only. Then the links of an actor with itself, and the rows that say again what another says, are set aside.

    Parameters
    ----------
    tables : dict of DataFrame
    read : dict of DataFrame, optional, the rows as they were read, in text: what the way back looks for in a cell of several
        names; and the rows of grids (saisie_participations, saisie_liens), told once a column or a row

    Returns
    -------
    tables : dict of DataFrame, the same tables with identifiers in place of names
    problemes : DataFrame
    """
    resolved, problems, read = dict(tables), [], read or {}
    known = {target: index_rows(tables[target], target) for target in LABELS}
    for table in REFERRING_TABLES:
        described, lost = describe_table(table), set()
        for column, row in described.iterrows():
            reference = row["liste"] if row["genre"] == "liste" else row["genre"]
            target = reference.removeprefix("ref:")
            if not reference.startswith("ref:") or not len(resolved[table]):
                continue
            follow = _follow_lists if row["genre"] == "liste" else _follow_cells
            resolved[table], wrong, explained = follow(resolved[table], column, known[target], target)
            if not len(wrong):
                continue
            if row["genre"] == "liste":
                problems.append(_tell_lists(wrong, explained, column, target, read.get(table)))
                continue
            lost |= set(wrong.index) if row["statut"] == "R" else set()
            gridded = _find_gridded(wrong, read.get(f"saisie_{table}"))
            problems.append(_tell_cells(wrong[~gridded], explained, column, target, row["statut"] == "R"))
            problems.append(_tell_grid(wrong[gridded], explained, column, target, described.index[0]))
        # Once every cell of the row is told: a link may lead nowhere at both ends.
        resolved[table] = resolved[table].drop(index=list(lost)).reset_index(drop=True) if lost else resolved[table]
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
    names : dict of str -> identifier, or a mark when several rows bear the name, or when one out of the perimeter alone does
        The names as written, then with the commune, then without small words (under keys that start with ~). A name that
        the inventory gives leads to its row; one that imports alone give, to theirs in the perimeter.
    bearers : DataFrame nom, commune, identifiant, fichier, rang (0 inventory, 1 import, 2 import out of the perimeter), cle
    """
    key, labels = LABELS[target]
    places = table["commune"] if "commune" in table else pd.Series(None, index=table.index, dtype="object")
    imported = is_imported(table)
    outside = imported & table["hors_territoire"].astype(bool) if "hors_territoire" in table else imported & False
    where = {"commune": places, "identifiant": table[key], "fichier": table.reindex(columns=["fichier"])["fichier"]}
    where["rang"] = imported.astype("int8") + outside.astype("int8")
    bearers = pd.concat([pd.DataFrame({"nom": table[label], **where}) for label in labels], ignore_index=True)
    bearers = bearers.dropna(subset=["nom", "identifiant"])
    bearers = bearers.assign(cle=bearers["nom"].map(normalize_label)).drop_duplicates(["cle", "identifiant"])
    bearers = bearers[bearers["cle"] != ""]
    placed = bearers.dropna(subset="commune")
    placed = placed.assign(cle=placed["cle"] + placed["commune"].map(normalize_label), nom=placed["nom"] + " " + placed["commune"])
    loose = pd.concat([bearers, placed]).assign(cle=lambda rows: rows["nom"].map(_loosen))
    names = _lead(loose[loose["cle"] != "~"])
    for rows in (placed, bearers):
        # An import that bears the very words does not win over the inventory, which bears them but for a small one.
        own = loose.loc[loose["rang"] == 0, "cle"]
        behind = rows["nom"].map(_loosen).isin(set(own)) & (rows["rang"] > 0)
        names |= _lead(rows[~behind])
    return set(table[key]), names, bearers


def _lead(rows):
    """Return {cle: identifiant}, or the mark of several, or that of one out of the perimeter; the least rang alone counts."""
    rows = rows[["cle", "identifiant", "rang"]].drop_duplicates()
    rows = rows[rows["rang"] == rows.groupby("cle")["rang"].transform("min")]
    followed = rows["identifiant"].astype(object).mask(rows["cle"].duplicated(keep=False), _SEVERAL)
    return dict(zip(rows["cle"], followed.mask(rows["rang"] == 2, _OUTSIDE), strict=True))


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
    return None if found is _SEVERAL or found is _OUTSIDE else found


def _follow_cells(table, column, known, target):
    """Return the table followed, the rows that lead nowhere (with `lu`, what is written), and {written: what to say of it}."""
    cells = table[column]
    followed = cells.map({cell: _follow(cell, known) for cell in cells.dropna().unique()}).astype(object)
    lost = followed.isna() & cells.notna()
    wrong = table[lost].assign(lu=cells[lost])
    return table.assign(**{column: followed}), wrong, _explain(wrong["lu"].unique(), known, target)


def _follow_lists(table, column, known, target):
    """Return the same as `_follow_cells`; `lu` holds an item, on the index of its row."""
    cells = table[column]
    distinct = {item for items in cells for item in items}
    followed = {item: _follow(item, known) for item in distinct}
    lost = cells.explode().dropna()
    lost = lost[lost.map(followed).isna().to_numpy()] if len(lost) else lost
    resolved = {items: tuple(dict.fromkeys(followed[item] for item in items if followed[item])) for items in set(cells)}
    wrong = table.loc[lost.index].assign(lu=lost.to_numpy(), cellule=cells[lost.index].to_numpy())
    return table.assign(**{column: cells.map(resolved)}), wrong, _explain(wrong["lu"].unique(), known, target)


def _tell_cells(wrong, explained, column, target, required):
    messages = [explained[cell][0] + (" Ligne écartée." if required else "") for cell in wrong["lu"]]
    proposed = [explained[cell][1] for cell in wrong["lu"]]
    return list_problems(
        "erreur" if required else "attention", wrong, messages, _fix(target), colonne=column, valeur=wrong["lu"], proposition=proposed
    )


def _fix(target):
    return f"écrivez l'identifiant d'une ligne de la feuille {target}, ou ajoutez cette ligne"


def _tell_lists(wrong, explained, column, target, read):
    """Tell, one row a cell, the names of a list that lead nowhere; what is told and proposed is the whole cell."""
    held = wrong[~wrong.index.duplicated()]
    whole = held["cellule"].map(" ; ".join)
    if read is not None and column in read:
        texts = read.astype({"ligne": "int64"}).drop_duplicates(ORIGIN_COLUMNS).set_index(ORIGIN_COLUMNS)[column]
        written = texts.reindex(pd.MultiIndex.from_frame(held[ORIGIN_COLUMNS].astype({"ligne": "int64"})))
        whole = written.set_axis(held.index).fillna(whole)
    items = wrong.groupby(level=0, sort=False)["lu"].agg(list).reindex(held.index)
    messages = [" ".join(explained[item][0] for item in lost) for lost in items]
    proposed = [_replace_items(text, {item: explained[item][1] for item in lost}) for text, lost in zip(whole, items, strict=True)]
    return list_problems("attention", held, messages, _fix(target), colonne=column, valeur=whole, proposition=proposed)


def _replace_items(text, proposed):
    """Return a cell of several names with each replaced by what is proposed for it; '' when nothing is."""
    parts = [proposed.get(part.strip().strip('"').strip()) or part for part in _LIST_BREAKS.split(text)]
    written = "".join(parts)
    return written if written != text else ""


def _find_gridded(rows, grids):
    """Return the mask of the rows read in a grid."""
    if grids is None or not len(grids):
        return pd.Series(False, index=rows.index)
    sheets = set(zip(grids["fichier"], grids["feuille"], strict=True))
    return pd.Series([place in sheets for place in zip(rows["fichier"], rows["feuille"], strict=True)], index=rows.index, dtype=bool)


def _tell_grid(wrong, explained, column, target, first):
    """Tell what names nobody in a grid: once a row for the name of the row, once a column for its heading.

    `first` is the column of the long table that names the rows of the grid.
    """
    if column == first:
        once, counts = wrong.drop_duplicates(ORIGIN_COLUMNS), wrong.groupby(ORIGIN_COLUMNS, sort=False).size()
        messages = [f"{explained[cell][0]} Ligne écartée ({_count_cells(n)})." for cell, n in zip(once["lu"], counts, strict=True)]
        proposed = [explained[cell][1] for cell in once["lu"]]
        return list_problems("erreur", once, messages, _fix(target), colonne=column, valeur=once["lu"], proposition=proposed)
    by = ["fichier", "feuille", "lu"]
    once, counts = wrong.drop_duplicates(by).assign(ligne=pd.NA), wrong.groupby(by, sort=False).size()
    messages = [
        f"Colonne « {cell} » : {explained[cell][0]} Colonne écartée ({_count_cells(n)})."
        for cell, n in zip(once["lu"], counts, strict=True)
    ]
    fixes = [
        f"changez le titre de la colonne « {cell} » dans la feuille" + (f" : écrivez {explained[cell][1]}" if explained[cell][1] else "")
        + f", ou ajoutez une ligne à la feuille {target}"
        for cell in once["lu"]
    ]  # fmt: skip
    return list_problems("erreur", once, messages, fixes, colonne=once["lu"].to_list(), valeur=once["lu"])


def _count_cells(number):
    return f"{number} case{'s' if number > 1 else ''}"


def _explain(cells, known, target):
    """Return {cell: (French sentence, what to write instead or "")} for cells that lead to no row.

    The nearest is the row of the nearest identifier or name; it is proposed when it is very near, and alone so, or when its
    name alone holds every word of the cell.
    """
    if not len(cells):
        return {}
    identifiers, names, bearers = known
    far = set(bearers.loc[bearers["rang"] == 2, "identifiant"])
    spelled = {name: found for name, found in names.items() if isinstance(found, str) and not name.startswith("~")}
    spelled = {normalize_label(identifier): identifier for identifier in sorted(identifiers - far)} | spelled
    choices, sentences = list(spelled), {}
    words = bearers[bearers["rang"] < 2].assign(mots=lambda rows: rows["nom"].map(_list_words))
    for cell in cells:
        key = normalize_label(cell)
        marked = next((found for found in (key, _loosen(cell)) if names.get(found) in (_SEVERAL, _OUTSIDE)), None)
        if marked:
            tell = _list_bearers if names[marked] is _SEVERAL else _tell_outside
            sentences[cell] = tell(cell, marked, bearers, target), ""
            continue
        near = process.extract(key, choices, scorer=fuzz.ratio, score_cutoff=70, limit=2)
        near = [(spelled[name], score) for name, score, _ in near]
        very = {identifier for identifier, score in near if score > _NEAR} or _find_holders(cell, words)
        proposed = very.pop() if len(very) == 1 else ""
        nearest = proposed or (near[0][0] if near else "")
        hint = f" Plus proche : « {nearest} »." if nearest else ""
        sentences[cell] = f"« {cell} » absent de la feuille {target}.{hint}", proposed
    return sentences


def _list_words(name):
    return frozenset(filter(None, map(normalize_label, re.split(r"[\W_]+", _SMALL_WORDS.sub(" ", name.casefold())))))


def _find_holders(cell, bearers):
    """Return the identifiers of the rows whose name holds every word of the cell; those of the inventory first."""
    words = _list_words(cell)
    if sum(map(len, words)) < _FEWEST_LETTERS or not len(bearers):  # a mask without a row would choose columns
        return set()
    held = bearers[[words <= other for other in bearers["mots"]]]
    return set(held.loc[held["rang"] == held["rang"].min(), "identifiant"])


def _take_bearers(key, bearers):
    """Return the rows that bear the name `key` (with or without small words), those of the inventory before an import's."""
    same = bearers["cle"] == key
    if not same.any():
        same = bearers["nom"].map(_loosen) == key
    if not same.any():
        same = bearers["cle"] + bearers["commune"].astype("object").map(normalize_label, na_action="ignore") == key
    rows = bearers[same].sort_values("identifiant")
    return rows[rows["rang"] == rows["rang"].min()]


def _tell_outside(cell, key, bearers, target):
    """Tell a name that an import alone bears, out of the perimeter: it is not taken."""
    rows = _take_bearers(key, bearers)
    if not len(rows):
        return f"« {cell} » n'est que dans un import, hors du territoire : ajoutez-le à la feuille {target}."
    row, more = rows.iloc[0], f" et {len(rows) - 1} autre{'s' if len(rows) > 2 else ''}" if len(rows) > 1 else ""
    town = f" ({row['commune']}, identifiant {row['identifiant']}{more})"
    name = str(row["fichier"]).rpartition("/")[2].rpartition(".")[0]
    return f"« {cell} » n'est dans l'inventaire que par l'import {name}, hors du territoire{town} : ajoutez-le à la feuille {target}."


def _list_bearers(cell, key, bearers, target):
    """Tell a name that several rows bear, with the candidates: what to write for each."""
    rows = _take_bearers(key, bearers)
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
