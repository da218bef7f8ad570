"""Sheets filled as a grid (actors x dispositifs, communes x layers, actors x actors) -> the rows of the long table they stand for.

One row of the long table is one statement: an actor has a role in a dispositif at a stage, a commune has a unit in a layer,
two actors have a link of a type. A cell that says nothing (empty, a dash, « non ») is no statement.
"""

import pandas as pd

from diagnostic.errors import DiagnosticError
from diagnostic.read.back.corrections import apply_corrections
from diagnostic.read.cells import values
from diagnostic.read.cells.columns import clean_column
from diagnostic.read.formats.files import write_origin
from diagnostic.read.formats.headings import HEADING_SEARCH, find_asides, find_heading
from diagnostic.read.inventory.wide_cells import read_links, read_roles, read_units
from diagnostic.schema import (
    ORIGIN_COLUMNS,
    describe_table,
    join_problems,
    list_problems,
    locate_sheet,
    make_table,
    map_aliases,
)
from diagnostic.vocabulary import normalize_label

# The columns that say the row and the heading of a cell; the table whose headings are accepted for the row.
WIDE_SHEETS = {"saisie_participations": "participations", "saisie_ressorts": "ressorts", "saisie_liens": "liens"}
GRIDS = {
    "participations": ("acteur_id", "dispositif_id", "acteurs"),
    "ressorts": ("code_insee", "couche", "communes"),
    "liens": ("source_id", "cible_id", "acteurs"),
}
_CARRIED = ["declarant_id", "millesime", "source"]  # the same for every cell of a row, when the sheet has the column
_KNOWN_CONTEXT = {"commune", "ville", "categorie", "sigle", "population"}  # there to help whoever fills: nothing to tell
_READERS = {"participations": read_roles, "liens": read_links, "ressorts": read_units}
_WORDS = {"participations": "une colonne par dispositif", "ressorts": "une colonne par couche", "liens": "une colonne par acteur"}


def has_columns(raw, table, aliases=None, *, supplied=()):
    """Return whether one of the first rows of `raw` heads every required column of `table`, those `supplied` apart."""
    known = map_aliases(table) | {normalize_label(name): column for name, column in (aliases or {}).items()}
    named = raw.head(HEADING_SEARCH).map(lambda cell: known.get(normalize_label(cell), ""))
    described = describe_table(table)
    required = [column for column in described.index[described["statut"] == "R"] if column not in supplied]
    return bool(pd.concat([(named == column).any(axis=1) for column in required], axis=1).all(axis=1).any())


def is_wide(raw, table, known, aliases=None):
    """Return whether the sheet of `table` is a grid: it lacks columns of the long table and is headed by what is `known`.

    Parameters
    ----------
    raw : DataFrame of str
    table : str
    known : dict of str -> str, {normalised name: identifier} of the dispositifs, layers or actors
    aliases : dict of str -> str, optional, the dossier's own headings

    Notes
    -----
    A long table whose heading is misspelt is none, whatever its rows hold: two of its own headings stand above them. A matrix
    of actors is one when its rows, as its columns, are named by actors.
    """
    if table not in GRIDS or not len(raw) or has_columns(raw, table, aliases):
        return False
    top = raw.head(HEADING_SEARCH).map(normalize_label)
    titles = (set(map_aliases(table)) | {normalize_label(name) for name in aliases or {}}) - {""}
    own = titles | set(map_aliases(GRIDS[table][2]))
    names = [name for name in known if name not in own]
    named = top.isin(names)
    line = named.sum(axis=1).idxmax()
    above = top.loc[:line].iloc[:-1]
    if not named.loc[line].any() or (above.isin(titles).sum(axis=1) >= 2).any():
        return False
    return table != "liens" or _is_matrix(raw.loc[raw.index > line], top.loc[line], own, names)


def _is_matrix(body, headings, own, names):
    """Return whether most headings after the first, and most of what names the rows, are actors."""
    others = headings.iloc[1:]
    others = others[(others != "") & ~others.isin(own)]
    if others.isin(names).sum() < max(2, len(others) / 2 + 0.5):
        return False
    sides = body[[place for place in body.columns if headings[place] not in names]].map(normalize_label)
    filled = (sides != "").sum()
    return not len(body) or bool((sides.isin(names).sum() * 2 >= filled.where(filled > 0)).any())


def read_wide(raw, table, path, sheet, *, lists, known, corrections=None):
    """Turn a grid into rows of `table`.

    Parameters
    ----------
    raw : DataFrame of str, index = line numbers, the heading somewhere in the first rows
    table : {"participations", "ressorts", "liens"}
    path, sheet : where it was read
    lists : dict of str -> DataFrame, the vocabulary of the dossier
    known : dict of str -> str, {normalised name: identifier} of the dispositifs or actors that head the columns
        For ressorts, {normalised layer: {normalised unit: unite_id}}.
    corrections : DataFrame, optional, those of this sheet; their `colonne` is the heading of the grid

    Returns
    -------
    cleaned : DataFrame, declared columns plus fichier, feuille, ligne (that of the grid), one row a statement
    problemes : DataFrame
    rows : DataFrame of str, the rows of the grid that say something, as they were read
    nb_lues : int, statements read: those of `cleaned` and those set aside

    Raises
    ------
    DiagnosticError
        Two columns of one heading, or no column for the commune.
    """
    if not len(raw):
        return make_table(table), None, make_table(table), 0
    body, headings, asides, unread = _name_grid(raw, table, path, sheet, known)
    body, corrected = apply_corrections(body, corrections, next(k for k, v in WIDE_SHEETS.items() if v == table))
    aside, body = _tell_asides(body, asides, path, sheet), body[(asides == "").to_numpy()]
    cells = _stack(body, headings, table)
    silent = _find_silent(cells["texte"], table)
    cells, told = _part_diagonal(cells[~silent], table, known, silent.sum(), path, sheet)
    said, strangers = _READERS[table](cells, lists, known)
    statements = cells.merge(said, on=["entete", "texte"] if table == "ressorts" else "texte", how="left", sort=False)
    lost = statements["lu"].isna()
    keyless = (statements[GRIDS[table][0]] == "") & ~lost
    problems = [unread, corrected, aside, told, _tell_strangers(cells, strangers), _tell_keyless(statements[keyless], GRIDS[table][0])]
    kept, doubts = _type_rows(statements[~lost & ~keyless], table, lists)
    rows = body[body.index.isin(cells["ligne"])]
    return kept, join_problems(*problems, doubts), write_origin(rows, path, sheet), len(statements)


def _name_grid(raw, table, path, sheet, known):
    """Find the heading row; return (body: row key, nom, columns carried, one column a heading; the headings;
    why a row is no data; problemes)."""
    key, _, named_by = GRIDS[table]
    aliases = map_aliases(named_by) | dict.fromkeys([name for name, column in map_aliases(table).items() if column == key], key)
    aliases = {name: {"acteur_id": key, "commune": "nom"}.get(column, column) for name, column in aliases.items()}
    # The first column names the rows: in a matrix it holds the same names as the heading, which is another line.
    corner = raw[raw.columns[0]].where(lambda cells: cells.map(normalize_label).isin(set(aliases) - {""}), "")
    line = find_heading(pd.concat([corner, raw.iloc[:, 1:]], axis=1), {*known, *aliases} - {""})
    places = _place_headings(raw.loc[line], table, aliases, known)
    _check_headings(raw.loc[line], places, table, f"{path.name}, feuille {sheet}, ligne {line}")
    body = raw.loc[raw.index > line]
    asides = find_asides(body, raw.loc[line])
    headings = raw.loc[line][places == "case"]
    unread = _tell_unread(body, raw.loc[line], places, path, sheet)
    named = body[places.index[~places.isin(["", "case", "contexte"])]].rename(columns=places)
    town = body[[place for place in places.index[places == "contexte"] if normalize_label(raw.at[line, place]) in ("commune", "ville")]]
    named = _complete_keys(named, key, table, town)
    return pd.concat([named, body[headings.index].set_axis(list(headings), axis=1)], axis=1), list(headings), asides, unread


def _tell_asides(body, asides, path, sheet):
    """Tell the rows of a grid that are no data: totals, notes, the headings once more."""
    rows = write_origin(body[(asides != "").to_numpy()], path, sheet)
    if not len(rows):
        return None
    messages = asides[asides != ""] + " : ce n'est pas une donnée, la ligne n'est pas lue."
    return list_problems("information", rows, messages, "rien ; supprimez-la si vous voulez", valeur=rows["nom"])


def _place_headings(headings, table, aliases, known):
    """Return what each column is: a column of the long table, "case" for the grid, "contexte" for what is not read, ""."""
    key, carried = GRIDS[table][0], [c for c in _CARRIED if c in describe_table(table).index]
    places, taken = pd.Series("", index=headings.index, dtype="str"), set()
    for place, name in headings.map(normalize_label).items():
        column = aliases.get(name, "")
        if name == "":
            continue
        if column in (key, "nom", *carried) and column not in taken:
            places[place] = column
            taken.add(column)
        else:
            places[place] = "case" if name in known or not column else "contexte"
    if not taken & {key, "nom"} and table != "ressorts" and len(places):
        places.iloc[0] = "nom"  # the corner of a matrix is often left empty, or holds a title
    return places


def _check_headings(headings, places, table, where):
    grid = headings[places == "case"]
    folded = grid.map(normalize_label).where(lambda names: names != "", grid)
    errors = []
    for name in folded[folded.duplicated()].unique():
        both = " et ".join(f"« {heading} »" for heading in grid[folded == name])
        errors.append(DiagnosticError(f"Deux colonnes du même nom : {both}.", where, "n'en gardez qu'une"))
    if table == "ressorts" and "code_insee" not in set(places):
        read = ", ".join(heading for heading in headings if heading) or "aucune"
        fix = "ajoutez la colonne code_insee, ou repartez de la feuille du modèle où les communes sont déjà écrites"
        errors.append(DiagnosticError("Colonnes absentes : code_insee.", f"{where} (colonnes lues : {read})", fix))
    if errors:
        raise DiagnosticError.gather(errors)


def _complete_keys(named, key, table, town):
    """Return `named` with its key, and `nom`, each in place of the other where it is empty; same names are told apart by commune."""
    named = named.assign(**{name: "" for name in (key, "nom") if name not in named})
    names = named["nom"]
    if town.shape[1] and table != "ressorts":
        places = town.iloc[:, 0]
        same = names.duplicated(keep=False) & (names != "") & (places != "")
        names = names.where(~same, names + " (" + places + ")")
    filled = named[key] if table == "ressorts" else named[key].where(named[key] != "", names)
    return named.assign(**{key: filled, "nom": named["nom"].where(named["nom"] != "", named[key])})


def _stack(body, headings, table):
    """Return one row a filled cell, in the order of the sheet: ligne, key, columns carried, entete, texte."""
    kept = [column for column in (GRIDS[table][0], *_CARRIED) if column in body]
    grid = body[headings].reset_index(drop=True)
    cells = grid.melt(ignore_index=False, var_name="entete", value_name="texte")
    cells = cells[cells["texte"] != ""].sort_index(kind="stable")
    origin = body[kept].assign(ligne=body.index).reset_index(drop=True)
    cells = origin.loc[cells.index].reset_index(drop=True).join(cells.reset_index(drop=True))
    return cells.astype({"entete": "str", "texte": "str"})


def _find_silent(texts, table):
    """Return the mask of the cells that say there is nothing: non, a dash, sans objet; 0 too, outside of layers."""
    distinct = pd.Series(texts.unique(), dtype="str")
    said, _ = values.read_yes_no(distinct)
    silent = said.eq(False).fillna(False).astype(bool) | values.find_missing(distinct)
    if table == "ressorts":
        silent &= distinct != "0"
    return texts.isin(distinct[silent])


def _part_diagonal(cells, table, known, nb_silent, path, sheet):
    """Part the diagonal of a matrix; tell it, and the cells that say nothing, once a sheet."""
    where = locate_sheet(path.name, sheet)
    cells, told = cells.assign(fichier=path.name, feuille=sheet), []
    if nb_silent:
        count = f"{nb_silent} cases disent" if nb_silent > 1 else "1 case dit"
        message = f"{count} « non » ou équivalent : rien n'y est lu."
        told.append(list_problems("information", where, message, "rien ; l'absence se dit dans la feuille couverture_inventaire"))
    if table == "liens":
        folded = [cells[column].map(normalize_label) for column in ("source_id", "entete")]
        ends = [names.map(lambda name: known.get(name, name)) for names in folded]
        diagonal = (ends[0] == ends[1]).astype(bool)
        count = f"{diagonal.sum()} cases" if diagonal.sum() > 1 else "1 case"
        message = f"{count} sur la diagonale : le lien d'un acteur avec lui-même n'est pas lu."
        told.append(list_problems("information", where if diagonal.any() else where.iloc[:0], message, "rien ; ou videz la diagonale"))
        cells = cells[~diagonal]
    return cells.reset_index(drop=True), join_problems(*told)


def _tell_strangers(cells, strangers):
    """Tell the cells that hold unknown words: set aside when nothing else is in them."""
    if not len(strangers):
        return None
    rows = cells.merge(strangers, on="texte", sort=False)
    write, parts = "écrivez des mots des listes (feuille Lisez-moi), séparés par ;", []
    fixes = {"erreur": write, "attention": write, "information": "rien ; ou écrivez : pilotage (conception), animation (bilan)"}
    for gravite, fix in fixes.items():
        part = rows[rows["gravite"] == gravite]
        told = list_problems(gravite, part, part["probleme"], fix, valeur=part["texte"], proposition=part["proposition"])
        parts.append(told.assign(colonne=part["entete"].to_list()) if len(part) else None)
    return join_problems(*parts)


def _tell_keyless(rows, key):
    first = rows.drop_duplicates("ligne")
    counts = rows.groupby("ligne").size().reindex(first["ligne"])
    messages = [f"Case vide : {key} ; ce que dit la ligne ({n} case{'s' if n > 1 else ''}) est écarté." for n in counts]
    return list_problems("erreur", first, messages, "remplissez la case", colonne=key)


def _tell_unread(body, headings, places, path, sheet):
    """Tell the columns that are not read, and the cells under no heading."""
    where = locate_sheet(path.name, sheet)
    problems = []
    for place in places.index[places == "contexte"]:
        if (body[place] != "").any() and normalize_label(headings[place]) not in _KNOWN_CONTEXT:
            message = f"Colonne « {headings[place]} » : elle n'est pas lue dans une saisie en tableau."
            problems.append(list_problems("information", where, message, "rien", valeur=headings[place]))
    for place in places.index[places == ""]:
        lines = body.index[body[place] != ""]
        if len(lines):
            message = f"Colonne n° {place + 1} sans titre : {len(lines)} case(s) non lue(s)."
            rows = where.assign(ligne=pd.array([lines[0]], dtype="Int64"))
            problems.append(list_problems("attention", rows, message, "donnez un titre à la colonne", valeur=body.at[lines[0], place]))
    return join_problems(*problems)


def _type_rows(statements, table, lists):
    """Return the statements as rows of `table`, typed as those of a long sheet, and the problems of the columns carried."""
    described = describe_table(table)
    statements = statements.rename(columns={"entete": GRIDS[table][1]}).reset_index(drop=True)
    rows = statements.reindex(columns=[*described.index, *ORIGIN_COLUMNS], fill_value="")
    rows = rows.assign(ligne=rows["ligne"].astype("int64"), **{c: rows[c].astype("str").fillna("") for c in described.index})
    typed, problems = rows.copy(), []
    for column, row in described.iterrows():
        typed[column], found = clean_column(rows[column], row["genre"], row["liste"], lists, rows)
        problems.append(found)
    return typed, join_problems(*problems)


def tell_wide(table, path, sheet):
    """Tell that a sheet named as the long table was read as a grid."""
    where = locate_sheet(path.name, sheet)
    message = f"Feuille « {sheet} » lue comme une saisie en tableau ({_WORDS[table]})."
    fix = f"rien ; nommez-la saisie_{table} pour le dire vous-même"
    return list_problems("information", where, message, fix)
