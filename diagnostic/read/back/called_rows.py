"""What a row is called -> the row that a correction speaks of: the same one wherever it has moved, none when there is a doubt."""

import pandas as pd

from diagnostic.schema import (
    CUT_WORD,
    EMPTY_WORD,
    ORIGIN_COLUMNS,
    ROW_NAME_LENGTH,
    describe_table,
)

# The cell that names a row of a grid (saisie_liens...), a table that the schema does not describe.
_GRID_KEYS = ["acteur_id", "source_id", "code_insee"]
# What tells two rows of one name apart before anything else, where neither has an identifier.
_PLACES = ["commune", "code_insee", "code_postal", "adresse", "siret", "territoires"]


def name_rows(rows, table):
    """Return what each row of `table` is called by its reader: its `nom`, else its required cells, as a Series of text.

    Parameters
    ----------
    rows : DataFrame of str, house columns (some may be absent)
    """
    described = describe_table(table)
    wanted = described.index[described["statut"] == "R"] if len(described) else _GRID_KEYS
    joined = _join_cells(rows, [column for column in wanted if column != "nom"])
    if "nom" in rows:
        named = rows["nom"].astype(str).fillna("")
        joined = named.where(named != "", joined)
    return joined.str.slice(0, ROW_NAME_LENGTH)


def name_rows_apart(rows, table):
    """Return what each row is called with what tells it from its namesakes: its identifier, else its place, else what it should hold.

    Examples
    --------
    >>> rows = pd.DataFrame({"acteur_id": ["A1", ""], "nom": ["Mairie", "Mairie"], "commune": ["Auzon", "Brioude"]}, dtype=str)
    >>> name_rows_apart(rows, "acteurs").tolist()
    ['Mairie / A1', 'Mairie / Brioude']
    """
    described, called = describe_table(table), name_rows(rows, table)
    keys = described.index[(described["genre"] == "id") & (described["statut"] == "R")][:1] if len(described) else _GRID_KEYS
    own, places = _join_cells(rows, keys), _join_cells(rows, _PLACES)
    rest = places.where(places != "", _join_cells(rows, described.index[described["statut"] == "r"]))
    named = rows["nom"].astype(str).fillna("") != "" if "nom" in rows else pd.Series(False, index=rows.index)
    rest = own.where(named, "").where(own != "", rest)  # without a name, it is called by its identifier already
    # The name may be long; what tells it apart must not be what is cut.
    half = called.str.slice(0, ROW_NAME_LENGTH // 2)
    return half.where(rest == "", (half + " / " + rest).str.removeprefix(" / ")).str.slice(0, ROW_NAME_LENGTH)


def _join_cells(rows, columns):
    """Return the cells of some columns joined by « / », those that are empty left out."""
    joined = pd.Series("", index=rows.index, dtype=str)
    for column in columns:
        if column in rows:
            cells = rows[column].astype(str).fillna("")
            joined = joined.where(cells == "", (joined + " / " + cells).where(joined != "", cells))
    return joined


def name_problems(problemes, rows):
    """Return the problems with a column `nom` after `ligne`: what the row of each is called, where it is known.

    Parameters
    ----------
    problemes : DataFrame; a `nom` that it holds already stays where no row answers
    rows : dict of str -> DataFrame, every row read of each table, as text, with ORIGIN_COLUMNS (third result of `clean_table`)

    Notes
    -----
    Rows of one sheet that share a name are called with what tells them apart (`name_rows_apart`): a correction written on one
    is never put in another. A person has no name here.
    """
    known = [_call_rows(part, table) for table, part in rows.items() if table != "personnes"]
    names = pd.concat(known) if known else pd.DataFrame(columns=[*ORIGIN_COLUMNS, "nom"])
    names = names.astype({"ligne": "Int64"}).drop_duplicates(ORIGIN_COLUMNS)
    located = problemes[ORIGIN_COLUMNS].assign(ligne=pd.to_numeric(problemes["ligne"], errors="coerce").astype("Int64"))
    found = located.merge(names, on=ORIGIN_COLUMNS, how="left")["nom"].astype("str").fillna("").set_axis(problemes.index)
    if "nom" in problemes:
        found = found.where(found != "", problemes["nom"].astype("str").fillna(""))
    named = problemes.drop(columns="nom", errors="ignore").copy()
    named.insert(named.columns.get_loc("ligne") + 1, "nom", found.to_list())
    return named


def _call_rows(part, table):
    """Return ORIGIN_COLUMNS and `nom` of the rows read of a table."""
    called = part[ORIGIN_COLUMNS].assign(nom=name_rows(part, table))
    shared = (called["nom"] == "") | called.duplicated(["fichier", "feuille", "nom"], keep=False)
    return called.assign(nom=called["nom"].where(~shared, name_rows_apart(part, table))) if shared.any() else called


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


def is_same(cells, values):
    """Return the mask of the cells that hold the value told; numbers are compared to six digits, as messages write them."""
    values = values.mask(values == EMPTY_WORD, "")
    short = [pd.to_numeric(part.str.replace(",", "."), errors="coerce").map("{:.6g}".format) for part in (cells, values)]
    decimals = cells.str.contains("[.,]") & values.str.contains("[.,]")
    return (fold_cells(cells) == fold_cells(values)) | (decimals & (short[0] == short[1]) & (short[0] != "nan"))


def find_called(asked, body, table):
    """Say which rows of a sheet each correction may speak of.

    Parameters
    ----------
    asked : DataFrame nom, maison (a column of `body`, or ""), valeur, ligne_lue; any index
    body : DataFrame of str, house columns, index = lines
    table : str

    Returns
    -------
    DataFrame on the index of `asked`: `appelees` (rows that bear the name; every row, when no name is kept), `pareilles` (those
        of them whose cell holds the value read), `ici` (the row of `ligne_lue` is one of them), `ailleurs` (Int64, the one line
        that may be meant, missing when none or several could be)
    """
    wanted = fold_cells(asked["nom"].fillna("").astype(str).str.slice(0, ROW_NAME_LENGTH))
    plain, apart = (fold_cells(name(body, table)) for name in (name_rows, name_rows_apart))
    names = pd.concat([part.rename("cle").rename_axis("trouvee").reset_index() for part in (plain, apart)]).drop_duplicates()
    pairs = wanted[wanted != ""].rename("cle").rename_axis("rang").reset_index().merge(names, on="cle")
    pairs = pairs.join(asked[["maison", "valeur", "ligne_lue"]], on="rang")
    pairs = pairs.assign(pareille=is_same(look_up(body, pairs["trouvee"], pairs["maison"]), pairs["valeur"].astype(str)),
                         ici=pairs["trouvee"] == pairs["ligne_lue"])  # fmt: skip
    found = pairs.groupby("rang").agg(appelees=("cle", "size"), pareilles=("pareille", "sum"), ici=("ici", "any"), une=("trouvee", "first"))
    held = pairs[pairs["pareille"]].groupby("rang")["trouvee"].first()
    found = found.reindex(asked.index).fillna({"appelees": 0, "pareilles": 0, "ici": False}).astype({"ici": bool})
    only = found["une"].where(found["appelees"] == 1, held.reindex(asked.index).where(found["pareilles"] == 1))
    found = found.assign(ailleurs=only.astype("Int64")).astype({"appelees": "int64", "pareilles": "int64"}).drop(columns="une")
    nameless = wanted == ""
    for column, part in asked[nameless & (asked["maison"] != "")].groupby("maison"):
        counts = fold_values(body[column]).value_counts() if column in body else pd.Series(dtype="int64")
        values = fold_values(part["valeur"].astype(str).mask(part["valeur"] == EMPTY_WORD, ""))
        found.loc[part.index, "pareilles"] = values.map(counts).fillna(0).astype("int64")
    found.loc[nameless, "appelees"] = len(body)
    return found.assign(ici=found["ici"] | nameless)


def look_up(body, lines, columns):
    """Return the cell of each (line, column) of a sheet, "" where there is none."""
    row, column = body.index.get_indexer(lines), body.columns.get_indexer(columns)
    there = (row >= 0) & (column >= 0)
    cells = pd.Series("", index=lines.index, dtype=str)
    for place in set(column[there]):
        here = there & (column == place)
        cells[here] = body.iloc[:, place].to_numpy()[row[here]]
    return cells
