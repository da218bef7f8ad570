"""A raw sheet of text -> one declared table, typed, with every doubt told in `problemes`."""

import re

import pandas as pd
from rapidfuzz import fuzz, process

from diagnostic.errors import DiagnosticError
from diagnostic.read import values
from diagnostic.read.files import write_origin
from diagnostic.schema import describe_table, join_problems, list_problems, make_table, map_aliases
from diagnostic.vocabulary import find_labels, is_open, normalize_label

_HEADER_SEARCH = 15  # title lines above the header: how far down a header is looked for


def clean_table(raw, table, path, sheet, *, lists, aliases=None, defaults=None):
    """Turn a raw sheet into the declared table `table`.

    Parameters
    ----------
    raw : DataFrame of str, index = line numbers, the heading somewhere in the first rows
    table : str, a name of `schema.list_tables`
    path, sheet : where it was read, for the messages
    lists : dict of str -> DataFrame, the vocabulary of this dossier (`read.inventory.extend_lists`)
    aliases : dict of str -> str, optional, the dossier's own headings {heading: column}
    defaults : dict of str -> str, optional, columns filled for every row when the file has none

    Returns
    -------
    cleaned : DataFrame, declared columns plus fichier, feuille, ligne; rows without a required value are left out
    problemes : DataFrame, one row a doubt; `erreur` for a row left out
    nb_lues : int, rows that hold anything in the columns read

    Raises
    ------
    DiagnosticError
        A required column is missing, or two columns claim the same name (all told at once).
    """
    if not len(raw):
        return make_table(table), None, 0
    body, ignored = name_columns(raw, table, path, sheet, aliases=aliases, supplied=tuple(defaults or ()))
    body = body[(body != "").any(axis=1)].assign(**{k: v for k, v in (defaults or {}).items() if k not in body})
    described = describe_table(table)
    rows = write_origin(body.reindex(columns=described.index, fill_value=""), path, sheet)
    problems = [ignored]
    cleaned = rows.copy()
    for column, row in described.iterrows():
        cleaned[column], found = clean_column(rows[column], row["genre"], row["liste"], lists, rows)
        problems.append(found)
    required = described.index[described["statut"] == "R"]
    kept, lost = _part_incomplete(rows, cleaned, required)
    problems.append(lost)
    kept, repeated = _part_repeated(kept, table)
    problems.append(repeated)
    return kept.reset_index(drop=True), join_problems(*problems), len(rows)


def name_columns(raw, table, path, sheet, *, aliases=None, supplied=()):
    """Find the heading row and rename the columns; return (body, problemes: the columns that are not read).

    The heading is the row of the first fifteen with the most known names; without any, the one with the most cells.
    """
    known = map_aliases(table) | {normalize_label(k): v for k, v in (aliases or {}).items()}
    top = raw.head(_HEADER_SEARCH)
    matched = top.map(lambda cell: known.get(normalize_label(cell), "") if cell else "")
    filled = (top != "").sum(axis=1)
    line = ((matched != "").sum(axis=1) + filled / (filled.max() + 1) / 2).idxmax()
    headings, columns = raw.loc[line], matched.loc[line]
    _check_headings(headings, columns, table, supplied, f"{path.name}, feuille {sheet}, ligne {line}")
    body, named = raw.loc[raw.index > line], columns[columns != ""]
    unread = _tell_unread(body.drop(columns=named.index), headings, path, sheet)
    return body[named.index].set_axis(list(named), axis=1), unread


def _check_headings(headings, columns, table, supplied, where):
    """Raise when two headings stand for one column, or when required columns are missing: all at once."""
    named = columns[columns != ""]
    errors = []
    for column in named[named.duplicated()].unique():
        both = " et ".join(f"« {heading} »" for heading in headings[columns == column])
        errors.append(DiagnosticError(f"Deux colonnes pour « {column} » : {both}.", where, "n'en gardez qu'une"))
    described = describe_table(table)
    missing = [c for c in described.index[described["statut"] == "R"] if c not in {*named, *supplied}]
    if missing:
        read = ", ".join(heading for heading in headings if heading) or "aucune"
        errors.append(
            DiagnosticError(
                f"Colonnes absentes : {', '.join(missing)}.",
                f"{where} (colonnes lues : {read})",
                f"renommez la colonne, ou ajoutez une ligne « alias.{table}.{missing[0]} » dans la feuille parametres",
            )  # fmt: skip
        )
    if errors:
        raise DiagnosticError.gather(errors)


def _tell_unread(body, headings, path, sheet):
    """Tell the headings that stand for no column, and the cells that have no heading (a separator left in a text)."""
    problems = []
    for place in body.columns:
        heading, cells = headings[place], body.index[body[place] != ""]
        rows = pd.DataFrame({"fichier": [path.name], "feuille": [sheet], "ligne": pd.array([pd.NA], dtype="Int64")})
        if heading:
            message = f"Colonne « {heading} » non reconnue : elle n'est pas lue."
            problems.append(
                list_problems("information", rows, message, "rien ; ou renommez-la (voir Lisez-moi)", valeur=heading)
            )
        elif len(cells):
            message = f"Colonne n° {place + 1} sans titre : {len(cells)} case(s) non lue(s)."
            fix = "donnez un titre à la colonne ; dans un CSV, mettez entre guillemets le texte qui contient le séparateur"
            problems.append(
                list_problems("attention", rows.assign(ligne=cells[0]), message, fix, valeur=body.at[cells[0], place])
            )
    return join_problems(*problems)


def clean_column(cells, kind, listed, lists, rows):
    """Convert one column of text; return (values, problemes or None)."""
    if kind in ("texte", "texte_libre") or kind.startswith("ref:") or kind == "id":
        return cells.where(cells != ""), None
    if kind == "code_insee":
        return cells.where(cells != ""), None  # resolved against the communes by read.codes
    if kind in ("nombre", "latitude", "longitude"):
        return _convert(values.read_numbers, cells, rows, "« {} » n'est pas un nombre.", "écrivez un nombre, ou videz")
    if kind == "date":
        return _convert(
            values.read_dates, cells, rows, "« {} » n'est pas une date.", "écrivez jour/mois/année (03/02/2025)"
        )
    if kind == "oui_non":
        return _convert(values.read_yes_no, cells, rows, "« {} » n'est ni oui ni non.", "écrivez oui ou non")
    if kind in ("siren", "siret"):
        numbers, reasons = values.check_identifiers(cells, 9 if kind == "siren" else 14)
        wrong = reasons != ""
        fix = "vérifiez le numéro, et mettez la colonne au format Texte"
        return numbers, _tell(cells, wrong, rows, reasons[wrong], fix)
    if kind == "choix":
        return _clean_choices(cells, listed, lists, rows)
    if kind == "liste":
        return _clean_lists(cells, listed, lists, rows)
    raise ValueError(f"unknown kind {kind!r}")


def _convert(reader, cells, rows, message, fix):
    converted, wrong = reader(cells)
    return converted, _tell(cells, wrong, rows, [message.format(cell) for cell in cells[wrong]], fix)


def _tell(cells, wrong, rows, messages, fix, gravite="attention"):
    if not wrong.any():
        return None
    return list_problems(gravite, rows[wrong], messages, fix, colonne=cells.name, valeur=cells[wrong])


def _clean_choices(cells, listed, lists, rows):
    entries = lists[listed.removesuffix("+")]
    labels = find_labels(entries, listed.removesuffix("+"))
    if listed.endswith("+"):
        labels = labels | {normalize_label("toutes"): "*"}
        cells = cells.mask(cells == "*", "toutes")
    codes, unknown = values.read_choices(cells, labels)
    if is_open(listed):
        codes = codes.mask(unknown, cells)
        return codes, _tell_open(cells, unknown, rows, listed)
    explained = explain_unknown(cells[unknown].unique(), entries)
    fix = "choisissez dans la liste, ou ajoutez une ligne à la feuille vocabulaire"
    return codes, _tell(cells, unknown, rows, [explained[cell] for cell in cells[unknown]], fix)


def _clean_lists(cells, listed, lists, rows):
    items = values.split_lists(cells)
    if not listed or listed.startswith("ref:"):
        return items, None
    labels = find_labels(lists[listed], listed)
    distinct = pd.Series(sorted({item for cell in items for item in cell}), dtype=str)
    codes = dict(zip(distinct, distinct.map(normalize_label).map(labels), strict=True))
    strangers = {item for item, code in codes.items() if code != code or code is None}
    kept = {item: item if item in strangers else code for item, code in codes.items()}
    if not is_open(listed):
        kept = {item: code for item, code in kept.items() if item not in strangers}
    coded = items.map(lambda cell: tuple(dict.fromkeys(kept[item] for item in cell if item in kept)))
    unknown = items.map(lambda cell: not strangers.isdisjoint(cell)).astype(bool)
    if is_open(listed):
        return coded, _tell_open(cells, unknown, rows, listed)
    explained = explain_unknown(sorted(strangers), lists[listed])
    messages = [" ".join(explained[item] for item in cell if item in strangers) for cell in items[unknown]]
    return coded, _tell(cells, unknown, rows, messages, "choisissez dans la liste (feuille Lisez-moi), séparez par ;")


def _tell_open(cells, unknown, rows, listed):
    """An open list (themes, publics) keeps the group's own words and says so."""
    messages = ["Mot absent de notre liste : gardé tel quel."] * int(unknown.sum())
    fix = f"rien ; ou ajoutez-le à la feuille vocabulaire (liste {listed}) pour qu'il soit reconnu"
    return _tell(cells, unknown, rows, messages, fix, gravite="information")


def explain_unknown(cells, entries):
    """Return {cell: French sentence} for values outside a vocabulary, with their nearest entries, three at most.

    Suggestions only: nothing is replaced. Case and accents do not count in what is near.
    """
    if not len(cells):
        return {}
    spelled = entries[["libelle", "sigle", "alias"]].agg(";".join, axis=1).str.split(";").explode()
    spelled = pd.concat([spelled, pd.Series(entries.index, index=entries.index)])
    spelled = spelled[spelled != ""].map(_fold).reset_index(name="label").set_axis(["code", "label"], axis=1)
    sentences = {}
    for cell in cells:
        near = process.extract(_fold(cell), spelled["label"].tolist(), scorer=fuzz.ratio, limit=12, score_cutoff=65)
        codes = spelled["code"].iloc[[place for *_, place in near]].unique()[:3]
        shown = ", ".join(f"{entries.at[code, 'sigle'] or code} ({entries.at[code, 'libelle']})" for code in codes)
        sentences[cell] = f"« {cell} » inconnu ; vouliez-vous dire : {shown} ?" if shown else f"« {cell} » inconnu."
    return sentences


def _fold(text):
    """Return `text` without case, accents or order of words."""
    return " ".join(sorted(filter(None, map(normalize_label, re.split(r"[\s_'’-]+", text)))))


def _part_incomplete(rows, cleaned, required):
    """Part the rows that lack a required value; a value that could not be read is told already and keeps its row."""
    empty = rows[list(required)] == ""
    lost = empty.any(axis=1)
    if not lost.any():
        return cleaned, None
    columns = [", ".join(required[row]) for row in empty[lost].to_numpy()]
    messages = [f"Case vide : {names} ; ligne écartée." for names in columns]
    problems = list_problems("erreur", rows[lost], messages, "remplissez la case")
    return cleaned[~lost], problems.assign(colonne=columns)


def _part_repeated(kept, table):
    """Part the rows that repeat an identifier: the first stays."""
    described = describe_table(table)
    keys = [c for c in described.index if described.at[c, "genre"] == "id" and described.at[c, "statut"] == "R"][:1]
    if not keys or table in ("vocabulaire", "affiliations"):
        return kept, None
    repeated = kept.duplicated(keys)
    if not repeated.any():
        return kept, None
    first = kept.drop_duplicates(keys).set_index(keys[0])["ligne"]
    ids = kept.loc[repeated, keys[0]]
    messages = [f"Identifiant déjà donné ligne {first[i]} ; ligne écartée." for i in ids]
    problems = list_problems(
        "erreur", kept[repeated], messages, "donnez un identifiant unique", colonne=keys[0], valeur=ids
    )
    return kept[~repeated], problems
