"""Corrections a person wrote in problemes.xlsx -> the cells they replace, each told; what no longer matches changes nothing.

They are kept in corrections/corrections.xlsx of the dossier, one row a cell, and put in place at each reading: the files
themselves are never modified. A correction is applied only where its row is still the same row (`nom`) and its cell still
holds what was read (`valeur`).
"""

from pathlib import PurePosixPath

import pandas as pd

from diagnostic.read.formats.files import SPREADSHEETS
from diagnostic.schema import (
    CUT_WORD,
    EMPTY_WORD,
    ORIGIN_COLUMNS,
    ROW_NAME_LENGTH,
    describe_table,
    join_problems,
    list_problems,
    list_tables,
    map_aliases,
)
from diagnostic.vocabulary import normalize_label

SOURCE = "d'après corrections.xlsx"


def select_corrections(corrections, fichier, feuille):
    """Return the corrections of one sheet of one file, said to be of that file.

    An inventory saved since in another spreadsheet format (inventaire.ods for inventaire.xlsx) is the same inventory.
    """
    if corrections is None or not len(corrections):
        return None
    files = {name: name_file(name) for name in corrections["fichier"].unique()}
    sheets = {name: normalize_label(name) for name in corrections["feuille"].unique()}
    asked = (corrections["fichier"].map(files) == name_file(fichier)) & (
        corrections["feuille"].map(sheets) == normalize_label(feuille)
    )
    return corrections[asked].assign(fichier=fichier, feuille=feuille) if asked.any() else None


def name_file(name):
    """Return what a file is called, whatever its spreadsheet format, its slashes and its case."""
    path = PurePosixPath(str(name).replace("\\", "/"))
    return str(path.with_suffix("") if path.suffix.lower() in SPREADSHEETS else path).casefold()


def read_lines(cells):
    """Return the line numbers that cells hold (Int64, from 1), missing where it is not one: nothing is rounded.

    Examples
    --------
    >>> import pandas as pd
    >>> read_lines(pd.Series(["3", "3.0", "3,5", "inf", "trois", "0", ""])).tolist()
    [3, 3, <NA>, <NA>, <NA>, <NA>, <NA>]
    """
    digits = cells.astype("str").fillna("").str.extract(r"^\s*0*([1-9][0-9]{0,8})(?:[.,]0*)?\s*$")[0]
    return pd.to_numeric(digits).astype("Int64")


def list_unread(corrections, places):
    """Return the `problemes` of the corrections whose file or sheet was not read.

    Parameters
    ----------
    corrections : DataFrame, all those of a dossier
    places : iterable of (fichier, feuille) that were read
    """
    if not len(corrections):
        return None
    read = {(name_file(file), normalize_label(sheet)) for file, sheet in places}
    asked = list(zip(corrections["fichier"].map(name_file), corrections["feuille"].map(normalize_label), strict=True))
    lost = corrections[[place not in read for place in asked]]
    message = "Correction non appliquée : ce fichier ou cette feuille n'est plus lu."
    fix = "remettez le fichier à sa place, ou supprimez la ligne de corrections.xlsx"
    return list_problems("attention", lost, message, fix, colonne="").assign(
        colonne=lost["colonne"].to_list(), valeur=lost["correction"].to_list()
    )


def name_columns_alike(corrections):
    """Return the corrections with one name for one column: ours, where the sheet bears the name of a table."""
    places = corrections[["feuille", "colonne"]].drop_duplicates()
    tables = {normalize_label(table): table for table in list_tables()} | {"ecartees": "acteurs"}
    ours = {}
    for sheet, heading in places.itertuples(index=False, name=None):
        table = tables.get(normalize_label(sheet))
        ours[sheet, heading] = map_aliases(table).get(normalize_label(heading), heading) if table else heading
    pairs = zip(corrections["feuille"], corrections["colonne"], strict=True)
    return corrections.assign(colonne=pd.Series([ours[pair] for pair in pairs], index=corrections.index, dtype="str"))


def name_rows(rows, table):
    """Return what each row of `table` is called by its reader: its `nom`, else its required cells, as a Series of text.

    Parameters
    ----------
    rows : DataFrame of str, house columns (some may be absent)
    """
    described = describe_table(table)
    keys = [column for column in described.index[described["statut"] == "R"] if column in rows and column != "nom"]
    joined = pd.Series("", index=rows.index, dtype=str)
    for column in keys:
        cells = rows[column].astype(str).fillna("")
        joined = joined.where(cells == "", (joined + " / " + cells).where(joined != "", cells))
    if "nom" in rows:
        named = rows["nom"].astype(str).fillna("")
        joined = named.where(named != "", joined)
    return joined.str.slice(0, ROW_NAME_LENGTH)


def name_problems(problemes, rows):
    """Return the problems with a column `nom` after `ligne`: what the row of each is called, where it is known.

    Parameters
    ----------
    rows : dict of str -> DataFrame, every row read of each table, as text, with ORIGIN_COLUMNS (third result of `clean_table`)
    """
    known = [part[ORIGIN_COLUMNS].assign(nom=name_rows(part, table)) for table, part in rows.items() if table != "personnes"]
    names = pd.concat(known) if known else pd.DataFrame(columns=[*ORIGIN_COLUMNS, "nom"])
    names = names.astype({"ligne": "Int64"}).drop_duplicates(ORIGIN_COLUMNS)
    located = problemes[ORIGIN_COLUMNS].assign(ligne=pd.to_numeric(problemes["ligne"], errors="coerce").astype("Int64"))
    found = located.merge(names, on=ORIGIN_COLUMNS, how="left")["nom"].astype("str").fillna("").to_list()
    named = problemes.drop(columns="nom", errors="ignore").copy()
    named.insert(named.columns.get_loc("ligne") + 1, "nom", found)
    return named


def fold_cells(cells):
    """Return cells as they are compared: case, runs of spaces and line breaks do not count, nor the end of a cut text."""
    folded = cells.astype(str).str.replace("_x000D_", "", regex=False).str.removesuffix(CUT_WORD)
    return folded.str.replace(r"\s+", " ", regex=True).str.strip().str.casefold()


def fold_values(cells):
    """Return cells as the values that they hold are compared: `fold_cells`, a number with decimals in one writing.

    Examples
    --------
    >>> import pandas as pd
    >>> fold_values(pd.Series(["45,300", "45.3", "01004", "Le  Puy", "12.0"])).tolist()
    ['45.3', '45.3', '01004', 'le puy', '12']
    """
    folded = fold_cells(cells)
    decimals = folded.str.fullmatch(r"-?[0-9]+[.,][0-9]+")
    numbers = pd.to_numeric(folded.where(decimals, "0").str.replace(",", "."))
    return folded.mask(decimals, numbers.map("{:.9g}".format))


def spell_corrections(corrections):
    """Return what each correction writes in its cell: nothing, for the word that empties it."""
    return corrections.where(corrections != EMPTY_WORD, "")


def apply_corrections(body, corrections, table, headings=None):
    """Put corrections in the cells of one sheet.

    Parameters
    ----------
    body : DataFrame of str, house columns, index = line numbers as the user sees them
    corrections : DataFrame or None, those of this sheet (`select_corrections`)
    table : str, its table in the schema
    headings : Series of str, optional, index = columns of `body`: what the user calls them in this sheet

    Returns
    -------
    corrected : DataFrame; columns that the file lacked are added
    problemes : DataFrame or None, each correction told: applied (`information`) or not (`attention`), and why

    Notes
    -----
    A row that moved since (rows inserted, sheet sorted) is found again by what it is called, when no other row of the
    sheet is called so; a cell that does not hold the value read is never touched.
    """
    if corrections is None or not len(corrections):
        return body, None
    known = {normalize_label(column): column for column in body.columns} | map_aliases(table)
    if headings is not None:
        known |= {normalize_label(heading): column for column, heading in headings.items()}
    houses = {name: known.get(normalize_label(name), "") for name in corrections["colonne"].unique()}
    asked = corrections.reset_index(drop=True).assign(
        maison=corrections["colonne"].map(houses).to_numpy(), texte=spell_corrections(corrections["correction"]).to_numpy(), etat="",
        ligne_lue=corrections["ligne"].astype("Int64").fillna(-1).to_numpy(dtype="int64"),
    )  # fmt: skip
    added = [column for column in asked["maison"].unique() if column and column not in body]
    corrected = body.assign(**dict.fromkeys(added, "")).astype(dict.fromkeys(added, "str"))
    # In place first, then what moved; twice, because a corrected name is what later corrections call the row by.
    for moved in (False, False, True, True):
        asked = _judge(asked, corrected, name_rows(corrected, table), moved=moved)
        # One cell may be corrected under two headings: the last wins, as everywhere.
        ready = asked["etat"] == "prete"
        over = ready & asked[["ligne_lue", "maison"]].where(ready).duplicated(keep="last")
        asked["etat"] = asked["etat"].mask(over, "remplacee")
        ready = asked[ready & ~over]
        for column, part in ready.groupby("maison"):
            cells = corrected[column].copy()
            cells.loc[part["ligne_lue"]] = part["texte"].to_numpy()
            corrected = corrected.assign(**{column: cells})
        asked["etat"] = asked["etat"].replace("prete", "faite")
    return corrected, _tell_corrections(asked)


def _judge(asked, body, names, *, moved):
    """Say of each correction not yet settled whether it is ready, and the cell as it is; `moved`: look for its row elsewhere."""
    asked, folded = asked.copy(), fold_cells(names)
    wanted = fold_cells(asked["nom"].fillna("").str.slice(0, ROW_NAME_LENGTH))
    waiting = ~asked["etat"].isin(["faite", "inutile", "remplacee"])
    if moved:
        alone = folded[~folded.duplicated(keep=False) & (folded != "")]
        lines = wanted.map(pd.Series(alone.index, index=alone.to_numpy())).where(wanted != "")
        away = waiting & asked["etat"].isin(["autre_ligne", "sans_ligne"]) & lines.notna()
        places = asked["ligne_lue"].where(~away, lines).astype("int64")
    else:
        places = asked["ligne_lue"]
    row, column = body.index.get_indexer(places), body.columns.get_indexer(asked["maison"])
    there = (row >= 0) & (column >= 0)
    cells = pd.Series("", index=asked.index, dtype=str)
    for name, part in asked[there].groupby("maison"):
        cells.loc[part.index] = body[name].loc[places[part.index]].to_numpy()
    called = pd.Series("", index=asked.index, dtype=str)
    called[row >= 0] = folded.to_numpy()[row[row >= 0]]
    same_row = (wanted == "") | (wanted == called)
    state = pd.Series("changee", index=asked.index, dtype=str)
    state = state.mask(_is_same(cells, asked["valeur"]), "prete").mask(cells == asked["texte"], "inutile")
    state = state.mask(~same_row, "autre_ligne").mask(row < 0, "sans_ligne").mask(asked["maison"] == "", "sans_colonne")
    # A place found again by its name is kept only when its cell is the one: else the correction stays where it was asked.
    settled = waiting if not moved else away & state.isin(["prete", "inutile"])
    return asked.assign(
        etat=asked["etat"].mask(settled, state), ligne_lue=asked["ligne_lue"].mask(settled, places),
        case=cells if "case" not in asked else asked["case"].mask(settled, cells),
    )  # fmt: skip


def _is_same(cells, values):
    """Return the mask of the cells that hold the value told; numbers are compared to six digits, as messages write them."""
    same = fold_cells(cells) == fold_cells(spell_corrections(values))
    short = [pd.to_numeric(part.str.replace(",", "."), errors="coerce").map("{:.6g}".format) for part in (cells, values)]
    decimals = cells.str.contains("[.,]") & values.str.contains("[.,]")
    return same | (decimals & (short[0] == short[1]) & (short[0] != "nan"))


def _tell_corrections(asked):
    """Tell every correction, one row each: what was read, what it is read as, or why it changes nothing."""
    asked_for, asked = asked["ligne"], asked.assign(ligne=asked["ligne_lue"].where(asked["ligne_lue"] >= 0).astype("Int64"))
    read, new = asked["case"].where(asked["case"] != "", EMPTY_WORD), asked["correction"]
    moved = (" (la ligne était la " + asked_for.astype(str) + ")").where(asked["ligne"] != asked_for, "")
    told = {
        "faite": ("information", "Corrigé : « " + read + " » lu « " + new + " », " + SOURCE + moved + "."),
        "inutile": ("information", "Correction déjà dans le fichier : « " + new + " »."),
        "remplacee": ("information", "Correction remplacée par une autre de la même case : « " + new + " »."),
        "changee": ("attention", "La case a changé depuis la correction : « " + read + " » au lieu de « "
                    + asked["valeur"].where(asked["valeur"] != "", EMPTY_WORD) + " » ; elle est lue telle quelle."),
        "autre_ligne": ("attention", "Correction non appliquée : cette ligne n'est plus celle de « " + asked["nom"] + " »."),
        "sans_ligne": ("attention", "Correction non appliquée : la ligne " + asked_for.astype(str) + " n'existe plus."),
        "sans_colonne": ("attention", "Correction non appliquée : cette feuille n'a pas de colonne « " + asked["colonne"] + " »."),
    }  # fmt: skip
    fixes = {
        "faite": "rien ; pour annuler, supprimez la ligne de corrections.xlsx", "inutile": "rien",
        "remplacee": "rien ; supprimez de corrections.xlsx celle que vous ne gardez pas",
        "changee": "acceptez la correction proposée, ou gardez la case telle qu'elle est",
    }  # fmt: skip
    problems = []
    for state, (gravite, messages) in told.items():
        rows = asked[asked["etat"] == state]
        fix = fixes.get(state, "corrigez de nouveau la case ; la ligne de corrections.xlsx peut être supprimée")
        found = list_problems(
            gravite, rows, messages[rows.index], fix, valeur=rows["case"], proposition=new[rows.index] if state == "changee" else ""
        )
        problems.append(found.assign(colonne=rows["colonne"].to_numpy()))
    return join_problems(*problems)

