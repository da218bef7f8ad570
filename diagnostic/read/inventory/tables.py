"""A raw sheet of text -> one declared table, typed, with every doubt told in `problemes`."""

import pandas as pd

from diagnostic.read.back.corrections import apply_corrections
from diagnostic.read.cells.angles import split_pairs
from diagnostic.read.cells.bounds import check_bounds
from diagnostic.read.cells.columns import clean_column
from diagnostic.read.cells.identifiers import find_mismatch
from diagnostic.read.formats.files import drop_empty, write_origin
from diagnostic.read.formats.headings import name_columns
from diagnostic.read.inventory.examples import part_examples
from diagnostic.read.inventory.named_ids import fill_identifiers, name_made
from diagnostic.schema import ORIGIN_COLUMNS, describe_table, join_problems, list_problems, make_table


def clean_table(raw, table, path, sheet, *, lists, aliases=None, defaults=None, corrections=None, taken=()):
    """Turn a raw sheet into the declared table `table`.

    Parameters
    ----------
    raw : DataFrame of str, index = line numbers, the heading somewhere in the first rows
    table : str, a name of `schema.list_tables`
    path, sheet : where it was read, for the messages
    lists : dict of str -> DataFrame, the vocabulary of this dossier (`read.inventory.inventory.extend_lists`)
    aliases : dict of str -> str, optional, the dossier's own headings {heading: column}
    defaults : dict of str -> str, optional, columns filled for every row when the file has none
    corrections : DataFrame, optional, those of this file and sheet (`read.back.corrections`), put in place before anything is read
    taken : iterable of str, optional, the identifiers of the sheets of this table read before

    Returns
    -------
    cleaned : DataFrame, declared columns plus fichier, feuille, ligne; without the rows that lack a required value or repeat
        an identifier (`erreur`), nor those that are no data: totals, notes, headings once more (`information`)
    problemes : DataFrame, one row a doubt; the word « écartée » is in the message of each row left out, and there only
    rows : DataFrame of str, every row that holds anything in the columns read, as it was read (len(rows) is the count)

    Raises
    ------
    DiagnosticError
        A required column is missing, or two columns claim the same name (all told at once).
    """
    if not len(raw):
        return make_table(table), None, make_table(table)
    body, headings, asides, ignored = name_columns(
        raw, table, path, sheet, aliases=aliases, supplied=(*(defaults or ()), *name_made(table))
    )
    body = drop_empty(body).assign(**{k: v for k, v in (defaults or {}).items() if k not in body})
    body, examples = part_examples(body, table, path, sheet)
    body, corrected = apply_corrections(body, corrections, table, headings)
    described = describe_table(table)
    rows = write_origin(body.reindex(columns=described.index, fill_value=""), path, sheet)
    asides = asides[rows.index]
    data = rows if (asides == "").all() else rows[asides == ""]
    data, made = fill_identifiers(split_pairs(data), table, taken)
    cleaned, doubts = _clean_columns(data, described, headings, lists)
    required = described.index[described["statut"] == "R"]
    cleaned, outside = check_bounds(cleaned, table, headings)
    kept, lost = _part_incomplete(data, cleaned, required, headings)
    kept, repeated = _part_repeated(kept, table, headings)
    told = [ignored, examples, corrected, _tell_asides(rows, asides), made, doubts, outside, lost, repeated]
    return kept.reset_index(drop=True), join_problems(*told), rows


def _clean_columns(data, described, headings, lists):
    """Return the rows with each column converted by its kind, and the problems."""
    values, problems, origin = {}, [], data[ORIGIN_COLUMNS]
    for column, row in described.iterrows():
        kind = "part" if column.startswith("part_") else row["genre"]
        cells = data[column].rename(headings.get(column, column))
        if len(cells) and not (cells != "").any():  # a column that the sheet has not: one empty cell says all
            one, _ = clean_column(cells.head(1), kind, row["liste"], lists, origin.head(1))
            values[column] = one.iloc[[0] * len(cells)].set_axis(cells.index)
            continue
        values[column], found = clean_column(cells, kind, row["liste"], lists, origin)
        problems.append(found)
    cleaned = data.assign(**values)
    if {"siren", "siret"} <= set(cleaned):
        problems.append(_tell_mismatch(cleaned, headings))
    return cleaned, join_problems(*problems)


def _tell_mismatch(cleaned, headings):
    """Tell the rows whose SIRET is not one of their SIREN: one of the two is another structure's."""
    wrong = cleaned[find_mismatch(cleaned["siren"], cleaned["siret"])]
    messages = "Le SIRET ne commence pas par le SIREN de la ligne (" + wrong["siren"].astype("str") + ")."
    fix = "corrigez l'un des deux : le SIRET est le SIREN suivi de cinq chiffres"
    return list_problems(
        "attention", wrong, messages, fix, colonne=headings.get("siret", "siret"), valeur=wrong["siret"]
    )


def _tell_asides(rows, asides):
    """Tell the rows that are no data: totals, notes, headings repeated."""
    aside = asides[asides != ""]
    if not len(aside):
        return None
    found = rows.loc[aside.index]
    texts = found.drop(columns=["fichier", "feuille", "ligne"])
    first = texts.where(texts != "").bfill(axis=1).iloc[:, 0] if texts.shape[1] else aside
    messages = aside + " : ce n'est pas une donnée, ligne écartée."
    return list_problems("information", found, messages, "rien ; supprimez-la si vous voulez", valeur=first.fillna(""))


def _part_incomplete(rows, cleaned, required, headings):
    """Part the rows that lack a required value; a value that could not be read is told already and keeps its row."""
    empty = rows[list(required)] == ""
    lost = empty.any(axis=1)
    if not lost.any():
        return cleaned, None
    shown = pd.Index([headings.get(column, column) for column in required])
    columns = [", ".join(shown[row]) for row in empty[lost].to_numpy()]
    messages = [f"Case vide : {names} ; ligne écartée." for names in columns]
    problems = list_problems("erreur", rows[lost], messages, "remplissez la case")
    return cleaned[~lost], problems.assign(colonne=columns)


def _part_repeated(kept, table, headings):
    """Part the rows that repeat an identifier: the first stays."""
    described = describe_table(table)
    keys = [c for c in described.index if described.at[c, "genre"] == "id" and described.at[c, "statut"] == "R"][:1]
    if not keys or table in ("vocabulaire", "affiliations"):
        return kept, None
    repeated = kept.duplicated(keys)
    if not repeated.any():
        return kept, None
    first = kept.loc[~repeated].set_index(keys[0])["ligne"].to_dict()
    ids = kept.loc[repeated, keys[0]]
    messages = [f"Identifiant déjà donné ligne {first[i]} ; ligne écartée." for i in ids]
    problems = list_problems(
        "erreur",
        kept[repeated],
        messages,
        "donnez un identifiant unique",
        colonne=headings.get(keys[0], keys[0]),
        valeur=ids,
    )
    return kept[~repeated], problems
