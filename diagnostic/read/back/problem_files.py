"""A problemes.xlsx that somebody worked in -> the cells corrected and the doublons decided; what cannot be placed is told.

Sheets are known by their headings, rows by fichier, feuille and ligne: the file may come back sorted, filtered, with rows
deleted or inserted, with its columns moved, under another name, from Excel or LibreOffice, as XLSX or ODS.
"""

from pathlib import Path

import pandas as pd

from diagnostic.errors import DiagnosticError
from diagnostic.read.back.called_rows import name_rows_apart
from diagnostic.read.back.correction_files import CELL_KEY, list_pairs, make_corrections
from diagnostic.read.back.corrections import name_columns_alike, name_file, read_lines
from diagnostic.read.cells.values import read_yes_no
from diagnostic.read.formats.files import read_sheets
from diagnostic.read.formats.headings import HEADING_SEARCH
from diagnostic.schema import (
    CORRECTION_COLUMNS,
    CUT_WORD,
    DECISION_COLUMNS,
    EMPTY_WORD,
    ORIGIN_COLUMNS,
    ORIGINAL_SHEET,
    PROBLEM_HEADINGS,
    TO_CORRECT_SHEET,
    describe_table,
    join_problems,
    list_problems,
    list_tables,
)
from diagnostic.vocabulary import index_labels, normalize_label, read_list

# A row of which so many filled cells changed was not corrected: its cells slid against its line number.
_MOST_CHANGED, _FEWEST_FILLED = 0.5, 3


def read_problem_file(path):
    """Read back a problemes.xlsx.

    Returns
    -------
    dict: `corrections` (CORRECTION_COLUMNS, one row a cell; « (vide) » empties it), `doublons` (DECISION_COLUMNS) and
        `problemes`: what was written and could not be taken, where it is in this file, and what to do

    Raises
    ------
    DiagnosticError
        The file is not a problemes.xlsx, or nothing is corrected in it.

    Notes
    -----
    `votre correction` wins over an accepted proposal. Two different corrections of one cell are both left out and told.
    """
    path = Path(path)
    returned = _read_returned(path)
    if returned is None:
        raise DiagnosticError(
            "Ce fichier n'est pas un fichier de problèmes : aucune feuille n'a les colonnes fichier, feuille, ligne, colonne "
            "et « votre correction ».", path.name,
            "donnez le fichier problemes.xlsx écrit par « diagnostic verifier », sans en changer les titres de colonnes",
        )  # fmt: skip
    if not any(map(len, returned.values())):
        raise DiagnosticError(
            "Rien n'est corrigé dans ce fichier.", path.name,
            "écrivez dans une colonne de couleur (accepter, votre correction, ou une feuille a_corriger), enregistrez, puis relancez",
        )  # fmt: skip
    return returned


def count_pending(path, kept):
    """Return how much of what is written in a problemes.xlsx is not in the corrections of the dossier yet.

    0 when there is no such file, or when it is one that takes no corrections.

    Parameters
    ----------
    path : path-like
    kept : dict, `read.back.correction_files.read_corrections`

    Raises
    ------
    DiagnosticError
        The file cannot be opened: it may hold somebody's work.
    """
    path = Path(path)
    returned = _read_returned(path) if path.exists() else None
    if returned is None:
        return 0
    held = name_columns_alike(kept["corrections"]).drop_duplicates(CELL_KEY, keep="last")
    cells = returned["corrections"].merge(held, on=CELL_KEY, how="left", suffixes=("", "_gardee"))
    decided = dict(zip(list_pairs(kept["doublons"]), kept["doublons"]["decision"], strict=True))
    pairs = zip(list_pairs(returned["doublons"]), returned["doublons"]["decision"], strict=True)
    new = int((cells["correction"] != cells["correction_gardee"]).sum())
    return new + sum(decided.get(pair) != decision for pair, decision in pairs) + len(returned["problemes"])


def refuse_strangers(returned, files, path):
    """Return what `read_problem_file` returned without the corrections of files that the dossier does not read, told.

    Parameters
    ----------
    returned : dict
    files : iterable of str, the files that were read, as `problemes` names them
    path : path-like, the problemes.xlsx
    """
    cells = returned["corrections"]
    known = cells["fichier"].map(name_file).isin({name_file(name) for name in files})
    lost = cells[~known]
    rows = lost.assign(fichier=Path(path).name, feuille="", ligne=pd.NA)
    messages = [f"« {name} » n'est pas un fichier de ce dossier : sa correction n'est pas reprise." for name in lost["fichier"]]
    told = list_problems("erreur", rows, messages, "ne changez pas la colonne fichier", valeur=lost["correction"])
    return returned | {"corrections": cells[known].reset_index(drop=True), "problemes": join_problems(returned["problemes"], told)}


def refuse_overwrite(path, kept):
    """Raise when a problemes.xlsx holds corrections that are not taken yet: writing it again would lose them.

    Raises
    ------
    DiagnosticError
    """
    pending = count_pending(path, kept)
    if pending:
        what = "1 correction n'est pas encore reprise" if pending == 1 else f"{pending} corrections ne sont pas encore reprises"
        raise DiagnosticError(
            f"Quelqu'un a travaillé dans {Path(path).name} : {what}. Il n'est pas remplacé.", str(path),
            "lancez « diagnostic corriger » avec le nom du dossier, ou déplacez ce fichier, puis relancez",
        )  # fmt: skip


def _read_returned(path):
    """Return what was written in a problemes.xlsx, maybe nothing; None when no sheet is one of ours."""
    sheets, _ = read_sheets(path)
    bodies = {name: _name_columns(raw) for name, raw in sheets.items()}
    tables = _match_tables(bodies)
    typed, accepted, decisions, problems, ours = [], [], [make_corrections()["doublons"]], [], bool(tables)
    for name, body in bodies.items():
        where = pd.DataFrame({"fichier": path.name, "feuille": name, "ligne": body.index}, index=body.index)
        if {*CELL_KEY, "correction"} <= set(body.columns):
            ours = True
            written, agreed, found = _read_problems(body, where)
            typed.append(written)
            accepted.append(agreed)
            problems.append(found)
        elif name in tables:
            changed, found = _compare_sheet(body, *tables[name], where)
            typed.append(changed)
            problems.append(found)
        elif {"acteur_id_1", "acteur_id_2", "decision"} <= set(body.columns):
            ours = True
            decided, found = _read_decisions(body, where)
            decisions.append(decided)
            problems.append(found)
    if not ours:
        return None
    cells, found = _settle(typed, accepted, path)
    return {"corrections": cells, "doublons": pd.concat(decisions, ignore_index=True), "problemes": join_problems(*problems, found)}


def _name_columns(raw):
    """Return the rows below the heading line, columns named as ours; the heading line has the most known headings."""
    known = {normalize_label(heading): column for column, heading in PROBLEM_HEADINGS.items()}
    known |= {normalize_label(column): column for column in DECISION_COLUMNS}
    for table in list_tables():
        known |= {normalize_label(column): column for column in describe_table(table).index}
    top = raw.head(HEADING_SEARCH).map(lambda cell: known.get(normalize_label(cell), "") if cell else "")
    if not len(top):
        return pd.DataFrame()
    line = (top != "").sum(axis=1).idxmax()
    named = top.loc[line]
    named = named[(named != "") & ~named.duplicated()]
    body = raw.loc[raw.index > line, named.index].set_axis(list(named), axis=1)
    body = body[(body != "").any(axis=1)]
    for column in body.columns:  # a line break is written in several ways by spreadsheets
        body[column] = body[column].str.replace(r"(?:_x000D_|[\r\n])+", "\n", regex=True).str.strip()
    if "ligne" in body:
        body["ligne"] = read_lines(body["ligne"])
    return body


def _match_tables(bodies):
    """Return {sheet: (table, its hidden original or None)} for the sheets of rows to correct."""
    names = {name: normalize_label(name) for name, body in bodies.items() if set(ORIGIN_COLUMNS) <= set(body.columns)}
    prefixes = [normalize_label(prefix) for prefix in (TO_CORRECT_SHEET, ORIGINAL_SHEET)]
    found = {}
    for table in list_tables():
        # A sheet's name holds 31 characters: a long table's name is cut in it.
        edited, original = (_find_sheet(names, prefix, normalize_label(table)) for prefix in prefixes)
        if edited:
            found[edited] = table, bodies[original] if original else None
    return found


def _find_sheet(names, prefix, table):
    for name, spelled in names.items():
        rest = spelled.removeprefix(prefix)
        if spelled.startswith(prefix) and (rest == table or (len(name) == 31 and table.startswith(rest))):
            return name
    return None


def _read_problems(body, where):
    """Return (cells typed, cells accepted, problemes) of the sheet of problems."""
    body = body.reindex(columns=list(PROBLEM_HEADINGS), fill_value="")
    agreed, unclear = read_yes_no(body["accepter"])
    agreed = agreed.fillna(False).astype(bool)
    placed = (body[["fichier", "feuille", "colonne"]] != "").all(axis=1) & body["ligne"].notna()
    typed = body["correction"] != ""
    problems = [
        _tell(where, body, unclear & ~typed, "accepter", "« {} » n'est ni oui ni vide.", "écrivez oui, ou votre correction"),
        _tell(where, body, agreed & ~typed & (body["proposition"] == ""), "accepter", "Aucune correction n'est proposée ici.",
              "écrivez ce qu'il faut dans « votre correction »"),
        _tell(where, body, (typed | (agreed & (body["proposition"] != ""))) & ~placed, "correction",
              "Cette correction n'est sur aucune case (fichier, feuille, ligne, colonne).",
              "corrigez la case dans votre fichier, ou dans la feuille a_corriger"),
    ]  # fmt: skip
    agreed &= placed & ~typed & (body["proposition"] != "")
    accepted = body.assign(correction=body["proposition"])[agreed]
    parts = [_part_columns(rows, where) for rows in (body[typed & placed], accepted)]
    return parts[0][0], parts[1][0], join_problems(*problems, parts[0][1], parts[1][1])


def _part_columns(rows, where):
    """Part the corrections of several cells at once (« lat, lon », values joined by « ; »): one row a cell."""
    several = rows["colonne"].str.contains(",", regex=False)
    parts = {c: rows[c].str.split(sep) for c, sep in (("colonne", r"\s*,\s*"), ("valeur", r"\s*;\s*"), ("correction", r"\s*;\s*"))}
    sizes = pd.DataFrame({name: cells.str.len() for name, cells in parts.items()}, index=rows.index)
    uneven = several & (sizes.nunique(axis=1) > 1)
    problems = _tell(
        where, rows, uneven, "correction", "Cette correction porte sur plusieurs cases : « {} » n'en remplit pas autant.",
        "séparez les valeurs par un point-virgule, dans l'ordre des colonnes ; ou corrigez votre fichier",
    )  # fmt: skip
    wide = rows[several & ~uneven].assign(**{name: cells[several & ~uneven] for name, cells in parts.items()})
    cells = pd.concat([rows[~several], wide.explode(list(parts))]).sort_index(kind="stable")
    cells = cells[cells["correction"] != cells["valeur"]]
    return cells.reindex(columns=[*CORRECTION_COLUMNS]).assign(place=cells.index), problems


def _compare_sheet(body, table, original, where):
    """Return the cells of a sheet of rows to correct that are no longer what its hidden original says, and the problems."""
    if original is None:
        message = "Cette feuille n'a plus son original caché : ses corrections ne peuvent pas être lues."
        fix = f"écrivez-les dans la feuille problemes, ou dans le fichier d'origine (feuille cachée : {ORIGINAL_SHEET}{table})"
        return None, list_problems("erreur", where.head(1), message, fix)
    columns = [c for c in describe_table(table).index if c in body and c in original]
    original = original.drop_duplicates(ORIGIN_COLUMNS)
    index = pd.MultiIndex.from_frame(original[ORIGIN_COLUMNS])
    rank = pd.Series(index.get_indexer(pd.MultiIndex.from_frame(body[ORIGIN_COLUMNS])), index=body.index)
    rank = rank.mask(body["ligne"].isna(), -1)
    strangers = (rank < 0) & (body[columns] != "").any(axis=1)
    body, rank = body[rank >= 0], rank[rank >= 0]
    written = body[columns].to_numpy(dtype=object)
    read = original[columns].to_numpy(dtype=object)[rank.to_numpy()]
    changed = (written != read) & ~((written == EMPTY_WORD) & (read == ""))
    filled = (read != "").sum(axis=1)
    slid = (filled >= _FEWEST_FILLED) & ((changed & (read != "")).sum(axis=1) > _MOST_CHANGED * filled)
    cut = changed & pd.DataFrame(read).map(lambda cell: cell.endswith(CUT_WORD)).to_numpy(dtype=bool).reshape(changed.shape)
    problems = [
        _tell(where, None, strangers, "", "Cette ligne n'est pas une de celles à corriger : elle n'est pas reprise.",
              "une ligne nouvelle s'ajoute dans votre inventaire ; ne changez pas les colonnes fichier, feuille et ligne"),
        _tell(where, None, pd.Series(slid, index=body.index), "",
              "Presque toutes les cases de cette ligne ont changé : a-t-elle glissé ? Ses corrections ne sont pas reprises.",
              "remettez la ligne en face de son numéro, ou corrigez cette structure dans votre fichier"),
        _tell(where, None, pd.Series(cut.any(axis=1) & ~slid, index=body.index), "",
              "Un texte trop long pour ce classeur a été modifié : il n'est pas repris.", "corrigez ce texte dans votre fichier"),
    ]  # fmt: skip
    row, column = (changed & ~cut & ~slid[:, None]).nonzero()
    cells = body[ORIGIN_COLUMNS].iloc[row].assign(
        nom=name_rows_apart(original[columns], table).to_numpy()[rank.to_numpy()[row]], colonne=pd.Index(columns, dtype="str")[column],
        valeur=read[row, column], correction=written[row, column], place=body.index[row],
    )  # fmt: skip
    return cells.assign(correction=cells["correction"].where(cells["correction"] != "", EMPTY_WORD)), join_problems(*problems)


def _read_decisions(body, where):
    """Return the decisions on doublons, and the words that decide nothing."""
    body = body.reindex(columns=DECISION_COLUMNS, fill_value="")
    labels = index_labels(read_list("decisions_doublon"))
    codes = {word: labels.get(normalize_label(word), "") for word in body["decision"].unique()}
    said = body["decision"] != ""
    decided = body.assign(decision=body["decision"].map(codes))
    known = (decided != "")[["acteur_id_1", "acteur_id_2", "decision"]].all(axis=1)
    alone = known & (decided["acteur_id_1"] == decided["acteur_id_2"])
    pairs = pd.Series(list_pairs(decided), index=decided.index, dtype=object)
    different = decided["decision"].where(known).groupby(pairs).transform("nunique") > 1
    fix = "choisissez fusionner ou distincts, sans changer les deux identifiants"
    problems = [
        _tell(where, body, said & ~known, "decision", "« {} » : cette décision n'est pas comprise.", fix),
        _tell(where, body, alone, "acteur_id_2", "« {} » est donné deux fois : une décision porte sur deux acteurs.", fix),
        _tell(where, body, known & different & ~alone, "decision",
              "Deux décisions contraires pour la même paire : aucune n'est reprise.", "n'en gardez qu'une"),
    ]  # fmt: skip
    return decided[known & ~alone & ~different].reset_index(drop=True), join_problems(*problems)


def _settle(typed, accepted, path):
    """Return one correction a cell: typed before accepted; cells with two different ones are left out and told."""
    kept, problems = [], []
    for parts in (typed, accepted):
        parts = [part for part in parts if part is not None and len(part)]
        if not parts:
            continue
        cells = name_columns_alike(pd.concat(parts, ignore_index=True))
        if kept:
            cells = cells[~pd.MultiIndex.from_frame(cells[CELL_KEY]).isin(pd.MultiIndex.from_frame(kept[0][CELL_KEY]))]
        different = cells.groupby(CELL_KEY, dropna=False)["correction"].transform("nunique") > 1
        message = "Deux corrections différentes pour la même case : aucune n'est reprise."
        located = cells[different].assign(probleme="")
        found = list_problems("erreur", located, message, "n'en gardez qu'une", valeur=located["correction"])
        problems.append(found.assign(colonne=located["colonne"].to_list()))
        kept.append(cells[~different].drop_duplicates(CELL_KEY))
    cells = pd.concat([make_corrections()["corrections"], *kept], ignore_index=True)
    cells = cells.astype({"ligne": "Int64"}).fillna({"nom": "", "valeur": "", "correction": ""})
    return cells.sort_values(CELL_KEY, ignore_index=True)[CORRECTION_COLUMNS], join_problems(*problems)


def _tell(where, body, mask, colonne, message, fix):
    """Return the problems of the rows of `mask`, located in this file; `{}` in the message is the cell written."""
    lines = mask.index[mask.astype(bool)]
    if not len(lines):
        return None
    cells = body.loc[lines, colonne] if body is not None else pd.Series("", index=lines)
    heading = PROBLEM_HEADINGS.get(colonne, colonne)
    return list_problems(
        "erreur", where.loc[lines], [message.format(cell) for cell in cells], fix, colonne=heading, valeur=cells
    )
