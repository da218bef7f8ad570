"""What is expected on a territory: the list of the software, changed and completed by the sheet attendus of the dossier."""

from pathlib import Path

import pandas as pd

from diagnostic.read.cells.columns import suggest_entries
from diagnostic.read.cells.values import split_lists
from diagnostic.read.inventory.tables import clean_table
from diagnostic.read.layers.ressorts import spell_layers
from diagnostic.schema import ORIGIN_COLUMNS, describe_table, join_problems, list_problems
from diagnostic.vocabulary import find_labels, normalize_label, read_vocabulary

LISTS = {"categorie": "categories", "acces": "categories", "dispositif": "dispositifs"}  # what the codes of each objet are
NEEDED = ["libelle", "objet", "codes", "echelle", "force"]  # without them an expectation says nothing
TYPES = {"nombre": float, "oui_non": "boolean", "date": "datetime64[us]", "liste": object}


def read_expectations(given, lists, couches, *, written=None):
    """Return the expectations of a dossier, those of the software included, and the problems of its own rows.

    Parameters
    ----------
    given : DataFrame, table `attendus` of the dossier as cleaned
    lists : dict of vocabularies (categories, dispositifs)
    couches : Index of the layers of the dossier, for the spelling of `sauf_couche`
    written : DataFrame, optional, categories_requises as read (text), on the index of `given`: a word of it that is in no list
        would widen the expectation to every territory

    Returns
    -------
    attendus : DataFrame, `merge_expectations`; `codes` are those of the lists
    problemes : DataFrame; a row set aside leaves the expectation of the software as it is
    """
    shipped = read_shipped_expectations(lists)
    if not len(given):
        return merge_expectations(given, shipped), None
    again = _spell_ids(given["attendu_id"], shipped).duplicated()
    repeated = _tell(given[again], "Attendu déjà donné plus haut : ligne écartée.", "n'en gardez qu'une ligne", "attendu_id")
    given = given[~again].assign(sauf_couche=spell_layers(given.loc[~again, "sauf_couche"].astype("str"), couches))
    whole = merge_expectations(given.assign(retenu=True), shipped).set_index("attendu_id")
    whole = whole.loc[_spell_ids(given["attendu_id"], shipped)].reset_index().set_axis(given.index)
    refused, unretained = _part_unretained(given, whole, shipped)
    resolved, unknown = resolve_codes(whole, lists)
    lost, wrong = _judge(given[~refused], whole[~refused], unknown[~refused], written, lists)
    kept = given[~refused][~lost]
    strange = kept["sauf_couche"].notna() & ~kept["sauf_couche"].isin(couches)
    layer = "Découpage que le dossier n'a pas : l'exception ne sera pas vérifiée."
    fix = "ajoutez-le à la feuille couches, ou videz la case"
    untold = _tell(kept[strange], layer, fix, "sauf_couche", gravite="attention")
    codes = kept["codes"].where(kept["codes"].map(len) == 0, resolved)
    kept = pd.concat([kept.assign(codes=codes), given[given["retenu"].eq(False).fillna(False).astype(bool)]])
    return merge_expectations(kept, shipped), join_problems(repeated, unretained, wrong, untold)


def _part_unretained(given, whole, shipped):
    """Return the mask of the rows that leave no expectation, and what is told: what the group takes out, what it does not take back."""
    said = given["retenu"].astype("boolean")
    off = whole["attendu_id"].isin(shipped.loc[shipped["retenu"].eq(False).fillna(False).astype(bool), "attendu_id"])
    known, out = whole["attendu_id"].isin(shipped["attendu_id"]), said.eq(False).fillna(False).astype(bool)
    silent = off & said.isna()
    word = "Attendu « " + whole["libelle"].fillna(whole["attendu_id"]) + " »"
    told = [
        _tell(given[out & known], (word + " : non retenu par le groupe, ligne écartée.")[out & known],
              "rien ; pour le reprendre, supprimez la ligne", "retenu", gravite="information"),
        _tell(given[out & ~known], (word + " inconnu : rien à retirer, ligne écartée.")[out & ~known],
              "reprenez l'identifiant d'un attendu du logiciel, ou supprimez la ligne", "attendu_id"),
        _tell(given[silent], (word + " : le logiciel ne le retient pas de lui-même, ligne écartée.")[silent],
              "écrivez oui dans la colonne retenu pour le retenir", "retenu", gravite="attention"),
    ]  # fmt: skip
    return out | silent, join_problems(*told)


def read_shipped_expectations(lists):
    """Return the expectations that the software ships (vocabulary/attendus.csv), typed as the table `attendus`."""
    texts = read_vocabulary("attendus")
    headings = pd.DataFrame([list(texts.columns)], columns=range(texts.shape[1]), dtype="str")
    raw = pd.concat([headings, texts.set_axis(range(texts.shape[1]), axis=1)], ignore_index=True)
    table, _, _ = clean_table(raw.set_axis(raw.index + 1), "attendus", Path("logiciel"), "attendus", lists=lists)
    return table.assign(codes=resolve_codes(table, lists)[0])


def merge_expectations(given, shipped):
    """Put the rows of a dossier over the shipped expectations.

    Parameters
    ----------
    given, shipped : DataFrame, table `attendus`; one row an attendu_id, whatever its case and accents

    Returns
    -------
    DataFrame, the columns of `attendus`, ORIGIN_COLUMNS and `origine`: projet for a shipped row left as it is, dossier for one that
        the dossier changes or adds. A cell that the dossier leaves empty is the shipped one; retenu = non takes the expectation
        out. Shipped rows first, in their order; population_min, minutes_max, echeance_annee are float (NaN: none), seuil_compris
        and retenu nullable booleans, codes and categories_requises tuples, depuis a date.

    Examples
    --------
    >>> shipped = pd.DataFrame({"attendu_id": ["ccas"], "libelle": ["CCAS"], "population_min": [1500.0]})
    >>> given = pd.DataFrame({"attendu_id": ["CCAS", "velo"], "libelle": [None, "Atelier vélo"], "population_min": [800.0, None]})
    >>> merge_expectations(given, shipped)[["attendu_id", "libelle", "population_min", "origine"]].values.tolist()
    [['ccas', 'CCAS', 800.0, 'dossier'], ['velo', 'Atelier vélo', nan, 'dossier']]
    """
    columns = [*describe_table("attendus").index, *ORIGIN_COLUMNS]
    base = shipped.reindex(columns=columns).astype(object).set_index("attendu_id")
    rows = given.reindex(columns=columns).astype(object)
    rows = rows.assign(attendu_id=_spell_ids(rows["attendu_id"], shipped)).drop_duplicates("attendu_id").set_index("attendu_id")
    under = base.reindex(rows.index)
    over = pd.DataFrame({column: rows[column].where(_is_filled(rows[column]), under[column]) for column in rows}, index=rows.index)
    order = [*base.index, *rows.index.difference(base.index, sort=False)]
    parts = [base.drop(index=rows.index, errors="ignore").assign(origine="projet"), over.assign(origine="dossier")]
    merged = pd.concat([part for part in parts if len(part)] or parts[:1]).loc[order]
    merged = _type_columns(merged.rename_axis("attendu_id").reset_index())
    return merged[~merged["retenu"].eq(False).fillna(False).astype(bool)].reset_index(drop=True)


def resolve_codes(attendus, lists):
    """Return the codes of each expectation as its lists have them, and the words that are in none.

    Parameters
    ----------
    attendus : DataFrame with objet (categorie, dispositif, acces) and codes (tuple of codes, labels or acronyms)
    lists : dict of vocabularies

    Returns
    -------
    codes : Series of tuples, without the words unknown
    unknown : Series of tuples, those words; all of them when the objet is missing
    """
    labels = {objet: find_labels(lists[name], name) for objet, name in LISTS.items()}
    found, unknown = [], []
    for objet, words in zip(attendus["objet"], attendus["codes"], strict=True):
        known = labels.get(objet, {})
        words = words if isinstance(words, tuple) else ()
        found.append(tuple(dict.fromkeys(known[normalize_label(word)] for word in words if normalize_label(word) in known)))
        unknown.append(tuple(word for word in words if normalize_label(word) not in known))
    return pd.Series(found, index=attendus.index, dtype=object), pd.Series(unknown, index=attendus.index, dtype=object)


def _judge(given, whole, unknown, written, lists):
    """Return the mask of the rows set aside, and why each is."""
    bare = whole[NEEDED].apply(lambda cells: ~_is_filled(cells))
    bare["minutes_max"] = (whole["objet"] == "acces") & ~(whole["minutes_max"] > 0)
    empty = bare.any(axis=1)
    strange = (unknown.map(len) > 0) & ~empty
    narrowed = _find_narrowed(given, written, lists) & ~strange & ~empty
    missing = [", ".join(bare.columns[row]) for row in bare[empty].to_numpy()]
    told = [
        _tell(given[empty], [f"Attendu incomplet : {names} ; ligne écartée." for names in missing], "remplissez ces cases", missing),
        _tell(given[strange], *_explain_codes(whole[strange], unknown, lists), "codes"),
        _tell(given[narrowed], "Une des catégories n'est dans aucune liste : ligne écartée.",
              "choisissez dans la liste, ou ajoutez une ligne à la feuille vocabulaire", "categories_requises"),
    ]  # fmt: skip
    return empty | strange | narrowed, join_problems(*told)


def _explain_codes(rows, unknown, lists):
    """Return the message of each row whose codes are in no list, and what to do."""
    messages = []
    for objet, words in zip(rows["objet"], unknown[rows.index], strict=True):
        name = LISTS[objet]
        near = suggest_entries(list(words), lists[name], find_labels(lists[name], name))
        messages.append(" ".join(near[word][0] for word in words) + " Ligne écartée.")
    return messages, "écrivez un code ou un libellé de la liste des catégories, ou des dispositifs quand l'objet en est un"


def _find_narrowed(given, written, lists):
    """Return the mask of the rows of which a required category was written and is not read."""
    if written is None:
        return pd.Series(False, index=given.index)
    asked = split_lists(written["categories_requises"].reindex(given.index), find_labels(lists["categories"], "categories"))
    return asked.map(len) > given["categories_requises"].map(len)


def _tell(rows, messages, fix, columns, gravite="erreur"):
    return list_problems(gravite, rows, messages, fix).assign(colonne=columns) if len(rows) else None


def _spell_ids(ids, shipped):
    """Return identifiers, those of shipped expectations as they are written there."""
    known = {normalize_label(code): code for code in shipped["attendu_id"]}
    return ids.map(lambda code: known.get(normalize_label(code), code))


def _is_filled(cells):
    return cells.notna() & cells.map(lambda cell: not (isinstance(cell, tuple | str) and len(cell) == 0)).astype(bool)


def _type_columns(table):
    kinds = describe_table("attendus")["genre"]
    typed = {}
    for column in table:
        kind = TYPES.get(kinds.get(column), "str")
        cells = table[column]
        if kind is object:
            cells = pd.Series([cell if isinstance(cell, tuple) else () for cell in cells], index=table.index, dtype=object)
        elif column == "ligne":
            kind = "Int64"
        elif kind == "str":
            cells = cells.where(cells.notna(), None)
        typed[column] = cells.astype(kind)
    return pd.DataFrame(typed)
