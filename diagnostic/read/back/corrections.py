"""Corrections a person wrote in problemes.xlsx -> the cells they replace, each told; what no longer matches changes nothing.

They are kept in corrections/corrections.xlsx of the dossier, one row a cell, and put in place at each reading: the files
themselves are never modified. A correction is applied only where its row is known to be the same row (`nom`) and its cell still
holds what was read (`valeur`).
"""

from pathlib import PurePosixPath

import pandas as pd

from diagnostic.read.back.called_rows import find_called, is_same, look_up
from diagnostic.read.formats.files import SPREADSHEETS
from diagnostic.schema import EMPTY_WORD, join_problems, list_problems, list_tables, map_aliases
from diagnostic.vocabulary import normalize_label

SOURCE = "d'après corrections.xlsx"
_PLACED = ("faite", "inutile", "remplacee", "changee")  # states of a correction whose row is known


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


def spell_corrections(corrections):
    """Return what each correction writes in its cell: nothing, for the word that empties it."""
    return corrections.where(corrections != EMPTY_WORD, "")


def apply_corrections(body, corrections, table, headings=None, *, placed=False):
    """Put corrections in the cells of one sheet.

    Parameters
    ----------
    body : DataFrame of str, house columns, index = line numbers as the user sees them
    corrections : DataFrame or None, those of this sheet (`select_corrections`)
    table : str, its table in the schema
    headings : Series of str, optional, index = columns of `body`: what the user calls them in this sheet
    placed : bool, the lines were found in this very sheet: a name that several rows bear is no doubt then

    Returns
    -------
    corrected : DataFrame; columns that the file lacked are added
    problemes : DataFrame or None, each correction told: applied (`information`) or not (`attention`), and why

    Notes
    -----
    A row that moved since (rows inserted, sheet sorted) is found again by what it is called. Where several rows bear the name,
    the one that holds the value read is meant, if it is alone; where no name is kept, the line is trusted when its cell holds a
    value that no other row has. In any other case the correction changes nothing, and is offered on no row.
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
        if not _find_waiting(asked).any():
            break
        asked = (_judge_moved if moved else _judge)(asked, corrected, table, placed=placed)
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


def _judge(asked, body, table, *, placed):
    """Say of each correction not yet settled what it finds at its line: a cell ready, another value, another row."""
    found, nameless = find_called(asked, body, table), asked["nom"].fillna("").astype(str).str.strip() == ""
    cells = look_up(body, asked["ligne_lue"], asked["maison"])
    same, useless = is_same(cells, asked["valeur"]), cells == asked["texte"]
    alone = same & (found["pareilles"] == 1) & (~nameless | (spell_corrections(asked["valeur"]) != ""))
    sure = alone | (useless & (found["pareilles"] == 0)) | (~nameless & (found["appelees"] == 1)) | placed
    state = pd.Series("changee", index=asked.index, dtype=str)
    state = state.mask(same, "prete").mask(useless, "inutile").mask(~sure, "doute").mask(~sure & nameless, "sans_nom")
    state = state.mask(~found["ici"], "autre_ligne").mask(~asked["ligne_lue"].isin(body.index), "sans_ligne")
    return _settle(asked, state.mask(asked["maison"] == "", "sans_colonne"), cells, _find_waiting(asked))


def _judge_moved(asked, body, table, *, placed):
    """Say the same at the line where the row is now, for the corrections that are not at theirs."""
    lines = find_called(asked, body, table)["ailleurs"]
    away = _find_waiting(asked) & asked["etat"].isin(["autre_ligne", "sans_ligne", "doute"]) & lines.notna() & (not placed)
    there = asked.assign(ligne_lue=asked["ligne_lue"].where(~away, lines).astype("int64"))
    cells = look_up(body, there["ligne_lue"], asked["maison"])
    state = pd.Series("changee", index=asked.index, dtype=str)
    state = state.mask(is_same(cells, asked["valeur"]), "prete").mask(cells == asked["texte"], "inutile")
    return _settle(asked.assign(ligne_lue=there["ligne_lue"]), state, cells, away)


def _find_waiting(asked):
    return ~asked["etat"].isin(["faite", "inutile", "remplacee"])


def _settle(asked, state, cells, settled):
    """Return the corrections with the state and the cell found, where `settled` says so."""
    former = asked.get("case", cells)
    return asked.assign(etat=asked["etat"].mask(settled, state), case=former.mask(settled, cells))


def _tell_corrections(asked):
    """Tell every correction, one row each: what was read, what it is read as, or why it changes nothing."""
    asked_for, asked = asked["ligne"], asked.assign(ligne=asked["ligne_lue"].where(asked["ligne_lue"] >= 0).astype("Int64"))
    read, new = asked["case"].where(asked["case"] != "", EMPTY_WORD), asked["correction"]
    moved = (" (la ligne était la " + asked_for.astype(str) + ")").where(asked["ligne"] != asked_for, "")
    named, line = "« " + asked["nom"].fillna("").astype(str) + " »", "ligne " + asked_for.astype(str)
    lost = "Correction non appliquée (« " + new + " », " + line + ") : "
    told = {
        "faite": ("information", "Corrigé : « " + read + " » lu « " + new + " », " + SOURCE + moved + "."),
        "inutile": ("information", "Correction déjà dans le fichier : « " + new + " »."),
        "remplacee": ("information", "Correction remplacée par une autre de la même case : « " + new + " »."),
        "changee": ("attention", "La case a changé depuis la correction : « " + read + " » au lieu de « "
                    + asked["valeur"].where(asked["valeur"] != "", EMPTY_WORD) + " » ; elle est lue telle quelle" + moved + "."),
        "autre_ligne": ("attention", lost + "cette ligne n'est plus celle de " + named + "."),
        "doute": ("attention", lost + "plusieurs lignes s'appellent " + named + ", et rien ne dit laquelle."),
        "sans_nom": ("attention", lost + "son nom de ligne est vide, rien ne dit que cette ligne est encore la sienne."),
        "sans_ligne": ("attention", lost + "cette ligne n'existe plus."),
        "sans_colonne": ("attention", lost + "cette feuille n'a pas de colonne « " + asked["colonne"] + " »."),
    }  # fmt: skip
    fixes = {
        "faite": "rien ; pour annuler, supprimez la ligne de corrections.xlsx", "inutile": "rien",
        "remplacee": "rien ; supprimez de corrections.xlsx celle que vous ne gardez pas",
        "changee": "acceptez la correction proposée, ou gardez la case telle qu'elle est",
        "doute": "donnez à chacune son identifiant dans votre fichier, puis corrigez de nouveau la case ; supprimez cette ligne de "
                 "corrections.xlsx",
        "sans_nom": "dans corrections.xlsx, écrivez le nom de la ligne dans la colonne nom ; ou supprimez-y cette ligne et corrigez de "
                    "nouveau la case",
    }  # fmt: skip
    problems = []
    for state, (gravite, messages) in told.items():
        rows = asked[asked["etat"] == state]
        fix = fixes.get(state, "corrigez de nouveau la case ; la ligne de corrections.xlsx peut être supprimée")
        # What found no row of its own is told of the sheet: on a line, it would be read as speaking of the row that is there now.
        here = rows if state in _PLACED else rows.assign(ligne=pd.array([pd.NA] * len(rows), dtype="Int64"), case=rows["valeur"])
        found = list_problems(
            gravite, here, messages[rows.index], fix, valeur=here["case"], proposition=new[rows.index] if state == "changee" else ""
        )
        problems.append(found.assign(colonne=rows["colonne"].to_numpy()))
    return join_problems(*problems)
