"""A raw sheet -> its heading, found under titles and over two lines, and its rows, those that are no data told apart."""

import re

import numpy as np
import pandas as pd

from diagnostic.errors import DiagnosticError
from diagnostic.schema import describe_table, join_problems, list_problems, locate_sheet, map_aliases
from diagnostic.vocabulary import normalize_label

HEADING_SEARCH = 15  # title lines above the heading: how far down it is looked for
_TOTAL = re.compile(
    r"(?:sous[ -]?)?tota(?:l|ux)(?:\s*(?:[:=(]|g[ée]n[ée]r|des?\b|du\b|par\b).*)?"
    r"|sommes?|moyennes?|ensemble|nombre (?:total|de|d['’]).*",
    re.I | re.DOTALL,
)
_NOTE = re.compile(
    r"(?:sources?|notes?|nb|n\.b\.|lecture|champ|l[ée]gende|remarques?|mise à jour|m[àa]j|donn[ée]es|page \d+)"
    r"\s*(?::|/|$).*|\*.*|\(\d\)\s.*|[¹²³].*",
    re.I | re.DOTALL,
)
# What is written by hand under or between the rows: a sentence, never the name of a structure.
_SENTENCE = re.compile(
    r"(?:mise?s? [àa] jour|maj|derni[èe]re mise|source|nb|n\.b\.|attention|[àa] (?:compl[ée]ter|v[ée]rifier|faire)|voir)\b.*",
    re.I | re.DOTALL,
)
_LONG = 25
_FIGURES = r"[-+\d\s.,%€/()]*"
_BEGINNINGS = (
    r"^(?i:sous|tota|somme|moyenne|ensemble|nombre|source|note|nb|n\.b|"
    r"lecture|champ|l.gende|remarque|mise?s?|m.j|donn|page|derni|attention|[àa] |voir|\*|\(|[¹²³])"
)
_CAPITALS = re.compile(r"[^\Wa-zà-ÿ\d_]{3,}(?:[\W\d_]+[^\Wa-zà-ÿ\d_]+)+\W*")  # two words at least, no small letter
TOTAL, NOTE, REPEATED, TITLE = "Ligne de total", "Note sous le tableau", "Titres répétés", "Titre entre les lignes"


def find_heading(raw, known):
    """Return the line (index value of `raw`) of the heading: of the first fifteen, the one with the most known names.

    Without any known name, the line with the most cells.

    Parameters
    ----------
    raw : DataFrame of str, index = line numbers (`read.formats.files.read_sheets`), one line at least
    known : iterable of str, the names that headings may have, whatever their case and accents

    Examples
    --------
    >>> raw = pd.DataFrame([["Liste 2025", ""], ["Nom", "Code Insee"], ["Adil", "43157"]], index=[1, 3, 4])
    >>> int(find_heading(raw, ["nom", "code_insee"]))
    3
    """
    names = set(map(normalize_label, known))
    top = raw.head(HEADING_SEARCH)
    matched = top.map(lambda cell: bool(cell) and normalize_label(cell) in names)
    filled = (top != "").sum(axis=1)
    return (matched.sum(axis=1) + filled / (filled.max() + 1) / 2).idxmax()


def find_asides(body, headings, *, naming=None):
    """Return why each row of `body` is no data ('' when it is): a total, a note, a title, the headings once more.

    Parameters
    ----------
    body : DataFrame of str, all the columns of the sheet
    headings : Series of str, the heading of each column
    naming : collection of columns, optional, those that name the row in a table that asks for more: alone and in capitals
        elsewhere, a text is a title; without it, no title is sought
    """
    reasons = pd.Series("", index=body.index, dtype=str)
    if not len(body) or not body.shape[1]:
        return reasons
    first, filled, same = reasons, 0, 0
    for place in body.columns:
        cells = body[place]
        if not np.all(filled):
            first = first.where(first != "", cells)
        filled = filled + (cells != "").to_numpy(int)
        same = same + ((cells == headings[place]) & (cells != "")).to_numpy(int)
    repeated = (same > 0) & (same == filled) & (same >= min(2, (headings != "").sum()))
    if naming is not None:
        reasons = reasons.mask(_find_titles(body, first, filled, naming), TITLE)
    # Few rows begin as a total or a note: they alone are read further.
    suspects = first[first.str.contains(_BEGINNINGS, regex=True).astype(bool)]
    if not len(suspects):
        return reasons.mask(repeated, REPEATED)
    totals = suspects[[bool(_TOTAL.fullmatch(cell)) for cell in suspects]]
    others = [
        body.loc[totals.index, place].str.fullmatch(_FIGURES) | (body.loc[totals.index, place] == totals)
        for place in body.columns
    ]
    totals = totals[pd.concat(others, axis=1).all(axis=1).to_numpy(bool)]
    alone = suspects[pd.Series(filled == 1, index=body.index)[suspects.index]]
    notes = alone[[bool(_NOTE.fullmatch(cell) or (len(cell) > _LONG and _SENTENCE.fullmatch(cell))) for cell in alone]]
    reasons = reasons.mask(reasons.index.isin(totals.index), TOTAL).mask(reasons.index.isin(notes.index), NOTE)
    return reasons.mask(repeated, REPEATED)


def _find_titles(body, first, filled, naming):
    """Return the mask of the rows that hold one text in capitals, out of the columns that name a row."""
    alone = (filled == 1) & (first != "").to_numpy()
    if not alone.any():
        return pd.Series(False, index=body.index)
    named = [(body[place] != "").to_numpy() for place in naming if place in body]
    alone &= ~np.any(named, axis=0) if named else True
    return pd.Series([bool(held and _CAPITALS.fullmatch(cell)) for held, cell in zip(alone, first, strict=True)], index=body.index)


def name_columns(raw, table, path, sheet, *, aliases=None, supplied=()):
    """Find the heading and rename the columns.

    Returns
    -------
    body : DataFrame of str, the rows below the heading, columns of `table` only
    headings : Series of str, index = those columns, as the user wrote them
    asides : Series of str, why a row is no data (`find_asides`), '' when it is
    problemes : DataFrame, the columns that are not read

    Raises
    ------
    DiagnosticError
        Two columns for one name, or a required column missing: all at once.
    """
    known = map_aliases(table) | {normalize_label(k): v for k, v in (aliases or {}).items()}
    line = find_heading(raw, known)
    headings, last = _join_lines(raw, line, known)
    columns = headings.map(lambda cell: known.get(normalize_label(cell), "") if cell else "")
    _check_headings(headings, columns, table, supplied, f"{path.name}, feuille {sheet}, ligne {line}")
    below, named = raw.loc[raw.index > last], columns[columns != ""]
    required = describe_table(table).query("statut == 'R'").index
    naming = named.index[named.isin(["nom"])] if "nom" in required and len(required) > 2 else None
    asides = find_asides(below, headings, naming=naming)
    # A remark that fills every required cell is a row of its table (constats_decisions), not a note under it.
    kinds = describe_table(table).loc[list(named)].set_axis(named.index)
    required = kinds[kinds["statut"] == "R"]
    if len(required) and required["genre"].isin(["texte", "texte_libre"]).all():
        whole = (below[required.index] != "").all(axis=1)
        asides = asides.mask(asides.isin([TOTAL, NOTE]) & whole, "")
    unread = _tell_unread(below[asides == ""].drop(columns=named.index), headings, path, sheet)
    body = below[named.index].set_axis(list(named), axis=1)
    return body, headings[named.index].set_axis(list(named)), asides, unread


def _join_lines(raw, line, known):
    """Return (headings, last line of the heading): names split over two lines, a group above its columns, are joined.

    A line above gives its known names to the columns left empty; a line below is part of the heading when it holds known
    names only, some of them for columns that had none.
    """
    place = raw.index.get_loc(line)
    headings, last = raw.loc[line], line

    def name(cells):
        return cells.map(lambda cell: known.get(normalize_label(cell), "") if cell else "")

    own = name(headings)
    if place > 0:
        above = raw.iloc[place - 1]
        given = (headings == "") & ~name(above).isin(["", *own])
        headings = headings.mask(given, above)
        own = name(headings)
    if place + 1 < len(raw):
        below = raw.iloc[place + 1]
        names = name(below)
        new = (own == "") & (names != "") & ~names.isin(own[own != ""])
        if new.any() and (new | (below == "") | ((names == own) & (names != ""))).all():
            headings, last = headings.mask(new, below), raw.index[place + 1]
    return headings, last


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
        rows = locate_sheet(path.name, sheet)
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
